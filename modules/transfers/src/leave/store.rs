//! Statements of 调出本县: the act, its record, its undo.

use accounts::people::{PersonBrief, mark};
use kit::{
    AccountId, Actor, Clock, Error, Event, FileId, Modules, PersonId, Result, User, day, file,
    message, serial, trail,
};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::MINE;
use crate::LEAF;

/// Where a person went, as pages show it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Leave {
    pub transfer: i64,
    pub person: PersonId,
    pub name: String,
    pub unit: String,
    pub area: String,
    pub receiver: String,
    pub left_on: String,
    pub reason: String,
    pub certificate: i64,
    pub certificate_number: String,
    pub at: String,
    pub by_name: String,
    /// He is 调出 by this record.
    pub now: bool,
}

/// What the form says.
pub struct Wanted {
    pub area: String,
    pub receiver: String,
    /// `YYYY-MM-DD`
    pub on: String,
    pub reason: String,
    pub files: Vec<FileId>,
}

/// The person's last leave that was not undone.
pub async fn last(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Leave>> {
    Ok(sqlx::query_as(
        "select l.transfer_id as transfer, l.person_id as person, p.name, o.name as unit, l.area,
                l.receiver, l.left_on, t.reason, l.certificate_id as certificate,
                c.number as certificate_number, t.submitted_at as at, a.name as by_name,
                p.state = 'moved' as now
           from leave l
           join transfer t on t.id = l.transfer_id
           join person p on p.id = l.person_id
           join organization o on o.id = l.organization_id
           join certificate c on c.id = l.certificate_id
           join account a on a.id = t.account_id
          where l.person_id = ? and l.undone_at = '' order by l.transfer_id desc limit 1",
    )
    .bind(person)
    .fetch_optional(db)
    .await?)
}

/// What of the person's must be ended before he can leave: a request that waits would be decided
/// by a unit he no longer belongs to.
pub async fn waiting(db: &mut SqliteConnection, person: PersonId) -> Result<Option<String>> {
    let change: Option<String> = sqlx::query_scalar(
        "select number from person_change where person_id = ? and state = 'pending' limit 1",
    )
    .bind(person)
    .fetch_optional(&mut *db)
    .await?;
    if let Some(number) = change {
        return Ok(Some(format!(
            "他的信息修改申请 {number} 还在审核，请先审核完，或由提交的人撤回，再登记调出。"
        )));
    }
    let transfer: Option<String> = sqlx::query_scalar(
        "select t.number from transfer_person p join transfer t on t.id = p.transfer_id
          where p.person_id = ? and p.state = 'pending' limit 1",
    )
    .bind(person)
    .fetch_optional(db)
    .await?;
    Ok(transfer.map(|number| {
        format!("他的人员调转申请 {number} 还在审核，请先由提交的人撤回，再登记调出。")
    }))
}

/// Records that a person leaves the county, in the act's transaction; gives how many rights ended.
/// Pending declarations stay and are decided, for that was learned here. The caller has checked
/// permission and scope.
///
/// # Errors
/// Refused while a request of his waits, for the last super administrator, for who is gone.
pub async fn leave(
    tx: &mut SqliteConnection,
    modules: &Modules,
    brief: &PersonBrief,
    wanted: &Wanted,
    user: &User,
    clock: &Clock,
) -> Result<usize> {
    if let Some(sentence) = waiting(&mut *tx, brief.id).await? {
        return Err(Error::refused(sentence));
    }
    let rights = left(&mut *tx, brief, wanted, user.account, &user.actor(), clock).await?;
    modules.deliver(tx, &Event::PersonChanged { person: brief.id }, clock).await?;
    Ok(rights)
}

/// State, rights, certificate, record, trail and message; without the event.
pub async fn left(
    tx: &mut SqliteConnection,
    brief: &PersonBrief,
    wanted: &Wanted,
    account: AccountId,
    actor: &Actor,
    clock: &Clock,
) -> Result<usize> {
    let destination = format!("{} {}", wanted.area, wanted.receiver);
    let state_reason = format!("调往{destination}：{}", wanted.reason);
    let rights = mark::leave(&mut *tx, brief.id, &wanted.on, &state_reason, actor, clock).await?;
    let years = years(&mut *tx, brief.id, clock).await?;
    let certificate =
        verification::give(&mut *tx, brief.id, years, account, actor.clone(), clock).await?;
    record(&mut *tx, brief, wanted, &destination, certificate, account, clock).await?;
    let text = format!(
        "登记{}调出本县（{}），调往{destination}，原因：{}；终止管理员权限 {rights} 项",
        brief.name, wanted.on, wanted.reason
    );
    let object = format!("person:{}", brief.id);
    trail::write(&mut *tx, actor, clock, "transfers.leave", &object, &text).await?;
    let text = format!(
        "{}已登记您于 {} 调出本县，调往{destination}。您可以继续登录查看学时，打印学时证明，下载学时台账。登记错了的，请联系原单位撤销。",
        brief.organization_name, wanted.on
    );
    tell(tx, brief.id, "已登记调出本县", &text, clock).await?;
    Ok(rights)
}

/// The years from his first ledger entry to this one.
async fn years(db: &mut SqliteConnection, person: PersonId, clock: &Clock) -> Result<(i32, i32)> {
    let (first, last): (Option<i32>, Option<i32>) =
        sqlx::query_as("select min(year), max(year) from entry where person_id = ?")
            .bind(person)
            .fetch_one(db)
            .await?;
    let now = clock.year();
    Ok((first.unwrap_or(now).min(now), last.unwrap_or(now).max(now)))
}

async fn record(
    tx: &mut SqliteConnection,
    brief: &PersonBrief,
    wanted: &Wanted,
    destination: &str,
    certificate: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let now = clock.stamp();
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(&mut *tx, &format!("leave:{today}")).await?;
    let transfer: i64 = sqlx::query_scalar(
        "insert into transfer (number, state, organization_id, department_id, submitted_at,
           waiting_since, acted_at, kind, account_id, from_id, people, names, destination, reason,
           effective_on, created_at, updated_at)
         values (?1, 'approved', ?2, ?3, ?4, ?4, ?4, 'leave', ?5, ?2, 1, ?6, ?7, ?8, ?9, ?4, ?4)
         returning id",
    )
    .bind(format!("DC{today}-{next:04}"))
    .bind(brief.organization)
    .bind(brief.department)
    .bind(&now)
    .bind(account)
    .bind(&brief.name)
    .bind(destination)
    .bind(&wanted.reason)
    .bind(&wanted.on)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "insert into transfer_person (transfer_id, person_id, organization_id, department_id, state,
           submitted_at, acted_at)
         values (?1, ?2, ?3, ?4, 'approved', ?5, ?5)",
    )
    .bind(transfer)
    .bind(brief.id)
    .bind(brief.organization)
    .bind(brief.department)
    .bind(&now)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into leave (transfer_id, person_id, organization_id, area, receiver, left_on,
           certificate_id)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(transfer)
    .bind(brief.id)
    .bind(brief.organization)
    .bind(&wanted.area)
    .bind(&wanted.receiver)
    .bind(&wanted.on)
    .bind(certificate)
    .execute(&mut *tx)
    .await?;
    for (sort, id) in wanted.files.iter().enumerate() {
        sqlx::query("insert into transfer_file (transfer_id, file_id, sort) values (?, ?, ?)")
            .bind(transfer)
            .bind(id)
            .bind(sort as i64)
            .execute(&mut *tx)
            .await?;
        let unit = (brief.organization, brief.department);
        file::link(&mut *tx, *id, LEAF, Some(brief.id), unit.0, unit.1).await?;
        file::stay(&mut *tx, *id).await?;
    }
    Ok(())
}

/// Tells the person.
pub(super) async fn tell(
    tx: &mut SqliteConnection,
    person: PersonId,
    title: &str,
    text: &str,
    clock: &Clock,
) -> Result<()> {
    let account: Option<AccountId> =
        sqlx::query_scalar("select id from account where person_id = ?")
            .bind(person)
            .fetch_optional(&mut *tx)
            .await?;
    match account {
        Some(account) => message::send(tx, account, title, text, MINE, clock).await,
        None => Ok(()),
    }
}

/// The papers, in order.
pub async fn files(db: &mut SqliteConnection, transfer: i64) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from transfer_file where transfer_id = ? and removed = 0 order by sort",
    )
    .bind(transfer)
    .fetch_all(db)
    .await?)
}
