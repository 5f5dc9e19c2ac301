//! The demo county's plans: of this and last year, of every base, in every stage.

mod topics;

use std::collections::HashSet;
use std::sync::Arc;

use kit::access::Grant;
use kit::module::Demo;
use kit::review::{self, CaseState, Submission};
use kit::session::Session;
use kit::{
    AccountId, CaseId, Clock, Error, Form, GrantId, Hours, Modules, OrganizationId,
    OrganizationKind, Result, Scope, SessionId, User, day, organization,
};
use sqlx::SqliteConnection;
use time::{Date, Duration, Weekday};

use self::topics::Topic;
use super::approve;
use super::content::{Content, Course};
use super::store::{self, Summary};
use super::subject::TrainingPlans;
use super::typed::Typed;

/// How a plan stands in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Draft,
    /// At its first desk.
    Waiting,
    /// Passed by its department, if it has one.
    Passed,
    Rejected,
    Withdrawn,
    /// Sign-up is open.
    Approved,
    /// The same, and a change of it waits.
    Changing,
    Running,
    Ended,
    Cancelled,
}

/// A plan of a base: (first day, counted from today; how it ends). Which programme: in turn.
const USUAL: &[(i64, End)] = &[
    (-430, End::Ended),
    (-385, End::Ended),
    (-190, End::Ended),
    (-120, End::Ended),
    (-62, End::Ended),
    (-33, End::Cancelled),
    (-1, End::Running),
    (12, End::Approved),
    (16, End::Changing),
    (24, End::Approved),
    (26, End::Rejected),
    (28, End::Waiting),
    (30, End::Passed),
    (31, End::Withdrawn),
    (33, End::Draft),
];
/// Of one whose recognition is over or that was disabled.
const FORMER: &[(i64, End)] =
    &[(-430, End::Ended), (-385, End::Ended), (-190, End::Ended), (-130, End::Ended)];

/// A base of the county.
struct Place {
    id: OrganizationId,
    name: String,
    account: AccountId,
    clerk: String,
    head: String,
    phone: String,
    specs: &'static [(i64, End)],
}

/// Fills plans through the engine itself, each act on the day it belongs to.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    (county.report)("正在生成培训计划……");
    let today = county.clock.today();
    // disabled since: what it planned before was in order
    let disabled: Vec<OrganizationId> = sqlx::query_scalar(
        "update organization set state = 'active' where kind = 'base' and state = 'disabled'
         returning id",
    )
    .fetch_all(&mut *tx)
    .await?;
    let places = places(&mut *tx, &disabled, &day::date_text(today)).await?;
    let mut all: Vec<(i64, usize, usize)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        all.extend((0..place.specs.len()).map(|n| (submitted(place.specs[n]), at, n)));
    }
    // numbers are given in the order of submission
    all.sort_unstable();
    for (days, at, n) in all {
        let place = &places[at];
        let (begins, end) = place.specs[n];
        let offered = topics::of(&place.name);
        let session = 1 + (n / offered.len()) as i64 % 2;
        let plan = Planned { topic: &offered[n % offered.len()], session, begins, end, days };
        plan.fill(&mut *tx, county, place, today).await?;
    }
    for base in disabled {
        sqlx::query("update organization set state = 'disabled' where id = ?")
            .bind(base)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// The day a plan was submitted on, counted from today.
fn submitted((begins, end): (i64, End)) -> i64 {
    match end {
        End::Draft => -1,
        End::Waiting => -3,
        End::Passed => -6,
        End::Withdrawn => -5,
        End::Rejected => -9,
        _ => (begins - 32).min(-12),
    }
}

async fn places(
    db: &mut SqliteConnection,
    disabled: &[OrganizationId],
    today: &str,
) -> Result<Vec<Place>> {
    type Row = (OrganizationId, String, String, String, String, AccountId, String);
    let rows: Vec<Row> = sqlx::query_as(
        "select o.id, o.name, b.head, b.valid_until, f.phone, a.id, a.name
           from organization o
           join base_profile b on b.organization_id = o.id
           join organization_profile f on f.organization_id = o.id
           join grant g on g.id = (select min(h.id) from grant h join account c on c.id = h.account_id
                 where h.organization_id = o.id and h.state = 'active' and c.state = 'active')
           join account a on a.id = g.account_id
          where o.kind = 'base' order by o.id",
    )
    .fetch_all(db)
    .await?;
    let place = |(id, name, head, until, phone, account, clerk): Row| {
        let over = !until.is_empty() && until.as_str() < today;
        let specs = if over || disabled.contains(&id) { FORMER } else { USUAL };
        Place { id, name, account, clerk, head, phone, specs }
    };
    Ok(rows.into_iter().map(place).collect())
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

struct Planned<'t> {
    topic: &'t Topic,
    session: i64,
    begins: i64,
    end: End,
    days: i64,
}

impl Planned<'_> {
    async fn fill(
        &self,
        tx: &mut SqliteConnection,
        county: &mut Demo,
        place: &Place,
        today: Date,
    ) -> Result<()> {
        let day_of = |days: i64| today.saturating_add(Duration::days(days));
        let clock = at_work(county, weekday_before(day_of(self.days)));
        let user =
            clerk(place.id, &place.name, OrganizationKind::Base, place.account, &place.clerk);
        let (plan, version) = store::create(&mut *tx, place.id, &user, &clock).await?;
        let begins = match self.end {
            End::Running => day_of(self.begins),
            _ => weekday(day_of(self.begins)),
        };
        let content = self.content(county, place, (plan, version), begins);
        let mut typed = Typed::of_content(&content);
        if self.end == End::Draft {
            // as far as somebody got before lunch
            typed.courses.truncate(2);
            typed.values.remove("place");
            let summary =
                Summary { hours: 80, place: String::new(), ..Summary::of_content(&content) };
            let draft = store::latest(&mut *tx, plan).await?;
            return store::save(tx, &draft, &typed, &summary, &clock).await;
        }
        let case = submit(&mut *tx, place, plan, content, &user, &clock).await?;
        let next = at_work(county, weekday(day_of(self.days + 2)));
        match self.end {
            End::Draft | End::Waiting => return Ok(()),
            End::Withdrawn => {
                return review::withdraw(tx, &TrainingPlans, case, &user, &next).await;
            }
            End::Rejected => {
                return decide(tx, case, Verdict::No(self.reason(county)), &next).await;
            }
            End::Passed => {
                let stages = review::case(&mut *tx, case).await?.desks()?.len();
                return if stages > 1 {
                    decide(tx, case, Verdict::Yes(None), &next).await
                } else {
                    Ok(())
                };
            }
            _ => {}
        }
        let lowered = county.random.chance(25).then_some("20");
        while review::case(&mut *tx, case).await?.state == CaseState::Pending {
            decide(&mut *tx, case, Verdict::Yes(lowered), &next).await?;
        }
        self.goes_on(tx, county, place, plan, &user, today).await
    }

    fn reason(&self, county: &mut Demo) -> &'static str {
        const REASONS: [&str; 2] =
            ["请补充培训方案和通知。", "课程安排不完整，请补充课程和主讲教师。"];
        REASONS[usize::from(county.random.chance(50))]
    }

    /// What becomes of an approved one.
    async fn goes_on(
        &self,
        tx: &mut SqliteConnection,
        county: &mut Demo,
        place: &Place,
        plan: i64,
        user: &User,
        today: Date,
    ) -> Result<()> {
        let stored = store::find(&mut *tx, plan).await?;
        let date = |text: &str| day::stored_date(text).unwrap_or(today);
        match self.end {
            End::Cancelled => {
                let before = date(&stored.begins_on).saturating_sub(Duration::days(4));
                let clock = at_work(county, before);
                let reason = "主讲教师临时有任务，本期不办，报名人员可参加下一期。";
                approve::cancel(tx, &stored, &place.name, reason, &clock).await
            }
            End::Running | End::Ended => {
                let opened = at_work(county, date(&stored.begins_on)).stamp();
                let ended = at_work(county, date(&stored.ends_on)).stamp();
                let (stage, ended) = match self.end {
                    End::Running => ("running", String::new()),
                    _ => ("ended", ended),
                };
                sqlx::query(
                    "update plan set stage = ?, opened_at = ?, ended_at = ?, updated_at = ?
                      where id = ?",
                )
                .bind(stage)
                .bind(&opened)
                .bind(&ended)
                .bind(if ended.is_empty() { &opened } else { &ended })
                .bind(plan)
                .execute(tx)
                .await?;
                Ok(())
            }
            End::Changing => {
                let clock =
                    at_work(county, weekday_before(today.saturating_sub(Duration::days(2))));
                let former = super::content_in_force(&mut *tx, plan).await?;
                let former = former.ok_or(Error::NotFound)?;
                let version = store::add_version(&mut *tx, plan, user.account, &clock).await?;
                let mut content = changed(former);
                content.version_id = version;
                content.version = 2;
                submit(tx, place, plan, content, user, &clock).await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn content(
        &self,
        county: &mut Demo,
        place: &Place,
        (plan, version): (i64, i64),
        begins: Date,
    ) -> Content {
        let topic = self.topic;
        let courses = courses(county, topic, &place.name, begins);
        let ends_on = courses.last().map(|course| course.day.clone()).unwrap_or_default();
        let until = begins.saturating_sub(Duration::days(3));
        let online = topic.form != "onsite";
        Content {
            version_id: version,
            plan,
            version: 1,
            base: place.id,
            base_name: place.name.clone(),
            year: ends_on.get(..4).and_then(|year| year.parse().ok()).unwrap_or(begins.year()),
            title: format!("{} 年{}", begins.year(), topic.title),
            category: topic.category,
            category_name: if topic.category == 1 { "公需科目" } else { "专业科目" }.to_owned(),
            fields: topic.fields.iter().map(|code| (*code).to_owned()).collect(),
            goal: topic.goal.to_owned(),
            audience: topic.audience.to_owned(),
            capacity: topic.capacity,
            form: topic.form.to_owned(),
            session: self.session,
            begins_on: day::date_text(begins),
            ends_on,
            signup_until: day::date_text(until),
            place: format!(
                "{}{}",
                place.name,
                county.random.pick(&["三楼报告厅", "二楼多功能教室", "一楼会议室"])
            ),
            url: if online { "https://xuexi.yunchuan.example".to_owned() } else { String::new() },
            hours: courses.iter().map(|course| course.hours).sum(),
            assessment: (*county.random.pick(&["exam", "exam", "paper", "attendance"])).to_owned(),
            courses,
            materials: "自编讲义".to_owned(),
            fee: topic.fee * 100,
            fee_basis: if topic.fee > 0 {
                "云发改收费〔2024〕6 号".to_owned()
            } else {
                String::new()
            },
            manager: place.head.clone(),
            phone: place.phone.clone(),
            files: vec![],
            replaces: None,
        }
    }
}

/// Two half days of four hours each on working days; the assessment takes two.
fn courses(county: &mut Demo, topic: &Topic, base: &str, begins: Date) -> Vec<Course> {
    let mut date = begins;
    let mut courses = Vec::new();
    for (n, title) in topic.courses.iter().enumerate() {
        if n > 0 && n % 2 == 0 {
            date = date.next_day().map_or(date, weekday);
        }
        let (teacher, unit) = *county.random.pick(topics::teachers(base));
        let last = n + 1 == topic.courses.len();
        courses.push(Course {
            day: day::date_text(date),
            title: (*title).to_owned(),
            teacher: teacher.to_owned(),
            teacher_title: unit.to_owned(),
            hours: Hours::whole(if last { 2 } else { 4 }),
        });
    }
    courses
}

/// Another room, a course more, one teacher less.
fn changed(mut content: Content) -> Content {
    content.replaces = Some(content.version_id);
    content.place = "云川县委党校二号楼 201 教室".to_owned();
    content.capacity += 20;
    if let Some(course) = content.courses.first_mut() {
        "宋海燕".clone_into(&mut course.teacher);
        "省继续教育学院 教授".clone_into(&mut course.teacher_title);
    }
    if let Some(last) = content.courses.last().cloned() {
        content.courses.push(Course { title: "学员交流".to_owned(), ..last });
    }
    content.hours = content.sum();
    content
}

async fn submit(
    tx: &mut SqliteConnection,
    place: &Place,
    plan: i64,
    content: Content,
    user: &User,
    clock: &Clock,
) -> Result<CaseId> {
    let stored = store::find(&mut *tx, plan).await?;
    let version = store::latest(&mut *tx, plan).await?;
    let typed = Typed::of_content(&content);
    store::save(&mut *tx, &version, &typed, &Summary::of_content(&content), clock).await?;
    let number = store::submitted(&mut *tx, &stored, &content).await?;
    let change = if content.version > 1 { "变更 " } else { "" };
    let submission = Submission {
        title: format!("{} {change}{}", place.name, content.title),
        number,
        person: None,
        organization: stored.organization_id,
        department: stored.department_id,
        content,
    };
    Ok(review::submit(tx, &TrainingPlans, submission, user, clock).await?.id)
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
    match verdict {
        Verdict::No(reason) => {
            review::reject(tx, &TrainingPlans, case, &user, &grant, reason, &nobody, clock).await
        }
        Verdict::Yes(hours) => {
            let mut form = Form::new();
            if let Some(hours) = hours {
                form.set("hours", hours);
            }
            let done = review::approve(
                tx,
                &TrainingPlans,
                case,
                &user,
                &grant,
                &mut form,
                "",
                &nobody,
                clock,
            )
            .await?;
            done.map(|_| ()).ok_or_else(|| Error::Fault(format!("demo: case {case} refused")))
        }
    }
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
