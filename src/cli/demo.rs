//! `amends serve --demo`: invented conversations, so that every page shows life.

use super::Failure;
use super::access::random_password;
use crate::access::{AccountName, AgentKey, Passwords, Role};
use crate::demo;
use crate::ingest::{Analyst, Method, take};
use crate::source::Record;
use crate::store::users::User;
use crate::store::{Store, agents, users};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The data folder of the demonstration where none is named: it is never mixed with real data.
pub(super) const FOLDER: &str = "amends-demo";

/// The same conversations at each first start of a day.
const SEED: u64 = 1;

/// So many conversations are kept together.
const TOGETHER: usize = 200;

/// Who signs in to look at the demonstration.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) name: &'static str,
    pub(super) password: String,
}

/// Puts the conversations into an empty store, and lets a guest in with a new password. A store that was not
/// made so stays as it is.
pub(super) fn load(store: &Store, method: &Method) -> Result<Option<Guest>, Failure> {
    let now = Timestamp::now();
    let guest = Guest { name: "demo", password: random_password()? };
    let name: AccountName = guest.name.parse()?;
    let password = Passwords::new()?.hash(&guest.password, &[guest.name])?;
    if store.read(crate::store::change)? > 0 {
        let let_in = store.write(move |transaction| {
            let Some(known) = users::user_named(transaction, &name)? else { return Ok(false) };
            let change = |user: &mut User| {
                user.password = Some(password);
                Ok::<_, Infallible>(())
            };
            users::change_user(transaction, known.key, change).map(|_| true)
        });
        return Ok(let_in.wait()?.then_some(guest));
    }
    let today = now.to_zoned(method.office.zone().clone()).date();
    let mut conversations = demo::conversations(today, SEED).peekable();
    while conversations.peek().is_some() {
        let lot = conversations.by_ref().take(TOGETHER);
        take(store, lot.map(|conversation| Record::Piece(conversation.into())).collect()).wait()?;
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Analyst::new(store, method.clone(), threads)?.read_all(&|| false)?;
    let shown_name = "Demo".to_owned();
    let user = User { name, shown_name, role: Role::Admin, password: Some(password), agent: None, disabled: None };
    let mut teams: BTreeMap<&str, Vec<AgentKey>> = BTreeMap::new();
    for (id, team) in demo::teams() {
        teams.entry(team).or_default().push(AgentKey { source: demo::SOURCE.to_owned(), id });
    }
    let kept = store.write(move |transaction| {
        for (team, members) in teams {
            let keys = members.iter().map(|member| agents::key_of(transaction, member));
            let keys = keys.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
            agents::set_team(transaction, team, &keys)?;
        }
        users::add_user(transaction, &user, now)
    });
    kept.wait()?;
    Ok(Some(guest))
}
