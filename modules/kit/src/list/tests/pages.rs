//! Paging and scope.

use super::{County, Fixed, OrganizationId, Scope, county, expected, ids, plans, turn, user, way};
use crate::access::Kinds;
use crate::list::plans_with;

/// Follows `next` from `address` to the end; the pages' ids.
async fn walk(county: &County, who: &crate::User, address: &str, next: &str) -> Vec<Vec<i64>> {
    let mut pages = vec![];
    let mut address = Some(address.to_owned());
    while let Some(at) = address {
        let turned = turn(county, who, &at).await;
        address = way(&turned, next);
        pages.push(ids(&turned));
        assert!(pages.len() < 2_000, "the pages never end");
    }
    pages
}

#[tokio::test]
async fn numbered_pages_show_every_row_once_in_order() {
    let county = county(230).await;
    let who = user(1, Scope::County);
    let all = expected(&county, "true order by at desc, id desc").await;
    let pages = walk(&county, &who, "/test/things?size=20", "下一页").await;
    assert_eq!(pages.concat(), all);
    let mut back = walk(&county, &who, "/test/things?size=20&page=10", "上一页").await;
    back.reverse();
    assert_eq!(back, pages);
    let first = turn(&county, &who, "/test/things?size=20").await;
    assert_eq!(first.total, "共 198 条");
    let titles: Vec<&str> = first.turns.iter().map(|turn| turn.title.as_str()).collect();
    assert_eq!(titles, ["上一页", "1", "2", "3", "…", "10", "下一页"]);
    assert!(first.turns[1].current && first.turns[0].disabled);
    // old links fall on a page that exists
    for (address, page) in [
        ("/test/things?page=99", 19),
        ("/test/things?page=-4", 0),
        ("/test/things?page=abc", 0),
        ("/test/things?last=1", 19),
        ("/test/things?after=99999", 0),
    ] {
        let shown = ids(&turn(&county, &who, address).await);
        let from = page * 10;
        assert_eq!(shown, all[from..all.len().min(from + 10)], "{address}");
    }
    let after = ids(&turn(&county, &who, &format!("/test/things?after={}", all[9])).await);
    assert_eq!(after, all[10..20]);
    let before = ids(&turn(&county, &who, &format!("/test/things?before={}", all[20])).await);
    assert_eq!(before, all[10..20]);
}

#[tokio::test]
async fn beyond_ten_thousand_rows_pages_go_from_row_to_row_both_ways() {
    let county = county(12_100).await;
    let who = user(1, Scope::County);
    for (order, by) in [
        ("", "true order by at desc, id desc"),
        ("&order=-at", "true order by at, id"),
        ("&order=year", "true order by year, id"),
        ("&order=-year", "true order by year desc, id desc"),
    ] {
        let all = expected(&county, by).await;
        let first = turn(&county, &who, &format!("/test/things?size=50{order}")).await;
        assert_eq!(first.total, "超过 10,000 条");
        assert_eq!(way(&first, "上一页"), None);
        let last = turn(&county, &who, &way(&first, "末页").unwrap()).await;
        assert_eq!(ids(&last), all[all.len() - 50..]);
        assert_eq!((way(&last, "下一页"), way(&last, "末页")), (None, None));
        let mut place = first;
        for page in 0..40 {
            assert_eq!(ids(&place), all[page * 50..(page + 1) * 50], "{order} {page}");
            place = turn(&county, &who, &way(&place, "下一页").unwrap()).await;
        }
        for page in (0..40).rev() {
            place = turn(&county, &who, &way(&place, "上一页").unwrap()).await;
            assert_eq!(ids(&place), all[page * 50..(page + 1) * 50], "{order} back {page}");
        }
        assert_eq!(way(&place, "首页"), None);
        // from the end towards the beginning
        let near = turn(&county, &who, &way(&last, "上一页").unwrap()).await;
        assert_eq!(ids(&near), all[all.len() - 100..all.len() - 50]);
        // a row in the middle of the first page: the page before it is the first one
        let id = all[20];
        let odd = turn(&county, &who, &format!("/test/things?size=50&before={id}{order}")).await;
        assert_eq!(ids(&odd), all[..50]);
    }
    let all = expected(&county, "true order by at desc, id desc").await;
    let pages = walk(&county, &who, "/test/things?size=50", "下一页").await;
    assert_eq!(pages.concat(), all);
    for address in ["/test/things?after=7", "/test/things?after=99999", "/test/things?page=x"] {
        let shown = ids(&turn(&county, &who, address).await);
        assert!(!shown.is_empty(), "{address}");
    }
}

#[tokio::test]
async fn everybody_sees_his_own_rows_only() {
    let county = county(60).await;
    for (scope, condition) in [
        (Scope::County, "true order by at desc, id desc"),
        (Scope::Department(OrganizationId(2)), "department_id = 2 order by at desc, id desc"),
        (Scope::Organization(OrganizationId(4)), "organization_id = 4 order by at desc, id desc"),
        (Scope::Organization(OrganizationId(9)), "false"),
    ] {
        let all = expected(&county, condition).await;
        let shown = turn(&county, &user(1, scope), "/test/things?size=50").await;
        assert_eq!(ids(&shown), all[..all.len().min(50)], "{scope:?}");
        assert_eq!(shown.total, format!("共 {} 条", all.len()));
    }
}

#[tokio::test]
async fn no_plan_walks_a_large_table() {
    let county = county(10).await;
    let mut db = county.pools.read().await.unwrap();
    let all = plans(&mut db, &super::LIST).await.unwrap();
    // 3 scopes × 2 orders × (4 statements to turn pages + 4 filters + 4 shapes)
    assert_eq!(all.len(), 72);
    let unfiltered = all.iter().filter(|plan| !plan.filtered);
    let faults: Vec<String> = unfiltered.flat_map(|plan| plan.faults(&["organization"])).collect();
    assert_eq!(faults, Vec::<String>::new());
    for (what, step) in [
        ("organization, at, all, tied", "thing_organization (organization_id=? AND at=? AND id<?)"),
        ("organization, at, all, beyond", "thing_organization (organization_id=? AND at<?)"),
        ("county, year, all, tied", "thing_year (year=? AND id>?)"),
    ] {
        let plan = all.iter().find(|plan| plan.what == what).unwrap();
        assert!(plan.steps[0].contains(step), "{what}: {:?}", plan.steps);
    }
    // what has an index is searched for, what has none is told
    for (what, right) in [
        ("department, at, filter state, first", true),
        ("organization, at, search number, first", true),
        ("county, at, search number_end, first", true),
        ("county, at, search phrase, first", true),
    ] {
        let plan = all.iter().find(|plan| plan.what == what).unwrap();
        assert_eq!(plan.faults(&["organization"]).is_empty(), right, "{what}: {:?}", plan.steps);
    }
    let fixed = [Fixed { sql: "t.organization_id = ?", values: vec![3] }];
    let desk = plans_with(&mut db, &super::LIST, &fixed).await.unwrap();
    assert!(desk[0].steps[0].contains("thing_organization"), "{:?}", desk[0].steps);
    assert!(Kinds::ALL.has(crate::OrganizationKind::Bureau));
}
