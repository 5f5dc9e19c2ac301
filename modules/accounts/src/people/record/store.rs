//! Statements of records and their attachments.

use kit::file;
use kit::{Clock, Error, FileId, PersonId, Result};
use sqlx::SqliteConnection;

use super::Record;

/// A record with its number.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Stored {
    pub id: i64,
    #[sqlx(flatten)]
    pub record: Record,
}

/// A person's records, by kind and as they came.
pub async fn of(db: &mut SqliteConnection, person: PersonId) -> Result<Vec<Stored>> {
    Ok(sqlx::query_as(
        "select id, kind, class, level, name, major, issuer, number, begun_on, got_on, way,
                appointed_on, valid_until
           from person_record where person_id = ? order by kind, id",
    )
    .bind(person)
    .fetch_all(db)
    .await?)
}

/// One of the person's records; anybody else's is not found.
pub async fn one(db: &mut SqliteConnection, person: PersonId, id: i64) -> Result<Record> {
    let found: Option<Stored> = sqlx::query_as(
        "select id, kind, class, level, name, major, issuer, number, begun_on, got_on, way,
                appointed_on, valid_until
           from person_record where person_id = ? and id = ?",
    )
    .bind(person)
    .bind(id)
    .fetch_optional(db)
    .await?;
    found.map(|stored| stored.record).ok_or(Error::NotFound)
}

/// Adds a record; the caller writes the trail.
pub async fn add(
    tx: &mut SqliteConnection,
    person: PersonId,
    record: &Record,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    Ok(sqlx::query_scalar(
        "insert into person_record (person_id, kind, class, level, name, major, issuer, number,
           begun_on, got_on, way, appointed_on, valid_until, created_at, updated_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(person)
    .bind(record.kind)
    .bind(&record.class)
    .bind(&record.level)
    .bind(&record.name)
    .bind(&record.major)
    .bind(&record.issuer)
    .bind(&record.number)
    .bind(&record.begun_on)
    .bind(&record.got_on)
    .bind(&record.way)
    .bind(&record.appointed_on)
    .bind(&record.valid_until)
    .bind(&now)
    .bind(&now)
    .fetch_one(tx)
    .await?)
}

/// Replaces a record of the person's.
pub async fn change(
    tx: &mut SqliteConnection,
    person: PersonId,
    id: i64,
    record: &Record,
    clock: &Clock,
) -> Result<()> {
    let changed = sqlx::query(
        "update person_record set class = ?, level = ?, name = ?, major = ?, issuer = ?,
           number = ?, begun_on = ?, got_on = ?, way = ?, appointed_on = ?, valid_until = ?,
           updated_at = ?
          where id = ? and person_id = ?",
    )
    .bind(&record.class)
    .bind(&record.level)
    .bind(&record.name)
    .bind(&record.major)
    .bind(&record.issuer)
    .bind(&record.number)
    .bind(&record.begun_on)
    .bind(&record.got_on)
    .bind(&record.way)
    .bind(&record.appointed_on)
    .bind(&record.valid_until)
    .bind(clock.stamp())
    .bind(id)
    .bind(person)
    .execute(tx)
    .await?;
    if changed.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Removes a record of the person's; the trail and the request keep what it was.
pub async fn remove(tx: &mut SqliteConnection, person: PersonId, id: i64) -> Result<()> {
    let removed = sqlx::query("delete from person_record where id = ? and person_id = ?")
        .bind(id)
        .bind(person)
        .execute(tx)
        .await?;
    if removed.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Hangs kept files on a record; who sees them the caller says (`file::link`).
pub async fn attach(tx: &mut SqliteConnection, record: i64, files: &[FileId]) -> Result<()> {
    for file in files {
        sqlx::query(
            "insert into person_record_file (record_id, file_id) values (?, ?)
             on conflict do nothing",
        )
        .bind(record)
        .bind(file)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// A record's attachments.
pub async fn files(db: &mut SqliteConnection, record: i64) -> Result<Vec<file::Stored>> {
    let ids: Vec<FileId> = sqlx::query_scalar(
        "select file_id from person_record_file where record_id = ? order by file_id",
    )
    .bind(record)
    .fetch_all(&mut *db)
    .await?;
    file::find(db, &ids).await
}
