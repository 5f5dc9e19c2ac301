//! The way from desk to desk: who attends one, which comes next, and what moves a case off its own.

use sqlx::SqliteConnection;

use super::parties::Parties;
use super::record::{self, Entry};
use super::{AnySubject, Case, query};
use crate::access::Leaf;
use crate::{Actor, CaseId, Clock, Error, Modules, OrganizationId, PersonId, Result, organization};

/// Where a case goes on, and whom it passes over.
#[derive(Debug)]
pub(super) struct Place {
    /// The route, led on to a superior if nobody on it can decide.
    pub route: Vec<OrganizationId>,
    pub stage: usize,
    pub desk: OrganizationId,
    pub skipped: Vec<OrganizationId>,
}

/// Each desk once, in order.
pub(super) fn each_once(route: Vec<OrganizationId>) -> Vec<OrganizationId> {
    let mut desks = Vec::with_capacity(route.len());
    for desk in route {
        if !desks.contains(&desk) {
            desks.push(desk);
        }
    }
    desks
}

/// Whether somebody at this desk can decide: enabled, with a right in force that holds
/// (leaf, review), and no party to the case.
pub async fn attended(
    db: &mut SqliteConnection,
    desk: OrganizationId,
    leaf: Leaf,
    parties: &Parties,
    clock: &Clock,
) -> Result<bool> {
    let Some(organization) = organization::find(&mut *db, desk).await? else { return Ok(false) };
    if organization.state != "active" || !leaf.kinds.has(organization.kind) {
        return Ok(false);
    }
    Ok(sqlx::query_scalar(
        "select exists (
           select 1 from grant g
             join account a on a.id = g.account_id
             join grant_role h on h.grant_id = g.id
             join role r on r.id = h.role_id
            where g.organization_id = ?1 and g.state = 'active'
              and (g.until is null or g.until >= ?2)
              and a.state = 'active' and a.id is not ?3
              and (?4 is null or a.person_id is not ?4)
              and a.id not in (select value from json_each(?8))
              and (?5 is null or not exists (
                select 1 from review_step s
                 where s.case_id = ?5 and s.act = 'submit' and s.account_id = a.id))
              and (?6 is null or not exists (
                select 1 from grant o
                 where o.account_id = a.id and o.organization_id = ?6 and o.state = 'active'
                   and (o.until is null or o.until >= ?2)))
              and (r.key = 'super' or exists (
                select 1 from role_permission p
                 where p.role_id = r.id and p.leaf = ?7 and p.action = 'review')))",
    )
    .bind(desk)
    .bind(crate::day::date_text(clock.today()))
    .bind(parties.submitter)
    .bind(parties.about)
    .bind(parties.case)
    .bind(parties.other_than(desk))
    .bind(leaf.key)
    .bind(serde_json::to_string(&parties.named)?)
    .fetch_one(db)
    .await?)
}

/// The first desk from `from` on that can decide. If not even the last can, the case goes to the
/// superiors of the last; the bureau is never passed over (domain.md, Decisions: no deadlock).
pub(super) async fn place(
    db: &mut SqliteConnection,
    route: &[OrganizationId],
    from: usize,
    leaf: Leaf,
    parties: &Parties,
    clock: &Clock,
) -> Result<Place> {
    let mut route = route.to_vec();
    let last =
        route.last().copied().ok_or_else(|| Error::Fault("a route without a desk".to_owned()))?;
    let mut above = organization::desks_above(&mut *db, last).await?.into_iter().skip(1);
    let mut skipped = Vec::new();
    let mut stage = from;
    loop {
        let desk = match route.get(stage) {
            Some(desk) => *desk,
            None => match above.next() {
                Some(desk) => {
                    if !route.contains(&desk) {
                        route.push(desk);
                    }
                    continue;
                }
                // the bureau: another holder of the permission must decide there
                None => {
                    skipped.pop();
                    let stage = route.len() - 1;
                    return Ok(Place { desk: route[stage], route, stage, skipped });
                }
            },
        };
        if attended(&mut *db, desk, leaf, parties, clock).await? {
            return Ok(Place { route, stage, desk, skipped });
        }
        skipped.push(desk);
        stage += 1;
    }
}

/// Moves pending cases about `person` that wait at `from` to where their subject now routes them
/// (a transfer, a desk that disappeared). Gives the number moved. The subject's own row is
/// brought up to date by its module first: the case takes over its organization and department.
pub async fn reroute(
    tx: &mut SqliteConnection,
    modules: &Modules,
    person: Option<PersonId>,
    from: OrganizationId,
    clock: &Clock,
) -> Result<u64> {
    let waiting: Vec<CaseId> =
        match person {
            Some(person) => {
                sqlx::query_scalar(
                    "select id from review_case
                  where person_id = ? and desk_id = ? and state = 'pending' order by id",
                )
                .bind(person)
                .bind(from)
                .fetch_all(&mut *tx)
                .await?
            }
            None => sqlx::query_scalar(
                "select id from review_case where desk_id = ? and state = 'pending' order by id",
            )
            .bind(from)
            .fetch_all(&mut *tx)
            .await?,
        };
    all_on(tx, modules, waiting, MOVED, clock).await
}

/// People went to another organization, and their cases with them: those waiting at the `former`
/// desks take the way of the new unit, those further up stay where they are. Gives the number that
/// changed their desk. The subjects' own rows are brought up to date by their modules first.
pub async fn follow(
    tx: &mut SqliteConnection,
    modules: &Modules,
    people: &[PersonId],
    former: &[OrganizationId],
    (organization, department): (OrganizationId, Option<OrganizationId>),
    clock: &Clock,
) -> Result<u64> {
    let people = serde_json::to_string(people)?;
    sqlx::query(
        "update review_case set organization_id = ?, department_id = ?
          where person_id in (select value from json_each(?))",
    )
    .bind(organization)
    .bind(department)
    .bind(&people)
    .execute(&mut *tx)
    .await?;
    let waiting: Vec<CaseId> = sqlx::query_scalar(
        "select id from review_case
          where person_id in (select value from json_each(?1)) and state = 'pending'
            and desk_id in (select value from json_each(?2)) order by id",
    )
    .bind(&people)
    .bind(serde_json::to_string(former)?)
    .fetch_all(&mut *tx)
    .await?;
    all_on(tx, modules, waiting, MOVED, clock).await
}

/// Why a case changed its desk, for the trail.
const MOVED: &str = "单位变动，转由另一单位办理";
const UNATTENDED: &str = "单位无人审核，转由上级办理";

/// Pending cases of an organization that got another superior: those that wait at its own or its
/// former superior's desk take the new way, all belong to its new department. Gives the number
/// that changed their desk. The subjects' own rows are brought up to date first.
pub async fn resuperior(
    tx: &mut SqliteConnection,
    modules: &Modules,
    organization: OrganizationId,
    former: Option<OrganizationId>,
    clock: &Clock,
) -> Result<u64> {
    sqlx::query(
        "update review_case
            set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
    )
    .bind(organization)
    .execute(&mut *tx)
    .await?;
    // what the last desk already has stays there
    let waiting: Vec<CaseId> = sqlx::query_scalar(
        "select c.id from review_case c join organization o on o.id = c.desk_id
          where c.state = 'pending' and c.desk_id in (?1, ?2) and c.organization_id = ?1
            and o.kind <> 'bureau' order by c.id",
    )
    .bind(organization)
    .bind(former)
    .fetch_all(&mut *tx)
    .await?;
    all_on(tx, modules, waiting, MOVED, clock).await
}

/// Moves on what waits where nobody can decide any more: a right was removed or has run out, an
/// account was disabled. What the bureau has stays. Gives the number moved.
pub async fn move_on(tx: &mut SqliteConnection, modules: &Modules, clock: &Clock) -> Result<u64> {
    let mut moved = 0;
    for subject in modules.subjects() {
        let desks: Vec<OrganizationId> = sqlx::query_scalar(
            "select distinct c.desk_id from review_case c join organization o on o.id = c.desk_id
              where c.state = 'pending' and c.subject = ? and o.kind <> 'bureau'",
        )
        .bind(subject.key())
        .fetch_all(&mut *tx)
        .await?;
        for desk in desks {
            let anybody =
                attended(&mut *tx, desk, subject.leaf(), &Parties::default(), clock).await?;
            let stuck = stuck(&mut *tx, subject.as_ref(), desk, anybody, clock).await?;
            moved += all_on(&mut *tx, modules, stuck, UNATTENDED, clock).await?;
        }
    }
    Ok(moved)
}

/// The cases at a desk that nobody there can decide; if there is anybody at all, only what he
/// is a party to can be among them; of a roster it is asked case by case.
async fn stuck(
    db: &mut SqliteConnection,
    subject: &dyn AnySubject,
    desk: OrganizationId,
    anybody: bool,
    clock: &Clock,
) -> Result<Vec<CaseId>> {
    let waiting: Vec<CaseId> = sqlx::query_scalar(
        "select c.id from review_case c
          where c.desk_id = ?1 and c.subject = ?2 and c.state = 'pending'
            and (not ?3 or exists (
              select 1 from grant g join account a on a.id = g.account_id
               where g.organization_id = ?1 and (a.id = c.account_id or a.person_id = c.person_id
                 or exists (select 1 from review_step s where s.case_id = c.id
                              and s.act = 'submit' and s.account_id = a.id)
                 or exists (select 1 from grant o where o.account_id = a.id
                              and o.organization_id = c.organization_id
                              and o.organization_id <> ?1))))
          order by c.id",
    )
    .bind(desk)
    .bind(subject.key())
    .bind(anybody && !subject.roster())
    .fetch_all(&mut *db)
    .await?;
    let mut stuck = Vec::new();
    for id in waiting {
        let case = query::case(&mut *db, id).await?;
        let parties = Parties::of(&mut *db, subject, &case).await?;
        if !anybody || !attended(&mut *db, desk, subject.leaf(), &parties, clock).await? {
            stuck.push(id);
        }
    }
    Ok(stuck)
}

async fn all_on(
    tx: &mut SqliteConnection,
    modules: &Modules,
    cases: Vec<CaseId>,
    why: &str,
    clock: &Clock,
) -> Result<u64> {
    let mut moved = 0;
    for id in cases {
        let case = query::case(&mut *tx, id).await?;
        let subject = modules
            .subject(&case.subject)
            .ok_or_else(|| Error::Fault(format!("case {id}: no subject {}", case.subject)))?;
        moved += u64::from(go_on(&mut *tx, subject, &case, why, clock).await?);
    }
    Ok(moved)
}

/// Puts one pending case on its subject's present route; false if it stays where it is.
async fn go_on(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: &Case,
    why: &str,
    clock: &Clock,
) -> Result<bool> {
    let route = each_once(subject.route(&mut *tx, &case.content).await?);
    // desks that already said yes in this round are not asked again
    let passed: Vec<OrganizationId> = sqlx::query_scalar(
        "select desk_id from review_step
          where case_id = ? and round = ? and act = 'pass' and desk_id is not null",
    )
    .bind(case.id)
    .bind(case.round)
    .fetch_all(&mut *tx)
    .await?;
    let start = route
        .iter()
        .rposition(|desk| passed.contains(desk))
        .map_or(0, |last| (last + 1).min(route.len() - 1));
    let parties = Parties::of(&mut *tx, subject, case).await?;
    let next = place(&mut *tx, &route, start, subject.leaf(), &parties, clock).await?;
    let (organization, department) = belongs(&mut *tx, subject, &case.content).await?;
    let stays = case.desk_id == Some(next.desk);
    sqlx::query(
        "update review_case set route = ?, stage = ?, desk_id = ?, unattended = max(unattended, ?),
           waiting_since = ?, organization_id = ?, department_id = ?
          where id = ? and state = 'pending'",
    )
    .bind(serde_json::to_string(&next.route)?)
    .bind(next.stage as i64)
    .bind(next.desk)
    .bind(!next.skipped.is_empty())
    .bind(if stays { case.waiting_since.clone() } else { clock.stamp() })
    .bind(organization)
    .bind(department)
    .bind(case.id)
    .execute(&mut *tx)
    .await?;
    if !stays {
        record::step(&mut *tx, case.id, clock, Entry::system("reroute", next.desk)).await?;
        record::skips(&mut *tx, case.id, &next.skipped, clock).await?;
        let case = record::mirror(&mut *tx, subject, case.id, false, clock).await?;
        let actor = Actor::system();
        record::trail(tx, &actor, clock, "review.reroute", subject, &case, why).await?;
    }
    Ok(!stays)
}

/// Organization and department of the subject's row, as they are now.
async fn belongs(
    db: &mut SqliteConnection,
    subject: &dyn AnySubject,
    content: &str,
) -> Result<(OrganizationId, Option<OrganizationId>)> {
    let mut sql =
        sqlx::QueryBuilder::<sqlx::Sqlite>::new("select organization_id, department_id from ");
    sql.push(subject.table()).push(" where id = ").push_bind(subject.row(content)?);
    Ok(sql.build_query_as().fetch_one(db).await?)
}
