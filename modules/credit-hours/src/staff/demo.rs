//! The demo county's declarations of units: some in every state, at each desk.

use std::collections::HashSet;
use std::sync::Arc;

use kit::access::Grant;
use kit::dictionary::{Need, learning_kind};
use kit::form::Uploaded;
use kit::module::Demo;
use kit::review::{self, CaseState};
use kit::session::Session;
use kit::{
    AccountId, CaseId, Clock, Error, Form, GrantId, Hours, Modules, OrganizationId,
    OrganizationKind, Result, Scope, SessionId, User, day, file, organization,
};
use sqlx::SqliteConnection;
use time::{Date, Duration, Weekday};

use super::header::Fields;
use super::measure::Basis;
use super::own_people::{self, Added};
use super::subject::StaffDeclarations;
use super::{files, roster, send, store};

/// How a declaration stands in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Draft,
    /// At its first desk.
    Waiting,
    /// Passed by its department, if it has one.
    Passed,
    Rejected,
    Approved,
    /// The same; somebody on it belongs elsewhere by then.
    LeftOut,
}

/// Something that a unit's people learn together.
struct Topic {
    title: &'static str,
    organizer: &'static str,
    kind: &'static str,
    /// Row of `category`.
    category: i64,
    hours: i64,
}

const fn topic(
    title: &'static str,
    organizer: &'static str,
    kind: &'static str,
    category: i64,
    hours: i64,
) -> Topic {
    Topic { title, organizer, kind, category, hours }
}

const TOPICS: [Topic; 6] = [
    topic("职业道德和作风建设专题学习", "本单位人事科", "02", 1, 4),
    topic("安全生产和应急救护培训", "县应急管理局", "02", 1, 8),
    topic("岗位技能集中培训", "本单位业务科", "14", 2, 12),
    topic("法治宣传和依法履职讲座", "县司法局", "02", 1, 4),
    topic("新标准新规范学习班", "县继续教育服务中心", "13", 2, 8),
    topic("档案和信息安全培训", "县档案馆", "02", 2, 6),
];

/// (days ago that it ended, how it stands, which topic)
const OF_EACH: [(i64, End, usize); 6] = [
    (75, End::Approved, 0),
    (48, End::LeftOut, 1),
    (30, End::Rejected, 2),
    (16, End::Passed, 3),
    (9, End::Waiting, 4),
    (3, End::Draft, 5),
];

/// A unit, and who declares for it.
struct Unit {
    id: OrganizationId,
    kind: OrganizationKind,
    name: String,
    account: AccountId,
    clerk: String,
}

/// Makes them through the engine itself, each act on the day it belongs to.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    (county.report)("正在生成单位申报……");
    let data = crate::doctor::folder(&mut *tx)
        .await?
        .and_then(|files| files.parent().map(std::path::Path::to_path_buf))
        .ok_or_else(|| Error::Fault("demo: no data folder".to_owned()))?;
    let units = units(&mut *tx).await?;
    let mut all: Vec<(i64, usize, usize)> = Vec::new();
    for unit in 0..units.len() {
        // the first, where somebody can sign in, have one of each
        let kept = if unit < 4 { 0..OF_EACH.len() } else { unit % 5..unit % 5 + 2 };
        all.extend(kept.map(|one| (-OF_EACH[one].0, unit, one)));
    }
    // numbers are given in the order of submission
    all.sort_unstable();
    for (_, unit, one) in all {
        make(&mut *tx, county, &units[unit], OF_EACH[one], &data).await?;
    }
    Ok(())
}

/// Units with people and an administrator, those whose administrators sign in first.
async fn units(db: &mut SqliteConnection) -> Result<Vec<Unit>> {
    type Row = (OrganizationId, OrganizationKind, String, AccountId, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select o.id, o.kind, o.name, a.id, a.name from organization o
           join grant g on g.id = (select min(h.id) from grant h join account c on c.id = h.account_id
                 where h.organization_id = o.id and h.state = 'active' and c.state = 'active')
           join account a on a.id = g.account_id
          where o.kind in ('employer', 'department') and o.state = 'active'
            and (select count(*) from person p where p.organization_id = o.id
                   and p.state = 'serving') >= 3
          order by a.password_hash is null, o.id limit 14",
    )
    .fetch_all(db)
    .await?;
    let unit = |(id, kind, name, account, clerk): Row| Unit { id, kind, name, account, clerk };
    Ok(rows.into_iter().map(unit).collect())
}

async fn make(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    unit: &Unit,
    (ago, end, topic): (i64, End, usize),
    data: &std::path::Path,
) -> Result<()> {
    let today = county.clock.today();
    let ended = weekday_before(today.saturating_sub(Duration::days(ago)));
    if ended.year() != today.year() {
        return Ok(()); // early in January last year's window is closed
    }
    let clock = at_work(county, weekday(ended.saturating_add(Duration::days(2))));
    let user = clerk(unit.id, &unit.name, unit.kind, unit.account, &unit.clerk);
    let id = store::create(&mut *tx, unit.id, unit.account, &clock).await?;
    store::update(&mut *tx, id, &header(&TOPICS[topic], unit, ended), &clock).await?;
    people(&mut *tx, county, unit, id, end).await?;
    let staff = store::own(&mut *tx, unit.id, id).await?;
    if end == End::Draft {
        return sheet(tx, unit, id, &clock, data).await;
    }
    if staff.people == 0 {
        return store::discard(tx, &staff).await; // everybody has this already
    }
    sheet(&mut *tx, unit, id, &clock, data).await?;
    send::send(&mut *tx, &staff, &user, &clock).await?;
    let case: CaseId = sqlx::query_scalar("select case_id from staff_declaration where id = ?")
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    let next = at_work(county, weekday(ended.saturating_add(Duration::days(4))));
    goes_on(tx, case, end, &next, county.random.chance(30)).await
}

/// Its evidence.
async fn sheet(
    tx: &mut SqliteConnection,
    unit: &Unit,
    id: i64,
    clock: &Clock,
    data: &std::path::Path,
) -> Result<()> {
    let staff = store::own(&mut *tx, unit.id, id).await?;
    let slots = learning_kind(&staff.kind).map_or(&[][..], |kind| kind.evidence);
    for slot in slots.iter().filter(|slot| slot.need == Need::Required) {
        let sheet = Uploaded {
            field: "files".to_owned(),
            name: format!("{}（示例材料）.png", slot.label),
            bytes: crate::demo::example_sheet(2)?,
            complete: true,
        };
        let by = Some(unit.account);
        let kept = file::keep_as(file::EVIDENCE, data, &mut *tx, &sheet, by, clock).await?;
        files::attach(&mut *tx, id, kept.id, slot.code).await?;
    }
    Ok(())
}

/// What becomes of it at the desks.
async fn goes_on(
    tx: &mut SqliteConnection,
    case: CaseId,
    end: End,
    clock: &Clock,
    lowers: bool,
) -> Result<()> {
    let desks = review::case(&mut *tx, case).await?.desks()?.len();
    match end {
        End::Draft | End::Waiting => Ok(()),
        End::Passed if desks < 2 => Ok(()),
        End::Passed => decide(tx, case, Verdict::Yes(None), clock).await,
        End::Rejected => {
            let reason = "没有签到表或培训通知，请补充后再提交。";
            decide(tx, case, Verdict::No(reason), clock).await
        }
        End::Approved | End::LeftOut => {
            let lowered = (lowers && end == End::Approved).then_some("3.5");
            while review::case(&mut *tx, case).await?.state == CaseState::Pending {
                decide(&mut *tx, case, Verdict::Yes(lowered), clock).await?;
            }
            Ok(())
        }
    }
}

fn header(topic: &Topic, unit: &Unit, ended: Date) -> Fields {
    let day = Some(day::date_text(ended));
    let days = (topic.hours - 1) / 8;
    let started = ended.saturating_sub(Duration::days(days));
    let organizer = match topic.organizer.strip_prefix("本单位") {
        Some(office) => format!("{}{office}", unit.name),
        None => topic.organizer.to_owned(),
    };
    Fields {
        year: Some(ended.year()),
        category: Some(topic.category),
        kind: Some(topic.kind.to_owned()),
        title: Some(format!("{}（{} 月）", topic.title, u8::from(ended.month()))),
        organizer: Some(organizer),
        started_on: Some(day::date_text(started)),
        ended_on: day,
        place: Some(format!("{}会议室", unit.name)),
        level: None,
        item: None,
        rank: None,
        quantity: None,
        hours: Some(Hours::whole(topic.hours)),
        note: Some("集中学习并签到，考核合格。".to_owned()),
        opinion: Some("以上人员参加学习情况属实，同意申报。".to_owned()),
    }
}

/// Some of the unit's people who can be declared for; of `LeftOut` one of another unit, too.
async fn people(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    unit: &Unit,
    id: i64,
    end: End,
) -> Result<()> {
    let staff = store::own(&mut *tx, unit.id, id).await?;
    let mut own = own_people::all(&mut *tx, unit.id).await?;
    own.retain(|one| one.state == "serving");
    let wanted = 3 + county.random.below(18) as usize;
    while own.len() > wanted {
        let at = county.random.below(own.len() as u64) as usize;
        own.swap_remove(at);
    }
    own.sort_by_key(|one| one.id);
    let mut added: Vec<Added> = own.iter().map(Added::picked).collect();
    if let Some(one) = added.first_mut() {
        one.hours = Some(Hours::from_tenths(staff.hours.tenths() / 10 * 5));
        "下午因公请假".clone_into(&mut one.note);
    }
    own_people::add(&mut *tx, &staff, &unit.name, &added, false).await?;
    let lines = roster::lines(&mut *tx, &Basis::of(&staff)).await?;
    let bad: Vec<i64> = lines.iter().filter(|line| !line.good).map(|line| line.id).collect();
    sqlx::query("delete from roster_row where id in (select value from json_each(?))")
        .bind(serde_json::to_string(&bad)?)
        .execute(&mut *tx)
        .await?;
    if end == End::LeftOut && bad.len() < added.len() {
        let elsewhere = elsewhere(&mut *tx, unit.id).await?;
        let other = own_people::all(&mut *tx, elsewhere).await?;
        let other: Vec<Added> = other.iter().take(1).map(Added::picked).collect();
        own_people::add(&mut *tx, &staff, &unit.name, &other, false).await?;
    }
    store::follow(tx, id).await
}

/// Another unit with people.
async fn elsewhere(db: &mut SqliteConnection, unit: OrganizationId) -> Result<OrganizationId> {
    Ok(sqlx::query_scalar(
        "select organization_id from person where organization_id <> ? and state = 'serving'
          order by id limit 1",
    )
    .bind(unit)
    .fetch_optional(db)
    .await?
    .unwrap_or(unit))
}

/// The first working day from this one on.
fn weekday(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => date.saturating_add(Duration::days(2)),
        Weekday::Sunday => date.saturating_add(Duration::days(1)),
        _ => date,
    }
}

/// The last working day up to this one.
fn weekday_before(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => date.saturating_sub(Duration::days(1)),
        Weekday::Sunday => date.saturating_sub(Duration::days(2)),
        _ => date,
    }
}

/// Somebody at work that day, between nine and five; never later than now.
fn at_work(county: &mut Demo, date: Date) -> Clock {
    let minutes = 9 * 60 + county.random.below(470) as i64;
    let at = day::begins(date).saturating_add(Duration::minutes(minutes));
    Clock::fixed(at.min(county.clock.now()))
}

/// What a desk says: yes, with these hours if it lowers them; or no, with why.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    Yes(Option<&'static str>),
    No(&'static str),
}

/// Whoever may decide at the case's present desk does.
async fn decide(
    tx: &mut SqliteConnection,
    case: CaseId,
    verdict: Verdict,
    clock: &Clock,
) -> Result<()> {
    let found = review::case(&mut *tx, case).await?;
    let desk = found.desk_id.ok_or(Error::NotFound)?;
    let desk = organization::find(&mut *tx, desk).await?.ok_or(Error::NotFound)?;
    let who: Option<(AccountId, String)> = sqlx::query_as(
        "select a.id, a.name from grant g join account a on a.id = g.account_id
           join grant_role h on h.grant_id = g.id join role r on r.id = h.role_id
          where g.organization_id = ? and g.state = 'active' and a.state = 'active'
            and r.key = 'super' and a.id is not ? order by g.id limit 1",
    )
    .bind(desk.id)
    .bind(found.account_id)
    .fetch_optional(&mut *tx)
    .await?;
    let (account, name) =
        who.ok_or_else(|| Error::Fault(format!("demo: nobody decides at {}", desk.name)))?;
    let user = clerk(desk.id, &desk.name, desk.kind, account, &name);
    let grant = user.grant.clone().ok_or(Error::NotFound)?;
    // nobody else hears of what happened long ago
    let nobody = Modules::new(vec![]);
    let subject = &StaffDeclarations;
    let hours = match verdict {
        Verdict::No(reason) => {
            return review::reject(tx, subject, case, &user, &grant, reason, &nobody, clock).await;
        }
        Verdict::Yes(hours) => hours,
    };
    let mut form = Form::new();
    if let Some(hours) = hours.filter(|_| found.decision == "null") {
        form.set("hours", hours);
        form.set("lowered", "实际学习半天");
    }
    let done =
        review::approve(tx, subject, case, &user, &grant, &mut form, "", &nobody, clock).await?;
    done.map(|_| ()).ok_or_else(|| Error::Fault(format!("demo: case {case} refused")))
}

/// An administrator at work for his organization.
fn clerk(
    organization: OrganizationId,
    organization_name: &str,
    kind: OrganizationKind,
    account: AccountId,
    name: &str,
) -> User {
    let scope = match kind {
        OrganizationKind::Bureau => Scope::County,
        OrganizationKind::Department => Scope::Department(organization),
        OrganizationKind::Employer | OrganizationKind::Base => Scope::Organization(organization),
    };
    let grant = Grant {
        id: GrantId(0),
        organization,
        kind,
        organization_name: organization_name.to_owned(),
        role_name: String::new(),
        full: true,
        permissions: HashSet::new(),
        scope,
    };
    User(Arc::new(Session {
        id: SessionId(0),
        account,
        name: name.to_owned(),
        person: None,
        grant: Some(grant),
        sides: vec![],
        restricted: false,
        csrf: String::new(),
        address: "本机".to_owned(),
        request: String::new(),
        idle_seconds: 0,
        key: vec![],
    }))
}
