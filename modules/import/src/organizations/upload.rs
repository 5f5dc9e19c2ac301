//! 批量导入 › 主管部门, 用人单位: the template, the upload with its check, what was uploaded before.

use accounts::organizations::{self, adding};
use kit::form::Upload;
use kit::sheet::{Row, Table};
use kit::{Answer, Clock, Db, Done, Download, Error, Form, Page, Result, organization, trail};
use rocket::tokio::task::spawn_blocking;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::against::{self, Importer};
use super::check::{CheckedRow, Checker};
use super::columns::{self, Column, Layout};
use super::kind::{At, Kind};
use super::template;
use crate::store::{self, NewImport};

/// Uploads on a page.
const PAGE: i64 = 20;

pub fn routes() -> Vec<Route> {
    routes![index, download, upload]
}

#[derive(Serialize, sqlx::FromRow)]
struct Record {
    id: i64,
    file_name: String,
    by_name: String,
    created_at: String,
    state: String,
    rows: i64,
    valid: i64,
    imported: i64,
    skipped: i64,
    failing: i64,
    undone_at: String,
}

/// The page; the uploads before `before`, newest first.
async fn page(
    at: &At,
    db: &mut SqliteConnection,
    form: &Form,
    before: Option<i64>,
) -> Result<Page> {
    let refusal = at.kind.refusal(&at.grant).unwrap_or_default();
    let mut records: Vec<Record> = if refusal.is_empty() {
        sqlx::query_as(
            "select id, file_name, by_name, created_at, state, rows, valid, imported, skipped,
                    failing, undone_at from import
              where organization_id = ?1 and kind = ?2 and id < ?3 and (?4 is null or account_id = ?4)
              order by id desc limit ?5",
        )
        .bind(at.grant.organization)
        .bind(at.kind.key)
        .bind(before.unwrap_or(i64::MAX))
        .bind(at.only())
        .bind(PAGE + 1)
        .fetch_all(&mut *db)
        .await?
    } else {
        vec![]
    };
    let more = records.len() as i64 > PAGE;
    records.truncate(PAGE as usize);
    let next = records.last().filter(|_| more).map_or(0, |last| last.id);
    let own = against::own_superior(db, &Importer::of(at.kind, &at.grant)).await?;
    Ok(Page::new("import/organizations_index.html")
        .with("tabs", &crate::tabs(&at.user, at.kind.base))
        .with("noun", at.kind.noun)
        .with("base", at.kind.base)
        .with("refusal", &refusal)
        .with("own", &own.map(|(_, name)| name))
        .with("limit", &kit::sheet::PACKED)
        .with("most", &(columns::ROWS as i64))
        .with("records", &records)
        .with("first", &before.is_none())
        .with("next", &next)
        .with("form", form))
}

#[get("/?<before>")]
async fn index(at: At, db: &State<Db>, before: Option<i64>) -> Result<Page> {
    page(&at, &mut *db.read().await?, &Form::new(), before).await
}

#[get("/template")]
async fn download(at: At, db: &State<Db>) -> Result<Download> {
    let offered = adding::superiors(&mut *db.read().await?, at.kind.kind, at.grant.scope).await?;
    let names: Vec<String> = offered.into_iter().map(|(_, name)| name).collect();
    let (kind, name) = (at.kind, at.grant.organization_name.clone());
    let bytes = spawn_blocking({
        let name = name.clone();
        move || template::workbook(kind, &name, names)
    });
    let bytes = bytes.await.map_err(|e| Error::Fault(e.to_string()))??;
    Ok(Download::xlsx(format!("{}导入模板-{name}.xlsx", at.kind.noun), bytes))
}

/// A checker of a file with this layout.
pub async fn checker(
    db: &mut SqliteConnection,
    kind: &'static Kind,
    layout: Layout,
) -> Result<Checker> {
    let area_code = match organization::bureau(&mut *db).await? {
        Some(bureau) => organizations::profile(db, bureau.id).await?.area_code,
        None => String::new(),
    };
    Ok(Checker { kind, layout, area_code })
}

/// Rows checked off the async threads; the template's examples are left out.
pub async fn checked(checker: &Checker, rows: Vec<Row>) -> Result<Vec<CheckedRow>> {
    let checker = checker.clone();
    let work =
        spawn_blocking(move || rows.into_iter().filter_map(|row| checker.row(row)).collect());
    work.await.map_err(|e| Error::Fault(e.to_string()))
}

/// Reads the file whole; a header without a column for logins gets one, for those proposed.
async fn read(kind: &'static Kind, bytes: Vec<u8>) -> Result<(Table, Layout)> {
    let mut table = kit::sheet::table(bytes, columns::wanted(kind)).await?;
    let titles = &mut table.header.titles;
    if Layout::of(kind, titles).place(Column::Login).is_none() {
        titles.push(Column::Login.title().to_owned());
    }
    let layout = Layout::of(kind, titles);
    Ok((table, layout))
}

#[post("/", data = "<upload>")]
async fn upload(
    at: At,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, mut files } = upload.into_inner();
    if let Some(sentence) = crate::upload::refused(&files) {
        form.refuse("file", sentence);
        return Ok(page(&at, &mut *db.read().await?, &form, None).await?.refused().into());
    }
    at.importing()?;
    let file = files.swap_remove(0);
    match keep(&at, db, clock, &file.name, file.bytes).await {
        Ok(id) => Ok(Done::to(at.address(id)).into()),
        Err(Error::Invalid(sentence)) => {
            form.refuse("file", sentence);
            Ok(page(&at, &mut *db.read().await?, &form, None).await?.refused().into())
        }
        Err(error) => Err(error),
    }
}

/// Checks a file and keeps what was found.
///
/// # Errors
/// `Invalid`: a sentence about the file as a whole.
async fn keep(at: &At, db: &Db, clock: &Clock, name: &str, bytes: Vec<u8>) -> Result<i64> {
    let (table, layout) = read(at.kind, bytes.clone()).await?;
    let all = table.rows.len();
    let mut reader = db.read().await?;
    let checker = checker(&mut reader, at.kind, layout).await?;
    let mut rows = checked(&checker, table.rows).await?;
    let examples = u32::try_from(all - rows.len()).unwrap_or(u32::MAX);
    if rows.is_empty() {
        let sentence = "文件里只有示例行，没有要导入的单位。请从第 3 行开始填写后再上传。";
        return Err(Error::Invalid(sentence.to_owned()));
    }
    let importer = Importer::of(at.kind, &at.grant);
    against::compare(&mut reader, &mut rows, &importer, &checker).await?;
    drop(reader);
    let kept = rows.iter().map(CheckedRow::kept).collect::<Result<Vec<_>>>()?;
    let new = NewImport {
        organization: at.grant.organization,
        account: Some(at.user.account),
        by_name: &at.user.name,
        file_name: name,
        bytes: &bytes,
        create_departments: false,
        below: false,
        kind: at.kind.key,
        batch: None,
    };
    let mut tx = db.begin().await?;
    let id = store::begin(&mut tx, &new, clock).await?;
    store::keep_header(&mut tx, id, &table.header).await?;
    store::keep_rows(&mut tx, id, &kept, clock).await?;
    store::finish(&mut tx, id, examples, clock).await?;
    let import = store::find_kind(&mut tx, id, at.grant.organization, at.kind.key).await?;
    let text = format!("上传{}文件“{}”，核对 {} 行", at.kind.noun, import.file_name, rows.len());
    let object = format!("import:{id}");
    trail::write(&mut tx, &at.actor(), clock, "import.upload", &object, &text).await?;
    tx.commit().await?;
    Ok(id)
}
