//! A small county: bureau, two departments, a school and a hospital.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "tests")]

use accounts::organizations::{self, NewOrganization, Profile};
use accounts::people::{Fields, NewPerson};
use kit::db::Pools;
use kit::{Clock, IdCard, Module, Modules, OrganizationId, OrganizationKind, credit_code};
use time::macros::datetime;

pub struct County {
    pub pools: Pools,
    pub clock: Clock,
    pub modules: Modules,
    pub bureau: OrganizationId,
    pub department: OrganizationId,
    pub health: OrganizationId,
    pub school: OrganizationId,
    pub hospital: OrganizationId,
    folder: tempfile::TempDir,
}

impl County {
    pub async fn new() -> Self {
        let mut county = Self::empty().await;
        let mut tx = county.pools.begin().await.unwrap();
        let bureau =
            county.unit(OrganizationKind::Bureau, "云川县人社局", None, "11419999000000001");
        county.bureau =
            organizations::create(&mut tx, &bureau, "setup", &county.clock).await.unwrap();
        let above = Some(county.bureau);
        let new =
            county.unit(OrganizationKind::Department, "云川县教育局", above, "11419999000000002");
        county.department =
            organizations::create(&mut tx, &new, "form", &county.clock).await.unwrap();
        let new =
            county.unit(OrganizationKind::Department, "云川县卫健委", above, "11419999000000003");
        county.health = organizations::create(&mut tx, &new, "form", &county.clock).await.unwrap();
        let new = county.employer("云川县一中", county.department, "12419999000000011");
        county.school = organizations::create(&mut tx, &new, "form", &county.clock).await.unwrap();
        let new = county.employer("云川县人民医院", county.health, "12419999000000012");
        county.hospital =
            organizations::create(&mut tx, &new, "form", &county.clock).await.unwrap();
        tx.commit().await.unwrap();
        county
    }

    /// The schema and nothing in it.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(datetime!(2026-11-23 01:00 UTC));
        let pools = Pools::open(folder.path(), 2, true).await.unwrap();
        let list: Vec<Box<dyn Module>> = vec![Box::new(accounts::Accounts)];
        kit::migration::run(&pools, &list, &clock).await.unwrap();
        let none = OrganizationId(0);
        Self {
            pools,
            clock,
            modules: Modules::new(list),
            bureau: none,
            department: none,
            health: none,
            school: none,
            hospital: none,
            folder,
        }
    }

    pub fn code(&self, seventeen: &str) -> Option<String> {
        Some(format!("{seventeen}{}", credit_code::check_character(seventeen).unwrap()))
    }

    pub fn unit(
        &self,
        kind: OrganizationKind,
        name: &str,
        parent: Option<OrganizationId>,
        seventeen: &str,
    ) -> NewOrganization {
        NewOrganization {
            kind,
            name: name.to_owned(),
            credit_code: self.code(seventeen),
            parent,
            profile: Profile { nature: "institution".to_owned(), ..Profile::default() },
        }
    }

    pub fn employer(&self, name: &str, parent: OrganizationId, seventeen: &str) -> NewOrganization {
        self.unit(OrganizationKind::Employer, name, Some(parent), seventeen)
    }

    pub fn somebody(&self, organization: OrganizationId, n: u64) -> NewPerson {
        NewPerson {
            id_card: IdCard::stored(&number(n)).unwrap(),
            organization,
            internal_department: None,
            fields: Fields::named("某某"),
        }
    }
}

/// The n-th invented identity number.
pub fn number(n: u64) -> String {
    let (day, serial) = (n / 900, 1 + n % 900);
    let first =
        format!("419999{}{:02}{:02}{serial:03}", 1970 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    format!("{first}{}", kit::id_card::check_character(&first).unwrap())
}

pub async fn count(pools: &Pools, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *pools.read().await.unwrap()).await.unwrap()
}
