//! A base's declaration for its trainees, as submitted; its rows are those of the roster.

use kit::{FileId, Hours, OrganizationId};
use serde::{Deserialize, Serialize};

/// A batch of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Row of `proxy_declaration`.
    pub proxy: i64,
    /// Row of `plan`.
    pub plan: i64,
    /// Row of `plan_version`: the one in force at submission.
    pub plan_version: i64,
    pub plan_number: String,
    pub base: OrganizationId,
    /// As it was called when submitted.
    pub base_name: String,
    /// 培训名称
    pub title: String,
    /// 科目: row of `category`.
    pub category: i64,
    pub category_name: String,
    /// That of the last day.
    pub year: i32,
    /// 期次
    pub session: String,
    /// 实际起止, `YYYY-MM-DD`.
    pub begins_on: String,
    pub ends_on: String,
    /// 学时/人: the plan's recognised hours.
    pub hours: Hours,
    /// 计划人数
    pub capacity: i64,
    /// Why there are more rows than places; empty if there are not.
    pub reason: String,
    /// 补报 after an approved batch.
    pub supplement: bool,
    /// Where the roster came from: `class`, or the name of the workbook.
    pub roster: String,
    /// Rows of the roster; those of them that passed; the hours of all.
    pub people: i64,
    pub passed: i64,
    pub total: Hours,
    pub files: Vec<Attached>,
}

/// A file of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Attached {
    #[sqlx(rename = "file_id")]
    pub file: FileId,
    pub kind: FileKind,
}

/// What a file of a batch is; each is required (domain.md §3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum FileKind {
    Attendance,
    Scores,
    Graduates,
}

impl FileKind {
    pub const ALL: [Self; 3] = [Self::Attendance, Self::Scores, Self::Graduates];

    /// The form's field.
    pub fn key(self) -> &'static str {
        match self {
            Self::Attendance => "attendance",
            Self::Scores => "scores",
            Self::Graduates => "graduates",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Attendance => "签到表",
            Self::Scores => "考核成绩",
            Self::Graduates => "结业名册",
        }
    }
}

impl Content {
    /// `签到表 1 份、考核成绩 1 份、结业名册 1 份`
    pub fn files_text(&self) -> String {
        let counted = FileKind::ALL
            .map(|kind| (kind.label(), self.files.iter().filter(|file| file.kind == kind).count()));
        let named = counted.iter().filter(|(_, count)| *count > 0);
        named.map(|(label, count)| format!("{label} {count} 份")).collect::<Vec<_>>().join("、")
    }
}
