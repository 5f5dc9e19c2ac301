//! Sections 3.1, 3.2, 3.4 and 个人资料: units, their administrators, internal departments.

use crate::support::{Browser, Page, World, id_number};

const CODE: &str = "12419999MB0A000017";

/// A whole form of a new employer; a pair given later overrules.
fn employer<'a>(parent: &'a str, other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "第二中学"),
        ("credit_code", CODE),
        ("parent", parent),
        ("nature", "institution"),
        ("industry", "P"),
        ("area_code", "419999"),
        ("legal_person", "周校长"),
        ("contact", "何老师"),
        ("phone", "0999-6600000"),
        ("address", "城关镇建设路 1 号"),
        ("administrator", "何敏"),
        ("login", "erzhong"),
        ("administrator_phone", "13812345678"),
    ];
    for (name, value) in other {
        fields.retain(|(n, _)| n != name);
        fields.push((name, value));
    }
    fields
}

/// The one-time code that an answer shows.
fn code(page: &Page) -> String {
    let (_, rest) = page.body.split_once("id=\"code\">").unwrap_or_else(|| panic!("{page:?}"));
    rest.split('<').next().unwrap().to_owned()
}

async fn county() -> World {
    World::new()
        .await
        .with_department("教育局")
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("第一中学", "教育局")
        .await
        .with_employer_under("人民医院", "卫健委")
        .await
}

fn whole(code_without_check: &str) -> String {
    let check = kit::credit_code::check_character(code_without_check).unwrap();
    format!("{code_without_check}{check}")
}

#[rocket::async_test]
async fn an_employer_is_recorded_with_its_administrator_whose_code_is_shown_once() {
    let county = county().await;
    let parent = county.organization("教育局").await.to_string();
    let valid = whole("12419999000000005");
    let mut admin = county.admin().await;
    admin.get("/accounts/employers").await.is(200).contains("新增用人单位");
    admin.get("/accounts/employers/new").await.is(200).contains("首位管理员");

    // every field is told what is wrong with it, what was typed stays, nothing is stored
    let wrong = employer(
        &parent,
        &[
            ("name", ""),
            ("credit_code", "123"),
            ("login", "张三丰李四"),
            ("phone", "=cmd|x"),
            ("parent", "99999"),
        ],
    );
    let page = admin.post("/accounts/employers/new", &wrong).await;
    page.is(422).contains("请填写单位名称").contains("应为 18 位").contains("不能有汉字");
    page.contains("上级单位不在可选内容中").contains("周校长").contains("联系电话请填");
    assert_eq!(county.number("select count(*) from organization where name = '第二中学'").await, 0);

    let page =
        admin.post("/accounts/employers/new", &employer(&parent, &[("credit_code", &valid)])).await;
    page.is(200).contains("已新增用人单位“第二中学”").contains("erzhong");
    let code = code(&page);
    assert_eq!(code.len(), 12);
    let id = county.organization("第二中学").await;
    for path in
        ["/accounts/employers".to_owned(), format!("/accounts/employers/{id}"), "/start".to_owned()]
    {
        admin.get(&path).await.is(200).lacks(&code);
    }
    assert!(county.trail().await.iter().all(|text| !text.contains(&code)));
    assert!(county.trail().await.iter().any(|text| text.contains("新增用人单位“第二中学”")));
    let page = admin.get(&format!("/accounts/employers/{id}")).await;
    page.is(200).contains("何敏").contains("待首次登录").contains("教育局").contains(&valid);
    admin.get("/accounts/employers").await.contains("第二中学").contains("何敏");

    // the same name, code and login again
    let page =
        admin.post("/accounts/employers/new", &employer(&parent, &[("credit_code", &valid)])).await;
    page.is(422).contains("已有同名的单位");
    let other = [("name", "第三中学"), ("credit_code", valid.as_str())];
    admin
        .post("/accounts/employers/new", &employer(&parent, &other))
        .await
        .is(422)
        .contains("登记在另一个单位");
    let valid = whole("12419999000000006");
    let other = [("name", "第三中学"), ("credit_code", valid.as_str()), ("login", "ERZHONG")];
    admin
        .post("/accounts/employers/new", &employer(&parent, &other))
        .await
        .is(422)
        .contains("登录账号已被使用");
    assert_eq!(county.number("select count(*) from organization where name = '第三中学'").await, 0);

    // the code opens a session that must set a password, and works once
    let mut new = county.browser();
    let page = new.sign_in("erzhong", &code).await;
    assert_eq!(page.status, 303, "{page:?}");
    new.get("/start").await.redirects_to("/password/first");
    let own = "green-Kettle-on-the-roof";
    new.get("/password/first").await.is(200);
    new.post("/password/first", &[("password", own), ("again", own)]).await.redirects_to("/start");
    county.browser().sign_in("erzhong", &code).await.is(422);
    let mut new = county.browser();
    new.sign_in("erzhong", own).await.redirects_to("/start");
    new.get("/start").await.is(200).contains("第二中学");
}

#[rocket::async_test]
async fn a_department_sees_its_own_employers_only() {
    let county = county().await;
    let (own, other) =
        (county.organization("第一中学").await, county.organization("人民医院").await);
    let mut browser = county.sign_in(&county.admin_of("教育局").await).await;
    let list = browser.get("/accounts/employers").await;
    list.is(200).contains("第一中学").lacks("人民医院");
    browser.get(&format!("/accounts/employers/{own}")).await.is(200);
    let account = county.number("select max(account_id) from grant").await;
    for path in ["", "/edit", "/disable", "/administrators/new"] {
        browser.get(&format!("/accounts/employers/{other}{path}")).await.is(404);
    }
    let (disable, enable) = (
        format!("/accounts/employers/{other}/disable"),
        format!("/accounts/employers/{other}/enable"),
    );
    browser.post(&disable, &[]).await.is(404);
    browser.post(&enable, &[]).await.is(404);
    for id in [own, other] {
        let path = format!("/accounts/employers/{id}/administrators/{account}/reset");
        browser.post(&path, &[("reason", "管理员忘记密码")]).await.is(404);
    }
    // a department is no employer, and departments are the bureau's
    let department = county.organization("教育局").await;
    browser.get(&format!("/accounts/employers/{department}")).await.is(404);
    browser.get("/accounts/departments").await.is(403);
    // nor may it put one under somebody else
    let foreign = county.organization("卫健委").await.to_string();
    let valid = whole("12419999000000005");
    let page = browser
        .post("/accounts/employers/new", &employer(&foreign, &[("credit_code", &valid)]))
        .await;
    page.is(422).contains("上级单位不在可选内容中");
    assert_eq!(
        county.number("select count(*) from organization where state = 'disabled'").await,
        0
    );
}

#[rocket::async_test]
async fn disabling_says_what_happens_and_signs_its_administrators_out() {
    let county = county().await;
    let id = county.organization("第一中学").await;
    let login = county.admin_of("第一中学").await;
    let mut school = county.sign_in(&login).await;
    school.get("/start").await.is(200);
    let mut admin = county.admin().await;
    let path = format!("/accounts/employers/{id}/disable");
    admin.get(&path).await.is(200).contains("立即退出登录").contains("确认停用");
    let page = admin.post(&path, &[]).await;
    page.redirects_to(&format!("/accounts/employers/{id}"));
    admin.follow(&page).await.is(200).contains("已停用“第一中学”").contains("启用");
    let page = school.get("/start").await;
    assert_eq!(page.status, 303, "{page:?}");
    assert_eq!(county.browser().sign_in(&login, crate::support::PASSWORD).await.status, 422);
    admin.post(&path, &[]).await.is(409).contains("已经停用");
    admin.post(&format!("/accounts/employers/{id}/enable"), &[]).await;
    county.sign_in(&login).await.get("/start").await.is(200);
    let trail = county.trail().await;
    assert!(
        trail.iter().any(|text| text.contains("停用用人单位“第一中学”，1 个管理登录退出")),
        "{trail:?}"
    );
}

#[rocket::async_test]
async fn a_new_code_needs_a_reason_and_ends_password_and_sessions() {
    let county = county().await;
    let id = county.organization("第一中学").await;
    let login = county.admin_of("第一中学").await;
    let mut school = county.sign_in(&login).await;
    school.get("/start").await.is(200);
    let account: i64 = sqlx::query_scalar("select id from account where login = ?")
        .bind(&login)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap();
    let mut admin = county.admin().await;
    let path = format!("/accounts/employers/{id}/administrators/{account}/reset");
    admin.get(&path).await.is(200).contains("重置原因");
    admin.post(&path, &[("reason", "忘记")]).await.is(422).contains("至少 5 个字");
    school.get("/start").await.is(200);
    let reason = ("reason", "管理员来电说明忘记密码");
    admin.post(&path, &[reason]).await.is(422).contains("请填写您自己的登录密码");
    admin.post(&path, &[reason, ("password", "wrong-one")]).await.is(422).contains("密码不正确");
    school.get("/start").await.is(200);
    let page = admin.post(&path, &[reason, ("password", crate::support::PASSWORD)]).await;
    page.is(200);
    let code = code(&page);
    assert_eq!(school.get("/start").await.status, 303);
    county.browser().sign_in(&login, crate::support::PASSWORD).await.is(422);
    county.browser().sign_in(&login, &code).await.redirects_to("/password/first");
    assert!(county.trail().await.iter().any(|text| text.contains("原因：管理员来电说明忘记密码")));

    // an administrator of the bureau is not handed over through a unit of his
    let county = county.with_active_person("张三丰", "第一中学", &id_number(2)).await;
    let county = county.with_grant("张三丰", "第一中学").await;
    county
        .execute(
            "insert into grant (account_id, organization_id, created_at)
             select a.id, o.id, '' from account a, organization o
              where a.person_id is not null and o.kind = 'bureau'",
        )
        .await;
    county
        .execute("insert or ignore into grant_role (grant_id, role_id) select id, 1 from grant")
        .await;
    let account = county.number("select id from account where person_id is not null").await;
    let mut department = county.sign_in(&county.admin_of("教育局").await).await;
    department.get("/start").await;
    let path = format!("/accounts/employers/{id}/administrators/{account}/reset");
    department.get(&path).await.is(409);
    let fields = [("reason", "想要他的账号"), ("password", crate::support::PASSWORD)];
    let page = department.post(&path, &fields).await;
    page.is(409).contains("上级单位也有管理权限").lacks("id=\"code\"");
}

#[rocket::async_test]
async fn an_employer_moves_to_another_department_with_its_people() {
    let county = county().await;
    let county = county.with_person("张三丰", "第一中学", &id_number(2)).await;
    let (id, to) = (county.organization("第一中学").await, county.organization("卫健委").await);
    let valid = whole("12419999000000005");
    let mut admin = county.admin().await;
    let path = format!("/accounts/employers/{id}/edit");
    admin.get(&path).await.is(200).contains("第一中学");
    let to_text = to.to_string();
    let fields = employer(&to_text, &[("name", "云川县第一中学"), ("credit_code", &valid)]);
    admin.post(&path, &fields).await.redirects_to(&format!("/accounts/employers/{id}"));
    assert_eq!(county.number("select department_id from person").await, to.0);
    assert_eq!(county.number("select count(*) from person_version").await, 2);
    assert_eq!(
        county.text("select name from organization where kind = 'employer' order by id").await,
        "云川县第一中学"
    );
    let page = admin.post(&path, &fields).await;
    admin.follow(&page).await.contains("内容没有变化");
}

#[rocket::async_test]
async fn what_looks_like_markup_or_a_formula_is_shown_as_text() {
    let county = county().await;
    let parent = county.bureau().await.to_string();
    let valid = whole("12419999000000005");
    let mut admin = county.admin().await;
    admin.get("/accounts/employers/new").await;
    let name = "=HYPERLINK(\"x\")<b>公司</b>";
    let fields = employer(&parent, &[("name", name), ("credit_code", &valid)]);
    admin.post("/accounts/employers/new", &fields).await.is(200).lacks("<b>公司");
    admin.get("/accounts/employers").await.is(200).contains("&lt;b&gt;公司").lacks("<b>公司");
    let id = county.organization(name).await;
    admin.get(&format!("/accounts/employers/{id}")).await.is(200).lacks("<b>公司");
    // in the workbook it stays text, whatever it begins with
    let book = admin.get("/lists/employers/export").await;
    book.is(200);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.xlsx");
    std::fs::write(&file, &book.bytes).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&file).unwrap();
    let sheet = calamine::Reader::worksheets(&mut book).remove(0);
    let formulas = calamine::Reader::worksheet_formula(&mut book, &sheet.0).unwrap();
    assert!(formulas.is_empty());
    let texts: Vec<String> = sheet.1.cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(texts.iter().any(|text| text.contains("HYPERLINK")), "{texts:?}");
}

#[rocket::async_test]
async fn departments_have_the_same_screens() {
    let county = county().await;
    let parent = county.bureau().await.to_string();
    let valid = whole("11419999000000005");
    let mut admin = county.admin().await;
    admin.get("/accounts/departments").await.is(200).contains("教育局").contains("卫健委");
    admin.get("/accounts/departments/new").await.is(200);
    let fields = employer(
        &parent,
        &[("name", "水利局"), ("credit_code", &valid), ("nature", "agency"), ("login", "shuiliju")],
    );
    admin.post("/accounts/departments/new", &fields).await.is(200).contains("已新增主管部门");
    let id = county.organization("水利局").await;
    admin.get(&format!("/accounts/departments/{id}")).await.is(200).contains("下属单位");
    let department: i64 = sqlx::query_scalar("select department_id from organization where id = ?")
        .bind(id)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(department, id.0);
    let school = county.organization("第一中学").await;
    admin.get(&format!("/accounts/departments/{school}")).await.is(404);
}

async fn add(browser: &mut Browser<'_>, name: &str, parent: &str) -> Page {
    let fields = [("name", name), ("parent", parent), ("code", ""), ("head", ""), ("sort", "10")];
    browser.post("/accounts/internal-departments/new", &fields).await
}

#[rocket::async_test]
async fn internal_departments_form_a_tree_of_three_levels() {
    let county = county().await;
    let mut school = county.sign_in(&county.admin_of("第一中学").await).await;
    school.get("/accounts/internal-departments").await.is(200).contains("还没有内设部门");
    add(&mut school, "教务处", "").await.redirects_to("/accounts/internal-departments");
    add(&mut school, "语文组", "1").await.redirects_to("/accounts/internal-departments");
    add(&mut school, "七年级", "2").await.redirects_to("/accounts/internal-departments");
    add(&mut school, "太深了", "3").await.is(422).contains("最多 3 级");
    add(&mut school, "语文组", "1").await.is(422).contains("已有这个名称");
    school.get("/accounts/internal-departments").await.is(200).contains("七年级");
    let fields =
        [("name", "教务处"), ("parent", "3"), ("code", ""), ("head", "何敏"), ("sort", "1")];
    school.post("/accounts/internal-departments/1/edit", &fields).await.is(422);
    let fields =
        [("name", "教务科"), ("parent", ""), ("code", "JW"), ("head", "何敏"), ("sort", "1")];
    school
        .post("/accounts/internal-departments/1/edit", &fields)
        .await
        .redirects_to("/accounts/internal-departments");
    school
        .post("/accounts/internal-departments/1/disable", &[])
        .await
        .is(409)
        .contains("还有启用的部门");
    for id in [3, 2, 1] {
        let path = format!("/accounts/internal-departments/{id}/disable");
        school.post(&path, &[]).await.redirects_to("/accounts/internal-departments");
    }
    school
        .post("/accounts/internal-departments/2/enable", &[])
        .await
        .is(409)
        .contains("先启用上级部门");
    // another unit's is not found
    let mut hospital = county.sign_in(&county.admin_of("人民医院").await).await;
    hospital.get("/accounts/internal-departments").await.is(200).lacks("教务科");
    hospital.get("/accounts/internal-departments/1/edit").await.is(404);
    hospital.post("/accounts/internal-departments/1/enable", &[]).await.is(404);
    add(&mut hospital, "护理部", "1").await.is(422);
}

#[rocket::async_test]
async fn a_person_changes_phone_and_address_at_once_and_sees_his_number_masked() {
    let number = id_number(2);
    let county = county().await.with_active_person("张三丰", "第一中学", &number).await;
    let mut browser = county.sign_in(&number).await;
    let page = browser.get("/accounts/profile").await;
    page.is(200).contains("张三丰").contains("第一中学").contains("教育局").lacks(&number);
    let wrong = [("phone", "123"), ("email", "=1+1")];
    browser
        .post("/accounts/profile", &wrong)
        .await
        .is(422)
        .contains("11 位数字")
        .contains("name@example.com");
    let right = [("phone", "138 1234 5678"), ("email", "zsf@example.com")];
    let page = browser.post("/accounts/profile", &right).await;
    page.redirects_to("/accounts/profile");
    browser.follow(&page).await.contains("已保存联系方式").contains("13812345678");
    assert_eq!(
        county.text("select phone from account where person_id is not null").await,
        "13812345678"
    );
    assert_eq!(county.number("select count(*) from person_version").await, 2);
    assert!(county.trail().await.iter().any(|text| text.contains("本人修改联系方式")));
}

#[rocket::async_test]
async fn the_start_page_counts_accounts_nobody_has_used() {
    let county = county().await.with_person("张三丰", "第一中学", &id_number(2)).await;
    for login in ["admin".to_owned(), county.admin_of("第一中学").await] {
        county.sign_in(&login).await.get("/start").await.is(200).contains("未激活账户");
    }
    let hospital = county.admin_of("人民医院").await;
    county.sign_in(&hospital).await.get("/start").await.is(200).lacks("未激活账户");
}

#[rocket::async_test]
async fn units_are_found_by_part_of_the_name_initials_and_credit_code() {
    let county = World::new().await.with_department("云川县教育局").await;
    let county = county.with_employer_under("云川县第一中学", "云川县教育局").await;
    let county = county.with_employer("云川建设有限公司").await;
    let seventeen = "914199990000000AA";
    let code = format!("{seventeen}{}", kit::credit_code::check_character(seventeen).unwrap());
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("update organization set credit_code = ? where name = '云川建设有限公司'")
        .bind(&code)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    county.execute("update organization set state = 'disabled' where kind = 'department'").await;
    let find = async |query: &str| {
        county.get(&format!("/accounts/find-units?{query}")).await.is(200).body.clone()
    };
    let part = find("offer=people&q=%E7%AC%AC%E4%B8%80").await;
    assert_eq!(
        part, r#"[{"name":"云川县第一中学","note":"用人单位 · 云川县教育局"}]"#,
        "a disabled superior is still named, not offered"
    );
    assert!(find(&format!("offer=people&q={code}")).await.contains("建设有限公司"));
    assert!(find("offer=employers&q=dyzx").await.contains("第一中学"));
    assert!(find("offer=superiors&q=").await.contains("人力资源"));
    assert!(!find("offer=superiors&q=").await.contains("教育局"), "disabled");
    assert_eq!(find("offer=all&q=%22%29%27--").await, "[]");
    county.get("/accounts/find-units?offer=people_all&q=a").await.is(404);
}
