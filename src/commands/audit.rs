//! `jxjy audit verify`: whether the trail is as it was written.

use clap::Subcommand;
use kit::trail::{self, Verdict};
use kit::{Error, Module, Result};

use super::{Folder, TEMPLATE, county};
use crate::archive;

#[derive(Debug, Clone, Subcommand)]
pub enum Audit {
    /// 核对操作日志有没有被改动，指出第一条有问题的
    #[command(help_template = TEMPLATE)]
    Verify,
}

pub fn run(audit: &Audit, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    let Audit::Verify = audit;
    county::run(async {
        let (county, _) = county::County::open(folder, features).await?;
        let mut db = county.pools.read().await?;
        let verdict = trail::verify(&mut db).await?;
        let heads = archive::compare(&mut db, &county.machine.data).await?;
        match (verdict, heads) {
            (Verdict::Broken { row, rows_before }, _) => Err(Error::refused(format!(
                "操作日志被改动过：第一处问题在第 {row} 条，它之前的 {rows_before} 条完好。请保留现场，与备份对照，并查明原因。"
            ))),
            (_, Some(sentence)) => {
                Err(Error::refused(format!("{sentence}请保留现场，与备份对照，并查明原因。")))
            }
            (Verdict::Whole { rows }, None) => {
                println!(
                    "操作日志完好：共 {rows} 条，没有改动、缺失或换位，与每天记下的摘要一致。"
                );
                Ok(())
            }
        }
    })
}
