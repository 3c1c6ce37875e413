//! What an audit is asked to do, as written on the command line.

use super::office::OfficeArgs;
use crate::audit::plan::Plan;
use crate::cli::Failure;
use crate::lexicon::Lexicon;
use crate::promise::Terms;
use crate::reading::LeastConfidence;
use crate::score::Scorecard;
use crate::source::export::{Format, Settings};
use crate::source::mail::Ours;
use crate::source::table::{self, DateOrder, Given};
use crate::trend::{Grain, Minimum, period};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How exports are read.
#[derive(Debug, Args)]
pub(super) struct ReadingArgs {
    /// The tool that the exports are of, where their looks do not tell
    #[arg(long, value_name = "TOOL", value_parser = formats())]
    format: Option<Format>,
    /// The encoding of the exports, where it is not found out, for example windows-1252
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<&'static encoding_rs::Encoding>,
    /// The columns of tables, where their names do not tell: conversation=Ticket,body=Text,direction=Way …
    #[arg(long, value_name = "FIELD=COLUMN,…", value_parser = Given::parse)]
    map: Option<Given>,
    /// Whether 03/02/2026 is in February (day-first) or March (month-first), where no date in a table tells
    #[arg(long, value_name = "ORDER", value_parser = dates)]
    dates: Option<DateOrder>,
    /// The company's mail addresses and domains: support@example.com,@example.com
    #[arg(long, value_name = "ADDRESS,…", value_parser = Ours::parse)]
    our_addresses: Option<Ours>,
    /// Stop at the first row that cannot be read
    #[arg(long)]
    strict: bool,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::all().map(Format::name))
        .try_map(|name| Format::named(&name).ok_or("no format has this name"))
}

fn encoding(name: &str) -> Result<&'static encoding_rs::Encoding, String> {
    let known = "known are the names of the WHATWG Encoding Standard, such as utf-16le or windows-1252";
    encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(|| known.to_owned())
}

fn dates(name: &str) -> Result<DateOrder, String> {
    DateOrder::named(name).ok_or_else(|| format!("there are {}", DateOrder::ALL.map(DateOrder::name).join(" and ")))
}

impl ReadingArgs {
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let columns = self.map.clone().unwrap_or_default();
        let tables = table::Settings { columns, dates: self.dates };
        let ours = self.our_addresses.clone().unwrap_or_default();
        Ok(Settings { format: self.format, encoding: self.encoding, tables, ours })
    }
}

/// Which messages count, and how they are grouped and shown.
#[derive(Debug, Args)]
pub(super) struct ChoiceArgs {
    /// Messages before this day or time are read as context only
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Messages from this day or time on are read as context only
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Count the messages of these agents only (identifier or name; give it again for more)
    #[arg(long, value_name = "AGENT")]
    agent: Vec<String>,
    /// CSV file with the columns `agent` (identifier or name) and `team`
    #[arg(long, value_name = "FILE")]
    team: Option<PathBuf>,
    #[command(flatten)]
    office: OfficeArgs,
    /// The end of the data, by which promises are judged; the newest message's time unless said
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Length of a period in trends: day, week or month
    #[arg(long, value_name = "PERIOD", default_value = "week")]
    period: String,
    /// Nobody is judged by fewer applicable messages than this
    #[arg(long, value_name = "N", default_value_t = Minimum::default().applicable)]
    min_n: u64,
    /// Mask names, e-mail addresses, telephone and card numbers in what is written (as far as they are found)
    #[arg(long)]
    redact: bool,
    /// Write `agent-1a2b3c4d` instead of agents' names; the same SECRET gives the same names again
    #[arg(long, value_name = "SECRET", num_args = 0..=1, default_missing_value = "", require_equals = true)]
    anonymise_agents: Option<String>,
    /// How many conversations are read side by side; as many as there are processors unless said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl ChoiceArgs {
    pub(super) fn plan<'l>(
        &self,
        lexicon: &'l Lexicon,
        card: &'l Scorecard,
        least_confidence: LeastConfidence,
        reading: &ReadingArgs,
    ) -> Result<Plan<'l>, Failure> {
        let zone = period::time_zone(&self.office.timezone)?;
        let grain = self.period.parse::<Grain>()?;
        let instant = |text: &Option<String>| text.as_deref().map(|text| time(text, &zone)).transpose();
        let (since, until, as_of) = (instant(&self.since)?, instant(&self.until)?, instant(&self.as_of)?);
        let (office, terms) = (self.office.office(reading.dates)?, Terms::default());
        let teams = self.team.as_ref().map(teams).transpose()?.unwrap_or_default();
        let threads = match self.threads {
            Some(threads) => usize::from(threads),
            None => std::thread::available_parallelism()?.get(),
        };
        let anonymise = match self.anonymise_agents.as_deref() {
            Some("") => Some(random_secret()),
            secret => secret.map(str::to_owned),
        };
        let minimum = Minimum { applicable: self.min_n, ..Minimum::default() };
        let agents = self.agent.iter().cloned().collect();
        let redact = self.redact;
        Ok(Plan {
            lexicon,
            card,
            least_confidence,
            since,
            until,
            agents,
            teams,
            zone,
            office,
            terms,
            as_of,
            grain,
            minimum,
            redact,
            anonymise,
            threads,
            strict: reading.strict,
        })
    }
}

/// A day, month or week in the office's zone, at its start; or a time with its offset.
fn time(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let day = match text.parse::<Date>() {
        Ok(day) => day,
        Err(_) => text
            .parse::<period::Period>()
            .map_err(|error| format!("{error}, nor a time such as 2026-07-01T09:00:00+02:00"))?
            .first_day(),
    };
    Ok(day.to_zoned(zone.clone())?.timestamp())
}

/// Unguessable, and different in every run.
fn random_secret() -> String {
    use std::hash::{BuildHasher, RandomState};
    // The standard library seeds these from the system's source of chance.
    (0..2).map(|index: u8| format!("{:016x}", RandomState::new().hash_one(index))).collect()
}

/// Teams by agent.
fn teams(path: &PathBuf) -> Result<BTreeMap<String, String>, Failure> {
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let headers = reader.headers()?.clone();
    let column = |name: &str| headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name));
    let (Some(agent), Some(team)) = (column("agent"), column("team")) else {
        let found: Vec<&str> = headers.iter().collect();
        return Err(format!("{shown} needs the columns `agent` and `team`; it has {}", found.join(", ")).into());
    };
    let mut teams = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|error| format!("{shown}: {error}"))?;
        if let (Some(agent), Some(team)) = (row.get(agent), row.get(team)) {
            teams.insert(agent.trim().to_owned(), team.trim().to_owned());
        }
    }
    Ok(teams)
}
