//! Who may call which route: this module's rows of the access test.

use kit::module::{AccessCase, Who};
use kit::{Action, Grantable, Leaf, Permission};

use crate::permissions::{
    BASES, DEPARTMENTS, EMPLOYERS, EditAdministrators, EditIdentity, EditInternalDepartments,
    EditOwnUnit, EditRoles, EditStaff, ExportAdministrators, ExportInternalDepartments,
    ExportRoles, ResetAdministrators, ResetStaff, ViewAdministrators, ViewIdentity,
    ViewInternalDepartments, ViewOwnUnit, ViewRoles, ViewStaff,
};

fn case(method: &'static str, route: &'static str, holder: Grantable) -> AccessCase {
    AccessCase { method, route, who: Who::Holder(holder) }
}

/// The screens of one kind of unit below; addresses are constants.
macro_rules! unit {
    ($segment:literal, $leaf:expr) => {{
        const ROOT: &str = concat!("/accounts/", $segment);
        macro_rules! row {
            ($method:literal, $action:ident, $rest:literal) => {
                of($leaf, Action::$action, $method, concat!("/accounts/", $segment, $rest))
            };
        }
        [
            of($leaf, Action::View, "GET", ROOT),
            row!("GET", Export, "/export"),
            row!("GET", Edit, "/new"),
            row!("POST", Edit, "/new"),
            row!("GET", View, "/<id>"),
            row!("GET", Edit, "/<id>/edit"),
            row!("POST", Edit, "/<id>/edit"),
            row!("GET", Edit, "/<id>/disable"),
            row!("POST", Edit, "/<id>/disable"),
            row!("POST", Edit, "/<id>/enable"),
            row!("GET", Edit, "/<id>/merge"),
            row!("POST", Edit, "/<id>/merge"),
            row!("GET", View, "/<id>/files/<wanted>"),
            row!("POST", Edit, "/<id>/files"),
            row!("GET", Edit, "/<id>/administrators/new"),
            row!("POST", Edit, "/<id>/administrators/new"),
            row!("GET", Edit, "/<id>/administrators/appoint"),
            row!("POST", Edit, "/<id>/administrators/appoint"),
            row!("GET", Edit, "/<id>/administrators/<account>/remove"),
            row!("POST", Edit, "/<id>/administrators/<account>/remove"),
            row!("POST", Edit, "/<id>/administrators/<account>/restore"),
            row!("GET", Reset, "/<id>/administrators/<account>/reset"),
            row!("POST", Reset, "/<id>/administrators/<account>/reset"),
        ]
    }};
}

fn of(leaf: Leaf, action: Action, method: &'static str, route: &'static str) -> AccessCase {
    case(method, route, Grantable { leaf, action })
}

pub fn cases() -> Vec<AccessCase> {
    let mut cases = unit!("departments", DEPARTMENTS).to_vec();
    cases.extend(unit!("employers", EMPLOYERS));
    cases.extend(unit!("bases", BASES));
    let (view, edit) = (ViewInternalDepartments::grantable(), EditInternalDepartments::grantable());
    let (own, edit_own) = (ViewOwnUnit::grantable(), EditOwnUnit::grantable());
    cases.extend([
        case("GET", "/accounts/unit", own),
        case("POST", "/accounts/unit", edit_own),
        case("GET", "/accounts/unit/files/<wanted>", own),
        case("GET", "/accounts/unit/change", edit_own),
        case("POST", "/accounts/unit/change", edit_own),
        case("GET", "/accounts/unit/change/<id>", own),
        case("POST", "/accounts/unit/change/<id>/withdraw", edit_own),
        case("POST", "/accounts/unit/change/<id>/remind", edit_own),
        case("GET", "/accounts/unit/change/<id>/files/<wanted>", own),
        case("GET", "/accounts/internal-departments", view),
        case(
            "GET",
            "/accounts/internal-departments/export",
            ExportInternalDepartments::grantable(),
        ),
        case("GET", "/accounts/internal-departments/new", edit),
        case("POST", "/accounts/internal-departments/new", edit),
        case("GET", "/accounts/internal-departments/<id>/edit", edit),
        case("POST", "/accounts/internal-departments/<id>/edit", edit),
        case("POST", "/accounts/internal-departments/<id>/disable", edit),
        case("POST", "/accounts/internal-departments/<id>/enable", edit),
        case("POST", "/accounts/internal-departments/<id>/delete", edit),
        case("GET", "/accounts/internal-departments/<id>/merge", edit),
        case("POST", "/accounts/internal-departments/<id>/merge", edit),
        AccessCase { method: "GET", route: "/accounts/find-units", who: Who::Everyone },
        AccessCase { method: "GET", route: "/accounts/profile", who: Who::Person },
        AccessCase { method: "POST", route: "/accounts/profile", who: Who::Person },
    ]);
    cases.extend(staff());
    cases.extend(identity());
    cases.extend(own_administrators());
    cases.extend(PERSONAL.map(|(method, route)| AccessCase { method, route, who: Who::Person }));
    cases
}

/// The personal side of 4.4.
const PERSONAL: [(&str, &str); 11] = [
    ("GET", "/accounts/profile/change"),
    ("POST", "/accounts/profile/change"),
    ("GET", "/accounts/profile/change/<id>"),
    ("POST", "/accounts/profile/change/<id>/withdraw"),
    ("POST", "/accounts/profile/change/<id>/remind"),
    ("GET", "/accounts/profile/change/records/new?<kind>"),
    ("POST", "/accounts/profile/change/records/new?<kind>"),
    ("GET", "/accounts/profile/change/records/<id>/edit"),
    ("POST", "/accounts/profile/change/records/<id>/edit"),
    ("GET", "/accounts/profile/change/records/<id>/remove"),
    ("POST", "/accounts/profile/change/records/<id>/remove"),
];

fn staff() -> Vec<AccessCase> {
    let (view, edit) = (ViewStaff::grantable(), EditStaff::grantable());
    let reset = ResetStaff::grantable();
    vec![
        case("GET", "/accounts/people", view),
        case("GET", "/accounts/people/new", edit),
        case("POST", "/accounts/people/new", edit),
        case("GET", "/accounts/people/<id>", view),
        case("GET", "/accounts/people/<id>/edit", edit),
        case("POST", "/accounts/people/<id>/edit", edit),
        case("GET", "/accounts/people/<id>/mark", edit),
        case("POST", "/accounts/people/<id>/mark", edit),
        case("GET", "/accounts/people/<id>/undo", edit),
        case("POST", "/accounts/people/<id>/undo", edit),
        case("GET", "/accounts/people/<id>/change", edit),
        case("POST", "/accounts/people/<id>/change", edit),
        case("POST", "/accounts/people/<id>/change/withdraw", edit),
        case("GET", "/accounts/people/<id>/records/new?<kind>", edit),
        case("POST", "/accounts/people/<id>/records/new?<kind>", edit),
        case("GET", "/accounts/people/<id>/records/<record>/edit", edit),
        case("POST", "/accounts/people/<id>/records/<record>/edit", edit),
        case("GET", "/accounts/people/<id>/records/<record>/remove", edit),
        case("POST", "/accounts/people/<id>/records/<record>/remove", edit),
        case("POST", "/accounts/people/mark", edit),
        case("POST", "/accounts/people/place", edit),
        case("GET", "/accounts/people/<id>/reset", reset),
        case("POST", "/accounts/people/<id>/reset", reset),
        case("POST", "/accounts/people/<id>/reopen", reset),
        case("GET", "/accounts/people/reopen", reset),
        case("POST", "/accounts/people/reopen", reset),
    ]
}

/// 身份证号更正.
fn identity() -> Vec<AccessCase> {
    let (view, edit) = (ViewIdentity::grantable(), EditIdentity::grantable());
    vec![
        case("GET", "/accounts/people/<id>/identity", edit),
        case("POST", "/accounts/people/<id>/identity", edit),
        case("GET", "/accounts/identity-corrections", view),
        case("GET", "/accounts/identity-corrections/<id>", view),
        case("POST", "/accounts/identity-corrections/<id>/release", edit),
    ]
}

/// 3.5, 3.6 and 我的登录.
fn own_administrators() -> Vec<AccessCase> {
    let (view, edit) = (ViewAdministrators::grantable(), EditAdministrators::grantable());
    let reset = ResetAdministrators::grantable();
    let (view_roles, edit_roles) = (ViewRoles::grantable(), EditRoles::grantable());
    let signed_in = |method, route| AccessCase { method, route, who: Who::SignedIn };
    vec![
        case("GET", "/accounts/administrators", view),
        case("GET", "/accounts/administrators/export", ExportAdministrators::grantable()),
        case("GET", "/accounts/administrators/new", edit),
        case("POST", "/accounts/administrators/new", edit),
        case("GET", "/accounts/administrators/hand-over", edit),
        case("POST", "/accounts/administrators/hand-over", edit),
        case("GET", "/accounts/administrators/<id>", view),
        case("GET", "/accounts/administrators/<id>/edit", edit),
        case("POST", "/accounts/administrators/<id>/edit", edit),
        case("GET", "/accounts/administrators/<id>/disable", edit),
        case("POST", "/accounts/administrators/<id>/disable", edit),
        case("POST", "/accounts/administrators/<id>/enable", edit),
        case("GET", "/accounts/administrators/<id>/delete", edit),
        case("POST", "/accounts/administrators/<id>/delete", edit),
        case("GET", "/accounts/administrators/<id>/reset", reset),
        case("POST", "/accounts/administrators/<id>/reset", reset),
        case("POST", "/accounts/administrators/<id>/sessions/<session>/end", edit),
        case("POST", "/accounts/administrators/<id>/sessions/end", edit),
        case("GET", "/accounts/roles", view_roles),
        case("GET", "/accounts/roles/export", ExportRoles::grantable()),
        case("GET", "/accounts/roles/new", edit_roles),
        case("POST", "/accounts/roles/new", edit_roles),
        case("GET", "/accounts/roles/<id>", view_roles),
        case("GET", "/accounts/roles/<id>/edit", edit_roles),
        case("POST", "/accounts/roles/<id>/edit", edit_roles),
        case("GET", "/accounts/roles/<id>/delete", edit_roles),
        case("POST", "/accounts/roles/<id>/delete", edit_roles),
        signed_in("GET", "/accounts/sessions"),
        signed_in("POST", "/accounts/sessions/<id>/end"),
        signed_in("POST", "/accounts/sessions/end"),
        signed_in("POST", "/accounts/sessions/contact"),
    ]
}
