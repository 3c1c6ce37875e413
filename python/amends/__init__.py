"""How well do a support team's messages make amends? The rules that matched say so, with their words as evidence.

>>> import amends
>>> result = amends.score("That is the courier's fault, not ours.", context="My parcel never arrived!")
>>> result.findings.finger_pointing, result.findings.missing_apology
(True, True)
>>> [found.words for found in result.detections if found.label == "finger_pointing"]
["That is the courier's fault, not ours"]

``score`` reads a message, ``score_table`` an Arrow table of messages, ``score_batches`` a stream that is larger than
memory; ``Reader`` does so with rules, a scorecard and an office of your own; ``amends.spark`` does it on Spark.
The same input gives the same result, on whichever machine and with whichever tool: there is no model, no network
and no clock in it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from ._amends import SCHEMA_VERSION, Batches, InputError, Scores, Table, __version__
from ._amends import demo as _demo
from .reader import Reader
from .result import Criterion, Cue, Detection, Finding, Findings, MessageResult, Situation, Version

__all__ = [
    "SCHEMA_VERSION",
    "Batches",
    "Criterion",
    "Cue",
    "Detection",
    "Finding",
    "Findings",
    "InputError",
    "MessageResult",
    "Reader",
    "Scores",
    "Situation",
    "Table",
    "Version",
    "__version__",
    "demo",
    "score",
    "score_batches",
    "score_table",
]

_reader: Reader | None = None


def _default() -> Reader:
    global _reader
    if _reader is None:
        _reader = Reader()
    return _reader


def score(
    text: str, context: str | Sequence[tuple[str, str]] | None = None, *, format: str | None = None
) -> MessageResult:
    """Reads an agent's message with the built-in rules; see ``Reader.score``."""
    return _default().score(text, context, format=format)


def score_table(messages: Any, *, as_of: str | datetime.datetime | None = None) -> Scores:
    """Reads a table of messages with the built-in rules; see ``Reader.score_table``."""
    return _default().score_table(messages, as_of=as_of)


def score_batches(messages: Any, *, as_of: str | datetime.datetime) -> Batches:
    """Reads a clustered stream of messages with the built-in rules; see ``Reader.score_batches``."""
    return _default().score_batches(messages, as_of=as_of)


def demo(until: str | datetime.date = "2026-11-20", seed: int = 1) -> Table:
    """Messages of some 1,500 invented conversations of a small shop, in the half-year before the day ``until``:
    a table to try ``score_table`` on. The same day and seed give the same messages."""
    return _demo(str(until), seed)
