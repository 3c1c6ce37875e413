//! What `amends audit` writes for people: `report.html`, and `agents.csv`.

use super::{LEXICON, code, err};
use std::process::Stdio;
use tempfile::TempDir;

const FAILURE: &str = "My parcel never arrived.";
const GOOD: &str = "I am sorry that your parcel was lost. We will send a new one tomorrow.";
const EXCUSE: &str = "We are very busy at the moment, so please wait for your parcel.";
const BLAME: &str = "The courier lost your parcel, which is not our fault at all.";

/// A conversation in which `agent` answers `body` to a complaint on one of 14 days.
fn conversation(number: usize, agent: &str, body: &str) -> String {
    let sent = format!("2026-01-{:02}", number % 14 + 1);
    serde_json::json!({
        "id": format!("c{number}"), "channel": "email", "messages": [
            {"author": {"role": "customer", "id": "ines"}, "sent": format!("{sent}T08:00:00Z"), "body": FAILURE},
            {"author": {"role": "agent", "id": agent}, "sent": format!("{sent}T09:30:00Z"), "body": body}]
    })
    .to_string()
        + "\n"
}

struct Audited {
    folder: TempDir,
}

impl Audited {
    fn new(export: &str, args: &[&str]) -> Self {
        Self::with_files(export, &[], args)
    }

    fn with_files(export: &str, files: &[(&str, &str)], args: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("t.jsonl"), export).unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut command = super::command(folder.path());
        command.args(["audit", "--lexicons", LEXICON, "--alone", "t.jsonl"]).args(args).stdin(Stdio::null());
        let run = command.output().unwrap();
        assert_eq!(code(&run), 0, "{}", err(&run));
        Self { folder }
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("amends-audit").join(file)).unwrap()
    }

    fn report(&self) -> String {
        self.text("report.html")
    }
}

/// Text without markup, one space between words.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut inside = true;
    for c in html.chars() {
        match c {
            '<' => inside = false,
            '>' => {
                inside = true;
                text.push(' ');
            }
            c if inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Dana does well, Kim makes excuses, Lee points at the courier; a hundred conversations each.
fn three_agents() -> String {
    (0..300)
        .map(|number| match number % 3 {
            0 => conversation(number, "dana", GOOD),
            1 => conversation(number, "kim", EXCUSE),
            _ => conversation(number, "lee", BLAME),
        })
        .collect()
}

#[test]
fn the_report_holds_the_figures_and_how_sure_they_are() {
    let report = words(&Audited::new(&three_agents(), &["--period", "day"]).report());
    for expected in [
        "300 conversations with 300 messages of agents; 300 got a score",
        "Excuses 100 of 300 33 %, range 28 to 39 %",
        "Finger-pointing 100 of 300 33 %",
        "Missing apologies 200 of 300 67 %",
        "Does it apologise? Say sorry for what went wrong. Weight 1 100 of 300",
        "An apology followed the complaint of conversations in which the customer complained 100 of 300",
        "From the first complaint to the first apology 1.5 hours 1.5 hours 100 conversations",
        "No league table.",
        "3 agents can be compared; beyond the outer limits 1 above and 2 below.",
        "Agents in the order of their names",
        "14 days, 2026-01-01 to 2026-01-14",
        "Usual is 33 %.",
        "excuse-busy",
        "A person must read the messages before anyone is spoken to",
        "version 1, SHA-256",
        "amends audit --lexicons",
    ] {
        assert!(report.contains(expected), "not in the report: {expected}\n{report}");
    }
}

#[test]
fn the_report_is_one_file_that_needs_no_other() {
    let report = Audited::new(&three_agents(), &["--period", "day"]).report();
    assert!(report.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && report.trim_end().ends_with("</html>"));
    for loading in ["http:", "https:", "<script", "<link", "<img", "<iframe", "@import", "url(", "src=", "srcset="] {
        assert!(!report.contains(loading), "{loading}");
    }
    // Each chart has a name, a description and its figures.
    let charts = report.matches("<svg role=\"img\"").count();
    assert!(charts >= 6, "{charts} charts");
    assert_eq!(report.matches("<desc id=").count(), charts);
    assert!(report.matches("<summary>The figures of this chart</summary>").count() >= charts);
}

#[test]
fn what_others_wrote_stays_text() {
    let (agent, team) = ("<script>alert('1')</script> & \"Sons\"", "<b>North & \"West\"</b>");
    let body = format!("</div><script>alert(2)</script> & \"so\" it is. {BLAME}");
    let export: String =
        (0..30).map(|number| conversation(number, agent, &body) + &conversation(100 + number, "kim", GOOD)).collect();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let teams = format!("agent,team\n{},{}\n", quoted(agent), quoted(team));
    let audited = Audited::with_files(&export, &[("teams.csv", &teams)], &["--team", "teams.csv"]);
    let report = audited.report();
    assert!(!report.contains("<script") && !report.contains("<b>North"));
    assert!(report.contains("&#60;script&#62;alert("), "the name and the message are shown as they are");
    assert!(report.contains("&#60;b&#62;North &#38; &#34;West&#34;"));
    assert_eq!(report.matches("</body>").count(), 1);
}

#[test]
fn evidence_is_marked_by_words_too() {
    let report = Audited::new(&three_agents(), &[]).report();
    assert!(report.contains("<mark class=\"breaks\">") && report.contains("<span class=\"tag breaks\">excuse</span>"));
    assert!(
        report.contains("<mark class=\"restores\">") && report.contains("<span class=\"tag restores\">apology</span>")
    );
}

#[test]
fn every_agent_has_a_row_with_every_figure() {
    let audited = Audited::new(&(three_agents() + &conversation(91, "=SUM(A1)", EXCUSE)), &[]);
    let text = audited.text("agents.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |agent: &str, column: &str| {
        let at = headers.iter().position(|header| header == column).unwrap_or_else(|| panic!("no column {column}"));
        rows.iter().find(|row| &row[0] == agent).unwrap()[at].to_owned()
    };
    assert_eq!(rows.iter().map(|row| &row[0]).collect::<Vec<_>>(), ["'=SUM(A1)", "dana", "kim", "lee"]);
    assert_eq!((cell("kim", "excuse:met"), cell("kim", "excuse:applicable")), ("100".into(), "100".into()));
    assert_eq!((cell("kim", "excuse:low95"), cell("kim", "excuse:high95")), ("0.9630".into(), "1.0000".into()));
    assert_eq!(
        (cell("kim", "excuse:standing"), cell("dana", "excuse:standing")),
        ("above_998".into(), "below_998".into())
    );
    assert_eq!(cell("'=SUM(A1)", "excuse:standing"), "too_few");
    assert_eq!(
        (cell("dana", "criterion:apology:met"), cell("lee", "criterion:apology:met")),
        ("100".into(), "0".into())
    );
    assert_eq!((cell("dana", "promises_undated"), cell("dana", "conversations")), ("100".into(), "100".into()));
    let columns = 7 + 6 * (4 + 3) + 8;
    assert!(headers.len() == columns && rows.iter().all(|row| row.len() == columns), "{}", headers.len());
}

#[test]
fn a_report_of_nothing_says_so() {
    let report = words(&Audited::new(&three_agents(), &["--since", "2030-01-01"]).report());
    assert!(report.contains("0 conversations with 300 messages of agents; 0 got a score"), "{report}");
    assert!(report.contains("There was no message in which it could be."));
    assert!(report.contains("No message that counts has a time, so there is no trend."));
}

#[test]
fn names_and_secrets_that_are_hidden_are_not_in_the_report() {
    let audited = Audited::new(&three_agents(), &["--anonymise-agents=s3cret", "--agent", "kim"]);
    let report = audited.report() + &audited.text("agents.csv");
    for hidden in ["s3cret", "kim", "dana"] {
        assert!(!report.contains(hidden), "{hidden}");
    }
    assert!(report.contains("--anonymise-agents=…") && report.contains("agent-"));
}

#[test]
fn of_many_agents_the_table_shows_some_and_the_file_all() {
    let export: String = (0..250).map(|number| conversation(number, &format!("agent-{number}"), GOOD)).collect();
    let audited = Audited::new(&export, &[]);
    let report = words(&audited.report());
    assert!(report.contains("150 more are in agents.csv"), "{report}");
    assert!(report.contains("All agents are the same, so there is nothing to compare."));
    assert_eq!(audited.text("agents.csv").lines().count(), 251);
}
