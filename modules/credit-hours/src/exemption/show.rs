//! One application, for either side: facts, evidence, progress, what may be done.

use kit::review::{self, AnySubject};
use kit::{Clock, Db, Done, Error, Page, Result, Settings, User, trail};
use sqlx::SqliteConnection;

use super::store::{self, Exemption, Side};
use super::subject::{Content, Exemptions};

/// Who rejected it last and why; none if it is not rejected.
pub async fn rejection(db: &mut SqliteConnection, one: &Exemption) -> Result<Option<String>> {
    if one.state != "rejected" {
        return Ok(None);
    }
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(one.case_id)
    .fetch_optional(db)
    .await?)
}

/// The page.
pub async fn page(
    db: &mut SqliteConnection,
    side: Side,
    one: &Exemption,
    editor: bool,
    clock: &Clock,
    settings: &Settings,
) -> Result<Page> {
    let subject: &dyn AnySubject = &Exemptions;
    let own = side.wrote(one) && editor;
    let (mut steps, mut overdue, mut touched) = (vec![], false, false);
    let content = match one.case_id {
        Some(case) => {
            let case = review::case(&mut *db, case).await?;
            steps = review::history(&mut *db, subject, &case, false, clock).await?;
            let calendar = review::working_days(&mut *db).await?;
            let waited = review::waited(&calendar, &case.waiting_since, clock);
            overdue = waited > settings.integer(&review::OVERDUE_DAYS);
            let acts = review::steps(&mut *db, case.id).await?;
            touched = acts.iter().any(|step| {
                step.round == case.round && matches!(step.act.as_str(), "pass" | "take")
            });
            case.content
        }
        None => serde_json::to_string(&Content::of(&mut *db, one).await?)?,
    };
    let facts = subject.facts(&mut *db, &content).await?;
    let pending = own && one.state == "pending";
    let (state, tag) = one.label();
    let ended = if one.ended_at.is_empty() {
        String::new()
    } else {
        let at = kit::day::shown_time(&one.ended_at);
        format!("{at} 由 {} 终止，原因：{}", one.ended_by, one.ended_reason)
    };
    let files = store::files(&mut *db, one.id).await?;
    Ok(Page::new("credit-hours/exemption.html")
        .with("base", side.base())
        .with("unit", &matches!(side, Side::Unit(_)))
        .with("id", &one.id)
        .with("number", &one.number)
        .with("state", state)
        .with("tag", tag)
        .with("ended", &ended)
        .with("facts", &facts)
        .with("files", &accounts::uploads::shown(files))
        .with("steps", &steps)
        .with("reason", &rejection(db, one).await?)
        .with("editable", &(own && one.editable()))
        .with("deletable", &(own && one.case_id.is_none()))
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && overdue)))
}

/// The case of one that this side applied for.
async fn case_of(
    tx: &mut SqliteConnection,
    side: Side,
    id: i64,
) -> Result<(Exemption, kit::CaseId)> {
    let one = store::seen(tx, side, id).await?;
    if !side.wrote(&one) {
        return Err(Error::refused("这条减免由另一方申请，由申请方办理。"));
    }
    let case = one.case_id.ok_or_else(|| Error::refused("这条申请还没有提交，请先提交。"))?;
    Ok((one, case))
}

/// 撤回: while no desk has passed it.
pub async fn withdraw(side: Side, user: &User, id: i64, db: &Db, clock: &Clock) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (one, case) = case_of(&mut tx, side, id).await?;
    review::withdraw(&mut tx, &Exemptions, case, user, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}/{id}", side.base()))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", one.number)))
}

/// 催办: when it waits too long.
pub async fn remind(
    side: Side,
    user: &User,
    id: i64,
    db: &Db,
    (clock, settings): (&Clock, &Settings),
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (one, case) = case_of(&mut tx, side, id).await?;
    review::remind(&mut tx, case, user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}/{id}", side.base()))
        .ok(format!("已催办 {}，审核单位会看到。", one.number)))
}

/// 删除草稿: one never submitted.
pub async fn delete(side: Side, user: &User, id: i64, db: &Db, clock: &Clock) -> Result<Done> {
    let mut tx = db.begin().await?;
    let one = store::seen(&mut tx, side, id).await?;
    if !side.wrote(&one) {
        return Err(Error::NotFound);
    }
    store::delete(&mut tx, &one).await?;
    let (actor, object) = (user.actor(), format!("exemption:{id}"));
    let text = format!("删除 {} 年度减免申请草稿", one.year);
    trail::write(&mut tx, &actor, clock, "credit-hours.exemption.delete", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(side.base()).ok("已删除 1 条草稿。"))
}
