//! 新增规则, 编辑规则: the form of a rule.

use rocket::{State, get, post};
use sqlx::SqliteConnection;

use kit::dictionary::{DECLARATION_LEVELS, LEARNING_KINDS, learning_kind};
use kit::{Answer, Can, Clock, Db, Done, Form, Hours, Page, Result, day, trail};

use super::rule::{Effect, Rule, Unit};
use super::store;
use super::tabs::{CONVERSION, tabs};
use crate::category::{self, Category};
use crate::declaration::form::{Choice, choice, sentence};
use crate::leaves::EditRules;

/// The form for a new rule; `from`: filled with what another one says.
#[get("/rules/new?<from>")]
pub async fn new(_user: Can<EditRules>, from: Option<i64>, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let form = match from {
        Some(id) => form_of(&store::find(&mut db, id).await?),
        None => Form::of([("unit", "item".to_owned()), ("effect", "hours".to_owned())]),
    };
    page(&mut db, None, &form).await
}

// behind the other screens of 学时规则, whose addresses have as many parts
#[get("/rules/<id>/edit", rank = 2)]
pub async fn edit(_user: Can<EditRules>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let rule = store::find(&mut db, id).await?;
    page(&mut db, Some(&rule), &form_of(&rule)).await
}

#[post("/rules", data = "<form>")]
pub async fn create(
    user: Can<EditRules>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let Some(rule) = checked(&mut tx, &mut form, None).await? else {
        return Ok(page(&mut tx, None, &form).await?.refused().into());
    };
    let id = store::create(&mut tx, &rule, &user.user.name, clock).await?;
    let (object, text) =
        (format!("conversion-rule:{id}"), format!("新增折算规则 {}", rule.sentence()));
    trail::write(&mut tx, &user.user.actor(), clock, "credit-hours.rule.create", &object, &text)
        .await?;
    tx.commit().await?;
    Ok(Done::to(format!("/credit-hours/rules/{id}"))
        .ok("已新增 1 条规则，从现在起提交的申报按它计算；已经提交和通过的不变。")
        .into())
}

#[post("/rules/<id>", data = "<form>")]
pub async fn update(
    user: Can<EditRules>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let old = store::find(&mut tx, id).await?;
    let Some(rule) = checked(&mut tx, &mut form, Some(&old)).await? else {
        return Ok(page(&mut tx, Some(&old), &form).await?.refused().into());
    };
    let back = Done::to(format!("/credit-hours/rules/{id}"));
    if rule == (Rule { version: rule.version, ..old.clone() }) {
        return Ok(back.warn("内容没有改动，没有保存新版本。").into());
    }
    store::update(&mut tx, &rule, "修改", &user.user.name, clock).await?;
    let text = format!("修改折算规则，原为 {} 改为 {}", old.sentence(), rule.sentence());
    let object = format!("conversion-rule:{id}");
    trail::write(&mut tx, &user.user.actor(), clock, "credit-hours.rule.edit", &object, &text)
        .await?;
    tx.commit().await?;
    Ok(back
        .ok(format!(
            "已保存为第 {} 版，从现在起提交的申报按它计算；已经提交和通过的不变。",
            rule.version + 1
        ))
        .into())
}

/// The form's page; `rule`: as stored, none of a new one.
async fn page(db: &mut SqliteConnection, rule: Option<&Rule>, form: &Form) -> Result<Page> {
    let categories = category::active(db).await?;
    Ok(Page::new("credit-hours/rule_form.html")
        .with("tabs", &tabs(CONVERSION))
        .with("id", &rule.map_or(0, |rule| rule.id))
        .with("sentence", &rule.map(Rule::sentence))
        .with("form", form)
        .with("kinds", &kinds())
        .with("levels", &levels())
        .with("units", &units())
        .with("effects", &effects())
        .with("categories", &categories.iter().map(named).collect::<Vec<_>>()))
}

pub fn kinds() -> Vec<Choice> {
    LEARNING_KINDS.iter().map(|kind| choice(kind.code, kind.label)).collect()
}

pub fn levels() -> Vec<Choice> {
    DECLARATION_LEVELS.entries.iter().map(|level| choice(level.code, level.label)).collect()
}

pub fn named(category: &Category) -> Choice {
    choice(category.id, &category.name)
}

fn units() -> Vec<Choice> {
    Unit::ALL.into_iter().map(|unit| choice(unit.key(), unit.label())).collect()
}

fn effects() -> Vec<Choice> {
    vec![
        choice("hours", "按学时计算"),
        choice("completes_professional", "视为完成当年专业科目（补足到要求，不超过）"),
    ]
}

fn form_of(rule: &Rule) -> Form {
    let number = |n: i64| if n == 0 { String::new() } else { n.to_string() };
    let hours = |h: Hours| if h.is_zero() { String::new() } else { h.to_string() };
    Form::of([
        ("kind", rule.kind.clone()),
        ("item", rule.item.clone()),
        ("level", rule.level.clone()),
        ("rank", number(rule.rank)),
        ("max_rank", number(rule.max_rank)),
        ("step", hours(rule.step)),
        ("unit", rule.unit.key().to_owned()),
        ("hours", hours(rule.hours)),
        ("cap_item", rule.cap_item.map(hours).unwrap_or_default()),
        ("cap_year", rule.cap_year.map(hours).unwrap_or_default()),
        ("category", rule.category.map(|id| id.to_string()).unwrap_or_default()),
        (
            "effect",
            match rule.effect {
                Effect::Hours => "hours".to_owned(),
                Effect::CompletesProfessional => "completes_professional".to_owned(),
            },
        ),
        ("valid_from", rule.valid_from.clone()),
        ("valid_to", rule.valid_to.clone()),
        ("source", rule.source.clone()),
        ("sample", if rule.sample { "on".to_owned() } else { String::new() }),
        ("version", rule.version.to_string()),
    ])
}

/// The rule as typed, or the form with a sentence by each wrong field.
async fn checked(
    db: &mut SqliteConnection,
    form: &mut Form,
    old: Option<&Rule>,
) -> Result<Option<Rule>> {
    let categories = category::all(&mut *db).await?;
    let Some(rule) = read(form, old, &categories) else { return Ok(None) };
    if rule.effect == Effect::CompletesProfessional
        && rule.category != super::held::professional(&mut *db).await?
    {
        form.refuse("category", "“视为完成专业科目”的规则只能用于专业科目，请选择专业科目。");
    }
    if let Some(other) = store::same(db, &rule).await? {
        let until = if other.valid_to.is_empty() { "长期有效" } else { &other.valid_to };
        form.refuse(
            "valid_from",
            format!(
                "同一天只能有一条规则：已有 {}（{} 起，{until}）。请先停用那一条，或者修改它。",
                other.sentence().trim_end_matches('。'),
                other.valid_from
            ),
        );
    }
    Ok((!form.refused()).then_some(rule))
}

/// What the fields say by themselves and together; none if one is refused.
fn read(form: &mut Form, old: Option<&Rule>, categories: &[Category]) -> Option<Rule> {
    let kind = form.text("kind");
    if learning_kind(&kind).is_none() {
        form.refuse("kind", "请选择学习形式。");
    }
    let item = form.optional("item", "种类", 30);
    let codes: Vec<&str> = DECLARATION_LEVELS.entries.iter().map(|level| level.code).collect();
    let level = form.optional_choice("level", "级别", &codes);
    let completes = form.text("effect") == "completes_professional";
    let typed = form.text("unit");
    let unit = Unit::ALL.into_iter().find(|unit| unit.key() == typed);
    if unit.is_none() {
        form.refuse("unit", "请选择计算单位。");
    }
    let (rank, max_rank, step) = ranks(form);
    let hours = per_unit(form, completes, unit);
    let cap_item = amount(form, "cap_item", "一项最多学时");
    let cap_year = amount(form, "cap_year", "全年最多学时");
    let category = match form.text("category").as_str() {
        "" => None,
        typed => match typed.parse().ok().filter(|id| categories.iter().any(|c| c.id == *id)) {
            Some(id) => Some(id),
            None => {
                form.refuse("category", "科目类别不在可选内容中，请重新选择。");
                None
            }
        },
    };
    let valid_from = form.date("valid_from", "起始日期").map(day::date_text).unwrap_or_default();
    let valid_to = form.optional_date("valid_to", "终止日期");
    if !valid_to.is_empty() && !valid_from.is_empty() && valid_to < valid_from {
        form.refuse("valid_to", format!("终止日期 {valid_to} 早于起始日期 {valid_from}，请核对。"));
    }
    let source = form.required("source", "依据", 4..=300);
    if form.refused() {
        return None;
    }
    Some(Rule {
        id: old.map_or(0, |rule| rule.id),
        // of the page that was filled in: somebody may have saved since
        version: form.text("version").parse().unwrap_or(0),
        kind,
        item,
        level,
        rank,
        max_rank,
        step,
        unit: if completes { Unit::Item } else { unit? },
        hours,
        cap_item,
        cap_year,
        category,
        effect: if completes { Effect::CompletesProfessional } else { Effect::Hours },
        valid_from,
        valid_to,
        source,
        sample: form.ticked("sample"),
    })
}

/// (rank, last rank, step)
fn ranks(form: &mut Form) -> (i64, i64, Hours) {
    let rank = form.optional_integer("rank", "排名", 1..=99).unwrap_or(0);
    let last = form.optional_integer("max_rank", "计算到第几名", 1..=99);
    let step = amount(form, "step", "每后一名减少的学时").unwrap_or_default();
    if rank == 0 {
        if last.is_some() {
            form.refuse("max_rank", "没有填排名的规则不分名次，“计算到第几名”请留空。");
        }
        if !step.is_zero() {
            form.refuse("step", "没有填排名的规则不分名次，“每后一名减少”请留空。");
        }
        return (0, 0, Hours::ZERO);
    }
    let last = last.unwrap_or(rank);
    if last < rank {
        form.refuse("max_rank", format!("计算到第 {last} 名，小于排名 {rank}，请核对。"));
    }
    if last == rank && !step.is_zero() {
        form.refuse("step", "只有一个名次的规则没有“每后一名减少”，请留空，或填“计算到第几名”。");
    }
    (rank, last, step)
}

fn per_unit(form: &mut Form, completes: bool, unit: Option<Unit>) -> Hours {
    let hours = amount(form, "hours", "学时").unwrap_or_default();
    match (completes, unit) {
        (true, _) if !hours.is_zero() => {
            form.refuse("hours", "“视为完成专业科目”的规则按当年要求补足，学时请留空。");
        }
        (false, Some(Unit::Stated)) if !hours.is_zero() => {
            form.refuse("hours", "按载明的学时计算的规则没有固定学时，请留空。");
        }
        (false, Some(unit)) if unit != Unit::Stated && hours.is_zero() => {
            form.refuse("hours", format!("请填写{}多少学时，要大于 0。", unit.label()));
        }
        _ => {}
    }
    let (rank, last) = (form.text("rank").parse::<i64>(), form.text("max_rank").parse::<i64>());
    if let (Ok(rank), Ok(last), Ok(step)) = (rank, last, Hours::parse(&form.text("step")))
        && !hours.is_zero()
        && (1..=99).contains(&rank)
        && (rank..=99).contains(&last)
        && step.tenths() * (last - rank) >= hours.tenths()
    {
        form.refuse("step", format!("减到第 {last} 名已经没有学时，请减小每名减少的学时或名次。"));
    }
    hours
}

/// Hours that may be left empty.
fn amount(form: &mut Form, name: &str, label: &str) -> Option<Hours> {
    let typed = form.text(name);
    if typed.is_empty() {
        return None;
    }
    match Hours::parse(&typed) {
        Ok(hours) if hours.is_zero() => {
            form.refuse(name, format!("{label}要大于 0；没有的请留空。"));
            None
        }
        Ok(hours) => Some(hours),
        Err(error) => {
            form.refuse(name, format!("{label}：{}", sentence(&error)));
            None
        }
    }
}

#[cfg(test)]
mod tests;
