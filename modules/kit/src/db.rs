//! The database: one writer and several readers over one SQLite file, opened here and only here.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use rocket::figment::Figment;
use rocket_db_pools::{Database, Pool};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use crate::Result;

/// The file's name in the data folder.
pub const FILE: &str = "jxjy.sqlite";

/// The county's database. Handlers take `&State<Db>`.
#[derive(Database)]
#[database("jxjy")]
pub struct Db(Pools);

/// One connection that writes and several that cannot.
#[derive(Clone)]
pub struct Pools {
    writer: SqlitePool,
    readers: SqlitePool,
    file: PathBuf,
}

impl Pools {
    /// Opens (and, if `create`, makes) the database in `folder` with `readers` readers.
    ///
    /// WAL with `synchronous=FULL`: an acknowledged approval must survive a power cut.
    ///
    /// # Errors
    /// When the file cannot be opened or is not a database.
    pub async fn open(folder: &Path, readers: u32, create: bool) -> Result<Self, sqlx::Error> {
        let file = folder.join(FILE);
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(&file)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("temp_store", "memory")
            .pragma("secure_delete", "on")
            .pragma("trusted_schema", "off")
            .statement_cache_capacity(256)
            .optimize_on_close(false, None);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone().pragma("cache_size", "-8192"))
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(readers)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(
                options
                    .create_if_missing(false)
                    .pragma("query_only", "on")
                    .pragma("cache_size", "-4096"),
            )
            .await?;
        Ok(Self { writer, readers, file })
    }

    /// A connection for reading; it refuses to write.
    pub async fn read(&self) -> Result<PoolConnection<Sqlite>> {
        Ok(self.readers.acquire().await?)
    }

    /// A write transaction (`BEGIN IMMEDIATE`): one at a time, undone unless committed.
    pub async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("begin immediate").await?)
    }

    /// The writer outside a transaction: for `vacuum into`, checkpoints and pragmas only.
    pub async fn writer(&self) -> Result<PoolConnection<Sqlite>> {
        Ok(self.writer.acquire().await?)
    }

    /// The database file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Closes both pools; the last connection folds the write-ahead log into the file.
    pub async fn shut(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[rocket::async_trait]
impl Pool for Pools {
    type Connection = PoolConnection<Sqlite>;
    type Error = sqlx::Error;

    async fn init(figment: &Figment) -> Result<Self, Self::Error> {
        let folder: PathBuf =
            figment.extract_inner("url").map_err(|e| sqlx::Error::Configuration(e.into()))?;
        Self::open(&folder, 4, true).await
    }

    async fn get(&self) -> Result<Self::Connection, Self::Error> {
        self.readers.acquire().await
    }

    async fn close(&self) {
        self.shut().await;
    }
}
