//! 4.3 审核注册人员: registrations of people, decided by the unit they chose.

use accounts::registration::{self, Content};
use kit::list::{Cell, List, MASKED_ID};
use kit::module::Group;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject};
use kit::{Clock, FileId, Form, Kinds, Leaf, Modules, OrganizationId, Result};
use sqlx::SqliteConnection;

use crate::registrations::{self, Nothing, column};

/// 审核注册人员 in the menu and the role form.
pub const LEAF: Leaf = Leaf {
    key: "audits.person-registrations",
    title: "审核注册人员",
    group: Group::Audits,
    kinds: Kinds::ALL,
};

/// 审核注册人员
pub static LIST: List = List {
    key: "person-registrations",
    title: "审核注册人员",
    href: "/desk/person-registrations",
    leaf: LEAF,
    from: registrations::PERSON_FROM,
    alias: "r",
    only: "r.kind = 'person' and r.state <> 'draft'",
    columns: &[
        column("number", "注册编号", "r.number", Cell::Link, ""),
        column("name", "姓名", "r.name", Cell::Text, ""),
        column("id_card", "身份证号", MASKED_ID, Cell::Text, ""),
        column("sex", "性别", "r.sex", Cell::Text, ""),
        column("organization", "所在单位", "o.name", Cell::Long, ""),
        registrations::STATE,
        column("waiting", "已等待", "r.waiting_since", Cell::Waiting, "waiting"),
        registrations::REVIEWER,
        registrations::DECIDED,
        column("internal_department", "内设部门", "r.internal_department", Cell::Text, ""),
        registrations::SERIES,
        registrations::LEVEL,
        column("phone", "手机", "r.phone", Cell::Phone, ""),
        column("submitted_at", "提交时间", "r.submitted_at", Cell::Minute, "submitted"),
    ],
    filters: registrations::PERSON_FILTERS,
    search: Some(registrations::PERSON_SEARCH),
    orders: registrations::ORDERS,
    row: "/desk/person-registrations/{id}",
    ops: &[
        ("详情", "/desk/person-registrations/{id}"),
        ("通过", "/desk/person-registrations/{id}/approve"),
        ("驳回", "/desk/person-registrations/{id}/reject"),
    ],
    empty: "没有人员注册。专业技术人员在首页注册时选择了本单位的，会出现在这里。",
};

/// The subject 人员注册.
pub struct PersonRegistrations;

#[rocket::async_trait]
impl Subject for PersonRegistrations {
    type Content = Content;
    type Decision = Nothing;
    const KEY: &'static str = "person-registrations";
    const TITLE: &'static str = "审核注册人员";
    const NOUN: &'static str = "人员注册";
    const LEAF: Leaf = LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "registration";
    const REASONS: &'static [&'static str] = &[
        "不是本单位人员，请改选所在单位后重新提交。",
        "本单位已导入您的资料，请直接用身份证号和初始密码登录激活。",
        "您已在其他单位登记，请联系现单位的管理员办理。",
        "姓名或身份证号填写有误，请核对身份证后修改。",
        "职称信息与证书不一致，请核对后修改。",
    ];
    const PENDING: &'static str = "r.kind = 'person' and r.state = 'pending' and r.desk_id = ?";
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
        registration::approve_person(tx, case, content, clock).await
    }
}
