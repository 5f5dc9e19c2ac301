//! 学时证明 and 学习记录验证: issued as of now, printed in full, verified masked, ended with reason.

use credit_hours::ledger::{NewEntry, Source, record, reverse};
use kit::{Actor, Clock, Hours, PersonId};

use crate::support::{Browser, Page, World, id_number};

/// 周晓梅 of 甲 with 36 hours of 2026, and 乙 beside it.
async fn county() -> World {
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_employer("乙")
        .await
        .with_active_person("周晓梅", "甲", &id_number(2))
        .await;
    let clock: Clock = county.clock.clone();
    let mut tx = county.db().begin().await.unwrap();
    let entry = NewEntry {
        person: PersonId(person(&county).await),
        year: 2026,
        category: 2,
        kind: "02".to_owned(),
        title: "诊疗规范<培训>班".to_owned(),
        organizer: "县卫生健康培训中心".to_owned(),
        started_on: "2026-09-14".to_owned(),
        ended_on: "2026-09-18".to_owned(),
        hours: Hours::whole(36),
        source: Source::Import,
        declaration: None,
        recognised_by: "县人社局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    };
    record(&mut tx, &[entry], &clock).await.unwrap();
    tx.commit().await.unwrap();
    county
}

async fn person(county: &World) -> i64 {
    county.number("select id from person where name = '周晓梅'").await
}

/// Issues one for 2026 on the personal side; gives number, code and token.
async fn issue(county: &World) -> (String, String, String) {
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/verification/mine").await.is(200);
    let issued = person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await;
    let sheet = person.follow(&issued).await;
    sheet.is(200).contains(&id_number(2)).contains("36").contains("未达到要求");
    sheet.contains("诊疗规范&lt;培训&gt;班").contains("第 1 页，共 1 页");
    let last = "select number from certificate order by id desc limit 1";
    (
        county.text(last).await,
        county.text("select code from certificate order by id desc limit 1").await,
        county.text("select token from certificate order by id desc limit 1").await,
    )
}

async fn verify(browser: &mut Browser<'_>, number: &str, name: &str, code: &str) -> Page {
    browser.get("/verification").await.is(200);
    browser.post("/verification", &[("number", number), ("name", name), ("code", code)]).await
}

#[rocket::async_test]
async fn a_certificate_is_verified_by_its_code_and_by_its_three_words() {
    let county = county().await;
    let (number, code, token) = issue(&county).await;
    assert!(number.ends_with("-2026-0000001"), "{number}");
    let mut public = county.browser();
    let split = format!("{}-{}", &code[..4], &code[4..]);
    for page in [
        verify(&mut public, &number, "周晓梅", &split.to_lowercase()).await,
        public.get(&format!("/verification/q/{token}")).await,
    ] {
        page.is(200).contains("有效").contains("周*梅").contains("诊疗规范&lt;培训&gt;班");
        page.contains("36").contains("甲").lacks(&id_number(2)).lacks("周晓梅：");
        assert_eq!(page.header("x-robots-tag"), Some("noindex, nofollow"));
    }
}

#[rocket::async_test]
async fn every_miss_gets_the_same_answer() {
    let county = county().await;
    let (number, code, _) = issue(&county).await;
    let mut public = county.browser();
    let misses = [
        verify(&mut public, "419999-2026-9999999", "周晓梅", &code).await,
        verify(&mut public, &number, "周晓海", &code).await,
        verify(&mut public, &number, "周晓梅", "ABCDEFGH").await,
        public.get("/verification/q/ABCDEFGHJKMNPQRSTUVWXYZ234").await,
    ];
    for miss in &misses {
        miss.is(404).contains("没有查到这份证明");
        assert_eq!(miss.text(), misses[0].text());
    }
}

#[rocket::async_test]
async fn the_eleventh_question_of_a_minute_is_put_off() {
    let county = county().await;
    let mut public = county.browser();
    for _ in 0..10 {
        public.get("/verification/q/NOBODY").await.is(404);
    }
    public.get("/verification/q/NOBODY").await.is(429);
}

#[rocket::async_test]
async fn a_revoked_entry_ends_the_certificate_and_says_why() {
    let county = county().await;
    let (_, _, token) = issue(&county).await;
    let entry = county.number("select max(id) from entry").await;
    let mut tx = county.db().begin().await.unwrap();
    let actor = Actor::command("test");
    reverse(&mut tx, county.modules(), entry, "材料是假的", &actor, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    let page = county.browser().get(&format!("/verification/q/{token}")).await;
    page.is(200).contains("已失效").contains("材料是假的").lacks("验证通过");
    // a new one no longer counts it
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/verification/mine").await.is(200);
    let issued = person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await;
    person.follow(&issued).await.is(200).lacks("诊疗规范").contains("没有审核通过的学习记录");
}

#[rocket::async_test]
async fn what_was_issued_stays_as_it_was() {
    let county = county().await;
    let (number, ..) = issue(&county).await;
    county.execute("update person set name = '周小梅'").await;
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/verification/mine/1").await.is(200).contains("周晓梅").contains(&number);
    let mut tx = county.db().begin().await.unwrap();
    let changed = sqlx::query("update certificate set snapshot = '{}'").execute(&mut *tx).await;
    assert!(changed.is_err(), "the database refuses to change what was issued");
}

#[rocket::async_test]
async fn a_unit_issues_for_its_own_people_only() {
    let county = county().await;
    let person = person(&county).await;
    issue(&county).await;
    let mut own = county.sign_in(&county.admin_of("甲").await).await;
    own.get(&format!("/verification/people/{person}")).await.is(200).contains("周晓梅");
    let path = format!("/verification/people/{person}");
    let issued = own.post(&path, &[("from", "2025"), ("to", "2026")]).await;
    own.follow(&issued).await.is(200).contains("2025").contains("2026");
    let mut other = county.sign_in(&county.admin_of("乙").await).await;
    other.get(&path).await.is(404);
    other.get("/start").await.is(200);
    other.post(&path, &[("from", "2026"), ("to", "2026")]).await.is(404);
    other.get("/verification/certificates/1").await.is(404);
    let printed = county.trail().await;
    assert!(printed.iter().any(|line| line.contains("打开学时证明")), "{printed:?}");
}

#[rocket::async_test]
async fn a_range_the_wrong_way_round_comes_back_as_typed() {
    let county = county().await;
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/verification/mine").await.is(200);
    let page = person.post("/verification/mine", &[("from", "2026"), ("to", "2025")]).await;
    page.is(422).contains("截止年度早于起始年度");
    assert_eq!(county.number("select count(*) from certificate").await, 0);
}

#[rocket::async_test]
async fn a_units_certificates_follow_it_under_another_department() {
    let county = county().await.with_department("教育局").await.with_department("卫健委").await;
    issue(&county).await;
    let logins = [county.admin_of("教育局").await, county.admin_of("卫健委").await];
    for (at, name) in ["教育局", "卫健委"].into_iter().enumerate() {
        let (unit, to) = (county.organization("甲").await, county.organization(name).await);
        let new = accounts::organizations::NewOrganization {
            kind: kit::OrganizationKind::Employer,
            name: "甲".to_owned(),
            credit_code: None,
            parent: Some(to),
            profile: accounts::organizations::Profile::default(),
        };
        let mut tx = county.db().begin().await.unwrap();
        let modules = county.modules();
        accounts::organizations::change(&mut tx, modules, unit, &new, "test", &county.clock)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for (n, login) in logins.iter().enumerate() {
            let mut clerk = county.sign_in(login).await;
            let status = if n == at { 200 } else { 404 };
            clerk.get("/verification/certificates/1").await.is(status);
        }
    }
}
