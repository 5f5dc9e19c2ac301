//! 姓名, 身份证号, 性别, 出生日期: who it is.

use kit::IdCard;
use time::Date;

use super::{At, Words};
use crate::columns::Column;

impl At<'_> {
    pub(super) fn name(&mut self) -> String {
        let column = Column::Name;
        let name = plain_name(&self.text(column));
        if self.told(column) {
            return name;
        }
        let count = name.chars().count();
        let stranger =
            name.chars().find(|c| !(is_han(*c) || c.is_alphabetic() || matches!(c, '·' | ' ')));
        if name.is_empty() {
            self.error(column, "没有填写", "填写本人身份证上的姓名");
        } else if name.starts_with(crate::columns::EXAMPLE) {
            self.error(column, "还留着示例行的姓名", "改为本人的姓名");
        } else if let Some(stranger) = stranger {
            let message = format!("姓名里有“{stranger}”，只能是汉字、字母和“·”");
            self.error(column, message, "按身份证填写姓名，不加编号和说明");
        } else if !(2..=50).contains(&count) {
            let message = if count < 2 { "只有 1 个字" } else { "超过 50 个字" };
            self.error(column, message, "按身份证填写完整姓名");
        }
        name
    }

    pub(super) fn id_card(&mut self, today: Date) -> Option<IdCard> {
        let column = Column::IdNumber;
        if self.told(column) {
            return None;
        }
        match kit::sheet::id_card(self.cell(column), today) {
            Ok(card) => {
                if !kit::id_card::is_of_a_province(&card) {
                    self.warn(column, "前两位不是现有的省份代码", "核对身份证前两位；属实可以不改");
                }
                if let Some(doubt) = kit::sheet::doubt(&card) {
                    self.warn(column, doubt.message, doubt.remedy);
                }
                Some(card)
            }
            Err(damage) => {
                self.error(column, damage.message, damage.remedy);
                None
            }
        }
    }

    pub(super) fn sex(&mut self, card: Option<&IdCard>, words: &mut Words) {
        let code = self.word(words, Column::Sex, &kit::dictionary::SEX);
        let Some(card) = card.filter(|_| !code.is_empty()) else { return };
        if code != card.sex().code() {
            let right = card.sex().label();
            self.error(
                Column::Sex,
                format!("与身份证号不一致，号码第 17 位表示“{right}”"),
                "核对性别和身份证号；性别可以留空",
            );
        }
    }

    pub(super) fn born(&mut self, card: Option<&IdCard>) {
        let Some(typed) = self.day(Column::Born) else { return };
        let Some(card) = card else { return };
        if !(typed.first()..=typed.last()).contains(&card.birth()) {
            self.error(
                Column::Born,
                format!("与身份证号不一致，号码第 7–14 位是 {}", kit::day::date_text(card.birth())),
                "核对出生日期和身份证号；出生日期可以留空",
            );
        }
    }
}

/// A name as it is compared and kept: one kind of dot, no blanks but between Latin words.
pub fn plain_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        let c = match c {
            '•' | '‧' | '・' | '･' | '∙' | '．' | '.' => '·',
            c => kit::initials::half_width(c),
        };
        // a blank stands between two Latin words only
        let latin = name.chars().last().is_some_and(|c| c.is_ascii_alphabetic());
        match c {
            ' ' if !latin => {}
            c => name.push(c),
        }
        if is_han(c) {
            name = name.replace(' ', "");
        }
    }
    name.trim().to_owned()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' | '〇')
}
