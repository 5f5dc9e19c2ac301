//! Identity numbers in a spreadsheet's cells, and what spreadsheets do to them: each kind of damage
//! is named for what it is.

use time::Date;

use super::rows::Cell;
use crate::IdCard;
use crate::id_card::{IdCardError, normalised};

const AS_TEXT: &str = "把这一列设为“文本”格式，再重新填写完整号码";
/// Zeros at the end that six digits of an area and a scientific notation leave.
const ZEROS: usize = 8;

/// What is wrong with a number and how to mend it; short phrases, neither repeats the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub message: String,
    pub remedy: &'static str,
}

impl Damage {
    fn new(message: impl Into<String>, remedy: &'static str) -> Self {
        Self { message: message.into(), remedy }
    }
}

/// The identity number in a cell (none: the file lacks the column).
///
/// # Errors
/// What happened to it: made a number, written as 4.2E+17, its last digits turned to zeros, an old
/// number of 15 digits, or what [`IdCard::parse`] says.
pub fn id_card(cell: Option<&Cell>, today: Date) -> Result<IdCard, Damage> {
    let typed = cell.map_or("", Cell::text);
    let plain = normalised(typed);
    if plain.len() >= 16 && plain.bytes().all(|b| b.is_ascii_digit()) {
        if plain.len() - plain.trim_end_matches('0').len() >= ZEROS {
            let message = "后面的数字都是 0，像是被表格软件改成了科学计数法";
            return Err(Damage::new(message, AS_TEXT));
        }
        // a number's cell keeps 15 figures: what looks right is chance
        if cell.is_some_and(Cell::is_number) {
            let message = "单元格是数字格式，末尾几位已被表格软件改成 0";
            return Err(Damage::new(message, AS_TEXT));
        }
    }
    IdCard::parse(typed, today).map_err(|error| {
        let remedy = match error {
            IdCardError::Old => "旧的 15 位号码已停用，改填身份证上的 18 位号码",
            IdCardError::Length(17) => "核对身份证，补全号码；末位是 X 的不要漏写",
            _ => error.remedy(),
        };
        Damage::new(error.message(), remedy)
    })
}

/// Whether a number that passes looks damaged all the same: one in eleven that lost its last digits
/// fits its check digit.
pub fn doubt(card: &IdCard) -> Option<Damage> {
    card.number().ends_with("000").then(|| {
        Damage::new("后三位是 000，可能是表格软件丢了末位", "核对身份证后三位；属实可以不改")
    })
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{doubt, id_card};
    use crate::sheet::Cell;

    fn told(cell: &Cell) -> String {
        match id_card(Some(cell), date!(2026 - 11 - 23)) {
            Ok(card) => doubt(&card).map_or_else(String::new, |d| d.message),
            Err(damage) => damage.message,
        }
    }

    #[test]
    fn each_damage_is_named() {
        let text = |text: &str| told(&Cell::Text(text.to_owned()));
        let number = |number: f64| told(&Cell::number(number));
        assert_eq!(text("41999919860520018x"), "");
        assert_eq!(text(" '４１９９９９１９８６０５２００１８×　"), "");
        assert!(number(419_999_198_503_150_011.0).contains("数字格式"));
        assert!(number(41_999_919_850_315_001.0).contains("数字格式"));
        assert!(number(4.19999e17).contains("科学计数法"));
        assert!(text("4.19999E+17").contains("科学计数法"));
        assert!(text("419999000000000000").contains("科学计数法"));
        assert!(text("419999198503150000").contains("000"));
        assert!(text("419999850315001").contains("15 位"));
        assert!(number(419_999_850_315_001.0).contains("15 位"));
        assert!(text("41999919860520018").contains("少 1 位"));
        assert!(text("").contains("没有填写"));
        let first = (1..100).map(|n| format!("41999919850315{n:02}0"));
        let chance = first
            .map(|first| (crate::id_card::check_character(&first), first))
            .find(|(check, first)| *check == Some('0') && first.ends_with("00"));
        if let Some((_, first)) = chance {
            assert!(text(&format!("{first}0")).contains("000"));
        }
    }
}
