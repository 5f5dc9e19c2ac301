//! Attachments of a batch as they arrive with its form, each in the field of its kind.

use kit::file::{self, Stored};
use kit::form::Uploaded;
use kit::{AccountId, Clock, Db, Error, FileId, Form, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::content::{Attached, FileKind};
use super::store;

/// Files of one batch at most (domain.md, Decisions: Limits).
pub const MOST_FILES: usize = 10;

/// Keeps what arrived; what is refused is told at its field. Gives the number kept.
pub async fn keep(
    tx: &mut SqliteConnection,
    db: &Db,
    form: &mut Form,
    arrived: &[&Uploaded],
    proxy: i64,
    by: AccountId,
    clock: &Clock,
) -> Result<usize> {
    let there = store::attached(&mut *tx, proxy).await?.len();
    if there + arrived.len() > MOST_FILES {
        let field = arrived.first().map_or(FileKind::Attendance.key(), |one| one.field.as_str());
        let sentence = format!(
            "附件最多 {MOST_FILES} 份：已有 {there} 份，这次选了 {} 份，都没有保存。请减少后重新选择。",
            arrived.len()
        );
        form.refuse(field, sentence);
        return Ok(0);
    }
    let mut kept = 0;
    for upload in arrived {
        let Some(kind) = FileKind::ALL.into_iter().find(|kind| kind.key() == upload.field) else {
            continue;
        };
        match file::keep(db, &mut *tx, upload, Some(by), clock).await {
            Ok(stored) => {
                store::attach(&mut *tx, proxy, stored.id, kind).await?;
                kept += 1;
            }
            Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
                form.refuse(kind.key(), error.sentence());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(kept)
}

/// A file as the templates draw it.
#[derive(Debug, Serialize)]
pub struct Shown {
    id: FileId,
    name: String,
    href: String,
    /// `image` or `pdf`
    kind: &'static str,
    size: String,
    /// 签到表, 考核成绩, 结业名册
    label: &'static str,
}

/// A batch's files, for its base: served by the batch's own address.
pub async fn shown(
    db: &mut SqliteConnection,
    proxy: i64,
    attached: &[Attached],
) -> Result<Vec<Shown>> {
    let mut shown = Vec::new();
    for one in attached {
        let Some(stored) = file::find(&mut *db, &[one.file]).await?.pop() else { continue };
        let Stored { id, name, mime, size, .. } = stored;
        shown.push(Shown {
            id,
            name,
            href: format!("{}/{proxy}/files/{id}", super::list::BASE),
            kind: if mime.starts_with("image/") { "image" } else { "pdf" },
            size: match size {
                0..1_048_576 => format!("{} KB", (size + 1023) / 1024),
                _ => format!("{}.{} MB", size / 1_048_576, size % 1_048_576 * 10 / 1_048_576),
            },
            label: one.kind.label(),
        });
    }
    Ok(shown)
}
