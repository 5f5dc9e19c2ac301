//! No table refers to people, accounts or numbers in a way that an undo does not know: what stands
//! here walks the schema, so that tables to come are covered.

use std::collections::BTreeSet;

use kit::Db;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::county::{Row, file, import, number};
use crate::support::World;

/// A foreign key: table, column, what it refers to.
type Reference = (String, String, String);

/// What an import makes itself, or what is derived from people: it goes with them.
const OWN: [(&str, &str); 4] = [
    ("account", "identity_id"),
    ("person", "identity_id"),
    ("person_version", "person_id"),
    ("person_year", "person_id"),
];

/// Told to an account that nobody has used: gone with it.
const GOES: [(&str, &str); 1] = [("message", "account_id")];

/// Columns that name a person without a foreign key.
const UNCHECKED: [(&str, &str); 4] = [
    ("account", "person_id"),              // his own
    ("file_link", "person_id"),            // keeps him
    ("person_year_category", "person_id"), // derived
    ("review_case", "person_id"),          // keeps him
];

async fn references(db: &mut SqliteConnection) -> Vec<Reference> {
    sqlx::query_as(
        "select m.name, f.\"from\", f.\"table\"
           from sqlite_schema m, pragma_foreign_key_list(m.name) f
          where m.type = 'table' and f.\"table\" in ('person', 'account', 'identity')
          order by 1, 2",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

/// A row of any table with these values; of the rest what its types and foreign keys ask for.
async fn insert(db: &mut SqliteConnection, table: &str, given: &[(&str, i64)], count: &mut i64) {
    let columns: Vec<(String, String, bool, Option<String>, i64)> =
        sqlx::query_as("select name, type, \"notnull\", dflt_value, pk from pragma_table_info(?)")
            .bind(table)
            .fetch_all(&mut *db)
            .await
            .unwrap();
    let parents: Vec<(String, String)> =
        sqlx::query_as("select \"from\", \"table\" from pragma_foreign_key_list(?)")
            .bind(table)
            .fetch_all(&mut *db)
            .await
            .unwrap();
    let (mut names, mut values) = (vec![], vec![]);
    for (name, kind, needed, default, key) in columns {
        *count += 1;
        let value = if let Some((_, value)) = given.iter().find(|(column, _)| *column == name) {
            value.to_string()
        } else if let Some((_, parent)) = parents.iter().find(|(column, _)| *column == name) {
            if !needed && key == 0 {
                continue;
            }
            // of accounts one that has no rows yet, and is nobody's of the import
            let any = match parent.as_str() {
                "account" => "select max(id) from account where person_id is null".to_owned(),
                parent => format!("select coalesce(min(rowid), 0) from \"{parent}\""),
            };
            let mut id: i64 =
                sqlx::query_scalar(AssertSqlSafe(any.clone())).fetch_one(&mut *db).await.unwrap();
            if id == 0 {
                Box::pin(insert(&mut *db, parent, &[], count)).await;
                id = sqlx::query_scalar(AssertSqlSafe(any)).fetch_one(&mut *db).await.unwrap();
            }
            id.to_string()
        } else if !needed
            || default.is_some()
            || (key == 1 && kind.eq_ignore_ascii_case("integer") && name == "id")
        {
            continue;
        } else if kind.eq_ignore_ascii_case("integer") {
            (1_000 + *count).to_string()
        } else if kind.eq_ignore_ascii_case("blob") {
            format!("x'{count:08}'")
        } else {
            format!("'t{count}'")
        };
        names.push(format!("\"{name}\""));
        values.push(value);
    }
    let sql =
        format!("insert into \"{table}\" ({}) values ({})", names.join(", "), values.join(", "));
    sqlx::query(AssertSqlSafe(sql.clone()))
        .execute(db)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// One imported person a reference, with a row that refers to him, his account or his number.
async fn refer(db: &Db, references: &[(String, String, String)]) {
    let mut tx = db.begin().await.unwrap();
    sqlx::query("pragma ignore_check_constraints = on").execute(&mut *tx).await.unwrap();
    let people: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select p.id, a.id, p.identity_id from person p join account a on a.person_id = p.id order by p.id",
    )
    .fetch_all(&mut *tx)
    .await
    .unwrap();
    let mut count = 0;
    for ((table, column, parent), (person, account, identity)) in references.iter().zip(people) {
        let value = match parent.as_str() {
            "person" => person,
            "account" => account,
            _ => identity,
        };
        insert(&mut tx, table, &[(column.as_str(), value)], &mut count).await;
    }
    sqlx::query("pragma ignore_check_constraints = off").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[rocket::async_test]
async fn whatever_refers_to_a_person_or_his_account_keeps_him() {
    let county = World::new().await.with_employer("第一小学").await;
    let all = references(&mut county.db().read().await.unwrap()).await;
    let known = |reference: &Reference, of: &[(&str, &str)]| {
        of.contains(&(reference.0.as_str(), reference.1.as_str()))
    };
    let mut tested: Vec<Reference> =
        all.iter().filter(|reference| !known(reference, &OWN)).cloned().collect();
    for (table, column) in [("review_case", "person_id"), ("file_link", "person_id")] {
        tested.push((table.to_owned(), column.to_owned(), "person".to_owned()));
    }
    assert!(tested.len() > 40, "{}", tested.len());
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let rows: Vec<Row> =
        (1..).take(tested.len() + 3).map(|n| Row::new("张三", &number(n))).collect();
    import(&county, &mut admin, &file(&rows), &[], &[]).await;
    refer(county.db(), &tested).await;
    let first =
        county.number("select min(object_id) from import_touch where what = 'created'").await;
    let page = admin.get("/import/1/undo").await;
    page.is(200).contains("为什么保留");
    admin.post("/import/1/undo", &[("reason", "选错了文件")]).await.is(303);
    let mut db = county.db().read().await.unwrap();
    let mut wrong = vec![];
    for (reference, person) in tested.iter().zip(first..) {
        let note: Option<String> = sqlx::query_scalar(
            "select t.note from person p join import_touch t on t.object_id = p.id
              where p.id = ? and t.object = 'person' and t.import_id = 1 and t.state = 'kept'",
        )
        .bind(person)
        .fetch_optional(&mut *db)
        .await
        .unwrap();
        let goes = reference.2 == "identity" || known(reference, &GOES);
        if note.is_some_and(|note| !note.is_empty()) == goes {
            wrong.push(format!("{reference:?}: goes is {goes}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // the three whom nothing refers to are gone, numbers that others refer to are not
    let last = first + tested.len() as i64;
    let rest: i64 = sqlx::query_scalar("select count(*) from person where id >= ?")
        .bind(last)
        .fetch_one(&mut *db)
        .await
        .unwrap();
    assert_eq!(rest, 0);
    let broken: Vec<(String,)> = sqlx::query_as("select \"table\" from pragma_foreign_key_check")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    assert!(broken.is_empty(), "{broken:?}");
}

#[rocket::async_test]
async fn columns_that_name_people_are_known() {
    let county = World::new().await;
    let mut db = county.db().read().await.unwrap();
    let named: Vec<(String, String)> = sqlx::query_as(
        "select m.name, c.name from sqlite_schema m, pragma_table_info(m.name) c
          where m.type = 'table' and m.sql not like 'create virtual%' and m.name not like '%_search_%'
            and (c.name like '%person_id' or c.name like '%identity_id') order by 1, 2",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    let keys: BTreeSet<(String, String)> =
        references(&mut db).await.into_iter().map(|(table, column, _)| (table, column)).collect();
    let unchecked: Vec<_> = named.into_iter().filter(|one| !keys.contains(one)).collect();
    let known = UNCHECKED.map(|(table, column)| (table.to_owned(), column.to_owned()));
    assert_eq!(unchecked, known);
}

/// A hundred thousand people are removed by looking each reference up.
#[rocket::async_test]
async fn every_reference_stands_on_an_index() {
    let county = World::new().await;
    let mut db = county.db().read().await.unwrap();
    let mut missing = vec![];
    for (table, column, _) in references(&mut db).await {
        let indexed: bool = sqlx::query_scalar(
            "select exists (select 1 from pragma_index_list(?1) l, pragma_index_info(l.name) c
                             where c.seqno = 0 and c.name = ?2)
                 or exists (select 1 from pragma_table_info(?1) where name = ?2 and pk = 1)",
        )
        .bind(&table)
        .bind(&column)
        .fetch_one(&mut *db)
        .await
        .unwrap();
        if !indexed {
            missing.push(format!("{table}.{column}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join(", "));
}
