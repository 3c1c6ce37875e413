//! Input that is broken, odd or huge, and readers that go away.

use super::*;
use insta::assert_snapshot;
use std::io::Read;

#[test]
fn broken_json_is_told_with_its_place_and_the_rest_is_read() {
    let lines = format!("{{\"messages\": [}}\n{CONVERSATION}\n{{\"messages\": [], \"chanel\": 1}}\n");
    let folder = folder_with(&[
        ("tickets.jsonl", lines.as_bytes()),
        ("one.json", b"{\n  \"messages\": [\n    {\"author\": {\"role\": \"boss\"}}\n  ]\n}\n"),
    ]);
    let output = score(folder.path(), &["tickets.jsonl", "one.json", "missing.txt"]);
    assert_eq!(code(&output), 2);
    assert_snapshot!(err(&output), @r"
    amends: tickets.jsonl:1:15: expected value
    amends: tickets.jsonl:3:25: unknown field `chanel`, expected one of `id`, `source`, `channel`, `messages`
    amends: one.json:3:30: unknown variant `boss`, expected one of `customer`, `agent`, `bot`, `system`
    amends: cannot read missing.txt: No such file or directory (os error 2)
    ");
    assert!(out(&output).contains("4 messages in 1 conversation read: 2 scored"), "{}", out(&output));
}

#[test]
fn what_is_not_utf8_is_refused_and_the_rest_is_read() {
    let folder = folder_with(&[
        ("latin.txt", b"Gr\xFC\xDFe, we are sorry."),
        ("wide.txt", b"\xFF\xFEH\0i\0"),
        ("junk.bin", b"\x7FELF\x02\x01\x01\0\0\0\0"),
        ("good.txt", "Grüße, we are sorry for that.".as_bytes()),
    ]);
    let output = score(folder.path(), &["latin.txt", "wide.txt", "junk.bin", "good.txt"]);
    assert_eq!(code(&output), 2);
    assert_snapshot!(err(&output), @r"
    amends: latin.txt: not UTF-8: byte 2 is 0xFC; give a text in UTF-8, or convert it first (for Windows text: iconv -f WINDOWS-1252 -t UTF-8)
    amends: wide.txt: not UTF-8: byte 0 is 0xFF; it looks like UTF-16; save it as UTF-8
    amends: junk.bin: not a text: byte 7 is NUL; give a plain text or JSON file in UTF-8
    ");
    assert!(out(&output).contains("3 inputs could not be read"), "{}", out(&output));
}

#[test]
fn an_empty_file_is_a_message_without_words() {
    let folder = folder_with(&[("empty.txt", b""), ("empty.jsonl", b"\n\n")]);
    let output = score(folder.path(), &["empty.txt", "empty.jsonl"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert_snapshot!(out(&output), @r"
    not scored, no words of the author's own: empty.txt, agent

    1 message in 1 conversation read: 0 scored; not scored: 1 no words of the author's own
    ");
}

#[test]
fn a_ten_megabyte_message_is_read_quickly_and_shown_in_part() {
    let long = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len() / 2);
    for (unit, bytes) in [
        ("Hello to you, dear customer. ", 10_000_000),
        ("x", 10_000_000),
        ("\n", 1_000_000),
        ("ä\u{200B}\u{1B}[31m", 1_000_000),
        ("very busy ", 20_000),
    ] {
        let body = format!("{} we are very busy. {}", long(unit, bytes), long(unit, bytes));
        let folder = folder_with(&[("big.txt", body.as_bytes())]);
        let output = score(folder.path(), &["--customer", NOT_ARRIVED, "big.txt"]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        assert_eq!(
            out(&output).contains("excuse (excuse-busy)"),
            !unit.contains('ä'),
            "{unit:?}: words of another language"
        );
        assert!(output.stdout.len() < 20_000, "{unit:?}: {} bytes of output", output.stdout.len());
        assert!(!output.stdout.contains(&0x1B));
    }
}

#[test]
fn control_characters_of_a_message_do_not_reach_the_terminal() {
    let line = r#"{"id": "\u001b[2J", "messages": [{"author": {"role": "customer"}, "body": "It \u001b[31mnever came"}, {"author": {"role": "agent", "name": "\u001b[1mTom"}, "body": "We are \u001b[5mvery busy\u0007 today, \u009b sorry."}]}"#;
    let folder = folder_with(&[("t.jsonl", line.as_bytes())]);
    let output = score(folder.path(), &["t.jsonl", "--color", "never"]);
    assert!(!out(&output).contains(|c: char| c.is_control() && c != '\n'), "{:?}", out(&output));
    let coloured = out(&score(folder.path(), &["t.jsonl", "--color", "always"]));
    assert!(!coloured.contains("\u{1B}[2J") && !coloured.contains("\u{1B}[5m"), "{coloured:?}");
}

#[test]
fn a_pipe_closed_early_is_no_error() {
    let lines = format!("{CONVERSATION}\n").repeat(5_000);
    let folder = folder_with(&[("many.jsonl", lines.as_bytes())]);
    for format in ["text", "json", "jsonl"] {
        let mut child = command(folder.path())
            .args(["score", "--lexicons", LEXICON, "--alone", "many.jsonl", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 100]).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(err(&output), "");
        assert_eq!(code(&output), 0);
    }
}
