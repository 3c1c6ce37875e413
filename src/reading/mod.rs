//! Reads conversations: the pure path from bodies to scores.
//!
//! A conversation is the unit that must stay together; nothing else is shared. The command line,
//! the service and any outside engine call the same [`Reader`].

mod doubt;

pub use doubt::{LeastConfidence, ThresholdError};

use crate::conversation::{Conversation, Format, Message, Role, Visibility};
use crate::detect::{Detection, Detector, Found};
use crate::language::{self, Judgement};
use crate::lexicon::{Label, Lexicon, Speaker};
use crate::score::{MessageScore, Scorecard};
use crate::situation::{History, Situation};
use crate::text::{Markup, Text};

/// Fewer words than this are too few to judge a person by.
pub const LEAST_WORDS: u32 = 4;

/// Why a message is not scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotScored {
    /// Written by a customer, a bot or the system.
    NotAnAgent(Role),
    /// A note among agents.
    Internal,
    /// Sent by a machine, by its own words or by what the tool says.
    Automatic,
    /// Its author wrote no word of their own.
    Empty,
    /// Its author wrote fewer than [`LEAST_WORDS`] words.
    TooShort,
    /// In a language without a lexicon.
    OtherLanguage(&'static str),
}

impl NotScored {
    /// The machine-readable reason.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnAgent(_) => "not_an_agent",
            Self::Internal => "internal_note",
            Self::Automatic => "automatic",
            Self::Empty => "no_words",
            Self::TooShort => "too_short",
            Self::OtherLanguage(_) => "no_lexicon_for_language",
        }
    }

    /// The reason in words.
    #[must_use]
    pub fn reason(self) -> String {
        match self {
            Self::NotAnAgent(Role::Customer) => "written by the customer".into(),
            Self::NotAnAgent(_) => "written by a program".into(),
            Self::Internal => "an internal note".into(),
            Self::Automatic => "sent automatically".into(),
            Self::Empty => "no words of the author's own".into(),
            Self::TooShort => format!("fewer than {LEAST_WORDS} words"),
            Self::OtherLanguage(code) => format!("written in a language without a lexicon ({code})"),
        }
    }
}

/// The four headline findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Findings {
    /// An excuse is made.
    pub excuse: bool,
    /// Fault is put on someone.
    pub finger_pointing: bool,
    /// An apology is due and none is made.
    pub missing_apology: bool,
    /// A follow-up is due and none is promised.
    pub missing_follow_up: bool,
}

impl Findings {
    /// What `detections` in `situation` come to.
    #[must_use]
    pub fn of(detections: &[Detection], situation: &Situation) -> Self {
        let says = |label: Label| detections.iter().any(|one| one.label == label);
        Self {
            excuse: says(Label::Excuse),
            finger_pointing: says(Label::FingerPointing),
            missing_apology: situation.apology_due && !says(Label::Apology),
            missing_follow_up: situation.follow_up_due && !says(Label::FollowUp),
        }
    }

    /// Name and value of each.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, bool); 4] {
        [
            ("excuse", self.excuse),
            ("finger_pointing", self.finger_pointing),
            ("missing_apology", self.missing_apology),
            ("missing_follow_up", self.missing_follow_up),
        ]
    }
}

/// What was read in one message.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageReading {
    /// What it says, ordered by place; cues included.
    pub detections: Vec<Detection>,
    /// Indices of the detections that are in doubt, and count for no finding and no criterion.
    pub in_doubt: Vec<usize>,
    /// What it answers; for agents' public messages.
    pub situation: Situation,
    /// The headline findings; none where it is not scored.
    pub findings: Findings,
    /// How it does; `None` with `not_scored`.
    pub score: Option<MessageScore>,
    /// Why there is no score.
    pub not_scored: Option<NotScored>,
    /// How many words its author wrote.
    pub words: u32,
    /// Whether it was hard to tell the author's words from quoted mail.
    pub zoning_uncertain: bool,
}

/// Reads conversations with one lexicon and one scorecard; one for each thread.
#[derive(Debug)]
pub struct Reader<'l> {
    detector: Detector<'l>,
    card: &'l Scorecard,
    least_confidence: LeastConfidence,
}

impl<'l> Reader<'l> {
    /// A reader.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon, card: &'l Scorecard) -> Self {
        Self { detector: Detector::new(lexicon), card, least_confidence: LeastConfidence::default() }
    }

    /// The same reader, for which what is found with less confidence does not count; everything does unless said.
    #[must_use]
    pub fn with_least_confidence(self, least_confidence: LeastConfidence) -> Self {
        Self { least_confidence, ..self }
    }

    /// The lexicon it reads with.
    #[must_use]
    pub const fn lexicon(&self) -> &'l Lexicon {
        self.detector.lexicon()
    }

    /// The scorecard it scores by.
    #[must_use]
    pub const fn scorecard(&self) -> &'l Scorecard {
        self.card
    }

    /// Reads all messages of a conversation, in order.
    pub fn conversation(&mut self, conversation: &Conversation) -> Vec<MessageReading> {
        let mut history = History::default();
        conversation.messages.iter().map(|message| self.message(message, &mut history)).collect()
    }

    /// Reads the next message of a conversation whose turns so far are in `history`.
    pub fn message(&mut self, message: &Message, history: &mut History) -> MessageReading {
        let markup = markup(message);
        if message.visibility == Visibility::Internal {
            history.skip();
            return MessageReading::not_read(NotScored::Internal);
        }
        match message.author.role {
            Role::Customer => self.customer(&message.body, markup, history),
            Role::Agent => self.agent(&message.body, markup, message.automatic, history),
            role => {
                history.skip();
                MessageReading::not_read(NotScored::NotAnAgent(role))
            }
        }
    }

    /// Reads a customer's message: its cues only.
    pub fn customer(&mut self, body: &str, markup: Markup, history: &mut History) -> MessageReading {
        let text = Text::read(body, markup);
        let found = self.detector.find(&text, Speaker::Customer);
        history.hear_customer(self.lexicon(), &found);
        MessageReading {
            detections: found.settle(self.lexicon(), true),
            words: found.words,
            zoning_uncertain: text.zoning_uncertain(),
            ..MessageReading::not_read(NotScored::NotAnAgent(Role::Customer))
        }
    }

    /// Reads an agent's public message.
    pub fn agent(&mut self, body: &str, markup: Markup, automatic: bool, history: &mut History) -> MessageReading {
        let lexicon = self.lexicon();
        let text = Text::read(body, markup);
        let found = self.detector.find(&text, Speaker::Agent);
        let not_scored = self.not_scored(&text, &found, automatic);
        if let Some(reason @ NotScored::OtherLanguage(_)) = not_scored {
            history.skip();
            return MessageReading {
                words: found.words,
                zoning_uncertain: text.zoning_uncertain(),
                ..MessageReading::not_read(reason)
            };
        }
        let failure = history.failure(&found);
        let detections = found.settle(lexicon, failure.is_some());
        let situation = history.situation(failure, &found, &detections);
        history.hear_agent(&found, &detections);
        let judged = doubt::judge(lexicon, self.card, self.least_confidence, &detections, &situation);
        let scored = not_scored.is_none();
        MessageReading {
            in_doubt: judged.in_doubt,
            findings: if scored { judged.findings } else { Findings::default() },
            score: scored.then_some(judged.score),
            detections,
            situation,
            not_scored,
            words: found.words,
            zoning_uncertain: text.zoning_uncertain(),
        }
    }

    fn not_scored(&self, text: &Text<'_>, found: &Found, automatic: bool) -> Option<NotScored> {
        if automatic || found.unconditional().any(|one| one.label == Label::Automatic) {
            return Some(NotScored::Automatic);
        }
        match found.words {
            0 => return Some(NotScored::Empty),
            // So short that its language cannot be told either.
            words if words < LEAST_WORDS => return Some(NotScored::TooShort),
            _ => {}
        }
        match language::judge(self.lexicon().language(), text.plain(), found.sample) {
            Judgement::Other(code) => Some(NotScored::OtherLanguage(code)),
            Judgement::Own => None,
        }
    }
}

/// How the body of `message` is to be read.
#[must_use]
pub const fn markup(message: &Message) -> Markup {
    markup_of(message.format)
}

/// How a body that is said to be written so is to be read.
#[must_use]
pub const fn markup_of(format: Option<Format>) -> Markup {
    match format {
        None => Markup::Sniff,
        Some(Format::Plain) => Markup::Plain,
        Some(Format::Html) => Markup::Html,
    }
}

impl MessageReading {
    fn not_read(reason: NotScored) -> Self {
        Self {
            detections: Vec::new(),
            in_doubt: Vec::new(),
            situation: Situation::default(),
            findings: Findings::default(),
            score: None,
            not_scored: Some(reason),
            words: 0,
            zoning_uncertain: false,
        }
    }
}
