//! One county: its folder, clock and running application.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jxjy::Flags;
use kit::{Clock, Db, Module, Modules, OrganizationId, Settings};
use rocket::local::asynchronous::Client;
use time::macros::datetime;

use super::{ADMIN, Browser, PASSWORD, Page};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let n = COUNT.fetch_add(1, Ordering::SeqCst);
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let path = std::env::temp_dir().join(format!("jxjy-test-{}-{n}-{at}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct World {
    pub client: Client,
    pub clock: Clock,
    pub folder: Folder,
    addresses: AtomicU32,
}

/// The modules of the program itself.
type Features = fn() -> Vec<Box<dyn Module>>;

impl World {
    /// A county with its bureau (示例县人力资源和社会保障局) and its first administrator, on the
    /// morning of 23 November 2026.
    pub async fn new() -> Self {
        Self::with_modules(jxjy::modules::installed).await
    }

    /// The same with other modules.
    pub async fn with_modules(features: Features) -> Self {
        let world = Self::empty(features).await;
        let mut browser = world.browser();
        let link = world.setup_link().expect("a setup link");
        browser.get(&link).await.is(200);
        let done = browser
            .post(
                &link,
                &[
                    ("bureau", "示例县人力资源和社会保障局"),
                    ("area_code", "419999"),
                    ("certificate_name", "示例县人力资源和社会保障局"),
                    ("public_address", "http://192.168.1.10:8090"),
                    ("network", "this"),
                    ("name", "赵主任"),
                    ("phone", "13800000000"),
                    ("login", ADMIN),
                    ("password", PASSWORD),
                    ("again", PASSWORD),
                ],
            )
            .await;
        done.redirects_to("/");
        world
    }

    /// Before the setup.
    pub async fn empty(features: Features) -> Self {
        let folder = Folder::new();
        let clock = Clock::fixed(datetime!(2026-11-23 01:00:00 UTC));
        let client = start(folder.path(), features(), &clock).await;
        Self { client, clock, folder, addresses: AtomicU32::new(1) }
    }

    /// Stops the program and starts it again on the same folder.
    pub async fn restart(self) -> Self {
        let Self { client, clock, folder, addresses } = self;
        client.rocket().state::<Db>().unwrap().shut().await;
        drop(client);
        let client = start(folder.path(), jxjy::modules::installed(), &clock).await;
        Self { client, clock, folder, addresses }
    }

    /// The one-time link of the start-up, while there is no bureau.
    pub fn setup_link(&self) -> Option<String> {
        self.client.rocket().state::<jxjy::setup::Setup>().unwrap().link()
    }

    pub fn db(&self) -> &Db {
        self.client.rocket().state::<Db>().unwrap()
    }

    pub fn modules(&self) -> &Modules {
        self.client.rocket().state::<Modules>().unwrap()
    }

    pub fn settings(&self) -> &Settings {
        self.client.rocket().state::<Settings>().unwrap()
    }

    /// A browser on a PC of its own, not signed in.
    pub fn browser(&self) -> Browser<'_> {
        let n = self.addresses.fetch_add(1, Ordering::SeqCst);
        Browser::new(&self.client, [10, 0, (n >> 8) as u8, n as u8].into())
    }

    /// A browser signed in with the password every account of these tests has.
    pub async fn sign_in(&self, login: &str) -> Browser<'_> {
        let mut browser = self.browser();
        browser.sign_in(login, PASSWORD).await.redirects_to("/start");
        browser
    }

    /// The bureau's first administrator, signed in.
    pub async fn admin(&self) -> Browser<'_> {
        self.sign_in(ADMIN).await
    }

    /// The organization of this name.
    pub async fn organization(&self, name: &str) -> OrganizationId {
        sqlx::query_scalar("select id from organization where name = ?")
            .bind(name)
            .fetch_one(&mut *self.db().read().await.unwrap())
            .await
            .unwrap_or_else(|_| panic!("no organization {name}"))
    }

    pub async fn bureau(&self) -> OrganizationId {
        let mut reader = self.db().read().await.unwrap();
        kit::organization::bureau(&mut reader).await.unwrap().unwrap().id
    }

    /// One number out of the database.
    pub async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut *self.db().read().await.unwrap()).await.unwrap()
    }

    /// One text out of the database.
    pub async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(&mut *self.db().read().await.unwrap()).await.unwrap()
    }

    /// Changes the database beside the program.
    pub async fn execute(&self, sql: &'static str) {
        let mut tx = self.db().begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sets a value of 系统设置.
    pub async fn set(&self, key: &'static str, value: &str) {
        let mut tx = self.db().begin().await.unwrap();
        sqlx::query(
            "insert into setting (key, value, changed_at) values (?, ?, ?)
             on conflict (key) do update set value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .bind(self.clock.stamp())
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.settings().load(&mut self.db().read().await.unwrap()).await.unwrap();
    }

    /// Sentences of the trail, oldest first.
    pub async fn trail(&self) -> Vec<String> {
        sqlx::query_scalar("select text from trail order by id")
            .fetch_all(&mut *self.db().read().await.unwrap())
            .await
            .unwrap()
    }

    /// A page for somebody who is not signed in.
    pub async fn get(&self, path: &str) -> Page {
        self.browser().get(path).await
    }
}

/// The program on a folder, as `jxjy serve` would start it.
pub fn figment(folder: &Path) -> figment::Figment {
    jxjy::settings(&Flags { data: Some(folder.to_path_buf()), ..Flags::default() })
}

async fn start(folder: &Path, features: Vec<Box<dyn Module>>, clock: &Clock) -> Client {
    let rocket = jxjy::server(figment(folder), features, clock.clone()).await.unwrap();
    Client::untracked(rocket).await.unwrap()
}
