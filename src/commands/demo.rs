//! `jxjy demo`: fills an empty data folder with a county that is not real.

use std::time::Instant;

use clap::Args;
use kit::{Clock, Module, Result};

use super::{Folder, county};
use crate::demo::{Size, fill};
use crate::machine;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "选项")]
pub struct Demo {
    /// 多少名专业技术人员
    #[arg(long, value_name = "人数", default_value_t = 2000,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    people: u64,
    /// 多少条学时记录，默认每人 10 条
    #[arg(long, value_name = "条数", value_parser = clap::value_parser!(u64).range(0..=20_000_000))]
    records: Option<u64>,
    /// 种子：相同的种子得到相同的人员和记录
    #[arg(long, value_name = "数字", default_value_t = 2026)]
    seed: u64,
}

pub fn run(demo: &Demo, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    let (machine, modules) = county::place(folder, features)?;
    let size = Size {
        people: demo.people,
        records: demo.records.unwrap_or(demo.people * 10),
        seed: demo.seed,
    };
    machine::prepare(&machine.data)?;
    let _lock = machine::lock(&machine.data)?;
    let began = Instant::now();
    let signers = county::run(async {
        let clock = Clock::machine();
        let pools = crate::open(&machine, &modules, &clock).await?;
        let done = fill(&pools, &modules, &clock, size, |line| println!("{line}")).await;
        pools.shut().await;
        done
    })?;
    println!(
        "演示数据已建好：{} 人，{} 条学时记录，用时 {:.1} 秒。数据文件夹：{}",
        size.people,
        size.records,
        began.elapsed().as_secs_f64(),
        machine.data.display()
    );
    println!("可以用下面的账号登录。密码只显示这一次，请记下：");
    for signer in signers {
        println!("  {}　账号 {}　密码 {}", signer.what, signer.login, signer.password);
    }
    println!("启动系统：jxjy --data {}", machine.data.display());
    Ok(())
}
