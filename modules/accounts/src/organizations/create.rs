//! New organizations: the setup's bureau, the plain forms and the demo.

use kit::credit_code::CreditCode;
use kit::{Clock, Error, OnUnique, OrganizationId, OrganizationKind, Result};
use sqlx::SqliteConnection;

use super::{CODE_TAKEN, NAME_TAKEN, Profile, base, index, version};

/// An organization to record.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub kind: OrganizationKind,
    pub name: String,
    pub credit_code: Option<String>,
    /// None for the bureau, the bureau for a department, either for employers and bases.
    pub parent: Option<OrganizationId>,
    pub profile: Profile,
}

/// Records an organization with its profile, first version and search. `cause` is `setup`,
/// `form`, `registration:9` … The caller writes the trail.
///
/// # Errors
/// Refused if name or credit code is taken (`NAME_TAKEN`, `CODE_TAKEN`), the code is wrong, the
/// superior cannot have it, or a second bureau is asked for.
pub async fn create(
    tx: &mut SqliteConnection,
    new: &NewOrganization,
    cause: &str,
    clock: &Clock,
) -> Result<OrganizationId> {
    insert(tx, new, cause, &clock.stamp()).await
}

/// As `create`, recorded `at` another time: the demo's organizations came over the years.
pub(crate) async fn insert(
    tx: &mut SqliteConnection,
    new: &NewOrganization,
    cause: &str,
    at: &str,
) -> Result<OrganizationId> {
    let code = checked_code(new)?;
    let under = department_under(&mut *tx, new.kind, new.parent).await?;
    let id: OrganizationId = sqlx::query_scalar(
        "insert into organization (kind, name, credit_code, parent_id, department_id, created_at)
         values (?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(new.kind)
    .bind(new.name.trim())
    .bind(code)
    .bind(new.parent)
    .bind(under)
    .bind(at)
    .fetch_one(&mut *tx)
    .await
    .on_unique("organization.name", NAME_TAKEN)
    .or_else(|error| unique(error, "organization.credit_code", CODE_TAKEN))
    .or_else(|error| {
        unique(error, "organization.kind", "本系统已有一个人社局，不能再建第二个。")
    })?;
    if new.kind == OrganizationKind::Department {
        sqlx::query("update organization set department_id = id where id = ?")
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    let profile = &new.profile;
    sqlx::query(
        "insert into organization_profile (organization_id, certificate_name, area_code, nature,
           industry, legal_person, contact, phone, address, postcode, staff, professionals, series)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(&profile.certificate_name)
    .bind(&profile.area_code)
    .bind(&profile.nature)
    .bind(&profile.industry)
    .bind(&profile.legal_person)
    .bind(&profile.contact)
    .bind(&profile.phone)
    .bind(&profile.address)
    .bind(&profile.postcode)
    .bind(profile.staff)
    .bind(profile.professionals)
    .bind(&profile.series)
    .execute(&mut *tx)
    .await?;
    if new.kind == OrganizationKind::Base {
        base::write(&mut *tx, id, &profile.base.clone().unwrap_or_default()).await?;
    }
    version(&mut *tx, id, cause, at).await?;
    index(tx, id, new.name.trim()).await?;
    Ok(id)
}

/// The credit code as stored; none if left empty.
pub(super) fn checked_code(new: &NewOrganization) -> Result<Option<String>> {
    match new.credit_code.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(typed) => match CreditCode::parse(typed) {
            Ok(code) => Ok(Some(code.as_str().to_owned())),
            Err(error) => Err(Error::refused(format!(
                "统一社会信用代码{}。{}。",
                error.message(),
                error.remedy()
            ))),
        },
    }
}

/// A further unique key of the same statement.
pub(super) fn unique<T>(error: Error, column: &str, sentence: &str) -> Result<T> {
    match error {
        Error::Database(error) => Err::<T, _>(error).on_unique(column, sentence),
        other => Err(other),
    }
}

/// The department that an organization of this kind lies under when its superior is `parent`.
///
/// # Errors
/// Refused if the superior is absent, disabled or of the wrong kind.
pub(super) async fn department_under(
    db: &mut SqliteConnection,
    kind: OrganizationKind,
    parent: Option<OrganizationId>,
) -> Result<Option<OrganizationId>> {
    use OrganizationKind::{Base, Bureau, Department, Employer};
    let superior = match parent {
        Some(id) => kit::organization::find(db, id).await?,
        None => None,
    };
    let Some(superior) = superior else {
        return match kind {
            Bureau if parent.is_none() => Ok(None),
            _ => Err(Error::refused("没有找到上级单位。请重新选择上级单位。")),
        };
    };
    if superior.state != "active" {
        return Err(Error::refused("所选上级单位已停用。请选择另一个上级单位。"));
    }
    match (kind, superior.kind) {
        (Department | Employer | Base, Bureau) => Ok(None),
        (Employer | Base, Department) => Ok(Some(superior.id)),
        (Department, _) => Err(Error::refused("主管部门的上级只能是人社局。")),
        _ => Err(Error::refused("上级单位只能是人社局或主管部门。")),
    }
}
