//! The county a command works on: its folder, its database, the modules.

use kit::db::Pools;
use kit::{Clock, Error, Module, Modules, Result, migration};

use super::Folder;
use crate::machine::{self, Machine};
use crate::{all_modules, settings};

/// What a command has at hand.
pub struct County {
    pub machine: Machine,
    pub modules: Modules,
    pub clock: Clock,
    pub pools: Pools,
}

/// How a database stands to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Same,
    /// Steps of this program are still to be taken: the server does so when it starts.
    Older,
}

/// Runs a command's work to its end.
///
/// # Errors
/// The work's own.
pub fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = rocket::tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(work)
}

/// The machine settings and modules of a command.
pub fn place(folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<(Machine, Modules)> {
    Ok((Machine::read(&settings(&folder.flags()))?, all_modules(features)))
}

impl County {
    /// Opens a county that is there, beside a running server or alone.
    ///
    /// # Errors
    /// A sentence: no county here, damaged, not writable, or made by a newer program.
    pub async fn open(folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<(Self, Schema)> {
        let (machine, modules) = place(folder, features)?;
        let file = machine.data.join(kit::db::FILE);
        if !file.is_file() {
            return Err(Error::refused(format!(
                "数据文件夹 {} 里还没有数据库。请用 --data 指定正确的文件夹，或先运行 jxjy 完成首次设置。",
                machine.data.display()
            )));
        }
        let fault = |error| match error {
            Error::Database(error) => machine::unopened(&machine.data, &error),
            other => other,
        };
        let pools = Pools::open(&machine.data, 1, false)
            .await
            .map_err(|error| machine::unopened(&machine.data, &error))?;
        let schema = schema(&pools, &modules).await.map_err(fault)?;
        Ok((Self { machine, modules, clock: Clock::machine(), pools }, schema))
    }

    /// The same, for a command that writes: the tables must be this program's.
    pub async fn open_same(folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<Self> {
        match Self::open(folder, features).await? {
            (county, Schema::Same) => Ok(county),
            (_, Schema::Older) => Err(Error::refused(
                "数据库还是旧版程序的结构。请先备份，再启动一次 jxjy（它会自动升级），然后重试。",
            )),
        }
    }
}

/// Compares the steps taken with those this program knows; takes none.
async fn schema(pools: &Pools, modules: &Modules) -> Result<Schema> {
    let mut db = pools.read().await?;
    let known: bool = sqlx::query_scalar(
        "select exists (select 1 from sqlite_schema where type = 'table' and name = 'migration')",
    )
    .fetch_one(&mut *db)
    .await?;
    if !known {
        return Err(Error::refused(format!(
            "{} 不是本系统的数据库，没有改动它。请用 --data 指定正确的文件夹。",
            pools.file().display()
        )));
    }
    let applied: Vec<(String, String, String)> =
        sqlx::query_as("select module, name, checksum from migration").fetch_all(&mut *db).await?;
    let mut steps: Vec<(&str, migration::Migration)> =
        migration::KIT.iter().map(|step| ("kit", *step)).collect();
    for module in modules.all() {
        steps.extend(module.migrations().into_iter().map(|step| (module.name(), step)));
    }
    for (module, name, checksum) in &applied {
        match steps.iter().find(|(m, step)| m == module && step.name == name) {
            Some((_, step)) if migration::checksum_of(step.sql) == *checksum => {}
            _ => {
                return Err(Error::refused(format!(
                    "数据库由更新版本或不同的程序建立（{module}/{name}），这个版本不能打开它。请换用建立它的程序，数据没有改动。"
                )));
            }
        }
    }
    Ok(if applied.len() == steps.len() { Schema::Same } else { Schema::Older })
}
