"""The schematic boundaries as generations that can be written: what a machine without the internet starts with."""

import hashlib
from collections.abc import Iterator
from importlib import resources

from boundaries import facts
from boundaries.schematic import schematic_layers
from geo.store.boundaries import NewGeneration


def schematic_generations(loaded_by: str) -> Iterator[NewGeneration]:
    """Compute the schematic generations of Hanoi, parents before children."""
    checksum = _facts_checksum()
    for layer in schematic_layers():
        yield NewGeneration(
            level=layer.level,
            valid_from=layer.valid_from,
            valid_to=layer.valid_to,
            units=layer.units,
            source=facts.SOURCE,
            licence=facts.LICENCE,
            checksum=checksum,
            loaded_by=loaded_by,
            schematic=True,
        )


def _facts_checksum() -> str:
    """Hash the facts that the boundaries are computed from."""
    tables = sorted(
        (table for table in resources.files("boundaries").joinpath("data").iterdir() if table.name.endswith(".csv")),
        key=lambda table: table.name,
    )
    return hashlib.sha256(b"".join(table.read_bytes() for table in tables)).hexdigest()
