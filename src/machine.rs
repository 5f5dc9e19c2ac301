//! Machine settings: address, port, data folder, TLS, log.

mod folder;

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use figment::providers::{Env, Format, Serialized, Toml};
use figment::{Figment, Metadata, Source};
use kit::{Error, Result};
use rocket::config::{Ident, LogLevel, Shutdown, Sig, TlsConfig};
use rocket::data::{Limits, ToByteUnit};
use serde::{Deserialize, Serialize};

pub use folder::{Lock, lock, prepare, sweep, unopened};

/// The defaults, compiled in.
const DEFAULTS: &str = include_str!("../Rocket.toml");

/// What the command line sets; absent ones leave the other sources alone.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_lan: Option<bool>,
}

/// Why a file or folder could not be used, and what to do about it; both Chinese.
pub fn why(error: &std::io::Error) -> (String, &'static str) {
    use std::io::ErrorKind;
    let (cause, remedy) = match error.kind() {
        ErrorKind::NotFound => ("它不存在", "请核对路径。"),
        ErrorKind::PermissionDenied => ("没有权限", "请检查文件夹的权限。"),
        ErrorKind::ReadOnlyFilesystem => ("磁盘是只读的", "请换一个位置。"),
        ErrorKind::StorageFull => ("磁盘已满", "请清理后再试。"),
        ErrorKind::IsADirectory => ("它是文件夹，不是文件", "请核对路径。"),
        ErrorKind::NotADirectory => ("它是文件，不是文件夹", "请核对路径。"),
        _ => return (error.to_string(), ""),
    };
    (cause.to_owned(), remedy)
}

/// Each setting and what it is, for `jxjy config`.
pub const KEYS: [(&str, &str); 8] = [
    ("address", "监听地址"),
    ("port", "端口"),
    ("data", "数据文件夹"),
    ("certificate", "HTTPS 证书"),
    ("key", "HTTPS 私钥"),
    ("plain_lan", "允许局域网明文访问"),
    ("log", "日志级别"),
    ("readers", "数据库读连接数"),
];

/// Compiled-in defaults < `Rocket.toml` in the home folder < `JXJY_*` < flags.
pub fn figment(flags: &Flags) -> Figment {
    let mut figment = Figment::from(Toml::string(DEFAULTS).nested());
    let file = home().join("Rocket.toml");
    if file.is_file() {
        figment = figment.merge(Toml::file_exact(file).nested());
    }
    figment.merge(Env::prefixed("JXJY_").global()).merge(Serialized::globals(flags))
}

/// The folder that holds `Rocket.toml`: the current one if it does, else the executable's.
pub fn home() -> PathBuf {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    if current.join("Rocket.toml").is_file() {
        return current;
    }
    std::env::current_exe()
        .ok()
        .and_then(|exe| exe.parent().map(Path::to_path_buf))
        .unwrap_or(current)
}

/// Where a value comes from, in Chinese.
pub fn origin(metadata: Option<&Metadata>, key: &str) -> String {
    match metadata {
        Some(Metadata { source: Some(Source::File(path)), .. }) => {
            format!("文件 {}", path.display())
        }
        Some(metadata) if metadata.name.contains("environment") => {
            format!("环境变量 JXJY_{}", key.to_uppercase())
        }
        Some(metadata) if metadata.name.contains("TOML") => "程序内置".to_owned(),
        Some(_) => "命令行参数".to_owned(),
        None => "未设置".to_owned(),
    }
}

#[derive(Debug, Deserialize)]
struct Raw {
    address: String,
    port: u16,
    data: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    plain_lan: bool,
    log: String,
    readers: u32,
}

/// The machine settings, read and checked.
#[derive(Debug, Clone)]
pub struct Machine {
    /// None: `auto`.
    pub address: Option<IpAddr>,
    pub port: u16,
    /// Absolute.
    pub data: PathBuf,
    /// Certificate and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    pub plain_lan: bool,
    pub log: String,
    pub readers: u32,
}

impl Machine {
    /// Reads the settings; says which one is at fault.
    ///
    /// # Errors
    /// A Chinese sentence.
    pub fn read(figment: &Figment) -> Result<Self> {
        let raw: Raw = figment.extract().map_err(|error| {
            let key = error.path.join(".");
            let from = origin(error.metadata.as_ref(), &key);
            Error::refused(format!(
                "设置“{key}”读不懂（来自{from}）：{}。请改正后再启动。",
                error.kind
            ))
        })?;
        let place = |key: &str, path: &Path| -> Result<PathBuf> {
            // a path in a Rocket.toml is relative to that file, a typed one to the current folder
            let metadata = figment.find_metadata(key);
            let typed = metadata.is_some_and(|m| !m.name.contains("TOML"));
            let path = if typed { path.to_path_buf() } else { home().join(path) };
            Ok(std::path::absolute(path)?)
        };
        let address = match raw.address.trim() {
            "" | "auto" => None,
            text => Some(text.parse().map_err(|_| {
                Error::refused(format!(
                    "监听地址“{text}”不是 IP 地址。只在本机使用填 127.0.0.1，供局域网使用填 0.0.0.0。"
                ))
            })?),
        };
        let tls = match (raw.certificate.as_os_str().is_empty(), raw.key.as_os_str().is_empty()) {
            (true, true) => None,
            (false, false) => {
                let pair = (place("certificate", &raw.certificate)?, place("key", &raw.key)?);
                for (what, file) in [("证书", &pair.0), ("私钥", &pair.1)] {
                    File::open(file).map_err(|error| {
                        Error::refused(format!(
                            "打不开 HTTPS {what}文件 {}：{}。请核对设置。",
                            file.display(),
                            why(&error).0
                        ))
                    })?;
                }
                Some(pair)
            }
            _ => {
                return Err(Error::refused(
                    "HTTPS 要同时设置证书（certificate）和私钥（key），现在只有一个。请补上另一个。",
                ));
            }
        };
        Ok(Self {
            address,
            port: raw.port,
            data: place("data", &raw.data)?,
            tls,
            plain_lan: raw.plain_lan,
            log: raw.log,
            readers: raw.readers.clamp(1, 64),
        })
    }

    /// Where to listen. `plain_lan` is also true when the bureau's own setting allows it.
    ///
    /// # Errors
    /// Other PCs over plain HTTP without the explicit setting.
    pub fn listen(&self, plain_lan: bool) -> Result<IpAddr> {
        let open = self.tls.is_some() || plain_lan;
        match self.address {
            None if open => Ok(Ipv4Addr::UNSPECIFIED.into()),
            None => Ok(Ipv4Addr::LOCALHOST.into()),
            Some(address) if address.is_loopback() || open => Ok(address),
            Some(address) => Err(Error::refused(format!(
                "地址 {address} 会让其他电脑以明文 http 打开本系统，密码和身份证号在网络上不加密。确实只在单位内网使用的，请加参数 --plain-lan（或在 Rocket.toml 写 plain_lan = true）再启动；否则请设置 HTTPS 证书和私钥。"
            ))),
        }
    }

    /// Rocket's own configuration.
    pub fn rocket(&self, address: IpAddr) -> rocket::Config {
        rocket::Config {
            address,
            port: self.port,
            ident: Ident::none(),
            ip_header: None,
            max_blocking: 64,
            limits: Limits::default()
                .limit("form", 1.mebibytes())
                .limit("string", 1.mebibytes())
                .limit("data-form", 64.mebibytes())
                .limit("file", 20.mebibytes()),
            temp_dir: self.data.join("tmp").into(),
            tls: self.tls.as_ref().map(|(certs, key)| TlsConfig::from_paths(certs, key)),
            shutdown: Shutdown {
                ctrlc: true,
                signals: [Sig::Term].into(),
                grace: 5,
                mercy: 3,
                ..Shutdown::default()
            },
            log_level: LogLevel::Off,
            cli_colors: false,
            ..rocket::Config::release_default()
        }
    }
}

/// The addresses colleagues in the network type.
pub fn colleagues(port: u16, tls: bool) -> Vec<String> {
    let scheme = if tls { "https" } else { "http" };
    let mut found: Vec<IpAddr> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .map(|interface| interface.ip())
        .filter(|ip| ip.is_ipv4() && !ip.is_loopback())
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|ip| format!("{scheme}://{ip}:{port}")).collect()
}
