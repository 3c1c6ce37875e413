"""What was read in one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of some message that tell about the situation: ``text[start:end]`` of message ``message``, which counts
    from 0, the context's first."""

    message: int
    label: str | None
    rule: str | None
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What a message answers."""

    service_failure: bool
    apology_due: bool
    follow_up_due: bool
    failure_shown_by: Cue | None
    apologised_before_by: Cue | None
    follow_up_shown_by: Cue | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it is made; how probable it is that people find it too (0 to 1), and on how many labelled messages that
    rests."""

    found: bool
    confidence: float | None
    confidence_n: int | None

    def __bool__(self) -> bool:
        return self.found


@dataclass(frozen=True, slots=True)
class Findings:
    """The four that stand above the rest."""

    excuse: bool
    finger_pointing: bool
    missing_apology: bool
    missing_follow_up: bool
    #: How far each is to be trusted.
    certainty: dict[str, Finding]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of the scorecard: ``met``, ``unmet`` or ``not_applicable``, and what to do where it is unmet."""

    id: str
    question: str
    verdict: str
    weight: float
    critical: bool
    advice: str | None
    #: The detections that speak for or against it.
    evidence: tuple[Detection, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """A rule's match: ``text[start:end]`` are its words."""

    label: str
    kind: str | None
    rule: str
    words: str
    start: int
    end: int
    confidence: float | None
    confidence_n: int | None
    in_doubt: bool
    what: str
    why: str
    advice: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """With what it was read: the same version and input give the same result."""

    amends: str
    language: str
    lexicon: str
    scorecard: str
    scorecard_version: str
    scorecard_digest: str


@dataclass(frozen=True, slots=True)
class MessageResult:
    """What was read in a message."""

    #: 0 to 100; None where the message is not scored, and ``not_scored`` says why.
    score: float | None
    #: The score as it would be without critical criteria.
    uncritical_score: float | None
    not_scored: str | None
    not_scored_reason: str | None
    situation: Situation | None
    findings: Findings | None
    criteria: tuple[Criterion, ...]
    detections: tuple[Detection, ...]
    words: int
    version: Version

    @classmethod
    def _of(cls, message: dict[str, Any], version: dict[str, Any], bodies: list[str]) -> MessageResult:
        detections = tuple(
            Detection(
                words=one.pop("text"),
                **_places(one, bodies[-1]),
                advice=one.pop("advice", None),
                **one,
            )
            for one in message["detections"]
        )
        not_scored = message["not_scored"] or {"code": None, "reason": None}
        card = version["scorecard"]
        return cls(
            score=message["score"],
            uncritical_score=message["uncritical_score"],
            not_scored=not_scored["code"],
            not_scored_reason=not_scored["reason"],
            situation=_situation(message["situation"], bodies),
            findings=_findings(message["findings"]),
            criteria=tuple(
                Criterion(
                    evidence=tuple(detections[index] for index in one.pop("evidence")),
                    advice=one.pop("advice", None),
                    **one,
                )
                for one in message["criteria"]
            ),
            detections=detections,
            words=message["words"],
            version=Version(
                version["amends"], version["language"], version["lexicon"], card["id"], card["version"], card["digest"]
            ),
        )


def _places(one: dict[str, Any], body: str) -> dict[str, int]:
    """Where words stand in a Python string, which counts characters."""
    one.pop("utf16")
    span, written = one.pop("span"), body.encode()
    start = len(written[: span["start"]].decode())
    return {"start": start, "end": start + len(written[span["start"] : span["end"]].decode())}


def _situation(told: dict[str, Any] | None, bodies: list[str]) -> Situation | None:
    if told is None:
        return None

    def cue(name: str) -> Cue | None:
        one = told["evidence"][name]
        return one and Cue(words=one.pop("text"), **_places(one, bodies[one["message"]]), **one)

    return Situation(
        told["service_failure"],
        told["apology_due"],
        told["follow_up_due"],
        cue("service_failure"),
        cue("earlier_apology"),
        cue("follow_up"),
    )


def _findings(told: dict[str, Any] | None) -> Findings | None:
    if told is None:
        return None
    confidence, confidence_n = told.pop("confidence"), told.pop("confidence_n")
    certainty = {name: Finding(told[name], confidence[name], confidence_n[name]) for name in told}
    return Findings(**told, certainty=certainty)
