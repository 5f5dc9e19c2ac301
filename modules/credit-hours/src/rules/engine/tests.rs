//! The sample table of domain.md §5.4 worked out by hand, and each cap.

use kit::Hours;
use kit::day::stored_date;

use super::{Facts, Standing, Suggestion, rank_of, suggest};
use crate::rules::rule::{Effect, Rule, Unit, all};
use crate::testing::World;

/// The rules that the migration ships.
async fn shipped() -> Vec<Rule> {
    let world = World::new().await;
    let mut db = world.pools.read().await.unwrap();
    all(&mut db).await.unwrap()
}

/// One day of 2026, the professional subject.
fn facts<'a>(kind: &'a str, item: &'a str, level: &'a str) -> Facts<'a> {
    Facts {
        kind,
        item,
        level,
        category: Some(2),
        from: stored_date("2026-09-14"),
        to: stored_date("2026-09-14"),
        ..Facts::default()
    }
}

fn ranked<'a>(kind: &'a str, item: &'a str, level: &'a str, rank: i64) -> Facts<'a> {
    Facts { rank: Some(rank), ..facts(kind, item, level) }
}

fn counted<'a>(kind: &'a str, item: &'a str, tenths: i64) -> Facts<'a> {
    Facts { quantity: Some(Hours::from_tenths(tenths)), ..facts(kind, item, "") }
}

fn given(rules: &[Rule], facts: &Facts<'_>) -> Option<Hours> {
    suggest(rules, facts, &Standing::default()).hours
}

#[tokio::test]
async fn the_sample_table_comes_out_as_it_is_printed() {
    let rules = shipped().await;
    let h = |hours| Some(Hours::whole(hours));
    // academic meetings: 12, +6, +8; 8, +4, +6
    let short = "参加并宣读论文（2000字以内）";
    let long = "参加并宣读论文（2000字以上）";
    for (item, level, hours) in [
        ("参加", "national", 12),
        (short, "national", 18),
        (long, "national", 20),
        ("参加", "provincial", 8),
        (short, "provincial", 12),
        (long, "provincial", 14),
    ] {
        assert_eq!(given(&rules, &facts("04", item, level)), h(hours), "{item} {level}");
    }
    // projects, a year of them, by rank
    for (item, level, by_rank) in [
        ("主课题", "national", vec![64, 56, 48, 40, 32, 0]),
        ("子课题", "national", vec![48, 40, 32, 0]),
        ("主课题", "provincial", vec![56, 48, 40, 0]),
        ("子课题", "provincial", vec![40, 32, 24, 0]),
    ] {
        for (rank, hours) in (1..).zip(by_rank) {
            let made = given(&rules, &ranked("05", item, level, rank));
            assert_eq!(made, h(hours), "{item} {level} {rank}");
        }
    }
    // patents: 48 and 36, six less for each rank
    for (rank, invention, model) in [(1, 48, 36), (2, 42, 30), (6, 18, 6), (7, 12, 0), (9, 0, 0)] {
        assert_eq!(given(&rules, &ranked("07", "发明专利", "", rank)), h(invention), "{rank}");
        assert_eq!(given(&rules, &ranked("07", "实用新型", "", rank)), h(model), "{rank}");
        assert_eq!(given(&rules, &ranked("07", "外观设计", "", rank)), h(model), "{rank}");
    }
    // awards below the first prize: three less for each rank
    assert_eq!(given(&rules, &ranked("08", "二等奖", "national", 1)), h(46));
    assert_eq!(given(&rules, &ranked("08", "二等奖", "national", 3)), h(40));
    assert_eq!(given(&rules, &ranked("08", "", "municipal", 2)), h(27));
    // courses and modules
    assert_eq!(given(&rules, &counted("03", "", 30)), h(45));
    assert_eq!(given(&rules, &counted("03", "自学考试", 20)), h(30));
    assert_eq!(given(&rules, &counted("09", "计算机能力考试", 40)), h(48));
    assert_eq!(given(&rules, &facts("09", "职称、执业资格考试", "")), h(40));
    // every row of it is marked and names where it comes from
    assert!(rules.iter().all(|rule| rule.sample && rule.source.starts_with("示例")));
    assert_eq!(rules.len(), 27);
}

#[tokio::test]
async fn days_and_half_days_are_counted_from_the_dates() {
    let rules = shipped().await;
    let span = |kind: &'static str, quantity: Option<i64>| Facts {
        to: stored_date("2026-09-16"),
        quantity: quantity.map(Hours::from_tenths),
        ..facts(kind, "", "")
    };
    // three days of six hours; six half days of four
    assert_eq!(given(&rules, &span("14", None)), Some(Hours::whole(18)));
    assert_eq!(given(&rules, &span("12", None)), Some(Hours::whole(24)));
    // two and a half days; one half day
    assert_eq!(given(&rules, &span("14", Some(25))), Some(Hours::whole(15)));
    assert_eq!(given(&rules, &span("12", Some(10))), Some(Hours::whole(4)));
    // more than there are
    let made = suggest(&rules, &span("14", Some(50)), &Standing::default());
    assert_eq!(made.hours, Some(Hours::whole(18)));
    assert_eq!(made.sentences, ["起止日期之间只有 3 天，按 3 天计算", "3 天 × 6 学时 = 18 学时"]);
}

#[tokio::test]
async fn stated_hours_stand_up_to_eight_a_day() {
    let rules = shipped().await;
    let class = |declared| Facts {
        to: stored_date("2026-09-18"),
        declared: Hours::whole(declared),
        ..facts("02", "", "")
    };
    assert_eq!(given(&rules, &class(36)), Some(Hours::whole(36)));
    let made = suggest(&rules, &class(44), &Standing::default());
    assert_eq!((made.hours, made.most), (Some(Hours::whole(40)), Some(Hours::whole(40))));
    assert_eq!(made.sentences, ["5 天，每天最多 8 学时，最多 40 学时"]);
    // nothing declared yet: nothing to suggest, yet the most is known
    let made = suggest(&rules, &class(0), &Standing::default());
    assert_eq!((made.hours, made.most), (None, Some(Hours::whole(40))));
    assert_eq!(made.missing, ["hours"]);
    // a platform's hours know no days, yet one item's limit
    let online = Facts { declared: Hours::whole(95), ..facts("15", "", "") };
    let made = suggest(&rules, &online, &Standing::default());
    assert_eq!(made.hours, Some(Hours::whole(90)));
}

#[tokio::test]
async fn a_first_prize_tops_the_professional_subject_up_and_no_further() {
    let rules = shipped().await;
    let made = |done| {
        let standing = Standing {
            required: Hours::whole(60),
            done: Hours::from_tenths(done),
            ..Standing::default()
        };
        suggest(&rules, &facts("08", "一等奖", "national"), &standing)
    };
    assert_eq!(made(0).hours, Some(Hours::whole(60)));
    let some = made(385);
    assert_eq!(
        (some.hours, some.most),
        (Some(Hours::from_tenths(215)), Some(Hours::from_tenths(215)))
    );
    assert!(some.completes);
    assert_eq!(some.sentences, ["专业科目当年要求 60 学时，已有 38.5 学时，补足 21.5 学时"]);
    for enough in [600, 700] {
        assert_eq!(made(enough).hours, Some(Hours::ZERO));
    }
}

#[tokio::test]
async fn what_is_not_filled_in_is_asked_for_and_bounded() {
    let rules = shipped().await;
    let asked = |facts: &Facts<'_>| suggest(&rules, facts, &Standing::default());
    let made = asked(&facts("04", "", ""));
    assert_eq!((made.hours, made.most), (None, Some(Hours::whole(20))));
    assert_eq!(made.missing, ["item", "level"]);
    assert_eq!(made.text, "“学术会议”按种类、级别折算，最多 20 学时。填写后计算建议学时。");
    let made = asked(&facts("04", "", "provincial"));
    assert_eq!((made.most, made.missing), (Some(Hours::whole(14)), vec!["item".to_owned()]));
    let made = asked(&facts("05", "主课题", "national"));
    assert_eq!(
        made.text,
        "“课题研究与项目开发”按本人排名（数字）折算，最多 64 学时。填写后计算建议学时。"
    );
    let made = asked(&facts("03", "", ""));
    assert_eq!((made.hours, made.most), (None, None));
    assert_eq!(made.missing, ["quantity"]);
}

#[tokio::test]
async fn what_no_rule_speaks_of_is_left_to_the_desk_and_says_so() {
    let rules = shipped().await;
    let asked = |facts: &Facts<'_>| suggest(&rules, facts, &Standing::default());
    for (facts, text) in [
        (
            facts("10", "", ""),
            "2026-09-14 没有“专题调研报告获批示”的折算规则，由审核单位按文件认定。",
        ),
        (
            Facts { category: Some(1), ..facts("04", "参加", "national") },
            "“学术会议”在所选的科目类别中没有折算规则，由审核单位按文件认定。",
        ),
        (
            facts("04", "参加", "county"),
            "“学术会议”的折算规则中没有“参加、县级”，由审核单位按文件认定。",
        ),
    ] {
        let made = asked(&facts);
        assert_eq!((made.hours, made.most, made.rule), (None, None, None));
        assert_eq!(made.text, text);
    }
    // a rank behind the last that counts gives nothing, which is not the same
    let made = asked(&ranked("05", "主课题", "national", 6));
    assert_eq!((made.hours, made.most), (Some(Hours::ZERO), Some(Hours::ZERO)));
    assert_eq!(made.sentences, ["只计算到第 5 名，第 6 名不折算学时"]);
}

fn rule(id: i64) -> Rule {
    Rule {
        id,
        version: 1,
        kind: "06".to_owned(),
        item: String::new(),
        level: String::new(),
        rank: 0,
        max_rank: 0,
        step: Hours::ZERO,
        unit: Unit::Item,
        hours: Hours::whole(20),
        cap_item: None,
        cap_year: None,
        category: None,
        effect: Effect::Hours,
        valid_from: "2020-01-01".to_owned(),
        valid_to: String::new(),
        source: "试验".to_owned(),
        sample: false,
    }
}

#[test]
fn the_end_date_chooses_the_rule_and_the_most_special_one_wins() {
    let old = Rule { valid_to: "2026-08-31".to_owned(), ..rule(1) };
    let new = Rule { valid_from: "2026-09-01".to_owned(), hours: Hours::whole(16), ..rule(2) };
    let special = Rule { item: "论文".to_owned(), hours: Hours::whole(30), ..rule(3) };
    let higher = Rule { level: "national".to_owned(), hours: Hours::whole(24), ..rule(4) };
    let first = Rule { rank: 1, max_rank: 1, hours: Hours::whole(22), ..rule(5) };
    let rules = [old, new, special, higher, first];
    let on = |day: &str, facts: &Facts<'_>| {
        let facts = Facts { from: stored_date(day), to: stored_date(day), ..*facts };
        let made = suggest(&rules, &facts, &Standing::default());
        (made.rule, made.hours.map(|hours| hours.tenths() / 10))
    };
    let plain = Facts { kind: "06", rank: Some(2), ..Facts::default() };
    assert_eq!(on("2026-08-31", &plain), (Some(1), Some(20)));
    assert_eq!(on("2026-09-01", &plain), (Some(2), Some(16)));
    assert_eq!(on("2019-12-31", &plain), (None, None));
    assert_eq!(on("2026-09-01", &Facts { rank: Some(1), ..plain }), (Some(5), Some(22)));
    let national = Facts { level: "national", rank: Some(1), ..plain };
    assert_eq!(on("2026-09-01", &national), (Some(4), Some(24)));
    assert_eq!(on("2026-09-01", &Facts { item: "论文", ..national }), (Some(3), Some(30)));
}

fn capped(rules: &[Rule], standing: &Standing, quantity: i64) -> Suggestion {
    suggest(rules, &counted("06", "", quantity), standing)
}

#[test]
fn each_cap_lowers_and_says_by_how_much() {
    // two hours a hundred characters
    let plain = Rule { unit: Unit::Hundred, hours: Hours::whole(2), ..rule(1) };
    let none = Standing::default();
    let made = capped(std::slice::from_ref(&plain), &none, 150);
    assert_eq!(made.hours, Some(Hours::whole(30)));
    assert_eq!(made.sentences, ["15 百字 × 2 学时 = 30 学时"]);
    // one item of any kind: 90
    let made = capped(std::slice::from_ref(&plain), &none, 500);
    assert_eq!(made.hours, Some(Hours::whole(90)));
    assert_eq!(made.sentences[1], "一项最多 90 学时");
    // one item of this rule
    let item = Rule { cap_item: Some(Hours::whole(24)), ..plain.clone() };
    let made = capped(std::slice::from_ref(&item), &none, 150);
    assert_eq!(
        (made.hours, made.sentences[1].as_str()),
        (Some(Hours::whole(24)), "一项最多 24 学时")
    );
    // the kind's year: 40, of which 22.5 are there
    let year = Rule { cap_year: Some(Hours::whole(40)), ..item };
    let standing = Standing { kind: Hours::from_tenths(225), ..none };
    let made = capped(std::slice::from_ref(&year), &standing, 150);
    assert_eq!(made.hours, Some(Hours::from_tenths(175)));
    assert_eq!(
        made.sentences[2],
        "“著作、译作、论文”全年最多 40 学时，本年度已有 22.5 学时，还可认定 17.5 学时"
    );
    // more there than the cap: nothing, never less
    let standing = Standing { kind: Hours::whole(50), ..none };
    assert_eq!(capped(std::slice::from_ref(&year), &standing, 150).hours, Some(Hours::ZERO));
    // all conversions together: 60, of which 48 are there
    let standing =
        Standing { conversions: Hours::whole(48), conversion_cap: Some(Hours::whole(60)), ..none };
    let made = capped(std::slice::from_ref(&plain), &standing, 150);
    assert_eq!(made.hours, Some(Hours::whole(12)));
    assert_eq!(
        made.sentences[1],
        "成果折算（会议、课题、著作论文、专利、奖励、考试等合计）全年最多 60 学时，本年度已有 48 学时，还可认定 12 学时"
    );
    // part of which only waits
    let waiting = Standing { waiting: true, ..standing };
    assert!(
        capped(std::slice::from_ref(&plain), &waiting, 150).sentences[1]
            .contains("本年度已认定和待审核共 48 学时")
    );
    // which a class does not care about
    let class = Rule { kind: "02".to_owned(), unit: Unit::Day, hours: Hours::whole(6), ..rule(2) };
    let made = suggest(&[class], &facts("02", "", ""), &standing);
    assert_eq!(made.hours, Some(Hours::whole(6)));
}

#[test]
fn half_hours_are_the_smallest_step() {
    let half = Rule { unit: Unit::Course, hours: Hours::from_tenths(75), ..rule(1) };
    // 1.5 times 7.5 is 11.25
    assert_eq!(capped(&[half], &Standing::default(), 15).hours, Some(Hours::whole(11)));
}

#[test]
fn a_rule_reads_as_one_sentence() {
    let project = Rule {
        kind: "05".to_owned(),
        item: "主课题".to_owned(),
        level: "national".to_owned(),
        rank: 1,
        max_rank: 5,
        step: Hours::whole(8),
        unit: Unit::Year,
        hours: Hours::whole(64),
        cap_year: Some(Hours::whole(80)),
        ..rule(1)
    };
    assert_eq!(
        project.sentence(),
        "“课题研究与项目开发”国家级，主课题：每项每年 64 学时（第 1 名），每后一名减 8 学时，计算到第 5 名；这种形式全年最多 80 学时。"
    );
    assert_eq!(rule(1).sentence(), "“著作、译作、论文”：每项 20 学时。");
}

#[test]
fn a_rank_is_read_as_people_write_it() {
    for (typed, rank) in [
        ("2", Some(2)),
        ("第３名", Some(3)),
        ("第二作者", Some(2)),
        ("一作", Some(1)),
        ("第十", Some(10)),
        ("第十二名", Some(12)),
        ("第二十名", Some(20)),
        ("通讯作者", None),
        ("", None),
        ("0", None),
        ("100", None),
    ] {
        assert_eq!(rank_of(typed), rank, "{typed}");
    }
}
