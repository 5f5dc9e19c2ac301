//! Exemptions of the demo county: one at each state and desk, one ended.

use std::collections::HashSet;
use std::sync::Arc;

use kit::access::Grant;
use kit::form::Uploaded;
use kit::module::Demo;
use kit::review::{self, Submission};
use kit::session::Session;
use kit::{
    AccountId, Clock, Form, GrantId, Hours, OrganizationId, OrganizationKind, PersonId, Result,
    Scope, SessionId, User, day, file, organization,
};
use sqlx::SqliteConnection;
use time::Duration;

use super::form::Fields;
use super::store::{self, Side};
use super::subject::{Content, Exemptions};
use super::{edit, force};

/// How one ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Draft,
    /// After so many desks said yes.
    Pending(usize),
    Approved,
    Rejected(&'static str),
    Withdrawn,
    /// Approved, then revoked by the bureau.
    Ended(&'static str),
}

/// (unit, whether it applies, kind, months, half hours, reason, days ago, how it ends); no months
/// and no hours: all of the year.
type Wanted = (&'static str, bool, &'static str, i64, i64, &'static str, i64, End);

const EXEMPTIONS: &[Wanted] = &[
    ("人民医院", false, "maternity", 6, 0, "2026 年 2 月至 7 月休产假", 40, End::Approved),
    (
        "第一高级中学",
        true,
        "retiring",
        0,
        0,
        "2026 年 12 月到龄退休，已报退休审批表",
        36,
        End::Approved,
    ),
    ("人民医院", true, "posted", 0, 0, "2026 年全年援疆医疗队，见选派文件", 33, End::Approved),
    (
        "第一高级中学",
        false,
        "sick",
        3,
        0,
        "2026 年 4 月至 6 月住院治疗",
        30,
        End::Rejected("准假单看不清楚，请重新上传。"),
    ),
    ("教育局", false, "new", 0, 90, "2026 年 7 月新录用，上半年不在岗", 25, End::Approved),
    (
        "第一高级中学",
        false,
        "sick",
        12,
        0,
        "2026 年全年病休",
        22,
        End::Ended("经核实全年正常上课，准假单不实。"),
    ),
    ("人民医院", false, "maternity", 5, 0, "2026 年 6 月至 10 月休产假", 9, End::Pending(0)),
    ("第一高级中学", false, "sick", 2, 0, "2026 年 9 月至 10 月骨折休养", 6, End::Pending(1)),
    ("教育局", false, "study", 0, 60, "2026 年秋季学期脱产进修", 5, End::Pending(1)),
    ("人民医院", true, "maternity", 4, 0, "2026 年 7 月至 10 月休产假", 3, End::Pending(0)),
    ("人民医院", false, "other", 0, 20, "2026 年 5 月抗洪抢险值守", 12, End::Withdrawn),
    ("第一高级中学", true, "new", 6, 0, "2026 年 7 月新入职", 1, End::Draft),
];

/// Makes them.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    (county.report)("正在生成减免……");
    let mut taken = HashSet::new();
    for one in EXEMPTIONS {
        make(&mut *tx, county, &mut taken, *one).await?;
    }
    Ok(())
}

/// A working hour so many days ago.
fn then(county: &mut Demo, ago: i64) -> Clock {
    let day = day::begins(county.clock.today()) - Duration::days(ago);
    Clock::fixed(day + Duration::minutes(9 * 60 + county.random.below(8 * 60) as i64))
}

/// Somebody of the unit who has not signed in yet and has no exemption.
async fn somebody(
    tx: &mut SqliteConnection,
    unit: &str,
    taken: &mut HashSet<PersonId>,
) -> Result<Option<(PersonId, AccountId, String, OrganizationId)>> {
    let found: Vec<(PersonId, AccountId, String, OrganizationId)> = sqlx::query_as(
        "select p.id, a.id, p.name, o.id from organization o
           join person p on p.organization_id = o.id and p.state = 'serving'
           join account a on a.person_id = p.id and a.state = 'initial'
          where o.name = ? and not exists (select 1 from grant g where g.account_id = a.id)
          order by p.id desc limit 20",
    )
    .bind(format!("云川县{unit}"))
    .fetch_all(tx)
    .await?;
    let free = found.into_iter().find(|one| !taken.contains(&one.0));
    taken.extend(free.iter().map(|one| one.0));
    Ok(free)
}

async fn make(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    taken: &mut HashSet<PersonId>,
    (unit, by_unit, kind, months, half_hours, reason, ago, end): Wanted,
) -> Result<()> {
    let Some((person, account, name, organization)) = somebody(&mut *tx, unit, taken).await? else {
        return Ok(());
    };
    let (user, side) = if by_unit {
        let Some((user, _)) = clerk(&mut *tx, organization).await? else { return Ok(()) };
        (user, Side::Unit(organization))
    } else {
        (signed_in(account, name, Some(person), None), Side::Person(person))
    };
    let clock = then(county, ago);
    let id = store::create(&mut *tx, person, side, &user, &clock).await?;
    let fields = Fields {
        year: Some(county.clock.year()),
        kind: Some(kind.to_owned()),
        way: Some(match (months, half_hours) {
            (0, 0) => "full",
            (0, _) => "hours",
            _ => "months",
        }),
        months: Some(months),
        hours: Some(Hours::from_tenths(half_hours * 5)),
        reason: Some(reason.to_owned()),
    };
    store::update(&mut *tx, id, &fields, &clock).await?;
    evidence(&mut *tx, id, user.account, &clock).await?;
    if end == End::Draft {
        return Ok(());
    }
    let one = store::find(&mut *tx, id).await?;
    let content = Content::of(&mut *tx, &one).await?;
    let submission = Submission {
        title: format!("{} {} 年度{}", content.name, one.year, content.kind_name),
        number: edit::number(&mut *tx, &clock).await?,
        person: Some(person),
        organization: one.organization_id,
        department: one.department_id,
        content,
    };
    let case = review::submit(&mut *tx, &Exemptions, submission, &user, &clock).await?;
    store::link(&mut *tx, &one).await?;
    let desks = match end {
        End::Pending(desks) => desks,
        End::Approved | End::Ended(_) => usize::MAX,
        _ => 0,
    };
    if end == End::Withdrawn {
        return review::withdraw(tx, &Exemptions, case.id, &user, &clock).await;
    }
    let mut case = case;
    for step in 0..desks.min(4) {
        let Some(desk) = case.desk_id else { break };
        let Some((user, grant)) = clerk(&mut *tx, desk).await? else { break };
        let clock = then(county, ago - 1 - step as i64);
        let (modules, mut form) = (&county.modules, Form::new());
        let yes = review::approve(
            &mut *tx,
            &Exemptions,
            case.id,
            &user,
            &grant,
            &mut form,
            "",
            modules,
            &clock,
        );
        yes.await?;
        case = review::case(&mut *tx, case.id).await?;
    }
    match (end, case.desk_id) {
        (End::Rejected(reason), Some(desk)) => {
            let Some((user, grant)) = clerk(&mut *tx, desk).await? else { return Ok(()) };
            let clock = then(county, ago - 2);
            let modules = &county.modules;
            review::reject(tx, &Exemptions, case.id, &user, &grant, reason, modules, &clock).await
        }
        (End::Ended(reason), None) => {
            let one = store::find(&mut *tx, id).await?;
            let clock = then(county, ago - 10);
            force::end(tx, &one, "赵主任", reason, &clock).await
        }
        _ => Ok(()),
    }
}

/// Somebody in a session: a person on his own side, or an administrator.
fn signed_in(
    account: AccountId,
    name: String,
    person: Option<PersonId>,
    grant: Option<Grant>,
) -> User {
    User(Arc::new(Session {
        id: SessionId(0),
        account,
        name,
        person,
        grant,
        sides: vec![],
        restricted: false,
        csrf: String::new(),
        address: "本机".to_owned(),
        request: String::new(),
        idle_seconds: 0,
        key: vec![],
    }))
}

/// The first administrator of an organization, acting for it.
pub async fn clerk(
    tx: &mut SqliteConnection,
    desk: OrganizationId,
) -> Result<Option<(User, Grant)>> {
    let found: Option<(GrantId, AccountId, String)> = sqlx::query_as(
        "select g.id, a.id, a.name from grant g join account a on a.id = g.account_id
          where g.organization_id = ? and g.state = 'active' and a.state = 'active'
          order by g.id limit 1",
    )
    .bind(desk)
    .fetch_optional(&mut *tx)
    .await?;
    let organization = organization::find(tx, desk).await?;
    let (Some((id, account, name)), Some(organization)) = (found, organization) else {
        return Ok(None);
    };
    let grant = Grant {
        id,
        organization: desk,
        kind: organization.kind,
        organization_name: organization.name,
        role_name: String::new(),
        full: true,
        permissions: HashSet::new(),
        scope: match organization.kind {
            OrganizationKind::Bureau => Scope::County,
            OrganizationKind::Department => Scope::Department(desk),
            _ => Scope::Organization(desk),
        },
    };
    Ok(Some((signed_in(account, name, None, Some(grant.clone())), grant)))
}

/// A sheet that says it is an example.
async fn evidence(
    tx: &mut SqliteConnection,
    id: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let Some(folder) = crate::doctor::folder(&mut *tx).await? else { return Ok(()) };
    let Some(data) = folder.parent() else { return Ok(()) };
    let upload = Uploaded {
        field: "files".to_owned(),
        name: "证明材料.png".to_owned(),
        bytes: crate::demo::example_sheet(1)?,
        complete: true,
    };
    std::fs::create_dir_all(&folder)?;
    let kept = file::keep_as(file::EVIDENCE, data, &mut *tx, &upload, Some(account), clock).await?;
    store::attach(tx, id, kept.id).await
}
