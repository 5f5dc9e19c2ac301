//! What became of an approved case since: for its pages at the desk and its applicant's.

use sqlx::SqliteConnection;

use kit::review::{Case, CaseState, Line, Since, Verdict};
use kit::{Grantable, Hours, Permission, Result};

use super::EditRevocations;

/// Lines of one case.
const MOST: i64 = 50;

#[derive(sqlx::FromRow)]
struct Act {
    kind: String,
    by_name: String,
    organization_name: String,
    at: String,
    reason: String,
    entries: i64,
    hours: i64,
    /// Of a correction, what stands in its place.
    now: Option<i64>,
}

/// 已撤销 or 已更正 in place of 已通过, a line for each act, and the way to 撤销或更正学时 while
/// something stands.
pub async fn since(db: &mut SqliteConnection, case: &Case) -> Result<Since> {
    if case.state != CaseState::Approved {
        return Ok(Since::default());
    }
    // recognised by the case itself; still standing, corrections among them
    let (first, standing): (i64, i64) = sqlx::query_as(
        "select coalesce(sum(corrects_id is null), 0),
                coalesce(sum(not exists (select 1 from entry r where r.reverses_id = entry.id)), 0)
           from entry where case_id = ? and reverses_id is null",
    )
    .bind(case.id)
    .fetch_one(&mut *db)
    .await?;
    let acts: Vec<Act> = sqlx::query_as(
        "select v.kind, v.by_name, v.organization_name, r.recorded_at as at, r.reason,
                count(*) as entries, sum(e.hours) as hours, sum(n.hours) as now
           from entry e join entry r on r.reverses_id = e.id join revocation v on v.entry_id = e.id
           left join entry n on n.corrects_id = e.id
          where e.case_id = ? and e.reverses_id is null
          group by v.kind, v.by_name, v.organization_name, r.recorded_at, r.reason
          order by min(r.id) limit ?",
    )
    .bind(case.id)
    .bind(MOST)
    .fetch_all(&mut *db)
    .await?;
    let links: Vec<(&'static str, String, Grantable)> = if standing > 0 {
        let href = format!("/credit-hours/cases/{}", case.id);
        vec![("撤销或更正学时", href, EditRevocations::grantable())]
    } else {
        vec![]
    };
    let revoked = acts.iter().any(|act| act.kind == "revoked");
    let tag = match (acts.is_empty(), standing, first) {
        (true, ..) => None,
        (_, 0, _) => Some(("back", "已撤销")),
        (_, _, 1) => Some(("wait", "已更正")),
        _ if revoked => Some(("wait", "部分已撤销")),
        _ => Some(("wait", "部分已更正")),
    };
    Ok(Since { tag, lines: acts.into_iter().map(line).collect(), links })
}

fn line(act: Act) -> Line {
    let (hours, now) = (Hours::from_tenths(act.hours), act.now.map(Hours::from_tenths));
    let text = match (act.kind.as_str(), act.entries, now) {
        ("corrected", 1, Some(now)) if now == hours => format!("更正内容，仍为 {now} 学时"),
        ("corrected", 1, Some(now)) => format!("更正，{hours} 学时改为 {now} 学时"),
        ("corrected", entries, _) => format!("更正 {entries} 条学时"),
        (_, 1, _) => format!("撤销 {hours} 学时"),
        (_, entries, _) => format!("撤销 {entries} 条，共 {hours} 学时"),
    };
    let kind = if act.kind == "corrected" { "wait" } else { "back" };
    let by = match (act.organization_name.as_str(), act.by_name.as_str()) {
        ("", "") => "人社局".to_owned(),
        ("", by) | (by, "") => by.to_owned(),
        (organization, name) => format!("{organization}（{name}）"),
    };
    Line {
        time: act.at,
        text: by,
        verdict: Some(Verdict { kind, text }),
        reason: act.reason,
        now: false,
    }
}
