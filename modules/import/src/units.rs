//! Where a row's person goes: the importing unit, or, where it may, a unit below that the row
//! names in 所在单位 by its full name or credit code; with the internal departments of each.

use std::collections::HashMap;

use kit::credit_code::CreditCode;
use kit::{OrganizationId, OrganizationKind, Result, Scope};
use sqlx::SqliteConnection;

use crate::departments::Departments;
use crate::store::Import;

/// The units a file's rows may name, and what each calls its departments.
#[derive(Debug, Clone)]
pub struct Units {
    /// Who imports.
    own: OrganizationId,
    own_name: String,
    /// By name (plain) and by credit code.
    named: HashMap<String, OrganizationId>,
    departments: HashMap<OrganizationId, Departments>,
    /// Whether units below may be named at all.
    below: bool,
}

/// Why a unit cannot be meant: (what is wrong, how to mend it).
pub type Refused = (String, String);

impl Units {
    /// Those of a recorded upload.
    pub async fn of_import(db: &mut SqliteConnection, import: &Import) -> Result<Self> {
        let below = match import.below {
            false => None,
            true => {
                kit::organization::find(&mut *db, import.organization_id).await?.map(|o| {
                    match o.kind {
                        OrganizationKind::Bureau => Scope::County,
                        _ => Scope::Department(o.id),
                    }
                })
            }
        };
        Self::of(db, import.organization_id, below).await
    }

    /// The importing unit, and with `below` the active ones in its scope.
    pub async fn of(
        db: &mut SqliteConnection,
        own: OrganizationId,
        below: Option<Scope>,
    ) -> Result<Self> {
        let (county, department) = match below {
            Some(Scope::County) => (true, None),
            Some(Scope::Department(id)) => (false, Some(id)),
            _ => (false, None),
        };
        let found: Vec<(OrganizationId, String, Option<String>)> = sqlx::query_as(
            "select id, name, credit_code from organization
              where id = ?1 or state = 'active' and (?2 or department_id = ?3)",
        )
        .bind(own)
        .bind(county)
        .bind(department)
        .fetch_all(&mut *db)
        .await?;
        let mut units = Self {
            own,
            own_name: String::new(),
            named: HashMap::new(),
            departments: HashMap::new(),
            below: below.is_some(),
        };
        for (id, name, code) in found {
            units.named.insert(plain(&name), id);
            if let Some(code) = code {
                units.named.insert(code, id);
            }
            if id == own {
                units.own_name = name;
            }
        }
        units.departments.insert(own, Departments::of(&mut *db, own).await?);
        if below.is_some() {
            let with: Vec<OrganizationId> =
                sqlx::query_scalar("select distinct organization_id from internal_department")
                    .fetch_all(&mut *db)
                    .await?;
            let all: std::collections::HashSet<OrganizationId> =
                units.named.values().copied().collect();
            for id in with.into_iter().filter(|id| *id != own && all.contains(id)) {
                units.departments.insert(id, Departments::of(&mut *db, id).await?);
            }
        }
        Ok(units)
    }

    /// Who imports.
    pub fn own(&self) -> OrganizationId {
        self.own
    }

    /// All units a row may name.
    pub fn all(&self) -> Vec<OrganizationId> {
        let mut all: Vec<OrganizationId> = self.named.values().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The unit a row means; empty means the importing one.
    ///
    /// # Errors
    /// What is wrong and how to mend it.
    pub fn find(&self, typed: &str) -> std::result::Result<OrganizationId, Refused> {
        if typed.is_empty() {
            return Ok(self.own);
        }
        let by_code = CreditCode::parse(typed).ok();
        let found = by_code
            .and_then(|code| self.named.get(code.as_str()))
            .or_else(|| self.named.get(&plain(typed)));
        match found {
            Some(id) => Ok(*id),
            None if !self.below => Err((
                format!("不是导入的单位“{}”，这次只能导入本单位的人员", self.own_name),
                "删去这一行，由那个单位导入".to_owned(),
            )),
            None => Err((
                "没有找到这个单位，或者不在您的管理范围内".to_owned(),
                "填写单位全称或统一社会信用代码，与“资料管理”中的一致".to_owned(),
            )),
        }
    }

    /// The internal departments of a unit.
    pub fn departments(&self, unit: OrganizationId) -> &Departments {
        static NONE: std::sync::LazyLock<Departments> =
            std::sync::LazyLock::new(Departments::default);
        self.departments.get(&unit).unwrap_or(&NONE)
    }

    /// Notes a department that was just made.
    pub fn add(&mut self, unit: OrganizationId, name: &str, id: i64) {
        self.departments.entry(unit).or_default().add(name, id);
    }

    #[cfg(test)]
    pub(crate) fn alone(departments: Departments) -> Self {
        let own = OrganizationId(1);
        Self {
            own,
            own_name: "云川县第一小学".to_owned(),
            named: HashMap::from([("云川县第一小学".to_owned(), own)]),
            departments: HashMap::from([(own, departments)]),
            below: false,
        }
    }
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.chars()
        .map(kit::initials::half_width)
        .filter(|c| !c.is_whitespace() && !kit::initials::is_invisible(*c))
        .flat_map(char::to_lowercase)
        .collect()
}
