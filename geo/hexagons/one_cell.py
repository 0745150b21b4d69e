"""The H3 cell of one point, by H3's own library: to make arrays of one and take them apart takes ten times as long."""

from geo.hexagons.cells import STORED_RESOLUTION


def cell_of(lon: float, lat: float) -> int:
    """Find the cell of a point, as :func:`geo.hexagons.cells.cells_of` does for many.

    Parameters
    ----------
    lon, lat : float
        A place on earth, degrees. Within a micrometre of a border between cells the two may name another one.

    Examples
    --------
    >>> from geo.hexagons.cells import cells_of
    >>> [cell_of(105.868664, 20.998485)] == cells_of([105.868664], [20.998485]).tolist()
    True
    """
    from h3.api.basic_int import latlng_to_cell  # no first lookup waits for it

    cell: int = latlng_to_cell(lat, lon, STORED_RESOLUTION)
    return cell
