"""Leaflet from a package instead of a CDN, so that a map opens without the internet."""

import re
from base64 import b64encode
from pathlib import Path
from typing import Any, BinaryIO, cast

import folium
import orjson
from branca.element import Element, Figure, MacroElement
from jinja2 import Template
from markupsafe import escape

from maps.assets import leaflet_folder
from maps.files import write_whole

NOTEBOOK_HEIGHT = "600px"
"""Of the frame in which a notebook shows a map."""


class OfflineMap(folium.Map):
    """A folium map that carries Leaflet inside its HTML, and nothing that folium would load from CDNs.

    Bootstrap, jQuery and the icon fonts go: the layers of this package need none of them. In a notebook it shows itself
    in a frame, as every folium map does.

    Parameters
    ----------
    title : str
        Of the document; text, not HTML.

    Examples
    --------
    >>> "https://cdn" in OfflineMap("Map").html()
    False
    """

    def __init__(self, title: str) -> None:
        super().__init__(tiles=None, attribution_control=False, zoom_control="topright", zoom_snap=0.25)
        self._name = "Map"
        self.default_js, self.default_css = [], []
        figure = figure_of(self)
        figure.title = str(escape(title))
        figure.height = NOTEBOOK_HEIGHT
        add_style(figure, _with_images((leaflet_folder() / "leaflet.css").read_text("utf-8")), "leaflet_css")
        add_script(figure, (leaflet_folder() / "leaflet.js").read_text("utf-8"), "leaflet")

    def html(self) -> str:
        """Give the text of one HTML file."""
        text: str = figure_of(self).render()
        return text

    def save(self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **kwargs: Any) -> None:
        """Write one HTML file that opens without the internet; a file by its path is there whole or not at all.

        Raises
        ------
        FileError
            The file can't be written.
        """
        if isinstance(outfile, str | Path):
            write_whole(Path(outfile), self.html().encode())
        else:
            super().save(outfile, close_file, **kwargs)


def figure_of(figure_map: folium.Map) -> Figure:
    """Give the whole HTML document that a map stands in."""
    return cast(Figure, figure_map.get_root())


def add_style(figure: Figure, css: str, name: str) -> None:
    """Put a style sheet into the head of a map's HTML."""
    add_verbatim(figure.header, f"<style>{css}</style>", name)


def add_script(figure: Figure, javascript: str, name: str) -> None:
    """Put a script into the head of a map's HTML, without the hint where its source map would be."""
    code = re.sub(r"^//# sourceMappingURL=.*$", "", javascript, flags=re.MULTILINE)
    add_verbatim(figure.header, f"<script>{code}</script>", name)


def add_verbatim(parent: Element, text: str, name: str) -> None:
    """Put text into a part of a map's HTML as it is, braces and all."""
    parent.add_child(_Verbatim(text), name=name)


class Drawing(MacroElement):
    """Calls a function of a map's scripts with the map and what it is to draw, once the map is there."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this.function }}({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str, drawn: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.function = function
        # Folium reads what comes out of the template as a template again: no brace of a text may open anything there.
        text = orjson.dumps(drawn).decode().replace("<", "\\u003c")
        self.data = re.sub(r"\{(?=[{%#])", r"\\u007b", text)


class _Verbatim(Element):
    """Text that branca must not read as a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def _with_images(css: str) -> str:
    def as_data(found: re.Match[str]) -> str:
        image = (leaflet_folder() / found[1]).read_bytes()
        return f"url(data:image/png;base64,{b64encode(image).decode()})"

    return re.sub(r"url\((images/[\w-]+\.png)\)", as_data, css)
