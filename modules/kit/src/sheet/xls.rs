//! .xls (BIFF8, and BIFF5 of Excel 95 and many export programs), read record by record: strings
//! stay where they are in the file until a row needs them.

mod cells;
mod formats;
mod records;
mod strings;

use std::io::{Cursor, Read};

use super::content::{AGAIN, PACKED};
use super::read::{Book, DAMAGED};
use super::rows::{Row, Rows};
use cells::Cells;
use formats::Formats;
use records::{Record, Records};
use strings::{Strings, encoding_of};

const LOCKED: &str = "文件加了密码，无法读取。请在 Excel 或 WPS 里取消密码，保存后再上传。";

/// Kinds of record (MS-XLS 2.3).
mod kind {
    pub const BOF: u16 = 0x0809;
    pub const EOF: u16 = 0x000A;
    pub const FILE_PASS: u16 = 0x002F;
    pub const CODE_PAGE: u16 = 0x0042;
    pub const DATE_MODE: u16 = 0x0022;
    pub const FORMAT: u16 = 0x041E;
    pub const XF: u16 = 0x00E0;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const SST: u16 = 0x00FC;
    pub const CONTINUE: u16 = 0x003C;
    pub const ROW: u16 = 0x0208;
    pub const LABEL_SST: u16 = 0x00FD;
    pub const LABEL: u16 = 0x0204;
    pub const RICH_LABEL: u16 = 0x00D6;
    pub const NUMBER: u16 = 0x0203;
    pub const RK: u16 = 0x027E;
    pub const MANY_RK: u16 = 0x00BD;
    pub const FORMULA: u16 = 0x0006;
    pub const STRING: u16 = 0x0207;
    pub const TRUTH: u16 = 0x0205;
}

/// Whether it is a workbook's stream without the container around it, as some programs export it.
pub(super) fn is_bare(bytes: &[u8]) -> bool {
    matches!(bytes, [0x09, 0x08, length, 0x00, 0x00, 0x05 | 0x06, ..] if *length >= 4)
}

/// The workbook's stream out of the file of the old Office.
///
/// # Errors
/// A Chinese sentence that says what the file is instead and what to do.
pub(super) fn stream(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if is_bare(bytes) {
        return Ok(bytes.to_vec());
    }
    let damaged = || format!("文件已损坏或没有传完整，打不开。{AGAIN}");
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| damaged())?;
    let holds = |name: &str| file.is_stream(name);
    if holds("/EncryptedPackage") {
        return Err(LOCKED.to_owned());
    }
    let Some(name) = ["/Workbook", "/Book"].into_iter().find(|name| holds(name)) else {
        let what = if holds("/WordDocument") || holds("/WpsContent") {
            "这是旧版 Word 或 WPS 文字文件"
        } else if holds("/PowerPoint Document") {
            "这是旧版 PPT 文件"
        } else {
            "这是旧版 Office 文件"
        };
        return Err(format!("{what}，不是电子表格。请下载模板，填写后上传。"));
    };
    let mut stream = vec![];
    let source = file.open_stream(name).map_err(|_| damaged())?;
    source.take(PACKED as u64).read_to_end(&mut stream).map_err(|_| damaged())?;
    Ok(stream)
}

/// A workbook whose global records have been read.
pub(super) struct Workbook {
    stream: Vec<u8>,
    strings: Strings,
    formats: Formats,
    /// Visible sheets: where their records begin, and their names.
    sheets: Vec<(usize, String)>,
}

impl Workbook {
    pub fn open(stream: Vec<u8>) -> Result<Self, String> {
        let (mut strings, mut formats, mut sheets) =
            (Strings::default(), Formats::default(), vec![]);
        let mut is_old = false;
        let mut records = Records::of(&stream, 0);
        while let Some(record) = records.next() {
            match record.kind {
                kind::BOF => is_old = record.u16(0) != Some(0x0600),
                kind::FILE_PASS => return Err(LOCKED.to_owned()),
                kind::CODE_PAGE => strings.encoding = encoding_of(record.u16(0).unwrap_or(0)),
                kind::DATE_MODE => formats.since_1904 = record.u16(0) == Some(1),
                kind::FORMAT => formats.format(&record, &strings, is_old),
                kind::XF => formats.cell(&record),
                kind::BOUND_SHEET => sheets.extend(sheet(&record, &strings, is_old)),
                kind::SST => strings.shared(&record, &mut records.clone()),
                kind::EOF => break,
                _ => {}
            }
        }
        strings.is_old = is_old;
        if sheets.is_empty() {
            return Err(DAMAGED.to_owned());
        }
        Ok(Self { stream, strings, formats, sheets })
    }

    /// Rows of the longest sheet, counted by their records.
    pub fn rows(&self) -> u64 {
        let of = |start: usize| {
            let records = Records::of(&self.stream, start);
            records.take_while(|r| r.kind != kind::EOF).filter(|r| r.kind == kind::ROW).count()
        };
        self.sheets.iter().take(10).map(|(start, _)| of(*start) as u64).max().unwrap_or(0)
    }
}

/// Where a visible worksheet begins, and its name.
fn sheet(record: &Record<'_>, strings: &Strings, is_old: bool) -> Option<(usize, String)> {
    let start = usize::try_from(record.u32(0)?).ok()?;
    let (hidden, kind) = (record.u8(4)? & 0b11 != 0, record.u8(5)?);
    let name = strings.name(record.data.get(6..)?, is_old);
    (!hidden && kind == 0).then_some((start, name))
}

impl Book for Workbook {
    fn sheets(&mut self) -> Result<Vec<String>, String> {
        Ok(self.sheets.iter().map(|(_, name)| name.clone()).collect())
    }

    fn read(&mut self, at: usize, rows: &mut Rows<'_>) -> Result<(), String> {
        let Some((start, _)) = self.sheets.get(at) else { return Ok(()) };
        let cells = Cells::of(&self.stream, *start).ok_or_else(|| DAMAGED.to_owned())?;
        let mut current: Option<Row> = None;
        for (row, column, value) in cells.in_order() {
            let number = u32::from(row) + 1;
            if current.as_ref().is_none_or(|current| current.number != number) {
                if let Some(done) = current.take() {
                    let hidden = cells.is_hidden(done.number);
                    if !rows.take(done, hidden)? {
                        return Ok(());
                    }
                }
                current = Some(Row::new(number));
            }
            if let (Some(row), Some(cell)) =
                (&mut current, value.cell(&self.stream, &self.strings, &self.formats))
            {
                row.put(usize::from(column), cell);
            }
        }
        if let Some(done) = current.take() {
            let hidden = cells.is_hidden(done.number);
            rows.take(done, hidden)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
