//! Whom webhooks let in: what is signed, and not what was changed, copied late or made up.

use amends::webhook::{
    self, Answer, BadSecret, DEFAULT_WINDOW, Delivery, Received, Refused, Secret, TOOLS, Tool, Verified,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const BODY: &[u8] = br#"{"id":1,"body":"ok"}"#;
const SHARED: &str = "test-secret";
const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A delivery that is right, made with other programs than ours.
#[derive(Debug, Clone)]
struct Sample {
    tool: &'static str,
    secret: String,
    headers: Vec<(&'static str, String)>,
    method: String,
    url: String,
    body: Vec<u8>,
}

impl Sample {
    fn of(tool: &'static str, secret: &str, headers: &[(&'static str, &str)]) -> Self {
        Self {
            tool,
            secret: secret.to_owned(),
            headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            method: "POST".to_owned(),
            url: "https://qa.example.com/hooks/hubspot".to_owned(),
            body: BODY.to_vec(),
        }
    }

    fn tool(&self) -> &'static dyn Tool {
        webhook::tool(self.tool).unwrap()
    }

    fn with<T>(&self, use_it: impl FnOnce(&Delivery<'_>) -> T) -> T {
        let headers = |name: &str| {
            let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        use_it(&Delivery { method: &self.method, url: &self.url, headers: &headers, body: &self.body })
    }

    fn verify_at(&self, secrets: &[Secret], now: Timestamp) -> Result<Verified, Refused> {
        self.with(|delivery| webhook::verify(self.tool(), delivery, secrets, now, DEFAULT_WINDOW))
    }

    fn verify(&self) -> Result<Verified, Refused> {
        self.verify_at(&[Secret::new(&self.secret).unwrap()], sent())
    }
}

/// When all samples were sent: 1,700,000,000 s after 1970.
fn sent() -> Timestamp {
    "2023-11-14T22:13:20Z".parse().unwrap()
}

fn samples() -> Vec<Sample> {
    let zendesk = [
        ("X-Zendesk-Webhook-Signature-Timestamp", "2023-11-14T22:13:20Z"),
        ("X-Zendesk-Webhook-Signature", "8UrCqw+y3IoeGcXzu7dL66vKAcPVjyCM0CE+onT2Svk="),
    ];
    let sha1 = "sha1=ad1e7b984afe869572797c9e123bea6f7869656b";
    let front = [
        ("X-Front-Request-Timestamp", "1700000000000"),
        ("X-Front-Signature", "xCaZ+UUlaQ16tDDAJ5VMv4ibTz1M8vYOTGWiZdZHctg="),
    ];
    let chatwoot = [
        ("X-Chatwoot-Timestamp", "1700000000"),
        ("X-Chatwoot-Signature", "sha256=292d4b11751257a820e3667bfde9180511fe06ee939a946908e6e161f71fc28b"),
    ];
    let hubspot = [
        ("X-HubSpot-Request-Timestamp", "1700000000000"),
        ("X-HubSpot-Signature-v3", "vvP0+mAjZXZFDF2F7we3QFkdGtbdHVZ006M5uENkhIs="),
    ];
    let standard = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", "1700000000"),
        ("webhook-signature", "v1,PNQhw6VJ/ojB2wDhUhd0Txot22JDzi6bWdV4ImKBbd4="),
    ];
    let basic = format!("Basic {}", STANDARD.encode("amends:test-secret"));
    vec![
        Sample::of("zendesk", SHARED, &zendesk),
        Sample::of("intercom", SHARED, &[("X-Hub-Signature", sha1)]),
        Sample::of("zammad", SHARED, &[("X-Hub-Signature", sha1)]),
        Sample::of("helpscout", SHARED, &[("X-HelpScout-Signature", "rR57mEr+hpVyeXyeEjvqb3hpZWs=")]),
        Sample::of("front", SHARED, &[("X-Front-Signature", "rR57mEr+hpVyeXyeEjvqb3hpZWs=")]),
        Sample::of("front", SHARED, &front),
        Sample::of("chatwoot", SHARED, &chatwoot),
        Sample::of("chatwoot", SHARED, &[("Authorization", &basic)]),
        Sample::of("hubspot", SHARED, &hubspot),
        Sample::of("standard", STANDARD_SECRET, &standard),
        Sample::of("freshdesk", SHARED, &[("X-Amends-Secret", SHARED)]),
        Sample::of("freshdesk", SHARED, &[("Authorization", &basic)]),
        Sample::of("gorgias", SHARED, &[("X-Webhook-Secret", SHARED)]),
        Sample::of("neutral", SHARED, &[("Authorization", "Bearer test-secret")]),
        ed25519(),
    ]
}

/// A delivery signed with an ed25519 key, its public half configured.
fn ed25519() -> Sample {
    let key = SigningKey::from_bytes(&[7; 32]);
    let signed = [b"msg_2.1700000000.", BODY].concat();
    let signature = format!("v1a,{}", STANDARD.encode(key.sign(&signed).to_bytes()));
    let public = format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()));
    let headers =
        [("webhook-id", "msg_2"), ("webhook-timestamp", "1700000000"), ("webhook-signature", signature.as_str())];
    Sample::of("standard", &public, &headers)
}

/// Whether the secret comes along, and nothing else is signed.
fn signs_nothing(sample: &Sample) -> bool {
    let own = ["X-Amends-Secret", "X-Webhook-Secret", "Authorization"];
    sample.headers.iter().any(|(name, _)| own.contains(name))
}

#[test]
fn every_tool_has_a_sample_and_it_is_let_in() {
    for sample in samples() {
        let verified = sample.verify().unwrap_or_else(|refused| panic!("{sample:?}: {refused}"));
        assert_eq!(verified.secret, 0);
        assert!(!verified.id.is_empty() && verified.sent.is_none_or(|time| time == sent()), "{sample:?}");
    }
    for tool in TOOLS {
        assert!(samples().iter().any(|sample| sample.tool == tool.name()), "{}", tool.name());
    }
}

/// Every byte with each of its bits that leaves it text; with one of them where checking takes long.
fn flips(bytes: usize, sample: &Sample) -> Vec<(usize, usize)> {
    let long = sample.secret.starts_with("whpk_");
    (0..bytes).flat_map(|at| (0..7).map(move |bit| (at, bit))).filter(|(at, bit)| !long || at % 7 == *bit).collect()
}

#[test]
fn one_flipped_bit_anywhere_is_refused() {
    for sample in samples() {
        let refused = |changed: &Sample, what: &str| {
            assert!(changed.verify().is_err(), "{what} of {changed:?}");
        };
        for (at, bit) in flips(sample.body.len(), &sample) {
            let mut changed = sample.clone();
            changed.body[at] ^= 1 << bit;
            if !signs_nothing(&sample) {
                refused(&changed, "body");
            }
        }
        for header in 0..sample.headers.len() {
            let text = sample.headers[header].1.clone();
            for (at, bit) in flips(text.len(), &sample) {
                let mut changed = sample.clone();
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                changed.headers[header].1 = String::from_utf8(bytes).unwrap();
                // The scheme's name is read in any case, and the user of basic authentication is anyone.
                let prefix = if text.starts_with("Basic") { "Basic YW1lbmRz".len() } else { "Bearer ".len() };
                if sample.headers[header].0 != "Authorization" || at > prefix {
                    refused(&changed, "header");
                }
            }
        }
        for (at, bit) in flips(sample.secret.len(), &sample) {
            let mut changed = sample.clone();
            let mut bytes = sample.secret.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            changed.secret = String::from_utf8(bytes).unwrap();
            // Spaces around a secret are none of it.
            if changed.secret.trim() == changed.secret {
                refused(&changed, "secret");
            }
        }
    }
}

#[test]
fn hubspots_method_and_address_are_signed_with_some_escapes_read() {
    let sample = samples().into_iter().find(|sample| sample.tool == "hubspot").unwrap();
    let with = |method: &str, url: &str| Sample { method: method.into(), url: url.into(), ..sample.clone() }.verify();
    assert!(with("POST", "https://qa.example.com%2Fhooks%2fhubspot").is_ok());
    assert!(with("POST", "https://qa.example.com/hooks%2Dhubspot").is_err());
    assert!(with("PUT", &sample.url).is_err());
    assert!(with("POST", "http://qa.example.com/hooks/hubspot").is_err());
    assert!(with("POST", "https://qa.example.com/hooks/hubspot?x=%").is_err());
    assert!(with("POST", "%é%").is_err());
}

#[test]
fn old_and_future_deliveries_are_refused_and_told_by_how_much() {
    for sample in samples() {
        let secrets = [Secret::new(&sample.secret).unwrap()];
        let at = |seconds: i64| sample.verify_at(&secrets, sent() + SignedDuration::from_secs(seconds));
        if sample.verify().unwrap().sent.is_none() {
            assert!(at(1_000_000).is_ok(), "{sample:?}");
            continue;
        }
        assert!(at(300).is_ok() && at(-300).is_ok(), "{sample:?}");
        let old = at(312).unwrap_err().to_string();
        assert!(old.starts_with("sent 312 s ago, 12 s more than is allowed"), "{old}");
        let new = at(-301).unwrap_err().to_string();
        assert!(new.starts_with("its time is 301 s ahead of ours, 1 s more than is allowed"), "{new}");
    }
}

#[test]
fn any_of_several_secrets_lets_in_and_it_is_told_which() {
    let other = Secret::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    for sample in samples() {
        let own = Secret::new(&sample.secret).unwrap();
        let which = |secrets: &[Secret]| sample.verify_at(secrets, sent()).map(|verified| verified.secret);
        assert_eq!(which(&[other.clone(), own.clone()]), Ok(1), "{sample:?}");
        assert_eq!(which(&[own, other.clone()]), Ok(0), "{sample:?}");
        assert!(matches!(which(std::slice::from_ref(&other)), Err(Refused::Forged { secrets: 1, .. })), "{sample:?}");
        assert_eq!(which(&[]), Err(Refused::NoSecret), "{sample:?}");
    }
}

#[test]
fn a_sender_that_changes_its_key_signs_with_both() {
    let mut sample = samples().into_iter().find(|sample| sample.tool == "standard").unwrap();
    let right = sample.headers[2].1.clone();
    let wrong = format!("v1,{}", STANDARD.encode([0; 32]));
    for list in [format!("{wrong} {right}"), format!("{right} {wrong}"), format!("v2,x  {right}"), format!("? {right}")]
    {
        sample.headers[2].1 = list.clone();
        assert!(sample.verify().is_ok(), "{list}");
    }
    for list in [wrong, format!("v1a{}", &right[2..]), String::new(), right[3..].to_owned()] {
        sample.headers[2].1 = list.clone();
        assert!(sample.verify().is_err(), "{list}");
    }
}

#[test]
fn a_missing_header_is_named_and_nothing_secret_is_told() {
    for sample in samples() {
        for left_out in 0..sample.headers.len() {
            let mut changed = sample.clone();
            let (name, value) = changed.headers.remove(left_out);
            let refused = changed.verify().unwrap_err();
            // Without its time a delivery of a Front application is held against the rules' signature.
            let told = refused.to_string();
            assert!(told.contains("header") && !told.contains(&value) && !told.contains(SHARED), "{name}: {told}");
        }
        let secret = Secret::new(&sample.secret).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(!sample.with(|delivery| format!("{delivery:?}")).contains("qa.example"));
    }
}

#[test]
fn secrets_that_could_be_guessed_or_cannot_be_right_are_refused() {
    assert_eq!(Secret::new(" \n"), Err(BadSecret::TooShort));
    assert_eq!(Secret::new("1234567"), Err(BadSecret::TooShort));
    assert_eq!(Secret::new(" test-secret\n"), Secret::new(SHARED));
    let standard = webhook::tool("standard").unwrap();
    for wrong in [SHARED, "whsec_c2hvcnQ=", "whsec_not base64", "whpk_AAAA"] {
        assert_eq!(standard.check_secret(&Secret::new(wrong).unwrap()), Err(BadSecret::NotStandard), "{wrong}");
    }
    for sample in samples() {
        assert_eq!(sample.tool().check_secret(&Secret::new(&sample.secret).unwrap()), Ok(()));
    }
}

#[test]
fn a_delivery_keeps_its_name_when_it_is_sent_again() {
    for (tool, header) in [("chatwoot", "X-Chatwoot-Delivery"), ("zammad", "X-Zammad-Delivery")] {
        let mut sample = samples().into_iter().find(|sample| sample.tool == tool).unwrap();
        sample.headers.push((header, "d-1".to_owned()));
        assert_eq!(sample.verify().unwrap().id, "d-1");
    }
    let standard = samples().into_iter().find(|sample| sample.tool == "standard").unwrap();
    assert_eq!(standard.verify().unwrap().id, "msg_1");
    for sample in samples() {
        assert_eq!(sample.verify().unwrap().id, sample.verify().unwrap().id);
    }
    let mut other = samples().into_iter().find(|sample| sample.tool == "freshdesk").unwrap();
    let before = other.verify().unwrap().id;
    other.body.push(b' ');
    assert_ne!(other.verify().unwrap().id, before);
}

#[test]
fn tools_hear_what_they_want_when_they_are_set_up() {
    let receive = |sample: &Sample, method: &str| {
        let sample = Sample { method: method.to_owned(), ..sample.clone() };
        let secrets = [Secret::new(&sample.secret).unwrap()];
        sample.with(|delivery| webhook::receive(sample.tool(), delivery, &secrets, sent(), DEFAULT_WINDOW))
    };
    // Front wants its challenge back, but only if it is Front.
    let front = samples().into_iter().filter(|sample| sample.tool == "front").nth(1).unwrap();
    let mut challenged = front.clone();
    challenged.headers.push(("X-Front-Challenge", "a \"b\"".to_owned()));
    let answer = Answer { content_type: "application/json", body: r#"{"challenge":"a \"b\""}"#.to_owned() };
    assert_eq!(receive(&challenged, "POST"), Ok(Received::Answer(answer)));
    assert!(matches!(receive(&front, "POST"), Ok(Received::Delivered(_))));
    challenged.body.push(b' ');
    assert!(receive(&challenged, "POST").is_err());
    // Intercom looks whether anybody is there.
    let unsigned = Sample::of("intercom", SHARED, &[]);
    assert!(matches!(receive(&unsigned, "HEAD"), Ok(Received::Answer(answer)) if answer.body.is_empty()));
    assert_eq!(receive(&unsigned, "POST"), Err(Refused::Missing { header: "X-Hub-Signature" }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_header_and_no_body_makes_it_fall_over(
        value in prop_oneof![".*", "[ -~]{0,80}", "v1a?,[A-Za-z0-9+/]{0,90}=*", "sha(1|256)=[0-9a-f]{0,66}", "-?[0-9]{1,25}"],
        url in ".*",
        body in proptest::collection::vec(any::<u8>(), 0..200),
        which in 0..3_usize,
    ) {
        for mut sample in samples() {
            let header = which % sample.headers.len();
            let same = sample.headers[header].1 == value;
            sample.headers[header].1.clone_from(&value);
            prop_assert!(same || sample.verify().is_err());
            sample.url.clone_from(&url);
            sample.body.clone_from(&body);
            let _ = sample.verify();
            let _ = webhook::read(sample.tool(), &sample.body, sent());
        }
    }
}
