"""A source's files on this machine: downloaded once, held to their checksums, brought into one file to load."""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundaries.download import PAUSES_S, download, on_disk, open_client
from boundaries.sources import Source
from geo.errors import FileError

CACHE = "sources"
"""Name of the cache in the data folder."""

_SUMS = "SHA256SUMS"
_LOCK = ".lock"

Advance = Callable[[float, float], None]
"""Told how many files of how many are there; a file that is half there counts half."""


@dataclass(frozen=True)
class Fetched:
    """A source that is on this machine.

    Parameters
    ----------
    path : Path
        A file for `boundaries.files.read_units`.
    recorded : int
        How many files came for the first time without a known checksum: theirs were recorded, and hold from now on.
    """

    path: Path
    recorded: int


def fetch(
    source: Source,
    folder: Path,
    advance: Advance = lambda *_: None,
    pauses_s: Sequence[float] = PAUSES_S,
) -> Fetched:
    """Download what is not here yet of a source, check all of it, and make one file of it.

    Parameters
    ----------
    source : Source
    folder : Path
        The cache; each source has its own folder in it, another one if its address changes.
    advance : callable
        Told of progress.
    pauses_s : sequence of float
        Seconds before each further try of a download.

    Returns
    -------
    Fetched

    Raises
    ------
    FileError
        If a file can't be had, has another checksum than the known or the recorded one, or another layout than the
        source says: the file and the property are named.
    SetupError
        If there is no connection, or the disk takes no more.
    """
    cache = cache_of(source, folder)
    with _one_at_a_time(cache):
        _download_missing(source, cache, advance, pauses_s)
        with on_disk(cache):
            return _checked(source, cache)


@contextmanager
def _one_at_a_time(cache: Path) -> Iterator[None]:
    """Wait until no other run downloads the same: it then finds all of it here."""
    with on_disk(cache):
        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / _LOCK).open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed, by a kill, too
        yield


def _checked(source: Source, cache: Path) -> Fetched:
    """Hold the files to their checksums and their layout; only what passes is recorded."""
    recorded = _read_sums(cache)
    sums = {file: hashlib.sha256((cache / file).read_bytes()).hexdigest() for file in source.files}
    for file, found in sums.items():
        _require_checksum(source, cache / file, found, recorded.get(file))
    path = _merge(source, cache) if source.is_geojson else cache / source.files[0]
    _replace(cache / _SUMS, "".join(f"{found}  {file}\n" for file, found in sums.items()))
    return Fetched(path, len(set(source.files) - set(recorded) - set(source.sha256)))


def cache_of(source: Source, folder: Path) -> Path:
    """Name the folder of a source in the cache."""
    return folder / source.name / hashlib.sha256(source.address.encode()).hexdigest()[:12]


def cached_files(source: Source, folder: Path) -> int:
    """Count the files of a source that are in the cache."""
    cache = cache_of(source, folder)
    return sum((cache / file).is_file() for file in source.files)


def _download_missing(source: Source, cache: Path, advance: Advance, pauses_s: Sequence[float]) -> None:
    total = len(source.files)
    with open_client() as client:
        for done, file in enumerate(source.files):
            if not (cache / file).is_file():

                def received(bytes_done: int, size: int | None, done: int = done) -> None:
                    advance(done + (bytes_done / size if size else 0), total)

                download(client, source.address + file, cache / file, received=received, pauses_s=pauses_s)
            advance(done + 1, total)


def _require_checksum(source: Source, path: Path, found: str, recorded: str | None) -> None:
    if (known := source.sha256.get(path.name)) not in (None, found):
        path.unlink()
        raise FileError(
            f"{path.name} of source {source.name} has the checksum {found}, expected is {known}:"
            " it is not the file that was meant, and was deleted"
        )
    if known is None and recorded not in (None, found):
        raise FileError(
            f"{path.name} of source {source.name} is not as it was first downloaded"
            f" (checksum {found}, recorded {recorded}): delete {path.parent} to download all anew"
        )


def _read_sums(cache: Path) -> dict[str, str]:
    """Read the checksums that were recorded, in the form of ``sha256sum``."""
    sums = cache / _SUMS
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.exists() else []
    return {file: found for found, file in (line.split("  ", 1) for line in lines)}


def _merge(source: Source, cache: Path) -> Path:
    """Make one GeoJSON file of all, with our names for its properties."""
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if source.crs is not None:
        collection["crs"] = {"type": "name", "properties": {"name": source.crs}}
    collection["features"] = [unit for file in source.files for unit in _units(source, cache / file)]
    path = cache.parent / f"{source.name}.geojson"
    _replace(path, json.dumps(collection, ensure_ascii=False, separators=(",", ":")))
    return path


def _units(source: Source, path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content["features"]
        return [_unit(source, path, number, unit) for number, unit in enumerate(found, start=1)]
    except ValueError as error:  # of JSON, or of UTF-8
        path.unlink()
        reason = f"{path.name} of source {source.name} is no JSON, or not all of it ({error})"
        raise FileError(f"{reason}: it was deleted, try again") from error
    except (KeyError, TypeError) as error:
        raise FileError(
            f"{path.name} of source {source.name} is no GeoJSON FeatureCollection: its layout has changed"
        ) from error


def _unit(source: Source, path: Path, number: int, unit: dict[str, Any]) -> dict[str, Any]:
    given, geometry = unit["properties"], unit["geometry"]
    if missing := [name for name in source.columns.values() if name not in given]:
        raise FileError(
            f"{path.name} of source {source.name}: unit {number} has no property {missing[0]!r}"
            f" (it has {', '.join(given) or 'none'}): its layout has changed"
        )
    properties = {ours: given[theirs] for ours, theirs in source.columns.items()} or given
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
