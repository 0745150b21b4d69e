"""Who borders whom, and along how many metres."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.location.geodesy import lengths_m


def shared_borders(
    polygons: npt.NDArray[np.object_], number: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Find the polygons that share a border with one of them.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Lon, lat, WGS 84; neighbours have the same vertices along their border.
    number : int
        Which of them is asked about.

    Returns
    -------
    tuple of ndarray
        Numbers of the neighbours, the longest border first, and the geodesic length in metres of what they share.
        Who touches in single points only is no neighbour.

    Examples
    --------
    >>> squares = np.array([shapely.box(x, 21.0, x + 0.01, 21.01) for x in (105.80, 105.81, 105.83)])
    >>> neighbour, metres = shared_borders(squares, 0)
    >>> neighbour.tolist(), metres.round().tolist()
    ([1], [1107.0])
    """
    near = shapely.STRtree(polygons).query(polygons[number], predicate="intersects")
    near = near[near != number]
    shared = shapely.intersection(shapely.boundary(polygons[near]), shapely.boundary(polygons[number]))
    pieces, owner = shapely.get_parts(shared, return_index=True)
    lines = shapely.get_dimensions(pieces) == 1
    metres = np.bincount(owner[lines], lengths_m(pieces[lines]), minlength=len(near)).astype(np.float64)
    order = np.argsort(-metres, kind="stable")
    order = order[metres[order] > 0]
    return near[order], metres[order]
