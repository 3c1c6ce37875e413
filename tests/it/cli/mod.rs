//! Runs of the program itself, with a small lexicon of its own so that rules may change freely.

mod access;
mod audit;
mod confidence;
mod data;
mod hostile;
mod lexicon;
mod program;
mod report;
mod score;

use crate::support::{PROGRAM, without_settings};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const LEXICON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/lexicon");
const NOT_ARRIVED: &str = "My parcel never arrived.";

const CONVERSATION: &str = concat!(
    r#"{"id": "p1", "messages": [{"author": {"role": "customer"}, "body": "My parcel never arrived."}, "#,
    r#"{"id": "m2", "author": {"role": "agent", "name": "Tom"}, "body": "Hello Ines, we are very busy and the courier lost it."}, "#,
    r#"{"author": {"role": "agent"}, "visibility": "internal", "body": "Not our fault."}, "#,
    r#"{"author": {"role": "agent"}, "body": "Hello Ines, I am sorry 😀 that it is late. We will send a new one."}]}"#,
);

fn command(folder: &Path) -> Command {
    let mut command = without_settings(PROGRAM);
    command.current_dir(folder).env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
    command
}

/// `amends score` with the small lexicon.
fn score(folder: &Path, args: &[&str]) -> Output {
    command(folder).args(["score", "--lexicons", LEXICON, "--alone"]).args(args).stdin(Stdio::null()).output().unwrap()
}

fn amends(folder: &Path, args: &[&str]) -> Output {
    command(folder).args(args).stdin(Stdio::null()).output().unwrap()
}

fn with_stdin(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut command = command(folder);
    command.args(["score", "--lexicons", LEXICON, "--alone"]).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn folder_with(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}
