//! 消息: what the signed-in account is told; reading is an act of its own.

use kit::{Clock, Db, Done, Error, Page, Result, User, message};
use rocket::{Route, State, get, post, routes};

pub fn routes() -> Vec<Route> {
    routes![list, read, read_all]
}

/// Messages of a page.
const MOST: u32 = 50;

#[get("/messages?<before>")]
async fn list(user: User, before: Option<i64>, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let messages = message::of(&mut db, user.account, before, MOST).await?;
    let unread = message::unread(&mut db, user.account).await?;
    let older = match messages.last() {
        Some(last) if messages.len() == MOST as usize => {
            Some(format!("/messages?before={}", last.id))
        }
        _ => None,
    };
    Ok(Page::new("messages.html")
        .with("messages", &messages)
        .with("unread", &unread)
        .with("older", &older)
        .with("newest", &before.map(|_| "/messages")))
}

#[post("/messages/<id>/read")]
async fn read(user: User, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Done> {
    let mut tx = db.begin().await?;
    let href = message::read(&mut tx, user.account, id, clock).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Done::to(if href.is_empty() { "/messages".to_owned() } else { href }))
}

#[post("/messages/read")]
async fn read_all(user: User, db: &State<Db>, clock: &State<Clock>) -> Result<Done> {
    let mut tx = db.begin().await?;
    let count = message::read_all(&mut tx, user.account, clock).await?;
    tx.commit().await?;
    Ok(Done::to("/messages").ok(format!("已将 {count} 条消息标为已读。")))
}
