//! Who may add 主管部门 and 用人单位, and with what: the form's own rules, for whoever else adds
//! them (批量导入).

use kit::{Action, Grantable, OrganizationId, OrganizationKind, Result, Scope};
use sqlx::SqliteConnection;

pub use crate::units::administrator_fields;
use crate::units::{self, Unit};

fn unit(kind: OrganizationKind) -> Option<&'static Unit> {
    units::of_kind(kind)
}

/// What the screens of this kind ask of a caller for `action`; none for the bureau's own kind.
pub fn permission(kind: OrganizationKind, action: Action) -> Option<Grantable> {
    unit(kind).map(|unit| Grantable { leaf: unit.leaf, action })
}

/// Whether a caller of this scope may add one of this kind.
pub fn within_scope(kind: OrganizationKind, scope: Scope) -> bool {
    unit(kind).is_some_and(|unit| unit.added_by(scope))
}

/// Address of its page.
pub fn address(kind: OrganizationKind, id: OrganizationId) -> String {
    unit(kind).map_or_else(String::new, |unit| format!("{}/{id}", unit.base))
}

/// The trail's act and object of what was done to one: `accounts.employer.create`, `employer:12`.
pub fn trailed(kind: OrganizationKind, what: &str, id: OrganizationId) -> (String, String) {
    unit(kind).map_or_else(Default::default, |unit| (unit.act(what), unit.object(id)))
}

/// Whom an organization of this kind may be put under by a caller of this scope: (id, name).
pub async fn superiors(
    db: &mut SqliteConnection,
    kind: OrganizationKind,
    scope: Scope,
) -> Result<Vec<(OrganizationId, String)>> {
    if kind == OrganizationKind::Department {
        let bureau = kit::organization::bureau(db).await?;
        return Ok(bureau.into_iter().map(|o| (o.id, o.name)).collect());
    }
    super::superiors(db, scope).await
}
