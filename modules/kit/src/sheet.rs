//! Spreadsheets in (.xlsx, .xlsm, .xls, .ods, .csv): what a file really is, then its rows as cells
//! of text. Nothing here knows what the columns mean; a bomb, a lie or a foreign format gets no
//! further than [`check`]. What is hidden in a sheet: hidden sheets are not read, hidden rows are,
//! and counted ([`Sink::hidden`]). A merged cell's value is in its first cell.
//!
//! A long file streams into a [`Sink`] ([`read`]); a short list comes whole ([`table`]).

mod archive;
mod content;
mod identity;
mod layout;
mod ods;
mod read;
mod rows;
mod scan;
mod text;
mod xls;
mod xlsx;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

pub use content::{PACKED, check};
pub use identity::{Damage, doubt, id_card};
pub use layout::{Layout, Title, Wanted, plain};
pub use read::read;
pub use rows::{Cell, Header, Row, Sink};

use crate::{Error, Result};

/// Endings of the files that are read, as a file field's `accept` has them; the content decides.
pub const ENDINGS: [&str; 5] = [".xlsx", ".xlsm", ".xls", ".ods", ".csv"];

/// A file's name without the ending of a spreadsheet.
pub fn stem(name: &str) -> &str {
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let known = ENDINGS.iter().any(|one| one.eq_ignore_ascii_case(ending));
    if known { &name[..name.len() - ending.len()] } else { name }
}

/// What is told when rows of a file are hidden in it.
pub fn hidden_rows(count: u32) -> String {
    format!(
        "表格里有 {count} 行是隐藏的（筛选或折叠起来的），也一并读入了；不需要的请在表格里删去后重新上传。"
    )
}

/// Files read whole at the same time: each may take its share of memory.
static READING: Semaphore = Semaphore::const_new(2);

/// What is told when the reader itself fails.
pub const BROKEN: &str =
    "文件的内部结构不正常，读不下去。请用 Excel 或 WPS 打开，另存为新的 .xlsx 文件后再上传。";

/// A short list, read whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub header: Header,
    pub rows: Vec<Row>,
    /// Of these, hidden in the spreadsheet.
    pub hidden: u32,
}

impl Table {
    /// A row's cell under `titles[column]` of what was wanted, trimmed; empty if the file lacks it.
    pub fn text<'a>(&self, row: &'a Row, column: usize) -> &'a str {
        self.header.layout.cell(row, column).map_or("", |cell| cell.text().trim())
    }
}

/// Reads a file of at most `wanted.rows` rows off the async threads, two at a time.
///
/// # Errors
/// [`Error::Invalid`]: a Chinese sentence for the field the file came in: what the file is
/// instead, no header, columns missing or twice, too many rows, no row at all.
pub async fn table(bytes: Vec<u8>, wanted: Wanted) -> Result<Table> {
    let _permit = READING.acquire().await.map_err(|e| Error::Fault(e.to_string()))?;
    let work = spawn_blocking(move || {
        let mut kept = Kept::default();
        read(bytes, &wanted, &mut kept)?;
        match kept.header {
            Some(header) if !kept.rows.is_empty() => {
                Ok(Table { header, rows: kept.rows, hidden: kept.hidden })
            }
            _ => Err("表头下面没有内容。请填写后再上传。".to_owned()),
        }
    });
    work.await.unwrap_or_else(|_| Err(BROKEN.to_owned())).map_err(Error::Invalid)
}

#[derive(Default)]
struct Kept {
    header: Option<Header>,
    rows: Vec<Row>,
    hidden: u32,
}

impl Sink for Kept {
    fn header(&mut self, header: &Header) -> Result<(), String> {
        self.header = Some(header.clone());
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), String> {
        self.rows.push(row);
        Ok(())
    }

    fn hidden(&mut self, rows: u32) {
        self.hidden = rows;
    }
}

#[cfg(test)]
mod tests;
