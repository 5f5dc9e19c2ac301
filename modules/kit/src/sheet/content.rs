//! What an uploaded file really is, told from its bytes before a spreadsheet library sees them:
//! archives are unpacked once, counting, so that no bomb, lie or foreign format gets any further.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Bytes of an upload.
pub const PACKED: usize = 20 * 1024 * 1024;
/// Bytes of everything in it.
pub const UNPACKED: u64 = 200 * 1024 * 1024;
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

const AGAIN: &str = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再上传。";

/// Accepts an .xlsx or .xlsm file that is safe to parse.
///
/// # Errors
/// A Chinese sentence that says what the file is instead and what to do.
pub fn check(bytes: &[u8]) -> Result<(), String> {
    inspect(bytes).map(|_| ())
}

/// As [`check`]; tells how many rows the longest sheet seems to have (blank ones too).
pub(super) fn inspect(bytes: &[u8]) -> Result<u64, String> {
    if bytes.is_empty() {
        return Err("文件是空的（0 字节）。请重新选择填好的文件。".to_owned());
    }
    if bytes.len() > PACKED {
        return Err("文件超过 20 MB。请删去图片和多余的工作表，或者分成几个文件上传。".to_owned());
    }
    if !bytes.starts_with(b"PK") {
        return Err(foreign(bytes));
    }
    archive(bytes)
}

/// What a file that is no archive is.
fn foreign(bytes: &[u8]) -> String {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        let holds = |name: &str| {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            bytes.windows(wide.len()).any(|window| window == wide)
        };
        return if holds("EncryptedPackage") {
            "文件加了打开密码，无法读取。请在 Excel 或 WPS 里取消密码，保存后再上传。".to_owned()
        } else if holds("Workbook") || holds("Book") {
            format!("这是旧版的 .xls 文件，现在只能读取 .xlsx。{AGAIN}")
        } else {
            "这是旧版 Office 文件，但不是电子表格。请下载模板，填写后上传。".to_owned()
        };
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if bytes.starts_with(b"%PDF") {
        return "这是 PDF 文件，不是电子表格。请下载模板，填写后上传。".to_owned();
    }
    if head.starts_with('<') {
        return if head.contains("<html")
            || head.contains("<!doctype html")
            || head.contains("<table")
        {
            format!(
                "这其实是一个网页，只是文件名像电子表格（有些系统导出的 .xls 就是这样）。{AGAIN}"
            )
        } else {
            format!("这是 XML 格式的表格，不能直接读取。{AGAIN}")
        };
    }
    let sample = &bytes[..bytes.len().min(65_536)];
    if infer_picture(bytes) {
        return "这是图片，不是电子表格。请下载模板，填写后上传。".to_owned();
    }
    if !sample.contains(&0) && sample.iter().any(|b| matches!(b, b',' | b'\t' | b';')) {
        return format!("这是文本表格（CSV），现在只能读取 .xlsx。{AGAIN}");
    }
    "无法识别这个文件，它不是电子表格。请下载模板，填写后上传。".to_owned()
}

fn infer_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(b"\xFF\xD8\xFF")
        || bytes.starts_with(b"GIF8")
}

fn archive(bytes: &[u8]) -> Result<u64, String> {
    let damaged = || format!("文件已损坏或没有传完整，打不开。{AGAIN}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > ENTRIES {
        return Err(format!("文件里有 {} 个部件，不像正常的电子表格。{AGAIN}", archive.len()));
    }
    let names: Vec<String> = archive.file_names().map(str::to_lowercase).collect();
    let holds =
        |part: &str| names.iter().any(|name| name.trim_start_matches('/').starts_with(part));
    if !holds("[content_types].xml") {
        return Err(if holds("content.xml") {
            format!("这是 .ods 文件，现在只能读取 .xlsx。{AGAIN}")
        } else {
            "这是压缩包，不是电子表格。请解压后上传里面的 .xlsx 文件。".to_owned()
        });
    }
    if holds("word/") || holds("ppt/") {
        return Err("这是 Word 或 PPT 文件，不是电子表格。请下载模板，填写后上传。".to_owned());
    }
    if names.iter().any(|name| name.ends_with("workbook.bin")) {
        return Err(format!("这是 .xlsb 文件，现在只能读取 .xlsx。{AGAIN}"));
    }
    let (mut total, mut rows) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| damaged())?;
        if entry.encrypted() {
            return Err("文件加了密码，无法读取。请取消密码，保存后再上传。".to_owned());
        }
        let name = entry.name().to_lowercase();
        if name.ends_with(".xml") || name.ends_with(".rels") {
            let limit = UNPACKED.saturating_sub(total);
            let found = scan(entry.take(limit + 1)).map_err(|_| damaged())?;
            part(&name, &found)?;
            total += found.bytes;
            rows = rows.max(found.rows);
        } else {
            total = total.saturating_add(entry.size()); // pictures and the like are never unpacked
        }
        if total > UNPACKED {
            return Err("文件展开后超过 200 MB，无法读取。请删去多余的工作表、图片和空行，或者分成几个文件上传。".to_owned());
        }
        if total > RATIO_FROM && total / RATIO > bytes.len() as u64 {
            return Err(format!(
                "文件展开后的大小是原来的 {RATIO} 倍以上，不像正常的电子表格。{AGAIN}"
            ));
        }
    }
    Ok(rows)
}

/// What one part may hold.
fn part(name: &str, found: &Scan) -> Result<(), String> {
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
    let strings = name.ends_with("sharedstrings.xml");
    if found.strings > MOST_STRINGS
        || found.announced > MOST_STRINGS
        || strings && found.bytes > STRINGS
    {
        return odd("文字表过大");
    }
    if !strings && !name.contains("worksheets/") && found.bytes > STYLES {
        return odd("样式或目录过大");
    }
    Ok(())
}

/// What was seen while unpacking a part.
#[derive(Debug, Default)]
struct Scan {
    bytes: u64,
    /// Longest stretch without a `<`.
    run: u64,
    doctype: bool,
    /// Not UTF-8: a byte scan would be blind.
    foreign: bool,
    /// `<si` elements.
    strings: u64,
    /// `<row` elements.
    rows: u64,
    /// The largest `uniqueCount`: the library reserves memory for as many.
    announced: u64,
}

fn scan(mut source: impl Read) -> std::io::Result<Scan> {
    const KEPT: usize = 256; // a pattern and its value may lie across two chunks
    let mut found = Scan::default();
    let mut window: Vec<u8> = Vec::with_capacity(65_536 + KEPT);
    let mut chunk = vec![0_u8; 65_536];
    let mut run = 0_u64;
    let mut fresh = 0; // where in the window the unseen bytes begin
    loop {
        let read = source.read(&mut chunk)?;
        let last = read == 0;
        window.extend_from_slice(&chunk[..read]);
        if found.bytes == 0 {
            let head = String::from_utf8_lossy(&window[..window.len().min(200)]).to_lowercase();
            let declared =
                head.split_once("encoding=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
            found.foreign = declared.is_some_and(|encoding| !encoding.starts_with("utf-8"));
        }
        found.bytes += read as u64;
        for &byte in &window[window.len() - read..] {
            run = if byte == b'<' { 0 } else { run + 1 };
            found.run = found.run.max(run);
            found.foreign |= byte == 0;
        }
        // look at all but the tail, which is looked at again with what follows
        let end = if last { window.len() } else { window.len().saturating_sub(KEPT) };
        for at in fresh..end {
            match window[at] {
                b'<' => {
                    let rest = &window[at + 1..];
                    found.doctype |= rest.len() >= 8 && rest[..8].eq_ignore_ascii_case(b"!doctype");
                    found.strings += u64::from(is_named(rest, b"si"));
                    found.rows += u64::from(is_named(rest, b"row"));
                }
                b'u' if window[at..].starts_with(b"uniqueCount") => {
                    found.announced = found.announced.max(number(&window[at + 11..]));
                }
                _ => {}
            }
        }
        if last {
            return Ok(found);
        }
        fresh = fresh.max(end);
        let cut = fresh.saturating_sub(KEPT);
        window.drain(..cut);
        fresh -= cut;
    }
}

/// Whether a tag's name, whatever its prefix, is this one.
fn is_named(rest: &[u8], wanted: &[u8]) -> bool {
    // most tags have no prefix: told apart by their first bytes
    let end = |at: usize| {
        rest.get(at).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
    };
    if rest.starts_with(wanted) && end(wanted.len()) {
        return true;
    }
    let name = rest.iter().take(64).position(|b| {
        !(b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'_' | b'-' | b'.'))
    });
    name.is_some_and(|colon| {
        rest[colon] == b':'
            && rest[colon + 1..].starts_with(wanted)
            && end(colon + 1 + wanted.len())
    })
}

/// The number in `="123"`, however spaced; what cannot be read counts as huge.
fn number(rest: &[u8]) -> u64 {
    let head = String::from_utf8_lossy(&rest[..rest.len().min(120)]);
    let digits =
        head.trim_start().strip_prefix('=').map(|t| t.trim_start().trim_start_matches(['"', '\'']));
    let Some(digits) = digits else { return 0 }; // text, not an attribute
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    digits[..length].parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rust_xlsxwriter::Workbook;
    use zip::write::SimpleFileOptions;

    use super::{check, scan};

    /// An archive of these parts.
    fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn told(bytes: &[u8]) -> String {
        check(bytes).unwrap_err()
    }

    #[test]
    fn a_workbook_passes() {
        let mut workbook = Workbook::new();
        workbook.add_worksheet().write(0, 0, "姓名").unwrap();
        assert_eq!(check(&workbook.save_to_buffer().unwrap()), Ok(()));
    }

    #[test]
    fn what_is_no_workbook_is_named() {
        assert!(told(b"").contains("空的"));
        assert!(told(b"<html><table><tr><td>1</td></tr></table></html>").contains("网页"));
        assert!(told("\u{feff}<!DOCTYPE html><html>".as_bytes()).contains("网页"));
        assert!(told(b"<?xml version=\"1.0\"?><Workbook/>").contains("XML"));
        assert!(told("姓名,身份证号\n".as_bytes()).contains("CSV"));
        assert!(told(b"%PDF-1.7").contains("PDF"));
        assert!(told(b"\x89PNG\r\n\x1a\n").contains("图片"));
        assert!(told(b"\x00\x01\x02").contains("无法识别"));
        assert!(told(&zipped(&[("a.txt", b"a")])).contains("压缩包"));
        assert!(told(&zipped(&[("content.xml", b"<a/>")])).contains(".ods"));
        assert!(told(b"PK\x03\x04 cut off").contains("损坏"));
        assert!(told(&vec![0; 20 * 1024 * 1024 + 1]).contains("20 MB"));
    }

    #[test]
    fn old_and_locked_files_are_told_apart() {
        let ole = |name: &str| {
            let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
            bytes.extend(vec![0; 512]);
            bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        };
        assert!(told(&ole("EncryptedPackage")).contains("密码"));
        assert!(told(&ole("Workbook")).contains(".xls 文件"));
        assert!(told(&ole("WordDocument")).contains("不是电子表格"));
    }

    #[test]
    fn bombs_do_not_get_further() {
        let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
        let long = vec![b' '; 64 * 1024 * 1024];
        let sheet = [b"<a>".as_slice(), &long].concat();
        let told_of = |parts: &[(&str, &[u8])]| told(&zipped(&[&[types], parts].concat()));
        assert!(told_of(&[("xl/worksheets/sheet1.xml", &sheet)]).contains("过长"));
        let tags = b"<c/>".repeat(8 * 1024 * 1024);
        assert!(told_of(&[("xl/worksheets/sheet1.xml", &tags)]).contains("200 倍"));
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

    #[test]
    fn patterns_are_seen_across_chunks_and_once() {
        for offset in 65_400..65_560 {
            let text = format!("{}<si>{}", " <a>".repeat(offset / 4), "<b>".repeat(100));
            let text = format!("{}{text}", "-".repeat(offset % 4));
            let found = scan(text.as_bytes()).unwrap();
            assert_eq!((found.strings, found.bytes), (1, text.len() as u64), "{offset}");
        }
    }
}
