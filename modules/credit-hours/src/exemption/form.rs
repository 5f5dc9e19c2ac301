//! The form of an exemption: year, kind, how much, why.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{Clock, Form, Hours, PersonId, Result};

use super::store::Exemption;
use crate::category::Requirements;
use crate::declaration::form::sentence;
use crate::windows;

/// (stored, shown)
pub const WAYS: [(&str, &str); 3] =
    [("full", "全年全部减免"), ("months", "按月减免"), ("hours", "减免若干学时")];

/// The form's fields; one that is not usable is none, and what is stored stays.
#[derive(Debug, Default)]
pub struct Fields {
    pub year: Option<i32>,
    pub kind: Option<String>,
    pub way: Option<&'static str>,
    pub months: Option<i64>,
    pub hours: Option<Hours>,
    pub reason: Option<String>,
}

/// A kind that may be chosen.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Kind {
    pub value: String,
    pub label: String,
    pub evidence: String,
}

/// Those in use, in order.
pub async fn kinds(db: &mut SqliteConnection) -> Result<Vec<Kind>> {
    Ok(sqlx::query_as(
        "select key as value, name as label, evidence from exemption_kind where state = 'active'
          order by sort, key",
    )
    .fetch_all(db)
    .await?)
}

/// The years that may be applied for: this one, the last one, and whatever may be declared.
pub async fn years(db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<i32>> {
    let mut years = windows::open_years(db, clock).await?;
    years.extend([clock.year(), clock.year() - 1]);
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    Ok(years)
}

impl Fields {
    /// Reads the form. `whole`: it is to be submitted, so nothing may be missing.
    pub fn read(form: &mut Form, whole: bool, years: &[i32], kinds: &[Kind]) -> Self {
        let year = form.text("year").parse().ok().filter(|year| years.contains(year));
        if year.is_none() {
            form.refuse("year", "请选择可以申请的年度。");
        }
        let kind = form.text("kind");
        let known = kinds.iter().any(|one| one.value == kind);
        if !known && (whole || !kind.is_empty()) {
            form.refuse("kind", "请选择减免类别。");
        }
        let typed = form.text("way");
        let way = WAYS.iter().map(|(key, _)| *key).find(|key| *key == typed);
        if way.is_none() && whole {
            form.refuse("way", "请选择怎样减免。");
        }
        let months = (way == Some("months") && (whole || !form.text("months").is_empty()))
            .then(|| form.integer("months", "月数", 1..=12))
            .flatten();
        let hours = (way == Some("hours") && (whole || !form.text("hours").is_empty()))
            .then(|| hours(form))
            .flatten();
        let reason = if whole {
            form.required("reason", "减免原因", 5..=200)
        } else {
            form.optional("reason", "减免原因", 200)
        };
        let reason = (!form.errors().contains_key("reason")).then_some(reason);
        Self { year, kind: known.then_some(kind), way, months, hours, reason }
    }
}

fn hours(form: &mut Form) -> Option<Hours> {
    match Hours::parse(form.raw("hours")) {
        Ok(hours) if hours.is_zero() => form.refuse("hours", "减免学时要大于 0。"),
        Ok(hours) => return Some(hours),
        Err(error) => form.refuse("hours", sentence(&error)),
    }
    None
}

/// The form of what is stored.
pub fn form_of(one: &Exemption) -> Form {
    let shown = |n: i64| if n == 0 { String::new() } else { n.to_string() };
    Form::of([
        ("year", one.year.to_string()),
        ("kind", one.kind.clone()),
        ("way", one.way.clone()),
        ("months", shown(one.months)),
        ("hours", if one.hours.is_zero() { String::new() } else { one.hours.to_string() }),
        ("reason", one.reason.clone()),
    ])
}

/// What a year asks of a person: as kept, or by the rules if he has no row of it.
pub async fn required(db: &mut SqliteConnection, person: PersonId, year: i32) -> Result<Hours> {
    let kept: Option<i64> =
        sqlx::query_scalar("select required from person_year where person_id = ? and year = ?")
            .bind(person)
            .bind(year)
            .fetch_optional(&mut *db)
            .await?;
    if let Some(kept) = kept {
        return Ok(Hours::from_tenths(kept));
    }
    let level: String = sqlx::query_scalar("select level from person where id = ?")
        .bind(person)
        .fetch_one(&mut *db)
        .await?;
    Ok(Requirements::load(db).await?.total(year, &level))
}

/// How many hours an application comes to: a month is a twelfth of what the year asks, the sum
/// rounded up to half an hour; never more than the year asks.
pub fn amount(way: &str, months: i64, hours: Hours, required: Hours) -> Hours {
    match way {
        "full" => required,
        "months" => {
            let halves = (required.tenths() * months.clamp(0, 12) + 59) / 60;
            Hours::from_tenths((halves * 5).min(required.tenths()))
        }
        _ => hours.min(required),
    }
}

#[cfg(test)]
mod tests {
    use super::{Hours, amount};

    #[test]
    fn months_are_twelfths_in_half_hours_and_nothing_is_more_than_the_year_asks() {
        let (year, none) = (Hours::whole(90), Hours::ZERO);
        for (months, tenths) in [(1, 75), (2, 150), (4, 300), (5, 375), (12, 900), (13, 900)] {
            assert_eq!(
                amount("months", months, none, year),
                Hours::from_tenths(tenths),
                "{months}"
            );
        }
        // a twelfth of 72.5 is 6.04: 6.5
        assert_eq!(amount("months", 1, none, Hours::from_tenths(725)), Hours::from_tenths(65));
        assert_eq!(amount("full", 0, none, year), year);
        assert_eq!(amount("hours", 0, Hours::whole(45), year), Hours::whole(45));
        assert_eq!(amount("hours", 0, Hours::whole(95), year), year);
        for tenths in (5..=900).step_by(5) {
            for months in 0..=12 {
                let got = amount("months", months, none, Hours::from_tenths(tenths));
                assert!(got.tenths() % 5 == 0 && got.tenths() <= tenths && got.tenths() >= 0);
            }
        }
    }
}
