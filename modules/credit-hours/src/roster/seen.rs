//! What a roster has asked for so far, by person: a row is compared with those before it without
//! going through them.

use std::collections::{BTreeMap, HashMap};

use kit::{Hours, PersonId};

use super::Row;
use crate::claims::Marks;

/// The rows that were let through.
#[derive(Debug, Default)]
pub(super) struct Seen {
    people: HashMap<PersonId, OfOne>,
}

/// Of one person: the row's number by what makes another row the same learning.
#[derive(Debug, Default)]
struct OfOne {
    plans: HashMap<i64, i64>,
    certificates: HashMap<String, i64>,
    /// By title: (last day, number) by first day. Ranges of one title never overlap: the second
    /// would not have been let through.
    titles: HashMap<String, BTreeMap<String, (String, i64)>>,
    /// By year and 学习形式.
    hours: HashMap<(i32, String), Hours>,
}

impl Seen {
    /// The number of a row before it that is for the same learning: same plan, same certificate, or
    /// same title on some of the same days.
    pub fn alike(&self, person: PersonId, row: &Row, marks: &Marks) -> Option<i64> {
        let before = self.people.get(&person)?;
        let planned = row.plan_id.and_then(|plan| before.plans.get(&plan));
        let certified = before.certificates.get(&marks.certificate);
        planned.or(certified).copied().or_else(|| {
            // of disjoint ranges only the last that begins in time can reach into these days
            let ranges = before.titles.get(&marks.title)?;
            let (_, (end, number)) = ranges.range(..=row.ended_on.clone()).next_back()?;
            (*end >= row.started_on).then_some(*number)
        })
    }

    /// Hours of the same year and kind.
    pub fn besides(&self, person: PersonId, row: &Row) -> Hours {
        let before = self.people.get(&person);
        let hours = before.and_then(|one| one.hours.get(&(row.year, row.kind.clone())));
        hours.copied().unwrap_or_default()
    }

    /// Remembers a row.
    pub fn put(&mut self, person: PersonId, row: &Row, marks: Marks) {
        let one = self.people.entry(person).or_default();
        if let Some(plan) = row.plan_id {
            one.plans.insert(plan, row.number);
        }
        if !marks.certificate.is_empty() {
            one.certificates.insert(marks.certificate, row.number);
        }
        let range = (row.ended_on.clone(), row.number);
        one.titles.entry(marks.title).or_default().insert(row.started_on.clone(), range);
        *one.hours.entry((row.year, row.kind.clone())).or_default() += row.hours;
    }
}
