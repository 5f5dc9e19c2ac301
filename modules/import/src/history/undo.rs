//! 撤销这次导入: a reversing entry for each, never a deletion; by the bureau, once, within a time. What
//! was corrected since stands in other entries, which are reversed in its place.

use credit_hours::{EditRevocations, ledger};
use kit::access::Grant;
use kit::settings::Kind;
use kit::{
    Actor, Answer, Can, Clock, Db, Done, Error, Form, Hours, Modules, Page, Permission, PersonId,
    Result, Scope, Setting, Settings, User, day,
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

/// Only the bureau takes out of the ledger what is in it: who may both revoke and import there, for
/// the whole county, whose people a batch holds.
pub fn may(user: &User, grant: &Grant) -> bool {
    user.may(EditRevocations::grantable())
        && user.may(EditHistory::grantable())
        && grant.scope == Scope::County
}

/// What a batch still has in the ledger.
struct Standing {
    /// Entries to be reversed, with whose they are: the batch's own, or what corrected them.
    entries: Vec<(i64, PersonId)>,
    /// How many of them stand in the place of one that was corrected (更正).
    corrected: usize,
    /// Entries of the batch of which nothing stands any more.
    before: usize,
}

impl Standing {
    /// Follows every entry of the batch through its corrections to what stands at the end.
    async fn of(db: &mut SqliteConnection, batch: i64) -> Result<Self> {
        let ends: Vec<(i64, i64, PersonId, bool)> = sqlx::query_as(
            "with recursive chain (root, id) as (
               select entry_id, entry_id from history_entry where batch_id = ?
               union all
               select c.root, n.id from chain c cross join entry n on n.corrects_id = c.id)
             select c.root, c.id, e.person_id,
                    exists (select 1 from entry r where r.reverses_id = c.id)
               from chain c cross join entry e on e.id = c.id order by c.id",
        )
        .bind(batch)
        .fetch_all(db)
        .await?;
        let roots = ends.iter().filter(|(root, id, ..)| root == id).count();
        let standing: Vec<_> = ends.into_iter().filter(|(.., reversed)| !reversed).collect();
        Ok(Self {
            corrected: standing.iter().filter(|(root, id, ..)| root != id).count(),
            before: roots - standing.len(),
            entries: standing.into_iter().map(|(_, id, person, _)| (id, person)).collect(),
        })
    }

    /// 2 条学时, or 1 条学时、1 条更正后的学时
    fn words(&self) -> String {
        match (self.entries.len() - self.corrected, self.corrected) {
            (all, 0) => format!("{all} 条学时"),
            (0, corrected) => format!("{corrected} 条更正后的学时"),
            (plain, corrected) => format!("{plain} 条学时、{corrected} 条更正后的学时"),
        }
    }
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

/// A batch that he may undo now, with what of it stands.
///
/// # Errors
/// `NotFound` for one he does not see; `Forbidden` without the right to import or for a part of the
/// county only; refused if it is too late, done already, or holds hours of his own.
async fn found(
    db: &mut SqliteConnection,
    user: &Can<EditRevocations>,
    id: i64,
    clock: &Clock,
    settings: &Settings,
) -> Result<(Batch, Standing)> {
    let batch = batch::find(&mut *db, id, &user.user, &user.grant).await?;
    if !may(&user.user, &user.grant) {
        return Err(Error::Forbidden(
            "整批撤销历史学时，要有“历史学时导入”和“学时撤销更正”两项编辑权限，数据范围是全县。"
                .to_owned(),
        ));
    }
    if let Some(sentence) = refusal(&batch, clock, settings) {
        return Err(Error::refused(sentence));
    }
    let standing = Standing::of(db, id).await?;
    let own = user.user.person;
    if standing.entries.iter().any(|(_, person)| own == Some(*person)) {
        return Err(Error::refused(
            "这次导入里有您本人的学时，不能由自己撤销。请人社局其他有“学时撤销更正”权限的人员办理。",
        ));
    }
    if standing.entries.is_empty() {
        return Err(Error::refused("这次导入的学时都已单独撤销，没有可以撤销的。"));
    }
    Ok((batch, standing))
}

fn confirmation(batch: &Batch, standing: &Standing, form: &Form) -> Page {
    Page::new("import/history_undo.html")
        .with("batch", batch)
        .with("standing", &standing.words())
        .with("corrected", &standing.corrected)
        .with("before", &standing.before)
        .with("years", &batch.years())
        .with("form", form)
}

#[get("/history/records/<id>/undo")]
async fn page(
    user: Can<EditRevocations>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (batch, standing) = found(&mut db, &user, id, clock, settings).await?;
    Ok(confirmation(&batch, &standing, &Form::new()))
}

/// With a reason and one's own password, as a single revocation.
#[post("/history/records/<id>/undo", data = "<form>")]
async fn undo(
    user: Can<EditRevocations>,
    id: i64,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let (batch, standing) = found(&mut reader, &user, id, clock, settings).await?;
    drop(reader);
    let reason = credit_hours::revocation_reason(&mut form, "撤销原因");
    let what = format!("撤销历史学时导入 {}", batch.number);
    accounts::confirm::own_password(&mut form, db, &user.user, clock, &what).await?;
    if form.refused() {
        return Ok(confirmation(&batch, &standing, &form).refused().into());
    }
    let mut tx = db.begin().await?;
    let (batch, standing) = found(&mut tx, &user, id, clock, settings).await?;
    claim(&mut tx, id, &user.user.name, &reason, clock).await?;
    let actor = user.actor();
    reverse(&mut tx, modules, (&batch, &standing), &reason, &actor, clock).await?;
    let (words, before) = (standing.words(), standing.before);
    let text = format!(
        "撤销历史学时导入 {}：{words}已写反向记录，{before} 条此前已单独撤销，原因：{reason}",
        batch.number
    );
    subject::noted(&mut tx, &actor, clock, "import.history.undo", id, &text).await?;
    tx.commit().await?;
    let done = Done::to(format!("/import/history/records/{id}"))
        .ok(format!("已撤销 {words}，本人会收到消息。"));
    Ok(match before {
        0 => done,
        before => done.warn(format!("其中 {before} 条此前已单独撤销，没有重复撤销。")),
    }
    .into())
}

/// The batch is undone: whoever comes second is told.
async fn claim(
    tx: &mut SqliteConnection,
    id: i64,
    by: &str,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    let claimed = sqlx::query(
        "update history_batch set undone_at = ?, undone_by = ?, undo_reason = ?, updated_at = ?
          where id = ? and undone_at = '' and entered_at <> ''",
    )
    .bind(clock.stamp())
    .bind(by)
    .bind(reason)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    if claimed.rows_affected() == 0 {
        return Err(Error::refused("这次导入已经撤销，没有重复撤销。"));
    }
    Ok(())
}

/// Reverses what of the batch still stands, and tells everybody concerned.
async fn reverse(
    tx: &mut SqliteConnection,
    modules: &Modules,
    (batch, standing): (&Batch, &Standing),
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    let entries: Vec<i64> = standing.entries.iter().map(|(entry, _)| *entry).collect();
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
    tally.tell(tx, "导入的历史学时已撤销", &end, clock).await
}
