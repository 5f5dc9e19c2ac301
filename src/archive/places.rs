//! The folder `backups`: names, ages, the last one, and how many are kept.

use std::fs;
use std::path::{Path, PathBuf};

use kit::{Clock, Result, day};
use serde::Serialize;
use time::{Date, Duration, Month, OffsetDateTime, Time};

use super::{fault, file_time};

/// In the data folder.
pub const FOLDER: &str = "backups";

/// Who had an archive made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Made {
    /// A person: by the command or the button. Never removed by the program.
    Hand,
    /// The nightly task, which keeps so many of its own.
    Night,
}

impl Made {
    fn prefix(self) -> &'static str {
        match self {
            Made::Hand => "jxjy-",
            Made::Night => "jxjy-nightly-",
        }
    }
}

/// An archive in the folder.
#[derive(Debug, Clone, Serialize)]
pub struct Archive {
    pub name: String,
    pub made: Made,
    /// UTC, as stored times are; out of the name.
    pub at: String,
    pub size: u64,
    #[serde(skip)]
    pub path: PathBuf,
}

/// `backups/jxjy-20261123-091200.zip`, with `-2` … if there is one of this second.
pub fn default_name(folder: &Path, made: Made, clock: &Clock) -> PathBuf {
    let stem = format!("{}{}", made.prefix(), file_time(clock));
    let name = |n: u32| if n == 1 { format!("{stem}.zip") } else { format!("{stem}-{n}.zip") };
    let path = |n| folder.join(FOLDER).join(name(n));
    (1..).map(path).find(|path| !path.exists()).unwrap_or_else(|| path(1))
}

/// The archives of a data folder, the newest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Archive>> {
    let place = folder.join(FOLDER);
    let entries = match fs::read_dir(&place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(fault("读取", &place)(error)),
    };
    let mut found: Vec<Archive> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (made, at) = told(&name)?;
            let size = entry.metadata().ok().filter(fs::Metadata::is_file)?.len();
            Some(Archive { name, made, at: day::stamp(at), size, path: entry.path() })
        })
        .collect();
    found.sort_unstable_by(|a, b| (&b.at, &b.name).cmp(&(&a.at, &a.name)));
    Ok(found)
}

/// The newest archive.
pub fn last(folder: &Path) -> Option<Archive> {
    list(folder).ok()?.into_iter().next()
}

/// Removes the nightly archives but the newest `keep`; gives the names removed.
///
/// # Errors
/// When one cannot be removed.
pub fn prune(folder: &Path, keep: usize) -> Result<Vec<String>> {
    let nightly = list(folder)?.into_iter().filter(|archive| archive.made == Made::Night);
    let mut gone = vec![];
    for archive in nightly.skip(keep.max(1)) {
        fs::remove_file(&archive.path).map_err(fault("删除", &archive.path))?;
        gone.push(archive.name);
    }
    Ok(gone)
}

/// What an archive's name tells: by whom and when.
fn told(name: &str) -> Option<(Made, OffsetDateTime)> {
    let stem = name.strip_suffix(".zip")?;
    let (made, rest) = match stem.strip_prefix(Made::Night.prefix()) {
        Some(rest) => (Made::Night, rest),
        None => (Made::Hand, stem.strip_prefix(Made::Hand.prefix())?),
    };
    let number = |from: usize, to: usize| -> Option<u16> {
        let digits = rest.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let two = |from: usize| number(from, from + 2).and_then(|n| u8::try_from(n).ok());
    let tail = rest.get(15..)?;
    let again = tail.strip_prefix('-').is_some_and(|n| n.parse::<u32>().is_ok());
    if rest.as_bytes().get(8) != Some(&b'-') || !(tail.is_empty() || again) {
        return None;
    }
    let month = Month::try_from(two(4)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0, 4)?), month, two(6)?).ok()?;
    let time = Time::from_hms(two(9)?, two(11)?, two(13)?).ok()?;
    Some((made, date.with_time(time).assume_offset(kit::clock::COUNTY)))
}

/// 刚刚, 5 分钟前, 3 小时前, 2 天前.
pub fn age(at: &str, clock: &Clock) -> String {
    let Some(at) = day::stored_time(at) else { return String::new() };
    let past = clock.now() - at;
    if past < Duration::minutes(1) {
        "刚刚".to_owned()
    } else if past < Duration::hours(1) {
        format!("{} 分钟前", past.whole_minutes())
    } else if past < Duration::days(1) {
        format!("{} 小时前", past.whole_hours())
    } else {
        format!("{} 天前", past.whole_days())
    }
}

/// `862 KB`, `1.2 GB`.
pub fn size_text(bytes: u64) -> String {
    let mut value = bytes as f64 / 1024.0;
    let mut unit = "KB";
    for next in ["MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::{Made, age, default_name, list, prune, size_text, told};
    use kit::Clock;
    use time::macros::datetime;

    fn noon() -> Clock {
        Clock::fixed(datetime!(2026-11-23 04:00 UTC))
    }

    #[test]
    fn a_name_tells_when_and_by_whom() {
        let folder = tempfile::tempdir().unwrap();
        let path = default_name(folder.path(), Made::Hand, &noon());
        assert!(path.ends_with("backups/jxjy-20261123-120000.zip"));
        assert_eq!(
            told("jxjy-20261123-120000.zip"),
            Some((Made::Hand, datetime!(2026-11-23 12:00 +8)))
        );
        assert_eq!(
            told("jxjy-nightly-20261123-120000-2.zip"),
            Some((Made::Night, datetime!(2026-11-23 12:00 +8)))
        );
        for name in [
            "a.zip",
            "jxjy-2026.zip",
            "jxjy-20261323-120000.zip",
            "jxjy-20261123-120000.zip.part",
            "jxjy-20261123-120000-x.zip",
        ] {
            assert_eq!(told(name), None, "{name}");
        }
    }

    #[test]
    fn only_nightly_archives_are_pruned() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join(super::FOLDER);
        std::fs::create_dir(&place).unwrap();
        for day in 10..15 {
            std::fs::write(place.join(format!("jxjy-nightly-202611{day}-020000.zip")), "x")
                .unwrap();
        }
        std::fs::write(place.join("jxjy-20261101-020000.zip"), "x").unwrap();
        let gone = prune(folder.path(), 3).unwrap();
        assert_eq!(gone, ["jxjy-nightly-20261111-020000.zip", "jxjy-nightly-20261110-020000.zip"]);
        let left = list(folder.path()).unwrap();
        assert_eq!(left.len(), 4);
        assert_eq!(left[0].at, "2026-11-13T18:00:00.000Z");
        assert_eq!(left[3].made, Made::Hand);
    }

    #[test]
    fn ages_and_sizes_are_read_at_a_glance() {
        for (at, said) in [
            ("2026-11-23T03:59:30.000Z", "刚刚"),
            ("2026-11-23T03:30:00.000Z", "30 分钟前"),
            ("2026-11-22T05:00:00.000Z", "23 小时前"),
            ("2026-11-20T03:00:00.000Z", "3 天前"),
        ] {
            assert_eq!(age(at, &noon()), said);
        }
        assert_eq!(size_text(500), "0.5 KB");
        assert_eq!(size_text(5 * 1024 * 1024), "5.0 MB");
        assert_eq!(size_text(3 << 30), "3.0 GB");
    }
}
