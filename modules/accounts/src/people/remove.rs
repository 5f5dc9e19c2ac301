//! People who are taken out altogether, because the import that brought them is undone.

use kit::{IdentityId, PersonId, Result};
use sqlx::{AssertSqlSafe, SqliteConnection};

/// The counter of `person.id` that removed people leave behind: no number is given twice, so that
/// an old trail never seems to speak of somebody else.
pub(super) const SERIAL: &str = "person";

/// What accounts and the desk keep of a person beside what his import made: a condition on `p`
/// (`person`) and `a` (his account), and how it is told.
const HOLDS: &[(&str, &str)] = &[
    (
        "a.state <> 'initial' and a.login is null and not exists (
           select 1 from grant g where g.account_id = a.id and g.created_at < p.created_at)",
        "已激活账号",
    ),
    ("a.signed_in_at >= p.created_at", "已登录过"),
    (
        "exists (select 1 from session s where s.account_id = a.id and s.created_at >= p.created_at)",
        "正在登录",
    ),
    (
        "exists (select 1 from grant g where g.account_id = a.id and g.created_at >= p.created_at)",
        "已设为管理员",
    ),
    ("exists (select 1 from person_state_change c where c.person_id = p.id)", "登记过人员状态"),
    ("exists (select 1 from person_record r where r.person_id = p.id)", "有补充的学历职称资料"),
    ("exists (select 1 from person_change c where c.person_id = p.id)", "有信息修改申请"),
    ("exists (select 1 from identity_correction c where c.person_id = p.id)", "更正过身份证号"),
    ("exists (select 1 from review_case c where c.person_id = p.id)", "有审核记录"),
    ("exists (select 1 from file_link f where f.person_id = p.id)", "有上传的材料"),
];

/// A later version says something else than the first one, whose department may have followed its
/// organization's superior.
const CHANGED: &str = concat!(
    "select distinct v.person_id from json_each(?) j
       cross join person_version v on v.person_id = j.value
       join person_version f on f.id = (select min(id) from person_version o where o.person_id = v.person_id)
      where v.id <> f.id and (",
    columns_of!("v"),
    ") is not (",
    columns_of!("f"),
    ")"
);

/// Who of these people has something here that must not be lost, and what.
pub(crate) async fn holds(
    db: &mut SqliteConnection,
    people: &[PersonId],
) -> Result<Vec<(PersonId, String)>> {
    let json = serde_json::to_string(people)?;
    let whens = HOLDS.iter().map(|(sql, told)| format!("when {sql} then '{told}'"));
    let sql = format!(
        "select id, why from (
           select p.id, case {} end as why
             from json_each(?) j cross join person p on p.id = j.value
             left join account a on a.person_id = p.id)
          where why is not null",
        whens.collect::<Vec<_>>().join("\n")
    );
    let mut held: Vec<(PersonId, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(&json).fetch_all(&mut *db).await?;
    let changed: Vec<PersonId> =
        sqlx::query_scalar(CHANGED).bind(&json).fetch_all(&mut *db).await?;
    let known: std::collections::HashSet<PersonId> = held.iter().map(|(id, _)| *id).collect();
    let changed = changed.into_iter().filter(|id| !known.contains(id));
    held.extend(changed.map(|id| (id, "资料后来修改过".to_owned())));
    Ok(held)
}

/// Removes people of whom nothing must stay (`Module::holds`) once `Event::PeopleRemoved` was
/// delivered: the record with its versions and search, the account that came with it, its messages,
/// and the ID number if nobody else needs it. An administrator who had his account before only loses
/// its personal side. The caller writes the trail, and `tidy` ends the act.
///
/// # Errors
/// A broken foreign key, to be rolled back, if something refers to one of them after all.
pub async fn remove(tx: &mut SqliteConnection, people: &[PersonId]) -> Result<()> {
    let json = serde_json::to_string(people)?;
    let identities: Vec<IdentityId> = sqlx::query_scalar(
        "select p.identity_id from json_each(?) j cross join person p on p.id = j.value",
    )
    .bind(&json)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "insert into serial (key, last) values (?, (select max(id) from person))
         on conflict (key) do update set last = max(last, excluded.last)",
    )
    .bind(SERIAL)
    .execute(&mut *tx)
    .await?;
    for sql in [
        "delete from message where account_id in (select a.id from json_each(?) j
           cross join account a on a.person_id = j.value where a.state = 'initial')",
        "delete from account where state = 'initial'
            and person_id in (select value from json_each(?))",
        "update account set person_id = null where person_id in (select value from json_each(?))",
        "delete from person_search where rowid in (select value from json_each(?))",
        "delete from person_version where person_id in (select value from json_each(?))",
        "delete from person where id in (select value from json_each(?))",
    ] {
        sqlx::query(sql).bind(&json).execute(&mut *tx).await?;
    }
    forget(tx, &identities).await
}

/// Removes those of these ID numbers that nothing refers to any more, whatever module brings the
/// table: the schema itself says which those are.
async fn forget(tx: &mut SqliteConnection, identities: &[IdentityId]) -> Result<()> {
    let referring: Vec<(String, String)> = sqlx::query_as(
        "select m.name, f.\"from\" from sqlite_schema m, pragma_foreign_key_list(m.name) f
          where m.type = 'table' and f.\"table\" = 'identity' order by 1, 2",
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut sql = "delete from identity where id in (select value from json_each(?))".to_owned();
    for (table, column) in referring {
        sql.push_str(&format!(
            " and not exists (select 1 from \"{table}\" where \"{column}\" = identity.id)"
        ));
    }
    sqlx::query(AssertSqlSafe(sql)).bind(serde_json::to_string(identities)?).execute(tx).await?;
    Ok(())
}

/// Takes the names of removed people out of the search's own pages, where they would stand until
/// its next merge; once, at the end of the act.
pub async fn tidy(tx: &mut SqliteConnection) -> Result<()> {
    sqlx::query("insert into person_search (person_search) values ('optimize')")
        .execute(tx)
        .await?;
    Ok(())
}
