//! A plan as submitted.

use std::collections::BTreeMap;

use kit::{Hours, OrganizationId, Result};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

/// A version of a plan. Coded fields hold codes of `kit::dictionary`; days are `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Row of `plan_version`.
    pub version_id: i64,
    /// Row of `plan`.
    pub plan: i64,
    /// 1, 2 …
    pub version: i64,
    pub base: OrganizationId,
    /// As it was called when submitted.
    pub base_name: String,
    pub year: i32,
    pub title: String,
    /// 科目: row of `category`.
    pub category: i64,
    pub category_name: String,
    /// 培训领域: TITLE_SERIES codes.
    pub fields: Vec<String>,
    /// 培训目标
    pub goal: String,
    /// 培训对象
    pub audience: String,
    /// 计划人数
    pub capacity: i64,
    /// TRAINING_FORMS
    pub form: String,
    /// 期数: how many classes of this programme the year has so far, this one included.
    pub session: i64,
    pub begins_on: String,
    pub ends_on: String,
    /// 报名截止, the last day.
    pub signup_until: String,
    pub place: String,
    /// Of online training.
    pub url: String,
    /// 总学时 asked for: the sum of the courses.
    pub hours: Hours,
    /// 考核方式: exam, paper or attendance
    pub assessment: String,
    /// 课程表, in order of day.
    pub courses: Vec<Course>,
    /// 教材
    pub materials: String,
    /// 收费标准 per person, fen.
    pub fee: i64,
    /// 收费依据
    pub fee_basis: String,
    /// 负责人
    pub manager: String,
    pub phone: String,
    pub files: Vec<kit::FileId>,
    /// Of a change: row of the `plan_version` in force when it was submitted.
    #[serde(default)]
    pub replaces: Option<i64>,
}

impl Content {
    /// The days on which courses add up to more than `PER_DAY`, with their sums.
    pub fn long_days(&self) -> Vec<(String, Hours)> {
        Self::long_days_of(&self.courses)
    }

    pub(super) fn long_days_of(courses: &[Course]) -> Vec<(String, Hours)> {
        let mut days: BTreeMap<&str, Hours> = BTreeMap::new();
        for course in courses.iter().filter(|course| !course.day.is_empty()) {
            *days.entry(&course.day).or_default() += course.hours;
        }
        let long = days.into_iter().filter(|(_, hours)| *hours > PER_DAY);
        long.map(|(day, hours)| (day.to_owned(), hours)).collect()
    }

    /// What the courses add up to.
    pub fn sum(&self) -> Hours {
        self.courses.iter().map(|course| course.hours).sum()
    }
}

/// Hours of one day at most (domain.md §3.10).
pub const PER_DAY: Hours = Hours::whole(8);

/// 考核方式: (stored, shown)
pub const ASSESSMENTS: &[(&str, &str)] =
    &[("exam", "考试"), ("paper", "论文（作业）"), ("attendance", "考勤")];

/// The label of an assessment.
pub fn assessment(code: &str) -> &str {
    ASSESSMENTS.iter().find(|(stored, _)| *stored == code).map_or(code, |(_, shown)| shown)
}

/// Fen as people read them: 免费, 120.00 元.
pub fn fee_text(fen: i64) -> String {
    match fen {
        0 => "免费".to_owned(),
        _ => format!("{}.{:02} 元", fen / 100, fen % 100),
    }
}

/// 2026-09-14 至 2026-09-18; one day once.
pub fn dates(from: &str, to: &str) -> String {
    match (from, to) {
        ("", "") => String::new(),
        _ if from == to => from.to_owned(),
        _ => format!("{from} 至 {to}"),
    }
}

/// A line of the course table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    pub day: String,
    pub title: String,
    pub teacher: String,
    /// 职称/单位
    pub teacher_title: String,
    pub hours: Hours,
}

/// A version as it was last submitted; none if it never was.
pub async fn content_of(db: &mut SqliteConnection, version: i64) -> Result<Option<Content>> {
    let text: Option<String> =
        sqlx::query_scalar("select content from plan_version where id = ? and case_id is not null")
            .bind(version)
            .fetch_optional(db)
            .await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// The approved version in force of a plan; none before the first approval.
pub async fn content_in_force(db: &mut SqliteConnection, plan: i64) -> Result<Option<Content>> {
    let text: Option<String> = sqlx::query_scalar(
        "select v.content from plan p join plan_version v on v.id = p.version_id where p.id = ?",
    )
    .bind(plan)
    .fetch_optional(db)
    .await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}
