//! One declaration from the unit's side: what it says, every row with what became of it, where it
//! stands, what can be done.

use kit::review;
use kit::{Can, Clock, Db, Page, Permission, Result, Settings};
use rocket::{State, get};
use sqlx::SqliteConnection;

use super::measure::Basis;
use super::store::{self, Staff};
use super::subject::{Content, StaffDeclarations, facts};
use super::{files, roster};
use crate::declaration::{slots, state_label};
use crate::leaves::{EditStaff, ViewStaff};

/// Who rejected it last and why; none if it is not rejected.
pub async fn rejection(db: &mut SqliteConnection, staff: &Staff) -> Result<Option<String>> {
    if staff.state != "rejected" {
        return Ok(None);
    }
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(staff.case_id)
    .fetch_optional(db)
    .await?)
}

#[get("/staff/<id>")]
pub async fn show(
    user: Can<ViewStaff>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let staff = store::own(&mut db, user.organization(), id).await?;
    let content = Content::of(&mut db, &staff).await?;
    let (mut steps, mut overdue, mut touched) = (vec![], false, false);
    if let Some(case) = staff.case_id {
        let case = review::case(&mut db, case).await?;
        steps = review::history(&mut db, &StaffDeclarations, &case, false, clock).await?;
        let calendar = review::working_days(&mut db).await?;
        let waited = review::waited(&calendar, &case.waiting_since, clock);
        overdue = waited > settings.integer(&review::OVERDUE_DAYS);
        let acts = review::steps(&mut db, case.id).await?;
        touched = acts
            .iter()
            .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    }
    let lines = roster::lines(&mut db, &Basis::of(&staff)).await?;
    let may = user.grant.may(EditStaff::grantable());
    let pending = may && staff.state == "pending";
    let (label, tag) = state_label(&staff.state);
    Ok(Page::new("credit-hours/staff.html")
        .with("staff", &staff)
        .with("state", label)
        .with("tag", tag)
        .with("rejection", &rejection(&mut db, &staff).await?)
        .with("facts", &facts(&content))
        .with("recognised", &staff.recognised.map(|hours| hours.to_string()))
        .with("total", &staff.total.to_string())
        .with("bad", &lines.iter().filter(|line| !line.good).count())
        .with("lines", &lines)
        .with(
            "files",
            &slots::shown(&staff.kind, files::pieces(&mut db, id).await?, &files::base(id)),
        )
        .with("steps", &steps)
        .with("editable", &(may && staff.editable()))
        .with("copyable", &(may && staff.left_out > 0))
        .with("discardable", &(may && staff.case_id.is_none()))
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && overdue)))
}
