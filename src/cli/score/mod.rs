//! `amends score`.

mod evidence;
mod human;
mod input;
mod json;
mod tally;

use super::{CANNOT, DoubtArgs, FOUND_WRONG, Failure, LibraryArgs, OK, lexicon_of, output};
use crate::lexicon::{Label, LabelSet};
use crate::library::{DEFAULT_SCORECARD, Library};
use crate::reading::Reader;
use crate::score::Scorecard;
use crate::wire;
use clap::{Args, ValueEnum};
use input::{InputKind, Source};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use tally::Tally;

const AFTER_HELP: &str = "\
What is read:
  Plain text is one message of an agent; --customer says what it answers.
  JSON is one conversation, an array of them, or {\"conversations\": [...]}; JSON Lines has one
  conversation a line. `amends schema` prints their form. Which of the three a file is shows in its
  first characters (and a name in .json, .jsonl or .ndjson is believed); --input settles it.

Examples:
  amends score draft.txt
  amends score --customer 'My parcel never came.' --customer 'Hello??' draft.txt
  pbpaste | amends score --only excuse,finger_pointing
  amends score tickets.jsonl --format json --scorecard amends | jq .summary
  amends score outbox/*.txt --fail-under 60 || echo 'look again'

Exit codes:
  0  all messages were read
  1  a message scores below --fail-under
  2  the command was not understood, or some input could not be read (the rest was)";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ScoreArgs {
    /// Files to read; `-`, or none, for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files hold, where it is not to be found out from them
    #[arg(long, value_enum, value_name = "KIND")]
    input: Option<InputKind>,
    /// What the customer wrote before a plain-text message; give it again for each further turn
    #[arg(long, value_name = "TEXT")]
    customer: Vec<String>,
    /// How to print results
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// Name of a scorecard, or a file of one
    #[arg(long, value_name = "NAME|FILE.toml", default_value = DEFAULT_SCORECARD)]
    scorecard: String,
    /// Show evidence of these labels only
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    only: Vec<String>,
    /// Exit with 1 when any message scores below N (0 to 100)
    #[arg(long, value_name = "N", value_parser = threshold)]
    fail_under: Option<f64>,
    #[command(flatten)]
    doubt: DoubtArgs,
    /// Language of the rules to read with (ISO 639-1)
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    #[command(flatten)]
    library: LibraryArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For people: the evidence underlined in place
    Text,
    /// One JSON document: conversations and a summary
    Json,
    /// JSON Lines: one conversation a line
    Jsonl,
}

pub(super) fn run(args: &ScoreArgs) -> Result<u8, Failure> {
    let library = args.library.open()?;
    let lexicon = lexicon_of(&library, args.language.as_deref())?;
    let card = &*card_of(&library, &args.scorecard)?;
    let only = labels(&args.only)?;
    let context = wire::Context { lexicon, card, only };
    let mut reader = Reader::new(lexicon, card).with_least_confidence(args.doubt.threshold(lexicon)?);
    let mut report = Report::start(args.format)?;
    let mut tally = Tally::default();
    let stdin = [PathBuf::from("-")];
    for path in if args.files.is_empty() { &stdin[..] } else { &args.files } {
        let source = Source::new(path, args.input, &args.customer);
        for item in source.conversations() {
            match item {
                Err(problem) => {
                    report.flush()?;
                    output::complain(&problem.to_string());
                    tally.unreadable(problem.to_string());
                }
                Ok(one) => {
                    let readings = reader.conversation(&one.conversation);
                    tally.add(&one.conversation, &readings, args.fail_under);
                    report.conversation(&context, &one, &readings)?;
                }
            }
        }
    }
    report.finish(&tally)?;
    Ok(match () {
        () if tally.failed_to_read() => CANNOT,
        () if tally.below > 0 => FOUND_WRONG,
        () => OK,
    })
}

/// Where results go.
enum Report {
    Text(human::Human),
    Json(json::Json),
}

impl Report {
    fn start(format: OutputFormat) -> Result<Self, Failure> {
        Ok(match format {
            OutputFormat::Text => Self::Text(human::Human::new()),
            OutputFormat::Json => Self::Json(json::Json::document()?),
            OutputFormat::Jsonl => Self::Json(json::Json::lines()),
        })
    }

    fn conversation(
        &mut self,
        context: &wire::Context<'_>,
        one: &input::Given,
        readings: &[crate::reading::MessageReading],
    ) -> Result<(), Failure> {
        let result = wire::conversation(context, &one.conversation, &one.name, readings);
        match self {
            Self::Text(human) => human.conversation(context, one, &result),
            Self::Json(json) => json.conversation(&result),
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Self::Text(human) => human.flush(),
            Self::Json(json) => json.flush(),
        }
    }

    fn finish(&mut self, tally: &Tally) -> Result<(), Failure> {
        match self {
            Self::Text(human) => human.finish(tally),
            Self::Json(json) => json.finish(tally),
        }
    }
}

/// The scorecard called `name`, or that of a file.
pub(super) fn card_of<'l>(library: &'l Library, name: &str) -> Result<Cow<'l, Scorecard>, Failure> {
    if name.ends_with(".toml") || name.contains(['/', '\\']) {
        read_scorecard(Path::new(name)).map(Cow::Owned)
    } else {
        scorecard_named(library, name).map(Cow::Borrowed)
    }
}

fn read_scorecard(path: &Path) -> Result<Scorecard, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(Scorecard::parse(&path.display().to_string(), &text)?)
}

fn scorecard_named<'l>(library: &'l Library, name: &str) -> Result<&'l Scorecard, Failure> {
    library.scorecard(name).map_err(|error| format!("{error}; or name a file that ends in .toml").into())
}

fn labels(names: &[String]) -> Result<Option<LabelSet>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    let found = names.iter().map(|name| label(name.trim())).collect::<Result<LabelSet, Failure>>()?;
    Ok(Some(found))
}

/// The label called `name`, or an error that names all.
pub(super) fn label(name: &str) -> Result<Label, Failure> {
    Label::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Label::ALL.iter().map(|label| label.name()).collect();
        format!("no label is called `{name}`; there are {}", known.join(", ")).into()
    })
}

fn threshold(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=100.0).contains(&number) => Ok(number),
        _ => Err("expected a number from 0 to 100".into()),
    }
}
