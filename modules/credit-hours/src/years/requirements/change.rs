//! Another requirement: the form, what it would do, and the change itself.

use std::sync::Arc;

use kit::db::Pools;
use kit::job::Jobs;
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Hours, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::columns;
use super::sets::{ALWAYS, Set, levels, whom, years};
use crate::category::{Category, Requirements};
use crate::declaration::form::sentence;
use crate::leaves::EditRules;
use crate::ledger::totals::follow::{self, Effect};

const BASE: &str = "/credit-hours/rules/requirements";
/// The first year that may be set: the regulation is of October 2015.
const EARLIEST: i64 = 2016;
const LATEST: i64 = 2100;
/// No year asks for more.
const MOST: Hours = Hours::whole(500);

pub fn routes() -> Vec<Route> {
    routes![edit, preview, save]
}

/// The rules as they stand, with what is needed to change them.
struct Standing {
    rules: Requirements,
    categories: Vec<Category>,
    /// The latest change: whoever saves must have seen it.
    version: i64,
}

async fn standing(db: &mut SqliteConnection) -> Result<Standing> {
    let rules = Requirements::load(&mut *db).await?;
    let categories = columns(&mut *db, &rules).await?;
    let version = sqlx::query_scalar("select coalesce(max(id), 0) from requirement_change")
        .fetch_one(db)
        .await?;
    Ok(Standing { rules, categories, version })
}

/// A subject's field.
#[derive(Debug, Serialize)]
struct Field {
    name: String,
    label: String,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
}

fn page(form: &Form, standing: &Standing) -> Page {
    let field = |one: &Category| Field {
        name: format!("category-{}", one.id),
        label: format!("{}最低学时", one.name),
    };
    let choice = |level: &'static str| Choice { value: level, label: whom(level) };
    Page::new("credit-hours/requirement_form.html")
        .with("fields", &standing.categories.iter().map(field).collect::<Vec<_>>())
        .with("levels", &levels().into_iter().skip(1).map(choice).collect::<Vec<_>>())
        .with("form", form)
}

/// The form, filled with what stands for this level from this year on.
#[get("/rules/requirements/edit?<from>&<level>")]
async fn edit(
    _user: Can<EditRules>,
    from: Option<i32>,
    level: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let standing = standing(&mut *db.read().await?).await?;
    let level = level.unwrap_or_default();
    let level = levels().into_iter().find(|known| *known == level).ok_or(Error::NotFound)?;
    let year = from.unwrap_or_else(|| clock.year());
    let set = standing.rules.set(year, level, &standing.categories);
    let mut form = Form::new();
    form.set("from", set.from.to_string());
    form.set("to", if set.to == ALWAYS { String::new() } else { set.to.to_string() });
    form.set("level", level);
    let names = std::iter::once("total".to_owned())
        .chain(standing.categories.iter().map(|one| format!("category-{}", one.id)));
    for (name, hours) in names.zip(&set.asked) {
        form.set(&name, hours.map(|hours| hours.to_string()).unwrap_or_default());
    }
    Ok(page(&form, &standing))
}

/// What is typed, if it can be asked.
struct Typed {
    set: Set,
    wanted: Requirements,
    reason: String,
}

fn hours(form: &mut Form, name: &str) -> Option<Hours> {
    let typed = form.text(name);
    if typed.is_empty() {
        return None;
    }
    match Hours::parse(&typed) {
        Ok(hours) if hours <= MOST => Some(hours),
        Ok(_) => {
            form.refuse(name, format!("一年最多要求 {MOST} 学时，请核对。"));
            None
        }
        Err(error) => {
            form.refuse(name, sentence(&error));
            None
        }
    }
}

/// Reads the form against what stands; none: refused.
fn read(form: &mut Form, standing: &Standing) -> Option<Typed> {
    let from = form.integer("from", "起始年度", EARLIEST..=LATEST);
    let to = form.optional_integer("to", "终止年度", EARLIEST..=LATEST);
    let known = levels();
    let level = form.optional_choice("level", "适用对象", &known);
    let mut asked = vec![hours(form, "total")];
    for one in &standing.categories {
        asked.push(hours(form, &format!("category-{}", one.id)));
    }
    let reason = form.required("reason", "改动依据", 2..=200);
    if level.is_empty() && asked.first().is_none_or(Option::is_none) {
        form.refuse("total", "请填写全年学时要求；不作要求的，填 0。");
    }
    let from = i32::try_from(from?).ok()?;
    let to = to.and_then(|to| i32::try_from(to).ok()).unwrap_or(ALWAYS);
    if to < from {
        form.refuse("to", format!("终止年度 {to} 早于起始年度 {from}，请核对。"));
    }
    if form.refused() {
        return None;
    }
    let set = Set { from, to, level, asked };
    let wanted = standing.rules.with(&set, &standing.categories);
    if let Some((year, level, sum, total)) = wanted.contradiction(from, to, &standing.categories) {
        let whose = if level.is_empty() { "" } else { whom(level) };
        form.refuse(
            "total",
            format!(
                "{year} 年度{whose}各科目最低学时合计 {sum}，超过全年要求的 {total} 学时，请调整。"
            ),
        );
        return None;
    }
    if standing.rules.words(from, to, &set.level, &standing.categories)
        == wanted.words(from, to, &set.level, &standing.categories)
    {
        form.refuse("", "和现在的要求一样，没有改动。");
        return None;
    }
    Some(Typed { set, wanted, reason })
}

/// What a change would do to each year that has people already.
async fn effects(db: &mut SqliteConnection, typed: &Typed) -> Result<Vec<Effect>> {
    let years: Vec<i32> = sqlx::query_scalar(
        "select year from ledger_year where year between ? and ? order by year desc",
    )
    .bind(typed.set.from)
    .bind(typed.set.to)
    .fetch_all(&mut *db)
    .await?;
    let mut effects = Vec::new();
    for year in years {
        effects.push(follow::effect(&mut *db, &typed.wanted, year).await?);
    }
    Ok(effects)
}

/// 2026 年度应参加 300 人，达到要求的由 120 人变为 150 人
fn told(effects: &[Effect]) -> String {
    let told: Vec<String> = effects
        .iter()
        .map(|one| {
            format!(
                "{} 年度应参加 {} 人，达到要求的由 {} 人变为 {} 人",
                one.year, one.people, one.before, one.after
            )
        })
        .collect();
    if told.is_empty() {
        "还没有人员的年度，不影响已有结果".to_owned()
    } else {
        told.join("；")
    }
}

/// Before and after, and whose result changes; nothing is saved yet.
#[post("/rules/requirements/preview", data = "<form>")]
async fn preview(_user: Can<EditRules>, db: &State<Db>, mut form: Form) -> Result<Page> {
    let mut db = db.read().await?;
    let standing = standing(&mut db).await?;
    let Some(typed) = read(&mut form, &standing) else {
        return Ok(page(&form, &standing).refused());
    };
    let effects = effects(&mut db, &typed).await?;
    let Set { from, to, level, .. } = &typed.set;
    let words = |rules: &Requirements| rules.words(*from, *to, level, &standing.categories);
    let names: Vec<String> = ["from", "to", "level", "total", "reason"]
        .map(str::to_owned)
        .into_iter()
        .chain(standing.categories.iter().map(|one| format!("category-{}", one.id)))
        .collect();
    let kept: Vec<(String, String)> =
        names.into_iter().map(|name| (name.clone(), form.text(&name))).collect();
    Ok(Page::new("credit-hours/requirement_preview.html")
        .with("years", &years(*from, *to))
        .with("whom", whom(level))
        .with("before", &words(&standing.rules))
        .with("after", &words(&typed.wanted))
        .with("reason", &typed.reason)
        .with("effects", &effects)
        .with("kept", &kept)
        .with("version", &standing.version))
}

/// Saves what was looked at; the totals follow in the background.
#[post("/rules/requirements", data = "<form>")]
async fn save(
    user: Can<EditRules>,
    db: &State<Db>,
    pools: &State<Arc<Pools>>,
    jobs: &State<Jobs>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let seen = standing(&mut reader).await?;
    let Some(typed) = read(&mut form, &seen) else {
        return Ok(page(&form, &seen).refused().into());
    };
    if form.text("version") != seen.version.to_string() {
        return Err(changed());
    }
    let effects = effects(&mut reader, &typed).await?;
    drop(reader);
    let mut tx = db.begin().await?;
    if standing(&mut tx).await?.version != seen.version {
        return Err(changed());
    }
    put(&mut tx, &seen, &typed, &told(&effects), &user, clock).await?;
    tx.commit().await?;
    let rows = effects.iter().map(|one| one.people).sum();
    super::super::rebuild::start(jobs, pools, clock, &user.user, rows).await?;
    let left = follow::left(&mut *db.read().await?).await?;
    let end = if left.is_empty() {
        "各项累计已按新要求重算。"
    } else {
        "各项累计正在按新要求重算，本页显示进度。"
    };
    Ok(Done::to(BASE).ok(format!("已保存年度要求，{end}以前出具的学时证明不变。")).into())
}

fn changed() -> Error {
    Error::refused("年度要求刚被别人改过，没有保存。请返回“年度要求”看过以后重新填写。")
}

/// The rows of the level anew, who changed what, and the years that must follow.
async fn put(
    tx: &mut SqliteConnection,
    seen: &Standing,
    typed: &Typed,
    effect: &str,
    user: &Can<EditRules>,
    clock: &Clock,
) -> Result<()> {
    let Set { from, to, level, .. } = &typed.set;
    sqlx::query("delete from requirement where level = ?").bind(level).execute(&mut *tx).await?;
    for row in typed.wanted.0.iter().filter(|row| row.level == *level) {
        sqlx::query(
            "insert into requirement (year_from, year_to, category_id, level, hours)
             values (?, ?, ?, ?, ?)",
        )
        .bind(row.year_from)
        .bind(row.year_to)
        .bind(row.category)
        .bind(&row.level)
        .bind(row.hours)
        .execute(&mut *tx)
        .await?;
    }
    let words = |rules: &Requirements| rules.words(*from, *to, level, &seen.categories);
    let (before, after) = (words(&seen.rules), words(&typed.wanted));
    let id: i64 = sqlx::query_scalar(
        "insert into requirement_change (year_from, year_to, level, at, account_id, name, before,
           after, reason, effect) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(from)
    .bind(to)
    .bind(level)
    .bind(clock.stamp())
    .bind(user.user.account)
    .bind(&user.user.name)
    .bind(&before)
    .bind(&after)
    .bind(&typed.reason)
    .bind(effect)
    .fetch_one(&mut *tx)
    .await?;
    follow::mark(&mut *tx, *from, *to).await?;
    let text = format!(
        "修改年度要求（{}，{}）：由“{before}”改为“{after}”，依据：{}",
        years(*from, *to),
        whom(level),
        typed.reason
    );
    let object = format!("requirement_change:{id}");
    trail::write(tx, &user.actor(), clock, "credit-hours.requirement.change", &object, &text).await
}
