"""Kernel density of counts on the grid: the smooth map that most tools draw."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from geo.statistics.checks import Floats, finite, not_negative, positive
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Bản đồ mật độ làm mượt số phản ánh để dễ nhìn; mượt không có nghĩa là chắc chắn, và bản đồ không cho biết "
    "chỗ nào là ngẫu nhiên.",
    en="A density map smooths counts so that they are easy to see; smooth is not certain, and it does not tell what is "
    "chance.",
)


def kernel_density(counts: ArrayLike, x: ArrayLike, y: ArrayLike, bandwidth: float) -> Floats:
    """Spread each cell's reports over its surroundings by a quartic kernel.

    The density at i is the sum over j of counts_j K(d_ij), with K(d) = 3 / (pi h^2) (1 - (d / h)^2)^2 for d < h, and 0
    beyond.

    Parameters
    ----------
    counts : array_like of float, shape (n,)
    x, y : array_like of float, shape (n,)
        Centres of the cells on a plane, in metres.
    bandwidth : float
        The kernel's radius h, in metres, more than 0.

    Returns
    -------
    ndarray of float, shape (n,)
        Reports per square metre.

    Raises
    ------
    InputError
        Shapes differ, a number is missing, a count is negative, or the bandwidth is not more than 0.

    Notes
    -----
    Silverman, B. W. (1986), Density estimation for statistics and data analysis, eq. 4.5.

    Examples
    --------
    >>> kernel_density([1, 0, 0], [0, 50, 200], [0, 0, 0], 100) * 1e6
    array([95.49296586, 53.71479329,  0.        ])
    """
    reports = not_negative(counts, "counts", (None,))
    positive([bandwidth], "bandwidth", (1,))
    across = finite(x, "x", reports.shape)
    from scipy.spatial import cKDTree  # late: a service starts sooner without it

    centres = cKDTree(np.column_stack([across, finite(y, "y", reports.shape)]))
    some = np.flatnonzero(reports)
    if not some.size:
        return np.zeros_like(reports)
    near = cKDTree(centres.data[some]).sparse_distance_matrix(centres, bandwidth, output_type="coo_matrix")
    kernel = 3 / (np.pi * bandwidth**2) * (1 - (near.data / bandwidth) ** 2) ** 2
    return np.bincount(near.col, reports[some][near.row] * kernel, len(reports)).astype(np.float64, copy=False)
