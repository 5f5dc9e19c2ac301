//! Style sheets, scripts and pictures, compiled in; addressed by their content's hash.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rocket::http::{ContentType, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Route, State, get, routes};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets"]
struct Embedded;

/// One file, and its gzip form once somebody asked for it.
#[derive(Debug)]
pub struct Asset {
    bytes: Cow<'static, [u8]>,
    kind: ContentType,
    hash: String,
    gzip: OnceLock<Option<Vec<u8>>>,
}

/// Every asset by its path; managed by Rocket and read by the template function `asset`.
#[derive(Debug)]
pub struct Assets(HashMap<String, Asset>);

impl Assets {
    /// Reads what is compiled in (in debug builds: what lies in the folder).
    pub fn read() -> Self {
        let kinds = ["css", "js", "svg", "png", "ico", "woff2"];
        let mut files = HashMap::new();
        for path in Embedded::iter() {
            let extension = Path::new(path.as_ref()).extension().and_then(|e| e.to_str());
            let Some(extension) = extension.filter(|e| kinds.contains(e)) else { continue };
            let Some(file) = Embedded::get(&path) else { continue };
            let asset = Asset {
                hash: kit::migration::hex(&file.metadata.sha256_hash())[..16].to_owned(),
                bytes: file.data,
                kind: ContentType::from_extension(extension).unwrap_or(ContentType::Binary),
                gzip: OnceLock::new(),
            };
            files.insert(path.into_owned(), asset);
        }
        Self(files)
    }

    /// The address of an asset, changed whenever its content is.
    pub fn address(&self, path: &str) -> Option<String> {
        self.0.get(path).map(|asset| format!("/assets/{path}?v={}", &asset.hash[..8]))
    }
}

impl Asset {
    /// Compressed once, and only where it pays.
    fn gzip(&self) -> Option<&[u8]> {
        let compressed = self.gzip.get_or_init(|| {
            if self.bytes.len() < 1024 || self.kind.is_png() || self.kind.is_woff2() {
                return None;
            }
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(&self.bytes).ok()?;
            let compressed = encoder.finish().ok()?;
            (compressed.len() < self.bytes.len() * 9 / 10).then_some(compressed)
        });
        compressed.as_deref()
    }
}

struct Sent<'a> {
    asset: &'a Asset,
    hashed: bool,
}

impl<'r, 'o: 'r> Responder<'r, 'o> for Sent<'o> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'o> {
        let accepted = request.headers().get("Accept-Encoding").any(|value| {
            value.split(',').any(|part| {
                let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
                let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
                coding.trim() == "gzip" && weight != Some(0.0)
            })
        });
        let gzip = if accepted { self.asset.gzip() } else { None };
        let tag = if gzip.is_some() { "-gz" } else { "" };
        let tag = format!("\"{}{tag}\"", self.asset.hash);
        let cache =
            if self.hashed { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        let mut answer = Response::build();
        answer
            .header(Header::new("Cache-Control", cache))
            .header(Header::new("Vary", "Accept-Encoding"))
            .header(Header::new("ETag", tag.clone()));
        let known = request
            .headers()
            .get("If-None-Match")
            .any(|value| value.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
        if known {
            return answer.status(Status::NotModified).ok();
        }
        answer.header(self.asset.kind.clone());
        match gzip {
            Some(bytes) => {
                answer.header(Header::new("Content-Encoding", "gzip"));
                answer.sized_body(bytes.len(), Cursor::new(bytes));
            }
            None => {
                answer.sized_body(self.asset.bytes.len(), Cursor::new(self.asset.bytes.as_ref()));
            }
        }
        answer.ok()
    }
}

#[get("/assets/<path..>?<v>")]
fn asset<'a>(path: PathBuf, v: Option<&str>, assets: &'a State<Arc<Assets>>) -> Option<Sent<'a>> {
    let path = path.to_str()?.replace('\\', "/");
    let asset = assets.0.get(&path)?;
    Some(Sent { asset, hashed: v == Some(&asset.hash[..8]) })
}

pub fn routes() -> Vec<Route> {
    routes![asset]
}
