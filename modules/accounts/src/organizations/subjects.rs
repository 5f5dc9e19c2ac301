//! 科目 that a base may teach: the subjects of 学时规则, by the codes that profiles keep.

use kit::Result;
use kit::dictionary::SUBJECTS;
use sqlx::SqliteConnection;

use super::form::Choice;

/// The statement of a list's filter: code and name of each, in order. 公需科目 has an older code
/// than the ledger's.
pub const ALL: &str = "select case key when 'general' then 'public' else key end, name \
                         from category order by sort, id";

/// Those in force; without the module of the hours those of the regulation.
pub async fn offered(db: &mut SqliteConnection) -> Result<Vec<Choice>> {
    let there: bool = sqlx::query_scalar(
        "select exists (select 1 from sqlite_master where type = 'table' and name = 'category')",
    )
    .fetch_one(&mut *db)
    .await?;
    if !there {
        let choice = |one: &kit::dictionary::Entry| Choice {
            value: one.code.to_owned(),
            label: one.label.to_owned(),
        };
        return Ok(SUBJECTS.entries.iter().map(choice).collect());
    }
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select case key when 'general' then 'public' else key end, name
           from category where state = 'active' order by sort, id",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(value, label)| Choice { value, label }).collect())
}
