//! Statements of 代申报: the batch being written, what was submitted, its files.

use credit_hours::roster::{self, PROXY};
use kit::file::{self, Stored};
use kit::{
    AccountId, CaseId, Clock, Error, FileId, Form, Hours, OnUnique, OrganizationId, Result,
    organization, serial,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::content::{Attached, Content, FileKind};
use crate::leaves::PROXY_REVIEWS;
use crate::plans::store::Plan;

/// A batch as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Proxy {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub organization_id: OrganizationId,
    pub plan_id: i64,
    pub supplement: bool,
    pub year: i32,
    pub title: String,
    pub hours: Hours,
    pub people: i64,
    pub total: Hours,
    pub entered: i64,
    pub left_out: i64,
    pub abroad: i64,
    #[serde(skip)]
    pub draft: String,
    pub roster: String,
    pub submitted_at: String,
}

/// The form as it was left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub session: String,
    pub begins_on: String,
    pub ends_on: String,
    pub reason: String,
}

impl Draft {
    pub fn fill(&self, form: &mut Form) {
        form.set("session", self.session.as_str());
        form.set("begins_on", self.begins_on.as_str());
        form.set("ends_on", self.ends_on.as_str());
        form.set("reason", self.reason.as_str());
    }

    pub fn typed(form: &Form) -> Self {
        let text = |name: &str| form.text(name).chars().take(400).collect::<String>();
        Self {
            session: text("session"),
            begins_on: text("begins_on"),
            ends_on: text("ends_on"),
            reason: text("reason"),
        }
    }
}

const COLUMNS: &str = "select id, case_id, number, state, organization_id, plan_id, supplement,
    year, title, hours, people, total, entered, left_out, abroad, draft, roster, submitted_at
    from proxy_declaration where ";

impl Proxy {
    pub fn draft(&self) -> Result<Draft> {
        Ok(serde_json::from_str(&self.draft)?)
    }

    /// Whether the base may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    /// (shown, class of its tag) of its state.
    pub fn label(&self) -> (&'static str, &'static str) {
        let found = super::list::STATES.iter().find(|(stored, ..)| *stored == self.state);
        found.map_or(("", ""), |(_, shown, tag)| (shown, tag))
    }

    /// What the trail calls it.
    pub fn object(&self) -> String {
        format!("proxy-declaration:{}", self.id)
    }
}

/// The base's own batch; another base's is not found.
pub async fn own(db: &mut SqliteConnection, base: OrganizationId, id: i64) -> Result<Proxy> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push("organization_id = ").push_bind(base).push(" and id = ").push_bind(id);
    let found: Option<Proxy> = sql.build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// Every batch of a plan, the first first.
pub async fn of_plan(db: &mut SqliteConnection, plan: i64) -> Result<Vec<Proxy>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push("plan_id = ").push_bind(plan).push(" order by id");
    Ok(sql.build_query_as().fetch_all(db).await?)
}

/// A plan's open batch, begun if there is none: (its id, whether it was begun now).
///
/// # Errors
/// Refused unless the class has ended.
pub async fn begin(
    tx: &mut SqliteConnection,
    plan: &Plan,
    account: AccountId,
    clock: &Clock,
) -> Result<(i64, bool)> {
    if !matches!(plan.stage.as_str(), "ended" | "declared") {
        return Err(Error::refused(
            "培训班还没有结业，不能代申报。请先登记结业成绩，办理结业以后再申报。",
        ));
    }
    let batches = of_plan(&mut *tx, plan.id).await?;
    if let Some(open) = batches.iter().find(|one| one.state != "approved") {
        return Ok((open.id, false));
    }
    let content = crate::plans::content_in_force(&mut *tx, plan.id).await?;
    let content = content.ok_or(Error::NotFound)?;
    let draft = Draft {
        session: content.session.to_string(),
        begins_on: plan.begins_on.clone(),
        ends_on: plan.ends_on.clone(),
        reason: String::new(),
    };
    let id: i64 = sqlx::query_scalar(
        "insert into proxy_declaration (organization_id, department_id, account_id, plan_id,
           supplement, year, title, category, hours, draft, created_at, updated_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(plan.organization_id)
    .bind(plan.department_id)
    .bind(account)
    .bind(plan.id)
    .bind(!batches.is_empty())
    .bind(plan.year)
    .bind(&plan.title)
    .bind(content.category)
    .bind(plan.hours)
    .bind(serde_json::to_string(&draft)?)
    .bind(clock.stamp())
    .bind(clock.stamp())
    .fetch_one(tx)
    .await
    .on_unique(
        "proxy_declaration.plan_id",
        "这个培训班已有一份没有办完的代申报，请在列表中打开继续。",
    )?;
    Ok((id, true))
}

/// Stores what is being written.
pub async fn save(tx: &mut SqliteConnection, id: i64, draft: &Draft, clock: &Clock) -> Result<()> {
    sqlx::query(
        "update proxy_declaration set draft = ?, updated_at = ?
          where id = ? and state in ('draft', 'rejected', 'withdrawn')",
    )
    .bind(serde_json::to_string(draft)?)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes where the roster came from, and its sums.
pub async fn note_roster(tx: &mut SqliteConnection, id: i64, roster: &str) -> Result<()> {
    sqlx::query(
        "update proxy_declaration set roster = ?2,
           people = (select count(*) from roster_row r where r.subject = 'proxy' and r.parent_id = ?1),
           total = (select coalesce(sum(r.hours), 0) from roster_row r
                     where r.subject = 'proxy' and r.parent_id = ?1)
          where id = ?1",
    )
    .bind(id)
    .bind(roster)
    .execute(tx)
    .await?;
    Ok(())
}

/// What is submitted stands in the lists and in every row.
pub async fn submitted(
    tx: &mut SqliteConnection,
    content: &Content,
    account: AccountId,
) -> Result<()> {
    sqlx::query(
        "update proxy_declaration set account_id = ?, year = ?, title = ?, category = ?, hours = ?,
           people = ?, total = ? where id = ?",
    )
    .bind(account)
    .bind(content.year)
    .bind(&content.title)
    .bind(content.category)
    .bind(content.hours.tenths())
    .bind(content.people)
    .bind(content.total.tenths())
    .bind(content.proxy)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update roster_row set year = ?, category_id = ?, title = ?, organizer = ?, started_on = ?,
           ended_on = ?, plan_id = ?, state = 'pending', reason = '',
           person_id = (select p.id from person p where p.identity_id = roster_row.identity_id)
          where subject = 'proxy' and parent_id = ? and state = 'draft'",
    )
    .bind(content.year)
    .bind(content.category)
    .bind(&content.title)
    .bind(&content.base_name)
    .bind(&content.begins_on)
    .bind(&content.ends_on)
    .bind(content.plan)
    .bind(content.proxy)
    .execute(tx)
    .await?;
    Ok(())
}

/// Sent back or withdrawn: the rows are the base's again, as it had declared them.
pub async fn returned(tx: &mut SqliteConnection, id: i64) -> Result<()> {
    sqlx::query(
        "update roster_row set hours = coalesce(detail ->> 'asked', hours),
           detail = json_remove(detail, '$.asked', '$.lowered', '$.lowerings')
          where subject = 'proxy' and parent_id = ? and state = 'pending'",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    roster::set_state(tx, PROXY, id, "pending", "draft").await?;
    Ok(())
}

/// Gives up a batch that was never submitted, with its rows.
pub async fn discard(tx: &mut SqliteConnection, proxy: &Proxy) -> Result<()> {
    roster::clear(&mut *tx, PROXY, proxy.id).await?;
    for attached in attached(&mut *tx, proxy.id).await? {
        detach(&mut *tx, proxy, attached.file).await?;
    }
    sqlx::query("delete from proxy_declaration where id = ? and case_id is null")
        .bind(proxy.id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Its files in the order of their kinds.
pub async fn attached(db: &mut SqliteConnection, id: i64) -> Result<Vec<Attached>> {
    Ok(sqlx::query_as(
        "select file_id, kind from proxy_file where proxy_id = ? and removed = 0
          order by kind = 'graduates', kind = 'scores', sort, file_id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// One file of a batch, also of a former round.
pub async fn file_of(db: &mut SqliteConnection, id: i64, wanted: FileId) -> Result<Stored> {
    let known: bool = sqlx::query_scalar(
        "select exists (select 1 from proxy_file where proxy_id = ? and file_id = ?)",
    )
    .bind(id)
    .bind(wanted)
    .fetch_one(&mut *db)
    .await?;
    let found = if known { file::find(db, &[wanted]).await?.pop() } else { None };
    found.ok_or(Error::NotFound)
}

/// Puts a kept file behind the others.
pub async fn attach(
    tx: &mut SqliteConnection,
    id: i64,
    file: FileId,
    kind: FileKind,
) -> Result<()> {
    sqlx::query(
        "insert into proxy_file (proxy_id, file_id, kind, sort)
         select ?1, ?2, ?3, coalesce(max(sort), 0) + 1 from proxy_file where proxy_id = ?1",
    )
    .bind(id)
    .bind(file)
    .bind(kind)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, proxy: &Proxy, file: FileId) -> Result<()> {
    if proxy.case_id.is_some() {
        let done = sqlx::query(
            "update proxy_file set removed = 1 where proxy_id = ? and file_id = ? and removed = 0",
        )
        .bind(proxy.id)
        .bind(file)
        .execute(tx)
        .await?;
        return if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) };
    }
    let done = sqlx::query("delete from proxy_file where proxy_id = ? and file_id = ?")
        .bind(proxy.id)
        .bind(file)
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    file::discard(tx, file).await
}

/// The desks of the base see the files.
pub async fn link(
    tx: &mut SqliteConnection,
    base: OrganizationId,
    files: &[Attached],
) -> Result<Option<OrganizationId>> {
    let found = organization::find(&mut *tx, base).await?.ok_or(Error::NotFound)?;
    for attached in files {
        let leaf = PROXY_REVIEWS;
        file::link(&mut *tx, attached.file, leaf, None, base, found.department_id).await?;
    }
    Ok(found.department_id)
}

/// DS20261123-0001: counted anew each day.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = kit::day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("proxy-declaration:{today}")).await?;
    Ok(format!("DS{today}-{next:04}"))
}
