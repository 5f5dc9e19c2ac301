//! 5.2 继续教育基地代申报审批: a batch as the desks handle it.

pub mod list;

use credit_hours::ledger::Source;
use credit_hours::roster::{self as rosters, Entering, PROXY};
use kit::list::List;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Since, Subject, Table, TableCell};
use kit::{
    AccountId, Action, Clock, Error, FileId, Form, Grantable, Hours, Leaf, Modules, OrganizationId,
    Permission, PersonId, Result, message, organization,
};
use sqlx::SqliteConnection;

use super::content::Content;
use super::roster::{self, Mark, Marked, NOT_PASSED, Sums};
use super::{handover, send, store};
use crate::leaves::{PLAN_REVIEWS, PROXY_REVIEWS, ViewProxyReviews};

/// Rows of the detail beside those that fail; all stand on the roster's own page.
const SHOWN: usize = 50;

/// The subject 代申报.
pub struct ProxyDeclarations;

#[rocket::async_trait]
impl Subject for ProxyDeclarations {
    type Content = Content;
    type Decision = ();
    const KEY: &'static str = "proxy-declarations";
    const TITLE: &'static str = "继续教育基地代申报审批";
    const NOUN: &'static str = "代申报";
    const LEAF: Leaf = PROXY_REVIEWS;
    const LIST: &'static List = &list::LIST;
    const TABLE: &'static str = "proxy_declaration";
    const REASONS: &'static [&'static str] = &[
        "签到表与名册人数不一致，请核对后重新提交。",
        "考核成绩不完整，请补充。",
        "名册中多人姓名与身份证号不符，请核对。",
        "结业名册不清晰，请重新上传。",
    ];
    const ROSTER: bool = true;
    const PENDING: &'static str = "d.state = 'pending' and d.desk_id = ?";
    const DONE: &'static str = "d.state <> 'draft' and d.state <> 'pending' and d.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> =
        Some("d.state <> 'draft' and d.state = 'pending' and d.desk_id is not ?");
    const MORE_TABS: &'static [(&'static str, &'static str)] = &[("外县学员移交", handover::DESK)];

    fn row(&self, content: &Content) -> i64 {
        content.proxy
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

    async fn named(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<AccountId>> {
        rosters::administrators(db, PROXY, content.proxy).await
    }

    async fn facts(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        Ok(facts(content))
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.iter().map(|attached| attached.file).collect())
    }

    async fn tables(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
        let marked = roster::marked(db, content.proxy).await?;
        Ok(tables(&marked))
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        clock: &Clock,
    ) -> Result<Vec<Check>> {
        let against = send::against(&mut *db, content, clock).await?;
        let mut checks: Vec<Check> = against.into_iter().map(Check::refuse).collect();
        if checks.is_empty() {
            checks.push(Check::ok("基地已启用，在认定有效期内，培训班已结业"));
        }
        let marked = roster::marked(&mut *db, content.proxy).await?;
        checks.extend(of_rows(&marked));
        checks.push(match content.reason.as_str() {
            "" => Check::ok(format!("名册人数不超过计划人数 {} 人", content.capacity)),
            reason => {
                Check::warn(format!("名册人数超过计划人数 {} 人，说明：{reason}", content.capacity))
            }
        });
        let window = credit_hours::windows::of(db, content.year).await?;
        let today = kit::day::date_text(clock.today());
        if today.as_str() > window.last_day() {
            let text = format!("{} 年度的申报时间到 {} 为止", content.year, window.last_day());
            checks.push(Check::warn(text));
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
        format!("{}/{}", super::list::BASE, content.proxy)
    }

    async fn since(&self, db: &mut SqliteConnection, case: &Case, _: &Content) -> Result<Since> {
        credit_hours::since(db, case).await
    }

    fn links(&self, _: &Case, content: &Content) -> Vec<(&'static str, String, Grantable)> {
        let roster = format!("/training/proxied/{}/roster", content.proxy);
        let plan = format!("/desk/training-plans/{}", content.plan_version);
        let plans = Grantable { leaf: PLAN_REVIEWS, action: Action::View };
        vec![("全部名册", roster, ViewProxyReviews::grantable()), ("关联计划", plan, plans)]
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
        let desk = case.desks()?.last().copied().ok_or(Error::NotFound)?;
        let desk = organization::find(&mut *tx, desk).await?.ok_or(Error::NotFound)?;
        let own = leave_out(&mut *tx, content.proxy).await?;
        let entering = Entering {
            subject: PROXY,
            parent: content.proxy,
            source: Source::Base,
            case: Some(case.id),
            recognised_by: &desk.name,
            unit: None,
        };
        let mut done = rosters::enter(&mut *tx, &entering, clock).await?;
        if done.entries.is_empty() && done.abroad == 0 {
            return Err(Error::refused(NOBODY));
        }
        done.left.extend(own);
        handover::keep(&mut *tx, &content, &case.number, clock).await?;
        declared(&mut *tx, &content, clock).await?;
        let people: Vec<PersonId> = done.entries.iter().map(|(person, _)| *person).collect();
        let hours = hours_of(&mut *tx, content.proxy).await?;
        for (person, hours) in people.into_iter().zip(hours) {
            let text = format!(
                "{}已代您申报“{}”，{hours} 学时计入 {} 年度，不用再申报。",
                content.base_name, content.title, content.year
            );
            tell(&mut *tx, person, &text, clock).await?;
        }
        Ok(Outcome { left_out: done.left, ..Outcome::default() })
    }

    async fn rejected(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        _: &Clock,
    ) -> Result<()> {
        store::returned(tx, content.proxy).await
    }
}

const NOBODY: &str = "名册里没有可以计入的人员，也没有外县学员，没有办理。请驳回并写明原因。";

/// The lines of the detail, for the desks and for the base.
pub fn facts(content: &Content) -> Vec<Fact> {
    let roster = match content.roster.as_str() {
        "class" => "培训班名册",
        file => file,
    };
    let mut facts = vec![
        Fact::new("基地", &content.base_name).wide(),
        Fact::new("培训名称", &content.title).wide(),
        Fact::new("关联计划", &content.plan_number),
        Fact::new("期次", format!("第 {} 期", content.session)),
        Fact::new("科目类别", &content.category_name),
        Fact::new("年度", format!("{} 年", content.year)),
        Fact::new("实际起止", crate::plans::dates(&content.begins_on, &content.ends_on)),
        Fact::new("认定学时", format!("每人不超过 {} 学时", content.hours)),
        Fact::new(
            "结业人数",
            format!("名册 {} 人，达到要求 {} 人", content.people, content.passed),
        ),
        Fact::new("总学时", format!("{} 学时", content.total)),
        Fact::new("名册来源", roster),
        Fact::new("附件", content.files_text()),
    ];
    if content.supplement {
        facts.push(Fact::new("补报", "以前的批次已通过，这一批报漏报和没有计入的人员").wide());
    }
    if !content.reason.is_empty() {
        facts.push(Fact::new("超员说明", &content.reason).wide());
    }
    facts
}

/// What the rows come to: nobody to enter stands against an approval.
fn of_rows(marked: &[Marked]) -> Vec<Check> {
    let sums = Sums::of(marked);
    let decided = marked.iter().any(|one| one.row.state == "entered");
    let mut checks = vec![Check::ok(format!("名册合计：{}", sums.sentence(decided)))];
    if sums.good == 0 && sums.abroad == 0 {
        checks.push(Check::refuse("名册里没有可以计入的人员，也没有外县学员"));
    }
    if sums.failing > 0 {
        let text = match decided {
            true => format!("{} 人没有计入（见名册）", sums.failing),
            false => format!("{} 人不能计入（见名册），通过时不计入并列出", sums.failing),
        };
        checks.push(Check::warn(text));
    }
    if sums.abroad > 0 {
        let text = match decided {
            true => format!("{} 人不是本县人员，在“外县学员移交”中", sums.abroad),
            false => format!("{} 人不是本县人员，通过后列入“外县学员移交”", sums.abroad),
        };
        checks.push(Check::warn(text));
    }
    let lowered = marked.iter().filter(|one| !one.detail.lowered.is_empty()).count();
    if lowered > 0 {
        checks.push(Check::warn(format!("{lowered} 人的学时由审核单位调低")));
    }
    checks
}

/// Those that fail or are of other counties in full, then the first of the others.
pub fn tables(marked: &[Marked]) -> Vec<Table> {
    let odd = |one: &&Marked| matches!(one.mark, Mark::Failing(_) | Mark::Abroad(_));
    let (bad, rest): (Vec<&Marked>, Vec<&Marked>) = marked.iter().partition(odd);
    let mut tables = Vec::new();
    if !bad.is_empty() {
        tables.push(table(&format!("不能计入和外县的人员（{} 人）", bad.len()), &bad));
    }
    if !rest.is_empty() {
        let who = if bad.is_empty() { "名单" } else { "其他人员" };
        let title = match rest.len() {
            count if count > SHOWN => {
                format!("{who}（{count} 人，这里列出前 {SHOWN} 人，全部见“全部名册”）")
            }
            count => format!("{who}（{count} 人）"),
        };
        tables.push(table(&title, rest.get(..SHOWN).unwrap_or(&rest)));
    }
    tables
}

fn table(title: &str, rows: &[&Marked]) -> Table {
    let heads = [
        ("行", "num"),
        ("姓名", "nowrap"),
        ("身份证号", "nowrap"),
        ("核对", "nowrap"),
        ("说明", ""),
        ("单位", ""),
        ("出勤率", "num"),
        ("成绩", "num"),
        ("学时", "num"),
        ("证书编号", "nowrap"),
    ];
    let mut table = Table::new(title, &heads);
    for one in rows {
        let (_, mark, text) = one.told();
        let hours = match one.detail.asked {
            Some(asked) => {
                let asked = Hours::from_tenths(asked).to_string();
                TableCell::changed(asked, one.row.hours.to_string())
            }
            None => TableCell::new(one.row.hours.to_string()),
        };
        table.rows.push(vec![
            TableCell::new(one.row.number.to_string()),
            TableCell::new(&one.row.name),
            TableCell::new(&one.id_card),
            TableCell::new(mark),
            TableCell::new(text),
            TableCell::new(&one.row.unit),
            TableCell::new(&one.detail.attendance),
            TableCell::new(&one.detail.score),
            hours,
            TableCell::new(&one.row.certificate_number),
        ]);
    }
    table
}

/// Takes out what fails by a base's own rules before the ledger sees the rest: gives a sentence for
/// each but those who did not pass, which is no failure of the row.
async fn leave_out(tx: &mut SqliteConnection, proxy: i64) -> Result<Vec<String>> {
    let rows = rosters::rows(&mut *tx, PROXY, proxy, Some("pending")).await?;
    let marked = roster::check(&mut *tx, proxy, rows).await?;
    let mut left = Vec::new();
    for one in marked {
        let why = match one.mark {
            Mark::NotPassed => NOT_PASSED.to_owned(),
            Mark::Failing(why) => {
                left.push(format!("第 {} 行 {}：{why}", one.row.number, one.row.name));
                why
            }
            Mark::Good(_) | Mark::Abroad(_) => continue,
        };
        sqlx::query("update roster_row set state = 'left', reason = ? where id = ?")
            .bind(why)
            .bind(one.row.id)
            .execute(&mut *tx)
            .await?;
    }
    Ok(left)
}

/// Whose hours were entered hears of it.
async fn tell(
    tx: &mut SqliteConnection,
    person: PersonId,
    text: &str,
    clock: &Clock,
) -> Result<()> {
    let account: Option<AccountId> =
        sqlx::query_scalar("select id from account where person_id = ?")
            .bind(person)
            .fetch_optional(&mut *tx)
            .await?;
    match account {
        Some(account) => {
            message::send(tx, account, "基地代申报已通过", text, "/credit-hours/mine", clock).await
        }
        None => Ok(()),
    }
}

/// Hours of the entered rows, in the roster's order.
async fn hours_of(tx: &mut SqliteConnection, proxy: i64) -> Result<Vec<Hours>> {
    let rows = rosters::rows(tx, PROXY, proxy, Some("entered")).await?;
    Ok(rows.into_iter().map(|row| row.hours).collect())
}

/// The batch's figures; the class is 已代申报 from its first approval on.
async fn declared(tx: &mut SqliteConnection, content: &Content, clock: &Clock) -> Result<()> {
    sqlx::query(
        "update proxy_declaration set
           entered = (select count(*) from roster_row r where r.subject = 'proxy'
             and r.parent_id = ?1 and r.state = 'entered'),
           left_out = (select count(*) from roster_row r where r.subject = 'proxy'
             and r.parent_id = ?1 and r.state = 'left' and r.detail ->> 'passed'),
           abroad = (select count(*) from roster_row r where r.subject = 'proxy'
             and r.parent_id = ?1 and r.state = 'abroad')
          where id = ?1",
    )
    .bind(content.proxy)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update plan set stage = 'declared', declared_at = ?1, updated_at = ?1
          where id = ?2 and stage = 'ended'",
    )
    .bind(clock.stamp())
    .bind(content.plan)
    .execute(tx)
    .await?;
    Ok(())
}
