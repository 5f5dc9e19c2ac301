//! 4.9 审核培训计划申报: a version of a plan as the desks handle it.

pub mod list;

use kit::list::List;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject, Table};
use kit::{Clock, Error, FileId, Form, Hours, Leaf, Modules, OrganizationId, Result, organization};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::content::Content;
use super::{approve, checks, facts, show};
use crate::leaves::PLAN_REVIEWS;

/// The subject 培训计划.
pub struct TrainingPlans;

/// 认定学时: what a desk gives, never more than the desk before it or than was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognition {
    pub hours: Hours,
}

fn limit(content: &Content, earlier: Option<&Recognition>) -> Hours {
    earlier.map_or(content.hours, |earlier| earlier.hours.min(content.hours))
}

#[rocket::async_trait]
impl Subject for TrainingPlans {
    type Content = Content;
    type Decision = Recognition;
    const KEY: &'static str = "training-plans";
    const TITLE: &'static str = "审核培训计划申报";
    const NOUN: &'static str = "培训计划";
    const LEAF: Leaf = PLAN_REVIEWS;
    const LIST: &'static List = &list::LIST;
    const TABLE: &'static str = "plan_version";
    const REASONS: &'static [&'static str] = &[
        "课程安排不完整，请补充课程和主讲教师。",
        "学时安排不合理，请核对课程表。",
        "收费没有依据，请补充收费文件。",
        "培训内容与基地的认定领域不符，请调整。",
        "请补充培训方案和通知。",
    ];
    const PENDING: &'static str = "v.state = 'pending' and v.desk_id = ?";
    const DONE: &'static str = "v.state <> 'draft' and v.state <> 'pending' and v.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> =
        Some("v.state <> 'draft' and v.state = 'pending' and v.desk_id is not ?");

    fn row(&self, content: &Content) -> i64 {
        content.version_id
    }

    /// The base's department, if any, then always the bureau (domain.md, Decisions).
    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        let base = organization::find(&mut *db, content.base).await?.ok_or(Error::NotFound)?;
        let bureau = organization::bureau(db).await?.ok_or(Error::NotFound)?.id;
        Ok(base.department_id.into_iter().chain([bureau]).collect())
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let former = show::former(db, content).await?;
        let mut facts = vec![Fact::new("基地", &content.base_name).wide()];
        facts.extend(facts::of(content, former.as_ref()));
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    async fn tables(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
        let former = show::former(db, content).await?;
        Ok(vec![facts::table(content, former.as_ref())])
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        clock: &Clock,
    ) -> Result<Vec<Check>> {
        checks::all(db, content, clock).await
    }

    fn decision_fields(
        &self,
        content: &Content,
        earlier: Option<&Recognition>,
    ) -> Vec<DecisionField> {
        let limit = limit(content, earlier);
        let hint = if limit < content.hours {
            format!("申报 {} 学时，前面审核认定 {limit} 学时，不超过它", content.hours)
        } else {
            format!("不超过申报的 {limit} 学时")
        };
        vec![DecisionField {
            name: "hours".to_owned(),
            label: "认定学时".to_owned(),
            kind: "number".to_owned(),
            value: limit.to_string(),
            hint,
            min: "0.5".to_owned(),
            max: limit.to_string(),
            step: "0.5".to_owned(),
            ..DecisionField::default()
        }]
    }

    fn decision_of(
        &self,
        form: &mut Form,
        content: &Content,
        earlier: Option<&Recognition>,
    ) -> Option<Recognition> {
        let limit = limit(content, earlier);
        if form.list("hours").is_empty() {
            return Some(Recognition { hours: limit });
        }
        match Hours::parse(form.raw("hours")) {
            Ok(hours) if hours.is_zero() => {
                form.refuse("hours", "认定学时要大于 0。不同意的，请驳回并写明原因。");
                None
            }
            Ok(hours) if hours > limit => {
                let whose = if limit < content.hours { "前面审核认定" } else { "申报" };
                form.refuse(
                    "hours",
                    format!("认定学时不能超过{whose}的 {limit} 学时，现在填了 {hours} 学时。"),
                );
                None
            }
            Ok(hours) => Some(Recognition { hours }),
            Err(error) => {
                let why = error.to_string();
                form.refuse("hours", format!("{}。", why.trim_end_matches('。')));
                None
            }
        }
    }

    fn own_href(&self, content: &Content) -> String {
        format!("{}/{}", super::list::BASE, content.plan)
    }

    fn decision_text(&self, decision: &Recognition) -> String {
        format!("认定 {} 学时", decision.hours)
    }

    async fn passed(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: &Content,
        _: &Clock,
    ) -> Result<()> {
        let decision: Option<Recognition> = serde_json::from_str(&case.decision)?;
        let hours = decision.map_or(content.hours, |decision| decision.hours);
        approve::recognise(tx, content.version_id, hours).await
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        decision: Recognition,
        _: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        approve::put_in_force(tx, &content, decision.hours, clock).await?;
        Ok(Outcome::default())
    }
}
