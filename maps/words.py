"""What map files say, in Vietnamese and English, and how each language writes numbers and dates."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Language = Literal["vi", "en"]


@dataclass(frozen=True)
class Words:
    """The words of one language; texts in braces are filled in."""

    title: str
    everything: str
    summary: str
    report: str
    reports: str
    per_cell: str
    cells: str
    method: str
    boundaries: str
    schematic: str
    synthetic: str
    made: str
    blank: str
    hidden: str
    date: str
    thousands: str
    decimal: str

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number the language's way: 12.345 or 12,345."""
        marks = str.maketrans({",": self.thousands, ".": self.decimal})
        return f"{value:,.{decimals}f}".translate(marks)

    def day(self, day: dt.date) -> str:
        """Write a date: 01/10/2026 or 1 October 2026."""
        return self.date.format(day)

    def period(self, first: dt.date, last: dt.date) -> str:
        """Write a period: 01/10/2026 – 31/10/2026."""
        return f"{self.day(first)} – {self.day(last)}"

    def span(self, low: float, high: float, decimals: int = 0) -> str:
        """Write what a class holds: 3 or 4–12.345."""
        least, most = self.number(low, decimals), self.number(high, decimals)
        return least if least == most else f"{least}–{most}"

    def counted(self, counts: NDArray[np.int64]) -> NDArray[np.str_]:
        """Write numbers of reports: 1 report, 12,345 reports."""
        values, place = np.unique(counts, return_inverse=True)
        told = [f"{self.number(value)} {self.report if value == 1 else self.reports}" for value in values.tolist()]
        return np.array(told, np.str_)[place]


WORDS: dict[Language, Words] = {
    "vi": Words(
        title="Số phản ánh: {category}",
        everything="mọi loại",
        summary="{n} phản ánh trong {cells} ô",
        report="phản ánh",
        reports="phản ánh",
        per_cell="Số phản ánh mỗi ô (khoảng {area} km²)",
        cells="{cells} ô",
        method="Cách tính",
        boundaries="Địa giới",
        schematic="Ranh giới vẽ nét đứt là sơ đồ, không phải địa giới chính thức.",
        synthetic="Phản ánh minh hoạ, không có thật",
        made="Lập lúc {time}",
        blank="Ô không có phản ánh để trống.",
        hidden="Gạch chéo: có phản ánh bị ẩn vì quá ít người phản ánh",
        date="{0:%d/%m/%Y}",
        thousands=".",
        decimal=",",
    ),
    "en": Words(
        title="Reports: {category}",
        everything="all kinds",
        summary="{n} reports in {cells} cells",
        report="report",
        reports="reports",
        per_cell="Reports per cell (about {area} km²)",
        cells="{cells} cells",
        method="Method",
        boundaries="Boundaries",
        schematic="Dashed boundaries are schematic, not the official ones.",
        synthetic="Demo reports, not real",
        made="Made on {time}",
        blank="Cells without reports are left blank.",
        hidden="Hatched: reports hidden, as too few people reported",
        date="{0.day} {0:%B %Y}",
        thousands=",",
        decimal=".",
    ),
}
