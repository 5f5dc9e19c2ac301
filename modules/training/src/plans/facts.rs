//! A plan in lines and a course table, old → new where it changes another version.

use credit_hours::category::Category;
use kit::dictionary::{TITLE_SERIES, TRAINING_FORMS};
use kit::review::{Fact, Table, TableCell};

use super::content::{Content, Course, assessment, dates, fee_text};
use super::typed::Typed;

/// (label, value, over the whole width) of everything but the courses.
fn lines(content: &Content) -> Vec<(&'static str, String, bool)> {
    let fields: Vec<&str> = content.fields.iter().map(|code| TITLE_SERIES.label(code)).collect();
    vec![
        ("培训名称", content.title.clone(), true),
        ("年度", content.year.to_string(), false),
        ("科目类别", content.category_name.clone(), false),
        ("培训形式", TRAINING_FORMS.label(&content.form).to_owned(), false),
        ("期数", format!("第 {} 期", content.session), false),
        ("起止日期", dates(&content.begins_on, &content.ends_on), false),
        ("报名截止", content.signup_until.clone(), false),
        ("培训地点", content.place.clone(), false),
        ("学习网址", content.url.clone(), false),
        ("总学时", format!("{} 学时", content.hours), false),
        ("计划人数", format!("{} 人", content.capacity), false),
        ("收费标准", fee_text(content.fee), false),
        ("收费依据", content.fee_basis.clone(), false),
        ("考核方式", assessment(&content.assessment).to_owned(), false),
        ("教材", content.materials.clone(), false),
        ("负责人", content.manager.clone(), false),
        ("联系电话", content.phone.clone(), false),
        ("对应职称系列", fields.join("、"), true),
        ("培训对象", content.audience.clone(), true),
        ("培训目标", content.goal.clone(), true),
    ]
}

/// The lines of the detail; `former` is what a change replaces.
pub fn of(content: &Content, former: Option<&Content>) -> Vec<Fact> {
    let before = former.map(lines);
    let fact = |(at, (label, value, wide)): (usize, (&str, String, bool))| {
        let old = before.as_ref().map(|before| before[at].1.clone());
        if value.is_empty() && old.as_ref().is_none_or(String::is_empty) {
            return None;
        }
        let fact = match old {
            Some(old) if old != value => Fact::changed(label, old, value),
            _ => Fact::new(label, value),
        };
        Some(if wide { fact.wide() } else { fact })
    };
    lines(content).into_iter().enumerate().filter_map(fact).collect()
}

/// What has been written so far.
pub fn of_typed(typed: &Typed, categories: &[Category]) -> Vec<Fact> {
    let value = |name: &str| typed.value(name).trim().to_owned();
    let category = categories.iter().find(|one| one.id.to_string() == value("category"));
    let fields: Vec<&str> = typed.fields.iter().map(|code| TITLE_SERIES.label(code)).collect();
    let some = [
        ("培训名称", value("title"), true),
        ("科目类别", category.map(|one| one.name.clone()).unwrap_or_default(), false),
        ("培训形式", TRAINING_FORMS.label(&value("form")).to_owned(), false),
        ("起止日期", dates(&typed.day("begins_on"), &typed.day("ends_on")), false),
        ("报名截止", value("signup_until"), false),
        ("培训地点", value("place"), false),
        ("学习网址", value("url"), false),
        ("总学时", format!("{} 学时", typed.sum()), false),
        ("计划人数", value("capacity"), false),
        ("收费标准", value("fee"), false),
        ("考核方式", assessment(&value("assessment")).to_owned(), false),
        ("负责人", value("manager"), false),
        ("联系电话", value("phone"), false),
        ("对应职称系列", fields.join("、"), true),
        ("培训对象", value("audience"), true),
        ("培训目标", value("goal"), true),
    ];
    let filled = some.into_iter().filter(|(_, value, _)| !value.is_empty());
    filled
        .map(|(label, value, wide)| {
            let fact = Fact::new(label, value);
            if wide { fact.wide() } else { fact }
        })
        .collect()
}

const COLUMNS: [(&str, &str); 5] =
    [("日期", "nowrap"), ("课程", ""), ("主讲教师", ""), ("职称/单位", ""), ("学时", "num")];

fn cells(course: &Course) -> [String; 5] {
    [
        course.day.clone(),
        course.title.clone(),
        course.teacher.clone(),
        course.teacher_title.clone(),
        course.hours.to_string(),
    ]
}

/// 课程表 in order of day, with its sum; what a change adds, alters or takes out is marked.
pub fn table(content: &Content, former: Option<&Content>) -> Table {
    let mut table = Table::new("课程表", &COLUMNS);
    for (old, new) in pairs(former, content) {
        let row = match (old, new) {
            (None, Some(new)) if former.is_some() => {
                cells(new).map(|text| TableCell::changed("", text)).to_vec()
            }
            (Some(old), Some(new)) => {
                let both = cells(old).into_iter().zip(cells(new));
                both.map(|(old, new)| TableCell::changed(old, new)).collect()
            }
            (None, Some(new)) => cells(new).map(TableCell::new).to_vec(),
            (Some(old), None) => cells(old).map(|text| TableCell::changed(text, "")).to_vec(),
            (None, None) => continue,
        };
        table.rows.push(row);
    }
    let sum = content.sum().to_string();
    let sum = match former {
        Some(former) => TableCell::changed(former.sum().to_string(), sum),
        None => TableCell::new(sum),
    };
    let blank = || TableCell::new("");
    table.rows.push(vec![TableCell::new("合计"), blank(), blank(), blank(), sum]);
    table
}

/// The same of what has been written so far.
pub fn table_of_typed(typed: &Typed) -> Table {
    let mut table = Table::new("课程表", &COLUMNS);
    for row in typed.courses.iter().filter(|row| !row.is_blank()) {
        let texts = [&row.day, &row.title, &row.teacher, &row.teacher_title, &row.hours];
        table.rows.push(texts.map(|text| TableCell::new(text.as_str())).to_vec());
    }
    let blank = || TableCell::new("");
    let sum = TableCell::new(typed.sum().to_string());
    table.rows.push(vec![TableCell::new("合计"), blank(), blank(), blank(), sum]);
    table
}

type Pair<'c> = (Option<&'c Course>, Option<&'c Course>);

/// Old and new lines that are the same course: equal ones first, then those of one title, then
/// those at one place of one day. What is left over was taken out or added.
fn pairs<'c>(former: Option<&'c Content>, content: &'c Content) -> Vec<Pair<'c>> {
    let old: &[Course] = former.map_or(&[], |former| &former.courses);
    let mut partner: Vec<Option<usize>> = vec![None; content.courses.len()];
    let mut taken = vec![false; old.len()];
    let alike: [fn(&Course, &Course) -> bool; 3] = [
        |one, other| one == other,
        |one, other| one.title == other.title,
        |one, other| one.day == other.day && one.hours == other.hours,
    ];
    for same in alike {
        for (at, new) in content.courses.iter().enumerate() {
            if partner[at].is_some() {
                continue;
            }
            let found = old.iter().enumerate().find(|(n, old)| !taken[*n] && same(old, new));
            if let Some((n, _)) = found {
                taken[n] = true;
                partner[at] = Some(n);
            }
        }
    }
    let kept = content.courses.iter().zip(&partner);
    let mut pairs: Vec<Pair<'c>> =
        kept.map(|(new, partner)| (partner.map(|n| &old[n]), Some(new))).collect();
    let gone = old.iter().zip(&taken).filter(|(_, taken)| !**taken);
    pairs.extend(gone.map(|(old, _)| (Some(old), None)));
    pairs.sort_by_key(|(old, new)| new.or(*old).map(|course| course.day.clone()));
    pairs
}

#[cfg(test)]
mod tests {
    use kit::Hours;

    use super::{Content, Course, of, table};

    fn content(courses: &[(&str, &str, i64)]) -> Content {
        let course = |(day, title, hours): &(&str, &str, i64)| Course {
            day: (*day).to_owned(),
            title: (*title).to_owned(),
            teacher: "王老师".to_owned(),
            teacher_title: String::new(),
            hours: Hours::whole(*hours),
        };
        let mut content: Content = serde_json::from_value(serde_json::json!({
            "version_id": 1, "plan": 1, "version": 2, "base": 5, "base_name": "基地", "year": 2026,
            "title": "班", "category": 1, "category_name": "公需科目", "fields": ["04"], "goal": "",
            "audience": "医师", "capacity": 50, "form": "onsite", "session": 1,
            "begins_on": "2026-12-01", "ends_on": "2026-12-02", "signup_until": "2026-11-30",
            "place": "一楼", "url": "", "hours": 0, "assessment": "exam", "courses": [],
            "materials": "", "fee": 0, "fee_basis": "", "manager": "李", "phone": "", "files": []
        }))
        .unwrap();
        content.courses = courses.iter().map(course).collect();
        content.hours = content.sum();
        content
    }

    #[test]
    fn a_change_marks_lines_that_are_new_altered_or_gone() {
        let old =
            content(&[("2026-12-01", "甲", 4), ("2026-12-01", "乙", 4), ("2026-12-02", "丙", 6)]);
        let new =
            content(&[("2026-12-01", "甲", 4), ("2026-12-02", "乙", 4), ("2026-12-02", "丁", 2)]);
        let table = table(&new, Some(&old));
        let texts: Vec<Vec<(Option<&str>, &str)>> = table
            .rows
            .iter()
            .map(|row| row.iter().map(|c| (c.before.as_deref(), c.text.as_str())).collect())
            .collect();
        assert_eq!(texts[0][1], (Some("甲"), "甲"));
        assert_eq!(texts[1][..2], [(Some("2026-12-01"), "2026-12-02"), (Some("乙"), "乙")]);
        assert_eq!(texts[2][1], (Some(""), "丁"));
        assert_eq!(texts[3][1], (Some("丙"), ""));
        assert_eq!(texts[4][4], (Some("14"), "10"));
        let facts = of(&new, Some(&old));
        let changed: Vec<&str> =
            facts.iter().filter(|f| f.before.is_some()).map(|f| f.label.as_str()).collect();
        assert_eq!(changed, ["总学时"]);
    }

    #[test]
    fn a_first_version_marks_nothing() {
        let table = table(&content(&[("2026-12-01", "甲", 4)]), None);
        assert!(table.rows.iter().flatten().all(|cell| cell.before.is_none()));
    }
}
