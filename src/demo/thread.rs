//! A conversation that is being written: who writes, when, and how it looks.

use super::chance::Chance;
use super::letter::{Channel, Letter};
use super::phrases::Blanks;
use super::staff::Agent;
use super::{SOURCE, when};
use crate::conversation::{
    Conversation, ConversationId, Message, MessageId, Participant, ParticipantId, Role, Visibility,
};
use jiff::civil::DateTime;

const FIRST_NAMES: [&str; 24] = [
    "Ines", "Piet", "Noor", "Lou", "Amira", "Grace", "Hugo", "Mina", "Ruth", "Sanjay", "Ella", "Dmitri", "Yusuf",
    "Clara", "Bram", "Keira", "Tariq", "Maeve", "Anton", "Rosa", "Felix", "Ayesha", "Colm", "Wanda",
];
const LAST_NAMES: [&str; 30] = [
    "Abbott",
    "Bakker",
    "Castell",
    "Dunmore",
    "Eklund",
    "Farouk",
    "Gilroy",
    "Hartwell",
    "Ibsen",
    "Jarvis",
    "Kowal",
    "Lovell",
    "Moreau",
    "Nowak",
    "O'Shea",
    "Pereira",
    "Quill",
    "Rahman",
    "Sato",
    "Thorne",
    "Underhill",
    "Vargas",
    "Whitlow",
    "Xu",
    "Yardley",
    "Zeller",
    "Brandon",
    "Costa",
    "Devlin",
    "Emery",
];

/// A conversation that is being written.
pub(super) struct Thread {
    conversation: Conversation,
    channel: Channel,
    pub(super) agent: &'static Agent,
    customer: Participant,
    /// What its blanks are filled with.
    pub(super) blanks: Blanks,
    /// When the next message is sent.
    pub(super) now: DateTime,
    end: DateTime,
    /// What the other side wrote last, and the line above it when it is quoted.
    last: Option<(String, String)>,
}

impl Thread {
    pub(super) fn new(
        index: usize,
        channel: Channel,
        agent: &'static Agent,
        start: DateTime,
        end: DateTime,
        chance: &mut Chance,
    ) -> Self {
        let number = chance.below(FIRST_NAMES.len() * LAST_NAMES.len());
        let (first, last) = (FIRST_NAMES[number % FIRST_NAMES.len()], LAST_NAMES[number / FIRST_NAMES.len()]);
        let mut blanks = Blanks::default();
        for name in ["item", "courier", "amount", "town"] {
            blanks.choose(name, chance);
        }
        blanks.set("customer", first);
        blanks.set("agent", agent.name.split(' ').next().unwrap_or_default());
        blanks.set("order", (40_000 + index * 7 + chance.below(7)).to_string());
        let conversation = Conversation {
            id: Some(ConversationId(format!("WH-{}", 10_001 + index))),
            source: Some(SOURCE.to_owned()),
            channel: Some(channel.name().to_owned()),
            messages: Vec::new(),
        };
        let customer = person(Role::Customer, &format!("customer-{number:03}"), &format!("{first} {last}"));
        Self { conversation, channel, agent, customer, blanks, now: start, end, last: None }
    }

    /// Adds a message at the story's present time, if that is before the end.
    fn add(&mut self, author: Participant, body: String, visibility: Visibility) {
        let automatic = author.role == Role::Bot;
        if self.now >= self.end {
            return;
        }
        let id = self.conversation.id.as_ref().map_or("", ConversationId::as_str);
        let id = MessageId(format!("{id}-{}", self.conversation.messages.len() + 1));
        // Programs and notes are plain.
        let plain = automatic || visibility == Visibility::Internal;
        let format = if plain { Channel::Chat.format() } else { self.channel.format() };
        let sent = Some(format!("{}Z", self.now));
        self.conversation.messages.push(Message {
            id: Some(id),
            author,
            sent,
            visibility,
            format: Some(format),
            automatic,
            body,
        });
    }

    pub(super) fn customer_says(&mut self, text: &str, chance: &mut Chance) {
        let mut letter = Letter { paragraphs: vec![text.to_owned()], quoted: self.last.take(), ..Letter::default() };
        let name = self.customer.name.clone().unwrap_or_default();
        if chance.percent(70) {
            letter.greeting = Some(self.blanks.common("hello-customer", chance));
            letter.regards = vec![self.blanks.common("regards-customer", chance), name.clone()];
        }
        if chance.percent(15) {
            letter.signature = vec!["Sent from my phone".to_owned()];
        }
        if self.channel == Channel::Tweet {
            letter.paragraphs[0] = format!("@wickhollow {text}");
        }
        if self.channel == Channel::Chat && chance.percent(8) {
            letter.paragraphs.push((*chance.pick(&["🙏", "🤔"])).to_owned());
        }
        self.add(self.customer.clone(), letter.body(self.channel), Visibility::Public);
        self.remember(&name, &letter);
    }

    pub(super) fn agent_says(&mut self, paragraphs: Vec<String>, chance: &mut Chance) {
        let mut letter = Letter {
            greeting: Some(self.blanks.common("hello", chance)),
            paragraphs,
            regards: vec![self.blanks.common("regards", chance), self.agent.name.to_owned()],
            signature: vec!["Wickhollow, things for the house".into(), "12 Mill Lane · wickhollow.example".into()],
            quoted: self.last.take(),
        };
        if chance.percent(40) {
            letter.quoted = None;
        }
        if self.channel == Channel::Tweet {
            let handle = self.customer.name.as_deref().unwrap_or_default().to_lowercase().replace([' ', '\''], "");
            letter.paragraphs.insert(0, format!("@{handle}"));
        }
        let author = person(Role::Agent, self.agent.id, self.agent.name);
        self.add(author, letter.body(self.channel), Visibility::Public);
        self.remember("Wickhollow", &letter);
    }

    fn remember(&mut self, who: &str, letter: &Letter) {
        let head = format!("On {} at {}, {who} wrote:", self.now.date(), self.now.strftime("%H:%M"));
        self.last = self.channel.is_mail().then(|| (head, letter.paragraphs.join("\n")));
    }

    /// Waits as long as an answer on this channel takes.
    pub(super) fn wait_for_agent(&mut self, chance: &mut Chance) {
        let minutes = match self.channel {
            Channel::Chat => chance.between(1, 9),
            Channel::Tweet => chance.between(15, 180),
            Channel::PlainMail | Channel::HtmlMail => chance.between(40, 600),
            Channel::Review => chance.between(600, 3000),
        };
        let then = when::after(self.now, minutes);
        // Who chats at closing time is answered all the same.
        self.now = if self.channel == Channel::Chat { then } else { when::in_office(then, chance) };
    }

    pub(super) fn wait_for_customer(&mut self, chance: &mut Chance) {
        let chat = self.channel == Channel::Chat;
        let then = when::after(self.now, if chat { chance.between(1, 12) } else { chance.between(30, 1500) });
        self.now = if chat { then } else { when::awake(then, chance) };
    }

    pub(super) fn go_to(&mut self, time: DateTime) {
        self.now = time.max(when::after(self.now, 1));
    }

    pub(super) fn robot(&mut self, chance: &mut Chance) {
        let (name, share) = match self.channel {
            Channel::Chat => ("auto-chat", 35),
            Channel::PlainMail | Channel::HtmlMail => ("auto-mail", 22),
            Channel::Tweet | Channel::Review => return,
        };
        if chance.percent(share) {
            self.go_to(self.now);
            let text = self.blanks.common(name, chance);
            self.add(person(Role::Bot, "hollow", "Hollow"), text, Visibility::Public);
        }
    }

    /// A note among agents.
    pub(super) fn note(&mut self, chance: &mut Chance) {
        self.go_to(when::in_office(when::after(self.now, 5), chance));
        let text = self.blanks.common("note", chance);
        self.add(person(Role::Agent, self.agent.id, self.agent.name), text, Visibility::Internal);
    }

    /// The conversation as it is now.
    pub(super) fn finish(self) -> Conversation {
        self.conversation
    }
}

fn person(role: Role, id: &str, name: &str) -> Participant {
    Participant { role, id: Some(ParticipantId::from(id)), name: Some(name.to_owned()) }
}
