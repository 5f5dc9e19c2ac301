//! What the form of a batch comes to when it is submitted; refused by field.

use kit::{Clock, Error, Form, Result, day, organization};
use sqlx::SqliteConnection;
use time::Duration;

use super::content::{Content, FileKind};
use super::roster::{self, Mark};
use super::store::{self, Proxy};
use crate::plans::store::Plan;

/// Days by which the actual dates may lie before the plan's first or after its last: a class is
/// put off, hardly brought forward.
const EARLIER: Duration = Duration::days(30);
const LATER: Duration = Duration::days(90);

/// The batch as it is to be submitted; none if a field is refused.
pub async fn asked(
    tx: &mut SqliteConnection,
    proxy: &Proxy,
    plan: &Plan,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<Content>> {
    let session = form.required("session", "期次", 1..=20);
    let days = dates(form, plan, clock);
    let files = store::attached(&mut *tx, proxy.id).await?;
    for kind in FileKind::ALL {
        if !files.iter().any(|file| file.kind == kind) {
            let text = format!("请上传{}（PDF、JPG 或 PNG）。", kind.label());
            form.refuse(kind.key(), text);
        }
    }
    let marked = roster::marked(&mut *tx, proxy.id).await?;
    let passed = marked.iter().filter(|one| one.detail.passed).count();
    let useful = marked.iter().any(|one| matches!(one.mark, Mark::Good(_) | Mark::Abroad(_)));
    if marked.is_empty() {
        form.refuse("file", "名册还是空的。请带出培训班名册，或者上传名册文件。");
    } else if !useful {
        form.refuse("file", "名册里没有可以计入的人员，请按名册中的说明核对后再提交。");
    }
    let reason = over_capacity(&mut *tx, proxy, plan, marked.len() as i64, form).await?;
    let (Some((begins_on, ends_on, year)), false) = (days, form.refused()) else {
        return Ok(None);
    };
    let former = crate::plans::content_in_force(&mut *tx, plan.id).await?.ok_or(Error::NotFound)?;
    let base = organization::find(tx, proxy.organization_id).await?.ok_or(Error::NotFound)?;
    Ok(Some(Content {
        proxy: proxy.id,
        plan: plan.id,
        plan_version: former.version_id,
        plan_number: plan.number.clone(),
        base: base.id,
        base_name: base.name,
        title: plan.title.clone(),
        category: former.category,
        category_name: former.category_name,
        year,
        session,
        begins_on,
        ends_on,
        hours: kit::Hours::from_tenths(plan.hours),
        capacity: plan.capacity,
        reason,
        supplement: proxy.supplement,
        roster: proxy.roster.clone(),
        people: marked.len() as i64,
        passed: passed as i64,
        total: marked.iter().map(|one| one.row.hours).sum(),
        files,
    }))
}

/// 实际起止 within reason of the plan and in the past; the year is that of the last day.
fn dates(form: &mut Form, plan: &Plan, clock: &Clock) -> Option<(String, String, i32)> {
    let begins = form.date("begins_on", "实际开始日期");
    let ends = form.date("ends_on", "实际结束日期");
    let (begins, ends) = (begins?, ends?);
    let (first, last) = (day::stored_date(&plan.begins_on)?, day::stored_date(&plan.ends_on)?);
    if ends < begins {
        form.refuse("ends_on", "实际结束日期早于开始日期，请核对。");
    } else if ends > clock.today() {
        form.refuse("ends_on", "实际结束日期还没有到，结业以后才能代申报。");
    } else if begins < first.saturating_sub(EARLIER) || ends > last.saturating_add(LATER) {
        let text = format!(
            "实际起止与计划（{}）相差太远：最早提前 {} 天，最晚推后 {} 天。时间另有变动的，请先变更培训计划。",
            crate::plans::dates(&plan.begins_on, &plan.ends_on),
            EARLIER.whole_days(),
            LATER.whole_days()
        );
        form.refuse("begins_on", text);
    }
    Some((day::date_text(begins), day::date_text(ends), ends.year()))
}

/// Why there are more rows than the plan has places, former batches' counted in; empty if not.
async fn over_capacity(
    tx: &mut SqliteConnection,
    proxy: &Proxy,
    plan: &Plan,
    rows: i64,
    form: &mut Form,
) -> Result<String> {
    let before: i64 = sqlx::query_scalar(
        "select coalesce(sum(entered + abroad), 0) from proxy_declaration
          where plan_id = ? and id <> ? and state = 'approved'",
    )
    .bind(plan.id)
    .bind(proxy.id)
    .fetch_one(tx)
    .await?;
    if rows + before <= plan.capacity {
        return Ok(String::new());
    }
    let typed = form.text("reason");
    if typed.is_empty() {
        let formerly = if before > 0 {
            format!("（含以前计入的 {before} 人）")
        } else {
            String::new()
        };
        let text = format!(
            "名册 {} 人{formerly}超过计划人数 {} 人，请写明原因。",
            rows + before,
            plan.capacity
        );
        form.refuse("reason", text);
        return Ok(String::new());
    }
    Ok(form.required("reason", "超员说明", 5..=200))
}
