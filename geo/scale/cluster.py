"""The workers of Dask: reached, given what they all need once, and given tasks."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

from distributed import Client, Future, KilledWorker, WorkerPlugin, as_completed, get_worker

from geo.errors import SetupError

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")

Advance = Callable[[int, int], None]
"""Told how many of how many parts are done."""

_PATIENCE_S = 10


@contextmanager
def connect(address: str) -> Iterator[Client]:
    """Connect to a scheduler that has workers.

    Parameters
    ----------
    address : str
        Such as "tcp://10.0.0.5:8786".

    Raises
    ------
    SetupError
        Nobody answers there, or there is no worker.
    """
    try:
        client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise SetupError(f"no Dask scheduler at {address} ({reason}): start one with `dask scheduler`") from error
    with _silent(logging.getLogger("distributed.client")), client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except TimeoutError as error:
            raise SetupError(f"no worker at {address}: start some with `dask worker {address}`") from error
        yield client


@contextmanager
def _silent(log: logging.Logger) -> Iterator[None]:
    """Let Dask's client log nothing: that it lost its scheduler is raised, in a line without a traceback."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


class Broadcast(WorkerPlugin):
    """Something that every worker holds under a name of its own: sent once, to workers that join later, too."""

    def __init__(self, value: Any) -> None:
        self.name = f"hientruong-{uuid4()}"
        self.value = value


def each(
    client: Client, shared: Shared, work: Callable[[Shared, Item], Result], items: Sequence[Item], advance: Advance
) -> Iterator[Result]:
    """Let the workers do something with each item, and give the results in the order in which they come.

    Parameters
    ----------
    client : Client
    shared : object
        The first argument of all calls; each worker gets it once, pickled.
    work : callable
        Of a module that the workers can import. It may be called more than once for an item, and by two workers at
        the same time, if one of them was taken for lost.
    items : sequence
    advance : callable
        Told how many of how many items are done.

    Raises
    ------
    SetupError
        The scheduler is gone, or an item killed each worker that tried it.
    """
    address = client.scheduler_info()["address"]
    broadcast = Broadcast(shared)
    futures: list[Future[Result]] = []
    try:
        try:
            client.register_plugin(broadcast)
        except OSError as error:
            raise _gone(address) from error
        futures = client.map(_call, items, name=broadcast.name, work=work, pure=False)
        for done, (future, result) in enumerate(as_completed(futures, loop=client.loop, with_results=True), 1):
            if future.cancelled():
                raise _gone(address)
            advance(done, len(items))
            yield result
    except KilledWorker as error:
        item = items[[future.key for future in futures].index(error.task)]
        what = f"{item}: every worker that tried it died, at last {error.last_worker.address}"
        raise SetupError(f"{what}: see its log, and start workers with more memory, or write smaller files") from error
    finally:
        if client.status == "running":  # else it would wait for a scheduler that is gone
            client.cancel(futures)
            client.unregister_worker_plugin(broadcast.name)


def _gone(address: str) -> SetupError:
    return SetupError(f"the Dask scheduler at {address} is gone: see its log, start it and its workers, and try again")


def _call(item: Item, name: str, work: Callable[[Any, Item], Result]) -> Result:
    broadcast: Any = get_worker().plugins[name]
    return work(broadcast.value, item)
