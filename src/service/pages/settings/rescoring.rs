//! How far reading everything anew is, on the pages from which it is begun.

use crate::report::words;
use crate::service::Service;
use crate::service::api::imports::JobAnswer;
use crate::service::pages::Problem;
use crate::service::pages::moment::Moment;
use crate::service::versions::Versions;
use crate::store::jobs::{self, Kind, State};
use crate::store::{conversations, recent};
use std::sync::Arc;

/// The last time that everything was read anew (`settings/rescoring.html`).
pub(super) struct Rescoring {
    /// The job's key.
    pub(super) key: i64,
    /// Its state, for `settings.js`.
    pub(super) state: &'static str,
    /// Whether nothing more comes of it.
    pub(super) over: bool,
    /// How it stands, in a sentence.
    pub(super) told: String,
    /// How far it is, 0 to 100.
    pub(super) percent: u64,
    /// When it was asked for.
    pub(super) created: Option<Moment>,
    /// Why it failed.
    pub(super) problem: Option<String>,
}

impl Rescoring {
    /// The last one; `None` where there was none.
    pub(super) async fn last(service: &Arc<Service>) -> Result<Option<Self>, Problem> {
        let method = service.method();
        let found = service.read(move |transaction| {
            let Some(job) = jobs::list(transaction, Kind::Rescore, None, 1)?.pop() else { return Ok(None) };
            let versions = Versions::new(conversations::versions(transaction)?, &method)?;
            let waiting = recent::waiting_by_version(transaction)?.into_iter();
            let left: u64 = waiting.filter(|(key, _)| versions.is_outdated(*key)).map(|(_, count)| count).sum();
            Ok(Some((job, left)))
        });
        let Some((job, left)) = found.await? else { return Ok(None) };
        let finishing = job.state == State::Done && left > 0;
        let (key, state, created) = (job.key, job.state, job.created);
        let JobAnswer { counts, .. } = JobAnswer::of(service, job);
        let done = words::counted(counts.conversations, "conversation", "conversations");
        Ok(Some(Self {
            key,
            state: if finishing { "finishing" } else { state.name() },
            over: state.is_over() && !finishing,
            told: match state {
                State::Waiting => "Stored conversations will be read anew in a moment.".to_owned(),
                State::Running => format!("{done} of {} read anew.", words::number(counts.size)),
                State::Done if finishing => format!("{} are still to be read.", words::number(left)),
                State::Done => format!("{done} read anew with what is in force now."),
                State::Failed => format!("It failed after {done}."),
                State::Cancelled => format!("It was ended after {done}."),
            },
            percent: counts.conversations.saturating_sub(left) * 100 / counts.size.max(1),
            created: created.map(|at| Moment::of(at, service.office.zone())),
            problem: counts.problem,
        }))
    }
}
