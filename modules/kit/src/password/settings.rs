//! The bureau's settings of what a chosen password must be, and the rules as sentences.

use super::Policy;
use crate::settings::Kind;
use crate::{Setting, Settings};

/// Fewest characters of a chosen password.
pub const LEAST: Setting = Setting {
    key: "password.least",
    group: "登录与密码",
    label: "密码最少位数",
    help: "从下一次设置密码起生效。",
    kind: Kind::Integer { least: 8, most: 64, unit: "位" },
    default: "10",
    check: None,
};

/// Kinds of characters an administrator's password needs (等保 二级).
pub const CLASSES: Setting = Setting {
    key: "password.classes",
    group: "登录与密码",
    label: "管理员密码的字符种类",
    help: "大写字母、小写字母、数字、符号中至少几类；专业技术人员不作要求。",
    kind: Kind::Integer { least: 0, most: 4, unit: "类" },
    default: "2",
    check: None,
};

/// The rules in force for an administrator, or for a professional.
pub fn policy_of(administrator: bool, settings: &Settings) -> Policy {
    let number = |setting| usize::try_from(settings.integer(setting)).unwrap_or_default();
    Policy {
        least: number(&LEAST),
        classes: if administrator { number(&CLASSES) } else { 0 },
        ..Policy::PERSON
    }
}

/// The rules as sentences beside the form.
pub fn rules(policy: Policy) -> Vec<String> {
    let mut rules =
        vec![format!("{}–{} 位，可以用汉字、字母、数字、符号和空格。", policy.least, policy.most)];
    if policy.classes > 0 {
        rules.push(format!("大写字母、小写字母、数字、符号中至少 {} 类。", policy.classes));
    }
    rules.push(
        "不能含身份证号的后六位或后八位、出生日期、手机号、姓名拼音、单位名称和登录账号。"
            .to_owned(),
    );
    rules.push("不能是常见密码，如 password123、woaini1314。".to_owned());
    rules
}
