"""A map of who became whom between two generations of boundaries, as one HTML file that opens without the internet."""

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd

from maps.boundary_map import features
from maps.card_map import Card, Script, card_map
from maps.leaflet import OfflineMap
from maps.transfer_words import TRANSFER_WORDS
from maps.words import WORDS, Language

TOLERANCE_M = 20.0
"""How coarse the shapes are drawn."""


@dataclass(frozen=True)
class TransferFacts:
    """What a map of transfers says about itself on its face.

    Attributes
    ----------
    before, after : str
        The two generations, in words.
    whole, noise : int
        Units that went over whole, and pairs that are left out as digitising noise.
    noise_width_m : float
        How narrow a strip is that may be noise.
    schematic : bool
        Whether one of the generations is.
    made_at : datetime.datetime
        In the territory's time.
    """

    before: str
    after: str
    whole: int
    noise: int
    noise_width_m: float
    schematic: bool
    made_at: dt.datetime


def transfers_map(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    parts: gpd.GeoDataFrame,
    facts: TransferFacts,
    *,
    language: Language = "vi",
) -> OfflineMap:
    """Draw old borders over new units, and the parts of old units that went to different new ones.

    Parameters
    ----------
    before, after : GeoDataFrame
        Columns code, name and geometry, lon, lat, EPSG:4326.
    parts : GeoDataFrame
        Columns old_code, old_name, new_name, area_m2, share_of_old, reports, and geometry: what the two units share.
    facts : TransferFacts
        What the map says about itself.
    language : {"vi", "en"}, optional

    Returns
    -------
    OfflineMap
        Without a tile layer; everything it needs is inside.
    """
    words = TRANSFER_WORDS[language]
    said = {"facts": facts, "words": words, "numbers": WORDS[language], "rows": parts.to_dict("records")}
    drawn = {
        "before": features(before, before["name"], TOLERANCE_M),
        "after": features(after, after["name"], TOLERANCE_M),
        "moved": features(parts, parts["old_name"] + " → " + parts["new_name"], TOLERANCE_M),
        "largest": (parts["share_of_old"] == parts.groupby("old_code")["share_of_old"].transform("max")).tolist(),
    }
    script = Script(("transfers_map.js",), "drawTransfersMap", drawn)
    return card_map(words.title, language, Card("transfers_map.html", said), script)
