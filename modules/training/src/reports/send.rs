//! 提交年度报告: what the form comes to, and its case at the desks.

use kit::review::{self, Submission};
use kit::{Can, Clock, Done, Error, Form, Result, organization};
use sqlx::SqliteConnection;

use super::content::{Content, FileKind};
use super::figures::Figure;
use super::store::{self, Report};
use super::subject::AnnualReports;
use super::{BASE, form as fields, standing};
use crate::leaves::EditReports;

/// The report as it is to be submitted; none if a field is refused.
pub async fn asked(
    tx: &mut SqliteConnection,
    report: &Report,
    form: &mut Form,
    figures: &[Figure],
) -> Result<Option<Content>> {
    let (figures, texts) = fields::read(form, figures.to_vec());
    let files = store::attached(&mut *tx, report.id).await?;
    if !files.iter().any(|file| file.kind == FileKind::Sealed) {
        form.refuse(FileKind::Sealed.key(), "请上传盖章版报告的扫描件（PDF）或照片。");
    }
    if form.refused() {
        return Ok(None);
    }
    let base = report.organization_id;
    let found = organization::find(tx, base).await?.ok_or(Error::NotFound)?;
    let (id, year) = (report.id, report.year);
    Ok(Some(Content { report: id, base, base_name: found.name, year, figures, texts, files }))
}

/// Opens the report's case, or sends a rejected or withdrawn one again under its number.
pub async fn send(
    tx: &mut SqliteConnection,
    user: &Can<EditReports>,
    report: &Report,
    content: Content,
    clock: &Clock,
) -> Result<Done> {
    let (base, year) = (content.base, content.year);
    let department = store::belongs(&mut *tx, base, &content.files).await?;
    let number = match report.number.as_str() {
        "" => store::number(&mut *tx, year).await?,
        number => number.to_owned(),
    };
    store::note(&mut *tx, &content, user.user.account).await?;
    let title = format!("{} {year} 年度报告", content.base_name);
    let submission =
        Submission { content, number, title, person: None, organization: base, department };
    let case = match report.case_id {
        None => review::submit(&mut *tx, &AnnualReports, submission, &user.user, clock).await?,
        Some(case) => {
            review::resubmit(&mut *tx, &AnnualReports, case, submission, &user.user, clock).await?
        }
    };
    standing::refresh(&mut *tx, base, clock).await?;
    let desk = match case.desk_id {
        Some(desk) => organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let done = Done::to(format!("{BASE}/{}", report.id))
        .ok(format!("已提交，报告编号 {}，等待{desk}审核。", case.number));
    Ok(if case.unattended {
        done.warn("主管部门暂时无人审核，已转上一级。")
    } else {
        done
    })
}
