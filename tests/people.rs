//! 本单位人员: every organization's own people; requests to change them; a person's own side.

use crate::support::{Browser, World, id_number};

async fn county() -> World {
    World::new()
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("妇幼保健院", "卫健委")
        .await
        .with_employer("一中")
        .await
        .with_active_person("周晓梅", "妇幼保健院", &id_number(2))
        .await
        .with_person("孙丽", "妇幼保健院", &id_number(4))
        .await
        .with_active_person("赵国栋", "一中", &id_number(3))
        .await
        .with_person("钱建国", "示例县人力资源和社会保障局", &id_number(5))
        .await
}

async fn admin_of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    let mut browser = county.sign_in(&county.admin_of(unit).await).await;
    browser.get("/start").await.is(200);
    browser
}

async fn home(county: &World, name: &str) -> String {
    format!("/accounts/people/{}", county.person(name).await)
}

/// What a person's form needs.
fn fields<'a>(name: &'a str, number: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("number", number),
        ("person_name", name),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("person_phone", "13912345678"),
    ]
}

#[rocket::async_test]
async fn each_organization_sees_its_own_people_and_not_those_below_it() {
    let county = county().await;
    let mut bureau = county.admin().await;
    let page = bureau.get("/accounts/people").await;
    page.is(200).contains("钱建国").lacks("周晓梅").lacks("赵国栋").contains("共 1 条");
    let mut department = admin_of(&county, "卫健委").await;
    department.get("/accounts/people").await.is(200).lacks("周晓梅").contains("新增人员");
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let page = clinic.get("/accounts/people").await;
    page.is(200).contains("周晓梅").contains("孙丽").lacks("赵国栋").lacks(&id_number(2));
    page.contains("未激活").contains("已激活");
    // what stands above is as little there as what stands beside
    for name in ["周晓梅", "赵国栋"] {
        bureau.get(&home(&county, name).await).await.is(404);
    }
    department.get(&home(&county, "周晓梅").await).await.is(404);
    clinic.get(&home(&county, "赵国栋").await).await.is(404).lacks("赵国栋");
    // the workbook holds the same people
    let book = bureau.get("/lists/staff/export").await;
    book.is(200);
    let last = county.trail().await.pop().unwrap();
    assert_eq!(last, "导出“本单位人员” 1 行");
}

#[rocket::async_test]
async fn a_clerk_limited_to_a_department_has_no_own_people() {
    let county = county().await;
    county
        .execute(
            "update grant set scope = 'departments' where account_id =
               (select id from account where login = 'admin')",
        )
        .await;
    county
        .execute(
            "insert into grant_department (grant_id, department_id)
             select g.id, o.id from grant g join account a on a.id = g.account_id,
               organization o where a.login = 'admin' and o.name = '卫健委'",
        )
        .await;
    let mut admin = county.admin().await;
    admin.get("/accounts/people").await.is(403).lacks("钱建国");
    admin.get("/lists/staff/export").await.is(403);
    admin.get(&home(&county, "周晓梅").await).await.is(403);
}

#[rocket::async_test]
async fn the_menu_has_it_for_every_kind_and_the_bureaus_is_still_the_manuals() {
    let county = county().await;
    let mut bureau = county.admin().await;
    let page = bureau.get("/start").await;
    let text = page.text();
    let (before, after) = text.split_once("系统管理").unwrap();
    assert!(after.contains("本单位人员") && !before.contains("本单位人员"), "{text}");
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let text = clinic.get("/start").await.text();
    let (_, after) = text.split_once("资料管理").unwrap();
    let places = ["管理内设部门", "本单位人员"].map(|title| after.find(title).unwrap());
    assert!(places[0] < places[1], "{text}");
}

#[rocket::async_test]
async fn a_person_is_added_by_hand_and_signs_in_with_the_last_six() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    county
        .execute("insert into internal_department (organization_id, name) select id, '内科' from organization where name = '妇幼保健院'")
        .await;
    clinic.get("/accounts/people/new").await.is(200).contains("内科");
    let number = id_number(9);
    let mut typed = fields("吴敏", &number);
    typed.push(("internal_department", "1"));
    let done = clinic.post("/accounts/people/new", &typed).await;
    done.redirects_to(&home(&county, "吴敏").await);
    let page = clinic.follow(&done).await;
    page.is(200).contains("内科").contains("13912345678").contains("未激活").lacks(&number);
    page.contains("365 天内有效");
    assert_eq!(county.text("select origin from person where name = '吴敏'").await, "form");
    let year = "select counted from person_year where year = 2026 and person_id = (select id from person where name = '吴敏')";
    assert_eq!(county.number(year).await, 1);
    assert_eq!(county.trail().await.pop().unwrap(), "新增人员吴敏");
    county.browser().sign_in(&number, &number[12..]).await.redirects_to("/password/first");
}

#[rocket::async_test]
async fn a_number_that_exists_is_told_and_nothing_is_added() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let people = county.number("select count(*) from person").await;
    let own = id_number(2);
    let page = clinic.post("/accounts/people/new", &fields("周晓梅", &own)).await;
    page.is(422).contains("已经是本单位人员").contains(&home(&county, "周晓梅").await);
    let others = id_number(3);
    let page = clinic.post("/accounts/people/new", &fields("赵国栋", &others)).await;
    page.is(422).contains("已在其他单位登记，请由本人发起调转").lacks("一中");
    page.lacks(&home(&county, "赵国栋").await);
    // a wrong number, name and department, each by its field
    let page = clinic
        .post(
            "/accounts/people/new",
            &[
                ("number", "419999198503150012"),
                ("person_name", "A1"),
                ("internal_department", "9"),
            ],
        )
        .await;
    page.is(422).contains("id=\"number-e\"").contains("id=\"person_name-e\"");
    page.contains("id=\"internal_department-e\"").contains("value=\"A1\"");
    assert_eq!(county.number("select count(*) from person").await, people);
}

#[rocket::async_test]
async fn what_the_unit_decides_it_changes_at_once_with_a_version() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    let page = clinic.get(&format!("{at}/edit")).await;
    page.is(200).contains("name=\"nation\"").lacks("name=\"person_name\"").lacks("name=\"series\"");
    // a name slipped into the form has no effect
    let typed = [
        ("nation", "03"),
        ("education", "14"),
        ("degree", "3"),
        ("position", "产科医师"),
        ("person_phone", "13900001111"),
        ("person_name", "周大梅"),
        ("series", "04"),
        ("note", "骨干"),
    ];
    clinic.post(&format!("{at}/edit"), &typed).await.redirects_to(&at);
    assert_eq!(county.text("select name || nation || education || series || phone || note from person where name = '周晓梅'").await, "周晓梅03140013900001111骨干");
    let page = clinic.get(&at).await;
    page.is(200).contains("产科医师").contains("单位修改").contains("骨干");
    assert_eq!(
        county
            .number(
                "select count(*) from person_version where cause = 'unit' and recorded_to is null"
            )
            .await,
        1
    );
    assert!(county.trail().await.pop().unwrap().starts_with("修改周晓梅的资料：民族、学历、学位"));
    clinic.post(&format!("{at}/edit"), &typed).await.redirects_to(&at);
    assert_eq!(county.number("select count(*) from person_version where cause = 'unit'").await, 1);
    let page = clinic.post(&format!("{at}/edit"), &[("nation", "99x"), ("education", "")]).await;
    page.is(422).contains("id=\"nation-e\"").contains("id=\"education-e\"");
    // the bureau decides alone on its own people, name and title included
    let mut bureau = county.admin().await;
    let at = home(&county, "钱建国").await;
    bureau.get(&format!("{at}/edit")).await.is(200).contains("name=\"person_name\"");
    let typed =
        [("person_name", "钱建军"), ("nation", "01"), ("education", "21"), ("series", "00")];
    bureau.post(&format!("{at}/edit"), &typed).await.redirects_to(&at);
    bureau.get(&at).await.is(200).contains("钱建军");
}

#[rocket::async_test]
async fn nobody_changes_what_is_about_himself() {
    let county = county().await.with_grant("周晓梅", "妇幼保健院").await;
    let mut herself = county.sign_in(&id_number(2)).await;
    herself.get("/start").await.is(200);
    let grant = county.number("select id from grant order by id desc limit 1").await.to_string();
    herself.post("/side", &[("to", &grant)]).await.is(303);
    let at = home(&county, "周晓梅").await;
    herself.get(&at).await.is(200).contains("不能自己修改").lacks("编辑资料");
    for act in ["edit", "mark", "undo", "reset"] {
        herself.get(&format!("{at}/{act}")).await.is(409);
        herself.post(&format!("{at}/{act}"), &[("reason", "我自己要改一下")]).await.is(409);
    }
    let own = county.person("周晓梅").await.to_string();
    for act in ["mark", "place", "reopen"] {
        herself.post(&format!("/accounts/people/{act}"), &[("id", &own)]).await.is(409);
    }
}

#[rocket::async_test]
async fn the_ticked_are_put_into_an_internal_department() {
    let county = county().await;
    county
        .execute("insert into internal_department (id, organization_id, name) select 7, id, '内科' from organization where name = '妇幼保健院'")
        .await;
    county
        .execute("insert into internal_department (id, organization_id, name) select 8, id, '教务处' from organization where name = '一中'")
        .await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let ids = [county.person("周晓梅").await.to_string(), county.person("孙丽").await.to_string()];
    let ticked: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    let page = clinic.post("/accounts/people/place", &ticked).await;
    page.is(200).contains("周晓梅").contains("孙丽").contains("内科").lacks("教务处");
    assert_eq!(county.number("select count(internal_department_id) from person").await, 0);
    let with = |to: &'static str| {
        [ticked.clone(), vec![("confirmed", "1"), ("internal_department", to)]].concat()
    };
    clinic.post("/accounts/people/place", &with("8")).await.is(422);
    clinic.post("/accounts/people/place", &with("7")).await.redirects_to("/accounts/people");
    assert_eq!(
        county.number("select count(*) from person where internal_department_id = 7").await,
        2
    );
    clinic
        .get("/accounts/people?place=7")
        .await
        .is(200)
        .contains("共 2 条")
        .contains("已将 2 人放入“内科”");
    clinic.get("/accounts/people?place=8").await.is(200).contains("共 2 条"); // no choice of hers
    clinic.post("/accounts/people/place", &with("")).await.redirects_to("/accounts/people");
    assert_eq!(county.number("select count(internal_department_id) from person").await, 0);
    let stranger = county.person("赵国栋").await.to_string();
    for act in ["place", "mark", "reopen"] {
        let form = [("id", stranger.as_str()), ("confirmed", "1"), ("internal_department", "7")];
        clinic.post(&format!("/accounts/people/{act}"), &form).await.is(404);
        clinic.post(&format!("/accounts/people/{act}"), &[]).await.is(422);
    }
}

/// (counted this year, people of the unit's year) of 周晓梅.
async fn counted(county: &World) -> (i64, i64) {
    let person = "select counted from person_year where year = 2026 and person_id = (select id from person where name = '周晓梅')";
    let unit = "select sum(people) from unit_year where year = 2026 and organization_id = (select id from organization where name = '妇幼保健院')";
    let mut reader = county.db().read().await.unwrap();
    let wrong = credit_hours::recount(&mut reader, None).await.unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
    (county.number(person).await, county.number(unit).await)
}

#[rocket::async_test]
async fn a_state_is_marked_with_date_and_reason_and_undone_and_participation_follows() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    assert_eq!(counted(&county).await, (1, 2));
    clinic.get(&format!("{at}/mark")).await.is(200).contains("退休").contains("去世");
    let page =
        clinic.post(&format!("{at}/mark"), &[("state", "moved"), ("on", "2026-11-30")]).await;
    page.is(422).contains("id=\"state-e\"").contains("日期晚于今天").contains("id=\"reason-e\"");
    let form = [("state", "retired"), ("on", "2026-11-20"), ("reason", "到龄退休")];
    clinic.post(&format!("{at}/mark"), &form).await.redirects_to(&at);
    assert_eq!(counted(&county).await, (0, 1));
    assert_eq!(
        county.text("select state_on || state_reason from person where name = '周晓梅'").await,
        "2026-11-20到龄退休"
    );
    clinic
        .get(&at)
        .await
        .is(200)
        .contains("退休")
        .contains("到龄退休")
        .contains("状态：在职 → 退休");
    let page = clinic.post(&format!("{at}/mark"), &form).await;
    page.is(422);
    let form = [("state", "rehired"), ("on", "2026-11-21"), ("reason", "返聘一年")];
    clinic.post(&format!("{at}/mark"), &form).await.redirects_to(&at);
    assert_eq!(counted(&county).await, (1, 2));
    for (left, now) in [("返聘", 0), ("退休", 1)] {
        clinic.get(&format!("{at}/undo")).await.is(200).contains(left);
        clinic.post(&format!("{at}/undo"), &[("reason", "")]).await.is(422);
        clinic.post(&format!("{at}/undo"), &[("reason", "登记错了")]).await.redirects_to(&at);
        assert_eq!(counted(&county).await.0, now, "{left}");
    }
    assert_eq!(
        county
            .text("select state || state_on || state_reason from person where name = '周晓梅'")
            .await,
        "serving"
    );
    clinic.get(&format!("{at}/undo")).await.is(409);
    clinic.post(&format!("{at}/undo"), &[("reason", "再撤一次")]).await.is(409);
    assert_eq!(
        county.number("select count(*) from person_state_change where undone_at is not null").await,
        2
    );
    assert_eq!(county.number("select count(*) from person_version where person_id = (select id from person where name = '周晓梅')").await, 5);
    // several at once
    let ids = [county.person("周晓梅").await.to_string(), county.person("孙丽").await.to_string()];
    let form = [
        ("id", ids[0].as_str()),
        ("id", &ids[1]),
        ("state", "left"),
        ("on", "2026-11-01"),
        ("reason", "辞职"),
    ];
    clinic.post("/accounts/people/mark", &form[..2]).await.is(200).contains("离职");
    let form = [form.to_vec(), vec![("confirmed", "1")]].concat();
    clinic.post("/accounts/people/mark", &form).await.redirects_to("/accounts/people");
    assert_eq!(county.number("select count(*) from person where state = 'left'").await, 2);
    assert_eq!(counted(&county).await, (0, 0));
}

#[rocket::async_test]
async fn who_left_reads_his_ledger_and_cannot_declare() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    let form = [("state", "left"), ("on", "2026-11-01"), ("reason", "辞职")];
    clinic.post(&format!("{at}/mark"), &form).await.redirects_to(&at);
    let mut herself = county.sign_in(&id_number(2)).await;
    herself.get("/start").await.is(200);
    herself.get("/credit-hours/mine").await.is(200).contains("“离职”").lacks("新增学时申报");
    let page = herself.get("/credit-hours/declarations/new").await;
    page.is(200).contains("不能申报").contains("发起调转").lacks("value=\"submit\"");
    herself.upload("/credit-hours/declarations", &[("act", "save")], &[]).await.is(409);
    assert_eq!(county.number("select count(*) from declaration").await, 0);
    clinic.post(&format!("{at}/undo"), &[("reason", "登记错了")]).await.redirects_to(&at);
    herself.upload("/credit-hours/declarations", &[("act", "save")], &[]).await.is(303);
}

#[rocket::async_test]
async fn the_account_of_the_deceased_is_shut_and_an_undo_opens_it() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let mut herself = county.sign_in(&id_number(2)).await;
    let at = home(&county, "周晓梅").await;
    let form = [("state", "deceased"), ("on", "2026-11-01"), ("reason", "因病去世")];
    clinic.post(&format!("{at}/mark"), &form).await.redirects_to(&at);
    herself.get("/start").await.is(303);
    let answer = county.browser().sign_in(&id_number(2), crate::support::PASSWORD).await;
    assert_ne!(answer.location.as_deref(), Some("/start"));
    clinic.get(&format!("{at}/mark")).await.is(200).contains("没有共同的下一步");
    clinic.post(&format!("{at}/reset"), &[("reason", "家属来电要求")]).await.is(409);
    clinic.post(&format!("{at}/undo"), &[("reason", "登记错人了")]).await.redirects_to(&at);
    county.sign_in(&id_number(2)).await.get("/start").await.is(200);
}

#[rocket::async_test]
async fn an_administrator_hands_over_before_he_leaves() {
    let county = county().await.with_grant("周晓梅", "妇幼保健院").await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    for state in ["left", "deceased"] {
        let form = [("state", state), ("on", "2026-11-01"), ("reason", "辞职了")];
        clinic.post(&format!("{at}/mark"), &form).await.is(422).contains("还有管理员权限");
    }
    let form = [("state", "retired"), ("on", "2026-11-01"), ("reason", "到龄退休")];
    clinic.post(&format!("{at}/mark"), &form).await.redirects_to(&at);
}

#[rocket::async_test]
async fn a_password_is_reset_to_the_last_six_with_a_reason_and_within_a_cap() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let number = id_number(2);
    let mut herself = county.sign_in(&number).await;
    let at = home(&county, "周晓梅").await;
    clinic.get(&format!("{at}/reset")).await.is(200).contains("后六位");
    clinic.post(&format!("{at}/reset"), &[("reason", "忘")]).await.is(422);
    clinic
        .post(&format!("{at}/reset"), &[("reason", "本人来电说明忘记密码")])
        .await
        .redirects_to(&at);
    herself.get("/start").await.is(303);
    county.browser().sign_in(&number, &number[12..]).await.redirects_to("/password/first");
    let last = county.trail().await;
    assert!(last.iter().any(|t| t.contains("重置为身份证号后六位，原因：本人来电说明忘记密码")));
    let stranger = home(&county, "赵国栋").await;
    clinic.post(&format!("{stranger}/reset"), &[("reason", "本人来电说明忘记密码")]).await.is(404);
    county.set("accounts.resets-a-day", "1").await;
    let at = home(&county, "孙丽").await;
    clinic.post(&format!("{at}/reset"), &[("reason", "本人来电说明忘记密码")]).await.is(429);
    let county = county.with_grant("周晓梅", "妇幼保健院").await;
    county.set("accounts.resets-a-day", "9").await;
    county
        .execute("update account set state = 'active', password_hash = 'x' where name = '周晓梅'")
        .await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    clinic.post(&format!("{at}/reset"), &[("reason", "本人来电说明忘记密码")]).await.is(409);
}

#[rocket::async_test]
async fn expired_initial_passwords_are_opened_anew_for_one_the_ticked_or_all() {
    let county = county().await;
    county.execute("update account set initial_until = '2026-01-01' where state = 'initial'").await;
    let number = id_number(4);
    let signs_in = async || {
        let answer = county.browser().sign_in(&number, &number[12..]).await;
        answer.location.as_deref() == Some("/password/first")
    };
    assert!(!signs_in().await);
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "孙丽").await;
    clinic.get(&at).await.is(200).contains("过期").contains("重新开放初始密码");
    clinic.post(&format!("{at}/reopen"), &[]).await.redirects_to(&at);
    assert!(signs_in().await);
    let active = home(&county, "周晓梅").await;
    clinic.post(&format!("{active}/reopen"), &[]).await.is(409);
    county.execute("update account set initial_until = '2026-01-01' where state = 'initial'").await;
    let ids = [county.person("周晓梅").await.to_string(), county.person("孙丽").await.to_string()];
    let ticked = [("id", ids[0].as_str()), ("id", &ids[1])];
    let done = clinic.post("/accounts/people/reopen", &ticked).await;
    clinic.follow(&done).await.contains("已重新开放 1 人").contains("另有 1 人已设置过自己的密码");
    assert!(signs_in().await);
    county.execute("update account set initial_until = '2026-01-01' where state = 'initial'").await;
    clinic.get("/accounts/people/reopen").await.is(200).contains("重新开放 1 人");
    clinic.post("/accounts/people/reopen", &[("all", "1")]).await.redirects_to("/accounts/people");
    assert!(signs_in().await);
    // not those of others
    let stale =
        "select count(*) from account where state = 'initial' and initial_until = '2026-01-01'";
    assert_eq!(county.number(stale).await, 1);
}
