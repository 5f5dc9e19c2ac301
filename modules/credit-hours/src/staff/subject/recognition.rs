//! 认定学时 of a unit's declaration: what each person gets at most, lowered with a reason.

use kit::review::DecisionField;
use kit::{Form, Hours, Result};
use sqlx::SqliteConnection;

use crate::declaration::form::sentence;
use crate::subject::Recognition;

fn limit(declared: Hours, earlier: Option<&Recognition>) -> Hours {
    earlier.map_or(declared, |earlier| earlier.hours.min(declared))
}

/// The desk's fields.
pub fn fields(declared: Hours, earlier: Option<&Recognition>) -> Vec<DecisionField> {
    let limit = limit(declared, earlier);
    let hint = if limit < declared {
        format!("申报每人 {declared} 学时，前面审核认定 {limit} 学时，不超过它")
    } else {
        format!("不超过申报的 {limit} 学时；学时更少的人不变")
    };
    vec![
        DecisionField {
            name: "hours".to_owned(),
            label: "每人认定学时".to_owned(),
            kind: "number".to_owned(),
            value: limit.to_string(),
            hint,
            min: "0.5".to_owned(),
            max: limit.to_string(),
            step: "0.5".to_owned(),
            ..DecisionField::default()
        },
        DecisionField {
            name: "lowered".to_owned(),
            label: "调低原因".to_owned(),
            kind: "text".to_owned(),
            value: earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default(),
            hint: "调低学时时必填".to_owned(),
            ..DecisionField::default()
        },
    ]
}

/// Reads them; without any, what was declared or an earlier desk left of it. Refuses by field.
pub fn read(
    form: &mut Form,
    declared: Hours,
    earlier: Option<&Recognition>,
) -> Option<Recognition> {
    let limit = limit(declared, earlier);
    let inherited = earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default();
    if form.list("hours").is_empty() {
        return Some(Recognition { hours: limit, reason: inherited, above: false });
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
    let typed = form.optional("lowered", "调低原因", 100);
    if hours < limit && (typed.chars().count() < 2 || typed == inherited) {
        form.refuse(
            "lowered",
            format!("认定 {hours} 学时低于 {limit} 学时，请写明调低的原因，申报单位会看到。"),
        );
    }
    if form.refused() {
        return None;
    }
    let reason = match (hours < declared, typed.is_empty()) {
        (false, _) => String::new(),
        (true, true) => inherited,
        (true, false) => typed,
    };
    Some(Recognition { hours, reason, above: false })
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
