//! A county on paper for this crate's tests: schema, organizations, people.

use std::path::PathBuf;

use kit::db::Pools;
use kit::{Clock, Migration, Module, Modules, PersonId};

/// The tables of `accounts`, without its module.
struct People;

impl Module for People {
    fn name(&self) -> &'static str {
        "accounts"
    }
    fn title(&self) -> &'static str {
        "人员"
    }
    fn migrations(&self) -> Vec<Migration> {
        accounts::Accounts.migrations()
    }
}

/// A county with its bureau (1), a department (2) with an employer (3), and an employer of the
/// bureau's (4); a fixed clock: 2026-11-23, nine in the morning.
pub struct World {
    pub pools: Pools,
    pub modules: Modules,
    pub clock: Clock,
    folder: PathBuf,
}

impl World {
    pub async fn new() -> World {
        let id = kit::serial::token().unwrap();
        let folder = std::env::temp_dir().join(format!("jxjy-hours-{}", &id[..16]));
        std::fs::create_dir_all(folder.join("files")).unwrap();
        let pools = Pools::open(&folder, 2, true).await.unwrap();
        let list: Vec<Box<dyn Module>> = vec![Box::new(People), Box::new(crate::CREDIT_HOURS)];
        let at = kit::day::stored_time("2026-11-23T01:00:00.000Z").unwrap();
        let clock = Clock::fixed(at);
        kit::migration::run(&pools, &list, &clock).await.unwrap();
        let world = World { pools, modules: Modules::new(list), clock, folder };
        let mut tx = world.pools.begin().await.unwrap();
        for (id, kind, name, parent, department) in [
            (1, "bureau", "云川县人力资源和社会保障局", None, None),
            (2, "department", "云川县教育局", Some(1), Some(2)),
            (3, "employer", "云川县第一中学", Some(2), Some(2)),
            (4, "employer", "云川建设有限公司", Some(1), None),
        ] {
            sqlx::query(
                "insert into organization (id, kind, name, parent_id, department_id, created_at)
                 values (?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')",
            )
            .bind(id)
            .bind(kind)
            .bind(name)
            .bind::<Option<i64>>(parent)
            .bind::<Option<i64>>(department)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        world
    }

    /// People of an organization, with accounts; they may be many.
    pub async fn people(&self, organization: i64, count: i64) -> Vec<PersonId> {
        let mut tx = self.pools.begin().await.unwrap();
        let last: i64 = sqlx::query_scalar("select coalesce(max(id), 0) from person")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        for (sql, bind_organization) in [
            (
                "with recursive n(i) as (select ?1 + 1 union all select i + 1 from n where i < ?1 + ?2)
                 insert into identity (id, number, reversed)
                 select i, '419999' || printf('%012d', i), 'x' from n",
                false,
            ),
            (
                "with recursive n(i) as (select ?1 + 1 union all select i + 1 from n where i < ?1 + ?2)
                 insert into person (id, identity_id, name, sex, born, series, level, title,
                   organization_id, department_id, origin, created_at, updated_at)
                 select i, i, '周晓梅' || i, 'female', '1985-03-15',
                        case i % 3 when 0 then '04' when 1 then '22' else '05' end,
                        case i % 2 when 0 then 'middle' else 'assistant' end, '', o.id,
                        o.department_id, 'form', '2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'
                   from n join organization o on o.id = ?3",
                true,
            ),
            (
                "with recursive n(i) as (select ?1 + 1 union all select i + 1 from n where i < ?1 + ?2)
                 insert into account (id, identity_id, person_id, name, state, created_at)
                 select i, i, i, '周晓梅' || i, 'initial', '2026-01-01T00:00:00.000Z' from n",
                false,
            ),
        ] {
            let mut query = sqlx::query(sql).bind(last).bind(count);
            if bind_organization {
                query = query.bind(organization);
            }
            query.execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        (last + 1..=last + count).map(PersonId).collect()
    }
}

/// Puts an exemption in force in the place of whatever was, without its totals; 0 tenths: none.
pub async fn exempt(tx: &mut sqlx::SqliteConnection, person: PersonId, year: i32, tenths: i64) {
    sqlx::query("update exemption set in_force = 0 where person_id = ? and year = ?")
        .bind(person)
        .bind(year)
        .execute(&mut *tx)
        .await
        .unwrap();
    if tenths > 0 {
        let case: i64 = sqlx::query_scalar(
            "insert into review_case (subject, number, state, route, stage, person_id,
               organization_id, title, content, submitted_at, waiting_since)
             select 'exemptions', hex(randomblob(8)), 'approved', '[1]', 0, id, organization_id, '', '{}', '', ''
               from person where id = ? returning id",
        )
        .bind(person)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into exemption (case_id, state, organization_id, person_id, account_id, year,
               granted, in_force, created_at, updated_at)
             select ?, 'approved', organization_id, id, 1, ?, ?, 1, '', '' from person where id = ?",
        )
        .bind(case)
        .bind(year)
        .bind(tenths)
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    sqlx::query(
        "update person_year set exempt = min(?, required) where person_id = ? and year = ?",
    )
    .bind(tenths)
    .bind(person)
    .bind(year)
    .execute(&mut *tx)
    .await
    .unwrap();
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
