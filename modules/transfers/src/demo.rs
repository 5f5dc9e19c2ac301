//! Transfers of the demo county: some wait at the bureau, a department and employers, some were
//! decided, one is a batch.

use std::collections::HashSet;
use std::sync::Arc;

use accounts::organizations;
use accounts::people;
use kit::access::Grant;
use kit::form::Uploaded;
use kit::module::Demo;
use kit::organization::Organization;
use kit::review::{self, Case};
use kit::session::Session;
use kit::{
    AccountId, Clock, Form, GrantId, OrganizationId, OrganizationKind, PersonId, Result, Scope,
    SessionId, User, day, file,
};
use sqlx::SqliteConnection;
use time::Duration;

use crate::batches;
use crate::form::Asked;
use crate::mine;
use crate::store;
use crate::subject::TransferRequests;

/// How one ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Pending,
    Approved,
    Rejected(&'static str),
    Withdrawn,
}

/// (from 云川县 …; empty: any employer of education, to 云川县 …, submitted days ago, reason, how it
/// ends), in the order they happened.
const TRANSFERS: &[(&str, &str, i64, &str, End)] = &[
    ("", "第一高级中学", 40, "经教育局批准，调入第一高级中学任教", End::Approved),
    ("第一高级中学", "", 33, "夫妻两地分居，申请调回户籍所在乡镇任教", End::Approved),
    (
        "",
        "第一高级中学",
        26,
        "本人希望到县城学校工作",
        End::Rejected("本学年没有接收安排，请先与学校人事部门联系。"),
    ),
    ("", "教育局", 19, "借调期满，按组织部门通知正式调入", End::Approved),
    ("人民医院", "", 16, "个人原因，申请到其他单位工作", End::Withdrawn),
    ("第一高级中学", "人民医院", 13, "按人社局人才交流安排，到医院从事心理辅导", End::Pending),
    ("", "人民医院", 11, "公开选调进入人民医院，见录用通知", End::Pending),
    ("", "人力资源和社会保障局", 9, "公开遴选到人社局工作，见调令", End::Pending),
    ("", "第一高级中学", 8, "教师交流轮岗，按教育局安排到第一高级中学", End::Pending),
    ("第一高级中学", "教育局", 6, "按干部任免文件，到教育局教研室工作", End::Pending),
    ("", "人力资源和社会保障局", 3, "随职能划转调入，见县编委文件", End::Pending),
    ("", "第一高级中学", 2, "新学期补充学科教师，经学校面谈同意", End::Pending),
];

/// Fills desks and records.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    (county.report)("正在生成人员调转……");
    let mut maker = Maker { county, taken: HashSet::new() };
    for one in TRANSFERS {
        maker.transfer(&mut *tx, *one).await?;
    }
    maker.batch(tx).await
}

struct Maker<'c> {
    county: &'c mut Demo,
    taken: HashSet<PersonId>,
}

/// Somebody who can go: person, account, name.
type Mover = (PersonId, AccountId, String);

impl Maker<'_> {
    /// A working hour so many days ago.
    fn then(&mut self, ago: i64) -> Clock {
        let day = day::begins(self.county.clock.today()) - Duration::days(ago);
        Clock::fixed(day + Duration::minutes(9 * 60 + self.county.random.below(8 * 60) as i64))
    }

    /// People of an employer who have not signed in yet and are not under way.
    async fn movers(
        &mut self,
        tx: &mut SqliteConnection,
        from: OrganizationId,
        most: usize,
    ) -> Result<Vec<Mover>> {
        let found: Vec<Mover> = sqlx::query_as(
            "select p.id, a.id, p.name from person p join account a on a.person_id = p.id
              where p.organization_id = ? and p.state = 'serving' and a.state = 'initial'
              order by p.id limit 60 offset 3",
        )
        .bind(from)
        .fetch_all(tx)
        .await?;
        let free: Vec<Mover> =
            found.into_iter().filter(|one| !self.taken.contains(&one.0)).take(most).collect();
        self.taken.extend(free.iter().map(|one| one.0));
        Ok(free)
    }

    /// The unit after 云川县; of no name some employer of the department of education.
    async fn unit(
        &mut self,
        tx: &mut SqliteConnection,
        name: &str,
    ) -> Result<Option<Organization>> {
        if !name.is_empty() {
            return organizations::named(tx, &format!("云川县{name}")).await;
        }
        let schools: Vec<OrganizationId> = sqlx::query_scalar(
            "select o.id from organization o join organization d on d.id = o.department_id
              where o.kind = 'employer' and o.state = 'active' and d.name = '云川县教育局'
                and o.name <> '云川县第一高级中学'
                and exists (select 1 from person p where p.organization_id = o.id)
              order by o.id limit 12",
        )
        .fetch_all(&mut *tx)
        .await?;
        if schools.is_empty() {
            return Ok(None);
        }
        let school = *self.county.random.pick(&schools);
        kit::organization::find(tx, school).await
    }

    async fn transfer(
        &mut self,
        tx: &mut SqliteConnection,
        (from, to, ago, reason, end): (&str, &str, i64, &str, End),
    ) -> Result<()> {
        let (from, to) = (self.unit(&mut *tx, from).await?, self.unit(&mut *tx, to).await?);
        let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
        let Some((person, account, name)) = self.movers(&mut *tx, from.id, 1).await?.pop() else {
            return Ok(());
        };
        let clock = self.then(ago);
        let user = signed_in(account, name, Some(person), None);
        let id = store::create(&mut *tx, person, account, &clock).await?;
        evidence(&mut *tx, id, account, "调令.png", &clock).await?;
        let transfer = store::of_person(&mut *tx, person, id).await?;
        let brief = people::brief(&mut *tx, person).await?;
        let asked = Asked {
            to,
            wish: String::new(),
            reason: reason.to_owned(),
            effective_on: String::new(),
        };
        let case = mine::ask(&mut *tx, &transfer, &brief, &asked, false, &user, &clock).await?;
        self.end(tx, id, &case, &user, ago, end).await
    }

    /// Decides it some days later, as the desk would.
    async fn end(
        &mut self,
        tx: &mut SqliteConnection,
        id: i64,
        case: &Case,
        user: &User,
        ago: i64,
        end: End,
    ) -> Result<()> {
        let clock = self.then(ago - 2);
        if end == End::Withdrawn {
            review::withdraw(&mut *tx, &TransferRequests, case.id, user, &clock).await?;
            return store::ended(tx, id, "withdrawn", &clock).await;
        }
        let Some(desk) = case.desk_id.filter(|_| end != End::Pending) else { return Ok(()) };
        let Some((user, grant)) = clerk(&mut *tx, desk).await? else { return Ok(()) };
        let (subject, modules) = (&TransferRequests, &self.county.modules);
        match end {
            End::Rejected(reason) => {
                review::reject(tx, subject, case.id, &user, &grant, reason, modules, &clock).await
            }
            _ => {
                let mut form = Form::new();
                review::approve(
                    tx, subject, case.id, &user, &grant, &mut form, "", modules, &clock,
                )
                .await?;
                Ok(())
            }
        }
    }

    /// The department of education moves some of a school to 第一高级中学.
    async fn batch(&mut self, tx: &mut SqliteConnection) -> Result<()> {
        let department = self.unit(&mut *tx, "教育局").await?;
        let target = self.unit(&mut *tx, "第一高级中学").await?;
        let source = self.unit(&mut *tx, "").await?;
        let (Some(department), Some(to), Some(source)) = (department, target, source) else {
            return Ok(());
        };
        let Some((user, _)) = clerk(&mut *tx, department.id).await? else { return Ok(()) };
        let movers = self.movers(&mut *tx, source.id, 6).await?;
        if movers.is_empty() {
            return Ok(());
        }
        let clock = self.then(1);
        let id = batches::create(&mut *tx, &source, department.id, user.account, &clock).await?;
        let ids: Vec<PersonId> = movers.iter().map(|one| one.0).collect();
        store::add(&mut *tx, id, &ids).await?;
        evidence(&mut *tx, id, user.account, "学校布局调整文件.png", &clock).await?;
        let transfer = store::of_organization(&mut *tx, (department.id, Scope::County), id).await?;
        let asked = Asked {
            to,
            wish: String::new(),
            reason: "学校布局调整，高中部教师整体并入第一高级中学".to_owned(),
            effective_on: String::new(),
        };
        let by = department.name;
        batches::ask(tx, &transfer, &source, &asked, &by, &user, &clock).await?;
        Ok(())
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
async fn clerk(tx: &mut SqliteConnection, desk: OrganizationId) -> Result<Option<(User, Grant)>> {
    let found: Option<(GrantId, AccountId, String)> = sqlx::query_as(
        "select g.id, a.id, a.name from grant g join account a on a.id = g.account_id
          where g.organization_id = ? and g.state = 'active' and a.state = 'active'
          order by g.id limit 1",
    )
    .bind(desk)
    .fetch_optional(&mut *tx)
    .await?;
    let organization = kit::organization::find(tx, desk).await?;
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
    name: &str,
    clock: &Clock,
) -> Result<()> {
    let database: String =
        sqlx::query_scalar("select file from pragma_database_list where name = 'main'")
            .fetch_one(&mut *tx)
            .await?;
    let Some(data) = std::path::Path::new(&database).parent().filter(|_| !database.is_empty())
    else {
        return Ok(());
    };
    let upload = Uploaded {
        field: "files".to_owned(),
        name: name.to_owned(),
        bytes: credit_hours::example_sheet(1)?,
        complete: true,
    };
    std::fs::create_dir_all(data.join("files"))?;
    let kept = file::keep_as(file::EVIDENCE, data, &mut *tx, &upload, Some(account), clock).await?;
    store::attach(tx, id, kept.id).await
}
