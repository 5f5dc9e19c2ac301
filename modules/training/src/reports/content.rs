//! An annual report as submitted.

use kit::{FileId, OrganizationId};
use serde::{Deserialize, Serialize};

use super::figures::Figure;

/// The texts of a report: (field, label, most characters, required).
pub const TEXTS: &[(&str, &str, usize, bool)] = &[
    ("summary", "工作概述", 3000, true),
    ("courses", "课程与教材开发", 1000, false),
    ("facilities", "设施改进", 1000, false),
    ("problems", "问题与建议", 1000, false),
    ("next_year", "下年度计划", 2000, true),
];

/// A report of a base and year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Row of `annual_report`.
    pub report: i64,
    pub base: OrganizationId,
    /// As it was called when submitted.
    pub base_name: String,
    pub year: i32,
    pub figures: Vec<Figure>,
    /// In the order of `TEXTS`.
    pub texts: Vec<String>,
    pub files: Vec<Attached>,
}

/// A file of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Attached {
    #[sqlx(rename = "file_id")]
    pub file: FileId,
    pub kind: FileKind,
}

/// What a file of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum FileKind {
    Sealed,
    Finance,
    Photo,
}

impl FileKind {
    pub const ALL: [Self; 3] = [Self::Sealed, Self::Finance, Self::Photo];

    /// The form's field.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Finance => "finance",
            Self::Photo => "photo",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Sealed => "盖章版报告",
            Self::Finance => "财务表",
            Self::Photo => "照片",
        }
    }
}

impl Content {
    /// The text of a field of `TEXTS`.
    pub fn text(&self, field: &str) -> &str {
        let at = TEXTS.iter().position(|(name, ..)| *name == field);
        at.and_then(|at| self.texts.get(at)).map_or("", String::as_str)
    }

    /// Figures that are not the system's.
    pub fn differences(&self) -> usize {
        self.figures.iter().filter(|figure| figure.differs()).count()
    }

    /// `盖章版报告 1 份、照片 3 份`
    pub fn files_text(&self) -> String {
        let counted = FileKind::ALL
            .map(|kind| (kind.label(), self.files.iter().filter(|file| file.kind == kind).count()));
        let named = counted.iter().filter(|(_, count)| *count > 0);
        named.map(|(label, count)| format!("{label} {count} 份")).collect::<Vec<_>>().join("、")
    }
}
