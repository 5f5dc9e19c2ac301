//! 查询统计, section 7 of the manual: people (7.1) and the ledger (7.3).
//!
//! 7.2 and 7.4 (statistics) and the clerks' side of 7.5 are not built yet and have no menu entry.

mod ledger;
mod people;

use kit::access::Kinds;
use kit::list::List;
use kit::module::{AccessCase, Finding, Group, MenuEntry, Template, Who};
use kit::{Action, Grantable, Leaf, Migration, Module, Permission, Result};
use rocket::Route;
use sqlx::SqliteConnection;

pub use ledger::LEDGER;
pub use people::PEOPLE;

/// 7.1 专技人员信息查询
pub const PEOPLE_LEAF: Leaf = Leaf {
    key: "queries.people",
    title: "专技人员信息查询",
    group: Group::Queries,
    kinds: Kinds::STAFFED,
};

/// 7.3 继续教育信息查询
pub const LEDGER_LEAF: Leaf = Leaf {
    key: "queries.ledger",
    title: "继续教育信息查询",
    group: Group::Queries,
    kinds: Kinds::STAFFED,
};

kit::permission!(
    /// May look people up within his scope.
    pub ViewPeople, PEOPLE_LEAF, View
);
kit::permission!(
    /// May read the ledger within his scope.
    pub ViewLedger, LEDGER_LEAF, View
);

#[derive(rust_embed::RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// The module of 查询统计.
pub struct Queries;

#[rocket::async_trait]
impl Module for Queries {
    fn name(&self) -> &'static str {
        "queries"
    }

    fn title(&self) -> &'static str {
        "查询统计"
    }

    fn routes(&self) -> Vec<Route> {
        let mut routes = people::routes();
        routes.extend(ledger::routes());
        routes
    }

    fn permissions(&self) -> Vec<Grantable> {
        let both = [Action::View, Action::Export];
        [PEOPLE_LEAF, LEDGER_LEAF]
            .into_iter()
            .flat_map(|leaf| both.map(|action| Grantable { leaf, action }))
            .collect()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry = |order, leaf: Leaf, href, permission| MenuEntry {
            group: Group::Queries,
            order,
            title: leaf.title,
            href,
            permission: Some(permission),
            subject: None,
            kinds: kit::Kinds::ALL,
        };
        vec![
            entry(701, PEOPLE_LEAF, "/queries/people", ViewPeople::grantable()),
            entry(703, LEDGER_LEAF, "/queries/ledger", ViewLedger::grantable()),
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration {
                name: "0001_list_indexes",
                sql: include_str!("../migrations/0001_list_indexes.sql"),
            },
            Migration {
                name: "0002_head_count",
                sql: include_str!("../migrations/0002_head_count.sql"),
            },
        ]
    }

    fn templates(&self) -> Vec<Template> {
        kit::module::embedded::<Templates>(self.name())
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![&PEOPLE, &LEDGER]
    }

    async fn doctor(&self, db: &mut SqliteConnection) -> Result<Vec<Finding>> {
        let wrong: i64 = sqlx::query_scalar(
            "select count(*) from
               (select organization_id, count(*) as people from person group by organization_id) p
               full join person_count c on c.organization_id = p.organization_id
              where coalesce(p.people, 0) <> coalesce(c.people, 0)",
        )
        .fetch_one(db)
        .await?;
        let text = if wrong == 0 {
            "各单位人数与逐人重数一致".to_owned()
        } else {
            format!("有 {wrong} 个单位的人数与逐人重数不一致")
        };
        Ok(vec![Finding { ok: wrong == 0, text }])
    }

    fn access(&self) -> Vec<AccessCase> {
        let people = Who::Holder(ViewPeople::grantable());
        let ledger = Who::Holder(ViewLedger::grantable());
        vec![
            AccessCase { method: "GET", route: "/queries/people", who: people },
            AccessCase { method: "GET", route: "/queries/people/<id>", who: people },
            AccessCase { method: "GET", route: "/queries/ledger", who: ledger },
            AccessCase { method: "GET", route: "/queries/ledger/<id>", who: ledger },
        ]
    }
}
