//! Where a row's person goes: the importing unit, or, where it may, a unit below that the row
//! names in 所在单位 by its full name or credit code; with the internal departments of each.

mod near;

use std::collections::HashMap;

use kit::credit_code::CreditCode;
use kit::{OrganizationId, OrganizationKind, Result, Scope};
use sqlx::SqliteConnection;

use crate::departments::Departments;
use crate::store::Import;
use crate::template;

/// The units a file's rows may name, and what each calls its departments.
#[derive(Debug, Clone)]
pub struct Units {
    /// Who imports.
    own: OrganizationId,
    own_name: String,
    /// The names of those that may be named, by their ids.
    names: HashMap<OrganizationId, String>,
    /// What a plain name or a credit code stands for.
    named: HashMap<String, Named>,
    departments: HashMap<OrganizationId, Departments>,
    /// Whether units below may be named at all.
    below: bool,
    /// What was typed, answered: a file repeats a few units many thousand times.
    answers: HashMap<String, std::result::Result<Meant, Refused>>,
    /// How many unknown names were compared with all units.
    compared: usize,
}

/// What a name or code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Unit(OrganizationId),
    /// More than one: only the code tells them apart.
    Several,
    /// In the county, but not in reach.
    Foreign,
    Disabled,
    /// Has no people of its own.
    Base,
}

/// The unit a row means, and what should be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    pub unit: OrganizationId,
    pub warning: Option<Refused>,
}

impl From<OrganizationId> for Meant {
    fn from(unit: OrganizationId) -> Self {
        Self { unit, warning: None }
    }
}

/// Why a unit cannot be meant: (what is wrong, how to mend it).
pub type Refused = (String, String);

/// Answers remembered.
const MOST: usize = 20_000;
/// Unknown names that get near ones told: a file of nothing but nonsense must not take minutes.
const COMPARED: usize = 500;

#[derive(sqlx::FromRow)]
struct Row {
    id: OrganizationId,
    kind: OrganizationKind,
    name: String,
    credit_code: Option<String>,
    department_id: Option<OrganizationId>,
    state: String,
}

impl Units {
    /// Those of a recorded upload.
    pub async fn of_import(db: &mut SqliteConnection, import: &Import) -> Result<Self> {
        let below = match import.below {
            false => None,
            true => kit::organization::find(&mut *db, import.organization_id)
                .await?
                .and_then(|own| crate::below::whole(own.kind, own.id)),
        };
        Self::of(db, import.organization_id, below).await
    }

    /// The importing unit, and with `below` the active ones in its scope that can have people.
    pub async fn of(
        db: &mut SqliteConnection,
        own: OrganizationId,
        below: Option<Scope>,
    ) -> Result<Self> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, kind, name, credit_code, department_id, state from organization
              where id = ?1 or ?2 order by id",
        )
        .bind(own)
        .bind(below.is_some())
        .fetch_all(&mut *db)
        .await?;
        let mut units = Self::none(own, below.is_some());
        for row in rows {
            let is = match below {
                _ if row.id == own => Named::Unit(own),
                _ if row.kind == OrganizationKind::Base => Named::Base,
                Some(Scope::Department(id)) if row.department_id != Some(id) => Named::Foreign,
                _ if row.state != "active" => Named::Disabled,
                _ => Named::Unit(row.id),
            };
            units.note(&row.name, row.credit_code.as_deref(), is);
        }
        units.departments = Departments::of_many(db, &units.all()).await?;
        Ok(units)
    }

    fn none(own: OrganizationId, below: bool) -> Self {
        Self {
            own,
            own_name: String::new(),
            names: HashMap::new(),
            named: HashMap::new(),
            departments: HashMap::new(),
            below,
            answers: HashMap::new(),
            compared: 0,
        }
    }

    fn note(&mut self, name: &str, code: Option<&str>, is: Named) {
        if let Named::Unit(id) = is {
            self.names.insert(id, name.to_owned());
            if id == self.own {
                name.clone_into(&mut self.own_name);
            }
        }
        // names are unique as recorded; two may still look alike to a clerk
        let plain = plain(name);
        let is_now = match (self.named.get(&plain), is) {
            (None, is) => is,
            (Some(Named::Unit(_) | Named::Several), Named::Unit(_)) => Named::Several,
            (Some(was @ (Named::Unit(_) | Named::Several)), _) => *was,
            (Some(_), is) => is,
        };
        self.named.insert(plain, is_now);
        if let Some(code) = code {
            self.named.insert(code.to_owned(), is);
        }
    }

    /// Who imports.
    pub fn own(&self) -> OrganizationId {
        self.own
    }

    /// Whether rows may name units below.
    pub fn below(&self) -> bool {
        self.below
    }

    /// All units a row may name.
    pub fn all(&self) -> Vec<OrganizationId> {
        let mut all: Vec<OrganizationId> = self.names.keys().copied().collect();
        all.sort_unstable();
        all
    }

    /// What a unit that may be named is called.
    pub fn name(&self, unit: OrganizationId) -> &str {
        self.names.get(&unit).map_or("", String::as_str)
    }

    /// How a sentence calls the unit of a row: 本单位 for the importing one.
    pub fn called(&self, unit: OrganizationId) -> String {
        if unit == self.own { "本单位".to_owned() } else { format!("“{}”", self.name(unit)) }
    }

    /// The unit a row means; empty means the importing one.
    ///
    /// # Errors
    /// What is wrong and how to mend it.
    pub fn find(&mut self, typed: &str) -> std::result::Result<Meant, Refused> {
        if typed.is_empty() {
            return Ok(self.own.into());
        }
        if let Some(answer) = self.answers.get(typed) {
            return answer.clone();
        }
        let answer = self.answer(typed);
        if self.answers.len() < MOST {
            self.answers.insert(typed.to_owned(), answer.clone());
        }
        answer
    }

    fn answer(&mut self, typed: &str) -> std::result::Result<Meant, Refused> {
        let code = CreditCode::parse(typed);
        let by_code = code.as_ref().ok().and_then(|code| self.named.get(code.as_str()));
        let refused = |message: &str, remedy: &str| Err((message.to_owned(), remedy.to_owned()));
        match by_code.or_else(|| self.named.get(&plain(typed))) {
            Some(Named::Unit(id)) => Ok((*id).into()),
            _ if !self.below && near::same(&plain(typed), &plain(&self.own_name)) => Ok(Meant {
                unit: self.own,
                warning: Some((
                    format!("与本单位的全称“{}”不一致，按本单位导入", self.own_name),
                    "属实可以不改；不是本单位的人员，删去这一行".to_owned(),
                )),
            }),
            _ if !self.below => Err((
                format!("不是导入的单位“{}”，这次只能导入本单位的人员", self.own_name),
                "本单位的人员把这一格留空；其他单位的人员删去这一行，由那个单位导入".to_owned(),
            )),
            Some(Named::Several) => {
                refused("有几个单位的名称与它相同，分不清是哪一个", "改填统一社会信用代码")
            }
            Some(Named::Foreign) => {
                refused("这个单位不在您的管理范围内", "删去这一行，由那个单位或它的主管部门导入")
            }
            Some(Named::Disabled) => refused(
                "这个单位已停用，不能导入人员",
                "改为在用的单位；确需导入的，先启用这个单位",
            ),
            Some(Named::Base) => {
                refused("这是继续教育基地，没有本单位的专业技术人员", "改为这个人的用人单位")
            }
            None => Err(self.unknown(typed, code.err())),
        }
    }

    fn unknown(&mut self, typed: &str, code: Option<kit::credit_code::CreditCodeError>) -> Refused {
        let ascii = |c: char| kit::initials::half_width(c).is_ascii_alphanumeric();
        if typed.chars().count() >= 15 && typed.chars().all(ascii) {
            return match code {
                Some(error) => {
                    (format!("统一社会信用代码有误：{}", error.message()), error.remedy())
                }
                None => (
                    "没有这个统一社会信用代码的单位".to_owned(),
                    "核对代码，或改填单位全称；还没有登记的单位先登记".to_owned(),
                ),
            };
        }
        self.compared += 1;
        let near = match self.compared {
            0..=COMPARED => near::names(&plain(typed), &self.names),
            _ => vec![],
        };
        let remedy = match near.as_slice() {
            [] => "填写单位全称或统一社会信用代码，与系统中登记的一致；还没有登记的单位先登记"
                .to_owned(),
            [one] => format!("您是不是要填“{one}”"),
            several => {
                let listed: Vec<String> = several.iter().map(|n| format!("“{n}”")).collect();
                format!("名称相近的有{}，填写其中一个的全称", listed.join("、"))
            }
        };
        ("没有找到这个单位".to_owned(), remedy)
    }

    /// The internal departments of a unit.
    pub fn departments(&self, unit: OrganizationId) -> &Departments {
        static NONE: std::sync::LazyLock<Departments> =
            std::sync::LazyLock::new(Departments::default);
        self.departments.get(&unit).unwrap_or(&NONE)
    }

    /// What the template offers in its drop-downs; the units below by name.
    pub fn template(&self) -> template::For {
        let paths = |unit| self.departments(unit).paths.clone();
        let mut below: Vec<template::Below> = self
            .names
            .iter()
            .filter(|(id, _)| **id != self.own)
            .map(|(id, name)| template::Below { name: name.clone(), departments: paths(*id) })
            .collect();
        below.sort_by(|a, b| a.name.cmp(&b.name));
        let (unit, departments) = (self.own_name.clone(), paths(self.own));
        template::For { unit, departments, below: self.below.then_some(below) }
    }

    /// Notes a department that was just made.
    pub fn add(&mut self, unit: OrganizationId, name: &str, id: i64) {
        self.departments.entry(unit).or_default().add(name, id);
    }

    #[cfg(test)]
    pub(crate) fn alone(departments: Departments) -> Self {
        let own = OrganizationId(1);
        let mut units = Self::none(own, false);
        units.note("云川县第一小学", None, Named::Unit(own));
        units.departments.insert(own, departments);
        units
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

#[cfg(test)]
mod tests;
