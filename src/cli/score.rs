//! `amends score`.
use super::LibraryArgs;
use crate::library::{DEFAULT_SCORECARD, Library};
use crate::reading::Reader;
use crate::situation::History;
use crate::text::Markup;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct ScoreArgs {
    /// temp
    files: Vec<PathBuf>,
    #[command(flatten)]
    library: LibraryArgs,
}

pub(super) fn run(args: &ScoreArgs) -> Result<u8, Box<dyn std::error::Error>> {
    let library = Library::open(&args.library.additions())?;
    let lexicon = library.lexicons().first().ok_or("no lexicon")?;
    let mut reader = Reader::new(lexicon, library.scorecard(DEFAULT_SCORECARD)?);
    for file in &args.files {
        let body = std::fs::read_to_string(file)?;
        let reading = reader.agent(&body, Markup::Sniff, false, &mut History::default());
        for one in &reading.detections {
            anstream::println!("{} {:?} ({}) «{}»", one.label, one.kind, lexicon.rules()[one.rule as usize].id, one.span.of(&body));
        }
        anstream::println!("{:?}", reading.situation);
    }
    Ok(0)
}
