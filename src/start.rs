//! The page after signing in: 待办 for an administrator, the year's state for a person.

use kit::module::{Block, Card};
use kit::page::Templates;
use kit::{Clock, Db, Modules, Page, Result, Settings, User, review};
use rocket::{Route, State, get, routes};

use crate::{backup, templates};

#[get("/start")]
async fn start(
    user: User,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
    templates: &State<Templates>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let mut cards: Vec<Card> = review::cards(&mut reader, modules, &user, clock, settings).await?;
    let mut blocks: Vec<Block> = vec![];
    for module in modules.all() {
        cards.extend(module.cards(&mut reader, &user, clock).await?);
        blocks.extend(module.start(&mut reader, &user, clock).await?);
    }
    let waiting = review::longest(&mut reader, modules, &user, clock, settings, 8).await?;
    drop(reader);
    cards.sort_by_key(|card| card.order);
    blocks.sort_by_key(|block| block.order);
    let blocks: Vec<String> = blocks
        .iter()
        .map(|block| templates::block(templates, block, &user.csrf))
        .collect::<Result<_>>()?;
    // who can do something about it hears how old the last backup is
    let backup = user
        .grant
        .as_ref()
        .filter(|grant| grant.full && grant.kind == kit::OrganizationKind::Bureau)
        .map(|_| backup::standing(db.folder(), clock));
    let title = if user.grant.is_some() { "待办事项" } else { "我的继续教育" };
    Ok(Page::new("start.html")
        .with("title", title)
        .with("asof", &clock.stamp())
        .with("cards", &cards)
        .with("waiting", &waiting)
        .with("backup", &backup)
        .with("blocks", &blocks))
}

pub fn routes() -> Vec<Route> {
    routes![start]
}
