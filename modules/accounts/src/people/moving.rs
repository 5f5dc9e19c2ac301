//! People who go to another unit: by a transfer, or because theirs was disabled or merged.

use kit::{
    Clock, Error, Event, Modules, OrganizationId, PersonId, Result, file, organization, review,
};
use sqlx::SqliteConnection;

/// What a move took along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    pub people: u64,
    /// Pending cases that changed their desk.
    pub cases: u64,
    /// Administrators' rights in the former unit that ended.
    pub rights: u64,
}

/// Why a right ended with its holder's move; `restore` looks for it.
pub const LEFT: &str = "人员已调离本单位";

/// Moves people to another organization, in which they have no internal department yet: person and
/// version, files, ledger and declarations (`Event::PeopleMoved`), and pending cases, which take the
/// new unit's way if they waited at the old unit or at a department they no longer lie under. Their
/// rights in the old unit and the sessions of these end. A few statements for any number of people.
/// The caller has checked that he may, and writes the trail.
///
/// `cause` is the version's: `transfer:12`, `merge:9`, `disable`.
///
/// # Errors
/// Refused if the target is disabled or one of them is there already; `NotFound` if it is absent.
pub async fn move_to(
    tx: &mut SqliteConnection,
    modules: &Modules,
    people: &[PersonId],
    to: OrganizationId,
    cause: &str,
    clock: &Clock,
) -> Result<Moved> {
    let target = organization::find(&mut *tx, to).await?.ok_or(Error::NotFound)?;
    if target.state != "active" {
        return Err(Error::refused("所选单位已停用，不能接收人员。请另选一个单位。"));
    }
    let mut done = Moved::default();
    for (from, people) in by_unit(&mut *tx, people).await? {
        if from == to {
            return Err(Error::refused("所选人员已在这个单位，不需要调动。请另选一个单位。"));
        }
        let moved = between(&mut *tx, modules, &people, from, &target, cause, clock).await?;
        done.people += moved.people;
        done.cases += moved.cases;
        done.rights += moved.rights;
    }
    Ok(done)
}

/// Moves everybody recorded in an organization, whatever his state.
///
/// # Errors
/// As `move_to`.
pub async fn move_all(
    tx: &mut SqliteConnection,
    modules: &Modules,
    from: OrganizationId,
    to: OrganizationId,
    cause: &str,
    clock: &Clock,
) -> Result<Moved> {
    let people: Vec<PersonId> =
        sqlx::query_scalar("select id from person where organization_id = ? order by id")
            .bind(from)
            .fetch_all(&mut *tx)
            .await?;
    move_to(tx, modules, &people, to, cause, clock).await
}

/// The people by the unit they are in.
async fn by_unit(
    db: &mut SqliteConnection,
    people: &[PersonId],
) -> Result<Vec<(OrganizationId, Vec<PersonId>)>> {
    let rows: Vec<(OrganizationId, PersonId)> = sqlx::query_as(
        "select p.organization_id, p.id from json_each(?) j cross join person p on p.id = j.value
          order by p.organization_id, p.id",
    )
    .bind(serde_json::to_string(people)?)
    .fetch_all(db)
    .await?;
    let mut units: Vec<(OrganizationId, Vec<PersonId>)> = Vec::new();
    for (unit, person) in rows {
        match units.last_mut() {
            Some((last, of)) if *last == unit => of.push(person),
            _ => units.push((unit, vec![person])),
        }
    }
    Ok(units)
}

async fn between(
    tx: &mut SqliteConnection,
    modules: &Modules,
    people: &[PersonId],
    from: OrganizationId,
    to: &organization::Organization,
    cause: &str,
    clock: &Clock,
) -> Result<Moved> {
    let json = serde_json::to_string(people)?;
    let moved = sqlx::query(
        "update person set organization_id = ?, department_id = ?, internal_department_id = null,
                updated_at = ?
          where id in (select value from json_each(?))",
    )
    .bind(to.id)
    .bind(to.department_id)
    .bind(clock.stamp())
    .bind(&json)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    super::update::reported_all(&mut *tx, &json, cause, clock).await?;
    let rights = end_rights(&mut *tx, &json, from, clock).await?;
    file::moved(&mut *tx, people, to.id, to.department_id).await?;
    let event = Event::PeopleMoved { people: people.to_vec(), from, to: to.id };
    modules.deliver(&mut *tx, &event, clock).await?;
    // what waits at a department above both stays there
    let mut former = vec![from];
    let above = organization::find(&mut *tx, from).await?.and_then(|unit| unit.department_id);
    former.extend(above.filter(|above| Some(*above) != to.department_id && *above != from));
    let belongs = (to.id, to.department_id);
    let cases = review::follow(tx, modules, people, &former, belongs, clock).await?;
    Ok(Moved { people: moved, cases, rights })
}

/// Their administrators' rights in the former unit are removed, the sessions on them ended.
async fn end_rights(
    tx: &mut SqliteConnection,
    people: &str,
    from: OrganizationId,
    clock: &Clock,
) -> Result<u64> {
    sqlx::query(
        "delete from session where grant_id in (
           select g.id from grant g join account a on a.id = g.account_id
            where g.organization_id = ?
              and a.person_id in (select value from json_each(?)))",
    )
    .bind(from)
    .bind(people)
    .execute(&mut *tx)
    .await?;
    let ended = sqlx::query(
        "update grant set state = 'removed', ended_at = ?, ended_reason = ?
          where organization_id = ? and state <> 'removed'
            and account_id in (select id from account
                                where person_id in (select value from json_each(?)))",
    )
    .bind(clock.stamp())
    .bind(LEFT)
    .bind(from)
    .bind(people)
    .execute(tx)
    .await?;
    Ok(ended.rows_affected())
}

/// Puts everybody of an internal department into another of the same unit, or into none, with
/// versions; gives their number. The caller writes the trail.
pub async fn regroup(
    tx: &mut SqliteConnection,
    from: i64,
    to: Option<i64>,
    cause: &str,
    clock: &Clock,
) -> Result<u64> {
    let people: Vec<PersonId> =
        sqlx::query_scalar("select id from person where internal_department_id = ?")
            .bind(from)
            .fetch_all(&mut *tx)
            .await?;
    let json = serde_json::to_string(&people)?;
    sqlx::query(
        "update person set internal_department_id = ?, updated_at = ?
          where id in (select value from json_each(?))",
    )
    .bind(to)
    .bind(clock.stamp())
    .bind(&json)
    .execute(&mut *tx)
    .await?;
    super::update::reported_all(tx, &json, cause, clock).await?;
    Ok(people.len() as u64)
}
