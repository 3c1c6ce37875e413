import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import corpus  # noqa: E402


@pytest.fixture(scope="session")
def messages():
    return corpus.messages()


@pytest.fixture(scope="session")
def audited(messages, tmp_path_factory):
    """The folder of the program's audit of `messages`."""
    if not corpus.PROGRAM.exists():
        pytest.skip(f"{corpus.PROGRAM} is not built")
    return corpus.audit(messages, tmp_path_factory.mktemp("audit"))
