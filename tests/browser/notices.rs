//! 通知公告: the editor under our policy, by keys and by paste, from the form to the home page.

use std::process::Command;

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::json;

use crate::demo::{account, sign_in};
use crate::stage::{Browser, Server, executable};

/// What Word puts on the clipboard, shortened; the last line is what an attacker would.
const WORD: &str = r#"<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15">
<style>p.MsoNormal{margin:0}</style></head><body lang=ZH-CN style='tab-interval:21.0pt'><!--StartFragment-->
<p class=MsoNormal align=center style='text-align:center'><b><span style='font-size:22.0pt'>请按时<span lang=EN-US><o:p></o:p></span></span></b></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Wingdings;mso-list:Ignore'>l<span>&nbsp; </span></span><![endif]>登记范围</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>一、</span>时间</p>
<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>
<table class=MsoTableGrid border=1><tr><td width=200 colspan=2 style='width:200pt'><p class=MsoNormal>公需科目</p></td></tr></table>
<p><img src="file:///C:/x.png" onerror="document.title='stolen'"><a href="javascript:document.title='stolen'">链接</a></p>
<script>document.title = 'stolen'</script><!--EndFragment--></body></html>"#;

/// The HTML that the form would send.
async fn kept(browser: &Browser) -> String {
    browser.find("#body-source").await.prop("value").await.unwrap().unwrap()
}

async fn tool(browser: &Browser, name: &str) {
    browser.find(&format!("[data-tool={name}]")).await.click().await.unwrap();
}

async fn paste(browser: &Browser, kind: &str, what: &str) {
    let script = "const data = new DataTransfer(); data.setData(arguments[0], arguments[1]);
        document.getElementById('body').dispatchEvent(
          new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));";
    browser.client.execute(script, vec![json!(kind), json!(what)]).await.unwrap();
}

#[tokio::test]
async fn a_notice_is_written_in_the_editor_and_read_on_the_home_page() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(executable())
        .args(["demo", "--people", "50", "--records", "100", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let server = Server::start(folder.path());
    let browser = Browser::open(&server).await;
    browser.go("/").await;
    browser.sees("公需科目学习安排及学时认定说明").await;
    browser.shot("home-notices").await;

    sign_in(&browser, &account(&printed, "人社局超级管理员")).await;
    browser.go("/notices/manage/new").await;
    browser.fill("title", "编辑器写的公告").await;
    let area = browser.find("#body").await;
    area.click().await.unwrap();
    let enter: char = Key::Enter.into();
    area.send_keys(&format!("各单位：{enter}时间安排")).await.unwrap();
    tool(&browser, "heading").await;
    area.send_keys(&format!("{enter}甲项")).await.unwrap();
    tool(&browser, "bullets").await;
    area.send_keys(&format!("{enter}乙项{enter}{enter}")).await.unwrap();
    let (control, release): (char, char) = (Key::Control.into(), Key::Null.into());
    area.send_keys(&format!("{control}b{release}加粗{control}b{release}普通")).await.unwrap();
    assert_eq!(
        kept(&browser).await,
        "<p>各单位：</p><h3>时间安排</h3><ul><li>甲项</li><li>乙项</li></ul><p><strong>加粗</strong>普通</p>"
    );
    // a link that is none is told; Escape gives it up
    area.send_keys(&format!("{enter}见网址{control}k{release}")).await.unwrap();
    let link = browser.find("#body-link").await;
    link.clear().await.unwrap();
    link.send_keys(&format!("javascript:alert(1){enter}")).await.unwrap();
    let invalid = "return document.getElementById('body-link').validationMessage";
    let told = browser.client.execute(invalid, vec![]).await.unwrap();
    assert!(told.as_str().unwrap().contains("https://"), "{told}");
    link.clear().await.unwrap();
    link.send_keys(&format!("https://www.example.cn/a?b=1&c=2{enter}")).await.unwrap();
    assert!(
        kept(&browser).await.ends_with(
            "<p>见网址<a href=\"https://www.example.cn/a?b=1&amp;c=2\">https://www.example.cn/a?b=1&amp;c=2</a></p>"
        ),
        "{}",
        kept(&browser).await
    );

    // what Word brings comes out plain, and nothing of it runs
    let before = kept(&browser).await;
    area.send_keys(&enter.to_string()).await.unwrap();
    paste(&browser, "text/html", WORD).await;
    assert_eq!(
        kept(&browser).await.strip_prefix(before.as_str()).unwrap(),
        "<p><strong>请按时</strong></p><ul><li>登记范围</li></ul><p>一、时间</p>\
         <table><tbody><tr><td colspan=\"2\"><p>公需科目</p></td></tr></tbody></table><p>链接</p>"
    );
    paste(&browser, "text/plain", "末段\n<b>不是标签</b>").await;
    assert!(kept(&browser).await.ends_with("末段</p><p>&lt;b&gt;不是标签&lt;/b&gt;</p>"));
    browser.shot("notice-editor").await;

    browser.press("发布").await;
    browser.sees("已发布，首页和公告页现在可以看到。").await;
    assert!(!browser.client.title().await.unwrap().contains("stolen"));
    browser.press("看公开页面").await;
    browser.sees("时间安排").await;
    let items = browser.client.find_all(Locator::Css(".rich-text li")).await.unwrap();
    assert_eq!(items.len(), 3);
    browser.shot("notice-read").await;
    browser.client.back().await.unwrap();
    browser.press("撤下").await; // the dialog
    browser.press("确认撤下").await;
    browser.sees("已撤下，首页和公告页不再显示").await;
    browser.close().await;
}
