//! `trail-heads.log`: the trail's last hash, once a day, outside the database (LG-05).

use std::fs;
use std::io::Write;
use std::path::Path;

use kit::{Clock, Result, day};
use sqlx::SqliteConnection;

use super::{Head, fault, head};

/// In the data folder; only ever appended to.
pub const FILE: &str = "trail-heads.log";

/// Appends the head as it is now, unless the day has one already and `again` is false.
///
/// # Errors
/// When the file cannot be written.
pub async fn note(
    db: &mut SqliteConnection,
    folder: &Path,
    clock: &Clock,
    again: bool,
) -> Result<()> {
    let head = head(db).await?;
    let path = folder.join(FILE);
    let last = read(&path)?.pop();
    let today =
        |at: &str| day::stored_time(at).is_some_and(|at| day::county_day(at) == clock.today());
    if head.row == 0 || last.is_some_and(|(at, last)| last == head || !again && today(&at)) {
        return Ok(());
    }
    let mut file =
        fs::File::options().create(true).append(true).open(&path).map_err(fault("写入", &path))?;
    writeln!(file, "{} {} {}", clock.stamp(), head.row, head.hash)?;
    file.sync_all()?;
    Ok(())
}

/// Compares the trail with every head noted; a sentence for the first that does not stand, which
/// is how a tail cut off (whose rest is a whole chain) is found.
pub async fn compare(db: &mut SqliteConnection, folder: &Path) -> Result<Option<String>> {
    for (at, noted) in read(&folder.join(FILE))? {
        let hash: Option<Vec<u8>> = sqlx::query_scalar("select hash from trail where id = ?")
            .bind(noted.row)
            .fetch_optional(&mut *db)
            .await?;
        let at = day::shown_time(&at);
        match hash {
            None => {
                return Ok(Some(format!(
                    "操作日志被截断：{at} 时已有第 {} 条（见 {FILE}），现在没有了。",
                    noted.row
                )));
            }
            Some(hash) if kit::migration::hex(&hash) != noted.hash => {
                return Ok(Some(format!(
                    "操作日志被改写：第 {} 条与 {at} 记下的摘要（见 {FILE}）不一致。",
                    noted.row
                )));
            }
            Some(_) => {}
        }
    }
    Ok(None)
}

/// The lines up to a row, for an archive: a later one would accuse the restored trail.
pub fn up_to(folder: &Path, row: i64) -> Result<String> {
    let lines = read(&folder.join(FILE))?;
    Ok(lines
        .into_iter()
        .filter(|(_, head)| head.row <= row)
        .map(|(at, head)| format!("{at} {} {}\n", head.row, head.hash))
        .collect())
}

/// Every whole line: when, which row, which hash.
fn read(path: &Path) -> Result<Vec<(String, Head)>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(fault("读取", path)(error)),
    };
    let line = |line: &str| -> Option<(String, Head)> {
        let mut parts = line.split(' ');
        let (at, row, hash) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        Some((at.to_owned(), Head { row, hash: hash.to_owned() }))
    };
    Ok(text.lines().filter_map(line).collect())
}
