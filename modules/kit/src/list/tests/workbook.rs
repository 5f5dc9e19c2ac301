//! The export.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::{LIST, Scope, ask, county, user};
use crate::list::{Extra, Fixed, export, file_name, store_query};
use crate::{Db, Form, Settings};

#[tokio::test]
async fn what_is_exported_is_what_is_shown_on_all_pages() {
    let county = county(5_000).await;
    let who = user(1, Scope::County);
    let grant = who.grant.clone().unwrap();
    let db = Db::from(county.pools.clone());
    let mut tx = db.begin().await.unwrap();
    let form = Form::of([("q", "=1+1".to_owned())]);
    // "=1+1" is the letters 1 1 to the search, which that name has
    let address =
        store_query(&mut tx, &LIST, "/test/things", &who, &form, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    for (address, rows, word) in [
        ("/lists/things/export".to_owned(), 4_286, "导出“测试列表” 4,286 行"),
        ("/lists/things/export?page=3&size=50&order=year".to_owned(), 4_286, "4,286 行"),
        (
            "/lists/things/export?state=wait&at_from=2026-11-05".to_owned(),
            0,
            "条件：状态：待审核，提交时间：2026-11-05及以后",
        ),
        (address, 857, "条件：按输入内容查询"),
    ] {
        let extra = Extra::default();
        let settings = Settings::default();
        let file =
            export(&LIST, &ask(&address), &db, &who, &grant, &county.clock, &settings, extra)
                .await
                .unwrap();
        assert_eq!(file.name, "云川县人社局_测试列表_20261123.xlsx");
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).unwrap();
        let formulas = book.worksheet_formula("测试列表").unwrap();
        assert!(formulas.is_empty());
        let sheet = book.worksheet_range("测试列表").unwrap();
        let shown: Vec<&[Data]> = sheet.rows().skip(3).collect();
        if rows > 0 {
            assert_eq!(shown.len(), rows, "{address}");
        }
        let head: Vec<String> =
            sheet.rows().nth(2).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(
            head,
            ["姓名", "身份证号", "单位", "手机", "学时", "状态", "提交时间", "已等待（工作日）"]
        );
        let text = |at: usize| shown[0][at].to_string();
        assert!(text(1).starts_with("4199************"), "{}", text(1));
        assert!(text(3).starts_with("138****"));
        assert!(matches!(shown[0][4], Data::Float(_) | Data::Int(_)));
        assert!(["待审核", "已通过"].contains(&text(5).as_str()));
        if let Some(formula) = shown.iter().find(|row| row[0].to_string().starts_with('=')) {
            assert_eq!(formula[0], Data::String("=1+1".to_owned()));
        }
        let mut reader = db.read().await.unwrap();
        let (act, object, said): (String, String, String) =
            sqlx::query_as("select act, object, text from trail order by id desc limit 1")
                .fetch_one(&mut *reader)
                .await
                .unwrap();
        assert_eq!((act.as_str(), object.as_str()), ("list.export", "list:things"));
        assert!(said.contains(word) && !said.contains("=1+1"), "{said}");
    }
}

#[tokio::test]
async fn every_row_is_exported_in_the_order_of_the_page() {
    let county = county(4_700).await;
    let who = user(1, Scope::Department(crate::OrganizationId(2)));
    let grant = who.grant.clone().unwrap();
    let db = Db::from(county.pools.clone());
    let fixed = Fixed { sql: "t.year in (?, ?)", values: vec![2021, 2022] };
    let extra = Extra { fixed: vec![fixed], ..Extra::default() };
    let settings = Settings::default();
    let file = export(&LIST, &ask("/x"), &db, &who, &grant, &county.clock, &settings, extra)
        .await
        .unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).unwrap();
    let sheet = book.worksheet_range("测试列表").unwrap();
    let shown: Vec<String> =
        sheet.rows().skip(3).map(|row| format!("{} {} {}", row[0], row[6], row[3])).collect();
    let mut reader = db.read().await.unwrap();
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select name, at, phone from thing where state <> 'gone' and department_id = 2
            and year in (2021, 2022) order by at desc, id desc",
    )
    .fetch_all(&mut *reader)
    .await
    .unwrap();
    let all: Vec<String> = rows
        .iter()
        .map(|(name, at, phone)| {
            format!("{name} {} {}", crate::day::shown_time(at), crate::mask::mask_phone(phone))
        })
        .collect();
    assert!(all.len() > 1_000);
    assert_eq!(shown, all);
}

#[test]
fn a_file_name_has_nothing_a_file_system_refuses() {
    let day = time::macros::date!(2026 - 11 - 23);
    assert_eq!(file_name("甲/乙", "a:b", day), "甲 乙_a b_20261123.xlsx");
}
