//! Acts of 我的学时申报: save, attach, submit, withdraw, remind, delete.

use rocket::{State, post};
use sqlx::SqliteConnection;

use kit::form::Upload;
use kit::review::{self, Submission};
use kit::{
    Answer, Clock, Db, Done, Error, FileId, Form, Person, Result, Settings, day, serial, trail,
};

use super::evidence;
use super::form::Fields;
use super::pages::edit_page;
use super::store::{self, Draft};
use super::suggest;
use crate::category;
use crate::claims::{self, Declarer, Taken};
use crate::subject::{Content, Declarations};
use crate::windows::{self, open_years};

/// What the pressed button asks for.
enum Act {
    Save,
    Attach,
    Remove(FileId),
    Submit,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        match text.strip_prefix("remove:").and_then(|id| id.parse().ok()) {
            Some(file) => Act::Remove(file),
            None if text == "submit" => Act::Submit,
            None if text == "attach" => Act::Attach,
            None => Act::Save,
        }
    }
}

/// A new declaration: at first always a draft, so that evidence has a place to stay.
#[post("/declarations", data = "<upload>")]
pub async fn create(
    person: Person,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    save(&person, None, db, clock, upload.into_inner()).await
}

/// An existing one, changed; or submitted.
#[post("/declarations/<id>", data = "<upload>")]
pub async fn update(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    save(&person, Some(id), db, clock, upload.into_inner()).await
}

async fn save(
    person: &Person,
    id: Option<i64>,
    db: &Db,
    clock: &Clock,
    upload: Upload,
) -> Result<Answer> {
    let Upload { mut form, files } = upload;
    let act = Act::of(&form);
    let submit = matches!(act, Act::Submit);
    let mut tx = db.begin().await?;
    let open = open_years(&mut tx, clock).await?;
    if let Some(sentence) = store::shut(&mut tx, person.id).await? {
        return Err(Error::refused(sentence));
    }
    let id = match id {
        Some(id) => store::own_editable(&mut tx, person.id, id).await?.id,
        None => store::create(&mut tx, person.id, &person.user, clock).await?,
    };
    let categories = category::active(&mut tx).await?;
    if form.text("act") == "adopt" {
        suggest::adopt(&mut tx, person.id, id, &mut form).await?;
    }
    let fields = Fields::read(&mut form, submit, &categories);
    store::update(&mut tx, id, &fields, clock).await?;
    let draft = store::own(&mut tx, person.id, id).await?;
    evidence::assign(&mut tx, id, &draft.kind, &form).await?;
    let kept = evidence::keep(&mut tx, db, &person.user, id, &files, &mut form, clock).await?;
    if let Act::Remove(file) = act {
        evidence::detach(&mut tx, &draft, file, &person.user).await?;
    }
    if submit {
        ready(&mut tx, &draft, &fields, &open, clock, &mut form).await?;
    }
    if submit && !form.refused() {
        let done = send(&mut tx, person, &draft, clock).await?;
        tx.commit().await?;
        return Ok(done.into());
    }
    let (actor, object) = (person.user.actor(), format!("declaration:{id}"));
    let text = format!("保存学时申报“{}”，本次上传材料 {kept} 份", draft.title);
    trail::write(&mut tx, &actor, clock, "credit-hours.declaration.save", &object, &text).await?;
    tx.commit().await?;
    if form.refused() {
        let mut db = db.read().await?;
        let page = edit_page(&mut db, person, Some(&draft), &form, &open).await?;
        return Ok(page.refused().into());
    }
    let done = Done::to(format!("/credit-hours/declarations/{id}/edit"));
    Ok(match act {
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传材料”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份材料。")),
        Act::Remove(_) => done.ok("已移除 1 份材料。"),
        Act::Save | Act::Submit => done.ok("草稿已保存。提交以后，审核单位才能看到。"),
    }
    .into())
}

/// Refuses what must hold before a submission and does not; what the person, or others for him,
/// declared already only when all else is right.
async fn ready(
    tx: &mut SqliteConnection,
    draft: &Draft,
    fields: &Fields,
    open: &[i32],
    clock: &Clock,
    form: &mut Form,
) -> Result<()> {
    if let Some(year) = fields.year
        && let Some(sentence) = windows::closed(&mut *tx, year, clock).await?
    {
        form.refuse("year", sentence);
    }
    fields.check(form, open, clock.today());
    evidence::demand(form, &draft.kind, &evidence::pieces(&mut *tx, draft.id).await?);
    if !form.ticked("promised") {
        form.refuse("promised", "请核对内容并勾选本人承诺，再提交。");
    }
    if form.refused() {
        return Ok(());
    }
    if let Some(found) = claims::taken(&mut *tx, &draft.claim()).await?.first() {
        form.refuse("title", told(found));
    }
    suggest::demand(tx, draft, form).await
}

/// What its applicant reads about a likeness beyond doubt.
pub fn told(found: &Taken) -> String {
    let sentence = &found.sentence;
    match found.declarer {
        Declarer::Base => {
            format!("继续教育基地已经为您申报，不用也不能再自己申报。{sentence}。")
        }
        Declarer::Employer => format!("单位已经为您申报，不用再申报。{sentence}。"),
        Declarer::Himself | Declarer::Other => format!("{sentence}。同一项目不能申报两次。"),
    }
}

/// Opens the case, or sends a rejected or withdrawn one again under its number.
async fn send(
    tx: &mut SqliteConnection,
    person: &Person,
    draft: &Draft,
    clock: &Clock,
) -> Result<Done> {
    let content = Content::of(&mut *tx, draft).await?;
    suggest::keep(&mut *tx, draft.id, content.suggestion.as_ref()).await?;
    let number =
        if draft.number.is_empty() { number(&mut *tx, clock).await? } else { draft.number.clone() };
    let (organization, department): (kit::OrganizationId, Option<kit::OrganizationId>) =
        sqlx::query_as("select organization_id, department_id from declaration where id = ?")
            .bind(draft.id)
            .fetch_one(&mut *tx)
            .await?;
    let submission = Submission {
        title: format!("{} {}", content.name, content.title),
        number,
        person: Some(person.id),
        organization,
        department,
        content,
    };
    let user = &person.user;
    let case = match draft.case_id {
        None => review::submit(&mut *tx, &Declarations, submission, user, clock).await?,
        Some(case) => {
            review::resubmit(&mut *tx, &Declarations, case, submission, user, clock).await?
        }
    };
    evidence::link(&mut *tx, draft).await?;
    let desk = match case.desk_id {
        Some(desk) => kit::organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let done = Done::to(format!("/credit-hours/declarations/{}", draft.id))
        .ok(format!("已提交，申报编号 {}，等待 {desk} 审核。", case.number));
    Ok(if case.unattended {
        done.warn("您的单位暂时无人审核，已转上一级。")
    } else {
        done
    })
}

/// XS20261123-0001: counted anew each county day.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("declaration:{today}")).await?;
    Ok(format!("XS{today}-{next:04}"))
}

/// 撤回: while no desk has passed it.
#[post("/declarations/<id>/withdraw", data = "<_form>")]
pub async fn withdraw(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let draft = store::own(&mut tx, person.id, id).await?;
    let case = draft.case_id.ok_or_else(never_sent)?;
    review::withdraw(&mut tx, &Declarations, case, &person.user, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/credit-hours/declarations/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", draft.number)))
}

/// 催办: when it waits too long.
#[post("/declarations/<id>/remind", data = "<_form>")]
pub async fn remind(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let draft = store::own(&mut tx, person.id, id).await?;
    let case = draft.case_id.ok_or_else(never_sent)?;
    review::remind(&mut tx, case, &person.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/credit-hours/declarations/{id}"))
        .ok(format!("已催办 {}，审核单位会看到。", draft.number)))
}

/// 删除草稿: one never submitted.
#[post("/declarations/<id>/delete", data = "<_form>")]
pub async fn delete(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let draft = store::own(&mut tx, person.id, id).await?;
    store::delete(&mut tx, &draft, &person.user).await?;
    let (actor, object) = (person.user.actor(), format!("declaration:{id}"));
    let text = format!("删除学时申报草稿“{}”", draft.title);
    trail::write(&mut tx, &actor, clock, "credit-hours.declaration.delete", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to("/credit-hours/declarations").ok("已删除 1 条草稿。"))
}

fn never_sent() -> Error {
    Error::refused("这条申报还没有提交，请先提交。")
}
