//! 4.6 人员调转: a person, or a unit for many, asks another unit to take them; 调出本县.

mod access;
mod batches;
mod content;
mod demo;
mod form;
mod leave;
mod mine;
mod out;
mod store;
mod subject;

pub use subject::TransferRequests;

use kit::list::List;
use kit::module::{AccessCase, Block, Demo};
use kit::review::{AnySubject, Subject};
use kit::settings::Kind;
use kit::{
    Action, Clock, Event, Grantable, Group, Kinds, Leaf, MenuEntry, Migration, Module, Permission,
    Result, Setting, Template, User,
};
use rocket::Route;
use sqlx::SqliteConnection;

/// 人员调转 in the menu and the role form.
pub const LEAF: Leaf =
    Leaf {
        key: "transfers.transfers", title: "人员调转", group: Group::Audits, kinds: Kinds::ALL
    };

kit::permission!(
    /// 调出记录 of the own unit.
    pub ViewTransfers, LEAF, View
);
kit::permission!(
    /// Submits batch transfers, records who leaves the county.
    pub EditTransfers, LEAF, Edit
);
kit::permission!(pub ExportTransfers, LEAF, Export);

/// Whether the old unit confirms before the target decides (the manual asks the target alone).
pub const FORMER_UNIT: Setting = Setting {
    key: "transfers.former-unit",
    group: "人员调转",
    label: "调出前由原单位确认",
    help: "打开后，个人发起的调转先由原单位审核，再由目标单位审核。已经提交的申请不变。",
    kind: Kind::Switch,
    default: "0",
    check: None,
};

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The module of 人员调转.
pub struct Transfers;

/// What must not be lost with a person.
const HOLDS: &[(&str, &str)] = &[
    ("exists (select 1 from transfer_person x where x.person_id = j.value)", "有人员调转"),
    ("exists (select 1 from leave x where x.person_id = j.value)", "登记过调出"),
];

#[rocket::async_trait]
impl Module for Transfers {
    fn name(&self) -> &'static str {
        "transfers"
    }

    fn title(&self) -> &'static str {
        "人员调转"
    }

    fn routes(&self) -> Vec<Route> {
        [mine::routes(), out::routes(), batches::routes(), leave::routes()].concat()
    }

    // the subject brings View, Review and Export
    fn permissions(&self) -> Vec<Grantable> {
        vec![EditTransfers::grantable()]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![
            MenuEntry {
                group: Group::Audits,
                order: 406,
                title: subject::TransferRequests::TITLE,
                href: subject::LIST.href,
                permission: Some(Grantable { leaf: LEAF, action: Action::View }),
                subject: Some(subject::TransferRequests::KEY),
                kinds: Kinds::ALL,
            },
            MenuEntry {
                group: Group::Personal,
                order: 905,
                title: "人员调转",
                href: mine::MINE,
                permission: None,
                subject: None,
                kinds: Kinds::ALL,
            },
        ]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(subject::TransferRequests)]
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![&out::LIST]
    }

    fn own_lists(&self) -> Vec<&'static List> {
        vec![&batches::PEOPLE]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&FORMER_UNIT]
    }

    fn access(&self) -> Vec<AccessCase> {
        [access::cases(), leave::access()].concat()
    }

    async fn start(&self, db: &mut SqliteConnection, user: &User, _: &Clock) -> Result<Vec<Block>> {
        leave::start(db, user).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        leave::fill(&mut *tx, county).await?;
        demo::fill(tx, county).await
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        kit::module::held(db, people, HOLDS).await
    }

    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        store::hear(tx, event).await
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration {
                name: "0001_transfers",
                sql: include_str!("../migrations/0001_transfers.sql"),
            },
            Migration { name: "0002_leave", sql: include_str!("../migrations/0002_leave.sql") },
            Migration {
                name: "0040_account_indexes",
                sql: include_str!("../migrations/0040_account_indexes.sql"),
            },
        ]
    }

    fn templates(&self) -> Vec<Template> {
        kit::module::embedded::<Templates>(self.name())
    }
}
