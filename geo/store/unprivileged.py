"""The user that the database server runs as: never root.

PostgreSQL refuses to run as root, and rightly so. Privileges are dropped for the server's own binaries only, and by
``subprocess`` itself, so that neither sudo nor setpriv has to be there.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import SetupError

_SERVER_USER = "postgres"  # made by the packages of PostgreSQL


@dataclass(frozen=True)
class ServerUser:
    """Who runs the server's binaries.

    Parameters
    ----------
    uid, gid : int
        The user and its group.
    name : str
        Its name, for messages.
    """

    uid: int
    gid: int
    name: str

    @property
    def is_caller(self) -> bool:
        """Whether this process runs as that user already."""
        return self.uid == os.geteuid()

    def run(self, command: Sequence[str | Path], folder: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, in a folder, away from any PG* setting of the caller.

        Raises
        ------
        SetupError
            This process may not become that user.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment["LC_ALL"] = "C"
        try:
            return subprocess.run(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                user=None if self.is_caller else self.uid,
                group=None if self.is_caller else self.gid,
                extra_groups=None if self.is_caller else [],
            )
        except PermissionError as error:
            raise SetupError(
                f"can't run {command[0]} as user {self.name} ({error.strerror}): run this as an ordinary user instead"
            ) from error

    def check_reaches(self, folder: Path) -> None:
        """Raise a SetupError that names the first parent which keeps this user away from a folder."""
        if self._may_enter(folder.parent):
            return
        closed = next(parent for parent in reversed(folder.parents) if not self._may_enter(parent))
        raise SetupError(
            f"the database server runs as user {self.name}, who can't reach {folder}: {closed} has no x for it; "
            f"set HIENTRUONG_DATA_DIR to an open folder, such as /var/lib/hientruong, or run `chmod o+x {closed}`"
        )

    def works_in(self, process: int, folder: Path) -> bool:
        """Whether a process is there whose current folder is this one, as a database server's is."""
        if Path("/proc/self/cwd").exists():
            return self.run(["test", f"/proc/{process}/cwd", "-ef", folder]).returncode == 0
        return self.run(["ps", "-o", "comm=", "-p", str(process)]).stdout.strip().endswith("postgres")

    def _may_enter(self, folder: Path) -> bool:
        return self.run(["test", "-x", folder]).returncode == 0


def user_for(folder: Path) -> ServerUser:
    """Choose who runs the server of a folder: the caller; for root the folder's owner, else ``postgres``.

    Raises
    ------
    SetupError
        The folder is another user's, or the machine has no user for the server.
    """
    caller = os.geteuid()
    owner = folder.stat().st_uid if folder.exists() else caller
    if caller != 0 and owner != caller:
        raise SetupError(
            f"the database in {folder} belongs to user {_name(owner)}, and you are {_name(caller)}: "
            "run this as that user or as root, or set HIENTRUONG_DATA_DIR to a folder of your own"
        )
    try:
        entry = pwd.getpwuid(owner) if owner != 0 else pwd.getpwnam(_SERVER_USER)
    except KeyError as error:
        raise SetupError(
            f"the database server can't run as root, and there is no user {_SERVER_USER}: run this as an ordinary user"
        ) from error
    return ServerUser(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
