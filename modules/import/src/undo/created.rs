//! People whom an import made: they vanish, unless something of them must stay.

use std::collections::HashMap;

use accounts::people;
use kit::{Error, Event, PersonId, Result};
use sqlx::{Acquire, SqliteConnection};

use super::{Part, Stays, Touched, Undoing};

pub struct Created;

/// Why somebody stays whom no module holds, but some table refers to.
const REFERRED: &str = "有后续记录";

#[rocket::async_trait]
impl Part for Created {
    fn of(&self) -> (&'static str, &'static str) {
        ("person", "created")
    }

    fn label(&self) -> &'static str {
        "删除新增的人员"
    }

    async fn stay(
        &self,
        db: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let ids: Vec<PersonId> = touches.iter().map(|touch| PersonId(touch.object_id)).collect();
        let held = undoing.modules.holds(db, &ids).await?;
        undoing.leaving.extend(ids.iter().filter(|id| !held.contains_key(id)));
        Ok(held.into_iter().map(|(id, why)| (id.0, Stays::Whole(why))).collect())
    }

    async fn take(
        &self,
        tx: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let ids: Vec<PersonId> = touches.iter().map(|touch| PersonId(touch.object_id)).collect();
        let mut kept = HashMap::new();
        // whoever cannot go is found by halves
        let mut groups = vec![ids];
        while let Some(group) = groups.pop() {
            if group.is_empty() || remove(&mut *tx, undoing, &group).await? {
                continue;
            }
            if let [one] = group.as_slice() {
                kept.insert(one.0, Stays::Whole(REFERRED.to_owned()));
                undoing.leaving.remove(one);
            } else {
                let (left, right) = group.split_at(group.len() / 2);
                groups.extend([right.to_vec(), left.to_vec()]);
            }
        }
        Ok(kept)
    }

    async fn end(&self, tx: &mut SqliteConnection) -> Result<()> {
        people::tidy(tx).await
    }
}

/// Removes these people, or none of them if something refers to one: false.
async fn remove(
    tx: &mut SqliteConnection,
    undoing: &Undoing<'_>,
    people: &[PersonId],
) -> Result<bool> {
    let there: Vec<PersonId> =
        sqlx::query_scalar("select p.id from json_each(?) j cross join person p on p.id = j.value")
            .bind(serde_json::to_string(people)?)
            .fetch_all(&mut *tx)
            .await?;
    let mut savepoint = tx.begin().await?;
    let done = async {
        let event = Event::PeopleRemoved { people: there.clone() };
        undoing.modules.deliver(&mut savepoint, &event, undoing.clock).await?;
        people::remove(&mut savepoint, &there).await
    }
    .await;
    match done {
        Ok(()) => {
            savepoint.commit().await?;
            Ok(true)
        }
        Err(Error::Database(error)) if refers(&error) => {
            savepoint.rollback().await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Whether a statement failed because a row refers to what it deletes.
fn refers(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_foreign_key_violation())
}
