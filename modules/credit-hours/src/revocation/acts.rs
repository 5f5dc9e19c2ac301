//! The acts themselves, in the caller's transaction.

use sqlx::SqliteConnection;

use kit::review::Case;
use kit::{Actor, Clock, FileId, Hours, Modules, Result, trail};

use super::REVOCATIONS;
use super::store::{self, Detail};
use super::tell::{Told, tell};
use crate::ledger::{self, Ended, NewEntry};

/// 撤销 of many entries of one case with one reason and one line of the trail; everybody hears of
/// it. Gives how many stood and do not any more.
pub async fn revoke_many(
    tx: &mut SqliteConnection,
    modules: &Modules,
    (case, entries): (&Case, &[i64]),
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<usize> {
    let reversed = ledger::reverse_many(&mut *tx, modules, entries, reason, actor, clock).await?;
    let ids: Vec<i64> = reversed.iter().map(|(entry, ..)| *entry).collect();
    let text = format!("撤销 {} 记入的 {} 条学时，原因：{reason}", case.number, ids.len());
    let act = "credit-hours.entry.reverse";
    trail::write(&mut *tx, actor, clock, act, &case.object(), &text).await?;
    let told = Told { verb: "撤销", reason, now: String::new() };
    let entries = store::these(&mut *tx, &ids).await?;
    tell(tx, &entries, &told, clock).await?;
    Ok(ids.len())
}

/// 撤销 of entries that stand; everybody hears of it.
pub async fn revoke(
    tx: &mut SqliteConnection,
    modules: &Modules,
    entries: &[Detail],
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    for one in entries {
        ledger::reverse(&mut *tx, modules, one.id, reason, actor, clock).await?;
    }
    let told = Told { verb: "撤销", reason, now: String::new() };
    tell(tx, entries, &told, clock).await
}

/// Of 更正, the first half: the entry is out of the ledger, so that the rules can be asked about
/// what comes in its place.
pub async fn take_out(
    tx: &mut SqliteConnection,
    modules: &Modules,
    old: &Detail,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    let (entry, how) = (old.id, Ended::Corrected);
    ledger::end(tx, modules, entry, how, reason, actor, clock).await?;
    Ok(())
}

/// The second half: the new entry, linked to the old one, its evidence; everybody hears of it.
pub async fn put_in(
    tx: &mut SqliteConnection,
    old: &Detail,
    new: NewEntry,
    (reason, files): (&str, &[FileId]),
    clock: &Clock,
) -> Result<i64> {
    let now = changes(old, &new);
    let ids = ledger::record(&mut *tx, &[new], clock).await?;
    for (sort, file) in files.iter().enumerate() {
        sqlx::query("insert into revocation_file (entry_id, file_id, sort) values (?, ?, ?)")
            .bind(old.id)
            .bind(file)
            .bind(i64::try_from(sort).unwrap_or_default())
            .execute(&mut *tx)
            .await?;
        let person = Some(old.person_id);
        let (organization, department) = (old.organization_id, old.department_id);
        kit::file::link(&mut *tx, *file, REVOCATIONS, person, organization, department).await?;
    }
    let told = Told { verb: "更正", reason, now: format!("{now}。") };
    tell(tx, std::slice::from_ref(old), &told, clock).await?;
    ids.first().copied().ok_or(kit::Error::NotFound)
}

/// 现为：学时 36 学时（原 40 学时）；年度 …
pub fn changes(old: &Detail, new: &NewEntry) -> String {
    let hours = |hours: Hours| format!("{hours} 学时");
    let pairs = [
        ("年度", old.year.to_string(), new.year.to_string()),
        ("学时", hours(old.hours), hours(new.hours)),
        ("学习项目", old.title.clone(), new.title.clone()),
        ("举办单位", old.organizer.clone(), new.organizer.clone()),
        ("开始日期", old.started_on.clone(), new.started_on.clone()),
        ("结束日期", old.ended_on.clone(), new.ended_on.clone()),
        ("证书编号", old.certificate_number.clone(), new.certificate_number.clone()),
    ];
    let none = |text: String| if text.is_empty() { "无".to_owned() } else { text };
    let mut changed: Vec<String> = pairs
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(label, before, after)| format!("{label} {}（原 {}）", none(after), none(before)))
        .collect();
    if old.category_id != new.category {
        changed.push("科目类别已改".to_owned());
    }
    if old.kind != new.kind {
        changed.push(format!("学习形式 {}", crate::read::kind_label(&new.kind)));
    }
    format!("现为：{}", changed.join("；"))
}
