//! 4.7 审核机构信息修改: old → new of what only a superior may change; the effect stands in
//! `accounts::organization_changes`.

mod list;

use accounts::organization_changes::{self as changes, Content};
use kit::list::List;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject};
use kit::{
    Clock, Error, FileId, Form, Leaf, Modules, OrganizationId, OrganizationKind, Result,
    organization,
};
use sqlx::SqliteConnection;

use crate::registrations::Nothing;

/// The subject 机构信息修改申请.
pub struct OrganizationChanges;

#[rocket::async_trait]
impl Subject for OrganizationChanges {
    type Content = Content;
    type Decision = Nothing;
    const KEY: &'static str = changes::SUBJECT;
    const TITLE: &'static str = "审核机构信息修改";
    const NOUN: &'static str = "机构信息修改申请";
    const LEAF: Leaf = changes::LEAF;
    const LIST: &'static List = &list::LIST;
    const TABLE: &'static str = "organization_change";
    const REASONS: &'static [&'static str] = &[
        "证照或证明材料不清晰，请重新上传。",
        "证明材料不齐全，请补充批文或变更登记材料。",
        "申请内容与证照不一致，请核对后修改。",
        "资料在申请后已有变动，请按现在的资料重新提交。",
    ];
    const PENDING: &'static str = "c.state = 'pending' and c.desk_id = ?";
    const DONE: &'static str = "c.state <> 'draft' and c.state <> 'pending' and c.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> =
        Some("c.state <> 'draft' and c.state = 'pending' and c.desk_id is not ?");

    fn row(&self, content: &Content) -> i64 {
        content.change
    }

    /// The superior of now (of a department the bureau); the new one too, if another is asked
    /// for, the bureau last (domain.md, Decisions).
    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        let unit =
            organization::find(&mut *db, content.organization).await?.ok_or(Error::NotFound)?;
        let bureau = organization::bureau(db).await?.ok_or(Error::NotFound)?.id;
        let superior = match unit.kind {
            OrganizationKind::Department => bureau,
            _ => unit.parent_id.unwrap_or(bureau),
        };
        let mut route = vec![superior];
        route.extend(content.new_superior().filter(|new| *new != superior));
        route.sort_by_key(|desk| *desk == bureau);
        Ok(route)
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let mut facts = vec![
            Fact::new("单位", &content.name),
            Fact::new("类型", content.kind.label()),
            Fact::new("信用代码", &content.credit_code),
        ];
        if content.new_superior().is_none() {
            facts.push(Fact::new("上级单位", &content.superior_name));
        }
        for item in &content.items {
            let shown = changes::shown(&mut *db, content.kind, item).await?;
            let fact = Fact::changed(&shown.label, shown.before, shown.after);
            facts.push(if shown.wide { fact.wide() } else { fact });
        }
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
        changes::checks(db, content).await
    }

    fn decision_fields(&self, _: &Content, _: Option<&Nothing>) -> Vec<DecisionField> {
        vec![]
    }

    fn decision_of(&self, _: &mut Form, _: &Content, _: Option<&Nothing>) -> Option<Nothing> {
        Some(Nothing {})
    }

    fn own_href(&self, content: &Content) -> String {
        format!("/accounts/unit/change/{}", content.change)
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Content,
        _: Nothing,
        modules: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        let cause = format!("organization-change:{}", case.id);
        changes::apply(tx, modules, &content, &cause, clock).await?;
        Ok(Outcome::default())
    }
}
