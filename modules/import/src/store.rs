//! The import's own tables: one row an upload, its rows and its problems.

use kit::{AccountId, Clock, Error, OrganizationId, Result};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::check::Problem;
use crate::parse::CheckedRow;
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
    pub imported: i64,
    pub changed: i64,
    pub created_at: String,
    /// Of the check's job; empty without one.
    pub job_state: String,
    pub ended_at: Option<String>,
}

/// What is known of an upload before it is read.
pub struct NewImport<'a> {
    pub organization: OrganizationId,
    pub account: Option<AccountId>,
    pub by_name: &'a str,
    pub file_name: &'a str,
    pub bytes: &'a [u8],
    pub create_departments: bool,
}

/// Records an upload whose check begins now.
pub async fn begin(tx: &mut SqliteConnection, new: &NewImport<'_>, clock: &Clock) -> Result<i64> {
    use sha2::{Digest, Sha256};
    let sha256 = kit::migration::hex(&Sha256::digest(new.bytes));
    let name = plain_name(new.file_name);
    let at = clock.stamp();
    Ok(sqlx::query_scalar(
        "insert into import (organization_id, account_id, by_name, file_name, sha256, size,
           create_departments, state, created_at, seen_at)
         values (?, ?, ?, ?, ?, ?, ?, 'checking', ?, ?) returning id",
    )
    .bind(new.organization)
    .bind(new.account)
    .bind(new.by_name)
    .bind(name)
    .bind(sha256)
    .bind(new.bytes.len() as i64)
    .bind(new.create_departments)
    .bind(&at)
    .bind(&at)
    .fetch_one(tx)
    .await?)
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

/// The upload, if it is this organization's.
///
/// # Errors
/// `NotFound` for absent or not ours.
pub async fn find(
    db: &mut SqliteConnection,
    id: i64,
    organization: OrganizationId,
) -> Result<Import> {
    let found: Option<Import> = sqlx::query_as(
        "select i.id, i.organization_id, i.account_id, i.by_name, i.file_name, i.sha256,
           i.create_departments, i.state, i.message, i.header, i.examples, i.rows, i.valid, i.warned,
           i.failing, i.skipped, i.imported, i.changed, i.created_at, i.ended_at,
           coalesce(j.state, '') as job_state
           from import i left join job j on j.id = i.job_id
          where i.id = ? and i.organization_id = ?",
    )
    .bind(id)
    .bind(organization)
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
          order by id desc limit 1",
    )
    .bind(import.organization_id)
    .bind(&import.sha256)
    .bind(import.id)
    .fetch_optional(db)
    .await?)
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
    rows: &[CheckedRow],
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
    let mut contents = Vec::with_capacity(rows.len());
    for row in rows {
        contents.push((row.number, row.verdict(), serde_json::to_string(&row.cells)?));
    }
    for chunk in contents.chunks(2_000) {
        let mut sql: QueryBuilder<Sqlite> =
            QueryBuilder::new("insert into import_row (import_id, number, verdict, content) ");
        sql.push_values(chunk, |mut values, (number, verdict, content)| {
            values.push_bind(id).push_bind(number).push_bind(*verdict).push_bind(content);
        });
        sql.build().execute(&mut *tx).await?;
    }
    let problems: Vec<(&'static str, u32, usize, &Problem)> = rows
        .iter()
        .flat_map(|row| {
            let own = row.problems.iter().map(|p| (p.level.key(), p));
            let skip = row.skip.iter().map(|p| ("skip", p));
            own.chain(skip).enumerate().map(|(place, (level, p))| (level, row.number, place, p))
        })
        .collect();
    keep_problems(tx, id, &problems).await?;
    Ok(true)
}

/// Keeps problems: (level, row, place within the row, problem).
pub async fn keep_problems(
    tx: &mut SqliteConnection,
    id: i64,
    problems: &[(&'static str, u32, usize, &Problem)],
) -> Result<()> {
    for chunk in problems.chunks(1_000) {
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
            "insert into import_problem (import_id, level, number, place, \"column\", value,
               message, remedy) ",
        );
        sql.push_values(chunk, |mut values, (level, number, place, problem)| {
            values
                .push_bind(id)
                .push_bind(*level)
                .push_bind(number)
                .push_bind(*place as i64)
                .push_bind(problem.column.title())
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
    late: &[(u32, Problem)],
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
    let problems: Vec<_> = late.iter().map(|(number, p)| (verdict, *number, 1_000, p)).collect();
    keep_problems(tx, id, &problems).await
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
           skipped = (select count(*) from import_row where import_id = ?1 and verdict = 'skip')
         where id = ?1 and state = 'checking'",
    )
    .bind(id)
    .bind(examples)
    .bind(clock.stamp())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
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

/// Removes rows and problems in small transactions, so that the one writer is free in between.
/// `all`: the failing ones too.
pub async fn forget(db: &kit::db::Pools, id: i64, all: bool) -> Result<()> {
    loop {
        let mut tx = db.begin().await?;
        let rows = sqlx::query(
            "delete from import_row where (import_id, number) in (
               select import_id, number from import_row
                where import_id = ?1 and (?2 or verdict in ('ok', 'warn')) limit 5000)",
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
