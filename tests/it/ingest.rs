//! What tools send may come in any order, late, in pieces and twice: what is kept and read is the same.

use crate::support::{Chance, english, reader};
use amends::conversation::{Conversation, neutral};
use amends::index::{FacetBy, Facets, Index, Scope, SearchRequest};
use amends::ingest::{Analyst, Follower, Method, take};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::promise::{Office, Terms};
use amends::query::{Query, Vocabulary};
use amends::reading::LeastConfidence;
use amends::source::{Person, Piece, Record};
use amends::store::{Store, StoreError, pieces};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rusqlite::types::Value;

const CONVERSATIONS: &str = r#"[
  {"id": "7", "source": "shop", "channel": "email", "messages": [
    {"id": "a", "author": {"role": "customer", "id": "ines"}, "sent": "2026-03-02T08:00:00Z", "body": "My lamp came broken, and nobody answers!"},
    {"id": "b", "author": {"role": "agent", "id": "dana", "name": "Dana"}, "sent": "2026-03-02T09:00:00Z", "body": "That is the courier's fault, not ours. I will write to you tomorrow."},
    {"id": "n", "author": {"role": "agent", "id": "dana"}, "visibility": "internal", "sent": "2026-03-02T09:00:00Z", "body": "She is cross."},
    {"id": "c", "author": {"role": "customer", "id": "ines"}, "sent": "2026-03-05T09:00:00Z", "body": "You promised to write. Nothing came!"},
    {"id": "d", "author": {"role": "agent", "id": "sam", "name": "Sam"}, "sent": "2026-03-05T10:00:00Z", "body": "I'm sorry that Dana did not write as promised. A new lamp leaves today."}]},
  {"id": "8", "source": "shop", "messages": [
    {"author": {"role": "customer"}, "body": "Where is my parcel? It should have come last week."},
    {"author": {"role": "agent", "id": "sam"}, "body": "I'm sorry for the wait. I will send you the tracking number by Friday."},
    {"author": {"role": "customer"}, "body": "Yes please"},
    {"author": {"role": "customer"}, "body": "Yes please"}]}
]"#;

pub fn method() -> Method {
    let library = Library::built_in().unwrap();
    Method {
        lexicon: english(),
        card: library.scorecard(DEFAULT_SCORECARD).unwrap(),
        least_confidence: LeastConfidence::default(),
        office: Office::in_zone("UTC").unwrap(),
        terms: Terms::default(),
    }
}

fn conversations() -> Vec<Conversation> {
    neutral::json(CONVERSATIONS.as_bytes()).unwrap().into_iter().map(Result::unwrap).collect()
}

fn whole() -> Vec<Record> {
    conversations().into_iter().map(|conversation| Record::Piece(conversation.into())).collect()
}

/// Each message of the first conversation by itself, as webhooks bring them, without saying on which side its
/// author is; the second conversation, whose messages have neither times nor names, whole.
fn scattered() -> Vec<Record> {
    let mut records = Vec::new();
    let mut all: Vec<Piece> = conversations().into_iter().map(Piece::from).collect();
    let second = all.pop().unwrap();
    let first = all.pop().unwrap();
    for mut message in first.messages {
        let id = message.author.id.clone().unwrap();
        let role = message.author.role.take();
        records.push(Record::Person(Person { source: "shop".into(), id, role, name: message.author.name.take() }));
        records.push(Record::Piece(Piece {
            source: first.source.clone(),
            conversation: first.conversation.clone(),
            channel: first.channel.clone(),
            requester: None,
            messages: vec![message],
        }));
    }
    records.push(Record::Piece(second));
    records
}

pub fn read_all(store: &Store) {
    Analyst::new(store, method(), 2).unwrap().read_all(&|| false).unwrap();
}

/// What is shown of everything, without the keys, which the order of arrival decides.
pub fn shown(store: &Store) -> Vec<String> {
    let tables = [
        "SELECT source, id, channel, first_sent, last_sent, messages, sideless, service_failure FROM conversation",
        "SELECT conversation.id, message.id, sent, internal, body, agent.id, agent.name, score, not_scored, situation,
                findings, met, unmet
         FROM message JOIN conversation ON conversation.key = message.conversation
         LEFT JOIN analysis ON analysis.message = message.key LEFT JOIN agent ON agent.key = agent",
        "SELECT conversation.id, message.id, start, end, act, due, fate, told FROM promise
         JOIN message ON message.key = message JOIN conversation ON conversation.key = promise.conversation",
    ];
    let read = |transaction: &rusqlite::Transaction<'_>| {
        let mut lines = Vec::new();
        for sql in tables {
            let mut select = transaction.prepare(sql)?;
            let columns = select.column_count();
            let rows = select.query_map([], |row| {
                (0..columns).map(|column| row.get::<_, Value>(column)).collect::<Result<Vec<_>, _>>()
            })?;
            let mut table: Vec<String> = rows.map(|row| row.map(|row| format!("{row:?}"))).collect::<Result<_, _>>()?;
            table.sort();
            lines.extend(table);
        }
        Ok::<_, StoreError>(lines)
    };
    store.read(read).unwrap()
}

fn shown_after(records: &[Record], read_between: usize) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    for (index, record) in records.iter().enumerate() {
        take(&store, vec![record.clone()]).wait().unwrap();
        if read_between > 0 && index % read_between == 0 {
            read_all(&store);
        }
    }
    read_all(&store);
    shown(&store)
}

#[test]
fn what_is_kept_is_what_reading_the_whole_conversation_gives() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    take(&store, scattered()).wait().unwrap();
    read_all(&store);
    let kept = |transaction: &rusqlite::Transaction<'_>| {
        let sql = "SELECT score, findings FROM analysis JOIN message ON message.key = message
                   JOIN conversation ON conversation.key = message.conversation
                   WHERE conversation.id = '7' ORDER BY message.id";
        let mut select = transaction.prepare(sql)?;
        let rows = select.query_map([], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, i64>(1)?)))?;
        Ok::<_, StoreError>(rows.collect::<Result<Vec<_>, _>>()?)
    };
    let readings = reader().conversation(&conversations()[0]);
    let read = readings.iter().filter_map(|reading| {
        let score = reading.score?.score?;
        let findings = reading.findings.named().iter().rev().fold(0, |bits, (_, found)| bits << 1 | i64::from(*found));
        Some((Some((score * 100.0).round() as i64), findings))
    });
    let read: Vec<_> = read.collect();
    assert_eq!(read.len(), 2);
    assert_eq!(store.read(kept).unwrap(), read);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_arrival_changes_nothing(seed in any::<u64>(), read_between in 0..4_usize, twice in any::<bool>()) {
        let expected = shown_after(&whole(), 0);
        let mut records = scattered();
        if twice {
            records.extend(scattered());
            records.extend(whole());
        }
        Chance::new(seed).shuffle(&mut records);
        let found = shown_after(&records, read_between);
        prop_assert_eq!(&found, &expected);
    }
}

#[test]
fn what_is_known_already_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    take(&store, whole()).wait().unwrap();
    read_all(&store);
    let before = store.read(amends::store::change).unwrap();
    let taken = take(&store, whole()).wait().unwrap();
    assert!(taken.iter().flatten().all(|taken| (taken.added, taken.changed) == (0, 0)), "{taken:?}");
    assert_eq!(Analyst::new(&store, method(), 1).unwrap().read_all(&|| false).unwrap(), 0);
    assert_eq!(store.read(amends::store::change).unwrap(), before);
}

#[test]
fn two_programs_do_not_work_in_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, StoreError::InUse(_)), "{refused}");
    drop(store);
    Store::open(folder.path()).unwrap();
}

/// What the index finds: for each query how many messages.
fn found(index: &Index, queries: &[&str]) -> Vec<u64> {
    let find = |text: &&str| {
        let query = Query::parse(text, &Vocabulary::default()).unwrap();
        index.search(&query, &SearchRequest::default()).unwrap().total
    };
    queries.iter().map(find).collect()
}

#[test]
fn the_index_follows_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let open = || Follower::open(&folder.path().join("index"), &store, TimeZone::UTC).unwrap();
    let (mut follower, begun) = open();
    assert!(begun.is_some());
    let queries = ["", "courier", "agent:dana", "agent:sam", "finding:finger_pointing", "sent:2026-03", "promise:late"];
    take(&store, scattered()).wait().unwrap();
    read_all(&store);
    follower.follow(&store, &|| false).unwrap();
    let expected = [3, 1, 1, 2, 1, 2, 1];
    assert_eq!(found(follower.index(), &queries), expected);
    assert!(follower.index().is_complete());
    // Nothing new: nothing is done. Read once more: each message is there once.
    assert_eq!(follower.follow(&store, &|| false).unwrap(), 0);
    store.write(|transaction| pieces::unread(transaction, 1)).wait().unwrap();
    read_all(&store);
    assert!(follower.follow(&store, &|| false).unwrap() > 0);
    assert_eq!(found(follower.index(), &queries), expected);
    follower.close().unwrap();
    // Opened again it goes on; deleted it is made anew.
    let (follower, begun) = open();
    assert_eq!((begun, found(follower.index(), &queries)), (None, expected.to_vec()));
    follower.close().unwrap();
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (mut follower, begun) = open();
    assert!(begun.is_some());
    follower.follow(&store, &|| false).unwrap();
    assert_eq!(found(follower.index(), &queries), expected);
}

/// What the index counts, by everything, of what each of some queries finds.
fn counts(index: &Index) -> Vec<Facets> {
    let count = |text: &str| {
        let query = Query::parse(text, &Vocabulary::default()).unwrap();
        index.facets(&query, &Scope::All, &FacetBy::ALL, Facets::MOST).unwrap()
    };
    ["", "courier", "lamp", "sorry", "number", "agent:sam", "reviewed:no", "score:<50"].map(count).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However much of what is read is handed over to the index, and however much it looks up, it is the same.
    #[test]
    fn the_index_is_the_same_whether_it_is_handed_what_was_read_or_looks_it_up(seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let open = |name: &str| Follower::open(&folder.path().join(name), &store, TimeZone::UTC).unwrap().0;
        let mut follower = open("index");
        let mut chance = Chance::new(seed);
        let mut records = scattered();
        records.extend(whole());
        chance.shuffle(&mut records);
        for record in records {
            take(&store, vec![record]).wait().unwrap();
            let analyst = Analyst::new(&store, method(), 1).unwrap();
            match chance.below(5) {
                0 => drop(analyst.read_all(&|| false).unwrap()),
                1 | 2 => drop(analyst.handing_over(follower.handed()).read_all(&|| false).unwrap()),
                3 => drop(follower.feed(&store, &|| false).unwrap()),
                _ => {}
            }
        }
        let handed = follower.handed();
        Analyst::new(&store, method(), 2).unwrap().handing_over(handed).read_all(&|| false).unwrap();
        follower.follow(&store, &|| false).unwrap();
        prop_assert!(follower.handed().is_empty());
        let mut other = open("other");
        other.follow(&store, &|| false).unwrap();
        prop_assert_eq!(counts(follower.index()), counts(other.index()));
        prop_assert_eq!(follower.differences(&store).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn what_is_handed_over_is_not_looked_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (mut follower, _) = Follower::open(&folder.path().join("index"), &store, TimeZone::UTC).unwrap();
    take(&store, whole()).wait().unwrap();
    let handed = follower.handed();
    Analyst::new(&store, method(), 2).unwrap().handing_over(handed).read_all(&|| false).unwrap();
    assert_eq!(follower.handed().len(), 2);
    assert_eq!(follower.feed(&store, &|| false).unwrap(), 3);
    assert!(follower.handed().is_empty());
    assert_eq!((follower.uncommitted(), found(follower.index(), &[""])), (3, vec![0]));
    follower.commit().unwrap();
    assert_eq!((follower.uncommitted(), found(follower.index(), &[""])), (0, vec![3]));
    // What is read again may have been reviewed meanwhile: the index looks it up.
    store.write(|transaction| pieces::unread(transaction, 1)).wait().unwrap();
    let handed = follower.handed();
    Analyst::new(&store, method(), 2).unwrap().handing_over(handed).read_all(&|| false).unwrap();
    assert!(follower.handed().is_empty());
}
