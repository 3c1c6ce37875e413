//! The service, without a network and without threads beside it: what is brought is read when a test says so.

mod answers;
mod brought;
mod figures;
mod gate;
mod held_back;
mod hooks;
mod lists;
mod log;
mod openapi;
mod pages;
mod proxies;
mod reads;
mod reviews;
mod taken_out;
mod tls;
mod trends;

use actix_web::http::header::HeaderMap;
use actix_web::{App, HttpMessage, test, web};
use amends::access::{AgentKey, Credential, Grant, Principal, Role, Token};
use amends::conversation::{Conversation, ParticipantId};
use amends::ingest::{self, Analyst, Follower, Method};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::promise::{Office, Terms};
use amends::reading::{LeastConfidence, Reader};
use amends::service::{Service, routes};
use amends::settings::{Flag, Layers, Settings};
use amends::source::Record;
use amends::store::{Store, access};
use jiff::Timestamp;
use serde_json::Value;
use std::cell::RefCell;
use std::sync::Arc;

/// A service over a folder of its own, which is removed with it.
pub struct Running {
    pub service: Arc<Service>,
    follower: RefCell<Follower>,
    /// Shown with every request; an administrator's unless changed.
    pub token: String,
    _folder: tempfile::TempDir,
}

/// What was answered.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body, of an answer that has that status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }
}

impl Running {
    /// A new one with the built-in rules, in an office at UTC.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The same with settings of its own: flag, key and value of each.
    pub fn with(set: &[(&'static str, &'static str, &str)]) -> Self {
        Self::changed(set, |_| {})
    }

    /// The same, changed before it answers.
    pub fn changed(set: &[(&'static str, &'static str, &str)], change: impl FnOnce(&mut Service)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").to_str().unwrap().to_owned();
        let mut flags = vec![Flag { name: "--data", key: "data", value: data }];
        flags.extend(set.iter().map(|(name, key, value)| Flag { name, key, value: (*value).to_owned() }));
        let layers =
            Layers { config: None, environment: &[], flags: &flags, read: &|path| std::fs::read_to_string(path) };
        let settings = Settings::read(&layers).unwrap();
        let store = Store::open(&settings.data).unwrap();
        let opened = Service::open(store, settings, method(), Library::built_in().unwrap());
        let (mut service, follower, _) = opened.unwrap();
        change(&mut service);
        let (service, follower) = (Arc::new(service), RefCell::new(follower));
        let mut running = Self { service, follower, token: String::new(), _folder: folder };
        running.token = running.token_of(Role::Admin, None);
        running
    }

    /// The same service for whoever shows `token`.
    pub fn as_(&mut self, token: &str) -> &mut Self {
        token.clone_into(&mut self.token);
        self
    }

    /// A new token with all scopes of `role`.
    pub fn token(&self, role: Role) -> String {
        self.token_of(role, None)
    }

    /// A new token of an agent.
    pub fn agent_token(&self, source: &str, id: &str) -> String {
        self.token_of(Role::Agent, Some(AgentKey { source: source.into(), id: ParticipantId(id.into()) }))
    }

    fn token_of(&self, role: Role, agent: Option<AgentKey>) -> String {
        let all = Role::Admin.scopes();
        let by = Principal::new(Credential::User(0), "test".into(), Role::Admin, all, None);
        let grant = Grant { name: format!("{role} of a test"), role, scopes: role.scopes(), agent, expires: None };
        let (secret, token) = Token::issue(grant, &by, Timestamp::now()).unwrap();
        self.service.store.write(move |transaction| access::add_token(transaction, &token)).wait().unwrap();
        secret.reveal().to_owned()
    }

    /// Takes in conversations in the neutral form (a JSON list) and reads them.
    pub fn bring(&self, conversations: &Value) {
        let conversations: Vec<Conversation> = serde_json::from_value(conversations.clone()).unwrap();
        let records = conversations.into_iter().map(|one| Record::Piece(one.into())).collect();
        ingest::take(&self.service.store, records).wait().unwrap();
        self.read_all();
    }

    /// Reads what was brought, and brings the index up to it.
    pub fn read_all(&self) -> usize {
        let analyst = Analyst::new(&self.service.store, self.service.method(), 1).unwrap();
        let read = analyst.read_all(&|| false).unwrap();
        self.follower.borrow_mut().follow(&self.service.store, &|| false).unwrap();
        read
    }

    /// GET, with the token.
    pub fn get(&self, path: &str) -> Answer {
        self.request(test::TestRequest::get().uri(path))
    }

    /// Sends JSON, with the token.
    pub fn send(&self, method: &str, path: &str, json: &Value) -> Answer {
        let method = method.parse().unwrap();
        self.request(test::TestRequest::default().method(method).uri(path).set_json(json))
    }

    /// Any request, with the token unless it brings its own authorization.
    pub fn request(&self, request: test::TestRequest) -> Answer {
        request_of(&self.service, &self.token, request)
    }
}

/// What `service` answers to `request`, with `token` unless it brings its own authorization.
pub fn request_of(service: &Arc<Service>, token: &str, request: test::TestRequest) -> Answer {
    let mut request = request.to_request();
    if !request.headers().contains_key("authorization") && !token.is_empty() {
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert(actix_web::http::header::AUTHORIZATION, bearer);
    }
    let method = service.method();
    let body_limit = usize::try_from(service.settings.server.body_limit).unwrap();
    actix_web::rt::System::new().block_on(async {
        let reader = Reader::new(method.lexicon, method.card).with_least_confidence(method.least_confidence);
        let app = App::new()
            .app_data(web::Data::from(Arc::clone(service)))
            .app_data(web::Data::new(RefCell::new(reader)))
            .configure(routes::configure(body_limit));
        let app = test::init_service(app).await;
        let answer = test::call_service(&app, request).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, body: test::read_body(answer).await.to_vec() }
    })
}

/// What conversations are read with: the built-in rules, an office at UTC.
pub fn method() -> Method {
    let library = Library::built_in().unwrap();
    Method {
        lexicon: library.lexicon("en").unwrap(),
        card: library.scorecard(DEFAULT_SCORECARD).unwrap(),
        least_confidence: LeastConfidence::default(),
        office: Office::in_zone("UTC").unwrap(),
        terms: Terms::default(),
    }
}

/// Takes parts of an answer that differ from run to run out of it.
pub fn without(mut json: Value, keys: &[&str]) -> Value {
    fn walk(json: &mut Value, keys: &[&str]) {
        match json {
            Value::Object(fields) => {
                for (key, value) in fields {
                    if keys.contains(&key.as_str()) && !value.is_null() {
                        *value = Value::String(format!("[{key}]"));
                    } else {
                        walk(value, keys);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, keys)),
            _ => {}
        }
    }
    walk(&mut json, keys);
    json
}
