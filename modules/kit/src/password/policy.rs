//! What a chosen password must not be; every refusal is a sentence that says what to do.

use super::blocklist;
use crate::id_card::IdCard;
use crate::initials;

/// Rules for chosen passwords; the numbers are settings of the bureau (quality.md, 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Fewest characters (code points); 10 by default, 8 is the least that makes sense.
    pub least: usize,
    /// Most characters; longer texts are refused before any work is done on them.
    pub most: usize,
    /// How many of lower case, upper case, digits and others must occur: 0 for professionals, 2
    /// for those with any administrator's right.
    pub classes: usize,
}

impl Policy {
    /// The default for professionals.
    pub const PERSON: Policy = Policy { least: 10, most: 128, classes: 0 };
    /// The default for whoever holds an administrator's right.
    pub const ADMINISTRATOR: Policy = Policy { least: 10, most: 128, classes: 2 };
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::PERSON
    }
}

/// What others know or can look up about the person who chooses. Leave empty what is unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    pub id_card: Option<&'a IdCard>,
    pub phone: &'a str,
    pub name: &'a str,
    pub organization: &'a str,
    pub login: &'a str,
}

/// Decides whether a password may be chosen. That it differs from the former one is asked by the
/// caller, who can verify that.
///
/// # Errors
/// The first objection as a Chinese sentence, ready to stand beside the field.
pub fn check(candidate: &str, context: &Context<'_>, policy: Policy) -> Result<(), String> {
    let length = candidate.chars().take(policy.most + 1).count();
    if length > policy.most {
        return Err(format!("密码最多 {} 位，请缩短。", policy.most));
    }
    if length < policy.least {
        return Err(format!("密码至少 {} 位，现在是 {length} 位，请加长。", policy.least));
    }
    if candidate.chars().any(char::is_control) {
        return Err("密码里有看不见的控制字符，请直接用键盘重新输入。".to_owned());
    }
    if classes(candidate) < policy.classes {
        return Err(format!(
            "密码要含有大写字母、小写字母、数字、符号中的至少 {} 类，请补充。",
            policy.classes
        ));
    }
    let narrowed: String =
        candidate.chars().map(initials::half_width).flat_map(char::to_lowercase).collect();
    // 1985-03-15 and 138 1234 5678 are no better than without their separators
    let squeezed: String = narrowed.chars().filter(|c| c.is_alphanumeric()).collect();
    personal(&narrowed, &squeezed, context)?;
    if is_monotonous(&narrowed) {
        return Err("密码由重复或连续的字符组成，太容易被猜到，请换一个。".to_owned());
    }
    if blocklist::holds(&narrowed) || blocklist::holds(&squeezed) {
        return Err("这个密码太常见，容易被猜到，请换一个。".to_owned());
    }
    Ok(())
}

/// Objects to anything that can be read off an identity card, a phone list or a name plate.
fn personal(narrowed: &str, squeezed: &str, context: &Context<'_>) -> Result<(), String> {
    let has = |part: &str| !part.is_empty() && (narrowed.contains(part) || squeezed.contains(part));
    let refuse = |what: &str| Err(format!("密码里不能含有{what}，知道您的人容易猜到，请换一个。"));
    if let Some(card) = context.id_card {
        let number = card.number().to_ascii_lowercase();
        let part = |range: std::ops::RangeFrom<usize>| number.get(range).unwrap_or(&number);
        let birth = number.get(6..14).unwrap_or(&number);
        if has(&number) {
            return refuse("身份证号");
        }
        if has(part(10..)) {
            return refuse("身份证号的后八位");
        }
        if has(part(12..)) {
            return refuse("身份证号的后六位");
        }
        if has(birth) {
            return refuse("出生日期");
        }
    }
    let phone: String = context.phone.chars().filter(char::is_ascii_digit).collect();
    if phone.len() >= 7 && has(phone.get(phone.len().saturating_sub(8)..).unwrap_or(&phone)) {
        return refuse("手机号码");
    }
    let plain = |text: &str| -> String {
        text.chars()
            .map(initials::half_width)
            .flat_map(char::to_lowercase)
            .filter(|c| c.is_alphanumeric())
            .collect()
    };
    let name = plain(context.name);
    let spelled = initials::pinyin(context.name);
    if (name.chars().count() >= 2 && has(&name)) || (spelled.len() >= 4 && has(&spelled)) {
        return refuse("姓名或姓名的拼音");
    }
    let organization = plain(context.organization);
    let spelled = initials::pinyin(context.organization);
    let long = squeezed.chars().count() >= 4;
    let part_of_it = |whole: &str| long && whole.contains(squeezed);
    let whole_in_it = |whole: &str| whole.chars().count() >= 4 && has(whole);
    if [&organization, &spelled].into_iter().any(|whole| part_of_it(whole) || whole_in_it(whole)) {
        return refuse("单位名称或单位名称的拼音");
    }
    let login = plain(context.login);
    if login.chars().count() >= 4 && has(&login) {
        return refuse("登录账号");
    }
    Ok(())
}

/// How many of lower case, upper case, digits and everything else occur.
fn classes(text: &str) -> usize {
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    kinds.iter().filter(|kind| text.chars().any(**kind)).count()
}

/// Whether the text is one short piece repeated (aaaa…, 1212…, abcabc…), a run of neighbours
/// (abcdefgh…, 9876543210), or made of hardly any different characters.
fn is_monotonous(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let repeats = |period: usize| {
        characters.len() >= period * 2
            && characters.iter().zip(characters.iter().skip(period)).all(|(one, two)| one == two)
    };
    let mut different = characters.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < 4 || (1..=5).any(repeats) {
        return true;
    }
    let steps = characters.windows(2).filter_map(|pair| match pair {
        [one, two] => Some(i64::from(u32::from(*two)) - i64::from(u32::from(*one))),
        _ => None,
    });
    // 9 and 0 are neighbours on the keyboard
    let steps: Vec<i64> = steps
        .map(|s| {
            if s == -9 {
                1
            } else if s == 9 {
                -1
            } else {
                s
            }
        })
        .collect();
    steps.iter().all(|step| *step == 1) || steps.iter().all(|step| *step == -1)
}

#[cfg(test)]
mod tests {
    use super::{Context, Policy, check};
    use crate::id_card::IdCard;

    fn told(candidate: &str, policy: Policy) -> Option<String> {
        let card = IdCard::stored("41999919860520018X").unwrap();
        let context = Context {
            id_card: Some(&card),
            phone: "138 1234 5678",
            name: "吕建国",
            organization: "云川县人力资源和社会保障局",
            login: "lvjg1986",
        };
        check(candidate, &context, policy).err()
    }

    #[test]
    fn a_good_password_passes_in_any_script() {
        for candidate in [
            "春江潮水连海平月共潮生",
            "green kettle on the roof",
            "Tq7-vixen-Marmalade",
            "洞庭湖8百里洞庭看不尽",
        ] {
            assert_eq!(told(candidate, Policy::PERSON), None, "{candidate}");
        }
        assert_eq!(told("Tq7-vixen-Marmalade", Policy::ADMINISTRATOR), None);
        assert_eq!(
            told(&"山水".repeat(64), Policy::PERSON).as_deref().map(|t| t.contains("重复")),
            Some(true)
        );
    }

    #[test]
    fn length_is_counted_in_characters() {
        let wrong = told("春江潮水连海平", Policy::PERSON);
        assert_eq!(wrong.as_deref(), Some("密码至少 10 位，现在是 7 位，请加长。"));
        let long: String = ('一'..).take(129).collect();
        assert_eq!(told(&long, Policy::PERSON).as_deref(), Some("密码最多 128 位，请缩短。"));
        let most: String = ('一'..).step_by(7).take(128).collect();
        assert_eq!(told(&most, Policy::PERSON), None);
    }

    #[test]
    fn administrators_need_two_classes() {
        let wrong = told("marmaladekettle", Policy::ADMINISTRATOR).unwrap_or_default();
        assert!(wrong.contains("至少 2 类"), "{wrong}");
        assert_eq!(told("marmaladekettle", Policy::PERSON), None);
        assert_eq!(told("marmalade7kettle", Policy::ADMINISTRATOR), None);
    }

    #[test]
    fn what_others_know_is_refused() {
        for (candidate, what) in [
            ("41999919860520018x", "身份证号"),
            ("ok4199-9919-8605-2001-8X", "身份证号"),
            ("hi0520018Xhi", "身份证号的后八位"),
            ("kettle20018x", "身份证号的后六位"),
            ("kettle-1986-05-20", "出生日期"),
            ("１９８６０５２０ kettle", "出生日期"),
            ("kettle12345678", "手机号码"),
            ("138-1234-5678!", "手机号码"),
            ("kettle-lvjianguo", "姓名或姓名的拼音"),
            ("Lv Jian Guo 7!", "姓名或姓名的拼音"),
            ("我是吕建国我怕谁啊啊", "姓名或姓名的拼音"),
            ("人力资源和社会保障局", "单位名称或单位名称的拼音"),
            ("renliziyuanhe", "单位名称或单位名称的拼音"),
            ("xx云川县人力资源和社会保障局", "单位名称或单位名称的拼音"),
            ("kettleLVJG1986", "登录账号"),
        ] {
            let expected = format!("密码里不能含有{what}，知道您的人容易猜到，请换一个。");
            assert_eq!(told(candidate, Policy::PERSON), Some(expected), "{candidate}");
        }
    }

    #[test]
    fn patterns_and_common_passwords_are_refused() {
        for candidate in [
            "aaaaaaaaaa",
            "1212121212",
            "abcabcabcabc",
            "1234567890",
            "abcdefghijkl",
            "0987654321",
            "111122221111",
            "password1234",
            "P@ssw0rd2026",
            "Password2026!!",
            "qwertyuiop",
            "1qaz2wsx3edc",
            "woaini1314520",
            "zhongguo2026",
            "Admin123456",
            "a123456789",
            "5201314520",
        ] {
            assert!(told(candidate, Policy::PERSON).is_some(), "{candidate}");
        }
    }

    #[test]
    fn an_empty_context_objects_to_nothing() {
        assert_eq!(check("kettle on the roof", &Context::default(), Policy::default()), Ok(()));
        let control = check("kettle\u{7}roof1", &Context::default(), Policy::default());
        assert!(control.is_err_and(|told| told.contains("控制字符")));
    }
}
