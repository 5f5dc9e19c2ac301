//! 填写说明.

use kit::Result;
use rust_xlsxwriter::Worksheet;

use super::{For, Looks, RULES};
use crate::columns::Definition;

const GENERAL: [&str; 9] = [
    "只在“专业技术人员”表中填写，每人一行，从第 3 行开始。第 2 行是示例，导入时忽略，可以删去。",
    "不要改动第 1 行的列名；列的先后可以调整，不用的选填列可以删去。红色列名是必填的。",
    "所有单元格已设为文本格式。从别的表复制时请用“只粘贴值”，否则身份证号的后几位会变成 0。",
    "带下拉列表的列从列表中选择，可选内容也列在“字典”表中。先选职称系列、再选职称等级，职称名称的列表随之变化。",
    "填好后在“批量导入”页面上传，WPS、Excel、LibreOffice 保存的 .xlsx、.xlsm、.xls、.ods 和 .csv 文件都可以。系统先逐行核对，指出哪一行哪一格有问题、怎样改，确认后才写入。",
    "已在本单位的人员不会重复登记，在核对结果页面选择怎样处理：补空（只补上还空着的信息，不选时就是这样）、更新、跳过或拒绝。空着的单元格不会清除已有的信息。",
    "在其他单位的人员不能用导入调入，须由本人在“人员调转”中发起，或由原单位批量调转。",
    "导入后的人员不用注册：用身份证号登录，初始密码为身份证号后六位（末位是 X 的，大小写都可以），首次登录必须修改密码。",
    "一个文件最多 100,000 行、20 MB。",
];

const BELOW: &str = "“所在单位”填写下级单位的全称或统一社会信用代码，不填的是本单位自己的人员；一个文件可以有几个单位的人员。内设部门的列表随所在单位变化。";

/// What is to be known before filling in, then each column.
pub fn sheet(
    sheet: &mut Worksheet,
    looks: &Looks,
    made_for: &For,
    columns: &[&'static Definition],
) -> Result<()> {
    sheet.set_name(RULES)?;
    sheet.set_column_width(0, 18)?.set_column_width(1, 8)?.set_column_width(2, 90)?;
    let title = format!("{} 专业技术人员导入模板", made_for.unit);
    sheet.write_string_with_format(0, 0, title, &looks.title)?;
    let mut row = 2;
    let below = made_for.below.as_ref().map(|_| BELOW);
    let general = GENERAL[..4].iter().copied().chain(below).chain(GENERAL[4..].iter().copied());
    for (number, text) in (1..).zip(general) {
        sheet.write_string_with_format(row, 0, format!("{number}."), &looks.line)?;
        sheet.write_string_with_format(row, 2, text, &looks.line)?;
        row += 1;
    }
    row += 1;
    for (at, title) in (0..).zip(["列名", "必填", "怎样填写"]) {
        sheet.write_string_with_format(row, at, title, &looks.head)?;
    }
    for definition in columns {
        row += 1;
        let required = if definition.required { "必填" } else { "" };
        sheet.write_string_with_format(row, 0, definition.title, &looks.line)?;
        sheet.write_string_with_format(row, 1, required, &looks.line)?;
        sheet.write_string_with_format(row, 2, definition.rule, &looks.line)?;
    }
    Ok(())
}
