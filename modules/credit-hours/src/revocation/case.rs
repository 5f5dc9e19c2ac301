//! What an approved case brought into the ledger: each entry with its acts, and 撤销整批.

use kit::{Answer, Can, CaseId, Clock, Db, Done, Error, Form, Modules, Page, Result};
use rocket::{State, get, post};
use serde_json::json;
use sqlx::SqliteConnection;

use super::store::{self, Detail};
use super::{EditRevocations, acts, form};
use crate::declaration::pages::dates;

#[get("/cases/<case>")]
pub async fn case(user: Can<EditRevocations>, case: CaseId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    page(&mut db, &user, case, &Form::new()).await
}

/// Every entry of the case that stands, but one's own.
#[post("/cases/<case>/revoke", data = "<form>")]
pub async fn revoke_all(
    user: Can<EditRevocations>,
    case: CaseId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let refused = page(&mut reader, &user, case, &form).await?;
    standing(&mut reader, &user, case).await?;
    drop(refused);
    let reason = form::reason(&mut form, "撤销原因");
    accounts::confirm::own_password(&mut form, db, &user.user, clock, "撤销整批学时").await?;
    if form.refused() {
        return Ok(page(&mut reader, &user, case, &form).await?.refused().into());
    }
    drop(reader);
    let mut tx = db.begin().await?;
    let all = standing(&mut tx, &user, case).await?;
    acts::revoke(&mut tx, modules, &all, &reason, &user.actor(), clock).await?;
    tx.commit().await?;
    let told = format!("已撤销 {} 条学时，累计已减去，本人和单位会收到消息。", all.len());
    Ok(Done::to(format!("/credit-hours/cases/{case}")).ok(told).into())
}

/// Those that may be revoked by this clerk now.
///
/// # Errors
/// `NotFound` if the case has no entry in his scope; refused if none of them is left.
async fn standing(
    db: &mut SqliteConnection,
    user: &Can<EditRevocations>,
    case: CaseId,
) -> Result<Vec<Detail>> {
    let all = store::of_case(db, case, user.scope()).await?;
    if all.is_empty() {
        return Err(Error::NotFound);
    }
    let own = user.user.person;
    let left: Vec<Detail> =
        all.into_iter().filter(|one| one.stands() && own != Some(one.person_id)).collect();
    if left.is_empty() {
        return Err(Error::refused(
            "这一批没有可以撤销的学时：都已撤销或更正，或只剩您本人的（本人的不能由自己撤销）。",
        ));
    }
    Ok(left)
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditRevocations>,
    case: CaseId,
    form: &Form,
) -> Result<Page> {
    let all = store::of_case(&mut *db, case, user.scope()).await?;
    if all.is_empty() {
        return Err(Error::NotFound);
    }
    let case = kit::review::case(db, case).await?;
    let own = user.user.person;
    let open = |one: &Detail| one.stands() && own != Some(one.person_id);
    let rows: Vec<_> = all
        .iter()
        .map(|one| {
            let (state, tag) = one.state();
            json!({
                "id": one.id, "name": one.name, "organization": one.organization, "year": one.year,
                "category": one.category, "title": one.title, "hours": one.hours,
                "dates": dates(&one.started_on, &one.ended_on), "state": state, "tag": tag,
                "ended": one.ended_sentence(), "corrects": one.corrects_id, "open": open(one),
            })
        })
        .collect();
    Ok(Page::new("credit-hours/case_entries.html")
        .with("case", &case.id)
        .with("number", &case.number)
        .with("title", &case.title)
        .with("rows", &rows)
        .with("open", &all.iter().filter(|one| open(one)).count())
        .with("form", form))
}
