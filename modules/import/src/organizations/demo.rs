//! The demo county's files of organizations: one that the department of education has imported, and
//! one of the bureau's that waits.

use kit::module::Demo;
use kit::sheet::{Cell, Header, Row};
use kit::{AccountId, Actor, Clock, OrganizationId, Result, Scope, day};
use sqlx::SqliteConnection;
use time::Duration;

use super::against::{self, Importer};
use super::check::{CheckedRow, Checker};
use super::columns::{self, Layout};
use super::commit::{By, Choice};
use super::{kind, upload};
use crate::policy::Policy;
use crate::store::{self, Import, NewImport};

/// (name, serial of its code, superior, nature, industry, contact, telephone, address, administrator)
type Line = [&'static str; 9];

const SCHOOLS: [Line; 4] = [
    [
        "云川县滨河实验幼儿园",
        "100071",
        "",
        "事业单位",
        "教育",
        "周敏",
        "0371-66001201",
        "滨河路 16 号",
        "周敏",
    ],
    [
        "云川县高新区第二小学",
        "100082",
        "",
        "事业单位",
        "教育",
        "吴建华",
        "0371-66001202",
        "科技大道 88 号",
        "李红梅",
    ],
    [
        "云川县特殊教育学校",
        "100093",
        "",
        "事业单位",
        "教育",
        "郑伟",
        "0371-66001203",
        "文昌街 5 号",
        "郑伟",
    ],
    [
        "云川县启明培训学校",
        "100104",
        "",
        "民营学校",
        "教育",
        "王丽",
        "66001204",
        "人民路 120 号",
        "王丽",
    ],
];

const NEW_UNITS: [Line; 3] = [
    [
        "云川县数据服务中心",
        "100115",
        "",
        "事业单位",
        "公共管理",
        "冯磊",
        "0371-66001301",
        "政通路 1 号",
        "冯磊",
    ],
    [
        "云川县公共就业服务中心",
        "100126",
        "",
        "事业单位",
        "公共管理",
        "陈静",
        "0371-66001302",
        "政通路 3 号",
        "陈静",
    ],
    [
        "云川县新时代文明实践中心",
        "100137",
        "县委宣传部",
        "事业单位",
        "公共管理",
        "褚明",
        "0371-66001303",
        "广场路 2 号",
        "褚明",
    ],
];

/// Fills both.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    if let Some(clerk) = clerk(&mut *tx, "o.kind = 'department' and o.name like '%教育%'").await?
    {
        let clock = ago(county, 9);
        let scope = Scope::Department(clerk.organization);
        let (import, checker, rows) =
            file(&mut *tx, &clerk, scope, "2026年新增学校名单.xlsx", &SCHOOLS, &clock).await?;
        imported(&mut *tx, &clerk, scope, (&import, &checker, rows), &clock).await?;
    }
    if let Some(clerk) = clerk(&mut *tx, "o.kind = 'bureau'").await? {
        let clock = ago(county, 1);
        file(tx, &clerk, Scope::County, "机构改革新设单位.xlsx", &NEW_UNITS, &clock).await?;
    }
    Ok(())
}

/// Some working hour, so many days ago.
fn ago(county: &mut Demo, days: i64) -> Clock {
    let at = day::begins(day::county_day(county.clock.now() - Duration::days(days)));
    Clock::fixed(at + Duration::minutes(540 + county.random.below(420) as i64))
}

#[derive(sqlx::FromRow)]
struct Clerk {
    account: AccountId,
    name: String,
    organization: OrganizationId,
}

impl Clerk {
    fn actor(&self) -> Actor {
        Actor {
            account: Some(self.account),
            name: self.name.clone(),
            organization: Some(self.organization),
            address: "本机".to_owned(),
            request: String::new(),
        }
    }
}

/// The first administrator at work of the first organization that is so.
async fn clerk(db: &mut SqliteConnection, only: &'static str) -> Result<Option<Clerk>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
        "select a.id as account, a.name, o.id as organization from organization o
           join grant g on g.organization_id = o.id and g.state = 'active'
           join account a on a.id = g.account_id where o.state = 'active' and ",
    );
    sql.push(only).push(" order by o.id, g.id limit 1");
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// A code of no organization: its area is not assigned.
fn code(serial: &str) -> String {
    let first = format!("12419999MB{serial:0>7}");
    let check = kit::credit_code::check_character(&first);
    format!("{first}{}", check.map(String::from).unwrap_or_default())
}

fn cells(line: &Line) -> Vec<Cell> {
    let [name, serial, superior, nature, industry, contact, phone, address, administrator] = *line;
    let text = columns::of(&kind::EMPLOYERS).map(|definition| match definition.field {
        "name" => name.to_owned(),
        "credit_code" => code(serial),
        "parent" => superior.to_owned(),
        "nature" => nature.to_owned(),
        "industry" => industry.to_owned(),
        "contact" => contact.to_owned(),
        "phone" => phone.to_owned(),
        "address" => address.to_owned(),
        "administrator" => administrator.to_owned(),
        _ => String::new(),
    });
    text.map(Cell::Text).collect()
}

/// A file as it is after its check.
async fn file(
    tx: &mut SqliteConnection,
    clerk: &Clerk,
    scope: Scope,
    name: &str,
    lines: &[Line],
    clock: &Clock,
) -> Result<(Import, Checker, Vec<CheckedRow>)> {
    let kind = &kind::EMPLOYERS;
    let titles: Vec<String> = columns::of(kind).map(|one| one.title.to_owned()).collect();
    let layout = Layout::of(kind, &titles);
    let checker = upload::checker(&mut *tx, kind, layout).await?;
    let numbered = (3..).zip(lines);
    let rows =
        numbered.filter_map(|(number, line)| checker.row(Row { number, cells: cells(line) }));
    let mut rows: Vec<CheckedRow> = rows.collect();
    let importer = Importer { kind, organization: clerk.organization, scope, bureau: false };
    against::compare(&mut *tx, &mut rows, &importer, &checker).await?;
    let kept = rows.iter().map(CheckedRow::kept).collect::<Result<Vec<_>>>()?;
    let new = NewImport {
        organization: clerk.organization,
        account: Some(clerk.account),
        by_name: &clerk.name,
        file_name: name,
        bytes: name.as_bytes(),
        create_departments: false,
        below: false,
        kind: kind.key,
        batch: None,
    };
    let id = store::begin(&mut *tx, &new, clock).await?;
    let header = Header {
        sheet: kind.noun.to_owned(),
        row: 1,
        layout: kit::sheet::Layout::default(),
        titles,
    };
    store::keep_header(&mut *tx, id, &header).await?;
    store::keep_rows(&mut *tx, id, &kept, clock).await?;
    store::finish(&mut *tx, id, 1, clock).await?;
    let import = store::find_kind(tx, id, clerk.organization, kind.key).await?;
    Ok((import, checker, rows))
}

/// Its good rows, imported.
async fn imported(
    tx: &mut SqliteConnection,
    clerk: &Clerk,
    scope: Scope,
    (import, checker, mut rows): (&Import, &Checker, Vec<CheckedRow>),
    clock: &Clock,
) -> Result<()> {
    rows.retain(|row| matches!(row.verdict(), "ok" | "warn"));
    if rows.is_empty() {
        return Ok(());
    }
    let importer =
        Importer { kind: checker.kind, organization: clerk.organization, scope, bureau: false };
    let actor = clerk.actor();
    let by = By {
        modules: None,
        actor: &actor,
        account: clerk.account,
        clock,
        import,
        importer: &importer,
    };
    by.write(&mut *tx, checker, rows, Choice { policy: Policy::Skip, whole: false }).await?;
    for sql in [
        "update import set state = 'imported', policy = 'skip', ended_at = created_at where id = ?",
        "delete from import_row where import_id = ? and verdict <> 'error'",
    ] {
        sqlx::query(sql).bind(import.id).execute(&mut *tx).await?;
    }
    Ok(())
}
