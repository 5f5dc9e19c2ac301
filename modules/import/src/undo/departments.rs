//! Internal departments that an import made: gone if nobody is in them any more.

use std::collections::{HashMap, HashSet};

use accounts::internal_departments;
use kit::{PersonId, Result};
use sqlx::SqliteConnection;

use super::{Part, Stays, Touched, Undoing};

pub struct Departments;

fn in_use() -> Stays {
    Stays::Whole("部门里还有人员或下级部门".to_owned())
}

#[rocket::async_trait]
impl Part for Departments {
    fn of(&self) -> (&'static str, &'static str) {
        ("internal-department", "created")
    }

    fn label(&self) -> &'static str {
        "删除新建的内设部门"
    }

    async fn stay(
        &self,
        db: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let own: HashSet<i64> = touches.iter().map(|touch| touch.object_id).collect();
        let ids = serde_json::to_string(&own)?;
        let people: Vec<(i64, PersonId)> = sqlx::query_as(
            "select j.value, p.id from json_each(?) j
              cross join person p on p.internal_department_id = j.value",
        )
        .bind(&ids)
        .fetch_all(&mut *db)
        .await?;
        let below: Vec<(i64, i64)> = sqlx::query_as(
            "select parent_id, id from internal_department
              where parent_id in (select value from json_each(?)) and removed_at is null",
        )
        .bind(&ids)
        .fetch_all(&mut *db)
        .await?;
        let people = people.into_iter().filter(|(_, id)| !undoing.leaving.contains(id));
        let below = below.into_iter().filter(|(_, id)| !own.contains(id));
        let used = people.map(|(id, _)| id).chain(below.map(|(id, _)| id));
        Ok(used.map(|id| (id, in_use())).collect())
    }

    async fn take(
        &self,
        tx: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let ids: Vec<i64> = touches.iter().map(|touch| touch.object_id).collect();
        let gone: HashSet<i64> =
            internal_departments::retract(tx, &ids, undoing.clock).await?.into_iter().collect();
        Ok(ids.into_iter().filter(|id| !gone.contains(id)).map(|id| (id, in_use())).collect())
    }
}
