//! 4.5 年度报告: one per base and year (domain.md §2.13, §3.12).

mod content;
mod demo;
mod due;
mod edit;
mod figures;
mod form;
mod print;
mod send;
mod show;
mod standing;
mod store;
mod subject;
mod uploads;
mod years;

use kit::module::{AccessCase, Card, Demo, Task, Who};
use kit::review::AnySubject;
use kit::{
    Action, Clock, Event, Grantable, Group, Kinds, MenuEntry, Migration, Module, Permission,
    Result, Setting, User,
};
use rocket::Route;
use sqlx::SqliteConnection;

pub(crate) use demo::{administrator, office_hour};
pub use due::{Missing, check, missing};
pub use subject::AnnualReports;

use crate::leaves::{
    EditReports, PrintReportReviews, PrintReports, REPORT_REVIEWS, REPORTS, ViewReports,
};

/// The base's own page.
const BASE: &str = "/training/reports";
/// The same report for those above the base.
const REVIEWED: &str = "/training/reviewed-reports";

/// 4.5 and 年度报告.
pub struct Reports;

#[rocket::async_trait]
impl Module for Reports {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "年度报告"
    }

    fn routes(&self) -> Vec<Route> {
        [years::routes(), edit::routes(), show::routes(), print::routes()].concat()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let desk = Grantable { leaf: REPORT_REVIEWS, action: Action::View };
        vec![
            MenuEntry {
                group: Group::Audits,
                order: 405,
                title: REPORT_REVIEWS.title,
                href: "/desk/annual-reports",
                permission: Some(desk),
                subject: Some(subject::SUBJECT),
                kinds: Kinds::ALL,
            },
            MenuEntry {
                group: Group::Training,
                order: 485,
                title: REPORTS.title,
                href: BASE,
                permission: Some(ViewReports::grantable()),
                subject: None,
                kinds: Kinds::BASE,
            },
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration {
                name: "0020_annual_reports",
                sql: include_str!("../migrations/0020_annual_reports.sql"),
            },
            Migration {
                name: "0040_report_subjects",
                sql: include_str!("../migrations/0040_report_subjects.sql"),
            },
            Migration {
                name: "0041_account_indexes",
                sql: include_str!("../migrations/0041_account_indexes.sql"),
            },
        ]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(AnnualReports)]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&due::DEADLINE, &due::REMINDER_DAYS, &due::BLOCKS]
    }

    fn tasks(&self) -> Vec<Task> {
        vec![standing::TASK]
    }

    fn access(&self) -> Vec<AccessCase> {
        let row = |method, route, holder| AccessCase { method, route, who: Who::Holder(holder) };
        let (view, edit) = (ViewReports::grantable(), EditReports::grantable());
        vec![
            row("GET", "/training/reports", view),
            row("GET", "/training/reporting/<year>", edit),
            row("POST", "/training/reporting/<year>", edit),
            row("GET", "/training/reports/<id>", view),
            row("POST", "/training/reports/<id>/withdraw", edit),
            row("POST", "/training/reports/<id>/remind", edit),
            row("GET", "/training/reports/<id>/files/<wanted>", view),
            row("GET", "/training/reports/<id>/print", PrintReports::grantable()),
            row("GET", "/training/reviewed-reports/<id>/print", PrintReportReviews::grantable()),
        ]
    }

    /// A report is seen where its base is; a base's recognition says which reports it owes.
    async fn on(&self, tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
        if let Event::OrganizationChanged { organization } = event {
            sqlx::query(
                "update annual_report
                    set department_id = (select department_id from organization where id = ?1)
                  where organization_id = ?1",
            )
            .bind(organization)
            .execute(&mut *tx)
            .await?;
            let found = kit::organization::find(&mut *tx, *organization).await?;
            if found.is_some_and(|found| found.kind == kit::OrganizationKind::Base) {
                standing::refresh(tx, *organization, clock).await?;
            }
        }
        Ok(())
    }

    async fn cards(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Card>> {
        due::cards(db, user, clock).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
