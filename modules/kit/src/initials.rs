//! Pinyin of names and the search tokens made of it (architecture.md, "Search").

use pinyin::ToPinyin;

/// Token between two parts of an indexed text. No query produces a token of two letters, so a
/// phrase never runs across it.
const BREAK: &str = "zz";
/// Longest query that is looked at, in characters.
const LONGEST_QUERY: usize = 64;

/// Surnames read otherwise than the commonest reading of their characters. Longer ones first.
const SURNAMES: &[(&str, &[&str])] = &[
    ("尉迟", &["yu", "chi"]),
    ("万俟", &["mo", "qi"]),
    ("澹台", &["tan", "tai"]),
    ("单于", &["chan", "yu"]),
    ("曾", &["zeng"]),
    ("单", &["shan"]),
    ("解", &["xie"]),
    ("仇", &["qiu"]),
    ("查", &["zha"]),
    ("朴", &["piao"]),
    ("区", &["ou"]),
    ("翟", &["zhai"]),
    ("覃", &["qin"]),
    ("乐", &["yue"]),
    ("种", &["chong"]),
    ("盖", &["ge"]),
    ("缪", &["miao"]),
    ("秘", &["bi"]),
    ("洗", &["xian"]),
    ("折", &["she"]),
    ("繁", &["po"]),
    ("召", &["shao"]),
    ("员", &["yun"]),
    ("牟", &["mu"]),
    ("郇", &["xun"]),
    ("黑", &["he"]),
    ("隗", &["wei"]),
    ("阚", &["kan"]),
    ("都", &["du"]),
    ("重", &["chong"]),
    ("薄", &["bo"]),
    ("卜", &["bu"]),
];

/// Narrows a full-width character (Ａ, ５, ／, ideographic space) to its plain form.
pub fn half_width(character: char) -> char {
    match character {
        '\u{3000}' => ' ',
        '。' | '｡' => '.',
        '！'..='～' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        other => other,
    }
}

/// Characters a paste brings along and nobody sees: zero-width ones, direction marks, the byte
/// order mark, the soft hyphen.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// Initials of a name for its search and sorting: 王建国 → "wjg". Latin letters and digits are
/// kept in lower case, characters without a reading are skipped. Surnames with a reading of their
/// own (曾, 单, 解 …) have it when they open the text.
pub fn initials(name: &str) -> String {
    readings(name, true).iter().filter_map(|reading| reading.chars().next()).collect()
}

/// The whole pinyin without tones and blanks: 王建国 → "wangjianguo"; ü is written v.
pub fn pinyin(name: &str) -> String {
    readings(name, true).concat()
}

/// The text to index for full-text search: each Han character, letter and digit a token of its
/// own, then the initials letter by letter: 王建国 → "王 建 国 zz w j g". A surname with two
/// readings brings both. Write it into an FTS5 table with `tokenize = 'unicode61'`.
pub fn search_tokens(text: &str) -> String {
    let mut parts = vec![tokens(text)];
    for by_surname in [true, false] {
        let letters = readings(text, by_surname).iter().filter_map(|r| r.chars().next()).collect();
        if !parts.contains(&letters) {
            parts.push(letters);
        }
    }
    let spaced =
        parts.iter().map(|part| part.iter().map(char::to_string).collect::<Vec<_>>().join(" "));
    spaced.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(&format!(" {BREAK} "))
}

/// An FTS5 query for what somebody typed into the search box: one quoted phrase for each word
/// between blanks, all of which must be found: `王建 一中` → `"王 建" "一 中"`. Nothing of the
/// typed text but letters, digits and Han characters gets in, so no operator can. `None` if
/// nothing searchable is left; only the first 64 characters count.
pub fn search_phrase(typed: &str) -> Option<String> {
    let shortened: String = typed.chars().map(half_width).take(LONGEST_QUERY).collect();
    let phrases: Vec<String> = shortened
        .split_whitespace()
        .map(tokens)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let spaced = word.iter().map(char::to_string).collect::<Vec<_>>().join(" ");
            format!("\"{}\"", spaced.replace('"', "\"\""))
        })
        .collect();
    if phrases.is_empty() { None } else { Some(phrases.join(" ")) }
}

/// The searchable characters of a text, narrowed and in lower case.
fn tokens(text: &str) -> Vec<char> {
    text.chars()
        .map(half_width)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// One reading for each character that has one; Latin letters and digits read as themselves.
fn readings(text: &str, by_surname: bool) -> Vec<String> {
    let text: String = text.trim().chars().map(half_width).collect();
    let mut read = Vec::new();
    let mut rest = text.as_str();
    let surname = SURNAMES.iter().find(|(surname, _)| text.starts_with(surname));
    if let (true, Some((surname, reading))) = (by_surname, surname) {
        read.extend(reading.iter().map(|syllable| (*syllable).to_owned()));
        rest = text.strip_prefix(surname).unwrap_or(rest);
    }
    for character in rest.chars() {
        if character.is_ascii_alphanumeric() {
            read.push(character.to_ascii_lowercase().to_string());
        } else if let Some(syllable) = character.to_pinyin() {
            read.push(syllable.plain().replace(['ü', 'Ü'], "v"));
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::{initials, pinyin, search_phrase, search_tokens};

    #[test]
    fn a_name_gives_its_initials_and_its_pinyin() {
        for (name, letters, whole) in [
            ("王建国", "wjg", "wangjianguo"),
            ("曾小贤", "zxx", "zengxiaoxian"),
            ("尉迟恭", "ycg", "yuchigong"),
            ("单雄信", "sxx", "shanxiongxin"),
            ("吕布", "lb", "lvbu"),
            ("阿依古丽·买买提", "ayglmmt", "ayigulimaimaiti"),
            ("ＩＴ学院２", "itxy2", "itxueyuan2"),
            ("", "", ""),
        ] {
            assert_eq!((initials(name).as_str(), pinyin(name).as_str()), (letters, whole));
        }
    }

    #[test]
    fn the_index_has_a_token_for_each_character_and_initial() {
        assert_eq!(search_tokens("王建国"), "王 建 国 zz w j g");
        assert_eq!(search_tokens("曾国"), "曾 国 zz z g zz c g");
        assert_eq!(search_tokens("县第1中学"), "县 第 1 中 学 zz x d 1 z x");
        assert_eq!(search_tokens("Anna"), "a n n a");
        assert_eq!(search_tokens(" ·—"), "");
    }

    #[test]
    fn a_query_is_a_phrase_and_nothing_but_a_phrase() {
        let phrase = |typed: &str| search_phrase(typed);
        assert_eq!(phrase("王建").as_deref(), Some("\"王 建\""));
        assert_eq!(phrase("JG").as_deref(), Some("\"j g\""));
        assert_eq!(phrase(" 王建　一中 ").as_deref(), Some("\"王 建\" \"一 中\""));
        assert_eq!(phrase("１３８").as_deref(), Some("\"1 3 8\""));
        assert_eq!(phrase("\" OR *"), Some("\"o r\"".to_owned()));
        assert_eq!(phrase("王\") NEAR(x").as_deref(), Some("\"王\" \"n e a r x\""));
        assert_eq!(phrase(" \"'%_*() "), None);
        assert_eq!(phrase(&"王".repeat(1_000)).map(|p| p.matches('王').count()), Some(64));
    }

    #[test]
    fn every_part_of_a_name_and_of_its_initials_is_found() {
        for name in ["王建国", "阿依古丽·买买提", "曾小贤", "云川县第2人民医院"]
        {
            let indexed = format!(" {} ", search_tokens(name));
            for written in [name.replace('·', ""), initials(name)] {
                let characters: Vec<char> = written.chars().collect();
                for start in 0..characters.len() {
                    for end in start + 1..=characters.len() {
                        let part: String = characters[start..end].iter().collect();
                        let phrase = search_phrase(&part).unwrap_or_default();
                        assert!(indexed.contains(&format!(" {} ", phrase.trim_matches('"'))));
                    }
                }
            }
        }
    }
}
