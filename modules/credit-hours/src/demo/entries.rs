//! Six years of ledger entries for everybody, set by set; totals in one go at the end.

use sqlx::{AssertSqlSafe, SqliteConnection};
use time::{Date, Month};

use kit::module::Demo;
use kit::serial::Random;
use kit::{Error, PersonId, Result, day};

use super::YEARS;
use super::courses::{GENERAL, PROFESSIONAL, group, offsets};
use crate::ledger::totals;

/// People of one `insert … select`.
const CHUNK: usize = 5_000;
/// The tables whose indexes are made after the fill.
const TABLES: [&str; 2] = ["entry", "person_year"];

#[derive(sqlx::FromRow)]
struct Learner {
    id: PersonId,
    series: String,
    /// Year of the first job; 0 if not known.
    worked: i32,
    /// Stored time from which on the county knows him.
    created_at: String,
}

/// Fills `entry`, `person_year` and the sums.
pub async fn fill(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    recognised_by: &str,
    name: &str,
) -> Result<()> {
    let indexes = drop_indexes(&mut *tx).await?;
    courses(&mut *tx, name).await?;
    let this = county.clock.year();
    let learners: Vec<Learner> = sqlx::query_as(
        "select id, series, cast(substr(started_work_on, 1, 4) as integer) as worked, created_at
           from person order by id",
    )
    .fetch_all(&mut *tx)
    .await?;
    let years: Vec<i32> = (this - YEARS + 1..=this).collect();
    let mut quota = Quota::new(county.records, &learners, &years, this);
    let mut made = 0;
    for year in years {
        let planner = Planner::new(year, county, recognised_by)?;
        for chunk in learners.chunks(CHUNK) {
            let mut rows = Vec::with_capacity(chunk.len() * 3);
            for learner in chunk.iter().filter(|learner| learner.worked <= year) {
                let count = quota.next(&mut county.random, weight(learner, year, this));
                planner.plan(&mut county.random, learner, count, &mut rows);
            }
            made += planner.insert(&mut *tx, &rows).await?;
        }
        (county.report)(&format!("已生成 {made} 条学时记录（至 {year} 年度）……"));
        open(&mut *tx, year).await?;
    }
    (county.report)("正在汇总学时……");
    totals::rebuild(&mut *tx).await?;
    for sql in indexes {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    sqlx::query("drop table demo_course").execute(tx).await?;
    Ok(())
}

/// Takes the indexes off and gives their statements: sorting once is far faster than a million
/// insertions in the middle.
async fn drop_indexes(tx: &mut SqliteConnection) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    for table in TABLES {
        let found: Vec<(String, String)> = sqlx::query_as(
            "select name, sql from sqlite_master
              where type = 'index' and tbl_name = ? and sql is not null and sql not like '%unique%'
              order by name",
        )
        .bind(table)
        .fetch_all(&mut *tx)
        .await?;
        for (name, sql) in found {
            sqlx::query(AssertSqlSafe(format!("drop index {name}"))).execute(&mut *tx).await?;
            kept.push(sql);
        }
    }
    Ok(kept)
}

async fn courses(tx: &mut SqliteConnection, county: &str) -> Result<()> {
    sqlx::query(
        "create temp table demo_course (id integer primary key, category_id integer not null,
           kind text not null, title text not null, organizer text not null)",
    )
    .execute(&mut *tx)
    .await?;
    let all = GENERAL
        .iter()
        .map(|course| (1, course))
        .chain(PROFESSIONAL.iter().flat_map(|group| group.iter()).map(|course| (2, course)));
    for (id, (category, course)) in (0_i64..).zip(all) {
        sqlx::query("insert into demo_course values (?, ?, ?, ?, ?)")
            .bind(id)
            .bind(category)
            .bind(course.kind)
            .bind(course.title.replace("{c}", county))
            .bind(course.organizer.replace("{c}", county))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Everybody's row of a year; who was not known yet does not count in it.
async fn open(tx: &mut SqliteConnection, year: i32) -> Result<()> {
    sqlx::query(
        "insert into person_year (person_id, year, organization_id, department_id, series, level,
           required, counted)
         select id, ?1, organization_id, department_id, series, level, 0,
                state in ('serving', 'rehired') and cast(substr(created_at, 1, 4) as integer) <= ?1
           from person where cast(substr(started_work_on, 1, 4) as integer) <= ?1",
    )
    .bind(year)
    .execute(&mut *tx)
    .await?;
    sqlx::query("insert into ledger_year (year, finished) values (?, 1) on conflict do update set finished = 1")
        .bind(year)
        .execute(tx)
        .await?;
    Ok(())
}

/// Shares the wanted number of entries among the person-years.
struct Quota {
    left: f64,
    weight_left: f64,
}

/// What a person's year weighs: this one is not over, and little was brought along from years in
/// which the county did not know him.
fn weight(learner: &Learner, year: i32, this: i32) -> f64 {
    let known: i32 = learner.created_at.get(..4).and_then(|text| text.parse().ok()).unwrap_or(0);
    match year {
        _ if learner.worked > year => 0.0,
        _ if year < known => 0.35,
        _ if year == this => 0.9,
        _ => 1.0,
    }
}

impl Quota {
    fn new(records: u64, learners: &[Learner], years: &[i32], this: i32) -> Self {
        let of = |year: &i32| learners.iter().map(|one| weight(one, *year, this)).sum::<f64>();
        Self { left: records as f64, weight_left: years.iter().map(of).sum() }
    }

    fn next(&mut self, random: &mut Random, weight: f64) -> usize {
        if random.chance(if weight == 1.0 { 2 } else { 6 }) {
            self.weight_left -= weight; // nothing this year
            return 0;
        }
        let mean = (self.left / self.weight_left.max(weight) * weight).max(0.0);
        let more = (random.below(1_000_000) as f64) < mean.fract() * 1_000_000.0;
        let count = mean.trunc() as usize + usize::from(more);
        self.left -= count as f64;
        self.weight_left -= weight;
        count
    }
}

/// The most hours (tenths) that one item of a kind gives in this county.
fn plausible(kind: &str) -> i64 {
    match kind {
        "04" => 160,
        "06" => 240,
        "12" => 320,
        "05" | "07" | "09" => 480,
        _ => 900,
    }
}

/// [person, course, tenths, first day, last day, second of record, source]
type Row = (i64, i64, i64, i64, i64, i64, u8);

/// Plans one year.
struct Planner<'a> {
    year: i32,
    past: bool,
    /// Julian day of 1 January, and of the last day that may have ended.
    first: i64,
    last: i64,
    /// Unix second of now.
    now: i64,
    offsets: [usize; 8],
    recognised_by: &'a str,
}

impl<'a> Planner<'a> {
    fn new(year: i32, county: &Demo, recognised_by: &'a str) -> Result<Self> {
        let fault = |_| Error::Fault("demo: no such year".to_owned());
        let begin = Date::from_calendar_date(year, Month::January, 1).map_err(fault)?;
        let end = Date::from_calendar_date(year, Month::December, 20).map_err(fault)?;
        let yesterday = county.clock.today().saturating_sub(time::Duration::days(3));
        Ok(Self {
            year,
            past: year < county.clock.year(),
            first: i64::from(begin.to_julian_day()),
            last: i64::from(end.min(yesterday).max(begin).to_julian_day()),
            now: county.clock.now().unix_timestamp(),
            offsets: offsets(),
            recognised_by,
        })
    }

    /// What this person learnt in this year, in `count` entries.
    fn plan(&self, random: &mut Random, learner: &Learner, count: usize, rows: &mut Vec<Row>) {
        let complete = count >= 2 && random.chance(if self.past { 95 } else { 60 });
        let general = match count {
            0 => return,
            1 => usize::from(random.chance(60)),
            _ => (count / 3).max(1),
        };
        let (mut general_hours, mut professional_hours) = if complete {
            (60 + random.below(8) as i64, 120 + random.below(40) as i64) // in half hours
        } else {
            (16 + random.below(30) as i64, 30 + random.below(75) as i64)
        };
        let known = day::stored_time(&learner.created_at).map_or(0, |at| at.unix_timestamp());
        let mut own = group(&learner.series) + 1;
        if random.chance(6) {
            own = PROFESSIONAL.len(); // something of general use
        }
        let mut taken = Vec::with_capacity(count);
        for at in 0..count {
            let (left, of, courses, from) = if at < general {
                (&mut general_hours, general - at, GENERAL, 0)
            } else {
                (&mut professional_hours, count - at, PROFESSIONAL[own - 1], self.offsets[own])
            };
            let halves = if of == 1 { *left } else { (*left / of as i64).max(1) }.clamp(1, 180);
            *left -= halves;
            // one paper does not make a year: what is large is a course
            let course = (0..8)
                .map(|_| random.below(courses.len() as u64) as usize)
                .find(|course| {
                    halves * 5 <= plausible(courses[*course].kind)
                        && !taken.contains(&(from + course))
                })
                .unwrap_or(0);
            taken.push(from + course);
            let kind = courses[course].kind;
            self.row(random, learner.id, known, (from + course) as i64, kind, halves * 5, rows);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one row's parts")]
    fn row(
        &self,
        random: &mut Random,
        person: PersonId,
        known: i64,
        course: i64,
        kind: &str,
        tenths: i64,
        rows: &mut Vec<Row>,
    ) {
        let days = match kind {
            "15" => 15 + random.below(30) as i64,
            "03" | "05" => 30 + random.below(60) as i64,
            "06" | "07" | "09" => 1,
            _ => (tenths + 79) / 80,
        };
        let room = (self.last - self.first + 1 - days).max(0);
        let from = self.first + random.below(room as u64 + 1) as i64;
        let to = (from + days - 1).min(self.last);
        // recorded in office hours some days later, but not in the future and not before the
        // person is known: older years were brought along (import)
        let unix = |julian: i64| (julian - 2_440_588) * 86_400;
        let later = 4 + random.below(36) as i64;
        let recorded = unix(to + later) + 3_600 + random.below(28_000) as i64;
        let (recorded, source) = if recorded < known {
            let midnight = known - known % 86_400;
            (
                midnight
                    + 86_400 * (1 + random.below(20) as i64)
                    + 3_600
                    + random.below(28_000) as i64,
                4,
            )
        } else {
            let source = match (kind, random.below(10)) {
                ("15", _) => 3,
                ("01", _) => 2,
                // a paper or a patent is nobody's roster
                ("02" | "12" | "13" | "14", 0..5) => 1,
                _ => 0,
            };
            (recorded, source)
        };
        let recorded = recorded.min(self.now - 60 * (1 + random.below(2_000) as i64));
        rows.push((person.0, course, tenths, from, to, recorded, source));
    }

    async fn insert(&self, tx: &mut SqliteConnection, rows: &[Row]) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let done = sqlx::query(
            "insert into entry (person_id, organization_id, department_id, earned_organization_id,
               earned_department_id, year, category_id, kind, title, organizer, started_on,
               ended_on, hours, source, recognised_by, recorded_at)
             select p.id, p.organization_id, p.department_id, p.organization_id, p.department_id,
                    ?2, c.category_id, c.kind, replace(c.title, '{y}', ?2), c.organizer,
                    date(0.5 + (j.value ->> 3)), date(0.5 + (j.value ->> 4)), j.value ->> 2,
                    case j.value ->> 6 when 0 then 'person' when 1 then 'employer'
                      when 2 then 'base' when 3 then 'online' else 'import' end,
                    ?3, strftime('%Y-%m-%dT%H:%M:%fZ', j.value ->> 5, 'unixepoch')
               from json_each(?1) j
               cross join person p on p.id = j.value ->> 0
               cross join demo_course c on c.id = j.value ->> 1",
        )
        .bind(serde_json::to_string(rows)?)
        .bind(self.year)
        .bind(self.recognised_by)
        .execute(tx)
        .await?;
        Ok(done.rows_affected())
    }
}
