//! `jxjy backup`: the whole county in one archive, while the server runs.

use std::path::PathBuf;

use clap::Args;
use kit::{Actor, Module, Result};

use super::{Folder, county};
use crate::archive::{Made, Plan, size_text};
use crate::backup::{own, take};

#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// 备份文件，默认在数据文件夹的 backups 里，按时间命名
    #[arg(value_name = "文件")]
    file: Option<PathBuf>,
}

pub fn run(backup: &Backup, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    county::run(async {
        let (county, _) = county::County::open(folder, features).await?;
        let plan = own(&county.machine.data, Made::Hand, &county.clock);
        let plan = match &backup.file {
            None => plan,
            Some(file) => {
                let file = std::path::absolute(file)?;
                let name = plan.to.file_name().unwrap_or_default();
                Plan { to: if file.is_dir() { file.join(name) } else { file }, ..plan.clone() }
            }
        };
        let taken = take(&county.pools, &plan, &Actor::command("backup"), &county.clock).await;
        county.pools.shut().await;
        let written = taken?;
        let manifest = &written.manifest;
        println!("已备份到 {}（{}）。", plan.to.display(), size_text(written.size));
        println!(
            "共 {} 张表、{} 行，{} 个证明材料文件，操作日志 {}。",
            manifest.tables.len(),
            manifest.tables.values().sum::<i64>(),
            manifest.entries.iter().filter(|entry| entry.name.starts_with("files/")).count(),
            manifest.trail
        );
        if !manifest.missing.is_empty() {
            println!(
                "注意：有 {} 个证明材料文件找不到，没有备份到。详情请运行 jxjy doctor。",
                manifest.missing.len()
            );
        }
        println!("请把它另存到移动硬盘或别的电脑，并当作密件保管。");
        Ok(())
    })
}
