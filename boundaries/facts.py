"""Facts about Hanoi's units that the project carries: codes, names, centres, boxes, areas, and who succeeded whom.

``boundaries/data/README.md`` tells their source and columns. A code belongs to its period: since 2025-07-01 the same
code can be another ward's.
"""

import unicodedata
from importlib.resources import files

import pandas as pd

from geo.errors import InputError

SOURCE = "vietnamadminunits 1.0.4 (PyPI); 1656/NQ-UBTVQH15"
"""Told as it is in every language: a package, and a resolution by its number."""

LICENCE = "MIT"

_ENGLISH = {
    "Phường": "Ward",
    "Xã": "Commune",
    "Thị trấn": "Township",
    "Quận": "District",
    "Huyện": "District",
    "Thị xã": "Town",
    "Thành phố": "City",
}


def wards_until_2025() -> pd.DataFrame:
    """Read the 526 wards in force until 2025-06-30.

    Returns
    -------
    DataFrame
        Columns code, name, kind, district_code, lon, lat (a point inside), west, south, east, north (degrees), name_en.

    Examples
    --------
    >>> wards_until_2025().loc[1, ["code", "name", "name_en"]].tolist()
    ['00004', 'Phường Trúc Bạch', 'Truc Bach Ward']
    """
    return _read_units("wards_until_2025-06-30.csv")


def districts_until_2025() -> pd.DataFrame:
    """Read the 30 districts in force until 2025-06-30: code, name, kind, name_en.

    Examples
    --------
    >>> districts_until_2025()["name_en"].tail(2).tolist()
    ['Ung Hoa District', 'My Duc District']
    """
    return _read_units("districts_until_2025-06-30.csv")


def wards_since_2025() -> pd.DataFrame:
    """Read the 126 wards in force since 2025-07-01.

    Returns
    -------
    DataFrame
        Columns code, name, kind, lon, lat (centroid), area_km2 (as stated) and name_en.

    Examples
    --------
    >>> wards_since_2025().loc[0, ["code", "name", "name_en"]].tolist()
    ['00004', 'Phường Ba Đình', 'Ba Dinh Ward']
    """
    return _read_units("wards_since_2025-07-01.csv")


def succession_2025() -> pd.DataFrame:
    """Read which old ward went to which new one on 2025-07-01.

    Returns
    -------
    DataFrame
        Columns old_code, new_code, extent ("whole" or "part") and default (bool: the one new ward that stands for the
        old one), by old code and then by new code.

    Examples
    --------
    >>> succession_2025()["extent"].value_counts().to_dict()
    {'part': 467, 'whole': 327}
    """
    return _read("succession_2025-07-01.csv").assign(default=lambda rows: rows["default"] == "yes")


def english_name(name: str, kind: str) -> str:
    """Turn a unit's Vietnamese name into its English one: without marks, the kind at the end.

    Raises
    ------
    InputError
        If the kind is not known, or the name does not begin with it.

    Examples
    --------
    >>> english_name("Phường Vĩnh Tuy", "Phường"), english_name("Thị xã Sơn Tây", "Thị xã")
    ('Vinh Tuy Ward', 'Son Tay Town')
    """
    if kind not in _ENGLISH:
        raise InputError(f"no English word for the kind {kind!r}; known: {', '.join(_ENGLISH)}", "kind")
    if not name.startswith(f"{kind} "):
        raise InputError(f"{name!r} does not begin with its kind {kind!r}", "name")
    letters = unicodedata.normalize("NFD", name.removeprefix(kind).strip())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return f"{bare.replace('đ', 'd').replace('Đ', 'D')} {_ENGLISH[kind]}"


def _read_units(file: str) -> pd.DataFrame:
    units = _read(file)
    names = [english_name(name, kind) for name, kind in zip(units["name"], units["kind"], strict=True)]
    return units.assign(name_en=names)


def _read(file: str) -> pd.DataFrame:
    """Read a bundled table; codes keep their leading zeros."""
    codes = dict.fromkeys(("code", "district_code", "old_code", "new_code"), "str")
    with files("boundaries").joinpath("data", file).open(encoding="utf-8") as table:
        return pd.read_csv(table, dtype=codes)
