//! The page of a list.

use sqlx::SqliteConnection;

use super::address::{address, encoded};
use super::ask::{Asked, SIZES};
use super::cell::{self, Drawing};
use super::context::{
    Act, Choice, Crumb, Shown, ShownColumn, ShownFilter, ShownRow, ShownSearch, Size,
};
use super::narrow::{Row, View};
use super::told::{self, Tell};
use super::turn::turned;
use super::{Ask, FilterKind, List};
use crate::access::{Action, Grant, Grantable, Scope};
use crate::{Clock, Page, Result, Settings, User};

/// A condition the handler adds: of the desk's tab, of a drill-down.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// A constant condition with as many `?` as `values`.
    pub sql: &'static str,
    pub values: Vec<i64>,
}

/// A tab above the list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Tab {
    pub title: String,
    pub href: String,
    pub current: bool,
}

/// What a handler adds to a list page.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    pub fixed: Vec<Fixed>,
    pub tabs: Vec<Tab>,
    /// Buttons of the page head: (title, address, icon, primary).
    pub actions: Vec<(String, String, String, bool)>,
    /// Acts on the ticked rows: (title, address to post to, class).
    pub batch: Vec<(String, String, String)>,
    /// Replaces the list's row address.
    pub row: Option<&'static str>,
    /// Replaces the list's row acts.
    pub ops: Option<&'static [(&'static str, &'static str)]>,
    /// Where the export button points, without the query; none: the core's `/lists/<key>/export`,
    /// or no button if there are `fixed` conditions, which that one does not know.
    pub export: Option<String>,
    /// Template; none: `list.html`.
    pub template: Option<&'static str>,
    /// Sentence beside the heading (total head count …).
    pub note: String,
    /// (title of a row's or batch act, `#id` of the dialog that it opens).
    pub dialogs: &'static [(&'static str, &'static str)],
    /// Keys of columns that say nothing here: the state of what waits.
    pub hide: &'static [&'static str],
    /// Keys of columns that the page leaves to the row's own page and to the workbook, so that the
    /// table is not wider than a screen.
    pub fold: &'static [&'static str],
    /// Replaces the list's title and the end of the crumbs.
    pub title: Option<String>,
    /// Crumbs before the title; empty: the group of the list's leaf. (title, address or empty)
    pub crumbs: Vec<(String, String)>,
    /// Fills columns that no statement can; in the workbook, too.
    pub tell: Option<Tell>,
}

/// Acts on a row whose word stands in red.
const RED: [&str; 5] = ["驳回", "禁用", "删除", "移除", "作废"];

/// Draws the list for the caller's scope.
#[expect(
    clippy::too_many_arguments,
    reason = "what every handler has at hand; a struct would only rename it"
)]
pub async fn page(
    list: &'static List,
    ask: &Ask,
    db: &mut SqliteConnection,
    user: &User,
    grant: &Grant,
    clock: &Clock,
    settings: &Settings,
    extra: Extra,
) -> Result<Page> {
    let template = extra.template.unwrap_or("list.html");
    let shown = shown(list, ask, db, user, grant, (clock, settings), extra).await?;
    Ok(Page::new(template).with("list", &shown))
}

pub(super) async fn shown(
    list: &'static List,
    ask: &Ask,
    db: &mut SqliteConnection,
    user: &User,
    grant: &Grant,
    (clock, settings): (&Clock, &Settings),
    extra: Extra,
) -> Result<Shown> {
    let asked = Asked::read(list, ask, db, user).await?;
    let view = View { list, scope: grant.scope, fixed: &extra.fixed, asked: &asked };
    let mut turned = turned(&view, db, &ask.path).await?;
    told::fill(list, &mut turned.rows, extra.tell, db, clock).await?;
    let drawing = Drawing::new(list, db, clock, settings).await?;
    let may = |action| grant.may(Grantable { leaf: list.leaf, action });
    let export = match &extra.export {
        _ if !may(Action::Export) => String::new(),
        Some(to) => address(to, &asked.parameters()),
        None if extra.fixed.is_empty() => {
            address(&format!("/lists/{}/export", list.key), &asked.parameters())
        }
        None => String::new(),
    };
    let title = extra.title.clone().unwrap_or_else(|| list.title.to_owned());
    let mut own = asked.own.clone();
    let reset = address(&ask.path, &own);
    own.extend(asked.arrangement());
    let here = encoded(&address(&ask.path, &own));
    Ok(Shown {
        key: list.key,
        crumbs: crumbs(list, &title, &extra),
        title,
        filters: filters(list, &asked, grant.scope, extra.hide),
        search: list.search.as_ref().map(|search| ShownSearch {
            label: search.label,
            value: asked.typed.clone(),
            placeholder: search.placeholder,
        }),
        action: format!("/lists/{}/query?page={here}", list.key),
        reset,
        filtered: asked.filtered(),
        columns: columns(list, &asked, &ask.path, &extra),
        rows: turned.rows.iter().map(|row| drawn_row(list, row, &extra, &drawing)).collect(),
        batch: extra
            .batch
            .iter()
            .map(|(title, action, class)| Act {
                action: action.clone(),
                class: class.clone(),
                ..act(title, "", &extra)
            })
            .collect(),
        export,
        actions: extra
            .actions
            .iter()
            .map(|(title, href, icon, primary)| Act {
                icon: icon.clone(),
                primary: *primary,
                ..act(title, href, &extra)
            })
            .collect(),
        note: extra.note.clone(),
        total: turned.total,
        size: asked.size,
        sizes: sizes(&asked, &ask.path),
        pages: turned.turns,
        empty: list.empty,
        print: may(Action::Print),
        tabs: extra.tabs,
    })
}

fn crumbs(list: &List, title: &str, extra: &Extra) -> Vec<Crumb> {
    let group = list.leaf.group.title();
    let mut crumbs: Vec<Crumb> = if extra.crumbs.is_empty() && group != title {
        vec![Crumb { title: group.to_owned(), href: String::new() }]
    } else {
        let given = extra.crumbs.iter();
        given.map(|(title, href)| Crumb { title: title.clone(), href: href.clone() }).collect()
    };
    crumbs.push(Crumb { title: title.to_owned(), href: String::new() });
    crumbs
}

/// Those that tell rows apart: not the state of rows that share one, not departments below the bureau.
fn filters(list: &'static List, asked: &Asked, scope: Scope, hide: &[&str]) -> Vec<ShownFilter> {
    let chosen = |key: &str| asked.chosen.iter().find(|one| one.filter.key == key);
    let useful =
        |key: &str| !hide.contains(&key) && (key != "department" || scope == Scope::County);
    let pairs = list.filters.iter().zip(&asked.options).filter(|(filter, _)| useful(filter.key));
    let shown = pairs.map(|(filter, options)| ShownFilter {
        key: filter.key,
        label: filter.label,
        kind: match filter.kind {
            FilterKind::Choice(_) | FilterKind::Query(_) | FilterKind::Own(_) => "select",
            FilterKind::Times | FilterKind::Days => "range",
        },
        value: chosen(filter.key).map(|one| one.value.clone()).unwrap_or_default(),
        until: chosen(filter.key).map(|one| one.until.clone()).unwrap_or_default(),
        options: options
            .iter()
            .map(|(value, label)| Choice { value: value.clone(), label: label.clone() })
            .collect(),
    });
    shown.collect()
}

impl Extra {
    /// Whether the page has this column.
    fn shows(&self, key: &str) -> bool {
        !self.hide.contains(&key) && !self.fold.contains(&key)
    }
}

fn columns(list: &'static List, asked: &Asked, path: &str, extra: &Extra) -> Vec<ShownColumn> {
    let rest: Vec<(String, String)> =
        asked.parameters().into_iter().filter(|(key, _)| key != "order").collect();
    let shown = list.columns.iter().filter(|column| extra.shows(column.key)).map(|column| {
        let order = list.orders.iter().find(|order| order.key == column.order);
        let current = order.is_some_and(|order| order.key == asked.order.key);
        let sort_href = order.map(|order| {
            let mut parameters = rest.clone();
            // a second click on the same head turns it round
            let sign = if current && !asked.reversed { "-" } else { "" };
            parameters.push(("order".to_owned(), format!("{sign}{}", order.key)));
            address(path, &parameters)
        });
        ShownColumn {
            key: column.key,
            title: column.title,
            class: cell::class(column.cell),
            sort: match (current, asked.descending()) {
                (false, _) => "",
                (true, true) => "desc",
                (true, false) => "asc",
            },
            sort_href: sort_href.unwrap_or_default(),
        }
    });
    shown.collect()
}

fn drawn_row(list: &'static List, row: &Row, extra: &Extra, drawing: &Drawing) -> ShownRow {
    let id = row.id.to_string();
    let href = extra.row.unwrap_or(list.row).replace("{id}", &id);
    let pairs = list.columns.iter().zip(&row.values);
    let pairs = pairs.filter(|(column, _)| extra.shows(column.key));
    // whom the row is about, else what leads to it
    let name = pairs.clone().find(|(column, _)| column.key == "name");
    let link = || pairs.clone().find(|(column, _)| matches!(column.cell, super::Cell::Link));
    let name = name.or_else(link);
    let name = name.or_else(|| pairs.clone().next()).map(|(_, value)| value.clone());
    let ops = extra.ops.unwrap_or(list.ops).iter();
    ShownRow {
        id: row.id,
        name: name.unwrap_or_default(),
        cells: pairs.map(|(column, value)| cell::drawn(column, value, &href, drawing)).collect(),
        ops: ops.map(|(title, to)| act(title, &to.replace("{id}", &id), extra)).collect(),
        href,
    }
}

fn act(title: &str, href: &str, extra: &Extra) -> Act {
    let dialog = extra.dialogs.iter().find(|(of, _)| *of == title);
    Act {
        title: title.to_owned(),
        href: href.to_owned(),
        action: String::new(),
        class: if RED.contains(&title) { "red".to_owned() } else { String::new() },
        dialog: dialog.map_or_else(String::new, |(_, id)| (*id).to_owned()),
        icon: String::new(),
        primary: false,
    }
}

fn sizes(asked: &Asked, path: &str) -> Vec<Size> {
    let rest: Vec<(String, String)> =
        asked.parameters().into_iter().filter(|(key, _)| key != "size").collect();
    let shown = SIZES.iter().map(|size| {
        let mut parameters = rest.clone();
        if *size != SIZES[0] {
            parameters.push(("size".to_owned(), size.to_string()));
        }
        Size { value: *size, href: address(path, &parameters), current: *size == asked.size }
    });
    shown.collect()
}
