//! The one statement behind page, count and export.

use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::ask::Asked;
use super::{Filter, FilterKind, Fixed, List};
use crate::Result;
use crate::access::Scope;

/// Rows beyond this are not counted and pages not numbered.
pub(super) const COUNTED: i64 = 10_000;

/// A list as one caller asks for it.
pub(super) struct View<'a> {
    pub list: &'static List,
    pub scope: Scope,
    pub fixed: &'a [Fixed],
    pub asked: &'a Asked,
}

/// Where rows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    First,
    /// With this row.
    At(i64),
    /// Behind this row.
    After(i64),
    /// In front of this row, backwards.
    Before(i64),
    /// From the end, backwards.
    Last,
}

/// A part of the rows, beside the row `id`; the operator is `<` or the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    All,
    /// Those with the same sort value.
    Tied {
        id: i64,
        operator: &'static str,
    },
    /// Those with a further one.
    Beyond {
        id: i64,
        operator: &'static str,
    },
}

/// A listed row: its id and the columns' values as text; absent ones are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub id: i64,
    pub values: Vec<String>,
}

impl View<'_> {
    /// ` from … where …`: everything that decides which rows are listed.
    fn narrow(&self, sql: &mut QueryBuilder<Sqlite>) {
        sql.push(" from ").push(self.list.from);
        self.conditions(sql);
    }

    /// The same where no column is shown: tables that only columns name are left out. SQLite
    /// does so by itself for the last of a chain of them at most.
    fn narrow_rows(&self, sql: &mut QueryBuilder<Sqlite>) {
        sql.push(" from ").push(if self.names_joined() { self.list.from } else { self.alone() });
        self.conditions(sql);
    }

    /// Whether a condition or the order names a joined table, or a join may leave rows out.
    fn names_joined(&self) -> bool {
        let from = self.list.from;
        if from.matches("join ").count() != from.matches("left join ").count() {
            return true;
        }
        let mut texts = vec![self.list.only, self.asked.order.by];
        texts.extend(self.fixed.iter().map(|fixed| fixed.sql));
        texts.extend(self.asked.chosen.iter().map(|one| one.filter.sql));
        if let (Some(search), Some(shape)) = (&self.list.search, &self.asked.shape) {
            texts.push(shape.condition(search).0);
        }
        super::plan::tables(from)
            .iter()
            .skip(1)
            .any(|(_, alias)| texts.iter().any(|text| text.contains(&format!("{alias}."))))
    }

    /// The listed table without those joined to it.
    fn alone(&self) -> &'static str {
        let from = self.list.from;
        let joined = [" join ", " left join ", " cross join ", "\n"];
        let end = joined.iter().filter_map(|join| from.find(join)).min().unwrap_or(from.len());
        &from[..end]
    }

    fn conditions(&self, sql: &mut QueryBuilder<Sqlite>) {
        sql.push(" where ");
        sql.push(if self.list.only.is_empty() { "true" } else { self.list.only });
        self.scope.narrow(sql, self.list.alias);
        for fixed in self.fixed {
            condition(sql, fixed.sql, fixed.values.iter().copied());
        }
        for one in &self.asked.chosen {
            filter(sql, one.filter, &one.value, &one.until);
        }
        if let (Some(search), Some(shape)) = (&self.list.search, &self.asked.shape) {
            let (text, values) = shape.condition(search);
            condition(sql, text, values.into_iter().map(str::to_owned));
        }
    }

    /// The part of the rows beside one of them. The sort value is looked up, only the id stands
    /// in the address.
    ///
    /// Rows with the same sort value and those beyond are asked for apart: SQLite does not use an
    /// index for the row id's part of `(by, id) > (…, …)` and would walk over all ties.
    fn part(&self, sql: &mut QueryBuilder<Sqlite>, part: Part) {
        let (by, alias) = (self.asked.order.by, self.list.alias);
        let (id, tied, operator) = match part {
            Part::All => return,
            Part::Tied { id, operator } => (id, true, operator),
            Part::Beyond { id, operator } => (id, false, operator),
        };
        sql.push(" and ").push(by).push(if tied { " = " } else { operator });
        sql.push("(select ").push(by).push(" from ").push(self.list.from).push(" where ");
        sql.push(alias).push(".id = ").push_bind(id).push(")");
        if tied {
            sql.push(" and ").push(alias).push(".id").push(operator).push_bind(id);
        }
    }

    fn order(&self, sql: &mut QueryBuilder<Sqlite>, backwards: bool) {
        let way = if self.asked.descending() != backwards { " desc" } else { "" };
        let (by, alias) = (self.asked.order.by, self.list.alias);
        sql.push(" order by ").push(by).push(way).push(", ").push(alias).push(".id").push(way);
    }

    /// The statement for rows; backwards the last row comes first.
    pub fn select(
        &self,
        part: Part,
        backwards: bool,
        limit: i64,
        explain: bool,
    ) -> QueryBuilder<Sqlite> {
        let mut sql =
            QueryBuilder::new(if explain { "explain query plan select " } else { "select " });
        sql.push(self.list.alias).push(".id");
        for column in self.list.columns {
            sql.push(", cast(").push(column.sql).push(" as text)");
        }
        self.narrow(&mut sql);
        self.part(&mut sql, part);
        self.order(&mut sql, backwards);
        sql.push(" limit ").push_bind(limit);
        sql
    }

    /// EXPLAIN of the listed table without those joined to it, walked by this index, for the plan
    /// test.
    pub fn select_alone(&self, index: Option<&str>) -> QueryBuilder<Sqlite> {
        let mut sql = QueryBuilder::new("explain query plan select ");
        sql.push(self.list.alias).push(".id from ").push(self.alone());
        if let Some(index) = index {
            sql.push(" indexed by ").push(index);
        }
        self.conditions(&mut sql);
        self.order(&mut sql, false);
        sql
    }

    /// Rows from a place on, in the list's order.
    pub async fn rows(
        &self,
        db: &mut SqliteConnection,
        start: Start,
        limit: i64,
    ) -> Result<Vec<Row>> {
        let backwards = matches!(start, Start::Before(_) | Start::Last);
        let mut rows = Vec::new();
        for part in self.parts(start) {
            let left = limit - rows.len() as i64;
            if left > 0 {
                let mut sql = self.select(part, backwards, left, false);
                for row in sql.build().fetch_all(&mut *db).await? {
                    let mut values = Vec::with_capacity(self.list.columns.len());
                    for at in 1..=self.list.columns.len() {
                        values.push(row.try_get::<Option<String>, _>(at)?.unwrap_or_default());
                    }
                    rows.push(Row { id: row.try_get(0)?, values });
                }
            }
        }
        if backwards {
            rows.reverse();
        }
        Ok(rows)
    }

    /// The statements that give the rows from a place on, one after the other.
    pub fn parts(&self, start: Start) -> Vec<Part> {
        let (greater, least) =
            if self.asked.descending() { (" < ", " <= ") } else { (" > ", " >= ") };
        let smaller = if self.asked.descending() { " > " } else { " < " };
        match start {
            Start::First | Start::Last => vec![Part::All],
            Start::At(id) => {
                vec![Part::Tied { id, operator: least }, Part::Beyond { id, operator: greater }]
            }
            Start::After(id) => {
                vec![Part::Tied { id, operator: greater }, Part::Beyond { id, operator: greater }]
            }
            Start::Before(id) => {
                vec![Part::Tied { id, operator: smaller }, Part::Beyond { id, operator: smaller }]
            }
        }
    }

    /// How many rows there are, up to one more than are counted.
    pub async fn count(&self, db: &mut SqliteConnection) -> Result<i64> {
        let mut sql = QueryBuilder::new("select count(*) from (select 1");
        self.narrow_rows(&mut sql);
        sql.push(" limit ").push_bind(COUNTED + 1).push(")");
        Ok(sql.build_query_scalar().fetch_one(db).await?)
    }

    /// How many rows stand in front of this one; none if it no longer exists.
    pub async fn position(&self, db: &mut SqliteConnection, id: i64) -> Result<Option<i64>> {
        let mut sql = QueryBuilder::new("select 1 from ");
        sql.push(self.list.from).push(" where ").push(self.list.alias).push(".id = ").push_bind(id);
        let exists: Option<i64> = sql.build_query_scalar().fetch_optional(&mut *db).await?;
        if exists.is_none() {
            return Ok(None);
        }
        let mut before = 0;
        for part in self.parts(Start::Before(id)) {
            let mut sql = QueryBuilder::new("select count(*) from (select 1");
            self.narrow_rows(&mut sql);
            self.part(&mut sql, part);
            sql.push(" limit ").push_bind(COUNTED + 1).push(")");
            let count: i64 = sql.build_query_scalar().fetch_one(&mut *db).await?;
            before += count;
        }
        Ok(Some(before))
    }

    /// The row that has so many in front of it. Only the index is read.
    pub async fn id_at(&self, db: &mut SqliteConnection, offset: i64) -> Result<Option<i64>> {
        let mut sql = QueryBuilder::new("select ");
        sql.push(self.list.alias).push(".id");
        self.narrow_rows(&mut sql);
        self.order(&mut sql, false);
        sql.push(" limit 1 offset ").push_bind(offset);
        Ok(sql.build_query_scalar().fetch_optional(db).await?)
    }
}

/// ` and (…)` with its values in place of the `?`.
fn condition<T>(sql: &mut QueryBuilder<Sqlite>, text: &'static str, values: impl Iterator<Item = T>)
where
    T: for<'q> sqlx::Encode<'q, Sqlite> + sqlx::Type<Sqlite>,
{
    let mut values = values;
    sql.push(" and (");
    for (at, part) in text.split('?').enumerate() {
        if at > 0 {
            match values.next() {
                Some(value) => sql.push_bind(value),
                None => sql.push("null"),
            };
        }
        sql.push(part);
    }
    sql.push(")");
}

fn filter(sql: &mut QueryBuilder<Sqlite>, filter: &Filter, value: &str, until: &str) {
    match filter.kind {
        FilterKind::Choice(_) | FilterKind::Query(_) | FilterKind::Own(_) => {
            condition(sql, filter.sql, std::iter::once(value.to_owned()));
        }
        FilterKind::Days => {
            for (operator, day) in [(" >= ", value), (" <= ", until)] {
                if !day.is_empty() {
                    sql.push(" and ").push(filter.sql).push(operator).push_bind(day.to_owned());
                }
            }
        }
        FilterKind::Times => {
            let stamps = |day: &str| crate::day::stored_date(day).map(crate::day::stamps_of_day);
            if let Some((begins, _)) = stamps(value) {
                sql.push(" and ").push(filter.sql).push(" >= ").push_bind(begins);
            }
            if let Some((_, ends)) = stamps(until) {
                sql.push(" and ").push(filter.sql).push(" < ").push_bind(ends);
            }
        }
    }
}
