//! Paging and replacing, whatever the messages.

use super::{document, hits, open, query};
use amends::index::{Cursor, Document, Hit, Index, SearchRequest, Sort};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// Messages whose times, scores and words often tie; each with the commit in which it comes.
fn any_messages() -> impl Strategy<Value = Vec<(u8, Document)>> {
    let one = (0_u8..3, proptest::option::of(-3_i64..3), proptest::option::of(0_u8..4), 0_usize..3);
    proptest::collection::vec(one, 1..40).prop_map(|messages| {
        let document = |(key, (commit, time, score, teas)): (usize, (u8, Option<i64>, Option<u8>, usize))| {
            let sent = time.map(|time| Timestamp::from_second(time).unwrap().to_zoned(TimeZone::UTC));
            let score = score.map(|score| f64::from(score) * 12.5);
            // Keys do not come in order.
            let key = (key as i64 * 7) % 41 - 20;
            (commit, Document { sent, score, ..document(key, &format!("word {}", "tea ".repeat(teas))) })
        };
        messages.into_iter().enumerate().map(document).collect()
    })
}

fn indexed(folder: &std::path::Path, messages: &[(u8, Document)]) -> Index {
    let mut opened = open(folder);
    for commit in 0..3 {
        for (_, message) in messages.iter().filter(|(when, _)| *when == commit) {
            opened.writer.replace(message.message, [message.clone()]).unwrap();
        }
        opened.writer.commit(u64::from(commit), 2).unwrap();
    }
    opened.index
}

/// What the order goes by, smallest first; nothing where only the library knows.
fn order(sort: Sort, message: &Document) -> (bool, i64, i64) {
    let score = message.score.map(|score| (score * 10.0) as i64);
    let sent = message.sent.as_ref().map(|sent| sent.timestamp().as_second());
    let (value, downwards) = match sort {
        Sort::Relevance => (None, false),
        Sort::NewestFirst => (sent, true),
        Sort::OldestFirst => (sent, false),
        Sort::LowestScore => (score, false),
        Sort::HighestScore => (score, true),
    };
    (value.is_none(), value.map_or(0, |value| if downwards { -value } else { value }), message.message)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pages_give_each_hit_once_and_in_order(messages in any_messages(), limit in 1_usize..8, text in "|tea|word|score:none") {
        let folder = tempfile::tempdir().unwrap();
        let index = indexed(folder.path(), &messages);
        let asked = query(&text);
        for sort in Sort::ALL {
            let whole = index.search(&asked, &SearchRequest { sort, limit: 200, ..SearchRequest::default() }).unwrap();
            prop_assert_eq!(whole.total, whole.hits.len() as u64);
            prop_assert_eq!(whole.next, None);
            let mut paged: Vec<Hit> = Vec::new();
            let mut after = None;
            loop {
                let page = index.search(&asked, &SearchRequest { sort, limit, after, ..SearchRequest::default() }).unwrap();
                prop_assert_eq!(page.total, whole.total);
                prop_assert!(page.hits.len() == limit || page.next.is_none());
                paged.extend(page.hits);
                // As it goes through a URL.
                let Some(next) = page.next else { break };
                after = Some(next.to_string().parse::<Cursor>().unwrap());
                prop_assert!(paged.len() < messages.len());
            }
            prop_assert_eq!(&paged, &whole.hits);
            if sort != Sort::Relevance {
                let find = |hit: &Hit| messages.iter().find(|(_, message)| message.message == hit.message).unwrap();
                let orders: Vec<_> = paged.iter().map(|hit| order(sort, &find(hit).1)).collect();
                prop_assert!(orders.is_sorted_by(|one, next| one < next), "{:?}: {:?}", sort, orders);
            }
        }
    }

    #[test]
    fn however_often_a_conversation_comes_its_messages_are_there_once(
        times in proptest::collection::vec((0_i64..4, 0_i64..3, any::<bool>()), 1..30),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut opened = open(folder.path());
        let mut expected = [0; 4];
        for (change, (conversation, messages, commits)) in times.into_iter().enumerate() {
            let documents = (0..messages).map(|message| document(conversation * 10 + message, "tea"));
            opened.writer.replace(conversation, documents).unwrap();
            expected[conversation as usize] = messages;
            if commits {
                opened.writer.commit(change as u64, 0).unwrap();
            }
        }
        opened.writer.commit(99, 0).unwrap();
        let expected: Vec<i64> =
            (0..4).flat_map(|conversation| (0..expected[conversation as usize]).map(move |message| conversation * 10 + message)).collect();
        prop_assert_eq!(super::found(&opened.index, "tea"), expected.clone());
        prop_assert_eq!(hits(&opened.index, "").total, expected.len() as u64);
    }
}

#[test]
fn messages_that_come_between_two_pages_shift_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    let at = |message: i64, second: i64| {
        let sent = Some(Timestamp::from_second(second).unwrap().to_zoned(TimeZone::UTC));
        Document { sent, ..document(message, "tea") }
    };
    opened.writer.replace(1, (0..6).map(|key| at(key, key))).unwrap();
    opened.writer.commit(1, 1).unwrap();
    let first = SearchRequest { sort: Sort::NewestFirst, limit: 3, ..SearchRequest::default() };
    let page = opened.index.search(&query("tea"), &first).unwrap();
    opened.writer.replace(2, [at(50, 100), at(51, 2)]).unwrap();
    opened.writer.commit(2, 2).unwrap();
    let second = opened.index.search(&query("tea"), &SearchRequest { after: page.next, limit: 9, ..first }).unwrap();
    let keys: Vec<i64> = page.hits.iter().chain(&second.hits).map(|hit| hit.message).collect();
    assert_eq!(keys, [5, 4, 3, 2, 51, 1, 0]);
}
