//! 年度: which years are open for declaration, and each person's row of each year.

use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;

use kit::module::{Task, TaskContext};
use kit::settings::Kind;
use kit::{Clock, Event, PersonId, Result, Setting, Settings};

use crate::ledger::{self, totals};

/// Years that may be declared; empty: the current one.
pub const OPEN_YEARS: Setting = Setting {
    key: "credit-hours.open-years",
    group: "学时申报",
    label: "开放申报的年度",
    help: "不填时只开放当前年度。要同时开放几个年度，用逗号隔开，例如 2025,2026。",
    kind: Kind::Text { most: 60 },
    default: "",
    check: Some(check_years),
};

fn check_years(value: &str) -> Result<(), String> {
    match parse_years(value) {
        Some(_) => Ok(()),
        None => Err("请填 4 位年度，用逗号隔开，例如 2025,2026；也可以不填。".to_owned()),
    }
}

/// The listed years, newest first; none if something else is written.
fn parse_years(value: &str) -> Option<Vec<i32>> {
    let mut years = Vec::new();
    for part in value.split([',', '，', '、', ' ']).filter(|part| !part.is_empty()) {
        let year: i32 = part.parse().ok().filter(|year| (2000..=2100).contains(year))?;
        years.push(year);
    }
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    Some(years)
}

/// The years open for declaration, newest first; never one to come.
pub fn open_years(settings: &Settings, clock: &Clock) -> Vec<i32> {
    let now = clock.year();
    let mut years = parse_years(&settings.text(&OPEN_YEARS)).unwrap_or_default();
    years.retain(|year| *year <= now);
    if years.is_empty() { vec![now] } else { years }
}

/// What happened to people and organizations, as the ledger takes it.
pub async fn hear(tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
    match event {
        Event::PeopleCreated { people } => {
            for chunk in people.chunks(10_000) {
                totals::open(tx, chunk, clock.year(), true).await?;
            }
        }
        Event::PersonChanged { person } => totals::restate(tx, &[*person], clock.year()).await?,
        Event::PeopleMoved { people, .. } => {
            ledger::moved(tx, people).await?;
            declarations_moved(tx, people).await?;
            totals::restate(tx, people, clock.year()).await?;
        }
        Event::OrganizationChanged { organization } => {
            ledger::resuperior(tx, *organization).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn declarations_moved(tx: &mut SqliteConnection, people: &[PersonId]) -> Result<()> {
    sqlx::query(
        "update declaration set (organization_id, department_id) =
           (select organization_id, department_id from person where id = declaration.person_id)
          where person_id in (select value from json_each(?))",
    )
    .bind(serde_json::to_string(people)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// At the county's new year everybody gets his row of it, some thousands a transaction.
pub const NEW_YEAR: Task = Task { name: "credit-hours.new-year", every: 600, run: new_year };

/// People whose rows are opened in one transaction: well under a second.
const CHUNK: i64 = 5_000;

fn new_year(context: TaskContext) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let year = context.clock.year();
        loop {
            let mut tx = context.db.begin().await?;
            let done = open_some(&mut tx, year, CHUNK).await?;
            tx.commit().await?;
            if done {
                return Ok(());
            }
        }
    })
}

/// Opens the next rows of `year`; true when everybody has his.
pub async fn open_some(tx: &mut SqliteConnection, year: i32, most: i64) -> Result<bool> {
    sqlx::query("insert into ledger_year (year) values (?) on conflict do nothing")
        .bind(year)
        .execute(&mut *tx)
        .await?;
    let (after, finished): (i64, bool) =
        sqlx::query_as("select opened_to, finished from ledger_year where year = ?")
            .bind(year)
            .fetch_one(&mut *tx)
            .await?;
    if finished {
        return Ok(true);
    }
    let last = totals::open_next(tx, after, most, year).await?;
    sqlx::query("update ledger_year set opened_to = ?, finished = ? where year = ?")
        .bind(last.unwrap_or(after))
        .bind(last.is_none())
        .bind(year)
        .execute(tx)
        .await?;
    Ok(last.is_none())
}

#[cfg(test)]
mod tests {
    use super::{check_years, parse_years};

    #[test]
    fn open_years_are_read_as_people_type_them() {
        assert_eq!(parse_years(""), Some(vec![]));
        assert_eq!(parse_years("2025，2026"), Some(vec![2026, 2025]));
        assert_eq!(parse_years("2026, 2026"), Some(vec![2026]));
        assert_eq!(parse_years("今年"), None);
        assert!(check_years("26").is_err());
        assert!(check_years("2026").is_ok());
    }
}
