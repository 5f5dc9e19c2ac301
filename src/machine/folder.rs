//! The data folder: made, locked, swept, and what is said when it cannot be used.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use kit::{Error, Result};

/// Holds the data folder: one server (or demo, or restore) at a time.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

fn unwritable(data: &Path, error: &std::io::Error) -> Error {
    Error::refused(format!(
        "不能写入数据文件夹 {}：{}。请换一个可写的文件夹（--data），或请管理员开放权限。",
        data.display(),
        super::why(error).0
    ))
}

/// Makes the data folder and its parts, if missing.
///
/// # Errors
/// A folder that cannot be made or written.
pub fn prepare(data: &Path) -> Result<()> {
    let fault = |error: std::io::Error| unwritable(data, &error);
    for folder in [data.to_path_buf(), data.join("files"), data.join("tmp")] {
        fs::create_dir_all(&folder).map_err(fault)?;
    }
    private(data);
    Ok(())
}

/// Only the owner reads the county's data, where the system knows owners.
#[cfg(unix)]
fn private(data: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // a folder shared on purpose (a mount that is not ours) stays as it is
    let _ = fs::set_permissions(data, fs::Permissions::from_mode(0o700));
}

#[cfg(not(unix))]
fn private(_: &Path) {}

/// Takes the data folder's lock.
///
/// # Errors
/// When another process of this program holds it.
pub fn lock(data: &Path) -> Result<Lock> {
    let path = data.join("jxjy.lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| unwritable(data, &error))?;

    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::refused(format!(
            "数据文件夹 {} 正在被另一个 jxjy 使用。请先关闭它，或用 --data 指定别的文件夹。",
            data.display()
        ))),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Empties `tmp`, where a crash may have left parts of uploads.
pub fn sweep(data: &Path) {
    if let Ok(entries) = fs::read_dir(data.join("tmp")) {
        for entry in entries.flatten() {
            let path = entry.path();
            let gone =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            if let Err(error) = gone {
                tracing::warn!(path = %path.display(), %error, "not swept");
            }
        }
    }
}

/// The sentence of a database that cannot be opened.
pub fn unopened(data: &Path, error: &sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned();
    let file = data.join(kit::db::FILE);
    Error::refused(match code.as_str() {
        "26" | "11" => format!(
            "数据库文件 {} 已损坏，不能打开，没有改动它。请用 jxjy restore 从最近的备份恢复到一个新的文件夹。",
            file.display()
        ),
        "8" | "14" | "1032" | "1544" => {
            format!("打不开数据库文件 {}：不能读写。请检查文件夹和磁盘的权限。", file.display())
        }
        "13" => format!("磁盘已满，打不开数据库 {}。请清理磁盘后再启动。", file.display()),
        _ => format!("打不开数据库 {}：{error}", file.display()),
    })
}
