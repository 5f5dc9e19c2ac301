//! Statements of a notice, its attachments and its versions.

use kit::file::Stored;
use kit::{Clock, Error, FileId, OrganizationId, Result, initials};
use serde::Serialize;
use sqlx::SqliteConnection;

/// A notice as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Notice {
    pub id: i64,
    /// draft, published or withdrawn
    pub state: String,
    pub title: String,
    /// Sanitized HTML.
    pub body: String,
    pub pinned: bool,
    /// Counts saves.
    pub revision: i64,
    pub created_by: String,
    pub published_by: String,
    pub published_at: Option<String>,
    pub changed_at: Option<String>,
    pub updated_at: String,
}

impl Notice {
    pub fn is_draft(&self) -> bool {
        self.state == "draft"
    }

    pub fn is_published(&self) -> bool {
        self.state == "published"
    }
}

/// What an editor gives.
#[derive(Debug, Clone)]
pub struct Fields {
    pub title: String,
    /// Sanitized HTML: only `rich::clean` and `rich::of_text` make it.
    pub body: String,
    pub pinned: bool,
}

/// # Errors
/// `NotFound`
pub async fn find(db: &mut SqliteConnection, id: i64) -> Result<Notice> {
    let found = sqlx::query_as(
        "select id, state, title, body, pinned, revision, created_by, published_by, published_at,
                changed_at, updated_at from notice where id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// The attachments, in the order they came.
pub async fn files(db: &mut SqliteConnection, notice: i64) -> Result<Vec<Stored>> {
    let ids: Vec<FileId> =
        sqlx::query_scalar("select file_id from notice_file where notice_id = ? order by file_id")
            .bind(notice)
            .fetch_all(&mut *db)
            .await?;
    kit::file::find(db, &ids).await
}

/// An attachment of this notice.
///
/// # Errors
/// `NotFound` if it hangs on another one or on none.
pub async fn file(db: &mut SqliteConnection, notice: i64, file: FileId) -> Result<Stored> {
    let found = files(db, notice).await?.into_iter().find(|one| one.id == file);
    found.ok_or(Error::NotFound)
}

/// A new draft.
pub async fn create(
    tx: &mut SqliteConnection,
    fields: &Fields,
    organization: OrganizationId,
    by: &str,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    let id: i64 = sqlx::query_scalar(
        "insert into notice (organization_id, title, body, pinned, created_by, created_at,
           updated_at, listed_at) values (?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(organization)
    .bind(&fields.title)
    .bind(&fields.body)
    .bind(fields.pinned)
    .bind(by)
    .bind(&now)
    .bind(&now)
    .bind(&now)
    .fetch_one(&mut *tx)
    .await?;
    index(tx, id, &fields.title).await?;
    Ok(id)
}

/// Stores a change; `told`: readers will notice it. False if somebody else saved meanwhile.
pub async fn update(
    tx: &mut SqliteConnection,
    notice: &Notice,
    fields: &Fields,
    revision: i64,
    told: bool,
    clock: &Clock,
) -> Result<bool> {
    let now = clock.stamp();
    let done = sqlx::query(
        "update notice set title = ?, body = ?, pinned = ?, revision = revision + 1,
           updated_at = ?4, listed_at = iif(published_at is null, ?4, listed_at),
           changed_at = iif(?5 and published_at is not null, ?4, changed_at)
          where id = ?6 and revision = ?7",
    )
    .bind(&fields.title)
    .bind(&fields.body)
    .bind(fields.pinned)
    .bind(&now)
    .bind(told)
    .bind(notice.id)
    .bind(revision)
    .execute(&mut *tx)
    .await?;
    index(tx, notice.id, &fields.title).await?;
    Ok(done.rows_affected() == 1)
}

async fn index(tx: &mut SqliteConnection, id: i64, title: &str) -> Result<()> {
    sqlx::query("delete from notice_search where rowid = ?").bind(id).execute(&mut *tx).await?;
    sqlx::query("insert into notice_search (rowid, tokens) values (?, ?)")
        .bind(id)
        .bind(initials::search_tokens(title))
        .execute(tx)
        .await?;
    Ok(())
}

/// Hangs a kept file on the notice.
pub async fn attach(tx: &mut SqliteConnection, notice: i64, file: FileId) -> Result<()> {
    sqlx::query("insert into notice_file (file_id, notice_id) values (?, ?)")
        .bind(file)
        .bind(notice)
        .execute(tx)
        .await?;
    Ok(())
}

/// A draft or a withdrawn notice goes to the public; the first time stays its time.
///
/// # Errors
/// Refused if it is public already.
pub async fn publish(tx: &mut SqliteConnection, id: i64, by: &str, clock: &Clock) -> Result<()> {
    let now = clock.stamp();
    let done = sqlx::query(
        "update notice set state = 'published', published_by = ?1, revision = revision + 1,
           published_at = coalesce(published_at, ?2), listed_at = coalesce(published_at, ?2),
           updated_at = ?2
          where id = ?3 and state in ('draft', 'withdrawn')",
    )
    .bind(by)
    .bind(&now)
    .bind(id)
    .execute(tx)
    .await?;
    refuse_none(done, "这条公告已经发布，不用再发布一次。")
}

/// A published notice leaves the public pages.
///
/// # Errors
/// Refused if it is not public.
pub async fn withdraw(tx: &mut SqliteConnection, id: i64, clock: &Clock) -> Result<()> {
    let done = sqlx::query(
        "update notice set state = 'withdrawn', revision = revision + 1, updated_at = ?
          where id = ? and state = 'published'",
    )
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    refuse_none(done, "这条公告没有发布，不用撤下。")
}

/// A draft that was never public, with its attachments.
///
/// # Errors
/// Refused once it has been published: what the public has read is not erased.
pub async fn delete(tx: &mut SqliteConnection, id: i64) -> Result<()> {
    for file in files(&mut *tx, id).await? {
        kit::file::discard(&mut *tx, file.id).await?;
    }
    sqlx::query("delete from notice_search where rowid = ?").bind(id).execute(&mut *tx).await?;
    let done = sqlx::query("delete from notice where id = ? and state = 'draft'")
        .bind(id)
        .execute(tx)
        .await?;
    refuse_none(done, "只有从未发布的草稿可以删除。发布过的公告请撤下，它的内容会留作记录。")
}

fn refuse_none(done: sqlx::sqlite::SqliteQueryResult, sentence: &str) -> Result<()> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::refused(sentence)) }
}

/// What the public could read from now on.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Version {
    pub number: i64,
    pub at: String,
    pub by_name: String,
    /// What was done.
    pub what: String,
}

/// Keeps what is published now as the next version.
pub async fn keep_version(
    tx: &mut SqliteConnection,
    id: i64,
    by: &str,
    what: &str,
    clock: &Clock,
) -> Result<()> {
    let names: Vec<String> = files(&mut *tx, id).await?.into_iter().map(|file| file.name).collect();
    sqlx::query(
        "insert into notice_version (notice_id, number, at, by_name, what, title, body, files)
         select n.id, (select count(*) + 1 from notice_version v where v.notice_id = n.id), ?, ?, ?,
                n.title, n.body, ? from notice n where n.id = ?",
    )
    .bind(clock.stamp())
    .bind(by)
    .bind(what)
    .bind(serde_json::to_string(&names)?)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// The latest first.
pub async fn versions(db: &mut SqliteConnection, id: i64) -> Result<Vec<Version>> {
    Ok(sqlx::query_as(
        "select number, at, by_name, what from notice_version
          where notice_id = ? order by number desc limit 200",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// Title, sanitized HTML and names of the attachments of a version.
///
/// # Errors
/// `NotFound`
pub async fn version(
    db: &mut SqliteConnection,
    id: i64,
    number: i64,
) -> Result<(Version, String, String, Vec<String>)> {
    let found: Option<(String, String, String)> = sqlx::query_as(
        "select title, body, files from notice_version where notice_id = ? and number = ?",
    )
    .bind(id)
    .bind(number)
    .fetch_optional(&mut *db)
    .await?;
    let (title, body, files) = found.ok_or(Error::NotFound)?;
    let version = versions(db, id).await?.into_iter().find(|one| one.number == number);
    Ok((version.ok_or(Error::NotFound)?, title, body, serde_json::from_str(&files)?))
}
