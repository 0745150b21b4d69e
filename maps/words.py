"""What map files say, in Vietnamese and English, and how each language writes numbers and dates."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Language = Literal["vi", "en"]


@dataclass(frozen=True)
class Words:
    """The words of one language; texts in braces are filled in."""

    map: str
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


WORDS: dict[Language, Words] = {
    "vi": Words(
        map="Bản đồ số phản ánh theo ô lục giác",
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
        date="{0:%d/%m/%Y}",
        thousands=".",
        decimal=",",
    ),
    "en": Words(
        map="Map of report counts by hexagon",
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
        date="{0.day} {0:%B %Y}",
        thousands=",",
        decimal=".",
    ),
}
