"""Downloading a file by HTTP: whole or not at all, resumed where it broke off, tried again with patience."""

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import responses
from pathlib import Path

import httpx

from geo.errors import FileError, SetupError

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""How long to wait before each further try; what was received in between starts the count anew."""

LIMIT_BYTES = 256 * 2**20
"""No file of boundaries is larger."""

_TRY_AGAIN = {429, 500, 502, 503, 504}
Received = Callable[[int, int | None], None]
"""Told how many bytes of how many are there; None if the server does not say."""


class _Broken(Exception):
    """A try that failed, and may go well the next time."""


def open_client() -> httpx.Client:
    """Open a client that follows redirections and waits 10 s for a server, 30 s for its next bytes."""
    # Bytes as they are stored: a compressed answer could not be resumed, nor its size be compared.
    headers = {"accept-encoding": "identity", "user-agent": "hientruong"}
    return httpx.Client(follow_redirects=True, headers=headers, timeout=httpx.Timeout(30, connect=10))


def download(
    client: httpx.Client,
    url: str,
    target: Path,
    *,
    received: Received = lambda *_: None,
    limit_bytes: int = LIMIT_BYTES,
    pauses_s: Sequence[float] = PAUSES_S,
) -> None:
    """Download a file; what a broken try left beside the target is continued, also by a later call.

    Parameters
    ----------
    client : Client
        From `open_client`.
    url : str
        Address of the file.
    target : Path
        Is there afterwards, whole; its folder is made if need be. What is there already is replaced.
    received : callable
        Told of progress.
    limit_bytes : int
        A larger file is refused.
    pauses_s : sequence of float
        Seconds before each further try.

    Raises
    ------
    FileError
        If the server refuses the file, or it is too large.
    SetupError
        If there is no connection, or the disk takes no more.

    Notes
    -----
    The part is continued by Range and If-Range (RFC 9110, 14.2 and 13.1.5) if the server gave it a strong ETag: if the
    file has changed in the meantime, the server sends it whole, and it is begun anew.
    """
    part = _Part(target, limit_bytes)
    failures, most = 0, part.size
    with on_disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                part.fetch(client, url, received)
                part.finish()
                return
            except (_Broken, httpx.TransportError) as error:
                failures, most = (0, part.size) if part.size > most else (failures, most)
                if failures == len(pauses_s):
                    raise _given_up(url, error) from error
                time.sleep(pauses_s[failures])
                failures += 1
            except httpx.InvalidURL as error:
                raise FileError(f"{url!r} is no address to download from: {error}") from error


@contextmanager
def on_disk(place: Path) -> Iterator[None]:
    """Say what is to be done if the disk does not take or give what it should."""
    try:
        yield
    except OSError as error:
        advice = "free some space" if error.errno == errno.ENOSPC else "check the folder"
        raise SetupError(f"{place} can't be written or read ({error.strerror or error}): {advice}") from error


class _Part:
    """What is there of a file so far, and the tag of the version that it is of."""

    def __init__(self, target: Path, limit_bytes: int) -> None:
        self._target = target
        self._file = target.with_name(f"{target.name}.part")
        self._tag_file = target.with_name(f"{target.name}.part.etag")
        self._limit = limit_bytes

    @property
    def size(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0

    @property
    def _tag(self) -> str:
        return self._tag_file.read_text() if self._tag_file.exists() else ""

    def fetch(self, client: httpx.Client, url: str, received: Received) -> None:
        """Receive what is missing."""
        start, tag = self.size, self._tag
        headers = {"range": f"bytes={start}-", "if-range": tag} if start and tag else {}
        with client.stream("GET", url, headers=headers) as answer:
            if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and headers:
                self._drop()
                raise _Broken("the part that is here does not fit the file any more")
            _require_good(url, answer.status_code)
            continued = answer.status_code == HTTPStatus.PARTIAL_CONTENT
            if continued and not answer.headers.get("content-range", "").startswith(f"bytes {start}-"):
                self._drop()
                raise _Broken("the server sent another part than the one asked for")
            self._receive(url, answer, start if continued else 0, received)

    def _receive(self, url: str, answer: httpx.Response, start: int, received: Received) -> None:
        length = answer.headers.get("content-length", "")
        total = start + int(length) if length.isdigit() else None
        self._require_small(url, total or 0)
        if not start:
            self._drop()
            tag = answer.headers.get("etag", "")
            if tag.startswith('"'):
                self._tag_file.write_text(tag)
        done = start
        with self._file.open("ab") as stream:
            for block in answer.iter_raw():
                done += len(block)
                self._require_small(url, done)
                stream.write(block)
                received(done, total)
            stream.flush()
            os.fsync(stream.fileno())

    def _require_small(self, url: str, size: int) -> None:
        if size > self._limit:
            self._drop()
            raise FileError(f"{url} has more than {self._limit:,} bytes: too large to be a file of boundaries")

    def finish(self) -> None:
        """Put the whole file in its place."""
        self._file.replace(self._target)
        self._tag_file.unlink(missing_ok=True)

    def _drop(self) -> None:
        self._file.unlink(missing_ok=True)
        self._tag_file.unlink(missing_ok=True)


def _require_good(url: str, status: int) -> None:
    if status in _TRY_AGAIN:
        raise _Broken(f"HTTP status {status}")
    if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        words = f"HTTP status {status} ({responses.get(status, 'unknown')})"
        raise FileError(f"{url} can't be downloaded: {words}; has the file been moved?")


def _given_up(url: str, error: Exception) -> SetupError | FileError:
    if isinstance(error, _Broken):
        return FileError(f"{url} can't be downloaded: {error}, again and again; try later")
    host = httpx.URL(url).host
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return SetupError(f"no connection to {host} ({error}): is this machine online?")
    return SetupError(
        f"the connection to {host} breaks off again and again ({error or type(error).__name__}): try later"
    )
