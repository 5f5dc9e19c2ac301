//! Rows of `registration`: found by query code or by the visitor who may see them, written, moved.

use kit::migration::checksum_of;
use kit::review::CaseState;
use kit::{CaseId, Clock, Error, IdCard, IdentityId, OrganizationId, Result, Visitor, initials};
use sqlx::SqliteConnection;
use time::Duration;

use super::{Content, Kind, What};

/// How long a visitor sees what he asked for with the right code.
const SEEN: Duration = Duration::minutes(30);

/// A registration that was submitted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub kind: Kind,
    pub case_id: CaseId,
    pub number: String,
    pub state: CaseState,
    pub name: String,
    pub applicant: String,
    pub identity_id: Option<IdentityId>,
    pub login: Option<String>,
    pub password_hash: Option<String>,
}

/// The registration that this visitor may see now, if any.
pub async fn seen(
    db: &mut SqliteConnection,
    visitor: &Visitor,
    clock: &Clock,
) -> Result<Option<Row>> {
    Ok(sqlx::query_as(
        "select id, kind, case_id, number, state, name, applicant, identity_id, login,
                password_hash
           from registration
          where viewer_key = ? and viewer_until > ? and state <> 'draft'
          order by viewer_until desc limit 1",
    )
    .bind(&visitor.key)
    .bind(clock.stamp())
    .fetch_optional(db)
    .await?)
}

/// As `seen`, for an act.
///
/// # Errors
/// Refused when the half hour is over.
pub async fn own(db: &mut SqliteConnection, visitor: &Visitor, clock: &Clock) -> Result<Row> {
    let found = seen(db, visitor, clock).await?;
    found.ok_or_else(|| {
        Error::refused("查询已过期，没有办理。请到“注册审核进度查询”重新输入号码和查询码。")
    })
}

/// The registration of this ID number or credit code whose query code was typed, however many
/// others there are. An unknown number costs the same look-ups; the hashes of a known one take
/// microseconds.
pub async fn by_code(db: &mut SqliteConnection, typed: &str, code: &str) -> Result<Option<Row>> {
    let candidates: Vec<(i64, String, String)> = sqlx::query_as(
        "select id, number, code_hash from registration
          where id in (select id from registration
                        where identity_id = (select id from identity where number = ?1)
                       union select id from registration where credit_code = ?1)
            and state <> 'draft'",
    )
    .bind(kit::id_card::normalised(typed))
    .fetch_all(&mut *db)
    .await?;
    let code = plain(code);
    let found = candidates.into_iter().find(|(_, number, hash)| hashed(number, &code) == *hash);
    Ok(sqlx::query_as(
        "select id, kind, case_id, number, state, name, applicant, identity_id, login,
                password_hash
           from registration where id = ? and state <> 'draft'",
    )
    .bind(found.map(|(id, _, _)| id))
    .fetch_optional(db)
    .await?)
}

/// A query code as typed, without what only helps reading.
fn plain(code: &str) -> String {
    let narrow = code.chars().map(initials::half_width);
    narrow.filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

/// As stored. The registration's number stands in it, so that each is guessed at by itself.
pub fn hashed(number: &str, code: &str) -> String {
    checksum_of(&format!("registration:{number}:{}", plain(code)))
}

/// From now on this visitor sees this registration, for half an hour, and no other.
pub async fn show_to(
    tx: &mut SqliteConnection,
    id: i64,
    visitor: &Visitor,
    clock: &Clock,
) -> Result<()> {
    hide_from(&mut *tx, visitor).await?;
    sqlx::query("update registration set viewer_key = ?, viewer_until = ? where id = ?")
        .bind(&visitor.key)
        .bind(clock.stamp_in(SEEN))
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// This visitor sees no registration any more.
pub async fn hide_from(tx: &mut SqliteConnection, visitor: &Visitor) -> Result<()> {
    sqlx::query(
        "update registration set viewer_key = null, viewer_until = ''
          where viewer_key = ? and state <> 'draft'",
    )
    .bind(&visitor.key)
    .execute(tx)
    .await?;
    Ok(())
}

/// What is written beside the content: who may look for it, and how he signs in meanwhile.
pub struct Secrets {
    /// None keeps the former password (a resubmission).
    pub password_hash: Option<String>,
    pub privacy_version: &'static str,
    /// None of a resubmission.
    pub form_key: Option<String>,
}

/// Writes a submission into its row, ready for the engine.
///
/// # Errors
/// Refused if the same form was sent before.
pub async fn write(
    tx: &mut SqliteConnection,
    content: &Content,
    department: Option<OrganizationId>,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<()> {
    use kit::OnUnique;
    let listed = Listed::of(content);
    sqlx::query(
        "update registration set organization_id = ?, department_id = ?, name = ?, identity_id = ?,
           credit_code = ?, applicant = ?, phone = ?, sex = ?, series = ?, level = ?,
           internal_department = ?, nature = ?, industry = ?, area_code = ?, staff = ?,
           professionals = ?, base_level = ?, login = ?,
           password_hash = coalesce(?, password_hash), form_key = coalesce(?, form_key),
           privacy_version = ?, privacy_at = ?
          where id = ? and state in ('draft', 'rejected', 'withdrawn')",
    )
    .bind(content.organization)
    .bind(department)
    .bind(content.name())
    .bind(content.identity_id)
    .bind(listed.credit_code)
    .bind(content.applicant())
    .bind(listed.phone)
    .bind(listed.sex)
    .bind(listed.series)
    .bind(listed.level)
    .bind(listed.internal_department)
    .bind(listed.nature)
    .bind(listed.industry)
    .bind(listed.area_code)
    .bind(listed.staff)
    .bind(listed.professionals)
    .bind(listed.base_level)
    .bind(listed.login)
    .bind(&secrets.password_hash)
    .bind(&secrets.form_key)
    .bind(secrets.privacy_version)
    .bind(clock.stamp())
    .bind(content.registration)
    .execute(&mut *tx)
    .await
    .on_unique(
        "registration.form_key",
        "这份注册表已经提交过，没有重复提交。请用提交时给出的查询码查询进度。",
    )?;
    sqlx::query("delete from registration_search where rowid = ?")
        .bind(content.registration)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into registration_search (rowid, tokens) values (?, ?)")
        .bind(content.registration)
        .bind(initials::search_tokens(content.name()))
        .execute(tx)
        .await?;
    Ok(())
}

/// The columns that lists and searches stand on.
#[derive(Default)]
struct Listed<'a> {
    credit_code: &'a str,
    phone: &'a str,
    sex: &'a str,
    series: &'a str,
    level: &'a str,
    internal_department: &'a str,
    nature: &'a str,
    industry: &'a str,
    area_code: &'a str,
    staff: Option<i64>,
    professionals: Option<i64>,
    base_level: &'a str,
    login: Option<&'a str>,
}

impl<'a> Listed<'a> {
    fn of(content: &'a Content) -> Self {
        match &content.what {
            What::Person { fields, sex, internal_department, .. } => Self {
                phone: &fields.phone,
                sex,
                series: &fields.series,
                level: &fields.level,
                internal_department,
                ..Self::default()
            },
            What::Unit { credit_code, profile, administrator, .. } => Self {
                credit_code,
                phone: if administrator.phone.is_empty() {
                    &profile.phone
                } else {
                    &administrator.phone
                },
                nature: &profile.nature,
                industry: &profile.industry,
                area_code: &profile.area_code,
                staff: profile.staff,
                professionals: profile.professionals,
                base_level: profile.base.as_ref().map_or("", |base| base.level.as_str()),
                login: Some(&administrator.login),
                ..Self::default()
            },
        }
    }
}

/// The query code's hash of a registration that has just got its number.
pub async fn set_code(tx: &mut SqliteConnection, id: i64, number: &str, code: &str) -> Result<()> {
    sqlx::query("update registration set code_hash = ? where id = ?")
        .bind(hashed(number, code))
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The ID number of a registration's person or first administrator.
pub async fn id_card(
    db: &mut SqliteConnection,
    identity: Option<IdentityId>,
) -> Result<Option<IdCard>> {
    let number: Option<String> = sqlx::query_scalar("select number from identity where id = ?")
        .bind(identity)
        .fetch_optional(db)
        .await?;
    let card = number.map(|number| IdCard::stored(&number)).transpose();
    card.map_err(|_| Error::Fault("a registration's identity number".to_owned()))
}

/// Registrations that chose an organization follow it under another superior.
pub async fn relocate(
    tx: &mut SqliteConnection,
    organization: OrganizationId,
    department: Option<OrganizationId>,
) -> Result<()> {
    sqlx::query("update registration set department_id = ? where organization_id = ?")
        .bind(department)
        .bind(organization)
        .execute(tx)
        .await?;
    Ok(())
}
