"""The compiled part; use what `amends` exports."""

from collections.abc import Iterator
from typing import Any

__version__: str
SCHEMA_VERSION: int

class InputError(ValueError):
    """A table whose columns or values cannot be read."""

class Table:
    """An Arrow table; `pyarrow.table(t)`, `polars.DataFrame(t)`, DuckDB and pandas take it as it is, without a copy."""

    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

class Scores:
    """What was read."""

    @property
    def messages(self) -> Table:
        """One row for each message of an agent."""
    @property
    def conversations(self) -> Table:
        """One row for each conversation with a message of an agent."""
    @property
    def promises(self) -> Table:
        """One row for each promise."""
    @property
    def nested(self) -> Table:
        """One row a conversation, with its messages and promises as lists."""

class Batches(Iterator[Scores]):
    """Scores of a stream, lot by lot."""

    def __iter__(self) -> Batches: ...
    def __next__(self) -> Scores: ...

class Reader:
    def __init__(
        self,
        *,
        lexicons: str | None,
        alone: bool,
        language: str,
        scorecard: str,
        least_confidence: float,
        teams: dict[str, str],
        timezone: str,
        working_days: list[str],
        office_hours: str,
        holidays: list[str],
        threads: int | None,
    ) -> None: ...
    def score(self, messages: list[tuple[str, str]], format: str | None) -> str: ...
    def score_table(self, messages: Any, as_of: str | None) -> Scores: ...
    def score_batches(self, messages: Any, as_of: str | None) -> Batches: ...
    def nothing(self) -> Scores: ...
    def sums(self, nested: Any, grain: str) -> Table: ...
    def merge(self, tables: list[Any]) -> Table: ...
    def agents(self, sums: Any, min_messages: int) -> Table: ...
    def trend(self, sums: Any, measure: str, dimension: str, name: str, min_messages: int) -> Table: ...

def demo(until: str, seed: int) -> Table: ...
