//! 5.2 继续教育基地代申报审批, and the base's side of it: roster, desks, ledger, handing over.

use rust_xlsxwriter::Workbook;

use crate::support::{Browser, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
/// 12 hours of a professional subject, 2026-11-10 to 11; the clock stands at 2026-11-23 09:00.
const HOURS: i64 = 120;
const HEADS: [&str; 9] =
    ["序号", "身份证号", "姓名", "单位", "出勤率", "考核成绩", "结果", "学时", "证书编号"];

/// 一中 with three people, 医院 with one; 培训基地 under 教育局 has held a class for 周, 赵 and 孙 (who did
/// not pass) and ended it; the bureau's own 另一基地 has nothing.
async fn county() -> World {
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_employer("一中")
        .await
        .with_employer("医院")
        .await
        .with_base_under("培训基地", "教育局")
        .await
        .with_base("另一基地")
        .await
        .with_recognition("培训基地", "2030-12-31")
        .await
        .with_active_person("周晓梅", "一中", &id_number(2))
        .await
        .with_active_person("赵国栋", "一中", &id_number(3))
        .await
        .with_active_person("孙未过", "一中", &id_number(4))
        .await
        .with_active_person("钱医生", "医院", &id_number(5))
        .await;
    held(&county, 30).await;
    county
}

/// The ended class of 培训基地, beside the program, with its results.
async fn held(county: &World, capacity: i64) -> i64 {
    let base = county.organization("培训基地").await;
    let mut tx = county.db().begin().await.unwrap();
    let plan: i64 = sqlx::query_scalar(
        "insert into plan (organization_id, department_id, number, stage, year, title, category,
           form, fields, begins_on, ends_on, signup_until, hours, capacity, ended_at, created_at,
           updated_at)
         select id, department_id, 'JH2026-0001', 'ended', 2026, '教育信息化培训班', 2, 'onsite',
           '02', '2026-11-10', '2026-11-11', '2026-11-05', ?, ?, '2026-11-11T09:00:00.000Z', '', ''
           from organization where id = ? returning id",
    )
    .bind(HOURS)
    .bind(capacity)
    .bind(base)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    let version: i64 = sqlx::query_scalar(
        "insert into plan_version (plan_id, version, organization_id, account_id, created_at,
           updated_at) values (?, 1, ?, 1, '', '') returning id",
    )
    .bind(plan)
    .bind(base)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    let content = serde_json::json!({
        "version_id": version, "plan": plan, "version": 1, "base": base, "base_name": "培训基地",
        "year": 2026, "title": "教育信息化培训班", "category": 2, "category_name": "专业科目",
        "fields": ["02"], "goal": "", "audience": "中小学教师", "capacity": capacity,
        "form": "onsite", "session": 1, "begins_on": "2026-11-10", "ends_on": "2026-11-11",
        "signup_until": "2026-11-05", "place": "报告厅", "url": "", "hours": 145,
        "assessment": "exam", "courses": [], "materials": "", "fee": 0, "fee_basis": "",
        "manager": "韦主任", "phone": "0831-5550101", "files": [],
    });
    sqlx::query("update plan_version set content = ? where id = ?")
        .bind(content.to_string())
        .bind(version)
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("update plan set version_id = ? where id = ?")
        .bind(version)
        .bind(plan)
        .execute(&mut *tx)
        .await
        .unwrap();
    for (name, result, hours, attended, certificate) in [
        ("周晓梅", "pass", 120, 145, "JH2026-0001-001"),
        ("赵国栋", "pass", 100, 100, "JH2026-0001-002"),
        ("孙未过", "fail", 0, 40, ""),
    ] {
        sqlx::query(
            "insert into trainee (plan_id, person_id, organization_id, base_id, by, account_id,
               signed_at, attended, score, result, hours, certificate)
             select ?, id, organization_id, ?, 'unit', 1, '', ?, '88', ?, ?, ? from person
              where name = ?",
        )
        .bind(plan)
        .bind(base)
        .bind(attended)
        .bind(result)
        .bind(hours)
        .bind(certificate)
        .bind(name)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    sqlx::query("update plan set signed = 3, passed = 2 where id = ?")
        .bind(plan)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    plan
}

/// Signed in, with a form token in hand.
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn base(county: &World) -> Browser<'_> {
    seated(county, &county.admin_of("培训基地").await).await
}

async fn department(county: &World) -> Browser<'_> {
    seated(county, &county.admin_of("教育局").await).await
}

async fn bureau(county: &World) -> Browser<'_> {
    let mut browser = county.admin().await;
    browser.get("/start").await.is(200);
    browser
}

/// Begins a batch of the class: its form's address.
async fn begun(browser: &mut Browser<'_>) -> String {
    let done = browser.post("/training/plans/1/proxy", &[]).await;
    done.is(303);
    done.location.clone().unwrap()
}

const DATES: [(&str, &str); 3] =
    [("session", "1"), ("begins_on", "2026-11-10"), ("ends_on", "2026-11-11")];
const PAPERS: [(&str, &str, &[u8]); 3] = [
    ("attendance", "签到表.pdf", PDF),
    ("scores", "成绩.pdf", PDF),
    ("graduates", "名册.pdf", PDF),
];

/// The form with its act.
fn fields<'a>(act: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = DATES.to_vec();
    all.extend(more);
    all.push(("act", act));
    all
}

/// A batch of the class's own roster, submitted.
async fn submitted(browser: &mut Browser<'_>) -> Page {
    let edit = begun(browser).await;
    browser.upload(&edit, &fields("submit", &[]), &PAPERS).await
}

/// A workbook with the heads of the template and these rows.
fn workbook(rows: &[[&str; 9]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, head) in (0_u16..).zip(HEADS) {
        sheet.write(0, at, head).unwrap();
    }
    for (line, row) in (1_u32..).zip(rows) {
        for (at, cell) in (0_u16..).zip(row) {
            sheet.write(line, at, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

async fn upload(browser: &mut Browser<'_>, edit: &str, book: &[u8]) -> Page {
    browser.upload(edit, &fields("upload", &[]), &[("file", "名册.xlsx", book)]).await
}

const DESK: &str = "/desk/proxy-declarations/1";

async fn approve(browser: &mut Browser<'_>) -> Page {
    browser.get(DESK).await;
    browser.post(&format!("{DESK}/approve"), &[("confirmed", "1")]).await
}

/// Both desks say yes.
async fn approved(county: &World) {
    approve(&mut department(county).await).await.is(303);
    approve(&mut bureau(county).await).await.is(303);
}

#[rocket::async_test]
async fn a_class_is_declared_by_two_desks_and_stands_in_its_peoples_ledgers() {
    let county = county().await;
    let mut base = base(&county).await;
    base.get("/training/plans/1/roster").await.is(200).contains("代申报</button>");
    base.get("/training/proxies").await.is(200).contains("新增代申报");
    base.get("/training/proxies/new").await.is(200).contains("教育信息化培训班");
    let edit = begun(&mut base).await;
    assert_eq!(edit, "/training/proxies/1/edit");
    // what is open is gone on with, not begun again
    base.post("/training/plans/1/proxy", &[]).await.redirects_to(&edit);
    base.get(&edit)
        .await
        .is(200)
        .contains("还缺签到表、考核成绩、结业名册")
        .contains("共 3 人：可以计入 2 人（22 学时），未达到要求 1 人")
        .lacks(&id_number(2));
    // each missing slot is named, nothing is sent
    let refused = base.upload(&edit, &fields("submit", &[]), &[]).await;
    refused.is(422).contains("请上传签到表").contains("请上传考核成绩").contains("请上传结业名册");
    assert_eq!(county.number("select count(*) from review_case").await, 0);
    let sent = base.upload(&edit, &fields("submit", &[]), &PAPERS).await;
    sent.redirects_to("/training/proxies/1");
    let page = base.follow(&sent).await;
    page.is(200).contains("已提交，批次号 DS20261123-0001，等待教育局审核").contains("撤回");
    // the trainee sees it, and cannot declare the class himself
    let mut zhou = seated(&county, &id_number(2)).await;
    zhou.get("/credit-hours/mine").await.is(200).contains("基地已代申报，审核中");

    let mut dept = department(&county).await;
    dept.get("/start").await.contains("继续教育基地代申报审批");
    dept.get("/desk/proxy-declarations")
        .await
        .is(200)
        .contains("DS20261123-0001")
        .contains("JH2026-0001")
        .contains("教育信息化培训班");
    dept.get(DESK)
        .await
        .is(200)
        .contains("共 3 人：可以计入 2 人（22 学时）")
        .contains("名单（3 人）")
        .contains("未达到要求");
    approve(&mut dept).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 0);
    let mut admin = bureau(&county).await;
    approve(&mut admin).await.is(303);
    // once more changes nothing
    admin.post(&format!("{DESK}/approve"), &[("confirmed", "1")]).await.is(409);
    type Told = (String, i64, String, String, String, String, i64, i64);
    let entries: Vec<Told> = sqlx::query_as(
        "select p.name, e.hours, e.source, e.certificate_number, e.kind, e.recognised_by, e.plan_id,
                e.year
           from entry e join person p on p.id = e.person_id order by e.id",
    )
    .fetch_all(&mut *county.db().read().await.unwrap())
    .await
    .unwrap();
    let bureau_name = county.text("select name from organization where kind = 'bureau'").await;
    let row = |name: &str, hours, certificate: &str| {
        let text = str::to_owned;
        let by = bureau_name.clone();
        (text(name), hours, text("base"), text(certificate), text("01"), by, 1, 2026)
    };
    assert_eq!(
        entries,
        [row("周晓梅", 120, "JH2026-0001-001"), row("赵国栋", 100, "JH2026-0001-002")]
    );
    assert_eq!(county.text("select stage from plan").await, "declared");
    assert!(!county.text("select declared_at from plan").await.is_empty());
    zhou.get("/credit-hours/mine")
        .await
        .is(200)
        .contains("基地代申报")
        .contains("教育信息化培训班")
        .lacks("审核中");
    zhou.get("/messages").await.contains("12 学时计入 2026 年度");
    base.get("/training/proxies/1").await.is(200).contains("已计入 2 人（22 学时）");
    base.get("/training/plans/1/roster").await.is(200);
    base.post("/training/plans/1/reopen", &[("reason", "成绩登记错误")]).await.is(409);
}

#[rocket::async_test]
async fn a_rejection_enters_nobody_and_the_batch_comes_again_under_its_number() {
    let county = county().await;
    let mut base = base(&county).await;
    submitted(&mut base).await.is(303);
    base.get("/training/proxies/1/edit").await.redirects_to("/training/proxies/1");
    base.upload("/training/proxies/1/edit", &fields("save", &[]), &[])
        .await
        .is(409)
        .contains("正在审核，不能修改");
    // the class cannot be reopened meanwhile
    base.post("/training/plans/1/reopen", &[("reason", "成绩登记错误")])
        .await
        .is(409)
        .contains("代申报正在审核");
    let mut dept = department(&county).await;
    dept.post(&format!("{DESK}/reject"), &[("reason", "签到表不清晰，请重新上传。")]).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 0);
    assert_eq!(county.number("select count(*) from roster_row where state = 'draft'").await, 3);
    assert_eq!(county.text("select stage from plan").await, "ended");
    base.get("/training/proxies/1/edit").await.is(200).contains("签到表不清晰，请重新上传。");
    let sent = base.upload("/training/proxies/1/edit", &fields("submit", &[]), &[]).await;
    base.follow(&sent).await.contains("DS20261123-0001");
    // taken back before any desk said yes, and sent once more
    base.post("/training/proxies/1/withdraw", &[]).await.is(303);
    assert_eq!(county.number("select count(*) from roster_row where state = 'draft'").await, 3);
    base.upload("/training/proxies/1/edit", &fields("submit", &[]), &[]).await.is(303);
    approved(&county).await;
    assert_eq!(county.number("select count(*) from entry").await, 2);
    assert_eq!(county.text("select number from proxy_declaration").await, "DS20261123-0001");
}

#[rocket::async_test]
async fn a_workbook_is_read_cell_by_cell_and_what_is_wrong_is_told_as_typed() {
    let county = county().await;
    let mut base = base(&county).await;
    let edit = begun(&mut base).await;
    let template = base.get("/training/proxies/1/template").await;
    template.is(200);
    assert!(template.bytes.starts_with(b"PK"));
    upload(&mut base, &edit, &template.bytes).await.is(422).contains("表头下面没有内容");
    let (zhou, qian) = (id_number(2), id_number(5));
    let wrong = workbook(&[
        ["1", &zhou, "周晓梅", "一中", "100%", "90", "达到要求", "13", ""],
        ["2", "419999198503150", "赵国栋", "", "", "", "优秀", "12", ""],
        ["3", &qian, "钱医生", "", "", "", "未达到要求", "4", ""],
        ["4", &id_number(3), "", "", "", "", "达到要求", "0.3", ""],
        ["5", &zhou, "周晓梅", "", "", "", "达到要求", "12", ""],
    ]);
    let told = upload(&mut base, &edit, &wrong).await;
    told.is(422)
        .contains("13 学时超过认定学时")
        .contains("填 12 以内的学时")
        .contains("15 位的旧号码")
        .contains("419999198503150")
        .contains("优秀")
        .contains("未达到要求的不能有学时")
        .contains("没有填写")
        .contains("文件没有保存");
    // the class's roster still stands, the file is nowhere
    assert_eq!(county.text("select roster from proxy_declaration").await, "class");
    assert_eq!(county.number("select count(*) from file").await, 0);
    let twice = workbook(&[
        ["1", &zhou, "周晓梅", "", "", "", "达到要求", "12", ""],
        ["2", &zhou, "周晓梅", "", "", "", "达到要求", "12", ""],
    ]);
    upload(&mut base, &edit, &twice).await.is(422).contains("与第 2 行是同一个身份证号");
    // what is no workbook, or none of ours
    upload(&mut base, &edit, b"%PDF-1.7").await.is(422).contains("这是 PDF 文件");
    upload(&mut base, &edit, b"PK\x03\x04 cut").await.is(422).contains("损坏");
    upload(&mut base, &edit, b"").await.is(422);
    let mut other = Workbook::new();
    other.add_worksheet().write(0, 0, "别的表").unwrap();
    let other = other.save_to_buffer().unwrap();
    upload(&mut base, &edit, &other).await.is(422).contains("没有找到表头");
    base.upload(&edit, &fields("upload", &[]), &[])
        .await
        .is(422)
        .contains("请先选择填好的名册文件");
    // the numbers stay out of the trail
    assert!(!county.trail().await.iter().any(|line| line.contains(&zhou)));
}

#[rocket::async_test]
async fn failing_rows_are_left_out_and_listed_and_people_of_other_counties_are_handed_over() {
    let county = county().await;
    let mut base = base(&county).await;
    let edit = begun(&mut base).await;
    let abroad = id_number(77);
    let book = workbook(&[
        ["1", &id_number(2), "周晓梅", "一中", "0.938", "90", "达到要求", "12", "X-1"],
        ["2", &id_number(3), "赵国梁", "一中", "100%", "85", "达到要求", "12", "X-2"],
        ["3", &id_number(5), "钱医生", "医院", "100%", "85", "合格", "8", "X-3"],
        ["4", &abroad, "外县人", "邻县一中", "100%", "85", "达到要求", "12", "X-4"],
        ["5", &id_number(4), "孙未过", "一中", "20%", "30", "未达到要求", "", ""],
    ]);
    let done = upload(&mut base, &edit, &book).await;
    let page = base.follow(&done).await;
    page.is(200)
        .contains("可以计入 2 人（20 学时），不能计入 1 人，外县 1 人，未达到要求 1 人")
        .contains("姓名与该身份证号登记的姓名不一致")
        .contains("93.8%")
        .lacks(&abroad);
    // a person declares the same on his own before the desks decide
    base.upload(&edit, &fields("submit", &[]), &PAPERS).await.is(303);
    approve(&mut department(&county).await).await.is(303);
    let mut admin = bureau(&county).await;
    admin.get(DESK).await.is(200).contains("不能计入和外县的人员（2 人）").lacks(&abroad);
    let told = approve(&mut admin).await;
    admin.follow(&told).await.contains("赵国梁");
    assert_eq!(county.number("select count(*) from entry").await, 2);
    assert_eq!(
        county.text("select reason from roster_row where state = 'left' and name = '赵国梁'").await,
        "姓名与该身份证号登记的姓名不一致"
    );
    assert_eq!(county.number("select left_out from proxy_declaration").await, 1);
    // handing over: listed for both sides, full numbers for the bureau alone, in the trail
    let list = base.get("/training/proxies/handovers").await;
    list.is(200).contains("外县人").contains("未移交").lacks(&abroad);
    let mine = base.get("/training/proxies/handovers/export").await;
    mine.is(200);
    assert!(cells(&mine).concat().iter().all(|cell| cell != &abroad));
    base.get("/training/handovers/export").await.is(403);
    department(&county).await.get("/training/handovers/export").await.is(403);
    admin.get("/training/handovers").await.is(200).contains("外县人").lacks(&abroad);
    let book = admin.get("/training/handovers/export").await;
    book.is(200);
    assert!(cells(&book).concat().contains(&abroad));
    let last = county.trail().await.pop().unwrap();
    assert!(last.contains("外县学员移交名单 1 人（含完整身份证号）"), "{last}");
    assert!(!last.contains(&abroad));
    admin.get("/training/handovers").await;
    admin.post("/training/handovers/mark", &[]).await.is(303);
    admin.post("/training/handovers/mark", &[("id", "1")]).await.is(200).contains("外县人");
    let sent = [("id", "1"), ("confirmed", "on"), ("handed_on", "2026-12-01"), ("handed_to", "")];
    admin.post("/training/handovers/mark", &sent).await.is(422).contains("移交日期还没有到");
    let sent = [
        ("id", "1"),
        ("confirmed", "on"),
        ("handed_on", "2026-11-23"),
        ("handed_to", "邻县人社局"),
    ];
    admin.post("/training/handovers/mark", &sent).await.is(303);
    base.get("/training/proxies/handovers").await.contains("已移交").contains("邻县人社局");
    admin.get("/training/handovers/export").await.is(409);

    // 补报: the one left out, under his right name; nobody twice
    let done = base.post("/training/plans/1/proxy", &[]).await;
    done.redirects_to("/training/proxies/2/edit");
    let edit = "/training/proxies/2/edit";
    base.get(edit).await.is(200).contains("代申报（补报）").contains("赵国栋").lacks("周晓梅");
    let book = workbook(&[
        ["1", &id_number(2), "周晓梅", "", "", "", "达到要求", "12", ""],
        ["2", &id_number(3), "赵国栋", "", "", "", "达到要求", "12", ""],
        ["3", &abroad, "外县人", "", "", "", "达到要求", "12", ""],
    ]);
    let done = upload(&mut base, edit, &book).await;
    base.follow(&done)
        .await
        .contains("可以计入 1 人（12 学时），不能计入 2 人")
        .contains("已有同一培训的学时")
        .contains("已在 DS20261123-0001 中作为外县学员登记");
    base.upload(edit, &fields("submit", &[]), &PAPERS).await.is(303);
    let mut dept = department(&county).await;
    dept.get("/desk/proxy-declarations/2").await.is(200).contains("补报");
    dept.post("/desk/proxy-declarations/2/approve", &[("confirmed", "1")]).await.is(303);
    admin.get("/desk/proxy-declarations/2").await;
    admin.post("/desk/proxy-declarations/2/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 3);
    assert_eq!(county.number("select count(*) from handover").await, 1);
    assert_eq!(
        county
            .number("select max(n) from (select count(*) as n from entry group by person_id)")
            .await,
        1
    );
}

#[rocket::async_test]
async fn a_desk_lowers_hours_with_a_reason_and_never_raises_them() {
    let county = county().await;
    let mut base = base(&county).await;
    submitted(&mut base).await.is(303);
    let mut dept = department(&county).await;
    let roster = "/training/proxied/1/roster";
    dept.get(roster).await.is(200).contains("周晓梅的认定学时").contains("赵国栋的认定学时");
    let zhou = county.number("select id from roster_row where name = '周晓梅'").await;
    let zhao = county.number("select id from roster_row where name = '赵国栋'").await;
    let (hours, why) = (format!("h-{zhou}"), format!("w-{zhou}"));
    dept.post(roster, &[(&hours, "12.5"), (&why, "缺勤半天")])
        .await
        .is(422)
        .contains("认定学时不能超过申报的 12 学时");
    dept.post(roster, &[(&hours, "8")]).await.is(422).contains("请写明调低的原因");
    dept.post(roster, &[(&hours, "12")]).await.is(303); // as it is
    dept.post(roster, &[(&hours, "8"), (&why, "缺勤半天")]).await.is(303);
    let (none, because) = (format!("h-{zhao}"), format!("w-{zhao}"));
    dept.post(roster, &[(&none, "0"), (&because, "没有签到")]).await.is(303);
    let last = county.trail().await.pop().unwrap();
    assert!(last.contains("赵国栋 10 → 0（没有签到）"), "{last}");
    dept.get(DESK)
        .await
        .is(200)
        .contains("审核认定 0 学时：没有签到")
        .contains("2 人的学时由审核单位调低");
    approve(&mut dept).await.is(303);
    // its desk no more
    dept.post(roster, &[(&hours, "7"), (&why, "再减一点")]).await.is(409);
    // the later desk keeps to what the earlier one left, and gives a reason of its own for less
    let mut later = bureau(&county).await;
    let page = later.get(roster).await;
    page.is(200).contains("value=\"8\"").contains("缺勤半天").lacks("value=\"缺勤半天\"");
    later
        .post(roster, &[(&hours, "12")])
        .await
        .is(422)
        .contains("认定学时不能超过前一级审核单位认定的 8 学时");
    later.post(roster, &[(&none, "10")]).await.is(422).contains("前一级审核单位认定的 0 学时");
    later.post(roster, &[(&hours, "6")]).await.is(422).contains("低于前一级审核单位认定的 8 学时");
    later.post(roster, &[(&hours, "6"), (&why, "签到表缺一次")]).await.is(303);
    assert_eq!(county.number("select hours from roster_row where name = '周晓梅'").await, 60);
    later.post(roster, &[(&hours, "8")]).await.is(303); // its own taken back
    later.get(roster).await.is(200).contains("申报 12 学时，审核调低：缺勤半天");
    approve(&mut bureau(&county).await).await.is(303);
    assert_eq!(county.number("select hours from entry").await, 80);
    base.get("/training/proxies/1").await.contains("审核认定 0 学时：没有签到");
}

#[rocket::async_test]
async fn a_base_keeps_to_the_window_but_for_a_class_that_ended_at_its_end() {
    let county = county().await;
    let mut base = base(&county).await;
    let edit = begun(&mut base).await;
    base.upload(&edit, &fields("attach", &[]), &PAPERS).await.is(303);
    let closes = |day: &'static str| {
        county.execute(match day {
            "2026-09-30" => {
                "insert or replace into year_window (year, declare_from, declare_to, audit_to,
                   makeup_to) values (2026, '2026-01-01', '2026-09-30', '', '')"
            }
            "2026-10-15" => {
                "insert or replace into year_window (year, declare_from, declare_to, audit_to,
                   makeup_to) values (2026, '2026-01-01', '2026-10-15', '', '')"
            }
            _ => {
                "insert or replace into year_window (year, declare_from, declare_to, audit_to,
                   makeup_to) values (2026, '2026-01-01', '2026-11-20', '', '')"
            }
        })
    };
    // the class ended on 11 November; today is the 23rd
    closes("2026-10-15").await;
    base.upload(&edit, &fields("submit", &[]), &[])
        .await
        .is(409)
        .contains("2026 年度的申报已于 2026-10-15 截止")
        .contains("代申报最晚到 2026-11-15");
    closes("2026-11-20").await;
    base.upload(&edit, &fields("submit", &[]), &[]).await.is(303);
    // what was submitted is decided all the same
    closes("2026-09-30").await;
    approve(&mut department(&county).await).await.is(303);
    approve(&mut bureau(&county).await).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 2);
}

#[rocket::async_test]
async fn who_is_disabled_expired_or_early_is_told_why() {
    let county = county().await;
    let mut base = base(&county).await;
    let edit = begun(&mut base).await;
    for (from, to, told) in [
        ("2026-11-12", "2026-11-10", "早于开始日期"),
        ("2026-11-10", "2026-11-24", "还没有到"),
        ("2026-09-01", "2026-11-11", "相差太远"),
        ("", "2026-11-11", "实际开始日期"),
    ] {
        let typed = [("session", "1"), ("begins_on", from), ("ends_on", to), ("act", "submit")];
        base.upload(&edit, &typed, &[]).await.is(422).contains(told);
    }
    base.upload(&edit, &fields("attach", &[]), &PAPERS).await.is(303);
    county.execute("update organization set state = 'disabled' where name = '培训基地'").await;
    county.execute("update base_profile set valid_until = '2026-01-01'").await;
    county.execute("update organization set state = 'active' where name = '培训基地'").await;
    base.upload(&edit, &fields("submit", &[]), &[]).await.is(409).contains("已经过期");
    county.execute("update base_profile set valid_until = '2030-01-01'").await;
    base.upload(&edit, &fields("submit", &[]), &[]).await.is(303);
    // disabled after the submission: the desk cannot approve, it can reject
    county.execute("update organization set state = 'disabled' where name = '培训基地'").await;
    let mut dept = department(&county).await;
    dept.get(DESK).await.is(200).contains("基地已停用，不能申报");
    approve(&mut dept).await.is(409).contains("基地已停用");
    dept.post(&format!("{DESK}/reject"), &[("reason", "基地已停用，不予认定。")]).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 0);
    // a class that has not ended
    county.execute("update organization set state = 'active'").await;
    county.execute("update plan set stage = 'running'").await;
    base.upload(&edit, &fields("submit", &[]), &[]).await.is(409).contains("办理结业以后");
    county.execute("delete from roster_row").await;
    county.execute("update proxy_declaration set roster = ''").await;
    county.execute("update plan set stage = 'ended'").await;
    base.upload(&edit, &fields("submit", &[]), &[]).await.is(422).contains("名册还是空的");
}

#[rocket::async_test]
async fn more_people_than_places_need_a_reason() {
    let county = county().await;
    county.execute("update plan set capacity = 2").await;
    let mut base = base(&county).await;
    let edit = begun(&mut base).await;
    base.upload(&edit, &fields("submit", &[]), &PAPERS)
        .await
        .is(422)
        .contains("名册 3 人超过计划人数 2 人，请写明原因");
    let reason = [("reason", "县里临时增加一名学员")];
    base.upload(&edit, &fields("submit", &reason), &[]).await.is(303);
    department(&county).await.get(DESK).await.contains("县里临时增加一名学员");
}

#[rocket::async_test]
async fn what_another_base_or_a_stranger_asks_for_is_not_there() {
    let county = county().await;
    let mut own = base(&county).await;
    submitted(&mut own).await.is(303);
    let mut other = seated(&county, &county.admin_of("另一基地").await).await;
    for path in [
        "/training/proxies/1",
        "/training/proxies/1/edit",
        "/training/proxies/1/template",
        "/training/proxies/1/files/1",
    ] {
        other.get(path).await.is(404);
        county.get(path).await.is(303);
    }
    other.post("/training/plans/1/proxy", &[]).await.is(404);
    other.post("/training/proxies/1/withdraw", &[]).await.is(404);
    other.upload("/training/proxies/1/edit", &fields("save", &[]), &[]).await.is(404);
    other.get("/training/proxies").await.is(200).lacks("DS20261123");
    let mut unit = seated(&county, &county.admin_of("一中").await).await;
    unit.get("/training/proxies").await.is(403);
    unit.get("/training/proxied/1/roster").await.is(403);
    // the base does not decide its own
    own.get(DESK).await.is(403);
    own.post(&format!("{DESK}/approve"), &[("confirmed", "1")]).await.is(403);
}

#[rocket::async_test]
async fn two_clerks_enter_each_person_once() {
    let county = county().await;
    submitted(&mut base(&county).await).await.is(303);
    approve(&mut department(&county).await).await.is(303);
    let (mut one, mut two) = (bureau(&county).await, bureau(&county).await);
    let address = format!("{DESK}/approve");
    let (a, b) = rocket::tokio::join!(
        one.post(&address, &[("confirmed", "1")]),
        two.post(&address, &[("confirmed", "1")])
    );
    let mut answers = [a.status, b.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(county.number("select count(*) from entry").await, 2);
    assert_eq!(county.number("select count(*) from roster_row where state = 'entered'").await, 2);
}

#[rocket::async_test]
async fn what_is_declared_or_entered_meanwhile_is_left_out_at_approval() {
    let county = county().await;
    submitted(&mut base(&county).await).await.is(303);
    approve(&mut department(&county).await).await.is(303);
    // the same class came into 周's ledger some other way; 赵 has left the county
    county
        .execute(
            "insert into entry (person_id, organization_id, earned_organization_id, year, category_id, kind, title,
               organizer, started_on, ended_on, hours, source, recognised_by, recorded_at)
             select id, organization_id, organization_id, 2026, 2, '01', '教育信息化培训班', '培训基地', '2026-11-10',
               '2026-11-11', 120, 'import', '人社局', '2026-11-20T00:00:00.000Z'
               from person where name = '周晓梅'",
        )
        .await;
    county.execute("update person set state = 'moved' where name = '赵国栋'").await;
    let mut admin = bureau(&county).await;
    admin.get(DESK).await.is(200).contains("已有同一培训的学时").contains("已调出本县");
    approve(&mut admin).await.is(303);
    assert_eq!(county.number("select count(*) from entry").await, 1);
    assert_eq!(county.number("select count(*) from handover").await, 1);
    let mut reader = county.db().read().await.unwrap();
    let states: Vec<String> = sqlx::query_scalar("select state from roster_row order by number")
        .fetch_all(&mut *reader)
        .await
        .unwrap();
    assert_eq!(states, ["left", "abroad", "left"]);
}

#[rocket::async_test]
async fn three_hundred_rows_are_paged_and_entered_at_once() {
    let county = county().await;
    let mut base = base(&county).await;
    let edit = begun(&mut base).await;
    county.execute("update plan set capacity = 400").await;
    let mut rows = Vec::new();
    let numbers: Vec<String> = (100..400).map(id_number).collect();
    for number in &numbers {
        rows.push(["", number, "学员", "一中", "", "", "达到要求", "12", ""]);
    }
    let unit = county.organization("一中").await;
    {
        let mut tx = county.db().begin().await.unwrap();
        for number in numbers.iter().skip(1) {
            let card = kit::IdCard::stored(number).unwrap();
            let identity = accounts::people::identity(&mut tx, &card).await.unwrap();
            sqlx::query(
                "insert into person (identity_id, organization_id, name, sex, born, origin,
                   created_at, updated_at)
                 values (?, ?, '学员', 'male', '1985-03-15', 'demo', '', '')",
            )
            .bind(identity)
            .bind(unit)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
    }
    let done = upload(&mut base, &edit, &workbook(&rows)).await;
    base.follow(&done).await.contains("共 300 人").contains("第 1 / 3 页").contains("外县 1 人");
    base.get(&format!("{edit}?page=3")).await.is(200).contains("第 3 / 3 页");
    base.get(&format!("{edit}?page=99")).await.is(200).contains("第 3 / 3 页");
    base.upload(&edit, &fields("submit", &[]), &PAPERS).await.is(303);
    let mut dept = department(&county).await;
    dept.get(DESK)
        .await
        .is(200)
        .contains("这里列出前 50 人")
        .contains("/training/proxied/1/roster");
    dept.get("/training/proxied/1/roster?page=2").await.is(200).contains("第 2 / 3 页");
    approved(&county).await;
    assert_eq!(county.number("select count(*) from entry").await, 299);
}

/// The cells of a workbook's first sheet, row by row.
fn cells(page: &Page) -> Vec<Vec<String>> {
    use calamine::Reader;
    let bytes = std::io::Cursor::new(page.bytes.clone());
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(bytes).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[rocket::async_test]
async fn who_was_declared_by_his_base_does_not_declare_the_class_himself() {
    let county = county().await;
    submitted(&mut base(&county).await).await.is(303);
    let own = [
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", "教育信息化培训班"),
        ("organizer", "培训基地"),
        ("started_on", "2026-11-10"),
        ("ended_on", "2026-11-11"),
        ("hours", "12"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    let papers = [
        ("evidence-02-notice", "通知.pdf", PDF),
        ("evidence-02-completion", "证书.pdf", PDF),
        ("evidence-02-unit-proof", "证明.pdf", PDF),
    ];
    let mut zhou = seated(&county, &id_number(2)).await;
    let told = "继续教育基地已经为您申报，不用也不能再自己申报";
    zhou.upload("/credit-hours/declarations", &own, &papers).await.is(422).contains(told);
    approved(&county).await;
    zhou.upload("/credit-hours/declarations", &own, &papers).await.is(422).contains(told);
    assert_eq!(county.number("select count(*) from entry").await, 2);
    // who took no part may: it is another's class, and his desks decide
    let mut qian = seated(&county, &id_number(5)).await;
    qian.upload("/credit-hours/declarations", &own, &papers).await.is(303);
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
async fn nobody_decides_or_lowers_a_roster_that_he_stands_on() {
    let county = county().await.with_grant("周晓梅", "教育局").await;
    submitted(&mut base(&county).await).await.is(303);
    let mut zhou = sitting(&county, &id_number(2), "教育局").await;
    zhou.get(DESK).await.is(200).contains("名单中有本人").lacks("name=\"confirmed\"");
    zhou.post(&format!("{DESK}/approve"), &[]).await.is(409).contains("名单中有本人");
    let roster = "/training/proxied/1/roster";
    let row = county.number("select min(id) from roster_row").await;
    let (hours, why) = (format!("h-{row}"), format!("w-{row}"));
    let lowered = [(hours.as_str(), "1"), (why.as_str(), "缺勤较多")];
    zhou.post(roster, &lowered).await.is(409).contains("名单中有本人");
    let mut colleague = department(&county).await;
    colleague.post(roster, &lowered).await.is(303);
    colleague.post(&format!("{DESK}/approve"), &[]).await.is(303);
}

#[rocket::async_test]
async fn a_base_uploads_its_roster_from_any_spreadsheet() {
    let county = county().await;
    let mut base = base(&county).await;
    let edit = begun(&mut base).await;
    for name in ["roster-base.xls", "roster-base.csv"] {
        let bytes = crate::support::fixture(name);
        let done = base.upload(&edit, &fields("upload", &[]), &[("file", name, &bytes)]).await;
        base.follow(&done).await.is(200).contains("共 2 人：可以计入 2 人（22 学时）");
        assert_eq!(county.text("select roster from proxy_declaration").await, name);
    }
}
