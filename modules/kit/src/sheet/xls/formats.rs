//! Which cells show their number as a date: by the number format of their style.

use std::collections::HashSet;

use super::super::rows::Cell;
use super::records::Record;
use super::strings::Strings;

/// Days between the two beginnings of time (1900 and 1904).
const FROM_1904: f64 = 1462.0;

/// The workbook's number formats.
#[derive(Debug, Default)]
pub struct Formats {
    /// Dates count from 1904: files of old Macs.
    pub since_1904: bool,
    /// Formats of the file's own that show a date or time.
    dates: HashSet<u16>,
    /// Formats of the file's own that do not.
    others: HashSet<u16>,
    /// Of each cell style: its format.
    cells: Vec<u16>,
}

impl Formats {
    /// Takes a FORMAT record.
    pub fn format(&mut self, record: &Record<'_>, strings: &Strings, is_old: bool) {
        let Some(id) = record.u16(0) else { return };
        let data = record.data.get(2..).unwrap_or_default();
        let code = if is_old { strings.name(data, true) } else { strings.text(data) };
        if is_date(&code) { &mut self.dates } else { &mut self.others }.insert(id);
    }

    /// Takes an XF record.
    pub fn cell(&mut self, record: &Record<'_>) {
        self.cells.push(record.u16(2).unwrap_or(0));
    }

    /// A number in a cell of a style.
    pub fn shown(&self, number: f64, style: u16) -> Cell {
        let format = self.cells.get(usize::from(style)).copied().unwrap_or(0);
        let built_in = matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58);
        let is_date = self.dates.contains(&format) || built_in && !self.others.contains(&format);
        if !is_date {
            return Cell::number(number);
        }
        Cell::date(if self.since_1904 { number + FROM_1904 } else { number })
    }
}

/// Whether the first section of a format's code shows parts of a date or time.
fn is_date(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for c in code.chars() {
        match c {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' => bracketed = true,
            ']' => bracketed = false,
            _ if bracketed => {}
            '\\' | '_' | '*' => escaped = true,
            ';' => return false,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn a_date_is_told_by_its_letters_alone() {
        for code in ["yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy/m/d;@", "h:mm AM/PM"]
        {
            assert!(is_date(code), "{code}");
        }
        for code in ["General", "@", "0.00E+00", "#,##0_);[Red](#,##0)", "0\"days\"", "000000"] {
            assert!(!is_date(code), "{code}");
        }
    }
}
