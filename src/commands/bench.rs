//! `jxjy bench`: how long every page takes on a demo county, and how much the program needs.

mod client;
mod import;
mod pages;
mod process;

use std::time::Instant;

use clap::Args;
use kit::list::List;
use kit::{AccountId, Actor, Clock, Error, GrantId, Module, Result, Settings, migration, trail};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::county::County;
use super::{Folder, county};
use client::Client;
use pages::Seen;

/// Milliseconds of server time a page may take (issue 2).
const GOAL: f64 = 50.0;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "选项")]
pub struct Bench {
    /// 每个页面打开多少次
    #[arg(long, value_name = "次数", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(3..=1000))]
    rounds: u32,
    /// 改为测量批量导入：这么多行的文件，在自己的临时数据文件夹里
    #[arg(long, value_name = "行数", value_parser = clap::value_parser!(u32).range(100..=100_000))]
    import: Option<u32>,
}

pub fn run(bench: &Bench, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    if let Some(rows) = bench.import {
        return import::run(rows, features);
    }
    county::run(async {
        let county = County::open_same(folder, features).await?;
        let demo: bool =
            sqlx::query_scalar("select exists (select 1 from trail where act = 'demo')")
                .fetch_one(&mut *county.pools.read().await?)
                .await?;
        if !demo {
            return Err(Error::refused(
                "性能测量只用于演示数据，没有在这个数据文件夹上运行。请先用 jxjy demo --data 新文件夹 建立演示数据。",
            ));
        }
        let guest = Guest::open(&county).await?;
        let done = measure(&county, &guest, bench.rounds).await;
        guest.close(&county).await?;
        county.pools.shut().await;
        done
    })
}

async fn measure(county: &County, guest: &Guest, rounds: u32) -> Result<()> {
    let mut db = county.pools.read().await?;
    let people: i64 = count(&mut db, "select count(*) from person").await?;
    let entries: i64 = count(&mut db, "select count(*) from entry").await?;
    let declarations: i64 = count(&mut db, "select count(*) from declaration").await?;
    println!(
        "{people} 人，{entries} 条学时记录，{declarations} 条学时申报；{}",
        county.machine.data.display()
    );
    let started = process::started(&county.machine.data)?;
    println!("从启动到第一个应答：{:.0} 毫秒（{} 次的中位数）", started.answer, started.times);
    if let Some(memory) = started.memory {
        println!("空闲内存：{memory:.1} MiB（RSS）");
    }
    let size = std::env::current_exe().and_then(std::fs::metadata).map(|m| m.len());
    if let Ok(size) = size {
        println!("程序文件：{:.1} MB", size as f64 / 1e6);
    }
    println!();
    println!("服务器用时（毫秒，各 {rounds} 次；“底”是同样各行的裸 SQL）");
    println!("{:>8} {:>8} {:>8} {:>6}  页面", "中位数", "95%", "底", "倍数");

    let server = process::Server::start(&county.machine.data)?;
    let (mut admin, mut person, mut nobody) = (
        Client::new(server.port, Some(&guest.admin)),
        Client::new(server.port, Some(&guest.person)),
        Client::new(server.port, None),
    );
    let mut late = 0;
    let mut told = |seen: &Seen| {
        let ratio = seen.floor.map_or(String::new(), |floor| format!("{:.1}", seen.median / floor));
        let floor = seen.floor.map_or(String::new(), |floor| format!("{floor:.2}"));
        let mark = if seen.p95 > GOAL && seen.bound {
            late += 1;
            "  超过 50 毫秒"
        } else {
            ""
        };
        println!(
            "{:>9.2} {:>9.2} {floor:>9} {ratio:>7}  {}{mark}",
            seen.median, seen.p95, seen.what
        );
    };
    if count(&mut db, "select count(*) from certificate").await? == 0 {
        // one certificate, so that there is something to verify
        person.get("/verification/mine")?;
        let year = county.clock.year();
        person.post("/verification/mine", &format!("from={}&to={year}", year - 2))?;
    }
    for page in pages::public(&mut db).await? {
        told(&pages::time(&mut nobody, &page, rounds, None)?);
    }
    told(&pages::sign_in(&mut nobody, rounds)?);
    for page in pages::personal() {
        told(&pages::time(&mut person, &page, rounds, None)?);
    }
    for page in pages::plain(&mut db).await? {
        told(&pages::time(&mut admin, &page, rounds, None)?);
    }
    let typed: String =
        sqlx::query_scalar("select substr(name, 1, 2) from person order by id limit 1 offset 7")
            .fetch_optional(&mut *db)
            .await?
            .unwrap_or_default();
    let mut lists: Vec<(&'static List, bool)> =
        county.modules.all().iter().flat_map(|m| m.lists()).map(|list| (list, false)).collect();
    lists.extend(county.modules.subjects().iter().map(|subject| (subject.list(), true)));
    lists.dedup_by_key(|(list, _)| list.key);
    for (list, desk) in lists {
        let floor = floor(&mut db, list, rounds).await?;
        for page in pages::of_list(&mut admin, list, desk, &typed)? {
            let floor = page.same_rows.then_some(floor);
            told(&pages::time(&mut admin, &page, rounds, floor)?);
        }
    }
    if let Some(memory) = server.memory() {
        println!();
        println!("测量之后的内存：{memory:.1} MiB（RSS）");
    }
    match late {
        0 => println!("所有页面的 95% 都在 50 毫秒以内（登录除外：它要算两次 argon2）。"),
        n => println!("有 {n} 个页面的 95% 超过 50 毫秒。"),
    }
    Ok(())
}

async fn count(db: &mut SqliteConnection, sql: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(sql).fetch_one(db).await?)
}

/// The list's first page as one statement: what no program in front of it can beat.
async fn floor(db: &mut SqliteConnection, list: &'static List, rounds: u32) -> Result<f64> {
    let columns: Vec<String> =
        list.columns.iter().map(|column| format!("cast({} as text)", column.sql)).collect();
    let only = if list.only.is_empty() { "true" } else { list.only };
    let Some(order) = list.orders.first() else { return Ok(0.0) };
    let way = if order.descending { " desc" } else { "" };
    // every part is a constant of the list
    let sql = format!(
        "select {alias}.id, {columns} from {from} where {only} order by {by}{way}, {alias}.id{way} limit 10",
        alias = list.alias,
        columns = columns.join(", "),
        from = list.from,
        by = order.by,
    );
    let mut times = vec![];
    for _ in 0..rounds {
        let began = Instant::now();
        sqlx::query(AssertSqlSafe(sql.clone())).fetch_all(&mut *db).await?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(pages::quantile(&mut times, 0.5))
}

/// Two sessions of the demo county's own people, opened from the machine and closed again.
struct Guest {
    admin: String,
    person: String,
    /// Settings as they were, to be put back.
    before: Vec<(&'static str, Option<String>)>,
}

/// Questions to the public page that the measurement needs.
const QUOTAS: [&str; 2] = ["verification.per_minute", "verification.per_day"];

impl Guest {
    async fn open(county: &County) -> Result<Self> {
        let clock = &county.clock;
        let mut tx = county.pools.begin().await?;
        let admin: (AccountId, GrantId) = sqlx::query_as(
            "select g.account_id, g.id from grant g join organization o on o.id = g.organization_id
               join grant_role h on h.grant_id = g.id and h.role_id = 1
              where o.kind = 'bureau' and g.state = 'active' order by g.id limit 1",
        )
        .fetch_one(&mut *tx)
        .await?;
        let person: AccountId = sqlx::query_scalar(
            "select account.id from account where person_id is not null and state = 'active'
              order by id limit 1",
        )
        .fetch_one(&mut *tx)
        .await?;
        let guest = Self {
            admin: session(&mut tx, admin.0, Some(admin.1), clock).await?,
            person: session(&mut tx, person, None, clock).await?,
            before: raise(&mut tx, county).await?,
        };
        let text = "性能测量：临时登录两个演示账号，放宽验证次数";
        trail::write(&mut tx, &Actor::command("bench"), clock, "bench.open", "", text).await?;
        tx.commit().await?;
        Ok(guest)
    }

    async fn close(&self, county: &County) -> Result<()> {
        let mut tx = county.pools.begin().await?;
        for token in [&self.admin, &self.person] {
            sqlx::query("delete from session where token_hash = ?")
                .bind(Sha256::digest(token.as_bytes()).to_vec())
                .execute(&mut *tx)
                .await?;
        }
        let actor = Actor::command("bench");
        for (key, value) in &self.before {
            match value {
                None => {
                    sqlx::query("delete from setting where key = ?")
                        .bind(key)
                        .execute(&mut *tx)
                        .await?;
                }
                Some(value) => {
                    for setting in county.modules.settings().iter().filter(|s| s.key == *key) {
                        Settings::store(&mut tx, setting, value, &actor, &county.clock).await?;
                    }
                }
            }
        }
        let text = "性能测量结束：临时登录已结束，设置已还原";
        trail::write(&mut tx, &actor, &county.clock, "bench.close", "", text).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Lets the public page be asked as often as it takes.
async fn raise(
    tx: &mut SqliteConnection,
    county: &County,
) -> Result<Vec<(&'static str, Option<String>)>> {
    let mut before = vec![];
    for key in QUOTAS {
        let value = sqlx::query_scalar("select value from setting where key = ?")
            .bind(key)
            .fetch_optional(&mut *tx)
            .await?;
        before.push((key, value));
        for setting in county.modules.settings().iter().filter(|s| s.key == key) {
            let actor = Actor::command("bench");
            Settings::store(tx, setting, "100000", &actor, &county.clock).await?;
        }
    }
    Ok(before)
}

/// A session as signing in would open it; the token is known to this process only.
async fn session(
    tx: &mut SqliteConnection,
    account: AccountId,
    grant: Option<GrantId>,
    clock: &Clock,
) -> Result<String> {
    let token = migration::hex(&kit::serial::random::<32>()?);
    sqlx::query(
        "insert into session (token_hash, account_id, grant_id, address, agent, created_at, seen_at, ends_at)
         values (?, ?, ?, '127.0.0.1', 'jxjy bench', ?, ?, ?)",
    )
    .bind(Sha256::digest(token.as_bytes()).to_vec())
    .bind(account)
    .bind(grant)
    .bind(clock.stamp())
    .bind(clock.stamp())
    .bind(clock.stamp_in(time::Duration::hours(2)))
    .execute(tx)
    .await?;
    Ok(token)
}
