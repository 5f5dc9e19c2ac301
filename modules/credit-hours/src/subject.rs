//! 5.1 学时审批: a declaration as the review desk handles it.

mod alike;
mod besides;
mod content;
mod list;
mod recognition;
pub(crate) mod suggested;
mod sums;

use sqlx::SqliteConnection;

use kit::dictionary::DECLARATION_LEVELS;
use kit::list::List;
use kit::module::Group;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Panel, Since, Subject, Table};
use kit::{
    Clock, Error, FileId, Form, Hours, Kinds, Leaf, Modules, OrganizationId, Result, organization,
};

use crate::claims;
use crate::declaration::evidence;
use crate::declaration::pages::{dates, optional};
use crate::ledger::{self, NewEntry, Source};
use crate::read;

pub use content::{Content, Recognition};
pub(crate) use list::KIND_LABEL;
pub use list::{KIND_CELLS, KINDS, LIST};
pub use suggested::most_after;
pub(crate) use sums::filled;
pub use sums::year_panel;
use sums::{after_sentence, complete, sums};

/// 学时审批 in the menu and the role form.
pub const LEAF: Leaf = Leaf {
    key: "credit-hours.declarations",
    title: "学时审批",
    group: Group::CreditHours,
    kinds: Kinds::STAFFED,
};

/// The subject 学时申报.
pub struct Declarations;

#[rocket::async_trait]
impl Subject for Declarations {
    type Content = Content;
    type Decision = Recognition;
    const KEY: &'static str = "declarations";
    const TITLE: &'static str = "学时审批：个人申报";
    const NOUN: &'static str = "学时申报";
    const LEAF: Leaf = LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "declaration";
    const REASONS: &'static [&'static str] = &[
        "证明材料不清晰，请重新上传。",
        "证明材料不齐全，请补充后再提交。",
        "申报学时与证明材料不一致，请核对。",
        "学习形式或科目类别选择有误，请修改。",
        "培训时间与证明材料不一致，请核对。",
    ];
    const FAMILY: &'static [(&'static str, &'static str)] = crate::leaves::FAMILY;
    const PENDING: &'static str = "d.state = 'pending' and d.desk_id = ?";
    const DONE: &'static str = "d.state <> 'draft' and d.state <> 'pending' and d.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> =
        Some("d.state <> 'draft' and d.state = 'pending' and d.desk_id is not ?");
    const ELSEWHERE_FOR: Kinds = Kinds::STAFFED;

    fn row(&self, content: &Content) -> i64 {
        content.declaration
    }

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
        organization::desks_above(db, unit.ok_or(Error::NotFound)?).await
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let number: String = sqlx::query_scalar("select number from identity where id = ?")
            .bind(content.identity_id)
            .fetch_one(&mut *db)
            .await?;
        let mut facts = vec![
            Fact::new("申报人", format!("{}（{}）", content.name, kit::mask::mask_id(&number))),
            Fact::new("所在单位", &content.organization_name),
            Fact::new("职称", &content.person_title),
            Fact::new("学习年度", content.year.to_string()),
            Fact::new("学习项目", &content.title).wide(),
            Fact::new("学习形式", read::kind_label(&content.kind)),
            Fact::new("科目类别", &content.category_name),
            Fact::new("起止时间", dates(&content.started_on, &content.ended_on)),
            Fact::new("举办单位", &content.organizer),
            Fact::new("申报学时", format!("{} 学时", content.hours)),
            Fact::new("证书编号", &content.certificate_number),
        ];
        let quantity = content.quantity;
        let quantity = if quantity.is_zero() { String::new() } else { quantity.to_string() };
        facts.extend(optional(&[
            ("地点", &content.place),
            ("种类", &content.item),
            ("级别", DECLARATION_LEVELS.label(&content.level)),
            ("本人排名", &content.rank),
            ("数量", &quantity),
        ]));
        facts.extend(suggested::facts(&mut *db, content).await?);
        if !content.note.is_empty() {
            facts.push(Fact::new("内容摘要", &content.note).wide());
        }
        facts.extend(crate::revocation::facts(db, content.declaration).await?);
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    fn slots(&self, content: &Content) -> Vec<(FileId, String)> {
        let slots = content.slots.iter().flatten().zip(&content.files);
        slots.map(|(slot, file)| (*file, evidence::label(&content.kind, slot).to_owned())).collect()
    }

    async fn tables(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
        alike::tables(db, content).await
    }

    async fn panels(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Panel>> {
        let mut panel = year_panel(&mut *db, content.person, content.year).await?;
        let totals =
            read::year_totals(&mut *db, content.person, content.year, content.year).await?;
        let (state, recognised): (String, Option<i64>) =
            sqlx::query_as("select state, recognised from declaration where id = ?")
                .bind(content.declaration)
                .fetch_one(db)
                .await?;
        panel.sentence = match (state.as_str(), recognised, totals.first()) {
            ("approved", Some(hours), _) => {
                format!("本条认定 {} 学时，已计入以上累计。", Hours::from_tenths(hours))
            }
            ("pending", _, Some(year)) => after_sentence(year, content.category, content.hours),
            _ => String::new(),
        };
        Ok(vec![panel])
    }

    const FOLDED: &'static [&'static str] = &["year", "kind", "dates", "opinion", "submitted_at"];

    async fn note(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<String> {
        crate::unfinished::desk_note(db, clock).await
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        clock: &Clock,
    ) -> Result<Vec<Check>> {
        let mut checks = vec![];
        let mut existing = claims::existing(&mut *db, &[content.person]).await?;
        let existing = existing.remove(&content.person).unwrap_or_default();
        checks.extend(besides::repeated(&existing, content));
        checks.extend(sums(content));
        checks.extend(besides::crowded(&existing, content));
        let most = suggested::most(&mut *db, content).await?;
        checks.extend(suggested::check(content, most));
        let late = crate::windows::overdue(&mut *db, content.year, clock).await?;
        checks.extend(late.map(Check::warn));
        checks.push(complete(content));
        let state: String = sqlx::query_scalar("select state from person where id = ?")
            .bind(content.person)
            .fetch_one(db)
            .await?;
        if !kit::dictionary::takes_part(&state) {
            let label = kit::dictionary::PERSON_STATES.label(&state).to_owned();
            checks.push(Check::warn(format!("申报人现在的状态是“{label}”")));
        }
        Ok(checks)
    }

    async fn now(&self, db: &mut SqliteConnection, content: Content) -> Result<Content> {
        let most = suggested::most(db, &content).await?;
        Ok(Content { most, ..content })
    }

    fn decision_fields(
        &self,
        content: &Content,
        earlier: Option<&Recognition>,
    ) -> Vec<DecisionField> {
        recognition::fields(content, earlier)
    }

    fn decision_of(
        &self,
        form: &mut Form,
        content: &Content,
        earlier: Option<&Recognition>,
    ) -> Option<Recognition> {
        recognition::read(form, content, earlier)
    }

    async fn since(&self, db: &mut SqliteConnection, case: &Case, _: &Content) -> Result<Since> {
        crate::revocation::since(db, case).await
    }

    fn own_href(&self, content: &Content) -> String {
        format!("/credit-hours/declarations/{}", self.row(content))
    }

    fn decision_text(&self, decision: &Recognition) -> String {
        let Recognition { hours, reason, above } = decision;
        match (reason.as_str(), above) {
            ("", _) => format!("认定 {hours} 学时"),
            (reason, true) => format!("认定 {hours} 学时（高于折算规则，原因：{reason}）"),
            (reason, false) => format!("认定 {hours} 学时（调低原因：{reason}）"),
        }
    }

    async fn passed(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: &Content,
        _: &Clock,
    ) -> Result<()> {
        let decision: Option<Recognition> = serde_json::from_str(&case.decision)?;
        let opinion = match decision {
            Some(decision) if decision.hours < content.hours => {
                format!("通过，认定 {} 学时", decision.hours)
            }
            _ => "通过".to_owned(),
        };
        sqlx::query("update declaration set opinion = ? where id = ?")
            .bind(opinion)
            .bind(content.declaration)
            .execute(tx)
            .await?;
        Ok(())
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
        if decision.hours > content.hours || decision.hours.is_zero() {
            return Err(Error::refused("认定学时不能超过申报学时，没有办理。请返回核对。"));
        }
        let desk = case.desks()?.last().copied().ok_or(Error::NotFound)?;
        let desk = organization::find(&mut *tx, desk).await?.ok_or(Error::NotFound)?;
        sqlx::query("update declaration set recognised = ? where id = ?")
            .bind(decision.hours.tenths())
            .bind(content.declaration)
            .execute(&mut *tx)
            .await?;
        let entry = NewEntry {
            person: content.person,
            year: content.year,
            category: content.category,
            kind: content.kind,
            title: content.title,
            organizer: content.organizer,
            started_on: content.started_on,
            ended_on: content.ended_on,
            hours: decision.hours,
            source: Source::Person,
            declaration: Some(content.declaration),
            recognised_by: desk.name,
            certificate_number: content.certificate_number,
            plan: None,
            case: Some(case.id),
            corrects: None,
        };
        ledger::record(tx, &[entry], clock).await?;
        Ok(Outcome::default())
    }
}

#[cfg(test)]
mod tests;
