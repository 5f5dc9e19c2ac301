//! `jxjy import`: people from a spreadsheet, checked and written by the screen's own code.

mod terminal;
mod undo;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use import::command::{self, Choice, Order, Policy, Report};
use kit::{Error, Module, Result};

use super::{Folder, county};

/// Rows told on a terminal; `--json` tells all.
const SHOWN: usize = 50;

/// Exit codes, for scripts.
const AFTER: &str = "退出码：0 每一行都已导入（--dry-run：都可以导入），或者本来就不用导入；1 有行没有导入，或者\n整个文件不能导入；2 命令写法不对。系统正在运行时也可以用。";

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "选项", after_help = AFTER)]
pub struct Import {
    /// 填好的导入文件
    #[arg(value_name = "文件", required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// 导入到哪个单位：单位全称或统一社会信用代码，默认人社局
    #[arg(long, value_name = "单位")]
    organization: Option<String>,
    /// 已在系统中的人：skip 跳过，fill 补空，update 更新，reject 拒绝
    #[arg(long, value_name = "方式", default_value = "fill", value_parser = policy)]
    policy: Policy,
    /// 只导入正确的行（默认）
    #[arg(long)]
    only_valid: bool,
    /// 全部正确才导入：有一行不能导入，就什么都不写入
    #[arg(long, conflicts_with = "only_valid")]
    all_or_nothing: bool,
    /// 文件里的内设部门本单位没有的，自动新建
    #[arg(long)]
    create_departments: bool,
    /// 只核对，不写入
    #[arg(long)]
    dry_run: bool,
    /// 以 JSON 输出结果
    #[arg(long)]
    json: bool,
    /// 撤销一次导入：写导入记录编号，不写文件；加 --dry-run 只看会怎样
    #[arg(long, value_name = "编号", conflicts_with_all = ["file", "organization", "all_or_nothing", "only_valid", "create_departments"])]
    undo: Option<i64>,
    /// 撤销的原因，记入导入记录和操作日志
    #[arg(
        long,
        value_name = "原因",
        conflicts_with = "file", // it goes with --undo only
        default_value = "命令行撤销",
        hide_default_value = true
    )]
    reason: String,
}

fn policy(key: &str) -> std::result::Result<Policy, String> {
    Policy::of(key).ok_or_else(|| "skip, fill, update, reject".to_owned())
}

pub fn run(import: &Import, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    if let Some(id) = import.undo {
        return undo::run(import, id, folder, features);
    }
    let done = county::run(async {
        let bytes = read(import.file())?;
        let county = county::County::open_same(folder, features).await?;
        let report = work(import, &county, bytes).await;
        county.pools.shut().await;
        report
    });
    match done {
        Ok(report) => tell(import, &report),
        Err(error) => {
            if import.json {
                let report = Report::of_nothing(super::sentence(&error));
                println!("{}", serde_json::to_string(&report)?);
            }
            Err(error)
        }
    }
}

impl Import {
    fn file(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new(""))
    }
}

/// The file's bytes; one that is too long is not read to its end.
fn read(path: &Path) -> Result<Vec<u8>> {
    let most = kit::sheet::PACKED as u64 + 1;
    let mut bytes = vec![];
    let read = std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(cause) => {
            let (cause, remedy) = crate::machine::why(&cause);
            Err(Error::refused(format!("打不开文件 {}：{cause}。{remedy}", path.display())))
        }
    }
}

async fn work(import: &Import, county: &county::County, bytes: Vec<u8>) -> Result<Report> {
    let organization = command::organization(&county.pools, import.organization.as_deref()).await?;
    let name = import.file().file_name().unwrap_or_default().to_string_lossy();
    let order = Order {
        organization: &organization,
        file_name: &name,
        choice: Choice { policy: import.policy, whole: import.all_or_nothing },
        create_departments: import.create_departments,
        dry: import.dry_run,
    };
    let progress = terminal::progress();
    let (pools, clock) = (&county.pools, &county.clock);
    let done = command::import(pools, &county.modules, clock, &order, bytes, &progress).await;
    terminal::clear();
    done
}

/// Prints the outcome; rows that did not go in are a failure.
fn tell(import: &Import, report: &Report) -> Result<()> {
    if import.json {
        println!("{}", serde_json::to_string(report)?);
    } else {
        print(report);
    }
    match report.failing {
        0 if report.message.is_empty() || report.skipped == report.rows => Ok(()),
        _ if !report.message.is_empty() => Err(Error::refused(report.message.clone())),
        rows if report.dry_run => Err(Error::refused(format!("有 {rows} 行需要修改。"))),
        rows => Err(Error::refused(format!("有 {rows} 行没有导入，请改好后再导入这些行。"))),
    }
}

fn print(report: &Report) {
    for (what, lines) in [("错误", &report.errors), ("提醒", &report.notes)] {
        for told in lines.iter().take(SHOWN) {
            let at = match told.row {
                0 => String::new(),
                row => format!("第 {row} 行 {}“{}”：", told.column, told.value),
            };
            println!("{what}：{at}{}。{}。", told.message, told.remedy);
        }
        if lines.len() > SHOWN {
            println!("……{what}共 {} 处，用 --json 可看到全部。", lines.len());
        }
    }
    println!(
        "文件共 {} 行：没有错误 {} 行（新人员中 {} 行有提醒），已在系统中不用改 {} 行，不能导入 {} 行。",
        report.rows, report.valid, report.warnings, report.skipped, report.failing
    );
    let counts = |imported: i64, updated: i64, requested: i64| {
        format!("导入 {imported} 人，修改已有人员 {updated} 人，提交信息修改申请 {requested} 条")
    };
    match (report.would, report.import) {
        (Some(would), _) => println!(
            "只核对，没有写入。现在导入的话：{}。",
            counts(would.imported, would.updated, would.requested)
        ),
        (None, Some(id)) => println!(
            "已{}。导入记录编号 {id}。",
            counts(report.imported, report.updated, report.requested)
        ),
        (None, None) => {}
    }
}
