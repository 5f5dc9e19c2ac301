//! The demo county's certificates: of the people who can sign in, and of one whose ID number was
//! corrected after the issue.

use kit::module::Demo;
use kit::{AccountId, Actor, Clock, Event, PersonId, Result, Scope};
use sqlx::SqliteConnection;

use crate::issue::{Issuer, give, keep};
use crate::{certificate, holder};

/// Certificates of five years.
pub async fn fill(tx: &mut SqliteConnection, county: &Demo) -> Result<()> {
    let clock = &county.clock;
    let people: Vec<(PersonId, AccountId, String)> = sqlx::query_as(
        "select person_id, id, name from account
          where person_id is not null and state = 'active' order by id limit 20",
    )
    .fetch_all(&mut *tx)
    .await?;
    for (person, account, name) in people {
        let Some(holder) = holder::find(tx, person, Scope::County).await? else { continue };
        let actor = Actor { account: Some(account), name, ..Actor::system() };
        let issuer = Issuer { account, actor };
        keep(tx, &holder, clock.year() - 4, clock.year(), &issuer, clock).await?;
    }
    corrected(&mut *tx, clock).await?;
    revoked(tx, county).await
}

/// 已失效: one whose latest entry was revoked.
async fn revoked(tx: &mut SqliteConnection, county: &Demo) -> Result<()> {
    let person: Option<PersonId> = sqlx::query_scalar(
        "select p.id from person p join account a on a.person_id = p.id
          where p.state = 'serving' and a.state = 'initial'
            and exists (select 1 from entry e where e.person_id = p.id)
            and not exists (select 1 from grant g where g.account_id = a.id)
          order by p.id desc limit 1 offset 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    let bureau: Option<(AccountId, String)> = sqlx::query_as(
        "select a.id, a.name from grant g join account a on a.id = g.account_id
           join organization o on o.id = g.organization_id
          where o.kind = 'bureau' and g.state = 'active' order by g.id limit 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    let (Some(person), Some((account, name))) = (person, bureau) else { return Ok(()) };
    let clock = &county.clock;
    let actor = Actor { account: Some(account), name, ..Actor::command("demo") };
    let years = (clock.year() - 4, clock.year());
    let certificate = give(&mut *tx, person, years, account, actor.clone(), clock).await?;
    let entry: Option<i64> =
        sqlx::query_scalar("select max(entry_id) from certificate_entry where certificate_id = ?")
            .bind(certificate)
            .fetch_one(&mut *tx)
            .await?;
    let Some(entry) = entry else { return Ok(()) };
    let reason = "经核查，主办单位没有举办这次培训。";
    credit_hours::ledger::reverse(tx, &county.modules, entry, reason, &actor, clock).await?;
    Ok(())
}

/// 已更新, and the one that was issued anew.
async fn corrected(tx: &mut SqliteConnection, clock: &Clock) -> Result<()> {
    let person: Option<PersonId> = sqlx::query_scalar(
        "select p.id from person p join account a on a.person_id = p.id
          where p.state = 'serving' and a.state = 'initial'
            and exists (select 1 from entry e where e.person_id = p.id)
            and not exists (select 1 from grant g where g.account_id = a.id)
          order by p.id desc limit 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    let bureau: Option<(AccountId, String)> = sqlx::query_as(
        "select a.id, a.name from grant g join account a on a.id = g.account_id
           join organization o on o.id = g.organization_id
          where o.kind = 'bureau' and g.state = 'active' order by g.id limit 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    let (Some(person), Some((account, name))) = (person, bureau) else { return Ok(()) };
    let actor = Actor { account: Some(account), name, ..Actor::command("demo") };
    let years = (clock.year() - 4, clock.year());
    give(tx, person, years, account, actor.clone(), clock).await?;
    let correction = accounts::identity::demo(tx, person, &actor, clock).await?;
    let event = Event::IdentityCorrected { person, correction: Some(correction) };
    certificate::on(tx, &event, clock).await?;
    give(tx, person, years, account, actor, clock).await?;
    Ok(())
}
