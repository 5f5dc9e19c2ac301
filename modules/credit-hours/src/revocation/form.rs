//! What both forms ask for: the reason.

use kit::Form;

/// 撤销原因 or 更正原因, 5–200 characters; the public reads it, so no number stands in it.
pub fn reason(form: &mut Form, label: &str) -> String {
    let reason = form.required("reason", label, 5..=200);
    let mut digits = 0;
    for c in reason.chars() {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        if digits >= 11 {
            form.refuse(
                "reason",
                format!("{label}会显示在学时证明的公开验证页上，请不要写身份证号、手机号等号码。"),
            );
            break;
        }
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::{Form, reason};

    #[test]
    fn a_reason_is_a_sentence_without_anybodys_number() {
        for (text, good) in [
            ("材料不实", false),
            ("经核查材料不实", true),
            ("云卫培〔2026〕第0318号证书不实", true),
            ("410123198503150026的材料不实", false),
            ("电话13800000000核实不符", false),
        ] {
            let mut form = Form::of([("reason", text.to_owned())]);
            reason(&mut form, "撤销原因");
            assert_eq!(!form.refused(), good, "{text}");
        }
    }
}
