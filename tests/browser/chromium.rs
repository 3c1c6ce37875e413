//! Chromium, and what is looked for on every page.

use base64::Engine;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use url::{ParseError, Url};

/// The accessibility checker of Deque (MPL-2.0), as it is published.
const AXE: &str = include_str!("axe.min.js");

/// `chromedriver`; it ends with it.
pub struct Driver {
    process: Child,
    address: String,
}

impl Driver {
    /// Starts it; `None` where this machine has none and need not.
    pub fn start() -> Option<Self> {
        // Of several that start at once one may find its free port taken by another, and ends.
        for _ in 0..5 {
            let started =
                Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
            let mut process = match started {
                Ok(process) => process,
                Err(error) if std::env::var("TEST_BROWSER").is_ok_and(|value| value == "required") => {
                    panic!("chromedriver cannot be started: {error}")
                }
                Err(_) => {
                    println!("not tested: there is no chromedriver on this machine");
                    return None;
                }
            };
            let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
            let told = lines.find_map(|line| {
                let line = line.unwrap();
                let port = line.split_once("started successfully on port ")?.1;
                Some(port.trim_end_matches('.').parse::<u16>().unwrap())
            });
            let Some(port) = told else {
                process.wait().unwrap();
                continue;
            };
            // Somebody has to read what else it says.
            std::thread::spawn(move || lines.for_each(drop));
            return Some(Self { process, address: format!("http://127.0.0.1:{port}") });
        }
        panic!("chromedriver ends before it says its port, five times");
    }

    /// A new browser that knows nobody.
    pub async fn browser(&self) -> Browser {
        let options = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900",
                "--lang=en-GB", "--hide-scrollbars",
            ]},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let capabilities = options.as_object().unwrap().clone();
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&self.address).await;
        Browser { client: client.unwrap() }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A test that failed has left its browsers open; the driver ends them with itself.
        let host = self.address.trim_start_matches("http://");
        let asked = TcpStream::connect(host).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            write!(stream, "GET /shutdown HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
            stream.read_to_end(&mut Vec::new())
        });
        if asked.is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// A command of Chromium's own protocol.
#[derive(Debug)]
struct Devtools(Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

/// How wide a screen is, and how it is lit.
pub const LOOKS: [(u32, &str); 4] = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")];

/// A browser.
pub struct Browser {
    pub client: Client,
}

impl Browser {
    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let command = Devtools(json!({"cmd": command, "params": parameters}));
        self.client.issue_cmd(command).await.unwrap()
    }

    /// Makes the screen so wide and light or dark.
    pub async fn look(&self, (width, scheme): (u32, &str)) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let feature = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]});
        self.devtools("Emulation.setEmulatedMedia", feature).await;
    }

    /// Pages run no scripts any more; [`Browser::script`] still does.
    pub async fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    }

    /// As on a train: half a second until anything comes, and little at a time.
    pub async fn slow_network(&self) {
        self.devtools("Network.enable", json!({})).await;
        let slow = json!({"offline": false, "latency": 500, "downloadThroughput": 60_000, "uploadThroughput": 20_000});
        self.devtools("Network.emulateNetworkConditions", slow).await;
    }

    /// The page on paper: how many sheets, and the text that stands on them. Keeps the file where pictures are.
    pub async fn printed(&self, name: &str) -> (usize, String) {
        let printed = self.devtools("Page.printToPDF", json!({"preferCSSPageSize": true})).await;
        let file = base64::engine::general_purpose::STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
        if let Ok(folder) = std::env::var("TEST_SHOTS") {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(PathBuf::from(folder).join(format!("{name}.pdf")), &file).unwrap();
        }
        let sheets = file.windows(12).filter(|bytes| bytes.starts_with(b"/Type /Page") && bytes[11] != b's').count();
        self.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
        let shown = self.script("return document.body.innerText").await.as_str().unwrap().to_owned();
        self.devtools("Emulation.setEmulatedMedia", json!({"media": ""})).await;
        (sheets, shown)
    }

    /// What a script of this page gives.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// The text of what `css` finds first; waits until it is there.
    pub async fn text(&self, css: &str) -> String {
        self.with(css, async |element| element.text().await).await
    }

    /// Does something with what `css` finds first; again where the page was replaced by a newer one in that moment.
    async fn with<T>(&self, css: &str, work: impl AsyncFn(Element) -> Result<T, CmdError>) -> T {
        loop {
            match work(self.wait(css).await).await {
                Err(error) if error.is_stale_element_reference() => {}
                done => return done.unwrap(),
            }
        }
    }

    /// What `css` finds first; waits until it is there.
    pub async fn wait(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{css}: {error}: {}", self.client.source().await.unwrap()),
        }
    }

    /// Waits until a script gives true.
    pub async fn until(&self, condition: &str) {
        for _ in 0..400 {
            if self.script(&format!("return Boolean({condition})")).await == Value::Bool(true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never: {condition}: {}", self.client.source().await.unwrap());
    }

    /// Writes into the field that `css` finds, in place of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let write = async |field: Element| {
            field.clear().await?;
            field.send_keys(text).await
        };
        self.with(css, write).await;
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Clicks what `css` finds first.
    pub async fn click(&self, css: &str) {
        self.with(css, async |element| element.click().await).await;
    }

    /// Looks at the page as it is, on all screens: nothing stands over the edge, and the accessibility checker finds
    /// nothing serious. Keeps pictures where they are asked for.
    pub async fn inspect(&self, name: &str) {
        let mut wrong = Vec::new();
        for (width, scheme) in LOOKS {
            self.look((width, scheme)).await;
            let over =
                self.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
            if over.as_i64() != Some(0) {
                wrong.push(format!("{name} at {width}: {over} px stand over the edge"));
            }
            for problem in self.accessibility().await {
                wrong.push(format!("{name} at {width}, {scheme}: {problem}"));
            }
            if let Ok(folder) = std::env::var("TEST_SHOTS") {
                self.shot(&PathBuf::from(folder).join(format!("{name}-{width}-{scheme}.png"))).await;
            }
        }
        self.look(LOOKS[0]).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// What the accessibility checker finds that is serious or critical.
    async fn accessibility(&self) -> Vec<String> {
        self.client.execute(&format!("if (!window.axe) {{ {AXE}\n }}"), Vec::new()).await.unwrap();
        let run = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations
                .filter((one) => ['serious', 'critical'].includes(one.impact))
                .map((one) => one.id + ': ' + one.help + ': ' + one.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | '))),
                (error) => done([String(error)]));";
        let found = self.client.execute_async(run, Vec::new()).await.unwrap();
        found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    async fn shot(&self, file: &PathBuf) {
        let parameters = json!({"format": "png", "captureBeyondViewport": true});
        let taken = self.devtools("Page.captureScreenshot", parameters).await;
        let bytes = base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }

    /// What the browser complained of since it was last asked: scripts that failed, what the policy kept out.
    async fn complaints(&self) -> Vec<String> {
        #[derive(Debug)]
        struct Complaints;
        impl WebDriverCompatibleCommand for Complaints {
            fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
                base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
            }

            fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
                (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
            }
        }
        let lines = self.client.issue_cmd(Complaints).await.unwrap();
        let lines = lines.as_array().unwrap().iter().filter(|line| line["level"] == "SEVERE");
        lines.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
    }

    /// Complaints that tell of a fault: answers of 4xx to what was wrong on purpose are none.
    pub async fn grave_complaints(&self) -> Vec<String> {
        let mut complaints = self.complaints().await;
        complaints.retain(|line| !line.contains("status of 4"));
        complaints
    }

    /// Ends it.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}
