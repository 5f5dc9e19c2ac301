//! `jxjy doctor`: whether database, trail, files, disk and settings are well.

use std::fs;
use std::io::Read;
use std::path::Path;

use clap::Args;
use kit::module::Finding;
use kit::trail::{self, Verdict};
use kit::{Clock, Error, Module, Modules, Result, migration};
use sha2::{Digest, Sha256};
use sqlx::{Row, SqliteConnection};

use super::county::{County, Schema};
use super::{Folder, county};
use crate::archive;

/// Less free disk than this, or than twice the database, is a finding.
const SPARE: u64 = 1 << 30;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "选项")]
pub struct Doctor {
    /// 逐个核对证明材料的内容（较慢）
    #[arg(long)]
    deep: bool,
    /// 以 JSON 输出
    #[arg(long)]
    json: bool,
}

pub fn run(doctor: &Doctor, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    let findings = county::run(async {
        match County::open(folder, features).await {
            Ok((county, schema)) => {
                let findings = examine(&county, schema, doctor.deep).await;
                county.pools.shut().await;
                findings
            }
            Err(error) => Ok(vec![bad(super::sentence(&error))]),
        }
    })?;
    let wrong = findings.iter().filter(|finding| !finding.ok).count();
    if doctor.json {
        let report = serde_json::json!({ "ok": wrong == 0, "findings": findings });
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for finding in &findings {
            println!("{}  {}", if finding.ok { "正常" } else { "异常" }, finding.text);
        }
    }
    match wrong {
        0 => Ok(()),
        n => Err(Error::refused(format!("发现 {n} 处异常，见上。处理前请先备份整个数据文件夹。"))),
    }
}

fn good(text: impl Into<String>) -> Finding {
    Finding { ok: true, text: text.into() }
}

fn bad(text: impl Into<String>) -> Finding {
    Finding { ok: false, text: text.into() }
}

/// Every check in turn; one that cannot be made is a finding of its own.
async fn examine(county: &County, schema: Schema, deep: bool) -> Result<Vec<Finding>> {
    let mut db = county.pools.read().await?;
    archive::roomy(&mut db).await?;
    let mut all = vec![match schema {
        Schema::Same => good("数据库结构与程序一致"),
        Schema::Older => good("数据库是旧版结构，下次启动 jxjy 时自动升级"),
    }];
    all.push(made("数据库完整性", integrity(&mut db).await));
    all.push(made("数据关联", links(&mut db).await));
    all.push(made("操作日志", chain(&mut db, &county.machine.data).await));
    all.push(made("证明材料", files(&mut db, &county.machine.data, deep).await));
    all.push(made("系统设置", kept(&mut db, &county.modules).await));
    for module in county.modules.all() {
        match module.doctor(&mut db).await {
            Ok(findings) => all.extend(findings),
            Err(error) => all.push(made(module.title(), Err(error))),
        }
    }
    all.push(made("磁盘", disk(&county.machine.data)));
    all.push(backup(&county.machine.data, &county.clock));
    Ok(all)
}

fn made(what: &str, check: Result<Finding>) -> Finding {
    check.unwrap_or_else(|error| bad(format!("{what}没能检查：{}", super::sentence(&error))))
}

async fn integrity(db: &mut SqliteConnection) -> Result<Finding> {
    let lines: Vec<String> = sqlx::query_scalar("pragma integrity_check(3)").fetch_all(db).await?;
    Ok(match lines.first().map(String::as_str) {
        Some("ok") => good("数据库完整"),
        _ => bad(format!("数据库已损坏：{}。请从最近的备份恢复。", lines.join("；"))),
    })
}

async fn links(db: &mut SqliteConnection) -> Result<Finding> {
    let rows = sqlx::query("pragma foreign_key_check").fetch_all(db).await?;
    Ok(match rows.first() {
        None => good("数据关联完好"),
        Some(row) => bad(format!(
            "有 {} 条数据指向不存在的记录，第一条在表 {}",
            rows.len(),
            row.try_get::<String, _>(0)?
        )),
    })
}

async fn chain(db: &mut SqliteConnection, folder: &Path) -> Result<Finding> {
    if let Verdict::Broken { row, .. } = trail::verify(&mut *db).await? {
        return Ok(bad(format!("操作日志被改动过，第一处在第 {row} 条")));
    }
    if let Some(sentence) = archive::compare(&mut *db, folder).await? {
        return Ok(bad(sentence));
    }
    let rows = archive::head(db).await?.row;
    Ok(good(format!("操作日志完好，共 {rows} 条")))
}

/// What the database names lies in `files`, with its size and, when deep, its content.
async fn files(db: &mut SqliteConnection, folder: &Path, deep: bool) -> Result<Finding> {
    let named: Vec<(String, i64)> =
        sqlx::query_as("select distinct sha256, size from file order by sha256")
            .fetch_all(db)
            .await?;
    let (mut lost, mut wrong) = (vec![], vec![]);
    for (sha256, size) in &named {
        let path = folder.join("files").join(sha256);
        match fs::metadata(&path) {
            Err(_) => lost.push(sha256.as_str()),
            Ok(found) if i64::try_from(found.len()).ok() != Some(*size) => wrong.push(sha256),
            Ok(_) if deep && hashed(&path)? != *sha256 => wrong.push(sha256),
            Ok(_) => {}
        }
    }
    if lost.is_empty() && wrong.is_empty() {
        let how = if deep { "，内容已逐个核对" } else { "" };
        return Ok(good(format!("证明材料 {} 个，都在{how}", named.len())));
    }
    let first = lost.first().copied().or(wrong.first().map(|s| s.as_str())).unwrap_or_default();
    Ok(bad(format!(
        "证明材料缺少 {} 个、内容不符 {} 个，例如 files/{first}。请从备份中找回。",
        lost.len(),
        wrong.len()
    )))
}

fn hashed(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).map_err(archive::fault("读取", path))?;
    let (mut sum, mut buffer) = (Sha256::new(), vec![0; 1 << 17]);
    loop {
        match file.read(&mut buffer).map_err(archive::fault("读取", path))? {
            0 => return Ok(migration::hex(&sum.finalize())),
            read => sum.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// Each stored value is one its setting accepts.
async fn kept(db: &mut SqliteConnection, modules: &Modules) -> Result<Finding> {
    let stored: Vec<(String, String)> =
        sqlx::query_as("select key, value from setting").fetch_all(db).await?;
    let known = modules.settings();
    let mut wrong = vec![];
    for (key, value) in &stored {
        if let Some(setting) = known.iter().find(|setting| setting.key == key)
            && let Err(sentence) = setting.accept(value)
        {
            wrong.push(format!("“{}”是“{value}”：{sentence}", setting.label));
        }
    }
    Ok(if wrong.is_empty() {
        good(format!("系统设置正常，改过 {} 项", stored.len()))
    } else {
        bad(format!("系统设置有误：{}请在系统设置中改正。", wrong.join("")))
    })
}

fn disk(folder: &Path) -> Result<Finding> {
    let free = fs4::available_space(folder).map_err(archive::fault("读取", folder))?;
    let database = fs::metadata(folder.join(kit::db::FILE)).map(|m| m.len()).unwrap_or_default();
    let (free_text, size) = (archive::size_text(free), archive::size_text(database));
    Ok(if free < SPARE.max(database * 2) {
        bad(format!("磁盘只剩 {free_text}（数据库 {size}）。请清理磁盘，否则将不能保存和备份。"))
    } else {
        good(format!("磁盘剩余 {free_text}，数据库 {size}"))
    })
}

fn backup(folder: &Path, clock: &Clock) -> Finding {
    good(match archive::last(folder) {
        Some(last) => format!("上次备份 {}：{}", archive::age(&last.at, clock), last.name),
        None => "还没有备份过，请尽快运行 jxjy backup".to_owned(),
    })
}
