//! A request of the unit goes its way: submitted, looked at, withdrawn, pushed.

use kit::organization::Organization;
use kit::review::{self, Submission};
use kit::{
    Can, Clock, Db, Done, Download, Error, FileId, Form, Modules, Page, Permission, Result,
    Settings, User,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::change::{CHANGE, crumbs};
use super::own;
use crate::organization_changes::{self as changes, Content, Item, Request, SUBJECT};
use crate::permissions::{EditOwnUnit, ViewOwnUnit};
use crate::uploads;

pub fn routes() -> Vec<Route> {
    routes![show, withdraw, remind, one_file]
}

/// What is asked for, read from a form.
pub struct Asked {
    pub items: Vec<Item>,
    pub reason: String,
    pub files: Vec<FileId>,
}

/// Opens the case of a request, or sends a rejected or withdrawn one again under its number.
pub async fn send(
    tx: &mut SqliteConnection,
    modules: &Modules,
    unit: &Organization,
    request: &Request,
    asked: Asked,
    by: &User,
    clock: &Clock,
) -> Result<Done> {
    let titles = changes::titles(unit.kind, &asked.items);
    let superior_name = match unit.parent_id {
        Some(parent) => name(&mut *tx, parent).await?,
        None => String::new(),
    };
    let content = Content {
        change: request.id,
        organization: unit.id,
        kind: unit.kind,
        name: unit.name.clone(),
        credit_code: unit.credit_code.clone().unwrap_or_default(),
        superior_name,
        items: asked.items,
        reason: asked.reason,
        files: asked.files,
    };
    let moves = content.new_superior().is_some();
    changes::submitted_by(&mut *tx, unit, request.id, by.account, (&titles, moves)).await?;
    changes::belongs(&mut *tx, unit, &content).await?;
    let number = match request.number.as_str() {
        "" => changes::number(&mut *tx, clock).await?,
        number => number.to_owned(),
    };
    let title = format!("{} 修改{titles}", unit.name);
    let (organization, department) = (unit.id, unit.department_id);
    let submission = Submission { content, number, title, person: None, organization, department };
    let case = match request.case_id {
        None => review::submit_to(&mut *tx, modules, SUBJECT, submission, by, clock).await?,
        Some(case) => {
            review::resubmit_to(&mut *tx, modules, SUBJECT, case, submission, by, clock).await?
        }
    };
    let desk = match case.desk_id {
        Some(desk) => name(tx, desk).await?,
        None => String::new(),
    };
    let done = Done::to(format!("{CHANGE}/{}", request.id))
        .ok(format!("已提交，申请编号 {}，等待{desk}审核。通过以前单位资料不变。", case.number));
    Ok(if case.unattended {
        done.warn("上级单位暂时无人审核，已转下一个审核单位。")
    } else {
        done
    })
}

async fn name(db: &mut SqliteConnection, id: kit::OrganizationId) -> Result<String> {
    Ok(kit::organization::find(db, id).await?.map(|o| o.name).unwrap_or_default())
}

/// Who rejected it last and why: 云川县教育局（陈芳）：材料不清晰，请重新上传。
pub async fn rejection(db: &mut SqliteConnection, request: &Request) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(request.case_id)
    .fetch_optional(db)
    .await?)
}

/// One of the unit's requests, with its progress.
#[get("/unit/change/<id>")]
async fn show(
    user: Can<ViewOwnUnit>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let unit = own(&mut db, &user).await?;
    let request = changes::of(&mut db, unit.id, id).await?;
    let case = review::case(&mut db, request.case_id.ok_or(Error::NotFound)?).await?;
    let subject =
        modules.subject(SUBJECT).ok_or_else(|| Error::Fault(format!("no subject {SUBJECT}")))?;
    let content: Content = serde_json::from_str(&case.content)?;
    let calendar = review::working_days(&mut db).await?;
    let waited = review::waited(&calendar, &case.waiting_since, clock);
    let steps = review::steps(&mut db, case.id).await?;
    let touched = steps
        .iter()
        .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    let edits = user.user.may(EditOwnUnit::grantable());
    let pending = edits && request.state == "pending";
    let rejection = match request.state.as_str() {
        "rejected" => rejection(&mut db, &request).await?,
        _ => None,
    };
    let files = kit::file::find(&mut db, &content.evidence()).await?;
    let base = format!("{CHANGE}/{id}");
    Ok(Page::new("accounts/own_unit_change.html")
        .with("crumbs", &crumbs("机构信息修改申请"))
        .with("request", &request)
        .with("state", request.label().0)
        .with("tag", request.label().1)
        .with("facts", &subject.facts(&mut db, &case.content).await?)
        .with("files", &uploads::shown_under(files, &format!("{base}/files")))
        .with("steps", &review::history(&mut db, subject, &case, false, clock).await?)
        .with("rejection", &rejection)
        .with("base", &base)
        .with("editable", &(edits && goes_on(&mut db, &unit, &request).await?))
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && waited > settings.integer(&review::OVERDUE_DAYS))))
}

/// Whether it is what 申请修改 goes on with.
async fn goes_on(
    db: &mut SqliteConnection,
    unit: &Organization,
    request: &Request,
) -> Result<bool> {
    let nothing_pending = changes::pending(&mut *db, unit.id).await?.is_none();
    let open = changes::open(db, unit.id).await?;
    Ok(nothing_pending && open.is_some_and(|open| open.id == request.id))
}

/// 撤回: while no desk has passed it.
#[post("/unit/change/<id>/withdraw", data = "<_form>")]
async fn withdraw(
    user: Can<EditOwnUnit>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let request = changes::of(&mut tx, user.organization(), id).await?;
    let case = request.case_id.ok_or(Error::NotFound)?;
    review::withdraw_from(&mut tx, modules, SUBJECT, case, &user.user, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{CHANGE}/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", request.number)))
}

/// 催办: when it waits too long.
#[post("/unit/change/<id>/remind", data = "<_form>")]
async fn remind(
    user: Can<EditOwnUnit>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let request = changes::of(&mut tx, user.organization(), id).await?;
    let case = request.case_id.ok_or(Error::NotFound)?;
    review::remind(&mut tx, case, &user.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{CHANGE}/{id}"))
        .ok(format!("已催办 {}，审核单位会看到。", request.number)))
}

/// A file of one of the unit's requests, whichever of its administrators uploaded it.
#[get("/unit/change/<id>/files/<wanted>")]
async fn one_file(
    user: Can<ViewOwnUnit>,
    id: i64,
    wanted: FileId,
    db: &State<Db>,
) -> Result<Download> {
    let mut reader = db.read().await?;
    let request = changes::of(&mut reader, user.organization(), id).await?;
    let stored = changes::one(&mut reader, request.id, wanted).await?;
    drop(reader);
    kit::file::serve(db, &stored, false).await
}
