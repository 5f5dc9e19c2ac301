//! 学时证明 and its verification (7.5): issuing, printing, the public page.

mod certificate;
mod demo;
mod holder;
mod issue;
mod lines;
mod print;
mod public;
mod quota;
mod sheets;
mod start;

use kit::access::Kinds;
use kit::module::{AccessCase, Block, Demo, Finding, Group, MenuEntry, Template, Who};
use kit::{Clock, Event, Grantable, Leaf, Migration, Module, Permission, Result, Setting, User};
use rocket::Route;
use sqlx::SqliteConnection;

pub use issue::{certificates_of, give};
pub use public::PUBLIC_ADDRESS;

/// 打印学时证明 of one's own people (7.1).
pub const CERTIFICATES: Leaf = Leaf {
    key: "verification.certificates",
    title: "学时证明",
    group: Group::Queries,
    kinds: Kinds::STAFFED,
};

/// For peers that link to it: may the user open a person's certificates?
pub fn print_permission() -> Grantable {
    PrintCertificates::grantable()
}

kit::permission!(
    /// May issue and print the certificates of people in his scope.
    pub PrintCertificates, CERTIFICATES, Print
);

#[derive(rust_embed::RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// The module of 学时证明 and 学习记录验证.
pub struct Verification;

/// What must not be lost with a person.
const HOLDS: &[(&str, &str)] =
    &[("exists (select 1 from certificate x where x.person_id = j.value)", "有学时证明")];

#[rocket::async_trait]
impl Module for Verification {
    fn name(&self) -> &'static str {
        "verification"
    }

    fn title(&self) -> &'static str {
        "学时证明与验证"
    }

    fn routes(&self) -> Vec<Route> {
        let mut routes = issue::routes();
        routes.extend(print::routes());
        routes.extend(public::routes());
        routes
    }

    fn build(&self, rocket: rocket::Rocket<rocket::Build>) -> rocket::Rocket<rocket::Build> {
        rocket.manage(quota::Quota::default())
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![PrintCertificates::grantable()]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::Personal,
            order: 903,
            title: "学时证明",
            href: "/verification/mine",
            permission: None,
            subject: None,
            kinds: kit::Kinds::ALL,
        }]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration {
                name: "0001_certificates",
                sql: include_str!("../migrations/0001_certificates.sql"),
            },
            Migration {
                name: "0002_corrected_numbers",
                sql: include_str!("../migrations/0002_corrected_numbers.sql"),
            },
            Migration {
                name: "0040_account_indexes",
                sql: include_str!("../migrations/0040_account_indexes.sql"),
            },
        ]
    }

    fn templates(&self) -> Vec<Template> {
        kit::module::embedded::<Templates>(self.name())
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&public::PUBLIC_ADDRESS, &quota::PER_MINUTE, &quota::PER_DAY]
    }

    fn access(&self) -> Vec<AccessCase> {
        let print = Who::Holder(PrintCertificates::grantable());
        let case = |method, route, who| AccessCase { method, route, who };
        vec![
            case("GET", "/verification/mine", Who::Person),
            case("POST", "/verification/mine", Who::Person),
            case("GET", "/verification/mine/<id>", Who::Person),
            case("GET", "/verification/people/<person>", print),
            case("POST", "/verification/people/<person>", print),
            case("GET", "/verification/certificates/<id>", print),
            case("GET", "/verification", Who::Everyone),
            case("POST", "/verification", Who::Everyone),
            case("GET", "/verification/q/<token>", Who::Everyone),
        ]
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        kit::module::held(db, people, HOLDS).await
    }

    async fn on(&self, tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
        certificate::on(tx, event, clock).await
    }

    async fn start(&self, db: &mut SqliteConnection, user: &User, _: &Clock) -> Result<Vec<Block>> {
        start::start(db, user).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }

    async fn doctor(&self, db: &mut SqliteConnection) -> Result<Vec<Finding>> {
        certificate::doctor(db).await
    }
}
