//! Failed sign-ins: an account waits after five, an address after many different accounts, and
//! initial passwords altogether after very many: one guess on each of many people (AU-07).

use std::net::IpAddr;

use kit::{AccountId, Clock, Result, Settings};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;
use time::Duration;

use crate::core;

/// Failures within `WINDOW` that lock an account.
const FAILURES: i64 = 5;
const WINDOW: Duration = Duration::minutes(15);
/// The first lock; each further one is twice as long, up to `LONGEST`.
const FIRST: Duration = Duration::minutes(15);
const LONGEST: Duration = Duration::hours(24);
/// Rows kept at most, whoever tries however much.
const ROWS: i64 = 100_000;

/// How long no initial password signs in after that. It does not grow: whoever provokes it holds
/// up those who have not set a password yet, nobody else.
const PAUSE: Duration = Duration::minutes(15);

/// Hashes that name the account and the address: what was typed is not kept.
pub struct Keys {
    account: Vec<u8>,
    address: Vec<u8>,
}

impl Keys {
    /// An unknown login locks just like a known one.
    pub fn new(account: Option<AccountId>, typed: &str, address: &str) -> Self {
        let account = match account {
            Some(id) => format!("account:{id}"),
            None => format!("typed:{}", typed.trim().to_lowercase()),
        };
        // a v6 household has a whole /64
        let network = match address.parse::<IpAddr>() {
            Ok(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}")
            }
            _ => address.to_owned(),
        };
        let hash = |text: String| Sha256::digest(text.as_bytes()).to_vec();
        Self { account: hash(account), address: hash(format!("address:{network}")) }
    }
}

/// What a failure led to.
pub enum Lock {
    None,
    Account(Duration),
    Address(Duration),
    /// Initial passwords of the whole county.
    Initial,
}

impl Lock {
    /// The end of the trail's sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Account(time) => format!("；账号锁定 {} 分钟", time.whole_minutes()),
            Self::Address(time) => format!("；地址锁定 {} 分钟", time.whole_minutes()),
            Self::Initial => format!(
                "；初始密码连续输错过多，全县暂停用初始密码登录 {} 分钟",
                PAUSE.whole_minutes()
            ),
        }
    }
}

/// Whether the account or the address has to wait.
pub async fn locked(db: &mut SqliteConnection, keys: &Keys, clock: &Clock) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from failure
           where ((kind = 'account' and key = ?) or (kind = 'address' and key = ?))
             and locked_until > ?)",
    )
    .bind(&keys.account)
    .bind(&keys.address)
    .bind(clock.stamp())
    .fetch_one(db)
    .await?)
}

/// Whether initial passwords are paused in the whole county.
pub async fn paused(db: &mut SqliteConnection, clock: &Clock) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from failure
           where kind = 'initial' and key = x'' and locked_until > ?)",
    )
    .bind(clock.stamp())
    .fetch_one(db)
    .await?)
}

/// Counts a guess at an initial password, whoever's and from wherever; true if they now pause.
/// Others are counted beside it for nothing but the time it takes, which so tells nothing.
async fn guessed(
    tx: &mut SqliteConnection,
    initial: bool,
    settings: &Settings,
    clock: &Clock,
) -> Result<bool> {
    let key: &[u8] = if initial { &[] } else { &[0] };
    let (now, recent) = (clock.stamp(), clock.stamp_in(-WINDOW));
    let guesses: i64 = sqlx::query_scalar(
        "insert into failure (kind, key, failures, since) values ('initial', ?3, 1, ?1)
         on conflict (kind, key) do update set
           failures = case when since < ?2 then 1 else failures + 1 end,
           since = case when since < ?2 then ?1 else since end
         returning failures",
    )
    .bind(&now)
    .bind(&recent)
    .bind(key)
    .fetch_one(&mut *tx)
    .await?;
    if !initial || guesses < settings.integer(&core::INITIAL_FAILURES) {
        return Ok(false);
    }
    sqlx::query(
        "update failure set failures = 0, locks = locks + 1, since = ?, locked_until = ?
          where kind = 'initial' and key = x''",
    )
    .bind(&now)
    .bind(clock.stamp_in(PAUSE))
    .execute(tx)
    .await?;
    Ok(true)
}

/// Counts a failure; during a lock it changes nothing. `initial` is a guess at an initial
/// password: of an account that still has it, or of a number that nobody has.
pub async fn fail(
    tx: &mut SqliteConnection,
    keys: &Keys,
    locked: bool,
    initial: bool,
    settings: &Settings,
    clock: &Clock,
) -> Result<Lock> {
    if locked {
        return Ok(Lock::None);
    }
    let paused = guessed(&mut *tx, initial, settings, clock).await?;
    let now = clock.stamp();
    let recent = clock.stamp_in(-WINDOW);
    sqlx::query(
        "insert into failure_pair (address_key, account_key, at) values (?, ?, ?)
         on conflict (address_key, account_key) do update set at = excluded.at",
    )
    .bind(&keys.address)
    .bind(&keys.account)
    .bind(&now)
    .execute(&mut *tx)
    .await?;
    let accounts: i64 =
        sqlx::query_scalar("select count(*) from failure_pair where address_key = ? and at >= ?")
            .bind(&keys.address)
            .bind(&recent)
            .fetch_one(&mut *tx)
            .await?;
    let failures: i64 = sqlx::query_scalar(
        "insert into failure (kind, key, failures, since) values ('account', ?1, 1, ?2)
         on conflict (kind, key) do update set
           failures = case when since < ?3 then 1 else failures + 1 end,
           since = case when since < ?3 then ?2 else since end
         returning failures",
    )
    .bind(&keys.account)
    .bind(&now)
    .bind(&recent)
    .fetch_one(&mut *tx)
    .await?;
    if accounts >= settings.integer(&core::ADDRESS_FAILURES) {
        sqlx::query(
            "insert into failure (kind, key, failures, since) values ('address', ?, 0, ?)
             on conflict (kind, key) do nothing",
        )
        .bind(&keys.address)
        .bind(&now)
        .execute(&mut *tx)
        .await?;
        sqlx::query("delete from failure_pair where address_key = ?")
            .bind(&keys.address)
            .execute(&mut *tx)
            .await?;
        return Ok(Lock::Address(lock(tx, "address", &keys.address, clock).await?));
    }
    if failures >= FAILURES {
        return Ok(Lock::Account(lock(tx, "account", &keys.account, clock).await?));
    }
    Ok(if paused { Lock::Initial } else { Lock::None })
}

/// Locks for twice as long as the time before; a day without a lock starts over.
async fn lock(
    tx: &mut SqliteConnection,
    kind: &str,
    key: &[u8],
    clock: &Clock,
) -> Result<Duration> {
    let (locks, until): (i64, String) =
        sqlx::query_as("select locks, locked_until from failure where kind = ? and key = ?")
            .bind(kind)
            .bind(key)
            .fetch_one(&mut *tx)
            .await?;
    let locks = if until < clock.stamp_in(-Duration::DAY) { 0 } else { locks.clamp(0, 16) };
    let time = (FIRST * 2_i32.pow(u32::try_from(locks).unwrap_or(16))).min(LONGEST);
    sqlx::query(
        "update failure set failures = 0, locks = ?, locked_until = ?, since = ?
           where kind = ? and key = ?",
    )
    .bind(locks + 1)
    .bind(clock.stamp_in(time))
    .bind(clock.stamp())
    .bind(kind)
    .bind(key)
    .execute(tx)
    .await?;
    Ok(time)
}

/// After the right password the account starts over; its address does not.
pub async fn forget(tx: &mut SqliteConnection, keys: &Keys) -> Result<()> {
    sqlx::query("delete from failure where kind = 'account' and key = ?")
        .bind(&keys.account)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from failure_pair where address_key = ? and account_key = ?")
        .bind(&keys.address)
        .bind(&keys.account)
        .execute(tx)
        .await?;
    Ok(())
}

/// Lifts an account's lock (`jxjy admin unlock`, 管理单位管理员).
pub async fn unlock(tx: &mut SqliteConnection, account: AccountId) -> Result<()> {
    let keys = Keys::new(Some(account), "", "");
    sqlx::query("delete from failure where kind = 'account' and key = ?")
        .bind(&keys.account)
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets what no longer counts, and the oldest beyond what is kept.
pub async fn sweep(tx: &mut SqliteConnection, clock: &Clock) -> Result<()> {
    let past = clock.stamp_in(-Duration::days(2));
    sqlx::query("delete from failure where since < ? and locked_until < ?")
        .bind(&past)
        .bind(&past)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from failure_pair where at < ?")
        .bind(clock.stamp_in(-WINDOW))
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "delete from failure where since <= (select since from failure
           order by since desc limit 1 offset ?)",
    )
    .bind(ROWS)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "delete from failure_pair where at <= (select at from failure_pair
           order by at desc limit 1 offset ?)",
    )
    .bind(ROWS)
    .execute(tx)
    .await?;
    Ok(())
}
