//! What a declaration must be before it is submitted; the desk sees the same sums again.

use kit::dictionary::LearningKind;
use kit::{Hours, day};
use time::Date;

use super::{CAP, PER_DAY};

/// Days from the first to the last, both counted.
pub fn days(from: Date, to: Date) -> i64 {
    (to - from).whole_days() + 1
}

/// The most hours that so many days of presence give; none for kinds that convert a result.
pub fn most_present(kind: &LearningKind, from: Date, to: Date) -> Option<Hours> {
    kind.class_like.then(|| Hours::from_tenths(days(from, to).max(0) * PER_DAY))
}

/// What is typed, once every field is usable by itself.
pub struct Typed<'a> {
    pub year: i32,
    pub kind: &'a LearningKind,
    pub from: Date,
    pub to: Date,
    pub hours: Hours,
}

/// (field, sentence) of each rule that is broken.
pub fn broken(typed: &Typed<'_>, open: &[i32], today: Date) -> Vec<(&'static str, String)> {
    let Typed { year, kind, from, to, hours } = *typed;
    let mut broken = Vec::new();
    if !open.contains(&year) {
        let years: Vec<String> = open.iter().map(i32::to_string).collect();
        broken.push((
            "year",
            format!("{year} 年度没有开放申报，现在开放的是 {} 年度。", years.join("、")),
        ));
    }
    if to < from {
        broken.push((
            "ended_on",
            format!(
                "结束日期 {} 早于开始日期 {}，请核对。",
                day::date_text(to),
                day::date_text(from)
            ),
        ));
    } else if from > today {
        broken.push((
            "started_on",
            format!("开始日期 {} 还没有到，活动结束后才能申报。", day::date_text(from)),
        ));
    }
    if to > today {
        broken.push((
            "ended_on",
            format!("结束日期 {} 还没有到，活动结束后才能申报。", day::date_text(to)),
        ));
    } else if to >= from && to.year() != year {
        broken.push((
            "ended_on",
            format!(
                "结束日期 {} 属于 {} 年度，与所选的 {year} 年度不一致。年度以结束日期为准，请修改其中一项。",
                day::date_text(to),
                to.year()
            ),
        ));
    }
    let cap = Hours::from_tenths(CAP);
    if hours.is_zero() {
        broken.push(("hours", "申报学时要大于 0。".to_owned()));
    } else if hours > cap {
        broken.push((
            "hours",
            format!("一条申报最多 {cap} 学时，现在填了 {hours} 学时。请核对，几个项目请分开申报。"),
        ));
    } else if to >= from
        && let Some(most) = most_present(kind, from, to)
        && hours > most
    {
        let per_day = Hours::from_tenths(PER_DAY);
        broken.push((
            "hours",
            format!(
                "“{}”每天最多 {per_day} 学时：{} 至 {} 共 {} 天，最多 {most} 学时，现在填了 {hours} 学时。",
                kind.label,
                day::date_text(from),
                day::date_text(to),
                days(from, to)
            ),
        ));
    }
    broken
}

/// A text as it is compared with another: narrowed, lower case, letters (Han among them) and digits
/// alone, so that neither punctuation nor what nobody sees makes two of one. A text without any is
/// compared by what can be seen of it.
pub fn comparable(text: &str) -> String {
    let plain = letters(text);
    if !plain.is_empty() {
        return plain;
    }
    let seen = |c: &char| !c.is_whitespace() && !kit::initials::is_invisible(*c);
    text.chars().map(kit::initials::half_width).filter(seen).collect()
}

/// A certificate number as it is compared with another; empty: none, be it typed as “无” or “-”.
pub fn comparable_certificate(number: &str) -> String {
    match letters(number) {
        none if ["无", "暂无", "没有"].contains(&none.as_str()) => String::new(),
        number => number,
    }
}

fn letters(text: &str) -> String {
    // letters by their class, blank to the eye (Hangul fillers)
    let filler = |c: char| matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    text.chars()
        .map(kit::initials::half_width)
        .filter(|c| c.is_alphanumeric() && !kit::initials::is_invisible(*c) && !filler(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use kit::Hours;
    use kit::dictionary::learning_kind;
    use time::Date;
    use time::Month::{August, December, November, September};

    use super::{Typed, broken, comparable, comparable_certificate, days};

    fn date(year: i32, month: time::Month, day: u8) -> Date {
        Date::from_calendar_date(year, month, day).unwrap()
    }

    fn refused(year: i32, kind: &str, from: Date, to: Date, tenths: i64) -> Vec<String> {
        let kind = learning_kind(kind).unwrap();
        let typed = Typed { year, kind, from, to, hours: Hours::from_tenths(tenths) };
        let today = date(2026, November, 23);
        broken(&typed, &[2026, 2025], today)
            .into_iter()
            .map(|(field, text)| format!("{field}: {text}"))
            .collect()
    }

    #[test]
    fn five_days_of_a_class_give_forty_hours_and_no_more() {
        let (from, to) = (date(2026, September, 14), date(2026, September, 18));
        assert_eq!(days(from, to), 5);
        assert_eq!(refused(2026, "02", from, to, 400), [""; 0]);
        assert_eq!(
            refused(2026, "02", from, to, 405),
            [
                "hours: “培训、研修活动”每天最多 8 学时：2026-09-14 至 2026-09-18 共 5 天，最多 40 学时，现在填了 40.5 学时。"
            ]
        );
        // a meeting of one day counts 12 by conversion
        assert_eq!(refused(2026, "04", from, from, 120), [""; 0]);
    }

    #[test]
    fn hours_lie_between_half_and_ninety() {
        let (from, to) = (date(2026, August, 1), date(2026, August, 31));
        assert_eq!(refused(2026, "03", from, to, 900), [""; 0]);
        assert_eq!(
            refused(2026, "03", from, to, 905),
            ["hours: 一条申报最多 90 学时，现在填了 90.5 学时。请核对，几个项目请分开申报。"]
        );
        assert_eq!(refused(2026, "03", from, to, 0), ["hours: 申报学时要大于 0。"]);
    }

    #[test]
    fn the_year_is_that_of_the_end_date_and_open() {
        let (from, to) = (date(2025, December, 30), date(2026, time::Month::January, 2));
        assert_eq!(refused(2026, "03", from, to, 80), [""; 0]);
        assert_eq!(
            refused(2025, "03", from, to, 80),
            [
                "ended_on: 结束日期 2026-01-02 属于 2026 年度，与所选的 2025 年度不一致。年度以结束日期为准，请修改其中一项。"
            ]
        );
        let old = date(2024, September, 1);
        assert_eq!(
            refused(2024, "03", old, old, 80),
            ["year: 2024 年度没有开放申报，现在开放的是 2026、2025 年度。"]
        );
    }

    #[test]
    fn dates_run_forward_and_not_into_the_future() {
        let (from, to) = (date(2026, September, 18), date(2026, September, 14));
        assert_eq!(
            refused(2026, "02", from, to, 80),
            ["ended_on: 结束日期 2026-09-14 早于开始日期 2026-09-18，请核对。"]
        );
        assert_eq!(
            refused(2026, "02", to, date(2026, November, 24), 80),
            ["ended_on: 结束日期 2026-11-24 还没有到，活动结束后才能申报。"]
        );
        assert_eq!(refused(2026, "02", to, date(2026, November, 23), 80), [""; 0]);
    }

    #[test]
    fn titles_are_compared_as_people_mean_them() {
        assert_eq!(comparable("《基层 儿科》培训班（ＡＢ）"), comparable("基层儿科培训班(ab)"));
        assert_ne!(comparable("培训一期"), comparable("培训二期"));
        assert_ne!(comparable("第1期"), comparable("第2期"));
        assert_ne!(comparable("第（一）期"), comparable("第（二）期"));
    }

    #[test]
    fn neither_punctuation_nor_what_nobody_sees_makes_another_title() {
        let title = comparable("基层儿科培训班2026");
        for same in [
            "基层儿科培训班2026。",
            "基层儿科-培训班 2026",
            "基层·儿科，培训班——２０２６！",
            "基层\u{200b}儿科培训班\u{feff}2026\u{3164}",
            "“基层儿科”培训班（2026）…",
        ] {
            assert_eq!(comparable(same), title, "{same:?}");
        }
        // nothing but signs: by the signs that are seen
        assert_eq!(comparable("——"), comparable("— —\u{200b}"));
        assert_ne!(comparable("——"), comparable("★★"));
        assert_eq!(comparable(" \u{200b}"), "");
    }

    #[test]
    fn a_certificate_number_that_says_none_is_none() {
        for none in ["", "-", "／", "无", "（暂无）", "\u{200b}"] {
            assert_eq!(comparable_certificate(none), "", "{none:?}");
        }
        assert_eq!(
            comparable_certificate("云卫培〔2026〕第0318号"),
            comparable_certificate("云卫培[2026]第 0318 号.")
        );
    }
}
