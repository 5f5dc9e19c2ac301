//! 培训方案, 通知: the files of a version, as they arrive and as the base opens them again.

use kit::file::{self, ATTACHMENT, Accepts, Stored};
use kit::form::Uploaded;
use kit::kind_of_file::KindOfFile;
use kit::{Can, Clock, Db, Download, Error, FileId, Form, OrganizationId, Result};
use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::store::{self, Version};
use crate::leaves::{PLAN_REVIEWS, ViewPlans};

/// Files of one version at most.
pub const MOST: usize = 10;
/// Office documents, too; each as large as evidence may be.
pub const ACCEPTS: Accepts = Accepts { limit: file::EVIDENCE_LIMIT, kind: ATTACHMENT.kind };

/// Its files, in order.
pub async fn of(db: &mut SqliteConnection, version: i64) -> Result<Vec<Stored>> {
    let ids = ids(&mut *db, version).await?;
    file::find(db, &ids).await
}

pub async fn ids(db: &mut SqliteConnection, version: i64) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from plan_file where version_id = ? and removed = 0 order by sort, file_id",
    )
    .bind(version)
    .fetch_all(db)
    .await?)
}

/// Keeps files that arrived; those refused are named in the form. Gives how many.
pub async fn keep(
    tx: &mut SqliteConnection,
    db: &Db,
    version: i64,
    arrived: &[Uploaded],
    form: &mut Form,
    by: kit::AccountId,
    clock: &Clock,
) -> Result<usize> {
    let there = ids(&mut *tx, version).await?.len();
    if there + arrived.len() > MOST {
        let sentence = format!(
            "最多 {MOST} 份附件：已有 {there} 份，这次选了 {} 份，都没有保存。请减少后重新选择。",
            arrived.len()
        );
        form.refuse("files", sentence);
        return Ok(0);
    }
    let (mut kept, mut refused) = (0, Vec::new());
    for upload in arrived {
        match file::keep_as(ACCEPTS, db.folder(), &mut *tx, upload, Some(by), clock).await {
            Ok(stored) => {
                attach(&mut *tx, version, stored.id).await?;
                kept += 1;
            }
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

/// Puts a kept file behind the others.
pub async fn attach(tx: &mut SqliteConnection, version: i64, file: FileId) -> Result<()> {
    sqlx::query(
        "insert into plan_file (version_id, file_id, sort)
         select ?1, ?2, coalesce(max(sort), 0) + 1 from plan_file where version_id = ?1",
    )
    .bind(version)
    .bind(file)
    .execute(tx)
    .await?;
    Ok(())
}

/// A change begins with the files of the version in force.
pub async fn take_over(tx: &mut SqliteConnection, from: i64, to: i64) -> Result<()> {
    sqlx::query(
        "insert into plan_file (version_id, file_id, sort)
         select ?, file_id, sort from plan_file where version_id = ? and removed = 0",
    )
    .bind(to)
    .bind(from)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, version: &Version, file: FileId) -> Result<()> {
    let sql = if version.case_id.is_some() {
        "update plan_file set removed = 1 where version_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from plan_file where version_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(version.id).bind(file).execute(&mut *tx).await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let elsewhere: bool =
        sqlx::query_scalar("select exists (select 1 from plan_file where file_id = ?)")
            .bind(file)
            .fetch_one(&mut *tx)
            .await?;
    if elsewhere { Ok(()) } else { file::discard(tx, file).await }
}

/// Lets the desks see them.
pub async fn link(
    tx: &mut SqliteConnection,
    files: &[FileId],
    organization: OrganizationId,
    department: Option<OrganizationId>,
) -> Result<()> {
    for file in files {
        file::link(&mut *tx, *file, PLAN_REVIEWS, None, organization, department).await?;
    }
    Ok(())
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

/// Files as the base's own pages draw them.
pub fn shown(plan: i64, files: Vec<Stored>) -> Vec<Shown> {
    let one = |file: Stored| Shown {
        id: file.id,
        href: format!("/training/plans/{plan}/files/{}", file.id),
        kind: match KindOfFile::from_mime(&file.mime) {
            Some(kind) if kind.is_picture() => "image",
            _ => "pdf",
        },
        size: match file.size {
            0..1_048_576 => format!("{} KB", (file.size + 1023) / 1024),
            size => format!("{}.{} MB", size / 1_048_576, size % 1_048_576 * 10 / 1_048_576),
        },
        name: file.name,
    };
    files.into_iter().map(one).collect()
}

/// A file of one of the base's own plans, whichever version.
#[get("/plans/<id>/files/<file>")]
pub async fn open(user: Can<ViewPlans>, id: i64, file: i64, db: &State<Db>) -> Result<Download> {
    let mut reader = db.read().await?;
    let plan = store::own(&mut reader, user.organization(), id).await?;
    let belongs: bool = sqlx::query_scalar(
        "select exists (select 1 from plan_file f join plan_version v on v.id = f.version_id
          where v.plan_id = ? and f.file_id = ?)",
    )
    .bind(plan.id)
    .bind(file)
    .fetch_one(&mut *reader)
    .await?;
    let found = file::find(&mut reader, &[FileId(file)]).await?;
    match found.first() {
        Some(stored) if belongs => file::serve(db, stored, false).await,
        _ => Err(Error::NotFound),
    }
}
