//! Typed queries: kept with the session under a short token, so that no name gets into an address.

use sqlx::SqliteConnection;

use super::address::address;
use super::ask::offered;
use super::{FilterKind, List};
use crate::{Clock, Error, Form, Result, User, serial};

/// Typed queries a session keeps; the oldest go first.
const KEPT: i64 = 20;
/// Characters of a typed query that count.
const LONGEST: usize = 100;

/// Keeps a posted query: its free text goes to the session, the rest into the address, which is
/// returned to redirect to.
///
/// `page` is the page's own path with its own parameters (`/desk/hours?tab=done`); it must be the
/// list's page or its desk.
///
/// # Errors
/// `Invalid` for another page.
pub async fn store_query(
    tx: &mut SqliteConnection,
    list: &'static List,
    page: &str,
    user: &User,
    form: &Form,
    clock: &Clock,
) -> Result<String> {
    let desk = format!("/desk/{}", list.key);
    let (path, own) = page.split_once('?').unwrap_or((page, ""));
    let belongs =
        |to: &str| path == to || path.strip_prefix(to).is_some_and(|r| r.starts_with('/'));
    let clean = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.".contains(&b))
        && !path.contains("..")
        && !path.contains("//")
        && own.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:,=&%~".contains(&b));
    if !clean || !(belongs(list.href) || belongs(&desk)) {
        return Err(Error::Invalid("查询条件不属于这个页面，请返回列表后重新查询。".to_owned()));
    }
    let mut parameters = Vec::new();
    for filter in list.filters {
        match filter.kind {
            FilterKind::Choice(_) | FilterKind::Query(_) | FilterKind::Own(_) => {
                let value = form.text(filter.key);
                let offered = offered(filter, tx, user).await?;
                if !value.is_empty() && offered.iter().any(|(code, _)| *code == value) {
                    parameters.push((filter.key.to_owned(), value));
                }
            }
            FilterKind::Times | FilterKind::Days => {
                for end in ["from", "to"] {
                    let key = format!("{}_{end}", filter.key);
                    if let Some(day) = crate::day::parse_date(form.raw(&key)) {
                        parameters.push((key, crate::day::date_text(day)));
                    }
                }
            }
        }
    }
    let typed: String = form.text("q").chars().take(LONGEST).collect();
    if list.search.is_some() && !typed.is_empty() {
        let token = keep(tx, list, user, &typed, clock).await?;
        parameters.push(("q".to_owned(), token));
    }
    Ok(address(page, &parameters))
}

async fn keep(
    tx: &mut SqliteConnection,
    list: &List,
    user: &User,
    typed: &str,
    clock: &Clock,
) -> Result<String> {
    sqlx::query(
        "delete from list_query where session_id = ? and token not in (
           select token from list_query where session_id = ?
            order by created_at desc, token limit ?)",
    )
    .bind(user.id)
    .bind(user.id)
    .bind(KEPT - 1)
    .execute(&mut *tx)
    .await?;
    let token = serial::code(12)?;
    sqlx::query(
        "insert into list_query (token, session_id, list, content, created_at) values (?, ?, ?, ?, ?)",
    )
    .bind(&token)
    .bind(user.id)
    .bind(list.key)
    .bind(serde_json::json!({ "q": typed }).to_string())
    .bind(clock.stamp())
    .execute(tx)
    .await?;
    Ok(token)
}

/// What was typed under this token, if it is this session's and this list's.
pub(super) async fn typed(
    db: &mut SqliteConnection,
    list: &List,
    user: &User,
    token: &str,
) -> Result<Option<String>> {
    let content: Option<String> = sqlx::query_scalar(
        "select content from list_query where token = ? and session_id = ? and list = ?",
    )
    .bind(token)
    .bind(user.id)
    .bind(list.key)
    .fetch_optional(db)
    .await?;
    let content = content.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    Ok(content.and_then(|value| value.get("q")?.as_str().map(str::to_owned)))
}
