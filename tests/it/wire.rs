//! Results written from prepared parts are byte for byte those that the types of results give.

use crate::support::{english, hits};
use amends::conversation::Conversation;
use amends::lexicon::{Label, LabelSet, Speaker};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::reading::{LeastConfidence, Reader};
use amends::wire::{self, Context, Prepared};
use serde_json::json;

/// A conversation of each example of a rule, and some whose texts look like JSON.
fn conversations() -> Vec<Conversation> {
    let customers = hits(Speaker::Customer);
    let asked = |index: usize| &customers[index % customers.len()];
    let agents = hits(Speaker::Agent).into_iter().enumerate();
    let mut told: Vec<_> = agents
        .map(|(index, agent)| {
            json!({"messages": [
                {"author": {"role": "customer"}, "body": asked(index)},
                {"author": {"role": "agent"}, "body": agent},
                {"author": {"role": "agent"}, "visibility": "internal", "body": "See above."},
                {"author": {"role": "agent", "id": "dana"}, "body": format!("\u{1F614} {agent}\n\n{}", asked(index + 1))},
            ]})
        })
        .collect();
    let trap = r#"","criteria":[],"detections":[],"messages":[] \"#;
    told.push(json!({"id": trap, "source": trap, "channel": "\u{1}\u{2028}é", "messages": [
        {"id": trap, "author": {"role": "customer"}, "body": format!("It never came, {trap}!")},
        {"id": trap, "author": {"role": "agent"}, "body": format!("We are sorry {trap} that it is late. The courier \"lost\" it.")},
        {"author": {"role": "bot"}, "body": trap},
        {"author": {"role": "agent"}, "body": "Vielen Dank für Ihre Nachricht, wir melden uns morgen wieder bei Ihnen."},
        {"author": {"role": "agent"}, "automatic": true, "body": "We got your message."},
    ]}));
    told.push(json!({"messages": []}));
    told.into_iter().map(|one| serde_json::from_value(one).unwrap()).collect()
}

#[test]
fn prepared_answers_are_those_of_the_types() {
    let (lexicon, card) = (english(), Library::built_in().unwrap().scorecard(DEFAULT_SCORECARD).unwrap());
    let conversations = conversations();
    let some = [Label::Apology, Label::Excuse].into_iter().collect::<LabelSet>();
    for (least, only) in [(0.0, None), (0.8, None), (0.0, Some(some))] {
        let least = LeastConfidence::new(least, lexicon).unwrap();
        let mut reader = Reader::new(lexicon, card).with_least_confidence(least);
        let context = Context { lexicon, card, only };
        let prepared = Prepared::new(&context);
        let mut doubts = 0;
        for conversation in &conversations {
            let readings = reader.conversation(conversation);
            doubts += readings.iter().map(|reading| reading.in_doubt.len()).sum::<usize>();
            let told = serde_json::to_string(&wire::conversation(&context, conversation, "draft", &readings)).unwrap();
            let mut written = Vec::new();
            prepared.write(&mut written, &context, conversation, "draft", &readings);
            assert_eq!(String::from_utf8(written).unwrap(), told);
        }
        assert_eq!(doubts > 0, least.value() > 0.0);
    }
}
