//! 新增 and 编辑 of an organization; a new one gets its first administrator with it.

use kit::dictionary::{Dictionary, INDUSTRIES, ORGANIZATION_NATURES};
use kit::{
    Answer, Clock, Done, Error, Form, Modules, OrganizationId, OrganizationKind, Page, Result,
    Scope, trail,
};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::administrators::{Code, code_page};
use super::{Asking, Unit};
use crate::administrators::{self, Credential, LOGIN_TAKEN, NewAdministrator};
use crate::organizations::{self, CODE_TAKEN, NAME_TAKEN, NewOrganization, Profile};
use crate::{contact, credentials};

/// A line of a drop-down.
#[derive(Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

fn choices(dictionary: &Dictionary) -> Vec<Choice> {
    let choice =
        |e: &kit::dictionary::Entry| Choice { value: e.code.to_owned(), label: e.label.to_owned() };
    dictionary.entries.iter().map(choice).collect()
}

/// The form as a page; `id` of the organization edited, none for a new one.
async fn page(
    unit: &'static Unit,
    db: &mut SqliteConnection,
    scope: Scope,
    id: Option<OrganizationId>,
    form: &Form,
) -> Result<Page> {
    let superiors: Vec<Choice> = superiors(db, unit, scope)
        .await?
        .into_iter()
        .map(|(id, label)| Choice { value: id.to_string(), label })
        .collect();
    let title =
        if id.is_some() { format!("编辑{}", unit.noun) } else { format!("新增{}", unit.noun) };
    let back = id.map_or(unit.base.to_owned(), |id| format!("{}/{id}", unit.base));
    let action = match id {
        Some(id) => format!("{}/{id}/edit", unit.base),
        None => format!("{}/new", unit.base),
    };
    Ok(Page::new("accounts/unit_form.html")
        .with("crumbs", &unit.crumbs(&title))
        .with("title", &title)
        .with("action", &action)
        .with("back", &back)
        .with("fresh", &id.is_none())
        .with("superiors", &superiors)
        .with("natures", &choices(&ORGANIZATION_NATURES))
        .with("industries", &choices(&INDUSTRIES))
        .with("form", form))
}

/// Whom an organization of this kind may be put under by a caller of this scope.
async fn superiors(
    db: &mut SqliteConnection,
    unit: &Unit,
    scope: Scope,
) -> Result<Vec<(OrganizationId, String)>> {
    if unit.kind == OrganizationKind::Department {
        let bureau = kit::organization::bureau(db).await?;
        return Ok(bureau.into_iter().map(|o| (o.id, o.name)).collect());
    }
    organizations::superiors(db, scope).await
}

/// The empty form.
pub async fn new(unit: &'static Unit, asking: Asking<'_>) -> Result<Page> {
    let mut db = asking.db.read().await?;
    let mut form = Form::new();
    let offered = superiors(&mut db, unit, asking.grant.scope).await?;
    if let [(only, _)] = offered.as_slice() {
        form.set("parent", only.to_string());
    }
    let bureau = kit::organization::bureau(&mut db).await?;
    if let Some(bureau) = bureau {
        form.set("area_code", organizations::profile(&mut db, bureau.id).await?.area_code);
    }
    page(unit, &mut db, asking.grant.scope, None, &form).await
}

/// The form filled with what is recorded.
pub async fn edit(unit: &'static Unit, asking: Asking<'_>, id: OrganizationId) -> Result<Page> {
    let mut db = asking.db.read().await?;
    let found = organizations::in_scope(&mut db, unit.kind, id, asking.grant.scope).await?;
    let profile = organizations::profile(&mut db, id).await?;
    let form = Form::of([
        ("name", found.name),
        ("credit_code", found.credit_code.unwrap_or_default()),
        ("parent", found.parent_id.map(|id| id.to_string()).unwrap_or_default()),
        ("area_code", profile.area_code),
        ("nature", profile.nature),
        ("industry", profile.industry),
        ("legal_person", profile.legal_person),
        ("contact", profile.contact),
        ("phone", profile.phone),
        ("address", profile.address),
    ]);
    page(unit, &mut db, asking.grant.scope, Some(id), &form).await
}

/// Reads and checks the organization's own fields.
fn read(
    unit: &Unit,
    form: &mut Form,
    offered: &[(OrganizationId, String)],
    certificate_name: String,
) -> NewOrganization {
    let name = form.required("name", "单位名称", 2..=60);
    let credit_code = form.required("credit_code", "统一社会信用代码", 1..=30);
    if !credit_code.is_empty()
        && let Err(error) = kit::credit_code::CreditCode::parse(&credit_code)
    {
        form.refuse("credit_code", format!("信用代码{}。{}。", error.message(), error.remedy()));
    }
    let ids: Vec<String> = offered.iter().map(|(id, _)| id.to_string()).collect();
    let parents: Vec<&str> = ids.iter().map(String::as_str).collect();
    let parent = form.choice("parent", "上级单位", &parents);
    let codes = |d: &Dictionary| d.entries.iter().map(|e| e.code).collect::<Vec<_>>();
    let nature = form.choice("nature", "单位性质", &codes(&ORGANIZATION_NATURES));
    let industry = form.choice("industry", "行业", &codes(&INDUSTRIES));
    let area_code = form.optional("area_code", "所属区域", 6);
    if !area_code.is_empty()
        && (area_code.len() != 6 || !area_code.chars().all(|c| c.is_ascii_digit()))
    {
        form.refuse("area_code", "所属区域请填 6 位数字的行政区划代码。");
    }
    let profile = Profile {
        certificate_name,
        area_code,
        nature,
        industry,
        legal_person: form.optional("legal_person", "法定代表人", 50),
        contact: form.optional("contact", "联系人", 50),
        phone: contact::telephone(form, "phone", "联系电话"),
        address: form.optional("address", "地址", 100),
        ..Profile::default()
    };
    NewOrganization {
        kind: unit.kind,
        name,
        credit_code: Some(credit_code),
        parent: parent.parse().ok(),
        profile,
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
pub async fn create(
    unit: &'static Unit,
    asking: Asking<'_>,
    mut form: Form,
    clock: &Clock,
) -> Result<Answer> {
    let scope = asking.grant.scope;
    let offered = superiors(&mut *asking.db.read().await?, unit, scope).await?;
    let new = read(unit, &mut form, &offered, String::new());
    let mut administrator = super::administrators::read(&mut form);
    if form.refused() {
        let mut db = asking.db.read().await?;
        return Ok(page(unit, &mut db, scope, None, &form).await?.refused().into());
    }
    let (code, hash) = credentials::one_time().await?;
    administrator.credential = Credential::Code(hash);
    administrator.created_by = Some(asking.user.account);
    let mut tx = asking.db.begin().await?;
    match store(unit, &asking, &mut tx, &new, administrator.clone(), clock).await {
        Ok(()) => tx.commit().await?,
        Err(error) => {
            by_field(&mut form, error)?;
            tx.rollback().await?;
            let mut db = asking.db.read().await?;
            return Ok(page(unit, &mut db, scope, None, &form).await?.refused().into());
        }
    }
    let days = credentials::days(&mut *asking.db.read().await?, &credentials::RESET_DAYS).await?;
    let told = format!("已新增{}“{}”。", unit.noun, new.name);
    let shown = Code {
        told: &told,
        organization: &new.name,
        name: &administrator.name,
        login: &administrator.login,
        code: &code,
        days,
    };
    Ok(code_page(unit, &shown, unit.base).into())
}

async fn store(
    unit: &Unit,
    asking: &Asking<'_>,
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
        unit.noun, new.name, administrator.name, administrator.login
    );
    trail::write(tx, &asking.user.actor(), clock, &unit.act("create"), &unit.object(id), &text)
        .await
}

/// Stores an edited organization.
pub async fn update(
    unit: &'static Unit,
    asking: Asking<'_>,
    id: OrganizationId,
    mut form: Form,
    modules: &Modules,
    clock: &Clock,
) -> Result<Answer> {
    let scope = asking.grant.scope;
    let mut tx = asking.db.begin().await?;
    let found = organizations::in_scope(&mut tx, unit.kind, id, scope).await?;
    let kept = organizations::profile(&mut tx, id).await?.certificate_name;
    let offered = superiors(&mut tx, unit, scope).await?;
    let new = read(unit, &mut form, &offered, kept);
    if !form.refused() {
        match organizations::change(&mut tx, modules, id, &new, "change", clock).await {
            Ok(false) => {
                let done = Done::to(format!("{}/{id}", unit.base));
                return Ok(done.ok("内容没有变化，不需要保存。").into());
            }
            Ok(true) => {
                let text = format!("修改{}“{}”的资料", unit.noun, found.name);
                let (act, object) = (unit.act("change"), unit.object(id));
                trail::write(&mut tx, &asking.user.actor(), clock, &act, &object, &text).await?;
                tx.commit().await?;
                let done = Done::to(format!("{}/{id}", unit.base));
                return Ok(done.ok(format!("已保存“{}”的资料。", new.name)).into());
            }
            Err(error) => by_field(&mut form, error)?,
        }
    }
    tx.rollback().await?;
    let mut db = asking.db.read().await?;
    Ok(page(unit, &mut db, scope, Some(id), &form).await?.refused().into())
}
