//! Slips on sheets of A4, and the QR code of the sign-in page that all of them share.

use kit::{Error, Result};
use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// Slips of a sheet: two columns of five.
const SLIPS: usize = 10;

/// What one person is handed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slip {
    pub unit: String,
    pub place: String,
    pub name: String,
    /// Masked: first 4 and last 2.
    pub number: String,
    /// County time; empty: never ends.
    pub until: String,
    pub expired: bool,
}

/// One sheet of paper: the slips of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    pub unit: String,
    /// Of this unit's sheets.
    pub page: usize,
    pub pages: usize,
    pub slips: Vec<Slip>,
}

/// Lays the slips out, which come unit by unit.
pub fn lay_out(slips: Vec<Slip>) -> Vec<Sheet> {
    let mut sheets = vec![];
    for of_unit in slips.chunk_by(|one, next| one.unit == next.unit) {
        let pages = of_unit.len().div_ceil(SLIPS);
        for (page, slips) in of_unit.chunks(SLIPS).enumerate() {
            let unit = slips.first().map(|slip| slip.unit.clone()).unwrap_or_default();
            sheets.push(Sheet { unit, page: page + 1, pages, slips: slips.to_vec() });
        }
    }
    sheets
}

/// The dark modules of an address's QR code as the path of an SVG symbol, and its width with four
/// modules of quiet zone on each side.
pub fn code(address: &str) -> Result<(String, usize)> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(address, EcLevel::M)
        .map_err(|error| Error::Fault(format!("QR code: {error}")))?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
        }
    }
    Ok((path, width + 2 * QUIET))
}

#[cfg(test)]
mod tests {
    use super::{Slip, code, lay_out};

    fn slips(unit: &str, many: usize) -> Vec<Slip> {
        let slip = |n| Slip {
            unit: unit.to_owned(),
            place: String::new(),
            name: format!("王{n}"),
            number: "4199************18".to_owned(),
            until: String::new(),
            expired: false,
        };
        (0..many).map(slip).collect()
    }

    #[test]
    fn every_slip_stands_once_and_no_sheet_has_two_units() {
        let all = [slips("甲", 21), slips("乙", 10), slips("丙", 1)].concat();
        let sheets = lay_out(all.clone());
        let shown: Vec<Slip> = sheets.iter().flat_map(|sheet| sheet.slips.clone()).collect();
        assert_eq!(shown, all);
        let kinds: Vec<(&str, usize, usize)> =
            sheets.iter().map(|s| (s.unit.as_str(), s.page, s.pages)).collect();
        assert_eq!(kinds, [("甲", 1, 3), ("甲", 2, 3), ("甲", 3, 3), ("乙", 1, 1), ("丙", 1, 1)]);
        assert!(sheets.iter().all(|s| s.slips.iter().all(|slip| slip.unit == s.unit)));
        assert!(lay_out(vec![]).is_empty());
    }

    #[test]
    fn the_code_has_its_finder_and_its_quiet_zone() {
        let (path, width) = code("http://192.168.1.10:8090/").unwrap();
        assert_eq!(width, 25 + 8);
        assert!(path.starts_with("M4 4h1v1h-1zM5 4"));
        assert!(!path.contains("M3 ") && !path.contains(" 3h"));
    }
}
