//! 证明材料 of a unit's declaration: kept in order, and as the unit itself opens them.

use kit::file;
use kit::{Can, Db, Download, Error, FileId, Form, Result};
use rocket::{State, get};
use sqlx::SqliteConnection;

use super::BASE;
use super::store::{self, Staff};
use crate::declaration::evidence::{self, Piece};
use crate::leaves::ViewStaff;

/// Its files with their slots, in order.
pub async fn pieces(db: &mut SqliteConnection, id: i64) -> Result<Vec<Piece>> {
    let rows: Vec<(FileId, String)> = sqlx::query_as(
        "select file_id, slot from staff_file where staff_id = ? and removed = 0
          order by sort, file_id",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    evidence::of_rows(db, rows).await
}

pub async fn ids(db: &mut SqliteConnection, id: i64) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from staff_file where staff_id = ? and removed = 0 order by sort, file_id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// Where the unit itself opens them.
pub fn base(id: i64) -> String {
    format!("{BASE}/{id}/files")
}

/// Puts a kept file behind the others, in a slot.
pub async fn attach(tx: &mut SqliteConnection, id: i64, file: FileId, slot: &str) -> Result<()> {
    sqlx::query(
        "insert into staff_file (staff_id, file_id, sort, slot)
         select ?1, ?2, coalesce(max(sort), 0) + 1, ?3 from staff_file where staff_id = ?1
         on conflict (staff_id, file_id) do update
            set removed = 0, sort = excluded.sort, slot = excluded.slot",
    )
    .bind(id)
    .bind(file)
    .bind(slot)
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts the files into the slots that the form names.
pub async fn assign(tx: &mut SqliteConnection, id: i64, kind: &str, form: &Form) -> Result<()> {
    for (file, slot) in evidence::moved(&pieces(&mut *tx, id).await?, kind, form) {
        sqlx::query("update staff_file set slot = ? where staff_id = ? and file_id = ?")
            .bind(slot)
            .bind(id)
            .bind(file)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, staff: &Staff, file: FileId) -> Result<()> {
    let sql = if staff.case_id.is_some() {
        "update staff_file set removed = 1 where staff_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from staff_file where staff_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(staff.id).bind(file).execute(&mut *tx).await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let elsewhere: bool =
        sqlx::query_scalar("select exists (select 1 from staff_file where file_id = ?)")
            .bind(file)
            .fetch_one(&mut *tx)
            .await?;
    if elsewhere { Ok(()) } else { file::discard(tx, file).await }
}

/// Lets the desks see them.
pub async fn link(tx: &mut SqliteConnection, staff: &Staff) -> Result<()> {
    for id in ids(&mut *tx, staff.id).await? {
        let (unit, department) = (staff.organization_id, staff.department_id);
        file::link(&mut *tx, id, crate::subject::LEAF, None, unit, department).await?;
    }
    Ok(())
}

/// A file of one of the unit's own declarations.
#[get("/staff/<id>/files/<file>")]
pub async fn open(user: Can<ViewStaff>, id: i64, file: i64, db: &State<Db>) -> Result<Download> {
    let mut reader = db.read().await?;
    let staff = store::own(&mut reader, user.organization(), id).await?;
    let belongs: bool = sqlx::query_scalar(
        "select exists (select 1 from staff_file where staff_id = ? and file_id = ?)",
    )
    .bind(staff.id)
    .bind(file)
    .fetch_one(&mut *reader)
    .await?;
    let found = file::find(&mut reader, &[FileId(file)]).await?;
    match found.first() {
        Some(stored) if belongs => file::serve(db, stored, false).await,
        _ => Err(Error::NotFound),
    }
}
