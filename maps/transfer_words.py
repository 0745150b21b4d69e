"""What a map of transfers between two generations says, in Vietnamese and English."""

from dataclasses import dataclass

from maps.words import Language


@dataclass(frozen=True)
class TransferWords:
    """The words of one language; texts in braces are filled in."""

    title: str
    before: str
    after: str
    found: str
    counts: str
    noise: str
    noise_rule: str
    schematic: str
    legend: str
    list: str
    everything: str
    share: str
    made: str


TRANSFER_WORDS: dict[Language, TransferWords] = {
    "vi": TransferWords(
        title="Đơn vị cũ thành đơn vị nào",
        before="Trước",
        after="Sau",
        found="Kết quả",
        counts="{whole} đơn vị chuyển nguyên vẹn, {part} phần bị tách",
        noise="Sai số vẽ",
        noise_rule="{n} cặp không tính: hẹp hơn {width} m và dưới 2 % của cả hai đơn vị",
        schematic="Có địa giới sơ đồ: các phần chỉ là ước tính.",
        legend="Nét liền: địa giới mới. Nét đứt: địa giới cũ. Màu cam: phần tách khỏi đơn vị cũ (nhạt: phần lớn nhất).",
        list="Từng phần (bấm để phóng to)",
        everything="Toàn bộ",
        share="{area} km², {old} % đơn vị cũ, {reports} phản ánh",
        made="Lập lúc {time}",
    ),
    "en": TransferWords(
        title="Who became whom",
        before="Before",
        after="After",
        found="Found",
        counts="{whole} {whole:unit|units} went over whole, {part} {part:transfer is of a part|transfers are of parts}",
        noise="Digitising noise",
        noise_rule="{n} {n:pair|pairs} left out: narrower than {width} m and less than 2 % of either unit",
        schematic="There are schematic boundaries: the parts are estimates.",
        legend="Solid: new boundaries. Dashed: old ones. Orange: parts of units that were split (pale: the largest).",
        list="Each part (click to zoom in)",
        everything="Show all",
        share="{area} km², {old} % of the old unit, {reports} {reports:report|reports}",
        made="Made on {time}",
    ),
}
