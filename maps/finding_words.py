"""What the maps of boundaries say, in Vietnamese and English."""

from dataclasses import dataclass

from maps.words import Language


@dataclass(frozen=True)
class FindingWords:
    """The words of one language; texts in braces are filled in."""

    title: str
    file: str
    level: str
    checked: str
    passed: str
    refused: str
    units: str
    check: str
    places: str
    size: str
    list: str
    nothing: str
    others: str
    whole: str
    levels: dict[str, str]
    checks: dict[str, str]
    severities: dict[str, str]
    rings: dict[str, str]


FINDING_WORDS: dict[Language, FindingWords] = {
    "vi": FindingWords(
        title="Kiểm tra địa giới",
        file="Tệp",
        level="Cấp",
        checked="Kiểm tra lúc",
        passed="Đạt: có thể nạp",
        refused="Bị từ chối: {n} chỗ phải sửa hoặc được chấp nhận bằng tệp ngoại lệ",
        units="{n} đơn vị, {area} km²",
        check="Lỗi",
        places="Số chỗ",
        size="Tổng",
        list="Từng chỗ (bấm để phóng to)",
        nothing="Không có chỗ nào chồng lấn, hở hay lệch cạnh.",
        others="Còn {n} ghi nhận khác không nằm trên bản đồ: xem bảng của lệnh check.",
        whole="Toàn bộ",
        levels={"ward": "phường, xã", "district": "quận, huyện", "city": "thành phố", "area": "khu vực"},
        checks={"overlap": "Chồng lấn", "gap": "Khe hở", "edge": "Lệch cạnh", "ring": "Vòng ranh giới lỗi"},
        severities={
            "refused": "bị từ chối",
            "excepted": "chấp nhận theo ngoại lệ",
            "repaired": "đã tự sửa",
            "information": "để biết",
        },
        rings={
            "repaired": "Hình không hợp lệ, đã sửa mà diện tích hầu như không đổi",
            "refused": "Hình không hợp lệ, sửa sẽ làm đổi diện tích: phải sửa tệp",
        },
    ),
    "en": FindingWords(
        title="Boundary check",
        file="File",
        level="Level",
        checked="Checked",
        passed="Passed: can be loaded",
        refused="Refused: {n} {n:place|places} must be corrected, or accepted in an exceptions file",
        units="{n} {n:unit|units}, {area} km²",
        check="Fault",
        places="Places",
        size="In all",
        list="Each place (click to zoom in)",
        nothing="No units overlap, leave a gap or have edges that do not match.",
        others="{n} more {n:finding is|findings are} not on the map: see the table of the command check.",
        whole="Show all",
        levels={"ward": "wards and communes", "district": "districts", "city": "city", "area": "named areas"},
        checks={"overlap": "Overlap", "gap": "Gap", "edge": "Mismatched edge", "ring": "Ring fault"},
        severities={
            "refused": "refused",
            "excepted": "accepted by exception",
            "repaired": "repaired",
            "information": "for information",
        },
        rings={
            "repaired": "The shape was not valid, and was made so with hardly a change of its area",
            "refused": "The shape is not valid, and making it so would change its area: correct the file",
        },
    ),
}
