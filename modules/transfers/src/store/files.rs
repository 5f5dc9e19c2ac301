//! The evidence of a transfer: in order, kept for former rounds, seen at both units' desks.

use kit::file::{self, Stored};
use kit::organization::Organization;
use kit::{Error, FileId, OrganizationId, PersonId, Result};
use sqlx::SqliteConnection;

use super::Transfer;
use crate::LEAF;

/// Its files, in order.
pub async fn files(db: &mut SqliteConnection, id: i64) -> Result<Vec<Stored>> {
    let ids: Vec<FileId> = sqlx::query_scalar(
        "select file_id from transfer_file where transfer_id = ? and removed = 0
          order by sort, file_id",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    file::find(db, &ids).await
}

/// Puts a kept file behind the others.
pub async fn attach(tx: &mut SqliteConnection, id: i64, file: FileId) -> Result<()> {
    sqlx::query(
        "insert into transfer_file (transfer_id, file_id, sort)
         select ?1, ?2, coalesce(max(sort), 0) + 1 from transfer_file where transfer_id = ?1",
    )
    .bind(id)
    .bind(file)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, transfer: &Transfer, file: FileId) -> Result<()> {
    let sql = if transfer.case_id.is_some() {
        "update transfer_file set removed = 1 where transfer_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from transfer_file where transfer_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(transfer.id).bind(file).execute(tx).await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Those see the evidence who see the transfer: the person, the target and those above it, the
/// old unit and its department. It stays with them when he goes on to another unit.
pub async fn show_files(
    tx: &mut SqliteConnection,
    files: &[FileId],
    person: Option<PersonId>,
    to: &Organization,
    others: &[OrganizationId],
) -> Result<()> {
    for id in files {
        file::link(&mut *tx, *id, LEAF, person, to.id, to.department_id).await?;
        file::stay(&mut *tx, *id).await?;
        for other in others {
            file::also(&mut *tx, *id, *other).await?;
        }
    }
    Ok(())
}
