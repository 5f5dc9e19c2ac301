//! Evidence as it arrives with a form: kept at once, so that a refused form keeps it.

use kit::file::{self, Stored};
use kit::form::Uploaded;
use kit::{AccountId, Clock, Db, Error, FileId, Form, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

/// Keeps the files that arrived, at most `most` with those already `there`; what is refused is
/// told at the field `files`.
pub async fn keep(
    tx: &mut SqliteConnection,
    db: &Db,
    form: &mut Form,
    arrived: &[Uploaded],
    (there, most): (usize, usize),
    by: AccountId,
    clock: &Clock,
) -> Result<Vec<FileId>> {
    if there + arrived.len() > most {
        let sentence = format!(
            "最多 {most} 份材料：已有 {there} 份，这次选了 {} 份，都没有保存。请减少后重新选择。",
            arrived.len()
        );
        form.refuse("files", sentence);
        return Ok(vec![]);
    }
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for upload in arrived {
        match file::keep(db, &mut *tx, upload, Some(by), clock).await {
            Ok(stored) => kept.push(stored.id),
            Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
                refused.push(error.sentence().to_owned());
            }
            Err(error) => return Err(error),
        }
    }
    if !refused.is_empty() {
        form.refuse("files", refused.join(" "));
    }
    Ok(kept)
}

/// Files of a refused form that come back with it (`kept`): only the sender's own that hang on
/// nothing yet.
pub async fn again(db: &mut SqliteConnection, form: &Form, by: AccountId) -> Result<Vec<FileId>> {
    let mut files = Vec::new();
    for id in form.list("kept").iter().take(20) {
        let Ok(id) = id.parse::<FileId>() else { continue };
        let own: bool = sqlx::query_scalar(
            "select exists (select 1 from file where id = ?1 and account_id = ?2)
                and not exists (select 1 from file_link where file_id = ?1)",
        )
        .bind(id)
        .bind(by)
        .fetch_one(&mut *db)
        .await?;
        if own && !files.contains(&id) {
            files.push(id);
        }
    }
    Ok(files)
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
}

/// Files as the templates draw them.
pub fn shown(files: Vec<Stored>) -> Vec<Shown> {
    shown_under(files, "/files")
}

/// The same where they are served from another address.
pub fn shown_under(files: Vec<Stored>, base: &str) -> Vec<Shown> {
    let one = |file: Stored| Shown {
        id: file.id,
        href: format!("{base}/{}", file.id),
        kind: if file.mime.starts_with("image/") { "image" } else { "pdf" },
        size: size(file.size),
        name: file.name,
    };
    files.into_iter().map(one).collect()
}

/// `862 KB`, `1.4 MB`
fn size(bytes: i64) -> String {
    match bytes {
        0..1_048_576 => format!("{} KB", (bytes + 1023) / 1024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}
