//! 为什么没完成 and 未完成人员名单: what people, units and desks are told, and who is reminded.

use calamine::Reader;
use kit::{Action, Grantable};

use crate::support::{Browser, Page, World, id_number};

const BASE: &str = "/credit-hours/unfinished";

/// 周晓梅 and 王芳 of 妇幼保健院 under 卫健委, 赵国栋 of 一中; everybody's phones.
async fn county() -> World {
    let county = World::new()
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("妇幼保健院", "卫健委")
        .await
        .with_employer("一中")
        .await
        .with_active_person("周晓梅", "妇幼保健院", &id_number(2))
        .await
        .with_active_person("王芳", "妇幼保健院", &id_number(3))
        .await
        .with_active_person("赵国栋", "一中", &id_number(4))
        .await;
    county.execute("update person set phone = '1380000000' || id").await;
    county
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// Hours in the ledger, in tenths.
async fn enter(county: &World, name: &str, category: i64, tenths: i64) {
    let person = county.person(name).await;
    let entry = credit_hours::ledger::NewEntry {
        person,
        year: 2026,
        category,
        kind: "02".to_owned(),
        title: "基层儿科常见病诊疗规范培训班".to_owned(),
        organizer: "云川县卫生健康培训中心".to_owned(),
        started_on: "2026-09-14".to_owned(),
        ended_on: "2026-09-18".to_owned(),
        hours: kit::Hours::from_tenths(tenths),
        source: credit_hours::ledger::Source::Import,
        declaration: None,
        recognised_by: "示例县人力资源和社会保障局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    };
    let mut tx = county.db().begin().await.unwrap();
    credit_hours::ledger::record(&mut tx, &[entry], &county.clock).await.unwrap();
    tx.commit().await.unwrap();
}

async fn row_of(county: &World, name: &str) -> i64 {
    let mut reader = county.db().read().await.unwrap();
    sqlx::query_scalar(
        "select y.id from person_year y join person p on p.id = y.person_id
          where p.name = ? and y.year = 2026",
    )
    .bind(name)
    .fetch_one(&mut *reader)
    .await
    .unwrap()
}

fn cells(page: &Page) -> Vec<Vec<String>> {
    let bytes = std::io::Cursor::new(page.bytes.clone());
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(bytes).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[rocket::async_test]
async fn a_person_and_his_clerks_read_the_same_sentences() {
    let county = county().await;
    enter(&county, "周晓梅", 1, 305).await;
    let told = [
        "2026 年度要求 90 学时，已记入 30.5 学时，还差 59.5 学时。",
        "专业科目要求 60 学时，已有 0 学时，还差 60 学时。",
        "有的科目已超过要求，超过的部分不能顶替别的科目，实际还需 60 学时。",
        "2026 年度的学习可以申报到 2026-12-31，还有 38 天。",
        "有疑问请联系妇幼保健院的继续教育管理人员。",
    ];
    let mut person = seated(&county, &id_number(2)).await;
    let mine = person.get("/credit-hours/mine").await;
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    let id = county.person("周晓梅").await;
    let record = unit.get(&format!("/queries/people/{id}")).await;
    let row = row_of(&county, "周晓梅").await;
    let one = unit.get(&format!("{BASE}/{row}")).await;
    for page in [&mine, &record, &one] {
        page.is(200);
        for sentence in told {
            page.contains(sentence);
        }
    }
    one.contains(&format!("1380000000{id}"));
    // superiors see the phone masked; other units nothing
    let mut department = seated(&county, &county.admin_of("卫健委").await).await;
    department.get(&format!("{BASE}/{row}")).await.is(200).lacks(&format!("1380000000{id}"));
    let mut school = seated(&county, &county.admin_of("一中").await).await;
    school.get(&format!("{BASE}/{row}")).await.is(404);
    person.get(&format!("{BASE}/{row}")).await.is(403);
    county.get(&format!("{BASE}/{row}")).await.is(303);
}

#[rocket::async_test]
async fn the_list_shows_each_scope_its_own_and_is_narrowed() {
    let county = county().await;
    enter(&county, "周晓梅", 2, 600).await;
    enter(&county, "周晓梅", 1, 205).await;
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    let page = unit.get(BASE).await;
    page.is(200)
        .contains("2026 年度应参加 2 人，已完成 0 人，未完成 2 人")
        .contains("公需 20.5，专业 60")
        .contains("公需还差 9.5")
        .contains("没有申报")
        .lacks("赵国栋");
    let (lacks_most, lacks_least) =
        (page.body.find("王芳").unwrap(), page.body.find("周晓梅").unwrap());
    assert!(lacks_most < lacks_least);
    for (query, shown, not) in [
        ("lack=10", "周晓梅", "王芳"),
        ("lack=more", "王芳", "周晓梅"),
        ("zero=yes", "王芳", "周晓梅"),
        ("zero=no", "周晓梅", "王芳"),
    ] {
        unit.get(&format!("{BASE}?{query}")).await.is(200).contains(shown).lacks(not);
    }
    unit.get(&format!("{BASE}?waits=yes")).await.is(200).contains("没有符合条件的记录");
    unit.get(&format!("{BASE}?year=2019")).await.is(200).contains("2026 年度应参加 2 人");
    let mut admin = seated(&county, "admin").await;
    let page = admin.get(BASE).await;
    page.is(200).contains("赵国栋").contains("妇幼保健院").lacks("13800000001");
    let mut department = seated(&county, &county.admin_of("卫健委").await).await;
    department.get(BASE).await.is(200).contains("周晓梅").lacks("赵国栋");

    // the workbook says what the page says
    let rows = cells(&unit.get(&format!("{BASE}/export?lack=10")).await);
    assert_eq!(
        rows[2],
        [
            "姓名",
            "内设部门",
            "职称名称",
            "手机",
            "已完成",
            "各科目已完成",
            "还差",
            "待审核",
            "原因"
        ]
    );
    let id = county.person("周晓梅").await;
    let phone = format!("1380000000{id}");
    let expected =
        ["周晓梅", "", "", phone.as_str(), "80.5", "公需 20.5，专业 60", "9.5", "", "公需还差 9.5"];
    assert_eq!((rows[3].as_slice(), rows.len()), (&expected.map(str::to_owned)[..], 4));
    // neither does the list's own export give a superior the phones in full
    for path in [format!("{BASE}/export"), "/lists/unfinished/export?year=2026".to_owned()] {
        let rows = cells(&department.get(&path).await);
        assert!(rows.len() > 4 && !rows.concat().contains(&phone), "{rows:?}");
    }
}

#[rocket::async_test]
async fn who_is_reminded_hears_once_a_day_what_is_missing() {
    let county = county().await;
    enter(&county, "周晓梅", 2, 600).await;
    enter(&county, "周晓梅", 1, 300).await;
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    let [done, open, other] = [
        row_of(&county, "周晓梅").await,
        row_of(&county, "王芳").await,
        row_of(&county, "赵国栋").await,
    ]
    .map(|id| id.to_string());
    let remind = format!("{BASE}/remind");
    unit.post(&remind, &[]).await.is(422).contains("请先勾选");
    unit.post(&remind, &[("id", &open), ("id", &other)]).await.is(404);
    assert_eq!(county.number("select count(*) from message").await, 0);
    let sent = unit.post(&remind, &[("id", &open), ("id", &done)]).await;
    sent.redirects_to(BASE);
    unit.follow(&sent).await.contains("已提醒 1 人");
    let text = county.text("select text from message").await;
    assert_eq!(
        text,
        "妇幼保健院提醒您：2026 年度学时还没有完成（公需还差 30，专业还差 60；没有申报）。2026 年度的学习可以申报到 2026-12-31，还有 38 天。"
    );
    let trail = county.trail().await.pop().unwrap();
    assert_eq!(trail, "提醒 2026 年度未完成学时的人员 1 人");
    // again on the same day: nobody; on the next day again
    let all = [("all", "1"), ("year", "2026")];
    let again = unit.post(&remind, &all).await;
    unit.follow(&again).await.contains("1 人没有提醒");
    assert_eq!(county.number("select count(*) from message").await, 1);
    let mut admin = seated(&county, "admin").await;
    let sent = admin.post(&remind, &all).await;
    admin.follow(&sent).await.contains("已提醒 1 人").contains("1 人没有提醒");
    let mut person = seated(&county, &id_number(3)).await;
    person.get("/messages").await.is(200).contains("2026 年度学时未完成");
}

#[rocket::async_test]
async fn a_unit_prints_its_list() {
    let county = county().await;
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    let id = county.person("王芳").await;
    unit.get(&format!("{BASE}/print?year=2026"))
        .await
        .is(200)
        .contains("妇幼保健院<br>2026 年度继续教育学时未完成人员名单")
        .contains("还有 38 天")
        .contains("王芳")
        .contains(&format!("1380000000{id}"))
        .lacks("赵国栋");
    unit.get(&format!("{BASE}/print?year=2019")).await.is(200).contains("都已完成");
    assert_eq!(county.trail().await.pop().unwrap(), "打印 2019 年度未完成人员名单 0 人");
    let unit_id = county.organization("一中").await;
    let see = Grantable { leaf: credit_hours::UNFINISHED, action: Action::View };
    let county = county.with_clerk("seer", unit_id, &[see]).await;
    let mut seer = seated(&county, "seer").await;
    seer.get(BASE).await.is(200).contains("赵国栋").lacks("提醒").lacks("打印全部名单");
    seer.get(&format!("{BASE}/print")).await.is(403);
    seer.post(&format!("{BASE}/remind"), &[("all", "1"), ("year", "2026")]).await.is(403);
    seer.get(&format!("{BASE}/export")).await.is(403);
}

#[rocket::async_test]
async fn from_sixty_days_before_the_end_everybody_is_told_how_long() {
    let county = county().await;
    enter(&county, "周晓梅", 2, 600).await;
    enter(&county, "周晓梅", 1, 300).await;
    let told = "2026 年度的学习可以申报到 2026-12-31，还有 38 天。";
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get("/start")
        .await
        .contains(told)
        .contains("2026 年度应参加 2 人，已完成 1 人，未完成 1 人")
        .contains("没有等待审核的申报");
    let mut open = seated(&county, &id_number(3)).await;
    open.get("/start").await.contains(told).contains("2026 年度还差 90 学时");
    let mut done = seated(&county, &id_number(2)).await;
    done.get("/start").await.is(200).lacks(told);
    county.set("credit-hours.countdown-days", "30").await;
    unit.get("/start").await.is(200).lacks(told);
    county.execute("insert into year_window values (2026, '2026-01-01', '2026-11-20', '2026-12-10', '2026-12-05')").await;
    let page = unit.get("/start").await;
    page.contains("2026 年度的申报已于 2026-11-20 截止，现在可以补报，到 2026-12-05，还有 12 天。");
    page.contains("审核截止 2026-12-10，还有 17 天");
    county.execute("update year_window set makeup_to = ''").await;
    unit.get("/start").await.contains("2026 年度的申报已于 2026-11-20 截止，不能再申报。");
    open.get("/credit-hours/mine").await.contains("已于 2026-11-20 截止，不能再申报。");
}
