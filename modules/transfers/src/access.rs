//! Who may call which route: this module's rows of the access test.

use kit::Permission;
use kit::module::{AccessCase, Who};

use crate::{EditTransfers, ViewTransfers};

pub fn cases() -> Vec<AccessCase> {
    let case = |method, route, who| AccessCase { method, route, who };
    let view = Who::Holder(ViewTransfers::grantable());
    let edit = Who::Holder(EditTransfers::grantable());
    vec![
        case("GET", "/transfers/mine", Who::Person),
        case("GET", "/transfers/mine/edit", Who::Person),
        case("POST", "/transfers/mine/edit", Who::Person),
        case("GET", "/transfers/mine/<id>", Who::Person),
        case("POST", "/transfers/mine/<id>/withdraw", Who::Person),
        case("POST", "/transfers/mine/<id>/remind", Who::Person),
        case("GET", "/transfers/out", view),
        case("GET", "/transfers/out/<id>", view),
        case("GET", "/transfers/new", edit),
        case("POST", "/transfers/new", edit),
        case("GET", "/transfers/batches", edit),
        case("GET", "/transfers/batches/<id>", edit),
        case("GET", "/transfers/batches/<id>/people", edit),
        case("POST", "/transfers/batches/<id>/add", edit),
        case("POST", "/transfers/batches/<id>/remove", edit),
        case("GET", "/transfers/batches/<id>/all", edit),
        case("POST", "/transfers/batches/<id>/all", edit),
        case("GET", "/transfers/batches/<id>/edit", edit),
        case("POST", "/transfers/batches/<id>/edit", edit),
        case("POST", "/transfers/batches/<id>/withdraw", edit),
        case("POST", "/transfers/batches/<id>/remind", edit),
    ]
}
