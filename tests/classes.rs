//! What becomes of an approved plan: published, signed up for, held, ended with a roster.

use kit::OrganizationId;
use time::Duration;

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

/// Two days of eight hours and six and a half, of which 12 are recognised; as `plans::Content`.
fn content(plan: &Plan, id: i64, version: i64, base: OrganizationId) -> serde_json::Value {
    let course = |day: &str, title: &str, hours: i64| {
        serde_json::json!({
            "day": day, "title": title, "teacher": "严老师", "teacher_title": "副教授",
            "hours": hours,
        })
    };
    serde_json::json!({
        "version_id": version, "plan": id, "version": 1, "base": base, "base_name": plan.base,
        "year": 2026, "title": plan.title, "category": 2, "category_name": "专业科目",
        "fields": ["02"], "goal": "会用智慧课堂", "audience": "中小学教师",
        "capacity": plan.capacity, "form": "onsite", "session": 1, "begins_on": plan.begins_on,
        "ends_on": plan.ends_on, "signup_until": plan.signup_until, "place": "三号楼报告厅",
        "url": "", "hours": 145, "assessment": "exam",
        "courses": [
            course(plan.begins_on, "智慧课堂", 40),
            course(plan.begins_on, "数字资源", 40),
            course(plan.ends_on, "人工智能", 65),
        ],
        "materials": "自编讲义", "fee": 30_000, "fee_basis": "物价局备案", "manager": "韦主任",
        "phone": "0831-5550101", "files": [],
    })
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
    let text = content(plan, id, version, base).to_string();
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
    let page = person.get("/training/mine").await;
    page.contains("已报名").contains("取消报名").lacks(&format!("href=\"{ask}\""));
    page.contains(&format!("/training/courses/{same_days}/sign-up"));
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

#[rocket::async_test]
async fn a_unit_signs_up_several_of_its_own_and_hears_of_each() {
    let county = county().await;
    county.execute("update person set state = 'retired' where name = '赵国栋'").await;
    let county = county.with_active_person("孙老师", "一中", &id_number(5)).await;
    let county = county.with_active_person("李老师", "一中", &id_number(6)).await;
    let id = planned(&county, &Plan { capacity: 2, ..PLAN }).await;
    let ids = |names: &'static str| {
        let county = &county;
        async move {
            let all: Vec<i64> =
                sqlx::query_scalar("select id from person where instr(?, name) > 0 order by id")
                    .bind(names)
                    .fetch_all(&mut *county.db().read().await.unwrap())
                    .await
                    .unwrap();
            all.into_iter().map(|id| id.to_string()).collect::<Vec<_>>()
        }
    };
    let login = county.admin_of("一中").await;
    let mut unit = seated(&county, &login).await;
    unit.get("/training/enrolments").await.is(200).contains("教育信息化培训班");
    let to = format!("/training/enrolments/courses/{id}");
    let page = unit.get(&to).await;
    page.is(200).contains("周晓梅").contains("孙老师").lacks("赵国栋").lacks("钱医生");
    page.contains("还剩 2 个").lacks(&id_number(2));
    // asked first: who can and who cannot
    let four = ids("周晓梅赵国栋孙老师李老师").await;
    let fields: Vec<(&str, &str)> = four.iter().map(|id| ("id", id.as_str())).collect();
    let page = unit.post(&to, &fields).await;
    page.is(200).contains("不能报名：人员状态为“退休”").contains("还剩 2 个名额，勾选的有 3 人");
    assert_eq!(signed(&county).await, [0]);
    let mut confirmed = fields.clone();
    confirmed.push(("confirmed", "1"));
    let done = unit.post(&to, &confirmed).await;
    done.redirects_to(&to);
    let page = unit.follow(&done).await;
    page.contains("已报名 2 人：周晓梅、孙老师。");
    page.contains("未报名 2 人：赵国栋（人员状态为“退休”，在职或返聘的才能报名）、李老师（名额已满（计划 2 人））。");
    assert_eq!(signed(&county).await, [2]);
    // nobody ticked, somebody else's
    unit.post(&to, &[]).await.is(422).contains("没有勾选人员");
    let stranger = ids("钱医生").await;
    let fields = [("id", stranger[0].as_str()), ("confirmed", "1")];
    unit.post(&to, &fields).await.is(404);
    // each heard of it
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/messages").await.is(200).contains("一中已为您报名“教育信息化培训班”");
    person.get("/training/mine").await.contains("已报名").contains("单位");

    let page = unit.get("/training/enrolments/records").await;
    page.is(200).contains("周晓梅").contains("孙老师").contains("已报名").lacks(&id_number(2));
    unit.get("/lists/enrolments/export").await.is(200);
    let record = county
        .number("select t.id from trainee t join person p on p.id = t.person_id where p.name = '周晓梅'")
        .await;
    let own = format!("/training/enrolments/records/{record}");
    unit.get(&own).await.is(200).contains("取消报名");
    let mut other = seated(&county, &county.admin_of("医院").await).await;
    other.get(&own).await.is(404);
    other.post(&format!("{own}/cancel"), &[]).await.is(404);
    other.get("/training/enrolments/records").await.is(200).lacks("周晓梅");
    unit.post(&format!("{own}/cancel"), &[]).await.redirects_to("/training/enrolments/records");
    assert_eq!(signed(&county).await, [1]);
    person.get("/messages").await.contains("一中取消了您参加“教育信息化培训班”的报名");
    // who has left for another unit is no longer the unit's to cancel, and the base sees where he is
    county
        .execute(
            "update person set organization_id = (select id from organization where name = '医院')
              where name = '孙老师'",
        )
        .await;
    let record = county
        .number("select t.id from trainee t join person p on p.id = t.person_id where p.name = '孙老师'")
        .await;
    let own = format!("/training/enrolments/records/{record}");
    unit.get(&own).await.is(200).contains("现在单位：医院").lacks("/cancel\"");
    unit.post(&format!("{own}/cancel"), &[]).await.is(409).contains("已不是本单位人员");
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    let page = base.get(&format!("/training/plans/{id}/trainees")).await;
    page.is(200).contains("一中").contains("现单位：医院");
}

#[rocket::async_test]
async fn a_unit_signs_up_an_internal_department() {
    let county = county().await;
    let id = planned(&county, &PLAN).await;
    county
        .execute(
            "insert into internal_department (id, organization_id, name)
             select 70, id, '教务处' from organization where name = '一中'",
        )
        .await;
    county.execute("update person set internal_department_id = 70 where name = '赵国栋'").await;
    let mut unit = seated(&county, &county.admin_of("一中").await).await;
    let to = format!("/training/enrolments/courses/{id}");
    unit.get(&to).await.is(200).contains("教务处");
    let page = unit.post(&to, &[("internal_department", "70")]).await;
    page.is(200).contains("赵国栋").lacks("周晓梅");
    let mut other = seated(&county, &county.admin_of("医院").await).await;
    other.get(&to).await.is(200).lacks("教务处");
    other.post(&to, &[("internal_department", "70")]).await.is(422).lacks("赵国栋");
}

#[rocket::async_test]
async fn a_base_adds_by_number_and_name_and_removes_with_a_reason() {
    let county = county().await;
    let id = planned(&county, &Plan { signup_until: "2026-11-20", ..PLAN }).await;
    let list = format!("/training/plans/{id}/trainees");
    let add = format!("{list}/add");
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    base.get(&list).await.is(200).contains("还没有人报名");
    base.get(&add).await.is(200);
    // whichever is wrong: one sentence, as typed
    let told = |page: &crate::support::Page| {
        page.is(422).contains("身份证号和姓名必须都与本系统登记的一致");
        page.text()
            .replace(&id_number(2), "")
            .replace(&id_number(9), "")
            .replace("赵国栋", "")
            .replace("周晓梅", "")
    };
    let (right, unknown) = (id_number(2), id_number(9));
    let wrong_name = base.post(&add, &[("number", &right), ("name", "赵国栋")]).await;
    let wrong_number = base.post(&add, &[("number", &unknown), ("name", "周晓梅")]).await;
    assert_eq!(told(&wrong_name), told(&wrong_number));
    base.post(&add, &[("number", "123"), ("name", "周晓梅")]).await.is(422);
    assert_eq!(signed(&county).await, [0]);
    // the base adds after the deadline; the person himself does not
    let mut person = seated(&county, &right).await;
    let ask = format!("/training/courses/{id}/sign-up");
    person.post(&ask, &[]).await.is(409).contains("截止");
    base.post(&add, &[("number", &right), ("name", " 周晓梅 ")]).await.redirects_to(&list);
    base.post(&add, &[("number", &right), ("name", "周晓梅")]).await.is(422).contains("已经报名");
    let page = base.get(&list).await;
    page.is(200).contains("周晓梅").contains("4199************").lacks(&right);
    base.get(&format!("{list}/export")).await.is(200);
    person.get("/messages").await.contains("培训基地已把您加入“教育信息化培训班”");
    assert_eq!(signed(&county).await, [1]);

    let trainee = county.number("select id from trainee").await;
    let remove = format!("/training/trainees/{trainee}/remove");
    let mut other = seated(&county, &county.admin_of("另一基地").await).await;
    for path in [&list, &add, &remove, &format!("{list}/cancelled"), &format!("{list}/export")] {
        other.get(path).await.is(404);
    }
    other.post(&remove, &[("reason", "不符合对象")]).await.is(404);
    base.get(&remove).await.is(200).contains("周晓梅");
    base.post(&remove, &[("reason", "短")]).await.is(422).contains("至少 5 个字");
    base.post(&remove, &[("reason", "不符合培训对象")]).await.redirects_to(&list);
    assert_eq!(signed(&county).await, [0]);
    base.get(&format!("{list}/cancelled")).await.is(200).contains("不符合培训对象");
    person.get("/messages").await.contains("移出了“教育信息化培训班”的名单，原因：不符合培训对象");
    // he cannot come back by himself, the base can take him back
    county.execute("update plan set signup_until = '2026-12-01'").await;
    person.get("/training/mine").await.contains("基地已移出").contains("不符合培训对象");
    person.post(&ask, &[]).await.is(409).contains("移出名单");
    base.post(&add, &[("number", &right), ("name", "周晓梅")]).await.redirects_to(&list);
    assert_eq!(signed(&county).await, [1]);
    // who only sees may not act
    let organization = county.organization("培训基地").await;
    let view = kit::Grantable { leaf: base_leaf(&county), action: kit::Action::View };
    let county = county.with_clerk("reader", organization, &[view]).await;
    let mut reader = seated(&county, "reader").await;
    reader.get(&list).await.is(200).lacks("移出").lacks("添加学员").lacks("导出");
    for path in [&add, &remove, &format!("{list}/export")] {
        reader.get(path).await.is(403);
    }
    reader.get(&format!("/training/plans/{id}/sign-in-sheets")).await.is(403);
}

#[rocket::async_test]
async fn a_base_cannot_guess_numbers_by_searching_or_by_trying() {
    let mut county = county().await;
    for n in 20..23 {
        county = county.with_person(&format!("学员{n}"), "一中", &id_number(n)).await;
    }
    let id = planned(&county, &PLAN).await;
    fill(&county, id).await;
    let list = format!("/training/plans/{id}/trainees");
    let add = format!("{list}/add");
    let query = format!("/lists/trainees/query?page=%2Ftraining%2Fplans%2F{id}%2Ftrainees");
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    // neither the end nor the whole of a number finds anybody, the name does
    let number = id_number(2);
    for typed in [&number[12..], &number[14..], number.as_str()] {
        let sent = base.post(&query, &[("q", typed)]).await;
        base.follow(&sent)
            .await
            .is(200)
            .lacks("周晓梅")
            .contains("姓名或姓名首字母")
            .lacks("末几位");
    }
    let sent = base.post(&query, &[("q", "zxm")]).await;
    base.follow(&sent).await.is(200).contains("周晓梅").lacks("赵国栋");
    // what cannot be a number is no try; the tenth wrong one is the last of the hour
    base.post(&add, &[("number", "123"), ("name", "周晓梅")]).await.is(422);
    for n in 0..10 {
        let tried = id_number(30 + n);
        base.post(&add, &[("number", &tried), ("name", "周晓梅")]).await.is(422);
    }
    let page = base.post(&add, &[("number", &number), ("name", "周晓梅")]).await;
    page.is(429).contains("10 次填写的身份证号与姓名对不上").contains("过一小时再添加");
    // an hour later it goes on
    county.clock.advance(Duration::minutes(61));
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    base.post(&add, &[("number", &number), ("name", "周晓梅")]).await.is(422).contains("已经报名");
}

#[rocket::async_test]
async fn who_was_never_there_does_not_pass_and_nobody_gets_more_hours_than_he_attended() {
    let county = county().await;
    let id = planned(&county, &Plan { stage: "running", ..PLAN }).await;
    fill(&county, id).await;
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    let results = format!("/training/plans/{id}/results");
    let zhou = trainee(&county, "周晓梅").await;
    let (attended, result, hours) =
        (format!("attended-{zhou}"), format!("result-{zhou}"), format!("hours-{zhou}"));
    for (was, passed, counted, refused) in [
        ("0", "pass", "", "周晓梅的出勤学时是 0，不能达到要求"),
        ("0", "pass", "4", "周晓梅的出勤学时是 0，不能达到要求"),
        ("4", "pass", "4.5", "周晓梅的学时 4.5 多于出勤的 4 学时"),
        ("4", "pass", "4", ""),
        ("0.5", "pass", "0.5", ""),
        ("0", "fail", "", ""),
        ("12", "pass", "", ""),
    ] {
        let typed = [
            (attended.as_str(), was),
            (result.as_str(), passed),
            (hours.as_str(), counted),
            ("act", "save"),
        ];
        let page = base.post(&results, &typed).await;
        if refused.is_empty() {
            page.redirects_to(&results);
        } else {
            page.is(422).contains(refused);
        }
    }
    // empty hours are the recognised ones, as far as he was there; 0 is not filled up
    let read = "select t.hours from trainee t join person p on p.id = t.person_id
                 where p.name = '周晓梅'";
    assert_eq!(county.number(read).await, 120);
    let short = [(attended.as_str(), "6"), (result.as_str(), "pass"), ("act", "save")];
    base.post(&results, &short).await.redirects_to(&results);
    assert_eq!(county.number(read).await, 60);
    let fill = [(attended.as_str(), "6"), ("act", "fill-pass")];
    base.post(&results, &fill).await.is(200).contains("value=\"6\"").contains("已填入 6 格");
    let fill = [(attended.as_str(), "0"), ("act", "fill-pass")];
    base.post(&results, &fill).await.is(200).contains("已填入 4 格");
}

#[rocket::async_test]
async fn trainees_follow_their_unit_under_another_department() {
    let county = county().await.with_department("卫健委").await;
    let id = planned(&county, &PLAN).await;
    fill(&county, id).await;
    let (department, unit) =
        (county.organization("卫健委").await, county.organization("医院").await);
    county
        .execute(
            "update organization set department_id =
               (select id from organization where name = '卫健委') where name = '医院'",
        )
        .await;
    let mut tx = county.db().begin().await.unwrap();
    let event = kit::Event::OrganizationChanged { organization: unit };
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    let read = "select group_concat(coalesce(department_id, 0)) from trainee order by id";
    assert_eq!(county.text(read).await, format!("0,0,{}", department.0));
}

/// The leaf of the base's screens.
fn base_leaf(county: &World) -> kit::Leaf {
    let all = county.modules().permissions();
    all.iter().find(|one| one.leaf.key == "training.plans").unwrap().leaf
}

/// Signs everybody up beside the program.
async fn fill(county: &World, plan: i64) {
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query(
        "insert into trainee (plan_id, person_id, organization_id, base_id, by, account_id,
           signed_at)
         select c.id, p.id, p.organization_id, c.organization_id, 'unit', 1, '2026-11-20'
           from plan c join person p where c.id = ? order by p.id",
    )
    .bind(plan)
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "update plan set signed = (select count(*) from trainee where plan_id = plan.id)
          where id = ?",
    )
    .bind(plan)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// The rows of `trainee` by name.
async fn trainee(county: &World, name: &str) -> i64 {
    sqlx::query_scalar(
        "select t.id from trainee t join person p on p.id = t.person_id where p.name = ?",
    )
    .bind(name)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

#[rocket::async_test]
async fn a_class_opens_records_its_results_and_ends_with_a_roster() {
    let county = county().await;
    let id = planned(&county, &PLAN).await;
    let last_day = "update plan set ends_on = '2026-11-23'";
    let plan = format!("/training/plans/{id}");
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    base.get(&format!("{plan}/open")).await.is(200).contains("还没有人报名");
    base.post(&format!("{plan}/open"), &[]).await.is(409).contains("还没有人报名");
    base.get(&format!("{plan}/results")).await.is(409);
    fill(&county, id).await;
    base.get(&format!("{plan}/open")).await.is(200).contains("报名到 2026-12-01 才截止");
    base.post(&format!("{plan}/open"), &[]).await.redirects_to(&format!("{plan}/trainees"));
    base.post(&format!("{plan}/open"), &[]).await.is(409).contains("已经开班");
    // sign-up is closed, for the unit's and the person's cancelling too
    let (zhou, zhao, qian) = (
        trainee(&county, "周晓梅").await,
        trainee(&county, "赵国栋").await,
        trainee(&county, "钱医生").await,
    );
    let mut person = seated(&county, &id_number(2)).await;
    person.post(&format!("/training/mine/{zhou}/cancel"), &[]).await.is(409);

    let results = format!("{plan}/results");
    base.get(&results).await.is(200).contains("空着的填满出勤（14.5 学时）");
    let field = |name: &str, id: i64| format!("{name}-{id}");
    let names: Vec<String> = [
        field("attended", zhou),
        field("result", zhou),
        field("hours", zhou),
        field("attended", zhao),
        field("result", zhao),
        field("hours", zhao),
        field("score", zhou),
        field("attended", qian),
    ]
    .to_vec();
    let typed = |values: &[(usize, &'static str)], act: &'static str| -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            values.iter().map(|(n, v)| (names[*n].clone(), (*v).to_owned())).collect();
        all.push(("act".to_owned(), act.to_owned()));
        all
    };
    async fn send(
        browser: &mut Browser<'_>,
        to: &str,
        fields: &[(String, String)],
    ) -> crate::support::Page {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post(to, &fields).await
    }
    // what is wrong is said by its field, and comes back as typed
    let wrong =
        [(0, "15"), (1, "pass"), (2, "12.5"), (3, "八"), (4, "fail"), (5, "3"), (6, "九十五")];
    let page = send(&mut base, &results, &typed(&wrong, "save")).await;
    page.is(422).contains("周晓梅的出勤学时不能超过课程表的 14.5 学时");
    page.contains("周晓梅的学时不能超过认定的 12 学时").contains("赵国栋的出勤学时“八”");
    page.contains("赵国栋未达到要求，不计学时").contains("value=\"12.5\"").contains("九十五");
    assert_eq!(county.number("select count(*) from trainee where result <> ''").await, 0);
    // filling in saves nothing and keeps what is typed
    let some = [(0, "14"), (4, "fail"), (6, "95")];
    let page = send(&mut base, &results, &typed(&some, "fill-attended")).await;
    page.is(200).contains("value=\"14\"").contains("value=\"14.5\"");
    assert_eq!(county.number("select count(*) from trainee where attended is not null").await, 0);
    let page = send(&mut base, &results, &typed(&some, "fill-pass")).await;
    page.is(200).contains("value=\"12\"");
    // saved by half, the class does not end
    let half = [(0, "14"), (1, "pass"), (6, "95")];
    send(&mut base, &results, &typed(&half, "save")).await.redirects_to(&results);
    base.get(&results).await.contains("还有 2 人没有登记完").contains("value=\"95\"");
    base.get(&format!("{plan}/end")).await.is(200).contains("赵国栋、钱医生").lacks("确认结业");
    base.post(&format!("{plan}/end"), &[]).await.is(409).contains("赵国栋、钱医生");
    base.get(&format!("{plan}/roster")).await.is(409);
    person.get(&format!("/training/mine/{zhou}/certificate")).await.is(409);
    person.get("/training/mine").await.contains("培训中").lacks("达到要求");

    let mut whole: Vec<(String, String)> =
        typed(&[(0, "14"), (1, "pass"), (6, "95"), (3, "4"), (4, "fail"), (7, "14.5")], "end");
    whole.push((field("result", qian), "pass".to_owned()));
    whole.push((field("hours", qian), "10".to_owned()));
    send(&mut base, &results, &whole).await.redirects_to(&format!("{plan}/end"));
    base.get(&format!("{plan}/end")).await.contains("达到要求 <strong>2</strong> 人");
    assert_eq!(county.number("select passed from plan").await, 0);
    // not before its last day, on which it does
    base.get(&format!("{plan}/end")).await.contains("培训到 2026-12-08 才结束").lacks("确认结业");
    base.post(&format!("{plan}/end"), &[]).await.is(409).contains("培训到 2026-12-08 才结束");
    county.execute(last_day).await;
    base.get(&format!("{plan}/end")).await.contains("确认结业");
    base.post(&format!("{plan}/end"), &[]).await.redirects_to(&format!("{plan}/roster"));
    base.post(&format!("{plan}/end"), &[]).await.is(409);
    assert_eq!(county.number("select passed from plan").await, 2);
    let page = base.get(&format!("{plan}/roster")).await;
    page.is(200).contains("96.6%").contains("100%").contains("JH2026-0001-001");
    page.contains("JH2026-0001-002").contains("合计 22 学时").lacks(&id_number(2));
    let rows = training::roster(&mut county.db().read().await.unwrap(), id).await.unwrap();
    let told: Vec<(&str, bool, i64, &str, &str)> = rows
        .iter()
        .map(|r| {
            (r.name.as_str(), r.passed, r.hours.tenths(), r.rate.as_str(), r.certificate.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("周晓梅", true, 120, "96.6%", "JH2026-0001-001"),
            ("赵国栋", false, 0, "27.6%", ""),
            ("钱医生", true, 100, "100%", "JH2026-0001-002"),
        ]
    );
    // frozen
    send(&mut base, &results, &whole).await.is(409);
    base.get(&results).await.is(200).contains("成绩不能修改").lacks("<input class");
    base.get(&format!("{plan}/trainees/add")).await;
    let number = id_number(9);
    base.post(&format!("{plan}/trainees/add"), &[("number", &number), ("name", "谁")])
        .await
        .is(422);
    base.post(&format!("/training/trainees/{zhou}/remove"), &[("reason", "不符合对象")])
        .await
        .is(409);

    let book = base.get(&format!("{plan}/roster/export")).await;
    book.is(200);
    let rows = cells(&book);
    let head =
        ["序号", "身份证号", "姓名", "单位", "出勤率", "考核成绩", "结果", "学时", "证书编号"];
    assert_eq!(rows[2], head);
    assert_eq!(rows[3][2..6], ["周晓梅", "一中", "96.6%", "95"]);
    assert!(rows[3][1].contains('*') && !rows[3][1].contains(&id_number(2)[4..16]), "{rows:?}");

    // reopened with a reason: corrected, and no number is given twice
    base.post(&format!("{plan}/reopen"), &[("reason", "错")]).await.is(422);
    base.post(&format!("{plan}/reopen"), &[("reason", "周晓梅的成绩登记错了")])
        .await
        .redirects_to(&results);
    assert_eq!(county.number("select passed from plan").await, 0);
    base.get(&format!("{plan}/certificates")).await.is(409);
    let mut turned: Vec<(String, String)> =
        typed(&[(0, "14"), (1, "fail"), (3, "14"), (4, "pass"), (7, "14.5")], "save");
    turned.push((field("result", qian), "pass".to_owned()));
    send(&mut base, &results, &turned).await.redirects_to(&results);
    base.post(&format!("{plan}/end"), &[]).await.is(303);
    let rows = training::roster(&mut county.db().read().await.unwrap(), id).await.unwrap();
    let numbers: Vec<&str> = rows.iter().map(|row| row.certificate.as_str()).collect();
    assert_eq!(numbers, ["", "JH2026-0001-003", "JH2026-0001-002"]);
    county.execute("update plan set stage = 'declared'").await;
    base.post(&format!("{plan}/reopen"), &[("reason", "又登记错了一次")]).await.is(409);
    let mut other = seated(&county, &county.admin_of("另一基地").await).await;
    for path in [
        "open",
        "results",
        "end",
        "reopen",
        "roster",
        "roster/export",
        "sign-in-sheets",
        "certificates",
    ] {
        other.get(&format!("{plan}/{path}")).await.is(404);
    }
    for path in ["open", "results", "end"] {
        other.post(&format!("{plan}/{path}"), &[]).await.is(404);
    }
    let trail = county.trail().await;
    for text in
        ["培训班“教育信息化培训班”开班，3 人", "培训班“教育信息化培训班”结业，达到要求 2 人"]
    {
        assert!(trail.iter().any(|t| t == text), "{text}: {trail:?}");
    }
}

/// The cells of a workbook's first sheet, row by row.
fn cells(page: &crate::support::Page) -> Vec<Vec<String>> {
    use calamine::Reader;
    let bytes = std::io::Cursor::new(page.bytes.clone());
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(bytes).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[rocket::async_test]
async fn sheets_and_certificates_print_and_the_person_prints_his_own() {
    let county = county().await;
    let days = Plan { begins_on: "2026-11-22", ends_on: "2026-11-23", ..PLAN };
    let id = planned(&county, &days).await;
    fill(&county, id).await;
    let plan = format!("/training/plans/{id}");
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    let page = base.get(&format!("{plan}/sign-in-sheets")).await;
    page.is(200).contains("周晓梅").contains("上午").contains("下午").lacks("4199");
    assert_eq!(page.body.matches("<article class=\"sheet").count(), 2, "a sheet each day");
    let page = base.get(&format!("{plan}/sign-in-sheets?day=2026-11-22&by=course")).await;
    page.is(200).contains("智慧课堂").contains("数字资源").lacks(">人工智能<").lacks("上午</th>");
    assert_eq!(page.body.matches("<article class=\"sheet").count(), 1);
    base.get(&format!("{plan}/sign-in-sheets?day=nonsense&by=%00")).await.is(200);

    county
        .execute(
            "update trainee set attended = 145, result = 'pass', hours = 120
              where person_id in (select id from person where name in ('周晓梅', '钱医生'))",
        )
        .await;
    county.execute("update trainee set attended = 0, result = 'fail' where result = ''").await;
    county.execute("update plan set stage = 'running'").await;
    base.post(&format!("{plan}/end"), &[]).await.is(303);
    let page = base.get(&format!("{plan}/certificates")).await;
    page.is(200).contains("周晓梅").contains("钱医生").lacks("赵国栋").contains("4199************");
    page.contains("2026年11月22日至2026年11月23日").contains("<strong>12</strong> 学时");
    page.contains("2026年11月23日").lacks(&id_number(2));
    assert_eq!(page.body.matches("<article class=\"sheet").count(), 2);
    let (zhou, zhao) = (trainee(&county, "周晓梅").await, trainee(&county, "赵国栋").await);
    let page = base.get(&format!("/training/trainees/{zhou}/certificate")).await;
    page.is(200).contains("周晓梅").lacks("钱医生");
    base.get(&format!("/training/trainees/{zhao}/certificate")).await.is(409);
    let mut person = seated(&county, &id_number(2)).await;
    let page = person.get("/training/mine").await;
    page.contains("达到要求").contains(&format!("/training/mine/{zhou}/certificate"));
    person.get("/messages").await.contains("您达到要求（12 学时）");
    let page = person.get(&format!("/training/mine/{zhou}/certificate")).await;
    page.is(200).contains("JH2026-0001-001").lacks(&id_number(2));
    let mut other = seated(&county, &id_number(3)).await;
    other.get(&format!("/training/mine/{zhou}/certificate")).await.is(404);
    other.get(&format!("/training/mine/{zhao}/certificate")).await.is(409);
    other.get("/training/mine").await.contains("未达到要求").lacks("/certificate\"");
    let mut stranger = seated(&county, &county.admin_of("另一基地").await).await;
    stranger.get(&format!("/training/trainees/{zhou}/certificate")).await.is(404);
}

#[rocket::async_test]
async fn three_hundred_results_are_saved_at_once() {
    let mut county = county().await;
    for n in 100..400 {
        county = county.with_person(&format!("学员{n}"), "一中", &id_number(n)).await;
    }
    let id = planned(
        &county,
        &Plan {
            capacity: 400,
            stage: "running",
            ends_on: "2026-11-23",
            begins_on: "2026-11-22",
            ..PLAN
        },
    )
    .await;
    fill(&county, id).await;
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    let results = format!("/training/plans/{id}/results");
    let page = base.get(&results).await;
    page.is(200);
    let ids: Vec<i64> = sqlx::query_scalar("select id from trainee")
        .fetch_all(&mut *county.db().read().await.unwrap())
        .await
        .unwrap();
    let mut fields = vec![("act".to_owned(), "end".to_owned())];
    for id in &ids {
        fields.push((format!("attended-{id}"), "14.5".to_owned()));
        fields.push((format!("score-{id}"), "成绩优秀，九十五分".to_owned()));
        fields.push((format!("result-{id}"), "pass".to_owned()));
        fields.push((format!("hours-{id}"), String::new()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    base.post(&results, &fields).await.redirects_to(&format!("/training/plans/{id}/end"));
    base.post(&format!("/training/plans/{id}/end"), &[]).await.is(303);
    assert_eq!(county.number("select passed from plan").await, 303);
    let sheets = base.get(&format!("/training/plans/{id}/sign-in-sheets")).await;
    assert_eq!(sheets.is(200).body.matches("<article class=\"sheet").count(), 2 * 21);
    let all = base.get(&format!("/training/plans/{id}/certificates")).await;
    assert_eq!(all.is(200).body.matches("<article class=\"sheet").count(), 303);
}

#[rocket::async_test]
async fn a_disabled_base_gets_no_new_people_and_a_pending_change_holds_the_opening_up() {
    let county = county().await;
    let id = planned(&county, &PLAN).await;
    fill(&county, id).await;
    county
        .execute(
            "insert into plan_version (plan_id, version, case_id, state, organization_id,
               account_id, created_at, updated_at)
             select plan_id, 2, null, 'draft', organization_id, 1, '', '' from plan_version",
        )
        .await;
    let mut base = seated(&county, &county.admin_of("培训基地").await).await;
    let open = format!("/training/plans/{id}/open");
    // a draft does not hold it up, what waits at the desk does
    base.get(&open).await.is(200).contains("确认开班");
    county
        .execute(
            "insert into review_case (subject, number, state, desk_id, route, stage, account_id,
               organization_id, title, content, submitted_at, waiting_since)
             select 'plans', 'JH2026-0001-2', 'pending', 1, '[1]', 0, 1, organization_id, '', '{}',
                    '', '' from plan",
        )
        .await;
    county
        .execute(
            "update plan_version set state = 'pending',
               case_id = (select id from review_case where number = 'JH2026-0001-2')
              where version = 2",
        )
        .await;
    base.get(&open).await.is(200).contains("变更正在审核").lacks("确认开班");
    base.post(&open, &[]).await.is(409).contains("变更正在审核");
    county.execute("update organization set state = 'disabled' where name = '培训基地'").await;
    let page = county.get(&format!("/training/courses/{id}")).await;
    page.is(200).contains("暂停报名").lacks("登录后报名");
    let mut unit = seated(&county, &county.admin_of("医院").await).await;
    unit.get("/training/enrolments").await.is(200).lacks("教育信息化");
    unit.get(&format!("/training/enrolments/courses/{id}"))
        .await
        .is(200)
        .contains("现在不能报名：暂停报名");
}
