//! Settings: scorecards and rules of one's own, retention, secrets of webhooks.

use super::super::Running;
use super::words;
use actix_web::test::TestRequest;
use amends::ingest::preview::score_by;
use amends::service::jobs::run_next;
use amends::store::recent;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

/// Conversations of a shop: what two agents answered to the same complaints.
fn shop() -> Value {
    let answers = [
        "I am sorry that your parcel is late; that was our mistake. I will ring the depot and write to you by noon.",
        "We are very busy at the moment, and the courier lost it. That is not our fault.",
        "Sorry for any inconvenience. Please bear with us, as the frobnicator was frobnicating again this week.",
        "I understand how annoying that is. We have refunded the postage today.",
    ];
    let conversation = |index: usize| {
        let day = 1 + index % 28;
        let (id, name) = [("ann", "Ann"), ("bea", "Bea")][index % 2];
        json!({"id": format!("t{index}"), "source": "shop", "messages": [
            {"id": "1", "author": {"role": "customer", "id": "c1"}, "sent": format!("2026-03-{day:02}T08:00:00Z"),
             "body": "My parcel never came! Where is it?"},
            {"id": "2", "author": {"role": "agent", "id": id, "name": name},
             "sent": format!("2026-03-{day:02}T09:00:00Z"), "body": (answers[index / 2 % 4])}
        ]})
    };
    (0..24).map(conversation).collect()
}

fn with_shop() -> Running {
    let running = Running::new();
    running.bring(&shop());
    running
}

/// The scores of all stored messages, by their keys.
fn scores(running: &Running) -> Vec<(i64, Option<i64>)> {
    let mut all = running.service.store.read(|transaction| recent::scored(transaction, 1000)).unwrap();
    all.sort_by_key(|one| one.message);
    all.into_iter().map(|one| (one.message, one.score)).collect()
}

/// What a form says of the newest change that its writer has seen.
fn seen(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"seen\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// The fields of the form of a scorecard as it stands.
fn fields(running: &Running, id: &str) -> Vec<(String, String)> {
    let card = running.service.in_force().card(id).unwrap().card;
    let mut fields = vec![("what".to_owned(), card.what.clone())];
    fields.push(("seen".to_owned(), seen(&running.page(&format!("/settings/scorecards/{id}")).text())));
    for one in &card.criteria {
        fields.push((format!("weight-{}", one.id), one.weight.to_string()));
        fields.push((format!("reason-{}", one.id), one.reason.clone()));
        fields.push((format!("asked-{}", one.id), "1".to_owned()));
        if one.critical {
            fields.push((format!("critical-{}", one.id), "1".to_owned()));
        }
    }
    fields
}

fn sent<'f>(fields: &'f [(String, String)], more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let own = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    own.filter(|(name, _)| !more.iter().any(|(other, _)| other == name)).chain(more.iter().copied()).collect()
}

#[test]
fn every_scorecard_is_told_from_stored_findings_as_reading_anew_would() {
    let running = with_shop();
    let in_force = running.service.in_force();
    let stored = running.service.store.read(|transaction| recent::scored(transaction, 1000)).unwrap();
    assert!(stored.iter().filter(|one| one.score.is_some()).count() >= 20, "{}", stored.len());
    for one in &stored {
        assert_eq!(score_by(in_force.method.card, one).unwrap(), one.score);
    }
    for card in in_force.cards.iter().map(|one| one.card).filter(|card| card.id != in_force.method.card.id) {
        let mut told: Vec<(i64, Option<i64>)> =
            stored.iter().map(|one| (one.message, score_by(card, one).unwrap())).collect();
        told.sort_unstable();
        let chosen = running.form(&format!("/settings/scorecards/{}/use", card.id), &[]);
        assert_eq!(chosen.status, 303, "{}", chosen.text());
        assert!(run_next(&running.service).unwrap());
        running.read_all();
        assert_eq!(scores(&running), told, "{}", card.id);
    }
}

#[test]
fn weights_are_tried_saved_and_chosen() {
    let running = with_shop();
    let before = scores(&running);
    let shown = words(&running.page("/settings/scorecards").text());
    assert!(shown.contains("Amends The default") && shown.contains("in use") && shown.contains("built in"), "{shown}");
    let form = words(&running.page("/settings/scorecards/amends").text());
    assert!(form.contains("Does the message apologise?") && form.contains("Amends itself stays as it is"), "{form}");

    let fields = fields(&running, "amends");
    let name = [("name", "Our own"), ("id", "our-own")];
    let same = running.form("/settings/scorecards/amends", &sent(&fields, &[name[0], name[1], ("do", "preview")]));
    assert!(
        words(&same.text()).contains("Of the last 24 scored messages none would score otherwise."),
        "{}",
        same.text()
    );
    let other = [name[0], name[1], ("weight-no-excuse", "40"), ("critical-no-finger-pointing", "1")];
    let other = sent(&fields, &other);
    let mut asked = other.clone();
    asked.push(("do", "preview"));
    let preview = running.form("/settings/scorecards/amends", &asked);
    assert_eq!(preview.status, 200);
    let told = words(&preview.text());
    assert!(told.contains("would score otherwise:") && told.contains("Ann") && told.contains("Now Then"), "{told}");
    assert!(preview.text().contains("value=\"40\""), "what was written stands in the form");
    asked.pop();
    asked.push(("do", "csv"));
    let csv = running.form("/settings/scorecards/amends", &asked).text();
    assert!(csv.starts_with("agent,n,mean,n_previewed,mean_previewed\nAnn,12,"), "{csv}");
    assert_eq!(scores(&running), before, "a preview changes nothing");

    let mut asked = sent(&fields, &[name[0], name[1], ("weight-no-excuse", "-1"), ("do", "save")]);
    let wrong = running.form("/settings/scorecards/amends", &asked);
    assert_eq!(wrong.status, 422);
    assert!(words(&wrong.text()).contains("the weight is a number above 0"), "{}", wrong.text());
    asked = sent(&fields, &[("name", "Mine"), ("id", "five-steps"), ("do", "save")]);
    assert_eq!(running.form("/settings/scorecards/amends", &asked).status, 422, "a name that is taken");

    asked = other;
    asked.push(("do", "save"));
    let saved = running.form("/settings/scorecards/amends", &asked);
    assert_eq!((saved.status, saved.header("location")), (303, Some("/settings/scorecards/our-own?saved=1")));
    assert!(words(&running.page("/settings/scorecards/our-own?saved=1").text()).contains("Use it from now on"));
    let file = running.page("/settings/scorecards/our-own?format=toml").text();
    assert!(file.contains("weight = 40") && file.contains("critical = true"), "{file}");
    assert!(!run_next(&running.service).unwrap(), "nothing is scored by it yet");

    assert_eq!(running.form("/settings/scorecards/our-own/use", &[]).header("location"), Some("/settings/scorecards"));
    assert!(words(&running.page("/settings/scorecards").text()).contains("will be read anew in a moment"));
    assert!(run_next(&running.service).unwrap());
    running.read_all();
    assert_ne!(scores(&running), before);
    let listed = words(&running.page("/settings/scorecards").text());
    assert!(listed.contains("24 conversations read anew"), "{listed}");
    let versions = running.page("/settings/scorecards?format=csv&table=versions").text();
    assert!(versions.contains("our-own,1,") && versions.trim_end().ends_with(",true"), "{versions}");
    let api = running.get("/v1/scorecards/our-own").expect(200);
    assert_eq!((&api["in_use"], &api["criteria"][0]["weight"]), (&json!(true), &json!(40.0)));
    assert_eq!(running.form("/settings/scorecards/our-own/delete", &[]).status, 409, "it is in use");

    // Saved again it is another version, and what is stored is read anew.
    let fields = self::fields(&running, "our-own");
    let asked = sent(&fields, &[("name", "Our own"), ("weight-no-excuse", "2"), ("do", "save")]);
    assert_eq!(running.form("/settings/scorecards/our-own", &asked).header("location"), Some("/settings/scorecards"));
    assert!(run_next(&running.service).unwrap());
    assert_eq!(running.get("/v1/scorecards/our-own").expect(200)["version"], "2");
    let log = words(&running.page("/settings/audit-log").text());
    assert!(log.contains("scorecard chosen") && log.contains("scorecard saved"), "{log}");
}

const RULE: &str = r#"label = "excuse"
speaker = "agent"

[[rule]]
id = "our-frobnicator"
since = "1"
what = "Blames the frobnicator."
why = "The customer has no frobnicator."
fair-when = "Never."
advice = "Say what you do now."
patterns = ["the frobnicator =was frobnicating"]
hits = ["It is late because «the frobnicator was frobnicating».", "«The frobnicator was frobnicating» again."]
silent = ["We sold a frobnicator.", "Your frobnicator is on its way."]
"#;

#[test]
fn rules_are_checked_tried_saved_and_switched_off() {
    let running = with_shop();
    let new = running.page("/settings/rules/new?label=excuse");
    assert!(new.text().contains("label = &#34;excuse&#34;"), "{}", new.text());
    let broken = RULE.replace("«The frobnicator was frobnicating» again", "«The frobnicator» was frobnicating again");
    let asked = |text: &str, what: &str| {
        running.form("/settings/rules/files", &[("name", "ours"), ("text", text), ("do", what), ("messages", "500")])
    };
    let wrong = asked(&broken, "save");
    assert_eq!(wrong.status, 422);
    let told = words(&wrong.text());
    assert!(
        told.contains("One thing is wrong en/ours.toml:12:") && told.contains("finds «The frobnicator was"),
        "{told}"
    );
    let wrong = asked(&RULE.replace("since", "sinse"), "check");
    assert!(words(&wrong.text()).contains("en/ours.toml:6:1 unknown field `sinse`"), "{}", words(&wrong.text()));
    let classes = running.form("/settings/rules/files", &[("name", "classes"), ("text", RULE), ("do", "save")]);
    assert_eq!(classes.status, 422, "shared files are left alone");

    let tried = words(&asked(RULE, "preview").text());
    assert!(tried.contains("All examples hold"), "{tried}");
    assert!(tried.contains("They find something in 6 of the last 48 messages."), "{tried}");
    assert!(tried.contains("6 messages score otherwise by it."), "{tried}");
    assert!(running.service.method().lexicon.rule("our-frobnicator").is_none(), "a preview changes nothing");

    let before = scores(&running);
    let saved = asked(RULE, "save");
    assert_eq!((saved.status, saved.header("location")), (303, Some("/settings/rules")));
    assert!(run_next(&running.service).unwrap());
    running.read_all();
    let otherwise = scores(&running).iter().zip(&before).filter(|(one, other)| one != other).count();
    assert_eq!(otherwise, 6, "as the preview said");
    let found = running.get("/v1/search?q=rule:our-frobnicator").expect(200);
    assert_eq!(found["total"], 6, "{found}");
    let listed = words(&running.page("/settings/rules").text());
    assert!(listed.contains("ours") && listed.contains("Blames the frobnicator."), "{listed}");
    assert!(running.page("/settings/rules?format=csv").text().contains("ours,our-frobnicator,"));
    let draft = json!({"customer": "My parcel never came!", "draft": "Alas, the frobnicator was frobnicating again."});
    let draft = running.send("POST", "/v1/score", &draft).expect(200);
    assert!(draft.to_string().contains("our-frobnicator"), "drafts are read by it, too: {draft}");

    let off = words(&running.page("/settings/rules/off/our-frobnicator").text());
    assert!(
        off.contains("It finds something in 6 of the last 48 messages.") && off.contains("6 messages score"),
        "{off}"
    );
    assert_eq!(running.form("/settings/rules/off/our-frobnicator", &[]).status, 303);
    assert!(run_next(&running.service).unwrap());
    running.read_all();
    assert_eq!(scores(&running), before);
    assert!(words(&running.page("/settings/rules").text()).contains("our-frobnicator Switch on"));
    assert!(running.page("/settings/rules?format=csv&table=off").text().contains("our-frobnicator"));
    assert_eq!(running.form("/settings/rules/on/our-frobnicator", &[]).status, 303);
    assert_eq!(running.form("/settings/rules/files/ours/delete", &[]).status, 303);
    assert!(running.service.method().lexicon.rule("our-frobnicator").is_none());
    assert_eq!(running.page("/settings/rules/off/no-such-rule").status, 404);
}

#[test]
fn retention_is_changed_and_what_goes_is_told_first() {
    let running = with_shop();
    let asked = running.form("/settings/retention", &[("days", "30")]);
    let told = words(&asked.text());
    assert!(asked.status == 200 && told.contains("The text of 24 conversations goes at once"), "{told}");
    assert!(words(&running.page("/settings/retention").text()).contains("kept for good"), "not yet");
    assert_eq!(running.form("/settings/retention", &[("days", "soon")]).status, 422);
    assert_eq!(running.form("/settings/retention", &[("days", "30"), ("sure", "1")]).status, 303);
    assert!(words(&running.page("/settings/retention").text()).contains("dropped 30 days after"));
    let now: Timestamp = "2026-08-01T00:00:00Z".parse().unwrap();
    amends::service::background::forget_now(&running.service, now).unwrap();
    let text = running.get("/v1/messages?limit=5").expect(200);
    assert!(!text.to_string().contains("frobnicator"), "{text}");
    assert_eq!(running.form("/settings/retention", &[("days", "")]).status, 303);
    assert!(running.page("/settings/retention?format=csv").text().contains("for good"));

    let fixed =
        Running::with(&[("--retention", "retention.text_days", "90"), ("--scorecard", "reading.scorecard", "amends")]);
    let shown = words(&fixed.page("/settings/retention").text());
    assert!(shown.contains("This is set by --retention") && !shown.contains("Save"), "{shown}");
    assert_eq!(fixed.form("/settings/retention", &[("days", "5"), ("sure", "1")]).status, 409);
    assert_eq!(fixed.form("/settings/scorecards/promises/use", &[]).status, 409);
    assert!(words(&fixed.page("/settings/scorecards").text()).contains("is set by --scorecard"));
}

#[test]
fn secrets_of_webhooks_are_given_shown_once_and_taken_away() {
    let running = Running::new();
    let page = "/settings/webhooks/standard";
    let send = |secret: &str| {
        let body = r#"{"type":"conversation.updated","timestamp":"2026-03-02T08:00:00Z","data":{}}"#;
        let (id, now) = ("m1", Timestamp::now().as_second().to_string());
        use base64::Engine;
        let standard = base64::engine::general_purpose::STANDARD;
        let key = standard.decode(secret.trim_start_matches("whsec_")).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{now}.{body}").as_bytes());
        let signature = format!("v1,{}", standard.encode(mac.finalize().into_bytes()));
        let request = TestRequest::post().uri("/hooks/standard").insert_header(("webhook-id", id));
        let request = request.insert_header(("webhook-timestamp", now)).insert_header(("webhook-signature", signature));
        running.request(request.insert_header(("authorization", "none")).set_payload(body)).status
    };
    let other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    assert_eq!(send(other), 404, "nothing is let in");
    assert_eq!(running.form(page, &[("secret", "too short")]).status, 422);

    let made = running.form(page, &[("make", "1")]).text();
    let secret = made.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_eq!((send(&secret), send(other)), (200, 401));
    assert!(!running.page(page).text().contains(&secret), "it is shown once");
    assert_eq!(running.form(page, &[("secret", other)]).status, 200);
    assert_eq!((send(&secret), send(other)), (200, 200), "both count while one is changed");
    assert_eq!(running.form(page, &[("secret", other)]).status, 422, "twice");
    let listed = running.page("/settings/webhooks?format=csv").text();
    assert!(listed.contains("standard,2,"), "{listed}");
    assert_eq!(running.form("/settings/webhooks/standard/1/remove", &[]).status, 303);
    assert_eq!((send(&secret), send(other)), (401, 200));
    let log = words(&running.page("/settings/audit-log").text());
    assert!(log.contains("webhook secret given") && log.contains("webhook secret removed"), "{log}");
    assert!(!log.contains(&secret));
}

#[test]
fn of_two_who_write_the_same_neither_loses_a_word() {
    let running = Running::new();
    let save = |text: &str, seen: &str| {
        let fields = [("name", "ours"), ("known", "1"), ("text", text), ("seen", seen), ("do", "save")];
        running.form("/settings/rules/files", &fields)
    };
    assert_eq!(save(RULE, "0").status, 303);
    let opened = seen(&running.page("/settings/rules/files/ours").text());
    let theirs = RULE.replace("Never.", "When there is one.");
    assert_eq!(save(&theirs, &opened).status, 303, "the first of the two");
    let mine = RULE.replace("Say what you do now.", "Say when it comes.");
    let refused = save(&mine, &opened);
    assert_eq!(refused.status, 409);
    let told = words(&refused.text());
    assert!(told.contains("changed these rules while you were writing"), "{told}");
    assert!(told.contains("When there is one.") && told.contains("Say when it comes."), "both are shown: {told}");
    let kept = running.page("/settings/rules/files/ours?format=toml").text();
    assert_eq!(kept, theirs, "nothing was written over");

    // Who has seen theirs may put the own text in its place; theirs can be brought back.
    assert_eq!(save(&mine, &seen(&refused.text())).status, 303);
    let page = running.page("/settings/rules/files/ours").text();
    assert!(page.contains("Say when it comes."), "{page}");
    let back = page.split("?change=").nth(1).unwrap().split('"').next().unwrap();
    let earlier = running.page(&format!("/settings/rules/files/ours?change={back}")).text();
    assert!(earlier.contains("Save it to bring it back") && earlier.contains("When there is one."), "{earlier}");
    assert_eq!(running.page("/settings/rules/files/ours?change=0").status, 404);

    let opened = fields(&running, "amends");
    let name = [("name", "Our own"), ("id", "our-own"), ("do", "save")];
    assert_eq!(running.form("/settings/scorecards/amends", &sent(&opened, &name)).status, 303);
    let opened = fields(&running, "our-own");
    let change = |weight: &str, opened: &[(String, String)]| {
        let fields = sent(opened, &[("name", "Our own"), ("weight-no-excuse", weight), ("do", "save")]);
        running.form("/settings/scorecards/our-own", &fields)
    };
    assert_eq!(change("7", &opened).status, 303);
    let refused = change("9", &opened);
    assert_eq!(refused.status, 409);
    assert!(words(&refused.text()).contains("Yours stands below and is not saved yet"), "{}", refused.text());
    let weight = || running.get("/v1/scorecards/our-own").expect(200)["criteria"][0]["weight"].as_f64();
    assert_eq!(weight(), Some(7.0));
    let now: Vec<(String, String)> = opened
        .into_iter()
        .map(|(name, value)| if name == "seen" { (name, seen(&refused.text())) } else { (name, value) })
        .collect();
    assert_eq!(change("9", &now).status, 303);
    assert_eq!(weight(), Some(9.0));
}
