//! 4.5 in a browser, in a demo county: a base corrects its rejected report and sends it again, its
//! department and the bureau pass it, and both sides print it.

use std::path::Path;
use std::process::Command;

use fantoccini::Locator;

use crate::demo::{account, sign_in};
use crate::loop_of_hours::sign_out;
use crate::stage::{Browser, Server, executable};

const BASE: &str = "云川县教师发展中心";

/// A demo county in this folder; gives what the command printed.
fn demo(folder: &Path) -> String {
    let made = Command::new(executable())
        .args(["demo", "--people", "300", "--seed", "11", "--data"])
        .arg(folder.join("data"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8_lossy(&made.stdout).into_owned()
}

/// The account of the line that begins so.
fn account_of(printed: &str, who: &str) -> (String, String) {
    let named = |line: &&str| line.trim_start().starts_with(who);
    let line = printed.lines().find(named).unwrap_or_else(|| panic!("{who}:\n{printed}"));
    account(line, who)
}

/// Opens the base's case at the desk and passes it.
async fn pass(browser: &Browser) {
    browser.go("/desk/annual-reports").await;
    browser.shot("annual-report-desk").await;
    let row = format!("//tr[contains(., '{BASE}')]//a[normalize-space(.)='详情']");
    browser.client.find(Locator::XPath(&row)).await.unwrap().click().await.unwrap();
    browser.sees("数据核对").await;
    browser.sees("已附问卷统计").await;
    browser.shot("annual-report-case").await;
    browser.press("通过").await;
    browser.sees("审核继续教育基地年度报告").await;
}

#[tokio::test]
async fn a_base_corrects_its_report_two_desks_pass_it_and_it_prints() {
    let folder = tempfile::tempdir().unwrap();
    let printed = demo(folder.path());
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;

    // the base reads why, corrects a figure without saying why, is asked, and sends it again
    sign_in(&browser, &account_of(&printed, "继续教育基地管理员")).await;
    browser.sees("年度报告已驳回").await;
    browser.shot("annual-report-start").await;
    browser.go("/training/reports").await;
    browser.shot("annual-report-years").await;
    browser.press("修改后重新提交").await;
    browser.sees("盖章版报告第二页不清晰").await;
    browser.fill("problems", "满意度已附问卷统计。").await;
    browser.fill("v-full_time", "19").await;
    browser.fill("x-full_time", "").await;
    let sealed = folder.path().join("盖章版.pdf");
    std::fs::write(&sealed, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();
    browser.attach("sealed", &sealed).await;
    browser.press("提交").await;
    browser.sees("专职教师系统数是 18，填报的是 19，请说明为什么不同。").await;
    browser.sees("盖章版.pdf").await;
    browser.shot("annual-report-form").await;
    browser.fill("x-full_time", "年底新聘 1 人").await;
    browser.press("提交").await;
    browser.sees("等待云川县教育局审核").await;
    browser.shot("annual-report-own").await;
    sign_out(&browser).await;

    for clerk in ["主管部门管理员（云川县教育局）", "人社局超级管理员"] {
        sign_in(&browser, &account_of(&printed, clerk)).await;
        pass(&browser).await;
        if clerk.starts_with("人社局") {
            browser.go("/desk/annual-reports?tab=done").await;
            let row = format!("//tr[contains(., '{BASE}')]//a[normalize-space(.)='详情']");
            browser.client.find(Locator::XPath(&row)).await.unwrap().click().await.unwrap();
            browser.sees("已通过").await;
            browser.press("打印").await;
            browser.sees("审核意见").await;
            assert!(browser.print("annual-report").await <= 3);
            browser.go("/accounts/bases?report=approved").await;
            browser.sees(BASE).await;
            browser.shot("annual-report-bases").await;
        }
        sign_out(&browser).await;
    }

    sign_in(&browser, &account_of(&printed, "继续教育基地管理员")).await;
    browser.go("/training/reports").await;
    browser.press("打印").await;
    browser.sees("年底新聘 1 人").await;
    browser.sees("云川县教育局").await;
    browser.shot("annual-report-print").await;
    browser.close().await;
}
