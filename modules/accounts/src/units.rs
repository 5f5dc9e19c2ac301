//! 3.1 管理主管部门 and 3.2 管理用人单位: one set of screens for both kinds of organization.

pub mod administrators;
pub mod detail;
pub mod form;
pub mod list;
pub mod state;

use kit::access::Grant;
use kit::list::List;
use kit::{Action, Can, Db, Grantable, Leaf, OrganizationKind, Permission, User};

use crate::permissions::{DEPARTMENTS, EMPLOYERS};

/// What differs between the two screens.
pub struct Unit {
    pub kind: OrganizationKind,
    /// 用人单位
    pub noun: &'static str,
    /// 管理用人单位
    pub title: &'static str,
    /// `/accounts/employers`
    pub base: &'static str,
    pub leaf: Leaf,
    pub list: &'static List,
}

/// 3.2
pub static EMPLOYER: Unit = Unit {
    kind: OrganizationKind::Employer,
    noun: "用人单位",
    title: "管理用人单位",
    base: "/accounts/employers",
    leaf: EMPLOYERS,
    list: &list::EMPLOYER_LIST,
};

/// 3.1
pub static DEPARTMENT: Unit = Unit {
    kind: OrganizationKind::Department,
    noun: "主管部门",
    title: "管理主管部门",
    base: "/accounts/departments",
    leaf: DEPARTMENTS,
    list: &list::DEPARTMENT_LIST,
};

/// Who asks, of which database: what every screen needs.
pub struct Asking<'r> {
    pub user: &'r User,
    pub grant: &'r Grant,
    pub db: &'r Db,
}

impl<'r> Asking<'r> {
    pub fn by<P: Permission>(can: &'r Can<P>, db: &'r Db) -> Self {
        Self { user: &can.user, grant: &can.grant, db }
    }

    /// Whether he also holds another action of the screen's leaf.
    pub fn may(&self, unit: &Unit, action: Action) -> bool {
        self.grant.may(Grantable { leaf: unit.leaf, action })
    }
}

/// A link of the crumbs.
#[derive(serde::Serialize)]
pub struct Crumb {
    pub title: String,
    pub href: String,
}

impl Crumb {
    pub fn new(title: impl Into<String>, href: impl Into<String>) -> Self {
        Self { title: title.into(), href: href.into() }
    }
}

impl Unit {
    /// 资料管理 > 管理用人单位 > the page itself.
    pub fn crumbs(&self, here: &str) -> Vec<Crumb> {
        vec![Crumb::new("资料管理", ""), Crumb::new(self.title, self.base), Crumb::new(here, "")]
    }

    /// The trail's act: `accounts.employer.create`.
    pub fn act(&self, what: &str) -> String {
        format!("accounts.{}.{what}", self.kind.key())
    }

    /// The trail's object: `employer:12`.
    pub fn object(&self, id: kit::OrganizationId) -> String {
        format!("{}:{id}", self.kind.key())
    }
}
