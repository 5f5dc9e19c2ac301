//! 历史学时 at the bureau's desk: a unit's batch is one case; its switch stands on 学时审批.

mod list;

use credit_hours::ledger::Source;
use credit_hours::roster::{self, Entering, HISTORY as ROSTER, Verdict};
use kit::list::List;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Since, Subject, Table, TableCell};
use kit::{
    AccountId, Clock, Error, FileId, Form, Grantable, Hours, IdentityId, Leaf, Modules,
    OrganizationId, Permission, PersonId, Result, organization, trail,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::tally::Tally;
use super::{ViewCases, batch, enter, lines};

/// A batch as it was submitted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// Row of `history_batch`.
    pub batch: i64,
    pub organization: OrganizationId,
    /// As it was called when submitted.
    pub organization_name: String,
    /// Empty of a typed one.
    pub file_name: String,
    /// Of a typed one: whose hours.
    pub person: Option<PersonId>,
    pub identity_id: Option<IdentityId>,
    pub name: String,
    pub rows: i64,
    pub people: i64,
    pub hours: Hours,
    /// `2021–2024`
    pub years: String,
    /// Rows of the file that were not submitted.
    pub left_out: i64,
    pub files: Vec<FileId>,
}

/// Rows that the desk checks anew whenever it looks; more are checked when it decides.
const LIVE: i64 = 2_000;
/// Rows shown on the case's own page; the others have a page of their own.
const SHOWN: i64 = 50;

/// The subject 历史学时.
pub struct HistoryHours;

#[rocket::async_trait]
impl Subject for HistoryHours {
    type Content = Content;
    type Decision = ();
    const KEY: &'static str = "history-hours";
    const TITLE: &'static str = "学时审批：历史学时";
    const NOUN: &'static str = "历史学时";
    const LEAF: Leaf = credit_hours::LEAF;
    const LIST: &'static List = &list::LIST;
    const TABLE: &'static str = "history_batch";
    const REASONS: &'static [&'static str] = &[
        "证明材料不清晰，请重新上传。",
        "证明材料与填报的学时不一致，请核对后重新上传。",
        "缺少原认定机构的学时证明，请补充。",
        "部分人员的学时没有证明材料，请补充或删去。",
    ];
    const ROSTER: bool = true;
    const FAMILY: &'static [(&'static str, &'static str)] = credit_hours::leaves::FAMILY;
    const PENDING: &'static str = "b.state = 'pending' and b.desk_id = ?";
    const DONE: &'static str = "b.case_id is not null and b.desk_id is not ?";

    fn row(&self, content: &Content) -> i64 {
        content.batch
    }

    /// The bureau alone: what another body recognised is not a department's to judge.
    async fn route(&self, db: &mut SqliteConnection, _: &Content) -> Result<Vec<OrganizationId>> {
        let bureau = organization::bureau(db).await?.ok_or(Error::NotFound)?;
        Ok(vec![bureau.id])
    }

    async fn named(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<AccountId>> {
        roster::administrators(db, ROSTER, content.batch).await
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let mut facts = vec![Fact::new("报送单位", &content.organization_name)];
        if let Some(identity) = content.identity_id {
            let number: String = sqlx::query_scalar("select number from identity where id = ?")
                .bind(identity)
                .fetch_one(db)
                .await?;
            let who = format!("{}（{}）", content.name, kit::mask::mask_id(&number));
            facts.push(Fact::new("转入人员", who));
        } else {
            facts.push(Fact::new("人数", format!("{} 人", content.people)));
        }
        facts.push(Fact::new("年度", &content.years));
        facts.push(Fact::new("学时", format!("{} 条，共 {} 学时", content.rows, content.hours)));
        facts.push(Fact::new("证明材料", format!("{} 份", content.files.len())));
        if !content.file_name.is_empty() {
            facts.push(Fact::new("文件", &content.file_name).wide());
        }
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    async fn tables(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
        let sums = sums(&mut *db, content.batch).await?;
        Ok(vec![sums, rows(db, content).await?])
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        _: &Clock,
    ) -> Result<Vec<Check>> {
        let state = batch::any(&mut *db, content.batch).await?.state;
        let mut checks = vec![];
        if state == "pending" && content.rows <= LIVE {
            let pending = roster::rows(&mut *db, ROSTER, content.batch, Some("pending")).await?;
            let verdicts = roster::check(&mut *db, &pending, Some(content.organization)).await?;
            let bad: Vec<(i64, &str)> = pending
                .iter()
                .zip(&verdicts)
                .filter_map(|(row, verdict)| match verdict {
                    Verdict::Good(_) => None,
                    Verdict::Failing(why) | Verdict::Abroad(why) => {
                        Some((row.number, why.as_str()))
                    }
                })
                .collect();
            checks.extend(verdict(&bad, pending.len()));
        } else if state == "pending" {
            checks.push(Check::ok("提交时已逐行核对，通过时再逐行核对一次，不能记入的行会列出"));
        }
        if content.left_out > 0 {
            let text = format!("文件里另有 {} 行核对没有通过，没有提交", content.left_out);
            checks.push(Check::warn(text));
        }
        if content.files.is_empty() {
            checks.push(Check::refuse("没有证明材料"));
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
        format!("/import/history/records/{}", content.batch)
    }

    async fn since(&self, db: &mut SqliteConnection, case: &Case, _: &Content) -> Result<Since> {
        credit_hours::since(db, case).await
    }

    fn links(&self, _: &Case, content: &Content) -> Vec<(&'static str, String, Grantable)> {
        let href = format!("/import/history/cases/{}", content.batch);
        vec![("全部明细", href, ViewCases::grantable())]
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Content,
        (): (),
        _: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        let entering = Entering {
            subject: ROSTER,
            parent: content.batch,
            source: Source::Import,
            case: Some(case.id),
            recognised_by: "", // each row's own 认定机构
            unit: Some(content.organization),
        };
        let done = roster::enter(&mut *tx, &entering, clock).await?;
        if done.entries.is_empty() {
            return Err(Error::refused(
                "没有一行可以记入台账（见“系统核对”），没有办理。请驳回并写明原因。",
            ));
        }
        let entries: Vec<i64> = done.entries.iter().map(|(_, entry)| *entry).collect();
        enter::keep_entries(&mut *tx, content.batch, &entries).await?;
        let tally = entered(&mut *tx, content.batch).await?;
        tally.note(&mut *tx, content.batch, clock).await?;
        sqlx::query(
            "update history_batch set entered_at = ?, left_out = left_out + ? where id = ?",
        )
        .bind(clock.stamp())
        .bind(done.left.len() as i64)
        .bind(content.batch)
        .execute(&mut *tx)
        .await?;
        let name = &content.organization_name;
        tally.tell(&mut *tx, "历史学时已记入台账", &enter::entered_text(name), clock).await?;
        Ok(Outcome { left_out: done.left, ..Outcome::default() })
    }

    /// The rows can be changed again.
    async fn rejected(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        _: &Clock,
    ) -> Result<()> {
        roster::set_state(tx, ROSTER, content.batch, "pending", "draft").await?;
        Ok(())
    }
}

/// What the check of all rows comes to; a few are named.
fn verdict(bad: &[(i64, &str)], rows: usize) -> Vec<Check> {
    if bad.is_empty() {
        return vec![Check::ok(format!("{rows} 行都可以记入台账"))];
    }
    if bad.len() == rows {
        return vec![Check::refuse(format!("{rows} 行都不能记入台账，第一行：{}", bad[0].1))];
    }
    let mut checks =
        vec![Check::warn(format!("{rows} 行中有 {} 行不能记入台账，通过时留下并列出", bad.len()))];
    let named = bad.iter().take(5);
    checks.extend(named.map(|(number, why)| Check::warn(format!("第 {number} 行：{why}"))));
    checks
}

/// What a batch has in the ledger.
pub async fn entered(db: &mut SqliteConnection, batch: i64) -> Result<Tally> {
    let rows: Vec<(PersonId, i32, Hours)> = sqlx::query_as(
        "select e.person_id, e.year, e.hours from history_entry h
           cross join entry e on e.id = h.entry_id where h.batch_id = ?",
    )
    .bind(batch)
    .fetch_all(db)
    .await?;
    let mut tally = Tally::default();
    for (person, year, hours) in rows {
        tally.add(person, year, hours);
    }
    Ok(tally)
}

/// 分年度合计 of the roster.
async fn sums(db: &mut SqliteConnection, batch: i64) -> Result<Table> {
    let sums: Vec<(i32, String, i64, i64, Hours)> = sqlx::query_as(
        "select r.year, c.name, count(*), count(distinct r.identity_id), sum(r.hours)
           from roster_row r join category c on c.id = r.category_id
          where r.subject = 'history' and r.parent_id = ?
          group by r.year, c.id order by r.year, c.sort",
    )
    .bind(batch)
    .fetch_all(db)
    .await?;
    Ok(lines::sums_table(&sums))
}

/// The first rows, with what stands against them once decided.
async fn rows(db: &mut SqliteConnection, content: &Content) -> Result<Table> {
    let shown = lines::roster_page(db, content.batch, 0, SHOWN).await?;
    let title = match content.rows {
        rows if rows > SHOWN => format!("明细（前 {SHOWN} 行，全部见右上角“全部明细”）"),
        _ => "明细".to_owned(),
    };
    // numbers of identity stand on the page of all rows: here the projects need the room
    let decided = shown.iter().any(|row| !row.state.is_empty());
    let mut heads = vec![
        ("行号", "num"),
        ("姓名", "nowrap"),
        ("年度", "nowrap"),
        ("科目", "nowrap"),
        ("项目", ""),
        ("起止时间", ""),
        ("学时", "num"),
        ("原认定机构", ""),
    ];
    heads.extend(decided.then_some(("结果", "")));
    let mut table = Table::new(&title, &heads);
    for row in shown {
        let (dates, told) = (row.dates(), row.told());
        let mut cells = vec![
            row.number.to_string(),
            row.name,
            row.year.to_string(),
            row.category,
            row.title,
            dates,
            row.hours.to_string(),
            row.organizer,
        ];
        cells.extend(decided.then_some(told));
        table.rows.push(cells.into_iter().map(TableCell::new).collect());
    }
    Ok(table)
}

/// The trail's line of an act on a batch.
pub async fn noted(
    tx: &mut SqliteConnection,
    actor: &kit::Actor,
    clock: &Clock,
    act: &str,
    batch: i64,
    text: &str,
) -> Result<()> {
    trail::write(tx, actor, clock, act, &format!("history-batch:{batch}"), text).await
}
