//! `jxjy restore`: an archive into an empty data folder, proved before it is used.

use std::path::PathBuf;

use clap::Args;
use kit::{Clock, Module, Result, day};

use super::{Folder, county};
use crate::archive;

#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// 备份文件
    #[arg(value_name = "文件")]
    file: PathBuf,
}

pub fn run(restore: &Restore, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    let (machine, modules) = county::place(folder, features)?;
    let manifest = county::run(async {
        archive::restore(&restore.file, &machine.data, &modules, &Clock::machine()).await
    })?;
    println!(
        "已恢复 {} 在 {} 的备份到 {}。",
        if manifest.bureau.is_empty() { "（未设置单位）" } else { &manifest.bureau },
        day::shown_time(&manifest.created_at),
        machine.data.display()
    );
    println!(
        "已核对：每个文件的摘要、数据库完整性、{} 张表共 {} 行、操作日志 {}。",
        manifest.tables.len(),
        manifest.tables.values().sum::<i64>(),
        manifest.trail
    );
    if !manifest.missing.is_empty() {
        println!("注意：备份时就缺少 {} 个证明材料文件。", manifest.missing.len());
    }
    if manifest.entries.iter().any(|entry| entry.name == "Rocket.toml") {
        println!("当时的机器设置放在该文件夹的 Rocket.toml.restored，需要时请自己对照。");
    }
    println!("启动系统：jxjy --data {}。所有人需要重新登录。", machine.data.display());
    Ok(())
}
