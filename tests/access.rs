//! Who may call what: every mounted route, as nobody, a person, units' and the bureau's clerks.

use std::collections::BTreeMap;

use kit::module::{AccessCase, Who};
use kit::{Action, Grantable, OrganizationKind};
use rocket::http::{ContentType, Method};

use crate::support::{Browser, CLASS_PAPERS, Page, World, id_number};
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
        .with_base("培训基地")
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
    let login_base = county.admin_of("培训基地").await;
    let mut nobody = county.browser();
    nobody.get("/").await.is(200);
    let mut person = seated(&county, &person).await;
    let mut units = [
        (OrganizationKind::Employer, seated(&county, &login_a).await),
        (OrganizationKind::Employer, seated(&county, &login_b).await),
        (OrganizationKind::Department, seated(&county, &login_d).await),
        (OrganizationKind::Base, seated(&county, &login_base).await),
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

/// What of 乙 a route with a number in it is asked for, by the beginning of its pattern.
async fn of_others(county: &World, pattern: &str) -> Option<String> {
    let begins = |start: &str| pattern.starts_with(start);
    let sql = if begins("/accounts/registration/files/") {
        "select file_id from registration_file"
    } else if begins("/accounts/departments/") {
        "select id from organization where name = '卫健委'"
    } else if begins("/accounts/employers/") {
        "select id from organization where name = '乙'"
    } else if begins("/accounts/bases/") {
        "select id from organization where name = '丙基地'"
    } else if begins("/accounts/unit/files/") {
        "select file_id from organization_file"
    } else if begins("/accounts/unit/change/") {
        "select id from organization_change"
    } else if begins("/accounts/internal-departments/") {
        "select id from internal_department"
    } else if begins("/accounts/administrators/") {
        "select g.id from grant g join organization o on o.id = g.organization_id where o.name = '乙'"
    } else if begins("/accounts/roles/") {
        "select r.id from role r join organization o on o.id = r.organization_id where o.name = '乙'"
    } else if begins("/accounts/sessions/") {
        "select s.id from session s join account a on a.id = s.account_id where a.name = '李四光'"
    } else if begins("/accounts/identity-corrections/") {
        "select id from identity_correction"
    } else if begins("/queries/people/")
        || begins("/accounts/people/")
        || begins("/verification/people/")
        || begins("/transfers/leave/")
        || begins("/transfers/left/")
        || begins("/import/history/people/")
        || begins("/import/inactive/")
    {
        "select id from person where name = '李四光'"
    } else if begins("/queries/ledger/") || begins("/credit-hours/entries/") {
        "select id from entry"
    } else if begins("/credit-hours/exemptions/")
        || begins("/credit-hours/unit-exemptions/")
        || begins("/credit-hours/ended-exemptions/")
    {
        "select id from exemption"
    } else if begins("/credit-hours/cases/") {
        "select id from review_case"
    } else if begins("/credit-hours/unfinished/") {
        "select y.id from person_year y join person p on p.id = y.person_id where p.name = '李四光'"
    } else if begins("/accounts/profile/change/records/") {
        "select id from person_record"
    } else if begins("/accounts/profile/change/") {
        "select id from person_change"
    } else if begins("/verification/certificates/") || begins("/verification/mine/") {
        "select id from certificate"
    } else if begins("/desk/") || begins("/credit-hours/declarations/") {
        "select id from declaration"
    } else if begins("/credit-hours/rules/categories/") {
        "select id from category"
    } else if begins("/credit-hours/staff/") {
        "select id from staff_declaration"
    } else if begins("/import/history/uploads/") {
        "select id from import where kind = 'history'"
    } else if begins("/import/history/records/") || begins("/import/history/cases/") {
        "select id from history_batch"
    } else if begins("/import/departments/") {
        "select id from import where kind = 'departments'"
    } else if begins("/import/employers/") {
        "select id from import where kind = 'employers'"
    } else if begins("/import/") {
        "select id from import where kind = 'people'"
    } else if begins("/messages/") {
        "select id from message"
    } else if begins("/files/") {
        "select file_id from declaration_file"
    } else if begins("/transfers/out/") {
        "select id from transfer_person where state = 'approved'"
    } else if begins("/transfers/batches/") {
        "select id from transfer where kind = 'batch'"
    } else if begins("/transfers/mine/") {
        "select id from transfer where kind = 'person'"
    } else if begins("/training/plans/") {
        "select id from plan"
    } else if begins("/training/proxies/<") || begins("/training/proxied/") {
        "select id from proxy_declaration"
    } else if begins("/training/reports/<") || begins("/training/reviewed-reports/") {
        "select id from annual_report"
    } else if begins("/credit-hours/rules/<id>") {
        // the county's, and the bureau's alone
        "select max(id) from conversion_rule"
    } else if begins("/notices/") {
        "select id from notice where state = 'draft'"
    } else if begins("/training/courses/") || begins("/training/enrolments/courses/") {
        // published ones are everybody's
        "select id from plan where title = '未公示'"
    } else if begins("/training/mine/")
        || begins("/training/enrolments/records/")
        || begins("/training/trainees/")
    {
        "select id from trainee"
    } else {
        return None;
    };
    let id = county.number(sql).await.to_string();
    let subject = county.modules().subjects()[0].key();
    let parts = pattern.split('/').map(|part| match part {
        "<key>" => subject.to_owned(),
        "<account>" => "1".to_owned(),
        _ if part.starts_with('<') => id.clone(),
        _ => part.to_owned(),
    });
    Some(parts.collect::<Vec<_>>().join("/"))
}

#[rocket::async_test]
async fn what_belongs_to_another_unit_is_not_there() {
    let (own, other) = (id_number(2), id_number(3));
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("甲", "教育局")
        .await
        .with_employer_under("乙", "卫健委")
        .await
        .with_active_person("张三丰", "甲", &own)
        .await
        .with_active_person("李四光", "乙", &other)
        .await
        .with_base("丙基地")
        .await;
    let mut person = seated(&county, &other).await;
    let fields = [("from", "2026"), ("to", "2026")];
    person.post("/verification/mine", &fields).await.is(303);
    let fields = [
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", "基层培训班"),
        ("organizer", "培训中心"),
        ("started_on", "2026-09-14"),
        ("ended_on", "2026-09-18"),
        ("hours", "40"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    person.upload("/credit-hours/declarations", &fields, &CLASS_PAPERS).await.is(303);
    assert_eq!(county.number("select count(*) from review_case").await, 1);
    county
        .execute(
            "insert into staff_declaration (organization_id, account_id, year, created_at, updated_at)
             select id, 1, 2026, '', '' from organization where name = '乙'",
        )
        .await;
    county
        .execute("insert into internal_department (organization_id, name) select id, '外科' from organization where name = '乙'")
        .await;
    county
        .execute(
            "insert into import (organization_id, account_id, by_name, file_name, sha256, size,
               state, created_at, seen_at)
             select id, 1, '', '名单.xlsx', '', 0, 'checked', '2026-11-23', '2026-11-23'
               from organization where name = '乙'",
        )
        .await;

    county
        .execute(
            "insert into entry (person_id, organization_id, department_id, earned_organization_id,
               year, category_id, kind, title, organizer, started_on, ended_on, hours, source,
               recognised_by, recorded_at, case_id)
             select id, organization_id, department_id, organization_id, 2026, 2, '02', '李四光', '',
               '2026-01-01', '2026-01-01', 80, 'import', '', '', 1 from person where name = '李四光'",
        )
        .await;
    county
        .execute(
            "insert into import (organization_id, account_id, by_name, file_name, sha256, size,
               state, created_at, seen_at, kind)
             select id, 1, '', '历史学时.xlsx', '', 0, 'checked', '2026-11-23', '2026-11-23', 'history'
               from organization where name = '乙'",
        )
        .await;
    county
        .execute(
            "insert into import (organization_id, account_id, by_name, file_name, sha256, size,
               state, created_at, seen_at, kind)
             select o.id, 1, '李四光', '单位.xlsx', '', 0, 'checked', '2026-11-23', '2026-11-23', k.value
               from organization o, json_each('[\"departments\",\"employers\"]') k
              where o.name = '卫健委'",
        )
        .await;
    county
        .execute(
            "insert into history_batch (organization_id, state, account_id, by_name, created_at,
               updated_at) select id, 'entered', 1, '李四光', '', '' from organization where name = '乙'",
        )
        .await;
    county
        .execute(
            "insert into exemption (person_id, organization_id, department_id, account_id, by_id,
               year, created_at, updated_at)
             select id, organization_id, department_id, 1, organization_id, 2026, '', ''
               from person where name = '李四光'",
        )
        .await;
    // of 乙: who left it, who wants to leave it, a batch that it writes
    county
        .execute(
            "insert into transfer (organization_id, state, kind, account_id, from_id, by_id, people,
               names, created_at, updated_at)
             select o.id, case k.value when 'leave' then 'approved' else 'draft' end, k.value, a.id,
               o.id, o.id, 1, '李四光', '', ''
               from organization o, account a, json_each('[\"leave\",\"person\",\"batch\"]') k
              where o.name = '乙' and a.name = '李四光'",
        )
        .await;
    county
        .execute(
            "insert into transfer_person (transfer_id, person_id, organization_id, state)
             select t.id, p.id, t.from_id, t.state from transfer t, person p where p.name = '李四光'",
        )
        .await;
    county
        .execute("insert into role (organization_id, name, created_at) select id, '外科', '' from organization where name = '乙'")
        .await;
    county
        .execute(
            "insert into message (account_id, at, title, text)
             select id, '', '', '' from account where name = '李四光'",
        )
        .await;

    // a stranger's attachment, in a form that was refused
    let mut stranger = county.browser();
    stranger.get("/accounts/registration/person").await.is(200);
    let files: [(&str, &str, &[u8]); 1] = [("evidence", "证书.pdf", CLASS_PAPERS[0].2)];
    stranger.upload("/accounts/registration/person", &[], &files).await.is(422);
    county
        .execute(
            "insert into person_record (person_id, kind, created_at, updated_at)
             select id, 'honour', '', '' from person where name = '李四光'",
        )
        .await;
    county
        .execute(
            "insert into person_change (organization_id, person_id, account_id, created_at, updated_at)
             select p.organization_id, p.id, a.id, '', '' from person p
               join account a on a.person_id = p.id where p.name = '李四光'",
        )
        .await;

    county
        .execute(
            "insert into identity_correction (person_id, organization_id, old_number, new_number,
               reason, at, by_name)
             select id, organization_id, '419999198503151233', '41999919850315125X', '', '', ''
               from person where name = '李四光'",
        )
        .await;
    county
        .execute(
            "insert into notice (organization_id, title, body, created_by, created_at, updated_at,
               listed_at) values (1, '李四光', '', '', '', '', '')",
        )
        .await;
    county
        .execute(
            "insert into organization_file (organization_id, file_id, kind)
             select o.id, f.id, 'licence' from organization o, file f where o.name = '卫健委'",
        )
        .await;

    county
        .execute(
            "insert into organization_change (organization_id, account_id, kind, created_at, updated_at)
             select id, 1, 'employer', '', '' from organization where name = '乙'",
        )
        .await;
    county
        .execute("insert into plan (organization_id, title, created_at, updated_at) select id, '李四光', '', '' from organization where name = '丙基地'")
        .await;
    county
        .execute(
            "insert into proxy_declaration (case_id, state, organization_id, account_id, plan_id,
               year, title, category, hours, created_at, updated_at)
             select (select min(id) from review_case), 'pending', p.organization_id, 1, p.id, 2026,
               '李四光', 2, 120, '', '' from plan p order by p.id limit 1",
        )
        .await;
    county
        .execute(
            "insert into annual_report (case_id, state, organization_id, account_id, year,
               created_at, updated_at)
             select c.id, 'pending', o.id, 1, 2025, '', '' from review_case c, organization o
              where o.name = '丙基地' order by c.id limit 1",
        )
        .await;

    county
        .execute(
            "insert into plan (organization_id, stage, title, created_at, updated_at)
             select o.id, s.stage, s.title, '', '' from organization o
               join (select 'planned' as stage, '未公示' as title
                     union all select 'approved', '丙基地培训班') s
              where o.name = '丙基地'",
        )
        .await;
    county
        .execute(
            "insert into trainee (plan_id, person_id, organization_id, base_id, by, account_id,
               signed_at)
             select c.id, p.id, p.organization_id, c.organization_id, 'person', 1, ''
               from plan c join person p where c.title = '丙基地培训班' and p.name = '李四光'",
        )
        .await;

    let mut callers = vec![
        ("a person", seated(&county, &own).await),
        ("a unit", seated(&county, &county.admin_of("甲").await).await),
        ("a department", seated(&county, &county.admin_of("教育局").await).await),
    ];
    let mut wrong = vec![];
    let mut absent = 0;
    for (method, pattern, _) in routes(&county) {
        if !pattern.contains('<') {
            continue;
        }
        let Some(address) = of_others(&county, &pattern).await else {
            // addressed by a name or a secret, not by a number
            let known = [
                "/accounts/registration/<kind>",
                "/assets/",
                "/lists/<key>",
                "/desk/<key>",
                "/backup/",
                "/verification/q/",
                "/training/reporting/",
            ];
            assert!(known.iter().any(|start| pattern.starts_with(start)), "{method} {pattern}");
            continue;
        };
        if pattern.matches('<').count() == 1 && pattern.contains("<key>") {
            continue; // the desk's own list: narrowed, not named
        }
        for (who, browser) in &mut callers {
            let body = format!("_csrf={}&confirmed=1&reason=reason", browser.csrf).into_bytes();
            let body = if method == Method::Get { vec![] } else { body };
            let page = browser.send_raw(method, &address, ContentType::Form, body, true).await;
            let told = page.body.contains("李四光") || page.body.contains(&other);
            match page.status {
                404 if !told => absent += 1,
                403 if !told => {}
                status => wrong.push(format!("{method} {address} as {who}: {status}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(absent >= 50, "{absent}");
    // nothing of it changed
    assert_eq!(county.text("select state from review_case").await, "pending");
    assert_eq!(county.text("select state from import").await, "checked");
    assert_eq!(county.number("select count(*) from message where read_at is null").await, 1);
    assert_eq!(county.number("select count(*) from certificate").await, 1);
    assert_eq!(county.number("select count(*) from organization where state <> 'active'").await, 0);
}
