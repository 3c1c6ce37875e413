//! `kill -9` at random moments under load.

use super::Data;
use super::load::{Name, Sender, Way};
use crate::support::Chance;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// The variable that asks for more rounds than those of a plain run.
const ROUNDS: &str = "TEST_KILL_ROUNDS";
const PLAIN: usize = 5;

/// It is killed so long after the load began at the latest.
const LATEST: usize = 400;

/// No more rounds are begun after so long.
const LONGEST: Duration = Duration::from_secs(1800);

#[test]
fn what_was_acknowledged_survives_every_kill_and_is_there_once() {
    let rounds = std::env::var(ROUNDS).map_or(PLAIN, |rounds| rounds.parse().unwrap());
    let data = Data::new();
    let mut chance = Chance::new(u64::from(std::process::id()));
    let mut senders = [
        Sender::new("batch", Way::Batch),
        Sender::new("lot", Way::Batch),
        Sender::new("put", Way::Conversation),
        Sender::new("hook", Way::Webhook),
        Sender::new("import", Way::Import),
    ];
    let (began, mut slowest) = (Instant::now(), Duration::ZERO);
    let mut done = 0;
    while done < rounds && began.elapsed() < LONGEST {
        let running = data.serve();
        // One time in four it is still at its beginning.
        if done % 4 != 3 {
            slowest = slowest.max(running.ready());
        }
        let (connection, stop) = (running.connect(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for sender in &mut senders {
                scope.spawn(|| sender.send(&connection, done, &stop));
            }
            std::thread::sleep(Duration::from_millis(chance.below(LATEST + 1) as u64));
            running.kill();
        });
        done += 1;
    }

    // Whoever got no answer sends once more, and gets one now.
    let running = data.serve();
    slowest = slowest.max(running.ready());
    let (connection, stop) = (running.connect(), AtomicBool::new(true));
    for sender in &mut senders {
        sender.send(&connection, done, &stop);
        assert!(sender.refused.is_empty(), "{:?}", sender.refused);
    }
    running.settle();
    let kept = running.kept();
    assert!(running.found("busy").is_some_and(|found| found > 0), "searching is complete");
    running.stop();
    data.assert_whole();

    let acknowledged: BTreeSet<&Name> = senders.iter().flat_map(|sender| &sender.kept).collect();
    let tried: BTreeSet<&Name> = senders.iter().flat_map(|sender| &sender.tried).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|name| !kept.contains_key(**name)).collect();
    let twice: Vec<_> = kept.iter().filter(|(_, times)| **times > 1).collect();
    println!(
        "{done} rounds in {:.0?}: {} messages acknowledged, {} kept; lost {}, twice {}; slowest start {slowest:.1?}",
        began.elapsed(),
        acknowledged.len(),
        kept.len(),
        lost.len(),
        twice.len(),
    );
    assert!(lost.is_empty() && twice.is_empty(), "lost {lost:?}, twice {twice:?}");
    let kept: BTreeSet<&Name> = kept.keys().collect();
    assert_eq!((&kept, &acknowledged), (&tried, &tried), "what was sent is there in the end, and nothing else");
    assert!(!data.logged().contains("panicked"), "{}", data.logged());
}
