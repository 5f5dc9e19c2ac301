//! The real executable: commands as typed, a server that can be killed, a client without script.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use url::form_urlencoded::Serializer;

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Output {
    #[track_caller]
    pub fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.out.contains(text) || self.err.contains(text), "no “{text}” in {self:#?}");
        self
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jxjy"));
    command.current_dir(std::env::temp_dir());
    for name in ["ADDRESS", "PORT", "DATA", "LOG", "PLAIN_LAN", "CERTIFICATE", "KEY", "READERS"] {
        command.env_remove(format!("JXJY_{name}"));
    }
    command
}

/// Runs a command to its end.
pub fn jxjy(arguments: &[&str]) -> Output {
    let output = command().args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Output {
        code: output.status.code().unwrap_or(-1),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

/// Runs a command on a data folder.
pub fn on(folder: &Path, arguments: &[&str]) -> Output {
    let folder = folder.to_str().unwrap();
    jxjy(&[arguments, &["--data", folder]].concat())
}

/// A demo county and who can sign in: (what, login, password).
pub fn demo(folder: &Path, people: u32) -> Vec<(String, String, String)> {
    let output = on(folder, &["demo", "--people", &people.to_string()]);
    output.ends(0);
    let signers: Vec<_> = output
        .out
        .lines()
        .filter_map(|line| {
            let (what, rest) = line.trim().split_once("　账号 ")?;
            let (login, password) = rest.split_once("　密码 ")?;
            Some((what.to_owned(), login.to_owned(), password.to_owned()))
        })
        .collect();
    assert!(!signers.is_empty(), "{output:#?}");
    signers
}

/// The first who is such a one.
pub fn who<'a>(signers: &'a [(String, String, String)], what: &str) -> (&'a str, &'a str) {
    let found = signers.iter().find(|(is, ..)| is.starts_with(what));
    let (_, login, password) = found.unwrap_or_else(|| panic!("no {what} in {signers:?}"));
    (login, password)
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts it and waits until it answers.
    pub fn start(folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = command()
            .args(["serve", "--port", &port.to_string(), "--data", folder.to_str().unwrap()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut server = Self { child, port };
        let until = Instant::now() + Duration::from_secs(30);
        while Client::new(port).get("/").is_err() {
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("the server ended: {status}");
            }
            assert!(Instant::now() < until, "the server does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    /// As a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As the operating system asks it to.
    #[cfg(unix)]
    pub fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap().code()
    }

    pub fn client(&self) -> Client {
        Client::new(self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

type Result<T> = std::result::Result<T, ureq::Error>;

/// Somebody's browser: cookies and the form token of the last page.
pub struct Client {
    agent: ureq::Agent,
    pub port: u16,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl Client {
    pub fn new(port: u16) -> Self {
        let agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build()
            .new_agent();
        Self { agent, port, cookies: BTreeMap::new(), csrf: String::new() }
    }

    /// The same person at a server that was started anew.
    pub fn at(self, server: &Server) -> Self {
        let Self { cookies, csrf, .. } = self;
        Self { cookies, csrf, ..Client::new(server.port) }
    }

    fn take(&mut self, mut response: ureq::http::Response<ureq::Body>) -> Result<Answer> {
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap_or_default();
            if let Some((name, rest)) = text.split_once('=') {
                let value = rest.split(';').next().unwrap_or_default();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = response.headers().get("location").and_then(|l| l.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
        let answer = Answer { status, location, body };
        if let Some((_, rest)) = answer.text().split_once("name=\"_csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
        Ok(answer)
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        pairs.join("; ")
    }

    fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn get(&mut self, path: &str) -> Result<Answer> {
        let response = self.agent.get(self.address(path)).header("Cookie", self.cookie()).call()?;
        self.take(response)
    }

    fn send(&mut self, path: &str, kind: &str, body: &[u8]) -> Result<Answer> {
        let response = self
            .agent
            .post(self.address(path))
            .header("Cookie", self.cookie())
            .header("Origin", format!("http://127.0.0.1:{}", self.port))
            .header("Content-Type", kind)
            .send(body)?;
        self.take(response)
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let mut body = Serializer::new(String::new());
        body.append_pair("_csrf", &self.csrf).extend_pairs(fields);
        self.send(path, "application/x-www-form-urlencoded", body.finish().as_bytes())
    }

    /// A multipart form with one file in the field `files`.
    pub fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Result<Answer> {
        let mut body = vec![];
        let csrf = self.csrf.clone();
        for (name, value) in [("_csrf", csrf.as_str())].iter().chain(fields) {
            let part = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.as_bytes());
        }
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/pdf\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(bytes);
        body.extend(b"\r\n--edge--\r\n");
        self.send(path, "multipart/form-data; boundary=edge", &body)
    }

    pub fn sign_in(&mut self, (login, password): (&str, &str)) -> Answer {
        self.get("/").unwrap();
        let answer = self.post("/sign-in", &[("login", login), ("password", password)]).unwrap();
        self.get("/start").unwrap();
        answer
    }
}
