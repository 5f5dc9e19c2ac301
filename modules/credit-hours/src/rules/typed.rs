//! A result of learning as it is being typed, read leniently: what cannot be read is not yet known.

use rocket::form::FromForm;

use kit::{Form, Hours, day};

use super::engine::{Facts, rank_of};
use super::rule::Rule;
use crate::declaration::form::{Choice, choice};
use crate::read::kind_label;

/// The fields that the rules ask for.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    kind: String,
    item: String,
    level: String,
    rank: String,
    quantity: String,
    category: String,
    started_on: String,
    ended_on: String,
    hours: String,
}

impl Typed {
    pub fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name);
        Self {
            kind: text("kind"),
            item: text("item"),
            level: text("level"),
            rank: text("rank"),
            quantity: text("quantity"),
            category: text("category"),
            started_on: text("started_on"),
            ended_on: text("ended_on"),
            hours: text("hours"),
        }
    }

    pub fn facts(&self) -> Facts<'_> {
        Facts {
            kind: &self.kind,
            item: &self.item,
            level: &self.level,
            rank: rank_of(&self.rank),
            quantity: Hours::parse(&self.quantity).ok(),
            category: self.category.parse().ok().filter(|id| *id > 0),
            from: day::parse_date(&self.started_on),
            to: day::parse_date(&self.ended_on),
            declared: Hours::parse(&self.hours).unwrap_or_default(),
        }
    }
}

/// The same in an address, with what the box is given of a year.
#[derive(Debug, FromForm)]
pub struct Query<'r> {
    /// The stored declaration that is being changed.
    pub id: Option<i64>,
    pub year: Option<&'r str>,
    pub kind: Option<&'r str>,
    pub item: Option<&'r str>,
    pub level: Option<&'r str>,
    pub rank: Option<&'r str>,
    pub quantity: Option<&'r str>,
    pub category: Option<&'r str>,
    pub started_on: Option<&'r str>,
    pub ended_on: Option<&'r str>,
    pub hours: Option<&'r str>,
    pub held: Option<&'r str>,
    pub converted: Option<&'r str>,
    pub done: Option<&'r str>,
}

impl Query<'_> {
    pub fn form(&self) -> Form {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        Form::of([
            ("year", text(self.year)),
            ("kind", text(self.kind)),
            ("item", text(self.item)),
            ("level", text(self.level)),
            ("rank", text(self.rank)),
            ("quantity", text(self.quantity)),
            ("category", text(self.category)),
            ("started_on", text(self.started_on)),
            ("ended_on", text(self.ended_on)),
            ("hours", text(self.hours)),
            ("held", text(self.held)),
            ("converted", text(self.converted)),
            ("done", text(self.done)),
        ])
    }
}

/// What a kind's rules ask for, so that a form shows only that.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Asks {
    /// 种类 that may be chosen.
    pub items: Vec<String>,
    pub level: bool,
    pub rank: bool,
    /// What 数量 is called; empty: none is asked for.
    pub quantity: String,
    pub counter: String,
}

/// What the rules in force on a day ask of a kind, once this item is chosen.
pub fn asks(rules: &[Rule], kind: &str, item: &str, on: &str) -> Asks {
    let of_kind: Vec<&Rule> =
        rules.iter().filter(|rule| rule.kind == kind && rule.valid_on(on)).collect();
    let mut items: Vec<String> = Vec::new();
    for rule in &of_kind {
        if !rule.item.is_empty() && !items.contains(&rule.item) {
            items.push(rule.item.clone());
        }
    }
    let rules = of_kind.iter().filter(|rule| {
        rule.item.is_empty()
            || item.is_empty()
            || !items.iter().any(|one| one == item)
            || rule.item == item
    });
    let counted = rules.clone().find_map(|rule| rule.unit.counted());
    Asks {
        level: rules.clone().any(|rule| !rule.level.is_empty()),
        rank: rules.clone().any(|rule| rule.rank > 0),
        quantity: counted.map(|(name, _)| name.to_owned()).unwrap_or_default(),
        counter: counted.map(|(_, unit)| unit.to_owned()).unwrap_or_default(),
        items,
    }
}

/// 种类 of every kind that has some, for a form that works without script: the kind is said
/// behind each.
pub fn items(rules: &[Rule], on: &str) -> Vec<Choice> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut choices = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.item.is_empty() && rule.valid_on(on)) {
        if !seen.contains(&(&rule.kind, &rule.item)) {
            seen.push((&rule.kind, &rule.item));
            choices
                .push(choice(&rule.item, format!("{}（{}）", rule.item, kind_label(&rule.kind))));
        }
    }
    choices
}
