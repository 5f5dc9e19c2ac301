//! 消息: what an account is to know: how its submission came out. A red dot until it is read.

use serde::Serialize;
use sqlx::SqliteConnection;

use crate::{AccountId, Clock, PersonId, Result};

/// One message of an account.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Message {
    pub id: i64,
    /// Stored time.
    pub at: String,
    pub title: String,
    pub text: String,
    /// One of our pages, or empty.
    pub href: String,
    pub read_at: Option<String>,
}

/// Tells an account something, inside the act's transaction.
pub async fn send(
    tx: &mut SqliteConnection,
    to: AccountId,
    title: &str,
    text: &str,
    href: &str,
    clock: &Clock,
) -> Result<()> {
    sqlx::query("insert into message (account_id, at, title, text, href) values (?, ?, ?, ?, ?)")
        .bind(to)
        .bind(clock.stamp())
        .bind(title)
        .bind(text)
        .bind(href)
        .execute(tx)
        .await?;
    Ok(())
}

/// Tells each of many people his own text, inside the act's transaction; who has no account hears
/// nothing. Gives how many were told.
pub async fn send_people(
    tx: &mut SqliteConnection,
    to: &[(PersonId, String)],
    title: &str,
    href: &str,
    clock: &Clock,
) -> Result<u64> {
    let mut told = 0;
    for chunk in to.chunks(2_000) {
        told += sqlx::query(
            "insert into message (account_id, at, title, text, href)
             select a.id, ?1, ?2, j.value ->> 1, ?3
               from json_each(?4) j cross join account a on a.person_id = j.value ->> 0
              order by j.key",
        )
        .bind(clock.stamp())
        .bind(title)
        .bind(href)
        .bind(serde_json::to_string(chunk)?)
        .execute(&mut *tx)
        .await?
        .rows_affected();
    }
    Ok(told)
}

/// How many messages the account has not read.
pub async fn unread(db: &mut SqliteConnection, account: AccountId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from message where account_id = ? and read_at is null")
        .bind(account)
        .fetch_one(db)
        .await?)
}

/// The account's messages, newest first: `most` of them older than the message `before`.
pub async fn of(
    db: &mut SqliteConnection,
    account: AccountId,
    before: Option<i64>,
    most: u32,
) -> Result<Vec<Message>> {
    Ok(sqlx::query_as(
        "select id, at, title, text, href, read_at from message
          where account_id = ? and id < ? order by id desc limit ?",
    )
    .bind(account)
    .bind(before.unwrap_or(i64::MAX))
    .bind(most)
    .fetch_all(db)
    .await?)
}

/// Notes that the account has read a message; gives where it leads, none if it is not his.
pub async fn read(
    tx: &mut SqliteConnection,
    account: AccountId,
    id: i64,
    clock: &Clock,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "update message set read_at = coalesce(read_at, ?) where id = ? and account_id = ?
         returning href",
    )
    .bind(clock.stamp())
    .bind(id)
    .bind(account)
    .fetch_optional(tx)
    .await?)
}

/// Notes that the account has read all; gives their number.
pub async fn read_all(tx: &mut SqliteConnection, account: AccountId, clock: &Clock) -> Result<u64> {
    let read =
        sqlx::query("update message set read_at = ? where account_id = ? and read_at is null")
            .bind(clock.stamp())
            .bind(account)
            .execute(tx)
            .await?;
    Ok(read.rows_affected())
}
