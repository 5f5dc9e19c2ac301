//! One archive of the whole county: what `jxjy backup` writes and `jxjy restore` reads.

mod heads;
mod pack;
mod places;
mod unpack;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use kit::db::Pools;
use kit::{Clock, Error, Result};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, SqliteConnection};

pub use heads::{compare, note};
pub use pack::{Plan, Written, busy, write};
pub use places::{Archive, FOLDER, Made, age, default_name, last, list, prune, size_text};
pub use unpack::restore;

/// The archive's format; a greater one was made by a newer program.
pub const FORMAT: u32 = 1;
/// The archive's table of contents, its last entry.
const MANIFEST: &str = "manifest.json";
/// The settings file beside the executable, if there was one.
const SETTINGS: &str = "Rocket.toml";
/// Its name in a restored folder: it is to be looked at, not obeyed.
const RESTORED_SETTINGS: &str = "Rocket.toml.restored";

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The program that wrote it: `0.1.0`.
    pub version: String,
    /// UTC, as stored times are.
    pub created_at: String,
    pub bureau: String,
    /// Rows of every table.
    pub tables: BTreeMap<String, i64>,
    pub trail: Head,
    /// Everything in the archive but the manifest.
    pub entries: Vec<Entry>,
    /// Evidence the database names that was not there when the archive was written.
    pub missing: Vec<String>,
}

/// The last row of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub row: i64,
    /// Hexadecimal; empty without rows.
    pub hash: String,
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub size: u64,
    pub sha256: String,
}

/// The trail's last row.
pub async fn head(db: &mut SqliteConnection) -> Result<Head> {
    let row: Option<(i64, Vec<u8>)> =
        sqlx::query_as("select id, hash from trail order by id desc limit 1")
            .fetch_optional(db)
            .await?;
    Ok(row.map_or(Head { row: 0, hash: String::new() }, |(row, hash)| Head {
        row,
        hash: kit::migration::hex(&hash),
    }))
}

/// How many rows each table has; virtual tables are counted by the tables they stand on.
pub async fn counts(db: &mut SqliteConnection) -> Result<BTreeMap<String, i64>> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'
           and sql not like 'create virtual%' order by name",
    )
    .fetch_all(&mut *db)
    .await?;
    let mut counts = BTreeMap::new();
    for table in tables {
        // a name out of the schema itself, quoted
        let sql = format!("select count(*) from \"{}\"", table.replace('"', "\"\""));
        let rows = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *db).await?;
        counts.insert(table, rows);
    }
    Ok(counts)
}

/// Opens a county's database for work beside a running server: one writer, one reader.
async fn open(folder: &Path) -> Result<Pools> {
    Pools::open(folder, 1, false).await.map_err(|error| crate::machine::unopened(folder, &error))
}

/// A sentence for a file or folder that could not be read or written.
pub fn fault(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |error| {
        let (cause, remedy) = crate::machine::why(&error);
        Error::refused(format!("{act} {path} 失败：{cause}。{remedy}"))
    }
}

/// A larger page cache for a connection that is about to read everything (256 MiB).
pub async fn roomy(db: &mut SqliteConnection) -> Result<()> {
    sqlx::query("pragma cache_size = -262144").execute(db).await?;
    Ok(())
}

/// Runs file work off the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    rocket::tokio::task::spawn_blocking(work).await.map_err(|e| Error::Fault(e.to_string()))?
}

/// A folder of the program's own temporary files, gone when dropped.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(folder: &Path) -> Result<Self> {
        let name = format!("work-{}", kit::migration::hex(&kit::serial::random::<8>()?));
        let path = folder.join("tmp").join(name);
        std::fs::create_dir_all(&path).map_err(fault("写入", &path))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "not removed");
        }
    }
}

/// Makes what was renamed or created in `folder` survive a power cut, where the system can.
fn settle(folder: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = std::fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = folder;
}

/// The county time in file names: `20261123-091200`.
fn file_time(clock: &Clock) -> String {
    let now = clock.now().to_offset(kit::clock::COUNTY);
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    )
}

#[cfg(test)]
mod tests;
