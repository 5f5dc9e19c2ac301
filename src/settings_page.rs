//! 系统设置: everything a bureau decides, by group, with one trail row per change.

use accounts::organizations::{self, NewOrganization};
use kit::settings::Kind;
use kit::shell::BureauName;
use kit::{
    Answer, Can, Clock, Db, Done, Error, Form, Modules, OrganizationId, Page, Permission, Result,
    Setting, Settings, organization, trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::core::{EditSettings, ViewSettings};

/// The panel of what stands in the bureau's own row, not among the settings.
const BUREAU: &str = "本局";

#[derive(Serialize)]
struct Group {
    title: &'static str,
    settings: Vec<Shown>,
}

/// A setting as the `field` component draws it.
#[derive(Serialize, Default)]
struct Shown {
    key: &'static str,
    label: &'static str,
    kind: &'static str,
    help: &'static str,
    unit: &'static str,
    options: Vec<Choice>,
    min: String,
    max: String,
    step: String,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
}

fn shown(setting: &'static Setting) -> Shown {
    let plain =
        Shown { key: setting.key, label: setting.label, help: setting.help, ..Shown::default() };
    match setting.kind {
        Kind::Integer { least, most, unit } => Shown {
            kind: "number",
            unit,
            min: least.to_string(),
            max: most.to_string(),
            step: "1".to_owned(),
            ..plain
        },
        Kind::Switch => Shown { kind: "checkbox", ..plain },
        Kind::Text { most } => {
            Shown { kind: if most > 200 { "textarea" } else { "text" }, ..plain }
        }
        Kind::Choice { options } => Shown {
            kind: "select",
            options: options.iter().map(|(value, label)| Choice { value, label }).collect(),
            ..plain
        },
    }
}

fn groups(modules: &Modules) -> Vec<Group> {
    let text = |key, label, help| Shown { key, label, help, kind: "text", ..Shown::default() };
    let mut groups = vec![Group {
        title: BUREAU,
        settings: vec![
            text("bureau.name", "人社局全称", "显示在每页页首；改名记入单位历史。"),
            text("bureau.certificate_name", "证明落款名称", "印在学时证明上。"),
            text("bureau.area_code", "行政区划代码", "6 位数字，用在以后的证明编号里。"),
        ],
    }];
    for setting in modules.settings() {
        match groups.iter_mut().find(|group| group.title == setting.group) {
            Some(group) => group.settings.push(shown(setting)),
            None => groups.push(Group { title: setting.group, settings: vec![shown(setting)] }),
        }
    }
    groups
}

/// The bureau as it is recorded.
async fn bureau(db: &mut SqliteConnection) -> Result<(OrganizationId, NewOrganization)> {
    let found = organization::bureau(&mut *db).await?.ok_or(Error::NotFound)?;
    let profile = organizations::profile(db, found.id).await?;
    let recorded = NewOrganization {
        kind: found.kind,
        name: found.name,
        credit_code: found.credit_code,
        parent: None,
        profile,
    };
    Ok((found.id, recorded))
}

#[get("/settings")]
async fn view(
    user: Can<ViewSettings>,
    db: &State<Db>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Page> {
    let (_, bureau) = bureau(&mut *db.read().await?).await?;
    let mut form = Form::of([
        ("bureau.name", bureau.name),
        ("bureau.certificate_name", bureau.profile.certificate_name),
        ("bureau.area_code", bureau.profile.area_code),
    ]);
    for setting in modules.settings() {
        form.set(setting.key, settings.text(setting));
    }
    // who may only look finds the fields disabled
    let may_edit = user.user.may(EditSettings::grantable());
    Ok(page(&form, modules, may_edit))
}

fn page(form: &Form, modules: &Modules, may_edit: bool) -> Page {
    Page::new("settings.html")
        .with("groups", &groups(modules))
        .with("form", form)
        .with("may_edit", &may_edit)
}

#[post("/settings", data = "<form>")]
async fn save(
    user: Can<EditSettings>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
    bureau_name: &State<BureauName>,
    mut form: Form,
) -> Result<Answer> {
    let name = form.required("bureau.name", "人社局全称", 4..=60);
    let certificate_name = form.required("bureau.certificate_name", "证明落款名称", 2..=60);
    let area_code = form.required("bureau.area_code", "行政区划代码", 6..=6);
    if !area_code.bytes().all(|byte| byte.is_ascii_digit()) {
        form.refuse("bureau.area_code", "行政区划代码是 6 位数字，请核对后重新填写。");
    }
    let mut changes: Vec<(&'static Setting, String)> = vec![];
    for setting in modules.settings() {
        // a tick box that is not ticked is not sent
        let typed = match setting.kind {
            Kind::Switch if form.ticked(setting.key) => "1".to_owned(),
            Kind::Switch => "0".to_owned(),
            _ => form.text(setting.key),
        };
        match setting.accept(&typed) {
            Ok(value) if value != settings.text(setting) => changes.push((setting, value)),
            Ok(_) => {}
            Err(sentence) => form.refuse(setting.key, format!("{}：{sentence}", setting.label)),
        }
    }
    if form.refused() {
        return Ok(page(&form, modules, true).refused().into());
    }
    let actor = user.actor();
    let mut tx = db.begin().await?;
    let (id, mut wanted) = bureau(&mut tx).await?;
    wanted.name.clone_from(&name);
    let text = format!("本局资料改为：{name}，证明落款 {certificate_name}，区划 {area_code}");
    wanted.profile.certificate_name = certificate_name;
    wanted.profile.area_code = area_code;
    let mut count = changes.len();
    if organizations::change(&mut tx, modules, id, &wanted, "settings", clock).await? {
        count += 1;
        let object = format!("organization:{id}");
        trail::write(&mut tx, &actor, clock, "settings.bureau", &object, &text).await?;
    }
    for (setting, value) in &changes {
        Settings::store(&mut tx, setting, value, &actor, clock).await?;
    }
    tx.commit().await?;
    settings.load(&mut *db.read().await?).await?;
    if let Ok(mut shown) = bureau_name.0.lock() {
        *shown = name;
    }
    Ok(match count {
        0 => Done::to("/settings").ok("没有改动。"),
        n => Done::to("/settings").ok(format!("已保存 {n} 处改动。")),
    }
    .into())
}

pub fn routes() -> Vec<Route> {
    routes![view, save]
}
