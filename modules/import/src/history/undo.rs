//! 撤销这次导入: a reversing entry for each, never a deletion; by the bureau, once, within a time.

use credit_hours::ledger;
use kit::access::Grant;
use kit::settings::Kind;
use kit::{
    Actor, Answer, Can, Clock, Db, Done, Error, Form, Hours, Modules, OrganizationKind, Page,
    PersonId, Result, Setting, Settings, day,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::batch::{self, Batch};
use super::tally::Tally;
use super::{EditHistory, subject};

/// Days after the entry within which a batch can be undone as a whole.
pub const UNDO_DAYS: Setting = Setting {
    key: "import.history-undo-days",
    group: "批量导入",
    label: "历史学时导入可以整批撤销",
    help: "记入台账后这么多天以内，人社局可以把一次导入整批撤销；之后只能在学时台账中逐条撤销。",
    kind: Kind::Integer { least: 1, most: 365, unit: "天" },
    default: "30",
    check: None,
};

pub fn routes() -> Vec<Route> {
    routes![page, undo]
}

/// Only the bureau takes out of the ledger what is in it.
pub fn may(grant: &Grant) -> bool {
    grant.kind == OrganizationKind::Bureau
}

/// The last day on which it can be undone; empty while it is not in the ledger.
pub fn until(batch: &Batch, settings: &Settings) -> String {
    let days = time::Duration::days(settings.integer(&UNDO_DAYS));
    let entered = day::stored_time(&batch.entered_at).map(day::county_day);
    let last = entered.and_then(|entered| entered.checked_add(days));
    last.map(day::date_text).unwrap_or_default()
}

/// Why a batch cannot be undone; none if it can.
pub fn refusal(batch: &Batch, clock: &Clock, settings: &Settings) -> Option<String> {
    let last = until(batch, settings);
    if batch.entered_at.is_empty() {
        Some("这次导入还没有记入台账，不用撤销。".to_owned())
    } else if !batch.undone_at.is_empty() {
        Some(format!(
            "这次导入已由 {} 于 {} 撤销，没有重复撤销。",
            batch.undone_by,
            day::shown_time(&batch.undone_at)
        ))
    } else if day::date_text(clock.today()) > last {
        let days = settings.integer(&UNDO_DAYS);
        Some(format!(
            "记入台账已超过 {days} 天（{last} 为止），不能整批撤销。个别学时有误的，请在学时台账中逐条撤销。"
        ))
    } else {
        None
    }
}

async fn found(
    db: &mut SqliteConnection,
    user: &Can<EditHistory>,
    id: i64,
    clock: &Clock,
    settings: &Settings,
) -> Result<Batch> {
    let batch = batch::find(db, id, &user.grant).await?;
    if !may(&user.grant) {
        return Err(Error::refused(
            "已记入台账的历史学时只有人社局可以撤销。需要撤销的，请联系人社局。",
        ));
    }
    match refusal(&batch, clock, settings) {
        Some(sentence) => Err(Error::refused(sentence)),
        None => Ok(batch),
    }
}

fn confirmation(batch: &Batch, form: &Form) -> Page {
    Page::new("import/history_undo.html")
        .with("batch", batch)
        .with("years", &batch.years())
        .with("form", form)
}

#[get("/history/records/<id>/undo")]
async fn page(
    user: Can<EditHistory>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let batch = found(&mut db, &user, id, clock, settings).await?;
    Ok(confirmation(&batch, &Form::new()))
}

#[post("/history/records/<id>/undo", data = "<form>")]
#[expect(clippy::too_many_arguments, reason = "guards and parameters of one route")]
async fn undo(
    user: Can<EditHistory>,
    id: i64,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    mut form: Form,
) -> Result<Answer> {
    let reason = form.required("reason", "撤销原因", kit::review::REASON);
    let mut tx = db.begin().await?;
    let batch = found(&mut tx, &user, id, clock, settings).await?;
    if form.refused() {
        return Ok(confirmation(&batch, &form).refused().into());
    }
    let claimed = sqlx::query(
        "update history_batch set undone_at = ?, undone_by = ?, undo_reason = ?, updated_at = ?
          where id = ? and undone_at = '' and entered_at <> ''",
    )
    .bind(clock.stamp())
    .bind(&user.user.name)
    .bind(&reason)
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if claimed.rows_affected() == 0 {
        return Err(Error::refused("这次导入已经撤销，没有重复撤销。"));
    }
    let (reversed, before) =
        reverse(&mut tx, modules, &batch, &reason, &user.actor(), clock).await?;
    let text = format!(
        "撤销历史学时导入 {}：{reversed} 条学时已写反向记录，{before} 条此前已单独撤销，原因：{}",
        batch.number,
        kit::mask::mask_numbers(&reason)
    );
    subject::noted(&mut tx, &user.actor(), clock, "import.history.undo", id, &text).await?;
    tx.commit().await?;
    let done = Done::to(format!("/import/history/records/{id}"))
        .ok(format!("已撤销 {reversed} 条学时，本人会收到消息。"));
    Ok(match before {
        0 => done,
        before => done.warn(format!("其中 {before} 条此前已单独撤销，没有重复撤销。")),
    }
    .into())
}

/// Reverses what of the batch still stands, and tells everybody concerned; gives how many, and how
/// many had been revoked before.
async fn reverse(
    tx: &mut SqliteConnection,
    modules: &Modules,
    batch: &Batch,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<(usize, usize)> {
    let entries: Vec<i64> = sqlx::query_scalar(
        "select entry_id from history_entry where batch_id = ? order by entry_id",
    )
    .bind(batch.id)
    .fetch_all(&mut *tx)
    .await?;
    let why = format!("撤销历史学时导入 {}：{reason}", batch.number);
    let reversed = ledger::reverse_many(&mut *tx, modules, &entries, &why, actor, clock).await?;
    let ids: Vec<i64> = reversed.iter().map(|(entry, ..)| *entry).collect();
    let shares: Vec<(PersonId, i32, Hours)> = sqlx::query_as(
        "select e.person_id, e.year, e.hours from json_each(?) j cross join entry e on e.id = j.value",
    )
    .bind(serde_json::to_string(&ids)?)
    .fetch_all(&mut *tx)
    .await?;
    let mut tally = Tally::default();
    for (person, year, hours) in shares {
        tally.add(person, year, hours);
    }
    let end = format!("原由导入记入，现已整批撤销。原因：{reason}。有出入的，请联系本单位。");
    tally.tell(tx, "导入的历史学时已撤销", &end, clock).await?;
    Ok((reversed.len(), entries.len() - reversed.len()))
}
