//! Pages of 我的学时申报: the list, the form, one declaration with where it stands.

use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use kit::dictionary::DECLARATION_LEVELS;
use kit::review::{self, Fact};
use kit::{Clock, Db, Form, Hours, Page, Person, PersonId, Result, Settings};

use super::store::{self, Draft};
use super::{acts, evidence, form, slots, state_label, suggest};
use crate::category::{self, Category};
use crate::claims::{self, Origin};
use crate::read::{county_day, kind_label};
use crate::subject::{Declarations, year_panel};
use crate::windows::open_years;

/// A line of the person's list.
#[derive(Debug, Serialize)]
pub struct Line {
    id: i64,
    number: String,
    year: i32,
    category: String,
    kind: String,
    title: String,
    dates: String,
    hours: String,
    recognised: String,
    state: &'static str,
    tag: &'static str,
    /// Where it stands, one phrase.
    stands: String,
    editable: bool,
    draft: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    number: String,
    state: String,
    year: i32,
    category: String,
    kind: String,
    title: String,
    started_on: String,
    ended_on: String,
    hours: i64,
    recognised: Option<i64>,
    waiting_since: String,
    acted_at: String,
    desk: String,
}

/// 我的学时申报. `year` narrows it; without one, all of the latest years.
#[get("/declarations?<year>")]
pub async fn list(
    person: Person,
    year: Option<i32>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let years: Vec<i32> = sqlx::query_scalar(
        "select distinct year from declaration where person_id = ? order by year desc",
    )
    .bind(person.id)
    .fetch_all(&mut *db)
    .await?;
    let rows: Vec<Row> = sqlx::query_as(
        "select d.id, d.number,
                case when d.state = 'approved' then coalesce((select max(v.kind)
                  from revocation v where v.declaration_id = d.id), d.state) else d.state end as state,
                d.year, coalesce(c.short, '—') as category, d.kind,
                d.title, d.started_on, d.ended_on, d.hours, d.recognised, d.waiting_since,
                d.acted_at, coalesce(o.name, '') as desk
           from declaration d
           left join category c on c.id = d.category_id
           left join organization o on o.id = d.desk_id
          where d.person_id = ?1 and (?2 is null or d.year = ?2)
          order by d.year desc, d.id desc limit 300",
    )
    .bind(person.id)
    .bind(year)
    .fetch_all(&mut *db)
    .await?;
    let calendar = review::working_days(&mut db).await?;
    let lines: Vec<Line> = rows
        .into_iter()
        .map(|row| {
            let waited = review::waited_words(&calendar, &row.waiting_since, clock);
            line(row, waited)
        })
        .collect();
    Ok(Page::new("credit-hours/declarations.html")
        .with("shut", &store::shut(&mut db, person.id).await?)
        .with("by_others", &crate::staff::pending(&mut db, person.id).await?)
        .with("lines", &lines)
        .with("years", &years)
        .with("year", &year.unwrap_or(0)))
}

/// The latest of the person's declarations, for his start page.
pub async fn recent(
    db: &mut SqliteConnection,
    person: PersonId,
    clock: &Clock,
) -> Result<Vec<Line>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select d.id, d.number,
                case when d.state = 'approved' then coalesce((select max(v.kind)
                  from revocation v where v.declaration_id = d.id), d.state) else d.state end as state,
                d.year, coalesce(c.short, '—') as category, d.kind,
                d.title, d.started_on, d.ended_on, d.hours, d.recognised, d.waiting_since,
                d.acted_at, coalesce(o.name, '') as desk
           from declaration d
           left join category c on c.id = d.category_id
           left join organization o on o.id = d.desk_id
          where d.person_id = ? order by d.updated_at desc, d.id desc limit 5",
    )
    .bind(person)
    .fetch_all(&mut *db)
    .await?;
    let calendar = review::working_days(db).await?;
    let waited = |row: &Row| review::waited_words(&calendar, &row.waiting_since, clock);
    Ok(rows
        .into_iter()
        .map(|row| {
            let waited = waited(&row);
            line(row, waited)
        })
        .collect())
}

fn line(row: Row, waited: String) -> Line {
    let (state, tag) = state_label(&row.state);
    let acted = county_day(&row.acted_at);
    let stands = match row.state.as_str() {
        "draft" => "还没有提交".to_owned(),
        "pending" => format!("等待 {} 审核，{waited}", row.desk),
        "approved" => format!("{acted} 通过，已记入台账"),
        "revoked" => "已被人社局撤销，不再计入；可以重新申报".to_owned(),
        "corrected" => "已由人社局更正，按更正后的学时计入".to_owned(),
        "rejected" => format!("{acted} 被驳回，修改后可重新提交"),
        _ => format!("{acted} 撤回，修改后可重新提交"),
    };
    Line {
        id: row.id,
        number: row.number,
        year: row.year,
        category: row.category,
        kind: kind_label(&row.kind).to_owned(),
        title: if row.title.is_empty() { "（还没有填名称）".to_owned() } else { row.title },
        dates: dates(&row.started_on, &row.ended_on),
        hours: match row.hours {
            0 => "未填".to_owned(),
            hours => Hours::from_tenths(hours).to_string(),
        },
        recognised: match row.recognised {
            Some(hours) => Hours::from_tenths(hours).to_string(),
            None => "—".to_owned(),
        },
        state,
        tag,
        stands,
        editable: matches!(row.state.as_str(), "draft" | "rejected" | "withdrawn"),
        draft: row.state == "draft",
    }
}

/// 2026-09-14 至 2026-09-18
pub fn dates(from: &str, to: &str) -> String {
    match (from.is_empty(), to.is_empty()) {
        (true, true) => "—".to_owned(),
        _ if from == to => from.to_owned(),
        _ => format!("{from} 至 {to}"),
    }
}

/// The form for a new declaration.
#[get("/declarations/new")]
pub async fn new(person: Person, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let open = open_years(&mut db, clock).await?;
    let year = open.first().copied().unwrap_or_else(|| clock.year());
    let form = Form::of([("year", year.to_string())]);
    edit_page(&mut db, &person, None, &form, &open).await
}

/// The form of a stored one.
#[get("/declarations/<id>/edit")]
pub async fn edit(person: Person, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let draft = store::own_editable(&mut db, person.id, id).await?;
    let form = form::form_of(&draft);
    let open = open_years(&mut db, clock).await?;
    edit_page(&mut db, &person, Some(&draft), &form, &open).await
}

/// The form's page, with what was typed and, of a rejected one, why.
pub async fn edit_page(
    db: &mut SqliteConnection,
    person: &Person,
    draft: Option<&Draft>,
    form: &Form,
    open: &[i32],
) -> Result<Page> {
    let categories = category::active(&mut *db).await?;
    let pieces = match draft {
        Some(draft) => evidence::pieces(&mut *db, draft.id).await?,
        None => vec![],
    };
    let same = match draft {
        Some(draft) if !draft.title.is_empty() => same(&mut *db, draft).await?,
        _ => vec![],
    };
    let reason = match draft {
        Some(draft) if draft.state == "rejected" => rejection(&mut *db, draft).await?,
        _ => None,
    };
    let shut = store::shut(&mut *db, person.id).await?;
    let rules = crate::rules::all(&mut *db).await?;
    let year = form.text("year").parse().unwrap_or_else(|_| open.first().copied().unwrap_or(0));
    let panel = year_panel(&mut *db, person.id, year).await?;
    let (action, title) = match draft {
        None => ("/credit-hours/declarations".to_owned(), "新增学时申报"),
        Some(draft) => (format!("/credit-hours/declarations/{}", draft.id), "填写学时申报"),
    };
    Ok(Page::new("credit-hours/edit.html")
        .with("title", title)
        .with("action", &action)
        .with("id", &draft.map_or(0, |draft| draft.id))
        .with("number", draft.map_or("", |draft| draft.number.as_str()))
        .with("form", form)
        .with("offered", &form::offered(open, &categories))
        .with("evidence", &slots::evidence(&form.text("kind"), pieces, "/files"))
        .with("same", &same)
        .with("items", &crate::rules::items(&rules, &suggest::day_of(form)))
        .with(
            "suggested",
            &suggest::of_form(&mut *db, person.id, draft.map(|draft| draft.id), form, &rules)
                .await?,
        )
        .with("reason", &reason)
        .with("shut", &shut)
        .with("panel", &panel))
}

/// What the same learning was declared as already, where the person may look it up.
#[derive(Debug, Serialize)]
struct Same {
    text: String,
    href: String,
}

async fn same(db: &mut SqliteConnection, draft: &Draft) -> Result<Vec<Same>> {
    let claim = draft.claim();
    let mut existing = claims::existing(db, &[draft.person_id]).await?;
    let existing = existing.remove(&draft.person_id).unwrap_or_default();
    let taken = claims::among(&existing, &claim).into_iter();
    Ok(taken
        .map(|found| {
            let stored = existing.iter().find(|one| one.origin == found.origin);
            let href = match stored.and_then(|one| one.declaration) {
                Some(id) => format!("/credit-hours/declarations/{id}"),
                None if matches!(found.origin, Origin::Entry(_)) => "/credit-hours/mine".to_owned(),
                None => String::new(),
            };
            Same { text: acts::told(&found), href }
        })
        .collect())
}

/// Who rejected it last and why: 县第一中学（陈芳）：缺少结业证书，请补充。
async fn rejection(db: &mut SqliteConnection, draft: &Draft) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(draft.case_id)
    .fetch_optional(db)
    .await?)
}

/// One declaration: as stored, its evidence, where it stands, what may be done.
#[get("/declarations/<id>", rank = 2)]
pub async fn show(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let draft = store::own(&mut db, person.id, id).await?;
    let categories = category::all(&mut db).await?;
    let standing = crate::revocation::shown_state(&mut db, id).await?;
    let (state, tag) = state_label(&standing);
    let ended = crate::revocation::facts(&mut db, id).await?;
    let (mut steps, mut overdue, mut touched) = (vec![], false, false);
    if let Some(case) = draft.case_id {
        let case = review::case(&mut db, case).await?;
        steps = review::history(&mut db, &Declarations, &case, false, clock).await?;
        steps.extend(crate::revocation::since(&mut db, &case).await?.lines);
        let calendar = review::working_days(&mut db).await?;
        let waited = review::waited(&calendar, &case.waiting_since, clock);
        overdue = waited > settings.integer(&review::OVERDUE_DAYS);
        let acts = review::steps(&mut db, case.id).await?;
        touched = acts
            .iter()
            .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    }
    let reason = match draft.state.as_str() {
        "rejected" => rejection(&mut db, &draft).await?,
        _ => None,
    };
    let pending = draft.state == "pending";
    let open = store::shut(&mut db, person.id).await?.is_none();
    let panel = year_panel(&mut db, person.id, draft.year).await?;
    Ok(Page::new("credit-hours/declaration.html")
        .with("id", &draft.id)
        .with("number", &draft.number)
        .with("state", state)
        .with("tag", tag)
        .with("facts", &facts(&draft, &categories))
        .with("ended", &ended)
        .with("corrected_to", &crate::revocation::corrected_to(&mut db, id).await?)
        .with(
            "files",
            &slots::shown(&draft.kind, evidence::pieces(&mut db, draft.id).await?, "/files"),
        )
        .with("steps", &steps)
        .with("panel", &panel)
        .with("reason", &reason)
        .with("editable", &(draft.editable() && open))
        .with("copyable", &(open && draft.case_id.is_some()))
        .with("deletable", &draft.case_id.is_none())
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && overdue)))
}

/// 40 学时; a draft may not say yet.
fn asked(tenths: i64) -> String {
    if tenths == 0 { "未填".to_owned() } else { format!("{} 学时", Hours::from_tenths(tenths)) }
}

fn facts(draft: &Draft, categories: &[Category]) -> Vec<Fact> {
    let category = categories.iter().find(|one| Some(one.id) == draft.category_id);
    let mut facts = vec![
        Fact::new("学习项目", &draft.title).wide(),
        Fact::new("学习年度", draft.year.to_string()),
        Fact::new("科目类别", category.map_or("", |one| one.name.as_str())),
        Fact::new("学习形式", kind_label(&draft.kind)),
        Fact::new("起止时间", dates(&draft.started_on, &draft.ended_on)),
        Fact::new("举办单位", &draft.organizer),
        Fact::new("申报学时", asked(draft.hours)),
    ];
    if let Some(hours) = draft.recognised {
        facts.push(Fact::new("认定学时", format!("{} 学时", Hours::from_tenths(hours))));
    }
    let level = DECLARATION_LEVELS.label(&draft.level);
    let quantity =
        if draft.quantity.is_zero() { String::new() } else { draft.quantity.to_string() };
    facts.extend(optional(&[
        ("证书编号", &draft.certificate_number),
        ("地点", &draft.place),
        ("种类", &draft.item),
        ("级别", level),
        ("本人排名", &draft.rank),
        ("数量", &quantity),
    ]));
    if let Some(made) = suggest::kept(&draft.suggestion) {
        facts.push(Fact::new("建议学时", made.short()));
        facts.push(Fact::new("折算规则", made.whole()).wide());
    }
    if !draft.note.is_empty() {
        facts.push(Fact::new("内容摘要", &draft.note).wide());
    }
    facts
}

/// Facts of those that are filled.
pub fn optional(lines: &[(&str, &str)]) -> Vec<Fact> {
    let filled = lines.iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(label, value)| Fact::new(label, *value)).collect()
}

/// How many drafts and how many rejected ones wait for the person.
pub async fn unfinished(db: &mut SqliteConnection, person: PersonId) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "select coalesce(sum(state = 'draft'), 0), coalesce(sum(state = 'rejected'), 0)
           from declaration where person_id = ?",
    )
    .bind(person)
    .fetch_one(db)
    .await?)
}
