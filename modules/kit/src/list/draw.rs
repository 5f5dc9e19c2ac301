//! The page of a list.

use serde::Serialize;
use sqlx::SqliteConnection;

use super::ask::{Asked, Place, SIZES, address, encoded};
use super::cell::{self, Drawing, Drawn};
use super::narrow::{COUNTED, Row, Start, View};
use super::{Ask, FilterKind, List};
use crate::access::{Action, Grant, Grantable};
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
    /// Replaces the list's title and the end of the crumbs.
    pub title: Option<String>,
    /// Crumbs before the title; empty: the group of the list's leaf. (title, address or empty)
    pub crumbs: Vec<(String, String)>,
}

/// Acts on a row whose word stands in red.
const RED: [&str; 5] = ["驳回", "禁用", "删除", "移除", "作废"];

#[derive(Debug, Serialize)]
struct Crumb {
    title: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Debug, Serialize)]
struct ShownFilter {
    key: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    until: String,
    options: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct ShownSearch {
    label: &'static str,
    value: String,
    placeholder: &'static str,
}

#[derive(Debug, Serialize)]
struct ShownColumn {
    key: &'static str,
    title: &'static str,
    class: &'static str,
    sort: &'static str,
    sort_href: String,
}

#[derive(Debug, Serialize)]
struct ShownRow {
    id: i64,
    href: String,
    name: String,
    cells: Vec<Drawn>,
    ops: Vec<Act>,
}

#[derive(Debug, Serialize)]
struct Act {
    title: String,
    href: String,
    action: String,
    class: String,
    dialog: String,
    icon: String,
    primary: bool,
}

#[derive(Debug, Serialize)]
struct Size {
    value: i64,
    href: String,
    current: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Turn {
    pub title: String,
    pub href: String,
    pub current: bool,
    pub disabled: bool,
}

/// The variable `list` of list.html; its header says what each part is.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    key: &'static str,
    title: String,
    crumbs: Vec<Crumb>,
    tabs: Vec<Tab>,
    filters: Vec<ShownFilter>,
    search: Option<ShownSearch>,
    action: String,
    reset: String,
    filtered: bool,
    columns: Vec<ShownColumn>,
    rows: Vec<ShownRow>,
    batch: Vec<Act>,
    export: String,
    actions: Vec<Act>,
    note: String,
    total: String,
    size: i64,
    sizes: Vec<Size>,
    pages: Vec<Turn>,
    empty: &'static str,
    print: bool,
}

/// Draws the list for the caller's scope.
#[expect(clippy::too_many_arguments, reason = "what every handler has at hand; a struct would only rename it")]
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
    let turned = turned(&view, db, &ask.path).await?;
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
        filters: filters(list, &asked),
        search: list.search.as_ref().map(|search| ShownSearch {
            label: search.label,
            value: asked.typed.clone(),
            placeholder: search.placeholder,
        }),
        action: format!("/lists/{}/query?page={here}", list.key),
        reset,
        filtered: asked.filtered(),
        columns: columns(list, &asked, &ask.path),
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

/// The rows of the page asked for, and the ways to others.
pub(super) struct Turned {
    pub rows: Vec<Row>,
    pub total: String,
    pub turns: Vec<Turn>,
}

/// Finds the page: by number while rows are counted, from row to row beyond.
pub(super) async fn turned(view: &View<'_>, db: &mut SqliteConnection, path: &str) -> Result<Turned> {
    let total = view.count(db).await?;
    if total > COUNTED { unnumbered(view, db, path).await } else { numbered(view, db, path, total).await }
}

async fn numbered(view: &View<'_>, db: &mut SqliteConnection, path: &str, total: i64) -> Result<Turned> {
    let size = view.asked.size;
    let last = ((total - 1).max(0) / size) + 1;
    let number = match view.asked.place {
        Place::Page(number) => number,
        Place::Last => last,
        Place::After(id) => view.position(db, id).await?.map_or(1, |before| (before + 1) / size + 1),
        Place::Before(id) => view.position(db, id).await?.map_or(1, |before| (before - 1).max(0) / size + 1),
    };
    let number = number.clamp(1, last);
    let start = match number {
        1 => Some(Start::First),
        _ => view.id_at(db, (number - 1) * size).await?.map(Start::At),
    };
    let rows = match start {
        Some(start) => view.rows(db, start, size).await?,
        None => vec![],
    };
    let parameters = view.asked.parameters();
    let to = |page: i64| {
        let mut parameters = parameters.clone();
        if page > 1 {
            parameters.push(("page".to_owned(), page.to_string()));
        }
        address(path, &parameters)
    };
    let step = |title: &str, page: i64| Turn {
        title: title.to_owned(),
        href: to(page),
        current: false,
        disabled: page < 1 || page > last,
    };
    let mut turns = vec![];
    if last > 1 {
        turns.push(step("上一页", number - 1));
        let mut shown = 0;
        for page in 1..=last {
            if page == 1 || page == last || (page - number).abs() <= 2 {
                if page - shown > 1 {
                    turns.push(Turn { disabled: true, ..step("…", page) });
                }
                turns.push(Turn { current: page == number, ..step(&page.to_string(), page) });
                shown = page;
            }
        }
        turns.push(step("下一页", number + 1));
    }
    Ok(Turned { rows, total: format!("共 {} 条", thousands(total)), turns })
}

async fn unnumbered(view: &View<'_>, db: &mut SqliteConnection, path: &str) -> Result<Turned> {
    let size = view.asked.size;
    let mut start = match view.asked.place {
        Place::Page(1) => Start::First,
        // a numbered link from when there were fewer rows
        Place::Page(number) => {
            let offset = number.saturating_sub(1).saturating_mul(size).min(COUNTED);
            view.id_at(db, offset).await?.map_or(Start::First, Start::At)
        }
        Place::After(id) => Start::After(id),
        Place::Before(id) => Start::Before(id),
        Place::Last => Start::Last,
    };
    let mut rows = view.rows(db, start, size + 1).await?;
    // the row of an old link is gone, or stands nearer the beginning than a page
    let short = matches!(start, Start::Before(_)) && (rows.len() as i64) < size;
    if short || (rows.is_empty() && start != Start::First) {
        start = Start::First;
        rows = view.rows(db, start, size + 1).await?;
    }
    let more = rows.len() as i64 > size;
    let (earlier, later) = match start {
        Start::First => (false, more),
        Start::At(_) | Start::After(_) => (true, more),
        Start::Before(_) => (more, true),
        Start::Last => (more, false),
    };
    if more {
        match start {
            Start::Before(_) | Start::Last => drop(rows.remove(0)),
            _ => drop(rows.pop()),
        }
    }
    let parameters = view.asked.parameters();
    let turn = |title: &str, key: &str, value: Option<i64>, enabled: bool| {
        let mut parameters = parameters.clone();
        if let Some(value) = value {
            parameters.push((key.to_owned(), value.to_string()));
        }
        let href = address(path, &parameters);
        Turn { title: title.to_owned(), href, current: false, disabled: !enabled }
    };
    let first = rows.first().map(|row| row.id);
    let last = rows.last().map(|row| row.id);
    let turns = vec![
        turn("首页", "", None, earlier),
        turn("上一页", "before", first, earlier),
        turn("下一页", "after", last, later),
        turn("末页", "last", Some(1), later),
    ];
    Ok(Turned { rows, total: format!("超过 {} 条", thousands(COUNTED)), turns })
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

fn filters(list: &'static List, asked: &Asked) -> Vec<ShownFilter> {
    let chosen = |key: &str| asked.chosen.iter().find(|one| one.filter.key == key);
    let shown = list.filters.iter().zip(&asked.options).map(|(filter, options)| ShownFilter {
        key: filter.key,
        label: filter.label,
        kind: match filter.kind {
            FilterKind::Choice(_) | FilterKind::Query(_) => "select",
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

fn columns(list: &'static List, asked: &Asked, path: &str) -> Vec<ShownColumn> {
    let rest: Vec<(String, String)> =
        asked.parameters().into_iter().filter(|(key, _)| key != "order").collect();
    let shown = list.columns.iter().map(|column| {
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
    let name = pairs.clone().find(|(column, _)| matches!(column.cell, super::Cell::Link));
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

/// 12345 → 12,345
pub(super) fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
