//! 历史学时: by file and typed, by the bureau at once and by a unit through the bureau's desk.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::{Formula, Workbook};

use crate::support::{Browser, PASSWORD, Page, World, id_number};

const HEADER: [&str; 11] = [
    "身份证号",
    "姓名",
    "年度",
    "科目",
    "项目",
    "开始日期",
    "结束日期",
    "学时",
    "认定机构",
    "证书编号",
    "学习形式",
];
/// Of an undo: the reason, and one's own password.
const WHY: [(&str, &str); 2] = [("reason", "文件选错了，年度不对"), ("password", PASSWORD)];
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// A row that is right: so many hours of a year.
fn good<'a>(number: &'a str, name: &'a str, year: &'a str, hours: &'a str) -> [String; 11] {
    let day = |end: &str| format!("{year}-{end}");
    [
        number.to_owned(),
        name.to_owned(),
        year.to_owned(),
        "专业科目".to_owned(),
        "骨干教师培训班".to_owned(),
        day("07-10"),
        day("07-14"),
        hours.to_owned(),
        "邻县人社局".to_owned(),
        String::new(),
        String::new(),
    ]
}

fn with(row: &[String; 11], column: usize, text: &str) -> [String; 11] {
    let mut row = row.clone();
    row[column] = text.to_owned();
    row
}

fn file(rows: &[[String; 11]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, text) in (0..).zip(HEADER) {
        sheet.write_string(0, column, text).unwrap();
    }
    for (row, cells) in (1..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

async fn upload(browser: &mut Browser<'_>, bytes: &[u8]) -> Page {
    browser.get("/import/history").await.is(200);
    let sent = browser.upload("/import/history", &[], &[("file", "学时.xlsx", bytes)]).await;
    let page = browser.follow(&sent).await;
    settled(browser, page).await
}

/// The page once the check is over.
async fn settled(browser: &mut Browser<'_>, mut page: Page) -> Page {
    for _ in 0..200 {
        if !page.body.contains("正在核对") {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let path = page.path.clone();
        page = browser.get(&path).await;
    }
    page
}

async fn newest(county: &World) -> i64 {
    county.number("select max(id) from import").await
}

/// Two employers, a person each; 王芳 of 甲 has her own password.
async fn county() -> (World, String, String) {
    let (wang, li) = (id_number(1), id_number(2));
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_employer("乙")
        .await
        .with_active_person("王芳", "甲", &wang)
        .await
        .with_active_person("李勇", "乙", &li)
        .await;
    (county, wang, li)
}

/// The bureau imports these rows.
async fn imported(admin: &mut Browser<'_>, county: &World, rows: &[[String; 11]]) -> String {
    imported_file(admin, county, &file(rows)).await
}

async fn imported_file(admin: &mut Browser<'_>, county: &World, bytes: &[u8]) -> String {
    upload(admin, bytes).await.is(200);
    let id = newest(county).await;
    let done = admin.post(&format!("/import/history/uploads/{id}/confirm"), &[]).await;
    let to = done.location.clone().unwrap_or_default();
    assert!(to.starts_with("/import/history/records/"), "{done:?}");
    to
}

#[rocket::async_test]
async fn the_bureau_imports_former_years_and_they_print_as_imported() {
    let (county, wang, li) = county().await;
    let mut admin = county.admin().await;
    let page = admin.get("/import/history").await;
    page.is(200).contains("专业技术人员</a>").contains("全县人员").contains("下载导入模板");
    let rows: Vec<_> = ["2021", "2022", "2023", "2024", "2025"]
        .iter()
        .flat_map(|year| {
            let general = with(&with(&good(&wang, "王芳", year, "30"), 3, "公需"), 4, "公需课");
            [good(&wang, "王芳", year, "60"), general]
        })
        .chain([good(&li, "李勇", "2023", "7.5")])
        .collect();
    let page = upload(&mut admin, &file(&rows)).await;
    page.is(200).contains("全部可以导入").contains("导入 11 行").contains("还没有写入系统");
    assert_eq!(county.number("select count(*) from entry").await, 0);
    let id = newest(&county).await;
    admin.get(&format!("/import/history/uploads/{id}/confirm")).await.is(200).contains("学时.xlsx");
    let done = admin.post(&format!("/import/history/uploads/{id}/confirm"), &[]).await;
    done.redirects_to("/import/history/records/1");
    let page = admin.follow(&done).await;
    page.is(200)
        .contains("已导入 11 条历史学时")
        .contains("LS20261123-0001")
        .contains("骨干教师培训班");
    page.contains("2 人，11 条，共 457.5 学时").contains("邻县人社局").lacks(&wang);
    assert_eq!(county.number("select count(*) from entry where source = 'import'").await, 11);
    assert_eq!(
        county.text("select recognised_by from entry group by recognised_by").await,
        "邻县人社局"
    );
    // what was typed is gone, the record stays
    assert_eq!(county.number("select count(*) from import_row").await, 0);
    assert_eq!(county.number("select length(sha256) from import").await, 64);
    let trail = county.trail().await.join("\n");
    assert!(
        trail.contains(
            "历史学时导入 LS20261123-0001：2 人 11 条 457.5 学时（2021–2025 年度，文件“学时.xlsx”）"
        ),
        "{trail}"
    );
    assert!(!trail.contains(&wang[6..]));
    // one message each, summed
    assert_eq!(county.number("select count(*) from message").await, 2);
    let told = county.text("select text from message order by id limit 1").await;
    assert!(told.contains("2021–2025 年度共 10 条、450 学时"), "{told}");
    // nothing is kept twice
    assert_eq!(county.number("select count(*) from person_year where total = 900").await, 5);

    // the certificate looking back five years
    let mut person = county.sign_in(&wang).await;
    person.get("/verification/mine").await.is(200);
    let fields = [("from", "2021"), ("to", "2025")];
    let issued = person.post("/verification/mine", &fields).await;
    let sheet = person.follow(&issued).await;
    sheet
        .is(200)
        .contains("导入（原认定机构：邻县人社局）")
        .contains("2021年度")
        .contains("2025年度");
    let token = county.text("select token from certificate").await;
    let public = county.get(&format!("/verification/q/{token}")).await;
    public.is(200).contains("导入（原认定机构：邻县人社局）").contains("达到要求");
    person.get("/credit-hours/mine").await.is(200).contains("导入").contains("邻县人社局");

    // a second click, and the list of records
    admin
        .post(&format!("/import/history/uploads/{id}/confirm"), &[])
        .await
        .is(409)
        .contains("已经导入过了");
    admin.post(&format!("/import/history/uploads/{id}/cancel"), &[]).await.is(409);
    admin
        .get("/import/history/records")
        .await
        .is(200)
        .contains("LS20261123-0001")
        .contains("已导入");
    admin.get("/import/records").await.is(200).lacks("学时.xlsx");
    admin.get(&format!("/import/{id}")).await.is(404);
}

#[rocket::async_test]
async fn every_row_that_cannot_come_in_says_why_and_the_others_come() {
    let (county, wang, li) = county().await;
    let mut admin = county.admin().await;
    imported(&mut admin, &county, &[good(&wang, "王芳", "2023", "40")]).await;
    let first = good(&wang, "王芳", "2022", "40");
    let certificate = with(&with(&first, 4, "甲项目"), 9, "A-1");
    let rows = [
        first.clone(),                                                  // 2: taken
        with(&first, 0, "419999198503150012"),                          // 3: check digit
        with(&first, 0, &id_number(9)),                                 // 4: nobody
        with(&with(&first, 1, "王方"), 4, "丁项目"),                    // 5: another name
        with(&first, 2, "2026"),                                        // 6: this year
        with(&first, 2, "2021"),                                        // 7: not the end's year
        with(&first, 3, "选修"),                                        // 8: no such subject
        first.clone(),                                                  // 9: twice in the file
        certificate.clone(),                                            // 10: taken
        with(&with(&certificate, 4, "乙项目"), 9, "a-1"),               // 11: same certificate
        with(&good(&wang, "王芳", "2023", "40"), 4, "骨干教师 培训班"), // 12: in the ledger
        with(&first, 7, "95"),                                          // 13: too many
        with(&first, 5, "2022-07-20"),                                  // 14: begins behind its end
        with(&good(&li, "李勇", "2022", "7.3"), 4, "丙项目"),           // 15: no half
        with(&first, 8, ""),                                            // 16: nobody recognised it
    ];
    let page = upload(&mut admin, &file(&rows)).await;
    page.is(200).contains("导入 2 行").contains("需要修改的 13 行");
    for told in [
        "校验位不对",
        "本县没有这个身份证号的专业技术人员",
        "姓名与该身份证号登记的姓名不一致",
        "2026 年度还没有结束",
        "与年度 2021 不一致",
        "没有这个科目",
        "公需科目、专业科目",
        "与第 2 行是同一项目，日期重叠",
        "与第 10 行的证书编号相同",
        "来源：导入）重复",
        "95 学时超过一项最多 90 学时",
        "晚于结束日期",
        "学时只能是整数或带 .5",
        "419999198503150012",
    ] {
        page.contains(told);
    }
    let id = newest(&county).await;
    let page = admin.get(&format!("/import/history/uploads/{id}/failing")).await;
    page.is(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(page.bytes.clone())).unwrap();
    let range = book.worksheet_range("历史学时").unwrap();
    assert_eq!(range.height(), 14);
    let reason = range.get((2, 12)).map(ToString::to_string).unwrap_or_default();
    assert!(reason.contains("本县没有这个身份证号"), "{reason}");
    assert_eq!(range.get((0, 12)), Some(&Data::String("错误原因".to_owned())));
    admin.post(&format!("/import/history/uploads/{id}/confirm"), &[]).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 3);
    // the workbook reads as a file again; what was wrong is so still, what came twice is there now
    upload(&mut admin, &page.bytes).await.is(200).contains("需要修改的 13 行");
    // a colleague sees the failing rows masked and does not download them
    let bureau = county.bureau().await;
    let holds = county.modules().permissions();
    let holds: Vec<_> = holds.into_iter().filter(|p| p.leaf.key == "import.history").collect();
    let county = county.with_clerk("colleague", bureau, &holds).await;
    let mut colleague = county.sign_in("colleague").await;
    let page = colleague.get(&format!("/import/history/uploads/{id}")).await;
    page.is(200).lacks("419999198503150012").contains("只有上传的人");
    colleague.get(&format!("/import/history/uploads/{id}/failing")).await.is(403);
    // he holds nothing of the people's import, yet finds his place in the menu
    colleague.get("/start").await.contains("href=\"/import/history\"");
    colleague.get("/import").await.is(403);
}

#[rocket::async_test]
async fn what_makes_one_look_twice_is_told_and_taken() {
    let (county, wang, _) = county().await;
    let mut admin = county.admin().await;
    let rows: Vec<_> =
        (1..=4).map(|n| with(&good(&wang, "王芳", "2022", "80"), 4, &format!("项目{n}"))).collect();
    let page = upload(&mut admin, &file(&rows)).await;
    page.is(200).contains("1 行有提醒").contains("2022 年度合计 320 学时，多于 300 学时");
    let id = newest(&county).await;
    admin.post(&format!("/import/history/uploads/{id}/confirm"), &[]).await.is(303);
    assert_eq!(county.number("select total from person_year where year = 2022").await, 3_200);
}

#[rocket::async_test]
async fn this_year_comes_in_by_file_only_where_the_bureau_says_so() {
    let (county, wang, _) = county().await;
    let mut admin = county.admin().await;
    let rows = [good(&wang, "王芳", "2026", "40")];
    upload(&mut admin, &file(&rows)).await.contains("没有可以导入的行");
    county.set("import.history-this-year", "1").await;
    upload(&mut admin, &file(&rows)).await.contains("导入 1 行");
}

#[rocket::async_test]
async fn a_third_subject_works_without_code() {
    let (county, wang, _) = county().await;
    county
        .execute("insert into category (id, key, name, short, sort) values (3, 'elective', '选修科目', '选修', 3)")
        .await;
    let mut admin = county.admin().await;
    imported(&mut admin, &county, &[with(&good(&wang, "王芳", "2022", "10"), 3, "选修科目")]).await;
    assert_eq!(county.number("select category_id from entry").await, 3);
}

#[rocket::async_test]
async fn hostile_and_careless_files_are_refused_with_a_sentence() {
    let (county, wang, _) = county().await;
    let mut admin = county.admin().await;
    admin.get("/import/history").await.is(200);
    let refused = admin.upload("/import/history", &[], &[]).await;
    refused.is(422).contains("请选择填好的导入文件。");
    for (bytes, told) in [
        (b"".to_vec(), "文件是空的"),
        (b"%PDF-1.7".to_vec(), "这是 PDF 文件"),
        (b"a,b\n1,2\n".to_vec(), "没有找到表头"),
        (file(&[]), "表头下面没有内容"),
        (bomb(), "内容展开后"),
    ] {
        let page = upload(&mut admin, &bytes).await;
        page.is(200).contains("文件不能导入");
        assert!(page.body.contains(told) || told == "内容展开后", "{told}: {page:?}");
    }
    // an ID number as a number, a formula in the hours
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, text) in (0..).zip(HEADER) {
        sheet.write_string(0, column, text).unwrap();
    }
    for (column, text) in (0..).zip(good(&wang, "王芳", "2023", "")) {
        sheet.write_string(1, column, text).unwrap();
        sheet
            .write_string(2, column, good(&wang, "王芳", "2022", "8")[column as usize].clone())
            .unwrap();
    }
    sheet.write_number(2, 0, 419_999_198_503_150_011_f64).unwrap();
    sheet.write_formula(1, 7, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    let page = upload(&mut admin, &workbook.save_to_buffer().unwrap()).await;
    page.contains("单元格是数字格式").contains("单元格里的公式出错").contains("没有可以导入的行");
    assert_eq!(county.number("select count(*) from entry").await, 0);
}

/// A few kilobytes that unpack to hundreds of megabytes.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let bytes = file(&[]);
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for at in 0..old.len() {
        let mut entry = old.by_index(at).unwrap();
        new.start_file(entry.name().to_owned(), options).unwrap();
        std::io::copy(&mut entry, &mut new).unwrap();
    }
    new.start_file("xl/media/zero.bin", options).unwrap();
    let zeros = vec![0_u8; 1024 * 1024];
    for _ in 0..300 {
        new.write_all(&zeros).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[rocket::async_test]
async fn an_import_is_undone_once_by_reversing_entries() {
    let (county, wang, li) = county().await;
    let mut admin = county.admin().await;
    let bytes = file(&[good(&wang, "王芳", "2024", "40"), good(&li, "李勇", "2024", "20")]);
    let record = imported_file(&mut admin, &county, &bytes).await;
    let mut person = county.sign_in(&wang).await;
    person.get("/verification/mine").await.is(200);
    person.post("/verification/mine", &[("from", "2024"), ("to", "2024")]).await.is(303);
    admin.get(&record).await.is(200).contains("撤销这次导入");
    let undo = format!("{record}/undo");
    admin.get(&undo).await.is(200).contains("将撤销 2 人、2 条、60 学时").contains("不能恢复");
    let short = [("reason", "错"), ("password", PASSWORD)];
    admin.post(&undo, &short).await.is(422).contains("撤销原因至少 5 个字");
    admin.post(&undo, &WHY[..1]).await.is(422).contains("请填写您自己的登录密码");
    let wrong = [WHY[0], ("password", "Kettle-8-marmalade")];
    admin.post(&undo, &wrong).await.is(422);
    assert_eq!(county.number("select count(*) from entry").await, 2);
    let done = admin.post(&undo, &WHY).await;
    done.redirects_to(&record);
    let page = admin.follow(&done).await;
    page.is(200)
        .contains("已撤销 2 条学时")
        .contains("文件选错了")
        .contains("已撤销")
        .lacks("确认撤销");
    assert_eq!(county.number("select count(*) from entry").await, 4);
    assert_eq!(county.number("select sum(hours) from entry").await, 0);
    assert_eq!(county.number("select count(*) from person_year where total <> 0").await, 0);
    let reason =
        county.text("select reason from entry where reverses_id is not null limit 1").await;
    assert_eq!(reason, "撤销历史学时导入 LS20261123-0001：文件选错了，年度不对");
    assert_eq!(county.text("select state from certificate").await, "revoked");
    let why = county.text("select state_reason from certificate").await;
    assert!(why.contains("文件选错了"), "{why}");
    assert_eq!(
        county.number("select count(*) from message where title = '导入的历史学时已撤销'").await,
        2
    );
    admin.post(&undo, &WHY).await.is(409).contains("没有重复撤销");
    admin.get(&undo).await.is(409);
    assert_eq!(county.number("select count(*) from entry").await, 4);
    let trail = county.trail().await.join("\n");
    assert!(trail.contains("撤销历史学时导入 LS20261123-0001：2 条学时已写反向记录"), "{trail}");
    // the same file comes in again after a question
    let page = upload(&mut admin, &bytes).await;
    page.contains("后来已撤销").contains("导入 2 行");
    let id = newest(&county).await;
    let confirm = format!("/import/history/uploads/{id}/confirm");
    admin.post(&confirm, &[]).await.is(422).contains("这个文件以前导入过");
    admin.post(&confirm, &[("again", "on")]).await.is(303);
    assert_eq!(county.number("select sum(hours) from entry").await, 600);
}

#[rocket::async_test]
async fn an_undo_comes_too_late_after_its_days_and_passes_over_what_was_revoked_before() {
    let (county, wang, li) = county().await;
    let mut admin = county.admin().await;
    let rows = [good(&wang, "王芳", "2024", "40"), good(&li, "李勇", "2024", "20")];
    let record = imported(&mut admin, &county, &rows).await;
    let mut tx = county.db().begin().await.unwrap();
    let entry: i64 =
        sqlx::query_scalar("select min(id) from entry").fetch_one(&mut *tx).await.unwrap();
    let actor = kit::Actor::command("test");
    credit_hours::ledger::reverse(
        &mut tx,
        county.modules(),
        entry,
        "单独撤销",
        &actor,
        &county.clock,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    admin.get(&record).await.is(200).contains("已撤销").contains("已记入");
    county.execute("update history_batch set entered_at = '2026-10-20T01:00:00.000Z'").await;
    let undo = format!("{record}/undo");
    let late = admin.post(&undo, &WHY).await;
    late.is(409).contains("已超过 30 天").contains("逐条撤销");
    admin.get(&record).await.is(200).lacks("撤销这次导入</a>");
    county.set("import.history-undo-days", "60").await;
    let done = admin.post(&undo, &WHY).await;
    admin.follow(&done).await.contains("已撤销 1 条学时").contains("1 条此前已单独撤销");
    assert_eq!(county.number("select sum(hours) from entry").await, 0);
    assert_eq!(county.number("select count(*) from entry where reverses_id is not null").await, 2);
}

#[rocket::async_test]
async fn two_clicks_at_the_same_time_import_once_and_undo_once() {
    let (county, wang, _) = county().await;
    let (mut one, mut two) = (county.admin().await, county.admin().await);
    one.get("/start").await.is(200);
    two.get("/start").await.is(200);
    upload(&mut one, &file(&[good(&wang, "王芳", "2024", "40")])).await.is(200);
    let id = newest(&county).await;
    let confirm = format!("/import/history/uploads/{id}/confirm");
    let (a, b) =
        rocket::futures::future::join(one.post(&confirm, &[]), two.post(&confirm, &[])).await;
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(county.number("select count(*) from entry").await, 1);
    let undo = "/import/history/records/1/undo";
    let (a, b) = rocket::futures::future::join(one.post(undo, &WHY), two.post(undo, &WHY)).await;
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(county.number("select count(*) from entry").await, 2);
}

#[rocket::async_test]
async fn an_undo_takes_out_what_was_corrected_since_and_the_right_file_comes_in() {
    let (county, wang, li) = county().await;
    let mut admin = county.admin().await;
    let rows = [good(&wang, "王芳", "2024", "40"), good(&li, "李勇", "2024", "20")];
    let record = imported(&mut admin, &county, &rows).await;
    let first = county.number("select min(id) from entry").await;
    // corrected twice
    for (hours, at) in [("36", first), ("32", first + 3)] {
        let address = format!("/credit-hours/entries/{at}/correct");
        admin.get(&address).await.is(200);
        let fields = [
            ("year", "2024"),
            ("category", "2"),
            ("kind", "02"),
            ("title", "骨干教师培训班"),
            ("organizer", "邻县人社局"),
            ("started_on", "2024-07-10"),
            ("ended_on", "2024-07-14"),
            ("hours", hours),
            ("certificate_number", ""),
            ("reason", "学时录入错误，已核对证明。"),
            ("password", PASSWORD),
        ];
        admin.upload(&address, &fields, &[]).await.is(303);
    }
    assert_eq!(county.number("select sum(hours) from entry").await, 520);
    let undo = format!("{record}/undo");
    admin
        .get(&undo)
        .await
        .is(200)
        .contains("1 条学时、1 条更正后的学时")
        .contains("撤销的是更正后的学时");
    let done = admin.post(&undo, &WHY).await;
    done.redirects_to(&record);
    admin.follow(&done).await.contains("已撤销 1 条学时、1 条更正后的学时").lacks("此前已单独撤销");
    assert_eq!(county.number("select sum(hours) from entry").await, 0);
    assert_eq!(county.number("select count(*) from person_year where total <> 0").await, 0);
    let mut db = county.db().read().await.unwrap();
    assert!(credit_hours::recount(&mut db, None).await.unwrap().is_empty());
    drop(db);
    let right = [good(&wang, "王芳", "2024", "32"), good(&li, "李勇", "2024", "20")];
    imported(&mut admin, &county, &right).await;
    assert_eq!(county.number("select sum(hours) from entry").await, 520);
}

/// 王芳, who is of the bureau's own people or of a unit's, on the bureau's side.
async fn wang_at_the_bureau<'w>(county: &'w World, number: &str) -> Browser<'w> {
    let mut wang = county.sign_in(number).await;
    wang.get("/start").await.is(200);
    let side = county.number("select max(id) from grant").await.to_string();
    wang.post("/side", &[("to", &side)]).await.is(303);
    wang
}

#[rocket::async_test]
async fn a_clerk_of_the_bureaus_neither_brings_nor_undoes_his_own_hours() {
    let (county, wang, li) = county().await;
    let bureau = county.text("select name from organization where kind = 'bureau'").await;
    let county = county.with_grant("王芳", &bureau).await;
    let (own, other) = (county.person("王芳").await, county.person("李勇").await);
    assert_eq!(own, kit::PersonId(1));
    let mut clerk = wang_at_the_bureau(&county, &wang).await;
    let here = format!("/import/history/people/{own}");
    clerk.get(&here).await.is(409).contains("本人的历史学时请由其他人登记");
    let mut right = typed();
    right.push(("act", "submit"));
    let files: [(&str, &str, &[u8]); 1] = [("evidence", "转移证明.pdf", PDF)];
    clerk.upload(&here, &right, &files).await.is(409).contains("请由其他人登记");
    clerk.get(&format!("/import/history/people/{other}")).await.is(200);
    // by file
    let rows = [good(&wang, "王芳", "2023", "40"), good(&li, "李勇", "2023", "20")];
    let page = upload(&mut clerk, &file(&rows)).await;
    page.is(200).contains("导入 1 行").contains("本人的学时请由其他人导入");
    let id = newest(&county).await;
    clerk.post(&format!("/import/history/uploads/{id}/confirm"), &[]).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 1);
    // one that a colleague uploaded: his row is left out when he confirms it
    let mut admin = county.admin().await;
    let rows = [good(&wang, "王芳", "2022", "40"), good(&li, "李勇", "2022", "20")];
    upload(&mut admin, &file(&rows)).await.contains("导入 2 行");
    let id = newest(&county).await;
    let done = clerk.post(&format!("/import/history/uploads/{id}/confirm"), &[]).await;
    clerk.follow(&done).await.contains("已导入 1 条历史学时");
    assert_eq!(county.number("select count(*) from entry where person_id = 1").await, 0);
    // the colleague brings them; they are not his to take out either
    let record = imported(&mut admin, &county, &[good(&wang, "王芳", "2021", "40")]).await;
    let undo = format!("{record}/undo");
    clerk.get(&undo).await.is(409).contains("有您本人的学时，不能由自己撤销");
    clerk.post(&undo, &WHY).await.is(409);
    admin.post(&undo, &WHY).await.is(303);
}

#[rocket::async_test]
async fn an_undo_asks_for_both_rights_and_the_whole_county() {
    let (county, wang, _) = county().await;
    let bureau = county.bureau().await;
    let all = county.modules().permissions();
    let of = |leaves: &[&str]| -> Vec<kit::Grantable> {
        all.iter().filter(|one| leaves.contains(&one.leaf.key)).copied().collect()
    };
    let county = county
        .with_clerk("imports", bureau, &of(&["import.history"]))
        .await
        .with_clerk("revokes", bureau, &of(&["credit-hours.revocations"]))
        .await
        .with_clerk("limited", bureau, &of(&["import.history", "credit-hours.revocations"]))
        .await;
    county
        .execute(
            "update grant set scope = 'own'
              where account_id = (select id from account where login = 'limited')",
        )
        .await;
    let mut admin = county.admin().await;
    let record = imported(&mut admin, &county, &[good(&wang, "王芳", "2024", "40")]).await;
    let undo = format!("{record}/undo");
    let mut imports = county.sign_in("imports").await;
    imports.get(&record).await.is(200).lacks("撤销这次导入</a>");
    imports.post(&undo, &WHY).await.is(403);
    let mut revokes = county.sign_in("revokes").await;
    revokes.get("/start").await.is(200);
    revokes.get(&undo).await.is(403);
    revokes.post(&undo, &WHY).await.is(403);
    // limited to the bureau's own people: he sees what he brought himself, and undoes nothing
    let mut limited = county.sign_in("limited").await;
    limited.get("/import/history/records").await.is(200).lacks("LS20261123-0001");
    limited.get("/import/history").await.is(200);
    limited.get(&record).await.is(404);
    limited.get("/import/history/uploads/1").await.is(404);
    limited.post(&undo, &WHY).await.is(404);
    county
        .execute(
            "update history_batch set account_id = (select id from account where login = 'limited')",
        )
        .await;
    limited.get(&record).await.is(200).lacks("撤销这次导入</a>");
    limited.post(&undo, &WHY).await.is(403);
    assert_eq!(county.number("select count(*) from entry").await, 1);
}

#[rocket::async_test]
async fn a_units_hours_of_this_year_keep_to_the_window() {
    let (county, wang, _) = county().await;
    county.set("import.history-this-year", "1").await;
    county
        .execute(
            "insert into year_window (year, declare_from, declare_to, audit_to, makeup_to)
             values (2026, '2026-01-01', '2026-11-20', '', '')",
        )
        .await;
    let mut unit = county.sign_in(&county.admin_of("甲").await).await;
    let here = format!("/import/history/people/{}", county.person("王芳").await);
    unit.get(&here).await.is(200);
    let mut right = typed();
    right.push(("act", "submit"));
    let files: [(&str, &str, &[u8]); 1] = [("evidence", "转移证明.pdf", PDF)];
    let page = unit.upload(&here, &right, &files).await;
    page.is(422).contains("第 2 行年度2026 年度的申报已于 2026-11-20 截止");
    let rows = [good(&wang, "王芳", "2026", "20"), good(&wang, "王芳", "2025", "20")];
    upload(&mut unit, &file(&rows)).await.contains("提交 1 行").contains("2026-11-20 截止");
    // the bureau answers for itself
    let mut admin = county.admin().await;
    upload(&mut admin, &file(&rows)).await.contains("导入 2 行");
}

#[rocket::async_test]
async fn a_unit_sends_its_own_peoples_hours_to_the_bureaus_desk_with_evidence() {
    let (county, wang, li) = county().await;
    let mut unit = county.sign_in(&county.admin_of("甲").await).await;
    unit.get("/import/history").await.is(200).contains("甲的人员").contains("由人社局审核");
    let rows = [
        good(&wang, "王芳", "2023", "40"),
        good(&wang, "王芳", "2024", "20"),
        good(&li, "李勇", "2024", "20"),
    ];
    let page = upload(&mut unit, &file(&rows)).await;
    page.contains("附证明材料提交 2 行").contains("本单位没有这个身份证号的人员").lacks("李勇 ");
    let id = newest(&county).await;
    let confirm = format!("/import/history/uploads/{id}/confirm");
    unit.get(&confirm).await.is(200).contains("证明材料").contains("提交审核");
    let page = unit.post(&confirm, &[("act", "submit")]).await;
    page.is(422).contains("请上传证明材料");
    let attached =
        unit.upload(&confirm, &[("act", "attach")], &[("evidence", "证明.pdf", PDF)]).await;
    attached.redirects_to(&confirm);
    unit.follow(&attached).await.contains("证明.pdf");
    let sent = unit.post(&confirm, &[("act", "submit")]).await;
    sent.redirects_to("/import/history/records/1");
    unit.follow(&sent)
        .await
        .is(200)
        .contains("LS20261123-0001 已提交人社局审核")
        .contains("待审核");
    assert_eq!(county.number("select count(*) from entry").await, 0);
    unit.post(&confirm, &[("act", "submit")]).await.is(409);

    // while it waits nobody brings the same hours in another way
    let mut admin = county.admin().await;
    let page = upload(&mut admin, &file(&[good(&wang, "王芳", "2023", "40")])).await;
    page.contains("历史学时导入“骨干教师培训班”").contains("待审核）重复");
    // the unit cannot undo, nor another unit see it
    let mut other = county.sign_in(&county.admin_of("乙").await).await;
    other.get("/import/history/records/1").await.is(404);

    admin.get("/desk/declarations").await.is(200).contains("历史学时（1）");
    admin.get("/desk/history-hours").await.is(200).contains("LS20261123-0001").contains("甲");
    let page = admin.get("/desk/history-hours/1").await;
    page.is(200).contains("分年度合计").contains("2 行都可以记入台账").contains("邻县人社局");
    page.contains("文件里另有 1 行核对没有通过").contains("证明.pdf").lacks(&wang);
    admin.get("/import/history/cases/1").await.is(200).contains("骨干教师培训班");
    // one of the rows is in the ledger meanwhile: left out and listed
    let taken = with(&good(&wang, "王芳", "2024", "20"), 4, "别的项目");
    imported(&mut admin, &county, &[taken]).await;
    county.execute("update person set name = '王芳芳' where name = '王芳'").await;
    admin.get("/desk/history-hours/1").await.contains("2 行都不能记入台账");
    admin.post("/desk/history-hours/1/approve", &[("confirmed", "1")]).await.is(409);
    county.execute("update person set name = '王芳' where name = '王芳芳'").await;
    county
        .execute("update roster_row set name = '王方' where number = 3 and subject = 'history'")
        .await;
    admin.get("/desk/history-hours/1").await.contains("2 行中有 1 行不能记入台账");
    admin.post("/desk/history-hours/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.number("select count(*) from entry where case_id is not null").await, 1);
    let page = unit.get("/import/history/records/1").await;
    page.is(200).contains("已通过").contains("没有记入：姓名与该身份证号登记的姓名不一致");
    unit.get("/import/history/records/1/undo").await.is(403);
    admin.post("/desk/history-hours/1/approve", &[("confirmed", "1")]).await.is(409);
    // the bureau undoes a unit's, too
    admin.get("/import/history/records/1").await.is(200).contains("撤销这次导入");
    admin.post("/import/history/records/1/undo", &WHY).await.is(303);
    assert_eq!(county.number("select sum(hours) from entry where case_id is not null").await, 0);
    admin.get("/desk/history-hours?tab=done").await.is(200).contains("已撤销");
}

/// 甲 sends these rows.
async fn sent(unit: &mut Browser<'_>, county: &World, rows: &[[String; 11]]) -> Page {
    upload(unit, &file(rows)).await.is(200);
    let id = newest(county).await;
    let confirm = format!("/import/history/uploads/{id}/confirm");
    unit.upload(&confirm, &[("act", "submit")], &[("evidence", "证明.pdf", PDF)]).await
}

#[rocket::async_test]
async fn a_rejected_case_is_corrected_by_a_new_file_under_its_number() {
    let (county, wang, _) = county().await;
    let mut unit = county.sign_in(&county.admin_of("甲").await).await;
    sent(&mut unit, &county, &[good(&wang, "王芳", "2023", "40")]).await.is(303);
    let mut admin = county.admin().await;
    admin.get("/start").await.is(200);
    let reason = [("confirmed", "1"), ("reason", "学时与证明材料不一致。")];
    admin.post("/desk/history-hours/1/reject", &reason).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 0);
    let page = unit.get("/import/history/records/1").await;
    page.is(200).contains("驳回原因：学时与证明材料不一致").contains("/import/history?again=1");
    assert_eq!(county.text("select state from roster_row").await, "draft");
    unit.get("/import/history?again=1").await.is(200).contains("正在修改 LS20261123-0001");
    let bytes = file(&[good(&wang, "王芳", "2023", "36")]);
    let answer =
        unit.upload("/import/history", &[("again", "1")], &[("file", "改.xlsx", &bytes)]).await;
    let page = unit.follow(&answer).await;
    settled(&mut unit, page).await.contains("提交 1 行");
    let id = newest(&county).await;
    let confirm = format!("/import/history/uploads/{id}/confirm");
    unit.get(&confirm).await.is(200).contains("证明.pdf");
    unit.post(&confirm, &[("act", "submit")]).await.redirects_to("/import/history/records/1");
    assert_eq!(county.number("select count(*) from review_case").await, 1);
    assert_eq!(county.number("select round from review_case").await, 2);
    admin.post("/desk/history-hours/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.number("select hours from entry").await, 360);
    unit.get("/import/history?again=1").await.is(409).contains("只有已驳回或已撤回的");
}

#[rocket::async_test]
async fn a_unit_withdraws_and_what_waited_waits_no_more() {
    let (county, wang, _) = county().await;
    let mut unit = county.sign_in(&county.admin_of("甲").await).await;
    sent(&mut unit, &county, &[good(&wang, "王芳", "2023", "40")]).await.is(303);
    unit.post("/import/history/records/1/remind", &[]).await.is(409);
    unit.post("/import/history/records/1/withdraw", &[])
        .await
        .redirects_to("/import/history/records/1");
    assert_eq!(county.text("select state from roster_row").await, "draft");
    let mut admin = county.admin().await;
    upload(&mut admin, &file(&[good(&wang, "王芳", "2023", "40")])).await.contains("导入 1 行");
    unit.post("/import/history/records/1/withdraw", &[]).await.is(409);
}

fn typed<'a>() -> Vec<(&'a str, &'a str)> {
    vec![
        ("organizer", "邻县人社局"),
        ("year-1", "2025"),
        ("category-1", "专业科目"),
        ("title-1", "骨干教师培训班"),
        ("started-1", "2025-07-10"),
        ("ended-1", "2025-07-14"),
        ("hours-1", "40"),
        ("year-2", "2026"),
        ("category-2", "公需科目"),
        ("title-2", "公需课"),
        ("started-2", "2026-03-01"),
        ("ended-2", "2026-03-05"),
        ("hours-2", "20"),
    ]
}

#[rocket::async_test]
async fn the_bureau_types_what_one_person_was_recognised_elsewhere() {
    let (county, wang, _) = county().await;
    let mut admin = county.admin().await;
    let person = county.person("王芳").await;
    let here = format!("/import/history/people/{person}");
    admin.get(&format!("/queries/people/{person}")).await.is(200).contains(&here);
    admin.get(&here).await.is(200).contains("外县转入学时").contains("原认定机构").lacks(&wang);
    let page = admin.post(&here, &[("act", "submit")]).await;
    page.is(422)
        .contains("请填写原认定机构")
        .contains("请至少填写一行学时")
        .contains("请上传证明材料");
    let mut wrong = typed();
    wrong.retain(|(name, _)| *name != "hours-1");
    wrong.push(("hours-1", "400"));
    wrong.push(("act", "submit"));
    let page = admin.upload(&here, &wrong, &[("evidence", "转移证明.pdf", PDF)]).await;
    page.is(422).contains("第 1 行学时400 学时超过一项最多 90 学时").contains("转移证明.pdf");
    page.contains("value=\"骨干教师培训班\"");
    // what was typed and attached is there when he comes back
    admin.get(&here).await.contains("转移证明.pdf").contains("value=\"公需课\"");
    let mut right = typed();
    right.push(("act", "submit"));
    let done = admin.post(&here, &right).await;
    let page = admin.follow(&done).await;
    page.is(200).contains("已记入 2 条学时").contains("转移证明.pdf").contains("撤销这次导入");
    assert_eq!(county.number("select count(*) from entry where source = 'import'").await, 2);
    assert_eq!(county.number("select count(*) from message").await, 1);
    // the same again is there already
    let files: [(&str, &str, &[u8]); 1] = [("evidence", "转移证明.pdf", PDF)];
    let page = admin.upload(&here, &right, &files).await;
    page.is(422).contains("第 1 行项目与学时台账中");
    assert_eq!(county.number("select count(*) from entry").await, 2);
    let undo = "/import/history/records/1/undo";
    admin.post(undo, &WHY).await.is(303);
    assert_eq!(county.number("select sum(hours) from entry").await, 0);
    // the draft of the second try is given up
    admin.post(&here, &[("act", "discard")]).await.is(303);
    assert_eq!(county.number("select count(*) from history_batch").await, 1);
}

#[rocket::async_test]
async fn a_unit_types_its_own_persons_hours_and_the_bureau_decides() {
    let (county, wang, _) = county().await;
    let mut unit = county.sign_in(&county.admin_of("甲").await).await;
    let (own, other) = (county.person("王芳").await, county.person("李勇").await);
    unit.get(&format!("/import/history/people/{other}")).await.is(404);
    let here = format!("/import/history/people/{own}");
    unit.get(&here).await.is(200).contains("提交审核");
    let mut right = typed();
    right.push(("act", "submit"));
    let done = unit.upload(&here, &right, &[("evidence", "转移证明.pdf", PDF)]).await;
    unit.follow(&done).await.is(200).contains("已提交人社局审核");
    let mut admin = county.admin().await;
    let page = admin.get("/desk/history-hours/1").await;
    page.is(200).contains("王芳（4199").contains("显示完整号码").lacks(&wang);
    let reason = [("confirmed", "1"), ("reason", "证明材料不清晰，请重新上传。")];
    admin.post("/desk/history-hours/1/reject", &reason).await.is(303);
    unit.get(&here).await.is(200).contains("上次驳回的原因").contains("value=\"公需课\"");
    unit.post(&here, &[("act", "discard")]).await.is(409);
    unit.post(&here, &right).await.redirects_to("/import/history/records/1");
    admin.post("/desk/history-hours/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.number("select sum(hours) from entry where source = 'import'").await, 600);
    assert_eq!(county.number("select count(*) from entry").await, 2);
    // the person sees the evidence of his own hours nowhere, but hears of them once
    let mut person = county.sign_in(&wang).await;
    person.get("/messages").await.is(200).contains("2025–2026 年度共 2 条、60 学时");
}

#[rocket::async_test]
async fn nobody_else_gets_there() {
    let (county, wang, _) = county().await;
    county.get("/import/history").await.is(303);
    let mut person = county.sign_in(&wang).await;
    person.get("/import/history").await.is(403);
    let county = county.with_base("基地").await;
    let mut base = county.sign_in(&county.admin_of("基地").await).await;
    base.get("/import/history").await.is(403);
}

/// The `n`th of many valid ID numbers, none of them `id_number`'s.
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

/// 100,000 rows of 20,000 people: how long check, import and undo take.
#[rocket::async_test]
#[ignore = "measures: cargo test --test main history_hours::a_hundred -- --ignored --nocapture"]
async fn a_hundred_thousand_rows_come_in_and_go_out() {
    use accounts::people::{self, Fields, NewPerson, Origin};
    let county = World::new().await.with_employer("甲").await;
    let organization = county.organization("甲").await;
    let new: Vec<NewPerson> = (0..20_000)
        .map(|n| NewPerson {
            id_card: kit::IdCard::stored(&number(n)).unwrap(),
            organization,
            internal_department: None,
            fields: Fields::named("何敏"),
        })
        .collect();
    let mut tx = county.db().begin().await.unwrap();
    for chunk in new.chunks(2_000) {
        people::create_many(&mut tx, chunk, Origin::Import, None, &county.clock).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory();
    for (column, text) in (0..).zip(HEADER) {
        sheet.write_string(0, column, text).unwrap();
    }
    let mut at = 1;
    for n in 0..20_000 {
        for year in ["2021", "2022", "2023", "2024", "2025"] {
            for (column, text) in (0..).zip(&good(&number(n), "何敏", year, "40")) {
                sheet.write_string(at, column, text).unwrap();
            }
            at += 1;
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let mut admin = county.admin().await;
    let began = std::time::Instant::now();
    admin.get("/import/history").await.is(200);
    let sent = admin.upload("/import/history", &[], &[("file", "大.xlsx", &bytes)]).await;
    while county.number("select count(*) from import where state = 'checking'").await > 0 {
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    println!("checked in {:?}", began.elapsed());
    admin.follow(&sent).await.contains("100,000 行");
    let began = std::time::Instant::now();
    admin.post("/import/history/uploads/1/confirm", &[]).await.is(303);
    println!("imported in {:?}", began.elapsed());
    assert_eq!(county.number("select count(*) from entry").await, 100_000);
    let began = std::time::Instant::now();
    admin.post("/import/history/records/1/undo", &WHY).await.is(303);
    println!("undone in {:?}", began.elapsed());
    assert_eq!(county.number("select count(*) from entry").await, 200_000);
    assert_eq!(county.number("select count(*) from person_year where total <> 0").await, 0);
}

#[rocket::async_test]
async fn nobody_decides_former_hours_among_which_are_his_own() {
    let (county, wang, _) = county().await;
    let bureau = county.text("select name from organization where kind = 'bureau'").await;
    let county = county.with_grant("王芳", &bureau).await;
    let mut unit = county.sign_in(&county.admin_of("甲").await).await;
    sent(&mut unit, &county, &[good(&wang, "王芳", "2023", "40")]).await.is(303);
    let grant = county.number("select g.id from grant g join account a on a.id = g.account_id where a.person_id is not null").await;
    let mut own = county.sign_in(&wang).await;
    own.get("/start").await;
    own.post("/side", &[("to", &grant.to_string())]).await.is(303);
    let address = "/desk/history-hours/1";
    own.get(address).await.is(200).contains("名单中有本人").lacks("name=\"confirmed\"");
    own.post(&format!("{address}/approve"), &[]).await.is(409).contains("名单中有本人");
    let reason = [("reason", "学时与证明材料不一致。")];
    own.post(&format!("{address}/reject"), &reason).await.is(409).contains("名单中有本人");
    assert_eq!(county.number("select count(*) from entry").await, 0);
    let mut admin = county.admin().await;
    admin.get("/start").await;
    admin.post(&format!("{address}/approve"), &[]).await.is(303);
}
