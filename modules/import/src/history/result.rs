//! One upload of former hours: its progress, the check before anything is written, its failing
//! rows as a workbook; dropping it.

use kit::access::Grant;
use kit::job::Jobs;
use kit::{
    Can, Clock, Db, Done, Download, Error, Form, OrganizationKind, Page, Permission, Result,
    Settings, User, trail,
};
use rocket::response::content::RawJson;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::columns::{COLUMNS, SHEET};
use super::{EditHistory, ViewHistory, batch, enter};
use crate::failing::{self, Ours};
use crate::progress::Stage;
use crate::result::{self, Shown};
use crate::store::{self, HISTORY, Import};
use crate::write;

pub fn routes() -> Vec<Route> {
    routes![show, progress, download, cancel]
}

/// An upload that the administrator may see, as a batch.
///
/// # Errors
/// `NotFound` for absent or not his to see.
pub async fn of(db: &mut SqliteConnection, id: i64, user: &User, grant: &Grant) -> Result<Import> {
    let import = store::find_kind(db, id, grant.organization, HISTORY).await?;
    match batch::only(user, grant) {
        Some(account) if import.account_id != Some(account) => Err(Error::NotFound),
        _ => Ok(import),
    }
}

/// An earlier import of the same file.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Again {
    pub ended_at: String,
    pub by_name: String,
    pub rows: i64,
    pub number: String,
    pub undone: bool,
}

/// The latest batch that the organization made of the same file, but for the one corrected.
pub async fn same_file(db: &mut SqliteConnection, import: &Import) -> Result<Option<Again>> {
    Ok(sqlx::query_as(
        "select i.ended_at, i.by_name, b.rows, b.number, b.undone_at <> '' as undone
           from import i join history_batch b on b.import_id = i.id
          where i.organization_id = ?1 and i.sha256 = ?2 and i.id <> ?3 and i.state = 'imported'
            and i.kind = 'history' and b.state in ('entered', 'pending', 'approved')
          order by i.id desc limit 1",
    )
    .bind(import.organization_id)
    .bind(&import.sha256)
    .bind(import.id)
    .fetch_optional(db)
    .await?)
}

#[get("/history/uploads/<id>?<tab>&<page>")]
async fn show(
    user: Can<ViewHistory>,
    db: &State<Db>,
    settings: &State<Settings>,
    jobs: &State<Jobs>,
    id: i64,
    tab: Option<&str>,
    page: Option<i64>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = of(&mut reader, id, &user.user, &user.grant).await?;
    let ignored = enter::layout(&import)?.unknown().to_vec();
    let shown = Shown::with(&import, &user.user, ignored);
    let may_edit = user.user.may(EditHistory::grantable());
    let base = format!("/import/history/uploads/{id}");
    let stage = Stage::of(&import, jobs);
    let stopped = import.state == "checking" && import.job_ended();
    let page = page.unwrap_or(1);
    let tab = match tab {
        Some("warn") => "warn",
        _ if tab.is_none() && import.failing == 0 && import.warned > 0 => "warn",
        _ => "error",
    };
    let lines = result::lines(&mut reader, &import, tab, page, shown.is_own()).await?;
    let sums =
        if import.state == "checked" { result::sums(&mut reader, id).await? } else { vec![] };
    let total = result::problems(&mut reader, id, tab).await?;
    let again = match import.state.as_str() {
        "checked" => same_file(&mut reader, &import).await?,
        _ => None,
    };
    let batch = batch::of_import(&mut reader, id).await?.filter(|found| found.state != "draft");
    let answer = Page::new("import/history_upload.html")
        .with("import", &shown)
        .with("stopped", &stopped)
        .with("stage", &stage)
        .with("not_written", &write::stopped(&import))
        .with("direct", &(user.grant.kind == OrganizationKind::Bureau))
        .with("may_edit", &may_edit)
        .with("base", &base)
        .with("batch", &batch)
        .with("tab", tab)
        .with("tabs", &result::tabs(rows(&import), &base, tab))
        .with("lines", &lines)
        .with("sums", &sums)
        .with("again", &again)
        .with("keep_days", &settings.integer(&crate::KEEP_DAYS))
        .with("pager", &result::pager(&base, tab, page, total));
    Ok(if stage.is_some() && !stopped { answer.with("reload", &2) } else { answer })
}

/// How far it is, as the people's `progress`.
#[get("/history/uploads/<id>/progress")]
async fn progress(
    user: Can<ViewHistory>,
    db: &State<Db>,
    jobs: &State<Jobs>,
    id: i64,
) -> Result<RawJson<String>> {
    let import = of(&mut *db.read().await?, id, &user.user, &user.grant).await?;
    Ok(RawJson(serde_json::to_string(&Stage::of(&import, jobs))?))
}

/// 下载需修改的行, with 错误原因; mended it goes in again.
#[get("/history/uploads/<id>/failing")]
async fn download(
    user: Can<EditHistory>,
    db: &State<Db>,
    clock: &State<Clock>,
    id: i64,
) -> Result<Download> {
    let mut reader = db.read().await?;
    let import = of(&mut reader, id, &user.user, &user.grant).await?;
    if import.account_id != Some(user.user.account) {
        return Err(Error::Forbidden(
            "需修改的行里有完整的身份证号，只有上传的人可以下载。".to_owned(),
        ));
    }
    let rows = failing::stored(&mut reader, id).await?;
    drop(reader);
    let count = rows.len();
    let layout = enter::layout(&import)?;
    let ours = COLUMNS.iter().filter_map(|definition| {
        let at = layout.place(definition.column)?;
        let (title, width) = (definition.title, definition.width);
        Some(Ours { at, title, width, required: definition.required })
    });
    let ours: Vec<Ours> = ours.collect();
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    let folder = db.folder().join("tmp");
    let bytes = rocket::tokio::task::spawn_blocking(move || {
        failing::workbook(&folder, SHEET, &titles, &ours, &rows)
    });
    let bytes = bytes.await.map_err(|e| Error::Fault(e.to_string()))??;
    let mut tx = db.begin().await?;
    let text =
        format!("下载历史学时文件“{}”中需修改的 {count} 行（含完整身份证号）", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.failing", &format!("import:{id}"), &text)
        .await?;
    tx.commit().await?;
    let name = kit::sheet::stem(&import.file_name);
    Ok(Download::xlsx(format!("{name}-需修改的{count}行.xlsx"), bytes))
}

#[post("/history/uploads/<id>/cancel", data = "<_form>")]
async fn cancel(
    user: Can<EditHistory>,
    db: &State<Db>,
    jobs: &State<Jobs>,
    clock: &State<Clock>,
    id: i64,
    _form: Form,
) -> Result<Done> {
    let import = of(&mut *db.read().await?, id, &user.user, &user.grant).await?;
    if let Some(writing) = write::live(&import, jobs) {
        writing.cancel(); // it holds the writer and undoes what it has written
        return Ok(Done::to(format!("/import/history/uploads/{id}"))
            .ok("正在停止导入，没有写完的都不算。"));
    }
    let mut tx = db.begin().await?;
    let import = of(&mut tx, id, &user.user, &user.grant).await?;
    store::cancel(&mut tx, &import, clock).await?;
    if let Some(draft) = batch::of_import(&mut tx, id).await?.filter(|b| b.state == "draft") {
        batch::discard(&mut tx, draft.id).await?;
    }
    let text = format!("取消历史学时文件“{}”", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.cancel", &format!("import:{id}"), &text)
        .await?;
    tx.commit().await?;
    store::forget(db, id, true).await?;
    Ok(Done::to("/import/history").ok("已取消，没有写入任何学时。"))
}

/// Tabs of what rows come to.
fn rows(import: &Import) -> [(&'static str, &'static str, i64); 3] {
    let checked = import.state == "checked";
    [
        ("error", if checked { "需要修改" } else { "没有导入" }, import.failing),
        ("skip", "已在本单位", import.skipped),
        ("warn", "提醒", if checked { import.warned } else { 0 }),
    ]
}
