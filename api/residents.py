"""The residents that the operator gave, for rates per 1,000 of them."""

from typing import Annotated

from fastapi import Depends, Request

from geo.hexagons.population import Residents
from geo.store.boundaries import read_dispatch
from geo.store.session import opened
from geo.store.settings import territory_settings


def configured_residents(url: str, territory: str) -> Residents | None:
    """Read the file that the settings name, and check it against the boundaries of today; None if they name none.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of the database.
    territory : str

    Raises
    ------
    FileError
        The file can't be read, or a cell of it is not in the city.
    """
    path = territory_settings().population
    if path is None:
        return None
    residents = Residents.read(path)
    with opened(url) as engine, engine.begin() as connection:
        jurisdiction = read_dispatch(connection, territory).jurisdiction
    residents.check(jurisdiction.layer_at(jurisdiction.territory.today()))
    return residents


async def _of_app(request: Request) -> Residents | None:
    residents: Residents | None = request.app.state.residents
    return residents


KnownResidents = Annotated[Residents | None, Depends(_of_app)]
"""The residents, if there are any."""
