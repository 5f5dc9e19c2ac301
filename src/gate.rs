//! What stands before every route: the setup, a first password, and bodies that are too large.

use rocket::data::ToByteUnit;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::Origin;
use rocket::http::{Method, Status};
use rocket::response::Redirect;
use rocket::{Data, Request, Route, get, post, routes};

use kit::{Page, Visitor, session};

use crate::setup::Setup;

/// Turns requests away before any route sees them.
pub struct Gate;

/// A urlencoded form, and any body: what is longer is read away and answered with a page.
const FORM: u64 = 1024 * 1024;
const BODY: u64 = 64 * 1024 * 1024;
/// Bodies longer than this are cut off.
const CEILING: u64 = 256;

#[rocket::async_trait]
impl Fairing for Gate {
    fn info(&self) -> Info {
        Info { name: "gate", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let path = request.uri().path().to_string();
        if path.starts_with("/assets/") || path == "/assets" {
            return;
        }
        let ready = request.rocket().state::<Setup>().is_some_and(Setup::done);
        if !ready {
            if path != "/setup" && !path.starts_with("/setup/") {
                divert(request, Method::Get, "/-/setup");
            }
            return;
        }
        let restricted = session::of(request).await.is_some_and(|s| s.restricted);
        if restricted && path != "/password/first" && path != "/sign-out" {
            divert(request, Method::Get, "/-/first-password");
            return;
        }
        let length: u64 = request
            .headers()
            .get_one("Content-Length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        let form = request.content_type().is_some_and(|kind| kind.is_form());
        if length > if form { FORM } else { BODY } {
            divert(request, Method::Post, "/-/too-large");
        }
    }
}

fn divert(request: &mut Request<'_>, method: Method, to: &'static str) {
    if let Ok(to) = Origin::parse(to) {
        request.set_method(method);
        request.set_uri(to);
    }
}

#[get("/-/setup")]
fn setup_first() -> Redirect {
    Redirect::to("/setup")
}

#[get("/-/first-password")]
fn password_first() -> Redirect {
    Redirect::to("/password/first")
}

/// A browser shows an answer only after it was let send everything.
#[post("/-/too-large", data = "<data>")]
async fn too_large(_visitor: Visitor, data: Data<'_>) -> Page {
    let read = data.open(CEILING.mebibytes()).stream_to(rocket::tokio::io::sink()).await;
    if let Err(error) = read {
        tracing::info!(%error, "an oversized body broke off");
    }
    Page::error(
        Status::PayloadTooLarge,
        "提交的内容太大，没有保存。单个文件不能超过 20 MB，材料每份不能超过 5 MB，请压缩后再上传。",
    )
}

pub fn routes() -> Vec<Route> {
    routes![setup_first, password_first, too_large]
}
