//! 建议学时 of a unit's declaration: what the rules give each person by the header, and each row
//! of the roster by what that person's year holds.

use std::collections::HashMap;

use kit::{Form, Hours, OrganizationId, PersonId, Result};
use sqlx::SqliteConnection;

use super::header;
use super::store::Staff;
use super::subject::Content;
use crate::declaration::suggest::{self, Answer};
use crate::roster::Row;
use crate::rules::{self, Rule, Standing, Suggestion, Typed, Waiting};

/// What the rules give each person, whatever his year holds.
pub fn each(rules: &[Rule], form: &Form) -> Suggestion {
    let made = rules::suggest(rules, &Typed::of(form).facts(), &Standing::default());
    if !made.completes {
        return made;
    }
    let told = "各人补足到本人当年专业科目的要求，见名单中的建议学时".to_owned();
    Suggestion { hours: None, most: None, sentences: vec![told], ..made }
}

/// What the form shows of the rules.
pub fn of_form(form: &Form, rules: &[Rule]) -> Answer {
    suggest::answer(rules, form, &each(rules, form))
}

/// 采用建议学时 without script: puts them into the form.
pub async fn adopt(db: &mut SqliteConnection, form: &mut Form) -> Result<()> {
    let rules = rules::all(db).await?;
    suggest::take_over(form, &each(&rules, form));
    Ok(())
}

/// Hours above the rules need a reason in the note.
pub async fn demand(db: &mut SqliteConnection, form: &mut Form) -> Result<()> {
    let rules = rules::all(db).await?;
    let made = each(&rules, form);
    let declared = Hours::parse(&form.text("hours")).unwrap_or_default();
    if let Some(sentence) = suggest::unreasoned(&made, declared, &form.text("note")) {
        form.refuse("note", sentence);
    }
    Ok(())
}

/// What the rows of a roster are measured by.
pub struct Basis {
    /// Row of `staff_declaration`.
    pub id: i64,
    pub unit: OrganizationId,
    /// Hours of the header: the most of each row.
    pub hours: Hours,
    /// Whether the header says why there should be more than the rules give.
    pub reasoned: bool,
    year: i32,
    form: Form,
    by: By,
}

/// Whose rules.
enum By {
    Now,
    /// Of the submission; none: it was before there were rules.
    Then(Option<Suggestion>),
}

impl Basis {
    /// Of the unit's side: by the rules of now until it is submitted.
    pub fn of(staff: &Staff) -> Self {
        let by = match staff.editable() {
            true => By::Now,
            false => By::Then(suggest::kept(&staff.suggestion)),
        };
        Self {
            id: staff.id,
            unit: staff.organization_id,
            hours: staff.hours,
            reasoned: suggest::reasoned(&staff.note),
            year: staff.year,
            form: header::form_of(staff),
            by,
        }
    }

    /// Of what a desk decides on.
    pub fn submitted(content: &Content) -> Self {
        Self {
            id: content.staff,
            unit: content.organization,
            hours: content.hours,
            reasoned: suggest::reasoned(&content.note),
            year: content.year,
            form: content.form(),
            by: By::Then(content.suggestion.clone()),
        }
    }

    async fn rules(&self, db: &mut SqliteConnection) -> Result<Vec<Rule>> {
        match &self.by {
            By::Now => rules::all(db).await,
            By::Then(None) => Ok(vec![]),
            By::Then(Some(then)) => match then.rule {
                Some(rule) => Ok(vec![rules::version(db, rule, then.version).await?.1]),
                None => Ok(vec![]),
            },
        }
    }

    /// What the rules give each of these rows, by its id; none of a row without a rule.
    pub async fn suggestions(
        &self,
        db: &mut SqliteConnection,
        rows: &[Row],
    ) -> Result<HashMap<i64, Suggestion>> {
        let rules = self.rules(&mut *db).await?;
        let people: Vec<PersonId> = rows.iter().filter_map(|row| row.person_id).collect();
        if rules.is_empty() || people.is_empty() {
            return Ok(HashMap::new());
        }
        let waiting = match rows.iter().any(|row| row.state == "pending") {
            true => Waiting::No,
            false => Waiting::Counts { but: None },
        };
        let standings =
            rules::standings(&mut *db, &people, self.year, &self.form.text("kind"), waiting)
                .await?;
        let mut made = HashMap::new();
        for row in rows {
            let Some(person) = row.person_id else { continue };
            let typed = Typed::of(&self.form);
            let facts = typed.facts().declaring(row.hours);
            let standing = standings.get(&person).copied().unwrap_or_default();
            let mut one = rules::suggest(&rules, &facts, &standing);
            if one.completes {
                let kind = self.form.text("kind");
                let whole = rules::standing(&mut *db, person, self.year, &kind, waiting).await?;
                one = rules::suggest(&rules, &facts, &whole);
            }
            made.insert(row.id, one);
        }
        Ok(made)
    }
}
