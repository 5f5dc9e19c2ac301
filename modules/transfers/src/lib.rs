//! 4.6 人员调转: a person, or a unit for many, asks another unit to take them; 调出本县.

use kit::{Action, Grantable, Group, Kinds, Leaf, Migration, Module, Permission, Template};
use rocket::Route;

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

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The module of 人员调转.
pub struct Transfers;

#[rocket::async_trait]
impl Module for Transfers {
    fn name(&self) -> &'static str {
        "transfers"
    }

    fn title(&self) -> &'static str {
        "人员调转"
    }

    fn routes(&self) -> Vec<Route> {
        vec![]
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![
            Grantable { leaf: LEAF, action: Action::View },
            EditTransfers::grantable(),
            ExportTransfers::grantable(),
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0001_transfers",
            sql: include_str!("../migrations/0001_transfers.sql"),
        }]
    }

    fn templates(&self) -> Vec<Template> {
        kit::module::embedded::<Templates>(self.name())
    }
}
