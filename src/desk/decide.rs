//! 通过, 驳回 and 接管 of one case; each has a page of its own for those without script.

use kit::review::{self, Case, CaseState, DecisionField};
use kit::{Answer, Clock, Db, Done, Error, Form, Modules, Page, Result, Settings, organization};
use rocket::http::Status;
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::detail::{self, Link, crumbs, find};
use super::{AtDesk, Reviewing};

type Reviewer<'r> = AtDesk<'r, Reviewing>;

/// The variable `confirm` of review/confirm.html.
#[derive(Serialize)]
pub struct Confirm {
    /// `approve`, `reject` or `take`
    pub kind: &'static str,
    pub title: String,
    pub crumbs: Vec<Link>,
    pub action: String,
    pub back: String,
    pub names: Vec<String>,
    /// Rows of a batch; empty for one case.
    pub ids: Vec<i64>,
    pub warnings: Vec<String>,
    pub submit: String,
    /// The word for a yes.
    pub yes: &'static str,
}

/// What a page asks: `approve`, `reject` or `take`.
type What = &'static str;

const APPROVE: What = "approve";
const REJECT: What = "reject";
const TAKE: What = "take";

fn confirm(
    at: &Reviewer<'_>,
    case: &Case,
    what: What,
    seen: Option<i64>,
    (warnings, fields): (Vec<String>, Vec<DecisionField>),
    form: &Form,
) -> Result<Page> {
    let row = at.subject.row(&case.content)?;
    let address = at.address(row);
    let (act, word) = match what {
        APPROVE => ("approve", at.subject.yes()),
        REJECT => ("reject", "驳回"),
        _ => ("take-over", "接管"),
    };
    let title = format!("{word}{}", at.subject.noun());
    let confirm = Confirm {
        kind: what,
        crumbs: crumbs(at, &title),
        title,
        action: format!("{address}/{act}{}", with_seen(seen)),
        back: address,
        names: vec![case.title.clone()],
        ids: vec![],
        warnings,
        submit: format!("确认{word}"),
        yes: at.subject.yes(),
    };
    let reasons = if what == REJECT { at.subject.reasons() } else { &[] };
    Ok(Page::new("review/confirm.html")
        .with("confirm", &confirm)
        .with("decision_fields", &fields)
        .with("reasons", reasons)
        .with("form", form))
}

/// What the page had seen, for the address of a verdict.
pub fn with_seen(seen: Option<i64>) -> String {
    seen.map(|seen| format!("?seen={seen}")).unwrap_or_default()
}

/// The page that asks; a case that he cannot decide is shown instead, with why; so is one that was
/// submitted again since the page that led here.
async fn ask(
    db: &mut SqliteConnection,
    at: &Reviewer<'_>,
    case: &Case,
    (what, seen): (What, Option<i64>),
    told: (Vec<String>, Vec<DecisionField>),
    clock: &Clock,
) -> Result<Answer> {
    let here = case.desk_id == Some(at.grant.organization);
    let shown = Done::to(at.address(at.subject.row(&case.content)?));
    if here == (what == TAKE)
        || review::concerns(&mut *db, at.subject, case, &at.user, clock).await?.is_some()
    {
        return Ok(shown.into());
    }
    match review::unchanged(&mut *db, case, seen).await {
        Err(Error::Refused(text)) => return Ok(shown.warn(text).into()),
        other => other?,
    }
    let seen = match seen {
        None if what != TAKE => Some(review::seen_of(db, case).await?),
        given => given,
    };
    Ok(confirm(at, case, what, seen, told, &Form::new())?.into())
}

#[get("/desk/<key>/<id>/approve?<seen>", rank = 2)]
pub async fn confirm_approval(
    at: Reviewer<'_>,
    key: &str,
    id: i64,
    seen: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let mut db = db.read().await?;
    let case = find(&mut db, &at, id).await?;
    // what follows from a yes must be seen before it
    let checks = at.subject.checks(&mut db, &case.content, clock).await?;
    let warnings = checks.into_iter().filter(|check| check.level == review::Level::Warn);
    let warnings = warnings.map(|check| check.text).collect();
    let fields = at.subject.decision_fields(&mut db, &case.content, &case.decision).await?;
    ask(&mut db, &at, &case, (APPROVE, seen), (warnings, fields), clock).await
}

#[get("/desk/<key>/<id>/reject?<seen>", rank = 2)]
pub async fn confirm_rejection(
    at: Reviewer<'_>,
    key: &str,
    id: i64,
    seen: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let mut db = db.read().await?;
    let case = find(&mut db, &at, id).await?;
    ask(&mut db, &at, &case, (REJECT, seen), (vec![], vec![]), clock).await
}

#[get("/desk/<key>/<id>/take-over", rank = 2)]
pub async fn confirm_take_over(
    at: Reviewer<'_>,
    key: &str,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let mut db = db.read().await?;
    let case = find(&mut db, &at, id).await?;
    ask(&mut db, &at, &case, (TAKE, None), (vec![], vec![]), clock).await
}

#[post("/desk/<key>/<id>/approve?<seen>", data = "<form>", rank = 2)]
#[expect(clippy::too_many_arguments, reason = "guards and parameters of one route")]
pub async fn approve(
    at: Reviewer<'_>,
    key: &str,
    id: i64,
    seen: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let mut tx = db.begin().await?;
    let case = find(&mut tx, &at, id).await?;
    let next = next(&mut tx, &at, &case).await?;
    let opinion = form.optional("opinion", "审核意见", 200);
    let decided = if let Err(error) = review::unchanged(&mut tx, &case, seen).await {
        Err(error)
    } else if form.refused() {
        Ok(None)
    } else {
        review::approve(
            &mut tx, at.subject, case.id, &at.user, &at.grant, &mut form, &opinion, modules, clock,
        )
        .await
    };
    match decided {
        Ok(Some(outcome)) => {
            let on = went_on(&mut tx, &case).await?;
            tx.commit().await?;
            let done = Done::to(next).ok(format!(
                "已{}：{} {}。{on}",
                at.subject.yes(),
                case.number,
                case.title
            ));
            Ok(outcome.left_out.into_iter().fold(done, Done::warn).into())
        }
        Ok(None) => {
            drop(tx);
            let mut db = db.read().await?;
            let page = detail::page(&mut db, &at, &case, clock, settings, &form, None).await?;
            Ok(page.refused().into())
        }
        Err(error) => {
            drop(tx);
            refused(&mut *db.read().await?, &at, id, error, clock, settings).await
        }
    }
}

#[post("/desk/<key>/<id>/reject?<seen>", data = "<form>", rank = 2)]
#[expect(clippy::too_many_arguments, reason = "guards and parameters of one route")]
pub async fn reject(
    at: Reviewer<'_>,
    key: &str,
    id: i64,
    seen: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let mut tx = db.begin().await?;
    let case = find(&mut tx, &at, id).await?;
    if let Err(error) = review::unchanged(&mut tx, &case, seen).await {
        drop(tx);
        return refused(&mut *db.read().await?, &at, id, error, clock, settings).await;
    }
    let reason = form.required("reason", "驳回原因", review::REASON);
    if form.refused() {
        return Ok(confirm(&at, &case, REJECT, seen, (vec![], vec![]), &form)?.refused().into());
    }
    let next = next(&mut tx, &at, &case).await?;
    let decided =
        review::reject(&mut tx, at.subject, case.id, &at.user, &at.grant, &reason, modules, clock)
            .await;
    if let Err(error) = decided {
        drop(tx);
        return refused(&mut *db.read().await?, &at, id, error, clock, settings).await;
    }
    tx.commit().await?;
    Ok(Done::to(next).ok(format!("已驳回：{} {}。", case.number, case.title)).into())
}

#[post("/desk/<key>/<id>/take-over", data = "<form>", rank = 2)]
pub async fn take_over(
    at: Reviewer<'_>,
    key: &str,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    mut form: Form,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let mut tx = db.begin().await?;
    let case = find(&mut tx, &at, id).await?;
    let reason = form.required("reason", "接管原因", review::REASON);
    if form.refused() {
        return Ok(confirm(&at, &case, TAKE, None, (vec![], vec![]), &form)?.refused().into());
    }
    let taken = review::take_over(
        &mut tx, at.subject, case.id, &at.user, &at.grant, &reason, settings, clock,
    )
    .await;
    if let Err(error) = taken {
        drop(tx);
        return refused(&mut *db.read().await?, &at, id, error, clock, settings).await;
    }
    tx.commit().await?;
    let text = format!("已接管：{} {}，现在由本单位审核。", case.number, case.title);
    Ok(Done::to(at.address(id)).ok(text).into())
}

/// Where to go after deciding: the next case that waits, else the list.
async fn next(db: &mut SqliteConnection, at: &Reviewer<'_>, case: &Case) -> Result<String> {
    let (_, after) = review::neighbours(db, &at.grant, case).await?;
    let address = at.address_of(after.as_deref())?;
    Ok(if address.is_empty() { at.list() } else { address })
}

/// Where a passed case waits now.
async fn went_on(db: &mut SqliteConnection, case: &Case) -> Result<String> {
    let case = review::case(&mut *db, case.id).await?;
    match (case.state, case.desk_id) {
        (CaseState::Pending, Some(desk)) => {
            let desk = organization::find(db, desk).await?.map(|o| o.name).unwrap_or_default();
            Ok(format!("已转{desk}继续审核。"))
        }
        _ => Ok(String::new()),
    }
}

/// A rule stands against it, or somebody was first: the case as it is now, with the sentence.
async fn refused(
    db: &mut SqliteConnection,
    at: &Reviewer<'_>,
    id: i64,
    error: Error,
    clock: &Clock,
    settings: &Settings,
) -> Result<Answer> {
    let Error::Refused(text) = error else { return Err(error) };
    let case = find(&mut *db, at, id).await?;
    let mut form = Form::new();
    form.refuse("", text);
    let page = detail::page(db, at, &case, clock, settings, &form, None).await?;
    Ok(page.status(Status::Conflict).into())
}
