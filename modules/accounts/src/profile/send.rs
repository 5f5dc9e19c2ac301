//! A request goes its way: submitted, looked at, withdrawn, pushed.

use kit::review;
use kit::{Clock, Db, Done, Error, Form, Modules, Page, Person, PersonId, Result, Settings, User};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::change::CHANGE;
use super::crumbs;
pub use crate::changes::Asked;
use crate::changes::{self, Content, Request, SUBJECT};
use crate::uploads;

pub fn routes() -> Vec<Route> {
    routes![show, withdraw, remind]
}

/// Opens the case of a request, or sends a rejected or withdrawn one again under its number.
pub async fn send(
    tx: &mut SqliteConnection,
    modules: &Modules,
    request: &Request,
    asked: Asked,
    by: &User,
    clock: &Clock,
) -> Result<Done> {
    let (person, id) = (request.person_id, request.id);
    let case = changes::submit(&mut *tx, modules, request, asked, None, by, clock).await?;
    let desk = match case.desk_id {
        Some(desk) => kit::organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let to = if request.by_unit {
        format!("{}/{person}", crate::staff::BASE)
    } else {
        format!("{CHANGE}/{id}")
    };
    let done = Done::to(to)
        .ok(format!("已提交，申请编号 {}，等待{desk}审核。通过以前资料不变。", case.number));
    Ok(if case.unattended {
        done.warn("您的单位暂时无人审核，已转上一级。")
    } else {
        done
    })
}

/// Who rejected it last and why: 县第一中学（陈芳）：材料不清晰，请重新上传。
pub async fn rejection(db: &mut SqliteConnection, request: &Request) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(request.case_id)
    .fetch_optional(db)
    .await?)
}

/// One of his own requests, with its progress.
#[get("/profile/change/<id>")]
async fn show(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let request = changes::of(&mut db, person.id, id).await?;
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
    let own = !request.by_unit && request.account_id == person.user.account;
    let pending = own && request.state == "pending";
    let rejection = match request.state.as_str() {
        "rejected" => rejection(&mut db, &request).await?,
        _ => None,
    };
    let files = kit::file::find(&mut db, &content.evidence()).await?;
    Ok(Page::new("accounts/change.html")
        .with("crumbs", &crumbs("信息修改申请"))
        .with("request", &request)
        .with("state", request.label().0)
        .with("tag", request.label().1)
        .with("facts", &subject.facts(&mut db, &case.content).await?)
        .with("files", &uploads::shown(files))
        .with("steps", &review::history(&mut db, subject, &case, false, clock).await?)
        .with("rejection", &rejection)
        .with("base", &format!("{CHANGE}/{id}"))
        .with("editable", &(own && is_last(&mut db, person.id, &request).await?))
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && waited > settings.integer(&review::OVERDUE_DAYS))))
}

/// Whether it is what 申请修改资料 goes on with.
async fn is_last(db: &mut SqliteConnection, person: PersonId, request: &Request) -> Result<bool> {
    let nothing_pending = changes::pending(&mut *db, person).await?.is_none();
    let open = changes::open(db, person).await?;
    Ok(nothing_pending && open.is_some_and(|open| open.id == request.id))
}

/// 撤回: while no desk has passed it.
#[post("/profile/change/<id>/withdraw", data = "<_form>")]
async fn withdraw(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let request = changes::of(&mut tx, person.id, id).await?;
    let case = request.case_id.ok_or(Error::NotFound)?;
    review::withdraw_from(&mut tx, modules, SUBJECT, case, &person.user, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{CHANGE}/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", request.number)))
}

/// 催办: when it waits too long.
#[post("/profile/change/<id>/remind", data = "<_form>")]
async fn remind(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let request = changes::of(&mut tx, person.id, id).await?;
    let case = request.case_id.ok_or(Error::NotFound)?;
    review::remind(&mut tx, case, &person.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{CHANGE}/{id}"))
        .ok(format!("已催办 {}，审核单位会看到。", request.number)))
}
