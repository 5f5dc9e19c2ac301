//! 学时规则 › 申报时间: from when to when a year may be declared, and until when it is decided.

use kit::module::{AccessCase, Who};
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Page, Permission, Result, day, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{Tabs, tabs};
use crate::leaves::{EditRules, ViewRules};
use crate::windows::{self, Window};

const BASE: &str = "/credit-hours/rules/windows";
/// Years before this one that are listed though nobody has set them.
const BACK: i32 = 5;
/// The years that may be set.
const EARLIEST: i32 = 2016;

pub fn routes() -> Vec<Route> {
    routes![index, edit, save]
}

pub fn access() -> Vec<AccessCase> {
    let row = |method, route, who| AccessCase { method, route, who };
    vec![
        row("GET", "/credit-hours/rules/windows", Who::Holder(ViewRules::grantable())),
        row("GET", "/credit-hours/rules/windows/edit", Who::Holder(EditRules::grantable())),
        row("POST", "/credit-hours/rules/windows", Who::Holder(EditRules::grantable())),
    ]
}

/// A year as the screen shows it.
#[derive(Debug, Serialize)]
struct Line {
    #[serde(flatten)]
    window: Window,
    /// Whether somebody set it, or it is the usual one.
    set: bool,
    state: &'static str,
    tag: &'static str,
    /// Declarations of the year that wait at a desk.
    waiting: i64,
    late: bool,
}

fn standing(window: &Window, today: &str, now: i32) -> (&'static str, &'static str) {
    if window.year > now || today < window.declare_from.as_str() {
        ("未开始", "off")
    } else if today <= window.declare_to.as_str() {
        ("申报中", "pass")
    } else if window.is_open(today) {
        ("补报中", "wait")
    } else {
        ("已截止", "off")
    }
}

async fn lines(db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<Line>> {
    let (now, today) = (clock.year(), day::date_text(clock.today()));
    let stored: Vec<i32> =
        sqlx::query_scalar("select year from year_window").fetch_all(&mut *db).await?;
    let waiting: Vec<(i32, i64)> = sqlx::query_as(
        "select year, count(*) from declaration where state = 'pending' group by year",
    )
    .fetch_all(&mut *db)
    .await?;
    let first = stored.iter().copied().min().unwrap_or(now).min(now - BACK).max(EARLIEST);
    let last = stored.iter().copied().max().unwrap_or(now).max(now + 1);
    let mut lines = Vec::new();
    for year in (first..=last).rev() {
        let window = windows::of(&mut *db, year).await?;
        let (state, tag) = standing(&window, &today, now);
        lines.push(Line {
            set: stored.contains(&year),
            state,
            tag,
            waiting: waiting.iter().find(|(of, _)| *of == year).map_or(0, |(_, count)| *count),
            late: !window.audit_to.is_empty() && window.audit_to < today,
            window,
        });
    }
    Ok(lines)
}

#[get("/rules/windows")]
async fn index(user: Can<ViewRules>, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let lines = lines(&mut *db.read().await?, clock).await?;
    Ok(Page::new("credit-hours/windows.html")
        .with("tabs", &tabs(Tabs::Windows))
        .with("lines", &lines)
        .with("may_edit", &user.user.may(EditRules::grantable())))
}

fn page(form: &Form, year: i32) -> Page {
    Page::new("credit-hours/window_form.html").with("year", &year).with("form", form)
}

fn settable(year: i32, clock: &Clock) -> bool {
    (EARLIEST..=clock.year() + 1).contains(&year)
}

#[get("/rules/windows/edit?<year>")]
async fn edit(
    _user: Can<EditRules>,
    year: Option<i32>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let year = year.filter(|year| settable(*year, clock)).ok_or(Error::NotFound)?;
    let window = windows::of(&mut *db.read().await?, year).await?;
    let form = Form::of([
        ("seen", window.words()),
        ("declare_from", window.declare_from),
        ("declare_to", window.declare_to),
        ("makeup_to", window.makeup_to),
        ("audit_to", window.audit_to),
    ]);
    Ok(page(&form, year))
}

/// The four days, each usable by itself and all of them together; none: refused.
fn read(form: &mut Form, year: i32) -> Option<Window> {
    let declare_from = form.date("declare_from", "申报开始").map(day::date_text);
    let declare_to = form.date("declare_to", "申报截止").map(day::date_text);
    let makeup_to = form.optional_date("makeup_to", "补报截止");
    let audit_to = form.optional_date("audit_to", "审核截止");
    let (Some(declare_from), Some(declare_to), false) = (declare_from, declare_to, form.refused())
    else {
        return None;
    };
    let first = format!("{year:04}-01-01");
    let farthest = format!("{:04}-12-31", year + 5);
    if declare_from < first {
        form.refuse(
            "declare_from",
            format!("申报开始不能早于 {first}：{year} 年度的学时当年才有。"),
        );
    }
    if declare_to < declare_from {
        form.refuse("declare_to", format!("申报截止不能早于申报开始 {declare_from}。"));
    }
    if !makeup_to.is_empty() && makeup_to <= declare_to {
        form.refuse(
            "makeup_to",
            format!("补报截止要晚于申报截止 {declare_to}；不允许补报的，请留空。"),
        );
    }
    if !audit_to.is_empty() && audit_to < declare_to {
        form.refuse("audit_to", format!("审核截止不能早于申报截止 {declare_to}。"));
    }
    for (name, label, date) in [
        ("declare_to", "申报截止", &declare_to),
        ("makeup_to", "补报截止", &makeup_to),
        ("audit_to", "审核截止", &audit_to),
    ] {
        if *date > farthest {
            form.refuse(name, format!("{label}不能晚于 {farthest}，请核对年份。"));
        }
    }
    (!form.refused()).then_some(Window { year, declare_from, declare_to, audit_to, makeup_to })
}

#[post("/rules/windows", data = "<form>")]
async fn save(
    user: Can<EditRules>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let year = form.text("year").parse().ok().filter(|year| settable(*year, clock));
    let year =
        year.ok_or_else(|| Error::Invalid("没有选择年度，请返回列表重新点“设置”。".to_owned()))?;
    let Some(window) = read(&mut form, year) else { return Ok(page(&form, year).refused().into()) };
    let mut tx = db.begin().await?;
    let old = windows::of(&mut tx, year).await?;
    if form.text("seen") != old.words() {
        return Err(Error::refused(
            "申报时间刚被别人改过，没有保存。请返回“申报时间”看过以后重新填写。",
        ));
    }
    windows::put(&mut tx, &window).await?;
    let text = format!("{year} 年度申报时间由“{}”改为“{}”", old.words(), window.words());
    let object = format!("year:{year}");
    trail::write(&mut tx, &user.actor(), clock, "credit-hours.window.change", &object, &text)
        .await?;
    tx.commit().await?;
    let (state, _) = standing(&window, &day::date_text(clock.today()), clock.year());
    Ok(Done::to(BASE).ok(format!("已保存 {year} 年度的申报时间，现在{state}。")).into())
}
