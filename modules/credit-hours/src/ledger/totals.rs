//! Totals per person, year and subject and their sums per unit: kept, recounted, rebuilt.

pub mod follow;

use sqlx::{AssertSqlSafe, SqliteConnection};

use kit::{PersonId, Result};

/// Whether a row of `person_year` meets its year, `required` being the year's total: that and
/// each subject's minimum, of the row's level where it has its own. An exemption lowers both in
/// proportion (`category::Requirements` makes the same sums).
fn complete(required: &str) -> String {
    format!(
        "(person_year.total >= max({required} - person_year.exempt, 0)
          and not exists (
            select 1 from requirement r
              left join person_year_category c on c.person_id = person_year.person_id
                and c.year = person_year.year and c.category_id = r.category_id
             where r.category_id is not null
               and r.year_from <= person_year.year and r.year_to >= person_year.year
               and (r.level = person_year.level or (r.level = '' and not exists (
                 select 1 from requirement o where o.category_id = r.category_id
                    and o.level = person_year.level
                    and o.year_from <= person_year.year and o.year_to >= person_year.year)))
               and coalesce(c.hours, 0) < case when {required} <= 0 then r.hours
                 else r.hours * max({required} - person_year.exempt, 0) / {required} end))"
    )
}

/// What a row of `person_year` still lacks: of the total, or of the subjects' minimums together if
/// that is more. Zero: `complete`.
const LACKING: &str =
    "max(0, max(person_year.required - person_year.exempt, 0) - person_year.total,
  coalesce((
    select sum(max(0, case when person_year.required <= 0 then r.hours
         else r.hours * max(person_year.required - person_year.exempt, 0) / person_year.required end
       - coalesce(c.hours, 0)))
      from requirement r
      left join person_year_category c on c.person_id = person_year.person_id
        and c.year = person_year.year and c.category_id = r.category_id
     where r.category_id is not null
       and r.year_from <= person_year.year and r.year_to >= person_year.year
       and (r.level = person_year.level or (r.level = '' and not exists (
         select 1 from requirement o where o.category_id = r.category_id
            and o.level = person_year.level
            and o.year_from <= person_year.year and o.year_to >= person_year.year)))), 0))";

/// What is set in `person_year` of both.
fn judged() -> String {
    format!("(missing, complete) = (select m, m = 0 from (select {LACKING} as m))")
}

/// `complete` of what is kept.
fn kept_complete() -> String {
    complete("person_year.required")
}

/// The year's total asked of a level, as a sub-select.
fn required(year: &str, level: &str) -> String {
    format!(
        "coalesce((select hours from requirement where category_id is null
           and year_from <= {year} and year_to >= {year} and level in ('', {level})
          order by level desc limit 1), 0)"
    )
}

/// `required` of a row of `person_year`.
fn row_required() -> String {
    required("person_year.year", "person_year.level")
}

/// The pairs of a JSON list `[[person, year], …]`, bound as the first parameter.
const TOUCHED: &str = "(select value ->> 0 as person_id, value ->> 1 as year from json_each(?1)) t";

/// Adds (or with `-` takes away) what rows of `person_year` give to `unit_year`.
fn unit_delta(sign: &str, from: &str, only: &str) -> String {
    format!(
        "insert into unit_year (year, organization_id, series, level, department_id, people,
           complete, zero, hours)
         select y.year, y.organization_id, y.series, y.level, y.department_id, {sign}sum(y.counted),
                {sign}sum(y.counted * y.complete), {sign}sum(y.counted * (y.total = 0)),
                {sign}sum(y.counted * y.total)
           from {from} where {only}
          group by y.year, y.organization_id, y.series, y.level
         on conflict (year, organization_id, series, level) do update set
           department_id = excluded.department_id, people = people + excluded.people,
           complete = complete + excluded.complete, zero = zero + excluded.zero,
           hours = hours + excluded.hours"
    )
}

fn touched_delta(sign: &str) -> String {
    let from = format!(
        "{TOUCHED} cross join person_year y on y.person_id = t.person_id and y.year = t.year"
    );
    unit_delta(sign, &from, "true")
}

async fn run(tx: &mut SqliteConnection, sql: String, pairs: &str) -> Result<u64> {
    Ok(sqlx::query(AssertSqlSafe(sql)).bind(pairs).execute(tx).await?.rows_affected())
}

/// Opens the rows of these people for a year where they are missing. `counted`: whether those in
/// service are 应参加 of that year; of a year long gone nobody says so afterwards.
pub async fn open(
    tx: &mut SqliteConnection,
    people: &[PersonId],
    year: i32,
    counted: bool,
) -> Result<u64> {
    let json = serde_json::to_string(people)?;
    open_where(
        tx,
        "json_each(?3) j cross join person p on p.id = j.value where true",
        &json,
        year,
        counted,
    )
    .await
}

/// Opens the rows of up to `most` people behind `after`; gives the last id seen, or none when
/// there is nobody left.
pub async fn open_next(
    tx: &mut SqliteConnection,
    after: i64,
    most: i64,
    year: i32,
) -> Result<Option<i64>> {
    let last: Option<i64> = sqlx::query_scalar(
        "select max(id) from (select id from person where id > ? order by id limit ?)",
    )
    .bind(after)
    .bind(most)
    .fetch_one(&mut *tx)
    .await?;
    if let Some(last) = last {
        let range = serde_json::to_string(&[after, last])?;
        open_where(tx, "person p where p.id > ?3 ->> 0 and p.id <= ?3 ->> 1", &range, year, true)
            .await?;
    }
    Ok(last)
}

async fn open_where(
    tx: &mut SqliteConnection,
    from: &'static str,
    json: &str,
    year: i32,
    counted: bool,
) -> Result<u64> {
    sqlx::query("insert into ledger_year (year) values (?) on conflict do nothing")
        .bind(year)
        .execute(&mut *tx)
        .await?;
    let before: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from person_year")
        .fetch_one(&mut *tx)
        .await?;
    let required = required("?1", "p.level");
    let sql = format!(
        "insert into person_year (person_id, year, organization_id, department_id, series, level,
           required, complete, counted)
         select p.id, ?1, p.organization_id, p.department_id, p.series, p.level, {required}, 0,
                ?2 and p.state in ('serving', 'rehired')
           from {from} on conflict (person_id, year) do nothing"
    );
    let opened = sqlx::query(AssertSqlSafe(sql))
        .bind(year)
        .bind(counted)
        .bind(json)
        .execute(&mut *tx)
        .await?
        .rows_affected();
    if opened > 0 {
        let sql = format!("update person_year set {} where id > ?1", judged());
        sqlx::query(AssertSqlSafe(sql)).bind(before).execute(&mut *tx).await?;
        let sql = unit_delta("", "person_year y", "y.id > ?1");
        sqlx::query(AssertSqlSafe(sql)).bind(before).execute(tx).await?;
    }
    Ok(opened)
}

/// Takes people out of every year, and what they gave to their units' sums; a sum that says nothing
/// any more goes, too. They have no entries (`Module::holds`).
pub async fn close(tx: &mut SqliteConnection, people: &[PersonId]) -> Result<()> {
    let json = serde_json::to_string(people)?;
    let of = "person_id in (select value from json_each(?1))";
    for sql in [
        unit_delta(
            "-",
            "json_each(?1) j cross join person_year y on y.person_id = j.value",
            "true",
        ),
        "delete from unit_year where people = 0 and complete = 0 and zero = 0 and hours = 0
            and (year, organization_id) in (
              select y.year, y.organization_id from json_each(?1) j
               cross join person_year y on y.person_id = j.value)"
            .to_owned(),
        format!("delete from person_year_category where {of}"),
        format!("delete from person_year where {of}"),
    ] {
        run(tx, sql, &json).await?;
    }
    Ok(())
}

/// Brings the totals of these (person, year) pairs in step with their entries.
pub async fn settle(tx: &mut SqliteConnection, touched: &[(PersonId, i32)]) -> Result<()> {
    let pairs = serde_json::to_string(touched)?;
    let among = format!("(person_id, year) in (select person_id, year from {TOUCHED})");
    for sql in [
        touched_delta("-"),
        format!("delete from person_year_category where {among}"),
        format!(
            "insert into person_year_category (person_id, year, category_id, hours)
             select e.person_id, e.year, e.category_id, sum(e.hours)
               from {TOUCHED} cross join entry e on e.person_id = t.person_id and e.year = t.year
              group by e.person_id, e.year, e.category_id"
        ),
        format!(
            "update person_year set total = coalesce((select sum(c.hours) from person_year_category c
               where c.person_id = person_year.person_id and c.year = person_year.year), 0)
              where {among}"
        ),
        format!("update person_year set {} where {among}", judged()),
        touched_delta(""),
    ] {
        run(tx, sql, &pairs).await?;
    }
    Ok(())
}

/// People's unit, title or state changed: this year's rows say so, ask what their level asks, and
/// the units' sums follow.
/// Rows of former years keep what was so on their last day.
pub async fn restate(tx: &mut SqliteConnection, people: &[PersonId], year: i32) -> Result<()> {
    open(tx, people, year, true).await?;
    let pairs: Vec<(PersonId, i32)> = people.iter().map(|person| (*person, year)).collect();
    let pairs = serde_json::to_string(&pairs)?;
    let among = format!("(person_id, year) in (select person_id, year from {TOUCHED})");
    for sql in [
        touched_delta("-"),
        format!(
            "update person_year set (organization_id, department_id, series, level) =
               (select p.organization_id, p.department_id, p.series, p.level
                  from person p where p.id = person_year.person_id)
              where {among}"
        ),
        format!("update person_year set required = {} where {among}", row_required()),
        follow_exempt(&among),
        format!(
            "update person_year set counted = (exempt = 0 or exempt < required) and exists (
               select 1 from person p where p.id = person_year.person_id
                  and p.state in ('serving', 'rehired'))
              where {among}"
        ),
        format!("update person_year set {} where {among}", judged()),
        touched_delta(""),
    ] {
        run(tx, sql, &pairs).await?;
    }
    Ok(())
}

/// What of a row's year is waived, by the exemption in force; none: nothing. Of a full one
/// whatever the year asks.
fn exempt_of(required: &str) -> String {
    format!(
        "coalesce((select case when x.whole = 1 then {required} else min(x.granted, {required}) end
           from exemption x where x.person_id = person_year.person_id
            and x.year = person_year.year and x.in_force = 1), 0)"
    )
}

/// An exemption came into force or ended: the row asks less or more, and the unit's sums follow.
/// `counted`: whether he is 应参加 but for a full exemption. The row must exist.
pub async fn exempt(
    tx: &mut SqliteConnection,
    person: PersonId,
    year: i32,
    counted: bool,
) -> Result<()> {
    let pairs = serde_json::to_string(&[(person, year)])?;
    let among = format!("(person_id, year) in (select person_id, year from {TOUCHED})");
    let counted = if counted { "1" } else { "0" };
    for sql in [
        touched_delta("-"),
        format!("update person_year set exempt = {} where {among}", exempt_of("required")),
        format!("update person_year set {} where {among}", judged()),
        format!(
            "update person_year set counted = {counted} and (exempt = 0 or exempt < required)
              where {among}"
        ),
        touched_delta(""),
    ] {
        run(tx, sql, &pairs).await?;
    }
    Ok(())
}

/// After the year's total changed: whoever has an exemption in force has it of the new total.
fn follow_exempt(among: &str) -> String {
    format!(
        "update person_year set exempt = {} where {among} and exists (
           select 1 from exemption x where x.person_id = person_year.person_id
              and x.year = person_year.year and x.in_force = 1)",
        exempt_of("required")
    )
}

/// Every total anew from the ledger and the requirements; rows of `person_year` must exist.
/// After a bulk fill, in one transaction; `follow` is for a changed requirement.
pub async fn rebuild(tx: &mut SqliteConnection) -> Result<()> {
    let complete = format!("update person_year set {}", judged());
    let sums = format!(
        "update person_year set required = {},
           total = coalesce((select sum(c.hours) from person_year_category c
             where c.person_id = person_year.person_id and c.year = person_year.year), 0)",
        row_required()
    );
    let exempt = follow_exempt("true");
    let units = unit_delta("", "person_year y", "true");
    for sql in [
        "delete from person_year_category",
        "insert into person_year_category (person_id, year, category_id, hours)
         select person_id, year, category_id, sum(hours) from entry
          group by person_id, year, category_id",
        sums.as_str(),
        exempt.as_str(),
        complete.as_str(),
        "delete from unit_year",
        units.as_str(),
    ] {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Something kept that a recount does not confirm.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Difference {
    /// `subject`, `total`, `required`, `exempt`, `complete`, `lacking`, `unit` or `missing`
    pub what: String,
    /// Person, or organization of a `unit`.
    pub id: i64,
    pub year: i32,
    pub kept: i64,
    pub counted: i64,
}

/// The slow recount: what is kept and what the ledger gives, where they differ (at most 100).
/// Of one person, or of the county and its units.
pub async fn recount(
    db: &mut SqliteConnection,
    person: Option<PersonId>,
) -> Result<Vec<Difference>> {
    let of = |alias: &str| match person {
        Some(_) => format!("{alias}.person_id = ?1"),
        None => "?1 is null".to_owned(),
    };
    let mut found = Vec::new();
    for sql in [
        format!(
            "with counted as (select e.person_id, e.year, e.category_id, sum(e.hours) as hours
               from entry e where {} group by e.person_id, e.year, e.category_id)
             select 'subject' as what, c.person_id as id, c.year, coalesce(k.hours, 0) as kept,
                    c.hours as counted
               from counted c left join person_year_category k on k.person_id = c.person_id
                and k.year = c.year and k.category_id = c.category_id
              where coalesce(k.hours, 0) <> c.hours
             union all
             select 'subject', k.person_id, k.year, k.hours, 0 from person_year_category k
              where {} and k.hours <> 0 and not exists (select 1 from entry e
                where e.person_id = k.person_id and e.year = k.year
                  and e.category_id = k.category_id)
              limit 100",
            of("e"),
            of("k")
        ),
        format!(
            "select 'missing' as what, e.person_id as id, e.year, 0 as kept, sum(e.hours) as counted
               from entry e where {} and not exists (select 1 from person_year y
                 where y.person_id = e.person_id and y.year = e.year)
              group by e.person_id, e.year limit 100",
            of("e")
        ),
        format!(
            "with counted as (select y.person_id, y.year, y.total as kept,
                 coalesce((select sum(e.hours) from entry e
                   where e.person_id = y.person_id and e.year = y.year), 0) as counted
               from person_year y where {})
             select 'total' as what, person_id as id, year, kept, counted from counted
              where kept <> counted limit 100",
            of("y")
        ),
        format!(
            "with counted as (select person_id, year, required as kept, {} as counted
               from person_year where {})
             select 'required' as what, person_id as id, year, kept, counted from counted
              where kept <> counted limit 100",
            row_required(),
            of("person_year")
        ),
        format!(
            "with counted as (select person_id, year, exempt as kept, {} as counted
               from person_year where {})
             select 'exempt' as what, person_id as id, year, kept, counted from counted
              where kept <> counted limit 100",
            exempt_of("required"),
            of("person_year")
        ),
        format!(
            "with counted as (select person_id, year, complete, missing, {} as met,
                    {LACKING} as lacks
               from person_year where {})
             select 'complete' as what, person_id as id, year, complete as kept, met as counted
               from counted where complete <> met
             union all
             select 'lacking', person_id, year, missing, lacks from counted
              where missing <> lacks or (lacks = 0) <> met
              limit 100",
            kept_complete(),
            of("person_year")
        ),
    ] {
        found.extend(
            sqlx::query_as::<_, Difference>(AssertSqlSafe(sql))
                .bind(person)
                .fetch_all(&mut *db)
                .await?,
        );
    }
    if person.is_none() {
        found.extend(recount_units(db).await?);
    }
    Ok(found)
}

/// `unit_year` against `person_year`: a fingerprint of the four sums of each unit's rows.
async fn recount_units(db: &mut SqliteConnection) -> Result<Vec<Difference>> {
    Ok(sqlx::query_as(
        "with counted as (
           select year, organization_id, series, level, sum(counted) as people,
                  sum(counted * complete) as complete, sum(counted * (total = 0)) as zero,
                  sum(counted * total) as hours
             from person_year group by year, organization_id, series, level)
         select 'unit' as what, c.organization_id as id, c.year,
                coalesce(u.people + u.complete + u.zero + u.hours, 0) as kept,
                c.people + c.complete + c.zero + c.hours as counted
           from counted c left join unit_year u on u.year = c.year
            and u.organization_id = c.organization_id and u.series = c.series and u.level = c.level
          where (coalesce(u.people, 0), coalesce(u.complete, 0), coalesce(u.zero, 0),
                 coalesce(u.hours, 0)) <> (c.people, c.complete, c.zero, c.hours)
         union all
         select 'unit', u.organization_id, u.year, u.people + u.complete + u.zero + u.hours, 0
           from unit_year u left join counted c on c.year = u.year
            and c.organization_id = u.organization_id and c.series = u.series and c.level = u.level
          where c.year is null and (u.people, u.complete, u.zero, u.hours) <> (0, 0, 0, 0)
          limit 100",
    )
    .fetch_all(db)
    .await?)
}

#[cfg(test)]
mod tests;
