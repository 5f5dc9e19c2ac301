//! Finds transfers: of a person, of an organization that submits batches.

use kit::{Error, OrganizationId, PersonId, Result, Scope};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{COLUMNS, Transfer};

/// The person's own transfer of this id; anybody else's is not found.
pub async fn of_person(db: &mut SqliteConnection, person: PersonId, id: i64) -> Result<Transfer> {
    let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
    sql.push(" where t.kind = 'person' and t.id = ").push_bind(id);
    sql.push(" and exists (select 1 from transfer_person tp where tp.transfer_id = t.id");
    sql.push(" and tp.person_id = ").push_bind(person).push(")");
    let found: Option<Transfer> = sql.build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// The batch of this id that the organization submitted or writes, if a right of this scope
/// reaches the unit whose people go.
pub async fn of_organization(
    db: &mut SqliteConnection,
    (organization, scope): (OrganizationId, Scope),
    id: i64,
) -> Result<Transfer> {
    let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
    sql.push(" where t.kind = 'batch' and t.id = ").push_bind(id);
    sql.push(" and t.by_id = ").push_bind(organization);
    reach(&mut sql, scope);
    let found: Option<Transfer> = sql.build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// Narrows batches to those of people of a unit within the scope.
fn reach(sql: &mut QueryBuilder<Sqlite>, scope: Scope) {
    match scope {
        Scope::County => {}
        Scope::Department(id) => {
            sql.push(
                " and exists (select 1 from organization f where f.id = t.from_id and (f.id = ",
            );
            sql.push_bind(id).push(" or f.department_id = ").push_bind(id).push("))");
        }
        Scope::Organization(id) => {
            sql.push(" and t.from_id = ").push_bind(id);
        }
    }
}

/// The batches of an organization within the scope, newest first.
pub async fn batches(
    db: &mut SqliteConnection,
    (organization, scope): (OrganizationId, Scope),
) -> Result<Vec<Transfer>> {
    let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
    sql.push(" where t.kind = 'batch' and t.by_id = ").push_bind(organization);
    reach(&mut sql, scope);
    sql.push(" order by t.id desc limit 100");
    Ok(sql.build_query_as().fetch_all(db).await?)
}

/// What the person is writing: a draft, or his last own one if it was rejected or withdrawn.
pub async fn open(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Transfer>> {
    let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
    sql.push(" join transfer_person tp on tp.transfer_id = t.id where tp.person_id = ");
    sql.push_bind(person).push(" and t.kind = 'person' order by t.id desc limit 1");
    let last: Option<Transfer> = sql.build_query_as().fetch_optional(db).await?;
    Ok(last.filter(Transfer::editable))
}

/// The transfer of a person that is being reviewed, whoever asked for it.
pub async fn pending(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Transfer>> {
    let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
    sql.push(" join transfer_person tp on tp.transfer_id = t.id where tp.person_id = ");
    sql.push_bind(person).push(" and tp.state = 'pending'");
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// What the person may write in now.
///
/// # Errors
/// Refused while a transfer is being reviewed: there is one at a time.
pub async fn editable(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Transfer>> {
    if let Some(pending) = pending(&mut *db, person).await? {
        return Err(Error::refused(format!(
            "调转申请 {} 正在审核，一次只能有一条。请等它办完，或先撤回。",
            pending.number
        )));
    }
    open(db, person).await
}

/// Who rejected it last and why: 县第一中学（陈芳）：材料不清晰，请重新上传。
pub async fn rejection(db: &mut SqliteConnection, transfer: &Transfer) -> Result<Option<String>> {
    if transfer.state != "rejected" {
        return Ok(None);
    }
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(transfer.case_id)
    .fetch_optional(db)
    .await?)
}
