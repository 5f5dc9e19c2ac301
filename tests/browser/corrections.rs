//! 身份证号更正: from the person's record to 已更新 on the public page, and the new certificate.

use std::process::Command;

use fantoccini::Locator;

use crate::demo::{account, sign_in};
use crate::loop_of_hours::sign_out;
use crate::stage::{Browser, Server, executable};

/// Another number of the same birthday and sex that nobody has.
fn corrected(number: &str) -> String {
    let sequence: u32 = number[14..17].parse().unwrap();
    let first = format!("{}{:03}", &number[..14], (sequence + 500) % 1000);
    let last = kit::id_card::check_character(&first).unwrap();
    format!("{first}{last}")
}

/// Issues a certificate on the personal side; gives number and code.
async fn issue(browser: &Browser) -> (String, String) {
    browser.go("/verification/mine").await;
    browser.press("出具学时证明").await;
    browser.sees("专业技术人员继续教育学时证明").await;
    let number = browser.find(".sheet .no").await.text().await.unwrap();
    let code = browser.find(".qr span").await.text().await.unwrap();
    browser.go("/start").await;
    (number.trim_start_matches("证明编号：").to_owned(), code)
}

async fn verify(browser: &Browser, (number, code): &(String, String), name: &str) {
    browser.go("/verification").await;
    browser.fill("number", number).await;
    browser.fill("name", name).await;
    browser.fill("code", code).await;
    browser.press("查询验证").await;
}

#[tokio::test]
async fn a_corrected_number_ends_the_certificate_that_prints_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(executable())
        .args(["demo", "--people", "50", "--records", "300", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;

    let person = account(&printed, "专业技术人员");
    sign_in(&browser, &person).await;
    let before = issue(&browser).await;
    let name = browser.find(".topbar .dropdown > button").await.text().await.unwrap();
    let name = name.split_whitespace().next().unwrap().to_owned();
    sign_out(&browser).await;

    let bureau = account(&printed, "人社局超级管理员");
    sign_in(&browser, &bureau).await;
    browser.go("/queries/people").await;
    browser.fill("q", &person.0).await;
    browser.press("查询").await;
    browser.press("学时记录").await;
    browser.press("更正身份证号").await;
    browser.sees("现登记号码").await;
    browser.shot("identity-form").await;
    let scan = folder.path().join("身份证.pdf");
    std::fs::write(&scan, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();
    let right = corrected(&person.0);
    browser.fill("number", &right).await;
    browser.fill("name", "另一个人").await;
    browser.fill("reason", "导入时顺序号填错，已核对身份证原件").await;
    browser.attach("files", &scan).await;
    browser.fill("password", &bureau.1).await;
    browser.press("确认更正").await;
    browser.sees("与这个人登记的姓名不一致").await;
    browser.sees("身份证.pdf").await;
    browser.shot("identity-refused").await;
    browser.fill("name", &name).await;
    browser.fill("password", &bureau.1).await;
    browser.press("确认更正").await;
    browser.sees("已更正").await;
    browser.shot("identity-corrected").await;
    browser.go("/accounts/identity-corrections").await;
    browser.sees(&name).await;
    browser.shot("identity-corrections").await;
    sign_out(&browser).await;

    verify(&browser, &before, &name).await;
    browser.sees("该证明已更新").await;
    browser.sees("身份证号已更正，请以更正后重新出具的证明为准。").await;
    browser.shot("verify-updated").await;

    // the same password under the new number, and a certificate that holds
    sign_in(&browser, &(right, person.1.clone())).await;
    let after = issue(&browser).await;
    sign_out(&browser).await;
    verify(&browser, &after, &name).await;
    browser.sees("验证通过：有效").await;
    let marks = browser.client.find_all(Locator::Css(".result.ok")).await.unwrap();
    assert_eq!(marks.len(), 1);
    browser.close().await;
}
