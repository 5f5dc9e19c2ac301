//! What an approval does: exactly the listed changes, if what they replace still stands.

use kit::organization::{self, Organization};
use kit::{Clock, Error, FileId, Modules, Result, file};
use sqlx::SqliteConnection;

use super::check::stale;
use super::recorded::{self, Recorded};
use super::{Content, Item};
use crate::organizations::{self, NewOrganization};
use crate::units;

/// Carries a request out in one version of the organization; another superior takes people,
/// files and pending cases along (`organizations::change`).
///
/// # Errors
/// Refused if what it replaces no longer stands, or a name or credit code was taken meanwhile.
pub async fn apply(
    tx: &mut SqliteConnection,
    modules: &Modules,
    content: &Content,
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    let stale = stale(&mut *tx, content).await?;
    if !stale.is_empty() {
        return Err(Error::refused(format!(
            "{}。没有修改任何内容。请驳回，由单位按现在的资料重新提交。",
            stale.join("；")
        )));
    }
    let unit = organization::find(&mut *tx, content.organization).await?.ok_or(Error::NotFound)?;
    let mut recorded = Recorded::of(&mut *tx, &unit).await?;
    let mut parent = unit.parent_id;
    for item in &content.items {
        match item {
            Item::Field { field, new, .. } => {
                recorded::set(&mut recorded, field, new);
            }
            Item::Superior { new, .. } => parent = Some(*new),
            Item::Files { .. } => {}
        }
    }
    let new = NewOrganization {
        kind: unit.kind,
        name: recorded.name,
        credit_code: Some(recorded.credit_code).filter(|code| !code.is_empty()),
        parent,
        profile: recorded.profile,
    };
    organizations::change(&mut *tx, modules, unit.id, &new, cause, clock).await?;
    let unit = organization::find(&mut *tx, unit.id).await?.ok_or(Error::NotFound)?;
    for item in &content.items {
        if let Item::Files { kind, old, new } = item {
            replace(&mut *tx, &unit, kind, (old, new), clock).await?;
        }
    }
    Ok(())
}

/// New attachments take the place of the old ones, which stay behind as replaced. They become the
/// organization's as rows of their own: those of the case stay with it.
async fn replace(
    tx: &mut SqliteConnection,
    unit: &Organization,
    kind: &str,
    (old, new): (&[FileId], &[FileId]),
    clock: &Clock,
) -> Result<()> {
    for id in old {
        sqlx::query(
            "update organization_file set replaced_at = ?
              where organization_id = ? and file_id = ? and replaced_at is null",
        )
        .bind(clock.stamp())
        .bind(unit.id)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    }
    let leaf = units::of_kind(unit.kind).ok_or(Error::NotFound)?.leaf;
    for id in new {
        let copy: FileId = sqlx::query_scalar(
            "insert into file (sha256, name, mime, size, account_id, created_at)
             select sha256, name, mime, size, account_id, ? from file where id = ? returning id",
        )
        .bind(clock.stamp())
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query(
            "insert into organization_file (organization_id, file_id, kind) values (?, ?, ?)",
        )
        .bind(unit.id)
        .bind(copy)
        .bind(kind)
        .execute(&mut *tx)
        .await?;
        file::link(&mut *tx, copy, leaf, None, unit.id, unit.department_id).await?;
    }
    Ok(())
}
