//! A record as a form: what it asks, read and filled.

use kit::Form;
use kit::dictionary::{
    DEGREES, Dictionary, EDUCATIONS, TITLE_LEVELS, TITLE_SERIES, TitleLevel, WITHOUT_TITLE,
    levels_of, titles_of,
};
use serde::Serialize;
use time::Date;

use super::{Kind, Record, WAYS};
use crate::organizations::form::Choice;
use crate::people::form::date;

/// An input of the form, as the component `field` takes it.
#[derive(Debug, Clone, Serialize)]
pub struct FormField {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    required: bool,
    options: Vec<Choice>,
    maxlength: i64,
    placeholder: &'static str,
}

fn text(name: &'static str, label: &'static str, most: i64, required: bool) -> FormField {
    FormField {
        name,
        label,
        kind: "text",
        required,
        options: vec![],
        maxlength: most,
        placeholder: "",
    }
}

fn day(name: &'static str, label: &'static str, required: bool) -> FormField {
    FormField { placeholder: "例如 2015-12", ..text(name, label, 20, required) }
}

fn select(
    name: &'static str,
    label: &'static str,
    options: Vec<Choice>,
    required: bool,
) -> FormField {
    FormField { kind: "select", options, ..text(name, label, 0, required) }
}

fn choices(dictionary: &Dictionary) -> Vec<Choice> {
    let entries = dictionary.entries.iter().filter(|e| e.code != WITHOUT_TITLE);
    entries.map(|e| Choice { value: e.code.to_owned(), label: e.label.to_owned() }).collect()
}

/// What the form of this kind asks.
pub fn fields(kind: Kind) -> Vec<FormField> {
    let ways = WAYS
        .iter()
        .map(|(code, label)| Choice { value: (*code).to_owned(), label: (*label).to_owned() });
    match kind {
        Kind::Education => vec![
            select("class", "学历", choices(&EDUCATIONS), true),
            select("level", "学位", choices(&DEGREES), false),
            text("name", "毕业院校", 100, true),
            text("major", "所学专业", 100, false),
            day("begun_on", "入学时间", false),
            day("got_on", "毕业时间", true),
            text("number", "证书编号", 50, false),
        ],
        Kind::Title => vec![
            select("class", "职称系列", choices(&TITLE_SERIES), true),
            select("level", "职称等级", choices(&TITLE_LEVELS), true),
            text("name", "职称名称", 50, true),
            text("major", "专业", 100, false),
            select("way", "取得方式", ways.collect(), false),
            day("got_on", "取得时间", true),
            text("number", "证书编号", 50, false),
            text("issuer", "发证机构", 100, false),
            day("appointed_on", "聘任时间", false),
        ],
        Kind::Qualification => vec![
            text("name", "资格名称", 100, true),
            text("level", "等级", 20, false),
            text("number", "证书编号", 50, true),
            day("got_on", "取得时间", true),
            day("valid_until", "注册有效期至", false),
            text("issuer", "发证机构", 100, false),
        ],
        Kind::Honour => vec![
            text("name", "称号名称", 100, true),
            text("issuer", "授予机构", 100, true),
            day("got_on", "授予时间", true),
            text("number", "证书编号", 50, false),
        ],
    }
}

/// Reads and checks a record; `born` bounds its dates.
pub fn read(form: &mut Form, kind: Kind, born: Option<Date>, today: Date) -> Record {
    let mut record = Record::new(kind);
    for field in fields(kind) {
        let value = value(form, &field, born, today);
        match field.name {
            "class" => record.class = value,
            "level" => record.level = value,
            "name" => record.name = value,
            "major" => record.major = value,
            "issuer" => record.issuer = value,
            "number" => record.number = value,
            "begun_on" => record.begun_on = value,
            "got_on" => record.got_on = value,
            "way" => record.way = value,
            "appointed_on" => record.appointed_on = value,
            _ => record.valid_until = value,
        }
    }
    if !record.begun_on.is_empty() && !record.got_on.is_empty() && record.got_on < record.begun_on {
        form.refuse("got_on", "毕业时间早于入学时间，请核对。");
    }
    if kind == Kind::Title {
        title(form, &record);
    }
    record
}

fn value(form: &mut Form, field: &FormField, born: Option<Date>, today: Date) -> String {
    match (field.kind, field.placeholder) {
        ("select", _) => {
            let offered: Vec<&str> = field.options.iter().map(|o| o.value.as_str()).collect();
            if field.required {
                form.choice(field.name, field.label, &offered)
            } else {
                form.optional_choice(field.name, field.label, &offered)
            }
        }
        (_, "") if field.required => {
            let most = usize::try_from(field.maxlength).unwrap_or(100);
            form.required(field.name, field.label, 2..=most)
        }
        (_, "") => {
            let most = usize::try_from(field.maxlength).unwrap_or(100);
            form.optional(field.name, field.label, most)
        }
        _ => {
            if field.required && form.text(field.name).is_empty() {
                form.refuse(field.name, format!("请填写{}。", field.label));
            }
            // a registration runs out in days to come
            let last = if field.name == "valid_until" { Date::MAX } else { today };
            date(form, field.name, field.label, born, 14, last)
        }
    }
}

/// Series, level and name must fit each other.
fn title(form: &mut Form, record: &Record) {
    let Some(level) = TitleLevel::from_code(&record.level) else { return };
    let series = TITLE_SERIES.label(&record.class).to_owned();
    if !levels_of(&record.class).contains(&level) {
        form.refuse("level", format!("“{series}”没有{}，请核对系列和等级。", level.label()));
        return;
    }
    let names = titles_of(&record.class, level);
    if !record.name.is_empty() && !names.contains(&record.name.as_str()) {
        let sentence =
            format!("“{series}”{}的职称名称是：{}。请从中选择。", level.label(), names.join("、"));
        form.refuse("name", sentence);
    }
}

/// Puts a record into a form.
pub fn fill(form: &mut Form, record: &Record) {
    for (name, value) in [
        ("class", &record.class),
        ("level", &record.level),
        ("name", &record.name),
        ("major", &record.major),
        ("issuer", &record.issuer),
        ("number", &record.number),
        ("begun_on", &record.begun_on),
        ("got_on", &record.got_on),
        ("way", &record.way),
        ("appointed_on", &record.appointed_on),
        ("valid_until", &record.valid_until),
    ] {
        form.set(name, value.as_str());
    }
}
