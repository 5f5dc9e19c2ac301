//! Repeating records of a person (domain.md 3.1): further 学历学位 and 职称 beside the main ones of
//! `Fields`, 执(职)业资格, 学术技术称号.

mod form;
mod store;

pub use form::{FormField, fields, fill, read};
pub use store::{Stored, add, attach, change, files, of, one, remove};

use kit::dictionary::{DEGREES, Dictionary, EDUCATIONS, TITLE_LEVELS, TITLE_SERIES};
use serde::{Deserialize, Serialize};

/// What a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum Kind {
    Education,
    Title,
    Qualification,
    Honour,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Education, Self::Title, Self::Qualification, Self::Honour];

    /// As stored and in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Education => "education",
            Self::Title => "title",
            Self::Qualification => "qualification",
            Self::Honour => "honour",
        }
    }

    /// As the profile calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Education => "学历学位",
            Self::Title => "职称",
            Self::Qualification => "执（职）业资格",
            Self::Honour => "学术技术称号",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// One record as reported; days are `YYYY-MM-DD` or `YYYY-MM`, empty means unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Record {
    pub kind: Kind,
    /// `EDUCATIONS` or `TITLE_SERIES`
    pub class: String,
    /// `DEGREES` or `TITLE_LEVELS`; else as typed
    pub level: String,
    /// 毕业院校, 职称名称, 资格名称, 称号名称
    pub name: String,
    pub major: String,
    pub issuer: String,
    pub number: String,
    pub begun_on: String,
    pub got_on: String,
    /// `WAYS`
    pub way: String,
    pub appointed_on: String,
    pub valid_until: String,
}

/// 取得方式: (code, label)
pub const WAYS: &[(&str, &str)] =
    &[("review", "评审"), ("exam", "考试"), ("assessment", "考核认定"), ("confirmation", "确认")];

impl Record {
    pub fn new(kind: Kind) -> Self {
        let empty = String::new;
        Self {
            kind,
            class: empty(),
            level: empty(),
            name: empty(),
            major: empty(),
            issuer: empty(),
            number: empty(),
            begun_on: empty(),
            got_on: empty(),
            way: empty(),
            appointed_on: empty(),
            valid_until: empty(),
        }
    }

    /// (column, label, value as shown), in the order of the form.
    pub fn facts(&self) -> Vec<(&'static str, &'static str, String)> {
        let coded = |dictionary: &Dictionary, code: &str| {
            if code.is_empty() { String::new() } else { dictionary.label(code).to_owned() }
        };
        let way = WAYS.iter().find(|(code, _)| *code == self.way).map_or("", |(_, label)| label);
        match self.kind {
            Kind::Education => vec![
                ("class", "学历", coded(&EDUCATIONS, &self.class)),
                ("level", "学位", coded(&DEGREES, &self.level)),
                ("name", "毕业院校", self.name.clone()),
                ("major", "所学专业", self.major.clone()),
                ("begun_on", "入学时间", self.begun_on.clone()),
                ("got_on", "毕业时间", self.got_on.clone()),
                ("number", "证书编号", self.number.clone()),
            ],
            Kind::Title => vec![
                ("class", "职称系列", coded(&TITLE_SERIES, &self.class)),
                ("level", "职称等级", coded(&TITLE_LEVELS, &self.level)),
                ("name", "职称名称", self.name.clone()),
                ("major", "专业", self.major.clone()),
                ("way", "取得方式", way.to_owned()),
                ("got_on", "取得时间", self.got_on.clone()),
                ("number", "证书编号", self.number.clone()),
                ("issuer", "发证机构", self.issuer.clone()),
                ("appointed_on", "聘任时间", self.appointed_on.clone()),
            ],
            Kind::Qualification => vec![
                ("name", "资格名称", self.name.clone()),
                ("level", "等级", self.level.clone()),
                ("number", "证书编号", self.number.clone()),
                ("got_on", "取得时间", self.got_on.clone()),
                ("valid_until", "注册有效期至", self.valid_until.clone()),
                ("issuer", "发证机构", self.issuer.clone()),
            ],
            Kind::Honour => vec![
                ("name", "称号名称", self.name.clone()),
                ("issuer", "授予机构", self.issuer.clone()),
                ("got_on", "授予时间", self.got_on.clone()),
                ("number", "证书编号", self.number.clone()),
            ],
        }
    }

    /// What it is called: 大学本科（学士）, 副主任医师, 执业医师.
    pub fn heading(&self) -> String {
        match self.kind {
            Kind::Education => {
                let education = EDUCATIONS.label(&self.class);
                match self.level.as_str() {
                    "" | "0" => education.to_owned(),
                    degree => format!("{education}（{}）", DEGREES.label(degree)),
                }
            }
            _ => self.name.clone(),
        }
    }

    /// Everything filled in, in one line: 学历 大学本科，毕业院校 某大学.
    pub fn line(&self) -> String {
        let filled = self.facts().into_iter().filter(|(_, _, value)| !value.is_empty());
        filled.map(|(_, label, value)| format!("{label} {value}")).collect::<Vec<_>>().join("，")
    }
}
