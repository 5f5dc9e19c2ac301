//! Rights of administrators: the last super stays, whom one added pass on.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use accounts::administrators::{
    self, Credential, LAST_SUPER, NewAdministrator, SUPER, Terms, keeps_a_super,
};
use kit::{AccountId, Error, GrantId, OrganizationId};
use sqlx::SqliteConnection;
use support::{County, count};

async fn add(
    tx: &mut SqliteConnection,
    county: &County,
    login: &str,
    by: Option<AccountId>,
) -> (AccountId, GrantId) {
    let new = NewAdministrator {
        organization: county.school,
        name: format!("某{login}"),
        login: login.to_owned(),
        phone: String::new(),
        role: SUPER,
        credential: Credential::None,
        created_by: by,
    };
    let account = administrators::create(&mut *tx, &new, &county.clock).await.unwrap();
    let grant = sqlx::query_scalar("select id from grant where account_id = ?")
        .bind(account)
        .fetch_one(tx)
        .await
        .unwrap();
    (account, grant)
}

async fn creator(tx: &mut SqliteConnection, grant: GrantId) -> Option<AccountId> {
    sqlx::query_scalar("select created_by from grant where id = ?")
        .bind(grant)
        .fetch_one(tx)
        .await
        .unwrap()
}

fn until(day: &str) -> Terms {
    Terms {
        roles: vec![SUPER],
        scope: "whole".to_owned(),
        departments: vec![],
        until: Some(day.to_owned()),
    }
}

#[rocket::async_test]
async fn the_last_super_administrator_is_neither_disabled_nor_removed() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let (first, one) = add(&mut tx, &county, "first", None).await;
    let (_, two) = add(&mut tx, &county, "second", Some(first)).await;
    assert!(keeps_a_super(&mut tx, county.school, one).await.unwrap());
    // one whose days are numbered does not count
    administrators::set_terms(&mut tx, two, &until("2026-12-31")).await.unwrap();
    assert!(!keeps_a_super(&mut tx, county.school, one).await.unwrap());
    let refused = |outcome: Result<(), Error>| match outcome {
        Err(Error::Refused(text)) => assert_eq!(text, LAST_SUPER),
        other => panic!("{other:?}"),
    };
    refused(administrators::disable(&mut tx, one, "离职", &county.clock).await);
    refused(administrators::remove(&mut tx, one, None, "离职", &county.clock).await);
    refused(administrators::refuse_the_last_super(&mut tx, one).await);
    administrators::disable(&mut tx, two, "离岗", &county.clock).await.unwrap();
    administrators::enable(&mut tx, two).await.unwrap();
    administrators::remove(&mut tx, two, None, "离职", &county.clock).await.unwrap();
    assert!(administrators::enable(&mut tx, two).await.is_err());
    assert!(administrators::remove(&mut tx, two, None, "离职", &county.clock).await.is_err());
    tx.commit().await.unwrap();
    assert_eq!(count(&county.pools, "select count(*) from grant").await, 2);
}

#[rocket::async_test]
async fn whom_a_leaver_added_pass_to_his_successor_and_nobody_stands_below_himself() {
    let county = County::new().await;
    let mut tx = county.pools.begin().await.unwrap();
    let (root, _) = add(&mut tx, &county, "root", None).await;
    let (leaver, leaving) = add(&mut tx, &county, "leaver", Some(root)).await;
    let (clerk, clerks) = add(&mut tx, &county, "clerk", Some(leaver)).await;
    let (heir, heirs) = add(&mut tx, &county, "heir", Some(clerk)).await;
    let (_, others) = add(&mut tx, &county, "other", Some(leaver)).await;
    administrators::remove(&mut tx, leaving, Some(heir), "调离", &county.clock).await.unwrap();
    assert_eq!(creator(&mut tx, heirs).await, Some(root));
    assert_eq!(creator(&mut tx, clerks).await, Some(heir));
    assert_eq!(creator(&mut tx, others).await, Some(heir));
    // without a named one, whoever had added the leaver
    administrators::remove(&mut tx, heirs, None, "调离", &county.clock).await.unwrap();
    assert_eq!(creator(&mut tx, clerks).await, Some(root));
    // added anew he is another's
    let at = county.clock.stamp();
    administrators::appoint(&mut tx, leaver, county.school, &[SUPER], Some(clerk), &at)
        .await
        .unwrap();
    assert_eq!(creator(&mut tx, leaving).await, Some(clerk));
    let other: OrganizationId = county.hospital;
    assert!(!keeps_a_super(&mut tx, other, leaving).await.unwrap());
}
