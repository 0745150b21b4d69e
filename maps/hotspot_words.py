"""What maps of hot spots say, in Vietnamese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from maps.words import Language


@dataclass(frozen=True)
class HotspotWords:
    """The words of one language; texts in braces are filled in."""

    titles: Mapping[str, str]
    titles_of_all: Mapping[str, str]
    sentences: Mapping[str, str]
    less: str
    hidden: str
    counted: Mapping[bool, str]
    in_view: str
    headings: Mapping[str, str]
    rates: Mapping[str, str]
    steps: tuple[str, ...]
    cold: str
    tips: Mapping[str, str]
    hatched: str
    test_of_rates: str
    methods: Mapping[str | None, str]
    cell: str


_METHODS_EN = {
    None: "Counted by H3 hexagon.",
    "exact": "Gi* with the exact null of sparse counts, {k} {k:ring|rings} of neighbours, corrected for all cells "
    "(Benjamini-Hochberg, {alpha} %).",
    "normal": "Gi* with the normal null, {k} {k:ring|rings} of neighbours, corrected for all cells "
    "(Benjamini-Hochberg, {alpha} %).",
    "permutation": "Gi* with a permutation null, {k} {k:ring|rings} of neighbours, corrected for all cells "
    "(Benjamini-Hochberg, {alpha} %).",
    "binomial": "Binomial test of the reports of a cell and {k} {k:ring|rings} of neighbours against their area or "
    "residents, given all reports; corrected for all cells tested (Benjamini-Hochberg, {alpha} %).",
    "conditional": "Exact conditional test per cell, corrected for all cells with reports "
    "(Benjamini-Hochberg, {alpha} %).",
}
_METHODS_VI = {
    None: "Đếm theo ô lục giác H3.",
    "exact": "Gi* với phân phối chính xác cho số đếm thưa, {k} vòng ô lân cận, hiệu chỉnh cho mọi ô "
    "(Benjamini-Hochberg, {alpha} %).",
    "normal": "Gi* với phân phối chuẩn, {k} vòng ô lân cận, hiệu chỉnh cho mọi ô (Benjamini-Hochberg, {alpha} %).",
    "permutation": "Gi* với hoán vị ngẫu nhiên, {k} vòng ô lân cận, hiệu chỉnh cho mọi ô "
    "(Benjamini-Hochberg, {alpha} %).",
    "binomial": "Kiểm định nhị thức: số phản ánh của ô và {k} vòng ô lân cận so với diện tích hoặc số dân ở đó, cho "
    "trước tổng số phản ánh; hiệu chỉnh cho mọi ô được kiểm định (Benjamini-Hochberg, {alpha} %).",
    "conditional": "Kiểm định có điều kiện chính xác từng ô, hiệu chỉnh cho mọi ô có phản ánh "
    "(Benjamini-Hochberg, {alpha} %).",
}

HOTSPOT_WORDS: dict[Language, HotspotWords] = {
    "vi": HotspotWords(
        titles={
            "counts": "Số phản ánh {category}",
            "hotspots": "Điểm nóng {category}",
            "emerging": "Xu hướng điểm nóng {category}",
            "change": "Thay đổi so với kỳ trước: {category}",
            "overdue": "Tỷ lệ quá hạn: {category}",
        },
        titles_of_all={
            "counts": "Số phản ánh, mọi loại",
            "hotspots": "Điểm nóng, mọi loại phản ánh",
            "emerging": "Xu hướng điểm nóng, mọi loại phản ánh",
            "change": "Thay đổi so với kỳ trước, mọi loại",
            "overdue": "Tỷ lệ quá hạn, mọi loại phản ánh",
        },
        sentences={
            "counts": "{n}; {some} trong {cells} ô có phản ánh",
            "hotspots": "{hot} trong {cells} ô có nhiều phản ánh hơn mức ngẫu nhiên ({test}, FDR {alpha} %){less}; {n}",
            "emerging": "{hot} trong {cells} ô là hoặc từng là điểm nóng, {new} ô mới xuất hiện "
            "({steps} bước, mỗi bước {days} ngày, FDR {alpha} %); {n}",
            "change": "{hot} ô tăng và {cold} ô giảm nhiều hơn mức ngẫu nhiên so với {before} (FDR {alpha} %); "
            "{n}, kỳ trước {n_before}",
            "overdue": "{overdue} trong {n} quá hạn ({share})",
        },
        less=", {cold} ô ít hơn",
        hidden="; {hidden} ô gạch chéo có thể còn phản ánh bị ẩn vì ít hơn {least} người",
        counted={False: "{n} phản ánh", True: "{n} lượt người phản ánh (đếm riêng từng ô)"},
        in_view="; trong khung nhìn {n}",
        headings={
            "counts": "Số phản ánh mỗi ô (khoảng {area} km²)",
            "hotspots": "◂ ít hơn · mức tin cậy · nhiều hơn ▸",
            "emerging": "Loại điểm nóng theo thời gian",
            "change": "◂ giảm · mức tin cậy · tăng ▸",
            "overdue": "Phần phản ánh quá hạn trong mỗi ô (khoảng {area} km²)",
        },
        rates={
            "reporters": "Số người phản ánh mỗi ô (khoảng {area} km²)",
            "per_km2": "Phản ánh trên mỗi km²",
            "per_1000": "Phản ánh trên 1.000 dân",
            "share": "Tỷ số so với mức chung (1 = như toàn thành phố)",
        },
        steps=("99 %", "95 %", "90 %", "chưa rõ", "90 %", "95 %", "99 %"),
        cold="điểm lạnh (mọi loại)",
        tips={
            "counts": "{n}",
            "hotspots": "{n} · {bin} (z {z}, q {q})",
            "emerging": "{n} · {name}",
            "change": "{n}, kỳ trước {before}: {percent} ({bin})",
            "overdue": "{n}, {overdue} quá hạn ({share})",
        },
        hatched="{n} · có thể còn phản ánh bị ẩn",
        test_of_rates="kiểm định nhị thức của tỷ lệ",
        methods=_METHODS_VI,
        cell="H3 độ phân giải {resolution}, ô khoảng {area} km².",
    ),
    "en": HotspotWords(
        titles={
            "counts": "{category} reports",
            "hotspots": "{category} hot spots",
            "emerging": "{category}: emerging hot spots",
            "change": "{category}: change from the previous period",
            "overdue": "{category}: share overdue",
        },
        titles_of_all={
            "counts": "Reports of all kinds",
            "hotspots": "Hot spots of all reports",
            "emerging": "Emerging hot spots of all reports",
            "change": "Change from the previous period, all reports",
            "overdue": "Share of reports overdue",
        },
        sentences={
            "counts": "{n}; {some} of {cells} {cells:cell|cells} {some:has|have} reports",
            "hotspots": "{hot} of {cells} {cells:cell|cells} {hot:has|have} more reports than chance would give "
            "({test}, FDR {alpha} %){less}; {n}",
            "emerging": "{hot} of {cells} {cells:cell|cells} {hot:is or was a hot spot|are or were hot spots}, "
            "{new} of them new ({steps} {steps:step|steps} of {days} {days:day|days}, FDR {alpha} %); {n}",
            "change": "{hot} {hot:cell|cells} rose and {cold} fell by more than chance from {before} (FDR {alpha} %); "
            "{n}, {n_before} before",
            "overdue": "{overdue} of {n} {overdue:is|are} overdue ({share})",
        },
        less=", {cold} {cold:has|have} fewer",
        hidden="; {hidden} hatched {hidden:cell|cells} may have more reports, hidden as fewer than {least} people "
        "made them",
        counted={False: "{n} {n:report|reports}", True: "{n} {n:reporter|reporters} (counted cell by cell)"},
        in_view="; {n} in this view",
        headings={
            "counts": "Reports per cell (about {area} km²)",
            "hotspots": "◂ fewer · confidence · more ▸",
            "emerging": "Kind of hot spot over time",
            "change": "◂ fell · confidence · rose ▸",
            "overdue": "Share of reports overdue, per cell (about {area} km²)",
        },
        rates={
            "reporters": "People who reported, per cell (about {area} km²)",
            "per_km2": "Reports per km²",
            "per_1000": "Reports per 1,000 residents",
            "share": "Ratio to the city's share (1 = as everywhere)",
        },
        steps=("99 %", "95 %", "90 %", "unclear", "90 %", "95 %", "99 %"),
        cold="cold spots (all kinds)",
        tips={
            "counts": "{n}",
            "hotspots": "{n} · {bin} (z {z}, q {q})",
            "emerging": "{n} · {name}",
            "change": "{n}, {before} before: {percent} ({bin})",
            "overdue": "{n}, {overdue} overdue ({share})",
        },
        hatched="{n} · more may be hidden",
        test_of_rates="binomial test of rates",
        methods=_METHODS_EN,
        cell="H3 resolution {resolution}, cells of about {area} km².",
    ),
}

BINS: dict[Language, tuple[str, ...]] = {
    "vi": (
        "ít hơn, 99 %",
        "ít hơn, 95 %",
        "ít hơn, 90 %",
        "chưa rõ",
        "nhiều hơn, 90 %",
        "nhiều hơn, 95 %",
        "nhiều hơn, 99 %",
    ),
    "en": ("fewer, 99 %", "fewer, 95 %", "fewer, 90 %", "unclear", "more, 90 %", "more, 95 %", "more, 99 %"),
}
"""The seven steps of significance under the pointer."""
