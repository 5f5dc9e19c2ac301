//! A release executable on an empty folder, and a headless Chromium in front of it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// Where screenshots and PDFs are kept.
pub fn shots() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/shots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The executable under test (`JXJY_EXECUTABLE`, set by tests/run).
pub fn executable() -> PathBuf {
    PathBuf::from(
        std::env::var("JXJY_EXECUTABLE")
            .expect("tests/run sets JXJY_EXECUTABLE to the release executable"),
    )
}

/// A free port of this machine.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    scheme: &'static str,

    /// The one-time setup link it printed, if the folder was new.
    pub setup: Option<String>,
}

impl Server {
    /// The same with a certificate of its own, named in a Rocket.toml beside the executable.
    pub fn start_with_certificate(folder: &Path) -> Self {
        let made = Command::new("openssl")
            .current_dir(folder)
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
            .args(["-keyout", "key.pem", "-out", "certificate.pem", "-subj", "/CN=127.0.0.1"])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success(), "openssl makes a certificate");
        let settings = "[default]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n";
        std::fs::write(folder.join("Rocket.toml"), settings).unwrap();
        let mut server = Self::start(folder);
        server.scheme = "https";
        server
    }

    /// Copies the executable into `folder` and starts it there, as a county office would.
    pub fn start(folder: &Path) -> Self {
        let program = folder.join("jxjy");
        if !program.exists() {
            std::fs::copy(executable(), &program).unwrap();
        }
        let port = free_port();
        let mut child = Command::new(&program)
            .current_dir(folder)
            .args(["serve", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut setup = None;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the server did not start within 20 seconds");
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(200));
        while let Ok(line) = receiver.try_recv() {
            if let Some(at) = line.find("http").filter(|_| line.contains("/setup?")) {
                setup = Some(line[at..].split_whitespace().next().unwrap().to_owned());
            }
        }
        Self { child, port, scheme: "http", setup }
    }

    pub fn address(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A WebDriver extension command of the Chromium driver.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// A browser whose every console error and policy violation fails the test.
pub struct Browser {
    pub client: Client,
    driver: Child,
    profile: tempfile::TempDir,
    base: String,
}

impl Browser {
    pub async fn open(server: &Server) -> Self {
        let port = free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("LANGUAGE", "zh_CN") // date fields as an office sees them
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed by tests/run");
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--no-first-run",
            "--ignore-certificate-errors", // the certificate of start_with_certificate is its own
            "--lang=zh-CN",
            "--window-size=1440,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut capabilities = serde_json::map::Map::new();
        let preferences = json!({
            "download.default_directory": shots(), "profile.password_manager_leak_detection": false,
            "credentials_enable_service": false
        });
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({"args": arguments, "prefs": preferences}),
        );
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
        let address = format!("http://127.0.0.1:{port}");
        let deadline = Instant::now() + Duration::from_secs(20);
        let client = loop {
            let mut builder = ClientBuilder::new(hyper_util_connector());
            match builder.capabilities(capabilities.clone()).connect(&address).await {
                Ok(client) => break client,
                Err(error) if Instant::now() > deadline => panic!("no browser: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        Self { client, driver, profile, base: server.address("") }
    }

    async fn extension(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(Extension { path, body }).await.unwrap()
    }

    async fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.extension("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    /// Fails on anything the console says that is not mere information.
    pub async fn console_is_clean(&self) {
        let log = self.extension("se/log", json!({"type": "browser"})).await;
        let bad: Vec<String> = log
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            // the status line of a page we asked for on purpose (404, 409, 422) is no fault
            .filter(|text| {
                !text.contains("Failed to load resource: the server responded with a status of 4")
            })
            .collect();
        assert!(bad.is_empty(), "console: {bad:#?}");
    }

    pub async fn go(&self, path: &str) {
        let address =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.client.goto(&address).await.unwrap();
        self.console_is_clean().await;
    }

    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.path().to_owned()
    }

    /// The visible text of the page.
    pub async fn text(&self) -> String {
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    /// Waits until the page says this.
    pub async fn sees(&self, wanted: &str) {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            if let Ok(body) = self.client.find(Locator::Css("body")).await
                && let Ok(text) = body.text().await
            {
                if text.contains(wanted) {
                    return;
                }
                assert!(
                    Instant::now() < deadline,
                    "“{wanted}” is not on {}:\n{text}",
                    self.path().await
                );
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn find(&self, css: &str) -> Element {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => {
                panic!("no {css} on {}: {error}\n{}", self.path().await, self.text().await)
            }
        }
    }

    /// Types into the field of this name.
    pub async fn fill(&self, name: &str, value: &str) {
        let css = format!("main [name='{name}'], form [name='{name}']");
        let field = self.find(&css).await;
        let kind = field.attr("type").await.unwrap().unwrap_or_default();
        if matches!(kind.as_str(), "date" | "number") || value.is_empty() {
            // a date typed by key follows the browser's language; set what the form sends
            let script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true})); arguments[0].dispatchEvent(new Event('change', {bubbles: true}));";
            let arguments = vec![serde_json::to_value(&field).unwrap(), json!(value)];
            self.client.execute(script, arguments).await.unwrap();
        } else {
            field.clear().await.unwrap();
            field.send_keys(value).await.unwrap();
        }
    }

    /// Chooses a file.
    pub async fn attach(&self, name: &str, file: &Path) {
        let css = format!("input[type=file][name='{name}']");
        self.find(&css).await.send_keys(&file.display().to_string()).await.unwrap();
    }

    /// Chooses the option with this text.
    pub async fn choose(&self, name: &str, label: &str) {
        let css = format!("select[name='{name}']");
        self.find(&css).await.select_by_label(label).await.unwrap();
    }

    /// Chooses the option that sends this value.
    pub async fn pick(&self, name: &str, value: &str) {
        let css = format!("select[name='{name}']");
        self.find(&css).await.select_by_value(value).await.unwrap();
    }

    pub async fn tick(&self, name: &str) {
        let box_ = self
            .find(&format!("input[name='{name}'][type=checkbox], input[name='{name}'][type=radio]"))
            .await;
        if !box_.is_selected().await.unwrap() {
            box_.click().await.unwrap();
        }
    }

    /// Presses the visible button or link with exactly this text, and waits for the next page.
    pub async fn press(&self, label: &str) {
        let xpath = format!(
            "//button[normalize-space(.)='{label}'] | //a[normalize-space(.)='{label}'] | //summary[normalize-space(.)='{label}']"
        );
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            for element in self.client.find_all(Locator::XPath(&xpath)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) && element.click().await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                    self.console_is_clean().await;
                    return;
                }
            }
            if Instant::now() > deadline {
                panic!("no “{label}” to press on {}:\n{}", self.path().await, self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Keeps a picture of the page at 1440 and at 390 wide, and fails if it scrolls sideways.
    pub async fn shot(&self, name: &str) {
        let top = "window.scrollTo(0, 0)";
        self.client.execute(top, vec![]).await.unwrap();
        for (width, height, mobile) in [(1440, 900, false), (390, 844, true)] {
            self.cdp(
                "Emulation.setDeviceMetricsOverride",
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
            )
            .await;
            let overflow = self
                .client
                .execute("return document.documentElement.scrollWidth - window.innerWidth", vec![])
                .await
                .unwrap();
            let picture = self
                .cdp(
                    "Page.captureScreenshot",
                    json!({"format": "png", "captureBeyondViewport": true}),
                )
                .await;
            let bytes = base64(picture["data"].as_str().unwrap());
            std::fs::write(shots().join(format!("{name}-{width}.png")), bytes).unwrap();
            let overflow = overflow.as_f64().unwrap_or(0.0);
            assert!(overflow < 2.0, "{name} scrolls sideways by {overflow} at {width}");
        }
        self.cdp("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }

    /// Prints the page as the browser would, keeps the PDF and gives its number of pages.
    pub async fn print(&self, name: &str) -> usize {
        let printed = self
            .cdp("Page.printToPDF", json!({"preferCSSPageSize": true, "printBackground": true}))
            .await;
        let file = shots().join(format!("{name}.pdf"));
        std::fs::write(&file, base64(printed["data"].as_str().unwrap())).unwrap();
        let info = Command::new("pdfinfo").arg(&file).output().unwrap();
        let text = String::from_utf8_lossy(&info.stdout).into_owned();
        let pages = text.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap();
        pages.trim().parse().unwrap()
    }

    pub async fn close(self) {
        self.console_is_clean().await;
        let _ = self.client.clone().close().await;
    }
}

impl Drop for Browser {
    /// A failed test leaves neither driver nor browser behind.
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let own = format!("user-data-dir={}", self.profile.path().display());
        let _ = Command::new("pkill").args(["-9", "-f", "--", &own]).status();
    }
}

fn hyper_util_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

/// Decodes what the driver sends pictures and PDFs in.
pub fn base64(text: &str) -> Vec<u8> {
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap()
}
