//! The totals are what the ledger says, whatever happened.

use kit::{Event, Hours, OrganizationId, PersonId};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use proptest::test_runner::TestCaseError;

use super::totals::{Difference, recount};
use super::{NewEntry, Source, record, reverse};
use crate::read::{entries, year_totals};
use crate::testing::World;
use crate::year::{hear, open_some};

pub fn entry(person: PersonId, year: i32, category: i64, tenths: i64) -> NewEntry {
    NewEntry {
        person,
        year,
        category,
        kind: "02".to_owned(),
        title: "基层儿科常见病诊疗规范培训班".to_owned(),
        organizer: "云川县卫生健康培训中心".to_owned(),
        started_on: format!("{year}-09-14"),
        ended_on: format!("{year}-09-18"),
        hours: Hours::from_tenths(tenths),
        source: Source::Person,
        declaration: None,
        recognised_by: "云川县人力资源和社会保障局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    }
}

async fn units(world: &World, year: i32) -> Vec<(i64, i64, i64, i64, i64)> {
    sqlx::query_as(
        "select organization_id, sum(people), sum(complete), sum(zero), sum(hours) from unit_year
          where year = ? group by organization_id having sum(people) <> 0 order by 1",
    )
    .bind(year)
    .fetch_all(&mut *world.pools.read().await.unwrap())
    .await
    .unwrap()
}

#[tokio::test]
async fn a_year_is_complete_at_ninety_with_both_minimums() {
    let world = World::new().await;
    let people = world.people(3, 2).await;
    let mut tx = world.pools.begin().await.unwrap();
    hear(&mut tx, &Event::PeopleCreated { people: people.clone() }, &world.clock).await.unwrap();
    record(
        &mut tx,
        &[entry(people[0], 2026, 1, 300), entry(people[0], 2026, 2, 555)],
        &world.clock,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(units(&world, 2026).await, [(3, 2, 0, 1, 855)]);
    let mut db = world.pools.read().await.unwrap();
    let year = year_totals(&mut db, people[0], 2026, 2026).await.unwrap().remove(0);
    assert_eq!(year.missing(), ["专业科目还差 4.5 学时"]);
    assert!(!year.complete && year.counted);
    drop(db);
    // 45 more general hours reach 90 in sum, yet not the professional 60
    let mut tx = world.pools.begin().await.unwrap();
    record(&mut tx, &[entry(people[0], 2026, 1, 450)], &world.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(units(&world, 2026).await, [(3, 2, 0, 1, 1305)]);
    let mut tx = world.pools.begin().await.unwrap();
    let last = record(&mut tx, &[entry(people[0], 2026, 2, 45)], &world.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(units(&world, 2026).await, [(3, 2, 1, 1, 1350)]);
    // a reversal takes them away again, and a second one is refused
    let mut tx = world.pools.begin().await.unwrap();
    let actor = kit::Actor::system();
    reverse(&mut tx, &world.modules, last[0], "重复", &actor, &world.clock).await.unwrap();
    let again = reverse(&mut tx, &world.modules, last[0], "重复", &actor, &world.clock).await;
    assert_eq!(again.unwrap_err().sentence(), "这条学时已经撤销过，请刷新后再看。");
    tx.commit().await.unwrap();
    assert_eq!(units(&world, 2026).await, [(3, 2, 0, 1, 1305)]);
    let mut db = world.pools.read().await.unwrap();
    assert_eq!(entries(&mut db, people[0], 2026, 2026).await.unwrap().len(), 3);
    assert_eq!(recount(&mut db, None).await.unwrap(), []);
}

#[tokio::test]
async fn entries_are_neither_changed_nor_deleted() {
    let world = World::new().await;
    let people = world.people(3, 1).await;
    let mut tx = world.pools.begin().await.unwrap();
    record(&mut tx, &[entry(people[0], 2026, 1, 300)], &world.clock).await.unwrap();
    for sql in [
        "delete from entry",
        "update entry set hours = 10",
        "update entry set earned_organization_id = 4",
        "update entry set recorded_at = 'x'",
    ] {
        assert!(sqlx::query(sql).execute(&mut *tx).await.is_err(), "{sql}");
    }
    sqlx::query("update entry set organization_id = 4").execute(&mut *tx).await.unwrap();
}

#[tokio::test]
async fn somebody_who_moves_takes_his_entries_along_and_leaves_where_they_were_earned() {
    let world = World::new().await;
    let people = world.people(3, 1).await;
    let mut tx = world.pools.begin().await.unwrap();
    hear(&mut tx, &Event::PeopleCreated { people: people.clone() }, &world.clock).await.unwrap();
    record(
        &mut tx,
        &[entry(people[0], 2025, 1, 300), entry(people[0], 2026, 1, 300)],
        &world.clock,
    )
    .await
    .unwrap();
    sqlx::query("update person set organization_id = 4, department_id = null")
        .execute(&mut *tx)
        .await
        .unwrap();
    let (from, to) = (OrganizationId(3), OrganizationId(4));
    hear(&mut tx, &Event::PeopleMoved { people: people.clone(), from, to }, &world.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(units(&world, 2026).await, [(4, 1, 0, 0, 300)]);
    let mut db = world.pools.read().await.unwrap();
    let rows: Vec<(i64, Option<i64>, i64, Option<i64>)> = sqlx::query_as(
        "select organization_id, department_id, earned_organization_id, earned_department_id from entry",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    assert_eq!(rows, [(4, None, 3, Some(2)); 2]);
    let years: Vec<(i32, i64, bool)> =
        sqlx::query_as("select year, organization_id, counted from person_year order by year")
            .fetch_all(&mut *db)
            .await
            .unwrap();
    assert_eq!(years, [(2025, 3, false), (2026, 4, true)]);
    assert_eq!(recount(&mut db, None).await.unwrap(), []);
}

#[tokio::test]
async fn a_third_subject_needs_no_code() {
    let world = World::new().await;
    let people = world.people(4, 1).await;
    let mut tx = world.pools.begin().await.unwrap();
    sqlx::query("insert into category (id, key, name, short, sort) values (3, 'elective', '选修科目', '选修', 3)")
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("insert into requirement (year_from, category_id, hours) values (2026, 3, 100)")
        .execute(&mut *tx)
        .await
        .unwrap();
    record(
        &mut tx,
        &[entry(people[0], 2026, 1, 300), entry(people[0], 2026, 2, 600)],
        &world.clock,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let mut db = world.pools.read().await.unwrap();
    let year = year_totals(&mut db, people[0], 2026, 2026).await.unwrap().remove(0);
    assert_eq!((year.complete, year.missing()), (false, vec!["选修科目还差 10 学时".to_owned()]));
    let twice =
        sqlx::query("insert into requirement (year_from, category_id, hours) values (2030, 3, 50)");
    let mut tx = world.pools.begin().await.unwrap();
    assert!(twice.execute(&mut *tx).await.is_err());
}

#[tokio::test]
async fn the_new_year_opens_everybodys_row_in_chunks() {
    let world = World::new().await;
    world.people(3, 25).await;
    world.clock.advance(time::Duration::days(60));
    let mut tx = world.pools.begin().await.unwrap();
    let mut chunks = 0;
    while !open_some(&mut tx, world.clock.year(), 10).await.unwrap() {
        chunks += 1;
    }
    tx.commit().await.unwrap();
    assert_eq!(chunks, 3);
    assert_eq!(units(&world, 2027).await, [(3, 25, 0, 25, 0)]);
}

#[tokio::test]
async fn a_recount_names_what_was_tampered_with() {
    let world = World::new().await;
    let people = world.people(3, 1).await;
    let mut tx = world.pools.begin().await.unwrap();
    record(&mut tx, &[entry(people[0], 2026, 1, 300)], &world.clock).await.unwrap();
    sqlx::query("update person_year set total = 305").execute(&mut *tx).await.unwrap();
    let found = recount(&mut tx, Some(people[0])).await.unwrap();
    let difference = Difference {
        what: "total".to_owned(),
        id: people[0].0,
        year: 2026,
        kept: 305,
        counted: 300,
    };
    assert_eq!(found, [difference]);
    assert_eq!(recount(&mut tx, None).await.unwrap().len(), 2);
    super::totals::rebuild(&mut tx).await.unwrap();
    assert_eq!(recount(&mut tx, None).await.unwrap(), []);
}

/// What may happen to a county's hours.
#[derive(Debug, Clone)]
enum Act {
    Record { person: usize, year: i32, category: i64, halves: i64 },
    Reverse(prop::sample::Index),
    Move { person: usize, to: i64 },
    Leave { person: usize },
    Exempt { person: usize, tenths: i64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let one = proptest::prop_oneof![
        6 => (0..4usize, 2024..=2026, 1..=2i64, 1..=180i64)
            .prop_map(|(person, year, category, halves)| Act::Record { person, year, category, halves }),
        2 => any::<prop::sample::Index>().prop_map(Act::Reverse),
        1 => (0..4usize, 1..=4i64).prop_map(|(person, to)| Act::Move { person, to }),
        1 => (0..4usize).prop_map(|person| Act::Leave { person }),
        1 => (0..4usize, 0..=18i64).prop_map(|(person, n)| Act::Exempt { person, tenths: n * 50 }),
    ];
    prop::collection::vec(one, 1..24)
}

async fn play(acts: Vec<Act>) -> Result<(), TestCaseError> {
    let world = World::new().await;
    let people = world.people(3, 4).await;
    let mut tx = world.pools.begin().await.unwrap();
    hear(&mut tx, &Event::PeopleCreated { people: people.clone() }, &world.clock).await.unwrap();
    let (mut standing, mut sum) = (Vec::new(), 0);
    for act in acts {
        match act {
            Act::Record { person, year, category, halves } => {
                let new = entry(people[person], year, category, halves * 5);
                let ids = record(&mut tx, &[new], &world.clock).await.unwrap();
                standing.push((ids[0], halves * 5));
                sum += halves * 5;
            }
            Act::Reverse(index) if !standing.is_empty() => {
                let (id, tenths) = standing.swap_remove(index.index(standing.len()));
                super::reverse_only(&mut tx, id, "核查不实", &world.clock).await.unwrap();
                sum -= tenths;
            }
            Act::Reverse(_) => {}
            Act::Move { person, to } => {
                sqlx::query(
                    "update person set organization_id = ?1, department_id =
                       (select department_id from organization where id = ?1) where id = ?2",
                )
                .bind(to)
                .bind(people[person])
                .execute(&mut *tx)
                .await
                .unwrap();
                let event = Event::PeopleMoved {
                    people: vec![people[person]],
                    from: OrganizationId(3),
                    to: OrganizationId(to),
                };
                hear(&mut tx, &event, &world.clock).await.unwrap();
            }
            Act::Leave { person } => {
                sqlx::query("update person set state = 'retired', level = 'senior' where id = ?")
                    .bind(people[person])
                    .execute(&mut *tx)
                    .await
                    .unwrap();
                let event = Event::PersonChanged { person: people[person] };
                hear(&mut tx, &event, &world.clock).await.unwrap();
            }
            Act::Exempt { person, tenths } => {
                // set without its totals: the next entry must bring them in step
                crate::testing::exempt(&mut tx, people[person], 2026, tenths).await;
                super::totals::settle(&mut tx, &[(people[person], 2026)]).await.unwrap();
            }
        }
        let wrong = recount(&mut tx, None).await.unwrap();
        proptest::prop_assert!(wrong.is_empty(), "{wrong:?}");
    }
    let total: i64 = sqlx::query_scalar("select coalesce(sum(total), 0) from person_year")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    proptest::prop_assert_eq!(total, sum);
    // what is kept step by step is what is built at once
    let kept = snapshot(&mut tx).await;
    super::totals::rebuild(&mut tx).await.unwrap();
    proptest::prop_assert_eq!(kept, snapshot(&mut tx).await);
    Ok(())
}

pub async fn snapshot(tx: &mut sqlx::SqliteConnection) -> Vec<(String, i64, i64, i64, i64)> {
    sqlx::query_as(
        "select 'person', person_id, year, total, complete from person_year
         union all select 'unit', organization_id, year, hours, complete from unit_year
          where (people, complete, zero, hours) <> (0, 0, 0, 0)
         union all select 'subject', person_id, year, hours, category_id from person_year_category
         order by 1, 2, 3, 4, 5",
    )
    .fetch_all(tx)
    .await
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn totals_equal_a_recount_after_whatever_happens(acts in acts()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
            .block_on(play(acts))?;
    }
}
