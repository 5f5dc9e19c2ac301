//! What outsiders may see of a number or a name (domain.md, Decisions).

use crate::id_card::IdCard;

/// An identity number as shown everywhere: first four and last two characters, stars between.
/// The last six are an initial password, so no more of the end may ever appear. Anything too
/// short to be a number becomes stars only.
pub fn mask_id(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    if characters.len() < 15 {
        return "*".repeat(characters.len());
    }
    keep(&characters, 4, 2)
}

/// A phone number as shown to outsiders: first three and last four digits (138****5678). Shorter
/// numbers (a telephone extension) show their last two digits at most.
pub fn mask_phone(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    match characters.len() {
        0..=4 => "*".repeat(characters.len()),
        5..=9 => keep(&characters, 0, 2),
        _ => keep(&characters, 3, 4),
    }
}

/// Text that somebody typed (a reason, a file's name), with every identity number in it masked.
pub fn mask_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    // a run of letters and digits either is a number as a whole or is none
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, run) = rest.split_at(at);
        let end = run.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(run.len());
        let (run, after) = run.split_at(end);
        masked.push_str(before);
        if run.len() == 18 && IdCard::stored(&run.to_ascii_uppercase()).is_ok() {
            masked.push_str(&mask_id(run));
        } else {
            masked.push_str(run);
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// A name on the public page: the middle is masked (王建国 → 王*国), of two characters the last
/// (王芳 → 王*), a single one wholly. Of longer names only first and last stay; the dot between
/// the parts of a minority name is kept (阿依古丽·买买提 → 阿***·**提).
pub fn mask_name(name: &str) -> String {
    let characters: Vec<char> = name.trim().chars().collect();
    match characters.len() {
        0 | 1 => "*".repeat(characters.len()),
        2 => keep(&characters, 1, 0),
        _ => keep(&characters, 1, 1),
    }
}

fn keep(characters: &[char], first: usize, last: usize) -> String {
    let end = characters.len().saturating_sub(last);
    let dots = ['·', '•', '‧', '・'];
    let masked = characters.iter().enumerate().map(|(index, character)| {
        let kept = index < first || index >= end || dots.contains(character);
        if kept { *character } else { '*' }
    });
    masked.collect()
}

#[cfg(test)]
mod tests {
    use super::{mask_id, mask_name, mask_numbers, mask_phone};

    #[test]
    fn an_identity_number_shows_four_and_two() {
        assert_eq!(mask_id("419999198503150011"), "4199************11");
        assert_eq!(mask_id("41999919860520018X"), "4199************8X");
        assert_eq!(mask_id("419999850315001"), "4199*********01");
        assert_eq!(mask_id("20018X"), "******");
        assert_eq!(mask_id(""), "");
    }

    #[test]
    fn numbers_inside_a_text_are_masked() {
        for (text, shown) in [
            ("上传“周晓梅419999198503150011.xlsx”", "上传“周晓梅4199************11.xlsx”"),
            ("41999919860520018x，41999919860520018X", "4199************8x，4199************8X"),
            (
                "申报 XS20261111-0093，12419999000000005X",
                "申报 XS20261111-0093，12419999000000005X",
            ),
            ("419999198503150012 校验位不对", "419999198503150012 校验位不对"),
            ("没有号码", "没有号码"),
            ("", ""),
        ] {
            assert_eq!(mask_numbers(text), shown);
        }
    }

    #[test]
    fn a_phone_shows_three_and_four() {
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask_phone("037112345678"), "037*****5678");
        assert_eq!(mask_phone("1234567"), "*****67");
        assert_eq!(mask_phone("110"), "***");
    }

    #[test]
    fn a_name_keeps_its_ends() {
        for (name, shown) in [
            ("王芳", "王*"),
            ("王建国", "王*国"),
            ("欧阳建国", "欧**国"),
            ("阿依古丽·买买提", "阿***·**提"),
            ("李", "*"),
            ("", ""),
            (" 周晓梅 ", "周*梅"),
        ] {
            assert_eq!(mask_name(name), shown);
        }
    }
}
