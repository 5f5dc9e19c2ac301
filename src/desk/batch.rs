//! 批量通过, 批量驳回: each case in its own transaction, answered row by row.

use kit::review::{self, BatchRow};
use kit::{Answer, Clock, Db, Done, Error, Form, Modules, Page, Result};
use rocket::{State, post};
use serde::Serialize;

use super::decide::{Confirm, with_seen};
use super::detail::{Link, crumbs, find};
use super::{AtDesk, Reviewing};

/// Rows that one request decides at most.
const MOST: usize = 200;

type Reviewer<'r> = AtDesk<'r, Reviewing>;

#[post("/desk/<key>/batch/approve?<seen>", data = "<form>")]
pub async fn approve(
    at: Reviewer<'_>,
    key: &str,
    seen: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    form: Form,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let ids = ticked(&form);
    if ids.is_empty() {
        return Ok(none(&at));
    }
    if !form.ticked("confirmed") {
        return Ok(confirm(&at, db, &ids, ("approve", seen), &Form::new()).await?.into());
    }
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.push((id, one(approve_one(&at, db, clock, modules, id, seen).await)));
    }
    let yes = at.subject.yes();
    Ok(answer(&at, &format!("批量{yes}结果"), yes, rows))
}

#[post("/desk/<key>/batch/reject?<seen>", data = "<form>")]
pub async fn reject(
    at: Reviewer<'_>,
    key: &str,
    seen: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    debug_assert_eq!(key, at.subject.key());
    let ids = ticked(&form);
    if ids.is_empty() {
        return Ok(none(&at));
    }
    if !form.ticked("confirmed") {
        return Ok(confirm(&at, db, &ids, ("reject", seen), &Form::new()).await?.into());
    }
    let reason = form.required("reason", "驳回原因", review::REASON);
    if form.refused() {
        return Ok(confirm(&at, db, &ids, ("reject", seen), &form).await?.refused().into());
    }
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.push((id, one(reject_one(&at, db, clock, modules, (id, seen), &reason).await)));
    }
    Ok(answer(&at, "批量驳回结果", "驳回", rows))
}

/// The ticked rows, each once.
fn ticked(form: &Form) -> Vec<i64> {
    let mut ids: Vec<i64> = form.list("id").iter().filter_map(|id| id.parse().ok()).collect();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    ids.truncate(MOST);
    ids
}

fn none(at: &Reviewer<'_>) -> Answer {
    Done::to(at.list()).warn("没有勾选任何记录。请先在列表中勾选要办理的记录。").into()
}

/// The page between ticking and deciding.
async fn confirm(
    at: &Reviewer<'_>,
    db: &State<Db>,
    ids: &[i64],
    (kind, seen): (&'static str, Option<i64>),
    form: &Form,
) -> Result<Page> {
    let mut db = db.read().await?;
    let seen = match seen {
        None => review::seen(&mut db).await?,
        Some(seen) => seen,
    };
    let (mut names, mut found, mut fields) = (vec![], vec![], vec![]);
    for id in ids {
        match find(&mut db, at, *id).await {
            Ok(case) => {
                let mut name = case.title;
                if kind == "approve" && (fields.is_empty() || at.subject.must_see()) {
                    fields =
                        at.subject.decision_fields(&mut db, &case.content, &case.decision).await?;
                    if at.subject.must_see() {
                        name = format!("{name}（{}）", filled(&fields));
                    }
                }
                names.push(name);
                found.push(*id);
            }
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    if found.is_empty() {
        return Err(Error::NotFound);
    }
    let yes = at.subject.yes();
    let labels: Vec<String> = fields.iter().map(|field| format!("“{}”", field.label)).collect();
    let default = if at.subject.must_see() { "申请填写" } else { "默认" };
    let warnings = if labels.is_empty() {
        vec![]
    } else {
        let labels = labels.join("、");
        vec![format!("每条都按{default}的{labels}{yes}；需要调整的，请打开详情单独办理。")]
    };
    let word = if kind == "approve" { yes } else { "驳回" };
    let title = format!("批量{word}{}", at.subject.noun());
    let confirm = Confirm {
        kind,
        crumbs: crumbs(at, &title),
        title,
        action: format!("{}/batch/{kind}{}", at.list(), with_seen(Some(seen))),
        back: at.list(),
        names,
        ids: found,
        warnings,
        submit: format!("确认{word}"),
        yes,
    };
    Ok(Page::new("review/confirm.html")
        .with("confirm", &confirm)
        .with("decision_fields", &Vec::<review::DecisionField>::new())
        .with("reasons", if kind == "reject" { at.subject.reasons() } else { &[] })
        .with("form", form))
}

/// 级别：县级，有效期至：2027-01-10
fn filled(fields: &[review::DecisionField]) -> String {
    let told = fields.iter().map(|field| {
        let option = field.options.iter().find(|option| option.value == field.value);
        let value = option.map_or(&field.value, |option| &option.label);
        format!("{}：{}", field.label, if value.is_empty() { "未填" } else { value })
    });
    told.collect::<Vec<_>>().join("，")
}

/// One case in its own transaction: what it is called and why it was not done.
async fn approve_one(
    at: &Reviewer<'_>,
    db: &State<Db>,
    clock: &Clock,
    modules: &Modules,
    id: i64,
    seen: Option<i64>,
) -> Result<BatchRow, Failed> {
    let mut tx = db.begin().await?;
    let case = find(&mut tx, at, id).await?;
    let mut form = Form::new();
    let decided = match review::unchanged(&mut tx, &case, seen).await {
        Ok(()) => {
            let (user, grant) = (&at.user, &at.grant);
            review::approve(
                &mut tx, at.subject, case.id, user, grant, &mut form, "", modules, clock,
            )
            .await
        }
        Err(error) => Err(error),
    };
    let row = |done, text| BatchRow { number: case.number, title: case.title, done, text };
    match decided {
        Ok(Some(outcome)) => {
            tx.commit().await.map_err(Error::from)?;
            Ok(row(true, outcome.left_out.join("；")))
        }
        Ok(None) => {
            let why = form.errors().values().next().cloned().unwrap_or_default();
            Ok(row(false, why))
        }
        Err(error) => Err(Failed { row: Some(row(false, String::new())), error }),
    }
}

async fn reject_one(
    at: &Reviewer<'_>,
    db: &State<Db>,
    clock: &Clock,
    modules: &Modules,
    (id, seen): (i64, Option<i64>),
    reason: &str,
) -> Result<BatchRow, Failed> {
    let mut tx = db.begin().await?;
    let case = find(&mut tx, at, id).await?;
    let decided = match review::unchanged(&mut tx, &case, seen).await {
        Ok(()) => {
            let (user, grant) = (&at.user, &at.grant);
            review::reject(&mut tx, at.subject, case.id, user, grant, reason, modules, clock).await
        }
        Err(error) => Err(error),
    };
    let row = |done| BatchRow { number: case.number, title: case.title, done, text: String::new() };
    match decided {
        Ok(()) => {
            tx.commit().await.map_err(Error::from)?;
            Ok(row(true))
        }
        Err(error) => Err(Failed { row: Some(row(false)), error }),
    }
}

/// Why a row was not decided, and which it was, if that is known.
struct Failed {
    row: Option<BatchRow>,
    error: Error,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { row: None, error }
    }
}

fn one(result: Result<BatchRow, Failed>) -> BatchRow {
    result.unwrap_or_else(|failed| {
        if failed.error.status().code >= 500 {
            tracing::error!(error = %failed.error, "a row of a batch failed");
        }
        let text = failed.error.sentence().to_owned();
        let (number, title) = failed.row.map(|row| (row.number, row.title)).unwrap_or_default();
        BatchRow { number, title, done: false, text }
    })
}

/// The variable `result` of review/batch.html.
#[derive(Serialize)]
struct Shown {
    title: String,
    crumbs: Vec<Link>,
    back: String,
    done: String,
    left: String,
    rows: Vec<ShownRow>,
}

#[derive(Serialize)]
struct ShownRow {
    name: String,
    href: String,
    ok: bool,
    text: String,
}

fn answer(at: &Reviewer<'_>, title: &str, word: &str, rows: Vec<(i64, BatchRow)>) -> Answer {
    let done = rows.iter().filter(|(_, row)| row.done).count();
    let left = rows.len() - done;
    if left == 0 && rows.iter().all(|(_, row)| row.text.is_empty()) {
        return Done::to(at.list()).ok(format!("{done} 条已{word}。")).into();
    }
    let shown = rows.into_iter().map(|(id, row)| ShownRow {
        href: if row.number.is_empty() { String::new() } else { at.address(id) },
        name: if row.number.is_empty() {
            format!("第 {id} 号记录")
        } else {
            format!("{} {}", row.number, row.title)
        },
        ok: row.done,
        text: row.text,
    });
    let shown = Shown {
        title: title.to_owned(),
        crumbs: crumbs(at, title),
        back: at.list(),
        done: if done > 0 { format!("{done} 条已{word}。") } else { String::new() },
        left: if left > 0 { format!("{left} 条未处理。") } else { String::new() },
        rows: shown.collect(),
    };
    Page::new("review/batch.html").with("result", &shown).into()
}
