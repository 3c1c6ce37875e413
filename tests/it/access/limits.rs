//! "Try again in N seconds": guessers of passwords, and too many requests.

use super::{later, now};
use amends::access::{Credential, RateLimit, RateLimits, SignInThrottle, TryAgain};
use governor::clock::FakeRelativeClock;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// An address for each number.
fn address(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(number))
}

#[test]
fn waits_double_after_the_free_attempts_up_to_a_minute() {
    let throttle = SignInThrottle::default();
    let mut at = 0;
    let mut waits = Vec::new();
    for attempt in 0..16 {
        if let Err(TryAgain { seconds }) = throttle.attempt("dana", address(attempt), later(at)) {
            waits.push(seconds);
            at += i64::try_from(seconds).unwrap();
            throttle.attempt("dana", address(attempt), later(at)).unwrap();
        }
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
    assert_eq!(throttle.attempt("dana", OFFICE, later(at)).unwrap_err().to_string(), "try again in 60 s");
    assert_eq!(throttle.attempt("sam", OFFICE, later(at)), Ok(()), "another account");
    assert_eq!(throttle.attempt("dana", OFFICE, later(at + 3600)), Ok(()), "forgotten after a quiet hour");
}

#[test]
fn an_address_that_tries_many_accounts_waits() {
    let throttle = SignInThrottle::default();
    for account in 0..20 {
        throttle.attempt(&format!("guess{account}"), OFFICE, now()).unwrap();
    }
    assert_eq!(throttle.attempt("dana", OFFICE, now()), Err(TryAgain { seconds: 1 }));
    assert_eq!(throttle.attempt("dana", address(9), now()), Ok(()), "dana herself, elsewhere");
}

#[test]
fn an_address_has_so_many_attempts_a_minute_right_or_wrong() {
    let throttle = SignInThrottle::new(3);
    for account in ["dana", "sam", "dana"] {
        throttle.attempt(account, OFFICE, now()).unwrap();
        throttle.succeeded(account, OFFICE);
    }
    assert_eq!(throttle.attempt("dana", OFFICE, later(20)), Err(TryAgain { seconds: 40 }));
    assert_eq!(throttle.attempt("dana", address(9), later(20)), Ok(()), "elsewhere");
    assert_eq!(throttle.attempt("dana", OFFICE, later(60)), Ok(()));
}

#[test]
fn a_right_password_frees_the_account_but_not_the_address() {
    let throttle = SignInThrottle::default();
    for account in 0..20 {
        throttle.attempt("mine", OFFICE, now()).unwrap();
        throttle.succeeded("mine", OFFICE);
        throttle.attempt(&format!("guess{account}"), OFFICE, now()).unwrap();
    }
    let wait = throttle.attempt("mine", OFFICE, now()).unwrap_err();
    assert_eq!(wait.seconds, 1, "20 failures at the address count, however often one signed in between them");
    assert_eq!(throttle.attempt("mine", address(9), now()), Ok(()));
}

#[test]
fn an_account_is_the_same_however_written_and_a_network_is_one_address() {
    let throttle = SignInThrottle::default();
    for (number, account) in ["Dana", "dana", " DANA ", "dana", "dAna"].into_iter().enumerate() {
        throttle.attempt(account, address(u32::try_from(number).unwrap()), now()).unwrap();
    }
    assert!(throttle.attempt("dana", OFFICE, now()).is_err());

    let throttle = SignInThrottle::default();
    let network = |host: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, host));
    for host in 0..20 {
        throttle.attempt(&format!("guess{host}"), network(host), now()).unwrap();
    }
    assert!(throttle.attempt("dana", network(99), now()).is_err());
    assert_eq!(throttle.attempt("dana", IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 2, 0, 0, 0, 1)), now()), Ok(()));
}

#[test]
fn memory_is_bounded_however_many_try() {
    let throttle = SignInThrottle::default();
    for number in 0..30_000 {
        throttle.attempt(&format!("guess{number}"), address(number), now()).unwrap();
    }
    assert_eq!(throttle.remembered(), (10_000, 10_000));
}

proptest! {
    #[test]
    fn no_wait_is_longer_than_told_even_where_the_clock_jumps(
        steps in prop::collection::vec((-100_000_i64..100_000, any::<bool>()), 1..60)
    ) {
        let throttle = SignInThrottle::default();
        let mut at = 0;
        for (number, (step, waits)) in steps.into_iter().enumerate() {
            at += step;
            let here = address(u32::try_from(number).unwrap());
            if let Err(TryAgain { seconds }) = throttle.attempt("dana", here, later(at)) {
                prop_assert!((1..=60).contains(&seconds));
                if waits {
                    at += i64::try_from(seconds).unwrap();
                    prop_assert_eq!(throttle.attempt("dana", here, later(at)), Ok(()));
                }
            }
        }
    }
}

#[test]
fn each_token_has_a_bucket_of_its_own_that_refills_evenly() {
    let number = |number| NonZeroU32::new(number).unwrap();
    let clock = FakeRelativeClock::default();
    let limits = RateLimits::with_clock(RateLimit { per_minute: number(120), burst: number(10) }, clock.clone());
    for _ in 0..10 {
        limits.check(Credential::Token(1)).unwrap();
    }
    assert_eq!(limits.check(Credential::Token(1)), Err(TryAgain { seconds: 1 }));
    assert_eq!(limits.check(Credential::Token(2)), Ok(()));
    assert_eq!(limits.check(Credential::User(1)), Ok(()), "a user is no token");
    clock.advance(Duration::from_secs(1));
    let after: Vec<bool> = (0..3).map(|_| limits.check(Credential::Token(1)).is_ok()).collect();
    assert_eq!(after, [true, true, false]);

    assert_eq!(format!("{limits:?}"), "RateLimits(3 credentials)");
    clock.advance(Duration::from_secs(60));
    limits.forget_idle();
    assert_eq!(format!("{limits:?}"), "RateLimits(0 credentials)");
    assert_eq!(limits.check(Credential::Token(1)), Ok(()));
}
