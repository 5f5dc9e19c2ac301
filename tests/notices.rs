//! 通知公告: the bureau writes, publishes and withdraws; everybody reads on the home page.

use std::io::{Cursor, Write};

use kit::{Action, Grantable, Module};
use time::Duration;

use crate::support::{Browser, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// An archive of these parts: a document, or none.
fn archive(parts: &[&str]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        writer.start_file(*part, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"<x/>").unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn docx() -> Vec<u8> {
    archive(&["[Content_Types].xml", "word/document.xml"])
}

/// The id at the end of where a save leads.
fn id_of(page: &Page) -> i64 {
    let to = page.location.as_deref().unwrap_or_else(|| panic!("{page:?}"));
    to.rsplit('/').next().unwrap().parse().unwrap_or_else(|_| panic!("{page:?}"))
}

/// Sends the form as the editor does.
async fn save(browser: &mut Browser<'_>, to: &str, fields: &[(&str, &str)]) -> Page {
    let mut all = vec![("body_format", "html")];
    all.extend(fields);
    browser.upload(to, &all, &[]).await
}

/// Somebody signed in who has seen a page, and so has its token.
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// A published notice of this title.
async fn published(browser: &mut Browser<'_>, title: &str) -> i64 {
    let fields = [("title", title), ("body", "<p>正文在此。</p>"), ("act", "publish")];
    let page = save(browser, "/notices/manage", &fields).await;
    page.is(303);
    id_of(&page)
}

/// Saves again what is stored, but for these fields.
async fn change(browser: &mut Browser<'_>, id: i64, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(&format!("/notices/manage/{id}/edit")).await;
    page.is(200);
    let (_, rest) = page.body.split_once("name=\"revision\" value=\"").unwrap();
    let revision = rest.split('"').next().unwrap().to_owned();
    let mut all = vec![("revision", revision.as_str())];
    all.extend(fields);
    save(browser, &format!("/notices/manage/{id}"), &all).await
}

#[rocket::async_test]
async fn a_published_notice_stands_on_the_home_page_and_a_draft_or_withdrawn_one_nowhere() {
    let county = World::new().await;
    county.get("/").await.is(200).lacks("通知公告").contains("办理指引");
    county.get("/notices").await.is(200).contains("还没有通知公告");
    let mut admin = seated(&county, "admin").await;
    admin.get("/notices/manage").await.is(200).contains("还没有通知公告。点“新增公告”");
    let fields = [("title", "年度登记通知"), ("body", "<p>各单位：</p>"), ("act", "save")];
    let id = id_of(&save(&mut admin, "/notices/manage", &fields).await);
    let (address, managed) = (format!("/notices/{id}"), format!("/notices/manage/{id}"));
    let hidden = async || {
        county.get(&address).await.is(404).lacks("年度登记通知");
        county.get("/").await.is(200).lacks("年度登记通知").contains("办理指引");
        county.get("/notices").await.is(200).lacks("年度登记通知");
    };
    hidden().await;
    admin.get(&managed).await.is(200).contains("年度登记通知").contains("草稿");
    // nor to the bureau itself at the public address
    admin.get(&address).await.is(404);

    admin.post(&format!("{managed}/publish"), &[]).await.redirects_to(&managed);
    admin.post(&format!("{managed}/publish"), &[]).await.is(409).contains("已经发布");
    let home = county.get("/").await;
    home.is(200).contains("年度登记通知").contains("2026-11-23").contains("href=\"/notices\"");
    home.contains("办理指引"); // still there, below
    assert!(home.body.find("年度登记通知") < home.body.find("办理指引"), "{home:?}");
    county.get("/notices").await.contains(&format!("href=\"{address}\""));
    let page = county.get(&address).await;
    page.is(200).contains("<p>各单位：</p>").contains("示例县人力资源和社会保障局");
    page.contains("发布时间：2026-11-23 09:00").lacks("更新时间").lacks("赵主任");

    // GET asks, POST withdraws
    admin.get(&format!("{managed}/withdraw")).await.is(200).contains("确认撤下");
    county.get(&address).await.is(200);
    admin.post(&format!("{managed}/withdraw"), &[]).await.redirects_to(&managed);
    hidden().await;
    admin.post(&format!("{managed}/withdraw"), &[]).await.is(409);
    // again: the first time stays its time
    county.clock.advance(Duration::hours(3));
    let mut admin = seated(&county, "admin").await;
    admin.post(&format!("{managed}/publish"), &[]).await.redirects_to(&managed);
    county.get(&address).await.is(200).contains("发布时间：2026-11-23 09:00").lacks("更新时间");
    let trail = county.trail().await;
    for text in [
        "新增通知公告草稿“年度登记通知”，附件 0 个",
        "发布通知公告“年度登记通知”",
        "撤下通知公告“年度登记通知”",
        "重新发布通知公告“年度登记通知”",
    ] {
        assert_eq!(trail.iter().filter(|t| *t == text).count(), 1, "{text}: {trail:?}");
    }
}

#[rocket::async_test]
async fn hostile_text_is_gone_before_it_is_stored_and_wherever_it_is_drawn() {
    let number = id_number(2);
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_active_person("张三丰", "甲", &number)
        .await;
    let mut admin = seated(&county, "admin").await;
    let body = "<p onclick=\"steal()\" style=\"position:fixed\" class=\"topbar\">正文</p>\
        <script>steal()</script><img src=x onerror=steal()><svg onload=steal()></svg>\
        <iframe src=\"https://evil.example\"></iframe><style>*{display:none}</style>\
        <a href=\"javascript:steal()\">一</a><a href=\"data:text/html,steal()\">二</a>\
        <a href=\"//evil.example\">三</a><a href=\"/\\evil.example\">四</a>\
        <form action=\"//evil.example\"><input name=\"password\"></form>\
        <a href=\"https://good.example\" onmouseover=\"steal()\">五</a><a href=\"/notices\">六</a>";
    let title = "<script>steal()</script><b>标题";
    let fields = [("title", title), ("body", body), ("pinned", "on"), ("act", "publish")];
    let id = id_of(&save(&mut admin, "/notices/manage", &fields).await);
    assert_eq!(
        county.text("select body from notice").await,
        "<p>正文</p><a>一</a><a>二</a><a>三</a><a>四</a>\
         <a href=\"https://good.example\" rel=\"noopener noreferrer\">五</a>\
         <a href=\"/notices\" rel=\"noopener noreferrer\">六</a>"
            .replace("<a>", "<a rel=\"noopener noreferrer\">")
    );
    let login = county.admin_of("甲").await;
    let (mut person, mut unit) = (seated(&county, &number).await, seated(&county, &login).await);
    let managed = format!("/notices/manage/{id}");
    let pages = [
        county.get("/").await,
        county.get("/notices").await,
        county.get(&format!("/notices/{id}")).await,
        person.get("/start").await,
        unit.get("/start").await,
        person.get(&format!("/notices/{id}")).await,
        admin.get("/notices/manage").await,
        admin.get(&managed).await,
        admin.get(&format!("{managed}/edit")).await,
        admin.get(&format!("{managed}/versions/1")).await,
        admin.get(&format!("{managed}/withdraw")).await,
        // a refused form gives back what was typed, but not this
        change(&mut admin, id, &[("title", ""), ("body", body)]).await,
    ];
    for page in &pages {
        assert!(matches!(page.status, 200 | 422), "{page:?}");
        for part in [
            "<script>steal",
            "javascript:",
            "onerror",
            "onclick",
            "onload",
            "onmouseover",
            "<iframe",
            "<img src=x",
            "data:text",
            "evil.example",
            "position:fixed",
            "display:none",
            "<svg",
            "<b>标题",
        ] {
            page.lacks(part);
        }
    }
    pages[2].contains("&lt;script&gt;steal()&lt;/script&gt;&lt;b&gt;标题").contains("<p>正文</p>");
    pages[8].contains("data-html=\"&lt;p&gt;正文&lt;/p&gt;");
}

#[rocket::async_test]
async fn a_change_of_a_published_notice_keeps_its_time_and_what_was_read_before() {
    let county = World::new().await;
    let mut admin = seated(&county, "admin").await;
    let id = published(&mut admin, "登记通知").await;
    let (address, managed) = (format!("/notices/{id}"), format!("/notices/manage/{id}"));
    county.clock.advance(Duration::days(2));
    let mut admin = seated(&county, "admin").await;
    let same = [("title", "登记通知"), ("body", "<p>正文在此。</p>")];
    change(&mut admin, id, &same).await.redirects_to(&managed);
    admin.get(&managed).await.contains("没有改动。").lacks("第 2 版");
    let fields = [("title", "登记通知"), ("body", "<p>改过的正文。</p>"), ("act", "save")];
    change(&mut admin, id, &fields).await.redirects_to(&managed);
    let page = county.get(&address).await;
    page.is(200).contains("改过的正文").lacks("正文在此");
    page.contains("发布时间：2026-11-23 09:00").contains("更新时间：2026-11-25 09:00");
    admin.get(&managed).await.contains("赵主任 修改内容").contains("第 2 版");
    admin.get(&format!("{managed}/versions/1")).await.is(200).contains("正文在此");
    admin.get(&format!("{managed}/versions/3")).await.is(404);
    assert!(county.trail().await.iter().any(|t| t == "通知公告“登记通知”修改内容"));
    // to pin it is no news to its readers
    county.clock.advance(Duration::days(1));
    let mut admin = seated(&county, "admin").await;
    let fields = [("title", "登记通知"), ("body", "<p>改过的正文。</p>"), ("pinned", "on")];
    change(&mut admin, id, &fields).await.redirects_to(&managed);
    county.get(&address).await.contains("更新时间：2026-11-25 09:00");
    county.get("/").await.contains("置顶");
    // a published notice does not become empty
    let fields = [("title", "登记通知"), ("body", "<p> </p>")];
    change(&mut admin, id, &fields).await.is(422).contains("请填写内容");
    county.get(&address).await.contains("改过的正文");
}

#[rocket::async_test]
async fn of_two_who_save_the_same_notice_the_second_is_told() {
    let county = World::new().await;
    let mut admin = seated(&county, "admin").await;
    let id = published(&mut admin, "登记通知").await;
    let fields = [("title", "登记通知甲"), ("body", "<p>甲</p>")];
    change(&mut admin, id, &fields).await.is(303);
    let stale = [("revision", "2"), ("title", "登记通知乙"), ("body", "<p>乙</p>")];
    let page = save(&mut admin, &format!("/notices/manage/{id}"), &stale).await;
    page.is(422).contains("别人已经保存过").contains("登记通知乙");
    assert_eq!(county.text("select title || body from notice").await, "登记通知甲<p>甲</p>");
    assert_eq!(county.number("select count(*) from notice_version").await, 2);
    // the search finds the new title only
    let found = admin.post("/lists/notices/query", &[("q", "通知乙")]).await;
    admin.follow(&found).await.is(200).contains("没有符合条件");
    let found = admin.post("/lists/notices/query", &[("q", "djtzj")]).await;
    admin.follow(&found).await.is(200).contains("登记通知甲");
}

#[rocket::async_test]
async fn a_refused_form_comes_back_as_typed_and_changes_nothing() {
    let county = World::new().await;
    let mut admin = seated(&county, "admin").await;
    let long = "长".repeat(101);
    let body = "<p>保留的<strong>正文</strong></p>";
    let fields = [("title", long.as_str()), ("body", body), ("pinned", "on"), ("act", "publish")];
    let files: [(&str, &str, &[u8]); 1] = [("files", "表.pdf", PDF)];
    let all: Vec<(&str, &str)> = fields.into_iter().chain([("body_format", "html")]).collect();
    let page = admin.upload("/notices/manage", &all, &files).await;
    page.is(422).contains("标题最多 100 个字，现在有 101 个").contains(&long);
    page.contains("&lt;p&gt;保留的&lt;strong&gt;正文&lt;/strong&gt;&lt;/p&gt;")
        .contains("保留的正文</textarea>");
    page.contains("请重新选择附件").contains("value=\"on\" checked");
    let fields = [("title", "空的公告"), ("body", ""), ("act", "publish")];
    save(&mut admin, "/notices/manage", &fields).await.is(422).contains("请填写内容，再发布");
    let fields = [("title", ""), ("body", "<p>甲</p>"), ("act", "save")];
    save(&mut admin, "/notices/manage", &fields).await.is(422).contains("请填写标题");
    // a whole ID number is for nobody's eyes
    let number = id_number(7);
    let told = format!("<p>获奖人员：张三 {number}</p>");
    let fields = [("title", "获奖名单"), ("body", told.as_str()), ("act", "publish")];
    save(&mut admin, "/notices/manage", &fields).await.is(422).contains("完整的身份证号");
    let much = format!("<p>{}</p>", "字".repeat(20_001));
    let fields = [("title", "太长的公告"), ("body", much.as_str())];
    save(&mut admin, "/notices/manage", &fields).await.is(422).contains("内容最多 20000 个字");
    for table in [
        "select count(*) from notice",
        "select count(*) from file",
        "select count(*) from notice_version",
        "select count(*) from trail where act like 'notices.%'",
    ] {
        assert_eq!(county.number(table).await, 0, "{table}");
    }
}

#[rocket::async_test]
async fn without_the_editor_text_has_paragraphs_and_an_untouched_text_keeps_its_form() {
    let county = World::new().await;
    let mut admin = seated(&county, "admin").await;
    let typed = "各单位：\r\n\r\n请于<12月>前\r\n完成登记。\r\n";
    let fields =
        [("body_format", "text"), ("title", "纯文本公告"), ("body", typed), ("act", "publish")];
    let id = id_of(&admin.upload("/notices/manage", &fields, &[]).await);
    let page = county.get(&format!("/notices/{id}")).await;
    page.contains("<p>各单位：</p><p>请于&lt;12月&gt;前<br>完成登记。</p>");
    let rich =
        "<h3>一、范围</h3><ul><li>甲</li><li>乙</li></ul><p>见<a href=\"/notices\">公告</a></p>";
    change(&mut admin, id, &[("title", "纯文本公告"), ("body", rich)]).await.is(303);
    // what a browser without script shows in the box, sent back as it is
    let fields = [
        ("revision", "3"),
        ("body_format", "text"),
        ("title", "只改标题"),
        ("body", "一、范围\r\n\r\n甲\r\n乙\r\n\r\n见公告"),
    ];
    admin
        .get(&format!("/notices/manage/{id}/edit"))
        .await
        .contains("一、范围\n\n甲\n乙\n\n见公告</textarea>");
    admin.upload(&format!("/notices/manage/{id}"), &fields, &[]).await.is(303);
    let page = county.get(&format!("/notices/{id}")).await;
    page.contains("只改标题").contains("<ul><li>甲</li><li>乙</li></ul>");
}

#[rocket::async_test]
async fn attachments_are_told_by_content_and_downloadable_while_published() {
    let county = World::new().await.with_employer("甲").await;
    let mut admin = seated(&county, "admin").await;
    let document = docx();
    let files: [(&str, &str, &[u8]); 2] =
        [("files", "附件1.docx", &document), ("files", "申报表", PDF)];
    let fields = [
        ("title", "带附件的公告"),
        ("body", "<p>见附件。</p>"),
        ("body_format", "html"),
        ("act", "publish"),
    ];
    let page = admin.upload("/notices/manage", &fields, &files).await;
    page.is(303);
    let id = id_of(&page);
    let page = county.get(&format!("/notices/{id}")).await;
    page.is(200).contains("附件1.docx").contains("申报表.pdf").contains("1 KB");
    let word = county.number("select id from file where name = '附件1.docx'").await;
    let pdf = county.number("select id from file where name = '申报表.pdf'").await;
    let (word, pdf) = (format!("/notices/{id}/files/{word}"), format!("/notices/{id}/files/{pdf}"));
    let answer = county.get(&word).await;
    answer.is(200);
    assert_eq!(answer.bytes, document);
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let answer = county.get(&pdf).await;
    assert!(answer.header("content-disposition").unwrap().starts_with("inline"));
    let answer = county.get(&format!("{pdf}?save")).await;
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    // a file of another notice, and the address of evidence, lead nowhere
    let other = published(&mut admin, "另一条").await;
    county
        .get(&pdf.replace(&format!("/notices/{id}/"), &format!("/notices/{other}/")))
        .await
        .is(404);
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    unit.get(&pdf.replace(&format!("/notices/{id}"), "")).await.is(404);

    admin.post(&format!("/notices/manage/{id}/withdraw"), &[]).await.is(303);
    county.get(&word).await.is(404);
    unit.get(&word).await.is(404);
    admin.get(&word).await.is(200);
    admin.get(&format!("/notices/manage/{id}")).await.contains(&word);

    // taking one away: only what hangs on this notice
    let removed = word.rsplit('/').next().unwrap().to_owned();
    let fields = [("title", "另一条"), ("body", "<p>乙</p>"), ("remove", removed.as_str())];
    change(&mut admin, other, &fields).await.is(303);
    admin.get(&word).await.is(200);
    let fields = [("title", "带附件的公告"), ("body", "<p>见附件。</p>"), ("remove", &removed)];
    change(&mut admin, id, &fields).await.is(303);
    admin.get(&word).await.is(404);
    admin.get(&pdf).await.is(200);
    // what somebody else has taken away meanwhile stands in nobody's way
    let fields = [("title", "带附件的公告"), ("body", "<p>新的正文。</p>"), ("remove", &removed)];
    change(&mut admin, id, &fields).await.is(303);
    admin.get(&format!("/notices/manage/{id}")).await.contains("新的正文。");
    assert!(
        county.trail().await.iter().any(|t| t.ends_with("修改附件（移除 附件1.docx）")),
        "{:?}",
        county.trail().await
    );
}

#[rocket::async_test]
async fn what_is_no_document_is_not_attached_and_evidence_takes_no_documents() {
    let number = id_number(2);
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_active_person("张三丰", "甲", &number)
        .await;
    let mut admin = seated(&county, "admin").await;
    let macros = archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
    let zip = archive(&["a.txt"]);
    let mut large = PDF.to_vec();
    large.splice(9..9, vec![b' '; 20 * 1024 * 1024]);
    let fields = [("title", "带附件的公告"), ("body", "<p>甲</p>"), ("body_format", "html")];
    for (name, bytes, told) in [
        ("a.zip", zip.as_slice(), "这是压缩包"),
        ("a.docx", zip.as_slice(), "这是压缩包"),
        ("a.docx", macros.as_slice(), "带宏的文档"),
        ("a.pdf", b"<html><script>steal()</script>", "这是网页文件"),
        ("a.exe", b"MZ\x90\0\x03", "其他格式的文件"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='steal()'/>", "无法识别的文件"),
        ("a.pdf", large.as_slice(), "超过 20 MB"),
        ("a.pdf", b"", "文件是空的"),
    ] {
        let page = admin.upload("/notices/manage", &fields, &[("files", name, bytes)]).await;
        page.is(422).contains(told).contains("带附件的公告").lacks("<script>steal");
    }
    let eleven: Vec<(&str, &str, &[u8])> = vec![("files", "a.pdf", PDF); 11];
    admin.upload("/notices/manage", &fields, &eleven).await.is(422).contains("最多 10 个附件");
    assert_eq!(county.number("select count(*) from notice").await, 0);
    assert_eq!(county.number("select count(*) from file").await, 0);

    let mut person = seated(&county, &number).await;
    let document = docx();
    let files: [(&str, &str, &[u8]); 1] = [("files", "证书.docx", &document)];
    let page = person.upload("/credit-hours/declarations", &[("act", "attach")], &files).await;
    page.is(422).contains("只能上传 JPG、PNG 图片或 PDF 文件");
    assert_eq!(county.number("select count(*) from file").await, 0);
}

#[rocket::async_test]
async fn only_the_bureaus_holders_write_and_only_drafts_are_deleted() {
    let county = World::new().await.with_employer("甲").await.with_department("教育局").await;
    let bureau = county.bureau().await;
    let leaf = notices::NOTICES;
    let view = Grantable { leaf, action: Action::View };
    let county = county.with_clerk("reader", bureau, &[view]).await;
    let county = county.with_clerk("nothing", bureau, &[]).await;
    let mut admin = seated(&county, "admin").await;
    let id = published(&mut admin, "公开的公告").await;
    let fields = [("title", "草稿公告"), ("body", "<p>甲</p>"), ("act", "save")];
    let draft = id_of(&save(&mut admin, "/notices/manage", &fields).await);
    let managed = format!("/notices/manage/{draft}");

    let mut reader = seated(&county, "reader").await;
    let page = reader.get("/notices/manage").await;
    page.is(200).contains("草稿公告").lacks("新增公告").lacks(">编辑<").lacks("导出 Excel");
    reader.get(&managed).await.is(200).lacks("/publish").lacks("/edit").lacks("/delete");
    reader.get(&format!("{managed}/edit")).await.is(403);
    reader.post(&format!("{managed}/publish"), &[]).await.is(403);
    reader.post(&format!("{managed}/delete"), &[]).await.is(403);
    for login in
        ["nothing".to_owned(), county.admin_of("甲").await, county.admin_of("教育局").await]
    {
        let mut other = seated(&county, &login).await;
        other.get("/start").await.is(200).lacks("/notices/manage");
        other.get("/notices/manage").await.is(403);
        other.get(&managed).await.is(403);
        save(&mut other, "/notices/manage", &fields).await.is(403);
        other.get(&format!("/notices/{id}")).await.is(200);
        other.get(&format!("/notices/{draft}")).await.is(404);
    }
    county.get(&managed).await.is(303);
    assert_eq!(county.number("select count(*) from notice").await, 2);

    admin.get(&format!("/notices/manage/{id}/delete")).await.is(409);
    admin.post(&format!("/notices/manage/{id}/delete"), &[]).await.is(409).contains("请撤下");
    admin.get(&format!("{managed}/delete")).await.is(200).contains("确认删除");
    let files: [(&str, &str, &[u8]); 1] = [("files", "表.pdf", PDF)];
    let fields = [("revision", "1"), ("title", "草稿公告"), ("body", "甲")];
    admin.upload(&managed, &fields, &files).await.is(303);
    admin.post(&format!("{managed}/delete"), &[]).await.redirects_to("/notices/manage");
    admin.get(&managed).await.is(404);
    assert_eq!(county.number("select count(*) from notice").await, 1);
    assert_eq!(county.number("select count(*) from file").await, 0);
    assert!(county.trail().await.iter().any(|t| t == "删除通知公告草稿“草稿公告”"));
    // an empty draft can wait, but not be published
    let fields = [("title", "没写完的"), ("body", ""), ("act", "save")];
    let empty = id_of(&save(&mut admin, "/notices/manage", &fields).await);
    let page = admin.post(&format!("/notices/manage/{empty}/publish"), &[]).await;
    page.is(409).contains("还没有内容");
}

#[rocket::async_test]
async fn the_list_is_exported_as_shown_and_not_for_a_right_limited_to_departments() {
    let county = World::new().await.with_department("教育局").await;
    let bureau = county.bureau().await;
    let leaf = notices::NOTICES;
    let held = [Action::View, Action::Export].map(|action| Grantable { leaf, action });
    let county = county.with_clerk("part", bureau, &held).await;
    let mut admin = seated(&county, "admin").await;
    published(&mut admin, "公开的公告").await;
    let fields = [("title", "草稿公告"), ("body", "<p>甲</p>"), ("act", "save")];
    save(&mut admin, "/notices/manage", &fields).await.is(303);
    let mut part = seated(&county, "part").await;
    let page = part.get("/notices/manage?state=published").await;
    page.is(200).contains("公开的公告").lacks("草稿公告");
    page.contains("href=\"/lists/notices/export?state=published\"");
    let book = part.get("/lists/notices/export?state=published").await;
    book.is(200);
    let mut sheet: calamine::Xlsx<_> =
        calamine::Reader::new(Cursor::new(book.bytes.clone())).unwrap();
    let range = calamine::Reader::worksheet_range_at(&mut sheet, 0).unwrap().unwrap();
    let rows: Vec<String> =
        range.rows().map(|row| format!("{} {}", row[0], row[1])).skip(3).collect();
    assert_eq!(rows, ["公开的公告 已发布"]);
    // a notice is the whole county's
    county
        .execute(
            "update grant set scope = 'departments'
              where account_id = (select id from account where login = 'part')",
        )
        .await;
    county
        .execute(
            "insert into grant_department (grant_id, department_id)
             select g.id, o.id from grant g, organization o
              where g.scope = 'departments' and o.name = '教育局'",
        )
        .await;
    let mut part = seated(&county, "part").await;
    part.get("/notices/manage").await.is(403);
    part.get("/lists/notices/export").await.is(403);
}

#[rocket::async_test]
async fn the_pinned_come_first_and_the_list_has_pages() {
    let county = World::new().await.with_employer("甲").await;
    let mut admin = seated(&county, "admin").await;
    let fields =
        [("title", "置顶公告"), ("body", "<p>甲</p>"), ("pinned", "on"), ("act", "publish")];
    save(&mut admin, "/notices/manage", &fields).await.is(303);
    for n in 1..=21 {
        county.clock.advance(Duration::minutes(1));
        published(&mut admin, &format!("第{n:02}号公告")).await;
    }
    let home = county.get("/").await;
    home.contains("置顶公告").contains("第21号公告").contains("第17号公告").lacks("第16号公告");
    assert!(home.body.find("置顶公告") < home.body.find("第21号公告"));
    let first = county.get("/notices").await;
    first.contains("第03号公告").lacks("第02号公告").contains("共 22 条，第 1 / 2 页");
    county.get("/notices?page=2").await.contains("第01号公告").lacks("第03号公告");
    for page in ["0", "-1", "99", "x", ""] {
        county.get(&format!("/notices?page={page}")).await.is(200);
    }
    county.get("/notices/99999").await.is(404);
    county.get("/notices/x").await.is(404);
    // those who are in read it in their own frame
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    let start = unit.get("/start").await;
    start.contains("置顶公告").contains("第19号公告").lacks("第18号公告");
    unit.get("/notices").await.is(200).contains("<nav class=\"side").contains("第21号公告");
    admin.get("/start").await.lacks("第21号公告");
}

/// The program without this module, or with nothing but what it needs.
fn without() -> Vec<Box<dyn Module>> {
    jxjy::modules::installed().into_iter().filter(|m| m.name() != "notices").collect()
}

fn alone() -> Vec<Box<dyn Module>> {
    vec![Box::new(notices::Notices), Box::new(accounts::Accounts)]
}

#[rocket::async_test]
async fn the_program_works_without_it_and_it_needs_no_other_module() {
    let county = World::with_modules(without).await;
    county.get("/").await.is(200).contains("办理指引").lacks("通知公告");
    county.get("/notices").await.is(404);
    let mut admin = seated(&county, "admin").await;
    admin.get("/start").await.is(200).lacks("/notices");
    admin.get("/notices/manage").await.is(404);

    // accounts only so that somebody can be set up who signs in
    let county = World::with_modules(alone).await;
    let mut admin = seated(&county, "admin").await;
    let id = published(&mut admin, "只有公告").await;
    county.get("/").await.is(200).contains("只有公告");
    county.get(&format!("/notices/{id}")).await.is(200);
}

#[test]
fn it_is_a_crate_and_two_lines() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let lines = |file: &str| -> Vec<String> {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        text.lines().filter(|line| line.contains("notices")).map(str::to_owned).collect()
    };
    assert_eq!(lines("Cargo.toml").len(), 1, "{:?}", lines("Cargo.toml"));
    assert_eq!(lines("src/modules.rs").len(), 1);
    let needs = std::fs::read_to_string(root.join("modules/notices/Cargo.toml")).unwrap();
    for module in jxjy::modules::installed() {
        let line = format!("\n{}.workspace", module.name());
        assert!(!needs.contains(&line), "it needs {}", module.name());
    }
    // nothing else knows of it: no address of its, no name of its
    let mut folders = vec![root.join("src"), root.join("templates"), root.join("modules")];
    let mut looked = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "notices" {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && name != "modules.rs" || name.ends_with(".html") {
                let text = std::fs::read_to_string(&path).unwrap();
                for part in ["notices::", "\"/notices", "\"notices", "'/notices"] {
                    assert!(!text.contains(part), "{part} in {}", path.display());
                }
                looked += 1;
            }
        }
    }
    assert!(looked > 150, "{looked}");
}
