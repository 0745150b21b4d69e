"""What maps of single reports say, in Vietnamese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.statistics.words import Words
from maps.words import Language


@dataclass(frozen=True)
class ReportWords:
    """The words of one language; texts in braces are filled in."""

    title: str
    title_of_all: str
    sentence: str
    heading: str
    method: str
    private: str


STATUSES: Mapping[str, Words] = {
    "waiting": Words("Chờ xử lý", "Waiting"),
    "in_progress": Words("Đang xử lý", "In progress"),
    "resolved": Words("Đã xử lý", "Resolved"),
    "rejected": Words("Từ chối", "Rejected"),
}

REPORT_WORDS: Mapping[Language, ReportWords] = {
    "vi": ReportWords(
        title="Từng phản ánh: {category}",
        title_of_all="Từng phản ánh, mọi loại",
        sentence="{period}: {n}. Vòng tròn có số gộp các phản ánh gần nhau; phóng to để xem từng phản ánh.",
        heading="Trạng thái",
        method="Mỗi điểm là vị trí của một phản ánh, như người gửi đã cho biết.",
        private="Tệp này có từng phản ánh: chỉ gửi cho người được phép xem.",
    ),
    "en": ReportWords(
        title="Single reports: {category}",
        title_of_all="Single reports of all kinds",
        sentence="{period}: {n}. Circles with a number gather reports that are close; zoom in to see each of them.",
        heading="Status",
        method="Each point is where a report is, as whoever sent it said.",
        private="This file holds single reports: pass it on only to those who may see them.",
    ),
}
