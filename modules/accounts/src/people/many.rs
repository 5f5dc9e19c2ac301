//! Changes to many people at once, as an import makes them: what `update` does, a few statements a
//! thousand.

use std::collections::HashMap;

use kit::{Clock, PersonId, Result, initials};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Fields;
use super::update::reported_all;

/// What is to be recorded of one person.
#[derive(Debug, Clone)]
pub struct Change {
    pub person: PersonId,
    /// As recorded, read in the transaction that changes it.
    pub old: Fields,
    pub new: Fields,
    /// 内设部门, as recorded and as it is to be.
    pub old_place: Option<i64>,
    pub place: Option<i64>,
}

impl Change {
    /// Whether anything differs.
    pub fn any(&self) -> bool {
        self.old != self.new || self.old_place != self.place
    }
}

/// Rows of one statement: 23 values each, below SQLite's 32,766.
const ROWS: usize = 1_000;

/// Records changes to many people, each with a version; those that change nothing are passed over.
/// Accounts and the search follow. Gives who was changed; the caller writes the trail and delivers
/// `Event::PeopleChanged`. Nobody may come twice.
pub async fn change_many(
    tx: &mut SqliteConnection,
    changes: &[Change],
    cause: &str,
    clock: &Clock,
) -> Result<Vec<PersonId>> {
    let changes: Vec<&Change> = changes.iter().filter(|change| change.any()).collect();
    for chunk in changes.chunks(ROWS) {
        write(tx, chunk, clock).await?;
        let people: Vec<PersonId> = chunk.iter().map(|change| change.person).collect();
        follow(tx, chunk).await?;
        reported_all(tx, &serde_json::to_string(&people)?, cause, clock).await?;
    }
    Ok(changes.iter().map(|change| change.person).collect())
}

async fn write(tx: &mut SqliteConnection, changes: &[&Change], clock: &Clock) -> Result<()> {
    let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
        "with new (id, place, name, nation, political, education, degree, series, level, title,
           titled_on, title_certificate, school, major, graduated_on, started_work_on, position,
           phone, email, note, native_place, employment, address) as (",
    );
    sql.push_values(changes, |mut row, change| {
        let fields = &change.new;
        row.push_bind(change.person)
            .push_bind(change.place)
            .push_bind(&fields.name)
            .push_bind(&fields.nation)
            .push_bind(&fields.political)
            .push_bind(&fields.education)
            .push_bind(&fields.degree)
            .push_bind(&fields.series)
            .push_bind(&fields.level)
            .push_bind(&fields.title)
            .push_bind(&fields.titled_on)
            .push_bind(&fields.title_certificate)
            .push_bind(&fields.school)
            .push_bind(&fields.major)
            .push_bind(&fields.graduated_on)
            .push_bind(&fields.started_work_on)
            .push_bind(&fields.position)
            .push_bind(&fields.phone)
            .push_bind(&fields.email)
            .push_bind(&fields.note)
            .push_bind(&fields.native_place)
            .push_bind(&fields.employment)
            .push_bind(&fields.address);
    });
    // the join's order is given: the list first, each person by his id
    sql.push(
        ") update person set internal_department_id = n.place, name = n.name, nation = n.nation,
             political = n.political, education = n.education, degree = n.degree,
             series = n.series, level = n.level, title = n.title, titled_on = n.titled_on,
             title_certificate = n.title_certificate, school = n.school, major = n.major,
             graduated_on = n.graduated_on, started_work_on = n.started_work_on,
             position = n.position, phone = n.phone, email = n.email, note = n.note,
             native_place = n.native_place, employment = n.employment, address = n.address,
             updated_at = ",
    );
    sql.push_bind(clock.stamp());
    sql.push(" from new n where n.id = person.id");
    sql.build().execute(tx).await?;
    Ok(())
}

/// Accounts carry name and phone, the search the name.
async fn follow(tx: &mut SqliteConnection, changes: &[&Change]) -> Result<()> {
    let renamed: HashMap<i64, &str> = changes
        .iter()
        .filter(|change| change.old.name != change.new.name)
        .map(|change| (change.person.0, change.new.name.as_str()))
        .collect();
    let called: Vec<PersonId> = changes
        .iter()
        .filter(|change| change.old.phone != change.new.phone || change.old.name != change.new.name)
        .map(|change| change.person)
        .collect();
    if !called.is_empty() {
        sqlx::query(
            "update account set (name, phone) =
               (select p.name, p.phone from person p where p.id = account.person_id)
              where person_id in (select value from json_each(?))",
        )
        .bind(serde_json::to_string(&called)?)
        .execute(&mut *tx)
        .await?;
    }
    if !renamed.is_empty() {
        let ids: Vec<&i64> = renamed.keys().collect();
        sqlx::query("delete from person_search where rowid in (select value from json_each(?))")
            .bind(serde_json::to_string(&ids)?)
            .execute(&mut *tx)
            .await?;
        let mut sql: QueryBuilder<Sqlite> =
            QueryBuilder::new("insert into person_search (rowid, tokens) ");
        sql.push_values(&renamed, |mut row, (id, name)| {
            row.push_bind(*id).push_bind(initials::search_tokens(name));
        });
        sql.build().execute(tx).await?;
    }
    Ok(())
}
