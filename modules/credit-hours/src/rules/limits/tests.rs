//! The limits of a year, for rows that others declare.

use kit::{Hours, PersonId};
use sqlx::SqliteConnection;

use super::{Limits, Wanted};
use crate::ledger::{NewEntry, Source, record, reverse};
use crate::testing::World;

fn wanted(person: PersonId, kind: &str, hours: i64) -> Wanted<'_> {
    Wanted {
        person,
        year: 2026,
        category: 2,
        kind,
        started_on: "2026-05-01",
        ended_on: "2026-05-01",
        hours: Hours::whole(hours),
        besides: Hours::ZERO,
    }
}

async fn enter(
    world: &World,
    tx: &mut SqliteConnection,
    person: PersonId,
    kind: &str,
    hours: i64,
) -> i64 {
    let entry = NewEntry {
        person,
        year: 2026,
        category: 2,
        kind: kind.to_owned(),
        title: "某项".to_owned(),
        organizer: "某单位".to_owned(),
        started_on: "2026-03-01".to_owned(),
        ended_on: "2026-03-01".to_owned(),
        hours: Hours::whole(hours),
        source: Source::Employer,
        declaration: None,
        recognised_by: "某单位".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    };
    record(tx, &[entry], &world.clock).await.unwrap()[0]
}

#[tokio::test]
async fn conversions_give_no_more_in_a_year_than_the_professional_subject_asks() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let patent = enter(&world, &mut tx, person, "07", 48).await;
    enter(&world, &mut tx, person, "02", 40).await; // a class is no conversion
    let limits = Limits::load(&mut tx).await.unwrap();
    assert_eq!(limits.over(&mut tx, &wanted(person, "04", 12)).await.unwrap(), None);
    let over = limits.over(&mut tx, &wanted(person, "04", 13)).await.unwrap();
    assert_eq!(
        over.unwrap(),
        "13 学时超过成果折算全年最多 60 学时：本年度已认定和待审核共 48 学时，还可认定 12 学时"
    );
    assert_eq!(limits.over(&mut tx, &wanted(person, "15", 60)).await.unwrap(), None);
    // what came before it in the same roster counts
    let mut limits = limits;
    limits.prepare(&mut tx, &[person]).await.unwrap();
    limits.count(&wanted(person, "05", 8));
    assert!(limits.over(&mut tx, &wanted(person, "04", 5)).await.unwrap().is_some());
    assert_eq!(limits.over(&mut tx, &wanted(person, "04", 4)).await.unwrap(), None);
    // a revoked entry no longer counts
    let actor = kit::Actor::command("试验");
    reverse(&mut tx, &world.modules, patent, "证书作废", &actor, &world.clock).await.unwrap();
    let limits = Limits::load(&mut tx).await.unwrap();
    assert_eq!(limits.over(&mut tx, &wanted(person, "04", 60)).await.unwrap(), None);
    // and the bureau may do without the limit
    sqlx::query(
        "insert into setting (key, value, changed_at) values ('credit-hours.conversion-cap', 'none', '')",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    let limits = Limits::load(&mut tx).await.unwrap();
    assert_eq!(limits.over(&mut tx, &wanted(person, "07", 90)).await.unwrap(), None);
}

#[tokio::test]
async fn a_kinds_year_is_capped_where_every_rule_of_it_caps_it() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    enter(&world, &mut tx, person, "14", 30).await;
    sqlx::query("update conversion_rule set cap_year = 400 where kind = '14'")
        .execute(&mut *tx)
        .await
        .unwrap();
    let limits = Limits::load(&mut tx).await.unwrap();
    let long = |hours| Wanted { ended_on: "2026-05-05", ..wanted(person, "14", hours) };
    assert_eq!(limits.over(&mut tx, &long(10)).await.unwrap(), None);
    let over = limits.over(&mut tx, &long(11)).await.unwrap();
    assert_eq!(
        over.unwrap(),
        "11 学时超过“岗位培训”全年最多 40 学时：本年度已认定和待审核共 30 学时，还可认定 10 学时"
    );
    let besides = Wanted { besides: Hours::whole(8), ..long(3) };
    assert!(limits.over(&mut tx, &besides).await.unwrap().is_some());
}

#[tokio::test]
async fn what_waits_counts_when_declaring_and_not_when_deciding() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    sqlx::query(
        "insert into review_case (id, subject, number, title, state, desk_id, route, stage, account_id,
           person_id, organization_id, department_id, content, decision, submitted_at, waiting_since)
         values (1, 'declarations', 'XS1', '', 'pending', 3, '[3]', 0, 1, ?1, 3, 2, '{}', 'null', '', '')",
    )
    .bind(person)
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "insert into declaration (case_id, number, state, desk_id, organization_id, person_id, account_id,
           year, category_id, kind, hours, created_at, updated_at)
         values (1, 'XS1', 'pending', 3, 3, ?1, 1, 2026, 2, '07', 480, '', '')",
    )
    .bind(person)
    .execute(&mut *tx)
    .await
    .unwrap();
    let limits = Limits::load(&mut tx).await.unwrap();
    assert!(limits.over(&mut tx, &wanted(person, "04", 13)).await.unwrap().is_some());
    let limits = limits.when_decided();
    assert_eq!(limits.over(&mut tx, &wanted(person, "04", 13)).await.unwrap(), None);
}
