"""What is given to a map, checked at once."""

from collections.abc import Sequence
from typing import get_args

import geopandas as gpd

from geo.errors import InputError
from geo.hotspots.question import Found
from maps.words import Language


def check_given(shown: object, language: str, *kinds: type) -> None:
    """Refuse what is no frame of a session, or another language.

    Parameters
    ----------
    shown : object
        What is to be shown.
    language : str
    *kinds : type
        What may be shown beside a GeoDataFrame.

    Examples
    --------
    >>> check_given(gpd.GeoDataFrame(), "fr")
    Traceback (most recent call last):
    geo.errors.InputError: language 'fr': use vi or en
    """
    if not isinstance(shown, (gpd.GeoDataFrame, *kinds)):
        raise InputError(
            f"a map shows a GeoDataFrame that a session (geo.connect) gave, not a {type(shown).__name__}", "frame"
        )
    if language not in get_args(Language):
        raise InputError(f"language {language!r:.40}: use {' or '.join(get_args(Language))}", "language")


def check_steps(steps: object, language: str) -> None:
    """Refuse what is no list of such frames."""
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise InputError(f"steps: give a list of frames, one for each step, not a {type(steps).__name__}", "steps")
    for step in steps:
        check_given(step, language, Found)
