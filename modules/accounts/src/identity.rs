//! 身份证号更正: the bureau alone, with evidence; account, ledger, declarations and what waits
//! follow, for all of them point at the row that changes (domain.md 2.12).

mod demo;
mod detail;
mod form;
pub(crate) mod list;
mod store;
mod tell;

use std::collections::HashSet;

use kit::{Error, Event, IdCard, PersonId, Result};
use rocket::Route;
use serde::Serialize;
use sqlx::SqliteConnection;

pub use demo::demo;
use store::{Wanted, correct};

pub const BASE: &str = "/accounts/identity-corrections";

pub fn routes() -> Vec<Route> {
    [form::routes(), list::routes(), detail::routes()].concat()
}

/// May the user correct numbers? For peers that link to the form.
pub fn permission() -> kit::Grantable {
    use kit::Permission;
    crate::permissions::EditIdentity::grantable()
}

/// A correction is seen under the present department of the unit in which the person was.
pub(crate) async fn hear(tx: &mut SqliteConnection, event: &Event) -> Result<()> {
    if let Event::OrganizationChanged { organization } = event {
        sqlx::query(
            "update identity_correction
                set department_id = (select department_id from organization where id = ?1)
              where organization_id = ?1",
        )
        .bind(organization)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// What is told whoever records somebody under a number that was corrected away.
pub const GIVEN_UP: &str = "这个身份证号以前登记错误，人社局已更正为另一个号码，不能再用它登记人员";
/// What to do about it.
pub const GIVEN_UP_REMEDY: &str =
    "请核对本人身份证；确实是本人的号码，请联系人社局在“身份证号更正”中放开";

/// Those of the numbers that were corrected away from somebody, belong to nobody now and were not
/// released: nobody new may be recorded with them. One statement for any number of them.
pub async fn given_up(db: &mut SqliteConnection, numbers: &[&str]) -> Result<HashSet<String>> {
    let found: Vec<String> = sqlx::query_scalar(
        "select j.value from json_each(?) j
          where exists (select 1 from identity_correction c
                         where c.old_number = j.value and c.released_at = '')
            and not exists (select 1 from identity i join person p on p.identity_id = i.id
                             where i.number = j.value)",
    )
    .bind(serde_json::to_string(numbers)?)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().collect())
}

/// # Errors
/// Refused if one of the numbers was corrected away.
pub(crate) async fn refuse_given_up(db: &mut SqliteConnection, numbers: &[&str]) -> Result<()> {
    let mut found: Vec<String> = given_up(db, numbers).await?.into_iter().collect();
    found.sort();
    let Some(number) = found.first() else { return Ok(()) };
    let masked = IdCard::stored(number).map(|card| card.masked()).unwrap_or_default();
    Err(Error::refused(format!("{GIVEN_UP}（{masked}）。{GIVEN_UP_REMEDY}。")))
}

/// A correction as pages show it, both numbers masked.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Correction {
    pub id: i64,
    pub person: PersonId,
    pub name: String,
    /// The person's unit at that time.
    pub organization: String,
    pub old: String,
    pub new: String,
    pub reason: String,
    pub at: String,
    pub by_name: String,
    /// Empty: the old number may not be used again.
    pub released_at: String,
    pub released_by: String,
    pub released_reason: String,
}

/// The corrections of a person's number, newest first.
pub async fn of(db: &mut SqliteConnection, person: PersonId) -> Result<Vec<Correction>> {
    Ok(sqlx::query_as(
        "select c.id, c.person_id as person, p.name, o.name as organization,
                substr(c.old_number, 1, 4) || '************' || substr(c.old_number, 17) as old,
                substr(c.new_number, 1, 4) || '************' || substr(c.new_number, 17) as new,
                c.reason, c.at, c.by_name, c.released_at, c.released_by, c.released_reason
           from identity_correction c
           join person p on p.id = c.person_id
           join organization o on o.id = c.organization_id
          where c.person_id = ? order by c.id desc",
    )
    .bind(person)
    .fetch_all(db)
    .await?)
}

/// One of them.
async fn one(db: &mut SqliteConnection, id: i64) -> Result<Correction> {
    let person: Option<PersonId> =
        sqlx::query_scalar("select person_id from identity_correction where id = ?")
            .bind(id)
            .fetch_optional(&mut *db)
            .await?;
    let all = of(db, person.ok_or(Error::NotFound)?).await?;
    all.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)
}
