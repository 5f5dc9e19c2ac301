//! Who takes part: signing up and cancelling, each rule in the statement itself.

use kit::{AccountId, Clock, Error, PersonId, Result, day, message};
use sqlx::SqliteConnection;

/// Who signs a person up, or cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Person,
    Unit,
    Base,
}

impl By {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Unit => "unit",
            Self::Base => "base",
        }
    }
}

/// Signs a person up for a published plan; gives his row of `trainee`, or why not.
///
/// One statement asks all at once, so that of two who want the last place one gets it: the plan
/// is approved and its deadline not over, its base is enabled, there is room, the person is 在职
/// or 返聘 and not signed up yet. A cancelled one may be renewed, unless the base removed him. The
/// base itself adds after the deadline too, until the class ends: people come unannounced.
pub async fn sign_up(
    tx: &mut SqliteConnection,
    plan: i64,
    person: PersonId,
    by: By,
    account: AccountId,
    clock: &Clock,
) -> Result<std::result::Result<i64, String>> {
    let trainee: Option<i64> = sqlx::query_scalar(
        "insert into trainee (plan_id, person_id, organization_id, department_id, base_id, by,
           account_id, signed_at)
         select p.id, e.id, e.organization_id, e.department_id, p.organization_id, ?3, ?4, ?5
           from plan p join organization b on b.id = p.organization_id join person e on e.id = ?2
          where p.id = ?1 and b.state = 'active' and e.state in ('serving', 'rehired')
            and ((p.stage = 'approved' and p.signup_until >= ?6)
              or (?3 = 'base' and p.stage in ('approved', 'running')))
            and (select count(*) from trainee t where t.plan_id = p.id and t.state = 'signed')
              < p.capacity
         on conflict (plan_id, person_id) do update
            set state = 'signed', by = excluded.by, account_id = excluded.account_id,
                signed_at = excluded.signed_at, organization_id = excluded.organization_id,
                department_id = excluded.department_id, cancelled_at = '', cancelled_by = '',
                reason = ''
          where state = 'cancelled' and (cancelled_by <> 'base' or excluded.by = 'base')
         returning id",
    )
    .bind(plan)
    .bind(person)
    .bind(by.key())
    .bind(account)
    .bind(clock.stamp())
    .bind(day::date_text(clock.today()))
    .fetch_optional(&mut *tx)
    .await?;
    match trainee {
        Some(trainee) => {
            count(tx, plan).await?;
            Ok(Ok(trainee))
        }
        None => Ok(Err(why_not(tx, plan, person, by, clock).await?.ok_or_else(|| {
            Error::Fault(format!("plan {plan}: person {person} neither signed up nor refused"))
        })?)),
    }
}

/// Keeps the plan's numbers in step with its trainees, in the transaction that changed them. Who
/// passed counts once the class has ended.
pub async fn count(tx: &mut SqliteConnection, plan: i64) -> Result<()> {
    sqlx::query(
        "update plan set
           signed = (select count(*) from trainee t where t.plan_id = plan.id and t.state = 'signed'),
           passed = (select count(*) from trainee t where t.plan_id = plan.id and t.state = 'signed'
                        and t.result = 'pass' and plan.stage in ('ended', 'declared'))
          where id = ?",
    )
    .bind(plan)
    .execute(tx)
    .await?;
    Ok(())
}

/// Plans whose numbers are not those of their trainees.
pub async fn off(db: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from plan p where
           p.signed <> (select count(*) from trainee t where t.plan_id = p.id and t.state = 'signed')
           or p.passed <> (select count(*) from trainee t where t.plan_id = p.id
                 and t.state = 'signed' and t.result = 'pass' and p.stage in ('ended', 'declared'))",
    )
    .fetch_one(db)
    .await?)
}

#[derive(sqlx::FromRow)]
struct Rules {
    stage: String,
    signup_until: String,
    capacity: i64,
    signed: i64,
    base_state: String,
    person_state: String,
    own: Option<String>,
    cancelled_by: Option<String>,
}

/// Why `sign_up` would refuse, the same rules one by one; none: it would not.
pub async fn why_not(
    db: &mut SqliteConnection,
    plan: i64,
    person: PersonId,
    by: By,
    clock: &Clock,
) -> Result<Option<String>> {
    let rules: Option<Rules> = sqlx::query_as(
        "select p.stage, p.signup_until, p.capacity, b.state as base_state,
                (select count(*) from trainee t where t.plan_id = p.id and t.state = 'signed')
                  as signed, e.state as person_state, t.state as own, t.cancelled_by
           from plan p join organization b on b.id = p.organization_id join person e on e.id = ?
           left join trainee t on t.plan_id = p.id and t.person_id = e.id
          where p.id = ? and p.stage <> 'planned'",
    )
    .bind(person)
    .bind(plan)
    .fetch_optional(db)
    .await?;
    let rules = rules.ok_or(Error::NotFound)?;
    let base = by == By::Base;
    let removed =
        rules.own.as_deref() == Some("cancelled") && rules.cancelled_by.as_deref() == Some("base");
    Ok(match rules.stage.as_str() {
        _ if rules.own.as_deref() == Some("signed") => Some("已经报名".to_owned()),
        "cancelled" => Some("培训班已取消".to_owned()),
        "ended" | "declared" => Some("培训班已结业".to_owned()),
        "running" if !base => Some("已经开班，不再接受报名；需要参加的请与基地联系".to_owned()),
        _ if rules.base_state != "active" => Some("基地已停用，暂停报名".to_owned()),
        _ if !base && rules.signup_until < day::date_text(clock.today()) => {
            Some(format!("报名已于 {} 截止；需要参加的请与基地联系", rules.signup_until))
        }
        _ if !matches!(rules.person_state.as_str(), "serving" | "rehired") => {
            let state = accounts::people::state_label(&rules.person_state);
            Some(format!("人员状态为“{state}”，在职或返聘的才能报名"))
        }
        _ if removed && !base => Some("基地已把您移出名单，需要再参加的请与基地联系".to_owned()),
        _ if rules.signed >= rules.capacity => {
            Some(format!("名额已满（计划 {} 人）", rules.capacity))
        }
        _ => None,
    })
}

/// Cancels a sign-up: the person and his unit until the deadline, the base until the class ends.
/// Results already typed are dropped with it.
///
/// # Errors
/// Refused when it is too late or already cancelled.
pub async fn cancel(
    tx: &mut SqliteConnection,
    trainee: i64,
    by: By,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    let plan: Option<i64> = sqlx::query_scalar(
        "update trainee
            set state = 'cancelled', cancelled_at = ?2, cancelled_by = ?3, reason = ?4,
                attended = null, score = '', result = '', hours = 0, certificate = ''
          where id = ?1 and state = 'signed' and exists (
            select 1 from plan p where p.id = trainee.plan_id
               and ((p.stage = 'approved' and p.signup_until >= ?5)
                 or (?3 = 'base' and p.stage in ('approved', 'running'))))
         returning plan_id",
    )
    .bind(trainee)
    .bind(clock.stamp())
    .bind(by.key())
    .bind(reason)
    .bind(day::date_text(clock.today()))
    .fetch_optional(&mut *tx)
    .await?;
    let plan = plan.ok_or_else(|| {
        Error::refused("这个报名现在不能取消：已经取消过、报名已截止或已经开班。请与基地联系。")
    })?;
    count(tx, plan).await
}

/// Other classes of his on the same days: (title, from, to). A warning, no refusal.
pub async fn overlaps(
    db: &mut SqliteConnection,
    plan: i64,
    person: PersonId,
) -> Result<Vec<String>> {
    let found: Vec<(String, String, String)> = sqlx::query_as(
        "select o.title, o.begins_on, o.ends_on
           from trainee t join plan o on o.id = t.plan_id join plan p on p.id = ?1
          where t.person_id = ?2 and t.state = 'signed' and o.id <> p.id
            and o.stage in ('approved', 'running')
            and o.begins_on <= p.ends_on and o.ends_on >= p.begins_on
          order by o.begins_on, o.id",
    )
    .bind(plan)
    .bind(person)
    .fetch_all(db)
    .await?;
    Ok(found
        .into_iter()
        .map(|(title, from, to)| format!("与已报名的“{title}”（{from} 至 {to}）时间重叠"))
        .collect())
}

/// Tells a person something; who has no account hears nothing.
pub async fn tell(
    tx: &mut SqliteConnection,
    person: PersonId,
    title: &str,
    text: &str,
    clock: &Clock,
) -> Result<()> {
    let account: Option<AccountId> =
        sqlx::query_scalar("select id from account where person_id = ?")
            .bind(person)
            .fetch_optional(&mut *tx)
            .await?;
    if let Some(account) = account {
        message::send(tx, account, title, text, "/training/mine", clock).await?;
    }
    Ok(())
}
