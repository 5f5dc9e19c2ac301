//! Declarations of the demo county: drafts, waiting ones at every desk, rejected and approved ones.

use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime};

use kit::dictionary::{EvidenceSlot, learning_kind};
use kit::module::Demo;
use kit::{
    AccountId, CaseId, Error, FileId, Hours, OrganizationId, PersonId, Result, day, organization,
};

use super::convert::convert;
use super::courses::{PROFESSIONAL, filled, group};
use super::picture;
use crate::declaration::evidence;
use crate::declaration::rules::days;
use crate::declaration::store::{self, Draft};
use crate::declaration::suggest;
use crate::ledger::{self, NewEntry, Source};
use crate::subject::{Content, Recognition};

/// The picture (see `picture::png`) that stands for a slot's paper.
fn paper(slot: &EvidenceSlot) -> usize {
    match slot.code {
        "notice" => 1,
        "attendance" | "unit-proof" | "organizer-proof" => 2,
        _ => 0,
    }
}

/// The slots filled: all that must be, of alternatives the first; of a draft one.
fn papers(kind: &str, end: End) -> Vec<&'static EvidenceSlot> {
    let Some(kind) = learning_kind(kind) else { return vec![] };
    let papers = evidence::lacking(kind, &[]).into_iter().map(|(slot, _)| slot);
    papers.take(if end == End::Draft { 1 } else { usize::MAX }).collect()
}

/// What becomes of a declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Draft,
    /// Waits at its route's desk of this number, or the last.
    Pending(usize),
    Rejected,
    Approved,
}

struct Picture {
    sha256: String,
    size: i64,
}

struct Maker<'a> {
    county: &'a mut Demo,
    name: &'a str,
    pictures: Vec<Picture>,
    /// Approved ones, to be recorded at the end.
    entries: Vec<NewEntry>,
    /// People who may be picked at random: the least and the greatest id.
    range: (i64, i64),
}

/// Makes them; the number grows with the county and stays in the thousands.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo, name: &str) -> Result<()> {
    let range: (Option<i64>, Option<i64>) =
        sqlx::query_as("select min(id), max(id) from person").fetch_one(&mut *tx).await?;
    let (Some(least), Some(most)) = range else { return Ok(()) };
    let people = county.people;
    let signing = signing(&mut *tx).await?;
    let near = near(&mut *tx).await?;
    let pictures = pictures(&mut *tx).await?;
    let mut maker = Maker { county, name, pictures, entries: vec![], range: (least, most) };
    for person in &signing {
        for end in [End::Approved, End::Rejected, End::Pending(0), End::Draft] {
            maker.make(&mut *tx, *person, end).await?;
        }
    }
    let share = |of: u64, least: u64, most: u64| (people / of).clamp(least, most);
    let wanted = [
        (End::Approved, share(8, 20, 2_000)),
        (End::Rejected, share(40, 6, 120)),
        (End::Draft, share(50, 4, 100)),
        (End::Pending(0), share(12, 12, 240)),
        (End::Pending(1), share(16, 10, 160)),
        (End::Pending(2), share(12, 10, 200)),
    ];
    for (end, count) in wanted {
        for _ in 0..count {
            let person = maker.pick(&mut *tx, &near, end).await?;
            maker.make(&mut *tx, person, end).await?;
        }
    }
    let (clock, entries) = (maker.county.clock.clone(), maker.entries);
    ledger::record(tx, &entries, &clock).await?;
    Ok(())
}

/// People who can sign in with a password.
async fn signing(tx: &mut SqliteConnection) -> Result<Vec<PersonId>> {
    Ok(sqlx::query_scalar(
        "select p.id from account a join person p on p.id = a.person_id
          where a.password_hash is not null order by a.id limit 10",
    )
    .fetch_all(tx)
    .await?)
}

/// People under organizations whose administrators can sign in: their desks are to be full.
async fn near(tx: &mut SqliteConnection) -> Result<Vec<PersonId>> {
    Ok(sqlx::query_scalar(
        "select p.id from person p where p.organization_id in (
           select g.organization_id from grant g join account a on a.id = g.account_id
            where a.password_hash is not null) order by p.id limit 5000",
    )
    .fetch_all(tx)
    .await?)
}

/// Writes the sheets where evidence is kept.
async fn pictures(tx: &mut SqliteConnection) -> Result<Vec<Picture>> {
    let folder = crate::doctor::folder(tx)
        .await?
        .ok_or_else(|| Error::Fault("demo: no data folder".to_owned()))?;
    std::fs::create_dir_all(&folder)?;
    let mut pictures = Vec::new();
    for variant in 0..3 {
        let bytes = picture::png(variant)?;
        let sha256 = kit::migration::hex(&Sha256::digest(&bytes));
        let mut file = std::fs::File::create(folder.join(&sha256))?;
        std::io::Write::write_all(&mut file, &bytes)?;
        file.sync_all()?;
        pictures.push(Picture { sha256, size: bytes.len() as i64 });
    }
    Ok(pictures)
}

impl Maker<'_> {
    /// Somebody: half of those who wait stand before a desk that somebody can sign in to.
    async fn pick(
        &mut self,
        tx: &mut SqliteConnection,
        near: &[PersonId],
        end: End,
    ) -> Result<PersonId> {
        let random = &mut self.county.random;
        if end == End::Pending(0) && !near.is_empty() && random.chance(60) {
            return Ok(*random.pick(near));
        }
        let (least, most) = self.range;
        let from = least + random.below((most - least + 1) as u64) as i64;
        Ok(sqlx::query_scalar("select id from person where id >= ? order by id limit 1")
            .bind(from)
            .fetch_one(tx)
            .await?)
    }

    async fn make(&mut self, tx: &mut SqliteConnection, person: PersonId, end: End) -> Result<()> {
        let Some((account, series)): Option<(AccountId, String)> = sqlx::query_as(
            "select a.id, p.series from person p join account a on a.person_id = p.id where p.id = ?",
        )
        .bind(person)
        .fetch_optional(&mut *tx)
        .await?
        else {
            return Ok(());
        };
        let now = self.county.clock.now();
        let ago = match end {
            End::Approved => 20 + self.county.random.below(120),
            End::Rejected => 4 + self.county.random.below(40),
            _ => 1 + self.county.random.below(14),
        };
        let submitted = office_hour(&mut self.county.random, now - Duration::days(ago as i64));
        let Some(id) = self.draft(&mut *tx, person, account, &series, submitted, end).await? else {
            return Ok(()); // he has declared everything there is
        };
        let waits = matches!(end, End::Pending(_));
        convert(&mut *tx, &mut self.county.random, person, id, waits).await?;
        let draft = store::own(&mut *tx, person, id).await?;
        self.evidence(&mut *tx, &draft, account, end, submitted).await?;
        if end != End::Draft {
            evidence::link(&mut *tx, &draft).await?;
            self.case(tx, &draft, account, submitted, end).await?;
        }
        Ok(())
    }

    async fn draft(
        &mut self,
        tx: &mut SqliteConnection,
        person: PersonId,
        account: AccountId,
        series: &str,
        submitted: OffsetDateTime,
        end: End,
    ) -> Result<Option<i64>> {
        let random = &mut self.county.random;
        let year = self.county.clock.year();
        let declared: Vec<String> =
            sqlx::query_scalar("select title from declaration where person_id = ?")
                .bind(person)
                .fetch_all(&mut *tx)
                .await?;
        let fresh: Vec<_> = PROFESSIONAL[group(series)]
            .iter()
            .filter(|course| !declared.contains(&filled(course.title, year, self.name)))
            .collect();
        if fresh.is_empty() {
            return Ok(None);
        }
        let course = *random.pick(&fresh);
        let mut last = day::county_day(submitted) - Duration::days(3 + random.below(25) as i64);
        if last.year() != year {
            last = day::county_day(submitted);
        }
        let length = 1 + random.below(5) as i64;
        let first = last - Duration::days(length - 1);
        let hours = days(first, last) * random.pick(&[40, 60, 80, 80]);
        let certificate = format!("云培〔{year}〕第{:04}号", random.below(10_000));
        let stamp = day::stamp(submitted);
        let hours = if end == End::Draft && random.chance(50) { 0 } else { hours };
        let id = sqlx::query_scalar(
            "insert into declaration (organization_id, department_id, person_id, account_id, year,
               category_id, kind, title, organizer, started_on, ended_on, place,
               certificate_number, hours, created_at, updated_at)
             select organization_id, department_id, id, ?, ?, 2, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
               from person where id = ? returning id",
        )
        .bind(account)
        .bind(year)
        .bind(course.kind)
        .bind(filled(course.title, year, self.name))
        .bind(filled(course.organizer, year, self.name))
        .bind(day::date_text(first))
        .bind(day::date_text(last))
        .bind(self.name)
        .bind(certificate)
        .bind(hours)
        .bind(&stamp)
        .bind(&stamp)
        .bind(person)
        .fetch_one(tx)
        .await?;
        Ok(Some(id))
    }

    async fn evidence(
        &self,
        tx: &mut SqliteConnection,
        draft: &Draft,
        account: AccountId,
        end: End,
        at: OffsetDateTime,
    ) -> Result<()> {
        for slot in papers(&draft.kind, end) {
            let picture = &self.pictures[paper(slot)];
            let file: FileId = sqlx::query_scalar(
                "insert into file (sha256, name, mime, size, account_id, created_at)
                 values (?, ?, 'image/png', ?, ?, ?) returning id",
            )
            .bind(&picture.sha256)
            .bind(format!("{}（示例材料）.png", slot.label))
            .bind(picture.size)
            .bind(account)
            .bind(day::stamp(at))
            .fetch_one(&mut *tx)
            .await?;
            evidence::attach(&mut *tx, draft.id, file, slot.code).await?;
        }
        Ok(())
    }

    async fn case(
        &mut self,
        tx: &mut SqliteConnection,
        draft: &Draft,
        account: AccountId,
        submitted: OffsetDateTime,
        end: End,
    ) -> Result<()> {
        let mut content = Content::of(&mut *tx, draft).await?;
        suggest::keep(&mut *tx, draft.id, content.suggestion.as_ref()).await?;
        // the rules of that day decide, as they would have at the desk
        content.most = content.suggestion.as_ref().and_then(|made| made.most);
        let route = organization::desks_above(&mut *tx, draft.organization_id).await?;
        let stage = match end {
            End::Pending(stage) => stage.min(route.len() - 1),
            End::Rejected => self.county.random.below(route.len() as u64) as usize,
            _ => route.len() - 1,
        };
        let mut recognition = content.by_default();
        if end == End::Approved
            && recognition.hours > Hours::whole(8)
            && self.county.random.chance(12)
        {
            recognition.hours -= Hours::whole(4);
            recognition.reason = "缺勤半天".to_owned();
        }
        content.most = None;
        let json = serde_json::to_string(&recognition)?;
        let case = self.open(&mut *tx, draft, &content, account, &route, submitted).await?;
        let name = content.name.clone();
        step(&mut *tx, case, submitted, "submit", Some(account), &name, None, "", "null").await?;
        let mut at = submitted;
        for desk in &route[..stage] {
            at = self.later(at);
            self.desk_step(&mut *tx, case, at, "pass", *desk, "", &json).await?;
        }
        let waiting = at;
        let (mut state, mut desk, mut opinion) = ("pending", Some(route[stage]), "");
        if stage > 0 {
            opinion = "通过";
        }
        match end {
            End::Rejected => {
                at = self.later(at);
                let reason = *self.county.random.pick(&[
                    "证明材料不清晰，请重新上传。",
                    "缺少结业证书，请补充后再提交。",
                    "申报学时与证明材料不一致，请核对。",
                ]);
                self.desk_step(&mut *tx, case, at, "reject", route[stage], reason, "null").await?;
                (state, desk) = ("rejected", None);
            }
            End::Approved => {
                at = self.later(at);
                self.desk_step(&mut *tx, case, at, "approve", route[stage], "", &json).await?;
                (state, desk) = ("approved", None);
                self.entries.push(entry(&mut *tx, &content, &recognition, route[stage]).await?);
            }
            _ => {}
        }
        let decided = (state != "pending").then(|| day::stamp(at));
        sqlx::query(
            "update review_case set state = ?, desk_id = ?, stage = ?, waiting_since = ?,
               decision = ?, decided_at = ? where id = ?",
        )
        .bind(state)
        .bind(desk)
        .bind(stage as i64)
        .bind(day::stamp(waiting))
        .bind(if stage > 0 || state == "approved" { json.as_str() } else { "null" })
        .bind(decided)
        .bind(case)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "update declaration set state = ?, desk_id = ?, waiting_since = ?, acted_at = ?,
               opinion = ?, recognised = ? where id = ?",
        )
        .bind(state)
        .bind(desk)
        .bind(if state == "pending" { day::stamp(waiting) } else { String::new() })
        .bind(day::stamp(at))
        .bind(opinion)
        .bind((state == "approved").then_some(recognition.hours.tenths()))
        .bind(draft.id)
        .execute(tx)
        .await?;
        Ok(())
    }

    /// The case as it stands right after its submission.
    async fn open(
        &mut self,
        tx: &mut SqliteConnection,
        draft: &Draft,
        content: &Content,
        account: AccountId,
        route: &[OrganizationId],
        submitted: OffsetDateTime,
    ) -> Result<CaseId> {
        let day_text = day::date_text(day::county_day(submitted)).replace('-', "");
        let next = kit::serial::next(&mut *tx, &format!("declaration:{day_text}")).await?;
        let number = format!("XS{day_text}-{next:04}");
        let stamp = day::stamp(submitted);
        let case: CaseId = sqlx::query_scalar(
            "insert into review_case (subject, number, state, desk_id, route, stage, account_id,
               person_id, organization_id, department_id, title, content, submitted_at, waiting_since)
             select 'declarations', ?, 'pending', ?, ?, 0, ?, person_id, organization_id,
                    department_id, ?, ?, ?, ? from declaration where id = ? returning id",
        )
        .bind(&number)
        .bind(route[0])
        .bind(serde_json::to_string(route)?)
        .bind(account)
        .bind(format!("{} {}", content.name, content.title))
        .bind(serde_json::to_string(content)?)
        .bind(&stamp)
        .bind(&stamp)
        .bind(draft.id)
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query(
            "update declaration set case_id = ?, number = ?, state = 'pending', desk_id = ?,
               submitted_at = ?, waiting_since = ?, acted_at = ? where id = ?",
        )
        .bind(case)
        .bind(&number)
        .bind(route[0])
        .bind(&stamp)
        .bind(&stamp)
        .bind(&stamp)
        .bind(draft.id)
        .execute(tx)
        .await?;
        Ok(case)
    }

    /// An office hour one to three days on, but not in the future.
    fn later(&mut self, at: OffsetDateTime) -> OffsetDateTime {
        let days = 1 + self.county.random.below(3) as i64;
        let next = office_hour(&mut self.county.random, at + Duration::days(days));
        let latest = self.county.clock.now() - Duration::minutes(5);
        next.min(latest).max(at)
    }

    #[expect(clippy::too_many_arguments, reason = "one row's columns")]
    async fn desk_step(
        &self,
        tx: &mut SqliteConnection,
        case: CaseId,
        at: OffsetDateTime,
        act: &str,
        desk: OrganizationId,
        opinion: &str,
        decision: &str,
    ) -> Result<()> {
        let who: Option<(AccountId, String)> = sqlx::query_as(
            "select a.id, a.name from grant g join account a on a.id = g.account_id
              where g.organization_id = ? and g.state = 'active' order by g.id limit 1",
        )
        .bind(desk)
        .fetch_optional(&mut *tx)
        .await?;
        let (account, name) = match who {
            Some((account, name)) => (Some(account), name),
            None => (None, "管理员".to_owned()),
        };
        step(tx, case, at, act, account, &name, Some(desk), opinion, decision).await
    }
}

#[expect(clippy::too_many_arguments, reason = "one row's columns")]
async fn step(
    tx: &mut SqliteConnection,
    case: CaseId,
    at: OffsetDateTime,
    act: &str,
    account: Option<AccountId>,
    name: &str,
    desk: Option<OrganizationId>,
    opinion: &str,
    decision: &str,
) -> Result<()> {
    sqlx::query(
        "insert into review_step (case_id, round, at, act, account_id, name, desk_id, desk_name,
           opinion, decision)
         values (?1, 1, ?2, ?3, ?4, ?5, ?6,
           coalesce((select name from organization where id = ?6), ''), ?7, ?8)",
    )
    .bind(case)
    .bind(day::stamp(at))
    .bind(act)
    .bind(account)
    .bind(name)
    .bind(desk)
    .bind(opinion)
    .bind(decision)
    .execute(tx)
    .await?;
    Ok(())
}

async fn entry(
    tx: &mut SqliteConnection,
    content: &Content,
    recognition: &Recognition,
    desk: OrganizationId,
) -> Result<NewEntry> {
    let desk = organization::find(tx, desk).await?.ok_or(Error::NotFound)?;
    Ok(NewEntry {
        person: content.person,
        year: content.year,
        category: content.category,
        kind: content.kind.clone(),
        title: content.title.clone(),
        organizer: content.organizer.clone(),
        started_on: content.started_on.clone(),
        ended_on: content.ended_on.clone(),
        hours: recognition.hours,
        source: Source::Person,
        declaration: Some(content.declaration),
        recognised_by: desk.name,
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    })
}

/// The same day in the county's office hours, 9 to 17.
fn office_hour(random: &mut kit::serial::Random, at: OffsetDateTime) -> OffsetDateTime {
    let day = day::begins(day::county_day(at));
    day + Duration::minutes(9 * 60 + random.below(8 * 60) as i64)
}
