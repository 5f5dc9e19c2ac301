//! 为什么没完成: what is missing in a year, whom to call, and how long there is still time.

mod countdown;
mod explain;
mod facts;
mod list;
mod one;
mod phrase;
mod print;
mod remind;
mod standing;
mod start;
#[cfg(test)]
mod tests;

use rocket::{Route, routes};
use sqlx::SqliteConnection;

use kit::list::List;
use kit::module::{AccessCase, Block, Group, MenuEntry, Who};
use kit::{
    Action, Clock, Grantable, Kinds, Leaf, Migration, Module, Permission, Result, Setting, User,
};

pub use countdown::desk_note;
pub use explain::{Explanation, Sentence, explain, explain_all};

/// 未完成人员名单 in the role form; the bureau's stands in 系统管理, for the manual lacks it.
pub const UNFINISHED: Leaf = Leaf {
    key: "credit-hours.unfinished",
    title: "未完成人员名单",
    group: Group::Queries,
    kinds: Kinds::STAFFED,
};

kit::permission!(
    /// May see who has not completed a year, and why.
    pub ViewUnfinished, UNFINISHED, View
);
kit::permission!(
    /// May remind them.
    pub RemindUnfinished, UNFINISHED, Edit
);
kit::permission!(
    /// May take the list along.
    pub ExportUnfinished, UNFINISHED, Export
);
kit::permission!(
    /// May print it.
    pub PrintUnfinished, UNFINISHED, Print
);

/// Its part of the module.
pub struct Unfinished;

/// What must not be lost with a person.
const HOLDS: &[(&str, &str)] = &[(
    "exists (select 1 from unfinished_reminder x where x.person_id = j.value)",
    "收到过未完成提醒",
)];

#[rocket::async_trait]
impl Module for Unfinished {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        routes![list::all, list::export, one::one, print::print, remind::remind]
    }

    fn permissions(&self) -> Vec<Grantable> {
        [Action::View, Action::Edit, Action::Export, Action::Print]
            .map(|action| Grantable { leaf: UNFINISHED, action })
            .to_vec()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry = |group, order, kinds| MenuEntry {
            group,
            order,
            title: UNFINISHED.title,
            href: list::BASE,
            permission: Some(ViewUnfinished::grantable()),
            subject: None,
            kinds,
        };
        vec![entry(Group::Queries, 712, Kinds::UNITS), entry(Group::System, 907, Kinds::BUREAU)]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration {
                name: "0050_unfinished",
                sql: include_str!("../migrations/0050_unfinished.sql"),
            },
            Migration {
                name: "0055_roster_case",
                sql: include_str!("../migrations/0055_roster_case.sql"),
            },
            Migration {
                name: "0060_account_indexes",
                sql: include_str!("../migrations/0060_account_indexes.sql"),
            },
        ]
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![&list::LIST]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&countdown::DAYS]
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        kit::module::held(db, people, HOLDS).await
    }

    async fn start(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Block>> {
        start::start(db, user, clock).await
    }

    fn access(&self) -> Vec<AccessCase> {
        let case =
            |method, route, permission| AccessCase { method, route, who: Who::Holder(permission) };
        vec![
            case("GET", "/credit-hours/unfinished", ViewUnfinished::grantable()),
            case("GET", "/credit-hours/unfinished/export", ExportUnfinished::grantable()),
            case("GET", "/credit-hours/unfinished/<id>", ViewUnfinished::grantable()),
            case("GET", "/credit-hours/unfinished/print?<year>", PrintUnfinished::grantable()),
            case("POST", "/credit-hours/unfinished/remind", RemindUnfinished::grantable()),
        ]
    }
}
