//! How long what was taken in waits until it can be found. Where that is long, who brings much is held back, so that
//! everybody's messages can be found soon after they were acknowledged.

use super::Service;
use super::problem::Problem;
use crate::store::StoreError;
use crate::store::backlog::{Standing, standing};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What waits so long to be found holds others back. What came in until then is found at most about as much later.
const LONG: Duration = Duration::from_millis(2500);

/// Where nothing came on for so long reading or searching is at fault, and nobody is held back by it: before all else
/// messages are to be kept.
const STUCK: Duration = Duration::from_secs(10);

/// Who is held back looks again so often.
const AGAIN: Duration = Duration::from_millis(20);

/// What waits to be found, and since when.
#[derive(Debug)]
pub struct Lag {
    long: Duration,
    stuck: Duration,
    waiting: Mutex<Waiting>,
}

impl Default for Lag {
    fn default() -> Self {
        Self::new(LONG, STUCK)
    }
}

#[derive(Debug, Default)]
struct Waiting {
    /// Changes up to which the store had come, and when that was seen; the earliest first.
    taken: VecDeque<(i64, Instant)>,
    /// How the store stood, for what the index does not hold yet; the earliest first.
    seen: VecDeque<Standing>,
    /// When something last came on.
    came_on: Option<Instant>,
}

impl Lag {
    /// Nothing waits yet. What waits so `long` holds others back, until nothing came on for `stuck`.
    #[must_use]
    pub fn new(long: Duration, stuck: Duration) -> Self {
        Self { long, stuck, waiting: Mutex::default() }
    }

    /// Whether what was taken in waits long, where the store stands so and the index holds its changes up to `indexed`.
    pub fn is_long(&self, standing: Standing, indexed: i64, now: Instant) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Waiting { taken, seen, came_on } = &mut *waiting;
        if taken.back().is_none_or(|(change, _)| *change < standing.change) {
            taken.push_back((standing.change, now));
        }
        // Of states by which as much is read the earliest says most.
        if seen.back().is_none_or(|last| last.read_before() < standing.read_before()) {
            seen.push_back(standing);
        }
        let mut found_before = i64::MIN;
        while let Some(state) = seen.pop_front_if(|state| state.change <= indexed) {
            found_before = state.read_before();
        }
        while taken.pop_front_if(|(change, _)| *change < found_before).is_some() {
            *came_on = Some(now);
        }
        let Some((_, since)) = taken.front() else {
            *came_on = None;
            return false;
        };
        let came_on = came_on.unwrap_or(*since).max(*since);
        now.duration_since(*since) >= self.long && now.duration_since(came_on) < self.stuck
    }
}

impl Service {
    /// Waits while what was taken in waits long to be found; for who brings much.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn hold_back(self: &Arc<Self>) -> Result<(), Problem> {
        let mut held = false;
        while self.is_to_be_held_back(self.read(|transaction| Ok(standing(transaction)?)).await?, &mut held) {
            tokio::time::sleep(AGAIN).await;
        }
        Ok(())
    }

    /// The same outside of async code, until `stop` says so.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn hold_back_here(&self, stop: &dyn Fn() -> bool) -> Result<(), StoreError> {
        let mut held = false;
        while !stop() && self.is_to_be_held_back(self.store.read(standing)?, &mut held) {
            std::thread::sleep(AGAIN);
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "how long something waits is what is measured")]
    fn is_to_be_held_back(&self, standing: Standing, held: &mut bool) -> bool {
        let indexed = i64::try_from(self.index.change()).unwrap_or(i64::MAX);
        let hold = self.lag.is_long(standing, indexed, Instant::now()) && !self.changed.is_stopped();
        if hold && !std::mem::replace(held, true) {
            self.metrics.held_back();
        }
        hold
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Lag, STUCK};
    use crate::store::backlog::Standing;
    use std::time::{Duration, Instant};

    const READ: Duration = Duration::from_millis(500);

    #[expect(clippy::disallowed_methods, reason = "some moment is needed, whichever it is")]
    fn begin() -> Instant {
        Instant::now()
    }

    fn standing(change: i64, unread: Option<i64>) -> Standing {
        Standing { change, unread }
    }

    #[test]
    fn what_is_found_soon_holds_nobody_back() {
        let (lag, begin) = (Lag::default(), begin());
        for turn in 0..100 {
            // Two changes come at each turn: a conversation is brought, and read one turn later; the index follows at once.
            let (change, at) = (2 * i64::from(turn) + 2, begin + READ * turn);
            assert!(!lag.is_long(standing(change, Some(change - 1)), change, at), "turn {turn}");
        }
    }

    #[test]
    fn what_waits_long_holds_others_back_until_it_is_found() {
        let (lag, begin) = (Lag::default(), begin());
        assert!(!lag.is_long(standing(10, Some(1)), 0, begin));
        let late = begin + LONG + READ;
        assert!(lag.is_long(standing(20, Some(5)), 0, late), "it is not even read");
        assert!(lag.is_long(standing(30, Some(15)), 0, late), "it is read, and the index does not hold it");
        assert!(lag.is_long(standing(30, Some(15)), 29, late), "not all of what was read by then is in the index");
        assert!(!lag.is_long(standing(30, Some(15)), 30, late), "what is left came later");
        assert!(lag.is_long(standing(40, Some(15)), 40, late + LONG + READ), "which waits long by now, too");
        assert!(!lag.is_long(standing(50, None), 50, late + LONG + READ));
    }

    #[test]
    fn what_never_comes_on_holds_nobody_back_for_ever() {
        let (lag, begin) = (Lag::default(), begin());
        assert!(!lag.is_long(standing(10, Some(1)), 0, begin));
        assert!(lag.is_long(standing(10, Some(1)), 0, begin + STUCK - READ));
        assert!(!lag.is_long(standing(10, Some(1)), 0, begin + STUCK));
        assert!(!lag.is_long(standing(20, Some(1)), 0, begin + STUCK * 3));
        // It comes on again: the one that came first is found, the other still waits.
        assert!(lag.is_long(standing(30, Some(11)), 30, begin + STUCK * 4), "it comes on again");
    }
}
