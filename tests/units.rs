//! Sections 3.1–3.4 and 单位资料: where people, units below and open cases go; administrators of
//! the units below; bases and their validity; internal departments.

use accounts::organizations::{self, Plan};
use accounts::people;
use kit::{Action, Grantable, PersonId};

use crate::support::{Browser, CLASS_PAPERS, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// 教育局 with 第一中学 (张三丰, 李四光), 卫健委 with 人民医院.
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
        .with_active_person("张三丰", "第一中学", &id_number(2))
        .await
        .with_active_person("李四光", "第一中学", &id_number(3))
        .await
}

/// Signed in, with the form token of a page seen.
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// The administrator of a unit, seated.
async fn of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    seated(county, &county.admin_of(unit).await).await
}

/// A person submits a declaration of 40 hours with evidence; its id.
async fn declare(county: &World, number: &str, title: &str) -> i64 {
    let mut person = seated(county, number).await;
    let fields = [
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", title),
        ("organizer", "培训中心"),
        ("started_on", "2026-09-14"),
        ("ended_on", "2026-09-18"),
        ("hours", "40"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    person.upload("/credit-hours/declarations", &fields, &CLASS_PAPERS).await.is(303);
    county.number("select max(id) from declaration").await
}

/// One desk approves a declaration.
async fn approve(county: &World, login: &str, declaration: i64) {
    let mut desk = seated(county, login).await;
    let page = desk
        .post(&format!("/desk/declarations/{declaration}/approve"), &[("confirmed", "1")])
        .await;
    page.is(303);
}

/// Where a declaration's case waits, by name.
async fn desk(county: &World, declaration: i64) -> String {
    sqlx::query_scalar(
        "select coalesce(o.name, '') from declaration d join review_case c on c.id = d.case_id
           left join organization o on o.id = c.desk_id where d.id = ?",
    )
    .bind(declaration)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

/// What is kept of totals and head counts agrees with a recount.
async fn totals_agree(county: &World) {
    let mut db = county.db().read().await.unwrap();
    assert_eq!(credit_hours::recount(&mut db, None).await.unwrap(), []);
    let wrong: i64 = sqlx::query_scalar(
        "select count(*) from person_count c
          where c.people <> (select count(*) from person p where p.organization_id = c.organization_id)",
    )
    .fetch_one(&mut *db)
    .await
    .unwrap();
    assert_eq!(wrong, 0);
}

#[rocket::async_test]
async fn people_who_move_take_everything_along_but_where_it_was_earned() {
    let county = county().await;
    let earned = declare(&county, &id_number(2), "已认定的培训").await;
    for login in
        [county.admin_of("第一中学").await, county.admin_of("教育局").await, "admin".to_owned()]
    {
        approve(&county, &login, earned).await;
    }
    let waiting = declare(&county, &id_number(2), "等待单位的培训").await;
    let above = declare(&county, &id_number(3), "等待主管部门的培训").await;
    approve(&county, &county.admin_of("第一中学").await, above).await;
    let last = declare(&county, &id_number(3), "等待人社局的培训").await;
    approve(&county, &county.admin_of("第一中学").await, last).await;
    approve(&county, &county.admin_of("教育局").await, last).await;
    assert_eq!(desk(&county, waiting).await, "第一中学");
    assert_eq!(desk(&county, above).await, "教育局");

    let county = county.with_grant("张三丰", "第一中学").await;
    let hospital = county.organization("人民医院").await;
    let both = [county.person("张三丰").await, county.person("李四光").await];
    let mut tx = county.db().begin().await.unwrap();
    let (modules, clock) = (county.modules(), &county.clock);
    let moved =
        people::move_to(&mut tx, modules, &both, hospital, "transfer:1", clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((moved.people, moved.cases, moved.rights), (2, 2, 1));

    for declaration in [waiting, above] {
        assert_eq!(desk(&county, declaration).await, "人民医院");
    }
    assert_eq!(desk(&county, last).await, "示例县人力资源和社会保障局");
    let health = county.organization("卫健委").await;
    for table in ["person", "declaration", "entry", "review_case", "file_link"] {
        let sql = format!(
            "select count(*) from {table}
              where organization_id <> {hospital} or department_id is not {health}"
        );
        let others: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut *county.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(others, 0, "{table}");
    }
    let school = county.organization("第一中学").await.0;
    assert_eq!(county.number("select distinct earned_organization_id from entry").await, school);
    assert_eq!(
        county.number("select count(*) from person_version where cause = 'transfer:1'").await,
        2
    );
    assert_eq!(
        county.text("select state from grant where id = (select max(id) from grant)").await,
        "removed"
    );
    totals_agree(&county).await;
    // seen by the new side, no longer by the old
    let file = county.number("select max(id) from file").await;
    of(&county, "人民医院").await.get(&format!("/files/{file}")).await.is(200);
    of(&county, "第一中学").await.get(&format!("/files/{file}")).await.is(404);
    // the new unit's department can go on with it
    approve(&county, &county.admin_of("人民医院").await, waiting).await;
    assert_eq!(desk(&county, waiting).await, "卫健委");
}

#[rocket::async_test]
async fn nobody_moves_into_a_disabled_unit_or_where_he_is() {
    let county = county().await;
    let one = [county.person("张三丰").await];
    let (school, hospital) =
        (county.organization("第一中学").await, county.organization("人民医院").await);
    county.execute("update organization set state = 'disabled' where name = '人民医院'").await;
    let mut tx = county.db().begin().await.unwrap();
    for to in [school, hospital] {
        let refused =
            people::move_to(&mut tx, county.modules(), &one, to, "transfer:1", &county.clock).await;
        assert!(matches!(refused, Err(kit::Error::Refused(_))), "{refused:?}");
    }
    let absent = kit::OrganizationId(9999);
    let refused =
        people::move_to(&mut tx, county.modules(), &one, absent, "transfer:1", &county.clock).await;
    assert!(matches!(refused, Err(kit::Error::NotFound)), "{refused:?}");
}

#[rocket::async_test]
async fn a_merge_moves_thousands_and_head_counts_stay() {
    let county = county().await;
    let (school, hospital) =
        (county.organization("第一中学").await, county.organization("人民医院").await);
    let new = (0..3000u32).map(|n| {
        let first = format!(
            "419999{}{:02}{:02}{:03}",
            1960 + n / 1000,
            1 + n / 100 % 10,
            1 + n % 28,
            n % 1000
        );
        let last = kit::id_card::check_character(&first).unwrap();
        people::NewPerson {
            id_card: kit::IdCard::stored(&format!("{first}{last}")).unwrap(),
            organization: school,
            internal_department: None,
            fields: people::Fields::named("某某"),
        }
    });
    let (modules, clock) = (county.modules(), &county.clock);
    let mut tx = county.db().begin().await.unwrap();
    let new: Vec<_> = new.collect();
    let ids: Vec<PersonId> =
        people::create_many(&mut tx, &new, people::Origin::Import, None, clock).await.unwrap();
    let event = kit::Event::PeopleCreated { people: ids };
    modules.deliver(&mut tx, &event, clock).await.unwrap();
    tx.commit().await.unwrap();
    let before = county.number("select sum(people) from unit_year").await;
    assert_eq!(before, 3002);

    let started = std::time::Instant::now();
    let mut tx = county.db().begin().await.unwrap();
    let plan = Plan::merge(hospital, None);
    let done = organizations::dissolve(&mut tx, modules, school, &plan, clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((done.people, done.rights), (3002, 1));
    // measured 0.5 s in a debug build; per person it would take many times that
    assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
    assert_eq!(county.number("select sum(people) from unit_year").await, before);
    assert_eq!(
        county.number("select count(*) from person_version where recorded_to is null").await,
        3002
    );
    totals_agree(&county).await;
    let mut tx = county.db().begin().await.unwrap();
    let again = organizations::dissolve(&mut tx, modules, school, &plan, clock).await;
    assert!(matches!(again, Err(kit::Error::Refused(_))), "{again:?}");
}

#[rocket::async_test]
async fn disabling_asks_where_people_go_and_moves_them() {
    let county = county().await;
    let waiting = declare(&county, &id_number(2), "等待单位的培训").await;
    let school = county.organization("第一中学").await;
    let path = format!("/accounts/employers/{school}/disable");
    let mut admin = seated(&county, "admin").await;
    let page = admin.get(&path).await;
    page.is(200).contains("2 名专业技术人员").contains("1 条事项等待").contains("人员转入单位");

    // what is wrong with the target is told by its field, and nothing changes
    for (to, said) in [
        ("", "请填写人员转入单位"),
        ("第一中学", "不能是这个单位自己"),
        ("不存在的单位", "没有找到"),
    ] {
        let page = admin.post(&path, &[("people", "move"), ("people_to", to)]).await;
        page.is(422).contains(said);
    }
    admin.post(&path, &[("people", "sell")]).await.is(422);
    assert_eq!(
        county.text("select state from organization where name = '第一中学'").await,
        "active"
    );

    let page = admin.post(&path, &[("people", "move"), ("people_to", "人民医院")]).await;
    page.redirects_to(&format!("/accounts/employers/{school}"));
    admin.follow(&page).await.is(200).contains("2 名专业技术人员已转入新单位").contains("停用");
    assert_eq!(desk(&county, waiting).await, "人民医院");
    assert_eq!(
        county.number("select count(*) from person p join organization o on o.id = p.organization_id where o.name = '人民医院'").await,
        2
    );
    totals_agree(&county).await;
    // its administrator keeps his right for the day it is enabled again
    admin.post(&format!("/accounts/employers/{school}/enable"), &[]).await.is(303);
    county.sign_in(&county.admin_of("第一中学").await).await;
    assert!(county.trail().await.iter().any(|text| text.contains("2 人转入其他单位")));
}

#[rocket::async_test]
async fn people_may_stay_and_open_cases_go_up() {
    let county = county().await;
    let waiting = declare(&county, &id_number(2), "等待单位的培训").await;
    let school = county.organization("第一中学").await;
    let mut admin = seated(&county, "admin").await;
    let path = format!("/accounts/employers/{school}/disable");
    // a unit typed but not asked for moves nobody
    let page = admin.post(&path, &[("people", "stay"), ("people_to", "人民医院")]).await;
    admin.follow(&page).await.is(200).contains("1 条待办已移交");
    assert_eq!(desk(&county, waiting).await, "教育局");
    assert_eq!(county.number("select count(distinct organization_id) from person").await, 1);
    // his account and records are his
    seated(&county, &id_number(2)).await.get("/credit-hours/mine").await.is(200);
}

#[rocket::async_test]
async fn a_departments_units_need_another_superior_and_take_their_cases_along() {
    let county = county().await;
    let waiting = declare(&county, &id_number(2), "等待主管部门的培训").await;
    approve(&county, &county.admin_of("第一中学").await, waiting).await;
    assert_eq!(desk(&county, waiting).await, "教育局");
    let department = county.organization("教育局").await;
    let mut admin = seated(&county, "admin").await;
    let path = format!("/accounts/departments/{department}/disable");
    admin
        .get(&path)
        .await
        .is(200)
        .contains("1 个用人单位或继续教育基地")
        .contains("下属单位的新上级");
    admin.post(&path, &[]).await.is(422).contains("请填写新的上级单位");
    admin.post(&path, &[("below_to", "人民医院")]).await.is(422);
    let page = admin.post(&path, &[("below_to", "卫健委")]).await;
    admin.follow(&page).await.is(200).contains("1 个下属单位已改由新的上级单位管理");
    let health = county.organization("卫健委").await.0;
    for sql in [
        "select department_id from organization where name = '第一中学'",
        "select distinct department_id from person",
        "select department_id from declaration",
        "select department_id from review_case",
    ] {
        assert_eq!(county.number(sql).await, health, "{sql}");
    }
    assert_eq!(desk(&county, waiting).await, "卫健委");
    totals_agree(&county).await;
    of(&county, "卫健委").await.get("/accounts/employers").await.is(200).contains("第一中学");
}

#[rocket::async_test]
async fn a_merge_moves_people_units_and_cases_and_ends_the_rights() {
    let county = county().await;
    let waiting = declare(&county, &id_number(2), "等待单位的培训").await;
    let (school, hospital) =
        (county.organization("第一中学").await, county.organization("人民医院").await);
    let mut admin = seated(&county, "admin").await;
    let path = format!("/accounts/employers/{school}/merge");
    admin.get(&path).await.is(200).contains("合并到的单位").contains("2 名专业技术人员");
    admin.post(&path, &[]).await.is(422).contains("请填写合并到的单位");
    admin.post(&path, &[("into", "第一中学")]).await.is(422).contains("不能是这个单位自己");
    let page = admin.post(&path, &[("into", "人民医院")]).await;
    admin.follow(&page).await.is(200).contains("并入“人民医院”");
    assert_eq!(desk(&county, waiting).await, "人民医院");
    assert_eq!(county.number("select count(distinct organization_id) from person").await, 1);
    let cause: String = sqlx::query_scalar(
        "select cause from organization_version where organization_id = ? and recorded_to is null",
    )
    .bind(school)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap();
    assert_eq!(cause, format!("merge:{hospital}"));
    // its administrator is out, and nobody enables it again by a click
    let login = county.admin_of("第一中学").await;
    county.browser().sign_in(&login, crate::support::PASSWORD).await.is(422);
    let page = admin.post(&format!("/accounts/employers/{school}/enable"), &[]).await;
    page.is(409).contains("已并入“人民医院”").lacks("刷新后再看");
    assert_eq!(
        county.text("select state from organization where name = '第一中学'").await,
        "disabled"
    );
    let page = admin.get(&format!("/accounts/employers/{school}")).await;
    page.is(200).contains("单位已合并").lacks(&format!("{school}/enable"));
    page.contains(&format!("已并入“<a href=\"/accounts/employers/{hospital}\">人民医院</a>”"));
    totals_agree(&county).await;

    // a department with a unit below it cannot be merged into an employer unless that has a superior
    let department = county.organization("教育局").await;
    let path = format!("/accounts/departments/{department}/merge");
    let page = admin.post(&path, &[("into", "人民医院")]).await;
    page.is(422).contains("只能是人社局或主管部门").contains("value=\"人民医院\"");
    let page = admin.post(&path, &[("into", "卫健委")]).await;
    assert_eq!(page.status, 303, "{page:?}");
    assert_eq!(
        county.number("select count(*) from organization where parent_id in (select id from organization where name = '教育局')").await,
        0
    );
}

#[rocket::async_test]
async fn of_two_clerks_one_disables_and_the_other_is_told() {
    let county = county().await;
    let school = county.organization("第一中学").await;
    let path = format!("/accounts/employers/{school}/disable");
    let mut one = seated(&county, "admin").await;
    let mut two = of(&county, "教育局").await;
    let (first, second) = rocket::futures::future::join(
        one.post(&path, &[("people", "stay")]),
        two.post(&path, &[("people", "stay")]),
    )
    .await;
    let mut answers = [first.status, second.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(
        county.number("select count(*) from organization_version where cause = 'disable'").await,
        1
    );
}

#[rocket::async_test]
async fn a_department_sends_nobody_out_of_its_reach() {
    let county = county().await.with_employer_under("第二中学", "教育局").await;
    let school = county.organization("第一中学").await;
    let hospital = county.organization("人民医院").await;
    let mut department = of(&county, "教育局").await;
    for (act, fields) in [
        ("disable", [("people", "move"), ("people_to", "人民医院")]),
        ("merge", [("people", "move"), ("into", "人民医院")]),
    ] {
        let path = format!("/accounts/employers/{school}/{act}");
        department.post(&path, &fields).await.is(422).contains("不在您的管理范围内");
        let path = format!("/accounts/employers/{hospital}/{act}");
        department.get(&path).await.is(404);
        department.post(&path, &fields).await.is(404);
    }
    let path = format!("/accounts/employers/{school}/merge");
    department.post(&path, &[("into", "第二中学")]).await.is(303);
    assert_eq!(
        county.number("select count(*) from organization where state = 'disabled'").await,
        1
    );
}

async fn account_of(county: &World, login: &str) -> i64 {
    sqlx::query_scalar("select id from account where login = ?")
        .bind(login)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap()
}

#[rocket::async_test]
async fn an_administrators_right_is_removed_with_a_reason_and_restored() {
    let county = county().await;
    let waiting = declare(&county, &id_number(2), "等待单位的培训").await;
    let school = county.organization("第一中学").await;
    let login = county.admin_of("第一中学").await;
    let mut clerk = seated(&county, &login).await;
    let account = account_of(&county, &login).await;
    let mut admin = seated(&county, "admin").await;
    let base = format!("/accounts/employers/{school}/administrators/{account}");
    let page = admin.get(&format!("{base}/remove")).await;
    page.is(200).contains("将没有可用的管理员").contains("由上级审核").contains("1 条事项");
    let path = format!("{base}/remove");
    admin.post(&path, &[("reason", "走了")]).await.is(422).contains("至少 5 个字");
    let long = "长".repeat(201);
    admin.post(&path, &[("reason", &long)]).await.is(422).contains("最多 200");
    clerk.get("/start").await.is(200);

    let page = admin.post(&path, &[("reason", "已调离管理岗位，单位来函")]).await;
    page.redirects_to(&format!("/accounts/employers/{school}"));
    let page = admin.follow(&page).await;
    page.is(200).contains("已移除").contains("1 条待办无人审核，已移交上级").contains("单位来函");
    assert_eq!(clerk.get("/start").await.status, 303);
    county.browser().sign_in(&login, crate::support::PASSWORD).await.is(422);
    assert_eq!(desk(&county, waiting).await, "教育局");
    assert_eq!(
        county.text("select state from organization where name = '第一中学'").await,
        "active"
    );
    admin.post(&path, &[("reason", "已调离管理岗位，单位来函")]).await.is(404);

    let path = format!("{base}/restore");
    let page = admin.post(&path, &[]).await;
    admin.follow(&page).await.is(200).contains("已恢复");
    county.sign_in(&login).await.get("/start").await.is(200);
    admin.post(&path, &[]).await.is(409).contains("没有被移除");
    let trail = county.trail().await;
    assert!(
        trail.iter().any(|t| t.contains("管理员权限，原因：已调离管理岗位，单位来函")),
        "{trail:?}"
    );
    // another department does neither
    let mut other = of(&county, "卫健委").await;
    other.get(&format!("{base}/remove")).await.is(404);
    other.post(&format!("{base}/remove"), &[("reason", "已调离管理岗位")]).await.is(404);
    other.post(&format!("{base}/restore"), &[]).await.is(404);
}

#[rocket::async_test]
async fn a_professional_who_loses_his_right_keeps_his_personal_side() {
    let county = county().await.with_grant("张三丰", "第一中学").await;
    let school = county.organization("第一中学").await;
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/accounts/internal-departments").await.is(200);
    let account = county.number("select id from account where name = '张三丰'").await;
    let mut department = of(&county, "教育局").await;
    let path = format!("/accounts/employers/{school}/administrators/{account}/remove");
    department.get(&path).await.is(200).contains("个人页面照常使用").lacks("将没有可用的管理员");
    department.post(&path, &[("reason", "岗位调整，不再管理")]).await.is(303);
    person.get("/accounts/internal-departments").await.is(303);
    let mut again = seated(&county, &id_number(2)).await;
    again.get("/accounts/profile").await.is(200);
    again.get("/accounts/internal-departments").await.is(403);
    // once he has left the unit he is not restored
    let hospital = county.organization("人民医院").await;
    county.execute("update grant set state = 'active' where account_id in (select id from account where name = '张三丰')").await;
    let mut tx = county.db().begin().await.unwrap();
    let one = [county.person("张三丰").await];
    people::move_to(&mut tx, county.modules(), &one, hospital, "transfer:1", &county.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let path = format!("/accounts/employers/{school}/administrators/{account}/restore");
    department.post(&path, &[]).await.is(409).contains("已调离");
}

#[rocket::async_test]
async fn one_of_the_units_people_is_appointed() {
    let county = county().await.with_person("王五常", "第一中学", &id_number(4)).await;
    let county = county.with_active_person("赵六甲", "人民医院", &id_number(5)).await;
    let school = county.organization("第一中学").await;
    let mut department = of(&county, "教育局").await;
    let path = format!("/accounts/employers/{school}/administrators/appoint");
    department.get(&path).await.is(200).contains("从本单位人员中指定");
    department.post(&path, &[("q", "")]).await.is(422);
    department.post(&path, &[("q", "赵六")]).await.is(200).contains("没有符合的在职人员");
    let number = id_number(2);
    let page = department.post(&path, &[("q", &number)]).await;
    page.is(200).contains("张三丰").lacks(&format!(">{number}<"));
    department.post(&path, &[("q", "zsf")]).await.is(200).contains("张三丰");
    department.post(&path, &[("q", "王五")]).await.is(200).contains("未激活，不能指定");
    let initial = county.person("王五常").await.to_string();
    let refused = department.post(&path, &[("q", "王五"), ("person", &initial)]).await;
    refused.is(409).contains("没有首次登录");
    let other = county.person("赵六甲").await.to_string();
    department.post(&path, &[("q", "张三"), ("person", &other)]).await.is(404);

    let chosen = county.person("张三丰").await.to_string();
    let page = department.post(&path, &[("q", "张三"), ("person", &chosen)]).await;
    page.redirects_to(&format!("/accounts/employers/{school}"));
    department.follow(&page).await.is(200).contains("已指定张三丰");
    seated(&county, &id_number(2)).await.get("/accounts/internal-departments").await.is(200);
    department.post(&path, &[("q", "张三")]).await.is(200).contains("已是管理员");
    assert!(county.trail().await.iter().any(|text| text == "指定张三丰为“第一中学”的管理员"));
}

/// A whole form of a new base; a pair given later overrules.
fn base<'a>(parent: &'a str, other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "县继续教育培训中心"),
        ("parent", parent),
        ("nature", "institution"),
        ("industry", "P"),
        ("area_code", "419999"),
        ("contact", "何老师"),
        ("phone", "0999-6600000"),
        ("address", "城关镇建设路 1 号"),
        ("host", "县教师进修学校"),
        ("level", "county"),
        ("recognized_by", "县人社局"),
        ("document_number", "云人社〔2022〕18 号"),
        ("recognized_on", "2022-01-10"),
        ("valid_until", "2027-01-10"),
        ("head", "吴校长"),
        ("administrator", "何敏"),
        ("login", "peixun"),
        ("administrator_phone", ""),
    ];
    for (name, value) in other {
        fields.retain(|(n, _)| n != name);
        fields.push((name, value));
    }
    fields
}

fn whole(code_without_check: &str) -> String {
    let check = kit::credit_code::check_character(code_without_check).unwrap();
    format!("{code_without_check}{check}")
}

/// 县继续教育培训中心 under 教育局, valid until 10 January 2027, as the department records it.
async fn with_training_base(county: World) -> World {
    let parent = county.organization("教育局").await.to_string();
    let code = whole("12419999000000031");
    let mut department = of(&county, "教育局").await;
    let fields =
        base(&parent, &[("credit_code", &code), ("categories", "public"), ("fields", "22")]);
    department.post("/accounts/bases/new", &fields).await.is(200).contains("已新增继续教育基地");
    drop(department);
    county
}

#[rocket::async_test]
async fn a_base_is_recorded_with_level_fields_and_validity() {
    let county = county().await;
    let parent = county.organization("教育局").await.to_string();
    let code = whole("12419999000000031");
    let mut department = of(&county, "教育局").await;
    department.get("/accounts/bases").await.is(200).contains("还没有继续教育基地");
    department.get("/accounts/bases/new").await.is(200).contains("有效期至").contains("培训领域");
    let wrong = base(
        &parent,
        &[
            ("credit_code", &code),
            ("level", "galactic"),
            ("valid_until", "2020-01-01"),
            ("head", ""),
        ],
    );
    let page = department.post("/accounts/bases/new", &wrong).await;
    page.is(422).contains("级别不在可选内容中").contains("早于认定日期").contains("请填写负责人");
    page.contains("至少勾选一个培训领域")
        .contains("至少勾选一个科目")
        .contains("云人社〔2022〕18 号");
    assert_eq!(county.number("select count(*) from organization where kind = 'base'").await, 0);

    let county = with_training_base(county).await;
    let id = county.organization("县继续教育培训中心").await;
    let mut admin = seated(&county, "admin").await;
    let list = admin.get("/accounts/bases").await;
    list.is(200).contains("县继续教育培训中心").contains("县级").contains("2027-01-10");
    list.contains("60 天内到期（1）").contains("吴校长").contains("公需");
    let page = admin.get(&format!("/accounts/bases/{id}")).await;
    page.is(200).contains("还有 48 天").contains("云人社〔2022〕18 号").contains("县教师进修学校");
    // 卫健委 has nothing to do with it
    let mut other = of(&county, "卫健委").await;
    other.get("/accounts/bases").await.is(200).lacks("县继续教育培训中心");
    for path in ["", "/edit", "/disable", "/merge", "/administrators/appoint"] {
        other.get(&format!("/accounts/bases/{id}{path}")).await.is(404);
    }
    // prolonged: nothing is due any more
    let mut department = of(&county, "教育局").await;
    let fields = base(
        &parent,
        &[
            ("credit_code", &code),
            ("categories", "public"),
            ("fields", "22"),
            ("valid_until", "2032-01-10"),
            ("level", "city"),
        ],
    );
    let page = department.post(&format!("/accounts/bases/{id}/edit"), &fields).await;
    department.follow(&page).await.is(200).contains("市级").lacks("还有").contains("2032-01-10");
    department.get("/accounts/bases").await.contains("60 天内到期（0）");
    let book = department.get("/accounts/bases/export").await;
    book.is(200);
    assert!(book.header("content-disposition").unwrap().starts_with("attachment"));
}

#[rocket::async_test]
async fn a_base_is_reminded_once_sixty_days_before_its_end() {
    let county = with_training_base(county().await).await;
    county.execute("update account set password_hash = (select password_hash from account where login = 'admin'), code_hash = null, must_change = 0 where login = 'peixun'").await;
    let remind = async || {
        let mut tx = county.db().begin().await.unwrap();
        let count = accounts::bases::remind(&mut tx, &county.clock).await.unwrap();
        tx.commit().await.unwrap();
        count
    };
    county.set("accounts.base-reminder", "47").await;
    assert_eq!(remind().await, 0, "48 days are left");
    county.set("accounts.base-reminder", "60").await;
    assert_eq!(remind().await, 1);
    assert_eq!(remind().await, 0, "once");
    assert_eq!(
        county.number("select count(*) from message m join account a on a.id = m.account_id where a.login = 'peixun'").await,
        1
    );
    for login in ["admin".to_owned(), county.admin_of("教育局").await] {
        let page = seated(&county, &login).await.get("/start").await;
        page.is(200).contains("即将到期的基地").contains("/accounts/bases?tab=ending");
    }
    of(&county, "卫健委").await.get("/start").await.lacks("即将到期的基地");
    let mut own = seated(&county, "peixun").await;
    own.get("/start").await.is(200).contains("还有 48 天").contains("请联系教育局");
    own.get("/messages").await.is(200).contains("2027-01-10");
    // a later end is another reminder
    county.execute("update base_profile set valid_until = '2027-01-15'").await;
    assert_eq!(remind().await, 1);
}

#[rocket::async_test]
async fn a_disabled_or_expired_base_may_not_train() {
    let county = with_training_base(county().await).await;
    let id = county.organization("县继续教育培训中心").await;
    let may = async |day: &str| {
        let mut db = county.db().read().await.unwrap();
        organizations::may_train(&mut db, id, day).await.unwrap()
    };
    assert!(may("2026-11-23").await && may("2027-01-10").await);
    assert!(!may("2027-01-11").await);
    let mut admin = seated(&county, "admin").await;
    let list = admin.get("/accounts/bases").await;
    list.is(200).contains(">启用</span>").contains("已过期（0）");
    county.clock.advance(time::Duration::days(60));
    let mut later = seated(&county, "admin").await;
    let list = later.get("/accounts/bases").await;
    list.is(200).lacks(">启用</span>").contains(">已过期</span>").contains("已过期（1）");
    of(&county, "卫健委").await.get("/accounts/bases").await.contains("已过期（0）");
    later.get("/accounts/bases?tab=expired").await.is(200).contains("县继续教育培训中心");
    later.get("/accounts/bases?tab=ending").await.is(200).lacks("县继续教育培训中心");
    later.get(&format!("/accounts/bases/{id}")).await.contains("已于 2027-01-10 结束");
    let _ = admin.get("/start").await;
    later.post(&format!("/accounts/bases/{id}/disable"), &[("people", "stay")]).await.is(303);
    assert!(!may("2026-11-23").await);
}

#[rocket::async_test]
async fn employers_of_the_bureau_and_of_departments_are_told_apart() {
    let county = county().await.with_employer("直属公司").await;
    let mut admin = seated(&county, "admin").await;
    let all = admin.get("/accounts/employers").await;
    all.is(200).contains("直属公司").contains("第一中学").contains("本局直属");
    let direct = admin.get("/accounts/employers?tab=direct").await;
    direct.is(200).contains("直属公司").lacks("第一中学");
    let below = admin.get("/accounts/employers?tab=departments").await;
    below.is(200).contains("第一中学").contains("人民医院").lacks("直属公司");
    let department = county.organization("教育局").await;
    let page = admin.get(&format!("/accounts/employers?superior={department}")).await;
    page.is(200).contains("第一中学").lacks("人民医院");
    // a tab is exported as it is shown
    use calamine::Reader;
    let book = admin.get("/accounts/employers/export?tab=direct").await;
    book.is(200);
    let mut book: calamine::Xlsx<_> =
        calamine::Xlsx::new(std::io::Cursor::new(book.bytes.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let names: Vec<String> = range.rows().skip(3).map(|row| row[0].to_string()).collect();
    assert_eq!(names, ["直属公司"]);
    // a department has one kind only
    of(&county, "教育局").await.get("/accounts/employers").await.lacks("本局直属");
    let page = admin.get(&format!("/accounts/departments/{department}")).await;
    page.is(200).contains(&format!("/accounts/employers?superior={department}")).contains("1 个");
}

#[rocket::async_test]
async fn attachments_are_seen_by_the_superior_and_the_unit_itself() {
    let county = county().await;
    let school = county.organization("第一中学").await;
    let mut department = of(&county, "教育局").await;
    let path = format!("/accounts/employers/{school}/files");
    let page =
        department.upload(&path, &[("kind", "licence")], &[("file", "法人证.pdf", PDF)]).await;
    page.is(303);
    department.follow(&page).await.is(200).contains("法人证.pdf").contains("营业执照或法人证");
    let page = department.upload(&path, &[("kind", "licence")], &[("file", "x.pdf", b"MZ")]).await;
    department.follow(&page).await.is(200).contains("没有上传").lacks("x.pdf</a>");
    department.upload(&path, &[("kind", "gift")], &[("file", "x.pdf", PDF)]).await.is(303);
    let file = county.number("select file_id from organization_file").await;
    department.get(&format!("/accounts/employers/{school}/files/{file}")).await.is(200);
    department.get(&format!("/files/{file}")).await.is(200);
    let mut own = of(&county, "第一中学").await;
    own.get("/accounts/unit").await.is(200).contains("法人证.pdf");
    own.get(&format!("/accounts/unit/files/{file}")).await.is(200);
    let mut other = of(&county, "卫健委").await;
    other.get(&format!("/accounts/employers/{school}/files/{file}")).await.is(404);
    other.get(&format!("/accounts/unit/files/{file}")).await.is(404);
    other.get(&format!("/files/{file}")).await.is(404);
    let hospital = county.organization("人民医院").await;
    other.get(&format!("/accounts/employers/{hospital}/files/{file}")).await.is(404);
}

#[rocket::async_test]
async fn a_unit_changes_at_once_how_it_is_reached_and_nothing_else() {
    let county = with_training_base(county().await).await;
    let mut school = of(&county, "第一中学").await;
    let page = school.get("/accounts/unit").await;
    page.is(200).contains("第一中学").contains("由教育局审核修改").contains("申请修改");
    school.get("/start").await.contains("/accounts/unit");
    let wrong = [("contact", ""), ("phone", "12"), ("address", "x"), ("postcode", "45")];
    let page = school.post("/accounts/unit", &wrong).await;
    page.is(422)
        .contains("请填写联系人")
        .contains("联系电话请填")
        .contains("至少 2")
        .contains("6 位数字");
    let right = [
        ("contact", "何老师"),
        ("phone", "0999-6612345"),
        ("address", "城关镇建设路 2 号"),
        ("postcode", "450000"),
        ("name", "最牛中学"),
        ("legal_person", "我"),
        ("parent", "1"),
    ];
    let page = school.post("/accounts/unit", &right).await;
    school.follow(&page).await.is(200).contains("已保存联系方式").contains("0999-6612345");
    assert_eq!(county.number("select count(*) from organization where name = '最牛中学'").await, 0);
    assert_eq!(
        county.number("select count(*) from organization_profile where legal_person = '我'").await,
        0
    );
    assert_eq!(
        county.number("select count(*) from organization_version where cause = 'self'").await,
        1
    );
    let page = school.post("/accounts/unit", &right).await;
    school.follow(&page).await.contains("内容没有变化");
    // the superior sees it; the bureau has its settings instead
    let id = county.organization("第一中学").await;
    of(&county, "教育局")
        .await
        .get(&format!("/accounts/employers/{id}"))
        .await
        .contains("0999-6612345");
    let mut admin = seated(&county, "admin").await;
    admin.get("/accounts/unit").await.is(403);
    admin.get("/start").await.lacks("href=\"/accounts/unit\"");
}

async fn add(browser: &mut Browser<'_>, name: &str, parent: &str) {
    let fields = [("name", name), ("parent", parent), ("code", ""), ("head", ""), ("sort", "10")];
    browser.post("/accounts/internal-departments/new", &fields).await.is(303);
}

#[rocket::async_test]
async fn an_internal_department_with_people_is_merged_not_deleted() {
    let county = county().await;
    let mut school = of(&county, "第一中学").await;
    for (name, parent) in
        [("教务处", ""), ("语文组", "1"), ("教研室", ""), ("数学组", "3"), ("七年级", "2")]
    {
        add(&mut school, name, parent).await;
    }
    county.execute("update person set internal_department_id = 2").await;
    let page = school.get("/accounts/internal-departments").await;
    page.is(200).contains("/accounts/people?place=2").contains("合并到…");
    school.get("/accounts/internal-departments/new").await.is(200).contains("张三丰");
    for id in [1, 2] {
        let path = format!("/accounts/internal-departments/{id}/delete");
        school.post(&path, &[]).await.is(409).contains("合并到");
    }
    // neither into itself, nor below itself, nor where the levels do not fit
    for (id, into) in [("2", "2"), ("1", "5"), ("1", "4"), ("2", "99"), ("2", "")] {
        let path = format!("/accounts/internal-departments/{id}/merge");
        school.post(&path, &[("into", into)]).await.is(422).contains("请选择合并到的部门");
    }
    school
        .get("/accounts/internal-departments/2/merge")
        .await
        .is(200)
        .contains("2 人，1 个下级部门");
    let page = school.post("/accounts/internal-departments/2/merge", &[("into", "4")]).await;
    school.follow(&page).await.is(200).contains("转入 2 人").contains("七年级");
    assert_eq!(
        county.number("select count(*) from person where internal_department_id = 4").await,
        2
    );
    assert_eq!(county.number("select parent_id from internal_department where id = 5").await, 4);
    assert_eq!(
        county.number("select count(*) from person_version where cause = 'internal-merge:2' and recorded_to is null").await,
        2
    );
    // an empty one goes, and its name is free again
    school.post("/accounts/internal-departments/1/delete", &[]).await.is(303);
    school.get("/accounts/internal-departments").await.contains("已删除内设部门“教务处”");
    school.get("/accounts/internal-departments").await.lacks("教务处");
    add(&mut school, "教务处", "").await;
    school.post("/accounts/internal-departments/1/delete", &[]).await.is(404);
    school.post("/accounts/internal-departments/1/enable", &[]).await.is(404);
    // the tree as a workbook
    use calamine::Reader;
    let book = school.get("/accounts/internal-departments/export").await;
    book.is(200);
    let mut book: calamine::Xlsx<_> =
        calamine::Xlsx::new(std::io::Cursor::new(book.bytes.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let names: Vec<String> = range.rows().skip(3).map(|row| row[0].to_string()).collect();
    assert_eq!(names, ["教研室", "数学组", "七年级", "教务处"]);
    // another unit's is not there
    let mut hospital = of(&county, "人民医院").await;
    for act in ["delete", "merge"] {
        let path = format!("/accounts/internal-departments/3/{act}");
        hospital.post(&path, &[("into", "4")]).await.is(404);
    }
    hospital.get("/accounts/internal-departments/3/merge").await.is(404);
}

#[rocket::async_test]
async fn a_registration_that_waits_for_a_merged_unit_goes_along() {
    let county = county().await;
    let number = id_number(7);
    let fields = [
        ("unit", "第一中学"),
        ("number", number.as_str()),
        ("person_name", "钱来也"),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("password", "Walnut-41-umbrella"),
        ("again", "Walnut-41-umbrella"),
        ("accepted", "on"),
    ];
    let mut stranger = county.browser();
    stranger.get("/accounts/registration/person").await.is(200);
    stranger.upload("/accounts/registration/person", &fields, &[]).await.is(200);
    let school = county.organization("第一中学").await;
    let mut admin = seated(&county, "admin").await;
    let path = format!("/accounts/employers/{school}/merge");
    admin.post(&path, &[("into", "人民医院")]).await.is(303);
    let row = county.number("select max(id) from registration").await;
    let mut hospital = of(&county, "人民医院").await;
    hospital.get("/desk/person-registrations").await.is(200).contains("钱来也");
    hospital.get(&format!("/desk/person-registrations/{row}")).await.is(200).contains("人民医院");
    let path = format!("/desk/person-registrations/{row}/approve");
    hospital.post(&path, &[("confirmed", "1")]).await.is(303);
    assert_eq!(
        county.text("select o.name from person p join organization o on o.id = p.organization_id where p.name = '钱来也'").await,
        "人民医院"
    );
}

#[rocket::async_test]
async fn the_detail_tells_how_a_registered_unit_was_reviewed() {
    let county = county().await;
    let code = whole("12419999000000041");
    let fields = [
        ("superior", "教育局"),
        ("name", "第三中学"),
        ("credit_code", code.as_str()),
        ("nature", "institution"),
        ("industry", "P"),
        ("area_code", "419999"),
        ("contact", "孙联系"),
        ("phone", "0371-6600000"),
        ("address", "示例路 1 号"),
        ("administrator", "钱管理"),
        ("login", "sanzhong"),
        ("password", "Walnut-41-umbrella"),
        ("again", "Walnut-41-umbrella"),
        ("accepted", "on"),
    ];
    let mut stranger = county.browser();
    stranger.get("/accounts/registration/employer").await.is(200);
    let files: [(&str, &str, &[u8]); 1] = [("licence", "法人证.pdf", PDF)];
    stranger.upload("/accounts/registration/employer", &fields, &files).await.is(200);
    let row = county.number("select max(id) from registration").await;
    let mut department = of(&county, "教育局").await;
    let path = format!("/desk/employer-registrations/{row}/approve");
    department.post(&path, &[("confirmed", "1")]).await.is(303);
    let id = county.organization("第三中学").await;
    let page = department.get(&format!("/accounts/employers/{id}")).await;
    page.is(200).contains("注册审核经过").contains("审核通过").contains("法人证.pdf");
    page.contains("注册通过").contains("sanzhong");
    let file = county.number("select max(file_id) from organization_file").await;
    department.get(&format!("/accounts/employers/{id}/files/{file}")).await.is(200);
}

#[rocket::async_test]
async fn a_clerk_of_some_departments_adds_no_department() {
    let county = county().await;
    let held = county.modules().permissions().into_iter();
    let holds: Vec<Grantable> = held
        .filter(|one| ["accounts.departments", "accounts.employers"].contains(&one.leaf.key))
        .filter(|one| matches!(one.action, Action::View | Action::Edit))
        .collect();
    assert_eq!(holds.len(), 4);
    let bureau = county.bureau().await;
    let county = county.with_clerk("jiaoyu", bureau, &holds).await;
    let parent = bureau.to_string();
    let code = whole("11419999000000071");
    let fields = base(&parent, &[("name", "水利局"), ("credit_code", &code), ("login", "shuili")]);
    let path = "/accounts/departments/new";
    seated(&county, "jiaoyu").await.get(path).await.is(200).contains("上级单位");
    for scope in ["departments", "own"] {
        let set = match scope {
            "own" => {
                "update grant set scope = 'own' where account_id = (select id from account where login = 'jiaoyu')"
            }
            _ => {
                "update grant set scope = 'departments' where account_id = (select id from account where login = 'jiaoyu')"
            }
        };
        county.execute(set).await;
        county.execute("insert or ignore into grant_department (grant_id, department_id) select g.id, o.id from grant g join account a on a.id = g.account_id, organization o where a.login = 'jiaoyu' and o.name = '教育局'").await;
        let mut clerk = seated(&county, "jiaoyu").await;
        clerk.get("/accounts/departments").await.is(200).lacks("新增主管部门");
        clerk.get(path).await.is(403);
        clerk.post(path, &fields).await.is(403).contains("不能新增主管部门");
        // his department's units he adds
        let page = clerk.get("/accounts/employers/new").await;
        assert_eq!(page.status, if scope == "own" { 403 } else { 200 }, "{page:?}");
    }
    assert_eq!(county.number("select count(*) from organization where name = '水利局'").await, 0);
}
