//! The contract a feature module keeps, and the list of installed ones.

mod held;
mod joined;

use rocket::{Build, Rocket, Route};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::access::{Grantable, Kinds, User};
use crate::review::AnySubject;
use crate::settings::Setting;
use crate::{Clock, Db, Event, Migration, Result};

pub use held::held;
pub use joined::Joined;

/// A template and its text, compiled in. The name ends in `.html` so that autoescaping holds.
#[derive(Debug, Clone)]
pub struct Template {
    pub name: String,
    pub text: String,
}

/// The menu's groups, in the manual's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Group {
    /// 3 资料管理
    Profile,
    /// 培训管理: what a base plans and reports, and whom a unit signs up. Not in the bureau's menu.
    Training,
    /// 4 审核账户
    Audits,
    /// 5 学时审批
    CreditHours,
    /// 6 批量导入: one entry, shown as a direct link
    Import,
    /// 7 查询统计
    Queries,
    /// 系统管理: the screens the manual lacks
    System,
    /// The personal side of a professional.
    Personal,
}

impl Group {
    pub const ALL: [Self; 8] = [
        Self::Profile,
        Self::Training,
        Self::Audits,
        Self::CreditHours,
        Self::Import,
        Self::Queries,
        Self::System,
        Self::Personal,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Profile => "资料管理",
            Self::Training => "培训管理",
            Self::Audits => "审核账户",
            Self::CreditHours => "学时审批",
            Self::Import => "批量导入",
            Self::Queries => "查询统计",
            Self::System => "系统管理",
            Self::Personal => "我的继续教育",
        }
    }

    /// Name of its icon in icons.css, without `i-`.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Profile => "building",
            Self::Training => "book",
            Self::Audits => "check",
            Self::CreditHours => "clock",
            Self::Import => "upload",
            Self::Queries => "chart",
            Self::System => "shield",
            Self::Personal => "person",
        }
    }
}

/// One line of the menu, shown to those who hold its permission.
#[derive(Debug, Clone, Copy)]
pub struct MenuEntry {
    pub group: Group,
    /// The manual's section: 3.1 is 301; after them whatever sorts right.
    pub order: u16,
    pub title: &'static str,
    pub href: &'static str,
    /// Who sees it; none: every person on the personal side (`Group::Personal`).
    pub permission: Option<Grantable>,
    /// The review subject whose waiting cases are its count.
    pub subject: Option<&'static str>,
    /// Whose menu it stands in, of those who hold the permission: an entry may have another place
    /// in the bureau's menu, which is the manual's, than in the units'.
    pub kinds: Kinds,
}

/// A card of the start page's 待办, or a figure of the personal home.
#[derive(Debug, Clone, Serialize)]
pub struct Card {
    pub title: String,
    /// Tenths of an hour where the unit is 学时.
    pub count: i64,
    pub unit: String,
    pub note: String,
    pub href: String,
    pub late: bool,
    /// Sorts the cards: the menu's order.
    pub order: u16,
}

/// A rendered part of the start page or of the public home page. On the home page, orders below
/// `Block::BAND` stand beside the sign-in form, in the place of the guide.
#[derive(Debug, Clone)]
pub struct Block {
    pub order: u16,
    pub template: &'static str,
    pub context: serde_json::Value,
}

impl Block {
    /// On the home page: lower orders stand beside the sign-in form.
    pub const BAND: u16 = 100;
}

/// An entry of 注册 on the public home page.
#[derive(Debug, Clone, Serialize)]
pub struct Registration {
    /// Name of its icon, without `i-`.
    pub icon: &'static str,
    pub title: &'static str,
    /// Who it is for.
    pub note: &'static str,
    pub href: &'static str,
}

/// Somebody who applied for an account, as signing in needs him. Whether the number he gave has
/// an account already makes no difference to what he hears (AU-08).
#[derive(Debug, Clone)]
pub struct Applicant {
    /// For `Module::told`.
    pub application: i64,
    /// Of the password he chose, argon2id.
    pub password_hash: String,
}

/// What `jxjy doctor` found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub ok: bool,
    pub text: String,
}

/// Work on a clock, stopped on shutdown.
#[derive(Clone, Copy)]
pub struct Task {
    pub name: &'static str,
    /// Seconds between two runs; the first run comes one period after the start.
    pub every: u64,
    pub run: fn(TaskContext) -> futures_util::future::BoxFuture<'static, Result<()>>,
}

/// What a task works with.
#[derive(Clone)]
pub struct TaskContext {
    pub db: std::sync::Arc<crate::db::Pools>,
    pub clock: Clock,
    pub settings: crate::Settings,
    pub modules: Modules,
}

/// A row of the access test: one request and what each kind of caller gets.
#[derive(Debug, Clone, Copy)]
pub struct AccessCase {
    pub method: &'static str,
    /// The route's own address pattern, as mounted: `/accounts/employers/<id>`.
    pub route: &'static str,
    /// Who may: see `Who`.
    pub who: Who,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Everyone,
    /// Anybody signed in.
    SignedIn,
    /// A professional on the personal side.
    Person,
    /// An administrator with this permission, within his scope.
    Holder(Grantable),
}

/// The county the demo fills, handed from module to module.
pub struct Demo {
    pub people: u64,
    pub records: u64,
    pub random: crate::serial::Random,
    pub clock: Clock,
    /// The installed modules: for what a desk decides in it.
    pub modules: Modules,
    /// Who can sign in afterwards: (what, login, password).
    pub accounts: Vec<(String, String, String)>,
    /// Progress lines for the terminal.
    pub report: fn(&str),
}

/// A feature: routes, permissions, menu, schema, templates … Only name and title are required.
#[rocket::async_trait]
pub trait Module: Send + Sync + 'static {
    /// Mount point, template folder and migration prefix.
    fn name(&self) -> &'static str;
    /// What an administrator calls it.
    fn title(&self) -> &'static str;
    /// Relative to `/<name>`.
    fn routes(&self) -> Vec<Route> {
        vec![]
    }
    /// Hands the server what its handlers share (managed state).
    fn build(&self, rocket: Rocket<Build>) -> Rocket<Build> {
        rocket
    }
    /// The role form is drawn from these.
    fn permissions(&self) -> Vec<Grantable> {
        vec![]
    }
    fn menu(&self) -> Vec<MenuEntry> {
        vec![]
    }
    /// Oldest first, never edited once published.
    fn migrations(&self) -> Vec<Migration> {
        vec![]
    }
    fn templates(&self) -> Vec<Template> {
        vec![]
    }
    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![]
    }
    /// Every list page of this module: for its search and export addresses, and for the plan test.
    fn lists(&self) -> Vec<&'static crate::list::List> {
        vec![]
    }
    /// Lists of the caller's own organization alone, whatever lies below it (`Grant::own`):
    /// likewise, and not among `lists`.
    fn own_lists(&self) -> Vec<&'static crate::list::List> {
        vec![]
    }
    /// Drawn as 系统设置.
    fn settings(&self) -> Vec<&'static Setting> {
        vec![]
    }
    fn tasks(&self) -> Vec<Task> {
        vec![]
    }
    /// This module's rows of the access test.
    fn access(&self) -> Vec<AccessCase> {
        vec![]
    }
    /// Hears what happened elsewhere, inside its transaction.
    async fn on(&self, _tx: &mut SqliteConnection, _event: &Event, _clock: &Clock) -> Result<()> {
        Ok(())
    }
    /// Who of these people has something of this module that must not be lost, and what, as a short
    /// Chinese phrase (有学时记录): they are not removed when their import is undone. Each once.
    async fn holds(
        &self,
        _db: &mut SqliteConnection,
        _people: &[crate::PersonId],
    ) -> Result<Vec<(crate::PersonId, String)>> {
        Ok(vec![])
    }
    /// Extra cards of the start page (review subjects have theirs from the engine).
    async fn cards(
        &self,
        _db: &mut SqliteConnection,
        _user: &User,
        _clock: &Clock,
    ) -> Result<Vec<Card>> {
        Ok(vec![])
    }
    /// Blocks of the signed-in start page, below the cards.
    async fn start(
        &self,
        _db: &mut SqliteConnection,
        _user: &User,
        _clock: &Clock,
    ) -> Result<Vec<Block>> {
        Ok(vec![])
    }
    /// Blocks of the public home page.
    async fn home(&self, _db: &mut SqliteConnection, _clock: &Clock) -> Result<Vec<Block>> {
        Ok(vec![])
    }
    /// Entries of 注册 on the public home page.
    fn registrations(&self) -> Vec<Registration> {
        vec![]
    }
    /// Whoever applied with this login or ID number (as typed) and was not approved: all whose
    /// passwords `kit::password::find` can tell apart with one argon2.
    async fn applicants(&self, _db: &mut SqliteConnection, _login: &str) -> Result<Vec<Applicant>> {
        Ok(vec![])
    }
    /// What an applicant hears after the right password: where his application stands and whom
    /// to ask.
    async fn told(&self, _db: &mut SqliteConnection, _application: i64) -> Result<Option<String>> {
        Ok(None)
    }
    /// Fills its part of the demo county.
    async fn demo(&self, _tx: &mut SqliteConnection, _county: &mut Demo) -> Result<()> {
        Ok(())
    }
    /// Its part of `jxjy doctor`.
    async fn doctor(&self, _db: &mut SqliteConnection) -> Result<Vec<Finding>> {
        Ok(vec![])
    }
}

/// The installed modules, in dependency order. Cheap to clone; managed by Rocket.
#[derive(Clone)]
pub struct Modules(std::sync::Arc<Vec<Box<dyn Module>>>, std::sync::Arc<Vec<Box<dyn AnySubject>>>);

impl Modules {
    pub fn new(modules: Vec<Box<dyn Module>>) -> Self {
        let subjects = modules.iter().flat_map(|m| m.reviews()).collect();
        Self(std::sync::Arc::new(modules), std::sync::Arc::new(subjects))
    }

    pub fn all(&self) -> &[Box<dyn Module>] {
        &self.0
    }

    /// Every review subject.
    pub fn subjects(&self) -> &[Box<dyn AnySubject>] {
        &self.1
    }

    /// The subject with this key.
    pub fn subject(&self, key: &str) -> Option<&dyn AnySubject> {
        self.1.iter().find(|s| s.key() == key).map(AsRef::as_ref)
    }

    /// The list page with this key.
    pub fn list(&self, key: &str) -> Option<&'static crate::list::List> {
        self.0
            .iter()
            .flat_map(|m| m.lists().into_iter().chain(m.own_lists()))
            .chain(self.1.iter().map(|s| s.list()))
            .find(|l| l.key == key)
    }

    /// Whether the list with this key shows the caller's own organization alone.
    pub fn is_own(&self, key: &str) -> bool {
        self.0.iter().flat_map(|m| m.own_lists()).any(|l| l.key == key)
    }

    /// Every permission that a role can hold: the kit's and core's are added by the core's own module.
    pub fn permissions(&self) -> Vec<Grantable> {
        let mut all: Vec<Grantable> = self.0.iter().flat_map(|m| m.permissions()).collect();
        for subject in self.1.iter() {
            let leaf = subject.leaf();
            for action in [crate::Action::View, crate::Action::Review, crate::Action::Export] {
                all.push(Grantable { leaf, action });
            }
        }
        let mut seen = std::collections::HashSet::new();
        all.retain(|g| seen.insert((g.leaf.key, g.action)));
        all
    }

    /// Every setting of every module.
    pub fn settings(&self) -> Vec<&'static Setting> {
        self.0.iter().flat_map(|m| m.settings()).collect()
    }

    /// What stands in the way of removing people: everybody's `Module::holds`, the first word of each.
    pub async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[crate::PersonId],
    ) -> Result<std::collections::HashMap<crate::PersonId, String>> {
        let mut held = std::collections::HashMap::new();
        for module in self.0.iter() {
            for (person, why) in module.holds(&mut *db, people).await? {
                held.entry(person).or_insert(why);
            }
        }
        Ok(held)
    }

    /// Tells every module, in order, inside the act's transaction.
    pub async fn deliver(
        &self,
        tx: &mut SqliteConnection,
        event: &Event,
        clock: &Clock,
    ) -> Result<()> {
        for module in self.0.iter() {
            module.on(&mut *tx, event, clock).await?;
        }
        Ok(())
    }
}

/// The managed database as tasks and commands share it.
pub type SharedDb = std::sync::Arc<Db>;

/// A module's templates, embedded from its `templates` folder, under `<module>/`.
pub fn embedded<E: rust_embed::RustEmbed>(module: &str) -> Vec<Template> {
    E::iter()
        .filter_map(|file| {
            let text = String::from_utf8(E::get(&file)?.data.into_owned()).ok()?;
            Some(Template { name: format!("{module}/{file}"), text })
        })
        .collect()
}
