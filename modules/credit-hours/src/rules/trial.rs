//! 测算: what would this give?

use rocket::{State, get};

use kit::{Can, Clock, Db, Form, Hours, Page, Result, day};

use super::engine::{Standing, suggest};
use super::form::{kinds, levels, named};
use super::rule;
use super::tabs::{TRIAL, tabs};
use super::typed::{Query, Typed, items};
use super::{Suggestion, held};
use crate::category;
use crate::declaration::form::sentence;
use crate::leaves::ViewRules;

/// The box and, once a kind is chosen, the answer by the rules of now. Reads only.
#[get("/rules/try?<query..>")]
pub async fn page(
    _user: Can<ViewRules>,
    query: Query<'_>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let mut form = query.form();
    let today = clock.today();
    let rules = rule::all(&mut db).await?;
    let categories = category::active(&mut db).await?;
    let answer = if query.kind.is_some() {
        check(&mut form);
        let year = day::parse_date(&form.text("ended_on")).unwrap_or(today).year();
        let standing = standing(&mut db, &form, year).await?;
        (!form.refused()).then(|| suggest(&rules, &Typed::of(&form).facts(), &standing))
    } else {
        None
    };
    let page = Page::new("credit-hours/rule_try.html")
        .with("tabs", &tabs(TRIAL))
        .with("form", &form)
        .with("kinds", &kinds())
        .with("levels", &levels())
        .with("items", &items(&rules, &day::date_text(today)))
        .with("categories", &categories.iter().map(named).collect::<Vec<_>>())
        .with("answer", &answer.as_ref().map(Shown::of));
    Ok(if form.refused() { page.refused() } else { page })
}

/// A suggestion as the templates draw it.
#[derive(Debug, serde::Serialize)]
pub struct Shown {
    /// `12`; empty: nothing to suggest.
    pub hours: String,
    pub most: String,
    pub text: String,
    pub sentences: Vec<String>,
    pub rule: Option<i64>,
}

impl Shown {
    pub fn of(made: &Suggestion) -> Self {
        let text = |hours: Option<Hours>| hours.map(|h| h.to_string()).unwrap_or_default();
        Self {
            hours: text(made.hours),
            most: text(made.most),
            text: made.text.clone(),
            sentences: made.sentences.clone(),
            rule: made.rule,
        }
    }
}

fn check(form: &mut Form) {
    if kit::dictionary::learning_kind(&form.text("kind")).is_none() {
        form.refuse("kind", "请选择学习形式。");
    }
    let amounts = [
        ("quantity", "数量"),
        ("hours", "载明的学时"),
        ("held", "同一形式已有学时"),
        ("converted", "成果折算已有学时"),
        ("done", "专业科目已有学时"),
    ];
    for (name, label) in amounts {
        let typed = form.text(name);
        if !typed.is_empty()
            && let Err(error) = Hours::parse(&typed)
        {
            form.refuse(name, format!("{label}：{}", sentence(&error)));
        }
    }
    form.optional_integer("rank", "本人排名", 1..=99);
    let from = form.optional_date("started_on", "开始日期");
    let to = form.optional_date("ended_on", "结束日期");
    if !from.is_empty() && !to.is_empty() && to < from {
        form.refuse("ended_on", format!("结束日期 {to} 早于开始日期 {from}，请核对。"));
    }
}

/// The invented year of the box.
async fn standing(db: &mut sqlx::SqliteConnection, form: &Form, year: i32) -> Result<Standing> {
    let amount = |name: &str| Hours::parse(&form.text(name)).unwrap_or_default();
    let required = match held::requirements(&mut *db).await? {
        Some((requirements, category)) => requirements.category(year, "", category, Hours::ZERO),
        None => Hours::ZERO,
    };
    let limited = held::conversions_limited(db).await? && !required.is_zero();
    Ok(Standing {
        waiting: false,
        kind: amount("held"),
        conversions: amount("converted").max(if super::engine::is_conversion(&form.text("kind")) {
            amount("held")
        } else {
            Hours::ZERO
        }),
        conversion_cap: limited.then_some(required),
        required,
        done: amount("done"),
    })
}
