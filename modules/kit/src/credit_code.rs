//! The unified social credit code of an organization (统一社会信用代码, GB 32100-2015).

use std::fmt;

use serde::Serialize;

/// The 31 characters a code is written with; I, O, S, V and Z are left out (GB 32100-2015).
const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first 17 characters: powers of 3 modulo 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A code of 18 characters whose check character is right. Public, so it may be shown and sent.
///
/// Positions: 1 registering authority, 2 kind of organization, 3–8 area, 9–17 organization code,
/// 18 check. The inner check character of 17 (GB 11714) is not verified: codes that break it are
/// said to have been issued, and refusing a real licence would be worse.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CreditCode(String);

impl CreditCode {
    /// Reads a code as typed: blanks and hyphens go, letters become upper case and half-width.
    ///
    /// # Errors
    /// What is wrong first, from the length to the check character.
    pub fn parse(typed: &str) -> Result<CreditCode, CreditCodeError> {
        let code: String = typed
            .chars()
            .map(crate::initials::half_width)
            .filter(|c| !c.is_whitespace() && *c != '-' && !crate::initials::is_invisible(*c))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let code = code.trim_start_matches(['\'', '‘', '’', '`']);
        let found = code.chars().count();
        match found {
            0 => return Err(CreditCodeError::Empty),
            9 => return Err(CreditCodeError::OrganizationCode),
            15 => return Err(CreditCodeError::Licence),
            18 => {}
            _ => return Err(CreditCodeError::Length(found)),
        }
        for (index, character) in code.chars().enumerate() {
            if !CHARACTERS.contains(character) {
                return Err(CreditCodeError::Character { position: index + 1, character });
            }
        }
        if let Some(index) = code.chars().skip(2).take(6).position(|c| !c.is_ascii_digit()) {
            return Err(CreditCodeError::Area(index + 3));
        }
        match code.get(..17).and_then(check_character) {
            Some(check) if code.ends_with(check) => Ok(CreditCode(code.to_owned())),
            _ => Err(CreditCodeError::Check),
        }
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a typed credit code is refused; `message` says what is wrong, `remedy` what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditCodeError {
    /// Nothing but blanks.
    Empty,
    /// Not 18 characters; holds how many there are.
    Length(usize),
    /// Nine characters: the older organization code (GB 11714).
    OrganizationCode,
    /// Fifteen characters: the older number of a business licence.
    Licence,
    /// A character no code contains; its position counts from 1.
    Character { position: usize, character: char },
    /// Positions 3–8 are an area code and must be digits; holds the position.
    Area(usize),
    /// The check character does not fit the other 17.
    Check,
}

impl CreditCodeError {
    /// What is wrong, as a short Chinese phrase.
    pub fn message(&self) -> String {
        match self {
            CreditCodeError::Empty => "没有填写".to_owned(),
            CreditCodeError::Length(found) if *found < 18 => {
                format!("少 {} 位，应为 18 位", 18 - found)
            }
            CreditCodeError::Length(found) => format!("多 {} 位，应为 18 位", found - 18),
            CreditCodeError::OrganizationCode => "这是 9 位的组织机构代码".to_owned(),
            CreditCodeError::Licence => "这是 15 位的营业执照旧注册号".to_owned(),
            CreditCodeError::Character { position, character } => {
                format!("第 {position} 位“{character}”不会出现在信用代码里")
            }
            CreditCodeError::Area(position) => {
                format!("第 3–8 位应为数字，第 {position} 位不是数字")
            }
            CreditCodeError::Check => "校验位不对".to_owned(),
        }
    }

    /// How to put it right, as a short Chinese phrase.
    pub fn remedy(&self) -> String {
        let text = match self {
            CreditCodeError::Empty => "按营业执照或法人证书填写 18 位代码",
            CreditCodeError::Length(_) => "对照营业执照或法人证书核对位数",
            CreditCodeError::OrganizationCode | CreditCodeError::Licence => {
                "改填证照上的 18 位统一社会信用代码"
            }
            CreditCodeError::Character { character, .. } => {
                return match character {
                    'I' => "改为数字 1".to_owned(),
                    'O' => "改为数字 0".to_owned(),
                    'S' => "改为数字 5".to_owned(),
                    'Z' => "改为数字 2".to_owned(),
                    'V' => "改为字母 U、W 或 Y，以证照为准".to_owned(),
                    _ => "删去这个字符，只留数字和大写字母".to_owned(),
                };
            }
            CreditCodeError::Area(_) => "对照证照核对第 3–8 位的行政区划",
            CreditCodeError::Check => "逐位核对证照，有一位或几位写错了",
        };
        text.to_owned()
    }
}

/// One sentence for a form field.
impl fmt::Display for CreditCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "统一社会信用代码有误：{}。请{}。", self.message(), self.remedy())
    }
}

impl std::error::Error for CreditCodeError {}

/// The check character that belongs behind 17 characters; `None` if they cannot be a code.
/// Also used to invent organizations (`jxjy demo`, tests).
pub fn check_character(first_seventeen: &str) -> Option<char> {
    if first_seventeen.chars().count() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in first_seventeen.chars().zip(WEIGHTS) {
        sum += CHARACTERS.find(character)? * weight;
    }
    CHARACTERS.chars().nth((31 - sum % 31) % 31)
}

#[cfg(test)]
mod tests {
    use super::{CHARACTERS, CreditCode, CreditCodeError, WEIGHTS, check_character};

    fn complete(first: &str) -> String {
        format!("{first}{}", check_character(first).unwrap_or('?'))
    }

    #[test]
    fn the_weights_are_powers_of_three() {
        let mut power = 1;
        for weight in WEIGHTS {
            assert_eq!(weight, power);
            power = power * 3 % 31;
        }
    }

    #[test]
    fn a_code_worked_out_by_hand_is_accepted() {
        // 1·1 + 1·3 + 4·9 + 1·27 = 67; then 9s at weights 19 26 16 17 give 702; the rest are 0:
        // 769 mod 31 = 25, 31 - 25 = 6.
        assert_eq!(check_character("11419999000000000"), Some('6'));
        assert!(CreditCode::parse("114199990000000006").is_ok());
    }

    #[test]
    fn every_completed_code_parses_and_one_changed_character_fails() {
        for (kind, number) in ["11", "12", "51", "91", "92", "93", "N2", "Y1"].iter().zip(1_u32..) {
            let first = format!("{kind}419999MA{:07}", number * 7_919);
            let code = complete(&first);
            assert_eq!(CreditCode::parse(&code).map(|c| c.to_string()), Ok(code.clone()));
            for position in 0..18 {
                for character in CHARACTERS.chars() {
                    let mut changed: Vec<char> = code.chars().collect();
                    if changed[position] != character {
                        changed[position] = character;
                        let changed: String = changed.iter().collect();
                        assert!(CreditCode::parse(&changed).is_err(), "{changed}");
                    }
                }
            }
        }
    }

    #[test]
    fn it_is_read_as_people_type_it() {
        let code = complete("91419999MA1234567");
        let spaced = format!(" ’{} {}\u{3000}", &code[..8].to_lowercase(), &code[8..]);
        assert_eq!(CreditCode::parse(&spaced).map(|c| c.as_str().to_owned()), Ok(code));
    }

    #[test]
    fn each_error_says_what_is_wrong() {
        for (typed, message, remedy) in [
            ("", "没有填写", "按营业执照或法人证书填写 18 位代码"),
            ("MA1234567", "这是 9 位的组织机构代码", "改填证照上的 18 位统一社会信用代码"),
            (
                "410000000012345",
                "这是 15 位的营业执照旧注册号",
                "改填证照上的 18 位统一社会信用代码",
            ),
            (
                "91419999MA12345",
                "这是 15 位的营业执照旧注册号",
                "改填证照上的 18 位统一社会信用代码",
            ),
            ("91419999MA123456", "少 2 位，应为 18 位", "对照营业执照或法人证书核对位数"),
            ("91419999MA1O345678", "第 12 位“O”不会出现在信用代码里", "改为数字 0"),
            (
                "914199A9MA12345678",
                "第 3–8 位应为数字，第 7 位不是数字",
                "对照证照核对第 3–8 位的行政区划",
            ),
            ("114199990000000007", "校验位不对", "逐位核对证照，有一位或几位写错了"),
        ] {
            let told = CreditCode::parse(typed).map_err(|e| (e.message(), e.remedy()));
            assert_eq!(told, Err((message.to_owned(), remedy.to_owned())), "{typed}");
        }
        assert_eq!(CreditCode::parse("   "), Err(CreditCodeError::Empty));
    }
}
