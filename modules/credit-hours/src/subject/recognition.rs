//! 认定学时: what a desk may recognise of a declaration, and when it must say why.

use kit::review::DecisionField;
use kit::{Form, Hours};

use super::{Content, Recognition};
use crate::declaration::form::sentence;

/// 认定学时 and why.
pub(super) fn fields(content: &Content, earlier: Option<&Recognition>) -> Vec<DecisionField> {
    let (limit, usual) = (content.limit(earlier), content.usual(earlier));
    let hint = match content.most {
        Some(most) if usual < limit => {
            format!("申报 {} 学时，按规则最多 {most} 学时；高于规则的须写明原因", content.hours)
        }
        _ if limit < content.hours => {
            format!("申报 {} 学时，前面审核认定 {limit} 学时，不超过它", content.hours)
        }
        _ => format!("不超过申报的 {limit} 学时"),
    };
    let field = |name: &str, label: &str, kind: &str| DecisionField {
        name: name.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        ..DecisionField::default()
    };
    vec![
        DecisionField {
            value: usual.to_string(),
            hint,
            min: "0.5".to_owned(),
            max: limit.to_string(),
            step: "0.5".to_owned(),
            ..field("hours", "认定学时", "number")
        },
        DecisionField {
            value: earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default(),
            hint: "调低或高于规则时必填".to_owned(),
            ..field("lowered", "调整原因", "text")
        },
    ]
}

/// What is typed; an empty form (batch) gives the usual. Refuses by field.
pub(super) fn read(
    form: &mut Form,
    content: &Content,
    earlier: Option<&Recognition>,
) -> Option<Recognition> {
    let (limit, usual) = (content.limit(earlier), content.usual(earlier));
    if form.list("hours").is_empty() {
        if usual.is_zero() {
            form.refuse("hours", "按规则已没有可认定的学时，请驳回，或打开详情写明原因后认定。");
            return None;
        }
        let (reason, above) = (reason(content, earlier, usual, ""), above(content, usual));
        return Some(Recognition { hours: usual, reason, above });
    }
    let hours = match Hours::parse(form.raw("hours")) {
        Ok(hours) if hours.is_zero() => {
            form.refuse("hours", "认定学时要大于 0。不予认定的，请驳回并写明原因。");
            return None;
        }
        Ok(hours) if hours > limit => {
            let whose = if limit < content.hours { "前面审核认定" } else { "申报" };
            form.refuse(
                "hours",
                format!("认定学时不能超过{whose}的 {limit} 学时，现在填了 {hours} 学时。"),
            );
            return None;
        }
        Ok(hours) => hours,
        Err(error) => {
            form.refuse("hours", sentence(&error));
            return None;
        }
    };
    let typed = form.optional("lowered", "调整原因", 100);
    demand(form, content, earlier, hours, &typed);
    (!form.refused()).then(|| Recognition {
        hours,
        above: above(content, hours),
        reason: reason(content, earlier, hours, &typed),
    })
}

fn above(content: &Content, hours: Hours) -> bool {
    content.most.is_some_and(|most| hours > most)
}

/// Less than usual, or more than the rules allow, needs a reason of this desk's own; what an
/// earlier desk gave and said why stands.
fn demand(
    form: &mut Form,
    content: &Content,
    earlier: Option<&Recognition>,
    hours: Hours,
    typed: &str,
) {
    let inherited = earlier.map(|earlier| earlier.reason.as_str()).unwrap_or_default();
    let own = typed.chars().count() >= 2 && typed != inherited;
    let usual = content.usual(earlier);
    if hours < usual && !own {
        let sentence =
            format!("认定 {hours} 学时低于 {usual} 学时，请写明调低的原因，申请人会看到。");
        form.refuse("lowered", sentence);
    } else if let Some(most) = content.most.filter(|most| hours > *most)
        && hours > usual
        && !own
    {
        form.refuse(
            "lowered",
            format!("认定 {hours} 学时高于按规则最多的 {most} 学时，请写明原因。"),
        );
    }
}

/// Why it differs from what was declared or ruled; empty where it does not.
pub(super) fn reason(
    content: &Content,
    earlier: Option<&Recognition>,
    hours: Hours,
    typed: &str,
) -> String {
    if hours >= content.hours && !above(content, hours) {
        return String::new();
    }
    let inherited = earlier.filter(|earlier| earlier.hours == hours);
    let inherited = inherited.map(|earlier| earlier.reason.as_str()).unwrap_or_default();
    match (typed, inherited, content.most) {
        ("", "", Some(most)) if hours == most => format!("按折算规则最多 {most} 学时"),
        ("", inherited, _) => inherited.to_owned(),
        (typed, ..) => typed.to_owned(),
    }
}
