"""Which units somebody may have meant by a code that there is not."""

from collections.abc import Iterable
from difflib import get_close_matches

from geo.units.territory import Unit

_MOST = 3


def closest_units(units: Iterable[Unit], code: str) -> list[Unit]:
    """Find the units whose code or name is like a text, the most alike first; three at most.

    Parameters
    ----------
    units : iterable of Unit
    code : str
        What was given for a unit's code.

    Examples
    --------
    >>> units = [Unit(1, "ward", "00292", "Phường", "Phường Bạch Mai", "Bach Mai Ward")]
    >>> [unit.code for unit in closest_units(units, "bach mai")]
    ['00292']
    """
    spellings = {spelling: unit for unit in units for spelling in _spellings(unit)}
    # A unit may be found by several spellings.
    close = get_close_matches(code.casefold(), spellings, n=2 * _MOST, cutoff=0.5)
    return list(dict.fromkeys(spellings[like] for like in close))[:_MOST]


def _spellings(unit: Unit) -> tuple[str, ...]:
    """List what somebody may take for a unit's code: the code, or a name with its kind or without."""
    bare, bare_en = unit.name.removeprefix(unit.kind).strip(), unit.name_en.rpartition(" ")[0]
    return tuple(text.casefold() for text in (unit.code, unit.name, bare, unit.name_en, bare_en) if text)
