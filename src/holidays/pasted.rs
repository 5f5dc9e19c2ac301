//! A pasted list of holidays: a line each, a day or from day to day, what it is, its name.

use kit::calendar::KindOfDay;
use kit::day;
use time::{Date, Duration, Weekday};

/// One listed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub day: Date,
    pub kind: KindOfDay,
    /// 春节
    pub name: String,
}

/// Days of one line at most: no holiday is longer.
const LONGEST: i64 = 31;
/// Lines that are told when they cannot be read.
const TOLD: usize = 5;

/// Why a day cannot be this, or none: a working day of its own is not worked in exchange.
pub fn senseless(day: Date, kind: KindOfDay) -> Option<String> {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    (kind == KindOfDay::Workday && !weekend).then(|| {
        format!(
            "{} 是{}，本来就上班，不用登记为调休上班。",
            day::date_text(day),
            super::weekday(day)
        )
    })
}

/// `2027-02-05 至 2027-02-12 放假 春节`, `2027-02-20,workday,春节调休上班`; blank lines, lines that
/// begin with # and a heading of the shipped file are passed over. All of it must be of one year.
///
/// # Errors
/// A sentence for each of the first lines that cannot be read.
pub fn read(text: &str) -> Result<Vec<Day>, Vec<String>> {
    let mut days: Vec<Day> = Vec::new();
    let mut wrong = Vec::new();
    for (number, typed) in text.lines().enumerate() {
        let typed = typed.trim();
        if typed.is_empty() || typed.starts_with('#') || typed == "day,kind,name" {
            continue;
        }
        match line(typed) {
            Ok(more) => days.extend(more),
            Err(sentence) => wrong.push(format!("第 {} 行“{typed}”：{sentence}", number + 1)),
        }
    }
    if let Some(first) = days.first().map(|one| one.day.year())
        && let Some(other) = days.iter().find(|one| one.day.year() != first)
    {
        wrong.push(format!("名单里有 {first} 年和 {} 年的日期，请分年粘贴。", other.day.year()));
    }
    days.sort_by_key(|one| one.day);
    if let Some(twice) = days.windows(2).find(|pair| matches!(pair, [a, b] if a.day == b.day)) {
        wrong.push(format!("{} 出现了两次，请留一行。", day::date_text(twice[0].day)));
    }
    if wrong.is_empty() && days.is_empty() {
        wrong.push("请粘贴名单，一行一天或一段日期。".to_owned());
    }
    wrong.truncate(TOLD);
    if wrong.is_empty() { Ok(days) } else { Err(wrong) }
}

fn line(typed: &str) -> Result<Vec<Day>, String> {
    let even = typed.replace(['，', ',', '\t', '　', '至', '~', '～'], " ");
    let mut words: Vec<&str> = even.split_whitespace().collect();
    let shape = || "应为“日期 放假（或 调休上班） 名称”，例如 2027-01-01 放假 元旦。".to_owned();
    let from = words.first().and_then(|word| day::parse_date(word)).ok_or_else(shape)?;
    words.remove(0);
    let to = words.first().and_then(|word| day::parse_date(word));
    if to.is_some() {
        words.remove(0);
    }
    let to = to.unwrap_or(from);
    let kind = match words.first().copied() {
        Some("holiday" | "放假" | "休") => KindOfDay::Holiday,
        Some("workday" | "上班" | "调休上班" | "班") => KindOfDay::Workday,
        _ => return Err(shape()),
    };
    let name = words.get(1..).unwrap_or_default().join("");
    if name.is_empty() || name.chars().count() > 20 {
        return Err("名称要有 1 到 20 个字。".to_owned());
    }
    if to < from || (to - from).whole_days() >= LONGEST {
        return Err("结束日期要在开始日期之后，一段最多 31 天。".to_owned());
    }
    let mut days = Vec::new();
    let mut at = from;
    while at <= to {
        if let Some(sentence) = senseless(at, kind) {
            return Err(sentence);
        }
        days.push(Day { day: at, kind, name: name.clone() });
        at = at.saturating_add(Duration::DAY);
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use kit::calendar::KindOfDay;

    use super::read;

    #[test]
    fn a_list_is_read_as_people_paste_it() {
        let days = read(
            "# 2027 年\nday,kind,name\n2027-01-01,holiday,元旦\n2027年2月5日至2027年2月7日　放假　春节\n2027/2/20 调休上班 春节调休上班\n\n",
        )
        .unwrap();
        let told: Vec<String> = days
            .iter()
            .map(|one| format!("{} {} {}", one.day, one.kind.code(), one.name))
            .collect();
        assert_eq!(
            told,
            [
                "2027-01-01 holiday 元旦",
                "2027-02-05 holiday 春节",
                "2027-02-06 holiday 春节",
                "2027-02-07 holiday 春节",
                "2027-02-20 workday 春节调休上班"
            ]
        );
        assert_eq!(days[0].kind, KindOfDay::Holiday);
    }

    #[test]
    fn what_cannot_be_read_is_told_by_line() {
        let told = |text: &str| read(text).unwrap_err().join(" ");
        assert!(told("").contains("请粘贴名单"));
        assert!(told("2027-01-01 放假 元旦\n明天 放假 元旦").contains("第 2 行“明天 放假 元旦”"));
        assert!(told("2027-01-01 元旦").contains("应为“日期 放假"));
        assert!(told("2027-01-04 上班 元旦").contains("星期一，本来就上班"));
        assert!(told("2027-01-03 至 2027-01-01 放假 元旦").contains("结束日期"));
        assert!(told("2027-01-01 放假 元旦\n2028-01-01 放假 元旦").contains("请分年粘贴"));
        assert!(told("2027-01-01 放假 元旦\n2027-01-01 放假 元旦").contains("出现了两次"));
    }

    #[test]
    fn the_shipped_list_is_what_a_new_county_has() {
        let shipped = kit::calendar::shipped_days();
        let sql = include_str!("../../modules/kit/migrations/0008_holidays.sql");
        for one in &shipped {
            let row = format!(
                "('{}', '{}', '{}')",
                kit::day::date_text(one.day),
                one.kind.code(),
                one.name
            );
            assert!(sql.contains(&row), "{row}");
        }
        assert_eq!(sql.matches("('20").count(), shipped.len());
    }
}
