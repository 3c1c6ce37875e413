//! How a text looks once it is sent: as mail with greeting, signature and quoted text, as chat, as a tweet.

use crate::conversation::Format;

/// How messages of a conversation travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    PlainMail,
    HtmlMail,
    Chat,
    Tweet,
    Review,
}

impl Channel {
    /// The name in [`crate::conversation::Conversation::channel`].
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::PlainMail | Self::HtmlMail => "email",
            Self::Chat => "chat",
            Self::Tweet => "tweet",
            Self::Review => "review_response",
        }
    }

    pub(super) const fn format(self) -> Format {
        if matches!(self, Self::HtmlMail) { Format::Html } else { Format::Plain }
    }

    pub(super) const fn is_mail(self) -> bool {
        matches!(self, Self::PlainMail | Self::HtmlMail)
    }
}

/// A text and what stands around it.
#[derive(Debug, Default)]
pub(super) struct Letter {
    /// "Hello Ines,".
    pub(super) greeting: Option<String>,
    /// What is said.
    pub(super) paragraphs: Vec<String>,
    /// "Kind regards," and the name.
    pub(super) regards: Vec<String>,
    /// Lines under the dashes.
    pub(super) signature: Vec<String>,
    /// "On … wrote:" and the text that is answered.
    pub(super) quoted: Option<(String, String)>,
}

impl Letter {
    /// The body as sent.
    pub(super) fn body(&self, channel: Channel) -> String {
        match channel {
            Channel::HtmlMail => self.html(),
            Channel::PlainMail => self.plain(),
            Channel::Review => {
                let parts: Vec<String> =
                    self.greeting.iter().chain(&self.paragraphs).cloned().chain(self.regards.last().cloned()).collect();
                parts.join("\n\n")
            }
            Channel::Chat | Channel::Tweet => self.paragraphs.join(" "),
        }
    }

    fn plain(&self) -> String {
        let mut parts: Vec<String> = self.greeting.iter().chain(&self.paragraphs).cloned().collect();
        if !self.regards.is_empty() {
            parts.push(self.regards.join("\n"));
        }
        if !self.signature.is_empty() {
            parts.push(format!("-- \n{}", self.signature.join("\n")));
        }
        if let Some((head, text)) = &self.quoted {
            let lines: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
            parts.push(format!("{head}\n{}", lines.join("\n")));
        }
        parts.join("\n\n")
    }

    fn html(&self) -> String {
        let mut html = String::new();
        for paragraph in self.greeting.iter().chain(&self.paragraphs) {
            html += &format!("<p>{}</p>\n", escaped(paragraph));
        }
        if !self.regards.is_empty() {
            let lines: Vec<String> = self.regards.iter().map(|line| escaped(line)).collect();
            html += &format!("<p>{}</p>\n", lines.join("<br>"));
        }
        if !self.signature.is_empty() {
            let lines: Vec<String> = self.signature.iter().map(|line| escaped(line)).collect();
            html += &format!("<div class=\"gmail_signature\">-- <br>{}</div>\n", lines.join("<br>"));
        }
        if let Some((head, text)) = &self.quoted {
            let quoted = escaped(text).replace('\n', "<br>");
            html += &format!(
                "<div class=\"gmail_quote\">{}<blockquote class=\"gmail_quote\">{quoted}</blockquote></div>\n",
                escaped(head)
            );
        }
        html
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
