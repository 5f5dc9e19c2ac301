//! People (专业技术人员): created, changed, versioned and indexed here and only here.

/// The reported columns, which `person` and `person_version` share; statements are constants.
macro_rules! columns {
    () => {
        "name, sex, born, nation, political, education, degree, series, level, title, titled_on, \
         title_certificate, school, major, graduated_on, started_work_on, position, phone, email, \
         note, organization_id, department_id, internal_department_id, state, native_place, \
         employment, address"
    };
}

/// The same of one alias but for the department, as a row value.
macro_rules! columns_of {
    ($a:literal) => {
        columns_of!(@ $a, "name", "sex", "born", "nation", "political", "education", "degree",
            "series", "level", "title", "titled_on", "title_certificate", "school", "major",
            "graduated_on", "started_work_on", "position", "phone", "email", "note",
            "organization_id", "internal_department_id", "state", "native_place", "employment",
            "address")
    };
    (@ $a:literal, $first:literal $(, $rest:literal)*) => {
        concat!($a, ".", $first $(, ", ", $a, ".", $rest)*)
    };
}

mod brief;
mod claims;
mod create;
pub mod form;
mod many;
pub mod mark;
mod moving;
pub mod record;
mod remove;
mod update;

pub use brief::{PersonBrief, brief, by_number, full_number, identity, in_scope};
pub(crate) use claims::{is_his, part};
pub(crate) use create::insert_many;
pub use create::{NewPerson, create, create_many};
pub use many::{Change, change_many};
pub use moving::{LEFT, Moved, move_all, move_to, regroup};
pub(crate) use remove::holds;
pub use remove::{remove, tidy};
pub use update::{change, change_contact, fields, place, recorded, relocate, reported, update};

use kit::dictionary;
use serde::{Deserialize, Serialize};

/// How a person came to exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Import,
    Registration,
    Form,
    Demo,
}

impl Origin {
    /// As stored in `person.origin`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Registration => "registration",
            Self::Form => "form",
            Self::Demo => "demo",
        }
    }

    /// The cause of the first version: `import:3`, `form`.
    fn cause(self, number: Option<i64>) -> String {
        match number {
            Some(number) => format!("{}:{number}", self.key()),
            None => self.key().to_owned(),
        }
    }
}

/// What is recorded of a person beside his identity, unit and state. Coded fields hold codes of
/// `kit::dictionary`; days are `YYYY-MM-DD` or `YYYY-MM`; empty means unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Fields {
    pub name: String,
    /// `NATIONS`
    pub nation: String,
    /// `POLITICAL_STATUSES`
    pub political: String,
    /// `EDUCATIONS`
    pub education: String,
    /// `DEGREES`
    pub degree: String,
    /// `TITLE_SERIES`; `00` is 无职称
    pub series: String,
    /// `TITLE_LEVELS`; empty without a title
    pub level: String,
    pub title: String,
    pub titled_on: String,
    pub title_certificate: String,
    pub school: String,
    pub major: String,
    pub graduated_on: String,
    pub started_work_on: String,
    pub position: String,
    pub phone: String,
    pub email: String,
    pub note: String,
    /// 籍贯
    pub native_place: String,
    /// `EMPLOYMENTS`
    pub employment: String,
    /// 通讯地址
    pub address: String,
}

impl Fields {
    /// A name and nothing else; without a title.
    pub fn named(name: impl Into<String>) -> Self {
        let empty = String::new;
        Self {
            name: name.into(),
            nation: empty(),
            political: empty(),
            education: empty(),
            degree: empty(),
            series: dictionary::WITHOUT_TITLE.to_owned(),
            level: empty(),
            title: empty(),
            titled_on: empty(),
            title_certificate: empty(),
            school: empty(),
            major: empty(),
            graduated_on: empty(),
            started_work_on: empty(),
            position: empty(),
            phone: empty(),
            email: empty(),
            note: empty(),
            native_place: empty(),
            employment: empty(),
            address: empty(),
        }
    }
}

/// What to do with somebody who is recorded as 调出 and comes back (外县调入).
pub const BACK: &str = "请本人用原来的账号登录，发起“人员调转”转入本单位，学时记录随人保留；本人办不了的，请单位联系人社局";

/// 男 or 女, from the stored sex.
pub fn sex_label(stored: &str) -> &'static str {
    if stored == "female" { "女" } else { "男" }
}

/// 在职 … 去世, from the stored state.
pub fn state_label(stored: &str) -> &'static str {
    match stored {
        "rehired" => "返聘",
        "retired" => "退休",
        "left" => "离职",
        "moved" => "调出",
        "deceased" => "去世",
        _ => "在职",
    }
}

/// (stored state, label, tag class), for list columns and filters.
pub const STATE_TAGS: &[(&str, &str, &str)] = &[
    ("serving", "在职", "pass"),
    ("rehired", "返聘", "pass"),
    ("retired", "退休", "off"),
    ("left", "离职", "off"),
    ("moved", "调出", "off"),
    ("deceased", "去世", "off"),
];
