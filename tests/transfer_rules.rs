//! 4.6: who sees and takes back a batch, who keeps the papers, what a unit loses with a person.

use kit::{Action, Grantable};

use crate::support::{ADMIN, Browser, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const EDIT: &str = "/transfers/mine/edit";
const HOLDS: [Grantable; 2] = [
    Grantable { leaf: transfers::LEAF, action: Action::View },
    Grantable { leaf: transfers::LEAF, action: Action::Edit },
];

/// 一中 and 二中 under 教育局, 医院 under 卫健委; 周晓梅 and 孙丽 of 一中.
async fn county() -> World {
    World::new()
        .await
        .with_department("教育局")
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("一中", "教育局")
        .await
        .with_employer_under("二中", "教育局")
        .await
        .with_employer_under("医院", "卫健委")
        .await
        .with_active_person("周晓梅", "一中", &id_number(2))
        .await
        .with_active_person("孙丽", "一中", &id_number(3))
        .await
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    seated(county, &county.admin_of(unit).await).await
}

/// Puts all of the begun batch's unit on its list and submits it.
async fn send(clerk: &mut Browser<'_>, target: &str) -> Page {
    clerk.post("/transfers/batches/1/all", &[]).await.is(303);
    let fields = [("target", target), ("reason", "按县政府文件两校合并"), ("act", "submit")];
    clerk.upload("/transfers/batches/1/edit", &fields, &[("files", "文件.pdf", PDF)]).await
}

/// Limits the account to a department.
async fn limit(county: &World, login: &str, department: &str) {
    let id = county.organization(department).await;
    let mut tx = county.db().begin().await.unwrap();
    for sql in [
        "update grant set scope = 'departments' where account_id = (select id from account where login = ?1) and ?2 > 0",
        "insert into grant_department (grant_id, department_id)
         select g.id, ?2 from grant g join account a on a.id = g.account_id where a.login = ?1",
    ] {
        sqlx::query(sql).bind(login).bind(id).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[rocket::async_test]
async fn a_clerk_limited_to_departments_sees_batches_of_their_units_only() {
    let county = county().await;
    let bureau = county.bureau().await;
    let county = county.with_clerk("health", bureau, &HOLDS).await;
    let county = county.with_clerk("school", bureau, &HOLDS).await;
    limit(&county, "health", "卫健委").await;
    limit(&county, "school", "教育局").await;
    let mut admin = seated(&county, ADMIN).await;
    admin.post("/transfers/new", &[("source", "一中")]).await.is(303);
    send(&mut admin, "医院").await.is(303);
    let mut strange = seated(&county, "health").await;
    strange.get("/transfers/batches").await.is(200).lacks("一中").lacks("孙丽");
    strange.get("/transfers/batches/1").await.is(404);
    for act in ["withdraw", "remind"] {
        strange.post(&format!("/transfers/batches/1/{act}"), &[]).await.is(404);
    }
    assert_eq!(county.text("select state from transfer").await, "pending");
    let mut clerk = seated(&county, "school").await;
    clerk.get("/transfers/batches").await.is(200).contains("一中");
    clerk.get("/transfers/batches/1").await.is(200).contains("孙丽");
}

#[rocket::async_test]
async fn a_colleague_takes_a_batch_back_and_sends_it_again_the_target_does_not() {
    let county = county().await;
    let unit = county.organization("一中").await;
    let county = county.with_clerk("mate", unit, &HOLDS).await;
    let mut clerk = of(&county, "一中").await;
    clerk.post("/transfers/new", &[]).await.is(303);
    let mut mate = seated(&county, "mate").await;
    mate.get("/transfers/batches/1/edit").await.is(409).contains("只能由他本人修改");
    send(&mut clerk, "二中").await.is(303);
    let mut target = of(&county, "二中").await;
    target.post("/transfers/batches/1/withdraw", &[]).await.is(404);
    mate.get("/transfers/batches/1").await.is(200).contains("/transfers/batches/1/withdraw");
    mate.post("/transfers/batches/1/withdraw", &[]).await.is(303);
    assert_eq!(county.text("select state from transfer").await, "withdrawn");
    mate.get("/transfers/batches/1/edit").await.is(200);
    let fields = [("target", "二中"), ("reason", "按县政府文件两校合并"), ("act", "submit")];
    mate.upload("/transfers/batches/1/edit", &fields, &[("files", "附件.pdf", PDF)]).await.is(303);
    assert_eq!(county.number("select round from review_case").await, 2);
    clerk.post("/transfers/batches/1/withdraw", &[]).await.is(303);
}

async fn go(county: &World, person: &mut Browser<'_>, target: &str, id: i64) -> String {
    let fields = [("target", target), ("reason", "经主管部门批准调入"), ("act", "submit")];
    person.upload(EDIT, &fields, &[("files", "调令.pdf", PDF)]).await.is(303);
    let mut desk = of(county, target).await;
    desk.post(&format!("/desk/transfers/{id}/approve"), &[("confirmed", "1")]).await.is(303);
    format!("/files/{}", county.number("select max(file_id) from transfer_file").await)
}

#[rocket::async_test]
async fn the_papers_of_a_transfer_stay_with_the_two_units_when_he_goes_on() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    let first = go(&county, &mut person, "二中", 1).await;
    let second = go(&county, &mut person, "医院", 2).await;
    for (unit, sees) in [("一中", [200, 404]), ("二中", [200, 200]), ("医院", [404, 200])] {
        let mut browser = of(&county, unit).await;
        browser.get(&first).await.is(sees[0]);
        browser.get(&second).await.is(sees[1]);
    }
    person.get(&first).await.is(200);
    person.get(&second).await.is(200);
}

#[rocket::async_test]
async fn a_draft_keeps_no_more_than_a_field_takes() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    let long = "长".repeat(500_000);
    let page = person.upload(EDIT, &[("reason", &long), ("act", "save")], &[]).await;
    page.is(422).contains("调转原因最多 200 个字，现在有 500000 个字").contains("长长长");
    assert!(county.number("select length(draft) from transfer").await < 3000);
    let long = "长".repeat(300);
    person.upload(EDIT, &[("reason", &long), ("act", "save")], &[]).await.is(422);
    // as typed, to be shortened
    person.get(EDIT).await.is(200).contains(&long);
    let fits = "长".repeat(200);
    person.upload(EDIT, &[("reason", &fits), ("act", "save")], &[]).await.is(303);
}

#[rocket::async_test]
async fn a_unit_that_loses_its_last_super_is_told_of_above_and_its_cases_move_on() {
    let county = county().await.with_grant("周晓梅", "一中").await;
    county
        .execute("update grant set state = 'disabled' where account_id = (select a.id from account a join organization o on a.login = 'admin-' || o.id where o.name = '一中')")
        .await;
    // 孙丽's request waits at 一中
    let mut colleague = seated(&county, &id_number(3)).await;
    let change = [
        ("person_name", "孙丽"),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("reason", "补填民族和学历"),
        ("act", "submit"),
    ];
    colleague.upload("/accounts/profile/change", &change, &[]).await.is(303);
    let desk = "select o.name from review_case c join organization o on o.id = c.desk_id where c.subject <> 'transfers'";
    assert_eq!(county.text(desk).await, "一中");
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/start").await.is(200);
    person.post("/side", &[("to", "person")]).await;
    let fields = [("target", "医院"), ("reason", "经主管部门批准调入"), ("act", "submit")];
    person.upload(EDIT, &fields, &[]).await.is(303);
    let mut target = of(&county, "医院").await;
    target.get("/desk/transfers/1").await.is(200).contains("调入后原单位没有超级管理员");
    let done = target.post("/desk/transfers/1/approve", &[("confirmed", "1")]).await;
    target.follow(&done).await.contains("一中现在没有超级管理员，已通知教育局为它新增一名");
    assert_eq!(county.text(desk).await, "教育局");
    let mut above = of(&county, "教育局").await;
    above.get("/messages").await.is(200).contains("一中没有超级管理员");
    let unit = county.organization("一中").await;
    above.get(&format!("/accounts/employers/{unit}")).await.is(200);
    // with another left nothing of it is said
    let county = self::county().await.with_grant("周晓梅", "一中").await;
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/start").await.is(200);
    person.post("/side", &[("to", "person")]).await;
    person.upload(EDIT, &fields, &[]).await.is(303);
    let mut target = of(&county, "医院").await;
    target.get("/desk/transfers/1").await.is(200).lacks("没有超级管理员");
}

#[rocket::async_test]
async fn nobody_leaves_before_he_came() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    go(&county, &mut person, "医院", 1).await;
    let mut hospital = of(&county, "医院").await;
    let at = format!("/transfers/leave/{}", county.person("周晓梅").await);
    hospital.get(&at).await.is(200);
    let fields = [
        ("area", "河南省郑州市"),
        ("receiver", "郑州市第七中学"),
        ("on", "2026-11-22"),
        ("reason", "公开选调，县人社调〔2026〕8 号"),
    ];
    hospital.upload(&at, &fields, &[]).await.is(422).contains("早于他调入本单位的日期 2026-11-23");
    let mut right = fields;
    right[2].1 = "2026-11-23";
    hospital.upload(&at, &right, &[]).await.is(303);
}
