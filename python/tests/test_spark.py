"""Spark with two worker processes of its own reads what the program reads, also when one of them is killed."""

import os
import pathlib
import shutil
import signal
import sys
import threading
import time

import corpus
import pyarrow as pa
import pytest
import test_readme

pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("there is no java", allow_module_level=True)

import amends.spark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    work = tmp_path_factory.mktemp("spark")
    os.environ["SPARK_WORKER_DIR"] = str(work)
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .appName("amends")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "1g")
        .config("spark.executor.memory", "1g")
        .config("spark.local.dir", str(work))
        .config("spark.sql.warehouse.dir", str(work / "warehouse"))
        .config("spark.sql.shuffle.partitions", "16")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.session.timeZone", "America/New_York")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def df(spark, messages):
    order = messages.sort_by("body")
    return spark.createDataFrame(order).repartition(8)


def check(scored, folder):
    table = scored.toArrow()
    flat = lambda name: [row for rows in table[name].to_pylist() for row in rows]  # noqa: E731
    assert corpus.check_messages(flat("messages"), folder) > 2_000
    assert corpus.check_promises(flat("promises"), folder) > 200
    assert corpus.check_conversations(table.drop_columns(["messages", "promises"]).to_pylist(), folder) > 1_000


def test_spark_gives_what_the_audit_gives(df, audited):
    reader = corpus.reader()
    scored = amends.spark.score_conversations(df, reader=reader).cache()
    check(scored, audited)
    sums = amends.spark.sums(scored, reader=reader).toArrow()
    assert corpus.check_agents(pa.table(reader.agents(sums)), audited) > 10
    tables = [amends.spark.messages(scored), amends.spark.promises(scored), amends.spark.conversations(scored)]
    assert [table.count() > 0 for table in tables] == [True] * 3
    assert tables[0].columns == reader.nothing.messages.column_names


def test_clustered_rows_are_read_where_they_lie(df, audited):
    clustered = df.repartition("conversation").sortWithinPartitions("conversation").cache()
    scored = amends.spark.score_conversations(clustered, reader=corpus.reader(), clustered=True)
    assert "Exchange" not in scored._jdf.queryExecution().executedPlan().toString().split("InMemoryTableScan")[0]
    check(scored, audited)


def test_rows_that_are_not_clustered_are_told(df):
    with pytest.raises(Exception, match="comes again after others"):
        amends.spark.score_conversations(df.coalesce(1).sort("time"), clustered=True).count()


def test_the_example_of_the_readme_runs(spark, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (block,) = [block for block in test_readme.blocks() if "spark" in block]
    names = {"spark": spark, "pa": pa, "amends": amends}
    exec(block.replace('"scored"', f'"{tmp_path}/scored"'), names)
    assert len(names["agents"]) > 10


def executors() -> list[int]:
    """Processes of Spark's executors that descend from this process."""
    parents, commands = {}, {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            commands[int(path.name)] = (path / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue

    def ours(process: int) -> bool:
        while process in parents:
            process = parents[process]
            if process == os.getpid():
                return True
        return False

    return [one for one, command in commands.items() if b"CoarseGrainedExecutorBackend" in command and ours(one)]


def test_a_killed_worker_changes_nothing(spark, audited, messages):
    # Larger, so that there is a middle of the run; only the first part is compared, the rest counted.
    more = spark.createDataFrame(corpus.messages(seeds=12)).repartition(8)
    done = threading.Event()
    killed = []

    def kill():
        tracker = spark.sparkContext.statusTracker()
        while not done.is_set() and not killed:
            for stage in tracker.getActiveStageIds():
                told = tracker.getStageInfo(stage)
                if told and told.numTasks == 16 and 2 <= told.numCompletedTasks < 14:
                    victim = executors()[0]
                    os.kill(victim, signal.SIGKILL)
                    killed.append((victim, told.numCompletedTasks))
                    return
            time.sleep(0.01)

    scored = amends.spark.score_conversations(more, reader=corpus.reader(), as_of=max(messages["time"].to_pylist()))
    killer = threading.Thread(target=kill)
    killer.start()
    table = scored.toArrow()
    done.set()
    killer.join()
    assert killed, "no worker was killed"
    names = table["conversation"].to_pylist()
    assert len(set(names)) == len(names) > 12 * 1_000
    first = table.filter(pa.array([name.startswith("s1-") for name in names]))
    flat = lambda name: [row for rows in first[name].to_pylist() for row in rows]  # noqa: E731
    corpus.check_messages(flat("messages"), audited)
    corpus.check_promises(flat("promises"), audited)
    print(f"killed executor {killed[0][0]} after {killed[0][1]} of 16 tasks")
