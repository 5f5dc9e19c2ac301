//! Who takes part in the demo county's classes: past ones have ended with their roster, one that
//! has begun is running, those to come are being signed up for.

use std::collections::{BTreeSet, HashMap};

use kit::module::Demo;
use kit::{OrganizationId, PersonId, Result, day};
use sqlx::SqliteConnection;
use time::{Date, Duration};

use super::base::stage;
use super::{course, enrol};

/// A published plan of the demo.
#[derive(sqlx::FromRow)]
struct Plan {
    id: i64,
    base: OrganizationId,
    /// Whose trade the base teaches; none: the bureau's, for every trade.
    department: Option<OrganizationId>,
    /// JSON: codes of title series.
    fields: String,
    stage: String,
    begins_on: String,
    ends_on: String,
    signup_until: String,
    /// Recognised, tenths.
    hours: i64,
    /// All of the course table, tenths.
    total: i64,
    capacity: i64,
}

/// Gives every published plan its people, and turns it to the stage of its days.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let plans: Vec<Plan> = sqlx::query_as(
        "select p.id, p.organization_id as base, p.stage, p.begins_on, p.ends_on, p.signup_until,
                p.hours, p.capacity, coalesce(json_extract(v.content, '$.hours'), p.hours) as total,
                o.department_id as department,
                coalesce(json_extract(v.content, '$.fields'), '[]') as fields
           from plan p join plan_version v on v.id = p.version_id
           join organization o on o.id = p.organization_id
          where p.stage in ('approved', 'running', 'ended') order by p.id",
    )
    .fetch_all(&mut *tx)
    .await?;
    let signers = signers(&mut *tx, county).await?;
    let mut busy = Busy::default();
    for plan in plans {
        let stage = stage_of(&plan, county.clock.today());
        let mut people = fitting(&mut *tx, &plan).await?;
        people.retain(|person| busy.free(*person, &plan));
        for person in takers(&plan, &people, &signers, county) {
            busy.take(person, &plan);
            sign(&mut *tx, &plan, person, county).await?;
        }
        if stage == "ended" {
            results(&mut *tx, &plan, county).await?;
        }
        turn(&mut *tx, &plan, stage, county).await?;
    }
    Ok(())
}

/// The most classes of one person in a year.
const MOST_A_YEAR: usize = 3;

/// Who is in which class already: (first day, last day).
#[derive(Default)]
struct Busy(HashMap<PersonId, Vec<(String, String)>>);

impl Busy {
    /// Whether he has time: in no other class on these days, and in few of the year.
    fn free(&self, person: PersonId, plan: &Plan) -> bool {
        let Some(taken) = self.0.get(&person) else { return true };
        let year = plan.begins_on.get(..4);
        taken.iter().filter(|(begins, _)| begins.get(..4) == year).count() < MOST_A_YEAR
            && taken.iter().all(|(begins, ends)| {
                *ends < plan.begins_on || plan.ends_on.as_str() < begins.as_str()
            })
    }

    fn take(&mut self, person: PersonId, plan: &Plan) {
        let days = (plan.begins_on.clone(), plan.ends_on.clone());
        self.0.entry(person).or_default().push(days);
    }
}

/// Series that are at home in every trade: accountants, economists.
const EVERYWHERE: &str = "'17', '19'";

/// People whom a class is for: of its title series, and of the trade of the base's department. The
/// statistics (18) of most units are kept by those of `EVERYWHERE`.
async fn fitting(tx: &mut SqliteConnection, plan: &Plan) -> Result<Vec<PersonId>> {
    let sql = [
        "select p.id from person p
          where p.state in ('serving', 'rehired')
            and (p.series in (select value from json_each(?1))
              or ?3 and p.series in (",
        EVERYWHERE,
        "))
            and (?2 is null or p.department_id = ?2 or p.series in (",
        EVERYWHERE,
        ")) order by p.id limit 5000",
    ]
    .concat();
    let found: Vec<PersonId> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(&plan.fields)
        .bind(plan.department)
        .bind(plan.fields.contains("\"18\""))
        .fetch_all(&mut *tx)
        .await?;
    if !found.is_empty() {
        return Ok(found);
    }
    // a small county may have nobody of the series: those of the trade
    Ok(sqlx::query_scalar(
        "select id from person where state in ('serving', 'rehired') and department_id = ?
          order by id limit 5000",
    )
    .bind(plan.department)
    .fetch_all(tx)
    .await?)
}

/// People who can sign in to the demo.
async fn signers(tx: &mut SqliteConnection, county: &Demo) -> Result<Vec<PersonId>> {
    let mut found = Vec::new();
    for (_, login, _) in &county.accounts {
        let person: Option<PersonId> = sqlx::query_scalar(
            "select p.id from identity i join person p on p.identity_id = i.id where i.number = ?",
        )
        .bind(login)
        .fetch_optional(&mut *tx)
        .await?;
        found.extend(person);
    }
    Ok(found)
}

/// What its days make of a plan.
fn stage_of(plan: &Plan, today: Date) -> &'static str {
    let today = day::date_text(today);
    match plan.stage.as_str() {
        "approved" if plan.ends_on < today => "ended",
        "approved" if plan.begins_on <= today => "running",
        "running" => "running",
        "ended" => "ended",
        _ => "approved",
    }
}

/// Some of the people, at most as many as there are places, and never all, so that other classes
/// have people, too; who can sign in is in every other class that has begun and is for him.
fn takers(
    plan: &Plan,
    people: &[PersonId],
    signers: &[PersonId],
    county: &mut Demo,
) -> BTreeSet<PersonId> {
    let mut chosen = BTreeSet::new();
    if people.is_empty() {
        return chosen;
    }
    let room = (plan.capacity.max(0) as usize).min(people.len().div_ceil(2));
    let wanted = room.min(8 + county.random.below(28) as usize);
    let begun = stage_of(plan, county.clock.today()) != "approved";
    if begun && plan.id % 2 == 1 {
        chosen.extend(signers.iter().filter(|one| people.contains(one)).take(wanted));
    }
    for _ in 0..wanted * 4 {
        if chosen.len() >= wanted {
            break;
        }
        let person = *county.random.pick(people);
        if begun || !signers.contains(&person) {
            chosen.insert(person);
        }
    }
    chosen
}

async fn sign(
    tx: &mut SqliteConnection,
    plan: &Plan,
    person: PersonId,
    county: &mut Demo,
) -> Result<()> {
    let by = match county.random.below(10) {
        0..6 => "unit",
        6..9 => "person",
        _ => "base",
    };
    let until = day::stored_date(&plan.signup_until).unwrap_or_else(|| county.clock.today());
    let last = until.min(county.clock.today().saturating_sub(Duration::DAY));
    let minutes = county.random.below(60 * 9) as i64 + 8 * 60;
    let days = county.random.below(10) as i64;
    let at = day::stamp(
        day::begins(last.saturating_sub(Duration::days(days)))
            .saturating_add(Duration::minutes(minutes)),
    );
    sqlx::query(
        "insert into trainee (plan_id, person_id, organization_id, department_id, base_id, by,
           account_id, signed_at)
         select ?1, p.id, p.organization_id, p.department_id, ?3, ?4,
                coalesce((select a.id from account a where a.person_id = p.id and ?4 = 'person'),
                         (select min(g.account_id) from grant g where g.organization_id = ?3),
                         (select min(id) from account)), ?5
           from person p where p.id = ?2
         on conflict (plan_id, person_id) do nothing",
    )
    .bind(plan.id)
    .bind(person)
    .bind(plan.base)
    .bind(by)
    .bind(at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Nine of ten were there and passed.
async fn results(tx: &mut SqliteConnection, plan: &Plan, county: &mut Demo) -> Result<()> {
    let all: Vec<i64> =
        sqlx::query_scalar("select id from trainee where plan_id = ? and result = '' order by id")
            .bind(plan.id)
            .fetch_all(&mut *tx)
            .await?;
    for trainee in all {
        let passed = county.random.chance(90);
        let missed = if passed { 40 * i64::from(county.random.chance(20)) } else { plan.total / 2 };
        // of a short class nobody who passed was away for half a day
        let missed = if passed && plan.total <= 40 { 0 } else { missed };
        let attended = (plan.total - missed).max(0) / 5 * 5;
        let score = if passed { 72 + county.random.below(27) } else { county.random.below(50) };
        sqlx::query(
            "update trainee set attended = ?, score = ?, result = ?, hours = ? where id = ?",
        )
        .bind(attended)
        .bind(score.to_string())
        .bind(if passed { "pass" } else { "fail" })
        .bind(if passed { plan.hours.min(attended) } else { 0 })
        .bind(trainee)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn turn(
    tx: &mut SqliteConnection,
    plan: &Plan,
    stage: &'static str,
    county: &Demo,
) -> Result<()> {
    let morning = |text: &str| {
        day::stored_date(text)
            .map(|day| day::stamp(day::begins(day).saturating_add(Duration::hours(9))))
            .unwrap_or_default()
    };
    let evening = |text: &str| {
        day::stored_date(text)
            .map(|day| day::stamp(day::begins(day).saturating_add(Duration::hours(17))))
            .unwrap_or_default()
    };
    let opened = if stage == "approved" { String::new() } else { morning(&plan.begins_on) };
    let ended = if stage == "ended" { evening(&plan.ends_on) } else { String::new() };
    sqlx::query(
        "update plan set stage = ?, updated_at = ?,
           opened_at = case opened_at when '' then ? else opened_at end,
           ended_at = case ended_at when '' then ? else ended_at end
          where id = ?",
    )
    .bind(stage)
    .bind(county.clock.stamp())
    .bind(opened)
    .bind(ended)
    .bind(plan.id)
    .execute(&mut *tx)
    .await?;
    if stage == "ended" {
        let course = course::find(&mut *tx, plan.id).await?;
        stage::number_certificates(&mut *tx, &course).await?;
    }
    enrol::count(tx, plan.id).await
}
