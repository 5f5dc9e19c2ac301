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

/// Entries that the page shows; the act takes all.
const SHOWN: i64 = 300;

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
    standing(&mut reader, &user, case).await?;
    let reason = form::reason(&mut form, "撤销原因");
    accounts::confirm::own_password(&mut form, db, &user.user, clock, "撤销整批学时").await?;
    if form.refused() {
        return Ok(page(&mut reader, &user, case, &form).await?.refused().into());
    }
    drop(reader);
    let mut tx = db.begin().await?;
    let all = standing(&mut tx, &user, case).await?;
    let of = kit::review::case(&mut tx, case).await?;
    let actor = user.actor();
    let done = acts::revoke_many(&mut tx, modules, (&of, &all), &reason, &actor, clock).await?;
    tx.commit().await?;
    let told = format!("已撤销 {done} 条学时，累计已减去，本人和单位会收到消息。");
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
) -> Result<Vec<i64>> {
    let left = store::standing(&mut *db, case, user.scope(), user.user.person).await?;
    if !left.is_empty() {
        return Ok(left);
    }
    let (_, all) = store::of_case(db, case, user.scope(), 0).await?;
    if all == 0 {
        return Err(Error::NotFound);
    }
    Err(Error::refused(
        "这一批没有可以撤销的学时：都已撤销或更正，或只剩您本人的（本人的不能由自己撤销）。",
    ))
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditRevocations>,
    case: CaseId,
    form: &Form,
) -> Result<Page> {
    let own = user.user.person;
    let (shown, all) = store::of_case(&mut *db, case, user.scope(), SHOWN).await?;
    if all == 0 {
        return Err(Error::NotFound);
    }
    let standing = store::standing(&mut *db, case, user.scope(), own).await?;
    let case = kit::review::case(db, case).await?;
    let open = |one: &Detail| one.stands() && own != Some(one.person_id);
    let rows: Vec<_> = shown
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
        .with("all", &all)
        .with("open", &standing.len())
        .with("form", form))
}
