//! Who is asking and what he may: guards in a handler's signature, scope in its statement.

mod guards;

use std::collections::HashSet;

use serde::Serialize;

use crate::module::Group;
use crate::{OrganizationId, OrganizationKind};

pub use guards::{AnySession, Can, Person, Refusal, User, Visitor, admit};

/// What may be done on a leaf of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    View,
    Review,
    Edit,
    Export,
    Print,
    Reset,
}

impl Action {
    pub const ALL: [Self; 6] =
        [Self::View, Self::Review, Self::Edit, Self::Export, Self::Print, Self::Reset];

    /// As the role form calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::View => "查看",
            Self::Review => "审核",
            Self::Edit => "编辑",
            Self::Export => "导出",
            Self::Print => "打印",
            Self::Reset => "重置",
        }
    }

    /// As it is stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Review => "review",
            Self::Edit => "edit",
            Self::Export => "export",
            Self::Print => "print",
            Self::Reset => "reset",
        }
    }
}

/// Kinds of organizations, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

impl Kinds {
    pub const BUREAU: Self = Self(1);
    pub const DEPARTMENT: Self = Self(2);
    pub const EMPLOYER: Self = Self(4);
    pub const BASE: Self = Self(8);
    /// All four.
    pub const ALL: Self = Self(15);
    /// Those that have people and a desk: bureau, department, employer.
    pub const STAFFED: Self = Self(7);
    /// All but the bureau.
    pub const UNITS: Self = Self(14);
    /// Bureau and departments: those with organizations below them.
    pub const SUPERIOR: Self = Self(3);

    /// Screens of the own unit (its departments, people, administrators, import): not for a
    /// bureau's clerk who is limited to named departments.
    pub const fn own_unit(self) -> Self {
        Self(self.0 | 16)
    }

    /// Screens of the whole county (settings, trail, backup, notices): not for a clerk of the
    /// bureau's who is limited to departments or to its own people.
    pub const fn whole_county(self) -> Self {
        Self(self.0 | 32)
    }

    /// Whether a right of this kind and scope reaches such screens.
    const fn reached(self, kind: OrganizationKind, scope: Scope) -> bool {
        match (kind, scope) {
            (OrganizationKind::Bureau, Scope::Department(_)) => self.0 & 48 == 0,
            (OrganizationKind::Bureau, Scope::Organization(_)) => self.0 & 32 == 0,
            _ => true,
        }
    }

    pub const fn has(self, kind: OrganizationKind) -> bool {
        let bit = match kind {
            OrganizationKind::Bureau => 1,
            OrganizationKind::Department => 2,
            OrganizationKind::Employer => 4,
            OrganizationKind::Base => 8,
        };
        self.0 & bit != 0
    }
}

/// A leaf of the permission tree: a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leaf {
    /// `accounts.employers`
    pub key: &'static str,
    /// As the manual calls the screen.
    pub title: &'static str,
    pub group: Group,
    /// Which organizations' roles can hold it.
    pub kinds: Kinds,
}

/// A (leaf, action) that a role can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grantable {
    pub leaf: Leaf,
    pub action: Action,
}

/// A permission as a type, made by `kit::permission!`.
pub trait Permission: Send + Sync + 'static {
    const LEAF: Leaf;
    const ACTION: Action;

    /// For `Module::permissions`, menu entries and access cases.
    fn grantable() -> Grantable {
        Grantable { leaf: Self::LEAF, action: Self::ACTION }
    }
}

/// `kit::permission!(pub EditEmployers, EMPLOYERS, Edit);` with `EMPLOYERS: Leaf` a constant.
#[macro_export]
macro_rules! permission {
    ($(#[$doc:meta])* $vis:vis $name:ident, $leaf:expr, $action:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        $vis struct $name;
        impl $crate::Permission for $name {
            const LEAF: $crate::Leaf = $leaf;
            const ACTION: $crate::Action = $crate::Action::$action;
        }
    };
}

/// Which rows a user's statements may touch; the first condition of every list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Scope {
    /// The whole county: the bureau.
    County,
    /// A department and what lies under it: `department_id = ?`.
    Department(OrganizationId),
    /// One organization's own: `organization_id = ?`.
    Organization(OrganizationId),
}

impl Scope {
    /// Appends ` and <alias>.department_id = ?` (or nothing) to a statement that already has a
    /// condition. `alias` is a constant of the caller's.
    pub fn narrow(self, sql: &mut sqlx::QueryBuilder<sqlx::Sqlite>, alias: &'static str) {
        match self {
            Scope::County => {}
            Scope::Department(id) => {
                sql.push(" and ").push(alias).push(".department_id = ").push_bind(id);
            }
            Scope::Organization(id) => {
                sql.push(" and ").push(alias).push(".organization_id = ").push_bind(id);
            }
        }
    }

    /// For static statements: `(? is null or x.department_id = ?) and (? is null or
    /// x.organization_id = ?)`, both values twice. Only where a primary key already names the row.
    pub fn values(self) -> (Option<OrganizationId>, Option<OrganizationId>) {
        match self {
            Scope::County => (None, None),
            Scope::Department(id) => (Some(id), None),
            Scope::Organization(id) => (None, Some(id)),
        }
    }
}

/// An administrator's right in force: the side of the session in use.
#[derive(Debug, Clone)]
pub struct Grant {
    pub id: crate::GrantId,
    pub organization: OrganizationId,
    pub kind: OrganizationKind,
    pub organization_name: String,
    pub role_name: String,
    /// Holds everything its organization's kind can hold.
    pub full: bool,
    pub permissions: HashSet<(String, String)>,
    pub scope: Scope,
}

impl Grant {
    /// The rows of the organization itself, whatever lies below it: of screens of the own unit
    /// (`Kinds::own_unit`).
    pub fn own(&self) -> Scope {
        Scope::Organization(self.organization)
    }

    pub fn may(&self, wanted: Grantable) -> bool {
        wanted.leaf.kinds.has(self.kind)
            && wanted.leaf.kinds.reached(self.kind, self.scope)
            && (self.full
                || self
                    .permissions
                    .contains(&(wanted.leaf.key.to_owned(), wanted.action.key().to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::{Kinds, Scope};
    use crate::{OrganizationId, OrganizationKind};

    #[test]
    fn a_limited_right_does_not_reach_what_is_the_whole_countys() {
        use OrganizationKind::{Bureau, Department};
        let id = OrganizationId(2);
        let (own, whole) = (Kinds::ALL.own_unit(), Kinds::BUREAU.whole_county());
        assert!(own.has(Bureau) && whole.has(Bureau) && !whole.has(Department));
        for (kind, scope, reaches) in [
            (Bureau, Scope::County, [true, true, true]),
            (Bureau, Scope::Department(id), [true, false, false]),
            (Bureau, Scope::Organization(id), [true, true, false]),
            (Department, Scope::Department(id), [true, true, true]),
            (Department, Scope::Organization(id), [true, true, true]),
        ] {
            let found = [Kinds::ALL, own, whole].map(|kinds| kinds.reached(kind, scope));
            assert_eq!(found, reaches, "{kind:?} {scope:?}");
        }
    }
}
