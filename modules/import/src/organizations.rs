//! 6 批量导入 › 主管部门, 用人单位: organizations with their first administrators, from a file.

mod against;
mod check;
mod columns;
mod commit;
mod confirm;
mod demo;
mod kind;
mod known;
mod result;
mod slips;
mod template;
mod undo;
mod upload;

use accounts::organizations::adding;
use kit::module::{AccessCase, Demo, Who};
use kit::{Action, Migration, Module, OrganizationKind, Result, User};
use rocket::Route;
use sqlx::SqliteConnection;

/// Its part of the module. Its screens ask for the form's own permission (3.1, 3.2), and for that
/// of 批量导入 as well.
pub struct Organizations;

/// (title, address) of the tabs that the user has.
pub fn tabs(user: &User) -> Vec<(&'static str, &'static str)> {
    let Some(grant) = &user.grant else { return vec![] };
    let offered = kind::ALL.iter().filter(|kind| kind.offered(grant));
    offered.map(|kind| (kind.noun, kind.base)).collect()
}

/// Relative to `/import/employers`.
fn screens() -> Vec<Route> {
    [upload::routes(), result::routes(), confirm::routes(), slips::routes(), undo::routes()]
        .concat()
}

/// The screens of one kind; addresses are constants.
macro_rules! rows {
    ($kind:expr, $root:literal) => {{
        let row = |method, route| {
            let edit = adding::permission($kind, Action::Edit)?;
            Some(AccessCase { method, route, who: Who::Holder(edit) })
        };
        [
            row("GET", $root),
            row("GET", concat!($root, "/template")),
            row("POST", $root),
            row("GET", concat!($root, "/<id>")),
            row("GET", concat!($root, "/<id>/failing")),
            row("POST", concat!($root, "/<id>/cancel")),
            row("GET", concat!($root, "/<id>/confirm")),
            row("POST", concat!($root, "/<id>/confirm")),
            row("GET", concat!($root, "/<id>/slips")),
            row("POST", concat!($root, "/<id>/slips")),
            row("GET", concat!($root, "/<id>/undo")),
            row("POST", concat!($root, "/<id>/undo")),
        ]
    }};
}

#[rocket::async_trait]
impl Module for Organizations {
    fn name(&self) -> &'static str {
        "import"
    }

    fn title(&self) -> &'static str {
        "单位导入"
    }

    fn routes(&self) -> Vec<Route> {
        let mounted = kind::ALL.iter().flat_map(|kind| {
            let screens = screens().into_iter();
            screens.filter_map(|route| route.map_base(|base| format!("/{}{base}", kind.key)).ok())
        });
        mounted.collect()
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0050_first_administrators",
            sql: include_str!("../migrations/0050_first_administrators.sql"),
        }]
    }

    fn access(&self) -> Vec<AccessCase> {
        let mut all = rows!(OrganizationKind::Department, "/import/departments").to_vec();
        all.extend(rows!(OrganizationKind::Employer, "/import/employers"));
        all.into_iter().flatten().collect()
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
