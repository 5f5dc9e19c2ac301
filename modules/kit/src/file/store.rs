//! Content on the disk, and the names that people see.

use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use crate::kind_of_file::KindOfFile;
use crate::migration::hex;
use crate::{Result, serial};

/// Characters of a file's name at most.
const LONGEST_NAME: usize = 100;
/// Writes the content under its hash: whole and on the disk, or not at all.
pub fn write(folder: &Path, sha256: &str, bytes: &[u8]) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(sha256);
    if path.metadata().is_ok_and(|about| about.len() == bytes.len() as u64) {
        // young again, so that no sweep takes it before the row is there
        return Ok(std::fs::File::options()
            .append(true)
            .open(&path)?
            .set_modified(SystemTime::now())?);
    }
    let temporary = folder.join(format!(".{}.part", hex(&serial::random::<8>()?)));
    let written = private(&temporary)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&temporary, &path))
        .and_then(|()| sync(folder));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    Ok(written?)
}

/// A new file that only this system's account reads.
fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The folder's entry of the new file reaches the disk, too.
#[cfg(unix)]
fn sync(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be synced and needs not be.
#[cfg(not(unix))]
fn sync(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The name without what nobody sees, cut to a line; the end (its kind) stays.
pub fn clean(name: &str) -> String {
    let seen: Vec<char> = name
        .chars()
        .filter(|c| !crate::initials::is_invisible(*c) && !"/\\:*?\"<>|".contains(*c))
        .collect();
    let from = seen.len().saturating_sub(LONGEST_NAME);
    let name: String = seen[from..].iter().collect();
    let name = name.trim().trim_start_matches('.').to_owned();
    if name.is_empty() { "附件".to_owned() } else { name }
}

/// The name with an ending that fits the content: a saved file opens with the right program.
pub fn named(name: String, kind: KindOfFile) -> String {
    let lower = name.to_lowercase();
    let ends = |extension: &&str| lower.ends_with(&format!(".{extension}"));
    let right = kind.extensions().iter().any(ends);
    if right { name } else { format!("{name}.{}", kind.extension()) }
}
