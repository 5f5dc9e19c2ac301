//! 撤销导入: an import is taken back as a whole. What it made goes, what it changed is as it was; what
//! was touched since stays and is named.

mod approved;
mod created;
mod departments;
mod page;
mod requested;
mod updated;

use std::collections::{HashMap, HashSet};

use kit::db::Pools;
use kit::job::Progress;
use kit::settings::Kind;
use kit::{Actor, CaseId, Clock, Error, Modules, PersonId, Result, Setting, day, trail};
use serde::Serialize;
use sqlx::SqliteConnection;

pub use page::{JOB, reaches, routes, until};

/// Days after the import within which it can be undone; what stood there before is kept as long.
pub const UNDO_DAYS: Setting = Setting {
    key: "import.undo-days",
    group: "批量导入",
    label: "导入可以整批撤销",
    help: "导入后这么多天以内可以整批撤销；被改资料的原内容也保留这么多天，之后删除。",
    kind: Kind::Integer { least: 1, most: 365, unit: "天" },
    default: "30",
    check: None,
};

/// Touches looked at and taken back at a time.
const CHUNK: i64 = 2_000;

/// One line of `import_touch`, as an undo meets it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Touched {
    pub object_id: i64,
    /// The spreadsheet's row.
    pub number: i64,
    pub before: String,
    pub after: String,
    pub case_id: Option<CaseId>,
}

/// What becomes of a touch that does not go altogether.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stays {
    /// It is left as it is, and why.
    Whole(String),
    /// A part of it is left, and which; the rest is taken back.
    Partly(String),
}

impl Stays {
    fn why(&self) -> &str {
        match self {
            Self::Whole(why) | Self::Partly(why) => why,
        }
    }
}

/// What the parts of an undo know of it and of one another.
pub struct Undoing<'a> {
    pub modules: &'a Modules,
    pub clock: &'a Clock,
    pub actor: &'a Actor,
    pub import: i64,
    /// People who will no longer be there, or no longer in the internal department that they were
    /// imported into.
    pub leaving: HashSet<PersonId>,
}

/// What an undo does with one kind of touches. Parts are asked in the order of `PARTS`, each for all
/// its touches, and each touch in the order of the objects' numbers.
#[rocket::async_trait]
pub trait Part: Send + Sync {
    /// `import_touch.object` and `what`.
    fn of(&self) -> (&'static str, &'static str);
    /// What happens, as the confirmation counts it: 删除新增的人员
    fn label(&self) -> &'static str;
    /// Those that stay, wholly or partly; it writes nothing.
    async fn stay(
        &self,
        db: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>>;
    /// Takes back those that do not stay wholly; gives those that it could not take back after all.
    async fn take(
        &self,
        tx: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>>;
    /// At the end of the act, if it took anything back.
    async fn end(&self, _tx: &mut SqliteConnection) -> Result<()> {
        Ok(())
    }
}

/// In this order: requests that wait for a decision must not outlive the people they are about, and
/// internal departments are empty only once people have left them.
const PARTS: &[&dyn Part] = &[
    &requested::Requested,
    &approved::Approved,
    &updated::Updated,
    &created::Created,
    &departments::Departments,
];

/// How many of one kind go and stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    pub label: &'static str,
    pub goes: i64,
    pub stays: i64,
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Kept {
    /// The spreadsheet's row.
    pub row: i64,
    /// 周晓梅（4199************42）, or an internal department's name
    pub who: String,
    pub why: String,
}

/// What an undo did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub counts: Vec<Count>,
    /// Touches taken back.
    pub undone: i64,
    /// Touches kept, wholly or partly.
    pub kept: i64,
    /// The first of what is kept.
    pub named: Vec<Kept>,
}

/// Kept ones that are named in a report; the record's page lists all.
const NAMED: i64 = 100;

/// An import as an undo needs it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Subject {
    pub state: String,
    pub kind: String,
    pub file_name: String,
    pub ended_at: String,
    pub undone_at: String,
    pub undone_by: String,
    pub touched: i64,
    /// Changed ones of which it is not known any more what stood there.
    pub emptied: bool,
}

/// The import, whosever it is.
///
/// # Errors
/// `NotFound` if there is none, or if it is one of former hours or of organizations, which have undos of
/// their own.
pub async fn subject(db: &mut SqliteConnection, id: i64) -> Result<Subject> {
    let found: Option<Subject> = sqlx::query_as(
        "select i.state, i.kind, i.file_name, coalesce(i.ended_at, '') as ended_at, i.undone_at,
                i.undone_by,
                (select count(*) from import_touch t where t.import_id = i.id) as touched,
                exists (select 1 from import_touch t where t.import_id = i.id
                          and t.what = 'updated' and t.state = 'done' and t.before = '') as emptied
           from import i where i.id = ? and i.kind = 'people'",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// Why an import cannot be undone; none if it can. `days`: `UNDO_DAYS`.
pub fn refusal(import: &Subject, days: i64, clock: &Clock) -> Option<String> {
    if import.state != "imported" {
        return Some("这次上传没有导入，没有要撤销的。".to_owned());
    }
    if !import.undone_at.is_empty() {
        return Some(format!(
            "这次导入已由 {} 于 {} 撤销，没有重复撤销。",
            import.undone_by,
            day::shown_time(&import.undone_at)
        ));
    }
    let last = until(&import.ended_at, days);
    if day::date_text(clock.today()) > last {
        return Some(format!(
            "导入已超过 {days} 天（{last} 为止），原来的内容不再保留，不能整批撤销。个别人员有误的，请在“本单位人员”中修改。"
        ));
    }
    if import.emptied {
        return Some(
            "这次导入改过的资料，原来的内容保留期已过、已经删除，不能整批撤销。个别人员有误的，请在“本单位人员”中修改。"
                .to_owned(),
        );
    }
    (import.touched == 0).then(|| "这次导入没有留下可以撤销的内容。".to_owned())
}

/// What an undo would do now.
///
/// # Errors
/// `NotFound`; refused as `refusal` says.
pub async fn preview(
    db: &mut SqliteConnection,
    modules: &Modules,
    clock: &Clock,
    id: i64,
) -> Result<Report> {
    let import = subject(&mut *db, id).await?;
    let days = accounts::credentials::days(&mut *db, &UNDO_DAYS).await?;
    if let Some(sentence) = refusal(&import, days, clock) {
        return Err(Error::refused(sentence));
    }
    let actor = Actor::system();
    let leaving = HashSet::new();
    let mut undoing = Undoing { modules, clock, actor: &actor, import: id, leaving };
    let mut report = Report::default();
    for part in PARTS {
        let mut count = Count { label: part.label(), goes: 0, stays: 0 };
        let mut after = 0;
        loop {
            let touches = touched(&mut *db, id, *part, after).await?;
            let Some(last) = touches.last() else { break };
            after = last.object_id;
            let staying = part.stay(&mut *db, &mut undoing, &touches).await?;
            count.stays += staying.len() as i64;
            count.goes += (touches.len() - staying.len()) as i64;
            for touch in &touches {
                let Some(stays) = staying.get(&touch.object_id) else { continue };
                if (report.named.len() as i64) < NAMED {
                    let (object, _) = part.of();
                    let who = who(&mut *db, object, touch.object_id).await?;
                    let why = stays.why().to_owned();
                    report.named.push(Kept { row: touch.number, who, why });
                }
            }
        }
        report.add(count);
    }
    Ok(report)
}

impl Report {
    fn add(&mut self, count: Count) {
        self.undone += count.goes;
        self.kept += count.stays;
        if count.goes + count.stays > 0 {
            self.counts.push(count);
        }
    }
}

/// Takes an import back as a whole, in one transaction. The caller has checked that he may; `reason`
/// is what the trail says.
///
/// # Errors
/// `NotFound` if there is no such import of people; refused if it is not imported,
/// undone already, or too late. Nothing is written then.
pub async fn undo(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    actor: &Actor,
    id: i64,
    reason: &str,
    progress: &Progress,
) -> Result<Report> {
    let mut tx = db.begin().await?;
    let report = within(&mut tx, modules, clock, actor, id, reason, progress).await?;
    progress.check()?;
    tx.commit().await?;
    Ok(report)
}

/// As `undo`, in a transaction of the caller's.
///
/// # Errors
/// As `undo`.
pub async fn within(
    tx: &mut SqliteConnection,
    modules: &Modules,
    clock: &Clock,
    actor: &Actor,
    id: i64,
    reason: &str,
    progress: &Progress,
) -> Result<Report> {
    let import = subject(&mut *tx, id).await?;
    let days = accounts::credentials::days(&mut *tx, &UNDO_DAYS).await?;
    if let Some(sentence) = refusal(&import, days, clock) {
        return Err(Error::refused(sentence));
    }
    progress.expect(import.touched);
    progress.say("正在撤销");
    let mut undoing = Undoing { modules, clock, actor, import: id, leaving: HashSet::new() };
    let mut report = Report::default();
    for part in PARTS {
        let count = whole(&mut *tx, &mut undoing, *part, progress).await?;
        report.add(count);
    }
    finish(&mut *tx, clock, actor, id, reason, &report).await?;
    let did: Vec<String> = report.counts.iter().map(Count::words).collect();
    let text =
        format!("撤销批量导入（文件“{}”）：{}，原因：{reason}", import.file_name, did.join("，"));
    trail::write(&mut *tx, actor, clock, "import.undo", &format!("import:{id}"), &text).await?;
    crate::by_unit::undone(&mut *tx, id, actor, clock).await?;
    report.named = named(tx, id).await?;
    Ok(report)
}

impl Count {
    /// 删除新增的人员 12（保留 3）
    pub fn words(&self) -> String {
        match self.stays {
            0 => format!("{} {}", self.label, self.goes),
            stays => format!("{} {}（保留 {stays}）", self.label, self.goes),
        }
    }
}

/// All touches of one part.
async fn whole(
    tx: &mut SqliteConnection,
    undoing: &mut Undoing<'_>,
    part: &dyn Part,
    progress: &Progress,
) -> Result<Count> {
    let mut count = Count { label: part.label(), goes: 0, stays: 0 };
    let mut after = 0;
    loop {
        progress.check()?;
        let touches = touched(&mut *tx, undoing.import, part, after).await?;
        let Some(last) = touches.last() else { break };
        after = last.object_id;
        let mut staying = part.stay(&mut *tx, undoing, &touches).await?;
        let going: Vec<Touched> = touches
            .iter()
            .filter(|touch| !matches!(staying.get(&touch.object_id), Some(Stays::Whole(_))))
            .cloned()
            .collect();
        staying.extend(part.take(&mut *tx, undoing, &going).await?);
        keep(&mut *tx, undoing.import, part, &touches, &staying).await?;
        count.stays += staying.len() as i64;
        count.goes += (touches.len() - staying.len()) as i64;
        progress.advance(touches.len() as i64);
    }
    if count.goes > 0 {
        part.end(tx).await?;
    }
    Ok(count)
}

/// The next touches of a part, by the objects' numbers.
async fn touched(
    db: &mut SqliteConnection,
    import: i64,
    part: &dyn Part,
    after: i64,
) -> Result<Vec<Touched>> {
    let (object, what) = part.of();
    Ok(sqlx::query_as(
        "select object_id, number, before, after, case_id from import_touch
          where import_id = ? and object = ? and what = ? and state = 'done' and object_id > ?
          order by object_id limit ?",
    )
    .bind(import)
    .bind(object)
    .bind(what)
    .bind(after)
    .bind(CHUNK)
    .fetch_all(db)
    .await?)
}

/// Writes what became of these touches. What stood there before and after is not needed any more.
async fn keep(
    tx: &mut SqliteConnection,
    import: i64,
    part: &dyn Part,
    touches: &[Touched],
    staying: &HashMap<i64, Stays>,
) -> Result<()> {
    let all: Vec<i64> = touches.iter().map(|touch| touch.object_id).collect();
    let (object, what) = part.of();
    sqlx::query(
        "update import_touch set before = '', after = '', note = '', state = 'undone'
          where import_id = ? and object = ? and object_id in (select value from json_each(?))
            and what = ?",
    )
    .bind(import)
    .bind(object)
    .bind(serde_json::to_string(&all)?)
    .bind(what)
    .execute(&mut *tx)
    .await?;
    // by the key, each: joined to a list of all, the planner may read the list for every touch
    for touch in touches {
        let Some(stays) = staying.get(&touch.object_id) else { continue };
        sqlx::query(
            "update import_touch set state = 'kept', note = ?
              where import_id = ? and object = ? and object_id = ? and what = ?",
        )
        .bind(stays.why())
        .bind(import)
        .bind(object)
        .bind(touch.object_id)
        .bind(what)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn finish(
    tx: &mut SqliteConnection,
    clock: &Clock,
    actor: &Actor,
    id: i64,
    reason: &str,
    report: &Report,
) -> Result<()> {
    let claimed = sqlx::query(
        "update import set undone_at = ?, undone_by = ?, undo_reason = ?, undone = ?, kept = ?
          where id = ? and state = 'imported' and undone_at = ''",
    )
    .bind(clock.stamp())
    .bind(&actor.name)
    .bind(kit::mask::mask_numbers(reason))
    .bind(report.undone)
    .bind(report.kept)
    .bind(id)
    .execute(tx)
    .await?;
    if claimed.rows_affected() == 0 {
        return Err(Error::refused("这次导入已经撤销，没有重复撤销。"));
    }
    Ok(())
}

/// The first of what an undone import kept.
async fn named(db: &mut SqliteConnection, id: i64) -> Result<Vec<Kept>> {
    let rows: Vec<(i64, String, i64, String)> = sqlx::query_as(
        "select number, object, object_id, note from import_touch
          where import_id = ? and state = 'kept' order by number limit ?",
    )
    .bind(id)
    .bind(NAMED)
    .fetch_all(&mut *db)
    .await?;
    let mut kept = Vec::with_capacity(rows.len());
    for (row, object, object_id, why) in rows {
        kept.push(Kept { row, who: who(&mut *db, &object, object_id).await?, why });
    }
    Ok(kept)
}

/// What a touched object is called, a person with his number masked.
async fn who(db: &mut SqliteConnection, object: &str, id: i64) -> Result<String> {
    let sql = match object {
        "person" => {
            "select p.name || '（' || substr(i.number, 1, 4) || '************' || substr(i.number, 17)
                    || '）' from person p join identity i on i.id = p.identity_id where p.id = ?"
        }
        "organization" => "select name from organization where id = ?",
        _ => "select '内设部门“' || name || '”' from internal_department where id = ?",
    };
    let found: Option<String> = sqlx::query_scalar(sql).bind(id).fetch_optional(db).await?;
    Ok(found.unwrap_or_else(|| "（已不在系统中）".to_owned()))
}
