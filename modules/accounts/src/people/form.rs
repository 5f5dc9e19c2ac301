//! What a person reports (domain.md 3.1), as a form: read, filled and told.

use kit::dictionary::{
    DEGREES, EDUCATIONS, EMPLOYMENTS, NATIONS, POLITICAL_STATUSES, TITLE_LEVELS, TITLE_SERIES,
    TitleLevel, WITHOUT_TITLE, levels_of, titles_of,
};
use kit::{Form, IdCard, day};
use serde::Serialize;
use time::Date;

use super::Fields;
use crate::contact;
use crate::organizations::form::{Choice, choices};

/// The variable `options` of the component `person_fields`.
#[derive(Debug, Clone, Serialize)]
pub struct Options {
    nations: Vec<Choice>,
    political: Vec<Choice>,
    educations: Vec<Choice>,
    degrees: Vec<Choice>,
    series: Vec<Choice>,
    levels: Vec<Choice>,
    /// Every name of a title, for the datalist.
    titles: Vec<Choice>,
    employments: Vec<Choice>,
}

impl Options {
    pub fn new() -> Self {
        let mut names: Vec<&str> =
            kit::dictionary::titles::titles().map(|title| title.name).collect();
        names.sort_unstable();
        names.dedup();
        let name = |name: &str| Choice { value: name.to_owned(), label: String::new() };
        Self {
            nations: choices(&NATIONS),
            political: choices(&POLITICAL_STATUSES),
            educations: choices(&EDUCATIONS),
            degrees: choices(&DEGREES),
            series: choices(&TITLE_SERIES),
            levels: choices(&TITLE_LEVELS),
            titles: names.into_iter().map(name).collect(),
            employments: choices(&EMPLOYMENTS),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

fn codes(dictionary: &kit::dictionary::Dictionary) -> Vec<&'static str> {
    dictionary.entries.iter().map(|e| e.code).collect()
}

/// The ID number typed in `number`; refused by field.
pub fn id_card(form: &mut Form, today: Date) -> Option<IdCard> {
    let typed = form.required("number", "身份证号", 1..=40);
    if typed.is_empty() {
        return None;
    }
    match IdCard::parse(&typed, today) {
        Ok(card) => Some(card),
        Err(error) => {
            form.refuse("number", format!("{}。{}。", error.message(), error.remedy()));
            None
        }
    }
}

/// Reads and checks everything but ID number and unit; `born` bounds the dates.
pub fn read(form: &mut Form, born: Option<Date>, today: Date) -> Fields {
    let mut fields = Fields::named("");
    read_decided_above(form, &mut fields, born, today);
    read_decided_by_unit(form, &mut fields, born, today);
    read_contact(form, &mut fields);
    fields
}

/// The same where only the unit decides: name and title stay as they are.
pub fn read_by_unit(form: &mut Form, kept: &Fields, born: Option<Date>, today: Date) -> Fields {
    let mut fields = kept.clone();
    read_decided_by_unit(form, &mut fields, born, today);
    read_contact(form, &mut fields);
    fields
}

/// 姓名 and the title, which the bureau decides (domain.md, Decisions: 4.4).
pub fn read_decided_above(form: &mut Form, fields: &mut Fields, born: Option<Date>, today: Date) {
    fields.name = form.required("person_name", "姓名", 2..=50);
    if !fields.name.is_empty()
        && !fields.name.chars().all(|c| c.is_alphabetic() || "·•. ".contains(c))
    {
        form.refuse("person_name", "姓名只能有汉字、字母和间隔号“·”，请核对后重新填写。");
    }
    (fields.series, fields.level, fields.title) = title(form);
    let titled = fields.series != WITHOUT_TITLE && !fields.series.is_empty();
    let titled_on = date(form, "titled_on", "职称取得时间", born, 18, today);
    if titled && titled_on.is_empty() {
        form.refuse("titled_on", "有职称的请填写取得时间，按职称证书上的批准日期。");
    }
    fields.titled_on = if titled { titled_on } else { String::new() };
    fields.title_certificate = form.optional("title_certificate", "职称证书编号", 50);
}

/// What the unit decides.
pub fn read_decided_by_unit(form: &mut Form, fields: &mut Fields, born: Option<Date>, today: Date) {
    fields.nation = form.choice("nation", "民族", &codes(&NATIONS));
    fields.political = form.optional_choice("political", "政治面貌", &codes(&POLITICAL_STATUSES));
    fields.education = form.choice("education", "学历", &codes(&EDUCATIONS));
    fields.degree = form.optional_choice("degree", "学位", &codes(&DEGREES));
    fields.school = form.optional("school", "毕业院校", 100);
    fields.major = form.optional("major", "所学专业", 100);
    fields.graduated_on = date(form, "graduated_on", "毕业时间", born, 14, today);
    fields.started_work_on = date(form, "started_work_on", "参加工作时间", born, 16, today);
    fields.position = form.optional("position", "从事专业或岗位", 100);
    fields.native_place = form.optional("native_place", "籍贯", 50);
    fields.employment = form.optional_choice("employment", "用工类型", &codes(&EMPLOYMENTS));
}

/// What a person changes at once by himself.
pub fn read_contact(form: &mut Form, fields: &mut Fields) {
    fields.phone = contact::mobile(form, "person_phone", "手机号码");
    fields.email = contact::email(form, "person_email", "电子邮箱");
    fields.address = form.optional("person_address", "通讯地址", 100);
}

/// Series, level and name of the title, which must fit each other.
fn title(form: &mut Form) -> (String, String, String) {
    let series = form.choice("series", "职称系列", &codes(&TITLE_SERIES));
    let typed = form.optional("title", "职称名称", 50);
    if series == WITHOUT_TITLE || series.is_empty() {
        let level = form.text("level");
        if !series.is_empty() && (!level.is_empty() || !typed.is_empty()) {
            form.refuse("series", "选了“无职称”就不填职称等级和名称；有职称的请改选职称系列。");
        }
        return (series, String::new(), String::new());
    }
    let level = form.choice("level", "职称等级", &codes(&TITLE_LEVELS));
    let Some(known) = TitleLevel::from_code(&level) else { return (series, level, typed) };
    let label = TITLE_SERIES.label(&series).to_owned();
    if !levels_of(&series).contains(&known) {
        form.refuse("level", format!("“{label}”没有{}，请核对系列和等级。", known.label()));
        return (series, level, typed);
    }
    let names = titles_of(&series, known);
    if typed.is_empty() {
        form.refuse("title", format!("请填写职称名称，例如：{}。", names.join("、")));
    } else if !names.contains(&typed.as_str()) {
        form.refuse(
            "title",
            format!("“{label}”{}的职称名称是：{}。请从中选择。", known.label(), names.join("、")),
        );
    }
    (series, level, typed)
}

/// A day or month that is not to come and not before an age; as stored, empty if not filled.
pub fn date(
    form: &mut Form,
    name: &str,
    label: &str,
    born: Option<Date>,
    age: i32,
    today: Date,
) -> String {
    let text = form.text(name);
    if text.is_empty() {
        return String::new();
    }
    let typed = match day::parse(&text) {
        Ok(typed) => typed,
        Err(error) => {
            form.refuse(name, format!("{label}{error}。请写成 2008-07 或 2008-07-01 的样子。"));
            return text;
        }
    };
    if typed.first() > today {
        form.refuse(name, format!("{label}晚于今天，请核对后重新填写。"));
    } else if let Some(born) = born
        && typed.last().year() < born.year() + age
    {
        form.refuse(name, format!("{label}时还不满 {age} 岁，请核对日期和身份证号。"));
    }
    typed.to_string()
}

/// Puts what is recorded into a form.
pub fn fill(form: &mut Form, fields: &Fields) {
    for (name, value) in [
        ("person_name", &fields.name),
        ("nation", &fields.nation),
        ("political", &fields.political),
        ("education", &fields.education),
        ("degree", &fields.degree),
        ("series", &fields.series),
        ("level", &fields.level),
        ("title", &fields.title),
        ("titled_on", &fields.titled_on),
        ("title_certificate", &fields.title_certificate),
        ("school", &fields.school),
        ("major", &fields.major),
        ("graduated_on", &fields.graduated_on),
        ("started_work_on", &fields.started_work_on),
        ("position", &fields.position),
        ("person_phone", &fields.phone),
        ("person_email", &fields.email),
        ("native_place", &fields.native_place),
        ("employment", &fields.employment),
        ("person_address", &fields.address),
    ] {
        form.set(name, value.as_str());
    }
}

/// What is recorded, as (form field, label, value), in the order of the form.
pub fn facts(fields: &Fields) -> Vec<(&'static str, &'static str, String)> {
    let label = |dictionary: &kit::dictionary::Dictionary, code: &str| {
        if code.is_empty() { String::new() } else { dictionary.label(code).to_owned() }
    };
    vec![
        ("person_name", "姓名", fields.name.clone()),
        ("nation", "民族", label(&NATIONS, &fields.nation)),
        ("political", "政治面貌", label(&POLITICAL_STATUSES, &fields.political)),
        ("native_place", "籍贯", fields.native_place.clone()),
        ("education", "学历", label(&EDUCATIONS, &fields.education)),
        ("degree", "学位", label(&DEGREES, &fields.degree)),
        ("school", "毕业院校", fields.school.clone()),
        ("major", "所学专业", fields.major.clone()),
        ("graduated_on", "毕业时间", fields.graduated_on.clone()),
        ("started_work_on", "参加工作", fields.started_work_on.clone()),
        ("series", "职称系列", label(&TITLE_SERIES, &fields.series)),
        ("level", "职称等级", label(&TITLE_LEVELS, &fields.level)),
        ("title", "职称名称", fields.title.clone()),
        ("titled_on", "职称取得时间", fields.titled_on.clone()),
        ("title_certificate", "职称证书编号", fields.title_certificate.clone()),
        ("position", "从事专业或岗位", fields.position.clone()),
        ("employment", "用工类型", label(&EMPLOYMENTS, &fields.employment)),
        ("person_phone", "手机号码", fields.phone.clone()),
        ("person_email", "电子邮箱", fields.email.clone()),
        ("person_address", "通讯地址", fields.address.clone()),
    ]
}
