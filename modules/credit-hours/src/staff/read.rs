//! An uploaded roster, row by row: whom of the unit's people it names, and what is wrong with the
//! rest. Whether somebody may be declared is not asked here (`roster::check`).

use std::collections::HashMap;

use kit::sheet::{Row, Table, Title, Wanted};
use kit::{Hours, IdentityId, mask};
use time::Date;

use super::own_people::{Added, MOST, OwnPerson};
use super::problems::Problem;

/// The template's sheet.
pub const SHEET: &str = "单位申报名单";
pub const NUMBER: &str = "身份证号";
pub const NAME: &str = "姓名";
pub const HOURS: &str = "学时";
pub const CERTIFICATE: &str = "证书编号";
pub const NOTE: &str = "备注";

/// What the reader looks for in a file.
pub fn wanted() -> Wanted {
    Wanted {
        sheet: SHEET,
        titles: vec![
            Title::required(
                NUMBER,
                &["身份证号码", "身份证", "公民身份号码", "证件号", "证件号码", "居民身份证号"],
            ),
            Title::required(NAME, &["人员姓名", "名字"]),
            Title::optional(HOURS, &["申报学时", "认定学时"]),
            Title::optional(CERTIFICATE, &["证书号", "证书或批准编号", "结业证书编号"]),
            Title::optional(NOTE, &["说明"]),
        ],
        marks: &[NUMBER, NAME],
        ignored: &[],
        rows: MOST,
    }
}

/// Reads the rows. `hours`: those of the header, which no row may exceed.
pub fn read(
    table: &Table,
    hours: Hours,
    people: &[OwnPerson],
    today: Date,
) -> (Vec<Added>, Vec<Problem>) {
    let known = Known::of(people);
    let mut seen: HashMap<IdentityId, u32> = HashMap::new();
    let (mut added, mut problems) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let before = problems.len();
        let person = known.person(table, row, today, &mut problems);
        let own = own_hours(table, row, hours, &mut problems);
        let certificate = text(table, row, (3, CERTIFICATE, 80), &mut problems);
        let note = text(table, row, (4, NOTE, 200), &mut problems);
        let Some(person) = person else { continue };
        if let Some(first) = seen.get(&person.identity_id) {
            let message = format!("与第 {first} 行是同一个人");
            let typed = table.text(row, 0);
            problems.push(Problem::new(row.number, NUMBER, typed, message, "两行只保留一行"));
        }
        seen.entry(person.identity_id).or_insert(row.number);
        if problems.len() == before {
            added.push(Added { hours: own, certificate, note, ..Added::picked(person) });
        }
    }
    (added, problems)
}

/// The unit's people by what a row may name them with.
struct Known<'a> {
    by_number: HashMap<&'a str, &'a OwnPerson>,
    /// Masked number and name, as the template lists them.
    by_mask: HashMap<(String, String), Vec<&'a OwnPerson>>,
}

impl<'a> Known<'a> {
    fn of(people: &'a [OwnPerson]) -> Self {
        let by_number = people.iter().map(|one| (one.number.as_str(), one)).collect();
        let mut by_mask: HashMap<_, Vec<&OwnPerson>> = HashMap::new();
        for one in people {
            let key = (mask::mask_id(&one.number), plain(&one.name));
            by_mask.entry(key).or_default().push(one);
        }
        Self { by_number, by_mask }
    }

    /// Whom the row names.
    fn person(
        &self,
        table: &Table,
        row: &Row,
        today: Date,
        problems: &mut Vec<Problem>,
    ) -> Option<&'a OwnPerson> {
        let (typed, name) = (table.text(row, 0), table.text(row, 1));
        let mut tell = |title: &str, value: &str, message: &str, remedy: &str| {
            problems.push(Problem::new(row.number, title, value, message, remedy));
        };
        if name.is_empty() {
            tell(NAME, name, "没有填写", "填写本人登记的姓名");
        }
        if typed.contains('*') {
            let key = (kit::id_card::normalised(typed), plain(name));
            return match self.by_mask.get(&key).map(Vec::as_slice) {
                Some([one]) => Some(one),
                Some(_) => {
                    let message = "本单位有几个同名同号段的人，分不清是哪一个";
                    tell(NUMBER, typed, message, "填写完整的 18 位号码");
                    None
                }
                None => {
                    let remedy = "填写完整的 18 位号码，或者从模板中复制";
                    tell(NUMBER, typed, "本单位没有这个号段和姓名的人员", remedy);
                    None
                }
            };
        }
        let card = match kit::sheet::id_card(table.header.layout.cell(row, 0), today) {
            Ok(card) => card,
            Err(damage) => {
                tell(NUMBER, typed, &damage.message, damage.remedy);
                return None;
            }
        };
        let Some(person) = self.by_number.get(card.number()).copied() else {
            let remedy = "核对号码；不是本单位人员的，由其所在单位申报";
            tell(NUMBER, typed, "本单位没有这个身份证号的人员", remedy);
            return None;
        };
        if !name.is_empty() && plain(name) != plain(&person.name) {
            let remedy = "核对姓名和号码是不是同一个人；改过名的，先修改人员信息";
            tell(NAME, name, "与该身份证号登记的姓名不一致", remedy);
            return None;
        }
        (!name.is_empty()).then_some(person)
    }
}

/// A row's own hours; blank: the header's.
fn own_hours(table: &Table, row: &Row, most: Hours, problems: &mut Vec<Problem>) -> Option<Hours> {
    let typed = table.text(row, 2);
    if typed.is_empty() {
        return None;
    }
    let (message, remedy) = match Hours::parse(typed) {
        Ok(hours) if hours.is_zero() => {
            ("学时要大于 0".to_owned(), "没有学时的，把这一行删去".to_owned())
        }
        Ok(hours) if hours > most => (
            format!("{hours} 学时超过这次申报的 {most} 学时"),
            format!("填不超过 {most} 的学时，或留空按 {most} 学时"),
        ),
        Ok(hours) => return (hours != most).then_some(hours),
        Err(error) => {
            let text = error.to_string();
            (text.trim_end_matches('。').to_owned(), "填数字，例如 8 或 7.5，或留空".to_owned())
        }
    };
    problems.push(Problem::new(row.number, HOURS, typed, message, &remedy));
    None
}

/// A short text.
fn text(
    table: &Table,
    row: &Row,
    (at, title, most): (usize, &str, usize),
    problems: &mut Vec<Problem>,
) -> String {
    let typed = table.text(row, at);
    let count = typed.chars().count();
    if count > most {
        let message = format!("最多 {most} 个字，现在有 {count} 个");
        problems.push(Problem::new(row.number, title, typed, message, "精简后再上传"));
    }
    typed.to_owned()
}

/// A name as it is compared: without blanks, dots alike.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '•' | '‧' | '・' | '･' | '∙' | '．' | '.' => '·',
            c => kit::initials::half_width(c),
        })
        .filter(|c| !c.is_whitespace() && !kit::initials::is_invisible(*c))
        .collect()
}

#[cfg(test)]
mod tests {
    use kit::sheet::{Cell, Header, Layout, Row, Table};
    use kit::{Hours, IdentityId, PersonId};
    use time::macros::date;

    use super::{OwnPerson, read, wanted};

    fn person(id: i64, number: &str, name: &str) -> OwnPerson {
        OwnPerson {
            id: PersonId(id),
            identity_id: IdentityId(id),
            number: number.to_owned(),
            name: name.to_owned(),
            place: String::new(),
            state: "serving".to_owned(),
        }
    }

    fn table(rows: &[[&str; 4]]) -> Table {
        let titles = ["身份证号", "姓名", "学时", "证书编号"].map(str::to_owned).to_vec();
        let layout = Layout::of(&titles, &wanted().titles, &[]);
        let header = Header { sheet: String::new(), row: 1, titles, layout };
        let rows = (2..)
            .zip(rows)
            .map(|(number, cells)| Row {
                number,
                cells: cells.iter().map(|text| Cell::Text((*text).to_owned())).collect(),
            })
            .collect();
        Table { header, rows, hidden: 0 }
    }

    const HE: &str = "41999919860520018X";
    const ZHOU: &str = "419999198503150011";

    fn told(rows: &[[&str; 4]]) -> (Vec<String>, Vec<String>) {
        let people = [person(1, HE, "何敏"), person(2, ZHOU, "阿依·古丽")];
        let (added, problems) = read(&table(rows), Hours::whole(8), &people, date!(2026 - 11 - 23));
        let added = added.iter().map(|one| {
            let hours = one.hours.map_or_else(|| "本次".to_owned(), |hours| hours.to_string());
            format!("{} {hours}", one.name)
        });
        let problems = problems
            .iter()
            .map(|one| format!("{} {} {}：{}", one.number, one.title, one.value, one.message));
        (added.collect(), problems.collect())
    }

    #[test]
    fn good_rows_name_the_units_people() {
        let (added, problems) = told(&[
            ["41999919860520018x", " 何 敏", "7.5", "A-1"],
            ["4199************11", "阿依．古丽", "", ""],
        ]);
        assert_eq!(added, ["何敏 7.5", "阿依·古丽 本次"]);
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn each_wrong_cell_is_named_with_what_was_typed() {
        let (added, problems) = told(&[
            ["419999198605200180", "何敏", "", ""],
            [HE, "何明", "", ""],
            ["419999199001010013", "王芳", "", ""],
            [HE, "何敏", "9", ""],
            [ZHOU, "阿依·古丽", "八", ""],
            [ZHOU, "", "", ""],
            ["4199************99", "阿依·古丽", "", ""],
        ]);
        assert_eq!(added, [""; 0]);
        assert_eq!(
            problems,
            [
                "2 身份证号 419999198605200180：校验位不对",
                "3 姓名 何明：与该身份证号登记的姓名不一致",
                "4 身份证号 419999199001010013：本单位没有这个身份证号的人员",
                "5 学时 9：9 学时超过这次申报的 8 学时",
                "6 学时 八：学时应为数字，例如 40 或 7.5",
                "7 姓名 ：没有填写",
                "8 身份证号 4199************99：本单位没有这个号段和姓名的人员",
            ]
        );
    }

    #[test]
    fn somebody_named_twice_is_told() {
        let (added, problems) = told(&[[HE, "何敏", "", ""], [HE, "何敏", "4", ""]]);
        assert_eq!(added, ["何敏 本次"]);
        assert_eq!(problems, [format!("3 身份证号 {HE}：与第 2 行是同一个人")]);
    }
}
