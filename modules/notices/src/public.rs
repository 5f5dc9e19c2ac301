//! What everybody reads: the block of the home page, the list, one notice with its attachments.

use kit::file::Stored;
use kit::kind_of_file::KindOfFile;
use kit::module::Block;
use kit::{Db, Download, Error, FileId, OrganizationKind, Page, Permission, Result, User, Visitor};
use rocket::{State, get};
use serde::Serialize;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::ViewNotices;
use crate::store::{self, Notice};

/// Lines of the home page's block.
const ON_HOME: i64 = 6;
/// Lines of the start page's block, the last one of it.
const ON_START: i64 = 4;
/// Lines of a page of the list.
const ON_PAGE: i64 = 20;

/// A line of a list of notices.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Line {
    id: i64,
    title: String,
    pinned: bool,
    published_at: String,
}

/// An attachment as it is shown.
#[derive(Debug, Serialize)]
pub struct Attached {
    pub id: i64,
    pub name: String,
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// The browser shows it; else it is saved.
    pub shown: bool,
    pub size: String,
}

pub fn attached(notice: i64, file: &Stored) -> Attached {
    let kind = KindOfFile::from_mime(&file.mime);
    Attached {
        id: file.id.0,
        name: file.name.clone(),
        href: format!("/notices/{notice}/files/{}", file.id),
        icon: match kind {
            Some(KindOfFile::Pdf) => "pdf",
            Some(kind) if kind.is_picture() => "image",
            _ => "file",
        },
        shown: kind.is_some_and(KindOfFile::is_shown),
        size: match file.size {
            bytes if bytes < 1024 * 1024 => format!("{} KB", (bytes + 1023) / 1024),
            bytes => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        },
    }
}

/// Pinned ones first, then the newest.
async fn published(db: &mut SqliteConnection, skip: i64, most: i64) -> Result<Vec<Line>> {
    Ok(sqlx::query_as(
        "select id, title, pinned, published_at from notice where state = 'published'
          order by pinned desc, published_at desc, id desc limit ? offset ?",
    )
    .bind(most)
    .bind(skip)
    .fetch_all(db)
    .await?)
}

/// Beside the sign-in form; nothing as long as there is no notice.
pub async fn home(db: &mut SqliteConnection) -> Result<Vec<Block>> {
    block(db, ON_HOME, Block::BAND / 2, "notices/home.html").await
}

/// On everybody's start page but the bureau's, which wrote them.
pub async fn start(db: &mut SqliteConnection, user: &User) -> Result<Vec<Block>> {
    let bureau = user.grant.as_ref().is_some_and(|g| g.kind == OrganizationKind::Bureau);
    if bureau { Ok(vec![]) } else { block(db, ON_START, 9_000, "notices/start.html").await }
}

async fn block(
    db: &mut SqliteConnection,
    most: i64,
    order: u16,
    template: &'static str,
) -> Result<Vec<Block>> {
    let lines = published(db, 0, most).await?;
    let block = Block { order, template, context: json!({ "lines": lines }) };
    Ok(if lines.is_empty() { vec![] } else { vec![block] })
}

/// The public pages, and the same inside the frame of whoever is signed in.
fn page(visitor: &Visitor, public: &'static str, inside: &'static str) -> Page {
    Page::new(if visitor.session.is_some() { inside } else { public })
}

#[get("/?<page>")]
pub async fn list(visitor: Visitor, page: Option<&str>, db: &State<Db>) -> Result<Page> {
    let mut reader = db.read().await?;
    let count: i64 = sqlx::query_scalar("select count(*) from notice where state = 'published'")
        .fetch_one(&mut *reader)
        .await?;
    let pages = ((count + ON_PAGE - 1) / ON_PAGE).max(1);
    let number = page.and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, pages);
    let lines = published(&mut reader, (number - 1) * ON_PAGE, ON_PAGE).await?;
    Ok(self::page(&visitor, "notices/list.html", "notices/list_inside.html")
        .with("lines", &lines)
        .with("count", &count)
        .with("page", &number)
        .with("pages", &pages))
}

#[get("/<id>")]
pub async fn read(visitor: Visitor, id: i64, db: &State<Db>) -> Result<Page> {
    let mut reader = db.read().await?;
    let notice: Notice = store::find(&mut reader, id).await?;
    if !notice.is_published() {
        return Err(Error::NotFound);
    }
    let files: Vec<Attached> =
        store::files(&mut reader, id).await?.iter().map(|file| attached(id, file)).collect();
    Ok(page(&visitor, "notices/read.html", "notices/read_inside.html")
        .with("notice", &notice)
        .with("files", &files))
}

/// An attachment: while its notice is published everybody's, else of those who may see drafts
/// (one address for both, so that a preview's links are the published ones). With `?save` saved.
#[get("/<id>/files/<file>?<save>", rank = 1)]
pub async fn file(
    visitor: Visitor,
    id: i64,
    file: FileId,
    save: Option<&str>,
    db: &State<Db>,
) -> Result<Download> {
    let mut reader = db.read().await?;
    let notice = store::find(&mut reader, id).await?;
    let grant = visitor.session.as_ref().and_then(|session| session.grant.as_ref());
    let views = grant.is_some_and(|grant| grant.may(ViewNotices::grantable()));
    if !notice.is_published() && !views {
        return Err(Error::NotFound);
    }
    let stored = store::file(&mut reader, id, file).await?;
    drop(reader);
    kit::file::serve(db, &stored, save.is_some()).await
}
