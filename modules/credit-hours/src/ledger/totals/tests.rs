//! What SQL says of a year and its requirement is what `Requirements` says; numbers by hand.

use kit::{Event, Hours, PersonId};
use proptest::prelude::{ProptestConfig, Strategy, prop, proptest};
use proptest::test_runner::TestCaseError;
use sqlx::SqliteConnection;

use super::{follow, open, recount};
use crate::category::{Requirement, Requirements};
use crate::ledger::tests::entry;
use crate::ledger::{record, totals};
use crate::read::year_totals;
use crate::testing::World;
use crate::year::hear;

const LEVELS: [&str; 6] = ["", "senior", "deputy-senior", "middle", "assistant", "junior"];

async fn ask(tx: &mut SqliteConnection, row: &Requirement) -> bool {
    sqlx::query(
        "insert into requirement (year_from, year_to, category_id, level, hours)
         values (?, ?, ?, ?, ?)",
    )
    .bind(row.year_from)
    .bind(row.year_to)
    .bind(row.category)
    .bind(&row.level)
    .bind(row.hours)
    .execute(tx)
    .await
    .is_ok()
}

fn row(years: (i32, i32), category: Option<i64>, level: &str, whole: i64) -> Requirement {
    let (year_from, year_to) = years;
    Requirement { year_from, year_to, category, level: level.to_owned(), hours: whole * 10 }
}

/// Every chunk of one, so that a chunk's end is met.
async fn catch_up(tx: &mut SqliteConnection, world: &World) {
    while follow::some(tx, 1, &world.clock).await.unwrap().is_some() {}
}

async fn set_level(tx: &mut SqliteConnection, world: &World, person: PersonId, level: &str) {
    sqlx::query("update person set level = ? where id = ?")
        .bind(level)
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    hear(tx, &Event::PersonChanged { person }, &world.clock).await.unwrap();
}

/// (required, complete) of a person's year.
async fn kept(tx: &mut SqliteConnection, person: PersonId, year: i32) -> (i64, bool) {
    sqlx::query_as("select required, complete from person_year where person_id = ? and year = ?")
        .bind(person)
        .bind(year)
        .fetch_one(tx)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_level_asked_for_less_is_complete_with_less_and_the_year_before_is_not() {
    let world = World::new().await;
    let people = world.people(3, 2).await; // 1: assistant, 2: middle
    let (first, second) = (people[0], people[1]);
    let mut tx = world.pools.begin().await.unwrap();
    set_level(&mut tx, &world, first, "junior").await;
    open(&mut tx, &people, 2025, true).await.unwrap();
    for person in &people {
        let hours = [
            entry(*person, 2026, 1, 300),
            entry(*person, 2026, 2, 420),
            entry(*person, 2025, 1, 300),
            entry(*person, 2025, 2, 420),
        ];
        record(&mut tx, &hours, &world.clock).await.unwrap();
    }
    assert_eq!(kept(&mut tx, first, 2026).await, (900, false));
    // 员级 from 2026 on: 72 in all, 42 of them professional; 公需 stays 30
    for new in [row((2026, 9999), None, "junior", 72), row((2026, 9999), Some(2), "junior", 42)] {
        assert!(ask(&mut tx, &new).await);
    }
    let rules = Requirements::load(&mut tx).await.unwrap();
    let effect = follow::effect(&mut tx, &rules, 2026).await.unwrap();
    assert_eq!((effect.people, effect.before, effect.after), (2, 0, 1));
    assert_eq!((effect.lost, effect.won), (0, 1));
    follow::mark(&mut tx, 2026, 9999).await.unwrap();
    assert_eq!(follow::left(&mut tx).await.unwrap(), [(2026, 0, 2)]);
    catch_up(&mut tx, &world).await;
    assert_eq!(kept(&mut tx, first, 2026).await, (720, true));
    assert_eq!(kept(&mut tx, first, 2025).await, (900, false));
    assert_eq!(kept(&mut tx, second, 2026).await, (900, false));
    assert_eq!(recount(&mut tx, None).await.unwrap(), []);
    let year = year_totals(&mut tx, first, 2026, 2026).await.unwrap().remove(0);
    assert_eq!((year.required, year.complete), (Hours::whole(72), true));
    let asked: Vec<Hours> = year.categories.iter().map(|one| one.required).collect();
    assert_eq!(asked, [Hours::whole(30), Hours::whole(42)]);
    // promoted in the year: asked what his new level asks; the year before keeps its level
    set_level(&mut tx, &world, first, "assistant").await;
    assert_eq!(kept(&mut tx, first, 2026).await, (900, false));
    set_level(&mut tx, &world, second, "junior").await;
    assert_eq!(kept(&mut tx, second, 2026).await, (720, true));
    assert_eq!(recount(&mut tx, None).await.unwrap(), []);
}

#[tokio::test]
async fn a_third_subject_counts_in_the_total_and_may_have_a_minimum() {
    let world = World::new().await;
    let people = world.people(3, 1).await;
    let mut tx = world.pools.begin().await.unwrap();
    sqlx::query(
        "insert into category (id, key, name, short, sort)
         values (3, 'elective', '选修科目', '选修', 3)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query("update requirement set hours = 420 where category_id = 2")
        .execute(&mut *tx)
        .await
        .unwrap();
    // 30 + 42 + 18 = 90
    let hours = [
        entry(people[0], 2026, 1, 300),
        entry(people[0], 2026, 2, 420),
        entry(people[0], 2026, 3, 180),
    ];
    record(&mut tx, &hours, &world.clock).await.unwrap();
    assert_eq!(kept(&mut tx, people[0], 2026).await, (900, true));
    let year = year_totals(&mut tx, people[0], 2026, 2026).await.unwrap().remove(0);
    assert_eq!(year.categories.len(), 3);
    assert_eq!(
        (year.categories[2].short.as_str(), year.categories[2].required, year.categories[2].done),
        ("选修", Hours::ZERO, Hours::whole(18))
    );
    assert!(ask(&mut tx, &row((2026, 2026), Some(3), "", 18)).await);
    follow::mark(&mut tx, 2026, 2026).await.unwrap();
    catch_up(&mut tx, &world).await;
    assert_eq!(kept(&mut tx, people[0], 2026).await, (900, true));
    sqlx::query("update requirement set hours = 185 where category_id = 3")
        .execute(&mut *tx)
        .await
        .unwrap();
    follow::mark(&mut tx, 2026, 2026).await.unwrap();
    catch_up(&mut tx, &world).await;
    assert_eq!(kept(&mut tx, people[0], 2026).await, (900, false));
    let year = year_totals(&mut tx, people[0], 2026, 2026).await.unwrap().remove(0);
    assert_eq!(year.missing(), ["选修科目还差 0.5 学时"]);
    assert_eq!(recount(&mut tx, None).await.unwrap(), []);
}

#[tokio::test]
async fn a_year_without_a_total_is_incomplete_while_a_subject_is_missing() {
    let world = World::new().await;
    let people = world.people(3, 1).await;
    let mut tx = world.pools.begin().await.unwrap();
    sqlx::query("delete from requirement where category_id is not 1")
        .execute(&mut *tx)
        .await
        .unwrap();
    open(&mut tx, &people, 2026, true).await.unwrap();
    assert_eq!(kept(&mut tx, people[0], 2026).await, (0, false));
    record(&mut tx, &[entry(people[0], 2026, 1, 300)], &world.clock).await.unwrap();
    assert_eq!(kept(&mut tx, people[0], 2026).await, (0, true));
    assert_eq!(recount(&mut tx, None).await.unwrap(), []);
}

/// A county's rules and one year of four people.
#[derive(Debug, Clone)]
struct Case {
    rules: Vec<Requirement>,
    /// level, exempt, halves of hours per subject
    people: Vec<(usize, i64, [i64; 3])>,
}

fn cases() -> impl Strategy<Value = Case> {
    let rule = (2024..=2027, 0..3i32, 0..4i64, 0..6usize, 0..=180i64).prop_map(
        |(from, years, category, level, halves)| Requirement {
            year_from: from,
            year_to: from + years,
            category: (category > 0).then_some(category),
            level: LEVELS[level].to_owned(),
            hours: halves * 5,
        },
    );
    let person = (0..6usize, 0..=20i64, [0..=90i64, 0..=90i64, 0..=90i64])
        .prop_map(|(level, exempt, halves)| (level, exempt * 50, halves));
    (prop::collection::vec(rule, 0..14), prop::collection::vec(person, 4))
        .prop_map(|(rules, people)| Case { rules, people })
}

async fn play(case: Case) -> Result<(), TestCaseError> {
    let world = World::new().await;
    let people = world.people(3, 4).await;
    let mut tx = world.pools.begin().await.unwrap();
    sqlx::query(
        "insert into category (id, key, name, short, sort) values (3, 'x', '选修科目', '选修', 3)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    for (person, (level, exempt, halves)) in people.iter().zip(&case.people) {
        set_level(&mut tx, &world, *person, LEVELS[*level]).await;
        crate::testing::exempt(&mut tx, *person, 2026, *exempt).await;
        for (category, halves) in (1..).zip(halves).filter(|(_, halves)| **halves > 0) {
            let new = entry(*person, 2026, category, halves * 5);
            record(&mut tx, &[new], &world.clock).await.unwrap();
        }
        totals::settle(&mut tx, &[(*person, 2026)]).await.unwrap();
        totals::restate(&mut tx, &[*person], 2026).await.unwrap();
    }
    sqlx::query("delete from requirement").execute(&mut *tx).await.unwrap();
    for rule in &case.rules {
        ask(&mut tx, rule).await;
    }
    let rules = Requirements::load(&mut tx).await.unwrap();
    let foretold = follow::effect(&mut tx, &rules, 2026).await.unwrap();
    follow::mark(&mut tx, 2026, 2026).await.unwrap();
    // who counts is set by the exemption: the preview speaks of those who count now
    let counted = "select count(*) from person_year where counted = 1 and complete = 1";
    let still = sqlx::query_scalar::<_, i64>(
        "select count(*) from person_year where counted = 1 and year = 2026",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    proptest::prop_assert_eq!(foretold.people, still);
    let before: i64 = sqlx::query_scalar(counted).fetch_one(&mut *tx).await.unwrap();
    proptest::prop_assert_eq!(foretold.before, before);
    proptest::prop_assert_eq!(foretold.after, before - foretold.lost + foretold.won);
    catch_up(&mut tx, &world).await;
    for (person, (level, exempt, halves)) in people.iter().zip(&case.people) {
        let level = LEVELS[*level];
        let total: i64 = halves.iter().sum::<i64>() * 5;
        let asked = rules.total(2026, level).tenths();
        let enough = (1..).zip(halves).all(|(category, halves)| {
            Hours::from_tenths(halves * 5)
                >= rules.category(2026, level, category, Hours::from_tenths(*exempt))
        });
        let complete = total >= (asked - exempt).max(0) && enough;
        proptest::prop_assert_eq!(kept(&mut tx, *person, 2026).await, (asked, complete));
        let year = year_totals(&mut tx, *person, 2026, 2026).await.unwrap().remove(0);
        proptest::prop_assert_eq!(year.complete, year.missing().is_empty(), "{:?}", year);
    }
    proptest::prop_assert_eq!(recount(&mut tx, None).await.unwrap(), vec![]);
    let kept = crate::ledger::tests::snapshot(&mut tx).await;
    totals::rebuild(&mut tx).await.unwrap();
    proptest::prop_assert_eq!(kept, crate::ledger::tests::snapshot(&mut tx).await);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn sql_and_rust_say_the_same_of_every_requirement(case in cases()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
            .block_on(play(case))?;
    }
}
