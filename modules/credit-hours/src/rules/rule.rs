//! A conversion rule (折算规则) and its sentence.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use kit::dictionary::DECLARATION_LEVELS;
use kit::{Hours, Result};

use crate::read::kind_label;

/// What the hours of a rule are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum Unit {
    Item,
    /// One thing that goes on for years, once in each of them.
    Year,
    Day,
    HalfDay,
    Course,
    Module,
    /// A hundred characters.
    Hundred,
    /// The hours that a certificate or an approval states.
    Stated,
}

impl Unit {
    pub const ALL: [Self; 8] = [
        Self::Item,
        Self::Year,
        Self::Day,
        Self::HalfDay,
        Self::Course,
        Self::Module,
        Self::Hundred,
        Self::Stated,
    ];

    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Year => "year",
            Self::Day => "day",
            Self::HalfDay => "half_day",
            Self::Course => "course",
            Self::Module => "module",
            Self::Hundred => "hundred",
            Self::Stated => "stated",
        }
    }

    /// 每项
    pub fn label(self) -> &'static str {
        match self {
            Self::Item => "每项",
            Self::Year => "每项每年",
            Self::Day => "每天",
            Self::HalfDay => "每半天",
            Self::Course => "每门课程",
            Self::Module => "每模块",
            Self::Hundred => "每百字",
            Self::Stated => "按证书或批准文件载明的学时",
        }
    }

    /// What is asked for as 数量: (its name, its counter); none where it is one or the hours.
    pub fn counted(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Item | Self::Year | Self::Stated => None,
            Self::Day => Some(("天数", "天")),
            Self::HalfDay => Some(("半天数", "个半天")),
            Self::Course => Some(("课程门数", "门")),
            Self::Module => Some(("模块数", "个模块")),
            Self::Hundred => Some(("字数（百字）", "百字")),
        }
    }

    /// Whether the dates say how many, where nobody does.
    pub fn by_dates(self) -> bool {
        matches!(self, Self::Day | Self::HalfDay)
    }
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum Effect {
    Hours,
    /// Tops the professional subject up to the year's requirement, not beyond.
    CompletesProfessional,
}

/// A rule as in force, or as one of its versions was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Rule {
    #[serde(default)]
    pub id: i64,
    #[serde(default)]
    pub version: i64,
    /// 学习形式, dictionary code.
    pub kind: String,
    /// 种类 within the kind; empty: any.
    pub item: String,
    /// 级别, dictionary code; empty: any.
    pub level: String,
    /// The rank that `hours` are of; 0: whatever the rank.
    pub rank: i64,
    /// The last rank that counts.
    pub max_rank: i64,
    /// Less for each rank behind `rank`.
    pub step: Hours,
    pub unit: Unit,
    /// Per unit; zero where they are stated or the rule completes the subject.
    pub hours: Hours,
    /// Of one item at most.
    pub cap_item: Option<Hours>,
    /// Of the kind in one year at most.
    pub cap_year: Option<Hours>,
    /// 科目, row of `category`; none: any.
    pub category: Option<i64>,
    pub effect: Effect,
    /// `YYYY-MM-DD`; compared with the end date of the learning.
    pub valid_from: String,
    /// The last day; empty: no end.
    pub valid_to: String,
    /// 依据
    pub source: String,
    /// 示例: not confirmed for this county.
    pub sample: bool,
}

impl Rule {
    /// Whether it is in force on this day (`YYYY-MM-DD`).
    pub fn valid_on(&self, day: &str) -> bool {
        self.valid_from.as_str() <= day
            && (self.valid_to.is_empty() || day <= self.valid_to.as_str())
    }

    /// “学术会议”国家级，参加并宣读论文
    pub fn subject(&self) -> String {
        let mut text = format!("“{}”", kind_label(&self.kind));
        text.push_str(DECLARATION_LEVELS.label(&self.level));
        if !self.item.is_empty() {
            if !self.level.is_empty() {
                text.push('，');
            }
            text.push_str(&self.item);
        }
        text
    }

    /// “课题研究与项目开发”国家级，主课题：每项每年 64 学时（第 1 名），每后一名减 8 学时，计算到第 5 名。
    pub fn sentence(&self) -> String {
        let what = match (self.effect, self.unit) {
            (Effect::CompletesProfessional, _) => {
                "视为完成当年专业科目：补足到当年要求，不超过".to_owned()
            }
            (_, Unit::Stated) => self.unit.label().to_owned(),
            (_, unit) => format!("{} {} 学时", unit.label(), self.hours),
        };
        let mut text = format!("{}：{what}", self.subject());
        if self.rank > 0 {
            text.push_str(&self.ranks());
        }
        if let Some(cap) = self.cap_item {
            text.push_str(&format!("；一项最多 {cap} 学时"));
        }
        if let Some(cap) = self.cap_year {
            text.push_str(&format!("；这种形式全年最多 {cap} 学时"));
        }
        text.push('。');
        text
    }

    fn ranks(&self) -> String {
        match (self.rank == self.max_rank, self.step.is_zero()) {
            (true, _) => format!("（第 {} 名）", self.rank),
            (_, true) => format!("（第 {} 至 {} 名）", self.rank, self.max_rank),
            _ => format!(
                "（第 {} 名），每后一名减 {} 学时，计算到第 {} 名",
                self.rank, self.step, self.max_rank
            ),
        }
    }
}

/// Every rule, in the table's order.
pub async fn all(db: &mut SqliteConnection) -> Result<Vec<Rule>> {
    Ok(sqlx::query_as(
        "select id, version, kind, item, level, rank, max_rank, step, unit, hours, cap_item,
                cap_year, category_id as category, effect, valid_from, valid_to, source, sample
           from conversion_rule order by place, valid_from, id",
    )
    .fetch_all(db)
    .await?)
}
