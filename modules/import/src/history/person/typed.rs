//! The rows of 外县转入 as typed: kept while they are written, read as a file's rows are.

use std::collections::BTreeMap;

use credit_hours::category::Category;
use kit::dictionary::LEARNING_KINDS;
use kit::sheet::{Cell, Row};
use kit::{Clock, Form, Result};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::check::Level;
use crate::history::against::{self, Importer};
use crate::history::columns::{Column, Layout};
use crate::history::rows::{CheckedRow, Seen};
use crate::history::run;

/// Rows offered at first, more at a time, and at most.
pub const STEP: usize = 3;
pub const MOST: usize = 50;

/// (column, field) of a row.
const FIELDS: [(Column, &str); 8] = [
    (Column::Year, "year"),
    (Column::Category, "category"),
    (Column::Title, "title"),
    (Column::Started, "started"),
    (Column::Ended, "ended"),
    (Column::Hours, "hours"),
    (Column::Certificate, "certificate"),
    (Column::Kind, "kind"),
];
/// Characters of a field as kept at most.
const LONGEST: usize = 300;

/// How many rows the form has.
pub fn count(form: &Form) -> usize {
    form.text("rows").parse().unwrap_or(STEP).clamp(STEP, MOST)
}

/// Their numbers, from 1.
pub fn numbers(form: &Form) -> Vec<usize> {
    (1..=count(form)).collect()
}

/// The form as it was left.
pub fn form(draft: &str) -> Result<Form> {
    let values: BTreeMap<String, String> = serde_json::from_str(draft)?;
    let mut form = Form::new();
    for (name, value) in values {
        form.set(&name, value);
    }
    Ok(form)
}

/// Keeps what was typed.
pub async fn save(tx: &mut SqliteConnection, batch: i64, form: &Form, clock: &Clock) -> Result<()> {
    let mut values = BTreeMap::new();
    for name in ["rows", "organizer"] {
        values.insert(name.to_owned(), form.raw(name).chars().take(LONGEST).collect::<String>());
    }
    for row in numbers(form) {
        for (_, field) in FIELDS {
            let name = format!("{field}-{row}");
            let value: String = form.raw(&name).chars().take(LONGEST).collect();
            if !value.is_empty() {
                values.insert(name, value);
            }
        }
    }
    sqlx::query("update history_batch set draft = ?, updated_at = ? where id = ?")
        .bind(serde_json::to_string(&values)?)
        .bind(clock.stamp())
        .bind(batch)
        .execute(tx)
        .await?;
    Ok(())
}

/// The filled rows, checked; what is wrong is told at its field. Hours of this year may come: who
/// moves here in the middle of it brings them.
pub async fn check(
    db: &mut SqliteConnection,
    form: &mut Form,
    (name, number): (&str, &str),
    importer: &Importer,
    clock: &Clock,
) -> Result<Vec<CheckedRow>> {
    let organizer = form.required("organizer", "原认定机构", 2..=100);
    let layout = Layout::own();
    let checker = run::checker(&mut *db, clock, true, layout.clone()).await?;
    let (mut rows, mut seen) = (vec![], Seen::default());
    for row in numbers(form) {
        let typed = |field: &str| form.text(&format!("{field}-{row}"));
        if FIELDS.iter().all(|(_, field)| typed(field).is_empty()) {
            continue;
        }
        let mut cells = vec![Cell::default(); 11];
        let mut fill = |column: Column, text: String| cells[column as usize] = Cell::Text(text);
        fill(Column::IdNumber, number.to_owned());
        fill(Column::Name, name.to_owned());
        fill(Column::Organizer, organizer.clone());
        for (column, field) in FIELDS {
            fill(column, typed(field));
        }
        let row = Row { number: row as u32, cells };
        let checked = checker.row(&row);
        let mut row = CheckedRow::new(row, checked);
        seen.look(&mut row, &layout);
        rows.push(row);
    }
    against::compare(db, &mut rows, importer, &layout).await?;
    if rows.is_empty() {
        form.refuse("year-1", "请至少填写一行学时。");
    }
    for row in &rows {
        for problem in row.problems.iter().filter(|p| p.level == Level::Error) {
            let field = FIELDS.iter().find(|(column, _)| *column == problem.column);
            let name = match field {
                Some((_, field)) => format!("{field}-{}", row.number),
                None if problem.column == Column::Organizer => continue, // told at its own field
                None => String::new(),
            };
            let (column, message) = (problem.column.title(), &problem.message);
            let text = format!("第 {} 行{column}{message}。{}。", row.number, problem.remedy);
            form.refuse(&name, text);
        }
    }
    Ok(rows)
}

/// What is told of rows that are taken all the same.
pub fn warnings(rows: &[CheckedRow]) -> Vec<String> {
    let told = rows.iter().flat_map(|row| {
        row.problems.iter().map(|problem| format!("第 {} 行{}", row.number, problem.message))
    });
    told.collect()
}

/// The subjects, for a drop-down.
pub fn category_options(categories: &[Category]) -> Vec<serde_json::Value> {
    categories.iter().map(|one| json!({ "value": one.name, "label": one.name })).collect()
}

/// 学习形式, for a drop-down.
pub fn kind_options() -> Vec<serde_json::Value> {
    LEARNING_KINDS.iter().map(|kind| json!({ "value": kind.code, "label": kind.label })).collect()
}
