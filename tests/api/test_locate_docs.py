"""The examples of docs/lookups.md work as they stand, against the service by HTTP."""

import re
from pathlib import Path

from tests.api.serving import serving
from tests.conftest import Database

PAGE = Path(__file__).parents[2] / "docs/lookups.md"
ADDRESS = "http://127.0.0.1:8000"


def test_the_examples_in_python_run(city_database: Database) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    with serving(city_database.url) as address:
        code = "\n".join(blocks).replace(ADDRESS, address)
        names: dict[str, object] = {}
        exec(compile(code, str(PAGE), "exec"), names)
        names["service"].close()
