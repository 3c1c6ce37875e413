"""Amends on Spark: conversations of any number, read on any number of machines, each result the same as anywhere.

A conversation is what must stay together. Rows are brought together by conversation and sorted by Spark, which puts
on disk what its memory does not hold, and read as a stream: an executor holds one lot of some 16,000 messages.

    scored = amends.spark.score_conversations(messages)      # one row a conversation
    scored.write.parquet("scored")                           # read once, use often
    amends.spark.messages(scored), amends.spark.promises(scored), amends.spark.conversations(scored)
    sums = amends.spark.sums(scored)                         # per agent, team, channel and period
    amends.Reader().agents(sums.toArrow())                   # the figures of the audit
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from .reader import Reader

__all__ = ["conversations", "messages", "promises", "score_conversations", "sums"]


def score_conversations(
    df: DataFrame,
    *,
    reader: Reader | None = None,
    as_of: str | datetime.datetime | None = None,
    clustered: bool = False,
) -> DataFrame:
    """Reads the messages in ``df``, one a row, with the columns of ``Reader.score_table``; gives one row for each
    conversation, with its ``messages`` and ``promises`` as lists. Messages of one moment stand in the order of their
    identifiers, as Spark keeps no other.

    reader: with rules, scorecard and office of your own. Folders and files that it names must be on every machine.
    as_of: the end of the data, by which promises are judged; the newest message's time unless said, for which the
        times are read once more.
    clustered: whether the rows of a conversation follow one another in one partition already, as in tables written
        so; nothing is moved then. InputError where they do not.
    """
    reader = _single(reader)
    keys = [name for name in ("source", "conversation") if name in df.columns]
    if as_of is None:
        as_of = _newest(df)
    if not clustered:
        order = [name for name in ("time", "message") if name in df.columns]
        df = df.repartition(*keys).sortWithinPartitions(*keys, *order)

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        stream = _stream(batches)
        if stream is not None:
            for scores in reader.score_batches(stream, as_of=as_of):
                yield from pa.table(scores.nested).to_batches()

    return df.mapInArrow(read, _schema(reader.nothing.nested))


def messages(scored: DataFrame) -> DataFrame:
    """One row for each message of an agent."""
    return scored.select(F.inline("messages"))


def promises(scored: DataFrame) -> DataFrame:
    """One row for each promise."""
    return scored.select(F.inline("promises"))


def conversations(scored: DataFrame) -> DataFrame:
    """One row for each conversation, without its messages and promises."""
    return scored.drop("messages", "promises")


def sums(scored: DataFrame, *, reader: Reader | None = None, period: str = "week") -> DataFrame:
    """``Reader.sums`` of all that was read, added up by Spark; for ``Reader.agents`` and ``Reader.trend``."""
    reader = _single(reader)

    def add(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        stream = _stream(batches)
        if stream is not None:
            yield from pa.table(reader.sums(stream, period=period)).to_batches()

    schema = _schema(reader.sums(reader.nothing.nested, period=period))
    partial = scored.select("messages", "promises").mapInArrow(add, schema)
    keys = ["dimension", "name", "period"]
    added = [
        (F.min if name in ("agent_name", "team") else F.sum)(F.col(f"`{name}`")).alias(name)
        for name in schema.names
        if name not in keys
    ]
    return partial.groupBy(*keys).agg(*added)


def _single(reader: Reader | None) -> Reader:
    """Spark reads side by side already, one task a processor."""
    settings = {} if reader is None else reader._settings
    return Reader(**{**settings, "threads": 1})


def _schema(table) -> StructType:
    return from_arrow_schema(pa.schema(table))


def _stream(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader | None:
    batches = iter(batches)
    first = next(batches, None)
    if first is None:
        return None

    def all_of_them():
        yield first
        yield from batches

    return pa.RecordBatchReader.from_batches(first.schema, all_of_them())


def _newest(df: DataFrame) -> datetime.datetime:
    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    if "time" not in df.columns:
        return start
    micros = df.select(F.max(F.unix_micros(F.col("time").cast("timestamp")))).first()[0]
    return start + datetime.timedelta(microseconds=micros or 0)
