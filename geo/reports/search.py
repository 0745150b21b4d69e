"""How wide and how long a search for single reports may be, the same at all doors."""

from typing import Final

MAX_RADIUS_M: Final = 100_000.0
MAX_TEXT: Final = 200
