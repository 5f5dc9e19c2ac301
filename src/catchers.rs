//! The pages of what went wrong; an expired session leads back to signing in.

use kit::access::Refusal;
use kit::page::Page;
use kit::session::{self, VisitorCookie};
use kit::shell::{Notice, Notices};
use kit::{Clock, Db, Result, User, csrf, trail};
use rocket::http::{Method, Status};
use rocket::response::Redirect;
use rocket::{Catcher, Request, Responder, catch, catchers};

use crate::sign_in::local;

#[derive(Responder)]
enum Caught {
    Page(Page),
    Redirect(Redirect),
}

/// Not signed in, or no longer: to the sign-in, and back here afterwards.
#[catch(401)]
fn unauthorized(request: &Request<'_>) -> Caught {
    let read = matches!(request.method(), Method::Get | Method::Head);
    let from = if read {
        local(&request.uri().to_string())
    } else {
        // the page whose form was sent; its fields come back from the browser's own memory
        let referer = request.headers().get_one("Referer");
        let host = kit::csrf::host(request);
        referer
            .and_then(|r| r.split_once("://"))
            .and_then(|(_, rest)| rest.split_once('/'))
            .filter(|(referred, _)| host.as_ref().is_some_and(|h| h.eq_ignore_ascii_case(referred)))
            .and_then(|(_, path)| local(&format!("/{path}")))
    };
    let had = request
        .rocket()
        .state::<session::Transport>()
        .is_some_and(|t| request.cookies().get(t.session_cookie()).is_some());
    let text = match (read, had) {
        (false, _) => {
            "登录已过期，刚才的内容没有提交。请重新登录，之后会回到原来的页面，填写的内容会恢复。"
        }
        (true, true) => "登录已过期，请重新登录。",
        (true, false) => "请先登录。",
    };
    tell(request, text);
    Caught::Redirect(match from {
        Some(from) => Redirect::to(format!("/?next={}", encoded(&from))),
        None => Redirect::to("/"),
    })
}

/// A notice for whoever is not signed in.
fn tell(request: &Request<'_>, text: &str) {
    let visitor: Option<&VisitorCookie> = session::visitor(request).ok();
    if let (Some(visitor), Some(notices)) = (visitor, request.rocket().state::<Notices>()) {
        notices.push(&visitor.key, Notice { kind: "info", text: text.to_owned() });
    }
}

fn encoded(text: &str) -> String {
    rocket::http::RawStr::new(text).percent_encode().to_string()
}

#[catch(default)]
async fn other(status: Status, request: &Request<'_>) -> Caught {
    // a page that does not exist still has its menu
    kit::shell::prepare(request, session::of(request).await).await;
    let refusal = request.local_cache(|| Refusal(None));
    if let (403, Some(text)) = (status.code, &refusal.0)
        && text != csrf::SENTENCE
        && let Err(error) = note(request).await
    {
        tracing::error!(%error, "a refusal is not in the trail");
    }
    // to the user a known address asked in an unknown way, or with a number that is none, is an unknown one
    let asked = matches!(request.method(), Method::Get | Method::Head);
    let status = match status.code {
        405 => Status::NotFound,
        422 if asked => Status::NotFound,
        _ => status,
    };
    let sentence = match (status.code, &refusal.0) {
        (403, Some(text)) => text.as_str(),
        (400, _) => "浏览器发来的请求不完整，没有处理。请返回上一页重试。",
        (403, None) => "您没有办理这件事的权限。",
        (404, _) => "没有找到这个页面或记录。它可能已被删除，或者不在您的管理范围内。",
        (413, _) => "提交的内容太大，没有保存。单个文件不能超过 20 MB。",
        (415 | 422, _) => "提交的内容读不懂，没有保存。请返回上一页刷新后再提交。",
        (429, _) => "请求太频繁，请稍等几分钟再试。",
        (503, _) => "系统正忙，请稍后再试。",
        (500.., _) => {
            "系统出了问题，没有保存。请稍后重试；仍然不行，请把下面的请求编号告诉系统管理员。"
        }
        _ => "请求有误，没有处理。请返回上一页重试。",
    };
    Caught::Page(Page::error(status, sentence))
}

/// A right that is missing is in the trail, with the route, not the address asked for.
async fn note(request: &Request<'_>) -> Result<()> {
    let rocket = request.rocket();
    let (Some(db), Some(clock), Some(session)) =
        (rocket.state::<Db>(), rocket.state::<Clock>(), session::of(request).await)
    else {
        return Ok(());
    };
    let route = request.route().map(|route| route.uri.path()).unwrap_or_default();
    let text = format!("没有权限，未予办理：{} {route}", request.method());
    let actor = User(session.clone()).actor();
    let mut tx = db.begin().await?;
    trail::refused(&mut tx, &actor, clock, "access.refused", "", &text).await?;
    tx.commit().await?;
    Ok(())
}

pub fn catchers() -> Vec<Catcher> {
    catchers![unauthorized, other]
}
