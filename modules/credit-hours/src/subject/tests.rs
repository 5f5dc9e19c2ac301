//! What a desk is told of a declaration and what it may recognise.

use kit::list::plans_with;
use kit::review::{AnySubject, Level, Subject};
use kit::{Form, Hours, IdentityId, PersonId};

use super::content::title_text;
use super::sums::{after_sentence, sums};
use super::{Content, Declarations, LIST, Recognition};
use crate::ledger::{NewEntry, Source, record};
use crate::read::year_totals;
use crate::testing::World;

fn content(person: PersonId, tenths: i64) -> Content {
    Content {
        declaration: 1,
        person,
        identity_id: IdentityId(person.0),
        name: "周晓梅".to_owned(),
        organization_name: "云川县妇幼保健院".to_owned(),
        person_title: "卫生技术人员 · 中级（主治医师）".to_owned(),
        year: 2026,
        category: 2,
        category_name: "专业科目".to_owned(),
        kind: "02".to_owned(),
        title: "基层儿科常见病诊疗规范培训班".to_owned(),
        organizer: "云川县卫生健康培训中心".to_owned(),
        started_on: "2026-09-14".to_owned(),
        ended_on: "2026-09-18".to_owned(),
        place: String::new(),
        level: String::new(),
        rank: String::new(),
        item: String::new(),
        quantity: Hours::ZERO,
        certificate_number: "云卫培〔2026〕第0318号".to_owned(),
        note: String::new(),
        hours: Hours::from_tenths(tenths),
        files: vec![],
        slots: None,
        suggestion: None,
        most: None,
    }
}

#[tokio::test]
async fn the_panel_says_what_an_approval_makes_of_the_year() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let entry = |category, tenths| NewEntry {
        person,
        year: 2026,
        category,
        kind: "15".to_owned(),
        title: "公需科目网络课程".to_owned(),
        organizer: "省继续教育平台".to_owned(),
        started_on: "2026-03-01".to_owned(),
        ended_on: "2026-03-20".to_owned(),
        hours: Hours::from_tenths(tenths),
        source: Source::Online,
        declaration: None,
        recognised_by: "云川县人力资源和社会保障局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    };
    record(&mut tx, &[entry(1, 300), entry(2, 240)], &world.clock).await.unwrap();
    let year = year_totals(&mut tx, person, 2026, 2026).await.unwrap().remove(0);
    assert_eq!(
        after_sentence(&year, 2, Hours::whole(40)),
        "本条通过后专业科目为 64 学时，全年 94 学时，达到 90 学时要求。"
    );
    assert_eq!(
        after_sentence(&year, 2, Hours::whole(20)),
        "本条通过后专业科目为 44 学时，全年 74 学时，专业科目还差 16 学时。"
    );
}

#[test]
fn the_sums_of_the_mock_come_out() {
    let texts = |content: &Content| -> Vec<(Level, String)> {
        sums(content).into_iter().map(|check| (check.level, check.text)).collect()
    };
    let whole = content(PersonId(1), 400);
    assert_eq!(
        texts(&whole),
        [
            (Level::Ok, "培训时间在学习年度内".to_owned()),
            (Level::Warn, "5 天 40 学时，每天 8 学时，为上限".to_owned())
        ]
    );
    let over = content(PersonId(1), 405);
    assert_eq!(
        texts(&over)[1],
        (Level::Refuse, "5 天 40.5 学时，超过每天 8 学时（最多 40 学时）".to_owned())
    );
    let year = Content { year: 2025, ..content(PersonId(1), 200) };
    assert_eq!(texts(&year)[0], (Level::Refuse, "结束日期 2026-09-18 不在 2025 年度内".to_owned()));
    // a converted result knows no days, yet the cap
    let patent = Content { kind: "07".to_owned(), ..content(PersonId(1), 950) };
    assert_eq!(
        texts(&patent)[1],
        (Level::Refuse, "申报 95 学时，超过一条申报最多 90 学时".to_owned())
    );
}

fn decide(typed: &[(&str, &str)], earlier: Option<&Recognition>) -> Result<Recognition, Form> {
    let mut form = Form::new();
    for (name, value) in typed {
        form.set(name, *value);
    }
    let decision =
        Subject::decision_of(&Declarations, &mut form, &content(PersonId(1), 400), earlier);
    decision.ok_or(form)
}

#[test]
fn hours_are_lowered_with_a_reason_and_never_raised() {
    // a batch sends no fields: as declared
    assert_eq!(decide(&[], None).unwrap().hours, Hours::whole(40));
    assert_eq!(decide(&[("hours", "40")], None).unwrap().reason, "");
    let form = decide(&[("hours", "40.5")], None).unwrap_err();
    assert_eq!(form.errors()["hours"], "认定学时不能超过申报的 40 学时，现在填了 40.5 学时。");
    let form = decide(&[("hours", "36")], None).unwrap_err();
    assert!(form.errors()["lowered"].contains("请写明调低的原因"));
    let lowered = decide(&[("hours", "36"), ("lowered", "缺勤半天")], None).unwrap();
    assert_eq!(
        Subject::decision_text(&Declarations, &lowered),
        "认定 36 学时（调低原因：缺勤半天）"
    );
    for typed in ["0", "", "三十", "7.3"] {
        assert!(decide(&[("hours", typed)], None).is_err(), "{typed}");
    }
    // the next desk starts from there and stays below
    assert_eq!(decide(&[], Some(&lowered)).unwrap(), lowered);
    assert_eq!(
        decide(&[("hours", "36"), ("lowered", "缺勤半天")], Some(&lowered)).unwrap(),
        lowered
    );
    let form = decide(&[("hours", "40")], Some(&lowered)).unwrap_err();
    assert_eq!(
        form.errors()["hours"],
        "认定学时不能超过前面审核认定的 36 学时，现在填了 40 学时。"
    );
    assert!(decide(&[("hours", "30"), ("lowered", "缺勤半天")], Some(&lowered)).is_err());
    assert_eq!(
        decide(&[("hours", "30"), ("lowered", "另缺一天")], Some(&lowered)).unwrap().hours,
        Hours::whole(30)
    );
}

#[tokio::test]
async fn the_list_and_both_tabs_stand_on_indexes() {
    let world = World::new().await;
    let mut db = world.pools.read().await.unwrap();
    let small = ["category", "ledger_year", "organization"];
    for sql in [Declarations::PENDING, Declarations::DONE, Declarations::ELSEWHERE.unwrap()] {
        let fixed = [kit::list::Fixed { sql, values: vec![3] }];
        for plan in plans_with(&mut db, &LIST, &fixed).await.unwrap() {
            assert_eq!(plan.faults(&small), [""; 0], "{:?}", plan.steps);
        }
    }
}

#[tokio::test]
async fn desks_are_those_above_the_persons_unit_of_today() {
    let world = World::new().await;
    for (unit, desks) in [(3, vec![3, 2, 1]), (4, vec![4, 1]), (2, vec![2, 1]), (1, vec![1])] {
        let person = world.people(unit, 1).await[0];
        let json = serde_json::to_string(&content(person, 100)).unwrap();
        let subject: &dyn AnySubject = &Declarations;
        let mut db = world.pools.read().await.unwrap();
        let route = subject.route(&mut db, &json).await.unwrap();
        assert_eq!(route.into_iter().map(|id| id.0).collect::<Vec<_>>(), desks);
    }
}

#[test]
fn a_title_reads_as_in_the_mock() {
    assert_eq!(title_text("卫生技术人员", "中级", "主治医师"), "卫生技术人员 · 中级（主治医师）");
    assert_eq!(title_text("无职称", "", ""), "无职称");
    assert_eq!(title_text("none", "none", ""), "无职称");
}

#[tokio::test]
async fn other_things_on_the_same_days_are_told_and_classes_summed() {
    let world = World::new().await;
    let person = world.people(3, 1).await[0];
    let mut tx = world.pools.begin().await.unwrap();
    let entry = |kind: &str, from: &str, to: &str, hours| NewEntry {
        person,
        year: 2026,
        category: 2,
        kind: kind.to_owned(),
        title: format!("别的项目{from}"),
        organizer: String::new(),
        started_on: from.to_owned(),
        ended_on: to.to_owned(),
        hours: Hours::whole(hours),
        source: Source::Import,
        declaration: None,
        recognised_by: "云川县人力资源和社会保障局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    };
    let mut told = Vec::new();
    for new in [
        entry("02", "2026-10-01", "2026-10-02", 16), // other days
        entry("07", "2026-09-15", "2026-09-15", 40), // a patent of one of these days
        entry("02", "2026-09-18", "2026-09-19", 8),  // 32 + 8 on six days
        entry("02", "2026-09-14", "2026-09-14", 8),  // 48 on six days
        entry("02", "2026-09-15", "2026-09-15", 8),  // 56: more than 48
    ] {
        record(&mut tx, &[new], &world.clock).await.unwrap();
        let existing = crate::claims::existing(&mut tx, &[person]).await.unwrap();
        let content = content(person, 320);
        let mut checks = super::besides::repeated(&existing[&person], &content);
        checks.extend(super::besides::crowded(&existing[&person], &content));
        told.push(checks.into_iter().map(|one| (one.level, one.text)).collect::<Vec<_>>());
    }
    assert_eq!(told[0], [(Level::Ok, "没有重复申报同一项目".to_owned())]);
    for (at, others) in [(1, 1), (2, 2), (3, 3)] {
        assert_eq!(told[at].len(), 1, "{:?}", told[at]);
        assert_eq!(told[at][0].0, Level::Warn);
        assert!(told[at][0].1.contains(&format!("另有 {others} 条")), "{:?}", told[at]);
    }
    assert_eq!(
        told[4][1],
        (
            Level::Warn,
            "同一时间段的培训类学时合计 56 学时（本条 32，另 3 条 24），这些日子共 6 天，按每天 8 学时最多 48 学时，请核对".to_owned()
        )
    );
}
