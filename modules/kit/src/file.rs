//! Stored uploads (证明材料): `data/files/<sha256>`, written and synced before the row.

mod store;
mod sweep;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sqlx::{QueryBuilder, SqliteConnection};

pub use sweep::{SWEEP, sweep};

use self::store::{clean, named, write};
use crate::access::{Action, Grantable, Leaf, Scope};
use crate::form::Uploaded;
use crate::kind_of_file::{FileRefused, KindOfFile};
use crate::migration::hex;
use crate::{
    AccountId, Clock, Db, Download, Error, FileId, Modules, OrganizationId, PersonId, Result, User,
    review,
};

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

/// What is kept where: how large a file may be, and of which kind.
#[derive(Debug, Clone, Copy)]
pub struct Accepts {
    /// Bytes; not more than `Upload::LIMIT`.
    pub limit: usize,
    pub kind: fn(&[u8]) -> Result<KindOfFile, FileRefused>,
}

/// 证明材料: JPEG, PNG or PDF.
pub const EVIDENCE: Accepts = Accepts { limit: EVIDENCE_LIMIT, kind: KindOfFile::of };
/// Attachments of what the bureau publishes: Office documents, too.
pub const ATTACHMENT: Accepts =
    Accepts { limit: 20 * 1024 * 1024, kind: KindOfFile::of_attachment };

/// Keeps a piece of evidence. Files first, then the row.
///
/// Only its uploader sees it until `link` says what it hangs on; `by` is none for a visitor.
///
/// # Errors
/// A Chinese sentence that names the file.
pub async fn keep(
    db: &Db,
    tx: &mut SqliteConnection,
    upload: &Uploaded,
    by: Option<AccountId>,
    clock: &Clock,
) -> Result<Stored> {
    keep_as(EVIDENCE, db.folder(), tx, upload, by, clock).await
}

/// Keeps an upload, if it is of an accepted kind by content and within the limit; `data` is the
/// data folder.
///
/// # Errors
/// A Chinese sentence that names the file.
pub async fn keep_as(
    accepts: Accepts,
    data: &Path,
    tx: &mut SqliteConnection,
    upload: &Uploaded,
    by: Option<AccountId>,
    clock: &Clock,
) -> Result<Stored> {
    let name = clean(&upload.name);
    if !upload.complete || upload.bytes.len() > accepts.limit {
        return Err(Error::Invalid(format!(
            "文件“{name}”超过 {} MB，没有上传。请压缩图片或拆分后重新上传。",
            accepts.limit / 1024 / 1024
        )));
    }
    let kind = (accepts.kind)(&upload.bytes)
        .map_err(|refused| Error::Invalid(format!("文件“{name}”没有上传：{refused}")))?;
    let name = named(name, kind);
    let sha256 = hex(&Sha256::digest(&upload.bytes));
    let (folder, bytes, file) = (folder(data), upload.bytes.clone(), sha256.clone());
    let size = bytes.len() as i64;
    tokio::task::spawn_blocking(move || write(&folder, &file, &bytes))
        .await
        .map_err(|error| Error::Fault(format!("file: {error}")))??;
    let id: FileId = sqlx::query_scalar(
        "insert into file (sha256, name, mime, size, account_id, created_at)
         values (?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(&sha256)
    .bind(&name)
    .bind(kind.mime())
    .bind(size)
    .bind(by)
    .bind(clock.stamp())
    .fetch_one(tx)
    .await?;
    Ok(Stored { id, sha256, name, mime: kind.mime().to_owned(), size })
}

/// The rows of these files, in the order asked for; missing ones are left out.
pub async fn find(db: &mut SqliteConnection, ids: &[FileId]) -> Result<Vec<Stored>> {
    let mut files = Vec::with_capacity(ids.len());
    for id in ids {
        let file: Option<Stored> =
            sqlx::query_as("select id, sha256, name, mime, size from file where id = ?")
                .bind(id)
                .fetch_optional(&mut *db)
                .await?;
        files.extend(file);
    }
    Ok(files)
}

/// Says what a file hangs on: besides its uploader, the person and those administrators see it
/// who hold View on `leaf` and whose scope covers the organization. A second call moves it.
pub async fn link(
    tx: &mut SqliteConnection,
    file: FileId,
    leaf: Leaf,
    person: Option<PersonId>,
    organization: OrganizationId,
    department: Option<OrganizationId>,
) -> Result<()> {
    sqlx::query(
        "insert into file_link (file_id, leaf, person_id, organization_id, department_id)
         values (?, ?, ?, ?, ?)
         on conflict (file_id) do update set leaf = excluded.leaf, person_id = excluded.person_id,
           organization_id = excluded.organization_id, department_id = excluded.department_id",
    )
    .bind(file)
    .bind(leaf.key)
    .bind(person)
    .bind(organization)
    .bind(department)
    .execute(tx)
    .await?;
    Ok(())
}

/// Lets another organization's administrators see a linked file, who hold View on its leaf: where
/// a case waits at a desk outside the scope (a transfer's other unit, a new superior).
pub async fn also(
    tx: &mut SqliteConnection,
    file: FileId,
    organization: OrganizationId,
) -> Result<()> {
    sqlx::query("insert or ignore into file_viewer (file_id, organization_id) values (?, ?)")
        .bind(file)
        .bind(organization)
        .execute(tx)
        .await?;
    Ok(())
}

/// Leaves a linked file with its organization when the person goes to another: it is evidence of
/// what was decided there, not of the person's record.
pub async fn stay(tx: &mut SqliteConnection, file: FileId) -> Result<()> {
    sqlx::query("update file_link set stays = 1 where file_id = ?").bind(file).execute(tx).await?;
    Ok(())
}

/// People's files follow them to another unit, but for those that stay.
pub async fn moved(
    tx: &mut SqliteConnection,
    people: &[PersonId],
    organization: OrganizationId,
    department: Option<OrganizationId>,
) -> Result<()> {
    sqlx::query(
        "update file_link set organization_id = ?, department_id = ?
          where person_id in (select value from json_each(?)) and stays = 0",
    )
    .bind(organization)
    .bind(department)
    .bind(serde_json::to_string(people)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// The files of an organization's people follow it under another superior.
pub async fn resuperior(tx: &mut SqliteConnection, organization: OrganizationId) -> Result<()> {
    sqlx::query(
        "update file_link
            set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
    )
    .bind(organization)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file out of a draft, by its uploader. The content goes with the next sweep.
pub async fn remove(tx: &mut SqliteConnection, file: FileId, user: &User) -> Result<()> {
    let removed = sqlx::query("delete from file where id = ? and account_id = ?")
        .bind(file)
        .bind(user.account)
        .execute(tx)
        .await?;
    if removed.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Takes a file away for good, whoever uploaded it: for a module that has made sure that it
/// belongs to the record being changed. The content goes with the next sweep.
pub async fn discard(tx: &mut SqliteConnection, file: FileId) -> Result<()> {
    sqlx::query("delete from file where id = ?").bind(file).execute(tx).await?;
    Ok(())
}

/// The file, if this user may see it.
///
/// # Errors
/// `NotFound`, whether it is absent or not his to see.
pub async fn visible(
    db: &mut SqliteConnection,
    id: FileId,
    user: &User,
    modules: &Modules,
) -> Result<Stored> {
    let mut sql = QueryBuilder::new(
        "select f.id, f.sha256, f.name, f.mime, f.size
           from file f left join file_link l on l.file_id = f.id where f.id = ",
    );
    sql.push_bind(id).push(" and (f.account_id = ").push_bind(user.account);
    if let Some(person) = user.person {
        sql.push(" or l.person_id = ").push_bind(person);
    }
    if let Some(grant) = &user.grant {
        let leaf: Option<String> =
            sqlx::query_scalar("select leaf from file_link where file_id = ?")
                .bind(id)
                .fetch_optional(&mut *db)
                .await?;
        let wanted = leaf.and_then(|leaf| leaf_of(modules, &leaf));
        let wanted = wanted.map(|leaf| Grantable { leaf, action: Action::View });
        if wanted.is_some_and(|wanted| grant.may(wanted)) {
            sql.push(" or (l.file_id is not null");
            match grant.scope {
                Scope::County => {}
                // an administrator of the department itself is in it as an organization, too
                scope => scope.narrow(&mut sql, "l"),
            }
            sql.push(")");
            if !review::limit(grant).any() {
                sql.push(
                    " or exists (select 1 from file_viewer v
                       where v.file_id = l.file_id and v.organization_id = ",
                );
                sql.push_bind(grant.organization).push(")");
            }
        }
    }
    sql.push(")");
    sql.build_query_as().fetch_optional(db).await?.ok_or(Error::NotFound)
}

fn leaf_of(modules: &Modules, key: &str) -> Option<Leaf> {
    let subjects = modules.subjects().iter().map(|subject| subject.leaf());
    let granted = modules.all().iter().flat_map(|m| m.permissions()).map(|one| one.leaf);
    subjects.chain(granted).find(|leaf| leaf.key == key)
}

/// The file as an answer: images and PDF are shown unless `save`, all else is saved.
pub async fn serve(db: &Db, file: &Stored, save: bool) -> Result<Download> {
    let known = file.sha256.len() == 64 && file.sha256.bytes().all(|b| b.is_ascii_hexdigit());
    if !known {
        return Err(Error::Fault(format!("file {}: no hash", file.id)));
    }
    let path = folder(db.folder()).join(&file.sha256);
    let bytes = tokio::fs::read(&path)
        .await
        .map_err(|error| Error::Fault(format!("file {}: {}: {error}", file.id, path.display())))?;
    let kind = KindOfFile::from_mime(&file.mime);
    Ok(Download {
        name: file.name.clone(),
        mime: kind.map_or("application/octet-stream", KindOfFile::mime).to_owned(),
        bytes,
        inline: kind.is_some_and(KindOfFile::is_shown) && !save,
    })
}

fn folder(data: &Path) -> PathBuf {
    data.join("files")
}

#[cfg(test)]
mod tests;
