"""What maps of wards say of each figure of the ranking, in Vietnamese and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from geo.statistics.words import Words
from maps.words import Language

Kind = Literal["count", "share", "hours"]


@dataclass(frozen=True)
class WardWords:
    """The words of one language; texts in braces are filled in."""

    of: str
    of_all: str
    sentence: str
    nothing: str
    heading: Mapping[Kind, str]
    tip: str
    hidden: str
    unknown: str
    method: str
    reading: Mapping[Kind, str]


FIGURES: Mapping[str, tuple[Kind, Words]] = {
    "received": ("count", Words("Số phản ánh nhận được", "Reports received")),
    "merged": ("count", Words("Số phản ánh gộp vào phản ánh khác", "Reports merged into others")),
    "answered": ("count", Words("Số phản ánh đã trả lời", "Reports answered")),
    "on_time": ("count", Words("Số phản ánh trả lời đúng hạn", "Reports answered on time")),
    "overdue": ("count", Words("Số phản ánh quá hạn", "Reports overdue")),
    "reopened": ("count", Words("Số phản ánh được mở lại", "Reports reopened")),
    "on_time_share": ("share", Words("Tỷ lệ trả lời đúng hạn", "Share answered on time")),
    "intake_hours": ("hours", Words("Thời gian tiếp nhận", "Time until taken in")),
    "answer_hours": ("hours", Words("Thời gian trả lời", "Time until answered")),
    "evidence_share": ("share", Words("Tỷ lệ trả lời có minh chứng", "Share answered with evidence")),
    "satisfied_share": ("share", Words("Tỷ lệ hài lòng", "Share satisfied")),
}
"""Each figure of `geo.wards.figures`: what kind of number it is, and its name."""

WARD_WORDS: Mapping[Language, WardWords] = {
    "vi": WardWords(
        of="{figure}: {category}",
        of_all="{figure}, mọi loại phản ánh",
        sentence="{period}: {n}; {wards} phường, xã, trung vị {median}, thấp nhất {least} ({first}), "
        "cao nhất {most} ({last}).",
        nothing="{period}: {n}; không có dữ liệu trong khoảng này.",
        heading={"count": "Số phản ánh mỗi phường, xã", "share": "Tỷ lệ", "hours": "Trung vị, giờ làm việc"},
        tip="{name}: {value} (trung vị các phường: {median})",
        hidden="{name}: bị ẩn vì quá ít người phản ánh",
        unknown="{name}: không có dữ liệu",
        method="Theo ngày phản ánh; kết quả xử lý tính đến lúc lập bản đồ.",
        reading={
            "count": "Nơi đông dân có nhiều phản ánh hơn; phản ánh nhiều không có nghĩa là tình hình xấu hơn.",
            "share": "Nơi ít phản ánh thì tỷ lệ dễ cao hoặc thấp bất thường.",
            "hours": "Nơi ít phản ánh thì một phản ánh có thể làm thay đổi cả con số.",
        },
    ),
    "en": WardWords(
        of="{figure}: {category}",
        of_all="{figure}, all reports",
        sentence="{period}: {n}; {wards} {wards:ward|wards}, median {median}, least {least} ({first}), "
        "most {most} ({last}).",
        nothing="{period}: {n}; nothing in this period.",
        heading={"count": "Reports per ward", "share": "Share", "hours": "Median, working hours"},
        tip="{name}: {value} (median ward: {median})",
        hidden="{name}: hidden, as too few people reported",
        unknown="{name}: no data",
        method="By the day of the report; what became of it as of when the map was made.",
        reading={
            "count": "Where many people live there are more reports. More reports do not mean that things are worse.",
            "share": "Of few reports a share is easily high or low.",
            "hours": "Where there are few reports, a single one may change the figure.",
        },
    ),
}
