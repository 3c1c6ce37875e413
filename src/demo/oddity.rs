//! What every inbox sees now and then, so that pages show how they bear it.

use crate::conversation::{Conversation, Format, Role};

/// Makes some conversations odd, always the same ones.
pub(super) fn add(index: usize, conversation: &mut Conversation) {
    match index {
        // A line from right to left: "Thank you, and good day."
        120 | 840 => append(conversation, "\n\nתודה רבה, יום טוב"),
        // "With kind regards, from Amman."
        410 => append(conversation, "\n\nمع أطيب التحيات من عمّان"),
        // What must never run: once as text, once as HTML.
        260 => append(conversation, SCRIPT),
        1180 => {
            append(conversation, SCRIPT);
            if let Some(first) = conversation.messages.first_mut() {
                first.format = Some(Format::Html);
            }
        }
        530 => append(conversation, &LONG.repeat(60)),
        610 | 1020 => append(conversation, " 😡📦💔"),
        // Too short to be scored.
        700 | 930 => answer(conversation, "Done 👍"),
        // No rules for this language.
        770 => {
            conversation.messages.retain(|message| message.author.role != Role::Bot);
            conversation.messages.truncate(2);
            ask(
                conversation,
                "Guten Tag, meine Bestellung ist noch nicht angekommen. Können Sie mir sagen, wo sie ist?",
            );
            answer(
                conversation,
                "Guten Tag, es tut uns sehr leid, dass Ihre Bestellung noch nicht angekommen ist. \
                 Ich kümmere mich heute darum und melde mich morgen bei Ihnen.",
            );
        }
        _ => {}
    }
}

const LONG: &str = "\n\nI do not want to make a fuss, but let me tell you the whole story from the start. \
    In the morning I was at home, then I was at the neighbours', and at noon the bell rang, and it was the postman \
    with a letter for somebody else. I asked him about your parcel and he knew nothing of it. In the afternoon I \
    looked at the page again, and it said what it had said the day before.";

const SCRIPT: &str = " <script>alert('first')</script> <img src=x onerror=alert(1)>";

fn ask(conversation: &mut Conversation, text: &str) {
    if let Some(first) = conversation.messages.first_mut() {
        text.clone_into(&mut first.body);
    }
}

fn append(conversation: &mut Conversation, text: &str) {
    if let Some(first) = conversation.messages.first_mut() {
        first.body.push_str(text);
    }
}

fn answer(conversation: &mut Conversation, text: &str) {
    if let Some(first) = conversation.messages.iter_mut().find(|message| message.author.role == Role::Agent) {
        text.clone_into(&mut first.body);
    }
}
