//! Promises of list pages, on a small table with many ties.

mod pages;
mod queries;
mod workbook;

use std::collections::BTreeMap;

use super::ask::Asked;
use super::narrow::View;
use super::turn::{Turned, turned};
use super::{Ask, Cell, Column, Filter, FilterKind, Fixed, List, MASKED_ID, Order, Search, plans};
use crate::access::Scope;
use crate::testing::{County, LEAF, user};
use crate::{OrganizationId, User, initials};

static LIST: List = List {
    key: "things",
    title: "测试列表",
    href: "/test/things",
    leaf: LEAF,
    from: "thing t left join organization o on o.id = t.organization_id left join identity i on i.id = t.identity_id",
    alias: "t",
    only: "t.state <> 'gone'",
    columns: &[
        Column { key: "name", title: "姓名", sql: "t.name", cell: Cell::Link, order: "" },
        Column {
            key: "number", title: "身份证号", sql: MASKED_ID, cell: Cell::Text, order: ""
        },
        Column { key: "unit", title: "单位", sql: "o.name", cell: Cell::Long, order: "" },
        Column { key: "phone", title: "手机", sql: "t.phone", cell: Cell::Phone, order: "" },
        Column { key: "hours", title: "学时", sql: "t.hours", cell: Cell::Hours, order: "" },
        Column {
            key: "state",
            title: "状态",
            sql: "t.state",
            cell: Cell::Tag(&[("wait", "待审核", "wait"), ("done", "已通过", "pass")]),
            order: "",
        },
        Column { key: "at", title: "提交时间", sql: "t.at", cell: Cell::Minute, order: "at" },
        Column { key: "waiting", title: "已等待", sql: "t.at", cell: Cell::Waiting, order: "" },
    ],
    filters: &[
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[("wait", "待审核"), ("done", "已通过")]),
            sql: "t.state = ?",
        },
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select distinct year, year || '年' from thing order by 1 desc",
            ),
            sql: "t.year = ?",
        },
        Filter { key: "at", label: "提交时间", kind: FilterKind::Times, sql: "t.at" },
        Filter { key: "born", label: "出生日期", kind: FilterKind::Days, sql: "t.born" },
    ],
    search: Some(Search {
        label: "姓名、身份证号",
        placeholder: "姓名、首字母、身份证号或后四位",
        phrase: "t.id in (select rowid from thing_search where thing_search match ?)",
        number: "t.identity_id = (select id from identity where number = ?)",
        number_end: "t.identity_id in (select id from identity where reversed >= ? and reversed < ?)",
        phone: "t.phone = ?",
        code: "",
    }),
    orders: &[
        Order { key: "at", label: "提交时间", by: "t.at", descending: true },
        Order { key: "year", label: "年度", by: "t.year", descending: false },
    ],
    row: "/test/things/{id}",
    ops: &[("详情", "/test/things/{id}"), ("驳回", "/test/things/{id}/reject")],
    empty: "还没有记录。",
};

const SCHEMA: &str = "
    create table thing (
      id integer primary key, name text not null, identity_id integer, phone text not null,
      organization_id integer not null, department_id integer, state text not null,
      year integer not null, hours integer not null, at text not null, born text not null) strict;
    create index thing_at on thing (at, id) where state <> 'gone';
    create index thing_department on thing (department_id, at, id) where state <> 'gone';
    create index thing_organization on thing (organization_id, at, id) where state <> 'gone';
    create index thing_year on thing (year, id) where state <> 'gone';
    create index thing_department_year on thing (department_id, year, id) where state <> 'gone';
    create index thing_organization_year on thing (organization_id, year, id) where state <> 'gone';
    create index thing_state on thing (state, at, id) where state <> 'gone';
    create index thing_identity on thing (identity_id);
    create index thing_phone on thing (phone);
    create index thing_born on thing (born);
    create virtual table thing_search using fts5 (tokens, content = '', contentless_delete = 1)";

const NAMES: [&str; 5] = ["王建国", "曾小贤", "=1+1", "李芳", "<b>阿依古丽·买买提"];

/// So many rows, of which each seventh is gone; five share each time.
async fn county(rows: i64) -> County {
    let county = County::new().await;
    county.run(SCHEMA).await;
    let mut tx = county.pools.begin().await.unwrap();
    for n in 1..=rows {
        let identity = format!("4199991985{:02}{:02}{:04}", n % 12 + 1, n % 28 + 1, n % 10_000);
        let reversed: String = identity.chars().rev().collect();
        sqlx::query("insert or ignore into identity (id, number, reversed) values (?, ?, ?)")
            .bind(n)
            .bind(&identity)
            .bind(&reversed)
            .execute(&mut *tx)
            .await
            .unwrap();
        let (organization, department) = if n % 3 == 0 { (4, None) } else { (3, Some(2)) };
        let name = NAMES[(n % 5) as usize];
        sqlx::query(
            "insert into thing (id, name, identity_id, phone, organization_id, department_id,
               state, year, hours, at, born) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(n)
        .bind(name)
        .bind(n)
        .bind(format!("138{n:08}"))
        .bind(organization)
        .bind(department)
        .bind(if n % 7 == 0 {
            "gone"
        } else if n % 2 == 0 {
            "wait"
        } else {
            "done"
        })
        .bind(2020 + n % 6)
        .bind(n % 40 * 5)
        .bind(format!("2026-11-{:02}T{:02}:00:00.000Z", 1 + n / 5 % 20, n / 100 % 24))
        .bind(format!("1985-{:02}-{:02}", n % 12 + 1, n % 28 + 1))
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query("insert into thing_search (rowid, tokens) values (?, ?)")
            .bind(n)
            .bind(initials::search_tokens(name))
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    county
}

fn ask(address: &str) -> Ask {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut values = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap();
        let value = rocket::http::RawStr::new(value).url_decode_lossy().into_owned();
        values.insert(key.to_owned(), value);
    }
    Ask { path: path.to_owned(), values }
}

/// The page at this address.
async fn turn(county: &County, who: &User, address: &str) -> Turned {
    let mut db = county.pools.read().await.unwrap();
    let ask = ask(address);
    let asked = Asked::read(&LIST, &ask, &mut db, who).await.unwrap();
    let scope = who.grant.as_ref().unwrap().scope;
    let view = View { list: &LIST, scope, fixed: &[], asked: &asked };
    turned(&view, &mut db, &ask.path).await.unwrap()
}

fn ids(turned: &Turned) -> Vec<i64> {
    turned.rows.iter().map(|row| row.id).collect()
}

/// The address of a way to another page, if it is open.
fn way(turned: &Turned, title: &str) -> Option<String> {
    let way = turned.turns.iter().find(|turn| turn.title == title)?;
    (!way.disabled).then(|| way.href.clone())
}

/// All ids in order, by one plain statement.
async fn expected(county: &County, condition: &'static str) -> Vec<i64> {
    let mut db = county.pools.read().await.unwrap();
    let mut sql = sqlx::QueryBuilder::new("select id from thing t where t.state <> 'gone' and ");
    sql.push(condition);
    sql.build_query_scalar().fetch_all(&mut *db).await.unwrap()
}
