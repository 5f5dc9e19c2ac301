//! Statements of plans and their versions.

mod create;
mod summary;

use kit::{CaseId, Clock, Error, Hours, OrganizationId, Result, serial};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::content::Content;
use super::typed::Typed;

pub use create::{add_version, create, of_form};
pub use summary::{Summary, index, show};

/// A plan as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Plan {
    pub id: i64,
    pub organization_id: OrganizationId,
    pub department_id: Option<OrganizationId>,
    pub number: String,
    /// planned, approved, running, ended, declared, cancelled
    pub stage: String,
    /// The version in force.
    pub version_id: Option<i64>,
    pub year: i32,
    pub title: String,
    pub begins_on: String,
    pub ends_on: String,
    pub signup_until: String,
    /// 认定学时, tenths.
    pub hours: i64,
    pub capacity: i64,
    pub fee: i64,
    pub signed: i64,
    pub passed: i64,
    pub cancelled_at: String,
    pub cancelled_reason: String,
}

impl Plan {
    /// What the trail calls it.
    pub fn object(&self) -> String {
        format!("plan:{}", self.id)
    }

    /// 计划 JH2026-0001“…”; of a draft without the number.
    pub fn called(&self) -> String {
        format!("培训计划 {}“{}”", self.number, self.title).replace(" “", "“")
    }
}

/// A version as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Version {
    pub id: i64,
    pub plan_id: i64,
    pub version: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub recognised: Option<i64>,
    pub submitted_at: String,
    pub acted_at: String,
    pub updated_at: String,
    #[serde(skip)]
    pub typed: String,
}

impl Version {
    /// Whether the base may write in it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    pub fn typed(&self) -> Result<Typed> {
        Ok(serde_json::from_str(&self.typed)?)
    }

    /// (shown, class of its tag) of its state.
    pub fn label(&self) -> (&'static str, &'static str) {
        state_label(&self.state)
    }
}

/// (shown, class of its tag) of a version's state or a plan's stage.
pub fn state_label(state: &str) -> (&'static str, &'static str) {
    let found = super::list::STATES.iter().find(|(stored, _, _)| *stored == state);
    found.map_or(("", ""), |(_, shown, tag)| (shown, tag))
}

const PLAN: &str = "select id, organization_id, department_id, number, stage, version_id, year,
    title, begins_on, ends_on, signup_until, hours, capacity, fee, signed, passed, cancelled_at,
    cancelled_reason from plan where id = ";
const VERSION: &str = "select id, plan_id, version, case_id, number, state, recognised,
    submitted_at, acted_at, updated_at, typed from plan_version where plan_id = ";

/// The plan, whoever's it is.
///
/// # Errors
/// `NotFound`
pub async fn find(db: &mut SqliteConnection, id: i64) -> Result<Plan> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(PLAN);
    sql.push_bind(id);
    sql.build_query_as().fetch_optional(db).await?.ok_or(Error::NotFound)
}

/// The base's own plan.
///
/// # Errors
/// `NotFound` if there is none or it is another base's.
pub async fn own(db: &mut SqliteConnection, base: OrganizationId, id: i64) -> Result<Plan> {
    let plan = find(db, id).await?;
    if plan.organization_id == base { Ok(plan) } else { Err(Error::NotFound) }
}

/// Every version, the latest first.
pub async fn versions(db: &mut SqliteConnection, plan: i64) -> Result<Vec<Version>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(VERSION);
    sql.push_bind(plan).push(" order by version desc");
    Ok(sql.build_query_as().fetch_all(db).await?)
}

/// The latest version: there is always one.
pub async fn latest(db: &mut SqliteConnection, plan: i64) -> Result<Version> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(VERSION);
    sql.push_bind(plan).push(" order by version desc limit 1");
    sql.build_query_as().fetch_optional(db).await?.ok_or(Error::NotFound)
}

/// The version that may be written in now.
///
/// # Errors
/// Refused while it is being reviewed, and of a plan that has ended or was cancelled.
pub async fn editable(db: &mut SqliteConnection, plan: &Plan) -> Result<Version> {
    let latest = latest(db, plan.id).await?;
    if let Some(sentence) = closed(plan) {
        return Err(Error::refused(sentence));
    }
    match latest.state.as_str() {
        _ if latest.editable() => Ok(latest),
        "pending" => Err(Error::refused(format!(
            "{} 正在审核，不能修改。需要修改的请先撤回；已有单位通过的，请联系审核单位驳回。",
            latest.number
        ))),
        _ => Err(Error::refused(format!(
            "{} 已经通过。要改的请在详情页点“变更”，变更通过以前按原计划执行。",
            plan.number
        ))),
    }
}

/// Why nothing of a plan can be changed any more.
pub fn closed(plan: &Plan) -> Option<String> {
    let what = match plan.stage.as_str() {
        "ended" | "declared" => "已经结业",
        "cancelled" => "已经取消",
        _ => return None,
    };
    Some(format!("{} {what}，不能修改。需要再办一期的，请用“复制”。", plan.number))
}

/// Stores what is being written; while no version is in force, the plan shows it, too.
pub async fn save(
    tx: &mut SqliteConnection,
    version: &Version,
    typed: &Typed,
    summary: &Summary,
    clock: &Clock,
) -> Result<()> {
    let saved = sqlx::query(
        "update plan_version set typed = ?, year = ?, title = ?, category = ?, form = ?, fields = ?,
           begins_on = ?, ends_on = ?, hours = ?, capacity = ?, fee = ?, recognised = null,
           updated_at = ?
          where id = ? and state in ('draft', 'rejected', 'withdrawn')",
    )
    .bind(serde_json::to_string(typed)?)
    .bind(summary.year)
    .bind(&summary.title)
    .bind(summary.category)
    .bind(&summary.form)
    .bind(&summary.fields)
    .bind(&summary.begins_on)
    .bind(&summary.ends_on)
    .bind(summary.hours)
    .bind(summary.capacity)
    .bind(summary.fee)
    .bind(clock.stamp())
    .bind(version.id)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if saved == 0 {
        return Err(Error::Fault(format!("plan version {}: not editable", version.id)));
    }
    let planned: bool = sqlx::query_scalar("select stage = 'planned' from plan where id = ?")
        .bind(version.plan_id)
        .fetch_one(&mut *tx)
        .await?;
    if planned {
        show(tx, version.plan_id, summary, Hours::from_tenths(summary.hours), clock).await?;
    }
    Ok(())
}

/// Keeps what is submitted. The plan gets its number with the first submission.
pub async fn submitted(
    tx: &mut SqliteConnection,
    plan: &Plan,
    content: &Content,
) -> Result<String> {
    sqlx::query("update plan_version set content = ? where id = ?")
        .bind(serde_json::to_string(content)?)
        .bind(content.version_id)
        .execute(&mut *tx)
        .await?;
    let number = match plan.number.as_str() {
        "" => {
            let number = number(&mut *tx, content.year).await?;
            sqlx::query("update plan set number = ? where id = ?")
                .bind(&number)
                .bind(plan.id)
                .execute(&mut *tx)
                .await?;
            number
        }
        number => number.to_owned(),
    };
    Ok(if content.version > 1 { format!("{number}-{}", content.version) } else { number })
}

/// JH2026-0001: counted anew for each year of training.
pub async fn number(tx: &mut SqliteConnection, year: i32) -> Result<String> {
    let next = serial::next(tx, &format!("plan:{year}")).await?;
    Ok(format!("JH{year}-{next:04}"))
}

/// Removes a draft that was never submitted: of the first version with its plan.
pub async fn discard(tx: &mut SqliteConnection, version: &Version) -> Result<()> {
    if version.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能删除；不再办的，撤回后放着即可。",
            version.number
        )));
    }
    sqlx::query("delete from plan_version where id = ? and case_id is null")
        .bind(version.id)
        .execute(&mut *tx)
        .await?;
    if version.version == 1 {
        sqlx::query("delete from plan_search where rowid = ?")
            .bind(version.plan_id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from plan where id = ? and stage = 'planned'")
            .bind(version.plan_id)
            .execute(tx)
            .await?;
    }
    Ok(())
}
