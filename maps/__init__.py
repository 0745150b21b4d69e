"""What people look at: maps for notebooks and files, and the planner's page.

In a notebook ``import maps`` and one of the functions below is enough; each is loaded when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maps.hexagon_maps import change as change
    from maps.hexagon_maps import emerging as emerging
    from maps.hexagon_maps import hexes as hexes
    from maps.hexagon_maps import hotspots as hotspots
    from maps.hexagon_maps import overdue as overdue
    from maps.report_maps import reports as reports
    from maps.step_maps import time_slider as time_slider
    from maps.unit_maps import boundaries as boundaries
    from maps.ward_maps import wards as wards

_MODULES = {
    "boundaries": "unit_maps",
    "change": "hexagon_maps",
    "emerging": "hexagon_maps",
    "hexes": "hexagon_maps",
    "hotspots": "hexagon_maps",
    "overdue": "hexagon_maps",
    "reports": "report_maps",
    "time_slider": "step_maps",
    "wards": "ward_maps",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'maps' has no attribute {name!r}")
    return getattr(import_module(f"maps.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
