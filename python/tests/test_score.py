"""A message at a time."""

import doctest
import pathlib
import pickle

import amends
import pytest

DRAFT = "Sorry to hear that. We are very busy at the moment, and the courier lost it — not us."


def test_the_example_of_the_module_holds():
    assert doctest.testmod(amends).failed == 0


def test_a_message_is_told_with_its_evidence():
    result = amends.score(DRAFT, context="My parcel never came.")
    assert result.findings.excuse and result.findings.certainty["excuse"]
    assert result.situation.failure_shown_by.words == "never came"
    assert 0 <= result.score < 50
    for found in result.detections:
        assert DRAFT[found.start : found.end] == found.words
    unmet = [one for one in result.criteria if one.verdict == "unmet"]
    assert unmet and all(one.advice for one in unmet)
    assert any(one.evidence for one in unmet)


def test_offsets_count_characters_as_python_does():
    text = "😀 Größe: we are very busy at the moment, please wait."
    result = amends.score(text, context="My parcel never came.")
    assert result.detections
    assert all(text[found.start : found.end] == found.words for found in result.detections)


def test_context_may_be_a_conversation():
    turns = [("customer", "My parcel never came."), ("agent", "I am so sorry that it is late. I'll look today.")]
    result = amends.score("It is on its way to you and arrives on Monday.", context=turns)
    assert result.situation.apologised_before_by.message == 1


def test_what_is_not_scored_says_why():
    assert amends.score("ok").not_scored == "too_short"
    assert amends.score("Where would you like it to be sent?").not_scored == "no_criterion_applies"


def test_settings_that_cannot_be_are_told():
    with pytest.raises(ValueError, match="scorecard: no scorecard is called `mine`; there are amends"):
        amends.Reader(scorecard="mine")
    with pytest.raises(ValueError, match="timezone: no time zone is called `Berlin`"):
        amends.Reader(timezone="Berlin")
    with pytest.raises(ValueError, match="least_confidence: expected a number from 0 to 1"):
        amends.Reader(least_confidence=2)
    with pytest.raises(ValueError, match="there are customer, agent, bot, system"):
        amends.score("Hello there, all well?", context=[("boss", "Hm.")])


def test_rules_of_ones_own_are_added(tmp_path: pathlib.Path):
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "excuse-own.toml").write_text(
        'label = "excuse"\nspeaker = "agent"\n\n[[rule]]\nid = "excuse-moon"\nsince = "0.1.0"\n'
        'what = "Blames the moon."\nwhy = "It never did it."\nfair-when = "Never."\nadvice = "Leave it out."\n'
        'patterns = ["the moon stood wrong"]\nhits = ["Well, «the moon stood wrong».", "«The moon stood wrong» again."]\n'
        'silent = ["The moon is up.", "It stood there."]\n'
    )
    reader = amends.Reader(lexicons=tmp_path)
    result = reader.score("The moon stood wrong that day.", context="My parcel never came.")
    assert [found.rule for found in result.detections if found.label == "excuse"] == ["excuse-moon"]
    again = pickle.loads(pickle.dumps(reader))
    assert again.score("The moon stood wrong that day.", context="My parcel never came.") == result
