//! .ods, read as a stream: a repeated row or column is counted, never laid out.

use std::collections::HashSet;
use std::io::{BufReader, Cursor};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use super::read::{Book, DAMAGED};
use super::rows::{COLUMNS, Cell, Row, Rows};

/// Bytes of text gathered of one cell; far more than is kept.
const MOST_TEXT: usize = 16 * 1024;

/// A workbook that [`super::archive::inspect`] has let through.
pub(super) struct Workbook {
    bytes: Vec<u8>,
    /// Visible tables: which of all they are, and their names.
    tables: Vec<(usize, String)>,
}

impl Workbook {
    pub fn open(bytes: Vec<u8>) -> Result<Self, String> {
        Ok(Self { bytes, tables: vec![] })
    }
}

impl Book for Workbook {
    fn sheets(&mut self) -> Result<Vec<String>, String> {
        let (mut hidden, mut style) = (HashSet::new(), String::new());
        let (mut tables, mut depth, mut count) = (vec![], 0_usize, 0);
        walk(&self.bytes, |event| {
            match event {
                Event::Start(e) | Event::Empty(e) if is(e, "style") => {
                    style = attribute(e, "style:name").unwrap_or_default();
                }
                Event::Start(e) | Event::Empty(e)
                    if is(e, "table-properties")
                        && attribute(e, "table:display").as_deref() == Some("false") =>
                {
                    hidden.insert(style.clone());
                }
                Event::Start(e) if is(e, "table") => {
                    depth += 1;
                    if depth == 1 {
                        let name = attribute(e, "table:name").unwrap_or_default();
                        let style = attribute(e, "table:style-name").unwrap_or_default();
                        // the remembered content of another file has its address for a name
                        if !hidden.contains(&style) && !name.starts_with("'file:") {
                            tables.push((count, name));
                        }
                        count += 1;
                    }
                }
                Event::End(e) if e.local_name().as_ref() == "table" => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            Ok(true)
        })?;
        self.tables = tables;
        Ok(self.tables.iter().map(|(_, name)| name.clone()).collect())
    }

    fn read(&mut self, at: usize, rows: &mut Rows<'_>) -> Result<(), String> {
        let Some((wanted, _)) = self.tables.get(at) else { return Ok(()) };
        let (mut depth, mut count) = (0_usize, 0);
        let mut table = Table { next: 1, row: None, cell: None };
        let stopped = walk(&self.bytes, |event| {
            match event {
                Event::Start(e) if is(e, "table") => {
                    depth += 1;
                    count += usize::from(depth == 1);
                }
                Event::End(e) if e.local_name().as_ref() == "table" => {
                    depth = depth.saturating_sub(1);
                    return Ok(depth > 0 || count != wanted + 1);
                }
                _ if depth == 1 && count == wanted + 1 => return table.event(event, rows),
                _ => {}
            }
            Ok(true)
        })?;
        // a table that does not end, or ends within a row, has lost rows
        if stopped && table.row.is_none() { Ok(()) } else { Err(DAMAGED.to_owned()) }
    }
}

/// Walks through the content until told to stop; whether it was, before the end.
fn walk(
    bytes: &[u8],
    mut visit: impl FnMut(&Event<'_>) -> Result<bool, String>,
) -> Result<bool, String> {
    let damaged = || DAMAGED.to_owned();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let entry = archive.by_name("content.xml").map_err(|_| damaged())?;
    let mut reader = Reader::from_reader(BufReader::with_capacity(64 * 1024, entry));
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::with_capacity(1024);
    loop {
        match reader.read_event_into(&mut buffer).map_err(|_| damaged())? {
            Event::Eof => return Ok(false),
            event if !visit(&event)? => return Ok(true),
            _ => buffer.clear(),
        }
    }
}

fn is(e: &BytesStart<'_>, name: &str) -> bool {
    e.local_name().as_ref() == name
}

fn attribute(e: &BytesStart<'_>, key: &str) -> Option<String> {
    let attribute = e.try_get_attribute(key).ok().flatten()?;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// How often a row or cell stands there.
fn repeated(e: &BytesStart<'_>, key: &str) -> u32 {
    attribute(e, key).and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// A table being read.
struct Table {
    /// The next row's number.
    next: u32,
    row: Option<Repeated>,
    cell: Option<Open>,
}

/// A row being read.
struct Repeated {
    row: Row,
    column: usize,
    times: u32,
    hidden: bool,
}

/// A cell being read.
#[derive(Default)]
struct Open {
    times: u32,
    /// Under a merged cell: what it holds is not seen.
    covered: bool,
    kind: String,
    value: String,
    text: String,
    paragraphs: u32,
    /// Open elements within the cell.
    depth: usize,
    /// The depth at which something begins that is not the cell's text: a comment, a drawing.
    aside: Option<usize>,
}

impl Table {
    fn event(&mut self, event: &Event<'_>, rows: &mut Rows<'_>) -> Result<bool, String> {
        if let Some(cell) = &mut self.cell {
            if cell.event(event) {
                return Ok(true);
            }
            self.close_cell();
            return Ok(true);
        }
        match event {
            Event::Start(e) if is(e, "table-row") => self.row = Some(Repeated::of(e, self.next)),
            Event::Empty(e) if is(e, "table-row") => {
                self.row = Some(Repeated::of(e, self.next));
                return self.close_row(rows);
            }
            Event::Start(e) if is(e, "table-cell") || is(e, "covered-table-cell") => {
                self.cell = Some(Open::of(e));
            }
            Event::Empty(e) if is(e, "table-cell") || is(e, "covered-table-cell") => {
                self.cell = Some(Open::of(e));
                self.close_cell();
            }
            Event::End(e) if e.local_name().as_ref() == "table-row" => return self.close_row(rows),
            _ => {}
        }
        Ok(true)
    }

    fn close_cell(&mut self) {
        let (Some(cell), Some(row)) = (self.cell.take(), &mut self.row) else { return };
        let end = row.column.saturating_add(cell.times as usize);
        if let Some(value) = cell.value().filter(|value| !value.text().is_empty()) {
            for column in row.column..end.min(COLUMNS) {
                row.row.put(column, value.clone());
            }
        }
        row.column = end;
    }

    fn close_row(&mut self, rows: &mut Rows<'_>) -> Result<bool, String> {
        let Some(Repeated { row, times, hidden, .. }) = self.row.take() else { return Ok(true) };
        let first = self.next;
        self.next = first.saturating_add(times);
        if row.cells.is_empty() {
            return Ok(true);
        }
        // a full row repeated ends by the limit of rows
        for number in first..self.next {
            if !rows.take(Row { number, cells: row.cells.clone() }, hidden)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Repeated {
    fn of(e: &BytesStart<'_>, number: u32) -> Self {
        let visibility = attribute(e, "table:visibility").unwrap_or_default();
        Self {
            row: Row::new(number),
            column: 0,
            times: repeated(e, "table:number-rows-repeated"),
            hidden: matches!(visibility.as_str(), "collapse" | "filter"),
        }
    }
}

impl Open {
    fn of(e: &BytesStart<'_>) -> Self {
        let mut cell = Self { times: 1, covered: is(e, "covered-table-cell"), ..Self::default() };
        for attribute in e.attributes().with_checks(false).flatten() {
            let value = || {
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map(|v| v.into_owned())
                    .unwrap_or_default()
            };
            match attribute.key.as_ref() {
                "table:number-columns-repeated" => cell.times = value().parse().unwrap_or(1),
                "office:value-type" => cell.kind = value(),
                "office:value"
                | "office:date-value"
                | "office:boolean-value"
                | "office:string-value" => cell.value = value(),
                _ => {}
            }
        }
        cell
    }

    /// Takes what lies within the cell; false at its end.
    fn event(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(e) => {
                self.depth += 1;
                self.element(e);
            }
            Event::Empty(e) => {
                self.depth += 1;
                self.element(e);
                self.leave();
            }
            Event::End(_) if self.depth == 0 => return false,
            Event::End(_) => self.leave(),
            Event::Text(text) => self.push(&text.xml10_content()),
            Event::CData(text) => self.push(&text.xml10_content()),
            Event::GeneralRef(entity) => {
                if let Some(text) = quick_xml::escape::resolve_xml_entity(entity) {
                    self.push(text);
                } else if let Ok(Some(c)) = entity.resolve_char_ref() {
                    self.push(c.encode_utf8(&mut [0; 4]));
                }
            }
            _ => {}
        }
        true
    }

    fn leave(&mut self) {
        if self.aside == Some(self.depth) {
            self.aside = None;
        }
        self.depth -= 1;
    }

    fn element(&mut self, e: &BytesStart<'_>) {
        if self.aside.is_some() {
            return;
        }
        match e.name().as_ref() {
            "text:p" => {
                self.paragraphs += 1;
                if self.paragraphs > 1 {
                    self.push("\n");
                }
            }
            "text:s" => {
                let count = repeated(e, "text:c").min(100);
                self.push(&" ".repeat(count as usize));
            }
            "text:tab" => self.push("\t"),
            "text:line-break" => self.push("\n"),
            "text:span" | "text:a" | "text:ruby" | "text:ruby-base" => {}
            _ => self.aside = Some(self.depth),
        }
    }

    fn push(&mut self, text: &str) {
        if self.depth > 0 && self.aside.is_none() && self.text.len() < MOST_TEXT {
            self.text.push_str(text);
        }
    }

    fn value(&self) -> Option<Cell> {
        if self.covered {
            return None;
        }
        let text =
            if self.text.is_empty() && self.kind == "string" { &self.value } else { &self.text };
        Some(match self.kind.as_str() {
            "float" | "currency" | "percentage" => match self.value.parse() {
                Ok(number) => Cell::number(number),
                Err(_) => Cell::cut(text),
            },
            "date" => Cell::cut(self.value.split('T').next().unwrap_or_default()),
            "boolean" => Cell::Text(self.value.to_uppercase()),
            // the code of a failed formula
            _ if text.starts_with("Err:") => Cell::Text("#VALUE!".to_owned()),
            _ => Cell::cut(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::zipped;
    use super::super::{Header, Row, Sink, Title, Wanted, read};

    #[derive(Default)]
    struct Kept(Vec<(u32, Vec<String>)>);

    impl Sink for Kept {
        fn header(&mut self, _: &Header) -> Result<(), String> {
            Ok(())
        }
        fn row(&mut self, row: Row) -> Result<(), String> {
            let cells = row.cells.iter().map(|cell| cell.text().to_owned()).collect();
            self.0.push((row.number, cells));
            Ok(())
        }
    }

    /// Reads a table of these rows below its header.
    fn rows(xml: &str) -> Result<Vec<(u32, Vec<String>)>, String> {
        let cell =
            |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
        let content = format!(
            "<office:document-content><table:table table:name=\"A\"><table:table-row>{}{}\
             </table:table-row>{xml}</table:table></office:document-content>",
            cell("姓名"),
            cell("身份证号")
        );
        let titles = vec![Title::required("姓名", &[]), Title::required("身份证号", &[])];
        let wanted = Wanted { sheet: "", titles, marks: &["姓名"], ignored: &[], rows: 1000 };
        let mut kept = Kept::default();
        read(zipped(&[("content.xml", content.as_bytes())]), &wanted, &mut kept)?;
        Ok(kept.0)
    }

    #[test]
    fn repeated_rows_and_columns_are_counted_not_laid_out() {
        let read = rows(
            "<table:table-row table:number-rows-repeated=\"4000000000\"/>\
             <table:table-row><table:table-cell table:number-columns-repeated=\"4000000000\">\
             <text:p>a&amp;<text:s text:c=\"4000000000\"/>b</text:p></table:table-cell></table:table-row>",
        );
        let read = read.unwrap();
        assert_eq!((read.len(), read[0].0, read[0].1.len()), (1, 4_000_000_002, 2));
        assert_eq!(read[0].1[0].len(), 103);
        let full = rows(
            "<table:table-row table:number-rows-repeated=\"4000000000\"><table:table-cell>\
             <text:p>a</text:p></table:table-cell></table:table-row>",
        );
        assert!(full.unwrap_err().contains("超过 1000 行"));
    }

    #[test]
    fn comments_and_covered_cells_are_no_text() {
        let read = rows(
            "<table:table-row><table:table-cell><office:annotation><text:p>批注</text:p>\
             </office:annotation><text:p>何<text:span>敏</text:span></text:p></table:table-cell>\
             <table:covered-table-cell><text:p>x</text:p></table:covered-table-cell></table:table-row>",
        );
        assert_eq!(read.unwrap(), [(2, vec!["何敏".to_owned(), String::new()])]);
    }

    #[test]
    fn what_is_cut_off_is_damaged() {
        assert!(rows("<table:table-row><table:table-cell <a").unwrap_err().contains("损坏"));
    }
}
