//! Records of one of the own people: the unit is their only desk, so it changes them at once.

use kit::form::Upload;
use kit::{
    Answer, Can, Clock, Db, Done, Error, Event, FileId, Form, Modules, Page, PersonId, Result,
    trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{BASE, crumbs, not_himself, object, own};
use crate::people::record::{self, Kind, Record};
use crate::permissions::{EditStaff, STAFF};
use crate::records::{Place, page, read, removal};

pub fn routes() -> Vec<Route> {
    routes![new, add, edit, change, confirm_removal, remove]
}

fn of(key: Option<&str>) -> Result<Kind> {
    key.and_then(Kind::from_key).ok_or(Error::NotFound)
}

/// The person's name, if the caller may change his records.
async fn admitted(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    id: PersonId,
) -> Result<String> {
    let brief = own(db, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    Ok(brief.name)
}

fn place(user: &Can<EditStaff>, id: PersonId, name: &str, title: String, path: &str) -> Place {
    let back = format!("{BASE}/{id}");
    Place {
        crumbs: crumbs(&user.grant, &[(name, &back), (&title, "")]),
        title,
        action: format!("{back}/records/{path}"),
        back,
        told: "保存后立即生效",
    }
}

fn adding(user: &Can<EditStaff>, id: PersonId, name: &str, kind: Kind) -> Place {
    let path = format!("new?kind={}", kind.key());
    place(user, id, name, format!("新增{}", kind.label()), &path)
}

#[get("/people/<id>/records/new?<kind>")]
async fn new(
    user: Can<EditStaff>,
    id: PersonId,
    kind: Option<&str>,
    db: &State<Db>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let name = admitted(&mut db, &user, id).await?;
    let kind = of(kind)?;
    page(&mut db, &adding(&user, id, &name, kind), kind, &Form::new(), &[]).await
}

#[post("/people/<id>/records/new?<kind>", data = "<upload>")]
async fn add(
    user: Can<EditStaff>,
    id: PersonId,
    kind: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let mut tx = db.begin().await?;
    let name = admitted(&mut tx, &user, id).await?;
    let kind = of(kind)?;
    let by = user.user.account;
    let (record, files) = read(&mut tx, db, id, kind, &mut form, &files, by, clock).await?;
    if form.refused() {
        let place = adding(&user, id, &name, kind);
        let page = page(&mut tx, &place, kind, &form, &files).await?;
        tx.commit().await?;
        return Ok(page.refused().into());
    }
    let row = record::add(&mut tx, id, &record, clock).await?;
    hang(&mut tx, id, row, &files).await?;
    let text = format!("新增{name}的{}“{}”", kind.label(), record.heading());
    let done = written(&mut tx, &user, id, &text, clock, modules).await?;
    tx.commit().await?;
    Ok(done.into())
}

#[get("/people/<id>/records/<record>/edit")]
async fn edit(user: Can<EditStaff>, id: PersonId, record: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let name = admitted(&mut db, &user, id).await?;
    let stored = record::one(&mut db, id, record).await?;
    let mut form = Form::new();
    record::fill(&mut form, &stored);
    page(&mut db, &changing(&user, id, &name, record, &stored), stored.kind, &form, &[]).await
}

fn changing(user: &Can<EditStaff>, id: PersonId, name: &str, row: i64, stored: &Record) -> Place {
    place(user, id, name, format!("修改{}", stored.kind.label()), &format!("{row}/edit"))
}

#[post("/people/<id>/records/<record>/edit", data = "<upload>")]
async fn change(
    user: Can<EditStaff>,
    id: PersonId,
    record: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let mut tx = db.begin().await?;
    let name = admitted(&mut tx, &user, id).await?;
    let old = record::one(&mut tx, id, record).await?;
    let by = user.user.account;
    let (new, files) = read(&mut tx, db, id, old.kind, &mut form, &files, by, clock).await?;
    if form.refused() {
        let place = changing(&user, id, &name, record, &old);
        let page = page(&mut tx, &place, old.kind, &form, &files).await?;
        tx.commit().await?;
        return Ok(page.refused().into());
    }
    if new == old && files.is_empty() {
        return Ok(Done::to(format!("{BASE}/{id}")).ok("内容没有变化，不需要保存。").into());
    }
    record::change(&mut tx, id, record, &new, clock).await?;
    hang(&mut tx, id, record, &files).await?;
    let label = old.kind.label();
    let text = format!("修改{name}的{label}“{}”，原为：{}", new.heading(), old.line());
    let done = written(&mut tx, &user, id, &text, clock, modules).await?;
    tx.commit().await?;
    Ok(done.into())
}

fn removing(user: &Can<EditStaff>, id: PersonId, name: &str, row: i64, stored: &Record) -> Place {
    place(user, id, name, format!("删除{}", stored.kind.label()), &format!("{row}/remove"))
}

#[get("/people/<id>/records/<record>/remove")]
async fn confirm_removal(
    user: Can<EditStaff>,
    id: PersonId,
    record: i64,
    db: &State<Db>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let name = admitted(&mut db, &user, id).await?;
    let stored = record::one(&mut db, id, record).await?;
    Ok(removal(&removing(&user, id, &name, record, &stored), &stored))
}

#[post("/people/<id>/records/<record>/remove", data = "<_form>")]
async fn remove(
    user: Can<EditStaff>,
    id: PersonId,
    record: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let name = admitted(&mut tx, &user, id).await?;
    let old = record::one(&mut tx, id, record).await?;
    record::remove(&mut tx, id, record).await?;
    let text = format!("删除{name}的{}“{}”：{}", old.kind.label(), old.heading(), old.line());
    let done = written(&mut tx, &user, id, &text, clock, modules).await?;
    tx.commit().await?;
    Ok(done)
}

/// Hangs the files on the record: the person and those who see 本单位人员 see them.
async fn hang(
    tx: &mut SqliteConnection,
    id: PersonId,
    record: i64,
    files: &[FileId],
) -> Result<()> {
    record::attach(&mut *tx, record, files).await?;
    let (organization, department): (kit::OrganizationId, Option<kit::OrganizationId>) =
        sqlx::query_as("select organization_id, department_id from person where id = ?")
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
    for file in files {
        kit::file::link(&mut *tx, *file, STAFF, Some(id), organization, department).await?;
    }
    Ok(())
}

async fn written(
    tx: &mut SqliteConnection,
    user: &Can<EditStaff>,
    id: PersonId,
    text: &str,
    clock: &Clock,
    modules: &Modules,
) -> Result<Done> {
    modules.deliver(&mut *tx, &Event::PersonChanged { person: id }, clock).await?;
    let act = "accounts.person.record";
    trail::write(tx, &user.actor(), clock, act, &object(id), text).await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("已{text}。")))
}
