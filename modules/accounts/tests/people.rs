//! People are recorded whole: identity, account, person, version and search, in step.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use accounts::organizations;
use accounts::people::{self, Fields, NewPerson, Origin};
use kit::{IdCard, PersonId, Scope};
use support::{County, count, number};

#[rocket::async_test]
async fn one_call_sets_everything() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let mut person = county.somebody(county.school, 1);
    person.fields = Fields { phone: "13812345678".to_owned(), ..Fields::named("王建国") };
    let id = people::create(&mut tx, person, Origin::Form, &county.clock).await.unwrap();
    tx.commit().await.unwrap();

    let mut db = county.pools.read().await.unwrap();
    let brief = people::brief(&mut db, id).await.unwrap();
    assert_eq!((brief.name.as_str(), brief.organization_name.as_str()), ("王建国", "云川县一中"));
    assert_eq!(brief.department_name, "云川县教育局");
    assert_eq!((brief.series_label.as_str(), brief.level_label.as_str()), ("无职称", ""));
    let whole = people::full_number(&mut db, id).await.unwrap();
    assert_eq!(brief.id_card, whole.masked());
    assert!(!format!("{brief:?}").contains(whole.number()));
    assert_eq!(people::by_number(&mut db, &whole).await.unwrap(), Some(id));
    let account: (String, Option<String>, String, String) = sqlx::query_as(
        "select state, password_hash, initial_until, phone from account where person_id = ?",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await
    .unwrap();
    assert_eq!(
        (account.0.as_str(), account.1, account.3.as_str()),
        ("initial", None, "13812345678")
    );
    assert_eq!(account.2, "2027-11-23T01:00:00.000Z"); // 365 days
    let version: (String, Option<String>, String, i64) = sqlx::query_as(
        "select recorded_from, recorded_to, cause, department_id from person_version
          where person_id = ?",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await
    .unwrap();
    assert_eq!((version.1, version.2.as_str(), version.3), (None, "form", county.department.0));
    for typed in ["建国", "wjg", "王建国"] {
        assert_eq!(found(&mut db, typed).await, [id], "{typed}");
    }
}

async fn found(db: &mut sqlx::SqliteConnection, typed: &str) -> Vec<PersonId> {
    let phrase = kit::initials::search_phrase(typed).unwrap();
    sqlx::query_scalar("select rowid from person_search where person_search match ?")
        .bind(phrase)
        .fetch_all(db)
        .await
        .unwrap()
}

#[rocket::async_test]
async fn the_same_number_is_refused_twice_and_nothing_stays() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let twice = [county.somebody(county.school, 1), county.somebody(county.hospital, 1)];
    let refused =
        people::create_many(&mut tx, &twice, Origin::Import, Some(1), &county.clock).await;
    assert!(refused.unwrap_err().sentence().contains("已在系统中"));
    drop(tx);
    assert_eq!(count(&county.pools, "select count(*) from identity").await, 0);
}

#[rocket::async_test]
async fn a_change_keeps_what_was_recorded_before() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let person = county.somebody(county.school, 1);
    let id = people::create(&mut tx, person, Origin::Form, &county.clock).await.unwrap();
    let mut fields = people::fields(&mut tx, id).await.unwrap().unwrap();
    assert!(!people::update(&mut tx, id, &fields, "form", &county.clock).await.unwrap());
    county.clock.advance(time::Duration::HOUR);
    fields.name = "李秀英".to_owned();
    assert!(people::update(&mut tx, id, &fields, "change:7", &county.clock).await.unwrap());
    assert!(people::change_contact(&mut tx, id, "", "a@b.cn", "", &county.clock).await.unwrap());
    let versions: Vec<(String, Option<String>, String, String)> = sqlx::query_as(
        "select recorded_from, recorded_to, cause, name from person_version
          where person_id = ? order by id",
    )
    .bind(id)
    .fetch_all(&mut *tx)
    .await
    .unwrap();
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[0].1.as_deref(), Some(versions[1].0.as_str()));
    assert_eq!((versions[1].2.as_str(), versions[1].3.as_str()), ("change:7", "李秀英"));
    assert_eq!(versions[2].1, None);
    assert_eq!(found(&mut tx, "秀英").await, [id]);
    assert!(found(&mut tx, "某某").await.is_empty());
    let name: String = sqlx::query_scalar("select name from account where person_id = ?")
        .bind(id)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!(name, "李秀英");
}

#[rocket::async_test]
async fn a_person_is_seen_within_the_scope_only() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let person = county.somebody(county.school, 1);
    let id = people::create(&mut tx, person, Origin::Form, &county.clock).await.unwrap();
    for (scope, seen) in [
        (Scope::County, true),
        (Scope::Department(county.department), true),
        (Scope::Organization(county.school), true),
        (Scope::Organization(county.hospital), false),
        (Scope::Department(county.health), false),
    ] {
        assert_eq!(people::in_scope(&mut tx, id, scope).await.is_ok(), seen, "{scope:?}");
    }
}

#[rocket::async_test]
async fn a_new_superior_takes_the_people_along() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let people = [county.somebody(county.school, 1), county.somebody(county.school, 2)];
    people::create_many(&mut tx, &people, Origin::Form, None, &county.clock).await.unwrap();
    county.clock.advance(time::Duration::HOUR);
    let mut new = county.employer("云川县一中", county.health, "12419999000000001");
    new.credit_code = county.code("12419999000000011");
    let changed = organizations::change(
        &mut tx,
        &county.modules,
        county.school,
        &new,
        "change",
        &county.clock,
    );
    assert!(changed.await.unwrap());
    let under: Vec<i64> = sqlx::query_scalar("select department_id from person order by id")
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    assert_eq!(under, [county.health.0, county.health.0]);
    let open: i64 = sqlx::query_scalar(
        "select count(*) from person_version where recorded_to is null and department_id = ?",
    )
    .bind(county.health)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!(open, 2);
    assert_eq!(
        sqlx::query_scalar::<_, i64>(
            "select count(*) from organization_version where organization_id = ?"
        )
        .bind(county.school)
        .fetch_one(&mut *tx)
        .await
        .unwrap(),
        2
    );
}

/// Ten thousand within a second or so, unoptimised; the whole county in one transaction.
#[rocket::async_test]
async fn ten_thousand_people_are_recorded_at_once() {
    let county = County::new().await;
    let many: u64 =
        std::env::var("JXJY_TEST_PEOPLE").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let people: Vec<NewPerson> = (1..=many)
        .map(|n| NewPerson {
            id_card: IdCard::stored(&number(n)).unwrap(),
            organization: county.school,
            internal_department: None,
            fields: Fields {
                phone: "13812345678".to_owned(),
                school: "云州师范学院".to_owned(),
                ..Fields::named("王建国")
            },
        })
        .collect();
    let mut tx = county.pools.begin().await.unwrap();
    let started = std::time::Instant::now();
    let ids = people::create_many(&mut tx, &people, Origin::Import, Some(1), &county.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    println!("{many} people in {:?}", started.elapsed());
    assert_eq!(ids.len() as u64, many);
    for table in ["identity", "person", "person_version", "person_search"] {
        let rows = match table {
            "identity" => count(&county.pools, "select count(*) from identity").await,
            "person" => count(&county.pools, "select count(*) from person").await,
            "person_version" => count(&county.pools, "select count(*) from person_version").await,
            _ => count(&county.pools, "select count(*) from person_search").await,
        };
        assert_eq!(rows, many as i64, "{table}");
    }
    assert_eq!(count(&county.pools, "select count(*) from account").await, many as i64);
}
