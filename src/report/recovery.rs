//! Conversations in which something went wrong, and what became of promises.

use super::words::{Figure, counted, duration, number};
use crate::audit::summary::Summary;
use crate::summary::recovered::{Promises, quantile};

/// The endings by their names in files, the best first.
const ENDINGS: [(&str, &str); 5] = [
    ("customer_content", "Resolved: the customer was content in the end"),
    ("settled_and_silence", "Resolved: the agent said that it is settled, and the customer was silent"),
    ("company_last", "Not known to be resolved: the agent's side had the last word"),
    ("customer_waits", "Not known to be resolved: the customer had the last word"),
    ("nothing", "Nobody said anything"),
];

/// How conversations with a failure went on.
#[derive(Debug)]
pub(super) struct Recovery {
    pub(super) failures: Option<Figure>,
    pub(super) times: Vec<Times>,
    pub(super) shares: Vec<Share>,
    pub(super) endings: Vec<Share>,
    pub(super) promises: PromiseView,
}

/// How long something took.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) what: &'static str,
    pub(super) median: String,
    pub(super) most: String,
    pub(super) of: String,
}

/// In how many of which conversations something holds.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) what: &'static str,
    pub(super) means: &'static str,
    pub(super) figure: Option<Figure>,
}

/// What became of promises.
#[derive(Debug)]
pub(super) struct PromiseView {
    pub(super) all: u64,
    pub(super) dated: Option<Figure>,
    /// Kept, late and broken, of the dated ones that are decided.
    pub(super) fates: Vec<Share>,
    pub(super) remarks: Vec<String>,
}

impl Recovery {
    pub(super) fn new(summary: &Summary) -> Self {
        let (tally, recoveries) = (&summary.tally, &summary.recoveries);
        let (failures, complaints) = (tally.failures, recoveries.complaints);
        let share = |what, means, met, all| Share { what, means, figure: Figure::plain(met, all) };
        let times = [
            ("From the customer's first message to the first answer", &recoveries.response_seconds),
            ("From the first complaint to the first apology", &recoveries.apology_seconds),
        ];
        Self {
            failures: Figure::plain(failures, tally.conversations),
            times: times.into_iter().filter_map(|(what, seconds)| Times::new(what, seconds)).collect(),
            shares: vec![
                share(
                    "An apology followed the complaint",
                    "of conversations in which the customer complained",
                    recoveries.apologised,
                    complaints,
                ),
                share(
                    "The first answer to the complaint apologised",
                    "of conversations in which the customer complained",
                    recoveries.in_first_answer,
                    complaints,
                ),
                share(
                    "Apologised before the customer complained",
                    "of conversations with a failure",
                    recoveries.proactive,
                    failures,
                ),
                share(
                    "Apologised again and again",
                    "of conversations with a failure; fewer is better",
                    recoveries.over_apologising,
                    failures,
                ),
                share(
                    "Somebody checked back whether all is well",
                    "of conversations with a failure",
                    recoveries.checked_back,
                    failures,
                ),
                share(
                    "The same thing went wrong again",
                    "of conversations with a failure; fewer is better",
                    recoveries.again,
                    failures,
                ),
            ],
            endings: ENDINGS
                .iter()
                .filter_map(|(ending, what)| Some(share(what, "", *recoveries.endings.get(ending)?, failures)))
                .collect(),
            promises: PromiseView::new(&summary.all().map(|all| all.promises).unwrap_or_default()),
        }
    }
}

impl Times {
    fn new(what: &'static str, seconds: &[i64]) -> Option<Self> {
        Some(Self {
            what,
            median: duration(quantile(seconds, 0.5)?),
            most: duration(quantile(seconds, 0.9)?),
            of: counted(seconds.len() as u64, "conversation", "conversations"),
        })
    }
}

impl PromiseView {
    fn new(promises: &Promises) -> Self {
        let all = promises.dated + promises.undated;
        let decided = promises.decided();
        let fate = |what, met| Share { what, means: "", figure: Figure::plain(met, decided) };
        let mut remarks = Vec::new();
        if promises.open > 0 {
            remarks.push(format!(
                "{} open: not yet due when the data ends, or words cannot tell.",
                counted(promises.open, "promise with a date is", "promises with a date are")
            ));
        }
        if promises.undated > 0 {
            remarks.push(format!(
                "{} no date: something came of {}, and nothing within a week of {}.",
                counted(promises.undated, "promise has", "promises have"),
                number(promises.undated_kept),
                number(promises.undated_unkept)
            ));
        }
        Self {
            all,
            dated: Figure::plain(promises.dated, all),
            fates: vec![
                fate("Kept in time", promises.kept),
                fate("Kept, but late", promises.late),
                fate("Broken: due, and nothing came", promises.broken),
            ],
            remarks,
        }
    }
}
