//! The sums in the sentences are the ledger's, whatever the ledger.

use kit::{Event, Hours, PersonId, Scope};
use proptest::prelude::{Strategy, prop};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use sqlx::SqliteConnection;

use super::explain::{Explanation, explain};
use super::standing;
use crate::ledger::{NewEntry, Source, record, totals};
use crate::testing::World;
use crate::year::hear;

const NOW: &str = "2026-11-20T01:00:00.000Z";

fn entry(person: PersonId, category: i64, tenths: i64) -> NewEntry {
    NewEntry {
        person,
        year: 2026,
        category,
        kind: "02".to_owned(),
        title: "基层儿科常见病诊疗规范培训班".to_owned(),
        organizer: "云川县卫生健康培训中心".to_owned(),
        started_on: "2026-09-14".to_owned(),
        ended_on: "2026-09-18".to_owned(),
        hours: Hours::from_tenths(tenths),
        source: Source::Person,
        declaration: None,
        recognised_by: "云川县人力资源和社会保障局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    }
}

/// A declaration as its desk's case left it.
async fn declare(
    tx: &mut SqliteConnection,
    person: PersonId,
    state: &str,
    (category, tenths): (i64, i64),
    title: &str,
) -> i64 {
    let case: Option<i64> = match state {
        "draft" => None,
        _ => Some(
            sqlx::query_scalar(
                "insert into review_case (subject, number, state, desk_id, route, stage, round,
                   account_id, organization_id, title, content, submitted_at, waiting_since)
                 values ('declarations', hex(randomblob(8)), ?1, case when ?1 = 'pending' then 3 end,
                   '[3,2,1]', 0, 1, ?2, 3, '', '{}', ?3, ?3) returning id",
            )
            .bind(state)
            .bind(person)
            .bind(NOW)
            .fetch_one(&mut *tx)
            .await
            .unwrap(),
        ),
    };
    sqlx::query_scalar(
        "insert into declaration (case_id, state, desk_id, organization_id, department_id,
           waiting_since, person_id, account_id, year, category_id, title, started_on, ended_on,
           hours, created_at, updated_at)
         values (?1, ?2, case when ?2 = 'pending' then 3 end, 3, 2, ?3, ?4, ?4, 2026, ?5, ?6,
           '2026-10-12', '2026-10-14', ?7, ?3, ?3) returning id",
    )
    .bind(case)
    .bind(state)
    .bind(NOW)
    .bind(person)
    .bind(category)
    .bind(title)
    .bind(tenths)
    .fetch_one(tx)
    .await
    .unwrap()
}

async fn row(tx: &mut SqliteConnection, person: PersonId, state: &str, tenths: i64, number: i64) {
    sqlx::query(
        "insert into roster_row (subject, parent_id, number, identity_id, person_id, name, year,
           category_id, kind, title, organizer, started_on, ended_on, hours, state, reason)
         values ('staff', ?1, ?2, ?1, ?1, '周晓梅', 2026, 2, '02', '校本研修', '云川县第一中学',
           '2026-10-12', '2026-10-14', ?3, ?4, '与名单第 2 行重复')",
    )
    .bind(person)
    .bind(number)
    .bind(tenths)
    .bind(state)
    .execute(tx)
    .await
    .unwrap();
}

/// The hours that stand in `text` behind `before`.
fn hours_after(text: &str, before: &str) -> Option<Hours> {
    let (_, rest) = text.split_once(before)?;
    tenths(rest.split(" 学时").next()?)
}

/// Any tenths: an exemption lowers minimums in proportion, not in half hours.
fn tenths(text: &str) -> Option<Hours> {
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    Some(Hours::from_tenths(whole.parse::<i64>().ok()? * 10 + tenth.parse::<i64>().ok()?))
}

/// The sums told in the words alone, against what the caller counted.
fn agrees(
    found: &Explanation,
    done: &[(i64, i64)],
    pending: i64,
    total: i64,
) -> Result<(), TestCaseError> {
    let sum = |category: i64| {
        Hours::from_tenths(done.iter().filter(|one| one.0 == category).map(|one| one.1).sum())
    };
    proptest::prop_assert_eq!(found.total, Hours::from_tenths(total));
    proptest::prop_assert_eq!(found.waiting_hours, Hours::from_tenths(pending));
    proptest::prop_assert_eq!(found.complete, found.needed.is_zero());
    for one in &found.subjects {
        proptest::prop_assert_eq!(one.done, sum(one.id));
        let told: Vec<&str> = found
            .sentences
            .iter()
            .map(|sentence| sentence.text.as_str())
            .filter(|text| text.starts_with(&format!("{}要求", one.name)))
            .collect();
        if one.missing().is_zero() {
            proptest::prop_assert_eq!(told.len(), 0);
            continue;
        }
        proptest::prop_assert_eq!(told.len(), 1, "{:?}", found.sentences);
        let [required, done, missing] =
            ["要求 ", "已有 ", "还差 "].map(|before| hours_after(told[0], before).unwrap());
        proptest::prop_assert_eq!(done + missing, required);
        proptest::prop_assert_eq!(done, sum(one.id));
    }
    if !found.complete {
        let head = &found.sentences[0].text;
        proptest::prop_assert_eq!(hours_after(head, "已记入 "), Some(Hours::from_tenths(total)));
        proptest::prop_assert_eq!(hours_after(head, "要求 "), Some(found.required));
        let waiting = found.sentences.iter().find(|one| one.text.starts_with("待审核的合计"));
        let told = waiting.and_then(|one| hours_after(&one.text, "合计 "));
        let expected = (!found.waiting.is_empty()).then(|| Hours::from_tenths(pending));
        proptest::prop_assert_eq!(told, expected);
    }
    let each: Hours = found
        .sentences
        .iter()
        .filter(|one| one.kind == "waiting" && one.text.contains('“'))
        .map(|one| {
            let (_, rest) = one.text.rsplit_once('（').unwrap();
            tenths(rest.split(' ').nth(1).unwrap()).unwrap()
        })
        .sum();
    proptest::prop_assert_eq!(each, Hours::from_tenths(pending));
    Ok(())
}

#[derive(Debug, Clone)]
enum Act {
    Record(i64, i64),
    Exempt(i64),
    Declare(&'static str, i64, i64),
    Row(&'static str, i64),
}

fn acts() -> impl Strategy<Value = (bool, Vec<Act>)> {
    let one = proptest::prop_oneof![
        4 => (1..=3i64, 1..=120i64).prop_map(|(category, n)| Act::Record(category, n * 5)),
        1 => (0..=18i64).prop_map(|n| Act::Exempt(n * 50)),
        3 => (prop::sample::select(&["pending", "pending", "rejected", "withdrawn", "draft"]),
              1..=3i64, 1..=80i64)
            .prop_map(|(state, category, n)| Act::Declare(state, category, n * 5)),
        2 => (prop::sample::select(&["pending", "left"]), 1..=80i64)
            .prop_map(|(state, n)| Act::Row(state, n * 5)),
    ];
    (proptest::bool::ANY, prop::collection::vec(one, 0..10))
}

async fn play(world: &World, third: bool, acts: Vec<Act>) -> Result<(), TestCaseError> {
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let created = Event::PeopleCreated { people: vec![person] };
    hear(&mut tx, &created, &world.clock).await.unwrap();
    if third {
        sqlx::query(
            "insert into requirement (year_from, category_id, hours) values (2026, 3, 100)",
        )
        .execute(&mut *tx)
        .await
        .unwrap();
        totals::rebuild(&mut tx).await.unwrap();
    }
    let (mut done, mut pending) = (vec![], 0);
    for (number, act) in (1..).zip(acts) {
        match act {
            Act::Record(category, tenths) => {
                record(&mut tx, &[entry(person, category, tenths)], &world.clock).await.unwrap();
                done.push((category, tenths));
            }
            Act::Exempt(tenths) => {
                crate::testing::exempt(&mut tx, person, 2026, tenths).await;
                totals::settle(&mut tx, &[(person, 2026)]).await.unwrap();
            }
            Act::Declare(state, category, tenths) => {
                declare(&mut tx, person, state, (category, tenths), "校长任职资格培训").await;
                pending += if state == "pending" { tenths } else { 0 };
            }
            Act::Row(state, tenths) => {
                row(&mut tx, person, state, tenths, number).await;
                pending += if state == "pending" { tenths } else { 0 };
            }
        }
        let total = done.iter().map(|one| one.1).sum();
        let found = explain(&mut tx, person, 2026, &world.clock).await.unwrap();
        agrees(&found, &done, pending, total)?;
        // what the list sorts by is what is told
        let kept: i64 = sqlx::query_scalar("select missing from person_year where person_id = ?")
            .bind(person)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        proptest::prop_assert_eq!(kept, found.needed.tenths());
        let wrong = totals::recount(&mut tx, Some(person)).await.unwrap();
        proptest::prop_assert!(wrong.is_empty(), "{:?}", wrong);
    }
    tx.rollback().await.unwrap();
    Ok(())
}

#[test]
fn the_sums_in_the_sentences_are_the_ledgers() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(async {
        let world = World::new().await;
        let mut tx = world.pools.begin().await.unwrap();
        sqlx::query("insert into category (id, key, name, short, sort) values (3, 'elective', '选修科目', '选修', 3)")
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        world
    });
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner.run(&acts(), |(third, acts)| runtime.block_on(play(&world, third, acts))).unwrap();
}

#[tokio::test]
async fn every_reason_has_its_sentence() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let created = Event::PeopleCreated { people: vec![person] };
    hear(&mut tx, &created, &world.clock).await.unwrap();
    record(&mut tx, &[entry(person, 1, 300), entry(person, 2, 200)], &world.clock).await.unwrap();
    declare(&mut tx, person, "pending", (2, 240), "校长任职资格培训").await;
    let rejected = declare(&mut tx, person, "rejected", (2, 160), "心理健康教育").await;
    sqlx::query(
        "insert into review_step (case_id, round, at, act, name, desk_id, desk_name, opinion)
         select case_id, 1, ?1, 'reject', '陈芳', 3, '云川县第一中学', '缺少结业证书，请补充。'
           from declaration where id = ?2",
    )
    .bind(NOW)
    .bind(rejected)
    .execute(&mut *tx)
    .await
    .unwrap();
    declare(&mut tx, person, "withdrawn", (1, 40), "网络安全").await;
    declare(&mut tx, person, "draft", (1, 40), "").await;
    let lowered = declare(&mut tx, person, "approved", (2, 200), "课程标准解读").await;
    for sql in [
        "update declaration set recognised = 160 where id = ?",
        "update review_case set decision = '{\"hours\":160,\"reason\":\"缺勤半天\"}'
          where id = (select case_id from declaration where id = ?)",
        "insert into review_step (case_id, round, at, act, name, desk_id, desk_name, decision)
         select case_id, 1, '', 'pass', '陈芳', 3, '云川县第一中学', '{\"hours\":160,\"reason\":\"缺勤半天\"}'
           from declaration where id = ?",
    ] {
        sqlx::query(sql).bind(lowered).execute(&mut *tx).await.unwrap();
    }
    row(&mut tx, person, "left", 80, 1).await;
    row(&mut tx, person, "pending", 80, 2).await;
    let revoked = record(&mut tx, &[entry(person, 2, 480)], &world.clock).await.unwrap();
    let actor = kit::Actor::system();
    crate::ledger::reverse(&mut tx, &world.modules, revoked[0], "证书不实。", &actor, &world.clock)
        .await
        .unwrap();
    let found = explain(&mut tx, person, 2026, &world.clock).await.unwrap();
    let told: Vec<&str> = found.sentences.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(
        told,
        [
            "2026 年度要求 90 学时，已记入 50 学时，还差 40 学时。",
            "专业科目要求 60 学时，已有 20 学时，还差 40 学时。",
            "学时申报“校长任职资格培训”（专业科目 24 学时）在云川县第一中学待审核，已等 1 个工作日。",
            "单位申报“校本研修”（专业科目 8 学时）正在审核。",
            "待审核的合计 32 学时，全部按申报数通过后还差 8 学时。",
            "“心理健康教育”（16 学时）被驳回，云川县第一中学（陈芳）：缺少结业证书，请补充；修改后可以重新提交。",
            "“网络安全”（4 学时）已撤回，没有再提交。",
            "草稿“（还没有填名称）”（4 学时）还没有提交，不计学时。",
            "“课程标准解读”申报 20 学时，云川县第一中学认定 16 学时，少计 4 学时，原因：缺勤半天。",
            "单位申报“校本研修”（8 学时）没有计入：与名单第 2 行重复。",
            "“基层儿科常见病诊疗规范培训班”的 48 学时 2026-11-23 被撤销，原因：证书不实。",
            "2026 年度的学习可以申报到 2026-12-31，还有 38 天。",
            "有疑问请联系云川县第一中学的继续教育管理人员。",
        ]
    );
    assert_eq!(
        found.line,
        "专业还差 40；被驳回 1 条；草稿未提交 1 条；撤回未再提交 1 条；认定调低 1 条；名单未计入 1 条；被撤销或更正 1 条"
    );
    assert_eq!(found.waiting_text(), "32 学时，在云川县第一中学（已等 1 个工作日）、单位申报");
    assert_eq!(found.done_text(), "公需 30，专业 20");
}

#[tokio::test]
async fn of_a_chain_of_corrections_only_the_last_truth_is_told() {
    use crate::ledger::{Ended, end};
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let created = Event::PeopleCreated { people: vec![person] };
    hear(&mut tx, &created, &world.clock).await.unwrap();
    let declared = declare(&mut tx, person, "approved", (2, 480), "课程标准解读").await;
    sqlx::query("update declaration set recognised = 360 where id = ?")
        .bind(declared)
        .execute(&mut *tx)
        .await
        .unwrap();
    let actor = kit::Actor::system();
    let (modules, clock) = (&world.modules, &world.clock);
    let mut new = NewEntry { declaration: Some(declared), ..entry(person, 2, 360) };
    let first = record(&mut tx, &[new.clone()], clock).await.unwrap()[0];
    end(&mut tx, modules, first, Ended::Corrected, "缺勤半天。", &actor, clock).await.unwrap();
    (new.hours, new.corrects) = (Hours::from_tenths(320), Some(first));
    let second = record(&mut tx, &[new], clock).await.unwrap()[0];
    let lost = |found: &Explanation| -> Vec<String> {
        let lost = found.sentences.iter().filter(|one| one.kind == "lost");
        lost.map(|one| one.text.clone()).collect()
    };
    let found = explain(&mut tx, person, 2026, clock).await.unwrap();
    assert_eq!(
        lost(&found),
        ["“基层儿科常见病诊疗规范培训班”2026-11-23 由 36 学时更正为 32 学时，原因：缺勤半天。"]
    );
    crate::ledger::reverse(&mut tx, modules, second, "证书不实。", &actor, clock).await.unwrap();
    let found = explain(&mut tx, person, 2026, clock).await.unwrap();
    assert_eq!(
        lost(&found),
        ["“基层儿科常见病诊疗规范培训班”的 32 学时 2026-11-23 被撤销，原因：证书不实。"]
    );
    assert!(found.line.ends_with("被撤销或更正 1 条"), "{}", found.line);
}

#[tokio::test]
async fn what_runs_into_the_next_year_counts_there_and_too_much_of_one_subject_helps_no_other() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let created = Event::PeopleCreated { people: vec![person] };
    hear(&mut tx, &created, &world.clock).await.unwrap();
    let mut crossing = entry(person, 2, 400);
    crossing.year = 2026;
    crossing.started_on = "2025-12-29".to_owned();
    crossing.ended_on = "2026-01-04".to_owned();
    record(&mut tx, &[crossing, entry(person, 1, 500)], &world.clock).await.unwrap();
    let mut former = entry(person, 1, 100);
    former.year = 2025;
    record(&mut tx, &[former], &world.clock).await.unwrap();
    sqlx::query("update person_year set counted = 1").execute(&mut *tx).await.unwrap();
    let found = explain(&mut tx, person, 2025, &world.clock).await.unwrap();
    let told: Vec<&str> = found.sentences.iter().map(|one| one.text.as_str()).collect();
    assert!(
        told.contains(&"“基层儿科常见病诊疗规范培训班”（40 学时）2026-01-04 结束，已计入 2026 年度，不计入 2025 年度。"),
        "{told:?}"
    );
    assert!(told.contains(&"2025 年度的申报已于 2025-12-31 截止，不能再申报。"), "{told:?}");
    let found = explain(&mut tx, person, 2026, &world.clock).await.unwrap();
    assert_eq!(
        found.sentences[0].text,
        "2026 年度要求 90 学时，已记入 90 学时，总数已达到，但有科目没有达到最低学时。"
    );
    assert_eq!((found.complete, found.needed), (false, Hours::whole(20)));
    let sums = standing::of(&mut tx, Scope::County, 2026).await.unwrap();
    assert_eq!((sums.people, sums.complete, sums.unfinished()), (1, 0, 1));
}

#[tokio::test]
async fn a_row_of_any_roster_says_at_which_desk_it_waits_and_an_exemption_as_well() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let created = Event::PeopleCreated { people: vec![person] };
    hear(&mut tx, &created, &world.clock).await.unwrap();
    let case: i64 = sqlx::query_scalar(
        "insert into review_case (subject, number, state, desk_id, route, stage, account_id,
           organization_id, title, content, submitted_at, waiting_since)
         values ('proxy-declarations', 'DS2026-0001', 'pending', 1, '[2,1]', 1, 1, 4, '', '{}', ?1, ?1)
         returning id",
    )
    .bind("2026-11-19T01:00:00.000Z") // two working days before the Monday of today
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    for (subject, state, tenths) in
        [("proxy", "pending", 240), ("proxy", "pending", 0), ("history", "draft", 80)]
    {
        sqlx::query(
            "insert into roster_row (subject, parent_id, number, identity_id, person_id, name, year,
               category_id, kind, title, organizer, started_on, ended_on, hours, state)
             values (?1, 7, ?3, ?4, ?4, '周晓梅', 2026, 2, '01', '骨干教师培训', '师训基地',
               '2026-10-12', '2026-10-14', ?3, ?2)",
        )
        .bind(subject)
        .bind(state)
        .bind(tenths)
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    let before = explain(&mut tx, person, 2026, &world.clock).await.unwrap();
    assert_eq!(before.waiting_text(), "24 学时，在继续教育基地代申报");
    crate::roster::of_case(&mut tx, "proxy", 7, kit::CaseId(case)).await.unwrap();
    crate::roster::of_case(&mut tx, "history", 7, kit::CaseId(case)).await.unwrap(); // no row of it waits
    sqlx::query(
        "insert into exemption (case_id, number, state, desk_id, organization_id, waiting_since,
           person_id, account_id, year, kind, created_at, updated_at)
         values (?1, 'JM2026-0001', 'pending', 3, 3, ?2, ?3, ?3, 2026, 'study', ?2, ?2)",
    )
    .bind(case)
    .bind(world.clock.stamp())
    .bind(person)
    .execute(&mut *tx)
    .await
    .unwrap();
    let found = explain(&mut tx, person, 2026, &world.clock).await.unwrap();
    assert_eq!(
        found.waiting_text(),
        "24 学时，在云川县人力资源和社会保障局（已等 2 个工作日）；减免申请，在云川县第一中学（今天提交）"
    );
    let told: Vec<&str> = found
        .sentences
        .iter()
        .filter(|one| one.kind == "waiting")
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "继续教育基地代申报“骨干教师培训”（专业科目 24 学时）在云川县人力资源和社会保障局待审核，已等 2 个工作日。",
            "待审核的合计 24 学时，全部按申报数通过后还差 66 学时。",
            "减免申请“脱产学习”在云川县第一中学待审核，今天提交；通过后年度要求相应减少。",
        ]
    );
}
