//! Issuing a 学时证明: by the person himself, or by his unit, department or the bureau.

use std::collections::BTreeMap;

use credit_hours::{entries, year_totals};
use kit::access::Scope;
use kit::{
    AccountId, Actor, Answer, Can, Clock, Db, Done, Error, Form, Page, Person, PersonId, Result,
    User, serial, trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::PrintCertificates;
use crate::certificate::{Category, Entry, Snapshot, Year, hash_of};
use crate::holder::{self, Holder};

/// Years one certificate may cover: a title review looks back five.
const YEARS: i32 = 10;

pub fn routes() -> Vec<Route> {
    routes![mine, issue_mine, of_person, issue_for]
}

/// A certificate in a list.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Issued {
    pub id: i64,
    pub number: String,
    pub year_from: i64,
    pub year_to: i64,
    pub state: String,
    pub state_reason: String,
    pub issued_at: String,
    pub issued_by: String,
}

/// Every certificate of a person, newest first.
pub async fn certificates_of(db: &mut SqliteConnection, person: PersonId) -> Result<Vec<Issued>> {
    Ok(sqlx::query_as(
        "select c.id, c.number, c.year_from, c.year_to, c.state, c.state_reason, c.issued_at,
                a.name as issued_by
           from certificate c join account a on a.id = c.issued_by
          where c.person_id = ? order by c.id desc",
    )
    .bind(person)
    .fetch_all(db)
    .await?)
}

#[get("/mine")]
async fn mine(person: Person, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let holder = holder::find(&mut db, person.id, Scope::County).await?.ok_or(Error::NotFound)?;
    page(&mut db, &holder, form_of(clock.year()), clock, "/verification/mine").await
}

#[post("/mine", data = "<form>")]
async fn issue_mine(
    person: Person,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    issue(db, clock, &person.user, person.id, Scope::County, form, "/verification/mine").await
}

#[get("/people/<person>")]
async fn of_person(
    user: Can<PrintCertificates>,
    person: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let holder = holder::find(&mut db, person, user.scope()).await?.ok_or(Error::NotFound)?;
    let here = format!("/verification/people/{person}");
    page(&mut db, &holder, form_of(clock.year()), clock, &here).await
}

#[post("/people/<person>", data = "<form>")]
async fn issue_for(
    user: Can<PrintCertificates>,
    person: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    let here = format!("/verification/people/{person}");
    issue(db, clock, &user.user, person, user.scope(), form, &here).await
}

fn form_of(year: i32) -> Form {
    Form::of([("from", year.to_string()), ("to", year.to_string())])
}

/// The person's certificates and the form for a new one.
async fn page(
    db: &mut SqliteConnection,
    holder: &Holder,
    form: Form,
    clock: &Clock,
    here: &str,
) -> Result<Page> {
    let this_year = clock.year();
    let years: Vec<_> = (this_year - YEARS + 1..=this_year)
        .rev()
        .map(|year| json!({"value": year.to_string(), "label": format!("{year} 年")}))
        .collect();
    let totals = year_totals(db, holder.id, this_year - 4, this_year).await?;
    let totals: Vec<_> = totals
        .iter()
        .rev()
        .map(|t| json!({"year": t.year, "total": t.total, "required": t.required, "complete": t.complete}))
        .collect();
    Ok(Page::new("verification/certificates.html")
        .with("here", here)
        .with("own", &(here == "/verification/mine"))
        .with(
            "holder",
            &json!({
                "name": holder.name, "masked": holder.masked, "organization": holder.organization,
            }),
        )
        .with("form", &form)
        .with("years", &years)
        .with("totals", &totals)
        .with("certificates", &certificates_of(db, holder.id).await?))
}

/// Reads the range, keeps snapshot and trail in one transaction, goes to the printed form.
async fn issue(
    db: &State<Db>,
    clock: &State<Clock>,
    user: &User,
    person: PersonId,
    scope: Scope,
    mut form: Form,
    here: &str,
) -> Result<Answer> {
    let this_year = i64::from(clock.year());
    let bounds = this_year - i64::from(YEARS) + 1..=this_year;
    let from = form.integer("from", "起始年度", bounds.clone());
    let to = form.integer("to", "截止年度", bounds);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        form.refuse("to", "截止年度早于起始年度，请调换。");
    }
    let mut tx = db.begin().await?;
    let holder = holder::find(&mut tx, person, scope).await?.ok_or(Error::NotFound)?;
    let (Some(from), Some(to), false) = (from, to, form.refused()) else {
        return Ok(page(&mut tx, &holder, form, clock, here).await?.refused().into());
    };
    let issuer = Issuer { account: user.account, actor: user.actor() };
    let id = keep(&mut tx, &holder, from as i32, to as i32, &issuer, clock).await?;
    tx.commit().await?;
    let folder = if here == "/verification/mine" { here } else { "/verification/certificates" };
    Ok(Done::to(format!("{folder}/{id}")).into())
}

/// Who issues (经办人).
pub struct Issuer {
    pub account: AccountId,
    pub actor: Actor,
}

/// Writes one certificate.
///
/// # Errors
/// `Refused` when the bureau's area code is not set: the number would be meaningless.
pub async fn keep(
    tx: &mut SqliteConnection,
    holder: &Holder,
    from: i32,
    to: i32,
    issuer: &Issuer,
    clock: &Clock,
) -> Result<i64> {
    let (area, bureau): (String, String) = sqlx::query_as(
        "select p.area_code, case when p.certificate_name = '' then o.name else p.certificate_name end
           from organization o join organization_profile p on p.organization_id = o.id
          where o.kind = 'bureau'",
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or_else(|| Error::refused("人社局的名称和区划代码还没有填写，不能出具证明。请联系系统管理员。"))?;
    let year = clock.year();
    let serial = serial::next(tx, &format!("certificate-{year}")).await?;
    let number = format!("{area}-{year}-{serial:07}");
    let snapshot = Snapshot {
        identity_id: holder.identity_id,
        name: holder.name.clone(),
        sex: holder.sex_label(),
        organization: holder.organization.clone(),
        series: holder.series_label(),
        level: holder.level_label(),
        title: holder.title.clone(),
        titled_on: holder.titled_on.clone(),
        years: years_of(tx, holder.id, from, to).await?,
        entries: entries_of(tx, holder.id, from, to).await?,
        issuer: bureau,
        handler: issuer.actor.name.clone(),
        issued_on: kit::day::date_text(clock.today()),
    };
    let text = serde_json::to_string(&snapshot)?;
    let code = serial::code(8)?;
    let token = serial::code(26)?; // 31^26 > 2^128
    let id: i64 = sqlx::query_scalar(
        "insert into certificate (number, code, token, person_id, organization_id, department_id,
           year_from, year_to, snapshot, hash, issued_at, issued_by)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(&number)
    .bind(&code)
    .bind(&token)
    .bind(holder.id)
    .bind(holder.organization_id)
    .bind(holder.department_id)
    .bind(from)
    .bind(to)
    .bind(&text)
    .bind(hash_of(&number, &code, &token, &text))
    .bind(clock.stamp())
    .bind(issuer.account)
    .fetch_one(&mut *tx)
    .await?;
    for entry in &snapshot.entries {
        sqlx::query("insert into certificate_entry (certificate_id, entry_id) values (?, ?)")
            .bind(id)
            .bind(entry.id)
            .execute(&mut *tx)
            .await?;
    }
    let sentence = format!("出具{}的学时证明 {number}（{from}–{to} 年度）", holder.name);
    let object = format!("certificate:{id}");
    trail::write(tx, &issuer.actor, clock, "certificate.issue", &object, &sentence).await?;
    Ok(id)
}

/// Issues a certificate of a person within the caller's transaction (调出本县); gives its row.
/// The caller has checked that he may; the years count whatever their number, incomplete ones
/// state 未达到要求.
///
/// # Errors
/// As `keep`; `NotFound` for no such person.
pub async fn give(
    tx: &mut SqliteConnection,
    person: PersonId,
    (from, to): (i32, i32),
    account: AccountId,
    actor: Actor,
    clock: &Clock,
) -> Result<i64> {
    let holder = holder::find(&mut *tx, person, Scope::County).await?.ok_or(Error::NotFound)?;
    keep(tx, &holder, from, to, &Issuer { account, actor }, clock).await
}

async fn years_of(
    db: &mut SqliteConnection,
    person: PersonId,
    from: i32,
    to: i32,
) -> Result<Vec<Year>> {
    let totals = year_totals(&mut *db, person, from, to).await?;
    let mut names: BTreeMap<i64, &str> = BTreeMap::new();
    for one in totals.iter().flat_map(|total| &total.categories) {
        names.insert(one.id, &one.name);
    }
    let whole = fit(names.values().copied());
    let mut exemptions = credit_hours::in_force(db, person, from, to).await?;
    Ok(totals
        .into_iter()
        .map(|total| Year {
            year: total.year,
            categories: total
                .categories
                .into_iter()
                .map(|c| Category {
                    name: if whole { c.name } else { c.short },
                    required: c.required,
                    done: c.done,
                })
                .collect(),
            required: total.required,
            total: total.total,
            complete: total.complete,
            exempt: total.exempt,
            exemption: exemptions.remove(&total.year).map(|one| one.kind).unwrap_or_default(),
        })
        .collect())
}

/// Whether the whole names of the subjects fit the heads of the year table: 115 mm for all of
/// them at 3.7 mm a character, each with （学时） and its padding. Else the short ones stand there.
fn fit<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    names.map(|name| name.chars().count() + 5).sum::<usize>() <= 31
}

async fn entries_of(
    db: &mut SqliteConnection,
    person: PersonId,
    from: i32,
    to: i32,
) -> Result<Vec<Entry>> {
    let rows = entries(db, person, from, to).await?;
    Ok(rows
        .into_iter()
        .map(|row| Entry {
            id: row.id,
            year: row.year,
            title: row.title,
            kind: row.kind,
            started_on: row.started_on,
            ended_on: row.ended_on,
            organizer: row.organizer,
            category: row.category,
            hours: row.hours,
            source: row.source,
            recognised_by: row.recognised_by,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn whole_names_of_subjects_stand_in_the_heads_while_there_is_room() {
        assert!(fit(["公需科目", "专业科目"].into_iter()));
        assert!(fit(["公需科目", "专业科目", "选修科目"].into_iter()));
        assert!(!fit(["公需科目", "专业科目", "选修科目", "实践科目"].into_iter()));
        assert!(!fit(["公需科目", "专业科目", "个人自主选修的科目"].into_iter()));
    }
}
