//! 学时规则 › 折算规则: the table, its editor, its history and the box that tries it.

use crate::support::{Browser, Page, World, id_number};

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// A rule of the county's own.
const REPORT: [(&str, &str); 7] = [
    ("kind", "10"),
    ("level", "provincial"),
    ("unit", "item"),
    ("effect", "hours"),
    ("hours", "24"),
    ("valid_from", "2026-01-01"),
    ("source", "云人社〔2026〕1号第三条"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = REPORT
        .iter()
        .copied()
        .filter(|(name, _)| !changes.iter().any(|(n, _)| n == name))
        .collect();
    fields.extend(changes);
    fields
}

async fn rule_of(county: &World, kind: &str) -> i64 {
    let sql = match kind {
        "10" => "select max(id) from conversion_rule where kind = '10'",
        _ => "select min(id) from conversion_rule where kind = '04'",
    };
    county.number(sql).await
}

async fn try_it(browser: &mut Browser<'_>, query: &str) -> Page {
    browser.get(&format!("/credit-hours/rules/try?{query}")).await
}

#[rocket::async_test]
async fn the_sample_table_is_shipped_and_every_row_of_it_is_marked() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    admin
        .get("/credit-hours/rules?size=50")
        .await
        .is(200)
        .contains("折算规则")
        .contains("共 27 条")
        .contains("主课题")
        .contains("示例")
        .lacks("已核定</span>")
        .contains("不是本省规定");
    admin.get("/credit-hours/rules?kind=07").await.is(200).contains("发明专利").lacks("主课题");
    let id = rule_of(&county, "04").await;
    admin
        .get(&format!("/credit-hours/rules/{id}"))
        .await
        .is(200)
        .contains("“学术会议”国家级，参加：每项 12 学时。")
        .contains("系统预置")
        .contains("第 1 版");
    admin.get("/credit-hours/rules/999999").await.is(404);
}

#[rocket::async_test]
async fn only_the_bureau_sees_the_rules_and_only_those_who_may_edit_change_them() {
    let county = World::new().await.with_employer("一中").await;
    let county = county.with_active_person("周晓梅", "一中", &id_number(2)).await;
    county.browser().get("/credit-hours/rules").await.is(303);
    for login in [county.admin_of("一中").await, id_number(2)] {
        let mut other = seated(&county, &login).await;
        other.get("/credit-hours/rules").await.is(403);
        other.get("/credit-hours/rules/try?kind=04").await.is(403);
        other.post("/credit-hours/rules", &REPORT).await.is(403);
    }
    assert_eq!(county.number("select count(*) from conversion_rule").await, 27);
}

#[rocket::async_test]
async fn a_rule_is_added_changed_and_ended_and_each_of_its_states_stays_readable() {
    let county = World::new().await;
    let mut admin = seated(&county, "admin").await;
    admin.get("/credit-hours/rules/new").await.is(200).contains("每单位学时");
    let made = admin.post("/credit-hours/rules", &REPORT).await;
    let id = rule_of(&county, "10").await;
    made.redirects_to(&format!("/credit-hours/rules/{id}"));
    let last = county.trail().await.pop().unwrap();
    assert_eq!(last, "新增折算规则 “专题调研报告获批示”省部级：每项 24 学时。");

    let address = format!("/credit-hours/rules/{id}");
    admin.get(&format!("{address}/edit")).await.is(200).contains("value=\"24\"");
    let same = with(&[("version", "1")]);
    admin.post(&address, &same).await.redirects_to(&address);
    admin.get(&address).await.contains("内容没有改动").lacks("第 2 版");
    let changed = with(&[("version", "1"), ("hours", "20"), ("cap_year", "40")]);
    admin.post(&address, &changed).await.redirects_to(&address);
    admin
        .get(&address)
        .await
        .contains("每项 20 学时；这种形式全年最多 40 学时。")
        .contains("第 2 版")
        .contains("第 1 版");
    admin
        .get(&format!("{address}/versions/1"))
        .await
        .is(200)
        .contains("每项 24 学时。")
        .contains("旧版");
    admin.get(&format!("{address}/versions/3")).await.is(404);
    // who still has the first state before him is told
    admin
        .post(&address, &with(&[("version", "1"), ("hours", "30")]))
        .await
        .is(409)
        .contains("刚被别人修改过");

    admin.get(&format!("{address}/end")).await.is(200).contains("2026-11-23");
    let end = format!("{address}/end");
    admin
        .post(&end, &[("valid_to", "2025-12-31"), ("version", "2")])
        .await
        .is(422)
        .contains("早于起始日期 2026-01-01");
    admin.post(&end, &[("valid_to", "2026-10-31"), ("version", "2")]).await.redirects_to(&address);
    admin.get(&address).await.contains("已停用").contains("停用，最后一天 2026-10-31");
    assert_eq!(
        county.number("select count(*) from conversion_rule_version where rule_id > 27").await,
        3
    );
    // what ended before still goes by it
    try_it(&mut admin, "kind=10&level=provincial&ended_on=2026-10-31")
        .await
        .contains("建议 20 学时");
    try_it(&mut admin, "kind=10&level=provincial&ended_on=2026-11-01")
        .await
        .contains("没有“专题调研报告获批示”的折算规则");
}

#[rocket::async_test]
async fn two_rules_never_answer_one_question_and_wrong_fields_come_back_as_typed() {
    let county = World::new().await;
    let mut admin = seated(&county, "admin").await;
    admin.post("/credit-hours/rules", &REPORT).await.is(303);
    admin
        .post("/credit-hours/rules", &REPORT)
        .await
        .is(422)
        .contains("同一天只能有一条规则：已有 “专题调研报告获批示”省部级：每项 24 学时（2026-01-01 起，长期有效）");
    // of another time it may say something else
    let before = with(&[("valid_from", "2020-01-01"), ("valid_to", "2025-12-31"), ("hours", "30")]);
    admin.post("/credit-hours/rules", &before).await.is(303);
    admin
        .post("/credit-hours/rules", &with(&[("hours", ""), ("source", "云人社口头通知")]))
        .await
        .is(422)
        .contains("请填写每项多少学时，要大于 0。")
        .contains("云人社口头通知");
    let completes = with(&[
        ("effect", "completes_professional"),
        ("hours", ""),
        ("category", "1"),
        ("item", "特等"),
    ]);
    admin.post("/credit-hours/rules", &completes).await.is(422).contains("请选择专业科目");
    assert_eq!(county.number("select count(*) from conversion_rule where kind = '10'").await, 2);
}

#[rocket::async_test]
async fn the_box_answers_with_the_rule_and_every_cap_and_changes_nothing() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let before = county.number("select count(*) from trail").await;
    try_it(&mut admin, "").await.is(200).contains("这样能认定多少学时？");
    try_it(
        &mut admin,
        "kind=05&item=%E4%B8%BB%E8%AF%BE%E9%A2%98&level=national&rank=3&ended_on=2026-10-01",
    )
    .await
    .is(200)
    .contains("建议 48 学时")
    .contains("第 3 名：64 − 8 × 2 = 48 学时")
    .contains("每后一名减 8 学时，计算到第 5 名");
    // 60 a year for conversions, 50 of them used
    try_it(
        &mut admin,
        "kind=04&item=%E5%8F%82%E5%8A%A0&level=national&converted=50&ended_on=2026-10-01",
    )
    .await
    .contains("建议 10 学时")
    .contains("全年最多 60 学时，本年度已有 50 学时，还可认定 10 学时");
    // a first prize with 38 of 60 there
    try_it(
        &mut admin,
        "kind=08&item=%E4%B8%80%E7%AD%89%E5%A5%96&level=national&done=38&ended_on=2026-10-01",
    )
    .await
    .contains("建议 22 学时")
    .contains("补足 22 学时");
    try_it(&mut admin, "kind=04").await.contains("按种类、级别折算，最多 20 学时");
    try_it(&mut admin, "kind=").await.is(422).contains("请选择学习形式。");
    try_it(&mut admin, "kind=03&quantity=7.3")
        .await
        .is(422)
        .contains("数量：学时只能是整数或带 .5");
    assert_eq!(county.number("select count(*) from trail").await, before);
}

#[rocket::async_test]
async fn the_table_is_exported_as_it_is_shown() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let book = admin.get("/lists/conversion-rules/export?kind=07").await;
    book.is(200);
    let last = county.trail().await.pop().unwrap();
    assert!(last.starts_with("导出“学时规则” 3 行"), "{last}");
}
