//! Section 6 of the manual: 批量导入.

mod against;
mod below;
mod by_unit;
mod check;
mod columns;
pub mod command;
mod commit;
mod confirm;
mod demo;
mod departments;
mod effect;
mod failing;
mod history;
mod importer;
pub mod inactive;
mod known;
mod organizations;
mod parse;
mod policy;
mod progress;
mod record;
mod records;
mod result;
mod run;
mod store;
mod sweep;
mod template;
mod touch;
pub mod undo;
mod units;
mod upload;
mod write;

use kit::access::Kinds;
use kit::module::{AccessCase, Group, Joined, MenuEntry, Task, Template, Who};
use kit::{Grantable, Leaf, Migration, Module, Permission, Setting};
use rocket::Route;

pub use history::HistoryHours;
pub use sweep::KEEP_DAYS;

/// 6 批量导入
pub const PEOPLE: Leaf = Leaf {
    key: "import.people",
    title: "批量导入",
    group: Group::Import,
    kinds: Kinds::STAFFED.own_unit(),
};

kit::permission!(
    /// May download the template and see this unit's imports.
    pub ViewImports, PEOPLE, View
);
kit::permission!(
    /// May upload, import and cancel.
    pub EditImports, PEOPLE, Edit
);

fn edit() -> Grantable {
    EditImports::grantable()
}

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The tabs of 批量导入: those that the user may see, if there are several.
fn tabs(user: &kit::User, open: &str) -> Vec<result::Tab> {
    let tab = |title: &str, href: &str| result::Tab {
        title: title.to_owned(),
        href: href.to_owned(),
        current: href == open,
    };
    let mut tabs = vec![];
    if user.may(ViewImports::grantable()) {
        tabs.push(tab("专业技术人员", "/import"));
    }
    if user.may(history::ViewHistory::grantable()) {
        tabs.push(tab("历史学时", "/import/history"));
    }
    tabs.extend(organizations::tabs(user).into_iter().map(|(title, href)| tab(title, href)));
    if user.may(inactive::ViewInactive::grantable()) {
        tabs.push(tab("未激活账户", "/import/inactive"));
    }
    if tabs.len() > 1 { tabs } else { vec![] }
}

fn templates() -> Vec<Template> {
    kit::module::embedded::<Templates>("import")
}

/// The module of 批量导入: people, their former hours, accounts not yet used, organizations.
pub const IMPORT: Joined = Joined {
    name: "import",
    title: "批量导入",
    parts: &[&Import, &history::History, &inactive::Inactive, &organizations::Organizations],
    templates,
};

/// 批量导入 of people.
pub struct Import;

#[rocket::async_trait]
impl Module for Import {
    fn name(&self) -> &'static str {
        "import"
    }

    fn title(&self) -> &'static str {
        "批量导入"
    }

    fn routes(&self) -> Vec<Route> {
        [
            upload::routes(),
            result::routes(),
            confirm::routes(),
            records::routes(),
            record::routes(),
            failing::routes(),
            progress::routes(),
            by_unit::routes(),
            undo::routes(),
        ]
        .concat()
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewImports::grantable(), EditImports::grantable()]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::Import,
            order: 600,
            title: "批量导入",
            href: "/import",
            permission: Some(ViewImports::grantable()),
            subject: None,
            kinds: kit::Kinds::ALL,
        }]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration { name: "0001_import", sql: include_str!("../migrations/0001_import.sql") },
            Migration { name: "0020_in_full", sql: include_str!("../migrations/0020_in_full.sql") },
            Migration { name: "0035_policy", sql: include_str!("../migrations/0035_policy.sql") },
            Migration { name: "0040_undo", sql: include_str!("../migrations/0040_undo.sql") },
            Migration { name: "0045_units", sql: include_str!("../migrations/0045_units.sql") },
        ]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&KEEP_DAYS, &below::BELOW, &undo::UNDO_DAYS]
    }

    fn tasks(&self) -> Vec<Task> {
        vec![sweep::TASK]
    }

    fn lists(&self) -> Vec<&'static kit::list::List> {
        vec![&records::LIST]
    }

    /// An import is seen where its organization is.
    async fn on(
        &self,
        tx: &mut sqlx::SqliteConnection,
        event: &kit::Event,
        _: &kit::Clock,
    ) -> kit::Result<()> {
        if let kit::Event::OrganizationChanged { organization } = event {
            sqlx::query(
                "update import
                    set department_id = (select department_id from organization where id = ?1)
                  where organization_id = ?1",
            )
            .bind(organization)
            .execute(tx)
            .await?;
        }
        Ok(())
    }

    async fn demo(
        &self,
        tx: &mut sqlx::SqliteConnection,
        county: &mut kit::module::Demo,
    ) -> kit::Result<()> {
        demo::fill(tx, county).await
    }

    fn access(&self) -> Vec<AccessCase> {
        let row =
            |method, route, permission| AccessCase { method, route, who: Who::Holder(permission) };
        let (view, edit) = (ViewImports::grantable(), EditImports::grantable());
        vec![
            row("GET", "/import", view),
            row("GET", "/import/template", view),
            row("GET", "/import/records", view),
            row("GET", "/import/<id>", view),
            row("GET", "/import/<id>/progress", view),
            row("GET", "/import/<id>/units", view),
            row("POST", "/import", edit),
            row("GET", "/import/<id>/confirm", edit),
            row("POST", "/import/<id>/confirm", edit),
            row("POST", "/import/<id>/cancel", edit),
            row("GET", "/import/<id>/failing", edit),
            row("GET", "/import/records/<id>", view),
            row("GET", "/import/<id>/undo", edit),
            row("POST", "/import/<id>/undo", edit),
        ]
    }
}
