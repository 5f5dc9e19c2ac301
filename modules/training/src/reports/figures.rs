//! The figures of an annual report: what the system counts from plans and rosters, and what the
//! base reports.

use kit::dictionary::TITLE_LEVELS;
use kit::{Hours, OrganizationId, Result};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A whole number.
    Count,
    /// Tenths of an hour, in steps of 0.5.
    Hours,
    /// Tenths of a percent.
    Percent,
}

impl Kind {
    /// As typed and shown, without its unit.
    pub fn text(self, value: i64) -> String {
        match self {
            Kind::Count => value.to_string(),
            Kind::Hours => Hours::from_tenths(value).to_string(),
            Kind::Percent if value % 10 == 0 => (value / 10).to_string(),
            Kind::Percent => format!("{}.{}", value / 10, value % 10),
        }
    }

    /// Reads what was typed; a sentence's end says what was expected.
    pub fn read(self, typed: &str) -> Result<i64, &'static str> {
        match self {
            Kind::Count => match typed.parse::<i64>() {
                Ok(n) if (0..=MOST).contains(&n) => Ok(n),
                _ => Err("请填 0 以上的整数。"),
            },
            Kind::Hours => {
                let tenths = tenths(typed).filter(|n| n % 5 == 0);
                tenths.ok_or("请填学时数，最小到 0.5。")
            }
            Kind::Percent => {
                let tenths = tenths(typed).filter(|n| *n <= 1000);
                tenths.ok_or("请填 0 到 100 之间的数，最多一位小数。")
            }
        }
    }
}

/// `1286000.5` as `1,286,000.5`
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// The largest figure that is taken for meant.
const MOST: i64 = 9_999_999_999;

/// `40.5` as 405; none unless it is a number with at most one decimal.
fn tenths(typed: &str) -> Option<i64> {
    let (whole, rest) = typed.split_once('.').unwrap_or((typed, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(rest) || rest.len() != 1 || whole.len() > 10 {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 10 + rest.parse::<i64>().ok()?)
}

/// A figure of a year. `computed` is none where the system cannot know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// `planned`, `category-general`, `level-senior` …
    pub key: String,
    pub label: String,
    pub kind: Kind,
    pub unit: String,
    pub computed: Option<i64>,
    pub reported: Option<i64>,
    /// 差异说明, where both are there and differ.
    pub explanation: String,
}

impl Figure {
    fn new(key: impl Into<String>, label: impl Into<String>, kind: Kind, unit: &str) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            kind,
            unit: unit.to_owned(),
            computed: None,
            reported: None,
            explanation: String::new(),
        }
    }

    fn is(self, computed: i64) -> Self {
        Self { computed: Some(computed), ..self }
    }

    /// A value as shown, in thousands: 1,286,000; none: —
    pub fn text(&self, value: Option<i64>) -> String {
        value.map_or_else(|| "—".to_owned(), |value| grouped(&self.kind.text(value)))
    }

    /// Whether the base reports another figure than the system's.
    pub fn differs(&self) -> bool {
        self.computed.is_some() && self.reported.is_some() && self.computed != self.reported
    }

    /// Whether the base must fill it in: what the system knows.
    pub fn required(&self) -> bool {
        self.computed.is_some()
    }
}

/// The reported value of a figure.
pub fn reported(figures: &[Figure], key: &str) -> Option<i64> {
    figures.iter().find(|figure| figure.key == key).and_then(|figure| figure.reported)
}

/// What was reported of each subject, whichever there are: 公需科目 320，专业科目 410
pub fn by_subject(figures: &[Figure]) -> String {
    let told: Vec<String> = figures
        .iter()
        .filter(|figure| figure.key.starts_with("category-"))
        .filter(|figure| figure.reported.is_some_and(|count| count > 0))
        .map(|figure| {
            format!("{} {}", figure.label.trim_start_matches("其中"), figure.text(figure.reported))
        })
        .collect();
    told.join("，")
}

#[derive(Default, sqlx::FromRow)]
struct Classes {
    planned: i64,
    held: i64,
    sessions: i64,
}

#[derive(sqlx::FromRow)]
struct Trainees {
    category: Option<i64>,
    level: String,
    trips: i64,
    passed: i64,
    hours: i64,
}

/// Every figure of a base's year as the system has it now, nothing reported yet.
///
/// 计划数: plans of the year that were approved, cancelled ones included; 实施数: those that were
/// opened; 办班期数: those that ended. 培训人次: everybody on the rosters of the ended ones, once for
/// each class, by the class's 科目 and by the level the person has now; who was declared without
/// having signed up here is on them, too. 合格率 and 总学时: of those who passed; the hours of a
/// class that was declared (5.2) are those recognised. Teachers are those of the base's profile.
pub async fn computed(
    db: &mut SqliteConnection,
    base: OrganizationId,
    year: i32,
) -> Result<Vec<Figure>> {
    let classes: Classes = sqlx::query_as(
        "select count(*) as planned,
                coalesce(sum(stage in ('running', 'ended', 'declared')), 0) as held,
                coalesce(sum(stage in ('ended', 'declared')), 0) as sessions
           from plan
          where organization_id = ? and year = ? and version_id is not null and stage <> 'planned'",
    )
    .bind(base)
    .bind(year)
    .fetch_one(&mut *db)
    .await?;
    let groups = trainees(&mut *db, base, year).await?;
    let of = |counts: &dyn Fn(&Trainees) -> bool| -> i64 {
        groups.iter().filter(|group| counts(group)).map(|group| group.trips).sum()
    };
    let trips = of(&|_| true);
    let passed: i64 = groups.iter().map(|group| group.passed).sum();
    let hours: i64 = groups.iter().map(|group| group.hours).sum();
    let mut figures = vec![
        Figure::new("planned", "计划数", Kind::Count, "期").is(classes.planned),
        Figure::new("held", "实施数", Kind::Count, "期").is(classes.held),
        Figure::new("sessions", "办班期数", Kind::Count, "期").is(classes.sessions),
        Figure::new("trips", "培训人次", Kind::Count, "人次").is(trips),
    ];
    let used: Vec<i64> = groups.iter().filter_map(|group| group.category).collect();
    for (id, key, name) in categories(&mut *db, &used).await? {
        let count = of(&|group| group.category == Some(id));
        let figure =
            Figure::new(format!("category-{key}"), format!("其中{name}"), Kind::Count, "人次");
        figures.push(figure.is(count));
    }
    for level in TITLE_LEVELS.entries {
        let count = of(&|group| group.level == level.code);
        let (key, label) = (format!("level-{}", level.code), format!("其中{}", level.label));
        figures.push(Figure::new(key, label, Kind::Count, "人次").is(count));
    }
    let untitled = of(&|group| group.level.is_empty());
    figures.push(Figure::new("level-none", "其中无职称", Kind::Count, "人次").is(untitled));
    figures.push(Figure::new("hours", "总学时", Kind::Hours, "学时").is(hours));
    let rate = Figure::new("pass", "合格率", Kind::Percent, "%");
    figures.push(match trips {
        0 => rate,
        _ => rate.is((passed * 2000 + trips) / (trips * 2)),
    });
    figures.push(Figure::new("satisfaction", "满意度", Kind::Percent, "%"));
    let (full_time, part_time): (Option<i64>, Option<i64>) =
        sqlx::query_as("select full_time, part_time from base_profile where organization_id = ?")
            .bind(base)
            .fetch_optional(db)
            .await?
            .unwrap_or_default();
    for (key, label, known) in
        [("full_time", "专职教师", full_time), ("part_time", "兼职教师", part_time)]
    {
        figures.push(Figure { computed: known, ..Figure::new(key, label, Kind::Count, "人") });
    }
    figures.push(Figure::new("income", "收入", Kind::Count, "元"));
    figures.push(Figure::new("expense", "支出", Kind::Count, "元"));
    Ok(figures)
}

/// People of the year's ended classes in groups of 科目 and level: those signed up, and those whom
/// approved batches of 代申报 name beside them, each once a class.
async fn trainees(
    db: &mut SqliteConnection,
    base: OrganizationId,
    year: i32,
) -> Result<Vec<Trainees>> {
    Ok(sqlx::query_as(
        "with class as (
           select id, category, exists (select 1 from proxy_declaration d
               where d.plan_id = plan.id and d.state = 'approved') as declared
             from plan where organization_id = ? and year = ? and version_id is not null
              and stage in ('ended', 'declared')),
         one as (
           select c.category, e.level, t.result = 'pass' as passed,
                  case when t.result <> 'pass' then 0 when not c.declared then t.hours
                    else coalesce((select max(r.hours) from roster_row r
                      where r.plan_id = c.id and r.identity_id = e.identity_id
                        and r.subject = 'proxy' and r.state in ('entered', 'abroad')), 0) end as hours
             from class c join trainee t on t.plan_id = c.id and t.state = 'signed'
             join person e on e.id = t.person_id
           union all
           select c.category, coalesce(e.level, ''), coalesce(r.detail ->> 'passed', 0),
                  case when r.state = 'left' then 0 else r.hours end
             from class c join roster_row r on r.plan_id = c.id and r.subject = 'proxy'
              and r.state in ('entered', 'abroad', 'left')
             left join person e on e.identity_id = r.identity_id
            where not exists (select 1 from trainee t where t.plan_id = c.id
                and t.state = 'signed' and t.person_id = e.id)
              and not exists (select 1 from roster_row l where l.plan_id = r.plan_id
                and l.identity_id = r.identity_id and l.subject = 'proxy'
                and l.state in ('entered', 'abroad', 'left') and l.id > r.id))
         select category, level, count(*) as trips, sum(passed) as passed, sum(hours) as hours
           from one group by category, level",
    )
    .bind(base)
    .bind(year)
    .fetch_all(db)
    .await?)
}

/// 科目 of now, and those that were taught: (id, key, name).
async fn categories(db: &mut SqliteConnection, used: &[i64]) -> Result<Vec<(i64, String, String)>> {
    Ok(sqlx::query_as(
        "select id, key, name from category
          where state = 'active' or id in (select value from json_each(?)) order by sort",
    )
    .bind(serde_json::to_string(used)?)
    .fetch_all(db)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::{Figure, Kind};

    #[test]
    fn figures_are_shown_in_thousands() {
        for (kind, value, shown) in [
            (Kind::Count, 0, "0"),
            (Kind::Count, 999, "999"),
            (Kind::Count, 1_000, "1,000"),
            (Kind::Count, 1_286_000, "1,286,000"),
            (Kind::Hours, 123_455, "12,345.5"),
            (Kind::Percent, 967, "96.7"),
        ] {
            assert_eq!(Figure::new("income", "收入", kind, "元").text(Some(value)), shown);
        }
        assert_eq!(Figure::new("income", "收入", Kind::Count, "元").text(None), "—");
    }

    #[test]
    fn figures_are_read_and_written_alike() {
        for (kind, typed, value) in [
            (Kind::Count, "120", Some(120)),
            (Kind::Count, "-1", None),
            (Kind::Count, "1.5", None),
            (Kind::Hours, "40.5", Some(405)),
            (Kind::Hours, "40.3", None),
            (Kind::Hours, "123456", Some(1_234_560)),
            (Kind::Percent, "96.7", Some(967)),
            (Kind::Percent, "100", Some(1000)),
            (Kind::Percent, "100.1", None),
            (Kind::Percent, "", None),
        ] {
            assert_eq!(kind.read(typed).ok(), value, "{typed}");
            if let Some(value) = value {
                assert_eq!(kind.text(value), typed);
            }
        }
    }
}
