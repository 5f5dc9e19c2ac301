//! 4.6 人员调转 on the personal side: his open transfer and all former ones.

mod edit;
mod send;
mod show;

use kit::{Db, Page, Person, Result, organization};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::store;

pub use send::{ask, submit};
pub use show::case_page;

pub const MINE: &str = "/transfers/mine";

pub fn routes() -> Vec<Route> {
    [routes![all], edit::routes(), show::routes()].concat()
}

/// A link of the crumbs.
#[derive(Serialize)]
pub struct Crumb {
    title: &'static str,
    href: &'static str,
}

/// The way to a page below the overview.
pub fn crumbs(here: &'static str) -> [Crumb; 2] {
    [Crumb { title: "人员调转", href: MINE }, Crumb { title: here, href: "" }]
}

/// A transfer as the person's own list tells it.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Line {
    id: i64,
    number: String,
    kind: String,
    state: String,
    note: String,
    from: String,
    to: String,
    reason: String,
    submitted_at: String,
    acted_at: String,
    desk: String,
    #[sqlx(skip)]
    shown: &'static str,
    #[sqlx(skip)]
    tag: &'static str,
}

/// Everything of the person's that was submitted, newest first.
async fn lines(db: &mut SqliteConnection, person: kit::PersonId) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = sqlx::query_as(
        "select t.id, t.number, t.kind, tp.state, tp.note, o.name as \"from\",
                coalesce(n.name, t.destination) as \"to\", t.reason, tp.submitted_at, tp.acted_at,
                coalesce(d.name, '') as desk
           from transfer_person tp
           join transfer t on t.id = tp.transfer_id
           join organization o on o.id = tp.organization_id
           left join organization n on n.id = tp.to_id
           left join organization d on d.id = t.desk_id
          where tp.person_id = ? and tp.state <> 'draft' order by tp.id desc limit 100",
    )
    .bind(person)
    .fetch_all(db)
    .await?;
    for line in &mut lines {
        (line.shown, line.tag) = match line.note.as_str() {
            "" => store::label(&line.state),
            _ => ("未调动", "off"),
        };
    }
    Ok(lines)
}

#[get("/mine")]
async fn all(person: Person, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = accounts::people::brief(&mut db, person.id).await?;
    let lines = lines(&mut db, person.id).await?;
    let pending = store::pending(&mut db, person.id).await?;
    let open = store::open(&mut db, person.id).await?;
    let unit = organization::find(&mut db, brief.organization).await?;
    let rejection = match &open {
        Some(open) if pending.is_none() => store::rejection(&mut db, open).await?,
        _ => None,
    };
    Ok(Page::new("transfers/mine.html")
        .with("unit", &unit.map(|unit| unit.name).unwrap_or_default())
        .with("state", &brief.state_label)
        .with("shut", &edit::shut(&brief.state))
        .with("pending", &pending.is_some())
        .with("open", &open.map(|open| open.state))
        .with("rejection", &rejection)
        .with("lines", &lines))
}
