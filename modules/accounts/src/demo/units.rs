//! The demo county's organizations and internal departments.

use std::collections::{HashMap, HashSet};

use kit::module::Demo;
use kit::{Error, OrganizationId, OrganizationKind, Result, credit_code, organization};
use sqlx::SqliteConnection;
use time::Duration;

use super::bases;
use super::names::{BRANDS, PLACES, TOWNS, person};
use super::trades::{BASES, Naming, TRADES, Trade};
use crate::organizations::{self, NewOrganization, Profile};

/// An organization of the demo with what its people need.
pub struct Unit {
    pub id: OrganizationId,
    pub kind: OrganizationKind,
    pub name: String,
    pub trade: &'static Trade,
    /// The one title series of its people; empty: the trade's.
    pub series: &'static str,
    /// How many people it draws, relative to the others.
    pub weight: u64,
    pub internal_departments: Vec<i64>,
}

/// The demo's organizations.
pub struct Units {
    pub bureau: OrganizationId,
    /// False if the setup had made it before.
    pub bureau_is_new: bool,
    /// Departments, employers and bases.
    pub all: Vec<Unit>,
}

impl Units {
    /// The unit with this name after 云川县.
    pub fn named(&self, name: &str) -> Option<&Unit> {
        self.all.iter().find(|unit| unit.name == full(name))
    }
}

fn full(name: &str) -> String {
    format!("云川县{name}")
}

/// Makes bureau, departments, employers and bases.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<Units> {
    let found = organization::bureau(&mut *tx).await?;
    let bureau_is_new = found.is_none();
    let mut maker = Maker { serial: 1_000_000, names: HashSet::new() };
    let bureau = match found {
        Some(bureau) => bureau.id,
        None => {
            let new = maker.organization(
                county,
                OrganizationKind::Bureau,
                full("人力资源和社会保障局"),
                None,
                ("agency", "S"),
            );
            let at = county.clock.stamp_in(Duration::days(-2900));
            organizations::insert(&mut *tx, &new, "demo", &at).await?
        }
    };
    let mut units = Units { bureau, bureau_is_new, all: vec![] };
    let mut departments = HashMap::new();
    for trade in TRADES {
        if let Some(name) = trade.department {
            let id = maker
                .add(tx, county, &mut units, trade, Kind::Department(bureau), full(name), "", 6)
                .await?;
            departments.insert(name, id);
        }
    }
    let employers = (county.people / 50).max(12);
    for trade in TRADES {
        let parent = trade.department.and_then(|name| departments.get(name)).copied();
        let parent = parent.unwrap_or(bureau);
        for index in 0..(employers * trade.share / 100).max(1) {
            let (name, series, weight) = maker.employer(county, trade, index);
            maker
                .add(tx, county, &mut units, trade, Kind::Employer(parent), name, series, weight)
                .await?;
        }
    }
    for (name, department) in BASES {
        let parent = department.and_then(|name| departments.get(name)).copied();
        let trade = TRADES.iter().find(|t| t.department == *department);
        let trade = trade.ok_or_else(|| Error::Fault(format!("base {name} without a trade")))?;
        let kind = Kind::Base(parent.unwrap_or(bureau));
        maker.add(tx, county, &mut units, trade, kind, full(name), "", 0).await?;
    }
    bases::disable(tx, county, &units.all).await?;
    for unit in units.all.iter_mut().filter(|u| u.weight > 0).take(70) {
        unit.internal_departments = internal_departments(tx, unit).await?;
    }
    Ok(units)
}

/// A kind with its superior.
#[derive(Clone, Copy)]
enum Kind {
    Department(OrganizationId),
    Employer(OrganizationId),
    Base(OrganizationId),
}

struct Maker {
    serial: u64,
    names: HashSet<String>,
}

impl Maker {
    /// Name, own series and weight of a trade's employer.
    fn employer(
        &mut self,
        county: &mut Demo,
        trade: &Trade,
        index: u64,
    ) -> (String, &'static str, u64) {
        if let Some((name, series)) = trade.first.get(index as usize) {
            return (full(name), series, 24 + county.random.below(56));
        }
        let index = index as usize - trade.first.len();
        let suffixes = trade.suffixes.len();
        let (suffix, rest) = (trade.suffixes[index % suffixes], index / suffixes);
        let plain = match trade.naming {
            Naming::Place => {
                let town = TOWNS[rest % TOWNS.len()];
                let place = PLACES[(rest / TOWNS.len()) % PLACES.len()];
                format!("云川县{town}{place}{suffix}")
            }
            Naming::Brand => format!("云川县{}{suffix}", BRANDS[rest % BRANDS.len()]),
        };
        let mut name = plain.clone();
        let mut number = 1;
        while self.names.contains(&name) {
            number += 1;
            name = match trade.naming {
                Naming::Place => plain.replace(suffix, &format!("第{number}{suffix}")),
                Naming::Brand => {
                    plain.replace("云川县", &format!("云川县{}", PLACES[1 + number % 39]))
                }
            };
            if number > 39 {
                name = format!("{plain}（{number}）");
            }
        }
        (name, "", 4 + county.random.below(18))
    }

    fn organization(
        &mut self,
        county: &mut Demo,
        kind: OrganizationKind,
        name: String,
        parent: Option<OrganizationId>,
        (nature, industry): (&str, &str),
    ) -> NewOrganization {
        let company = name.ends_with("公司") || name.ends_with("事务所") || name.ends_with('厂');
        let nature = if company { "private-enterprise" } else { nature };
        let prefix = match nature {
            "agency" => "11",
            "institution" => "12",
            _ if company => "91",
            _ => "12",
        };
        self.serial += 1 + county.random.below(3);
        let code = format!("{prefix}419999{:09}", self.serial);
        let credit_code = credit_code::check_character(&code).map(|check| format!("{code}{check}"));
        let woman = county.random.chance(50);
        let contact = person(&mut county.random, woman);
        let town = county.random.pick(TOWNS);
        let address = format!("云川县{town}建设路 {} 号", 1 + county.random.below(200));
        self.names.insert(name.clone());
        NewOrganization {
            kind,
            parent,
            credit_code,
            profile: Profile {
                certificate_name: if parent.is_none() { name.clone() } else { String::new() },
                area_code: "419999".to_owned(),
                nature: if prefix == "12" && !company { "institution" } else { nature }.to_owned(),
                industry: industry.to_owned(),
                legal_person: person(&mut county.random, false),
                contact,
                phone: format!("0999-6{:06}", county.random.below(1_000_000)),
                address,
                ..Profile::default()
            },
            name,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one place that makes all kinds of units")]
    async fn add(
        &mut self,
        tx: &mut SqliteConnection,
        county: &mut Demo,
        units: &mut Units,
        trade: &'static Trade,
        kind: Kind,
        name: String,
        series: &'static str,
        weight: u64,
    ) -> Result<OrganizationId> {
        let (kind, parent, nature) = match kind {
            Kind::Department(parent) => (OrganizationKind::Department, parent, "agency"),
            Kind::Employer(parent) => (OrganizationKind::Employer, parent, trade.nature),
            Kind::Base(parent) => (OrganizationKind::Base, parent, "institution"),
        };
        let industry = if kind == OrganizationKind::Department { "S" } else { trade.industry };
        let mut new = self.organization(county, kind, name, Some(parent), (nature, industry));
        if kind == OrganizationKind::Base {
            let head = new.profile.legal_person.clone();
            new.profile.base = bases::profile(&new.name, county.clock.today(), head);
        }
        let at = office_time(county);
        let id = organizations::insert(tx, &new, "demo", &at).await?;
        units.all.push(Unit {
            id,
            kind,
            name: new.name,
            trade,
            series,
            weight,
            internal_departments: vec![],
        });
        Ok(id)
    }
}

/// Some working hour of five to eight years ago.
fn office_time(county: &mut Demo) -> String {
    let days = 1800 + county.random.below(1000) as i64;
    let day = county.clock.today().saturating_sub(Duration::days(days));
    let (hour, minute) = (1 + county.random.below(8), county.random.below(60));
    format!("{}T{hour:02}:{minute:02}:00.000Z", kit::day::date_text(day))
}

/// A handful of internal departments, the second with a group below it; the ids that take people.
async fn internal_departments(tx: &mut SqliteConnection, unit: &Unit) -> Result<Vec<i64>> {
    let names: &[&str] = match (unit.kind, unit.trade.industry) {
        (OrganizationKind::Department, _) => &["办公室", "人事股", "业务股"],
        (_, "P") => &["教务处", "语文教研组", "数学教研组", "综合教研组"],
        (_, "Q") => &["办公室", "医务科", "护理部", "药剂科"],
        _ => &["办公室", "技术科", "质量科"],
    };
    let mut ids = vec![];
    for (sort, name) in names.iter().enumerate() {
        let under =
            if unit.trade.industry == "P" && sort > 0 { ids.first().copied() } else { None };
        let id: i64 = sqlx::query_scalar(
            "insert into internal_department (organization_id, parent_id, name, sort)
             values (?, ?, ?, ?) returning id",
        )
        .bind(unit.id)
        .bind(under)
        .bind(name)
        .bind(sort as i64 * 10)
        .fetch_one(&mut *tx)
        .await?;
        ids.push(id);
    }
    Ok(ids)
}
