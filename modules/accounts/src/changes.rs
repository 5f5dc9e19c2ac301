//! 4.4: requests to change what is recorded of a person. The subject that reviews them stands in
//! `audits`; what they are made of, how they are stored and what an approval does stands here.

mod apply;
mod item;
mod store;
mod submit;

pub use apply::{apply, stale};
pub use item::{Item, PLACE, Shown, decided_above, differences, set, shown, titles};
pub use store::{
    Draft, Request, as_typed, attach, belongs, create, detach, discard, editable, files, hear,
    latest, number, of, open, pending, save,
};
pub use submit::{Above, Asked, ask, submit};

use kit::{FileId, Group, IdentityId, Kinds, Leaf, PersonId};
use serde::{Deserialize, Serialize};

/// 审核人员信息修改 in the menu and the role form.
pub const LEAF: Leaf = Leaf {
    key: "audits.person-changes",
    title: "审核人员信息修改",
    group: Group::Audits,
    kinds: Kinds::ALL,
};

/// The subject's key: a form here submits to it by name.
pub const SUBJECT: &str = "person-changes";

/// Files of one request at most.
pub const MOST_FILES: usize = 10;

/// A request as submitted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// Row of `person_change`.
    pub change: i64,
    pub person: PersonId,
    pub identity_id: IdentityId,
    /// As recorded when it was submitted.
    pub name: String,
    pub organization_name: String,
    /// His unit's administrator asks, not he himself.
    pub by_unit: bool,
    /// An organization above his unit asks, through that one's administrator's import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Above>,
    pub items: Vec<Item>,
    pub reason: String,
    pub files: Vec<FileId>,
}

impl Content {
    /// Whether anything in it is the bureau's to decide (domain.md, Decisions).
    pub fn needs_bureau(&self) -> bool {
        self.items.iter().any(decided_above)
    }

    /// The evidence: the request's files and those of the records in it.
    pub fn evidence(&self) -> Vec<FileId> {
        let mut files = self.files.clone();
        for item in &self.items {
            for file in item.files() {
                if !files.contains(file) {
                    files.push(*file);
                }
            }
        }
        files
    }
}
