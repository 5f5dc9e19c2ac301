//! 注册 from the home page, its progress without sign-in, and the desks 4.1, 4.2, 4.3, 4.8.

use crate::support::{Browser, Page, World, id_number};

/// A password nobody else has, fit for administrators.
const CHOSEN: &str = "Walnut-41-umbrella";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// A valid credit code, the `n`th of its kind.
fn credit_code(n: u32) -> String {
    let first = format!("12419999{n:08}X");
    let first = first.replace('X', "0");
    let last = kit::credit_code::check_character(&first).unwrap();
    format!("{first}{last}")
}

/// A person's form that holds.
fn person<'a>(name: &'a str, number: &'a str, unit: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("unit", unit),
        ("number", number),
        ("internal_department", "外科"),
        ("person_name", name),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("person_phone", "13812345678"),
        ("password", CHOSEN),
        ("again", CHOSEN),
        ("accepted", "on"),
    ]
}

/// An organization's form that holds.
fn unit<'a>(
    name: &'a str,
    code: &'a str,
    superior: &'a str,
    login: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("superior", superior),
        ("name", name),
        ("credit_code", code),
        ("nature", "institution"),
        ("industry", "P"),
        ("area_code", "419999"),
        ("contact", "孙联系"),
        ("phone", "0371-6600000"),
        ("address", "示例路 1 号"),
        ("staff", "120"),
        ("administrator", "钱管理"),
        ("login", login),
        ("password", CHOSEN),
        ("again", CHOSEN),
        ("accepted", "on"),
    ]
}

/// The same, for a base.
fn base<'a>(
    name: &'a str,
    code: &'a str,
    superior: &'a str,
    login: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut fields = unit(name, code, superior, login);
    fields.extend([
        ("host", "示例职业学院"),
        ("level", "county"),
        ("head", "李负责"),
        ("fields", "05"),
        ("categories", "professional"),
    ]);
    fields
}

/// With one field changed.
fn but<'a>(
    mut fields: Vec<(&'a str, &'a str)>,
    name: &str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    for field in fields.iter_mut().filter(|field| field.0 == name) {
        field.1 = value;
    }
    fields
}

/// Number and query code that the answer shows.
fn given(page: &Page) -> (String, String) {
    let between = |start: &str, end: &str| {
        let (_, rest) = page.body.split_once(start).unwrap_or_else(|| panic!("{page:?}"));
        rest.split(end).next().unwrap().to_owned()
    };
    (between("<dd class=\"mono\">", "<"), between("id=\"code\">", "<"))
}

/// Registers and answers with the query code.
async fn register(
    browser: &mut Browser<'_>,
    kind: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> (String, String) {
    let address = format!("/accounts/registration/{kind}");
    browser.get(&address).await.is(200);
    let page = browser.upload(&address, fields, files).await;
    page.is(200).contains("注册已提交");
    given(&page)
}

/// The row that the desk shows.
async fn row(county: &World) -> i64 {
    county.number("select max(id) from registration").await
}

async fn approve(desk: &mut Browser<'_>, subject: &str, row: i64, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![("confirmed", "1")];
    fields.extend(more);
    desk.get(&format!("/desk/{subject}/{row}")).await.is(200);
    desk.post(&format!("/desk/{subject}/{row}/approve"), &fields).await
}

async fn reject(desk: &mut Browser<'_>, subject: &str, row: i64, reason: &str) -> Page {
    desk.get("/start").await.is(200);
    desk.post(&format!("/desk/{subject}/{row}/reject"), &[("confirmed", "1"), ("reason", reason)])
        .await
}

#[rocket::async_test]
async fn a_person_registers_waits_is_approved_and_signs_in_with_his_own_password() {
    let number = id_number(7);
    let county = World::new().await.with_employer("第一中学").await;
    let mut visitor = county.browser();
    visitor
        .get("/")
        .await
        .is(200)
        .contains("/accounts/registration/person")
        .contains("注册审核进度查询");
    let (zc, code) =
        register(&mut visitor, "person", &person("张三丰", &number, "第一中学"), &[]).await;
    assert_eq!((zc.as_str(), code.len()), ("ZC20261123-0001", 11));
    assert_eq!(county.number("select count(*) from account where name = '张三丰'").await, 0);
    let row = row(&county).await;
    // he cannot sign in, and only the right password tells him why and whom to ask
    county.browser().sign_in(&number, "wrong-Guess-of-mine").await.is(422).lacks("ZC2026");
    let told = county.browser().sign_in(&number, CHOSEN).await;
    told.is(422)
        .contains("ZC20261123-0001")
        .contains("正在由第一中学审核")
        .contains("通过后才能登录");
    // the unit's desk has it, the bureau only looks on
    let mut bureau = county.admin().await;
    bureau.get("/desk/person-registrations").await.is(200).contains("待审核（0）").lacks("张三丰");
    bureau.get("/desk/person-registrations?tab=done").await.is(200).lacks("由第一中学审核");
    bureau.get("/desk/person-registrations?tab=elsewhere").await.is(200).contains("由第一中学审核");
    let seen = bureau.get(&format!("/desk/person-registrations/{row}")).await;
    seen.is(200).contains("这条申请现在由第一中学审核。").lacks(&number);
    approve(&mut bureau, "person-registrations", row, &[]).await.is(409);
    let login = county.admin_of("第一中学").await;
    let mut desk = county.sign_in(&login).await;
    let list = desk.get("/desk/person-registrations").await;
    list.is(200)
        .contains("待审核（1）")
        .contains("张三丰")
        .contains("4199************")
        .lacks(&number);
    let page = desk.get(&format!("/desk/person-registrations/{row}")).await;
    page.is(200).contains("身份证号没有登记过").contains("没有内设部门“外科”").lacks(&number);
    approve(&mut desk, "person-registrations", row, &[]).await.is(303);
    assert_eq!(county.text("select state from registration").await, "approved");
    assert_eq!(
        county.text("select a.state || ' ' || p.origin || ' ' || o.name from account a join person p on p.id = a.person_id join organization o on o.id = p.organization_id where a.name = '张三丰'").await,
        "active registration 第一中学"
    );
    assert_eq!(county.number("select count(*) from person_year where person_id = (select id from person where name = '张三丰')").await, 1);
    assert_eq!(
        county.number("select account_id is not null from review_case").await,
        1,
        "the case is his now"
    );
    assert_eq!(
        county.number("select count(*) from registration where password_hash is not null").await,
        0
    );
    // the last six never sign in; his own password does, and a message waits
    county.browser().sign_in(&number, &number[12..]).await.is(422);
    let mut him = county.browser();
    him.sign_in(&number, CHOSEN).await.redirects_to("/start");
    him.get("/messages").await.is(200).contains("人员注册已通过");
    // a second verdict has no second effect
    approve(&mut desk, "person-registrations", row, &[]).await.is(409);
    assert_eq!(county.number("select count(*) from person").await, 1);
    let trail = county.trail().await.join("\n");
    assert!(trail.contains("ZC20261123-0001") && !trail.contains(&number), "{trail}");
}

#[rocket::async_test]
async fn the_answer_does_not_tell_whether_an_id_number_exists() {
    let (known, elsewhere, unknown) = (id_number(2), id_number(3), id_number(4));
    let county = World::new()
        .await
        .with_employer("第一中学")
        .await
        .with_employer("人民医院")
        .await
        .with_person("张三丰", "第一中学", &known)
        .await
        .with_active_person("张三丰二", "人民医院", &elsewhere)
        .await;
    let mut bodies = vec![];
    for number in [&known, &elsewhere, &unknown, &known] {
        let mut visitor = county.browser();
        visitor.get("/accounts/registration/person").await.is(200);
        let page = visitor
            .upload("/accounts/registration/person", &person("张三丰", number, "第一中学"), &[])
            .await;
        page.is(200);
        let (zc, code) = given(&page);
        bodies.push(page.body.replace(&zc, "N").replace(&code, "C").replace(&visitor.csrf, "T"));
    }
    assert!(bodies.iter().all(|body| *body == bodies[2]), "{bodies:?}");
    // the desk hears what is the matter, and what to tell the person
    let mut desk = county.sign_in(&county.admin_of("第一中学").await).await;
    for (id, sentence) in [
        (1, "本单位已导入，请直接用身份证号和初始密码登录激活"),
        (2, "本人已在其他单位登记"),
        (3, "身份证号没有登记过"),
        (4, "同一身份证号还有待审核的注册：ZC20261123-0001"),
    ] {
        let page = desk.get(&format!("/desk/person-registrations/{id}")).await;
        page.is(200).contains(sentence).lacks("人民医院");
    }
    for id in [1, 2] {
        let page = approve(&mut desk, "person-registrations", id, &[]).await;
        page.is(409).contains("系统核对不能通过");
    }
    assert_eq!(county.number("select count(*) from person").await, 2);
    // whoever is imported still activates with the last six, whatever a stranger registered
    let mut him = county.browser();
    him.sign_in(&known, &known[12..]).await.redirects_to("/password/first");
}

/// What signing in answers, without what differs by number and form.
async fn answered(county: &World, number: &str, password: &str) -> String {
    let mut browser = county.browser();
    let page = browser.sign_in(number, password).await;
    page.is(422);
    let mut lines: Vec<&str> = page.body.lines().collect();
    lines.retain(|line| !line.contains("_csrf"));
    let body = lines.join("\n").replace(number, "");
    let (before, after) = body.split_once("ZC20261123-").unwrap_or((&body, "0000"));
    format!("{before}{}", &after[4..])
}

#[rocket::async_test]
async fn signing_in_with_what_one_registered_does_not_tell_whether_the_number_exists() {
    let numbers = [id_number(2), id_number(3), id_number(4)];
    let county = World::new()
        .await
        .with_employer("第一中学")
        .await
        .with_person("张三丰", "第一中学", &numbers[0])
        .await
        .with_active_person("李四", "第一中学", &numbers[1])
        .await;
    for number in &numbers {
        let mut visitor = county.browser();
        register(&mut visitor, "person", &person("张三丰", number, "第一中学"), &[]).await;
    }
    // heard four times, locked at the fifth: the same whoever has the number
    let mut rounds = vec![];
    for n in 0..7 {
        let mut bodies = vec![];
        for number in &numbers {
            bodies.push(answered(&county, number, CHOSEN).await);
        }
        assert!(bodies.iter().all(|body| *body == bodies[2]), "{n}: {bodies:?}");
        assert_eq!(bodies[0].contains("正在由第一中学审核"), n < 5, "{n}");
        rounds.push(bodies.remove(0));
    }
    assert_eq!((&rounds[0], &rounds[5]), (&rounds[4], &rounds[6]));
    // the owners still come in by their own passwords, once the lock is over
    county.clock.advance(time::Duration::minutes(16));
    county.sign_in(&numbers[1]).await.get("/start").await.is(200);
    county.browser().sign_in(&numbers[0], &numbers[0][12..]).await.redirects_to("/password/first");
    county.browser().sign_in(&numbers[1], CHOSEN).await.is(422).contains("正在由第一中学审核");
    // the county's pause of initial passwords makes no difference between them, either
    county.clock.advance(time::Duration::hours(1));
    county.set("password.initial", "1").await;
    county.browser().sign_in(&id_number(99), "123456").await.is(422);
    for number in &numbers {
        county.browser().sign_in(number, CHOSEN).await.is(422).lacks("ZC2026");
    }
}

#[rocket::async_test]
async fn a_strangers_registrations_do_not_hide_the_applicants_own() {
    let number = id_number(5);
    let county = World::new().await.with_employer("第一中学").await.with_employer("人民医院").await;
    let mut his = county.browser();
    let (zc, code) =
        register(&mut his, "person", &person("张三丰", &number, "第一中学"), &[]).await;
    let other = "Pepper-77-lantern";
    let form = but(but(person("张三丰", &number, "人民医院"), "password", other), "again", other);
    for _ in 0..3 {
        register(&mut county.browser(), "person", &form, &[]).await;
    }
    // he hears where his own stands, the stranger of his own
    let told = county.browser().sign_in(&number, CHOSEN).await;
    told.is(422).contains(&zc).contains("正在由第一中学审核");
    let told = county.browser().sign_in(&number, other).await;
    told.is(422).contains("ZC20261123-0004").contains("正在由人民医院审核");
    // sixty later ones do not hide his from the query either
    let mut tx = county.db().begin().await.unwrap();
    for n in 0..60 {
        let case: i64 = sqlx::query_scalar(
            "insert into review_case (subject, number, state, route, stage, organization_id, title,
               content, submitted_at, waiting_since)
             select subject, number || '-' || ?, 'withdrawn', route, stage, organization_id, title,
               content, submitted_at, waiting_since from review_case where number = ? returning id",
        )
        .bind(n)
        .bind(&zc)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into registration (kind, case_id, number, state, organization_id, identity_id,
               code_hash, created_at)
             select kind, ?1, number || '-' || ?1, 'withdrawn', organization_id, identity_id, 'x',
               created_at from registration where number = ?2",
        )
        .bind(case)
        .bind(&zc)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let mut him = county.browser();
    him.get("/accounts/registration/progress").await.is(200);
    him.post("/accounts/registration/progress", &[("identifier", &number), ("code", &code)])
        .await
        .redirects_to("/accounts/registration/progress/mine");
    him.get("/accounts/registration/progress/mine").await.is(200).contains(&zc);
}

#[rocket::async_test]
async fn one_address_claims_one_number_five_times_a_day() {
    let (number, other) = (id_number(5), id_number(6));
    let county = World::new()
        .await
        .with_employer("第一中学")
        .await
        .with_person("王五", "第一中学", &other)
        .await;
    let mut stranger = county.browser();
    let address = "/accounts/registration/person";
    let form = person("张三丰", &number, "第一中学");
    for _ in 0..5 {
        register(&mut stranger, "person", &form, &[]).await;
    }
    county.clock.advance(time::Duration::minutes(1));
    stranger.get(address).await.is(200);
    let page = stranger.upload(address, &form, &[]).await;
    page.is(422).contains("今天为这个号码提交注册的次数已用完").contains("张三丰");
    assert_eq!(county.number("select count(*) from registration where state = 'pending'").await, 5);
    // another number, recorded or not, and another address go on
    register(&mut stranger, "person", &person("王五", &other, "第一中学"), &[]).await;
    register(&mut county.browser(), "person", &form, &[]).await;
    county.clock.advance(time::Duration::days(1));
    register(&mut stranger, "person", &form, &[]).await;
}

#[rocket::async_test]
async fn progress_needs_number_and_code_and_all_misses_are_alike() {
    let number = id_number(5);
    let county = World::new().await.with_employer("第一中学").await;
    let mut visitor = county.browser();
    let (_, code) =
        register(&mut visitor, "person", &person("张三丰", &number, "第一中学"), &[]).await;
    let other = id_number(6);
    let mut answers = vec![];
    for (number, code) in [
        (number.as_str(), "ABCDE-23456"),
        (other.as_str(), code.as_str()),
        ("91419999MA0000000X", code.as_str()),
        ("' or 1=1 --", "%"),
    ] {
        let mut stranger = county.browser();
        stranger.get("/accounts/registration/progress").await.is(200);
        let page = stranger
            .post("/accounts/registration/progress", &[("identifier", number), ("code", code)])
            .await;
        page.is(422).contains("没有查到");
        let body = page.body.replace(&stranger.csrf, "T");
        let (head, rest) = body.split_once("<form action=\"/accounts").unwrap();
        answers.push((head.to_owned(), rest.split("</form>").nth(1).unwrap().to_owned()));
        stranger.get("/accounts/registration/progress/mine").await.is(303);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    // lower case and without the hyphen is the same code
    let typed = code.replace('-', "").to_lowercase();
    let mut him = county.browser();
    him.get("/accounts/registration/progress").await.is(200);
    let found = him
        .post("/accounts/registration/progress", &[("identifier", &number), ("code", &typed)])
        .await;
    found.redirects_to("/accounts/registration/progress/mine");
    let page = him.follow(&found).await;
    page.is(200)
        .contains("正在由<strong>第一中学</strong>审核")
        .contains("撤回申请")
        .lacks(&number);
    page.lacks("修改后重新提交</a>");
    // after half an hour, or after leaving, he asks again
    county.clock.advance(time::Duration::minutes(31));
    him.get("/accounts/registration/progress/mine")
        .await
        .redirects_to("/accounts/registration/progress");
    him.post("/accounts/registration/progress/withdraw", &[]).await.is(409);
    him.post("/accounts/registration/progress", &[("identifier", &number), ("code", &code)])
        .await
        .is(303);
    him.post("/accounts/registration/progress/leave", &[])
        .await
        .redirects_to("/accounts/registration/progress");
    him.get("/accounts/registration/progress/mine").await.is(303);
    assert_eq!(county.text("select state from registration").await, "pending");
}

#[rocket::async_test]
async fn guesses_use_up_the_address_and_nobody_elses() {
    let county = World::new().await;
    let mut guesser = county.browser();
    guesser.get("/accounts/registration/progress").await.is(200);
    let fields = [("identifier", "x"), ("code", "y")];
    for _ in 0..10 {
        guesser.post("/accounts/registration/progress", &fields).await.is(422);
    }
    guesser.post("/accounts/registration/progress", &fields).await.is(429).contains("查询太频繁");
    let mut other = county.browser();
    other.get("/accounts/registration/progress").await.is(200);
    other.post("/accounts/registration/progress", &fields).await.is(422);
    county.clock.advance(time::Duration::minutes(1));
    guesser.post("/accounts/registration/progress", &fields).await.is(422);
    // forms count as well, and what was typed stays
    county.set("registration.per_minute", "2").await;
    let mut hasty = county.browser();
    hasty.get("/accounts/registration/person").await.is(200);
    for status in [422, 422, 429] {
        let page =
            hasty.upload("/accounts/registration/person", &[("person_name", "张三丰")], &[]).await;
        page.is(status).contains("value=\"张三丰\"");
    }
    assert_eq!(county.number("select count(*) from registration").await, 0);
}

#[rocket::async_test]
async fn a_rejected_registration_is_corrected_and_sent_again_with_everything_kept() {
    let (number, right) = (id_number(5), id_number(6));
    let county = World::new().await.with_employer("第一中学").await.with_employer("人民医院").await;
    let mut visitor = county.browser();
    let files: [(&str, &str, &[u8]); 1] = [("evidence", "职称证.pdf", PDF)];
    let (zc, _) =
        register(&mut visitor, "person", &person("张三丰", &number, "第一中学"), &files).await;
    let file = county.number("select id from file").await;
    visitor.get(&format!("/accounts/registration/files/{file}")).await.is(200);
    county.browser().get(&format!("/accounts/registration/files/{file}")).await.is(404);
    let row = row(&county).await;
    let mut school = county.sign_in(&county.admin_of("第一中学").await).await;
    school.get(&format!("/files/{file}")).await.is(200);
    visitor.get("/accounts/registration/progress/edit").await.is(409);
    reject(&mut school, "person-registrations", row, "短").await.is(422);
    reject(&mut school, "person-registrations", row, "不是本单位人员，请改选。").await.is(303);
    assert_eq!(county.number("select count(*) from person").await, 0);
    let told = county.browser().sign_in(&number, CHOSEN).await;
    told.is(422).contains("不是本单位人员，请改选。").contains("修改后重新提交");
    visitor.get("/accounts/registration/progress/mine").await.is(200).contains("不是本单位人员");
    let form = visitor.get("/accounts/registration/progress/edit").await;
    form.is(200)
        .contains("value=\"张三丰\"")
        .contains("职称证.pdf")
        .contains("第一中学")
        .lacks(&number);
    form.contains("4199************");
    // another unit, the right number, the same password and file; nothing is asked again
    let again: Vec<(&str, &str)> = person("张三丰", &right, "人民医院")
        .into_iter()
        .filter(|(name, _)| !["password", "again"].contains(name))
        .collect();
    let sent = visitor.upload("/accounts/registration/progress/edit", &again, &[]).await;
    sent.redirects_to("/accounts/registration/progress/mine");
    visitor.follow(&sent).await.is(200).contains("人民医院").contains(&zc);
    school.get(&format!("/desk/person-registrations/{row}")).await.is(404);
    let mut hospital = county.sign_in(&county.admin_of("人民医院").await).await;
    let page = hospital.get(&format!("/desk/person-registrations/{row}")).await;
    page.is(200).contains("职称证.pdf").contains("修改后重新提交").contains("不是本单位人员");
    hospital.get(&format!("/files/{file}")).await.is(200);
    approve(&mut hospital, "person-registrations", row, &[]).await.is(303);
    let mut him = county.browser();
    him.sign_in(&right, CHOSEN).await.redirects_to("/start");
    him.get(&format!("/files/{file}")).await.is(200);
    assert_eq!(county.text("select number from registration").await, zc);
    county.browser().sign_in(&number, CHOSEN).await.is(422).lacks("ZC2026");
}

#[rocket::async_test]
async fn a_pending_registration_is_withdrawn_or_pushed_by_its_applicant() {
    let number = id_number(5);
    let county = World::new().await.with_employer("第一中学").await;
    let mut visitor = county.browser();
    register(&mut visitor, "person", &person("张三丰", &number, "第一中学"), &[]).await;
    visitor.get("/accounts/registration/progress/mine").await.is(200).lacks(">催办</button>");
    visitor.post("/accounts/registration/progress/remind", &[]).await.is(409);
    county.clock.advance(time::Duration::days(10));
    // the half hour is over by then
    county.execute("update registration set viewer_until = '2027'").await;
    visitor.get("/accounts/registration/progress/mine").await.is(200).contains(">催办</button>");
    visitor.post("/accounts/registration/progress/remind", &[]).await.is(303);
    let page = visitor.get("/accounts/registration/progress/mine").await;
    page.contains("张三丰 催办");
    visitor.post("/accounts/registration/progress/remind", &[]).await.is(409);
    visitor.post("/accounts/registration/progress/withdraw", &[]).await.is(303);
    visitor.post("/accounts/registration/progress/withdraw", &[]).await.is(409);
    let mut desk = county.sign_in(&county.admin_of("第一中学").await).await;
    desk.get("/desk/person-registrations").await.is(200).contains("待审核（0）");
    let row = row(&county).await;
    approve(&mut desk, "person-registrations", row, &[]).await.is(409);
    assert_eq!(county.number("select count(*) from person").await, 0);
    // the number is free: another registration of his is looked at on its own
    let mut other = county.browser();
    register(&mut other, "person", &person("张三丰", &number, "第一中学"), &[]).await;
    let row = county.number("select max(id) from registration").await;
    let page = desk.get(&format!("/desk/person-registrations/{row}")).await;
    page.is(200).lacks("同一身份证号还有");
    approve(&mut desk, "person-registrations", row, &[]).await.is(303);
}

#[rocket::async_test]
async fn an_employer_registers_with_its_superior_and_its_administrator_signs_in() {
    let county = World::new().await.with_department("教育局").await;
    let code = credit_code(1);
    let mut visitor = county.browser();
    let licence: [(&str, &str, &[u8]); 1] = [("licence", "法人证书.pdf", PDF)];
    // without the licence it is refused, and what was typed and uploaded stays
    visitor.get("/accounts/registration/employer").await.is(200).contains("419999");
    let fields = unit("云川第四中学", &code, "教育局", "yunchuan4");
    let page = visitor.upload("/accounts/registration/employer", &fields, &[]).await;
    page.is(422)
        .contains("请上传营业执照或法人证书")
        .contains("value=\"云川第四中学\"")
        .lacks(CHOSEN);
    let bad = but(fields.clone(), "credit_code", "123");
    let page = visitor.upload("/accounts/registration/employer", &bad, &licence).await;
    page.is(422).contains("信用代码").contains("法人证书.pdf");
    let (_, draft) = page.body.split_once("name=\"draft\" value=\"").unwrap();
    let draft = draft.split('"').next().unwrap().to_owned();
    let mut kept = fields.clone();
    kept.push(("draft", &draft));
    let page = visitor.upload("/accounts/registration/employer", &kept, &[]).await;
    page.is(200).contains("教育局").contains("统一社会信用代码");
    let row = row(&county).await;
    assert_eq!(county.number("select count(*) from registration").await, 1, "the draft became it");
    assert_eq!(
        county.number("select count(*) from organization where name = '云川第四中学'").await,
        0
    );
    // the department decides; the bureau sees it read-only
    let mut bureau = county.admin().await;
    bureau.get("/desk/employer-registrations").await.is(200).lacks("云川第四中学");
    bureau.get("/desk/employer-registrations?tab=elsewhere").await.is(200).contains("由教育局审核");
    approve(&mut bureau, "employer-registrations", row, &[]).await.is(409);
    let mut desk = county.sign_in(&county.admin_of("教育局").await).await;
    desk.get("/start")
        .await
        .is(200)
        .contains("/desk/employer-registrations")
        .lacks("/desk/department-registrations");
    let page = desk.get(&format!("/desk/employer-registrations/{row}")).await;
    page.is(200).contains("登录账号“yunchuan4”可以使用").contains("法人证书.pdf");
    approve(&mut desk, "employer-registrations", row, &[]).await.is(303);
    assert_eq!(
        county.text("select o.kind || ' ' || d.name || ' ' || o.state from organization o join organization d on d.id = o.department_id where o.name = '云川第四中学'").await,
        "employer 教育局 active"
    );
    assert_eq!(
        county.text("select cause from organization_version where name = '云川第四中学'").await,
        "registration:1"
    );
    assert_eq!(county.text("select kind from organization_file").await, "licence");
    let mut his = county.browser();
    his.sign_in("yunchuan4", CHOSEN).await.redirects_to("/start");
    his.get("/start").await.is(200).contains("云川第四中学").contains("审核注册人员");
    let copy = county.number("select file_id from organization_file").await;
    for browser in [&mut his, &mut bureau, &mut desk] {
        browser.get(&format!("/files/{copy}")).await.is(200);
    }
    // its name, code and login are taken now, and that is said plainly
    let mut next = county.browser();
    next.get("/accounts/registration/employer").await.is(200);
    let page = next.upload("/accounts/registration/employer", &fields, &licence).await;
    page.is(422).contains("已在系统中登记").contains("这个登录账号已被使用");
}

#[rocket::async_test]
async fn what_was_taken_meanwhile_stops_the_approval_and_changes_nothing() {
    let county = World::new().await;
    let (code, bureau) = (credit_code(2), "示例县人力资源和社会保障局");
    let licence: [(&str, &str, &[u8]); 1] = [("licence", "执照.pdf", PDF)];
    for login in ["first-one", "second-one"] {
        let mut visitor = county.browser();
        let fields = unit("红星机械厂", &code, bureau, login);
        register(&mut visitor, "employer", &fields, &licence).await;
    }
    let mut desk = county.admin().await;
    desk.get("/desk/employer-registrations/1").await.contains("还有待审核的注册：ZC20261123-0002");
    // two clerks, two registrations of one code: only one comes to exist
    let mut other = county.admin().await;
    let (mut one, mut two) = (vec![], vec![]);
    for (browser, row, out) in [(&mut desk, 1, &mut one), (&mut other, 2, &mut two)] {
        out.push(approve(browser, "employer-registrations", row, &[]).await.status);
    }
    assert_eq!((one, two), (vec![303], vec![409]));
    assert_eq!(
        county.number("select count(*) from organization where credit_code is not null").await,
        1
    );
    assert_eq!(county.number("select count(*) from account where login = 'second-one'").await, 0);
    assert_eq!(county.text("select state from registration where id = 2").await, "pending");
    // the same case twice at once
    let mut third = county.browser();
    let code = credit_code(3);
    register(&mut third, "employer", &unit("红旗厂", &code, bureau, "third-one"), &licence).await;
    let fields = [("confirmed", "1")];
    let (a, b) = rocket::tokio::join!(
        desk.post("/desk/employer-registrations/3/approve", &fields),
        other.post("/desk/employer-registrations/3/approve", &fields)
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(county.number("select count(*) from organization where name = '红旗厂'").await, 1);
    assert_eq!(county.number("select count(*) from grant g join account a on a.id = g.account_id where a.login = 'third-one'").await, 1);
}

#[rocket::async_test]
async fn a_department_goes_to_the_bureau_and_no_further() {
    let county = World::new().await.with_department("教育局").await;
    let code = credit_code(4);
    let mut visitor = county.browser();
    let mut fields = unit("云川水利局", &code, "", "shuili");
    fields.extend([("series", "05"), ("series", "06")]);
    register(&mut visitor, "department", &fields, &[]).await;
    let row = row(&county).await;
    let mut department = county.sign_in(&county.admin_of("教育局").await).await;
    department.get("/start").await.is(200);
    department.get("/desk/department-registrations").await.is(403);
    department.get(&format!("/desk/employer-registrations/{row}")).await.is(404);
    let mut desk = county.admin().await;
    // of another subject it is not there
    desk.get(&format!("/desk/employer-registrations/{row}")).await.is(404);
    reject(&mut desk, "employer-registrations", row, "不在这里办理的").await.is(404);
    let batch = [("id", "1"), ("confirmed", "1")];
    desk.post("/desk/department-registrations/batch/approve", &batch).await.is(303);
    assert_eq!(
        county.text("select kind from organization where name = '云川水利局'").await,
        "department"
    );
    county.browser().sign_in("shuili", CHOSEN).await.redirects_to("/start");
}

#[rocket::async_test]
async fn a_base_gets_level_and_validity_from_the_desk() {
    let county = World::new().await;
    let (code, bureau) = (credit_code(5), "示例县人力资源和社会保障局");
    let recognition: [(&str, &str, &[u8]); 1] = [("recognition", "认定文件.pdf", PDF)];
    let mut visitor = county.browser();
    visitor.get("/accounts/registration/base").await.is(200);
    let fields = base("云川培训基地", &code, bureau, "peixun");
    let page = visitor.upload("/accounts/registration/base", &fields, &[]).await;
    page.is(422).contains("认定文件、办学资质至少上传一份");
    register(&mut visitor, "base", &fields, &recognition).await;
    let row = row(&county).await;
    let mut desk = county.admin().await;
    desk.get(&format!("/desk/base-registrations/{row}")).await.is(200).contains("有效期至");
    // without an end it is not given, one by one or in a batch
    let id = row.to_string();
    let batch = [("id", id.as_str()), ("confirmed", "1")];
    desk.post("/desk/base-registrations/batch/approve", &batch).await.is(200).contains("未处理");
    let decision = [
        ("base_level", "provincial"),
        ("recognized_by", "省厅"),
        ("document_number", "〔2026〕5号"),
    ];
    approve(&mut desk, "base-registrations", row, &decision).await.is(422).contains("有效期至");
    assert_eq!(county.number("select count(*) from organization where kind = 'base'").await, 0);
    // the list leads to the page with the fields; a batch names what each row gets
    let list = desk.get("/desk/base-registrations").await;
    list.is(200)
        .contains("通过")
        .contains("data-dialog=\"#reject\"")
        .lacks("data-dialog=\"#pass\"");
    let page = desk.get(&format!("/desk/base-registrations/{row}/approve")).await;
    page.is(200).contains("name=\"base_level\"").contains("name=\"valid_until\"");
    let page = desk.post("/desk/base-registrations/batch/approve", &batch[..1]).await;
    page.is(200).contains("都按申请填写的").contains("有效期至：");
    // an end that is past is refused
    let past = [&decision[..], &[("valid_until", "2026-11-22")]].concat();
    let page = approve(&mut desk, "base-registrations", row, &past).await;
    page.is(409).contains("2026-11-22 已经过去");
    assert_eq!(county.number("select count(*) from organization where kind = 'base'").await, 0);
    let mut full = decision.to_vec();
    full.push(("valid_until", "2029-12-31"));
    approve(&mut desk, "base-registrations", row, &full).await.is(303);
    assert_eq!(
        county
            .text("select level || ' ' || recognized_by || ' ' || valid_until from base_profile")
            .await,
        "provincial 省厅 2029-12-31"
    );
    county.browser().sign_in("peixun", CHOSEN).await.redirects_to("/start");
}

#[rocket::async_test]
async fn an_administrator_who_is_already_somebody_keeps_his_one_account() {
    let number = id_number(2);
    let county = World::new()
        .await
        .with_employer("第一中学")
        .await
        .with_active_person("钱管理", "第一中学", &number)
        .await;
    let (code, bureau) = (credit_code(6), "示例县人力资源和社会保障局");
    let licence: [(&str, &str, &[u8]); 1] = [("licence", "执照.pdf", PDF)];
    let mut fields = unit("钱氏公司", &code, bureau, "qianshi");
    fields.push(("administrator_number", &number));
    let mut visitor = county.browser();
    register(&mut visitor, "employer", &fields, &licence).await;
    let row = row(&county).await;
    let mut desk = county.admin().await;
    let page = desk.get(&format!("/desk/employer-registrations/{row}")).await;
    page.is(200).contains("用原来的账号和密码登录").lacks(&number);
    approve(&mut desk, "employer-registrations", row, &[]).await.is(303);
    assert_eq!(county.number("select count(*) from account where name = '钱管理'").await, 1);
    assert_eq!(county.number("select count(*) from account where login = 'qianshi'").await, 0);
    county.browser().sign_in(&number, CHOSEN).await.is(422);
    let mut him = county.sign_in(&number).await;
    him.get("/start").await.is(200).contains("钱氏公司");
    // under another name he is not taken for the same
    let code = credit_code(7);
    let mut fields = but(unit("赵氏公司", &code, bureau, "zhaoshi"), "administrator", "赵某某");
    fields.push(("administrator_number", &number));
    let mut visitor = county.browser();
    register(&mut visitor, "employer", &fields, &licence).await;
    approve(&mut desk, "employer-registrations", row + 1, &[]).await.is(409);
    reject(&mut desk, "employer-registrations", row + 1, "请核对管理员的身份证号。").await.is(303);
    assert_eq!(county.number("select count(*) from organization where name = '赵氏公司'").await, 0);
}

#[rocket::async_test]
async fn an_administrator_who_registers_as_a_person_gains_the_personal_side() {
    let number = id_number(8);
    let county = World::new().await;
    let (code, bureau) = (credit_code(8), "示例县人力资源和社会保障局");
    let licence: [(&str, &str, &[u8]); 1] = [("licence", "执照.pdf", PDF)];
    let mut fields = unit("孙氏公司", &code, bureau, "sunshi");
    fields.push(("administrator_number", &number));
    let mut visitor = county.browser();
    register(&mut visitor, "employer", &fields, &licence).await;
    let mut desk = county.admin().await;
    approve(&mut desk, "employer-registrations", row(&county).await, &[]).await.is(303);
    // login and ID number are the same account
    county.browser().sign_in("sunshi", CHOSEN).await.redirects_to("/start");
    let mut his = county.browser();
    his.sign_in(&number, CHOSEN).await.redirects_to("/start");
    // registering himself at his own unit, he cannot be the one who says yes
    let other = "Pepper-77-lantern";
    let form = but(but(person("钱管理", &number, "孙氏公司"), "password", other), "again", other);
    let mut visitor = county.browser();
    register(&mut visitor, "person", &form, &[]).await;
    let row = row(&county).await;
    let page = his.get(&format!("/desk/person-registrations/{row}")).await;
    page.is(200).contains("本人已有管理员账号").contains("不能由自己办理");
    approve(&mut his, "person-registrations", row, &[]).await.is(409);
    assert_eq!(county.number("select count(*) from person").await, 0);
    let unit = county.organization("孙氏公司").await;
    let county = county.with_clerk("other-one", unit, &[]).await;
    county.execute("insert into role_permission (role_id, leaf, action) select role.id, 'audits.person-registrations', a.value from role, json_each('[\"view\",\"review\"]') a where name = '角色 other-one'").await;
    let mut his = county.sign_in("other-one").await;
    approve(&mut his, "person-registrations", row, &[]).await.is(303);
    assert_eq!(county.number("select count(*) from account where name = '钱管理'").await, 1);
    assert_eq!(county.number("select count(*) from person").await, 1);
    county.browser().sign_in(&number, other).await.is(422);
    county.browser().sign_in(&number, CHOSEN).await.redirects_to("/start");
}

#[rocket::async_test]
async fn an_administrator_of_another_unit_with_the_number_does_not_get_the_applicant() {
    let number = id_number(8);
    let county = World::new().await.with_employer("第一中学").await;
    let (code, bureau) = (credit_code(8), "示例县人力资源和社会保障局");
    let licence: [(&str, &str, &[u8]); 1] = [("licence", "执照.pdf", PDF)];
    let mut fields = unit("孙氏公司", &code, bureau, "sunshi");
    fields.push(("administrator_number", &number));
    register(&mut county.browser(), "employer", &fields, &licence).await;
    let mut desk = county.admin().await;
    approve(&mut desk, "employer-registrations", row(&county).await, &[]).await.is(303);
    // the same name registers at another unit, with a password of his own
    let other = "Pepper-77-lantern";
    let form = but(but(person("钱管理", &number, "第一中学"), "password", other), "again", other);
    register(&mut county.browser(), "person", &form, &[]).await;
    let row = row(&county).await;
    let mut school = county.sign_in(&county.admin_of("第一中学").await).await;
    let page = school.get(&format!("/desk/person-registrations/{row}")).await;
    page.is(200).contains("本人另有自己的账号").lacks("孙氏公司");
    approve(&mut school, "person-registrations", row, &[]).await.is(303);
    county.browser().sign_in(&number, CHOSEN).await.is(422);
    let mut him = county.browser();
    him.sign_in(&number, other).await.redirects_to("/start");
    him.get("/start").await.is(200).lacks("孙氏公司");
    let mut administrator = county.browser();
    administrator.sign_in("sunshi", CHOSEN).await.redirects_to("/start");
    administrator.get("/messages").await.is(200).contains("请用登录账号“sunshi”登录");
}

#[rocket::async_test]
async fn every_field_is_checked_on_the_server_and_nothing_is_kept_of_a_bad_form() {
    let county = World::new().await.with_employer("第一中学").await;
    let number = id_number(5);
    let good = person("张三丰", &number, "第一中学");
    let wrong_number = format!("{}0", &number[..17]);
    let wrong_number =
        if wrong_number == number { format!("{}1", &number[..17]) } else { wrong_number };
    let weak = format!("xx{}yyzz", &number[12..]);
    for (field, value, sentence) in [
        ("unit", "不存在的单位", "没有找到"),
        ("unit", "", "请填写所在单位"),
        ("number", wrong_number.as_str(), "身份证"),
        ("number", "", "请填写身份证号"),
        ("person_name", "张<script>", "姓名只能有"),
        ("nation", "99", "民族"),
        ("education", "'; drop table person; --", "学历"),
        ("person_phone", "12345", "手机号码"),
        ("accepted", "", "个人信息处理告知"),
        ("password", "short", "密码至少"),
        ("password", "", "请填写密码"),
        ("again", "another-One-99", "两次输入"),
    ] {
        county.set("registration.per_minute", "1000").await;
        let mut visitor = county.browser();
        visitor.get("/accounts/registration/person").await.is(200);
        let fields = but(good.clone(), field, value);
        let page = visitor.upload("/accounts/registration/person", &fields, &[]).await;
        page.is(422).contains(sentence).lacks(CHOSEN).lacks("<script>\"");
    }
    let mut visitor = county.browser();
    visitor.get("/accounts/registration/person").await.is(200);
    let fields = but(but(good.clone(), "password", &weak), "again", &weak);
    let page = visitor.upload("/accounts/registration/person", &fields, &[]).await;
    page.is(422).contains("身份证号的后六位").lacks(&weak);
    assert_eq!(county.number("select count(*) from registration").await, 0);
    assert_eq!(county.number("select count(*) from identity").await, 0);
    // a file that is none is named, and a good one beside it stays
    let files: [(&str, &str, &[u8]); 2] =
        [("evidence", "病毒.exe", b"MZ\x90\x00"), ("evidence", "职称证.pdf", PDF)];
    let page = visitor.upload("/accounts/registration/person", &good, &files).await;
    page.is(422).contains("病毒.exe").contains("职称证.pdf");
    assert_eq!(county.number("select count(*) from registration where state = 'draft'").await, 1);
    // another browser cannot take the draft over
    let draft = county.number("select id from registration").await.to_string();
    let mut thief = county.browser();
    thief.get("/accounts/registration/person").await.is(200);
    let mut fields = good.clone();
    fields.push(("draft", &draft));
    let page = thief.upload("/accounts/registration/person", &fields, &[]).await;
    page.is(200);
    assert_eq!(county.number("select count(*) from registration where state = 'draft'").await, 1);
    county.get("/accounts/registration/bureau").await.is(404);
    county
        .get("/accounts/registration/privacy")
        .await
        .is(200)
        .contains("2026-11")
        .contains("示例县人力资源和社会保障局");
    assert_eq!(
        county.text("select privacy_version from registration where state = 'pending'").await,
        "2026-11"
    );
}

#[rocket::async_test]
async fn the_same_form_sent_twice_is_kept_once() {
    let county = World::new().await.with_employer("第一中学").await;
    let number = id_number(5);
    let mut visitor = county.browser();
    let form = visitor.get("/accounts/registration/person").await;
    let (_, key) = form.body.split_once("name=\"form_key\" value=\"").unwrap();
    let key = key.split('"').next().unwrap();
    let mut fields = person("张三丰", &number, "第一中学");
    fields.push(("form_key", key));
    visitor.upload("/accounts/registration/person", &fields, &[]).await.is(200);
    let page = visitor.upload("/accounts/registration/person", &fields, &[]).await;
    page.is(422).contains("已经提交过");
    assert_eq!(county.number("select count(*) from registration").await, 1);
}

#[rocket::async_test]
async fn a_desk_that_nobody_attends_hands_a_registration_on() {
    let county = World::new().await.with_employer("第一中学").await;
    county.execute("update grant set state = 'removed' where organization_id <> 1").await;
    let number = id_number(5);
    let mut visitor = county.browser();
    visitor.get("/accounts/registration/person").await.is(200);
    let page = visitor
        .upload("/accounts/registration/person", &person("张三丰", &number, "第一中学"), &[])
        .await;
    page.is(200).contains("已转上级单位审核").contains("示例县人力资源和社会保障局");
    let row = row(&county).await;
    let mut desk = county.admin().await;
    desk.get("/desk/person-registrations").await.contains("张三丰");
    approve(&mut desk, "person-registrations", row, &[]).await.is(303);
    assert_eq!(
        county
            .text("select o.name from person p join organization o on o.id = p.organization_id")
            .await,
        "第一中学"
    );
}

#[rocket::async_test]
async fn the_lists_of_the_desks_stand_on_indexes() {
    let county = World::new().await;
    let mut reader = county.db().read().await.unwrap();
    // t: the one value looked for
    let small = ["organization", "t"];
    let mut faults = vec![];
    let mut seen = 0;
    for subject in county.modules().subjects() {
        if !subject.key().ends_with("-registrations") {
            continue;
        }
        seen += 1;
        for sql in [subject.pending(), subject.done(), subject.elsewhere().unwrap()] {
            let fixed = [kit::list::Fixed { sql, values: vec![1] }];
            for plan in kit::list::plans_with(&mut reader, subject.list(), &fixed).await.unwrap() {
                faults.extend(plan.faults(&small));
            }
        }
    }
    assert_eq!(seen, 4);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[rocket::async_test]
async fn drafts_and_their_files_go_after_a_day() {
    let county = World::new().await.with_employer("第一中学").await;
    let mut visitor = county.browser();
    visitor.get("/accounts/registration/person").await.is(200);
    let files: [(&str, &str, &[u8]); 1] = [("evidence", "职称证.pdf", PDF)];
    visitor.upload("/accounts/registration/person", &[], &files).await.is(422);
    let task = county
        .modules()
        .all()
        .iter()
        .flat_map(|m| m.tasks())
        .find(|t| t.name.contains("注册表"))
        .unwrap();
    let context = kit::module::TaskContext {
        db: std::sync::Arc::new((**county.db()).clone()),
        clock: county.clock.clone(),
        settings: county.settings().clone(),
        modules: county.modules().clone(),
    };
    (task.run)(context.clone()).await.unwrap();
    assert_eq!(county.number("select count(*) from registration").await, 1);
    county.clock.advance(time::Duration::hours(25));
    (task.run)(context).await.unwrap();
    assert_eq!(county.number("select count(*) from registration").await, 0);
    assert_eq!(county.number("select count(*) from file").await, 0);
}
