"""What others would write: an empty route, and points by pydantic and sjoin; served as the product serves.

Run as a process of its own: ``python -m tests.bench.http_peers`` prints its address.
"""

import socket

import geopandas
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from tests.geo.coverages import hanoi

app = FastAPI()
_coverage = hanoi()
_units = geopandas.GeoDataFrame({"unit_code": _coverage.codes}, geometry=_coverage.polygons, crs=4326)


class Point(BaseModel):
    lon: float
    lat: float


class Points(BaseModel):
    points: list[Point]


class Answer(BaseModel):
    unit_code: str | None


class Answers(BaseModel):
    answers: list[Answer]


@app.get("/empty")
async def empty() -> dict[str, str]:
    return {}


@app.post("/sjoin")
async def sjoin(asked: Points) -> Answers:
    lon, lat = [point.lon for point in asked.points], [point.lat for point in asked.points]
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat), crs=4326)
    found = points.sjoin(_units, how="left", predicate="covered_by")
    codes = found["unit_code"].groupby(level=0).min()
    return Answers(answers=[Answer(unit_code=code if isinstance(code, str) else None) for code in codes])


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False)).run([listening])
