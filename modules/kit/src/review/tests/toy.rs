//! A throw-away subject and its module.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::access::Leaf;
use crate::list::List;
use crate::module::Group;
use crate::review::{AnySubject, Case, Check, DecisionField, Fact, Outcome, Subject};
use crate::{Clock, Event, Form, Kinds, Migration, Module, Modules, OrganizationId, Result};

pub const LEAF: Leaf =
    Leaf { key: "toy.review", title: "玩具审核", group: Group::Audits, kinds: Kinds::STAFFED };

static LIST: List = List {
    key: "toys",
    title: "玩具审核",
    href: "/desk/toys",
    leaf: LEAF,
    from: "toy t",
    alias: "t",
    only: "",
    columns: &[],
    filters: &[],
    search: None,
    orders: &[],
    row: "/desk/toys/{id}",
    ops: &[],
    empty: "没有申请。",
};

#[derive(Debug, Serialize, Deserialize)]
pub struct Content {
    pub row: i64,
    pub wanted: i64,
    pub identity_id: Option<i64>,
    /// Passes the first desk only.
    pub short: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Decision {
    pub given: i64,
}

pub struct Toy;

#[rocket::async_trait]
impl Subject for Toy {
    type Content = Content;
    type Decision = Decision;
    const KEY: &'static str = "toys";
    const TITLE: &'static str = "玩具审核";
    const NOUN: &'static str = "玩具申请";
    const LEAF: Leaf = LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "toy";
    const REASONS: &'static [&'static str] = &["材料不齐"];

    fn row(&self, content: &Content) -> i64 {
        content.row
    }

    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        let from: OrganizationId =
            sqlx::query_scalar("select organization_id from toy where id = ?")
                .bind(content.row)
                .fetch_one(&mut *db)
                .await?;
        let mut desks = crate::organization::desks_above(db, from).await?;
        if content.short {
            desks.truncate(1);
        }
        Ok(desks)
    }

    async fn facts(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        Ok(vec![Fact::new("数量", content.wanted.to_string())])
    }

    async fn checks(
        &self,
        _: &mut SqliteConnection,
        content: &Content,
        _: &Clock,
    ) -> Result<Vec<Check>> {
        let fits = content.wanted <= 100;
        Ok(vec![if fits { Check::ok("数量合适") } else { Check::refuse("数量超过 100") }])
    }

    fn decision_fields(&self, content: &Content, earlier: Option<&Decision>) -> Vec<DecisionField> {
        vec![DecisionField {
            name: "given".to_owned(),
            label: "给予".to_owned(),
            kind: "number".to_owned(),
            value: earlier.map_or(content.wanted, |d| d.given).to_string(),
            ..DecisionField::default()
        }]
    }

    fn decision_of(
        &self,
        form: &mut Form,
        content: &Content,
        earlier: Option<&Decision>,
    ) -> Option<Decision> {
        let most = earlier.map_or(content.wanted, |d| d.given);
        if form.text("given").is_empty() {
            return Some(Decision { given: most });
        }
        form.integer("given", "给予", 0..=most).map(|given| Decision { given })
    }

    fn decision_text(&self, decision: &Decision) -> String {
        format!("给予 {}", decision.given)
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        _: Content,
        decision: Decision,
        _: &Modules,
        _: &Clock,
    ) -> Result<Outcome> {
        sqlx::query("insert into toy_effect (case_id, given) values (?, ?)")
            .bind(case.id)
            .bind(decision.given)
            .execute(tx)
            .await?;
        Ok(Outcome::default())
    }
}

pub struct Toys;

#[rocket::async_trait]
impl Module for Toys {
    fn name(&self) -> &'static str {
        "toys"
    }
    fn title(&self) -> &'static str {
        "玩具"
    }
    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0001_toy",
            sql: "create table toy (id integer primary key, case_id integer, number text,
                    state text not null default 'draft', desk_id integer,
                    organization_id integer not null, department_id integer,
                    submitted_at text not null default '', waiting_since text not null default '',
                    acted_at text not null default '') strict;
                  create table toy_effect (case_id integer not null, given integer not null) strict;
                  create table toy_event (text text not null) strict;",
        }]
    }
    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(Toy)]
    }
    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        sqlx::query("insert into toy_event (text) values (?)")
            .bind(format!("{event:?}"))
            .execute(tx)
            .await?;
        Ok(())
    }
}
