//! How far long work is: a bar on a terminal, a line now and then in a pipe.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A bar is drawn so often.
const DRAWN: Duration = Duration::from_millis(100);

/// In a pipe a line is written so often.
const LOGGED: Duration = Duration::from_secs(10);

/// Does `work`, and shows meanwhile how far it is out of `size`: `at` gives the place and words for people.
pub(super) fn during<T>(size: u64, at: &(dyn Fn() -> (u64, String) + Sync), work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let shown = scope.spawn(|| show(size, at, &over));
        let done = work();
        over.store(true, Ordering::Relaxed);
        shown.thread().unpark();
        done
    })
}

fn show(size: u64, at: &(dyn Fn() -> (u64, String) + Sync), over: &AtomicBool) {
    let drawn = std::io::stderr().is_terminal();
    let bar = if drawn { ProgressBar::new(size) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent} %, {msg}, {eta} left") {
        bar.set_style(style);
    }
    loop {
        std::thread::park_timeout(if drawn { DRAWN } else { LOGGED });
        if over.load(Ordering::Relaxed) {
            return bar.finish_and_clear();
        }
        let (place, words) = at();
        if drawn {
            bar.set_position(place.min(size));
            bar.set_message(words);
        } else {
            anstream::eprintln!("{} %, {words}", (100 * place.min(size)).checked_div(size).unwrap_or(100));
        }
    }
}
