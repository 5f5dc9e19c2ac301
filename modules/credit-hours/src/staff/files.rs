//! 证明材料 of a unit's declaration: kept in order, and as the unit itself opens them.

use accounts::uploads;
use kit::file::{self, Stored};
use kit::{Can, Db, Download, Error, FileId, Result};
use rocket::{State, get};
use sqlx::SqliteConnection;

use super::BASE;
use super::store::{self, Staff};
use crate::leaves::ViewStaff;

/// Files of one declaration at most.
pub const MOST: usize = 10;

/// Its files, in order.
pub async fn of(db: &mut SqliteConnection, id: i64) -> Result<Vec<Stored>> {
    let ids = ids(&mut *db, id).await?;
    file::find(db, &ids).await
}

pub async fn ids(db: &mut SqliteConnection, id: i64) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from staff_file where staff_id = ? and removed = 0 order by sort, file_id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// As the unit's own pages draw them.
pub fn shown(id: i64, files: Vec<Stored>) -> Vec<uploads::Shown> {
    uploads::shown_under(files, &format!("{BASE}/{id}/files"))
}

/// Puts a kept file behind the others.
pub async fn attach(tx: &mut SqliteConnection, id: i64, file: FileId) -> Result<()> {
    sqlx::query(
        "insert into staff_file (staff_id, file_id, sort)
         select ?1, ?2, coalesce(max(sort), 0) + 1 from staff_file where staff_id = ?1
         on conflict (staff_id, file_id) do update set removed = 0, sort = excluded.sort",
    )
    .bind(id)
    .bind(file)
    .execute(tx)
    .await?;
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
