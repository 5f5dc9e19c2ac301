//! 申请修改单位资料: what the superior must agree to; written over as many visits as it takes, one
//! at a time, by whichever of the unit's administrators.

use kit::form::Upload;
use kit::organization::Organization;
use kit::{Answer, Can, Clock, Db, Done, FileId, Form, Modules, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{ADDRESS, own, send};
use crate::organization_changes::{self as changes, Item, Kept, MOST_FILES, Recorded, Request};
use crate::organizations::form::Options;
use crate::permissions::EditOwnUnit;
use crate::units::Crumb;
use crate::uploads;

pub fn routes() -> Vec<Route> {
    routes![edit, update]
}

pub const CHANGE: &str = "/accounts/unit/change";

/// What the pressed button asks for.
enum Act {
    Save,
    Attach,
    Detach(FileId),
    Discard,
    Submit,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        let (word, rest) = text.split_once(':').unwrap_or((&text, ""));
        match word {
            "attach" => Act::Attach,
            "detach" => rest.parse().map_or(Act::Save, Act::Detach),
            "discard" => Act::Discard,
            "submit" => Act::Submit,
            _ => Act::Save,
        }
    }
}

#[get("/unit/change")]
async fn edit(user: Can<EditOwnUnit>, db: &State<Db>) -> Result<Answer> {
    let mut db = db.read().await?;
    let unit = own(&mut db, &user).await?;
    if let Some(pending) = changes::pending(&mut db, unit.id).await? {
        return Ok(Done::to(format!("{CHANGE}/{}", pending.id)).into());
    }
    let request = changes::open(&mut db, unit.id).await?;
    let draft = request.as_ref().map(Request::draft).transpose()?.unwrap_or_default();
    let recorded = Recorded::of(&mut db, &unit).await?;
    let mut form = Form::new();
    changes::fill(&mut db, &unit, &recorded, &mut form).await?;
    for (name, values) in &draft.values {
        form.set_list(name, values.iter().cloned());
    }
    Ok(page(&mut db, &unit, request.as_ref(), &form).await?.into())
}

#[post("/unit/change", data = "<upload>")]
async fn update(
    user: Can<EditOwnUnit>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload.into_inner();
    let act = Act::of(&form);
    let mut tx = db.begin().await?;
    let unit = own(&mut tx, &user).await?;
    let by = user.user.account;
    let open = changes::editable(&mut tx, unit.id).await?;
    if let Act::Discard = act {
        return discard(tx, &user, &unit, open, clock).await;
    }
    let id = match &open {
        Some(request) => request.id,
        None => changes::create(&mut tx, &unit, by, clock).await?,
    };
    let request = changes::of(&mut tx, unit.id, id).await?;
    let mut draft = request.draft()?;
    changes::as_typed(&mut draft, &unit, &form);
    let input = (&mut form, arrived.as_slice());
    let kept = changes::receive(&mut tx, db, unit.kind, id, input, by, clock).await?;
    if let Act::Detach(file) = act {
        changes::detach(&mut tx, &request, file).await?;
    }
    changes::save(&mut tx, id, &draft, clock).await?;
    if let Act::Submit = act {
        let asked = asked(&mut tx, &unit, id, &mut form).await?;
        if !form.refused() {
            let done =
                send::send(&mut tx, modules, &unit, &request, asked, &user.user, clock).await?;
            tx.commit().await?;
            return Ok(done.into());
        }
    }
    told(&mut tx, &user, &unit, "save", "保存机构信息修改申请草稿", clock).await?;
    tx.commit().await?;
    if form.refused() {
        let mut db = db.read().await?;
        let request = changes::of(&mut db, unit.id, id).await?;
        return Ok(page(&mut db, &unit, Some(&request), &form).await?.refused().into());
    }
    Ok(saved(&act, kept).into())
}

fn saved(act: &Act, kept: usize) -> Done {
    let done = Done::to(CHANGE);
    match act {
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传材料”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份材料。")),
        Act::Detach(_) => done.ok("已移除 1 份材料。"),
        Act::Save | Act::Submit | Act::Discard => {
            done.ok("草稿已保存。提交以后，上级单位才能看到。")
        }
    }
}

async fn told(
    tx: &mut SqliteConnection,
    user: &Can<EditOwnUnit>,
    unit: &Organization,
    act: &str,
    text: &str,
    clock: &Clock,
) -> Result<()> {
    let (act, object) =
        (format!("accounts.unit-change.{act}"), format!("{}:{}", unit.kind.key(), unit.id));
    trail::write(tx, &user.actor(), clock, &act, &object, &format!("“{}”{text}", unit.name)).await
}

async fn discard(
    mut tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    user: &Can<EditOwnUnit>,
    unit: &Organization,
    open: Option<Request>,
    clock: &Clock,
) -> Result<Answer> {
    let Some(request) = open else {
        return Ok(Done::to(ADDRESS).ok("没有在写的申请，不用放弃。").into());
    };
    changes::discard(&mut tx, &request).await?;
    told(&mut tx, user, unit, "discard", "放弃机构信息修改申请草稿", clock).await?;
    tx.commit().await?;
    Ok(Done::to(ADDRESS).ok("已放弃没有提交的修改，单位资料没有变化。").into())
}

/// Reads the form against what is recorded; refused by field.
async fn asked(
    tx: &mut SqliteConnection,
    unit: &Organization,
    id: i64,
    form: &mut Form,
) -> Result<send::Asked> {
    let recorded = Recorded::of(&mut *tx, unit).await?;
    let mut items = changes::changes(&mut *tx, unit, &recorded, form).await?;
    let kept = changes::kept(&mut *tx, id).await?;
    let of = |kind: &str| -> Vec<FileId> {
        kept.iter().filter(|one| one.kind == kind).map(|one| one.file.id).collect()
    };
    for (kind, _) in changes::attachments(unit.kind) {
        let new = of(kind);
        if !new.is_empty() {
            let old = changes::current(&mut *tx, unit.id, kind).await?;
            items.push(Item::Files { kind: (*kind).to_owned(), old, new });
        }
    }
    let reason = form.required("reason", "修改原因", 5..=200);
    if items.is_empty() && !form.refused() {
        form.refuse("", "没有改动任何内容，没有提交。请先修改要更正的内容，或上传要更换的证照。");
    }
    if kept.is_empty() && items.iter().any(Item::needs_evidence) {
        form.refuse(
            "files",
            "修改名称、信用代码、法定代表人或上级单位的，请至少上传 1 份证照或证明材料，例如营业执照、法人证书或批文。",
        );
    }
    Ok(send::Asked { items, reason, files: of("files") })
}

/// A place for new attachments of a kind, with those in force.
#[derive(Serialize)]
struct Attachable {
    kind: &'static str,
    label: &'static str,
    current: String,
    files: Vec<uploads::Shown>,
}

fn shown(kept: &[Kept], kind: &str, request: Option<&Request>) -> Vec<uploads::Shown> {
    let files = kept.iter().filter(|one| one.kind == kind).map(|one| one.file.clone()).collect();
    let id = request.map(|request| request.id).unwrap_or_default();
    uploads::shown_under(files, &format!("{CHANGE}/{id}/files"))
}

async fn page(
    db: &mut SqliteConnection,
    unit: &Organization,
    request: Option<&Request>,
    form: &Form,
) -> Result<Page> {
    let kept = match request {
        Some(request) => changes::kept(&mut *db, request.id).await?,
        None => vec![],
    };
    let mut attachable = Vec::new();
    for (kind, label) in changes::attachments(unit.kind) {
        let current = changes::current(&mut *db, unit.id, kind).await?;
        let names: Vec<String> =
            kit::file::find(&mut *db, &current).await?.into_iter().map(|file| file.name).collect();
        attachable.push(Attachable {
            kind,
            label,
            current: names.join("、"),
            files: shown(&kept, kind, request),
        });
    }
    let rejection = match request {
        Some(request) if request.state == "rejected" => send::rejection(&mut *db, request).await?,
        _ => None,
    };
    let superior = match unit.parent_id {
        Some(parent) => kit::organization::find(&mut *db, parent).await?.map(|o| o.name),
        None => None,
    };
    let subjects = crate::organizations::subjects::offered(&mut *db).await?;
    Ok(Page::new("accounts/own_unit_change_form.html")
        .with("crumbs", &crumbs("申请修改单位资料"))
        .with("action", CHANGE)
        .with("back", ADDRESS)
        .with("number", request.map_or("", |request| request.number.as_str()))
        .with("begun", &request.is_some())
        .with("rejection", &rejection)
        .with("kind", unit.kind.key())
        .with("superior", &superior.unwrap_or_default())
        .with("options", &Options::new(subjects))
        .with("attachable", &attachable)
        .with("files", &shown(&kept, "files", request))
        .with("count", &kept.len())
        .with("most_files", &MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}

/// 资料管理 > 单位资料 > the page itself.
pub fn crumbs(here: &str) -> Vec<Crumb> {
    vec![Crumb::new("资料管理", ""), Crumb::new("单位资料", ADDRESS), Crumb::new(here, "")]
}
