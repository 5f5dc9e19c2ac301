//! Rows of people who are there already: what the policy does to them.

use std::collections::HashSet;

use accounts::people;
use kit::{Event, Result};
use sqlx::SqliteConnection;

use super::Writing;
use crate::parse::CheckedRow;
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
    /// Does to a recorded person what the policy says.
    pub(super) async fn known(
        &mut self,
        tx: &mut SqliteConnection,
        row: CheckedRow,
        department: Option<i64>,
    ) -> Result<()> {
        let (Some(known), Some(accepted)) = (row.known, row.accepted) else { return Ok(()) };
        let merged = self.choice.policy.merged(&known.fields, &accepted.fields, &self.layout);
        let place = match self.choice.policy {
            Policy::Update => department.or(known.place),
            _ => known.place.or(department),
        };
        let cause = format!("import:{}", self.import.id);
        let changed = people::change(tx, known.person, &merged, place, &cause, self.clock).await?;
        if changed.is_empty() {
            self.unchanged += 1;
            return Ok(());
        }
        self.modules
            .deliver(tx, &Event::PersonChanged { person: known.person }, self.clock)
            .await?;
        self.outcome.updated += 1;
        self.touches.push(Touch {
            object: "person",
            object_id: known.person.0,
            what: "updated",
            number: row.number,
            before: serde_json::to_string(&(&known.fields, known.place))?,
            after: serde_json::to_string(&(&merged, place))?,
            case: None,
        });
        Ok(())
    }
}
