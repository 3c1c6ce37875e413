//! Programs that send without a pause, in every way that there is, and remember what they were told is kept.

use super::SECRET;
use super::client::{Connection, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows of a batch.
const ROWS: usize = 40;

/// All senders of a round write to the same conversations.
const CONVERSATIONS: usize = 12;

/// A conversation and a message in it.
pub type Name = (String, String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Batch,
    Conversation,
    Webhook,
    Import,
}

impl Way {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Conversation => "conversation",
            Self::Webhook => "webhook",
            Self::Import => "import",
        }
    }
}

/// Something to send, and the messages in it in their order.
struct Parcel {
    request: Request,
    names: Vec<Name>,
}

/// A program that sends. What it got no answer to it sends again.
pub struct Sender {
    name: &'static str,
    pub way: Way,
    sent: usize,
    unanswered: Option<Parcel>,
    /// Messages of which it was told that they are kept.
    pub kept: BTreeSet<Name>,
    /// Messages that it sent.
    pub tried: BTreeSet<Name>,
    /// Answers that are neither a yes nor the end of a service: there should be none.
    pub refused: Vec<String>,
    /// How many answers began and broke off.
    pub cut_off: usize,
}

impl Sender {
    pub fn new(name: &'static str, way: Way) -> Self {
        Self {
            name,
            way,
            sent: 0,
            unanswered: None,
            kept: BTreeSet::new(),
            tried: BTreeSet::new(),
            refused: Vec::new(),
            cut_off: 0,
        }
    }

    /// Sends, at least once, until `stop` or until there is nobody to send to.
    pub fn send(&mut self, connection: &Connection, round: usize, stop: &AtomicBool) {
        loop {
            let parcel = match self.unanswered.take() {
                Some(parcel) => parcel,
                None => self.parcel(round),
            };
            self.tried.extend(parcel.names.iter().cloned());
            let went = self.deliver(connection, &parcel);
            if went.is_err() {
                self.unanswered = Some(parcel);
                return;
            }
            if self.way == Way::Import {
                // An import now and then.
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            if stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    fn deliver(&mut self, connection: &Connection, parcel: &Parcel) -> io::Result<()> {
        let request = match self.way {
            Way::Webhook => signed(&parcel.request, &parcel.names[0].1),
            _ => parcel.request.clone(),
        };
        let answer = connection.try_send(&request)?;
        self.cut_off += usize::from(!answer.whole);
        match self.way {
            // Each line by itself tells of its row.
            Way::Batch if answer.status == 200 => {
                for line in answer.body.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
                    let row: Value = serde_json::from_slice(line).unwrap();
                    let number = usize::try_from(row["row"].as_u64().unwrap()).unwrap();
                    match row["status"].as_str() {
                        Some("stored") => drop(self.kept.insert(parcel.names[number - 1].clone())),
                        _ => self.refused.push(row.to_string()),
                    }
                }
            }
            _ if answer.whole && (200..300).contains(&answer.status) => self.kept.extend(parcel.names.iter().cloned()),
            _ if answer.whole => self.refused.push(format!("{}: {}", answer.status, answer.text())),
            _ => {}
        }
        if answer.whole { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn parcel(&mut self, round: usize) -> Parcel {
        self.sent += 1;
        let (sender, sent) = (self.name, self.sent);
        let conversation = |number: usize| format!("r{round}-c{}", number % CONVERSATIONS);
        let name = |row: usize| (conversation(sent + row), format!("{sender}-{sent}-{row}"));
        match self.way {
            Way::Batch => {
                let names: Vec<Name> = (0..ROWS).map(name).collect();
                let rows = names.iter().enumerate().map(|(row, (conversation, id))| {
                    json!({"source": "shop", "conversation": conversation, "message": message(id, row)}).to_string()
                        + "\n"
                });
                let request = Request::new("POST", "/v1/messages:batch", &rows.collect::<String>());
                Parcel { request: request.with("Content-Type", "application/x-ndjson"), names }
            }
            Way::Conversation => {
                let names: Vec<Name> = (0..3).map(|row| (conversation(sent), name(row).1)).collect();
                let messages: Vec<Value> = names.iter().enumerate().map(|(row, (_, id))| message(id, row)).collect();
                let path = format!("/v1/conversations/shop/{}", names[0].0);
                let request = Request::new("PUT", &path, &json!({ "messages": messages }).to_string());
                Parcel { request: request.with("Content-Type", "application/json"), names }
            }
            Way::Webhook => {
                let names = vec![name(0)];
                let data = json!({"conversation": names[0].0, "message": message(&names[0].1, sent)});
                let body = json!({"type": "message.created", "timestamp": "2026-03-02T08:20:01Z", "data": data});
                Parcel { request: Request::new("POST", "/hooks/standard", &body.to_string()), names }
            }
            Way::Import => {
                let names: Vec<Name> = (0..CONVERSATIONS).map(name).collect();
                let rows = names.iter().enumerate().map(|(row, (conversation, id))| {
                    json!({"id": conversation, "source": "shop", "messages": [message(id, row)]}).to_string() + "\n"
                });
                let request = Request::new("POST", "/v1/imports", &rows.collect::<String>());
                Parcel { request: request.with("Content-Type", "application/octet-stream"), names }
            }
        }
    }
}

/// A customer's message, or an agent's.
fn message(id: &str, number: usize) -> Value {
    let minute = number % 60;
    let (role, author, body) = match number % 3 {
        0 => ("customer", "ines", "My lamp came broken!"),
        1 => ("agent", "dana", "I'm sorry that your lamp came broken. I will send you a new one tomorrow."),
        _ => ("agent", "sam", "We are very busy at the moment, so please wait."),
    };
    json!({
        "id": id, "author": {"role": role, "id": author}, "sent": format!("2026-03-02T09:{minute:02}:00Z"), "body": body
    })
}

/// A webhook signed now; the same one again has the same identifier.
fn signed(request: &Request, id: &str) -> Request {
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let time = Timestamp::now().as_second().to_string();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    for part in [id.as_bytes(), b".", time.as_bytes(), b".", &request.body] {
        mac.update(part);
    }
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let request = request.clone().with("webhook-id", id).with("webhook-timestamp", &time);
    request.with("webhook-signature", &signature)
}
