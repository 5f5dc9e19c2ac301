//! One upload: its progress, the check before anything is written, the import, what became of it.

use kit::job::Jobs;
use kit::{Can, Clock, Db, Page, Result, Settings, mask};
use rocket::{FromForm, Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::policy::Policy;
use crate::progress::Stage;
use crate::store::{self, Import};
use crate::{ViewImports, by_unit, columns, commit, confirm, known, write};

/// Problems on a page.
pub const PAGE: i64 = 50;

pub fn routes() -> Vec<Route> {
    routes![show]
}

#[derive(Serialize, sqlx::FromRow)]
pub struct Line {
    number: i64,
    column: String,
    value: String,
    message: String,
    remedy: String,
}

/// A warning and how many rows it concerns.
#[derive(Serialize, sqlx::FromRow)]
pub struct Sum {
    column: String,
    message: String,
    remedy: String,
    rows: i64,
    first: i64,
}

#[derive(Serialize)]
pub struct Tab {
    pub title: String,
    pub href: String,
    pub current: bool,
}

#[derive(Serialize)]
pub struct PageLink {
    title: String,
    href: String,
    current: bool,
    disabled: bool,
}

/// What the templates show of an upload.
#[derive(Serialize)]
pub struct Shown<'a> {
    id: i64,
    file_name: &'a str,
    by_name: &'a str,
    created_at: &'a str,
    ended_at: &'a str,
    state: &'a str,
    message: &'a str,
    rows: i64,
    valid: i64,
    warned: i64,
    failing: i64,
    skipped: i64,
    known: i64,
    fills: i64,
    updates: i64,
    approvals: i64,
    imported: i64,
    updated: i64,
    requested: i64,
    approved: i64,
    changed: i64,
    examples: i64,
    policy: &'static str,
    whole: bool,
    /// The uploader sees what was typed as typed, and may download it.
    own: bool,
    ignored: Vec<String>,
}

impl<'a> Shown<'a> {
    pub fn of(import: &'a Import, user: &kit::User) -> Result<Self> {
        Ok(Self::with(import, user, commit::layout(import)?.unknown().to_vec()))
    }

    /// With the columns that were not read.
    pub fn with(import: &'a Import, user: &kit::User, ignored: Vec<String>) -> Self {
        Self {
            id: import.id,
            file_name: &import.file_name,
            by_name: &import.by_name,
            created_at: &import.created_at,
            ended_at: import.ended_at.as_deref().unwrap_or_default(),
            state: &import.state,
            message: &import.message,
            rows: import.rows,
            valid: import.valid,
            warned: import.warned,
            failing: import.failing,
            skipped: import.skipped,
            known: import.known,
            fills: import.fills,
            updates: import.updates,
            approvals: import.approvals,
            imported: import.imported,
            updated: import.updated,
            requested: import.requested,
            approved: import.approved,
            changed: import.changed,
            examples: import.examples,
            policy: Policy::of(&import.policy).unwrap_or_default().label(),
            whole: import.whole,
            own: import.account_id == Some(user.account),
            ignored,
        }
    }

    /// Whether the user uploaded it.
    pub fn is_own(&self) -> bool {
        self.own
    }
}

/// Which lines of the page are asked for.
#[derive(FromForm)]
struct Asked<'r> {
    tab: Option<&'r str>,
    page: Option<i64>,
}

#[get("/<id>?<asked..>")]
async fn show(
    user: Can<ViewImports>,
    db: &State<Db>,
    settings: &State<Settings>,
    jobs: &State<Jobs>,
    clock: &State<Clock>,
    id: i64,
    asked: Asked<'_>,
) -> Result<Page> {
    let Asked { tab, page } = asked;
    let mut reader = db.read().await?;
    let import = store::find_for(&mut reader, id, &user.grant).await?;
    let shown = Shown::of(&import, &user.user)?;
    let may_edit = user.user.may(crate::edit());
    let stage = Stage::of(&import, jobs);
    if stage.is_some() {
        let stopped = import.state == "checking" && import.job_ended();
        let page = Page::new("import/checking.html")
            .with("import", &shown)
            .with("may_edit", &may_edit)
            .with("stopped", &stopped)
            .with("stage", &stage);
        return Ok(if stopped { page } else { page.with("reload", &2) });
    }
    if matches!(import.state.as_str(), "failed" | "cancelled") {
        return Ok(Page::new("import/ended.html")
            .with("import", &shown)
            .with("may_edit", &may_edit));
    }
    let checked = import.state == "checked";
    let tab = match (tab, checked) {
        (Some("warn"), true) => "warn",
        (Some("known"), true) => "known",
        (Some("done"), false) => "done",
        (Some("skip"), false) => "skip",
        (Some(_), _) => "error",
        (None, true) if import.failing == 0 && import.known > 0 => "known",
        (None, false) if import.failing == 0 && changed(&import) > 0 => "done",
        (None, _) => "error",
    };
    let at = page.unwrap_or(1);
    let lines = match tab {
        "known" | "done" => vec![],
        _ => lines(&mut reader, &import, tab, at, shown.own).await?,
    };
    let done = if tab == "done" { known::done(&mut reader, &import, at).await? } else { vec![] };
    let sums = if checked { sums(&mut reader, id).await? } else { vec![] };
    let held = if checked { 0 } else { problems(&mut reader, id, "skip").await? };
    let total = match tab {
        "known" => import.known,
        "done" => changed(&import),
        "skip" => held,
        _ => problems(&mut reader, id, tab).await?,
    };
    let again = match import.state.as_str() {
        "checked" => store::same_file(&mut reader, &import).await?,
        _ => None,
    };
    let units = if import.below { by_unit::count(&mut reader, id).await? } else { 0 };
    drop(reader);
    let known = match tab {
        "known" => known::lines(db, &import, &user.user, clock, at).await?,
        _ => vec![],
    };
    let template = if checked { "import/checked.html" } else { "import/imported.html" };
    let base = format!("/import/{id}");
    Ok(Page::new(template)
        .with("units", &units)
        .with("import", &shown)
        .with("may_edit", &may_edit)
        .with("stopped", &write::stopped(&import))
        .with("tab", tab)
        .with("tabs", &tabs(rows(&import, held), &base, tab))
        .with("lines", &lines)
        .with("known", &known)
        .with("done", &done)
        .with("held", &held)
        .with("policies", &confirm::policies(&import))
        .with("sums", &sums)
        .with("again", &again)
        .with("keep_days", &settings.integer(&crate::KEEP_DAYS))
        .with("pager", &pager(&base, tab, at, total)))
}

pub async fn problems(db: &mut SqliteConnection, id: i64, level: &str) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from import_problem where import_id = ? and level = ?")
        .bind(id)
        .bind(level)
        .fetch_one(db)
        .await?)
}

/// A page of problems; ID numbers masked for all but the uploader.
pub async fn lines(
    db: &mut SqliteConnection,
    import: &Import,
    level: &str,
    page: i64,
    own: bool,
) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = sqlx::query_as(
        "select number, \"column\", value, message, remedy from import_problem
          where import_id = ? and level = ? order by number, place limit ? offset ?",
    )
    .bind(import.id)
    .bind(level)
    .bind(PAGE)
    .bind(offset(page))
    .fetch_all(db)
    .await?;
    if !own {
        let column = columns::Column::IdNumber.title();
        for line in lines.iter_mut().filter(|line| line.column == column) {
            line.value = mask::mask_id(&line.value);
        }
    }
    Ok(lines)
}

fn offset(page: i64) -> i64 {
    page.clamp(1, 100_000).saturating_sub(1) * PAGE
}

pub async fn sums(db: &mut SqliteConnection, id: i64) -> Result<Vec<Sum>> {
    Ok(sqlx::query_as(
        "select p.\"column\", p.message, p.remedy, count(distinct p.number) as rows, min(p.number) as first
           from import_problem p
           join import_row r on r.import_id = p.import_id and r.number = p.number and r.verdict = 'warn'
          where p.import_id = ? and p.level = 'warn'
          group by p.\"column\", p.message, p.remedy order by rows desc, first limit 20",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// People whom an import changed, asked to be changed, or whose registration it passed: lines.
fn changed(import: &Import) -> i64 {
    import.updated + import.requested + import.approved
}

/// Tabs of what rows come to; `held`: after an import, known rows of which something was not done.
fn rows(import: &Import, held: i64) -> [(&'static str, &'static str, i64); 3] {
    if import.state == "checked" {
        [
            ("error", "需要修改", import.failing),
            ("known", "已在本单位", import.known),
            ("warn", "提醒", import.warned),
        ]
    } else {
        [
            ("error", "没有导入", import.failing),
            ("done", "已处理", changed(import)),
            ("skip", "没有改的内容", held),
        ]
    }
}

/// (key, title, rows) as tabs; empty ones are left out but for the open one.
pub fn tabs(rows: [(&str, &str, i64); 3], base: &str, tab: &str) -> Vec<Tab> {
    rows.into_iter()
        .filter(|(key, _, rows)| *rows > 0 || *key == tab)
        .map(|(key, title, rows)| Tab {
            title: format!("{title} {} 行", grouped(rows)),
            href: format!("{base}?tab={key}"),
            current: key == tab,
        })
        .collect()
}

/// As the pager component wants it.
pub fn pager(base: &str, tab: &str, page: i64, total: i64) -> serde_json::Value {
    pager_at(&format!("{base}?tab={tab}&"), page, total)
}

/// The same at an address that ends in `?` or `&`.
pub fn pager_at(address: &str, page: i64, total: i64) -> serde_json::Value {
    let last = ((total + PAGE - 1) / PAGE).max(1);
    let page = page.clamp(1, last);
    let link = |title: String, to: i64, disabled: bool| PageLink {
        title,
        href: format!("{address}page={to}"),
        current: !disabled && to == page,
        disabled,
    };
    let mut pages = vec![];
    if last > 1 {
        let mut shown: Vec<i64> = [1, page - 1, page, page + 1, last]
            .into_iter()
            .filter(|n| (1..=last).contains(n))
            .collect();
        shown.dedup();
        pages
            .push(PageLink { current: false, ..link("上一页".to_owned(), page - 1, page == 1) });
        let mut before = 0;
        for n in shown {
            if n > before + 1 {
                pages.push(link("…".to_owned(), n, true));
            }
            pages.push(link(n.to_string(), n, false));
            before = n;
        }
        pages
            .push(PageLink {
                current: false, ..link("下一页".to_owned(), page + 1, page == last)
            });
    }
    serde_json::json!({ "total": format!("共 {} 条", grouped(total)), "pages": pages })
}

/// 12,345, as the templates' `number` writes it.
pub fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
