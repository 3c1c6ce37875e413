//! The search index as reviewers and the service see it.

mod counts;
mod damage;
mod paging;
mod sample;

use amends::index::{Cursor, Document, Hits, Index, IndexError, Opened, Scope, SearchRequest, Sort, Stamp, highlight};
use amends::query::{Query, Vocabulary};
use jiff::Zoned;
use std::path::Path;

fn open(folder: &Path) -> Opened {
    Index::open(folder, &Stamp::current("one")).unwrap()
}

fn query(text: &str) -> Query {
    Query::parse(text, &Vocabulary::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn hits(index: &Index, text: &str) -> Hits {
    index.search(&query(text), &SearchRequest { limit: 200, ..SearchRequest::default() }).unwrap()
}

/// The messages found, by their keys.
fn found(index: &Index, text: &str) -> Vec<i64> {
    let hits = hits(index, text);
    let mut found: Vec<i64> = hits.hits.iter().map(|hit| hit.message).collect();
    found.sort_unstable();
    assert_eq!(hits.total, found.len() as u64);
    found
}

fn sent(time: &str) -> Option<Zoned> {
    Some(time.parse().unwrap())
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn document(message: i64, body: &str) -> Document {
    Document { message, body: body.to_owned(), ..Document::default() }
}

/// Four messages in two conversations.
fn shop(folder: &Path) -> Opened {
    let mut opened = open(folder);
    let first = Document {
        agent: Some("a17".to_owned()),
        agent_names: strings(&["a17", "Dana K."]),
        team: Some("Billing".to_owned()),
        channel: Some("email".to_owned()),
        source: Some("zendesk".to_owned()),
        labels: strings(&["apology", "apology:formulaic", "excuse", "excuse"]),
        rules: strings(&["excuse-swamped"]),
        findings: strings(&["excuse"]),
        met: strings(&["apologises"]),
        unmet: strings(&["no-excuse"]),
        promises: strings(&["broken", "kept"]),
        score: Some(49.5),
        failure: true,
        scored: true,
        // Still the last of October in the office.
        sent: sent("2026-10-31T23:30:00-04:00[America/New_York]"),
        ..document(1, "Sorry, we weren't able to send the refund; follow-up by Friday noon.")
    };
    let second = Document {
        agent: Some("a18".to_owned()),
        agent_names: strings(&["a18", "dana k."]),
        team: Some("Billing".to_owned()),
        channel: Some("chat".to_owned()),
        findings: strings(&["missing_apology"]),
        score: Some(80.0),
        failure: true,
        scored: true,
        reviewed: true,
        sent: sent("2026-11-16T00:00:00-05:00[America/New_York]"),
        ..document(2, "Refunded in full. The courier lost it by noon on Friday.")
    };
    let third = Document { scored: true, ..document(3, "Our shop opens at 10:30, refunds at the desk.") };
    let fourth = Document {
        agent: Some("a19".to_owned()),
        agent_names: strings(&["sam"]),
        score: Some(0.0),
        ..document(4, "ﬁne, Ünal's refunding refunds refund")
    };
    opened.writer.replace(10, [first, second]).unwrap();
    opened.writer.replace(11, [third, fourth]).unwrap();
    opened.writer.commit(5, 5).unwrap();
    opened
}

#[test]
fn each_part_of_the_language_finds_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { index, .. } = shop(folder.path());
    for (text, messages) in [
        ("", &[1, 2, 3, 4][..]),
        ("refund", &[1, 2, 3, 4]),
        ("REFUNDED", &[1, 2, 3, 4]),
        ("\"friday noon\"", &[1]),
        ("\"by noon\"", &[2]),
        ("weren’t", &[1]),
        ("weren", &[]),
        ("follow-up", &[1]),
        ("\"up follow\"", &[]),
        ("10:30", &[3]),
        ("fine", &[4]),
        ("ünal", &[4]),
        ("refund courier", &[2]),
        ("courier OR desk", &[2, 3]),
        ("refund -courier -desk", &[1, 4]),
        ("NOT (courier OR desk)", &[1, 4]),
        ("-courier", &[1, 3, 4]),
        ("desk OR -refund", &[3]),
        ("agent:a17", &[1]),
        ("agent:\"DANA K.\"", &[1, 2]),
        ("agent:dana", &[]),
        ("agent:(a17 OR sam)", &[1, 4]),
        ("team:billing", &[1, 2]),
        ("channel:chat", &[2]),
        ("source:Zendesk", &[1]),
        ("label:apology", &[1]),
        ("label:apology:formulaic", &[1]),
        ("rule:excuse-swamped", &[1]),
        ("finding:excuse", &[1]),
        ("missing:apology", &[2]),
        ("criterion:no-excuse", &[1]),
        ("unmet:no-excuse", &[1]),
        ("met:no-excuse", &[]),
        ("score:<50", &[1, 4]),
        ("score:<49.5", &[4]),
        ("score:<=49.5", &[1, 4]),
        ("score:>=80", &[2]),
        ("score:>80", &[]),
        ("score:40..60", &[1]),
        ("score:0", &[4]),
        ("score:none", &[3]),
        ("sent:2026-10", &[1]),
        ("sent:2026-10..2026-11", &[1, 2]),
        ("sent:2026-W47", &[2]),
        ("sent:2026-11-16", &[2]),
        ("sent:>=2026-11-01", &[2]),
        ("sent:<2026-11-01", &[1]),
        ("reviewed:yes", &[2]),
        ("reviewed:no", &[1, 3, 4]),
        ("promise:broken", &[1]),
        ("promise:any", &[1]),
        ("promise:late", &[]),
        ("failure:yes -promise:any", &[2]),
        ("scored:no", &[4]),
        ("refund (score:none OR reviewed:yes)", &[2, 3]),
    ] {
        assert_eq!(found(&index, text), messages, "{text}");
    }
    assert_eq!(hits(&index, "desk").hits[0].conversation, 11);
    let sorted = |sort| {
        let request = SearchRequest { sort, ..SearchRequest::default() };
        index.search(&Query::All, &request).unwrap().hits.iter().map(|hit| hit.message).collect::<Vec<_>>()
    };
    assert_eq!(sorted(Sort::HighestScore), [2, 1, 4, 3]);
    assert_eq!(sorted(Sort::LowestScore), [4, 1, 2, 3]);
    assert_eq!(sorted(Sort::OldestFirst), [1, 2, 3, 4]);
    assert_eq!(sorted(Sort::Relevance), [2, 1, 3, 4], "without words, newest first");
    // Only words make a message more relevant.
    assert_eq!(hits(&index, "refund scored:no OR refund").hits[0].message, 4);
}

#[test]
fn an_agent_s_scope_goes_by_identifier_only() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { index, .. } = shop(folder.path());
    let own = |agent: &str, text: &str| {
        let request = SearchRequest { scope: Scope::Agent(agent.to_owned()), ..SearchRequest::default() };
        index.search(&query(text), &request).unwrap().hits.iter().map(|hit| hit.message).collect::<Vec<_>>()
    };
    assert_eq!(own("a17", "refund OR desk OR courier"), [1]);
    assert_eq!(own("a17", "agent:a18"), [0_i64; 0]);
    assert_eq!(own("dana k.", ""), [0_i64; 0]);
    assert_eq!(own("A17", ""), [0_i64; 0]);
}

#[test]
fn what_comes_again_is_there_once_and_what_goes_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { index, mut writer, .. } = shop(folder.path());
    writer.replace(10, [document(1, "gone")]).unwrap();
    writer.replace(10, [document(1, "A new text."), document(5, "One more.")]).unwrap();
    assert_eq!(found(&index, "sorry"), [1], "nothing is seen before the commit");
    writer.commit(6, 6).unwrap();
    assert_eq!(found(&index, "sorry OR gone OR courier"), [0_i64; 0]);
    assert_eq!(found(&index, ""), [1, 3, 4, 5]);
    writer.remove(11);
    writer.remove(99);
    writer.commit(7, 7).unwrap();
    assert_eq!(found(&index, ""), [1, 5]);
    assert_eq!((index.len(), index.change()), (2, 7));
    writer.replace(12, [document(9, "never committed")]).unwrap();
    writer.rollback().unwrap();
    writer.replace(13, [document(8, "committed")]).unwrap();
    writer.commit(8, 8).unwrap();
    assert_eq!(found(&index, "committed"), [8]);
}

#[test]
fn erased_words_leave_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { index, mut writer, .. } = shop(folder.path());
    let erased = Document { team: Some("xylophonequartz".to_owned()), ..document(20, "xylophonequartz") };
    writer.replace(20, [erased]).unwrap();
    writer.replace(21, [document(21, "tea")]).unwrap();
    writer.commit(6, 6).unwrap();
    let on_disk = || {
        let files =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(9).any(|window| window == b"lophonequ"))
    };
    assert!(on_disk());
    writer.remove(20);
    writer.commit(7, 7).unwrap();
    writer.expunge().unwrap();
    assert!(!on_disk());
    assert_eq!(found(&index, "tea"), [21]);
    writer.replace(22, [document(22, "tea")]).unwrap();
    writer.commit(8, 8).unwrap();
    assert_eq!(found(&index, "tea"), [21, 22]);
    writer.expunge().unwrap();
    writer.close().unwrap();
    let opened = open(folder.path());
    assert_eq!((opened.index.change(), opened.rebuilt), (8, None));
    assert_eq!(found(&opened.index, "tea"), [21, 22]);
}

#[test]
fn highlights_are_the_words_that_were_found() {
    let text = "Sorry, we weren’t able to send the refunds; follow-up by Friday. Refund!";
    let marked = |asked: &str| highlight(&query(asked), text).iter().map(|span| span.of(text)).collect::<Vec<_>>();
    assert_eq!(marked("refund"), ["refunds", "Refund"]);
    assert_eq!(marked("weren't OR sorry"), ["Sorry", "weren’t"]);
    assert_eq!(marked("\"by friday\" follow-up -sorry agent:sorry"), ["follow-up", "by Friday"]);
    assert_eq!(marked("\"follow up by\" \"up by friday\" by"), ["follow-up by Friday"]);
    assert_eq!(marked("\"by monday\""), [""; 0]);
    assert_eq!(marked("reviewed:no"), [""; 0]);
}

#[test]
fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = shop(folder.path());
    let second = Index::open(folder.path(), &Stamp::current("another"));
    assert!(matches!(second, Err(IndexError::Locked(_))), "{second:?}");
    assert_eq!(found(&first.index, "courier"), [2], "and nothing is deleted");
    drop(first);
    assert_eq!(open(folder.path()).rebuilt, None);
}

#[test]
fn wrong_requests_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { index, .. } = shop(folder.path());
    for limit in [0, 201, usize::MAX] {
        let refused = index.search(&Query::All, &SearchRequest { limit, ..SearchRequest::default() });
        assert!(matches!(refused, Err(IndexError::Limit(_))));
    }
    let first = SearchRequest { limit: 1, sort: Sort::LowestScore, ..SearchRequest::default() };
    let after = index.search(&Query::All, &first).unwrap().next;
    let other = index.search(&Query::All, &SearchRequest { sort: Sort::OldestFirst, after, ..first });
    assert_eq!(
        other.unwrap_err().to_string(),
        "the cursor belongs to a search sorted by lowest_score, this one is sorted by oldest_first"
    );
    for text in ["", "x", "AAAA", "_____________________w"] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
}

#[test]
fn very_long_values_and_texts_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    let long = "x".repeat(100_000);
    let message = Document {
        agent: Some(long.clone()),
        team: Some(long.clone()),
        labels: vec![long.clone()],
        ..document(1, &format!("{long} tea {}", "word ".repeat(100_000)))
    };
    opened.writer.replace(1, [message]).unwrap();
    opened.writer.commit(1, 1).unwrap();
    assert_eq!(found(&opened.index, "tea"), [1]);
    assert_eq!(found(&opened.index, "\"tea word\""), [1]);
    assert_eq!(hits(&opened.index, "word").total, 1);
}
