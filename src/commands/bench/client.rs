//! A client that speaks just enough HTTP to time pages over one connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use kit::{Error, Result};

/// One connection to the server, with the session of its user.
pub struct Client {
    port: u16,
    cookies: Vec<(String, String)>,
    csrf: String,
    open: Option<BufReader<TcpStream>>,
}

/// An answer and how long the server took for it.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    /// Milliseconds, as the server says; as it was here, if it does not.
    pub took: f64,
    pub body: String,
}

impl Client {
    pub fn new(port: u16, token: Option<&str>) -> Self {
        let cookies = token.map(|token| ("jxjy".to_owned(), token.to_owned()));
        Self { port, cookies: cookies.into_iter().collect(), csrf: String::new(), open: None }
    }

    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), b"")
    }

    /// Posts a form; its values are plain letters and digits, or already encoded.
    pub fn post(&mut self, path: &str, fields: &str) -> Result<Answer> {
        let body = format!("_csrf={}&{fields}", self.csrf);
        let head = format!(
            "POST {path} HTTP/1.1\r\nOrigin: http://127.0.0.1:{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            self.port,
            body.len()
        );
        self.ask(&head, body.as_bytes())
    }

    /// Posts a form with one file.
    pub fn upload(&mut self, path: &str, field: &str, name: &str, file: &[u8]) -> Result<Answer> {
        const EDGE: &str = "jxjy-bench-7f3b";
        let token = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n{}\r\n",
            self.csrf
        );
        let part = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        let end = format!("\r\n--{EDGE}--\r\n");
        let body = [token.as_bytes(), part.as_bytes(), file, end.as_bytes()].concat();
        let head = format!(
            "POST {path} HTTP/1.1\r\nOrigin: http://127.0.0.1:{}\r\nContent-Type: multipart/form-data; boundary={EDGE}\r\nContent-Length: {}\r\n",
            self.port,
            body.len()
        );
        self.ask(&head, &body)
    }

    fn ask(&mut self, head: &str, body: &[u8]) -> Result<Answer> {
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = format!(
            "{head}Host: 127.0.0.1:{}\r\nCookie: {}\r\nUser-Agent: jxjy bench\r\n\r\n",
            self.port,
            cookies.join("; ")
        );
        let request = [request.as_bytes(), body].concat();
        // a connection that the server has closed meanwhile is opened once more
        match self.once(&request) {
            Ok(answer) => Ok(answer),
            Err(_) => {
                self.open = None;
                self.once(&request)
            }
        }
    }

    fn once(&mut self, request: &[u8]) -> Result<Answer> {
        let mut stream = match self.open.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(("127.0.0.1", self.port))?;
                stream.set_read_timeout(Some(Duration::from_secs(60)))?;
                stream.set_nodelay(true)?;
                BufReader::new(stream)
            }
        };
        let began = Instant::now();
        stream.get_mut().write_all(request)?;
        let mut answer = Answer::default();
        let mut line = String::new();
        stream.read_line(&mut line)?;
        answer.status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(cut)?;
        let (mut length, mut keep, mut told) = (0, true, None);
        loop {
            line.clear();
            if stream.read_line(&mut line)? == 0 {
                return Err(cut());
            }
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(|_| cut())?,
                "connection" if value.eq_ignore_ascii_case("close") => keep = false,
                "location" => value.clone_into(&mut answer.location),
                "server-timing" => told = value.split("dur=").nth(1).and_then(|ms| ms.parse().ok()),
                "set-cookie" => self.keep_cookie(value),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        answer.took = told.unwrap_or_else(|| began.elapsed().as_secs_f64() * 1000.0);
        answer.body = String::from_utf8_lossy(&body).into_owned();
        if let Some((_, rest)) = answer.body.split_once("name=\"_csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
        if keep {
            self.open = Some(stream);
        }
        Ok(answer)
    }

    fn keep_cookie(&mut self, text: &str) {
        if let Some((name, rest)) = text.split_once('=') {
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value));
        }
    }
}

fn cut() -> Error {
    Error::refused("测量中断：服务器没有回答完整。请重试。")
}
