//! Sections 1 and 2: signing in and out, first passwords, locks, sessions.

use kit::OrganizationKind;
use time::Duration;

use crate::support::{ADMIN, Browser, PASSWORD, World, id_number};

const REFUSED: &str =
    "账号或密码不正确，或账号暂时不能登录。连续输错会暂时锁定；忘记密码请联系单位管理员。";
const OWN: &str = "green-Kettle-on-the-roof";

/// 张三 of 甲, whose number ends in X or a digit, as imported.
async fn county() -> World {
    World::new().await.with_employer("甲").await.with_person("张三丰", "甲", &id_number(2)).await
}

fn initial(number: &str) -> &str {
    &number[12..]
}

/// A number whose check character is X.
fn number_with_x() -> String {
    (0..999).map(id_number).find(|n| n.ends_with('X')).unwrap()
}

async fn activate(browser: &mut Browser<'_>, number: &str) {
    browser.sign_in(number, initial(number)).await.redirects_to("/password/first");
    browser.get("/password/first").await.is(200);
    let done = browser.post("/password/first", &[("password", OWN), ("again", OWN)]).await;
    done.redirects_to("/start");
}

#[rocket::async_test]
async fn an_imported_person_signs_in_with_the_last_six_and_must_set_a_password() {
    let county = county().await;
    let number = id_number(2);
    let mut browser = county.browser();
    browser.sign_in(&number, initial(&number)).await.redirects_to("/password/first");
    // before the password is set nothing of the person or the unit is shown
    let page = browser.get("/password/first").await;
    page.is(200).contains("设置您的密码").lacks("张三丰").lacks("甲");
    for path in ["/", "/start", "/password", "/nothing-here", "/accounts/profile"] {
        browser.get(path).await.redirects_to("/password/first");
    }
    browser.post("/password", &[("current", "x")]).await.redirects_to("/password/first");

    let page = browser.post("/password/first", &[("password", OWN), ("again", OWN)]).await;
    page.redirects_to("/start");
    browser.get("/start").await.is(200).contains("张三丰").contains("密码已设置");

    // the initial password never works again; the new one does
    county.browser().sign_in(&number, initial(&number)).await.is(422).contains(REFUSED);
    county.browser().sign_in(&number, OWN).await.redirects_to("/start");
    assert!(county.trail().await.iter().any(|text| text.contains("账号已激活")));
}

#[rocket::async_test]
async fn x_is_accepted_in_either_case() {
    let number = number_with_x();
    let county =
        World::new().await.with_employer("甲").await.with_person("李四光", "甲", &number).await;
    for (login, password) in [
        (number.to_lowercase(), initial(&number).to_lowercase()),
        (number.clone(), initial(&number).to_lowercase()),
        (format!(" {number} "), initial(&number).to_owned()),
    ] {
        county.browser().sign_in(&login, &password).await.redirects_to("/password/first");
    }
}

#[rocket::async_test]
async fn a_first_password_keeps_the_rules() {
    let county = county().await;
    let number = id_number(2);
    let mut browser = county.browser();
    browser.sign_in(&number, initial(&number)).await;
    browser.get("/password/first").await.is(200);
    let last_six = format!("kettle-{}", initial(&number));
    for (password, why) in [
        ("short", "密码至少 10 位"),
        (last_six.as_str(), "身份证号的后六位"),
        ("kettle19850315", "出生日期"),
        ("zhangsanfeng7", "姓名"),
        ("password1234", "太常见"),
    ] {
        let page =
            browser.post("/password/first", &[("password", password), ("again", password)]).await;
        page.is(422).contains(why).lacks(&format!("value=\"{password}\""));
    }
    let page = browser.post("/password/first", &[("password", OWN), ("again", "other")]).await;
    page.is(422).contains("两次输入的新密码不一样");
    browser.get("/start").await.redirects_to("/password/first");
}

#[rocket::async_test]
async fn an_initial_password_expires() {
    let county = county().await;
    let number = id_number(2);
    county.clock.advance(Duration::days(366));
    county.browser().sign_in(&number, initial(&number)).await.is(422).contains(REFUSED);
}

#[rocket::async_test]
async fn five_failures_lock_an_account_and_the_lock_grows_and_survives_a_restart() {
    let county = county().await;
    let fail = async |county: &World| {
        for _ in 0..5 {
            county.browser().sign_in(ADMIN, "wrong").await.is(422).contains(REFUSED);
        }
    };
    fail(&county).await;
    county.browser().sign_in(ADMIN, PASSWORD).await.is(422).contains(REFUSED);
    county.clock.advance(Duration::minutes(14));
    county.browser().sign_in(ADMIN, PASSWORD).await.is(422);
    let county = county.restart().await;
    county.browser().sign_in(ADMIN, PASSWORD).await.is(422).contains(REFUSED);
    county.clock.advance(Duration::minutes(2));
    // the next lock is twice as long
    fail(&county).await;
    county.clock.advance(Duration::minutes(16));
    county.browser().sign_in(ADMIN, PASSWORD).await.is(422);
    county.clock.advance(Duration::minutes(15));
    county.browser().sign_in(ADMIN, PASSWORD).await.redirects_to("/start");
    let trail = county.trail().await;
    assert!(trail.iter().any(|text| text.contains("账号锁定 15 分钟")), "{trail:?}");
    assert!(trail.iter().any(|text| text.contains("账号锁定 30 分钟")), "{trail:?}");
}

#[rocket::async_test]
async fn an_unknown_login_locks_like_a_known_one_and_says_the_same() {
    let county = county().await;
    county.execute("update account set state = 'disabled' where login like 'admin-%'").await;
    let disabled = county.admin_of("甲").await;
    let number = id_number(2);
    let plain = |body: &str, typed: &str| {
        let mut lines: Vec<String> = body.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.contains("_csrf"));
        lines.join("\n").replace(typed, "")
    };
    let mut bodies = vec![];
    for login in ["nobody", ADMIN, disabled.as_str(), number.as_str(), "41999919850315999X"] {
        let mut browser = county.browser();
        for n in 0..7 {
            let page = browser.sign_in(login, "wrong password").await;
            page.is(422);
            if n == 0 || n == 6 {
                bodies.push(plain(&page.body, login));
            }
        }
    }
    for body in &bodies {
        assert_eq!(body, &bodies[0]);
    }
}

#[rocket::async_test]
async fn an_address_that_fails_on_many_accounts_waits() {
    let county = county().await;
    county.set("password.address", "5").await;
    let mut browser = county.browser();
    for n in 0..5 {
        browser.sign_in(&format!("nobody{n}"), "wrong").await.is(422);
    }
    browser.sign_in(ADMIN, PASSWORD).await.is(422).contains(REFUSED);
    // others go on
    county.browser().sign_in(ADMIN, PASSWORD).await.redirects_to("/start");
    county.clock.advance(Duration::minutes(16));
    browser.sign_in(ADMIN, PASSWORD).await.redirects_to("/start");
    // many failures on one account alone do not lock the school
    let mut other = county.browser();
    for _ in 0..8 {
        other.sign_in("nobody", "wrong").await.is(422);
    }
    other.sign_in(ADMIN, PASSWORD).await.redirects_to("/start");
}

#[rocket::async_test]
async fn guesses_at_many_initial_passwords_pause_them_all_and_nobody_else() {
    let county = county().await;
    county.set("password.initial", "6").await;
    let number = id_number(2);
    // one try each, from as many addresses: no counter of an account or an address sees it
    for n in 100..105 {
        county.browser().sign_in(&id_number(n), "123456").await.is(422).contains(REFUSED);
    }
    county.browser().sign_in(&number, "654321").await.is(422).contains(REFUSED);
    county.browser().sign_in(&number, initial(&number)).await.is(422).contains(REFUSED);
    // whoever has a password of his own does not notice
    county.admin().await;
    county.browser().sign_in(ADMIN, "wrong").await.is(422);
    let trail = county.trail().await;
    let told = trail.iter().filter(|text| text.contains("全县暂停用初始密码登录 15 分钟")).count();
    assert_eq!(told, 1, "{trail:?}");
    let county = county.restart().await;
    county.browser().sign_in(&number, initial(&number)).await.is(422).contains(REFUSED);
    county.clock.advance(Duration::minutes(16));
    county.browser().sign_in(&number, initial(&number)).await.redirects_to("/password/first");
}

#[rocket::async_test]
async fn a_one_time_code_sent_twice_at_once_lets_one_in() {
    let county = county().await;
    let login = county.admin_of("甲").await;
    let hash = kit::password::hash("ABCD2345EFGH").unwrap();
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query(
        "update account set password_hash = null, code_hash = ?, must_change = 1 where login = ?",
    )
    .bind(&hash)
    .bind(&login)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let (mut one, mut two) = (county.browser(), county.browser());
    let (one, two) = rocket::tokio::join!(
        one.sign_in(&login, "ABCD2345EFGH"),
        two.sign_in(&login, "ABCD2345EFGH")
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    assert_eq!(county.number("select count(*) from session").await, 1);
}

#[rocket::async_test]
async fn guesses_at_the_same_time_count_like_guesses_in_a_row() {
    let county = county().await;
    let mut browsers: Vec<Browser<'_>> = (0..8).map(|_| county.browser()).collect();
    for browser in &mut browsers {
        browser.get("/").await.is(200);
    }
    let tries = browsers.iter_mut().enumerate().map(|(n, browser)| async move {
        let password = if n == 7 { PASSWORD } else { "wrong" };
        browser.post("/sign-in", &[("login", ADMIN), ("password", password)]).await
    });
    let pages = futures_util::future::join_all(tries).await;
    let locked = "select count(*) from failure where kind = 'account' and locks = 1";
    let let_in = pages.iter().filter(|page| page.status == 303).count();
    // whichever came first: either the lock was there, or the right password was before it
    assert!(county.number(locked).await + let_in as i64 >= 1);
    assert!(county.number("select max(locks) from failure").await <= 1, "one lock, not several");
}

#[rocket::async_test]
async fn a_session_that_ended_meanwhile_sets_no_password() {
    let county = county().await;
    let number = id_number(2);
    let (mut one, mut two) = (county.browser(), county.browser());
    for browser in [&mut one, &mut two] {
        browser.sign_in(&number, initial(&number)).await.redirects_to("/password/first");
        browser.get("/password/first").await.is(200);
    }
    let fields = |password| [("password", password), ("again", password)];
    let (mine, theirs) = (fields(OWN), fields("another-Kettle-indeed"));
    let (a, b) = rocket::tokio::join!(
        one.post("/password/first", &mine),
        two.post("/password/first", &theirs)
    );
    let done = [&a, &b].iter().filter(|p| p.location.as_deref() == Some("/start")).count();
    assert_eq!(done, 1, "{a:?} {b:?}");
    assert_eq!(county.number("select count(*) from trail where act = 'password.first'").await, 1);
    assert_eq!(county.number("select count(*) from session").await, 1);
}

#[rocket::async_test]
async fn each_side_says_how_to_come_to_the_other() {
    let county = county()
        .await
        .with_active_person("王小二", "甲", &id_number(3))
        .await
        .with_grant("王小二", "甲")
        .await;
    let mut both = county.sign_in(&id_number(3)).await;
    both.get("/credit-hours/declarations").await.is(403).contains("切换到“个人”");
    both.get("/desk/declarations").await.is(200);
    both.get("/start").await.is(200);
    both.post("/side", &[("to", "person")]).await.redirects_to("/start");
    both.get("/credit-hours/declarations").await.is(200);
    both.get("/desk/declarations").await.is(403).contains("切换到管理身份");
    // who has one side only is not told to switch
    let login = county.admin_of("甲").await;
    let mut clerk = county.sign_in(&login).await;
    clerk.get("/credit-hours/declarations").await.is(403).contains("没有个人身份");
}

#[rocket::async_test]
async fn the_right_password_of_a_disabled_account_hears_its_state() {
    let county = county().await;
    county.execute("update account set state = 'disabled' where login = 'admin'").await;
    let page = county.browser().sign_in(ADMIN, PASSWORD).await;
    page.is(422).contains("您的账号已停用");
    county.browser().sign_in(ADMIN, "wrong").await.is(422).lacks("停用");
}

#[rocket::async_test]
async fn a_one_time_code_works_once_into_a_restricted_session() {
    let county = county().await;
    let login = county.admin_of("甲").await;
    let code = "ABCD2345EFGH";
    let hash = kit::password::hash(code).unwrap();
    let mut tx = county.db().begin().await.unwrap();
    let account = sqlx::query_scalar("select id from account where login = ?")
        .bind(&login)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    accounts::administrators::reset(&mut tx, kit::AccountId(account), &hash, &county.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    county.browser().sign_in(&login, PASSWORD).await.is(422);
    let mut browser = county.browser();
    browser.sign_in(&login, &code.to_lowercase()).await.redirects_to("/password/first");
    browser.get("/start").await.redirects_to("/password/first");
    county.browser().sign_in(&login, code).await.is(422).contains(REFUSED);
    browser.get("/password/first").await.is(200);
    let page = browser.post("/password/first", &[("password", OWN), ("again", OWN)]).await;
    page.redirects_to("/start");
    browser.get("/start").await.is(200);
    county.browser().sign_in(&login, OWN).await.redirects_to("/start");
}

#[rocket::async_test]
async fn a_session_ends_when_idle_and_in_any_case_after_its_time() {
    let county = county().await;
    let mut browser = county.admin().await;
    county.clock.advance(Duration::minutes(29));
    browser.get("/start").await.is(200);
    county.clock.advance(Duration::minutes(29));
    browser.get("/start").await.is(200);
    county.clock.advance(Duration::minutes(31));
    browser.get("/start").await.redirects_to("/?next=%2Fstart");
    browser.get("/").await.contains("登录已过期");

    let mut browser = county.admin().await;
    for _ in 0..30 {
        county.clock.advance(Duration::minutes(24));
        browser.get("/start").await;
    }
    browser.get("/start").await.redirects_to("/?next=%2Fstart");
}

#[rocket::async_test]
async fn a_clock_set_back_ends_sessions() {
    let county = county().await;
    let mut browser = county.admin().await;
    browser.get("/start").await.is(200);
    county.clock.advance(-Duration::hours(2));
    browser.get("/start").await.is(303);
}

#[rocket::async_test]
async fn after_an_expired_form_one_returns_to_its_page() {
    let county = county().await;
    let mut browser = county.admin().await;
    browser.get("/settings").await.is(200);
    county.clock.advance(Duration::minutes(31));
    let page = browser.post("/settings", &[("session.idle", "60")]).await;
    page.redirects_to("/?next=%2Fsettings");
    let home = browser.follow(&page).await;
    home.is(200).contains("填写的内容会恢复").contains("name=\"next\" value=\"/settings\"");
    let fields = [("login", ADMIN), ("password", PASSWORD), ("next", "/settings")];
    browser.post("/sign-in", &fields).await.redirects_to("/settings");
    // never to another host
    let fields = [("login", ADMIN), ("password", PASSWORD), ("next", "//evil.example/x")];
    let mut browser = county.browser();
    browser.get("/").await;
    browser.post("/sign-in", &fields).await.redirects_to("/start");
}

#[rocket::async_test]
async fn signing_out_ends_the_session_and_returns_home() {
    let county = county().await;
    let mut browser = county.admin().await;
    browser.get("/start").await;
    let stolen = browser.cookies.clone();
    let page = browser.post("/sign-out", &[]).await;
    page.redirects_to("/");
    assert_eq!(page.header("clear-site-data"), Some("\"storage\""));
    browser.get("/").await.is(200).contains("已退出登录");
    let mut thief = county.browser();
    thief.cookies = stolen;
    thief.get("/start").await.is(303);
    assert_eq!(county.number("select count(*) from session").await, 0);
}

#[rocket::async_test]
async fn only_a_hash_of_the_token_is_kept_and_it_is_new_at_each_sign_in() {
    let county = county().await;
    let mut browser = county.admin().await;
    let token = browser.cookies["jxjy"].clone();
    assert_eq!(token.len(), 64);
    let hash = county.text("select lower(hex(token_hash)) from session").await;
    assert_ne!(hash, token);
    browser.post("/sign-out", &[]).await;
    browser.sign_in(ADMIN, PASSWORD).await.redirects_to("/start");
    assert_ne!(browser.cookies["jxjy"], token);
    // a cookie planted before signing in is not taken over
    let mut planted = county.browser();
    planted.cookies.insert("jxjy".to_owned(), token.clone());
    planted.sign_in(ADMIN, PASSWORD).await.redirects_to("/start");
    assert_ne!(planted.cookies["jxjy"], token);
}

#[rocket::async_test]
async fn disabling_ends_a_session_at_the_next_request() {
    let county = county().await;
    let login = county.admin_of("甲").await;
    let mut browser = county.sign_in(&login).await;
    browser.get("/start").await.is(200);
    county.execute("update account set state = 'disabled' where login like 'admin-%'").await;
    browser.get("/start").await.is(303);
}

#[rocket::async_test]
async fn losing_the_last_grant_ends_a_session_and_a_person_keeps_his_own_side() {
    let county = county()
        .await
        .with_active_person("王小二", "甲", &id_number(3))
        .await
        .with_grant("王小二", "甲")
        .await;
    let login = county.admin_of("甲").await;
    let mut clerk = county.sign_in(&login).await;
    let mut both = county.sign_in(&id_number(3)).await;
    both.get("/start").await.is(200).contains("甲 · 超级管理员").contains("个人");
    both.post("/side", &[("to", "person")]).await.redirects_to("/start");
    both.get("/start").await.is(200).contains("专业技术人员").contains("我的继续教育");
    both.post("/side", &[("to", "99")]).await.is(404);
    let grant = county.number("select max(id) from grant").await.to_string();
    both.post("/side", &[("to", &grant)]).await.redirects_to("/start");

    county.execute("update grant set state = 'removed' where organization_id > 1").await;
    clerk.get("/start").await.is(303);
    both.get("/start").await.is(200).contains("我的继续教育");
}

#[rocket::async_test]
async fn an_edited_role_applies_at_the_next_request() {
    use kit::Permission;
    let county = World::new().await;
    let bureau = county.bureau().await;
    let see = jxjy::core::ViewSettings::grantable();
    let county = county.with_clerk("clerk", bureau, &[see]).await;
    let mut clerk = county.sign_in("clerk").await;
    clerk.get("/settings").await.is(200).lacks("保存设置");
    clerk.get("/trail").await.is(403).contains("操作日志·查看");
    clerk.post("/settings", &[]).await.is(403);
    county.execute("delete from role_permission").await;
    clerk.get("/settings").await.is(403);
}

#[rocket::async_test]
async fn changing_a_password_needs_the_current_one_and_ends_other_sessions() {
    let county = county().await;
    let mut browser = county.admin().await;
    let mut other = county.admin().await;
    browser.get("/password").await.is(200).contains("至少 2 类");
    let fields = |current, new, again| [("current", current), ("password", new), ("again", again)];
    let page = browser.post("/password", &fields("wrong", OWN, OWN)).await;
    page.is(422).contains("原密码不正确").lacks(OWN);
    let page = browser.post("/password", &fields(PASSWORD, PASSWORD, PASSWORD)).await;
    page.is(422).contains("新密码不能与原密码相同");
    let plain = fields(PASSWORD, "marmaladekettle", "marmaladekettle");
    browser.post("/password", &plain).await.is(422).contains("至少 2 类");
    browser.post("/password", &fields(PASSWORD, OWN, OWN)).await.redirects_to("/start");
    browser.get("/start").await.is(200).contains("密码已修改");
    other.get("/start").await.is(303);
    county.browser().sign_in(ADMIN, OWN).await.redirects_to("/start");
}

#[rocket::async_test]
async fn an_older_hash_is_made_anew_at_sign_in() {
    use argon2::password_hash::PasswordHasher;
    use argon2::password_hash::phc::PasswordHash;
    use argon2::{Algorithm, Argon2, Params, Version};
    let county = county().await;
    let params = Params::new(8_192, 1, 1, None).unwrap();
    let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let stored: PasswordHash = older.hash_password(PASSWORD.as_bytes()).unwrap();
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("update account set password_hash = ? where login = 'admin'")
        .bind(stored.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    county.admin().await;
    let hash = county.text("select password_hash from account where login = 'admin'").await;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    county.admin().await;
}

#[rocket::async_test]
async fn a_person_of_a_department_is_no_administrator_before_his_password_is_set() {
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_employer_under("一中", "教育局")
        .await
        .with_person("刘备德", "一中", &id_number(4))
        .await
        .with_grant("刘备德", "一中")
        .await;
    let kind = county.text("select kind from organization where name = '教育局'").await;
    assert_eq!(kind, OrganizationKind::Department.key());
    let mut browser = county.browser();
    let number = id_number(4);
    browser.sign_in(&number, initial(&number)).await.redirects_to("/password/first");
    browser.get("/accounts/employers").await.redirects_to("/password/first");
    let mut browser = county.browser();
    activate(&mut browser, &number).await;
    browser.get("/start").await.is(200).contains("一中 · 超级管理员");
}
