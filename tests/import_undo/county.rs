//! Files, imports and the contents of every table.

use std::collections::BTreeMap;

use rust_xlsxwriter::Workbook;
use sqlx::AssertSqlSafe;

use crate::support::{Browser, World};

/// A row of a file: title and text of each cell; what is not said is empty.
#[derive(Debug, Clone)]
pub struct Row(pub BTreeMap<&'static str, String>);

pub const TITLES: [&str; 10] = [
    "姓名",
    "身份证号",
    "民族",
    "手机号码",
    "学历",
    "职称系列",
    "职称等级",
    "职称名称",
    "内设部门",
    "备注",
];

impl Row {
    /// A row that is right.
    pub fn new(name: &str, number: &str) -> Self {
        let cells = [
            ("姓名", name),
            ("身份证号", number),
            ("民族", "汉族"),
            ("手机号码", "13812345678"),
            ("学历", "大学本科"),
            ("职称系列", "中小学教师"),
            ("职称等级", "中级"),
            ("职称名称", "一级教师"),
        ];
        Self(cells.into_iter().map(|(title, text)| (title, text.to_owned())).collect())
    }

    pub fn with(mut self, title: &'static str, text: &str) -> Self {
        self.0.insert(title, text.to_owned());
        self
    }

    pub fn at(self, department: &str) -> Self {
        self.with("内设部门", department)
    }
}

pub fn file(rows: &[Row]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip(TITLES) {
        sheet.write_string(0, column, title).unwrap();
        for (at, row) in (1..).zip(rows) {
            sheet.write_string(at, column, row.0.get(title).map_or("", String::as_str)).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// The number of the `n`th of many: none of them the others' or `id_number`'s.
pub fn number(n: u32) -> String {
    let first = format!(
        "41999919{:02}{:02}{:02}{:03}",
        60 + n / 200_000,
        1 + n / 20_000 % 10,
        1 + n / 1_000 % 20,
        n % 1_000
    );
    format!("{first}{}", kit::id_card::check_character(&first).unwrap())
}

/// Uploads a file and waits for its check; gives the import's number.
pub async fn upload(
    county: &World,
    browser: &mut Browser<'_>,
    bytes: &[u8],
    fields: &[(&str, &str)],
) -> i64 {
    browser.get("/import").await.is(200);
    browser.upload("/import", fields, &[("file", "名单.xlsx", bytes)]).await.is(303);
    for _ in 0..600 {
        if county.number("select count(*) from import where state = 'checking'").await == 0 {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    county.number("select max(id) from import").await
}

/// Uploads and imports; gives the import's number.
pub async fn import(
    county: &World,
    browser: &mut Browser<'_>,
    bytes: &[u8],
    fields: &[(&str, &str)],
    choice: &[(&str, &str)],
) -> i64 {
    let id = upload(county, browser, bytes, fields).await;
    browser.post(&format!("/import/{id}/confirm"), choice).await.is(303);
    id
}

/// Tables that tell what happened, not what is: an import and its undo are in them for good.
const HISTORY: [&str; 9] = [
    "import",
    "import_row",
    "import_problem",
    "import_touch",
    "trail",
    "job",
    "session",
    // that a year has rows at all
    "ledger_year",
    // the highest number of a person who is gone: none is given twice
    "serial",
];

/// Every table's rows, sorted; the search by what it finds. An index of sums whose rows say nothing
/// (all zero) is the same as none.
pub async fn dump(county: &World) -> BTreeMap<String, Vec<String>> {
    let mut db = county.db().read().await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
            and name not like '%_search%'",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    let mut dump = BTreeMap::new();
    for table in tables.iter().filter(|table| !HISTORY.contains(&table.as_str())) {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?)")
            .bind(table)
            .fetch_all(&mut *db)
            .await
            .unwrap();
        let cells = columns.iter().map(|name| format!("quote(\"{name}\")")).collect::<Vec<_>>();
        let only = match table.as_str() {
            "unit_year" => " where (people, complete, zero, hours) <> (0, 0, 0, 0)",
            "person_count" => " where people <> 0",
            _ => "",
        };
        let sql = format!("select {} from \"{table}\"{only} order by 1", cells.join(" || '|' || "));
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *db).await.unwrap();
        dump.insert(table.clone(), rows);
    }
    let found: Vec<String> =
        sqlx::query_scalar("select cast(rowid as text) from person_search order by 1")
            .fetch_all(&mut *db)
            .await
            .unwrap();
    dump.insert("person_search".to_owned(), found);
    dump
}

/// Panics with the tables and rows that differ.
pub fn same(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) {
    let mut differing = vec![];
    for (table, rows) in before {
        let now = &after[table];
        let gone: Vec<_> = rows.iter().filter(|row| !now.contains(row)).collect();
        let new: Vec<_> = now.iter().filter(|row| !rows.contains(row)).collect();
        if !gone.is_empty() || !new.is_empty() {
            differing.push(format!("{table}: gone {gone:#?}, new {new:#?}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
