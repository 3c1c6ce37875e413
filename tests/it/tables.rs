//! Tables: `tests/exports/{csv,salesforce,osticket}/FILE` beside what is read in it, `FILE.snap`.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test it tables`, then read the difference.

use crate::sources::{exports, is_beside, told};
use amends::source::mail::Ours;
use amends::source::table::{DateOrder, Given, Mapping, Settings, Table, recognised};
use amends::source::{Place, Problem, Record};
use proptest::prelude::*;
use std::path::Path;

/// What the tests give for a file by the name of it, as a user would.
fn settings(file: &Path) -> (Settings, Ours) {
    let given = |columns: &str| Settings { columns: Given::parse(columns).unwrap(), ..Settings::default() };
    match file.file_name().unwrap().to_str().unwrap() {
        "mapped.csv" => {
            (given("conversation=Fall, role=absender, body=Text, time=Wann, internal=Intern"), Ours::default())
        }
        "addresses.csv" => (Settings::default(), Ours::parse("@shop.example").unwrap()),
        _ => (Settings::default(), Ours::default()),
    }
}

fn read(bytes: &[u8], settings: &Settings, ours: &Ours, sink: &mut dyn FnMut(Place, Result<Record, Problem>)) {
    match Table::open(bytes, None, settings, ours) {
        Err(problem) => sink(problem.place.clone(), Err(problem)),
        Ok(mut table) => while table.read_row(sink) {},
    }
}

#[test]
fn tables_are_read_as_beside_them() {
    for kind in ["csv", "salesforce", "osticket"] {
        for file in exports(kind) {
            let bytes = std::fs::read(&file).unwrap();
            let (settings, ours) = settings(&file);
            let mut all = String::new();
            if let Ok(table) = Table::open(bytes.as_slice(), None, &settings, &ours) {
                all += &format!("{}\n{}\n", table.kind().title, table.told().join("\n"));
                assert_eq!(table.kind().name, kind);
            }
            read(&bytes, &settings, &ours, &mut |place, record| all += &told(&place, record));
            is_beside(&file, &all);
        }
    }
}

#[test]
fn a_bad_row_is_shown_as_it_stands() {
    let text = "ticket;role;message\n1;boss;\"Look,\n\"\"here\"\"\"\n";
    let mut raws = Vec::new();
    read(text.as_bytes(), &Settings::default(), &Ours::default(), &mut |_, record| {
        raws.extend(record.unwrap_err().raw);
    });
    assert_eq!(raws, ["1;boss;\"Look,\n\"\"here\"\"\""]);
}

#[test]
fn the_user_decides_what_dates_mean() {
    let file = exports("csv").into_iter().find(|file| file.ends_with("ambiguous.csv")).unwrap();
    let bytes = std::fs::read(file).unwrap();
    for (order, day) in [(DateOrder::DayFirst, "2026-02-03T00:00:00Z"), (DateOrder::MonthFirst, "2026-03-02T00:00:00Z")]
    {
        let settings = Settings { dates: Some(order), ..Settings::default() };
        let mut times = Vec::new();
        read(&bytes, &settings, &Ours::default(), &mut |_, record| {
            let Ok(Record::Piece(piece)) = record else { panic!("{record:?}") };
            times.extend(piece.messages.into_iter().filter_map(|message| message.sent));
        });
        assert_eq!(times, [day, day]);
        assert_eq!(DateOrder::named(order.name()), Some(order));
    }
}

#[test]
fn what_is_given_for_columns_is_checked() {
    for wrong in ["bdoy=Text", "Text", "body=A,body=B"] {
        assert!(Given::parse(wrong).is_err(), "{wrong}");
    }
    let headers = ["Who".to_owned(), "Text, long".to_owned()];
    let (csv, of) = (amends::source::table::KINDS.last().unwrap(), |given: &str| Given::parse(given).unwrap());
    let mapping = Mapping::of(&headers, csv, &of("role=Who,body=Text, long")).unwrap();
    assert_eq!(mapping.told()[0], "role ← Who, body ← Text, long");
    let error = Mapping::of(&headers, csv, &of("role=Whom")).unwrap_err();
    assert_eq!(error, "there is no column `Whom`; the columns are `Who`, `Text, long`");
}

#[test]
fn what_is_no_table_is_not_taken_for_one() {
    for text in ["", "Hello, world.\n", "a,b,c\n1,2,3\n", "{\"a\": 1}", "Dear message, text and date,\n", "\0,\0"] {
        assert_eq!(recognised(text.as_bytes()), None, "{text}");
    }
}

fn csv(rows: &[[String; 3]], delimiter: u8, crlf: bool) -> Vec<u8> {
    let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
    writer.write_record(["ticket id", "author role", "body"]).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn what_a_table_holds_is_read_word_for_word(
        bodies in prop::collection::vec("([^\0]|[\"\r\n,;\t]){0,40}", 0..12),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        crlf in any::<bool>(),
    ) {
        let rows: Vec<[String; 3]> = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| [index.to_string(), "agent".to_owned(), format!("x{body}")])
            .collect();
        let mut found = Vec::new();
        read(&csv(&rows, delimiter, crlf), &Settings::default(), &Ours::default(), &mut |place, record| {
            let Ok(Record::Piece(piece)) = record else { panic!("{record:?}") };
            assert_eq!(place.row, Some(found.len() as u64 + 1));
            found.push([piece.conversation.unwrap().to_string(), "agent".to_owned(), piece.messages[0].body.clone()]);
        });
        prop_assert_eq!(found, rows);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        start in prop::sample::select(vec!["", "sep=;\n", "ticket,role,time,message\n", "id;incoming;text;date\n"]),
        rest in prop::collection::vec(prop_oneof![
            any::<u8>(), prop::sample::select(b"\",;\n\r\0/1:agentuser".to_vec()),
        ], 0..300),
    ) {
        let bytes = [start.as_bytes(), &rest].concat();
        let _ = recognised(&bytes);
        read(&bytes, &Settings::default(), &Ours::default(), &mut |_, _| {});
    }
}
