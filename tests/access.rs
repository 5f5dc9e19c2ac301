//! Who may call what: every mounted route, as nobody, a person, units' and the bureau's clerks.

use std::collections::BTreeMap;

use kit::module::{AccessCase, Who};
use kit::{Action, Grantable, OrganizationKind};
use rocket::http::{ContentType, Method};

use crate::support::{Browser, Page, World, id_number};
use crate::walk::{fill, routes};

/// What an answer means to whoever asked.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Answer {
    /// Sent to sign in.
    SignIn,
    Forbidden,
    /// Let through, whatever came of it: a page, a redirect, not found, a refused form.
    Let,
}

fn meaning(page: &Page) -> Answer {
    let to = page.location.as_deref().unwrap_or_default();
    match page.status {
        303 if to == "/" || to.starts_with("/?next=") => Answer::SignIn,
        403 => Answer::Forbidden,
        status if status >= 500 => panic!("{page:?}"),
        _ => Answer::Let,
    }
}

async fn call(browser: &mut Browser<'_>, method: Method, address: &str) -> Answer {
    let body = format!("_csrf={}", browser.csrf).into_bytes();
    let body = if method == Method::Get { vec![] } else { body };
    meaning(&browser.send_raw(method, address, ContentType::Form, body, true).await)
}

/// A signed-in browser that has seen a page, and so has its token.
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

fn rows(county: &World) -> BTreeMap<(String, String), AccessCase> {
    let mut rows = BTreeMap::new();
    for module in county.modules().all() {
        for mut row in module.access() {
            row.route = row.route.split('?').next().unwrap_or(row.route);
            let key = (row.method.to_owned(), row.route.to_owned());
            assert!(rows.insert(key.clone(), row).is_none(), "{key:?} stands twice in the table");
        }
    }
    // the desk asks for the leaf of the subject in the address
    if let Some(subject) = county.modules().subjects().first() {
        for (method, route, action) in jxjy::desk::ACCESS {
            let who = Who::Holder(Grantable { leaf: subject.leaf(), action: *action });
            rows.insert(
                ((*method).to_owned(), (*route).to_owned()),
                AccessCase { method, route, who },
            );
        }
    }
    rows
}

/// Leaves the test's own session alone.
fn ends_the_session(pattern: &str) -> bool {
    pattern == "/sign-out" || pattern == "/side"
}

#[rocket::async_test]
async fn every_route_stands_in_the_table_and_keeps_to_it() {
    let (person, other) = (id_number(2), id_number(3));
    let county = World::new().await;
    let all: Vec<Grantable> = county.modules().permissions();
    let bureau = county.bureau().await;
    let county = county
        .with_department("教育局")
        .await
        .with_employer("甲")
        .await
        .with_employer("乙")
        .await
        .with_active_person("张三丰", "甲", &person)
        .await
        .with_active_person("李四光", "乙", &other)
        .await
        .with_clerk("without", bureau, &[])
        .await;
    let table = rows(&county);
    let mounted = routes(&county);
    let missing: Vec<String> = mounted
        .iter()
        .filter(|(method, pattern, _)| {
            !table.contains_key(&(method.to_string(), pattern.trim_end_matches('/').to_owned()))
                && !table.contains_key(&(method.to_string(), pattern.clone()))
        })
        .map(|(method, pattern, _)| format!("{method} {pattern} stands in no Module::access()"))
        .collect();
    for (method, pattern) in table.keys() {
        let known = mounted.iter().any(|(m, p, _)| {
            m.as_str() == method && (p == pattern || p.trim_end_matches('/') == pattern)
        });
        assert!(known, "{method} {pattern} stands in the table but is not mounted");
    }

    let login_a = county.admin_of("甲").await;
    let login_b = county.admin_of("乙").await;
    let login_d = county.admin_of("教育局").await;
    let mut nobody = county.browser();
    nobody.get("/").await.is(200);
    let mut person = seated(&county, &person).await;
    let mut units = [
        (OrganizationKind::Employer, seated(&county, &login_a).await),
        (OrganizationKind::Employer, seated(&county, &login_b).await),
        (OrganizationKind::Department, seated(&county, &login_d).await),
    ];
    let mut full = seated(&county, "admin").await;
    let mut without = seated(&county, "without").await;

    let mut wrong = missing;
    for row in table.values() {
        if ends_the_session(row.route) {
            continue;
        }
        let method: Method = row.method.parse().unwrap();
        let address = fill(&county, row.route);
        let mut expect = |who: &str, got: Answer, wanted: Answer| {
            // the home page sends those who are in to their start page, which is no sign-in
            if got != wanted && row.route != "/" && !row.route.starts_with("/-/") {
                wrong.push(format!(
                    "{} {} as {who}: {got:?}, not {wanted:?}",
                    row.method, row.route
                ));
            }
        };
        let (anyone, signed_in, as_person) = match row.who {
            Who::Everyone => (Answer::Let, Answer::Let, Answer::Let),
            Who::SignedIn => (Answer::SignIn, Answer::Let, Answer::Let),
            Who::Person => (Answer::SignIn, Answer::Forbidden, Answer::Let),
            Who::Holder(_) => (Answer::SignIn, Answer::Forbidden, Answer::Forbidden),
        };
        if row.route == "/setup" {
            continue; // closed for good: tests/frame.rs
        }
        expect("nobody", call(&mut nobody, method, &address).await, anyone);
        expect("a person", call(&mut person, method, &address).await, as_person);
        expect("without the permission", call(&mut without, method, &address).await, signed_in);
        let holder = match row.who {
            Who::Holder(wanted) => {
                assert!(
                    all.contains(&wanted),
                    "{} {}: {} {:?} is in no role form",
                    row.method,
                    row.route,
                    wanted.leaf.key,
                    wanted.action
                );
                Some(wanted)
            }
            _ => None,
        };
        let by_kind = |kind| match holder {
            Some(wanted) if wanted.leaf.kinds.has(kind) => Answer::Let,
            _ => signed_in,
        };
        for (kind, browser) in &mut units {
            expect(kind.label(), call(browser, method, &address).await, by_kind(*kind));
        }
        expect(
            "the bureau's",
            call(&mut full, method, &address).await,
            by_kind(OrganizationKind::Bureau),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[rocket::async_test]
async fn one_permission_opens_its_own_routes_and_no_others() {
    let county = World::new().await;
    let bureau = county.bureau().await;
    let held: Vec<Grantable> = county
        .modules()
        .permissions()
        .into_iter()
        .filter(|p| p.leaf.kinds.has(OrganizationKind::Bureau))
        .collect();
    let mut county = county;
    for (n, one) in held.iter().enumerate() {
        county = county.with_clerk(&format!("clerk-{n}"), bureau, &[*one]).await;
    }
    let table = rows(&county);
    let mut wrong = vec![];
    for (n, one) in held.iter().enumerate() {
        let mut browser = seated(&county, &format!("clerk-{n}")).await;
        for row in table.values() {
            let Who::Holder(wanted) = row.who else { continue };
            let method: Method = row.method.parse().unwrap();
            let got = call(&mut browser, method, &fill(&county, row.route)).await;
            let same = (wanted.leaf.key, wanted.action) == (one.leaf.key, one.action);
            let expected = if same { Answer::Let } else { Answer::Forbidden };
            if got != expected {
                wrong.push(format!(
                    "{} {} with {}·{}: {got:?}, not {expected:?}",
                    row.method,
                    row.route,
                    one.leaf.title,
                    one.action.label()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held.iter().any(|p| p.action == Action::View));
}
