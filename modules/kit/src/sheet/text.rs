//! .csv: UTF-8 with or without mark, UTF-16 with mark, GBK or GB18030; comma, semicolon or tab.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder, Terminator};
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use memchr::memchr_iter;

use super::content::AGAIN;
use super::read::Book;
use super::rows::{COLUMNS, Cell, Row, Rows};

/// Bytes of one cell; beyond it a quotation mark lacks its partner.
const LONGEST: usize = 128 * 1024;
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

/// A text whose lines end in `\n`.
pub(super) struct Text {
    text: String,
    /// Each tried as if it made another sheet, the commonest first.
    delimiters: Vec<u8>,
}

impl Text {
    pub fn open(bytes: Vec<u8>) -> Result<Self, String> {
        let text = decode(bytes)?;
        let head = text.as_bytes();
        let head = &head[..head.len().min(64 * 1024)];
        let mut delimiters = DELIMITERS.to_vec();
        delimiters.sort_by_key(|d| std::cmp::Reverse(memchr_iter(*d, head).count()));
        Ok(Self { text, delimiters })
    }

    /// Lines.
    pub fn rows(&self) -> u64 {
        memchr_iter(b'\n', self.text.as_bytes()).count() as u64
    }
}

/// The bytes as text, by mark or by trying; lines end in `\n`.
///
/// # Errors
/// A Chinese sentence: another encoding, or no text at all.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let wide = [(b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)];
    let wide = wide.into_iter().find(|(mark, _)| bytes.starts_with(*mark));
    let (mut text, odd) = if let Some((_, encoding)) = wide {
        let (text, odd) = encoding.decode_without_bom_handling(&bytes[2..]);
        (text.into_owned(), odd)
    } else {
        match String::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(error) => {
                let (text, odd) = GB18030.decode_without_bom_handling(error.as_bytes());
                (text.into_owned(), odd)
            }
        }
    };
    let is_control = |c: char| c < ' ' && !matches!(c, '\t' | '\r' | '\n' | '\u{c}' | '\u{1a}');
    if odd || text.contains(is_control) {
        return Err(format!(
            "文本表格（CSV）的编码无法识别，可能不是 UTF-8 或 GBK，也可能没有传完整。{AGAIN}"
        ));
    }
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    Ok(text)
}

impl Book for Text {
    fn sheets(&mut self) -> Result<Vec<String>, String> {
        Ok(vec![String::new(); self.delimiters.len()])
    }

    fn read(&mut self, at: usize, rows: &mut Rows<'_>) -> Result<(), String> {
        let Some(delimiter) = self.delimiters.get(at) else { return Ok(()) };
        let mut records = Records {
            reader: ReaderBuilder::new()
                .delimiter(*delimiter)
                .terminator(Terminator::Any(b'\n'))
                .build(),
            rest: self.text.as_bytes(),
            field: vec![0; LONGEST],
            number: 0,
        };
        while let Some(row) = records.next()? {
            if !rows.take(row, false)? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The records of a text, field by field so that no record costs more than its first columns.
struct Records<'a> {
    reader: Reader,
    rest: &'a [u8],
    field: Vec<u8>,
    /// Of the last record; blank lines count, as a spreadsheet counts them.
    number: u32,
}

impl Records<'_> {
    fn next(&mut self) -> Result<Option<Row>, String> {
        let blank = self.rest.iter().take_while(|b| **b == b'\n').count();
        self.rest = &self.rest[blank..];
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.number = self.number.saturating_add(u32::try_from(blank).unwrap_or(u32::MAX) + 1);
        let mut row = Row::new(self.number);
        for column in 0.. {
            let (length, last) = self.field()?;
            if column < COLUMNS {
                let text = String::from_utf8_lossy(&self.field[..length]);
                row.put(column, cell(&text));
            }
            if last {
                break;
            }
        }
        Ok(Some(row))
    }

    /// Reads a field; how long it is, and whether the record ends with it.
    fn field(&mut self) -> Result<(usize, bool), String> {
        let mut length = 0;
        loop {
            let (result, read, written) =
                self.reader.read_field(self.rest, &mut self.field[length..]);
            self.rest = &self.rest[read..];
            length += written;
            match result {
                ReadFieldResult::Field { record_end } => return Ok((length, record_end)),
                ReadFieldResult::End => return Ok((length, true)),
                ReadFieldResult::InputEmpty => {} // the end, told by an empty rest
                ReadFieldResult::OutputFull => {
                    return Err(format!(
                        "第 {} 行有一格过长，可能是引号（\"）没有成对。{AGAIN}",
                        self.number
                    ));
                }
            }
        }
    }
}

/// A field as a cell: `="0123"` is how some systems keep a spreadsheet from making it a number.
fn cell(text: &str) -> Cell {
    let trimmed = text.trim();
    let kept = trimmed.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    Cell::cut(kept.unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::super::layout::{Title, Wanted};
    use super::super::rows::{Header, Row, Sink};
    use super::decode;

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

    fn read(bytes: &[u8]) -> Result<Vec<(u32, Vec<String>)>, String> {
        let titles = vec![Title::required("姓名", &[]), Title::required("身份证号", &[])];
        let wanted =
            Wanted {
                sheet: "", titles, marks: &["姓名", "身份证号"], ignored: &[], rows: 1000
            };
        let mut kept = Kept::default();
        super::super::read(bytes.to_vec(), &wanted, &mut kept)?;
        Ok(kept.0)
    }

    fn row(number: u32, cells: [&str; 2]) -> (u32, Vec<String>) {
        (number, cells.map(str::to_owned).to_vec())
    }

    #[test]
    fn every_encoding_and_delimiter_gives_the_same_rows() {
        for delimiter in [",", ";", "\t"] {
            for end in ["\n", "\r\n", "\r"] {
                let text =
                    ["名单", "", "姓名,身份证号", "何敏,4199", "", "\"周,\n晓梅\",5", ",", "李,"]
                        .map(|line| {
                            if line.starts_with('"') {
                                line.replace("梅\",", "梅\"\u{1}")
                            } else {
                                line.replace(',', "\u{1}")
                            }
                        })
                        .join(end)
                        .replace('\u{1}', delimiter);
                let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
                let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
                for bytes in [
                    text.clone().into_bytes(),
                    [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
                    gbk,
                    [b"\xFF\xFE".as_slice(), &wide].concat(),
                    [b"\xFE\xFF".as_slice(), &big].concat(),
                ] {
                    assert_eq!(
                        read(&bytes).unwrap(),
                        [row(4, ["何敏", "4199"]), row(6, ["周,\n晓梅", "5"]), row(8, ["李", ""])],
                        "{text:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_system_that_writes_formulas_to_keep_text_is_understood() {
        let rows = read("姓名,身份证号\n何敏,=\"4199\"\n".as_bytes()).unwrap();
        assert_eq!(rows, [row(2, ["何敏", "4199"])]);
    }

    #[test]
    fn hostile_text_is_refused_and_costs_little() {
        assert!(decode(b"\xFF\xFE\x00\xD8".to_vec()).unwrap_err().contains("编码"));
        assert!(decode(b"\xE5\xA7\x93\xFF\xFF,".to_vec()).unwrap_err().contains("编码"));
        assert!(decode(b"a,b\n\x00".to_vec()).unwrap_err().contains("编码"));
        let open = format!("姓名,身份证号\n\"{}", "何\n".repeat(200_000));
        assert!(read(open.as_bytes()).unwrap_err().contains("引号"));
        let wide = format!("姓名,身份证号\n何敏,1{}", ",".repeat(5_000_000));
        assert_eq!(read(wide.as_bytes()).unwrap(), [row(2, ["何敏", "1"])]);
    }
}
