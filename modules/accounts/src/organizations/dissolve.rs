//! An organization that ends: disabled, or merged into another; where its people, the units below
//! it and its open cases go (3.1-3.3).

use kit::organization::Organization;
use kit::{Clock, Error, Event, Modules, OrganizationId, Result, review};
use sqlx::SqliteConnection;

use super::change::put_under;
use super::version;
use crate::{people, registration};

/// Where everything goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plan {
    /// The unit its people move to; none: they stay recorded in it.
    pub people: Option<OrganizationId>,
    /// The new superior of the employers and bases below it; needed if there are any.
    pub below: Option<OrganizationId>,
    /// It becomes part of this one: its people, what is below it and what waits for it go there,
    /// and its administrators' rights end.
    pub into: Option<OrganizationId>,
}

impl Plan {
    /// Disabled, and may be enabled again.
    pub fn disable(people: Option<OrganizationId>, below: Option<OrganizationId>) -> Self {
        Self { people, below, into: None }
    }

    /// Merged into another; `below` if that one cannot be a superior.
    pub fn merge(into: OrganizationId, below: Option<OrganizationId>) -> Self {
        Self { people: Some(into), below: below.or(Some(into)), into: Some(into) }
    }

    /// As versions name it: `disable`, `merge:9`.
    fn cause(&self) -> String {
        match self.into {
            Some(into) => format!("merge:{into}"),
            None => "disable".to_owned(),
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dissolved {
    /// Sessions of its administrators that ended.
    pub sessions: u64,
    /// People who moved.
    pub people: u64,
    /// Organizations that got another superior.
    pub below: u64,
    /// Cases that left its desk.
    pub cases: u64,
    /// Administrators' rights that ended for good.
    pub rights: u64,
}

/// What a merged organization became part of; none if it is enabled or was only disabled.
pub async fn merged_into(
    db: &mut SqliteConnection,
    id: OrganizationId,
) -> Result<Option<Organization>> {
    let into: Option<i64> = sqlx::query_scalar(
        "select case when v.cause like 'merge:%' then cast(substr(v.cause, 7) as integer) end
           from organization_version v
          where v.organization_id = ?
            and (v.cause in ('disable', 'enable') or v.cause like 'merge:%')
          order by v.id desc limit 1",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?
    .flatten();
    match into {
        Some(into) => kit::organization::find(db, OrganizationId(into)).await,
        None => Ok(None),
    }
}

/// Why a right ended with its organization.
pub const MERGED: &str = "单位已合并";

/// Ends an organization by a plan, in the caller's transaction: its administrators are signed out
/// and cannot act for it; people, units below and cases go where the plan says, cases that name
/// nobody new go to the superior; all modules hear of it. Records stay. The caller has checked
/// that every organization of the plan is in his scope, and writes the trail.
///
/// # Errors
/// Refused if it is disabled already, is the bureau, or a place of the plan is itself, disabled,
/// below it, missing or of the wrong kind.
pub async fn dissolve(
    tx: &mut SqliteConnection,
    modules: &Modules,
    id: OrganizationId,
    plan: &Plan,
    clock: &Clock,
) -> Result<Dissolved> {
    let cause = plan.cause();
    let below = below(&mut *tx, id).await?;
    check(id, plan, &below)?;
    // the units below leave it while it is still a superior they can have had
    let mut done = Dissolved { below: below.len() as u64, ..Dissolved::default() };
    end(&mut *tx, id).await?;
    version(&mut *tx, id, &cause, &clock.stamp()).await?;
    let waited = pending_cases(&mut *tx, id).await?;
    if let Some(superior) = plan.below {
        let under = format!("superior:{id}");
        for unit in below {
            put_under(&mut *tx, modules, unit, superior, &under, clock).await?;
        }
    }
    if let Some(to) = plan.people {
        done.people = people::move_all(&mut *tx, modules, id, to, &cause, clock).await?.people;
    }
    registration::follow(&mut *tx, id, plan.people, plan.below).await?;
    if plan.into.is_some() {
        done.rights = end_rights(&mut *tx, id, clock).await?;
    }
    done.sessions = end_sessions(&mut *tx, id).await?;
    modules.deliver(&mut *tx, &Event::OrganizationDisabled { organization: id }, clock).await?;
    review::reroute(&mut *tx, modules, None, id, clock).await?;
    done.cases = (waited - pending_cases(tx, id).await?).unsigned_abs();
    Ok(done)
}

fn check(id: OrganizationId, plan: &Plan, below: &[OrganizationId]) -> Result<()> {
    let places = [plan.people, plan.below, plan.into];
    if places.contains(&Some(id)) {
        return Err(Error::refused("不能选择这个单位自己。请另选一个单位。"));
    }
    if !below.is_empty() && plan.below.is_none() {
        return Err(Error::refused("它下面还有用人单位或继续教育基地。请为它们选择新的上级单位。"));
    }
    if plan.below.is_some_and(|superior| below.contains(&superior)) {
        return Err(Error::refused("新的上级单位不能是它下面的单位。请选择人社局或其他主管部门。"));
    }
    Ok(())
}

/// The state test sits in the update: of two clerks only one disables it.
async fn end(tx: &mut SqliteConnection, id: OrganizationId) -> Result<()> {
    let changed = sqlx::query(
        "update organization set state = 'disabled'
          where id = ? and state = 'active' and kind <> 'bureau'",
    )
    .bind(id)
    .execute(tx)
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Error::refused("这个单位已经停用，没有重复办理。请刷新后再看。"));
    }
    Ok(())
}

/// The employers and bases directly below an organization, disabled ones too.
pub async fn below(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<OrganizationId>> {
    Ok(sqlx::query_scalar("select id from organization where parent_id = ? order by id")
        .bind(id)
        .fetch_all(db)
        .await?)
}

async fn end_rights(tx: &mut SqliteConnection, id: OrganizationId, clock: &Clock) -> Result<u64> {
    let ended = sqlx::query(
        "update grant set state = 'removed', ended_at = ?, ended_reason = ?
          where organization_id = ? and state <> 'removed'",
    )
    .bind(clock.stamp())
    .bind(MERGED)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(ended.rows_affected())
}

async fn end_sessions(tx: &mut SqliteConnection, id: OrganizationId) -> Result<u64> {
    let ended = sqlx::query(
        "delete from session
          where account_id in (select account_id from grant where organization_id = ?1)
            and (grant_id in (select id from grant where organization_id = ?1)
                 or account_id in (select id from account where person_id is null))",
    )
    .bind(id)
    .execute(tx)
    .await?;
    Ok(ended.rows_affected())
}

/// Cases that wait at the organization's desk.
pub async fn pending_cases(db: &mut SqliteConnection, id: OrganizationId) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from review_case where desk_id = ? and state = 'pending'",
    )
    .bind(id)
    .fetch_one(db)
    .await?)
}
