//! 建议学时 at the desk: the rule as it was at submission, and as of now where that differs.

use sqlx::SqliteConnection;

use kit::review::{Check, Fact, Subject};
use kit::{Form, Hours, Result};

use super::{Content, Declarations};
use crate::declaration::suggest::over;
use crate::ledger::NewEntry;
use crate::rules::{self, Rule, Suggestion, Typed, Waiting};

/// As the rules' fields.
fn form_of(content: &Content) -> Form {
    let number = |hours: Hours| if hours.is_zero() { String::new() } else { hours.to_string() };
    Form::of([
        ("kind", content.kind.clone()),
        ("item", content.item.clone()),
        ("level", content.level.clone()),
        ("rank", content.rank.clone()),
        ("quantity", number(content.quantity)),
        ("category", content.category.to_string()),
        ("started_on", content.started_on.clone()),
        ("ended_on", content.ended_on.clone()),
        ("hours", content.hours.to_string()),
    ])
}

/// By these rules, as the ledger stands now: what waits beside it does not count, it may be
/// rejected.
async fn made(db: &mut SqliteConnection, content: &Content, rules: &[Rule]) -> Result<Suggestion> {
    let (person, year) = (content.person, content.year);
    let standing = rules::standing(db, person, year, &content.kind, Waiting::No).await?;
    let form = form_of(content);
    Ok(rules::suggest(rules, &Typed::of(&form).facts(), &standing))
}

/// The suggestion by the rule of its submission, with the year as it stands now. None: no rule
/// applied then.
pub(super) async fn by_its_rule(
    db: &mut SqliteConnection,
    content: &Content,
) -> Result<Option<Suggestion>> {
    let Some(then) = &content.suggestion else { return Ok(None) };
    let Some(id) = then.rule else { return Ok(None) };
    let (_, rule) = rules::version(&mut *db, id, then.version).await?;
    made(db, content, &[rule]).await.map(Some)
}

/// The most that may be recognised without a reason: by the rule of its submission; where a fact
/// was missing then, what was said then.
pub(super) async fn most(db: &mut SqliteConnection, content: &Content) -> Result<Option<Hours>> {
    let then = content.suggestion.as_ref().and_then(|then| then.most);
    Ok(match by_its_rule(db, content).await? {
        Some(now) => now.most,
        None => then,
    })
}

/// The most that the rules allow a declaration's entry as it is to be corrected: by the rule of its
/// submission, of another kind by those of now. None: it is nobody's declaration, or no rule says.
pub async fn most_after(db: &mut SqliteConnection, new: &NewEntry) -> Result<Option<Hours>> {
    let (Some(_), Some(case)) = (new.declaration, new.case) else { return Ok(None) };
    let stored: Option<String> =
        sqlx::query_scalar("select content from review_case where id = ? and subject = ?")
            .bind(case)
            .bind(Declarations::KEY)
            .fetch_optional(&mut *db)
            .await?;
    let Some(stored) = stored else { return Ok(None) };
    let then: Content = serde_json::from_str(&stored)?;
    let same = then.kind == new.kind;
    let content = Content {
        year: new.year,
        category: new.category,
        kind: new.kind.clone(),
        started_on: new.started_on.clone(),
        ended_on: new.ended_on.clone(),
        hours: new.hours,
        ..then
    };
    if same {
        return most(db, &content).await;
    }
    let rules = rules::all(&mut *db).await?;
    Ok(made(db, &content, &rules).await?.most)
}

/// 建议学时, 折算规则 and, where the rules have changed since, 规则现在.
pub(super) async fn facts(db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
    let Some(then) = &content.suggestion else { return Ok(vec![]) };
    let mut facts =
        vec![Fact::new("建议学时", then.short()), Fact::new("折算规则", then.whole()).wide()];
    let rules = rules::all(&mut *db).await?;
    let now = made(&mut *db, content, &rules).await?;
    if now.text != then.text {
        let text = format!(
            "提交后规则有改动，现在是：{} 建议 {}。本条仍按提交时的规则办理。",
            now.text,
            now.short()
        );
        facts.push(Fact::new("规则现在", text).wide());
    } else if let Some(own) = by_its_rule(db, content).await?
        && own.hours != then.hours
    {
        let text = format!("按台账现在的情况建议 {}。{}。", own.short(), own.sentences.join("；"));
        facts.push(Fact::new("现在建议", text).wide());
    }
    Ok(facts)
}

/// Declared hours against the rule.
pub(super) fn check(content: &Content, most: Option<Hours>) -> Option<Check> {
    measured(content.suggestion.as_ref()?, most, content.hours)
}

/// Hours against what was suggested when they were submitted and the most of now.
pub(crate) fn measured(then: &Suggestion, most: Option<Hours>, hours: Hours) -> Option<Check> {
    if !then.missing.is_empty() && then.rule.is_none() {
        return Some(Check::warn(format!("填写不全，不能按规则计算：{}", then.text)));
    }
    if then.rule.is_none() && then.most.is_none() {
        return Some(Check::warn(then.text.clone()));
    }
    let now = Suggestion { most, ..then.clone() };
    Some(match over(&now, hours) {
        Some(told) => Check::warn(format!("{told}多认定须写明原因")),
        None => Check::ok("申报学时不超过折算规则"),
    })
}
