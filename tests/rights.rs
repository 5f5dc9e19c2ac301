//! 3.5 管理单位管理员 and 3.6 角色管理: who may give, change and take which right.

use kit::{Action, Grantable, OrganizationId};

use crate::support::{Browser, PASSWORD, Page, World, id_number};

const TEAM: &str = "/accounts/administrators";
const ROLES: &str = "/accounts/roles";

/// These permissions of the whole program.
fn held(county: &World, wanted: &[(&str, Action)]) -> Vec<Grantable> {
    let all = county.modules().permissions();
    let find = |(leaf, action): &(&str, Action)| {
        *all.iter().find(|g| g.leaf.key == *leaf && g.action == *action).expect("a permission")
    };
    wanted.iter().map(find).collect()
}

/// The right of the account with this login.
async fn right(county: &World, login: &str) -> i64 {
    sqlx::query_scalar(
        "select g.id from grant g join account a on a.id = g.account_id where a.login = ?",
    )
    .bind(login)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

/// The account with this login.
async fn account(county: &World, login: &str) -> i64 {
    sqlx::query_scalar("select id from account where login = ?")
        .bind(login)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap()
}

/// The role with this name.
async fn role(county: &World, name: &str) -> String {
    let id: i64 = sqlx::query_scalar("select id from role where name = ? order by id desc")
        .bind(name)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap();
    id.to_string()
}

/// Says by whom an administrator was added.
async fn added(county: &World, login: &str, by: &str) {
    let (grant, by) = (right(county, login).await, account(county, by).await);
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("update grant set created_by = ? where id = ?")
        .bind(by)
        .bind(grant)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The one-time code of an answer.
fn code(page: &Page) -> String {
    let (_, rest) = page.body.split_once("id=\"code\">").unwrap_or_else(|| panic!("{page:?}"));
    rest.split('<').next().unwrap().to_owned()
}

/// A new administrator through both steps.
async fn add(browser: &mut Browser<'_>, login: &str, role: &str, more: &[(&str, &str)]) -> Page {
    browser.get(&format!("{TEAM}/new")).await.is(200);
    let mut fields = vec![
        ("who", "new"),
        ("name", "钱新来"),
        ("login", login),
        ("role", role),
        ("scope", "whole"),
        ("act", "save"),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more);
    browser.post(&format!("{TEAM}/new"), &fields).await
}

async fn super_clerk(county: World, login: &str) -> World {
    let bureau = county.bureau().await;
    let county = county.with_clerk(login, bureau, &[]).await;
    let grant = right(&county, login).await;
    let mut tx = county.db().begin().await.unwrap();
    let all = [accounts::administrators::SUPER];
    accounts::administrators::set_roles(&mut tx, kit::GrantId(grant), &all).await.unwrap();
    tx.commit().await.unwrap();
    county
}

#[rocket::async_test]
async fn an_administrator_is_added_in_two_steps_and_nothing_is_lost_between_them() {
    let county = World::new().await.with_department("教育局").await.with_department("卫健委").await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county = county.with_clerk("viewer", bureau, &view).await;
    let (viewer, education) =
        (role(&county, "角色 viewer").await, county.organization("教育局").await);
    let education = education.to_string();
    let mut admin = county.admin().await;
    let new = format!("{TEAM}/new");
    admin.get(&new).await.is(200).contains("填写基本信息").contains("明确权限");

    // the first step says by field what is wrong, and keeps the rights of a second one
    let typed = [
        ("who", "new"),
        ("name", "钱"),
        ("login", "a b"),
        ("id_number", "123"),
        ("phone", "1"),
        ("email", "x"),
        ("position", "科长"),
        ("role", viewer.as_str()),
        ("scope", "departments"),
        ("department", education.as_str()),
        ("until", "2026-12-31"),
        ("act", "next"),
    ];
    let page = admin.post(&new, &typed).await;
    page.is(422).contains("姓名至少 2 个字").contains("登录账号至少 4 位");
    page.contains("手机应为").contains("邮箱应像").contains("value=\"科长\"");
    page.contains(&format!("name=\"role\" value=\"{viewer}\""));
    page.contains("name=\"until\" value=\"2026-12-31\"")
        .contains("name=\"scope\" value=\"departments\"");
    let taken = [("who", "new"), ("name", "钱新来"), ("login", "Viewer"), ("act", "next")];
    admin.post(&new, &taken).await.is(422).contains("这个登录账号已被使用");

    // the second step carries the first one along, and back
    let mut right_typed = typed.to_vec();
    for (name, value) in [
        ("name", "钱新来"),
        ("login", "qianxinlai"),
        ("id_number", ""),
        ("phone", "13812345678"),
        ("email", "q@example.cn"),
    ] {
        right_typed.iter_mut().find(|(field, _)| *field == name).unwrap().1 = value;
    }
    let page = admin.post(&new, &right_typed).await;
    page.is(200).contains("name=\"login\" value=\"qianxinlai\"").contains("指定主管部门");
    page.contains("name=\"position\" value=\"科长\"").contains("value=\"2026-12-31\"");
    let act = right_typed.iter().position(|(name, _)| *name == "act").unwrap();
    right_typed[act].1 = "back";
    admin.post(&new, &right_typed).await.is(200).contains("value=\"qianxinlai\"");

    // a refused second step comes back with both
    right_typed[act].1 = "save";
    let mut wrong = right_typed.clone();
    wrong.retain(|(name, _)| !["role", "department"].contains(name));
    let page = admin.post(&new, &wrong).await;
    page.is(422).contains("请至少选择一个角色").contains("请至少勾选一个主管部门");
    page.contains("name=\"login\" value=\"qianxinlai\"");
    assert_eq!(county.number("select count(*) from grant").await, 4);

    let page = admin.post(&new, &right_typed).await;
    page.is(200).contains("这个密码只显示这一次").contains("qianxinlai");
    let code = code(&page);
    let trail = county.trail().await.pop().unwrap();
    assert!(trail.contains("新增管理员钱新来（账号 qianxinlai），角色：角色 viewer；数据范围：指定主管部门（教育局）；有效期至 2026-12-31"), "{trail}");
    assert!(!trail.contains(&code));
    let page = admin.get(TEAM).await;
    page.contains("待首次登录")
        .contains("指定主管部门：教育局")
        .contains("2026-12-31")
        .lacks(&code);

    // the code lets him set a password and nothing else
    let mut browser = county.browser();
    browser.sign_in("qianxinlai", &code).await.redirects_to("/password/first");
    browser.get("/password/first").await.is(200);
    let fields = [("password", "Teapot-3-saffron"), ("again", "Teapot-3-saffron")];
    browser.post("/password/first", &fields).await.redirects_to("/start");
    browser.get("/accounts/employers").await.is(200);
    browser.get("/accounts/departments").await.is(403);
    browser.get(TEAM).await.is(403);
}

#[rocket::async_test]
async fn an_existing_person_keeps_his_own_sign_in_and_gets_no_second_account() {
    let (number, other, third) = (id_number(2), id_number(3), id_number(4));
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_employer("乙")
        .await
        .with_active_person("张三丰", "甲", &number)
        .await
        .with_person("张三石", "甲", &third)
        .await
        .with_active_person("李四光", "乙", &other)
        .await;
    let mut admin = county.sign_in(&county.admin_of("甲").await).await;
    let new = format!("{TEAM}/new");
    admin.get(&format!("{new}?who=person")).await.is(200).contains("请先按姓名查找");
    let find = |typed| [("who", "person"), ("person_name", typed), ("act", "find")];
    let page = admin.post(&new, &find("zss")).await;
    page.is(200).contains("张三石").lacks("李四光").lacks(&third).contains("账号未激活");
    admin.post(&new, &find("张三")).await.contains("张三丰").contains("张三石");
    admin.post(&new, &find("李四")).await.contains("没有找到").lacks("李四光");

    // another unit's person is not there, whoever posts his number
    let strange = county.person("李四光").await.to_string();
    let fields = [("who", "person"), ("person", strange.as_str()), ("act", "next")];
    admin.post(&new, &fields).await.is(422).contains("没有找到这位人员").lacks("李四光");
    admin.get(&format!("{new}?person={strange}")).await.is(200).lacks("李四光");

    let person = county.person("张三丰").await.to_string();
    let link = format!("{new}?person={person}");
    admin.get(&format!("/accounts/people/{person}")).await.is(200).contains(&link);
    admin.get(&link).await.is(200).contains(&format!("value=\"{person}\" checked"));
    let mut fields = vec![("who", "person"), ("person", person.as_str()), ("act", "next")];
    admin.post(&new, &fields).await.is(200).contains("张三丰已有账号");
    fields[2].1 = "save";
    fields.push(("role", "1"));
    let page = admin.post(&new, &fields).await;
    page.redirects_to(TEAM);
    admin.follow(&page).await.contains("已把张三丰设为管理员").contains("本人身份证号");
    assert_eq!(county.number("select count(*) from account where name = '张三丰'").await, 1);
    let mut himself = county.sign_in(&number).await;
    himself.get("/messages").await.contains("您已成为“甲”的管理员");
    himself.get(TEAM).await.is(200);
    admin.post(&new, &fields).await.is(422).contains("已经是本单位的管理员");

    // one who has not activated his account has no administrator's rights until he does
    let person = county.person("张三石").await.to_string();
    let fields = [("who", "person"), ("person", person.as_str()), ("act", "save"), ("role", "1")];
    let page = admin.post(&new, &fields).await;
    admin.follow(&page).await.contains("他的账号还没有激活").contains("待首次登录");

    // another unit's number: one sentence, whatever the name
    let mut fields = vec![
        ("who", "new"),
        ("name", "李四"),
        ("login", "lisi"),
        ("id_number", other.as_str()),
        ("role", "1"),
        ("act", "save"),
    ];
    let page = admin.post(&new, &fields).await;
    page.is(422).contains("账号属于其他单位").lacks("李四光");
    fields[1].1 = "李四光";
    admin.post(&new, &fields).await.is(422).contains("账号属于其他单位");
    assert_eq!(county.number("select count(*) from account where login = 'lisi'").await, 0);
    // an own one's: his account, if the name is right
    let own = id_number(5);
    let county = county.with_active_person("孙小满", "甲", &own).await;
    let mut admin = county.sign_in(&county.admin_of("甲").await).await;
    admin.get(&new).await.is(200);
    fields[3].1 = own.as_str();
    admin.post(&new, &fields).await.is(422).contains("姓名与填写的不同").lacks("孙小满");
    fields[1].1 = "孙小满";
    admin.post(&new, &fields).await.redirects_to(TEAM);
    assert_eq!(county.number("select count(*) from account where login = 'lisi'").await, 0);
}

#[rocket::async_test]
async fn nobody_gives_what_he_does_not_hold() {
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_department("卫健委")
        .await
        .with_employer("甲")
        .await;
    let bureau = county.bureau().await;
    let own = held(
        &county,
        &[
            ("accounts.administrators", Action::View),
            ("accounts.administrators", Action::Edit),
            ("accounts.administrators", Action::Reset),
            ("accounts.roles", Action::View),
            ("accounts.roles", Action::Edit),
            ("accounts.employers", Action::View),
        ],
    );
    let less = held(&county, &[("accounts.employers", Action::View)]);
    let more = held(&county, &[("core.trail", Action::View)]);
    let unit = county.organization("甲").await;
    let county = county
        .with_clerk("chief", bureau, &own)
        .await
        .with_clerk("viewer", bureau, &less)
        .await
        .with_clerk("reader", bureau, &more)
        .await
        .with_clerk("strange", unit, &less)
        .await;
    let mut chief = county.sign_in("chief").await;
    let new = format!("{TEAM}/new");
    let page = chief.get(&new).await;
    page.is(200);
    let typed = [("who", "new"), ("name", "孙小美"), ("login", "sunxm"), ("act", "next")];
    let page = chief.post(&new, &typed).await;
    page.is(200).contains("角色 viewer").contains("不能授予的角色").lacks("角色 strange");

    let before = county.number("select count(*) from grant").await;
    let foreign = role(&county, "角色 strange").await;
    let (mine, reader) = (role(&county, "角色 viewer").await, role(&county, "角色 reader").await);
    for wrong in ["1", reader.as_str(), foreign.as_str(), "99999", "x"] {
        let page = add(&mut chief, "sunxm", wrong, &[]).await;
        page.is(422).contains("name=\"login\" value=\"sunxm\"");
        // beside one that is his to give
        let page = add(&mut chief, "sunxm", &mine, &[("role", wrong), ("role", &mine)]).await;
        page.is(422);
    }
    assert_eq!(county.number("select count(*) from grant").await, before);

    // no wider and no longer than his own
    county
        .execute(
            "update grant set until = '2026-12-31', scope = 'departments' where account_id =
               (select id from account where login = 'chief')",
        )
        .await;
    county
        .execute(
            "insert into grant_department select g.id, o.id from grant g, organization o
              where g.account_id = (select id from account where login = 'chief') and o.name = '教育局'",
        )
        .await;
    // (a clerk of named departments does not reach the own unit's screens at all)
    chief.get(TEAM).await.is(403);
    county
        .execute(
            "update grant set scope = 'own' where account_id =
               (select id from account where login = 'chief')",
        )
        .await;
    let health = county.organization("卫健委").await.to_string();
    chief.get(TEAM).await.is(200);
    let wide = [("scope", "departments"), ("department", health.as_str())];
    add(&mut chief, "sunxm", &mine, &wide).await.is(422).contains("您自己的权限到 2026-12-31 为止");
    let long = add(&mut chief, "sunxm", &mine, &[("until", "2027-01-01")]).await;
    long.is(422).contains("不能晚于这一天");
    let page =
        add(&mut chief, "sunxm", &mine, &[("until", "2026-12-01"), ("scope", "whole")]).await;
    page.is(200);
    let scope = county.text("select scope from grant order by id desc limit 1").await;
    assert_eq!(scope, "own", "the scope posted was not his to give");

    // whom others have given more since is no longer his to handle: a code would be all of it
    let grant = right(&county, "sunxm").await;
    county
        .execute(
            "insert into grant_role select g.id, r.id from grant g, role r
              where g.account_id = (select id from account where login = 'sunxm') and r.name = '角色 reader'",
        )
        .await;
    for act in ["edit", "disable", "delete", "reset"] {
        let page = chief.get(&format!("{TEAM}/{grant}/{act}")).await;
        page.is(409).contains("他的权限超出您的权限");
    }
    let fields = [("reason", "本人忘记密码"), ("password", PASSWORD)];
    chief.post(&format!("{TEAM}/{grant}/reset"), &fields).await.is(409).lacks("id=\"code\"");
}

#[rocket::async_test]
async fn an_administrator_changes_neither_himself_nor_those_above_or_beside_him() {
    let county = super_clerk(World::new().await, "second").await;
    let bureau = county.bureau().await;
    let county = super_clerk(county, "third").await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county =
        county.with_clerk("below", bureau, &view).await.with_clerk("orphan", bureau, &view).await;
    added(&county, "second", "admin").await;
    added(&county, "third", "admin").await;
    added(&county, "below", "second").await;
    let mut second = county.sign_in("second").await;
    let page = second.get(TEAM).await;
    page.is(200)
        .contains("这是您自己")
        .contains("由赵主任添加，请由他办理")
        .contains("首次设置时设立");
    for login in ["admin", "second", "third"] {
        let grant = right(&county, login).await;
        for act in ["edit", "disable", "delete", "reset"] {
            second.get(&format!("{TEAM}/{grant}/{act}")).await.is(409);
            let fields = [
                ("reason", "不想让他再用了"),
                ("password", PASSWORD),
                ("role", "1"),
                ("scope", "whole"),
            ];
            let page = second.post(&format!("{TEAM}/{grant}/{act}"), &fields).await;
            page.is(409).contains("不能办理");
        }
        second.post(&format!("{TEAM}/{grant}/sessions/end"), &[]).await.is(409);
        second.get(&format!("{TEAM}/{grant}")).await.is(200).lacks(&format!("{TEAM}/{grant}/edit"));
    }
    let untouched = "select count(*) from grant where state <> 'active'";
    assert_eq!(county.number(untouched).await, 0);
    // whom he added, whom they added, and whom nobody added
    for login in ["below", "orphan"] {
        second.get(&format!("{TEAM}/{}/edit", right(&county, login).await)).await.is(200);
    }
    let mut admin = county.admin().await;
    let grant = right(&county, "below").await;
    admin.get(&format!("{TEAM}/{grant}/edit")).await.is(200);
    let mut third = county.sign_in("third").await;
    third.get(&format!("{TEAM}/{grant}/edit")).await.is(409).contains("由管理员");
}

#[rocket::async_test]
async fn disabling_and_deleting_end_the_sessions_at_once_and_the_name_stays() {
    let county = World::new().await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county = county.with_clerk("clerk", bureau, &view).await;
    let (mut admin, mut clerk) = (county.admin().await, county.sign_in("clerk").await);
    clerk.get("/accounts/employers").await.is(200);
    let grant = right(&county, "clerk").await;
    let here = format!("{TEAM}/{grant}");
    admin.get(&here).await.is(200).contains("现在的登录").contains("全部结束");
    admin.post(&format!("{here}/disable"), &[]).await.is(422).contains("请填写原因");
    clerk.get("/accounts/employers").await.is(200);
    admin.post(&format!("{here}/disable"), &[("reason", "休产假")]).await.redirects_to(TEAM);
    clerk.get("/accounts/employers").await.is(303);
    county.browser().sign_in("clerk", PASSWORD).await.is(422).contains("没有任何管理权限");
    admin.get(TEAM).await.contains("禁用");
    admin.get(&format!("{here}/reset")).await.is(409);
    admin.post(&format!("{here}/disable"), &[("reason", "休产假")]).await.is(409);
    admin.post(&format!("{here}/enable"), &[]).await.redirects_to(&here);
    admin.post(&format!("{here}/enable"), &[]).await.is(409);
    let mut clerk = county.sign_in("clerk").await;

    admin.post(&format!("{here}/delete"), &[("reason", "调离本局")]).await.redirects_to(TEAM);
    clerk.get("/accounts/employers").await.is(303);
    let page = admin.get(TEAM).await;
    page.lacks(&format!("href=\"{here}\""));
    admin.get(&format!("{TEAM}?state=removed")).await.contains(&here).contains("已删除");
    admin.get(&here).await.is(200).contains("调离本局").contains("删除管理员");
    for act in ["edit", "disable", "enable", "delete", "reset"] {
        let page = admin
            .post(&format!("{here}/{act}"), &[("reason", "再来一次试试"), ("password", PASSWORD)])
            .await;
        page.is(409);
    }
    // the login is used up for good
    add(&mut admin, "clerk", "1", &[]).await.is(422).contains("这个登录账号已被使用");
}

#[rocket::async_test]
async fn the_last_super_administrator_stays() {
    let county = super_clerk(World::new().await, "second").await;
    added(&county, "second", "admin").await;
    // the first one's days are numbered: the second is the only one for good
    county.execute("update grant set until = '2026-12-31' where account_id = 1").await;
    let mut admin = county.admin().await;
    let here = format!("{TEAM}/{}", right(&county, "second").await);
    for act in ["disable", "delete"] {
        admin.get(&format!("{here}/{act}")).await.is(409).contains("最后一位");
        let page = admin.post(&format!("{here}/{act}"), &[("reason", "试试看")]).await;
        page.is(409).contains("最后一位");
    }
    drop(admin);
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county = county.with_clerk("viewer", bureau, &view).await;
    let viewer = role(&county, "角色 viewer").await;
    let mut admin = county.admin().await;
    admin.get(&here).await.is(200);
    let name = ("name", "管理员一号");
    let demoted = [name, ("role", viewer.as_str()), ("scope", "whole"), ("until", "2026-12-31")];
    admin.post(&format!("{here}/edit"), &demoted).await.is(422).contains("最后一位");
    let limited = [name, ("role", "1"), ("scope", "whole"), ("until", "2026-12-31")];
    admin.post(&format!("{here}/edit"), &limited).await.is(422).contains("最后一位");
    let narrowed = [name, ("role", "1"), ("scope", "own"), ("until", "2026-12-31")];
    admin.post(&format!("{here}/edit"), &narrowed).await.is(422).contains("超级管理员的数据范围");
    assert_eq!(county.number("select count(*) from grant where state = 'active'").await, 3);
    county.execute("update grant set until = null where account_id = 1").await;
    admin.post(&format!("{here}/edit"), &limited).await.redirects_to(&here);
}

#[rocket::async_test]
async fn whom_a_leaver_added_pass_to_a_named_successor() {
    let county = super_clerk(World::new().await, "leaver").await;
    let county = super_clerk(county, "heir").await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county = county.with_clerk("clerk", bureau, &view).await;
    added(&county, "leaver", "admin").await;
    added(&county, "heir", "admin").await;
    added(&county, "clerk", "leaver").await;
    let mut admin = county.admin().await;
    let here = format!("{TEAM}/{}/delete", right(&county, "leaver").await);
    admin.get(&here).await.is(200).contains("须移交给一位超级管理员");
    let nobody = admin.post(&here, &[("reason", "退休")]).await;
    nobody.is(422).contains("请选择由哪位超级管理员接手");
    // not one who is no super administrator, nor the leaver himself, nor a stranger
    for login in ["clerk", "leaver"] {
        let id = account(&county, login).await.to_string();
        let page = admin.post(&here, &[("reason", "退休"), ("successor", &id)]).await;
        page.is(422).contains("须是本单位启用的超级管理员");
    }
    admin.post(&here, &[("reason", "退休"), ("successor", "9999")]).await.is(422);
    let mut heir = county.sign_in("heir").await;
    let clerk = format!("{TEAM}/{}/edit", right(&county, "clerk").await);
    heir.get(&clerk).await.is(409);
    let id = account(&county, "heir").await.to_string();
    let page = admin.post(&here, &[("reason", "退休"), ("successor", &id)]).await;
    page.redirects_to(TEAM);
    heir.get(&clerk).await.is(200);
    let last = county.trail().await.pop().unwrap();
    assert!(last.contains("移交给"), "{last}");
}

#[rocket::async_test]
async fn the_first_super_administrator_hands_over_and_can_then_be_removed() {
    let county = super_clerk(World::new().await, "heir").await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.administrators", Action::Edit)]);
    let county = county.with_clerk("clerk", bureau, &view).await;
    added(&county, "heir", "admin").await;
    added(&county, "clerk", "admin").await;
    let mut heir = county.sign_in("heir").await;
    heir.get(&format!("{TEAM}/1/delete")).await.is(409);
    let mut clerk = county.sign_in("clerk").await;
    let to = account(&county, "heir").await.to_string();
    let address = format!("{TEAM}/hand-over");
    let fields = [("successor", to.as_str()), ("password", PASSWORD)];
    clerk.get(&address).await.is(409).contains("只有超级管理员可以移交");
    clerk.post(&address, &fields).await.is(409);

    let mut admin = county.admin().await;
    admin.get(&format!("{TEAM}/1")).await.is(200).contains(&address);
    admin.get(&address).await.is(200).contains("管理员1、管理员1").lacks("<option value=\"1\"");
    let page = admin.post(&address, &[("successor", "1"), ("password", "wrong-password")]).await;
    page.is(422).contains("请选择一位本单位启用的超级管理员").contains("密码不正确");
    assert_eq!(county.number("select count(*) from grant where created_by = 1").await, 2);
    admin.post(&address, &fields).await.redirects_to(TEAM);
    heir.get("/messages").await.contains("管理工作已移交给您");
    heir.get(&format!("{TEAM}/{}/edit", right(&county, "clerk").await)).await.is(200);
    // he stands below his successor now
    admin.get(&format!("{TEAM}/{}/edit", right(&county, "heir").await)).await.is(409);
    let page = heir.post(&format!("{TEAM}/1/delete"), &[("reason", "退休离任")]).await;
    page.redirects_to(TEAM);
    admin.get(TEAM).await.is(303);
    let last = [("reason", "也不干了"), ("successor", "")];
    let own = right(&county, "heir").await;
    heir.post(&format!("{TEAM}/{own}/delete"), &last).await.is(409).contains("这是您自己");
}

#[rocket::async_test]
async fn no_more_than_twenty_resets_an_hour() {
    let county = World::new().await.with_employer("甲").await;
    let bureau = county.bureau().await;
    let county = county.with_clerk("clerk", bureau, &[]).await;
    let mut admin = county.admin().await;
    let here = format!("{TEAM}/{}/reset", right(&county, "clerk").await);
    let reset = "insert into trail (at, account_id, name, address, act, object, text, result, request, previous, hash)
                 select at, 1, '', '', 'accounts.employer.reset', '', '', 'done', '', x'', x''
                   from (select max(at) as at from trail), (";
    // nineteen of this hour
    let mut tx = county.db().begin().await.unwrap();
    let numbers = "with recursive n (n) as (select 1 union all select n + 1 from n where n < 19) ";
    let text = format!("{numbers}{reset}select n from n)");
    sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let fields = [("reason", "本人忘记密码，已核对身份"), ("password", PASSWORD)];
    admin.get(&here).await.is(200);
    admin.post(&here, &fields).await.is(200).contains("只显示这一次");
    admin.get(&here).await.is(429).contains("一小时内最多重置 20 次");
    admin.post(&here, &fields).await.is(429);
    // on the screens of the units below, too: they count together
    let (unit, login) = (county.organization("甲").await, county.admin_of("甲").await);
    let below = account(&county, &login).await;
    let below = format!("/accounts/employers/{unit}/administrators/{below}/reset");
    admin.post(&below, &fields).await.is(429);
}

#[rocket::async_test]
async fn a_right_that_is_over_opens_nothing_and_can_be_prolonged() {
    let county = World::new().await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county = county.with_clerk("clerk", bureau, &view).await;
    let (mut admin, mut clerk) = (county.admin().await, county.sign_in("clerk").await);
    clerk.get("/accounts/employers").await.is(200);
    county
        .execute("update grant set until = '2026-11-22' where account_id = (select id from account where login = 'clerk')")
        .await;
    clerk.get("/accounts/employers").await.is(303);
    county.browser().sign_in("clerk", PASSWORD).await.is(422);
    admin.get(&format!("{TEAM}?state=expired")).await.contains("已到期").contains("共 1 位");
    admin.get(&format!("{TEAM}?state=active")).await.lacks("角色 clerk</td>");
    let viewer = role(&county, "角色 clerk").await;
    let here = format!("{TEAM}/{}", right(&county, "clerk").await);
    let fields = [
        ("name", "周办事"),
        ("role", viewer.as_str()),
        ("scope", "whole"),
        ("until", "2026-11-22"),
    ];
    admin.post(&format!("{here}/edit"), &fields).await.is(422).contains("不能早于今天");
    let fields = [
        ("name", "周办事"),
        ("role", viewer.as_str()),
        ("scope", "whole"),
        ("until", "2026-11-23"),
    ];
    admin.post(&format!("{here}/edit"), &fields).await.redirects_to(&here);
    county.sign_in("clerk").await.get("/accounts/employers").await.is(200);
}

#[rocket::async_test]
async fn edited_rights_apply_at_the_next_request() {
    let county = World::new().await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let read = held(&county, &[("core.trail", Action::View)]);
    let county =
        county.with_clerk("clerk", bureau, &view).await.with_clerk("reader", bureau, &read).await;
    let (mut admin, mut clerk) = (county.admin().await, county.sign_in("clerk").await);
    clerk.get("/trail").await.is(403);
    let (one, two) = (role(&county, "角色 clerk").await, role(&county, "角色 reader").await);
    let here = format!("{TEAM}/{}", right(&county, "clerk").await);
    admin.get(TEAM).await.is(200);
    let both =
        [("name", "周办事"), ("role", one.as_str()), ("role", two.as_str()), ("scope", "whole")];
    admin.post(&format!("{here}/edit"), &both).await.redirects_to(&here);
    clerk.get("/trail").await.is(200).contains("周办事");
    clerk.get("/accounts/employers").await.is(200);
    let last = county.trail().await.pop().unwrap();
    assert!(
        last.contains("角色：角色 clerk；")
            && last.contains("改为“角色：角色 clerk、角色 reader；"),
        "{last}"
    );
    // and so does an edited role
    let fields = [("name", "看单位的"), ("permission", "accounts.employers:export")];
    admin.post(&format!("{ROLES}/{two}/edit"), &fields).await.redirects_to(ROLES);
    let last = county.trail().await.pop().unwrap();
    clerk.get("/trail").await.is(403);
    assert!(
        last.contains(
            "名称改为“看单位的”，增加权限：管理用人单位（查看、导出），减少权限：操作日志（查看）"
        ),
        "{last}"
    );
}

#[rocket::async_test]
async fn a_reset_gives_a_code_once_asks_for_ones_own_password_and_is_told() {
    let county = World::new().await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county = county.with_clerk("clerk", bureau, &view).await;
    let (mut admin, mut clerk) = (county.admin().await, county.sign_in("clerk").await);
    let here = format!("{TEAM}/{}/reset", right(&county, "clerk").await);
    admin.get(&here).await.is(200).contains("您自己的登录密码");
    let page = admin.post(&here, &[("reason", "忘记"), ("password", "")]).await;
    page.is(422).contains("重置原因至少 5 个字").contains("请填写您自己的登录密码");
    let wrong = [("reason", "本人忘记密码，已核对身份"), ("password", "not-mine-at-all")];
    admin.post(&here, &wrong).await.is(422).contains("密码不正确").lacks("not-mine-at-all");
    clerk.get("/accounts/employers").await.is(200);
    let fields = [("reason", "本人忘记密码，已核对身份"), ("password", PASSWORD)];
    let page = admin.post(&here, &fields).await;
    page.is(200).contains("只显示这一次");
    let code = code(&page);
    clerk.get("/accounts/employers").await.is(303);
    county.browser().sign_in("clerk", PASSWORD).await.is(422);
    assert!(county.trail().await.iter().all(|text| !text.contains(&code)));
    admin.get(TEAM).await.lacks(&code);
    let mut browser = county.browser();
    browser.sign_in("clerk", &code).await.redirects_to("/password/first");
    county.browser().sign_in("clerk", &code).await.is(422);
    browser.get("/password/first").await.is(200);
    let fields = [("password", "Teapot-3-saffron"), ("again", "Teapot-3-saffron")];
    browser.post("/password/first", &fields).await.redirects_to("/start");
    browser.get("/messages").await.contains("由示例县人力资源和社会保障局的赵主任重置");
    // four more wrong passwords of his own, and he has to wait
    for _ in 0..4 {
        admin.post(&here, &wrong).await.is(422);
    }
    admin.post(&here, &wrong).await.is(429);
    let fields = [("reason", "本人忘记密码，已核对身份"), ("password", PASSWORD)];
    admin.post(&here, &fields).await.is(429);
}

#[rocket::async_test]
async fn sessions_are_listed_and_ended_ones_own_and_those_of_whom_one_added() {
    let number = id_number(2);
    let county = World::new().await.with_employer("甲").await;
    let county = county.with_active_person("张三丰", "甲", &number).await;
    let bureau = county.bureau().await;
    let view = held(&county, &[("accounts.employers", Action::View)]);
    let county = county.with_clerk("clerk", bureau, &view).await;
    let mut admin = county.admin().await;
    let (mut one, mut two) = (county.sign_in("clerk").await, county.sign_in("clerk").await);
    one.get("/start").await.is(200);
    two.get("/start").await.is(200);
    let here = format!("{TEAM}/{}", right(&county, "clerk").await);
    let sql = "select min(s.id) from session s join account a on a.id = s.account_id where a.login = 'clerk'";
    let first = county.number(sql).await;
    admin.get(&here).await.contains(&format!("{here}/sessions/{first}/end"));
    // a session of somebody else does not end through this address
    let own = county.number("select id from session where account_id = 1").await;
    admin.post(&format!("{here}/sessions/{own}/end"), &[]).await.is(404);
    admin.post(&format!("{here}/sessions/{first}/end"), &[]).await.redirects_to(&here);
    one.get("/start").await.is(303);
    two.get("/start").await.is(200);
    admin.post(&format!("{here}/sessions/end"), &[]).await.redirects_to(&here);
    two.get("/start").await.is(303);

    // one's own, on either side
    let (mut here, mut there) = (county.sign_in(&number).await, county.sign_in(&number).await);
    there.get("/start").await.is(200);
    let page = here.get("/accounts/sessions").await;
    page.is(200).contains("当前").contains("10.0.0.").contains("结束其他登录");
    here.get("/start").await.contains("我的登录");
    let current = county.number("select max(id) - 1 from session").await;
    here.post(&format!("/accounts/sessions/{current}/end"), &[]).await.is(409);
    here.post(&format!("/accounts/sessions/{own}/end"), &[]).await.is(404);
    let page = here.post("/accounts/sessions/end", &[]).await;
    here.follow(&page).await.contains("已结束其他设备上的 1 个登录");
    there.get("/start").await.is(303);
    admin.get("/start").await.is(200);
}

#[rocket::async_test]
async fn a_role_is_drawn_from_what_the_modules_registered_and_keeps_to_its_kind() {
    let county = World::new().await.with_employer("甲").await;
    let mut admin = county.admin().await;
    let new = format!("{ROLES}/new");
    let page = admin.get(&new).await;
    page.is(200)
        .contains("value=\"core.trail:export\"")
        .contains("value=\"accounts.departments:reset\"");
    for permission in county.modules().permissions() {
        if permission.leaf.kinds.has(kit::OrganizationKind::Bureau) {
            let value = format!("value=\"{}:{}\"", permission.leaf.key, permission.action.key());
            assert_eq!(page.body.matches(&value).count(), 1, "{value}");
        }
    }
    let page = admin.post(&new, &[("name", "审"), ("description", "写着玩")]).await;
    page.is(422)
        .contains("角色名称至少 2 个字")
        .contains("请至少勾选一项权限")
        .contains("value=\"写着玩\"");
    // whatever is ticked brings 查看 along, and a refused form keeps the ticks
    let page = admin
        .post(&new, &[("name", "超级管理员"), ("permission", "accounts.employers:edit")])
        .await;
    page.is(422).contains("内置角色的名称");
    page.contains("value=\"accounts.employers:edit\" checked")
        .contains("value=\"accounts.employers:view\" checked");
    let fields = [("name", "单位管理员"), ("permission", "accounts.employers:edit")];
    admin.post(&new, &fields).await.redirects_to(ROLES);
    let id = role(&county, "单位管理员").await;
    let stored = county
        .text("select group_concat(action) from (select action from role_permission where leaf = 'accounts.employers' order by action)")
        .await;
    assert_eq!(stored, "edit,view");
    admin.post(&new, &fields).await.is(422).contains("已有同名的角色");
    // copied, with its permissions
    let page = admin.get(&format!("{new}?from={id}")).await;
    page.contains("单位管理员（副本）").contains("value=\"accounts.employers:edit\" checked");

    // an employer's tree has no screens of the bureau, and its posts give none
    let login = county.admin_of("甲").await;
    let mut unit = county.sign_in(&login).await;
    let page = unit.get(&new).await;
    page.is(200)
        .lacks("core.trail")
        .lacks("accounts.departments")
        .contains("accounts.administrators:edit");
    for wrong in [
        "core.trail:view",
        "accounts.employers:view",
        "accounts.administrators:print",
        "x",
        ":",
        "a:view",
    ] {
        let page = unit.post(&new, &[("name", "越权角色"), ("permission", wrong)]).await;
        page.is(422).contains("不能授予");
    }
    unit.post(&new, &[("name", "单位管理员"), ("permission", "accounts.roles:view")])
        .await
        .redirects_to(ROLES);
    // the bureau's role is not there for it, nor the other way round
    for address in ["", "/edit", "/delete"] {
        unit.get(&format!("{ROLES}/{id}{address}")).await.is(404);
    }
    unit.get(&format!("{new}?from={id}")).await.is(404);
    unit.post(&format!("{ROLES}/{id}/edit"), &fields).await.is(404);
    unit.post(&format!("{ROLES}/{id}/delete"), &[]).await.is(404);
    // the built-in one is shown, not changed
    admin.get(&format!("{ROLES}/1")).await.is(200).contains("系统内置").contains("谁在用");
    admin.get(&format!("{ROLES}/1/edit")).await.is(409);
    admin.post(&format!("{ROLES}/1/edit"), &fields).await.is(409);
    admin.post(&format!("{ROLES}/1/delete"), &[]).await.is(409);
    admin.get(&format!("{new}?from=1")).await.is(409);
}

#[rocket::async_test]
async fn a_role_in_use_is_not_deleted_and_nobody_widens_his_own() {
    let county = World::new().await;
    let bureau = county.bureau().await;
    let own = held(
        &county,
        &[
            ("accounts.roles", Action::View),
            ("accounts.roles", Action::Edit),
            ("accounts.employers", Action::View),
        ],
    );
    let more = held(&county, &[("core.trail", Action::View)]);
    let county =
        county.with_clerk("keeper", bureau, &own).await.with_clerk("reader", bureau, &more).await;
    let mut admin = county.admin().await;
    let reader = role(&county, "角色 reader").await;
    for page in [
        admin.get(&format!("{ROLES}/{reader}/delete")).await,
        admin.post(&format!("{ROLES}/{reader}/delete"), &[]).await,
    ] {
        page.is(409).contains("正由管理员").contains("使用，不能删除");
    }
    let mut keeper = county.sign_in("keeper").await;
    let new = format!("{ROLES}/new");
    let page = keeper.get(&new).await;
    page.is(200).contains("您没有，不能授予");
    for wrong in ["core.trail:view", "accounts.employers:edit"] {
        let page = keeper.post(&new, &[("name", "更大的角色"), ("permission", wrong)]).await;
        page.is(422).contains("不能授予");
    }
    let (mine, fields) = (
        role(&county, "角色 keeper").await,
        [("name", "改个名字"), ("permission", "accounts.employers:view")],
    );
    keeper.post(&format!("{ROLES}/{mine}/edit"), &fields).await.is(409).contains("您自己在用");
    keeper
        .post(&format!("{ROLES}/{reader}/edit"), &fields)
        .await
        .is(409)
        .contains("含有您没有的权限");
    keeper.get(&format!("{new}?from={reader}")).await.is(409);
    keeper.post(&new, &fields).await.redirects_to(ROLES);
    let made = role(&county, "改个名字").await;
    keeper.get(&format!("{ROLES}/{made}")).await.is(200).contains("还没有人使用");
    keeper.post(&format!("{ROLES}/{made}/delete"), &[]).await.redirects_to(ROLES);
    // a removed administrator's role goes when nobody else uses it
    let here = format!("{TEAM}/{}/delete", right(&county, "reader").await);
    admin.post(&here, &[("reason", "调离")]).await.redirects_to(TEAM);
    admin.get(ROLES).await.is(200);
    admin.post(&format!("{ROLES}/{reader}/delete"), &[]).await.redirects_to(ROLES);
    assert_eq!(county.number("select count(*) from role where name = '角色 reader'").await, 0);
}

#[rocket::async_test]
async fn every_kind_of_organization_manages_its_own_and_no_others() {
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_employer_under("甲", "教育局")
        .await
        .with_base("培训基地")
        .await;
    for name in ["教育局", "甲", "培训基地"] {
        let login = county.admin_of(name).await;
        let mut admin = county.sign_in(&login).await;
        admin.get("/start").await.contains("管理单位管理员").contains("角色管理");
        admin.get(TEAM).await.is(200).contains(&login).contains("共 1 位").lacks("赵主任");
        let asked = name == "教育局";
        let new = format!("new-{login}");
        let fields = [("who", "new"), ("name", "吴小丽"), ("login", new.as_str()), ("act", "next")];
        let page = admin.post(&format!("{TEAM}/new"), &fields).await;
        assert_eq!(page.body.contains("本部门及下属单位"), asked, "{name}");
        assert!(!page.body.contains("指定主管部门”时"), "{name}");
        add(&mut admin, &new, "1", &[]).await.is(200);
        let book = admin.get(&format!("{TEAM}/export")).await;
        book.is(200);
        assert!(book.header("content-disposition").unwrap().ends_with(".xlsx"));
        admin.get(&format!("{ROLES}/export")).await.is(200);
        // the bureau's first administrator is not there
        for act in ["", "/edit", "/disable", "/delete", "/reset"] {
            admin.get(&format!("{TEAM}/1{act}")).await.is(404);
        }
        for act in
            ["edit", "disable", "enable", "delete", "reset", "sessions/end", "sessions/1/end"]
        {
            let fields = [("reason", "不是我们单位的人"), ("password", PASSWORD)];
            admin.post(&format!("{TEAM}/1/{act}"), &fields).await.is(404);
        }
    }
    assert_eq!(county.number("select count(*) from grant where state <> 'active'").await, 0);
    // the bureau sees its own administrators only
    let mut admin = county.admin().await;
    admin.get(TEAM).await.is(200).contains("赵主任").lacks("吴小丽").contains("共 1 位");
    let other: OrganizationId = county.organization("甲").await;
    let grant: i64 = sqlx::query_scalar("select id from grant where organization_id = ?")
        .bind(other)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap();
    admin.get(&format!("{TEAM}/{grant}")).await.is(404);
}

const REASON: (&str, &str) = ("reason", "本人忘记密码，已核对身份");
const OWN: (&str, &str) = ("password", PASSWORD);

/// 教育局 with 第一中学 and 第二中学 (王二小), 卫健委 with 人民医院 (李四光).
async fn two_departments() -> World {
    World::new()
        .await
        .with_department("教育局")
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("第一中学", "教育局")
        .await
        .with_employer_under("第二中学", "教育局")
        .await
        .with_employer_under("人民医院", "卫健委")
        .await
        .with_active_person("李四光", "人民医院", &id_number(3))
        .await
        .with_active_person("王二小", "第二中学", &id_number(4))
        .await
}

/// The account of the person with this name.
async fn account_of(county: &World, name: &str) -> i64 {
    sqlx::query_scalar(
        "select a.id from account a join person p on p.id = a.person_id where p.name = ?",
    )
    .bind(name)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

/// The right of this account in a unit.
async fn right_in(county: &World, account: i64, unit: &str) -> i64 {
    sqlx::query_scalar("select id from grant where account_id = ? and organization_id = ?")
        .bind(account)
        .bind(county.organization(unit).await)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap()
}

#[rocket::async_test]
async fn a_superior_does_not_reset_the_account_of_another_departments_person() {
    let county = two_departments().await;
    let county = county.with_grant("李四光", "第一中学").await;
    let county = county.with_grant("王二小", "第一中学").await;
    let mut himself = county.sign_in(&id_number(3)).await;
    let school = county.organization("第一中学").await;
    let path =
        |account: i64| format!("/accounts/employers/{school}/administrators/{account}/reset");
    let (strange, near) =
        (account_of(&county, "李四光").await, account_of(&county, "王二小").await);
    let mut education = county.sign_in(&county.admin_of("教育局").await).await;
    education.get("/start").await.is(200);
    education.get(&path(strange)).await.is(409);
    let page = education.post(&path(strange), &[REASON, OWN]).await;
    page.is(409).contains("还属于其他单位").contains("人社局超级管理员").lacks("id=\"code\"");
    himself.get("/start").await.is(200);
    // his own department's whole account is his to reset, the bureau's is everybody's
    education.post(&path(near), &[REASON]).await.is(422).contains("请填写您自己的登录密码");
    education.post(&path(near), &[REASON, OWN]).await.is(200).contains("只显示这一次");
    let told = county.text("select text from message where title = '密码已重置'").await;
    assert!(told.contains("您的密码由教育局的") && told.contains("已核对身份"), "{told}");
    // the school itself hands over neither
    let mut own = county.sign_in(&county.admin_of("第一中学").await).await;
    own.get("/start").await.is(200);
    for account in [strange, near] {
        let grant = right_in(&county, account, "第一中学").await;
        let page = own.post(&format!("{TEAM}/{grant}/reset"), &[REASON, OWN]).await;
        page.is(409).lacks("id=\"code\"");
    }
    let mut admin = county.admin().await;
    admin.get("/start").await.is(200);
    admin.post(&path(strange), &[REASON, OWN]).await.is(200).contains("只显示这一次");
    himself.get("/start").await.is(303);
    // a right that only rests counts, too
    county
        .execute(
            "insert into grant (account_id, organization_id, created_at, state)
             select a.id, 1, '', 'disabled' from account a where a.name = '李四光'",
        )
        .await;
    admin.post(&path(strange), &[REASON, OWN]).await.is(409).contains("上级单位也有管理权限");
}

#[rocket::async_test]
async fn a_clerk_over_the_county_does_not_become_a_hospitals_super() {
    let county = two_departments().await;
    let bureau = county.bureau().await;
    let holds = held(
        &county,
        &[
            ("accounts.administrators", Action::View),
            ("accounts.administrators", Action::Edit),
            ("accounts.administrators", Action::Reset),
        ],
    );
    let county =
        county.with_clerk("clerk", bureau, &holds).await.with_grant("李四光", "人民医院").await;
    let strange = account_of(&county, "李四光").await;
    county
        .execute(
            "insert into grant (account_id, organization_id, created_at, created_by)
             select a.id, b.id, '', c.id from account a, organization b, account c
              where a.name = '李四光' and b.kind = 'bureau' and c.login = 'clerk'",
        )
        .await;
    let grant = county.number("select max(id) from grant").await;
    assert_ne!(right_in(&county, strange, "人民医院").await, grant);
    let mut clerk = county.sign_in("clerk").await;
    clerk.get("/start").await.is(200);
    let here = format!("{TEAM}/{grant}");
    clerk.get(&format!("{here}/reset")).await.is(409).contains("还属于其他单位");
    let page = clerk.post(&format!("{here}/reset"), &[REASON, OWN]).await;
    page.is(409).lacks("id=\"code\"");
    let mut admin = county.admin().await;
    admin.get("/start").await.is(200);
    admin.post(&format!("{here}/reset"), &[REASON, OWN]).await.is(200);
}

#[rocket::async_test]
async fn the_number_of_anothers_account_tells_nothing_and_is_counted() {
    let county = two_departments().await;
    let number = id_number(3);
    county.execute("update account set phone = '13900008888' where name = '李四光'").await;
    let mut school = county.sign_in(&county.admin_of("第一中学").await).await;
    let new = format!("{TEAM}/new");
    school.get(&new).await.is(200);
    let fields = |name, act| {
        [
            ("who", "new"),
            ("name", name),
            ("login", "nobody"),
            ("id_number", number.as_str()),
            ("role", "1"),
            ("scope", "whole"),
            ("act", act),
        ]
    };
    for turn in 0..20 {
        let name = if turn % 2 == 0 { "李四光" } else { "周不知" };
        let act = if turn % 4 < 2 { "next" } else { "save" };
        let page = school.post(&new, &fields(name, act)).await;
        page.is(422).contains("这个身份证号的账号属于其他单位，不能在这里添加。请核对号码");
        page.lacks("姓名与填写的不同").lacks("这个身份证号已有账号");
    }
    let sql = "select count(*) from trail where act = 'accounts.administrator.elsewhere' and result = 'refused'";
    assert_eq!(county.number(sql).await, 20);
    school.post(&new, &fields("李四光", "next")).await.is(429);
    assert_eq!(county.number("select count(*) from grant g join account a on a.id = g.account_id where a.name = '李四光'").await, 0);

    // the bureau's super administrator may: but what is the person's stays his
    let mut himself = county.sign_in(&number).await;
    himself.get("/start").await.is(200);
    let mut admin = county.admin().await;
    admin.get(&new).await.is(200);
    admin.post(&new, &fields("李四光", "save")).await.redirects_to(TEAM);
    let here = format!("{TEAM}/{}", county.number("select max(id) from grant").await);
    let page = admin.get(&here).await;
    page.is(200).contains("李四光").contains("他现在没有登录").lacks("13900008888");
    admin.get(TEAM).await.contains("李四光").lacks("13900008888");
    let session = county
        .number("select max(s.id) from session s join account a on a.id = s.account_id where a.name = '李四光'")
        .await;
    admin.post(&format!("{here}/sessions/{session}/end"), &[]).await.is(404);
    admin.post(&format!("{here}/sessions/end"), &[]).await.redirects_to(&here);
    himself.get("/start").await.is(200);
    admin.post(&format!("{here}/disable"), &[("reason", "休产假")]).await.redirects_to(TEAM);
    himself.get("/start").await.is(200);
    admin.post(&format!("{here}/delete"), &[("reason", "不再兼任")]).await.redirects_to(TEAM);
    himself.get("/start").await.is(200);
}

#[rocket::async_test]
async fn a_right_that_rests_is_still_a_right_and_the_dead_do_not_get_it_back() {
    let county = two_departments().await.with_grant("李四光", "人民医院").await;
    let account = account_of(&county, "李四光").await;
    let grant = right_in(&county, account, "人民医院").await;
    county.execute("update grant set state = 'disabled' where account_id = (select id from account where name = '李四光')").await;
    let mut hospital = county.sign_in(&county.admin_of("人民医院").await).await;
    hospital.get("/start").await.is(200);
    let at = format!("/accounts/people/{}", county.person("李四光").await);
    let page = hospital.post(&format!("{at}/reset"), &[REASON, OWN]).await;
    page.is(409).contains("有管理权限");
    for state in ["left", "deceased"] {
        let form = [("state", state), ("on", "2026-11-01"), ("reason", "办理手续")];
        hospital.post(&format!("{at}/mark"), &form).await.is(422).contains("还有管理员权限");
    }
    county.execute("update person set state = 'deceased' where name = '李四光'").await;
    let enable = format!("{TEAM}/{grant}/enable");
    county
        .execute(
            "update grant set created_by = (select account_id from grant o
                where o.organization_id = grant.organization_id order by o.id limit 1)
              where account_id = (select id from account where name = '李四光')",
        )
        .await;
    hospital.post(&enable, &[]).await.is(409).contains("不能启用");
    county.execute("update person set state = 'retired' where name = '李四光'").await;
    hospital.post(&enable, &[]).await.is(303);
}

#[rocket::async_test]
async fn handing_over_to_somebody_beside_leaves_ones_own_place_as_it_was() {
    let county = super_clerk(World::new().await, "second").await;
    let county = super_clerk(county, "third").await;
    let county = super_clerk(county, "fresh").await;
    let bureau = county.bureau().await;
    let county = county.with_clerk("below", bureau, &[]).await;
    for (login, by) in
        [("second", "admin"), ("third", "admin"), ("fresh", "admin"), ("below", "second")]
    {
        added(&county, login, by).await;
    }
    county
        .execute("update account set password_hash = null, code_hash = 'x' where login = 'fresh'")
        .await;
    let mut second = county.sign_in("second").await;
    let address = format!("{TEAM}/hand-over");
    let (third, fresh) =
        (account(&county, "third").await.to_string(), account(&county, "fresh").await.to_string());
    // who has never signed in takes nothing over
    let page = second.get(&address).await;
    page.is(200).contains(&format!("value=\"{third}\"")).lacks(&format!("value=\"{fresh}\""));
    second.post(&address, &[("successor", &fresh), OWN]).await.is(422);
    let page = second.post(&address, &[("successor", &third), OWN]).await;
    second.follow(&page).await.contains("您本人的权限没有变");
    let creator = |login: &'static str| {
        let county = &county;
        async move {
            let id = right(county, login).await;
            sqlx::query_scalar::<_, Option<i64>>("select created_by from grant where id = ?")
                .bind(id)
                .fetch_one(&mut *county.db().read().await.unwrap())
                .await
                .unwrap()
        }
    };
    assert_eq!(creator("second").await, Some(1), "still the first administrator's");
    assert_eq!(creator("below").await.unwrap().to_string(), third);
    // to one above him he may give himself, too
    let page = second.post(&address, &[("successor", "1"), OWN]).await;
    second.follow(&page).await.contains("您离任后，由他禁用");
    assert_eq!(creator("second").await, Some(1));
}

#[rocket::async_test]
async fn whom_nobody_added_is_told_how_his_right_changes() {
    let county = two_departments().await;
    let mut admin = county.admin().await;
    let page = admin.get(&format!("{TEAM}/1")).await;
    page.is(200).contains("这是您自己的权限，不能自己改").contains("移交").lacks("添加您的管理员");
    let login = county.admin_of("人民医院").await;
    let mut hospital = county.sign_in(&login).await;
    let page = hospital.get(&format!("{TEAM}/{}", right(&county, &login).await)).await;
    page.is(200).contains("这是您自己的权限").contains("请上级单位办理").lacks("添加您的管理员");
}

#[rocket::async_test]
async fn an_administrator_corrects_his_own_phone_and_address() {
    let county = two_departments().await;
    county.get("/accounts/sessions").await.is(303);
    let mut admin = county.admin().await;
    let address = "/accounts/sessions/contact";
    admin.get("/accounts/sessions").await.is(200).contains("我的联系方式");
    let wrong = [("phone", "123"), ("email", "a@b.cn")];
    admin.post(address, &wrong).await.is(422).contains("手机应为").contains("value=\"123\"");
    let right = [("phone", "13912345678"), ("email", "zhao@example.com")];
    let page = admin.post(address, &right).await;
    let page = admin.follow(&page).await;
    page.contains("已保存您的联系方式").contains("13912345678").contains("zhao@example.com");
    assert!(county.trail().await.pop().unwrap().contains("修改自己的联系方式"));
    // a professional's stand on his profile
    let mut person = county.sign_in(&id_number(3)).await;
    person.get("/accounts/sessions").await.is(200).lacks("我的联系方式");
    person.post(address, &right).await.is(409);
}
