//! A sample by chance.

use super::{document, open, query};
use amends::index::{Document, Scope};
use std::collections::BTreeMap;

#[test]
fn every_message_is_as_likely_to_be_drawn_as_every_other() {
    const MESSAGES: i64 = 40;
    const DRAWN: usize = 5;
    const SEEDS: u64 = 4_000;
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    // In several segments, with gaps between the keys, and some that the query does not find.
    for part in 0..4_i64 {
        let first = part * 10;
        let documents = (first..first + 10).flat_map(|number| {
            let found = Document { score: Some(50.0), ..document(number * 7 + 3, "a refund") };
            [found, document(number * 7 + 4, "nothing of the kind")]
        });
        opened.writer.replace(part, documents).unwrap();
        opened.writer.commit(u64::try_from(part).unwrap() + 1, 4).unwrap();
    }
    let draw = |seed: u64| {
        let drawn = opened.index.sample(&query("refund"), &Scope::All, seed, DRAWN).unwrap();
        assert_eq!(drawn.total, MESSAGES.unsigned_abs());
        drawn.hits.into_iter().map(|hit| hit.message).collect::<Vec<_>>()
    };
    assert_eq!(draw(20_261_122), draw(20_261_122));
    let mut counts: BTreeMap<i64, f64> = BTreeMap::new();
    for seed in 0..SEEDS {
        let drawn = draw(seed);
        assert_eq!(drawn.len(), DRAWN);
        drawn.into_iter().for_each(|message| *counts.entry(message).or_default() += 1.0);
    }
    // Chi-squared with 39 degrees of freedom: 80.1 is passed by chance once in ten thousand times.
    let expected = SEEDS as f64 * DRAWN as f64 / MESSAGES as f64;
    assert_eq!(counts.len(), 40);
    let distance: f64 = counts.values().map(|count| (count - expected).powi(2) / expected).sum();
    assert!(distance < 80.1, "{distance}: {counts:?}");
    assert_eq!(opened.index.sample(&query("refund"), &Scope::Agent("nobody".into()), 1, DRAWN).unwrap().hits, []);
}
