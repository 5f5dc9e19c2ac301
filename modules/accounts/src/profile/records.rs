//! A person's own records: each change is planned in his request, which his unit reviews.

use kit::form::Upload;
use kit::{Answer, Clock, Db, Done, Error, Form, Page, Person, Result};
use rocket::{Route, State, get, post, routes};

use super::change::{CHANGE, plan};
use super::crumbs;
use crate::changes::{self, Item};
use crate::people::record::{self, Kind};
use crate::records::{Place, page, read, removal};

pub fn routes() -> Vec<Route> {
    routes![new, add, edit, change, confirm_removal, remove]
}

const TOLD: &str = "先记在申请里，提交并由单位审核通过后生效";

fn place(title: String, path: &str) -> Place {
    Place {
        crumbs: crumbs(&title),
        title,
        action: format!("{CHANGE}/records/{path}"),
        back: CHANGE.to_owned(),
        told: TOLD,
    }
}

fn adding(kind: Kind) -> Place {
    place(format!("新增{}", kind.label()), &format!("new?kind={}", kind.key()))
}

fn of(key: Option<&str>) -> Result<Kind> {
    key.and_then(Kind::from_key).ok_or(Error::NotFound)
}

/// Nothing is planned while a request is being reviewed.
async fn free(db: &mut sqlx::SqliteConnection, person: &Person) -> Result<()> {
    changes::editable(db, person.id).await.map(|_| ())
}

#[get("/profile/change/records/new?<kind>")]
async fn new(person: Person, kind: Option<&str>, db: &State<Db>) -> Result<Page> {
    let kind = of(kind)?;
    let mut db = db.read().await?;
    free(&mut db, &person).await?;
    page(&mut db, &adding(kind), kind, &Form::new(), &[]).await
}

#[post("/profile/change/records/new?<kind>", data = "<upload>")]
async fn add(
    person: Person,
    kind: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let kind = of(kind)?;
    let Upload { mut form, files } = upload.into_inner();
    let mut tx = db.begin().await?;
    free(&mut tx, &person).await?;
    let by = person.user.account;
    let (record, files) = read(&mut tx, db, person.id, kind, &mut form, &files, by, clock).await?;
    if form.refused() {
        let page = page(&mut tx, &adding(kind), kind, &form, &files).await?;
        tx.commit().await?;
        return Ok(page.refused().into());
    }
    let heading = record.heading();
    plan(&mut tx, &person, Item::Add { record, files }, clock).await?;
    tx.commit().await?;
    Ok(Done::to(CHANGE).ok(format!("已把新增“{heading}”记入申请，写明原因后提交。")).into())
}

#[get("/profile/change/records/<id>/edit")]
async fn edit(person: Person, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let stored = record::one(&mut db, person.id, id).await?;
    free(&mut db, &person).await?;
    let mut form = Form::new();
    record::fill(&mut form, &stored);
    page(&mut db, &changing(&stored, id), stored.kind, &form, &[]).await
}

fn changing(stored: &record::Record, id: i64) -> Place {
    place(format!("修改{}", stored.kind.label()), &format!("{id}/edit"))
}

#[post("/profile/change/records/<id>/edit", data = "<upload>")]
async fn change(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let mut tx = db.begin().await?;
    let old = record::one(&mut tx, person.id, id).await?;
    free(&mut tx, &person).await?;
    let by = person.user.account;
    let (new, files) = read(&mut tx, db, person.id, old.kind, &mut form, &files, by, clock).await?;
    if new == old && files.is_empty() && !form.refused() {
        return Ok(Done::to(CHANGE).ok("内容没有变化，没有记入申请。").into());
    }
    if form.refused() {
        let page = page(&mut tx, &changing(&old, id), old.kind, &form, &files).await?;
        tx.commit().await?;
        return Ok(page.refused().into());
    }
    let heading = new.heading();
    plan(&mut tx, &person, Item::Change { id, old, new, files }, clock).await?;
    tx.commit().await?;
    Ok(Done::to(CHANGE).ok(format!("已把修改“{heading}”记入申请，写明原因后提交。")).into())
}

fn removing(stored: &record::Record, id: i64) -> Place {
    place(format!("删除{}", stored.kind.label()), &format!("{id}/remove"))
}

#[get("/profile/change/records/<id>/remove")]
async fn confirm_removal(person: Person, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let stored = record::one(&mut db, person.id, id).await?;
    free(&mut db, &person).await?;
    Ok(removal(&removing(&stored, id), &stored))
}

#[post("/profile/change/records/<id>/remove", data = "<_form>")]
async fn remove(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let old = record::one(&mut tx, person.id, id).await?;
    let heading = old.heading();
    plan(&mut tx, &person, Item::Remove { id, old }, clock).await?;
    tx.commit().await?;
    Ok(Done::to(CHANGE).ok(format!("已把删除“{heading}”记入申请，写明原因后提交。")))
}
