//! 批量导入 of every kind of spreadsheet; what is none is told what it is and what to do.

use std::io::Write;

use crate::support::{Browser, Page, World, fixture};

/// Uploads under a name that says nothing of the content, and waits for the check.
async fn upload<'w>(county: &World, browser: &mut Browser<'w>, bytes: &[u8]) -> Page {
    browser.get("/import").await.is(200);
    let sent = browser.upload("/import", &[], &[("file", "名单", bytes)]).await;
    for _ in 0..600 {
        if county.number("select count(*) from import where state = 'checking'").await == 0 {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    browser.follow(&sent).await
}

async fn confirm(county: &World, browser: &mut Browser<'_>) {
    let id = county.number("select max(id) from import").await;
    browser.post(&format!("/import/{id}/confirm"), &[]).await.is(303);
}

#[rocket::async_test]
async fn a_clerks_list_goes_in_whatever_wrote_it() {
    for name in ["xlwt.xls", "libreoffice.xls", "libreoffice.ods", "libreoffice.xlsm"] {
        let county = World::new().await.with_employer("第一小学").await;
        let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
        let page = upload(&county, &mut admin, &fixture(name)).await;
        page.is(200).contains("文件共有").contains("4 行").contains("“序号”");
        page.contains("1 行是隐藏的").lacks("需要修改的 1 行");
        confirm(&county, &mut admin).await;
        let told = "select group_concat(told, '；') from
             (select name || ' ' || phone || ' ' || started_work_on as told from person order by id)";
        assert_eq!(
            county.text(told).await,
            "何敏 13812345678 2008-08；周晓梅 13812345679 2007-09；\
             阿依·古丽 13912345678 2016-01-01；李建国  2024-07-01",
            "{name}"
        );
    }
}

#[rocket::async_test]
async fn a_text_table_goes_in_in_any_encoding_but_for_what_its_dates_lost() {
    for name in ["gb18030.csv", "utf8-mark.csv", "unicode-text.csv", "libreoffice.csv"] {
        let county = World::new().await.with_employer("第一小学").await;
        let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
        let page = upload(&county, &mut admin, &fixture(name)).await;
        // a date written as a spreadsheet's number cannot be told from other numbers in a text
        page.is(200).contains("需要修改的 1 行").contains("42370");
        confirm(&county, &mut admin).await;
        assert_eq!(county.number("select count(*) from person").await, 3, "{name}");
    }
}

/// An archive of these parts.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The .xls with a password: the record of the code page becomes that of the encryption.
fn locked() -> Vec<u8> {
    let mut bytes = fixture("xlwt.xls");
    let at = bytes.windows(4).position(|four| four == [0x42, 0, 2, 0]).unwrap();
    bytes[at] = 0x2F;
    bytes
}

#[rocket::async_test]
async fn what_cannot_be_read_is_told_what_it_is_and_what_to_do() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
    let content: (&str, &[u8]) = ("content.xml", b"\x01\x02");
    let manifest: (&str, &[u8]) = ("META-INF/manifest.xml", b"<a><manifest:encryption-data/></a>");
    let half = |name: &str| {
        let bytes = fixture(name);
        bytes[..bytes.len() / 2].to_vec()
    };
    for (bytes, what, remedy) in [
        (b"<html><table>\xD0\xD5</table>".to_vec(), "其实是一个网页", "另存为"),
        (b"<?xml version=\"1.0\"?><Workbook/>".to_vec(), "XML 格式的表格", "另存为"),
        (locked(), "加了密码", "取消密码"),
        (zipped(&[manifest, content]), "加了密码", "取消密码"),
        (zipped(&[types, ("xl/workbook.bin", b"a")]), ".xlsb", "另存为"),
        (zipped(&[types, ("word/document.xml", b"<a/>")]), "Word", "下载模板"),
        (zipped(&[("名单.xlsx", b"a")]), "压缩包", "解压后上传"),
        (b"%PDF-1.7".to_vec(), "PDF", "下载模板"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "图片", "下载模板"),
        (b"\x00\x01\x02\x03".to_vec(), "无法识别", "下载模板"),
        (b"\xD0\xD5\xC3\xFB,\xFF\xFF\xFF\n".to_vec(), "编码无法识别", "另存为"),
        (half("libreoffice.ods"), "损坏", "另存为"),
        (half("libreoffice.xls"), "损坏", "另存为"),
    ] {
        let page = upload(&county, &mut admin, &bytes).await;
        page.is(200).contains("文件不能导入").contains(what).contains(remedy);
    }
    assert_eq!(county.number("select count(*) from import_row").await, 0);
}
