//! What becomes of an approved plan: published, signed up for, held, ended with a roster.

use kit::{Hours, OrganizationId};
use time::Duration;
use training::plans::{Content, Course};

use crate::support::{Browser, World, id_number};

/// A plan as a test wants it; the clock stands at 2026-11-23 09:00.
struct Plan {
    base: &'static str,
    title: &'static str,
    stage: &'static str,
    begins_on: &'static str,
    ends_on: &'static str,
    signup_until: &'static str,
    capacity: i64,
}

const PLAN: Plan = Plan {
    base: "培训基地",
    title: "教育信息化培训班",
    stage: "approved",
    begins_on: "2026-12-07",
    ends_on: "2026-12-08",
    signup_until: "2026-12-01",
    capacity: 30,
};

/// Two days of eight hours and six and a half, of which 12 are recognised.
fn content(plan: &Plan, id: i64, version: i64, base: OrganizationId) -> Content {
    let course = |day: &str, title: &str, tenths| Course {
        day: day.to_owned(),
        title: title.to_owned(),
        teacher: "严老师".to_owned(),
        teacher_title: "副教授".to_owned(),
        hours: Hours::from_tenths(tenths),
    };
    Content {
        version_id: version,
        plan: id,
        version: 1,
        base,
        base_name: plan.base.to_owned(),
        year: 2026,
        title: plan.title.to_owned(),
        category: 2,
        category_name: "专业科目".to_owned(),
        fields: vec!["02".to_owned()],
        goal: "会用智慧课堂".to_owned(),
        audience: "中小学教师".to_owned(),
        capacity: plan.capacity,
        form: "onsite".to_owned(),
        session: 1,
        begins_on: plan.begins_on.to_owned(),
        ends_on: plan.ends_on.to_owned(),
        signup_until: plan.signup_until.to_owned(),
        place: "三号楼报告厅".to_owned(),
        url: String::new(),
        hours: Hours::from_tenths(145),
        assessment: "exam".to_owned(),
        courses: vec![
            course(plan.begins_on, "智慧课堂", 40),
            course(plan.begins_on, "数字资源", 40),
            course(plan.ends_on, "人工智能", 65),
        ],
        materials: "自编讲义".to_owned(),
        fee: 30_000,
        fee_basis: "物价局备案".to_owned(),
        manager: "韦主任".to_owned(),
        phone: "0831-5550101".to_owned(),
        files: vec![],
        replaces: None,
    }
}

/// Puts a decided plan there, beside the program; gives its id.
async fn planned(county: &World, plan: &Plan) -> i64 {
    let base = county.organization(plan.base).await;
    let mut tx = county.db().begin().await.unwrap();
    let id: i64 = sqlx::query_scalar("select coalesce(max(id), 0) + 1 from plan")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    let number = format!("JH2026-{id:04}");
    sqlx::query(
        "insert into plan (id, organization_id, number, stage, year, title, category, form, fields,
           audience, place, begins_on, ends_on, signup_until, hours, capacity, fee, created_at,
           updated_at)
         values (?, ?, ?, ?, 2026, ?, 2, 'onsite', '02', '中小学教师', '三号楼报告厅', ?, ?, ?, 120,
           ?, 30000, '', '')",
    )
    .bind(id)
    .bind(base)
    .bind(&number)
    .bind(plan.stage)
    .bind(plan.title)
    .bind(plan.begins_on)
    .bind(plan.ends_on)
    .bind(plan.signup_until)
    .bind(plan.capacity)
    .execute(&mut *tx)
    .await
    .unwrap();
    let case: i64 = sqlx::query_scalar(
        "insert into review_case (subject, number, state, route, stage, account_id,
           organization_id, title, content, submitted_at, waiting_since)
         values ('plans', ?, 'approved', '[]', 0, 1, ?, '', '{}', '', '') returning id",
    )
    .bind(&number)
    .bind(base)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    let version: i64 = sqlx::query_scalar(
        "insert into plan_version (plan_id, version, case_id, number, state, organization_id,
           account_id, content, created_at, updated_at)
         values (?, 1, ?, ?, 'approved', ?, 1, '', '', '') returning id",
    )
    .bind(id)
    .bind(case)
    .bind(&number)
    .bind(base)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    let text = serde_json::to_string(&content(plan, id, version, base)).unwrap();
    sqlx::query("update plan_version set content = ? where id = ?")
        .bind(text)
        .bind(version)
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("update plan set version_id = ? where id = ?")
        .bind(version)
        .bind(id)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// 一中 with two people, 医院 with one, two bases; nobody is signed up.
async fn county() -> World {
    World::new()
        .await
        .with_employer("一中")
        .await
        .with_employer("医院")
        .await
        .with_base("培训基地")
        .await
        .with_base("另一基地")
        .await
        .with_active_person("周晓梅", "一中", &id_number(2))
        .await
        .with_active_person("赵国栋", "一中", &id_number(3))
        .await
        .with_active_person("钱医生", "医院", &id_number(4))
        .await
}

/// Signed in, on the start page (whose form token the next post carries).
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn signed(county: &World) -> Vec<i64> {
    sqlx::query_scalar("select signed from plan order by id")
        .fetch_all(&mut *county.db().read().await.unwrap())
        .await
        .unwrap()
}

#[rocket::async_test]
async fn approved_plans_are_published_without_anybody_in_them() {
    let county = county().await;
    county.get("/").await.is(200).lacks("培训计划公示");
    let id = planned(&county, &PLAN).await;
    let hidden = Plan { title: "没有通过的计划", stage: "planned", ..PLAN };
    let hidden = planned(&county, &hidden).await;
    let cancelled = Plan { title: "取消的班", stage: "cancelled", ..PLAN };
    let cancelled = planned(&county, &cancelled).await;
    let past = Plan {
        title: "以前的班",
        stage: "ended",
        begins_on: "2026-03-02",
        ends_on: "2026-03-03",
        signup_until: "2026-02-20",
        ..PLAN
    };
    planned(&county, &past).await;
    let mut person = seated(&county, &id_number(2)).await;
    person.post(&format!("/training/courses/{id}/sign-up"), &[]).await.is(303);

    let home = county.get("/").await;
    home.is(200).contains("培训计划公示").contains("教育信息化培训班").lacks("没有通过");
    let list = county.get("/training/courses").await;
    list.is(200).contains("教育信息化培训班").contains("还剩 <strong>29</strong> 个名额");
    list.contains("取消的班").contains("已取消").lacks("没有通过").lacks("以前的班");
    let page = county.get(&format!("/training/courses/{id}")).await;
    page.is(200)
        .contains("智慧课堂")
        .contains("严老师")
        .contains("300 元/人")
        .contains("0831-5550101");
    page.contains("12 学时").contains("2026-12-07 至 2026-12-08").contains("登录后报名");
    for one in [&home, &list, &page] {
        one.lacks("周晓梅").lacks("4199").lacks("一中");
    }
    county
        .get(&format!("/training/courses/{cancelled}"))
        .await
        .is(200)
        .contains("已取消")
        .lacks("登录后报名");
    county.get(&format!("/training/courses/{hidden}")).await.is(404);
    county.get("/training/courses/999").await.is(404);
    // a signed-in person sees it in his own frame
    person.get(&format!("/training/courses/{id}")).await.is(200).contains("我要报名");
}

#[rocket::async_test]
async fn classes_are_found_by_words_field_form_and_month() {
    let county = county().await;
    planned(&county, &PLAN).await;
    let other = Plan {
        base: "另一基地",
        title: "Excel 数据处理",
        begins_on: "2027-01-11",
        ends_on: "2027-01-12",
        signup_until: "2026-11-20",
        ..PLAN
    };
    planned(&county, &other).await;
    for (query, first, second) in [
        ("", true, true),
        ("?q=%E4%BF%A1%E6%81%AF%E5%8C%96", true, false),
        ("?q=EXCEL", false, true),
        ("?q=%E5%8F%A6%E4%B8%80%E5%9F%BA%E5%9C%B0", false, true),
        ("?q=%25", false, false),
        ("?open=on", true, false),
        ("?month=2027-01", false, true),
        ("?month=2026-12&form=onsite&category=2&field=02", true, false),
        ("?form=online", false, false),
        ("?category=1", false, false),
        ("?field=03", false, false),
        ("?month=nonsense&page=-3&category=x&field=%00&form=%27", true, true),
    ] {
        let page = county.get(&format!("/training/courses{query}")).await;
        page.is(200);
        let shown = |title: &str| page.body.contains(title);
        assert_eq!((shown("教育信息化"), shown("Excel")), (first, second), "{query}: {page:?}");
    }
    let steps = training::classes::search_plans(&mut county.db().read().await.unwrap()).await;
    for step in steps.unwrap() {
        assert!(!step.starts_with("SCAN"), "{step}");
    }
}

#[rocket::async_test]
async fn a_person_signs_up_once_and_cancels_until_the_deadline() {
    let county = county().await;
    let id = planned(&county, &PLAN).await;
    let same_days = Plan { title: "同一天的班", base: "另一基地", ..PLAN };
    let same_days = planned(&county, &same_days).await;
    let mut person = seated(&county, &id_number(2)).await;
    let page = person.get("/training/mine").await;
    page.is(200).contains("还没有报名").contains("教育信息化培训班");
    let ask = format!("/training/courses/{id}/sign-up");
    person.get(&ask).await.is(200).contains("确认报名").lacks("时间重叠");
    person.post(&ask, &[]).await.redirects_to("/training/mine");
    assert_eq!(signed(&county).await, [1, 0]);
    person.get("/training/mine").await.contains("已报名").contains("取消报名");
    // not twice, and not unseen on the same days
    person.get(&ask).await.is(200).contains("已经报名").lacks("确认报名");
    person.post(&ask, &[]).await.is(409).contains("已经报名");
    let page = person.get(&format!("/training/courses/{same_days}/sign-up")).await;
    page.is(200).contains("时间重叠").contains("确认报名");

    let trainee = county.number("select id from trainee").await;
    let cancel = format!("/training/mine/{trainee}/cancel");
    let mut other = seated(&county, &id_number(3)).await;
    other.get(&cancel).await.is(404);
    other.post(&cancel, &[]).await.is(404);
    person.get(&cancel).await.is(200).contains("确认取消报名");
    person.post(&cancel, &[]).await.redirects_to("/training/mine");
    person.post(&cancel, &[]).await.is(409);
    assert_eq!(signed(&county).await, [0, 0]);
    // renewed: the same row
    person.post(&ask, &[]).await.redirects_to("/training/mine");
    assert_eq!(signed(&county).await, [1, 0]);
    assert_eq!(county.number("select count(*) from trainee").await, 1);
    let trail = county.trail().await;
    let count = |text: &str| trail.iter().filter(|t| *t == text).count();
    assert_eq!(count("报名参加培训班“教育信息化培训班”"), 2);
    assert_eq!(count("取消参加培训班“教育信息化培训班”"), 1);

    // the deadline's last day counts, the next one does not: 2026-12-01 is eight days away
    county.clock.advance(Duration::days(8) + Duration::hours(14));
    let mut person = seated(&county, &id_number(2)).await;
    let mut other = seated(&county, &id_number(3)).await;
    person.post(&cancel, &[]).await.redirects_to("/training/mine");
    person.post(&ask, &[]).await.redirects_to("/training/mine");
    county.clock.advance(Duration::hours(2));
    let mut person = seated(&county, &id_number(2)).await;
    person.post(&cancel, &[]).await.is(409).contains("报名已截止");
    other.sign_in(&id_number(3), crate::support::PASSWORD).await;
    other.get("/training/mine").await.lacks("教育信息化培训班");
    other.post(&ask, &[]).await.is(409).contains("报名已于 2026-12-01 截止");
    assert_eq!(signed(&county).await, [1, 0]);
}

#[rocket::async_test]
async fn who_may_not_take_part_is_told_why() {
    let county = county().await;
    let id = planned(&county, &PLAN).await;
    let ask = format!("/training/courses/{id}/sign-up");
    let mut person = seated(&county, &id_number(2)).await;
    for (change, undo, why) in [
        (
            "update person set state = 'retired' where name = '周晓梅'",
            "update person set state = 'rehired' where name = '周晓梅'",
            "人员状态为“退休”",
        ),
        (
            "update plan set stage = 'cancelled'",
            "update plan set stage = 'approved'",
            "培训班已取消",
        ),
        ("update plan set stage = 'running'", "update plan set stage = 'approved'", "已经开班"),
        ("update plan set stage = 'ended'", "update plan set stage = 'approved'", "已结业"),
        ("update plan set capacity = 0", "update plan set capacity = 1", "名额已满"),
        (
            "update organization set state = 'disabled' where name = '培训基地'",
            "update organization set state = 'active' where name = '培训基地'",
            "基地已停用",
        ),
    ] {
        county.execute(change).await;
        person.get(&ask).await.is(200).contains(why).lacks("确认报名");
        person.post(&ask, &[]).await.is(409).contains(why);
        county.execute(undo).await;
    }
    county.execute("update plan set stage = 'planned'").await;
    person.get(&ask).await.is(404);
    person.post(&ask, &[]).await.is(404);
    county.execute("update plan set stage = 'approved'").await;
    person.post(&ask, &[]).await.redirects_to("/training/mine");
    let login = county.admin_of("一中").await;
    let mut unit = seated(&county, &login).await;
    unit.get("/training/mine").await.is(403);
    unit.post(&ask, &[]).await.is(403);
}

#[rocket::async_test]
async fn of_two_who_want_the_last_place_one_gets_it() {
    let county = county().await;
    for n in 0..5 {
        let id = planned(&county, &Plan { capacity: 1, ..PLAN }).await;
        let ask = format!("/training/courses/{id}/sign-up");
        let mut first = seated(&county, &id_number(2)).await;
        let mut second = seated(&county, &id_number(3)).await;
        let mut third = seated(&county, &id_number(4)).await;
        let pages = futures_util::future::join3(
            first.post(&ask, &[]),
            second.post(&ask, &[]),
            third.post(&ask, &[]),
        )
        .await;
        let mut statuses = [pages.0.status, pages.1.status, pages.2.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409, 409], "round {n}");
        assert_eq!(signed(&county).await.last(), Some(&1));
        assert_eq!(
            county
                .number("select count(*) from trainee where plan_id = (select max(id) from plan)")
                .await,
            1
        );
    }
}
