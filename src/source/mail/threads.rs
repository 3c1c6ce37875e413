//! Which mails belong together.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What a mail says of the conversation it belongs to.
#[derive(Debug, Clone, Default)]
pub(super) struct Links<'m> {
    /// Its own Message-ID.
    pub(super) own: Option<&'m str>,
    /// What it answers, the oldest first: References, then In-Reply-To.
    pub(super) earlier: Vec<&'m str>,
    /// Its subject as written.
    pub(super) subject: &'m str,
    /// The address of the customer.
    pub(super) customer: &'m str,
}

/// The conversations of a mailbox, by what its mails have said so far. A key is kept as its hash of 64
/// bits: there may be millions, and two that meet by chance are not to be expected among them.
#[derive(Debug, Default)]
pub(super) struct Threads {
    by_id: HashMap<u64, Arc<str>, BuildHasherDefault<DefaultHasher>>,
    by_subject: HashMap<u64, Arc<str>, BuildHasherDefault<DefaultHasher>>,
}

fn key(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Threads {
    /// The conversation of a mail, and what it tells of others is kept: it is called by the first mail it
    /// refers to, as far as no mail before says better. A mail that answers and refers to nothing known
    /// belongs to the last one with the same subject and customer. `None` where nothing tells.
    pub(super) fn conversation(&mut self, links: &Links<'_>) -> Option<Arc<str>> {
        let subject = Subject::of(links.subject);
        let by_subject = (!subject.name.is_empty()).then(|| key((&subject.name, links.customer)));
        let known = links.earlier.iter().chain(&links.own).find_map(|id| self.by_id.get(&key(id)).cloned());
        let same = || by_subject.filter(|_| subject.answers).and_then(|key| self.by_subject.get(&key).cloned());
        let named = || {
            let nameless = || by_subject.map(|_| format!("{} {}", subject.name, links.customer));
            let id = links.earlier.first().copied().or(links.own).map(str::to_owned).or_else(nameless)?;
            Some(Arc::from(id))
        };
        let conversation = known.or_else(same).or_else(named)?;
        for id in links.earlier.iter().chain(&links.own) {
            self.by_id.entry(key(id)).or_insert_with(|| Arc::clone(&conversation));
        }
        if let Some(key) = by_subject {
            self.by_subject.insert(key, Arc::clone(&conversation));
        }
        Some(conversation)
    }
}

/// A subject without what answering and forwarding put before it.
#[derive(Debug, PartialEq, Eq)]
struct Subject {
    /// In lower case; a ticket's number alone where it has one (`[Ticket #123]`).
    name: String,
    /// Whether something was put before it.
    answers: bool,
}

impl Subject {
    fn of(written: &str) -> Self {
        let bare = mail_parser::parsers::fields::thread::thread_name(written).trim();
        let ticket = written.split('[').skip(1).filter_map(|rest| rest.split_once(']').map(|(tag, _)| tag));
        let number = |tag: &&str| tag.contains('#') && tag.chars().any(|c| c.is_ascii_digit());
        match { ticket }.find(number) {
            Some(tag) => Self { name: tag.to_lowercase(), answers: true },
            None => Self { name: bare.to_lowercase(), answers: bare.len() < written.trim().len() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Links, Subject, Threads};

    fn links<'m>(own: &'m str, earlier: &[&'m str], subject: &'m str) -> Links<'m> {
        Links { own: Some(own), earlier: earlier.to_vec(), subject, customer: "bea@mail.example" }
    }

    #[test]
    fn mails_that_refer_to_each_other_belong_together_in_any_order() {
        let one = links("a", &[], "Broken");
        let two = links("b", &["a"], "Re: Broken");
        let three = links("c", &["a", "b"], "Re: Broken");
        let four = links("d", &["c"], "A new subject");
        for order in [[&one, &two, &three, &four], [&three, &four, &one, &two], [&three, &two, &one, &four]] {
            let mut threads = Threads::default();
            let found: Vec<_> = order.iter().map(|links| threads.conversation(links).unwrap()).collect();
            assert!(found.iter().all(|id| **id == *"a"), "{found:?}");
        }
    }

    #[test]
    fn an_answer_without_references_goes_by_its_subject_and_a_new_mail_does_not() {
        let mut threads = Threads::default();
        let first = threads.conversation(&links("a", &[], "Invoice")).unwrap();
        assert_eq!(threads.conversation(&links("b", &[], "AW: Invoice")).as_ref(), Some(&first));
        assert_eq!(threads.conversation(&links("c", &["lost"], "Re: Re: invoice")).as_ref(), Some(&first));
        let other = links("d", &[], "Invoice");
        assert_ne!(threads.conversation(&other).as_ref(), Some(&first));
        let stranger = Links { customer: "jo@mail.example", ..links("e", &[], "Re: Invoice") };
        assert_eq!(threads.conversation(&stranger).as_deref(), Some("e"));
        assert!(threads.conversation(&Links::default()).is_none());
    }

    #[test]
    fn subjects() {
        for (written, name, answers) in [
            ("Broken", "broken", false),
            ("Re: AW: Fwd: Broken", "broken", true),
            ("Re: [Ticket #123] Broken", "ticket #123", true),
            ("[shop] Broken", "broken", true),
            ("", "", false),
        ] {
            assert_eq!(Subject::of(written), Subject { name: name.into(), answers }, "{written}");
        }
    }
}
