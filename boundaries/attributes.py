"""Checks of codes and names."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from boundaries.report import Finding
from boundaries.vietnamese import has_vietnamese_letters, legacy_text

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def check_codes(codes: Sequence[str], names: Sequence[str], level: str) -> list[Finding]:
    """Find codes that are missing, malformed, given twice, or that have lost their leading zeros.

    Parameters
    ----------
    codes, names : sequence of str
        Of the same units, in the same order.
    level : str
        Level of the units; codes of areas may differ in length.

    Returns
    -------
    list of Finding
    """
    units = list(zip(codes, names, strict=True))
    count = Counter(codes)
    lengths = sorted({len(code) for code in codes if code.isdigit()})
    mixed = level != "area" and len(lengths) > 1
    complaints = (
        ("{n} units have no code: give each its own", [unit for unit in units if not unit[0]]),
        (
            "{n} codes are not well formed: expected 1 to 32 letters, digits, '.', '_' or '-'",
            [unit for unit in units if unit[0] and not _CODE.fullmatch(unit[0])],
        ),
        (
            "{n} units share their code with another one: give each its own",
            [unit for unit in units if count[unit[0]] > 1],
        ),
        (
            f"{{n}} codes are shorter than the others ({' and '.join(map(str, lengths))} digits): "
            "leading zeros were lost; keep codes as text",
            [unit for unit in units if mixed and unit[0].isdigit() and len(unit[0]) < lengths[-1]],
        ),
    )
    return [_about(found, "code", message.format(n=len(found))) for message, found in complaints if found]


def check_names(codes: Sequence[str], names: Sequence[str], given: Sequence[str], level: str) -> list[Finding]:
    """Find names that are missing, not Vietnamese, in a legacy encoding, or that were not in Unicode form NFC.

    Parameters
    ----------
    codes, names, given : sequence of str
        Of the same units, in the same order: codes, names in form NFC, and names as the file has them.
    level : str
        Level of the units; the names of areas need no Vietnamese letters.

    Returns
    -------
    list of Finding
    """
    units = list(zip(codes, names, strict=True))
    findings = []
    if missing := [unit for unit in units if not unit[1]]:
        findings.append(_about(missing, "name", f"{len(missing)} units have no name: give each its Vietnamese one"))
    if legacy := legacy_text(names):
        advice = "save the file in UTF-8 and say so (a shapefile: by a .cpg file that holds UTF-8)"
        if legacy.encoding in ("TCVN3", "VNI"):
            advice = "convert its names to Unicode first (UniKey Toolkit does this)"
        message = f"names are {legacy.encoding} text ({legacy.found!r} seems to mean {legacy.reading!r}): {advice}"
        findings.append(_about(units, "name", message))
    elif level != "area" and not any(map(has_vietnamese_letters, names)):
        message = f"no name has a Vietnamese letter (the first is {names[0]!r}): give names with their diacritics"
        findings.append(_about(units, "name", message))
    if changed := [unit for unit, old in zip(units, given, strict=True) if unit[1] != old]:
        message = f"{len(changed)} names were brought to Unicode form NFC"
        findings.append(_about(changed, "name", message, repaired=True))
    return findings


def _about(units: Iterable[tuple[str, str]], check: str, message: str, repaired: bool = False) -> Finding:
    codes, names = zip(*units, strict=True)
    return Finding(check, "repaired" if repaired else "refused", message, codes, names)
