//! How far an audit is: a bar with rate and time left on a terminal, a line now and then in a pipe.

use crate::audit::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A bar is drawn so often.
const DRAWN: Duration = Duration::from_millis(100);

/// In a pipe a line is written so often.
const LOGGED: Duration = Duration::from_secs(10);

/// Shows progress until it is ended.
pub(super) struct Shown {
    started: Instant,
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Shows how far `progress` is in an export of `size` bytes.
pub(super) fn show(progress: &Arc<Progress>, size: u64) -> Shown {
    let over = Arc::new(AtomicBool::new(false));
    let (progress, ended) = (Arc::clone(progress), Arc::clone(&over));
    #[expect(clippy::disallowed_methods, reason = "how long it takes is shown, no result depends on it")]
    let started = Instant::now();
    let thread = std::thread::spawn(move || {
        if std::io::stderr().is_terminal() {
            draw(&progress, size, &ended)
        } else {
            log(&progress, size, &ended, started)
        }
    });
    Shown { started, over, thread }
}

impl Shown {
    /// Ends it; gives how many seconds it all took.
    pub(super) fn end(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        // A bar that failed to be drawn is no reason to lose an audit.
        let _ = self.thread.join();
        self.started.elapsed().as_secs_f64()
    }
}

fn draw(progress: &Progress, size: u64, ended: &AtomicBool) {
    let bar = ProgressBar::new(size);
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {msg}, {eta} left")
    {
        bar.set_style(style);
    }
    while !ended.load(Ordering::Relaxed) {
        bar.set_position(progress.bytes.load(Ordering::Relaxed).min(size));
        let messages = progress.agent_messages.load(Ordering::Relaxed);
        let looking = !progress.reading.load(Ordering::Relaxed);
        bar.set_message(if looking { "first look".to_owned() } else { format!("{messages} agents' messages") });
        std::thread::park_timeout(DRAWN);
    }
    bar.finish_and_clear();
}

fn log(progress: &Progress, size: u64, ended: &AtomicBool, started: Instant) {
    loop {
        std::thread::park_timeout(LOGGED);
        if ended.load(Ordering::Relaxed) {
            return;
        }
        let bytes = progress.bytes.load(Ordering::Relaxed).min(size);
        let messages = progress.agent_messages.load(Ordering::Relaxed);
        let percent = if size == 0 { 100.0 } else { 100.0 * bytes as f64 / size as f64 };
        let seconds = started.elapsed().as_secs_f64();
        let rate = messages as f64 / seconds;
        if progress.reading.load(Ordering::Relaxed) {
            anstream::eprintln!("{percent:.0} % read, {messages} agents' messages, {rate:.0} a second, {seconds:.0} s");
        } else {
            anstream::eprintln!("first look: {percent:.0} %, {seconds:.0} s");
        }
    }
}
