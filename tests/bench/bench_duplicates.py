"""How many of the demo's planted duplicates are found, how many of those found were planted, and how fast."""

from collections.abc import Iterator

import numpy as np

from api.start import prepare
from geo.demo.reports import make_demo
from geo.reports.duplicates import LIKELY, likely_pairs
from geo.store.boundaries import read_dispatch
from geo.store.cluster import DATABASE, PrivateCluster
from geo.store.migrate import upgrade
from geo.units.territory import HANOI
from tests.bench.harness import Method, Result, Size, best_of
from tests.conftest import cloned, reachable_folder
from tests.geo.planted import judge, planted, sightings

SEEDS = (1, 2, 3)
NOW = np.datetime64("2026-01-05T03:00", "ms")
SCORES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def results(size: Size) -> Iterator[Result]:
    """Search demos of other seeds than the one that people see, beside a rule of thumb that reads no words."""
    n = size.of(20_000, 4_000)
    with reachable_folder() as folder:
        cluster = PrivateCluster(folder / "postgres", durable=False)
        with cluster.running(), cloned(cluster, DATABASE) as database:
            upgrade(database.url)
            prepare(database.url, demo=False)
            with database.transaction() as connection:
                dispatch = read_dispatch(connection, HANOI.id)
    demos = [make_demo(dispatch, NOW, n, seed) for seed in SEEDS]
    least = {f"score {score}": score for score in sorted(SCORES, key=lambda score: score != LIKELY)}
    judged = {name: [] for name in [*least, "same category, 50 m, 24 h"]}
    for demo in demos:
        truth, pairs = planted(demo), likely_pairs(sightings(demo), 0.0)
        for name, score in least.items():
            judged[name].append(judge(pairs.take(pairs.score >= score), truth))
        thumb = pairs.same_category & (pairs.metres <= 50) & (pairs.hours <= 24)
        judged["same category, 50 m, 24 h"].append(judge(pairs.take(thumb), truth))
    task = f"duplicates among {n:,} demo reports"
    for figure in ("precision", "recall"):
        means = {name: 100 * float(np.mean([getattr(each, figure) for each in of])) for name, of in judged.items()}
        yield Result(f"{task}: {figure}", "%", [Method(name, mean) for name, mean in means.items()])
    seconds = best_of(3, lambda: likely_pairs(sightings(demos[0])))
    yield Result(f"{task}: all pairs", "ms", [Method("hientruong", 1000 * seconds)])
