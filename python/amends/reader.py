"""Reading with rules, a scorecard and an office of one's own."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _amends
from .result import MessageResult


class Reader:
    """Reads with one set of rules, one scorecard, one office. It can be pickled, and used by several threads.

    lexicons: a folder of your own rules and scorecards, laid out like the project's ``lexicons``; it adds to what is
        built in, or stands ``alone``.
    scorecard: the name of a scorecard, or a file (``….toml``).
    least_confidence: what is found with less, from 0 to 1, is in doubt and counts for nothing.
    teams: the team of an agent, by identifier or name.
    timezone, working_days, office_hours, holidays: when the office that promises is at work.
    threads: how many conversations are read side by side; as many as there are processors unless said.
    """

    def __init__(
        self,
        *,
        lexicons: str | os.PathLike[str] | None = None,
        alone: bool = False,
        language: str = "en",
        scorecard: str | os.PathLike[str] = "amends",
        least_confidence: float = 0.0,
        teams: Mapping[str, str] | None = None,
        timezone: str = "UTC",
        working_days: Iterable[str] = ("mon", "tue", "wed", "thu", "fri"),
        office_hours: str = "09:00-17:00",
        holidays: Iterable[str | datetime.date] = (),
        threads: int | None = None,
    ) -> None:
        self._settings: dict[str, Any] = {
            "lexicons": None if lexicons is None else os.fspath(lexicons),
            "alone": alone,
            "language": language,
            "scorecard": os.fspath(scorecard),
            "least_confidence": least_confidence,
            "teams": dict(teams or {}),
            "timezone": timezone,
            "working_days": list(working_days),
            "office_hours": office_hours,
            "holidays": [str(day) for day in holidays],
            "threads": threads,
        }
        self._inner = _amends.Reader(**self._settings)

    def __reduce__(self):
        return _restored, (self._settings,)

    def __repr__(self) -> str:
        return f"amends.Reader({', '.join(f'{key}={value!r}' for key, value in self._settings.items())})"

    def score(
        self,
        text: str,
        context: str | Sequence[tuple[str, str]] | None = None,
        *,
        format: str | None = None,
    ) -> MessageResult:
        """Reads the agent's message ``text``.

        context: what went before: what the customer wrote, or ``(role, text)`` of each earlier message, oldest first;
            roles are customer, agent, bot, system.
        format: ``plain`` or ``html``; found out from the text unless said.
        """
        if context is None:
            earlier = []
        elif isinstance(context, str):
            earlier = [("customer", context)]
        else:
            earlier = [(role, body) for role, body in context]
        messages = [*earlier, ("agent", text)]
        message, version = json.loads(self._inner.score(messages, format))
        return MessageResult._of(message, version, [body for _, body in messages])

    def score_table(self, messages: Any, *, as_of: str | datetime.datetime | None = None) -> _amends.Scores:
        """Reads a table of messages: one a row, the rows in any order, all rows of a conversation in it.

        messages: anything with the Arrow C stream interface: a table of pyarrow, polars, DuckDB, pandas. Needed are
            the columns conversation, role and body; read as well are message, author, author_name, time,
            visibility, automatic, format, channel and source. Nothing of it is copied before it is read.
        as_of: the end of the data, by which promises are judged; the newest message's time unless said.

        All processors read, without the interpreter's lock. The table and its results lie in memory; a stream that
        is larger is read by ``score_batches``. Raises InputError for columns and values that cannot be read.
        """
        return self._inner.score_table(messages, _moment(as_of))

    def score_batches(self, messages: Any, *, as_of: str | datetime.datetime) -> _amends.Batches:
        """Reads a stream of messages in which the rows of a conversation follow one another, and gives the scores
        lot by lot, some 16,000 messages each.

        In memory are one lot, its results, the longest conversation and 16 bytes or so for each conversation so far,
        by which one that comes again is noticed (InputError).
        """
        return self._inner.score_batches(messages, _moment(as_of))

    def sums(self, nested: Any, *, period: str = "week") -> _amends.Table:
        """What conversations come to for each agent, team and channel and for all, as whole numbers that can be
        added up: by ``merge``, or by an engine's own GROUP BY dimension, name, period with SUM over the numbers and
        MIN over agent_name and team. Whoever adds them up, ``agents`` and ``trend`` give the same figures.

        nested: scores, one row a conversation: ``scores.nested``, or what an engine kept of it.
        period: day, week or month, in the office's time zone.
        """
        return self._inner.sums(nested, period)

    def merge(self, *sums: Any) -> _amends.Table:
        """Adds up tables made by ``sums`` of different conversations; half a conversation here and half there would
        count as two."""
        return self._inner.merge(list(sums))

    def agents(self, sums: Any, *, min_messages: int = 20) -> _amends.Table:
        """Every agent with every figure, as in the audit's ``agents.csv``."""
        return self._inner.agents(sums, min_messages)

    def trend(
        self, sums: Any, measure: str, *, dimension: str = "all", name: str = "", min_messages: int = 20
    ) -> _amends.Table:
        """A measure over time with its control limits, as in the audit's report.

        measure: excuse, finger_pointing, missing_apology, missing_follow_up, or ``criterion:…``.
        dimension, name: whose: ``agent`` and an identifier, ``team``, ``channel`` and a name, or ``all``.
        """
        return self._inner.trend(sums, measure, dimension, name, min_messages)

    @property
    def nothing(self) -> _amends.Scores:
        """Scores of nothing: their tables are empty and tell the columns."""
        return self._inner.nothing()


def _restored(settings: dict[str, Any]) -> Reader:
    return Reader(**settings)


def _moment(time: str | datetime.datetime | None) -> str | None:
    if isinstance(time, datetime.datetime):
        if time.tzinfo is None:
            raise ValueError("as_of: a time without a time zone; nobody knows when it was")
        return time.isoformat()
    return time
