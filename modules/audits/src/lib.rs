//! Section 4 of the manual, 审核账户: one file per audit.
//!
//! The review desk itself is the kit's engine and the core's screens. Each audit is a subject of
//! this module; the form that submits to it stands where its data is kept.

mod base_registrations;
mod department_registrations;
mod employer_registrations;
mod organization_changes;
mod organization_changes_demo;
mod person_changes;
mod person_changes_demo;
mod person_registrations;
mod recognition;
mod registrations;

use kit::module::Demo;
use kit::review::{AnySubject, Subject};
use kit::{Action, Grantable, Group, Kinds, MenuEntry, Module, Result};
use sqlx::SqliteConnection;

pub use base_registrations::BaseRegistrations;
pub use department_registrations::DepartmentRegistrations;
pub use employer_registrations::EmployerRegistrations;
pub use organization_changes::OrganizationChanges;
pub use person_changes::PersonChanges;
pub use person_registrations::PersonRegistrations;

/// The module of 审核账户.
pub struct Audits;

/// The menu's line of a subject, in the manual's order.
fn entry<S: Subject>(_: &S, order: u16) -> MenuEntry {
    MenuEntry {
        group: Group::Audits,
        order,
        title: S::TITLE,
        href: S::LIST.href,
        permission: Some(Grantable { leaf: S::LEAF, action: Action::View }),
        subject: Some(S::KEY),
        kinds: Kinds::ALL,
    }
}

#[rocket::async_trait]
impl Module for Audits {
    fn name(&self) -> &'static str {
        "audits"
    }

    fn title(&self) -> &'static str {
        "审核账户"
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![
            entry(&DepartmentRegistrations, 401),
            entry(&EmployerRegistrations, 402),
            entry(&PersonRegistrations, 403),
            entry(&PersonChanges, 404),
            MenuEntry { kinds: Kinds::SUPERIOR, ..entry(&OrganizationChanges, 407) },
            entry(&BaseRegistrations, 408),
        ]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![
            Box::new(DepartmentRegistrations),
            Box::new(EmployerRegistrations),
            Box::new(PersonRegistrations),
            Box::new(PersonChanges),
            Box::new(OrganizationChanges),
            Box::new(BaseRegistrations),
        ]
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        person_changes_demo::fill(&mut *tx, county).await?;
        organization_changes_demo::fill(tx, county).await
    }
}
