//! One's own password once more, before an act that hands somebody an account or one's own place.

use kit::{AccountId, Clock, Db, Error, Form, Result, User, day, trail};
use sqlx::SqliteConnection;
use time::Duration;

use crate::{credentials, own_administrators, units};

/// Wrong ones in an hour, after which he has to wait.
const WRONG: i64 = 5;
/// Resets of administrators one may do in an hour, on whichever screen.
const RESETS: i64 = 20;
const FAILED: &str = "accounts.administrator.password";

/// How often this account did such an act in the last hour.
pub async fn count(
    db: &mut SqliteConnection,
    account: AccountId,
    act: &str,
    clock: &Clock,
) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from trail where account_id = ? and act = ? and id >=
           (select id from trail where at >= ? order by at, id limit 1)",
    )
    .bind(account)
    .bind(act)
    .bind(day::stamp(clock.now() - Duration::hours(1)))
    .fetch_one(db)
    .await?)
}

/// The cap on resets of administrators: one's own unit's and those of units below count together.
///
/// # Errors
/// `TooMany` when it is reached.
pub async fn within_the_hour(
    db: &mut SqliteConnection,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let mut done = count(&mut *db, account, own_administrators::RESET, clock).await?;
    for unit in units::ALL {
        done += count(&mut *db, account, &unit.act("reset"), clock).await?;
    }
    if done < RESETS {
        return Ok(());
    }
    Err(Error::TooMany(format!("一小时内最多重置 {RESETS} 次密码，请稍后再办。")))
}

/// Reads the field `password` and forgets it; a wrong one is refused by field and trailed with
/// `what` was not done.
///
/// # Errors
/// `TooMany` after five wrong ones in an hour.
pub async fn own_password(
    form: &mut Form,
    db: &Db,
    user: &User,
    clock: &Clock,
    what: &str,
) -> Result<()> {
    let mut reader = db.read().await?;
    let account = user.account;
    if count(&mut reader, account, FAILED, clock).await? >= WRONG {
        let sentence = format!("您的密码在一小时内已输错 {WRONG} 次，请过一小时再办。");
        return Err(Error::TooMany(sentence));
    }
    let stored: Option<String> =
        sqlx::query_scalar("select password_hash from account where id = ?")
            .bind(account)
            .fetch_one(&mut *reader)
            .await?;
    drop(reader);
    let typed = form.raw("password").to_owned();
    form.forget("password");
    if typed.is_empty() {
        form.refuse("password", "请填写您自己的登录密码。");
        return Ok(());
    }
    if credentials::matches(typed, stored).await? {
        return Ok(());
    }
    form.refuse("password", "您自己的登录密码不正确，请重新输入。");
    let mut tx = db.begin().await?;
    let text = format!("{what}未办理：本人密码不正确");
    let object = format!("account:{account}");
    trail::refused(&mut tx, &user.actor(), clock, FAILED, &object, &text).await?;
    tx.commit().await?;
    Ok(())
}
