"""Tables of messages: from whatever holds them, in any order, and wrong ones."""

import random
import threading

import amends
import duckdb
import polars as pl
import pyarrow as pa
import pytest


def rows(table):
    return sorted(pa.table(table).to_pylist(), key=str)


@pytest.fixture(scope="module")
def scores(messages):
    return amends.score_table(messages)


def test_the_order_of_rows_and_their_batches_change_nothing(messages, scores):
    order = list(range(messages.num_rows))
    random.Random(7).shuffle(order)
    shuffled = amends.score_table(messages.take(order).combine_chunks().to_reader(max_chunksize=97))
    for table in ("messages", "conversations", "promises"):
        assert rows(getattr(shuffled, table)) == rows(getattr(scores, table))


def test_the_number_of_threads_changes_nothing(messages, scores):
    for threads in (1, 3):
        other = amends.Reader(threads=threads).score_table(messages)
        assert pa.table(other.nested) == pa.table(scores.nested)


def test_other_threads_of_python_go_on_meanwhile(messages):
    ticks, over = 0, threading.Event()

    def tick():
        nonlocal ticks
        while not over.wait(0.0005):
            ticks += 1

    ticking = threading.Thread(target=tick)
    ticking.start()
    before = ticks
    amends.score_table(messages)
    meanwhile = ticks - before
    over.set()
    ticking.join()
    assert meanwhile > 3


def test_whatever_speaks_arrow_is_read(messages, scores):
    expected = rows(scores.messages)
    relation = duckdb.sql("SELECT * FROM messages")
    categories = pl.from_arrow(messages).with_columns(pl.col("role", "channel").cast(pl.Categorical))
    for same in (pl.from_arrow(messages), categories, relation, messages.to_pandas(), messages.to_reader()):
        assert rows(amends.score_table(same).messages) == expected


def test_whatever_speaks_arrow_takes_the_results(scores):
    given, count = scores.messages, scores.messages.num_rows
    assert pl.DataFrame(given).height == pa.table(given).num_rows == len(given) == count
    assert duckdb.sql("SELECT count(*) FROM given").fetchall() == [(count,)]
    assert pa.schema(given).metadata[b"amends:schema"] == b"%d" % amends.SCHEMA_VERSION


def test_evidence_is_a_slice_of_the_body(messages, scores):
    bodies = {row["message"]: row["body"].encode() for row in messages.to_pylist()}
    found = [(row["message"], one) for row in pa.table(scores.messages).to_pylist() for one in row["evidence"]]
    assert len(found) > 100
    assert all(bodies[message][one["start"] : one["end"]].decode() == one["words"] for message, one in found)


def test_times_and_identifiers_may_be_written_otherwise(messages, scores):
    texts = [row and row.isoformat() for row in messages["time"].to_pylist()]
    numbers = {name: number for number, name in enumerate(messages["conversation"].unique().to_pylist())}
    other = messages.set_column(5, "time", pa.array(texts, pa.large_string()))
    other = other.set_column(0, "conversation", pa.array([numbers[one] for one in messages["conversation"].to_pylist()]))
    expected = [{**row, "conversation": str(numbers[row["conversation"]])} for row in pa.table(scores.messages).to_pylist()]
    assert rows(amends.score_table(other).messages) == sorted(expected, key=str)


def test_a_conversation_is_known_by_its_source_too(messages):
    few = messages.slice(0, 40)
    both = pa.concat_tables([few.append_column("source", pa.array([name] * 40)) for name in ("a", "b")])
    assert len(amends.score_table(both).conversations) == 2 * len(amends.score_table(few).conversations)


def test_no_rows_give_no_scores(messages):
    assert len(amends.score_table(messages.slice(0, 0)).messages) == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.drop_columns(["body"]), "there is no column `body`"),
        (lambda t: t.rename_columns(["visibilty" if n == "visibility" else n for n in t.column_names]),
         "column `visibilty` is not known"),
        (lambda t: t.set_column(5, "time", t["time"].cast(pa.timestamp("us"))),
         r"column `time` holds .*; expected timestamps with a time zone"),
        (lambda t: t.set_column(6, "body", pa.array([1.5] * len(t))), "column `body` holds Float64; expected text"),
        (lambda t: t.set_column(2, "role", pa.array(["boss"] * len(t))),
         "column `role`, row 0: found `boss`; there are customer, agent, bot, system"),
        (lambda t: t.set_column(5, "time", pa.array(["yesterday"] * len(t))),
         "column `time`, row 0: `yesterday` is no RFC 3339 time"),
        (lambda t: t.set_column(0, "conversation", pa.array([None] * len(t), pa.string())),
         "column `conversation`, row 0: there is no value"),
    ],
)
def test_what_cannot_be_read_is_named(messages, change, told):
    with pytest.raises(amends.InputError, match=told):
        amends.score_table(change(messages.slice(0, 9)))


def test_something_else_than_a_table_is_told():
    with pytest.raises(TypeError, match="Arrow C stream interface"):
        amends.score_table([{"body": "Hello"}])


def test_a_stream_is_read_lot_by_lot(messages, scores):
    copies = []
    for copy in range(12):
        names = pa.array([f"{copy}-{one}" for one in messages["conversation"].to_pylist()])
        copies.append(messages.set_column(0, "conversation", names))
    many = pa.concat_tables(copies).sort_by([("conversation", "ascending")])
    taken = 0

    def batches():
        nonlocal taken
        for batch in many.to_batches(max_chunksize=500):
            taken += batch.num_rows
            yield batch

    stream = pa.RecordBatchReader.from_batches(many.schema, batches())
    lots = amends.score_batches(stream, as_of=max(messages["time"].to_pylist()))
    first = next(lots)
    assert 0 < taken < 20_000 < many.num_rows
    found = [*pa.table(first.messages).to_pylist(), *(row for lot in lots for row in pa.table(lot.messages).to_pylist())]
    whole = pa.table(amends.score_table(many).messages).to_pylist()
    assert sorted(found, key=str) == sorted(whole, key=str)
    assert len(found) == 12 * len(scores.messages)


def test_a_stream_that_is_not_clustered_is_told(messages):
    with pytest.raises(amends.InputError, match="comes again after others"):
        list(amends.score_batches(messages.sort_by("time"), as_of="2026-11-20T00:00:00Z"))


def test_an_error_of_the_stream_is_told(messages):
    def broken():
        yield messages.to_batches()[0]
        raise OSError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        amends.score_table(pa.RecordBatchReader.from_batches(messages.schema, broken()))
