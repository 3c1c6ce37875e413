"""Sums that anybody may add up, in any order and in any number of steps."""

import random

import corpus
import duckdb
import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture(scope="module")
def reader():
    return corpus.reader()


@pytest.fixture(scope="module")
def nested(reader, messages):
    return pa.table(reader.score_table(messages).nested)


@pytest.fixture(scope="module")
def whole(reader, nested):
    return pa.table(reader.sums(nested))


@pytest.mark.parametrize("seed", range(20))
def test_any_split_in_any_order_gives_the_same_sums(reader, nested, whole, seed):
    chance = random.Random(seed)
    order = list(range(nested.num_rows))
    chance.shuffle(order)
    cuts = sorted(chance.sample(range(1, len(order)), chance.randint(1, 12)))
    parts = [reader.sums(nested.take(order[a:b])) for a, b in zip([0, *cuts], [*cuts, len(order)])]
    while len(parts) > 1:
        chance.shuffle(parts)
        count = chance.randint(2, len(parts))
        parts = [reader.merge(*parts[:count]), *parts[count:]]
    assert pa.table(parts[0]).equals(whole)


def test_duckdb_adds_them_up(reader, nested, whole, audited):
    halves = [pa.table(reader.sums(nested.slice(at, 700))) for at in range(0, nested.num_rows, 700)]
    parts = pa.concat_tables(halves)
    added = duckdb.sql("""
        SELECT dimension, name, period, min(agent_name) AS agent_name, min(team) AS team,
               sum(COLUMNS(* EXCLUDE (dimension, name, period, agent_name, team)))
        FROM parts GROUP BY dimension, name, period
    """)
    assert pa.table(reader.merge(added)).equals(whole)
    assert corpus.check_agents(pa.table(reader.agents(added)), audited) > 10


def test_polars_adds_them_up(reader, nested, whole):
    parts = pl.concat([pl.DataFrame(reader.sums(nested.slice(at, 400))) for at in range(0, nested.num_rows, 400)])
    added = parts.group_by("dimension", "name", "period").agg(pl.col("agent_name", "team").min(), cs.integer().sum())
    assert pa.table(reader.merge(added)).equals(whole)


def test_they_are_made_of_what_was_kept(reader, nested, whole, tmp_path):
    pq.write_table(nested, tmp_path / "scored.parquet")
    kept = duckdb.sql(f"SELECT * FROM '{tmp_path}/scored.parquet'")
    assert pa.table(reader.sums(kept)).equals(whole)
    assert pa.table(reader.sums(pl.scan_parquet(tmp_path / "scored.parquet").collect())).equals(whole)


def test_what_is_no_table_of_sums_is_told(reader, nested, whole):
    with pytest.raises(ValueError, match="there is no column `dimension`"):
        reader.agents(nested)
    with pytest.raises(ValueError, match="there is no column `messages`"):
        reader.sums(whole.drop_columns(["messages"]))
    with pytest.raises(ValueError, match="there is no `rudeness`; there are excuse, "):
        reader.trend(whole, "rudeness")
