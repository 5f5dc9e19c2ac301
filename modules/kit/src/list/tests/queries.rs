//! Filters, the search box and the page's context.

use super::{LIST, Scope, ask, county, expected, ids, turn, user};
use crate::access::Grant;
use crate::list::draw::shown;
use crate::list::{Extra, Tab, store_query};
use crate::testing::County;
use crate::{Error, Form, OrganizationId, Settings, User};

async fn post(county: &County, who: &User, page: &str, form: Form) -> Result<String, Error> {
    let mut tx = county.pools.begin().await.unwrap();
    let address = store_query(&mut tx, &LIST, page, who, &form, &county.clock).await?;
    tx.commit().await.unwrap();
    Ok(address)
}

#[tokio::test]
async fn filters_narrow_and_what_does_not_hold_is_ignored() {
    let county = county(120).await;
    let who = user(1, Scope::County);
    let order = " order by at desc, id desc";
    for (query, condition) in [
        ("state=wait", "state = 'wait' order by at desc, id desc"),
        ("year=2023", "year = 2023 order by at desc, id desc"),
        ("year=2023&state=done", "year = 2023 and state = 'done' order by at desc, id desc"),
        (
            "born_from=1985-06-01&born_to=1985-06-10",
            "born between '1985-06-01' and '1985-06-10' order by at desc, id desc",
        ),
        // the county's day begins at 16:00 UTC of the day before
        (
            "at_from=2026-11-09&at_to=2026-11-10",
            "at >= '2026-11-08T16' and at < '2026-11-10T16' order by at desc, id desc",
        ),
        ("state=nonsense", "true order by at desc, id desc"),
        ("state=", "true order by at desc, id desc"),
        ("year=1999' or 1=1", "true order by at desc, id desc"),
        ("at_from=soon&born_to=2026-02-30", "true order by at desc, id desc"),
        ("order=password&size=7&q=none&x=y", "true order by at desc, id desc"),
    ] {
        assert!(condition.ends_with(order));
        let all = expected(&county, condition).await;
        assert!(!all.is_empty(), "{query} finds something");
        let shown = turn(&county, &who, &format!("/test/things?{query}")).await;
        assert_eq!(ids(&shown), all[..all.len().min(10)], "{query}");
        assert_eq!(shown.total, format!("共 {} 条", all.len()), "{query}");
    }
}

#[tokio::test]
async fn what_is_typed_stays_out_of_the_address_and_with_the_session() {
    let county = county(60).await;
    let who = user(1, Scope::County);
    for (typed, condition) in [
        ("王建", "name = '王建国' order by at desc, id desc"),
        ("wjg", "name = '王建国' order by at desc, id desc"),
        ("曾 小贤", "name = '曾小贤' order by at desc, id desc"),
        ("zxx", "name = '曾小贤' order by at desc, id desc"),
        ("古丽买", "name like '%阿依%' order by at desc, id desc"),
        ("13800000012", "id = 12"),
        ("0012", "id = 12"),
        ("419999198501130012", "id = 12"),
        ("419999198501130013", "false"),
        ("'; drop", "false"),
    ] {
        let all = expected(&county, condition).await;
        let form = Form::of([("q", typed.to_owned()), ("state", String::new())]);
        let address = post(&county, &who, "/test/things", form).await.unwrap();
        let token = address.strip_prefix("/test/things?q=").unwrap();
        assert!(token.len() == 12 && token.bytes().all(|b| b.is_ascii_alphanumeric()));
        let shown = turn(&county, &who, &address).await;
        assert_eq!(ids(&shown), all[..all.len().min(10)], "{typed}");
        // nobody else's session knows the token
        let other = turn(&county, &user(2, Scope::County), &address).await;
        assert_eq!(other.total, "共 52 条", "{typed}");
    }
}

#[tokio::test]
async fn coded_filters_go_into_the_address_of_the_page_itself() {
    let county = county(20).await;
    let who = user(1, Scope::County);
    let form = || {
        Form::of([
            ("state", "wait".to_owned()),
            ("year", "2021".to_owned()),
            ("born_from", "1985-01-02".to_owned()),
            ("born_to", "王建国".to_owned()),
            ("at_to", String::new()),
            ("secret", "419999198501130012".to_owned()),
        ])
    };
    let own = "?state=wait&year=2021&born_from=1985-01-02";
    for page in ["/test/things", "/desk/things", "/test/things/of/3"] {
        assert_eq!(post(&county, &who, page, form()).await.unwrap(), format!("{page}{own}"));
    }
    let tabbed = post(&county, &who, "/desk/things?tab=done&size=20", form()).await.unwrap();
    assert_eq!(tabbed, "/desk/things?tab=done&size=20&state=wait&year=2021&born_from=1985-01-02");
    for page in [
        "/test/thingsx",
        "//evil.example",
        "https://evil.example",
        "/settings",
        "",
        "/test/things/../x",
    ] {
        assert!(
            matches!(post(&county, &who, page, form()).await, Err(Error::Invalid(_))),
            "{page}"
        );
    }
}

#[tokio::test]
async fn a_session_keeps_twenty_typed_queries() {
    let county = county(10).await;
    for account in [1, 2] {
        let who = user(account, Scope::County);
        for n in 0..25 {
            county.clock.advance(time::Duration::SECOND);
            let form = Form::of([("q", format!("王{n}"))]);
            post(&county, &who, "/test/things", form).await.unwrap();
        }
    }
    let mut db = county.pools.read().await.unwrap();
    let kept: Vec<(i64, String)> = sqlx::query_as(
        "select count(*), min(content) from (select * from list_query order by created_at)
          group by session_id",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    assert_eq!(kept.iter().map(|row| row.0).collect::<Vec<_>>(), [20, 20]);
    let gone: i64 =
        sqlx::query_scalar("select count(*) from list_query where content like '%王4\"%'")
            .fetch_one(&mut *db)
            .await
            .unwrap();
    assert_eq!(gone, 0, "the oldest went first");
}

/// The `list` variable of the page at this address.
async fn context(
    county: &County,
    grant: &Grant,
    who: &User,
    address: &str,
    extra: Extra,
) -> serde_json::Value {
    let mut db = county.pools.read().await.unwrap();
    let (ask, settings) = (ask(address), Settings::default());
    let with = (&county.clock, &settings);
    let shown = shown(&LIST, &ask, &mut db, who, grant, with, extra).await.unwrap();
    serde_json::to_value(shown).unwrap()
}

#[tokio::test]
async fn the_page_has_all_that_its_template_draws() {
    let county = county(40).await;
    let who = user(1, Scope::Organization(OrganizationId(3)));
    let mut grant = who.grant.clone().unwrap();
    let extra = || Extra {
        tabs: vec![Tab { title: "待审核".to_owned(), href: "/x".to_owned(), current: true }],
        batch: vec![("通过".to_owned(), "/pass".to_owned(), "btn-primary".to_owned())],
        dialogs: &[("驳回", "#reject"), ("通过", "#pass")],
        ..Extra::default()
    };
    let form = Form::of([("q", "<b>".to_owned())]);
    let address = post(&county, &who, "/test/things?tab=done", form).await.unwrap();
    let list =
        context(&county, &grant, &who, &format!("{address}&state=wait&size=20"), extra()).await;
    assert_eq!(list["search"]["value"], "<b>");
    assert_eq!(list["filters"][0]["value"], "wait");
    assert_eq!(list["filters"][0]["options"][1]["label"], "已通过");
    assert_eq!(list["filters"][1]["options"][0]["value"], "2025");
    assert_eq!(list["filters"][2]["kind"], "range");
    assert_eq!(list["reset"], "/test/things?tab=done");
    assert_eq!(
        list["action"],
        "/lists/things/query?page=%2Ftest%2Fthings%3Ftab%3Ddone%26size%3D20"
    );
    assert_eq!(list["filtered"], true);

    let list = context(&county, &grant, &who, "/test/things?size=20", extra()).await;
    assert_eq!(list["export"], "/lists/things/export?size=20");
    assert_eq!(list["crumbs"][0]["title"], "查询统计");
    assert_eq!(list["crumbs"][1]["title"], "测试列表");
    assert_eq!(list["batch"][0]["dialog"], "#pass");
    let columns = list["columns"].as_array().unwrap();
    assert_eq!(columns[0]["sort_href"], "");
    assert_eq!(
        (&columns[6]["sort"], &columns[6]["sort_href"]),
        (&"desc".into(), &"/test/things?size=20&order=-at".into())
    );
    let row = &list["rows"][0];
    let id = row["id"].as_i64().unwrap();
    assert_eq!(row["cells"][0]["href"], format!("/test/things/{id}"));
    assert_eq!(row["name"], row["cells"][0]["text"]);
    let number = row["cells"][1]["text"].as_str().unwrap();
    assert!(number.starts_with("4199************") && number.len() == 18);
    assert_eq!(row["cells"][2]["text"], "第一中学");
    assert!(row["cells"][3]["text"].as_str().unwrap().starts_with("138****"));
    assert!(["待审核", "已通过"].contains(&row["cells"][5]["text"].as_str().unwrap()));
    assert_eq!(row["cells"][5]["kind"], "tag");
    assert_eq!(
        (&row["ops"][1]["class"], &row["ops"][1]["dialog"]),
        (&"red".into(), &"#reject".into())
    );
    // 2026-11-08 was a Sunday; 11 working days until the 23rd
    let late = list["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["cells"][6]["text"] == "2026-11-08 08:00");
    let late = late.unwrap();
    assert_eq!(
        (&late["cells"][7]["text"], &late["cells"][7]["class"]),
        (&"11 个工作日".into(), &"red".into())
    );

    // without the right there is no way to the workbook, nor where its conditions are not known
    let fixed = super::Fixed { sql: "t.year = ?", values: vec![2021] };
    let drilled = Extra { fixed: vec![fixed], ..extra() };
    assert_eq!(context(&county, &grant, &who, "/test/things", drilled).await["export"], "");
    grant.full = false;
    assert_eq!(context(&county, &grant, &who, "/test/things", extra()).await["export"], "");
}
