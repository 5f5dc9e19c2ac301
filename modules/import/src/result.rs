//! One upload: its progress, the check before anything is written, the import, what became of it.

use kit::job::Jobs;
use kit::{Can, Db, Page, Result, Settings, mask};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::progress::Stage;
use crate::store::{self, Import};
use crate::{ViewImports, columns, commit, write};

/// Problems on a page.
const PAGE: i64 = 50;

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
    imported: i64,
    changed: i64,
    examples: i64,
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
            imported: import.imported,
            changed: import.changed,
            examples: import.examples,
            own: import.account_id == Some(user.account),
            ignored,
        }
    }

    /// Whether the user uploaded it.
    pub fn is_own(&self) -> bool {
        self.own
    }
}

#[get("/<id>?<tab>&<page>")]
async fn show(
    user: Can<ViewImports>,
    db: &State<Db>,
    settings: &State<Settings>,
    jobs: &State<Jobs>,
    id: i64,
    tab: Option<&str>,
    page: Option<i64>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = store::find(&mut reader, id, user.organization()).await?;
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
    let tab = match tab {
        Some("warn") => "warn",
        Some("skip") => "skip",
        Some(_) => "error",
        None if import.failing == 0 && import.skipped > 0 => "skip",
        None => "error",
    };
    let lines = lines(&mut reader, &import, tab, page.unwrap_or(1), shown.own).await?;
    let sums = if import.state == "checked" { sums(&mut reader, id).await? } else { vec![] };
    let total = match tab {
        "skip" => import.skipped,
        _ => problems(&mut reader, id, tab).await?,
    };
    let again = match import.state.as_str() {
        "checked" => store::same_file(&mut reader, &import).await?,
        _ => None,
    };
    let template =
        if import.state == "checked" { "import/checked.html" } else { "import/imported.html" };
    let base = format!("/import/{id}");
    Ok(Page::new(template)
        .with("import", &shown)
        .with("may_edit", &may_edit)
        .with("stopped", &write::stopped(&import))
        .with("tab", tab)
        .with("tabs", &tabs(&import, &base, tab))
        .with("lines", &lines)
        .with("sums", &sums)
        .with("again", &again)
        .with("keep_days", &settings.integer(&crate::KEEP_DAYS))
        .with("pager", &pager(&base, tab, page.unwrap_or(1), total)))
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

pub fn tabs(import: &Import, base: &str, tab: &str) -> Vec<Tab> {
    let checked = import.state == "checked";
    let failing = if checked { "需要修改" } else { "没有导入" };
    [
        ("error", failing, import.failing),
        ("skip", "已在本单位", import.skipped),
        ("warn", "提醒", if checked { import.warned } else { 0 }),
    ]
    .into_iter()
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
    let last = ((total + PAGE - 1) / PAGE).max(1);
    let page = page.clamp(1, last);
    let link = |title: String, to: i64, disabled: bool| PageLink {
        title,
        href: format!("{base}?tab={tab}&page={to}"),
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
