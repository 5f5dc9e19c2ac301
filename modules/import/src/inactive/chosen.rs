//! What of 未激活账户 is looked at: one unit, one import, how many days are left.

use kit::access::Grant;
use kit::list::{Ask, Fixed};
use kit::organization::{self, Organization};
use kit::{Clock, Error, OrganizationId, OrganizationKind, Result, Scope, day};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use time::Duration;

/// Days that are left, as tabs: (address, title).
pub const BANDS: [(&str, &str); 5] = [
    ("", "全部"),
    ("expired", "已过期"),
    ("week", "7 天内到期"),
    ("month", "30 天内到期"),
    ("later", "30 天以上"),
];

/// Of the address, checked against the caller's scope.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    pub unit: Option<Organization>,
    pub import: Option<i64>,
    /// Of the import.
    pub file: String,
    /// One of `BANDS`.
    pub band: &'static str,
}

impl Chosen {
    /// # Errors
    /// `NotFound` for a unit or an import that is not in the scope.
    pub async fn read(db: &mut SqliteConnection, ask: &Ask, grant: &Grant) -> Result<Self> {
        let number = |key: &str| -> Result<Option<i64>> {
            ask.value(key).map(|text| text.parse().map_err(|_| Error::NotFound)).transpose()
        };
        let mut chosen = Self::default();
        if let Some(id) = number("unit")? {
            chosen.unit = Some(unit(&mut *db, grant, OrganizationId(id)).await?);
        }
        if let Some(id) = number("import")? {
            chosen.file = file(db, grant, id).await?;
            chosen.import = Some(id);
        }
        let band = ask.value("band").unwrap_or_default();
        chosen.band = BANDS.iter().find(|(key, _)| *key == band).map_or("", |(key, _)| key);
        Ok(chosen)
    }

    /// Conditions on `initial_account x`.
    pub fn fixed(&self, clock: &Clock) -> Vec<Fixed> {
        let mut fixed = self.without_band();
        fixed.extend(band(self.band, clock));
        fixed
    }

    fn without_band(&self) -> Vec<Fixed> {
        let mut fixed = vec![];
        if let Some(unit) = &self.unit {
            fixed.push(Fixed { sql: "x.organization_id = ?", values: vec![unit.id.0] });
        }
        if let Some(import) = self.import {
            let sql = "x.id in (select id from person where import_id = ?)";
            fixed.push(Fixed { sql, values: vec![import] });
        }
        fixed
    }

    /// The address of a page about the same, `path` and then `unit` and `import`.
    pub fn address(&self, path: &str, band: &str) -> String {
        let mut parts = vec![];
        if let Some(unit) = &self.unit {
            parts.push(format!("unit={}", unit.id));
        }
        if let Some(import) = self.import {
            parts.push(format!("import={import}"));
        }
        if !band.is_empty() {
            parts.push(format!("band={band}"));
        }
        match parts.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", parts.join("&")),
        }
    }

    /// How many there are, and how many of them are expired or end within a week.
    pub async fn count(
        &self,
        db: &mut SqliteConnection,
        scope: Scope,
        clock: &Clock,
    ) -> Result<(i64, i64, i64)> {
        let mut sql = QueryBuilder::new("select count(*), coalesce(sum(x.until <= ");
        sql.push_bind(now(clock)).push("), 0), coalesce(sum(x.until > ").push_bind(now(clock));
        sql.push(" and x.until < ").push_bind(ends(clock, 7)).push("), 0)");
        sql.push(" from initial_account x where true");
        scope.narrow(&mut sql, "x");
        conditions(&mut sql, &self.without_band());
        Ok(sql.build_query_as().fetch_one(db).await?)
    }
}

/// Appends the conditions to a statement that has one.
pub fn conditions(sql: &mut QueryBuilder<Sqlite>, fixed: &[Fixed]) {
    for one in fixed {
        let mut values = one.values.iter();
        sql.push(" and (");
        for (at, part) in one.sql.split('?').enumerate() {
            if at > 0 {
                sql.push_bind(values.next().copied());
            }
            sql.push(part);
        }
        sql.push(")");
    }
}

/// Now, as `initial_account.until` counts.
pub fn now(clock: &Clock) -> i64 {
    clock.now().unix_timestamp()
}

/// The end of the county day so many days from today.
fn ends(clock: &Clock, days: i64) -> i64 {
    day::begins(clock.today().saturating_add(Duration::days(days + 1))).unix_timestamp()
}

fn band(band: &str, clock: &Clock) -> Option<Fixed> {
    let within = |days| Fixed {
        sql: "x.until > ? and x.until < ?",
        values: vec![now(clock), ends(clock, days)],
    };
    match band {
        "expired" => Some(Fixed { sql: "x.until <= ?", values: vec![now(clock)] }),
        "week" => Some(within(7)),
        "month" => Some(within(30)),
        "later" => Some(Fixed { sql: "x.until >= ?", values: vec![ends(clock, 30)] }),
        _ => None,
    }
}

/// A unit in the caller's scope.
///
/// # Errors
/// `NotFound` for another one.
pub async fn unit(
    db: &mut SqliteConnection,
    grant: &Grant,
    id: OrganizationId,
) -> Result<Organization> {
    let found = organization::find(db, id).await?.ok_or(Error::NotFound)?;
    let within = match grant.scope {
        Scope::County => true,
        Scope::Department(department) => found.department_id == Some(department),
        Scope::Organization(own) => found.id == own,
    };
    if within { Ok(found) } else { Err(Error::NotFound) }
}

/// The file name of an import that the caller may look at: his organization's own, or what came
/// into his units.
async fn file(db: &mut SqliteConnection, grant: &Grant, id: i64) -> Result<String> {
    let whole = grant.kind == OrganizationKind::Bureau && grant.scope == Scope::County;
    let (department, organization) = grant.scope.values();
    sqlx::query_scalar(
        "select m.file_name from import m where m.id = ?1 and m.kind = 'people'
            and (?2 or m.organization_id = ?3 or exists (
              select 1 from person p where p.import_id = m.id
                 and (?4 is null or p.department_id = ?4) and (?5 is null or p.organization_id = ?5)))",
    )
    .bind(id)
    .bind(whole)
    .bind(grant.organization)
    .bind(department)
    .bind(organization)
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}
