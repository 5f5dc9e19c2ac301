//! .xlsx and .xlsm, by calamine's stream of cells.

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Cursor};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use super::read::{Book, DAMAGED};
use super::rows::{Cell, Row, Rows};

/// A workbook that [`super::archive::inspect`] has let through.
pub(super) struct Workbook {
    book: Xlsx<Cursor<Vec<u8>>>,
    sheets: Vec<String>,
    /// Numbers of hidden rows, by sheet.
    hidden: HashMap<String, HashSet<u32>>,
}

impl Workbook {
    /// `hidden`: numbers of hidden rows, by part.
    pub fn open(bytes: Vec<u8>, hidden: HashMap<String, Vec<u32>>) -> Result<Self, String> {
        let hidden = match hidden.is_empty() {
            true => HashMap::new(),
            false => by_sheet(&bytes, hidden),
        };
        let book = Xlsx::new(Cursor::new(bytes)).map_err(|_| DAMAGED.to_owned())?;
        Ok(Self { book, sheets: vec![], hidden })
    }
}

impl Book for Workbook {
    fn sheets(&mut self) -> Result<Vec<String>, String> {
        let visible = self
            .book
            .sheets_metadata()
            .iter()
            .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible);
        self.sheets = visible.map(|s| s.name.clone()).collect();
        Ok(self.sheets.clone())
    }

    fn read(&mut self, at: usize, rows: &mut Rows<'_>) -> Result<(), String> {
        let damaged = |_| DAMAGED.to_owned();
        let Some(name) = self.sheets.get(at) else { return Ok(()) };
        let hidden = self.hidden.get(name);
        let is_hidden = |row: &Row| hidden.is_some_and(|hidden| hidden.contains(&row.number));
        let mut cells = self.book.worksheet_cells_reader(name).map_err(damaged)?;
        let mut current: Option<Row> = None;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            let (row, column) = cell.get_position();
            let number = row.saturating_add(1);
            if current.as_ref().is_none_or(|row| row.number != number) {
                if let Some(done) = current.take() {
                    if done.number > number {
                        return Err(DAMAGED.to_owned());
                    }
                    let is_hidden = is_hidden(&done);
                    if !rows.take(done, is_hidden)? {
                        return Ok(());
                    }
                }
                current = Some(Row::new(number));
            }
            if let (Some(value), Some(row)) = (typed(cell.get_value()), &mut current) {
                row.put(column as usize, value);
            }
        }
        if let Some(done) = current.take() {
            let is_hidden = is_hidden(&done);
            rows.take(done, is_hidden)?;
        }
        Ok(())
    }
}

/// A cell as its text; none if empty.
fn typed(value: &DataRef<'_>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => Cell::cut(text),
        DataRef::SharedString(text) => Cell::cut(text),
        DataRef::Int(number) => Cell::Number { n: number.to_string() },
        DataRef::Float(number) => Cell::number(*number),
        DataRef::Bool(yes) => Cell::Text(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(at) if at.is_datetime() && at.as_f64() >= 1.0 => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            Cell::Text(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTime(at) => Cell::number(at.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::cut(text),
        DataRef::Error(error) => Cell::Text(error.to_string()),
    })
}

/// Which sheet each part is; what cannot be told is left out, hidden rows are a hint only.
fn by_sheet(bytes: &[u8], mut hidden: HashMap<String, Vec<u32>>) -> HashMap<String, HashSet<u32>> {
    let attributes = |part: &str, tag: &str, keys: [&str; 2]| -> Vec<[String; 2]> {
        let mut found = vec![];
        let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return found };
        let Ok(entry) = archive.by_name(part) else { return found };
        let (mut reader, mut buffer) = (Reader::from_reader(BufReader::new(entry)), vec![]);
        while let Ok(event) = reader.read_event_into(&mut buffer) {
            match event {
                Event::Eof => break,
                Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == tag => {
                    let mut all = e.attributes();
                    let all: Vec<_> = all.with_checks(false).flatten().collect();
                    let value = |key: &str| {
                        let same = all.iter().find(|a| a.key.local_name().as_ref() == key)?;
                        let value = same.normalized_value(XmlVersion::Implicit1_0).ok()?;
                        Some(value.into_owned())
                    };
                    let [first, second] = keys;
                    found.extend(value(first).zip(value(second)).map(|(a, b)| [a, b]));
                }
                _ => {}
            }
            buffer.clear();
        }
        found
    };
    let parts: HashMap<String, String> =
        attributes("xl/_rels/workbook.xml.rels", "Relationship", ["Id", "Target"])
            .into_iter()
            .map(|[id, target]| {
                let target = target.to_lowercase();
                let part =
                    target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                (id, part)
            })
            .collect();
    attributes("xl/workbook.xml", "sheet", ["name", "id"])
        .into_iter()
        .filter_map(|[name, id]| {
            Some((name, hidden.remove(parts.get(&id)?)?.into_iter().collect()))
        })
        .collect()
}
