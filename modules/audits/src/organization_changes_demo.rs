//! Requests of the demo county's organizations: some wait at the bureau and at departments, two at
//! the second desk, some are decided.

use std::collections::HashSet;
use std::sync::Arc;

use accounts::organization_changes::{self as changes, Content, Item, Recorded};
use kit::access::Grant;
use kit::module::Demo;
use kit::organization::{self, Organization};
use kit::review::{self, Submission};
use kit::session::Session;
use kit::{
    AccountId, Clock, Error, FileId, Form, GrantId, Modules, OrganizationId, OrganizationKind,
    Result, Scope, SessionId, User,
};
use sqlx::SqliteConnection;
use time::Duration;

use crate::OrganizationChanges;

/// How a request stands in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Waiting,
    /// The first desk said yes two days later.
    Passed,
    Approved,
    Rejected,
}

/// Whose request: (kind, what its superior's name ends with, which of them).
type Whose = (&'static str, &'static str, i64);

struct Plan {
    whose: Whose,
    /// Days ago.
    days: i64,
    /// (field, what it becomes); figures that begin with + are added to what is recorded.
    fields: &'static [(&'static str, &'static str)],
    /// What the new superior's name ends with.
    superior: &'static str,
    reason: &'static str,
    papers: &'static [&'static str],
    end: End,
}

const BUREAU: &str = "人力资源和社会保障局";

/// Oldest first.
const PLANS: &[Plan] = &[
    Plan {
        whose: ("employer", "教育局", 0),
        days: 62,
        fields: &[("legal_person", "孙立新")],
        superior: "",
        reason: "校长任免，法定代表人变更，法人证书已换发",
        papers: &["事业单位法人证书.png"],
        end: End::Approved,
    },
    Plan {
        whose: ("employer", "卫生健康委员会", 0),
        days: 41,
        fields: &[("staff", "+18"), ("professionals", "+12")],
        superior: "",
        reason: "今年公开招聘人员到岗，职工和专技人员数增加",
        papers: &[],
        end: End::Approved,
    },
    Plan {
        whose: ("base", "教育局", 0),
        days: 33,
        fields: &[("fee", "公需科目免费；专业科目每学时 4 元"), ("seats", "+60")],
        superior: "",
        reason: "新培训楼启用，座位增加，收费按县发改委批复下调",
        papers: &["收费批复.png"],
        end: End::Approved,
    },
    Plan {
        whose: ("employer", "卫生健康委员会", 1),
        days: 12,
        fields: &[("legal_person", "高建国")],
        superior: "",
        reason: "院长调整，申请变更法定代表人",
        papers: &["任职文件.png"],
        end: End::Rejected,
    },
    Plan {
        whose: ("employer", "教育局", 1),
        days: 10,
        fields: &[("staff", "+6"), ("professionals", "+5")],
        superior: "",
        reason: "秋季学期新聘教师到岗，更新职工和专技人员数",
        papers: &[],
        end: End::Waiting,
    },
    Plan {
        whose: ("employer", "教育局", 2),
        days: 6,
        fields: &[],
        superior: BUREAU,
        reason: "机构改革后举办技工教育，划归县人社局管理，见县编办批复",
        papers: &["县编办批复.png"],
        end: End::Passed,
    },
    Plan {
        whose: ("employer", "农业农村局", 0),
        days: 5,
        fields: &[],
        superior: "教育局",
        reason: "整体划转为县职业教育实训中心，改由教育局管理，见县编办批复",
        papers: &["县编办批复.png"],
        end: End::Passed,
    },
    Plan {
        whose: ("employer", BUREAU, 0),
        days: 4,
        fields: &[("legal_person", "许静")],
        superior: "",
        reason: "主要负责人调整，法定代表人变更，法人证书已换发",
        papers: &["法人证书副本.png"],
        end: End::Waiting,
    },
    Plan {
        whose: ("department", BUREAU, 2),
        days: 3,
        fields: &[("series", "05,06")],
        superior: "",
        reason: "机构改革后工程系列也由本局主管，补登主管系列",
        papers: &["三定方案节选.png"],
        end: End::Waiting,
    },
    Plan {
        whose: ("employer", "卫生健康委员会", 2),
        days: 2,
        fields: &[("nature", "institution"), ("legal_person", "冯志强")],
        superior: "",
        reason: "法定代表人变更，按新法人证书更正",
        papers: &["新法人证书.png"],
        end: End::Waiting,
    },
    Plan {
        whose: ("base", BUREAU, 0),
        days: 1,
        fields: &[("forms", "onsite,online,mixed"), ("website", "https://jy.yunchuan.example")],
        superior: "",
        reason: "网络学习平台建成，增加网络和混合培训形式",
        papers: &["平台备案.png"],
        end: End::Waiting,
    },
];

/// Submits and decides them.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let mut asked = HashSet::new();
    for plan in PLANS {
        let Some(unit) = unit(&mut *tx, plan.whose).await? else { continue };
        if asked.insert(unit.id) {
            ask(&mut *tx, county, plan, &unit).await?;
        }
    }
    Ok(())
}

async fn unit(
    db: &mut SqliteConnection,
    (kind, superior, which): Whose,
) -> Result<Option<Organization>> {
    let id: Option<OrganizationId> = sqlx::query_scalar(
        "select o.id from organization o join organization s on s.id = o.parent_id
          where o.kind = ? and o.state = 'active' and s.name like '%' || ?
          order by o.id limit 1 offset ?",
    )
    .bind(kind)
    .bind(superior)
    .bind(which)
    .fetch_optional(&mut *db)
    .await?;
    match id {
        Some(id) => organization::find(db, id).await,
        None => Ok(None),
    }
}

/// The first administrator of an organization, on its side.
async fn administrator(db: &mut SqliteConnection, of: &Organization) -> Result<(User, Grant)> {
    let (id, account, name): (GrantId, AccountId, String) = sqlx::query_as(
        "select g.id, a.id, a.name from grant g join account a on a.id = g.account_id
          where g.organization_id = ? and g.state = 'active' order by g.id limit 1",
    )
    .bind(of.id)
    .fetch_one(db)
    .await?;
    let grant = Grant {
        id,
        organization: of.id,
        kind: of.kind,
        organization_name: of.name.clone(),
        role_name: String::new(),
        full: true,
        permissions: HashSet::new(),
        scope: match of.kind {
            OrganizationKind::Bureau => Scope::County,
            OrganizationKind::Department => Scope::Department(of.id),
            _ => Scope::Organization(of.id),
        },
    };
    let user = User(Arc::new(Session {
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
    }));
    Ok((user, grant))
}

/// What the plan asks for, beside what is recorded.
async fn items(
    db: &mut SqliteConnection,
    plan: &Plan,
    unit: &Organization,
    recorded: &Recorded,
) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for (field, new) in plan.fields {
        let old = changes::get(recorded, field).ok_or(Error::NotFound)?;
        let new = match new.strip_prefix('+').and_then(|more| more.parse::<i64>().ok()) {
            Some(more) => (old.parse::<i64>().unwrap_or(40) + more).to_string(),
            None => (*new).to_owned(),
        };
        if old != new {
            items.push(Item::Field { field: (*field).to_owned(), old, new });
        }
    }
    if let (false, Some(old)) = (plan.superior.is_empty(), unit.parent_id) {
        let (new, new_name): (OrganizationId, String) = sqlx::query_as(
            "select id, name from organization
              where kind in ('bureau', 'department') and name like '%' || ?",
        )
        .bind(plan.superior)
        .fetch_one(&mut *db)
        .await?;
        let old_name = organization::find(db, old).await?.map(|o| o.name).unwrap_or_default();
        items.push(Item::Superior { old, new, old_name, new_name });
    }
    Ok(items)
}

/// Pictures of the county's other evidence, under names of its own.
async fn papers(
    tx: &mut SqliteConnection,
    plan: &Plan,
    change: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<Vec<FileId>> {
    let mut files = Vec::new();
    for name in plan.papers {
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
        sqlx::query(
            "insert into organization_change_file (change_id, file_id, kind, sort)
             values (?, ?, 'files', 1)",
        )
        .bind(change)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        files.push(id);
    }
    Ok(files)
}

/// A working hour of so many days ago.
fn then(county: &mut Demo, days: i64) -> Clock {
    let minutes = 60 + county.random.below(8 * 60) as i64;
    let midnight = county.clock.now().replace_time(time::Time::MIDNIGHT);
    let at = midnight - Duration::days(days) + Duration::minutes(minutes);
    Clock::fixed(at)
}

async fn ask(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    plan: &Plan,
    unit: &Organization,
) -> Result<()> {
    let clock = then(county, plan.days);
    let (user, _) = administrator(&mut *tx, unit).await?;
    let recorded = Recorded::of(&mut *tx, unit).await?;
    let items = items(&mut *tx, plan, unit, &recorded).await?;
    let parent = unit.parent_id.ok_or(Error::NotFound)?;
    let superior = organization::find(&mut *tx, parent).await?.ok_or(Error::NotFound)?;
    let change = changes::create(&mut *tx, unit, user.account, &clock).await?;
    let files = papers(&mut *tx, plan, change, user.account, &clock).await?;
    let titles = changes::titles(unit.kind, &items);
    let content = Content {
        change,
        organization: unit.id,
        kind: unit.kind,
        name: unit.name.clone(),
        credit_code: unit.credit_code.clone().unwrap_or_default(),
        superior_name: superior.name,
        items,
        reason: plan.reason.to_owned(),
        files,
    };
    let moves = content.new_superior().is_some();
    changes::submitted_by(&mut *tx, unit, change, user.account, (&titles, moves)).await?;
    changes::belongs(&mut *tx, unit, &content).await?;
    let submission = Submission {
        content,
        number: changes::number(&mut *tx, &clock).await?,
        title: format!("{} 修改{titles}", unit.name),
        person: None,
        organization: unit.id,
        department: unit.department_id,
    };
    let case = review::submit(&mut *tx, &OrganizationChanges, submission, &user, &clock).await?;
    let (Some(desk), true) = (case.desk_id, plan.end != End::Waiting) else { return Ok(()) };
    let desk = organization::find(&mut *tx, desk).await?.ok_or(Error::NotFound)?;
    let (clerk, grant) = administrator(&mut *tx, &desk).await?;
    let clock = then(county, plan.days - 2);
    // none of them takes a unit elsewhere, so no other module has anything to hear
    let nobody = Modules::new(vec![]);
    let subject = &OrganizationChanges;
    if plan.end == End::Rejected {
        let reason = "任职文件不是法定代表人变更的依据，请上传换发后的法人证书。";
        review::reject(tx, subject, case.id, &clerk, &grant, reason, &nobody, &clock).await
    } else {
        let mut form = Form::new();
        review::approve(tx, subject, case.id, &clerk, &grant, &mut form, "", &nobody, &clock)
            .await
            .map(|_| ())
    }
}
