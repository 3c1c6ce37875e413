//! Work on many things on all cores, with the same result as on one.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, available_parallelism, scope};

/// What `work` makes of each item and its number, in the order of `items`.
///
/// Where no thread is to be had, the caller's does all of it.
pub(super) fn side_by_side<I: Sync, O: Send>(items: &[I], work: impl Fn(usize, &I) -> O + Sync) -> Vec<O> {
    let threads = available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { return done };
            done.push((number, work(number, item)));
        }
    };
    let mut done = scope(|scope| {
        let helpers: Vec<_> = (1..threads).filter_map(|_| Builder::new().spawn_scoped(scope, share).ok()).collect();
        let mut done = share();
        for helper in helpers {
            done.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, made)| made).collect()
}

/// What both make, the second beside the first where a thread is to be had.
pub(super) fn beside<A, B: Send>(first: impl FnOnce() -> A, second: impl Fn() -> B + Sync) -> (A, B) {
    scope(|scope| {
        let helper = Builder::new().spawn_scoped(scope, &second).ok();
        let made = first();
        let beside = helper.map_or_else(&second, |helper| helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        (made, beside)
    })
}
