//! Passwords: which are refused, and how they are kept.

use amends::access::{PasswordError, PasswordHash, PasswordProblem, Passwords, check_password};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Made once: it takes a hash itself.
static PASSWORDS: LazyLock<Passwords> = LazyLock::new(|| Passwords::new().unwrap());

const GOOD: &str = "seven grey herons";

#[test]
fn a_password_is_kept_as_argon2id_with_owasps_parameters_and_found_right_again() {
    let hash = PASSWORDS.hash(GOOD, &["dana"]).unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
    assert!(!PASSWORDS.needs_rehash(&hash));
    let stored = PasswordHash::from_stored(hash.as_str()).unwrap();
    assert!(PASSWORDS.verify(GOOD, Some(&stored)).unwrap());
    assert!(!PASSWORDS.verify("seven grey heron", Some(&stored)).unwrap());
    let again = PASSWORDS.rehash(GOOD).unwrap();
    assert_ne!(hash.as_str(), again.as_str(), "a salt of its own");
    let printed = format!("{hash:?} {:?}", *PASSWORDS);
    assert_eq!(printed, "PasswordHash(…) Passwords(argon2id, m=19456, t=2, p=1)");
}

#[test]
fn an_account_that_does_not_exist_takes_a_hash_too() {
    assert!(!PASSWORDS.verify(GOOD, None).unwrap());
    assert!(!PASSWORDS.verify("", None).unwrap());
    assert!(!PASSWORDS.verify(&"x".repeat(1_000_000), None).unwrap());
}

#[test]
fn weaker_hashes_are_verified_and_marked_for_renewal() {
    // Python 3, argon2-cffi 25.1.0: low_level.hash_secret(b"seven grey herons", b"0123456789abcdef", t, m, p, 32, Type).
    for weaker in [
        "$argon2id$v=19$m=8192,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$GXljACX2fDALsFxbSbrmbxsqDWGwjzXoej0M/v7n6OA",
        "$argon2i$v=19$m=8192,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$WYSw6XxtYXGjTyLqzrFDgZTTArUhV0LIoamlQAvz2Oo",
    ] {
        let stored = PasswordHash::from_stored(weaker).unwrap();
        assert!(PASSWORDS.verify(GOOD, Some(&stored)).unwrap(), "{weaker}");
        assert!(PASSWORDS.needs_rehash(&stored), "{weaker}");
    }
    let today = PASSWORDS.rehash(GOOD).unwrap();
    for (today_s, other) in
        [("v=19", "v=16"), ("argon2id", "argon2d"), ("t=2", "t=1"), ("p=1", "p=2"), ("m=19", "m=18")]
    {
        let other = PasswordHash::from_stored(&today.as_str().replacen(today_s, other, 1)).unwrap();
        assert!(PASSWORDS.needs_rehash(&other), "{}", other.as_str());
    }
}

#[test]
fn what_is_stored_and_no_hash_is_an_error_and_not_a_wrong_password() {
    assert!(matches!(PasswordHash::from_stored(GOOD), Err(PasswordError::Hash(_))));
    let other = PasswordHash::from_stored("$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo").unwrap();
    assert!(matches!(PASSWORDS.verify(GOOD, Some(&other)), Err(PasswordError::Hash(_))));
    assert!(PASSWORDS.needs_rehash(&other));
}

#[test]
fn the_same_password_typed_on_another_keyboard_is_the_same() {
    let composed = PASSWORDS.hash("crème brûlée deux", &[]).unwrap();
    assert!(PASSWORDS.verify("cre\u{300}me bru\u{302}le\u{301}e\u{a0}deux", Some(&composed)).unwrap());
}

#[test]
fn short_and_endless_passwords_are_refused() {
    assert_eq!(check_password("k3mZ9qLw2xT", &[]), Err(PasswordProblem::Short));
    assert_eq!(check_password("k3mZ9qLw2xTu", &[]), Ok(()));
    assert_eq!(check_password("日本語の長い合言葉です。", &[]), Ok(()), "characters are counted, not bytes");
    assert_eq!(check_password(&"heron ".repeat(42), &[]), Ok(()));
    assert_eq!(check_password(&"heron ".repeat(43), &[]), Err(PasswordProblem::Long));
    let said = PasswordProblem::Short.to_string();
    assert_eq!(said, "a password needs at least 12 characters; several words with spaces are fine");
}

#[test]
fn what_is_guessed_first_is_refused() {
    for common in [
        "passwordpassword",
        "Password1234",
        "P@ssw0rd2026!",
        "Welcome12345!",
        "qwertyuiop123",
        "1q2w3e4r5t6y",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "202620262026",
        "Summer2026!!",
        "iloveyou iloveyou",
        "amends-admin-1",
        "letmeinletmein",
        "Contraseña123",
        "            ",
    ] {
        assert_eq!(check_password(common, &[]), Err(PasswordProblem::Common), "{common}");
    }
    for fine in
        [GOOD, "correct horse battery staple", "my password is a grey heron", "7Hq!vz0-Pd_w", "winter tram depot 9"]
    {
        assert_eq!(check_password(fine, &[]), Ok(()), "{fine}");
    }
}

#[test]
fn ones_own_name_is_refused() {
    let names = ["dana.kowalczyk@quality.example", "Dana Kowalczyk"];
    for own in ["danakowalczyk", "Dana-Kowalczyk-1", "kowalczyk2026!", "Kow@lczyk12345"] {
        assert_eq!(check_password(own, &names), Err(PasswordProblem::Common), "{own}");
    }
    assert_eq!(check_password("Dana likes grey herons", &names), Ok(()));
    assert_eq!(check_password("kowalczyk2026!xq", &[]), Ok(()), "somebody else may");
}

proptest! {
    #[test]
    fn any_password_is_judged(password in any::<String>(), name in any::<String>()) {
        let _ = check_password(&password, &[&name]);
    }

    #[test]
    fn random_passwords_are_taken(password in "[b-df-hj-np-tv-xz]{16}") {
        prop_assume!(password.chars().collect::<std::collections::BTreeSet<_>>().len() >= 8);
        prop_assert_eq!(check_password(&password, &[]), Ok(()));
    }
}
