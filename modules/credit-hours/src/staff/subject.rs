//! 单位申报 as the review desk handles it: one case for all of the roster.

mod content;
mod list;
mod measured;
mod recognition;
mod table;

use kit::dictionary::learning_kind;
use kit::list::List;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Panel, Since, Subject, Table};
use kit::{
    AccountId, Clock, Error, FileId, Form, Hours, Leaf, Modules, OrganizationId, Result, day,
    message, organization,
};
use sqlx::SqliteConnection;

use super::BASE;
use super::measure::Basis;
use super::roster::{self as list_of, Line};
use crate::declaration::evidence;
use crate::declaration::rules::{self, Typed};
use crate::ledger::Source;
use crate::roster::{self, Entering, STAFF};
use crate::subject::Recognition;
use crate::windows;

pub use content::{Content, facts};

/// The subject 单位申报.
pub struct StaffDeclarations;

async fn lines(db: &mut SqliteConnection, content: &Content) -> Result<Vec<Line>> {
    list_of::lines(db, &Basis::submitted(content)).await
}

#[rocket::async_trait]
impl Subject for StaffDeclarations {
    type Content = Content;
    type Decision = Recognition;
    const KEY: &'static str = "staff-declarations";
    const TITLE: &'static str = "学时审批：单位申报";
    const NOUN: &'static str = "单位申报";
    const LEAF: Leaf = crate::subject::LEAF;
    const LIST: &'static List = &list::LIST;
    const TABLE: &'static str = "staff_declaration";
    const REASONS: &'static [&'static str] = &[
        "证明材料不清晰，请重新上传。",
        "没有签到表或培训通知，请补充后再提交。",
        "名单与签到表不一致，请核对。",
        "申报学时与培训安排不一致，请核对。",
        "学习形式或科目类别选择有误，请修改。",
    ];
    const ROSTER: bool = true;
    const FAMILY: &'static [(&'static str, &'static str)] = crate::leaves::FAMILY;
    const PENDING: &'static str = "s.state = 'pending' and s.desk_id = ?";
    const DONE: &'static str = "s.state <> 'draft' and s.state <> 'pending' and s.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> =
        Some("s.state <> 'draft' and s.state = 'pending' and s.desk_id is not ?");

    fn row(&self, content: &Content) -> i64 {
        content.staff
    }

    /// The desks above the unit: it has spoken by declaring. The bureau's own stays with it.
    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        let desks = organization::desks_above(db, content.organization).await?;
        Ok(if desks.len() > 1 { desks[1..].to_vec() } else { desks })
    }

    async fn named(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<AccountId>> {
        roster::administrators(db, STAFF, content.staff).await
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let mut all = vec![Fact::new("申报单位", &content.organization_name).wide()];
        all.extend(facts(content));
        all.extend(measured::changed(db, content).await?);
        Ok(all)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    fn slots(&self, content: &Content) -> Vec<(FileId, String)> {
        let slots = content.slots.iter().flatten().zip(&content.files);
        slots.map(|(slot, file)| (*file, evidence::label(&content.kind, slot).to_owned())).collect()
    }

    async fn tables(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
        Ok(vec![table::of(&lines(db, content).await?)])
    }

    async fn panels(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Panel>> {
        let lines = lines(&mut *db, content).await?;
        let (good, bad): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.good);
        let sum = |lines: &[&Line]| lines.iter().map(|line| line.tenths).sum::<Hours>();
        let (people, total) = (lines.len(), content.total);
        let state: String = sqlx::query_scalar("select state from staff_declaration where id = ?")
            .bind(content.staff)
            .fetch_one(db)
            .await?;
        let (word, left) = match state.as_str() {
            "approved" => ("已记入", "未记入"),
            _ => ("现在可以记入", "通过时略去"),
        };
        let left = match bad.len() {
            0 => String::new(),
            bad => format!("{left} {bad} 人。"),
        };
        Ok(vec![Panel {
            title: "合计".to_owned(),
            meters: vec![],
            sentence: format!(
                "名单 {people} 人，申报合计 {total} 学时；{word} {} 人，{} 学时。{left}",
                good.len(),
                sum(&good)
            ),
        }])
    }

    const FOLDED: &'static [&'static str] = &["submitted_at"];

    async fn note(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<String> {
        crate::unfinished::desk_note(db, clock).await
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        clock: &Clock,
    ) -> Result<Vec<Check>> {
        let lines = lines(&mut *db, content).await?;
        let mut checks = vec![roster_check(&lines)];
        let late = windows::overdue(db, content.year, clock).await?;
        checks.extend(late.map(Check::warn));
        checks.extend(sums(content));
        checks.extend(measured::checks(content, &lines));
        checks.push(measured::complete(content));
        Ok(checks)
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
        format!("{BASE}/{}", content.staff)
    }

    fn decision_text(&self, decision: &Recognition) -> String {
        let Recognition { hours, reason, above } = decision;
        match (reason.as_str(), above) {
            ("", _) => format!("每人最多认定 {hours} 学时"),
            (reason, true) => format!("每人最多认定 {hours} 学时（高于折算规则，原因：{reason}）"),
            (reason, false) => format!("每人最多认定 {hours} 学时（调低原因：{reason}）"),
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
        sqlx::query("update staff_declaration set recognised = ? where id = ?")
            .bind(decision.map(|decision| decision.hours))
            .bind(content.staff)
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
        recognition::lower(&mut *tx, content.staff, decision.hours).await?;
        if !decision.above {
            let lines = lines(&mut *tx, &content).await?;
            recognition::lower_each(&mut *tx, &lines).await?;
        }
        let entering = Entering {
            subject: STAFF,
            parent: content.staff,
            source: Source::Employer,
            case: Some(case.id),
            recognised_by: &desk.name,
            unit: Some(content.organization),
        };
        let entered = roster::enter(&mut *tx, &entering, clock).await?;
        if entered.entries.is_empty() {
            return Err(Error::refused(
                "名单中没有一人可以记入，没有办理。请驳回，由申报单位改正后重新提交。",
            ));
        }
        sqlx::query(
            "update staff_declaration set recognised = ?, entered = ?, left_out = ? where id = ?",
        )
        .bind(decision.hours)
        .bind(entered.entries.len() as i64)
        .bind(entered.left.len() as i64)
        .bind(content.staff)
        .execute(&mut *tx)
        .await?;
        tell(&mut *tx, &content, clock).await?;
        let left_out = left_sentence(&entered.left);
        if let (Some(sentence), Some(account)) = (left_out.first(), case.account_id) {
            let href = self.own_href(&content);
            let title = "单位申报有人员未记入";
            let text = format!("{} {}：{sentence}", case.number, content.title);
            message::send(tx, account, title, &text, &href, clock).await?;
        }
        Ok(Outcome { left_out, ..Outcome::default() })
    }

    async fn rejected(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        _: &Clock,
    ) -> Result<()> {
        roster::set_state(tx, STAFF, content.staff, "pending", "draft").await?;
        Ok(())
    }
}

/// The roster as a check: everybody, or how many will be left out; nobody stands against it.
fn roster_check(lines: &[Line]) -> Check {
    let bad: Vec<String> = lines
        .iter()
        .filter(|line| !line.good)
        .map(|line| format!("第 {} 行 {}", line.number, line.name))
        .collect();
    if bad.is_empty() {
        return Check::ok(format!("名单 {} 人都可以记入，没有重复申报", lines.len()));
    }
    if bad.len() == lines.len() {
        return Check::refuse("名单中没有一人可以记入，原因见名单".to_owned());
    }
    let shown = bad.iter().take(5).cloned().collect::<Vec<_>>().join("、");
    let more = if bad.len() > 5 { "等" } else { "" };
    Check::warn(format!("{} 人不能记入，通过时略去：{shown}{more}", bad.len()))
}

/// Dates and hours against the rules. Whether the year is still open was asked at submission.
fn sums(content: &Content) -> Vec<Check> {
    let (Some(from), Some(to), Some(kind)) = (
        day::stored_date(&content.started_on),
        day::stored_date(&content.ended_on),
        learning_kind(&content.kind),
    ) else {
        return vec![Check::refuse("起止日期或学习形式不完整")];
    };
    let typed = Typed { year: content.year, kind, from, to, hours: content.hours };
    let broken = rules::broken(&typed, &[content.year], to);
    if broken.is_empty() {
        return vec![Check::ok(format!(
            "{} 天，每人 {} 学时，在上限以内",
            rules::days(from, to),
            content.hours
        ))];
    }
    broken.into_iter().map(|(_, sentence)| Check::refuse(sentence)).collect()
}

/// One sentence about those left out; empty if there are none.
fn left_sentence(left: &[String]) -> Vec<String> {
    if left.is_empty() {
        return vec![];
    }
    let shown = left.iter().take(10).cloned().collect::<Vec<_>>().join("；");
    let more = if left.len() > 10 { "等" } else { "" };
    vec![format!("{} 人未记入：{shown}{more}。", left.len())]
}

/// Everybody entered hears of his hours.
async fn tell(tx: &mut SqliteConnection, content: &Content, clock: &Clock) -> Result<()> {
    let people: Vec<(AccountId, Hours)> = sqlx::query_as(
        "select a.id, r.hours from roster_row r join account a on a.person_id = r.person_id
          where r.subject = 'staff' and r.parent_id = ? and r.state = 'entered' order by r.number",
    )
    .bind(content.staff)
    .fetch_all(&mut *tx)
    .await?;
    for (account, hours) in people {
        let text = format!(
            "{}为您申报的“{}”已通过，{hours} 学时记入 {} 年度{}。",
            content.organization_name, content.title, content.year, content.category_name
        );
        let title = "单位为您申报的学时已记入";
        message::send(&mut *tx, account, title, &text, "/credit-hours/mine", clock).await?;
    }
    Ok(())
}
