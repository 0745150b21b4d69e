"""Reports come in: located, ruled and dated, committed, and only then acknowledged."""

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.service import Served
from geo.columns import column, utc_now
from geo.course import arrived
from geo.dispatch import Dispatch
from geo.errors import CoordinateError, InputError
from geo.intake import MAX_DESCRIPTION, MAX_EXTERNAL_ID, Submitted, admit
from geo.store.report_reading import find_by_external_id, find_report
from geo.store.reports import add_reports
from geo.store.session import Connection

router = APIRouter(prefix="/v1", tags=["reports"])
# Beyond these a conversion to UTC would leave the years that datetime knows.
_EARLIEST, _LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2999, 12, 31, tzinfo=dt.UTC)


class NewReport(BaseModel):
    """A report as a client sends it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "category": "waste",
                "lon": 105.868664,
                "lat": 20.998485,
                "description": "Rác đổ dưới chân khối nhà",
                "channel": "app",
                "external_id": "ihanoi-1",
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
    channel: str = "web"
    external_id: Annotated[str | None, Field(max_length=MAX_EXTERNAL_ID, min_length=1)] = None

    def submitted(self, now: np.datetime64) -> Submitted:
        """Give the report as a column of one."""
        at = (
            now
            if self.reported_at is None
            else np.datetime64(self.reported_at.astimezone(dt.UTC).replace(tzinfo=None), "ms")
        )
        return Submitted(
            category=column([self.category]),
            lon=np.array([self.lon]),
            lat=np.array([self.lat]),
            accuracy_m=np.array([np.nan if self.accuracy_m is None else self.accuracy_m]),
            reported_at=np.array([at]),
            channel=column([self.channel]),
            external_id=column([self.external_id]),
            description=column([self.description]),
            reporter=column([None]),
            media=column([()]),
        )


@router.post("/reports", status_code=HTTPStatus.CREATED)
async def post_report(report: NewReport, service: Served, response: Response) -> dict[str, Any]:
    """Take a report. The same channel and external_id again answer with the report that is there, as 200."""
    dispatch = service.dispatch
    added, stored = await service.ask_aside(lambda connection: _take(connection, dispatch, report))
    response.status_code = HTTPStatus.CREATED if added else HTTPStatus.OK
    return stored


def _take(connection: Connection, dispatch: Dispatch, report: NewReport) -> tuple[bool, dict[str, Any]]:
    """Check a report and write it, or find the one that it repeats; say which, and what is stored."""
    now = utc_now()
    admitted, _, problems = admit(report.submitted(now), dispatch, np.array([now]))
    if problems:
        kind = CoordinateError if problems[0].field in ("lon", "lat") else InputError
        raise kind(problems[0].reason, problems[0].field)
    territory = dispatch.jurisdiction.territory.id
    [added] = add_reports(connection, territory, admitted, *arrived(admitted))
    id = admitted.id[0] if added else find_by_external_id(connection, report.channel, report.external_id or "")
    return bool(added), find_report(connection, id)
