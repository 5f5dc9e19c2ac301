//! Forgery protection: a token in every form, checked by the guards, and Origin = Host.
//!
//! A guard cannot read the body, so a fairing looks at its first 512 bytes; the csrf component
//! always writes `_csrf` first, urlencoded and multipart alike.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Method;
use rocket::{Data, Request};
use subtle::ConstantTimeEq;

/// What the 403 page says.
pub const SENTENCE: &str = "这个页面打开得太久或来自别处，没有提交。请返回上一页刷新后再提交一次。";

/// The token the body began with.
struct Sent(Option<String>);

/// Caches the body's token for the guards.
pub struct Peek;

#[rocket::async_trait]
impl Fairing for Peek {
    fn info(&self) -> Info {
        Info { name: "csrf token", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        if !matches!(request.method(), Method::Get | Method::Head) {
            let sent = find(data.peek(512).await);
            request.local_cache(|| Sent(sent));
        }
    }
}

/// The value of a leading `_csrf` field.
fn find(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    if let Some(rest) = text.strip_prefix("_csrf=") {
        return Some(rest.split('&').next().unwrap_or_default().to_owned());
    }
    let (head, rest) = text.split_once("\r\n\r\n")?;
    head.starts_with("--").then_some(())?;
    head.contains("name=\"_csrf\"").then_some(())?;
    rest.split("\r\n").next().map(str::to_owned)
}

/// Whether the request may change something: always for GET and HEAD, else with the right token
/// and a matching Origin.
pub fn holds(request: &Request<'_>, token: &str) -> bool {
    if matches!(request.method(), Method::Get | Method::Head) {
        return true;
    }
    let sent = request.local_cache(|| Sent(None));
    let same =
        sent.0.as_ref().is_some_and(|sent| bool::from(sent.as_bytes().ct_eq(token.as_bytes())));
    same && same_origin(request)
}

fn same_origin(request: &Request<'_>) -> bool {
    let origin = request.headers().get_one("Origin").and_then(|origin| origin.split_once("://"));
    let (Some((_, origin)), Some(host)) = (origin, host(request)) else { return false };
    origin.eq_ignore_ascii_case(&host)
}

/// The name and port we were asked by: HTTP/1 says it in a header, HTTP/2 in the address.
pub fn host(request: &Request<'_>) -> Option<String> {
    match request.headers().get_one("Host") {
        Some(host) => Some(host.to_owned()),
        None => request.host().map(ToString::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_token_is_found_first_only() {
        assert_eq!(find(b"_csrf=abc&x=1").as_deref(), Some("abc"));
        assert_eq!(find(b"x=1&_csrf=abc"), None);
        let multipart = b"--b\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\nabc\r\n--b";
        assert_eq!(find(multipart).as_deref(), Some("abc"));
    }
}
