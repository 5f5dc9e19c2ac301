//! 3.1 管理主管部门, 3.2 管理用人单位, 3.3 管理继续教育基地: one set of screens, mounted once for
//! each kind; whose it is, and what it asks, the guard reads from the address.

mod administrators;
mod attachments;
mod detail;
mod form;
mod guard;
mod history;
mod list;
mod merge;
mod state;

use kit::list::List;
use kit::organization::Organization;
use kit::{Leaf, OrganizationKind, Scope};
use rocket::Route;

use crate::permissions::{BASES, DEPARTMENTS, EMPLOYERS};

pub use administrators::read_administrator as administrator_fields;
pub use attachments::{Attachments, find as attachment, label as attachment_label};
use guard::{AtUnit, Editing, Exporting, Resetting, Viewing};

/// What differs between the three screens.
pub struct Unit {
    pub kind: OrganizationKind,
    /// 用人单位
    pub noun: &'static str,
    /// 管理用人单位
    pub title: &'static str,
    /// The part of the address that names it: `employers`
    pub segment: &'static str,
    /// `/accounts/employers`
    pub base: &'static str,
    pub leaf: Leaf,
    pub list: &'static List,
}

/// 3.1
pub static DEPARTMENT: Unit = Unit {
    kind: OrganizationKind::Department,
    noun: "主管部门",
    title: "管理主管部门",
    segment: "departments",
    base: "/accounts/departments",
    leaf: DEPARTMENTS,
    list: &list::DEPARTMENT_LIST,
};

/// 3.2
pub static EMPLOYER: Unit = Unit {
    kind: OrganizationKind::Employer,
    noun: "用人单位",
    title: "管理用人单位",
    segment: "employers",
    base: "/accounts/employers",
    leaf: EMPLOYERS,
    list: &list::EMPLOYER_LIST,
};

/// 3.3
pub static BASE: Unit = Unit {
    kind: OrganizationKind::Base,
    noun: "继续教育基地",
    title: "管理继续教育基地",
    segment: "bases",
    base: "/accounts/bases",
    leaf: BASES,
    list: &list::BASE_LIST,
};

/// In the manual's order.
pub static ALL: [&Unit; 3] = [&DEPARTMENT, &EMPLOYER, &BASE];

/// The screens of all three kinds. A route that cannot be put at its place is left out, which the
/// access test would notice.
pub fn routes() -> Vec<Route> {
    let mounted = ALL.iter().flat_map(|unit| {
        let screens = screens().into_iter();
        screens.filter_map(|route| route.map_base(|base| format!("/{}{base}", unit.segment)).ok())
    });
    mounted.collect()
}

/// Relative to `/accounts/employers`.
fn screens() -> Vec<Route> {
    [
        list::routes(),
        detail::routes(),
        form::routes(),
        state::routes(),
        merge::routes(),
        attachments::routes(),
        administrators::routes(),
    ]
    .concat()
}

/// The screens of a kind of organization; none for the bureau.
pub fn of_kind(kind: OrganizationKind) -> Option<&'static Unit> {
    ALL.iter().find(|unit| unit.kind == kind).copied()
}

/// Whether a caller of this scope may send people or units there.
fn within(scope: Scope, found: &Organization) -> bool {
    match scope {
        Scope::County => true,
        Scope::Department(department) => found.department_id == Some(department),
        Scope::Organization(own) => found.id == own,
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
    /// Whether a caller of this scope may add one: departments stand beside each other, so only
    /// who manages the whole county adds one; below a department its own clerks do.
    pub fn added_by(&self, scope: Scope) -> bool {
        match scope {
            Scope::County => true,
            Scope::Department(_) => self.kind != OrganizationKind::Department,
            Scope::Organization(_) => false,
        }
    }

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
