//! 培训计划: what a base plans, version by version (domain.md §3.10).

mod acts;
mod approve;
mod blocks;
mod checks;
mod content;
mod demo;
mod edit;
mod facts;
mod files;
mod form;
pub mod list;
mod send;
mod show;
pub mod store;
pub mod subject;
mod typed;

use kit::list::List;
use kit::module::{AccessCase, Demo, Who};
use kit::review::{AnySubject, Subject};
use kit::{Action, Clock, Event, Grantable, Group, Kinds, MenuEntry, Migration, Module};
use kit::{Permission, Result};
use rocket::{Route, routes};
use sqlx::SqliteConnection;

pub use approve::tell;
pub use blocks::blocks;
pub use content::{
    ASSESSMENTS, Content, Course, PER_DAY, assessment, content_in_force, content_of, dates,
    fee_text,
};
pub use subject::{Recognition, TrainingPlans};
pub use typed::Typed;

use crate::leaves::{EditPlans, PLAN_REVIEWS, ViewPlans};

/// 4.9 and 培训计划申报.
pub struct Plans;

#[rocket::async_trait]
impl Module for Plans {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训计划申报"
    }

    fn routes(&self) -> Vec<Route> {
        routes![
            list::page,
            edit::new,
            edit::create,
            edit::edit,
            edit::update,
            show::show,
            files::open,
            send::withdraw,
            send::remind,
            acts::change,
            acts::copy,
            acts::discard,
            acts::cancel_page,
            acts::cancel,
        ]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![
            MenuEntry {
                group: Group::Training,
                order: 351,
                title: "培训计划申报",
                href: list::BASE,
                permission: Some(ViewPlans::grantable()),
                subject: None,
                kinds: Kinds::BASE,
            },
            MenuEntry {
                group: Group::Audits,
                order: 409,
                title: TrainingPlans::TITLE,
                href: TrainingPlans::LIST.href,
                permission: Some(Grantable { leaf: PLAN_REVIEWS, action: Action::View }),
                subject: Some(TrainingPlans::KEY),
                kinds: Kinds::ALL,
            },
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration { name: "0001_plans", sql: include_str!("../migrations/0001_plans.sql") },
            Migration {
                name: "0002_plan_indexes",
                sql: include_str!("../migrations/0002_plan_indexes.sql"),
            },
            Migration {
                name: "0030_plan_form_key",
                sql: include_str!("../migrations/0030_plan_form_key.sql"),
            },
        ]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(TrainingPlans)]
    }

    fn own_lists(&self) -> Vec<&'static List> {
        vec![&list::LIST]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |method, route, holder| AccessCase { method, route, who: Who::Holder(holder) };
        let (view, edit) = (ViewPlans::grantable(), EditPlans::grantable());
        vec![
            case("GET", "/training/plans", view),
            case("GET", "/training/plans/new", edit),
            case("POST", "/training/plans", edit),
            case("GET", "/training/plans/<id>?<version>", view),
            case("GET", "/training/plans/<id>/edit", edit),
            case("POST", "/training/plans/<id>", edit),
            case("GET", "/training/plans/<id>/files/<file>", view),
            case("POST", "/training/plans/<id>/withdraw", edit),
            case("POST", "/training/plans/<id>/remind", edit),
            case("POST", "/training/plans/<id>/change", edit),
            case("POST", "/training/plans/<id>/copy", edit),
            case("POST", "/training/plans/<id>/discard", edit),
            case("GET", "/training/plans/<id>/cancel", edit),
            case("POST", "/training/plans/<id>/cancel", edit),
        ]
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }

    /// Plans lie where their base lies, and are found by its name.
    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        let Event::OrganizationChanged { organization } = event else { return Ok(()) };
        for sql in [
            "update plan set department_id = (select department_id from organization where id = ?1)
              where organization_id = ?1",
            "update plan_version
                set department_id = (select department_id from organization where id = ?1)
              where organization_id = ?1",
        ] {
            sqlx::query(sql).bind(organization).execute(&mut *tx).await?;
        }
        let plans: Vec<i64> =
            sqlx::query_scalar("select id from plan where organization_id = ? order by id")
                .bind(organization)
                .fetch_all(&mut *tx)
                .await?;
        for plan in plans {
            store::index(&mut *tx, plan).await?;
        }
        Ok(())
    }
}
