"""A report as a client sends it, and the acknowledgement that it gets."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from geo.lookup.dispatch import Dispatch
from geo.reports.intake import MAX_DESCRIPTION, MAX_EXTERNAL_ID
from geo.reports.rows import AdmittedOne, SubmittedOne, to_millisecond
from geo.reports.texts import composed, text_fault
from geo.store.pseudonyms import pseudonym
from geo.store.report_reading import Reference
from geo.vocabulary import CHANNELS

MAX_REPORTER = 200
# Beyond these a conversion to UTC would leave the years that datetime knows.
_EARLIEST, _LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2999, 12, 31, tzinfo=dt.UTC)


class NewReport(BaseModel):
    """A report as a client sends it."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "example": {
                "category": "waste",
                "lon": 105.868664,
                "lat": 20.998485,
                "description": "Rác đổ dưới chân khối nhà",
                "media": ["https://example.org/rac.jpg"],
                "channel": "app",
                "external_id": "ihanoi-1",
                "reporter": "account-4711",
            }
        },
    )

    category: str
    lon: float
    lat: float
    accuracy_m: Annotated[float | None, Field(description="radius in metres", allow_inf_nan=False)] = None
    reported_at: Annotated[
        AwareDatetime | None, Field(ge=_EARLIEST, le=_LATEST, description="with an offset; now if left out")
    ] = None
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] = ""
    media: Annotated[tuple[str, ...], Field(description="https links to pictures")] = ()
    channel: str = "web"
    external_id: Annotated[str | None, Field(max_length=MAX_EXTERNAL_ID, min_length=1)] = None
    reporter: Annotated[
        str | None,
        Field(max_length=MAX_REPORTER, min_length=1, description="any id of the person; only a pseudonym is kept"),
    ] = None

    def moment(self, now: dt.datetime) -> dt.datetime:
        """Give the time of the report, UTC."""
        return now if self.reported_at is None else to_millisecond(self.reported_at.astimezone(dt.UTC))


def read_report(value: object) -> NewReport:
    """Check the form of a report; RequestValidationError says what is wrong and where."""
    try:
        return NewReport.model_validate(value)
    except ValidationError as error:
        raise RequestValidationError(
            [{**found, "loc": ("body", *found["loc"])} for found in error.errors(include_input=False)]
        ) from None


def reference_of(report: NewReport) -> Reference | None:
    """Give the channel and the external id by which a report that was taken once is known again; None without them."""
    id = report.external_id
    if id is None or report.channel not in CHANNELS or text_fault(id) is not None:
        return None
    return report.channel, composed(id)


def submitted(report: NewReport, now: dt.datetime) -> SubmittedOne:
    """Give a report as the intake takes it."""
    return SubmittedOne(
        category=report.category,
        lon=report.lon,
        lat=report.lat,
        accuracy_m=report.accuracy_m,
        reported_at=report.moment(now),
        channel=report.channel,
        external_id=report.external_id,
        description=report.description,
        reporter=None if report.reporter is None else pseudonym(report.reporter),
        media=report.media,
    )


_TOLD = (
    "id", "status", "category", "reported_at", "received_at", "how", "channel", "external_id", "rule", "lead",
    "cooperating", "urgency", "intake_due_at", "due_at", "synthetic", "lon", "lat", "unit_code", "unit_name",
    "unit_name_en",
)  # fmt: skip
_ADMITTED = [name for name in _TOLD if name in AdmittedOne._fields]


def acknowledgement(dispatch: Dispatch, report: AdmittedOne) -> dict[str, Any]:
    """Tell the sender of a report what became of it, without asking the database for what we have just written."""
    unit = dispatch.jurisdiction.units[report.unit_id]
    facts = {name: getattr(report, name) for name in _ADMITTED}
    made = {"status": "waiting", "synthetic": False}
    return facts | made | {"unit_code": unit.code, "unit_name": unit.name, "unit_name_en": unit.name_en}


def repeated_acknowledgement(stored: dict[str, Any]) -> dict[str, Any]:
    """Tell it again, as it was told when the report came in."""
    return {name: stored[name] for name in _TOLD} | {"status": "waiting"}


def duplicates_of(id: str) -> str:
    """Give the address that tells which reports are likely about the same."""
    return f"/v1/duplicates?report={id}"


def duplicates_link(id: str) -> str:
    """Write the header Link that leads there from the answer to a report."""
    return f'<{duplicates_of(id)}>; rel="related"; title="likely duplicates"'


def as_json(value: object) -> bytes:
    """Write JSON: times in UTC with a Z."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def in_utc(values: dict[str, Any]) -> dict[str, Any]:
    """Turn the times of a row, which come in the connection's zone, to UTC."""
    return {name: v.astimezone(dt.UTC) if isinstance(v, dt.datetime) else v for name, v in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no JSON for {type(value)}")
