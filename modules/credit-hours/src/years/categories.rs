//! 学时规则 › 科目: the subjects of learning, their order, and which may still be declared.

use kit::module::{AccessCase, Who};
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Page, Permission, Result, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{Tabs, tabs};
use crate::category::Requirements;
use crate::leaves::{EditRules, ViewRules};

const BASE: &str = "/credit-hours/rules/categories";
/// More would not fit the certificate's table.
const MOST: i64 = 5;

pub fn routes() -> Vec<Route> {
    routes![index, new, create, edit, update, turn]
}

pub fn access() -> Vec<AccessCase> {
    let view = Who::Holder(ViewRules::grantable());
    let change = Who::Holder(EditRules::grantable());
    let row = |method, route, who| AccessCase { method, route, who };
    vec![
        row("GET", "/credit-hours/rules/categories", view),
        row("GET", "/credit-hours/rules/categories/new", change),
        row("POST", "/credit-hours/rules/categories/new", change),
        row("GET", "/credit-hours/rules/categories/<id>/edit", change),
        row("POST", "/credit-hours/rules/categories/<id>/edit", change),
        row("POST", "/credit-hours/rules/categories/<id>", change),
    ]
}

/// A subject as the screen shows it.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Subject {
    id: i64,
    name: String,
    short: String,
    state: String,
    /// 本年最低学时 in general, tenths.
    #[sqlx(skip)]
    asked: i64,
    /// Whether it is in the ledger or in a requirement: its name stands on paper.
    used: bool,
}

async fn all(db: &mut SqliteConnection) -> Result<Vec<Subject>> {
    Ok(sqlx::query_as(
        "select c.id, c.name, c.short, c.state,
                exists (select 1 from person_year_category p where p.category_id = c.id) as used
           from category c order by c.sort, c.id",
    )
    .fetch_all(db)
    .await?)
}

async fn one(db: &mut SqliteConnection, id: i64) -> Result<Subject> {
    all(db).await?.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)
}

#[get("/rules/categories")]
async fn index(user: Can<ViewRules>, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let mut subjects = all(&mut db).await?;
    let rules = Requirements::load(&mut db).await?;
    for one in &mut subjects {
        one.asked = rules.category(clock.year(), "", one.id, kit::Hours::ZERO).tenths();
    }
    Ok(Page::new("credit-hours/categories.html")
        .with("tabs", &tabs(Tabs::Subjects))
        .with("subjects", &subjects)
        .with("year", &clock.year())
        .with("may_edit", &user.user.may(EditRules::grantable())))
}

fn page(form: &Form, subject: Option<&Subject>) -> Page {
    let (title, action) = match subject {
        None => ("新增科目".to_owned(), format!("{BASE}/new")),
        Some(subject) => {
            (format!("修改科目“{}”", subject.name), format!("{BASE}/{}/edit", subject.id))
        }
    };
    Page::new("credit-hours/category_form.html")
        .with("title", &title)
        .with("action", &action)
        .with("used", &subject.is_some_and(|subject| subject.used))
        .with("form", form)
}

#[get("/rules/categories/new")]
async fn new(_user: Can<EditRules>) -> Page {
    page(&Form::new(), None)
}

#[get("/rules/categories/<id>/edit")]
async fn edit(_user: Can<EditRules>, id: i64, db: &State<Db>) -> Result<Page> {
    let subject = one(&mut *db.read().await?, id).await?;
    let form = Form::of([("name", subject.name.clone()), ("short", subject.short.clone())]);
    Ok(page(&form, Some(&subject)))
}

struct Typed {
    name: String,
    short: String,
}

/// What is typed, if both fields are usable.
fn read(form: &mut Form) -> Option<Typed> {
    let name = form.required("name", "科目名称", 2..=10);
    let short = form.required("short", "简称", 2..=4);
    if name.contains([',', '，', '、']) {
        form.refuse("name", "科目名称里不能有逗号或顿号，请一次增加一个科目。");
    }
    (!form.refused()).then_some(Typed { name, short })
}

/// The answer to a statement on the unique names: the field at fault is refused.
fn taken(form: &mut Form, typed: &Typed, stored: Result<i64, sqlx::Error>) -> Result<Option<i64>> {
    let message = match &stored {
        Err(error) => error
            .as_database_error()
            .filter(|error| error.is_unique_violation())
            .map(|error| error.message().to_owned()),
        Ok(_) => None,
    };
    match message {
        None => Ok(Some(stored?)),
        Some(message) if message.contains("category.short") => {
            form.refuse("short", format!("简称“{}”已被别的科目使用，请换一个。", typed.short));
            Ok(None)
        }
        Some(_) => {
            form.refuse(
                "name",
                format!("已有科目“{}”，请换一个名称，或启用原来的科目。", typed.name),
            );
            Ok(None)
        }
    }
}

#[post("/rules/categories/new", data = "<form>")]
async fn create(
    user: Can<EditRules>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let Some(typed) = read(&mut form) else { return Ok(page(&form, None).refused().into()) };
    let mut tx = db.begin().await?;
    room(&mut tx).await?;
    let stored = sqlx::query_scalar(
        "insert into category (key, name, short, sort)
         select ?1, ?1, ?2, max(sort) + 1 from category returning id",
    )
    .bind(&typed.name)
    .bind(&typed.short)
    .fetch_one(&mut *tx)
    .await;
    let Some(id) = taken(&mut form, &typed, stored)? else {
        return Ok(page(&form, None).refused().into());
    };
    written(&mut tx, &user, clock, id, &format!("新增科目“{}”", typed.name)).await?;
    tx.commit().await?;
    let text = format!(
        "已新增科目“{}”，现在就可以申报。要规定最低学时的，请到“年度要求”中设置。",
        typed.name
    );
    Ok(Done::to(BASE).ok(text).into())
}

#[post("/rules/categories/<id>/edit", data = "<form>")]
async fn update(
    user: Can<EditRules>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let old = one(&mut tx, id).await?;
    let Some(typed) = read(&mut form) else { return Ok(page(&form, Some(&old)).refused().into()) };
    let stored = sqlx::query_scalar(
        "update category set name = ?1, short = ?2,
               key = case when key = name then ?1 else key end
              where id = ?3 returning id",
    )
    .bind(&typed.name)
    .bind(&typed.short)
    .bind(id)
    .fetch_one(&mut *tx)
    .await;
    if taken(&mut form, &typed, stored)?.is_none() {
        return Ok(page(&form, Some(&old)).refused().into());
    }
    bases_follow(&mut tx, &old.name, &typed.name).await?;
    let text =
        format!("科目“{}”（{}）改名为“{}”（{}）", old.name, old.short, typed.name, typed.short);
    written(&mut tx, &user, clock, id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已保存科目“{}”。", typed.name)).into())
}

/// A base's profile names the added subjects it teaches by their names.
async fn bases_follow(tx: &mut SqliteConnection, old: &str, new: &str) -> Result<()> {
    sqlx::query(
        "update base_profile set categories =
           trim(replace(',' || categories || ',', ',' || ?1 || ',', ',' || ?2 || ','), ',')
          where instr(',' || categories || ',', ',' || ?1 || ',') > 0",
    )
    .bind(old)
    .bind(new)
    .execute(tx)
    .await?;
    Ok(())
}

/// 上移, 下移, 停用, 启用.
#[post("/rules/categories/<id>", data = "<form>")]
async fn turn(
    user: Can<EditRules>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let subject = one(&mut tx, id).await?;
    let (verb, told) = match form.text("act").as_str() {
        "up" => (shift(&mut tx, id, -1).await?, "上移"),
        "down" => (shift(&mut tx, id, 1).await?, "下移"),
        "disable" => (disable(&mut tx, &subject, clock).await?, "停用"),
        "enable" => (enable(&mut tx, &subject).await?, "启用"),
        _ => return Err(Error::Invalid("没有选择要办的事，请返回科目列表重新点。".to_owned())),
    };
    if verb {
        written(&mut tx, &user, clock, id, &format!("{told}科目“{}”", subject.name)).await?;
        tx.commit().await?;
    }
    Ok(Done::to(BASE).ok(format!("已{told}科目“{}”。", subject.name)))
}

/// Changes places with its neighbour; whether there was one.
async fn shift(tx: &mut SqliteConnection, id: i64, by: i32) -> Result<bool> {
    let mut order: Vec<i64> = all(&mut *tx).await?.iter().map(|one| one.id).collect();
    let at = order.iter().position(|one| *one == id).ok_or(Error::NotFound)?;
    let to = if by < 0 { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < order.len()) };
    let Some(to) = to else { return Ok(false) };
    order.swap(at, to);
    for (sort, id) in (1_i64..).zip(order) {
        sqlx::query("update category set sort = ? where id = ?")
            .bind(sort)
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    Ok(true)
}

/// No declaration may choose it any more; what was declared or asked before stays.
async fn disable(tx: &mut SqliteConnection, subject: &Subject, clock: &Clock) -> Result<bool> {
    let asked: Option<i32> = sqlx::query_scalar(
        "select min(max(year_from, ?1)) from requirement
          where category_id = ?2 and year_to >= ?1 and hours > 0",
    )
    .bind(clock.year())
    .bind(subject.id)
    .fetch_one(&mut *tx)
    .await?;
    if let Some(year) = asked {
        return Err(Error::refused(format!(
            "{year} 年度的要求里有科目“{}”的最低学时，停用后没有人能达到要求。请先到“年度要求”中去掉，再停用。",
            subject.name
        )));
    }
    let others: i64 =
        sqlx::query_scalar("select count(*) from category where state = 'active' and id <> ?")
            .bind(subject.id)
            .fetch_one(&mut *tx)
            .await?;
    if others == 0 {
        return Err(Error::refused("至少要有一个启用的科目，请先新增或启用另一个。"));
    }
    set(tx, subject.id, "disabled").await
}

async fn enable(tx: &mut SqliteConnection, subject: &Subject) -> Result<bool> {
    if subject.state == "disabled" {
        room(&mut *tx).await?;
    }
    set(tx, subject.id, "active").await
}

async fn set(tx: &mut SqliteConnection, id: i64, state: &'static str) -> Result<bool> {
    let done = sqlx::query("update category set state = ?1 where id = ?2 and state <> ?1")
        .bind(state)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// # Errors
/// Refused when there are as many subjects in force as a certificate has columns for.
async fn room(tx: &mut SqliteConnection) -> Result<()> {
    let active: i64 = sqlx::query_scalar("select count(*) from category where state = 'active'")
        .fetch_one(tx)
        .await?;
    if active >= MOST {
        return Err(Error::refused(format!(
            "同时启用的科目最多 {MOST} 个（学时证明上的列数有限）。请先停用一个。"
        )));
    }
    Ok(())
}

async fn written(
    tx: &mut SqliteConnection,
    user: &Can<EditRules>,
    clock: &Clock,
    id: i64,
    text: &str,
) -> Result<()> {
    let object = format!("category:{id}");
    trail::write(tx, &user.actor(), clock, "credit-hours.category.change", &object, text).await
}
