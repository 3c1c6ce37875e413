//! Shapes in patterns: words that no rule names, told by what they look like.

use amends::detect::Detector;
use amends::lexicon::{Lexicon, LexiconErrors, LexiconFile, Shape, Speaker, pattern};
use amends::text::{Markup, Text};

/// A lexicon whose one rule looks for `patterns`, a TOML list.
fn lexicon(patterns: &str) -> Result<Lexicon, LexiconErrors> {
    let text = format!(
        r#"label = "excuse"
speaker = "agent"

[[rule]]
id = "shape"
since = "0.1.0"
what = "Finds a shape."
why = "To see it."
fair-when = "Always."
advice = "None."
patterns = {patterns}
hits = ["«a»", "«b»"]
silent = ["c", "d"]
"#
    );
    Lexicon::compile("en", vec![vec![LexiconFile { path: "en/excuse.toml".into(), text }]])
}

/// What `pattern` finds in `body`.
fn found(pattern: &str, body: &str) -> Vec<String> {
    let lexicon = lexicon(&format!("['{pattern}']")).unwrap();
    let found = Detector::new(&lexicon).find(&Text::read(body, Markup::Sniff), Speaker::Agent);
    found.settle(&lexicon, true).iter().map(|one| body[one.span.range()].to_owned()).collect()
}

#[test]
fn a_number_begins_with_a_digit() {
    assert_eq!(
        found("within {#number}", "Within 48 hours, within 2nd or within 10am, within reach."),
        ["Within 48", "within 2nd", "within 10am"]
    );
    assert_eq!(found("{#number} {#number}", "It weighs 4.5 kg."), ["4.5"]);
}

#[test]
fn a_number_that_a_rule_names_is_a_number_still() {
    assert_eq!(
        found("[open 24|past {#number}]", "We are open 24 hours, past 24 and past 25."),
        ["open 24", "past 24", "past 25"]
    );
}

#[test]
fn a_name_has_a_capital_letter() {
    assert_eq!(found("{#name} forgot", "I asked, but Rosa forgot it and her brother forgot it."), ["Rosa forgot"]);
    assert_eq!(found("{#name} {#name}? forgot", "It seems José Kowalski forgot it."), ["José Kowalski forgot"]);
    assert_eq!(found("by {#name}", "It was packed by ParcelJet."), ["by ParcelJet"]);
}

#[test]
fn a_word_that_a_rule_names_is_no_name() {
    assert_eq!(found("[{#name}|our] courier", "They blame Courier courier and Rosa courier."), ["Rosa courier"]);
}

#[test]
fn a_single_letter_or_a_code_is_no_name() {
    assert_eq!(found("{#name} forgot", "So T forgot it, and HT2070 forgot it."), [""; 0]);
}

#[test]
fn capitals_throughout_tell_no_name() {
    assert_eq!(found("{#name} forgot", "IT SEEMS ROSA FORGOT IT."), [""; 0]);
    assert_eq!(found("{#name} forgot", "It Seems Rosa Forgot It."), [""; 0]);
    assert_eq!(found("{#name} forgot", "it seems ROSA forgot it."), ["ROSA forgot"]);
    assert_eq!(found("{#word} forgot", "IT SEEMS ROSA FORGOT IT."), ["ROSA FORGOT"]);
}

#[test]
fn a_past_form_ends_in_ed() {
    assert_eq!(found("was {#past}", "It was mislabelled, was agreed, was red, was Mislabelled."), ["was mislabelled"]);
}

#[test]
fn another_word_may_be_a_name_or_past_but_no_number() {
    assert_eq!(
        found("the {#word} failed", "The boiler failed, the Zorro failed, the overloaded failed, the 12 failed."),
        ["The boiler failed", "the Zorro failed", "the overloaded failed"]
    );
    assert_eq!(found("the [{#word}|{#number}] failed", "The 12 failed."), ["The 12 failed"]);
}

#[test]
fn offsets_are_those_of_the_body_as_sent() {
    assert_eq!(found("by {#name}", "<p>Packed 🎁 by&nbsp;<b>Rosa</b>&#39;s hand.</p>"), ["by&nbsp;<b>Rosa</b>&#39;s"]);
    assert_eq!(
        found("by {#name} {#past}", "Packed by Ro\u{200b}sa re\u{200b}packed."),
        ["by Ro\u{200b}sa re\u{200b}packed"]
    );
}

#[test]
fn an_unknown_shape_is_told_with_those_that_there_are() {
    let errors = lexicon("['the {#foo} failed']").unwrap_err();
    let told = errors.to_string();
    let allowed = "no shape is called {#foo}: there are {#number}, {#name}, {#past}, {#word}";
    assert!(told.contains(allowed) && told.contains("en/excuse.toml:11:"), "{told}");
}

#[test]
fn a_shape_is_written_as_it_is_read() {
    for shape in Shape::ALL {
        let written = format!("the {{#{}}}? failed", shape.name());
        assert_eq!(pattern::parse(&written).unwrap().to_string(), written);
    }
}
