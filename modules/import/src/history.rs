//! 6 批量导入 › 历史学时: former years' hours, recognised by others, enter the ledger.

mod against;
mod batch;
mod check;
mod columns;
mod confirm;
mod demo;
mod enter;
mod evidence;
mod lines;
mod person;
mod records;
mod result;
mod rows;
mod run;
mod send;
mod subject;
mod tally;
mod template;
mod undo;
mod upload;

use kit::module::{AccessCase, Demo, Group, MenuEntry, Who};
use kit::review::AnySubject;
use kit::{Clock, Event, Grantable, Kinds, Leaf, Migration, Module, Permission, Result, Setting};
use rocket::Route;
use sqlx::SqliteConnection;

pub use demo::administrator;
pub use subject::HistoryHours;

/// 历史学时导入: a bureau's holder writes into the ledger, so it is a leaf of its own.
pub const HISTORY_LEAF: Leaf = Leaf {
    key: "import.history",
    title: "历史学时导入",
    group: Group::Import,
    kinds: Kinds::STAFFED.own_unit(),
};

kit::permission!(
    /// May download the template and see this organization's history imports.
    pub ViewHistory, HISTORY_LEAF, View
);
kit::permission!(
    /// May upload, import or send; the bureau, with 学时撤销更正 as well, undo.
    pub EditHistory, HISTORY_LEAF, Edit
);
kit::permission!(
    /// Sees a case's rows at the desk.
    pub ViewCases, credit_hours::LEAF, View
);

/// Its part of the module.
pub struct History;

/// What must not be lost with a person.
const HOLDS: &[(&str, &str)] =
    &[("exists (select 1 from history_batch x where x.person_id = j.value)", "有历史学时导入")];

#[rocket::async_trait]
impl Module for History {
    fn name(&self) -> &'static str {
        "import"
    }

    fn title(&self) -> &'static str {
        "历史学时导入"
    }

    fn routes(&self) -> Vec<Route> {
        [
            upload::routes(),
            result::routes(),
            confirm::routes(),
            records::routes(),
            undo::routes(),
            person::routes(),
        ]
        .concat()
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewHistory::grantable(), EditHistory::grantable()]
    }

    /// The same place as the people's: whoever may both sees one entry.
    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::Import,
            order: 601,
            title: "批量导入",
            href: "/import/history",
            permission: Some(ViewHistory::grantable()),
            subject: None,
            kinds: Kinds::ALL,
        }]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0010_history",
            sql: include_str!("../migrations/0010_history.sql"),
        }]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(HistoryHours)]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&run::THIS_YEAR, &undo::UNDO_DAYS]
    }

    fn access(&self) -> Vec<AccessCase> {
        let row = |method, route, holder| AccessCase { method, route, who: Who::Holder(holder) };
        let (view, edit) = (ViewHistory::grantable(), EditHistory::grantable());
        // it asks for `edit` as well, once it has found the batch
        let undo = credit_hours::EditRevocations::grantable();
        vec![
            row("GET", "/import/history", view),
            row("GET", "/import/history/template", view),
            row("POST", "/import/history", edit),
            row("GET", "/import/history/uploads/<id>", view),
            row("GET", "/import/history/uploads/<id>/progress", view),
            row("GET", "/import/history/uploads/<id>/failing", edit),
            row("POST", "/import/history/uploads/<id>/cancel", edit),
            row("GET", "/import/history/uploads/<id>/confirm", edit),
            row("POST", "/import/history/uploads/<id>/confirm", edit),
            row("GET", "/import/history/records", view),
            row("GET", "/import/history/records/<id>", view),
            row("POST", "/import/history/records/<id>/withdraw", edit),
            row("POST", "/import/history/records/<id>/remind", edit),
            row("GET", "/import/history/records/<id>/files/<wanted>", view),
            row("GET", "/import/history/records/<id>/undo", undo),
            row("POST", "/import/history/records/<id>/undo", undo),
            row("GET", "/import/history/people/<id>", edit),
            row("POST", "/import/history/people/<id>", edit),
            row("GET", "/import/history/cases/<id>", ViewCases::grantable()),
        ]
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        kit::module::held(db, people, HOLDS).await
    }

    /// A batch is seen where its organization is.
    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        if let Event::OrganizationChanged { organization } = event {
            sqlx::query(
                "update history_batch
                    set department_id = (select department_id from organization where id = ?1)
                  where organization_id = ?1",
            )
            .bind(organization)
            .execute(tx)
            .await?;
        }
        Ok(())
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
