//! The declaration's form: what is typed, field by field, and what may be chosen.

use serde::Serialize;
use time::Date;

use kit::dictionary::{DECLARATION_LEVELS, LEARNING_KINDS, learning_kind};
use kit::hours::HoursError;
use kit::{Form, Hours, day};

use super::rules::{self, Typed};
use super::store::Draft;
use crate::category::Category;

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
    pub rank: Option<String>,
    /// 种类 within the kind.
    pub item: Option<String>,
    /// 数量: days, courses, modules; zero: none.
    pub quantity: Option<Hours>,
    pub certificate_number: Option<String>,
    pub hours: Option<Hours>,
    pub note: Option<String>,
}

/// An option of a select.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

pub fn choice(value: impl ToString, label: impl Into<String>) -> Choice {
    Choice { value: value.to_string(), label: label.into() }
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
    Offered {
        years: open.iter().map(|year| choice(year, format!("{year} 年度"))).collect(),
        categories: categories.iter().map(|one| choice(one.id, &one.name)).collect(),
        kinds: LEARNING_KINDS.iter().map(|kind| choice(kind.code, kind.label)).collect(),
        levels: DECLARATION_LEVELS.entries.iter().map(|e| choice(e.code, e.label)).collect(),
    }
}

/// The form of what is stored.
pub fn form_of(draft: &Draft) -> Form {
    let (hours, quantity) = (Hours::from_tenths(draft.hours), draft.quantity);
    Form::of([
        ("year", draft.year.to_string()),
        ("category", draft.category_id.map(|id| id.to_string()).unwrap_or_default()),
        ("kind", draft.kind.clone()),
        ("title", draft.title.clone()),
        ("organizer", draft.organizer.clone()),
        ("started_on", draft.started_on.clone()),
        ("ended_on", draft.ended_on.clone()),
        ("place", draft.place.clone()),
        ("level", draft.level.clone()),
        ("rank", draft.rank.clone()),
        ("item", draft.item.clone()),
        ("quantity", if quantity.is_zero() { String::new() } else { quantity.to_string() }),
        ("certificate_number", draft.certificate_number.clone()),
        ("hours", if hours.is_zero() { String::new() } else { hours.to_string() }),
        ("note", draft.note.clone()),
    ])
}

impl Fields {
    /// Reads the form. `whole`: it is to be submitted, so nothing may be missing.
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
        // in the form's order: so are the sentences of what is refused
        Self {
            year,
            category,
            kind,
            item: line(form, "item", "种类", 1, 30, false),
            level: coded(form, "level", "级别", false, |code| {
                DECLARATION_LEVELS.entry(code).is_some()
            }),
            rank: line(form, "rank", "本人排名", 1, 50, false),
            quantity: quantity(form),
            title: line(form, "title", "项目（活动）名称", 2, 100, whole),
            organizer: line(form, "organizer", "主办（颁发）单位", 2, 100, whole),
            started_on: date(form, "started_on", "开始日期", whole),
            ended_on: date(form, "ended_on", "结束日期", whole),
            hours: hours(form, whole),
            certificate_number: line(form, "certificate_number", "证书或批准编号", 1, 80, false),
            place: line(form, "place", "地点", 1, 100, false),
            note: line(form, "note", "内容摘要", 1, 500, false),
        }
    }

    /// The rules between the fields; to be asked only when every field is usable.
    pub fn check(&self, form: &mut Form, open: &[i32], today: Date) {
        let kind = self.kind.as_deref().and_then(learning_kind);
        let from = self.started_on.as_deref().and_then(day::stored_date);
        let to = self.ended_on.as_deref().and_then(day::stored_date);
        if let (Some(year), Some(kind), Some(from), Some(to), Some(hours)) =
            (self.year, kind, from, to, self.hours)
        {
            let typed = Typed { year, kind, from, to, hours };
            for (field, sentence) in rules::broken(&typed, open, today) {
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

fn line(
    form: &mut Form,
    name: &str,
    label: &str,
    least: usize,
    most: usize,
    whole: bool,
) -> Option<String> {
    let text = match (form.text(name).is_empty(), whole) {
        (true, false) => return Some(String::new()),
        (_, true) => form.required(name, label, least..=most),
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

/// Of what the rules count; halves of a day too.
pub fn quantity(form: &mut Form) -> Option<Hours> {
    let typed = form.text("quantity");
    if typed.is_empty() {
        return Some(Hours::ZERO);
    }
    match Hours::parse(&typed) {
        Ok(quantity) => Some(quantity),
        Err(_) => {
            form.refuse("quantity", "数量应为整数或带 .5 的数字，例如 3 或 2.5。");
            None
        }
    }
}

/// The reason as a whole sentence.
pub fn sentence(error: &HoursError) -> String {
    format!("{}。", error.to_string().trim_end_matches('。'))
}

#[cfg(test)]
mod tests {
    use kit::Form;

    use super::Fields;
    use crate::category::Category;

    fn categories() -> Vec<Category> {
        vec![Category { id: 2, name: "专业科目".to_owned(), short: "专业".to_owned() }]
    }

    #[test]
    fn an_empty_draft_is_kept_and_an_empty_submission_names_every_field() {
        let mut form = Form::new();
        Fields::read(&mut form, false, &categories());
        assert!(!form.refused(), "{:?}", form.errors());
        let mut form = Form::new();
        Fields::read(&mut form, true, &categories());
        let fields: Vec<&str> = form.errors().keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            ["category", "ended_on", "hours", "kind", "organizer", "started_on", "title", "year"]
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_even_in_a_draft() {
        let mut form = Form::of([
            ("hours", "四十".to_owned()),
            ("started_on", "昨天".to_owned()),
            ("category", "7".to_owned()),
            ("kind", "99".to_owned()),
            ("title", "长".repeat(101)),
        ]);
        let fields = Fields::read(&mut form, false, &categories());
        assert_eq!(form.errors()["hours"], "学时应为数字，例如 40 或 7.5。");
        assert_eq!(form.errors()["title"], "项目（活动）名称最多 100 个字，现在有 101 个。");
        assert_eq!(form.errors().len(), 5);
        assert!(fields.hours.is_none() && fields.title.is_none() && fields.started_on.is_none());
    }
}
