//! `jxjy import`: the same check and the same import, told to a terminal or a program.

use accounts::organizations;
use kit::db::Pools;
use kit::job::Progress;
use kit::organization::Organization;
use kit::{Actor, Clock, Error, Modules, OrganizationId, Result, organization, trail};
use serde::Serialize;
use sqlx::SqliteConnection;

pub use crate::commit::{Choice, Outcome};
pub use crate::policy::Policy;

use crate::commit::By;
use crate::store::{self, NewImport};
pub use crate::undo::Report as Undone;
use crate::{below, commit, run, undo as undoing};

/// A problem as `--json` prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Told {
    /// As the spreadsheet numbers it; 0 for the file as a whole.
    pub row: i64,
    pub column: String,
    pub value: String,
    pub message: String,
    pub remedy: String,
}

/// What a command did; the order of the fields is that of the JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Filled rows of the file, without the template's example.
    pub rows: i64,
    /// Rows without an error: new people and people who are there already.
    pub valid: i64,
    /// New people with something to look at.
    pub warnings: i64,
    /// People created.
    pub imported: i64,
    pub errors: Vec<Told>,
    /// People who were there and are changed at once.
    pub updated: i64,
    /// Change requests opened in place of a change.
    pub requested: i64,
    /// There already and left as they are.
    pub skipped: i64,
    /// Rows that do not go in.
    pub failing: i64,
    /// Of these, rows that were good when checked.
    pub changed: i64,
    /// What to look at, row by row.
    pub notes: Vec<Told>,
    /// Only checked: `imported`, `updated` and `requested` are 0, and `would` says what they would be.
    pub dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would: Option<Would>,
    /// The record in 导入记录, for `--undo`; none of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<i64>,
    /// Why nothing was written although the file could be read; empty if something was.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// What an import would do now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Would {
    pub imported: i64,
    pub updated: i64,
    pub requested: i64,
}

impl Report {
    /// Of a file that could not be read, or a command that could not begin.
    pub fn of_nothing(sentence: String) -> Self {
        let told = Told { message: sentence, ..Told::default() };
        Self { errors: vec![told], ..Self::default() }
    }
}

/// What is to be imported, and how.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    pub organization: &'a Organization,
    pub file_name: &'a str,
    pub choice: Choice,
    pub create_departments: bool,
    /// Only checked: the import is tried and taken back, and nothing of it stays.
    pub dry: bool,
}

/// The organization a name or code stands for; the bureau without one.
///
/// # Errors
/// Refused if there is none.
pub async fn organization(db: &Pools, named: Option<&str>) -> Result<Organization> {
    let mut reader = db.read().await?;
    let found = match named {
        Some(text) => organizations::named(&mut reader, text).await?,
        None => organization::bureau(&mut reader).await?,
    };
    found.ok_or_else(|| match named {
        Some(text) => Error::refused(format!("没有名称或信用代码是“{text}”的单位。请核对后再试。")),
        None => Error::refused("还没有设置人社局。请先启动系统，完成首次设置。"),
    })
}

/// Checks a file and, unless it is a trial, imports it: the screens' own steps.
///
/// # Errors
/// A sentence about the file as a whole; rows that do not go in are in the report.
pub async fn import(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    order: &Order<'_>,
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<Report> {
    let id = begin(db, clock, order, &bytes).await?;
    let done = work(db, modules, clock, order, id, bytes, progress).await;
    if order.dry {
        discard(db, id).await?;
    }
    done
}

/// Records the upload as the screen does.
async fn begin(db: &Pools, clock: &Clock, order: &Order<'_>, bytes: &[u8]) -> Result<i64> {
    let actor = Actor::command("import");
    let mut tx = db.begin().await?;
    let Organization { kind, id: own, .. } = *order.organization;
    let below = below::allowed(&mut tx, kind, own).await?;
    let new = NewImport {
        organization: own,
        account: None,
        by_name: &actor.name,
        file_name: order.file_name,
        bytes,
        create_departments: order.create_departments,
        below: below.is_some(),
        kind: store::PEOPLE,
        batch: None,
    };
    let id = store::begin(&mut tx, &new, clock).await?;
    if !order.dry {
        let import = store::find(&mut tx, id, order.organization.id).await?;
        let text = format!("上传导入文件“{}”，开始核对", import.file_name);
        trail::write(&mut tx, &actor, clock, "import.upload", &format!("import:{id}"), &text)
            .await?;
    }
    tx.commit().await?;
    Ok(id)
}

async fn work(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    order: &Order<'_>,
    id: i64,
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<Report> {
    let (organization, choice) = (order.organization.id, order.choice);
    let import = store::find(&mut *db.read().await?, id, organization).await?;
    run::check(db, clock, &import, bytes, progress).await?;
    let notes = notes(&mut *db.read().await?, id, organization).await?;
    let by = By::Command;
    let written = commit::written(db, modules, clock, by, id, organization, choice, progress).await;
    let report = match written {
        Ok((mut tx, outcome)) => {
            let report = report(&mut tx, order, id, outcome, String::new()).await?;
            match order.dry {
                true => tx.rollback().await?,
                false => tx.commit().await?,
            }
            report
        }
        Err(Error::Refused(sentence)) => {
            commit::nothing(db, clock, id, choice).await?;
            report(&mut *db.read().await?, order, id, Outcome::default(), sentence).await?
        }
        Err(error) => {
            commit::nothing(db, clock, id, choice).await?;
            return Err(error);
        }
    };
    // what is not needed any more; of a cancelled one nothing is
    store::forget(db, id, !report.message.is_empty()).await?;
    Ok(Report { notes, ..report })
}

/// What to look at; first, whether the same file was imported before.
async fn notes(db: &mut SqliteConnection, id: i64, unit: OrganizationId) -> Result<Vec<Told>> {
    let import = store::find(db, id, unit).await?;
    let mut notes = vec![];
    if let Some((at, who, people)) = store::same_file(db, &import).await? {
        let at = kit::day::shown_time(&at);
        notes.push(Told {
            message: format!("同一个文件 {at} 已由{who}导入过（{people} 人）"),
            remedy: "请确认没有选错文件".to_owned(),
            ..Told::default()
        });
    }
    notes.extend(told(db, id, "warn").await?);
    Ok(notes)
}

/// Counts and problems as they stand at the end.
async fn report(
    db: &mut SqliteConnection,
    order: &Order<'_>,
    id: i64,
    outcome: Outcome,
    message: String,
) -> Result<Report> {
    let import = store::find(db, id, order.organization.id).await?;
    let Outcome { imported, updated, requested, changed, .. } = outcome; // no registration is passed
    let would = Would { imported, updated, requested };
    let did = if order.dry { Would::default() } else { would };
    Ok(Report {
        rows: import.rows,
        valid: import.rows - import.failing,
        warnings: import.warned,
        imported: did.imported,
        errors: told(db, id, "error").await?,
        updated: did.updated,
        requested: did.requested,
        skipped: import.skipped,
        failing: import.failing,
        changed,
        notes: vec![],
        dry_run: order.dry,
        would: order.dry.then_some(would),
        import: (!order.dry).then_some(id),
        message,
    })
}

async fn told(db: &mut SqliteConnection, id: i64, level: &str) -> Result<Vec<Told>> {
    Ok(sqlx::query_as(
        "select number as row, \"column\", value, message, remedy from import_problem
          where import_id = ? and level = ? order by number, place",
    )
    .bind(id)
    .bind(level)
    .fetch_all(db)
    .await?)
}

/// 撤销导入; with `dry`, what it would do.
///
/// # Errors
/// Refused if there is no such import of people, if it is undone already, or too late.
pub async fn undo(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    id: i64,
    (reason, dry): (&str, bool),
    progress: &Progress,
) -> Result<Undone> {
    let found = undoing::subject(&mut *db.read().await?, id).await;
    match found {
        Ok(import) if import.kind == store::PEOPLE => {}
        Ok(_) => return Err(Error::refused("这是单位的导入，请在系统的“批量导入”中撤销。")),
        Err(Error::NotFound) => {
            return Err(Error::refused(format!(
                "没有编号是 {id} 的人员导入。编号见 jxjy import 的输出，或“导入记录”的网址；历史学时的导入请在系统中撤销。"
            )));
        }
        Err(error) => return Err(error),
    }
    if dry {
        return undoing::preview(&mut *db.read().await?, modules, clock, id).await;
    }
    let actor = Actor::command("import --undo");
    undoing::undo(db, modules, clock, &actor, id, reason, progress).await
}

/// Removes what a trial kept, unless somebody has imported it on the unit's page meanwhile.
async fn discard(db: &Pools, id: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("update import set state = 'cancelled' where id = ? and state <> 'imported'")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    store::forget(db, id, true).await?;
    let mut tx = db.begin().await?;
    sqlx::query("delete from import where id = ? and state = 'cancelled'")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
