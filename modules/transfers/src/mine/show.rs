//! One of the person's own transfers, with its progress; withdrawn, pushed.

use accounts::uploads;
use kit::review::{self, AnySubject};
use kit::{Clock, Db, Done, Error, Form, Page, Person, PersonId, Result, Settings};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{MINE, crumbs};
use crate::content::Content;
use crate::store::{self, Transfer};
use crate::subject::TransferRequests;

pub fn routes() -> Vec<Route> {
    routes![show, withdraw, remind]
}

#[get("/mine/<id>", rank = 2)]
async fn show(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let transfer = store::of_person(&mut db, person.id, id).await?;
    let editable = is_last(&mut db, person.id, &transfer).await?;
    let own = transfer.account_id == person.user.account;
    let page = case_page(&mut db, "transfers/mine_show.html", &transfer, own, clock, settings);
    Ok(page
        .await?
        .with("crumbs", &crumbs("调转申请"))
        .with("base", &format!("{MINE}/{id}"))
        .with("editable", &(own && editable)))
}

/// What a submitter's page shows of a transfer: facts, people, files, history, what can be done.
pub async fn case_page(
    db: &mut SqliteConnection,
    template: &'static str,
    transfer: &Transfer,
    own: bool,
    clock: &Clock,
    settings: &Settings,
) -> Result<Page> {
    let case = review::case(&mut *db, transfer.case_id.ok_or(Error::NotFound)?).await?;
    let content: Content = serde_json::from_str(&case.content)?;
    let subject: &dyn AnySubject = &TransferRequests;
    let calendar = review::working_days(&mut *db).await?;
    let waited = review::waited(&calendar, &case.waiting_since, clock);
    let steps = review::steps(&mut *db, case.id).await?;
    let touched = steps
        .iter()
        .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    let pending = own && transfer.state == "pending";
    let files = kit::file::find(&mut *db, &content.files).await?;
    let (state, tag) = transfer.label();
    Ok(Page::new(template)
        .with("number", &transfer.number)
        .with("state", state)
        .with("tag", tag)
        .with("facts", &subject.facts(&mut *db, &case.content).await?)
        .with("tables", &subject.tables(&mut *db, &case.content).await?)
        .with("files", &uploads::shown(files))
        .with("steps", &review::history(&mut *db, subject, &case, false, clock).await?)
        .with("rejection", &store::rejection(db, transfer).await?)
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && waited > settings.integer(&review::OVERDUE_DAYS))))
}

/// Whether it is what 发起调转 goes on with.
async fn is_last(db: &mut SqliteConnection, person: PersonId, one: &Transfer) -> Result<bool> {
    let nothing_pending = store::pending(&mut *db, person).await?.is_none();
    let open = store::open(db, person).await?;
    Ok(nothing_pending && open.is_some_and(|open| open.id == one.id))
}

/// 撤回: while no desk has passed it.
#[post("/mine/<id>/withdraw", data = "<_form>")]
async fn withdraw(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let transfer = store::of_person(&mut tx, person.id, id).await?;
    let case = transfer.case_id.ok_or(Error::NotFound)?;
    review::withdraw(&mut tx, &TransferRequests, case, &person.user, clock).await?;
    store::ended(&mut tx, id, "withdrawn", clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{MINE}/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", transfer.number)))
}

/// 催办: when it waits too long.
#[post("/mine/<id>/remind", data = "<_form>")]
async fn remind(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let transfer = store::of_person(&mut tx, person.id, id).await?;
    let case = transfer.case_id.ok_or(Error::NotFound)?;
    review::remind(&mut tx, case, &person.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{MINE}/{id}")).ok(format!("已催办 {}，审核单位会看到。", transfer.number)))
}
