//! `amends lexicon format`.

use crate::cli::output::{self, counted};
use crate::cli::{CANNOT, FOUND_WRONG, Failure, OK};
use crate::lexicon_format;
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "\
Rewrites label files in place: fields in a fixed order, one pattern or example a line, comments kept.
What the rules mean does not change; a file for which that cannot be made sure is left alone.
Scorecards and the shared files of a language (classes.toml, context.toml, spelling.toml, frequency.toml,
deadlines.toml, confidence.toml, off.toml) have layouts of their own and are left alone.

Example:
  amends lexicon format my-rules --check

Exit codes: 0 all files are canonical now; 1 --check found one that is not; 2 a file cannot be read or written")]
pub(super) struct FormatArgs {
    /// A folder laid out like the built-in one (en/*.toml, …), or a file
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Change nothing; exit with 1 when a file is not in canonical form
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &FormatArgs) -> Result<u8, Failure> {
    let mut out = output::stdout();
    let (mut seen, mut changed, mut failed) = (0, 0, 0);
    for path in files(&args.folder)? {
        let text = std::fs::read_to_string(&path).map_err(|error| cannot("read", &path, &error))?;
        // Classes, context words and scorecards have layouts of their own.
        if !lexicon_format::is_label_file(&text) && toml::from_str::<toml::Table>(&text).is_ok() {
            continue;
        }
        seen += 1;
        match lexicon_format::format(&text) {
            Err(error) => {
                let colon = if matches!(error, lexicon_format::FormatError::Toml { .. }) { ":" } else { ": " };
                output::complain(&format!("{}{colon}{error}", path.display()));
                failed += 1;
            }
            Ok(formatted) if formatted == text => {}
            Ok(_) if args.check => {
                writeln!(out, "{}: not in canonical form", path.display())?;
                changed += 1;
            }
            Ok(formatted) => {
                std::fs::write(&path, formatted).map_err(|error| cannot("write", &path, &error))?;
                writeln!(out, "{}: rewritten", path.display())?;
                changed += 1;
            }
        }
    }
    let word = if args.check { "not canonical" } else { "rewritten" };
    writeln!(out, "{}, {changed} {word}", counted(seen, "label file"))?;
    out.flush()?;
    Ok(match () {
        () if failed > 0 => CANNOT,
        () if args.check && changed > 0 => FOUND_WRONG,
        () => OK,
    })
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

/// The TOML files in `folder` and its folders, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if folder.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))? {
        let entry = entry.map_err(|error| cannot("read", folder, &error))?;
        let kind = entry.file_type().map_err(|error| cannot("read", folder, &error))?;
        let path = entry.path();
        if kind.is_dir() {
            files.extend(self::files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
