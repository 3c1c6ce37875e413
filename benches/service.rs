//! How much of a bare handler's speed is left to `POST /v1/score`, and how fast messages are taken in.
//!
//! Both servers run in this process, one after the other, in several rounds, and are asked over real connections from
//! this machine: what is measured is the share, not what a machine of its own would do.
//!
//! `cargo bench --bench service`; `BENCH_MESSAGES=1000000` for a large ingest.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a measurement that cannot go on says so")]

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};
use amends::access::{Credential, Grant, Principal, Role, Token};
use amends::ingest::Method;
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::promise::{Office, Terms};
use amends::reading::LeastConfidence;
use amends::service::{Service, server};
use amends::settings::{Flag, Layers, Settings};
use amends::store::{Store, access};
use jiff::Timestamp;
use mimalloc::MiMalloc;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// The program's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const CONNECTIONS: usize = 32;

const DRAFTS: [(&str, &str); 4] = [
    (
        "My order 4471 was due on Monday and nobody has told me anything since. This is the second time!",
        "Hello Ines,\n\nI'm very sorry that your order is late, and that you had to ask twice. We packed it in the wrong \
         depot, which was our mistake. A new parcel leaves today, and I will write to you on Thursday with the tracking \
         number.\n\nKind regards\nDana",
    ),
    (
        "The app crashes whenever I open the invoices page. I need them for my taxes.",
        "Hi there, thanks for getting in touch. As you can imagine we are very busy at the moment. The crash is caused by \
         your phone's browser, so please contact the manufacturer. Let us know if there is anything else we can help with.",
    ),
    (
        "How do I change the address on my account?",
        "Good morning! Open your profile, choose Addresses and press Edit next to the one that you would like to change. \
         The new one is used from the next order on. Have a lovely day.",
    ),
    (
        "You charged me twice for the same subscription and your chat just closed on me.",
        "I apologise for the double charge. I have refunded 24.90 to your card just now; it takes three to five working \
         days to show. I have also told the team that looks after the chat, so that it does not close on people again.",
    ),
];

fn main() {
    let brief = std::env::args().any(|argument| argument == "--test");
    let messages: usize = std::env::var("BENCH_MESSAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let (rounds, long) = if brief { (1, Duration::from_millis(200)) } else { (5, Duration::from_secs(3)) };
    let bare = bare();
    let (real, token) = real();
    let bodies = DRAFTS.map(|(customer, text)| json!({"customer": customer, "draft": text}).to_string());
    let requests = |path: &str| bodies.each_ref().map(|body| request(path, &token, "application/json", body));
    let ours = requests("/v1/score");
    let mut client = Client::open(real);
    let lengths = ours.each_ref().map(|request| client.ask(request).len());
    let as_long: Vec<Vec<u8>> = bodies
        .iter()
        .zip(lengths)
        .map(|(body, length)| request(&format!("/bare/{length}"), &token, "application/json", body))
        .collect();
    println!(
        "POST /v1/score, {CONNECTIONS} connections, {rounds} rounds of {long:?} each, bare handlers and ours in turn"
    );
    let (mut of_bare, mut of_as_long) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let asked = Load::of(bare, &requests("/bare"), long);
        let answered = Load::of(bare, &as_long, long);
        let scored = Load::of(real, &ours, long);
        println!("  bare                 {asked}\n  bare, answer as long {answered}\n  ours                 {scored}");
        of_bare.push(scored.per_second() / asked.per_second());
        of_as_long.push(scored.per_second() / answered.per_second());
    }
    println!("  share of the bare handler: {}", spread(of_bare));
    println!("  share of one that answers as many bytes, {lengths:?}: {}", spread(of_as_long));
    ingest(real, &token, if brief { 2_000 } else { messages });
}

/// The median, and the least and the most.
fn spread(mut shares: Vec<f64>) -> String {
    shares.sort_by(f64::total_cmp);
    format!("median {:.2} ({:.2} to {:.2})", shares[shares.len() / 2], shares[0], shares[shares.len() - 1])
}

/// A server that does no more than parse the body and answer: shortly, or with as many bytes as the path says.
fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let short = |body: web::Bytes| async move {
                let value: Value = serde_json::from_slice(&body).unwrap();
                HttpResponse::Ok().json(json!({"characters": value["draft"].as_str().unwrap().len()}))
            };
            let long = |length: web::Path<usize>, body: web::Bytes| async move {
                let value: Value = serde_json::from_slice(&body).unwrap();
                let filled = value["draft"].as_str().unwrap().len() as u8;
                HttpResponse::Ok().content_type(ContentType::json()).body(vec![filled; *length])
            };
            let app = move || {
                App::new()
                    .service(web::resource("/bare").route(web::post().to(short)))
                    .service(web::resource("/bare/{length}").route(web::post().to(long)))
            };
            HttpServer::new(app).listen(listener).unwrap().run().await.unwrap();
        });
    });
    address
}

/// Amends, over a folder that is removed at the end, and a token.
fn real() -> (SocketAddr, String) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap().to_owned();
    let flags = [
        Flag { name: "--data", key: "data", value: data },
        Flag { name: "--limit", key: "limits.requests_per_minute", value: "10000000".to_owned() },
    ];
    let layers = Layers { config: None, environment: &[], flags: &flags, read: &|path| std::fs::read_to_string(path) };
    let settings = Settings::read(&layers).unwrap();
    let library = Library::built_in().unwrap();
    let method = Method {
        lexicon: library.lexicon("en").unwrap(),
        card: library.scorecard(DEFAULT_SCORECARD).unwrap(),
        least_confidence: LeastConfidence::default(),
        office: Office::in_zone("UTC").unwrap(),
        terms: Terms::default(),
    };
    let store = Store::open(&settings.data).unwrap();
    let by = Principal::new(Credential::User(0), "bench".into(), Role::Admin, Role::Admin.scopes(), None);
    let grant =
        Grant { name: "bench".into(), role: Role::Admin, scopes: Role::Admin.scopes(), agent: None, expires: None };
    let (secret, token) = Token::issue(grant, &by, Timestamp::now()).unwrap();
    store.write(move |transaction| access::add_token(transaction, &token)).wait().unwrap();
    let (service, follower, _) = Service::open(store, settings, method, library).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let _folder = folder;
        let running = server::run(Arc::new(service), follower, listener, None, std::future::pending());
        actix_web::rt::System::new().block_on(running).unwrap();
    });
    (address, secret.reveal().to_owned())
}

/// What many connections measured.
struct Load {
    seconds: f64,
    /// Each answer's time in microseconds, in order.
    micros: Vec<u128>,
}

impl Load {
    fn of(address: SocketAddr, requests: &[Vec<u8>], long: Duration) -> Self {
        let begun = Instant::now();
        let mut micros: Vec<u128> = thread::scope(|scope| {
            let ask = |connection: usize| {
                let mut client = Client::open(address);
                let mut micros = Vec::new();
                for turn in connection.. {
                    let asked = Instant::now();
                    client.ask(&requests[turn % requests.len()]);
                    micros.push(asked.elapsed().as_micros());
                    if begun.elapsed() > long {
                        break;
                    }
                }
                micros
            };
            let threads: Vec<_> = (0..CONNECTIONS).map(|connection| scope.spawn(move || ask(connection))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        micros.sort_unstable();
        Self { seconds: begun.elapsed().as_secs_f64(), micros }
    }

    fn per_second(&self) -> f64 {
        self.micros.len() as f64 / self.seconds
    }
}

impl std::fmt::Display for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |share: f64| self.micros[((self.micros.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
        let (rate, median, p99) = (self.per_second(), at(0.5), at(0.99));
        write!(f, "{rate:>7.0} a second, median {median:.2} ms, p99 {p99:.2} ms")
    }
}

fn request(path: &str, token: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A connection that is kept.
struct Client {
    reader: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Client {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { reader: BufReader::new(stream), body: Vec::new() }
    }

    /// The body of the answer, which must be a good one.
    fn ask(&mut self, request: &[u8]) -> &[u8] {
        self.reader.get_mut().write_all(request).unwrap();
        let (mut length, mut chunked, mut line) = (0, false, String::new());
        self.reader.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 20"), "{line}");
        loop {
            line.clear();
            self.reader.read_line(&mut line).unwrap();
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            chunked |= lower.starts_with("transfer-encoding: chunked");
            if line == "\r\n" {
                break;
            }
        }
        self.body.clear();
        if chunked {
            return self.chunks();
        }
        self.body.resize(length, 0);
        self.reader.read_exact(&mut self.body).unwrap();
        &self.body
    }

    fn chunks(&mut self) -> &[u8] {
        let mut line = String::new();
        loop {
            line.clear();
            self.reader.read_line(&mut line).unwrap();
            let length = usize::from_str_radix(line.trim(), 16).unwrap();
            let start = self.body.len();
            self.body.resize(start + length + 2, 0);
            self.reader.read_exact(&mut self.body[start..]).unwrap();
            self.body.truncate(start + length);
            if length == 0 {
                return &self.body;
            }
        }
    }
}

/// Takes in conversations of three messages each, and waits until all can be found.
fn ingest(address: SocketAddr, token: &str, messages: usize) {
    const LOT: usize = 5_000;
    let begun = Instant::now();
    let mut sent = 0;
    while sent < messages {
        // A batch is answered while it comes in, and its connection is closed then.
        let mut client = Client::open(address);
        let mut body = String::new();
        for number in (sent..(sent + LOT).min(messages)).step_by(3) {
            let (customer, text) = DRAFTS[number / 3 % DRAFTS.len()];
            let (day, hour) = (1 + number / 3 % 28, number / 84 % 20);
            let said = |role: &str, id: usize, after: usize, body: &str| {
                let author = if role == "agent" { format!("agent-{}", number / 3 % 50) } else { format!("c{number}") };
                json!({"id": id.to_string(), "author": {"role": role, "id": author}, "body": body,
                       "sent": format!("2026-10-{day:02}T{:02}:00:00Z", hour + after)})
            };
            let conversation = json!({"id": number.to_string(), "source": "bench", "channel": "email", "messages": [
                said("customer", 1, 0, customer), said("agent", 2, 1, text),
                said("customer", 3, 2, "Thanks, that is all I wanted to know.")]});
            body.push_str(&conversation.to_string());
            body.push('\n');
        }
        client.ask(&request("/v1/messages:batch", token, "application/x-ndjson", &body));
        sent += LOT;
    }
    let taken = begun.elapsed().as_secs_f64();
    let mut asker = Client::open(address);
    let wanted = messages.div_ceil(3);
    loop {
        let get =
            format!("GET /v1/search?limit=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
        let found: Value = serde_json::from_slice(asker.ask(get.as_bytes())).unwrap();
        if found["total"].as_u64().unwrap() as usize + LOT / 3 >= wanted {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let all = begun.elapsed().as_secs_f64();
    println!(
        "POST /v1/messages:batch, {messages} messages: taken in {taken:.1} s ({:.0} a second), searchable after {all:.1} s \
         ({:.0} a second)",
        messages as f64 / taken,
        messages as f64 / all
    );
}
