//! The search index is deleted, damaged or of an earlier version while the service is stopped.

use super::Data;
use super::load::{Sender, Way};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_none_or(|kind| kind != "lock")).collect();
    files.sort();
    files
}

fn change(file: &Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = change(std::fs::read(file).unwrap());
    std::fs::write(file, bytes).unwrap();
}

/// What befalls the files of an index, and what is said of it.
type Damage = (&'static str, fn(&Path), &'static str);

const DAMAGES: [Damage; 6] = [
    ("deleted", |folder| std::fs::remove_dir_all(folder).unwrap(), "there was no search index; it is made anew"),
    ("emptied", |folder| files(folder).iter().for_each(|file| std::fs::remove_file(file).unwrap()), "made anew"),
    (
        "each file cut off",
        |folder| files(folder).iter().for_each(|file| change(file, |bytes| bytes[..bytes.len() / 2].to_vec())),
        "the search index is damaged",
    ),
    (
        "each file garbage",
        |folder| files(folder).iter().for_each(|file| change(file, |bytes| vec![0xA5; bytes.len()])),
        "the search index is damaged",
    ),
    (
        "garbage in the largest file",
        |folder| {
            let largest = files(folder).into_iter().max_by_key(|file| file.metadata().unwrap().len()).unwrap();
            change(&largest, |bytes| bytes.iter().map(|byte| !byte).collect());
        },
        "the search index is damaged",
    ),
    (
        "of an earlier version",
        |folder| {
            change(&folder.join("meta.json"), |bytes| {
                let text = String::from_utf8(bytes).unwrap();
                let older = text.replacen(r#"\"schema\":"#, r#"\"schema\":9"#, 1);
                assert_ne!(older, text);
                older.into_bytes()
            });
        },
        "the search index is of another making",
    ),
];

#[test]
fn a_damaged_index_is_told_and_made_anew_while_the_service_answers() {
    let data = Data::new();
    let running = data.serve();
    let mut sender = Sender::new("batch", Way::Batch);
    for round in 0..5 {
        sender.send(&running.connect(), round, &AtomicBool::new(true));
    }
    running.settle();
    let found = running.found("sorry");
    assert!(found > Some(0), "{found:?}");
    running.stop();
    data.assert_whole();
    for (what, damage, told) in DAMAGES {
        damage(&data.path().join("index"));
        let running = data.serve();
        // It answers at once, and says that it does not know all yet.
        let now = running.found("sorry");
        assert!(now.is_none() || now == found, "{what}: {now:?}");
        running.settle();
        assert_eq!(running.found("sorry"), found, "{what}");
        let said = running.stop();
        assert!(said.contains(told) && said.contains("it is made anew from the store"), "{what}: {said}");
        data.assert_whole();
    }
    let running = data.serve();
    assert_eq!(running.found("sorry"), found);
    assert!(!running.stop().contains("anew"), "a sound index is gone on with");
}
