"""What maps of units say, in Vietnamese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from maps.words import Language


@dataclass(frozen=True)
class UnitWords:
    """The words of one language; texts in braces are filled in."""

    title: str
    sentence: str
    in_force: str
    in_force_until: str
    source: str
    search: str
    list: str
    whole: str
    none: str


UNIT_WORDS: Mapping[Language, UnitWords] = {
    "vi": UnitWords(
        title="Địa giới: {level}",
        sentence="{n} đơn vị, {area} km².",
        in_force="Từ {since}",
        in_force_until="Từ {since} đến trước {until}",
        source="Nguồn",
        search="Tìm (không cần dấu)",
        list="Từng đơn vị (bấm để phóng to)",
        whole="Toàn bộ",
        none="Không có đơn vị nào tên như vậy.",
    ),
    "en": UnitWords(
        title="Boundaries: {level}",
        sentence="{n} {n:unit|units}, {area} km².",
        in_force="In force since {since}",
        in_force_until="In force from {since} until before {until}",
        source="Source",
        search="Search (marks may be left out)",
        list="Each unit (click to zoom in)",
        whole="Show all",
        none="No unit has such a name.",
    ),
}
