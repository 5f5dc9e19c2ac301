//! 附件 of an organization: 证照, 授权书, 认定文件 and the like; uploaded by the superior or with the
//! registration, seen by those who see the organization.

use kit::form::Upload;
use kit::{Clock, Db, Done, Download, Error, FileId, OrganizationId, Result, file, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{AtUnit, Editing, Viewing};
use crate::organizations::form::Choice;

pub fn routes() -> Vec<Route> {
    routes![one, add]
}

/// (stored kind, label), in the order they are offered.
pub const KINDS: &[(&str, &str)] = &[
    ("licence", "营业执照或法人证"),
    ("authorization", "授权书"),
    ("recognition", "认定文件"),
    ("qualification", "办学资质"),
    ("rules", "管理制度"),
    ("other", "其他"),
];

/// The kinds as lines of a drop-down.
pub fn choices() -> Vec<Choice> {
    let choice = |(value, label): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
    };
    KINDS.iter().map(choice).collect()
}

/// The label of a stored kind.
pub fn label(kind: &str) -> &'static str {
    KINDS.iter().find(|(key, _)| *key == kind).map_or("其他", |(_, label)| label)
}

/// One attachment as a page lists it.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    pub id: FileId,
    pub name: String,
    pub kind: &'static str,
    /// 862 KB
    pub size: String,
    pub href: String,
}

/// All attachments of an organization in force.
#[derive(Debug, Clone, Serialize)]
pub struct Attachments(Vec<Attachment>);

#[derive(sqlx::FromRow)]
struct Row {
    id: FileId,
    name: String,
    size: i64,
    kind: String,
}

impl Attachments {
    /// Those of an organization whose pages stand under `base`.
    pub async fn of(db: &mut SqliteConnection, id: OrganizationId, base: &str) -> Result<Self> {
        let rows: Vec<Row> = sqlx::query_as(
            "select f.id, f.name, f.size, l.kind
               from organization_file l join file f on f.id = l.file_id
              where l.organization_id = ? and l.replaced_at is null order by f.id",
        )
        .bind(id)
        .fetch_all(db)
        .await?;
        let shown = rows.into_iter().map(|row| Attachment {
            href: format!("{base}/files/{}", row.id),
            id: row.id,
            kind: label(&row.kind),
            size: format!("{} KB", (row.size + 1023) / 1024),
            name: row.name,
        });
        Ok(Self(shown.collect()))
    }
}

/// The file, if it is or was an attachment of this organization.
pub async fn find(
    db: &mut SqliteConnection,
    id: OrganizationId,
    wanted: FileId,
) -> Result<file::Stored> {
    let belongs: bool = sqlx::query_scalar(
        "select exists (select 1 from organization_file where organization_id = ? and file_id = ?)",
    )
    .bind(id)
    .bind(wanted)
    .fetch_one(&mut *db)
    .await?;
    if !belongs {
        return Err(Error::NotFound);
    }
    file::find(db, &[wanted]).await?.pop().ok_or(Error::NotFound)
}

#[get("/<id>/files/<wanted>")]
async fn one(
    at: AtUnit<Viewing>,
    id: OrganizationId,
    wanted: FileId,
    db: &State<Db>,
) -> Result<Download> {
    let mut reader = db.read().await?;
    at.found(&mut reader, id).await?;
    let stored = find(&mut reader, id, wanted).await?;
    drop(reader);
    file::serve(db, &stored, false).await
}

#[post("/<id>/files", data = "<upload>")]
async fn add(
    at: AtUnit<Editing>,
    id: OrganizationId,
    upload: rocket::form::Form<Upload>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let upload = upload.into_inner();
    let mut tx = db.begin().await?;
    let found = at.found(&mut tx, id).await?;
    let kind = upload.form.text("kind");
    let back = Done::to(at.address(id));
    let Some((kind, label)) = KINDS.iter().find(|(key, _)| *key == kind) else {
        return Ok(back.bad("请选择附件种类后重新上传。"));
    };
    let Some(chosen) = upload.files.first() else {
        return Ok(back.bad("请选择要上传的文件（JPG、PNG 或 PDF，不超过 5 MB）。"));
    };
    let kept = match file::keep(db, &mut tx, chosen, Some(at.user.account), clock).await {
        Err(Error::Invalid(sentence)) => return Ok(back.bad(sentence)),
        kept => kept?,
    };
    file::link(&mut tx, kept.id, at.unit.leaf, None, id, found.department_id).await?;
    sqlx::query("insert into organization_file (organization_id, file_id, kind) values (?, ?, ?)")
        .bind(id)
        .bind(kept.id)
        .bind(kind)
        .execute(&mut *tx)
        .await?;
    let text = format!("为{}“{}”上传{label}“{}”", at.unit.noun, found.name, kept.name);
    let (act, object) = (at.unit.act("attach"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    Ok(back.ok(format!("已上传{label}“{}”。", kept.name)))
}
