//! 认定学时 of a unit's declaration: what each person gets at most, lowered with a reason.

use kit::review::DecisionField;
use kit::{Form, Hours, Result};
use sqlx::SqliteConnection;

use super::Content;
use crate::declaration::form::sentence;
use crate::staff::roster::Line;
use crate::subject::Recognition;

/// The most a desk may recognise: what was declared, or what an earlier desk left of it.
fn limit(content: &Content, earlier: Option<&Recognition>) -> Hours {
    earlier.map_or(content.hours, |earlier| earlier.hours.min(content.hours))
}

/// What a desk recognises if it says nothing else: no more than its rule gives, unless an earlier
/// desk went beyond it and said why.
fn usual(content: &Content, earlier: Option<&Recognition>) -> Hours {
    let limit = limit(content, earlier);
    match content.most() {
        Some(most) if !earlier.is_some_and(|earlier| earlier.above) => limit.min(most),
        _ => limit,
    }
}

fn above(content: &Content, hours: Hours) -> bool {
    content.most().is_some_and(|most| hours > most)
}

/// The desk's fields.
pub fn fields(content: &Content, earlier: Option<&Recognition>) -> Vec<DecisionField> {
    let (limit, usual, declared) =
        (limit(content, earlier), usual(content, earlier), content.hours);
    let hint = match content.most() {
        Some(most) if usual < limit => {
            format!("申报每人 {declared} 学时，按规则最多 {most} 学时；高于规则的须写明原因")
        }
        _ if limit < declared => {
            format!("申报每人 {declared} 学时，前面审核认定 {limit} 学时，不超过它")
        }
        _ => format!("不超过申报的 {limit} 学时；学时更少的人不变"),
    };
    vec![
        DecisionField {
            name: "hours".to_owned(),
            label: "每人认定学时".to_owned(),
            kind: "number".to_owned(),
            value: usual.to_string(),
            hint,
            min: "0.5".to_owned(),
            max: limit.to_string(),
            step: "0.5".to_owned(),
            ..DecisionField::default()
        },
        DecisionField {
            name: "lowered".to_owned(),
            label: "调整原因".to_owned(),
            kind: "text".to_owned(),
            value: earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default(),
            hint: "调低或高于规则时必填".to_owned(),
            ..DecisionField::default()
        },
    ]
}

/// Reads them; without any, what was declared or an earlier desk left of it. Refuses by field.
pub fn read(
    form: &mut Form,
    content: &Content,
    earlier: Option<&Recognition>,
) -> Option<Recognition> {
    let (limit, usual) = (limit(content, earlier), usual(content, earlier));
    let declared = content.hours;
    let inherited = earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default();
    if form.list("hours").is_empty() {
        if usual.is_zero() {
            form.refuse("hours", "按规则没有可认定的学时，请驳回，或打开详情写明原因后认定。");
            return None;
        }
        let reason = reason(content, usual, String::new(), inherited);
        return Some(Recognition { hours: usual, reason, above: above(content, usual) });
    }
    let hours = match Hours::parse(form.raw("hours")) {
        Ok(hours) if hours.is_zero() => {
            form.refuse("hours", "认定学时要大于 0。不予认定的，请驳回并写明原因。");
            return None;
        }
        Ok(hours) if hours > limit => {
            let whose = if limit < declared { "前面审核认定" } else { "申报" };
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
    let own = typed.chars().count() >= 2 && typed != inherited;
    if hours < usual && !own {
        form.refuse(
            "lowered",
            format!("认定 {hours} 学时低于 {usual} 学时，请写明调低的原因，申报单位会看到。"),
        );
    } else if let Some(most) = content.most().filter(|most| hours > *most)
        && hours > usual
        && !own
    {
        let told = format!("认定 {hours} 学时高于按规则最多的 {most} 学时，请写明原因。");
        form.refuse("lowered", told);
    }
    if form.refused() {
        return None;
    }
    let reason = reason(content, hours, typed, inherited);
    Some(Recognition { hours, reason, above: above(content, hours) })
}

/// Why it differs from what was declared or ruled; empty where it does not.
fn reason(content: &Content, hours: Hours, typed: String, inherited: String) -> String {
    if hours >= content.hours && !above(content, hours) {
        return String::new();
    }
    match (typed.as_str(), inherited.as_str(), content.most()) {
        ("", "", Some(most)) if hours == most => format!("按折算规则最多 {most} 学时"),
        ("", ..) => inherited,
        _ => typed,
    }
}

/// No row gets more than was recognised; what it declared is kept beside it.
pub async fn lower(tx: &mut SqliteConnection, staff: i64, hours: Hours) -> Result<()> {
    sqlx::query(
        "update roster_row set detail = json_set(detail, '$.declared', hours), hours = ?1
          where subject = 'staff' and parent_id = ?2 and state = 'pending' and hours > ?1",
    )
    .bind(hours)
    .bind(staff)
    .execute(tx)
    .await?;
    Ok(())
}

/// No row gets more than the rules give him, whose year may leave less than the header's hours.
pub async fn lower_each(tx: &mut SqliteConnection, lines: &[Line]) -> Result<()> {
    for line in lines.iter().filter(|line| line.good) {
        let Some(most) = line.most.filter(|most| line.tenths > *most) else { continue };
        sqlx::query(
            "update roster_row set hours = ?, detail =
               json_set(detail, '$.declared', coalesce(detail ->> 'declared', hours))
              where id = ? and state = 'pending'",
        )
        .bind(most)
        .bind(line.id)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
