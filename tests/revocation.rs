//! 撤销 and 更正 of approved entries: the bureau alone, with a reason, once; everything follows.

use credit_hours::ledger::{NewEntry, Source, record, reverse};
use kit::serial::Random;
use kit::{Actor, Hours, Permission, PersonId};

use crate::support::{Browser, CLASS_PAPERS, PASSWORD, Page, World, id_number};

const REASON: &str = "经核查，证书系伪造。";

/// 周晓梅 of 人民医院 under 卫健委, 王芳 of 第一中学; the bureau's administrator is nobody of theirs.
async fn county() -> World {
    World::new()
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("人民医院", "卫健委")
        .await
        .with_employer("第一中学")
        .await
        .with_active_person("周晓梅", "人民医院", &id_number(2))
        .await
        .with_active_person("王芳", "第一中学", &id_number(3))
        .await
}

fn new(person: PersonId, year: i32, title: &str, tenths: i64) -> NewEntry {
    NewEntry {
        person,
        year,
        category: 2,
        kind: "02".to_owned(),
        title: title.to_owned(),
        organizer: "县卫生健康培训中心".to_owned(),
        started_on: format!("{year}-09-14"),
        ended_on: format!("{year}-09-18"),
        hours: Hours::from_tenths(tenths),
        source: Source::Import,
        declaration: None,
        recognised_by: "县人社局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    }
}

async fn entry(county: &World, name: &str, title: &str, tenths: i64) -> i64 {
    let person = county.person(name).await;
    let mut tx = county.db().begin().await.unwrap();
    let ids = record(&mut tx, &[new(person, 2026, title, tenths)], &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    ids[0]
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn revoke(browser: &mut Browser<'_>, entry: i64, reason: &str, password: &str) -> Page {
    let address = format!("/credit-hours/entries/{entry}/revoke");
    browser.post(&address, &[("reason", reason), ("password", password)]).await
}

async fn correct(browser: &mut Browser<'_>, entry: i64, changes: &[(&str, &str)]) -> Page {
    let mut fields = vec![
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", "诊疗规范培训班"),
        ("organizer", "县卫生健康培训中心"),
        ("started_on", "2026-09-14"),
        ("ended_on", "2026-09-18"),
        ("hours", "36"),
        ("certificate_number", ""),
        ("reason", "学时录入错误，应为 32 学时。"),
        ("password", PASSWORD),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes);
    browser.upload(&format!("/credit-hours/entries/{entry}/correct"), &fields, &[]).await
}

async fn whole(county: &World) {
    let mut db = county.db().read().await.unwrap();
    let wrong = credit_hours::recount(&mut db, None).await.unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn total(county: &World) -> i64 {
    let sql = "select total from person_year y join person p on p.id = y.person_id
                where p.name = '周晓梅' and year = 2026";
    county.number(sql).await
}

#[rocket::async_test]
async fn the_bureau_revokes_an_entry_once_and_everything_follows() {
    let county = county().await;
    let id = entry(&county, "周晓梅", "诊疗规范培训班", 360).await;
    entry(&county, "周晓梅", "护理新技术", 240).await;
    assert_eq!(total(&county).await, 600);
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/verification/mine").await.is(200);
    let issued = person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await;
    assert_eq!(issued.status, 303);
    let token = county.text("select token from certificate").await;
    let unit_login = county.admin_of("人民医院").await;

    let mut bureau = seated(&county, "admin").await;
    bureau
        .get(&format!("/queries/ledger/{id}"))
        .await
        .is(200)
        .contains("/revoke\"")
        .contains("有效");
    bureau
        .get(&format!("/credit-hours/entries/{id}/revoke"))
        .await
        .is(200)
        .contains("诊疗规范培训班")
        .contains("36 学时");
    revoke(&mut bureau, id, "伪造", PASSWORD).await.is(422).contains("撤销原因");
    revoke(&mut bureau, id, "电话13800000000核实不符", PASSWORD).await.is(422).contains("请不要写");
    revoke(&mut bureau, id, REASON, "").await.is(422).contains("请填写您自己的登录密码");
    revoke(&mut bureau, id, REASON, "wrong-wrong-1").await.is(422).contains("登录密码不正确");
    assert_eq!(total(&county).await, 600);
    assert_eq!(county.number("select count(*) from message").await, 0);

    let done = revoke(&mut bureau, id, REASON, PASSWORD).await;
    done.redirects_to(&format!("/credit-hours/entries/{id}"));
    bureau.follow(&done).await.is(200).contains("已撤销").contains(REASON).lacks("/revoke\"");
    // a reversing entry, nothing deleted
    assert_eq!(county.number("select count(*) from entry").await, 3);
    assert_eq!(county.number("select hours from entry where reverses_id is not null").await, -360);
    assert_eq!(total(&county).await, 240);
    whole(&county).await;
    // once
    revoke(&mut bureau, id, REASON, PASSWORD).await.is(409).contains("没有重复办理");
    bureau.get(&format!("/credit-hours/entries/{id}/correct")).await.is(409);
    // nor the reversal itself
    let reversal = county.number("select id from entry where reverses_id is not null").await;
    revoke(&mut bureau, reversal, REASON, PASSWORD).await.is(409);
    assert_eq!(total(&county).await, 240);

    // who hears of it
    let void = "select count(*) from message where title = '学时证明已失效'";
    assert_eq!(county.number(void).await, 1);
    let told = county
        .text("select text from message where title = '学时已撤销' order by id limit 1")
        .await;
    assert!(!told.contains("证明已失效"), "{told}");
    assert!(
        told.contains("您 2026 年度的学时“诊疗规范培训班”（36 学时）") && told.contains(REASON),
        "{told}"
    );
    assert_eq!(county.number("select count(*) from message where title = '学时已撤销'").await, 2);
    assert!(
        county
            .trail()
            .await
            .iter()
            .any(|t| t.contains("撤销周晓梅 2026 年度学时") && t.contains(REASON))
    );
    // and where it is seen
    county
        .browser()
        .get(&format!("/verification/q/{token}"))
        .await
        .is(200)
        .contains("已失效")
        .contains("所列的一条学时已被撤销")
        .contains(REASON.trim_end_matches('。'));
    person.get("/credit-hours/mine").await.is(200).contains("不再计入的学时").contains(REASON);
    let mut unit = seated(&county, &unit_login).await;
    let record = format!("/queries/people/{}", county.person("周晓梅").await);
    unit.get(&record).await.is(200).contains("已撤销").contains(REASON);
    unit.get(&format!("/queries/ledger/{id}")).await.is(200).contains(REASON).lacks("/correct\"");
    bureau
        .get("/credit-hours/revocations")
        .await
        .is(200)
        .contains("诊疗规范培训班")
        .contains(REASON)
        .contains("共 1 条");
    bureau.get("/queries/ledger").await.is(200).contains("冲销").contains("已撤销");
}

#[rocket::async_test]
async fn only_the_bureaus_clerks_with_the_right_in_their_scope_and_not_for_themselves() {
    let county = county().await;
    let bureau = county.bureau().await;
    let health = county.organization("卫健委").await;
    let view = credit_hours::ViewRevocations::grantable();
    let edit = credit_hours::EditRevocations::grantable();
    let county = county
        .with_clerk("reader", bureau, &[view])
        .await
        .with_clerk("clerk", bureau, &[view, edit])
        .await
        .with_grant("王芳", "示例县人力资源和社会保障局")
        .await;
    let own = entry(&county, "王芳", "教学研讨", 80).await;
    let id = entry(&county, "周晓梅", "诊疗规范培训班", 360).await;
    county.browser().get(&format!("/credit-hours/entries/{id}/revoke")).await.is(303);
    for login in
        [county.admin_of("人民医院").await, county.admin_of("卫健委").await, "reader".to_owned()]
    {
        let mut browser = seated(&county, &login).await;
        revoke(&mut browser, id, REASON, PASSWORD).await.is(403);
        correct(&mut browser, id, &[]).await.is(403);
        browser.get(&format!("/credit-hours/entries/{id}/revoke")).await.is(403);
    }
    assert_eq!(total(&county).await, 360);
    // a clerk who is limited to 卫健委 does not find 第一中学
    limit(&county, health.0).await;
    let mut clerk = seated(&county, "clerk").await;
    clerk.get(&format!("/credit-hours/entries/{own}")).await.is(404);
    revoke(&mut clerk, own, REASON, PASSWORD).await.is(404);
    revoke(&mut clerk, id, REASON, PASSWORD).await.is(303);
    // 王芳 administers the bureau, and does not touch her own
    let mut wang = seated(&county, &id_number(3)).await;
    let side = county.number("select max(id) from grant").await.to_string();
    wang.post("/side", &[("to", &side)]).await.is(303);
    wang.get(&format!("/queries/ledger/{own}")).await.is(200).contains("您本人的学时");
    let page = revoke(&mut wang, own, REASON, PASSWORD).await;
    page.is(409).contains("不能由自己撤销或更正");
    correct(&mut wang, own, &[]).await.is(409);
    assert_eq!(county.number("select count(*) from entry where reverses_id is not null").await, 1);
}

/// Limits the clerk's right to a department.
async fn limit(county: &World, department: i64) {
    let mut tx = county.db().begin().await.unwrap();
    let grant: i64 = sqlx::query_scalar(
        "update grant set scope = 'departments'
          where account_id = (select id from account where login = 'clerk') returning id",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    sqlx::query("insert into grant_department (grant_id, department_id) values (?, ?)")
        .bind(grant)
        .bind(department)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[rocket::async_test]
async fn a_correction_is_a_reversal_and_a_linked_entry() {
    let county = county().await;
    let id = entry(&county, "周晓梅", "诊疗规范培训班", 360).await;
    entry(&county, "周晓梅", "护理新技术", 240).await;
    let mut person = seated(&county, &id_number(2)).await;
    person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await.is(303);
    let mut bureau = seated(&county, "admin").await;
    bureau
        .get(&format!("/credit-hours/entries/{id}/correct"))
        .await
        .is(200)
        .contains("value=\"诊疗规范培训班\"")
        .contains("value=\"36\"");
    for (changes, sentence) in [
        (vec![], "与原来的记录完全一样"),
        (vec![("hours", "0")], "请用“撤销”"),
        (vec![("hours", "7.3")], "例如 7 或 7.5"),
        (vec![("hours", "41")], "超过这些天最多的 40 学时"),
        (vec![("hours", "32"), ("reason", "错")], "更正原因"),
        (vec![("hours", "32"), ("password", "")], "请填写您自己的登录密码"),
        (vec![("title", "护理新技术")], "同一学习不能计两次"),
        (vec![("ended_on", "2026-09-10")], "结束日期早于开始日期"),
        (vec![("ended_on", "2026-12-18")], "结束日期还没有到"),
        (vec![("year", "2025")], "与所选年度不一致"),
        (vec![("category", "9")], "请选择科目类别"),
        (vec![("kind", "")], "请选择学习形式"),
        (vec![("title", "")], "请填写项目（活动）名称"),
    ] {
        correct(&mut bureau, id, &changes).await.is(422).contains(sentence);
    }
    assert_eq!(county.number("select count(*) from entry").await, 2);
    assert_eq!(county.number("select count(*) from revocation").await, 0);

    // 36 → 32 hours of 公需: 600 - 360 + 320 = 560
    let done = correct(&mut bureau, id, &[("hours", "32"), ("category", "1")]).await;
    let second = county.number("select id from entry where corrects_id is not null").await;
    done.redirects_to(&format!("/credit-hours/entries/{second}"));
    assert_eq!(total(&county).await, 560);
    assert_eq!(
        county.number("select hours from person_year_category where category_id = 1").await,
        320
    );
    whole(&county).await;
    bureau.follow(&done).await.is(200).contains("更正经过").contains("32 学时").contains("已更正");
    assert_eq!(county.text("select state from certificate").await, "revoked");
    let why = county.text("select state_reason from certificate").await;
    assert!(why.starts_with("所列的一条学时已被更正，原因：学时录入错误"), "{why}");
    let told = county
        .text("select text from message where title = '学时已更正' order by id limit 1")
        .await;
    assert!(told.contains("学时 32 学时（原 36 学时）"), "{told}");
    person.get("/credit-hours/mine").await.is(200).contains("已更正").contains("应为 32 学时");
    // only what stands in its place can be corrected once more
    correct(&mut bureau, id, &[("hours", "30")]).await.is(409);
    correct(&mut bureau, second, &[("hours", "20.5"), ("category", "1")]).await.is(303);
    assert_eq!(total(&county).await, 445);
    let third = county.number("select max(id) from entry").await;
    bureau
        .get(&format!("/queries/ledger/{third}"))
        .await
        .is(200)
        .contains("36")
        .contains("32")
        .contains("20.5");
    // to another year: both years follow
    let fields = [
        ("year", "2025"),
        ("started_on", "2025-09-14"),
        ("ended_on", "2025-09-18"),
        ("hours", "20.5"),
    ];
    correct(&mut bureau, third, &fields).await.is(303);
    assert_eq!(total(&county).await, 240);
    assert_eq!(county.number("select total from person_year where year = 2025").await, 205);
    whole(&county).await;
    // a new certificate counts the last one only
    person.get("/verification/mine").await.is(200);
    person.post("/verification/mine", &[("from", "2025"), ("to", "2026")]).await.is(303);
    assert_eq!(
        county.number("select count(*) from certificate_entry where certificate_id = 2").await,
        2
    );
}

#[rocket::async_test]
async fn of_two_clerks_at_once_one_wins() {
    let county = county().await;
    let id = entry(&county, "周晓梅", "诊疗规范培训班", 360).await;
    let mut one = seated(&county, "admin").await;
    let mut two = seated(&county, "admin").await;
    let mut three = seated(&county, "admin").await;
    let changes = [("hours", "32")];
    let (a, b, c) = rocket::tokio::join!(
        correct(&mut one, id, &changes),
        correct(&mut two, id, &changes),
        revoke(&mut three, id, REASON, PASSWORD)
    );
    let mut statuses = [a.status, b.status, c.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409]);
    assert_eq!(county.number("select count(*) from entry where reverses_id is not null").await, 1);
    assert!([0, 320].contains(&total(&county).await));
    whole(&county).await;
}

const CLASS: [(&str, &str); 10] = [
    ("year", "2026"),
    ("category", "2"),
    ("kind", "02"),
    ("title", "基层儿科培训班"),
    ("organizer", "云川县卫生健康培训中心"),
    ("started_on", "2026-09-14"),
    ("ended_on", "2026-09-18"),
    ("hours", "40"),
    ("promised", "on"),
    ("act", "submit"),
];

async fn declare(county: &World) -> Page {
    let mut person = seated(county, &id_number(2)).await;
    person.upload("/credit-hours/declarations", &CLASS, &CLASS_PAPERS).await
}

async fn approved(county: &World) {
    for login in
        [county.admin_of("人民医院").await, county.admin_of("卫健委").await, "admin".to_owned()]
    {
        let mut desk = seated(county, &login).await;
        let id = county.number("select max(id) from declaration").await;
        let address = format!("/desk/declarations/{id}");
        desk.get(&address).await.is(200);
        desk.post(&format!("{address}/approve"), &[("confirmed", "1")]).await.is(303);
    }
}

#[rocket::async_test]
async fn a_revoked_declaration_says_so_everywhere_and_may_be_declared_again() {
    let county = county().await;
    declare(&county).await.is(303);
    approved(&county).await;
    assert_eq!(total(&county).await, 400);
    let case = county.number("select id from review_case").await;
    let mut bureau = seated(&county, "admin").await;
    bureau
        .get("/desk/declarations/1")
        .await
        .is(200)
        .contains(&format!("/credit-hours/cases/{case}"));
    let entry = county.number("select id from entry").await;
    bureau
        .get(&format!("/credit-hours/cases/{case}"))
        .await
        .is(200)
        .contains(&format!("/credit-hours/entries/{entry}/revoke"));
    // a department sees no such link
    let mut department = seated(&county, &county.admin_of("卫健委").await).await;
    department.get("/desk/declarations/1").await.is(200).lacks("/credit-hours/cases/");
    declare(&county).await.is(422);
    revoke(&mut bureau, entry, REASON, PASSWORD).await.is(303);
    assert_eq!(total(&county).await, 0);
    // no certificate counted it
    let void = "select count(*) from message where text like '%证明%已失效%'";
    assert_eq!(county.number(void).await, 0);
    bureau
        .get("/desk/declarations/1")
        .await
        .is(200)
        .contains("撤销 40 学时")
        .lacks("/credit-hours/cases/");

    bureau.get("/desk/declarations/1").await.is(200).contains("已撤销").contains(REASON);
    bureau.get("/desk/declarations?tab=done").await.is(200).contains("已撤销");
    bureau.get("/desk/declarations?tab=done&ended=revoked").await.is(200).contains("共 1 条");
    bureau.get("/desk/declarations?tab=done&ended=corrected").await.is(200).lacks("基层儿科培训班");
    department.get("/desk/declarations/1").await.is(200).contains(REASON);
    let mut person = seated(&county, &id_number(2)).await;
    person
        .get("/credit-hours/declarations")
        .await
        .is(200)
        .contains("已撤销")
        .contains("可以重新申报");
    person
        .get("/credit-hours/declarations/1")
        .await
        .is(200)
        .contains("已撤销")
        .contains("撤销 40 学时")
        .contains(REASON);
    declare(&county).await.is(303);
    approved(&county).await;
    assert_eq!(total(&county).await, 400);
    whole(&county).await;
}

#[rocket::async_test]
async fn a_whole_case_is_revoked_at_once_but_for_ones_own() {
    let county = county().await;
    declare(&county).await.is(303);
    let case = county.number("select id from review_case").await;
    let mut entries = Vec::new();
    for (name, title) in [("周晓梅", "集中培训甲"), ("王芳", "集中培训乙")] {
        let person = county.person(name).await;
        entries.push(NewEntry { case: Some(kit::CaseId(case)), ..new(person, 2026, title, 160) });
    }
    let mut tx = county.db().begin().await.unwrap();
    record(&mut tx, &entries, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    let mut bureau = seated(&county, "admin").await;
    let address = format!("/credit-hours/cases/{case}");
    bureau.get(&address).await.is(200).contains("撤销整批").contains("可以办理 2 条");
    let path = format!("{address}/revoke");
    bureau.post(&path, &[("reason", "错"), ("password", PASSWORD)]).await.is(422);
    bureau.post(&path, &[("reason", REASON), ("password", PASSWORD)]).await.redirects_to(&address);
    assert_eq!(county.number("select count(*) from entry where reverses_id is not null").await, 2);
    assert_eq!(county.number("select coalesce(sum(hours), 0) from entry").await, 0);
    bureau.post(&path, &[("reason", REASON), ("password", PASSWORD)]).await.is(409);
    bureau.get("/credit-hours/cases/999").await.is(404);
    whole(&county).await;
}

#[rocket::async_test]
async fn a_case_of_thousands_is_revoked_whole() {
    let county = county().await;
    declare(&county).await.is(303);
    let case = county.number("select id from review_case").await;
    let person = county.person("王芳").await;
    let entries: Vec<NewEntry> = (0..2_504)
        .map(|at| NewEntry {
            case: Some(kit::CaseId(case)),
            ..new(person, 2026, &format!("集中培训{at}"), 5)
        })
        .collect();
    let mut tx = county.db().begin().await.unwrap();
    record(&mut tx, &entries, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    let mut bureau = seated(&county, "admin").await;
    let address = format!("/credit-hours/cases/{case}");
    bureau
        .get(&address)
        .await
        .is(200)
        .contains("共 2504 条，可以办理 2504 条；下面列出 300 条")
        .contains("确认撤销 2504 条");
    let path = format!("{address}/revoke");
    let done = bureau.post(&path, &[("reason", REASON), ("password", PASSWORD)]).await;
    bureau.follow(&done).await.is(200).contains("已撤销 2504 条学时");
    let reversed = "select count(*) from entry where reverses_id is not null";
    assert_eq!(county.number(reversed).await, 2_504);
    assert_eq!(county.number("select sum(hours) from entry").await, 0);
    let told = county.trail().await;
    assert_eq!(told.iter().filter(|line| line.contains("记入的 2504 条学时")).count(), 1);
    bureau.post(&path, &[("reason", REASON), ("password", PASSWORD)]).await.is(409);
    whole(&county).await;
}

const PAPER: &[(&str, &str, &[u8])] = &[("files", "证书.pdf", CLASS_PAPERS[0].2)];

async fn correct_with_paper(
    browser: &mut Browser<'_>,
    entry: i64,
    changes: &[(&str, &str)],
) -> Page {
    let mut fields = CLASS[..7].to_vec();
    fields.extend([
        ("certificate_number", ""),
        ("reason", "录入有误，按证书更正。"),
        ("password", PASSWORD),
    ]);
    fields.extend(changes);
    browser.upload(&format!("/credit-hours/entries/{entry}/correct"), &fields, PAPER).await
}

#[rocket::async_test]
async fn a_correction_gives_no_more_than_was_declared_and_a_rise_needs_a_paper() {
    let county = county().await;
    declare(&county).await.is(303);
    for login in
        [county.admin_of("人民医院").await, county.admin_of("卫健委").await, "admin".to_owned()]
    {
        let mut desk = seated(&county, &login).await;
        desk.get("/desk/declarations/1").await.is(200);
        let fields = [("confirmed", "1"), ("hours", "32"), ("lowered", "缺勤一天")];
        desk.post("/desk/declarations/1/approve", &fields).await.is(303);
    }
    assert_eq!(total(&county).await, 320);
    let id = county.number("select id from entry").await;
    let mut bureau = seated(&county, "admin").await;
    let plain =
        [("title", "基层儿科培训班"), ("organizer", "云川县卫生健康培训中心"), ("hours", "36")];
    correct(&mut bureau, id, &plain).await.is(422).contains("必须上传证明材料");
    // ten days would hold them, but nobody declared them
    let more = [("hours", "40.5"), ("started_on", "2026-09-09")];
    correct_with_paper(&mut bureau, id, &more).await.is(422).contains("超过当时申报的 40 学时");
    assert_eq!(total(&county).await, 320);
    correct_with_paper(&mut bureau, id, &[("hours", "36")]).await.is(303);
    assert_eq!(total(&county).await, 360);
    whole(&county).await;
    // what became of it, at the desk and for the person
    let case = county.number("select id from review_case").await;
    bureau
        .get("/desk/declarations/1")
        .await
        .is(200)
        .contains("已更正")
        .contains("32 学时改为 36 学时")
        .contains(&format!("/credit-hours/cases/{case}"));
    let second = county.number("select id from entry where corrects_id is not null").await;
    let mut person = seated(&county, &id_number(2)).await;
    person
        .get("/credit-hours/declarations/1")
        .await
        .is(200)
        .contains("32 学时改为 36 学时")
        .contains("学时 36 学时（原 32 学时）")
        .contains(&format!("/credit-hours/mine#entry-{second}"));
    person.get("/credit-hours/mine").await.is(200).contains(&format!("id=\"entry-{second}\""));
}

#[rocket::async_test]
async fn an_entry_above_a_limit_can_be_corrected_downwards() {
    let county = county().await;
    let id = entry(&county, "周晓梅", "诊疗规范培训班", 950).await;
    let mut bureau = seated(&county, "admin").await;
    correct(&mut bureau, id, &[("hours", "92")]).await.is(303);
    assert_eq!(total(&county).await, 920);
    let second = county.number("select id from entry where corrects_id is not null").await;
    // up again, or to another subject: the limits are asked
    correct(&mut bureau, second, &[("hours", "93")]).await.is(422).contains("一项最多 90 学时");
    let other = [("hours", "91"), ("category", "1")];
    correct(&mut bureau, second, &other).await.is(422).contains("一项最多 90 学时");
    // and of fewer days, what they hold
    let days = [("hours", "91"), ("started_on", "2026-09-17")];
    correct(&mut bureau, second, &days).await.is(422).contains("超过这些天最多的 16 学时");
    assert_eq!(total(&county).await, 920);
    whole(&county).await;
}

#[rocket::async_test]
async fn whatever_is_entered_revoked_and_corrected_the_totals_are_the_ledgers_and_never_negative() {
    let county = county().await;
    let mut random = Random::new(20_261_124);
    let people = [county.person("周晓梅").await, county.person("王芳").await];
    let actor = Actor::command("test");
    let clock = &county.clock;
    for step in 0..120 {
        let mut tx = county.db().begin().await.unwrap();
        let standing: Vec<i64> = sqlx::query_scalar(
            "select id from entry e where reverses_id is null
               and not exists (select 1 from entry r where r.reverses_id = e.id) order by id",
        )
        .fetch_all(&mut *tx)
        .await
        .unwrap();
        let person = people[random.below(2) as usize];
        let year = 2024 + random.below(3) as i32;
        let hours = 5 * (1 + random.below(100) as i64);
        let mut one = new(person, year, &format!("培训{step}"), hours);
        one.category = 1 + random.below(2) as i64;
        if standing.is_empty() || random.below(3) > 0 {
            record(&mut tx, &[one], clock).await.unwrap();
        } else {
            let old = standing[random.below(standing.len() as u64) as usize];
            reverse(&mut tx, county.modules(), old, REASON, &actor, clock).await.unwrap();
            assert!(reverse(&mut tx, county.modules(), old, REASON, &actor, clock).await.is_err());
            if random.below(2) == 0 {
                one.corrects = Some(old);
                record(&mut tx, &[one], clock).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        whole(&county).await;
        let sql = "select (select count(*) from person_year where total < 0)
            + (select count(*) from person_year_category where hours < 0)
            + (select count(*) from unit_year where hours < 0 or people < 0 or complete < 0)";
        assert_eq!(county.number(sql).await, 0);
    }
    assert!(county.number("select count(*) from entry where reverses_id is not null").await > 10);
    assert!(county.number("select count(*) from entry where corrects_id is not null").await > 3);
}
