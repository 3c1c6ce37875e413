"""Messages a second on Spark with one and two workers of one processor each, and Spark's own share of the work.

    python benches/spark.py [SEEDS]
"""

import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests"))

import amends.spark  # noqa: E402
import corpus  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def cpu() -> float:
    """Processor time of all that descends from this process, in seconds."""
    parents, used = {}, {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (path / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(path.name)] = int(stat[1])
        used[int(path.name)] = sum(map(int, stat[11:15])) / TICK

    def ours(process: int) -> bool:
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return sum(seconds for process, seconds in used.items() if ours(process))


def run(name: str, messages: int, frame) -> float:
    start, before = time.perf_counter(), cpu()
    frame.write.format("noop").mode("overwrite").save()
    wall, used = time.perf_counter() - start, cpu() - before
    print(f"  {name:44} {messages / wall:9,.0f} messages/s, {used * 1e6 / messages:6.1f} µs of processor a message")
    return wall


def measure(workers: int, path: str, messages: int, as_of) -> float:
    spark = (
        SparkSession.builder.master(f"local-cluster[{workers},1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.executor.memory", "1g")
        .config("spark.local.dir", path)
        .config("spark.sql.shuffle.partitions", "16")
        .config("spark.sql.adaptive.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    df = spark.read.parquet(f"{path}/messages")
    print(f"{workers} worker{'s' * (workers > 1)}")

    def nothing(batches):
        for batch in batches:
            yield batch.slice(0, 1)

    clustered = df.repartition("conversation").sortWithinPartitions("conversation", "time", "message")
    # The first run starts Python and warms the JVM.
    run("(warming up)", messages, amends.spark.score_conversations(df, as_of=as_of))
    wall = min(
        run("score_conversations", messages, amends.spark.score_conversations(df, as_of=as_of)) for _ in range(3)
    )
    run("the same, nothing read: Spark's own share", messages, clustered.mapInArrow(nothing, df.schema))
    spark.stop()
    return wall


def main() -> None:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    table = corpus.messages(seeds=int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    as_of = max(table["time"].to_pylist())
    with tempfile.TemporaryDirectory() as path:
        os.environ["SPARK_WORKER_DIR"] = path
        os.mkdir(f"{path}/messages")
        for part in range(8):
            size = -(-len(table) // 8)
            pq.write_table(table.slice(part * size, size), f"{path}/messages/{part}.parquet")
        print(f"{len(table):,} messages")
        one, two = (measure(workers, path, len(table), as_of) for workers in (1, 2))
    print(f"two workers are {one / two:.2f} times as fast as one")


if __name__ == "__main__":
    main()
