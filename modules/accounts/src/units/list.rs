//! The lists of 3.1, 3.2 and 3.3, with their tabs and workbooks.

mod lists;

use kit::list::{self, Ask, Extra, Fixed, Tab};
use kit::{Action, Clock, Db, Download, OrganizationKind, Page, Result, Scope, Settings};
use rocket::{Route, State, get, routes};
use sqlx::SqliteConnection;

use super::{AtUnit, Exporting, Viewing};
use crate::bases;

pub use lists::{BASE_LIST, DEPARTMENT_LIST, EMPLOYER_LIST};

pub fn routes() -> Vec<Route> {
    routes![all, export]
}

#[get("/?<tab>")]
async fn all(
    at: AtUnit<Viewing>,
    tab: Option<&str>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let unit = at.unit;
    let mut extra = narrowed(&mut db, &at, tab, clock).await?;
    extra.tabs = tabs(&mut db, &at, tab, clock).await?;
    if at.may(Action::Edit) && unit.added_by(at.grant.scope) {
        let title = format!("新增{}", unit.noun);
        extra.actions.push((title, format!("{}/new", unit.base), "add".to_owned(), true));
    }
    if at.grant.scope != Scope::County {
        // his own employers and bases have one superior: himself
        extra.hide = &["superior"];
    }
    list::page(unit.list, &ask, &mut db, &at.user, &at.grant, clock, settings, extra).await
}

#[get("/export?<tab>")]
async fn export(
    at: AtUnit<Exporting>,
    tab: Option<&str>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Download> {
    let extra = narrowed(&mut *db.read().await?, &at, tab, clock).await?;
    list::export(at.unit.list, &ask, db, &at.user, &at.grant, clock, settings, extra).await
}

/// The rows of a tab, shown and exported alike.
async fn narrowed<A>(
    db: &mut SqliteConnection,
    at: &AtUnit<A>,
    tab: Option<&str>,
    clock: &Clock,
) -> Result<Extra> {
    let fixed = match (at.unit.kind, tab) {
        (OrganizationKind::Employer, Some("direct")) => {
            Fixed { sql: "o.department_id is null", values: vec![] }
        }
        (OrganizationKind::Employer, Some("departments")) => {
            Fixed { sql: "o.department_id is not null", values: vec![] }
        }
        (OrganizationKind::Base, Some("ending")) => {
            let (today, last) = bases::window(db, clock).await?;
            let sql = "o.state = 'active' and b.valid_until <> '' and \
                cast(replace(b.valid_until, '-', '') as integer) between ? and ?";
            Fixed { sql, values: vec![bases::number(&today), bases::number(&last)] }
        }
        (OrganizationKind::Base, Some("expired")) => {
            let (today, _) = bases::window(db, clock).await?;
            let sql = "b.valid_until <> '' and \
                cast(replace(b.valid_until, '-', '') as integer) < ?";
            Fixed { sql, values: vec![bases::number(&today)] }
        }
        _ => return Ok(Extra::default()),
    };
    Ok(Extra {
        fixed: vec![fixed],
        export: Some(format!("{}/export", at.unit.base)),
        ..Extra::default()
    })
}

async fn tabs(
    db: &mut SqliteConnection,
    at: &AtUnit<Viewing>,
    tab: Option<&str>,
    clock: &Clock,
) -> Result<Vec<Tab>> {
    let one = |title: String, key: &str| Tab {
        title,
        href: if key.is_empty() {
            at.unit.base.to_owned()
        } else {
            format!("{}?tab={key}", at.unit.base)
        },
        current: tab.unwrap_or_default() == key,
    };
    let all = || one("全部".to_owned(), "");
    match at.unit.kind {
        OrganizationKind::Employer if at.grant.scope == Scope::County => Ok(vec![
            all(),
            one("本局直属".to_owned(), "direct"),
            one("主管部门所属".to_owned(), "departments"),
        ]),
        OrganizationKind::Base => {
            let ending = bases::ending(db, at.grant.scope, clock).await?;
            let expired = bases::expired(db, at.grant.scope, clock).await?;
            let days = bases::days(db).await?;
            Ok(vec![
                all(),
                one(format!("{days} 天内到期（{ending}）"), "ending"),
                one(format!("已过期（{expired}）"), "expired"),
            ])
        }
        _ => Ok(vec![]),
    }
}
