//! 建议学时: in the form as he types and without script, at the submission, and at the desks.

use crate::support::{Browser, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// 周晓梅 of 一中, which is the bureau's own: two desks.
async fn county() -> World {
    let county = World::new().await.with_employer("一中").await;
    county.with_active_person("周晓梅", "一中", &id_number(2)).await
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// A provincial meeting: eight hours by the sample table.
const MEETING: [(&str, &str); 11] = [
    ("year", "2026"),
    ("category", "2"),
    ("kind", "04"),
    ("item", "参加"),
    ("level", "provincial"),
    ("title", "全省基础教育年会"),
    ("organizer", "省教育学会"),
    ("started_on", "2026-09-14"),
    ("ended_on", "2026-09-15"),
    ("hours", "8"),
    ("promised", "on"),
];

/// A national first prize: completes the professional subject.
const PRIZE: [(&str, &str); 11] = [
    ("year", "2026"),
    ("category", "2"),
    ("kind", "08"),
    ("item", "一等奖"),
    ("level", "national"),
    ("title", "某项科技成果"),
    ("organizer", "国务院"),
    ("started_on", "2026-10-01"),
    ("ended_on", "2026-10-01"),
    ("hours", "60"),
    ("promised", "on"),
];

async fn submit(
    browser: &mut Browser<'_>,
    fields: &[(&str, &str)],
    changes: &[(&str, &str)],
) -> Page {
    let mut all: Vec<(&str, &str)> = fields
        .iter()
        .copied()
        .filter(|(name, _)| !changes.iter().any(|(n, _)| n == name))
        .collect();
    all.extend(changes);
    all.push(("act", "submit"));
    let kind = all.iter().find(|(name, _)| *name == "kind").map_or("", |(_, kind)| kind);
    let slots: &[&str] = match kind {
        "04" => &["evidence-04-notice", "evidence-04-unit-proof"],
        "08" => &["evidence-08-award"],
        _ => &["evidence-07-patent"],
    };
    let files: Vec<(&str, &str, &[u8])> =
        slots.iter().map(|slot| (*slot, "证明.pdf", PDF)).collect();
    browser.upload("/credit-hours/declarations", &all, &files).await
}

async fn approve(county: &World, login: &str, id: i64, fields: &[(&str, &str)]) -> Page {
    let mut desk = seated(county, login).await;
    let address = format!("/desk/declarations/{id}");
    desk.get(&address).await.is(200);
    let mut all = vec![("confirmed", "1")];
    all.extend(fields);
    desk.post(&format!("{address}/approve"), &all).await
}

#[rocket::async_test]
async fn the_hours_are_suggested_as_he_types_and_only_to_people() {
    let county = county().await;
    let address = "/credit-hours/suggest?year=2026&category=2&kind=04&started_on=2026-09-14&ended_on=2026-09-15";
    county.browser().get(address).await.is(303);
    county.admin().await.get(address).await.is(403);
    let mut person = seated(&county, &id_number(2)).await;
    // what the kind asks for, and the most there can be
    person
        .get(address)
        .await
        .is(200)
        .contains("\"items\":[\"参加\",\"参加并宣读论文（2000字以上）\",\"参加并宣读论文（2000字以内）\"]")
        .contains("\"level\":true")
        .contains("\"rank\":false")
        .contains("\"hours\":\"\"")
        .contains("\"most\":\"20\"");
    let chosen = format!("{address}&item=%E5%8F%82%E5%8A%A0&level=provincial");
    person
        .get(&chosen)
        .await
        .contains("\"hours\":\"8\"")
        .contains("“学术会议”省部级，参加：每项 8 学时。")
        .contains("\"warning\":\"\"");
    person.get(&format!("{chosen}&hours=12")).await.contains(
        "申报 12 学时，超过按规则最多的 8 学时。请核对；确实应多认定的，请在“内容摘要”中写明理由。",
    );
    // half-typed values are no fault
    person.get("/credit-hours/suggest?kind=&ended_on=2026-1&hours=x&id=7").await.is(200);
    assert_eq!(county.number("select count(*) from declaration").await, 0);
}

#[rocket::async_test]
async fn without_script_saving_shows_the_suggestion_and_a_button_takes_it_over() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/credit-hours/declarations/new").await.is(200).contains("按折算规则计算建议学时");
    let fields: Vec<(&str, &str)> = MEETING
        .iter()
        .copied()
        .filter(|(name, _)| *name != "hours")
        .chain([("act", "save")])
        .collect();
    person.upload("/credit-hours/declarations", &fields, &[]).await.is(303);
    let edit = "/credit-hours/declarations/1/edit";
    person.get(edit).await.is(200).contains("建议 8 学时").contains("参加（学术会议）");
    let adopt: Vec<(&str, &str)> = fields
        .iter()
        .copied()
        .filter(|(name, _)| *name != "act")
        .chain([("act", "adopt")])
        .collect();
    person.upload("/credit-hours/declarations/1", &adopt, &[]).await.is(303);
    assert_eq!(county.number("select hours from declaration").await, 80);
    // nothing to take over yet
    let blank = [("kind", "04"), ("act", "adopt")];
    person
        .upload("/credit-hours/declarations", &blank, &[])
        .await
        .is(422)
        .contains("还不能计算建议学时");
    let wrong = [("kind", "03"), ("quantity", "三门"), ("act", "save")];
    person
        .upload("/credit-hours/declarations", &wrong, &[])
        .await
        .is(422)
        .contains("数量应为整数或带 .5 的数字");
}

#[rocket::async_test]
async fn hours_above_the_rule_need_a_reason_and_the_desk_gives_the_rules_hours() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &MEETING, &[("hours", "12")])
        .await
        .is(422)
        .contains("申报 12 学时，超过按规则最多的 8 学时。请核对学时；确实应多认定的，请在内容摘要中写明理由（至少 5 个字）。");
    let told = [("hours", "12"), ("note", "会后另有半天分组研讨")];
    submit(&mut person, &MEETING, &told).await.is(303);
    let id = county.number("select max(id) from declaration").await;
    assert_eq!(
        county.number("select suggested from declaration where case_id is not null").await,
        80
    );
    person
        .get(&format!("/credit-hours/declarations/{id}"))
        .await
        .contains("建议学时")
        .contains("“学术会议”省部级，参加：每项 8 学时。");

    let unit = county.admin_of("一中").await;
    let mut desk = seated(&county, &unit).await;
    desk.get("/desk/declarations").await.contains("建议学时");
    let address = format!("/desk/declarations/{id}");
    desk.get(&address)
        .await
        .contains("“学术会议”省部级，参加：每项 8 学时。")
        .contains("申报 12 学时，超过按规则最多的 8 学时。多认定须写明原因")
        .contains("申报 12 学时，按规则最多 8 学时；高于规则的须写明原因")
        .contains("name=\"hours\" type=\"number\" value=\"8\"");
    approve(&county, &unit, id, &[("hours", "10")])
        .await
        .is(422)
        .contains("认定 10 学时高于按规则最多的 8 学时，请写明原因。");
    approve(&county, &unit, id, &[("hours", "12.5"), ("lowered", "应当多认定")])
        .await
        .is(422)
        .contains("认定学时不能超过申报的 12 学时");
    approve(&county, &unit, id, &[("hours", "6")]).await.is(422).contains("认定 6 学时低于 8 学时");
    // a batch takes the rule's
    desk.get("/desk/declarations").await.is(200);
    let row = id.to_string();
    desk.post("/desk/declarations/batch/approve", &[("id", &row), ("confirmed", "1")])
        .await
        .is(303);
    approve(&county, "admin", id, &[]).await.is(303);
    assert_eq!(county.number("select hours from entry").await, 80);
    person
        .get(&format!("/credit-hours/declarations/{id}"))
        .await
        .contains("认定 8 学时（调低原因：按折算规则最多 8 学时）");
}

#[rocket::async_test]
async fn a_desk_may_go_above_the_rule_with_a_reason_and_never_above_what_was_declared() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &MEETING, &[("hours", "12"), ("note", "会后另有半天分组研讨")])
        .await
        .is(303);
    let id = county.number("select max(id) from declaration").await;
    let unit = county.admin_of("一中").await;
    let above = [("hours", "12"), ("lowered", "议程证明多半天")];
    approve(&county, &unit, id, &above).await.is(303);
    // the next desk starts from there: the reason stands
    let mut bureau = seated(&county, "admin").await;
    bureau
        .get(&format!("/desk/declarations/{id}"))
        .await
        .contains("认定 12 学时（高于折算规则，原因：议程证明多半天）")
        .contains("name=\"hours\" type=\"number\" value=\"12\"");
    approve(&county, "admin", id, &[]).await.is(303);
    assert_eq!(county.number("select hours from entry").await, 120);
}

#[rocket::async_test]
async fn a_rule_changed_since_alters_neither_what_waits_nor_what_was_approved() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &MEETING, &[]).await.is(303);
    submit(
        &mut person,
        &MEETING,
        &[("title", "全省德育年会"), ("started_on", "2026-10-14"), ("ended_on", "2026-10-15")],
    )
    .await
    .is(303);
    let unit = county.admin_of("一中").await;
    approve(&county, &unit, 1, &[]).await.is(303);
    approve(&county, "admin", 1, &[]).await.is(303);
    let mut admin = seated(&county, "admin").await;
    let rule = county
        .number("select id from conversion_rule where kind = '04' and level = 'provincial' and item = '参加'")
        .await;
    let changed = [
        ("kind", "04"),
        ("item", "参加"),
        ("level", "provincial"),
        ("category", "2"),
        ("unit", "item"),
        ("effect", "hours"),
        ("hours", "4"),
        ("valid_from", "2016-01-01"),
        ("source", "云人社〔2026〕2号"),
        ("version", "1"),
    ];
    admin.post(&format!("/credit-hours/rules/{rule}"), &changed).await.is(303);
    let mut desk = seated(&county, &unit).await;
    desk.get("/desk/declarations/2")
        .await
        .contains("“学术会议”省部级，参加：每项 8 学时。")
        .contains("提交后规则有改动，现在是：“学术会议”省部级，参加：每项 4 学时。 建议 4 学时。本条仍按提交时的规则办理。")
        .contains("name=\"hours\" type=\"number\" value=\"8\"");
    approve(&county, &unit, 2, &[]).await.is(303);
    approve(&county, "admin", 2, &[]).await.is(303);
    assert_eq!(county.number("select sum(hours) from entry").await, 160);
    person.get("/credit-hours/declarations/1").await.contains("每项 8 学时。").lacks("每项 4 学时");
    // the next one goes by the new rule
    let third =
        [("title", "全省教研年会"), ("started_on", "2026-11-10"), ("ended_on", "2026-11-10")];
    submit(&mut person, &MEETING, &third).await.is(422).contains("超过按规则最多的 4 学时");
}

#[rocket::async_test]
async fn a_first_prize_tops_the_professional_subject_up_at_the_moment_of_its_approval() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &PRIZE, &[]).await.is(303);
    // the prize that waits fills the year's conversions; eight hours come before it is decided
    submit(&mut person, &MEETING, &[]).await.is(422).contains("超过按规则最多的 0 学时");
    county.execute("delete from declaration_file where declaration_id = 2").await;
    county.execute("delete from declaration where id = 2").await;
    let told = [("note", "奖励还在审核，会议单独认定")];
    submit(&mut person, &MEETING, &told).await.is(303);
    let unit = county.admin_of("一中").await;
    for (id, login) in [(2, unit.as_str()), (2, "admin"), (1, unit.as_str())] {
        approve(&county, login, id, &[]).await.is(303);
    }
    let mut bureau = seated(&county, "admin").await;
    bureau
        .get("/desk/declarations/1")
        .await
        .contains("建议学时")
        .contains("60 学时")
        .contains(
            "按台账现在的情况建议 52 学时。专业科目当年要求 60 学时，已有 8 学时，补足 52 学时。",
        )
        .contains("name=\"hours\" type=\"number\" value=\"52\"");
    bureau.get("/desk/declarations").await.is(200);
    bureau
        .post("/desk/declarations/batch/approve", &[("id", "1"), ("confirmed", "1")])
        .await
        .is(303);
    assert_eq!(
        county.number("select hours from person_year_category where category_id = 2").await,
        600
    );
    // and once it is full nothing is left to give by itself
    let second = [("title", "另一项科技成果"), ("hours", "10"), ("note", "第二项成果，请审核认定")];
    submit(&mut person, &PRIZE, &second).await.is(303);
    desk_is_told_nothing_is_left(&county, &unit).await;
}

async fn desk_is_told_nothing_is_left(county: &World, unit: &str) {
    let mut desk = seated(county, unit).await;
    desk.get("/desk/declarations").await.is(200);
    desk.post("/desk/declarations/batch/approve", &[("id", "3"), ("confirmed", "1")])
        .await
        .contains("按规则已没有可认定的学时");
    assert_eq!(county.number("select count(*) from entry").await, 2);
}

#[rocket::async_test]
async fn conversions_of_a_year_stop_at_the_professional_subjects_hours() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    let patent = |title: &'static str| {
        [
            ("kind", "07"),
            ("item", "发明专利"),
            ("level", ""),
            ("rank", "1"),
            ("title", title),
            ("hours", "48"),
        ]
    };
    submit(&mut person, &MEETING, &patent("一种教具")).await.is(303);
    // 48 wait: twelve are left of sixty
    submit(&mut person, &MEETING, &patent("另一种教具"))
        .await
        .is(422)
        .contains("申报 48 学时，超过按规则最多的 12 学时")
        .contains("全年最多 60 学时，本年度已认定和待审核共 48 学时，还可认定 12 学时");
    county.set("credit-hours.conversion-cap", "none").await;
    submit(&mut person, &MEETING, &patent("另一种教具")).await.is(303);
}
