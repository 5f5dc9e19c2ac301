//! `jxjy import --undo`: an import taken back as a whole, by the screen's own code.

use import::command::{self, Undone};
use kit::{Module, Result};

use super::{Import, terminal};
use crate::commands::{Folder, county, sentence};

pub fn run(
    import: &Import,
    id: i64,
    folder: &Folder,
    features: Vec<Box<dyn Module>>,
) -> Result<()> {
    let done = county::run(async {
        let county = county::County::open_same(folder, features).await?;
        let progress = terminal::progress();
        let (db, modules, clock) = (&county.pools, &county.modules, &county.clock);
        let how = (import.reason.as_str(), import.dry_run);
        let done = command::undo(db, modules, clock, id, how, &progress).await;
        terminal::clear();
        county.pools.shut().await;
        done
    });
    match (done, import.json) {
        (Ok(report), true) => println!("{}", serde_json::to_string(&report)?),
        (Ok(report), false) => print(&report, import.dry_run),
        (Err(error), true) => {
            println!("{}", serde_json::json!({ "message": sentence(&error) }));
            return Err(error);
        }
        (Err(error), false) => return Err(error),
    }
    Ok(())
}

fn print(report: &Undone, dry: bool) {
    for count in &report.counts {
        println!("{}：{}，保留 {}。", count.label, count.goes, count.stays);
    }
    for kept in &report.named {
        println!("保留：第 {} 行 {}：{}", kept.row, kept.who, kept.why);
    }
    let (undone, kept) = (report.undone, report.kept);
    match dry {
        true => println!("只是预览，没有撤销。现在撤销的话：撤销 {undone} 项，保留 {kept} 项。"),
        false => println!("已撤销 {undone} 项，保留 {kept} 项。"),
    }
}
