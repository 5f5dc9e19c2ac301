//! Restoring an archive into an empty data folder, or leaving it empty.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use kit::trail::{self, Verdict};
use kit::{Actor, Clock, Error, Modules, Result, day, migration};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::{
    Entry, FORMAT, MANIFEST, Manifest, RESTORED_SETTINGS, SETTINGS, blocking, counts, fault, head,
    heads, open, roomy, settle,
};
use crate::machine;

/// What a data folder may hold and still be empty.
const OWN: [&str; 4] = ["files", "tmp", "backups", "jxjy.lock"];
/// Of a manifest; a million files make about 150 MB.
const MANIFEST_LIMIT: u64 = 512 << 20;

/// Unpacks and proves an archive; the folder is left as empty as it was if anything is wrong.
///
/// # Errors
/// A sentence that says what is wrong with the archive or the folder.
pub async fn restore(
    archive: &Path,
    folder: &Path,
    modules: &Modules,
    clock: &Clock,
) -> Result<Manifest> {
    let made = !folder.exists();
    empty(folder)?;
    if !archive.is_file() {
        return Err(Error::refused(format!(
            "没有找到备份文件 {}。请核对路径。",
            archive.display()
        )));
    }
    machine::prepare(folder)?;
    let lock = machine::lock(folder)?;
    let (from, to) = (archive.to_path_buf(), folder.to_path_buf());
    let done = match blocking(move || unpack(&from, &to)).await {
        Ok(manifest) => prove(&manifest, folder, modules, clock).await.map(|()| manifest),
        Err(error) => Err(error),
    };
    drop(lock);
    if done.is_err() {
        clear(folder, made);
    }
    done
}

/// Refuses a folder that holds anything of a county.
fn empty(folder: &Path) -> Result<()> {
    let refuse = || {
        Err(Error::refused(format!(
            "数据文件夹 {} 里已有数据，没有动它。请恢复到一个空文件夹（--data 新文件夹），核对后再换用。",
            folder.display()
        )))
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault("读取", folder)(error)),
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !OWN.iter().any(|own| name == *own) {
            return refuse();
        }
    }
    let files = fs::read_dir(folder.join("files")).is_ok_and(|mut files| files.next().is_some());
    if files { refuse() } else { Ok(()) }
}

/// Takes away what restoring has put there.
fn clear(folder: &Path, made: bool) {
    let gone = if made {
        fs::remove_dir_all(folder)
    } else {
        let database = folder.join(kit::db::FILE);
        for name in ["", "-wal", "-shm", "-journal"] {
            let mut path = database.clone().into_os_string();
            path.push(name);
            let _ = fs::remove_file(PathBuf::from(path));
        }
        for name in [heads::FILE, RESTORED_SETTINGS] {
            let _ = fs::remove_file(folder.join(name));
        }
        fs::remove_dir_all(folder.join("files"))
    };
    if let Err(error) = gone {
        tracing::warn!(%error, "not cleared after a failed restore");
    }
}

fn broken(archive: &Path, why: &str) -> Error {
    Error::refused(format!(
        "备份文件 {} 不能恢复：{why}。没有写入任何数据，请换另一份备份。",
        archive.display()
    ))
}

/// Everything the manifest names, with the right size and hash, and nothing else.
fn unpack(archive: &Path, folder: &Path) -> Result<Manifest> {
    let file = File::open(archive).map_err(fault("读取", archive))?;
    let unread = |_| broken(archive, "它不是备份文件，或者不完整");
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(unread)?;
    let manifest = contents(&mut zip, archive)?;
    let mut awaited: HashSet<&str> = HashSet::new();
    for entry in &manifest.entries {
        place(folder, &entry.name).ok_or_else(|| {
            broken(archive, &format!("里面有不该有的文件“{}”", shown(&entry.name)))
        })?;
        if !awaited.insert(&entry.name) {
            return Err(broken(archive, &format!("文件“{}”出现了两次", entry.name)));
        }
    }
    if !awaited.contains(kit::db::FILE) {
        return Err(broken(archive, "里面没有数据库"));
    }
    for name in zip.file_names() {
        if name != MANIFEST && !awaited.contains(name) {
            return Err(broken(archive, &format!("里面有清单以外的文件“{}”", shown(name))));
        }
    }
    for entry in &manifest.entries {
        let Some(path) = place(folder, &entry.name) else { continue };
        let source = zip
            .by_name(&entry.name)
            .map_err(|_| broken(archive, &format!("缺少文件“{}”", entry.name)))?;
        take(source, entry, &path, archive)?;
    }
    settle(&folder.join("files"));
    settle(folder);
    Ok(manifest)
}

fn contents<R: Read + std::io::Seek>(zip: &mut ZipArchive<R>, archive: &Path) -> Result<Manifest> {
    let mut text = vec![];
    zip.by_name(MANIFEST)
        .map_err(|_| broken(archive, "里面没有清单，它不是本系统的备份"))?
        .take(MANIFEST_LIMIT)
        .read_to_end(&mut text)
        .map_err(|_| broken(archive, "清单已损坏"))?;
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|_| broken(archive, "清单已损坏"))?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => {}
        Some(format) if format > u64::from(FORMAT) => {
            return Err(broken(
                archive,
                &format!("它由更新版本的程序制作（格式 {format}），请换用新版程序"),
            ));
        }
        _ => return Err(broken(archive, "清单的格式不认识")),
    }
    serde_json::from_value(value).map_err(|_| broken(archive, "清单已损坏"))
}

/// Where an entry goes; none for any name but those a backup has.
fn place(folder: &Path, name: &str) -> Option<PathBuf> {
    match name {
        kit::db::FILE | heads::FILE => Some(folder.join(name)),
        SETTINGS => Some(folder.join(RESTORED_SETTINGS)),
        _ => {
            let hash = name.strip_prefix("files/")?;
            let plain = !hash.is_empty()
                && hash.len() <= 100
                && hash.bytes().all(|b| b.is_ascii_hexdigit());
            plain.then(|| folder.join("files").join(hash))
        }
    }
}

/// A name of unknown origin, fit for a terminal.
fn shown(name: &str) -> String {
    name.chars().take(60).map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn take(source: impl Read, entry: &Entry, path: &Path, archive: &Path) -> Result<()> {
    let file = File::create_new(path).map_err(fault("写入", path))?;
    let mut file = BufWriter::with_capacity(1 << 18, file);
    let (mut sum, mut size) = (Sha256::new(), 0_u64);
    // one byte more than promised is enough to know
    let mut source = source.take(entry.size.saturating_add(1));
    let mut buffer = vec![0; 1 << 17];
    loop {
        let read = source
            .read(&mut buffer)
            .map_err(|_| broken(archive, &format!("文件“{}”已损坏", entry.name)))?;
        if read == 0 {
            break;
        }
        let bytes = buffer.get(..read).unwrap_or_default();
        sum.update(bytes);
        size += read as u64;
        file.write_all(bytes).map_err(fault("写入", path))?;
    }
    if size != entry.size || migration::hex(&sum.finalize()) != entry.sha256 {
        return Err(broken(archive, &format!("文件“{}”与清单不符", entry.name)));
    }
    let file = file.into_inner().map_err(|e| fault("写入", path)(e.into_error()))?;
    file.sync_all().map_err(fault("写入", path))
}

/// The database is whole, is the one the manifest counted, and is one this program can open.
async fn prove(manifest: &Manifest, folder: &Path, modules: &Modules, clock: &Clock) -> Result<()> {
    let pools = open(folder).await?;
    let proved = check(manifest, &pools, modules, clock).await;
    pools.shut().await;
    proved
}

async fn check(
    manifest: &Manifest,
    pools: &kit::db::Pools,
    modules: &Modules,
    clock: &Clock,
) -> Result<()> {
    let wrong = |why: String| {
        Error::refused(format!("恢复没有完成：{why}。文件夹已恢复为空，请换另一份备份。"))
    };
    let mut db = pools.read().await?;
    roomy(&mut db).await?;
    let verdict: String =
        sqlx::query_scalar("pragma integrity_check(1)").fetch_one(&mut *db).await?;
    if verdict != "ok" {
        return Err(wrong(format!("数据库已损坏（{verdict}）")));
    }
    if sqlx::query("pragma foreign_key_check").fetch_optional(&mut *db).await?.is_some() {
        return Err(wrong("数据库里有指向不存在记录的数据".to_owned()));
    }
    let found = counts(&mut db).await?;
    if found != manifest.tables {
        let table = manifest.tables.iter().find(|(name, rows)| found.get(*name) != Some(*rows));
        let table = table.map(|(name, _)| name.as_str()).unwrap_or("?");
        return Err(wrong(format!("表 {table} 的行数与清单不符")));
    }
    if let Verdict::Broken { row, .. } = trail::verify(&mut db).await? {
        return Err(wrong(format!("操作日志从第 {row} 条起被改动过")));
    }
    if head(&mut db).await? != manifest.trail {
        return Err(wrong("操作日志的末尾与清单不符".to_owned()));
    }
    if let Some(sentence) = heads::compare(&mut db, pools.folder()).await? {
        return Err(wrong(sentence));
    }
    drop(db);
    migration::run(pools, modules.all(), clock).await?;
    let mut tx = pools.begin().await?;
    // who was signed in when the backup was made signs in again
    sqlx::query("delete from session").execute(&mut *tx).await?;
    let text = format!("恢复了 {} 的备份", day::shown_time(&manifest.created_at));
    trail::write(&mut tx, &Actor::command("restore"), clock, "backup.restore", "", &text).await?;
    tx.commit().await?;
    Ok(())
}
