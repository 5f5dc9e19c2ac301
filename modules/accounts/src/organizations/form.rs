//! What an organization registers (domain.md 3.2-3.4), as a form: read, filled and told, by kind.

use kit::dictionary::{
    BASE_LEVELS, Dictionary, INDUSTRIES, ORGANIZATION_NATURES, SUBJECTS, TITLE_SERIES,
    TRAINING_FORMS, WITHOUT_TITLE,
};
use kit::{Form, OrganizationKind};
use serde::Serialize;

use super::{Base, Profile};
use crate::contact;

/// A line of a drop-down.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// A dictionary as lines of a drop-down.
pub fn choices(dictionary: &Dictionary) -> Vec<Choice> {
    let entries = dictionary.entries.iter();
    entries.map(|e| Choice { value: e.code.to_owned(), label: e.label.to_owned() }).collect()
}

/// The variable `options` of the component `organization_fields`.
#[derive(Debug, Clone, Serialize)]
pub struct Options {
    natures: Vec<Choice>,
    industries: Vec<Choice>,
    series: Vec<Choice>,
    levels: Vec<Choice>,
    categories: Vec<Choice>,
    forms: Vec<Choice>,
}

impl Options {
    /// `subjects`: of `subjects::offered`.
    pub fn new(subjects: Vec<Choice>) -> Self {
        Self {
            natures: choices(&ORGANIZATION_NATURES),
            industries: choices(&INDUSTRIES),
            series: choices(&TITLE_SERIES)
                .into_iter()
                .filter(|c| c.value != WITHOUT_TITLE)
                .collect(),
            levels: choices(&BASE_LEVELS),
            categories: subjects,
            forms: choices(&TRAINING_FORMS),
        }
    }
}

/// Name, credit code and profile as typed.
#[derive(Debug, Clone)]
pub struct Typed {
    pub name: String,
    pub credit_code: String,
    pub profile: Profile,
}

fn codes(dictionary: &Dictionary) -> Vec<&'static str> {
    dictionary.entries.iter().map(|e| e.code).filter(|code| *code != WITHOUT_TITLE).collect()
}

/// Reads and checks the fields of an organization of this kind; what the form does not show is
/// taken from `kept`.
pub fn read(kind: OrganizationKind, form: &mut Form, kept: &Profile, subjects: &[Choice]) -> Typed {
    let name = form.required("name", "单位名称", 2..=60);
    let credit_code = form.required("credit_code", "统一社会信用代码", 1..=30);
    if !credit_code.is_empty()
        && let Err(error) = kit::credit_code::CreditCode::parse(&credit_code)
    {
        form.refuse("credit_code", format!("信用代码{}。{}。", error.message(), error.remedy()));
    }
    let nature = form.choice("nature", "单位性质", &codes(&ORGANIZATION_NATURES));
    let industry = form.choice("industry", "行业", &codes(&INDUSTRIES));
    let area_code = form.required("area_code", "所属区域", 1..=6);
    if !area_code.is_empty()
        && (area_code.len() != 6 || !area_code.chars().all(|c| c.is_ascii_digit()))
    {
        form.refuse("area_code", "所属区域请填 6 位数字的行政区划代码。");
    }
    let postcode = form.optional("postcode", "邮编", 6);
    if !postcode.is_empty()
        && (postcode.len() != 6 || !postcode.chars().all(|c| c.is_ascii_digit()))
    {
        form.refuse("postcode", "邮编是 6 位数字，请核对后重新填写，没有可以不填。");
    }
    let department = kind == OrganizationKind::Department;
    let base = kind == OrganizationKind::Base;
    let profile = Profile {
        certificate_name: kept.certificate_name.clone(),
        area_code,
        nature,
        industry,
        legal_person: form.optional("legal_person", "法定代表人", 50),
        contact: form.required("contact", "联系人", 2..=50),
        phone: required_telephone(form),
        address: form.required("address", "地址", 2..=100),
        postcode,
        staff: form.optional_integer("staff", "职工总数", 0..=1_000_000),
        professionals: form.optional_integer("professionals", "专技人员数", 0..=1_000_000),
        series: if department {
            form.choices("series", "主管系列", &codes(&TITLE_SERIES)).join(",")
        } else {
            kept.series.clone()
        },
        base: base.then(|| read_base(form, subjects)),
    };
    Typed { name, credit_code, profile }
}

fn required_telephone(form: &mut Form) -> String {
    let phone = contact::telephone(form, "phone", "联系电话");
    if phone.is_empty() {
        form.refuse("phone", "请填写联系电话。");
    }
    phone
}

fn read_base(form: &mut Form, subjects: &[Choice]) -> Base {
    const MOST: i64 = 1_000_000;
    let subjects: Vec<&str> = subjects.iter().map(|one| one.value.as_str()).collect();
    let base = Base {
        host: form.required("host", "依托单位", 2..=60),
        level: form.choice("level", "级别", &codes(&BASE_LEVELS)),
        recognized_by: form.optional("recognized_by", "认定机构", 60),
        document_number: form.optional("document_number", "认定文号", 60),
        recognized_on: form.optional_date("recognized_on", "认定日期"),
        valid_until: form.optional_date("valid_until", "有效期至"),
        fields: form.choices("fields", "培训领域", &codes(&TITLE_SERIES)).join(","),
        categories: form.choices("categories", "科目", &subjects).join(","),
        forms: form.choices("forms", "培训形式", &codes(&TRAINING_FORMS)).join(","),
        area: form.optional_integer("area", "场地面积", 0..=MOST),
        seats: form.optional_integer("seats", "座位数", 0..=MOST),
        full_time: form.optional_integer("full_time", "专职教师数", 0..=MOST),
        part_time: form.optional_integer("part_time", "兼职教师数", 0..=MOST),
        managers: form.optional_integer("managers", "管理人员数", 0..=MOST),
        website: form.optional("website", "网络平台网址", 200),
        fee: form.optional("fee", "收费标准", 200),
        head: form.required("head", "负责人", 2..=50),
    };
    if base.fields.is_empty() {
        form.refuse("fields", "请至少勾选一个培训领域。");
    }
    if base.categories.is_empty() {
        form.refuse("categories", "请至少勾选一个科目。");
    }
    if !base.website.is_empty()
        && !base.website.starts_with("https://")
        && !base.website.starts_with("http://")
    {
        form.refuse("website", "网络平台网址请以 http:// 或 https:// 开头，没有可以不填。");
    }
    if !base.recognized_on.is_empty()
        && !base.valid_until.is_empty()
        && base.valid_until < base.recognized_on
    {
        form.refuse("valid_until", "有效期至早于认定日期，请核对。");
    }
    base
}

/// Puts what is recorded into a form.
pub fn fill(form: &mut Form, name: &str, credit_code: &str, profile: &Profile) {
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let list = |text: &str| {
        text.split(',').filter(|c| !c.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    for (field, value) in [
        ("name", name),
        ("credit_code", credit_code),
        ("area_code", &profile.area_code),
        ("nature", &profile.nature),
        ("industry", &profile.industry),
        ("legal_person", &profile.legal_person),
        ("contact", &profile.contact),
        ("phone", &profile.phone),
        ("address", &profile.address),
        ("postcode", &profile.postcode),
    ] {
        form.set(field, value);
    }
    form.set("staff", number(profile.staff));
    form.set("professionals", number(profile.professionals));
    form.set_list("series", list(&profile.series));
    let Some(base) = &profile.base else { return };
    for (field, value) in [
        ("host", &base.host),
        ("level", &base.level),
        ("recognized_by", &base.recognized_by),
        ("document_number", &base.document_number),
        ("recognized_on", &base.recognized_on),
        ("valid_until", &base.valid_until),
        ("website", &base.website),
        ("fee", &base.fee),
        ("head", &base.head),
    ] {
        form.set(field, value.as_str());
    }
    for (field, value) in [
        ("area", base.area),
        ("seats", base.seats),
        ("full_time", base.full_time),
        ("part_time", base.part_time),
        ("managers", base.managers),
    ] {
        form.set(field, number(value));
    }
    form.set_list("fields", list(&base.fields));
    form.set_list("categories", list(&base.categories));
    form.set_list("forms", list(&base.forms));
}

/// What is recorded, as (label, value, whole row), in the order of the form.
pub fn facts(
    kind: OrganizationKind,
    name: &str,
    credit_code: &str,
    profile: &Profile,
) -> Vec<(&'static str, String, bool)> {
    let number = |n: Option<i64>, unit: &str| n.map(|n| format!("{n} {unit}")).unwrap_or_default();
    let mut facts = vec![
        ("单位名称", name.to_owned(), false),
        ("信用代码", credit_code.to_owned(), false),
        ("单位性质", ORGANIZATION_NATURES.label(&profile.nature).to_owned(), false),
        ("行业", INDUSTRIES.label(&profile.industry).to_owned(), false),
        ("所属区域", profile.area_code.clone(), false),
        ("法定代表人", profile.legal_person.clone(), false),
        ("联系人", profile.contact.clone(), false),
        ("联系电话", profile.phone.clone(), false),
        ("邮编", profile.postcode.clone(), false),
        ("职工总数", number(profile.staff, "人"), false),
        ("自报专技人员", number(profile.professionals, "人"), false),
    ];
    if kind == OrganizationKind::Department {
        facts.push(("主管系列", TITLE_SERIES.labels_of(&profile.series), true));
    }
    if let Some(base) = &profile.base {
        facts.extend([
            ("依托单位", base.host.clone(), false),
            ("级别", BASE_LEVELS.label(&base.level).to_owned(), false),
            ("认定机构", base.recognized_by.clone(), false),
            ("认定文号", base.document_number.clone(), false),
            ("认定日期", base.recognized_on.clone(), false),
            ("有效期至", base.valid_until.clone(), false),
            ("负责人", base.head.clone(), false),
            ("科目", SUBJECTS.labels_of(&base.categories), false),
            ("培训形式", TRAINING_FORMS.labels_of(&base.forms), false),
            ("场地面积", number(base.area, "平方米"), false),
            ("座位数", number(base.seats, "个"), false),
            ("专职教师", number(base.full_time, "人"), false),
            ("兼职教师", number(base.part_time, "人"), false),
            ("管理人员", number(base.managers, "人"), false),
            ("网络平台", base.website.clone(), true),
            ("收费标准", base.fee.clone(), true),
            ("培训领域", TITLE_SERIES.labels_of(&base.fields), true),
        ]);
    }
    facts.push(("地址", profile.address.clone(), true));
    facts
}
