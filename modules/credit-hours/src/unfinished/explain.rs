//! 为什么没完成: one plain list of sentences for a person's year, and the sums in them.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{Clock, Error, Hours, PersonId, Result, review};

use super::facts::{self, Applied, Declared, Listed, Sums};
use super::phrase;
use crate::windows::{self, Window};

/// A subject of the year: what it asks for and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Short {
    pub id: i64,
    /// 公需科目
    pub name: String,
    /// 公需
    pub short: String,
    /// Its minimum, exemption taken off; zero: none.
    pub required: Hours,
    pub done: Hours,
}

impl Short {
    /// What it still lacks; zero: nothing.
    pub fn missing(&self) -> Hours {
        (self.required - self.done).max(Hours::ZERO)
    }
}

/// Something declared that a desk has still to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// 学时申报, 单位申报 …
    pub what: String,
    pub title: String,
    /// None: a declaration that does not say.
    pub category: Option<i64>,
    pub category_name: String,
    pub hours: Hours,
    /// Where it waits; empty if not known.
    pub desk: String,
    /// 已等 3 个工作日; empty if not known.
    pub waited: String,
    /// The person's own page of it; empty: none.
    pub href: String,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// `missing`, `waiting`, `lost` or `next`
    pub kind: &'static str,
    pub text: String,
    /// The person's own page of what it is about; empty: none.
    pub href: String,
}

/// Why a year is not complete, in numbers and in words. Hours in it are the ledger's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub year: i32,
    pub complete: bool,
    /// 应参加
    pub counted: bool,
    /// The year's total, exemption taken off.
    pub required: Hours,
    pub exempt: Hours,
    pub total: Hours,
    /// Every subject in force or with hours, in order.
    pub subjects: Vec<Short>,
    /// What has still to be earned: the year's gap, or the subjects' if they are greater.
    pub needed: Hours,
    pub waiting: Vec<Waiting>,
    /// An application for an exemption that waits; has no hours.
    pub exemption: Option<Waiting>,
    /// Sum of `waiting`.
    pub waiting_hours: Hours,
    pub sentences: Vec<Sentence>,
    /// The same in one line, for a list.
    pub line: String,
}

/// Why this person's year is not complete.
///
/// # Errors
/// `NotFound` if the person has no row of that year.
pub async fn explain(
    db: &mut SqliteConnection,
    person: PersonId,
    year: i32,
    clock: &Clock,
) -> Result<Explanation> {
    explain_all(db, &[person], year, clock).await?.remove(&person).ok_or(Error::NotFound)
}

/// The same of many people; who has no row of the year is left out.
pub async fn explain_all(
    db: &mut SqliteConnection,
    people: &[PersonId],
    year: i32,
    clock: &Clock,
) -> Result<HashMap<PersonId, Explanation>> {
    let json = serde_json::to_string(people)?;
    let sums = facts::sums(&mut *db, &json, year).await?;
    let window = windows::of(&mut *db, year).await?;
    let places = facts::places(&mut *db, &json).await?;
    let declared = by_person(facts::declared(&mut *db, &json, year).await?, |one| one.person_id);
    let listed = by_person(facts::listed(&mut *db, &json, year).await?, |one| one.person_id);
    let revoked = by_person(facts::revoked(&mut *db, &json, year).await?, |one| one.person_id);
    let applied = by_person(facts::applied(&mut *db, &json, year).await?, |one| one.person_id);
    let crossing = by_person(facts::crossing(&mut *db, &json, year).await?, |one| one.0);
    let calendar = review::working_days(db).await?;
    let mut all = HashMap::with_capacity(sums.len());
    for (person, sums) in sums {
        let declared = declared.get(&person).map_or(&[][..], Vec::as_slice);
        let listed = listed.get(&person).map_or(&[][..], Vec::as_slice);
        let mut waiting: Vec<Waiting> = declared
            .iter()
            .filter(|one| one.state == "pending" && one.year == year)
            .map(|one| {
                let waited = review::waited_words(&calendar, &one.waiting_since, clock);
                waiting_declaration(one, waited)
            })
            .collect();
        waiting.extend(listed.iter().filter(|one| one.state == "pending").map(|one| {
            let waited = review::waited_words(&calendar, &one.waiting_since, clock);
            waiting_row(one, waited)
        }));
        let place = places.get(&person).cloned().unwrap_or_default();
        let mut found = of(year, sums, waiting);
        // one at most: a person has one open a year
        found.exemption = applied.get(&person).and_then(|all| all.first()).map(|one| {
            waiting_exemption(one, review::waited_words(&calendar, &one.waiting_since, clock))
        });
        let mut sentences = phrase::missing(&found);
        sentences.extend(phrase::waiting(&found));
        sentences.extend(phrase::lost_declarations(declared, year));
        sentences.extend(phrase::left_out(listed));
        let revoked = revoked.get(&person).map_or(&[][..], Vec::as_slice);
        sentences.extend(phrase::revoked(revoked, year));
        let crossing = crossing.get(&person).map_or(&[][..], Vec::as_slice);
        sentences.extend(phrase::crossing(crossing, year));
        if !found.complete && found.counted {
            sentences.extend(phrase::next(&window, &place.0, &place.1, clock));
        }
        found.line = phrase::line(&found, declared, listed, revoked.len());
        found.sentences = sentences;
        all.insert(person, found);
    }
    Ok(all)
}

fn by_person<T>(rows: Vec<T>, person: impl Fn(&T) -> PersonId) -> HashMap<PersonId, Vec<T>> {
    let mut all: HashMap<PersonId, Vec<T>> = HashMap::new();
    for row in rows {
        all.entry(person(&row)).or_default().push(row);
    }
    all
}

fn of(year: i32, sums: Sums, waiting: Vec<Waiting>) -> Explanation {
    Explanation {
        year,
        complete: sums.complete,
        counted: sums.counted,
        required: sums.required,
        exempt: sums.exempt,
        total: sums.total,
        needed: needed(sums.required, sums.total, &sums.subjects),
        subjects: sums.subjects,
        waiting_hours: waiting.iter().map(|one| one.hours).sum(),
        waiting,
        exemption: None,
        sentences: vec![],
        line: String::new(),
    }
}

/// What has still to be earned: the year's gap, or the subjects' if they are greater.
pub(super) fn needed(required: Hours, total: Hours, subjects: &[Short]) -> Hours {
    let of_subjects: Hours = subjects.iter().map(Short::missing).sum();
    (required - total).max(of_subjects).max(Hours::ZERO)
}

fn waiting_declaration(one: &Declared, waited: String) -> Waiting {
    Waiting {
        what: "学时申报".to_owned(),
        title: one.title.clone(),
        category: one.category_id,
        category_name: one.category.clone(),
        hours: Hours::from_tenths(one.hours),
        desk: one.desk.clone(),
        waited,
        href: format!("/credit-hours/declarations/{}", one.id),
    }
}

fn waiting_row(one: &Listed, waited: String) -> Waiting {
    Waiting {
        what: crate::roster::noun(&one.subject).to_owned(),
        title: one.title.clone(),
        category: Some(one.category_id),
        category_name: one.category.clone(),
        hours: Hours::from_tenths(one.hours),
        waited: if one.desk.is_empty() { String::new() } else { waited },
        desk: one.desk.clone(),
        href: String::new(),
    }
}

fn waiting_exemption(one: &Applied, waited: String) -> Waiting {
    let href = if one.own { format!("/credit-hours/exemptions/{}", one.id) } else { String::new() };
    Waiting {
        what: "减免申请".to_owned(),
        title: one.kind.clone(),
        category: None,
        category_name: String::new(),
        hours: Hours::ZERO,
        desk: one.desk.clone(),
        waited,
        href,
    }
}

/// 妇幼保健院（已等 3 个工作日）
fn place(one: &Waiting) -> String {
    let desk = if one.desk.is_empty() { &one.what } else { &one.desk };
    if one.waited.is_empty() { desk.clone() } else { format!("{desk}（{}）", one.waited) }
}

impl Explanation {
    /// The same if everything that waits were recognised as declared.
    pub(super) fn afterwards(&self) -> Hours {
        let subjects: Vec<Short> = self
            .subjects
            .iter()
            .map(|one| {
                let more: Hours = self
                    .waiting
                    .iter()
                    .filter(|waits| waits.category == Some(one.id))
                    .map(|waits| waits.hours)
                    .sum();
                Short { done: one.done + more, ..one.clone() }
            })
            .collect();
        needed(self.required, self.total + self.waiting_hours, &subjects)
    }

    /// 公需 10 / 专业 40
    pub fn done_text(&self) -> String {
        let each = self.subjects.iter().map(|one| format!("{} {}", one.short, one.done));
        each.collect::<Vec<_>>().join("，")
    }

    /// 24 学时，在妇幼保健院（已等 3 个工作日）；减免申请在 …
    pub fn waiting_text(&self) -> String {
        let mut all = Vec::new();
        let mut places: Vec<String> = Vec::new();
        for one in &self.waiting {
            let place = place(one);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        if !places.is_empty() {
            all.push(format!("{} 学时，在{}", self.waiting_hours, places.join("、")));
        }
        if let Some(one) = &self.exemption {
            all.push(format!("减免申请，在{}", place(one)));
        }
        all.join("；")
    }
}

/// What a window still allows, for those who look at the year.
pub(super) fn days_left(window: &Window, clock: &Clock) -> Option<i64> {
    let last = kit::day::stored_date(window.last_day())?;
    Some((last - clock.today()).whole_days())
}
