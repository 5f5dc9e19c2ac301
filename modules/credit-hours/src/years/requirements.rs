//! 学时规则 › 年度要求: what each year asks of whom, changed with a look at the effect first.

mod change;
mod sets;

use kit::module::{AccessCase, Who};
use kit::{Can, Clock, Db, Hours, Page, Permission, Result};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{Tabs, tabs};
use crate::category::{self, Category, Requirements};
use crate::leaves::{EditRules, ViewRules};
use crate::ledger::totals::follow;
use sets::{levels, whom, years};

pub fn routes() -> Vec<Route> {
    [routes![index], change::routes()].concat()
}

pub fn access() -> Vec<AccessCase> {
    let change = Who::Holder(EditRules::grantable());
    let row = |method, route, who| AccessCase { method, route, who };
    vec![
        row("GET", "/credit-hours/rules/requirements", Who::Holder(ViewRules::grantable())),
        row("GET", "/credit-hours/rules/requirements/edit", change),
        row("POST", "/credit-hours/rules/requirements/preview", change),
        row("POST", "/credit-hours/rules/requirements", change),
    ]
}

/// A set as a row of the table.
#[derive(Debug, Serialize)]
struct Line {
    years: String,
    whom: String,
    from: i32,
    level: String,
    /// 90, —, or 同全体; the total first.
    cells: Vec<String>,
    current: bool,
}

/// One change as the history tells it.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Change {
    at: String,
    name: String,
    level: String,
    year_from: i32,
    year_to: i32,
    before: String,
    after: String,
    reason: String,
    effect: String,
    #[sqlx(skip)]
    years: String,
    #[sqlx(skip)]
    whom: String,
}

/// Changes that are shown.
const RECENT: i64 = 30;

/// The subjects of a requirement's columns: those in force, and those asked for in some year.
async fn columns(db: &mut SqliteConnection, rules: &Requirements) -> Result<Vec<Category>> {
    let active = category::active(&mut *db).await?;
    let all = category::all(db).await?;
    Ok(all
        .into_iter()
        .filter(|one| {
            active.iter().any(|other| other.id == one.id)
                || rules.0.iter().any(|row| row.category == Some(one.id))
        })
        .collect())
}

fn lines(rules: &Requirements, categories: &[Category], now: i32) -> Vec<Line> {
    let sets = levels().into_iter().flat_map(|level| rules.sets(level, categories));
    sets.map(|set| {
        let none = if set.level.is_empty() { "—" } else { "同全体" };
        let cell = |hours: &Option<Hours>| hours.map_or(none.to_owned(), |h| h.to_string());
        Line {
            years: years(set.from, set.to),
            whom: whom(&set.level).to_owned(),
            from: set.from,
            cells: set.asked.iter().map(cell).collect(),
            current: (set.from..=set.to).contains(&now),
            level: set.level,
        }
    })
    .collect()
}

async fn history(db: &mut SqliteConnection) -> Result<Vec<Change>> {
    let mut changes: Vec<Change> = sqlx::query_as(
        "select at, name, level, year_from, year_to, before, after, reason, effect
           from requirement_change order by id desc limit ?",
    )
    .bind(RECENT)
    .fetch_all(db)
    .await?;
    for one in &mut changes {
        one.years = years(one.year_from, one.year_to);
        one.whom = whom(&one.level).to_owned();
    }
    Ok(changes)
}

#[get("/rules/requirements")]
async fn index(user: Can<ViewRules>, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let rules = Requirements::load(&mut db).await?;
    let categories = columns(&mut db, &rules).await?;
    let left = follow::left(&mut db).await?;
    let page = Page::new("credit-hours/requirements.html")
        .with("tabs", &tabs(Tabs::Requirements))
        .with("categories", &categories)
        .with("lines", &lines(&rules, &categories, clock.year()))
        .with("changes", &history(&mut db).await?)
        .with("left", &left)
        .with("may_edit", &user.user.may(EditRules::grantable()));
    // a running computation is followed
    Ok(if left.is_empty() { page } else { page.with("reload", &3) })
}
