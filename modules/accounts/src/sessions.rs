//! Sessions, listed and ended: everybody's own (我的登录), and what 3.5 shows of an administrator's.

use kit::session::IDLE;
use kit::{
    AccountId, Answer, Clock, Db, Done, Error, Form, Page, Result, SessionId, Settings, User,
    session, trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;
use time::Duration;

use crate::contact;

pub fn routes() -> Vec<Route> {
    routes![own, end, end_others, correct]
}

/// A live session, for the component `session_rows`.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Row {
    pub id: SessionId,
    pub created_at: String,
    pub seen_at: String,
    pub address: String,
    /// Windows · Edge
    #[sqlx(rename = "agent")]
    pub device: String,
}

/// The sessions of an account that have not ended, the newest first.
pub async fn of(
    db: &mut SqliteConnection,
    account: AccountId,
    clock: &Clock,
    settings: &Settings,
) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = sqlx::query_as(
        "select id, created_at, seen_at, address, agent from session
          where account_id = ? and ends_at > ? and seen_at >= ? order by id desc",
    )
    .bind(account)
    .bind(clock.stamp())
    // what is seen is written once a minute
    .bind(clock.stamp_in(-Duration::minutes(settings.integer(&IDLE) + 1)))
    .fetch_all(db)
    .await?;
    for row in &mut rows {
        row.device = device(&row.device);
    }
    Ok(rows)
}

/// Ends one session of an account.
///
/// # Errors
/// `NotFound` if it is not that account's.
pub async fn end_one(tx: &mut SqliteConnection, account: AccountId, id: SessionId) -> Result<()> {
    let ended = sqlx::query("delete from session where id = ? and account_id = ?")
        .bind(id)
        .bind(account)
        .execute(tx)
        .await?;
    if ended.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// System and browser of a User-Agent, in words people know.
fn device(agent: &str) -> String {
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let system = named(&[
        ("HarmonyOS", "鸿蒙"),
        ("Android", "安卓手机"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    let browser = named(&[
        ("MicroMessenger", "微信"),
        ("QQBrowser", "QQ 浏览器"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("Trident", "IE"),
    ]);
    match (system, browser) {
        (Some(system), Some(browser)) => format!("{system} · {browser}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "未知设备".to_owned(),
    }
}

#[get("/sessions")]
async fn own(
    user: User,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let stored = own_contact(&mut db, user.account).await?;
    let form = stored.as_ref().map_or_else(Form::new, |(phone, email)| {
        Form::of([("phone", phone.clone()), ("email", email.clone())])
    });
    page(&mut db, &user, clock, settings, (stored.is_some(), &form)).await
}

async fn page(
    db: &mut SqliteConnection,
    user: &User,
    clock: &Clock,
    settings: &Settings,
    (has_contact, form): (bool, &Form),
) -> Result<Page> {
    Ok(Page::new("accounts/sessions.html")
        .with("sessions", &of(db, user.account, clock, settings).await?)
        .with("current", &user.id)
        .with("has_contact", &has_contact)
        .with("contact", form))
}

/// Phone and e-mail of an account without a person; a professional's stand on his own profile.
async fn own_contact(
    db: &mut SqliteConnection,
    account: AccountId,
) -> Result<Option<(String, String)>> {
    Ok(sqlx::query_as("select phone, email from account where id = ? and person_id is null")
        .bind(account)
        .fetch_optional(db)
        .await?)
}

/// 我的联系方式: saved at once.
#[post("/sessions/contact", data = "<form>")]
async fn correct(
    user: User,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    if own_contact(&mut tx, user.account).await?.is_none() {
        return Err(Error::refused("您的联系方式在“个人信息”中修改。"));
    }
    let phone = contact::mobile(&mut form, "phone", "手机");
    let email = contact::email(&mut form, "email", "邮箱");
    if form.refused() {
        let page = page(&mut tx, &user, clock, settings, (true, &form)).await?;
        return Ok(page.refused().into());
    }
    sqlx::query("update account set phone = ?, email = ? where id = ? and person_id is null")
        .bind(&phone)
        .bind(&email)
        .bind(user.account)
        .execute(&mut *tx)
        .await?;
    let object = format!("account:{}", user.account);
    let text = "修改自己的联系方式";
    trail::write(&mut tx, &user.actor(), clock, "account.contact", &object, text).await?;
    tx.commit().await?;
    Ok(Done::to("/accounts/sessions").ok("已保存您的联系方式。").into())
}

#[post("/sessions/<id>/end")]
async fn end(user: User, id: SessionId, db: &State<Db>, clock: &State<Clock>) -> Result<Done> {
    if id == user.id {
        return Err(Error::refused(
            "这是您正在使用的登录。要退出，请用右上角姓名菜单中的“退出登录”。",
        ));
    }
    let mut tx = db.begin().await?;
    end_one(&mut tx, user.account, id).await?;
    let object = format!("account:{}", user.account);
    trail::write(&mut tx, &user.actor(), clock, "session.end", &object, "结束自己的一个登录")
        .await?;
    tx.commit().await?;
    Ok(Done::to("/accounts/sessions").ok("已结束这个登录，那台设备须重新登录。"))
}

#[post("/sessions/end")]
async fn end_others(user: User, db: &State<Db>, clock: &State<Clock>) -> Result<Done> {
    let mut tx = db.begin().await?;
    let count = session::end_all(&mut tx, user.account, Some(user.id)).await?;
    let object = format!("account:{}", user.account);
    let text = format!("结束自己在其他设备上的 {count} 个登录");
    trail::write(&mut tx, &user.actor(), clock, "session.end", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to("/accounts/sessions").ok(format!("已结束其他设备上的 {count} 个登录。")))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_device_is_told_in_words() {
        for (agent, told) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0",
                "Windows · Edge",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Linux · Firefox",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0",
                "安卓手机 · 微信",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
                "iPhone · Safari",
            ),
            ("", "未知设备"),
        ] {
            assert_eq!(device(agent), told, "{agent}");
        }
    }
}
