//! What a rule finds: the labels of the codebook.

use serde::Deserialize;

/// What kind of thing a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// An agent's behaviour that breaks trust.
    BreaksTrust,
    /// An agent's behaviour that restores trust.
    RestoresTrust,
    /// Words of an agent that tell about the situation; never scored themselves.
    AgentCue,
    /// Words of a customer that tell about the situation; never scored themselves.
    CustomerCue,
}

macro_rules! labels {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal, $family:ident;)+) => {
        /// What a rule finds in a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Label {
            $($(#[$doc])+ $variant,)+
        }

        impl Label {
            /// Every label, in the codebook's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in lexicons, scorecards and answers.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What kind of thing it is.
            #[must_use]
            pub const fn family(self) -> Family {
                match self { $(Self::$variant => Family::$family,)+ }
            }
        }
    };
}

labels! {
    /// A reason offered so that the failure counts less against the company (Scott & Lyman 1968).
    Excuse = "excuse", BreaksTrust;
    /// Fault put on someone: a colleague, a team, a third party, the customer (Benoit: shifting blame).
    FingerPointing = "finger_pointing", BreaksTrust;
    /// Says that nothing went wrong or that the company is not responsible (Benoit: denial).
    Denial = "denial", BreaksTrust;
    /// Makes the failure or the loss small (Benoit: minimization).
    Minimization = "minimization", BreaksTrust;
    /// Apology words that take nothing on: conditional, about the customer's reaction, or taken back.
    NonApology = "non_apology", BreaksTrust;
    /// Sends the customer elsewhere with no ownership kept.
    BuckPassing = "buck_passing", BreaksTrust;
    /// An absolute assurance about what the writer cannot be sure of.
    Overpromise = "overpromise", BreaksTrust;
    /// Impatience, contempt, lecture, brush-off.
    Dismissiveness = "dismissiveness", BreaksTrust;
    /// Says back what the customer went through (Lewicki et al. 2016).
    Acknowledgement = "acknowledgement", RestoresTrust;
    /// Names or shares the feeling (Davidow 2003: attentiveness).
    Empathy = "empathy", RestoresTrust;
    /// Regret or apology: specific when tied to the failure, formulaic when bare (Blum-Kulka et al. 1989).
    Apology = "apology", RestoresTrust;
    /// Takes the fault on (Lewicki et al. 2016: acknowledgment of responsibility).
    Responsibility = "responsibility", RestoresTrust;
    /// Tells what happened and why, with something specific.
    Explanation = "explanation", RestoresTrust;
    /// A concrete fix done, under way or offered (Benoit: corrective action).
    Repair = "repair", RestoresTrust;
    /// Something beyond the plain fix for the trouble (Davidow 2003: redress).
    Compensation = "compensation", RestoresTrust;
    /// A commitment to future contact or action: dated or vague (a commissive).
    FollowUp = "follow_up", RestoresTrust;
    /// What keeps it from happening again (Blum-Kulka et al. 1989: promise of forbearance).
    Prevention = "prevention", RestoresTrust;
    /// Asks what would make it right.
    RemedyInquiry = "remedy_inquiry", RestoresTrust;
    /// Asks for forgiveness or another chance (Lewicki et al. 2016).
    ForgivenessRequest = "forgiveness_request", RestoresTrust;
    /// Checks back that the fix worked.
    SatisfactionCheck = "satisfaction_check", RestoresTrust;
    /// A time that bounds a promise.
    TimeBound = "time_bound", AgentCue;
    /// Asks the customer for something first.
    CustomerStep = "customer_step", AgentCue;
    /// An offer of help, which is no commitment.
    OfferOfHelp = "offer_of_help", AgentCue;
    /// The matter is closed.
    Settled = "settled", AgentCue;
    /// The agent's own words show that something went wrong.
    FailureNamed = "failure_named", AgentCue;
    /// The matter was handed to someone inside.
    HandOver = "hand_over", AgentCue;
    /// Written by a machine.
    Automatic = "automatic", AgentCue;
    /// The customer complains.
    Complaint = "complaint", CustomerCue;
    /// Something does not work.
    Malfunction = "malfunction", CustomerCue;
    /// The customer waits or has waited.
    Waiting = "waiting", CustomerCue;
    /// Something did not arrive, or arrived wrong.
    NotReceived = "not_received", CustomerCue;
    /// Money was taken wrongly or not given back.
    ChargedWrongly = "charged_wrongly", CustomerCue;
    /// Staff were rude or careless.
    RudeStaff = "rude_staff", CustomerCue;
    /// Something promised was not done.
    BrokenPromise = "broken_promise", CustomerCue;
    /// It happened before.
    RepeatedFailure = "repeated_failure", CustomerCue;
    /// Anger, profanity, threats to leave.
    Anger = "anger", CustomerCue;
    /// Sarcasm.
    Sarcasm = "sarcasm", CustomerCue;
    /// Thanks.
    Thanks = "thanks", CustomerCue;
    /// The customer says that it is settled.
    Resolved = "resolved", CustomerCue;
    /// A plain question or request.
    Request = "request", CustomerCue;
    /// Praise.
    Praise = "praise", CustomerCue;
    /// The customer says that it was someone else's doing.
    ThirdPartyFault = "third_party_fault", CustomerCue;
    /// The customer says that it was their own doing.
    OwnMistake = "own_mistake", CustomerCue;
}

impl Label {
    /// The label called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|label| label.name() == name)
    }

    /// Whether it says something about a person's work, and so needs evidence and can be scored.
    #[must_use]
    pub const fn is_behaviour(self) -> bool {
        matches!(self.family(), Family::BreaksTrust | Family::RestoresTrust)
    }

    /// The kinds a rule of this label may have; empty where it has none.
    #[must_use]
    pub const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Apology => &[Kind::Specific, Kind::Formulaic],
            Self::FollowUp => &[Kind::Dated, Kind::Vague],
            Self::FingerPointing => &[Kind::Colleague, Kind::Team, Kind::ThirdParty, Kind::Customer],
            Self::FailureNamed => &[Kind::Strong, Kind::Weak, Kind::Regret],
            Self::CustomerStep => &[Kind::Request, Kind::Question, Kind::Advice],
            Self::Settled => &[Kind::Done, Kind::Farewell],
            _ => match self.family() {
                Family::CustomerCue => &[Kind::Strong, Kind::Weak],
                _ => &[],
            },
        }
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Tells apart detections of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An apology tied to the failure.
    Specific,
    /// A bare or stock apology.
    Formulaic,
    /// A commitment with a time or a bound.
    Dated,
    /// A commitment without one.
    Vague,
    /// Fault is put on a colleague.
    Colleague,
    /// Fault is put on another team.
    Team,
    /// Fault is put on a partner or another company.
    ThirdParty,
    /// Fault is put on the customer.
    Customer,
    /// A cue that is enough alone.
    Strong,
    /// A cue that needs a second one.
    Weak,
    /// An agent's words that show a failure by regretting it.
    Regret,
    /// The customer is asked for something that the company then waits for.
    Request,
    /// The customer is asked a question.
    Question,
    /// A step is suggested to the customer.
    Advice,
    /// The matter was settled by an act.
    Done,
    /// A pleasant close that settles nothing.
    Farewell,
}

impl Kind {
    /// The name used in lexicons and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Specific => "specific",
            Self::Formulaic => "formulaic",
            Self::Dated => "dated",
            Self::Vague => "vague",
            Self::Colleague => "colleague",
            Self::Team => "team",
            Self::ThirdParty => "third_party",
            Self::Customer => "customer",
            Self::Strong => "strong",
            Self::Weak => "weak",
            Self::Regret => "regret",
            Self::Request => "request",
            Self::Question => "question",
            Self::Advice => "advice",
            Self::Done => "done",
            Self::Farewell => "farewell",
        }
    }
}

/// A set of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LabelSet(u64);

impl LabelSet {
    /// Puts `label` in.
    pub const fn insert(&mut self, label: Label) {
        self.0 |= 1 << label as u8;
    }

    /// Whether `label` is in.
    #[must_use]
    pub const fn contains(self, label: Label) -> bool {
        self.0 & (1 << label as u8) != 0
    }

    /// Whether the two share a label.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it holds no label.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Label> for LabelSet {
    fn from_iter<I: IntoIterator<Item = Label>>(labels: I) -> Self {
        let mut set = Self::default();
        labels.into_iter().for_each(|label| set.insert(label));
        set
    }
}
