//! An employer registers, is approved, appoints an administrator, makes a role; whoever holds it
//! sees exactly what he may.

use fantoccini::Locator;
use fantoccini::key::Key;

use crate::loop_of_hours::{ADMIN, first_password, sign_in, sign_out};
use crate::stage::{Browser, Server};

const EMPLOYER: &str = "Lantern-5-orchard";
const CLERK: &str = "Pebble-3-saddle";
const BUREAU: &str = "云川县人力资源和社会保障局";

/// Chooses a unit without a mouse: types a part, waits for the list, presses Enter.
pub async fn pick_unit(browser: &Browser, name: &str, typed: &str, unit: &str) {
    let wrapper = format!("input[name='{name}'] ~ .ts-wrapper");
    let script = "document.querySelector(arguments[0]).scrollIntoView({block: 'center'})";
    browser.client.execute(script, vec![serde_json::json!(wrapper)]).await.unwrap();
    // where a unit is chosen already, its text box shows itself then
    browser.find(&format!("{wrapper} .ts-control")).await.click().await.unwrap();
    let control = browser.find(&format!("{wrapper} input")).await;
    control.send_keys(typed).await.unwrap();
    browser.sees(unit).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    control.send_keys(&Key::Enter.to_string()).await.unwrap();
    let field = browser.find(&format!("input[name='{name}']")).await;
    assert_eq!(field.prop("value").await.unwrap().as_deref(), Some(unit));
}

/// Titles of the menu.
async fn menu(browser: &Browser) -> Vec<String> {
    let mut titles = Vec::new();
    for link in browser.client.find_all(Locator::Css(".side a[href]")).await.unwrap() {
        let text = link.prop("textContent").await.unwrap().unwrap_or_default();
        titles.push(text.split_whitespace().next().unwrap_or_default().to_owned());
    }
    titles
}

#[tokio::test]
async fn an_employer_registers_and_its_clerk_sees_what_his_role_holds() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;
    browser.go(server.setup.as_ref().expect("a new folder prints a setup link")).await;
    browser.fill("bureau", BUREAU).await;
    browser.fill("area_code", "419999").await;
    browser.fill("public_address", &server.address("")).await;
    browser.fill("name", "王建国").await;
    browser.fill("login", "admin").await;
    browser.fill("password", ADMIN).await;
    browser.fill("again", ADMIN).await;
    browser.press("完成设置").await;

    // from the home page, a licence in hand; the form comes back as typed with its file
    browser.go("/").await;
    browser.shot("home-registrations").await;
    browser.find("a[href='/accounts/registration/employer']").await.click().await.unwrap();
    browser.sees("首位管理员").await;
    browser.shot("register-employer").await;
    let licence = folder.path().join("法人证书.pdf");
    std::fs::write(&licence, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n")
        .unwrap();
    pick_unit(&browser, "superior", "人力资源", BUREAU).await;
    browser.fill("name", "云川县第一中学").await;
    browser.fill("credit_code", "12419999MB0000022X").await; // its check character is wrong
    browser.choose("nature", "事业单位").await;
    browser.choose("industry", "教育").await;
    browser.fill("area_code", "419999").await;
    browser.fill("contact", "孙丽").await;
    browser.fill("phone", "0371-6600000").await;
    browser.fill("address", "云川县建设路 1 号").await;
    browser.fill("administrator", "陈芳").await;
    browser.fill("login", "yizhong").await;
    browser.attach("licence", &licence).await;
    browser.fill("password", EMPLOYER).await;
    browser.fill("again", EMPLOYER).await;
    browser.tick("accepted").await;
    browser.press("提交注册").await;
    browser.sees("处需要修改").await;
    browser.sees("法人证书.pdf").await;
    browser.shot("register-refused").await;
    browser.fill("credit_code", "12419999MB0000022G").await;
    browser.fill("password", EMPLOYER).await;
    browser.fill("again", EMPLOYER).await;
    browser.press("提交注册").await;
    browser.sees("注册已提交").await;
    browser.shot("register-done").await;
    let code = browser.find("#code").await.text().await.unwrap();

    // he cannot sign in yet and hears why; the progress page tells the rest
    sign_in(&browser, "yizhong", EMPLOYER).await;
    browser.sees("审核").await;
    assert_ne!(browser.path().await, "/start");
    browser.shot("sign-in-pending").await;
    browser.go("/accounts/registration/progress").await;
    browser.fill("identifier", "12419999MB0000022G").await;
    browser.fill("code", &code).await;
    browser.press("查询").await;
    browser.sees("云川县第一中学").await;
    browser.sees("待审核").await;
    browser.shot("register-progress").await;

    // the bureau reviews it
    sign_in(&browser, "admin", ADMIN).await;
    browser.sees("待办事项").await;
    browser.go("/desk/employer-registrations").await;
    browser.sees("云川县第一中学").await;
    browser.shot("desk-employers").await;
    browser.press("详情").await;
    browser.sees("法人证书.pdf").await;
    browser.shot("desk-employer").await;
    browser.press("通过").await;
    if browser.text().await.contains("确认通过") {
        browser.press("确认通过").await;
    }
    browser.sees("已通过").await;
    browser.go("/accounts/employers").await;
    browser.sees("云川县第一中学").await;
    browser.press("详情").await;
    browser.sees("注册").await;
    browser.shot("employer-detail").await;
    sign_out(&browser).await;

    // its administrator is told, makes a role and appoints a clerk with it
    sign_in(&browser, "yizhong", EMPLOYER).await;
    browser.sees("首页").await;
    browser.shot("employer-start").await;
    browser.go("/messages").await;
    browser.sees("已通过").await;
    browser.shot("messages").await;
    browser.go("/accounts/roles/new").await;
    browser.fill("name", "学时审核员").await;
    browser.fill("description", "审核教师的学时申报").await;
    for value in ["credit-hours.declarations:review", "queries.people:view"] {
        browser
            .find(&format!("input[name='permission'][value='{value}']"))
            .await
            .click()
            .await
            .unwrap();
    }
    browser.shot("role-form").await;
    browser.press("保存").await;
    browser.sees("学时审核员").await;
    browser.shot("roles").await;
    browser.go("/accounts/administrators").await;
    browser.press("新增管理员").await;
    browser.fill("name", "李文").await;
    browser.fill("login", "liwen").await;
    browser.shot("administrator-basics").await;
    browser.press("下一步：明确权限").await;
    browser
        .client
        .find(Locator::XPath("//label[contains(., '学时审核员')]"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    browser.shot("administrator-rights").await;
    browser.press("保存管理员").await;
    browser.sees("这个密码只显示这一次").await;
    let code = browser.find("#code").await.text().await.unwrap();
    browser.go("/accounts/administrators").await;
    browser.sees("李文").await;
    browser.shot("administrators").await;
    sign_out(&browser).await;

    // the clerk sees his two screens and nothing else
    sign_in(&browser, "liwen", &code).await;
    first_password(&browser, CLERK).await;
    browser.shot("clerk-start").await;
    assert_eq!(menu(&browser).await, ["首页", "学时审批", "专技人员信息查询"]);
    browser.go("/desk/declarations").await;
    browser.sees("学时审批").await;
    browser.go("/accounts/administrators").await;
    browser.sees("没有权限").await;
    browser.go("/accounts/employers").await;
    browser.sees("没有权限").await;
    browser.close().await;
}
