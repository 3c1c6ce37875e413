//! Which messages of a conversation count, and in which order, where they come as they please.

use jiff::Timestamp;
use rustc_hash::FxHashSet;

/// What of a message tells where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'m> {
    /// Identifier of the message within the source.
    pub id: Option<&'m str>,
    /// Identifier of its author.
    pub author: Option<&'m str>,
    /// When it was sent: an RFC 3339 time.
    pub sent: Option<&'m str>,
    /// The text as sent.
    pub body: &'m str,
}

/// The indices of the messages that count, in their order; `entries` stand in the order in which they were read.
///
/// Each message counts once: of those with the same identifier the last one read, as exports are taken again
/// because something was mended. Where all have times they are ordered by them, and by the order of reading where
/// times are equal; otherwise the order of reading stays.
#[must_use]
pub fn in_order(entries: &[Entry<'_>]) -> Vec<usize> {
    let once = once(entries);
    let times: Option<Vec<Timestamp>> =
        once.iter().map(|&index| entries[index].sent.and_then(|sent| sent.parse().ok())).collect();
    let Some(times) = times.filter(|times| !times.is_sorted()) else { return once };
    let newest_first = times.first() > times.last();
    let mut timed: Vec<(Timestamp, usize)> = times.into_iter().zip(once).collect();
    if newest_first {
        // Some tools list the newest first; what has the same time stands in that order as well.
        timed.reverse();
    }
    timed.sort_by_key(|(time, _)| *time);
    timed.into_iter().map(|(_, index)| index).collect()
}

/// Each message once: of those with one identifier the last, without identifier those that differ, and not
/// what its author sent at the same moment with an identifier: a ticket of Zendesk shows its first comment as
/// its description, too.
fn once(entries: &[Entry<'_>]) -> Vec<usize> {
    if entries.len() < 2 {
        return (0..entries.len()).collect();
    }
    let named = entries.iter().filter(|entry| entry.id.is_some() && entry.author.is_some());
    let sent: FxHashSet<_> = named.map(|entry| (entry.sent, entry.author)).collect();
    let (mut ids, mut contents) = (FxHashSet::default(), FxHashSet::default());
    let mut keep = Vec::with_capacity(entries.len());
    for entry in entries.iter().rev() {
        keep.push(match entry.id {
            Some(id) => ids.insert(id),
            // Without a time "Yes please" may well be said twice.
            None if entry.sent.is_none() => true,
            None if sent.contains(&(entry.sent, entry.author)) => false,
            None => contents.insert((entry.sent, entry.author, entry.body)),
        });
    }
    keep.reverse();
    (0..entries.len()).filter(|&index| keep[index]).collect()
}
