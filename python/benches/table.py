"""Messages a second and processor: tables in Python beside the program's audit, on invented conversations.

    python benches/table.py [PROGRAM] [SEEDS]
"""

import pathlib
import resource
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests"))

import corpus  # noqa: E402


def cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measured(name: str, messages: int, who: int, work) -> float:
    """The best of three; by processor time, so that other work on the machine counts for little."""
    best = (float("inf"), 0.0)
    for _ in range(3):
        before, start = cpu(who), time.perf_counter()
        work()
        best = min(best, (cpu(who) - before, time.perf_counter() - start))
    print(f"{name:40} {messages / best[0]:10,.0f} messages/s a processor ({best[1]:.1f} s)")
    return messages / best[0]


def main() -> None:
    if len(sys.argv) > 1:
        corpus.PROGRAM = pathlib.Path(sys.argv[1])
    table = corpus.messages(seeds=int(sys.argv[2]) if len(sys.argv) > 2 else 20)
    print(f"{len(table):,} messages, {table['body'].nbytes / len(table):.0f} bytes each")
    reader, several = corpus.reader(threads=1), corpus.reader()
    as_of = max(table["time"].to_pylist())
    clustered = table.sort_by([("conversation", "ascending")])
    own = resource.RUSAGE_SELF
    rate = measured("score_table, one thread", len(table), own, lambda: reader.score_table(table))
    measured("score_table, all processors", len(table), own, lambda: several.score_table(table))
    batches = lambda: sum(1 for _ in reader.score_batches(clustered, as_of=as_of))  # noqa: E731
    measured("score_batches, one thread", len(table), own, batches)
    nested = reader.score_table(table).nested
    measured("sums of it", len(table), own, lambda: reader.sums(nested))
    if corpus.PROGRAM.exists():
        with tempfile.TemporaryDirectory() as folder:
            corpus.audit(table, pathlib.Path(folder))
            audit = measured("amends audit", len(table), resource.RUSAGE_CHILDREN, lambda: again(folder))
        print(f"score_table is {rate / audit:.2f} of the audit")


def again(folder: str) -> None:
    command = [corpus.PROGRAM, "audit", f"{folder}/export.jsonl", "--out", f"{folder}/audit", "--threads", "1"]
    corpus.subprocess.run([str(part) for part in command], check=True, capture_output=True)


if __name__ == "__main__":
    main()
