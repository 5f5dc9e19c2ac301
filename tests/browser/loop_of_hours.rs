//! The first working county: import → sign in → declare → approve → prove → verify.

use std::path::{Path, PathBuf};

use fantoccini::Locator;
use rust_xlsxwriter::{Format, Workbook};

use crate::stage::{Browser, Server, shots};

pub const ADMIN: &str = "Kettle-7-marmalade";
const SCHOOL: &str = "Orchard-8-lantern";
const DEPARTMENT: &str = "Granite-9-willow";
const TEACHER: &str = "Harbour-6-pencil";

/// A filled-in template: three people who can be imported and one whose number is wrong.
fn workbook(folder: &Path) -> PathBuf {
    let file = folder.join("2026年新增人员名单.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("专业技术人员").unwrap();
    let heads = [
        "姓名",
        "身份证号",
        "民族",
        "学历",
        "职称系列",
        "职称等级",
        "职称名称",
        "职称取得时间",
        "手机号码",
    ];
    let text = Format::new().set_num_format("@");
    let rows = [
        [
            "周晓梅",
            "419999199202290023",
            "汉族",
            "大学本科",
            "中小学教师",
            "中级",
            "一级教师",
            "2018-12",
            "13800002051",
        ],
        [
            "赵国栋",
            "419999198503150011",
            "汉族",
            "硕士研究生",
            "中小学教师",
            "副高级",
            "高级教师",
            "2019-11",
            "",
        ],
        ["何敏", "41999919860520018x", "回族", "大学本科", "无职称", "", "", "", ""],
        ["吴雨桐", "419999198503150012", "汉族", "大学本科", "无职称", "", "", "", ""],
    ];
    for (column, head) in heads.iter().enumerate() {
        sheet.write_string(0, column as u16, *head).unwrap();
    }
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string_with_format(row as u32 + 1, column as u16, *cell, &text).unwrap();
        }
    }
    book.save(&file).unwrap();
    file
}

pub async fn sign_in(browser: &Browser, login: &str, password: &str) {
    browser.go("/").await;
    browser.fill("login", login).await;
    browser.fill("password", password).await;
    browser.press("登录").await;
}

pub async fn first_password(browser: &Browser, password: &str) {
    browser.fill("password", password).await;
    browser.fill("again", password).await;
    browser.press("设置密码并进入系统").await;
    browser.sees("首页").await;
}

pub async fn sign_out(browser: &Browser) {
    browser.find(".topbar .dropdown > button").await.click().await.unwrap();
    browser.press("退出登录").await;
    browser.sees("已退出登录").await;
}

/// Creates an organization with its first administrator; gives the one-time code.
async fn organization(
    browser: &Browser,
    path: &str,
    name: &str,
    code: &str,
    parent: &str,
    login: &str,
    act: &str,
) -> String {
    browser.go(&format!("/accounts/{path}/new")).await;
    browser.fill("name", name).await;
    browser.fill("credit_code", code).await;
    browser.choose("parent", parent).await;
    browser.choose("nature", "事业单位").await;
    browser.choose("industry", "教育").await;
    browser.fill("contact", "陈芳").await;
    browser.fill("phone", "0371-6600000").await;
    browser.fill("address", "云川县建设路 1 号").await;
    browser.fill("administrator", "陈芳").await;
    browser.fill("login", login).await;
    browser.press(act).await;
    browser.sees("这个密码只显示这一次").await;
    browser.find("#code").await.text().await.unwrap()
}

#[tokio::test]
async fn people_from_a_spreadsheet_get_a_certificate_that_a_phone_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;
    let bureau = "云川县人力资源和社会保障局";

    // the first page sets the bureau up
    browser.go(server.setup.as_ref().expect("a new folder prints a setup link")).await;
    browser.shot("setup").await;
    browser.fill("bureau", bureau).await;
    browser.fill("area_code", "419999").await;
    browser.fill("public_address", &server.address("")).await;
    browser.fill("name", "王建国").await;
    browser.fill("login", "admin").await;
    browser.fill("password", ADMIN).await;
    browser.fill("again", ADMIN).await;
    browser.press("完成设置").await;
    browser.sees("登录").await;
    browser.go("/").await;
    browser.shot("home").await;

    // the bureau's administrator makes a department and a school under it
    sign_in(&browser, "admin", ADMIN).await;
    browser.sees("首页").await;
    browser.shot("start-empty").await;
    let department_code = organization(
        &browser,
        "departments",
        "云川县教育局",
        "11419999MB0000011F",
        bureau,
        "jiaoyuju",
        "新增主管部门",
    )
    .await;
    let school_code = organization(
        &browser,
        "employers",
        "云川县第一中学",
        "12419999MB0000022G",
        "云川县教育局",
        "yizhong",
        "新增用人单位",
    )
    .await;
    browser.go("/accounts/employers").await;
    browser.sees("云川县第一中学").await;
    browser.shot("employers").await;
    browser.go("/settings").await;
    browser.shot("settings").await;
    browser.go("/trail").await;
    browser.shot("trail").await;
    sign_out(&browser).await;

    // both administrators set their own passwords; the school imports its people
    sign_in(&browser, "jiaoyuju", &department_code).await;
    first_password(&browser, DEPARTMENT).await;
    sign_out(&browser).await;
    sign_in(&browser, "yizhong", &school_code).await;
    browser.shot("first-password").await;
    first_password(&browser, SCHOOL).await;
    browser.go("/import").await;
    browser.shot("import").await;
    browser.attach("file", &workbook(folder.path())).await;
    browser.press("上传并核对").await;
    browser.sees("核对结果").await;
    browser.sees("需要修改").await;
    browser.sees("身份证号").await;
    browser.shot("import-check").await;
    browser.press("导入 3 行").await;
    browser.press("确认导入").await;
    browser.sees("初始密码").await;
    browser.shot("import-done").await;
    browser.go("/queries/people").await;
    browser.sees("周晓梅").await;
    browser.shot("people").await;
    sign_out(&browser).await;

    // an imported person signs in with the last six; nothing is open before the new password
    sign_in(&browser, "419999199202290023", "290023").await;
    browser.go("/credit-hours/mine").await;
    assert_eq!(browser.path().await, "/password/first");
    first_password(&browser, TEACHER).await;
    browser.shot("person-home").await;

    // she declares forty hours with the picture of a certificate
    browser.go("/credit-hours/declarations/new").await;
    browser.pick("year", "2026").await;
    browser.choose("category", "专业科目").await;
    browser.choose("kind", "继续教育基地培训班").await;
    browser.fill("title", "基层儿科常见病诊疗规范培训班").await;
    browser.fill("organizer", "云川县卫生健康培训中心").await;
    // the session ends under her hands: after signing in again the form is as she left it
    browser.client.delete_all_cookies().await.unwrap();
    browser.press("保存草稿").await;
    browser.sees("登录").await;
    browser.fill("login", "419999199202290023").await;
    browser.fill("password", TEACHER).await;
    browser.press("登录").await;
    browser.sees("新增学时申报").await;
    let title = browser.find("[name=title]").await.prop("value").await.unwrap();
    assert_eq!(title.as_deref(), Some("基层儿科常见病诊疗规范培训班"));
    browser.fill("started_on", "2026-09-14").await;
    browser.fill("ended_on", "2026-09-18").await;
    browser.fill("hours", "40").await;
    for slot in ["notice", "completion", "unit-proof"] {
        browser.attach(&format!("evidence-01-{slot}"), &shots().join("home-1440.png")).await;
    }
    browser.tick("promised").await;
    browser.shot("declare").await;
    browser.press("提交").await;
    browser.sees("云川县第一中学").await;
    browser.shot("declared").await;
    sign_out(&browser).await;

    // school, department and bureau say yes, the bureau recognises 36
    for (login, password) in [("yizhong", SCHOOL), ("jiaoyuju", DEPARTMENT), ("admin", ADMIN)] {
        sign_in(&browser, login, password).await;
        browser.go("/start").await;
        browser.shot(&format!("start-{login}")).await;
        browser.go("/desk/declarations").await;
        browser.sees("周晓梅").await;
        browser.shot(&format!("desk-list-{login}")).await;
        browser.press("详情").await;
        browser.sees("办理经过").await;
        browser.shot(&format!("desk-{login}")).await;
        if login == "admin" {
            lower_the_hours(&browser).await;
        }
        browser.press("通过").await;
        confirm_if_asked(&browser).await;
        browser.sees("已通过").await;
        sign_out(&browser).await;
    }

    // the certificate: as many sheets as it says, printed by the browser
    sign_in(&browser, "419999199202290023", TEACHER).await;
    browser.go("/credit-hours/mine").await;
    browser.sees("36").await;
    browser.shot("mine").await;
    browser.go("/verification/mine").await;
    browser.shot("certificates").await;
    browser.press("出具学时证明").await;
    browser.sees("专业技术人员继续教育学时证明").await;
    let sheets = browser.client.find_all(Locator::Css(".sheet")).await.unwrap().len();
    assert_eq!(browser.print("certificate").await, sheets, "printed pages and sheets");
    let number = browser.find(".sheet .no").await.text().await.unwrap();
    let number = number.trim_start_matches("证明编号：").to_owned();
    let code = browser.find(".qr span").await.text().await.unwrap();
    picture_of_the_sheet(&browser).await;
    browser.go("/start").await;
    sign_out(&browser).await;

    // anybody verifies it
    browser.go("/").await;
    browser.fill("number", &number).await;
    browser.fill("name", "周晓梅").await;
    browser.fill("code", &code).await;
    browser.press("查询验证").await;
    browser.sees("验证通过：有效").await;
    browser.sees("周*梅").await;
    browser.shot("verify").await;
    assert!(!browser.text().await.contains("419999199202290023"), "the number is masked");
    browser.go("/").await;
    browser.fill("number", &number).await;
    browser.fill("name", "周晓海").await;
    browser.fill("code", &code).await;
    browser.press("查询验证").await;
    browser.sees("没有查到这份证明").await;
    browser.shot("verify-none").await;
    browser.close().await;
}

async fn lower_the_hours(browser: &Browser) {
    browser.fill("hours", "36").await;
    browser.fill("lowered", "有半天没有签到，按实际出勤认定。").await;
}

/// 通过 opens a dialog where there is script.
pub async fn confirm_if_asked(browser: &Browser) {
    let confirm = browser
        .client
        .find_all(Locator::XPath(
            "//*[contains(@class, 'modal') and contains(@class, 'show')]//button[@type='submit']",
        ))
        .await
        .unwrap();
    if let Some(button) = confirm.into_iter().next() {
        button.click().await.unwrap();
    }
}

/// What the phone's camera would see.
async fn picture_of_the_sheet(browser: &Browser) {
    let bytes = browser.find(".sheet").await.screenshot().await.unwrap();
    std::fs::write(shots().join("certificate-1440.png"), bytes).unwrap();
}
