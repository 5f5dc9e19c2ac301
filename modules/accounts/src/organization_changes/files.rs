//! Files of a request: evidence, and attachments that are to replace those recorded.

use kit::file::{self, Stored};
use kit::form::Uploaded;
use kit::organization::Organization;
use kit::{AccountId, Clock, Db, Error, FileId, Form, OrganizationId, OrganizationKind, Result};
use sqlx::SqliteConnection;

use super::{Content, Item, LEAF, MOST_FILES};

/// The field and the stored kind of evidence.
pub const EVIDENCE: &str = "files";

/// Attachments a unit may replace by request: (stored kind, which is its field, label). What the
/// recognising superior wrote is not the base's to replace.
pub fn attachments(kind: OrganizationKind) -> &'static [(&'static str, &'static str)] {
    const BASE: &[(&str, &str)] =
        &[("licence", "营业执照或法人证"), ("qualification", "办学资质"), ("rules", "管理制度")];
    match kind {
        OrganizationKind::Base => BASE,
        _ => &BASE[..1],
    }
}

/// A file of a request with what it is.
#[derive(Debug, Clone)]
pub struct Kept {
    pub kind: String,
    pub file: Stored,
}

/// The files of a request, in order.
pub async fn kept(db: &mut SqliteConnection, change: i64) -> Result<Vec<Kept>> {
    let rows: Vec<(String, FileId)> = sqlx::query_as(
        "select kind, file_id from organization_change_file where change_id = ? and removed = 0
          order by sort, file_id",
    )
    .bind(change)
    .fetch_all(&mut *db)
    .await?;
    let mut all = Vec::new();
    for (kind, id) in rows {
        let found = file::find(&mut *db, &[id]).await?.pop();
        all.extend(found.map(|file| Kept { kind, file }));
    }
    Ok(all)
}

/// Keeps what arrived; what is refused is told at its field. Gives how many were kept.
pub async fn receive(
    tx: &mut SqliteConnection,
    db: &Db,
    of: OrganizationKind,
    change: i64,
    (form, arrived): (&mut Form, &[Uploaded]),
    by: AccountId,
    clock: &Clock,
) -> Result<usize> {
    let there = kept(&mut *tx, change).await?.len();
    if there + arrived.len() > MOST_FILES {
        let sentence = format!(
            "最多 {MOST_FILES} 份材料：已有 {there} 份，这次选了 {} 份，都没有保存。请减少后重新选择。",
            arrived.len()
        );
        form.refuse(EVIDENCE, sentence);
        return Ok(0);
    }
    let (mut count, mut refused) = (0, Vec::<(&str, String)>::new());
    for upload in arrived {
        let kind = attachments(of).iter().find(|(kind, _)| *kind == upload.field);
        let kind = kind.map_or(EVIDENCE, |(kind, _)| kind);
        match file::keep(db, &mut *tx, upload, Some(by), clock).await {
            Ok(stored) => {
                attach(&mut *tx, change, stored.id, kind).await?;
                count += 1;
            }
            Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
                refused.push((kind, error.sentence().to_owned()));
            }
            Err(error) => return Err(error),
        }
    }
    for field in attachments(of).iter().map(|(kind, _)| *kind).chain([EVIDENCE]) {
        let all: Vec<&str> = refused
            .iter()
            .filter(|(kind, _)| *kind == field)
            .map(|(_, text)| text.as_str())
            .collect();
        if !all.is_empty() {
            form.refuse(field, all.join(" "));
        }
    }
    Ok(count)
}

async fn attach(tx: &mut SqliteConnection, change: i64, file: FileId, kind: &str) -> Result<()> {
    sqlx::query(
        "insert into organization_change_file (change_id, file_id, kind, sort)
         select ?1, ?2, ?3, coalesce(max(sort), 0) + 1
           from organization_change_file where change_id = ?1",
    )
    .bind(change)
    .bind(file)
    .bind(kind)
    .execute(tx)
    .await?;
    Ok(())
}

/// A file that is or was part of a request.
pub async fn one(db: &mut SqliteConnection, change: i64, wanted: FileId) -> Result<Stored> {
    let part: bool = sqlx::query_scalar(
        "select exists (select 1 from organization_change_file where change_id = ? and file_id = ?)",
    )
    .bind(change)
    .bind(wanted)
    .fetch_one(&mut *db)
    .await?;
    if !part {
        return Err(Error::NotFound);
    }
    file::find(db, &[wanted]).await?.pop().ok_or(Error::NotFound)
}

/// The attachments of a kind that an organization has in force.
pub async fn current(
    db: &mut SqliteConnection,
    id: OrganizationId,
    kind: &str,
) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from organization_file
          where organization_id = ? and kind = ? and replaced_at is null order by file_id",
    )
    .bind(id)
    .bind(kind)
    .fetch_all(db)
    .await?)
}

/// Those see the files who see the request; the new superior's desk does, too.
pub async fn belongs(
    tx: &mut SqliteConnection,
    unit: &Organization,
    content: &Content,
) -> Result<()> {
    let superior = content.items.iter().find_map(|item| match item {
        Item::Superior { new, .. } => Some(*new),
        _ => None,
    });
    for id in content.evidence() {
        file::link(&mut *tx, id, LEAF, None, unit.id, unit.department_id).await?;
        // a superior that a former round asked for has nothing to do with it any more
        sqlx::query("delete from file_viewer where file_id = ?").bind(id).execute(&mut *tx).await?;
        if let Some(superior) = superior {
            file::also(&mut *tx, id, superior).await?;
        }
    }
    Ok(())
}
