//! 办理经过: a case's steps as the timeline tells them.

use serde::Serialize;
use sqlx::SqliteConnection;

use super::{AnySubject, Case, CaseState, Step, query};
use crate::{Clock, Result, organization};

/// How a desk decided, coloured.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// `pass`, `back` or `wait`
    pub kind: &'static str,
    pub text: String,
}

/// One line of the timeline.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Stored time; empty for the present.
    pub time: String,
    pub text: String,
    pub verdict: Option<Verdict>,
    pub reason: String,
    /// Where it stands now.
    pub now: bool,
}

/// Every round, oldest first, and where a pending case waits. Reveals are told to desks only.
pub async fn history(
    db: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: &Case,
    for_desk: bool,
    clock: &Clock,
) -> Result<Vec<Line>> {
    let steps = query::steps(&mut *db, case.id).await?;
    let shown = steps.iter().filter(|step| for_desk || step.act != "reveal");
    let mut lines: Vec<Line> = shown.map(|step| line(subject, step)).collect();
    if let (CaseState::Pending, Some(desk)) = (case.state, case.desk_id) {
        let desk = organization::find(&mut *db, desk).await?.map(|o| o.name).unwrap_or_default();
        let waited =
            query::waited_words(&query::working_days(db).await?, &case.waiting_since, clock);
        lines.push(Line {
            time: String::new(),
            text: format!("等待{desk}审核（{waited}）"),
            verdict: None,
            reason: String::new(),
            now: true,
        });
    }
    Ok(lines)
}

/// What a desk should know before it reads on: how earlier desks of this round decided, and why
/// former rounds were sent back. Empty unless the case waits.
pub async fn before(
    db: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: &Case,
) -> Result<Vec<Line>> {
    if case.state != CaseState::Pending {
        return Ok(vec![]);
    }
    let steps = query::steps(db, case.id).await?;
    let tells = |step: &&Step| match step.act.as_str() {
        "reject" => true,
        "pass" | "take" | "skip" => step.round == case.round,
        _ => false,
    };
    Ok(steps.iter().filter(tells).map(|step| line(subject, step)).collect())
}

fn line(subject: &dyn AnySubject, step: &Step) -> Line {
    let (name, desk) = (&step.name, &step.desk_name);
    let at_desk = format!("{desk}（{name}）");
    let passed = || {
        let decision = subject.decision_text(&step.decision);
        let yes = if subject.yes() == "通过" { "审核通过" } else { subject.yes() };
        let text = if decision.is_empty() { yes.to_owned() } else { format!("{yes}，{decision}") };
        Some(Verdict { kind: "pass", text })
    };
    let (text, verdict) = match step.act.as_str() {
        "submit" if step.round == 1 => (format!("{name} 提交{}", subject.noun()), None),
        "submit" => (format!("{name} 修改后重新提交"), None),
        "pass" | "approve" => (at_desk, passed()),
        "reject" => (at_desk, Some(Verdict { kind: "back", text: "驳回".to_owned() })),
        "withdraw" => (format!("{name} 撤回"), None),
        "skip" => {
            let text = "单位无人审核，转上一级".to_owned();
            (desk.clone(), Some(Verdict { kind: "wait", text }))
        }
        "remind" => (format!("{name} 催办"), None),
        "take" => (at_desk, Some(Verdict { kind: "wait", text: "接管".to_owned() })),
        "reroute" => (format!("单位变动，转由{desk}审核"), None),
        "reveal" => (format!("{at_desk}查看完整身份证号"), None),
        other => (format!("{at_desk} {other}"), None),
    };
    Line { time: step.at.clone(), text, verdict, reason: step.opinion.clone(), now: false }
}
