//! 通知公告: the bureau writes, publishes and withdraws; everybody reads on the home page.

mod demo;
mod form;
mod list;
mod manage;
mod public;
mod rich;
mod store;

use rocket::{Route, routes};
use rust_embed::RustEmbed;
use sqlx::SqliteConnection;

use kit::module::{AccessCase, Block, Demo, Group, MenuEntry, Template, Who};
use kit::{
    Clock, Grantable, Kinds, Leaf, Migration, Module, Permission, Result, User, module, permission,
};

pub const NOTICES: Leaf = Leaf {
    key: "notices.notices",
    title: "通知公告",
    group: Group::System,
    kinds: Kinds::BUREAU.whole_county(),
};

permission!(pub ViewNotices, NOTICES, View);
permission!(pub EditNotices, NOTICES, Edit);
permission!(pub ExportNotices, NOTICES, Export);

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The module.
pub struct Notices;

#[rocket::async_trait]
impl Module for Notices {
    fn name(&self) -> &'static str {
        "notices"
    }

    fn title(&self) -> &'static str {
        "通知公告"
    }

    fn routes(&self) -> Vec<Route> {
        routes![
            public::list,
            public::read,
            public::file,
            list::page,
            form::new,
            form::create,
            form::edit,
            form::update,
            manage::show,
            manage::version,
            manage::publish,
            manage::withdraw_page,
            manage::withdraw,
            manage::delete_page,
            manage::delete,
        ]
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewNotices::grantable(), EditNotices::grantable(), ExportNotices::grantable()]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::System,
            order: 901,
            title: "通知公告",
            href: "/notices/manage",
            permission: Some(ViewNotices::grantable()),
            subject: None,
            kinds: Kinds::BUREAU,
        }]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0001_notices",
            sql: include_str!("../migrations/0001_notices.sql"),
        }]
    }

    fn templates(&self) -> Vec<Template> {
        module::embedded::<Templates>(self.name())
    }

    fn lists(&self) -> Vec<&'static kit::list::List> {
        vec![&list::LIST]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |method, route, who| AccessCase { method, route, who };
        let view = Who::Holder(ViewNotices::grantable());
        let edit = Who::Holder(EditNotices::grantable());
        vec![
            case("GET", "/notices", Who::Everyone),
            case("GET", "/notices/<id>", Who::Everyone),
            case("GET", "/notices/<id>/files/<file>", Who::Everyone),
            case("GET", "/notices/manage", view),
            case("POST", "/notices/manage", edit),
            case("GET", "/notices/manage/new", edit),
            case("GET", "/notices/manage/<id>", view),
            case("GET", "/notices/manage/<id>/versions/<number>", view),
            case("GET", "/notices/manage/<id>/edit", edit),
            case("POST", "/notices/manage/<id>", edit),
            case("POST", "/notices/manage/<id>/publish", edit),
            case("GET", "/notices/manage/<id>/withdraw", edit),
            case("POST", "/notices/manage/<id>/withdraw", edit),
            case("GET", "/notices/manage/<id>/delete", edit),
            case("POST", "/notices/manage/<id>/delete", edit),
        ]
    }

    async fn start(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        _clock: &Clock,
    ) -> Result<Vec<Block>> {
        public::start(db, user).await
    }

    async fn home(&self, db: &mut SqliteConnection, _clock: &Clock) -> Result<Vec<Block>> {
        public::home(db).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
