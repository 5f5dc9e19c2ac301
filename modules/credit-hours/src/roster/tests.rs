//! Rosters of one person's many rows, and what a roster tells of people of others.

use kit::{Clock, Hours, IdentityId, OrganizationId, PersonId};
use sqlx::SqliteConnection;

use super::{
    Entering, HISTORY, NOT_OURS, NewRow, PROXY, STAFF, Verdict, check, enter, put, rows, set_state,
};
use crate::ledger::Source;
use crate::testing::World;

fn row(number: i64, person: PersonId, title: &str, day: &str) -> NewRow {
    NewRow {
        number,
        identity: IdentityId(person.0),
        person: Some(person),
        name: format!("周晓梅{}", person.0),
        unit: String::new(),
        year: day[..4].parse().unwrap(),
        category: 2,
        kind: "02".to_owned(),
        title: title.to_owned(),
        organizer: "县教师进修学校".to_owned(),
        started_on: day.to_owned(),
        ended_on: day.to_owned(),
        certificate_number: String::new(),
        hours: Hours::from_tenths(5),
        plan: None,
        detail: "{}".to_owned(),
    }
}

async fn verdicts(
    tx: &mut SqliteConnection,
    subject: &'static str,
    new: &[NewRow],
    unit: Option<i64>,
) -> Vec<Verdict> {
    sqlx::query("delete from roster_row where subject = ?")
        .bind(subject)
        .execute(&mut *tx)
        .await
        .unwrap();
    put(&mut *tx, subject, 1, new).await.unwrap();
    let all = rows(&mut *tx, subject, 1, None).await.unwrap();
    check(tx, &all, unit.map(OrganizationId)).await.unwrap()
}

fn failing(why: &str) -> Verdict {
    Verdict::Failing(why.to_owned())
}

#[tokio::test]
async fn a_thousand_rows_of_one_person_are_each_compared_and_entered_once() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let day = |n: i64| format!("{}-{:02}-{:02}", 2015 + n / 336, n / 28 % 12 + 1, n % 28 + 1);
    // one title on a thousand days, then again one that was there, written otherwise
    let mut new: Vec<NewRow> =
        (0..1_000).map(|n| row(n + 1, person, "校本研修", &day(n))).collect();
    new.push(row(1_001, person, "“校本研修”。", &day(500)));
    new.push(row(1_002, person, "别的项目", &day(500)));
    let mut tx = world.pools.begin().await.unwrap();
    let found = verdicts(&mut tx, HISTORY, &new, Some(3)).await;
    assert_eq!(found.iter().filter(|one| matches!(one, Verdict::Good(_))).count(), 1_001);
    assert_eq!(found[1_000], failing("与名单第 501 行重复"));
    sqlx::query("delete from roster_row where number = 1001").execute(&mut *tx).await.unwrap();
    set_state(&mut tx, HISTORY, 1, "draft", "pending").await.unwrap();
    let done = entered(&mut tx, &world.clock).await;
    assert_eq!((done.entries.len(), done.left.len()), (1_001, 0));
    assert!(done.entries.iter().all(|(who, _)| *who == person));
    // and again: each is in the ledger
    let found = verdicts(&mut tx, HISTORY, &new[..1_000], Some(3)).await;
    let repeated = |one: &&Verdict| matches!(one, Verdict::Failing(why) if why.contains("重复："));
    assert_eq!(found.iter().filter(repeated).count(), 1_000);
}

async fn entered(tx: &mut SqliteConnection, clock: &Clock) -> super::Entered {
    let entering = Entering {
        subject: HISTORY,
        parent: 1,
        source: Source::Import,
        case: None,
        recognised_by: "",
        unit: Some(OrganizationId(3)),
    };
    enter(tx, &entering, clock).await.unwrap()
}

#[tokio::test]
async fn rows_of_one_roster_meet_by_plan_certificate_and_title_on_the_same_days() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let at = |number, title: &str, from: &str, to: &str, certificate: &str| NewRow {
        started_on: from.to_owned(),
        ended_on: to.to_owned(),
        certificate_number: certificate.to_owned(),
        ..row(number, person, title, "2026-01-01")
    };
    let new = [
        at(1, "甲", "2026-03-01", "2026-03-10", "A-1"),
        at(2, "甲", "2026-03-20", "2026-03-30", ""),
        at(3, "甲", "2026-03-10", "2026-03-12", ""), // touches 1
        at(4, "甲", "2026-03-05", "2026-03-25", ""), // reaches over both
        at(5, "甲", "2026-03-11", "2026-03-19", ""), // between them
        at(6, "乙", "2026-05-01", "2026-05-01", "a1。"), // certificate of 1
        at(7, "丙", "2026-05-01", "2026-05-01", "-"),
        at(8, "丁", "2026-05-01", "2026-05-01", "-"),
    ];
    let mut tx = world.pools.begin().await.unwrap();
    let found = verdicts(&mut tx, STAFF, &new, Some(3)).await;
    let good = Verdict::Good(vec![]);
    assert_eq!(found[..2], [good.clone(), good.clone()]);
    assert_eq!(found[2], failing("与名单第 1 行重复"));
    assert_eq!(found[3], failing("与名单第 2 行重复"));
    assert_eq!(found[4], good);
    assert_eq!(found[5], failing("与名单第 1 行重复"));
    assert_eq!(found[6..], [good.clone(), good]);
}

#[tokio::test]
async fn a_unit_reads_one_sentence_of_everybody_who_is_not_its_own() {
    let world = World::new().await;
    let own = world.people(3, 2).await;
    let other = world.people(4, 2).await;
    let mut tx = world.pools.begin().await.unwrap();
    sqlx::query(
        "insert into identity (id, number, reversed) values (99, '419999199001019999', 'x')",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query("update person set state = 'moved' where id in (?, ?)")
        .bind(own[1])
        .bind(other[1])
        .execute(&mut *tx)
        .await
        .unwrap();
    let day = "2026-03-02";
    let misnamed =
        |number, person| NewRow { name: "别人".to_owned(), ..row(number, person, "甲", day) };
    let new = [
        row(1, own[0], "甲", day),
        row(2, other[0], "甲", day),
        misnamed(3, other[0]),
        row(4, other[1], "甲", day),
        row(5, own[1], "甲", day),
        NewRow { person: None, ..row(6, PersonId(99), "甲", day) },
    ];
    let found = verdicts(&mut tx, STAFF, &new, Some(3)).await;
    assert_eq!(found[0], Verdict::Good(vec![]));
    for (at, verdict) in found.iter().enumerate().skip(1) {
        assert_eq!(*verdict, failing(NOT_OURS), "row {}", at + 1);
    }
    let found = verdicts(&mut tx, STAFF, &[misnamed(1, own[0])], Some(3)).await;
    assert_eq!(found[0], failing("姓名与该身份证号登记的姓名不一致"));
    // anybody's of the county: who is no more here is handed over
    let found = verdicts(&mut tx, PROXY, &new, None).await;
    assert!(matches!(found[5], Verdict::Abroad(_)) && matches!(found[3], Verdict::Abroad(_)));
    assert_eq!(found[1], Verdict::Good(vec![]));
}

#[tokio::test]
async fn a_base_reads_neither_title_nor_hours_of_what_somebody_has() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let day = "2026-03-02";
    let mut tx = world.pools.begin().await.unwrap();
    let there =
        NewRow { certificate_number: "A-1".to_owned(), ..row(1, person, "师德专题", day) };
    put(&mut tx, HISTORY, 1, &[there]).await.unwrap();
    set_state(&mut tx, HISTORY, 1, "draft", "pending").await.unwrap();
    entered(&mut tx, &world.clock).await;
    let new = [
        row(1, person, "师德专题", day),
        NewRow { certificate_number: "A1".to_owned(), ..row(2, person, "乙", "2026-05-01") },
    ];
    let found = verdicts(&mut tx, PROXY, &new, None).await;
    assert_eq!(found, [failing("已有同一培训的学时"), failing("已有同一证书编号的学时")]);
    // its own unit is told which
    let found = verdicts(&mut tx, STAFF, &new, Some(3)).await;
    assert!(matches!(&found[0], Verdict::Failing(why) if why.contains("“师德专题”")), "{found:?}");
}
