//! 历史学时导入记录: this organization's batches, newest first; one batch with its rows.

use kit::list::Tab;
use kit::review::{self, CaseState};
use kit::{
    Can, Clock, Db, Done, Download, Error, FileId, Form, Grantable, Hours, Modules, Page,
    Permission, Result, Settings,
};
use rocket::{Route, State, get, post, routes};
use serde_json::json;
use sqlx::SqliteConnection;

use super::batch::{self, Batch};
use super::lines::{entry_page, roster_page, sums};
use super::subject::HistoryHours;
use super::{EditHistory, ViewCases, ViewHistory, evidence, undo};

/// Batches, and rows, on a page.
const PAGE: i64 = 20;
const ROWS: i64 = 100;

pub fn routes() -> Vec<Route> {
    routes![records, show, withdraw, remind, one_file, case]
}

/// Pages by the last number seen, so that the thousandth page costs what the first does.
#[get("/history/records?<before>")]
async fn records(user: Can<ViewHistory>, db: &State<Db>, before: Option<i64>) -> Result<Page> {
    #[derive(sqlx::FromRow)]
    struct Record {
        id: i64,
        number: String,
        file_name: String,
        person: String,
        by_name: String,
        created_at: String,
        rows: i64,
        people: i64,
        hours: Hours,
        left_out: i64,
        state: String,
        undone_at: String,
        person_id: Option<i64>,
    }
    let mut found: Vec<Record> = sqlx::query_as(
        "select b.id, b.number, coalesce(i.file_name, '') as file_name,
                coalesce(p.name, '') as person, b.by_name, b.created_at, b.rows, b.people, b.hours,
                b.left_out, b.state, b.undone_at, b.person_id
           from history_batch b left join import i on i.id = b.import_id
           left join person p on p.id = b.person_id
          where b.organization_id = ?1 and b.id < ?2 and (?4 is null or b.account_id = ?4)
          order by b.id desc limit ?3",
    )
    .bind(user.organization())
    .bind(before.unwrap_or(i64::MAX))
    .bind(PAGE + 1)
    .bind(batch::only(&user.user, &user.grant))
    .fetch_all(&mut *db.read().await?)
    .await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map_or(0, |last| last.id);
    let edits = user.user.may(EditHistory::grantable());
    let shown = found.into_iter().map(|one| {
        let (state, tag) = label(&one.state, &one.undone_at);
        let draft = one.state == "draft";
        let href = match (draft, one.person_id) {
            (false, _) => format!("/import/history/records/{}", one.id),
            (true, Some(person)) if edits => format!("/import/history/people/{person}"),
            _ => String::new(), // of a file: its upload stands on the first page
        };
        let what = match one.person.as_str() {
            "" => one.file_name,
            name => format!("{name}，外县转入"),
        };
        json!({
            "number": one.number, "what": what, "by_name": one.by_name,
            "created_at": one.created_at, "rows": one.rows, "people": one.people,
            "hours": one.hours, "left_out": one.left_out, "state": state, "tag": tag,
            "href": href,
        })
    });
    Ok(Page::new("import/history_records.html")
        .with("tabs", &crate::tabs(&user.user, "/import/history"))
        .with("records", &shown.collect::<Vec<_>>())
        .with("first", &before.is_none())
        .with("next", &next))
}

fn label(state: &str, undone_at: &str) -> (&'static str, &'static str) {
    match state {
        _ if !undone_at.is_empty() => ("已撤销", "off"),
        "entered" => ("已导入", "pass"),
        "pending" => ("待审核", "wait"),
        "approved" => ("已通过", "pass"),
        "rejected" => ("已驳回", "back"),
        "withdrawn" => ("已撤回", "off"),
        _ => ("草稿", "info"),
    }
}

#[get("/history/records/<id>?<after>")]
async fn show(
    user: Can<ViewHistory>,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    id: i64,
    after: Option<i64>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let batch = batch::find(&mut db, id, &user.user, &user.grant).await?;
    let own = batch.organization_id == user.organization();
    let edits = user.user.may(EditHistory::grantable());
    let mut page =
        rows_page(&mut db, &batch, after, &format!("/import/history/records/{id}")).await?;
    let mut rejection = None;
    if let Some(case) = batch.case_id {
        let case = review::case(&mut db, case).await?;
        let subject = modules.subject("history-hours").ok_or(Error::NotFound)?;
        let steps = review::steps(&mut db, case.id).await?;
        if case.state == CaseState::Rejected {
            let last = steps.iter().rev().find(|step| step.act == "reject");
            rejection = last.map(|step| step.opinion.clone());
        }
        let touched = steps.iter().any(|s| s.round == case.round && s.act == "take");
        let waited =
            review::waited(&review::working_days(&mut db).await?, &case.waiting_since, clock);
        let pending = own && edits && case.state == CaseState::Pending;
        page = page
            .with("steps", &review::history(&mut db, subject, &case, false, clock).await?)
            .with("withdrawable", &(pending && !touched))
            .with("remindable", &(pending && waited > settings.integer(&review::OVERDUE_DAYS)));
    }
    let again = match (batch.person_id, batch.editable() && own && edits) {
        (_, false) => String::new(),
        (Some(person), true) => format!("/import/history/people/{person}"),
        (None, true) => format!("/import/history?again={id}"),
    };
    let undoable =
        undo::may(&user.user, &user.grant) && undo::refusal(&batch, clock, settings).is_none();
    Ok(page
        .with("files", &evidence::shown(&mut db, &batch).await?)
        .with("again", &again)
        .with("rejection", &rejection)
        .with("own", &own)
        .with("undoable", &undoable)
        .with("undo_until", &undo::until(&batch, settings)))
}

/// The batch's rows behind a place, its sums and facts.
async fn rows_page(
    db: &mut SqliteConnection,
    batch: &Batch,
    after: Option<i64>,
    base: &str,
) -> Result<Page> {
    let after = after.unwrap_or(0);
    let roster = batch.case_id.is_some();
    let mut lines = match roster {
        true => roster_page(&mut *db, batch.id, after, ROWS + 1).await?,
        false => entry_page(&mut *db, batch.id, after, ROWS + 1).await?,
    };
    let more = lines.len() as i64 > ROWS;
    lines.truncate(ROWS as usize);
    let next = lines.last().filter(|_| more).map_or(0, |last| last.number);
    let shown: Vec<_> = lines
        .iter()
        .map(|line| json!({ "line": line, "dates": line.dates(), "told": line.told() }))
        .collect();
    let (state, tag) = batch.label();
    Ok(Page::new("import/history_record.html")
        .with("batch", batch)
        .with("years", &batch.years())
        .with("state", state)
        .with("tag", tag)
        .with("sums", &sums(db, batch).await?)
        .with("lines", &shown)
        .with("roster", &roster)
        .with("base", base)
        .with("first", &(after == 0))
        .with("next", &next))
}

/// 撤回: while nobody has decided.
#[post("/history/records/<id>/withdraw", data = "<_form>")]
async fn withdraw(
    user: Can<EditHistory>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    use credit_hours::roster;
    let mut tx = db.begin().await?;
    let batch = own(&mut tx, &user, id).await?;
    let case = batch.case_id.ok_or(Error::NotFound)?;
    review::withdraw(&mut tx, &HistoryHours, case, &user.user, clock).await?;
    roster::set_state(&mut tx, roster::HISTORY, id, "pending", "draft").await?;
    tx.commit().await?;
    Ok(Done::to(format!("/import/history/records/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", batch.number)))
}

/// 催办: when it waits too long.
#[post("/history/records/<id>/remind", data = "<_form>")]
async fn remind(
    user: Can<EditHistory>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let batch = own(&mut tx, &user, id).await?;
    let case = batch.case_id.ok_or(Error::NotFound)?;
    review::remind(&mut tx, case, &user.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/import/history/records/{id}"))
        .ok(format!("已催办 {}，审核单位会看到。", batch.number)))
}

/// A batch that the caller's own organization brought.
async fn own(db: &mut SqliteConnection, user: &Can<EditHistory>, id: i64) -> Result<Batch> {
    let batch = batch::find(db, id, &user.user, &user.grant).await?;
    if batch.organization_id == user.organization() { Ok(batch) } else { Err(Error::NotFound) }
}

/// A piece of evidence: whoever sees the batch sees it.
#[get("/history/records/<id>/files/<wanted>")]
async fn one_file(
    user: Can<ViewHistory>,
    id: i64,
    wanted: FileId,
    db: &State<Db>,
) -> Result<Download> {
    let stored = {
        let mut reader = db.read().await?;
        let batch = batch::find(&mut reader, id, &user.user, &user.grant).await?;
        batch::file_of(&mut reader, batch.id, wanted).await?
    };
    kit::file::serve(db, &stored, false).await
}

/// 全部明细 of a case, for the desk.
#[get("/history/cases/<id>?<after>")]
async fn case(user: Can<ViewCases>, id: i64, after: Option<i64>, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let batch = batch::any(&mut db, id).await?;
    let (department, organization) = user.scope().values();
    let seen = batch.case_id.is_some()
        && department.is_none_or(|own| batch.department_id == Some(own))
        && organization.is_none_or(|own| batch.organization_id == own);
    if !seen {
        return Err(Error::NotFound);
    }
    let tabs: Vec<Tab> = vec![];
    let undo = Grantable { leaf: super::HISTORY_LEAF, action: kit::Action::Edit };
    let record = user.user.may(undo) && batch::unit(&user.grant).is_none();
    Ok(rows_page(&mut db, &batch, after, &format!("/import/history/cases/{id}"))
        .await?
        .with("tabs", &tabs)
        .with("desk", &format!("/desk/history-hours/{id}"))
        .with("record", &record))
}
