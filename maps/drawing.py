"""A map before it is drawn: what a file for the browser and a picture for a report have in common."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers, Truths
from maps.style import FEW_REPORTS, PALE
from maps.words import WORDS, Language

NOT_COLOURED = -1

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees: a part of the city."""

Size = Literal["a4", "slide"]
"""Of a picture: a page upright, or a slide of 16:9."""


@dataclass(frozen=True)
class MapFacts:
    """What a map says about itself on its face.

    Parameters
    ----------
    category : str or None
        In the map's language; None for all.
    period : (datetime.date, datetime.date)
        First and last local day, both included.
    n : int
        Reports counted.
    method : str
        How the counts came about.
    boundaries : str
        Which boundaries are drawn, and whose.
    schematic : bool
        Whether these boundaries are schematic: they are drawn dashed, and the map says so.
    synthetic : bool
        Whether there are demo reports among those counted.
    made_at : datetime.datetime
        In the territory's time.
    cells : int, optional
        How many cells the city has, where not all of them are given.
    """

    category: str | None
    period: tuple[dt.date, dt.date]
    n: int
    method: str
    boundaries: str
    schematic: bool
    synthetic: bool
    made_at: dt.datetime
    cells: int | None = None


@dataclass(frozen=True)
class LegendClass:
    """One colour of the legend: what it stands for, and how much there is of it, in words."""

    label: str
    colour: str
    count: str


@dataclass(frozen=True, eq=False)
class Face:
    """All that a map says.

    Parameters
    ----------
    title, sentence : str
        What is shown, and what it says.
    heading : str
        Of the legend.
    classes : tuple of LegendClass
    stacked : bool
        Whether the legend is a list of names, not a scale.
    notes : tuple of (str, str)
        Terms and what is said of them.
    facts : MapFacts
    language : {"vi", "en"}
    """

    title: str
    sentence: str
    heading: str
    classes: tuple[LegendClass, ...]
    stacked: bool
    notes: tuple[tuple[str, str], ...]
    facts: MapFacts
    language: Language

    @property
    def hides(self) -> bool:
        """Whether something on the map is hatched."""
        return False

    @property
    def paleness(self) -> str:
        """What pale colours on the map mean; empty if there are none."""
        return ""

    @property
    def colours(self) -> list[str]:
        """The colours of the classes."""
        return [one.colour for one in self.classes]

    @property
    def cautions(self) -> tuple[str, ...]:
        """What nobody may overlook."""
        words = WORDS[self.language]
        said = ((self.facts.synthetic, words.synthetic), (self.facts.schematic, words.schematic))
        return tuple(text for is_true, text in said if is_true)

    @property
    def made(self) -> str:
        """When the map was made, in words."""
        return WORDS[self.language].made_at(self.facts.made_at)


@dataclass(frozen=True, eq=False)
class HexDrawing(Face):
    """Hexagons with their colours, and all that is said about them.

    Parameters
    ----------
    cells : ndarray of int64, shape (n,)
        The cells that are drawn.
    class_of : ndarray of int, shape (n,)
        Place of each cell's class, or `NOT_COLOURED`.
    hatched : ndarray of bool, shape (n,)
        Cells of which something is hidden.
    pale : ndarray of bool, shape (n,)
        Cells whose colour rests on few reports.
    stands_out : ndarray of bool, shape (n,)
        Cells that a picture shows again, larger.
    tips : ndarray of str, shape (n,)
        What each cell says under the pointer.
    """

    cells: Integers
    class_of: NDArray[np.int64]
    hatched: Truths
    pale: Truths
    stands_out: Truths
    tips: NDArray[np.str_]

    @property
    def hides(self) -> bool:
        """Whether something on the map is hatched."""
        return bool(self.hatched.any())

    @property
    def palette(self) -> list[str]:
        """The colours of the classes, and after them the same ones pale."""
        return [*self.colours, *(colour + PALE for colour in self.colours)]

    @property
    def colour_of(self) -> NDArray[np.int64]:
        """Place of each cell's colour in the palette, or `NOT_COLOURED`."""
        return np.where(self.pale, self.class_of + len(self.classes), self.class_of)

    @property
    def paleness(self) -> str:
        """What pale cells mean, and how many there are; empty if there are none."""
        words, pale = WORDS[self.language], int(self.pale.sum())
        return words.pale.format(cells=words.cells.format(n=words.count(pale)), few=FEW_REPORTS) if pale else ""
