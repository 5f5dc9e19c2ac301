//! 单位申报: a unit fills in a header, ticks people, uploads the rest, sends it; its department and
//! the bureau pass it; the hours are there.

use std::process::Command;

use rust_xlsxwriter::Workbook;

use crate::demo::{account, sign_in};
use crate::stage::{Browser, Server, executable};

async fn sign_out(browser: &Browser) {
    browser.find(".topbar .dropdown > button").await.click().await.unwrap();
    browser.press("退出登录").await;
    browser.sees("已退出登录").await;
}

/// (masked number, name) of the people the picker shows.
async fn shown(browser: &Browser) -> Vec<(String, String)> {
    let cells = "return [...document.querySelectorAll('tbody tr')].map((row) =>
        [row.children[2].textContent.trim(), row.children[1].textContent.trim()]);";
    let rows = browser.client.execute(cells, vec![]).await.unwrap();
    serde_json::from_value(rows).unwrap()
}

#[tokio::test]
async fn a_unit_picks_and_uploads_its_roster_and_two_desks_pass_it() {
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
    let sheet = folder.path().join("签到表.pdf");
    std::fs::write(&sheet, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();
    let today = kit::Clock::machine().today();
    let day = kit::day::date_text(today);

    sign_in(&browser, &account(&printed, "用人单位管理员")).await;
    browser.press("单位申报").await;
    browser.sees("单位申报记录").await;
    browser.shot("staff-own").await;
    browser.press("新增单位申报").await;
    browser.choose("category", "公需科目").await;
    browser.choose("kind", "培训、研修活动").await;
    browser.fill("title", "档案管理和保密教育讲座").await;
    browser.fill("organizer", "县档案馆").await;
    browser.fill("started_on", &day).await;
    browser.fill("ended_on", &day).await;
    browser.fill("hours", "9").await;
    for slot in ["notice", "completion", "unit-proof"] {
        browser.attach(&format!("evidence-02-{slot}"), &sheet).await;
    }
    browser.press("下一步：名单").await;
    browser.sees("每天最多 8 学时").await;
    browser.shot("staff-refused").await;
    browser.fill("hours", "4").await;
    browser.press("下一步：名单").await;
    browser.sees("名单还是空的").await;

    // two are ticked, a third comes with a file, a fourth line of it is wrong
    browser.press("从本单位人员中选择").await;
    browser.sees("加入名单").await;
    let people = shown(&browser).await;
    assert!(people.len() >= 3, "{people:?}");
    let tick = "document.querySelectorAll('[data-row]')[0].click();
        document.querySelectorAll('[data-row]')[1].click();";
    browser.client.execute(tick, vec![]).await.unwrap();
    browser.shot("staff-people").await;
    browser.press("加入名单").await;
    browser.sees("已加入名单 2 人").await;
    let file = folder.path().join("名单.xlsx");
    let mut book = Workbook::new();
    let cells = book.add_worksheet();
    let (number, name) = &people[2];
    for (row, texts) in (0..).zip([
        ["身份证号", "姓名", "学时"],
        [number.as_str(), name.as_str(), "2.5"],
        ["419999198503150028", "何敏", ""],
    ]) {
        for (column, text) in (0..).zip(texts) {
            cells.write_string(row, column, text).unwrap();
        }
    }
    book.save(&file).unwrap();
    browser.press("看名单（2 人）").await;
    browser.press("上传填好的名单（.xlsx、.xls、.ods、.csv）").await;
    browser.attach("file", &file).await;
    browser.press("上传名单").await;
    browser.sees("加入 1 人").await;
    browser.sees("校验位不对").await;
    browser.sees("名单 3 人，合计 10.5 学时").await;
    browser.shot("staff-roster").await;
    browser.press("提交审核").await;
    browser.sees("已提交，申报编号 DW").await;
    browser.shot("staff-sent").await;
    let path = browser.path().await;
    sign_out(&browser).await;

    let id = path.rsplit('/').next().unwrap().to_owned();
    for desk in ["主管部门管理员", "人社局超级管理员"] {
        sign_in(&browser, &account(&printed, desk)).await;
        browser.go("/desk/staff-declarations?size=50").await;
        let here = browser.text().await.contains("档案管理和保密教育讲座");
        if here {
            browser.go(&format!("/desk/staff-declarations/{id}")).await;
            browser.sees("名单（3 人）").await;
            browser.sees("现在可以记入 3 人，10.5 学时").await;
            browser.shot(&format!("staff-desk-{}", desk.len())).await;
            browser.press("通过").await;
            browser.sees("已通过").await;
        }
        sign_out(&browser).await;
    }

    sign_in(&browser, &account(&printed, "用人单位管理员")).await;
    browser.go(&path).await;
    browser.sees("已记入").await;
    browser.sees("每人最多认定").await;
    browser.shot("staff-done").await;
    browser.console_is_clean().await;
    browser.close().await;
}
