//! 新增 and 编辑 of an organization; a new one gets its first administrator with it.

use kit::Done;
use kit::{Answer, Clock, Db, Error, Form, Modules, OrganizationId, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::administrators::{Code, code_page, read_administrator};
use super::{AtUnit, Editing, Unit};
use crate::administrators::{self, Credential, LOGIN_TAKEN, NewAdministrator};
use crate::credentials;
use crate::organizations::adding;
use crate::organizations::form::{self, Choice, Options};
use crate::organizations::subjects;
use crate::organizations::{self, CODE_TAKEN, NAME_TAKEN, NewOrganization, Profile};

pub fn routes() -> Vec<Route> {
    routes![new, create, edit, update]
}

/// The form as a page; `id` of the organization edited, none for a new one.
async fn page(
    at: &AtUnit<Editing>,
    db: &mut SqliteConnection,
    id: Option<OrganizationId>,
    form: &Form,
) -> Result<Page> {
    let superiors: Vec<Choice> = adding::superiors(db, at.unit.kind, at.grant.scope)
        .await?
        .into_iter()
        .map(|(id, label)| Choice { value: id.to_string(), label })
        .collect();
    let verb = if id.is_some() { "编辑" } else { "新增" };
    let title = format!("{verb}{}", at.unit.noun);
    let back = id.map_or(at.unit.base.to_owned(), |id| at.address(id));
    let action = match id {
        Some(id) => format!("{}/edit", at.address(id)),
        None => format!("{}/new", at.unit.base),
    };
    let subjects = subjects::offered(&mut *db).await?;
    Ok(Page::new("accounts/unit_form.html")
        .with("crumbs", &at.unit.crumbs(&title))
        .with("title", &title)
        .with("kind", at.unit.kind.key())
        .with("action", &action)
        .with("back", &back)
        .with("fresh", &id.is_none())
        .with("superiors", &superiors)
        .with("options", &Options::new(subjects))
        .with("form", form))
}

/// Refuses a caller whose scope reaches only some departments or his own unit.
fn may_add(at: &AtUnit<Editing>) -> Result<()> {
    if at.unit.added_by(at.grant.scope) {
        return Ok(());
    }
    let text = format!("您的管理范围内不能新增{}，请联系管理全县的管理员办理。", at.unit.noun);
    Err(Error::Forbidden(text))
}

/// The empty form.
#[get("/new")]
async fn new(at: AtUnit<Editing>, db: &State<Db>) -> Result<Page> {
    may_add(&at)?;
    let mut db = db.read().await?;
    let mut form = Form::new();
    let offered = adding::superiors(&mut db, at.unit.kind, at.grant.scope).await?;
    if let [(only, _)] = offered.as_slice() {
        form.set("parent", only.to_string());
    }
    if let Some(bureau) = kit::organization::bureau(&mut db).await? {
        form.set("area_code", organizations::profile(&mut db, bureau.id).await?.area_code);
    }
    page(&at, &mut db, None, &form).await
}

/// The form filled with what is recorded.
#[get("/<id>/edit")]
async fn edit(at: AtUnit<Editing>, id: OrganizationId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let found = at.found(&mut db, id).await?;
    let profile = organizations::profile(&mut db, id).await?;
    let mut form = Form::new();
    form::fill(&mut form, &found.name, found.credit_code.as_deref().unwrap_or_default(), &profile);
    form.set("parent", found.parent_id.map(|id| id.to_string()).unwrap_or_default());
    page(&at, &mut db, Some(id), &form).await
}

/// Reads and checks the organization's own fields.
fn read(
    unit: &Unit,
    form: &mut Form,
    offered: &[(OrganizationId, String)],
    kept: &Profile,
    subjects: &[Choice],
) -> NewOrganization {
    let typed = form::read(unit.kind, form, kept, subjects);
    let ids: Vec<String> = offered.iter().map(|(id, _)| id.to_string()).collect();
    let parents: Vec<&str> = ids.iter().map(String::as_str).collect();
    let parent = form.choice("parent", "上级单位", &parents);
    NewOrganization {
        kind: unit.kind,
        name: typed.name,
        credit_code: Some(typed.credit_code),
        parent: parent.parse().ok(),
        profile: typed.profile,
    }
}

/// A rule's sentence goes to the field it is about; other errors pass.
pub fn by_field(form: &mut Form, error: Error) -> Result<()> {
    match error {
        Error::Refused(sentence) => {
            let field = match sentence.as_str() {
                NAME_TAKEN => "name",
                CODE_TAKEN => "credit_code",
                LOGIN_TAKEN => "login",
                _ => "",
            };
            form.refuse(field, sentence);
            Ok(())
        }
        other => Err(other),
    }
}

/// Records a new organization with its first administrator; answers with the one-time code.
#[post("/new", data = "<form>")]
async fn create(
    at: AtUnit<Editing>,
    mut form: Form,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    may_add(&at)?;
    let mut reader = db.read().await?;
    let offered = adding::superiors(&mut reader, at.unit.kind, at.grant.scope).await?;
    let subjects = subjects::offered(&mut reader).await?;
    drop(reader);
    let new = read(at.unit, &mut form, &offered, &Profile::default(), &subjects);
    let mut administrator = read_administrator(&mut form);
    if form.refused() {
        return Ok(page(&at, &mut *db.read().await?, None, &form).await?.refused().into());
    }
    let (code, hash) = credentials::one_time().await?;
    administrator.credential = Credential::Code(hash);
    administrator.created_by = Some(at.user.account);
    let mut tx = db.begin().await?;
    let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
    if let Err(error) = store(&at, &mut tx, &new, administrator.clone(), clock).await {
        by_field(&mut form, error)?;
        tx.rollback().await?;
        return Ok(page(&at, &mut *db.read().await?, None, &form).await?.refused().into());
    }
    tx.commit().await?;
    let told = format!("已新增{}“{}”。", at.unit.noun, new.name);
    let shown = Code::of(&told, &new.name, &administrator, &code, days);
    Ok(code_page(at.unit, &shown, at.unit.base).into())
}

async fn store(
    at: &AtUnit<Editing>,
    tx: &mut SqliteConnection,
    new: &NewOrganization,
    mut administrator: NewAdministrator,
    clock: &Clock,
) -> Result<()> {
    let id = organizations::create(&mut *tx, new, "form", clock).await?;
    administrator.organization = id;
    administrators::create(&mut *tx, &administrator, clock).await?;
    let text = format!(
        "新增{}“{}”，首位管理员{}（账号 {}）",
        at.unit.noun, new.name, administrator.name, administrator.login
    );
    let (act, object) = (at.unit.act("create"), at.unit.object(id));
    trail::write(tx, &at.actor(), clock, &act, &object, &text).await
}

/// Stores an edited organization.
#[post("/<id>/edit", data = "<form>")]
async fn update(
    at: AtUnit<Editing>,
    id: OrganizationId,
    mut form: Form,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let found = at.found(&mut tx, id).await?;
    let kept = organizations::profile(&mut tx, id).await?;
    let offered = adding::superiors(&mut tx, at.unit.kind, at.grant.scope).await?;
    let subjects = subjects::offered(&mut tx).await?;
    let new = read(at.unit, &mut form, &offered, &kept, &subjects);
    if !form.refused() {
        match organizations::change(&mut tx, modules, id, &new, "change", clock).await {
            Ok(false) => {
                return Ok(Done::to(at.address(id)).ok("内容没有变化，不需要保存。").into());
            }
            Ok(true) => {
                let text = format!("修改{}“{}”的资料", at.unit.noun, found.name);
                let (act, object) = (at.unit.act("change"), at.unit.object(id));
                trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
                tx.commit().await?;
                let told = format!("已保存“{}”的资料。", new.name);
                return Ok(Done::to(at.address(id)).ok(told).into());
            }
            Err(error) => by_field(&mut form, error)?,
        }
    }
    tx.rollback().await?;
    Ok(page(&at, &mut *db.read().await?, Some(id), &form).await?.refused().into())
}
