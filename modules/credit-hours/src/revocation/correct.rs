//! 更正 of one entry: a revocation and a new entry in its place, in one transaction.

use kit::form::{Upload, Uploaded};
use kit::{
    Answer, Can, Clock, Db, Done, Form, Hours, Modules, Page, Result, day, dictionary, organization,
};
use rocket::{State, get, post};
use serde_json::json;
use sqlx::SqliteConnection;

use super::store::{self, Detail};
use super::{EditRevocations, acts, form, limits};
use crate::category;
use crate::claims::{self, Claim};
use crate::declaration::form::sentence;
use crate::ledger::NewEntry;

/// Years back from this one in which an entry may be put.
const YEARS: i32 = 10;
/// Files of one correction.
const MOST_FILES: usize = 10;

#[get("/entries/<id>/correct")]
pub async fn ask(
    user: Can<EditRevocations>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let one = store::open(&mut db, id, user.scope(), &user.user).await?;
    let form = prefilled(&one);
    page(&mut db, &one, &form, clock).await
}

/// With a reason and one's own password; two clerks at once: the second is told who was first.
#[post("/entries/<id>/correct", data = "<upload>")]
pub async fn correct(
    user: Can<EditRevocations>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let mut reader = db.read().await?;
    let one = store::open(&mut reader, id, user.scope(), &user.user).await?;
    let new = read(&mut reader, &user, &one, &mut form, clock).await?;
    let reason = form::reason(&mut form, "更正原因");
    let what = format!("更正{}的学时", one.name);
    accounts::confirm::own_password(&mut form, db, &user.user, clock, &what).await?;
    let done = match new {
        Some(new) if !form.refused() => {
            enter(&user, id, new, (&reason, &files), &mut form, (db, modules, clock)).await?
        }
        _ => None,
    };
    let Some(entry) = done else {
        return Ok(page(&mut reader, &one, &form, clock).await?.refused().into());
    };
    let told = format!("已更正{}的学时，累计已重算，本人和单位会收到消息。", one.name);
    Ok(Done::to(format!("/credit-hours/entries/{entry}")).ok(told).into())
}

/// Both halves in one transaction; none (and nothing done) if the rules refuse the new entry.
async fn enter(
    user: &Can<EditRevocations>,
    id: i64,
    new: NewEntry,
    (reason, arrived): (&str, &[Uploaded]),
    form: &mut Form,
    (db, modules, clock): (&Db, &Modules, &Clock),
) -> Result<Option<i64>> {
    let mut tx = db.begin().await?;
    let one = store::open(&mut tx, id, user.scope(), &user.user).await?;
    let actor = user.actor();
    acts::take_out(&mut tx, modules, &one, reason, &actor, clock).await?;
    against(&mut tx, &one, &new, form).await?;
    if new.hours > one.hours && arrived.is_empty() {
        form.refuse("files", "学时调高的，必须上传证明材料。");
    }
    let (by, most) = (user.user.account, (0, MOST_FILES));
    let files = accounts::uploads::keep(&mut tx, db, form, arrived, most, by, clock).await?;
    if form.refused() {
        if !arrived.is_empty() && !form.errors().contains_key("files") {
            form.refuse("files", "材料没有保存，改好以后请重新选择。");
        }
        return Ok(None);
    }
    let entry = acts::put_in(&mut tx, &one, new, (reason, &files), clock).await?;
    tx.commit().await?;
    Ok(Some(entry))
}

/// The limits, and whatever else claims the same learning; the old entry is out already.
async fn against(
    db: &mut SqliteConnection,
    one: &Detail,
    new: &NewEntry,
    form: &mut Form,
) -> Result<()> {
    if let Some(over) = limits::over(&mut *db, one, new).await? {
        form.refuse("hours", format!("{over}。"));
    }
    let claim = Claim {
        person: new.person,
        title: &new.title,
        certificate_number: &new.certificate_number,
        started_on: &new.started_on,
        ended_on: &new.ended_on,
        plan: new.plan,
        own: None,
    };
    if let Some(first) = claims::taken(db, &claim).await?.into_iter().next() {
        form.refuse("title", format!("{}。同一学习不能计两次。", first.sentence));
    }
    Ok(())
}

fn prefilled(one: &Detail) -> Form {
    Form::of([
        ("year", one.year.to_string()),
        ("category", one.category_id.to_string()),
        ("kind", one.kind.clone()),
        ("title", one.title.clone()),
        ("organizer", one.organizer.clone()),
        ("started_on", one.started_on.clone()),
        ("ended_on", one.ended_on.clone()),
        ("hours", one.hours.to_string()),
        ("certificate_number", one.certificate_number.clone()),
    ])
}

/// The new entry as typed; none if a field is refused.
async fn read(
    db: &mut SqliteConnection,
    user: &Can<EditRevocations>,
    one: &Detail,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<NewEntry>> {
    let now = clock.year();
    let years = i64::from(now - YEARS).min(one.year.into())..=i64::from(now);
    let year = form.integer("year", "年度", years).and_then(|year| i32::try_from(year).ok());
    let categories = category::all(&mut *db).await?;
    let category = form.text("category").parse::<i64>().ok();
    let category = category.filter(|id| categories.iter().any(|one| one.id == *id));
    if category.is_none() {
        form.refuse("category", "请选择科目类别。");
    }
    let kind = form.text("kind");
    if !(dictionary::learning_kind(&kind).is_some() || kind.is_empty() && one.kind.is_empty()) {
        form.refuse("kind", "请选择学习形式。");
    }
    let title = form.required("title", "项目（活动）名称", 2..=100);
    let organizer = form.required("organizer", "主办（颁发）单位", 2..=100);
    let certificate_number = form.optional("certificate_number", "证书或批准编号", 80);
    let (from, to) = (form.date("started_on", "开始日期"), form.date("ended_on", "结束日期"));
    let hours = hours(form);
    if let (Some(from), Some(to)) = (from, to) {
        if to < from {
            form.refuse("ended_on", "结束日期早于开始日期，请核对。");
        } else if to > clock.today() {
            form.refuse("ended_on", "结束日期还没有到，请核对。");
        } else if year.is_some_and(|year| year != to.year()) {
            let sentence = format!(
                "结束日期属于 {} 年度，与所选年度不一致；学时计入结束日期所在的年度。",
                to.year()
            );
            form.refuse("year", sentence);
        }
    }
    let (Some(year), Some(category), Some(from), Some(to), Some(hours)) =
        (year, category, from, to, hours)
    else {
        return Ok(None);
    };
    let bureau = organization::find(db, user.organization()).await?.ok_or(kit::Error::NotFound)?;
    let new = NewEntry {
        year,
        category,
        kind,
        title,
        organizer,
        started_on: day::date_text(from),
        ended_on: day::date_text(to),
        hours,
        recognised_by: bureau.name,
        certificate_number,
        ..one.again()
    };
    if acts::changes(one, &new) == acts::changes(one, &one.again()) {
        form.refuse("title", "与原来的记录完全一样，没有什么可以更正。要取消它的，请用“撤销”。");
    }
    Ok(Some(new).filter(|_| !form.refused()))
}

fn hours(form: &mut Form) -> Option<Hours> {
    match Hours::parse(form.raw("hours")) {
        Ok(hours) if hours.is_zero() => {
            form.refuse("hours", "学时要大于 0。不再认定的，请用“撤销”。");
            None
        }
        Ok(hours) => Some(hours),
        Err(error) => {
            form.refuse("hours", sentence(&error));
            None
        }
    }
}

async fn page(db: &mut SqliteConnection, one: &Detail, form: &Form, clock: &Clock) -> Result<Page> {
    let choice = |value: String, label: String| json!({"value": value, "label": label});
    let now = clock.year();
    let years: Vec<_> = ((now - YEARS).min(one.year)..=now)
        .rev()
        .map(|year| choice(year.to_string(), format!("{year} 年度")))
        .collect();
    let categories: Vec<_> = category::all(db)
        .await?
        .into_iter()
        .map(|one| choice(one.id.to_string(), one.name))
        .collect();
    let kinds: Vec<_> = dictionary::LEARNING_KINDS
        .iter()
        .map(|kind| choice(kind.code.to_owned(), kind.label.to_owned()))
        .collect();
    Ok(Page::new("credit-hours/correct.html")
        .with("id", &one.id)
        .with("facts", &one.facts())
        .with("years", &years)
        .with("categories", &categories)
        .with("kinds", &kinds)
        .with("blank_kind", &one.kind.is_empty())
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}
