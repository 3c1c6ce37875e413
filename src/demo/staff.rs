//! The agents, and how each of them writes.

/// Somebody who answers customers.
#[derive(Debug, Clone, Copy)]
pub struct Agent {
    /// Identifier within the source.
    pub id: &'static str,
    /// Name shown to people.
    pub name: &'static str,
    /// Name of the team.
    pub team: &'static str,
    /// How much of the team's work falls to them.
    pub(super) share: u32,
    habits: Habits,
    /// Other habits from that week on: a coaching that helped.
    later: Option<(u32, Habits)>,
}

/// How often out of a hundred an agent does what, where something went wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// Apologises.
    pub(super) apology: u32,
    /// For what happened, when apologising.
    pub(super) specific: u32,
    pub(super) empathy: u32,
    /// Owns the fault.
    pub(super) own: u32,
    /// Tells what the company did wrong.
    pub(super) cause: u32,
    pub(super) excuse: u32,
    /// Puts the fault on others.
    pub(super) blame: u32,
    /// Settles it at once.
    pub(super) done: u32,
    /// Promises something, when it is not settled.
    pub(super) promise: u32,
    /// Says when, when promising.
    pub(super) dated: u32,
    /// Keeps a dated promise in time.
    pub(super) kept: u32,
    /// Keeps it late; what is left is broken.
    pub(super) late: u32,
    pub(super) prevention: u32,
}

const GOOD: Habits = Habits {
    apology: 90,
    specific: 85,
    empathy: 35,
    own: 40,
    cause: 40,
    excuse: 5,
    blame: 3,
    done: 55,
    promise: 92,
    dated: 70,
    kept: 85,
    late: 12,
    prevention: 12,
};

const MIDDLING: Habits = Habits {
    apology: 78,
    specific: 60,
    empathy: 22,
    own: 18,
    cause: 18,
    excuse: 16,
    blame: 9,
    done: 45,
    promise: 78,
    dated: 45,
    kept: 68,
    late: 22,
    prevention: 4,
};

/// Of the team that is slow to apologise.
const DRY: Habits = Habits { apology: 42, specific: 35, empathy: 6, own: 8, excuse: 28, promise: 45, ..MIDDLING };

const fn agent(id: &'static str, name: &'static str, team: &'static str, share: u32, habits: Habits) -> Agent {
    Agent { id, name, team, share, habits, later: None }
}

static AGENTS: [Agent; 14] = [
    // Writes as one would wish: the best there is to learn from.
    agent(
        "nadia",
        "Nadia Ferreira",
        "Orders",
        10,
        Habits { apology: 98, specific: 95, own: 60, excuse: 0, blame: 0, dated: 90, kept: 95, late: 5, ..GOOD },
    ),
    // Points at couriers.
    agent("tom", "Tom Birkett", "Orders", 10, Habits { blame: 62, own: 3, cause: 3, ..MIDDLING }),
    // Apologises, and never says when.
    agent("silke", "Silke Brandt", "Orders", 9, Habits { apology: 97, done: 25, promise: 70, dated: 3, ..MIDDLING }),
    agent("owen", "Owen Lachlan", "Orders", 9, MIDDLING),
    agent("priya", "Priya Nair", "Orders", 8, GOOD),
    // Learns: see `later`.
    Agent {
        later: Some((12, GOOD)),
        ..agent("marco", "Marco Ruiz", "Returns", 10, Habits { apology: 45, excuse: 45, blame: 22, own: 3, ..MIDDLING })
    },
    // Promises much and forgets it.
    agent(
        "joe",
        "Joe Tamblyn",
        "Returns",
        10,
        Habits { done: 18, promise: 97, dated: 92, kept: 25, late: 30, ..MIDDLING },
    ),
    agent("amara", "Amara Diallo", "Returns", 9, GOOD),
    agent("hanna", "Hanna Lind", "Returns", 9, MIDDLING),
    // Came last month and works one day a week: too little to judge by.
    agent("kit", "Kit Rowe", "Returns", 1, MIDDLING),
    agent("beth", "Beth Farrow", "Accounts", 9, DRY),
    agent("ivo", "Ivo Petrov", "Accounts", 9, Habits { excuse: 45, ..DRY }),
    agent("lena", "Lena Schmid", "Accounts", 8, Habits { apology: 60, ..DRY }),
    agent("callum", "Callum Reid", "Accounts", 8, DRY),
];

/// The agents of the shop.
#[must_use]
pub const fn agents() -> &'static [Agent] {
    &AGENTS
}

impl Agent {
    /// How they write in that week, from 0.
    pub(super) const fn habits(&self, week: u32) -> Habits {
        match self.later {
            Some((from, later)) if week >= from => later,
            _ => self.habits,
        }
    }
}
