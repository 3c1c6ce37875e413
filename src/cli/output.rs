//! Writing to people and pipes.

use anstream::AutoStream;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

/// Standard output: colours left out where they do not belong, written in large pieces.
pub(super) type Out = BufWriter<AutoStream<StdoutLock<'static>>>;

/// Output for people.
pub(super) fn stdout() -> Out {
    BufWriter::new(AutoStream::auto(io::stdout().lock()))
}

/// Output for programs, passed on as is.
pub(super) fn raw_stdout() -> Out {
    BufWriter::new(AutoStream::always_ansi(io::stdout().lock()))
}

/// Tells `text` on standard output.
pub(super) fn tell(text: &str) -> io::Result<()> {
    let mut out = stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Says on standard error what went wrong; where nobody listens there is nothing to be done.
pub(super) fn complain(problem: &str) {
    let _ = writeln!(anstream::stderr(), "amends: {problem}");
}

/// Whether `error` says that the reader of the output has gone.
pub(super) fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    io.or(json) == Some(ErrorKind::BrokenPipe)
}

/// `text` fit for one line of a terminal: at most `most` characters, no line breaks, no control characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        for c in (length > 0).then_some(' ').into_iter().chain(word.chars()) {
            if length == most {
                line.push('…');
                return line;
            }
            line.push(if c.is_control() { '\u{FFFD}' } else { c });
            length += 1;
        }
    }
    line
}

/// `count` things: `1 message`, `2 messages`.
pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
