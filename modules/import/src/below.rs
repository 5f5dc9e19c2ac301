//! Who may import for the units below (系统设置 › 批量导入), and who may see such an import.

use kit::access::Grant;
use kit::settings::Kind;
use kit::{Error, OrganizationId, OrganizationKind, Result, Scope, Setting};
use sqlx::SqliteConnection;

use crate::store::Import;

/// Whether a file's rows may name units below the importing one (所在单位).
pub const BELOW: Setting = Setting {
    key: "import.below",
    group: "批量导入",
    label: "谁可以为下级单位导入",
    help: "允许的，导入文件可以有“所在单位”一列，一个文件导入几个单位的人员；只到操作人自己的管理范围。不允许的，每个单位只导入本单位的人员。",
    kind: Kind::Choice {
        options: &[("none", "不允许"), ("bureau", "人社局"), ("superiors", "人社局和主管部门")],
    },
    default: "none",
    check: None,
};

/// All that lies below an organization of this kind; none if it has nothing below it.
pub fn whole(kind: OrganizationKind, id: OrganizationId) -> Option<Scope> {
    match kind {
        OrganizationKind::Bureau => Some(Scope::County),
        OrganizationKind::Department => Some(Scope::Department(id)),
        OrganizationKind::Employer | OrganizationKind::Base => None,
    }
}

/// What an organization may import for beside itself, by the setting as stored now.
pub async fn allowed(
    db: &mut SqliteConnection,
    kind: OrganizationKind,
    id: OrganizationId,
) -> Result<Option<Scope>> {
    let stored: Option<String> = sqlx::query_scalar("select value from setting where key = ?")
        .bind(BELOW.key)
        .fetch_optional(db)
        .await?;
    let open = match stored.as_deref().unwrap_or(BELOW.default) {
        "bureau" => kind == OrganizationKind::Bureau,
        "superiors" => true,
        _ => false,
    };
    Ok(whole(kind, id).filter(|_| open))
}

/// What a clerk may import for beside his own unit: a right limited to 本单位 or to 指定主管部门
/// reaches no unit below.
pub async fn reach(db: &mut SqliteConnection, grant: &Grant) -> Result<Option<Scope>> {
    if !sees(grant) {
        return Ok(None);
    }
    allowed(db, grant.kind, grant.organization).await
}

/// Whether a right covers all that lies below its organization: who holds less sees no import
/// that went to units below.
pub fn sees(grant: &Grant) -> bool {
    whole(grant.kind, grant.organization) == Some(grant.scope)
}

/// An import's page is for those whose right covers where its people go.
///
/// # Errors
/// `NotFound`.
pub fn visible(import: &Import, grant: &Grant) -> Result<()> {
    if import.below && !sees(grant) { Err(Error::NotFound) } else { Ok(()) }
}

/// Whether a checked file that names units below may still be imported.
///
/// # Errors
/// Refused if the setting was changed since.
pub async fn still(db: &mut SqliteConnection, import: &Import) -> Result<()> {
    if !import.below {
        return Ok(());
    }
    let own = kit::organization::find(&mut *db, import.organization_id).await?;
    let scope = match own {
        Some(own) => allowed(db, own.kind, own.id).await?,
        None => None,
    };
    match scope {
        Some(_) => Ok(()),
        None => Err(Error::refused(
            "系统设置已改为不允许为下级单位导入，没有写入任何数据。请取消本次导入，只上传本单位的人员。",
        )),
    }
}
