//! What the desk of 4.8 gives a base: level, who recognised it by which document, until when.

use accounts::organizations::Profile;
use accounts::registration::{Content, What};
use kit::dictionary::BASE_LEVELS;
use kit::review::{DecisionField, DecisionOption};
use kit::{Clock, Error, Form, Result};
use serde::{Deserialize, Serialize};

/// The decision on a base; the default in a batch is what it applied for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognition {
    /// `BASE_LEVELS`
    pub level: String,
    pub recognized_by: String,
    pub document_number: String,
    /// The last day, `YYYY-MM-DD`.
    pub valid_until: String,
}

impl Recognition {
    /// What the base applied for.
    pub fn asked(content: &Content) -> Self {
        let What::Unit { profile, .. } = &content.what else { return Self::default() };
        let base = profile.base.clone().unwrap_or_default();
        Self {
            level: base.level,
            recognized_by: base.recognized_by,
            document_number: base.document_number,
            valid_until: base.valid_until,
        }
    }

    /// The fields of the desk, filled with it.
    pub fn fields(&self) -> Vec<DecisionField> {
        let field = |name: &str, label: &str, kind: &str, value: &str, hint: &str| DecisionField {
            name: name.to_owned(),
            label: label.to_owned(),
            kind: kind.to_owned(),
            value: value.to_owned(),
            hint: hint.to_owned(),
            ..DecisionField::default()
        };
        let levels = BASE_LEVELS.entries.iter();
        let options =
            levels.map(|e| DecisionOption { value: e.code.to_owned(), label: e.label.to_owned() });
        vec![
            DecisionField {
                options: options.collect(),
                ..field("base_level", "级别", "select", &self.level, "")
            },
            field("recognized_by", "认定机构", "text", &self.recognized_by, ""),
            field("document_number", "认定文号", "text", &self.document_number, ""),
            field("valid_until", "有效期至", "date", &self.valid_until, "必填"),
        ]
    }

    /// Reads them; a batch brings none, and what was applied for holds.
    pub fn read(form: &mut Form, content: &Content) -> Option<Self> {
        let asked = Self::asked(content);
        if form.list("base_level").is_empty() {
            form.set("base_level", asked.level);
            form.set("recognized_by", asked.recognized_by);
            form.set("document_number", asked.document_number);
            form.set("valid_until", asked.valid_until);
        }
        let levels: Vec<&str> = BASE_LEVELS.entries.iter().map(|e| e.code).collect();
        let decision = Self {
            level: form.choice("base_level", "级别", &levels),
            recognized_by: form.optional("recognized_by", "认定机构", 60),
            document_number: form.optional("document_number", "认定文号", 60),
            valid_until: form
                .date("valid_until", "有效期至")
                .map(kit::day::date_text)
                .unwrap_or_default(),
        };
        if let What::Unit { profile, .. } = &content.what
            && let Some(base) = &profile.base
            && !base.recognized_on.is_empty()
            && !decision.valid_until.is_empty()
            && decision.valid_until < base.recognized_on
        {
            form.refuse("valid_until", "有效期至早于认定日期，请核对。");
        }
        (!form.refused()).then_some(decision)
    }

    /// Refuses a recognition that is over before it begins; the base could do nothing with it.
    pub fn ends_later(&self, clock: &Clock) -> Result<()> {
        if self.valid_until >= kit::day::date_text(clock.today()) {
            return Ok(());
        }
        Err(Error::refused(format!(
            "有效期至 {} 已经过去，不能通过。请按认定文件改填今天或以后的日期；认定已经到期的，请驳回。",
            self.valid_until
        )))
    }

    /// Writes it over what was applied for.
    pub fn write(&self, profile: &mut Profile) {
        let base = profile.base.get_or_insert_default();
        base.level.clone_from(&self.level);
        base.recognized_by.clone_from(&self.recognized_by);
        base.document_number.clone_from(&self.document_number);
        base.valid_until.clone_from(&self.valid_until);
    }

    /// One phrase for the history.
    pub fn text(&self) -> String {
        format!("认定为{}，有效期至 {}", BASE_LEVELS.label(&self.level), self.valid_until)
    }
}
