//! 退出登录 (section 2), and changing sides: 个人 or one of the administrative ones.

use kit::access::AnySession;
use kit::session::{self, GrantRow, Transport};
use kit::shell::{Notice, Notices};
use kit::{Actor, Clock, Db, Done, Error, Form, Result, SessionId, User, day, trail};
use rocket::http::{CookieJar, Header};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Responder, State, post};
use sqlx::SqliteConnection;

/// The browser is told to forget what it kept.
#[derive(Responder)]
pub struct SignedOut {
    done: Done,
    clear: Header<'static>,
}

/// Where a notice for the signed-out visitor goes.
pub struct VisitorKey(Vec<u8>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for VisitorKey {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let key = session::visitor(request).map(|v| v.key.clone()).unwrap_or_default();
        Outcome::Success(VisitorKey(key))
    }
}

#[post("/sign-out")]
pub async fn sign_out(
    session: AnySession,
    key: VisitorKey,
    cookies: &CookieJar<'_>,
    transport: &State<Transport>,
    notices: &State<Notices>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<SignedOut> {
    let mut tx = db.begin().await?;
    session::end(&mut tx, session.0.id).await?;
    let actor: Actor = session.user().actor();
    let object = format!("account:{}", session.0.account);
    trail::write(&mut tx, &actor, clock, "sign_out", &object, "退出登录").await?;
    tx.commit().await?;
    cookies.remove(transport.cookie(transport.session_cookie(), String::new()));
    notices.push(&key.0, Notice { kind: "ok", text: "已退出登录。".to_owned() });
    Ok(SignedOut { done: Done::to("/"), clear: Header::new("Clear-Site-Data", "\"storage\"") })
}

/// 个人 or one of the administrative sides, from the user-name drop-down.
#[post("/side", data = "<form>")]
pub async fn side(user: User, db: &State<Db>, clock: &State<Clock>, form: Form) -> Result<Done> {
    let grant = match form.raw("to") {
        "person" if user.person.is_some() => None,
        "person" => return Err(Error::NotFound),
        key => {
            let mut reader = db.read().await?;
            let today = day::date_text(clock.today());
            let grants = session::grants_of(&mut reader, user.account, &today).await?;
            Some(grants.into_iter().find(|g| g.key() == key).ok_or(Error::NotFound)?)
        }
    };
    let mut tx = db.begin().await?;
    turn(&mut tx, user.id, grant.as_ref()).await?;
    let text = match &grant {
        Some(grant) => format!("切换到管理：{}", grant.label()),
        None => "切换到个人".to_owned(),
    };
    let object = format!("account:{}", user.account);
    trail::write(&mut tx, &user.actor(), clock, "side", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to("/start"))
}

async fn turn(tx: &mut SqliteConnection, id: SessionId, side: Option<&GrantRow>) -> Result<()> {
    sqlx::query("update session set grant_id = ?, department_id = ? where id = ?")
        .bind(side.map(|side| side.id))
        .bind(side.and_then(|side| side.department_id))
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}
