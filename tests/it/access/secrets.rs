//! Secrets: tokens, session cookies, the first set-up.

use super::{later, now};
use amends::access::{Digest, Secret, SecretError, SecretKind, Setup};
use proptest::prelude::*;

const KINDS: [SecretKind; 3] = [SecretKind::Token, SecretKind::Session, SecretKind::Setup];

fn any_secret() -> impl Strategy<Value = (SecretKind, Secret)> {
    (prop::sample::select(KINDS.to_vec()), any::<[u8; 32]>())
        .prop_map(|(kind, random)| (kind, Secret::from_random(kind, &random)))
}

proptest! {
    #[test]
    fn a_secret_is_read_back((kind, secret) in any_secret()) {
        let text = secret.reveal();
        prop_assert!(text.starts_with(kind.prefix()) && text.len() == kind.prefix().len() + 48);
        let read = Secret::parse(kind, text).unwrap();
        prop_assert_eq!(read.reveal(), text);
        prop_assert_eq!(read.digest(), secret.digest());
        prop_assert!(text.starts_with(secret.start()));
        prop_assert_eq!(secret.start().len(), kind.prefix().len() + 4);
    }

    #[test]
    fn one_wrong_character_is_refused((kind, secret) in any_secret(), at in any::<prop::sample::Index>(), wrong in "[ -~é]") {
        let mut characters: Vec<String> = secret.reveal().chars().map(String::from).collect();
        let at = at.index(characters.len());
        prop_assume!(characters[at] != wrong);
        characters[at] = wrong;
        prop_assert!(Secret::parse(kind, &characters.concat()).is_err());
    }

    #[test]
    fn a_missing_or_doubled_character_is_refused((kind, secret) in any_secret(), at in any::<prop::sample::Index>()) {
        let text = secret.reveal();
        let at = at.index(text.len());
        prop_assert!(Secret::parse(kind, &[&text[..at], &text[at + 1..]].concat()).is_err());
        prop_assert!(Secret::parse(kind, &[&text[..at], &text[at..=at], &text[at..]].concat()).is_err());
    }

    #[test]
    fn one_kind_is_not_taken_for_another((kind, secret) in any_secret()) {
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            prop_assert!(Secret::parse(other, secret.reveal()).is_err());
        }
    }

    #[test]
    fn anything_may_be_sent(text in any::<String>(), tail in "[A-Za-z0-9_-]{0,60}") {
        for kind in KINDS {
            prop_assert!(Secret::parse(kind, &text).is_err());
            let almost = kind.prefix().to_owned() + &tail;
            prop_assert!(Secret::parse(kind, &almost).is_err());
        }
    }

    #[test]
    fn digests_differ_where_one_bit_does(bytes in any::<[u8; 32]>(), bit in 0_usize..256) {
        let mut other = bytes;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Digest::from_bytes(bytes) == Digest::from_bytes(bytes));
        prop_assert!(Digest::from_bytes(bytes) != Digest::from_bytes(other));
    }
}

#[test]
fn a_given_secret_looks_so_and_is_hashed_so() {
    let secret = Secret::from_random(SecretKind::Token, &[7; 32]);
    // Python 3: base64.urlsafe_b64encode(b"\7" * 32 + sha256(b"amends_" + b"\7" * 32).digest()[:4]).
    assert_eq!(secret.reveal(), "amends_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwdAqqbE");
    let hex: String = secret.digest().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "6260878d460e5b6a40868a0951f07e31e1e843f8242f2070d858987063f37763");
}

#[test]
fn two_random_secrets_differ_and_none_is_printed() {
    let (one, other) = (Secret::random(SecretKind::Token).unwrap(), Secret::random(SecretKind::Token).unwrap());
    assert_ne!(one.reveal(), other.reveal());
    assert_eq!(format!("{one:?} {:?}", one.digest()), "Secret(amends_…) Digest(…)");
}

#[test]
fn what_is_wrong_is_said_without_the_secret() {
    let secret = Secret::from_random(SecretKind::Token, &[7; 32]);
    let refused = |text: &str| Secret::parse(SecretKind::Token, text).unwrap_err();
    assert_eq!(refused(&secret.reveal()[..54]), SecretError::Shape("amends_"));
    assert_eq!(refused("").to_string(), "`amends_` and 48 letters, digits, `-` and `_` are expected");
    let swapped = secret.reveal().replacen('B', "C", 1);
    assert_eq!(refused(&swapped).to_string(), "it has a wrong character: copy it again");
}

#[test]
fn a_set_up_is_open_for_a_day_to_its_own_secret() {
    let (secret, setup) = Setup::start(now()).unwrap();
    let day = 24 * 60 * 60;
    assert!(setup.opens(&secret, now()) && setup.opens(&secret, later(day - 1)));
    assert!(!setup.opens(&secret, later(day)) && setup.has_ended(later(day)));
    assert!(setup.opens(&secret, later(-3600)), "a clock set back shuts nobody out");
    assert!(!setup.opens(&Secret::random(SecretKind::Setup).unwrap(), now()));
}
