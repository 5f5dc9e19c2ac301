//! 身份证号更正, and what a person's history keeps of each change (4.4).

use rust_xlsxwriter::Workbook;

use crate::support::{ADMIN, Browser, PASSWORD, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const SCAN: [(&str, &str, &[u8]); 1] = [("files", "身份证.pdf", PDF)];

/// The right number of 周晓梅: a woman born on 16 April 1986.
fn right() -> String {
    number("19860416", 24)
}

fn number(born: &str, n: u32) -> String {
    let first = format!("419999{born}{n:03}");
    format!("{first}{}", kit::id_card::check_character(&first).unwrap())
}

/// 周晓梅 of 甲 under a number that is wrong, 李四光 of 乙.
async fn county() -> World {
    World::new()
        .await
        .with_employer("甲")
        .await
        .with_employer("乙")
        .await
        .with_active_person("周晓梅", "甲", &id_number(2))
        .await
        .with_active_person("李四光", "乙", &id_number(3))
        .await
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn form_of(county: &World, name: &str) -> String {
    format!("/accounts/people/{}/identity", county.person(name).await)
}

fn fields<'a>(number: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("number", number),
        ("name", name),
        ("reason", "导入时填错，已核对身份证原件"),
        ("password", PASSWORD),
    ]
}

async fn correct(county: &World, name: &str, number: &str) -> Page {
    let mut bureau = seated(county, ADMIN).await;
    let at = form_of(county, name).await;
    bureau.get(&at).await.is(200);
    bureau.upload(&at, &fields(number, name), &SCAN).await
}

async fn refused_sign_in(county: &World, login: &str, password: &str) {
    let mut browser = county.browser();
    browser.sign_in(login, password).await.is(422).contains("账号或密码不正确");
}

#[rocket::async_test]
async fn account_ledger_and_certificates_follow_a_corrected_number() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    let years = [("from", "2026"), ("to", "2026")];
    person.post("/verification/mine", &years).await.is(303);
    let (token, code) = (
        county.text("select token from certificate").await,
        county.text("select code from certificate").await,
    );
    let mut bureau = seated(&county, ADMIN).await;
    let record = format!("/queries/people/{}", county.person("周晓梅").await);
    let at = form_of(&county, "周晓梅").await;
    bureau.get(&record).await.is(200).contains(&format!("href=\"{at}\""));
    bureau.get(&at).await.is(200).contains("4199************").lacks(&id_number(2));
    let right = right();
    let done = bureau.upload(&at, &fields(&right, "周晓梅"), &SCAN).await;
    done.redirects_to("/accounts/identity-corrections/1");
    let page = bureau.follow(&done).await;
    page.is(200).contains("身份证.pdf").contains("导入时填错").contains("赵主任");
    page.lacks(&right).lacks(&id_number(2));
    // the same person, account and certificate under the new number
    assert_eq!(county.text("select number from identity i join person p on p.identity_id = i.id where p.name = '周晓梅'").await, right);
    assert_eq!(
        county.text("select sex || born from person where name = '周晓梅'").await,
        "female1986-04-16"
    );
    assert_eq!(
        county.text("select cause from person_version order by id desc limit 1").await,
        "identity:1"
    );
    person.get("/start").await.is(303);
    refused_sign_in(&county, &id_number(2), PASSWORD).await;
    let mut person = seated(&county, &right).await;
    person.get("/credit-hours/mine").await.is(200);
    person.get("/messages").await.is(200).contains("身份证号已更正");
    // what was issued says so, and shows the number it was printed with
    let mut public = county.browser();
    let asked = [
        public.get(&format!("/verification/q/{token}")).await,
        public
            .post(
                "/verification",
                &[("number", "419999-2026-0000001"), ("name", "周晓梅"), ("code", &code)],
            )
            .await,
    ];
    let old_end = &id_number(2)[16..];
    for page in asked {
        page.is(200).contains("该证明已更新").contains("身份证号已更正").contains("2026-11-23");
        page.contains(&format!("4199************{old_end}")).lacks("验证通过");
    }
    person.post("/verification/mine", &years).await.is(303);
    let printed = person.get("/verification/mine/2").await;
    printed.is(200).contains(&right).lacks(&id_number(2));
    person.get("/verification/mine/1").await.is(200).contains(&id_number(2)).contains("已更新");
    let token = county.text("select token from certificate where id = 2").await;
    let page = public.get(&format!("/verification/q/{token}")).await;
    page.is(200).contains("验证通过").contains(&format!("4199************{}", &right[16..]));
    // the unit hears it and reads it in the history; nowhere does the old number stand in full
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    unit.get("/messages").await.is(200).contains("身份证号已更正");
    let page = unit.get(&format!("/accounts/people/{}", county.person("周晓梅").await)).await;
    page.is(200).contains("身份证号更正").contains("出生日期：1985-03-15 → 1986-04-16");
    page.contains(&format!("身份证号：4199************{old_end}")).lacks(&id_number(2));
    bureau.get(&record).await.is(200).contains("更正为").lacks(&id_number(2)).lacks(&right);
    assert!(
        !county
            .trail()
            .await
            .iter()
            .any(|text| text.contains(&right) || text.contains(&id_number(2)))
    );
    assert_eq!(
        county.trail().await.iter().filter(|text| text.starts_with("更正周晓梅的身份证号")).count(),
        1
    );
}

#[rocket::async_test]
async fn an_unused_initial_password_becomes_the_new_last_six() {
    let county = county().await.with_person("王新人", "甲", &id_number(5)).await;
    let right = number("19900101", 31);
    correct(&county, "王新人", &right).await.is(303);
    let until = "select initial_until from account where person_id = (select id from person where name = '王新人')";
    assert!(county.text(until).await.starts_with("2026-11-30"));
    refused_sign_in(&county, &id_number(5), &id_number(5)[12..]).await;
    refused_sign_in(&county, &right, &id_number(5)[12..]).await;
    county.browser().sign_in(&right, &right[12..]).await.redirects_to("/password/first");
}

#[rocket::async_test]
async fn what_is_wrong_is_refused_by_field_and_nothing_changes() {
    let county = county().await;
    let at = form_of(&county, "周晓梅").await;
    let mut bureau = seated(&county, ADMIN).await;
    bureau.get(&at).await.is(200);
    let right = right();
    let (own, other) = (id_number(2), id_number(3));
    let bad_check = format!("{}0", &other[..17]);
    let strange = {
        let first = "99999919860416024";
        format!("{first}{}", kit::id_card::check_character(first).unwrap())
    };
    let cases = [
        (own.as_str(), "周晓梅", "与现在登记的号码相同"),
        (other.as_str(), "周晓梅", "已登记在李四光（乙，在职）名下"),
        (bad_check.as_str(), "周晓梅", "校验位不对"),
        ("41999919860231024X", "周晓梅", "number-e"),
        (strange.as_str(), "周晓梅", "前两位不是任何省份的代码"),
        ("", "周晓梅", "number-e"),
        (right.as_str(), "周小梅", "与这个人登记的姓名不一致"),
    ];
    for (number, name, sentence) in cases {
        let page = bureau.upload(&at, &fields(number, name), &SCAN).await;
        page.is(422).contains(sentence);
    }
    bureau.upload(&at, &fields(&right, "周晓梅"), &[]).await.is(422).contains("请上传证明材料");
    let mut short = fields(&right, "周晓梅");
    short[2].1 = "填错";
    bureau.upload(&at, &short, &SCAN).await.is(422).contains("reason-e");
    let mut stranger = fields(&right, "周晓梅");
    stranger[3].1 = "not the password";
    bureau.upload(&at, &stranger, &SCAN).await.is(422).contains("登录密码不正确");
    assert_eq!(county.number("select count(*) from identity_correction").await, 0);
    assert_eq!(county.text("select born from person where name = '周晓梅'").await, "1985-03-15");
    // units have no such screen; nobody does it to himself
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    unit.get(&at).await.is(403);
    unit.get("/accounts/identity-corrections").await.is(403);
    county.get(&at).await.is(303);
    drop((unit, bureau));
    let county = county.with_grant("周晓梅", "示例县人力资源和社会保障局").await;
    let mut herself = seated(&county, &own).await;
    let side = county.number("select max(id) from grant").await.to_string();
    herself.post("/side", &[("to", &side)]).await.is(303);
    herself.get(&at).await.is(409).contains("不能自己更正自己的身份证号");
    herself.upload(&at, &fields(&right, "周晓梅"), &SCAN).await.is(409);
}

#[rocket::async_test]
async fn after_twenty_in_an_hour_the_next_has_to_wait() {
    let county = county().await;
    let mut bureau = seated(&county, ADMIN).await;
    let at = form_of(&county, "周晓梅").await;
    bureau.get(&at).await.is(200);
    for n in 0..20 {
        let number = number("19860416", 100 + 2 * n);
        bureau.upload(&at, &fields(&number, "周晓梅"), &SCAN).await.is(303);
    }
    bureau.upload(&at, &fields(&right(), "周晓梅"), &SCAN).await.is(429);
    bureau.get(&at).await.is(429);
}

#[rocket::async_test]
async fn refused_attempts_count_for_they_tell_whose_a_number_is() {
    let county = county().await;
    let mut bureau = seated(&county, ADMIN).await;
    let at = form_of(&county, "周晓梅").await;
    bureau.get(&at).await.is(200);
    for n in 0..20 {
        let number = number("19860416", 100 + 2 * n);
        bureau.upload(&at, &fields(&number, "别人"), &SCAN).await.is(422);
    }
    bureau.upload(&at, &fields(&right(), "周晓梅"), &SCAN).await.is(429).contains("没有通过的也");
    assert_eq!(county.number("select count(*) from identity_correction").await, 0);
}

#[rocket::async_test]
async fn a_correction_is_seen_under_the_units_present_department() {
    let county = county().await.with_department("卫健委").await;
    correct(&county, "周晓梅", &right()).await.is(303);
    let unit: i64 = county.number("select organization_id from identity_correction").await;
    let department = county.organization("卫健委").await;
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("update organization set department_id = ?, parent_id = ? where id = ?")
        .bind(department)
        .bind(department)
        .bind(unit)
        .execute(&mut *tx)
        .await
        .unwrap();
    let event = kit::Event::OrganizationChanged { organization: kit::OrganizationId(unit) };
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(county.number("select department_id from identity_correction").await, department.0);
}

fn book(rows: &[[&str; 6]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let head = [["姓名", "身份证号", "民族", "学历", "职称系列", "职称名称"]];
    for (row, cells) in (0..).zip(head.iter().chain(rows)) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn good<'a>(name: &'a str, number: &'a str) -> [&'a str; 6] {
    [name, number, "汉族", "大学本科", "无职称", ""]
}

/// Uploads a list and waits for its check.
async fn import<'w>(county: &World, browser: &mut Browser<'w>, rows: &[[&str; 6]]) -> Page {
    browser.get("/import").await.is(200);
    let bytes = book(rows);
    browser.upload("/import", &[], &[("file", "名单.xlsx", &bytes)]).await.is(303);
    for _ in 0..600 {
        if county.number("select count(*) from import where state = 'checking'").await == 0 {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let id = county.number("select max(id) from import").await;
    browser.get(&format!("/import/{id}")).await
}

#[rocket::async_test]
async fn a_number_that_was_corrected_away_does_not_come_back() {
    let county = county().await;
    let mut unit = seated(&county, &county.admin_of("乙").await).await;
    let gone = id_number(2);
    let (fresh, other) = (id_number(8), id_number(9));
    correct(&county, "周晓梅", &right()).await.is(303);
    let rows = [good("旧号码", &gone), good("新来的", &fresh)];
    let page = import(&county, &mut unit, &rows).await;
    page.is(200).contains("以前登记错误，人社局已更正为另一个号码").contains("导入 1 行");
    unit.post("/import/1/confirm", &[]).await.is(303);
    assert_eq!(county.number("select count(*) from person where name = '旧号码'").await, 0);
    assert_eq!(county.number("select count(*) from person where name = '新来的'").await, 1);
    // by hand
    let by_hand = |number| {
        [
            ("person_name", "旧号码"),
            ("number", number),
            ("nation", "01"),
            ("education", "21"),
            ("series", "00"),
            ("person_phone", "13912345678"),
        ]
    };
    unit.get("/accounts/people/new").await.is(200);
    let page = unit.post("/accounts/people/new", &by_hand(&gone)).await;
    page.is(422).contains("以前登记错误").contains("请联系人社局");
    // by registration: the visitor learns nothing, the desk does, and cannot approve
    register(&county, "旧号码", &gone).await;
    unit.get("/desk/person-registrations/1").await.is(200).contains("人社局已更正为另一个号码");
    let yes = [("confirmed", "1")];
    unit.post("/desk/person-registrations/1/approve", &yes).await.is(409);
    assert_eq!(county.number("select count(*) from person where name = '旧号码'").await, 0);
    // the number's true owner: the bureau releases it
    let mut bureau = seated(&county, ADMIN).await;
    bureau.get("/accounts/identity-corrections/1").await.is(200).contains("放开");
    let release = "/accounts/identity-corrections/1/release";
    bureau.post(release, &[("reason", "短")]).await.is(422).contains("reason-e");
    bureau.post(release, &[("reason", "号码属于另一人，已核对身份证")]).await.is(303);
    bureau.post(release, &[("reason", "号码属于另一人，已核对身份证")]).await.is(409);
    unit.post("/accounts/people/new", &by_hand(&gone)).await.is(303);
    unit.post("/accounts/people/new", &by_hand(&other)).await.is(303);
}

/// Somebody registers at 乙.
async fn register(county: &World, name: &str, number: &str) {
    let fields = [
        ("unit", "乙"),
        ("number", number),
        ("person_name", name),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("person_phone", "13812345678"),
        ("password", "Walnut-41-umbrella"),
        ("again", "Walnut-41-umbrella"),
        ("accepted", "on"),
    ];
    let mut visitor = county.browser();
    visitor.get("/accounts/registration/person").await.is(200);
    let page = visitor.upload("/accounts/registration/person", &fields, &[]).await;
    page.is(200).contains("注册已提交");
}

#[rocket::async_test]
async fn a_registration_under_the_right_number_waits_first_and_then_is_the_persons() {
    let county = county().await;
    let right = right();
    register(&county, "周晓梅", &right).await;
    let page = correct(&county, "周晓梅", &right).await;
    page.is(422).contains("有一条待审核的注册（ZC20261123-0001，乙）");
    let mut unit = seated(&county, &county.admin_of("乙").await).await;
    let reason = [("confirmed", "1"), ("reason", "已在甲登记，号码由人社局更正")];
    unit.post("/desk/person-registrations/1/reject", &reason).await.is(303);
    correct(&county, "周晓梅", &right).await.is(303);
    let same = "select count(*) from registration r join person p on p.identity_id = r.identity_id
                  join review_case c on c.id = r.case_id
                 where json_extract(c.content, '$.identity_id') = p.identity_id";
    assert_eq!(county.number(same).await, 1);
    unit.get("/desk/person-registrations/1").await.is(200);
}

#[rocket::async_test]
async fn an_administrators_account_is_parted_from_a_number_that_is_anothers() {
    let county = county().await;
    let right = right();
    let mut tx = county.db().begin().await.unwrap();
    let card = kit::IdCard::stored(&right).unwrap();
    let identity = accounts::people::identity(&mut tx, &card).await.unwrap();
    let login = county.admin_of("乙").await;
    sqlx::query("update account set identity_id = ? where login = ?")
        .bind(identity)
        .bind(&login)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    correct(&county, "周晓梅", &right).await.is(303);
    seated(&county, &right).await.get("/credit-hours/mine").await.is(200);
    let mut unit = seated(&county, &login).await;
    unit.get("/messages").await.is(200).contains("身份证号已由本人单位登记");
}

#[rocket::async_test]
async fn the_list_finds_a_correction_by_either_number() {
    let county = county().await;
    correct(&county, "周晓梅", &right()).await.is(303);
    let mut bureau = seated(&county, ADMIN).await;
    let list = "/accounts/identity-corrections";
    bureau.get(list).await.is(200).contains("周晓梅").contains("不再使用").contains("共 1 条");
    let query = "/lists/identity-corrections/query?page=%2Faccounts%2Fidentity-corrections";
    for (typed, found) in
        [(id_number(2), true), (right(), true), ("zxm".to_owned(), true), (id_number(3), false)]
    {
        let sent = bureau.post(query, &[("q", &typed)]).await;
        let page = bureau.follow(&sent).await;
        page.is(200);
        assert_eq!(page.body.contains("不再使用"), found, "{typed}: {page:?}");
    }
    bureau.get("/lists/identity-corrections/export").await.is(200);
}

// 4.4: what the history keeps, and an import beside a request

const CHANGE: &str = "/accounts/profile/change";

/// 周晓梅 with a title to correct.
async fn recorded() -> World {
    let county = county().await;
    county
        .execute(
            "update person set nation = '01', education = '21', degree = '4', series = '04',
               level = 'middle', title = '主治医师', titled_on = '2018-12' where name = '周晓梅'",
        )
        .await;
    county.execute("update person_version set nation = '01', education = '21', degree = '4', series = '04', level = 'middle', title = '主治医师', titled_on = '2018-12'").await;
    county
}

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

#[rocket::async_test]
async fn the_history_keeps_old_value_date_request_and_who_decided() {
    let county = recorded().await;
    let mut person = seated(&county, &id_number(2)).await;
    let deputy = [("level", "deputy-senior"), ("title", "副主任医师"), ("titled_on", "2025-12-20")];
    person.upload(CHANGE, &typed(&deputy), &SCAN).await.is(303);
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    let mut bureau = seated(&county, ADMIN).await;
    unit.post("/desk/person-changes/1/approve", &[("confirmed", "1"), ("opinion", "证书已核")])
        .await
        .is(303);
    bureau.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await.is(303);
    // a further record, which has no version of its own, is told of as well
    person.get(CHANGE).await.is(200);
    let record = [("name", "市级学科带头人"), ("issuer", "市政府"), ("got_on", "2024-05")];
    person.post(&format!("{CHANGE}/records/new?kind=honour"), &record).await.is(303);
    person.upload(CHANGE, &typed(&deputy), &SCAN).await.is(303);
    unit.post("/desk/person-changes/2/approve", &[("confirmed", "1")]).await.is(303);
    let page = unit.get(&format!("/accounts/people/{}", county.person("周晓梅").await)).await;
    page.is(200).contains("职称等级：中级 → 副高级").contains("职称名称：主治医师 → 副主任医师");
    page.contains("信息修改申请 XG20261123-0001 通过").contains("申请原因：按证书更正资料");
    page.contains("2026-11-23 09:00 甲（").contains("示例县人力资源和社会保障局（赵主任）审核通过");
    page.contains("信息修改申请 XG20261123-0002 通过").contains("市级学科带头人");
    assert_eq!(
        county.number("select count(*) from person_version where cause like 'change:%'").await,
        2
    );
}

#[rocket::async_test]
async fn a_request_and_the_units_own_change_of_the_same_value_do_not_overwrite_each_other() {
    // the unit first: the approval is refused with the value that changed
    let county = recorded().await;
    let mut person = seated(&county, &id_number(2)).await;
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    person.upload(CHANGE, &typed(&[("education", "14")]), &[]).await.is(303);
    let home = format!("/accounts/people/{}", county.person("周晓梅").await);
    let edit = |education| {
        [
            ("nation", "01"),
            ("education", education),
            ("degree", "4"),
            ("person_phone", "13912345678"),
        ]
    };
    unit.get(&format!("{home}/edit")).await.is(200);
    unit.post(&format!("{home}/edit"), &edit("31")).await.is(303);
    let page = unit.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await;
    page.is(409).contains("“学历”现在是“大学专科”，与申请时的“大学本科”不同");
    assert_eq!(county.text("select education from person where name = '周晓梅'").await, "31");
    // the approval first: the unit's form, filled in before, is told
    person.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(303);
    let form = typed(&[("education", "14")]);
    person.upload(CHANGE, &form, &[]).await.is(303);
    unit.post("/desk/person-changes/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.text("select education from person where name = '周晓梅'").await, "14");
}

#[rocket::async_test]
async fn an_import_beside_an_approval_changes_nothing_of_the_person() {
    // an import only adds people: of somebody who is there it passes the row over, whoever is first
    for approval_first in [true, false] {
        let county = recorded().await;
        let mut person = seated(&county, &id_number(2)).await;
        let mut unit = seated(&county, &county.admin_of("甲").await).await;
        let mut clerk = seated(&county, &county.admin_of("甲").await).await;
        person.upload(CHANGE, &typed(&[("education", "14")]), &[]).await.is(303);
        let (own, fresh) = (id_number(2), id_number(8));
        let rows = [good("周晓梅", &own), good("新来的", &fresh)];
        let page = import(&county, &mut unit, &rows).await;
        page.is(200).contains("已在本单位");
        let yes = [("confirmed", "1")];
        if approval_first {
            clerk.post("/desk/person-changes/1/approve", &yes).await.is(303);
            unit.post("/import/1/confirm", &[]).await.is(303);
        } else {
            unit.post("/import/1/confirm", &[]).await.is(303);
            clerk.post("/desk/person-changes/1/approve", &yes).await.is(303);
        }
        let now = "select education || level || title from person where name = '周晓梅'";
        assert_eq!(county.text(now).await, "14middle主治医师");
        assert_eq!(county.number("select count(*) from person").await, 3);
    }
}

#[rocket::async_test]
async fn approval_import_and_the_units_edit_at_once_leave_one_whole_result() {
    for _ in 0..5 {
        let county = recorded().await;
        let mut person = seated(&county, &id_number(2)).await;
        let mut unit = seated(&county, &county.admin_of("甲").await).await;
        let mut clerk = seated(&county, &county.admin_of("甲").await).await;
        let mut third = seated(&county, &county.admin_of("甲").await).await;
        let asked = typed(&[("education", "14"), ("nation", "03")]);
        person.upload(CHANGE, &asked, &[]).await.is(303);
        let (own, fresh) = (id_number(2), id_number(8));
        import(&county, &mut unit, &[good("周晓梅", &own), good("新来的", &fresh)]).await;
        let home = format!("/accounts/people/{}/edit", county.person("周晓梅").await);
        third.get(&home).await.is(200);
        let edit = [
            ("nation", "02"),
            ("education", "21"),
            ("degree", "4"),
            ("person_phone", "13912345678"),
        ];
        let (approved, imported, edited) = rocket::tokio::join!(
            clerk.post("/desk/person-changes/1/approve", &[("confirmed", "1")]),
            unit.post("/import/1/confirm", &[]),
            third.post(&home, &edit),
        );
        imported.is(303);
        let now = county.text("select nation || education from person where name = '周晓梅'").await;
        let state =
            county.text("select state from review_case where subject = 'person-changes'").await;
        match approved.status {
            // all of the request or nothing of it
            303 => assert_eq!(state, "approved"),
            409 => {
                approved.contains("与申请时的");
                assert_eq!((state.as_str(), now.as_str(), edited.status), ("pending", "0221", 303));
            }
            status => panic!("{status}"),
        }
        let versions = "select count(*) from person_version where recorded_to is null and person_id = (select id from person where name = '周晓梅')";
        assert_eq!(county.number(versions).await, 1);
        assert_eq!(county.number("select count(*) from person").await, 3);
    }
}
