"""Leaflet from a package instead of a CDN, so that a map opens without the internet."""

import re
from base64 import b64encode
from typing import Any, cast

import folium
import orjson
from branca.element import Element, Figure, MacroElement
from jinja2 import Template

from maps.assets import leaflet_folder


def without_network(figure_map: folium.Map) -> folium.Map:
    """Carry Leaflet inside a folium map's HTML, and drop what else folium would load from CDNs.

    Bootstrap, jQuery and the icon fonts go: the layers of this package need none of them.

    Parameters
    ----------
    figure_map : folium.Map
        Changed in place, and returned.

    Examples
    --------
    >>> html = without_network(folium.Map(tiles=None)).get_root().render()
    >>> "https://cdn" in html
    False
    """
    figure_map.default_js, figure_map.default_css = [], []
    figure = figure_of(figure_map)
    add_style(figure, _with_images((leaflet_folder() / "leaflet.css").read_text("utf-8")), "leaflet_css")
    add_script(figure, (leaflet_folder() / "leaflet.js").read_text("utf-8"), "leaflet")
    return figure_map


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
