"""Reports that other boundaries would give to another unit, before those boundaries are in force."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, func, select

from geo.columns import Columns, Truths, Words
from geo.location.locator import Locator
from geo.store.columns_out import read_columns
from geo.store.moves import still_open
from geo.store.schema import Report, Unit
from geo.units.jurisdiction import NEAREST_WITHIN_M
from geo.units.territory import Generation


@dataclass(frozen=True)
class Relocated(Columns):
    """Reports whose unit would be another one, by id.

    Parameters
    ----------
    id : ndarray of str
        UUIDs.
    old_code, new_code : ndarray of str
        Code of the unit that the report has and of the one that holds its point; None for none.
    open : ndarray of bool
        Whether somebody still has to answer it, so that it would move; others keep their unit.
    """

    id: Words
    old_code: Words
    new_code: Words
    open: Truths


def find_relocated(connection: Connection, old: Generation, new: Locator) -> Relocated:
    """Find the reports of a generation that lie in a unit of another code under other boundaries.

    Parameters
    ----------
    connection : Connection
    old : Generation
        Whose reports: those that were located by its boundaries.
    new : Locator
        The other boundaries.
    """
    query = (
        select(
            Report.id,
            Unit.code,
            still_open().label("open"),
            func.ST_X(Report.geom).label("lon"),
            func.ST_Y(Report.geom).label("lat"),
        )
        .join(Unit, Unit.id == Report.unit_id)
        .where(Report.territory_id == old.territory, Report.generation_id == old.id)
        .order_by(Report.id)
    )
    found = read_columns(connection, query)
    codes = np.array([*new.codes, None], dtype=object)
    new_code = codes[new.locate(found["lon"], found["lat"], NEAREST_WITHIN_M).unit]
    relocated = Relocated(found["id"], found["code"], new_code, found["open"].astype(bool))
    return relocated.take(new_code != found["code"])
