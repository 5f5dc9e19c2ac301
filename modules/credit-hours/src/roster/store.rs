//! Statements of rows.

use sqlx::SqliteConnection;

use kit::{AccountId, CaseId, Hours, IdentityId, PersonId, Result};

/// A row to be kept. `number` is unique within its roster.
#[derive(Debug, Clone)]
pub struct NewRow {
    pub number: i64,
    pub identity: IdentityId,
    /// None: nobody here has this ID number.
    pub person: Option<PersonId>,
    /// As given.
    pub name: String,
    pub unit: String,
    pub year: i32,
    pub category: i64,
    /// 学习形式; empty if not known.
    pub kind: String,
    pub title: String,
    pub organizer: String,
    /// `YYYY-MM-DD`
    pub started_on: String,
    pub ended_on: String,
    pub certificate_number: String,
    pub hours: Hours,
    pub plan: Option<i64>,
    /// JSON of the subject's own fields.
    pub detail: String,
}

/// A row as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub subject: String,
    pub parent_id: i64,
    pub number: i64,
    pub identity_id: IdentityId,
    pub person_id: Option<PersonId>,
    pub name: String,
    pub unit: String,
    pub year: i32,
    pub category_id: i64,
    pub kind: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub certificate_number: String,
    pub hours: Hours,
    pub plan_id: Option<i64>,
    pub detail: String,
    /// `draft`, `pending`, `entered`, `left` or `abroad`
    pub state: String,
    pub reason: String,
    pub entry_id: Option<i64>,
}

/// Rows of one statement.
const CHUNK: usize = 2_000;

/// Appends rows to a roster, as `draft`.
pub async fn put(
    tx: &mut SqliteConnection,
    subject: &'static str,
    parent: i64,
    rows: &[NewRow],
) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let json: Vec<serde_json::Value> = chunk
            .iter()
            .map(|row| {
                serde_json::json!([
                    row.number,
                    row.identity,
                    row.person,
                    row.name,
                    row.unit,
                    row.year,
                    row.category,
                    row.kind,
                    row.title,
                    row.organizer,
                    row.started_on,
                    row.ended_on,
                    row.certificate_number,
                    row.hours.tenths(),
                    row.plan,
                    row.detail
                ])
            })
            .collect();
        sqlx::query(
            "insert into roster_row (subject, parent_id, number, identity_id, person_id, name,
               unit, year, category_id, kind, title, organizer, started_on, ended_on,
               certificate_number, hours, plan_id, detail)
             select ?1, ?2, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3,
                    j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, j.value ->> 8,
                    j.value ->> 9, j.value ->> 10, j.value ->> 11, j.value ->> 12, j.value ->> 13,
                    j.value ->> 14, j.value ->> 15
               from json_each(?3) j order by j.key",
        )
        .bind(subject)
        .bind(parent)
        .bind(serde_json::to_string(&json)?)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// A roster's rows in order, or those of one state.
pub async fn rows(
    db: &mut SqliteConnection,
    subject: &str,
    parent: i64,
    state: Option<&str>,
) -> Result<Vec<Row>> {
    Ok(sqlx::query_as(
        "select id, subject, parent_id, number, identity_id, person_id, name, unit, year,
                category_id, kind, title, organizer, started_on, ended_on, certificate_number,
                hours, plan_id, detail, state, reason, entry_id
           from roster_row
          where subject = ?1 and parent_id = ?2 and (?3 is null or state = ?3) order by number",
    )
    .bind(subject)
    .bind(parent)
    .bind(state)
    .fetch_all(db)
    .await?)
}

/// The accounts with a right to any organization whose people stand on a roster.
pub async fn administrators(
    db: &mut SqliteConnection,
    subject: &str,
    parent: i64,
) -> Result<Vec<AccountId>> {
    // rights are few and a person's rows too; `+`: not by all the rows of the roster
    Ok(sqlx::query_scalar(
        "select distinct a.id from grant g join account a on a.id = g.account_id
          where g.state = 'active'
            and (exists (select 1 from roster_row r where r.person_id = a.person_id
                           and +r.subject = ?1 and +r.parent_id = ?2)
              or exists (select 1 from roster_row r where r.identity_id = a.identity_id
                           and +r.subject = ?1 and +r.parent_id = ?2))",
    )
    .bind(subject)
    .bind(parent)
    .fetch_all(db)
    .await?)
}

/// Removes a roster's rows that never went to a desk (all are `draft`). Gives how many.
pub async fn clear(tx: &mut SqliteConnection, subject: &str, parent: i64) -> Result<u64> {
    Ok(sqlx::query(
        "delete from roster_row where subject = ? and parent_id = ? and state = 'draft'",
    )
    .bind(subject)
    .bind(parent)
    .execute(tx)
    .await?
    .rows_affected())
}

/// Tells the rows at a desk which case they wait in; at each submission.
pub async fn of_case(
    tx: &mut SqliteConnection,
    subject: &str,
    parent: i64,
    case: CaseId,
) -> Result<()> {
    sqlx::query(
        "update roster_row set case_id = ?3
          where subject = ?1 and parent_id = ?2 and state = 'pending'",
    )
    .bind(subject)
    .bind(parent)
    .bind(case)
    .execute(tx)
    .await?;
    Ok(())
}

/// Turns all rows of a roster that are `from` into `to`: at submission, when sent back.
pub async fn set_state(
    tx: &mut SqliteConnection,
    subject: &str,
    parent: i64,
    from: &'static str,
    to: &'static str,
) -> Result<u64> {
    Ok(sqlx::query(
        "update roster_row set state = ?4 where subject = ?1 and parent_id = ?2 and state = ?3",
    )
    .bind(subject)
    .bind(parent)
    .bind(from)
    .bind(to)
    .execute(tx)
    .await?
    .rows_affected())
}
