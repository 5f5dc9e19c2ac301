//! A sheet's cells, found by their records; their content is looked up when a row is made.

use super::super::rows::{COLUMNS, Cell};
use super::formats::Formats;
use super::kind;
use super::records::{Record, Records};
use super::strings::Strings;

/// What a cell's record says.
#[derive(Debug, Clone, Copy)]
pub enum Value {
    Shared(u32),
    /// A string's place in the stream.
    Text(usize),
    /// A number and its style.
    Number(f64, u16),
    Truth(bool),
    /// A failed formula's code.
    Failed(u8),
}

impl Value {
    /// As the reader hands it over; none if empty.
    pub fn cell(self, stream: &[u8], strings: &Strings, formats: &Formats) -> Option<Cell> {
        let cell = match self {
            Value::Shared(at) => Cell::cut(strings.get(at)),
            Value::Text(at) => Cell::cut(&strings.text(stream.get(at..)?)),
            Value::Number(number, style) => formats.shown(number, style),
            Value::Truth(yes) => Cell::Text(if yes { "TRUE" } else { "FALSE" }.to_owned()),
            Value::Failed(code) => Cell::Text(failed(code).to_owned()),
        };
        (!cell.text().is_empty()).then_some(cell)
    }
}

fn failed(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#VALUE!",
    }
}

/// The cells of one sheet.
#[derive(Debug, Default)]
pub struct Cells {
    cells: Vec<(u16, u16, Value)>,
    hidden: Vec<u16>,
}

impl Cells {
    /// Reads the sheet whose records begin at `start`; none if it is no sheet.
    pub fn of(stream: &[u8], start: usize) -> Option<Self> {
        let mut records = Records::of(stream, start);
        records.next().filter(|record| record.kind == kind::BOF)?;
        let (mut found, mut depth) = (Self::default(), 0_usize);
        // the cell of the last formula: its text comes in a record of its own
        let mut formula = None;
        for record in records {
            match record.kind {
                kind::BOF => depth += 1, // a chart within the sheet
                kind::EOF if depth == 0 => break,
                kind::EOF => depth -= 1,
                _ if depth > 0 => {}
                kind::STRING => {
                    if let Some((row, column)) = formula.take() {
                        found.put(row, column, Value::Text(record.at));
                    }
                }
                _ => formula = found.record(&record).or(formula),
            }
        }
        if !found.cells.is_sorted_by_key(|(row, column, _)| (*row, *column)) {
            found.cells.sort_by_key(|(row, column, _)| (*row, *column));
        }
        found.hidden.sort_unstable();
        Some(found)
    }

    /// By row and column.
    pub fn in_order(&self) -> impl Iterator<Item = (u16, u16, Value)> + '_ {
        self.cells.iter().copied()
    }

    /// Whether a row, by the number the spreadsheet shows, is hidden.
    pub fn is_hidden(&self, number: u32) -> bool {
        let row = number.checked_sub(1).and_then(|row| u16::try_from(row).ok());
        row.is_some_and(|row| self.hidden.binary_search(&row).is_ok())
    }

    fn put(&mut self, row: u16, column: u16, value: Value) {
        if usize::from(column) < COLUMNS {
            self.cells.push((row, column, value));
        }
    }

    /// Takes a record; the place of a formula whose text is still to come.
    fn record(&mut self, record: &Record<'_>) -> Option<(u16, u16)> {
        let (row, column) = (record.u16(0)?, record.u16(2)?);
        let style = || record.u16(4);
        match record.kind {
            kind::LABEL_SST => self.put(row, column, Value::Shared(record.u32(6)?)),
            kind::LABEL | kind::RICH_LABEL => self.put(row, column, Value::Text(record.at + 6)),
            kind::NUMBER => self.put(row, column, Value::Number(record.f64(6)?, style()?)),
            kind::RK => self.put(row, column, Value::Number(compressed(record.u32(6)?), style()?)),
            kind::MANY_RK => {
                let count = record.data.len().saturating_sub(6) / 6;
                for (at, column) in (0..count).zip(column..) {
                    let (style, number) = (record.u16(4 + 6 * at)?, record.u32(6 + 6 * at)?);
                    self.put(row, column, Value::Number(compressed(number), style));
                }
            }
            kind::TRUTH => self.put(row, column, truth(record.u8(6)?, record.u8(7)? != 0)),
            kind::FORMULA => return self.formula(record, row, column),
            kind::ROW if record.u16(12)? & 0x20 != 0 => self.hidden.push(row),
            _ => {}
        }
        None
    }

    /// The value a formula had when it was saved.
    fn formula(&mut self, record: &Record<'_>, row: u16, column: u16) -> Option<(u16, u16)> {
        if record.u16(12)? != 0xFFFF {
            self.put(row, column, Value::Number(record.f64(6)?, record.u16(4)?));
            return None;
        }
        match record.u8(6)? {
            0 => return Some((row, column)),
            kind @ (1 | 2) => self.put(row, column, truth(record.u8(8)?, kind == 2)),
            _ => {}
        }
        None
    }
}

fn truth(value: u8, failed: bool) -> Value {
    if failed { Value::Failed(value) } else { Value::Truth(value != 0) }
}

/// A number in 30 bits and two flags (RkNumber, MS-XLS 2.5.217).
fn compressed(number: u32) -> f64 {
    let kept = number & !0b11;
    let value = match number & 0b10 {
        0 => f64::from_bits(u64::from(kept) << 32),
        _ => f64::from(kept.cast_signed() >> 2),
    };
    if number & 1 == 0 { value } else { value / 100.0 }
}
