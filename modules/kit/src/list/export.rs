//! The workbook of a list: exactly what is shown, all pages of it.

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Semaphore, mpsc};

use super::ask::Asked;
use super::cell::{self, Drawing};
use super::narrow::{Row, Start, View};
use super::told::{self, Tell};
use super::turn::thousands;
use super::{Ask, Extra, List};
use crate::access::Grant;
use crate::xlsx::{Book, Value};
use crate::{Clock, Db, Download, Error, Result, Settings, User, trail};

/// Rows read at once.
const CHUNK: i64 = 2_000;
/// Rows of one workbook; a sheet holds a few more.
const MOST: usize = 1_000_000;
/// Workbooks made at the same time: each keeps a core busy.
static WORKING: Semaphore = Semaphore::const_new(2);

/// Writes the .xlsx and its trail row.
#[expect(
    clippy::too_many_arguments,
    reason = "what every handler has at hand; a struct would only rename it"
)]
pub async fn export(
    list: &'static List,
    ask: &Ask,
    db: &Db,
    user: &User,
    grant: &Grant,
    clock: &Clock,
    settings: &Settings,
    extra: Extra,
) -> Result<Download> {
    let _permit = WORKING.acquire().await.map_err(|_| Error::Fault("export gate".to_owned()))?;
    let mut reader = db.read().await?;
    // one snapshot for all chunks: nobody is listed twice or left out meanwhile
    let mut snapshot = reader.begin().await?;
    let asked = Asked::read(list, ask, &mut snapshot, user).await?;
    let drawing = Drawing::new(list, &mut snapshot, clock, settings).await?;
    let title = extra.title.clone().unwrap_or_else(|| list.title.to_owned());
    let summary = asked.summary();
    let mut note = format!(
        "导出单位：{}　导出人：{}　导出时间：{}",
        grant.organization_name,
        user.name,
        crate::day::shown_time(&clock.stamp())
    );
    if !summary.is_empty() {
        note.push_str(&format!("　条件：{summary}"));
    }
    let (sender, receiver) = mpsc::channel(2);
    let book = Book::in_folder(&db.folder().join("tmp"))?;
    let (sheet_title, hide) = (title.clone(), extra.hide);
    let writing = tokio::task::spawn_blocking(move || {
        write(list, book, &sheet_title, &note, &drawing, hide, receiver)
    });
    let view = View { list, scope: grant.scope, fixed: &extra.fixed, asked: &asked };
    let read = read(&view, &mut snapshot, &sender, (extra.tell, clock)).await;
    drop(sender);
    let written = writing.await.map_err(|error| Error::Fault(format!("workbook: {error}")))?;
    let rows = read?;
    let bytes = written?;
    snapshot.rollback().await?;
    drop(reader);

    let mut tx = db.begin().await?;
    let condition =
        if summary.is_empty() { String::new() } else { format!("，条件：{summary}") };
    let text = format!("导出“{title}” {} 行{condition}", thousands(rows as i64));
    let object = format!("list:{}", list.key);
    trail::write(&mut tx, &user.actor(), clock, "list.export", &object, &text).await?;
    tx.commit().await?;
    Ok(Download::xlsx(file_name(&grant.organization_name, &title, clock.today()), bytes))
}

/// Reads chunk by chunk and hands them over; tells how many rows there were.
async fn read(
    view: &View<'_>,
    db: &mut SqliteConnection,
    to: &mpsc::Sender<Vec<Row>>,
    (tell, clock): (Option<Tell>, &Clock),
) -> Result<usize> {
    let mut start = Start::First;
    let mut count = 0;
    loop {
        let mut rows = view.rows(db, start, CHUNK).await?;
        told::fill(view.list, &mut rows, tell, db, clock).await?;
        count += rows.len();
        if count > MOST {
            return Err(Error::refused(
                "符合条件的超过 1,000,000 条，一个表格放不下。请缩小查询条件后分几次导出。",
            ));
        }
        let more = rows.len() as i64 == CHUNK;
        match rows.last() {
            Some(last) => start = Start::After(last.id),
            None => return Ok(count),
        }
        // a writer that stopped has its own error to tell
        if to.send(rows).await.is_err() || !more {
            return Ok(count);
        }
    }
}

/// The whole workbook, on a thread of its own.
fn write(
    list: &'static List,
    mut book: Book,
    title: &str,
    note: &str,
    drawing: &Drawing,
    hide: &[&str],
    mut from: mpsc::Receiver<Vec<Row>>,
) -> Result<Vec<u8>> {
    let mut sheet = book.sheet(title)?;
    let shown = |column: &super::Column| !hide.contains(&column.key);
    let columns: Vec<_> = list.columns.iter().filter(|c| shown(c)).map(cell::head).collect();
    sheet.title(title, columns.len())?;
    sheet.note(note, columns.len())?;
    sheet.head(&columns)?;
    while let Some(rows) = from.blocking_recv() {
        for row in rows {
            let mut made = vec![String::new(); row.values.len()];
            let values: Vec<Value<'_>> = list
                .columns
                .iter()
                .zip(&row.values)
                .zip(&mut made)
                .filter(|((column, _), _)| shown(column))
                .map(|((column, value), made)| cell::written(column, value, made, drawing))
                .collect();
            sheet.row(&values)?;
        }
    }
    book.bytes()
}

/// `单位_表名_日期.xlsx`
pub fn file_name(organization: &str, title: &str, today: time::Date) -> String {
    // what no file system takes in a name
    let clean = |text: &str| -> String {
        text.chars()
            .map(|c| if "/\\:*?\"<>|".contains(c) || c.is_control() { ' ' } else { c })
            .collect()
    };
    let day = crate::day::date_text(today).replace('-', "");
    format!("{}_{}_{day}.xlsx", clean(organization), clean(title))
}
