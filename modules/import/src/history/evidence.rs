//! 证明材料 of a batch, as they arrive with its form.

use kit::file;
use kit::form::Uploaded;
use kit::{AccountId, Clock, Db, Error, FileId, Form, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::batch::{self, Batch};

/// Files of one batch at most (domain.md, Decisions: Limits).
pub const MOST: usize = 10;
/// What is said when there is none.
pub const MISSING: &str =
    "请上传证明材料：原认定机构的学时证明、登记表或证书的扫描件（PDF）或照片。";

/// What the pressed button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Attach,
    Detach(FileId),
    /// More rows to type in.
    More,
    Save,
    Discard,
    Submit,
}

impl Act {
    pub fn of(form: &Form) -> Self {
        let text = form.text("act");
        match text.split_once(':') {
            Some(("detach", id)) => id.parse().map_or(Act::Save, |id| Act::Detach(FileId(id))),
            _ => match text.as_str() {
                "attach" => Act::Attach,
                "more" => Act::More,
                "save" => Act::Save,
                "discard" => Act::Discard,
                _ => Act::Submit,
            },
        }
    }
}

/// Keeps what arrived and takes out what is to go; what is refused is told at its field.
pub async fn take(
    tx: &mut SqliteConnection,
    db: &Db,
    form: &mut Form,
    arrived: &[Uploaded],
    batch: &Batch,
    by: AccountId,
    clock: &Clock,
) -> Result<()> {
    if let Act::Detach(file) = Act::of(form) {
        batch::detach(&mut *tx, batch, file).await?;
    }
    let there = batch::files(&mut *tx, batch.id).await?.len();
    if there + arrived.len() > MOST {
        let sentence = format!(
            "证明材料最多 {MOST} 份：已有 {there} 份，这次选了 {} 份，都没有保存。请减少后重新选择。",
            arrived.len()
        );
        form.refuse("evidence", sentence);
        return Ok(());
    }
    for upload in arrived.iter().filter(|upload| upload.field == "evidence") {
        match file::keep(db, &mut *tx, upload, Some(by), clock).await {
            Ok(stored) => batch::attach(&mut *tx, batch.id, stored.id).await?,
            Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
                form.refuse("evidence", error.sentence());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A file as the templates draw it.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub id: FileId,
    pub name: String,
    pub href: String,
    /// `image` or `pdf`
    pub kind: &'static str,
    pub size: String,
}

/// A batch's files, for who brought it: served by the batch's own address.
pub async fn shown(db: &mut SqliteConnection, batch: &Batch) -> Result<Vec<Shown>> {
    let ids = batch::files(&mut *db, batch.id).await?;
    let files = file::find(db, &ids).await?.into_iter().map(|stored| Shown {
        id: stored.id,
        href: format!("/import/history/records/{}/files/{}", batch.id, stored.id),
        kind: if stored.mime.starts_with("image/") { "image" } else { "pdf" },
        size: match stored.size {
            0..1_048_576 => format!("{} KB", (stored.size + 1023) / 1024),
            size => format!("{}.{} MB", size / 1_048_576, size % 1_048_576 * 10 / 1_048_576),
        },
        name: stored.name,
    });
    Ok(files.collect())
}
