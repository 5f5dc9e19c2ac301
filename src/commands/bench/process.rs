//! The server as a process of its own: start time and memory as the system sees them.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kit::{Error, Result};

use super::client::Client;
use super::pages::quantile;

/// Stopped when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    /// Milliseconds from the start to the first answer.
    pub answer: f64,
}

impl Server {
    pub fn start(folder: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let began = Instant::now();
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .args(["--address", "127.0.0.1", "--port", &port.to_string(), "--data"])
            .arg(folder)
            .env("JXJY_CERTIFICATE", "")
            .env("JXJY_KEY", "")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { child, port, answer: 0.0 };
        let mut client = Client::new(port, None);
        while client.get("/").is_err() {
            if server.child.try_wait()?.is_some() || began.elapsed() > Duration::from_secs(60) {
                return Err(Error::refused("测量中断：系统没有启动。请先关闭正在运行的 jxjy。"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        server.answer = began.elapsed().as_secs_f64() * 1000.0;
        Ok(server)
    }

    /// Resident memory in MiB, where the system tells it (Linux).
    pub fn memory(&self) -> Option<f64> {
        self.status("VmRSS:")
    }

    /// The most it has been.
    pub fn peak(&self) -> Option<f64> {
        self.status("VmHWM:")
    }

    fn status(&self, what: &str) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(what))?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kib / 1024.0)
    }

    /// Seconds of a processor that it has used, where the system tells them (Linux).
    pub fn cpu(&self) -> Option<f64> {
        cpu(&self.child.id().to_string())
    }
}

/// The same of this process.
pub fn own_cpu() -> Option<f64> {
    cpu("self")
}

fn cpu(process: &str) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // behind the name, which is in brackets: state is the first, utime and stime 12th and 13th
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0) // USER_HZ
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Start time and idle memory.
pub struct Started {
    pub answer: f64,
    pub memory: Option<f64>,
    pub times: usize,
}

/// Starts it five times; the memory is that of the last, a while after its first answer.
pub fn started(folder: &Path) -> Result<Started> {
    let mut times = vec![];
    let mut memory = None;
    for round in 0..5 {
        let server = Server::start(folder)?;
        times.push(server.answer);
        if round == 4 {
            std::thread::sleep(Duration::from_secs(2));
            memory = server.memory();
        }
    }
    let count = times.len();
    Ok(Started { answer: quantile(&mut times, 0.5), memory, times: count })
}
