//! 内设部门, 手机号码, 电子邮箱: where he is found.

use super::At;
use crate::columns::Column;
use crate::departments::{Departments, Found};
use crate::units::Units;

impl At<'_> {
    /// The unit the row means; none (and told) if it cannot be meant.
    pub(super) fn unit(&mut self, units: &mut Units) -> Option<kit::OrganizationId> {
        let text = self.text(Column::Unit);
        if self.told(Column::Unit) {
            return None;
        }
        match units.find(&text) {
            Ok(meant) => {
                if let Some((message, remedy)) = meant.warning {
                    self.warn(Column::Unit, message, remedy);
                }
                Some(meant.unit)
            }
            Err((message, remedy)) => {
                self.error(Column::Unit, message, remedy);
                None
            }
        }
    }

    /// The typed department of the row's unit; of a row whose unit nobody knows none is asked for.
    pub(super) fn department(
        &mut self,
        units: &Units,
        unit: Option<kit::OrganizationId>,
        create: bool,
    ) -> String {
        let column = Column::Department;
        let text = self.line(column, 100);
        let Some(unit) = unit else { return text };
        if text.is_empty() || self.told(column) {
            return text;
        }
        let called = units.called(unit);
        let where_to = if unit == units.own() {
            "先在“管理内设部门”新增"
        } else {
            "先由该单位新增"
        };
        match units.departments(unit).find(&text) {
            Found::One(_) => {}
            Found::Disabled => {
                let message = match unit == units.own() {
                    true => "这个内设部门已停用".to_owned(),
                    false => format!("{called}的这个内设部门已停用"),
                };
                self.error(column, message, "改为在用的部门，或先在“管理内设部门”启用");
            }
            Found::Several(count) => self.error(
                column,
                format!("{called}有 {count} 个同名的内设部门"),
                format!("写成“上级部门/{text}”"),
            ),
            Found::None if create && Departments::can_create(&text) => self.warn(
                column,
                format!("{called}还没有这个内设部门，导入时新建"),
                "不想新建的，改为已有部门",
            ),
            Found::None => self.error(
                column,
                format!("{called}没有这个内设部门"),
                format!("{where_to}，或改为已有部门"),
            ),
        }
        text
    }

    pub(super) fn phone(&mut self) -> String {
        let column = Column::Phone;
        let digits: String = self
            .text(column)
            .chars()
            .map(kit::initials::half_width)
            .filter(|c| !matches!(c, ' ' | '-' | '–' | '—'))
            .collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits).to_owned();
        if digits.is_empty() {
            self.warn(column, "没有填写", "建议补上，便于通知本人；没有手机号可留空");
            return digits;
        }
        let length = digits.chars().count();
        let message = if !digits.bytes().all(|b| b.is_ascii_digit()) {
            "只能是数字".to_owned()
        } else if length < 11 {
            format!("少 {} 位，应为 11 位", 11 - length)
        } else if length > 11 {
            format!("多 {} 位，应为 11 位", length - 11)
        } else if !digits.starts_with('1') || matches!(digits.as_bytes()[1], b'0'..=b'2') {
            "不是手机号码，手机号码以 13–19 开头".to_owned()
        } else {
            return digits;
        };
        if !self.told(column) {
            self.error(column, message, "核对后改正；没有手机号可留空");
        }
        digits
    }

    pub(super) fn email(&mut self) -> String {
        let text: String =
            self.line(Column::Email, 100).chars().map(kit::initials::half_width).collect();
        if text.is_empty() || self.told(Column::Email) {
            return text;
        }
        let good = text.split_once('@').is_some_and(|(user, host)| {
            let plain = |t: &str| {
                t.bytes().all(|b| b.is_ascii_graphic() && !b"@,;:()<>[]\"\\".contains(&b))
            };
            let labels = host.split('.').all(|label| !label.is_empty());
            !user.is_empty() && plain(user) && plain(host) && host.contains('.') && labels
        });
        if !good {
            self.error(
                Column::Email,
                "不是电子邮箱地址",
                "写成 wang@example.cn 的样子；没有可留空",
            );
        }
        text
    }
}
