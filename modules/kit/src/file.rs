//! Stored uploads (证明材料): `data/files/<sha256>`, written and synced before the row.

use sqlx::SqliteConnection;

use crate::form::Uploaded;
use crate::{Clock, Db, Download, FileId, Result, User};

/// One stored upload.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow)]
pub struct Stored {
    pub id: FileId,
    pub sha256: String,
    pub name: String,
    pub mime: String,
    pub size: i64,
}

/// Bytes of one evidence file at most (domain.md, Decisions).
pub const EVIDENCE_LIMIT: usize = 5 * 1024 * 1024;

/// Keeps an upload: JPEG, PNG or PDF by content, within the limit. Files first, then the row.
pub async fn keep(_db: &Db, _tx: &mut SqliteConnection, _upload: &Uploaded, _user: &User, _clock: &Clock) -> Result<Stored> {
    Err(crate::Error::Fault("not built".to_owned()))
}

/// The rows of these files, in the order asked for.
pub async fn find(_db: &mut SqliteConnection, _ids: &[FileId]) -> Result<Vec<Stored>> {
    Ok(vec![])
}

/// The file as an answer: images and PDF shown, `save` forces saving.
pub async fn serve(_db: &Db, _file: &Stored, _save: bool) -> Result<Download> {
    Err(crate::Error::NotFound)
}
