//! 建议学时: what the rules make of a declaration, as he types and when it is submitted.

use rocket::response::content::RawJson;
use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{Db, Form, Hours, Person, PersonId, Result, day};

use super::store::Draft;
use crate::rules::{self, Asks, Query, Rule, Shown, Suggestion, Typed, Waiting};

/// What the form shows of the rules.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub asks: Asks,
    pub answer: Told,
}

/// A suggestion, and what is wrong with the hours beside it.
#[derive(Debug, Serialize)]
pub struct Told {
    #[serde(flatten)]
    shown: Shown,
    /// Declared hours above the rules: what to do. Empty: nothing to say.
    warning: String,
}

/// The suggestion for what is typed so far. Reads only.
#[get("/suggest?<query..>")]
pub async fn as_typed(person: Person, query: Query<'_>, db: &State<Db>) -> Result<RawJson<String>> {
    let mut db = db.read().await?;
    let rules = rules::all(&mut db).await?;
    let form = query.form();
    let answer = of_form(&mut db, person.id, query.id, &form, &rules).await?;
    Ok(RawJson(serde_json::to_string(&answer)?))
}

/// The suggestion for a form; `own`: the stored declaration that it changes.
pub async fn of_form(
    db: &mut SqliteConnection,
    person: PersonId,
    own: Option<i64>,
    form: &Form,
    rules: &[Rule],
) -> Result<Answer> {
    let typed = Typed::of(form);
    let facts = typed.facts();
    let year = form.text("year").parse().unwrap_or(0);
    let waiting = Waiting::Counts { but: own };
    let standing = rules::standing(db, person, year, facts.kind, waiting).await?;
    Ok(answer(rules, form, &rules::suggest(rules, &facts, &standing)))
}

/// A suggestion as its form shows it.
pub fn answer(rules: &[Rule], form: &Form, made: &Suggestion) -> Answer {
    let typed = Typed::of(form);
    let facts = typed.facts();
    let asks = rules::asks(rules, facts.kind, facts.item, &day_of(form));
    let warning = over(made, facts.declared).map(|told| format!("{told}{REASON}"));
    let answer = Told { shown: Shown::of(made), warning: warning.unwrap_or_default() };
    Answer { asks, answer }
}

const REASON: &str = "请核对；确实应多认定的，请在“内容摘要”中写明理由。";

/// Declared hours above the rules, in words; none if they are not.
pub fn over(made: &Suggestion, declared: Hours) -> Option<String> {
    let most = made.most.filter(|most| declared > *most)?;
    Some(format!("申报 {declared} 学时，超过按规则最多的 {most} 学时。"))
}

/// The day whose rules are asked: the end date, and until it is typed, whatever has no end.
pub fn day_of(form: &Form) -> String {
    day::parse_date(&form.text("ended_on")).map_or("9999-12-31".to_owned(), day::date_text)
}

/// 采用建议学时 without script: puts them into the form.
pub async fn adopt(
    db: &mut SqliteConnection,
    person: PersonId,
    own: i64,
    form: &mut Form,
) -> Result<()> {
    let rules = rules::all(&mut *db).await?;
    let hours = of_form(db, person, Some(own), form, &rules).await?.answer.shown.hours;
    put(form, hours);
    Ok(())
}

/// Puts what was suggested into the form.
pub fn take_over(form: &mut Form, made: &Suggestion) {
    put(form, Shown::of(made).hours);
}

fn put(form: &mut Form, hours: String) {
    if hours.is_empty() {
        form.refuse("hours", "还不能计算建议学时，请先填好学习形式和规则要求的内容。");
    } else {
        form.set("hours", hours);
    }
}

/// The suggestion for a stored declaration as the rules and his year are now.
pub async fn of_draft(
    db: &mut SqliteConnection,
    draft: &Draft,
    waiting: Waiting,
) -> Result<Suggestion> {
    let rules = rules::all(&mut *db).await?;
    let standing = rules::standing(db, draft.person_id, draft.year, &draft.kind, waiting).await?;
    let typed = Typed::of(&super::form::form_of(draft));
    Ok(rules::suggest(&rules, &typed.facts(), &standing))
}

/// Hours above the rules need a reason in the note.
pub async fn demand(db: &mut SqliteConnection, draft: &Draft, form: &mut Form) -> Result<()> {
    let made = of_draft(db, draft, Waiting::Counts { but: Some(draft.id) }).await?;
    if let Some(sentence) = unreasoned(&made, Hours::from_tenths(draft.hours), &draft.note) {
        form.refuse("note", sentence);
    }
    Ok(())
}

/// Whether a note can hold a reason.
pub fn reasoned(note: &str) -> bool {
    note.chars().count() >= 5
}

/// What to do about declared hours above the rules without a reason in the note; none if they are
/// in order.
pub fn unreasoned(made: &Suggestion, declared: Hours, note: &str) -> Option<String> {
    let told = over(made, declared).filter(|_| !reasoned(note))?;
    Some(format!("{told}请核对学时；确实应多认定的，请在内容摘要中写明理由（至少 5 个字）。"))
}

/// Keeps what a declaration was submitted with: the rule in words and its result.
pub async fn keep(tx: &mut SqliteConnection, id: i64, made: Option<&Suggestion>) -> Result<()> {
    let json = made.map(serde_json::to_string).transpose()?.unwrap_or_default();
    sqlx::query("update declaration set suggested = ?, suggestion = ? where id = ?")
        .bind(made.and_then(|made| made.hours))
        .bind(json)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// What is kept; none: a draft, or submitted before there were rules.
pub fn kept(json: &str) -> Option<Suggestion> {
    serde_json::from_str(json).ok()
}
