//! 4.4 审核人员信息修改: old → new of what only a desk may change; the effect stands in
//! `accounts::changes`.

use accounts::changes::{self, Content};
use kit::list::{Cell, Column, Filter, FilterKind, List, MASKED_ID, Order, Search};
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject};
use kit::{Clock, Error, FileId, Form, Leaf, Modules, OrganizationId, Result, mask, organization};
use sqlx::SqliteConnection;

/// The subject 信息修改申请.
pub struct PersonChanges;

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// 审核人员信息修改
pub static LIST: List = List {
    key: "person-changes",
    title: "审核人员信息修改",
    href: "/desk/person-changes",
    leaf: changes::LEAF,
    from: "person_change c left join person p on p.id = c.person_id \
           left join identity i on i.id = p.identity_id \
           left join organization o on o.id = c.organization_id",
    alias: "c",
    only: "c.state <> 'draft'",
    columns: &[
        column("number", "申请编号", "c.number", Cell::Link, ""),
        column("name", "姓名", "p.name", Cell::Text, ""),
        column("id_card", "身份证号", MASKED_ID, Cell::Text, ""),
        column("organization", "单位", "o.name", Cell::Long, ""),
        column("items", "修改项", "c.items", Cell::Long, ""),
        column(
            "by_unit",
            "提交方",
            "c.by_unit",
            Cell::Tag(&[("0", "本人", ""), ("1", "单位", "")]),
            "",
        ),
        column("state", "状态", "c.state", Cell::Tag(STATES), ""),
        column("waiting", "已等待", "c.waiting_since", Cell::Waiting, "waiting"),
        column("submitted_at", "提交时间", "c.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "c.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "c.department_id = ?",
        },
        Filter {
            key: "by_unit",
            label: "提交方",
            kind: FilterKind::Choice(&[("0", "本人"), ("1", "单位")]),
            sql: "c.by_unit = ?",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("approved", "已通过"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
                ("pending", "待审核"),
            ]),
            sql: "c.state = ?",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "c.submitted_at",
        },
    ],
    search: Some(Search {
        label: "姓名、身份证号或申请编号",
        placeholder: "姓名（可用拼音首字母）、身份证号或后四位、申请编号",
        phrase: "c.person_id in (select rowid from person_search where person_search match ?)",
        number: "c.person_id = (select sp.id from identity si join person sp on sp.identity_id = si.id where si.number = ?)",
        number_end: "c.person_id in (select sp.id from identity si join person sp on sp.identity_id = si.id where si.reversed >= ? and si.reversed < ?)",
        phone: "c.person_id in (select sp.id from person sp where sp.phone <> '' and sp.phone = ?)",
        code: "c.number <> '' and c.number = ?",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "c.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "c.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "c.acted_at", descending: true },
    ],
    row: "/desk/person-changes/{id}",
    ops: &[
        ("详情", "/desk/person-changes/{id}"),
        ("通过", "/desk/person-changes/{id}/approve"),
        ("驳回", "/desk/person-changes/{id}/reject"),
    ],
    empty: "没有信息修改申请。人员在“个人资料”中提出以后，会出现在这里。",
};

#[rocket::async_trait]
impl Subject for PersonChanges {
    type Content = Content;
    type Decision = ();
    const KEY: &'static str = changes::SUBJECT;
    const TITLE: &'static str = "审核人员信息修改";
    const NOUN: &'static str = "信息修改申请";
    const LEAF: Leaf = changes::LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "person_change";
    const REASONS: &'static [&'static str] = &[
        "证明材料不清晰，请重新上传。",
        "证明材料不齐全，请补充后再提交。",
        "申请内容与证明材料不一致，请核对。",
        "资料在申请后已有变动，请按现在的资料重新提交。",
    ];
    const PENDING: &'static str = "c.state = 'pending' and c.desk_id = ?";
    const DONE: &'static str = "c.state <> 'draft' and c.state <> 'pending' and c.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> =
        Some("c.state <> 'draft' and c.state = 'pending' and c.desk_id is not ?");

    fn row(&self, content: &Content) -> i64 {
        content.change
    }

    /// His unit, then the bureau for 姓名 and titles; what his unit asks for goes to the bureau
    /// alone (domain.md, Decisions); what is asked for from above it goes through the unit first.
    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        // the person's unit of now: a transfer routes a waiting case anew
        let unit: Option<OrganizationId> =
            sqlx::query_scalar("select organization_id from person where id = ?")
                .bind(content.person)
                .fetch_optional(&mut *db)
                .await?;
        let unit = unit.ok_or(Error::NotFound)?;
        let bureau = organization::bureau(db).await?.ok_or(Error::NotFound)?.id;
        let by_unit = content.by_unit && content.above.is_none();
        Ok(match (by_unit, content.needs_bureau()) {
            (true, _) => vec![bureau],
            (false, true) => vec![unit, bureau],
            (false, false) => vec![unit],
        })
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let number: String = sqlx::query_scalar("select number from identity where id = ?")
            .bind(content.identity_id)
            .fetch_one(&mut *db)
            .await?;
        let mut facts = vec![
            Fact::new("人员", format!("{}（{}）", content.name, mask::mask_id(&number))),
            Fact::new("所在单位", &content.organization_name),
        ];
        for item in &content.items {
            let shown = changes::shown(&mut *db, item).await?;
            let fact = Fact::changed(&shown.label, shown.before, shown.after);
            facts.push(if shown.wide { fact.wide() } else { fact });
        }
        let by = match &content.above {
            Some(above) => above.name.as_str(),
            None if content.by_unit => "单位管理员",
            None => "本人",
        };
        facts.push(Fact::new("提交方", by));
        facts.push(Fact::new("修改原因", &content.reason).wide());
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.evidence())
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        _: &Clock,
    ) -> Result<Vec<Check>> {
        // of a decided one the former values no longer stand
        let state: String = sqlx::query_scalar("select state from person_change where id = ?")
            .bind(content.change)
            .fetch_one(&mut *db)
            .await?;
        if state == "approved" {
            return Ok(vec![Check::ok("已按申请修改")]);
        }
        let stale = changes::stale(db, content).await?;
        let mut checks: Vec<Check> = match stale.is_empty() {
            true => vec![Check::ok("原内容与现在的资料一致")],
            false => stale.into_iter().map(Check::refuse).collect(),
        };
        if content.needs_bureau() && content.evidence().is_empty() {
            checks.push(Check::warn("修改姓名或职称，没有附证明材料"));
        }
        Ok(checks)
    }

    fn decision_fields(&self, _: &Content, _: Option<&()>) -> Vec<DecisionField> {
        vec![]
    }

    fn decision_of(&self, _: &mut Form, _: &Content, _: Option<&()>) -> Option<()> {
        Some(())
    }

    fn own_href(&self, content: &Content) -> String {
        if let Some(above) = &content.above {
            format!("/import/{}", above.import)
        } else if content.by_unit {
            format!("/accounts/people/{}", content.person)
        } else {
            format!("/accounts/profile/change/{}", content.change)
        }
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Content,
        _: (),
        _: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        let cause = format!("change:{}", case.id);
        let events = changes::apply(tx, &content, &cause, clock).await?;
        Ok(Outcome { events, ..Outcome::default() })
    }
}
