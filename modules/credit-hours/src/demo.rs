//! The demo county's hours: six years of entries, and declarations at every desk.

mod cases;
mod convert;
mod courses;
mod entries;
mod picture;

pub use picture::png as example_sheet;

use kit::module::Demo;
use kit::{Error, Result, organization};
use sqlx::SqliteConnection;

/// Years of entries, the current one included.
const YEARS: i32 = 6;

/// Fills entries, totals and declarations for the people who exist.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let Some(bureau) = organization::bureau(&mut *tx).await? else {
        return Err(Error::Fault("demo: no bureau".to_owned()));
    };
    let name = county_name(&bureau.name);
    (county.report)("正在生成学时台账……");
    entries::fill(&mut *tx, county, &bureau.name, &name).await?;
    (county.report)("正在生成学时申报……");
    cases::fill(tx, county, &name).await
}

/// 云川县 of 云川县人力资源和社会保障局.
fn county_name(bureau: &str) -> String {
    match bureau.split_once("人力资源") {
        Some((county, _)) if !county.is_empty() => county.to_owned(),
        _ => "本县".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kit::module::Demo;
    use kit::serial::Random;

    use crate::ledger::totals::recount;
    use crate::testing::World;

    async fn number(db: &mut sqlx::SqliteConnection, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
    }

    async fn indexes(db: &mut sqlx::SqliteConnection) -> i64 {
        number(
            db,
            "select count(*) from sqlite_master where type = 'index'
               and tbl_name in ('entry', 'person_year')",
        )
        .await
    }

    #[tokio::test]
    async fn a_demo_county_holds_what_was_asked_and_agrees_with_a_recount() {
        let world = World::new().await;
        for unit in [1, 2, 3, 4] {
            world.people(unit, 50).await;
        }
        let mut county = Demo {
            people: 200,
            records: 2_000,
            random: Random::new(2026),
            clock: world.clock.clone(),
            modules: kit::Modules::new(vec![]),
            accounts: vec![],
            report: |_| {},
        };
        let mut tx = world.pools.begin().await.unwrap();
        let before = indexes(&mut tx).await;
        assert!(before > 10);
        super::fill(&mut tx, &mut county).await.unwrap();
        tx.commit().await.unwrap();
        let mut db = world.pools.read().await.unwrap();
        let made = number(&mut db, "select count(*) from entry where declaration_id is null").await;
        assert!((1_950..=2_050).contains(&made), "{made} entries");
        assert_eq!(recount(&mut db, None).await.unwrap(), []);
        for (what, sql) in [
            (
                "complete past years",
                "select avg(complete) > 0.5 from person_year where year between 2022 and 2025",
            ),
            (
                "complete this year",
                "select avg(complete) between 0.05 and 0.7 from person_year where year = 2026",
            ),
            (
                "pending at an employer",
                "select count(*) from declaration where state = 'pending' and desk_id in (3, 4)",
            ),
            (
                "pending at the department",
                "select count(*) from declaration where state = 'pending' and desk_id = 2",
            ),
            (
                "pending at the bureau",
                "select count(*) from declaration where state = 'pending' and desk_id = 1",
            ),
            ("rejected", "select count(*) from declaration where state = 'rejected'"),
            ("approved", "select count(*) from declaration where state = 'approved'"),
            ("drafts", "select count(*) from declaration where state = 'draft'"),
        ] {
            assert!(number(&mut db, sql).await > 0, "{what}");
        }
        let wrong = number(
            &mut db,
            "select count(*) from entry where started_on > ended_on or substr(ended_on, 1, 4) <> year
               or ended_on > '2026-11-23' or recorded_at > '2026-11-23T01:00:00.000Z' or hours <= 0",
        )
        .await;
        assert_eq!(wrong, 0);
        assert_eq!(indexes(&mut db).await, before, "those dropped for the fill are back");
        let findings = crate::doctor::doctor(&mut db).await.unwrap();
        assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    }
}
