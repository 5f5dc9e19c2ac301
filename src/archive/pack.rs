//! Writing an archive while the server runs.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use kit::{Clock, Error, Result};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{
    Entry, FOLDER, FORMAT, Head, MANIFEST, Manifest, SETTINGS, Scratch, blocking, counts, fault,
    head, heads, open, settle, size_text,
};

/// What to write where.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The data folder.
    pub folder: PathBuf,
    /// The archive; must not exist.
    pub to: PathBuf,
    /// The settings file to take along, if it exists.
    pub settings: PathBuf,
}

/// An archive that was written.
#[derive(Debug, Clone)]
pub struct Written {
    pub manifest: Manifest,
    pub size: u64,
}

/// Writes the archive: a copy of the database as of one moment, then the files it names.
/// Writers go on meanwhile; readers too.
///
/// # Errors
/// A sentence that names what is in the way: another backup, no room, a file that exists.
pub async fn write(plan: &Plan, clock: &Clock) -> Result<Written> {
    let held = hold(&plan.folder)?;
    if plan.to.exists() {
        return Err(Error::refused(format!(
            "文件 {} 已存在，没有覆盖。请换一个文件名。",
            plan.to.display()
        )));
    }
    room(plan)?;
    let scratch = Scratch::new(&plan.folder)?;
    let snapshot = scratch.0.join(kit::db::FILE);
    let Some(place) = snapshot.to_str() else {
        return Err(Error::refused("数据文件夹的路径不是 UTF-8 文字，不能备份。请换一个路径。"));
    };
    // connections of its own: the server's writer stays free meanwhile
    let source = open(&plan.folder).await?;
    let copied =
        sqlx::query("vacuum into ?").bind(place).execute(&mut *source.writer().await?).await;
    source.shut().await;
    copied.map_err(|error| crate::machine::unopened(&plan.folder, &error))?;

    let copy = open(&scratch.0).await?;
    let mut db = copy.read().await?;
    let mut manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: clock.stamp(),
        bureau: kit::organization::bureau(&mut db).await?.map(|o| o.name).unwrap_or_default(),
        tables: counts(&mut db).await?,
        trail: head(&mut db).await?,
        entries: vec![],
        missing: vec![],
    };
    let evidence: Vec<String> =
        sqlx::query_scalar("select distinct sha256 from file order by sha256")
            .fetch_all(&mut *db)
            .await?;
    drop(db);
    copy.shut().await;

    let plan = plan.clone();
    let written = blocking(move || {
        let size = pack(&plan, &snapshot, &evidence, &mut manifest)?;
        Ok(Written { manifest, size })
    })
    .await;
    drop(held);
    written
}

/// Whether a backup of this folder is being written now, by whichever process.
pub fn busy(folder: &Path) -> bool {
    let path = folder.join(FOLDER).join("backup.lock");
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// One backup at a time.
fn hold(folder: &Path) -> Result<File> {
    let place = folder.join(FOLDER);
    fs::create_dir_all(&place).map_err(fault("写入", &place))?;
    let path = place.join("backup.lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(fault("写入", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::refused("另一次备份正在进行。请等它完成后再试。"))
        }
        Err(TryLockError::Error(error)) => Err(fault("写入", &path)(error)),
    }
}

/// Refuses before the disk is full, not after.
fn room(plan: &Plan) -> Result<()> {
    let size = |path: &Path| fs::metadata(path).map(|m| m.len()).unwrap_or_default();
    let database = size(&plan.folder.join(kit::db::FILE));
    let files: u64 = fs::read_dir(plan.folder.join("files"))
        .map(|entries| entries.flatten().filter_map(|e| e.metadata().ok()).map(|m| m.len()).sum())
        .unwrap_or_default();
    let parent = target(&plan.to);
    let spare = 64 << 20;
    for (place, need) in
        [(plan.folder.as_path(), database + spare), (parent, database / 2 + files + spare)]
    {
        let free = fs4::available_space(place).map_err(fault("写入", place))?;
        if free < need {
            return Err(Error::refused(format!(
                "{} 所在磁盘只剩 {}，备份需要约 {}。请清理磁盘，或用 jxjy backup 文件名 存到别的磁盘。",
                place.display(),
                size_text(free),
                size_text(need)
            )));
        }
    }
    Ok(())
}

fn target(to: &Path) -> &Path {
    match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Writes under a temporary name, syncs, then gives the archive its name.
fn pack(plan: &Plan, snapshot: &Path, evidence: &[String], manifest: &mut Manifest) -> Result<u64> {
    let mut part = plan.to.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let done = fill(&part, plan, snapshot, evidence, manifest).and_then(|()| {
        fs::rename(&part, &plan.to).map_err(fault("写入", &plan.to))?;
        settle(target(&plan.to));
        Ok(fs::metadata(&plan.to)?.len())
    });
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

fn fill(
    part: &Path,
    plan: &Plan,
    snapshot: &Path,
    evidence: &[String],
    manifest: &mut Manifest,
) -> Result<()> {
    let file = create(part).map_err(fault("写入", part))?;
    let mut zip = ZipWriter::new(BufWriter::with_capacity(1 << 18, file));
    let fast = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .unix_permissions(0o600);
    // pictures and PDF are compressed already
    let stored = fast.compression_method(CompressionMethod::Stored).compression_level(None);

    let database = File::open(snapshot)?;
    manifest.entries.push(add(&mut zip, part, kit::db::FILE, database, fast.large_file(true))?);
    for name in evidence {
        match File::open(plan.folder.join("files").join(name)) {
            Ok(file) => {
                let name = format!("files/{name}");
                manifest.entries.push(add(&mut zip, part, &name, file, stored.large_file(true))?);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                manifest.missing.push(name.clone());
            }
            Err(error) => {
                return Err(fault("读取", &plan.folder.join("files").join(name))(error));
            }
        }
    }
    let noted = heads::up_to(&plan.folder, manifest.trail.row)?;
    if !noted.is_empty() {
        manifest.entries.push(add(&mut zip, part, heads::FILE, noted.as_bytes(), fast)?);
    }
    if let Ok(file) = File::open(&plan.settings) {
        manifest.entries.push(add(&mut zip, part, SETTINGS, file, fast)?);
    }
    let text = serde_json::to_vec_pretty(manifest)?;
    add(&mut zip, part, MANIFEST, text.as_slice(), fast)?;
    let file = zip.finish().map_err(|e| zipped(part, e))?;
    let file = file.into_inner().map_err(|e| fault("写入", part)(e.into_error()))?;
    file.sync_all().map_err(fault("写入", part))
}

/// A county's data in one file: only its owner reads it, where the system knows owners.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn add<W: Write + io::Seek>(
    zip: &mut ZipWriter<W>,
    part: &Path,
    name: &str,
    mut from: impl Read,
    options: SimpleFileOptions,
) -> Result<Entry> {
    zip.start_file(name, options).map_err(|e| zipped(part, e))?;
    let (mut sum, mut size) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 17];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        let bytes = buffer.get(..read).unwrap_or_default();
        sum.update(bytes);
        size += read as u64;
        zip.write_all(bytes).map_err(fault("写入", part))?;
    }
    let sha256 = kit::migration::hex(&sum.finalize());
    Ok(Entry { name: name.to_owned(), size, sha256 })
}

fn zipped(part: &Path, error: zip::result::ZipError) -> Error {
    fault("写入", part)(error.into())
}

/// The head as a sentence for the terminal.
impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} 条", self.row)
    }
}
