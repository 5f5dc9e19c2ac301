//! 申请更正姓名、职称: what the bureau must agree to, asked for by the person's unit.

use kit::form::Upload;
use kit::review;
use kit::{
    Answer, Can, Clock, Db, Done, Error, FileId, Form, Modules, Page, PersonId, Result, day,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{BASE, crumbs, edit::whole, not_himself, own};
use crate::changes::{self, Draft, MOST_FILES, SUBJECT};
use crate::people::{self, form as fields};
use crate::permissions::EditStaff;
use crate::profile::send::{Asked, send};
use crate::uploads;

pub fn routes() -> Vec<Route> {
    routes![new, submit, withdraw]
}

/// The person, if a request about him may be written now.
async fn admitted(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    id: PersonId,
) -> Result<people::PersonBrief> {
    let brief = own(&mut *db, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    if whole(user) {
        return Err(Error::refused(
            "本局人员的姓名和职称由本局决定，请在“编辑资料”中直接修改，不用申请。",
        ));
    }
    if let Some(pending) = changes::pending(db, id).await? {
        return Err(Error::refused(format!(
            "{}有一条信息修改申请（{}）正在审核，一次只能有一条。请等它办完再申请。",
            brief.name, pending.number
        )));
    }
    Ok(brief)
}

#[get("/people/<id>/change")]
async fn new(user: Can<EditStaff>, id: PersonId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = admitted(&mut db, &user, id).await?;
    let mut form = Form::new();
    let stored = people::fields(&mut db, id).await?.ok_or(Error::NotFound)?;
    fields::fill(&mut form, &stored);
    page(&mut db, &user, &brief, &form, &[]).await
}

#[post("/people/<id>/change", data = "<upload>")]
async fn submit(
    user: Can<EditStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload.into_inner();
    let mut tx = db.begin().await?;
    let brief = admitted(&mut tx, &user, id).await?;
    let by = user.user.account;
    let mut files = uploads::again(&mut tx, &form, by).await?;
    let limit = (files.len(), MOST_FILES);
    files.extend(uploads::keep(&mut tx, db, &mut form, &arrived, limit, by, clock).await?);
    let asked = asked(&mut tx, &brief, files.clone(), &mut form, clock).await?;
    if form.refused() {
        let page = page(&mut tx, &user, &brief, &form, &files).await?;
        // what arrived is kept for the next try
        tx.commit().await?;
        return Ok(page.refused().into());
    }
    let change = changes::create(&mut tx, id, by, true, clock).await?;
    for file in &files {
        changes::attach(&mut tx, change, *file).await?;
    }
    let titles = changes::titles(&asked.items);
    changes::save(&mut tx, change, &Draft::default(), &titles, clock).await?;
    let request = changes::of(&mut tx, id, change).await?;
    let done = send(&mut tx, modules, &request, asked, &user.user, clock).await?;
    tx.commit().await?;
    Ok(done.into())
}

async fn asked(
    tx: &mut SqliteConnection,
    brief: &people::PersonBrief,
    files: Vec<FileId>,
    form: &mut Form,
    clock: &Clock,
) -> Result<Asked> {
    let old = people::fields(tx, brief.id).await?.ok_or(Error::NotFound)?;
    let mut new = old.clone();
    fields::read_decided_above(form, &mut new, day::stored_date(&brief.born), clock.today());
    let items = changes::differences(&old, &new, (None, None));
    let reason = form.required("reason", "修改原因", 5..=200);
    if items.is_empty() && !form.refused() {
        form.refuse("", "姓名和职称都没有改动，没有提交。请先修改要更正的内容。");
    }
    Ok(Asked { items, reason, files })
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    brief: &people::PersonBrief,
    form: &Form,
    files: &[FileId],
) -> Result<Page> {
    let back = format!("{BASE}/{}", brief.id);
    Ok(Page::new("accounts/person_request.html")
        .with("crumbs", &crumbs(&user.grant, &[(&brief.name, &back), ("申请更正姓名、职称", "")]))
        .with("name", &brief.name)
        .with("action", &format!("{back}/change"))
        .with("back", &back)
        .with("options", &fields::Options::new())
        .with("kept", &uploads::shown(kit::file::find(db, files).await?))
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}

/// 撤回 by the administrator who submitted it, while no desk has passed it.
#[post("/people/<id>/change/withdraw", data = "<_form>")]
async fn withdraw(
    user: Can<EditStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    own(&mut tx, &user.grant, id).await?;
    let pending = changes::pending(&mut tx, id).await?;
    let request = pending.filter(|request| request.by_unit).ok_or(Error::NotFound)?;
    let case = request.case_id.ok_or(Error::NotFound)?;
    review::withdraw_from(&mut tx, modules, SUBJECT, case, &user.user, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("{} 已撤回，资料没有变化。", request.number)))
}
