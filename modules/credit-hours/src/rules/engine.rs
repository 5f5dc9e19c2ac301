//! What a rule gives for a result of learning: the hours suggested, the most that may be
//! recognised, and why. Pure; nothing is read or written here.

use serde::{Deserialize, Serialize};
use time::Date;

use kit::dictionary::{DECLARATION_LEVELS, learning_kind};
use kit::{Hours, day};

use super::rule::{Effect, Rule, Unit};
use crate::declaration::{CAP, rules::days, rules::most_present};
use crate::read::kind_label;

/// Kinds that convert a result, not time spent: together they give no more in a year than the
/// professional subject asks for (domain.md §5.4, default caps).
pub const CONVERSIONS: [&str; 8] = ["04", "05", "06", "07", "08", "09", "10", "11"];

pub fn is_conversion(kind: &str) -> bool {
    CONVERSIONS.contains(&kind)
}

/// What is known of a result of learning; what is not yet known is empty or none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    pub kind: &'a str,
    pub item: &'a str,
    pub level: &'a str,
    pub rank: Option<i64>,
    /// Of the rule's unit, in tenths: 2.5 days.
    pub quantity: Option<Hours>,
    pub category: Option<i64>,
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// The hours declared, which are those stated; zero: not yet.
    pub declared: Hours,
}

impl Facts<'_> {
    /// The same with other declared hours.
    pub fn declaring(self, declared: Hours) -> Self {
        Self { declared, ..self }
    }
}

/// What the person's year holds already, without the thing itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Of the same kind.
    pub kind: Hours,
    /// Of all kinds that convert a result.
    pub conversions: Hours,
    /// The most that they give in a year; none: no limit.
    pub conversion_cap: Option<Hours>,
    /// Whether what waits at a desk is among the hours of `kind` and `conversions`.
    pub waiting: bool,
    /// The professional subject's minimum and what there is of it.
    pub required: Hours,
    pub done: Hours,
}

/// What the rules make of a result of learning. Kept with a declaration as it was submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The rule that was applied and its version; none: no rule applies, or not yet.
    pub rule: Option<i64>,
    #[serde(default)]
    pub version: i64,
    /// The rule in words, or why there is none.
    pub text: String,
    /// How it was computed, and each cap that lowered it.
    pub sentences: Vec<String>,
    /// None: nothing to suggest.
    pub hours: Option<Hours>,
    /// The most that the rules allow; none: they say nothing.
    pub most: Option<Hours>,
    /// Tops the professional subject up.
    #[serde(default)]
    pub completes: bool,
    /// Fields that the rules ask for and that are empty: item, level, rank, quantity, hours.
    #[serde(default)]
    pub missing: Vec<String>,
}

impl Suggestion {
    fn nothing(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// 12 学时; 最多 40 学时 or — where there is nothing to suggest.
    pub fn short(&self) -> String {
        match (self.hours, self.most) {
            (Some(hours), _) => format!("{hours} 学时"),
            (None, Some(most)) => format!("最多 {most} 学时"),
            (None, None) => "—".to_owned(),
        }
    }

    /// The rule and how it was computed, in one text.
    pub fn whole(&self) -> String {
        if self.sentences.is_empty() {
            return self.text.clone();
        }
        format!("{} {}。", self.text, self.sentences.join("；"))
    }
}

/// The hours that the rules suggest.
pub fn suggest(rules: &[Rule], facts: &Facts<'_>, standing: &Standing) -> Suggestion {
    let label = kind_label(facts.kind);
    let on = facts.to.map(day::date_text);
    let of_kind: Vec<&Rule> = rules
        .iter()
        .filter(|rule| rule.kind == facts.kind)
        .filter(|rule| match &on {
            Some(on) => rule.valid_on(on),
            None => rule.valid_to.is_empty(),
        })
        .collect();
    if of_kind.is_empty() {
        let then = on.map(|on| format!("{on} ")).unwrap_or_default();
        return Suggestion::nothing(format!(
            "{then}没有“{label}”的折算规则，由审核单位按文件认定。"
        ));
    }
    let of_subject: Vec<&Rule> = of_kind
        .into_iter()
        .filter(|rule| match (rule.category, facts.category) {
            (Some(wanted), Some(given)) => wanted == given,
            _ => true,
        })
        .collect();
    if of_subject.is_empty() {
        return Suggestion::nothing(format!(
            "“{label}”在所选的科目类别中没有折算规则，由审核单位按文件认定。"
        ));
    }
    let exact = of_subject.iter().filter(|rule| {
        fits(&rule.item, facts.item)
            && fits(&rule.level, facts.level)
            && (rule.rank == 0 || facts.rank.is_some_and(|rank| counts(rule, rank)))
    });
    if let Some(best) = exact.max_by_key(|rule| specific(rule)) {
        return apply(best, facts, standing);
    }
    let possible: Vec<&Rule> = of_subject
        .iter()
        .copied()
        .filter(|rule| {
            (facts.item.is_empty() || fits(&rule.item, facts.item))
                && (facts.level.is_empty() || fits(&rule.level, facts.level))
                && (rule.rank == 0 || facts.rank.is_none_or(|rank| counts(rule, rank)))
        })
        .collect();
    if possible.is_empty() {
        without(&of_subject, facts)
    } else {
        wanting(&possible, facts, standing)
    }
}

fn fits(wanted: &str, given: &str) -> bool {
    wanted.is_empty() || wanted == given
}

fn counts(rule: &Rule, rank: i64) -> bool {
    (rule.rank..=rule.max_rank).contains(&rank)
}

/// The rule that says most about the thing wins; of two alike, the later one.
fn specific(rule: &Rule) -> (bool, bool, bool, bool, String, i64) {
    (
        !rule.item.is_empty(),
        !rule.level.is_empty(),
        rule.rank > 0,
        rule.category.is_some(),
        rule.valid_from.clone(),
        rule.id,
    )
}

/// Something the rules tell apart is not filled in: no hours yet, yet the most there can be.
fn wanting(possible: &[&Rule], facts: &Facts<'_>, standing: &Standing) -> Suggestion {
    let mut missing = Vec::new();
    let mut names = Vec::new();
    let mut ask = |name: &str, label: &'static str| {
        missing.push(name.to_owned());
        names.push(label);
    };
    if facts.item.is_empty() && possible.iter().any(|rule| !rule.item.is_empty()) {
        ask("item", "种类");
    }
    if facts.level.is_empty() && possible.iter().any(|rule| !rule.level.is_empty()) {
        ask("level", "级别");
    }
    if facts.rank.is_none() && possible.iter().any(|rule| rule.rank > 0) {
        ask("rank", "本人排名（数字）");
    }
    let each = possible.iter().map(|rule| {
        let rank = if rule.rank > 0 { facts.rank.or(Some(rule.rank)) } else { facts.rank };
        apply(rule, &Facts { rank, ..*facts }, standing).most
    });
    let most = each.collect::<Option<Vec<Hours>>>().and_then(|all| all.into_iter().max());
    let upper = most.map(|most| format!("，最多 {most} 学时")).unwrap_or_default();
    Suggestion {
        text: format!(
            "“{}”按{}折算{upper}。填写后计算建议学时。",
            kind_label(facts.kind),
            names.join("、")
        ),
        most,
        missing,
        ..Suggestion::default()
    }
}

/// What is filled in stands in no rule: a rank too far back gives nothing, else nobody knows.
fn without(rules: &[&Rule], facts: &Facts<'_>) -> Suggestion {
    let label = kind_label(facts.kind);
    let ranked = rules.iter().filter(|rule| {
        rule.rank > 0 && fits(&rule.item, facts.item) && fits(&rule.level, facts.level)
    });
    let last = ranked.clone().map(|rule| rule.max_rank).max();
    if let (Some(rank), Some(last)) = (facts.rank, last)
        && rank > last
    {
        let rule = ranked.max_by_key(|rule| specific(rule));
        return Suggestion {
            rule: rule.map(|rule| rule.id),
            version: rule.map_or(0, |rule| rule.version),
            text: rule.map(|rule| rule.sentence()).unwrap_or_default(),
            sentences: vec![format!("只计算到第 {last} 名，第 {rank} 名不折算学时")],
            hours: Some(Hours::ZERO),
            most: Some(Hours::ZERO),
            ..Suggestion::default()
        };
    }
    let mut given: Vec<String> = Vec::new();
    if !facts.item.is_empty() {
        given.push(facts.item.to_owned());
    }
    if !facts.level.is_empty() {
        given.push(DECLARATION_LEVELS.label(facts.level).to_owned());
    }
    if let Some(rank) = facts.rank {
        given.push(format!("第 {rank} 名"));
    }
    Suggestion::nothing(format!(
        "“{label}”的折算规则中没有“{}”，由审核单位按文件认定。",
        given.join("、")
    ))
}

/// The rule's hours and the caps, in this order: one item of the rule, presence, one item of any
/// kind, the kind's year, the year of all conversions.
fn apply(rule: &Rule, facts: &Facts<'_>, standing: &Standing) -> Suggestion {
    let mut made = Suggestion {
        rule: Some(rule.id),
        version: rule.version,
        text: rule.sentence(),
        completes: rule.effect == Effect::CompletesProfessional,
        ..Suggestion::default()
    };
    let stated = rule.unit == Unit::Stated && !made.completes;
    let base = if made.completes {
        Some(top_up(standing, &mut made.sentences))
    } else if stated {
        None
    } else {
        match quantity(rule, facts, &mut made.sentences) {
            Some(quantity) => Some(converted(rule, facts.rank, quantity, &mut made.sentences)),
            None => {
                made.missing.push("quantity".to_owned());
                let name = rule.unit.counted().map_or("数量", |(name, _)| name);
                made.sentences.push(format!("填写{name}后计算建议学时"));
                None
            }
        }
    };
    let mut most = base;
    let mut cap = |cap: Hours, sentence: String| {
        if most.is_none_or(|most| most > cap) {
            most = Some(cap);
            made.sentences.push(sentence);
        }
    };
    if let Some(most) = rule.cap_item {
        cap(most, format!("一项最多 {most} 学时"));
    }
    if let (Some(kind), Some(from), Some(to)) = (learning_kind(facts.kind), facts.from, facts.to)
        && let Some(most) = most_present(kind, from, to)
    {
        cap(most, format!("{} 天，每天最多 8 学时，最多 {most} 学时", days(from, to).max(0)));
    }
    let all = Hours::from_tenths(CAP);
    if base.is_some_and(|base| base > all) {
        cap(all, format!("一项最多 {all} 学时"));
    } else if stated {
        // the limit of every item, hardly worth a sentence
        most = Some(most.map_or(all, |most| most.min(all)));
    }
    let mut yearly = |cap: Option<Hours>, held: Hours, what: String| {
        let Some(cap) = cap else { return };
        let room = left(cap, held);
        if most.is_none_or(|most| most > room) {
            most = Some(room);
            let there = there(standing.waiting);
            made.sentences.push(format!(
                "{what}全年最多 {cap} 学时，{there} {held} 学时，还可认定 {room} 学时"
            ));
        }
    };
    yearly(rule.cap_year, standing.kind, format!("“{}”", kind_label(facts.kind)));
    if is_conversion(facts.kind) && !made.completes {
        let what = "成果折算（会议、课题、著作论文、专利、奖励、考试等合计）".to_owned();
        yearly(standing.conversion_cap, standing.conversions, what);
    }
    made.most = most;
    made.hours = match (stated, base, most) {
        (true, _, _) if facts.declared.is_zero() => {
            made.missing.push("hours".to_owned());
            None
        }
        (true, _, Some(most)) => Some(facts.declared.min(most)),
        (false, Some(_), most) => most,
        _ => None,
    };
    made
}

/// How the hours that a cap is compared with are called.
pub fn there(waiting: bool) -> &'static str {
    if waiting { "本年度已认定和待审核共" } else { "本年度已有" }
}

/// What a year's cap leaves; never below zero.
pub fn left(cap: Hours, held: Hours) -> Hours {
    Hours::from_tenths((cap.tenths() - held.tenths()).max(0))
}

fn top_up(standing: &Standing, sentences: &mut Vec<String>) -> Hours {
    let Standing { required, done, .. } = *standing;
    let missing = left(required, done);
    sentences.push(if missing.is_zero() {
        format!("专业科目当年要求 {required} 学时，已有 {done} 学时，已经达到，不再增加")
    } else {
        format!("专业科目当年要求 {required} 学时，已有 {done} 学时，补足 {missing} 学时")
    });
    missing
}

/// How many units, in tenths; what the dates say is not exceeded.
fn quantity(rule: &Rule, facts: &Facts<'_>, sentences: &mut Vec<String>) -> Option<Hours> {
    if matches!(rule.unit, Unit::Item | Unit::Year) {
        return Some(Hours::whole(1));
    }
    let dated = match (rule.unit.by_dates(), facts.from, facts.to) {
        (true, Some(from), Some(to)) => {
            let days = days(from, to).max(0);
            Some(Hours::whole(if rule.unit == Unit::HalfDay { days * 2 } else { days }))
        }
        _ => None,
    };
    match (facts.quantity.filter(|one| !one.is_zero()), dated) {
        (Some(given), Some(dated)) if given > dated => {
            let unit = rule.unit.counted().map_or("", |(_, unit)| unit);
            sentences.push(format!("起止日期之间只有 {dated} {unit}，按 {dated} {unit}计算"));
            Some(dated)
        }
        (given, dated) => given.or(dated),
    }
}

fn converted(
    rule: &Rule,
    rank: Option<i64>,
    quantity: Hours,
    sentences: &mut Vec<String>,
) -> Hours {
    let behind = rank.filter(|_| rule.rank > 0).map_or(0, |rank| (rank - rule.rank).max(0));
    let less = rule.step.tenths().saturating_mul(behind);
    let each = Hours::from_tenths((rule.hours.tenths() - less).max(0));
    if behind > 0 && less > 0 {
        sentences.push(format!(
            "第 {} 名：{} − {} × {behind} = {each} 学时",
            rank.unwrap_or(rule.rank),
            rule.hours,
            rule.step
        ));
    }
    // tenths times tenths; half hours are the smallest step
    let tenths = each.tenths().saturating_mul(quantity.tenths()) / 10;
    let made = Hours::from_tenths(tenths / 5 * 5);
    if let Some((_, unit)) = rule.unit.counted() {
        sentences.push(format!("{quantity} {unit} × {each} 学时 = {made} 学时"));
    }
    made
}

/// The number in what somebody wrote as his rank: 2, 第2, 第二作者; none if there is none.
pub fn rank_of(typed: &str) -> Option<i64> {
    let plain: String = typed.chars().map(kit::initials::half_width).collect();
    let digits: String = plain
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    if let Ok(rank) = digits.parse::<i64>() {
        return (1..=99).contains(&rank).then_some(rank);
    }
    const DIGITS: &str = "一二三四五六七八九";
    let value = |c: char| DIGITS.chars().position(|one| one == c).map(|at| at as i64 + 1);
    let number: Vec<char> = plain
        .chars()
        .skip_while(|c| value(*c).is_none() && *c != '十')
        .take_while(|c| value(*c).is_some() || *c == '十')
        .collect();
    match number.as_slice() {
        [one] if *one == '十' => Some(10),
        [one] => value(*one),
        ['十', one] => value(*one).map(|one| one + 10),
        [ten, '十'] => value(*ten).map(|ten| ten * 10),
        [ten, '十', one] => Some(value(*ten)? * 10 + value(*one)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
