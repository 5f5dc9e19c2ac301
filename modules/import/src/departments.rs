//! The importing unit's internal departments (3.4), as clerks name them: by name, or by
//! `上级/部门` where a name is not unique.

use std::collections::HashMap;

use accounts::internal_departments::{self, Node};
use kit::{OrganizationId, Result};
use sqlx::SqliteConnection;

/// One unit's departments by every name they can be called.
#[derive(Debug, Clone, Default)]
pub struct Departments {
    named: HashMap<String, Found>,
    /// Paths of those in use, in their order, for drop-downs.
    pub paths: Vec<String>,
}

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    One(i64),
    /// So many of this name; a path tells them apart.
    Several(usize),
    Disabled,
    None,
}

impl Departments {
    /// Those of many units, by one statement; units without any are left out.
    pub async fn of_many(
        db: &mut SqliteConnection,
        units: &[OrganizationId],
    ) -> Result<HashMap<OrganizationId, Self>> {
        let nodes = internal_departments::nodes_of(db, units).await?;
        Ok(nodes.into_iter().map(|(unit, nodes)| (unit, Self::named(&nodes))).collect())
    }

    fn named(all: &[Node]) -> Self {
        let by_id: HashMap<i64, &Node> = all.iter().map(|d| (d.id, d)).collect();
        let mut departments = Self::default();
        let mut by_name: HashMap<String, Vec<&Node>> = HashMap::new();
        for department in all {
            by_name.entry(plain(&department.name)).or_default().push(department);
        }
        for department in all {
            let mut path = department.name.clone();
            let mut above = department.parent_id;
            for _ in 0..3 {
                let Some(parent) = above.and_then(|id| by_id.get(&id)) else { break };
                path = format!("{}/{path}", parent.name);
                departments.named.insert(plain(&path), found(&[department]));
                above = parent.parent_id;
            }
            let several = by_name.get(&plain(&department.name)).is_some_and(|d| d.len() > 1);
            if is_active(department) {
                departments.paths.push(if several { path } else { department.name.clone() });
            }
        }
        for (name, those) in &by_name {
            departments.named.insert(name.clone(), found(those));
        }
        departments
    }

    /// What a typed name means.
    pub fn find(&self, typed: &str) -> Found {
        self.named.get(&plain(typed)).copied().unwrap_or(Found::None)
    }

    /// Whether an unknown name can be made into a department: a plain one at the top.
    pub fn can_create(typed: &str) -> bool {
        !typed.contains(['/', '／', '\\']) && (1..=50).contains(&typed.chars().count())
    }

    /// Notes one that was just made.
    pub fn add(&mut self, name: &str, id: i64) {
        self.named.insert(plain(name), Found::One(id));
    }
}

fn is_active(department: &Node) -> bool {
    department.state == "active"
}

fn found(those: &[&Node]) -> Found {
    let active: Vec<i64> = those.iter().filter(|d| is_active(d)).map(|d| d.id).collect();
    match active.as_slice() {
        [] => Found::Disabled,
        [one] => Found::One(*one),
        several => Found::Several(several.len()),
    }
}

fn plain(name: &str) -> String {
    name.chars()
        .map(kit::initials::half_width)
        .filter(|c| !c.is_whitespace() && !kit::initials::is_invisible(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Departments, Found};

    /// A unit with 教务处, 后勤处, an old 膳食科, and 一科 under each of the first two.
    pub(crate) fn some() -> Departments {
        let mut departments = Departments::default();
        for (name, found) in [
            ("教务处", Found::One(1)),
            ("后勤处", Found::One(2)),
            ("膳食科", Found::Disabled),
            ("一科", Found::Several(2)),
            ("教务处/一科", Found::One(3)),
            ("后勤处/一科", Found::One(4)),
        ] {
            departments.named.insert(name.to_owned(), found);
        }
        departments
    }

    #[test]
    fn a_name_or_a_path_is_found() {
        let departments = some();
        assert_eq!(departments.find(" 教务处 "), Found::One(1));
        assert_eq!(departments.find("后勤处／一科"), Found::One(4));
        assert_eq!(departments.find("一科"), Found::Several(2));
        assert_eq!(departments.find("质检二科"), Found::None);
        assert!(Departments::can_create("质检二科") && !Departments::can_create("甲/乙"));
    }
}
