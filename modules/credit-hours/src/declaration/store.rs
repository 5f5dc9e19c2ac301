//! Statements of a declaration and its files.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::file::Stored;
use kit::{CaseId, Clock, Error, FileId, OrganizationId, PersonId, Result, User};

use super::form::Fields;
use super::rules;

/// A declaration as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Draft {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub person_id: PersonId,
    pub organization_id: OrganizationId,
    pub year: i32,
    pub category_id: Option<i64>,
    pub kind: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub place: String,
    pub level: String,
    pub rank: String,
    pub certificate_number: String,
    pub hours: i64,
    pub recognised: Option<i64>,
    pub note: String,
    pub updated_at: String,
}

impl Draft {
    /// Whether the person may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }
}

/// The person's own declaration.
///
/// # Errors
/// `NotFound` if there is none or it is somebody else's.
pub async fn own(db: &mut SqliteConnection, person: PersonId, id: i64) -> Result<Draft> {
    let found: Option<Draft> = sqlx::query_as(
        "select id, case_id, number, state, person_id, organization_id, year, category_id, kind,
                title, organizer, started_on, ended_on, place, level, rank, certificate_number,
                hours, recognised, note, updated_at
           from declaration where id = ? and person_id = ?",
    )
    .bind(id)
    .bind(person)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// The same, if it may be changed.
pub async fn own_editable(db: &mut SqliteConnection, person: PersonId, id: i64) -> Result<Draft> {
    let draft = own(db, person, id).await?;
    match draft.state.as_str() {
        _ if draft.editable() => Ok(draft),
        "pending" => Err(Error::refused(format!(
            "{} 正在审核，不能修改。需要修改的请先撤回；已有单位通过的，请联系审核单位驳回。",
            draft.number
        ))),
        _ => Err(Error::refused(format!(
            "{} 已经通过，不能修改。确有错误的，请联系县区人社局。",
            draft.number
        ))),
    }
}

/// Why the person may not declare now: who is not 在职 or 返聘 reads his ledger only.
pub async fn shut(db: &mut SqliteConnection, person: PersonId) -> Result<Option<String>> {
    let state: String = sqlx::query_scalar("select state from person where id = ?")
        .bind(person)
        .fetch_optional(db)
        .await?
        .ok_or(Error::NotFound)?;
    if kit::dictionary::takes_part(&state) {
        return Ok(None);
    }
    let label = kit::dictionary::PERSON_STATES.label(&state).to_owned();
    let then = match state.as_str() {
        "left" | "moved" => "到新单位后通过“人员调转”转入，就可以申报。",
        _ => "状态登记有误的，请联系单位管理员更正。",
    };
    Ok(Some(format!(
        "您现在的人员状态是“{label}”，只能查看学时，不能申报：只有在职和返聘的人员申报学时。{then}"
    )))
}

/// An empty draft of the person's.
pub async fn create(
    tx: &mut SqliteConnection,
    person: PersonId,
    user: &User,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    let id: Option<i64> = sqlx::query_scalar(
        "insert into declaration (organization_id, department_id, person_id, account_id, year,
           created_at, updated_at)
         select organization_id, department_id, id, ?, ?, ?, ? from person where id = ?
         returning id",
    )
    .bind(user.account)
    .bind(clock.year())
    .bind(&now)
    .bind(&now)
    .bind(person)
    .fetch_optional(tx)
    .await?;
    id.ok_or(Error::NotFound)
}

/// Stores what was usable of the form.
pub async fn update(
    tx: &mut SqliteConnection,
    id: i64,
    fields: &Fields,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "update declaration set year = coalesce(?, year),
           category_id = case when ? is null then category_id else nullif(?, 0) end,
           kind = coalesce(?, kind), title = coalesce(?, title),
           organizer = coalesce(?, organizer), started_on = coalesce(?, started_on),
           ended_on = coalesce(?, ended_on), place = coalesce(?, place),
           level = coalesce(?, level), rank = coalesce(?, rank),
           certificate_number = coalesce(?, certificate_number), hours = coalesce(?, hours),
           note = coalesce(?, note), recognised = null, updated_at = ?
          where id = ? and state in ('draft', 'rejected', 'withdrawn')",
    )
    .bind(fields.year)
    .bind(fields.category)
    // sqlx counts `?` and `?2` apart, so each has its own value
    .bind(fields.category)
    .bind(&fields.kind)
    .bind(&fields.title)
    .bind(&fields.organizer)
    .bind(&fields.started_on)
    .bind(&fields.ended_on)
    .bind(&fields.place)
    .bind(&fields.level)
    .bind(&fields.rank)
    .bind(&fields.certificate_number)
    .bind(fields.hours.map(kit::Hours::tenths))
    .bind(&fields.note)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Its files, in order.
pub async fn files(db: &mut SqliteConnection, id: i64) -> Result<Vec<Stored>> {
    let ids: Vec<FileId> = sqlx::query_scalar(
        "select file_id from declaration_file where declaration_id = ? and removed = 0
          order by sort, file_id",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    kit::file::find(db, &ids).await
}

/// Puts a kept file behind the others.
pub async fn attach(tx: &mut SqliteConnection, id: i64, file: FileId) -> Result<()> {
    sqlx::query(
        "insert into declaration_file (declaration_id, file_id, sort)
         select ?1, ?2, coalesce(max(sort), 0) + 1 from declaration_file where declaration_id = ?1
         on conflict (declaration_id, file_id) do update set removed = 0, sort = excluded.sort",
    )
    .bind(id)
    .bind(file)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file off. What was submitted once keeps its row: the desk's history shows it.
pub async fn detach(
    tx: &mut SqliteConnection,
    draft: &Draft,
    file: FileId,
    user: &User,
) -> Result<()> {
    let sql = if draft.case_id.is_some() {
        "update declaration_file set removed = 1 where declaration_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from declaration_file where declaration_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(draft.id).bind(file).execute(&mut *tx).await?.rows_affected();
    match (done, draft.case_id) {
        (0, _) => Err(Error::NotFound),
        (_, Some(_)) => Ok(()),
        (_, None) => kit::file::remove(tx, file, user).await,
    }
}

/// Lets those see the evidence who see the declaration: from its submission on.
pub async fn link(tx: &mut SqliteConnection, draft: &Draft) -> Result<()> {
    let (organization, department): (OrganizationId, Option<OrganizationId>) =
        sqlx::query_as("select organization_id, department_id from declaration where id = ?")
            .bind(draft.id)
            .fetch_one(&mut *tx)
            .await?;
    for file in files(&mut *tx, draft.id).await? {
        let person = Some(draft.person_id);
        kit::file::link(&mut *tx, file.id, crate::subject::LEAF, person, organization, department)
            .await?;
    }
    Ok(())
}

/// Removes a draft that was never submitted, and its evidence.
pub async fn delete(tx: &mut SqliteConnection, draft: &Draft, user: &User) -> Result<()> {
    if draft.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能删除；不再申报的，撤回后放着即可。",
            draft.number
        )));
    }
    for file in files(&mut *tx, draft.id).await? {
        detach(&mut *tx, draft, file.id, user).await?;
    }
    sqlx::query("delete from declaration where id = ? and case_id is null")
        .bind(draft.id)
        .execute(tx)
        .await?;
    Ok(())
}

/// What a declaration is compared by.
#[derive(Debug, Clone)]
pub struct Alike<'a> {
    pub id: i64,
    pub person: PersonId,
    pub kind: &'a str,
    pub title: &'a str,
    pub certificate_number: &'a str,
    pub started_on: &'a str,
    pub ended_on: &'a str,
}

/// Another declaration of the person's, waiting or approved (and not revoked since), for the same
/// thing: same kind and title with overlapping dates, or the same certificate number. One
/// sentence about it.
pub async fn duplicate(db: &mut SqliteConnection, one: &Alike<'_>) -> Result<Option<String>> {
    let others: Vec<(String, String, String, String, String, String, String)> = sqlx::query_as(
        "select number, kind, title, certificate_number, started_on, ended_on, state
           from declaration d
          where person_id = ? and id <> ? and state in ('pending', 'approved')
            and not exists (select 1 from entry e join entry r on r.reverses_id = e.id
                             where e.declaration_id = d.id)
          order by id",
    )
    .bind(one.person)
    .bind(one.id)
    .fetch_all(db)
    .await?;
    let (title, certificate) =
        (rules::comparable(one.title), rules::comparable(one.certificate_number));
    for (number, kind, other, other_certificate, from, to, state) in others {
        let overlap = from.as_str() <= one.ended_on && to.as_str() >= one.started_on;
        let same = kind == one.kind && rules::comparable(&other) == title && overlap;
        let numbered =
            !certificate.is_empty() && rules::comparable(&other_certificate) == certificate;
        let how = match (same, numbered) {
            (true, _) => "同一项目，日期重叠",
            (_, true) => "证书编号相同",
            _ => continue,
        };
        let state = super::state_label(&state).0;
        return Ok(Some(format!("与申报 {number}“{other}”（{from} 至 {to}，{state}）重复：{how}")));
    }
    Ok(None)
}

/// An entry of another source (base, employer, platform, import) with the same title and
/// overlapping dates. One sentence about it.
pub async fn already_entered(db: &mut SqliteConnection, one: &Alike<'_>) -> Result<Option<String>> {
    let entries: Vec<(String, String, String, String)> = sqlx::query_as(
        "select e.title, e.started_on, e.ended_on, e.source from entry e
          where e.person_id = ? and e.declaration_id is null and e.reverses_id is null
            and e.started_on <= ? and e.ended_on >= ?
            and not exists (select 1 from entry r where r.reverses_id = e.id)",
    )
    .bind(one.person)
    .bind(one.ended_on)
    .bind(one.started_on)
    .fetch_all(db)
    .await?;
    let wanted = rules::comparable(one.title);
    let same = entries.into_iter().find(|(title, ..)| rules::comparable(title) == wanted);
    Ok(same.map(|(title, from, to, source)| {
        let source = crate::ledger::source_label(&source);
        format!("学时台账中已有“{title}”（{from} 至 {to}，来源：{source}），不用再申报")
    }))
}
