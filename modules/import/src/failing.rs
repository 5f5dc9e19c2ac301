//! 下载需修改的行: the uploader's own columns, bad cells coloured, why; mended it goes in again.

use std::collections::{HashMap, HashSet};

use kit::xlsx::{Book, Column, Value};
use kit::{Can, Clock, Db, Download, Error, Result, trail};
use rocket::{Route, State, get, routes};
use sqlx::SqliteConnection;

use crate::EditImports;
use crate::columns::{COLUMNS, REASON};
use crate::store;
use kit::sheet::Cell;

pub fn routes() -> Vec<Route> {
    routes![failing]
}

/// A failing row: its number, its cells, and (column title, problem).
pub struct Failing {
    number: i64,
    cells: Vec<Cell>,
    problems: Vec<(String, String)>,
}

/// One of our columns as it stands in the file.
pub struct Ours {
    /// Where in a row.
    pub at: usize,
    pub title: &'static str,
    pub width: f64,
    pub required: bool,
}

#[get("/<id>/failing")]
async fn failing(
    user: Can<EditImports>,
    db: &State<Db>,
    clock: &State<Clock>,
    id: i64,
) -> Result<Download> {
    let mut reader = db.read().await?;
    let import = store::find_for(&mut reader, id, &user.grant).await?;
    if import.account_id != Some(user.user.account) {
        return Err(Error::Forbidden(
            "需修改的行里有完整的身份证号，只有上传的人可以下载。".to_owned(),
        ));
    }
    let rows = stored(&mut reader, id).await?;
    drop(reader);
    let count = rows.len();
    let layout = crate::commit::layout(&import)?;
    let ours = COLUMNS.iter().filter_map(|definition| {
        let at = layout.place(definition.column)?;
        let (title, width) = (definition.title, definition.width);
        Some(Ours { at, title, width, required: definition.required })
    });
    let ours: Vec<Ours> = ours.collect();
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    let folder = db.folder().join("tmp");
    let bytes = rocket::tokio::task::spawn_blocking(move || {
        workbook(&folder, crate::template::SHEET, &titles, &ours, &rows)
    });
    let bytes = bytes.await.map_err(|e| Error::Fault(e.to_string()))??;
    let mut tx = db.begin().await?;
    let text = format!("下载导入文件“{}”中需修改的 {count} 行（含完整身份证号）", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.failing", &format!("import:{id}"), &text)
        .await?;
    tx.commit().await?;
    let name = kit::sheet::stem(&import.file_name);
    Ok(Download::xlsx(format!("{name}-需修改的{count}行.xlsx"), bytes))
}

/// The failing rows of an upload.
///
/// # Errors
/// Refused if nothing is kept of them.
pub async fn stored(db: &mut SqliteConnection, id: i64) -> Result<Vec<Failing>> {
    let stored: Vec<(i64, String)> = sqlx::query_as(
        "select number, content from import_row where import_id = ? and verdict = 'error' order by number",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    if stored.is_empty() {
        return Err(Error::refused("没有需要修改的行，或者保留期已过、内容已经删除。"));
    }
    let mut problems: HashMap<i64, Vec<(String, String)>> = HashMap::new();
    let told: Vec<(i64, String, String, String)> = sqlx::query_as(
        "select number, \"column\", message, remedy from import_problem
          where import_id = ? and level = 'error' order by number, place",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    for (number, column, message, remedy) in told {
        let text = format!("{column}：{message}。{remedy}");
        problems.entry(number).or_default().push((column, text));
    }
    stored
        .into_iter()
        .map(|(number, content)| {
            let problems = problems.remove(&number).unwrap_or_default();
            Ok(Failing { number, cells: serde_json::from_str(&content)?, problems })
        })
        .collect()
}

/// The file's own columns without a former reason, then 原行号 and 错误原因.
pub fn workbook(
    folder: &std::path::Path,
    name: &str,
    titles: &[String],
    columns: &[Ours],
    rows: &[Failing],
) -> Result<Vec<u8>> {
    let kept: Vec<usize> = (0..titles.len())
        .filter(|at| !titles[*at].is_empty() && titles[*at] != REASON && titles[*at] != NUMBER)
        .collect();
    let ours: HashMap<usize, &Ours> = columns.iter().map(|one| (one.at, one)).collect();
    let mut heads: Vec<Column> = Vec::with_capacity(kept.len() + 2);
    for at in &kept {
        let known = ours.get(at);
        let column = Column::new(titles[*at].clone(), known.map_or(16.0, |one| one.width));
        heads.push(if known.is_some_and(|one| one.required) { column.required() } else { column });
    }
    heads.push(Column::new(NUMBER, 8.0));
    heads.push(Column::new(REASON, 70.0));
    let mut book = Book::in_folder(folder)?;
    let mut sheet = book.sheet(name)?;
    sheet.typed_columns(heads.len())?;
    sheet.head(&heads)?;
    for row in rows {
        let bad: HashSet<&str> = row.problems.iter().map(|(column, _)| column.as_str()).collect();
        let reason: Vec<&str> = row.problems.iter().map(|(_, text)| text.as_str()).collect();
        let (reason, number) = (reason.join("\n"), row.number.to_string());
        let mut values: Vec<Value<'_>> = kept
            .iter()
            .map(|at| {
                let text = row.cells.get(*at).map_or("", Cell::text);
                let is_bad = ours.get(at).is_some_and(|one| bad.contains(one.title));
                if is_bad { Value::Bad(text) } else { Value::Text(text) }
            })
            .collect();
        values.push(Value::Text(&number));
        values.push(Value::Long(&reason));
        sheet.row(&values)?;
    }
    book.bytes()
}

/// Where the row stood in the file it came from.
pub const NUMBER: &str = "原行号";
