//! 年度报告 of a base: its years, each with what there is to do.

use kit::{Can, Clock, Db, OrganizationId, Page, Permission, Result, day};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{BASE, due, store};
use crate::leaves::{EditReports, PrintReports, ViewReports};

pub fn routes() -> Vec<Route> {
    routes![years]
}

/// Years back from now that can be handed in, unless the base was recognised later.
const BACK: i32 = 3;

#[derive(Serialize)]
struct Year {
    year: i32,
    state: &'static str,
    tag: &'static str,
    deadline: String,
    /// The deadline is over and it is not approved.
    late: bool,
    number: String,
    submitted_at: String,
    /// The report as submitted; empty: never.
    show: String,
    /// Where it is written; empty: not now.
    write: String,
    /// 填报, 继续填报 or 修改后重新提交
    act: &'static str,
    print: String,
}

/// The years of which the base may hand in a report: those that are over, from its recognition (or
/// registration) on.
pub async fn offered(
    db: &mut SqliteConnection,
    base: OrganizationId,
    clock: &Clock,
) -> Result<Vec<i32>> {
    let since: Option<String> = sqlx::query_scalar(
        "select substr(coalesce(nullif(b.recognized_on, ''), date(o.created_at, '+8 hours')), 1, 4)
           from organization o left join base_profile b on b.organization_id = o.id
          where o.id = ?",
    )
    .bind(base)
    .fetch_optional(db)
    .await?;
    let last = clock.year() - 1;
    let since = since.and_then(|year| year.parse().ok()).unwrap_or(last);
    Ok((since.max(last - BACK + 1)..=last).rev().collect())
}

#[get("/reports")]
async fn years(user: Can<ViewReports>, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let base = user.organization();
    let reports = store::all(&mut db, base).await?;
    let mut offered = offered(&mut db, base, clock).await?;
    offered.extend(reports.iter().map(|report| report.year));
    offered.sort_unstable_by(|a, b| b.cmp(a));
    offered.dedup();
    let (edits, prints) =
        (user.user.may(EditReports::grantable()), user.user.may(PrintReports::grantable()));
    let mut years = Vec::new();
    for year in offered {
        let report = reports.iter().find(|report| report.year == year);
        let deadline = due::deadline(&mut db, year).await?;
        let owed = due::owes(&mut db, base, year).await?;
        let late = owed
            && clock.today() > deadline
            && report.is_none_or(|report| report.state != "approved");
        let mut line = shown(year, report, edits, prints);
        if report.is_none() {
            (line.state, line.tag) = match (owed, late) {
                (_, true) => ("未交", "back"),
                (true, false) => ("待报送", "wait"),
                (false, _) => ("可以补报", "off"),
            };
        }
        years.push(Year { deadline: day::date_text(deadline), late, ..line });
    }
    Ok(Page::new("training/reports.html").with("years", &years).with("now", &clock.year()))
}

fn shown(year: i32, report: Option<&store::Report>, edits: bool, prints: bool) -> Year {
    let (state, tag) = report.map_or(("", ""), store::Report::label);
    let submitted = report.filter(|report| report.case_id.is_some());
    let editable = edits && report.is_none_or(store::Report::editable);
    let print = report.filter(|report| prints && report.state == "approved");
    Year {
        year,
        state,
        tag,
        deadline: String::new(),
        late: false,
        number: report.map(|report| report.number.clone()).unwrap_or_default(),
        submitted_at: submitted.map(|report| report.submitted_at.clone()).unwrap_or_default(),
        show: submitted.map(|report| format!("{BASE}/{}", report.id)).unwrap_or_default(),
        write: if editable { format!("/training/reporting/{year}") } else { String::new() },
        act: match report {
            None => "填报",
            Some(report) if report.case_id.is_some() => "修改后重新提交",
            Some(_) => "继续填报",
        },
        print: print.map(|report| format!("{BASE}/{}/print", report.id)).unwrap_or_default(),
    }
}
