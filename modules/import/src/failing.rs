//! 下载需修改的行: the uploader's own columns, bad cells coloured, why; mended it goes in again.

use std::collections::{HashMap, HashSet};

use kit::xlsx::{Book, Column, Value};
use kit::{Can, Clock, Db, Download, Error, Result, trail};
use rocket::{Route, State, get, routes};

use crate::EditImports;
use crate::columns::{COLUMNS, Layout, REASON};
use crate::store;
use kit::sheet::Cell;

pub fn routes() -> Vec<Route> {
    routes![failing]
}

/// A failing row: its number, its cells, and (column title, problem).
struct Failing {
    number: i64,
    cells: Vec<Cell>,
    problems: Vec<(String, String)>,
}

#[get("/<id>/failing")]
async fn failing(
    user: Can<EditImports>,
    db: &State<Db>,
    clock: &State<Clock>,
    id: i64,
) -> Result<Download> {
    let mut reader = db.read().await?;
    let import = store::find(&mut reader, id, user.organization()).await?;
    if import.account_id != Some(user.user.account) {
        return Err(Error::Forbidden(
            "需修改的行里有完整的身份证号，只有上传的人可以下载。".to_owned(),
        ));
    }
    let stored: Vec<(i64, String)> = sqlx::query_as(
        "select number, content from import_row where import_id = ? and verdict = 'error' order by number",
    )
    .bind(id)
    .fetch_all(&mut *reader)
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
    .fetch_all(&mut *reader)
    .await?;
    drop(reader);
    for (number, column, message, remedy) in told {
        let text = format!("{column}：{message}。{remedy}");
        problems.entry(number).or_default().push((column, text));
    }
    let count = stored.len();
    let rows = stored
        .into_iter()
        .map(|(number, content)| {
            let problems = problems.remove(&number).unwrap_or_default();
            Ok(Failing { number, cells: serde_json::from_str(&content)?, problems })
        })
        .collect::<Result<Vec<_>>>()?;
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    let folder = db.folder().join("tmp");
    let bytes = rocket::tokio::task::spawn_blocking(move || workbook(&folder, &titles, &rows));
    let bytes = bytes.await.map_err(|e| Error::Fault(e.to_string()))??;
    let mut tx = db.begin().await?;
    let text = format!("下载导入文件“{}”中需修改的 {count} 行（含完整身份证号）", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.failing", &format!("import:{id}"), &text)
        .await?;
    tx.commit().await?;
    let name = import.file_name.trim_end_matches(".xlsx").trim_end_matches(".xlsm");
    Ok(Download::xlsx(format!("{name}-需修改的{count}行.xlsx"), bytes))
}

/// The file's own columns without a former reason, then 原行号 and 错误原因.
fn workbook(folder: &std::path::Path, titles: &[String], rows: &[Failing]) -> Result<Vec<u8>> {
    let layout = Layout::of(titles);
    let kept: Vec<usize> = (0..titles.len())
        .filter(|at| !titles[*at].is_empty() && titles[*at] != REASON && titles[*at] != NUMBER)
        .collect();
    let mut heads: Vec<Column> = Vec::with_capacity(kept.len() + 2);
    let mut ours: HashMap<usize, &'static str> = HashMap::new();
    for definition in &COLUMNS {
        if let Some(at) = layout.place(definition.column) {
            ours.insert(at, definition.title);
        }
    }
    for at in &kept {
        let definition = COLUMNS.iter().find(|d| ours.get(at) == Some(&d.title));
        let column = Column::new(titles[*at].clone(), definition.map_or(16.0, |d| d.width));
        heads.push(if definition.is_some_and(|d| d.required) { column.required() } else { column });
    }
    heads.push(Column::new(NUMBER, 8.0));
    heads.push(Column::new(REASON, 70.0));
    let mut book = Book::in_folder(folder)?;
    let mut sheet = book.sheet(crate::template::SHEET)?;
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
                let is_bad = ours.get(at).is_some_and(|title| bad.contains(title));
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
const NUMBER: &str = "原行号";
