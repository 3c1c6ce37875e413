//! `amends import` where a service runs in the folder: it is handed the export over HTTP, and asked how far it is.

use super::import::{ImportArgs, SHOWN, summary};
use super::{CANNOT, Failure, OK, bar, output};
use crate::ingest::import::{Progress, Reading};
use crate::settings::Settings;
use crate::source::open::Input;
use crate::source::{Place, Problem};
use crate::store::jobs::{Counts, State};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader, Error, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use ureq::http::{Method, Request};
use ureq::{Agent, Body, SendBody};

/// The service is asked so often how far it is.
const ASKED: Duration = Duration::from_millis(300);

/// What the service says of an import.
#[derive(Debug, Deserialize)]
struct Job {
    key: String,
    state: State,
    counts: Counts,
}

/// What it says where it does not do what it was asked.
#[derive(Debug, Deserialize)]
struct Refused {
    detail: String,
}

/// A row that could not be read.
#[derive(Debug, Deserialize)]
struct Rejected {
    file: String,
    row: Option<u64>,
    line: Option<u64>,
    column: Option<u64>,
    pointer: Option<String>,
    reason: String,
}

/// A service that runs on this machine.
struct Running {
    agent: Agent,
    url: String,
    token: String,
}

impl Running {
    /// The one of `settings`, for whoever has `token`; otherwise what to do instead.
    fn of(settings: &Settings, token: Option<String>) -> Result<Self, Failure> {
        let folder = settings.data.display();
        let at = reached(settings.server.address);
        let url = settings.server.url(at);
        let curl =
            format!("curl -H 'Authorization: Bearer TOKEN' --data-binary @EXPORT '{url}/v1/imports?name=EXPORT'");
        let by_hand = |why: &str| {
            Failure::from(format!(
                "{folder} is in use by a running service. {why}, or stop it, or ask it by hand:\n  {curl}"
            ))
        };
        let Some(token) = token else {
            let why = "It takes exports of those who may: give a token of it with the scope `ingest` \
                       (--token-file FILE, or AMENDS_TOKEN)";
            return Err(by_hand(why));
        };
        if settings.server.tls.is_some() || at.port() == 0 {
            return Err(by_hand("It speaks TLS, or at a port that the settings do not name: use its own address"));
        }
        let config = Agent::config_builder().http_status_as_error(false).proxy(None).build();
        Ok(Self { agent: config.into(), url: format!("http://{at}"), token })
    }

    /// Asks, and gives the answer where that is one of success.
    fn ask(&self, method: Method, path: &str, length: u64, body: &mut dyn Read) -> Result<Body, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-length", length)
            .body(SendBody::from_reader(body))?;
        let answer = self.agent.run(request).map_err(|error| format!("{}: {error}", self.url))?;
        let status = answer.status();
        let mut body = answer.into_body();
        if status.is_success() {
            return Ok(body);
        }
        let told = body.read_to_string().unwrap_or_default();
        let told = serde_json::from_str(&told).map_or(told, |Refused { detail }| detail);
        Err(format!("{} answers {status}: {told}", self.url).into())
    }

    fn ask_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        Ok(serde_json::from_str(&self.ask(Method::GET, path, 0, &mut std::io::empty())?.read_to_string()?)?)
    }

    /// Hands `input` over; gives the job by which it is taken in.
    fn send(&self, input: &Input, reading: &Reading, sent: &Progress) -> Result<Job, Failure> {
        let mut file = Counted { file: input.file()?, read: &sent.bytes, stop: &sent.stop };
        let mut query = String::from("name=");
        query.push_str(&encoded(&input.name));
        let named = [
            ("format", &reading.format),
            ("encoding", &reading.encoding),
            ("map", &reading.map),
            ("dates", &reading.dates),
            ("our_addresses", &reading.our_addresses),
        ];
        for (name, value) in named.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            query.push_str(&format!("&{name}={}", encoded(value)));
        }
        let mut answer = self.ask(Method::POST, &format!("/v1/imports?{query}"), input.size, &mut file)?;
        Ok(serde_json::from_str(&answer.read_to_string()?)?)
    }

    /// Waits until a job is over, or ends it where somebody wants that.
    fn wait(&self, mut job: Job, stop: &AtomicBool, at: &dyn Fn(&Counts)) -> Result<Job, Failure> {
        let path = format!("/v1/imports/{}", job.key);
        let mut ended = false;
        while !job.state.is_over() {
            if stop.load(Ordering::Relaxed) && !ended {
                self.ask(Method::DELETE, &path, 0, &mut std::io::empty())?;
                ended = true;
            }
            std::thread::sleep(ASKED);
            job = self.ask_json(&path)?;
            at(&job.counts);
        }
        Ok(job)
    }

    /// Shows the first rows that could not be read.
    fn show_rejected(&self, job: &Job, shown: &mut u64) -> Result<(), Failure> {
        let path = format!("/v1/imports/{}/rejected", job.key);
        let rows = self.ask(Method::GET, &path, 0, &mut std::io::empty())?;
        for line in BufReader::new(rows.into_reader()).lines() {
            if *shown == SHOWN {
                break;
            }
            *shown += 1;
            let Rejected { file, row, line, column, pointer, reason } = serde_json::from_str(&line?)?;
            let place = Place { line, column, row, pointer };
            output::complain(&format!("{file}: {}", Problem { place, ..Problem::of(reason) }));
        }
        Ok(())
    }
}

/// Hands `inputs` to the service that runs in the folder of `settings`.
pub(super) fn import(
    args: &ImportArgs,
    settings: &Settings,
    reading: &Reading,
    inputs: &[Input],
    progress: &Progress,
) -> Result<u8, Failure> {
    let running = Running::of(settings, args.token()?)?;
    // Who may not is told so now, and not by a connection that breaks off in the middle of an export.
    running.ask(Method::GET, "/v1/imports?limit=1", 0, &mut std::io::empty())?;
    let size = progress.counts().size;
    let (mut total, mut failed, mut shown) = (Counts::default(), false, 0);
    let words = Mutex::new("being sent".to_owned());
    let done = AtomicU64::new(0);
    let say = |text: String| *words.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = text;
    let at = || {
        let text = words.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        // Sent is one half of it, taken in the other.
        ((progress.bytes.load(Ordering::Relaxed) + done.load(Ordering::Relaxed)) / 2, text)
    };
    bar::during(size, &at, || {
        for input in inputs.iter() {
            if progress.stop.load(Ordering::Relaxed) {
                break;
            }
            let before = done.load(Ordering::Relaxed);
            let job = running.send(input, reading, progress)?;
            let job = running.wait(job, &progress.stop, &|counts| {
                done.store(before + counts.bytes, Ordering::Relaxed);
                say(format!("{} messages", total.messages + counts.messages));
            })?;
            done.store(before + input.size, Ordering::Relaxed);
            running.show_rejected(&job, &mut shown)?;
            if let Some(problem) = &job.counts.problem {
                output::complain(&format!("{}: {problem}", input.name));
            }
            failed |= job.state != State::Done;
            add(&mut total, job.counts);
        }
        Ok::<(), Failure>(())
    })?;
    summary(&total, &format!("Service: {}, which reads them by and by", running.url))?;
    let stopped = progress.stop.load(Ordering::Relaxed);
    if stopped {
        output::complain("stopped before the end: what was taken in stays, and the same command goes on");
    }
    Ok(if total.rejected > 0 || failed || stopped { CANNOT } else { OK })
}

fn add(total: &mut Counts, more: Counts) {
    for (own, more) in [
        (&mut total.conversations, more.conversations),
        (&mut total.messages, more.messages),
        (&mut total.added, more.added),
        (&mut total.changed, more.changed),
        (&mut total.rejected, more.rejected),
    ] {
        *own += more;
    }
    total.told.extend(more.told);
}

/// Where a service is reached from its own machine that listens at `address`.
fn reached(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// `text` as it stands in a query.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Reads on and counts; ends where somebody wants that.
struct Counted<'c, R> {
    file: R,
    read: &'c AtomicU64,
    stop: &'c AtomicBool,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::other("stopped before it was sent: nothing of it was taken in"));
        }
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
