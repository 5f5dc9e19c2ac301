//! 减免: applied for, approved desk by desk, in force once per person and year; totals,
//! certificates and records follow.

use credit_hours::ledger::{NewEntry, Source, record};
use kit::Hours;

use crate::support::{Browser, PASSWORD, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const SCAN: [(&str, &str, &[u8]); 1] = [("files", "准假单.pdf", PDF)];
/// Four months of 90 hours: 30.
const LEAVE: [(&str, &str); 6] = [
    ("year", "2026"),
    ("kind", "maternity"),
    ("way", "months"),
    ("months", "4"),
    ("reason", "2026 年 3 月至 6 月休产假。"),
    ("act", "submit"),
];
const REASON: &str = "经核实没有休产假。";

/// 周晓梅 and 王芳 of 人民医院 under 卫健委, 李敏 of another unit.
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
        .with_active_person("王芳", "人民医院", &id_number(3))
        .await
        .with_active_person("李敏", "第一中学", &id_number(4))
        .await
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> =
        LEAVE.iter().copied().filter(|(name, _)| !changes.iter().any(|(n, _)| n == name)).collect();
    fields.extend(changes);
    fields
}

async fn apply(county: &World, changes: &[(&str, &str)]) -> Page {
    let mut person = seated(county, &id_number(2)).await;
    person.upload("/credit-hours/exemptions", &with(changes), &SCAN).await
}

async fn decide(county: &World, login: &str, verb: &str, fields: &[(&str, &str)]) -> Page {
    let mut desk = seated(county, login).await;
    let id = county.number("select max(id) from exemption").await;
    let address = format!("/desk/exemptions/{id}");
    desk.get(&address).await.is(200);
    let mut all = vec![("confirmed", "1")];
    all.extend(fields);
    desk.post(&format!("{address}/{verb}"), &all).await
}

async fn approve(county: &World) {
    for login in
        [county.admin_of("人民医院").await, county.admin_of("卫健委").await, "admin".to_owned()]
    {
        decide(county, &login, "approve", &[]).await.is(303);
    }
}

async fn hours(county: &World, category: i64, tenths: i64) {
    let mut tx = county.db().begin().await.unwrap();
    let entry = NewEntry {
        person: county.person("周晓梅").await,
        year: 2026,
        category,
        kind: "02".to_owned(),
        title: format!("培训{category}"),
        organizer: "县卫生健康培训中心".to_owned(),
        started_on: "2026-09-14".to_owned(),
        ended_on: "2026-09-18".to_owned(),
        hours: Hours::from_tenths(tenths),
        source: Source::Import,
        declaration: None,
        recognised_by: "县人社局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    };
    record(&mut tx, &[entry], &county.clock).await.unwrap();
    tx.commit().await.unwrap();
}

/// exempt, complete, counted of 周晓梅's 2026.
async fn year(county: &World) -> (i64, bool, bool) {
    sqlx::query_as(
        "select y.exempt, y.complete, y.counted from person_year y join person p on p.id = y.person_id
          where p.name = '周晓梅' and y.year = 2026",
    )
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

async fn whole(county: &World) {
    let mut db = county.db().read().await.unwrap();
    let wrong = credit_hours::recount(&mut db, None).await.unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn end(browser: &mut Browser<'_>, id: i64, reason: &str, password: &str) -> Page {
    let address = format!("/credit-hours/ended-exemptions/{id}");
    browser.post(&address, &[("reason", reason), ("password", password)]).await
}

#[rocket::async_test]
async fn an_exemption_passes_its_desks_and_lowers_the_year_in_proportion() {
    let county = county().await;
    // 20 of 公需 and 40 of 专业: a year of 60 = 20 + 40, not one of 90 = 30 + 60
    hours(&county, 1, 200).await;
    hours(&county, 2, 400).await;
    assert_eq!(year(&county).await, (0, false, true));
    let sent = apply(&county, &[]).await;
    sent.redirects_to("/credit-hours/exemptions/1");
    let mut person = seated(&county, &id_number(2)).await;
    person
        .get("/credit-hours/exemptions/1")
        .await
        .is(200)
        .contains("JM2026-0001")
        .contains("按月减免 4 个月（30 学时）")
        .contains("准假单.pdf");
    person.get("/credit-hours/exemptions").await.is(200).contains("等待人民医院审核");
    let mut unit = seated(&county, &county.admin_of("人民医院").await).await;
    unit.get("/desk/declarations").await.is(200).contains("减免（1）");
    unit.get("/desk/exemptions/1")
        .await
        .is(200)
        .contains("通过后本年度要求 60 学时")
        .contains("不超过 30 学时");
    unit.get("/credit-hours/unit-exemptions")
        .await
        .is(200)
        .contains("JM2026-0001")
        .contains("本人");
    let address = "/desk/exemptions/1/approve";
    for (hours, sentence) in [
        ("30.5", "不能超过 30 学时"),
        ("0", "请驳回"),
        ("20", "请写明原因"),
        ("1.3", "例如 7 或 7.5"),
    ] {
        unit.post(address, &[("confirmed", "1"), ("hours", hours)])
            .await
            .is(422)
            .contains(sentence);
    }
    assert_eq!(year(&county).await, (0, false, true));
    approve(&county).await;
    assert_eq!(year(&county).await, (300, true, true));
    assert_eq!(county.number("select sum(complete) from unit_year where year = 2026").await, 1);
    whole(&county).await;
    // once
    decide(&county, "admin", "approve", &[]).await.is(409);
    assert_eq!(county.number("select count(*) from exemption where in_force = 1").await, 1);
    person
        .get("/credit-hours/mine")
        .await
        .is(200)
        .contains("产假（含护理假、育儿假），已减免 30 学时")
        .contains("要求 60 学时");
    let record = format!("/queries/people/{}", county.person("周晓梅").await);
    unit.get(&record).await.is(200).contains("减免 30 学时，JM2026-0001");
    // printed, and said in public
    person.get("/verification/mine").await.is(200);
    let issued = person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await;
    let told = "2026 年度产假（含护理假、育儿假），减免 30 学时";
    person.follow(&issued).await.is(200).contains(told);
    let token = county.text("select token from certificate").await;
    county.browser().get(&format!("/verification/q/{token}")).await.is(200).contains(told);
}

#[rocket::async_test]
async fn what_is_wrong_with_an_application_is_said_and_nothing_is_lost() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    for (changes, sentence) in [
        (vec![("year", "2019")], "请选择可以申请的年度"),
        (vec![("kind", "x")], "请选择减免类别"),
        (vec![("way", "")], "请选择怎样减免"),
        (vec![("months", "13")], "1 到 12"),
        (vec![("months", "")], "1 到 12"),
        (vec![("way", "hours"), ("hours", "0")], "要大于 0"),
        (vec![("way", "hours"), ("hours", "7.3")], "例如 7 或 7.5"),
        (vec![("way", "hours"), ("hours", "90.5")], "不能超过本年度要求的 90 学时"),
        (vec![("reason", "产假")], "减免原因"),
    ] {
        let page = person.upload("/credit-hours/exemptions", &with(&changes), &SCAN).await;
        page.is(422).contains(sentence);
    }
    person
        .upload("/credit-hours/exemptions", &LEAVE, &[])
        .await
        .is(422)
        .contains("请至少上传 1 份证明材料");
    assert_eq!(county.number("select count(*) from review_case").await, 0);
    // the draft goes on, file by file
    let id = county.number("select max(id) from exemption").await;
    let base = format!("/credit-hours/exemptions/{id}");
    person.get(&format!("{base}/edit")).await.is(200).contains("2026 年 3 月至 6 月休产假。");
    person.upload(&base, &with(&[("act", "attach")]), &SCAN).await.is(303);
    let file = county.number("select max(file_id) from exemption_file").await;
    let remove = format!("remove:{file}");
    person.upload(&base, &with(&[("act", &remove)]), &SCAN).await.is(303);
    person.upload(&base, &LEAVE, &[]).await.redirects_to(&base);
    // one at a time; withdrawn, sent again under its number
    apply(&county, &[]).await.is(422).contains("一次只能申请一条");
    person.get(&format!("{base}/edit")).await.is(409);
    person.post(&format!("{base}/remind"), &[]).await.is(409);
    person.post(&format!("{base}/delete"), &[]).await.is(409);
    person.post(&format!("{base}/withdraw"), &[]).await.is(303);
    person.upload(&base, &with(&[("months", "3")]), &[]).await.redirects_to(&base);
    let login = county.admin_of("人民医院").await;
    let sent = "update exemption set desk_id = desk_id where state = 'pending'";
    county.execute(sent).await;
    let mut desk = seated(&county, &login).await;
    let at = format!("/desk/exemptions/{id}");
    desk.post(&format!("{at}/reject"), &[("confirmed", "1"), ("reason", "缺")]).await.is(422);
    let reason = [("confirmed", "1"), ("reason", "准假单看不清楚，请重新上传。")];
    desk.post(&format!("{at}/reject"), &reason).await.is(303);
    assert_eq!(year(&county).await, (0, false, true));
    person.get(&base).await.is(200).contains("准假单看不清楚").contains("修改后重新提交");
    person.upload(&base, &LEAVE, &SCAN).await.redirects_to(&base);
    assert_eq!(
        county.text("select number from exemption where case_id is not null").await,
        "JM2026-0001"
    );
    assert_eq!(county.number("select round from review_case").await, 3);
    // a draft of hers is nobody else's
    let draft = county.number("select min(id) from exemption where state = 'draft'").await;
    let mut other = seated(&county, &id_number(3)).await;
    other.get(&format!("/credit-hours/exemptions/{draft}")).await.is(404);
    other.get(&base).await.is(404);
    desk.get(&format!("/credit-hours/unit-exemptions/{draft}")).await.is(404);
    person.post(&format!("/credit-hours/exemptions/{draft}/delete"), &[]).await.is(303);
}

#[rocket::async_test]
async fn a_unit_applies_for_its_own_people_and_the_next_desk_decides() {
    let county = county().await;
    let login = county.admin_of("人民医院").await;
    let mut unit = seated(&county, &login).await;
    let base = "/credit-hours/unit-exemptions";
    unit.get(&format!("{base}/new")).await.is(200).contains("为谁申请");
    for (who, sentence) in
        [("", "请填写"), ("李敏", "本单位没有这个人"), ("张三", "本单位没有这个人")]
    {
        unit.upload(base, &with(&[("who", who)]), &SCAN).await.is(422).contains(sentence);
    }
    let fields = with(&[("who", "周晓梅"), ("way", "full")]);
    unit.upload(base, &fields, &SCAN).await.redirects_to(&format!("{base}/1"));
    // not at the unit's own desk
    let desk = county.number("select desk_id from exemption").await;
    assert_eq!(desk, county.organization("卫健委").await.0);
    unit.get(&format!("{base}/1")).await.is(200).contains("JM2026-0001");
    unit.get("/desk/exemptions").await.is(200).lacks("JM2026-0001");
    let mut person = seated(&county, &id_number(2)).await;
    person
        .get("/credit-hours/exemptions/1")
        .await
        .is(200)
        .contains("人民医院")
        .lacks("撤回</button>");
    person.post("/credit-hours/exemptions/1/withdraw", &[]).await.is(409);
    decide(&county, &county.admin_of("卫健委").await, "approve", &[]).await.is(303);
    // the county's 3 people, and then 2
    let people = "select sum(people) from unit_year where year = 2026";
    assert_eq!(county.number(people).await, 3);
    decide(&county, "admin", "approve", &[]).await.is(303);
    assert_eq!(year(&county).await, (900, true, false));
    assert_eq!(county.number(people).await, 2);
    whole(&county).await;
    // a colleague goes on with what the unit submitted
    let hospital = county.organization("人民医院").await;
    let edit = kit::Grantable { leaf: credit_hours::UNIT_EXEMPTIONS, action: kit::Action::Edit };
    let county = county.with_clerk("colleague", hospital, &[edit]).await;
    let mut unit = seated(&county, &login).await;
    unit.upload(base, &with(&[("who", "王芳")]), &SCAN).await.redirects_to(&format!("{base}/2"));
    let mut colleague = seated(&county, "colleague").await;
    colleague.post(&format!("{base}/2/withdraw"), &[]).await.is(303);
    let mut stranger = seated(&county, &county.admin_of("第一中学").await).await;
    stranger.post(&format!("{base}/2/withdraw"), &[]).await.is(404);
    stranger.get(&format!("{base}/1")).await.is(404);
}

#[rocket::async_test]
async fn the_bureau_ends_an_exemption_and_the_year_asks_for_everything_again() {
    let county = county().await;
    hours(&county, 1, 300).await;
    apply(&county, &[("way", "full")]).await.is(303);
    approve(&county).await;
    assert_eq!(year(&county).await, (900, true, false));
    let mut unit = seated(&county, &county.admin_of("人民医院").await).await;
    end(&mut unit, 1, REASON, PASSWORD).await.is(403);
    let mut bureau = seated(&county, "admin").await;
    bureau.get("/desk/exemptions/1").await.is(200).contains("/credit-hours/ended-exemptions/1");
    bureau.get("/credit-hours/ended-exemptions/1").await.is(200).contains("JM2026-0001");
    end(&mut bureau, 1, "错", PASSWORD).await.is(422);
    end(&mut bureau, 1, REASON, "wrong-wrong-1").await.is(422);
    end(&mut bureau, 99, REASON, PASSWORD).await.is(404);
    assert_eq!(year(&county).await, (900, true, false));
    let mut again = seated(&county, "admin").await;
    let (a, b) = rocket::tokio::join!(
        end(&mut bureau, 1, REASON, PASSWORD),
        end(&mut again, 1, REASON, PASSWORD)
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(year(&county).await, (0, false, true));
    whole(&county).await;
    let told = county
        .text("select text from message where title = '减免已撤销' order by id limit 1")
        .await;
    assert!(told.contains("您 2026 年度的减免 JM2026-0001") && told.contains(REASON), "{told}");
    assert_eq!(county.number("select count(*) from message where title = '减免已撤销'").await, 2);
    bureau.get("/desk/exemptions/1").await.is(200).contains("已终止").contains(REASON);
    bureau.get("/desk/exemptions?tab=done&state=ended").await.is(200).contains("JM2026-0001");
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/credit-hours/exemptions/1").await.is(200).contains(REASON);
    assert!(
        county.trail().await.iter().any(|text| text.contains("撤销 2026 年度减免 JM2026-0001"))
    );
}

#[rocket::async_test]
async fn a_second_one_takes_the_place_of_the_first_and_does_not_add_to_it() {
    let county = county().await;
    apply(&county, &[]).await.is(303);
    approve(&county).await;
    assert_eq!(year(&county).await.0, 300);
    apply(&county, &[("way", "hours"), ("hours", "45")]).await.is(303);
    let mut bureau = seated(&county, "admin").await;
    bureau.get("/desk/exemptions/2").await.is(200).contains("通过后由本条代替，不累加");
    approve(&county).await;
    assert_eq!(year(&county).await.0, 450);
    assert_eq!(county.number("select count(*) from exemption where in_force = 1").await, 1);
    assert_eq!(
        county.text("select ended_reason from exemption where id = 1").await,
        "由 JM2026-0002 代替"
    );
    end(&mut bureau, 1, REASON, PASSWORD).await.is(409);
    whole(&county).await;
    // less is granted than was asked for
    apply(&county, &[("way", "full")]).await.is(303);
    let unit = county.admin_of("人民医院").await;
    let less = [("hours", "60"), ("lowered", "只休了八个月")];
    decide(&county, &unit, "approve", &less).await.is(303);
    decide(&county, &county.admin_of("卫健委").await, "approve", &[]).await.is(303);
    decide(&county, "admin", "approve", &[]).await.is(303);
    assert_eq!(year(&county).await, (600, false, true));
    // last year's: who counted then counts again when it ends
    apply(&county, &[("year", "2025"), ("way", "full")]).await.is(303);
    approve(&county).await;
    whole(&county).await;
    let counted = "select counted from person_year where year = 2025";
    assert_eq!(county.number(counted).await, 0);
    let last = county.number("select max(id) from exemption").await;
    end(&mut bureau, last, REASON, PASSWORD).await.is(303);
    assert_eq!(county.number("select exempt from person_year where year = 2025").await, 0);
    whole(&county).await;
}

#[rocket::async_test]
async fn an_exemption_follows_its_person_to_another_unit_and_stays_in_force() {
    let county = county().await;
    apply(&county, &[("way", "full")]).await.is(303);
    approve(&county).await;
    county.execute("update person set state = 'retired' where name = '周晓梅'").await;
    let person = county.person("周晓梅").await;
    let event = kit::Event::PersonChanged { person };
    let mut tx = county.db().begin().await.unwrap();
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(year(&county).await, (900, true, false));
    county.execute("update person set state = 'serving' where name = '周晓梅'").await;
    let mut tx = county.db().begin().await.unwrap();
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(year(&county).await, (900, true, false));
    whole(&county).await;
}
