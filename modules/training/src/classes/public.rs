//! 培训计划公示: the block of the home page, the public list, one class. No sign-in.

use kit::module::Block;
use kit::{Clock, Db, Page, Permission, Result, Visitor};
use rocket::{State, get};
use serde_json::json;
use sqlx::SqliteConnection;

use super::course::{self, Shown, Standing, Wanted};
use super::find::Asked;
use crate::leaves::EditEnrolments;
use crate::plans::content_in_force;

/// Lines of the home page's block.
const ON_HOME: i64 = 4;

/// The nearest ones to come that one can still sign up for, else those not yet over.
pub async fn home(db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<Block>> {
    let open = Wanted { open: true, ..Wanted::default() };
    let mut lines = open.page(&mut *db, clock.today(), 0, ON_HOME).await?;
    if lines.is_empty() {
        lines = Wanted::default().page(db, clock.today(), 0, ON_HOME).await?;
    }
    let block = Block {
        order: Block::BAND + 10,
        template: "training/home.html",
        context: json!({ "lines": lines }),
    };
    Ok(if lines.is_empty() { vec![] } else { vec![block] })
}

/// The public pages, and the same inside the frame of whoever is signed in.
fn page(visitor: &Visitor, public: &'static str, inside: &'static str) -> Page {
    Page::new(if visitor.session.is_some() { inside } else { public })
}

#[get("/courses?<asked..>")]
pub async fn list(
    visitor: Visitor,
    asked: Asked<'_>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let page = page(&visitor, "training/courses.html", "training/courses_inside.html");
    asked.fill(page, &mut reader, clock, false).await
}

#[get("/courses/<id>")]
pub async fn show(visitor: Visitor, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut reader = db.read().await?;
    let course = course::find(&mut reader, id).await?;
    let content = content_in_force(&mut reader, id).await?;
    let base = accounts::organizations::profile(&mut reader, course.base).await?;
    let standing = course.standing(clock.today());
    let session = visitor.session.as_ref();
    let person = session.is_some_and(|s| s.person.is_some() && s.grant.is_none());
    let unit = session
        .and_then(|s| s.grant.as_ref())
        .is_some_and(|grant| grant.may(EditEnrolments::grantable()));
    Ok(page(&visitor, "training/course.html", "training/course_inside.html")
        .with("course", &Shown::of(course, clock.today()))
        .with("content", &content)
        .with("address", &base.address)
        .with("open", &(standing == Standing::Open))
        .with("as_person", &person)
        .with("as_unit", &unit)
        .with("signed_in", &session.is_some()))
}
