//! 5.2: a class's roster is declared by its base, passes both desks, and stands in the trainee's
//! ledger.

use std::path::Path;
use std::process::Command;

use sqlx::{Connection, SqliteConnection};
use time::{Duration, OffsetDateTime};

use crate::demo::{account, sign_in};
use crate::stage::{Browser, Server, executable};

const BASE: &str = "云川县教师发展中心";
const TITLE: &str = "中小学教师智慧课堂应用能力提升培训班";

/// An ended class of the base with the teacher and nine others of the county, as its desk and its
/// base would leave it.
async fn ended(data: &Path, teacher: &str) {
    let file = data.join("jxjy.sqlite");
    let mut db = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let day = |days| {
        let at = OffsetDateTime::now_utc() + Duration::hours(8) + Duration::days(days);
        at.date().to_string()
    };
    let (begins, ends) = (day(-3), day(-2));
    let year: i64 = ends[..4].parse().unwrap();
    let base: i64 = sqlx::query_scalar("select id from organization where name = ?")
        .bind(BASE)
        .fetch_one(&mut db)
        .await
        .unwrap();
    let plan: i64 = sqlx::query_scalar(
        "insert into plan (organization_id, department_id, number, stage, year, title, category,
           form, fields, audience, place, begins_on, ends_on, signup_until, hours, capacity, fee,
           ended_at, created_at, updated_at)
         select id, department_id, 'JH2026-9001', 'ended', ?, ?, 2, 'onsite', '22', '中小学教师',
           '三号楼报告厅', ?, ?, ?, 120, 60, 0, '2026-01-01T00:00:00.000Z', '', ''
           from organization where id = ? returning id",
    )
    .bind(year)
    .bind(TITLE)
    .bind(&begins)
    .bind(&ends)
    .bind(&begins)
    .bind(base)
    .fetch_one(&mut db)
    .await
    .unwrap();
    let version: i64 = sqlx::query_scalar(
        "insert into plan_version (plan_id, version, organization_id, account_id, created_at,
           updated_at) values (?, 1, ?, 1, '', '') returning id",
    )
    .bind(plan)
    .bind(base)
    .fetch_one(&mut db)
    .await
    .unwrap();
    let content = serde_json::json!({
        "version_id": version, "plan": plan, "version": 1, "base": base, "base_name": BASE,
        "year": year, "title": TITLE, "category": 2, "category_name": "专业科目", "fields": ["22"],
        "goal": "", "audience": "中小学教师", "capacity": 60, "form": "onsite", "session": 1,
        "begins_on": begins, "ends_on": ends, "signup_until": begins, "place": "三号楼报告厅",
        "url": "", "hours": 120, "assessment": "exam", "courses": [], "materials": "", "fee": 0,
        "fee_basis": "", "manager": "韦立新", "phone": "0371-6600123", "files": [],
    });
    sqlx::query("update plan_version set content = ? where id = ?")
        .bind(content.to_string())
        .bind(version)
        .execute(&mut db)
        .await
        .unwrap();
    sqlx::query("update plan set version_id = ? where id = ?")
        .bind(version)
        .bind(plan)
        .execute(&mut db)
        .await
        .unwrap();
    sqlx::query(
        "insert into trainee (plan_id, person_id, organization_id, base_id, by, account_id,
           signed_at, attended, score, result, hours, certificate)
         select ?1, p.id, p.organization_id, ?2, 'unit', 1, '', 120, '91', 'pass', 120,
                'JH2026-9001-' || p.id
           from person p join identity i on i.id = p.identity_id
          where p.state = 'serving' order by i.number <> ?3, p.id limit 10",
    )
    .bind(plan)
    .bind(base)
    .bind(teacher)
    .execute(&mut db)
    .await
    .unwrap();
    sqlx::query("update plan set signed = 10, passed = 10 where id = ?")
        .bind(plan)
        .execute(&mut db)
        .await
        .unwrap();
    db.close().await.unwrap();
}

async fn sign_out(browser: &Browser) {
    browser.go("/start").await;
    browser.find(".topbar .dropdown > button").await.click().await.unwrap();
    browser.press("退出登录").await;
    browser.sees("已退出登录").await;
}

/// One desk's yes to the batch of our class.
async fn pass(browser: &Browser, name: &str) {
    browser.go("/desk/proxy-declarations").await;
    browser.sees(TITLE).await;
    browser.shot(&format!("proxy-desk-{name}")).await;
    let row = format!("//tr[contains(., '{TITLE}')]//a[normalize-space(.)='详情']");
    browser.client.find(fantoccini::Locator::XPath(&row)).await.unwrap().click().await.unwrap();
    browser.sees("名册合计").await;
    browser.shot(&format!("proxy-case-{name}")).await;
    browser.press("全部名册").await;
    browser.sees("保存本页的认定学时").await;
    browser.shot(&format!("proxy-roster-{name}")).await;
    browser.press("返回详情").await;
    browser.press("通过").await;
    browser.sees("已通过").await;
}

#[tokio::test]
async fn a_class_roster_is_declared_and_stands_in_the_trainees_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = Command::new(executable())
        .args(["demo", "--people", "200", "--records", "200", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let teacher = account(&printed, "专业技术人员 ");
    ended(&data, &teacher.0).await;
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;

    sign_in(&browser, &account(&printed, "继续教育基地管理员")).await;
    browser.go("/training/proxies").await;
    browser.shot("proxies").await;
    browser.press("新增代申报").await;
    browser.sees(TITLE).await;
    browser.shot("proxy-classes").await;
    let button = format!("//tr[contains(., '{TITLE}')]//button[normalize-space(.)='代申报']");
    browser.client.find(fantoccini::Locator::XPath(&button)).await.unwrap().click().await.unwrap();
    browser.sees("可以计入 10 人").await;
    browser.press("提交审核").await;
    browser.sees("请上传签到表").await;
    browser.shot("proxy-refused").await;
    let paper = folder.path().join("材料.pdf");
    std::fs::write(&paper, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();
    for field in ["attendance", "scores", "graduates"] {
        browser.attach(field, &paper).await;
    }
    browser.press("上传附件").await;
    browser.sees("已上传 3 份附件").await;
    browser.shot("proxy-form").await;
    browser.press("提交审核").await;
    browser.sees("已提交，批次号 DS").await;
    browser.shot("proxy").await;
    sign_out(&browser).await;

    sign_in(&browser, &teacher).await;
    browser.go("/credit-hours/mine").await;
    browser.sees("基地已代申报，审核中").await;
    browser.shot("mine-proxy-waiting").await;
    sign_out(&browser).await;

    sign_in(&browser, &account(&printed, "主管部门管理员（云川县教育局）")).await;
    pass(&browser, "department").await;
    sign_out(&browser).await;
    sign_in(&browser, &account(&printed, "人社局超级管理员")).await;
    pass(&browser, "bureau").await;
    browser.go("/training/handovers").await;
    browser.sees("外县学员移交").await;
    browser.shot("handovers").await;
    sign_out(&browser).await;

    sign_in(&browser, &teacher).await;
    browser.go("/credit-hours/mine").await;
    browser.sees("基地代申报").await;
    browser.sees(TITLE).await;
    browser.shot("mine-proxy").await;
    browser.close().await;
}
