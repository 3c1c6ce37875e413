//! A loss of power, unlike a kill, takes all that was not synced: bytes of files, and the names of files whose folder
//! was not. `strace` tells what the program syncs, and when; where it does not work these tests say so and pass, unless
//! `TEST_STRACE=required`, as `.ci/run` says.

use super::client::Request;
use super::{Data, PATIENCE};
use crate::support::{PROGRAM, without_settings};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// All that names files, empties or syncs them, with the paths of what is open.
const TRACED: [&str; 4] = ["-f", "-y", "-e", "trace=/^(mkdir|open|rename|ftruncate|fsync|fdatasync)"];

/// What a program asked of the file system, in its order.
struct Calls(Vec<String>);

impl Calls {
    /// Of `amends` with `arguments`.
    fn of(arguments: &[&str], record: &Path) -> Self {
        let mut traced = without_settings("strace");
        let ended = traced.args(TRACED).arg("-o").arg(record).arg(PROGRAM).args(arguments).output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        Self::read(record)
    }

    fn read(record: &Path) -> Self {
        let record = std::fs::read_to_string(record).unwrap();
        let lines = record.lines().filter(|line| !line.contains(" = -1 E"));
        Self(lines.map(|line| line.replace("fdatasync(", "fsync(")).collect())
    }

    /// The line that follows the first, from line `start` on, in which `call` is made for `path`.
    fn after(&self, start: usize, call: &str, path: &Path) -> usize {
        let names = [format!("\"{}\"", path.display()), format!("<{}>", path.display())];
        let call = format!(" {call}(");
        let is_it = |line: &String| line.contains(&call) && names.iter().any(|name| line.contains(name));
        let found = self.0[start..].iter().position(is_it);
        start + 1 + found.unwrap_or_else(|| panic!("no{call}{}) in:\n{}", path.display(), self.0[start..].join("\n")))
    }
}

fn strace_works() -> bool {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success());
    if !works {
        assert!(std::env::var("TEST_STRACE").is_err(), "strace does not work on this machine");
        println!("not tested: strace does not work on this machine");
    }
    works
}

#[test]
fn a_new_data_folder_and_a_backup_keep_their_names() {
    if !strace_works() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let (record, parent) = (folder.join("record"), folder.join("parent"));
    let data = parent.join("data");
    let on_data = ["--data", data.to_str().unwrap()];

    let made = Calls::of(&[["token", "create", "test", "--role", "admin"].as_slice(), &on_data].concat(), &record);
    made.after(made.after(0, "mkdir", &parent), "fsync", &folder);
    made.after(made.after(0, "mkdir", &data), "fsync", &parent);
    made.after(made.after(0, "openat", &data.join("amends.sqlite-wal")), "fsync", &data);

    let (backup, unfinished) = (folder.join("backup"), folder.join("backup.unfinished"));
    let copied = Calls::of(&[["backup", backup.to_str().unwrap()].as_slice(), &on_data].concat(), &record);
    let whole = copied.after(0, "fsync", &unfinished);
    copied.after(copied.after(whole, "rename", &backup), "fsync", &folder);
}

#[test]
fn an_upload_keeps_its_name_and_what_is_erased_stays_out_of_the_log() {
    if !strace_works() {
        return;
    }
    let data = Data::new();
    let folder = data.path().canonicalize().unwrap();
    let record = folder.with_file_name("record");
    // The tracer runs beside the program, which gets the signals.
    let script =
        format!("exec strace -D {} '{}' -o '{}' \"$0\" \"$@\"", TRACED[..3].join(" "), TRACED[3], record.display());
    let running = data.serve_by(&script);
    let conversation =
        json!({"id": "1", "source": "shop", "messages": [{"id": "1", "author": {"role": "agent"}, "body": "Sorry!"}]});
    let uploaded = running.send(&Request::new("POST", "/v1/imports", &conversation.to_string()));
    assert_eq!(uploaded.status, 202, "{}", uploaded.text());
    running.settle();
    let erased = running.send(&Request::new("DELETE", "/v1/conversations/1", ""));
    assert_eq!((erased.status, &erased.json()["cleared"]), (200, &json!(true)));
    running.stop();
    // The tracer may still be writing.
    let is_over = || std::fs::read_to_string(&record).unwrap().trim_end().ends_with("+++ exited with 0 +++");
    let began = Instant::now();
    while !is_over() {
        assert!(began.elapsed() < PATIENCE, "the record has no end");
        std::thread::sleep(Duration::from_millis(20));
    }

    let calls = Calls::read(&record);
    let (uploads, log) = (folder.join("uploads"), folder.join("amends.sqlite-wal"));
    calls.after(calls.after(0, "mkdir", &uploads), "fsync", &folder);
    let made = calls.0.iter().find(|line| line.contains("/uploads/") && line.contains("O_CREAT")).unwrap();
    let upload = PathBuf::from(made.split('"').nth(1).unwrap());
    let kept = calls.after(calls.after(0, "fsync", &upload), "fsync", &uploads);
    calls.after(kept, "fsync", &log);
    calls.after(calls.after(0, "ftruncate", &log), "fsync", &log);
}

#[test]
fn what_a_killed_program_left_in_the_log_is_on_disk_before_it_is_read() {
    if !strace_works() {
        return;
    }
    let data = Data::new();
    let running = data.serve();
    let conversation = json!({"messages": [{"id": "1", "author": {"role": "agent"}, "body": "Sorry!"}]});
    running.send(&Request::new("PUT", "/v1/conversations/shop/1", &conversation.to_string()));
    running.kill();
    let folder = data.path().canonicalize().unwrap();
    let calls = Calls::of(&["check", "--data", folder.to_str().unwrap()], &folder.with_file_name("record"));
    let synced = calls.after(0, "fsync", &folder.join("amends.sqlite-wal"));
    calls.after(synced, "openat", &folder.join("index/meta.json"));
}
