//! How far reading everything anew is, on the pages from which it is begun.

use crate::report::words;
use crate::service::Service;
use crate::service::api::imports::JobAnswer;
use crate::service::pages::Problem;
use crate::service::pages::moment::Moment;
use crate::store::jobs::{self, Kind, State};
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
        let found = service.read(|transaction| Ok(jobs::list(transaction, Kind::Rescore, None, 1)?)).await?;
        let Some(job) = found.into_iter().next() else { return Ok(None) };
        let (key, state, created) = (job.key, job.state, job.created);
        let JobAnswer { counts, .. } = JobAnswer::of(service, job);
        let done = words::counted(counts.conversations, "conversation", "conversations");
        Ok(Some(Self {
            key,
            state: state.name(),
            over: state.is_over(),
            told: match state {
                State::Waiting => "Stored conversations will be read anew in a moment.".to_owned(),
                State::Running => format!("{done} of {} read anew.", words::number(counts.size)),
                State::Done => format!("{done} read anew with what is in force now."),
                State::Failed => format!("It failed after {done}."),
                State::Cancelled => format!("It was ended after {done}."),
            },
            percent: counts.conversations * 100 / counts.size.max(1),
            created: created.map(|at| Moment::of(at, service.office.zone())),
            problem: counts.problem,
        }))
    }
}
