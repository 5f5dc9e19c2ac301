//! HTTPS by a certificate of the office's own: cookies are Secure and bound to the host.

use crate::stage::{Browser, Server};

#[tokio::test]
async fn with_a_certificate_cookies_are_secure_and_forms_still_work() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with_certificate(folder.path());
    let browser = Browser::open(&server).await;
    let setup = server.setup.as_ref().expect("a new folder prints a setup link");
    assert!(setup.starts_with("https://"), "{setup}");
    browser.go(setup).await;
    browser.fill("bureau", "云川县人力资源和社会保障局").await;
    browser.fill("area_code", "419999").await;
    browser.fill("name", "王建国").await;
    browser.fill("login", "admin").await;
    browser.fill("password", "Kettle-7-marmalade").await;
    browser.fill("again", "Kettle-7-marmalade").await;
    browser.press("完成设置").await;
    browser.go("/").await;
    browser.fill("login", "admin").await;
    browser.fill("password", "Kettle-7-marmalade").await;
    browser.press("登录").await;
    browser.sees("待办事项").await;
    let cookies = browser.client.get_all_cookies().await.unwrap();
    let session = cookies.iter().find(|cookie| cookie.name() == "__Host-jxjy");
    let session = session.unwrap_or_else(|| panic!("no session cookie among {cookies:?}"));
    assert_eq!(session.secure(), Some(true));
    assert_eq!(session.http_only(), Some(true));
    browser.close().await;
}
