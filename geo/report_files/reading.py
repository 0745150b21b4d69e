"""From rows of a file to reports that may be handed in, by a mapping; what can't be read is named with its column."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.arrow_values import numbers
from geo.columns import Floats, Integers, Moments, Truths, Words, column, constant, missing
from geo.report_files import mapping
from geo.report_files.history import History
from geo.report_files.mapping import Mapping
from geo.report_files.pictures import read_links
from geo.report_files.row_ids import RowIds
from geo.report_files.rows import Rejected, Rows
from geo.report_files.times import moments
from geo.reports.intake import Submitted
from geo.reports.links import link_fault
from geo.reports.texts import composed, text_fault
from geo.vocabulary import CHANNELS, STATUSES

_WKT = r"(?i)^\s*(?:SRID=4326;)?POINT\s*(?:ZM?|M)?\s*\(\s*(?P<lon>[^\s)]+)\s+(?P<lat>[^\s)]+)"
_PAIR = r"^\s*\(\s*(?P<lat>[^\s,]+)\s*,\s*(?P<lon>[^\s,)]+)\s*\)\s*$"


@dataclass(frozen=True)
class Read:
    """What became of some rows of a file: n reports, those rejected, and how many the mapping leaves out.

    Parameters
    ----------
    submitted : Submitted, n rows
    history : History, n rows, or None
        None if the mapping names no column of statuses.
    number : ndarray of int64, shape (n,)
        The place of each report among the rows.
    rejected : list of Rejected
    ignored : int
    """

    submitted: Submitted
    history: History | None
    number: Integers
    rejected: list[Rejected]
    ignored: int


class ReportReading:
    """Reads the rows of one file as reports.

    Parameters
    ----------
    mapping : Mapping
    categories : collection of str
        Codes of the territory's categories.
    time_zone : str
        IANA name of the territory's zone; the mapping may name another.
    """

    def __init__(self, mapping: Mapping, categories: Collection[str], time_zone: str) -> None:
        self._mapping = mapping
        self._columns = mapping.columns
        self._categories = categories
        self._time_zone = mapping.times.zone or time_zone
        self._row_ids = RowIds()

    def read(self, rows: Rows, now: np.datetime64) -> Read:
        """Read rows; a status from after `now` is refused."""
        faults = _Faults(rows)
        category, ignored = self._words(rows.table, "category", self._mapping.category, self._categories)
        lon, lat = self._coordinates(rows.table, faults)
        reported_at = self._moments(rows.table, "reported_at", faults)
        submitted = Submitted(
            category=category,
            lon=lon,
            lat=lat,
            accuracy_m=self._numbers(rows.table, self._columns.accuracy_m, faults),
            reported_at=reported_at,
            channel=self._words(rows.table, "channel", self._mapping.channel, CHANNELS)[0],
            external_id=self._external_ids(rows.table),
            description=self._description(rows.table),
            reporter=constant(len(rows.lines), None),
            media=self._links(rows.table, self._columns.media, faults),
        )
        history = None if self._columns.status is None else self._history(rows.table, reported_at, now, faults)
        number = np.flatnonzero(~ignored & ~faults.any)
        return Read(
            submitted.take(number),
            None if history is None else history.take(number),
            number,
            rows.rejected + faults.rejected(~ignored),
            int(ignored.sum()),
        )

    def _words(self, table: pa.Table, field: str, words: mapping.Words, known: Collection[str]) -> tuple[Words, Truths]:
        """Translate a column of words; say which rows are to be left out."""
        codes, distinct = pd.factorize(_texts(table, getattr(self._columns, field)))
        meanings = np.array([words.meaning(word, known) for word in distinct], dtype=object)
        ignored = np.array([word in words.ignore for word in distinct], dtype=bool)
        return meanings[codes], ignored[codes]

    def _coordinates(self, table: pa.Table, faults: "_Faults") -> tuple[Floats, Floats]:
        point = self._columns.point
        if point is None:
            lon, lat = (self._numbers(table, name, faults) for name in self._columns.coordinates)
            return lon, lat
        texts = _column(table, point).cast(pa.string())
        wkt, pair = (pc.extract_regex(texts, pattern) for pattern in (_WKT, _PAIR))
        lon, lat = (
            numbers(pc.coalesce(pc.struct_field(wkt, name), pc.struct_field(pair, name))) for name in ("lon", "lat")
        )
        unread = (np.isnan(lon) | np.isnan(lat)) & (_texts(table, point) != "")
        faults.add(unread, point, "{!r:.60} is no point: write POINT (lon lat) or (lat, lon)")
        return lon, lat

    def _numbers(self, table: pa.Table, name: str | None, faults: "_Faults") -> Floats:
        if name is None:
            return np.full(len(table), np.nan)
        values = numbers(_column(table, name))
        unread = np.isnan(values)
        if unread.any():
            unread &= _texts(table, name) != ""
            faults.add(unread, name, "{!r:.60} is not a number: write digits with a decimal point")
        return values

    def _moments(self, table: pa.Table, field: str, faults: "_Faults") -> Moments:
        name, formats = getattr(self._columns, field), self._mapping.times.formats
        values = moments(_column(table, name), self._time_zone, formats)
        unread = np.isnat(values)
        if unread.any():
            unread &= _texts(table, name) != ""
            form = f"as {' or '.join(formats)}" if formats else "2026-01-31T08:30"
            reason = f"{{!r:.60}} is not a time in {self._time_zone}: write {form}"
            faults.add(unread, name, reason)
        return values

    def _links(self, table: pa.Table, name: str | None, faults: "_Faults") -> Words:
        if name is None:
            return constant(len(table), ())
        links = column([read_links(text, self._mapping.media_separator) for text in _texts(table, name)])
        unread = missing(links)
        faults.add(unread, name, "{!r:.60} is no list of links: write them apart by spaces, or as a JSON list")
        links[unread] = constant(int(unread.sum()), ())
        return links

    def _external_ids(self, table: pa.Table) -> Words:
        given = _texts(table, self._columns.external_id)
        blank = np.array([not text.strip() for text in given], dtype=bool)
        ids: Words = np.where(blank, "", self._mapping.external_id_prefix + given) if len(given) else given
        if blank.any():
            ids[blank] = self._row_ids.give(table.filter(pa.array(blank)))
        return ids

    def _description(self, table: pa.Table) -> Words:
        """Join the texts that are not empty."""
        names = self._columns.descriptions
        if len(names) < 2:
            return _texts(table, names[0] if names else None)
        parts = [_column(table, name).cast(pa.string()) for name in names]
        parts = [pc.if_else(pc.equal(part, ""), None, part) for part in parts]
        return _objects(pc.binary_join_element_wise(*parts, "; ", null_handling="skip"))

    def _history(self, table: pa.Table, reported_at: Moments, now: np.datetime64, faults: "_Faults") -> History:
        status, _ = self._words(table, "status", self._mapping.status, STATUSES)
        since = self._moments(table, "status_at", faults)
        known = np.isin(status.astype(str), STATUSES)
        faults.add(
            ~known, self._columns.of("status"), f"unknown status {{!r:.60}}: use one of {', '.join(STATUSES)}", status
        )
        begun = known & (status != "waiting")
        at = self._columns.of("status_at")
        faults.add(begun & np.isnat(since), at, "is missing: since when is the report {}?", status)
        faults.add(begun & (since < reported_at), at, "{}Z is before the report itself", since)
        faults.add(begun & (since > now), at, "{}Z is in the future: check the date and the time zone", since)
        answers = self._answers(table, begun, faults)
        media = self._links(table, self._columns.answer_media, faults)
        wrong = column([link_fault(links) for links in media])
        faults.add(begun & ~missing(wrong), self._columns.of("answer_media"), "{}", wrong)
        return History(status, since, answers, media)

    def _answers(self, table: pa.Table, begun: Truths, faults: "_Faults") -> Words:
        answers = column([composed(text) for text in _texts(table, self._columns.answer)])
        wrong = column([text_fault(text) for text in answers])
        faults.add(begun & ~missing(wrong), self._columns.of("answer"), "{}", wrong)
        return answers


class _Faults:
    """The first fault of each row, as the columns go by."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._faults: dict[int, tuple[str, str]] = {}

    def add(self, at: Truths, name: str, reason: str, values: Words | Moments | None = None) -> None:
        """Note the same fault of several rows; ``{}`` in the reason stands for the row's value."""
        for number in np.flatnonzero(at).tolist():
            value = self._rows.table.column(name)[number].as_py() if values is None else values[number]
            self._faults.setdefault(number, (name, reason.format(value)))

    @property
    def any(self) -> Truths:
        """Whether each row has one."""
        found = np.zeros(len(self._rows.lines), dtype=bool)
        found[list(self._faults)] = True
        return found

    def rejected(self, among: Truths) -> list[Rejected]:
        """Give the rows that have one, of those in a mask."""
        return [
            Rejected(int(self._rows.lines[number]), *fault, self._rows.row(number))
            for number, fault in self._faults.items()
            if among[number]
        ]


def _column(table: pa.Table, name: str) -> pa.Array:
    return table.column(name).combine_chunks()


def _texts(table: pa.Table, name: str | None) -> Words:
    """Give a column as texts, empty where there is none."""
    if name is None:
        return constant(len(table), "")
    return _objects(_column(table, name).cast(pa.string()).fill_null(""))


def _objects(texts: pa.Array) -> Words:
    words: Words = texts.to_numpy(zero_copy_only=False)
    return words.astype(object)
