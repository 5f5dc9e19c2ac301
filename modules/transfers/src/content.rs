//! 4.6 人员调转: a transfer as it was submitted.

use kit::{FileId, IdentityId, OrganizationId, PersonId};
use serde::{Deserialize, Serialize};

/// The subject's key.
pub const SUBJECT: &str = "transfers";

/// Files of one transfer at most.
pub const MOST_FILES: usize = 10;

/// A transfer as submitted: of one person, or of many at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// Row of `transfer`; who goes stands in `transfer_person`.
    pub transfer: i64,
    /// Whom it is about; none for a batch.
    pub person: Option<PersonId>,
    pub identity_id: Option<IdentityId>,
    /// 周晓梅; 周晓梅等 12 人
    pub names: String,
    pub from: OrganizationId,
    pub from_name: String,
    pub to: OrganizationId,
    pub to_name: String,
    /// The old unit confirms first: the setting as it was then.
    pub former_first: bool,
    /// 拟到部门: a wish, the target decides.
    #[serde(default)]
    pub wish: String,
    pub reason: String,
    /// `YYYY-MM-DD`, or empty.
    #[serde(default)]
    pub effective_on: String,
    pub files: Vec<FileId>,
    /// Of a batch: whose administrator submits it.
    #[serde(default)]
    pub by: String,
}

impl Content {
    /// Whether it is of many, by an administrator.
    pub fn is_batch(&self) -> bool {
        self.person.is_none()
    }

    /// One line, as desks list it: 周晓梅 县第一中学 → 县第二中学
    pub fn title(&self) -> String {
        format!("{} {} → {}", self.names, self.from_name, self.to_name)
    }
}
