//! 系统核对 of a plan: shown to the desk, and run again when it decides.

use kit::review::Check;
use kit::{Clock, Result, day};
use sqlx::SqliteConnection;

use super::blocks;
use super::content::{Content, PER_DAY, dates};
use super::store;

/// Everything there is to say of a version; of a decided one only what it says itself.
pub async fn all(
    db: &mut SqliteConnection,
    content: &Content,
    clock: &Clock,
) -> Result<Vec<Check>> {
    let mut checks = of_table(content);
    let state: String = sqlx::query_scalar("select state from plan_version where id = ?")
        .bind(content.version_id)
        .fetch_one(&mut *db)
        .await?;
    if state != "pending" {
        return Ok(checks);
    }
    let against = closed(&mut *db, content).await?;
    checks.extend(against.map(Check::refuse));
    checks.extend(blocks(&mut *db, content.base, content.year, clock).await?);
    checks.extend(beyond(&mut *db, content).await?.into_iter().map(Check::refuse));
    checks.push(match similar(&mut *db, content).await? {
        Some(found) => Check::warn(found),
        None => Check::ok("没有与本基地其他计划重复"),
    });
    checks.extend(outside(&mut *db, content).await?.map(Check::warn));
    let today = day::date_text(clock.today());
    if content.begins_on < today {
        checks.push(Check::warn(format!("开始日期 {} 已经过去", content.begins_on)));
    } else if content.signup_until < today {
        checks.push(Check::warn(format!("报名截止 {} 已经过去", content.signup_until)));
    }
    if content.files.is_empty() {
        checks.push(Check::warn("没有附培训方案或通知"));
    }
    Ok(checks)
}

/// Whether the course table adds up, keeps to 8 hours a day and to the days of the class.
fn of_table(content: &Content) -> Vec<Check> {
    let sum = content.sum();
    let mut checks = vec![if sum == content.hours {
        Check::ok(format!("课程学时合计 {sum}，与总学时一致"))
    } else {
        Check::refuse(format!("课程学时合计 {sum}，总学时是 {}，不一致", content.hours))
    }];
    checks.push(match content.long_days().first() {
        None => Check::ok(format!("每天不超过 {PER_DAY} 学时")),
        Some((day, hours)) => {
            Check::refuse(format!("{day} 有 {hours} 学时，超过一天 {PER_DAY} 学时"))
        }
    });
    let within = |day: &str| day >= content.begins_on.as_str() && day <= content.ends_on.as_str();
    if let Some(course) = content.courses.iter().find(|course| !within(&course.day)) {
        checks.push(Check::refuse(format!("{} 的课程不在培训起止日期之内", course.day)));
    }
    checks
}

/// Why a plan can no longer be approved or changed.
async fn closed(db: &mut SqliteConnection, content: &Content) -> Result<Option<String>> {
    let plan = store::find(db, content.plan).await?;
    Ok(match plan.stage.as_str() {
        "cancelled" => Some("计划已经取消".to_owned()),
        "ended" | "declared" => Some("培训已经结业，不能再变更".to_owned()),
        _ if plan.version_id != content.replaces => Some("计划在申请后已有变动".to_owned()),
        _ => None,
    })
}

/// What stands against this very version whatever desk it is at: the base's recognition ends
/// first, more have signed up than it has places.
pub async fn beyond(db: &mut SqliteConnection, content: &Content) -> Result<Vec<String>> {
    let mut against = Vec::new();
    let until: Option<String> =
        sqlx::query_scalar("select valid_until from base_profile where organization_id = ?")
            .bind(content.base)
            .fetch_optional(&mut *db)
            .await?;
    if let Some(until) = until.filter(|until| !until.is_empty() && *until < content.ends_on) {
        against.push(format!(
            "基地的认定有效期到 {until} 为止，培训到 {} 才结束；请先办理延续，或改在有效期内",
            content.ends_on
        ));
    }
    let plan = store::find(db, content.plan).await?;
    if content.capacity < plan.signed {
        against.push(format!(
            "已有 {} 人报名，计划人数 {} 不能少于报名人数",
            plan.signed, content.capacity
        ));
    }
    Ok(against)
}

/// Another plan of the base's for the same: one sentence.
async fn similar(db: &mut SqliteConnection, content: &Content) -> Result<Option<String>> {
    let others: Vec<(String, String, String, String)> = sqlx::query_as(
        "select p.number, p.title, p.begins_on, p.ends_on from plan p
          where p.organization_id = ? and p.year = ? and p.id <> ? and p.stage <> 'cancelled'
            and p.number <> '' and p.begins_on <= ? and p.ends_on >= ? order by p.id",
    )
    .bind(content.base)
    .bind(content.year)
    .bind(content.plan)
    .bind(&content.ends_on)
    .bind(&content.begins_on)
    .fetch_all(db)
    .await?;
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let wanted = plain(&content.title);
    let found = others.into_iter().find(|(_, title, ..)| plain(title) == wanted);
    Ok(found.map(|(number, title, from, to)| {
        format!("与本基地的 {number}“{title}”（{}）名称相同，日期重叠", dates(&from, &to))
    }))
}

/// Fields that the base is not recognised for: one sentence.
async fn outside(db: &mut SqliteConnection, content: &Content) -> Result<Option<String>> {
    let recognised: Option<String> =
        sqlx::query_scalar("select fields from base_profile where organization_id = ?")
            .bind(content.base)
            .fetch_optional(db)
            .await?;
    let recognised = recognised.unwrap_or_default();
    let recognised: Vec<&str> = recognised.split(',').filter(|code| !code.is_empty()).collect();
    let outside: Vec<&str> = content
        .fields
        .iter()
        .filter(|code| !recognised.contains(&code.as_str()))
        .map(|code| kit::dictionary::TITLE_SERIES.label(code))
        .collect();
    let told = !recognised.is_empty() && !outside.is_empty();
    Ok(told.then(|| format!("不在基地认定的培训领域内：{}", outside.join("、"))))
}
