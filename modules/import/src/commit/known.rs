//! Rows of people who are there already: what the policy does to them.

use std::collections::HashSet;

use accounts::people::{self, Change};
use kit::{Event, Result};
use sqlx::SqliteConnection;

use super::Writing;
use crate::parse::{CheckedRow, Known};
use crate::policy::Policy;
use crate::touch::Touch;

/// The rows that the check showed as known.
pub async fn promised(tx: &mut SqliteConnection, import: i64) -> Result<HashSet<u32>> {
    let numbers: Vec<u32> = sqlx::query_scalar(
        "select number from import_row where import_id = ? and verdict = 'known'",
    )
    .bind(import)
    .fetch_all(tx)
    .await?;
    Ok(numbers.into_iter().collect())
}

/// 拒绝: all known rows become failing ones; gives their number.
pub async fn reject(tx: &mut SqliteConnection, import: i64) -> Result<i64> {
    sqlx::query(
        "insert into import_problem (import_id, level, number, place, \"column\", value, message, remedy)
         select import_id, 'error', number, 1000, '身份证号', '', '已在系统中，按所选的“拒绝”没有导入',
                '不用处理；要补充或更新信息的，重新上传并选择“补空”或“更新”'
           from import_row where import_id = ? and verdict = 'known'",
    )
    .bind(import)
    .execute(&mut *tx)
    .await?;
    let turned = sqlx::query(
        "update import_row set verdict = 'error' where import_id = ? and verdict = 'known'",
    )
    .bind(import)
    .execute(tx)
    .await?;
    Ok(turned.rows_affected() as i64)
}

impl Writing<'_> {
    /// What the policy makes of a recorded person.
    pub(super) fn known(&self, row: CheckedRow, department: Option<i64>) -> Option<(u32, Change)> {
        let (known, accepted) = (row.known?, row.accepted?);
        let new = self.choice.policy.merged(&known.fields, &accepted.fields, &self.layout);
        let place = match self.choice.policy {
            Policy::Update => department.or(known.place),
            _ => known.place.or(department),
        };
        let Known { person, fields: old, place: old_place, .. } = *known;
        Some((row.number, Change { person, old, new, old_place, place }))
    }

    /// Writes what is to change, of a chunk at once.
    pub(super) async fn change(
        &mut self,
        tx: &mut SqliteConnection,
        changes: Vec<(u32, Change)>,
    ) -> Result<()> {
        let count = changes.len() as i64;
        let (numbers, changes): (Vec<u32>, Vec<Change>) =
            changes.into_iter().filter(|(_, change)| change.any()).unzip();
        self.unchanged += count - changes.len() as i64;
        if changes.is_empty() {
            return Ok(());
        }
        let cause = format!("import:{}", self.import.id);
        let people = people::change_many(tx, &changes, &cause, self.clock).await?;
        self.outcome.updated += people.len() as i64;
        for (number, change) in numbers.into_iter().zip(&changes) {
            self.touches.push(Touch {
                object: "person",
                object_id: change.person.0,
                what: "updated",
                number,
                before: serde_json::to_string(&(&change.old, change.old_place))?,
                after: serde_json::to_string(&(&change.new, change.place))?,
                case: None,
            });
        }
        self.modules.deliver(tx, &Event::PeopleChanged { people }, self.clock).await
    }
}
