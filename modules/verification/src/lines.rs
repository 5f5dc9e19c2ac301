//! How many lines a text takes in a column of the certificate: counted like a browser fills
//! them, and never too few in the fonts that certificate.css names.

/// No line begins with these.
const CLOSING: &str = "，。、；：？！）》」』】〕〉％℃…—·”’“‘,.;:?!)]}%";
/// No line ends with these.
const OPENING: &str = "（《「『【〔〈“‘([{￥$";

/// Width in Han characters; SimSun and Noto Serif differ, the wider one counts.
fn width(c: char) -> f64 {
    match c {
        'W' => 1.06,
        'M' | 'm' => 0.98,
        '%' | '@' => 0.93,
        'H' | 'w' => 0.86,
        'A' | 'D' | 'G' | 'K' | 'N' | 'O' | 'Q' | 'R' | 'U' | 'V' | '&' => 0.8,
        'I' | 'J' => 0.5,
        'A'..='Z' => 0.7,
        'b' | 'd' | 'h' | 'k' | 'n' | 'p' | 'q' | 'u' => 0.67,
        'f' | 'i' | 'j' | 'l' | 'r' | 's' | 't' | 'z' => 0.5,
        'a'..='z' | '#' | '+' | '<'..='>' | '^' | '_' | '~' | '$' => 0.6,
        '0'..='9' => 0.57,
        ' '..='~' => 0.5,
        // emblems and the like
        '\u{1F000}'..='\u{1FAFF}' => 1.5,
        _ => 1.0,
    }
}

/// May a line break between these two? Latin words and numbers stay whole.
fn breaks(before: char, after: char) -> bool {
    !(CLOSING.contains(after)
        || OPENING.contains(before)
        || after == ' '
        || before.is_ascii_graphic() && after.is_ascii_graphic())
}

/// Lines of `text` in a column of so many Han characters.
pub fn lines(text: &str, column: f64) -> f64 {
    let mut lines = 1.0;
    let mut used = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (piece, after) = piece(rest);
        rest = after;
        let long: f64 = piece.trim_end().chars().map(width).sum();
        if used + long > column && used > 0.0 {
            lines += 1.0;
            used = 0.0;
        }
        if long > column {
            // longer than a line: broken anywhere
            for c in piece.trim_end().chars() {
                if used + width(c) > column {
                    lines += 1.0;
                    used = 0.0;
                }
                used += width(c);
            }
        } else {
            used += piece.chars().map(width).sum::<f64>();
        }
    }
    lines
}

/// What stays together at the beginning of a text, and the rest of it.
fn piece(text: &str) -> (&str, &str) {
    let mut chars = text.char_indices().peekable();
    while let Some((_, before)) = chars.next() {
        if let Some((at, after)) = chars.peek()
            && breaks(before, *after)
        {
            return text.split_at(*at);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::{lines, piece};

    #[test]
    fn han_characters_fill_a_line_one_by_one() {
        assert_eq!(lines("", 14.0), 1.0);
        assert_eq!(lines("基层儿科常见病诊疗规范培训班", 14.0), 1.0);
        assert_eq!(lines("基层儿科常见病诊疗规范培训班级", 14.0), 2.0);
    }

    #[test]
    fn words_and_punctuation_stay_where_a_browser_leaves_them() {
        assert_eq!(piece("Life Support"), ("Life ", "Support"));
        assert_eq!(piece("培训（2026）"), ("培", "训（2026）"));
        assert_eq!(piece("训（2026）班"), ("训", "（2026）班"));
        assert_eq!(piece("（2026）班"), ("（2026）", "班"));
        // the word does not fit behind the two characters
        assert_eq!(lines("参加Cardiovascular培训", 9.0), 3.0);
        assert_eq!(lines("四个汉字。", 4.0), 2.0);
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken() {
        assert_eq!(lines(&"W".repeat(20), 10.0), 3.0);
        assert_eq!(lines(&"i".repeat(20), 10.0), 1.0);
    }
}
