//! The program itself as a service: killed, stopped, without power, with a damaged index, on a full disk. What it
//! acknowledged is there all the same.

mod client;
mod clock;
mod disk;
mod index;
mod kill;
mod load;
mod power;
mod stop;

use crate::support::{PROGRAM, without_settings};
use client::{Answer, Connection, Request};
use disk::SmallDisk;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What programs sign with that send by Standard Webhooks.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Nothing that is waited for takes so long, on however busy a machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A data folder, and a token for it.
pub struct Data {
    folder: TempDir,
    pub token: String,
    /// Where the data lie, if not in the folder.
    pub disk: Option<SmallDisk>,
}

impl Data {
    pub fn new() -> Self {
        Self::made(None)
    }

    pub fn on(disk: SmallDisk) -> Self {
        Self::made(Some(disk))
    }

    fn made(disk: Option<SmallDisk>) -> Self {
        let mut data = Self { folder: tempfile::tempdir().unwrap(), token: String::new(), disk };
        let secret = data.folder.path().join("secret");
        std::fs::write(&secret, SECRET).unwrap();
        // The load is not to be held back.
        let limits = "[limits]\nrequests_per_minute = 1000000\n";
        let hook = format!("[hooks.standard]\nsecrets = [\"file:{}\"]\nas_source = \"shop\"\n", secret.display());
        std::fs::write(data.config(), format!("{limits}{hook}")).unwrap();
        let made = data.run(&["token", "create", "test", "--role", "admin"]);
        assert!(made.status.success(), "{made:?}");
        data.token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        data
    }

    pub fn path(&self) -> PathBuf {
        self.disk.as_ref().map_or_else(|| self.folder.path().to_owned(), SmallDisk::path).join("data")
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("settings.toml")
    }

    /// What the service says goes there.
    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn amends(&self, arguments: &[&str]) -> Command {
        let mut command = self.disk.as_ref().map_or_else(|| without_settings(PROGRAM), |disk| disk.enter(PROGRAM));
        command.stdin(Stdio::null());
        command.args(arguments).arg("--data").arg(self.path()).arg("--config").arg(self.config());
        command
    }

    /// `amends` with this folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.amends(arguments).output().unwrap()
    }

    /// Starts the service and waits until it says where it answers.
    pub fn serve(&self) -> Running {
        Running::start(self.amends(&["serve", "--address", "127.0.0.1:0"]), &self.log(), &self.token)
    }

    /// The same by way of a shell, whose `script` runs "$0" with "$@".
    pub fn serve_by(&self, script: &str) -> Running {
        let serve = self.amends(&["serve", "--address", "127.0.0.1:0"]);
        let mut shell = without_settings("sh");
        shell.args(["-c", script, PROGRAM]).args(serve.get_args()).stdin(Stdio::null());
        Running::start(shell, &self.log(), &self.token)
    }

    /// What the service has logged since it was first started.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap()
    }

    /// `amends check` finds the store whole, all read, and the index in agreement.
    pub fn assert_whole(&self) {
        let checked = self.run(&["check"]);
        let told = String::from_utf8_lossy(&checked.stdout);
        let complaints = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{told}{complaints}");
        for line in ["; 0 conversations are still to be read\n", "\nthe store is whole\n", "\nthe search index agrees"]
        {
            assert!(told.contains(line), "{told}{complaints}");
        }
    }
}

/// A service at work; killed when dropped.
pub struct Running {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    pub address: SocketAddr,
    token: String,
    started: Instant,
}

impl Running {
    fn start(mut command: Command, log: &Path, token: &str) -> Self {
        let started = Instant::now();
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(stdout.read_line(&mut line).unwrap() > 0, "it ended: {:?}", child.wait());
            if let Some(address) = line.trim().strip_prefix("Amends answers at http://") {
                break address.parse().unwrap();
            }
        };
        Self { child, stdout: Some(stdout), address, token: token.to_owned(), started }
    }

    /// Waits until it answers; gives how long that took from the start.
    pub fn ready(&self) -> Duration {
        assert_eq!(self.get("/readyz").status, 200);
        self.started.elapsed()
    }

    pub fn connect(&self) -> Connection {
        Connection::new(self.address, &self.token)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(&Request::new("GET", path, ""))
    }

    /// The answer, which comes whole.
    pub fn send(&self, request: &Request) -> Answer {
        self.connect().send(request).unwrap_or_else(|error| panic!("{}: {error}", request.path))
    }

    /// Waits until everything is read, all jobs are done and the index has followed.
    pub fn settle(&self) {
        let began = Instant::now();
        loop {
            let figures = self.get("/metrics").text();
            let figure =
                |name: &str| figures.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
            let jobs = self.get("/v1/imports?limit=200").json();
            let at_work = |job: &Value| ["waiting", "running"].contains(&job["state"].as_str().unwrap());
            let jobs = jobs["items"].as_array().unwrap().iter().filter(|job| at_work(job)).count();
            let behind = ["amends_unread_conversations", "amends_index_lag_changes"].map(figure);
            if behind == [Some(0), Some(0)] && jobs == 0 {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{behind:?}, {jobs} imports");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Each message that is kept, by conversation and its own identifier, and how often.
    pub fn kept(&self) -> BTreeMap<(String, String), usize> {
        let mut kept = BTreeMap::new();
        for line in self.get("/v1/export?what=messages&format=jsonl").text().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            *kept.entry((text("conversation_id"), text("message_id"))).or_default() += 1;
        }
        kept
    }

    /// How many messages a search finds, where the index is complete.
    pub fn found(&self, query: &str) -> Option<u64> {
        let answer = self.get(&format!("/v1/search?q={query}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        answer["complete"].as_bool().unwrap().then(|| answer["total"].as_u64().unwrap())
    }

    /// As by `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop; it goes on until [`Self::ended`].
    pub fn terminate(&self) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for its end; gives its exit code and what else it said.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }

    /// Stops it as a machine does that is shut down; gives what else it said.
    pub fn stop(self) -> String {
        self.terminate();
        let (code, said) = self.ended();
        assert_eq!(code, Some(0));
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
