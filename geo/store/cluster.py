"""The private PostGIS: a database server of our own in a data folder, for the command line and for the tests.

The server listens on no network, only on a unix socket inside its own folder. The folder is open to the server's user
alone (0700), so the socket needs no password. Paths that the server sees are relative to that folder: it may be moved,
and its name may hold anything.
"""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from geo.errors import SetupError
from geo.store.binaries import EXTENSIONS, Server, find_server
from geo.store.failures import setup_failure
from geo.store.postmaster import PORT, SOCKET, Postmaster
from geo.store.row_security import OFFICER
from geo.store.unprivileged import ServerUser, user_for

DATABASE = "hientruong"
"""The database that the service uses; its owner, the role that the service connects as, has the same name."""

_SUPERUSER = "postgres"
_LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103  # bytes of sun_path in <sys/un.h>, less the final zero
_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

_ONE_PERSONS_MACHINE = """
# Hiện Trường: a service of one person's machine. Change what you like; the socket is set at each start.
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True)
class Running:
    """A running private database.

    Parameters
    ----------
    url : str
        Its SQLAlchemy URL.
    started_here : bool
        Whether the call that returned this started it; if not, somebody else will stop it.
    """

    url: str
    started_here: bool


@dataclass(frozen=True)
class Status:
    """What is known of a cluster without starting it.

    Parameters
    ----------
    folder : Path
        Its folder.
    major : int or None
        PostgreSQL's major version that made it; None if it isn't made yet.
    process : int or None
        The server's process; None if it doesn't run.
    """

    folder: Path
    major: int | None
    process: int | None


class PrivateCluster:
    """A PostgreSQL cluster with PostGIS in a folder, made when it is first started.

    Parameters
    ----------
    folder : Path
        The cluster's own folder; its parents are made if they are missing.
    durable : bool
        False lets a crash of the machine lose data, which is right for tests only.

    Examples
    --------
    ::

        with PrivateCluster(Path(".data/postgres")).running() as database:
            engine = create_engine(database.url)
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self._durable = durable

    def url(self, database: str = DATABASE) -> str:
        """SQLAlchemy URL of one of the cluster's databases, for the role that owns it."""
        return f"postgresql+psycopg://{DATABASE}@/{database}?host={quote(str(self.folder), safe='')}&port={PORT}"

    def connect(self, database: str = DATABASE, user: str = _SUPERUSER) -> psycopg.Connection:
        """Connect in autocommit; by default as the superuser, who makes databases, roles and extensions."""
        return psycopg.connect(host=str(self.folder), port=PORT, dbname=database, user=user, autocommit=True)

    def start(self) -> Running:
        """Make the cluster if need be, start it unless it runs, and return when it takes connections.

        Safe to call from several processes at once: one starts the server, the others use it.

        Raises
        ------
        SetupError
            Packages, the folder, its disk or the server itself; the message says what to do.
        """
        self._check_socket_path()
        with self._alone() as user:
            postmaster = Postmaster(self.folder, user)
            if postmaster.process() is not None and self._prepare_unless_dying(postmaster):
                return Running(self.url(), started_here=False)
            server = find_server(self._major())
            if self._major() is None:
                self._initialise(server, user)
            try:
                postmaster.start(server, () if self._durable else _FORGETFUL)
                self._prepare()
            except BaseException:
                postmaster.stop(server, at_once=True)
                raise
        return Running(self.url(), started_here=True)

    def revive(self) -> bool:
        """Start the server again if it died; leave it alone if it runs, or somebody stopped it.

        Returns
        -------
        bool
            Whether it had died, and runs again.

        Raises
        ------
        SetupError
            It does not start, as on a disk that is full.
        """
        if Postmaster(self.folder, user_for(self.folder)).is_there:
            return False
        with self._alone() as user:
            postmaster = Postmaster(self.folder, user)
            if postmaster.process() is not None or postmaster.was_stopped(find_server(self._major())):
                return False
        return self.start().started_here

    def stop(self) -> None:
        """Stop the server, whoever started it; do nothing if it doesn't run.

        Raises
        ------
        SetupError
            It does not stop, or it is another user's.
        """
        with self._explaining_refusals():
            if not self.folder.exists():
                return
        with self._alone() as user:
            postmaster = Postmaster(self.folder, user)
            if postmaster.process() is not None:
                postmaster.stop(find_server(self._major()))

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Start the server for the length of a ``with``; whoever is the last to leave stops it.

        A server that `start` alone has started is left to `stop`. All users share a lock; who gets it alone at the end
        is the last one. A process that was killed holds none, so the next one stops the server in its place.
        """
        with self._using() as users:
            database = self.start()
            started = self.folder.with_name(f".{self.folder.name}.owner")
            if database.started_here:
                started.touch()
            try:
                yield database
            finally:
                if started.exists() and _is_alone(users):
                    self.stop()
                    started.unlink(missing_ok=True)

    def status(self) -> Status:
        """Say whether the cluster is made and runs."""
        with self._explaining_refusals():
            if not self.folder.exists():
                return Status(self.folder, None, None)
            return Status(self.folder, self._major(), Postmaster(self.folder, user_for(self.folder)).process())

    @contextmanager
    def _using(self) -> Iterator[IO[str]]:
        """Be counted among the users of the server; waits while the last one before is stopping it."""
        self._check_socket_path()
        with self._alone():
            pass  # makes the folder's parents
        with self.folder.with_name(f".{self.folder.name}.users").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            yield users

    def _check_socket_path(self) -> None:
        path = self.folder / SOCKET
        length = len(os.fsencode(path))
        if length > _LONGEST_SOCKET_PATH:
            raise SetupError(
                f"the path of the database's socket has {length} bytes, {_LONGEST_SOCKET_PATH} are possible: {path}; "
                "set HIENTRUONG_DATA_DIR to a folder with a shorter path"
            )
        if "," in str(path):
            raise SetupError(
                f"a comma in a folder's name reads as a list of database servers: {self.folder}; "
                "set HIENTRUONG_DATA_DIR to a folder without one"
            )

    @contextmanager
    def _alone(self) -> Iterator[ServerUser]:
        """Keep other processes of ours away from the folder; give the user that its server runs as."""
        with self._explaining_refusals():
            for parent in reversed(self.folder.parents):
                if not parent.exists():
                    parent.mkdir(exist_ok=True)
                    parent.chmod(0o755)  # whatever the umask: the server's user has to pass through
            user = user_for(self.folder)
            user.check_reaches(self.folder)
            with self.folder.with_name(f".{self.folder.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield user

    @contextmanager
    def _explaining_refusals(self) -> Iterator[None]:
        """Turn what the operating system refuses into a SetupError."""
        try:
            yield
        except PermissionError as error:
            raise SetupError(
                f"no permission to use {error.filename}: set HIENTRUONG_DATA_DIR to a folder that you may write to"
            ) from error
        except OSError as error:
            raise setup_failure("use", self.folder, f"error: {error}") from error

    def _major(self) -> int | None:
        version = self.folder / "PG_VERSION"
        if version.exists():
            return int(version.read_text().split(".")[0])
        if self.folder.exists() and any(self.folder.iterdir()):
            raise SetupError(
                f"{self.folder} holds other files than a database's: set HIENTRUONG_DATA_DIR to another folder"
            )
        return None

    def _initialise(self, server: Server, user: ServerUser) -> None:
        """Make the cluster beside its place and move it there whole, so that a broken-off attempt leaves nothing."""
        attempt = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(attempt, ignore_errors=True)
        attempt.mkdir(mode=0o700)
        os.chown(attempt, user.uid, user.gid)
        options = ["--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=reject"]
        if not self._durable:
            options.append("--no-sync")
        try:
            made = user.run([server.folder / "initdb", "-D", ".", f"--username={_SUPERUSER}", *options], attempt)
            if made.returncode != 0:
                raise setup_failure("make", self.folder, made.stderr)
            with (attempt / "postgresql.conf").open("a", encoding="utf-8") as settings:
                settings.write(_ONE_PERSONS_MACHINE)
            attempt.rename(self.folder)
        except BaseException:
            shutil.rmtree(attempt, ignore_errors=True)
            raise

    def _prepare_unless_dying(self, postmaster: Postmaster) -> bool:
        """Prepare the databases of a server found running; False if it ended meanwhile, as one just killed does."""
        try:
            self._prepare()
        except SetupError:
            if postmaster.process() is not None:
                raise
            return False
        return True

    def _prepare(self) -> None:
        """Create the roles, the database and the extensions, whichever is missing."""
        name, officer = sql.Identifier(DATABASE), sql.Identifier(OFFICER)
        try:
            with self.connect("postgres") as connection:
                if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [DATABASE]).rowcount:
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
                if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                    connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))
                if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [OFFICER]).rowcount:
                    connection.execute(sql.SQL("CREATE ROLE {}").format(officer))
                connection.execute(sql.SQL("GRANT {} TO {}").format(officer, name))
            with self.connect() as connection:
                for extension in EXTENSIONS:
                    connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        except psycopg.Error as error:
            raise setup_failure("prepare", self.folder, str(error)) from error


def _is_alone(users: IO[str]) -> bool:
    """Tell whether nobody else shares a lock, and take it alone if so."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
