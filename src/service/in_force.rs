//! What messages are read with at the moment. It changes while the service runs: somebody writes rules, or chooses
//! another scorecard.

use super::Service;
use super::api::search::vocabulary;
use super::problem::Problem;
use crate::access::Principal;
use crate::ingest::in_force::SCORECARD;
use crate::ingest::{InForce, Method};
use crate::lexicon::Lexicon;
use crate::library::{Library, LibraryError};
use crate::query::Vocabulary;
use crate::settings::Settings;
use crate::store::edits::{self, Edit, Edits};
use crate::store::jobs::{self, Kind};
use crate::store::{Store, StoreError, audit_log};
use crate::wire::{self, Prepared};
use actix_web::http::StatusCode;
use actix_web::web;
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What messages are read with now, and who may change it.
#[derive(Debug)]
pub struct Switch {
    /// What the settings alone say.
    settings: InForce,
    now: RwLock<Arc<Now>>,
    /// Held while conversations are read, and while what they are read with changes: none is read by both.
    at_work: Mutex<()>,
    /// Whether a change waits for those that are being read.
    wanted: AtomicBool,
    /// One change after the other.
    editing: Mutex<()>,
}

/// What is in force, and what follows from it.
#[derive(Debug, Clone)]
pub(super) struct Now {
    pub(super) in_force: Arc<InForce>,
    /// What answers with these rules and this scorecard have in common.
    pub(super) prepared: Arc<Prepared>,
    vocabulary: Arc<Vocabulary>,
    /// Why people's own rules and scorecards are not in force.
    problem: Option<String>,
}

impl Now {
    fn of(in_force: InForce, problem: Option<String>) -> Self {
        let vocabulary = Arc::new(vocabulary(&in_force.method));
        let prepared = Arc::new(Prepared::new(&wire_context(&in_force.method)));
        Self { in_force: Arc::new(in_force), prepared, vocabulary, problem }
    }
}

/// What answers say readings by `method` were made with.
pub(super) fn wire_context(method: &Method) -> wire::Context<'static> {
    wire::Context { lexicon: method.lexicon, card: method.card, only: None }
}

impl Switch {
    /// What `store` says is in force, over what the settings say: `method` and `library`. Own rules that hold no more,
    /// as a later version of Amends may have it, are left out, and that is told.
    ///
    /// # Errors
    /// Where the store fails.
    pub(super) fn open(
        store: &Store,
        settings: &Settings,
        method: Method,
        library: &'static Library,
    ) -> Result<Self, StoreError> {
        let of_settings = InForce::of_settings(method, library);
        let edits = store.read(edits::current)?;
        let now = match of_settings.with(&edits, settings) {
            Ok(in_force) => Now::of(in_force, None),
            Err(error) => {
                tracing::error!(%error, "own rules and scorecards are not in force");
                Now::of(of_settings.clone(), Some(error.to_string()))
            }
        };
        let (at_work, editing, wanted) = (Mutex::default(), Mutex::default(), AtomicBool::new(false));
        Ok(Self { settings: of_settings, now: RwLock::new(Arc::new(now)), at_work, wanted, editing })
    }

    fn now(&self) -> Arc<Now> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, now: Arc<Now>) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Does `work`, during which what messages are read with does not change; it should soon end once
    /// [`Self::is_wanted`].
    pub(super) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let _at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// Whether a change waits.
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst)
    }
}

/// A change of what people wrote in the pages, as the audit log tells it.
#[derive(Debug, Clone)]
pub struct Change {
    /// What is changed: subject and text, none where it is taken away.
    pub edits: Vec<(String, Option<String>)>,
    /// The key of the newest change of these subjects that whoever writes has seen, 0 where there was none: what
    /// somebody else wrote since is not written over. `None` where that does no harm.
    pub seen: Option<i64>,
    /// What was done, such as `scorecard_chosen`.
    pub action: &'static str,
    /// To what.
    pub subject: String,
}

/// The code of the problem that somebody else changed it since.
pub const CHANGED_SINCE: &str = "changed_since";

impl Service {
    /// What is in force now, all of the same moment.
    pub(super) fn now(&self) -> Arc<Now> {
        self.switch.now()
    }

    /// What messages are read with now.
    #[must_use]
    pub fn in_force(&self) -> Arc<InForce> {
        Arc::clone(&self.switch.now().in_force)
    }

    /// Rules, scorecard, office and terms by which conversations are read now.
    #[must_use]
    pub fn method(&self) -> Method {
        self.in_force().method.clone()
    }

    /// The names that queries may use now.
    #[must_use]
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        Arc::clone(&self.switch.now().vocabulary)
    }

    /// Why people's own rules and scorecards are not in force, where they are not.
    #[must_use]
    pub fn not_in_force(&self) -> Option<String> {
        self.switch.now().problem.clone()
    }

    /// The rules as the settings alone say.
    #[must_use]
    pub fn lexicon_of_settings(&self) -> &'static Lexicon {
        self.switch.settings.method.lexicon
    }

    /// What would be in force with `edits`.
    ///
    /// # Errors
    /// What is wrong in people's own files, each with its place.
    pub fn in_force_with(&self, edits: &Edits) -> Result<InForce, LibraryError> {
        self.switch.settings.with(edits, &self.settings)
    }

    /// Makes `change`, which holds from now on. Where messages are read otherwise by it, a job reads anew what was read
    /// before: its key is given.
    ///
    /// # Errors
    /// Where what was written is wrong: 422; where somebody changed it since: 409, [`CHANGED_SINCE`]; where the store
    /// fails.
    pub async fn edit(self: &Arc<Self>, change: Change, by: Arc<Principal>) -> Result<Option<i64>, Problem> {
        let service = Arc::clone(self);
        web::block(move || service.edit_now(change, &by)).await.map_err(|_| Problem::from(StoreError::Closed))?
    }

    fn edit_now(
        &self,
        Change { edits: changes, seen, action, subject }: Change,
        by: &Principal,
    ) -> Result<Option<i64>, Problem> {
        let switch = &self.switch;
        let _editing = switch.editing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen {
            self.not_changed_since(seen, &changes)?;
        }
        let mut edits = self.store.read(edits::current)?;
        for (subject, text) in &changes {
            match text {
                Some(text) => edits.insert(subject.clone(), text.clone()),
                None => edits.remove(subject),
            };
        }
        let before = switch.now();
        let is_of_reading = |subject: &str| subject.contains('/') || subject == SCORECARD;
        let next = match changes.iter().any(|(subject, _)| is_of_reading(subject)) {
            true => {
                let in_force = self.in_force_with(&edits).map_err(|error| Problem::invalid(error.to_string()))?;
                Arc::new(Now::of(in_force, None))
            }
            false => Arc::clone(&before),
        };
        let otherwise = next.in_force.method.version()? != before.in_force.method.version()?;
        let by = by.clone();
        let keep = move |transaction: &rusqlite::Transaction<'_>| {
            let now = Timestamp::now();
            for (subject, text) in &changes {
                edits::keep(transaction, subject, text.as_deref(), &by, now)?;
            }
            audit_log::add(transaction, Some(&by), action, Some(&subject), None)?;
            if !otherwise {
                return Ok(None);
            }
            let actor = by.credential.to_string();
            jobs::add(transaction, Kind::Rescore, "{}", Some(&actor), now).map(Some)
        };
        let kept = if otherwise {
            switch.wanted.store(true, Ordering::SeqCst);
            let kept = switch.during(|| {
                // Before it is kept: the job that reads all anew must not begin with what was in force before.
                switch.set(next);
                let kept = self.store.write(keep).wait();
                if kept.is_err() {
                    switch.set(before);
                }
                kept
            });
            switch.wanted.store(false, Ordering::SeqCst);
            kept
        } else {
            let kept = self.store.write(keep).wait();
            if kept.is_ok() {
                switch.set(next);
            }
            kept
        };
        self.unread.wake();
        self.jobs.signal.wake();
        let method = self.method();
        self.metrics.rules(method.lexicon.digest(), &method.card.digest);
        Ok(kept?)
    }

    /// Whether nobody changed any of the subjects after the change with the key `seen`.
    fn not_changed_since(&self, seen: i64, changes: &[(String, Option<String>)]) -> Result<(), Problem> {
        for (subject, _) in changes {
            let newest = self.store.read(|transaction| edits::newest(transaction, subject))?;
            // Whoever writes it for the first time takes nothing from one that was deleted before.
            let matters = |edit: &Edit| edit.key > seen && (seen > 0 || edit.text.is_some());
            if let Some(newer) = newest.filter(matters) {
                let detail = format!("{} changed it while you were writing", newer.name);
                return Err(Problem::new(StatusCode::CONFLICT, CHANGED_SINCE, detail));
            }
        }
        Ok(())
    }
}
