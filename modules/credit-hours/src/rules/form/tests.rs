//! Every refusal of the rule's form, by its field.

use kit::Form;

use super::read;
use crate::category::Category;
use crate::rules::rule::{Effect, Unit};

const WHOLE: [(&str, &str); 8] = [
    ("kind", "05"),
    ("unit", "year"),
    ("effect", "hours"),
    ("hours", "64"),
    ("rank", "1"),
    ("max_rank", "5"),
    ("valid_from", "2026-01-01"),
    ("source", "某人社〔2026〕1号"),
];

fn typed(changes: &[(&str, &str)]) -> Form {
    let mut form = Form::new();
    for (name, value) in WHOLE.iter().chain(changes) {
        form.set(name, *value);
    }
    form
}

fn categories() -> Vec<Category> {
    let one = |id, name: &str, short: &str| Category {
        id,
        name: name.to_owned(),
        short: short.to_owned(),
    };
    vec![one(1, "公需科目", "公需"), one(2, "专业科目", "专业")]
}

#[test]
fn a_whole_rule_is_read_as_typed() {
    let mut form =
        typed(&[("step", "8"), ("cap_year", "８０"), ("category", "2"), ("sample", "on")]);
    let rule = read(&mut form, None, &categories()).unwrap();
    assert_eq!((rule.rank, rule.max_rank, rule.step.tenths()), (1, 5, 80));
    assert_eq!((rule.hours.tenths(), rule.cap_year.unwrap().tenths()), (640, 800));
    assert_eq!((rule.unit, rule.effect, rule.category), (Unit::Year, Effect::Hours, Some(2)));
    assert!(rule.sample && rule.cap_item.is_none() && rule.valid_to.is_empty());
}

#[test]
fn each_wrong_field_hears_its_own_sentence() {
    for (changes, field, sentence) in [
        (&[("kind", "99")][..], "kind", "请选择学习形式。"),
        (&[("level", "village")], "level", "级别不在可选内容中，请重新选择。"),
        (&[("unit", "")], "unit", "请选择计算单位。"),
        (&[("hours", "")], "hours", "请填写每项每年多少学时，要大于 0。"),
        (&[("hours", "7.3")], "hours", "学时：学时只能是整数或带 .5，例如 7 或 7.5。"),
        (&[("hours", "0")], "hours", "学时要大于 0；没有的请留空。"),
        (&[("max_rank", "120")], "max_rank", "计算到第几名请填 1 到 99 之间的整数。"),
        (&[("rank", "6")], "max_rank", "计算到第 5 名，小于排名 6，请核对。"),
        (&[("rank", "")], "max_rank", "没有填排名的规则不分名次，“计算到第几名”请留空。"),
        (
            &[("rank", ""), ("max_rank", ""), ("step", "8")],
            "step",
            "没有填排名的规则不分名次，“每后一名减少”请留空。",
        ),
        (
            &[("max_rank", ""), ("step", "8")],
            "step",
            "只有一个名次的规则没有“每后一名减少”，请留空，或填“计算到第几名”。",
        ),
        (&[("step", "16")], "step", "减到第 5 名已经没有学时，请减小每名减少的学时或名次。"),
        (&[("unit", "stated")], "hours", "按载明的学时计算的规则没有固定学时，请留空。"),
        (
            &[("effect", "completes_professional")],
            "hours",
            "“视为完成专业科目”的规则按当年要求补足，学时请留空。",
        ),
        (&[("cap_item", "0")], "cap_item", "一项最多学时要大于 0；没有的请留空。"),
        (&[("category", "7")], "category", "科目类别不在可选内容中，请重新选择。"),
        (&[("valid_from", "")], "valid_from", "请填写起始日期。"),
        (
            &[("valid_to", "2025-12-31")],
            "valid_to",
            "终止日期 2025-12-31 早于起始日期 2026-01-01，请核对。",
        ),
        (&[("source", "")], "source", "请填写依据。"),
    ] {
        let mut form = typed(changes);
        assert!(read(&mut form, None, &categories()).is_none(), "{changes:?}");
        assert_eq!(form.errors().get(field).map(String::as_str), Some(sentence), "{changes:?}");
    }
}

#[test]
fn a_completing_rule_has_neither_hours_nor_unit() {
    let mut form = typed(&[
        ("effect", "completes_professional"),
        ("hours", ""),
        ("unit", ""),
        ("category", "2"),
    ]);
    // the unit is asked for all the same in the form, yet says nothing
    form.set("unit", "item");
    let rule = read(&mut form, None, &categories()).unwrap();
    assert_eq!(rule.effect, Effect::CompletesProfessional);
    assert!(rule.hours.is_zero());
}

#[tokio::test]
async fn every_sample_that_is_shipped_can_be_saved_by_the_editor_as_it_is() {
    let world = crate::testing::World::new().await;
    let mut db = world.pools.read().await.unwrap();
    let categories = crate::category::all(&mut db).await.unwrap();
    let rules = crate::rules::all(&mut db).await.unwrap();
    assert!(rules.len() > 20 && rules.iter().all(|rule| rule.sample));
    for rule in rules {
        let mut form = super::form_of(&rule);
        let read = read(&mut form, Some(&rule), &categories);
        assert_eq!(read.as_ref(), Some(&rule), "{}: {form:?}", rule.sentence());
        assert!(super::checked(&mut db, &mut form, Some(&rule)).await.unwrap().is_some());
    }
}
