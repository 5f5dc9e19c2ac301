//! From page to page: by number while rows are counted, from row to row beyond.

use serde::Serialize;
use sqlx::SqliteConnection;

use super::address::address;
use super::ask::Place;
use super::narrow::{COUNTED, Row, Start, View};
use crate::Result;

/// A way to another page.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Turn {
    pub title: String,
    pub href: String,
    pub current: bool,
    pub disabled: bool,
}

/// The rows of the page asked for, and the ways to others.
pub(super) struct Turned {
    pub rows: Vec<Row>,
    pub total: String,
    pub turns: Vec<Turn>,
}

/// Finds the page: by number while rows are counted, from row to row beyond.
pub(super) async fn turned(
    view: &View<'_>,
    db: &mut SqliteConnection,
    path: &str,
) -> Result<Turned> {
    let total = view.count(db).await?;
    if total > COUNTED {
        unnumbered(view, db, path).await
    } else {
        numbered(view, db, path, total).await
    }
}

async fn numbered(
    view: &View<'_>,
    db: &mut SqliteConnection,
    path: &str,
    total: i64,
) -> Result<Turned> {
    let size = view.asked.size;
    let last = ((total - 1).max(0) / size) + 1;
    let number = match view.asked.place {
        Place::Page(number) => number,
        Place::Last => last,
        Place::After(id) => {
            view.position(db, id).await?.map_or(1, |before| (before + 1) / size + 1)
        }
        Place::Before(id) => {
            view.position(db, id).await?.map_or(1, |before| (before - 1).max(0) / size + 1)
        }
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

/// 12345 → 12,345
pub(super) fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
