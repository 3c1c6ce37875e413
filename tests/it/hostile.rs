//! Bodies made to take long: they are read to the end like any other.
//!
//! No time is measured, machines differ; what grows with the square of a megabyte would not end here.

use crate::support::reader;
use amends::situation::History;
use amends::text::Markup;

const MEGABYTE: usize = 1_000_000;

/// A match in every word or two of one endless sentence, each with its exceptions to look for: slow,
/// though no slower a byte however long it goes on.
const DENSE: usize = 60_000;

/// What is repeated, and up to how many bytes.
const UNITS: [(&str, usize); 16] = [
    ("x", 10 * MEGABYTE),
    ("<", 2 * MEGABYTE),
    ("\n", 2 * MEGABYTE),
    ("sorry ", DENSE),
    ("sorry. ", MEGABYTE / 4),
    ("not ", MEGABYTE),
    ("if you ", MEGABYTE),
    ("\"sorry ", DENSE),
    ("we are sorry that your parcel is late and ", DENSE),
    ("<div>", MEGABYTE),
    ("<blockquote>x", MEGABYTE),
    ("&#39;", MEGABYTE),
    ("> \n", MEGABYTE),
    (">", MEGABYTE),
    ("a\u{301}", MEGABYTE),
    ("\u{200b}'", MEGABYTE),
];

#[test]
fn a_long_body_of_one_thing_is_read_to_its_end() {
    let mut reader = reader();
    for (unit, bytes) in UNITS {
        let body = unit.repeat(bytes / unit.len());
        for markup in [Markup::Plain, Markup::Html] {
            let mut history = History::default();
            reader.customer("My parcel never arrived.", Markup::Plain, &mut history);
            let reading = reader.agent(&body, markup, false, &mut history);
            for one in reading.detections {
                assert!(body.get(one.span.range()).is_some(), "{unit:?}: {one:?}");
            }
        }
    }
}
