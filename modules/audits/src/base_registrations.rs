//! 4.8 审核继续教育基地: registrations of bases, decided by the superior they chose, who
//! gives level and validity.

use accounts::registration::{self, Content};
use kit::list::{Cell, List};
use kit::module::Group;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject};
use kit::{Clock, FileId, Form, Kinds, Leaf, Modules, OrganizationId, Result};
use sqlx::SqliteConnection;

use crate::recognition::Recognition;
use crate::registrations::{self, column};

/// 审核继续教育基地 in the menu and the role form.
pub const LEAF: Leaf = Leaf {
    key: "audits.base-registrations",
    title: "审核继续教育基地",
    group: Group::Audits,
    kinds: Kinds::SUPERIOR,
};

/// 审核继续教育基地
pub static LIST: List = List {
    key: "base-registrations",
    title: "审核继续教育基地",
    href: "/desk/base-registrations",
    leaf: LEAF,
    from: registrations::FROM,
    alias: "r",
    only: "r.kind = 'base' and r.state <> 'draft'",
    columns: &[
        column("number", "注册编号", "r.number", Cell::Link, ""),
        column("name", "基地名称", "r.name", Cell::Long, ""),
        column("credit_code", "统一社会信用代码", "r.credit_code", Cell::Text, ""),
        column("superior", "上级单位", "o.name", Cell::Long, ""),
        registrations::BASE_LEVEL,
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
    row: "/desk/base-registrations/{id}",
    ops: &[
        ("详情", "/desk/base-registrations/{id}"),
        ("通过", "/desk/base-registrations/{id}/approve"),
        ("驳回", "/desk/base-registrations/{id}/reject"),
    ],
    empty: "没有继续教育基地的注册。基地在首页注册时选择了本单位的，会出现在这里。",
};

/// The subject 继续教育基地注册.
pub struct BaseRegistrations;

#[rocket::async_trait]
impl Subject for BaseRegistrations {
    type Content = Content;
    type Decision = Recognition;
    const KEY: &'static str = "base-registrations";
    const TITLE: &'static str = "审核继续教育基地";
    const NOUN: &'static str = "继续教育基地注册";
    const LEAF: Leaf = LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "registration";
    const REASONS: &'static [&'static str] = &[
        "认定文件或办学资质不清晰，请重新上传。",
        "认定级别与认定文件不一致，请核对后修改。",
        "办学场地、师资等条件填写不全，请补充。",
        "上级单位选择有误，请改选后重新提交。",
    ];
    const PENDING: &'static str = "r.kind = 'base' and r.state = 'pending' and r.desk_id = ?";
    const DONE: &'static str = "r.state <> 'pending' and r.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> = Some("r.state = 'pending' and r.desk_id is not ?");
    const MUST_SEE: bool = true;

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

    fn decision_fields(
        &self,
        content: &Content,
        earlier: Option<&Recognition>,
    ) -> Vec<DecisionField> {
        earlier.cloned().unwrap_or_else(|| Recognition::asked(content)).fields()
    }

    fn decision_of(
        &self,
        form: &mut Form,
        content: &Content,
        _: Option<&Recognition>,
    ) -> Option<Recognition> {
        Recognition::read(form, content)
    }

    fn decision_text(&self, decision: &Recognition) -> String {
        decision.text()
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Content,
        decision: Recognition,
        _: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        decision.ends_later(clock)?;
        let decided = move |profile: &mut accounts::organizations::Profile| decision.write(profile);
        registration::approve_unit(tx, case, content, decided, clock).await
    }
}
