//! Changes to an organization: its fields, its superior, its state.

use kit::{
    Clock, Error, Event, Modules, OnUnique, OrganizationId, OrganizationKind, Result, file, review,
};
use sqlx::SqliteConnection;

use super::create::{checked_code, department_under, unique};
use super::{CODE_TAKEN, NAME_TAKEN, NewOrganization, base, index, profile, version};
use crate::{people, registration};

/// Replaces what is recorded of an organization (its kind stays); false if nothing differs. A new
/// superior rewrites the department of its people, files and pending cases in the same
/// transaction and is told to all modules as `Event::OrganizationChanged`. The caller writes the trail.
///
/// # Errors
/// As `create`.
pub async fn change(
    tx: &mut SqliteConnection,
    modules: &Modules,
    id: OrganizationId,
    new: &NewOrganization,
    cause: &str,
    clock: &Clock,
) -> Result<bool> {
    let Some(old) = kit::organization::find(&mut *tx, id).await? else {
        return Err(Error::NotFound);
    };
    let code = checked_code(new)?;
    let name = new.name.trim();
    let moved = old.parent_id != new.parent;
    let plain = old.name != name || old.credit_code != code;
    if !moved && !plain && profile(&mut *tx, id).await? == new.profile {
        return Ok(false);
    }
    let under = match (moved, old.kind) {
        (false, _) => old.department_id,
        (true, OrganizationKind::Department) => {
            department_under(&mut *tx, old.kind, new.parent).await?;
            Some(id)
        }
        (true, kind) => department_under(&mut *tx, kind, new.parent).await?,
    };
    sqlx::query(
        "update organization set name = ?, credit_code = ?, parent_id = ?, department_id = ?
          where id = ?",
    )
    .bind(name)
    .bind(&code)
    .bind(new.parent)
    .bind(under)
    .bind(id)
    .execute(&mut *tx)
    .await
    .on_unique("organization.name", NAME_TAKEN)
    .or_else(|error| unique(error, "organization.credit_code", CODE_TAKEN))?;
    write_profile(&mut *tx, id, new).await?;
    version(&mut *tx, id, cause, &clock.stamp()).await?;
    if old.name != name {
        index(&mut *tx, id, name).await?;
    }
    if moved {
        taken_along(tx, modules, id, (old.parent_id, under), cause, clock).await?;
    }
    Ok(true)
}

/// Puts an employer or base under another superior and nothing else.
///
/// # Errors
/// Refused if the superior is disabled or cannot have it.
pub(super) async fn put_under(
    tx: &mut SqliteConnection,
    modules: &Modules,
    id: OrganizationId,
    parent: OrganizationId,
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    let old = kit::organization::find(&mut *tx, id).await?.ok_or(Error::NotFound)?;
    let under = department_under(&mut *tx, old.kind, Some(parent)).await?;
    sqlx::query("update organization set parent_id = ?, department_id = ? where id = ?")
        .bind(parent)
        .bind(under)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    version(&mut *tx, id, cause, &clock.stamp()).await?;
    taken_along(tx, modules, id, (old.parent_id, under), cause, clock).await
}

/// What goes under another superior with an organization: people, ledger, files, pending cases.
async fn taken_along(
    tx: &mut SqliteConnection,
    modules: &Modules,
    id: OrganizationId,
    (former, under): (Option<OrganizationId>, Option<OrganizationId>),
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    people::relocate(&mut *tx, id, under, cause, clock).await?;
    registration::relocate(&mut *tx, id, under).await?;
    let event = Event::OrganizationChanged { organization: id };
    modules.deliver(&mut *tx, &event, clock).await?;
    file::resuperior(&mut *tx, id).await?;
    review::resuperior(tx, modules, id, former, clock).await?;
    Ok(())
}

async fn write_profile(
    tx: &mut SqliteConnection,
    id: OrganizationId,
    new: &NewOrganization,
) -> Result<()> {
    let profile = &new.profile;
    sqlx::query(
        "update organization_profile set certificate_name = ?, area_code = ?, nature = ?,
                industry = ?, legal_person = ?, contact = ?, phone = ?, address = ?, postcode = ?,
                staff = ?, professionals = ?, series = ?
          where organization_id = ?",
    )
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
    .bind(id)
    .execute(&mut *tx)
    .await?;
    match &profile.base {
        Some(base) => base::write(tx, id, base).await,
        None => Ok(()),
    }
}

/// Enables a disabled organization again. The caller writes the trail.
///
/// # Errors
/// Refused if it is not disabled, or was merged into another.
pub async fn enable(
    tx: &mut SqliteConnection,
    id: OrganizationId,
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    if let Some(into) = super::merged_into(&mut *tx, id).await? {
        let name = into.name;
        return Err(Error::refused(format!(
            "这个单位已并入“{name}”，不能启用。确需恢复的，请新登记一个单位，再用“批量调转”把人员转过去。"
        )));
    }
    let changed =
        sqlx::query("update organization set state = 'active' where id = ? and state = 'disabled'")
            .bind(id)
            .execute(&mut *tx)
            .await?
            .rows_affected();
    if changed == 0 {
        return Err(Error::refused("这个单位没有停用，不需要启用。请刷新后再看。"));
    }
    version(tx, id, cause, &clock.stamp()).await
}
