//! What becomes of an approved plan: published, signed up for, held, ended with a roster.

mod base;
mod course;
mod demo;
mod enrol;
mod find;
mod mine;
mod public;
mod unit;

use kit::list::List;
use kit::module::{AccessCase, Block, Demo, Finding, Group, MenuEntry, Who};
use kit::{Clock, Event, Kinds, Migration, Module, Permission, Result};
use rocket::{Route, routes};
use sqlx::SqliteConnection;

pub use base::roster::{RosterRow, roster};
pub use course::plans as search_plans;

use crate::leaves::{
    EditEnrolments, EditPlans, ExportPlans, PrintPlans, ViewEnrolments, ViewPlans,
};

/// 公示, 报名, 开班, 结业.
pub struct Classes;

/// What must not be lost with a person.
const HOLDS: &[(&str, &str)] =
    &[("exists (select 1 from trainee x where x.person_id = j.value)", "有培训报名")];

#[rocket::async_trait]
impl Module for Classes {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训报名"
    }

    fn routes(&self) -> Vec<Route> {
        routes![
            public::list,
            public::show,
            mine::list,
            mine::ask,
            mine::sign_up,
            mine::cancel_page,
            mine::cancel,
            unit::open,
            unit::people::page,
            unit::people::sign_up,
            unit::records::all,
            unit::records::show,
            unit::records::cancel,
            base::trainees::signed,
            base::trainees::cancelled,
            base::trainees::export,
            base::trainees::add::page,
            base::trainees::add::post,
            base::trainees::remove::page,
            base::trainees::remove::post,
            base::stage::open_page,
            base::stage::open,
            base::stage::end_page,
            base::stage::end,
            base::stage::reopen_page,
            base::stage::reopen,
            base::results::page,
            base::results::save,
            base::roster::page,
            base::roster::export,
            base::sheets::print,
            base::certificate::all,
            base::certificate::one,
            base::certificate::mine,
        ]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry = |group, order, href, permission, kinds| MenuEntry {
            group,
            order,
            title: "培训报名",
            href,
            permission,
            subject: None,
            kinds,
        };
        let enrolments = Some(ViewEnrolments::grantable());
        vec![
            entry(Group::Personal, 903, "/training/mine", None, Kinds::ALL),
            // the bureau's menu is the manual's: there it stands among the screens that it lacks
            entry(Group::Training, 353, unit::BASE, enrolments, Kinds::UNITS),
            entry(Group::System, 906, unit::BASE, enrolments, Kinds::BUREAU),
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0010_classes",
            sql: include_str!("../migrations/0010_classes.sql"),
        }]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |method, route, who| AccessCase { method, route, who };
        let enrolled = Who::Holder(ViewEnrolments::grantable());
        let enrols = Who::Holder(EditEnrolments::grantable());
        let views = Who::Holder(ViewPlans::grantable());
        let edits = Who::Holder(EditPlans::grantable());
        let exports = Who::Holder(ExportPlans::grantable());
        let prints = Who::Holder(PrintPlans::grantable());
        vec![
            case("GET", "/training/courses", Who::Everyone),
            case("GET", "/training/courses/<id>", Who::Everyone),
            case("GET", "/training/mine", Who::Person),
            case("GET", "/training/courses/<id>/sign-up", Who::Person),
            case("POST", "/training/courses/<id>/sign-up", Who::Person),
            case("GET", "/training/mine/<id>/cancel", Who::Person),
            case("POST", "/training/mine/<id>/cancel", Who::Person),
            case("GET", "/training/mine/<id>/certificate", Who::Person),
            case("GET", "/training/enrolments", enrolled),
            case("GET", "/training/enrolments/courses/<id>", enrolled),
            case("POST", "/training/enrolments/courses/<id>", enrols),
            case("GET", "/training/enrolments/records", enrolled),
            case("GET", "/training/enrolments/records/<id>", enrolled),
            case("POST", "/training/enrolments/records/<id>/cancel", enrols),
            case("GET", "/training/plans/<id>/trainees", views),
            case("GET", "/training/plans/<id>/trainees/cancelled", views),
            case("GET", "/training/plans/<id>/trainees/export", exports),
            case("GET", "/training/plans/<id>/trainees/add", edits),
            case("POST", "/training/plans/<id>/trainees/add", edits),
            case("GET", "/training/trainees/<id>/remove", edits),
            case("POST", "/training/trainees/<id>/remove", edits),
            case("GET", "/training/plans/<id>/open", edits),
            case("POST", "/training/plans/<id>/open", edits),
            case("GET", "/training/plans/<id>/results", views),
            case("POST", "/training/plans/<id>/results", edits),
            case("GET", "/training/plans/<id>/end", edits),
            case("POST", "/training/plans/<id>/end", edits),
            case("GET", "/training/plans/<id>/reopen", edits),
            case("POST", "/training/plans/<id>/reopen", edits),
            case("GET", "/training/plans/<id>/roster", views),
            case("GET", "/training/plans/<id>/roster/export", exports),
            case("GET", "/training/plans/<id>/sign-in-sheets", prints),
            case("GET", "/training/plans/<id>/certificates", prints),
            case("GET", "/training/trainees/<id>/certificate", prints),
        ]
    }

    fn own_lists(&self) -> Vec<&'static List> {
        vec![&unit::people::LIST, &unit::records::LIST, &base::trainees::LIST]
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        kit::module::held(db, people, HOLDS).await
    }

    /// Who takes part lies where the unit lies that he came from.
    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        let Event::OrganizationChanged { organization } = event else { return Ok(()) };
        sqlx::query(
            "update trainee
                set department_id = (select department_id from organization where id = ?1)
              where organization_id = ?1",
        )
        .bind(organization)
        .execute(tx)
        .await?;
        Ok(())
    }

    async fn home(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<Block>> {
        public::home(db, clock).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }

    async fn doctor(&self, db: &mut SqliteConnection) -> Result<Vec<Finding>> {
        let off = enrol::off(db).await?;
        let text = match off {
            0 => "培训班的报名、结业人数与名单一致".to_owned(),
            off => format!("{off} 个培训班的报名或结业人数与名单不一致"),
        };
        Ok(vec![Finding { ok: off == 0, text }])
    }
}
