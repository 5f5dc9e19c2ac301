//! Attachments of a registration: kept as they arrive, dropped, shown to whoever sent them.

use kit::form::Uploaded;
use kit::{Clock, Db, Download, Error, FileId, Form, Leaf, OrganizationId, Result, Visitor, file};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{Kind, MOST_FILES};

/// Bytes that all drafts together may hold: they are anybody's.
const DRAFTED: i64 = 1024 * 1024 * 1024;

/// A file as the form lists it.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    pub id: FileId,
    pub kind: String,
    pub name: String,
    pub href: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: FileId,
    kind: String,
    name: String,
}

/// The files that are part of a registration, in the order they came.
pub async fn of(db: &mut SqliteConnection, registration: Option<i64>) -> Result<Vec<Shown>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select f.id, r.kind, f.name from registration_file r join file f on f.id = r.file_id
          where r.registration_id = ? and r.removed = 0 order by f.id",
    )
    .bind(registration)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Shown {
            href: format!("/accounts/registration/files/{}", row.id),
            id: row.id,
            kind: row.kind,
            name: row.name,
        })
        .collect())
}

/// Drops what the form says and keeps what arrived; what is refused is named by its field.
pub async fn receive(
    db: &Db,
    tx: &mut SqliteConnection,
    registration: i64,
    kind: Kind,
    uploads: &[Uploaded],
    form: &mut Form,
    clock: &Clock,
) -> Result<()> {
    for id in form.list("drop").to_vec() {
        if let Ok(id) = id.parse() {
            drop_file(&mut *tx, registration, FileId(id)).await?;
        }
    }
    form.forget("drop");
    let known = kind.attachments();
    let drafted: i64 = sqlx::query_scalar(
        "select coalesce(sum(f.size), 0) from registration r
           join registration_file x on x.registration_id = r.id join file f on f.id = x.file_id
          where r.state = 'draft'",
    )
    .fetch_one(&mut *tx)
    .await?;
    if drafted > DRAFTED {
        return Err(Error::Busy("系统暂时收不下更多附件，请稍后再提交。".to_owned()));
    }
    let there = of(&mut *tx, Some(registration)).await?.len();
    let mut left = MOST_FILES.saturating_sub(there);
    for upload in uploads {
        let Some(field) = known.iter().find(|one| one.kind == upload.field) else { continue };
        if left == 0 {
            let text = format!(
                "最多 {MOST_FILES} 个文件，“{}”没有保存。请先勾选移除，再上传。",
                upload.name
            );
            form.refuse(field.kind, text);
            continue;
        }
        match file::keep(db, &mut *tx, upload, None, clock).await {
            Ok(stored) => {
                attach(&mut *tx, registration, stored.id, field.kind).await?;
                left -= 1;
            }
            Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
                form.refuse(field.kind, error.sentence().to_owned());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Refuses by field what must be there and is not.
pub fn require(kind: Kind, there: &[Shown], form: &mut Form) {
    let has = |kind: &str| there.iter().any(|file| file.kind == kind);
    for one in kind.attachments().iter().filter(|one| one.required && !has(one.kind)) {
        form.refuse(one.kind, format!("请上传{}（JPG、PNG 图片或 PDF，不超过 5 MB）。", one.label));
    }
    let either = kind.one_of();
    if let Some(first) = either.first()
        && !either.iter().any(|kind| has(kind))
    {
        let labels: Vec<&str> = kind
            .attachments()
            .iter()
            .filter(|one| either.contains(&one.kind))
            .map(|one| one.label)
            .collect();
        form.refuse(first, format!("{}至少上传一份。", labels.join("、")));
    }
}

pub async fn attach(
    tx: &mut SqliteConnection,
    registration: i64,
    file: FileId,
    kind: &str,
) -> Result<()> {
    sqlx::query("insert into registration_file (registration_id, file_id, kind) values (?, ?, ?)")
        .bind(registration)
        .bind(file)
        .bind(kind)
        .execute(tx)
        .await?;
    Ok(())
}

/// Of a draft it is gone; what was submitted once stays behind for the history.
async fn drop_file(tx: &mut SqliteConnection, registration: i64, id: FileId) -> Result<()> {
    let removed = sqlx::query(
        "update registration_file set removed = 1 where registration_id = ? and file_id = ?",
    )
    .bind(registration)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 1 {
        sqlx::query(
            "delete from registration_file where registration_id = ?1 and file_id = ?2
                and not exists (select 1 from file_link where file_id = ?2)",
        )
        .bind(registration)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "delete from file where id = ?1 and account_id is null
                and not exists (select 1 from registration_file where file_id = ?1)",
        )
        .bind(id)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// From now on the desk's organization and its superiors see them.
pub async fn link(
    tx: &mut SqliteConnection,
    files: &[FileId],
    leaf: Leaf,
    organization: OrganizationId,
    department: Option<OrganizationId>,
) -> Result<()> {
    for id in files {
        file::link(&mut *tx, *id, leaf, None, organization, department).await?;
    }
    Ok(())
}

/// A file of the draft this visitor fills in, or of the registration he may see now.
#[get("/registration/files/<id>")]
async fn open(
    visitor: Visitor,
    id: FileId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Download> {
    let mut reader = db.read().await?;
    let his: bool = sqlx::query_scalar(
        "select exists (select 1 from registration_file f
           join registration r on r.id = f.registration_id
          where f.file_id = ? and r.viewer_key = ? and r.viewer_until > ?)",
    )
    .bind(id)
    .bind(&visitor.key)
    .bind(clock.stamp())
    .fetch_one(&mut *reader)
    .await?;
    let found = if his { file::find(&mut reader, &[id]).await?.pop() } else { None };
    file::serve(db, &found.ok_or(Error::NotFound)?, false).await
}

pub fn routes() -> Vec<Route> {
    routes![open]
}
