//! 4.7: a school asks for another head and another superior; both departments agree, and the unit
//! is found at its new place with its history.

use std::process::Command;

use crate::demo::{account, sign_in};
use crate::registration::pick_unit;
use crate::stage::{Browser, Server, executable};

async fn sign_out(browser: &Browser) {
    browser.find(".topbar .dropdown > button").await.click().await.unwrap();
    browser.press("退出登录").await;
    browser.sees("已退出登录").await;
}

#[tokio::test]
async fn a_unit_asks_for_another_superior_and_both_desks_agree() {
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
    let paper = folder.path().join("批文.pdf");
    std::fs::write(&paper, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();

    // the unit: a wrong try keeps what was typed
    let school = account(&printed, "用人单位管理员（云川县第一高级中学）");
    sign_in(&browser, &school).await;
    browser.go("/accounts/unit").await;
    browser.shot("organization-change-unit").await;
    browser.press("申请修改").await;
    browser.sees("更换证照").await;
    browser.fill("legal_person", "许静").await;
    browser.fill("reason", "划转").await;
    browser.press("提交").await;
    browser.sees("请至少上传 1 份").await;
    browser.shot("organization-change-form").await;
    browser.fill("reason", "医教协同改革，划归卫健委管理，负责人同时调整").await;
    pick_unit(&browser, "superior", "卫生健康委", "云川县卫生健康委员会").await;
    browser.attach("files", &paper).await;
    browser.press("提交").await;
    browser.sees("等待云川县教育局审核").await;
    browser.sees("→").await;
    browser.shot("organization-change-own").await;
    sign_out(&browser).await;

    // the old superior: beside other requests of the demo
    let superiors = ["主管部门管理员（云川县教育局）", "主管部门管理员（云川县卫生健康委员会）"];
    for (at, superior) in superiors.into_iter().enumerate() {
        sign_in(&browser, &account(&printed, superior)).await;
        browser.go("/desk/organization-changes").await;
        browser.sees("云川县第一高级中学").await;
        browser.shot(&format!("organization-change-desk-{at}")).await;
        let link = "const rows = [...document.querySelectorAll('tbody tr')];
            const row = rows.find((row) => row.textContent.includes('第一高级中学'));
            return row.querySelector('a[href*=\"/desk/organization-changes/\"]').getAttribute('href');";
        let link = browser.client.execute(link, vec![]).await.unwrap();
        browser.go(link.as_str().unwrap()).await;
        browser.sees("随单位改由“云川县卫生健康委员会”管理").await;
        browser.sees("批文.pdf").await;
        browser.shot(&format!("organization-change-detail-{at}")).await;
        browser.press("通过").await;
        browser.sees("已通过").await;
        if at == 0 {
            sign_out(&browser).await;
        }
    }

    // the new superior has it, with its history
    browser.go("/accounts/employers").await;
    browser.sees("云川县第一高级中学").await;
    browser.press("云川县第一高级中学").await;
    browser.sees("信息修改记录").await;
    browser.sees("云川县教育局（").await;
    browser.shot("organization-change-history").await;
    sign_out(&browser).await;

    sign_in(&browser, &school).await;
    browser.go("/accounts/unit").await;
    browser.sees("修改记录").await;
    browser.sees("许静").await;
    browser.shot("organization-change-done").await;
    browser.close().await;
}
