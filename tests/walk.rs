//! Walks over the whole route table: what no route may forget.

use std::collections::BTreeSet;

use rocket::http::{ContentType, Method};

use crate::support::{World, id_number};

/// (method, address) of every route, with something in place of its parameters.
pub fn routes(county: &World) -> Vec<(Method, String, String)> {
    let mut all = Vec::new();
    for route in county.client.rocket().routes() {
        let pattern = route.uri.path().to_owned();
        let address = fill(county, &pattern);
        all.push((route.method, pattern, address));
    }
    all.sort_by_key(|(method, pattern, _)| (pattern.clone(), method.as_str()));
    all
}

/// `/accounts/employers/<id>` as an address.
pub fn fill(county: &World, pattern: &str) -> String {
    let subject = county.modules().subjects().first().map_or("none", |s| s.key());
    let parts: Vec<String> = pattern
        .split('/')
        .map(|part| match part {
            "<subject>" => subject.to_owned(),
            "<key>" if pattern.starts_with("/desk/") => subject.to_owned(),
            "<key>" => "trail".to_owned(),
            "<path..>" => "app.css".to_owned(),
            _ if part.starts_with('<') => "1".to_owned(),
            _ => part.to_owned(),
        })
        .collect();
    let address = parts.join("/");
    if address.is_empty() { "/".to_owned() } else { address }
}

#[rocket::async_test]
async fn a_restricted_session_can_set_a_password_or_leave_and_nothing_else() {
    let number = id_number(2);
    let county =
        World::new().await.with_employer("甲").await.with_person("张三丰", "甲", &number).await;
    let mut browser = county.browser();
    browser.sign_in(&number, &number[12..]).await.redirects_to("/password/first");
    browser.get("/password/first").await.is(200);
    let mut walked = 0;
    for (method, pattern, address) in routes(&county) {
        let free = ["/password/first", "/sign-out"].contains(&pattern.as_str());
        if free || pattern.starts_with("/assets/") {
            continue;
        }
        let body = format!("_csrf={}", browser.csrf).into_bytes();
        let page = browser.send_raw(method, &address, ContentType::Form, body, true).await;
        assert_eq!(
            (page.status, page.location.as_deref()),
            (303, Some("/password/first")),
            "{method} {pattern}"
        );
        walked += 1;
    }
    assert!(walked > 20, "{walked} routes");
    browser.get("/assets/app.css").await.is(200);
    browser.get("/password/first").await.is(200);
    browser.post("/sign-out", &[]).await.redirects_to("/");
}

#[rocket::async_test]
async fn nothing_is_changed_without_the_forms_token_and_our_own_origin() {
    let number = id_number(2);
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_active_person("张三丰", "甲", &number)
        .await;
    let mut admin = county.admin().await;
    admin.get("/start").await.is(200);
    let mut person = county.sign_in(&number).await;
    person.get("/start").await.is(200);
    let mut nobody = county.browser();
    nobody.get("/").await.is(200);
    let before = county.number("select count(*) from trail").await;
    for (method, pattern, address) in routes(&county) {
        if method == Method::Get {
            continue;
        }
        for (who, browser) in
            [("admin", &mut admin), ("person", &mut person), ("nobody", &mut nobody)]
        {
            let right = format!("_csrf={}", browser.csrf);
            let cases = [("x=1", true), ("_csrf=0000&x=1", true), (right.as_str(), false)];
            for (body, origin) in cases {
                let body = body.as_bytes().to_vec();
                let page =
                    browser.send_raw(method, &address, ContentType::Form, body, origin).await;
                // whoever is not signed in is sent to sign in before anything else is looked at
                let turned_away = page.status == 403
                    || (who == "nobody"
                        && page.status == 303
                        && page
                            .location
                            .as_deref()
                            .is_some_and(|to| to.starts_with("/?next=") || to == "/"));
                assert!(turned_away, "{who} {method} {pattern}: {page:?}");
            }
        }
    }
    assert_eq!(county.number("select count(*) from trail").await, before);
}

#[rocket::async_test]
async fn a_full_administrator_opens_every_menu_entry() {
    let county = World::new().await.with_department("教育局").await;
    let county = county.with_employer_under("一中", "教育局").await;
    let logins =
        ["admin".to_owned(), county.admin_of("教育局").await, county.admin_of("一中").await];
    for login in logins {
        let mut browser = county.sign_in(&login).await;
        let start = browser.get("/start").await;
        let links: BTreeSet<String> = start
            .body
            .split("<nav class=\"side")
            .nth(1)
            .and_then(|rest| rest.split("</nav>").next())
            .unwrap_or_default()
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect();
        assert!(links.len() > 3, "{login}: {links:?}");
        for link in &links {
            let page = browser.get(link).await;
            assert_eq!(page.status, 200, "{login} {link}: {page:?}");
            page.contains("<h1").contains("aria-current=\"page\"");
        }
    }
}

#[rocket::async_test]
async fn no_two_routes_or_lists_or_settings_share_a_name() {
    let county = World::new().await;
    let unique = |what: &str, names: Vec<String>| {
        let mut seen = BTreeSet::new();
        for name in names {
            assert!(seen.insert(name.clone()), "two {what} {name}");
        }
    };
    let modules = county.modules();
    unique("settings", modules.settings().iter().map(|s| s.key.to_owned()).collect());
    unique("modules", modules.all().iter().map(|m| m.name().to_owned()).collect());
    let lists = modules.all().iter().flat_map(|m| [m.lists(), m.own_lists()].concat());
    unique("lists", lists.map(|l| l.key.to_owned()).collect());
    for setting in modules.settings() {
        assert!(setting.accept(setting.default).is_ok(), "{}'s own default", setting.key);
    }
    for permission in modules.permissions() {
        assert!(permission.leaf.key.contains('.'), "{}", permission.leaf.key);
    }
}

#[rocket::async_test]
async fn every_list_stands_on_indexes_in_every_scope() {
    let county = World::new().await;
    let mut reader = county.db().read().await.unwrap();
    // conversion_rule: what a province writes down, some tens of rows
    let small =
        ["organization", "internal_department", "role", "grant", "account", "conversion_rule"];
    let mut faults = vec![];
    for module in county.modules().all() {
        for list in module.lists() {
            for plan in kit::list::plans(&mut reader, list).await.unwrap() {
                faults.extend(plan.faults(&small));
            }
        }
        for list in module.own_lists() {
            for plan in kit::list::plans_own(&mut reader, list).await.unwrap() {
                faults.extend(plan.faults(&small));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[rocket::async_test]
async fn numbers_and_passwords_stand_nowhere_but_in_their_place() {
    let number = id_number(2);
    let (wrong, chosen) = ("wrong-Guess-of-mine", "green-Kettle-on-the-roof");
    let county =
        World::new().await.with_employer("甲").await.with_person("张三丰", "甲", &number).await;
    county.browser().sign_in(&number, wrong).await.is(422).lacks(wrong);
    county.browser().sign_in("41999919850315999X", &number).await.is(422);
    let mut person = county.browser();
    person.sign_in(&number.to_lowercase(), &number[12..]).await.redirects_to("/password/first");
    person.get("/password/first").await.is(200);
    let fields = [("password", chosen), ("again", chosen)];
    person.post("/password/first", &fields).await.redirects_to("/start");
    person.get("/start").await.is(200).lacks(&number);
    let fields = [("from", "2026"), ("to", "2026")];
    let issued = person.post("/verification/mine", &fields).await;
    person.follow(&issued).await.is(200).contains(&number); // the one page that prints it
    let mut admin = county.admin().await;
    for list in ["people", "ledger"] {
        admin.get(&format!("/queries/{list}")).await.is(200).lacks(&number);
        let asked = admin.post(&format!("/lists/{list}/query"), &[("q", &number)]).await;
        let address = asked.location.clone().unwrap();
        assert!(!address.contains(&number[6..]), "{address}");
        admin.follow(&asked).await.is(200);
        let (_, query) = address.split_once('?').unwrap();
        admin.get(&format!("/lists/{list}/export?{query}")).await.is(200);
    }
    admin.post("/sign-out", &[]).await.redirects_to("/");

    let mut reader = county.db().read().await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
          where m.type = 'table' and instr(m.name, '_search') = 0 order by 1, 2",
    )
    .fetch_all(&mut *reader)
    .await
    .unwrap();
    let reversed: String = number.chars().rev().collect();
    for (table, column) in columns {
        let sql = format!(
            "select count(*) from \"{table}\" where instr(cast(\"{column}\" as text), ?) > 0"
        );
        for secret in [number.as_str(), reversed.as_str(), wrong, chosen] {
            let place = table == "identity" && secret != wrong && secret != chosen;
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone()))
                .bind(secret)
                .fetch_one(&mut *reader)
                .await
                .unwrap();
            assert!(found == 0 || place, "{table}.{column} holds a secret");
        }
    }
}
