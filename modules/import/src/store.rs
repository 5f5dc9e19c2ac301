//! The import's own tables: one row an upload, its rows and its problems.

use kit::{AccountId, Clock, Error, OrganizationId, Result};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::check::Problem;
use crate::parse::CheckedRow;

/// The kinds of files: people, or their former years' hours.
pub const PEOPLE: &str = "people";
pub const HISTORY: &str = "history";

/// A row as it is kept, whatever its columns mean.
pub struct Kept {
    pub number: u32,
    pub verdict: &'static str,
    /// Of a known one: what 补空 and 更新 would do (`effect::Would`).
    pub fill: i64,
    pub renew: i64,
    /// What stood in the database (`CheckedRow::seen`).
    pub seen: String,
    /// JSON: cells in the header's order.
    pub content: String,
    pub problems: Vec<KeptProblem>,
}

/// A problem as it is kept.
#[derive(Debug, Clone)]
pub struct KeptProblem {
    /// `error`, `warn` or `skip`
    pub level: &'static str,
    /// Our own title of the column.
    pub column: &'static str,
    pub value: String,
    pub message: String,
    pub remedy: String,
}

impl KeptProblem {
    fn of(level: &'static str, problem: &Problem) -> Self {
        let Problem { column, value, message, remedy, .. } = problem.clone();
        Self { level, column: column.title(), value, message, remedy }
    }
}

impl From<&Problem> for KeptProblem {
    fn from(problem: &Problem) -> Self {
        Self::of(problem.level.key(), problem)
    }
}

impl Kept {
    /// A checked row of people.
    pub fn of(row: &CheckedRow) -> Result<Self> {
        let own = row.problems.iter().map(KeptProblem::from);
        Ok(Self {
            number: row.number,
            verdict: row.verdict(),
            fill: row.known.as_ref().map_or(0, |known| known.fill.0),
            renew: row.known.as_ref().map_or(0, |known| known.renew.0),
            seen: row.seen(),
            content: serde_json::to_string(&row.cells)?,
            problems: own.collect(),
        })
    }
}
use kit::sheet::Header;

/// An upload as recorded.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Import {
    pub id: i64,
    pub organization_id: OrganizationId,
    pub account_id: Option<AccountId>,
    pub by_name: String,
    pub file_name: String,
    pub sha256: String,
    pub policy: String,
    pub whole: bool,
    pub below: bool,
    pub create_departments: bool,
    pub state: String,
    pub message: String,
    pub header: String,
    pub examples: i64,
    pub rows: i64,
    pub valid: i64,
    pub warned: i64,
    pub failing: i64,
    pub skipped: i64,
    pub total: i64,
    pub known: i64,
    pub fills: i64,
    pub updates: i64,
    pub fills_asked: i64,
    pub updates_asked: i64,
    pub approvals: i64,
    pub approved: i64,
    pub imported: i64,
    pub updated: i64,
    pub requested: i64,
    pub changed: i64,
    pub undone_at: String,
    pub undone_by: String,
    pub undo_reason: String,
    pub undone: i64,
    pub created_at: String,
    /// The last job: the check, or the writing.
    pub job_id: Option<kit::JobId>,
    /// Empty without one.
    pub job_kind: String,
    pub job_state: String,
    pub job_message: String,
    pub ended_at: Option<String>,
    /// Of a history: the batch sent back that it corrects.
    pub batch_id: Option<i64>,
}

impl Import {
    /// Whether its last job came to no good end.
    pub fn job_ended(&self) -> bool {
        matches!(self.job_state.as_str(), "failed" | "interrupted" | "cancelled")
    }
}

/// What is known of an upload before it is read.
pub struct NewImport<'a> {
    pub organization: OrganizationId,
    pub account: Option<AccountId>,
    pub by_name: &'a str,
    pub file_name: &'a str,
    pub bytes: &'a [u8],
    pub create_departments: bool,
    /// Rows may name units below.
    pub below: bool,
    /// `PEOPLE` or `HISTORY`
    pub kind: &'static str,
    /// Of a history: the batch sent back that it corrects.
    pub batch: Option<i64>,
}

/// Records an upload whose check begins now.
pub async fn begin(tx: &mut SqliteConnection, new: &NewImport<'_>, clock: &Clock) -> Result<i64> {
    use sha2::{Digest, Sha256};
    let sha256 = kit::migration::hex(&Sha256::digest(new.bytes));
    let name = plain_name(new.file_name);
    let at = clock.stamp();
    Ok(sqlx::query_scalar(
        "insert into import (organization_id, account_id, by_name, file_name, sha256, size,
           create_departments, below, kind, batch_id, state, created_at, seen_at, department_id)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'checking', ?, ?,
           (select department_id from organization where id = ?)) returning id",
    )
    .bind(new.organization)
    .bind(new.account)
    .bind(new.by_name)
    .bind(name)
    .bind(sha256)
    .bind(new.bytes.len() as i64)
    .bind(new.create_departments)
    .bind(new.below)
    .bind(new.kind)
    .bind(new.batch)
    .bind(&at)
    .bind(&at)
    .bind(new.organization)
    .fetch_one(tx)
    .await?)
}

/// Which job checks or writes it.
pub async fn note_job(db: &kit::db::Pools, id: i64, job: kit::JobId) -> Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("update import set job_id = ? where id = ?")
        .bind(job)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// A file's name as it may stand in lists and in the trail: an ID number in it is masked.
fn plain_name(name: &str) -> String {
    let mut plain = String::new();
    let mut run = String::new();
    for c in name.chars().filter(|c| !c.is_control()).take(200).chain(['\n']) {
        if c.is_ascii_digit() || (run.len() == 17 && c.eq_ignore_ascii_case(&'x')) {
            run.push(c);
            continue;
        }
        plain.push_str(&if run.len() < 15 { run.clone() } else { kit::mask::mask_id(&run) });
        run.clear();
        plain.push(c);
    }
    plain.trim_end().to_owned()
}

/// The upload of people, if it is this organization's.
///
/// # Errors
/// `NotFound` for absent or not ours.
pub async fn find(
    db: &mut SqliteConnection,
    id: i64,
    organization: OrganizationId,
) -> Result<Import> {
    find_kind(db, id, organization, PEOPLE).await
}

/// As `find`, for a clerk: what went to units below only if his right covers them.
///
/// # Errors
/// `NotFound` for absent, not ours or out of reach.
pub async fn find_for(
    db: &mut SqliteConnection,
    id: i64,
    grant: &kit::access::Grant,
) -> Result<Import> {
    let import = find(db, id, grant.organization).await?;
    crate::below::visible(&import, grant)?;
    Ok(import)
}

/// As `find`, of a kind of files.
pub async fn find_kind(
    db: &mut SqliteConnection,
    id: i64,
    organization: OrganizationId,
    kind: &'static str,
) -> Result<Import> {
    let found: Option<Import> = sqlx::query_as(
        "select i.id, i.organization_id, i.account_id, i.by_name, i.file_name, i.sha256,
           i.policy, i.whole, i.below, i.create_departments, i.state, i.message, i.header,
           i.examples, i.total, i.rows, i.valid, i.warned, i.failing, i.skipped, i.known, i.fills,
           i.updates, i.fills_asked, i.updates_asked, i.approvals,
           i.approved, i.imported, i.updated, i.requested, i.changed, i.created_at, i.ended_at,
           i.batch_id, i.undone_at, i.undone_by, i.undo_reason, i.undone,
           i.job_id, coalesce(j.kind, '') as job_kind, coalesce(j.state, '') as job_state,
           coalesce(j.message, '') as job_message
           from import i left join job j on j.id = i.job_id
          where i.id = ? and i.organization_id = ? and i.kind = ?",
    )
    .bind(id)
    .bind(organization)
    .bind(kind)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// An earlier import of the same file into the same organization.
pub async fn same_file(
    db: &mut SqliteConnection,
    import: &Import,
) -> Result<Option<(String, String, i64)>> {
    Ok(sqlx::query_as(
        "select ended_at, by_name, imported from import
          where organization_id = ? and sha256 = ? and id <> ? and state = 'imported'
            and kind = 'people'
          order by id desc limit 1",
    )
    .bind(import.organization_id)
    .bind(&import.sha256)
    .bind(import.id)
    .fetch_optional(db)
    .await?)
}

/// About how many rows the check will come across.
pub async fn expect(db: &kit::db::Pools, id: i64, rows: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("update import set total = ? where id = ?")
        .bind(rows)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// What the file calls its columns.
pub async fn keep_header(tx: &mut SqliteConnection, id: i64, header: &Header) -> Result<()> {
    sqlx::query("update import set sheet = ?, header = ? where id = ?")
        .bind(&header.sheet)
        .bind(serde_json::to_string(&header.titles)?)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps a batch. False if the check was cancelled meanwhile.
pub async fn keep_rows(
    tx: &mut SqliteConnection,
    id: i64,
    rows: &[Kept],
    clock: &Clock,
) -> Result<bool> {
    let still = sqlx::query(
        "update import set rows = rows + ?, seen_at = ? where id = ? and state = 'checking'",
    )
    .bind(rows.len() as i64)
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if still.rows_affected() == 0 {
        return Ok(false);
    }
    for chunk in rows.chunks(2_000) {
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
            "insert into import_row (import_id, number, verdict, fills, updates, fill, renew, seen,
               content) ",
        );
        sql.push_values(chunk, |mut values, row| {
            values.push_bind(id).push_bind(row.number);
            values.push_bind(row.verdict).push_bind(row.fill > 0).push_bind(row.renew > 0);
            values.push_bind(row.fill).push_bind(row.renew).push_bind(&row.seen);
            values.push_bind(&row.content);
        });
        sql.build().execute(&mut *tx).await?;
    }
    let problems: Vec<(u32, usize, &KeptProblem)> = rows
        .iter()
        .flat_map(|row| row.problems.iter().enumerate().map(|(at, p)| (row.number, at, p)))
        .collect();
    keep_problems(tx, id, &problems).await?;
    Ok(true)
}

/// Keeps problems: (row, place within the row, problem).
async fn keep_problems(
    tx: &mut SqliteConnection,
    id: i64,
    problems: &[(u32, usize, &KeptProblem)],
) -> Result<()> {
    for chunk in problems.chunks(1_000) {
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
            "insert into import_problem (import_id, level, number, place, \"column\", value,
               message, remedy) ",
        );
        sql.push_values(chunk, |mut values, (number, place, problem)| {
            values
                .push_bind(id)
                .push_bind(problem.level)
                .push_bind(number)
                .push_bind(*place as i64)
                .push_bind(problem.column)
                .push_bind(&problem.value)
                .push_bind(&problem.message)
                .push_bind(&problem.remedy);
        });
        sql.push(" on conflict do nothing");
        sql.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// Turns rows that were good into failing (or passed over) ones.
pub async fn turn(
    tx: &mut SqliteConnection,
    id: i64,
    verdict: &'static str,
    late: &[(u32, KeptProblem)],
) -> Result<()> {
    for (number, _) in late {
        sqlx::query("update import_row set verdict = ? where import_id = ? and number = ?")
            .bind(verdict)
            .bind(id)
            .bind(number)
            .execute(&mut *tx)
            .await?;
    }
    // places of their own, behind those of the row's first check
    let problems: Vec<_> = late.iter().map(|(number, p)| (*number, 1_000, p)).collect();
    keep_problems(tx, id, &problems).await
}

/// Keeps what is told of rows beside their verdict.
pub async fn note(tx: &mut SqliteConnection, id: i64, notes: &[(u32, KeptProblem)]) -> Result<()> {
    let notes: Vec<_> = notes.iter().map(|(number, p)| (*number, 1_001, p)).collect();
    keep_problems(tx, id, &notes).await
}

/// Problems found late, as they are kept.
pub fn late(verdict: &'static str, problems: &[(u32, Problem)]) -> Vec<(u32, KeptProblem)> {
    problems.iter().map(|(number, p)| (*number, KeptProblem::of(verdict, p))).collect()
}

/// Counts verdicts once all rows are in: the check is done.
pub async fn finish(
    tx: &mut SqliteConnection,
    id: i64,
    examples: u32,
    clock: &Clock,
) -> Result<bool> {
    let done = sqlx::query(
        "update import set state = 'checked', examples = ?2, seen_at = ?3,
           rows = (select count(*) from import_row where import_id = ?1),
           valid = (select count(*) from import_row where import_id = ?1 and verdict in ('ok', 'warn')),
           warned = (select count(*) from import_row where import_id = ?1 and verdict = 'warn'),
           failing = (select count(*) from import_row where import_id = ?1 and verdict = 'error'),
           skipped = (select count(*) from import_row where import_id = ?1 and verdict = 'skip'),
           known = (select count(*) from import_row where import_id = ?1 and verdict = 'known'),
           fills = (select count(*) from import_row
                     where import_id = ?1 and verdict = 'known' and fills),
           updates = (select count(*) from import_row
                       where import_id = ?1 and verdict = 'known' and updates),
           (fills_now, fills_asked, updates_now, updates_asked) = (
             select coalesce(sum(fill & 1), 0), coalesce(sum(fill >> 1), 0),
                    coalesce(sum(renew & 1), 0), coalesce(sum(renew >> 1), 0)
               from import_row where import_id = ?1 and verdict = 'known'),
           approvals = (select count(*) from import_row
                         where import_id = ?1 and verdict = 'warn' and seen <> '')
         where id = ?1 and state = 'checking'",
    )
    .bind(id)
    .bind(examples)
    .bind(clock.stamp())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Something about the whole file that whoever decides should know; beside the check.
pub async fn tell_of_file(tx: &mut SqliteConnection, id: i64, sentence: &str) -> Result<()> {
    sqlx::query("update import set message = ? where id = ? and state = 'checked'")
        .bind(sentence)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The check did not come to its end; nothing of the file is kept.
pub async fn fail(tx: &mut SqliteConnection, id: i64, sentence: &str, clock: &Clock) -> Result<()> {
    sqlx::query(
        "update import set state = 'failed', message = ?, ended_at = ?
          where id = ? and state = 'checking'",
    )
    .bind(sentence)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Drops an upload that is not imported.
///
/// # Errors
/// Refused if it has ended.
pub async fn cancel(tx: &mut SqliteConnection, import: &Import, clock: &Clock) -> Result<()> {
    let ended = sqlx::query(
        "update import set state = 'cancelled', ended_at = ?
          where id = ? and state in ('checking', 'checked')",
    )
    .bind(clock.stamp())
    .bind(import.id)
    .execute(tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(match import.state.as_str() {
            "imported" => Error::refused("这次核对已经导入，不能取消。"),
            _ => Error::refused("这次导入已经结束，不用取消。"),
        });
    }
    Ok(())
}

/// Removes rows and problems in small transactions, so that the one writer is free in between.
/// `all`: the failing ones too.
pub async fn forget(db: &kit::db::Pools, id: i64, all: bool) -> Result<()> {
    if all {
        crate::by_unit::forget(db, id).await?;
    }
    loop {
        let mut tx = db.begin().await?;
        let rows = sqlx::query(
            "delete from import_row where (import_id, number) in (
               select import_id, number from import_row
                where import_id = ?1 and (?2 or verdict in ('ok', 'warn', 'known')) limit 5000)",
        )
        .bind(id)
        .bind(all)
        .execute(&mut *tx)
        .await?;
        let problems = sqlx::query(
            "delete from import_problem where (import_id, level, number, place) in (
               select import_id, level, number, place from import_problem
                where import_id = ?1 and (?2 or level = 'warn') limit 5000)",
        )
        .bind(id)
        .bind(all)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if rows.rows_affected() + problems.rows_affected() == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_file_named_after_a_number_shows_it_masked() {
        assert_eq!(plain_name("2026年名单.xlsx"), "2026年名单.xlsx");
        let masked = plain_name("何敏41999919860520018x\n登记.xlsx");
        assert_eq!(masked, "何敏4199************8x登记.xlsx");
    }
}
