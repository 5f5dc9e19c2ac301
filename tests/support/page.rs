//! An answer, and what a test says of it.

use std::collections::BTreeMap;

use rocket::local::asynchronous::LocalResponse;

pub struct Page {
    pub path: String,
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub cookies: BTreeMap<String, String>,
    pub location: Option<String>,
    pub bytes: Vec<u8>,
    pub body: String,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(1500).collect();
        write!(f, "{} {} → {:?}\n{text}", self.status, self.path, self.location)
    }
}

impl Page {
    pub async fn of(response: LocalResponse<'_>, path: &str) -> Self {
        let status = response.status().code;
        let mut headers = BTreeMap::new();
        let mut cookies = BTreeMap::new();
        for header in response.headers().iter() {
            let (name, value) = (header.name().as_str().to_lowercase(), header.value().to_owned());
            if name == "set-cookie"
                && let Some((name, rest)) = value.split_once('=')
            {
                let value = rest.split(';').next().unwrap_or_default();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            headers.insert(name, value);
        }
        let location = headers.get("location").cloned();
        let bytes = response.into_bytes().await.unwrap_or_default();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Self { path: path.to_owned(), status, headers, cookies, location, bytes, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The token of the page's first form.
    pub fn csrf(&self) -> Option<String> {
        let (_, rest) = self.body.split_once("name=\"_csrf\" value=\"")?;
        rest.split('"').next().map(str::to_owned)
    }

    /// What a reader sees: without tags and runs of blanks.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.body.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    pub fn contains(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "no “{text}” in {self:?}");
        self
    }

    #[track_caller]
    pub fn lacks(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "“{text}” in {self:?}");
        self
    }

    #[track_caller]
    pub fn redirects_to(&self, path: &str) -> &Self {
        assert_eq!((self.status, self.location.as_deref()), (303, Some(path)), "{self:?}");
        self
    }
}
