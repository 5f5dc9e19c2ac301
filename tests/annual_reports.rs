//! 4.5 审核继续教育基地年度报告, and the bases' side of it.

use kit::OrganizationId;
use time::Duration;

use crate::support::{Browser, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const SUMMARY: &str = "本年度举办公需和专业科目培训班，完成了年初计划。";
const NEXT: &str = "下年度计划举办培训班，增加线上课程。";
const WRITE: &str = "/training/reporting/2025";

/// Two bases recognised in 2024, one of them below a department.
async fn county() -> World {
    let county = World::new().await.with_department("教育局").await;
    let county = county.with_base("市训中心").await.with_base("师训中心").await;
    county
        .execute(
            "update organization set department_id = (select id from organization where name = '教育局'),
                    parent_id = (select id from organization where name = '教育局')
              where name = '师训中心'",
        )
        .await;
    county
        .execute(
            "update organization set created_at = '2024-05-06T01:00:00.000Z' where kind = 'base'",
        )
        .await;
    county
        .execute(
            "insert or replace into base_profile (organization_id, recognized_on, full_time, part_time)
             select id, '2024-03-01', 12, 30 from organization where kind = 'base'",
        )
        .await;
    run_task(&county).await;
    county
}

async fn admin_of<'w>(county: &'w World, name: &str) -> Browser<'w> {
    let login = county.admin_of(name).await;
    let mut browser = county.sign_in(&login).await;
    browser.get("/start").await.is(200);
    browser
}

/// The bureau's administrator, with a page open.
async fn bureau(county: &World) -> Browser<'_> {
    let mut browser = county.admin().await;
    browser.get("/start").await.is(200);
    browser
}

/// The task on a clock, as the server runs it.
async fn run_task(county: &World) {
    let tasks = county.modules().all().iter().flat_map(|m| m.tasks());
    let task = tasks.into_iter().find(|task| task.name == "training.reports").unwrap();
    let context = kit::module::TaskContext {
        db: std::sync::Arc::new((**county.db()).clone()),
        clock: county.clock.clone(),
        settings: county.settings().clone(),
        modules: county.modules().clone(),
    };
    (task.run)(context).await.unwrap();
}

/// A class as plans and rosters leave it behind: (person, result, tenths of an hour).
async fn class(
    county: &World,
    base: OrganizationId,
    (year, stage, category): (i32, &str, i64),
    roster: &[(i64, &str, i64)],
) -> i64 {
    let mut tx = county.db().begin().await.unwrap();
    let plan: i64 = sqlx::query_scalar(
        "insert into plan (organization_id, year, title, category, stage, created_at, updated_at)
         values (?, ?, '培训班', ?, 'planned', '', '') returning id",
    )
    .bind(base)
    .bind(year)
    .bind(category)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "insert into plan_version (plan_id, version, organization_id, account_id, created_at, updated_at)
         values (?, 1, ?, 1, '', '')",
    )
    .bind(plan)
    .bind(base)
    .execute(&mut *tx)
    .await
    .unwrap();
    for (person, result, hours) in roster {
        sqlx::query(
            "insert into trainee (plan_id, person_id, organization_id, by, account_id, signed_at, result, hours)
             select ?, id, organization_id, 'base', 1, '', ?, ? from person where id = ?",
        )
        .bind(plan)
        .bind(result)
        .bind(hours)
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    sqlx::query(
        "update plan set stage = ?, version_id = (select id from plan_version where plan_id = plan.id),
           signed = (select count(*) from trainee where plan_id = plan.id) where id = ?",
    )
    .bind(stage)
    .bind(plan)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    plan
}

/// What stands in a field of the page.
fn value(page: &Page, name: &str) -> String {
    let (_, rest) = page
        .body
        .split_once(&format!("name=\"{name}\" type=\"text\" value=\""))
        .unwrap_or_else(|| panic!("no field {name} in {page:?}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Every figure as the form has it, and the texts; `changes` overrule.
async fn typed(browser: &mut Browser<'_>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = browser.get(WRITE).await;
    page.is(200);
    let mut fields = vec![
        ("summary".to_owned(), SUMMARY.to_owned()),
        ("next_year".to_owned(), NEXT.to_owned()),
        ("act".to_owned(), "submit".to_owned()),
    ];
    for part in page.body.split("name=\"v-").skip(1) {
        let key = part.split('"').next().unwrap();
        fields.push((format!("v-{key}"), value(&page, &format!("v-{key}"))));
    }
    for (name, text) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*text).to_owned()));
    }
    fields
}

async fn send(
    browser: &mut Browser<'_>,
    changes: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> Page {
    let fields = typed(browser, changes).await;
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    browser.upload(WRITE, &fields, files).await
}

const SEALED: [(&str, &str, &[u8]); 1] = [("sealed", "盖章版.pdf", PDF)];

/// The base submits last year's report as the system filled it in; its address at the desk.
async fn submitted(county: &World, name: &str) -> String {
    let mut base = admin_of(county, name).await;
    send(&mut base, &[], &SEALED).await.is(303);
    let unit = county.organization(name).await;
    let id: i64 = sqlx::query_scalar(
        "select id from annual_report where organization_id = ? and year = 2025",
    )
    .bind(unit)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap();
    format!("/desk/annual-reports/{id}")
}

async fn approve(browser: &mut Browser<'_>, desk: &str) -> Page {
    browser.post(&format!("{desk}/approve"), &[("confirmed", "1")]).await
}

#[rocket::async_test]
async fn the_figures_are_those_of_plans_and_rosters() {
    let mut county = county().await.with_employer("第一中学").await;
    let levels = ["senior", "deputy-senior", "middle", "assistant", "junior", ""];
    let mut people = vec![];
    for n in 0..24 {
        let name = format!("学员{n}");
        county = county.with_person(&name, "第一中学", &id_number(100 + n)).await;
        people.push(county.person(&name).await.0);
    }
    let mut tx = county.db().begin().await.unwrap();
    for (n, person) in people.iter().enumerate() {
        let (level, series) = (levels[n % 6], if n % 6 == 5 { "00" } else { "21" });
        sqlx::query("update person set level = ?, series = ? where id = ?")
            .bind(level)
            .bind(series)
            .bind(person)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let (own, other) =
        (county.organization("市训中心").await, county.organization("师训中心").await);
    // counted here by hand, class by class
    let (mut planned, mut held, mut sessions, mut trips, mut passed, mut hours) =
        (0, 0, 0, 0, 0, 0);
    let (mut general, mut by_level) = (0, [0; 6]);
    let mut random = kit::serial::Random::new(45);
    let stages = ["approved", "running", "ended", "declared", "cancelled"];
    for n in 0..40 {
        let stage = stages[random.below(5) as usize];
        let (year, category) = (2024 + random.below(3) as i32, 1 + random.below(2) as i64);
        let mine = random.chance(70);
        let mut roster = vec![];
        for (at, person) in people.iter().enumerate().filter(|_| n % 7 != 0) {
            if !random.chance(40) {
                continue;
            }
            let pass = random.chance(80);
            let got = 5 * (1 + random.below(80) as i64);
            roster.push((*person, if pass { "pass" } else { "fail" }, got));
            if mine && year == 2025 && ["ended", "declared"].contains(&stage) {
                trips += 1;
                by_level[at % 6] += 1;
                general += i64::from(category == 1);
                passed += i64::from(pass);
                hours += if pass { got } else { 0 };
            }
        }
        if mine && year == 2025 {
            planned += 1;
            held += i64::from(["running", "ended", "declared"].contains(&stage));
            sessions += i64::from(["ended", "declared"].contains(&stage));
        }
        class(&county, if mine { own } else { other }, (year, stage, category), &roster).await;
    }
    assert!(trips > 20 && general > 0 && general < trips && passed < trips, "{trips} {general}");
    let page = admin_of(&county, "市训中心").await.get(WRITE).await;
    let number = |n: i64| n.to_string();
    for (name, wanted) in [
        ("v-planned", number(planned)),
        ("v-held", number(held)),
        ("v-sessions", number(sessions)),
        ("v-trips", number(trips)),
        ("v-category-general", number(general)),
        ("v-category-professional", number(trips - general)),
        ("v-level-senior", number(by_level[0])),
        ("v-level-deputy-senior", number(by_level[1])),
        ("v-level-middle", number(by_level[2])),
        ("v-level-assistant", number(by_level[3])),
        ("v-level-junior", number(by_level[4])),
        ("v-level-none", number(by_level[5])),
        ("v-full_time", number(12)),
        ("v-part_time", number(30)),
        ("v-income", String::new()),
    ] {
        assert_eq!(value(&page, name), wanted, "{name}");
    }
    assert_eq!(value(&page, "v-hours").parse::<f64>().unwrap() * 10.0, hours as f64);
    let rate = (passed as f64 / trips as f64 * 1000.0).round() / 10.0;
    assert_eq!(value(&page, "v-pass").parse::<f64>().unwrap(), rate);
}

#[rocket::async_test]
async fn another_figure_needs_an_explanation_and_the_desk_sees_both() {
    let county = county().await.with_employer("第一中学").await;
    let county = county.with_person("张三丰", "第一中学", &id_number(2)).await;
    let person = county.person("张三丰").await.0;
    let base = county.organization("市训中心").await;
    class(&county, base, (2025, "ended", 1), &[(person, "pass", 80)]).await;
    let mut own = admin_of(&county, "市训中心").await;
    let more = [("v-trips", "3"), ("v-category-general", "3"), ("v-level-none", "3")];
    let refused = send(&mut own, &more, &SEALED).await;
    refused.is(422).contains("培训人次系统数是 1，填报的是 3，请说明为什么不同。");
    refused.contains("盖章版.pdf").contains(SUMMARY);
    assert_eq!(value(&refused, "v-trips"), "3");
    // the file was kept with the draft
    let mut explained = more.to_vec();
    let why = [
        ("x-trips", "两人线下参加，没有在系统报名"),
        ("x-category-general", "同上"),
        ("x-level-none", "同上"),
    ];
    explained.extend(why);
    let mut uneven = explained.clone();
    uneven.extend([("v-level-none", "2")]);
    send(&mut own, &uneven, &[]).await.is(422).contains("各职称等级人次合计 2，与培训人次 3 不同");
    send(&mut own, &[("v-hours", "8.3")], &[]).await.is(422).contains("总学时“8.3”不对");
    send(&mut own, &[("summary", "")], &[]).await.is(422).contains("请填写工作概述");
    explained.extend([("v-hours", "8"), ("summary", SUMMARY)]);
    send(&mut own, &explained, &[]).await.is(303);
    assert_eq!(county.text("select number from annual_report").await, "NB2025-0001");
    assert_eq!(county.number("select differences from annual_report").await, 3);
    let mut admin = bureau(&county).await;
    let list = admin.get("/desk/annual-reports").await;
    list.is(200).contains("市训中心").contains("NB2025-0001").contains("差异项");
    admin.get("/start").await.is(200).contains("审核继续教育基地年度报告");
    let page = admin.get("/desk/annual-reports/1").await;
    page.is(200).contains("<del>1</del> <ins>3</ins>").contains("两人线下参加，没有在系统报名");
    page.contains("3 项填报数与系统数不同").contains("系统数在提交以后没有变动").contains("+2");
    // what the system counts has changed since
    county.execute("update trainee set result = 'fail'").await;
    admin
        .get("/desk/annual-reports/1")
        .await
        .contains("系统数在提交以后有变动：总学时 0（提交时 8）");
    let file = county.number("select file_id from annual_report_file").await;
    admin.get(&format!("/files/{file}")).await.is(200);
    own.get(&format!("/training/reports/1/files/{file}")).await.is(200);
}

#[rocket::async_test]
async fn what_is_left_as_the_system_has_it_follows_the_system() {
    let county = county().await;
    let base = county.organization("市训中心").await;
    let mut own = admin_of(&county, "市训中心").await;
    // more than a draft holds is refused, not cut, and nothing of it is begun
    let (text, figure) = ("长".repeat(4001), "7".repeat(201));
    for (name, value, why) in [
        ("summary", &text, "工作概述最多 4000 个字，现在有 4001 个，没有保存"),
        ("v-held", &figure, "最多 200 个字，现在有 201 个，没有保存"),
    ] {
        let page = own.upload(WRITE, &[("act", "save"), (name, value)], &[]).await;
        page.is(422).contains(why).contains(value);
    }
    assert_eq!(county.number("select count(*) from annual_report").await, 0);
    let fields = typed(&mut own, &[("act", "save"), ("v-held", "7"), ("summary", "短")]).await;
    let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    own.upload(WRITE, &fields, &[]).await.redirects_to(WRITE);
    class(&county, base, (2025, "ended", 1), &[]).await;
    let page = own.get(WRITE).await;
    page.contains("短</textarea>").contains("放弃草稿");
    assert_eq!((value(&page, "v-planned").as_str(), value(&page, "v-held").as_str()), ("1", "7"));
    own.get("/training/reports").await.is(200).contains("继续填报");
    own.upload(WRITE, &[("act", "discard")], &[]).await.redirects_to("/training/reports");
    assert_eq!(county.number("select count(*) from annual_report").await, 0);
    assert_eq!(value(&own.get(WRITE).await, "v-held"), "1");
}

#[rocket::async_test]
async fn a_base_has_one_report_a_year() {
    let county = county().await;
    let desk = submitted(&county, "市训中心").await;
    let mut own = admin_of(&county, "市训中心").await;
    let id = desk.rsplit('/').next().unwrap().to_owned();
    own.get(WRITE).await.redirects_to(&format!("/training/reports/{id}"));
    let again = own.upload(WRITE, &[("act", "submit"), ("summary", SUMMARY)], &SEALED).await;
    again.is(409).contains("2025 年度报告 NB2025-0001 正在审核，一年只有一份");
    let mut admin = bureau(&county).await;
    approve(&mut admin, &desk).await.is(303);
    let again = own.upload(WRITE, &[("act", "save")], &[]).await;
    again.is(409).contains("已经通过，一年只有一份");
    // not even beside the program
    let mut tx = county.db().begin().await.unwrap();
    let twice = sqlx::query(
        "insert into annual_report (organization_id, account_id, year, created_at, updated_at)
         select organization_id, account_id, year, '', '' from annual_report",
    )
    .execute(&mut *tx)
    .await;
    assert!(twice.unwrap_err().as_database_error().unwrap().is_unique_violation());
    drop(tx);
    // a year that is not over, and one before the base was recognised
    own.get("/training/reporting/2026").await.is(409).contains("2026 年还没有结束");
    own.get("/training/reporting/2023").await.is(404);
    own.get("/training/reporting/2024").await.is(200);
}

#[rocket::async_test]
async fn a_missing_report_flags_the_base_from_the_day_after_the_deadline() {
    let county = county().await.with_base("新基地").await;
    // the 2025 report was due on 31 March 2026: the clock stands in November
    let mut own = admin_of(&county, "市训中心").await;
    own.get("/start").await.contains("年度报告未交").contains("2025 年度，截止 2026-03-31");
    own.get("/training/reports").await.contains("未交").contains("（已过）");
    let mut department = admin_of(&county, "教育局").await;
    department.get("/start").await.contains("年度报告未交").contains("2025 年度，已过截止日");
    // who was registered this year owes nothing of the past
    let mut new = admin_of(&county, "新基地").await;
    new.get("/start").await.lacks("年度报告未交").lacks("年度报告待报送");
    new.get("/training/reports").await.is(200).contains("还没有要报送的年度");
    let mut admin = bureau(&county).await;
    let list = admin.get("/accounts/bases?report=overdue").await;
    list.contains("市训中心").contains("师训中心").lacks("新基地").contains("共 2 条");
    let base = county.organization("市训中心").await;
    admin.get(&format!("/accounts/bases/{base}")).await.contains("2025 年度报告未交");
    // approved: no flag any more; and the new year's is not due before its day is over
    let desk = submitted(&county, "市训中心").await;
    approve(&mut admin, &desk).await.is(303);
    own.get("/start").await.lacks("年度报告未交");
    let page = admin.get(&format!("/accounts/bases/{base}")).await;
    page.contains(&format!("href=\"{desk}\"")).contains("已通过（2025 年）").lacks("未交");
    county.set("training.report-deadline", "04-15").await;
    let last_day = Duration::days(143); // 15 April 2027
    county.clock.advance(last_day);
    let mut own = admin_of(&county, "市训中心").await;
    own.get("/start").await.lacks("年度报告未交").contains("2026 年度，截止 2027-04-15");
    let mut admin = bureau(&county).await;
    run_task(&county).await;
    admin.get("/accounts/bases?report=due").await.contains("市训中心").contains("新基地");
    county.clock.advance(Duration::days(1));
    run_task(&county).await;
    let mut own = admin_of(&county, "市训中心").await;
    own.get("/start").await.contains("年度报告未交");
    let mut new = admin_of(&county, "新基地").await;
    new.get("/start").await.contains("年度报告未交").contains("2026 年度");
    let mut admin = bureau(&county).await;
    admin.get("/accounts/bases?report=overdue").await.contains("共 3 条");
    // a disabled base is asked for nothing
    county.execute("update organization set state = 'disabled' where name = '新基地'").await;
    run_task(&county).await;
    admin.get("/accounts/bases?report=overdue").await.contains("共 2 条");
}

#[rocket::async_test]
async fn a_missing_report_blocks_new_plans_only_by_setting() {
    let county = county().await;
    let base = county.organization("市训中心").await;
    let said = async || -> Vec<(kit::review::Level, String)> {
        let mut reader = county.db().read().await.unwrap();
        let checks = training::plans::blocks(&mut reader, base, 2026, &county.clock).await.unwrap();
        checks.into_iter().map(|check| (check.level, check.text)).collect()
    };
    let found = said().await;
    assert!(found.iter().all(|(level, _)| *level != kit::review::Level::Refuse), "{found:?}");
    assert!(found.iter().any(|(_, text)| text.contains("2025 年度报告未交")), "{found:?}");
    county.set("training.report-blocks", "1").await;
    let refused = |found: &[(kit::review::Level, String)]| -> Vec<String> {
        let refused = found.iter().filter(|(level, _)| *level == kit::review::Level::Refuse);
        refused.map(|(_, text)| text.clone()).collect()
    };
    let found = refused(&said().await);
    assert_eq!(
        found,
        ["基地的 2025 年度报告未交，截止日是 2026-03-31；报告通过以后才能办理培训计划"]
    );
    let desk = submitted(&county, "市训中心").await;
    assert!(refused(&said().await)[0].contains("还在审核"));
    approve(&mut bureau(&county).await, &desk).await.is(303);
    assert!(said().await.iter().all(|(_, text)| !text.contains("年度报告")));
}

#[rocket::async_test]
async fn of_two_clerks_one_decides() {
    let county = county().await;
    let review = kit::Grantable {
        leaf: county.modules().subject("annual-reports").unwrap().leaf(),
        action: kit::Action::Review,
    };
    let view = kit::Grantable { action: kit::Action::View, ..review };
    let desk_of = county.bureau().await;
    let county = county.with_clerk("clerk", desk_of, &[view, review]).await;
    let desk = submitted(&county, "市训中心").await;
    let (mut one, mut two) = (bureau(&county).await, county.sign_in("clerk").await);
    one.get(&desk).await.is(200);
    two.get(&desk).await.is(200);
    let (a, b) = (format!("{desk}/approve"), format!("{desk}/reject"));
    let yes = one.post(&a, &[("confirmed", "1")]);
    let no = two.post(&b, &[("confirmed", "1"), ("reason", "盖章版报告不清晰，请重新上传。")]);
    let (yes, no) = rocket::tokio::join!(yes, no);
    let mut both = [yes.status, no.status];
    both.sort_unstable();
    assert_eq!(both, [303, 409], "{yes:?} {no:?}");
    let decided =
        county.number("select count(*) from review_step where act in ('approve', 'reject')").await;
    assert_eq!(decided, 1);
    assert_eq!(county.number("select count(*) from message").await, 1);
}

#[rocket::async_test]
async fn the_department_passes_first_and_what_is_approved_prints() {
    let county = county().await;
    let desk = submitted(&county, "师训中心").await;
    let id = desk.rsplit('/').next().unwrap().to_owned();
    let mut own = admin_of(&county, "师训中心").await;
    let (paper, theirs) =
        (format!("/training/reports/{id}/print"), format!("/training/reviewed-reports/{id}/print"));
    own.get(&paper).await.is(409).contains("通过以后才能打印");
    let mut admin = bureau(&county).await;
    approve(&mut admin, &desk).await.is(409).contains("教育局");
    let mut department = admin_of(&county, "教育局").await;
    department.get("/desk/annual-reports").await.is(200).contains("师训中心");
    approve(&mut department, &desk).await.is(303);
    assert_eq!(county.text("select state from annual_report").await, "pending");
    // a desk has passed it: no way back but a rejection
    own.post(&format!("/training/reports/{id}/withdraw"), &[]).await.is(409);
    admin.get(&desk).await.is(200).contains("教育局").lacks("打印");
    approve(&mut admin, &desk).await.is(303);
    admin.get(&desk).await.contains(&theirs);
    own.get("/messages").await.contains("年度报告已通过");
    for (browser, address) in
        [(&mut own, &paper), (&mut admin, &theirs), (&mut department, &theirs)]
    {
        let page = browser.get(address).await;
        page.is(200).contains("继续教育基地年度报告").contains("师训中心").contains("NB2025-0001");
        page.contains("教育局").contains("示例县人力资源和社会保障局").contains("2026年11月23日");
        page.contains(SUMMARY).contains("审核意见");
    }
    let mut other = admin_of(&county, "市训中心").await;
    other.get(&paper).await.is(404);
    other.get(&theirs).await.is(403);
    let printed = "打印师训中心 2025 年度报告 NB2025-0001";
    assert_eq!(county.trail().await.iter().filter(|line| *line == printed).count(), 3);
}

#[rocket::async_test]
async fn a_report_is_there_for_its_base_and_those_above_alone() {
    let county = county().await.with_employer("第一中学").await.with_department("卫健委").await;
    let desk = submitted(&county, "师训中心").await;
    let id = desk.rsplit('/').next().unwrap().to_owned();
    let file = county.number("select file_id from annual_report_file").await;
    let own = format!("/training/reports/{id}");
    county.get(&own).await.is(303);
    let mut other = admin_of(&county, "市训中心").await;
    for address in [own.clone(), format!("{own}/files/{file}"), format!("{own}/print")] {
        other.get(&address).await.is(404);
    }
    for act in ["withdraw", "remind"] {
        other.post(&format!("{own}/{act}"), &[]).await.is(404);
    }
    other.get(&format!("/files/{file}")).await.is(404);
    let mut employer = admin_of(&county, "第一中学").await;
    employer.get("/training/reports").await.is(403);
    employer.get("/desk/annual-reports").await.is(403);
    let mut department = admin_of(&county, "卫健委").await;
    department.get(&desk).await.is(404);
    department.get(&format!("/training/reviewed-reports/{id}/print")).await.is(404);
    department.get("/accounts/bases").await.is(200).lacks("师训中心");
    assert_eq!(county.text("select state from annual_report").await, "pending");
}

#[rocket::async_test]
async fn a_rejected_report_is_corrected_and_sent_again_by_a_colleague() {
    let county = county().await;
    let base = county.organization("市训中心").await;
    let (view, edit) = {
        let leaf = county
            .modules()
            .permissions()
            .into_iter()
            .find(|one| one.leaf.key == "training.reports")
            .unwrap()
            .leaf;
        (
            kit::Grantable { leaf, action: kit::Action::View },
            kit::Grantable { leaf, action: kit::Action::Edit },
        )
    };
    let county = county.with_clerk("colleague", base, &[view, edit]).await;
    let desk = submitted(&county, "市训中心").await;
    let mut admin = bureau(&county).await;
    let reject = format!("{desk}/reject");
    admin.post(&reject, &[("confirmed", "1"), ("reason", "短")]).await.is(422);
    let reason = "培训人次与名册不一致，请核对后重新填报。";
    admin.post(&reject, &[("confirmed", "1"), ("reason", reason)]).await.is(303);
    run_task(&county).await;
    // sent back is 已驳回 wherever one looks; 未交 is who never handed one in
    admin.get("/accounts/bases?report=rejected").await.contains("市训中心").contains("共 1 条");
    admin.get("/accounts/bases?report=overdue").await.lacks("市训中心").contains("师训中心");
    let page = admin.get(&format!("/accounts/bases/{base}")).await;
    page.contains("2025 年度报告已驳回").lacks("年度报告未交");
    let page = admin.get("/start").await;
    page.contains("年度报告未交").contains("年度报告已驳回").contains("还没有重新提交");
    page.contains("/accounts/bases?report=rejected");
    admin_of(&county, "师训中心").await.get("/start").await.contains("年度报告未交");
    let mut reader = county.db().read().await.unwrap();
    let checks = training::plans::blocks(&mut reader, base, 2026, &county.clock).await.unwrap();
    drop(reader);
    let said: Vec<&str> = checks.iter().map(|check| check.text.as_str()).collect();
    let sent_back = "基地的 2025 年度报告（截止 2026-03-31）已驳回，还没有重新提交";
    assert!(said.contains(&sent_back), "{said:?}");
    assert!(said.iter().all(|text| !text.contains("未交")), "{said:?}");
    let mut own = admin_of(&county, "市训中心").await;
    own.get("/start").await.contains("年度报告已驳回").lacks("年度报告未交");
    own.get("/messages").await.contains("年度报告被驳回").contains(reason);
    let mut colleague = county.sign_in("colleague").await;
    let page = colleague.get(WRITE).await;
    page.is(200).contains(reason).contains(SUMMARY).contains("盖章版.pdf").lacks("放弃草稿");
    send(&mut colleague, &[("problems", "场地不足，建议增加经费。")], &[]).await.is(303);
    assert_eq!(county.number("select count(*) from annual_report").await, 1);
    assert_eq!(county.text("select number from review_case").await, "NB2025-0001");
    assert_eq!(county.number("select round from review_case").await, 2);
    let page = admin.get(&desk).await;
    page.is(200).contains("场地不足，建议增加经费。").contains(reason);
    // whoever of the base's administrators is there takes it back
    let id = desk.rsplit('/').next().unwrap().to_owned();
    own.post(&format!("/training/reports/{id}/withdraw"), &[]).await.is(303);
    assert_eq!(county.text("select state from annual_report").await, "withdrawn");
    colleague.get("/training/reports").await.contains("已撤回").contains("修改后重新提交");
    send(&mut colleague, &[], &[]).await.is(303);
    // 催办 when it waits too long, by anybody of the base
    let remind = format!("/training/reports/{id}/remind");
    own.post(&remind, &[]).await.is(409);
    county.clock.advance(Duration::days(14));
    let mut own = admin_of(&county, "市训中心").await;
    own.post(&remind, &[]).await.is(303);
    let mut admin = bureau(&county).await;
    approve(&mut admin, &desk).await.is(303);
    assert_eq!(county.text("select state from annual_report").await, "approved");
}

#[rocket::async_test]
async fn the_bases_list_has_this_years_figures_and_the_reports_state() {
    let county = county().await.with_employer("第一中学").await;
    let county = county.with_person("张三丰", "第一中学", &id_number(2)).await;
    let county = county.with_person("李四光", "第一中学", &id_number(3)).await;
    let (one, two) = (county.person("张三丰").await.0, county.person("李四光").await.0);
    let base = county.organization("市训中心").await;
    let both = [(one, "", 0), (two, "", 0)];
    let plan = class(&county, base, (2026, "approved", 1), &both).await;
    class(&county, base, (2026, "declared", 2), &both[..1]).await;
    class(&county, base, (2026, "cancelled", 2), &both).await;
    class(&county, base, (2025, "declared", 2), &both).await;
    let row = async || {
        let mut reader = county.db().read().await.unwrap();
        let found: (i64, i64, i64, String) = sqlx::query_as(
            "select year, plans, people, report from base_standing where organization_id = ?",
        )
        .bind(base)
        .fetch_one(&mut *reader)
        .await
        .unwrap();
        found
    };
    // at once, whichever act changed the plan
    assert_eq!(row().await, (2026, 2, 3, "overdue".to_owned()));
    let mut admin = bureau(&county).await;
    let list = admin.get("/accounts/bases").await;
    list.contains("年度计划数").contains("年度培训人数").contains("年度报告状态").contains("未交");
    let page = admin.get(&format!("/accounts/bases/{base}")).await;
    page.contains("2 期（2026 年）").contains("3 人次（2026 年）");
    county.execute("update plan set stage = 'cancelled' where stage = 'approved'").await;
    assert_eq!(row().await, (2026, 1, 1, "overdue".to_owned()), "{plan}");
    submitted(&county, "市训中心").await;
    assert_eq!(row().await.3, "pending");
    admin.get("/accounts/bases?report=pending").await.contains("市训中心").lacks("师训中心");
    let book = admin.get("/lists/bases/export?report=pending").await;
    book.is(200);
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> =
        calamine::Xlsx::new(std::io::Cursor::new(book.bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> =
        sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let cell = |title: &str| {
        let at = rows[2].iter().position(|head| head == title).unwrap();
        rows[3][at].clone()
    };
    assert_eq!((cell("年度计划数"), cell("年度培训人数")), ("1".to_owned(), "1".to_owned()));
    assert_eq!(cell("年度报告状态"), "审核中");
    // the turn of the year
    county.clock.advance(Duration::days(45));
    run_task(&county).await;
    assert_eq!(row().await, (2027, 0, 0, "pending".to_owned()));
}

#[rocket::async_test]
async fn a_base_is_reminded_once_before_the_deadline() {
    let county = county().await;
    let count = async || county.number("select count(*) from message").await;
    let desk = submitted(&county, "市训中心").await;
    approve(&mut bureau(&county).await, &desk).await.is(303);
    county.execute("delete from message").await;
    county.clock.advance(Duration::days(112)); // 15 March 2027, 16 days before
    run_task(&county).await;
    assert_eq!(count().await, 0);
    county.clock.advance(Duration::days(1));
    run_task(&county).await;
    run_task(&county).await;
    assert_eq!(count().await, 2);
    let mut own = admin_of(&county, "师训中心").await;
    own.get("/messages").await.contains("2026 年度报告将于 2027-03-31 截止");
    county.execute("delete from message").await;
    county.execute("delete from annual_report_reminder").await;
    county.set("training.report-reminder", "0").await;
    run_task(&county).await;
    assert_eq!(count().await, 0);
}

#[rocket::async_test]
async fn the_desks_list_stands_on_indexes_and_exports() {
    use kit::review::Subject;
    let county = county().await;
    let mut reader = county.db().read().await.unwrap();
    for sql in [training::reports::AnnualReports::PENDING, training::reports::AnnualReports::DONE] {
        let fixed = [kit::list::Fixed { sql, values: vec![3] }];
        let list = training::reports::AnnualReports::LIST;
        for plan in kit::list::plans_with(&mut reader, list, &fixed).await.unwrap() {
            assert_eq!(plan.faults(&["organization"]), [""; 0], "{:?}", plan.steps);
        }
    }
    drop(reader);
    submitted(&county, "市训中心").await;
    submitted(&county, "师训中心").await;
    let mut admin = bureau(&county).await;
    let batch = [("id", "1"), ("confirmed", "1")];
    admin.post("/desk/annual-reports/batch/approve", &batch).await.is(303);
    let done = admin.get("/desk/annual-reports?tab=done&year=2025&state=approved").await;
    done.is(200).contains("市训中心").contains("共 1 条");
    admin.get("/desk/annual-reports?tab=done&year=2025&state=rejected").await.lacks("NB2025-0001");
    admin.get("/desk/annual-reports/export?tab=done&year=2025").await.is(200);
    let sent = admin
        .post(
            "/lists/annual-reports/query?page=%2Fdesk%2Fannual-reports%3Ftab%3Ddone",
            &[("q", "sxzx")],
        )
        .await;
    sent.is(303);
}
