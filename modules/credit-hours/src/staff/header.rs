//! The header of a unit's declaration: what is typed, field by field, and what may be chosen.

use kit::dictionary::{DECLARATION_LEVELS, LEARNING_KINDS, learning_kind};
use kit::{Clock, Form, Hours, Result, day};
use serde::Serialize;
use sqlx::SqliteConnection;
use time::Date;

use super::measure;
use super::store::Staff;
use crate::category::Category;
use crate::declaration::form::{quantity, sentence};
use crate::declaration::rules::{self, Typed};
use crate::windows;

/// What a unit usually says of its people.
const OPINION: &str = "以上人员参加学习情况属实，同意申报。";

/// The form's fields; one that is not usable is none, and what is stored stays.
#[derive(Debug, Default)]
pub struct Fields {
    pub year: Option<i32>,
    /// 0: not chosen yet.
    pub category: Option<i64>,
    pub kind: Option<String>,
    pub title: Option<String>,
    pub organizer: Option<String>,
    pub started_on: Option<String>,
    pub ended_on: Option<String>,
    pub place: Option<String>,
    pub level: Option<String>,
    /// 种类 within the kind.
    pub item: Option<String>,
    /// 排名, the same for all of the roster.
    pub rank: Option<String>,
    /// 数量; zero: none.
    pub quantity: Option<Hours>,
    pub hours: Option<Hours>,
    pub note: Option<String>,
    pub opinion: Option<String>,
}

/// An option of a select.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    value: String,
    label: String,
}

/// What the form offers.
#[derive(Debug, Serialize)]
pub struct Offered {
    years: Vec<Choice>,
    categories: Vec<Choice>,
    kinds: Vec<Choice>,
    levels: Vec<Choice>,
}

pub fn offered(open: &[i32], categories: &[Category]) -> Offered {
    let choice = |value: String, label: &str| Choice { value, label: label.to_owned() };
    let year = |year: &i32| Choice { value: year.to_string(), label: format!("{year} 年度") };
    Offered {
        years: open.iter().map(year).collect(),
        categories: categories.iter().map(|one| choice(one.id.to_string(), &one.name)).collect(),
        kinds: LEARNING_KINDS.iter().map(|one| choice(one.code.to_owned(), one.label)).collect(),
        levels: DECLARATION_LEVELS
            .entries
            .iter()
            .map(|one| choice(one.code.to_owned(), one.label))
            .collect(),
    }
}

/// An empty form: this year, and the usual opinion.
pub fn blank(year: i32) -> Form {
    Form::of([("year", year.to_string()), ("opinion", OPINION.to_owned())])
}

/// The form of what is stored.
pub fn form_of(staff: &Staff) -> Form {
    Form::of([
        ("year", staff.year.to_string()),
        ("category", staff.category_id.map(|id| id.to_string()).unwrap_or_default()),
        ("kind", staff.kind.clone()),
        ("title", staff.title.clone()),
        ("organizer", staff.organizer.clone()),
        ("started_on", staff.started_on.clone()),
        ("ended_on", staff.ended_on.clone()),
        ("place", staff.place.clone()),
        ("level", staff.level.clone()),
        ("item", staff.item.clone()),
        ("rank", staff.rank.clone()),
        ("quantity", number(staff.quantity)),
        ("hours", number(staff.hours)),
        ("note", staff.note.clone()),
        ("opinion", staff.opinion.clone()),
    ])
}

/// Empty for none.
pub fn number(hours: Hours) -> String {
    if hours.is_zero() { String::new() } else { hours.to_string() }
}

impl Fields {
    /// Reads the form. `whole`: the roster or the desk comes next, so nothing may be missing.
    pub fn read(form: &mut Form, whole: bool, categories: &[Category]) -> Self {
        let year = form.text("year").parse().ok().filter(|year| (2000..=2100).contains(year));
        if year.is_none() && whole {
            form.refuse("year", "请选择年度。");
        }
        let category = match form.text("category").as_str() {
            "" => Some(0),
            typed => typed.parse().ok().filter(|id| categories.iter().any(|one| one.id == *id)),
        };
        match category {
            Some(0) if whole => form.refuse("category", "请选择科目类别。"),
            None => form.refuse("category", "科目类别不在可选内容中，请重新选择。"),
            Some(_) => {}
        }
        let kind = coded(form, "kind", "学习形式", whole, |code| learning_kind(code).is_some());
        let level =
            coded(form, "level", "级别", false, |code| DECLARATION_LEVELS.entry(code).is_some());
        Self {
            year,
            category,
            kind,
            title: line(form, "title", "项目（活动）名称", 100, whole),
            organizer: line(form, "organizer", "主办单位", 100, whole),
            started_on: date(form, "started_on", "开始日期", whole),
            ended_on: date(form, "ended_on", "结束日期", whole),
            place: line(form, "place", "地点", 100, false),
            level,
            item: line(form, "item", "种类", 30, false),
            rank: line(form, "rank", "排名", 50, false),
            quantity: quantity(form),
            hours: hours(form, whole),
            note: line(form, "note", "内容摘要", 500, false),
            opinion: line(form, "opinion", "单位意见", 200, whole),
        }
    }

    /// The year's window and the rules between the fields; to be asked only when every field is
    /// usable.
    pub async fn check(
        &self,
        db: &mut SqliteConnection,
        form: &mut Form,
        clock: &Clock,
    ) -> Result<()> {
        let Some(year) = self.year else { return Ok(()) };
        if let Some(sentence) = windows::closed(&mut *db, year, clock).await? {
            form.refuse("year", sentence);
        }
        self.between(form, year, clock.today());
        if form.refused() { Ok(()) } else { measure::demand(db, form).await }
    }

    fn between(&self, form: &mut Form, year: i32, today: Date) {
        let kind = self.kind.as_deref().and_then(learning_kind);
        let from = self.started_on.as_deref().and_then(day::stored_date);
        let to = self.ended_on.as_deref().and_then(day::stored_date);
        if let (Some(kind), Some(from), Some(to), Some(hours)) = (kind, from, to, self.hours) {
            let typed = Typed { year, kind, from, to, hours };
            for (field, sentence) in rules::broken(&typed, &[year], today) {
                form.refuse(field, sentence);
            }
        }
    }
}

fn coded(
    form: &mut Form,
    name: &str,
    label: &str,
    whole: bool,
    known: impl Fn(&str) -> bool,
) -> Option<String> {
    let text = form.text(name);
    if text.is_empty() {
        if whole {
            form.refuse(name, format!("请选择{label}。"));
        }
        return Some(text);
    }
    if known(&text) {
        return Some(text);
    }
    form.refuse(name, format!("{label}不在可选内容中，请重新选择。"));
    None
}

fn line(form: &mut Form, name: &str, label: &str, most: usize, whole: bool) -> Option<String> {
    let text = match (form.text(name).is_empty(), whole) {
        (true, false) => return Some(String::new()),
        (_, true) => form.required(name, label, 2..=most),
        (false, false) => form.optional(name, label, most),
    };
    (!form.errors().contains_key(name)).then_some(text)
}

fn date(form: &mut Form, name: &str, label: &str, whole: bool) -> Option<String> {
    if form.text(name).is_empty() && !whole {
        return Some(String::new());
    }
    form.date(name, label).map(day::date_text)
}

fn hours(form: &mut Form, whole: bool) -> Option<Hours> {
    let typed = form.text("hours");
    if typed.is_empty() && !whole {
        return Some(Hours::ZERO);
    }
    match Hours::parse(&typed) {
        Ok(hours) => Some(hours),
        Err(error) => {
            form.refuse("hours", sentence(&error));
            None
        }
    }
}
