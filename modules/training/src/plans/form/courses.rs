//! The course table of a plan's form, line by line.

use kit::{Form, Hours, day};
use time::Date;

use crate::plans::content::{Content, Course, PER_DAY};
use crate::plans::typed::{Row, Typed};

/// The course table: its lines, at most 8 hours a day, within the class's days.
pub fn read(form: &mut Form, begins: Option<Date>, ends: Option<Date>) -> Vec<Course> {
    let rows = Typed::of(form).courses;
    let filled = rows.iter().enumerate().filter(|(_, row)| !row.is_blank());
    let mut courses: Vec<Course> =
        filled.map(|(at, row)| course(form, row, at + 1, (begins, ends))).collect();
    if courses.is_empty() {
        form.refuse("courses", "请填写课程表，至少一行：哪天、什么课、谁来讲、多少学时。");
    }
    let long = Content::long_days_of(&courses);
    if let Some((day, hours)) = long.first() {
        form.refuse(
            "courses",
            format!(
                "{day} 的课程共 {hours} 学时，一天最多 {PER_DAY} 学时。请改学时或改到别的日期。"
            ),
        );
    }
    // in order of day; the order within a day is the form's
    courses.sort_by(|one, other| one.day.cmp(&other.day));
    courses
}

/// Trimmed as `Form::text` trims a box.
fn plain(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{3000}')
}

/// Control characters, and the marks that turn the direction of what stands around them.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line; `number` is what the form calls it.
fn course(
    form: &mut Form,
    row: &Row,
    number: usize,
    (begins, ends): (Option<Date>, Option<Date>),
) -> Course {
    let mut refuse = |column: &str, sentence: String| {
        form.refuse(&format!("course_{column}-{number}"), format!("第 {number} 行{sentence}"));
    };
    let day = day::parse_date(plain(&row.day));
    match day {
        None if plain(&row.day).is_empty() => refuse("day", "没有填日期。".to_owned()),
        None => refuse("day", format!("的日期“{}”不是日期。", plain(&row.day))),
        Some(day) => {
            if begins.is_some_and(|begins| day < begins) || ends.is_some_and(|ends| day > ends) {
                let day = day::date_text(day);
                refuse("day", format!("的日期 {day} 不在培训起止日期之内。"));
            }
        }
    }
    for (column, label, text, least, most) in [
        ("title", "课程", &row.title, 1, 100),
        ("teacher", "主讲教师", &row.teacher, 1, 30),
        ("teacher_title", "职称或单位", &row.teacher_title, 0, 60),
    ] {
        let count = plain(text).chars().count();
        if count < least {
            refuse(column, format!("没有填{label}。"));
        } else if count > most {
            refuse(column, format!("的{label}最多 {most} 个字，现在有 {count} 个。"));
        } else if plain(text).chars().any(unseen) {
            let why = format!("的{label}里有看不见的控制字符，请删去后重新填写。");
            refuse(column, why);
        }
    }
    let hours = match Hours::parse(&row.hours) {
        Ok(hours) if hours.is_zero() => {
            refuse("hours", "的学时要大于 0。".to_owned());
            Hours::ZERO
        }
        Ok(hours) if hours > PER_DAY => {
            refuse("hours", format!("有 {hours} 学时，一天最多 {PER_DAY} 学时。"));
            hours
        }
        Ok(hours) => hours,
        Err(error) => {
            let why = error.to_string();
            refuse("hours", format!("：{}。", why.trim_end_matches('。')));
            Hours::ZERO
        }
    };
    Course {
        day: day.map(day::date_text).unwrap_or_default(),
        title: plain(&row.title).to_owned(),
        teacher: plain(&row.teacher).to_owned(),
        teacher_title: plain(&row.teacher_title).to_owned(),
        hours,
    }
}
