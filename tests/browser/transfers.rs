//! 4.6 in a browser, in a demo county: a doctor asks for a school, the school consents, he is
//! theirs, and the hospital keeps the record.

use std::path::Path;
use std::process::Command;

use crate::demo::{account, sign_in};
use crate::loop_of_hours::{confirm_if_asked, sign_out};
use crate::registration::pick_unit;
use crate::stage::{Browser, Server, executable};

const SCHOOL: &str = "云川县第一高级中学";
const HOSPITAL: &str = "云川县人民医院";

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

/// The account of the first line that names both.
fn account_of(printed: &str, who: &str, unit: &str) -> (String, String) {
    let named = |line: &&str| line.trim_start().starts_with(who) && line.contains(unit);
    let line = printed.lines().find(named).unwrap_or_else(|| panic!("{who} {unit}:\n{printed}"));
    account(line, who)
}

#[tokio::test]
async fn a_person_asks_a_unit_consents_and_the_former_one_keeps_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let printed = demo(folder.path());
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;

    // the doctor finds the school by a part of its name
    sign_in(&browser, &account_of(&printed, "专业技术人员 ", HOSPITAL)).await;
    browser.go("/transfers/mine").await;
    browser.sees("没有调转记录").await;
    browser.press("发起调转").await;
    pick_unit(&browser, "target", "第一高级", SCHOOL).await;
    browser.fill("reason", "经县人社局批准，到学校任校医").await;
    browser.press("保存草稿").await;
    browser.sees("草稿已保存").await;
    browser.shot("transfer-form").await;
    browser.press("提交").await;
    browser.sees("等待云川县第一高级中学审核").await;
    browser.shot("transfer-mine").await;
    browser.go("/transfers/mine").await;
    browser.shot("transfer-mine-list").await;
    sign_out(&browser).await;

    // the school sees whom it gets, and says yes
    sign_in(&browser, &account_of(&printed, "用人单位管理员", SCHOOL)).await;
    browser.go("/desk/transfers").await;
    browser.shot("transfer-desk").await;
    // what waits longest stands first; his is the newest
    browser.go("/desk/transfers?order=submitted&size=50").await;
    let opened = browser
        .client
        .find(fantoccini::Locator::XPath(&format!(
            "//tr[contains(., '{HOSPITAL}')]//a[normalize-space(.)='详情']"
        )))
        .await
        .unwrap();
    opened.click().await.unwrap();
    browser.sees("系统核对").await;
    browser.sees("到学校任校医").await;
    browser.shot("transfer-case").await;
    browser.press("同意").await;
    confirm_if_asked(&browser).await;
    browser.sees("请在“本单位人员”中分配").await;
    browser.go("/desk/transfers?tab=done").await;
    browser.shot("transfer-done").await;
    sign_out(&browser).await;

    // he belongs to the school now
    sign_in(&browser, &account_of(&printed, "专业技术人员 ", HOSPITAL)).await;
    browser.go("/accounts/profile").await;
    browser.sees(SCHOOL).await;
    browser.go("/transfers/mine").await;
    browser.sees("已同意").await;
    sign_out(&browser).await;

    // the hospital keeps the record
    sign_in(&browser, &account_of(&printed, "用人单位管理员", HOSPITAL)).await;
    browser.go("/transfers/out").await;
    browser.sees("到学校任校医").await;
    browser.shot("transfer-out").await;
    browser.press("详情").await;
    browser.sees("办理经过").await;
    browser.shot("transfer-out-record").await;
    browser.close().await;
}
