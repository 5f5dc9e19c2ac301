//! 批量导入 of people who are there already: 补空, 更新, 跳过, 拒绝; what is reviewed is asked for;
//! registrations that wait; what moved since the check is listed, never overwritten.

use rust_xlsxwriter::Workbook;

use crate::support::{Browser, Page, World, id_number};

const HEADER: [&str; 11] = [
    "姓名",
    "身份证号",
    "民族",
    "手机号码",
    "学历",
    "职称系列",
    "职称等级",
    "职称名称",
    "职称取得时间",
    "毕业院校",
    "备注",
];
type Cells<'a> = [&'a str; 11];

/// A teacher of the middle level.
fn teacher<'a>(name: &'a str, number: &'a str, school: &'a str) -> Cells<'a> {
    [
        name,
        number,
        "汉族",
        "13812345678",
        "大学本科",
        "中小学教师",
        "中级",
        "一级教师",
        "2015-06-01",
        school,
        "",
    ]
}

/// Somebody without a title.
fn plain<'a>(name: &'a str, number: &'a str, school: &'a str) -> Cells<'a> {
    [name, number, "汉族", "", "大学专科", "无职称", "", "", "", school, ""]
}

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

async fn upload<'w>(county: &World, browser: &mut Browser<'w>, rows: &[Cells<'_>]) -> Page {
    upload_of(county, browser, HEADER, rows).await
}

async fn upload_of<'w, const N: usize>(
    county: &World,
    browser: &mut Browser<'w>,
    header: [&str; N],
    rows: &[[&str; N]],
) -> Page {
    browser.get("/import").await.is(200);
    let bytes = file(header, rows);
    let sent = browser.upload("/import", &[], &[("file", "名单.xlsx", &bytes)]).await;
    let page = browser.follow(&sent).await;
    let id = county.number("select max(id) from import").await;
    for _ in 0..1_200 {
        if county.number("select count(*) from import where state = 'checking'").await == 0 {
            return browser.get(&format!("/import/{id}")).await;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    page
}

async fn confirm<'w>(county: &World, browser: &mut Browser<'w>, fields: &[(&str, &str)]) -> Page {
    let id = county.number("select max(id) from import").await;
    let sent = browser.post(&format!("/import/{id}/confirm"), fields).await;
    sent.redirects_to(&format!("/import/{id}"));
    let mut page = browser.follow(&sent).await;
    // a long one goes on behind its progress bar
    for _ in 0..1_200 {
        if !page.body.contains("正在导入") {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        page = browser.get(&format!("/import/{id}")).await;
    }
    page
}

/// 第一小学 under the bureau with 何敏, of whom nothing but the name is known, and 张三.
async fn county() -> World {
    World::new()
        .await
        .with_employer("第一小学")
        .await
        .with_active_person("何敏", "第一小学", &id_number(1))
        .await
        .with_active_person("张三", "第一小学", &id_number(2))
        .await
}

async fn admin_of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    county.sign_in(&county.admin_of(unit).await).await
}

#[rocket::async_test]
async fn a_unit_fills_what_is_empty_and_asks_the_bureau_for_the_title() {
    let county = county().await;
    county.execute("update person set school = '老学校' where name = '何敏'").await;
    let mut admin = admin_of(&county, "第一小学").await;
    let (he, zhang) = (id_number(1), id_number(2));
    let page =
        upload(&county, &mut admin, &[teacher("何敏", &he, "新学校"), plain("张三", &zhang, "")])
            .await;
    page.is(200).contains("文件里的人员都已在本单位").contains("处理已在本单位的 2 行");
    page.contains("补空：只填系统中空着的内容（会改 2 人，其中 1 人的内容要经审核）");
    page.contains("职称名称").contains("须审核").contains("老学校").contains("新学校").lacks(&he);
    let page = confirm(&county, &mut admin, &[("policy", "fill"), ("mode", "whole")]).await;
    page.contains("补空 2 人").contains("提交信息修改申请 1 条").contains("XG20261123-0001");
    let row =
        "select nation || education || phone || school || series from person where name = '何敏'";
    assert_eq!(county.text(row).await, "012113812345678老学校00");
    assert_eq!(
        county
            .text("select group_concat(cause, ' ') from person_version where person_id = 1")
            .await,
        "import import:1"
    );
    assert_eq!(
        county
            .text("select group_concat(what || number, ' ') from import_touch where import_id = 1")
            .await,
        "requested2 updated2 updated3"
    );
    let mut bureau = county.admin().await;
    let page = bureau.get("/desk/person-changes/1").await;
    page.is(200)
        .contains("批量导入：名单.xlsx 第 2 行")
        .contains("单位管理员")
        .contains("一级教师");
    bureau.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select title from person where name = '何敏'").await, "一级教师");
    // nobody is told but of the decision; sign-in and state are as they were
    let untouched = "select count(*) from account a join person p on p.id = a.person_id
        where a.state = 'active' and p.state = 'serving'";
    assert_eq!(county.number(untouched).await, 2);
}

#[rocket::async_test]
async fn the_bureaus_own_import_writes_everything_with_history() {
    let bureau_name = "示例县人力资源和社会保障局";
    let number = id_number(5);
    let county = World::new().await.with_person("钱建国", bureau_name, &number).await;
    county
        .execute(
            "update person set school = '甲', major = '数学', note = '旧' where name = '钱建国'",
        )
        .await;
    let mut admin = county.admin().await;
    let mut row = teacher("钱建国", &number, "乙");
    row[10] = "新";
    upload(&county, &mut admin, &[row])
        .await
        .contains("更新：以文件为准，文件中空着的不动（会改 1 人）");
    confirm(&county, &mut admin, &[("policy", "update")]).await.contains("更新 1 人");
    let now = "select school || major || title || note || titled_on from person";
    assert_eq!(county.text(now).await, "乙数学一级教师新2015-06-01");
    assert_eq!(county.number("select count(*) from person_change").await, 0);
    // the former state is kept in the history, and what stood there in the touch
    let history = "select group_concat(cause || school, ' ') from person_version";
    assert_eq!(county.text(history).await, "import import:1乙");
    let before = county.text("select before from import_touch").await;
    assert!(before.contains("\"school\":\"甲\""), "{before}");
}

#[rocket::async_test]
async fn a_department_asks_for_everything_reviewed_and_the_unit_decides_first() {
    let number = id_number(4);
    let county = World::new()
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("妇幼保健院", "卫健委")
        .await
        .with_person("孙丽", "妇幼保健院", &number)
        .await;
    county.set("import.below", "superiors").await;
    let mut department = admin_of(&county, "卫健委").await;
    let header = [
        "姓名",
        "身份证号",
        "民族",
        "手机号码",
        "学历",
        "职称系列",
        "职称等级",
        "职称名称",
        "职称取得时间",
        "所在单位",
    ];
    let rows = [[
        "孙丽",
        number.as_str(),
        "汉族",
        "13812345678",
        "大学本科",
        "无职称",
        "",
        "",
        "",
        "妇幼保健院",
    ]];
    let page = upload_of(&county, &mut department, header, &rows).await;
    page.contains("处理已在本单位的 1 行").contains("须审核");
    let page = confirm(&county, &mut department, &[("policy", "update")]).await;
    // the phone is nobody's to review
    page.contains("更新 1 人").contains("提交信息修改申请 1 条");
    assert_eq!(county.text("select phone || nation from person").await, "13812345678");
    let mut unit = admin_of(&county, "妇幼保健院").await;
    unit.get("/desk/person-changes/1").await.is(200).contains("卫健委").contains("大学本科");
    department.get("/start").await;
    department.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await.is(409);
    unit.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select nation || education from person").await, "0121");
    assert_eq!(county.text("select state from person_change").await, "approved");
}

#[rocket::async_test]
async fn skipped_people_stay_as_they_are_and_refused_ones_are_failing_rows() {
    let county = county().await;
    let mut admin = admin_of(&county, "第一小学").await;
    let (he, new) = (id_number(1), id_number(9));
    let rows = [teacher("何敏", &he, "甲"), teacher("王五", &new, "甲")];
    upload(&county, &mut admin, &rows).await.contains("导入 1 行");
    let refused = [("policy", "reject"), ("mode", "whole")];
    let page = admin.post("/import/1/confirm", &refused).await;
    page.is(422).contains("有 1 行不能导入");
    admin.post("/import/1/confirm", &[("policy", "wrong")]).await.is(422);
    assert_eq!(county.number("select count(*) from person").await, 2);
    let page = confirm(&county, &mut admin, &[("policy", "reject")]).await;
    page.contains("已导入 1 人，1 行未导入").contains("按所选的“拒绝”没有导入");
    assert_eq!(county.number("select failing from import").await, 1);
    let new = id_number(8);
    let rows = [teacher("何敏", &he, "甲"), teacher("赵六", &new, "甲")];
    upload(&county, &mut admin, &rows).await;
    confirm(&county, &mut admin, &[("policy", "skip")]).await.contains("已导入 1 人，1 行未导入");
    assert_eq!(county.number("select skipped from import where id = 2").await, 1);
    assert_eq!(county.text("select nation from person where name = '何敏'").await, "");
}

#[rocket::async_test]
async fn what_a_waiting_request_asks_for_is_not_touched_and_said_so() {
    let county = county().await;
    let mut admin = admin_of(&county, "第一小学").await;
    let he = id_number(1);
    upload(&county, &mut admin, &[teacher("何敏", &he, "甲")]).await;
    confirm(&county, &mut admin, &[("policy", "fill")]).await.contains("XG20261123-0001");
    // again, with another school and phone: the request for the title waits
    let mut row = teacher("何敏", &he, "乙");
    row[3] = "13900000000";
    let page = upload(&county, &mut admin, &[row]).await;
    page.contains("信息修改申请 XG20261123-0001 正在审核").contains("这次不改");
    let page = confirm(&county, &mut admin, &[("policy", "update")]).await;
    page.contains("更新 1 人").contains("没有改的内容 1 行");
    let page = admin.get("/import/2?tab=skip").await;
    page.contains("没有改：毕业院校、职称系列、职称等级、职称名称、职称取得时间")
        .contains("XG20261123-0001");
    assert_eq!(
        county.text("select school || phone from person where id = 1").await,
        "甲13900000000"
    );
    assert_eq!(county.number("select count(*) from person_change").await, 1);
    // so the approval finds what it was asked about
    let mut bureau = county.admin().await;
    bureau.get("/start").await;
    bureau.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select title || school from person where id = 1").await, "一级教师甲");
}

#[rocket::async_test]
async fn a_request_decided_or_handed_in_between_check_and_import_is_a_difference() {
    let county = county().await;
    let mut admin = admin_of(&county, "第一小学").await;
    let mut bureau = county.admin().await;
    bureau.get("/start").await;
    let (he, zhang) = (id_number(1), id_number(2));
    upload(&county, &mut admin, &[teacher("何敏", &he, "甲")]).await;
    confirm(&county, &mut admin, &[]).await;
    // checked while it waits, approved before the import: the page has shown another record
    let mut row = teacher("何敏", &he, "乙");
    row[3] = "13900000000";
    upload(&county, &mut admin, &[row, plain("张三", &zhang, "丙")]).await;
    bureau.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await.is(303);
    admin.get("/import/2?tab=known").await.contains("核对之后资料有变动");
    let page = confirm(&county, &mut admin, &[("policy", "update")]).await;
    page.contains("更新 1 人").contains("1 行没有导入").contains("资料又有变动，这一行没有修改");
    assert_eq!(
        county.text("select phone || school from person where id = 1").await,
        "13812345678甲"
    );
    assert_eq!(county.number("select changed from import where id = 2").await, 1);
    // the other order: checked before, handed in between
    upload(&county, &mut admin, &[plain("张三", &zhang, "丁")]).await;
    let fields = [("person_name", "张珊"), ("series", "00"), ("reason", "户口本更正了姓名")];
    let at = format!("/accounts/people/{}/change", county.person("张三").await);
    admin.get(&at).await.is(200);
    admin.upload(&at, &fields, &[]).await.is(303);
    let refused = [("policy", "update"), ("mode", "whole")];
    let page = admin.post("/import/3/confirm", &refused).await;
    page.is(409).contains("已提交并正在审核").contains("没有写入任何数据");
    assert_eq!(county.text("select school from person where id = 2").await, "丙");
    assert_eq!(county.text("select state from import where id = 3").await, "checked");
}

#[rocket::async_test]
async fn nobody_changes_himself_by_his_own_file() {
    let county = county().await.with_grant("何敏", "第一小学").await;
    let (he, zhang) = (id_number(1), id_number(2));
    let mut clerk = county.browser();
    clerk.sign_in(&he, crate::support::PASSWORD).await;
    clerk.get("/start").await;
    let grant = county.number("select max(id) from grant").await;
    clerk.post("/side", &[("to", &grant.to_string())]).await.is(303);
    let rows = [teacher("何敏", &he, "甲"), plain("张三", &zhang, "甲")];
    let page = upload(&county, &mut clerk, &rows).await;
    page.contains("这是您本人的资料，不能由自己的文件修改").contains("会改 1 人");
    let page = confirm(&county, &mut clerk, &[("policy", "update")]).await;
    page.contains("更新 1 人").contains("没有改的内容 1 行");
    assert_eq!(
        county.text("select school || series || phone from person where id = 1").await,
        "00"
    );
    assert_eq!(county.number("select count(*) from person_change").await, 0);
    // nor by a colleague's word over what the check has promised for another's file
    let mut admin = admin_of(&county, "第一小学").await;
    upload(&county, &mut admin, &[teacher("何敏", &he, "甲"), plain("张三", &zhang, "乙")]).await;
    let page = confirm(&county, &mut clerk, &[("policy", "update")]).await;
    page.contains("不能由自己确认导入").contains("更新 1 人");
    assert_eq!(county.text("select school from person where id = 1").await, "");
}

#[rocket::async_test]
async fn a_title_is_not_taken_away_by_a_list_without_titles() {
    let county = county().await;
    county
        .execute(
            "update person set series = '22', level = 'middle', title = '一级教师',
               titled_on = '2015-06-01', state = 'retired' where id = 1",
        )
        .await;
    let mut admin = admin_of(&county, "第一小学").await;
    let he = id_number(1);
    let page = upload(&county, &mut admin, &[plain("何敏", &he, "甲")]).await;
    page.contains("已登记的职称不会因此取消").contains("退休");
    confirm(&county, &mut admin, &[("policy", "update")]).await.contains("更新 1 人");
    assert_eq!(
        county.text("select title || state from person where id = 1").await,
        "一级教师retired"
    );
}

const CHOSEN: &str = "Walnut-41-umbrella";

async fn register(county: &World, name: &str, unit: &str, number: &str) {
    let mut visitor = county.browser();
    let fields = [
        ("unit", unit),
        ("number", number),
        ("internal_department", ""),
        ("person_name", name),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("school", "自己填的学校"),
        ("person_phone", "13800000001"),
        ("password", CHOSEN),
        ("again", CHOSEN),
        ("accepted", "on"),
    ];
    visitor.get("/accounts/registration/person").await.is(200);
    let page = visitor.upload("/accounts/registration/person", &fields, &[]).await;
    page.is(200).contains("注册已提交");
}

#[rocket::async_test]
async fn who_has_registered_and_waits_is_passed_with_what_the_file_says() {
    let county = county().await.with_employer("第二小学").await;
    let (here, there) = (id_number(11), id_number(12));
    register(&county, "王五", "第一小学", &here).await;
    register(&county, "赵六", "第二小学", &there).await;
    let unit = county.organization("第一小学").await;
    let county = county.with_clerk("clerk", unit, &[import_view(), import_edit()]).await;
    // without the right to review registrations he is in nobody's file
    let mut clerk = county.sign_in("clerk").await;
    let page = upload(&county, &mut clerk, &[teacher("王五", &here, "")]).await;
    page.contains("正在注册审核中").lacks("/import/1/confirm");
    let mut admin = admin_of(&county, "第一小学").await;
    let rows = [teacher("王五", &here, ""), teacher("赵六", &there, "")];
    let page = upload(&county, &mut admin, &rows).await;
    page.contains("这个人正在其他单位注册审核中").lacks("第二小学").contains("导入 1 行");
    page.contains("其中 1 人已自己注册");
    let page = confirm(&county, &mut admin, &[]).await;
    page.contains("通过注册 1 人");
    let page = admin.get("/import/2?tab=done").await;
    page.contains("已通过注册").contains("一级教师").lacks(&here);
    let row = "select school || title || phone || origin from person where name = '王五'";
    assert_eq!(county.text(row).await, "自己填的学校一级教师13812345678registration");
    assert_eq!(county.text("select what from import_touch where import_id = 2").await, "approved");
    assert_eq!(county.text("select state from registration where name = '王五'").await, "approved");
    // he hears it and signs in with the password that he chose
    let mut person = county.browser();
    person.sign_in(&here, CHOSEN).await.redirects_to("/start");
    assert_eq!(county.number("select count(*) from message where title like '人员注册%'").await, 1);
}

#[rocket::async_test]
async fn a_registration_decided_since_the_check_is_a_difference() {
    let county = county().await;
    let here = id_number(11);
    register(&county, "王五", "第一小学", &here).await;
    let mut admin = admin_of(&county, "第一小学").await;
    let new = id_number(13);
    upload(&county, &mut admin, &[teacher("王五", &here, "甲"), teacher("孙七", &new, "甲")]).await;
    let row = county.number("select max(id) from registration").await;
    let reject = [("confirmed", "1"), ("reason", "不是本单位人员，请改选。")];
    admin.post(&format!("/desk/person-registrations/{row}/reject"), &reject).await.is(303);
    let page = confirm(&county, &mut admin, &[]).await;
    page.contains("已导入 1 人，1 行未导入").contains("核对之后情况有变化");
    assert_eq!(county.number("select count(*) from person where name = '王五'").await, 0);
}

fn import_view() -> kit::Grantable {
    use kit::Permission;
    import::ViewImports::grantable()
}

fn import_edit() -> kit::Grantable {
    use kit::Permission;
    import::EditImports::grantable()
}

#[rocket::async_test]
async fn somebody_elses_person_is_named_by_his_unit_alone() {
    let bureau = "示例县人力资源和社会保障局";
    let number = id_number(5);
    let county = county().await.with_person("钱建国", bureau, &number).await;
    let mut admin = admin_of(&county, "第一小学").await;
    let page = upload(&county, &mut admin, &[teacher("别的名", &number, "")]).await;
    page.contains(&format!("已在 {bureau}，请由本人发起调转")).lacks("钱建国");
}

/// A step of a small generator: no crate, the same each time.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}

#[rocket::async_test]
async fn the_checks_counts_are_the_imports_effect() {
    for (seed, unit) in (1..=6).zip(["第一小学", "示例县人力资源和社会保障局"].into_iter().cycle())
    {
        let mut random = seed * 7_919;
        let mut county = World::new().await.with_employer("第一小学").await;
        let numbers: Vec<String> = (0..24).map(id_number).collect();
        let names: Vec<String> =
            (0..24).map(|n| format!("某{}", ["甲", "乙", "丙"][n % 3])).collect();
        for n in 0..16 {
            county = county.with_person(&names[n], unit, &numbers[n]).await;
            let pick = next(&mut random);
            let mut tx = county.db().begin().await.unwrap();
            sqlx::query(
                "update person set nation = ?, education = ?, school = ?, phone = ?, series = ?,
                   level = ?, title = ?, titled_on = ?, note = ?
                  where id = (select max(id) from person)",
            )
            .bind(["", "01", "11"][pick % 3])
            .bind(["", "21"][pick / 3 % 2])
            .bind(["", "甲", "乙"][pick / 6 % 3])
            .bind(["", "13812345678"][pick / 18 % 2])
            .bind(["00", "22"][pick / 36 % 2])
            .bind(["", "middle"][pick / 36 % 2])
            .bind(["", "一级教师"][pick / 36 % 2])
            .bind(["", "2015-06-01"][pick / 36 % 2])
            .bind(["", "旧"][pick / 72 % 2])
            .execute(&mut *tx)
            .await
            .unwrap();
            tx.commit().await.unwrap();
        }
        let rows: Vec<Cells<'_>> = (0..24)
            .map(|n| {
                let pick = next(&mut random);
                let school = ["", "甲", "乙"][pick % 3];
                let mut row = match pick / 3 % 2 {
                    0 => plain(&names[n], &numbers[n], school),
                    _ => teacher(&names[n], &numbers[n], school),
                };
                row[3] = ["", "13812345678", "13900000000"][pick / 6 % 3];
                row[10] = ["", "新"][pick / 18 % 2];
                row
            })
            .collect();
        let mut admin = match unit {
            "第一小学" => admin_of(&county, unit).await,
            _ => county.admin().await,
        };
        upload(&county, &mut admin, &rows).await.is(200);
        let policy = ["fill", "update", "skip"][next(&mut random) % 3];
        let count = async |sql: &'static str| county.number(sql).await;
        let promised = match policy {
            "fill" => (
                count("select fills_now from import").await,
                count("select fills_asked from import").await,
            ),
            "update" => (
                count("select updates_now from import").await,
                count("select updates_asked from import").await,
            ),
            _ => (0, 0),
        };
        let valid = count("select valid from import").await;
        confirm(&county, &mut admin, &[("policy", policy)]).await;
        let did = (
            count("select updated from import").await,
            count("select requested from import").await,
        );
        assert_eq!(promised, did, "{seed} {policy}");
        assert_eq!(count("select imported from import").await, valid);
        assert_eq!(count("select changed from import").await, 0);
        assert_eq!(
            count("select count(*) from person_change where state = 'pending'").await,
            did.1
        );
        assert_eq!(
            count(
                "select count(distinct person_id) from person_version where cause = 'import:1' and
                   person_id <= 16"
            )
            .await,
            did.0
        );
        // the same file once more has nothing left to write at once
        upload(&county, &mut admin, &rows).await.is(200);
        let left = match policy {
            "fill" => count("select fills_now from import where id = 2").await,
            "update" => count("select updates_now from import where id = 2").await,
            _ => 0,
        };
        assert_eq!(left, 0, "{seed} {policy}");
    }
}

#[rocket::async_test]
async fn ten_thousand_known_people_are_changed_together() {
    use accounts::people::{Fields, NewPerson, Origin, create_many};
    const MANY: u32 = 10_000;
    let county = World::new().await.with_employer("第一小学").await;
    let number = |n: u32| {
        let first = format!("4199991985{:02}{:02}{:03}", 1 + n / 12_000, 1 + n / 1_000, n % 1_000);
        format!("{first}{}", kit::id_card::check_character(&first).unwrap())
    };
    let unit = county.organization("第一小学").await;
    let people: Vec<NewPerson> = (0..MANY)
        .map(|n| NewPerson {
            id_card: kit::IdCard::stored(&number(n)).unwrap(),
            organization: unit,
            internal_department: None,
            fields: Fields { school: "旧".to_owned(), ..Fields::named("某人") },
        })
        .collect();
    let mut tx = county.db().begin().await.unwrap();
    let ids = create_many(&mut tx, &people, Origin::Import, None, &county.clock).await.unwrap();
    let event = kit::Event::PeopleCreated { people: ids };
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    let numbers: Vec<String> = (0..MANY).map(number).collect();
    let rows: Vec<Cells<'_>> = numbers.iter().map(|number| plain("某人", number, "新")).collect();
    let mut admin = admin_of(&county, "第一小学").await;
    let begun = std::time::Instant::now();
    upload(&county, &mut admin, &rows).await.contains("处理已在本单位的 10,000 行");
    eprintln!("known: checked and shown after {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    confirm(&county, &mut admin, &[("policy", "update")]).await.contains("10,000 人");
    eprintln!("known: changed after {:?}", begun.elapsed());
    let changed = "select count(*) from person where school = '新' and education <> ''";
    assert_eq!(county.number(changed).await, i64::from(MANY));
    let versions =
        "select count(*) from person_version where cause = 'import:1' and recorded_to is null";
    assert_eq!(county.number(versions).await, i64::from(MANY));
}
