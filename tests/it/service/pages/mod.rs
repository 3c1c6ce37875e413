//! The reviewers' pages, as a browser without scripts sees them.

mod calibration;
mod conversation;
mod frame;
mod imports;
mod people;
mod queue;
mod search;
mod settings;
mod signing;
mod trail;

use super::{Answer, Running};
use actix_web::test::TestRequest;

impl Running {
    /// GET as a browser asks, with the token in place of a session.
    pub fn page(&self, path: &str) -> Answer {
        self.request(
            TestRequest::get().uri(path).insert_header(("accept", "text/html,application/xhtml+xml,*/*;q=0.8")),
        )
    }

    /// Sends a form.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = TestRequest::post().uri(path).insert_header(("accept", "text/html"));
        let request = request.insert_header(("sec-fetch-site", "same-origin")).set_form(fields);
        self.request(request)
    }
}

/// The text of an HTML page without its tags, each run of white space as one space.
pub fn words(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let (tag, rest) = part.split_once('>').unwrap_or(("", part));
        let inline = ["mark", "/mark", "b", "/b", "strong", "/strong"].contains(&tag.split(' ').next().unwrap());
        text.push_str(if inline { "" } else { " " });
        text.push_str(rest);
    }
    let text = text.replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">").replace("&#39;", "'");
    let text = text.replace("&#34;", "\"").replace("&nbsp;", " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
