//! One upload of organizations: what was found before anything is written, then what came of it;
//! its failing rows as a workbook; dropping it.

use accounts::organizations::adding;
use kit::sheet::Cell;
use kit::{Clock, Db, Done, Download, Error, Form, OrganizationId, Page, Result, Settings, trail};
use rocket::tokio::task::spawn_blocking;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::against::{self, Importer};
use super::columns::{self, Column, Layout};
use super::kind::At;
use super::{commit, confirm, slips};
use crate::failing::{self, Ours};
use crate::result::{self, Shown, Tab, grouped};
use crate::store::{self, Import};

/// Rows on a page.
const PAGE: i64 = 50;

pub fn routes() -> Vec<Route> {
    routes![show, download, cancel]
}

/// A row that can go in, as the check promises it; then the organization it has become.
#[derive(Serialize)]
struct Ready {
    number: i64,
    name: String,
    credit_code: String,
    superior: String,
    administrator: String,
    login: String,
    /// Of one imported: its page, and how far its administrator has come.
    href: String,
    state: &'static str,
}

/// The rows that can go in.
async fn ready(
    db: &mut SqliteConnection,
    at: &At,
    import: &Import,
    layout: &Layout,
    page: i64,
) -> Result<Vec<Ready>> {
    let own = against::own_superior(&mut *db, &Importer::of(at.kind, &at.grant)).await?;
    let own = own.map(|(_, name)| name).unwrap_or_default();
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select number, content from import_row
          where import_id = ? and verdict in ('ok', 'warn') order by number limit ? offset ?",
    )
    .bind(import.id)
    .bind(PAGE)
    .bind((page - 1) * PAGE)
    .fetch_all(db)
    .await?;
    let row = |(number, content): (i64, String)| {
        let cells: Vec<Cell> = serde_json::from_str(&content)?;
        let text = |column| {
            let cell = layout.place(column).and_then(|at| cells.get(at));
            crate::check::one_line(cell.map_or("", Cell::text))
        };
        let superior = text(Column::Superior);
        Ok(Ready {
            number,
            name: text(Column::Name),
            credit_code: text(Column::CreditCode),
            superior: if superior.is_empty() { own.clone() } else { superior },
            administrator: text(Column::Administrator),
            login: text(Column::Login),
            href: String::new(),
            state: "",
        })
    };
    rows.into_iter().map(row).collect()
}

/// The organizations it has made that are still there.
async fn made(
    db: &mut SqliteConnection,
    at: &At,
    import: &Import,
    page: i64,
) -> Result<Vec<Ready>> {
    type Row = (i64, OrganizationId, String, String, String, String, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select t.number, o.id, o.name, coalesce(o.credit_code, ''), coalesce(s.name, ''), a.name,
                coalesce(a.login, ''),
                case when a.signed_in_at is not null or a.password_hash is not null then 'in'
                     when a.code_hash is not null then 'code' else '' end
           from import_administrator t
           join organization o on o.id = t.organization_id
           left join organization s on s.id = o.parent_id
           join account a on a.id = t.account_id
          where t.import_id = ? order by t.number limit ? offset ?",
    )
    .bind(import.id)
    .bind(PAGE)
    .bind((page - 1) * PAGE)
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let (number, id, name, credit_code, superior, administrator, login, state) = row;
        let href = adding::address(at.kind.kind, id);
        let state = match state.as_str() {
            "in" => "已登录",
            "code" => "已有登录条，未登录",
            _ => "未生成登录条",
        };
        Ready { number, name, credit_code, superior, administrator, login, href, state }
    });
    Ok(rows.collect())
}

fn tabs(import: &Import, base: &str, tab: &str) -> Vec<Tab> {
    let checked = import.state == "checked";
    let rejected = import.policy == "reject" && !checked;
    let all = [
        (
            "ok",
            if checked { "可以导入" } else { "已导入" },
            if checked { import.valid } else { import.imported },
        ),
        ("error", if checked { "需要修改" } else { "没有导入" }, import.failing),
        ("skip", "已经登记", if rejected { 0 } else { import.known }),
        ("warn", "提醒", if checked { import.warned } else { 0 }),
    ];
    all.into_iter()
        .filter(|(key, _, rows)| *rows > 0 || *key == tab)
        .map(|(key, title, rows)| Tab {
            title: format!("{title} {} 行", grouped(rows)),
            href: format!("{base}?tab={key}"),
            current: key == tab,
        })
        .collect()
}

/// The tab asked for, or the one that matters most.
fn open_tab(import: &Import, wanted: Option<&str>) -> &'static str {
    match wanted {
        Some("ok") => "ok",
        Some("error") => "error",
        Some("skip") => "skip",
        Some("warn") => "warn",
        _ if import.state == "imported" => "ok",
        _ if import.failing > 0 => "error",
        _ if import.valid > 0 => "ok",
        _ => "skip",
    }
}

#[get("/<id>?<tab>&<page>")]
async fn show(
    at: At,
    db: &State<Db>,
    settings: &State<Settings>,
    id: i64,
    tab: Option<&str>,
    page: Option<i64>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = at.found(&mut reader, id).await?;
    let importer = Importer::of(at.kind, &at.grant);
    let layout = commit::layout(&import, &importer)?;
    let shown = Shown::with(&import, &at.user, layout.unknown().to_vec());
    let page = page.unwrap_or(1).clamp(1, 100_000);
    let (tab, base) = (open_tab(&import, tab), at.address(id));
    let checked = import.state == "checked";
    let (rows, total) = match tab {
        "ok" if checked => (ready(&mut reader, &at, &import, &layout, page).await?, import.valid),
        "ok" => (made(&mut reader, &at, &import, page).await?, slips::made(&mut reader, id).await?),
        level => (vec![], result::problems(&mut reader, id, level).await?),
    };
    let lines = match tab {
        "ok" => vec![],
        level => result::lines(&mut reader, &import, level, page, shown.is_own()).await?,
    };
    let again = match import.state.as_str() {
        "checked" => confirm::same_file(&mut reader, &at, &import).await?,
        _ => None,
    };
    Ok(Page::new("import/organizations_upload.html")
        .with("noun", at.kind.noun)
        .with("department", &(at.kind.kind == kit::OrganizationKind::Department))
        .with("root", at.kind.base)
        .with("base", &base)
        .with("import", &shown)
        .with("known", &import.known)
        .with("updated", &import.updated)
        .with("undone_at", &import.undone_at)
        .with("undone_by", &import.undone_by)
        .with("undo_reason", &import.undo_reason)
        .with("undone", &import.undone)
        .with("kept", &super::undo::kept(&mut reader, id).await?)
        .with("waiting", &slips::waiting(&mut reader, id).await?)
        .with("tab", tab)
        .with("tabs", &tabs(&import, &base, tab))
        .with("rows", &rows)
        .with("lines", &lines)
        .with("again", &again)
        .with("keep_days", &settings.integer(&crate::KEEP_DAYS))
        .with("pager", &result::pager(&base, tab, page, total)))
}

/// 下载需修改的行, with 错误原因; mended it goes in again.
#[get("/<id>/failing")]
async fn download(at: At, db: &State<Db>, clock: &State<Clock>, id: i64) -> Result<Download> {
    let mut reader = db.read().await?;
    let import = at.found(&mut reader, id).await?;
    let rows = failing::stored(&mut reader, id).await?;
    drop(reader);
    let count = rows.len();
    let layout = commit::layout(&import, &Importer::of(at.kind, &at.grant))?;
    let ours = columns::of(at.kind).filter_map(|definition| {
        let place = layout.place(definition.column)?;
        let (title, width) = (definition.title, definition.width);
        Some(Ours { at: place, title, width, required: definition.required })
    });
    let ours: Vec<Ours> = ours.collect();
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    let (folder, sheet) = (db.folder().join("tmp"), at.kind.noun);
    let work = spawn_blocking(move || failing::workbook(&folder, sheet, &titles, &ours, &rows));
    let bytes = work.await.map_err(|e| Error::Fault(e.to_string()))??;
    let mut tx = db.begin().await?;
    let text = format!("下载导入文件“{}”中需修改的 {count} 行", import.file_name);
    let object = format!("import:{id}");
    trail::write(&mut tx, &at.actor(), clock, "import.failing", &object, &text).await?;
    tx.commit().await?;
    let name =
        import.file_name.rsplit_once('.').map_or(import.file_name.as_str(), |(name, _)| name);
    Ok(Download::xlsx(format!("{name}-需修改的{count}行.xlsx"), bytes))
}

#[post("/<id>/cancel", data = "<_form>")]
async fn cancel(
    at: At,
    db: &State<Db>,
    clock: &State<Clock>,
    id: i64,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let import = at.found(&mut tx, id).await?;
    store::cancel(&mut tx, &import, clock).await?;
    let text = format!("取消导入文件“{}”", import.file_name);
    let object = format!("import:{id}");
    trail::write(&mut tx, &at.actor(), clock, "import.cancel", &object, &text).await?;
    tx.commit().await?;
    store::forget(db, id, true).await?;
    Ok(Done::to(at.kind.base).ok(format!("已取消，没有写入任何{}。", at.kind.noun)))
}
