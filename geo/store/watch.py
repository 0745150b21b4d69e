"""A service outlives its private database: what was killed, or ended on a full disk, is started again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from geo.errors import SetupError
from geo.store.cluster import PrivateCluster

_EVERY_S = 1.0
_log = logging.getLogger(__name__)


@contextmanager
def kept_alive(cluster: PrivateCluster) -> Iterator[None]:
    """Start the server of a private cluster again whenever it dies; one that somebody stops stays stopped."""
    over = Event()

    def watch() -> None:
        while not over.wait(_EVERY_S):
            try:
                if cluster.revive():
                    _log.warning("the database had died and was started again")
            except SetupError as error:
                _log.error("%s", error)

    thread = Thread(target=watch, name="database-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
