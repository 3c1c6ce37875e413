//! Reading the neutral form: what is read, and where errors are said to be.

use amends::conversation::neutral::{is_rfc3339, json, json_lines};
use insta::assert_snapshot;
use std::io::Cursor;

fn lines(text: impl AsRef<[u8]>) -> String {
    let read: Vec<String> = json_lines(Cursor::new(text.as_ref()))
        .map(|one| match one {
            Ok((line, conversation)) => format!("{line}: ok, {} messages", conversation.messages.len()),
            Err(error) => format!("error {error}"),
        })
        .collect();
    read.join("\n")
}

fn document(text: &str) -> String {
    match json(text.as_bytes()) {
        Ok(all) => {
            let all = all.iter().map(|one| one.as_ref().map_or_else(|error| format!("error {error}"), |_| "ok".into()));
            all.collect::<Vec<_>>().join("\n")
        }
        Err(error) => format!("error {error}"),
    }
}

#[test]
fn a_bad_line_does_not_hide_the_others() {
    let text = concat!(
        "\u{FEFF}{\"messages\": []}\r\n",
        "\n",
        "{\"messages\": [}\n",
        "{\"messages\": [{\"author\": {\"role\": \"agent\"}, \"body\": \"Hi\", \"visiblity\": \"internal\"}]}\n",
        "{\"messages\": [{\"author\": {\"role\": \"agent\"}, \"body\": \"Hi\", \"sent\": \"yesterday\"}]}\n",
        "{\"id\": \"ä\", \"messages\": 5}\n",
        "\"just text\"\n",
        "{\"messages\": [{\"author\": {\"role\": \"agent\"}, \"body\": \"Hi\"}]}",
    );
    assert_snapshot!(lines(text), @r##"
    1: ok, 0 messages
    error 3:15: expected value
    error 4:69: unknown field `visiblity`, expected one of `id`, `author`, `sent`, `visibility`, `format`, `automatic`, `body`
    error 5: /messages/0/sent: `yesterday` is not an RFC 3339 time such as 2026-03-05T09:30:00Z or 2026-03-05T09:30:00+01:00
    error 6:25: invalid type: integer `5`, expected a sequence
    error 7:11: invalid type: string "just text", expected an object: Conversation
    8: ok, 1 messages
    "##);
}

#[test]
fn a_line_that_is_not_utf8_is_refused_with_its_place() {
    assert_snapshot!(lines(b"{\"id\": \"\xC3\xA4\xFF\", \"messages\": []}\n{\"messages\": []}\n"), @r"
    error 1:10: byte 10 of the line is not UTF-8; save the input as UTF-8
    2: ok, 0 messages
    ");
}

#[test]
fn a_document_is_one_conversation_or_many() {
    assert_snapshot!(document("{\n\"messages\": []\n}"), @"ok");
    assert_snapshot!(document("[]"), @"");
    assert_snapshot!(document("[{\"messages\": []}, {\"messages\": []}]"), @r"
    ok
    ok
    ");
    assert_snapshot!(document("{\"conversations\": [{\"messages\": []}]}"), @"ok");
}

#[test]
fn errors_in_a_document_say_where() {
    assert_snapshot!(document(""), @"error 1:1: nothing here; expected a conversation, or an array of them");
    assert_snapshot!(document("Hello"), @r##"error 1:1: expected a conversation `{…}`, an array of them `[…]`, or `{"conversations": […]}`"##);
    assert_snapshot!(document("{\n  \"messages\": [\n    {\"author\": {\"role\": \"boss\"}, \"body\": \"\"}\n  ]\n}"), @"error 3:30: unknown variant `boss`, expected one of `customer`, `agent`, `bot`, `system`");
    assert_snapshot!(document("{\"conversations\": [], \"more\": 1}"), @"error 1:28: unknown field `more`, expected `conversations`");
    let wrong = "{\"author\": {\"role\": \"agent\"}, \"body\": \"\", \"sent\": \"2026-02-30T10:00:00Z\"}";
    assert_snapshot!(document(&format!("[{{\"messages\": []}}, {{\"messages\": [{wrong}]}}]")), @r"
    ok
    error /1/messages/0/sent: `2026-02-30T10:00:00Z` is not an RFC 3339 time such as 2026-03-05T09:30:00Z or 2026-03-05T09:30:00+01:00
    ");
}

#[test]
fn times_are_rfc_3339() {
    for good in [
        "2026-03-05T09:30:00Z",
        "2026-03-05t09:30:00.123456789+05:30",
        "2024-02-29 23:59:60-00:00",
        "2000-02-29T00:00:00z",
    ] {
        assert!(is_rfc3339(good), "{good}");
    }
    for bad in [
        "",
        "2026-03-05",
        "2026-03-05T09:30:00",
        "2026-03-05T09:30Z",
        "2026-13-05T09:30:00Z",
        "2026-02-29T09:30:00Z",
        "1900-02-29T09:30:00Z",
        "2026-03-05T24:00:00Z",
        "2026-03-05T09:60:00Z",
        "2026-03-05T09:30:00.Z",
        "2026-03-05T09:30:00+0100",
        "2026-03-05T09:30:00+24:00",
        "2026-03-05T09:30:00Zx",
        "2026-00-05T09:30:00Z",
        "٢٠٢٦-03-05T09:30:00Z",
        "2026-03-05T09:30:00é",
    ] {
        assert!(!is_rfc3339(bad), "{bad}");
    }
}
