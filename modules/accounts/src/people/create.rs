//! New people: identity, account, person, first version and search, one or a hundred thousand.

use std::collections::HashMap;

use kit::id_card::Sex;
use kit::{Clock, Error, IdCard, IdentityId, OnUnique, OrganizationId, PersonId, Result, initials};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{Fields, Origin, claims};
use crate::credentials::{INITIAL_DAYS, until};

/// Someone to record. Sex and birth come from the identity number, the department from the
/// organization.
#[derive(Clone)]
pub struct NewPerson {
    pub id_card: IdCard,
    pub organization: OrganizationId,
    pub internal_department: Option<i64>,
    pub fields: Fields,
}

/// Rows of one statement: 32 values each, below SQLite's 32,766.
const ROWS: usize = 500;
const TAKEN: &str = "这个身份证号已在系统中，不能重复登记。";

/// Records one person. His account is in the initial state; the caller delivers
/// `Event::PeopleCreated`.
///
/// # Errors
/// Refused if the identity number belongs to a recorded person.
pub async fn create(
    tx: &mut SqliteConnection,
    person: NewPerson,
    origin: Origin,
    clock: &Clock,
) -> Result<PersonId> {
    let created = create_many(tx, &[person], origin, None, clock).await?;
    created.first().copied().ok_or_else(|| Error::Fault("nobody was created".to_owned()))
}

/// Records many people at once, in the order given; ids come back in that order. Accounts are in
/// the initial state without a hash, for as long as the setting says. The caller delivers
/// `Event::PeopleCreated`.
///
/// # Errors
/// Refused, and to be rolled back, if an identity number belongs to a recorded person, to an
/// account that could not sign in without it, or was corrected away from somebody.
pub async fn create_many(
    tx: &mut SqliteConnection,
    people: &[NewPerson],
    origin: Origin,
    import_id: Option<i64>,
    clock: &Clock,
) -> Result<Vec<PersonId>> {
    let initial_until = until(&mut *tx, &INITIAL_DAYS, clock).await?;
    let numbers: Vec<&str> = people.iter().map(|person| person.id_card.number()).collect();
    crate::identity::refuse_given_up(&mut *tx, &numbers).await?;
    claims::free(&mut *tx, people, clock).await?;
    insert_many(tx, people, origin, import_id, &clock.stamp(), initial_until.as_deref()).await
}

/// As `create_many`, recorded `at` another time: the demo's people came over the years.
pub(crate) async fn insert_many(
    tx: &mut SqliteConnection,
    people: &[NewPerson],
    origin: Origin,
    import_id: Option<i64>,
    at: &str,
    initial_until: Option<&str>,
) -> Result<Vec<PersonId>> {
    // ids are given here: one writer, none given twice, and order needs no `returning`
    let first: i64 = sqlx::query_scalar(
        "select max(coalesce((select max(id) from person), 0),
                    coalesce((select last from serial where key = ?), 0)) + 1",
    )
    .bind(super::remove::SERIAL)
    .fetch_one(&mut *tx)
    .await?;
    let ids: Vec<PersonId> = (first..).take(people.len()).map(PersonId).collect();
    let departments = departments_of(tx, people).await?;
    for (chunk, ids) in people.chunks(ROWS).zip(ids.chunks(ROWS)) {
        let identities = identify(tx, chunk).await?;
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
            "insert into person (id, identity_id, name, sex, born, nation, political, education,
               degree, series, level, title, titled_on, title_certificate, school, major,
               graduated_on, started_work_on, position, phone, email, note, native_place,
               employment, address, organization_id, department_id, internal_department_id, origin, import_id, created_at, updated_at) ",
        );
        let rows = chunk.iter().zip(ids).zip(identities);
        sql.push_values(rows, |mut row, ((person, id), identity)| {
            let fields = &person.fields;
            let sex = match person.id_card.sex() {
                Sex::Male => "male",
                Sex::Female => "female",
            };
            row.push_bind(*id)
                .push_bind(identity)
                .push_bind(&fields.name)
                .push_bind(sex)
                .push_bind(kit::day::date_text(person.id_card.birth()))
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
                .push_bind(&fields.address)
                .push_bind(person.organization)
                .push_bind(departments.get(&person.organization).copied().flatten())
                .push_bind(person.internal_department)
                .push_bind(origin.key())
                .push_bind(import_id)
                .push_bind(at)
                .push_bind(at);
        });
        sql.build().execute(&mut *tx).await.on_unique("person.identity_id", TAKEN)?;
        let mut sql: QueryBuilder<Sqlite> =
            QueryBuilder::new("insert into person_search (rowid, tokens) ");
        sql.push_values(chunk.iter().zip(ids), |mut row, (person, id)| {
            row.push_bind(*id).push_bind(initials::search_tokens(&person.fields.name));
        });
        sql.build().execute(&mut *tx).await?;
    }
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(ids) };
    open_accounts(tx, *first, *last, at, initial_until).await?;
    sqlx::query(concat!(
        "insert into person_version (person_id, recorded_from, cause, ",
        columns!(),
        ") select id, ?, ?, ",
        columns!(),
        " from person where id between ? and ?"
    ))
    .bind(at)
    .bind(origin.cause(import_id))
    .bind(first)
    .bind(last)
    .execute(tx)
    .await?;
    Ok(ids)
}

/// The department each organization of these people lies under.
async fn departments_of(
    tx: &mut SqliteConnection,
    people: &[NewPerson],
) -> Result<HashMap<OrganizationId, Option<OrganizationId>>> {
    let mut departments = HashMap::new();
    for person in people {
        let organization = person.organization;
        if let std::collections::hash_map::Entry::Vacant(entry) = departments.entry(organization) {
            let found: Option<Option<OrganizationId>> =
                sqlx::query_scalar("select department_id from organization where id = ?")
                    .bind(organization)
                    .fetch_optional(&mut *tx)
                    .await?;
            entry.insert(found.ok_or(Error::NotFound)?);
        }
    }
    Ok(departments)
}

/// The identity rows of these people, made where missing: a number may be known already from a
/// roster or from an administrator's account.
async fn identify(tx: &mut SqliteConnection, people: &[NewPerson]) -> Result<Vec<IdentityId>> {
    let mut sql: QueryBuilder<Sqlite> =
        QueryBuilder::new("insert into identity (number, reversed) ");
    sql.push_values(people, |mut row, person| {
        row.push_bind(person.id_card.number()).push_bind(person.id_card.reversed());
    });
    sql.push(" on conflict (number) do nothing");
    sql.build().execute(&mut *tx).await?;
    let mut sql: QueryBuilder<Sqlite> =
        QueryBuilder::new("select number, id from identity where number in (");
    let mut list = sql.separated(", ");
    for person in people {
        list.push_bind(person.id_card.number());
    }
    sql.push(")");
    let found: HashMap<String, IdentityId> =
        sql.build_query_as::<(String, IdentityId)>().fetch_all(tx).await?.into_iter().collect();
    people
        .iter()
        .map(|person| found.get(person.id_card.number()).copied())
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Error::Fault("an identity was not stored".to_owned()))
}

/// One account each, without a hash; who already has one as an administrator keeps it and gains
/// the personal side: his own by name and organization, `claims::free` has seen to the others.
async fn open_accounts(
    tx: &mut SqliteConnection,
    first: PersonId,
    last: PersonId,
    at: &str,
    initial_until: Option<&str>,
) -> Result<()> {
    let opened = sqlx::query(
        "insert into account (identity_id, person_id, name, phone, state, initial_until, created_at)
         select identity_id, id, name, phone, 'initial', ?, ? from person where id between ? and ?
         on conflict (identity_id) do update set person_id = excluded.person_id
           where account.person_id is null and account.name = excluded.name",
    )
    .bind(initial_until)
    .bind(at)
    .bind(first)
    .bind(last)
    .execute(tx)
    .await?;
    if opened.rows_affected() != (first.0..=last.0).count() as u64 {
        return Err(Error::Fault("an account of another was not freed".to_owned()));
    }
    Ok(())
}
