//! The headers of every answer (ui.md, 2), and the time it took.

use std::time::Instant;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Header;
use rocket::{Data, Request, Response};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Adds what an answer does not bring itself.
pub struct Headers {
    pub tls: bool,
}

struct Began(Instant);

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "headers", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(|| Began(Instant::now()));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let mut absent = |name: &'static str, value: &'static str| {
            if !response.headers().contains(name) {
                response.set_header(Header::new(name, value));
            }
        };
        absent("Content-Security-Policy", POLICY);
        absent("X-Content-Type-Options", "nosniff");
        absent("Referrer-Policy", "same-origin");
        absent("X-Frame-Options", "DENY");
        absent("Cache-Control", "no-store");
        if self.tls {
            absent("Strict-Transport-Security", "max-age=31536000");
        }
        if matches!(response.status().code, 429 | 503)
            && !response.headers().contains("Retry-After")
        {
            response.set_header(Header::new("Retry-After", "10"));
        }
        let took = request.local_cache(|| Began(Instant::now())).0.elapsed();
        let took = format!("app;dur={:.2}", took.as_secs_f64() * 1000.0);
        response.set_header(Header::new("Server-Timing", took));
    }
}
