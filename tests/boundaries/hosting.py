"""A web server on this machine that misbehaves as it is told to."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Host:
    """What is served, and how; `asked` is what came in.

    Parameters
    ----------
    address : str
        ``http://127.0.0.1:port/``.
    files : dict of str to bytes
        By their names.
    cut_after : list of int
        For each of the next answers: bytes of the body after which the connection is cut.
    statuses : list of int
        For each of the next requests: a status that is answered instead.
    knows_ranges, tells_length : bool
        Whether Range is heeded, and Content-Length sent.
    asked : list of (str, str or None)
        Path and Range of each request.
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    tells_length: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def hosting() -> Iterator[Host]:
    """Serve until the end of the block."""
    host = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append((self.path, self.headers["range"]))
            if host.statuses:
                self.send_error(host.statuses.pop(0))
            elif (body := host.files.get(self.path.lstrip("/"))) is None:
                self.send_error(404)
            else:
                self._send(body)

        def _send(self, body: bytes) -> None:
            tag = f'"{hashlib.md5(body).hexdigest()}"'
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers["range"] or "")
            if wanted and host.knows_ranges and self.headers["if-range"] == tag:
                start = int(wanted[1])
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("content-range", f"bytes {start}-{len(body) - 1}/{len(body)}")
                body = body[start:]
            else:
                self.send_response(200)
            self.send_header("etag", tag)
            if host.tells_length:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: host.cut_after.pop(0)] if host.cut_after else body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.address = f"http://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
