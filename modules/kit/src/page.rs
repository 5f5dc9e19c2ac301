//! What a handler answers: a page, a redirect after an act, a file.

use std::borrow::Cow;
use std::io::Cursor;

use rocket::http::{ContentType, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Redirect, Responder, Response};
use serde::Serialize;

use crate::shell::{self, Notice, Notices};

/// The compiled templates; managed by Rocket.
pub struct Templates(pub tera::Tera);

/// A rendered template. Every template has `shell` beside what the handler gives.
#[derive(Debug)]
pub struct Page {
    template: Cow<'static, str>,
    context: tera::Context,
    status: Status,
    headers: Vec<(&'static str, &'static str)>,
}

impl Page {
    pub fn new(template: impl Into<Cow<'static, str>>) -> Self {
        Self {
            template: template.into(),
            context: tera::Context::new(),
            status: Status::Ok,
            headers: vec![],
        }
    }

    /// Gives the template a variable.
    pub fn with<T: Serialize + ?Sized>(mut self, key: &'static str, value: &T) -> Self {
        self.context.insert(key, value);
        self
    }

    /// Answers with another status: 422 for a refused form.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Adds a header: `X-Robots-Tag` on public answers.
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A form that was refused comes back as typed.
    pub fn refused(self) -> Self {
        self.status(Status::UnprocessableEntity)
    }

    /// The page of an error.
    pub fn error(status: Status, sentence: &str) -> Self {
        let heading = match status.code {
            401 => "请先登录",
            403 => "没有权限",
            404 => "没有找到",
            409 => "没有办理",
            413 => "内容太大",
            422 => "内容有误",
            429 => "请求太频繁",
            503 => "系统正忙",
            500.. => "系统出了问题",
            _ => "请求有误",
        };
        Self::new("error.html")
            .with("status", &status.code)
            .with("heading", heading)
            .with("sentence", sentence)
            .status(status)
    }
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(mut self, request: &'r Request<'_>) -> response::Result<'static> {
        let templates = request.rocket().state::<Templates>().ok_or(Status::InternalServerError)?;
        self.context.insert("shell", &shell::shell(request));
        self.context.insert("request_id", &request_id(request));
        let html = templates.0.render(&self.template, &self.context).map_err(|error| {
            tracing::error!(template = %self.template, error = ?error, "template failed");
            Status::InternalServerError
        })?;
        let mut response = Response::build();
        response.status(self.status).header(ContentType::HTML);
        for (name, value) in self.headers {
            response.header(Header::new(name, value));
        }
        response.sized_body(html.len(), Cursor::new(html)).ok()
    }
}

/// The end of an act: a redirect (303) and what the next page tells.
#[derive(Debug)]
pub struct Done {
    to: String,
    notices: Vec<Notice>,
}

impl Done {
    /// Redirects to one of our own addresses.
    pub fn to(address: impl Into<String>) -> Self {
        Self { to: address.into(), notices: vec![] }
    }

    /// What was done, with the number: “已通过 3 人。”
    pub fn ok(self, text: impl Into<String>) -> Self {
        self.notice("ok", text)
    }

    pub fn warn(self, text: impl Into<String>) -> Self {
        self.notice("warn", text)
    }

    pub fn bad(self, text: impl Into<String>) -> Self {
        self.notice("bad", text)
    }

    fn notice(mut self, kind: &'static str, text: impl Into<String>) -> Self {
        self.notices.push(Notice { kind, text: text.into() });
        self
    }
}

impl<'r> Responder<'r, 'static> for Done {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        if let Some(notices) = request.rocket().state::<Notices>() {
            let key = shell::key(request);
            for notice in self.notices {
                notices.push(&key, notice);
            }
        }
        Redirect::to(self.to).respond_to(request)
    }
}

/// A file to save or show.
pub struct Download {
    /// As the browser saves it; may be Chinese.
    pub name: String,
    pub mime: String,
    pub bytes: Vec<u8>,
    /// Show in the browser (images, PDF) rather than save.
    pub inline: bool,
}

impl Download {
    /// A workbook.
    pub fn xlsx(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            mime: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
            bytes,
            inline: false,
        }
    }
}

/// Scripts in an uploaded file find nothing to run in.
const SHUT: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// Browsers refuse to open their PDF viewer in a sandbox. It is no page of ours: what a PDF can
/// do stays in the viewer, `nosniff` keeps the type, and nothing may be loaded or sent.
const SHUT_PDF: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

impl<'r> Responder<'r, 'static> for Download {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let policy = if self.mime == "application/pdf" { SHUT_PDF } else { SHUT };
        let kind = if self.inline { "inline" } else { "attachment" };
        let ascii: String = self
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' })
            .collect();
        let disposition =
            format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{}", percent(&self.name));
        Response::build()
            .header(Header::new("Content-Type", self.mime))
            .header(Header::new("Content-Disposition", disposition))
            .header(Header::new("Content-Security-Policy", policy))
            .sized_body(self.bytes.len(), Cursor::new(self.bytes))
            .ok()
    }
}

/// RFC 5987 encoding of a file name.
fn percent(name: &str) -> String {
    use std::fmt::Write;
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// Whatever a handler answers with.
#[derive(rocket::Responder)]
pub enum Answer {
    Page(Page),
    Done(Done),
    Download(Download),
}

impl From<Page> for Answer {
    fn from(page: Page) -> Self {
        Answer::Page(page)
    }
}

impl From<Done> for Answer {
    fn from(done: Done) -> Self {
        Answer::Done(done)
    }
}

impl From<Download> for Answer {
    fn from(download: Download) -> Self {
        Answer::Download(download)
    }
}

/// The request's number, for the log, the trail and the error page.
pub fn request_id(request: &Request<'_>) -> String {
    request
        .local_cache(|| {
            let id = crate::serial::random::<6>().map(|b| crate::migration::hex(&b));
            RequestId(id.unwrap_or_default())
        })
        .0
        .clone()
}

struct RequestId(String);
