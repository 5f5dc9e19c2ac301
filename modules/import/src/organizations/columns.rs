//! The columns of the templates of 主管部门 and 用人单位: what the form registers (3.1, 3.2), and
//! the first administrator.

use kit::OrganizationKind;
use kit::sheet::{Title, Wanted};

use super::kind::Kind;
use crate::columns::REASON;
use crate::failing::NUMBER;

/// A column the import knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    Name,
    CreditCode,
    Superior,
    Nature,
    Industry,
    Area,
    LegalPerson,
    Contact,
    Phone,
    Address,
    Postcode,
    Staff,
    Professionals,
    Series,
    Administrator,
    Login,
    AdministratorPhone,
}

/// What the templates, their instructions and the reader need of a column.
#[derive(Debug)]
pub struct Definition {
    pub column: Column,
    pub title: &'static str,
    pub aliases: &'static [&'static str],
    /// The form's field.
    pub field: &'static str,
    pub required: bool,
    /// Of one kind's file only.
    pub only: Option<OrganizationKind>,
    /// In the template, in characters.
    pub width: f64,
    pub example: &'static str,
    pub rule: &'static str,
}

/// How the name of the example row begins.
pub const EXAMPLE: &str = "示例：";
/// Rows of one file: more organizations than a county has.
pub const ROWS: usize = 5_000;

const EMPLOYER: Option<OrganizationKind> = Some(OrganizationKind::Employer);
const DEPARTMENT: Option<OrganizationKind> = Some(OrganizationKind::Department);

const fn column(
    column: Column,
    title: &'static str,
    field: &'static str,
    required: bool,
    (width, example): (f64, &'static str),
    rule: &'static str,
) -> Definition {
    Definition { column, title, aliases: &[], field, required, only: None, width, example, rule }
}

pub const COLUMNS: [Definition; 17] = [
    Definition {
        aliases: &["名称", "单位全称", "机构名称", "主管部门名称", "用人单位名称"],
        ..column(
            Column::Name,
            "单位名称",
            "name",
            true,
            (30.0, "示例：云川县第九小学"),
            "必填。2–60 个字，与单位公章一致的全称，全县不能重名。",
        )
    },
    Definition {
        aliases: &["信用代码", "社会信用代码", "统一信用代码", "统一社会信用代码证号"],
        ..column(
            Column::CreditCode,
            "统一社会信用代码",
            "credit_code",
            true,
            (24.0, "12419999MB0000000X"),
            "必填。18 位。单元格须为文本格式，否则全是数字的代码后几位会变成 0。",
        )
    },
    Definition {
        aliases: &["主管部门", "上级主管部门", "主管单位", "上级"],
        only: EMPLOYER,
        ..column(
            Column::Superior,
            "上级单位",
            "parent",
            false,
            (26.0, ""),
            "填主管部门（或人社局）的全称或统一社会信用代码；不填的归导入的单位自己管。",
        )
    },
    Definition {
        aliases: &["性质", "机构性质"],
        ..column(
            Column::Nature,
            "单位性质",
            "nature",
            true,
            (16.0, "事业单位"),
            "必填。从下拉列表选择。",
        )
    },
    Definition {
        aliases: &["所属行业", "行业类别"],
        ..column(
            Column::Industry,
            "行业",
            "industry",
            true,
            (20.0, "教育"),
            "必填。从下拉列表选择。",
        )
    },
    Definition {
        aliases: &["所属区域", "行政区划", "区划代码", "行政区划代码", "所属区划"],
        ..column(
            Column::Area,
            "区划",
            "area_code",
            false,
            (10.0, "419999"),
            "6 位行政区划代码；不填的与人社局相同。",
        )
    },
    Definition {
        aliases: &["法人", "法人代表", "单位负责人"],
        ..column(
            Column::LegalPerson,
            "法定代表人",
            "legal_person",
            false,
            (12.0, "赵明"),
            "可不填。不超过 50 个字。",
        )
    },
    Definition {
        aliases: &["单位联系人", "经办人"],
        ..column(Column::Contact, "联系人", "contact", true, (12.0, "钱丽"), "必填。2–50 个字。")
    },
    Definition {
        aliases: &["电话", "单位电话", "办公电话", "联系人电话"],
        ..column(
            Column::Phone,
            "联系电话",
            "phone",
            true,
            (18.0, "0371-66000000"),
            "必填。手机或带区号的电话。",
        )
    },
    Definition {
        aliases: &["单位地址", "通讯地址", "详细地址"],
        ..column(
            Column::Address,
            "地址",
            "address",
            true,
            (30.0, "云川县文化路 9 号"),
            "必填。2–100 个字。",
        )
    },
    Definition {
        aliases: &["邮政编码"],
        ..column(Column::Postcode, "邮编", "postcode", false, (9.0, "450000"), "可不填。6 位数字。")
    },
    Definition {
        aliases: &["职工人数", "在职职工数", "职工数"],
        ..column(Column::Staff, "职工总数", "staff", false, (10.0, "86"), "可不填。整数。")
    },
    Definition {
        aliases: &["专业技术人员数", "专技人数", "专业技术人员总数"],
        ..column(
            Column::Professionals,
            "专技人员数",
            "professionals",
            false,
            (12.0, "72"),
            "可不填。整数。",
        )
    },
    Definition {
        aliases: &["主管职称系列", "职称系列"],
        only: DEPARTMENT,
        ..column(
            Column::Series,
            "主管系列",
            "series",
            false,
            (26.0, "中小学教师"),
            "可不填。本部门主管的职称系列，有几个的用顿号隔开，写法见“字典”表。",
        )
    },
    Definition {
        aliases: &["管理员", "首位管理员", "单位管理员"],
        ..column(
            Column::Administrator,
            "管理员姓名",
            "administrator",
            true,
            (12.0, "孙强"),
            "必填。2–50 个字。导入后他是这个单位的超级管理员。",
        )
    },
    Definition {
        aliases: &["登录账号", "管理员账号", "账号", "登录名"],
        ..column(
            Column::Login,
            "管理员登录账号",
            "login",
            false,
            (18.0, ""),
            "4–32 位字母、数字和 . _ -，全系统不能重复；不填的由系统按单位名称的拼音首字母生成，核对时列出。",
        )
    },
    Definition {
        aliases: &["管理员手机号", "管理员手机号码", "管理员电话", "管理员联系电话"],
        ..column(
            Column::AdministratorPhone,
            "管理员手机",
            "administrator_phone",
            false,
            (15.0, "13800000000"),
            "可不填。11 位手机号码。",
        )
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

/// The columns of a kind's file, in the template's order.
pub fn of(kind: &Kind) -> impl Iterator<Item = &'static Definition> {
    let kind = kind.kind;
    COLUMNS.iter().filter(move |one| one.only.is_none_or(|only| only == kind))
}

fn titles(kind: &Kind) -> Vec<Title> {
    let title = |d: &Definition| Title { title: d.title, aliases: d.aliases, required: d.required };
    of(kind).map(title).collect()
}

/// What the reader looks for in a file of this kind.
pub fn wanted(kind: &Kind) -> Wanted {
    Wanted {
        sheet: kind.noun,
        titles: titles(kind),
        marks: &["单位名称", "统一社会信用代码"],
        ignored: &[REASON, NUMBER],
        rows: ROWS,
    }
}

/// Which of a file's columns is which.
#[derive(Debug, Clone)]
pub struct Layout {
    inner: kit::sheet::Layout,
    columns: Vec<Column>,
}

impl Layout {
    /// Finds our columns by the header's names, in any order.
    pub fn of<S: AsRef<str>>(kind: &Kind, header: &[S]) -> Self {
        let inner = kit::sheet::Layout::of(header, &titles(kind), &[REASON, NUMBER]);
        Self { inner, columns: of(kind).map(|one| one.column).collect() }
    }

    /// Where in a row this column stands.
    pub fn place(&self, column: Column) -> Option<usize> {
        let at = self.columns.iter().position(|one| *one == column)?;
        self.inner.place(at)
    }

    /// Headers that mean nothing to us.
    pub fn unknown(&self) -> &[String] {
        &self.inner.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind;
    use super::{COLUMNS, Column, Layout};

    #[test]
    fn every_title_and_alias_means_one_column_of_its_kinds() {
        for (place, definition) in COLUMNS.iter().enumerate() {
            assert_eq!(definition.column as usize, place);
            assert!(definition.rule.chars().count() <= 255);
            for kind in kind::ALL {
                let known = definition.only.is_none_or(|only| only == kind.kind);
                for name in definition.aliases.iter().chain([&definition.title]) {
                    let found = Layout::of(kind, &[name]).place(definition.column);
                    assert_eq!(found, known.then_some(0), "{name} of {}", kind.noun);
                }
            }
        }
        let other = Layout::of(&kind::DEPARTMENTS, &["上级单位", "单位名称"]);
        assert_eq!(other.unknown(), ["上级单位"]);
        assert_eq!(other.place(Column::Superior), None);
    }
}
