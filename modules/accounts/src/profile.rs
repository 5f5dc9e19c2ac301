//! 个人资料: a professional's own record; contacts are changed at once, the rest by request.

mod change;
mod records;
mod sections;
pub mod send;

use kit::{Answer, Clock, Db, Done, Form, Page, Person, Result, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::units::Crumb;
use crate::{changes, contact, people};

pub use change::CHANGE;
pub use sections::sections;

pub const PROFILE: &str = "/accounts/profile";

pub fn routes() -> Vec<Route> {
    let mut routes = routes![show, update];
    routes.extend(change::routes());
    routes.extend(records::routes());
    routes.extend(send::routes());
    routes
}

/// The crumbs of a page below the profile.
fn crumbs(here: &str) -> Vec<Crumb> {
    vec![Crumb::new("个人资料", PROFILE), Crumb::new(here, "")]
}

#[get("/profile")]
async fn show(person: Person, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let form = match people::fields(&mut db, person.id).await? {
        Some(fields) => Form::of([
            ("phone", fields.phone),
            ("email", fields.email),
            ("address", fields.address),
        ]),
        None => Form::new(),
    };
    page(&mut db, &person, &form).await
}

#[post("/profile", data = "<form>")]
async fn update(
    person: Person,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let phone = contact::mobile(&mut form, "phone", "手机号码");
    let email = contact::email(&mut form, "email", "电子邮箱");
    let address = form.optional("address", "通讯地址", 100);
    if form.refused() {
        let mut db = db.read().await?;
        return Ok(page(&mut db, &person, &form).await?.refused().into());
    }
    let mut tx = db.begin().await?;
    let done = Done::to(PROFILE);
    if !people::change_contact(&mut tx, person.id, &phone, &email, &address, clock).await? {
        return Ok(done.ok("内容没有变化，不需要保存。").into());
    }
    let object = format!("person:{}", person.id);
    let actor = person.user.actor();
    let text = "本人修改联系方式";
    trail::write(&mut tx, &actor, clock, "accounts.profile.change", &object, text).await?;
    tx.commit().await?;
    Ok(done.ok("已保存联系方式。").into())
}

/// The last request, as the page tells of it.
#[derive(Serialize)]
struct Last {
    number: String,
    items: String,
    state: &'static str,
    tag: &'static str,
    href: String,
    by_unit: bool,
    submitted_at: String,
    rejection: Option<String>,
}

/// Somebody who opened his full ID number.
#[derive(Serialize, sqlx::FromRow)]
struct Reveal {
    at: String,
    name: String,
    desk_name: String,
    title: String,
}

async fn page(db: &mut SqliteConnection, person: &Person, form: &Form) -> Result<Page> {
    let brief = people::brief(&mut *db, person.id).await?;
    let open = changes::open(&mut *db, person.id).await?;
    let last = match changes::latest(&mut *db, person.id).await? {
        Some(request) => {
            let (state, tag) = request.label();
            let rejected = request.state == "rejected";
            Some(Last {
                rejection: if rejected { send::rejection(&mut *db, &request).await? } else { None },
                number: request.number,
                items: request.items,
                state,
                tag,
                href: format!("{CHANGE}/{}", request.id),
                by_unit: request.by_unit,
                submitted_at: request.submitted_at,
            })
        }
        None => None,
    };
    let pending = changes::pending(&mut *db, person.id).await?.is_some();
    let sections: Vec<sections::Section> = sections(&mut *db, &brief, false)
        .await?
        .into_iter()
        .filter(|section| !section.is("联系方式"))
        .collect();
    Ok(Page::new("accounts/profile.html")
        .with("crumbs", &[Crumb::new("个人资料", "")])
        .with("person", &brief)
        .with("sections", &sections)
        .with("records", if pending { "" } else { CHANGE })
        .with("change", CHANGE)
        .with("last", &last)
        .with("pending", &pending)
        .with("draft", &open.is_some_and(|open| open.state == "draft"))
        .with("reveals", &reveals(db, person).await?)
        .with("form", form))
}

/// Who opened his full ID number, newest first (PD-09).
async fn reveals(db: &mut SqliteConnection, person: &Person) -> Result<Vec<Reveal>> {
    Ok(sqlx::query_as(
        "select s.at, s.name, s.desk_name, c.title
           from review_case c join review_step s on s.case_id = c.id
          where c.person_id = ? and s.act = 'reveal' order by s.id desc limit 20",
    )
    .bind(person.id)
    .fetch_all(db)
    .await?)
}
