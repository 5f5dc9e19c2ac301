//! Former hours enter the ledger: the check's own code plus one transaction. What changed since
//! the check is left out and listed.

use credit_hours::ledger::{self, NewEntry, Source};
use kit::db::Pools;
use kit::job::Progress;
use kit::sheet::{Cell, Row};
use kit::{Actor, CaseId, Clock, Error, PersonId, Result, trail};
use sqlx::SqliteConnection;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::against::{self, Importer};
use super::batch::{self, By};
use super::check::{Accepted, Problem};
use super::columns::{Column, Layout};
use super::rows::CheckedRow;
use super::run;
use super::tally::Tally;
use crate::check::Level;
use crate::store::{self, Import, KeptProblem};

/// Rows checked and written at a time.
const CHUNK: i64 = 2_000;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub batch: i64,
    pub rows: i64,
    /// Good when checked, not any more.
    pub changed: i64,
}

/// The columns of an upload's file.
pub fn layout(import: &Import) -> Result<Layout> {
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    Ok(Layout::of(&titles))
}

/// Why an upload is not waiting to be imported.
pub fn already(state: &str) -> Error {
    crate::commit::already(state)
}

/// Claims a checked upload: whoever comes second is told.
pub async fn claim(tx: &mut SqliteConnection, import: i64, clock: &Clock) -> Result<()> {
    let claimed = sqlx::query(
        "update import set state = 'imported', ended_at = ? where id = ? and state = 'checked'",
    )
    .bind(clock.stamp())
    .bind(import)
    .execute(tx)
    .await?;
    if claimed.rows_affected() == 0 { Err(already("imported")) } else { Ok(()) }
}

/// The bureau's own: writes the good rows of a checked upload into the ledger at once.
///
/// # Errors
/// Refused if it is not waiting for that, if no row is left to enter, or once cancelled.
pub async fn enter(
    db: &Pools,
    clock: &Clock,
    actor: &Actor,
    by: &By<'_>,
    import: &Import,
    importer: &Importer,
    progress: &Progress,
) -> Result<Outcome> {
    if import.state != "checked" {
        return Err(already(&import.state));
    }
    progress.expect(import.valid);
    progress.say("正在写入");
    let mut chunks = chunks(db.clone(), clock, import);
    let mut tx = db.begin().await?;
    claim(&mut tx, import.id, clock).await?;
    let batch = batch::begin(&mut tx, by, Some(import.id), None, clock).await?;
    let layout = layout(import)?;
    let (mut tally, mut failing) = (Tally::default(), vec![]);
    while let Some(chunk) = chunks.recv().await {
        progress.check()?;
        let mut rows = chunk?;
        let count = rows.len() as i64;
        against::compare(&mut tx, &mut rows, importer, &layout).await?;
        failing.extend(left_out(&rows));
        let good = good(&mut rows, &mut tally);
        record(&mut tx, batch, good, None, clock).await?;
        progress.advance(count);
    }
    if tally.rows() == 0 {
        return Err(Error::refused(NOTHING_LEFT));
    }
    let changed = failing.len() as i64;
    settle(&mut tx, import.id, &failing, tally.rows()).await?;
    sqlx::query("update history_batch set left_out = ? where id = ?")
        .bind(import.failing + changed)
        .bind(batch)
        .execute(&mut *tx)
        .await?;
    finish(&mut tx, batch, &tally, actor, clock).await?;
    tx.commit().await?;
    if let Err(error) = store::forget(db, import.id, false).await {
        tracing::error!(import = import.id, %error, "imported rows not removed yet"); // the sweep will
    }
    Ok(Outcome { batch, rows: tally.rows(), changed })
}

/// What is said when nothing is left of the rows that were good.
pub const NOTHING_LEFT: &str =
    "没有可以导入的学时：核对之后情况有变化，这些行都不能导入了。请重新上传文件核对。";

/// A direct batch has its number and is in the ledger; everybody concerned is told.
pub async fn finish(
    tx: &mut SqliteConnection,
    batch: i64,
    tally: &Tally,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    let number = batch::number(&mut *tx, clock).await?;
    sqlx::query(
        "update history_batch set state = 'entered', number = ?, entered_at = ? where id = ?",
    )
    .bind(&number)
    .bind(clock.stamp())
    .bind(batch)
    .execute(&mut *tx)
    .await?;
    tally.note(&mut *tx, batch, clock).await?;
    let entered = batch::any(&mut *tx, batch).await?;
    tally
        .tell(&mut *tx, "历史学时已记入台账", &entered_text(&entered.organization_name), clock)
        .await?;
    let text = format!(
        "历史学时导入 {number}：{} 人 {} 条 {} 学时（{} 年度{}），{} 行未导入",
        tally.people(),
        tally.rows(),
        tally.hours(),
        entered.years(),
        match entered.file_name.as_str() {
            "" => "，外县转入".to_owned(),
            name => format!("，文件“{name}”"),
        },
        entered.left_out
    );
    let object = format!("history-batch:{batch}");
    trail::write(tx, actor, clock, "import.history", &object, &text).await
}

/// How a message goes on.
pub fn entered_text(by: &str) -> String {
    format!("已由{by}导入您的学时台账（来源：导入）。有出入的，请联系本单位或{by}。")
}

/// The rows that can be entered, counted.
pub fn good(rows: &mut [CheckedRow], tally: &mut Tally) -> Vec<(PersonId, Accepted)> {
    let taken = rows.iter_mut().filter_map(|row| Some((row.person?.id, row.accepted.take()?)));
    let taken: Vec<(PersonId, Accepted)> = taken.collect();
    for (person, accepted) in &taken {
        tally.add(*person, accepted.year, accepted.hours);
    }
    taken
}

/// Entries of a batch.
pub async fn record(
    tx: &mut SqliteConnection,
    batch: i64,
    rows: Vec<(PersonId, Accepted)>,
    case: Option<CaseId>,
    clock: &Clock,
) -> Result<()> {
    let new: Vec<NewEntry> = rows
        .into_iter()
        .map(|(person, row)| NewEntry {
            person,
            year: row.year,
            category: row.category,
            kind: row.kind.to_owned(),
            title: row.title,
            started_on: row.started_on,
            ended_on: row.ended_on,
            hours: row.hours,
            source: Source::Import,
            declaration: None,
            recognised_by: row.organizer.clone(),
            organizer: row.organizer,
            certificate_number: row.certificate_number,
            plan: None,
            case,
            corrects: None,
        })
        .collect();
    let entries = ledger::record(&mut *tx, &new, clock).await?;
    keep_entries(tx, batch, &entries).await
}

/// Which entries a batch made.
pub async fn keep_entries(tx: &mut SqliteConnection, batch: i64, entries: &[i64]) -> Result<()> {
    sqlx::query("insert into history_entry (batch_id, entry_id) select ?, value from json_each(?)")
        .bind(batch)
        .bind(serde_json::to_string(entries)?)
        .execute(tx)
        .await?;
    Ok(())
}

/// Rows that are good no more, as they are kept.
pub fn left_out(rows: &[CheckedRow]) -> Vec<(u32, KeptProblem)> {
    let failing = rows.iter().filter(|row| row.verdict() == "error");
    failing
        .map(|row| {
            let told = row.problems.iter().find(|p| p.level == Level::Error).cloned();
            let told = told.unwrap_or_else(|| Problem {
                column: Column::IdNumber,
                level: Level::Error,
                value: String::new(),
                message: "核对之后情况有变化".to_owned(),
                remedy: "重新上传这一行核对".to_owned(),
            });
            (row.number, KeptProblem::from(&told))
        })
        .collect()
}

/// The upload's counts once its good rows are written or submitted.
pub async fn settle(
    tx: &mut SqliteConnection,
    import: i64,
    failing: &[(u32, KeptProblem)],
    rows: i64,
) -> Result<()> {
    store::turn(&mut *tx, import, "error", failing).await?;
    sqlx::query(
        "update import set imported = ?1, changed = ?2, failing = failing + ?2 where id = ?3",
    )
    .bind(rows)
    .bind(failing.len() as i64)
    .bind(import)
    .execute(tx)
    .await?;
    Ok(())
}

/// The good rows, checked once more (the day or the subjects may have changed), in chunks: read and
/// checked beside the transaction that writes them, never all in memory.
pub fn chunks(
    db: Pools,
    clock: &Clock,
    import: &Import,
) -> mpsc::Receiver<Result<Vec<CheckedRow>>> {
    let (sender, receiver) = mpsc::channel(1);
    let (clock, import) = (clock.clone(), import.clone());
    tokio::spawn(async move {
        let checked = async {
            let mut reader = db.read().await?;
            let this_year = run::takes_this_year(&mut reader).await?;
            let checker = run::checker(&mut reader, &clock, this_year, layout(&import)?).await?;
            let mut after = 0;
            loop {
                let stored = stored(&mut reader, import.id, after).await?;
                let Some((last, _)) = stored.last() else { return Ok(()) };
                after = *last;
                let own = checker.clone();
                let work = spawn_blocking(move || {
                    let rows = stored.into_iter().map(|(number, content)| {
                        let cells: Vec<Cell> = serde_json::from_str(&content)?;
                        let row = Row { number, cells };
                        let checked = own.row(&row);
                        Ok(CheckedRow::new(row, checked))
                    });
                    rows.collect::<Result<Vec<_>>>()
                });
                let rows = work.await.map_err(|e| Error::Fault(e.to_string()))?;
                if sender.send(rows).await.is_err() {
                    return Ok(()); // the transaction has failed
                }
            }
        };
        if let Err(error) = checked.await {
            let _ = sender.send(Err(error)).await; // nobody listens if the transaction has failed
        }
    });
    receiver
}

async fn stored(db: &mut SqliteConnection, id: i64, after: u32) -> Result<Vec<(u32, String)>> {
    Ok(sqlx::query_as(
        "select number, content from import_row
          where import_id = ? and number > ? and verdict in ('ok', 'warn') order by number limit ?",
    )
    .bind(id)
    .bind(after)
    .bind(CHUNK)
    .fetch_all(db)
    .await?)
}
