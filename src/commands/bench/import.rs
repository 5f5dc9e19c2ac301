//! `jxjy bench --import N`: a file of N rows through the real server, beside bare reading and bare
//! inserts of the same rows, in a county of its own that is removed afterwards.

mod file;
mod floor;
mod watch;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kit::{Clock, Error, Module, Result, db, migration};

use super::client::Client;
use super::process::Server;
use super::{Guest, pages};
use crate::commands::Folder;
use crate::commands::county::{self, County};
use crate::demo::{Size, fill};
use crate::machine;
use watch::Watch;

/// People who are there already.
const PEOPLE: u64 = 300;
/// How long a file may take before this gives up.
const PATIENCE: Duration = Duration::from_secs(600);

/// A folder in the system's place for temporary files, removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let name = format!("jxjy-bench-{}", migration::hex(&kit::serial::random::<8>()?));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0); // what is left, the system removes some day
    }
}

/// What a step took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Took {
    /// Seconds by the clock.
    pub wall: f64,
    /// Seconds of a processor, where the system tells them (Linux).
    pub cpu: Option<f64>,
}

impl std::ops::Add for Took {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let cpu = self.cpu.zip(other.cpu).map(|(one, two)| one + two);
        Self { wall: self.wall + other.wall, cpu }
    }
}

/// Measures an import of so many rows.
pub fn run(rows: u32, features: Vec<Box<dyn Module>>) -> Result<()> {
    let scratch = Scratch::new()?;
    let (data, before, after) =
        (scratch.0.join("county"), scratch.0.join("before"), scratch.0.join("after"));
    let folder = Folder { data: Some(data.clone()) };
    let (machine, modules) = county::place(&folder, features)?;
    machine::prepare(&data)?;
    let clock = Clock::machine();
    county::run(async {
        let pools = crate::open(&machine, &modules, &clock).await?;
        let filled = fill(&pools, &modules, &clock, Size::of(PEOPLE), |_| ()).await;
        pools.shut().await;
        filled
    })?;
    std::fs::create_dir(&before)?;
    std::fs::copy(data.join(db::FILE), before.join(db::FILE))?;
    let (new, changed) = (file::workbook(rows, false)?, file::workbook(rows, true)?);
    println!(
        "{rows} 行的导入文件 {:.1} MB，导入到有 {PEOPLE} 人的演示县；临时数据文件夹 {}",
        new.len() as f64 / 1e6,
        data.display()
    );
    println!("{:>9} {:>9} {:>14}  步骤", "用时(秒)", "CPU(秒)", "行/CPU秒");
    let guest = county::run(async {
        let pools = crate::open(&machine, &modules, &clock).await?;
        let county = County { machine, modules, clock, pools };
        let guest = Guest::open(&county).await;
        county.pools.shut().await;
        guest
    })?;
    let ours = through_server(&data, &after, &guest.admin, rows, &new, &changed)?;
    let floor = county::run(floor::measure(&new, &before, &after))?;
    compare(rows, ours, &floor);
    Ok(())
}

/// The file through the screens of a server; gives what check and import took together.
fn through_server(
    data: &Path,
    after: &Path,
    session: &str,
    rows: u32,
    new: &[u8],
    changed: &[u8],
) -> Result<Took> {
    let server = Server::start(data)?;
    let idle = server.memory();
    let watch = Watch::start(server.port, session.to_owned());
    let mut clerk = Client::new(server.port, Some(session));
    let (at, check) = upload(&server, &mut clerk, new)?;
    tell(rows, check, "核对（上传、读出、逐行检查、与已有人员比对、保存）");
    let write = confirm(&server, &mut clerk, &at, "policy=fill")?;
    tell(rows, write, "写入（再查一遍，一个事务）");
    let both = check + write;
    tell(rows, both, "核对和写入合计");
    county::run(snapshot(data, after))?;
    if let (Some(idle), Some(peak)) = (idle, server.peak()) {
        println!("内存：空闲 {idle:.0} MiB，最高 {peak:.0} MiB（RSS）");
    }
    let (at, check) = upload(&server, &mut clerk, changed)?;
    tell(rows, check, "同一批人再核对（都已在系统中，手机和岗位有变）");
    let write = confirm(&server, &mut clerk, &at, "policy=update")?;
    tell(rows, write, "按“更新”写入");
    if let Some(peak) = server.peak() {
        println!("内存：最高 {peak:.0} MiB（RSS）");
    }
    let mut times = watch.end()?;
    println!(
        "其间打开其他页面 {} 次：中位数 {:.1} 毫秒，99% {:.1} 毫秒，最长 {:.1} 毫秒",
        times.len(),
        pages::quantile(&mut times, 0.5),
        pages::quantile(&mut times, 0.99),
        pages::quantile(&mut times, 1.0),
    );
    Ok(both)
}

/// The county as it is now, beside the running server.
async fn snapshot(data: &Path, into: &Path) -> Result<()> {
    std::fs::create_dir(into)?;
    let pools = db::Pools::open(data, 1, false).await?;
    sqlx::query("vacuum into ?")
        .bind(into.join(db::FILE).to_string_lossy().into_owned())
        .execute(&mut *pools.writer().await?)
        .await?;
    pools.shut().await;
    Ok(())
}

/// Uploads a file and waits for its check; gives the page of the upload.
fn upload(server: &Server, clerk: &mut Client, file: &[u8]) -> Result<(String, Took)> {
    clerk.get("/import")?;
    let (began, cpu) = (Instant::now(), server.cpu());
    let sent = clerk.upload("/import", "file", "名单.xlsx", file)?;
    let at = sent.location;
    if sent.status != 303 || at.is_empty() {
        return Err(Error::refused(format!("上传没有成功：回答了 {}。", sent.status)));
    }
    let took = wait(server, clerk, &at, began, cpu)?;
    expect(clerk, &at, "核对结果")?;
    Ok((at, took))
}

/// Imports a checked file and waits for its end.
fn confirm(server: &Server, clerk: &mut Client, at: &str, fields: &str) -> Result<Took> {
    clerk.get(at)?;
    let (began, cpu) = (Instant::now(), server.cpu());
    let sent = clerk.post(&format!("{at}/confirm"), fields)?;
    if sent.status != 303 {
        return Err(Error::refused(format!("导入没有成功：回答了 {}。", sent.status)));
    }
    let took = wait(server, clerk, at, began, cpu)?;
    expect(clerk, at, "完成导入")?;
    Ok(took)
}

/// Waits until the upload's page has something else to show than its progress.
fn wait(
    server: &Server,
    clerk: &mut Client,
    at: &str,
    began: Instant,
    cpu: Option<f64>,
) -> Result<Took> {
    while clerk.get(&format!("{at}/progress"))?.body != "null" {
        if began.elapsed() > PATIENCE {
            return Err(Error::refused("测量中断：10 分钟没有做完。"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let cpu = server.cpu().zip(cpu).map(|(now, then)| now - then);
    Ok(Took { wall: began.elapsed().as_secs_f64(), cpu })
}

/// That the page is the one that a success shows.
fn expect(clerk: &mut Client, at: &str, text: &str) -> Result<()> {
    match clerk.get(at)? {
        page if page.status == 200 && page.body.contains(text) => Ok(()),
        page => {
            Err(Error::refused(format!("{at} 没有显示“{text}”（{}），没有测量。", page.status)))
        }
    }
}

fn tell(rows: u32, took: Took, what: &str) {
    let (cpu, each) = match took.cpu {
        Some(cpu) => (format!("{cpu:.2}"), format!("{:.0}", f64::from(rows) / cpu.max(0.01))),
        None => ("—".to_owned(), "—".to_owned()),
    };
    println!("{:>12.2} {cpu:>10} {each:>16}  {what}", took.wall);
}

fn compare(rows: u32, ours: Took, floor: &floor::Floor) {
    tell(rows, floor.read, "底：只用 calamine 读出全部单元格");
    tell(rows, floor.insert, "底：只把导入新增的同样各行插入（多行一句，同样的索引，一个事务）");
    let bare = floor.read + floor.insert;
    let ratio = match ours.cpu.zip(bare.cpu) {
        Some((ours, bare)) => ours / bare.max(0.01),
        None => ours.wall / bare.wall.max(0.01),
    };
    tell(rows, bare, "底合计");
    println!("核对和写入是底的 {ratio:.2} 倍");
}
