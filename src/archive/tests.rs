//! An archive comes back as it was, or not at all.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use kit::db::Pools;
use kit::{Actor, Clock, Modules, migration, trail};
use time::macros::datetime;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Manifest, Plan, compare, counts, note, restore, write};

fn noon() -> Clock {
    Clock::fixed(datetime!(2026-11-23 04:00 UTC))
}

fn none() -> Modules {
    Modules::new(vec![])
}

/// A data folder with a bureau, a trail and one piece of evidence.
async fn county(folder: &Path) -> Pools {
    crate::machine::prepare(folder).unwrap();
    let pools = Pools::open(folder, 1, true).await.unwrap();
    migration::run(&pools, &[], &noon()).await.unwrap();
    let mut tx = pools.begin().await.unwrap();
    sqlx::raw_sql(
        "insert into organization (id, kind, name, created_at) values (1, 'bureau', '甲县人社局', '2026-01-01T00:00:00.000Z');
         insert into account (id, login, name, state, created_at) values (1, 'bureau', '王敏', 'active', '2026-01-01T00:00:00.000Z');
         insert into session (token_hash, account_id, address, agent, created_at, seen_at, ends_at)
           values (x'00', 1, '', '', '', '', '');
         insert into file (sha256, name, mime, size, account_id, created_at) values ('ab12', '证书.pdf', 'application/pdf', 5, 1, '');
         insert into file (sha256, name, mime, size, account_id, created_at) values ('ff00', '丢了.pdf', 'application/pdf', 5, 1, '');",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    for n in 0..3 {
        let text = format!("第 {n} 件事");
        trail::write(&mut tx, &Actor::system(), &noon(), "test", "", &text).await.unwrap();
    }
    tx.commit().await.unwrap();
    fs::write(folder.join("files/ab12"), "%PDF-").unwrap();
    pools
}

fn plan(folder: &Path, to: &Path) -> Plan {
    let settings = folder.join("nowhere.toml");
    Plan { folder: folder.to_path_buf(), to: to.to_path_buf(), settings }
}

/// The archive with one entry's bytes changed by `edit`; none leaves it out.
fn edited(from: &Path, to: &Path, edit: impl Fn(&str, Vec<u8>) -> Option<(String, Vec<u8>)>) {
    let mut old = ZipArchive::new(fs::File::open(from).unwrap()).unwrap();
    let mut new = ZipWriter::new(fs::File::create(to).unwrap());
    for n in 0..old.len() {
        let mut entry = old.by_index(n).unwrap();
        let mut bytes = vec![];
        entry.read_to_end(&mut bytes).unwrap();
        if let Some((name, bytes)) = edit(entry.name(), bytes) {
            new.start_file(name, SimpleFileOptions::default()).unwrap();
            new.write_all(&bytes).unwrap();
        }
    }
    new.finish().unwrap();
}

#[rocket::async_test]
async fn what_was_backed_up_comes_back() {
    let (home, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pools = county(home.path()).await;
    note(&mut pools.read().await.unwrap(), home.path(), &noon(), false).await.unwrap();
    let zip = home.path().join("a.zip");
    let mut open = pools.begin().await.unwrap(); // a writer in the middle of its work
    sqlx::query("delete from file").execute(&mut *open).await.unwrap();
    let written = write(&plan(home.path(), &zip), &noon()).await.unwrap();
    open.rollback().await.unwrap();

    assert_eq!(written.manifest.bureau, "甲县人社局");
    assert_eq!(written.manifest.trail.row, 3);
    assert_eq!(written.manifest.tables["file"], 2);
    assert_eq!(written.manifest.missing, ["ff00"]);
    assert_eq!(written.size, fs::metadata(&zip).unwrap().len());
    assert!(fs::read_dir(home.path().join("tmp")).unwrap().next().is_none());
    let again = write(&plan(home.path(), &zip), &noon()).await.unwrap_err();
    assert!(again.sentence().contains("已存在"));

    let to = empty.path().join("new");
    let manifest = restore(&zip, &to, &none(), &noon()).await.unwrap();
    assert_eq!(manifest, written.manifest);
    assert_eq!(fs::read_to_string(to.join("files/ab12")).unwrap(), "%PDF-");
    let restored = Pools::open(&to, 1, false).await.unwrap();
    let mut db = restored.read().await.unwrap();
    let found = counts(&mut db).await.unwrap();
    assert_eq!(found["file"], 2);
    assert_eq!(found["session"], 0, "everybody signs in again");
    assert_eq!(found["trail"], 4, "the restore is in the trail");
    assert!(matches!(trail::verify(&mut db).await.unwrap(), trail::Verdict::Whole { rows: 4 }));
    assert_eq!(compare(&mut db, &to).await.unwrap(), None);

    let error = restore(&zip, &to, &none(), &noon()).await.unwrap_err();
    assert!(error.sentence().contains("已有数据"), "{}", error.sentence());
}

#[rocket::async_test]
async fn a_backup_that_was_touched_is_refused_and_the_folder_stays_empty() {
    let home = tempfile::tempdir().unwrap();
    county(home.path()).await;
    let zip = home.path().join("a.zip");
    write(&plan(home.path(), &zip), &noon()).await.unwrap();

    let manifest = |bytes: &[u8], change: &dyn Fn(&mut Manifest)| {
        let mut manifest: Manifest = serde_json::from_slice(bytes).unwrap();
        change(&mut manifest);
        Some((super::MANIFEST.to_owned(), serde_json::to_vec(&manifest).unwrap()))
    };
    type Edit<'a> = Box<dyn Fn(&str, Vec<u8>) -> Option<(String, Vec<u8>)> + 'a>;
    let same = |name: &str, bytes| Some((name.to_owned(), bytes));
    let changed = |change: fn(&mut Manifest)| -> Edit<'_> {
        Box::new(move |name: &str, bytes: Vec<u8>| match name {
            super::MANIFEST => manifest(&bytes, &change),
            _ => same(name, bytes),
        })
    };
    let cases: Vec<(&str, Edit<'_>)> = vec![
        (
            "与清单不符",
            Box::new(|name, bytes| match name {
                "files/ab12" => same(name, b"%PDF!".to_vec()),
                _ => same(name, bytes),
            }),
        ),
        (
            "缺少文件",
            Box::new(|name, bytes| (name != "files/ab12").then(|| (name.to_owned(), bytes))),
        ),
        (
            "没有清单",
            Box::new(|name, bytes| (name != super::MANIFEST).then(|| (name.to_owned(), bytes))),
        ),
        (
            "清单以外",
            Box::new(|name, bytes| match name {
                "files/ab12" => same("../../evil", bytes),
                _ => same(name, bytes),
            }),
        ),
        ("不该有的文件", changed(|m| m.entries[1].name = "files/../../evil".to_owned())),
        ("不该有的文件", changed(|m| m.entries[1].name = "/etc/evil".to_owned())),
        ("更新版本", changed(|m| m.format = 2)),
        ("格式不认识", changed(|m| m.format = 0)),
        ("表 file 的行数", changed(|m| *m.tables.get_mut("file").unwrap() = 3)),
        ("末尾", changed(|m| m.trail.row = 2)),
        ("里面没有数据库", changed(|m| drop(m.entries.remove(0)))),
    ];
    for (said, edit) in cases {
        let bad = home.path().join("bad.zip");
        edited(&zip, &bad, edit);
        let parent = tempfile::tempdir().unwrap();
        let to = parent.path().join("county");
        let error = restore(&bad, &to, &none(), &noon()).await.unwrap_err();
        assert!(error.sentence().contains(said), "{said}: {}", error.sentence());
        assert!(!to.exists(), "{said}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0, "{said}");
    }
    let cut = home.path().join("cut.zip");
    let bytes = fs::read(&zip).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let to = tempfile::tempdir().unwrap();
    assert!(restore(&cut, to.path(), &none(), &noon()).await.is_err());
    assert!(!to.path().join(kit::db::FILE).exists());
    // and after all that a good one still goes into the same folder
    restore(&zip, to.path(), &none(), &noon()).await.unwrap();
}

#[rocket::async_test]
async fn a_tail_cut_off_the_trail_is_found_by_the_noted_heads() {
    let home = tempfile::tempdir().unwrap();
    let pools = county(home.path()).await;
    let clock = noon();
    let mut db = pools.read().await.unwrap();
    note(&mut db, home.path(), &clock, false).await.unwrap();
    note(&mut db, home.path(), &clock, false).await.unwrap();
    let lines = fs::read_to_string(home.path().join("trail-heads.log")).unwrap();
    assert_eq!(lines.lines().count(), 1, "once a day");
    assert_eq!(compare(&mut db, home.path()).await.unwrap(), None);

    let mut tx = pools.begin().await.unwrap();
    sqlx::raw_sql("drop trigger trail_no_delete; delete from trail where id = 3;")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(trail::verify(&mut db).await.unwrap(), trail::Verdict::Whole { rows: 2 }));
    let sentence = compare(&mut db, home.path()).await.unwrap().unwrap();
    assert!(sentence.contains("第 3 条"), "{sentence}");
}
