"""What Dask can't mend, a scheduler that is gone or a part that kills workers, is said in one line; nothing is left."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from geo.errors import SetupError
from geo.scale import connect
from geo.scale.cluster import each
from geo.scale.parts import Part, new_folder


class Started(NamedTuple):
    """A process of Dask, and the address that it told."""

    process: subprocess.Popen[str]
    address: str


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Started]:
    """A scheduler in a process of its own, as in real life, with one worker, which may not die even once."""
    here = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:
        scheduler = start(stack, "Scheduler at:", "scheduler", "--port", "0", *here)
        folder = ("--local-directory", str(tmp_path / "dask"))
        start(stack, "Registered to:", "worker", scheduler.address, "--no-nanny", "--nthreads", "1", *here, *folder)
        yield scheduler


def start(stack: ExitStack, told: str, *words: str) -> Started:
    environment = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    command = (Path(sys.executable).with_name("dask"), *words)
    process = stack.enter_context(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
    stack.callback(process.kill)
    line = next(line for line in process.stderr if told in line)
    return Started(process, line.split()[-1])


def test_a_scheduler_that_is_lost_is_named_and_nothing_is_left(scheduler: Started, tmp_path: Path, monkeypatch):
    def first_alone(forever: float, number: int) -> int:
        threading.Event().wait(forever * number)
        return number

    def lose(done: int, _: int) -> None:
        scheduler.process.kill()
        scheduler.process.wait()

    gone = f"the Dask scheduler at {scheduler.address} is gone: .* start it and its workers"
    out = tmp_path / "located"
    monkeypatch.setattr("geo.scale.cluster._PATIENCE_S", 2)
    with connect(scheduler.address) as client:
        with pytest.raises(SetupError, match=gone), new_folder(out):
            assert list(each(client, 1e6, first_alone, range(2), lose))
        with pytest.raises(SetupError, match=gone):
            next(each(client, 1e6, first_alone, range(2), lose))
    assert [path.name for path in tmp_path.iterdir()] == ["dask"]


def test_a_file_that_kills_its_workers_is_named(scheduler: Started):
    def die(_: None, part: Part) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    parts = [Part(Path("points/monstrous.parquet"), Path("monstrous.parquet"))]
    told = "^points/monstrous.parquet: every worker that tried it died, at last tcp://.*: .* memory, .* smaller files$"
    with connect(scheduler.address) as client, pytest.raises(SetupError, match=told):
        list(each(client, None, die, parts, lambda *_: None))
