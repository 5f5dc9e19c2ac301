//! A clerk of the bureau clears twenty cases without touching the mouse: real key events, from the
//! list to the last one.

use std::process::Command;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

use crate::demo::{account, sign_in};
use crate::stage::{Browser, Server, executable};

/// Presses a key and lets it go, wherever the focus is.
pub async fn key(browser: &Browser, value: char) {
    let keys = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value })
        .then(KeyAction::Up { value });
    browser.client.perform_actions(keys).await.unwrap();
}

/// Presses a key while another is held.
async fn chord(browser: &Browser, held: Key, value: char) {
    let held = char::from(held);
    let keys = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value: held })
        .then(KeyAction::Down { value })
        .then(KeyAction::Up { value })
        .then(KeyAction::Up { value: held });
    browser.client.perform_actions(keys).await.unwrap();
}

async fn typed(browser: &Browser, text: &str) {
    for value in text.chars() {
        key(browser, value).await;
    }
}

pub async fn script(browser: &Browser, code: &str) -> String {
    let value = browser.client.execute(code, vec![]).await.unwrap();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Waits until the script says so.
pub async fn until(browser: &Browser, what: &str, code: &str) {
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        // a page that is just going has no answer
        if let Ok(value) = browser.client.execute(code, vec![]).await
            && value.as_bool() == Some(true)
        {
            return;
        }
        assert!(Instant::now() < deadline, "{what}: on {}", browser.path().await);
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// The number in 待审核（n）.
async fn waiting(browser: &Browser) -> i64 {
    let code = "return document.querySelector('.tabs .nav-link').textContent.replace(/\\D/g, '')";
    script(browser, code).await.parse().unwrap()
}

const OPEN: &str = "return !!document.querySelector('.modal.show') && document.querySelector('.modal.show').contains(document.activeElement)";
const SHUT: &str = "return !document.querySelector('.modal.show, .modal-backdrop')";

/// Waits for another case than this one, or the list.
async fn next_page(browser: &Browser, from: &str) {
    let code = format!(
        "return location.pathname !== '{from}' && document.readyState === 'complete' && !!document.querySelector('[data-keys]')"
    );
    until(browser, "the next case", &code).await;
    browser.console_is_clean().await;
}

/// What can be decided of the open case: most may be passed, some only sent back.
async fn passable(browser: &Browser) -> bool {
    let code = "const arms = document.querySelector('[data-arms]'); \
                return !!arms && arms.form.checkValidity()";
    script(browser, code).await == "true"
}

#[tokio::test]
async fn a_clerk_clears_twenty_cases_by_keyboard_alone() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(executable())
        .args(["demo", "--people", "400", "--records", "4000", "--seed", "5", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;
    sign_in(&browser, &account(&printed, "人社局超级管理员")).await;
    browser.go("/desk/declarations").await;
    let before = waiting(&browser).await;
    assert!(before >= 22, "the demo's desk holds {before}");

    // help, and away again
    key(&browser, '?').await;
    until(&browser, "the help opens", OPEN).await;
    browser.sees("准备通过，再按一次").await;
    key(&browser, char::from(Key::Escape)).await;
    until(&browser, "the help closes", SHUT).await;

    // two rows are ticked and sent back together with a common reason
    key(&browser, 'j').await;
    key(&browser, 'x').await;
    key(&browser, 'j').await;
    key(&browser, 'j').await;
    key(&browser, 'k').await;
    key(&browser, 'x').await;
    browser.sees("已选 2 条").await;
    browser.shot("keyboard-list").await;
    key(&browser, 'r').await;
    until(&browser, "the reasons have the focus", OPEN).await;
    key(&browser, '2').await;
    browser.shot("keyboard-reject").await;
    chord(&browser, Key::Control, char::from(Key::Enter)).await;
    until(
        &browser,
        "the batch is answered",
        "return document.body.textContent.includes('2 条已驳回')",
    )
    .await;
    browser.go("/desk/declarations").await;
    assert_eq!(waiting(&browser).await, before - 2);

    // the first row opens; then case after case
    key(&browser, 'j').await;
    key(&browser, char::from(Key::Enter)).await;
    next_page(&browser, "/desk/declarations").await;
    browser.shot("keyboard-case").await;
    let mut decided = 2;
    let mut rejected = 0;
    while decided < 20 {
        let here = browser.path().await;
        if decided % 5 == 4 || !passable(&browser).await {
            key(&browser, 'r').await;
            until(&browser, "the reasons have the focus", OPEN).await;
            key(&browser, '1').await;
            // in the box now: letters are letters, digits are digits
            typed(&browser, "ja1").await;
            let text = script(&browser, "return document.activeElement.value").await;
            assert!(text.ends_with("ja1") && text.contains("证明材料"), "{text}");
            chord(&browser, Key::Control, char::from(Key::Enter)).await;
            rejected += 1;
        } else {
            // one key decides nothing; Escape takes it back
            key(&browser, 'a').await;
            until(&browser, "通过 is armed", "return !!document.querySelector('.btn.armed')").await;
            if decided == 2 {
                key(&browser, char::from(Key::Escape)).await;
                until(&browser, "and not", "return !document.querySelector('.btn.armed')").await;
                assert_eq!(browser.path().await, here);
                // hours are typed without deciding, then left
                key(&browser, 'h').await;
                let name = script(&browser, "return document.activeElement.name").await;
                assert_eq!(name, "hours");
                typed(&browser, "jka").await;
                assert_eq!(browser.path().await, here, "letters typed into a field decide nothing");
                key(&browser, char::from(Key::Escape)).await;
                // next and back
                key(&browser, 'j').await;
                next_page(&browser, &here).await;
                let there = browser.path().await;
                key(&browser, 'k').await;
                next_page(&browser, &there).await;
                assert_eq!(browser.path().await, here);
                key(&browser, 'a').await;
                until(&browser, "armed again", "return !!document.querySelector('.btn.armed')")
                    .await;
            }
            if decided % 2 == 0 {
                key(&browser, 'a').await;
            } else {
                key(&browser, char::from(Key::Enter)).await;
            }
        }
        next_page(&browser, &here).await;
        decided += 1;
    }
    assert!(rejected >= 3);
    key(&browser, 'l').await;
    until(
        &browser,
        "the list",
        "return location.pathname === '/desk/declarations' && document.readyState === 'complete'",
    )
    .await;
    assert_eq!(waiting(&browser).await, before - 20);
    browser.close().await;
}

#[tokio::test]
async fn the_slots_follow_the_kind_that_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(executable())
        .args(["demo", "--people", "300", "--records", "3000", "--seed", "5", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;
    sign_in(&browser, &account(&printed, "专业技术人员 ")).await;
    browser.go("/credit-hours/declarations/new").await;
    browser.sees("选择学习形式后，这里列出需要的材料").await;
    browser.choose("kind", "学术会议").await;
    browser.sees("还缺：会议通知、单位证明").await;
    let paper = folder.path().join("通知.pdf");
    std::fs::write(&paper, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();
    browser.attach("evidence-04-notice", &paper).await;
    browser.sees("还缺：单位证明").await;
    browser.fill("title", "全省教育信息化学术会议").await;
    browser.press("上传材料").await;
    browser.sees("已上传 1 份材料").await;
    // another kind: the notice stays one; the patent office knows none, and takes what it is given
    browser.choose("kind", "培训、研修活动").await;
    browser.sees("还缺：结业（培训）证书、单位证明").await;
    browser.shot("declare-slots").await;
    browser.choose("kind", "专利（发明、实用新型、外观设计）").await;
    browser.sees("还缺：专利证书").await;
    let select = browser.find("select[data-slot-of]").await;
    assert_eq!(select.prop("value").await.unwrap().as_deref(), Some(""));
    select.select_by_label("专利证书").await.unwrap();
    browser.sees("必需的材料已齐全").await;
    browser.press("保存草稿").await;
    browser.sees("草稿已保存").await;
    browser.sees("必需的材料已齐全").await;
    let value = browser.find("select[data-slot-of]").await.prop("value").await.unwrap();
    assert_eq!(value.as_deref(), Some("patent"));
    browser.close().await;
}
