//! What the fuzzer mutates and what the reader gets: the parts of an archive lie open in the input
//! and are packed here, so that mutations reach the XML instead of dying at a checksum.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// Between two parts of an input; the byte after it says which part follows.
pub const MARK: &[u8] = b"\n=#=";

/// Parts an archive may have; an index beyond wraps.
pub const PARTS: [&str; 16] = [
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/worksheets/_rels/sheet1.xml.rels",
    "xl/tables/table1.xml",
    "xl/vbaProject.bin",
    "mimetype",
    "content.xml",
    "META-INF/manifest.xml",
    "styles.xml",
    "xl/media/image1.png",
];

/// How an input becomes a file: its first byte.
pub mod shape {
    /// The bytes as they are: .csv, .html, cut-off archives.
    pub const RAW: u8 = b'R';
    /// An archive of deflated parts: .xlsx, .ods.
    pub const ARCHIVE: u8 = b'A';
    /// The same, stored.
    pub const STORED: u8 = b'S';
    /// A compound file whose stream `Workbook` is the input: .xls.
    pub const COMPOUND: u8 = b'C';
    /// The same with the stream called `Book` (Excel 5).
    pub const OLD_COMPOUND: u8 = b'B';
}

/// The file an input stands for.
pub fn file(input: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = input.split_first()?;
    match *first {
        shape::ARCHIVE => archive(rest, CompressionMethod::Deflated),
        shape::STORED => archive(rest, CompressionMethod::Stored),
        shape::COMPOUND => compound("Workbook", rest),
        shape::OLD_COMPOUND => compound("Book", rest),
        _ => Some(rest.to_vec()),
    }
}

/// The input that stands for an archive of these parts.
pub fn of_parts(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut input = vec![shape::ARCHIVE];
    for (name, content) in parts {
        if let Some(at) = PARTS.iter().position(|part| part == name) {
            input.extend_from_slice(MARK);
            input.push(b'a' + at as u8);
            input.extend_from_slice(content);
        }
    }
    input
}

fn archive(input: &[u8], method: CompressionMethod) -> Option<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::with_capacity(input.len() + 1024)));
    let options = SimpleFileOptions::default().compression_method(method).compression_level(
        (method == CompressionMethod::Deflated).then_some(1),
    );
    let mut rest = input;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        rest = &rest[at + MARK.len()..];
        let (which, content) = rest.split_first()?;
        let end = content.windows(MARK.len()).position(|window| window == MARK);
        let content = &content[..end.unwrap_or(content.len())];
        let name = PARTS[usize::from(which.wrapping_sub(b'a')) % PARTS.len()];
        if writer.start_file(name, options).is_err() {
            continue; // the same part twice
        }
        writer.write_all(content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

fn compound(stream: &str, content: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    file.create_stream(stream).ok()?.write_all(content).ok()?;
    Some(file.into_inner().into_inner())
}
