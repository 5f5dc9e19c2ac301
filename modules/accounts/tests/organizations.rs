//! Organizations, their administrators and the demo county.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use accounts::administrators::{self, Credential, LOGIN_TAKEN, NewAdministrator, SUPER};
use accounts::organizations::{self, CODE_TAKEN, NAME_TAKEN, Plan};
use accounts::{credentials, people};
use kit::module::Demo;
use kit::serial::Random;
use kit::{Module, OrganizationKind, Scope};
use support::{County, count};

fn administrator(county: &County, login: &str) -> NewAdministrator {
    NewAdministrator {
        organization: county.school,
        name: "张丽".to_owned(),
        login: login.to_owned(),
        phone: String::new(),
        role: SUPER,
        credential: Credential::Code("$argon2id$…".to_owned()),
        created_by: None,
    }
}

#[rocket::async_test]
async fn the_department_follows_from_the_superior() {
    let county = County::new().await;
    let mut db = county.pools.read().await.unwrap();
    for (id, department) in [
        (county.bureau, None),
        (county.department, Some(county.department)),
        (county.school, Some(county.department)),
        (county.hospital, Some(county.health)),
    ] {
        let found = kit::organization::find(&mut db, id).await.unwrap().unwrap();
        assert_eq!(found.department_id, department, "{}", found.name);
    }
    assert_eq!(count(&county.pools, "select count(*) from organization_version").await, 5);
    assert_eq!(count(&county.pools, "select count(*) from organization_search").await, 5);
    let named = organizations::named(&mut db, " 云川县一中 ").await.unwrap().unwrap();
    assert_eq!(named.id, county.school);
    let code = named.credit_code.unwrap().to_ascii_lowercase();
    assert_eq!(organizations::named(&mut db, &code).await.unwrap().unwrap().id, county.school);
}

#[rocket::async_test]
async fn a_unit_is_told_why_it_cannot_be_recorded() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let same_name = county.employer("云川县一中", county.department, "12419999000000099");
    let same_code = county.employer("云川县二中", county.department, "12419999000000011");
    let mut bad_code = county.employer("云川县三中", county.department, "12419999000000098");
    bad_code.credit_code = Some("124199990000000980".to_owned());
    let second = county.unit(OrganizationKind::Bureau, "另一个局", None, "11419999000000097");
    let under_school = county.employer("云川县四中", county.school, "12419999000000096");
    for (new, said) in [
        (same_name, NAME_TAKEN),
        (same_code, CODE_TAKEN),
        (bad_code, "校验位不对"),
        (second, "已有一个人社局"),
        (under_school, "只能是人社局或主管部门"),
    ] {
        let error = organizations::create(&mut tx, &new, "form", &county.clock).await.unwrap_err();
        assert!(error.sentence().contains(said), "{}", error.sentence());
    }
}

#[rocket::async_test]
async fn another_departments_employer_is_not_found() {
    let county = County::new().await;
    let mut db = county.pools.read().await.unwrap();
    let kind = OrganizationKind::Employer;
    let own = Scope::Department(county.department);
    assert!(organizations::in_scope(&mut db, kind, county.school, own).await.is_ok());
    assert!(organizations::in_scope(&mut db, kind, county.hospital, own).await.is_err());
    assert!(organizations::in_scope(&mut db, kind, county.department, own).await.is_err());
    assert!(organizations::in_scope(&mut db, kind, county.hospital, Scope::County).await.is_ok());
}

#[rocket::async_test]
async fn an_administrator_has_a_code_until_he_sets_a_password() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let new = administrator(&county, "school1");
    let account = administrators::create(&mut tx, &new, &county.clock).await.unwrap();
    let taken =
        administrators::create(&mut tx, &administrator(&county, "School1"), &county.clock).await;
    assert_eq!(taken.unwrap_err().sentence(), LOGIN_TAKEN);
    for login in ["abc", "张丽张丽", "a b c d", "41999919860520018x", &"a".repeat(33)] {
        assert!(administrators::login_fault(login).is_some(), "{login}");
    }
    let listed = administrators::of(&mut tx, county.school).await.unwrap();
    assert_eq!((listed.len(), listed[0].state.as_str()), (1, "waiting"));
    let until: String = sqlx::query_scalar("select initial_until from account where id = ?")
        .bind(account)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!(until, "2026-11-30T01:00:00.000Z"); // 7 days
    sqlx::query("update account set password_hash = 'x', code_hash = null, must_change = 0")
        .execute(&mut *tx)
        .await
        .unwrap();
    session(&mut tx, account.0, 1).await;
    assert_eq!(administrators::reset(&mut tx, account, "new", &county.clock).await.unwrap(), 1);
    let kept: (Option<String>, String) =
        sqlx::query_as("select password_hash, code_hash from account where id = ?")
            .bind(account)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    assert_eq!(kept, (None, "new".to_owned()));
}

async fn session(tx: &mut sqlx::SqliteConnection, account: i64, n: i64) {
    sqlx::query(
        "insert into session (token_hash, account_id, grant_id, address, agent, created_at, seen_at, ends_at)
         select cast(? as blob), ?, (select id from grant where account_id = ?), '', '', '', '', ''",
    )
    .bind(n.to_string())
    .bind(account)
    .bind(account)
    .execute(tx)
    .await
    .unwrap();
}

#[rocket::async_test]
async fn disabling_ends_the_administrators_sessions_and_is_versioned() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let new = administrator(&county, "school1");
    let account = administrators::create(&mut tx, &new, &county.clock).await.unwrap();
    session(&mut tx, account.0, 1).await;
    let (modules, clock) = (&county.modules, &county.clock);
    let plan = Plan::default();
    let done =
        organizations::dissolve(&mut tx, modules, county.school, &plan, clock).await.unwrap();
    assert_eq!(done.sessions, 1);
    assert!(organizations::dissolve(&mut tx, modules, county.school, &plan, clock).await.is_err());
    assert!(organizations::dissolve(&mut tx, modules, county.bureau, &plan, clock).await.is_err());
    organizations::enable(&mut tx, county.school, "enable", clock).await.unwrap();
    let causes: Vec<String> = sqlx::query_scalar(
        "select cause from organization_version where organization_id = ? order by id",
    )
    .bind(county.school)
    .fetch_all(&mut *tx)
    .await
    .unwrap();
    assert_eq!(causes, ["form", "disable", "enable"]);
}

#[rocket::async_test]
async fn who_holds_a_right_is_never_reset_to_the_last_six() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let person = county.somebody(county.school, 1);
    let origin = people::Origin::Form;
    let id = people::create(&mut tx, person, origin, &county.clock).await.unwrap();
    sqlx::query("update account set state = 'active', password_hash = 'x'")
        .execute(&mut *tx)
        .await
        .unwrap();
    credentials::reset_to_initial(&mut tx, id, &county.clock).await.unwrap();
    let (account, state, until): (kit::AccountId, String, String) =
        sqlx::query_as("select id, state, initial_until from account where person_id = ?")
            .bind(id)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    assert_eq!((state.as_str(), until.as_str()), ("initial", "2026-11-30T01:00:00.000Z"));
    administrators::appoint(&mut tx, account, county.school, &[SUPER], None, "").await.unwrap();
    let refused = credentials::reset_to_initial(&mut tx, id, &county.clock).await;
    assert!(refused.unwrap_err().sentence().contains("一次性密码"));
}

#[rocket::async_test]
async fn the_demo_county_is_whole_and_reproducible() {
    let mut names = vec![];
    for _ in 0..2 {
        let county = County::empty().await;
        let people: u64 =
            std::env::var("JXJY_TEST_DEMO").ok().and_then(|n| n.parse().ok()).unwrap_or(600);
        let mut demo = Demo {
            people,
            records: 0,
            random: Random::new(7),
            clock: county.clock.clone(),
            modules: kit::Modules::new(vec![]),
            accounts: vec![],
            report: |_| {},
        };
        let mut tx = county.pools.begin().await.unwrap();
        let started = std::time::Instant::now();
        accounts::Accounts.demo(&mut tx, &mut demo).await.unwrap();
        tx.commit().await.unwrap();
        println!("demo of {people} in {:?}", started.elapsed());
        let all = |sql| count(&county.pools, sql);
        assert_eq!(all("select count(*) from person").await, people as i64);
        assert_eq!(all("select count(*) from organization where kind = 'department'").await, 8);
        assert_eq!(all("select count(*) from organization where kind = 'base'").await, 8);
        assert!(all("select count(*) from organization where kind = 'employer'").await >= 12);
        assert_eq!(
            all("select count(*) from organization o where not exists
                   (select 1 from grant g where g.organization_id = o.id)")
            .await,
            0
        );
        assert_eq!(all("select count(*) from organization where credit_code is null").await, 0);
        assert_eq!(
            all("select count(*) from person p join organization o on o.id = p.organization_id
                  where p.department_id is not o.department_id")
            .await,
            0
        );
        assert_eq!(
            all("select count(*) from person_version where recorded_to is null").await,
            people as i64
        );
        assert!(
            all("select count(*) from person where level = 'middle'").await > people as i64 / 5
        );
        let mut db = county.pools.read().await.unwrap();
        let numbers: Vec<String> = sqlx::query_scalar("select number from identity limit 5000")
            .fetch_all(&mut *db)
            .await
            .unwrap();
        let today = county.clock.today();
        for number in &numbers {
            assert!(number.starts_with("419999"));
            kit::IdCard::parse(number, today).unwrap();
        }
        let first: Vec<String> = sqlx::query_scalar("select name from person order by id limit 50")
            .fetch_all(&mut *db)
            .await
            .unwrap();
        names.push(first);
        assert!(demo.accounts.iter().any(|(_, login, _)| login == "admin"));
        assert!(demo.accounts.len() >= 10, "{:?}", demo.accounts.len());
        if people <= 600 {
            for (what, login, password) in &demo.accounts {
                println!("{what} {login} {}", password.len());
            }
        }
    }
    assert_eq!(names[0], names[1]);
}

#[rocket::async_test]
async fn no_list_walks_a_large_table_or_sorts_it() {
    let county = County::new().await;
    let mut db = county.pools.read().await.unwrap();
    let mut faults = vec![];
    for list in accounts::Accounts.lists() {
        for plan in kit::list::plans(&mut db, list).await.unwrap() {
            let found = plan.faults(&[]);
            if !found.is_empty() {
                faults.push(format!("{found:?}: {:#?}", plan.steps));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
