//! A draft: a row that holds the files of a form which was refused, for the browser that sent it.

use kit::{Clock, Form, Result, Visitor};
use sqlx::SqliteConnection;
use time::Duration;

use super::Kind;

/// How long a draft is kept.
pub const KEPT: Duration = Duration::hours(24);

/// The draft named in a form, if this visitor's browser opened it for this kind.
pub async fn named(
    db: &mut SqliteConnection,
    form: &Form,
    kind: Kind,
    visitor: &Visitor,
    clock: &Clock,
) -> Result<Option<i64>> {
    let Ok(id) = form.text("draft").parse::<i64>() else { return Ok(None) };
    Ok(sqlx::query_scalar(
        "select id from registration
          where id = ? and state = 'draft' and kind = ? and viewer_key = ? and viewer_until > ?",
    )
    .bind(id)
    .bind(kind)
    .bind(&visitor.key)
    .bind(clock.stamp())
    .fetch_optional(db)
    .await?)
}

/// A new draft.
pub async fn open(
    tx: &mut SqliteConnection,
    kind: Kind,
    visitor: &Visitor,
    clock: &Clock,
) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "insert into registration (kind, viewer_key, viewer_until, created_at)
         values (?, ?, ?, ?) returning id",
    )
    .bind(kind)
    .bind(&visitor.key)
    .bind(clock.stamp_in(KEPT))
    .bind(clock.stamp())
    .fetch_one(tx)
    .await?)
}
