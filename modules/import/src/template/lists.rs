//! 字典: the values behind the drop-downs. Some follow another cell of the row: levels the series,
//! titles series and level, departments the unit. Their formula is never an error (a cell that
//! says nothing known gets the first group), so that WPS, Excel and LibreOffice take it alike.

use kit::Result;
use kit::dictionary::{self, Dictionary, TitleLevel, WITHOUT_TITLE};
use rust_xlsxwriter::Worksheet;

use super::{For, Looks, WORDS, letter};
use crate::columns::{Column, Definition};

/// The drop-downs of a template.
pub struct Lists {
    plain: Vec<Plain>,
    grouped: Vec<Grouped>,
}

/// One list for all rows: a column of 字典.
struct Plain {
    column: Column,
    values: Vec<String>,
}

/// A list for each group: two columns of 字典, the group's key and the value.
struct Grouped {
    column: Column,
    /// What is typed in these cells of a row, one after the other, is the key.
    by: &'static [Column],
    head: &'static str,
    /// Of the first group: taken where the key is not known.
    first: usize,
    rows: Vec<(String, String)>,
    /// The cells of the first row to fill in that make the key: `$P3&$Q3`.
    key: String,
}

impl Lists {
    pub fn of(made_for: &For, columns: &[&'static Definition]) -> Result<Self> {
        let of = |column, dictionary: &Dictionary| Plain {
            column,
            values: dictionary.labels().map(str::to_owned).collect(),
        };
        let mut plain = vec![
            of(Column::Sex, &dictionary::SEX),
            of(Column::Nation, &dictionary::NATIONS),
            of(Column::Political, &dictionary::POLITICAL_STATUSES),
            of(Column::Education, &dictionary::EDUCATIONS),
            of(Column::Degree, &dictionary::DEGREES),
            of(Column::Series, &dictionary::TITLE_SERIES),
        ];
        let mut grouped = vec![levels(), titles()];
        match &made_for.below {
            None => {
                let values = made_for.departments.clone();
                plain.push(Plain { column: Column::Department, values });
            }
            Some(below) => {
                let own = std::iter::once(made_for.unit.clone());
                let values = own.chain(below.iter().map(|unit| unit.name.clone())).collect();
                plain.push(Plain { column: Column::Unit, values });
                grouped.push(departments(made_for));
            }
        }
        plain.retain(|list| !list.values.is_empty());
        for list in &mut grouped {
            let mut cells = Vec::with_capacity(list.by.len());
            for by in list.by {
                let at = (0..).zip(columns).find(|(_, d)| d.column == *by).map_or(0, |(at, _)| at);
                cells.push(format!("${}3", letter(at)?));
            }
            list.key = cells.join("&");
        }
        Ok(Self { plain, grouped })
    }

    /// The formula of a column's drop-down, for the first row to fill in.
    pub fn formula(&self, column: Column) -> Option<String> {
        if let Some((at, list)) = (0_u16..).zip(&self.plain).find(|(_, l)| l.column == column) {
            let letter = letter(at).ok()?;
            return Some(format!("={WORDS}!${letter}$2:${letter}${}", list.values.len() + 1));
        }
        let (at, list) =
            (0_u16..).step_by(2).zip(&self.grouped).find(|(_, l)| l.column == column)?;
        let at = self.first_group() + at;
        let (keys, values) = (letter(at).ok()?, letter(at + 1).ok()?);
        let keys = format!("{WORDS}!${keys}$2:${keys}${}", list.rows.len() + 1);
        let (key, first) = (&list.key, list.first);
        Some(format!(
            "=OFFSET({WORDS}!${values}$1,IF(COUNTIF({keys},{key})=0,1,MATCH({key},{keys},0)),0,\
             IF(COUNTIF({keys},{key})=0,{first},COUNTIF({keys},{key})),1)"
        ))
    }

    /// Where the columns of groups begin.
    fn first_group(&self) -> u16 {
        u16::try_from(self.plain.len()).unwrap_or(u16::MAX)
    }

    /// Writes 字典.
    pub fn sheet(&self, sheet: &mut Worksheet, looks: &Looks) -> Result<()> {
        sheet.set_name(WORDS)?;
        for (at, list) in (0_u16..).zip(&self.plain) {
            sheet.set_column_width(at, 20)?;
            sheet.write_string_with_format(0, at, list.column.title(), &looks.head)?;
            for (row, value) in (1..).zip(&list.values) {
                sheet.write_string_with_format(row, at, value, &looks.text)?;
            }
        }
        for (at, list) in (self.first_group()..).step_by(2).zip(&self.grouped) {
            sheet.set_column_width(at, 26)?.set_column_width(at + 1, 24)?;
            sheet.write_string_with_format(0, at, list.head, &looks.head)?;
            sheet.write_string_with_format(0, at + 1, list.column.title(), &looks.head)?;
            for (row, (key, value)) in (1..).zip(&list.rows) {
                sheet.write_string_with_format(row, at, key, &looks.text)?;
                sheet.write_string_with_format(row, at + 1, value, &looks.text)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(())
    }
}

/// How the first group is called where it stands for everything.
const ALL: &str = "（全部）";

fn series() -> impl Iterator<Item = &'static dictionary::Entry> {
    dictionary::TITLE_SERIES.entries.iter().filter(|series| series.code != WITHOUT_TITLE)
}

fn levels() -> Grouped {
    let mut rows: Vec<(String, String)> =
        TitleLevel::ALL.iter().map(|l| (ALL.to_owned(), l.label().to_owned())).collect();
    let first = rows.len();
    for series in series() {
        for level in dictionary::levels_of(series.code) {
            rows.push((series.label.to_owned(), level.label().to_owned()));
        }
    }
    let (by, head) = (&[Column::Series][..], "按职称系列");
    Grouped { column: Column::Level, by, head, first, rows, key: String::new() }
}

fn titles() -> Grouped {
    let mut rows: Vec<(String, String)> = vec![];
    let each = |rows: &mut Vec<(String, String)>, key: &str, names: &[&str]| {
        rows.extend(names.iter().map(|name| (key.to_owned(), (*name).to_owned())));
    };
    let mut all: Vec<&str> = vec![];
    for title in dictionary::titles::titles() {
        if !all.contains(&title.name) {
            all.push(title.name);
        }
    }
    each(&mut rows, ALL, &all);
    let first = rows.len();
    for series in series() {
        let mut of_series: Vec<&str> = vec![];
        for level in dictionary::levels_of(series.code) {
            let names = dictionary::titles_of(series.code, level);
            each(&mut rows, &format!("{}{}", series.label, level.label()), &names);
            of_series.extend(
                names.iter().filter(|name| !of_series.contains(name)).copied().collect::<Vec<_>>(),
            );
        }
        // the series alone, while the level is not chosen yet
        each(&mut rows, series.label, &of_series);
    }
    let (by, head) = (&[Column::Series, Column::Level][..], "按职称系列和等级");
    Grouped { column: Column::Title, by, head, first, rows, key: String::new() }
}

/// The importing unit's first: a row that names no unit is its own. A unit without departments
/// gets an empty line, else it would be offered those of the importing one.
fn departments(made_for: &For) -> Grouped {
    let mut rows: Vec<(String, String)> = vec![];
    let mut each = |unit: &str, departments: &[String]| {
        let before = rows.len();
        rows.extend(departments.iter().map(|name| (unit.to_owned(), name.clone())));
        if departments.is_empty() {
            rows.push((unit.to_owned(), String::new()));
        }
        rows.len() - before
    };
    let first = each(&made_for.unit, &made_for.departments);
    for unit in made_for.below.iter().flatten() {
        each(&unit.name, &unit.departments);
    }
    let (by, head) = (&[Column::Unit][..], "按所在单位");
    Grouped { column: Column::Department, by, head, first, rows, key: String::new() }
}
