//! Paging of the certificate on the server: which rows stand on which A4 sheet.
//!
//! Heights are computed from the measures of certificate.css (mm), so that a browser prints
//! exactly the sheets that are counted here; a browser test compares the two.

use kit::Hours;
use serde::Serialize;

use crate::certificate::{Entry, Snapshot};

/// Height between the paddings of a sheet: 297 − 20 − 12.
const PAPER: f64 = 265.0;
/// The number line on top of each sheet.
const NUMBER: f64 = 12.5;
/// Title, holder's table but its wrapped lines, lead-in, heads of the year table.
const FIRST: f64 = 18.0 + 27.5 + 13.5 + 18.5;
/// One row of the year table.
const YEAR: f64 = 9.2;
/// Heading of the details and the head of their table.
const DETAIL_HEAD: f64 = 13.5 + 8.5;
/// One line of 9.5 pt at 1.6, and what a row adds to its lines.
const LINE: f64 = 5.37;
const ROW: f64 = 2.7;
/// QR code, seal and their margin.
const SIGN: f64 = 46.0;
/// The note at the foot of each sheet: up to three lines.
const FOOT: f64 = 17.0;

/// A row of the details.
#[derive(Debug, Clone, Serialize)]
pub struct DetailRow {
    /// The heading of a year; the other fields are then empty.
    pub heading: String,
    pub serial: usize,
    pub title: String,
    pub kind: String,
    pub started_on: String,
    pub ended_on: String,
    pub organizer: String,
    pub category: String,
    pub hours: Hours,
}

/// One sheet of paper.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    pub page: usize,
    /// Carries title, holder and years.
    pub first: bool,
    /// Carries QR code and seal.
    pub last: bool,
    pub rows: Vec<DetailRow>,
    /// Whether the table of details begins here with its heading.
    pub heading: bool,
    /// The grand total closes the details here.
    pub total: bool,
}

/// Width of a text in Han characters (others count half).
fn width(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.55 } else { 1.0 }).sum()
}

/// Lines that a text takes in a column so many characters wide.
fn lines(text: &str, column: f64) -> f64 {
    (width(text) / column).ceil().max(1.0)
}

/// Height of a row: its highest cell.
fn height(row: &DetailRow) -> f64 {
    if !row.heading.is_empty() {
        return LINE + ROW;
    }
    let dates: f64 = if row.started_on == row.ended_on { 1.0 } else { 2.0 };
    // the columns of certificate.css: 14, 7 and 9 characters wide, a little is kept for breaks
    let highest = dates
        .max(lines(&row.title, 13.5))
        .max(lines(&row.kind, 6.5))
        .max(lines(&row.organizer, 8.5));
    highest * LINE + ROW
}

/// The details with a heading line per year, newest year last as in the table above it.
fn details(entries: &[Entry]) -> Vec<DetailRow> {
    let mut rows = Vec::new();
    let mut year = None;
    for (index, entry) in entries.iter().enumerate() {
        if year != Some(entry.year) {
            year = Some(entry.year);
            rows.push(DetailRow {
                heading: format!("{}年度", entry.year),
                serial: 0,
                title: String::new(),
                kind: String::new(),
                started_on: String::new(),
                ended_on: String::new(),
                organizer: String::new(),
                category: String::new(),
                hours: Hours::ZERO,
            });
        }
        rows.push(DetailRow {
            heading: String::new(),
            serial: index + 1,
            title: entry.title.clone(),
            kind: entry.kind.clone(),
            started_on: entry.started_on.clone(),
            ended_on: entry.ended_on.clone(),
            organizer: entry.organizer.clone(),
            category: entry.category.clone(),
            hours: entry.hours,
        });
    }
    rows
}

/// Lays a certificate out.
pub fn lay_out(snapshot: &Snapshot) -> Vec<Sheet> {
    let wrapped = (lines(&snapshot.organization, 34.0) - 1.0) * 6.0
        + (lines(&snapshot.series, 7.5) - 1.0) * 6.0;
    let top = NUMBER + FIRST + wrapped + YEAR * snapshot.years.len() as f64;
    let room = PAPER - FOOT;
    let mut sheets = vec![new_sheet(1)];
    let mut used = top;
    let rows = details(&snapshot.entries);
    let count = rows.len();
    for (index, row) in rows.into_iter().enumerate() {
        // a year's heading stays with its first row; the last row with the total
        let mut need = height(&row);
        if !row.heading.is_empty() {
            need += 2.0 * LINE + ROW;
        }
        if index + 1 == count {
            need += LINE + ROW;
        }
        let begins = sheets.iter().all(|s| s.rows.is_empty());
        let head = match sheets.last() {
            Some(sheet) if sheet.rows.is_empty() => DETAIL_HEAD,
            _ => 0.0,
        };
        if used + head + need > room && !(used <= NUMBER && head > 0.0) {
            let page = sheets.len() + 1;
            sheets.push(new_sheet(page));
            used = NUMBER;
        }
        if let Some(sheet) = sheets.last_mut() {
            if sheet.rows.is_empty() {
                used += DETAIL_HEAD;
                sheet.heading = begins;
            }
            used += height(&row);
            sheet.rows.push(row);
        }
    }
    if count > 0 {
        if let Some(sheet) = sheets.last_mut() {
            sheet.total = true;
        }
        used += LINE + ROW;
    }
    if used + SIGN > room {
        let page = sheets.len() + 1;
        sheets.push(new_sheet(page));
    }
    if let Some(sheet) = sheets.last_mut() {
        sheet.last = true;
    }
    sheets
}

fn new_sheet(page: usize) -> Sheet {
    Sheet { page, first: page == 1, last: false, rows: vec![], heading: false, total: false }
}

#[cfg(test)]
mod tests {
    use kit::Hours;

    use super::lay_out;
    use crate::certificate::{Category, Entry, Snapshot, Year};

    fn snapshot(years: i32, each: usize, title: &str) -> Snapshot {
        let entry = |year: i32, id: usize| Entry {
            id: id as i64,
            year,
            title: title.to_owned(),
            kind: "继续教育基地培训班".to_owned(),
            started_on: format!("{year}-03-01"),
            ended_on: format!("{year}-03-05"),
            organizer: "云川县卫生健康培训中心".to_owned(),
            category: "专业".to_owned(),
            hours: Hours::whole(8),
            source: "个人申报".to_owned(),
            recognised_by: "云川县人力资源和社会保障局".to_owned(),
        };
        Snapshot {
            identity_id: kit::IdentityId(1),
            name: "周晓梅".to_owned(),
            sex: "女".to_owned(),
            organization: "云川县妇幼保健院".to_owned(),
            series: "卫生技术人员".to_owned(),
            level: "中级".to_owned(),
            title: "主治医师".to_owned(),
            titled_on: "2018-12".to_owned(),
            years: (0..years)
                .map(|n| Year {
                    year: 2020 + n,
                    categories: vec![
                        Category { name: "公需".to_owned(), required: Hours::whole(30), done: Hours::whole(30) },
                        Category { name: "专业".to_owned(), required: Hours::whole(60), done: Hours::whole(60) },
                    ],
                    required: Hours::whole(90),
                    total: Hours::whole(90),
                    complete: true,
                })
                .collect(),
            entries: (0..years)
                .flat_map(|n| (0..each).map(move |id| (2020 + n, id)))
                .map(|(year, id)| entry(year, id))
                .collect(),
            issuer: "云川县人力资源和社会保障局".to_owned(),
            handler: "王建国".to_owned(),
            issued_on: "2026-11-23".to_owned(),
        }
    }

    #[test]
    fn every_row_stands_on_exactly_one_sheet() {
        for (years, each) in [(1, 0), (1, 1), (1, 4), (1, 10), (3, 7), (5, 12), (10, 30)] {
            let sheets = lay_out(&snapshot(years, each, "基层儿科常见病诊疗规范培训班"));
            let rows: usize = sheets
                .iter()
                .map(|s| s.rows.iter().filter(|r| r.heading.is_empty()).count())
                .sum();
            assert_eq!(rows, years as usize * each);
            assert_eq!(sheets.iter().filter(|s| s.last).count(), 1);
            assert!(sheets.last().unwrap().last && sheets[0].first);
            assert!(sheets.iter().enumerate().all(|(n, s)| s.page == n + 1));
        }
    }

    #[test]
    fn a_year_of_few_entries_fits_on_one_sheet() {
        assert_eq!(lay_out(&snapshot(1, 4, "新生儿复苏技术培训")).len(), 1);
        assert_eq!(lay_out(&snapshot(5, 0, "")).len(), 1);
    }

    #[test]
    fn a_heading_never_ends_a_sheet() {
        let sheets = lay_out(&snapshot(8, 5, "很长的学习项目名称".repeat(4).as_str()));
        for sheet in &sheets {
            assert!(sheet.rows.last().is_none_or(|row| row.heading.is_empty()));
        }
    }
}
