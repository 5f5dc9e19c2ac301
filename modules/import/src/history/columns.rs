//! The columns of the template of 历史学时导入, and how a file's header names them.

use kit::sheet::{Title, Wanted};

use crate::columns::{REASON, ROWS};

/// A column the import knows, in the template's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    IdNumber,
    Name,
    Year,
    Category,
    Title,
    Started,
    Ended,
    Hours,
    Organizer,
    Certificate,
    Kind,
}

/// What the template, its instructions and the reader need of a column.
pub struct Definition {
    pub column: Column,
    pub title: &'static str,
    pub aliases: &'static [&'static str],
    pub required: bool,
    /// In the template, in characters.
    pub width: f64,
    pub example: &'static str,
    /// How it is to be filled.
    pub rule: &'static str,
}

/// The sheet to fill in.
pub const SHEET: &str = "历史学时";

pub const COLUMNS: [Definition; 11] = [
    Definition {
        column: Column::IdNumber,
        title: "身份证号",
        aliases: &["身份证号码", "身份证", "公民身份号码", "证件号", "证件号码", "居民身份证号"],
        required: true,
        width: 22.0,
        example: crate::columns::EXAMPLE_NUMBER,
        rule: "必填。18 位，末位 X 大小写都可以。单元格须为文本格式，否则后几位会变成 0。",
    },
    Definition {
        column: Column::Name,
        title: "姓名",
        aliases: &["人员姓名", "名字"],
        required: true,
        width: 14.0,
        example: "示例：王小明",
        rule: "必填。与系统中登记的姓名一致。",
    },
    Definition {
        column: Column::Year,
        title: "年度",
        aliases: &["学习年度", "学时年度", "所属年度"],
        required: true,
        width: 8.0,
        example: "2023",
        rule: "必填。4 位年份，与结束日期的年份相同。2000 年以后、已经结束的年度。",
    },
    Definition {
        column: Column::Category,
        title: "科目",
        aliases: &["科目类别", "学习科目", "类别"],
        required: true,
        width: 12.0,
        example: "专业科目",
        rule: "必填。从下拉列表选择。",
    },
    Definition {
        column: Column::Title,
        title: "项目",
        aliases: &["学习项目", "项目名称", "培训项目", "培训名称", "课程名称"],
        required: true,
        width: 34.0,
        example: "中小学骨干教师培训班",
        rule: "必填。2–100 个字，与学时证书或登记表上的名称一致。",
    },
    Definition {
        column: Column::Started,
        title: "开始日期",
        aliases: &["开始时间", "起始日期", "起始时间"],
        required: true,
        width: 13.0,
        example: "2023-07-10",
        rule: "必填。写成 2023-07-10 的样子。",
    },
    Definition {
        column: Column::Ended,
        title: "结束日期",
        aliases: &["结束时间", "截止日期", "终止日期"],
        required: true,
        width: 13.0,
        example: "2023-07-14",
        rule: "必填。写成 2023-07-14 的样子，不早于开始日期。",
    },
    Definition {
        column: Column::Hours,
        title: "学时",
        aliases: &["认定学时", "学时数", "获得学时"],
        required: true,
        width: 8.0,
        example: "40",
        rule: "必填。原认定的学时，以 0.5 为单位，一项不超过 90。",
    },
    Definition {
        column: Column::Organizer,
        title: "认定机构",
        aliases: &["原认定机构", "认定单位", "认定部门", "发证单位"],
        required: true,
        width: 30.0,
        example: "示例县人力资源和社会保障局",
        rule: "必填。当时认定这项学时的机构全称，学时证明上会印出。",
    },
    Definition {
        column: Column::Certificate,
        title: "证书编号",
        aliases: &["证书号", "证明编号"],
        required: false,
        width: 20.0,
        example: "",
        rule: "可不填。不超过 50 个字。",
    },
    Definition {
        column: Column::Kind,
        title: "学习形式",
        aliases: &["学习方式", "形式"],
        required: false,
        width: 26.0,
        example: "培训、研修活动",
        rule: "可不填。从下拉列表选择。",
    },
];

impl Column {
    pub fn definition(self) -> &'static Definition {
        &COLUMNS[self as usize]
    }

    pub fn title(self) -> &'static str {
        self.definition().title
    }
}

fn titles() -> Vec<Title> {
    let title = |d: &Definition| Title { title: d.title, aliases: d.aliases, required: d.required };
    COLUMNS.iter().map(title).collect()
}

/// What the reader looks for in a file.
pub fn wanted() -> Wanted {
    Wanted {
        sheet: SHEET,
        titles: titles(),
        marks: &["身份证号", "姓名"],
        ignored: &[REASON, crate::failing::NUMBER],
        rows: ROWS,
    }
}

/// Which of a file's columns is which.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout(kit::sheet::Layout);

impl Layout {
    /// Finds our columns by the header's names, in any order.
    pub fn of<S: AsRef<str>>(header: &[S]) -> Self {
        Self(kit::sheet::Layout::of(header, &titles(), &[REASON, crate::failing::NUMBER]))
    }

    /// The template's own order: of rows that were typed on a screen.
    pub fn own() -> Self {
        Self::of(&COLUMNS.iter().map(|d| d.title).collect::<Vec<_>>())
    }

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
    use super::{COLUMNS, Column, Layout};

    #[test]
    fn every_title_and_alias_means_one_column_in_its_own_order() {
        for (place, definition) in COLUMNS.iter().enumerate() {
            assert_eq!(definition.column as usize, place);
            assert!(definition.rule.chars().count() <= 255);
            for name in definition.aliases.iter().chain([&definition.title]) {
                assert_eq!(Layout::of(&[name]).place(definition.column), Some(0), "{name}");
            }
        }
        assert_eq!(Layout::own().place(Column::Kind), Some(10));
    }
}
