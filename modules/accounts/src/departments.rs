//! 3.1 管理主管部门: routes; the screens are in `units`.

use kit::list::Ask;
use kit::{
    AccountId, Answer, Can, Clock, Db, Done, Form, Modules, OrganizationId, Page, Result, Settings,
};
use rocket::{Route, State, get, post, routes};

use crate::permissions::{EditDepartments, ResetDepartments, ViewDepartments};
use crate::units::{self, Asking, DEPARTMENT as UNIT};

pub fn routes() -> Vec<Route> {
    routes![
        list,
        new,
        create,
        show,
        edit,
        update,
        confirm_disable,
        disable,
        enable,
        new_administrator,
        create_administrator,
        confirm_reset,
        reset
    ]
}

#[get("/departments")]
async fn list(
    user: Can<ViewDepartments>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    units::list::page(&UNIT, Asking::by(&user, db), &ask, clock, settings).await
}

#[get("/departments/new")]
async fn new(user: Can<EditDepartments>, db: &State<Db>) -> Result<Page> {
    units::form::new(&UNIT, Asking::by(&user, db)).await
}

#[post("/departments/new", data = "<form>")]
async fn create(
    user: Can<EditDepartments>,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    units::form::create(&UNIT, Asking::by(&user, db), form, clock).await
}

#[get("/departments/<id>")]
async fn show(user: Can<ViewDepartments>, id: OrganizationId, db: &State<Db>) -> Result<Page> {
    units::detail::page(&UNIT, Asking::by(&user, db), id).await
}

#[get("/departments/<id>/edit")]
async fn edit(user: Can<EditDepartments>, id: OrganizationId, db: &State<Db>) -> Result<Page> {
    units::form::edit(&UNIT, Asking::by(&user, db), id).await
}

#[post("/departments/<id>/edit", data = "<form>")]
async fn update(
    user: Can<EditDepartments>,
    id: OrganizationId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    form: Form,
) -> Result<Answer> {
    units::form::update(&UNIT, Asking::by(&user, db), id, form, modules, clock).await
}

#[get("/departments/<id>/disable")]
async fn confirm_disable(
    user: Can<EditDepartments>,
    id: OrganizationId,
    db: &State<Db>,
) -> Result<Page> {
    units::state::confirm(&UNIT, Asking::by(&user, db), id).await
}

#[post("/departments/<id>/disable")]
async fn disable(
    user: Can<EditDepartments>,
    id: OrganizationId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
) -> Result<Done> {
    units::state::disable(&UNIT, Asking::by(&user, db), id, modules, clock).await
}

#[post("/departments/<id>/enable")]
async fn enable(
    user: Can<EditDepartments>,
    id: OrganizationId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    units::state::enable(&UNIT, Asking::by(&user, db), id, clock).await
}

#[get("/departments/<id>/administrators/new")]
async fn new_administrator(
    user: Can<EditDepartments>,
    id: OrganizationId,
    db: &State<Db>,
) -> Result<Page> {
    units::administrators::new(&UNIT, Asking::by(&user, db), id).await
}

#[post("/departments/<id>/administrators/new", data = "<form>")]
async fn create_administrator(
    user: Can<EditDepartments>,
    id: OrganizationId,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    units::administrators::create(&UNIT, Asking::by(&user, db), id, form, clock).await
}

#[get("/departments/<id>/administrators/<account>/reset")]
async fn confirm_reset(
    user: Can<ResetDepartments>,
    id: OrganizationId,
    account: AccountId,
    db: &State<Db>,
) -> Result<Page> {
    units::administrators::confirm_reset(&UNIT, Asking::by(&user, db), id, account).await
}

#[post("/departments/<id>/administrators/<account>/reset", data = "<form>")]
async fn reset(
    user: Can<ResetDepartments>,
    id: OrganizationId,
    account: AccountId,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    units::administrators::reset(&UNIT, Asking::by(&user, db), id, account, form, clock).await
}
