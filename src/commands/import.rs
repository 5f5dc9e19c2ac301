//! `jxjy import`: people from a spreadsheet, checked and written by the screen's own code.

use std::path::PathBuf;

use clap::Args;
use import::command::{self, Report, Told};
use kit::job::Progress;
use kit::{Error, Module, Result};

use super::{Folder, county};

/// Rows told on a terminal; `--json` tells all.
const SHOWN: usize = 50;

#[derive(Debug, Clone, Args)]
pub struct Import {
    /// 填好的导入文件（.xlsx）
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 导入到哪个单位：单位全称或统一社会信用代码，默认人社局
    #[arg(long, value_name = "单位")]
    organization: Option<String>,
    /// 只核对，不写入
    #[arg(long)]
    dry_run: bool,
    /// 以 JSON 输出结果
    #[arg(long)]
    json: bool,
}

pub fn run(import: &Import, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    let done = county::run(async {
        let bytes = std::fs::read(&import.file).map_err(|cause| {
            let (cause, remedy) = crate::machine::why(&cause);
            Error::refused(format!("打不开文件 {}：{cause}。{remedy}", import.file.display()))
        })?;
        let county = county::County::open_same(folder, features).await?;
        let report = work(import, &county, bytes).await;
        county.pools.shut().await;
        report
    });
    match done {
        Ok(report) => tell(import, &report),
        Err(error) => {
            if import.json {
                let errors = vec![Told {
                    row: 0,
                    column: String::new(),
                    value: String::new(),
                    message: super::sentence(&error),
                    remedy: String::new(),
                }];
                println!("{}", serde_json::to_string(&Report { errors, ..Report::default() })?);
            }
            Err(error)
        }
    }
}

async fn work(import: &Import, county: &county::County, bytes: Vec<u8>) -> Result<Report> {
    let organization = command::organization(&county.pools, import.organization.as_deref()).await?;
    if import.dry_run {
        return command::check(&county.pools, &county.clock, &organization, bytes).await;
    }
    let name = import.file.file_name().unwrap_or_default().to_string_lossy();
    let progress = Progress::new(0);
    let (pools, clock) = (&county.pools, &county.clock);
    command::import(pools, &county.modules, clock, &organization, &name, bytes, &progress).await
}

/// Prints the outcome; rows that did not go in are a failure.
fn tell(import: &Import, report: &Report) -> Result<()> {
    if import.json {
        println!("{}", serde_json::to_string(report)?);
    } else {
        for told in report.errors.iter().take(SHOWN) {
            println!(
                "第 {} 行 {}“{}”：{}。{}。",
                told.row, told.column, told.value, told.message, told.remedy
            );
        }
        if report.errors.len() > SHOWN {
            println!("……共 {} 处问题，用 --json 可看到全部。", report.errors.len());
        }
        println!(
            "文件共 {} 行：可以导入 {} 行（其中 {} 行有提醒），已在本单位 {} 行，需要修改 {} 行。",
            report.rows,
            report.valid,
            report.warnings,
            report.skipped,
            report.failing()
        );
        if import.dry_run {
            println!("只核对，没有写入。");
        } else {
            println!("已导入 {} 人。", report.imported);
        }
    }
    match report.failing() {
        0 => Ok(()),
        rows if import.dry_run => Err(Error::refused(format!("有 {rows} 行需要修改。"))),
        rows => Err(Error::refused(format!("有 {rows} 行没有导入，请改好后再导入这些行。"))),
    }
}
