//! What an uploaded file really is, told from its bytes before any reader sees them; its name and
//! ending do not matter.

use super::{archive, text, xls};

/// Bytes of an upload.
pub const PACKED: usize = 20 * 1024 * 1024;

/// What to do with a table that cannot be read as it is.
pub(super) const AGAIN: &str = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再上传。";
const TEMPLATE: &str = "请下载模板，填写后上传。";

/// How a file can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// .xlsx, .xlsm, .ods or something else in an archive.
    Archive,
    /// .xls, or another file of the old Office.
    Compound,
    /// .csv
    Text,
}

/// Accepts a spreadsheet that is safe to parse: .xlsx, .xlsm, .ods, .xls or .csv.
///
/// # Errors
/// A Chinese sentence that says what the file is instead and what to do.
pub fn check(bytes: &[u8]) -> Result<(), String> {
    match kind(bytes)? {
        Kind::Archive => archive::inspect(bytes).map(|_| ()),
        Kind::Compound => xls::stream(bytes).map(|_| ()),
        Kind::Text => text::decode(bytes.to_vec()).map(|_| ()),
    }
}

/// Tells a file by its first bytes.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind, String> {
    if bytes.is_empty() {
        return Err("文件是空的（0 字节）。请重新选择填好的文件。".to_owned());
    }
    if bytes.len() > PACKED {
        return Err("文件超过 20 MB。请删去图片和多余的工作表，或者分成几个文件上传。".to_owned());
    }
    if bytes.starts_with(b"PK") {
        return Ok(Kind::Archive);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") || xls::is_bare(bytes) {
        return Ok(Kind::Compound);
    }
    match foreign(bytes) {
        Some(sentence) => Err(sentence),
        None => Ok(Kind::Text),
    }
}

/// What a file is that is neither a spreadsheet nor text.
fn foreign(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let other = |what: &str| Some(format!("{what}，不是电子表格。{TEMPLATE}"));
    if bytes.starts_with(b"%PDF") {
        return other("这是 PDF 文件");
    }
    if head.starts_with("{\\rtf") {
        return other("这是 Word（RTF）文件");
    }
    if head.starts_with('<') || head.starts_with("mime-version:") {
        let is_page = ["<html", "<!doctype html", "<table", "text/html"];
        return Some(if is_page.iter().any(|mark| head.contains(mark)) {
            format!(
                "这其实是一个网页，只是文件名像电子表格（有些系统导出的 .xls 就是这样）。{AGAIN}"
            )
        } else {
            format!("这是 XML 格式的表格，不能直接读取。{AGAIN}")
        });
    }
    if infer::is_image(bytes) {
        return other("这是图片");
    }
    if infer::is_archive(bytes) {
        return Some("这是压缩包，不是电子表格。请解压后上传里面的表格文件。".to_owned());
    }
    if bytes.starts_with(&[0x09, 0x00, 0x04, 0x00])
        || bytes.starts_with(&[0x09, 0x02, 0x06, 0x00])
        || bytes.starts_with(&[0x09, 0x04, 0x06, 0x00])
    {
        return Some(format!(
            "这是很早以前（Excel 4.0 或更早）的 .xls 文件，不能直接读取。{AGAIN}"
        ));
    }
    let wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let is_control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n' | 0x0C | 0x1A);
    if !wide && bytes.iter().take(65_536).any(is_control) {
        return Some(format!("无法识别这个文件，它不是电子表格。{TEMPLATE}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Kind, check, kind};

    fn told(bytes: &[u8]) -> String {
        check(bytes).unwrap_err()
    }

    #[test]
    fn what_is_no_workbook_is_named() {
        assert!(told(b"").contains("空的"));
        assert!(told(b"<html><table><tr><td>1</td></tr></table></html>").contains("网页"));
        assert!(told("\u{feff}<!DOCTYPE html><html>".as_bytes()).contains("网页"));
        assert!(told(b"MIME-Version: 1.0\r\nContent-Type: text/html").contains("网页"));
        assert!(told(b"<?xml version=\"1.0\"?><Workbook/>").contains("XML"));
        assert!(told(b"%PDF-1.7").contains("PDF"));
        assert!(told(b"{\\rtf1\\ansi").contains("Word"));
        assert!(told(b"\x89PNG\r\n\x1a\n").contains("图片"));
        assert!(told(b"Rar!\x1a\x07\x00 and so on").contains("压缩包"));
        assert!(told(b"\x09\x00\x04\x00\x02\x00\x10\x00").contains("很早以前"));
        assert!(told(b"\x00\x01\x02").contains("无法识别"));
        assert!(told(&vec![0; 20 * 1024 * 1024 + 1]).contains("20 MB"));
    }

    #[test]
    fn the_kind_comes_from_the_content() {
        assert_eq!(kind("姓名,身份证号\n".as_bytes()), Ok(Kind::Text));
        assert_eq!(kind(b"\xFF\xFE\x00\x4e"), Ok(Kind::Text));
        assert_eq!(kind(b"PK\x03\x04"), Ok(Kind::Archive));
        assert_eq!(kind(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), Ok(Kind::Compound));
    }
}
