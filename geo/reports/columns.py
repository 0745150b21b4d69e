"""What is told of a report, column by column, in files and frames: its type, and what it means."""

from typing import Final, NamedTuple

import pyarrow as pa


class ReportColumn(NamedTuple):
    """A column: its Arrow type, its meaning for people, and the unit of its numbers for programs, if it has one."""

    kind: pa.DataType
    meaning: str
    unit: str | None = None


_TEXT, _WHEN, _TRUTH = pa.string(), pa.timestamp("us", tz="UTC"), pa.bool_()
_TEXTS = pa.list_(_TEXT)

REPORT_COLUMNS: Final[dict[str, ReportColumn]] = {
    "id": ReportColumn(_TEXT, "UUIDv7; its time is that of the report"),
    "status": ReportColumn(_TEXT, "waiting, in_progress, resolved or rejected, as it is now"),
    "category": ReportColumn(_TEXT, "code of what it is about"),
    "reported_at": ReportColumn(_WHEN, "when the citizen reported"),
    "received_at": ReportColumn(_WHEN, "when the report arrived"),
    "accuracy_m": ReportColumn(
        pa.float64(), "radius within which the true point lies, metres; empty: not known", "metres"
    ),
    "unit_code": ReportColumn(_TEXT, "unit that answers for it"),
    "unit_name": ReportColumn(_TEXT, "name of the unit in the local language"),
    "unit_name_en": ReportColumn(_TEXT, "name of the unit in English"),
    "how": ReportColumn(_TEXT, "how the unit was found: inside, edge or nearest"),
    "channel": ReportColumn(_TEXT, "how it arrived"),
    "external_id": ReportColumn(_TEXT, "its id in the system that it came from"),
    "description": ReportColumn(_TEXT, "what the citizen wrote"),
    "media": ReportColumn(_TEXTS, "addresses of pictures"),
    "rule": ReportColumn(_TEXT, "rule that found who is responsible"),
    "lead": ReportColumn(_TEXT, "leading agency"),
    "cooperating": ReportColumn(_TEXTS, "cooperating agencies"),
    "urgency": ReportColumn(_TEXT, "urgent, complex or normal"),
    "intake_due_at": ReportColumn(_WHEN, "when it has to be taken in"),
    "due_at": ReportColumn(_WHEN, "when it has to be answered"),
    "updated_at": ReportColumn(_WHEN, "when its last event happened"),
    "intake_at": ReportColumn(_WHEN, "when the authority first did something about it"),
    "answered_at": ReportColumn(_WHEN, "when it was resolved or rejected; empty again when reopened"),
    "closed_at": ReportColumn(_WHEN, "when it was closed"),
    "evidence": ReportColumn(_TRUTH, "whether the answer has a picture beside its text; empty: no answer"),
    "satisfied": ReportColumn(_TRUTH, "what the citizen thought of the answer; empty: not told"),
    "reopened": ReportColumn(pa.int64(), "how often the citizen reopened it"),
    "duplicate_of": ReportColumn(_TEXT, "id of the report that it was merged into"),
    "synthetic": ReportColumn(_TRUTH, "made by the demo, not by a citizen"),
}
"""What everybody is told who may read single reports. The point stands beside them, as lon and lat or as a geometry."""
