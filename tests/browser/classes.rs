//! A published class: found on the home page, signed up for, held and ended, its papers printed.

use std::path::Path;
use std::process::Command;

use fantoccini::Locator;
use sqlx::{Connection, SqliteConnection};
use time::{Duration, OffsetDateTime};

use crate::demo::{account, sign_in};
use crate::stage::{Browser, Server, executable, shots};

/// Puts an approved plan of the base there, as its desk would leave it: its second and last day is
/// today, so that the whole story fits into one.
async fn approved(data: &Path, base: &str) -> i64 {
    let file = data.join("jxjy.sqlite");
    let mut db = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let day = |days| {
        let at = OffsetDateTime::now_utc() + Duration::hours(8) + Duration::days(days);
        at.date().to_string()
    };
    let (begins, ends, until) = (day(-1), day(0), day(5));
    let organization: i64 = sqlx::query_scalar("select id from organization where name = ?")
        .bind(base)
        .fetch_one(&mut db)
        .await
        .unwrap();
    let title = "中小学教师智慧课堂应用能力提升培训班";
    let plan: i64 = sqlx::query_scalar(
        "insert into plan (organization_id, number, stage, year, title, category, form, fields,
           audience, place, begins_on, ends_on, signup_until, hours, capacity, fee, created_at,
           updated_at)
         values (?, 'JH2026-9001', 'approved', 2026, ?, 2, 'onsite', '22', '中小学教师',
           '县教师进修学校三号楼报告厅', ?, ?, ?, 120, 60, 30000, '', '') returning id",
    )
    .bind(organization)
    .bind(title)
    .bind(&begins)
    .bind(&ends)
    .bind(&until)
    .fetch_one(&mut db)
    .await
    .unwrap();
    let case: i64 = sqlx::query_scalar(
        "insert into review_case (subject, number, state, route, stage, account_id,
           organization_id, title, content, submitted_at, waiting_since)
         values ('plans', 'JH2026-9001', 'approved', '[]', 0, 1, ?, '', '{}', '', '') returning id",
    )
    .bind(organization)
    .fetch_one(&mut db)
    .await
    .unwrap();
    let course = |day: &str, title: &str, hours: i64| serde_json::json!({"day": day, "title": title, "teacher": "严明", "teacher_title": "县教研室 正高级教师", "hours": hours});
    let content = serde_json::json!({
        "version_id": 0, "plan": plan, "version": 1, "base": organization, "base_name": base,
        "year": 2026, "title": title, "category": 2, "category_name": "专业科目",
        "fields": ["22"], "goal": "掌握智慧课堂的设计与实施，能独立完成一节示范课。",
        "audience": "中小学教师", "capacity": 60, "form": "onsite", "session": 1,
        "begins_on": begins, "ends_on": ends, "signup_until": until,
        "place": "县教师进修学校三号楼报告厅", "url": "", "hours": 140, "assessment": "exam",
        "courses": [
            course(&begins, "智慧课堂的教学设计", 40), course(&begins, "数字教学资源的选用", 30),
            course(&ends, "课堂观察与评价", 40), course(&ends, "结业考试", 30),
        ],
        "materials": "自编讲义", "fee": 30_000, "fee_basis": "县发改委备案", "manager": "韦立新",
        "phone": "0371-6600123", "files": [],
    });
    let version: i64 = sqlx::query_scalar(
        "insert into plan_version (plan_id, version, case_id, number, state, organization_id,
           account_id, content, created_at, updated_at)
         values (?, 1, ?, 'JH2026-9001', 'approved', ?, 1, ?, '', '') returning id",
    )
    .bind(plan)
    .bind(case)
    .bind(organization)
    .bind(content.to_string())
    .fetch_one(&mut db)
    .await
    .unwrap();
    sqlx::query("update plan set version_id = ? where id = ?")
        .bind(version)
        .bind(plan)
        .execute(&mut db)
        .await
        .unwrap();
    db.close().await.unwrap();
    plan
}

async fn sign_out(browser: &Browser) {
    browser.go("/start").await;
    browser.find(".topbar .dropdown > button").await.click().await.unwrap();
    browser.press("退出登录").await;
    browser.sees("已退出登录").await;
}

/// As many pages come out of the printer as sheets stand on the screen.
async fn prints(browser: &Browser, name: &str, sheets: usize) {
    let shown = browser.client.find_all(Locator::Css(".sheet")).await.unwrap().len();
    assert_eq!((shown, browser.print(name).await), (sheets, sheets), "{name}");
}

#[tokio::test]
async fn a_class_goes_from_the_home_page_to_its_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = Command::new(executable())
        .args(["demo", "--people", "200", "--records", "200", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let plan = approved(&data, "云川县教师发展中心").await;
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;

    // anybody finds it
    browser.go("/").await;
    browser.sees("培训计划公示").await;
    browser.shot("home-courses").await;
    browser.go("/training/courses").await;
    browser.fill("q", "智慧课堂").await;
    browser.press("查询").await;
    browser.sees("中小学教师智慧课堂应用能力提升培训班").await;
    browser.shot("courses").await;
    browser.press("中小学教师智慧课堂应用能力提升培训班").await;
    browser.sees("课程表").await;
    browser.shot("course").await;

    // a teacher signs in from there and signs up
    let teacher = account(&printed, "专业技术人员 ");
    browser.press("登录后报名").await;
    browser.fill("login", &teacher.0).await;
    browser.fill("password", &teacher.1).await;
    browser.press("登录").await;
    browser.sees("确认报名").await;
    browser.shot("class-sign-up").await;
    browser.press("确认报名").await;
    browser.sees("已报名“").await;
    browser.shot("class-mine").await;
    sign_out(&browser).await;

    // a school signs up two more
    sign_in(&browser, &account(&printed, "用人单位管理员")).await;
    browser.go("/training/enrolments").await;
    browser.shot("enrolments").await;
    browser.go(&format!("/training/enrolments/courses/{plan}")).await;
    browser.shot("enrolment-people").await;
    let boxes = browser.client.find_all(Locator::Css("tbody input[name=id]")).await.unwrap();
    for one in boxes.into_iter().rev().take(2) {
        one.click().await.unwrap();
    }
    browser.press("为勾选的人报名").await;
    browser.sees("可以报名").await;
    browser.shot("enrolment-confirm").await;
    browser.press("为勾选的人报名").await;
    browser.sees("已报名 2 人").await;
    browser.go("/training/enrolments/records").await;
    browser.shot("enrolment-records").await;
    sign_out(&browser).await;

    // the base prints its sheets, begins, records, ends
    sign_in(&browser, &account(&printed, "继续教育基地管理员")).await;
    browser.go(&format!("/training/plans/{plan}")).await;
    browser.shot("class-plan").await;
    browser.press("报名名单").await;
    browser.sees("计划 60 人").await;
    browser.shot("class-trainees").await;
    browser.press("打印签到表").await;
    browser.sees("培训签到表").await;
    browser.shot("sign-in-sheets").await;
    prints(&browser, "sign-in-sheets", 2).await;
    browser.choose("by", "每门课程").await;
    browser.press("重新排版").await;
    browser.sees("智慧课堂的教学设计").await;
    prints(&browser, "sign-in-sheets-courses", 2).await;
    browser.press("返回名单").await;
    browser.press("开班").await;
    browser.shot("class-open").await;
    browser.press("确认开班").await;
    browser.sees("已开班").await;
    browser.press("登记结业成绩").await;
    browser.sees("空着的填满出勤").await;
    browser.press("空着的填满出勤（14 学时）").await;
    browser.press("空着的填达到要求（12 学时）").await;
    browser.shot("class-results").await;
    let hours = browser.find("[name^='hours-']").await;
    hours.clear().await.unwrap();
    hours.send_keys("99").await.unwrap();
    browser.press("保存并办理结业").await;
    browser.sees("学时不能超过认定的 12 学时").await;
    browser.shot("class-results-refused").await;
    let hours = browser.find("[name^='hours-']").await;
    hours.clear().await.unwrap();
    hours.send_keys("10").await.unwrap();
    browser.press("保存并办理结业").await;
    browser.sees("达到要求 3 人").await;
    browser.press("确认结业").await;
    browser.sees("代申报名册").await;
    browser.shot("class-roster").await;
    browser.press("打印全部结业证书").await;
    browser.sees("准予结业").await;
    browser.shot("class-certificates").await;
    prints(&browser, "class-certificates", 3).await;
    browser.press("返回").await;
    sign_out(&browser).await;

    // everybody prints his own
    sign_in(&browser, &teacher).await;
    browser.go("/training/mine").await;
    browser.shot("class-mine-ended").await;
    browser.press("结业证书").await;
    browser.sees("JH2026-9001-001").await;
    let text = browser.text().await;
    assert!(!text.contains(&teacher.0), "the number is masked");
    prints(&browser, "class-certificate", 1).await;
    assert!(shots().join("class-certificate.pdf").exists());
    browser.close().await;
}
