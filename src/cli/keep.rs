//! `amends backup`, `amends check` and `amends erase`: the data folder is kept well.

use super::data::{DataArgs, open_stopped};
use super::{CANNOT, FOUND_WRONG, Failure, OK, output};
use crate::ingest::{Follower, INDEX};
use crate::store::{self, Store, StoreError, audit_log, check, erasure};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The copy, which must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

/// Copies the store, whether a service works in the folder or not.
pub(super) fn backup(args: &BackupArgs) -> Result<u8, Failure> {
    let settings = args.data.existing()?;
    store::copy(&settings.data, &args.file)?;
    let size = std::fs::metadata(&args.file)?.len();
    output::tell(&format!(
        "{}: {size} bytes, opened and found whole\nTo go back to it put it as {} into an empty data folder.\n",
        args.file.display(),
        store::DATABASE
    ))?;
    Ok(OK)
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    data: DataArgs,
}

/// Looks whether everything is as it should be.
pub(super) fn check(args: &CheckArgs) -> Result<u8, Failure> {
    let settings = args.data.existing()?;
    let mut checked = check::check(&settings.data)?;
    let index = match Store::open(&settings.data) {
        Ok(store) => {
            let (follower, rebuilt) =
                Follower::open(&settings.data.join(INDEX), &store, settings.office.zone().clone())?;
            checked.faults.extend(follower.differences(&store)?);
            let behind = store.read(store::change)?.unsigned_abs() - follower.index().change();
            follower.close()?;
            match rebuilt {
                Some(reason) => format!("{reason}; it is made anew when the service runs next"),
                None if behind > 0 => {
                    format!("the search index is {behind} changes behind; it follows when the service runs next")
                }
                None => "the search index agrees with the store".to_owned(),
            }
        }
        Err(StoreError::InUse(_)) => "the search index is in use by a running service and was not looked at".to_owned(),
        Err(error) => return Err(error.into()),
    };
    for faults in &checked.faults {
        output::complain(faults);
    }
    let check::Checked { conversations, messages, unread, .. } = checked;
    output::tell(&format!(
        "{conversations} conversations, {messages} messages; {unread} conversations are still to be read\n{}\n{index}\n",
        if checked.faults.is_empty() { "the store is whole" } else { "something is not as it should be" }
    ))?;
    Ok(if checked.faults.is_empty() { OK } else { FOUND_WRONG })
}

#[derive(Debug, Args)]
pub(super) struct ReindexArgs {
    #[command(flatten)]
    data: DataArgs,
}

/// Makes the search index anew.
pub(super) fn reindex(args: &ReindexArgs) -> Result<u8, Failure> {
    let settings = args.data.existing()?;
    let store = open_stopped(&settings, "stop it, reindex, start it; it also makes a damaged index anew by itself")?;
    let folder = settings.data.join(INDEX);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("cannot remove {}: {error}", folder.display()).into());
        }
        _ => {}
    }
    let (mut follower, _) = Follower::open(&folder, &store, settings.office.zone().clone())?;
    let messages = follower.follow(&store, &|| false)?;
    follower.close()?;
    output::tell(&format!("{messages} messages indexed\n"))?;
    Ok(OK)
}

#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    #[command(subcommand)]
    whom: Whom,
}

#[derive(Debug, Subcommand)]
enum Whom {
    /// One conversation, with all that was made of it
    Conversation(Named),
    /// All conversations in which a customer wrote or for which they asked, and their name
    Customer(Named),
}

#[derive(Debug, Args)]
struct Named {
    /// The ticketing tool, as conversations name it: zendesk …
    source: String,
    /// The identifier there
    id: String,
    #[command(flatten)]
    data: DataArgs,
}

/// Erases a conversation or a customer.
pub(super) fn erase(args: &EraseArgs) -> Result<u8, Failure> {
    let (named, path) = match &args.whom {
        Whom::Conversation(named) => (named, "conversations/KEY"),
        Whom::Customer(named) => (named, "customers/SOURCE/ID"),
    };
    let settings = named.data.existing()?;
    let instead = format!("curl -X DELETE -H 'Authorization: Bearer TOKEN' URL/v1/{path}");
    let store = open_stopped(&settings, &instead)?;
    let (source, id) = (named.source.clone(), named.id.clone());
    let of_customer = matches!(args.whom, Whom::Customer(_));
    let erased = store.write(move |transaction| {
        let erased = if of_customer {
            erasure::customer(transaction, &source, &id)?
        } else {
            match erasure::key(transaction, &source, &id)? {
                Some(key) => erasure::conversation(transaction, key)?.then_some(1),
                None => None,
            }
        };
        if let Some(count) = erased {
            let (subject, detail) = (format!("of {source}"), format!("{count} conversations"));
            audit_log::add(transaction, None, "erase", Some(&subject), Some(&detail))?;
        }
        Ok(erased)
    });
    let Some(count) = erased.wait()? else {
        output::complain(&format!("there is nothing of {} in {}", named.id, named.source));
        return Ok(CANNOT);
    };
    let cleared = store.clear_log()?;
    output::tell(&format!(
        "{count} conversations erased{}; the search index follows when the service runs next\n",
        if cleared { "" } else { " (somebody reads the store: its log is cleared when the service runs next)" }
    ))?;
    Ok(OK)
}
