//! How long an initial password or a one-time code lasts, and how secrets are hashed (7.1, 3.5).

use kit::settings::Kind;
use kit::{AccountId, Clock, Error, PersonId, Result, Scope, Setting, session};
use rocket::tokio::sync::Semaphore;
use rocket::tokio::task::spawn_blocking;
use sqlx::SqliteConnection;
use time::Duration;

/// Days an imported person's initial password (the last six) may be used; 0 never ends.
pub const INITIAL_DAYS: Setting = Setting {
    key: "accounts.initial-days",
    group: "登录与密码",
    label: "导入后初始密码有效期",
    help: "导入的人员须在这么多天内用初始密码首次登录，过期由单位重新开放。0 表示一直有效。",
    kind: Kind::Integer { least: 0, most: 3650, unit: "天" },
    default: "365",
    check: None,
};

/// Days a reset password or an administrator's one-time code may be used; 0 never ends.
pub const RESET_DAYS: Setting = Setting {
    key: "accounts.reset-days",
    group: "登录与密码",
    label: "重置后密码有效期",
    help: "重置为初始密码的人员、拿到一次性密码的管理员，须在这么多天内登录并设置新密码。0 表示一直有效。",
    kind: Kind::Integer { least: 0, most: 365, unit: "天" },
    default: "7",
    check: None,
};

/// The days of such a setting as stored now: read in the act's transaction, so that commands and
/// the server agree.
pub async fn days(db: &mut SqliteConnection, setting: &Setting) -> Result<i64> {
    let stored: Option<String> = sqlx::query_scalar("select value from setting where key = ?")
        .bind(setting.key)
        .fetch_optional(db)
        .await?;
    let text = stored.unwrap_or_else(|| setting.default.to_owned());
    Ok(text.parse().or_else(|_| setting.default.parse()).unwrap_or_default())
}

/// Until when a credential given now lasts, for `account.initial_until`; none never ends.
pub async fn until(
    db: &mut SqliteConnection,
    setting: &Setting,
    clock: &Clock,
) -> Result<Option<String>> {
    let days = days(db, setting).await?;
    Ok((days > 0).then(|| clock.stamp_in(Duration::days(days))))
}

/// At most two hashes at a time: each takes 19 MiB and a core.
static PERMITS: Semaphore = Semaphore::const_new(2);

/// The argon2id hash of a password or one-time code, computed off the async threads.
pub async fn hashed(secret: String) -> Result<String> {
    off_thread(move || kit::password::hash(&secret)).await
}

/// The same, salted by a key (`kit::password::hash_for`).
pub async fn hashed_for(secret: String, key: String) -> Result<String> {
    off_thread(move || kit::password::hash_for(&secret, &key)).await
}

async fn off_thread(
    work: impl FnOnce() -> std::result::Result<String, kit::password::PasswordError> + Send + 'static,
) -> Result<String> {
    let permit = PERMITS.acquire().await.map_err(|e| Error::Fault(e.to_string()))?;
    let hash = spawn_blocking(work).await;
    drop(permit);
    hash.map_err(|e| Error::Fault(e.to_string()))?.map_err(|e| Error::Fault(e.to_string()))
}

/// Whether this is the password that was hashed so, judged off the async threads; without a hash
/// it is not.
pub async fn matches(typed: String, stored: Option<String>) -> Result<bool> {
    let Some(stored) = stored else { return Ok(false) };
    let permit = PERMITS.acquire().await.map_err(|e| Error::Fault(e.to_string()))?;
    let verdict = spawn_blocking(move || kit::password::verify(&typed, &stored)).await;
    drop(permit);
    let verdict = verdict.map_err(|e| Error::Fault(e.to_string()))?;
    Ok(verdict.map_err(|e| Error::Fault(e.to_string()))?.is_right())
}

/// A fresh one-time code and its hash: show the first once, store the second.
pub async fn one_time() -> Result<(String, String)> {
    let code = kit::password::one_time_code().map_err(|e| Error::Fault(e.to_string()))?;
    let hash = hashed(code.clone()).await?;
    Ok((code, hash))
}

/// Puts a person's password back to the last six (7.1) and ends his sessions; gives his
/// account. The caller checks permission and scope and writes the trail.
///
/// # Errors
/// Refused for an account that holds any administrator's right, a disabled one too: it gets a one-time code only.
pub async fn reset_to_initial(
    tx: &mut SqliteConnection,
    person: PersonId,
    clock: &Clock,
) -> Result<AccountId> {
    let found: Option<(AccountId, String, bool)> = sqlx::query_as(
        "select a.id, a.state, exists (select 1 from grant g
                  where g.account_id = a.id and g.state <> 'removed')
           from account a where a.person_id = ?",
    )
    .bind(person)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((account, state, administrator)) = found else { return Err(Error::NotFound) };
    if administrator {
        return Err(Error::refused(
            "这个账号有管理权限（禁用的也算），不能重置为身份证后六位。请到管理单位管理员中为它重置一次性密码。",
        ));
    }
    if state == "disabled" {
        return Err(Error::refused("这个账号已停用，不能重置密码。请先启用账号。"));
    }
    let until = until(&mut *tx, &RESET_DAYS, clock).await?;
    sqlx::query(
        "update account set state = 'initial', password_hash = null, code_hash = null,
                must_change = 0, initial_until = ?, password_changed_at = null
          where id = ?",
    )
    .bind(until)
    .bind(account)
    .execute(&mut *tx)
    .await?;
    sqlx::query("update initial_account set origin = 'reset', since = ? where id = ?")
        .bind(clock.stamp())
        .bind(person)
        .execute(&mut *tx)
        .await?;
    session::end_all(tx, account, None).await?;
    Ok(account)
}

/// 重新开放: an initial password that has not been used lasts anew; false if there is none. The
/// caller checks permission and scope and writes the trail.
pub async fn reopen(tx: &mut SqliteConnection, person: PersonId, clock: &Clock) -> Result<bool> {
    let until = until(&mut *tx, &INITIAL_DAYS, clock).await?;
    let changed = sqlx::query(
        "update account set initial_until = ? where person_id = ? and state = 'initial'",
    )
    .bind(until)
    .bind(person)
    .execute(tx)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// The same for everybody of an organization; gives how many there were.
pub async fn reopen_all(tx: &mut SqliteConnection, own: Scope, clock: &Clock) -> Result<u64> {
    let until = until(&mut *tx, &INITIAL_DAYS, clock).await?;
    let (_, organization) = own.values();
    let changed = sqlx::query(
        "update account set initial_until = ?
          where state = 'initial'
            and person_id in (select id from person where organization_id = ?)",
    )
    .bind(until)
    .bind(organization)
    .execute(tx)
    .await?;
    Ok(changed.rows_affected())
}
