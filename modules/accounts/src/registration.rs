//! 注册, from the home page: forms, progress without sign-in, and what an approval creates. The
//! four desks (4.1, 4.2, 4.3, 4.8) are subjects of the module audits, which calls what is public here.

mod applicant;
mod approve;
mod check;
mod content;
pub(crate) mod demo;
mod draft;
mod fields;
mod files;
mod follow;
mod kind;
mod page;
mod privacy;
mod progress;
mod quota;
mod send;
mod store;
mod sweep;
mod waiting;

pub use applicant::{applicants, told};
pub use approve::{approve_person, approve_unit};
pub use check::checks;
pub use content::{Administrator, Content, What};
pub use follow::follow;
pub use kind::Kind;
pub use quota::{
    PER_DAY, PER_MINUTE, PER_NUMBER, QUERIES_PER_DAY, QUERIES_PER_MINUTE, Queries, Submissions,
};
pub use store::relocate;
pub use sweep::SWEEP;
pub use waiting::{PEOPLE, Waiting, waiting};

use kit::module::{AccessCase, Registration, Who};
use rocket::Route;

/// Files of one registration at most (domain.md, Decisions).
pub const MOST_FILES: usize = 10;

/// Entries of the home page, in the mock's order.
pub fn entries() -> Vec<Registration> {
    let entry = |icon, kind: Kind, note| Registration {
        icon,
        title: kind.entry(),
        note,
        href: kind.href(),
    };
    vec![
        entry("person", Kind::Person, "选择所在单位，由单位或人社部门审核"),
        entry("org", Kind::Employer, "选择主管部门或县人社局"),
        entry("dept", Kind::Department, "由县人社局审核"),
        entry("base", Kind::Base, "由主管部门或县人社局审核"),
    ]
}

pub fn routes() -> Vec<Route> {
    [page::routes(), privacy::routes(), progress::routes(), files::routes()].concat()
}

/// Everybody may call them: whose registration it is, the visitor's cookie tells.
pub fn access() -> Vec<AccessCase> {
    let case = |method, route| AccessCase { method, route, who: Who::Everyone };
    vec![
        case("GET", "/accounts/registration/<kind>"),
        case("POST", "/accounts/registration/<kind>"),
        case("GET", "/accounts/registration/privacy"),
        case("GET", "/accounts/registration/progress"),
        case("POST", "/accounts/registration/progress"),
        case("GET", "/accounts/registration/progress/mine"),
        case("POST", "/accounts/registration/progress/leave"),
        case("POST", "/accounts/registration/progress/withdraw"),
        case("POST", "/accounts/registration/progress/remind"),
        case("GET", "/accounts/registration/progress/edit"),
        case("POST", "/accounts/registration/progress/edit"),
        case("GET", "/accounts/registration/files/<id>"),
    ]
}
