"""`scripts/notebooks` starts JupyterLab for this machine alone, in which three cells lead to a map of hot spots."""

import json
import os
import re
import signal
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import websocket

from tests.api.serving import clean_environment
from tests.conftest import Database

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)")
STOPS_WITHIN_S = 30


def test_one_command_and_three_cells_lead_to_a_map_of_hot_spots(demo: Database) -> None:
    with jupyter(demo) as (address, token):
        with httpx.Client(base_url=address, headers={"authorization": f"token {token}"}, trust_env=False) as http:
            lab = http.get("/lab").raise_for_status().text
            assert re.findall(r"""<(?:script|link)\b[^>]*?(?:src|href)=["'](?:https?:)?//[^"']*""", lab) == []
            names = {each["name"] for each in http.get("/api/contents").raise_for_status().json()["content"]}
            assert {each.name for each in (ROOT / "notebooks").glob("*.ipynb")} <= names
            kernel = http.post("/api/kernels", timeout=60).raise_for_status().json()["id"]
        assert httpx.get(f"{address}/api/contents", trust_env=False).status_code == 403
        channels = f"{address.replace('http', 'ws')}/api/kernels/{kernel}/channels?token={token}"
        results = list(run_cells(channels, three_cells()))
    assert results[:2] == [None, None]
    assert "drawHexagonMap" in results[2]


def three_cells() -> list[str]:
    """The cells that docs/analysts.md shows."""
    page = (ROOT / "docs/analysts.md").read_text(encoding="utf-8")
    cells = re.search(r"Three cells lead to a map of hot spots:\n\n```\n(.*?)```", page, re.DOTALL)
    lines = cells[1].splitlines()
    assert len(lines) == 3
    return lines


@contextmanager
def jupyter(demo: Database) -> Iterator[tuple[str, str]]:
    """Start it on a free port without a browser, and give its address and token; stopped cleanly at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [ROOT / "scripts/notebooks", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"],
        env=clean_environment(DATABASE_URL=demo.url),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        told = []
        for line in process.stderr:
            told.append(line)
            if (found := ADDRESS.search(line)) is not None:
                break
        else:
            raise AssertionError(f"ended with {process.wait()} before it answered: {''.join(told)}")
        Thread(target=process.stderr.read, daemon=True).start()
        yield found[1], found[2]
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(STOPS_WITHIN_S) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def run_cells(channels: str, cells: list[str]) -> Iterator[str | None]:
    """Run cells in a kernel as JupyterLab does, and give what the last line of each shows: a page, or nothing."""
    connection = websocket.create_connection(channels, timeout=120)
    for cell in cells:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
        header |= {"session": uuid.uuid4().hex, "username": "", "date": ""}
        content = {"code": cell, "silent": False, "store_history": True, "allow_stdin": False, "user_expressions": {}}
        connection.send(
            json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content})
        )
        shown, ended = None, set()
        while ended != {"execute_reply", "idle"}:
            message = json.loads(connection.recv())
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            told, kind = message["content"], message["msg_type"]
            assert kind != "error", told
            if kind == "execute_result":
                shown = told["data"]["text/html"]
            if kind == "execute_reply" or told.get("execution_state") == "idle":
                ended.add("idle" if kind == "status" else kind)
        yield shown
    connection.close()
