"""The examples of docs/lookups.md work as they stand, against the service by HTTP."""

import argparse
import json
import re
import shlex
from pathlib import Path

import httpx

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


def test_the_examples_in_curl_run(city_database: Database, tmp_path: Path) -> None:
    one, many = re.findall(r"```bash\n(curl .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    points = [{"lon": 105.868664, "lat": 20.998485}, {"lon": 106.5, "lat": 20.9}]
    (tmp_path / "points.ndjson").write_text("".join(f"{json.dumps(point)}\n" for point in points))
    with serving(city_database.url) as address:
        answered, answers = (as_curl(each.replace(ADDRESS, address), tmp_path) for each in (one, many))
    assert answered.json()["unit"]["name"] == "Phường Vĩnh Tuy"
    assert [json.loads(line)["how"] for line in answers.text.splitlines()] == ["inside", "outside"]


def as_curl(command: str, folder: Path) -> httpx.Response:
    """Do what curl does with these options; it need not be on the machine."""
    curl = argparse.ArgumentParser()
    curl.add_argument("url")
    curl.add_argument("-X", dest="method", default="GET")
    curl.add_argument("-H", dest="headers", action="append", default=[])
    curl.add_argument("-T", dest="upload")
    asked = curl.parse_args(shlex.split(command.partition(" > ")[0])[1:])
    body = None if asked.upload is None else (folder / asked.upload).read_bytes()
    headers = dict(header.split(": ") for header in asked.headers)
    return httpx.request(asked.method, asked.url, headers=headers, content=body).raise_for_status()
