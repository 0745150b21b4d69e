"""Start and stop the server of one cluster's folder, and know whether it runs, also after a crash."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.store.binaries import Server
from geo.store.failures import setup_failure
from geo.store.unprivileged import ServerUser

PORT = 5432
"""Only part of the socket's name: the server listens on no network."""

SOCKET = f".s.PGSQL.{PORT}"

_FIXED = (
    "-c listen_addresses=''",
    "-c unix_socket_directories=.",
    "-c unix_socket_permissions=0700",
    f"-c port={PORT}",
)
_STOPPED = re.compile(r"^Database cluster state: +shut down", re.MULTILINE)
_TIMEOUT = "--timeout=600"  # recovery after a crash in the middle of a large import takes minutes
_STOPS_WITHIN_S = 120  # for a last checkpoint of gigabytes
_STOPS_AT_ONCE_S = 60  # the server gives its own processes five, then it kills them
_ORPHANS_PATIENCE = 60  # seconds for a statement that outlives a crashed server


@dataclass(frozen=True)
class Postmaster:
    """The server's first process, in the folder of its cluster.

    Parameters
    ----------
    folder : Path
        The cluster's folder; the socket and the log are in it, too.
    user : ServerUser
        Who runs it.
    """

    folder: Path
    user: ServerUser

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self.folder / "server.log"

    def process(self) -> int | None:
        """Find the running process, whatever a stale pid file says; None if there is none."""
        process = _first_number(self.folder / "postmaster.pid")
        return process if process and self.user.works_in(process, self.folder) else None

    @property
    def is_there(self) -> bool:
        """Whether a process has the server's number: asked in microseconds, and wrong if that is another's by now."""
        number = _first_number(self.folder / "postmaster.pid")
        return number is not None and _exists(number)

    def was_stopped(self, server: Server) -> bool:
        """Whether the server last ended as it should, and did not die."""
        told = self.user.run([server.folder / "pg_controldata", "-D", "."], self.folder).stdout
        return _STOPPED.search(told) is not None

    def start(self, server: Server, settings: Sequence[str] = ()) -> None:
        """Start the server, with further settings ("fsync=off"), and return when it takes connections.

        Raises
        ------
        SetupError
            It does not start.
        """
        options = " ".join([*_FIXED, *(f"-c {setting}" for setting in settings)])
        command = ["start", "-D", ".", f"--log={self.log.name}", _TIMEOUT, "-o", options]
        deadline = time.monotonic() + _ORPHANS_PATIENCE
        while True:
            self._drop_misleading_locks()
            size = self.log.stat().st_size if self.log.exists() else 0
            answer = self.user.run([server.folder / "pg_ctl", *command], self.folder)
            if answer.returncode == 0:
                return
            said = self._log_since(size)
            # A statement that was running when the server was killed still holds its memory; an attempt takes 0.1 s.
            if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
                raise setup_failure("start", self.folder, said or answer.stderr)

    def stop(self, server: Server, *, at_once: bool = False) -> None:
        """Stop the server, breaking off what its clients do; do nothing if it doesn't run.

        One that can't write what it holds, as on a full disk, would never end: after a while it is stopped at once, and
        its next start reads all that was committed from its log.

        Parameters
        ----------
        server : Server
        at_once : bool
            Without a last checkpoint, for which a disk may have no room.

        Raises
        ------
        SetupError
            It does not stop.
        """
        said = ""
        ways = {"fast": _STOPS_WITHIN_S, "immediate": _STOPS_AT_ONCE_S}
        for mode in ["immediate"] if at_once else ways:
            if self.process() is None:  # pg_ctl would signal whatever process a stale pid file names
                return
            command = ["stop", "-D", ".", f"--mode={mode}", f"--timeout={ways[mode]}"]
            said = self.user.run([server.folder / "pg_ctl", *command], self.folder).stderr
        if self.process() is not None:
            raise setup_failure("stop", self.folder, said)

    def _drop_misleading_locks(self) -> None:
        """Remove lock files whose process number now belongs to some other process, which PostgreSQL can't tell.

        Only called when no server runs in the folder. If the number is free, PostgreSQL itself clears up.
        """
        for lock in (self.folder / "postmaster.pid", self.folder / f"{SOCKET}.lock"):
            process = _first_number(lock)
            if process is None or _exists(process):
                lock.unlink(missing_ok=True)

    def _log_since(self, size: int) -> str:
        return self.log.read_bytes()[size:].decode(errors="replace") if self.log.exists() else ""


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split(maxsplit=1)[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
