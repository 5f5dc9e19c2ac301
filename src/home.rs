//! The public home page: sign-in, what the modules show, verification.

use kit::module::{Block, Registration};
use kit::page::Templates;
use kit::{Answer, Clock, Db, Done, Form, Modules, Page, Result, Visitor};
use rocket::{Route, State, get, routes};

use crate::{sign_in, templates};

#[get("/?<next>")]
async fn home(
    visitor: Visitor,
    next: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    templates: &State<Templates>,
) -> Result<Answer> {
    if visitor.session.is_some() {
        return Ok(Done::to("/start").into());
    }
    let next = next.and_then(sign_in::local).unwrap_or_default();
    Ok(page(db, clock, modules, templates, &Form::new(), &next).await?.into())
}

/// The home page with a sign-in form as typed.
pub async fn page(
    db: &Db,
    clock: &Clock,
    modules: &Modules,
    templates: &Templates,
    form: &Form,
    next: &str,
) -> Result<Page> {
    let mut blocks = Vec::new();
    let mut reader = db.read().await?;
    for module in modules.all() {
        blocks.extend(module.home(&mut reader, clock).await?);
    }
    drop(reader);
    blocks.sort_by_key(|block| block.order);
    let (band, below): (Vec<Block>, Vec<Block>) =
        blocks.into_iter().partition(|block| block.order < Block::BAND);
    let draw = |blocks: Vec<Block>| -> Result<Vec<String>> {
        blocks.iter().map(|block| templates::block(templates, block, "")).collect()
    };
    let registrations: Vec<Registration> =
        modules.all().iter().flat_map(|module| module.registrations()).collect();
    Ok(Page::new("home.html")
        .with("form", form)
        .with("verify", &Form::new())
        .with("next", next)
        .with("band", &draw(band)?)
        .with("blocks", &draw(below)?)
        .with("registrations", &registrations))
}

pub fn routes() -> Vec<Route> {
    routes![home]
}
