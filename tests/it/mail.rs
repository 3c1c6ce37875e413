//! Mail: `tests/exports/{mbox,eml}/FILE` beside what is read in it, `FILE.snap`.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test it mail`, then read the difference.

use crate::sources::{exports, is_beside, told};
use amends::source::JsonTool;
use amends::source::export::{self, Receiver, Recognised, Settings};
use amends::source::lines::Chunk;
use amends::source::mail::{Kind, Mails, Ours, recognised};
use amends::source::{Place, Problem, Record};
use proptest::prelude::*;

fn read(bytes: &[u8], kind: Kind, sink: &mut dyn FnMut(Place, Result<Record, Problem>)) {
    let ours = Ours::parse("@shop.example").unwrap();
    let mut mails = Mails::open(bytes, kind, &ours).unwrap();
    while mails.read_mail(sink) {}
}

#[test]
fn mails_are_read_as_beside_them() {
    for kind in Kind::ALL {
        for file in exports(kind.name()) {
            let bytes = std::fs::read(&file).unwrap();
            let broken = file.to_string_lossy().contains("broken");
            assert!(broken || recognised(&bytes) == Some(kind), "{}", file.display());
            let mut all = String::new();
            read(&bytes, kind, &mut |place, record| all += &told(&place, record));
            is_beside(&file, &all);
        }
    }
}

#[test]
fn without_addresses_of_the_company_it_is_said_who_writes() {
    let file = exports("mbox").into_iter().find(|file| file.ends_with("threads.mbox")).unwrap();
    let bytes = std::fs::read(file).unwrap();
    let problem = Mails::open(bytes.as_slice(), Kind::Mbox, &Ours::default()).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "nothing tells which mails are the company's; say which addresses are, for example with --our-addresses \
         support@example.com,@example.com; most mails are from @shop.example (7), @mail.example (2), @mx.example (1)"
    );
}

#[derive(Default)]
struct Taken {
    opened: Vec<String>,
    bodies: Vec<String>,
}

impl Receiver for Taken {
    fn opened(&mut self, _: &str, recognised: &Recognised) -> bool {
        self.opened.push(recognised.format.name().to_owned());
        self.opened.extend(recognised.encoding.map(str::to_owned));
        self.opened.extend(recognised.told.first().cloned());
        true
    }

    fn lines(&mut self, _: &str, _: &'static dyn JsonTool, _: Chunk) {
        panic!("these are no JSON Lines");
    }

    fn record(&mut self, _: &str, _: Place, record: Result<Record, Problem>) {
        let Ok(Record::Piece(piece)) = record else { panic!("{record:?}") };
        self.bodies.extend(piece.messages.into_iter().map(|message| message.body));
    }

    fn wants_more(&self) -> bool {
        self.bodies.len() < 2
    }
}

#[test]
fn mails_tell_their_encodings_and_tables_have_one_that_is_found_out() {
    let settings = Settings { ours: Ours::parse("@shop.example").unwrap(), ..Settings::default() };
    let mail = "From: dana@shop.example\nTo: bea@mail.example\nDate: Mon, 2 Mar 2026 08:14:00 +0100\n";
    let mails: Vec<u8> = [("iso-8859-2", b"\xB3"), ("koi8-r", b"\xC1"), ("utf-8", b"-")]
        .into_iter()
        .flat_map(|(charset, letter)| {
            let head =
                format!("From - Mon Mar  2 08:14:00 2026\n{mail}Content-Type: text/plain; charset={charset}\n\n");
            [head.as_bytes(), letter, b"\n\n"].concat()
        })
        .collect();
    let mut taken = Taken::default();
    export::read("mails", &mut mails.as_slice(), &settings, &mut taken).unwrap();
    // The third is no longer wanted.
    assert_eq!((taken.opened, taken.bodies), (vec!["mbox".into()], vec!["ł".into(), "а".into()]));

    let mut taken = Taken::default();
    export::read("x.csv", &mut b"Ticket;Direction;Text\n1;in;\xFCber\n".as_slice(), &settings, &mut taken).unwrap();
    let columns = "conversation ← Ticket, direction ← Direction, body ← Text";
    assert_eq!(taken.opened, ["csv", "windows-1252", columns]);
    assert_eq!(taken.bodies, ["über"]);

    let unknown = export::read("x.csv", &mut b"Fall;Text\n".as_slice(), &Settings::default(), &mut taken).unwrap_err();
    assert!(unknown.to_string().contains("--map role=COLUMN"), "{unknown}");
}

proptest! {
    #[test]
    fn what_a_mailbox_holds_is_read_word_for_word(
        bodies in prop::collection::vec("((>{0,2}From |x)[ -~]{0,30}\n){1,5}", 1..6),
    ) {
        let mut mailbox = String::new();
        for body in &bodies {
            mailbox += "From dana@shop.example Mon Mar  2 08:14:00 2026\nFrom: dana@shop.example\nTo: b@mail.example\n\
                        Date: Mon, 2 Mar 2026 08:14:00 +0100\n\n";
            for line in body.lines() {
                let quoted = line.trim_start_matches('>').starts_with("From ");
                mailbox += if quoted { ">" } else { "" };
                mailbox += line;
                mailbox.push('\n');
            }
            mailbox.push('\n');
        }
        let mut found = Vec::new();
        read(mailbox.as_bytes(), Kind::Mbox, &mut |_, record| {
            let Ok(Record::Piece(piece)) = record else { panic!("{record:?}") };
            found.push(piece.messages[0].body.clone());
        });
        let written: Vec<&str> = bodies.iter().map(|body| body.trim_end()).collect();
        prop_assert_eq!(found, written);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        start in prop::sample::select(vec![
            "", "From a@b.example Mon Mar  2 08:14:00 2026\n", "From: a@shop.example\n",
            "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
        ]),
        rest in prop::collection::vec(prop_oneof![
            any::<u8>(), prop::sample::select(b"\n\r\0:<>@=?-bFrom ".to_vec()),
        ], 0..300),
    ) {
        let bytes = [start.as_bytes(), &rest].concat();
        let _ = recognised(&bytes);
        for kind in Kind::ALL {
            read(&bytes, kind, &mut |_, _| {});
            let _ = Mails::open(bytes.as_slice(), kind, &Ours::default());
        }
    }
}
