//! A service of its own on a free port, with invented conversations.

use amends::access::Setup;
use amends::conversation::Conversation;
use amends::ingest::{self, Analyst, Method};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::promise::{Office, Terms};
use amends::reading::LeastConfidence;
use amends::service::{Service, server};
use amends::settings::{Flag, Layers, Settings};
use amends::source::Record;
use amends::store::{Store, access, agents};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use tokio::sync::oneshot::{Sender, channel};

/// The first administrator.
pub const NAME: &str = "ines@wickhollow.example";
/// Their password.
pub const PASSWORD: &str = "violet harbour lantern";

/// A service at work; it stops with it.
pub struct Demo {
    /// Where it answers.
    pub url: String,
    /// The secret that makes the first administrator.
    pub secret: String,
    stop: Option<Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

/// So many of the invented conversations: enough for every page to have something to show.
const CONVERSATIONS: usize = 400;

/// Texts that a page must show and not obey.
fn hostile() -> Vec<Conversation> {
    let long = "We are sorry that it is late, and we look into it. ".repeat(2_000);
    let bodies = [
        "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title='taken over'\"> Sorry, we were very busy.",
        "أعتذر عن التأخير. \u{202E}Sorry for the delay, we were very busy. שלום",
        "So sorry 🙇🏽‍♀️👩‍👩‍👧 we were very busy 🎉🎉🎉 \u{200D}\u{FE0F}",
        &long,
    ];
    let conversation = |(index, body): (usize, &&str)| {
        let minute = 10 + index;
        json!({"id": format!("hostile-{index}"), "source": "demo", "channel": "email", "messages": [
            {"author": {"role": "customer", "name": "<b>Bo</b>"}, "sent": format!("2026-11-21T09:{minute}:00Z"), "body": "My parcel never came."},
            {"author": {"role": "agent", "id": "mallory", "name": "<i>Mallory</i> \"&'"}, "format": "plain", "sent": format!("2026-11-21T10:{minute}:00Z"), "body": body},
        ]})
    };
    let all: Vec<Value> = bodies.iter().enumerate().map(conversation).collect();
    serde_json::from_value(Value::Array(all)).unwrap()
}

impl Demo {
    /// Starts one.
    pub fn start() -> Self {
        // On a thread of its own: the store waits for its disk, which no asynchronous test may.
        std::thread::spawn(Self::begin).join().unwrap()
    }

    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").to_str().unwrap().to_owned();
        let flags = [Flag { name: "--data", key: "data", value: data }];
        let layers =
            Layers { config: None, environment: &[], flags: &flags, read: &|path| std::fs::read_to_string(path) };
        let settings = Settings::read(&layers).unwrap();
        let store = Store::open(&settings.data).unwrap();
        let (secret, setup) = Setup::start(Timestamp::now()).unwrap();
        store.write(move |transaction| access::replace_setup(transaction, &setup)).wait().unwrap();
        let library = Library::built_in().unwrap();
        let method = Method {
            lexicon: library.lexicon("en").unwrap(),
            card: library.scorecard(DEFAULT_SCORECARD).unwrap(),
            least_confidence: LeastConfidence::default(),
            office: Office::in_zone("Europe/Berlin").unwrap(),
            terms: Terms::default(),
        };
        let (service, mut follower, _) = Service::open(store, settings, method.clone(), library).unwrap();
        let conversations = amends::demo::conversations(date(2026, 11, 22), 1).collect::<Vec<_>>();
        let few = conversations.len() - CONVERSATIONS;
        let conversations = conversations.into_iter().skip(few).chain(hostile());
        let records = conversations.map(|one| Record::Piece(one.into())).collect();
        ingest::take(&service.store, records).wait().unwrap();
        Analyst::new(&service.store, method, 2).unwrap().read_all(&|| false).unwrap();
        service.store.write(teams).wait().unwrap();
        follower.follow(&service.store, &|| false).unwrap();

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let stopped = async {
                let _ = stopped.await;
            };
            actix_web::rt::System::new()
                .block_on(server::run(Arc::new(service), follower, listener, None, stopped))
                .unwrap();
        });
        let secret = secret.reveal().to_owned();
        Self { url, secret, stop: Some(stop), thread: Some(thread), _folder: folder }
    }
}

fn teams(transaction: &rusqlite::Transaction<'_>) -> Result<(), amends::store::StoreError> {
    let keys: BTreeMap<String, i64> = agents::agents(transaction)?.into_iter().map(|row| (row.id, row.key)).collect();
    let mut teams: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (agent, team) in amends::demo::teams() {
        teams.entry(team).or_default().extend(keys.get(agent.as_str()));
    }
    for (name, members) in teams {
        agents::set_team(transaction, name, &members)?;
    }
    Ok(())
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        let _ = self.thread.take().unwrap().join();
    }
}
