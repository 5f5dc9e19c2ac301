//! A person's ledger as a workbook: every entry, and each year against its requirement.

use accounts::people::{self, PersonBrief};
use credit_hours::{EntryRow, YearTotal, entries, year_totals};
use kit::list::file_name;
use kit::xlsx::{Book, Column, Value};
use kit::{Actor, Clock, Db, Download, Error, PersonId, Result, day, trail};
use rocket::tokio::task::spawn_blocking;

/// What both sheets are made of.
struct Ledger {
    brief: PersonBrief,
    number: String,
    entries: Vec<EntryRow>,
    years: Vec<YearTotal>,
    note: String,
}

/// Builds it; the full ID number is in it, so the download is in the trail.
pub async fn download(db: &Db, person: PersonId, actor: &Actor, clock: &Clock) -> Result<Download> {
    let mut tx = db.begin().await?;
    let brief = people::brief(&mut tx, person).await?;
    let number = people::full_number(&mut tx, person).await?.number().to_owned();
    let entries = entries(&mut tx, person, 1900, 9999).await?;
    let now = clock.year();
    let first = entries.first().map_or(now, |entry| entry.year.min(now));
    let last = entries.last().map_or(now, |entry| entry.year.max(now));
    let years = year_totals(&mut tx, person, first, last).await?;
    let text = format!("下载{}的学时台账 {} 条（含完整身份证号）", brief.name, entries.len());
    let object = format!("person:{person}");
    trail::write(&mut tx, actor, clock, "transfers.ledger", &object, &text).await?;
    tx.commit().await?;
    let note = format!(
        "截至 {} 已通过审核的学时，由 {} 导出",
        day::shown_time(&clock.stamp()),
        actor.name
    );
    let name =
        file_name(&brief.organization_name, &format!("{}学时台账", brief.name), clock.today());
    let ledger = Ledger { brief, number, entries, years, note };
    let folder = db.folder().join("tmp");
    let work = spawn_blocking(move || {
        let mut book = Book::in_folder(&folder)?;
        entry_sheet(&mut book, &ledger)?;
        year_sheet(&mut book, &ledger)?;
        book.bytes()
    });
    let bytes = work.await.map_err(|error| Error::Fault(format!("workbook: {error}")))??;
    Ok(Download::xlsx(name, bytes))
}

fn heading(ledger: &Ledger) -> String {
    let who = &ledger.brief;
    format!("{}（身份证号 {}，{}）的学时台账", who.name, ledger.number, who.organization_name)
}

fn entry_sheet(book: &mut Book, ledger: &Ledger) -> Result<()> {
    let columns: Vec<Column> = [
        ("年度", 8.0),
        ("科目", 10.0),
        ("学习形式", 18.0),
        ("学习项目", 36.0),
        ("学时", 8.0),
        ("取得学时时的单位", 26.0),
        ("开始日期", 12.0),
        ("结束日期", 12.0),
        ("举办单位", 26.0),
        ("来源", 12.0),
        ("认定机构", 24.0),
    ]
    .into_iter()
    .map(|(title, width)| Column::new(title, width))
    .collect();
    let mut sheet = book.sheet("学时记录")?;
    sheet.title(&heading(ledger), columns.len())?;
    sheet.note(&ledger.note, columns.len())?;
    sheet.head(&columns)?;
    for entry in &ledger.entries {
        sheet.row(&[
            Value::Integer(i64::from(entry.year)),
            Value::Text(&entry.category),
            Value::Text(&entry.kind),
            Value::Long(&entry.title),
            Value::Hours(entry.hours),
            Value::Long(&entry.earned_in),
            Value::Text(&entry.started_on),
            Value::Text(&entry.ended_on),
            Value::Long(&entry.organizer),
            Value::Text(&entry.source),
            Value::Long(&entry.recognised_by),
        ])?;
    }
    Ok(())
}

/// A year's line: reached and required of each category of any year, in order.
fn year_sheet(book: &mut Book, ledger: &Ledger) -> Result<()> {
    let mut categories: Vec<(i64, &str)> = Vec::new();
    for one in ledger.years.iter().flat_map(|year| &year.categories) {
        if !categories.iter().any(|(id, _)| *id == one.id) {
            categories.push((one.id, &one.short));
        }
    }
    let mut columns = vec![Column::new("年度", 8.0)];
    for (_, short) in &categories {
        columns.push(Column::new(format!("{short}完成"), 12.0));
        columns.push(Column::new(format!("{short}要求"), 12.0));
    }
    let last = [("合计完成", 12.0), ("合计要求", 12.0), ("其中减免", 12.0), ("结果", 14.0)];
    columns.extend(last.into_iter().map(|(title, width)| Column::new(title, width)));
    let mut sheet = book.sheet("年度合计")?;
    sheet.title(&heading(ledger), columns.len())?;
    sheet.note(&ledger.note, columns.len())?;
    sheet.head(&columns)?;
    for year in &ledger.years {
        let mut row = vec![Value::Integer(i64::from(year.year))];
        for (id, _) in &categories {
            match year.categories.iter().find(|one| one.id == *id) {
                Some(one) => row.extend([Value::Hours(one.done), Value::Hours(one.required)]),
                None => row.extend([Value::Blank, Value::Blank]),
            }
        }
        row.extend([
            Value::Hours(year.total),
            Value::Hours(year.required),
            Value::Hours(year.exempt),
            Value::Text(if year.complete { "达到要求" } else { "未达到要求" }),
        ]);
        sheet.row(&row)?;
    }
    Ok(())
}
