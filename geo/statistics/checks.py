"""Values that a statistic can be computed from."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def finite(values: ArrayLike, name: str, shape: tuple[int | None, ...]) -> Floats:
    """Take numbers that are all there.

    Parameters
    ----------
    values : array_like of float
    name : str
        What the caller calls them.
    shape : tuple of int or None
        The shape to have; None stands for any length from 1.

    Returns
    -------
    ndarray of float

    Raises
    ------
    InputError
        Another shape, no value at all, or one that is missing or infinite.

    Examples
    --------
    >>> finite([1, 2], "counts", (2,))
    array([1., 2.])
    """
    numbers = np.asarray(values, np.float64)
    fits = numbers.ndim == len(shape) and all(a in (None, b) for a, b in zip(shape, numbers.shape, strict=True))
    if not fits:
        wanted = " x ".join("any" if length is None else str(length) for length in shape)
        found = " x ".join(map(str, numbers.shape)) or "a single number"
        raise InputError(f"{name} must have the shape {wanted}, not {found}", name)
    if not numbers.size:
        raise InputError(f"{name} are empty: there is nothing to compute from", name)
    _refuse_unless(np.isfinite(numbers), numbers, name, "is not a finite number")
    return numbers


def not_negative(values: ArrayLike, name: str, shape: tuple[int | None, ...]) -> Floats:
    """Take numbers that are all there and at least 0; errors as in `finite`.

    Examples
    --------
    >>> not_negative([1, -2], "counts", (2,))
    Traceback (most recent call last):
    geo.errors.InputError: counts: -2 at position 1 is negative
    """
    numbers = finite(values, name, shape)
    _refuse_unless(numbers >= 0, numbers, name, "is negative")
    return numbers


def positive(values: ArrayLike, name: str, shape: tuple[int | None, ...]) -> Floats:
    """Take numbers that are all there and more than 0; errors as in `finite`.

    Examples
    --------
    >>> positive([1, 2], "areas", (2,))
    array([1., 2.])
    """
    numbers = finite(values, name, shape)
    _refuse_unless(numbers > 0, numbers, name, "is not more than 0")
    return numbers


def whole(values: ArrayLike, name: str, shape: tuple[int | None, ...]) -> Integers:
    """Take counts: whole numbers from 0; errors as in `finite`.

    Examples
    --------
    >>> whole([1.0, 2.0], "counts", (2,))
    array([1, 2])
    """
    return as_whole(not_negative(values, name, shape), name)


def as_whole(numbers: Floats, name: str) -> Integers:
    """Take numbers that `not_negative` has taken as counts.

    Examples
    --------
    >>> as_whole(np.array([1.0, 2.5]), "counts")
    Traceback (most recent call last):
    geo.errors.InputError: counts: 2.5 at position 1 is not a whole number
    """
    _refuse_unless(are_whole(numbers), numbers, name, "is not a whole number")
    return numbers.astype(np.int64)


def are_whole(numbers: Floats) -> NDArray[np.bool_]:
    """Tell which numbers are whole.

    Examples
    --------
    >>> are_whole(np.array([1.0, 2.5]))
    array([ True, False])
    """
    whole_numbers: NDArray[np.bool_] = numbers == np.rint(numbers)
    return whole_numbers


def share(value: float, name: str) -> float:
    """Take a number between 0 and 1, both left out.

    Examples
    --------
    >>> share(0.05, "alpha")
    0.05
    """
    if not 0 < value < 1:
        raise InputError(f"{name} must lie between 0 and 1, not {value}", name)
    return value


def _refuse_unless(good: NDArray[np.bool_], numbers: Floats, name: str, why: str) -> None:
    if not good.all():
        first = np.unravel_index(good.argmin(), good.shape)
        position = ", ".join(map(str, first))
        raise InputError(f"{name}: {numbers[first]:g} at position {position} {why}", name)
