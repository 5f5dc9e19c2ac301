//! Somebody's browser: cookies, the form token of the page it looks at, an address of its own.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use rocket::http::{ContentType, Header, Method};
use rocket::local::asynchronous::{Client, LocalRequest};

use super::Page;

const HOST: &str = "localhost:8090";

pub struct Browser<'w> {
    client: &'w Client,
    address: IpAddr,
    pub cookies: BTreeMap<String, String>,
    /// The token of the last page that had one.
    pub csrf: String,
    /// The last page looked at, which becomes the next request's Referer.
    pub path: String,
}

impl<'w> Browser<'w> {
    pub fn new(client: &'w Client, address: IpAddr) -> Self {
        Self { client, address, cookies: BTreeMap::new(), csrf: String::new(), path: String::new() }
    }

    fn request(&self, method: Method, path: &str) -> LocalRequest<'w> {
        let mut request = self
            .client
            .req(method, path.to_owned())
            .remote(SocketAddr::new(self.address, 40_000))
            .header(Header::new("Host", HOST));
        for (name, value) in &self.cookies {
            request = request.cookie((name.clone(), value.clone()));
        }
        if !self.path.is_empty() {
            request = request.header(Header::new("Referer", format!("http://{HOST}{}", self.path)));
        }
        request
    }

    async fn send(&mut self, request: LocalRequest<'w>, path: &str, method: Method) -> Page {
        let page = Page::of(request.dispatch().await, path).await;
        for (name, value) in &page.cookies {
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.clone(), value.clone());
            }
        }
        if let Some(token) = page.csrf() {
            self.csrf = token;
        }
        if method == Method::Get && page.status < 300 {
            self.path = path.to_owned();
        }
        page
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.request(Method::Get, path);
        self.send(request, path, Method::Get).await
    }

    /// With more headers.
    pub async fn get_with(&mut self, path: &str, headers: &[(&'static str, &str)]) -> Page {
        let mut request = self.request(Method::Get, path);
        for (name, value) in headers {
            request = request.header(Header::new(*name, (*value).to_owned()));
        }
        self.send(request, path, Method::Get).await
    }

    /// Sends a form as a page of ours would: token first, Origin set.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        if self.csrf.is_empty() {
            self.get("/").await;
        }
        let mut all = vec![("_csrf", self.csrf.clone())];
        all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let body = urlencoded(&all);
        self.post_raw(path, ContentType::Form, body.into_bytes(), true).await
    }

    /// Sends a multipart form: fields, then files as (field, file name, bytes).
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        if self.csrf.is_empty() {
            self.get("/").await;
        }
        let mut body = Vec::new();
        let csrf = self.csrf.clone();
        for (name, value) in [("_csrf", csrf.as_str())].iter().chain(fields) {
            let part = format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.as_bytes());
        }
        for (name, file, bytes) in files {
            let part = format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(part.as_bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--frontier--\r\n");
        let kind = ContentType::new("multipart", "form-data").with_params(("boundary", "frontier"));
        self.post_raw(path, kind, body, true).await
    }

    /// Any body, with or without an Origin.
    pub async fn post_raw(
        &mut self,
        path: &str,
        kind: ContentType,
        body: Vec<u8>,
        origin: bool,
    ) -> Page {
        self.send_raw(Method::Post, path, kind, body, origin).await
    }

    pub async fn send_raw(
        &mut self,
        method: Method,
        path: &str,
        kind: ContentType,
        body: Vec<u8>,
        origin: bool,
    ) -> Page {
        let mut request = self.request(method, path).header(kind);
        request = request.header(Header::new("Content-Length", body.len().to_string()));
        if origin {
            request = request.header(Header::new("Origin", format!("http://{HOST}")));
        }
        self.send(request.body(body), path, method).await
    }

    /// Sends the sign-in form of the home page.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Page {
        self.get("/").await;
        self.post("/sign-in", &[("login", login), ("password", password)]).await
    }

    /// Goes where a redirect points.
    pub async fn follow(&mut self, page: &Page) -> Page {
        let to = page.location.clone().unwrap_or_else(|| panic!("no redirect: {page:?}"));
        self.get(&to).await
    }
}

pub fn urlencoded(fields: &[(&str, String)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                b' ' => "+".to_owned(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}
