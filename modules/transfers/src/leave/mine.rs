//! The personal side of who left the county: his certificate and his ledger as a file.

use kit::{Clock, Db, Download, Error, Page, Person, Result};
use rocket::{Route, State, get, routes};
use sqlx::SqliteConnection;

use super::store::Leave;
use super::{Crumb, MINE, ledger, store};

pub fn routes() -> Vec<Route> {
    routes![mine, take]
}

async fn find(db: &mut SqliteConnection, person: &Person) -> Result<Leave> {
    store::last(db, person.id).await?.ok_or_else(|| {
        Error::refused(
            "您没有调出本县的登记。要调到本县其他单位，请办理人员调转；调出本县由现在的单位登记。",
        )
    })
}

#[get("/leaving")]
async fn mine(person: Person, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let leave = find(&mut db, &person).await?;
    Ok(Page::new("transfers/leaving.html")
        .with("crumbs", &[Crumb::new("调出本县", "")])
        .with("leave", &leave)
        .with("ledger", &format!("{MINE}/ledger")))
}

#[get("/leaving/ledger")]
async fn take(person: Person, db: &State<Db>, clock: &State<Clock>) -> Result<Download> {
    let mut reader = db.read().await?;
    find(&mut reader, &person).await?;
    drop(reader);
    ledger::download(db, person.id, &person.user.actor(), clock).await
}
