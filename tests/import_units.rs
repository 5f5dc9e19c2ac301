//! 批量导入 for the units below: who may, whom a row may name, and where its person goes.

use import::command;
use kit::job::Progress;
use rust_xlsxwriter::Workbook;

use crate::support::{Browser, Page, World, id_number};

const HEADER: [&str; 7] = ["姓名", "身份证号", "民族", "学历", "职称系列", "所在单位", "内设部门"];

/// A row that is right, for this unit and department.
fn row<'a>(name: &'a str, number: &'a str, unit: &'a str, department: &'a str) -> [&'a str; 7] {
    [name, number, "汉族", "大学本科", "无职称", unit, department]
}

fn file(rows: &[[&str; 7]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (line, cells) in (0..).zip([&[HEADER], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(line, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

async fn upload(browser: &mut Browser<'_>, rows: &[[&str; 7]]) -> Page {
    upload_with(browser, rows, &[]).await
}

async fn upload_with(
    browser: &mut Browser<'_>,
    rows: &[[&str; 7]],
    fields: &[(&str, &str)],
) -> Page {
    browser.get("/import").await.is(200);
    let sent = browser.upload("/import", fields, &[("file", "全县.xlsx", &file(rows))]).await;
    browser.follow(&sent).await
}

/// 教育局 with 第一小学 and 第二小学, 县医院 directly under the bureau, a base, a closed school.
async fn county(setting: &str) -> World {
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_employer_under("云川县第一小学", "教育局")
        .await
        .with_employer_under("云川县第二小学", "教育局")
        .await
        .with_employer("云川县人民医院")
        .await
        .with_base_under("教师发展中心", "教育局")
        .await
        .with_employer_under("云川县第三小学", "教育局")
        .await;
    county
        .execute("update organization set state = 'disabled' where name = '云川县第三小学'")
        .await;
    county
        .execute(
            "update organization set credit_code = '914199990000000011'
              where name = '云川县第一小学'",
        )
        .await;
    county.set("import.below", setting).await;
    county
}

async fn commit(browser: &mut Browser<'_>, id: i64) -> Page {
    let address = format!("/import/{id}");
    let done = browser.post(&format!("{address}/confirm"), &[]).await;
    done.redirects_to(&address);
    browser.follow(&done).await
}

/// Name and unit of everybody, `何敏@云川县第一小学/教育局`, with the department he lies under.
async fn people(county: &World) -> String {
    county
        .text(
            "select coalesce(group_concat(t, ' '), '') from (select p.name || '@' || o.name || '/'
               || coalesce(d.name, '-') as t from person p
               join organization o on o.id = p.organization_id
               left join organization d on d.id = p.department_id order by p.id)",
        )
        .await
}

#[rocket::async_test]
async fn without_the_setting_a_file_is_for_the_own_unit_alone() {
    let county = county("none").await;
    let (a, b) = (id_number(1), id_number(2));
    let rows = [row("何敏", &a, "云川县第一小学", ""), row("张三", &b, "", "")];
    for login in ["admin".to_owned(), county.admin_of("教育局").await] {
        let mut clerk = county.sign_in(&login).await;
        clerk.get("/import").await.lacks("所在单位");
        let page = upload(&mut clerk, &rows).await;
        page.contains("这次只能导入本单位的人员").contains("导入 1 行").lacks("按单位查看");
    }
    // a row that names the unit itself is fine
    let mut school = county.sign_in(&county.admin_of("云川县第一小学").await).await;
    upload(&mut school, &rows).await.contains("导入 2 行");
    commit(&mut school, 3).await;
    assert_eq!(people(&county).await, "何敏@云川县第一小学/教育局 张三@云川县第一小学/教育局");
}

#[rocket::async_test]
async fn the_bureau_imports_a_whole_county_at_once() {
    let county = county("bureau").await;
    let numbers: Vec<String> = (1..=9).map(id_number).collect();
    let mut admin = county.admin().await;
    admin.get("/import").await.contains("所在单位");
    let rows = [
        row("何敏", &numbers[0], "云川县第一小学", ""),
        row("张三", &numbers[1], "914199990000000011", ""),
        row("李四", &numbers[2], " 云川县 人民医院 ", ""),
        row("王五", &numbers[3], "", ""),
        row("赵六", &numbers[4], "第二小学", ""),
        row("钱七", &numbers[5], "教师发展中心", ""),
        row("孙八", &numbers[6], "云川县第三小学", ""),
        row("周九", &numbers[7], "教育局", ""),
        row("吴十", &numbers[8], "914199990000000024", ""),
    ];
    let page = upload(&mut admin, &rows).await;
    page.contains("您是不是要填“云川县第二小学”").contains("这是继续教育基地").contains("已停用");
    page.contains("没有这个统一社会信用代码的单位").contains("导入 5 行").contains("分到 4 个单位");
    let units = admin.get("/import/1/units").await;
    units.is(200).contains("云川县第一小学").contains("（没有找到的单位）").contains("共 5 条");
    let failing = admin.get("/import/1/failing").await;
    failing.is(200);
    commit(&mut admin, 1).await.contains("分到 4 个单位");
    assert_eq!(
        people(&county).await,
        "何敏@云川县第一小学/教育局 张三@云川县第一小学/教育局 李四@云川县人民医院/- \
         王五@示例县人力资源和社会保障局/- 周九@教育局/教育局"
    );
    assert_eq!(
        county
            .text("select imported || '/' || rows from import_unit where name = '云川县第一小学'")
            .await,
        "2/2"
    );
    // each unit's administrators are told once, and see their people
    let mut school = county.sign_in(&county.admin_of("云川县第一小学").await).await;
    school.get("/accounts/people").await.is(200).contains("何敏").contains("张三").lacks("李四");
    assert_eq!(county.number("select count(*) from message").await, 3);
    assert_eq!(
        county.text("select m.text from message m join account a on a.id = m.account_id join grant g on g.account_id = a.id join organization o on o.id = g.organization_id where o.name = '云川县第一小学'").await,
        "示例县人力资源和社会保障局为本单位导入了 2 人。新导入的人员用身份证号登录，初始密码是身份证号后六位，请告诉本人。"
    );
    // the import stays the bureau's
    school.get("/import/1").await.is(404);
    school.get("/import/1/units").await.is(404);
    // undone, the units are told, too
    admin.post("/import/1/undo", &[("reason", "文件选错了")]).await.is(303);
    for _ in 0..200 {
        if county.number("select count(*) from import where undone_at <> ''").await == 1 {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(people(&county).await, "");
    assert_eq!(
        county.number("select count(*) from message where title = '为本单位的导入已撤销'").await,
        3
    );
}

#[rocket::async_test]
async fn a_department_reaches_its_own_units_where_the_setting_lets_it() {
    let (a, b, c) = (id_number(1), id_number(2), id_number(3));
    let rows = [
        row("何敏", &a, "云川县第一小学", ""),
        row("张三", &b, "云川县人民医院", ""),
        row("李四", &c, "教育局", ""),
    ];
    let county_of_bureau = county("bureau").await;
    let mut office = county_of_bureau.sign_in(&county_of_bureau.admin_of("教育局").await).await;
    upload(&mut office, &rows).await.contains("这次只能导入本单位的人员").contains("导入 1 行");
    let county = county("superiors").await;
    let mut office = county.sign_in(&county.admin_of("教育局").await).await;
    upload(&mut office, &rows).await.contains("不在您的管理范围内").contains("导入 2 行");
    commit(&mut office, 1).await;
    assert_eq!(people(&county).await, "何敏@云川县第一小学/教育局 李四@教育局/教育局");
    // an employer has nothing below it
    let mut school = county.sign_in(&county.admin_of("云川县第二小学").await).await;
    school.get("/import").await.lacks("所在单位");
    upload(&mut school, &rows).await.contains("这次只能导入本单位的人员");
}

#[rocket::async_test]
async fn a_limited_right_reaches_no_unit_below() {
    let county = county("superiors").await;
    let (bureau, office) = (county.bureau().await, county.organization("教育局").await);
    let leaf = |one: &&kit::Grantable| one.leaf.key == "import.people";
    let holds: Vec<kit::Grantable> =
        county.modules().permissions().iter().filter(leaf).copied().collect();
    let county = county
        .with_clerk("own-bureau", bureau, &holds)
        .await
        .with_clerk("own-office", office, &holds)
        .await
        .with_clerk("named", bureau, &holds)
        .await;
    county
        .execute(
            "update grant set scope = case when account_id = (select id from account where login = 'named')
               then 'departments' else 'own' end
              where account_id in (select id from account where login in ('own-bureau', 'own-office', 'named'))",
        )
        .await;
    county
        .execute(
            "insert into grant_department (grant_id, department_id)
             select g.id, o.id from grant g join account a on a.id = g.account_id, organization o
              where a.login = 'named' and o.name = '教育局'",
        )
        .await;
    let number = id_number(1);
    let rows = [row("何敏", &number, "云川县第一小学", "")];
    for login in ["own-bureau", "own-office"] {
        let mut clerk = county.sign_in(login).await;
        clerk.get("/import").await.is(200).lacks("所在单位");
        upload(&mut clerk, &rows).await.contains("这次只能导入本单位的人员");
    }
    county.sign_in("named").await.get("/import").await.is(403);
    // what a colleague's right brought to units below he neither sees nor imports
    let mut admin = county.admin().await;
    upload(&mut admin, &rows).await.contains("导入 1 行");
    let mut clerk = county.sign_in("own-bureau").await;
    clerk.get("/import").await.lacks("/import/3\"");
    clerk.get("/import/records").await.is(200).lacks("/import/records/3\"");
    clerk.get("/import/records/3").await.is(404);
    clerk.get("/import/3/undo").await.is(404);
    admin.get("/import/records").await.is(200).contains("/import/records/3\"");
    for page in ["", "/units", "/confirm", "/failing", "/progress"] {
        clerk.get(&format!("/import/3{page}")).await.is(404);
    }
    clerk.post("/import/3/confirm", &[]).await.is(404);
    clerk.post("/import/3/cancel", &[]).await.is(404);
    commit(&mut admin, 3).await;
    assert_eq!(people(&county).await, "何敏@云川县第一小学/教育局");
}

#[rocket::async_test]
async fn a_setting_withdrawn_since_the_check_stops_the_import() {
    let county = county("bureau").await;
    let mut admin = county.admin().await;
    let number = id_number(1);
    upload(&mut admin, &[row("何敏", &number, "云川县第一小学", "")]).await.contains("导入 1 行");
    county.set("import.below", "none").await;
    admin.post("/import/1/confirm", &[]).await.is(409).contains("不允许为下级单位导入");
    assert_eq!(people(&county).await, "");
    county.set("import.below", "bureau").await;
    // a unit closed since the check is listed, the others go in
    let other = id_number(2);
    let rows =
        [row("何敏", &number, "云川县第一小学", ""), row("张三", &other, "云川县第二小学", "")];
    upload(&mut admin, &rows).await.contains("导入 2 行");
    county
        .execute("update organization set state = 'disabled' where name = '云川县第二小学'")
        .await;
    commit(&mut admin, 2).await.contains("这个单位已停用");
    assert_eq!(people(&county).await, "何敏@云川县第一小学/教育局");
}

#[rocket::async_test]
async fn departments_are_each_units_own() {
    let county = county("bureau").await;
    for name in ["云川县第一小学", "云川县人民医院"] {
        let id = county.organization(name).await;
        let mut tx = county.db().begin().await.unwrap();
        accounts::internal_departments::add(&mut tx, id, "办公室").await.unwrap();
        tx.commit().await.unwrap();
    }
    let numbers: Vec<String> = (1..=4).map(id_number).collect();
    let rows = [
        row("何敏", &numbers[0], "云川县第一小学", "办公室"),
        row("张三", &numbers[1], "云川县人民医院", "办公室"),
        row("李四", &numbers[2], "云川县第二小学", "办公室"),
        row("王五", &numbers[3], "云川县第二小学", "办公室"),
    ];
    let mut admin = county.admin().await;
    let page = upload(&mut admin, &rows).await;
    page.contains("“云川县第二小学”没有这个内设部门").contains("导入 2 行");
    let page = upload_with(&mut admin, &rows, &[("create_departments", "on")]).await;
    page.contains("导入 4 行");
    commit(&mut admin, 2).await;
    assert_eq!(
        county
            .number(
                "select count(*) from person p join internal_department d
                   on d.id = p.internal_department_id and d.organization_id = p.organization_id",
            )
            .await,
        4
    );
    assert_eq!(county.number("select count(*) from internal_department").await, 3);
    let trail = county.trail().await.join("\n");
    assert!(trail.contains("批量导入时为“云川县第二小学”新建内设部门“办公室”"), "{trail}");
}

#[rocket::async_test]
async fn twins_and_known_people_are_looked_for_in_the_rows_own_unit() {
    let (first, second, new) = (id_number(1), id_number(2), id_number(11));
    let county = county("bureau")
        .await
        .with_person("何敏", "云川县第一小学", &first)
        .await
        .with_person("张三", "云川县第二小学", &second)
        .await;
    let mut admin = county.admin().await;
    let rows = [
        row("何敏", &first, "", ""), // is of a unit below, which the row does not name
        row("张三", &second, "云川县第二小学", ""), // known there
        row("何敏", &new, "云川县第一小学", ""), // same name and birth there
    ];
    let page = upload(&mut admin, &rows).await;
    page.contains("已在 云川县第一小学").contains("在“所在单位”填写它");
    assert_eq!(
        county
            .text(
                "select group_concat(verdict) from (select verdict from import_row order by number)"
            )
            .await,
        "error,known,warn"
    );
    admin.get("/import/1?tab=warn").await.contains("“云川县第一小学”已有姓名、出生日期相同的人");
    assert_eq!(
        county
            .text("select known || '/' || rows from import_unit where name = '云川县第二小学'")
            .await,
        "1/1"
    );
}

#[rocket::async_test]
async fn a_number_twice_counts_as_failing_in_both_units() {
    let county = county("bureau").await;
    let number = id_number(1);
    let mut admin = county.admin().await;
    let rows =
        [row("何敏", &number, "云川县第一小学", ""), row("何敏", &number, "云川县第二小学", "")];
    upload(&mut admin, &rows).await.contains("与第 2 行重复").contains("与第 3 行重复");
    assert_eq!(
        county.number("select count(*) from import_unit where rows = 1 and failing = 1").await,
        2
    );
}

#[rocket::async_test]
async fn the_command_goes_by_the_same_setting() {
    let county = county("none").await;
    let (a, b) = (id_number(1), id_number(2));
    let bytes = file(&[row("何敏", &a, "云川县第一小学", ""), row("张三", &b, "", "")]);
    let bureau = command::organization(county.db(), None).await.unwrap();
    let order = command::Order {
        organization: &bureau,
        file_name: "全县.xlsx",
        choice: command::Choice::default(),
        create_departments: false,
        dry: true,
    };
    let run = async |order, bytes| {
        let (db, modules, clock) = (county.db(), county.modules(), &county.clock);
        command::import(db, modules, clock, order, bytes, &Progress::new(0)).await.unwrap()
    };
    let report = run(&order, bytes.clone()).await;
    assert_eq!((report.rows, report.valid), (2, 1));
    county.set("import.below", "bureau").await;
    let report = run(&order, bytes.clone()).await;
    assert_eq!((report.rows, report.valid), (2, 2));
    // a dry run leaves nothing, no message either
    assert_eq!(county.number("select count(*) from import_unit").await, 0);
    assert_eq!(county.number("select count(*) from message").await, 0);
    run(&command::Order { dry: false, ..order }, bytes).await;
    assert!(people(&county).await.starts_with("何敏@云川县第一小学/教育局"));
    assert_eq!(county.number("select count(*) from message").await, 1);
}
