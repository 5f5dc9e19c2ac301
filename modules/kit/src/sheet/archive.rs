//! Workbooks in archives (.xlsx, .xlsm, .ods), unpacked once, counting, so that no bomb, lie or
//! foreign format gets any further.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::content::AGAIN;
use super::scan::{Scan, scan};

/// Bytes of everything in an .xlsx.
const UNPACKED: u64 = 200 * 1024 * 1024;
/// Bytes of everything in an .ods, which is wordier and read as a stream: 100,000 rows of the
/// template's columns and a margin.
const UNPACKED_ODS: u64 = 600 * 1024 * 1024;
/// Unpacked to packed; small files may be as regular as they like.
const RATIO: u64 = 200;
const RATIO_FROM: u64 = 1024 * 1024;
/// Entries of the archive.
const ENTRIES: usize = 1000;
/// Bytes of parts that are kept in memory whole.
const STRINGS: u64 = 96 * 1024 * 1024;
const STYLES: u64 = 16 * 1024 * 1024;
/// Shared strings, as counted and as announced: 100,000 rows of the 22 columns and a margin.
const MOST_STRINGS: u64 = 3_000_000;
/// Bytes between two tags; a cell holds 32,767 characters.
const LONGEST_RUN: u64 = 256 * 1024;

const LOCKED: &str = "文件加了密码，无法读取。请在 Excel 或 WPS 里取消密码，保存后再上传。";

/// What an archive holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// .xlsx or .xlsm; numbers of the hidden rows, by part (lower case).
    Xlsx {
        hidden: HashMap<String, Vec<u32>>,
    },
    Ods,
}

/// An archive that is safe to parse.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inspected {
    pub format: Format,
    /// Rows of the longest sheet, blank ones too; of an .ods, of all sheets.
    pub rows: u64,
}

/// Looks at every part.
///
/// # Errors
/// A Chinese sentence that says what the file is instead and what to do.
pub(super) fn inspect(bytes: &[u8]) -> Result<Inspected, String> {
    let damaged = || format!("文件已损坏或没有传完整，打不开。{AGAIN}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > ENTRIES {
        return Err(format!("文件里有 {} 个部件，不像正常的电子表格。{AGAIN}", archive.len()));
    }
    let names: Vec<String> = archive.file_names().map(str::to_lowercase).collect();
    let is_ods = is_open_document(&names, &mut archive)?;
    let (most, strings) = if is_ods { (UNPACKED_ODS, false) } else { (UNPACKED, true) };
    let (mut total, mut rows, mut hidden) = (0_u64, 0_u64, HashMap::new());
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| damaged())?;
        if entry.encrypted() {
            return Err(LOCKED.to_owned());
        }
        let name = entry.name().to_lowercase();
        if name.ends_with(".xml") || name.ends_with(".rels") {
            let limit = most.saturating_sub(total);
            let found = scan(entry.take(limit + 1)).map_err(|_| damaged())?;
            part(&name, &found, strings)?;
            total += found.bytes;
            rows = rows.max(found.rows);
            if !found.hidden.is_empty() {
                hidden.insert(name, found.hidden);
            }
        } else {
            total = total.saturating_add(entry.size()); // pictures and the like are never unpacked
        }
        if total > most {
            let most = most / 1024 / 1024;
            return Err(format!(
                "文件展开后超过 {most} MB，无法读取。请删去多余的工作表、图片和空行，或者分成几个文件上传。"
            ));
        }
        if total > RATIO_FROM && total / RATIO > bytes.len() as u64 {
            return Err(format!(
                "文件展开后的大小是原来的 {RATIO} 倍以上，不像正常的电子表格。{AGAIN}"
            ));
        }
    }
    let format = if is_ods { Format::Ods } else { Format::Xlsx { hidden } };
    Ok(Inspected { format, rows })
}

/// Whether it is an .ods; else it is an .xlsx.
fn is_open_document(
    names: &[String],
    archive: &mut ZipArchive<Cursor<&[u8]>>,
) -> Result<bool, String> {
    let holds =
        |part: &str| names.iter().any(|name| name.trim_start_matches('/').starts_with(part));
    if holds("encrypted-package") {
        return Err(LOCKED.to_owned());
    }
    if holds("[content_types].xml") {
        if holds("word/") || holds("ppt/") {
            return Err("这是 Word 或 PPT 文件，不是电子表格。请下载模板，填写后上传。".to_owned());
        }
        if names.iter().any(|name| name.ends_with("workbook.bin")) {
            return Err(format!("这是 .xlsb 文件（Excel 二进制工作簿），不能直接读取。{AGAIN}"));
        }
        return Ok(false);
    }
    if holds("index/document.iwa") {
        return Err("这是苹果电脑上 Numbers 的文件，不能直接读取。请在 Numbers 里选“导出到 › Excel”后再上传。".to_owned());
    }
    if !holds("content.xml") {
        return Err("这是压缩包，不是电子表格。请解压后上传里面的表格文件。".to_owned());
    }
    let mut kind = String::new();
    if let Ok(entry) = archive.by_name("mimetype") {
        let _ = entry.take(200).read_to_string(&mut kind); // not text: refused by what follows
        if !kind.contains("spreadsheet") {
            return Err("这是文字或演示文档，不是电子表格。请下载模板，填写后上传。".to_owned());
        }
    }
    let damaged = |_| format!("文件已损坏或没有传完整，打不开。{AGAIN}");
    if let Ok(entry) = archive.by_name("META-INF/manifest.xml")
        && scan(entry.take(STYLES)).map_err(damaged)?.encrypted
    {
        return Err(LOCKED.to_owned());
    }
    Ok(true)
}

/// What one part may hold.
fn part(name: &str, found: &Scan, strings: bool) -> Result<(), String> {
    let odd = |what: &str| Err(format!("文件的内部结构不正常（{what}）。{AGAIN}"));
    if found.doctype {
        return odd("含有文档类型定义");
    }
    if found.foreign {
        return odd("编码不是 UTF-8");
    }
    if found.run > LONGEST_RUN {
        return odd("有一处内容过长");
    }
    let is_strings = strings && name.ends_with("sharedstrings.xml");
    if strings && (found.strings > MOST_STRINGS || found.announced > MOST_STRINGS)
        || is_strings && found.bytes > STRINGS
    {
        return odd("文字表过大");
    }
    let is_streamed = if strings { name.contains("worksheets/") } else { name == "content.xml" };
    if !is_strings && !is_streamed && found.bytes > STYLES {
        return odd("样式或目录过大");
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use rust_xlsxwriter::Workbook;
    use zip::write::SimpleFileOptions;

    use super::inspect;

    /// An archive of these parts.
    pub fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn told(bytes: &[u8]) -> String {
        inspect(bytes).unwrap_err()
    }

    #[test]
    fn a_workbook_passes_and_its_rows_are_counted() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for row in 0..5 {
            sheet.write(row, 0, "姓名").unwrap();
        }
        assert_eq!(inspect(&workbook.save_to_buffer().unwrap()).unwrap().rows, 5);
    }

    #[test]
    fn other_archives_are_named() {
        assert!(told(&zipped(&[("a.txt", b"a")])).contains("压缩包"));
        assert!(told(&zipped(&[("Index/Document.iwa", b"a")])).contains("Numbers"));
        let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
        assert!(told(&zipped(&[types, ("word/document.xml", b"<a/>")])).contains("Word"));
        assert!(told(&zipped(&[types, ("xl/workbook.bin", b"a")])).contains(".xlsb"));
        assert!(told(b"PK\x03\x04 cut off").contains("损坏"));
        let text = b"application/vnd.oasis.opendocument.text";
        assert!(told(&zipped(&[("mimetype", text), ("content.xml", b"<a/>")])).contains("文字"));
        let manifest = b"<m:manifest><m:file-entry><manifest:encryption-data/></m:file-entry>";
        let locked = [("META-INF/manifest.xml", manifest.as_slice()), ("content.xml", b"\x01\x00")];
        assert!(told(&zipped(&locked)).contains("密码"));
        assert!(told(&zipped(&[("encrypted-package", b"a")])).contains("密码"));
    }

    #[test]
    fn bombs_do_not_get_further() {
        let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
        let long = vec![b' '; 64 * 1024 * 1024];
        let sheet = [b"<a>".as_slice(), &long].concat();
        let told_of = |parts: &[(&str, &[u8])]| told(&zipped(&[&[types], parts].concat()));
        assert!(told_of(&[("xl/worksheets/sheet1.xml", &sheet)]).contains("过长"));
        assert!(told(&zipped(&[("content.xml", &sheet)])).contains("过长"));
        let tags = b"<c/>".repeat(8 * 1024 * 1024);
        assert!(told_of(&[("xl/worksheets/sheet1.xml", &tags)]).contains("200 倍"));
        assert!(told(&zipped(&[("content.xml", &tags)])).contains("200 倍"));
        let strings = b"<si/>".repeat(3_000_001);
        assert!(told_of(&[("xl/sharedStrings.xml", &strings)]).contains("文字表"));
        for count in ["99999999999", "99999999999999999999999", " 4000001"] {
            let lie = format!("<sst uniqueCount ='{}'/>", count.trim());
            assert!(
                told_of(&[("xl/sharedStrings.xml", lie.as_bytes())]).contains("文字表"),
                "{count}"
            );
        }
        assert!(
            told_of(&[("xl/a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")]).contains("文档类型")
        );
        assert!(told_of(&[("xl/a.xml", b"<\0a\0/\0>\0")]).contains("编码"));
        assert!(told_of(&[("xl/styles.xml", &b"<xf/>".repeat(4_000_000))]).contains("样式"));
        let many: Vec<String> = (0..1001).map(|n| format!("xl/{n}.xml")).collect();
        let many: Vec<(&str, &[u8])> =
            many.iter().map(|n| (n.as_str(), b"<a/>".as_slice())).collect();
        assert!(told_of(&many).contains("部件"));
    }
}
