//! Who may call which route: this module's rows of the access test.

use kit::module::{AccessCase, Who};
use kit::{Grantable, Permission};

use crate::permissions::{
    EditAdministrators, EditDepartments, EditEmployers, EditInternalDepartments, EditRoles,
    EditStaff, ExportAdministrators, ExportRoles, ResetAdministrators, ResetDepartments,
    ResetEmployers, ResetStaff, ViewAdministrators, ViewDepartments, ViewEmployers,
    ViewInternalDepartments, ViewRoles, ViewStaff,
};

fn case(method: &'static str, route: &'static str, holder: Grantable) -> AccessCase {
    AccessCase { method, route, who: Who::Holder(holder) }
}

pub fn cases() -> Vec<AccessCase> {
    let (view, edit) = (ViewEmployers::grantable(), EditEmployers::grantable());
    let reset = ResetEmployers::grantable();
    let mut cases = vec![
        case("GET", "/accounts/employers", view),
        case("GET", "/accounts/employers/new", edit),
        case("POST", "/accounts/employers/new", edit),
        case("GET", "/accounts/employers/<id>", view),
        case("GET", "/accounts/employers/<id>/edit", edit),
        case("POST", "/accounts/employers/<id>/edit", edit),
        case("GET", "/accounts/employers/<id>/disable", edit),
        case("POST", "/accounts/employers/<id>/disable", edit),
        case("POST", "/accounts/employers/<id>/enable", edit),
        case("GET", "/accounts/employers/<id>/administrators/new", edit),
        case("POST", "/accounts/employers/<id>/administrators/new", edit),
        case("GET", "/accounts/employers/<id>/administrators/<account>/reset", reset),
        case("POST", "/accounts/employers/<id>/administrators/<account>/reset", reset),
    ];
    let (view, edit) = (ViewDepartments::grantable(), EditDepartments::grantable());
    let reset = ResetDepartments::grantable();
    cases.extend([
        case("GET", "/accounts/departments", view),
        case("GET", "/accounts/departments/new", edit),
        case("POST", "/accounts/departments/new", edit),
        case("GET", "/accounts/departments/<id>", view),
        case("GET", "/accounts/departments/<id>/edit", edit),
        case("POST", "/accounts/departments/<id>/edit", edit),
        case("GET", "/accounts/departments/<id>/disable", edit),
        case("POST", "/accounts/departments/<id>/disable", edit),
        case("POST", "/accounts/departments/<id>/enable", edit),
        case("GET", "/accounts/departments/<id>/administrators/new", edit),
        case("POST", "/accounts/departments/<id>/administrators/new", edit),
        case("GET", "/accounts/departments/<id>/administrators/<account>/reset", reset),
        case("POST", "/accounts/departments/<id>/administrators/<account>/reset", reset),
    ]);
    let (view, edit) = (ViewInternalDepartments::grantable(), EditInternalDepartments::grantable());
    cases.extend([
        case("GET", "/accounts/internal-departments", view),
        case("GET", "/accounts/internal-departments/new", edit),
        case("POST", "/accounts/internal-departments/new", edit),
        case("GET", "/accounts/internal-departments/<id>/edit", edit),
        case("POST", "/accounts/internal-departments/<id>/edit", edit),
        case("POST", "/accounts/internal-departments/<id>/disable", edit),
        case("POST", "/accounts/internal-departments/<id>/enable", edit),
        AccessCase { method: "GET", route: "/accounts/find-units", who: Who::Everyone },
        AccessCase { method: "GET", route: "/accounts/profile", who: Who::Person },
        AccessCase { method: "POST", route: "/accounts/profile", who: Who::Person },
    ]);
    cases.extend(staff());
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
    ]
}
