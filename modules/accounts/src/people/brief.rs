//! What other screens show of a person.

use kit::dictionary::{
    DEGREES, EDUCATIONS, NATIONS, POLITICAL_STATUSES, TITLE_LEVELS, TITLE_SERIES,
};
use kit::{Error, IdCard, IdentityId, OrganizationId, PersonId, Result, Scope};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{sex_label, state_label};

/// A person as pages show him; the identity number masked, codes with their labels.
#[derive(Debug, Clone, Serialize)]
pub struct PersonBrief {
    pub id: PersonId,
    pub identity: IdentityId,
    pub name: String,
    /// First four and last two characters.
    pub id_card: String,
    /// 男 or 女
    pub sex: String,
    pub born: String,
    pub organization: OrganizationId,
    pub organization_name: String,
    pub organization_kind: kit::OrganizationKind,
    pub department: Option<OrganizationId>,
    /// Empty directly under the bureau.
    pub department_name: String,
    pub internal_department: String,
    pub nation: String,
    pub political: String,
    pub education: String,
    pub degree: String,
    pub series: String,
    pub series_label: String,
    pub level: String,
    pub level_label: String,
    pub title: String,
    pub titled_on: String,
    pub title_certificate: String,
    pub school: String,
    pub major: String,
    pub graduated_on: String,
    pub started_work_on: String,
    pub position: String,
    pub phone: String,
    pub email: String,
    pub state: String,
    /// 在职 … 去世
    pub state_label: String,
    pub state_on: String,
    /// `initial`, `active` or `disabled`; empty without an account.
    pub account_state: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    identity_id: IdentityId,
    masked: String,
    sex: String,
    born: String,
    organization_id: OrganizationId,
    organization_name: String,
    organization_kind: kit::OrganizationKind,
    department_id: Option<OrganizationId>,
    department_name: String,
    internal_department: String,
    state: String,
    state_on: String,
    account_state: String,
}

/// A person as pages show him.
///
/// # Errors
/// `NotFound` if there is no such person. Scope is the caller's: see `in_scope`.
pub async fn brief(db: &mut SqliteConnection, id: PersonId) -> Result<PersonBrief> {
    let row: Option<Row> = sqlx::query_as(
        "select p.identity_id, substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked,
                p.sex, p.born, p.organization_id, o.name as organization_name,
                o.kind as organization_kind, p.department_id,
                coalesce(d.name, '') as department_name,
                coalesce(n.name, '') as internal_department, p.state, p.state_on,
                coalesce(a.state, '') as account_state
           from person p
           join identity i on i.id = p.identity_id
           join organization o on o.id = p.organization_id
           left join organization d on d.id = p.department_id
           left join internal_department n on n.id = p.internal_department_id
           left join account a on a.person_id = p.id
          where p.id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let fields = super::fields(db, id).await?;
    let (Some(row), Some(fields)) = (row, fields) else { return Err(Error::NotFound) };
    Ok(PersonBrief {
        id,
        identity: row.identity_id,
        id_card: row.masked,
        sex: sex_label(&row.sex).to_owned(),
        born: row.born,
        organization: row.organization_id,
        organization_name: row.organization_name,
        organization_kind: row.organization_kind,
        department: row.department_id,
        department_name: row.department_name,
        internal_department: row.internal_department,
        nation: NATIONS.label(&fields.nation).to_owned(),
        political: POLITICAL_STATUSES.label(&fields.political).to_owned(),
        education: EDUCATIONS.label(&fields.education).to_owned(),
        degree: DEGREES.label(&fields.degree).to_owned(),
        series_label: TITLE_SERIES.label(&fields.series).to_owned(),
        level_label: TITLE_LEVELS.label(&fields.level).to_owned(),
        series: fields.series,
        level: fields.level,
        name: fields.name,
        title: fields.title,
        titled_on: fields.titled_on,
        title_certificate: fields.title_certificate,
        school: fields.school,
        major: fields.major,
        graduated_on: fields.graduated_on,
        started_work_on: fields.started_work_on,
        position: fields.position,
        phone: fields.phone,
        email: fields.email,
        state_label: state_label(&row.state).to_owned(),
        state: row.state,
        state_on: row.state_on,
        account_state: row.account_state,
    })
}

/// The person, if he lies within the scope.
///
/// # Errors
/// `NotFound` for absent or not ours.
pub async fn in_scope(db: &mut SqliteConnection, id: PersonId, scope: Scope) -> Result<PersonId> {
    let (department, organization) = scope.values();
    let found: Option<PersonId> = sqlx::query_scalar(
        "select id from person
          where id = ?1 and (?2 is null or department_id = ?2)
            and (?3 is null or organization_id = ?3)",
    )
    .bind(id)
    .bind(department)
    .bind(organization)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// A person's whole identity number. Guarded: only for a certificate's print, for a reviewer's
/// reveal of a pending case, or for a holder of the permission with a reason, each with its row
/// in the trail. Everything else shows `PersonBrief::id_card`.
pub async fn full_number(db: &mut SqliteConnection, id: PersonId) -> Result<IdCard> {
    let number: Option<String> = sqlx::query_scalar(
        "select i.number from person p join identity i on i.id = p.identity_id where p.id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    let number = number.ok_or(Error::NotFound)?;
    IdCard::stored(&number).map_err(|_| Error::Fault(format!("person {id}: bad identity number")))
}

/// The person who has this identity number.
pub async fn by_number(db: &mut SqliteConnection, id_card: &IdCard) -> Result<Option<PersonId>> {
    Ok(sqlx::query_scalar(
        "select p.id from identity i join person p on p.identity_id = i.id where i.number = ?",
    )
    .bind(id_card.number())
    .fetch_optional(db)
    .await?)
}

/// The identity row of a number, made if missing: for rosters and administrators who are no
/// recorded people (yet).
pub async fn identity(tx: &mut SqliteConnection, id_card: &IdCard) -> Result<IdentityId> {
    sqlx::query(
        "insert into identity (number, reversed) values (?, ?) on conflict (number) do nothing",
    )
    .bind(id_card.number())
    .bind(id_card.reversed())
    .execute(&mut *tx)
    .await?;
    Ok(sqlx::query_scalar("select id from identity where number = ?")
        .bind(id_card.number())
        .fetch_one(tx)
        .await?)
}
