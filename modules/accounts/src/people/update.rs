//! Changes to a person: the row, its history and its search, in step.

use kit::{Clock, Error, OrganizationId, PersonId, Result, initials};
use sqlx::SqliteConnection;

use super::Fields;

/// What is recorded of a person now; none if there is no such person.
pub async fn fields(db: &mut SqliteConnection, id: PersonId) -> Result<Option<Fields>> {
    Ok(sqlx::query_as(
        "select name, nation, political, education, degree, series, level, title, titled_on,
                title_certificate, school, major, graduated_on, started_work_on, position, phone,
                email, note, native_place, employment, address
           from person where id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?)
}

/// What is recorded of people and their internal department, as `change` takes both; in the order
/// of their ids.
pub async fn recorded(
    db: &mut SqliteConnection,
    people: &[PersonId],
) -> Result<Vec<(PersonId, Fields, Option<i64>, OrganizationId)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: PersonId,
        #[sqlx(flatten)]
        fields: Fields,
        internal_department_id: Option<i64>,
        organization_id: OrganizationId,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select p.id, p.name, p.nation, p.political, p.education, p.degree, p.series, p.level,
                p.title, p.titled_on, p.title_certificate, p.school, p.major, p.graduated_on,
                p.started_work_on, p.position, p.phone, p.email, p.note, p.native_place,
                p.employment, p.address, p.internal_department_id, p.organization_id
           from json_each(?) j cross join person p on p.id = j.value order by p.id",
    )
    .bind(serde_json::to_string(people)?)
    .fetch_all(db)
    .await?;
    let told = |row: Row| (row.id, row.fields, row.internal_department_id, row.organization_id);
    Ok(rows.into_iter().map(told).collect())
}

/// Replaces what is recorded of a person, with a version; false if nothing differs. The account's
/// name and phone and the search follow. The caller writes the trail and delivers
/// `Event::PersonChanged`.
pub async fn update(
    tx: &mut SqliteConnection,
    id: PersonId,
    new: &Fields,
    cause: &str,
    clock: &Clock,
) -> Result<bool> {
    let Some(old) = fields(&mut *tx, id).await? else { return Err(Error::NotFound) };
    if old == *new {
        return Ok(false);
    }
    sqlx::query(
        "update person set name = ?, nation = ?, political = ?, education = ?, degree = ?,
                series = ?, level = ?, title = ?, titled_on = ?, title_certificate = ?, school = ?,
                major = ?, graduated_on = ?, started_work_on = ?, position = ?, phone = ?,
                email = ?, note = ?, native_place = ?, employment = ?, address = ?, updated_at = ?
          where id = ?",
    )
    .bind(&new.name)
    .bind(&new.nation)
    .bind(&new.political)
    .bind(&new.education)
    .bind(&new.degree)
    .bind(&new.series)
    .bind(&new.level)
    .bind(&new.title)
    .bind(&new.titled_on)
    .bind(&new.title_certificate)
    .bind(&new.school)
    .bind(&new.major)
    .bind(&new.graduated_on)
    .bind(&new.started_work_on)
    .bind(&new.position)
    .bind(&new.phone)
    .bind(&new.email)
    .bind(&new.note)
    .bind(&new.native_place)
    .bind(&new.employment)
    .bind(&new.address)
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if old.name != new.name || old.phone != new.phone {
        sqlx::query("update account set name = ?, phone = ? where person_id = ?")
            .bind(&new.name)
            .bind(&new.phone)
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    if old.name != new.name {
        sqlx::query("delete from person_search where rowid = ?").bind(id).execute(&mut *tx).await?;
        sqlx::query("insert into person_search (rowid, tokens) values (?, ?)")
            .bind(id)
            .bind(initials::search_tokens(&new.name))
            .execute(&mut *tx)
            .await?;
    }
    reported(tx, id, cause, clock).await?;
    Ok(true)
}

/// Changes what is recorded and the internal department in one version; gives the labels of what
/// differs, none if nothing does. As with `update`, trail and event are the caller's.
pub async fn change(
    tx: &mut SqliteConnection,
    id: PersonId,
    new: &Fields,
    place: Option<i64>,
    cause: &str,
    clock: &Clock,
) -> Result<Vec<String>> {
    let Some(old) = fields(&mut *tx, id).await? else { return Err(Error::NotFound) };
    let pairs = super::form::facts(&old).into_iter().zip(super::form::facts(new));
    let differing = pairs.filter(|((_, _, old), (_, _, new))| old != new);
    let mut changed: Vec<String> = differing.map(|((_, label, _), _)| label.to_owned()).collect();
    if old.note != new.note {
        changed.push("备注".to_owned());
    }
    let moved = sqlx::query(
        "update person set internal_department_id = ? where id = ? and internal_department_id is not ?",
    )
    .bind(place)
    .bind(id)
    .bind(place)
    .execute(&mut *tx)
    .await?
    .rows_affected()
        > 0;
    if moved {
        changed.push("内设部门".to_owned());
    }
    if !update(&mut *tx, id, new, cause, clock).await? && moved {
        reported(tx, id, cause, clock).await?;
    }
    Ok(changed)
}

/// Puts a person into an internal department (or none) with a version; false if he is there.
pub async fn place(
    tx: &mut SqliteConnection,
    id: PersonId,
    place: Option<i64>,
    cause: &str,
    clock: &Clock,
) -> Result<bool> {
    let Some(fields) = fields(&mut *tx, id).await? else { return Err(Error::NotFound) };
    Ok(!change(tx, id, &fields, place, cause, clock).await?.is_empty())
}

/// Changes phone, e-mail and address, which a person may do at once; false if nothing differs.
pub async fn change_contact(
    tx: &mut SqliteConnection,
    id: PersonId,
    phone: &str,
    email: &str,
    address: &str,
    clock: &Clock,
) -> Result<bool> {
    let Some(mut new) = fields(&mut *tx, id).await? else { return Err(Error::NotFound) };
    phone.clone_into(&mut new.phone);
    email.clone_into(&mut new.email);
    address.clone_into(&mut new.address);
    update(tx, id, &new, "self", clock).await
}

/// Closes a person's version in force and opens one of the row as it is now: after any change to
/// a reported column (state, unit, internal department) that `update` does not make.
pub async fn reported(
    tx: &mut SqliteConnection,
    id: PersonId,
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    reported_all(tx, &serde_json::to_string(&[id])?, cause, clock).await
}

/// The same for many, a JSON list of ids.
pub(super) async fn reported_all(
    tx: &mut SqliteConnection,
    people: &str,
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    let now = clock.stamp();
    sqlx::query(
        "update person_version set recorded_to = ?
          where person_id in (select value from json_each(?)) and recorded_to is null",
    )
    .bind(&now)
    .bind(people)
    .execute(&mut *tx)
    .await?;
    sqlx::query(concat!(
        "insert into person_version (person_id, recorded_from, cause, ",
        columns!(),
        ") select id, ?, ?, ",
        columns!(),
        " from person where id in (select value from json_each(?))"
    ))
    .bind(&now)
    .bind(cause)
    .bind(people)
    .execute(tx)
    .await?;
    Ok(())
}

/// Rewrites the department of all people of an organization after its superior changed, with
/// versions; gives their number.
pub async fn relocate(
    tx: &mut SqliteConnection,
    organization: OrganizationId,
    department: Option<OrganizationId>,
    cause: &str,
    clock: &Clock,
) -> Result<u64> {
    let now = clock.stamp();
    let moved = sqlx::query(
        "update person set department_id = ?, updated_at = ?
          where organization_id = ? and department_id is not ?",
    )
    .bind(department)
    .bind(&now)
    .bind(organization)
    .bind(department)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if moved == 0 {
        return Ok(0);
    }
    sqlx::query(
        "update person_version set recorded_to = ?
          where recorded_to is null
            and person_id in (select id from person where organization_id = ?)",
    )
    .bind(&now)
    .bind(organization)
    .execute(&mut *tx)
    .await?;
    sqlx::query(concat!(
        "insert into person_version (person_id, recorded_from, cause, ",
        columns!(),
        ") select id, ?, ?, ",
        columns!(),
        " from person where organization_id = ?"
    ))
    .bind(&now)
    .bind(cause)
    .bind(organization)
    .execute(tx)
    .await?;
    Ok(moved)
}
