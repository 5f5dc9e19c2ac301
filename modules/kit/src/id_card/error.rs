//! Why an identity number is refused, in the words of the import check.

use std::fmt;

/// Why a typed identity number is refused. [`message`](IdCardError::message) says what is wrong,
/// [`remedy`](IdCardError::remedy) what to do; neither repeats the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdCardError {
    /// Nothing but blanks.
    Empty,
    /// A 15-digit number from before 1999.
    Old,
    /// Written as 4.2E+17: a spreadsheet took it for a number.
    Scientific,
    /// Ends in 000 as spreadsheets leave it, which keep 15 digits only.
    LostDigits,
    /// Not 18 characters; holds how many there are.
    Length(usize),
    /// A character among the first 17 is no digit; holds its position from 1.
    NotDigit(usize),
    /// The last character is neither a digit nor X.
    Last,
    /// The first digit is 0, which no area code has.
    FirstZero,
    /// One digit repeated, typed to get past the field.
    Repeated,
    /// Digits 11–12 are no month; holds them.
    Month(u8),
    /// Digits 13–14 are no day of that month.
    Day { year: i32, month: u8, day: u8 },
    /// Born later than today.
    Future,
    /// Younger than 16.
    TooYoung,
    /// Older than 100.
    TooOld { year: i32 },
    /// The check character does not fit the other 17.
    Check,
}

impl IdCardError {
    /// What is wrong, as a short Chinese phrase for the 问题 column.
    pub fn message(&self) -> String {
        match self {
            IdCardError::Empty => "没有填写".to_owned(),
            IdCardError::Old => "15 位的旧号码".to_owned(),
            IdCardError::Scientific => "像是被表格软件改成了科学计数法".to_owned(),
            IdCardError::LostDigits => "后三位是 000，像是表格软件丢了末位".to_owned(),
            IdCardError::Length(found) if *found < 18 => {
                format!("少 {} 位，应为 18 位", 18 - found)
            }
            IdCardError::Length(found) => format!("多 {} 位，应为 18 位", found - 18),
            IdCardError::NotDigit(position) => {
                format!("前 17 位应为数字，第 {position} 位不是数字")
            }
            IdCardError::Last => "最后一位应为数字或 X".to_owned(),
            IdCardError::FirstZero => "首位不能是 0".to_owned(),
            IdCardError::Repeated => "每一位都是同一个数字".to_owned(),
            IdCardError::Month(month) => format!("出生月份 {month:02} 不存在"),
            IdCardError::Day { year, month, day } => {
                format!("出生日期 {year} 年 {month} 月 {day} 日不存在")
            }
            IdCardError::Future => "出生日期晚于今天".to_owned(),
            IdCardError::TooYoung => "不足 16 岁".to_owned(),
            IdCardError::TooOld { year } => format!("出生年份 {year} 有误，超过 100 岁"),
            IdCardError::Check => "校验位不对".to_owned(),
        }
    }

    /// How to put it right, as a short Chinese phrase for the 怎样改 column.
    pub fn remedy(&self) -> &'static str {
        match self {
            IdCardError::Empty => "按身份证填写 18 位号码",
            IdCardError::Old => "改填现在身份证上的 18 位号码",
            IdCardError::Scientific | IdCardError::LostDigits => {
                "把这一列设为“文本”格式，再重新填写完整号码"
            }
            IdCardError::Length(found) if *found < 18 => "核对身份证，补全号码",
            IdCardError::Length(_) => "核对身份证，删去多余的字符",
            IdCardError::NotDigit(_) => "核对是否把数字 0、1 写成了字母，或多了其他符号",
            IdCardError::Last => "核对身份证最后一位",
            IdCardError::FirstZero => "核对身份证第 1 位",
            IdCardError::Repeated => "填写本人真实的身份证号",
            IdCardError::Month(_) => "核对身份证第 11–12 位",
            IdCardError::Day { .. } => "核对身份证第 11–14 位",
            IdCardError::Future | IdCardError::TooYoung | IdCardError::TooOld { .. } => {
                "核对身份证第 7–14 位"
            }
            IdCardError::Check => "逐位核对身份证，有一位或几位写错了",
        }
    }
}

/// One sentence for a form field.
impl fmt::Display for IdCardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "身份证号有误：{}。请{}。", self.message(), self.remedy())
    }
}

impl std::error::Error for IdCardError {}
