"""What commands read from the database before they answer."""

from geo.lookup.dispatch import Dispatch
from geo.store.boundaries import read_dispatch
from geo.store.session import transaction
from geo.store.settings import territory_settings


def stored_dispatch() -> Dispatch:
    """Read boundaries, categories, rules and calendar of the configured territory."""
    with transaction() as connection:
        return read_dispatch(connection, territory_settings().territory)
