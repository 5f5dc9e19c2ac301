//! 登记调出本县: where to, since when, why; papers if there are any.

use accounts::people::{self, PersonBrief};
use accounts::uploads;
use kit::access::Grant;
use kit::form::Upload;
use kit::{
    Answer, Can, Clock, Db, Done, Error, FileId, Form, Modules, Page, PersonId, Result, User, day,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{Crumb, since, store};
use crate::EditTransfers;

pub fn routes() -> Vec<Route> {
    routes![ask, send]
}

/// Files of one record.
const MOST_FILES: usize = 10;

/// The person, if he is one of the unit's own who can leave now.
///
/// # Errors
/// `NotFound` for another unit's; refused for oneself, for who is gone, while a request waits.
async fn admitted(
    db: &mut SqliteConnection,
    user: &User,
    grant: &Grant,
    id: PersonId,
) -> Result<PersonBrief> {
    people::in_scope(&mut *db, id, grant.own()).await?;
    let brief = people::brief(&mut *db, id).await?;
    if user.person == Some(id) {
        return Err(Error::refused("这是您本人，不能自己登记调出。请由本单位其他管理员办理。"));
    }
    if matches!(brief.state.as_str(), "moved" | "deceased") {
        return Err(Error::refused(format!(
            "{}现在的状态是“{}”，不能登记调出本县。",
            brief.name, brief.state_label
        )));
    }
    if let Some(sentence) = store::waiting(db, id).await? {
        return Err(Error::refused(sentence));
    }
    Ok(brief)
}

#[get("/leave/<person>")]
async fn ask(user: Can<EditTransfers>, person: PersonId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = admitted(&mut db, &user.user, &user.grant, person).await?;
    page(&mut db, &brief, &Form::new(), &[]).await
}

#[post("/leave/<person>", data = "<upload>")]
async fn send(
    user: Can<EditTransfers>,
    person: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload.into_inner();
    let mut tx = db.begin().await?;
    let brief = admitted(&mut tx, &user.user, &user.grant, person).await?;
    let by = user.user.account;
    let mut files = uploads::again(&mut tx, &form, by).await?;
    let limit = (files.len(), MOST_FILES);
    files.extend(uploads::keep(&mut tx, db, &mut form, &arrived, limit, by, clock).await?);
    let wanted = read(&mut tx, &brief, &mut form, files.clone(), clock).await?;
    let Some(wanted) = wanted else {
        let page = page(&mut tx, &brief, &form, &files).await?;
        // what arrived is kept for the next try
        tx.commit().await?;
        return Ok(page.refused().into());
    };
    let rights = store::leave(&mut tx, modules, &brief, &wanted, &user.user, clock).await?;
    tx.commit().await?;
    let ended = if rights == 0 {
        String::new()
    } else {
        format!("他的管理员权限 {rights} 项已终止。")
    };
    let told =
        format!("已登记{}调出本县。{ended}请打印学时证明、下载学时台账交给本人。", brief.name);
    Ok(Done::to(format!("/transfers/left/{person}")).ok(told).into())
}

/// What the form says; none if it is refused.
async fn read(
    db: &mut SqliteConnection,
    brief: &PersonBrief,
    form: &mut Form,
    files: Vec<FileId>,
    clock: &Clock,
) -> Result<Option<store::Wanted>> {
    let area = form.required("area", "调往地区", 2..=50);
    let receiver = form.required("receiver", "接收单位", 2..=100);
    let on = form.date("on", "调出日期");
    if let Some(on) = on
        && let Some(sentence) = since::refused(db, brief, on, clock).await?
    {
        form.refuse("on", sentence);
    }
    let reason = form.required("reason", "调出原因", 5..=200);
    let on = on.map(day::date_text).filter(|_| !form.refused());
    Ok(on.map(|on| store::Wanted { area, receiver, on, reason, files }))
}

async fn page(
    db: &mut SqliteConnection,
    brief: &PersonBrief,
    form: &Form,
    files: &[FileId],
) -> Result<Page> {
    let back = format!("/accounts/people/{}", brief.id);
    let crumbs = [
        Crumb::new("本单位人员", "/accounts/people"),
        Crumb::new(&brief.name, &back),
        Crumb::new("调出本县", ""),
    ];
    Ok(Page::new("transfers/leave_form.html")
        .with("crumbs", &crumbs)
        .with("person", brief)
        .with("action", &format!("/transfers/leave/{}", brief.id))
        .with("back", &back)
        .with("kept", &uploads::shown(kit::file::find(db, files).await?))
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}
