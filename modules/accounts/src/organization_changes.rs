//! 4.7: requests of a department, employer or base to change what is recorded of it. The subject
//! that reviews them stands in `audits`; what they are made of, how they are stored, what stands
//! against one and what an approval does stands here.

mod apply;
mod check;
mod files;
mod history;
mod item;
mod read;
mod recorded;
mod store;

pub use apply::apply;
pub use check::{checks, stale};
pub use files::{Kept, attachments, belongs, current, kept, one, receive};
pub use history::{Past, past};
pub use item::{Item, Shown, shown, titles};
pub use read::{changes, fill};
pub use recorded::{Recorded, get};
pub use store::{
    Draft, Request, as_typed, create, detach, discard, editable, hear, latest, number, of, open,
    pending, save, submitted_by,
};

use kit::{FileId, Group, Kinds, Leaf, OrganizationId, OrganizationKind};
use serde::{Deserialize, Serialize};

/// 审核机构信息修改 in the menu and the role form.
pub const LEAF: Leaf = Leaf {
    key: "audits.organization-changes",
    title: "审核机构信息修改",
    group: Group::Audits,
    kinds: Kinds::SUPERIOR,
};

/// The subject's key: a form here submits to it by name.
pub const SUBJECT: &str = "organization-changes";

/// Files of one request at most, evidence and new attachments together.
pub const MOST_FILES: usize = 10;

/// A request as submitted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// Row of `organization_change`.
    pub change: i64,
    pub organization: OrganizationId,
    pub kind: OrganizationKind,
    /// As recorded when it was submitted.
    pub name: String,
    pub credit_code: String,
    pub superior_name: String,
    pub items: Vec<Item>,
    pub reason: String,
    /// Evidence; new attachments stand in their items.
    pub files: Vec<FileId>,
}

impl Content {
    /// The new superior, if another is asked for.
    pub fn new_superior(&self) -> Option<OrganizationId> {
        self.items.iter().find_map(|item| match item {
            Item::Superior { new, .. } => Some(*new),
            _ => None,
        })
    }

    /// What the desk looks at: new attachments, then the evidence.
    pub fn evidence(&self) -> Vec<FileId> {
        let new = self.items.iter().flat_map(|item| match item {
            Item::Files { new, .. } => new.as_slice(),
            _ => &[],
        });
        new.chain(&self.files).copied().collect()
    }
}
