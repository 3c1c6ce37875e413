//! Directories in every state: an index that cannot be trusted is begun anew and says why.

use super::{document, found, open, shop};
use amends::index::{Index, IndexError, Opened, Rebuilt, Stamp};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn closed(opened: Opened) {
    opened.writer.close().unwrap();
}

/// Begun anew, empty, not complete; can be fed and is found whole the next time.
fn begins_anew(folder: &Path) -> Rebuilt {
    let mut opened = open(folder);
    let reason = opened.rebuilt.clone().unwrap();
    assert!(opened.index.is_empty() && !opened.index.is_complete() && opened.index.change() == 0, "{reason}");
    opened.writer.replace(1, [document(1, "tea")]).unwrap();
    opened.writer.commit(3, 3).unwrap();
    assert_eq!(found(&opened.index, "tea"), [1]);
    closed(opened);
    let again = open(folder);
    assert_eq!((&again.rebuilt, again.index.change(), again.index.is_complete()), (&None, 3, true));
    assert_eq!(found(&again.index, "tea"), [1]);
    reason
}

#[test]
fn a_sound_index_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(open(&folder.path().join("in/it")).rebuilt, Some(Rebuilt::Missing));
    closed(shop(folder.path()));
    let opened = open(folder.path());
    assert_eq!((opened.rebuilt, opened.index.change(), opened.index.is_complete()), (None, 5, true));
    assert_eq!(found(&opened.index, "courier"), [2]);
}

#[test]
fn an_index_is_complete_once_it_has_come_up_to_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    opened.writer.replace(1, [document(1, "tea")]).unwrap();
    opened.writer.commit(1, 2).unwrap();
    assert!(!opened.index.is_complete());
    closed(opened);
    let mut opened = open(folder.path());
    assert_eq!((&opened.rebuilt, opened.index.is_complete(), opened.index.change()), (&None, false, 1));
    opened.writer.commit(2, 2).unwrap();
    assert!(opened.index.is_complete());
    opened.writer.commit(3, 9).unwrap();
    assert!(opened.index.is_complete(), "to be some changes behind is the way of following");
}

#[test]
fn another_making_begins_anew() {
    let other = |change: fn(&mut Stamp)| {
        let folder = tempfile::tempdir().unwrap();
        let mut stamp = Stamp::current("one");
        change(&mut stamp);
        let mut opened = Index::open(folder.path(), &stamp).unwrap();
        opened.writer.commit(1, 1).unwrap();
        closed(opened);
        let expected = Rebuilt::OtherStamp { found: stamp, wanted: Stamp::current("one") };
        assert_eq!(begins_anew(folder.path()), expected);
    };
    other(|stamp| stamp.digest = "two".to_owned());
    other(|stamp| stamp.schema += 1);
    other(|stamp| stamp.analyser += 1);
}

#[test]
fn an_index_never_committed_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    opened.writer.replace(1, [document(1, "tea")]).unwrap();
    drop(opened);
    assert_eq!(begins_anew(folder.path()), Rebuilt::Unwritten);
}

#[test]
fn any_damaged_or_missing_file_is_noticed() {
    let model = tempfile::tempdir().unwrap();
    let mut opened = shop(model.path());
    // With a deletion, so that there is a file of those too.
    opened.writer.replace(10, [document(1, "tea")]).unwrap();
    opened.writer.commit(6, 6).unwrap();
    opened.writer.remove(11);
    opened.writer.replace(12, [document(2, "tea"), document(3, "tea")]).unwrap();
    opened.writer.commit(7, 7).unwrap();
    closed(opened);
    let names: Vec<PathBuf> = files(model.path());
    let mut noticed = 0;
    for name in names.iter().map(|path| path.file_name().unwrap()) {
        if name.to_str().unwrap().ends_with(".lock") || name == ".managed.json" {
            continue;
        }
        let damages: [fn(&Path); 5] = [
            |file| std::fs::remove_file(file).unwrap(),
            |file| std::fs::write(file, b"").unwrap(),
            |file| std::fs::write(file, b"garbage \xff\x00 and more garbage, long enough for a footer").unwrap(),
            |file| {
                let bytes = std::fs::read(file).unwrap();
                std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
            },
            |file| {
                let mut bytes = std::fs::read(file).unwrap();
                let middle = bytes.len() / 3;
                bytes[middle] ^= 0x55;
                std::fs::write(file, bytes).unwrap();
            },
        ];
        for damage in damages {
            let folder = tempfile::tempdir().unwrap();
            for file in &names {
                std::fs::copy(file, folder.path().join(file.file_name().unwrap())).unwrap();
            }
            damage(&folder.path().join(name));
            let opened = open(folder.path());
            if opened.rebuilt.is_some() {
                assert!(opened.index.is_empty() && !opened.index.is_complete());
                noticed += 1;
            } else {
                // A file that a merge has left behind and nobody reads.
                assert_eq!(found(&opened.index, "tea"), [1, 2, 3], "{name:?}");
            }
        }
    }
    assert!(noticed >= 35, "{noticed}: {names:?}");
}

#[test]
fn a_lost_list_of_files_loses_nothing() {
    for content in [&b""[..], b"[]", b"garbage"] {
        let folder = tempfile::tempdir().unwrap();
        closed(shop(folder.path()));
        std::fs::write(folder.path().join(".managed.json"), content).unwrap();
        let opened = open(folder.path());
        assert!(opened.rebuilt.is_some() || found(&opened.index, "courier") == [2]);
    }
}

#[test]
fn other_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["letter.txt", "meta.json.bak", "0123456789abcdef.idx"] {
        std::fs::write(folder.path().join(name), "mine").unwrap();
    }
    std::fs::write(folder.path().join("meta.json"), "{}").unwrap();
    begins_anew(folder.path());
    for name in ["letter.txt", "meta.json.bak", "0123456789abcdef.idx"] {
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).unwrap(), "mine");
    }
    let file = folder.path().join("letter.txt");
    assert!(matches!(Index::open(&file, &Stamp::current("one")), Err(IndexError::Folder { .. })));
}
