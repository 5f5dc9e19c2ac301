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
async fn a_form_opened_before_another_change_overwrites_nothing_unseen() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    let page = clinic.get(&format!("{at}/edit")).await;
    let (_, rest) = page.body.split_once("name=\"seen\" value=\"").unwrap();
    let seen = rest.split('"').next().unwrap().to_owned();
    let typed = |seen: &str, school: &str| -> Vec<(String, String)> {
        let pairs = [("nation", "01"), ("education", "21"), ("school", school), ("seen", seen)];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    };
    let post = async |clinic: &mut Browser<'_>, fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        clinic.post(&format!("{at}/edit"), &fields).await
    };
    post(&mut clinic, typed(&seen, "甲大学")).await.redirects_to(&at);
    // the second clerk's page was opened before that
    let page = post(&mut clinic, typed(&seen, "乙大学")).await;
    page.is(422).contains("资料又有变动").contains("乙大学");
    let school = "select school from person where name = '周晓梅'";
    assert_eq!(county.text(school).await, "甲大学");
    let (_, rest) = page.body.split_once("name=\"seen\" value=\"").unwrap();
    let fresh = rest.split('"').next().unwrap().to_owned();
    post(&mut clinic, typed(&fresh, "乙大学")).await.redirects_to(&at);
    assert_eq!(county.text(school).await, "乙大学");
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
    let page = clinic.post("/accounts/people/place", &with("")).await;
    page.is(422).contains("请选择内设部门").contains("放入 2 人");
    assert_eq!(county.number("select count(internal_department_id) from person").await, 2);
    clinic.post("/accounts/people/place", &with("out")).await.redirects_to("/accounts/people");
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
    page.is(200).contains("不能申报").contains("通过“人员调转”转入").lacks("value=\"submit\"");
    page.lacks("name=\"title\"").contains("href=\"/credit-hours/declarations\"");
    herself.upload("/credit-hours/declarations", &[("act", "save")], &[]).await.is(409);
    assert_eq!(county.number("select count(*) from declaration").await, 0);
    clinic.post(&format!("{at}/undo"), &[("reason", "登记错了")]).await.redirects_to(&at);
    let saved = herself.upload("/credit-hours/declarations", &[("act", "save")], &[]).await;
    saved.is(303);
    herself.get("/start").await.is(200).contains("申报草稿");
    // what he had begun no longer invites him
    clinic.post(&format!("{at}/mark"), &form).await.redirects_to(&at);
    herself.get("/start").await.is(200).lacks("申报草稿");
    let id = county.number("select id from declaration").await;
    let page = herself.get(&format!("/credit-hours/declarations/{id}/edit")).await;
    page.is(200).contains("不能申报").lacks("name=\"title\"");
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
    clinic.post(&format!("{at}/reset"), &[("reason", "家属来电要求"), OWN]).await.is(409);
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

/// The administrator's own password, asked for by a reset.
const OWN: (&str, &str) = ("password", crate::support::PASSWORD);

#[rocket::async_test]
async fn a_password_is_reset_to_the_last_six_with_a_reason_and_within_a_cap() {
    let county = county().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let number = id_number(2);
    let mut herself = county.sign_in(&number).await;
    let at = home(&county, "周晓梅").await;
    clinic.get(&format!("{at}/reset")).await.is(200).contains("后六位");
    clinic.post(&format!("{at}/reset"), &[("reason", "忘")]).await.is(422);
    let reason = ("reason", "本人来电说明忘记密码");
    let page = clinic.post(&format!("{at}/reset"), &[reason]).await;
    page.is(422).contains("请填写您自己的登录密码");
    let page = clinic.post(&format!("{at}/reset"), &[reason, ("password", "wrong-one")]).await;
    page.is(422).contains("密码不正确").lacks("wrong-one");
    herself.get("/start").await.is(200);
    clinic
        .post(&format!("{at}/reset"), &[("reason", "本人来电说明忘记密码"), OWN])
        .await
        .redirects_to(&at);
    herself.get("/start").await.is(303);
    county.browser().sign_in(&number, &number[12..]).await.redirects_to("/password/first");
    let last = county.trail().await;
    assert!(last.iter().any(|t| t.contains("重置为身份证号后六位，原因：本人来电说明忘记密码")));
    let stranger = home(&county, "赵国栋").await;
    clinic
        .post(&format!("{stranger}/reset"), &[("reason", "本人来电说明忘记密码"), OWN])
        .await
        .is(404);
    county.set("accounts.resets-a-day", "1").await;
    let at = home(&county, "孙丽").await;
    clinic.post(&format!("{at}/reset"), &[("reason", "本人来电说明忘记密码"), OWN]).await.is(429);
    let county = county.with_grant("周晓梅", "妇幼保健院").await;
    county.set("accounts.resets-a-day", "9").await;
    county
        .execute("update account set state = 'active', password_hash = 'x' where name = '周晓梅'")
        .await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    clinic.post(&format!("{at}/reset"), &[("reason", "本人来电说明忘记密码"), OWN]).await.is(409);
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

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const CHANGE: &str = "/accounts/profile/change";

/// 周晓梅 with a record like an imported one.
async fn recorded() -> World {
    let county = county().await;
    county
        .execute(
            "update person set nation = '01', education = '21', degree = '4', series = '04',
               level = 'middle', title = '主治医师', titled_on = '2018-12' where name = '周晓梅'",
        )
        .await;
    county
        .execute("update person_year set series = '04', level = 'middle' where person_id = (select id from person where name = '周晓梅')")
        .await;
    county.execute("delete from unit_year").await;
    let mut tx = county.db().begin().await.unwrap();
    credit_hours::ledger::totals::rebuild(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    county
}

/// The form as 周晓梅's record fills it.
fn typed<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let recorded = [
        ("person_name", "周晓梅"),
        ("nation", "01"),
        ("education", "21"),
        ("degree", "4"),
        ("series", "04"),
        ("level", "middle"),
        ("title", "主治医师"),
        ("titled_on", "2018-12"),
        ("reason", "按证书更正资料"),
        ("act", "submit"),
    ];
    let keep = |(name, _): &(&str, &str)| !changed.iter().any(|(new, _)| new == name);
    recorded.into_iter().filter(keep).chain(changed.iter().copied()).collect()
}

const DEPUTY: [(&str, &str); 3] =
    [("level", "deputy-senior"), ("title", "副主任医师"), ("titled_on", "2025-12-20")];

async fn herself(county: &World) -> Browser<'_> {
    let mut browser = county.sign_in(&id_number(2)).await;
    browser.get("/start").await.is(200);
    browser
}

async fn desk(county: &World, act: &str) -> String {
    let id = county.number("select max(id) from person_change").await;
    format!("/desk/person-changes/{id}{act}")
}

#[rocket::async_test]
async fn a_persons_title_passes_his_unit_and_the_bureau_and_changes_once() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    person.get(CHANGE).await.is(200).contains("副主任医师").contains("value=\"主治医师\"");
    // a title needs a certificate
    let form = typed(&[DEPUTY.to_vec(), vec![("political", "01")]].concat());
    let page = person.upload(CHANGE, &form, &[]).await;
    page.is(422).contains("id=\"files-e\"").contains("至少上传 1 份");
    let sent = person.upload(CHANGE, &form, &[("files", "证书.pdf", PDF)]).await;
    let own = sent.location.clone().unwrap();
    assert!(own.starts_with("/accounts/profile/change/"), "{own}");
    let page = person.follow(&sent).await;
    page.is(200).contains("XG20261123-0001").contains("<del>主治医师</del>");
    page.contains("<ins>副主任医师</ins>").contains("证书.pdf").contains("撤回");
    person.get("/accounts/profile").await.is(200).contains("审核中").contains("职称等级、职称名称");
    person.get(CHANGE).await.redirects_to(&own);
    person.upload(CHANGE, &form, &[]).await.is(409);
    // the unit first, then the bureau; the department in between is not asked
    let mut bureau = county.admin().await;
    bureau.get(&desk(&county, "").await).await.is(200).lacks("name=\"confirmed\"");
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let page = clinic.get("/desk/person-changes").await;
    page.is(200).contains("周晓梅").contains("政治面貌、职称等级").contains("本人");
    let page = clinic.get(&desk(&county, "").await).await;
    page.is(200).contains("<ins>副主任医师</ins>").contains("原内容与现在的资料一致");
    clinic.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select level from person where name = '周晓梅'").await, "middle");
    let mut department = admin_of(&county, "卫健委").await;
    department.get("/desk/person-changes").await.is(200).lacks("XG20261123-0001");
    bureau.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    let sql = "select level || title || titled_on || political from person where name = '周晓梅'";
    assert_eq!(county.text(sql).await, "deputy-senior副主任医师2025-12-2001");
    assert_eq!(county.text("select cause from person_version order by id desc").await, "change:1");
    let year = "select level from person_year where year = 2026 and person_id = (select id from person where name = '周晓梅')";
    assert_eq!(county.text(year).await, "deputy-senior");
    assert_eq!(counted(&county).await, (1, 2));
    // a second approval finds it decided
    bureau.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(409);
    assert_eq!(
        county.number("select count(*) from person_version where cause like 'change%'").await,
        1
    );
    person.get(&own).await.is(200).contains("已通过").lacks("撤回");
    person.get("/messages").await.is(200).contains("信息修改申请已通过");
    clinic
        .get(&home(&county, "周晓梅").await)
        .await
        .is(200)
        .contains("信息修改申请 XG20261123-0001 通过");
}

#[rocket::async_test]
async fn what_only_the_unit_decides_ends_at_its_desk() {
    let county = recorded().await;
    county
        .execute("insert into internal_department (id, organization_id, name) select 7, id, '产科' from organization where name = '妇幼保健院'")
        .await;
    let mut person = herself(&county).await;
    let form = typed(&[("nation", "03"), ("internal_department", "7"), ("position", "产科医师")]);
    person.upload(CHANGE, &form, &[]).await.is(303);
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    clinic.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    let sql = "select nation || internal_department_id || position || level from person where name = '周晓梅'";
    assert_eq!(county.text(sql).await, "037产科医师middle");
    assert_eq!(county.text("select state from review_case").await, "approved");
}

#[rocket::async_test]
async fn a_rejected_request_changes_nothing_and_is_corrected_and_sent_again() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    let form = typed(&[("education", "14"), ("degree", "3")]);
    person.upload(CHANGE, &form, &[("files", "学位.pdf", PDF)]).await.is(303);
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let reason = [("confirmed", "1"), ("reason", "证书看不清，请重新上传")];
    clinic.post(&desk(&county, "/reject").await, &reason).await.is(303);
    assert_eq!(county.text("select education from person where name = '周晓梅'").await, "21");
    let versions = "select count(*) from person_version where cause like 'change%'";
    assert_eq!(county.number(versions).await, 0);
    person.get("/accounts/profile").await.is(200).contains("证书看不清");
    let page = person.get(CHANGE).await;
    page.is(200).contains("证书看不清").contains("学位.pdf").contains("XG20261123-0001");
    page.contains("按证书更正资料");
    person.upload(CHANGE, &form, &[("files", "学位证.pdf", PDF)]).await.is(303);
    assert_eq!(county.number("select count(*) from person_change").await, 1);
    assert_eq!(county.text("select state || round from review_case").await, "pending2");
    clinic.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    assert_eq!(
        county.text("select education || degree from person where name = '周晓梅'").await,
        "143"
    );
}

#[rocket::async_test]
async fn a_request_whose_old_value_has_changed_is_refused() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    person.upload(CHANGE, &typed(&[("education", "14")]), &[]).await.is(303);
    county.execute("update person set education = '31' where name = '周晓梅'").await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let page = clinic.get(&desk(&county, "").await).await;
    page.is(200).contains("“学历”现在是“大学专科”，与申请时的“大学本科”不同");
    let page = clinic.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await;
    page.is(409).contains("与申请时的“大学本科”不同");
    assert_eq!(county.text("select education from person where name = '周晓梅'").await, "31");
    assert_eq!(county.text("select state from review_case").await, "pending");
    // another unit's department cannot be slipped in
    person.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(303);
    county
        .execute("insert into internal_department (id, organization_id, name) select 8, id, '教务处' from organization where name = '一中'")
        .await;
    let page = person.upload(CHANGE, &typed(&[("internal_department", "8")]), &[]).await;
    page.is(422).contains("id=\"internal_department-e\"");
}

#[rocket::async_test]
async fn a_request_is_written_over_several_visits_and_given_up() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    let page = person.upload(CHANGE, &typed(&[]), &[]).await;
    page.is(422).contains("没有改动任何内容");
    let form = typed(&[("nation", "99x"), ("reason", "x")]);
    let page = person.upload(CHANGE, &form, &[("files", "病毒.exe", b"MZ")]).await;
    page.is(422).contains("id=\"nation-e\"").contains("id=\"reason-e\"").contains("病毒.exe");
    let form = typed(&[("native_place", "河南云川"), ("act", "save")]);
    person.upload(CHANGE, &form, &[]).await.redirects_to(CHANGE);
    person.get(CHANGE).await.is(200).contains("河南云川");
    person.get("/accounts/profile").await.is(200).contains("没有提交的修改申请");
    person.upload(CHANGE, &[("act", "attach")], &[("files", "一.pdf", PDF)]).await.is(303);
    let file = county.number("select file_id from person_change_file").await;
    person.get(CHANGE).await.is(200).contains("一.pdf").contains("河南云川");
    let act = format!("detach:{file}");
    person.upload(CHANGE, &[("act", &act)], &[]).await.is(303);
    person.upload(CHANGE, &[("act", "detach:999")], &[]).await.is(404);
    person.get(CHANGE).await.is(200).lacks("一.pdf");
    person.upload(CHANGE, &[("act", "discard")], &[]).await.redirects_to("/accounts/profile");
    assert_eq!(county.number("select count(*) from person_change").await, 0);
    person.upload(CHANGE, &[("act", "discard")], &[]).await.redirects_to("/accounts/profile");
}

#[rocket::async_test]
async fn records_are_added_changed_and_removed_by_request() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    person
        .get(&format!("{CHANGE}/records/new?kind=qualification"))
        .await
        .is(200)
        .contains("资格名称");
    person.get(&format!("{CHANGE}/records/new?kind=nothing")).await.is(404);
    let add = format!("{CHANGE}/records/new?kind=qualification");
    let page = person
        .upload(&add, &[("name", "执业医师"), ("got_on", "明年")], &[("files", "证.pdf", PDF)])
        .await;
    page.is(422).contains("id=\"number-e\"").contains("id=\"got_on-e\"").contains("name=\"kept\"");
    let kept = county.number("select max(id) from file").await.to_string();
    let fields = [
        ("name", "执业医师"),
        ("number", "141410"),
        ("got_on", "2012-12"),
        ("kept", kept.as_str()),
    ];
    person.upload(&add, &fields, &[]).await.redirects_to(CHANGE);
    let page = person.get(CHANGE).await;
    page.is(200).contains("新增执（职）业资格").contains("资格名称 执业医师");
    assert_eq!(county.number("select count(*) from person_record").await, 0);
    person.upload(CHANGE, &typed(&[]), &[]).await.is(303);
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    clinic.get(&desk(&county, "").await).await.is(200).contains("证.pdf").contains("执业医师");
    clinic.get(&format!("/files/{kept}")).await.is(200);
    clinic.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select name || number from person_record").await, "执业医师141410");
    person.get("/accounts/profile").await.is(200).contains("执业医师").contains("证.pdf");
    // of one record only the last word counts
    let row = county.number("select id from person_record").await;
    let edit = format!("{CHANGE}/records/{row}/edit");
    person.get(&edit).await.is(200).contains("value=\"141410\"");
    let fields = [("name", "执业医师"), ("number", "141411"), ("got_on", "2012-12")];
    person.upload(&edit, &fields, &[]).await.redirects_to(CHANGE);
    let remove = format!("{CHANGE}/records/{row}/remove");
    person.get(&remove).await.is(200).contains("141410");
    person.post(&remove, &[]).await.redirects_to(CHANGE);
    person.get(CHANGE).await.is(200).contains("删除执（职）业资格").lacks("修改执（职）业资格");
    person.upload(CHANGE, &[("act", "drop:0")], &[]).await.is(303);
    person.upload(CHANGE, &typed(&[]), &[]).await.is(422);
    person.post(&remove, &[]).await.is(303);
    person.upload(CHANGE, &typed(&[]), &[]).await.is(303);
    // meanwhile the unit corrects it at once: the request no longer fits
    let at = home(&county, "周晓梅").await;
    clinic.get(&at).await.is(200).contains(&format!("{at}/records/{row}/edit"));
    clinic.upload(&format!("{at}/records/{row}/edit"), &fields, &[]).await.redirects_to(&at);
    let page = clinic.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await;
    page.is(409).contains("已有变动");
    assert_eq!(county.text("select number from person_record").await, "141411");
}

#[rocket::async_test]
async fn a_unit_keeps_its_peoples_records_at_once() {
    let county = recorded().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    let new = format!("{at}/records/new?kind=education");
    clinic.get(&new).await.is(200).contains("毕业院校");
    let fields =
        [("class", "31"), ("name", "云川卫校"), ("begun_on", "2003-09"), ("got_on", "2006-07")];
    clinic.upload(&new, &fields, &[("files", "毕业证.pdf", PDF)]).await.redirects_to(&at);
    clinic.get(&at).await.is(200).contains("大学专科").contains("云川卫校").contains("毕业证.pdf");
    let title = [("class", "04"), ("level", "middle"), ("name", "教授"), ("got_on", "2016-12")];
    let page = clinic.upload(&format!("{at}/records/new?kind=title"), &title, &[]).await;
    page.is(422).contains("id=\"name-e\"").contains("从中选择");
    let row = county.number("select id from person_record").await;
    let remove = format!("{at}/records/{row}/remove");
    clinic.get(&remove).await.is(200).contains("云川卫校");
    let stranger = home(&county, "赵国栋").await;
    clinic.get(&format!("{stranger}/records/{row}/edit")).await.is(404);
    let other = home(&county, "孙丽").await;
    clinic.get(&format!("{other}/records/{row}/edit")).await.is(404);
    clinic.post(&format!("{other}/records/{row}/remove"), &[]).await.is(404);
    clinic.post(&remove, &[]).await.redirects_to(&at);
    assert_eq!(county.number("select count(*) from person_record").await, 0);
    assert!(county.trail().await.pop().unwrap().starts_with("删除周晓梅的学历学位“大学专科”"));
    // the person sees the file of a stranger's as little as his record
    let mut other = county.sign_in(&id_number(3)).await;
    other.get("/start").await.is(200);
    let file = county.number("select id from file").await;
    other.get(&format!("/files/{file}")).await.is(404);
}

#[rocket::async_test]
async fn a_units_correction_of_name_or_title_goes_to_the_bureau_alone() {
    let county = recorded().await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let at = home(&county, "周晓梅").await;
    clinic.get(&format!("{at}/edit")).await.is(200).contains(&format!("{at}/change"));
    let page = clinic.get(&format!("{at}/change")).await;
    page.is(200).contains("value=\"周晓梅\"").lacks("name=\"nation\"").lacks("name=\"sex\"");
    let form = |changed: &[(&'static str, &'static str)]| typed(changed);
    let page =
        clinic.upload(&format!("{at}/change"), &form(&[]), &[("files", "一.pdf", PDF)]).await;
    page.is(422).contains("都没有改动").contains("name=\"kept\"").contains("一.pdf");
    let kept = county.number("select id from file").await.to_string();
    let name = [("person_name", "周小梅"), ("reason", "身份证姓名为周小梅")];
    let form = [typed(&name), vec![("kept", kept.as_str())]].concat();
    clinic.upload(&format!("{at}/change"), &form, &[]).await.redirects_to(&at);
    assert_eq!(county.text("select name from person where identity_id = (select id from identity order by id limit 1)").await, "周晓梅");
    clinic.get(&at).await.is(200).contains("XG20261123-0001").contains("撤回申请");
    clinic.upload(&format!("{at}/change"), &form, &[]).await.is(409);
    // the person is told that one is under way, and may not take it back
    let mut person = herself(&county).await;
    person.get(CHANGE).await.redirects_to("/accounts/profile");
    person.get("/accounts/profile").await.is(200).contains("单位管理员");
    person.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(404);
    clinic.get(&desk(&county, "").await).await.is(200).lacks("name=\"confirmed\"");
    let mut bureau = county.admin().await;
    let page = bureau.get(&desk(&county, "").await).await;
    page.is(200).contains("单位管理员").contains("一.pdf");
    bureau.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.number("select count(*) from person where name = '周小梅'").await, 1);
    assert_eq!(
        county.text("select name from account where person_id is not null order by id").await,
        "周小梅"
    );
    // sent again, it may be taken back
    let name = [("person_name", "周晓梅"), ("reason", "身份证姓名为周晓梅")];
    let typed = typed(&name);
    clinic.upload(&format!("{at}/change"), &typed, &[]).await.redirects_to(&at);
    clinic.post(&format!("{at}/change/withdraw"), &[]).await.redirects_to(&at);
    clinic.post(&format!("{at}/change/withdraw"), &[]).await.is(404);
    let stranger = home(&county, "赵国栋").await;
    clinic.get(&format!("{stranger}/change")).await.is(404);
    // the bureau needs to ask nobody for its own people
    let own = home(&county, "钱建国").await;
    bureau.get(&format!("{own}/change")).await.is(409);
}

#[rocket::async_test]
async fn a_corrected_name_ends_the_certificates_that_print_the_old_one() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await.is(303);
    let form = typed(&[("person_name", "周小梅")]);
    person.upload(CHANGE, &form, &[("files", "身份证.pdf", PDF)]).await.is(303);
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    clinic.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select state from certificate").await, "valid");
    let mut bureau = county.admin().await;
    bureau.get("/start").await.is(200);
    bureau.post(&desk(&county, "/approve").await, &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select state from certificate").await, "updated");
}

#[rocket::async_test]
async fn requests_of_others_are_not_there() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    person.upload(CHANGE, &typed(&[("nation", "03")]), &[]).await.is(303);
    let mut other = county.sign_in(&id_number(3)).await;
    other.get("/start").await.is(200);
    other.get(&format!("{CHANGE}/1")).await.is(404).lacks("周晓梅");
    other.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(404);
    other.post(&format!("{CHANGE}/1/remind"), &[]).await.is(404);
    person.post(&format!("{CHANGE}/1/remind"), &[]).await.is(409); // not overdue
    let mut school = admin_of(&county, "一中").await;
    school.get(&desk(&county, "").await).await.is(404);
    school.get("/desk/person-changes").await.is(200).lacks("周晓梅");
    person.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(303);
    assert_eq!(county.text("select state from person_change").await, "withdrawn");
}

#[rocket::async_test]
async fn a_person_sees_who_opened_his_full_number() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    person.get("/accounts/profile").await.is(200).contains("还没有人看过");
    person.upload(CHANGE, &typed(&[("nation", "03")]), &[]).await.is(303);
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    clinic.post(&desk(&county, "/reveal").await, &[]).await.is(200).contains(&id_number(2));
    let page = person.get("/accounts/profile").await;
    page.is(200).contains("妇幼保健院 管理员").contains("周晓梅 修改民族").lacks(&id_number(2));
}

#[rocket::async_test]
async fn the_desks_list_stands_on_indexes() {
    use kit::review::Subject;
    let county = World::new().await;
    let mut reader = county.db().read().await.unwrap();
    for sql in [audits::PersonChanges::PENDING, audits::PersonChanges::DONE] {
        let fixed = [kit::list::Fixed { sql, values: vec![3] }];
        let list = audits::PersonChanges::LIST;
        for plan in kit::list::plans_with(&mut reader, list, &fixed).await.unwrap() {
            assert_eq!(plan.faults(&["organization"]), [""; 0], "{:?}", plan.steps);
        }
    }
}

#[rocket::async_test]
async fn a_persons_start_page_says_what_is_missing_and_what_to_do() {
    let county = recorded().await;
    let mut person = herself(&county).await;
    let page = person.get("/start").await;
    page.is(200).contains("本年度累计（2026）").contains("还差").contains("新增学时申报");
    page.contains("还没有留手机或邮箱").contains("资料缺少岗位").contains("还没有出具过");
    person.post("/accounts/profile", &[("phone", "13900001111")]).await.is(303);
    person.upload(CHANGE, &typed(&[("position", "医师"), ("act", "save")]), &[]).await.is(303);
    let page = person.get("/start").await;
    page.is(200).contains("有一份没有提交的信息修改申请").lacks("还没有留手机");
    person.upload(CHANGE, &typed(&[("position", "医师")]), &[]).await.is(303);
    person.get("/start").await.is(200).contains("XG20261123-0001 正在审核");
    person
        .upload("/credit-hours/declarations", &[("act", "save"), ("title", "某培训班")], &[])
        .await;
    person.get("/start").await.is(200).contains("最近的申报").contains("某培训班");
}

#[rocket::async_test]
async fn a_units_start_page_leads_a_new_one_and_reminds_an_old_one() {
    let county = county().await.with_base("培训基地").await;
    let mut base = admin_of(&county, "培训基地").await;
    let page = base.get("/start").await;
    page.is(200).contains("开始使用").contains("/accounts/people/new").contains("本单位人员");
    base.get("/accounts/people").await.is(200).contains("新增人员");
    let mut department = admin_of(&county, "卫健委").await;
    department.get("/start").await.is(200).contains("开始使用").contains("批量导入");
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let page = clinic.get("/start").await;
    page.is(200).lacks("开始使用").contains("2 人，在职和返聘 2 人").contains("1 人还没有首次登录");
    page.contains("/accounts/people?account=initial");
    county.execute("update account set initial_until = '2026-01-01' where state = 'initial'").await;
    clinic.get("/start").await.is(200).contains("1 人的初始密码已过期");
    county.admin().await.get("/start").await.is(200).lacks("开始使用");
}

/// An administrator of a unit whose account carries an ID number, with a password of his own.
async fn claim(county: &World, unit: &str, login: &str, name: &str, number: &str) {
    let organization = county.organization(unit).await;
    let mut tx = county.db().begin().await.unwrap();
    let new = accounts::administrators::NewAdministrator {
        organization,
        name: name.to_owned(),
        login: login.to_owned(),
        phone: String::new(),
        role: accounts::administrators::SUPER,
        credential: accounts::administrators::Credential::Password(
            kit::password::hash(CLAIMED).unwrap(),
        ),
        created_by: None,
    };
    let account = accounts::administrators::create(&mut tx, &new, &county.clock).await.unwrap();
    let card = kit::IdCard::stored(number).unwrap();
    let identity = accounts::people::identity(&mut tx, &card).await.unwrap();
    sqlx::query("update account set identity_id = ? where id = ?")
        .bind(identity)
        .bind(account)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

const CLAIMED: &str = "Pepper-77-lantern";

#[rocket::async_test]
async fn whoever_wrote_a_number_on_an_account_does_not_get_the_person() {
    // another name, the right name but another unit's right, and that right taken away again
    for (name, unit, removed) in
        [("假名", "妇幼保健院", false), ("吴敏", "一中", false), ("吴敏", "一中", true)]
    {
        let county = county().await;
        let number = id_number(9);
        claim(&county, unit, "claimer", name, &number).await;
        if removed {
            county
                .execute(
                    "update grant set state = 'removed'
                      where account_id = (select id from account where login = 'claimer')",
                )
                .await;
        }
        let mut clinic = admin_of(&county, "妇幼保健院").await;
        let done = clinic.post("/accounts/people/new", &fields("吴敏", &number)).await;
        done.redirects_to(&home(&county, "吴敏").await);
        clinic.follow(&done).await.is(200).contains("初始密码是身份证号的后六位");
        // the claimer's password opens nothing of the person's; his own login remains
        county.browser().sign_in(&number, CLAIMED).await.is(422);
        let mut person = county.browser();
        person.sign_in(&number, &number[12..]).await.redirects_to("/password/first");
        assert_eq!(
            county
                .number("select count(*) from account where login = 'claimer' and identity_id is null and person_id is null")
                .await,
            1
        );
        if !removed {
            let mut claimer = county.browser();
            claimer.sign_in("claimer", CLAIMED).await.redirects_to("/start");
            claimer.get("/messages").await.is(200).contains("已由本人单位登记");
        }
        let trail = county.trail().await.join("\n");
        assert!(trail.contains("与管理员账号“claimer”"), "{trail}");
        assert!(!trail.contains(&number), "{trail}");
    }
}

#[rocket::async_test]
async fn an_administrator_recorded_in_his_own_unit_keeps_his_account_and_is_told_so() {
    let county = county().await;
    let number = id_number(9);
    claim(&county, "妇幼保健院", "wumin", "吴敏", &number).await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let done = clinic.post("/accounts/people/new", &fields("吴敏", &number)).await;
    done.redirects_to(&home(&county, "吴敏").await);
    let page = clinic.follow(&done).await;
    page.is(200).contains("仍用原来的密码登录").lacks("初始密码是身份证号的后六位");
    county.browser().sign_in(&number, &number[12..]).await.is(422);
    county.browser().sign_in(&number, CLAIMED).await.redirects_to("/start");
    assert_eq!(county.number("select count(*) from account where name = '吴敏'").await, 1);
}

#[rocket::async_test]
async fn an_account_that_needs_its_number_stops_the_recording_of_another() {
    let county = county().await;
    let number = id_number(9);
    claim(&county, "一中", "claimer", "假名", &number).await;
    county.execute("update account set login = null where login = 'claimer'").await;
    let mut clinic = admin_of(&county, "妇幼保健院").await;
    let page = clinic.post("/accounts/people/new", &fields("吴敏", &number)).await;
    page.is(409).contains("没有登录账号的管理员账号").lacks(&number);
    assert_eq!(county.number("select count(*) from person where name = '吴敏'").await, 0);
}
