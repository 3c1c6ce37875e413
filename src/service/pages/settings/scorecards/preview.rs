//! How stored scores would change by another scorecard.

use crate::ingest::preview::score_by;
use crate::report::words;
use crate::score::Scorecard;
use crate::service::pages::Problem;
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::store::recent::{self, Scored};
use crate::trend::Minimum;
use actix_web::HttpResponse;
use jiff::tz::TimeZone;
use rusqlite::Transaction;
use std::collections::{BTreeMap, BTreeSet};

/// Messages that most change are shown.
const SHOWN: usize = 10;

/// Scores now and as they would be.
pub(super) struct Preview {
    /// Messages that were scored by both, or by one of the two.
    messages: u64,
    /// Those that would score otherwise: higher, lower, not as before at all.
    higher: u64,
    lower: u64,
    /// Those that would have a score and have none, or the other way round.
    gained: u64,
    lost: u64,
    all: Means,
    /// Each agent's, by name.
    pub(super) agents: Vec<AgentMeans>,
    /// Messages that change most.
    pub(super) most: Vec<Changed>,
}

/// Sums of scores in hundredths, now and as they would be.
#[derive(Default, Clone, Copy)]
struct Means {
    now: (i64, i64),
    then: (i64, i64),
}

impl Means {
    fn add(&mut self, now: Option<i64>, then: Option<i64>) {
        for (sums, score) in [(&mut self.now, now), (&mut self.then, then)] {
            sums.0 += score.unwrap_or(0);
            sums.1 += i64::from(score.is_some());
        }
    }

    fn now(self) -> Option<f64> {
        mean(self.now)
    }

    fn then(self) -> Option<f64> {
        mean(self.then)
    }
}

fn mean((sum, count): (i64, i64)) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64 / 100.0)
}

/// `61.4`, or a dash where there is none.
fn shown(mean: Option<f64>) -> String {
    mean.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1}"))
}

/// An agent's mean scores.
pub(super) struct AgentMeans {
    /// The agent's key.
    pub(super) key: i64,
    /// The name.
    pub(super) name: String,
    means: Means,
    conversations: BTreeSet<i64>,
}

impl AgentMeans {
    /// How many messages are scored now.
    pub(super) fn n(&self) -> i64 {
        self.means.now.1
    }

    /// Whether that is too few to judge by.
    pub(super) fn is_grey(&self) -> bool {
        let least = Minimum::default();
        self.n().unsigned_abs() < least.applicable || (self.conversations.len() as u64) < least.conversations
    }

    /// Mean now.
    pub(super) fn now(&self) -> String {
        shown(self.means.now())
    }

    /// Mean as it would be.
    pub(super) fn then(&self) -> String {
        shown(self.means.then())
    }

    /// How much it would change, with its sign.
    pub(super) fn change(&self) -> String {
        match self.means.now().zip(self.means.then()) {
            Some((now, then)) if (then - now).abs() >= 0.05 => format!("{:+.1}", then - now).replace('-', "−"),
            Some(_) => "0".to_owned(),
            None => "–".to_owned(),
        }
    }
}

/// A message that would score otherwise.
pub(super) struct Changed {
    /// Where it is read.
    pub(super) path: String,
    /// Its author's name.
    pub(super) agent: String,
    /// When it was sent.
    pub(super) sent: Option<Moment>,
    /// Its score now.
    pub(super) now: String,
    /// As it would be.
    pub(super) then: String,
}

impl Preview {
    /// The last `limit` scored messages by `card`.
    pub(super) fn of(
        transaction: &Transaction<'_>,
        card: &Scorecard,
        limit: usize,
        zone: &TimeZone,
    ) -> Result<Self, Problem> {
        let mut preview = Self {
            messages: 0,
            higher: 0,
            lower: 0,
            gained: 0,
            lost: 0,
            all: Means::default(),
            agents: Vec::new(),
            most: Vec::new(),
        };
        let mut agents: BTreeMap<i64, AgentMeans> = BTreeMap::new();
        let mut changed: Vec<(i64, Scored, Option<i64>)> = Vec::new();
        for message in recent::scored(transaction, limit)? {
            let (now, then) = (message.score, score_by(card, &message)?);
            if now.is_none() && then.is_none() {
                continue;
            }
            preview.messages += 1;
            match (now, then) {
                (Some(now), Some(then)) => {
                    preview.higher += u64::from(then > now);
                    preview.lower += u64::from(then < now);
                }
                (None, _) => preview.gained += 1,
                (_, None) => preview.lost += 1,
            }
            preview.all.add(now, then);
            let of_agent = agents.entry(message.agent).or_insert_with(|| AgentMeans {
                key: message.agent,
                name: message.agent_name.clone(),
                means: Means::default(),
                conversations: BTreeSet::new(),
            });
            of_agent.means.add(now, then);
            of_agent.conversations.insert(message.conversation);
            if now != then {
                changed.push(((then.unwrap_or(0) - now.unwrap_or(0)).abs(), message, then));
            }
        }
        // The newest of those that change alike come first.
        changed.sort_by_key(|(by, ..)| std::cmp::Reverse(*by));
        let score = |score: Option<i64>| shown(score.map(|hundredths| hundredths as f64 / 100.0));
        let most = changed.into_iter().take(SHOWN).map(|(_, message, then)| Changed {
            path: format!("/conversations/{}#m{}", message.conversation, message.message),
            sent: Moment::of_stored(message.sent, zone),
            agent: message.agent_name,
            now: score(message.score),
            then: score(then),
        });
        preview.most = most.collect();
        preview.agents = agents.into_values().collect();
        preview.agents.sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then(a.key.cmp(&b.key)));
        Ok(preview)
    }

    /// What changes, in sentences.
    pub(super) fn told(&self) -> Vec<String> {
        if self.messages == 0 {
            return vec!["No stored message is scored yet, so there is nothing to try this on.".to_owned()];
        }
        let all = words::counted(self.messages, "scored message", "scored messages");
        let otherwise = self.higher + self.lower + self.gained + self.lost;
        let mut told = vec![match otherwise {
            0 => format!("Of the last {all} none would score otherwise."),
            _ => format!(
                "Of the last {all} {} would score otherwise: {} higher, {} lower.",
                words::number(otherwise),
                words::number(self.higher),
                words::number(self.lower)
            ),
        }];
        if self.gained + self.lost > 0 {
            told.push(format!(
                "{} would have a score and have none now; {} would lose theirs, as nothing would be asked of them.",
                words::number(self.gained),
                words::number(self.lost)
            ));
        }
        told.push(format!("The mean score is {} now and would be {}.", shown(self.all.now()), shown(self.all.then())));
        told
    }

    /// Each agent's means as a file.
    pub(super) fn csv(&self) -> Result<HttpResponse, Problem> {
        let exact = |mean: Option<f64>| mean.map(|mean| format!("{mean:.2}")).unwrap_or_default();
        let row = |one: &AgentMeans| {
            let (now, then) = (exact(one.means.now()), exact(one.means.then()));
            vec![one.name.clone(), one.n().to_string(), now, one.means.then.1.to_string(), then]
        };
        let columns = ["agent", "n", "mean", "n_previewed", "mean_previewed"];
        table_csv::answer("scorecard-preview", &columns, &self.agents.iter().map(row).collect::<Vec<_>>())
    }
}
