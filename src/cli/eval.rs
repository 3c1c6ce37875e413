//! `amends eval`: compare the machine with people's labels.

use super::output::{self, Out};
use super::{Failure, LibraryArgs, OK, lexicon_of};
use crate::evaluation::{self, Agreement, BuiltFrom, Evaluation, GoldMessage, Measured};
use crate::lexicon::confidence::Measurements;
use crate::library::DEFAULT_SCORECARD;
use crate::reading::Reader;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "\
A line of the gold file:
  {\"id\": \"m1\", \"corpus\": \"tickets\", \"context\": [{\"role\": \"customer\", \"text\": \"...\"}],
   \"text\": \"...\", \"labels\": {\"excuse\": true, \"apology\": \"formulaic\", \"follow_up\": \"none\"}}
  A label on which people differed is null and leaves the figures.

Examples:
  amends eval --gold gold.jsonl
  amends eval --gold gold.jsonl --by corpus --format json
  amends eval --gold gold.jsonl --errors excuse      the messages on which machine and people differ
  amends eval --gold new.jsonl --written-from old.jsonl --readers 'two of us' \\
    --lexicons my-rules --write-confidence my-rules/en/confidence.toml")]
pub(super) struct EvalArgs {
    /// Labelled messages that no rule was written from, one JSON object a line (README, "Measure it yourself")
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    gold: Vec<PathBuf>,
    /// How to print the figures
    #[arg(long, value_enum, default_value = "text")]
    format: EvalFormat,
    /// Print the messages on which machine and people differ about this label
    #[arg(long, value_name = "LABEL")]
    errors: Option<String>,
    /// Figures for each group as well
    #[arg(long, value_enum, value_name = "GROUP")]
    by: Option<Group>,
    /// Measure how often each rule is right and write that to FILE, a confidence.toml
    #[arg(long, value_name = "FILE", requires = "readers", conflicts_with_all = ["errors", "by"])]
    write_confidence: Option<PathBuf>,
    /// Labelled messages that rules were written from: they tell a label's stronger rules from its weaker
    #[arg(long, value_name = "FILE", requires = "write_confidence", num_args = 1..)]
    written_from: Vec<PathBuf>,
    /// Who labelled the messages; kept in the file
    #[arg(long, value_name = "WHO", requires = "write_confidence")]
    readers: Option<String>,
    #[command(flatten)]
    library: LibraryArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EvalFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    Corpus,
}

pub(super) fn run(args: &EvalArgs) -> Result<u8, Failure> {
    let wanted = args.errors.as_deref().map(measured).transpose()?;
    let gold = read(&args.gold)?;
    let library = args.library.open()?;
    let lexicon = lexicon_of(&library, None)?;
    let mut reader = Reader::new(lexicon, library.scorecard(DEFAULT_SCORECARD)?);
    if let Some(path) = &args.write_confidence {
        return write_confidence(args, path, &mut reader, gold);
    }
    let evaluation = evaluation::evaluate(&mut reader, &gold);
    let mut out = output::stdout();
    match (wanted, args.format) {
        (Some(wanted), _) => print_errors(&mut out, &reader, &evaluation, &gold, wanted)?,
        (None, EvalFormat::Json) => {
            writeln!(out, "{}", serde_json::to_string_pretty(&as_json(&evaluation, args.by.is_some()))?)?;
        }
        (None, EvalFormat::Text) => {
            print_table(&mut out, &format!("{} messages", evaluation.n), &evaluation.labels)?;
            if args.by.is_some() {
                for (corpus, (n, labels)) in &evaluation.by_corpus {
                    print_table(&mut out, &format!("\n{corpus}, {n} messages"), labels)?;
                }
            }
        }
    }
    out.flush()?;
    Ok(OK)
}

/// The labelled messages of `files`, one after another.
fn read(files: &[PathBuf]) -> Result<Vec<GoldMessage>, Failure> {
    let mut gold = Vec::new();
    for path in files {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let message = evaluation::parse_line(line).map_err(|error| format!("{shown}:{}: {error}", number + 1))?;
            gold.push(message);
        }
    }
    Ok(gold)
}

/// Measures the rules and writes `path` anew.
fn write_confidence(
    args: &EvalArgs,
    path: &Path,
    reader: &mut Reader<'_>,
    gold: Vec<GoldMessage>,
) -> Result<u8, Failure> {
    let written_from = read(&args.written_from)?;
    // A stock answer may stand on both sides: it is no unseen message.
    let known: BTreeSet<&str> = written_from.iter().map(|message| message.text.as_str()).collect();
    let (unseen, seen): (Vec<GoldMessage>, Vec<GoldMessage>) =
        gold.into_iter().partition(|message| !known.contains(message.text.as_str()));
    let left_out = seen.len();
    let readers = args.readers.as_deref().unwrap_or_default();
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let gold = BuiltFrom { unseen: &unseen, written_from: &written_from };
    let measured = evaluation::measure(reader, gold, readers, &today);
    let text = measured.to_toml();
    // What is read again must be what was measured, or nothing is written.
    if Measurements::parse(&path.display().to_string(), &text)? != measured {
        return Err(format!("{} would not say what was measured: not written", path.display()).into());
    }
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    output::tell(&format!(
        "{}: {} of {} rules measured on {} unseen messages{} and {} that rules were written from\n",
        path.display(),
        measured.rule_ids().count(),
        reader.lexicon().rules().iter().filter(|rule| rule.label.is_behaviour()).count(),
        measured.unseen.messages,
        if left_out > 0 { format!(" ({left_out} left out, whose words stand in both)") } else { String::new() },
        measured.written_from.messages
    ))?;
    Ok(OK)
}

fn measured(name: &str) -> Result<Measured, String> {
    let all = Measured::all();
    all.iter().copied().find(|measured| measured.name() == name).ok_or_else(|| {
        let known: Vec<String> = all.iter().map(|measured| measured.name()).collect();
        format!("no label is called `{name}`; there are {}", known.join(", "))
    })
}

fn print_table(out: &mut Out, title: &str, labels: &[(Measured, Agreement)]) -> Result<(), Failure> {
    writeln!(out, "{title}")?;
    writeln!(
        out,
        "{:<20} {:>4} {:>4} {:>4} {:>4}  {:>5} {:>6} {:>5} {:>6} {:>5}",
        "label", "tp", "fp", "fn", "tn", "prec", "recall", "F1", "kappa", "AC1"
    )?;
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    for (measured, one) in labels {
        writeln!(
            out,
            "{:<20} {:>4} {:>4} {:>4} {:>4}  {:>5} {:>6} {:>5} {:>6} {:>5}",
            measured.name(),
            one.tp,
            one.fp,
            one.false_negative,
            one.tn,
            figure(one.precision()),
            figure(one.recall()),
            figure(one.f1()),
            figure(one.kappa()),
            figure(one.ac1())
        )?;
    }
    Ok(())
}

fn as_json(evaluation: &Evaluation, by_corpus: bool) -> Value {
    let labels = |labels: &[(Measured, Agreement)]| -> Value {
        let entries = labels.iter().map(|(measured, one)| {
            let value = json!({
                "tp": one.tp, "fp": one.fp, "fn": one.false_negative, "tn": one.tn,
                "precision": one.precision(), "recall": one.recall(), "f1": one.f1(),
                "kappa": one.kappa(), "ac1": one.ac1(),
            });
            (measured.name(), value)
        });
        Value::Object(entries.collect::<Map<_, _>>())
    };
    let mut answer = json!({"n": evaluation.n, "labels": labels(&evaluation.labels)});
    if by_corpus {
        let corpora = evaluation
            .by_corpus
            .iter()
            .map(|(name, (n, of_corpus))| (name.clone(), json!({"n": n, "labels": labels(of_corpus)})));
        answer["by"] = json!({"corpus": Value::Object(corpora.collect())});
    }
    answer
}

fn print_errors(
    out: &mut Out,
    reader: &Reader<'_>,
    evaluation: &Evaluation,
    gold: &[GoldMessage],
    measured: Measured,
) -> Result<(), Failure> {
    let rules = reader.lexicon().rules();
    for confusion in evaluation.confusions(gold, measured) {
        let message = &gold[confusion.message];
        let reading = &evaluation.readings[confusion.message];
        let kind = if confusion.machine { "FALSE ALARM" } else { "MISS" };
        writeln!(out, "\n=== {kind} of {}: {}", measured.name(), message.id)?;
        for turn in &message.context {
            let who = if turn.is_agent() { "agent" } else { "customer" };
            writeln!(out, "[{who}] {}", turn.text)?;
        }
        writeln!(out, "> {}", message.text)?;
        for one in &reading.detections {
            let rule = &rules[one.rule as usize];
            let kind = one.kind.map(|kind| format!(":{}", kind.name())).unwrap_or_default();
            writeln!(out, "  {}{kind} ({}) «{}»", one.label, rule.id, one.span.of(&message.text))?;
        }
        let situation = &reading.situation;
        if let Some(cue) = situation.failure_cue {
            let by = cue.rule.map_or("a plain statement", |rule| rules[rule as usize].id.as_str());
            writeln!(out, "  failure shown by turn {} ({by})", cue.turn)?;
        }
        writeln!(
            out,
            "  service_failure {} apology_due {} follow_up_due {}{}",
            situation.service_failure,
            situation.apology_due,
            situation.follow_up_due,
            reading.not_scored.map(|reason| format!(", not scored: {}", reason.code())).unwrap_or_default()
        )?;
    }
    Ok(())
}
