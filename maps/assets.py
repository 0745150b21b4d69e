"""Where the files lie that a browser loads: Leaflet's, from a package, and the planner's page."""

from pathlib import Path

from xstatic.pkg import leaflet


def leaflet_folder() -> Path:
    """Give the folder that holds leaflet.js, leaflet.css and Leaflet's images.

    Examples
    --------
    >>> (leaflet_folder() / "leaflet.js").exists()
    True
    """
    return Path(leaflet.BASE_DIR)


def planner_folder() -> Path:
    """Give the folder of the planner's page: index.html, its style and its ES modules.

    Examples
    --------
    >>> (planner_folder() / "index.html").exists()
    True
    """
    return Path(__file__).parent / "planner"
