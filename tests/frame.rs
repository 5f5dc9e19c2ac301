//! The frame: setup, headers, assets, errors, data folder, settings, a feature added from outside.

use kit::module::{Template, Who};
use kit::{
    Can, Grantable, Group, Kinds, Leaf, MenuEntry, Migration, Module, Page, Permission, permission,
};
use rocket::http::{ContentType, Method};
use rocket::{Route, get, routes};

use crate::support::{ADMIN, Folder, PASSWORD, World, figment};

#[rocket::async_test]
async fn before_the_setup_everything_leads_to_it_and_its_link_works_once() {
    let county = World::empty(jxjy::modules::installed).await;
    for path in ["/", "/start", "/accounts/employers", "/nothing"] {
        county.get(path).await.redirects_to("/setup");
    }
    county.get("/assets/app.css").await.is(200);
    county.get("/setup").await.is(403).contains("一次性链接");
    county.get("/setup?code=0123").await.is(403);

    let link = county.setup_link().unwrap();
    let mut browser = county.browser();
    browser.get(&link).await.is(200).contains("人社局全称").contains("第一位管理员");
    let page = browser.post(&link, &[("bureau", "县"), ("area_code", "41x")]).await;
    page.is(422).contains("人社局全称至少 4 个字").contains("行政区划代码");
    let fields = [
        ("bureau", "示例县人力资源和社会保障局"),
        ("area_code", "419999"),
        ("network", "lan"),
        ("name", "赵主任"),
        ("login", ADMIN),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    browser.post("/setup?code=0123", &fields).await.is(403);
    let page = browser.post(&link, &fields).await;
    page.redirects_to("/");
    browser.follow(&page).await.is(200).contains("设置完成").contains("重新启动");
    assert_eq!(county.number("select count(*) from organization").await, 1);
    assert_eq!(county.number("select count(*) from organization_version").await, 1);
    assert_eq!(county.text("select value from setting where key = 'serving.plain_lan'").await, "1");
    browser.get(&link).await.redirects_to("/");
    browser.post(&link, &fields).await.is(409);
    browser.sign_in(ADMIN, PASSWORD).await.redirects_to("/start");
    browser.get("/start").await.is(200).contains("赵主任").contains("示例县人力资源和社会保障局");
    assert!(county.trail().await.iter().any(|text| text.contains("首次设置")));
}

#[rocket::async_test]
async fn every_answer_has_the_headers() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    for path in ["/start", "/settings", "/nothing-here", "/", "/assets/app.css", "/password"] {
        let page = admin.get(path).await;
        let policy = page.header("content-security-policy").unwrap_or_default().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{path}");
        assert!(page.header("server-timing").is_some_and(|t| t.starts_with("app;dur=")), "{path}");
        assert_eq!(page.header("server"), None, "{path}");
        assert_eq!(page.header("permissions-policy"), None, "{path}: the default Shield is on");
        if !path.starts_with("/assets") {
            assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(page.header("content-encoding"), None, "{path}");
        }
    }
    let cookie = county.get("/").await;
    let cookie = cookie.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(cookie.contains("Path=/") && !cookie.contains("Secure"), "{cookie}");
}

#[rocket::async_test]
async fn assets_are_addressed_by_content_kept_and_compressed() {
    let county = World::new().await;
    let mut browser = county.browser();
    let home = browser.get("/").await;
    let (_, rest) = home.body.split_once("/assets/app.css?v=").unwrap();
    let path = format!("/assets/app.css?v={}", &rest[..8]);
    let plain = browser.get(&path).await;
    plain.is(200);
    assert!(plain.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(plain.header("vary"), Some("Accept-Encoding"));
    assert_eq!(plain.header("content-encoding"), None);
    let packed = browser.get_with(&path, &[("Accept-Encoding", "br, gzip;q=0.8")]).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.bytes.len() * 2 < plain.bytes.len());
    let tag = packed.header("etag").unwrap().to_owned();
    assert_ne!(plain.header("etag"), Some(tag.as_str()));
    let headers = [("Accept-Encoding", "gzip"), ("If-None-Match", tag.as_str())];
    let known = browser.get_with(&path, &headers).await;
    known.is(304);
    assert!(known.bytes.is_empty());
    // another version's address is served, but not kept
    let page = browser.get("/assets/app.css?v=00000000").await;
    assert!(!page.is(200).header("cache-control").unwrap().contains("immutable"));
    browser.get("/assets/nothing.css").await.is(404);
    browser.get("/assets/../Cargo.toml").await.is(404);
}

#[rocket::async_test]
async fn a_page_that_does_not_exist_says_so_with_the_menu() {
    let county = World::new().await;
    county.get("/nothing").await.is(404).contains("没有找到").contains("报修时请告知编号");
    let mut admin = county.admin().await;
    admin.get("/nothing").await.is(404).contains("没有找到").contains("系统设置");
}

#[rocket::async_test]
async fn a_form_that_is_too_large_gets_a_page() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    admin.get("/settings").await;
    let mut body = format!("_csrf={}&x=", admin.csrf).into_bytes();
    body.resize(2 * 1024 * 1024, b'x');
    let page = admin.post_raw("/settings", ContentType::Form, body, true).await;
    page.is(413).contains("太大");
}

#[rocket::async_test]
async fn a_second_server_on_the_folder_is_refused() {
    let county = World::new().await;
    let settings = figment(county.folder.path());
    let error = jxjy::server(settings, jxjy::modules::installed(), county.clock.clone()).await;
    let error = error.err().unwrap();
    assert!(error.sentence().contains("正在被另一个 jxjy 使用"), "{error}");
}

#[rocket::async_test]
async fn a_newer_database_is_refused_and_left_as_it_is() {
    let county = World::new().await;
    county.execute("insert into migration values ('kit', '9999_future', 'x', '2027-01-01')").await;
    county.db().shut().await;
    let folder = county.folder;
    drop(county.client);
    let clock = county.clock;
    let settings = figment(folder.path());
    let error = jxjy::server(settings, jxjy::modules::installed(), clock).await.err().unwrap();
    assert!(error.sentence().contains("由更新版本的程序建立（kit/9999_future）"), "{error}");
}

#[rocket::async_test]
async fn a_corrupt_database_and_an_unwritable_folder_are_named() {
    let clock = kit::Clock::machine();
    let place = Folder::new();
    std::fs::write(place.path().join("jxjy.sqlite"), "no database at all ".repeat(500)).unwrap();
    let settings = figment(place.path());
    let error = jxjy::server(settings, vec![], clock.clone()).await.err().unwrap();
    assert!(error.sentence().contains("已损坏"), "{error}");

    let place = Folder::new();
    std::fs::write(place.path().join("file"), "").unwrap();
    let settings = figment(&place.path().join("file").join("data"));
    let error = jxjy::server(settings, vec![], clock).await.err().unwrap();
    assert!(error.sentence().contains("不能写入数据文件夹"), "{error}");
}

#[rocket::async_test]
async fn other_pcs_over_plain_http_need_one_explicit_setting() {
    use jxjy::Flags;
    let place = Folder::new();
    let flags = Flags {
        data: Some(place.path().to_path_buf()),
        address: Some("0.0.0.0".to_owned()),
        ..Flags::default()
    };
    let clock = kit::Clock::machine();
    let error = jxjy::server(jxjy::settings(&flags), vec![], clock.clone()).await.err().unwrap();
    assert!(error.sentence().contains("--plain-lan"), "{error}");

    let flags = Flags { plain_lan: Some(true), ..flags };
    let rocket = jxjy::server(jxjy::settings(&flags), vec![], clock).await.unwrap();
    let banners = rocket.state::<kit::shell::Banners>().unwrap();
    assert!(banners.0[0].text.contains("不加密"));
    assert!(!rocket.state::<kit::session::Transport>().unwrap().tls);
}

#[rocket::async_test]
async fn settings_are_checked_stored_and_trailed() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let page = admin.get("/settings").await;
    page.is(200).contains("无操作自动退出").contains("value=\"30\"").contains("证明落款名称");
    let mut fields: Vec<(String, String)> = county
        .modules()
        .settings()
        .iter()
        .map(|setting| (setting.key.to_owned(), county.settings().text(setting)))
        .chain([
            ("bureau.name".to_owned(), "新县人力资源和社会保障局".to_owned()),
            ("bureau.certificate_name".to_owned(), "新县人社局".to_owned()),
            ("bureau.area_code".to_owned(), "419998".to_owned()),
        ])
        .collect();
    let set = |fields: &mut Vec<(String, String)>, key: &str, value: &str| {
        let field = fields.iter_mut().find(|(name, _)| name == key).unwrap();
        value.clone_into(&mut field.1);
    };
    let pairs = |fields: &[(String, String)]| -> Vec<(String, String)> { fields.to_vec() };
    set(&mut fields, "session.idle", "4");
    let sent = pairs(&fields);
    let sent: Vec<(&str, &str)> = sent.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    admin.post("/settings", &sent).await.is(422).contains("请填 5 到 480 之间的整数");
    assert_eq!(county.settings().integer(&kit::session::IDLE), 30);

    set(&mut fields, "session.idle", "45");
    let sent = pairs(&fields);
    let sent: Vec<(&str, &str)> = sent.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    admin.post("/settings", &sent).await.redirects_to("/settings");
    admin.get("/settings").await.contains("已保存 2 处改动").contains("新县人力资源和社会保障局");
    assert_eq!(county.settings().integer(&kit::session::IDLE), 45);
    assert_eq!(county.number("select count(*) from organization_version").await, 2);
    assert!(county.trail().await.iter().any(|t| t == "系统设置“无操作自动退出”改为“45”"));
    admin.post("/settings", &sent).await.redirects_to("/settings");
    admin.get("/settings").await.contains("没有改动");
}

#[rocket::async_test]
async fn the_trail_is_read_with_its_filters() {
    let county = World::new().await.with_employer("甲").await;
    county.browser().sign_in(ADMIN, "wrong").await.is(422);
    let mut admin = county.admin().await;
    admin.get("/trail").await.is(200).contains("首次设置：").contains("登录失败：");
    let page = admin.get("/trail?result=refused").await;
    page.is(200).contains("登录失败：").lacks("首次设置：");
    // a unit's own administrator has no such screen
    let login = county.admin_of("甲").await;
    county.sign_in(&login).await.get("/trail?result=done").await.is(403);
    let page = admin.get("/trail?act=access.refused").await;
    page.is(200).contains("没有权限，未予办理：GET /trail").lacks("result=done）");
    // a number that somebody typed into a reason or a file's name does not get in
    let mut tx = county.db().begin().await.unwrap();
    let (actor, text) = (kit::Actor::system(), "上传“张三419999198503150011.xlsx”");
    kit::trail::write(&mut tx, &actor, &county.clock, "test", "", text).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(county.trail().await.last().unwrap(), "上传“张三4199************11.xlsx”");
    let mut reader = county.db().read().await.unwrap();
    let whole = kit::trail::verify(&mut reader).await.unwrap();
    assert!(matches!(whole, kit::trail::Verdict::Whole { rows } if rows >= 3), "{whole:?}");
}

/// A feature nobody knew of: one route, one permission, one menu entry, one table, one template.
struct Extra;

const EXTRA: Leaf =
    Leaf { key: "extra.notes", title: "便笺", group: Group::System, kinds: Kinds::ALL };
permission!(ViewNotes, EXTRA, View);

#[get("/notes")]
async fn notes(_user: Can<ViewNotes>, db: &rocket::State<kit::Db>) -> kit::Result<Page> {
    let count: i64 = sqlx::query_scalar("select count(*) from extra_note")
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(Page::new("extra/notes.html").with("count", &count))
}

#[rocket::async_trait]
impl Module for Extra {
    fn name(&self) -> &'static str {
        "extra"
    }
    fn title(&self) -> &'static str {
        "便笺"
    }
    fn routes(&self) -> Vec<Route> {
        routes![notes]
    }
    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewNotes::grantable()]
    }
    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::System,
            order: 999,
            title: "便笺",
            href: "/extra/notes",
            permission: Some(ViewNotes::grantable()),
            subject: None,
            kinds: kit::Kinds::ALL,
        }]
    }
    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0001_notes",
            sql: "create table extra_note (id integer primary key, text text not null) strict;
                  insert into extra_note (text) values ('a'), ('b');",
        }]
    }
    fn templates(&self) -> Vec<Template> {
        let text = "{% extends \"layout.html\" %}{% block content %}<h1>共 {{ count }} 张便笺</h1>{% endblock content %}";
        vec![Template { name: "extra/notes.html".to_owned(), text: text.to_owned() }]
    }
    fn access(&self) -> Vec<kit::module::AccessCase> {
        let who = Who::Holder(ViewNotes::grantable());
        vec![kit::module::AccessCase { method: "GET", route: "/extra/notes", who }]
    }
}

#[rocket::async_test]
async fn a_feature_is_added_without_touching_the_core() {
    fn features() -> Vec<Box<dyn Module>> {
        let mut all = jxjy::modules::installed();
        all.push(Box::new(Extra));
        all
    }
    let county = World::with_modules(features).await;
    let bureau = county.bureau().await;
    let county = county.with_clerk("noter", bureau, &[ViewNotes::grantable()]).await;
    let county = county.with_clerk("other", bureau, &[]).await;
    assert!(county.modules().permissions().contains(&ViewNotes::grantable()));
    let mut admin = county.admin().await;
    admin.get("/start").await.contains("href=\"/extra/notes\"");
    admin.get("/extra/notes").await.is(200).contains("共 2 张便笺");
    county.sign_in("noter").await.get("/extra/notes").await.is(200);
    let mut other = county.sign_in("other").await;
    other.get("/extra/notes").await.is(403);
    other.get("/start").await.lacks("/extra/notes");
    county.get("/extra/notes").await.is(303);
    let name = county.text("select name from migration where module = 'extra'").await;
    assert_eq!(name, "0001_notes");
}

#[rocket::async_test]
async fn a_panic_is_one_failed_request() {
    struct Faulty;
    #[get("/panic")]
    fn panic() -> &'static str {
        panic!("on purpose")
    }
    #[rocket::async_trait]
    impl Module for Faulty {
        fn name(&self) -> &'static str {
            "faulty"
        }
        fn title(&self) -> &'static str {
            "faulty"
        }
        fn routes(&self) -> Vec<Route> {
            routes![panic]
        }
    }
    fn features() -> Vec<Box<dyn Module>> {
        let mut all = jxjy::modules::installed();
        all.push(Box::new(Faulty));
        all
    }
    let county = World::with_modules(features).await;
    county.get("/faulty/panic").await.is(500).contains("系统出了问题").lacks("on purpose");
    county.get("/").await.is(200);
}

#[rocket::async_test]
async fn head_is_answered_like_get() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let kind = ContentType::Plain;
    let page = admin.send_raw(Method::Head, "/start", kind, vec![], false).await;
    page.is(200);
    assert!(page.bytes.is_empty());
    // a HEAD changes nothing, and other methods find nothing
    admin.get("/start").await.is(200);
    let form = || format!("_csrf={}", admin.csrf).into_bytes();
    let (form, kind) = (form(), ContentType::Form);
    for method in [Method::Head, Method::Put, Method::Delete, Method::Patch, Method::Options] {
        for path in ["/sign-out", "/settings", "/backup"] {
            let page = admin.send_raw(method, path, kind.clone(), form.clone(), true).await;
            let read = method == Method::Head && path != "/sign-out";
            assert_eq!(page.status, if read { 200 } else { 404 }, "{method} {path}");
        }
    }
    // a POST stays a POST, whatever its form says of itself
    let body = format!("_method=get&_csrf={}", admin.csrf).into_bytes();
    admin.post_raw("/sign-out", kind, body, true).await.is(404);
    admin.get("/start").await.is(200);
}

#[rocket::async_test]
async fn the_menu_counts_what_its_reader_is_shown() {
    let county = World::new().await.with_department("教育局").await;
    let county = county.with_employer_under("一中", "教育局").await.with_employer("乙").await;
    let bureau = county.bureau().await;
    let leaf = county.modules().subjects()[0].leaf();
    let view = Grantable { leaf, action: kit::Action::View };
    let county = county.with_clerk("whole", bureau, &[view]).await;
    let county = county.with_clerk("part", bureau, &[view]).await;
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
    county
        .execute(
            "insert into review_case (subject, number, state, desk_id, route, stage, account_id,
               organization_id, department_id, title, content, submitted_at, waiting_since)
             select 'declarations', 'X-' || o.id || '-' || n.n, 'pending', 1, '[1]', 0, 1, o.id,
                    o.department_id, '', '{}', '2026-11-23T00:00:00.000Z', '2026-11-23T00:00:00.000Z'
               from organization o, (select 1 as n union select 2) n where o.kind = 'employer'",
        )
        .await;
    // the whole county's screens are not for those limited to a part of it
    county
        .execute("insert into role_permission select role_id, 'core.settings', 'view' from role_permission")
        .await;
    county.sign_in("whole").await.get("/settings").await.is(200);
    county.sign_in("part").await.get("/settings").await.is(403);
    for (login, count) in [("whole", 4), ("part", 2)] {
        let page = county.sign_in(login).await.get("/backup").await;
        page.is(403).contains(&format!("aria-label=\"{count} 条待办\""));
    }
}

#[rocket::async_test]
async fn the_wizard_can_load_a_county_to_try_and_shows_its_accounts_once() {
    let county = World::empty(jxjy::modules::installed).await;
    let link = county.setup_link().unwrap();
    let mut browser = county.browser();
    browser.get(&link).await.is(200).contains("装入示例县");
    browser.post("/setup/demo?code=0123", &[]).await.is(403);
    browser.get(&link).await.is(200);
    let page = browser.post(&link.replace("/setup?", "/setup/demo?"), &[]).await;
    page.is(200).contains("只显示这一次").contains("超级管理员");
    assert!(county.number("select count(*) from person").await >= 1_000);
    let cells: Vec<&str> = page
        .body
        .split("<td class=\"mono\">")
        .skip(1)
        .filter_map(|c| c.split('<').next())
        .collect();
    let mut admin = county.browser();
    admin.sign_in(cells[0], cells[1]).await.redirects_to("/start");
    admin.get("/start").await.is(200);
    assert_eq!(county.setup_link(), None);
}
