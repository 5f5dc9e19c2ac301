//! The demo county's annual reports: most approved, one at each kind of desk, one rejected, one
//! that is overdue.

use std::collections::HashSet;
use std::sync::Arc;

use kit::access::Grant;
use kit::module::Demo;
use kit::review::{self, Submission};
use kit::session::Session;
use kit::{
    AccountId, CaseId, Clock, Error, FileId, Form, GrantId, Modules, OrganizationId,
    OrganizationKind, Result, Scope, SessionId, User, day, organization,
};
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime};

use super::content::{Attached, Content, FileKind, TEXTS};
use super::figures::{self, Figure};
use super::subject::AnnualReports;
use super::{due, standing, store};

/// What becomes of a base's last report.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Approved,
    /// Waits at its first desk.
    First,
    /// Waits at the bureau.
    Bureau,
    Rejected,
    Missing,
}

/// By the end of a base's name; the others' are approved.
const ENDS: &[(&str, End)] = &[
    ("教师发展中心", End::Rejected),
    ("卫生健康培训中心", End::First),
    ("农业广播电视学校", End::Missing),
    ("会计人员继续教育中心", End::Bureau),
];

/// Every base's report of the year that fell due last, and of a later one that is over.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let bases: Vec<(OrganizationId, String)> =
        sqlx::query_as("select id, name from organization where kind = 'base' order by id")
            .fetch_all(&mut *tx)
            .await?;
    let clock = county.clock.clone();
    let due = due::last_due(&mut *tx, &clock).await?;
    for year in due..clock.year() {
        for (base, name) in &bases {
            let end = ENDS.iter().find(|(ending, _)| name.ends_with(ending));
            let end = end.map_or(End::Approved, |(_, end)| *end);
            if end != End::Missing {
                one(&mut *tx, county, (*base, name), year, end).await?;
            }
        }
    }
    standing::refresh_all(tx, &clock).await
}

/// A user of an organization's side, who is its first administrator.
pub async fn administrator(
    db: &mut SqliteConnection,
    id: OrganizationId,
) -> Result<Option<(User, Grant)>> {
    let found: Option<(AccountId, String, GrantId)> = sqlx::query_as(
        "select a.id, a.name, g.id from grant g join account a on a.id = g.account_id
          where g.organization_id = ? and g.state = 'active' order by g.id limit 1",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let Some((account, name, grant)) = found else { return Ok(None) };
    let organization = organization::find(db, id).await?.ok_or(Error::NotFound)?;
    let grant = Grant {
        id: grant,
        organization: id,
        kind: organization.kind,
        organization_name: organization.name,
        role_name: String::new(),
        full: true,
        permissions: HashSet::new(),
        scope: match organization.kind {
            OrganizationKind::Bureau => Scope::County,
            OrganizationKind::Department => Scope::Department(id),
            _ => Scope::Organization(id),
        },
    };
    let session = Session {
        id: SessionId(0),
        account,
        name,
        person: None,
        grant: Some(grant.clone()),
        sides: vec![],
        restricted: false,
        csrf: String::new(),
        address: "本机".to_owned(),
        request: String::new(),
        idle_seconds: 0,
        key: vec![],
    };
    Ok(Some((User(Arc::new(session)), grant)))
}

async fn one(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    (base, name): (OrganizationId, &str),
    year: i32,
    end: End,
) -> Result<()> {
    let Some((user, _)) = administrator(&mut *tx, base).await? else { return Ok(()) };
    let now = county.clock.now();
    let mut at = handed_in(county, year, end);
    let clock = Clock::fixed(at);
    let report = store::open(&mut *tx, base, year, user.account, &clock).await?;
    let figures = figures::computed(&mut *tx, base, year).await?;
    let figures = reported(county, figures);
    let texts = texts(name, year, &figures);
    attach(&mut *tx, report.id, user.account, &clock).await?;
    let files: Vec<Attached> = store::attached(&mut *tx, report.id).await?;
    let content = Content {
        report: report.id,
        base,
        base_name: name.to_owned(),
        year,
        figures,
        texts,
        files,
    };
    keep_draft(&mut *tx, &content, &clock).await?;
    let department = store::belongs(&mut *tx, base, &content.files).await?;
    let number = store::number(&mut *tx, year).await?;
    let title = format!("{name} {year} 年度报告");
    store::note(&mut *tx, &content, user.account).await?;
    let submission =
        Submission { content, number, title, person: None, organization: base, department };
    let mut case = review::submit(&mut *tx, &AnnualReports, submission, &user, &clock).await?;
    while let Some(desk) = case.desk_id {
        let Some((clerk, grant)) = administrator(&mut *tx, desk).await? else { break };
        if end == End::First || (end == End::Bureau && grant.kind == OrganizationKind::Bureau) {
            break;
        }
        at = office_hour(county, at + Duration::days(1)).min(now);
        let done = (&clerk, &grant, Clock::fixed(at));
        let reject = end == End::Rejected && grant.kind == OrganizationKind::Bureau;
        decide(&mut *tx, case.id, reject, done).await?;
        case = review::case(&mut *tx, case.id).await?;
    }
    Ok(())
}

/// In March before the deadline, or some days ago where it still waits or was just sent back.
fn handed_in(county: &mut Demo, year: i32, end: End) -> OffsetDateTime {
    let now = county.clock.now();
    let march = day::stored_date(&format!("{:04}-03-02", year + 1)).map_or(now, day::begins);
    let early = march + Duration::days(county.random.below(20) as i64);
    let at = match end {
        End::Approved if early < now - Duration::days(10) => early,
        End::Approved => now - Duration::days(9),
        _ => now - Duration::days(2 + county.random.below(3) as i64),
    };
    office_hour(county, at)
}

/// Some time between nine and five of the county's day.
pub fn office_hour(county: &mut Demo, at: OffsetDateTime) -> OffsetDateTime {
    day::begins(day::county_day(at)) + Duration::minutes(540 + county.random.below(480) as i64)
}

async fn decide(
    tx: &mut SqliteConnection,
    case: CaseId,
    reject: bool,
    (clerk, grant, clock): (&User, &Grant, Clock),
) -> Result<()> {
    let (subject, nobody) = (&AnnualReports, Modules::new(vec![]));
    if reject {
        let mut form = Form::of([(
            "reason",
            "盖章版报告第二页不清晰；满意度请附问卷统计后重新提交。".to_owned(),
        )]);
        let reason = form.required("reason", "驳回原因", review::REASON);
        return review::reject(tx, subject, case, clerk, grant, &reason, &nobody, &clock).await;
    }
    let form = &mut Form::new();
    review::approve(tx, subject, case, clerk, grant, form, "", &nobody, &clock).await?;
    Ok(())
}

/// What the system has; where it has no class of the year, which was before its time, what the
/// base counts from its own papers.
fn reported(county: &mut Demo, mut figures: Vec<Figure>) -> Vec<Figure> {
    let counted = figures.iter().any(|f| f.key == "planned" && f.computed > Some(0));
    let random = &mut county.random;
    let classes = 4 + random.below(8) as i64;
    let (general, professional) =
        (classes * (20 + random.below(30) as i64), classes * (30 + random.below(40) as i64));
    let trips = general + professional;
    let levels = [trips / 40, trips / 7, trips * 2 / 5, trips / 4, trips / 20];
    for figure in &mut figures {
        let own = match figure.key.as_str() {
            "planned" => Some(classes + 1),
            "held" | "sessions" => Some(classes),
            "trips" => Some(trips),
            "category-general" => Some(general),
            "category-professional" => Some(professional),
            "level-senior" => Some(levels[0]),
            "level-deputy-senior" => Some(levels[1]),
            "level-middle" => Some(levels[2]),
            "level-assistant" => Some(levels[3]),
            "level-junior" => Some(levels[4]),
            "level-none" => Some(trips - levels.iter().sum::<i64>()),
            "hours" => Some(trips * 240),
            "pass" => Some(950 + random.below(50) as i64),
            _ => None,
        };
        figure.reported = match figure.key.as_str() {
            "satisfaction" => Some(930 + random.below(60) as i64),
            "income" => Some(classes * (8_000 + 100 * random.below(60) as i64)),
            "expense" => Some(classes * (7_000 + 100 * random.below(50) as i64)),
            _ if counted => figure.computed,
            _ => own.or(figure.computed),
        };
        if counted && figure.key == "part_time" && classes % 2 == 0 {
            figure.reported = figure.computed.map(|teachers| teachers + 2);
        }
        if figure.differs() {
            figure.explanation = match figure.key.as_str() {
                "part_time" => "年底新聘兼职教师 2 人，单位资料还没有更新",
                _ => "本系统启用以前举办，按纸质名册统计",
            }
            .to_owned();
        }
    }
    figures
}

fn texts(name: &str, year: i32, figures: &[Figure]) -> Vec<String> {
    let value = |key: &str| figures::reported(figures, key).unwrap_or_default();
    let short = name.trim_start_matches("云川县");
    let text = |field: &str| match field {
        "summary" => format!(
            "{year} 年，{short}按照年度计划举办培训班 {} 期，培训专业技术人员 {} 人次，完成了年初确定的任务。\n公需科目以政策法规和职业道德为主，专业科目结合岗位需要安排，采用线下面授与线上学习相结合的方式；每期都有考勤、考核和问卷，结业名册及时报送。",
            value("sessions"),
            value("trips")
        ),
        "courses" => "新开专业课程 6 门，修订讲义 4 种，选用全国统编教材 3 种。".to_owned(),
        "facilities" => "更新多媒体教室 2 间，增加座位 60 个。".to_owned(),
        "problems" => "高级职称人员的专业课程偏少，建议加强与高校合作，统一提供师资。".to_owned(),
        _ => format!(
            "{} 年计划举办培训班 {} 期，增加线上课程，扩大基层人员参训面，完善教学质量评价。",
            year + 1,
            value("planned") + 1
        ),
    };
    TEXTS.iter().map(|(field, ..)| text(field)).collect()
}

/// What its form shows when it is opened again.
async fn keep_draft(tx: &mut SqliteConnection, content: &Content, clock: &Clock) -> Result<()> {
    let mut draft = store::Draft::default();
    for (at, (field, ..)) in TEXTS.iter().enumerate() {
        let text = content.texts.get(at).cloned().unwrap_or_default();
        draft.values.insert((*field).to_owned(), text);
    }
    for figure in &content.figures {
        let reported = figure.reported.map(|value| figure.kind.text(value)).unwrap_or_default();
        draft.values.insert(format!("v-{}", figure.key), reported);
        draft.values.insert(format!("x-{}", figure.key), figure.explanation.clone());
    }
    store::save(tx, content.report, &draft, clock).await
}

/// The demo's own sheets, which say that they are samples.
async fn attach(
    tx: &mut SqliteConnection,
    report: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let sheets: Vec<(String, i64)> = sqlx::query_as(
        "select sha256, max(size) from file where mime = 'image/png' and name like '%示例材料%'
          group by sha256 order by sha256 limit 2",
    )
    .fetch_all(&mut *tx)
    .await?;
    let kinds = [
        (FileKind::Sealed, "盖章版年度报告（示例材料）.png"),
        (FileKind::Finance, "培训经费收支表（示例材料）.png"),
    ];
    for ((sha256, size), (kind, name)) in sheets.into_iter().zip(kinds) {
        let file: FileId = sqlx::query_scalar(
            "insert into file (sha256, name, mime, size, account_id, created_at)
             values (?, ?, 'image/png', ?, ?, ?) returning id",
        )
        .bind(sha256)
        .bind(name)
        .bind(size)
        .bind(account)
        .bind(clock.stamp())
        .fetch_one(&mut *tx)
        .await?;
        store::attach(&mut *tx, report, file, kind).await?;
    }
    Ok(())
}
