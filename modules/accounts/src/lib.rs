//! Sections 1–3 of the manual: organizations, their administrators, internal departments, people.
//! For peers: `people`, `organizations`, `administrators`, `credentials`, `contact`.

mod access;
pub mod administrators;
pub mod bases;
pub mod changes;
pub mod confirm;
pub mod contact;
pub mod credentials;
mod demo;
pub mod identity;
pub mod internal_departments;
pub mod organization_changes;
pub mod organizations;
mod own_administrators;
mod own_unit;
pub mod people;
mod permissions;
mod profile;
mod records;
pub mod registration;
mod roles;
mod sessions;
mod staff;
mod start;
mod units;
pub mod uploads;

use kit::list::List;
use kit::module::{AccessCase, Applicant, Block, Card, Demo, Registration, Task, embedded};
use kit::{
    Action, Clock, Event, Grantable, Group, MenuEntry, Migration, Module, Permission, Result,
    Setting, Template, User,
};
use rocket::Route;
use sqlx::SqliteConnection;

pub use credentials::{INITIAL_DAYS, RESET_DAYS};
use permissions::{
    ViewAdministrators, ViewIdentity, ViewInternalDepartments, ViewOwnUnit, ViewRoles, ViewStaff,
};

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The module, for `src/modules.rs`.
pub struct Accounts;

#[rocket::async_trait]
impl Module for Accounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn title(&self) -> &'static str {
        "账户与人员"
    }

    fn routes(&self) -> Vec<Route> {
        [
            units::routes(),
            own_unit::routes(),
            internal_departments::routes(),
            organizations::picker::routes(),
            profile::routes(),
            registration::routes(),
            staff::routes(),
            identity::routes(),
            own_administrators::routes(),
            roles::routes(),
            sessions::routes(),
        ]
        .concat()
    }

    fn build(&self, rocket: rocket::Rocket<rocket::Build>) -> rocket::Rocket<rocket::Build> {
        rocket.manage(registration::Submissions::default()).manage(registration::Queries::default())
    }

    fn registrations(&self) -> Vec<Registration> {
        registration::entries()
    }

    async fn applicants(&self, db: &mut SqliteConnection, login: &str) -> Result<Vec<Applicant>> {
        registration::applicants(db, login).await
    }

    async fn told(&self, db: &mut SqliteConnection, registration: i64) -> Result<Option<String>> {
        registration::told(db, registration).await
    }

    fn tasks(&self) -> Vec<Task> {
        vec![registration::SWEEP, bases::REMINDER]
    }

    fn permissions(&self) -> Vec<Grantable> {
        permissions::all()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry = |group, order, title, href, permission| MenuEntry {
            group,
            order,
            title,
            href,
            permission,
            subject: None,
            kinds: kit::Kinds::ALL,
        };
        let profile = Group::Profile;
        let unit = |order, unit: &units::Unit| {
            let view = Grantable { leaf: unit.leaf, action: Action::View };
            entry(profile, order, unit.title, unit.base, Some(view))
        };
        let internal = ViewInternalDepartments::grantable();
        let own = ViewOwnUnit::grantable();
        vec![
            entry(profile, 300, own.leaf.title, "/accounts/unit", Some(own)),
            unit(301, &units::DEPARTMENT),
            unit(302, &units::EMPLOYER),
            unit(303, &units::BASE),
            entry(
                profile,
                304,
                internal.leaf.title,
                "/accounts/internal-departments",
                Some(internal),
            ),
            // the bureau's menu is the manual's: there it stands among the screens that it lacks
            MenuEntry {
                kinds: kit::Kinds::UNITS,
                ..entry(profile, 304, "本单位人员", staff::BASE, Some(ViewStaff::grantable()))
            },
            MenuEntry {
                kinds: kit::Kinds::BUREAU,
                ..entry(Group::System, 905, "本单位人员", staff::BASE, Some(ViewStaff::grantable()))
            },
            entry(
                Group::System,
                906,
                "身份证号更正",
                identity::BASE,
                Some(ViewIdentity::grantable()),
            ),
            entry(
                profile,
                305,
                "管理单位管理员",
                own_administrators::BASE,
                Some(ViewAdministrators::grantable()),
            ),
            entry(profile, 306, "角色管理", roles::BASE, Some(ViewRoles::grantable())),
            entry(Group::Personal, 904, "个人资料", "/accounts/profile", None),
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration { name: "0001_people", sql: include_str!("../migrations/0001_people.sql") },
            Migration {
                name: "0002_organizations",
                sql: include_str!("../migrations/0002_organizations.sql"),
            },
            Migration {
                name: "0003_person_fields",
                sql: include_str!("../migrations/0003_person_fields.sql"),
            },
            Migration {
                name: "0020_person_changes",
                sql: include_str!("../migrations/0020_person_changes.sql"),
            },
            Migration {
                name: "0010_registration",
                sql: include_str!("../migrations/0010_registration.sql"),
            },
            Migration {
                name: "0021_person_change_draft",
                sql: include_str!("../migrations/0021_person_change_draft.sql"),
            },
            Migration {
                name: "0030_identity_corrections",
                sql: include_str!("../migrations/0030_identity_corrections.sql"),
            },
            Migration {
                name: "0031_base_standing",
                sql: include_str!("../migrations/0031_base_standing.sql"),
            },
            Migration { name: "0004_units", sql: include_str!("../migrations/0004_units.sql") },
            Migration {
                name: "0030_organization_changes",
                sql: include_str!("../migrations/0030_organization_changes.sql"),
            },
            Migration {
                name: "0040_initial_accounts",
                sql: include_str!("../migrations/0040_initial_accounts.sql"),
            },
            Migration {
                name: "0041_account_indexes",
                sql: include_str!("../migrations/0041_account_indexes.sql"),
            },
        ]
    }

    fn templates(&self) -> Vec<Template> {
        embedded::<Templates>("accounts")
    }

    fn lists(&self) -> Vec<&'static List> {
        let mut lists: Vec<&'static List> = units::ALL.iter().map(|unit| unit.list).collect();
        lists.push(&identity::list::LIST);
        lists
    }

    fn own_lists(&self) -> Vec<&'static List> {
        vec![&staff::list::LIST]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![
            &INITIAL_DAYS,
            &RESET_DAYS,
            &staff::RESETS_A_DAY,
            &bases::REMINDER_DAYS,
            &registration::PER_MINUTE,
            &registration::PER_DAY,
            &registration::PER_NUMBER,
            &registration::QUERIES_PER_MINUTE,
            &registration::QUERIES_PER_DAY,
        ]
    }

    fn access(&self) -> Vec<AccessCase> {
        [access::cases(), registration::access()].concat()
    }

    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        changes::hear(&mut *tx, event).await?;
        organization_changes::hear(&mut *tx, event).await?;
        identity::hear(tx, event).await
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        people::holds(db, people).await
    }

    async fn cards(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Card>> {
        bases::cards(db, user, clock).await
    }

    async fn start(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Block>> {
        let mut blocks = start::start(&mut *db, user, clock).await?;
        blocks.extend(bases::start(db, user, clock).await?);
        Ok(blocks)
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
