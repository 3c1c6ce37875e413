"""The examples of the README run."""

import pathlib
import re

README = (pathlib.Path(__file__).parents[1] / "README.md").read_text()


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in blocks():
        if "spark" not in block:
            exec(block, names)
    assert len(names["table"]) > 2_000 and len(names["agents"]) > 10


def test_the_tables_have_the_columns_that_it_tells():
    import amends

    nothing = amends.Reader().nothing
    for name in ("messages", "conversations", "promises"):
        (told,) = re.findall(rf"^\| `{name}` \|[^|]*\|(.*)\|$", README, re.MULTILINE)
        top = re.sub(r"\(list of [^)]*\)", "", told)
        columns = re.findall(r"`(\w+)`", top.replace("`_confidence`", ""))
        found = [column for column in getattr(nothing, name).column_names if not column.endswith("_confidence")]
        assert columns == found
