//! The demo county's declared classes: most approved by both desks, the last ones still on their
//! way, one sent back; one with a mistyped name, one with people of other counties, part of them
//! handed over.

use credit_hours::roster::{self as rosters, PROXY};
use kit::module::Demo;
use kit::review::{self, Level};
use kit::{AccountId, Clock, Error, FileId, Form, Hours, IdCard, OrganizationKind, Result, day};
use sqlx::SqliteConnection;
use time::Duration;

use super::content::FileKind;
use super::roster::{Detail, Given, KIND};
use super::store::{self, Proxy};
use super::subject::ProxyDeclarations;
use super::{form as fields, roster, send};
use crate::plans;
use crate::reports::{administrator, office_hour};

/// What becomes of a class's batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Approved,
    /// Waits at its first desk.
    First,
    /// Waits at the bureau.
    Bureau,
    Rejected,
    /// Not declared yet.
    Missing,
}

/// Of the latest classes, the last one first; the others' are approved.
const ENDS: [End; 5] = [End::Missing, End::First, End::Bureau, End::Rejected, End::Bureau];

/// Every ended class, the first first.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let plans: Vec<i64> =
        sqlx::query_scalar("select id from plan where stage = 'ended' order by ends_on, id")
            .fetch_all(&mut *tx)
            .await?;
    let count = plans.len();
    for (at, plan) in plans.into_iter().enumerate() {
        let end = match ENDS.get(count - 1 - at) {
            // a small county has few classes: the first ones are approved all the same
            Some(end) if at >= 2 => *end,
            _ => End::Approved,
        };
        if end != End::Missing {
            one(&mut *tx, county, plan, end, at).await?;
        }
    }
    handed_over(tx, county).await
}

async fn one(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    plan: i64,
    end: End,
    at: usize,
) -> Result<()> {
    let plan = plans::store::find(&mut *tx, plan).await?;
    let Some((user, _)) = administrator(&mut *tx, plan.organization_id).await? else {
        return Ok(());
    };
    let now = county.clock.now();
    let last = day::stored_date(&plan.ends_on).map_or(now, day::begins);
    let days = 2 + county.random.below(4) as i64;
    // what is still on its way came some days ago
    let handed_in = match end {
        End::Approved => last + Duration::days(days),
        _ => (last + Duration::days(days)).max(now - Duration::days(days + 2)),
    };
    let mut time = office_hour(county, handed_in).min(now);
    let clock = Clock::fixed(time);
    let (id, _) = store::begin(&mut *tx, &plan, user.account, &clock).await?;
    let proxy = store::own(&mut *tx, plan.organization_id, id).await?;
    roster::of_class(&mut *tx, &proxy, &plan).await?;
    match at {
        0 => foreign(&mut *tx, &proxy, &plan, county).await?,
        1 => mistyped(&mut *tx, id).await?,
        _ => {}
    }
    attach(&mut *tx, id, user.account, &clock).await?;
    let proxy = store::own(&mut *tx, plan.organization_id, id).await?;
    let mut form = Form::new();
    proxy.draft()?.fill(&mut form);
    form.set("reason", "外单位学员经人社局同意随班参加");
    let content = fields::asked(&mut *tx, &proxy, &plan, &mut form, &clock).await?;
    let Some(content) = content else { return store::discard(tx, &proxy).await };
    if !send::against(&mut *tx, &content, &clock).await?.is_empty() {
        return store::discard(tx, &proxy).await;
    }
    let number = store::number(&mut *tx, &clock).await?;
    let mut case = send::submit(&mut *tx, &user, &proxy, number, content, &clock).await?;
    while let Some(desk) = case.desk_id {
        let Some((clerk, grant)) = administrator(&mut *tx, desk).await? else { break };
        let bureau = grant.kind == OrganizationKind::Bureau;
        if end == End::First || (end == End::Bureau && bureau) {
            break;
        }
        time = office_hour(county, time + Duration::days(1)).min(now);
        let (clock, modules) = (Clock::fixed(time), county.modules.clone());
        let subject = &ProxyDeclarations;
        if end == End::Rejected && bureau {
            let reason = "签到表缺第二天下午，请补充后重新提交。";
            review::reject(&mut *tx, subject, case.id, &clerk, &grant, reason, &modules, &clock)
                .await?;
        } else {
            let against = review::AnySubject::checks(subject, &mut *tx, &case.content, &clock);
            if against.await?.iter().any(|check| check.level == Level::Refuse) {
                break;
            }
            let form = &mut Form::new();
            review::approve(&mut *tx, subject, case.id, &clerk, &grant, form, "", &modules, &clock)
                .await?;
        }
        case = review::case(&mut *tx, case.id).await?;
    }
    Ok(())
}

/// Two people of the next county, who took part and passed.
async fn foreign(
    tx: &mut SqliteConnection,
    proxy: &Proxy,
    plan: &plans::store::Plan,
    county: &mut Demo,
) -> Result<()> {
    let rows = rosters::rows(&mut *tx, PROXY, proxy.id, None).await?;
    let mut given = Vec::with_capacity(rows.len() + 2);
    let mut number = 0;
    for row in rows {
        let detail = Detail::of(&row)?;
        number = number.max(row.number);
        given.push(Given {
            number: row.number,
            identity: row.identity_id,
            name: row.name,
            unit: row.unit,
            certificate: row.certificate_number,
            hours: row.hours,
            detail,
        });
    }
    for (name, unit) in [("蒋文博", "临江县第二中学"), ("邵玉兰", "临江县人民医院")]
    {
        number += 1;
        let Some(card) = stranger(&mut *tx, county).await? else { continue };
        given.push(Given {
            number,
            identity: accounts::people::identity(&mut *tx, &card).await?,
            name: name.to_owned(),
            unit: unit.to_owned(),
            certificate: format!("{}-{:03}", plan.number, 900 + number),
            hours: Hours::from_tenths(plan.hours),
            detail: Detail {
                attendance: "100%".to_owned(),
                score: "86".to_owned(),
                passed: true,
                ..Detail::default()
            },
        });
    }
    roster::put(tx, proxy, plan, given, "结业名册（含外县学员）.xlsx").await
}

/// A number of an area never assigned that nobody here has.
async fn stranger(tx: &mut SqliteConnection, county: &mut Demo) -> Result<Option<IdCard>> {
    for _ in 0..50 {
        let first = format!(
            "4199981987{:02}{:02}{:03}",
            1 + county.random.below(12),
            1 + county.random.below(28),
            county.random.below(1000)
        );
        let Some(last) = kit::id_card::check_character(&first) else { continue };
        let Ok(card) = IdCard::stored(&format!("{first}{last}")) else { continue };
        if accounts::people::by_number(&mut *tx, &card).await?.is_none() {
            return Ok(Some(card));
        }
    }
    Ok(None)
}

/// The base has one name wrong: the row is left out.
async fn mistyped(tx: &mut SqliteConnection, proxy: i64) -> Result<()> {
    sqlx::query(
        "update roster_row set name = substr(name, 1, 1) || '俊'
          where id = (select max(id) from roster_row
                       where subject = 'proxy' and parent_id = ? and hours > 0 and kind = ?)",
    )
    .bind(proxy)
    .bind(KIND)
    .execute(tx)
    .await?;
    Ok(())
}

/// The demo's own sheets, which say that they are samples.
async fn attach(
    tx: &mut SqliteConnection,
    proxy: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let sheets: Vec<(String, i64)> = sqlx::query_as(
        "select sha256, max(size) from file where mime = 'image/png' and name like '%示例材料%'
          group by sha256 order by sha256 limit 3",
    )
    .fetch_all(&mut *tx)
    .await?;
    for (at, kind) in FileKind::ALL.into_iter().enumerate() {
        let sheet = sheets.get(at).or_else(|| sheets.first());
        let (sha256, size) =
            sheet.ok_or_else(|| Error::Fault("no sheet of the demo's evidence".to_owned()))?;
        let file: FileId = sqlx::query_scalar(
            "insert into file (sha256, name, mime, size, account_id, created_at)
             values (?, ?, 'image/png', ?, ?, ?) returning id",
        )
        .bind(sha256)
        .bind(format!("{}（示例材料）.png", kind.label()))
        .bind(size)
        .bind(account)
        .bind(clock.stamp())
        .fetch_one(&mut *tx)
        .await?;
        store::attach(&mut *tx, proxy, file, kind).await?;
    }
    Ok(())
}

/// The first of those of other counties has been handed over.
async fn handed_over(tx: &mut SqliteConnection, county: &Demo) -> Result<()> {
    sqlx::query(
        "update handover set handed_on = ?, handed_to = '临江县人力资源和社会保障局',
           handed_by = coalesce((select a.name from grant g join account a on a.id = g.account_id
             join organization o on o.id = g.organization_id and o.kind = 'bureau'
             order by g.id limit 1), '')
          where id = (select min(id) from handover)",
    )
    .bind(day::date_text(county.clock.today()))
    .execute(tx)
    .await?;
    Ok(())
}
