//! What list.html draws from; its header says what each part is.

use serde::Serialize;

use super::cell::Drawn;
use super::draw::Tab;
use super::turn::Turn;

#[derive(Debug, Serialize)]
pub struct Crumb {
    pub title: String,
    pub href: String,
}

#[derive(Debug, Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

#[derive(Debug, Serialize)]
pub struct ShownFilter {
    pub key: &'static str,
    pub label: &'static str,
    pub kind: &'static str,
    pub value: String,
    pub until: String,
    pub options: Vec<Choice>,
}

#[derive(Debug, Serialize)]
pub struct ShownSearch {
    pub label: &'static str,
    pub value: String,
    pub placeholder: &'static str,
}

#[derive(Debug, Serialize)]
pub struct ShownColumn {
    pub key: &'static str,
    pub title: &'static str,
    pub class: &'static str,
    pub sort: &'static str,
    pub sort_href: String,
}

#[derive(Debug, Serialize)]
pub struct ShownRow {
    pub id: i64,
    pub href: String,
    pub name: String,
    pub cells: Vec<Drawn>,
    pub ops: Vec<Act>,
}

#[derive(Debug, Serialize)]
pub struct Act {
    pub title: String,
    pub href: String,
    pub action: String,
    pub class: String,
    pub dialog: String,
    pub icon: String,
    pub primary: bool,
}

#[derive(Debug, Serialize)]
pub struct Size {
    pub value: i64,
    pub href: String,
    pub current: bool,
}

/// The variable `list` of list.html; its header says what each part is.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub key: &'static str,
    pub title: String,
    pub crumbs: Vec<Crumb>,
    pub tabs: Vec<Tab>,
    pub filters: Vec<ShownFilter>,
    pub search: Option<ShownSearch>,
    pub action: String,
    pub reset: String,
    pub filtered: bool,
    pub columns: Vec<ShownColumn>,
    pub rows: Vec<ShownRow>,
    pub batch: Vec<Act>,
    pub export: String,
    pub actions: Vec<Act>,
    pub note: String,
    pub total: String,
    pub size: i64,
    pub sizes: Vec<Size>,
    pub pages: Vec<Turn>,
    pub empty: &'static str,
    pub print: bool,
}
