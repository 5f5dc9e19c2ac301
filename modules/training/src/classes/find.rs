//! The search box over published classes, the same for everybody: what it asks, its page.

use kit::dictionary::{TITLE_SERIES, TRAINING_FORMS};
use kit::{Clock, Form, Page, Result};
use rocket::form::FromForm;
use serde::Serialize;
use sqlx::SqliteConnection;

use super::course::Wanted;

/// Lines of a page.
const ON_PAGE: i64 = 20;
/// Characters of the words that count.
const LONGEST: usize = 50;

/// The query of the address: nothing in it is personal.
#[derive(Debug, Default, FromForm)]
pub struct Asked<'r> {
    q: Option<&'r str>,
    category: Option<&'r str>,
    form: Option<&'r str>,
    field: Option<&'r str>,
    month: Option<&'r str>,
    open: Option<&'r str>,
    page: Option<&'r str>,
}

/// A value of a drop-down.
#[derive(Debug, Serialize)]
pub struct Choice {
    value: String,
    label: String,
}

impl Asked<'_> {
    fn wanted(&self) -> Wanted {
        let text = |value: Option<&str>| value.unwrap_or_default().trim().to_owned();
        let month = text(self.month);
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_month = month
            .split_once('-')
            .is_some_and(|(y, m)| y.len() == 4 && m.len() == 2 && digits(y) && digits(m));
        Wanted {
            words: text(self.q).chars().take(LONGEST).collect(),
            category: self.category.and_then(|value| value.parse().ok()),
            form: TRAINING_FORMS
                .entry(self.form.unwrap_or_default())
                .map_or(String::new(), |entry| entry.code.to_owned()),
            field: TITLE_SERIES
                .entry(self.field.unwrap_or_default())
                .map_or(String::new(), |entry| entry.code.to_owned()),
            month: if is_month { month } else { String::new() },
            open: self.open.is_some_and(|value| !value.is_empty()),
        }
    }

    /// Gives a page what is found: `found`, `count`, `page`, `pages`, `query` (the address'
    /// parameters without the page), `form` and the drop-downs. Of a screen for signing up,
    /// `open` alone is looked for.
    pub async fn fill(
        &self,
        page: Page,
        db: &mut SqliteConnection,
        clock: &Clock,
        open: bool,
    ) -> Result<Page> {
        let mut wanted = self.wanted();
        wanted.open |= open;
        let today = clock.today();
        let count = wanted.count(&mut *db, today).await?;
        let pages = ((count + ON_PAGE - 1) / ON_PAGE).max(1);
        let number = self.page.and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, pages);
        let found = wanted.page(&mut *db, today, (number - 1) * ON_PAGE, ON_PAGE).await?;
        let category = wanted.category.map(|id| id.to_string()).unwrap_or_default();
        let form = Form::of([
            ("q", wanted.words),
            ("category", category),
            ("form", wanted.form),
            ("field", wanted.field),
            ("month", wanted.month),
            ("open", if wanted.open && !open { "on".to_owned() } else { String::new() }),
        ]);
        let categories = credit_hours::category::active(&mut *db).await?;
        let categories: Vec<Choice> = categories
            .into_iter()
            .map(|one| Choice { value: one.id.to_string(), label: one.name })
            .collect();
        Ok(page
            .with("found", &found)
            .with("count", &count)
            .with("page", &number)
            .with("pages", &pages)
            .with("query", &parameters(&form))
            .with("filtered", &!parameters(&form).is_empty())
            .with("form", &form)
            .with("categories", &categories)
            .with("forms", &choices(&TRAINING_FORMS))
            .with("fields", &choices(&TITLE_SERIES)))
    }
}

fn choices(dictionary: &kit::dictionary::Dictionary) -> Vec<Choice> {
    let choice = |entry: &kit::dictionary::Entry| Choice {
        value: entry.code.to_owned(),
        label: entry.label.to_owned(),
    };
    dictionary.entries.iter().map(choice).collect()
}

/// `q=…&form=…&`, for the links to other pages.
fn parameters(form: &Form) -> String {
    let mut text = String::new();
    for key in ["q", "category", "form", "field", "month", "open"] {
        let value = form.raw(key);
        if !value.is_empty() {
            let value = rocket::http::RawStr::new(value).percent_encode();
            text.push_str(&format!("{key}={value}&"));
        }
    }
    text
}
