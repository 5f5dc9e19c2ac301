//! The identity number (公民身份号码, GB 11643-1999): read as people type it, shown as a mask.

use std::fmt;

use time::{Date, Month};

mod error;

pub use error::IdCardError;

/// Weights of the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the weighted sum modulo 11.
const CHECKS: [u8; 11] = *b"10X98765432";
/// Youngest and oldest age, in whole years, that can be registered (domain.md §4).
const AGES: std::ops::RangeInclusive<i32> = 16..=100;

/// Sex as digit 17 of the number tells it: odd is male, even female.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    Male,
    Female,
}

impl Sex {
    /// 男 or 女.
    pub fn label(self) -> &'static str {
        match self {
            Sex::Male => "男",
            Sex::Female => "女",
        }
    }

    /// The code of GB/T 2261.1 and of `dictionary::SEX`: "1" or "2".
    pub fn code(self) -> &'static str {
        match self {
            Sex::Male => "1",
            Sex::Female => "2",
        }
    }

    /// Reads a typed 男/女 (also 男性, 1 and the like); `None` for anything else.
    pub fn parse(text: &str) -> Option<Sex> {
        match crate::dictionary::SEX.find(text)?.code {
            "1" => Some(Sex::Male),
            "2" => Some(Sex::Female),
            _ => None,
        }
    }
}

/// A valid identity number of 18 characters. It can be compared and masked, never printed:
/// no `Display`, no `Serialize`, and `Debug` prints the mask.
///
/// ```compile_fail
/// fn shown<T: std::fmt::Display>() {}
/// shown::<kit::id_card::IdCard>();
/// ```
/// ```compile_fail
/// fn sent<T: serde::Serialize>() {}
/// sent::<kit::id_card::IdCard>();
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdCard(String);

impl fmt::Debug for IdCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdCard({})", self.masked())
    }
}

impl IdCard {
    /// Reads a number as typed or pasted: blanks (full-width ones too), invisible characters, a
    /// leading apostrophe, full-width digits and x/×/х are put right; the rest must be exact.
    /// `today` is the county's day; the age must be 16 to 100.
    ///
    /// # Errors
    /// What is wrong first, from the shape to the check character; see [`IdCardError`].
    pub fn parse(typed: &str, today: Date) -> Result<IdCard, IdCardError> {
        let number = normalised(typed);
        let birth = check_shape(&number)?;
        if birth > today {
            return Err(IdCardError::Future);
        }
        let age = age_on(birth, today);
        if age < *AGES.start() {
            return Err(IdCardError::TooYoung);
        }
        if age > *AGES.end() {
            return Err(IdCardError::TooOld { year: birth.year() });
        }
        check_last(&number)?;
        Ok(IdCard(number))
    }

    /// Takes a number back from the `identity` table. Everything but the age is checked again, so
    /// that those who have grown older than 100 can still be read.
    ///
    /// # Errors
    /// As [`IdCard::parse`], without the three that depend on today.
    pub fn stored(number: &str) -> Result<IdCard, IdCardError> {
        check_shape(number)?;
        check_last(number)?;
        Ok(IdCard(number.to_owned()))
    }

    /// The whole number. This is the only way out: for the identity table, a printed certificate
    /// and the recorded reveal of one record, for nothing else.
    pub fn number(&self) -> &str {
        &self.0
    }

    /// First four and last two characters, twelve stars between.
    pub fn masked(&self) -> String {
        crate::mask::mask_id(&self.0)
    }

    /// The last six characters: the initial password. X is upper case here.
    pub fn last_six(&self) -> &str {
        self.0.get(12..).unwrap_or_default()
    }

    /// The date of birth, characters 7 to 14.
    pub fn birth(&self) -> Date {
        // A number that exists has passed check_shape, hence the default is never taken.
        birth_of(&self.0).unwrap_or(Date::MIN)
    }

    /// Sex by the 17th digit.
    pub fn sex(&self) -> Sex {
        match self.0.as_bytes().get(16) {
            Some(digit) if digit % 2 == 1 => Sex::Male,
            _ => Sex::Female,
        }
    }

    /// The characters in reverse, for searching by the end of a number through a prefix index.
    pub fn reversed(&self) -> String {
        self.0.chars().rev().collect()
    }
}

/// First two digits of an area code that exist (GB/T 2260: provinces, and 83 of Taiwan's permits).
const PROVINCES: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82", "83",
];

/// Whether the number begins with the code of a province.
pub fn is_of_a_province(card: &IdCard) -> bool {
    card.number().get(..2).is_some_and(|area| PROVINCES.contains(&area))
}

/// The check character that belongs behind 17 digits; `None` if they are not 17 digits.
/// For invented people (`jxjy demo`, tests): with an area code nobody has, such as 419999.
pub fn check_character(first_seventeen: &str) -> Option<char> {
    let digits = first_seventeen.as_bytes();
    if digits.len() != WEIGHTS.len() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 =
        digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS.get((sum % 11) as usize).map(|check| char::from(*check))
}

/// Upper-cases and narrows what people, phones and spreadsheets do to a number.
pub fn normalised(typed: &str) -> String {
    let plain: String = typed
        .chars()
        .map(crate::initials::half_width)
        .filter(|c| !c.is_whitespace() && !crate::initials::is_invisible(*c))
        .map(|c| match c {
            'x' | '×' | 'х' | 'Х' | 'χ' | 'Χ' | '✕' | '✖' => 'X',
            c => c.to_ascii_uppercase(),
        })
        .collect();
    plain.trim_start_matches(['\'', '‘', '’', '`']).to_owned()
}

fn check_shape(number: &str) -> Result<Date, IdCardError> {
    if number.is_empty() {
        return Err(IdCardError::Empty);
    }
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if number.contains('E') && digits > 0 && number.parse::<f64>().is_ok() {
        return Err(IdCardError::Scientific);
    }
    if let Some((whole, zeros)) = number.split_once('.')
        && whole.len() == 18
        && zeros.bytes().all(|zero| zero == b'0')
    {
        return Err(IdCardError::LostDigits);
    }
    let found = number.chars().count();
    if found == 15 && digits == 15 {
        return Err(IdCardError::Old);
    }
    if found != 18 {
        return Err(IdCardError::Length(found));
    }
    if let Some(position) = number.chars().take(17).position(|c| !c.is_ascii_digit()) {
        return Err(IdCardError::NotDigit(position + 1));
    }
    if !number.ends_with(|c: char| c.is_ascii_digit() || c == 'X') {
        return Err(IdCardError::Last);
    }
    let bytes = number.as_bytes();
    if bytes.windows(2).all(|pair| pair.first() == pair.last()) {
        return Err(IdCardError::Repeated);
    }
    if number.starts_with('0') {
        return Err(IdCardError::FirstZero);
    }
    birth_of(number)
}

/// Characters 7 to 14 as a date. The number must be 17 digits and a last character.
fn birth_of(number: &str) -> Result<Date, IdCardError> {
    let part = |range: std::ops::Range<usize>| -> u16 {
        number.get(range).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    let (year, month, day) = (i32::from(part(6..10)), part(10..12) as u8, part(12..14) as u8);
    let named = Month::try_from(month).map_err(|_| IdCardError::Month(month))?;
    Date::from_calendar_date(year, named, day).map_err(|_| IdCardError::Day { year, month, day })
}

fn check_last(number: &str) -> Result<(), IdCardError> {
    let expected = number.get(..17).and_then(check_character);
    if expected.is_some() && expected == number.chars().last() {
        return Ok(());
    }
    Err(if number.ends_with("000") { IdCardError::LostDigits } else { IdCardError::Check })
}

/// Whole years between two days; somebody born on 29 February grows older on 1 March.
fn age_on(birth: Date, today: Date) -> i32 {
    let before = (today.month() as u8, today.day()) < (birth.month() as u8, birth.day());
    today.year() - birth.year() - i32::from(before)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{IdCard, IdCardError, Sex, check_character};

    const TODAY: time::Date = date!(2026 - 11 - 23);

    fn read(typed: &str) -> Result<IdCard, IdCardError> {
        IdCard::parse(typed, TODAY)
    }

    #[test]
    fn the_published_vectors_hold() -> Result<(), IdCardError> {
        for (number, birth, sex) in [
            ("419999198503150011", date!(1985 - 03 - 15), Sex::Male),
            ("419999199202290023", date!(1992 - 02 - 29), Sex::Female),
            ("419999200112319991", date!(2001 - 12 - 31), Sex::Male),
            ("41999919860520018X", date!(1986 - 05 - 20), Sex::Female),
            ("41999919860520034X", date!(1986 - 05 - 20), Sex::Female),
            ("34052419800101001X", date!(1980 - 01 - 01), Sex::Male),
        ] {
            let card = read(number)?;
            assert_eq!((card.number(), card.birth(), card.sex()), (number, birth, sex));
        }
        let wrong = IdCardError::Day { year: 1990, month: 2, day: 29 };
        assert_eq!(read("419999199002290010"), Err(wrong));
        assert_eq!(read("419999198503150012"), Err(IdCardError::Check));
        assert_eq!(read("41999919860520018x")?, read("41999919860520018X")?);
        assert_eq!(read("419999850315001"), Err(IdCardError::Old));
        assert_eq!(read("111111111111111111"), Err(IdCardError::Repeated));
        Ok(())
    }

    #[test]
    fn it_is_read_as_people_type_it() -> Result<(), IdCardError> {
        let card = read("41999919860520018X")?;
        for typed in [
            "  41999919860520018X\r\n",
            "４１９９９９１９８６０５２００１８Ｘ",
            "'41999919860520018x",
            "’419999 19860520 018Х",
            "\u{3000}419999\u{3000}19860520\u{a0}018×",
            "\u{202d}41999919860520018х\u{202c}\u{feff}",
        ] {
            assert_eq!(read(typed)?, card, "{typed:?}");
        }
        assert_eq!(card.last_six(), "20018X");
        assert_eq!(card.reversed(), "X81002506891999914");
        assert_eq!(card.masked(), "4199************8X");
        assert_eq!(format!("{card:?}"), "IdCard(4199************8X)");
        Ok(())
    }

    #[test]
    fn each_error_says_what_is_wrong() {
        for (typed, message) in [
            (" ", "没有填写"),
            ("51102319890702202", "少 1 位，应为 18 位"),
            ("4199991985031500110", "多 1 位，应为 18 位"),
            ("511023199013025517", "出生月份 13 不存在"),
            ("4.19999E+17", "像是被表格软件改成了科学计数法"),
            ("4.1999919850315E17", "像是被表格软件改成了科学计数法"),
            ("419999198503150000", "后三位是 000，像是表格软件丢了末位"),
            ("419999198503150000.0", "后三位是 000，像是表格软件丢了末位"),
            ("4199991985O3150011", "前 17 位应为数字，第 11 位不是数字"),
            ("41999919850315001A", "最后一位应为数字或 X"),
            ("019999198503150011", "首位不能是 0"),
            ("419999202612010011", "出生日期晚于今天"),
            ("419999201501010011", "不足 16 岁"),
            ("419999189901010011", "出生年份 1899 有误，超过 100 岁"),
            ("419999198503150012", "校验位不对"),
        ] {
            let told = read(typed).map_err(|error| error.message());
            assert_eq!(told, Err(message.to_owned()), "{typed}");
        }
        assert_eq!(IdCardError::Month(13).remedy(), "核对身份证第 11–12 位");
        let sentence = IdCardError::Length(17).to_string();
        assert_eq!(sentence, "身份证号有误：少 1 位，应为 18 位。请核对身份证，补全号码。");
    }

    #[test]
    fn sixteen_is_reached_on_the_birthday_and_a_hundred_is_not_exceeded() {
        let born = |day: &str| {
            let first = format!("419999{day}001");
            let check = check_character(&first).unwrap_or('?');
            read(&format!("{first}{check}")).map(|card| card.birth())
        };
        assert!(born("20101123").is_ok());
        assert_eq!(born("20101124"), Err(IdCardError::TooYoung));
        assert!(born("19251124").is_ok());
        assert_eq!(born("19251123"), Err(IdCardError::TooOld { year: 1925 }));
    }

    #[test]
    fn every_number_with_its_check_parses_and_no_other_last_character_does() {
        let mut day = date!(1930 - 01 - 01);
        let mut sequence = 1;
        while day < date!(2010 - 01 - 01) {
            let stamp =
                day.year() * 10_000 + i32::from(day.month() as u8) * 100 + i32::from(day.day());
            let first = format!("419999{stamp}{sequence:03}");
            let right = check_character(&first).unwrap_or('?');
            for last in "0123456789X".chars() {
                assert_eq!(read(&format!("{first}{last}")).is_ok(), last == right, "{first}{last}");
            }
            day = day.saturating_add(time::Duration::days(97));
            sequence = (sequence * 7 + 13) % 999 + 1;
        }
    }

    #[test]
    fn one_changed_digit_or_two_swapped_neighbours_never_pass() -> Result<(), IdCardError> {
        let number = read("41999919860520018X")?.number().to_owned();
        for position in 0..17 {
            for digit in '0'..='9' {
                let mut changed: Vec<char> = number.chars().collect();
                if changed[position] != digit {
                    changed[position] = digit;
                    assert!(read(&changed.iter().collect::<String>()).is_err());
                }
            }
            let mut swapped: Vec<char> = number.chars().collect();
            swapped.swap(position, position + 1);
            let swapped: String = swapped.iter().collect();
            assert!(swapped == number || read(&swapped).is_err());
        }
        Ok(())
    }

    #[test]
    fn what_was_stored_is_read_whatever_the_age() {
        let first = "41999919200101001";
        let number = format!("{first}{}", check_character(first).unwrap_or('?'));
        assert!(IdCard::parse(&number, TODAY).is_err());
        assert!(IdCard::stored(&number).is_ok());
        assert!(IdCard::stored(" 419999198503150011").is_err());
    }
}
