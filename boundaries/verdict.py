"""The verdict on a coverage: which defects are slivers and repaired, which are accepted by exception, which refused."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.coverage import Defect, gaps, mismatched_edges, overlaps
from boundaries.exceptions import Exemption
from boundaries.repair import repair, weld
from boundaries.report import Finding, Severity
from geo.location.shapes import Shapes

NOISE_M2 = 1e-4
"""A square centimetre: what the rounding of coordinates can make of a border of kilometres. Not listed."""

Texts = npt.NDArray[np.object_]
Pairs = frozenset[frozenset[int]]


def judge_coverage(
    shapes: Shapes, codes: Texts, names: Texts, level: str, exceptions: Sequence[Exemption], tolerance_m2: float
) -> tuple[Shapes, list[Finding]]:
    """Find all defects of a coverage, repair slivers, and say what becomes of the rest.

    Parameters
    ----------
    shapes : ndarray of multipolygons, shape (n,)
        Valid, in lon, lat, in the order of their codes.
    codes, names : ndarray of str, shape (n,)
        Of the same units.
    level : str
        At level "area" nothing is repaired or refused.
    exceptions : sequence of Exemption
        Pairs of units whose defects are accepted; these stay as they are.
    tolerance_m2 : float
        Overlaps and gaps up to this size are slivers.

    Returns
    -------
    tuple of (ndarray of multipolygons, list of Finding)
        Repaired shapes, and findings of the checks overlap, gap, edge, ring and exception.
    """
    verdict = _Verdict(codes, names, exceptions)
    if level == "area":
        verdict.tell("overlap", "information", "areas overlap, which they may", overlaps(shapes))
        verdict.tell("gap", "information", "enclosed by areas and in none of them", gaps(shapes))
        verdict.tell("edge", "information", "edges of two areas do not match", mismatched_edges(shapes))
    else:
        shapes = _judge_partition(shapes, tolerance_m2, verdict)
    verdict.tell_of_unused()
    return shapes, verdict.findings


def _judge_partition(shapes: Shapes, tolerance_m2: float, verdict: "_Verdict") -> Shapes:
    edges = mismatched_edges(shapes)
    welded = weld(shapes)
    narrow_overlaps, wide_overlaps = _by_size(overlaps(welded), tolerance_m2)
    narrow_gaps, wide_gaps = _by_size(gaps(welded), tolerance_m2)
    left_alone = _pairs((*wide_overlaps, *wide_gaps))

    repaired = repair(welded, narrow_overlaps, narrow_gaps, left_alone)
    unmatched = [edge for edge in mismatched_edges(repaired) if not _among(edge, left_alone)]
    matched = [edge for edge in edges if not _among(edge, left_alone | _pairs(unmatched))]

    verdict.decide("overlap", wide_overlaps)
    verdict.decide("gap", wide_gaps)
    verdict.decide("edge", unmatched)
    verdict.refuse_broken(repaired)
    verdict.tell("overlap", "repaired", "sliver, given to {taker}", narrow_overlaps)
    verdict.tell("gap", "repaired", "sliver, given to {taker}", narrow_gaps)
    verdict.tell("edge", "repaired", "edges were matched, vertex for vertex", matched)
    beside = [edge for edge in edges if _among(edge, left_alone)]
    verdict.tell("edge", "information", "edges do not match where these units overlap or leave a gap", beside)
    return repaired


class _Verdict:
    """Findings about the defects of some units, in the order in which they are told."""

    def __init__(self, codes: Texts, names: Texts, exceptions: Sequence[Exemption]) -> None:
        self.findings: list[Finding] = []
        self._codes = codes
        self._names = names
        self._exceptions = exceptions
        self._used: set[Exemption] = set()

    def decide(self, check: str, defects: Iterable[Defect]) -> None:
        """Refuse defects, or accept those that an exception covers."""
        for defect in defects:
            codes = [str(self._codes[member]) for member in defect.members]
            exemption = next((exemption for exemption in self._exceptions if exemption.covers(codes)), None)
            if exemption is None:
                advice = "correct the file, or name the pair in an exceptions file"
                self.tell(check, "refused", f"{check}: {advice}", [defect])
            else:
                self._used.add(exemption)
                reason = f"{exemption.reason} ({exemption.decided_by})"
                self.tell(check, "excepted", f"{check} accepted: {{reason}}", [defect], reason)

    def tell(
        self, check: str, severity: Severity, text: str, defects: Iterable[Defect], reason: str | None = None
    ) -> None:
        """Add a finding for each defect that is more than noise; {taker} in the text is the first unit's name."""
        for defect in defects:
            codes = tuple(str(self._codes[member]) for member in defect.members)
            names = tuple(str(self._names[member]) for member in defect.members)
            message = text.replace("{taker}", f"{codes[0]} {names[0]}").replace("{reason}", reason or "")
            found = Finding(check, severity, message, codes, names, shape=defect.shape, reason=reason)
            if check == "edge":
                self.findings.append(replace(found, length_m=defect.size))
            elif defect.size > NOISE_M2:
                self.findings.append(replace(found, area_m2=defect.size))

    def refuse_broken(self, repaired: Shapes) -> None:
        """Refuse units that the repair of slivers has made invalid or eaten up."""
        broken = np.flatnonzero(~shapely.is_valid(repaired) | shapely.is_empty(repaired))
        if broken.size:
            text = f"{broken.size} units are not valid, or nothing is left of them, once slivers are repaired"
            codes, names = tuple(map(str, self._codes[broken])), tuple(map(str, self._names[broken]))
            self.findings.append(Finding("ring", "refused", f"{text}: correct the file", codes, names))

    def tell_of_unused(self) -> None:
        """Tell of exceptions that name unknown units, or that nothing needed."""
        known = set(self._codes)
        for exemption in self._exceptions:
            pair = " and ".join(exemption.pair)
            if unknown := sorted(set(exemption.pair) - known):
                text = f"exception for {pair}: the file has no unit {' or '.join(unknown)}"
            elif exemption not in self._used:
                text = f"exception for {pair} is not needed: remove it from the exceptions file"
            else:
                continue
            self.findings.append(Finding("exception", "information", text))


def _by_size(defects: Iterable[Defect], tolerance_m2: float) -> tuple[list[Defect], list[Defect]]:
    """Part defects into those up to the tolerance and those above."""
    defects = list(defects)
    return [item for item in defects if item.size <= tolerance_m2], [
        item for item in defects if item.size > tolerance_m2
    ]


def _pairs(defects: Iterable[Defect]) -> Pairs:
    return frozenset(frozenset(pair) for defect in defects for pair in combinations(defect.members, 2))


def _among(defect: Defect, pairs: Pairs) -> bool:
    return frozenset(defect.members) in pairs
