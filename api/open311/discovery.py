"""Where our endpoints are and what they speak, for clients that know Open311 and not us."""

import datetime as dt
from typing import Any

from api.open311.formats import MEDIA_TYPES
from geo.units.jurisdiction import Jurisdiction

PREFIX = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_CHANGED = dt.date(2026, 11, 23)
"""When the answers last changed their form."""


def discovery_words(url: str, jurisdiction: Jurisdiction, contact: str) -> dict[str, Any]:
    """Tell where the endpoint is.

    Parameters
    ----------
    url : str
        Of the endpoint, as the client reaches it.
    jurisdiction : Jurisdiction
        With schematic boundaries it is a test.
    contact : str
        Whom to ask; the operator, if it is empty.
    """
    territory = jurisdiction.territory
    schematic = jurisdiction.layer_at(territory.today()).generation.schematic
    changeset = dt.datetime.combine(_CHANGED, dt.time(), territory.zone).isoformat()
    return {
        "changeset": changeset,
        "contact": contact or f"The operator of this service of {territory.name_en} ({territory.name})",
        "key_service": "The operator makes a key: hientruong keys create --role router",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": url,
                "changeset": changeset,
                "type": "test" if schematic else "production",
                "formats": [kind.partition(";")[0] for kind in MEDIA_TYPES.values()],
            }
        ],
    }
