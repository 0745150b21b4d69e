"""`hientruong` in tests: run to its end, serving a database, or started as people start it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from geo.store.engine import open_engine
from geo.store.keys import create_key
from geo.units.territory import HANOI
from tests.api.forked import Forked, forked

COMMAND = Path(sys.executable).with_name("hientruong")
_ADDRESS = re.compile(r"http://[^\s]+")
_STOPS_WITHIN_S = 30
_ENDS_WITHIN_S = 60
_LOOKS_EVERY_S = 0.02


@dataclass
class Running:
    """A service that answers.

    Parameters
    ----------
    process : Popen
        Its process, leader of its own group.
    address : str
        ``http://host:port``.
    told : list of str
        The lines that came on standard error before the address.
    """

    process: subprocess.Popen[str]
    address: str
    told: list[str]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the whole group a signal, as a terminal does with Ctrl-C, and return the exit status."""
        os.killpg(self.process.pid, number)
        return self.process.wait(_STOPS_WITHIN_S)


@contextmanager
def started(*arguments: str, **environment: str | None) -> Iterator[Running]:
    """Start the installed command in a process group of its own, on a free port; what runs at the end is killed."""
    process = subprocess.Popen(
        [COMMAND, *arguments, "--port", "0"],
        env=clean_environment(**environment),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield _answering(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def api_key(url: str, role: str = "admin", unit: str | None = None) -> dict[str, str]:
    """Make a key and give it as the header of a request; a service that runs already knows it, too."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            return {"x-api-key": create_key(connection, HANOI.id, role, "tests", unit_code=unit)}
    finally:
        engine.dispose()


@contextmanager
def serving(url: str, **environment: str) -> Iterator[str]:
    """Serve a database with these settings, and give the address; stopped cleanly at the end."""
    with forked(["serve", "--port", "0"], clean_environment(DATABASE_URL=url, **environment)) as service:
        yield _address_told(service)
        service.process.terminate()
        service.process.join(_STOPS_WITHIN_S)


def clean_environment(**variables: str | None) -> dict[str, str]:
    """Give this process's environment without our settings and without a limit of requests, and with these."""
    folder = os.environ.get("HIENTRUONG_DATA_DIR")
    variables = {"HIENTRUONG_RATE_PUBLIC": "0", "HIENTRUONG_DATA_DIR": folder} | variables
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HIENTRUONG_", "DATABASE_"))}
    return kept | {name: value for name, value in variables.items() if value is not None}


def run(*arguments: object, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Run ``hientruong`` to its end."""
    command = [*map(str, arguments)]
    with forked(command, clean_environment(**environment)) as ran:
        ran.process.join(_ENDS_WITHIN_S)
        out, err = ran.out.read_text(), ran.err.read_text()
        if ran.process.exitcode is None:
            raise subprocess.TimeoutExpired(command, _ENDS_WITHIN_S, out, err)
        return subprocess.CompletedProcess(command, ran.process.exitcode, out, err)


def _address_told(service: Forked) -> str:
    while service.process.exitcode is None:
        if service.err.exists() and (found := _ADDRESS.search(service.err.read_text())) is not None:
            return found[0]
        service.process.join(_LOOKS_EVERY_S)
    raise AssertionError(f"ended with {service.process.exitcode} before it answered: {service.err.read_text()}")


def _answering(process: subprocess.Popen[str]) -> Running:
    told: list[str] = []
    for line in process.stderr:
        if (found := _ADDRESS.search(line)) is not None:
            # What nobody reads would block the service once the pipe is full.
            Thread(target=process.stderr.read, daemon=True).start()
            return Running(process, found[0], told)
        told.append(line)
    raise AssertionError(f"ended with {process.wait()} before it answered: {''.join(told)}")
