//! The limits that every way into the ledger keeps, read once for many rows.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::{Hours, PersonId, Result, day};

use super::engine::{is_conversion, left, there};
use super::held::{self, Held, Waiting};
use super::rule::{self, Rule};
use crate::category::Requirements;
use crate::declaration::{CAP, rules};
use crate::read::kind_label;

/// Hours that somebody wants to have recognised.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub person: PersonId,
    pub year: i32,
    /// A row of `category`.
    pub category: i64,
    /// 学习形式, dictionary code; empty if not known.
    pub kind: &'a str,
    /// `YYYY-MM-DD`
    pub started_on: &'a str,
    pub ended_on: &'a str,
    pub hours: Hours,
    /// Of the same kind and year, wanted in the same act and not stored yet.
    pub besides: Hours,
}

/// The limits in force, read once for many rows.
#[derive(Debug, Clone)]
pub struct Limits {
    rules: Vec<Rule>,
    /// None: conversions are not limited.
    conversions: Option<(Requirements, i64)>,
    waiting: Waiting,
    /// Of those who were prepared; others are read when they are asked for.
    held: Held,
    /// What rows before it in the same act got (`count`), of each person and year.
    counted: HashMap<(PersonId, i32), Hours>,
    /// Whether the sentences leave out what the person has.
    discreet: bool,
}

impl Limits {
    /// For hours that are declared: what waits at a desk counts as well.
    pub async fn load(db: &mut SqliteConnection) -> Result<Self> {
        let conversions = if held::conversions_limited(&mut *db).await? {
            held::requirements(&mut *db).await?
        } else {
            None
        };
        Ok(Self {
            rules: rule::all(db).await?,
            conversions,
            waiting: Waiting::Counts { but: None },
            held: Held::default(),
            counted: HashMap::new(),
            discreet: false,
        })
    }

    /// For hours that are decided: the ledger alone counts.
    pub fn when_decided(mut self) -> Self {
        self.waiting = Waiting::No;
        self
    }

    /// For whom the person's other hours are no business: the sentences say the cap alone.
    pub fn without_figures(mut self) -> Self {
        self.discreet = true;
        self
    }

    /// Reads at once what these people hold, so that `over` asks the database nothing about them.
    pub async fn prepare(&mut self, db: &mut SqliteConnection, people: &[PersonId]) -> Result<()> {
        self.held = held::held(db, people, self.waiting).await?;
        Ok(())
    }

    /// Remembers a row that is let through, for the conversions of all kinds together.
    pub fn count(&mut self, wanted: &Wanted<'_>) {
        if is_conversion(wanted.kind) {
            *self.counted.entry((wanted.person, wanted.year)).or_default() += wanted.hours;
        }
    }

    /// Why these hours are more than a limit allows, or none: one item, hours of a day, the year's
    /// cap of the kind, the year's cap of all conversions.
    pub async fn over(
        &self,
        db: &mut SqliteConnection,
        wanted: &Wanted<'_>,
    ) -> Result<Option<String>> {
        let cap = Hours::from_tenths(CAP);
        if wanted.hours > cap {
            return Ok(Some(format!("{} 学时超过一项最多 {cap} 学时", wanted.hours)));
        }
        let kind = kit::dictionary::learning_kind(wanted.kind);
        let dates = (day::stored_date(wanted.started_on), day::stored_date(wanted.ended_on));
        if let (Some(kind), (Some(from), Some(to))) = (kind, dates)
            && let Some(most) = rules::most_present(kind, from, to)
            && wanted.hours > most
        {
            return Ok(Some(format!("{} 学时超过这些天最多的 {most} 学时", wanted.hours)));
        }
        self.over_the_year(db, wanted).await
    }

    async fn over_the_year(
        &self,
        db: &mut SqliteConnection,
        wanted: &Wanted<'_>,
    ) -> Result<Option<String>> {
        let of_kind = self.cap_of_kind(wanted);
        let of_all = self.conversions.as_ref().filter(|_| is_conversion(wanted.kind));
        if of_kind.is_none() && of_all.is_none() {
            return Ok(None);
        }
        let (person, year) = (wanted.person, wanted.year);
        let read;
        let held = if self.held.knows(person) {
            &self.held
        } else {
            read = held::held(db, &[person], self.waiting).await?;
            &read
        };
        if let Some(cap) = of_kind {
            let there = held.of_kind(person, year, wanted.kind) + wanted.besides;
            if wanted.hours > left(cap, there) {
                let what = format!("“{}”", kind_label(wanted.kind));
                return Ok(Some(self.told(&what, wanted.hours, cap, there)));
            }
        }
        if let Some((requirements, category)) = of_all {
            let cap = held.required(requirements, person, year, *category);
            let counted = self.counted.get(&(person, year)).copied().unwrap_or_default();
            let there = held.conversions(person, year) + counted.max(wanted.besides);
            // a year that asks for nothing limits nothing
            if !cap.is_zero() && wanted.hours > left(cap, there) {
                return Ok(Some(self.told("成果折算", wanted.hours, cap, there)));
            }
        }
        Ok(None)
    }

    /// The kind's cap of the year: without knowing which rule applies, the largest of those that
    /// may; none if one of them has none.
    fn cap_of_kind(&self, wanted: &Wanted<'_>) -> Option<Hours> {
        let rules = self.rules.iter().filter(|rule| {
            rule.kind == wanted.kind
                && rule.valid_on(wanted.ended_on)
                && rule.category.is_none_or(|category| category == wanted.category)
        });
        rules.map(|rule| rule.cap_year).collect::<Option<Vec<Hours>>>()?.into_iter().max()
    }

    fn told(&self, what: &str, hours: Hours, cap: Hours, held: Hours) -> String {
        let cap_told = format!("{hours} 学时超过{what}全年最多 {cap} 学时");
        if self.discreet {
            return format!("{cap_told}中还可认定的部分");
        }
        let (there, room) = (there(self.waiting != Waiting::No), left(cap, held));
        format!("{cap_told}：{there} {held} 学时，还可认定 {room} 学时")
    }
}

#[cfg(test)]
mod tests;
