"""The exceptions file: defects of a coverage that somebody has looked at and decided to load all the same.

::

    [[exception]]
    pair = ["25951", "26833"]
    reason = "The survey of 2025 draws both sides of the canal; a correction has been asked for"
    decided_by = "Survey office"
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import FileError

_KEYS = {"pair", "reason", "decided_by"}


@dataclass(frozen=True)
class Exemption:
    """One pair of units whose overlaps, gaps and mismatched edges are accepted.

    Parameters
    ----------
    pair : tuple of two str
        Codes of the units. For a hole in a single unit, its code twice.
    reason, decided_by : str
        Why, and who says so.
    """

    pair: tuple[str, str]
    reason: str
    decided_by: str

    def covers(self, codes: Collection[str]) -> bool:
        """Say whether a defect between these units is meant.

        It is if both units of the pair are among them, or if the pair is the defect's only unit twice.

        Examples
        --------
        >>> meant = Exemption(("1", "2"), "a canal", "Survey office")
        >>> meant.covers(("2", "1")), meant.covers(("1", "2", "3")), meant.covers(("1",))
        (True, True, False)
        """
        pair = set(self.pair)
        return pair <= set(codes) and len(pair) == min(2, len(codes))


def read_exceptions(path: Path) -> tuple[Exemption, ...]:
    """Read an exceptions file.

    Parameters
    ----------
    path : Path
        TOML with tables ``[[exception]]`` of pair, reason and decided_by.

    Returns
    -------
    tuple of Exemption

    Raises
    ------
    FileError
        If the file can't be read, is no TOML, or an exception is not complete.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"exceptions file {path} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(f"exceptions file {path.name} is no TOML in UTF-8: {error}") from error
    tables = content.pop("exception", None)
    if content or not isinstance(tables, list):
        raise FileError(f"exceptions file {path.name}: expected tables [[exception]] and nothing else")
    return tuple(_exemption(path, number, table) for number, table in enumerate(tables, start=1))


def _exemption(path: Path, number: int, table: Any) -> Exemption:
    place = f"exceptions file {path.name}, exception {number}"
    if not isinstance(table, dict) or set(table) != _KEYS:
        raise FileError(f"{place}: expected pair, reason and decided_by")
    pair = table["pair"]
    if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(code, str) for code in pair)):
        raise FileError(f'{place}: pair must be two codes as text, as in pair = ["00562", "00565"]')
    for key in ("reason", "decided_by"):
        if not (isinstance(table[key], str) and table[key].strip()):
            raise FileError(f"{place}: {key} must say something")
    return Exemption((pair[0], pair[1]), table["reason"].strip(), table["decided_by"].strip())
