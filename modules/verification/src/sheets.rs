//! Paging of the certificate on the server: which rows stand on which A4 sheet.
//!
//! Heights are computed from the measures of certificate.css (mm), so that a browser prints
//! exactly the sheets that are counted here; a browser test compares the two.

use kit::Hours;
use serde::Serialize;

use crate::certificate::{Entry, Snapshot};
use crate::lines::lines;

/// Height between the paddings of a sheet: 297 − 20 − 12, less what rounding may cost.
const PAPER: f64 = 264.0;
/// The number line on top of each sheet.
const NUMBER: f64 = 10.0;
/// Title, holder's table but its wrapped lines, lead-in, heads of the year table.
const FIRST: f64 = 16.0 + 28.0 + LEAD_IN + 18.7;
/// A sentence before a table.
const LEAD_IN: f64 = 13.0;
/// One row of the year table.
const YEAR: f64 = 9.2;
/// The head of the details' table, and what their heading takes on their first and later sheets.
const DETAIL_HEAD: f64 = 9.0;
const HEADING: f64 = 13.5;
const CONTINUED: f64 = 7.5;
/// One line of 10.5 pt at 1.6.
const TEXT: f64 = 5.95;
/// One line of 9.5 pt at 1.6, and what a row adds to its lines.
const LINE: f64 = 5.37;
const ROW: f64 = 2.7;
/// QR code, seal and their margin; the issuer's name may wrap.
const SIGN: f64 = 40.0;
/// The note at the foot of each sheet: its line above, and one line of it.
const FOOT: f64 = 2.3;
const NOTE: f64 = 4.52;
/// Characters of the note but the handler's name.
const NOTE_LENGTH: f64 = 106.0;

/// Han characters in a line of: holder's cell, organization, issuer, note.
const CELL: f64 = 7.4;
const WIDE_CELL: f64 = 39.5;
const ISSUER: f64 = 18.5;
const NOTE_LINE: f64 = 56.5;
/// And in a line of a sentence before a table.
const LEAD_LINE: f64 = 42.0;
/// And of the columns 学习项目, 形式 and 举办单位: 48.3, 24.3 and 31.3 mm of 3.35 mm each; some
/// systems draw them in 13 instead of 12.67 pixels.
const TITLE: f64 = 14.05;
const KIND: f64 = 7.05;
const ORGANIZER: f64 = 9.1;

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
#[derive(Debug, Clone, Default, Serialize)]
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

/// Height of a row: its highest cell.
fn height(row: &DetailRow) -> f64 {
    if !row.heading.is_empty() {
        return LINE + ROW;
    }
    let dates: f64 = if row.started_on == row.ended_on { 1.0 } else { 2.0 };
    let highest = dates
        .max(lines(&row.title, TITLE))
        .max(lines(&row.kind, KIND))
        .max(lines(&row.organizer, ORGANIZER));
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
            organizer: entry.organizer_text(),
            category: entry.category.clone(),
            hours: entry.hours,
        });
    }
    rows
}

/// Height of all above the details on the first sheet.
fn top(snapshot: &Snapshot) -> f64 {
    let cells = [&snapshot.series, &snapshot.level].map(|text| lines(text, CELL));
    let wrapped = lines(&snapshot.name, CELL)
        + lines(&snapshot.organization, WIDE_CELL)
        + cells[0].max(cells[1])
        - 3.0;
    let waived = match snapshot.exemptions() {
        text if text.is_empty() => 0.0,
        text => LEAD_IN + (lines(&text, LEAD_LINE) - 1.0) * TEXT,
    };
    let none = if snapshot.entries.is_empty() { LEAD_IN } else { 0.0 };
    NUMBER + FIRST + wrapped * TEXT + YEAR * snapshot.years.len() as f64 + waived + none
}

/// Lays a certificate out.
pub fn lay_out(snapshot: &Snapshot) -> Vec<Sheet> {
    let handler = snapshot.handler.chars().count() as f64;
    let room = PAPER - FOOT - NOTE * ((NOTE_LENGTH + handler) / NOTE_LINE).ceil();
    let sign = SIGN + (lines(&snapshot.issuer, ISSUER) - 1.0) * TEXT;
    let mut sheet = Sheet { first: true, ..Sheet::default() };
    let mut sheets = vec![];
    let mut used = top(snapshot);
    let mut begun = false;
    let mut rows = details(&snapshot.entries).into_iter().peekable();
    while let Some(row) = rows.next() {
        let own = height(&row);
        // a year's heading stays with its first row, the last row with the total
        let mut need = own;
        match rows.peek() {
            Some(next) if !row.heading.is_empty() => need += height(next) + LINE + ROW,
            Some(_) => {}
            None => need += LINE + ROW,
        }
        if sheet.rows.is_empty() {
            need += DETAIL_HEAD + if begun { CONTINUED } else { HEADING };
        }
        if used + need > room {
            sheets.push(std::mem::take(&mut sheet));
            used = NUMBER;
        }
        if sheet.rows.is_empty() {
            // on a sheet of its own the first heading stands as high as a continued one
            used += DETAIL_HEAD + if begun || !sheet.first { CONTINUED } else { HEADING };
            sheet.heading = !begun;
            begun = true;
        }
        used += own;
        sheet.rows.push(row);
    }
    if begun {
        used += LINE + ROW;
    }
    if used + sign > room {
        let moved = moved(&mut sheet);
        // the whole of the details may move
        let heading = sheet.heading && sheet.rows.is_empty();
        sheet.heading &= !heading;
        sheets.push(sheet);
        sheet = Sheet { rows: moved, heading, ..Sheet::default() };
    }
    sheet.total = begun;
    sheet.last = true;
    sheets.push(sheet);
    for (at, sheet) in sheets.iter_mut().enumerate() {
        sheet.page = at + 1;
    }
    sheets
}

/// The last row, with the heading above it: QR code and seal never stand on a sheet alone.
fn moved(sheet: &mut Sheet) -> Vec<DetailRow> {
    let mut rows: Vec<DetailRow> = sheet.rows.pop().into_iter().collect();
    if sheet.rows.last().is_some_and(|row| !row.heading.is_empty()) {
        rows.splice(0..0, sheet.rows.pop());
    }
    rows
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
                        Category {
                            name: "公需".to_owned(),
                            required: Hours::whole(30),
                            done: Hours::whole(30),
                        },
                        Category {
                            name: "专业".to_owned(),
                            required: Hours::whole(60),
                            done: Hours::whole(60),
                        },
                    ],
                    required: Hours::whole(90),
                    total: Hours::whole(90),
                    complete: true,
                    exempt: Hours::ZERO,
                    exemption: String::new(),
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
            let rows: usize =
                sheets.iter().map(|s| s.rows.iter().filter(|r| r.heading.is_empty()).count()).sum();
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
        for times in 1..12 {
            for each in 1..9 {
                for sheet in lay_out(&snapshot(8, each, &"很长的学习项目名称".repeat(times)))
                {
                    assert!(sheet.rows.last().is_none_or(|row| row.heading.is_empty()));
                }
            }
        }
    }

    #[test]
    fn the_seal_never_stands_alone() {
        for each in 1..60 {
            let sheets = lay_out(&snapshot(1, each, "新生儿复苏技术培训"));
            let last = sheets.last().unwrap();
            assert!(last.rows.iter().any(|row| row.heading.is_empty()), "{each}");
            assert!(last.total && sheets.iter().filter(|sheet| sheet.heading).count() == 1);
            assert!(sheets.iter().skip(1).all(|sheet| !sheet.rows.is_empty()));
        }
    }
}
