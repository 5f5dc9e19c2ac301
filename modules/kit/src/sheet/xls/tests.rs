//! Old files made by hand: BIFF5, and what only somebody hostile makes.

use std::io::{Cursor, Write};

use super::super::rows::{Header, Row, Sink};
use super::super::{Title, Wanted, check, read};

#[derive(Default)]
struct Kept(Vec<(u32, Vec<String>)>);

impl Sink for Kept {
    fn header(&mut self, _: &Header) -> Result<(), String> {
        Ok(())
    }
    fn row(&mut self, row: Row) -> Result<(), String> {
        self.0.push((row.number, row.cells.iter().map(|cell| cell.text().to_owned()).collect()));
        Ok(())
    }
}

fn rows(bytes: Vec<u8>) -> Result<Vec<(u32, Vec<String>)>, String> {
    let titles = vec![Title::required("姓名", &[]), Title::required("身份证号", &[])];
    let wanted = Wanted { sheet: "", titles, marks: &["姓名"], ignored: &[], rows: 1000 };
    let mut kept = Kept::default();
    read(bytes, &wanted, &mut kept)?;
    Ok(kept.0)
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// A label of BIFF5: bytes in the file's code page.
fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let text = encoding_rs::GBK.encode(text).0;
    let length = u16::try_from(text.len()).unwrap();
    let head = [row, column, 0, length].map(u16::to_le_bytes).concat();
    record(0x0204, &[&head, text.as_ref()].concat())
}

/// A workbook's stream of one sheet.
fn workbook(version: u16, globals: &[Vec<u8>], cells: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[version, kind, 0, 0].map(u16::to_le_bytes).concat());
    let end = record(0x000A, &[]);
    let globals = [begin(5), globals.concat()].concat();
    let name: &[u8] = if version == 0x0500 { b"\x01A" } else { b"\x01\x00A" };
    let length = globals.len() + 4 + 6 + name.len() + end.len();
    let sheet = [&u32::try_from(length).unwrap().to_le_bytes()[..], &[0, 0], name].concat();
    [globals, record(0x0085, &sheet), end.clone(), begin(0x10), cells.concat(), end].concat()
}

/// The stream in its container.
fn contained(name: &str, stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(name).unwrap().write_all(stream).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn people() -> Vec<Vec<u8>> {
    vec![label(0, 0, "姓名"), label(0, 1, "身份证号"), label(2, 0, "何敏"), label(2, 1, "4199")]
}

#[test]
fn a_workbook_of_excel_95_is_read_with_its_container_and_without() {
    let pages = [record(0x0042, &936_u16.to_le_bytes())];
    let stream = workbook(0x0500, &pages, &people());
    let wanted = [(3, vec!["何敏".to_owned(), "4199".to_owned()])];
    assert_eq!(rows(contained("Book", &stream)).unwrap(), wanted);
    assert_eq!(rows(stream).unwrap(), wanted);
}

#[test]
fn other_files_of_the_old_office_are_named() {
    let told = |name: &str| check(&contained(name, b"x")).unwrap_err();
    assert!(told("EncryptedPackage").contains("密码"));
    assert!(told("WordDocument").contains("Word"));
    assert!(told("PowerPoint Document").contains("PPT"));
    assert!(told("Something").contains("不是电子表格"));
    let cut = contained("Workbook", &workbook(0x0600, &[], &people()));
    assert!(check(&cut[..700]).unwrap_err().contains("损坏"));
}

#[test]
fn encrypted_lying_and_cut_off_workbooks_cost_nothing() {
    let locked = workbook(0x0500, &[record(0x002F, &[1, 0])], &people());
    assert!(rows(locked).unwrap_err().contains("密码"));
    // dimensions of four thousand million rows are not believed; a string that is not there is empty
    let lies = [
        record(0x0200, &[0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0]),
        record(0x00FD, &[5, 0, 0, 0, 0, 0, 255, 255, 255, 255]),
    ];
    let stream = workbook(0x0500, &[], &[people(), lies.to_vec()].concat());
    assert_eq!(rows(stream.clone()).unwrap().len(), 1);
    // one string of the longest, meant by every cell: no row keeps more than its cells may hold
    let long = [&[0; 8][..], &[255, 127, 0], &[b'x'; 8000]].concat();
    let more = (0..4).map(|_| record(0x003C, &[&[0][..], &[b'x'; 8000]].concat()));
    let strings = [vec![record(0x00FC, &long)], more.collect()].concat();
    let shared = (1..900_u16)
        .map(|row| record(0x00FD, &[row.to_le_bytes(), [0; 2], [0; 2], [0; 2], [0; 2]].concat()));
    let cells = [people(), shared.collect()].concat();
    let read = rows(workbook(0x0500, &strings, &cells)).unwrap();
    assert_eq!((read.len(), read[5].1[0].chars().count()), (899, 501));
    // cut anywhere, it gives rows or a sentence
    for end in 8..stream.len() {
        let _ = rows(stream[..end].to_vec());
    }
    // sheets that begin nowhere
    let mut lost = stream;
    let at = lost.windows(4).position(|four| four == [0x85, 0, 8, 0]).unwrap();
    lost[at + 4..at + 8].copy_from_slice(&[255; 4]);
    assert!(rows(lost).unwrap_err().contains("损坏"));
}
