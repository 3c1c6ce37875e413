//! The fields of the query language: their names, what they mean, what they take.

use super::error::nearest;
use super::{Days, Fate, Filter, Finding, ScoreRange, days, range};

/// A field as page, answers and README tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldHelp {
    /// Its name, before the colon.
    pub name: &'static str,
    /// What it finds, in a sentence.
    pub what: &'static str,
    /// An example that is understood.
    pub example: &'static str,
}

/// Names that a query may use; an empty list is not checked.
///
/// They come from the caller, since labels, rules and criteria hang on lexicon and scorecard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Labels and their kinds: `apology`, `apology:formulaic`.
    pub labels: Vec<String>,
    /// Identifiers of rules.
    pub rules: Vec<String>,
    /// Identifiers of criteria.
    pub criteria: Vec<String>,
}

macro_rules! fields {
    ($($variant:ident, $name:literal, $example:literal, $what:literal;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field { $($variant,)+ }

        const FIELDS: &[(Field, FieldHelp)] =
            &[$((Field::$variant, FieldHelp { name: $name, what: $what, example: $example }),)+];
    };
}

fields! {
    Agent, "agent", r#"agent:"Dana K.""#, "Messages by this agent, by identifier or name.";
    Team, "team", "team:billing", "Messages by agents of this team.";
    Channel, "channel", "channel:(email OR chat)", "Messages sent through this channel.";
    Source, "source", "source:zendesk", "Messages that came from this ticketing tool.";
    Label, "label", "label:apology", "Messages in which this label was found, or one kind of it (label:apology:formulaic).";
    Rule, "rule", "rule:excuse-swamped", "Messages in which this rule matched.";
    Finding, "finding", "finding:excuse", "Messages with this finding: excuse, finger_pointing, missing_apology or missing_follow_up.";
    Missing, "missing", "missing:apology", "Messages that lack what was due: apology or follow_up.";
    Criterion, "criterion", "criterion:no-excuse", "Messages to which this criterion of the scorecard applies.";
    Met, "met", "met:no-excuse", "Messages that meet this criterion.";
    Unmet, "unmet", "unmet:no-excuse", "Messages that do not meet this criterion.";
    Score, "score", "score:<50", "Messages with a score below, above, between (score:40..60) or exactly this; score:none finds those without.";
    Sent, "sent", "sent:2026-10..2026-11", "Messages sent on these days, ISO weeks (sent:2026-W47) or months, in the office's time zone; sent:>=2026-11-01 is open at the end.";
    Reviewed, "reviewed", "reviewed:no", "Messages that a person has reviewed, or has not.";
    Promise, "promise", "promise:broken", "Messages with a promise that is open, kept, late, broken (due, nothing came) or unkept (no time told, nothing came); any finds all.";
    Failure, "failure", "failure:yes", "Messages that answer a service failure, or do not.";
    Scored, "scored", "scored:no", "Messages that could be read and judged, or could not (too short, another language).";
}

/// Every field with a sentence and an example, in the order in which people should meet them.
pub fn help() -> impl ExactSizeIterator<Item = FieldHelp> {
    FIELDS.iter().map(|(_, help)| *help)
}

/// What is wrong with a field's value.
pub(super) struct Wrong {
    pub(super) problem: String,
    pub(super) allowed: String,
    pub(super) meant: Option<String>,
}

impl Field {
    /// The field called `name`, in any case; else the one that may have been meant.
    pub(super) fn named(name: &str) -> Result<Self, Option<&'static str>> {
        let found = FIELDS.iter().find(|(_, help)| help.name.eq_ignore_ascii_case(name));
        found.map(|(field, _)| *field).ok_or_else(|| nearest(name, help().map(|help| help.name)))
    }

    /// What asks for `value`.
    pub(super) fn filter(self, value: &str, vocabulary: &Vocabulary) -> Result<Filter, Wrong> {
        let owned = || value.to_owned();
        let yes_or_no = || one_of(value, [("yes", true), ("no", false)]);
        let stretch = |problem, allowed: &str| Wrong { problem, allowed: allowed.to_owned(), meant: None };
        Ok(match self {
            Self::Agent => Filter::Agent(owned()),
            Self::Team => Filter::Team(owned()),
            Self::Channel => Filter::Channel(owned()),
            Self::Source => Filter::Source(owned()),
            Self::Label => Filter::Label(known(value, "label", &vocabulary.labels)?),
            Self::Rule => Filter::Rule(known(value, "rule", &vocabulary.rules)?),
            Self::Finding => Filter::Finding(one_of(value, Finding::ALL.map(|finding| (finding.name(), finding)))?),
            Self::Missing => {
                let missing = [("apology", Finding::MissingApology), ("follow_up", Finding::MissingFollowUp)];
                Filter::Finding(one_of(value, missing)?)
            }
            Self::Criterion => Filter::Criterion(known(value, "criterion", &vocabulary.criteria)?),
            Self::Met => Filter::Met(known(value, "criterion", &vocabulary.criteria)?),
            Self::Unmet => Filter::Unmet(known(value, "criterion", &vocabulary.criteria)?),
            Self::Score => Filter::Score(ScoreRange::parse(value).map_err(|problem| stretch(problem, range::ALLOWED))?),
            Self::Sent => Filter::Sent(Days::parse(value).map_err(|problem| stretch(problem, days::ALLOWED))?),
            Self::Reviewed => Filter::Reviewed(yes_or_no()?),
            Self::Promise => Filter::Promise(one_of(value, Fate::ALL.map(|fate| (fate.name(), fate)))?),
            Self::Failure => Filter::Failure(yes_or_no()?),
            Self::Scored => Filter::Scored(yes_or_no()?),
        })
    }
}

/// The one of `known` called `value`, in any case.
fn one_of<T: Copy, const N: usize>(value: &str, known: [(&'static str, T); N]) -> Result<T, Wrong> {
    let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
    found.map(|(_, one)| *one).ok_or_else(|| Wrong {
        problem: format!("`{value}` is unknown here"),
        allowed: known.map(|(name, _)| name).join(", "),
        meant: nearest(value, known.iter().map(|(name, _)| *name)).map(str::to_owned),
    })
}

/// `value` as `names` spells it, where there are any.
fn known(value: &str, kind: &str, names: &[String]) -> Result<String, Wrong> {
    /// More are not told one by one.
    const TOLD: usize = 60;
    if names.is_empty() {
        return Ok(value.to_owned());
    }
    let found = names.iter().find(|name| name.eq_ignore_ascii_case(value));
    found.cloned().ok_or_else(|| Wrong {
        problem: format!("no {kind} is called `{value}`"),
        allowed: if names.len() > TOLD { format!("one of {} names", names.len()) } else { names.join(", ") },
        meant: nearest(value, names.iter().map(String::as_str)).map(str::to_owned),
    })
}
