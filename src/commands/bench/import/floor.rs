//! What nobody can do without: the cells read by bare calamine, and the rows that the import has
//! added to the tables inserted once more, many a statement, into the county as it was before.

use std::io::Cursor;
use std::path::Path;
use std::time::Instant;

use calamine::{DataRef, Reader, Xlsx};
use kit::db::{self, Pools};
use kit::{Error, Result};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::super::process;
use super::Took;

/// Values of one statement (SQLite's own limit is 32,766).
const VALUES: usize = 30_000;

/// Seconds of reading and of inserting.
pub struct Floor {
    pub read: Took,
    pub insert: Took,
}

/// Any value a table holds.
enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// A table's added rows.
struct Added {
    table: String,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// Measures both; `before` and `after`: the folders of the county as it was and as it is.
pub async fn measure(file: &[u8], before: &Path, after: &Path) -> Result<Floor> {
    let read = timed(|| read(file.to_vec()))?;
    let added = added(before, after).await?;
    let pools = Pools::open(before, 1, false).await?;
    let (began, cpu) = (Instant::now(), process::own_cpu());
    let mut tx = pools.begin().await?;
    sqlx::query("pragma defer_foreign_keys = on").execute(&mut *tx).await?;
    for table in &added {
        insert(&mut tx, table).await?;
    }
    tx.commit().await?;
    let insert = took(began, cpu);
    pools.shut().await;
    Ok(Floor { read, insert })
}

fn took(began: Instant, cpu: Option<f64>) -> Took {
    let cpu = process::own_cpu().zip(cpu).map(|(now, then)| now - then);
    Took { wall: began.elapsed().as_secs_f64(), cpu }
}

fn timed(work: impl FnOnce() -> Result<usize>) -> Result<Took> {
    let (began, cpu) = (Instant::now(), process::own_cpu());
    let cells = work()?;
    if cells == 0 {
        return Err(Error::refused("测量用的文件是空的。"));
    }
    Ok(took(began, cpu))
}

/// Each cell as text, row by row, and nothing else.
fn read(file: Vec<u8>) -> Result<usize> {
    let fault = |error: calamine::XlsxError| Error::Fault(error.to_string());
    let mut book: Xlsx<Cursor<Vec<u8>>> = Xlsx::new(Cursor::new(file)).map_err(fault)?;
    let sheet = book.sheet_names().into_iter().next().unwrap_or_default();
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(fault)?;
    let (mut row, mut at, mut count) = (vec![], 0, 0);
    while let Some(cell) = cells.next_cell().map_err(fault)? {
        if cell.get_position().0 != at {
            at = cell.get_position().0;
            std::hint::black_box(&row);
            row.clear();
        }
        row.push(match cell.get_value() {
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            other => format!("{other:?}"),
        });
        count += 1;
    }
    Ok(count)
}

/// Rows that are in `after` and not in `before`, table by table.
async fn added(before: &Path, after: &Path) -> Result<Vec<Added>> {
    let pools = Pools::open(after, 1, false).await?;
    let mut db = pools.read().await?;
    sqlx::query("attach ? as former")
        .bind(before.join(db::FILE).to_string_lossy().into_owned())
        .execute(&mut *db)
        .await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "select m.name from pragma_table_list l join sqlite_schema m on m.name = l.name
          where l.schema = 'main' and l.type = 'table' and m.sql is not null order by m.rowid",
    )
    .fetch_all(&mut *db)
    .await?;
    let mut added = vec![];
    for table in tables {
        // names of our own schema
        let sql = format!(
            "select (select count(*) from main.{table}) - (select count(*) from former.{table})"
        );
        let more: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *db).await?;
        if more > 0 {
            added.push(rows_of(&mut db, table).await?);
        }
    }
    // the index of names: it gives no content back
    let names: Vec<(i64, String)> = sqlx::query_as(
        "select id, name from person where id > (select max(id) from former.person)",
    )
    .fetch_all(&mut *db)
    .await?;
    let words = |name: String| name.chars().map(String::from).collect::<Vec<_>>().join(" ");
    added.push(Added {
        table: "person_search".to_owned(),
        columns: vec!["rowid".to_owned(), "tokens".to_owned()],
        rows: names
            .into_iter()
            .map(|(id, name)| vec![Value::Integer(id), Value::Text(words(name))])
            .collect(),
    });
    drop(db);
    pools.shut().await;
    Ok(added)
}

async fn rows_of(db: &mut SqliteConnection, table: String) -> Result<Added> {
    let columns: Vec<String> =
        sqlx::query_scalar("select name from pragma_table_xinfo(?) where hidden = 0 order by cid")
            .bind(&table)
            .fetch_all(&mut *db)
            .await?;
    let list = quoted(&columns);
    let sql = format!("select {list} from main.{table} except select {list} from former.{table}");
    let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(db).await?;
    let rows = found
        .into_iter()
        .map(|row| {
            let value = |at: usize| {
                let raw = row.try_get_raw(at)?;
                Ok(match raw.type_info().name() {
                    _ if raw.is_null() => Value::Null,
                    "INTEGER" | "BOOLEAN" => Value::Integer(row.try_get_unchecked(at)?),
                    "REAL" => Value::Real(row.try_get_unchecked(at)?),
                    "BLOB" => Value::Blob(row.try_get_unchecked(at)?),
                    _ => Value::Text(row.try_get_unchecked(at)?),
                })
            };
            (0..row.len()).map(value).collect::<Result<Vec<_>>>()
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Added { table, columns, rows })
}

fn quoted(columns: &[String]) -> String {
    columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

async fn insert(tx: &mut SqliteConnection, added: &Added) -> Result<()> {
    // what triggers have made already is passed over
    let head = format!("insert or ignore into {} ({}) ", added.table, quoted(&added.columns));
    for chunk in added.rows.chunks(VALUES / added.columns.len().max(1)) {
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(&head);
        sql.push_values(chunk, |mut row, values| {
            for value in values {
                match value {
                    Value::Null => row.push_bind(None::<i64>),
                    Value::Integer(number) => row.push_bind(*number),
                    Value::Real(number) => row.push_bind(*number),
                    Value::Text(text) => row.push_bind(text.as_str()),
                    Value::Blob(bytes) => row.push_bind(bytes.as_slice()),
                };
            }
        });
        sql.build().execute(&mut *tx).await?;
    }
    Ok(())
}
