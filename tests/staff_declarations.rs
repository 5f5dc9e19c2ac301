//! 单位申报: a unit declares for its own people; the desks above decide; each gets his hours.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use credit_hours::leaves::{EditStaff, ViewStaff};
use kit::Permission;
use rust_xlsxwriter::Workbook;

use crate::support::{Browser, Page, World, id_number};

const LIST: &str = "/credit-hours/staff";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// A school under a department with four teachers; a company directly under the bureau.
async fn county() -> World {
    World::new()
        .await
        .with_department("教育局")
        .await
        .with_employer_under("一中", "教育局")
        .await
        .with_employer("建设公司")
        .await
        .with_active_person("周晓梅", "一中", &id_number(1))
        .await
        .with_person("何敏", "一中", &id_number(2))
        .await
        .with_person("王芳", "一中", &id_number(3))
        .await
        .with_person("陈静", "一中", &id_number(4))
        .await
        .with_person("外人甲", "建设公司", &id_number(9))
        .await
}

async fn admin_of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    let login = county.admin_of(unit).await;
    let mut browser = county.sign_in(&login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn bureau(county: &World) -> Browser<'_> {
    let mut admin = county.admin().await;
    admin.get("/start").await.is(200);
    admin
}

/// A header of one day with 8 hours; `with` replaces boxes.
fn header<'f>(with: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![
        ("year", "2026"),
        ("category", "1"),
        ("kind", "02"),
        ("title", "师德师风专题讲座"),
        ("organizer", "县教师进修学校"),
        ("started_on", "2026-11-10"),
        ("ended_on", "2026-11-10"),
        ("place", "一中报告厅"),
        ("hours", "8"),
        ("opinion", "情况属实，同意申报。"),
        ("act", "next"),
    ];
    for (name, _) in with {
        fields.retain(|(kept, _)| kept != name);
    }
    fields.extend(with);
    fields
}

/// What a training asks for, each in its slot.
const SHEETS: [(&str, &str, &[u8]); 3] = [
    ("evidence-02-notice", "通知.pdf", PDF),
    ("evidence-02-completion", "签到表.pdf", PDF),
    ("evidence-02-unit-proof", "单位证明.pdf", PDF),
];

/// A new declaration with its header and evidence; gives its address.
async fn begun(admin: &mut Browser<'_>, with: &[(&str, &str)]) -> String {
    let sent = admin.upload(LIST, &header(with), &SHEETS).await;
    sent.is(303);
    let to = sent.location.clone().unwrap();
    to.strip_suffix("/roster").unwrap().to_owned()
}

async fn pick(county: &World, admin: &mut Browser<'_>, at: &str, names: &[&str]) {
    let mut ids = Vec::new();
    for name in names {
        ids.push(county.person(name).await.to_string());
    }
    let fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    admin.post(&format!("{at}/people/add"), &fields).await.is(303);
}

/// A declaration for these people, submitted; gives its address.
async fn submitted(county: &World, admin: &mut Browser<'_>, names: &[&str]) -> String {
    let at = begun(admin, &[]).await;
    pick(county, admin, &at, names).await;
    admin.post(&format!("{at}/submit"), &[]).await.redirects_to(&at);
    at
}

async fn desk(county: &World, rest: &str) -> String {
    let id = county.number("select max(id) from staff_declaration").await;
    format!("/desk/staff-declarations/{id}{rest}")
}

/// The department and the bureau both say yes; the bureau's answer.
async fn passed(county: &World) -> Page {
    let address = desk(county, "/approve").await;
    admin_of(county, "教育局").await.post(&address, &[]).await.is(303);
    let mut bureau = bureau(county).await;
    let done = bureau.post(&address, &[]).await;
    bureau.follow(&done).await
}

/// A file with the template's header and these rows.
fn file(rows: &[[&str; 5]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let header = ["身份证号", "姓名", "学时", "证书编号", "备注"];
    for (row, cells) in (0..).zip([&[header], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

async fn upload<'w>(admin: &mut Browser<'w>, at: &str, bytes: &[u8]) -> Page {
    let sent = admin.upload(&format!("{at}/upload"), &[], &[("file", "名单.xlsx", bytes)]).await;
    if sent.status == 303 { admin.follow(&sent).await } else { sent }
}

#[rocket::async_test]
async fn a_school_declares_for_its_teachers_and_each_gets_his_hours() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    school.get("/start").await.contains("单位申报");
    school.get(LIST).await.is(200).contains("新增单位申报").contains("还没有单位申报");
    let at = begun(&mut school, &[]).await;
    school.get(&format!("{at}/people")).await.is(200).contains("周晓梅").lacks("外人甲");
    pick(&county, &mut school, &at, &["周晓梅", "何敏", "王芳"]).await;
    let page = school.get(&format!("{at}/roster")).await;
    page.is(200).contains("周晓梅").contains("可以记入").contains("名单 3 人，合计 24 学时");
    school.get(&format!("{at}/people")).await.lacks("周晓梅").contains("陈静");
    // one person had to leave early
    let row = county
        .number("select r.id from roster_row r join person p on p.id = r.person_id where p.name = '何敏'")
        .await
        .to_string();
    let (hours, certificate) = (format!("hours-{row}"), format!("certificate-{row}"));
    let fields = [("row", row.as_str()), (&hours, "4.5"), (&certificate, "SD-2"), ("act", "save")];
    school.post(&format!("{at}/roster"), &fields).await.is(303);
    // what the header changes, rows with hours of their own keep
    school.upload(&at, &header(&[("hours", "7")]), &[]).await.is(303);
    school.get(&format!("{at}/roster")).await.contains("合计 18.5 学时");
    let done = school.post(&format!("{at}/submit"), &[]).await;
    done.redirects_to(&at);
    let page = school.follow(&done).await;
    page.contains("DW20261123-0001").contains("等待教育局审核");
    page.contains("待审核").contains("撤回").lacks("继续填写");

    // the person sees it and need not declare
    let mut person = county.sign_in(&id_number(1)).await;
    let page = person.get("/credit-hours/declarations").await;
    page.is(200).contains("单位已代为申报，审核中").contains("师德师风专题讲座");

    // the department is the first desk, not the school itself
    school.get(&desk(&county, "").await).await.is(200).lacks("确认通过");
    let mut department = admin_of(&county, "教育局").await;
    let list = department.get("/desk/staff-declarations").await;
    list.is(200).contains("DW20261123-0001").contains("个人申报").contains("单位申报（1）");
    let page = department.get(&desk(&county, "").await).await;
    page.is(200).contains("名单（3 人）").contains("可以记入").contains("签到表.pdf");
    page.contains("名单 3 人，申报合计 18.5 学时").contains("一中").contains("SD-2");
    page.contains("4199************").lacks(&id_number(2));
    let fields = [("hours", "6"), ("lowered", "讲座实际六学时")];
    department.post(&desk(&county, "/approve").await, &fields).await.is(303);
    let mut admin = bureau(&county).await;
    let page = admin.get(&desk(&county, "").await).await;
    page.contains("前面审核认定 6 学时").contains("讲座实际六学时");
    let fields = [("hours", "7"), ("lowered", "按原来的")];
    admin.post(&desk(&county, "/approve").await, &fields).await.is(422).contains("不能超过前面");
    admin.post(&desk(&county, "/approve").await, &[]).await.is(303);

    let entries = county
        .text(
            "select group_concat(p.name || ' ' || e.hours || ' ' || e.source || ' ' || e.recognised_by
               || ' ' || e.certificate_number || ' ' || (e.case_id is not null), ';')
               from entry e join person p on p.id = e.person_id order by e.id",
        )
        .await;
    let name = county.text("select name from organization where kind = 'bureau'").await;
    assert_eq!(
        entries,
        format!(
            "周晓梅 60 employer {name}  1;何敏 45 employer {name} SD-2 1;王芳 60 employer {name}  1"
        )
    );
    person.get("/credit-hours/mine").await.contains("师德师风专题讲座").contains("单位申报");
    person.get("/credit-hours/declarations").await.lacks("单位已代为申报");
    person
        .get("/messages")
        .await
        .contains("单位为您申报的学时已记入")
        .contains("6 学时记入 2026 年度");
    let page = school.get(&at).await;
    page.contains("已通过").contains("已记入").contains("每人最多认定").lacks("复制未记入的");
    // a second yes does nothing
    admin.post(&desk(&county, "/approve").await, &[]).await.is(409);
    assert_eq!(county.number("select count(*) from entry").await, 3);
    assert!(county.trail().await.join("\n").contains("名单加入 3 人"));
}

#[rocket::async_test]
async fn an_uploaded_roster_is_checked_cell_by_cell_and_only_its_uploader_sees_what_he_typed() {
    let county = county().await;
    let unit = county.organization("一中").await;
    let holds = [ViewStaff::grantable(), EditStaff::grantable()];
    let county = county.with_clerk("colleague", unit, &holds).await;
    let mut school = admin_of(&county, "一中").await;
    let at = begun(&mut school, &[]).await;
    pick(&county, &mut school, &at, &["周晓梅"]).await;
    let template = school.get(&format!("{at}/template?names=true")).await;
    template.is(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(template.bytes.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(range.height(), 5);
    let masked = range.get((2, 0)).unwrap().to_string();
    assert!(masked.starts_with("4199************"), "{masked}");
    let name = range.get((2, 1)).unwrap().to_string();
    assert_eq!(name, "何敏");

    let (one, stranger) = (id_number(1), id_number(9));
    let three = id_number(3);
    let rows = [
        [one.as_str(), "周晓梅", "4", "A-1", "早退"],
        [masked.as_str(), "何敏", "", "", ""],
        [three.as_str(), "王放", "", "", ""],
        [stranger.as_str(), "外人甲", "", "", ""],
        ["419999198503150028", "陈静", "", "", ""],
        [three.as_str(), "王芳", "9", "", ""],
        [three.as_str(), "王芳", "八", "", ""],
        [one.as_str(), "周晓梅", "", "", ""],
    ];
    let page = upload(&mut school, &at, &file(&rows)).await;
    page.is(200).contains("加入 1 人，更新 1 人").contains("有 6 行没有读入");
    page.contains("没有读入的行").contains("王放").contains("与该身份证号登记的姓名不一致");
    page.contains(&stranger).contains("本单位没有这个身份证号的人员").contains("由其所在单位申报");
    page.contains("校验位不对").contains("9 学时超过这次申报的 8 学时").contains("学时应为数字");
    page.contains("与第 2 行是同一个人").contains("两行只保留一行");
    page.contains("名单 2 人，合计 12 学时");
    // a colleague works on, but does not see the cells
    let mut colleague = county.sign_in("colleague").await;
    let page = colleague.get(&format!("{at}/roster")).await;
    page.is(200).contains("何敏").lacks("没有读入的行").lacks(&stranger);
    // nothing of the file is kept but the wrong cells, and those go with the next upload
    assert_eq!(county.number("select count(*) from file").await, 3);
    assert!(county.number("select count(*) from staff_problem").await > 0);
    let page = upload(&mut school, &at, &file(&[[three.as_str(), "王芳", "", "", ""]])).await;
    page.contains("加入 1 人").lacks("没有读入的行");
    assert_eq!(county.number("select count(*) from staff_problem").await, 0);
    assert!(!county.trail().await.join("\n").contains(&stranger));
}

#[rocket::async_test]
async fn a_hostile_or_foreign_file_is_refused_with_what_it_is() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    let at = begun(&mut school, &[]).await;
    upload(&mut school, &at, b"%PDF-1.7").await.is(422).contains("这是 PDF 文件");
    upload(&mut school, &at, b"PK\x03\x04 cut off").await.is(422).contains("损坏");
    upload(&mut school, &at, b"").await.is(422);
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["[Content_Types].xml", "xl/worksheets/sheet1.xml"] {
        bomb.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut bomb, &b"<c/>".repeat(2 * 1024 * 1024)).unwrap();
    }
    let bytes = bomb.finish().unwrap().into_inner();
    upload(&mut school, &at, &bytes).await.is(422).contains("200 倍");
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "姓名").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    upload(&mut school, &at, &bytes).await.is(422).contains("没有找到表头");
    upload(&mut school, &at, &file(&[])).await.is(422).contains("表头下面没有内容");
    let many = vec![[id_number(1), "周晓梅".to_owned()]; 1_001];
    let rows: Vec<[&str; 5]> =
        many.iter().map(|[number, name]| [number.as_str(), name.as_str(), "", "", ""]).collect();
    upload(&mut school, &at, &file(&rows)).await.is(422).contains("超过 1000 行");
    assert_eq!(county.number("select count(*) from roster_row").await, 0);
    // nobody else's draft, nobody of another unit
    let mut company = admin_of(&county, "建设公司").await;
    let sent = company
        .upload(&format!("{at}/upload"), &[], &[("file", "名单.xlsx", file(&[]).as_slice())])
        .await;
    sent.is(404);
    let other = county.person("外人甲").await.to_string();
    school.post(&format!("{at}/people/add"), &[("id", &other)]).await.is(404);
}

#[rocket::async_test]
async fn a_header_or_roster_that_is_not_in_order_is_not_submitted() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    let page =
        school.upload(LIST, &header(&[("title", ""), ("hours", "八"), ("opinion", "")]), &[]).await;
    page.is(422).contains("请填写项目（活动）名称").contains("学时应为数字").contains("单位意见");
    let at = format!("{LIST}/1");
    school.get(&format!("{at}/roster")).await.redirects_to(&format!("{at}/edit"));
    school.post(&format!("{at}/people/all"), &[]).await.is(409);
    for (with, told) in [
        (vec![("hours", "8.5")], "每天最多 8 学时"),
        (vec![("ended_on", "2026-11-30")], "还没有到"),
        (vec![("year", "2025")], "2025 年度的申报已于 2025-12-31 截止"),
    ] {
        school.upload(&at, &header(&with), &[]).await.is(422).contains(told);
    }
    school.upload(&at, &header(&[]), &[]).await.redirects_to(&format!("{at}/roster"));
    school.post(&format!("{at}/submit"), &[]).await.is(422).contains("缺少“单位证明”");
    school.upload(&at, &header(&[]), &SHEETS).await.is(303);
    school.post(&format!("{at}/submit"), &[]).await.is(422).contains("名单是空的");
    school.post(&format!("{at}/people/all"), &[]).await.redirects_to(&format!("{at}/roster"));
    // more than the header's hours, or nothing, is refused where it was typed
    let row = county.number("select min(id) from roster_row").await.to_string();
    for (typed, told) in [("9", "不能超过这次申报的 8 学时"), ("0", "要大于 0"), ("x", "数字")]
    {
        let fields = [("row", row.as_str()), (&format!("hours-{row}"), typed), ("act", "save")];
        let page = school.post(&format!("{at}/roster"), &fields).await;
        page.is(422).contains(told).contains(&format!("value=\"{typed}\""));
    }
    // somebody has the same in the ledger already, another waits with it
    county
        .execute(
            "insert into entry (person_id, organization_id, earned_organization_id, year,
               category_id, kind, title, organizer, started_on, ended_on, hours, source,
               recognised_by, recorded_at)
             select id, organization_id, organization_id, 2026, 1, '02', '师德师风专题讲座', '',
               '2026-11-10', '2026-11-10', 80, 'import', '人社局', '2026-11-20' from person
              where name = '何敏'",
        )
        .await;
    let page = school.get(&format!("{at}/roster")).await;
    page.contains("不能记入").contains("与学时台账中“师德师风专题讲座”").contains("来源：导入");
    let page = school.post(&format!("{at}/submit"), &[]).await;
    page.is(422).contains("名单中有 1 人不能记入").contains("何敏");
    school.post(&format!("{at}/roster"), &[("act", "remove-failing")]).await.is(303);
    school.post(&format!("{at}/submit"), &[]).await.redirects_to(&at);
    school.get(&format!("{at}/edit")).await.is(409).contains("正在审核，不能修改");
    school.post(&format!("{at}/discard"), &[]).await.is(409);
    // a second declaration for the same is told that the first waits
    let second = begun(&mut school, &[]).await;
    pick(&county, &mut school, &second, &["周晓梅"]).await;
    school.get(&format!("{second}/roster")).await.contains("与单位申报“师德师风专题讲座”");
    school.post(&format!("{second}/discard"), &[]).await.redirects_to(LIST);
}

#[rocket::async_test]
async fn who_cannot_be_entered_any_more_is_left_out_and_declared_anew() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    let at = submitted(&county, &mut school, &["周晓梅", "何敏", "王芳", "陈静"]).await;
    // meanwhile: one has it from elsewhere, one is transferred
    county
        .execute(
            "insert into entry (person_id, organization_id, earned_organization_id, year,
               category_id, kind, title, organizer, started_on, ended_on, hours, source,
               recognised_by, recorded_at)
             select id, organization_id, organization_id, 2026, 1, '02', '师德师风专题讲座', '',
               '2026-11-10', '2026-11-10', 80, 'import', '人社局', '2026-11-23' from person
              where name = '何敏'",
        )
        .await;
    county
        .execute(
            "update person set department_id = null,
               organization_id = (select id from organization where name = '建设公司'),
               title = '外单位的职称'
              where name = '王芳'",
        )
        .await;
    let mut department = admin_of(&county, "教育局").await;
    let page = department.get(&desk(&county, "").await).await;
    page.contains("名单（4 人，其中 2 人不能记入）").contains("2 人不能记入，通过时略去");
    page.contains("本单位没有这个身份证号的人员").lacks("现在在 建设公司");
    page.contains("现在可以记入 2 人，16 学时");
    page.lacks("外单位的职称");
    let page = passed(&county).await;
    page.contains("2 人未记入：").contains("第 2 行 何敏");
    page.contains("第 3 行 王芳：本单位没有这个身份证号的人员");
    assert_eq!(county.number("select count(*) from entry where source = 'employer'").await, 2);
    let page = school.get(&at).await;
    page.contains("2 人未记入，原因见名单").contains("复制未记入的为新申报");
    school.get("/messages").await.contains("单位申报有人员未记入");
    let done = school.post(&format!("{at}/copy"), &[]).await;
    done.is(303);
    let page = school.follow(&done).await;
    page.contains("名单 2 人").contains("何敏").contains("王芳").lacks("陈静");
    school.post("/credit-hours/staff/2/submit", &[]).await.is(422).contains("2 人不能记入");
    let hers = county.person("何敏").await;
    let total = county.number("select total from person_year where year = 2026 and person_id = (select id from person where name = '周晓梅')").await;
    assert_eq!(
        (total, county.number("select count(*) from roster_row where state = 'left'").await),
        (80, 2),
        "{hers}"
    );
}

#[rocket::async_test]
async fn a_rejected_one_has_no_effect_and_comes_again_under_its_number() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    let at = submitted(&county, &mut school, &["周晓梅", "何敏"]).await;
    let fields = [("reason", "没有签到表或培训通知，请补充后再提交。")];
    admin_of(&county, "教育局").await.post(&desk(&county, "/reject").await, &fields).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 0);
    assert_eq!(county.number("select count(*) from roster_row where state = 'draft'").await, 2);
    let page = school.get(&at).await;
    page.contains("已驳回").contains("驳回原因：教育局").contains("修改后重新提交");
    school.upload(&at, &header(&[("hours", "6")]), &[]).await.is(303);
    let done = school.post(&format!("{at}/submit"), &[]).await;
    school.follow(&done).await.contains("DW20261123-0001");
    // withdrawn while nobody has passed it, then again
    school.post(&format!("{at}/withdraw"), &[]).await.is(303);
    assert_eq!(county.number("select count(*) from roster_row where state = 'draft'").await, 2);
    school.post(&format!("{at}/remind"), &[]).await.is(409);
    school.post(&format!("{at}/submit"), &[]).await.is(303);
    passed(&county).await.is(200);
    assert_eq!(county.number("select sum(hours) from entry").await, 120);
    school.post(&format!("{at}/withdraw"), &[]).await.is(409);
}

#[rocket::async_test]
async fn whoever_declared_does_not_decide_and_each_goes_to_the_next_desk_above() {
    let county = county().await;
    let (bureau_id, department) = (county.bureau().await, county.organization("教育局").await);
    let county = county
        .with_person("局里人", "教育局", &id_number(5))
        .await
        .with_clerk(
            "second",
            bureau_id,
            &[
                kit::Grantable { leaf: credit_hours::LEAF, action: kit::Action::Review },
                kit::Grantable { leaf: credit_hours::LEAF, action: kit::Action::View },
            ],
        )
        .await;
    let _ = department;
    // a department's own people: straight to the bureau
    let mut own = admin_of(&county, "教育局").await;
    let at = submitted(&county, &mut own, &["局里人"]).await;
    own.get(&at).await.contains("等待示例县人力资源和社会保障局审核").lacks("等待教育局");
    assert_eq!(
        county.number("select count(*) from staff_declaration s join organization o on o.id = s.desk_id where o.kind = 'bureau'").await,
        1
    );
    // the bureau's own: its desk, another holder
    let name = county.text("select name from organization where kind = 'bureau'").await;
    let county = county.with_person("县局人", &name, &id_number(6)).await;
    let mut admin = bureau(&county).await;
    let at = begun(&mut admin, &[]).await;
    pick(&county, &mut admin, &at, &["县局人"]).await;
    admin.post(&format!("{at}/submit"), &[]).await.is(303);
    let address = desk(&county, "/approve").await;
    admin.post(&address, &[]).await.is(409).contains("不能由自己办理");
    let mut second = county.sign_in("second").await;
    second.get("/start").await.is(200);
    second.post(&address, &[]).await.is(303);
    assert_eq!(county.number("select count(*) from entry where source = 'employer'").await, 1);
}

#[rocket::async_test]
async fn two_clerks_at_once_enter_it_once() {
    let county = county().await;
    let mut company = admin_of(&county, "建设公司").await;
    submitted(&county, &mut company, &["外人甲"]).await;
    let address = desk(&county, "/approve").await;
    let (mut one, mut other) = (bureau(&county).await, bureau(&county).await);
    let none: [(&str, &str); 0] = [];
    let (first, second) =
        rocket::tokio::join!(one.post(&address, &none), other.post(&address, &none));
    let mut answers = [first.status, second.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(county.number("select count(*) from entry").await, 1);
    assert_eq!(
        county
            .number("select count(*) from message where title = '单位为您申报的学时已记入'")
            .await,
        1
    );
}

#[rocket::async_test]
async fn only_who_holds_it_and_only_the_own_units() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    let at = submitted(&county, &mut school, &["周晓梅"]).await;
    county.get(LIST).await.is(303);
    let mut person = county.sign_in(&id_number(1)).await;
    person.get(LIST).await.is(403);
    let mut company = admin_of(&county, "建设公司").await;
    company.get(LIST).await.is(200).lacks("师德师风");
    for path in ["", "/edit", "/roster", "/people", "/template", "/files/1"] {
        company.get(&format!("{at}{path}")).await.is(404);
    }
    for path in ["", "/roster", "/people/add", "/people/all", "/submit", "/withdraw", "/copy"] {
        company.post(&format!("{at}{path}"), &[]).await.is(404);
    }
    school.get(&format!("{at}/files/1")).await.is(200);
    admin_of(&county, "教育局").await.get("/files/1").await.is(200);
    company.get("/files/1").await.is(404);
}

/// A person at the desk of a unit that he also administers.
async fn sitting<'w>(county: &'w World, number: &str, unit: &str) -> Browser<'w> {
    let mut browser = county.sign_in(number).await;
    browser.get("/start").await;
    let unit = county.organization(unit).await;
    let grant: i64 = sqlx::query_scalar(
        "select g.id from grant g join account a on a.id = g.account_id
           join identity i on i.id = a.identity_id where i.number = ? and g.organization_id = ?",
    )
    .bind(number)
    .bind(unit)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap();
    browser.post("/side", &[("to", &grant.to_string())]).await.is(303);
    browser
}

#[rocket::async_test]
async fn nobody_decides_a_roster_that_he_stands_on() {
    let county = county().await.with_grant("周晓梅", "教育局").await;
    let mut school = admin_of(&county, "一中").await;
    submitted(&county, &mut school, &["周晓梅", "何敏"]).await;
    let mut zhou = sitting(&county, &id_number(1), "教育局").await;
    // the page says so before, and offers nothing
    let (page, approve) = (desk(&county, "").await, desk(&county, "/approve").await);
    let shown = zhou.get(&page).await;
    shown.is(200).contains("名单中有本人").lacks("增加一名有审核权限的管理员");
    shown.lacks("name=\"confirmed\"").lacks("/reject?seen=");
    zhou.get(&approve).await.redirects_to(&page);
    for fields in [vec![("confirmed", "1")], vec![("hours", "4"), ("lowered", "讲座实际四学时")]]
    {
        zhou.post(&approve, &fields).await.is(409).contains("名单中有本人");
    }
    let reason = [("reason", "没有签到表或培训通知，请补充后再提交。")];
    zhou.post(&desk(&county, "/reject").await, &reason).await.is(409).contains("名单中有本人");
    let id = county.number("select max(id) from staff_declaration").await.to_string();
    zhou.post("/desk/staff-declarations/batch/approve", &[("id", &id), ("confirmed", "1")])
        .await
        .is(200)
        .contains("名单中有本人，不能由自己办理");
    assert_eq!(county.number("select stage from review_case").await, 0);
    // a colleague does, and he decides what others stand on
    admin_of(&county, "教育局").await.post(&approve, &[]).await.is(303);
    submitted(&county, &mut school, &["王芳"]).await;
    zhou.post(&desk(&county, "/approve").await, &[]).await.is(303);
}

#[rocket::async_test]
async fn a_roster_passes_over_a_desk_whose_only_reviewer_stands_on_it() {
    let county = county().await.with_grant("周晓梅", "教育局").await;
    county
        .execute("update grant set state = 'disabled' where account_id = (select a.id from account a join organization o on a.login = 'admin-' || o.id where o.name = '教育局')")
        .await;
    let mut school = admin_of(&county, "一中").await;
    let at = begun(&mut school, &[]).await;
    pick(&county, &mut school, &at, &["周晓梅"]).await;
    let sent = school.post(&format!("{at}/submit"), &[]).await;
    school.follow(&sent).await.contains("等待示例县人力资源和社会保障局审核");
    let mut bureau = bureau(&county).await;
    bureau.get(&desk(&county, "").await).await.contains("单位无人审核");
    bureau.post(&desk(&county, "/approve").await, &[]).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 1);
    // one without her is the department's as ever
    let at = begun(&mut school, &[("title", "心理健康教育讲座")]).await;
    pick(&county, &mut school, &at, &["何敏"]).await;
    let sent = school.post(&format!("{at}/submit"), &[]).await;
    school.follow(&sent).await.contains("等待教育局审核");
}

#[rocket::async_test]
async fn what_was_submitted_again_is_not_decided_by_a_page_drawn_before() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    let at = submitted(&county, &mut school, &["何敏"]).await;
    let (page, list) = (desk(&county, "").await, "/desk/staff-declarations");
    let mut department = admin_of(&county, "教育局").await;
    let (case, row) = (department.get(&page).await, department.get(list).await);
    let (approve, reject) = (address(&case, "approve?seen="), address(&case, "reject?seen="));
    let id = page.rsplit('/').next().unwrap();
    let op = address(&row, &format!("/{id}/approve?seen="));
    let batch = address(&row, "batch/approve?seen=");
    let confirm = address(&department.get(&approve).await, "approve?seen=");
    // the ticked rows, asked about before
    let asked = address(&department.post(&batch, &[("id", id)]).await, "batch/approve?seen=");

    school.post(&format!("{at}/withdraw"), &[]).await.is(303);
    department.post(&approve, &[]).await.is(409).contains("撤回").lacks("内容可能有变");
    school.upload(&at, &header(&[("title", "另一个讲座")]), &[]).await.is(303);
    pick(&county, &mut school, &at, &["王芳"]).await;
    school.post(&format!("{at}/submit"), &[]).await.is(303);

    let again = "申请已被撤回并重新提交，内容可能有变，请重新查看后再审核";
    for stale in [&approve, &op, &confirm] {
        department.post(stale, &[("confirmed", "1")]).await.is(409).contains(again);
    }
    let reason = [("reason", "没有签到表或培训通知，请补充后再提交。")];
    department.post(&reject, &reason).await.is(409).contains(again).contains("另一个讲座");
    let shown = department.get(&reject).await;
    shown.redirects_to(&page);
    department.follow(&shown).await.contains(again);
    for stale in [&batch, &asked] {
        let rows = [("id", id), ("confirmed", "1")];
        department.post(stale, &rows).await.is(200).contains(again);
    }
    let old = department.post(&batch, &[("id", id)]).await;
    assert_eq!(address(&old, "batch/approve?seen="), batch);
    assert_eq!(county.number("select stage from review_case").await, 0);
    // what is looked at anew is decided; another's step since does not disturb
    let fresh = address(&department.get(&page).await, "approve?seen=");
    submitted(&county, &mut school, &["陈静"]).await;
    department.post(&fresh, &[]).await.is(303);
    assert_eq!(county.number("select stage from review_case order by id limit 1").await, 1);
}

/// The address in a page that has this in it.
fn address(page: &Page, part: &str) -> String {
    let at = page.body.find(part).unwrap_or_else(|| panic!("no {part} in {}", page.body));
    let from = page.body[..at].rfind('"').unwrap() + 1;
    let to = at + page.body[at..].find('"').unwrap();
    page.body[from..to].to_owned()
}

/// A national meeting of two days: 12 hours by the sample table, of the professional subject.
const MEETING: [(&str, &str); 8] = [
    ("category", "2"),
    ("kind", "04"),
    ("item", "参加"),
    ("level", "national"),
    ("title", "全国基础教育年会"),
    ("organizer", "中国教育学会"),
    ("started_on", "2026-11-09"),
    ("hours", "40"),
];

const REASON: (&str, &str) = ("note", "另有两天会前专题培训");

#[rocket::async_test]
async fn hours_above_the_rule_are_suggested_down_and_need_a_reason_like_a_persons() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    let asked = format!(
        "{LIST}/suggest?year=2026&category=2&kind=04&item=%E5%8F%82%E5%8A%A0&level=national\
         &started_on=2026-11-09&ended_on=2026-11-10&hours=40"
    );
    let page = school.get(&asked).await;
    page.is(200).contains("\"hours\":\"12\"").contains("申报 40 学时，超过按规则最多的 12 学时");
    county.browser().get(&asked).await.is(303);
    county.sign_in(&id_number(1)).await.get(&asked).await.is(403);

    let page = school.upload(LIST, &header(&MEETING), &[]).await;
    page.is(422).contains("建议 12 学时").contains("“学术会议”国家级，参加：每项 12 学时。");
    page.contains("申报 40 学时，超过按规则最多的 12 学时。请核对学时；确实应多认定的，请在内容摘要中写明理由（至少 5 个字）。");
    page.contains("还缺：会议通知、单位证明");
    let at = format!("{LIST}/1");
    let adopt: Vec<(&str, &str)> = header(&MEETING)
        .into_iter()
        .filter(|(name, _)| *name != "act")
        .chain([("act", "adopt")])
        .collect();
    school.upload(&at, &adopt, &[]).await.is(303);
    assert_eq!(county.number("select hours from staff_declaration").await, 120);

    // with a reason; a file in no slot is not what a meeting asks for
    let fields = [&MEETING[..], &[REASON]].concat();
    let loose: [(&str, &str, &[u8]); 1] = [("files", "照片.pdf", PDF)];
    school.upload(&at, &header(&fields), &loose).await.is(303);
    pick(&county, &mut school, &at, &["周晓梅", "何敏"]).await;
    let page = school.get(&format!("{at}/roster")).await;
    page.contains("40 学时超过按规则最多的 12 学时").contains("请核对").lacks("不能记入</span>");
    let page = school.post(&format!("{at}/submit"), &[]).await;
    page.is(422).contains("缺少“会议通知”").contains("缺少“单位证明”").lacks("缺少“宣读论文");
    let slots: [(&str, &str, &[u8]); 2] =
        [("evidence-04-notice", "通知.pdf", PDF), ("evidence-04-unit-proof", "证明.pdf", PDF)];
    school.upload(&at, &header(&fields), &slots).await.is(303);
    // a row without the header's reason does not go in
    county.execute("update staff_declaration set note = ''").await;
    let page = school.get(&format!("{at}/roster")).await;
    page.contains("其中 2 人不能记入").contains("请在申报内容的内容摘要中写明理由");
    school.post(&format!("{at}/submit"), &[]).await.is(422).contains("请核对学时");
    school.upload(&at, &header(&fields), &[]).await.is(303);
    school.post(&format!("{at}/submit"), &[]).await.redirects_to(&at);

    // the desk is warned and gives 12 unless it says why; a rule changed since changes nothing
    county
        .execute(
            "update conversion_rule set hours = 60, version = version + 1
              where kind = '04' and item = '参加' and level = 'national'",
        )
        .await;
    let mut department = admin_of(&county, "教育局").await;
    let page = department.get(&desk(&county, "").await).await;
    page.is(200).contains("申报 40 学时，超过按规则最多的 12 学时。多认定须写明原因");
    page.contains("按规则最多 12 学时；高于规则的须写明原因").contains("value=\"12\"");
    page.contains("每人建议学时").contains("建议学时").contains("提交后规则有改动");
    page.contains("会议通知").contains("材料齐全（3 份）");
    let fields = [("hours", "40")];
    let page = department.post(&desk(&county, "/approve").await, &fields).await;
    page.is(422).contains("认定 40 学时高于按规则最多的 12 学时，请写明原因。");
    passed(&county).await;
    assert_eq!(county.text("select group_concat(hours) from entry").await, "120,120");
}

#[rocket::async_test]
async fn a_batch_from_before_the_rules_and_slots_is_decided_as_it_was_sent() {
    let county = county().await;
    let mut school = admin_of(&county, "一中").await;
    submitted(&county, &mut school, &["周晓梅"]).await;
    county
        .execute("update review_case set content = json_remove(content, '$.slots', '$.suggestion', '$.item', '$.rank', '$.quantity')")
        .await;
    let mut department = admin_of(&county, "教育局").await;
    let page = department.get(&desk(&county, "").await).await;
    page.is(200).contains("提交时还没有按种类上传材料").lacks("每人建议学时");
    passed(&county).await;
    assert_eq!(county.number("select hours from entry").await, 80);
}

#[rocket::async_test]
async fn an_employer_uploads_its_roster_from_any_spreadsheet() {
    for name in ["roster-employer.xls", "roster-employer.csv"] {
        let county = county().await;
        let mut school = admin_of(&county, "一中").await;
        let at = begun(&mut school, &[]).await;
        let page = upload(&mut school, &at, &crate::support::fixture(name)).await;
        page.is(200).contains("加入 2 人").contains("名单 2 人，合计 12 学时");
        page.lacks("没有读入的行");
    }
}
