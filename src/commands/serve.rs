//! `jxjy serve`: the server, until Ctrl-C or a stop signal.

use clap::Args;
use kit::{Clock, Error, Module, Result};
use rocket::error::ErrorKind;
use rocket::{Ignite, Orbit, Rocket};

use super::Folder;
use crate::machine::{Flags, Machine};
use crate::setup::Setup;
use crate::{server, settings, tasks};

#[derive(Debug, Clone, Default, Args)]
pub struct Serve {
    /// 监听地址：127.0.0.1 只供本机，0.0.0.0 供局域网
    #[arg(long, value_name = "地址")]
    address: Option<String>,
    /// 端口，默认 8090
    #[arg(long, value_name = "端口")]
    port: Option<u16>,
    /// 启动后打开浏览器
    #[arg(long)]
    open: bool,
    /// 允许局域网用不加密的 http 打开
    #[arg(long)]
    plain_lan: bool,
}

impl Serve {
    pub fn flags(&self, folder: &Folder) -> Flags {
        Flags {
            address: self.address.clone(),
            port: self.port,
            plain_lan: self.plain_lan.then_some(true),
            ..folder.flags()
        }
    }
}

pub fn run(serve: &Serve, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    let figment = settings(&serve.flags(folder));
    let machine = Machine::read(&figment)?;
    log(&machine.log)?;
    let open = serve.open;
    let runtime = rocket::tokio::runtime::Builder::new_multi_thread()
        .thread_name("jxjy")
        .max_blocking_threads(64)
        .enable_all()
        .build()?;
    let done = runtime.block_on(async move {
        let rocket = server(figment, features, Clock::machine()).await?;
        let rocket = rocket.attach(rocket::fairing::AdHoc::on_liftoff("greeting", move |rocket| {
            Box::pin(async move { greet(rocket, open) })
        }));
        let rocket = rocket.ignite().await.map_err(|error| failed(&error, &machine))?;
        let rocket = rocket.launch().await.map_err(|error| failed(&error, &machine))?;
        stopped(&rocket).await
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    done
}

async fn stopped(rocket: &Rocket<Ignite>) -> Result<()> {
    tasks::finish(rocket).await?;
    println!("系统已停止。");
    Ok(())
}

/// Where to look, once requests are answered.
fn greet(rocket: &Rocket<Orbit>, open: bool) {
    let config = rocket.config();
    let scheme = if config.tls_enabled() { "https" } else { "http" };
    let host = if config.address.is_unspecified() || config.address.is_loopback() {
        "127.0.0.1".to_owned()
    } else {
        config.address.to_string()
    };
    let here = format!("{scheme}://{host}:{}", config.port);
    println!("系统已启动：{here}");
    if config.address.is_unspecified() {
        for address in crate::machine::colleagues(config.port, config.tls_enabled()) {
            println!("同事在浏览器里输入：{address}");
        }
    }
    let mut page = here.clone();
    if let Some(link) = rocket.state::<Setup>().and_then(Setup::link) {
        page = format!("{here}{link}");
        println!("第一次使用，请用这个一次性链接完成设置：{page}");
    }
    println!("按 Ctrl+C 停止。");
    if open && let Err(error) = webbrowser::open(&page) {
        println!("没能打开浏览器（{error}），请自己打开上面的地址。");
    }
}

/// Why the server did not start, as a sentence.
fn failed(error: &rocket::Error, machine: &Machine) -> Error {
    Error::refused(match error.kind() {
        ErrorKind::Bind(cause) | ErrorKind::Io(cause) => match cause.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "端口 {} 已被占用。可能本系统已经启动；否则请用 --port 换一个端口。",
                machine.port
            ),
            std::io::ErrorKind::PermissionDenied => format!(
                "没有使用端口 {} 的权限。请用 --port 换一个 1024 以上的端口。",
                machine.port
            ),
            std::io::ErrorKind::AddrNotAvailable => {
                "本机没有设置的监听地址。请核对 --address，供局域网使用可填 0.0.0.0。".to_owned()
            }
            _ if machine.tls.is_some() => {
                format!("不能启动 https：{cause}。请核对证书和私钥是否是配对的 PEM 文件。")
            }
            _ => format!("不能监听端口 {}：{cause}。", machine.port),
        },
        other => {
            tracing::error!(?other, "the server did not ignite");
            format!("程序没有启动：{other}。请把日志里的原因告诉维护人员。")
        }
    })
}

/// Log lines go to the terminal (or the service's journal).
fn log(filter: &str) -> Result<()> {
    let filter = format!("warn,jxjy={filter},kit={filter},rocket=off");
    let filter = tracing_subscriber::EnvFilter::try_new(&filter)
        .map_err(|_| Error::refused("设置“log”读不懂。可以填 error、warn、info 或 debug。"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
    if let Err(error) = lines {
        eprintln!("日志没有打开：{error}");
    }
    Ok(())
}
