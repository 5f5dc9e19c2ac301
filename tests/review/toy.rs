//! A throw-away subject with its module, list and table.

use kit::access::Leaf;
use kit::list::{Cell, Column, List, Order};
use kit::review::{AnySubject, Case, Check, DecisionField, Fact, Meter, Outcome, Panel, Subject};
use kit::{
    Clock, Form, Grantable, Group, Kinds, MenuEntry, Migration, Module, Modules, OrganizationId,
    Result,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

pub const LEAF: Leaf =
    Leaf { key: "toys.review", title: "玩具审核", group: Group::Audits, kinds: Kinds::STAFFED };

static LIST: List = List {
    key: "toys",
    title: "玩具审核",
    href: "/desk/toys",
    leaf: LEAF,
    from: "toy t",
    alias: "t",
    only: "t.case_id is not null",
    columns: &[
        Column { key: "number", title: "编号", sql: "t.number", cell: Cell::Link, order: "" },
        Column {
            key: "state",
            title: "状态",
            sql: "t.state",
            cell: Cell::Tag(&[("pending", "待审核", "wait"), ("approved", "已通过", "pass")]),
            order: "",
        },
        Column {
            key: "waiting",
            title: "已等",
            sql: "t.waiting_since",
            cell: Cell::Waiting,
            order: "waiting",
        },
    ],
    filters: &[],
    search: None,
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "t.waiting_since", descending: false },
        Order { key: "acted", label: "办理时间", by: "t.acted_at", descending: true },
    ],
    row: "/desk/toys/{id}",
    ops: &[
        ("详情", "/desk/toys/{id}"),
        ("通过", "/desk/toys/{id}/approve"),
        ("驳回", "/desk/toys/{id}/reject"),
    ],
    empty: "没有待审核的玩具申请。",
};

#[derive(Debug, Serialize, Deserialize)]
pub struct Content {
    pub row: i64,
    pub wanted: i64,
    pub identity_id: i64,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Decision {
    given: i64,
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
    const PENDING: &'static str = "t.desk_id = ? and t.state = 'pending'";

    fn row(&self, content: &Content) -> i64 {
        content.row
    }

    async fn route(&self, db: &mut SqliteConnection, _: &Content) -> Result<Vec<OrganizationId>> {
        kit::organization::desks_above(db, OrganizationId(3)).await
    }

    async fn facts(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        Ok(vec![
            Fact::new("申请人", "周晓梅（4199************11）"),
            Fact::new("数量", content.wanted.to_string()),
        ])
    }

    async fn panels(&self, _: &mut SqliteConnection, _: &Content) -> Result<Vec<Panel>> {
        let meters = vec![Meter { label: "专业科目".to_owned(), value: 240, target: 600 }];
        Ok(vec![Panel {
            title: "本年度累计".to_owned(),
            meters,
            sentence: "还差 36 学时。".to_owned(),
        }])
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
        let most = earlier.map_or(content.wanted, |decision| decision.given);
        vec![DecisionField {
            name: "given".to_owned(),
            label: "给予".to_owned(),
            kind: "number".to_owned(),
            value: most.to_string(),
            hint: format!("不超过 {most}"),
            min: "0".to_owned(),
            max: most.to_string(),
            step: "1".to_owned(),
            ..DecisionField::default()
        }]
    }

    fn decision_of(
        &self,
        form: &mut Form,
        content: &Content,
        earlier: Option<&Decision>,
    ) -> Option<Decision> {
        let most = earlier.map_or(content.wanted, |decision| decision.given);
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
    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::Audits,
            order: 499,
            title: "玩具审核",
            href: "/desk/toys",
            permission: Some(Grantable { leaf: LEAF, action: kit::Action::View }),
            subject: Some("toys"),
            kinds: kit::Kinds::ALL,
        }]
    }
    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0001_toy",
            sql: "create table toy (id integer primary key, case_id integer, number text,
                    state text not null default 'draft', desk_id integer,
                    organization_id integer not null, department_id integer,
                    submitted_at text not null default '', waiting_since text not null default '',
                    acted_at text not null default '') strict;
                  create table toy_effect (case_id integer not null, given integer not null) strict;",
        }]
    }
    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(Toy)]
    }
}
