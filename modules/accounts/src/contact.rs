//! Phones and e-mail addresses as forms take them; all optional (domain.md, Decisions).

use kit::Form;
use kit::initials::half_width;

/// A phone as typed, narrowed and without blanks and hyphens.
fn digits(typed: &str) -> String {
    typed.chars().map(half_width).filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// A mobile number of 11 digits, or nothing.
pub fn mobile(form: &mut Form, name: &str, label: &str) -> String {
    let phone = digits(&form.text(name));
    if !phone.is_empty() && !is_mobile(&phone) {
        form.refuse(
            name,
            format!("{label}应为 1 开头的 11 位数字。请核对后重新填写，没有可以不填。"),
        );
    }
    phone
}

/// 1, then 3 to 9, then nine digits.
pub fn is_mobile(phone: &str) -> bool {
    phone.len() == 11
        && phone.starts_with('1')
        && phone.chars().all(|c| c.is_ascii_digit())
        && phone.chars().nth(1).is_some_and(|c| ('3'..='9').contains(&c))
}

/// Any telephone, with area code and extension, or nothing.
pub fn telephone(form: &mut Form, name: &str, label: &str) -> String {
    let phone = form.text(name);
    let fits = phone.chars().all(|c| c.is_ascii_digit() || " -()+转".contains(c));
    let count = phone.chars().filter(char::is_ascii_digit).count();
    if !phone.is_empty() && (!fits || !(5..=20).contains(&count)) {
        form.refuse(name, format!("{label}请填手机或带区号的电话，例如 0371-6600000。"));
    }
    phone
}

/// An e-mail address, or nothing.
pub fn email(form: &mut Form, name: &str, label: &str) -> String {
    let email: String = form.text(name).chars().map(half_width).collect();
    if !email.is_empty() && !is_email(&email) {
        form.refuse(name, format!("{label}应像 name@example.com 的样子。请核对后重新填写。"));
    }
    email
}

/// One @ with a name before and a dotted domain behind, without blanks.
pub fn is_email(email: &str) -> bool {
    let Some((name, domain)) = email.split_once('@') else { return false };
    email.is_ascii()
        && email.len() <= 100
        && !name.is_empty()
        && !email.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\",;".contains(c))
        && !domain.contains('@')
        && domain.split('.').count() >= 2
        && domain.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{email, is_email, is_mobile, mobile};
    use kit::Form;

    #[test]
    fn phones_and_addresses_are_optional_and_checked() {
        assert!(is_mobile("13812345678") && !is_mobile("12812345678") && !is_mobile("1381234567"));
        assert!(is_email("a.b@c.cn") && !is_email("a@b") && !is_email("a b@c.cn"));
        let mut form = Form::of([("p", " １３８-1234 5678 ".to_owned()), ("e", String::new())]);
        assert_eq!(mobile(&mut form, "p", "手机"), "13812345678");
        assert_eq!(email(&mut form, "e", "邮箱"), "");
        assert!(!form.refused());
    }
}
