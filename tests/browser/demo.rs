//! The demo county: every list and desk of the bureau at both widths, a certificate of many pages.

use std::process::Command;

use fantoccini::Locator;

use crate::stage::{Browser, Server, executable};

/// (login, password) of the first account whose line begins so.
pub fn account(printed: &str, who: &str) -> (String, String) {
    let line = printed.lines().find(|line| line.trim_start().starts_with(who));
    let line = line.unwrap_or_else(|| panic!("no account of {who} in:\n{printed}"));
    let after = |word: &str| {
        let (_, rest) = line.split_once(word).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    (after("账号"), after("密码"))
}

pub async fn sign_in(browser: &Browser, (login, password): &(String, String)) {
    browser.go("/").await;
    browser.fill("login", login).await;
    browser.fill("password", password).await;
    browser.press("登录").await;
    browser.sees("首页").await;
}

/// Opens every screen of the menu and keeps its pictures.
async fn menu_in_pictures(browser: &Browser, side: &str, least: usize) {
    browser.go("/start").await;
    let links = browser.client.find_all(Locator::Css(".side a[href]")).await.unwrap();
    let mut screens = Vec::new();
    for link in links {
        screens.push(link.attr("href").await.unwrap().unwrap());
    }
    assert!(screens.len() >= least, "{side}: {screens:?}");
    for screen in screens {
        browser.go(&screen).await;
        let name = screen.trim_start_matches('/').replace('/', "-");
        browser.shot(&format!("{side}-{name}")).await;
    }
}

#[tokio::test]
async fn the_demo_county_shows_its_lists_and_prints_a_certificate_of_many_pages() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = Command::new(executable())
        .args(["demo", "--people", "400", "--records", "12000", "--seed", "7", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;

    // every screen of every side's menu, at both widths
    for (who, side, least) in [
        ("人社局超级管理员", "demo", 20),
        ("主管部门管理员", "department", 12),
        ("用人单位管理员", "employer", 9),
        ("继续教育基地管理员", "base", 6),
        ("专业技术人员 ", "person", 4),
    ] {
        sign_in(&browser, &account(&printed, who)).await;
        menu_in_pictures(&browser, side, least).await;
        if side == "demo" {
            browser.go("/desk/declarations?tab=done").await;
            browser.shot("demo-desk-done").await;
        }
        browser.find(".topbar .dropdown > button").await.click().await.unwrap();
        browser.press("退出登录").await;
        browser.sees("已退出登录").await;
    }

    // a professional: six years of entries take more than one sheet
    sign_in(&browser, &account(&printed, "专业技术人员 ")).await;
    browser.go("/verification/mine").await;
    browser.shot("demo-certificates").await;
    browser.pick("from", "2021").await;
    browser.press("出具学时证明").await;
    browser.sees("专业技术人员继续教育学时证明").await;
    let sheets = browser.client.find_all(Locator::Css(".sheet")).await.unwrap().len();
    assert!(sheets > 1, "six years of entries fit on {sheets} sheet");
    assert_eq!(browser.print("certificate-many").await, sheets, "printed pages and sheets");
    browser.close().await;
}
