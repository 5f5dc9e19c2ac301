//! 4.5 审核继续教育基地年度报告: what the base reports beside what the system counts.

mod list;

use kit::list::List;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject, Table, TableCell};
use kit::{
    Clock, FileId, Form, Grantable, Leaf, Modules, OrganizationId, Permission, Result, day,
    organization,
};
use sqlx::SqliteConnection;

use super::content::{Content, TEXTS};
use super::figures::{self, Figure};
use super::{due, standing};
use crate::leaves::{PrintReportReviews, REPORT_REVIEWS};

/// The subject's key.
pub const SUBJECT: &str = accounts::bases::standing::REPORT_SUBJECT;

/// The subject 年度报告.
pub struct AnnualReports;

#[rocket::async_trait]
impl Subject for AnnualReports {
    type Content = Content;
    type Decision = ();
    const KEY: &'static str = SUBJECT;
    const TITLE: &'static str = "审核继续教育基地年度报告";
    const NOUN: &'static str = "年度报告";
    const LEAF: Leaf = REPORT_REVIEWS;
    const LIST: &'static List = &list::LIST;
    const TABLE: &'static str = "annual_report";
    const REASONS: &'static [&'static str] = &[
        "盖章版报告不清晰，请重新上传。",
        "培训人次与名册不一致，请核对后重新填报。",
        "差异说明不清楚，请补充依据。",
        "工作概述过于简略，请补充主要工作和成效。",
    ];
    const PENDING: &'static str = "c.state = 'pending' and c.desk_id = ?";
    const DONE: &'static str = "c.state <> 'draft' and c.state <> 'pending' and c.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> =
        Some("c.state <> 'draft' and c.state = 'pending' and c.desk_id is not ?");

    fn row(&self, content: &Content) -> i64 {
        content.report
    }

    /// The base's department, if any, then always the bureau (domain.md, Decisions).
    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        let above = organization::desks_above(db, content.base).await?;
        Ok(above.into_iter().skip(1).collect())
    }

    async fn facts(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let mut facts = vec![
            Fact::new("基地名称", &content.base_name),
            Fact::new("年度", format!("{} 年", content.year)),
            Fact::new("附件", content.files_text()),
        ];
        facts.extend(
            TEXTS.iter().map(|(name, label, ..)| Fact::new(label, content.text(name)).wide()),
        );
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.iter().map(|attached| attached.file).collect())
    }

    async fn tables(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
        let mut tables = vec![compared(content)];
        tables.extend(Some(classes(db, content).await?).filter(|table| !table.rows.is_empty()));
        Ok(tables)
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        _: &Clock,
    ) -> Result<Vec<Check>> {
        let mut checks = vec![match content.differences() {
            0 => Check::ok("填报数与系统数一致"),
            count => Check::warn(format!("{count} 项填报数与系统数不同，都有说明（见数据核对）")),
        }];
        let now = figures::computed(&mut *db, content.base, content.year).await?;
        let changed = changed(&content.figures, &now);
        checks.push(match changed.is_empty() {
            true => Check::ok("系统数在提交以后没有变动"),
            false => Check::warn(format!("系统数在提交以后有变动：{}", changed.join("，"))),
        });
        checks.push(in_time(&mut *db, content).await?);
        if let Some(base) = organization::find(db, content.base).await?
            && base.state != "active"
        {
            checks.push(Check::warn("基地已停用"));
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
        format!("{}/{}", super::BASE, content.report)
    }

    fn links(&self, case: &Case, content: &Content) -> Vec<(&'static str, String, Grantable)> {
        match case.state {
            kit::review::CaseState::Approved => {
                let href = format!("{}/{}/print", super::REVIEWED, content.report);
                vec![("打印", href, PrintReportReviews::grantable())]
            }
            _ => vec![],
        }
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        _: (),
        _: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        standing::refresh(tx, content.base, clock).await?;
        Ok(Outcome::default())
    }

    async fn rejected(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        clock: &Clock,
    ) -> Result<()> {
        standing::refresh(tx, content.base, clock).await
    }
}

/// 数据核对: computed, reported, difference, explanation.
fn compared(content: &Content) -> Table {
    let heads = [
        ("指标", "nowrap"),
        ("系统数", "num"),
        ("填报数", "num"),
        ("相差", "num"),
        ("差异说明", ""),
    ];
    let mut table = Table::new("数据核对", &heads);
    for figure in &content.figures {
        let reported = figure.text(figure.reported);
        let (cell, apart) = match (figure.computed, figure.reported) {
            (Some(computed), Some(value)) if computed != value => {
                let sign = if value > computed { "+" } else { "−" };
                let apart = figure.text(Some((value - computed).abs()));
                let before = figure.text(figure.computed);
                (TableCell::changed(before, reported), format!("{sign}{apart}"))
            }
            _ => (TableCell::new(reported), String::new()),
        };
        table.rows.push(vec![
            TableCell::new(format!("{}（{}）", figure.label, figure.unit)),
            TableCell::new(figure.text(figure.computed)),
            cell,
            TableCell::new(apart),
            TableCell::new(&figure.explanation),
        ]);
    }
    table
}

/// What the system counts from: the year's plans, as they are now.
async fn classes(db: &mut SqliteConnection, content: &Content) -> Result<Table> {
    let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
        "select p.number, p.title, coalesce(c.short, ''), p.stage,
                (select count(*) from trainee t where t.plan_id = p.id and t.state = 'signed'),
                (select count(*) from trainee t
                  where t.plan_id = p.id and t.state = 'signed' and t.result = 'pass')
           from plan p left join category c on c.id = p.category
          where p.organization_id = ? and p.year = ? and p.version_id is not null
            and p.stage <> 'planned' order by p.id",
    )
    .bind(content.base)
    .bind(content.year)
    .fetch_all(db)
    .await?;
    let heads = [
        ("计划编号", "nowrap"),
        ("培训班", ""),
        ("科目", "nowrap"),
        ("进展", "nowrap"),
        ("人数", "num"),
        ("合格", "num"),
    ];
    let mut table = Table::new("本年度的培训计划", &heads);
    for (number, title, category, stage, people, passed) in rows {
        let stage = match stage.as_str() {
            "approved" => "未开班",
            "running" => "已开班",
            "ended" => "已结业",
            "declared" => "已代申报",
            "cancelled" => "已取消",
            _ => "",
        };
        let cells =
            [number, title, category, stage.to_owned(), people.to_string(), passed.to_string()];
        table.rows.push(cells.into_iter().map(TableCell::new).collect());
    }
    Ok(table)
}

/// 计划数 5（提交时 4）: figures that the system counts otherwise than when the report was submitted.
fn changed(then: &[Figure], now: &[Figure]) -> Vec<String> {
    let moved = now.iter().filter_map(|figure| {
        let old = then.iter().find(|old| old.key == figure.key)?;
        (old.computed != figure.computed).then(|| {
            let (now, then) = (figure.text(figure.computed), old.text(old.computed));
            format!("{} {now}（提交时 {then}）", figure.label)
        })
    });
    moved.collect()
}

/// Whether it was handed in by its deadline.
async fn in_time(db: &mut SqliteConnection, content: &Content) -> Result<Check> {
    // the first submission counts: what is sent back by a desk is no delay of the base's
    let first: Option<String> = sqlx::query_scalar(
        "select min(s.at) from annual_report r join review_step s on s.case_id = r.case_id
          where r.id = ? and s.act = 'submit'",
    )
    .bind(content.report)
    .fetch_one(&mut *db)
    .await?;
    let deadline = due::deadline(db, content.year).await?;
    let handed_in = first.and_then(|at| day::stored_time(&at)).map(day::county_day);
    Ok(match handed_in {
        Some(day) if day > deadline => {
            let late = (day - deadline).whole_days();
            Check::warn(format!("首次提交比截止日 {} 晚 {late} 天", day::date_text(deadline)))
        }
        _ => Check::ok(format!("在截止日 {} 以前提交", day::date_text(deadline))),
    })
}
