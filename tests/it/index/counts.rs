//! Counts over a result.

use super::{document, open, query, sent, shop, strings};
use amends::index::{Document, FacetBy, IndexError, Opened, Scope};
use amends::query::Query;

/// `value messages with-score mean` of each bucket, then the rest.
fn counted(opened: &Opened, text: &str, by: FacetBy, size: usize) -> Vec<String> {
    let facets = opened.index.facets(&query(text), &Scope::All, &[by], size).unwrap();
    let facet = &facets.facets[0];
    let told = facet.buckets.iter().map(|bucket| {
        let mean = bucket.mean_score.map_or("-".to_owned(), |mean| mean.to_string());
        format!("{} {} {} {mean}", bucket.value, bucket.messages, bucket.with_score)
    });
    told.chain([format!("rest {}", facet.rest)]).collect()
}

#[test]
fn counts_are_those_of_the_result() {
    let folder = tempfile::tempdir().unwrap();
    let opened = shop(folder.path());
    assert_eq!(counted(&opened, "", FacetBy::Team, 9), ["Billing 2 2 64.75", "rest 0"]);
    assert_eq!(counted(&opened, "", FacetBy::Agent, 9), ["a17 1 1 49.5", "a18 1 1 80", "a19 1 1 0", "rest 0"]);
    assert_eq!(counted(&opened, "", FacetBy::Agent, 1), ["a17 1 1 49.5", "rest 2"]);
    assert_eq!(counted(&opened, "courier", FacetBy::Channel, 9), ["chat 1 1 80", "rest 0"]);
    // A label that was found twice in a message counts once.
    let labels = ["apology 1 1 49.5", "apology:formulaic 1 1 49.5", "excuse 1 1 49.5", "rest 0"];
    assert_eq!(counted(&opened, "", FacetBy::Label, 9), labels);
    assert_eq!(counted(&opened, "", FacetBy::Month, 9), ["2026-10 1 1 49.5", "2026-11 1 1 80", "rest 0"]);
    assert_eq!(counted(&opened, "", FacetBy::Week, 1), ["2026-W47 1 1 80", "rest 1"]);
    assert_eq!(counted(&opened, "tea", FacetBy::Week, 1), ["rest 0"]);
    assert_eq!(counted(&opened, "desk", FacetBy::Source, 1), ["rest 0"]);
}

#[test]
fn the_whole_is_told_beside_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    let opened = shop(folder.path());
    let all = opened.index.facets(&Query::All, &Scope::All, &FacetBy::ALL, 10).unwrap();
    assert_eq!((all.messages, all.with_score, all.facets.len()), (4, 3, FacetBy::ALL.len()));
    assert!((all.mean_score.unwrap() - 129.5 / 3.0).abs() < 1e-9);
    let own = opened.index.facets(&Query::All, &Scope::Agent("a18".to_owned()), &[FacetBy::Agent], 10).unwrap();
    assert_eq!((own.messages, own.facets[0].buckets.len()), (1, 1));
    let none = opened.index.facets(&query("tea"), &Scope::All, &[], 10).unwrap();
    assert_eq!((none.messages, none.with_score, none.mean_score), (0, 0, None));
    for size in [0, 501] {
        let refused = opened.index.facets(&Query::All, &Scope::All, &[FacetBy::Agent], size);
        assert!(matches!(refused, Err(IndexError::Size(_))));
    }
}

#[test]
fn counts_are_exact_over_many_values_and_commits() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    // Over six commits agent `n` writes `n % 7 + 1` messages; every third conversation comes twice.
    let mut key = 0;
    for commit in 0..6_u64 {
        for agent in 0..600_i64 {
            let wanted = agent % 7 + 1;
            if (commit as i64) < wanted.min(5) || (commit == 5 && wanted > 5) {
                let copies = if commit == 5 { wanted - 5 } else { 1 };
                let messages = (0..copies).map(|_| {
                    key += 1;
                    Document {
                        agent: Some(format!("agent-{agent:03}")),
                        labels: strings(&["apology"]),
                        sent: sent("2026-12-31T12:00:00Z[UTC]"),
                        ..document(key, "tea")
                    }
                });
                let messages: Vec<Document> = messages.collect();
                if agent % 3 == 0 {
                    opened.writer.replace(key, messages.clone()).unwrap();
                }
                opened.writer.replace(key, messages).unwrap();
            }
        }
        opened.writer.commit(commit, commit).unwrap();
    }
    let facets = opened.index.facets(&query("tea"), &Scope::All, &[FacetBy::Agent, FacetBy::Week], 500).unwrap();
    let total: u64 = (0..600).map(|agent| agent % 7 + 1).sum();
    assert_eq!(facets.messages, total);
    let agents = &facets.facets[0];
    assert_eq!(agents.buckets.iter().map(|bucket| bucket.messages).sum::<u64>() + agents.rest, total);
    assert_eq!(agents.buckets.len(), 500);
    assert!(agents.buckets.iter().all(|bucket| {
        let agent: u64 = bucket.value["agent-".len()..].parse().unwrap();
        bucket.messages == agent % 7 + 1
    }));
    assert_eq!((facets.facets[1].buckets[0].value.as_str(), facets.facets[1].buckets[0].messages), ("2026-W53", total));
}
