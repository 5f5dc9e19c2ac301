//! The command line: `jxjy` alone serves; each other command is a file in this folder.

mod admin;
mod audit;
mod backup;
mod bench;
mod config;
mod county;
mod demo;
mod doctor;
mod import;
mod restore;
pub mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use kit::Module;

use crate::machine::Flags;

const TEMPLATE: &str = "{about}\n\n用法：{usage}\n\n{all-args}{after-help}\n";

/// 专业技术人员继续教育管理系统
#[derive(Debug, Parser)]
#[command(
    name = "jxjy",
    version,
    override_usage = "jxjy [命令] [选项]",
    about = "专业技术人员继续教育管理系统",
    help_template = TEMPLATE,
    subcommand_help_heading = "命令",
    subcommand_value_name = "命令",
    next_help_heading = "选项",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    after_help = "不写命令就是 serve。某个命令的说明：jxjy 命令 --help"
)]
struct Cli {
    /// 显示说明
    #[arg(short, long, global = true, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
    #[command(flatten)]
    serve: serve::Serve,
    #[command(flatten)]
    folder: Folder,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Which data folder a command works on.
#[derive(Debug, Clone, Default, Args)]
pub struct Folder {
    /// 数据文件夹，默认是程序旁边的 data
    #[arg(long, value_name = "文件夹", global = true)]
    pub data: Option<PathBuf>,
}

impl Folder {
    pub fn flags(&self) -> Flags {
        Flags { data: self.data.clone(), ..Flags::default() }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动系统（默认）
    #[command(help_template = TEMPLATE)]
    Serve(serve::Serve),
    /// 显示每项机器设置的值和来源
    #[command(help_template = TEMPLATE)]
    Config(serve::Serve),
    /// 在空的数据文件夹里建立演示数据
    #[command(help_template = TEMPLATE)]
    Demo(demo::Demo),
    /// 人社局的管理员：新建、重置密码、解锁、列出
    #[command(subcommand, help_template = TEMPLATE)]
    Admin(admin::Admin),
    /// 备份全部数据，系统可以同时在用
    #[command(help_template = TEMPLATE)]
    Backup(backup::Backup),
    /// 把备份恢复到一个空的数据文件夹
    #[command(help_template = TEMPLATE)]
    Restore(restore::Restore),
    /// 核对操作日志
    #[command(subcommand, help_template = TEMPLATE)]
    Audit(audit::Audit),
    /// 检查数据库、操作日志、证明材料和磁盘
    #[command(help_template = TEMPLATE)]
    Doctor(doctor::Doctor),
    /// 性能测量（只用于演示数据）
    #[command(help_template = TEMPLATE)]
    Bench(bench::Bench),
    /// 批量导入专业技术人员，有行没有导入时退出码为 1
    #[command(help_template = TEMPLATE)]
    Import(import::Import),
}

/// Runs the command that was typed. Exit codes: 0 done, 1 not done, 2 typed wrongly.
pub fn main(features: Vec<Box<dyn Module>>) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    let Cli { serve, folder, command, .. } = cli;
    let done = match command {
        None => serve::run(&serve, &folder, features),
        Some(Command::Serve(serve)) => serve::run(&serve, &folder, features),
        Some(Command::Config(serve)) => config::run(&serve, &folder),
        Some(Command::Demo(demo)) => demo::run(&demo, &folder, features),
        Some(Command::Admin(admin)) => admin::run(&admin, &folder, features),
        Some(Command::Backup(backup)) => backup::run(&backup, &folder, features),
        Some(Command::Restore(restore)) => restore::run(&restore, &folder, features),
        Some(Command::Audit(audit)) => audit::run(&audit, &folder, features),
        Some(Command::Doctor(doctor)) => doctor::run(&doctor, &folder, features),
        Some(Command::Bench(bench)) => bench::run(&bench, &folder, features),
        Some(Command::Import(import)) => import::run(&import, &folder, features),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", sentence(&error));
            ExitCode::from(1)
        }
    }
}

/// What a command that failed prints: on the machine itself the cause may be told.
pub fn sentence(error: &kit::Error) -> String {
    match error {
        kit::Error::Refused(text)
        | kit::Error::Invalid(text)
        | kit::Error::Forbidden(text)
        | kit::Error::TooMany(text)
        | kit::Error::Busy(text) => text.clone(),
        kit::Error::Database(cause) => format!("{}（{cause}）", error.sentence()),
        other => format!("没有完成：{other}"),
    }
}

/// clap's help with the few words of its own translated.
fn chinese(error: &clap::Error) -> String {
    let words = [
        ("[OPTIONS]", "[选项]"),
        ("<COMMAND>", "<命令>"),
        ("Options:", "选项:"),
        ("Commands:", "命令:"),
        ("Arguments:", "参数:"),
        ("[default: ", "[默认："),
        ("[possible values: ", "[可填："),
    ];
    words.iter().fold(error.render().to_string(), |text, (word, said)| text.replace(word, said))
}

/// clap's complaints in Chinese.
fn explain(error: &clap::Error) -> ExitCode {
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = named(clap::error::ContextKind::InvalidArg);
    let text = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print!("{}", chinese(error));
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{}", chinese(error));
            return ExitCode::from(2);
        }
        ErrorKind::UnknownArgument => format!("没有参数 {argument}。"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令 {}。", named(clap::error::ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("参数 {argument} 不能是“{}”。", named(clap::error::ContextKind::InvalidValue))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}。"),
        ErrorKind::MissingSubcommand => "缺少命令。".to_owned(),
        ErrorKind::ArgumentConflict => {
            format!("{argument} 不能与 {} 一起用。", named(clap::error::ContextKind::PriorArg))
        }
        _ => format!("命令写法不对：{error}"),
    };
    eprintln!("{text}说明见 jxjy --help。");
    ExitCode::from(2)
}
