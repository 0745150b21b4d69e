"""`hientruong` forked from a process that has imported its modules: the same code, without seconds of imports.

The installed command itself is run by the tests of what only a new process shows: its imports, its signals, its memory.
"""

import multiprocessing
import os
import pkgutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_LATE = ("geo.scale", "geo.store.migrations")
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.api.forked_imports"])


@dataclass(frozen=True)
class Forked:
    """A command that runs, or ran.

    Parameters
    ----------
    process : ForkServerProcess
    out, err : Path
        Files with what it wrote.
    """

    process: ForkServerProcess
    out: Path
    err: Path


@contextmanager
def forked(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Forked]:
    """Run ``hientruong`` with these arguments in exactly this environment; killed at the end, if it still runs."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _FORKS.Process(target=_command, args=(arguments, dict(environment), Path.cwd(), out, err))
        process.start()
        try:
            yield Forked(process, out, err)
        finally:
            process.kill()
            process.join()


def import_all() -> None:
    """Import every module that a command may need, but those of other processes."""
    for name in ("geo", "boundaries", "maps", "api"):
        package = import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.startswith(_LATE):
                import_module(module.name)


def _command(arguments: Sequence[str], environment: Mapping[str, str], folder: Path, out: Path, err: Path) -> None:
    from api.command_line import main

    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream.fileno())
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["hientruong", *arguments]
    main()
