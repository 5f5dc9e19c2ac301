//! The columns of the import template (domain.md §4) and how a file's header names them.

use kit::sheet::{Title, Wanted};
use serde::{Deserialize, Serialize};

/// A column the import knows, in the template's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Column {
    Name,
    IdNumber,
    Sex,
    Born,
    Nation,
    Political,
    Department,
    Phone,
    Email,
    Education,
    Degree,
    School,
    Major,
    GraduatedOn,
    StartedWorkOn,
    Series,
    Level,
    Title,
    TitledOn,
    TitleCertificate,
    Position,
    Note,
    /// 所在单位: where the importer may import for units below
    Unit,
}

/// What the template, its instructions and the reader need of a column.
#[derive(Debug)]
pub struct Definition {
    pub column: Column,
    /// The header of the template.
    pub title: &'static str,
    /// Other headers taken for the same column.
    pub aliases: &'static [&'static str],
    pub required: bool,
    /// Width in the template, in characters.
    pub width: f64,
    /// The cell of the example row.
    pub example: &'static str,
    /// How it is to be filled: input message of the cells, line of 填写说明.
    pub rule: &'static str,
}

/// How the name of the example row begins; such a row is not imported.
pub const EXAMPLE: &str = "示例";
/// The example row's number: nobody's, its area code is not assigned.
pub const EXAMPLE_NUMBER: &str = "41999919860520018X";

pub const COLUMNS: [Definition; 23] = [
    Definition {
        column: Column::Name,
        title: "姓名",
        aliases: &["人员姓名", "名字"],
        required: true,
        width: 14.0,
        example: "示例：王小明",
        rule: "必填。2–50 个字，与身份证一致；少数民族姓名中间用“·”。",
    },
    Definition {
        column: Column::IdNumber,
        title: "身份证号",
        aliases: &["身份证号码", "身份证", "公民身份号码", "证件号", "证件号码", "居民身份证号"],
        required: true,
        width: 22.0,
        example: EXAMPLE_NUMBER,
        rule: "必填。18 位，末位 X 大小写都可以。单元格须为文本格式，否则后几位会变成 0。",
    },
    Definition {
        column: Column::Sex,
        title: "性别",
        aliases: &[],
        required: false,
        width: 7.0,
        example: "女",
        rule: "可不填，由身份证号得出；填写时须与身份证号一致。",
    },
    Definition {
        column: Column::Born,
        title: "出生日期",
        aliases: &["出生年月日", "出生年月", "生日"],
        required: false,
        width: 13.0,
        example: "1986-05-20",
        rule: "可不填，由身份证号得出；填写时须与身份证号一致，写成 1986-05-20 的样子。",
    },
    Definition {
        column: Column::Nation,
        title: "民族",
        aliases: &[],
        required: true,
        width: 10.0,
        example: "汉族",
        rule: "必填。从下拉列表选择。",
    },
    Definition {
        column: Column::Political,
        title: "政治面貌",
        aliases: &[],
        required: false,
        width: 14.0,
        example: "群众",
        rule: "可不填。从下拉列表选择。",
    },
    Definition {
        column: Column::Department,
        title: "内设部门",
        aliases: &["所在部门", "部门", "科室", "所在科室"],
        required: false,
        width: 18.0,
        example: "",
        rule: "可不填。须是所在单位已有的内设部门，从下拉列表选择；不同上级下有同名部门的，写成“上级/部门”。",
    },
    Definition {
        column: Column::Phone,
        title: "手机号码",
        aliases: &["手机号", "手机", "联系电话", "移动电话"],
        required: false,
        width: 15.0,
        example: "13800000000",
        rule: "可不填。11 位手机号码。",
    },
    Definition {
        column: Column::Email,
        title: "电子邮箱",
        aliases: &["邮箱", "电子邮件", "email", "e-mail"],
        required: false,
        width: 22.0,
        example: "",
        rule: "可不填。写成 wang@example.cn 的样子。",
    },
    Definition {
        column: Column::Education,
        title: "学历",
        aliases: &["最高学历", "文化程度"],
        required: true,
        width: 13.0,
        example: "大学本科",
        rule: "必填。从下拉列表选择。",
    },
    Definition {
        column: Column::Degree,
        title: "学位",
        aliases: &["最高学位"],
        required: false,
        width: 9.0,
        example: "学士",
        rule: "可不填。从下拉列表选择。",
    },
    Definition {
        column: Column::School,
        title: "毕业院校",
        aliases: &["毕业学校", "毕业院校名称"],
        required: false,
        width: 22.0,
        example: "示例大学",
        rule: "可不填。不超过 100 个字。",
    },
    Definition {
        column: Column::Major,
        title: "所学专业",
        aliases: &["专业"],
        required: false,
        width: 18.0,
        example: "汉语言文学",
        rule: "可不填。不超过 100 个字。",
    },
    Definition {
        column: Column::GraduatedOn,
        title: "毕业时间",
        aliases: &["毕业日期", "毕业年月"],
        required: false,
        width: 13.0,
        example: "2008-07",
        rule: "可不填。写成 2008-07 或 2008-07-01 的样子。",
    },
    Definition {
        column: Column::StartedWorkOn,
        title: "参加工作时间",
        aliases: &["参加工作日期", "参加工作年月", "工作时间"],
        required: false,
        width: 14.0,
        example: "2008-08",
        rule: "可不填。写成 2008-08 或 2008-08-01 的样子。",
    },
    Definition {
        column: Column::Series,
        title: "职称系列",
        aliases: &["系列", "专业技术职务系列"],
        required: true,
        width: 20.0,
        example: "中小学教师",
        rule: "必填。从下拉列表选择；没有职称的选“无职称”。",
    },
    Definition {
        column: Column::Level,
        title: "职称等级",
        aliases: &["职称级别", "专业技术职务等级"],
        required: false,
        width: 11.0,
        example: "中级",
        rule: "有职称的必填。从下拉列表选择；“无职称”的留空。",
    },
    Definition {
        column: Column::Title,
        title: "职称名称",
        aliases: &["职称", "专业技术职务名称", "专业技术职务"],
        required: false,
        width: 18.0,
        example: "一级教师",
        rule: "有职称的必填。须属于所填的系列和等级：先选系列和等级，再从下拉列表选择。",
    },
    Definition {
        column: Column::TitledOn,
        title: "职称取得时间",
        aliases: &["取得时间", "职称取得日期", "职称评定时间"],
        required: false,
        width: 14.0,
        example: "2016-12",
        rule: "证书上的批准日期，写成 2016-12 或 2016-12-30 的样子；“无职称”的留空。",
    },
    Definition {
        column: Column::TitleCertificate,
        title: "职称证书编号",
        aliases: &["证书编号", "职称证书号"],
        required: false,
        width: 18.0,
        example: "",
        rule: "可不填。不超过 50 个字。",
    },
    Definition {
        column: Column::Position,
        title: "从事专业/岗位",
        aliases: &["从事专业", "岗位", "从事专业岗位", "现从事专业", "工作岗位"],
        required: false,
        width: 18.0,
        example: "语文教师",
        rule: "可不填。不超过 100 个字。",
    },
    Definition {
        column: Column::Note,
        title: "备注",
        aliases: &["说明"],
        required: false,
        width: 20.0,
        example: "这是示例，导入时忽略",
        rule: "可不填。不超过 200 个字。",
    },
    Definition {
        column: Column::Unit,
        title: "所在单位",
        aliases: &["工作单位", "单位名称", "单位", "所属单位", "用人单位"],
        required: false,
        width: 26.0,
        example: "",
        rule: "不填的是导入的单位自己的人员；给下级单位导入时填写单位全称或统一社会信用代码。",
    },
];

impl Column {
    pub fn definition(self) -> &'static Definition {
        &COLUMNS[self as usize]
    }

    /// As the template's header calls it.
    pub fn title(self) -> &'static str {
        self.definition().title
    }
}

/// The header a file puts its failing rows' reasons under; ours, so it is neither data nor unknown.
pub const REASON: &str = "错误原因";

/// Rows of one file.
pub const ROWS: usize = 100_000;

fn titles() -> Vec<Title> {
    let title = |d: &Definition| Title { title: d.title, aliases: d.aliases, required: d.required };
    COLUMNS.iter().map(title).collect()
}

/// What the reader looks for in a file.
pub fn wanted() -> Wanted {
    Wanted {
        sheet: crate::template::SHEET,
        titles: titles(),
        marks: &["姓名", "身份证号"],
        ignored: &[REASON],
        rows: ROWS,
    }
}

/// Which of a file's columns is which.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout(kit::sheet::Layout);

impl Layout {
    /// Finds our columns by the header's names, in any order.
    pub fn of<S: AsRef<str>>(header: &[S]) -> Self {
        Self(kit::sheet::Layout::of(header, &titles(), &[REASON]))
    }

    /// Where in a row this column stands.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.0.place(column as usize)
    }

    /// Headers that mean nothing to us.
    pub fn unknown(&self) -> &[String] {
        &self.0.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, Column, Layout, titles};

    #[test]
    fn columns_stand_in_their_own_order() {
        for (place, definition) in COLUMNS.iter().enumerate() {
            assert_eq!(definition.column as usize, place);
            assert!(definition.rule.chars().count() <= 255);
        }
    }

    #[test]
    fn every_title_and_alias_means_one_column() {
        for definition in &COLUMNS {
            for name in definition.aliases.iter().chain([&definition.title]) {
                let layout = Layout::of(&[name]);
                assert_eq!(layout.place(definition.column), Some(0), "{name}");
                assert_eq!(layout.0.found(), 1, "{name}");
            }
        }
    }

    #[test]
    fn the_header_may_come_in_any_order_and_dress() {
        let layout = Layout::of(&[
            "序号",
            " 身份证号码 *",
            "姓 名",
            "学历（最高）",
            "民族",
            "职称系列",
            "错误原因",
        ]);
        assert_eq!(layout.place(Column::IdNumber), Some(1));
        assert_eq!(layout.place(Column::Name), Some(2));
        assert_eq!(layout.place(Column::Education), Some(3));
        assert_eq!(layout.unknown(), ["序号"]);
        assert!(layout.0.missing(&titles()).is_empty());
        let layout = Layout::of(&["姓名", "身份证号", "姓名"]);
        assert_eq!(layout.0.missing(&titles()), ["民族", "学历", "职称系列"]);
        assert_eq!(layout.0.twice, ["姓名"]);
    }
}
