"""What map files say, in Vietnamese and English, and how each language writes numbers and dates."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Language = Literal["vi", "en"]


@dataclass(frozen=True)
class Count:
    """A number in a sentence: "{n}" writes it, "{n:cell|cells}" writes the word that goes with it.

    Examples
    --------
    >>> "{n} {n:cell|cells} {n:has|have} reports".format(n=WORDS["en"].count(1))
    '1 cell has reports'
    """

    value: int
    written: str

    def __format__(self, forms: str) -> str:
        """Write the number, or the first of two forms if it is one and the second if not."""
        one, _, many = forms.partition("|")
        return (one if self.value == 1 else many) if forms else self.written


@dataclass(frozen=True)
class Words:
    """The words of one language; texts in braces are filled in."""

    reports: str
    cells: str
    wards: str
    about: str
    method: str
    reading: str
    boundaries: str
    schematic: str
    synthetic: str
    made: str
    hidden: str
    pale: str
    date: str
    begins: tuple[str, str, str]
    month: str
    thousands: str
    decimal: str

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number the language's way: 12.345 or 12,345."""
        marks = str.maketrans({",": self.thousands, ".": self.decimal})
        return f"{value:,.{decimals}f}".translate(marks)

    def count(self, value: int) -> Count:
        """Write a number the language's way, for a sentence whose words depend on it."""
        return Count(value, self.number(value))

    def short(self, value: float) -> str:
        """Write a number of few digits with all of them: 0,52 or 1.200."""
        decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
        return self.number(value, decimals)

    def day(self, day: dt.date) -> str:
        """Write a date: 01/10/2026 or 1 October 2026."""
        return self.date.format(day)

    def period(self, first: dt.date, last: dt.date) -> str:
        """Write a period, a month or a year that is the same only once: 01–31/10/2026."""
        if first == last:
            return self.day(first)
        same = 2 if (first.year, first.month) == (last.year, last.month) else 1 if first.year == last.year else 0
        return f"{self.begins[same].format(first)}{'–' if same == 2 else ' – '}{self.day(last)}"

    def made_at(self, moment: dt.datetime) -> str:
        """Say when a map was made: Lập lúc 09:30 01/11/2026."""
        return self.made.format(time=f"{moment:%H:%M} {self.day(moment)}")

    def percent(self, share: float, decimals: int = 0) -> str:
        """Write a share: 12,5 %."""
        return f"{self.number(share * 100, decimals)} %"

    def step(self, first: dt.date, last: dt.date) -> str:
        """Name a period as people do: tháng 10/2026, or its days."""
        whole_month = first.day == 1 and (last + dt.timedelta(days=1)).day == 1 and (last - first).days < 31
        return self.month.format(first) if whole_month else self.period(first, last)

    def span(self, low: float, high: float, decimals: int = 0) -> str:
        """Write what a class holds: 3 or 4–12.345."""
        least, most = self.number(low, decimals), self.number(high, decimals)
        return least if least == most else f"{least}–{most}"

    def counted(self, counts: NDArray[np.int64]) -> NDArray[np.str_]:
        """Write numbers of reports: 1 report, 12,345 reports."""
        values, place = np.unique(counts, return_inverse=True)
        told = [self.reports.format(n=self.count(value)) for value in values.tolist()]
        return np.array(told, np.str_)[place]


WORDS: dict[Language, Words] = {
    "vi": Words(
        reports="{n} phản ánh",
        cells="{n} ô",
        wards="{n} đơn vị",
        about="Bản đồ này được làm thế nào",
        method="Cách tính",
        reading="Cách đọc",
        boundaries="Địa giới",
        schematic="Ranh giới vẽ nét đứt là sơ đồ, không phải địa giới chính thức.",
        synthetic="Phản ánh minh hoạ, không có thật",
        made="Lập lúc {time}",
        hidden="Gạch chéo: có thể có phản ánh bị ẩn vì quá ít người phản ánh",
        pale="Màu nhạt: {cells} có ít hơn {few} phản ánh, tỷ lệ ở đó nói ít.",
        date="{0:%d/%m/%Y}",
        begins=("{0:%d/%m/%Y}", "{0:%d/%m}", "{0:%d}"),
        month="tháng {0:%m/%Y}",
        thousands=".",
        decimal=",",
    ),
    "en": Words(
        reports="{n} {n:report|reports}",
        cells="{n} {n:cell|cells}",
        wards="{n} {n:ward|wards}",
        about="How this map was made",
        method="Method",
        reading="Reading it",
        boundaries="Boundaries",
        schematic="Dashed boundaries are schematic, not the official ones.",
        synthetic="Demo reports, not real",
        made="Made on {time}",
        hidden="Hatched: reports may be hidden, as too few people made them",
        pale="Pale: {cells} with fewer than {few} reports, where a share says little.",
        date="{0.day} {0:%B %Y}",
        begins=("{0.day} {0:%B %Y}", "{0.day} {0:%B}", "{0.day}"),
        month="{0:%B %Y}",
        thousands=",",
        decimal=".",
    ),
}
