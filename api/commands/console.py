"""How commands speak: data on standard output, all else on standard error."""

import getpass
import json
import os
import sys
from typing import Any

from rich.console import Console

console = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """Tell the person at the terminal something, on standard error."""
    console.print(message, markup=False, soft_wrap=True)


def put(text: str) -> None:
    """Write data on standard output."""
    sys.stdout.write(f"{text}\n")


def put_json(value: Any) -> None:
    """Write one JSON value on standard output."""
    put(json.dumps(value, ensure_ascii=False, indent=2))


def user() -> str:
    """Name who is at the terminal; a container's user may have a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
