"""`hientruong up` and `hientruong serve`: the service."""

import gc
import importlib
import socket
import threading
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import console, say
from geo.errors import SetupError
from geo.store.settings import read_settings, territory_settings

Host = Annotated[str | None, typer.Option(help="address to listen on; HIENTRUONG_HOST, else 127.0.0.1")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="port; HIENTRUONG_PORT, else 8000; 0 takes a free one")
]


def up(
    demo: Annotated[bool, typer.Option("--demo", help="20,000 synthetic reports if there are none")] = False,
    host: Host = None,
    port: Port = None,
) -> None:
    """Do all for one person: start the database, migrate it, load boundaries, serve.

    Example: hientruong up --demo --port 8080
    """
    listening = _listen(host, port)
    from geo.store import session

    say("starting the database")
    _import_meanwhile("api.start", "uvicorn", "api.app")
    with session.explained(), session.database(lasting=True, newest=True) as url:
        from api.start import prepare

        key = prepare(url, demo)
        _serve(url, listening, key)


def serve(host: Host = None, port: Port = None) -> None:
    """Serve the API and the page alone: the database is there, migrated and has boundaries.

    Example: hientruong serve --host 0.0.0.0 --port 8000
    """
    listening = _listen(host, port)
    from geo.store import session

    _import_meanwhile("uvicorn", "api.app")
    with session.database(lasting=True) as url, session.explained():
        _serve(url, listening)


def _import_meanwhile(*modules: str) -> None:
    """Import modules in a thread; whoever imports them meanwhile waits for what is left."""
    threading.Thread(target=_import, args=modules, daemon=True).start()


def _import(*modules: str) -> None:
    """Import modules without a search for garbage in them, now or later: they stay, and it takes long."""
    gc.disable()
    for name in modules:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()


def _listen(host: str | None, port: int | None) -> socket.socket:
    """Take the port before anything slow is done, so that a busy one is told at once."""
    from api.settings import ServiceSettings

    settings = read_settings(ServiceSettings)
    address = (settings.host if host is None else host, settings.port if port is None else port)
    try:
        family, kind, protocol, _, found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(found)
    except OSError as error:
        raise SetupError(
            f"can't listen on {address[0]} port {address[1]}: {error.strerror}: choose others with --host and --port"
        ) from None
    return listening


def _tell_key(address: str, key: Path) -> None:
    """Show the key to a person at a terminal; what may end in a log is told where it is only."""
    shown = f"{address}/#key={key.read_text().strip()}" if console.is_terminal else "an administrator's key"
    say(f"as administrator: {shown}  (kept in {key})")


def _serve(url: str, listening: socket.socket, key: Path | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM; print the address when requests are answered, and where a key is."""
    import uvicorn

    from api.app import create_app
    from api.lookups.direct import LookupsProtocol

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            host, port = listening.getsockname()[:2]
            # The first report needs them, the first lookup does not.
            _import_meanwhile("holidays.countries", "pandas", "h3.api.basic_int")
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            say(f"Hiện Trường: {address}  (Ctrl-C stops it)")
            if key is not None:
                _tell_key(address, key)

    app = create_app(url, territory_settings().territory)
    config = uvicorn.Config(
        app,
        http=LookupsProtocol,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        say("stopped")
