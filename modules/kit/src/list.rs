//! A list page, once: columns, filters, search, order, paging, export share one `narrow()`.

mod address;
mod ask;
mod cell;
mod context;
mod draw;
mod export;
mod narrow;
mod plan;
mod query;
mod search;
#[cfg(test)]
mod tests;
mod told;
mod turn;

pub use ask::Ask;
pub use draw::{Extra, Fixed, Tab, page};
pub use export::{export, file_name};
pub use plan::{Plan, plans, plans_own, plans_with};
pub use query::store_query;
pub use told::{Tell, Told};

use crate::access::Leaf;
use crate::dictionary::Dictionary;

/// A list page as a constant. What is shown is what is exported.
#[derive(Debug)]
pub struct List {
    /// Its name in addresses: `people`.
    pub key: &'static str,
    pub title: &'static str,
    /// Its page: `/queries/people`.
    pub href: &'static str,
    /// View is asked for the page, Export for the workbook.
    pub leaf: Leaf,
    /// `person p left join …`; joins must be by primary key and must not multiply rows.
    pub from: &'static str,
    /// Alias of the listed table; it has `id`, `organization_id` and `department_id`.
    pub alias: &'static str,
    /// Always true of a listed row; an index's condition. Empty: none.
    pub only: &'static str,
    pub columns: &'static [Column],
    pub filters: &'static [Filter],
    /// The one free-text box; posted, kept in the session, never in an address.
    pub search: Option<Search>,
    /// The first is the default. Each stands on indexes (scope column, `by`, id) for every scope;
    /// columns of filters without an index of their own may follow the id in them.
    pub orders: &'static [Order],
    /// Address of a row's detail with `{id}`; empty: none.
    pub row: &'static str,
    /// More acts on a row: (title, address with `{id}`).
    pub ops: &'static [(&'static str, &'static str)],
    /// What an empty list says to do.
    pub empty: &'static str,
}

/// A column: shown and exported alike.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub key: &'static str,
    pub title: &'static str,
    /// A constant expression; an ID number is masked in it (see `MASKED_ID`).
    pub sql: &'static str,
    pub cell: Cell,
    /// Key of the order its head sorts by; empty: the head is no link.
    pub order: &'static str,
}

/// How a value is drawn and exported.
#[derive(Debug, Clone, Copy)]
pub enum Cell {
    Text,
    /// The row's name: a link to its detail.
    Link,
    /// Text that may wrap to a second line (unit names, titles of courses).
    Long,
    /// The same, a link to the row's detail (titles of notices).
    LongLink,
    Number,
    /// Tenths of an hour.
    Hours,
    /// A stored day, `YYYY-MM-DD`.
    Day,
    /// A stored time, shown as county time to the minute.
    Minute,
    /// A phone in full, in SQL; drawn 3+4 masked.
    Phone,
    /// (stored value, shown label, tag class: wait, pass, back, info or empty for plain text).
    Tag(&'static [(&'static str, &'static str, &'static str)]),
    /// As `Tag` of a state and its last day in one text, `active 2027-01-10` (no day: `active `):
    /// once the day is past, an active one is drawn 已过期 in red.
    Until(&'static [(&'static str, &'static str, &'static str)]),
    /// Codes of a dictionary, joined by commas, shown as their labels.
    Labels(&'static Dictionary),
    /// Days until this stored time: coloured when few, 已过期 when none; empty is 长期.
    Left,
    /// Working days from this stored time until now; red when over the setting.
    Waiting,
}

/// A coded filter; stands in the address.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    pub key: &'static str,
    pub label: &'static str,
    pub kind: FilterKind,
    /// A condition with one `?`, bound as text: compare a column with it (`d.year = ?`) or cast an
    /// expression. No other `?` may stand in it. For `Days` two conditions are made of the
    /// expression: `<sql> >= ?` and `<sql> <= ?` (a stored time is compared in county days).
    pub sql: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub enum FilterKind {
    /// (value, label)
    Choice(&'static [(&'static str, &'static str)]),
    /// A statement giving (value, label), both text, within the caller's scope by itself or not
    /// secret: years, subjects, departments. At most some hundred rows.
    Query(&'static str),
    /// As `Query`, with one `?` for the caller's organization: its internal departments.
    Own(&'static str),
    /// From a day to a day, on a stored time.
    Times,
    /// From a day to a day, on a stored day.
    Days,
}

/// The free-text box.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    pub label: &'static str,
    pub placeholder: &'static str,
    /// A condition on the FTS table, `p.id in (select rowid from person_search where person_search match ?)`,
    /// given the phrase of `initials::search_phrase`.
    pub phrase: &'static str,
    /// A condition for a whole 18-character ID number, with one `?`; empty: none.
    pub number: &'static str,
    /// A condition for the last four characters of an ID number, reversed and compared as a
    /// range: `… in (select id from identity where reversed >= ? and reversed < ?)`; empty: none.
    /// Both `?` stand in this order.
    pub number_end: &'static str,
    /// A condition for a phone (7–11 digits), with one `?`; empty: none.
    pub phone: &'static str,
    /// A condition for another exact code (申报编号, 证明编号), with one `?`; empty: none.
    pub code: &'static str,
}

/// An order: `by` is a not-null column; ties are broken by id.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub key: &'static str,
    pub label: &'static str,
    /// `d.submitted_at`
    pub by: &'static str,
    pub descending: bool,
}

/// The masked ID number of the row of `identity` with alias `i`: first 4 and last 2 characters.
pub const MASKED_ID: &str = "substr(i.number, 1, 4) || '************' || substr(i.number, 17)";
