//! 重复检测: what a person already declared or has in the ledger for the same learning. The one
//! place that compares: every way into the ledger asks here.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::{Hours, PersonId, Result};

use crate::declaration::rules::{comparable, comparable_certificate};
use crate::ledger::source_label;

/// Where a claim on hours stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A row of `declaration` that waits at a desk.
    Declaration(i64),
    /// A row of `roster_row` that waits at a desk.
    Row(i64),
    /// A row of `entry` that was not revoked.
    Entry(i64),
}

/// What is to be declared.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub person: PersonId,
    pub title: &'a str,
    /// Empty: none.
    pub certificate_number: &'a str,
    /// `YYYY-MM-DD`
    pub started_on: &'a str,
    pub ended_on: &'a str,
    /// 培训计划, row of `plan` (module training).
    pub plan: Option<i64>,
    /// What it is itself, if it is stored already: never compared with itself.
    pub own: Option<Origin>,
}

/// By what two claims are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The same plan; or a base's claim of a plan beside another's claim that names none, of the
    /// same title and year, whichever came first.
    Plan,
    Certificate,
    /// Same title, overlapping dates.
    Title,
    /// Another title, overlapping dates: may be something else.
    Dates,
}

impl How {
    /// Whether it is the same learning beyond doubt: only those are `taken`.
    pub fn certain(self) -> bool {
        self != How::Dates
    }

    /// 证书编号相同
    pub fn told(self) -> &'static str {
        match self {
            How::Plan => "同一培训计划",
            How::Certificate => "证书编号相同",
            How::Title => "同一项目，日期重叠",
            How::Dates => "日期重叠",
        }
    }
}

/// Who declared it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declarer {
    Himself,
    Employer,
    Base,
    /// A platform, or an import of former years.
    Other,
}

/// A claim's title and certificate number as they are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    pub title: String,
    /// Empty: none.
    pub certificate: String,
}

impl Marks {
    pub fn of(title: &str, certificate_number: &str) -> Self {
        Self { title: comparable(title), certificate: comparable_certificate(certificate_number) }
    }
}

/// Something that is claimed already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub origin: Origin,
    pub how: How,
    /// 与申报 XS20261123-0001“…”（…至…，待审核）重复：证书编号相同
    pub sentence: String,
    pub declarer: Declarer,
}

/// A claim that is the same learning, or may be.
#[derive(Debug, Clone)]
pub struct Likeness<'a> {
    pub how: How,
    pub one: &'a Existing,
}

/// One stored claim of a person.
#[derive(Debug, Clone)]
pub struct Existing {
    pub origin: Origin,
    pub declarer: Declarer,
    /// The declaration it is, or the entry came from.
    pub declaration: Option<i64>,
    pub title: String,
    /// 学习形式, dictionary code; empty if not known.
    pub kind: String,
    marks: Marks,
    pub started_on: String,
    pub ended_on: String,
    plan: Option<i64>,
    pub hours: Hours,
    /// 申报 XS20261123-0001, 单位申报, 学时台账
    pub what: String,
    /// 待审核; 来源：导入
    pub state: String,
}

#[derive(sqlx::FromRow)]
struct Stored {
    origin: i64,
    id: i64,
    person_id: PersonId,
    title: String,
    kind: String,
    certificate_number: String,
    started_on: String,
    ended_on: String,
    plan_id: Option<i64>,
    hours: i64,
    /// Number of a declaration, subject of a row, source of an entry.
    key: String,
    declaration_id: Option<i64>,
}

/// Every claim of these people that waits or is entered, by person.
pub async fn existing(
    db: &mut SqliteConnection,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Existing>>> {
    // `+`: without statistics (a new installation) the planner would go through every entry that is
    // no reversal, once for each person
    let rows: Vec<Stored> = sqlx::query_as(
        "with p as (select value as id from json_each(?1))
         select 0 as origin, d.id, d.person_id, d.title, d.kind, d.certificate_number,
                d.started_on, d.ended_on, null as plan_id, d.hours, d.number as key, d.id as declaration_id
           from p cross join declaration d on d.person_id = p.id and d.state = 'pending'
         union all
         select 1, r.id, r.person_id, r.title, r.kind, r.certificate_number, r.started_on,
                r.ended_on, r.plan_id, r.hours, r.subject, null
           from p cross join roster_row r on r.person_id = p.id and r.state = 'pending'
         union all
         select 2, e.id, e.person_id, e.title, e.kind, e.certificate_number, e.started_on,
                e.ended_on, e.plan_id, e.hours, e.source, e.declaration_id
           from p cross join entry e on e.person_id = p.id
          where +e.reverses_id is null
            and not exists (select 1 from entry r where r.reverses_id = e.id)",
    )
    .bind(serde_json::to_string(people)?)
    .fetch_all(db)
    .await?;
    let mut found: HashMap<PersonId, Vec<Existing>> = HashMap::new();
    for row in rows {
        found.entry(row.person_id).or_default().push(of(row));
    }
    Ok(found)
}

fn of(row: Stored) -> Existing {
    use crate::roster::{PROXY, STAFF, noun};
    let waits = "待审核".to_owned();
    let (origin, what, state) = match row.origin {
        0 => (Origin::Declaration(row.id), format!("申报 {}", row.key), waits),
        1 => (Origin::Row(row.id), noun(&row.key).to_owned(), waits),
        _ => (
            Origin::Entry(row.id),
            "学时台账中".to_owned(),
            format!("来源：{}", source_label(&row.key)),
        ),
    };
    let declarer = match (row.origin, row.key.as_str()) {
        (0, _) | (2, "person") => Declarer::Himself,
        (1, PROXY) | (2, "base") => Declarer::Base,
        (1, STAFF) | (2, "employer") => Declarer::Employer,
        _ => Declarer::Other,
    };
    Existing {
        origin,
        declarer,
        declaration: row.declaration_id,
        marks: Marks::of(&row.title, &row.certificate_number),
        title: row.title,
        kind: row.kind,
        started_on: row.started_on,
        ended_on: row.ended_on,
        plan: row.plan_id,
        hours: Hours::from_tenths(row.hours),
        what,
        state,
    }
}

impl Existing {
    /// Whether it lies on some of the days from `from` to `to`.
    pub fn overlaps(&self, from: &str, to: &str) -> bool {
        self.started_on.as_str() <= to && self.ended_on.as_str() >= from
    }

    fn is(&self, own: Option<Origin>) -> bool {
        match own {
            Some(Origin::Declaration(id)) => self.declaration == Some(id),
            own => Some(self.origin) == own,
        }
    }

    /// How `claim` is like it, if it is.
    fn how(&self, claim: &Claim<'_>, marks: &Marks) -> Option<How> {
        let year = |day: &str| day.get(..4).map(str::to_owned);
        let overlap = self.overlaps(claim.started_on, claim.ended_on);
        let titled = !marks.title.is_empty() && self.marks.title == marks.title;
        let of_year = || titled && year(&self.ended_on) == year(claim.ended_on);
        let planned = match (claim.plan, self.plan) {
            (Some(plan), Some(other)) => plan == other,
            // who declares himself names no plan: its title is enough, in either order
            (Some(_), None) => of_year(),
            (None, Some(_)) => self.declarer == Declarer::Base && of_year(),
            (None, None) => false,
        };
        match () {
            () if planned => Some(How::Plan),
            () if !marks.certificate.is_empty() && self.marks.certificate == marks.certificate => {
                Some(How::Certificate)
            }
            () if titled && overlap => Some(How::Title),
            () if overlap => Some(How::Dates),
            () => None,
        }
    }
}

fn marks_of(claim: &Claim<'_>) -> Marks {
    Marks::of(claim.title, claim.certificate_number)
}

/// What of a person's claims is the same learning as `claim`, or may be: the surest likeness
/// first.
pub fn likenesses<'a>(existing: &'a [Existing], claim: &Claim<'_>) -> Vec<Likeness<'a>> {
    let marks = marks_of(claim);
    let mut found: Vec<Likeness<'_>> = existing
        .iter()
        .filter(|one| !one.is(claim.own))
        .filter_map(|one| Some(Likeness { how: one.how(claim, &marks)?, one }))
        .collect();
    found.sort_by_key(|likeness| likeness.how as u8);
    found
}

/// What of a person's claims is the same learning as `claim` beyond doubt, the surest first.
pub fn among(existing: &[Existing], claim: &Claim<'_>) -> Vec<Taken> {
    let certain = likenesses(existing, claim).into_iter().filter(|found| found.how.certain());
    certain.map(|found| told(&found)).collect()
}

fn told(Likeness { how, one }: &Likeness<'_>) -> Taken {
    Taken {
        origin: one.origin,
        how: *how,
        declarer: one.declarer,
        sentence: format!(
            "与{}“{}”（{} 至 {}，{} 学时，{}）重复：{}",
            one.what,
            one.title,
            one.started_on,
            one.ended_on,
            one.hours,
            one.state,
            how.told()
        ),
    }
}

/// A person's claims by plan, certificate and title: a roster of a thousand rows of one person asks
/// a thousand times, and none goes through all that there is.
pub(crate) struct Index<'a> {
    all: &'a [Existing],
    plans: HashMap<i64, Vec<usize>>,
    certificates: HashMap<&'a str, Vec<usize>>,
    titles: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    pub fn of(all: &'a [Existing]) -> Self {
        let mut index = Self {
            all,
            plans: HashMap::new(),
            certificates: HashMap::new(),
            titles: HashMap::new(),
        };
        for (at, one) in all.iter().enumerate() {
            if let Some(plan) = one.plan {
                index.plans.entry(plan).or_default().push(at);
            }
            index.certificates.entry(&one.marks.certificate).or_default().push(at);
            index.titles.entry(&one.marks.title).or_default().push(at);
        }
        index.certificates.remove("");
        index.titles.remove("");
        index
    }

    /// Where those stand that can be the same beyond doubt, each once, in order.
    fn candidates(&self, claim: &Claim<'_>, marks: &Marks) -> Vec<usize> {
        let lists = [
            claim.plan.and_then(|plan| self.plans.get(&plan)),
            self.certificates.get(marks.certificate.as_str()),
            self.titles.get(marks.title.as_str()),
        ];
        let mut found: Vec<usize> = lists.into_iter().flatten().flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The surest of what `among` would give.
    pub fn surest(&self, claim: &Claim<'_>, marks: &Marks) -> Option<Taken> {
        let candidates = self.candidates(claim, marks).into_iter();
        candidates
            .filter_map(|at| self.all.get(at))
            .filter(|one| !one.is(claim.own))
            .filter_map(|one| Some(Likeness { how: one.how(claim, marks)?, one }))
            .filter(|found| found.how.certain())
            .min_by_key(|found| found.how as u8)
            .map(|found| told(&found))
    }
}

/// What the person already declared or has in the ledger for the same learning.
pub async fn taken(db: &mut SqliteConnection, claim: &Claim<'_>) -> Result<Vec<Taken>> {
    let mut existing = existing(db, &[claim.person]).await?;
    Ok(among(&existing.remove(&claim.person).unwrap_or_default(), claim))
}

#[cfg(test)]
mod tests;
