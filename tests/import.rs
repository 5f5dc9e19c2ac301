//! Section 6: 批量导入, from the template to the first sign-in of an imported person.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use kit::Permission;
use rust_xlsxwriter::Workbook;

use crate::support::{Browser, Page, World, id_number};

const HEADER: [&str; 8] =
    ["姓名", "身份证号", "民族", "手机号码", "学历", "职称系列", "职称等级", "职称名称"];

/// A row that is right.
fn good<'a>(name: &'a str, number: &'a str) -> [&'a str; 8] {
    [name, number, "汉族", "13812345678", "大学本科", "中小学教师", "中级", "一级教师"]
}

/// A file with this header in row 1 and these rows from row 2.
fn file<const N: usize>(header: [&str; N], rows: &[[&str; N]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip([&[header], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// The number of the `n`th of many: none of them the others' or `id_number`'s.
fn number(n: u32) -> String {
    let first = format!(
        "41999919{:02}{:02}{:02}{:03}",
        60 + n / 200_000,
        1 + n / 20_000 % 10,
        1 + n / 1_000 % 20,
        n % 1_000
    );
    format!("{first}{}", kit::id_card::check_character(&first).unwrap())
}

async fn upload<'w>(browser: &mut Browser<'w>, bytes: &[u8]) -> Page {
    browser.get("/import").await.is(200);
    let sent = browser.upload("/import", &[], &[("file", "名单.xlsx", bytes)]).await;
    browser.follow(&sent).await
}

/// The page of the newest upload once it is checked.
async fn checked<'w>(county: &World, browser: &mut Browser<'w>) -> Page {
    let id = county.number("select max(id) from import").await;
    for _ in 0..600 {
        if county.number("select count(*) from import where state = 'checking'").await == 0 {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    browser.get(&format!("/import/{id}")).await
}

#[rocket::async_test]
async fn a_filled_file_becomes_people_who_sign_in() {
    let county = World::new().await.with_employer("第一小学").await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    admin.get("/import").await.is(200).contains("下载导入模板").contains("导入到：第一小学");
    let (he, zhang) = ("41999919860520018x", id_number(1));
    let rows = [good("何敏", he), good("张三", &zhang), good("李四", "419999198503150012")];
    let page = upload(&mut admin, &file(HEADER, &rows)).await;
    page.is(200).contains("3 行").contains("导入 2 行").contains("需要修改的 1 行");
    page.contains("419999198503150012").contains("校验位不对").contains("逐位核对身份证");
    assert_eq!(county.number("select count(*) from person").await, 0);
    admin.get("/import/1/confirm").await.is(200).contains("导入 2 名专业技术人员");
    let done = admin.post("/import/1/confirm", &[]).await;
    done.redirects_to("/import/1");
    let page = admin.follow(&done).await;
    page.is(200).contains("已导入 2 人，1 行未导入。").contains("初始密码是身份证号后六位");
    assert_eq!(
        county
            .number("select count(*) from person where origin = 'import' and import_id = 1")
            .await,
        2
    );
    // what was typed is gone but for the failing row
    assert_eq!(county.number("select count(*) from import_row").await, 1);
    let trail = county.trail().await.join("\n");
    assert!(trail.contains("批量导入 2 人（文件“名单.xlsx”），1 行未导入"), "{trail}");
    assert!(!trail.contains("19860520") && !trail.contains("198503150012"));
    // a second click does nothing
    admin.post("/import/1/confirm", &[]).await.is(409).contains("已经导入过了");
    admin.post("/import/1/cancel", &[]).await.is(409);
    admin.get("/import/records").await.is(200).contains("名单.xlsx").contains("已导入");

    let mut person = county.browser();
    person.sign_in("41999919860520018X", "20018x").await.redirects_to("/password/first");
}

#[rocket::async_test]
async fn failing_rows_come_back_coloured_and_go_in_once_mended() {
    let county = World::new().await.with_employer("第一小学").await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let header = ["序号", "身份证号码", "姓名", "民族", "学历", "职称系列", "职称等级", "职称名称"];
    let number = id_number(1);
    let bad = ["7", &number, "何敏", "汉", "本科", "中小学教师", "中极", "一级教师"];
    let page = upload(&mut admin, &file(header, &[bad])).await;
    page.contains("没有可以导入的行").contains("改为“中级”").contains("不认识的列没有读取：“序号”");
    page.lacks("/import/1/confirm");
    let download = admin.get("/import/1/failing").await;
    download.is(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(download.bytes.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> =
        range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    assert_eq!(rows[0], [&header[..], &["原行号", "错误原因"]].concat());
    assert_eq!(rows[1][..9], [&bad[..], &["2"]].concat());
    assert_eq!(rows[1][9], "职称等级：不在可选内容中。改为“中级”（可从下拉列表选择）");
    assert!(county.trail().await.join("\n").contains("下载导入文件“名单.xlsx”中需修改的 1 行"));
    // mended as it is, with the reason's column still there
    let mended: [&str; 10] =
        std::array::from_fn(|at| if at == 6 { "中级" } else { rows[1][at].as_str() });
    let heads: [&str; 10] = std::array::from_fn(|at| rows[0][at].as_str());
    let page = upload(&mut admin, &file(heads, &[mended])).await;
    page.contains("导入 1 行").lacks("/failing");
    admin.post("/import/2/confirm", &[]).await.redirects_to("/import/2");
    assert_eq!(county.number("select count(*) from person").await, 1);
}

#[rocket::async_test]
async fn people_already_recorded_are_passed_over_or_refused() {
    let (own, namesake, other) = (id_number(1), id_number(2), id_number(3));
    let county = World::new()
        .await
        .with_employer("第一小学")
        .await
        .with_employer("第二小学")
        .await
        .with_active_person("何敏", "第一小学", &own)
        .await
        .with_person("张三", "第一小学", &namesake)
        .await
        .with_person("李四", "第二小学", &other)
        .await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let new = number(9);
    let rows =
        [good("何敏", &own), good("张山", &namesake), good("李四", &other), good("王五", &new)];
    let page = upload(&mut admin, &file(HEADER, &rows)).await;
    page.contains("已在 第二小学，请由本人发起调转").contains("不一致");
    page.contains("导入 1 行").contains("已在本单位 1 行");
    // his row would give him nation, education, a title … of which the bureau decides the title
    let page = admin.get("/import/1?tab=known").await;
    page.contains("何敏").contains("民族").contains("须审核").lacks(&own);
    let before = county
        .text("select password_hash from account where state = 'active' and person_id is not null")
        .await;
    admin.post("/import/1/confirm", &[("policy", "skip")]).await.redirects_to("/import/1");
    assert_eq!(county.number("select count(*) from person").await, 4);
    assert_eq!(county.number("select count(*) from person_change").await, 0);
    let after = county
        .text("select password_hash from account where state = 'active' and person_id is not null")
        .await;
    assert_eq!(before, after);
}

#[rocket::async_test]
async fn a_number_twice_in_a_file_is_refused_in_both_rows() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let (twice, once) = (id_number(1), id_number(2));
    let rows = [good("何敏", &twice), good("张三", &once), good("何小敏", &twice)];
    let page = upload(&mut admin, &file(HEADER, &rows)).await;
    page.contains("与第 2 行重复").contains("与第 4 行重复").contains("导入 1 行");
    admin.post("/import/1/confirm", &[]).await.redirects_to("/import/1");
    assert_eq!(county.text("select group_concat(name) from person").await, "张三");
}

#[rocket::async_test]
async fn what_changed_since_the_check_is_left_out_and_listed() {
    let (moved, taken, fine) = (id_number(1), id_number(2), id_number(3));
    let county = World::new().await.with_employer("第一小学").await.with_employer("第二小学").await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let rows = [good("何敏", &moved), good("张三", &taken), good("李四", &fine)];
    upload(&mut admin, &file(HEADER, &rows)).await.contains("导入 3 行");
    for (name, unit, number) in [("何敏", "第二小学", &moved), ("张三", "第一小学", &taken)]
    {
        add(&county, name, unit, number).await;
    }
    let done = admin.post("/import/1/confirm", &[]).await;
    let page = admin.follow(&done).await;
    page.contains("已导入 1 人，2 行未导入。").contains("2 行没有导入");
    page.contains("已在 第二小学，请由本人发起调转");
    page.contains("核对之后情况有变化：这个人已经登记");
    assert_eq!(county.number("select count(*) from person").await, 3);
    // nobody left at all: nothing is written, and it says so
    upload(&mut admin, &file(HEADER, &[good("王五", &number(1))])).await.contains("导入 1 行");
    add(&county, "王五", "第二小学", &number(1)).await;
    admin.post("/import/2/confirm", &[]).await.is(409).contains("没有可以导入的人员");
    assert_eq!(county.text("select state from import where id = 2").await, "checked");
}

/// Records somebody while a check waits.
async fn add(county: &World, name: &str, unit: &str, number: &str) {
    use accounts::people::{Fields, NewPerson, Origin, create};
    let person = NewPerson {
        id_card: kit::IdCard::stored(number).unwrap(),
        organization: county.organization(unit).await,
        internal_department: None,
        fields: Fields::named(name),
    };
    let mut tx = county.db().begin().await.unwrap();
    create(&mut tx, person, Origin::Form, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
}

#[rocket::async_test]
async fn the_same_file_again_asks_first() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let (one, two) = (id_number(1), number(5));
    let bytes = file(HEADER, &[good("何敏", &one), good("张三", &two)]);
    upload(&mut admin, &bytes).await;
    admin.post("/import/1/confirm", &[]).await.redirects_to("/import/1");
    county.execute("delete from account where person_id = 2").await;
    county.execute("delete from person_version where person_id = 2").await;
    county.execute("delete from person_year where person_id = 2").await;
    county.execute("delete from person where id = 2").await;
    let page = upload(&mut admin, &bytes).await;
    page.contains("同一个文件").contains("导入 1 行");
    admin.post("/import/2/confirm", &[]).await.is(422).contains("这个文件以前导入过");
    admin.post("/import/2/confirm", &[("again", "on")]).await.redirects_to("/import/2");
    assert_eq!(county.number("select count(*) from person").await, 2);
}

#[rocket::async_test]
async fn a_cancelled_upload_leaves_nothing() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    upload(&mut admin, &file(HEADER, &[good("何敏", &id_number(1)), good("李四", "1")])).await;
    assert_eq!(county.number("select count(*) from import_row").await, 2);
    admin.post("/import/1/cancel", &[]).await.redirects_to("/import");
    assert_eq!(county.number("select count(*) from import_row").await, 0);
    assert_eq!(county.number("select count(*) from import_problem").await, 0);
    admin.get("/import/1").await.is(200).contains("已取消");
    admin.post("/import/1/confirm", &[]).await.is(409).contains("已经取消");
    admin.get("/import/1/failing").await.is(409);
}

#[rocket::async_test]
async fn what_was_typed_is_forgotten_in_time() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    upload(&mut admin, &file(HEADER, &[good("何敏", &id_number(1)), good("李四", "1")])).await;
    admin.post("/import/1/confirm", &[]).await.redirects_to("/import/1");
    upload(&mut admin, &file(HEADER, &[good("张三", &id_number(2))])).await;
    // a check whose server went away
    county
        .execute("update import set state = 'checking', seen_at = '2026-11-23' where id = 2")
        .await;
    sweep(&county).await;
    assert_eq!(county.text("select state from import where id = 2").await, "failed");
    assert_eq!(county.number("select count(*) from import_row").await, 1);
    county.clock.advance(time::Duration::days(31));
    sweep(&county).await;
    assert_eq!(county.number("select count(*) from import_row").await, 0);
    assert_eq!(county.number("select count(*) from import_problem").await, 0);
    let mut admin = county.admin().await;
    admin.get("/import/1").await.is(200).contains("内容已超过保留期").lacks("/failing");
}

async fn sweep(county: &World) {
    let module = county.modules().all().iter().find(|m| m.name() == "import").unwrap();
    let context = kit::module::TaskContext {
        db: std::sync::Arc::new((**county.db()).clone()),
        clock: county.clock.clone(),
        settings: county.settings().clone(),
        modules: county.modules().clone(),
    };
    for task in module.tasks() {
        (task.run)(context.clone()).await.unwrap();
    }
}

#[rocket::async_test]
async fn what_is_no_workbook_gets_a_sentence() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    for (bytes, sentence) in [
        (b"<html><table></table></html>".as_slice(), "网页"),
        ("姓名,身份证号".as_bytes(), "缺少“民族”“学历”“职称系列”"),
        (b"PK\x03\x04broken", "损坏"),
        (file(["姓名", "身份证号"], &[]).as_slice(), "缺少“民族”“学历”“职称系列”"),
        (file(HEADER, &[]).as_slice(), "表头下面没有内容"),
    ] {
        upload(&mut admin, bytes).await.is(200).contains("文件不能导入").contains(sentence);
    }
    admin.upload("/import", &[], &[]).await.is(422).contains("请选择填好的导入文件");
    let large = vec![b'P'; 20 * 1024 * 1024 + 1];
    admin.upload("/import", &[], &[("file", "a.xlsx", &large)]).await.is(422).contains("20 MB");
    // the announced strings alone would take the server down
    let lie = lying_workbook();
    upload(&mut admin, &lie).await.contains("文件不能导入").contains("文字表");
    assert_eq!(county.number("select count(*) from import_row").await, 0);
}

/// A workbook that says it has a hundred thousand million strings.
fn lying_workbook() -> Vec<u8> {
    use std::io::{Read, Write};
    let honest = file(HEADER, &[good("何敏", &id_number(1))]);
    let mut archive = zip::ZipArchive::new(Cursor::new(honest)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        if entry.name().ends_with("sharedStrings.xml") {
            let (head, rest) = text.split_once("uniqueCount=\"").unwrap();
            let (_, tail) = rest.split_once('"').unwrap();
            text = format!("{head}uniqueCount=\"99999999999\"{tail}");
        }
        writer.start_file(entry.name(), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[rocket::async_test]
async fn an_upload_is_its_own_units_and_the_numbers_are_its_uploaders() {
    let county = World::new().await.with_employer("第一小学").await.with_employer("第二小学").await;
    let unit = county.organization("第一小学").await;
    let county = county
        .with_clerk(
            "colleague",
            unit,
            &[import::ViewImports::grantable(), import::EditImports::grantable()],
        )
        .await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    upload(&mut admin, &file(HEADER, &[good("李四", "419999198503150012")])).await;
    let mut other = county.sign_in(&county.admin_of("第二小学").await).await;
    let mut bureau = county.admin().await;
    for browser in [&mut other, &mut bureau] {
        browser.get("/import/1").await.is(404);
        browser.get("/import/1/failing").await.is(404);
        browser.get("/import/records").await.is(200).lacks("名单.xlsx");
        browser.post("/import/1/confirm", &[]).await.is(404);
        browser.post("/import/1/cancel", &[]).await.is(404);
    }
    let mut colleague = county.sign_in("colleague").await;
    let page = colleague.get("/import/1").await;
    page.is(200).contains("4199************12").lacks("419999198503150012");
    colleague.get("/import/1/failing").await.is(403);
}

#[rocket::async_test]
async fn the_template_is_the_units_own_and_comes_back_without_an_error() {
    let county = World::new().await.with_employer("第一小学").await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("insert into internal_department (organization_id, name) values (?, '教务处')")
        .bind(county.organization("第一小学").await)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let template = admin.get("/import/template").await;
    template.is(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(template.bytes.clone())).unwrap();
    let words = book.worksheet_range("字典").unwrap();
    assert!(words.used_cells().any(|(_, _, cell)| *cell == "教务处"));
    upload(&mut admin, &template.bytes).await.contains("只有示例行");
    let range = book.worksheet_range("专业技术人员").unwrap();
    let cells = |row: usize| -> [String; 22] {
        std::array::from_fn(|at| range.get((row, at)).map(Data::to_string).unwrap_or_default())
    };
    let (header, mut filled) = (cells(0), cells(1));
    filled[0] = "王小明".to_owned();
    filled[6] = "教务处".to_owned();
    let (example, people) = (cells(1), filled.each_ref().map(String::as_str));
    let bytes = file(
        header.each_ref().map(String::as_str),
        &[example.each_ref().map(String::as_str), people],
    );
    let page = upload(&mut admin, &bytes).await;
    page.contains("全部可以导入。").contains("模板的示例行没有计入").contains("导入 1 行");
    let id = county.number("select max(id) from import").await;
    admin.post(&format!("/import/{id}/confirm"), &[]).await;
    let department = county
        .text("select d.name from person p join internal_department d on d.id = p.internal_department_id")
        .await;
    assert_eq!(department, "教务处");
}

#[rocket::async_test]
async fn unknown_departments_are_made_if_asked() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let header = ["姓名", "身份证号", "民族", "学历", "职称系列", "内设部门"];
    let (one, two) = (id_number(1), number(7));
    let rows = [
        ["何敏", &one, "汉族", "大学本科", "无职称", "档案科"],
        ["张三", &two, "回族", "大学专科", "无", "档案科"],
    ];
    let bytes = file(header, &rows);
    upload(&mut admin, &bytes).await.contains("本单位没有这个内设部门").lacks("/import/1/confirm");
    let sent = admin
        .upload("/import", &[("create_departments", "on")], &[("file", "名单.xlsx", &bytes)])
        .await;
    admin.follow(&sent).await.contains("导入 2 行");
    admin.post("/import/2/confirm", &[]).await.redirects_to("/import/2");
    assert_eq!(county.number("select count(*) from internal_department").await, 1);
    assert_eq!(
        county.number("select count(*) from person where internal_department_id = 1").await,
        2
    );
}

#[rocket::async_test]
async fn ten_thousand_rows_are_checked_and_written() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip(HEADER) {
        sheet.write_string(0, column, title).unwrap();
    }
    for row in 1..=10_000 {
        let number = if row % 1_000 == 0 { "1".to_owned() } else { number(row) };
        for (column, text) in (0..).zip(good("测试人员", &number)) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    upload(&mut admin, &bytes).await;
    let page = checked(&county, &mut admin).await;
    page.contains("10,000 行").contains("9,990 行").contains("需要修改的 10 行");
    page.lacks("page=2");
    let page = admin.get("/import/1?tab=warn&page=3").await;
    page.is(200).contains("与第 2 行的手机号码相同").contains("page=4");
    admin.post("/import/1/confirm", &[]).await.redirects_to("/import/1");
    // it may go on behind its progress bar
    while county.number("select count(*) from job where ended_at is null").await > 0 {
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(county.number("select count(*) from person").await, 9_990);
    assert_eq!(county.number("select count(*) from import_row").await, 10);
}
