//! 4.9: a base plans a class, works its course table by keyboard and by pasting, sends it; its
//! department passes it, the bureau lowers the hours and approves.

use std::process::Command;

use fantoccini::Locator;
use fantoccini::key::Key;

use crate::demo::{account, sign_in};
use crate::stage::{Browser, Server, executable};

/// Pastes three lines of a workbook into the first box of the table; days as a workbook shows them.
fn paste(first: &str, second: &str) -> String {
    let (first, second) = (first.replace('-', "/"), second.replace('-', "/"));
    format!(
        "{BEGIN}'{first}\\t课堂观察\\t蒋文静\\t师范学院\\t4\\n{first}\\t分组磨课\\t高明\\t县教研室\\t3.5\\n{second}\\t成果展示\\t高明\\t县教研室\\t4\\n'{END}"
    )
}

const BEGIN: &str = "const box = document.querySelector('input[name=course_day]');
    const data = new DataTransfer();
    data.setData('text/plain', ";
const END: &str = ");
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";

async fn sign_out(browser: &Browser) {
    browser.find(".topbar .dropdown > button").await.click().await.unwrap();
    browser.press("退出登录").await;
    browser.sees("已退出登录").await;
}

/// The desk's link of the case with this title.
async fn open_case(browser: &Browser, title: &str) {
    browser.go("/desk/training-plans?size=50").await;
    browser.sees(title).await;
    let link = format!(
        "const row = [...document.querySelectorAll('tbody tr')].find((row) => row.textContent.includes('{title}'));
         return row.querySelector('a[href*=\"/desk/training-plans/\"]').getAttribute('href');"
    );
    let link = browser.client.execute(&link, vec![]).await.unwrap();
    browser.go(link.as_str().unwrap()).await;
}

#[tokio::test]
async fn a_base_plans_a_class_and_the_bureau_lowers_its_hours() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(executable())
        .args(["demo", "--people", "300", "--records", "600", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;
    let scheme = folder.path().join("培训方案.pdf");
    std::fs::write(&scheme, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();

    let today = kit::Clock::machine().today();
    let day = |days| kit::day::date_text(today.saturating_add(time::Duration::days(days)));
    let (until, first, second) = (day(8), day(10), day(11));
    sign_in(&browser, &account(&printed, "继续教育基地管理员（云川县教师发展中心）")).await;
    browser.go("/training/plans").await;
    browser.sees("变更待审核").await;
    browser.shot("plans-own").await;
    browser.press("新增计划").await;
    browser.fill("title", "校本教研员课堂观察培训班").await;
    browser.choose("category", "专业科目").await;
    browser.choose("form", "面授").await;
    browser.fill("capacity", "40").await;
    browser.fill("begins_on", &first).await;
    browser.fill("ends_on", &second).await;
    browser.fill("signup_until", &until).await;
    browser.choose("assessment", "论文（作业）").await;
    browser.fill("audience", "中小学教研组长").await;
    browser.fill("place", "教师发展中心三楼报告厅").await;
    let series = "//label[normalize-space(.)='中小学教师']";
    browser.client.find(Locator::XPath(series)).await.unwrap().click().await.unwrap();
    // three lines from a workbook, a fourth by Enter in the last
    browser.client.execute(&paste(&first, &second), vec![]).await.unwrap();
    browser.sees("合计 11.5 学时").await;
    let last = browser.find("#course_title-3").await;
    last.send_keys(&Key::Enter.to_string()).await.unwrap();
    browser.find("#course_title-4").await.send_keys("撰写报告").await.unwrap();
    browser.find("#course_teacher-4").await.send_keys("高明").await.unwrap();
    browser.find("#course_hours-4").await.send_keys("5").await.unwrap();
    browser.sees("合计 16.5 学时").await;
    browser.fill("manager", "侯主任").await;
    browser.fill("phone", "0999-6221479").await;
    browser.attach("files", &scheme).await;
    browser.press("提交审核").await;
    browser.sees(&format!("{second} 的课程共 9 学时，一天最多 8 学时")).await;
    browser.sees("培训方案.pdf").await;
    browser.shot("plan-refused").await;
    let hours = browser.find("#course_hours-4").await;
    hours.clear().await.unwrap();
    hours.send_keys("4").await.unwrap();
    browser.press("提交审核").await;
    browser.sees("等待云川县教育局审核").await;
    browser.sees("15.5 学时").await;
    browser.shot("plan-own").await;
    sign_out(&browser).await;

    for (at, (desk, hours)) in
        [("主管部门管理员（云川县教育局）", "15.5"), ("人社局超级管理员", "12")]
            .into_iter()
            .enumerate()
    {
        sign_in(&browser, &account(&printed, desk)).await;
        open_case(&browser, "校本教研员课堂观察培训班").await;
        browser.sees("课程学时合计 15.5，与总学时一致").await;
        browser.sees("分组磨课").await;
        browser.shot(&format!("plan-desk-{at}")).await;
        browser.fill("hours", hours).await;
        browser.press("通过").await;
        browser.sees("已通过").await;
        sign_out(&browser).await;
    }

    sign_in(&browser, &account(&printed, "继续教育基地管理员（云川县教师发展中心）")).await;
    browser.go("/training/plans").await;
    browser.press("校本教研员课堂观察培训班").await;
    browser.sees("认定 12 学时").await;
    browser.sees("正在执行").await;
    browser.press("变更").await;
    browser.sees("已带出现在执行的内容").await;
    browser.shot("plan-change").await;
    browser.close().await;
}
