//! The roster of a batch: from the class's own list, and how each row stands.

use std::collections::{HashMap, HashSet};

use credit_hours::roster::{self, NewRow, PROXY, Row, Verdict};
use kit::{Hours, IdentityId, OrganizationId, Result};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::store::{self, Proxy};
use crate::plans::store::Plan;

/// 学习形式 of all that a base declares: 继续教育基地培训班.
pub const KIND: &str = "01";
/// Rows of one batch at most: no plan has more places.
pub const MOST_ROWS: usize = 9_999;
/// Said of a row whose trainee did not pass.
pub const NOT_PASSED: &str = "未达到要求，不计学时";

/// What a row has beside the columns of all rosters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// 出勤率, as given.
    pub attendance: String,
    /// 考核成绩, as given.
    pub score: String,
    /// 达到要求
    pub passed: bool,
    /// What the base declared, tenths, if a desk has lowered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<i64>,
    /// Why a desk lowered it: the last one's reason.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lowered: String,
    /// What each desk that lowered it left, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lowerings: Vec<Lowering>,
}

/// What a desk left of a row's hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lowering {
    pub desk: OrganizationId,
    /// Tenths.
    pub hours: i64,
    pub reason: String,
}

impl Detail {
    pub fn of(row: &Row) -> Result<Self> {
        Ok(serde_json::from_str(&row.detail)?)
    }
}

/// How a row stands, the worst first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Cannot be entered: why.
    Failing(String),
    /// Nobody of this county: kept for handing over.
    Abroad(String),
    /// Can be entered, or was; what to know.
    Good(Vec<String>),
    /// 未达到要求: no hours.
    NotPassed,
}

impl Mark {
    fn rank(&self) -> u8 {
        match self {
            Mark::Failing(_) => 0,
            Mark::Abroad(_) => 1,
            Mark::Good(notes) if !notes.is_empty() => 2,
            Mark::Good(_) => 3,
            Mark::NotPassed => 4,
        }
    }
}

/// A row with its mark and fields.
#[derive(Debug, Clone)]
pub struct Marked {
    pub row: Row,
    /// First four and last two characters; empty if it was not asked for.
    pub id_card: String,
    pub detail: Detail,
    pub mark: Mark,
}

impl Marked {
    fn of(row: Row, detail: Detail, mark: Mark) -> Self {
        Self { row, id_card: String::new(), detail, mark }
    }

    /// (class of the tag, its text, sentence) as the tables show it.
    pub fn told(&self) -> (&'static str, &'static str, String) {
        let entered = self.row.state == "entered";
        match &self.mark {
            Mark::Failing(why) if self.row.state == "left" => ("back", "未计入", why.clone()),
            Mark::Failing(why) => ("back", "不能计入", why.clone()),
            Mark::Abroad(why) => ("info", "外县", why.clone()),
            Mark::Good(_) if entered => ("pass", "已计入", String::new()),
            Mark::Good(notes) if notes.is_empty() => ("pass", "可以计入", String::new()),
            Mark::Good(notes) => ("wait", "可以计入", notes.join("；")),
            Mark::NotPassed => ("off", "未达到要求", String::new()),
        }
    }
}

/// People and hours of the rows by their marks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    pub people: usize,
    pub good: usize,
    /// Of the good ones.
    pub hours: Hours,
    pub failing: usize,
    pub abroad: usize,
    pub not_passed: usize,
}

impl Sums {
    pub fn of(marked: &[Marked]) -> Self {
        let mut sums = Self { people: marked.len(), ..Self::default() };
        for one in marked {
            match one.mark {
                Mark::Failing(_) => sums.failing += 1,
                Mark::Abroad(_) => sums.abroad += 1,
                Mark::NotPassed => sums.not_passed += 1,
                Mark::Good(_) => {
                    sums.good += 1;
                    sums.hours += one.row.hours;
                }
            }
        }
        sums
    }

    /// 共 32 人：可以计入 28 人（672 学时），不能计入 2 人，外县 1 人，未达到要求 1 人
    pub fn sentence(&self, decided: bool) -> String {
        let (good, failing) =
            if decided { ("已计入", "未计入") } else { ("可以计入", "不能计入") };
        let mut text =
            format!("共 {} 人：{good} {} 人（{} 学时）", self.people, self.good, self.hours);
        for (what, count) in
            [(failing, self.failing), ("外县", self.abroad), ("未达到要求", self.not_passed)]
        {
            if count > 0 {
                text.push_str(&format!("，{what} {count} 人"));
            }
        }
        text
    }
}

/// Every row with its mark: as it was decided, else checked as people, ledger and rules are now.
/// Failing ones first.
pub async fn marked(db: &mut SqliteConnection, proxy: i64) -> Result<Vec<Marked>> {
    let rows = roster::rows(&mut *db, PROXY, proxy, None).await?;
    let (open, decided): (Vec<Row>, Vec<Row>) =
        rows.into_iter().partition(|row| matches!(row.state.as_str(), "draft" | "pending"));
    let mut marked = Vec::with_capacity(open.len() + decided.len());
    for row in decided {
        let detail = Detail::of(&row)?;
        let mark = match row.state.as_str() {
            "entered" => Mark::Good(vec![]),
            "abroad" => Mark::Abroad(row.reason.clone()),
            _ if !detail.passed => Mark::NotPassed,
            _ => Mark::Failing(row.reason.clone()),
        };
        marked.push(Marked::of(row, detail, mark));
    }
    marked.extend(check(&mut *db, proxy, open).await?);
    let mut masked = masked(db, proxy).await?;
    for one in &mut marked {
        one.id_card = masked.remove(&one.row.id).unwrap_or_default();
    }
    marked.sort_by_key(|one| (one.mark.rank(), one.row.number));
    Ok(marked)
}

/// The masked ID numbers of a batch's rows, by row.
async fn masked(db: &mut SqliteConnection, proxy: i64) -> Result<HashMap<i64, String>> {
    let found: Vec<(i64, String)> = sqlx::query_as(
        "select r.id, substr(i.number, 1, 4) || '************' || substr(i.number, 17)
           from roster_row r join identity i on i.id = r.identity_id
          where r.subject = 'proxy' and r.parent_id = ?",
    )
    .bind(proxy)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().collect())
}

/// Checks open rows: the rosters' own check, and what is a base's alone — hours up to the plan's,
/// nobody handed over twice, hours only for who passed.
pub async fn check(db: &mut SqliteConnection, proxy: i64, rows: Vec<Row>) -> Result<Vec<Marked>> {
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let most: Hours = sqlx::query_scalar(
        "select p.hours from proxy_declaration d join plan p on p.id = d.plan_id where d.id = ?",
    )
    .bind(proxy)
    .fetch_one(&mut *db)
    .await?;
    let handed = handed(&mut *db, proxy).await?;
    let mut marked = Vec::with_capacity(rows.len());
    let mut passed = Vec::with_capacity(rows.len());
    for row in rows {
        let detail = Detail::of(&row)?;
        let why = match handed.get(&row.identity_id.0) {
            _ if !detail.passed => {
                marked.push(Marked::of(row, detail, Mark::NotPassed));
                continue;
            }
            Some(number) => Some(format!("已在 {number} 中作为外县学员登记，不能再报")),
            None if row.hours > most => {
                Some(format!("{} 学时超过计划的认定学时 {most} 学时", row.hours))
            }
            None if row.hours.is_zero() && !detail.lowered.is_empty() => {
                Some(format!("审核认定 0 学时：{}", detail.lowered))
            }
            None => None,
        };
        match why {
            Some(why) => marked.push(Marked::of(row, detail, Mark::Failing(why))),
            None => passed.push((row, detail)),
        }
    }
    let rows: Vec<Row> = passed.iter().map(|(row, _)| row.clone()).collect();
    let verdicts = roster::check(db, &rows, None).await?;
    for ((row, detail), verdict) in passed.into_iter().zip(verdicts) {
        let mark = match verdict {
            Verdict::Good(mut notes) => {
                if !detail.lowered.is_empty() {
                    notes.push(format!(
                        "申报 {} 学时，审核调低：{}",
                        Hours::from_tenths(detail.asked.unwrap_or_default()),
                        detail.lowered
                    ));
                }
                Mark::Good(notes)
            }
            Verdict::Failing(why) => Mark::Failing(why),
            Verdict::Abroad(why) => Mark::Abroad(why),
        };
        marked.push(Marked::of(row, detail, mark));
    }
    Ok(marked)
}

/// Whom former batches of the same plan keep for handing over: the batch's number by identity.
async fn handed(db: &mut SqliteConnection, proxy: i64) -> Result<HashMap<i64, String>> {
    let found: Vec<(i64, String)> = sqlx::query_as(
        "select h.identity_id, h.number from proxy_declaration d
           join handover h on h.plan_id = d.plan_id where d.id = ?",
    )
    .bind(proxy)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().collect())
}

/// The roster of the class itself, in place of what was there; of a 补报 only those of it whom no
/// former batch has entered (and nobody revoked since) or kept. Gives how many.
pub async fn of_class(tx: &mut SqliteConnection, proxy: &Proxy, plan: &Plan) -> Result<usize> {
    let done: Vec<i64> = sqlx::query_scalar(
        "select identity_id from roster_row
          where plan_id = ? and subject = 'proxy' and parent_id <> ? and state in ('entered', 'abroad')
            and not exists (select 1 from entry e where e.reverses_id = roster_row.entry_id)",
    )
    .bind(plan.id)
    .bind(proxy.id)
    .fetch_all(&mut *tx)
    .await?;
    let done: HashSet<i64> = done.into_iter().collect();
    let identities: HashMap<i64, i64> = sqlx::query_as(
        "select p.id, p.identity_id from trainee t join person p on p.id = t.person_id
          where t.plan_id = ?",
    )
    .bind(plan.id)
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();
    let mut rows = Vec::new();
    for one in crate::roster(&mut *tx, plan.id).await? {
        let Some(identity) = identities.get(&one.person.0) else { continue };
        // of a supplement who failed was told so in the first batch
        if done.contains(identity) || (proxy.supplement && !one.passed) {
            continue;
        }
        rows.push(Given {
            number: one.serial as i64,
            identity: IdentityId(*identity),
            name: one.name,
            unit: one.unit,
            certificate: one.certificate,
            hours: one.hours,
            detail: Detail {
                attendance: one.rate,
                score: one.score,
                passed: one.passed,
                ..Detail::default()
            },
        });
    }
    let count = rows.len();
    put(tx, proxy, plan, rows, "class").await?;
    Ok(count)
}

/// A row as it is given.
#[derive(Debug, Clone)]
pub struct Given {
    pub number: i64,
    pub identity: IdentityId,
    pub name: String,
    pub unit: String,
    pub certificate: String,
    pub hours: Hours,
    pub detail: Detail,
}

/// These rows in place of what was there. `from`: `class`, or the name of the workbook.
pub async fn put(
    tx: &mut SqliteConnection,
    proxy: &Proxy,
    plan: &Plan,
    rows: Vec<Given>,
    from: &str,
) -> Result<()> {
    let identities: Vec<i64> = rows.iter().map(|row| row.identity.0).collect();
    let people: HashMap<i64, kit::PersonId> = sqlx::query_as(
        "select p.identity_id, p.id from json_each(?) j
           cross join person p on p.identity_id = j.value",
    )
    .bind(serde_json::to_string(&identities)?)
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();
    let (base, category): (String, i64) = sqlx::query_as(
        "select o.name, d.category from proxy_declaration d
           join organization o on o.id = d.organization_id where d.id = ?",
    )
    .bind(proxy.id)
    .fetch_one(&mut *tx)
    .await?;
    let new = rows
        .into_iter()
        .map(|row| {
            Ok(NewRow {
                number: row.number,
                identity: row.identity,
                person: people.get(&row.identity.0).copied(),
                name: row.name,
                unit: row.unit,
                year: proxy.year,
                category,
                kind: KIND.to_owned(),
                title: plan.title.clone(),
                organizer: base.clone(),
                started_on: plan.begins_on.clone(),
                ended_on: plan.ends_on.clone(),
                certificate_number: row.certificate,
                hours: row.hours,
                plan: Some(plan.id),
                detail: serde_json::to_string(&row.detail)?,
            })
        })
        .collect::<Result<Vec<NewRow>>>()?;
    roster::clear(&mut *tx, PROXY, proxy.id).await?;
    roster::put(&mut *tx, PROXY, proxy.id, &new).await?;
    store::note_roster(tx, proxy.id, from).await
}
