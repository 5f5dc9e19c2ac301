//! The import itself: the check's own code plus one transaction. What changed since the check is
//! left out and listed.

use accounts::people::{self, NewPerson, Origin};
use kit::db::Pools;
use kit::{Actor, Clock, Error, Event, Modules, OrganizationId, Result, trail};
use sqlx::SqliteConnection;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::against::Against;
use crate::check::{Checker, Level, Problem};
use crate::columns::{Column, Layout};
use crate::departments::{Departments, Found};
use crate::parse::CheckedRow;
use crate::store::{self, Import};
use kit::sheet::{Cell, Row};

/// People written by one call of `create_many`.
const CHUNK: usize = 2_000;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub imported: i64,
    /// Good when checked, not any more.
    pub changed: i64,
}

/// Writes the good rows of a checked upload.
///
/// # Errors
/// Refused if it is not waiting for that, or if nobody is left to import.
pub async fn commit(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    actor: &Actor,
    id: i64,
    organization: OrganizationId,
) -> Result<Outcome> {
    let import = store::find(&mut *db.read().await?, id, organization).await?;
    if import.state != "checked" {
        return Err(already(&import.state));
    }
    let mut tx = db.begin().await?;
    let claimed = sqlx::query(
        "update import set state = 'imported', ended_at = ? where id = ? and state = 'checked'",
    )
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if claimed.rows_affected() == 0 {
        return Err(already("imported"));
    }
    let outcome =
        write(&mut tx, modules, clock, actor, &import, chunks(db.clone(), clock, &import)).await?;
    tx.commit().await?;
    if let Err(error) = store::forget(db, id, false).await {
        tracing::error!(import = id, %error, "imported rows not removed yet"); // the sweep will
    }
    Ok(outcome)
}

/// Ends a checked upload of which nothing can go in (the command has nobody to ask).
pub async fn nothing(db: &Pools, clock: &Clock, id: i64) -> Result<Outcome> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "update import set state = 'cancelled', ended_at = ? where id = ? and state = 'checked'",
    )
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Outcome { imported: 0, changed: 0 })
}

/// Why an upload is not waiting to be imported.
pub fn already(state: &str) -> Error {
    Error::refused(match state {
        "checking" => "文件还在核对，请等核对结束后再导入。",
        "imported" => "这次核对已经导入过了，没有重复导入。",
        "cancelled" => "这次导入已经取消。请重新上传文件。",
        _ => "这次核对没有完成，不能导入。请重新上传文件。",
    })
}

/// The good rows, checked once more (the day or the rules may have changed), in chunks: read and
/// checked beside the transaction that writes them, never all in memory.
fn chunks(db: Pools, clock: &Clock, import: &Import) -> mpsc::Receiver<Result<Vec<CheckedRow>>> {
    let (sender, receiver) = mpsc::channel(1);
    let (today, import) = (clock.today(), import.clone());
    tokio::spawn(async move {
        let checked = async {
            let mut reader = db.read().await?;
            let departments = Departments::of(&mut reader, import.organization_id).await?;
            let mut checker =
                Checker::new(today, layout(&import)?, departments, import.create_departments);
            let mut after = 0;
            loop {
                let stored = stored(&mut reader, import.id, after).await?;
                let Some((last, _)) = stored.last() else { return Ok(()) };
                after = *last;
                let work = spawn_blocking(move || (again(&mut checker, stored), checker));
                let (rows, same) = work.await.map_err(|e| Error::Fault(e.to_string()))?;
                checker = same;
                if sender.send(Ok(rows?)).await.is_err() {
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
    .bind(CHUNK as i64)
    .fetch_all(db)
    .await?)
}

fn again(checker: &mut Checker, stored: Vec<(u32, String)>) -> Result<Vec<CheckedRow>> {
    stored
        .into_iter()
        .map(|(number, content)| {
            let cells: Vec<Cell> = serde_json::from_str(&content)?;
            let row = Row { number, cells };
            let checked = checker.row(&row);
            Ok(CheckedRow::new(row, checked))
        })
        .collect()
}

/// The columns of an upload's file.
pub fn layout(import: &Import) -> Result<Layout> {
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    Ok(Layout::of(&titles))
}

async fn write(
    tx: &mut SqliteConnection,
    modules: &Modules,
    clock: &Clock,
    actor: &Actor,
    import: &Import,
    mut chunks: mpsc::Receiver<Result<Vec<CheckedRow>>>,
) -> Result<Outcome> {
    let layout = layout(import)?;
    let organization = import.organization_id;
    let mut departments = Departments::of(tx, organization).await?;
    let against = Against::of(tx, organization, layout.clone()).await?;
    let (mut imported, mut taken) = (0, 0);
    let (mut failing, mut skipped) = (vec![], vec![]);
    while let Some(chunk) = chunks.recv().await {
        let mut chunk = chunk?;
        taken += chunk.len() as i64;
        against.compare(tx, &mut chunk).await?;
        let mut people = Vec::with_capacity(chunk.len());
        for row in &mut chunk {
            let department = department(tx, row, &layout, &mut departments, import).await?;
            let department = match department {
                Some(Place::Made(id)) => {
                    let name = row.accepted.as_ref().map_or("", |a| a.department.as_str());
                    let text = format!("批量导入时新建内设部门“{name}”");
                    let object = format!("internal-department:{id}");
                    trail::write(tx, actor, clock, "import.department", &object, &text).await?;
                    Some(id)
                }
                Some(Place::Found(id)) => Some(id),
                None => None,
            };
            if let Some(skip) = row.skip.take() {
                skipped.push((row.number, skip));
            } else if let Some(accepted) = row.accepted.take() {
                people.push(NewPerson {
                    id_card: accepted.id_card,
                    organization,
                    internal_department: department,
                    fields: accepted.fields,
                });
            } else {
                let told = row.problems.iter().find(|p| p.level == Level::Error).cloned();
                failing.push((row.number, told.unwrap_or_else(|| changed(row, &layout))));
            }
        }
        if people.is_empty() {
            continue;
        }
        let ids = people::create_many(tx, &people, Origin::Import, Some(import.id), clock).await?;
        imported += ids.len() as i64;
        modules.deliver(tx, &Event::PeopleCreated { people: ids }, clock).await?;
    }
    if taken != import.valid {
        return Err(Error::Fault(format!("{taken} of {} rows were read", import.valid)));
    }
    store::turn(tx, import.id, "error", &store::late("error", &failing)).await?;
    store::turn(tx, import.id, "skip", &store::late("skip", &skipped)).await?;
    let changed = (failing.len() + skipped.len()) as i64;
    sqlx::query(
        "update import set imported = ?, changed = ?, failing = failing + ?, skipped = skipped + ?
          where id = ?",
    )
    .bind(imported)
    .bind(changed)
    .bind(failing.len() as i64)
    .bind(skipped.len() as i64)
    .bind(import.id)
    .execute(&mut *tx)
    .await?;
    if imported == 0 {
        return Err(Error::refused(
            "没有可以导入的人员：核对之后情况有变化，这些人都已在系统中。请重新上传文件核对。",
        ));
    }
    let out = import.failing + import.skipped + changed;
    let text = format!("批量导入 {imported} 人（文件“{}”），{out} 行未导入", import.file_name);
    trail::write(tx, actor, clock, "import.commit", &format!("import:{}", import.id), &text)
        .await?;
    Ok(Outcome { imported, changed })
}

fn changed(row: &CheckedRow, layout: &Layout) -> Problem {
    Problem {
        column: Column::IdNumber,
        level: Level::Error,
        value: row.typed(layout, Column::IdNumber).to_owned(),
        message: "核对之后情况有变化".to_owned(),
        remedy: "重新上传这一行核对".to_owned(),
    }
}

/// An internal department that was there, or was made for this row.
enum Place {
    Found(i64),
    Made(i64),
}

/// The row's internal department, made if that was asked for and it is still missing.
async fn department(
    tx: &mut SqliteConnection,
    row: &mut CheckedRow,
    layout: &Layout,
    departments: &mut Departments,
    import: &Import,
) -> Result<Option<Place>> {
    let name = match &row.accepted {
        Some(accepted) if row.skip.is_none() && !accepted.department.is_empty() => {
            accepted.department.clone()
        }
        _ => return Ok(None),
    };
    match departments.find(&name) {
        Found::One(id) => Ok(Some(Place::Found(id))),
        Found::None if import.create_departments && Departments::can_create(&name) => {
            let id = accounts::internal_departments::add(tx, import.organization_id, &name).await?;
            departments.add(&name, id);
            Ok(Some(Place::Made(id)))
        }
        _ => {
            let message = "这个内设部门在核对之后已停用或改名".to_owned();
            row.tell(
                layout,
                Level::Error,
                Column::Department,
                message,
                "改为在用的部门，重新上传这一行",
            );
            Ok(None)
        }
    }
}
