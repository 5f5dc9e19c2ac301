//! Common passwords of eight characters and more, made by the rules in the tests below (a list
//! of our own: no leaked collection was used). `data/blocklist.txt` is sorted, one a line.

use std::sync::LazyLock;

const FILE: &str = include_str!("../../data/blocklist.txt");

static LISTED: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| FILE.lines().filter(|line| !line.starts_with('#')).collect());

/// Whether a password (in lower case) is a common one: as it stands, without the symbols around
/// it, or with the usual swaps undone (p@ssw0rd).
pub(super) fn holds(narrowed: &str) -> bool {
    let bare = narrowed.trim_matches(|c: char| !c.is_alphanumeric());
    [narrowed, bare, &unswapped(narrowed), &unswapped(bare)].into_iter().any(is_listed)
}

fn is_listed(word: &str) -> bool {
    LISTED.binary_search(&word).is_ok()
}

/// Undoes @ for a, $ for s anywhere, and 0, 1, 3, 5 for o, i, e, s between letters.
fn unswapped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let letter_at = |index: Option<usize>| {
        let character = index.and_then(|index| characters.get(index));
        character.is_some_and(|c| c.is_alphabetic() || matches!(c, '@' | '$'))
    };
    let swapped_back = characters.iter().enumerate().map(|(index, character)| {
        let inside = letter_at(index.checked_sub(1)) && letter_at(Some(index + 1));
        match character {
            '@' => 'a',
            '$' => 's',
            '0' if inside => 'o',
            '1' if inside => 'i',
            '3' if inside => 'e',
            '5' if inside => 's',
            other => *other,
        }
    });
    swapped_back.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FILE, LISTED, holds};

    /// Words people build passwords on: common English ones, pinyin of what is near to people
    /// here, and the usual beginnings of accounts.
    const WORDS: &str = "\
        password passwd admin administrator root user guest test welcome login letmein \
        iloveyou monkey dragon sunshine princess football master superman hello computer \
        internet system office windows woaini woaiwojia zhongguo beijing shanghai henan \
        zhengzhou nihao mima wodemima denglu xuexi jiaoyu jixujiaoyu renshe renshiju \
        rencai laoshi yisheng hushi gongzuo danwei xuexiao yiyuan baobao laogong laopo \
        mama baba erzi nver shengri kuaile facai jiankang pingan xingfu shunli wangwei \
        lina zhangwei liuyang wangfang lijing zhangli wangjing liqiang abc abcd abcdef \
        aaa qwe qwer qwerty asd asdf asdfgh zxc zxcv zxcvbn qaz wsx qazwsx a q z w x aa \
        qq wx";

    /// What is put behind or before a word.
    const NUMBERS: &str = "\
        1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 321 4321 54321 \
        654321 87654321 987654321 0123456789 111 1111 11111 111111 11111111 000 0000 \
        000000 00000000 222222 333333 555555 666 6666 666666 66666666 888 8888 888888 \
        88888888 999 9999 999999 99999999 112233 123123 123321 1314 520 521 5201314 \
        1314520 168 147258 147258369 159357 102030 100 2008 2020 2021 2022 2023 2024 \
        2025 2026 2027 2028";

    const ROWS: &[&str] = &["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    const COLUMNS: &[&str] =
        &["1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"];

    fn backwards(text: &str) -> String {
        text.chars().rev().collect()
    }

    /// The whole list, from the rules; the same whenever it is made.
    fn made() -> BTreeSet<String> {
        let mut list = BTreeSet::new();
        let numbers: Vec<&str> = NUMBERS.split_whitespace().collect();
        for word in WORDS.split_whitespace() {
            for number in &numbers {
                list.insert(format!("{word}{number}"));
                list.insert(format!("{number}{word}"));
            }
            list.insert(word.repeat(2));
            list.insert(word.repeat(3));
            list.insert(word.to_owned());
        }
        // symbols between are taken out before the list is asked, see `policy::check`
        for first in &numbers {
            list.insert(first.repeat(3));
            list.extend(numbers.iter().map(|second| format!("{first}{second}")));
        }
        // walks along the rows of a keyboard, both ways, and two rows after one another
        for row in ROWS {
            for start in 0..row.len() {
                for end in start + 4..=row.len() {
                    let walk = &row[start..end];
                    list.extend([walk.to_owned(), backwards(walk), walk.repeat(2)]);
                    list.insert(format!("{walk}{}", backwards(walk)));
                    for other in ROWS.iter().filter(|other| *other != row) {
                        list.insert(format!("{walk}{}", &other[..other.len().min(walk.len())]));
                    }
                }
            }
        }
        // and down its columns
        for start in 0..COLUMNS.len() {
            for end in start + 2..=COLUMNS.len() {
                let columns = &COLUMNS[start..end];
                list.insert(columns.concat());
                list.insert(columns.iter().map(|column| backwards(column)).collect());
                list.insert(columns.iter().map(|column| &column[1..]).collect());
            }
        }
        // days of founding and of festivals with a word
        for day in ["19491001", "19210701", "20080808", "20000101", "19990909", "10011949"] {
            for word in ["a", "zhongguo", "woaini", "password", "guoqing", "qwe", "abc"] {
                list.extend([format!("{word}{day}"), format!("{day}{word}")]);
            }
        }
        list.retain(|word| (8..=24).contains(&word.len()));
        list
    }

    #[test]
    fn the_file_is_what_the_rules_make() {
        let mut text = String::from(
            "# Common passwords, made by the rules in src/password/blocklist.rs; do not edit.\n\
             # To make it again: JXJY_MAKE_BLOCKLIST=1 cargo test -p kit blocklist\n",
        );
        for word in made() {
            text.push_str(&word);
            text.push('\n');
        }
        if std::env::var_os("JXJY_MAKE_BLOCKLIST").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/blocklist.txt");
            std::fs::write(path, &text).unwrap();
            return;
        }
        assert!(FILE == text, "run the test with JXJY_MAKE_BLOCKLIST=1");
    }

    #[test]
    fn it_is_sorted_and_large_enough() {
        assert!(LISTED.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(LISTED.iter().filter(|word| word.len() >= 10).count() >= 3_000);
        assert!(LISTED.len() < 20_000, "{}", LISTED.len());
    }

    #[test]
    fn disguises_are_seen_through() {
        for word in
            ["p@ssw0rd2026", "!!password2026??", "w0aini1314", "1qaz2wsx3edc", "pa$$word1234"]
        {
            assert!(holds(word), "{word}");
        }
        for word in ["marmaladekettle", "", "春江潮水连海平月共潮生"] {
            assert!(!holds(word), "{word}");
        }
    }
}
