//! 基础数据: the county's holidays and worked weekend days, by which every desk's waiting is counted.

mod pasted;
mod store;

use kit::calendar::KindOfDay;
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Page, Permission, Result, day, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;
use time::{Date, Weekday};

use crate::core::{EditBasics, ViewBasics};
use pasted::Day;

pub fn routes() -> Vec<Route> {
    routes![view, save, remove, import]
}

/// A listed day as the template draws it.
#[derive(Serialize)]
struct Line {
    day: String,
    weekday: &'static str,
    kind: &'static str,
    label: &'static str,
    tag: &'static str,
    name: String,
}

fn line(one: &Day) -> Line {
    let (label, tag) = match one.kind {
        KindOfDay::Holiday => ("放假", "info"),
        KindOfDay::Workday => ("调休上班", "wait"),
    };
    Line {
        day: day::date_text(one.day),
        weekday: weekday(one.day),
        kind: one.kind.code(),
        label,
        tag,
        name: one.name.clone(),
    }
}

/// 星期三
pub fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}

/// The days of a year, without one this year's. `edit`: the day whose row is put into the form.
#[get("/holidays?<year>&<edit>")]
async fn view(
    user: Can<ViewBasics>,
    year: Option<i32>,
    edit: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let year = year.filter(|year| (2000..=2100).contains(year)).unwrap_or_else(|| clock.year());
    let mut form = Form::new();
    if let Some(edited) = edit.and_then(day::stored_date) {
        let found = store::find(&mut db, edited).await?.ok_or(Error::NotFound)?;
        form.set("was", day::date_text(found.day));
        form.set("day", day::date_text(found.day));
        form.set("kind", found.kind.code());
        form.set("name", found.name);
    }
    page(&mut db, year, &form, user.user.may(EditBasics::grantable()), clock).await
}

async fn page(
    db: &mut SqliteConnection,
    year: i32,
    form: &Form,
    may_edit: bool,
    clock: &Clock,
) -> Result<Page> {
    let days = store::of_year(&mut *db, year).await?;
    let mut years = store::years(db).await?;
    let now = clock.year();
    let missing: Vec<i32> = [now, now + 1].into_iter().filter(|y| !years.contains(y)).collect();
    years.extend([now, now + 1, year]);
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    let lines: Vec<Line> = days.iter().map(line).collect();
    Ok(Page::new("holidays.html")
        .with("year", &year)
        .with("years", &years)
        .with("missing", &missing)
        .with("lines", &lines)
        .with("form", form)
        .with("may_edit", &may_edit))
}

/// Adds a day, or changes the one named `was`.
#[post("/holidays", data = "<form>")]
async fn save(
    user: Can<EditBasics>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let typed = form.date("day", "日期").filter(|day| (2000..=2100).contains(&day.year()));
    if typed.is_none() {
        form.refuse("day", "日期要在 2000 年到 2100 年之间。");
    }
    let kind = KindOfDay::from_code(&form.choice("kind", "种类", &["holiday", "workday"]));
    let name = form.required("name", "名称", 1..=20);
    if let (Some(day), Some(kind)) = (typed, kind)
        && let Some(sentence) = pasted::senseless(day, kind)
    {
        form.refuse("kind", sentence);
    }
    let was = day::stored_date(&form.text("was"));
    let mut tx = db.begin().await?;
    let (Some(day), Some(kind), false) = (typed, kind, form.refused()) else {
        let year = typed.map_or_else(|| clock.year(), Date::year);
        return Ok(page(&mut tx, year, &form, true, clock).await?.refused().into());
    };
    if was != Some(day) && store::find(&mut tx, day).await?.is_some() {
        let sentence = "这一天已经登记，请在下面的列表里修改它。";
        form.refuse("day", sentence);
        return Ok(page(&mut tx, day.year(), &form, true, clock).await?.refused().into());
    }
    if let Some(was) = was {
        store::remove(&mut tx, was).await?;
    }
    let one = Day { day, kind, name };
    store::put(&mut tx, &one).await?;
    let told = line(&one);
    let text = format!("登记 {}（{}）{} {}", told.day, told.weekday, told.label, told.name);
    let object = format!("holiday:{}", told.day);
    trail::write(&mut tx, &user.actor(), clock, "holiday.change", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/holidays?year={}", day.year())).ok(format!("已{text}。")).into())
}

/// Takes a day off: it is then what its weekday says.
#[post("/holidays/remove", data = "<form>")]
async fn remove(
    user: Can<EditBasics>,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let day = day::stored_date(&form.text("day")).ok_or(Error::NotFound)?;
    let mut tx = db.begin().await?;
    let found = store::find(&mut tx, day).await?.ok_or(Error::NotFound)?;
    store::remove(&mut tx, day).await?;
    let told = line(&found);
    let text = format!("删除 {}（{}）{} {}", told.day, told.weekday, told.label, told.name);
    let object = format!("holiday:{}", told.day);
    trail::write(&mut tx, &user.actor(), clock, "holiday.change", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/holidays?year={}", day.year())).ok(format!("已{text}。")))
}

/// Reads a pasted list: all of it, or nothing.
#[post("/holidays/import", data = "<form>")]
async fn import(
    user: Can<EditBasics>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let typed = form.text("list");
    let days = match pasted::read(&typed) {
        Ok(days) => days,
        Err(sentences) => {
            form.refuse("list", sentences.join(" "));
            vec![]
        }
    };
    let mut tx = db.begin().await?;
    let Some(first) = days.first().filter(|_| !form.refused()) else {
        return Ok(page(&mut tx, clock.year(), &form, true, clock).await?.refused().into());
    };
    for one in &days {
        store::put(&mut tx, one).await?;
    }
    let year = first.day.year();
    let off = days.iter().filter(|one| one.kind == KindOfDay::Holiday).count();
    let text = format!("粘贴登记 {year} 年放假 {off} 天、调休上班 {} 天", days.len() - off);
    let object = format!("holiday:{year}");
    trail::write(&mut tx, &user.actor(), clock, "holiday.change", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/holidays?year={year}")).ok(format!("已{text}。")).into())
}
