//! The demo county's former hours: one import of the bureau's, from before the system's time, and
//! one case of an employer's that waits at the bureau's desk.

use std::collections::HashSet;
use std::sync::Arc;

use kit::access::Grant;
use kit::module::Demo;
use kit::session::Session;
use kit::sheet::{Cell, Row};
use kit::{
    AccountId, Clock, Error, FileId, GrantId, OrganizationId, PersonId, Result, Scope, SessionId,
    User, day, organization,
};
use sqlx::SqliteConnection;
use time::Duration;

use super::batch::{self, By};
use super::columns::Layout;
use super::rows::{CheckedRow, Seen};
use super::tally::Tally;
use super::{against, enter, run, send};

/// People of the import, and of the case.
const OF_BUREAU: i64 = 8;
const OF_UNIT: i64 = 4;

/// (subject's name, project, first day, last day of its year, hours)
const ITEMS: [(&str, &str, &str, &str, &str); 3] = [
    ("公需科目", "专业技术人员公需科目培训", "04-08", "04-12", "30"),
    ("专业科目", "岗位专业知识更新培训", "07-06", "07-15", "48"),
    ("专业科目", "专业技术骨干研修班", "10-19", "10-21", "24"),
];

/// Fills both.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let Some(bureau) = organization::bureau(&mut *tx).await? else { return Ok(()) };
    let year = county.clock.year() - 6;
    if let Some(user) = administrator(&mut *tx, bureau.id).await? {
        let people = people(&mut *tx, None, OF_BUREAU).await?;
        direct(&mut *tx, county, &user, &people, year).await?;
    }
    let unit: Option<OrganizationId> = sqlx::query_scalar(
        "select p.organization_id from person p join organization o on o.id = p.organization_id
          where o.kind = 'employer' and p.state = 'serving'
            and exists (select 1 from grant g where g.organization_id = o.id and g.state = 'active')
          group by p.organization_id having count(*) >= ? order by p.organization_id limit 1",
    )
    .bind(OF_UNIT)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(unit) = unit
        && let Some(user) = administrator(&mut *tx, unit).await?
    {
        let people = people(&mut *tx, Some(unit), OF_UNIT).await?;
        sent(tx, county, &user, unit, &people, year - 1).await?;
    }
    Ok(())
}

type Who = (PersonId, String, String);

async fn people(
    db: &mut SqliteConnection,
    unit: Option<OrganizationId>,
    most: i64,
) -> Result<Vec<Who>> {
    Ok(sqlx::query_as(
        "select p.id, i.number, p.name from person p join identity i on i.id = p.identity_id
          where p.state = 'serving' and (?1 is null or p.organization_id = ?1)
          order by p.id limit ?2",
    )
    .bind(unit)
    .bind(most)
    .fetch_all(db)
    .await?)
}

/// An organization's first administrator at work.
pub async fn administrator(db: &mut SqliteConnection, id: OrganizationId) -> Result<Option<User>> {
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
            kit::OrganizationKind::Bureau => Scope::County,
            _ => Scope::Organization(id),
        },
    };
    let session = Session {
        id: SessionId(0),
        account,
        name,
        person: None,
        grant: Some(grant),
        sides: vec![],
        restricted: false,
        csrf: String::new(),
        address: "本机".to_owned(),
        request: String::new(),
        idle_seconds: 0,
        key: vec![],
    };
    Ok(Some(User(Arc::new(session))))
}

/// Some working hour, so many days ago.
fn ago(county: &mut Demo, days: i64) -> Clock {
    let at = day::begins(day::county_day(county.clock.now() - Duration::days(days)));
    Clock::fixed(at + Duration::minutes(540 + county.random.below(420) as i64))
}

/// Rows as a file's, checked as they would be.
async fn rows(
    db: &mut SqliteConnection,
    people: &[Who],
    year: i32,
    unit: Option<OrganizationId>,
    clock: &Clock,
) -> Result<Vec<CheckedRow>> {
    let layout = Layout::own();
    let checker = run::checker(&mut *db, clock, false, layout.clone()).await?;
    let (mut rows, mut seen) = (vec![], Seen::default());
    for (at, (_, number, name)) in people.iter().enumerate() {
        for (category, title, from, to, hours) in &ITEMS[..2 + at % 2] {
            let cells = [
                number.clone(),
                name.clone(),
                year.to_string(),
                (*category).to_owned(),
                (*title).to_owned(),
                format!("{year}-{from}"),
                format!("{year}-{to}"),
                (*hours).to_owned(),
                "省人力资源和社会保障厅继续教育中心".to_owned(),
                String::new(),
                String::new(),
            ];
            let row = Row { number: 3 + rows.len() as u32, cells: cells.map(Cell::Text).to_vec() };
            let checked = checker.row(&row);
            let mut row = CheckedRow::new(row, checked);
            seen.look(&mut row, &layout);
            rows.push(row);
        }
    }
    let importer = against::Importer { unit, ..Default::default() };
    against::compare(db, &mut rows, &importer, &layout).await?;
    Ok(rows)
}

/// The file's record; `failing` rows more than went in.
async fn file(
    tx: &mut SqliteConnection,
    by: &By<'_>,
    name: &str,
    (rows, failing): (i64, i64),
    clock: &Clock,
) -> Result<i64> {
    use sha2::{Digest, Sha256};
    Ok(sqlx::query_scalar(
        "insert into import (organization_id, account_id, by_name, file_name, sha256, size, kind,
           state, rows, valid, failing, imported, created_at, seen_at, ended_at)
         values (?1, ?2, ?3, ?4, ?5, 18432, 'history', 'imported', ?6 + ?7, ?6, ?7, ?6, ?8, ?8, ?8)
         returning id",
    )
    .bind(by.organization)
    .bind(by.account)
    .bind(by.name)
    .bind(name)
    .bind(kit::migration::hex(&Sha256::digest(name)))
    .bind(rows)
    .bind(failing)
    .bind(clock.stamp())
    .fetch_one(tx)
    .await?)
}

/// What the bureau brought over from its former system.
async fn direct(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    user: &User,
    people: &[Who],
    year: i32,
) -> Result<()> {
    let clock = ago(county, 12);
    let mut rows = rows(&mut *tx, people, year, None, &clock).await?;
    let mut tally = Tally::default();
    let good = enter::good(&mut rows, &mut tally);
    if good.is_empty() {
        return Ok(());
    }
    let organization = user.grant.as_ref().map(|grant| grant.organization);
    let by = By {
        organization: organization.ok_or(Error::NotFound)?,
        account: user.account,
        name: &user.name,
    };
    let name = format!("{year}年度学时登记（原系统导出）.xlsx");
    let import = file(&mut *tx, &by, &name, (tally.rows(), 2), &clock).await?;
    let batch = batch::begin(&mut *tx, &by, Some(import), None, &clock).await?;
    enter::record(&mut *tx, batch, good, None, &clock).await?;
    sqlx::query("update history_batch set left_out = 2 where id = ?")
        .bind(batch)
        .execute(&mut *tx)
        .await?;
    enter::finish(tx, batch, &tally, &user.actor(), &clock).await
}

/// What an employer asks for.
async fn sent(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    user: &User,
    unit: OrganizationId,
    people: &[Who],
    year: i32,
) -> Result<()> {
    let clock = ago(county, 2);
    let rows = rows(&mut *tx, people, year, Some(unit), &clock).await?;
    let by = By { organization: unit, account: user.account, name: &user.name };
    let count = rows.iter().filter(|row| row.accepted.is_some()).count() as i64;
    if count == 0 {
        return Ok(());
    }
    let name = format!("{year}年度继续教育学时.xlsx");
    let import = file(&mut *tx, &by, &name, (count, 0), &clock).await?;
    let batch = batch::begin(&mut *tx, &by, Some(import), None, &clock).await?;
    attach(&mut *tx, batch, by.account, &clock).await?;
    let mut tally = Tally::default();
    send::put(&mut *tx, batch, &rows, &mut tally).await?;
    let old = batch::any(&mut *tx, batch).await?;
    send::submit(tx, user, &old, None, &tally, &clock).await?;
    Ok(())
}

/// The demo's own sheet, which says that it is a sample.
async fn attach(
    tx: &mut SqliteConnection,
    batch: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let sheet: Option<(String, i64)> = sqlx::query_as(
        "select sha256, max(size) from file where mime = 'image/png' and name like '%示例材料%'
          group by sha256 order by sha256 limit 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some((sha256, size)) = sheet {
        let file: FileId = sqlx::query_scalar(
            "insert into file (sha256, name, mime, size, account_id, created_at)
             values (?, '学时登记表（示例材料）.png', 'image/png', ?, ?, ?) returning id",
        )
        .bind(sha256)
        .bind(size)
        .bind(account)
        .bind(clock.stamp())
        .fetch_one(&mut *tx)
        .await?;
        batch::attach(tx, batch, file).await?;
    }
    Ok(())
}
