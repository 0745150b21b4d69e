"""Who follows the database hears of everything, and of what comes in a row at once."""

import time
from collections.abc import Callable

from geo.store.engine import open_engine
from geo.store.follow import Follower, announce
from tests.conftest import Database

PAUSE_S = 0.1


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_announcements_in_a_row_are_answered_together_and_the_last_one_too(empty_database: Database) -> None:
    called: list[float] = []
    engine = open_engine(empty_database.url)
    follower = Follower(engine, lambda: called.append(time.monotonic()))
    try:
        until(lambda: follower.listens)
        called.clear()
        begun = time.monotonic()
        for _ in range(50):
            with empty_database.transaction() as connection:
                announce(connection)
        announced = time.monotonic()
        until(lambda: bool(called) and called[-1] > announced)
        assert len(called) <= 2 + (called[-1] - begun) / PAUSE_S
    finally:
        follower.stop()
        engine.dispose()
