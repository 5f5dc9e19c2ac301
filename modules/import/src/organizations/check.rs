//! One row, checked by the form's own reader (3.1, 3.2): what it says, or what is wrong, where and
//! how to mend it. What the database knows comes after (`against`).

use accounts::organizations::adding::administrator_fields;
use accounts::organizations::{Profile, form};
use kit::credit_code::CreditCode;
use kit::dictionary::{INDUSTRIES, ORGANIZATION_NATURES, TITLE_SERIES};
use kit::sheet::{Cell, Row};
use kit::{Form, OrganizationId};

use super::columns::{self, Column, Definition, EXAMPLE, Layout};
use super::kind::Kind;
use super::known::Known;
use crate::check::{FORMULA_ERRORS, Level, one_line};
use crate::store::{Kept, KeptProblem};

/// Something about one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub column: Column,
    pub level: Level,
    pub value: String,
    pub message: String,
    pub remedy: String,
}

impl From<&Problem> for KeptProblem {
    fn from(problem: &Problem) -> Self {
        let Problem { column, level, value, message, remedy } = problem.clone();
        Self { level: level.key(), column: column.title(), value, message, remedy }
    }
}

/// What an accepted row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub name: String,
    pub credit_code: String,
    /// 上级单位 as typed; empty: the importer's own.
    pub superior: String,
    pub profile: Profile,
    pub administrator: String,
    /// Empty until one is proposed.
    pub login: String,
    pub phone: String,
}

/// A row and all that is known of it.
#[derive(Debug)]
pub struct CheckedRow {
    pub number: u32,
    pub cells: Vec<Cell>,
    /// None if anything is wrong.
    pub accepted: Option<Accepted>,
    /// Under whom it comes, once compared.
    pub superior: Option<OrganizationId>,
    /// The one that is there already, once compared.
    pub known: Option<Known>,
    pub problems: Vec<Problem>,
}

impl CheckedRow {
    /// `error`, `known`, `warn` or `ok`.
    pub fn verdict(&self) -> &'static str {
        if self.accepted.is_none() {
            "error"
        } else if self.known.is_some() {
            "known"
        } else if self.problems.is_empty() {
            "ok"
        } else {
            "warn"
        }
    }

    pub fn typed(&self, layout: &Layout, column: Column) -> &str {
        layout.place(column).and_then(|at| self.cells.get(at)).map_or("", Cell::text)
    }

    /// A problem with a cell, found after the row's own check.
    pub fn tell(
        &mut self,
        layout: &Layout,
        level: Level,
        column: Column,
        message: impl Into<String>,
        remedy: &str,
    ) {
        let value = self.typed(layout, column).to_owned();
        let (message, remedy) = (message.into(), remedy.to_owned());
        self.problems.push(Problem { column, level, value, message, remedy });
        if level == Level::Error {
            self.accepted = None;
        }
    }

    /// As it is kept; of one that is there already, that.
    pub fn kept(&self) -> kit::Result<Kept> {
        let mut problems: Vec<KeptProblem> = self.problems.iter().map(KeptProblem::from).collect();
        let known = self.known.as_ref().filter(|_| self.accepted.is_some());
        if let (Some(known), Some(accepted)) = (known, &self.accepted) {
            problems.insert(0, known.told(accepted));
        }
        Ok(Kept {
            number: self.number,
            verdict: self.verdict(),
            fill: i64::from(known.is_some_and(|known| known.fills.is_some())),
            renew: i64::from(known.is_some_and(|known| known.updates.is_some())),
            seen: String::new(),
            content: serde_json::to_string(&self.cells)?,
            problems,
        })
    }
}

/// What rows are checked with.
#[derive(Debug, Clone)]
pub struct Checker {
    pub kind: &'static Kind,
    pub layout: Layout,
    /// 区划 of a row that says none.
    pub area_code: String,
}

impl Checker {
    /// Checks one row; none for the template's example.
    pub fn row(&self, row: Row) -> Option<CheckedRow> {
        let cell = |column| self.layout.place(column).and_then(|at| row.cells.get(at));
        let name = cell(Column::Name).map_or("", Cell::text);
        if one_line(name).replace(':', "：").starts_with(EXAMPLE) {
            return None;
        }
        let mut form = Form::new();
        let mut problems = vec![];
        for definition in columns::of(self.kind) {
            let cell = cell(definition.column).cloned().unwrap_or_default();
            let typed = one_line(cell.text());
            if let Some((message, remedy)) = damage(definition.column, &cell, &typed) {
                form.refuse(definition.field, "…"); // what follows from it is not told as well
                problems.push(Problem {
                    column: definition.column,
                    level: Level::Error,
                    value: typed.clone(),
                    message: message.to_owned(),
                    remedy: remedy.to_owned(),
                });
            }
            self.fill(&mut form, definition, typed);
        }
        let typed = form::read(self.kind.kind, &mut form, &Profile::default(), &[]);
        let proposed = form.text("login").is_empty();
        let administrator = administrator_fields(&mut form);
        for definition in columns::of(self.kind) {
            let Some(sentence) = form.errors().get(definition.field) else { continue };
            let told = problems.iter().any(|one| one.column == definition.column);
            if told || (proposed && definition.column == Column::Login) {
                continue;
            }
            problems.push(problem(definition, cell(definition.column), sentence));
        }
        let fine = problems.iter().all(|one| one.level != Level::Error);
        let code = CreditCode::parse(&typed.credit_code);
        let accepted = fine.then(|| Accepted {
            name: typed.name,
            credit_code: code.map(|code| code.as_str().to_owned()).unwrap_or_default(),
            superior: form.text("parent"),
            profile: typed.profile,
            administrator: administrator.name,
            login: administrator.login,
            phone: administrator.phone,
        });
        let (number, cells) = (row.number, row.cells);
        Some(CheckedRow { number, cells, accepted, superior: None, known: None, problems })
    }

    /// A cell into the form, words as the codes it offers.
    fn fill(&self, form: &mut Form, definition: &Definition, typed: String) {
        let code = |dictionary: &kit::dictionary::Dictionary, typed: &str| {
            dictionary.find(typed).map_or_else(|| typed.to_owned(), |entry| entry.code.to_owned())
        };
        let value = match definition.column {
            Column::Nature => code(&ORGANIZATION_NATURES, &typed),
            Column::Industry => code(&INDUSTRIES, &typed),
            Column::Area if typed.is_empty() => self.area_code.clone(),
            Column::Series => {
                let words = typed.split(['、', ',', '，', ';', '；', '/']).map(str::trim);
                let codes = words.filter(|word| !word.is_empty());
                return form.set_list(
                    definition.field,
                    codes.map(|word| code(&TITLE_SERIES, word)).collect::<Vec<_>>(),
                );
            }
            _ => typed,
        };
        form.set(definition.field, value);
    }
}

/// What a spreadsheet has done to a cell.
fn damage(column: Column, cell: &Cell, typed: &str) -> Option<(&'static str, &'static str)> {
    if FORMULA_ERRORS.contains(&typed) {
        return Some(("公式出错，没有值", "改为填写实际内容"));
    }
    let digits = typed.bytes().filter(u8::is_ascii_digit).count();
    let scientific = typed.contains("E+") || typed.contains("e+");
    if column == Column::CreditCode && (scientific || cell.is_number() && digits > 15) {
        return Some((
            "信用代码被当成了数字，后面几位已经变成 0",
            "先把这一列设为文本格式，再重新填写完整的 18 位代码",
        ));
    }
    None
}

/// The form's sentence as what is wrong and how to mend it.
fn problem(definition: &'static Definition, cell: Option<&Cell>, sentence: &str) -> Problem {
    let value = cell.map_or_else(String::new, |cell| one_line(cell.text()));
    let sentence = sentence.trim_end_matches('。');
    let fallback = definition.rule.split('。').find(|part| *part != "必填" && *part != "可不填");
    let fallback = fallback.unwrap_or(definition.rule);
    let (message, remedy) = match (sentence.split_once('。'), sentence.split_once("，请")) {
        _ if value.is_empty() => ("没有填写", sentence.to_owned()),
        (Some((message, remedy)), _) => (message, remedy.to_owned()),
        (_, Some((message, remedy))) => (
            message,
            format!("请{remedy}")
                .replace("重新选择", "从下拉列表中选择")
                .replace("重新勾选", "照“字典”表改写"),
        ),
        _ => (sentence, fallback.to_owned()),
    };
    Problem {
        column: definition.column,
        level: Level::Error,
        value,
        message: message.to_owned(),
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use kit::sheet::{Cell, Row};

    use super::super::columns::{Column, Layout};
    use super::super::kind;
    use super::{CheckedRow, Checker};

    const HEADER: [&str; 9] =
        ["单位名称", "信用代码", "性质", "行业", "联系人", "电话", "地址", "管理员姓名", "账号"];

    fn check(cells: [&str; 9]) -> Option<CheckedRow> {
        let layout = Layout::of(&kind::EMPLOYERS, &HEADER);
        let checker = Checker { kind: &kind::EMPLOYERS, layout, area_code: "419999".to_owned() };
        let cells = cells.iter().map(|text| Cell::Text((*text).to_owned())).collect();
        checker.row(Row { number: 2, cells })
    }

    fn told(cells: [&str; 9]) -> Vec<(Column, String)> {
        let row = check(cells).unwrap();
        assert!(row.accepted.is_none());
        row.problems
            .into_iter()
            .map(|p| (p.column, format!("{}。{}", p.message, p.remedy)))
            .collect()
    }

    fn code() -> String {
        let first = "12419999MB0000001";
        format!("{first}{}", kit::credit_code::check_character(first).unwrap())
    }

    #[test]
    fn a_row_says_what_the_form_would() {
        let code = code();
        let spaced = format!("{} {}", &code[..8], code[8..].to_lowercase());
        let row = check([
            "　第九小学 ",
            &spaced,
            "事业单位",
            "教育",
            "钱丽",
            "0371-66000000",
            "文化路 9 号",
            "孙强",
            "",
        ]);
        let row = row.unwrap();
        let accepted = row.accepted.as_ref().unwrap();
        assert_eq!(
            (accepted.name.as_str(), accepted.credit_code.as_str()),
            ("第九小学", code.as_str())
        );
        assert_eq!(accepted.profile.area_code, "419999");
        assert_eq!(accepted.login, "");
        assert!(!accepted.profile.nature.is_empty() && accepted.profile.nature != "事业单位");
        assert_eq!(row.verdict(), "ok");
        let example = check(["示例：云川县第九小学", "1", "", "", "", "", "", "", ""]);
        assert!(example.is_none());
    }

    #[test]
    fn each_bad_cell_is_told_with_its_remedy() {
        let wrong = format!("{}{}", &code()[..17], if code().ends_with('0') { '1' } else { '0' });
        let told = told(["九", &wrong, "公司制", "教育", "", "12", "文化路 9 号", "孙", "张三"]);
        let columns: Vec<Column> = told.iter().map(|(column, _)| *column).collect();
        assert_eq!(
            columns,
            [
                Column::Name,
                Column::CreditCode,
                Column::Nature,
                Column::Contact,
                Column::Phone,
                Column::Administrator,
                Column::Login
            ]
        );
        assert_eq!(told[2].1, "单位性质不在可选内容中。请从下拉列表中选择");
        assert_eq!(told[3].1, "没有填写。请填写联系人");
        assert!(told.iter().all(|(_, text)| !text.ends_with('。')), "{told:?}");
    }

    #[test]
    fn a_code_that_became_a_number_is_called_that() {
        let told = told([
            "第九小学",
            "1.24199E+17",
            "事业单位",
            "教育",
            "钱丽",
            "0371-66000000",
            "文化路",
            "孙强",
            "",
        ]);
        assert_eq!(told.len(), 1);
        assert!(told[0].1.contains("被当成了数字"), "{told:?}");
    }
}
