//! 备份: the page, the nightly task and the age on the start page.

mod page;

use std::path::Path;

use kit::db::Pools;
use kit::module::TaskContext;
use kit::settings::Kind;
use kit::{Actor, Clock, Group, Kinds, Leaf, Result, Setting, Settings, day, permission, trail};
use serde::Serialize;

use crate::archive::{self, Made, Plan, Written};
use crate::machine;

pub use page::routes;

pub const BACKUP: Leaf = Leaf {
    key: "core.backup",
    title: "备份",
    group: Group::System,
    kinds: Kinds::BUREAU.whole_county(),
};

permission!(pub ViewBackups, BACKUP, View);
permission!(pub EditBackups, BACKUP, Edit);

/// Whether the program backs up by itself.
pub const NIGHTLY: Setting = Setting {
    key: "backup.nightly",
    group: "备份",
    label: "每天自动备份",
    help: "到点时电脑没有开着的，下次启动后补做。",
    kind: Kind::Switch,
    default: "1",
    check: None,
};

/// When the nightly backup is due.
pub const HOUR: Setting = Setting {
    key: "backup.hour",
    group: "备份",
    label: "自动备份时间",
    help: "每天这个钟点之后做一次。",
    kind: Kind::Integer { least: 0, most: 23, unit: "点" },
    default: "2",
    check: None,
};

/// How many nightly backups are kept.
pub const KEEP: Setting = Setting {
    key: "backup.keep",
    group: "备份",
    label: "保留自动备份",
    help: "更早的自动备份会被删除；手动做的备份不会自动删除。",
    kind: Kind::Integer { least: 1, most: 365, unit: "份" },
    default: "7",
    check: None,
};

/// Hours after which the start page warns.
const LATE: i64 = 72;

/// Writes an archive with its trail row and notes the trail's head.
///
/// # Errors
/// A sentence that names what is in the way; the refusal is in the trail too.
pub async fn take(pools: &Pools, plan: &Plan, actor: &Actor, clock: &Clock) -> Result<Written> {
    let name = plan.to.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let written = archive::write(plan, clock).await;
    let mut tx = pools.begin().await?;
    match &written {
        Ok(written) => {
            let text = format!("备份到 {name}（{}）", archive::size_text(written.size));
            trail::write(&mut tx, actor, clock, "backup.create", "", &text).await?;
        }
        Err(error) => {
            let text = format!("备份没有完成：{}", crate::commands::sentence(error));
            trail::refused(&mut tx, actor, clock, "backup.create", "", &text).await?;
        }
    }
    tx.commit().await?;
    archive::note(&mut *pools.read().await?, &plan.folder, clock, true).await?;
    written
}

/// A plan for an archive in the folder's own `backups`.
pub fn own(folder: &Path, made: Made, clock: &Clock) -> Plan {
    Plan {
        folder: folder.to_path_buf(),
        to: archive::default_name(folder, made, clock),
        settings: machine::home().join("Rocket.toml"),
    }
}

/// The task: the trail's head once a day, a backup once it is due, old ones removed.
pub async fn nightly(context: TaskContext) -> Result<()> {
    let folder = context.db.folder().to_path_buf();
    let mut reader = context.db.read().await?;
    archive::note(&mut reader, &folder, &context.clock, false).await?;
    let failed: Option<String> = last_failure(&mut reader).await?.map(|(at, _)| at);
    drop(reader);
    if !context.settings.on(&NIGHTLY) || !due(&folder, &context.settings, &context.clock) {
        return Ok(());
    }
    // what failed is tried again, but not at every tick
    if failed.is_some_and(|at| at > context.clock.stamp_in(-time::Duration::hours(1))) {
        return Ok(());
    }
    let plan = own(&folder, Made::Night, &context.clock);
    take(&context.db, &plan, &Actor::system(), &context.clock).await?;
    let keep = usize::try_from(context.settings.integer(&KEEP)).unwrap_or(1);
    for name in archive::prune(&folder, keep)? {
        tracing::info!(name, "an old backup was removed");
    }
    Ok(())
}

/// Whether no backup was made since the last time the hour struck.
fn due(folder: &Path, settings: &Settings, clock: &Clock) -> bool {
    let hour = u8::try_from(settings.integer(&HOUR)).unwrap_or_default();
    let now = clock.now().to_offset(kit::clock::COUNTY);
    let Ok(today) = time::Time::from_hms(hour, 0, 0).map(|time| now.replace_time(time)) else {
        return false;
    };
    let struck = if today <= now { today } else { today - time::Duration::DAY };
    archive::last(folder)
        .is_none_or(|last| last.at < day::stamp(struck.to_offset(time::UtcOffset::UTC)))
}

/// What the start page says to the bureau's super administrator.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    pub ok: bool,
    pub text: String,
}

/// The age of the last backup.
pub fn standing(folder: &Path, clock: &Clock) -> Standing {
    match archive::last(folder) {
        None => Standing {
            ok: false,
            text: "还没有备份过。请到“系统管理·备份”点“立即备份”，并把备份文件另存到移动硬盘。"
                .to_owned(),
        },
        Some(last) => {
            let ok = last.at >= clock.stamp_in(-time::Duration::hours(LATE));
            let age = archive::age(&last.at, clock);
            let advice = if ok { "" } else { "，请到“系统管理·备份”查看原因" };
            Standing {
                ok,
                text: format!("上次备份：{age}（{}）{advice}。", archive::size_text(last.size)),
            }
        }
    }
}

/// The newest failed backup: when and why.
async fn last_failure(db: &mut sqlx::SqliteConnection) -> Result<Option<(String, String)>> {
    Ok(sqlx::query_as(
        "select at, text from trail where act = 'backup.create' and result = 'refused'
          order by id desc limit 1",
    )
    .fetch_optional(db)
    .await?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use kit::db::Pools;
    use kit::module::TaskContext;
    use kit::{Actor, Clock, Modules, Settings, migration, trail};
    use time::Duration;
    use time::macros::datetime;

    use super::{due, nightly, standing};
    use crate::archive::{Made, list};

    #[test]
    fn a_backup_is_due_once_the_hour_has_struck() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(datetime!(2026-11-23 01:59 +8));
        let settings = Settings::default();
        assert!(due(folder.path(), &settings, &clock), "never made");
        let place = folder.path().join("backups");
        fs::create_dir(&place).unwrap();
        fs::write(place.join("jxjy-nightly-20261122-020500.zip"), "x").unwrap();
        assert!(!due(folder.path(), &settings, &clock));
        clock.advance(Duration::minutes(1));
        assert!(due(folder.path(), &settings, &clock));
        fs::write(place.join("jxjy-20261123-020000.zip"), "x").unwrap();
        assert!(!due(folder.path(), &settings, &clock), "by hand counts");
        clock.advance(Duration::hours(12));
        assert!(!due(folder.path(), &settings, &clock));
        assert!(standing(folder.path(), &clock).ok);
        clock.advance(Duration::days(5));
        let late = standing(folder.path(), &clock);
        assert!(!late.ok && late.text.contains("5 天前"), "{}", late.text);
    }

    /// The sentences of the trail about backups.
    async fn told(pools: &Pools) -> Vec<String> {
        sqlx::query_scalar(
            "select result || ' ' || text from trail where act = 'backup.create' order by id",
        )
        .fetch_all(&mut *pools.read().await.unwrap())
        .await
        .unwrap()
    }

    #[rocket::async_test]
    async fn every_night_one_is_made_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        crate::machine::prepare(folder.path()).unwrap();
        let clock = Clock::fixed(datetime!(2026-11-20 08:30 +8));
        let pools = Pools::open(folder.path(), 1, true).await.unwrap();
        migration::run(&pools, &[], &clock).await.unwrap();
        let mut tx = pools.begin().await.unwrap();
        trail::write(&mut tx, &Actor::system(), &clock, "test", "", "第一件事").await.unwrap();
        tx.commit().await.unwrap();
        let context = TaskContext {
            db: Arc::new(pools.clone()),
            clock: clock.clone(),
            settings: Settings::default(),
            modules: Modules::new(vec![]),
        };
        for _ in 0..9 {
            nightly(context.clone()).await.unwrap();
            nightly(context.clone()).await.unwrap();
            clock.advance(Duration::days(1));
        }
        let archives = list(folder.path()).unwrap();
        assert_eq!(archives.len(), 7, "as many as are kept");
        assert!(archives.iter().all(|archive| archive.made == Made::Night));
        assert_eq!(archives[0].name, "jxjy-nightly-20261128-083000.zip");
        assert_eq!(told(&pools).await.len(), 9);
        let heads = fs::read_to_string(folder.path().join("trail-heads.log")).unwrap();
        assert!(heads.lines().count() >= 9, "{heads}");
        assert!(
            super::archive::compare(&mut pools.read().await.unwrap(), folder.path())
                .await
                .unwrap()
                .is_none()
        );

        // one that cannot be made is in the trail, and is not tried at every tick
        fs::remove_dir_all(folder.path().join("backups")).unwrap();
        fs::write(folder.path().join("backups"), "in the way").unwrap();
        assert!(nightly(context.clone()).await.is_err());
        nightly(context.clone()).await.unwrap();
        let told = told(&pools).await;
        assert_eq!(told.len(), 10);
        assert!(told[9].starts_with("refused 备份没有完成"), "{}", told[9]);
    }
}
