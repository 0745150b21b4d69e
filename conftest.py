"""The examples of sessions run on a small folder as `hientruong export` writes one: `db` is open over it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_OF_SESSIONS = ("geo.connect", "geo.session.")


@pytest.fixture(scope="session")
def example_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a folder with demo reports on schematic boundaries, without a database."""
    from tests.session.example import write_example

    return write_example(tmp_path_factory.mktemp("examples") / "reports")


@pytest.fixture(autouse=True)
def example(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> Iterator[None]:
    """Let the examples of sessions, and no others, find a session."""
    if not (isinstance(request.node, pytest.DoctestItem) and request.node.name.startswith(_OF_SESSIONS)):
        yield
        return
    import geo

    folder = request.getfixturevalue("example_folder")
    with geo.connect(folder) as db:
        doctest_namespace |= {"db": db, "folder": folder}
        yield
