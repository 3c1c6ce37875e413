//! A disk without room.

use super::Data;
use super::load::{Sender, Way};
use crate::support::without_settings;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A file system of its own, of 40 MB.
pub struct SmallDisk {
    holder: Child,
    folder: TempDir,
}

impl SmallDisk {
    /// None where this machine does not let users make one.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let script = "mount -t tmpfs -o size=40m tmpfs \"$0\" && echo made && exec cat";
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut said = [0; 5];
        let made = std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut said);
        let disk = Self { holder, folder };
        made.is_ok().then_some(disk)
    }

    /// Where programs that [enter](Self::enter) find it.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Where all others find it.
    pub fn seen_from_outside(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.folder.path().strip_prefix("/").unwrap())
    }

    /// Runs `program` where the disk is there.
    pub fn enter(&self, program: &str) -> Command {
        let mut command = without_settings("nsenter");
        command.args(["--preserve-credentials", "--user", "--mount", "--target", &self.holder.id().to_string()]);
        command.args(["--", program]);
        command
    }

    fn ballast(&self) -> PathBuf {
        self.seen_from_outside().join("ballast")
    }

    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.ballast()).unwrap();
        while file.write_all(&[7; 4096]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_that_was_acknowledged_is_lost() {
    let Some(disk) = SmallDisk::new() else {
        println!("not tested: no file system can be made here (unshare, mount)");
        return;
    };
    let data = Data::on(disk);
    let disk = data.disk.as_ref().unwrap();
    let running = data.serve();
    let ways = [Way::Conversation, Way::Webhook, Way::Batch, Way::Import];
    let mut senders = ways.map(|way| Sender::new(way.name(), way));
    let send = |senders: &mut [Sender], round: usize| {
        senders.iter_mut().for_each(|sender| sender.send(&running.connect(), round, &AtomicBool::new(true)));
    };
    send(&mut senders, 0);
    running.settle();

    // What is free within the files that are there is used first.
    let began = Instant::now();
    while senders.iter().any(|sender| sender.refused.is_empty()) {
        disk.fill();
        send(&mut senders, 1);
        assert!(began.elapsed() < Duration::from_secs(100), "it takes all in");
    }
    for sender in &senders {
        for refused in &sender.refused {
            assert!(refused.contains("the disk is full"), "{:?}: {refused}", sender.way);
            let told = if sender.way == Way::Batch { "\"status\":\"failed\"" } else { "503: " };
            assert!(refused.contains(told), "{:?}: {refused}", sender.way);
        }
    }
    assert_eq!(running.get("/healthz").status, 200);
    assert!(running.found("sorry").is_some(), "reading and searching go on");
    // An export is noted in the audit log, or not given.
    assert_eq!(running.get("/v1/export?what=messages&format=jsonl").status, 503);

    disk.make_room();
    senders.iter_mut().for_each(|sender| sender.refused.clear());
    send(&mut senders, 2);
    running.settle();
    let kept = running.kept();
    assert!(kept.values().all(|times| *times == 1));
    for sender in &senders {
        assert!(sender.refused.is_empty(), "{:?}", sender.refused);
        assert!(sender.kept.iter().all(|name| kept.contains_key(name)), "{:?}", sender.way);
        assert!(sender.kept.iter().any(|(conversation, _)| conversation.starts_with("r2-")));
    }
    assert!(running.found("sorry") > Some(0));
    running.stop();
    data.assert_whole();
}

/// Files may not grow beyond a limit, as with a quota.
#[test]
fn a_disk_that_cannot_be_written_is_told_too() {
    let data = Data::new();
    // Blocks of 512 bytes or 1 KiB, as the shell counts: some megabytes. The system says so by an error, and by no signal.
    let running = data.serve_by("trap '' XFSZ; ulimit -f 5000; exec \"$0\" \"$@\"");
    let mut sender = Sender::new("quota", Way::Conversation);
    let began = Instant::now();
    for round in 0.. {
        sender.send(&running.connect(), round, &AtomicBool::new(true));
        if !sender.refused.is_empty() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(100), "it takes all in");
    }
    for refused in &sender.refused {
        assert!(refused.contains("503: ") && refused.contains("the disk cannot be written"), "{refused}");
    }
    assert_eq!(running.get("/healthz").status, 200);
    drop(running);
    // Without the limit it goes on, and nothing that was acknowledged is lost.
    let running = data.serve();
    running.settle();
    let kept = running.kept();
    assert!(sender.kept.iter().all(|name| kept.get(name) == Some(&1)));
    running.stop();
    data.assert_whole();
}
