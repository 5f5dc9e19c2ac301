//! 4.6 人员调转: asked by the person or by a unit for many, decided by the target, kept by both.

use kit::review::Subject as _;
use kit::{Action, Grantable};

use crate::support::{Browser, CLASS_PAPERS, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const EDIT: &str = "/transfers/mine/edit";

/// 一中 and 二中 under 教育局, 医院 under the bureau; 周晓梅, 孙丽 and 钱程 of 一中.
async fn county() -> World {
    World::new()
        .await
        .with_department("教育局")
        .await
        .with_employer_under("一中", "教育局")
        .await
        .with_employer_under("二中", "教育局")
        .await
        .with_employer("医院")
        .await
        .with_active_person("周晓梅", "一中", &id_number(2))
        .await
        .with_active_person("孙丽", "一中", &id_number(3))
        .await
        .with_active_person("钱程", "一中", &id_number(4))
        .await
}

/// Signed in, on the start page (whose form token the next post carries).
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    let login = county.admin_of(unit).await;
    seated(county, &login).await
}

fn typed<'a>(target: &'a str, act: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("target", target),
        ("wish", "数学组"),
        ("reason", "经教育局批准调入任教"),
        ("effective_on", "2026-12-01"),
        ("act", act),
    ]
}

async fn submit(person: &mut Browser<'_>, target: &str) -> Page {
    person.upload(EDIT, &typed(target, "submit"), &[("files", "调令.pdf", PDF)]).await
}

async fn decide(desk: &mut Browser<'_>, id: i64, verb: &str, reason: &str) -> Page {
    let fields = [("confirmed", "1"), ("reason", reason)];
    desk.post(&format!("/desk/transfers/{id}/{verb}"), &fields).await
}

async fn unit_of(county: &World, name: &str) -> String {
    let id = county.person(name).await;
    sqlx::query_scalar(
        "select o.name from person p join organization o on o.id = p.organization_id where p.id = ?",
    )
    .bind(id)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

#[rocket::async_test]
async fn a_person_asks_the_target_consents_and_he_is_theirs() {
    let county = county().await.with_grant("周晓梅", "一中").await;
    let place = "insert into internal_department (organization_id, name) select id, '语文组' from organization where name = '一中'";
    county.execute(place).await;
    county
        .execute("update person set internal_department_id = (select max(id) from internal_department) where name = '周晓梅'")
        .await;
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/start").await.is(200);
    person.post("/side", &[("to", "person")]).await;
    let page = person.get("/transfers/mine").await;
    page.is(200).contains("现在的单位：一中（在职）").contains("发起调转");
    person.get(EDIT).await.is(200).contains("目标单位");
    submit(&mut person, "二中").await.redirects_to("/transfers/mine/1");
    person
        .get("/transfers/mine/1")
        .await
        .is(200)
        .contains("DZ20261123-0001")
        .contains("等待二中审核")
        .contains("数学组")
        .contains("2026-12-01")
        .contains("调令.pdf");
    person.get("/transfers/mine").await.contains("等待二中审核").lacks("发起调转");

    let mut target = of(&county, "二中").await;
    let page = target.get("/desk/transfers").await;
    page.is(200).contains("周晓梅").contains("4199************").contains("一中");
    page.contains("待审核（1）").lacks(&id_number(2));
    let page = target.get("/desk/transfers/1").await;
    page.is(200).contains("人员仍在原单位（一中）").contains("在原单位有 1 项管理员权限");
    page.contains("调令.pdf").contains("目标单位正常").contains("经教育局批准调入任教");
    let file = county.number("select file_id from transfer_file").await;
    target.get(&format!("/files/{file}")).await.is(200);
    let done = decide(&mut target, 1, "approve", "").await;
    done.redirects_to("/desk/transfers");
    let page = target.follow(&done).await;
    page.contains("已同意：DZ20261123-0001").contains("请在“本单位人员”中分配");

    assert_eq!(unit_of(&county, "周晓梅").await, "二中");
    assert_eq!(
        county.number("select count(*) from person where internal_department_id is not null").await,
        0
    );
    assert_eq!(county.text("select state from transfer_person").await, "approved");
    assert_eq!(
        county.number("select count(*) from grant where ended_reason = '人员已调离本单位'").await,
        1
    );
    assert_eq!(
        county.number("select count(*) from person_version where cause like 'transfer:%'").await,
        1
    );
    // a second yes has no second effect
    decide(&mut target, 1, "approve", "").await.is(409).contains("没有重复办理");
    assert_eq!(
        county.number("select count(*) from person_version where cause like 'transfer:%'").await,
        1
    );
    // he is theirs now, and hears of it
    target.get("/accounts/people").await.contains("周晓梅");
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/accounts/profile").await.is(200).contains("二中");
    person.get("/messages").await.contains("调转申请已同意");
    // the old unit keeps the record, whoever administers it hears of it
    let mut old = of(&county, "一中").await;
    old.get("/accounts/people").await.lacks("周晓梅");
    old.get("/messages").await.contains("周晓梅已调出本单位");
    let page = old.get("/transfers/out").await;
    page.is(200).contains("周晓梅").contains("二中").contains("已调出").contains("调出记录");
    let page = old.get("/transfers/out/1").await;
    page.is(200).contains("经教育局批准调入任教").contains("办理经过").contains("调令.pdf");
    old.get(&format!("/files/{file}")).await.is(200);
    let book = old.get("/lists/transfers-out/export").await;
    book.is(200);
    assert_eq!(county.trail().await.pop().unwrap(), "导出“调出记录” 1 行");
    // the department and the bureau see both sides, a stranger neither
    for login in [county.admin_of("教育局").await, "admin".to_owned()] {
        let mut above = seated(&county, &login).await;
        above.get("/desk/transfers?tab=done").await.is(200).contains("周晓梅");
        above.get("/transfers/out").await.contains("周晓梅");
        above.get("/transfers/out/1").await.is(200);
        above.get(&format!("/files/{file}")).await.is(200);
    }
    let mut stranger = of(&county, "医院").await;
    stranger.get("/desk/transfers/1").await.is(404);
    stranger.get("/transfers/out/1").await.is(404);
    stranger.get("/transfers/out").await.lacks("周晓梅");
    stranger.get(&format!("/files/{file}")).await.is(404);
    old.get("/desk/transfers/1").await.is(404);
}

#[rocket::async_test]
async fn a_refusal_changes_nothing_and_is_corrected_under_its_number() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    // refused forms keep what was typed and uploaded
    let page = person
        .upload(
            EDIT,
            &[("target", "一中"), ("reason", "想去"), ("act", "submit")],
            &[("files", "合同.pdf", PDF)],
        )
        .await;
    page.is(422).contains("目标单位就是现在的单位").contains("value=\"一中\"").contains("合同.pdf");
    page.contains("调转原因");
    let page = person.upload(EDIT, &[("target", "没有的学校"), ("act", "submit")], &[]).await;
    page.is(422).contains("没有找到目标单位“没有的学校”");
    assert_eq!(county.number("select count(*) from transfer").await, 1);
    person.upload(EDIT, &typed("二中", "save"), &[]).await.redirects_to(EDIT);
    person.get(EDIT).await.contains("value=\"二中\"").contains("合同.pdf").contains("数学组");
    assert_eq!(county.number("select count(*) from review_case").await, 0);
    person.upload(EDIT, &typed("二中", "submit"), &[]).await.redirects_to("/transfers/mine/1");
    // one at a time
    person.upload(EDIT, &typed("医院", "submit"), &[]).await.is(409).contains("DZ20261123-0001");
    let mut target = of(&county, "二中").await;
    target.get("/desk/transfers/1").await.is(200);
    decide(&mut target, 1, "reject", "没").await.is(422);
    let done = decide(&mut target, 1, "reject", "本单位没有接收安排。").await;
    target.follow(&done).await.contains("已驳回");
    assert_eq!(unit_of(&county, "周晓梅").await, "一中");
    assert_eq!(county.text("select state from transfer_person").await, "rejected");
    person.get("/transfers/mine").await.contains("本单位没有接收安排。").contains("修改后重新提交");
    person.get(EDIT).await.contains("本单位没有接收安排。").contains("合同.pdf");
    // to another unit this time, and taken back
    person.upload(EDIT, &typed("医院", "submit"), &[]).await.redirects_to("/transfers/mine/1");
    target.get("/desk/transfers").await.contains("待审核（0）");
    target.get("/desk/transfers").await.lacks("周晓梅");
    person.post("/transfers/mine/1/remind", &[]).await.is(409).contains("才能催办");
    person.post("/transfers/mine/1/withdraw", &[]).await.redirects_to("/transfers/mine/1");
    assert_eq!(county.text("select state from transfer_person").await, "withdrawn");
    let mut hospital = of(&county, "医院").await;
    decide(&mut hospital, 1, "approve", "").await.is(409).contains("撤回");
    person.upload(EDIT, &typed("医院", "submit"), &[]).await.is(303);
    assert_eq!(county.number("select round from review_case").await, 3);
    hospital.get("/desk/transfers/1").await.contains("DZ20261123-0001");
    decide(&mut hospital, 1, "approve", "").await.is(303);
    assert_eq!(unit_of(&county, "周晓梅").await, "医院");
    // another person's is not there
    let mut other = seated(&county, &id_number(3)).await;
    other.get("/transfers/mine/1").await.is(404);
    other.post("/transfers/mine/1/withdraw", &[]).await.is(404);
}

#[rocket::async_test]
async fn by_setting_the_old_unit_confirms_first() {
    let county = county().await;
    county.set("transfers.former-unit", "1").await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, "二中").await.is(303);
    // what is under way keeps the rule it was submitted under
    county.set("transfers.former-unit", "0").await;
    let mut target = of(&county, "二中").await;
    target.get("/desk/transfers").await.is(200).lacks("周晓梅");
    let mut old = of(&county, "一中").await;
    old.get("/desk/transfers").await.contains("周晓梅").contains("待审核（1）");
    old.get("/desk/transfers/1").await.is(200).contains("须先由原单位确认");
    let file = county.number("select file_id from transfer_file").await;
    old.get(&format!("/files/{file}")).await.is(200);
    target.get("/desk/transfers/1").await.is(200).contains("现在由一中审核");
    let mut second = of(&county, "一中").await;
    let page = decide(&mut old, 1, "approve", "").await;
    page.is(303);
    assert_eq!(unit_of(&county, "周晓梅").await, "一中");
    // too late for a colleague, and for taking it back
    decide(&mut second, 1, "approve", "").await.is(409).contains("没有重复办理");
    person.post("/transfers/mine/1/withdraw", &[]).await.is(409).contains("不能撤回");
    decide(&mut target, 1, "approve", "").await.is(303);
    assert_eq!(unit_of(&county, "周晓梅").await, "二中");
    old.get(&format!("/files/{file}")).await.is(200);
}

#[rocket::async_test]
async fn a_clerk_without_the_permission_decides_nothing() {
    let county = county().await;
    let target = county.organization("二中").await;
    let view = Grantable { leaf: transfers::LEAF, action: Action::View };
    let county = county.with_clerk("viewer", target, &[view]).await;
    let county = county.with_clerk("nobody", target, &[]).await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, "二中").await.is(303);
    let mut viewer = seated(&county, "viewer").await;
    viewer.get("/desk/transfers/1").await.is(200).contains("没有审核权限");
    decide(&mut viewer, 1, "approve", "").await.is(403);
    viewer.get("/transfers/new").await.is(403);
    viewer.get("/desk/transfers").await.lacks("/transfers/new");
    let mut nobody = seated(&county, "nobody").await;
    nobody.get("/desk/transfers").await.is(403);
    nobody.get("/transfers/out").await.is(403);
    decide(&mut nobody, 1, "approve", "").await.is(403);
    assert_eq!(unit_of(&county, "周晓梅").await, "一中");
}

#[rocket::async_test]
async fn who_left_comes_back_by_a_transfer_and_who_retired_does_not() {
    let county = county().await;
    county
        .execute("update person set state = 'left', state_on = '2026-06-30' where name = '周晓梅'")
        .await;
    county.execute("update person set state = 'retired' where name = '孙丽'").await;
    county.set("transfers.former-unit", "1").await;
    let mut person = seated(&county, &id_number(2)).await;
    person.get(EDIT).await.is(200).contains("同意后恢复为在职");
    submit(&mut person, "二中").await.is(303);
    let mut target = of(&county, "二中").await;
    decide(&mut target, 1, "approve", "").await.is(303);
    assert_eq!(county.text("select state from person where name = '周晓梅'").await, "serving");
    assert_eq!(
        county.text("select state from person_version where cause like 'transfer:%' order by id desc limit 1").await,
        "serving"
    );
    assert_eq!(unit_of(&county, "周晓梅").await, "二中");
    let mut retired = seated(&county, &id_number(3)).await;
    retired.get("/transfers/mine").await.contains("不能发起调转");
    submit(&mut retired, "二中").await.is(409).contains("退休");
}

#[rocket::async_test]
async fn a_disabled_target_takes_nobody_and_without_an_administrator_its_superior_decides() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, "二中").await.is(303);
    let school = county.organization("二中").await;
    let mut department = of(&county, "教育局").await;
    let path = format!("/accounts/employers/{school}/disable");
    department.post(&path, &[("people", "stay")]).await.is(303);
    department.get("/desk/transfers/1").await.is(200).contains("目标单位已停用");
    decide(&mut department, 1, "approve", "").await.is(409).contains("目标单位已停用");
    assert_eq!(unit_of(&county, "周晓梅").await, "一中");
    decide(&mut department, 1, "reject", "目标单位已停用，请另选。").await.is(303);
    // a unit that nobody can act for: its superior
    county.execute("update grant set state = 'disabled' where organization_id = (select id from organization where name = '医院')").await;
    let sent = person.upload(EDIT, &typed("医院", "submit"), &[]).await;
    person.follow(&sent).await.contains("已转上一级");
    let mut bureau = seated(&county, "admin").await;
    bureau.get("/desk/transfers").await.contains("周晓梅");
    decide(&mut bureau, 1, "approve", "").await.is(303);
    assert_eq!(unit_of(&county, "周晓梅").await, "医院");
}

/// A declaration of 周晓梅's as it is submitted.
async fn declare(person: &mut Browser<'_>, title: &str) {
    let fields = [
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", title),
        ("organizer", "云川县教师进修学校"),
        ("started_on", "2026-09-14"),
        ("ended_on", "2026-09-18"),
        ("hours", "40"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    person.upload("/credit-hours/declarations", &fields, &CLASS_PAPERS).await.is(303);
}

/// The desk that a declaration waits at.
async fn desk_of(county: &World, id: i64) -> Option<String> {
    sqlx::query_scalar(
        "select o.name from declaration d join organization o on o.id = d.desk_id
          where d.state = 'pending' and d.id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

/// Whatever desk has the declaration says yes, until it is decided.
async fn decide_declaration(county: &World, id: i64) {
    while let Some(desk) = desk_of(county, id).await {
        let bureau = desk.starts_with("示例县");
        let login = if bureau { "admin".to_owned() } else { county.admin_of(&desk).await };
        let mut clerk = seated(county, &login).await;
        let path = format!("/desk/declarations/{id}/approve");
        clerk.post(&path, &[("confirmed", "1")]).await.is(303);
    }
}

#[rocket::async_test]
async fn hours_stay_where_they_were_earned_and_pending_declarations_follow() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    declare(&mut person, "教学法培训班").await;
    decide_declaration(&county, 1).await;
    declare(&mut person, "班主任培训班").await;
    declare(&mut person, "心理健康培训班").await;
    // the third has already passed the old unit
    let mut old = of(&county, "一中").await;
    old.post("/desk/declarations/3/approve", &[("confirmed", "1")]).await.is(303);
    submit(&mut person, "二中").await.is(303);
    let mut target = of(&county, "二中").await;
    target.get("/desk/transfers/1").await.contains("有 1 条申请正在原单位审核");
    decide(&mut target, 1, "approve", "").await.is(303);
    let earned =
        "select o.name from entry e join organization o on o.id = e.earned_organization_id";
    assert_eq!(county.text(earned).await, "一中");
    let now = "select o.name from entry e join organization o on o.id = e.organization_id";
    assert_eq!(county.text(now).await, "二中");
    assert_eq!(desk_of(&county, 2).await.as_deref(), Some("二中"));
    assert_eq!(desk_of(&county, 3).await.as_deref(), Some("教育局"));
    old.get("/desk/declarations/2").await.is(404);
    for id in [2, 3] {
        decide_declaration(&county, id).await;
    }
    assert_eq!(county.number("select count(*) from entry").await, 3);
    let total = "select total from person_year where year = 2026 and person_id = (select id from person where name = '周晓梅')";
    assert_eq!(county.number(total).await, 1200);
}

#[rocket::async_test]
async fn consent_while_the_old_unit_approves_a_declaration_loses_no_case() {
    // which comes first is the scheduler's: both orders of asking, the old unit's desk and the last
    for (first, last_desk) in [(true, false), (false, false), (true, true), (false, true)] {
        let county = county().await;
        let mut person = seated(&county, &id_number(2)).await;
        declare(&mut person, "教学法培训班").await;
        if last_desk {
            for unit in ["一中", "教育局"] {
                let mut clerk = of(&county, unit).await;
                let path = "/desk/declarations/1/approve";
                clerk.post(path, &[("confirmed", "1")]).await.is(303);
            }
        }
        submit(&mut person, "医院").await.is(303);
        let mut hours =
            if last_desk { seated(&county, "admin").await } else { of(&county, "一中").await };
        let mut target = of(&county, "医院").await;
        let yes = [("confirmed", "1")];
        let declaration = hours.post("/desk/declarations/1/approve", &yes);
        let transfer = target.post("/desk/transfers/1/approve", &yes);
        let (declaration, transfer) = if first {
            rocket::tokio::join!(declaration, transfer)
        } else {
            let (transfer, declaration) = rocket::tokio::join!(transfer, declaration);
            (declaration, transfer)
        };
        transfer.is(303);
        assert!(matches!(declaration.status, 303 | 404 | 409), "{declaration:?}");
        assert_eq!(unit_of(&county, "周晓梅").await, "医院");
        // no case is lost: what is not decided waits at a desk that can decide
        decide_declaration(&county, 1).await;
        assert_eq!(county.text("select state from declaration").await, "approved");
        assert_eq!(county.number("select count(*) from entry").await, 1);
        assert_eq!(
            county.number("select sum(total) from person_year where year = 2026").await,
            400
        );
        assert_eq!(
            county.number("select hours from unit_year where year = 2026 and hours > 0").await,
            400
        );
        assert_eq!(
            county.number("select count(*) from review_case where state = 'pending'").await,
            0
        );
    }
}

#[rocket::async_test]
async fn of_two_clerks_at_once_one_consents_and_the_other_hears_who() {
    let county = county().await;
    let target = county.organization("二中").await;
    let all =
        [Action::View, Action::Review].map(|action| Grantable { leaf: transfers::LEAF, action });
    let county = county.with_clerk("second", target, &all).await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, "二中").await.is(303);
    let (mut one, mut two) = (of(&county, "二中").await, seated(&county, "second").await);
    let path = "/desk/transfers/1/approve";
    let (a, b) = rocket::tokio::join!(
        one.post(path, &[("confirmed", "1")]),
        two.post(path, &[("confirmed", "1")])
    );
    let late = if a.status == 409 { &a } else { &b };
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    late.contains("该记录已被 管理员").contains("通过，没有重复办理");
    assert_eq!(
        county.number("select count(*) from person_version where cause like 'transfer:%'").await,
        1
    );
    assert_eq!(county.number("select count(*) from review_step where act = 'approve'").await, 1);
    assert_eq!(
        county.number("select count(*) from message where title = '调转申请已同意'").await,
        1
    );
    assert_eq!(unit_of(&county, "周晓梅").await, "二中");
}

/// The employer 一中 puts people on a batch's list and submits it; gives the answer.
async fn batch(clerk: &mut Browser<'_>, people: &[i64], target: &str) -> Page {
    clerk.post("/transfers/new", &[]).await.redirects_to("/transfers/batches/1/people");
    let ids: Vec<String> = people.iter().map(ToString::to_string).collect();
    let ticked: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    clerk.post("/transfers/batches/1/add", &ticked).await.is(303);
    send(clerk, target).await
}

async fn send(clerk: &mut Browser<'_>, target: &str) -> Page {
    let fields = [("target", target), ("reason", "按县政府文件两校合并"), ("act", "submit")];
    clerk.upload("/transfers/batches/1/edit", &fields, &[("files", "文件.pdf", PDF)]).await
}

async fn ids(county: &World) -> [i64; 3] {
    let mut ids = [0; 3];
    for (id, name) in ids.iter_mut().zip(["周晓梅", "孙丽", "钱程"]) {
        *id = county.person(name).await.0;
    }
    ids
}

#[rocket::async_test]
async fn a_unit_moves_many_by_one_case_and_who_left_meanwhile_stays_out() {
    let county = county().await.with_active_person("李四光", "医院", &id_number(5)).await;
    let [first, second, third] = ids(&county).await;
    let mut clerk = of(&county, "一中").await;
    clerk.get("/desk/transfers").await.is(200).contains("/transfers/new");
    clerk.get("/transfers/new").await.is(200).contains("一中").lacks("name=\"source\"");
    // nobody ticked, somebody else's, nobody on the list
    clerk.post("/transfers/new", &[]).await.redirects_to("/transfers/batches/1/people");
    let page = clerk.get("/transfers/batches/1/people").await;
    page.is(200).contains("周晓梅").contains("孙丽").lacks("李四光").lacks(&id_number(2));
    let stranger = county.person("李四光").await.to_string();
    clerk.post("/transfers/batches/1/add", &[("id", &stranger)]).await.is(404);
    clerk.post("/transfers/batches/1/add", &[]).await.is(303);
    send(&mut clerk, "二中").await.is(422).contains("名单中还没有人员").contains("文件.pdf");
    assert_eq!(county.number("select count(*) from review_case").await, 0);
    // a search is posted, and finds by initials
    let query = "/lists/transfer-people/query?page=%2Ftransfers%2Fbatches%2F1%2Fpeople";
    let found = clerk.post(query, &[("q", "sl")]).await;
    clerk.follow(&found).await.is(200).contains("孙丽").lacks("周晓梅");
    // all at once, one out again
    clerk.get("/transfers/batches/1/all").await.is(200).contains("3").contains("全部加入名单");
    clerk.post("/transfers/batches/1/all", &[]).await.is(303);
    assert_eq!(county.number("select count(*) from transfer_person").await, 3);
    let page = clerk.get("/transfers/batches/1/people?tab=chosen").await;
    page.contains("已选名单（3）").contains("钱程").contains("移出名单");
    clerk.post("/transfers/batches/1/remove", &[("id", &third.to_string())]).await.is(303);
    clerk.post("/transfers/batches/1/add", &[("id", &third.to_string())]).await.is(303);
    let sent = send(&mut clerk, "二中").await;
    sent.redirects_to("/transfers/batches/1");
    clerk.follow(&sent).await.is(200).contains("周晓梅等 3 人").contains("等待二中审核");
    clerk.get("/transfers/batches").await.contains("周晓梅等 3 人").contains("待审核");
    // on its way: no other transfer of the same person by any route
    let mut person = seated(&county, &id_number(3)).await;
    submit(&mut person, "医院").await.is(409).contains("正在审核");
    // one leaves otherwise before the target says yes
    let hospital = county.organization("医院").await;
    let mut tx = county.db().begin().await.unwrap();
    let gone = [kit::PersonId(third)];
    accounts::people::move_to(&mut tx, county.modules(), &gone, hospital, "form", &county.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut target = of(&county, "二中").await;
    let page = target.get("/desk/transfers/1").await;
    page.is(200)
        .contains("调转人员（3 人）")
        .contains("周晓梅")
        .contains("孙丽")
        .contains("4199************");
    page.contains("同意时不调动 1 人：钱程已不在原单位，现在医院").contains("文件.pdf");
    let done = decide(&mut target, 1, "approve", "").await;
    target.follow(&done).await.contains("没有调动 1 人：钱程已不在原单位");
    for (name, unit) in [("周晓梅", "二中"), ("孙丽", "二中"), ("钱程", "医院")] {
        assert_eq!(unit_of(&county, name).await, unit, "{name}");
    }
    assert_eq!(
        county.text("select note from transfer_person where state = 'withdrawn'").await,
        "已不在原单位，现在医院"
    );
    // who was moved hears of it and finds it among his own
    person.get("/messages").await.contains("您已调入二中");
    person.get("/transfers/mine").await.contains("单位批量调转").contains("已同意");
    let page = clerk.get("/transfers/out").await;
    page.contains("已调出").contains("未调动").contains("孙丽");
    clerk.get("/transfers/batches/1").await.contains("未调动：已不在原单位");
    let _ = (first, second);
}

#[rocket::async_test]
async fn a_batch_is_refused_taken_back_and_sent_again_and_leaves_out_who_is_under_way() {
    let county = county().await;
    let [first, second, third] = ids(&county).await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, "医院").await.is(303);
    let mut clerk = of(&county, "一中").await;
    // the person's own stands already: he is not offered, and left out if posted all the same
    clerk.post("/transfers/new", &[]).await.redirects_to("/transfers/batches/2/people");
    clerk.get("/transfers/batches/2/people").await.lacks("周晓梅").contains("孙丽");
    let ids = [first, second, third].map(|id| id.to_string());
    let ticked: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    clerk.post("/transfers/batches/2/add", &ticked).await.is(303);
    let fields = [("target", "二中"), ("reason", "按县政府文件两校合并"), ("act", "submit")];
    let edit = "/transfers/batches/2/edit";
    let sent = clerk.upload(edit, &fields, &[]).await;
    let page = clerk.follow(&sent).await;
    page.contains("孙丽等 2 人").contains("1 人没有列入：周晓梅（另有调转申请正在审核）");
    let mut target = of(&county, "二中").await;
    decide(&mut target, 2, "reject", "请附上县政府的文件。").await.is(303);
    assert_eq!(
        county.number("select count(*) from transfer_person where state = 'rejected'").await,
        2
    );
    clerk
        .get("/transfers/batches/2")
        .await
        .contains("请附上县政府的文件。")
        .contains("修改后重新提交");
    clerk.get(edit).await.is(200).contains("请附上县政府的文件。").contains("value=\"二中\"");
    // his own way ended meanwhile: now he goes with the others
    person.post("/transfers/mine/1/withdraw", &[]).await.is(303);
    clerk.upload(edit, &fields, &[("files", "文件.pdf", PDF)]).await.is(303);
    clerk.post("/transfers/batches/2/withdraw", &[]).await.is(303);
    clerk.upload(edit, &fields, &[]).await.is(303);
    assert_eq!(county.number("select max(round) from review_case").await, 3);
    clerk.upload(edit, &fields, &[]).await.is(409).contains("不能修改");
    // another unit's batch is not there
    let mut other = of(&county, "医院").await;
    for path in ["", "/edit", "/people", "/all"] {
        other.get(&format!("/transfers/batches/2{path}")).await.is(404);
    }
    decide(&mut target, 2, "approve", "").await.is(303);
    assert_eq!(county.number("select count(*) from person p join organization o on o.id = p.organization_id where o.name = '二中'").await, 3);
    // the one that was taken back cannot be sent again from there to there
    person.upload(EDIT, &typed("二中", "submit"), &[]).await.is(422).contains("就是现在的单位");
}

#[rocket::async_test]
async fn a_superior_moves_people_of_units_below_it_only() {
    let county = county().await;
    let mut department = of(&county, "教育局").await;
    department.get("/transfers/new").await.is(200).contains("name=\"source\"");
    let page = department.post("/transfers/new", &[("source", "医院")]).await;
    page.is(422).contains("不在您的管理范围内").contains("value=\"医院\"");
    department.post("/transfers/new", &[("source", "一中")]).await.is(303);
    department.get("/transfers/batches/1/people").await.is(200).contains("周晓梅");
    department.post("/transfers/batches/1/all", &[]).await.is(303);
    let sent = send(&mut department, "医院").await;
    department.follow(&sent).await.contains("提交单位").contains("教育局");
    let mut hospital = of(&county, "医院").await;
    decide(&mut hospital, 1, "approve", "").await.is(303);
    assert_eq!(unit_of(&county, "孙丽").await, "医院");
    // the unit that was left has its record all the same
    of(&county, "一中").await.get("/transfers/out").await.contains("孙丽").contains("医院");
}

#[rocket::async_test]
async fn nobody_consents_to_his_own_way_not_even_as_one_of_many() {
    let county = county().await.with_grant("周晓梅", "二中").await;
    let [first, second, _] = ids(&county).await;
    let mut clerk = of(&county, "一中").await;
    batch(&mut clerk, &[first, second], "二中").await.is(303);
    let mut herself = seated(&county, &id_number(2)).await;
    let done = decide(&mut herself, 1, "approve", "").await;
    herself.follow(&done).await.contains("不能由本人同意自己的调转");
    assert_eq!(unit_of(&county, "周晓梅").await, "一中");
    assert_eq!(unit_of(&county, "孙丽").await, "二中");
}

#[rocket::async_test]
async fn a_list_of_transfers_never_walks_a_large_table() {
    let county = county().await;
    let mut reader = county.db().read().await.unwrap();
    let desk = county.organization("二中").await.0;
    let elsewhere = transfers::TransferRequests::ELSEWHERE.unwrap();
    for sql in [transfers::TransferRequests::PENDING, transfers::TransferRequests::DONE, elsewhere]
    {
        let fixed = [kit::list::Fixed { sql, values: vec![desk] }];
        let list = transfers::TransferRequests::LIST;
        for plan in kit::list::plans_with(&mut reader, list, &fixed).await.unwrap() {
            let faults = plan.faults(&["organization"]);
            assert!(faults.is_empty(), "{sql}: {faults:?}\n{:#?}", plan.steps);
        }
    }
}
