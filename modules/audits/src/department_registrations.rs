//! 4.1 审核主管部门: registrations of competent departments, decided by the bureau.

use accounts::registration::{self, Content};
use kit::list::{Cell, List};
use kit::module::Group;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject};
use kit::{Clock, FileId, Form, Kinds, Leaf, Modules, OrganizationId, Result};
use sqlx::SqliteConnection;

use crate::registrations::{self, Nothing, column};

/// 审核主管部门 in the menu and the role form.
pub const LEAF: Leaf = Leaf {
    key: "audits.department-registrations",
    title: "审核主管部门",
    group: Group::Audits,
    kinds: Kinds::BUREAU,
};

/// 审核主管部门
pub static LIST: List = List {
    key: "department-registrations",
    title: "审核主管部门",
    href: "/desk/department-registrations",
    leaf: LEAF,
    from: registrations::FROM,
    alias: "r",
    only: "r.kind = 'department' and r.state <> 'draft'",
    columns: &[
        column("number", "注册编号", "r.number", Cell::Link, ""),
        column("name", "部门名称", "r.name", Cell::Long, ""),
        column("credit_code", "统一社会信用代码", "r.credit_code", Cell::Text, ""),
        registrations::STATE,
        column("waiting", "已等待", "r.waiting_since", Cell::Waiting, "waiting"),
        registrations::REVIEWER,
        registrations::DECIDED,
        column("applicant", "管理员姓名", "r.applicant", Cell::Text, ""),
        column("phone", "电话", "r.phone", Cell::Phone, ""),
        column("submitted_at", "提交时间", "r.submitted_at", Cell::Minute, "submitted"),
    ],
    filters: registrations::FILTERS,
    search: Some(registrations::SEARCH),
    orders: registrations::ORDERS,
    row: "/desk/department-registrations/{id}",
    ops: &[
        ("详情", "/desk/department-registrations/{id}"),
        ("通过", "/desk/department-registrations/{id}/approve"),
        ("驳回", "/desk/department-registrations/{id}/reject"),
    ],
    empty: "没有主管部门的注册。主管部门在首页注册后会出现在这里。",
};

/// The subject 主管部门注册.
pub struct DepartmentRegistrations;

#[rocket::async_trait]
impl Subject for DepartmentRegistrations {
    type Content = Content;
    type Decision = Nothing;
    const KEY: &'static str = "department-registrations";
    const TITLE: &'static str = "审核主管部门";
    const NOUN: &'static str = "主管部门注册";
    const LEAF: Leaf = LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "registration";
    const REASONS: &'static [&'static str] = &[
        "部门名称与信用代码证书不一致，请核对后修改。",
        "统一社会信用代码填写有误，请核对后修改。",
        "附件不清晰，请重新上传。",
        "请由本部门指定的管理员注册，并上传授权书。",
    ];
    const PENDING: &'static str = "r.kind = 'department' and r.state = 'pending' and r.desk_id = ?";
    const DONE: &'static str = "r.state <> 'pending' and r.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> = Some("r.state = 'pending' and r.desk_id is not ?");

    fn row(&self, content: &Content) -> i64 {
        content.registration
    }

    async fn route(
        &self,
        _: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        Ok(vec![content.organization])
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        content.facts(db).await
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        _: &Clock,
    ) -> Result<Vec<Check>> {
        registration::checks(db, content).await
    }

    fn decision_fields(&self, _: &Content, _: Option<&Nothing>) -> Vec<DecisionField> {
        vec![]
    }

    fn decision_of(&self, _: &mut Form, _: &Content, _: Option<&Nothing>) -> Option<Nothing> {
        Some(Nothing::default())
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Content,
        _: Nothing,
        _: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        registration::approve_unit(tx, case, content, |_| {}, clock).await
    }
}
