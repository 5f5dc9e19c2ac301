//! Sessions: a random token in the cookie, only its hash in the database.

mod side;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rocket::Request;
use rocket::http::{Cookie, SameSite};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;
use time::Duration;

use crate::access::Grant;
use crate::migration::hex;
use crate::settings::Kind as SettingKind;
use crate::{
    AccountId, Clock, Db, GrantId, OrganizationId, PersonId, Result, SessionId, Setting, Settings,
    serial,
};

use side::load_grant;
pub use side::{GrantRow, grants_of};

/// Minutes without a request after which a session ends.
pub const IDLE: Setting = Setting {
    key: "session.idle",
    group: "登录与密码",
    label: "无操作自动退出",
    help: "这么久没有操作就自动退出，退出前 2 分钟会提醒。",
    kind: SettingKind::Integer { least: 5, most: 480, unit: "分钟" },
    default: "30",
    check: None,
};

/// Hours after which a session ends whatever happens.
pub const ABSOLUTE: Setting = Setting {
    key: "session.absolute",
    group: "登录与密码",
    label: "一次登录最长时间",
    help: "到时必须重新登录。",
    kind: SettingKind::Integer { least: 1, most: 72, unit: "小时" },
    default: "12",
    check: None,
};

/// Whether cookies carry `Secure` and the `__Host-` prefix; managed by Rocket.
#[derive(Debug, Clone, Copy)]
pub struct Transport {
    pub tls: bool,
}

impl Transport {
    /// The session cookie's name.
    pub fn session_cookie(self) -> &'static str {
        if self.tls { "__Host-jxjy" } else { "jxjy" }
    }

    /// The pre-session cookie's name.
    pub fn visitor_cookie(self) -> &'static str {
        if self.tls { "__Host-jxjy-visitor" } else { "jxjy-visitor" }
    }

    /// A cookie of ours.
    pub fn cookie(self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.tls)
            .build()
    }
}

/// A choice in the user-name drop-down: 个人, or one of the administrative sides.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SideChoice {
    pub label: String,
    /// The value posted to /side: `person` or a grant's number.
    pub href: String,
    pub current: bool,
}

/// A signed-in session.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: SessionId,
    pub account: AccountId,
    pub name: String,
    pub person: Option<PersonId>,
    /// The administrative side in use; none on the personal side.
    pub grant: Option<Grant>,
    /// Sides to choose from.
    pub sides: Vec<SideChoice>,
    /// May only set a new password or sign out.
    pub restricted: bool,
    /// The form token of this session.
    pub csrf: String,
    pub address: String,
    pub request: String,
    /// Seconds without a request after which it ends.
    pub idle_seconds: i64,
    /// SHA-256 of the cookie's token, to bind notices to.
    pub key: Vec<u8>,
}

/// An anonymous visitor's cookie.
#[derive(Debug, Clone)]
pub struct VisitorCookie {
    pub csrf: String,
    pub key: Vec<u8>,
}

/// When each session was last seen: kept in memory, flushed once a minute.
#[derive(Debug, Clone, Default)]
pub struct Activity(Arc<Mutex<HashMap<i64, String>>>);

impl Activity {
    fn seen(&self, id: SessionId) -> Option<String> {
        self.0.lock().ok().and_then(|map| map.get(&id.0).cloned())
    }

    fn mark(&self, id: SessionId, at: String) {
        if let Ok(mut map) = self.0.lock() {
            map.insert(id.0, at);
        }
    }

    /// Writes what was seen since the last flush.
    pub async fn flush(&self, db: &Db) -> Result<()> {
        let seen: Vec<(i64, String)> = match self.0.lock() {
            Ok(mut map) => map.drain().collect(),
            Err(_) => return Ok(()),
        };
        if seen.is_empty() {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        for (id, at) in seen {
            sqlx::query("update session set seen_at = ? where id = ? and seen_at < ?")
                .bind(&at)
                .bind(id)
                .bind(&at)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The form token that goes with a cookie's token.
fn csrf_of(token: &str) -> String {
    hex(&Sha256::digest(format!("form:{token}").as_bytes())[..16])
}

fn key_of(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The caller's address as text; v6 by its whole address.
pub fn address(request: &Request<'_>) -> String {
    request.client_ip().map_or_else(|| "未知".to_owned(), |ip| ip.to_canonical().to_string())
}

/// Opens a session and sets its cookie. An old one of this browser is ended.
pub async fn open(
    tx: &mut SqliteConnection,
    request: &Opening<'_>,
    account: AccountId,
    side: Option<&GrantRow>,
    restricted: bool,
) -> Result<()> {
    if let Some(old) = request.cookies.get(request.transport.session_cookie()) {
        sqlx::query("delete from session where token_hash = ?")
            .bind(key_of(old.value()))
            .execute(&mut *tx)
            .await?;
    }
    let token = serial::token()?;
    let hours = request.settings.integer(&ABSOLUTE);
    sqlx::query(
        "insert into session (token_hash, account_id, grant_id, department_id, restricted, address,
           agent, created_at, seen_at, ends_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(key_of(&token))
    .bind(account)
    .bind(side.map(|side| side.id))
    .bind(side.and_then(|side| side.department_id))
    .bind(restricted)
    .bind(&request.address)
    .bind(request.agent.chars().take(200).collect::<String>())
    .bind(request.clock.stamp())
    .bind(request.clock.stamp())
    .bind(request.clock.stamp_in(Duration::hours(hours)))
    .execute(tx)
    .await?;
    let cookie = request.transport.cookie(request.transport.session_cookie(), token);
    request.cookies.add(cookie);
    Ok(())
}

/// What opening a session needs of the request; a guard.
pub struct Opening<'r> {
    pub cookies: &'r rocket::http::CookieJar<'r>,
    pub transport: Transport,
    pub settings: &'r Settings,
    pub clock: &'r Clock,
    pub address: String,
    pub agent: String,
}

#[rocket::async_trait]
impl<'r> rocket::request::FromRequest<'r> for Opening<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> rocket::request::Outcome<Self, ()> {
        let rocket = request.rocket();
        match (rocket.state::<Transport>(), rocket.state::<Settings>(), rocket.state::<Clock>()) {
            (Some(transport), Some(settings), Some(clock)) => {
                rocket::request::Outcome::Success(Opening {
                    cookies: request.cookies(),
                    transport: *transport,
                    settings,
                    clock,
                    address: address(request),
                    agent: request.headers().get_one("User-Agent").unwrap_or("").to_owned(),
                })
            }
            _ => rocket::request::Outcome::Error((rocket::http::Status::InternalServerError, ())),
        }
    }
}

/// Ends every session of an account, but `but`.
pub async fn end_all(
    tx: &mut SqliteConnection,
    account: AccountId,
    but: Option<SessionId>,
) -> Result<u64> {
    let ended = sqlx::query("delete from session where account_id = ? and id is not ?")
        .bind(account)
        .bind(but)
        .execute(tx)
        .await?;
    Ok(ended.rows_affected())
}

/// Ends one session.
pub async fn end(tx: &mut SqliteConnection, id: SessionId) -> Result<()> {
    sqlx::query("delete from session where id = ?").bind(id).execute(tx).await?;
    Ok(())
}

/// The visitor's cookie, made if missing.
pub fn visitor<'r>(request: &'r Request<'_>) -> Result<&'r VisitorCookie> {
    let cached = request.local_cache(|| {
        let transport = request.rocket().state::<Transport>()?;
        let name = transport.visitor_cookie();
        let token = match request.cookies().get(name) {
            Some(cookie) if cookie.value().len() == 64 => cookie.value().to_owned(),
            _ => {
                let token = serial::token().ok()?;
                request.cookies().add(transport.cookie(name, token.clone()));
                token
            }
        };
        Some(VisitorCookie { csrf: csrf_of(&token), key: key_of(&token) })
    });
    cached.as_ref().ok_or_else(|| crate::Error::Fault("no visitor cookie".to_owned()))
}

/// The request's session, looked up once; none if absent, ended or without any side left.
pub async fn of<'r>(request: &'r Request<'_>) -> Option<&'r Arc<Session>> {
    request
        .local_cache_async(async {
            match look_up(request).await {
                Ok(session) => session.map(Arc::new),
                Err(error) => {
                    tracing::error!(%error, "session look-up failed");
                    None
                }
            }
        })
        .await
        .as_ref()
}

#[derive(sqlx::FromRow)]
struct Row {
    id: SessionId,
    account_id: AccountId,
    grant_id: Option<GrantId>,
    department_id: Option<OrganizationId>,
    restricted: bool,
    seen_at: String,
    ends_at: String,
    name: String,
    person_id: Option<PersonId>,
    state: String,
}

async fn look_up(request: &Request<'_>) -> Result<Option<Session>> {
    let rocket = request.rocket();
    let (Some(transport), Some(db), Some(clock), Some(settings), Some(activity)) = (
        rocket.state::<Transport>(),
        rocket.state::<Db>(),
        rocket.state::<Clock>(),
        rocket.state::<Settings>(),
        rocket.state::<Activity>(),
    ) else {
        return Ok(None);
    };
    let Some(cookie) = request.cookies().get(transport.session_cookie()) else {
        return Ok(None);
    };
    let token = cookie.value();
    let key = key_of(token);
    let mut db = db.read().await?;
    let row: Option<Row> = sqlx::query_as(
        "select s.id, s.account_id, s.grant_id, s.department_id, s.restricted, s.seen_at, s.ends_at,
                a.name, a.person_id, a.state
           from session s join account a on a.id = s.account_id where s.token_hash = ?",
    )
    .bind(&key)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let now = clock.stamp();
    let seen = activity.seen(row.id).filter(|s| *s > row.seen_at).unwrap_or(row.seen_at);
    let idle = settings.integer(&IDLE);
    let limit = clock.stamp_in(-Duration::minutes(idle));
    // a clock set back must not make a session immortal: a time still to come counts as idle
    let ahead = clock.stamp_in(Duration::minutes(5));
    if row.ends_at <= now || seen < limit || seen > ahead || row.state == "disabled" {
        return Ok(None);
    }
    let today = crate::day::date_text(clock.today());
    let grants = if row.state == "active" {
        grants_of(&mut db, row.account_id, &today).await?
    } else {
        vec![]
    };
    let chosen = match row.grant_id {
        // a department taken out of the scope: another side of the same right
        Some(id) => grants
            .iter()
            .find(|g| g.id == id && g.department_id == row.department_id)
            .or_else(|| grants.iter().find(|g| g.id == id)),
        None if row.person_id.is_some() => None,
        None => grants.first(),
    };
    // the right in use was taken away: fall back to the personal side, else the session is over
    let chosen = match chosen {
        None if row.person_id.is_none() => grants.first(),
        other => other,
    };
    if chosen.is_none() && row.person_id.is_none() {
        return Ok(None);
    }
    let grant = match chosen {
        Some(choice) => Some(load_grant(&mut db, choice).await?),
        None => None,
    };
    let mut sides = Vec::new();
    if row.person_id.is_some() {
        let current = grant.is_none();
        sides.push(SideChoice { label: "个人".to_owned(), href: "person".to_owned(), current });
    }
    for choice in &grants {
        sides.push(SideChoice {
            label: format!("管理：{}", choice.label()),
            href: choice.key(),
            current: chosen.is_some_and(|c| c.key() == choice.key()),
        });
    }
    if sides.len() < 2 {
        sides.clear();
    }
    activity.mark(row.id, now);
    Ok(Some(Session {
        id: row.id,
        account: row.account_id,
        name: row.name,
        person: row.person_id,
        grant,
        sides,
        restricted: row.restricted,
        csrf: csrf_of(token),
        address: address(request),
        request: crate::page::request_id(request),
        idle_seconds: idle * 60,
        key,
    }))
}

#[cfg(test)]
mod tests {
    use super::Transport;

    #[test]
    fn over_tls_cookies_are_bound_to_host_and_secure_connections() {
        for (tls, name) in [(true, "__Host-jxjy"), (false, "jxjy")] {
            let transport = Transport { tls };
            assert_eq!(transport.session_cookie(), name);
            assert!(transport.visitor_cookie().starts_with(name));
            let cookie = transport.cookie(transport.session_cookie(), "x".to_owned()).to_string();
            assert_eq!(cookie.contains("Secure"), tls, "{cookie}");
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            assert!(cookie.contains("Path=/"), "{cookie}");
            assert!(!cookie.contains("Domain") && !cookie.contains("Max-Age"), "{cookie}");
        }
    }
}
