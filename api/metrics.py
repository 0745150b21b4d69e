"""What a process counts and holds, in the form of Prometheus: read from plain numbers when somebody asks."""

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from api.service import Service
from api.traffic import BOUNDS_S, Traffic

_LABELS = ("method", "route", "status")
_REPORTS = 100
_BYTES = 1_000_000
"""What tells how many reports there are is rounded down to so many: everybody may read it, and an exact number, less
those that the public is told of, would be the number of the others."""


def exposition(service: Service, traffic: Traffic, behind: int | None, accept: str) -> tuple[bytes, str]:
    """Write all figures of this process.

    Parameters
    ----------
    service : Service
    traffic : Traffic
    behind : int, optional
        Events of the log that are not counted yet; None if the database does not answer.
    accept : str
        The header, by which Prometheus asks for one of its formats.

    Returns
    -------
    body : bytes
    media_type : str
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Figures(service, traffic, behind))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Figures(Collector):
    def __init__(self, service: Service, traffic: Traffic, behind: int | None) -> None:
        self._service = service
        self._traffic = traffic
        self._behind = behind

    def collect(self) -> Iterator[Metric]:
        yield from _requests(self._traffic)
        yield from _intake(self._traffic)
        yield from _cube(self._service, self._behind)
        yield _generations(self._service)
        yield from _database(self._service, self._behind)


def _requests(traffic: Traffic) -> Iterator[Metric]:
    words = "Requests by route and status; 0 is a client that went away before it was answered."
    requests = HistogramMetricFamily("hientruong_request_seconds", words, labels=_LABELS)
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    for answered, times in list(traffic.times.items()):
        buckets = list(zip(bounds, accumulate(times.buckets), strict=True))
        requests.add_metric([answered.method, answered.route, str(answered.status)], buckets, times.seconds)
    yield requests


def _intake(traffic: Traffic) -> Iterator[Metric]:
    words = f"Reports acknowledged here, rounded down to {_REPORTS}; again are those that were there already."
    taken = CounterMetricFamily("hientruong_reports_taken", words, labels=("door", "outcome"))
    for labels, count in list(traffic.reports.items()):
        taken.add_metric(labels, _rounded_down(count, _REPORTS))
    yield taken


def _cube(service: Service, behind: int | None) -> Iterator[Metric]:
    counted = service.counted
    if counted is None:
        return
    words = f"Reports counted, rounded down to {_REPORTS}; imports and those of other processes included."
    yield GaugeMetricFamily("hientruong_cube_reports", words, _rounded_down(counted.cube.n, _REPORTS))
    words = f"Memory of the cube's tables, rounded down to {_BYTES}."
    yield GaugeMetricFamily("hientruong_cube_bytes", words, _rounded_down(counted.cube.nbytes, _BYTES))
    yield GaugeMetricFamily(
        "hientruong_cube_version", "The log's transaction that the cube is up to.", counted.cursor.xact
    )
    if behind is not None:
        yield GaugeMetricFamily(
            "hientruong_cube_lag_events", "Events of the log that the cube does not have yet.", behind
        )


def _generations(service: Service) -> Metric:
    jurisdiction = service.dispatch.jurisdiction
    words = "Id of the boundaries that are in force today; 0 if there are none."
    generation = GaugeMetricFamily("hientruong_boundaries_generation", words, labels=("territory", "schematic"))
    territory = jurisdiction.territory
    for layer in jurisdiction.layers:
        if layer.generation.holds(territory.today()):
            labels = (territory.id, str(layer.generation.schematic).lower())
            generation.add_metric(labels, layer.generation.id)
    return generation


def _database(service: Service, behind: int | None) -> Iterator[Metric]:
    yield GaugeMetricFamily("hientruong_database_up", "Whether the database answered just now.", behind is not None)
    connections = GaugeMetricFamily("hientruong_database_connections", "Connections of the pool.", labels=("state",))
    for state, count in service.pool._asdict().items():
        connections.add_metric([state], count)
    yield connections
    listens = GaugeMetricFamily("hientruong_follower_listens", "Whether it hears the database.", labels=("follows",))
    lost = CounterMetricFamily(
        "hientruong_follower_connections_lost", "Connections lost or refused.", labels=("follows",)
    )
    for name, follower in service.followers.items():
        listens.add_metric([name], follower.listens)
        lost.add_metric([name], follower.lost)
    yield listens
    yield lost


def _rounded_down(number: int, step: int) -> int:
    return number - number % step
