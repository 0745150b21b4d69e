"""A report as a client sends it, and the acknowledgement that it gets."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import numpy as np
import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from geo.columns import Moments, column
from geo.lookup.dispatch import Dispatch
from geo.reports.intake import MAX_DESCRIPTION, MAX_EXTERNAL_ID, Admitted, Submitted
from geo.reports.texts import text_fault
from geo.store.pseudonyms import pseudonym
from geo.vocabulary import CHANNELS

Reference = tuple[str, str]
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

    def moment(self, now: np.datetime64) -> np.datetime64:
        """Give the time of the report, UTC."""
        if self.reported_at is None:
            return now
        return np.datetime64(self.reported_at.astimezone(dt.UTC).replace(tzinfo=None), "ms")


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
    return None if id is None or report.channel not in CHANNELS or text_fault(id) is not None else (report.channel, id)


def submitted(reports: Sequence[NewReport], now: np.datetime64) -> Submitted:
    """Give reports as columns."""
    return Submitted(
        category=column([each.category for each in reports]),
        lon=np.array([each.lon for each in reports], dtype=float),
        lat=np.array([each.lat for each in reports], dtype=float),
        accuracy_m=np.array([np.nan if each.accuracy_m is None else each.accuracy_m for each in reports], dtype=float),
        reported_at=np.array([each.moment(now) for each in reports], dtype="datetime64[ms]"),
        channel=column([each.channel for each in reports]),
        external_id=column([each.external_id for each in reports]),
        description=column([each.description for each in reports]),
        reporter=column([None if each.reporter is None else pseudonym(each.reporter) for each in reports]),
        media=column([each.media for each in reports]),
    )


_TOLD = (
    "id", "status", "category", "reported_at", "received_at", "how", "channel", "external_id", "rule", "lead",
    "cooperating", "urgency", "intake_due_at", "due_at", "synthetic", "lon", "lat", "unit_code", "unit_name",
    "unit_name_en",
)  # fmt: skip


def acknowledgement(dispatch: Dispatch, reports: Admitted, row: int) -> dict[str, Any]:
    """Tell the sender of a report what became of it, without asking the database for what we have just written."""
    unit = dispatch.jurisdiction.units[int(reports.unit_id[row])]
    facts = {
        name: getattr(reports, name)[row].item()
        if name in ("lon", "lat")
        else _utc(getattr(reports, name), row)
        if name.endswith("_at")
        else getattr(reports, name)[row]
        for name in _TOLD
        if hasattr(reports, name)
    }
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


def _utc(moments: Moments, row: int) -> dt.datetime:
    moment: dt.datetime = moments[row].astype("datetime64[us]").item()
    return moment.replace(tzinfo=dt.UTC)


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no JSON for {type(value)}")
