//! A unit's declaration against the rules and the evidence that its kind asks for.

use kit::review::{Check, Fact};
use kit::{Hours, Result};
use sqlx::SqliteConnection;

use super::Content;
use crate::rules;
use crate::staff::measure;
use crate::staff::roster::Line;
use crate::subject::{filled, suggested};

/// 规则现在, where the rules have changed since it was submitted.
pub async fn changed(db: &mut SqliteConnection, content: &Content) -> Result<Option<Fact>> {
    let Some(then) = &content.suggestion else { return Ok(None) };
    let now = measure::each(&rules::all(db).await?, &content.form());
    if now.text == then.text {
        return Ok(None);
    }
    let text = format!(
        "提交后规则有改动，现在是：{} 建议 {}。本条仍按提交时的规则办理。",
        now.text,
        now.short()
    );
    Ok(Some(Fact::new("规则现在", text).wide()))
}

/// The header's hours against its rule, then who has more than his own year leaves.
pub fn checks(content: &Content, lines: &[Line]) -> Vec<Check> {
    let Some(then) = &content.suggestion else { return vec![] };
    let mut checks: Vec<Check> =
        suggested::measured(then, content.most(), content.hours).into_iter().collect();
    let most = content.most().unwrap_or(content.hours);
    let fewer: Vec<&Line> = lines
        .iter()
        .filter(|line| line.good && line.most.is_some_and(|own| own < most && line.tenths > own))
        .collect();
    if let Some(first) = fewer.first() {
        checks.push(Check::warn(format!(
            "{} 人按本人本年度的情况建议学时更少，通过时按建议学时记入：第 {} 行 {} {}{}",
            fewer.len(),
            first.number,
            first.name,
            first.most.unwrap_or(Hours::ZERO),
            if fewer.len() > 1 { " 学时等" } else { " 学时" }
        )));
    }
    checks
}

/// Whether every slot of its kind is filled.
pub fn complete(content: &Content) -> Check {
    filled(&content.kind, content.files.len(), content.slots.as_deref())
}
