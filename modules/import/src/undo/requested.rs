//! Change requests that an import opened: those that still wait are withdrawn.

use std::collections::HashMap;

use kit::{Result, review};
use sqlx::SqliteConnection;

use super::{Part, Stays, Touched, Undoing};

pub struct Requested;

/// What the history of a withdrawn request says.
const WHY: &str = "提交这项申请的批量导入已撤销";

#[rocket::async_trait]
impl Part for Requested {
    fn of(&self) -> (&'static str, &'static str) {
        ("person", "requested")
    }

    fn label(&self) -> &'static str {
        "撤回信息修改申请"
    }

    async fn stay(
        &self,
        db: &mut SqliteConnection,
        _: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let cases: Vec<_> = touches.iter().filter_map(|touch| touch.case_id).collect();
        let approved: Vec<i64> = sqlx::query_scalar(
            "select c.id from json_each(?) j cross join review_case c on c.id = j.value
              where c.state = 'approved'",
        )
        .bind(serde_json::to_string(&cases)?)
        .fetch_all(db)
        .await?;
        let approved = |touch: &&Touched| touch.case_id.is_some_and(|id| approved.contains(&id.0));
        let why = || Stays::Whole("信息修改申请已审核通过".to_owned());
        Ok(touches.iter().filter(approved).map(|touch| (touch.object_id, why())).collect())
    }

    /// Rejected and withdrawn ones have come to nothing already.
    async fn take(
        &self,
        tx: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let Undoing { modules, clock, actor, .. } = undoing;
        for case in touches.iter().filter_map(|touch| touch.case_id) {
            review::recall(&mut *tx, modules, case, actor, WHY, clock).await?;
        }
        Ok(HashMap::new())
    }
}
