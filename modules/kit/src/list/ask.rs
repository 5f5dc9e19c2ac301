//! What a list page is asked for: the address's parameters, and what of them holds.

use std::collections::BTreeMap;

use rocket::request::{FromRequest, Outcome, Request};
use sqlx::{Row, SqliteConnection};

use super::search::{Shape, recognise};
use super::{Filter, FilterKind, List, Order, query};
use crate::{Result, User};

/// The query string of a list page, checked against the list when used.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The page's own path.
    pub path: String,
    /// key → value: filters, `q` (token of a typed query), `order`, `size`, `page`, `after`, `before`, `last`.
    pub values: BTreeMap<String, String>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Ask {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let values = request
            .query_fields()
            .map(|field| (field.name.source().to_string(), field.value.to_owned()))
            .collect();
        Outcome::Success(Ask { path: request.uri().path().to_string(), values })
    }
}

impl Ask {
    /// A parameter that is there and not empty.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Rows a page may have; the first is the default.
pub(super) const SIZES: [i64; 3] = [10, 20, 50];
/// Parameters every list understands; all others are filters or the page's own.
pub(super) const RESERVED: [&str; 7] = ["q", "order", "size", "page", "after", "before", "last"];

/// Which page of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Counted from 1.
    Page(i64),
    /// Behind this row.
    After(i64),
    /// In front of this row.
    Before(i64),
    Last,
}

/// A filter that is set. Of a range either end may be empty.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub filter: &'static Filter,
    pub value: String,
    pub until: String,
    /// What the page calls the value.
    pub label: String,
}

/// What is asked, checked against the list: nothing in it is unknown or malformed.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub chosen: Vec<Chosen>,
    /// Choices of each filter, in order; empty for days.
    pub options: Vec<Vec<(String, String)>>,
    pub token: String,
    pub typed: String,
    pub shape: Option<Shape>,
    pub order: &'static Order,
    /// Against the order's own direction.
    pub reversed: bool,
    /// The list's first order in its own direction: it need not stand in the address.
    pub ordered_by_default: bool,
    pub size: i64,
    pub place: Place,
    /// Parameters of the page itself (a tab, a drill-down), carried along.
    pub own: Vec<(String, String)>,
}

/// An order for lists that declare none; they are a mistake that the plan test reports.
const UNORDERED: Order = Order { key: "id", label: "", by: "1", descending: true };

impl Asked {
    /// Reads the address; whatever does not hold is left out without a word.
    pub async fn read(
        list: &'static List,
        ask: &Ask,
        db: &mut SqliteConnection,
        user: &User,
    ) -> Result<Self> {
        let mut options = Vec::with_capacity(list.filters.len());
        let mut chosen = Vec::new();
        for filter in list.filters {
            let offered = offered(filter, db, user).await?;
            chosen.extend(choose(filter, &offered, ask));
            options.push(offered);
        }
        let (mut token, mut typed, mut shape) = (String::new(), String::new(), None);
        if let (Some(search), Some(asked)) = (&list.search, ask.value("q"))
            && let Some(kept) = query::typed(db, list, user, asked).await?
        {
            shape = recognise(search, &kept);
            (token, typed) = (asked.to_owned(), kept);
        }
        let wanted = ask.value("order").unwrap_or_default();
        let (key, reversed) = match wanted.strip_prefix('-') {
            Some(key) => (key, true),
            None => (wanted, false),
        };
        let (order, reversed) = match list.orders.iter().find(|order| order.key == key) {
            Some(order) => (order, reversed),
            None => (list.orders.first().unwrap_or(&UNORDERED), false),
        };
        let first = list.orders.first().is_none_or(|first| first.key == order.key);
        let size = ask.value("size").and_then(|size| size.parse().ok());
        let size = size.filter(|size| SIZES.contains(size)).unwrap_or(SIZES[0]);
        Ok(Self {
            chosen,
            options,
            token,
            typed,
            shape,
            order,
            reversed,
            ordered_by_default: first && !reversed,
            size,
            place: place(ask),
            own: own(list, ask),
        })
    }

    /// Whether rows are shown from the greatest to the least.
    pub fn descending(&self) -> bool {
        self.order.descending != self.reversed
    }

    /// Whether anything is looked for.
    pub fn filtered(&self) -> bool {
        !self.chosen.is_empty() || self.shape.is_some()
    }

    /// The parameters that say which rows and in which order, not which page of them.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let mut all = self.own.clone();
        for one in &self.chosen {
            all.extend(one.parameters());
        }
        if !self.token.is_empty() {
            all.push(("q".to_owned(), self.token.clone()));
        }
        all.extend(self.arrangement());
        all
    }

    /// Order and size, where they are not the default.
    pub fn arrangement(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        if !self.ordered_by_default {
            let sign = if self.reversed { "-" } else { "" };
            all.push(("order".to_owned(), format!("{sign}{}", self.order.key)));
        }
        if self.size != SIZES[0] {
            all.push(("size".to_owned(), self.size.to_string()));
        }
        all
    }

    /// What is looked for, without anything typed: for the trail and the workbook.
    pub fn summary(&self) -> String {
        let mut parts: Vec<String> = self.chosen.iter().map(Chosen::summary).collect();
        if self.shape.is_some() {
            parts.push("按输入内容查询".to_owned());
        }
        parts.join("，")
    }
}

impl Chosen {
    pub fn parameters(&self) -> Vec<(String, String)> {
        match self.filter.kind {
            FilterKind::Choice(_) | FilterKind::Query(_) | FilterKind::Own(_) => {
                vec![(self.filter.key.to_owned(), self.value.clone())]
            }
            FilterKind::Times | FilterKind::Days => [("from", &self.value), ("to", &self.until)]
                .into_iter()
                .filter(|(_, day)| !day.is_empty())
                .map(|(end, day)| (format!("{}_{end}", self.filter.key), day.clone()))
                .collect(),
        }
    }

    fn summary(&self) -> String {
        match self.filter.kind {
            FilterKind::Choice(_) | FilterKind::Query(_) | FilterKind::Own(_) => {
                format!("{}：{}", self.filter.label, self.label)
            }
            FilterKind::Times | FilterKind::Days => {
                let ends = match (self.value.as_str(), self.until.as_str()) {
                    ("", until) => format!("{until}及以前"),
                    (from, "") => format!("{from}及以后"),
                    (from, until) => format!("{from}至{until}"),
                };
                format!("{}：{ends}", self.filter.label)
            }
        }
    }
}

/// The choices of a filter; a statement is run each time, it is small.
pub(super) async fn offered(
    filter: &Filter,
    db: &mut SqliteConnection,
    user: &User,
) -> Result<Vec<(String, String)>> {
    let pair = |row: &sqlx::sqlite::SqliteRow| -> Result<(String, String)> {
        // unchecked: a year may come as a number and is taken as text
        Ok((row.try_get_unchecked(0)?, row.try_get_unchecked(1)?))
    };
    match filter.kind {
        FilterKind::Choice(choices) => Ok(choices
            .iter()
            .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
            .collect()),
        FilterKind::Query(statement) => {
            sqlx::query(statement).fetch_all(db).await?.iter().map(pair).collect()
        }
        FilterKind::Own(statement) => {
            let own = user.grant.as_ref().map(|grant| grant.organization);
            sqlx::query(statement).bind(own).fetch_all(db).await?.iter().map(pair).collect()
        }
        FilterKind::Times | FilterKind::Days => Ok(vec![]),
    }
}

fn choose(filter: &'static Filter, offered: &[(String, String)], ask: &Ask) -> Option<Chosen> {
    match filter.kind {
        FilterKind::Choice(_) | FilterKind::Query(_) | FilterKind::Own(_) => {
            let asked = ask.value(filter.key)?;
            let (value, label) = offered.iter().find(|(value, _)| value == asked)?;
            let (value, label) = (value.clone(), label.clone());
            Some(Chosen { filter, value, until: String::new(), label })
        }
        FilterKind::Times | FilterKind::Days => {
            let end = |end: &str| {
                let key = format!("{}_{end}", filter.key);
                let day = ask.value(&key).and_then(crate::day::parse_date);
                day.map(crate::day::date_text).unwrap_or_default()
            };
            let (value, until) = (end("from"), end("to"));
            let set = !(value.is_empty() && until.is_empty());
            set.then(|| Chosen { filter, value, until, label: String::new() })
        }
    }
}

fn place(ask: &Ask) -> Place {
    let number = |key: &str| ask.value(key).and_then(|text| text.parse::<i64>().ok());
    if let Some(id) = number("after") {
        Place::After(id)
    } else if let Some(id) = number("before") {
        Place::Before(id)
    } else if ask.value("last").is_some() {
        Place::Last
    } else {
        Place::Page(number("page").unwrap_or(1).max(1))
    }
}

/// Parameters that are neither the list's nor a filter's: the page's own, if they look like codes.
fn own(list: &List, ask: &Ask) -> Vec<(String, String)> {
    let code = |text: &str, most: usize| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:,".contains(c);
        !text.is_empty() && text.len() <= most && text.chars().all(plain)
    };
    let ours = |key: &str| {
        RESERVED.contains(&key)
            || list.filters.iter().any(|filter| {
                key == filter.key
                    || key
                        .strip_prefix(filter.key)
                        .is_some_and(|end| end == "_from" || end == "_to")
            })
    };
    ask.values
        .iter()
        .filter(|(key, value)| !ours(key) && code(key, 30) && code(value, 60))
        .take(8)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
