//! 单位资料: a department's, employer's or base's own profile; how to reach it is changed at once,
//! the rest by a request to the superior.

mod change;
mod send;

use kit::organization::{self, Organization};
use kit::{
    Answer, Can, Clock, Db, Done, Download, Error, FileId, Form, Modules, Page, Permission, Result,
    trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::organization_changes::{self as changes, Request};
use crate::organizations::{self, NewOrganization, Profile, form};
use crate::permissions::{EditOwnUnit, ViewOwnUnit};
use crate::units::{Attachments, attachment};
use crate::{bases, contact};

pub fn routes() -> Vec<Route> {
    [routes![show, update, one_file], change::routes(), send::routes()].concat()
}

const ADDRESS: &str = "/accounts/unit";

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    wide: bool,
}

async fn own<P>(db: &mut SqliteConnection, user: &Can<P>) -> Result<Organization> {
    organization::find(db, user.organization()).await?.ok_or(Error::NotFound)
}

#[get("/unit")]
async fn show(user: Can<ViewOwnUnit>, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let unit = own(&mut db, &user).await?;
    let profile = organizations::profile(&mut db, unit.id).await?;
    let mut typed = Form::new();
    form::fill(&mut typed, &unit.name, "", &profile);
    let may_edit = user.user.may(EditOwnUnit::grantable());
    page(&mut db, &unit, &profile, may_edit, &typed, clock).await
}

/// The last request that is not approved yet, as the page tells of it.
#[derive(Serialize)]
struct Latest {
    id: i64,
    number: String,
    state: String,
    label: &'static str,
    tag: &'static str,
    items: String,
    submitted_at: String,
    by_name: String,
    rejection: Option<String>,
}

async fn latest(db: &mut SqliteConnection, unit: &Organization) -> Result<Option<Latest>> {
    let last = changes::latest(&mut *db, unit.id).await?;
    let Some(request) = last.filter(|last| last.state != "approved") else { return Ok(None) };
    let rejection = match request.state.as_str() {
        "rejected" => send::rejection(db, &request).await?,
        _ => None,
    };
    let (label, tag) = request.label();
    let Request { id, number, state, items, submitted_at, by_name, .. } = request;
    Ok(Some(Latest { id, number, state, label, tag, items, submitted_at, by_name, rejection }))
}

async fn page(
    db: &mut SqliteConnection,
    unit: &Organization,
    profile: &Profile,
    may_edit: bool,
    typed: &Form,
    clock: &Clock,
) -> Result<Page> {
    let superior = match unit.parent_id {
        Some(parent) => organization::find(&mut *db, parent).await?.map(|o| o.name),
        None => None,
    };
    let code = unit.credit_code.clone().unwrap_or_default();
    let mut facts: Vec<Fact> = form::facts(unit.kind, &unit.name, &code, profile)
        .into_iter()
        .map(|(label, value, wide)| Fact { label, value, wide })
        .collect();
    let superior = superior.unwrap_or_default();
    facts.push(Fact { label: "上级单位", value: superior.clone(), wide: true });
    let days = bases::days(&mut *db).await?;
    let validity = profile.base.as_ref().and_then(|base| bases::validity(base, days, clock));
    Ok(Page::new("accounts/own_unit.html")
        .with("unit", unit)
        .with("facts", &facts)
        .with("superior", &superior)
        .with("latest", &latest(&mut *db, unit).await?)
        .with("past", &changes::past(&mut *db, unit.id).await?)
        .with("validity", &validity)
        .with("attachments", &Attachments::of(db, unit.id, ADDRESS).await?)
        .with("action", ADDRESS)
        .with("may_edit", &may_edit)
        .with("form", typed))
}

/// The fields that need no review (domain.md §2.15), in place of those recorded.
fn read(form: &mut Form, kept: &Profile) -> Profile {
    let mut new = kept.clone();
    new.contact = form.required("contact", "联系人", 2..=50);
    new.phone = contact::telephone(form, "phone", "联系电话");
    if new.phone.is_empty() {
        form.refuse("phone", "请填写联系电话。");
    }
    new.address = form.required("address", "地址", 2..=100);
    new.postcode = form.optional("postcode", "邮编", 6);
    if !new.postcode.is_empty()
        && (new.postcode.len() != 6 || !new.postcode.chars().all(|c| c.is_ascii_digit()))
    {
        form.refuse("postcode", "邮编是 6 位数字，请核对后重新填写，没有可以不填。");
    }
    new
}

/// Saves them at once.
#[post("/unit", data = "<form>")]
async fn update(
    user: Can<EditOwnUnit>,
    mut form: Form,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let unit = own(&mut tx, &user).await?;
    let kept = organizations::profile(&mut tx, unit.id).await?;
    let profile = read(&mut form, &kept);
    if form.refused() {
        return Ok(page(&mut tx, &unit, &kept, true, &form, clock).await?.refused().into());
    }
    let new = NewOrganization {
        kind: unit.kind,
        name: unit.name.clone(),
        credit_code: unit.credit_code.clone(),
        parent: unit.parent_id,
        profile,
    };
    let done = Done::to(ADDRESS);
    if !organizations::change(&mut tx, modules, unit.id, &new, "self", clock).await? {
        return Ok(done.ok("内容没有变化，不需要保存。").into());
    }
    let object = format!("{}:{}", unit.kind.key(), unit.id);
    let text = format!("“{}”修改本单位的联系方式", unit.name);
    trail::write(&mut tx, &user.actor(), clock, "accounts.unit.change", &object, &text).await?;
    tx.commit().await?;
    Ok(done.ok("已保存联系方式。").into())
}

/// An attachment of the own registration.
#[get("/unit/files/<wanted>")]
async fn one_file(user: Can<ViewOwnUnit>, wanted: FileId, db: &State<Db>) -> Result<Download> {
    let stored = attachment(&mut *db.read().await?, user.organization(), wanted).await?;
    kit::file::serve(db, &stored, false).await
}
