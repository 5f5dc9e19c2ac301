//! A plan's form: the rules of domain.md §3.10, field by field and line by line.

mod courses;

use accounts::contact;
use credit_hours::category::Category;
use kit::dictionary::{Entry, TITLE_SERIES, TRAINING_FORMS, WITHOUT_TITLE};
use kit::{FileId, Form, OrganizationId, day};
use serde::Serialize;
use time::Date;

use super::content::{ASSESSMENTS, Content};

/// Most that may be asked of a trainee, in fen.
const MOST_FEE: i64 = 10_000_000;

/// What stands beside the form.
pub struct Basis {
    pub version_id: i64,
    pub plan: i64,
    pub version: i64,
    pub base: OrganizationId,
    pub base_name: String,
    pub replaces: Option<i64>,
    pub files: Vec<FileId>,
    pub categories: Vec<Category>,
    /// How many have signed up: a change cannot go below.
    pub signed: i64,
    pub today: Date,
    /// Of a change: the first day as approved, which may have passed; else empty.
    pub begins_on: String,
}

/// An option of a drop-down.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    value: String,
    label: String,
}

/// What the form offers.
#[derive(Debug, Serialize)]
pub struct Offered {
    categories: Vec<Choice>,
    forms: Vec<Choice>,
    fields: Vec<Choice>,
    assessments: Vec<Choice>,
}

fn choice(value: impl ToString, label: &str) -> Choice {
    Choice { value: value.to_string(), label: label.to_owned() }
}

/// 对应系列: every series of titles.
fn series() -> impl Iterator<Item = &'static Entry> {
    TITLE_SERIES.entries.iter().filter(|entry| entry.code != WITHOUT_TITLE)
}

pub fn offered(categories: &[Category]) -> Offered {
    Offered {
        categories: categories.iter().map(|one| choice(one.id, &one.name)).collect(),
        forms: TRAINING_FORMS.entries.iter().map(|e| choice(e.code, e.label)).collect(),
        fields: series().map(|e| choice(e.code, e.label)).collect(),
        assessments: ASSESSMENTS.iter().map(|(code, label)| choice(code, label)).collect(),
    }
}

/// Reads a form that is to be submitted; refused by field and by line (`course_day-1`).
pub fn read(form: &mut Form, basis: Basis) -> Option<Content> {
    let title = form.required("title", "培训名称", 2..=100);
    let category = category(form, &basis.categories);
    let forms: Vec<&str> = TRAINING_FORMS.entries.iter().map(|e| e.code).collect();
    let kind = form.choice("form", "培训形式", &forms);
    let session = form.integer("session", "期数", 1..=99);
    let codes: Vec<&str> = series().map(|entry| entry.code).collect();
    let fields = form.choices("fields", "对应职称系列", &codes);
    if fields.is_empty() {
        form.refuse("fields", "请勾选对应的职称系列，至少一个。");
    }
    let goal = form.optional("goal", "培训目标", 500);
    let audience = form.required("audience", "培训对象", 2..=200);
    let capacity = capacity(form, basis.signed);
    let (begins, ends, until) = days(form, &basis);
    let (place, url) = places(form, &kind);
    let assessed: Vec<&str> = ASSESSMENTS.iter().map(|(code, _)| *code).collect();
    let assessment = form.choice("assessment", "考核方式", &assessed);
    let materials = form.optional("materials", "教材", 200);
    let (fee, fee_basis) = fee(form);
    let manager = form.required("manager", "负责人", 2..=30);
    let phone = telephone(form);
    let courses = courses::read(form, begins, ends);
    if form.refused() {
        return None;
    }
    let (category, category_name) = category?;
    let (begins, ends, until) = (begins?, ends?, until?);
    Some(Content {
        version_id: basis.version_id,
        plan: basis.plan,
        version: basis.version,
        base: basis.base,
        base_name: basis.base_name,
        year: ends.year(),
        title,
        category,
        category_name,
        fields,
        goal,
        audience,
        capacity: capacity?,
        form: kind,
        session: session?,
        begins_on: day::date_text(begins),
        ends_on: day::date_text(ends),
        signup_until: day::date_text(until),
        place,
        url,
        hours: courses.iter().map(|course| course.hours).sum(),
        assessment,
        courses,
        materials,
        fee: fee?,
        fee_basis,
        manager,
        phone,
        files: basis.files,
        replaces: basis.replaces,
    })
}

fn category(form: &mut Form, offered: &[Category]) -> Option<(i64, String)> {
    let typed = form.text("category");
    if typed.is_empty() {
        form.refuse("category", "请选择科目类别。");
        return None;
    }
    let found = offered.iter().find(|one| one.id.to_string() == typed);
    if found.is_none() {
        form.refuse("category", "科目类别不在可选内容中，请重新选择。");
    }
    found.map(|one| (one.id, one.name.clone()))
}

fn capacity(form: &mut Form, signed: i64) -> Option<i64> {
    let capacity = form.integer("capacity", "计划人数", 1..=9999)?;
    if capacity < signed {
        let sentence = format!("已有 {signed} 人报名，计划人数不能少于 {signed} 人。");
        form.refuse("capacity", sentence);
    }
    Some(capacity)
}

/// 开始, 结束, 报名截止
fn days(form: &mut Form, basis: &Basis) -> (Option<Date>, Option<Date>, Option<Date>) {
    let begins = form.date("begins_on", "开始日期");
    let ends = form.date("ends_on", "结束日期");
    let until = form.date("signup_until", "报名截止日期");
    if let (Some(begins), Some(ends)) = (begins, ends) {
        if ends < begins {
            form.refuse("ends_on", "结束日期不能早于开始日期。");
        } else if (ends - begins).whole_days() > 366 {
            form.refuse("ends_on", "一期培训最长一年，请检查起止日期。");
        }
    }
    if let (Some(begins), Some(until)) = (begins, until)
        && until > begins
    {
        let begins = day::date_text(begins);
        form.refuse("signup_until", format!("报名截止不能晚于开始日期 {begins}。"));
    }
    if let Some(begins) = begins.filter(|begins| *begins < basis.today) {
        let begins = day::date_text(begins);
        if begins != basis.begins_on {
            let why = format!(
                "开始日期 {begins} 已经过去。培训计划应在开班前申报，请改为今天或以后的日期。"
            );
            form.refuse("begins_on", why);
        }
    }
    (begins, ends, until)
}

/// Where it takes place: a room, an address, or both.
fn places(form: &mut Form, kind: &str) -> (String, String) {
    let place = match kind {
        "onsite" | "mixed" => form.required("place", "培训地点", 2..=100),
        _ => form.optional("place", "培训地点", 100),
    };
    let url = match kind {
        "online" | "mixed" => form.required("url", "学习网址", 8..=200),
        _ => form.optional("url", "学习网址", 200),
    };
    let web = url.starts_with("http://") || url.starts_with("https://");
    if !url.is_empty() && (!web || url.chars().any(char::is_whitespace)) {
        form.refuse("url", "学习网址请从 http:// 或 https:// 开始写完整，中间没有空格。");
    }
    (place, url)
}

fn fee(form: &mut Form) -> (Option<i64>, String) {
    let fen = match fen(&form.text("fee")) {
        Ok(fen) => Some(fen),
        Err(sentence) => {
            form.refuse("fee", sentence);
            None
        }
    };
    let basis = match fen {
        Some(1..) => form.required("fee_basis", "收费依据", 2..=200),
        _ => form.optional("fee_basis", "收费依据", 200),
    };
    (fen, basis)
}

/// Yuan as typed, in fen.
///
/// # Errors
/// A sentence for the field.
pub fn fen(typed: &str) -> Result<i64, &'static str> {
    const NUMBER: &str = "收费标准请填金额，最多两位小数，例如 120 或 120.50；免费填 0。";
    let plain: String = typed
        .chars()
        .map(kit::initials::half_width)
        .filter(|c| !c.is_whitespace() && *c != ',')
        .collect();
    let plain = plain.strip_suffix('元').unwrap_or(&plain);
    if plain.is_empty() {
        return Err("请填写收费标准，免费填 0。");
    }
    if plain.starts_with('-') {
        return Err("收费标准不能小于 0，免费填 0。");
    }
    let (yuan, rest) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || !digits(yuan) || !digits(rest) || rest.len() > 2 {
        return Err(NUMBER);
    }
    let yuan: i64 = yuan.parse().map_err(|_| NUMBER)?;
    let cents: i64 = format!("{rest:0<2}").parse().map_err(|_| NUMBER)?;
    match yuan.checked_mul(100).and_then(|fen| fen.checked_add(cents)) {
        Some(fen) if fen <= MOST_FEE => Ok(fen),
        _ => Err("收费标准每人最多 100000 元，请检查是否多写了数字。"),
    }
}

fn telephone(form: &mut Form) -> String {
    let phone = contact::telephone(form, "phone", "联系电话");
    if phone.is_empty() {
        form.refuse("phone", "请填写联系电话。");
    }
    phone
}

#[cfg(test)]
mod tests {
    use super::fen;

    #[test]
    fn yuan_are_read_as_people_type_them() {
        for (typed, fee) in [
            ("0", 0),
            ("120", 12_000),
            ("120.5", 12_050),
            (" １２０．05元", 12_005),
            ("1,200", 120_000),
        ] {
            assert_eq!(fen(typed), Ok(fee), "{typed}");
        }
        for typed in ["", "-1", "一百", "1.005", ".5", "1.2.3", "100000.01", "99999999999999999999"]
        {
            assert!(fen(typed).is_err(), "{typed}");
        }
    }
}
