//! Takes in what tools send: pieces of conversations and people, in any order, any number of times.

use super::counter::Counter;
use super::{StoreError, milliseconds, next_change};
use crate::conversation::{Format, ParticipantId, Role, Visibility};
use crate::source::{Person, Piece, PieceMessage, Record};
use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The conversation's key.
    pub conversation: i64,
    /// Whether there was no such conversation before.
    pub new: bool,
    /// Messages that were not known before.
    pub added: u32,
    /// Known messages that differ now.
    pub changed: u32,
    /// Known messages that came once more.
    pub known: u32,
}

/// Keeps a record; what a piece brought is told.
///
/// # Errors
/// Where the store fails.
pub fn take(transaction: &Transaction<'_>, record: &Record) -> Result<Option<Taken>, StoreError> {
    Ok(take_all(transaction, std::slice::from_ref(record))?.pop().flatten())
}

/// Keeps records; what each piece among them brought is told. What concerns a conversation or a source as a
/// whole is written once, however many of the records are of it.
///
/// # Errors
/// Where the store fails.
pub fn take_all(transaction: &Transaction<'_>, records: &[Record]) -> Result<Vec<Option<Taken>>, StoreError> {
    let mut lot = Lot::begin(transaction)?;
    let each = |record: &Record| match record {
        Record::Piece(piece) => lot.piece(piece).map(Some),
        Record::Person(person) => lot.person(person).map(|()| None),
    };
    let taken = records.iter().map(each).collect::<Result<_, _>>()?;
    lot.finish()?;
    Ok(taken)
}

/// What records that are kept together come to.
#[derive(Debug)]
struct Lot<'t> {
    transaction: &'t Transaction<'t>,
    /// Keys for conversations that are not known yet.
    keys: Counter<'t>,
    /// Conversations with something new.
    touched: BTreeSet<i64>,
    /// The time of each source's newest message.
    newest: BTreeMap<String, i64>,
}

impl<'t> Lot<'t> {
    fn begin(transaction: &'t Transaction<'t>) -> Result<Self, StoreError> {
        let keys = Counter::of_conversations(transaction)?;
        Ok(Self { transaction, keys, touched: BTreeSet::new(), newest: BTreeMap::new() })
    }

    /// Keeps a piece of a conversation; one that has no identifier gets one from its content.
    fn piece(&mut self, piece: &Piece) -> Result<Taken, StoreError> {
        let ids = identifiers(&piece.messages);
        let id = match &piece.conversation {
            Some(id) => Cow::Borrowed(id.as_str()),
            None => Cow::Owned(nameless(&ids)),
        };
        let requester = piece.requester.as_ref().map(ParticipantId::as_str);
        let times: Vec<Option<i64>> = piece.messages.iter().map(|message| sent_at(message.sent.as_deref())).collect();
        let channel = piece.channel.as_deref().map(|channel| (channel, times.iter().flatten().min().copied()));
        let (conversation, new, mut touched) = self.conversation(&piece.source, &id, channel, requester)?;
        let mut taken = Taken { conversation, new, added: 0, changed: 0, known: 0 };
        // Some tools list the newest first; of messages of the same time the last one listed is then the first.
        let reversed = matches!((times.first(), times.last()), (Some(Some(first)), Some(Some(last))) if first > last);
        let count = piece.messages.len();
        for (index, ((message, id), sent_at)) in piece.messages.iter().zip(&ids).zip(&times).enumerate() {
            let position = if reversed { count - 1 - index } else { index };
            match self::message(self.transaction, conversation, id, position, message, *sent_at)? {
                Outcome::Added => taken.added += 1,
                Outcome::Changed => taken.changed += 1,
                Outcome::Known => taken.known += 1,
            }
        }
        touched |= taken.added + taken.changed > 0;
        if touched {
            self.touched.insert(conversation);
        }
        if let Some(newest) = times.iter().flatten().max() {
            match self.newest.get_mut(&*piece.source) {
                Some(known) => *known = (*known).max(*newest),
                None => drop(self.newest.insert(piece.source.clone().into_owned(), *newest)),
            }
        }
        Ok(taken)
    }

    /// The key of the conversation, whether it is new, and whether something else about it is. Where its messages
    /// travelled on several channels it is of that of the earliest, in whatever order they come: `channel` has the time.
    fn conversation(
        &mut self,
        source: &str,
        id: &str,
        channel: Option<(&str, Option<i64>)>,
        requester: Option<&str>,
    ) -> Result<(i64, bool, bool), StoreError> {
        let (channel, since) = channel.map_or((None, None), |(channel, since)| (Some(channel), since));
        let since = channel.map(|_| since.unwrap_or(i64::MAX));
        let sql = "SELECT key, channel, channel_since, requester FROM conversation WHERE source = ?1 AND id = ?2";
        let known = self.transaction.prepare_cached(sql)?.query_row([source, id], |row| {
            let requester = row.get::<_, Option<String>>(3)?;
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, Option<i64>>(2)?, requester))
        });
        let Some((key, old_channel, old_since, old_requester)) = known.optional()? else {
            // Its revision follows with the lot.
            let key = self.keys.next();
            let sql = "INSERT INTO conversation (key, source, id, channel, channel_since, requester, revision)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)";
            self.transaction.prepare_cached(sql)?.execute(params![key, source, id, channel, since, requester])?;
            return Ok((key, true, true));
        };
        let (channel, since) = match (since, old_since) {
            (Some(new), Some(old)) if new > old => (None, None),
            _ => (channel, since),
        };
        // Of two who are said to have asked the one that sorts first, so that the order of arrival changes nothing.
        let requester = old_requester.as_deref().into_iter().chain(requester).min();
        let differs = |new: Option<&str>, old: &Option<String>| new.is_some() && new != old.as_deref();
        let touched = differs(channel, &old_channel) || differs(requester, &old_requester);
        if touched || since.is_some() && since != old_since {
            let sql = "UPDATE conversation SET channel = coalesce(?2, channel),
                       channel_since = coalesce(?3, channel_since), requester = coalesce(?4, requester) WHERE key = ?1";
            self.transaction.prepare_cached(sql)?.execute(params![key, channel, since, requester])?;
        }
        Ok((key, false, touched))
    }

    /// Keeps who somebody is. Conversations in which nothing else told it are given to be read.
    fn person(&mut self, person: &Person) -> Result<(), StoreError> {
        let sql = "INSERT INTO person VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET
                   role = coalesce(excluded.role, role), name = coalesce(excluded.name, name)
                   WHERE role IS NOT coalesce(excluded.role, role) OR name IS NOT coalesce(excluded.name, name)";
        let values = params![person.source, person.id.as_str(), person.role.map(role_name), person.name];
        if self.transaction.prepare_cached(sql)?.execute(values)? == 0 {
            return Ok(());
        }
        let sql = "SELECT DISTINCT conversation.key FROM message JOIN conversation ON conversation.key = conversation
                   WHERE author = ?1 AND message.role IS NULL AND source = ?2";
        let mut select = self.transaction.prepare_cached(sql)?;
        let mut rows = select.query(params![person.id.as_str(), person.source])?;
        while let Some(row) = rows.next()? {
            self.touched.insert(row.get(0)?);
        }
        Ok(())
    }

    fn finish(self) -> Result<(), StoreError> {
        self.keys.end()?;
        let mut changes = Counter::of_changes(self.transaction)?;
        for conversation in self.touched {
            unread_since(self.transaction, conversation, changes.next())?;
        }
        changes.end()?;
        let sql = "INSERT INTO source VALUES (?1, ?2) ON CONFLICT DO UPDATE SET newest = excluded.newest
                   WHERE newest IS NULL OR newest < excluded.newest";
        let mut upsert = self.transaction.prepare_cached(sql)?;
        self.newest.into_iter().try_for_each(|(source, newest)| {
            upsert.execute(params![source, newest])?;
            Ok(())
        })
    }
}

/// Gives a conversation to be read.
///
/// # Errors
/// Where the store fails.
pub fn unread(transaction: &Transaction<'_>, conversation: i64) -> Result<(), StoreError> {
    unread_since(transaction, conversation, next_change(transaction)?)
}

fn unread_since(transaction: &Transaction<'_>, conversation: i64, change: i64) -> Result<(), StoreError> {
    let sql = "UPDATE conversation SET revision = ?2, dropped = NULL WHERE key = ?1";
    transaction.prepare_cached(sql)?.execute([conversation, change])?;
    Ok(())
}

enum Outcome {
    Added,
    Changed,
    Known,
}

fn message(
    transaction: &Transaction<'_>,
    conversation: i64,
    id: &str,
    position: usize,
    message: &PieceMessage,
    sent_at: Option<i64>,
) -> Result<Outcome, StoreError> {
    let author = &message.author;
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    let values = params![
        conversation,
        id,
        position,
        author.role.map(role_name),
        author.id.as_ref().map(ParticipantId::as_str),
        author.name,
        message.sent,
        sent_at,
        message.visibility == Visibility::Internal,
        message.format.map(format_name),
        message.automatic,
        message.body,
    ];
    let sql = "INSERT INTO message (conversation, id, position, role, author, author_name, sent, sent_at, internal,
               format, automatic, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
               ON CONFLICT (conversation, id) DO NOTHING";
    if transaction.prepare_cached(sql)?.execute(values)? == 1 {
        return Ok(Outcome::Added);
    }
    // Its place among others is not part of it: alone it is the first, in a whole conversation the ninth. The
    // highest counts, so that the order in which both come changes nothing. A text that was dropped stays so.
    let sql = "UPDATE message SET position = max(position, ?3), role = coalesce(?4, role),
               author = coalesce(?5, author), author_name = coalesce(?6, author_name), sent = coalesce(?7, sent),
               sent_at = coalesce(?8, sent_at), internal = ?9, format = ?10, automatic = ?11, body = ?12
               WHERE conversation = ?1 AND id = ?2 AND body IS NOT NULL
               AND (position < ?3 OR role IS NOT coalesce(?4, role) OR author IS NOT coalesce(?5, author)
                    OR author_name IS NOT coalesce(?6, author_name) OR sent IS NOT coalesce(?7, sent)
                    OR internal IS NOT ?9 OR format IS NOT ?10 OR automatic IS NOT ?11 OR body IS NOT ?12)";
    let changed = transaction.prepare_cached(sql)?.execute(values)?;
    Ok(if changed == 1 { Outcome::Changed } else { Outcome::Known })
}

/// The identifiers of messages: the tool's own, or a digest of time, author and text, with the number of
/// earlier ones that are quite alike ("Yes please" may be said twice).
fn identifiers<'m>(messages: &'m [PieceMessage]) -> Vec<Cow<'m, str>> {
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let id = |message: &'m PieceMessage| match &message.id {
        Some(id) => Cow::Borrowed(id.as_str()),
        None => {
            let author = message.author.id.as_ref().map(ParticipantId::as_str);
            let author = author.or(message.author.name.as_deref()).unwrap_or_default();
            let digest = digest([message.sent.as_deref().unwrap_or_default(), author, &message.body]);
            let earlier = alike.entry(digest.clone()).or_default();
            *earlier += 1;
            Cow::Owned(format!("~{digest}.{earlier}"))
        }
    };
    messages.iter().map(id).collect()
}

/// The identifier of a conversation that has none: the same messages are the same conversation.
fn nameless(messages: &[Cow<'_, str>]) -> String {
    format!("~{}", digest(messages.iter().map(|id| &**id)))
}

fn digest<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let nibble = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    hash.finalize().iter().take(12).flat_map(|byte| [nibble(byte >> 4), nibble(byte & 15)]).collect()
}

fn sent_at(sent: Option<&str>) -> Option<i64> {
    sent.and_then(|sent| sent.parse().ok()).map(milliseconds)
}

const ROLES: [(Role, &str); 4] =
    [(Role::Customer, "customer"), (Role::Agent, "agent"), (Role::Bot, "bot"), (Role::System, "system")];

/// The name by which a role is kept.
pub(super) fn role_name(role: Role) -> &'static str {
    ROLES.iter().find(|(known, _)| *known == role).map_or("", |(_, name)| name)
}

/// The role that is kept as `name`.
pub(super) fn role_named(name: &str) -> Option<Role> {
    ROLES.iter().find(|(_, known)| *known == name).map(|(role, _)| *role)
}

const fn format_name(format: Format) -> &'static str {
    match format {
        Format::Plain => "plain",
        Format::Html => "html",
    }
}

/// The format that is kept as `name`.
pub(super) fn format_named(name: &str) -> Option<Format> {
    [Format::Plain, Format::Html].into_iter().find(|format| format_name(*format) == name)
}
