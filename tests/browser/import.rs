//! 批量导入 as a clerk does it: the template filled, checked, mended and imported; an imported
//! person signs in; the import is taken back, but for the one who signed in.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader, Xlsx};
use fantoccini::Locator;
use fantoccini::key::Key;
use kit::id_card::check_character;
use rust_xlsxwriter::Workbook;

use crate::demo::{account, sign_in};
use crate::keyboard::{key, script, until};
use crate::loop_of_hours::{first_password, sign_out};
use crate::stage::{Browser, Server, executable};

/// What the page's own session gets from an address, saved as the browser would save it.
async fn download(browser: &Browser, path: &str) -> Vec<u8> {
    let code = "const [path, done] = arguments;
        fetch(path).then(answer => answer.blob()).then(blob => {
            const reader = new FileReader();
            reader.onload = () => done(reader.result.split(',')[1]);
            reader.readAsDataURL(blob);
        });";
    let told = browser.client.execute_async(code, vec![serde_json::json!(path)]).await.unwrap();
    crate::stage::base64(told.as_str().unwrap())
}

/// The sheet of people, row by row.
fn rows(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = "专业技术人员".to_owned();
    let name =
        if book.sheet_names().contains(&name) { name } else { book.sheet_names()[0].clone() };
    let range = book.worksheet_range(&name).unwrap();
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// A workbook of these rows, in a file.
fn written(folder: &Path, name: &str, rows: &[Vec<String>]) -> PathBuf {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, row) in (0..).zip(rows) {
        for (column, text) in (0..).zip(row) {
            sheet.write_string(at, column, text).unwrap();
        }
    }
    let path = folder.join(name);
    workbook.save(&path).unwrap();
    path
}

/// The number with its check character.
fn number(seventeen: &str) -> String {
    format!("{seventeen}{}", check_character(seventeen).unwrap())
}

/// A row under the template's own titles.
fn row(header: &[String], cells: &[(&str, &str)]) -> Vec<String> {
    for (title, _) in cells {
        assert!(header.iter().any(|own| own == title), "the template lacks {title}: {header:?}");
    }
    let typed = |own: &String| cells.iter().find(|(title, _)| title == own);
    header
        .iter()
        .map(|own| typed(own).map_or(String::new(), |(_, text)| text.to_string()))
        .collect()
}

fn teacher<'a>(name: &'a str, number: &'a str, phone: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("姓名", name),
        ("身份证号", number),
        ("民族", "汉族"),
        ("手机号码", phone),
        ("学历", "大学本科"),
        ("职称系列", "中小学教师"),
        ("职称等级", "中级"),
        ("职称名称", "一级教师"),
    ]
}

/// Goes from field to field by Tab until the focus is on what is called so.
async fn tab_to(browser: &Browser, label: &str) {
    let code = "const at = document.activeElement;
        return (at.innerText || (at.labels && at.labels[0] && at.labels[0].innerText) || '').trim()";
    for _ in 0..120 {
        if script(browser, code).await.starts_with(label) {
            return;
        }
        key(browser, Key::Tab.into()).await;
    }
    panic!("“{label}” cannot be reached by keyboard on {}", browser.path().await);
}

/// The number in the page's address.
async fn id(browser: &Browser) -> String {
    let path = browser.path().await;
    path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_clerk_brings_his_colleagues_in_and_takes_the_import_back() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(executable())
        .args(["demo", "--people", "120", "--seed", "11", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let clerk = account(&printed, "用人单位管理员");
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;
    sign_in(&browser, &clerk).await;

    // the template, filled
    browser.go("/import").await;
    browser.shot("import-index").await;
    let template = rows(download(&browser, "/import/template").await);
    let header = template.iter().find(|row| row.iter().any(|cell| cell == "身份证号")).unwrap();
    let (one, two, three) =
        (number("41999919860520001"), number("41999919870621002"), number("41999919880722003"));
    let mut wrong = number("41999919890823004");
    wrong.pop();
    wrong.push(if number("41999919890823004").ends_with('1') { '2' } else { '1' });
    let mut beginner = teacher("冯晓雨", &three, "13800000003");
    beginner[6].1 = "中极";
    let people = [
        teacher("欧阳文静", &one, "13800000001"),
        teacher("司马青云", &two, "13800000002"),
        beginner,
        teacher("尉迟小北", &wrong, "13800000004"),
    ];
    let mut filled = template.clone();
    filled.extend(people.iter().map(|cells| row(header, cells)));
    let file = written(folder.path(), "秋季新进教师.xlsx", &filled);

    // the check: what is wrong, where, and what to do
    browser.attach("file", &file).await;
    browser.press("上传并核对").await;
    browser.sees("核对结果").await;
    browser.sees("需要修改的 2 行").await;
    browser.sees("改为“中级”").await;
    browser.sees("逐位核对身份证").await;
    browser.shot("import-checked").await;
    let first = id(&browser).await;
    let failing = rows(download(&browser, &format!("/import/{first}/failing")).await);
    assert_eq!(failing.len(), 3, "a header and the two rows: {failing:?}");

    // the choice and the word, without a mouse
    tab_to(&browser, "导入 2 行").await;
    key(&browser, Key::Enter.into()).await;
    until(&browser, "the dialog", "return !!document.querySelector('.modal.show')").await;
    browser.shot("import-choice").await;
    tab_to(&browser, "确认导入").await;
    key(&browser, Key::Enter.into()).await;
    browser.sees("完成导入").await;
    browser.sees("已导入 2 人").await;
    browser.shot("import-done").await;

    // the failing rows, mended, with the column of reasons still there
    let mended: Vec<Vec<String>> = failing
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| match cell.as_str() {
                    "中极" => "中级".to_owned(),
                    text if text == wrong => number("41999919890823004"),
                    text => text.to_owned(),
                })
                .collect()
        })
        .collect();
    browser.go("/import").await;
    browser.attach("file", &written(folder.path(), "改好的两行.xlsx", &mended)).await;
    browser.press("上传并核对").await;
    browser.sees("可以导入").await;
    let second = id(&browser).await;
    browser.go(&format!("/import/{second}/confirm")).await;
    browser.shot("import-confirm").await;
    browser.press("确认导入").await;
    browser.sees("已导入 2 人").await;

    // the same people once more: they are known, and one has a new phone
    let mut moved = teacher("冯晓雨", &three, "13900000003");
    moved.push(("备注", "班主任"));
    let again = vec![header.clone(), row(header, &moved)];
    browser.go("/import").await;
    browser.attach("file", &written(folder.path(), "电话有变.xlsx", &again)).await;
    browser.press("上传并核对").await;
    browser.sees("已在本单位").await;
    browser.shot("import-known").await;
    let third = id(&browser).await;
    browser.go(&format!("/import/{third}/confirm")).await;
    let update = "//label[contains(normalize-space(.), '更新')]";
    browser.client.find(Locator::XPath(update)).await.unwrap().click().await.unwrap();
    browser.press("确认导入").await;
    browser.sees("完成导入").await;
    browser.shot("import-updated").await;
    sign_out(&browser).await;

    // one of them signs in for the first time
    browser.go("/").await;
    browser.fill("login", &two).await;
    browser.fill("password", &two[12..]).await;
    browser.press("登录").await;
    first_password(&browser, "Hemlock-7-window").await;
    sign_out(&browser).await;

    // the first import is taken back, and the one who signed in stays
    sign_in(&browser, &clerk).await;
    browser.go("/import/records").await;
    browser.sees("秋季新进教师.xlsx").await;
    browser.shot("import-records").await;
    browser.go(&format!("/import/records/{first}")).await;
    browser.press("撤销这次导入").await;
    browser.sees("司马青云").await;
    browser.shot("import-undo").await;
    browser.fill("reason", "名单选错了文件，重新核对").await;
    browser.press("确认撤销").await;
    browser.sees("已撤销").await;
    browser.sees("司马青云").await;
    browser.shot("import-undone").await;
    browser.close().await;
}
