//! A plan's form as it was typed: kept with a draft, drawn again, copied from what was submitted.

mod bounds;

use std::collections::BTreeMap;

use kit::{Form, Hours, day};
use serde::{Deserialize, Serialize};

use super::content::{Content, Course};

pub use bounds::bounded;

/// The form as typed, whatever is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Boxes that take one value.
    pub values: BTreeMap<String, String>,
    /// 培训领域, the ticked ones.
    pub fields: Vec<String>,
    pub courses: Vec<Row>,
}

/// A line of the course table as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    pub day: String,
    pub title: String,
    pub teacher: String,
    pub teacher_title: String,
    pub hours: String,
}

/// Boxes that take one value.
const KEPT: [&str; 18] = [
    "title",
    "category",
    "form",
    "session",
    "goal",
    "audience",
    "capacity",
    "begins_on",
    "ends_on",
    "signup_until",
    "place",
    "url",
    "assessment",
    "materials",
    "fee",
    "fee_basis",
    "manager",
    "phone",
];

/// Lines of the course table at most.
pub const MOST_ROWS: usize = 200;
/// Empty lines a new table begins with.
const BLANK_ROWS: usize = 3;

/// What a button of the course table asks for; lines count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// So many empty lines at the end.
    Add(usize),
    /// An empty line below this one.
    Insert(usize),
    Remove(usize),
    Up(usize),
    Down(usize),
}

impl Move {
    /// `row-add:5`, `row-remove:2`
    pub fn read(act: &str) -> Option<Self> {
        let (word, at) = act.split_once(':')?;
        let at: usize = at.parse().ok()?;
        Some(match word {
            "row-add" => Self::Add(at.clamp(1, 20)),
            "row-insert" => Self::Insert(at),
            "row-remove" => Self::Remove(at),
            "row-up" => Self::Up(at),
            "row-down" => Self::Down(at),
            _ => return None,
        })
    }
}

impl Row {
    pub fn is_blank(&self) -> bool {
        [&self.day, &self.title, &self.teacher, &self.teacher_title, &self.hours]
            .iter()
            .all(|text| text.trim().is_empty())
    }
}

impl Typed {
    /// Takes over what was typed, of the course table the first `MOST_ROWS` lines: see `bounded`.
    pub fn of(form: &Form) -> Self {
        let values = KEPT.iter().filter(|name| !form.list(name).is_empty());
        let columns = COLUMNS.map(|name| form.list(name));
        let count = columns.iter().map(|column| column.len()).max().unwrap_or(0).min(MOST_ROWS);
        let cell = |of: usize, at: usize| columns[of].get(at).cloned().unwrap_or_default();
        let row = |at| Row {
            day: cell(0, at),
            title: cell(1, at),
            teacher: cell(2, at),
            teacher_title: cell(3, at),
            hours: cell(4, at),
        };
        Self {
            values: values.map(|name| ((*name).to_owned(), form.raw(name).to_owned())).collect(),
            fields: form.list("fields").iter().filter(|code| !code.is_empty()).cloned().collect(),
            courses: (0..count).map(row).collect(),
        }
    }

    /// The form that draws it.
    pub fn form(&self) -> Form {
        let mut form = Form::new();
        for (name, value) in &self.values {
            form.set(name, value.as_str());
        }
        form.set_list("fields", self.fields.iter().cloned());
        form
    }

    /// What was submitted, to be changed.
    pub fn of_content(content: &Content) -> Self {
        let fee = format!("{}.{:02}", content.fee / 100, content.fee % 100);
        let value = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        Self {
            values: BTreeMap::from([
                value("title", &content.title),
                value("category", &content.category.to_string()),
                value("form", &content.form),
                value("session", &content.session.to_string()),
                value("goal", &content.goal),
                value("audience", &content.audience),
                value("capacity", &content.capacity.to_string()),
                value("begins_on", &content.begins_on),
                value("ends_on", &content.ends_on),
                value("signup_until", &content.signup_until),
                value("place", &content.place),
                value("url", &content.url),
                value("assessment", &content.assessment),
                value("materials", &content.materials),
                value("fee", if content.fee == 0 { "0" } else { &fee }),
                value("fee_basis", &content.fee_basis),
                value("manager", &content.manager),
                value("phone", &content.phone),
            ]),
            fields: content.fields.clone(),
            courses: content.courses.iter().map(row_of).collect(),
        }
    }

    /// The same for another class: everything but its days, and the next 期.
    pub fn copied(mut self) -> Self {
        for name in ["begins_on", "ends_on", "signup_until"] {
            self.values.remove(name);
        }
        for row in &mut self.courses {
            row.day.clear();
        }
        let session = self.value("session").trim().parse::<i64>().unwrap_or(1);
        self.values.insert("session".to_owned(), (session + 1).to_string());
        self
    }

    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Adds, removes or moves a line. A new line goes on with the day above it.
    pub fn shift(&mut self, wanted: Move) {
        let count = self.courses.len();
        match wanted {
            Move::Add(more) => {
                for _ in 0..more.min(MOST_ROWS.saturating_sub(count)) {
                    self.courses.push(Row::default());
                }
            }
            Move::Insert(at) if at < count && count < MOST_ROWS => {
                let day = self.courses[at].day.clone();
                self.courses.insert(at + 1, Row { day, ..Row::default() });
            }
            Move::Remove(at) if at < count => {
                self.courses.remove(at);
            }
            Move::Up(at) if at > 0 && at < count => self.courses.swap(at - 1, at),
            Move::Down(at) if at + 1 < count => self.courses.swap(at, at + 1),
            Move::Insert(_) | Move::Remove(_) | Move::Up(_) | Move::Down(_) => {}
        }
    }

    /// The lines to draw: a new table has a few empty ones.
    pub fn rows(&self) -> Vec<Row> {
        if self.courses.is_empty() {
            return vec![Row::default(); BLANK_ROWS];
        }
        self.courses.clone()
    }

    /// What the lines add up to, of those that are numbers.
    pub fn sum(&self) -> Hours {
        self.courses.iter().filter_map(|row| Hours::parse(&row.hours).ok()).sum()
    }

    /// A typed day as stored; empty if it is none.
    pub fn day(&self, name: &str) -> String {
        day::parse_date(self.value(name).trim()).map(day::date_text).unwrap_or_default()
    }
}

/// The repeated boxes of a line, in order.
pub const COLUMNS: [&str; 5] =
    ["course_day", "course_title", "course_teacher", "course_teacher_title", "course_hours"];

fn row_of(course: &Course) -> Row {
    Row {
        day: course.day.clone(),
        title: course.title.clone(),
        teacher: course.teacher.clone(),
        teacher_title: course.teacher_title.clone(),
        hours: course.hours.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use kit::{Form, Hours};

    use super::{Move, Row, Typed};

    fn three() -> Typed {
        let mut form = Form::new();
        let list = |texts: [&str; 3]| texts.map(str::to_owned);
        form.set_list("course_day", list(["2026-12-01", "2026-12-01", "2026-12-02"]));
        form.set_list("course_title", list(["甲", "乙", "丙"]));
        form.set_list("course_hours", list(["4", "3.5", "四"]));
        Typed::of(&form)
    }

    fn titles(typed: &Typed) -> String {
        typed.courses.iter().map(|row| row.title.as_str()).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn lines_are_added_removed_and_moved_as_typed() {
        let mut typed = three();
        assert_eq!((titles(&typed).as_str(), typed.sum()), ("甲,乙,丙", Hours::from_tenths(75)));
        for (act, after) in [
            ("row-down:0", "乙,甲,丙"),
            ("row-up:2", "乙,丙,甲"),
            ("row-insert:0", "乙,,丙,甲"),
            ("row-remove:1", "乙,丙,甲"),
            ("row-up:0", "乙,丙,甲"),
            ("row-down:9", "乙,丙,甲"),
            ("row-remove:9", "乙,丙,甲"),
            ("row-add:2", "乙,丙,甲,,"),
        ] {
            typed.shift(Move::read(act).unwrap());
            assert_eq!(titles(&typed), after, "{act}");
        }
        assert_eq!(Move::read("row-add:x"), None);
        assert_eq!(Move::read("save"), None);
        typed.shift(Move::Insert(0));
        assert_eq!(typed.courses[1], Row { day: "2026-12-01".to_owned(), ..Row::default() });
    }

    #[test]
    fn a_copy_has_no_days_and_is_the_next_session() {
        let mut typed = three();
        typed.values.insert("session".to_owned(), "2".to_owned());
        typed.values.insert("begins_on".to_owned(), "2026-12-01".to_owned());
        let copy = typed.copied();
        assert_eq!((copy.value("session"), copy.value("begins_on")), ("3", ""));
        assert!(copy.courses.iter().all(|row| row.day.is_empty()));
        assert_eq!(titles(&copy), "甲,乙,丙");
    }
}
