//! Takes in rows as they stream in, and tells what became of each once it is safely kept.
//!
//! Where the store or what follows it is behind, reading waits, and with it the client; it never waits for the client to read
//! the answer, as many clients do that only when they have sent everything.

use super::Service;
use super::api::ingest::BatchRow;
use super::problem::Fault;
use super::spool::Spool;
use crate::source::stream::{Row, Rows};
use crate::source::{Record, json};
use crate::store::pieces::{self, Taken};
use crate::store::{Pending, StoreError};
use actix_web::web::{Bytes, Payload};
use futures_util::future::join;
use futures_util::{Stream, StreamExt};
use serde::Serialize;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{sleep, timeout};
use utoipa::ToSchema;

/// So many rows, or so many bytes of them, are kept together.
const ROWS: usize = 1000;
const BYTES: usize = 2 << 20;

/// So many lots may wait to be kept while the next one is read.
const AHEAD: usize = 3;

/// Where a client pauses so long, what it has sent so far is kept.
const PAUSE: Duration = Duration::from_millis(20);

/// Where the store's queue is full it is tried again after so long.
const AGAIN: Duration = Duration::from_millis(5);

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowResult {
    /// Its number, from 1.
    #[schema(example = 1)]
    pub row: u64,
    /// The line on which it begins, from 1.
    #[schema(example = 1)]
    pub line: u64,
    /// `stored`; `rejected` where it cannot be kept as it is; `failed` where it could not be kept now: try again.
    #[schema(example = "stored")]
    pub status: &'static str,
    /// Key of its conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "17")]
    pub conversation: Option<String>,
    /// Messages that were not known before.
    #[serde(skip_serializing_if = "is_zero")]
    pub added: u32,
    /// Known messages that differ now.
    #[serde(skip_serializing_if = "is_zero")]
    pub changed: u32,
    /// Known messages that came once more.
    #[serde(skip_serializing_if = "is_zero")]
    pub known: u32,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerForm {
    /// JSON Lines.
    Lines,
    /// One JSON list.
    List,
}

impl AnswerForm {
    /// The media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Lines => "application/x-ndjson",
            Self::List => "application/json",
        }
    }
}

/// Takes in the rows of `payload`; gives the results, as they come.
pub fn take(
    service: Arc<Service>,
    payload: Payload,
    form: AnswerForm,
) -> impl Stream<Item = Result<Bytes, io::Error>> + 'static {
    let results = Spool::new();
    let (lots, kept) = channel(AHEAD);
    let writer = ResultWriter { results: results.clone(), form, first: true };
    let read = read(Arc::clone(&service), payload, lots);
    actix_web::rt::spawn(join(read, tell(service, kept, writer)));
    results.stream()
}

/// A row on its way.
struct Told {
    number: u64,
    line: u64,
    /// Whether its record is among those to be kept, or what is wrong with it.
    outcome: Result<(), Vec<Fault>>,
}

/// Rows that are kept together.
#[derive(Default)]
struct Lot {
    rows: Vec<Told>,
    records: Vec<Record>,
    bytes: usize,
}

impl Lot {
    fn add(&mut self, row: Row<'_>) {
        let outcome = match record(row) {
            Ok(record) => {
                self.records.push(record);
                Ok(())
            }
            Err(faults) => Err(faults),
        };
        self.bytes += row.text.map_or(0, <[u8]>::len);
        self.rows.push(Told { number: row.number, line: row.line, outcome });
    }

    fn reject(&mut self, line: u64, detail: String) {
        let number = self.rows.last().map_or(0, |row| row.number) + 1;
        self.rows.push(Told { number, line, outcome: Err(vec![Fault { pointer: String::new(), detail }]) });
    }
}

fn record(row: Row<'_>) -> Result<Record, Vec<Fault>> {
    let fault = |pointer: String, detail: String| vec![Fault { pointer, detail }];
    let text = row.text.map_err(|error| fault(String::new(), error.to_string()))?;
    let text = std::str::from_utf8(text).map_err(|error| fault(String::new(), format!("it is not UTF-8: {error}")))?;
    json::parse::<BatchRow>(text).map_err(|(pointer, reason)| fault(pointer, reason))?.record()
}

/// A lot that will have been kept.
type Given = (Pending<Vec<Option<Taken>>>, Vec<Told>);

/// Reads the body, and gives its rows to the store lot by lot.
async fn read(service: Arc<Service>, mut payload: Payload, lots: Sender<Given>) {
    let largest = usize::try_from(service.settings.server.body_limit).unwrap_or(usize::MAX);
    let mut rows = Rows::new(largest);
    let mut lot = Lot::default();
    loop {
        let next = if lot.rows.is_empty() { Ok(payload.next().await) } else { timeout(PAUSE, payload.next()).await };
        let over = match next {
            Ok(Some(Ok(bytes))) => {
                // In parts, so that a lot does not grow far over its size.
                for part in bytes.chunks(64 << 10) {
                    rows.push(part, &mut |row| lot.add(row));
                    if (lot.rows.len() >= ROWS || lot.bytes >= BYTES) && !give(&service, &mut lot, &lots).await {
                        return;
                    }
                }
                continue;
            }
            Ok(Some(Err(error))) => {
                lot.reject(rows.line(), format!("the body cannot be read further: {error}"));
                true
            }
            Ok(None) => {
                if let Err(error) = rows.end(&mut |row| lot.add(row)) {
                    lot.reject(rows.line(), error.to_string());
                }
                true
            }
            Err(_) => false,
        };
        if !give(&service, &mut lot, &lots).await || over {
            return;
        }
    }
}

/// Gives a lot to the store, when that has room and what came before can soon be found; says whether more is wanted.
async fn give(service: &Arc<Service>, lot: &mut Lot, lots: &Sender<Given>) -> bool {
    let Lot { rows, records, .. } = std::mem::take(lot);
    if rows.is_empty() {
        return true;
    }
    // Where the store cannot be read the answer tells.
    let _ = service.hold_back().await;
    let records = Arc::new(records);
    let pending = loop {
        let records = Arc::clone(&records);
        match service.store.offer_lot(move |transaction| pieces::take_all(transaction, &records)) {
            Err(StoreError::Busy) => sleep(AGAIN).await,
            // Closed: the answer tells.
            Err(_) => break Pending::closed(),
            Ok(pending) => break pending,
        }
    };
    lots.send((pending, rows)).await.is_ok()
}

/// Tells what became of rows, once they are kept.
async fn tell(service: Arc<Service>, mut lots: Receiver<Given>, mut writer: ResultWriter) {
    while let Some((pending, rows)) = lots.recv().await {
        let kept = pending.done().await;
        service.unread.wake();
        if let Err(error) = &kept {
            tracing::error!(%error, rows = rows.len(), "rows of a batch could not be kept");
        }
        if let Err(error) = writer.write(&kept, rows) {
            tracing::error!(%error, "the results of a batch cannot be written");
            break;
        }
    }
    writer.end();
}

/// What clients may know of it.
fn why(error: &StoreError) -> String {
    match error {
        StoreError::DiskFull | StoreError::Unwritable(_) => error.to_string(),
        StoreError::Closed => "the service is stopping".to_owned(),
        _ => "the store fails; the log tells why".to_owned(),
    }
}

struct ResultWriter {
    results: Spool,
    form: AnswerForm,
    first: bool,
}

impl ResultWriter {
    fn write(&mut self, kept: &Result<Vec<Option<Taken>>, StoreError>, rows: Vec<Told>) -> io::Result<()> {
        let mut taken = kept.iter().flatten();
        let mut text = Vec::with_capacity(rows.len() * 80);
        for Told { number, line, outcome } in rows {
            let mut result = RowResult {
                row: number,
                line,
                status: "stored",
                conversation: None,
                added: 0,
                changed: 0,
                known: 0,
                errors: Vec::new(),
            };
            match (outcome, kept) {
                (Err(errors), _) => result = RowResult { status: "rejected", errors, ..result },
                (Ok(()), Err(error)) => {
                    let detail = format!("it could not be kept now, send it again: {}", why(error));
                    result.status = "failed";
                    result.errors.push(Fault { pointer: String::new(), detail });
                }
                (Ok(()), Ok(_)) => {
                    if let Some(Taken { conversation, added, changed, known, .. }) = taken.next().copied().flatten() {
                        let conversation = Some(conversation.to_string());
                        result = RowResult { conversation, added, changed, known, ..result };
                    }
                }
            }
            if self.form == AnswerForm::List {
                text.extend_from_slice(if self.first { b"[" } else { b",\n" });
            }
            self.first = false;
            serde_json::to_writer(&mut text, &result)?;
            if self.form == AnswerForm::Lines {
                text.push(b'\n');
            }
        }
        self.results.write(&text)
    }

    fn end(self) {
        let rest: &[u8] = match (self.form, self.first) {
            (AnswerForm::Lines, _) => b"",
            (AnswerForm::List, true) => b"[]\n",
            (AnswerForm::List, false) => b"]\n",
        };
        if let Err(error) = self.results.write(rest) {
            tracing::error!(%error, "the results of a batch cannot be written");
        }
        self.results.end();
    }
}
