//! Who hands something in: an account, or a visitor who has none yet (a registration).

use crate::{AccountId, Actor, OrganizationId, User, Visitor};

/// The one who submits, resubmits, withdraws or reminds.
#[derive(Debug, Clone)]
pub struct Submitter {
    /// None for a visitor; whoever acts for one has proved it by other means (a query code).
    pub(super) account: Option<AccountId>,
    /// As the history calls him.
    pub(super) name: String,
    /// The organization he acts for, if any.
    pub(super) side: Option<OrganizationId>,
    pub(super) actor: Actor,
}

impl Submitter {
    /// Somebody without an account who calls himself `name`.
    pub fn visitor(visitor: &Visitor, name: &str) -> Self {
        let actor =
            Actor { account: None, name: name.to_owned(), organization: None, ..visitor.actor() };
        Self { account: None, name: name.to_owned(), side: None, actor }
    }
}

impl From<&User> for Submitter {
    fn from(user: &User) -> Self {
        Self {
            account: Some(user.account),
            name: user.name.clone(),
            side: user.grant.as_ref().map(|grant| grant.organization),
            actor: user.actor(),
        }
    }
}
