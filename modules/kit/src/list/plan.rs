//! Query plans of a list, for the test that no page walks a large table.

use sqlx::{Row, SqliteConnection};

use super::ask::{Asked, Chosen, Place, SIZES};
use super::narrow::{Part, Start, View};
use super::search::Shape;
use super::{FilterKind, Fixed, List, Order};
use crate::access::Scope;
use crate::{OrganizationId, Result};

/// One query plan of a list, for the plan test.
#[derive(Debug, Clone)]
pub struct Plan {
    pub list: &'static str,
    /// scope, order and filter of this statement
    pub what: String,
    /// Lines of EXPLAIN QUERY PLAN.
    pub steps: Vec<String>,
    /// Whether a filter or the search box narrows it.
    pub filtered: bool,
    /// Whether what it walks over is decided in an index alone (50 ms for a million rows).
    pub covered: bool,
    /// Alias of the listed table.
    pub alias: &'static str,
    /// (table, alias) of everything the list is joined from.
    pub tables: Vec<(&'static str, &'static str)>,
}

impl Plan {
    /// The steps that grow with the county, as sentences. `small` names tables that may be read
    /// whole. Reading the listed table in the order of an index stops at the page's limit, so it
    /// is right where nothing is filtered out on the way, or the filter's column stands in that
    /// index; sorting is right only after a filter.
    pub fn faults(&self, small: &[&str]) -> Vec<String> {
        let table_of = |name: &str| {
            self.tables
                .iter()
                .find(|(_, alias)| *alias == name)
                .map_or(name.to_owned(), |(table, _)| (*table).to_owned())
        };
        let mut faults = Vec::new();
        for step in &self.steps {
            let sorts = step.starts_with("USE TEMP B-TREE FOR") && step.ends_with("ORDER BY");
            let scans = step.strip_prefix("SCAN ").is_some_and(|rest| {
                let name = rest.split(' ').next().unwrap_or_default();
                let harmless = rest.contains("VIRTUAL TABLE")
                    || rest.starts_with("CONSTANT ROW")
                    || small.contains(&table_of(name).as_str())
                    || (name == self.alias && (!self.filtered || self.covered));
                !harmless
            });
            if scans || (sorts && !self.filtered) {
                faults.push(format!("{}, {}: {step}", self.list, self.what));
            }
        }
        faults
    }
}

/// EXPLAIN of every scope × order × single filter (and search) of a list.
pub async fn plans(db: &mut SqliteConnection, list: &'static List) -> Result<Vec<Plan>> {
    plans_with(db, list, &[]).await
}

/// The same of a list of the caller's own organization (`Module::own_lists`).
pub async fn plans_own(db: &mut SqliteConnection, list: &'static List) -> Result<Vec<Plan>> {
    plans_in(db, list, &[], &[OWN]).await
}

const OWN: (&str, Scope) = ("organization", Scope::Organization(OrganizationId(3)));

/// The same with the conditions a handler adds (a desk's tab).
pub async fn plans_with(
    db: &mut SqliteConnection,
    list: &'static List,
    fixed: &[Fixed],
) -> Result<Vec<Plan>> {
    let scopes =
        [("county", Scope::County), ("department", Scope::Department(OrganizationId(2))), OWN];
    plans_in(db, list, fixed, &scopes).await
}

async fn plans_in(
    db: &mut SqliteConnection,
    list: &'static List,
    fixed: &[Fixed],
    scopes: &[(&'static str, Scope)],
) -> Result<Vec<Plan>> {
    let mut plans = Vec::new();
    for (scope_name, scope) in scopes {
        let scope = *scope;
        for order in list.orders {
            for (narrowed, asked) in variants(list, order) {
                let view = View { list, scope, fixed, asked: &asked };
                let mut parts = vec![("first", Part::All, false)];
                if narrowed == "all" {
                    parts.push(("last", Part::All, true));
                    let names = ["tied", "beyond"];
                    let after = names.iter().zip(view.parts(Start::After(7)));
                    parts.extend(after.map(|(name, part)| (*name, part, false)));
                }
                for (part_name, part, backwards) in parts {
                    let mut sql = view.select(part, backwards, 51, true);
                    let rows = sql.build().fetch_all(&mut *db).await?;
                    let steps = rows.iter().map(|row| row.try_get("detail"));
                    let steps: Vec<String> = steps.collect::<Result<_, _>>()?;
                    let covered = covered(&view, db, &steps).await;
                    plans.push(Plan {
                        list: list.key,
                        what: format!("{scope_name}, {}, {narrowed}, {part_name}", order.key),
                        steps,
                        covered,
                        filtered: narrowed != "all",
                        alias: list.alias,
                        tables: tables(list.from),
                    });
                }
            }
        }
    }
    Ok(plans)
}

/// Whether the index in whose order the listed table is walked holds all that the filter asks of
/// it: rows that do not match then cost no look into the table nor into those joined to it.
async fn covered(view: &View<'_>, db: &mut SqliteConnection, steps: &[String]) -> bool {
    let walk = format!("SCAN {} USING ", view.list.alias);
    let walked = steps.iter().find_map(|step| step.strip_prefix(walk.as_str()));
    let Some(index) = walked.and_then(|rest| rest.split_once("INDEX ")).map(|(_, index)| index)
    else {
        return false;
    };
    let alone = format!("{walk}COVERING INDEX {index}");
    // of several indexes that would do, the planner may take another one here: ask for this one
    for asked in [None, Some(index)] {
        let mut sql = view.select_alone(asked);
        // a filter on a joined table, or a view's index, makes this no statement at all
        let Ok(rows) = sql.build().fetch_all(&mut *db).await else { continue };
        if rows.iter().any(|row| row.try_get::<String, _>("detail").is_ok_and(|step| step == alone))
        {
            return true;
        }
    }
    false
}

/// Nothing looked for, each filter alone, each shape of the search box.
fn variants(list: &'static List, order: &'static Order) -> Vec<(String, Asked)> {
    let plain = Asked {
        chosen: vec![],
        options: vec![],
        token: String::new(),
        typed: String::new(),
        shape: None,
        order,
        reversed: false,
        ordered_by_default: true,
        size: SIZES[0],
        place: Place::Page(1),
        own: vec![],
    };
    let mut all = vec![("all".to_owned(), plain.clone())];
    for filter in list.filters {
        let (value, until) = match filter.kind {
            FilterKind::Choice(choices) => (choices.first().map_or("", |(value, _)| value), ""),
            FilterKind::Query(_) | FilterKind::Own(_) => ("1", ""),
            FilterKind::Times | FilterKind::Days => ("2026-11-01", "2026-11-30"),
        };
        let chosen = Chosen {
            filter,
            value: value.to_owned(),
            until: until.to_owned(),
            label: String::new(),
        };
        all.push((
            format!("filter {}", filter.key),
            Asked { chosen: vec![chosen], ..plain.clone() },
        ));
    }
    for (name, shape) in list.search.iter().flat_map(Shape::samples) {
        all.push((format!("search {name}"), Asked { shape: Some(shape), ..plain.clone() }));
    }
    all
}

/// (table, alias) of a `from` clause: `person p left join organization o on …`.
pub(super) fn tables(from: &'static str) -> Vec<(&'static str, &'static str)> {
    let words: Vec<&str> = from.split([' ', '\n', ',']).filter(|word| !word.is_empty()).collect();
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if at == 0 || words[at - 1] == "join" {
            let alias = match words.get(at + 1) {
                Some(&"as") => words.get(at + 2),
                other => other,
            };
            let none = ["on", "left", "join", "cross", "using"];
            let alias = alias.filter(|alias| !none.contains(alias)).unwrap_or(word);
            tables.push((*word, *alias));
        }
    }
    tables
}
