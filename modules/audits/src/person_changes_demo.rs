//! Requests of the demo county's people: over the last weeks, at every desk and in every state.

use std::collections::HashSet;
use std::sync::Arc;

use accounts::changes::{self, Content, Draft, Item};
use accounts::people::{self, Fields};
use kit::access::Grant;
use kit::dictionary::{TitleLevel, titles_of};
use kit::module::Demo;
use kit::organization;
use kit::review::{self, CaseState, Submission};
use kit::session::Session;
use kit::{
    AccountId, CaseId, Clock, Error, FileId, Form, GrantId, OrganizationId, OrganizationKind,
    PersonId, Result, Scope, SessionId, User, day,
};
use sqlx::SqliteConnection;
use time::{Date, Duration, Weekday};

use crate::PersonChanges;

/// What somebody wants corrected.
#[derive(Clone, Copy)]
enum What {
    Name,
    /// The next level of his series, with name, day and certificate.
    Title,
    Certificate,
    Native,
    Started,
    Political,
}
use What::{Certificate, Name, Native, Political, Started, Title};

/// How a request stands in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// At his unit, or wherever it goes without one.
    Unit,
    /// Passed by the unit.
    Bureau,
    Approved,
    /// By his unit.
    Refused(&'static str),
    /// Passed by the unit, sent back by the bureau.
    SentBack(&'static str),
    Withdrawn,
}

/// (days ago, or the working day before; what, whether his unit can be signed in to, end), in
/// the order they were submitted.
const REQUESTS: &[(i64, What, bool, End)] = &[
    (46, Title, true, End::Approved),
    (43, Native, false, End::Approved),
    (41, Name, false, End::Approved),
    (38, Started, true, End::Approved),
    (36, Title, false, End::Approved),
    (33, Certificate, true, End::SentBack("证书照片看不清编号，请重新上传。")),
    (31, Political, false, End::Approved),
    (29, Title, true, End::SentBack("上传的是评审表，不是职称证书，请取得证书后再提交。")),
    (27, Native, true, End::Withdrawn),
    (25, Name, true, End::Refused("改名请先到公安机关办理，并上传户口簿变更页。")),
    (22, Certificate, false, End::Approved),
    (20, Started, false, End::Refused("与人事档案中的报到证不一致，请核对。")),
    (17, Title, false, End::Approved),
    (14, Political, true, End::Approved),
    (13, Certificate, true, End::Withdrawn),
    (9, Title, true, End::Bureau),
    (8, Name, false, End::Bureau),
    (7, Title, false, End::Bureau),
    (7, Certificate, true, End::Bureau),
    (6, Title, false, End::Bureau),
    (5, Name, true, End::Bureau),
    (5, Native, true, End::Unit),
    (4, Title, true, End::Unit),
    (4, Started, false, End::Unit),
    (3, Political, true, End::Unit),
    (3, Title, false, End::Unit),
    (2, Certificate, true, End::Unit),
    (2, Native, false, End::Unit),
    (1, Started, true, End::Unit),
    (1, Title, true, End::Unit),
];

/// Somebody who may ask: person, account, name, whether his unit can be signed in to.
type Asker = (PersonId, AccountId, String, bool);

/// Submits and decides them; fewer of a county that is small.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let mut askers = askers(&mut *tx, county).await?;
    let most = (county.people / 10).max(1) as usize;
    for request in REQUESTS.iter().step_by(REQUESTS.len().div_ceil(most)) {
        let mut place = None;
        for (at, asker) in askers.iter().enumerate() {
            if asker.3 == request.2 && can(&mut *tx, asker.0, request.1).await? {
                place = Some(at);
                break;
            }
        }
        let Some(at) = place else { continue };
        let asker = askers.swap_remove(at);
        one(&mut *tx, county, asker, *request).await?;
    }
    Ok(())
}

/// Nobody who signs in or has a right. The latest come first: who leaves or moves in the demo
/// (transfers) is taken from the earliest of the county and of a unit.
async fn askers(tx: &mut SqliteConnection, county: &mut Demo) -> Result<Vec<Asker>> {
    let found: Vec<(PersonId, AccountId, String, bool, String)> = sqlx::query_as(
        "with near as (select distinct g.organization_id as id from grant g
           join account h on h.id = g.account_id
          where g.state = 'active' and h.password_hash is not null)
         select * from (
         select p.id, a.id as account, p.name, p.organization_id in (select id from near) as near,
                i.number
           from person p join account a on a.person_id = p.id
           join identity i on i.id = p.identity_id
          where p.state = 'serving' and a.state = 'initial' and p.level <> ''
            and not exists (select 1 from grant g where g.account_id = a.id)
            and p.organization_id in (select id from near) order by p.id desc limit 60)
         union all
         select * from (
         select p.id, a.id, p.name, 0, i.number
           from person p join account a on a.person_id = p.id
           join identity i on i.id = p.identity_id
          where p.state = 'serving' and a.state = 'initial' and p.level <> ''
            and not exists (select 1 from grant g where g.account_id = a.id)
            and p.organization_id not in (select id from near)
            and exists (select 1 from grant g where g.organization_id = p.organization_id
                  and g.state = 'active')
          order by p.id desc limit 120)",
    )
    .fetch_all(tx)
    .await?;
    let logins: HashSet<&str> = county.accounts.iter().map(|one| one.1.as_str()).collect();
    let free = found.into_iter().filter(|one| !logins.contains(one.4.as_str()));
    let mut askers: Vec<Asker> = free.map(|one| (one.0, one.1, one.2, one.3)).collect();
    for at in (1..askers.len()).rev() {
        askers.swap(at, county.random.below(at as u64 + 1) as usize);
    }
    Ok(askers)
}

/// Whether the correction makes sense for him.
async fn can(tx: &mut SqliteConnection, person: PersonId, what: What) -> Result<bool> {
    let Some(fields) = people::fields(&mut *tx, person).await? else { return Ok(false) };
    Ok(match what {
        Title => next_title(&fields).is_some(),
        Political => fields.political != "01",
        Name => renamed(&fields.name).is_some(),
        Certificate | Native | Started => true,
    })
}

/// One level up in his series: (level, name of the title).
fn next_title(fields: &Fields) -> Option<(TitleLevel, &'static str)> {
    let now = TitleLevel::from_code(&fields.level)?;
    let at = TitleLevel::ALL.iter().position(|level| *level == now)?.checked_sub(1)?;
    let level = TitleLevel::ALL[at];
    Some((level, titles_of(&fields.series, level).first().copied()?))
}

/// The name with the character that was mistaken for another of the same sound.
fn renamed(name: &str) -> Option<String> {
    const ALIKE: &[(char, char)] = &[
        ('华', '桦'),
        ('英', '瑛'),
        ('丽', '莉'),
        ('伟', '玮'),
        ('建', '健'),
        ('志', '智'),
        ('晓', '小'),
        ('玲', '苓'),
        ('燕', '艳'),
        ('军', '君'),
        ('文', '雯'),
        ('明', '铭'),
        ('红', '虹'),
        ('兰', '岚'),
        ('芳', '方'),
        ('涛', '韬'),
        ('平', '萍'),
        ('静', '婧'),
    ];
    let given = name.char_indices().skip(1);
    let mut fitting = given.filter_map(|(at, letter)| {
        let (_, other) = ALIKE.iter().find(|(old, _)| *old == letter)?;
        Some((at, letter, *other))
    });
    let (at, letter, other) = fitting.next()?;
    Some(format!("{}{other}{}", &name[..at], &name[at + letter.len_utf8()..]))
}

/// Sets the new values; the reason and the papers that come with it.
fn wish(
    county: &mut Demo,
    what: What,
    fields: &mut Fields,
    today: Date,
) -> (&'static str, &'static [&'static str]) {
    let year = i64::from(today.year()) - 1;
    let number =
        |county: &mut Demo, year: i64| format!("YC{year}{:06}", county.random.below(1_000_000));
    match what {
        Name => {
            fields.name = renamed(&fields.name).unwrap_or_default();
            ("单位录入时写成了同音字，按身份证和户口簿更正", &["身份证.png", "户口簿本人页.png"])
        }
        Title => {
            if let Some((level, title)) = next_title(fields) {
                fields.level = level.code().to_owned();
                fields.title = title.to_owned();
            }
            fields.titled_on = format!("{year}-12-{:02}", 1 + county.random.below(28));
            fields.title_certificate = number(county, year);
            ("已取得高一级职称，证书和任职资格文件见附件", &["职称证书.png", "任职资格文件.png"])
        }
        Certificate => {
            let year = fields.titled_on.get(..4).and_then(|year| year.parse().ok()).unwrap_or(year);
            fields.title_certificate = number(county, year);
            ("职称证书编号登记有误，按证书更正", &["职称证书.png"])
        }
        Native => {
            let places = ["河南云川", "河南信阳", "湖北随州", "安徽阜阳", "山东菏泽", "河南南阳"];
            let now = fields.native_place.clone();
            let other = places.into_iter().filter(|place| *place != now).collect::<Vec<_>>();
            fields.native_place = (*county.random.pick(&other)).to_owned();
            ("籍贯登记有误，按户口簿更正", &["户口簿本人页.png"])
        }
        Started => {
            let now = fields.started_work_on.get(..4).and_then(|year| year.parse::<i64>().ok());
            fields.started_work_on = format!("{}-08", now.unwrap_or(year - 9) - 1);
            ("参加工作时间应从报到当月算起，按人事档案更正", &["报到证.png"])
        }
        Political => {
            fields.political = "01".to_owned();
            ("已加入中国共产党，政治面貌按党组织证明更正", &["党组织证明.png"])
        }
    }
}

/// A working hour, so many days ago or the working day before; never later than now.
fn then(county: &mut Demo, days: i64) -> Clock {
    let mut on = county.clock.today().saturating_sub(Duration::days(days));
    while matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday) {
        on = on.saturating_sub(Duration::DAY);
    }
    let minutes = 9 * 60 + county.random.below(470) as i64;
    let at = day::begins(on).saturating_add(Duration::minutes(minutes));
    Clock::fixed(at.min(county.clock.now()))
}

/// Pictures of the county's other evidence, under names of its own.
async fn papers(
    tx: &mut SqliteConnection,
    names: &[&str],
    change: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<Vec<FileId>> {
    let mut files = Vec::new();
    for name in names {
        let id: Option<FileId> = sqlx::query_scalar(
            "insert into file (sha256, name, mime, size, account_id, created_at)
             select sha256, ?, mime, size, ?, ? from file where mime = 'image/png'
              order by id limit 1 returning id",
        )
        .bind(name)
        .bind(account)
        .bind(clock.stamp())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(id) = id else { continue };
        changes::attach(&mut *tx, change, id).await?;
        files.push(id);
    }
    Ok(files)
}

async fn one(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    (person, account, name, _): Asker,
    (days, what, _, end): (i64, What, bool, End),
) -> Result<()> {
    let clock = then(county, days);
    let user = signed_in(account, name, Some(person), None);
    let brief = people::brief(&mut *tx, person).await?;
    let old = people::fields(&mut *tx, person).await?.ok_or(Error::NotFound)?;
    let mut new = old.clone();
    let (reason, names) = wish(county, what, &mut new, clock.today());
    let items = changes::differences(&old, &new, (None, None));
    let change = changes::create(&mut *tx, person, account, false, &clock).await?;
    let files = papers(&mut *tx, names, change, account, &clock).await?;
    let titles = changes::titles(&items);
    changes::save(&mut *tx, change, &draft(&items, reason), &titles, &clock).await?;
    let content = Content {
        change,
        person,
        identity_id: brief.identity,
        name: brief.name.clone(),
        organization_name: brief.organization_name,
        by_unit: false,
        above: None,
        items,
        reason: reason.to_owned(),
        files,
    };
    let (organization, department) =
        changes::belongs(&mut *tx, person, &content.evidence()).await?;
    let submission = Submission {
        content,
        number: changes::number(&mut *tx, &clock).await?,
        title: format!("{} 修改{titles}", brief.name),
        person: Some(person),
        organization,
        department,
    };
    let case = review::submit(&mut *tx, &PersonChanges, submission, &user, &clock).await?;
    ended(tx, county, case.id, &user, days, end).await
}

/// As the form was left: what a rejected or withdrawn request goes on with.
fn draft(items: &[Item], reason: &str) -> Draft {
    let mut draft = Draft::default();
    for item in items {
        if let Item::Field { field, new, .. } = item {
            let name = if field == "name" { "person_name" } else { field.as_str() };
            draft.values.insert(name.to_owned(), new.clone());
        }
    }
    draft.values.insert("reason".to_owned(), reason.to_owned());
    draft
}

/// What its asker and the desks do with it on the days after.
async fn ended(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    case: CaseId,
    user: &User,
    days: i64,
    end: End,
) -> Result<()> {
    let next = then(county, days - 2);
    match end {
        End::Unit => return Ok(()),
        End::Withdrawn => return review::withdraw(tx, &PersonChanges, case, user, &next).await,
        End::Refused(reason) => return decide(tx, county, case, Some(reason), &next).await,
        End::Bureau | End::SentBack(_) => {
            let two = review::case(&mut *tx, case).await?.desks()?.len() > 1;
            if two {
                decide(&mut *tx, county, case, None, &next).await?;
            }
        }
        End::Approved => {
            let mut days = days - 2;
            while review::case(&mut *tx, case).await?.state == CaseState::Pending {
                let clock = then(county, days);
                decide(&mut *tx, county, case, None, &clock).await?;
                days -= 3;
            }
        }
    }
    if let End::SentBack(reason) = end {
        let last = then(county, days - 5);
        decide(tx, county, case, Some(reason), &last).await?;
    }
    Ok(())
}

/// The desk it waits at says yes, or no with a reason.
async fn decide(
    tx: &mut SqliteConnection,
    county: &Demo,
    case: CaseId,
    reason: Option<&str>,
    clock: &Clock,
) -> Result<()> {
    let waits = review::case(&mut *tx, case).await?;
    let desk = waits.desk_id.ok_or(Error::NotFound)?;
    let (user, grant) = clerk(&mut *tx, desk).await?;
    let (subject, modules) = (&PersonChanges, &county.modules);
    match reason {
        Some(reason) => {
            review::reject(tx, subject, case, &user, &grant, reason, modules, clock).await
        }
        None => {
            let mut form = Form::new();
            review::approve(tx, subject, case, &user, &grant, &mut form, "", modules, clock)
                .await
                .map(|_| ())
        }
    }
}

/// The first administrator of a desk, on its side.
async fn clerk(db: &mut SqliteConnection, desk: OrganizationId) -> Result<(User, Grant)> {
    let of = organization::find(&mut *db, desk).await?.ok_or(Error::NotFound)?;
    let (id, account, name): (GrantId, AccountId, String) = sqlx::query_as(
        "select g.id, a.id, a.name from grant g join account a on a.id = g.account_id
          where g.organization_id = ? and g.state = 'active' order by g.id limit 1",
    )
    .bind(desk)
    .fetch_one(db)
    .await?;
    let grant = Grant {
        id,
        organization: desk,
        kind: of.kind,
        organization_name: of.name,
        role_name: String::new(),
        full: true,
        permissions: HashSet::new(),
        scope: match of.kind {
            OrganizationKind::Bureau => Scope::County,
            OrganizationKind::Department => Scope::Department(desk),
            _ => Scope::Organization(desk),
        },
    };
    Ok((signed_in(account, name, None, Some(grant.clone())), grant))
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
