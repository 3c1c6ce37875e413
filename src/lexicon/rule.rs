//! A rule: what it finds, why it matters, when it is fair, its patterns and its examples.

use super::label::{Kind, Label};
use super::pattern::Pattern;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Whose messages a rule reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Outgoing messages.
    Agent,
    /// Incoming messages.
    Customer,
    /// Both.
    Any,
}

/// Whether a match may stand in a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    /// Not there.
    Never,
    /// Nowhere else.
    Only,
    /// There and elsewhere.
    Any,
}

impl Occurrence {
    /// Whether a match that is (`true`) or is not in the context may stand.
    #[must_use]
    pub const fn allows(self, in_context: bool) -> bool {
        match self {
            Self::Never => !in_context,
            Self::Only => in_context,
            Self::Any => true,
        }
    }
}

/// Time of the clause that a match stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tense {
    /// Done or left undone.
    Past,
    /// Now or always.
    Present,
    /// To come.
    Future,
}

/// The grammatical subject before a match in its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// First person: the writer or the company.
    We,
    /// Second person: the customer.
    You,
    /// Somebody else.
    They,
    /// No subject told (passive, imperative).
    Nobody,
}

/// On what of the customer's a commitment waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsForCustomer {
    /// On anything that the message asks for, or only suggests.
    #[default]
    Anywhere,
    /// Only on what the same sentence asks for.
    SameSentence,
    /// Always: "so that we can look into it"; of buck passing: to a party that is the customer's own.
    Always,
}

/// Context conditions as written in a file: what is missing is taken from the file's `[when]`, then from the defaults.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WhenForm {
    negated: Option<Occurrence>,
    question: Option<Occurrence>,
    conditional: Option<Occurrence>,
    reported: Option<Occurrence>,
    quoted: Option<Occurrence>,
    contrast: Option<Occurrence>,
    failure: Option<Occurrence>,
    tense: Option<Tense>,
    actor: Option<Actor>,
}

/// The context in which a match stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conditions {
    /// In the scope of a negator.
    pub negated: Occurrence,
    /// In a question.
    pub question: Occurrence,
    /// Inside an if-clause.
    pub conditional: Occurrence,
    /// Told as somebody's words.
    pub reported: Occurrence,
    /// Inside quotation marks.
    pub quoted: Occurrence,
    /// Followed by "but".
    pub contrast: Occurrence,
    /// In a conversation with a service failure.
    pub failure: Occurrence,
    /// Time of the clause, where it matters.
    pub tense: Option<Tense>,
    /// Subject of the clause, where it matters.
    pub actor: Option<Actor>,
}

impl WhenForm {
    /// These conditions, with `file`'s where they are silent.
    pub(super) fn over(self, file: Self) -> Conditions {
        use Occurrence::{Any, Never};
        Conditions {
            negated: self.negated.or(file.negated).unwrap_or(Never),
            question: self.question.or(file.question).unwrap_or(Any),
            conditional: self.conditional.or(file.conditional).unwrap_or(Any),
            reported: self.reported.or(file.reported).unwrap_or(Never),
            quoted: self.quoted.or(file.quoted).unwrap_or(Never),
            contrast: self.contrast.or(file.contrast).unwrap_or(Any),
            failure: self.failure.or(file.failure).unwrap_or(Any),
            tense: self.tense.or(file.tense),
            actor: self.actor.or(file.actor),
        }
    }
}

/// A label file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LabelFileForm {
    pub(super) label: Spanned<String>,
    pub(super) speaker: Speaker,
    #[serde(default)]
    pub(super) yields_to: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) when: WhenForm,
    #[serde(default)]
    pub(super) classes: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) rule: Vec<RuleForm>,
}

/// A rule as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RuleForm {
    pub(super) id: Spanned<String>,
    pub(super) since: String,
    pub(super) kind: Option<Spanned<Kind>>,
    #[serde(default)]
    pub(super) waits_for_customer: WaitsForCustomer,
    pub(super) what: String,
    pub(super) why: String,
    pub(super) fair_when: String,
    pub(super) advice: String,
    #[serde(default)]
    pub(super) when: WhenForm,
    pub(super) patterns: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) unless: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) unless_sentence: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) unless_message: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) needs_sentence: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) needs_message: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) unless_label: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) needs_label: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) yields_to: Vec<Spanned<String>>,
    pub(super) hits: Vec<Spanned<String>>,
    pub(super) silent: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) left_to_others: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) wrong: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) missed: Vec<Spanned<String>>,
}

/// A place in a lexicon file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index into [`super::Lexicon::files`].
    pub file: u32,
    /// Byte offset in the file.
    pub at: u32,
}

/// Something written in a lexicon file, with its place.
#[derive(Debug, Clone)]
pub struct Written<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub place: Place,
}

/// A rule of a lexicon.
#[derive(Debug)]
pub struct Rule {
    /// Stable name, unique in the lexicon, never reused.
    pub id: String,
    /// The version of Amends (or of the user's lexicon) that brought it.
    pub since: String,
    /// What it finds.
    pub label: Label,
    /// Which kind of the label.
    pub kind: Option<Kind>,
    /// Of a commitment: on what of the customer's it waits.
    pub waits_for_customer: WaitsForCustomer,
    /// Whose messages it reads.
    pub speaker: Speaker,
    /// One sentence: what it finds.
    pub what: String,
    /// One sentence: why that matters to the customer.
    pub why: String,
    /// One sentence: when the finding should not be held against the writer.
    pub fair_when: String,
    /// One sentence that an agent can act on.
    pub advice: String,
    /// The context in which a match stands.
    pub conditions: Conditions,
    /// Labels that win where they overlap.
    pub yields_to: Vec<Label>,
    /// Labels that must not be found in the same message.
    pub unless_label: Vec<Label>,
    /// Labels of which one must be found in the same message.
    pub needs_label: Vec<Label>,
    /// What is looked for.
    pub patterns: Vec<Written<Pattern>>,
    /// What it must and must not find.
    pub examples: Examples,
    /// Where it is written.
    pub place: Place,
}

/// The examples of a rule; all of them are tests.
#[derive(Debug)]
pub struct Examples {
    /// Found exactly once, exactly between « and ».
    pub hits: Vec<Written<String>>,
    /// Found by no rule of the label.
    pub silent: Vec<Written<String>>,
    /// Left to another rule of the label.
    pub left_to_others: Vec<Written<String>>,
    /// Known false alarms: still found, so that a cure is noticed.
    pub wrong: Vec<Written<String>>,
    /// Known misses: still not found.
    pub missed: Vec<Written<String>>,
}
