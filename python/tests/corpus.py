"""Invented conversations, and what the program `amends` says of them."""

from __future__ import annotations

import csv
import datetime
import json
import os
import pathlib
import subprocess

import amends
import pyarrow as pa
import pyarrow.compute as pc

PROGRAM = pathlib.Path(os.environ.get("TEST_AMENDS", pathlib.Path(__file__).parents[2] / "target/release/amends"))
TEAMS = {"amara": "North", "priya": "North", "marco": "South", "nadia": "South"}
ZONE = "Europe/Berlin"


def messages(seeds: int = 1) -> pa.Table:
    """Messages of invented conversations, some 4,700 for each seed, each seed's with names of their own."""
    tables = []
    for seed in range(1, seeds + 1):
        table = pa.table(amends.demo(seed=seed))
        name = pc.binary_join_element_wise(f"s{seed}", table["conversation"], "-")
        tables.append(table.set_column(0, "conversation", name))
    return pa.concat_tables(tables)


def reader(**settings) -> amends.Reader:
    return amends.Reader(teams=TEAMS, timezone=ZONE, **settings)


def audit(table: pa.Table, folder: pathlib.Path) -> pathlib.Path:
    """Has the program audit the messages of `table`; gives the folder of its files."""
    conversations: dict[str, dict] = {}
    for row in table.to_pylist():
        new = {"id": row["conversation"], "source": "demo", "channel": row["channel"], "messages": []}
        message = {
            "id": row["message"],
            "author": {"role": row["role"], "id": row["author"], "name": row["author_name"]},
            "sent": row["time"] and row["time"].isoformat(),
            "visibility": row["visibility"],
            "format": row["format"],
            "automatic": row["automatic"],
            "body": row["body"],
        }
        conversations.setdefault(row["conversation"], new)["messages"].append(message)
    export, out, teams = folder / "export.jsonl", folder / "audit", folder / "teams.csv"
    export.write_text("".join(json.dumps(one) + "\n" for one in conversations.values()))
    teams.write_text("agent,team\n" + "".join(f"{agent},{team}\n" for agent, team in TEAMS.items()))
    command = [PROGRAM, "audit", export, "--out", out, "--team", teams, "--timezone", ZONE]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return out


def rows(path: pathlib.Path) -> list[dict]:
    with path.open(newline="") as file:
        return [{key: _cell(value) for key, value in row.items()} for row in csv.DictReader(file)]


def _cell(text: str) -> str | None:
    # A quote keeps spreadsheets from taking a text for a formula.
    if text.startswith("'") and text[1:2] in "=+-@\t\r":
        text = text[1:]
    return text or None


def written(value) -> str | None:
    """A value as the program writes it into its files."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def moment(text: str | None) -> datetime.datetime | None:
    return text and datetime.datetime.fromisoformat(text)


def check_messages(found: list[dict], folder: pathlib.Path) -> int:
    """Holds messages to the audit's, figure by figure."""
    told = rows(folder / "messages.csv")
    found = sorted(found, key=lambda row: (row["conversation"], row["index"]))
    told.sort(key=lambda row: (row["conversation"], int(row["index"])))
    assert len(found) == len(told) > 0
    for one, other in zip(found, told):
        criteria = {one["criterion"]: one["verdict"] for one in one["criteria"]}
        for column, expected in other.items():
            if column.startswith("criterion:"):
                assert criteria.get(column.removeprefix("criterion:")) == expected, (one, column)
            elif column == "sent":
                assert one["sent"] == moment(expected), (one, column)
            elif column not in ("counted", "source"):
                assert written(one[column]) == expected, (one, column, expected)
    return len(found)


def check_promises(found: list[dict], folder: pathlib.Path) -> int:
    """Holds promises to the audit's, field by field."""
    told = rows(folder / "promises.csv")
    place = lambda row: (row["conversation"], int(row["index"]), row["words"], row["told"])  # noqa: E731
    found, told = sorted(found, key=place), sorted(told, key=place)
    assert len(found) == len(told) > 0
    for one, other in zip(found, told):
        for column, expected in other.items():
            if column in ("made", "due"):
                assert one[column] == moment(expected), (one, column, expected)
            else:
                assert written(one[column]) == expected, (one, column, expected)
    return len(found)


def check_conversations(found: list[dict], folder: pathlib.Path) -> int:
    """Holds conversations to the audit's."""
    told = rows(folder / "conversations.csv")
    found = sorted(found, key=lambda row: row["conversation"])
    told.sort(key=lambda row: row["conversation"])
    assert len(found) == len(told) > 0
    for one, other in zip(found, told):
        for column, expected in other.items():
            if column == "source":
                continue
            if column in ("first_sent", "last_sent", "first_complaint"):
                assert one[column] == moment(expected), (one, column, expected)
            else:
                column = {"messages": "messages_count", "promises": "promises_count"}.get(column, column)
                assert written(one[column]) == expected, (one, column, expected)
    return len(found)


def check_agents(agents: pa.Table, folder: pathlib.Path) -> int:
    """Holds agents' figures to the audit's, rounded as it rounds."""
    told = rows(folder / "agents.csv")
    assert agents.column_names == list(told[0])
    for one, other in zip(agents.to_pylist(), told, strict=True):
        for column, expected in other.items():
            value = one[column]
            if column.endswith((":low95", ":high95")) and value is not None:
                value = f"{value:.4f}"
                assert value == expected, (column, value, expected)
            elif isinstance(value, float):
                assert abs(value - float(expected)) <= 0.005 + 1e-9, (column, value, expected)
            else:
                assert written(value) == expected, (column, value, expected)
    return len(told)
