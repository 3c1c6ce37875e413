//! Sessions of browsers, and their cookie.

use super::{later, now};
use amends::access::{Secret, SecretKind, Session, SessionCookie, SessionLimits};
use proptest::prelude::*;

const SECURE: SessionCookie = SessionCookie { secure: true };
const PLAIN: SessionCookie = SessionCookie { secure: false };

#[test]
fn a_session_ends_when_idle_and_in_any_case_after_its_day() {
    let limits = SessionLimits::default();
    let (secret, mut session) = Session::start(5, now()).unwrap();
    let (minute, hour) = (60, 3600);
    assert!(session.opens(&secret.digest(), limits, later(2 * hour - 1)));
    assert!(!session.opens(&secret.digest(), limits, later(2 * hour)), "idle");

    for passed in (hour..12 * hour).step_by(3600) {
        assert!(session.opens(&secret.digest(), limits, later(passed)));
        assert!(session.see(later(passed)), "written: it was long ago");
        assert!(!session.see(later(passed + minute - 1)), "not written again within the minute");
    }
    assert!(session.opens(&secret.digest(), limits, later(12 * hour - 1)));
    assert!(!session.opens(&secret.digest(), limits, later(12 * hour)), "however busy");
    assert!(!session.opens(&Secret::random(SecretKind::Session).unwrap().digest(), limits, now()));
}

#[test]
fn a_clock_set_back_moves_nothing() {
    let (secret, mut session) = Session::start(5, now()).unwrap();
    assert!(!session.see(later(-86_400)));
    assert_eq!(session.seen, now());
    assert!(session.opens(&secret.digest(), SessionLimits::default(), later(-86_400)));
}

#[test]
fn each_sign_in_has_a_secret_of_its_own() {
    let (one, _) = Session::start(5, now()).unwrap();
    let (other, session) = Session::start(5, now()).unwrap();
    assert_ne!(one.reveal(), other.reveal());
    assert!(
        !session.opens(&one.digest(), SessionLimits::default(), now()),
        "one planted before the sign-in opens nothing"
    );
}

#[test]
fn no_script_and_no_other_site_gets_the_cookie() {
    let secret = Secret::from_random(SecretKind::Session, &[1; 32]);
    let (value, limits) = (secret.reveal(), SessionLimits::default());
    assert_eq!(
        SECURE.set(&secret, limits),
        format!("__Host-amends={value}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure")
    );
    assert_eq!(PLAIN.set(&secret, limits), format!("amends={value}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"));
    assert_eq!(SECURE.clear(), "__Host-amends=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
}

#[test]
fn the_cookie_is_found_among_others() {
    let secret = Secret::from_random(SecretKind::Session, &[1; 32]);
    let header = format!("theme=dark; amends=old; amends={};last=1", secret.reveal());
    assert_eq!(PLAIN.find(&header).unwrap().digest(), secret.digest());
    assert!(SECURE.find(&header).is_none(), "over HTTPS only the name that no subdomain can set");
    assert!(PLAIN.find("").is_none());
    let token = Secret::random(SecretKind::Token).unwrap();
    assert!(PLAIN.find(&format!("amends={}", token.reveal())).is_none(), "a token is no session");
}

proptest! {
    #[test]
    fn any_header_may_be_sent(header in any::<String>()) {
        prop_assert!(SECURE.find(&header).is_none() && PLAIN.find(&header).is_none());
    }

    #[test]
    fn a_cookie_that_was_set_is_found(random in any::<[u8; 32]>(), secure in any::<bool>()) {
        let cookie = SessionCookie { secure };
        let secret = Secret::from_random(SecretKind::Session, &random);
        let header = cookie.set(&secret, SessionLimits::default());
        let pair = header.split(';').next().unwrap();
        prop_assert_eq!(cookie.find(&format!("a=b; {pair}")).unwrap().digest(), secret.digest());
    }
}
