"""A map beside a card: what every map file of this package is made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader

from maps.assets import planner_folder
from maps.drawing import Face
from maps.leaflet import Drawing, OfflineMap, add_script, add_style, add_verbatim, figure_of
from maps.words import WORDS, Language

_TEMPLATES: Final = Path(__file__).parent / "templates"
_PAGES: Final = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)
_LAYERS: Final = ("canvas_layer.js", "hexagon_layer.js", "label_layer.js", "borders.js")
"""Of the planner's page: what is drawn there and in a file looks alike."""


@dataclass(frozen=True)
class Card:
    """What a map says: the name of a template, and what it is given besides the ``words`` of the language."""

    template: str
    said: dict[str, Any]


@dataclass(frozen=True)
class Script:
    """What a map draws: scripts, their function, and what it is given besides ``language`` and ``label``."""

    files: tuple[str, ...]
    function: str
    drawn: dict[str, Any]


def face_map(face: Face, script: Script) -> OfflineMap:
    """Make a map that a script draws, beside a card with all that its face says."""
    return card_map(face.title, face.language, Card("legend_card.html", {"face": face}), script)


def card_map(title: str, language: Language, card: Card, script: Script) -> OfflineMap:
    """Make a map that a script draws, beside a card that a template writes.

    Parameters
    ----------
    title : str
        Of the document.
    language : {"vi", "en"}
    card : Card
    script : Script
    """
    figure_map = OfflineMap(title)
    figure = figure_of(figure_map)
    add_style(figure, (_TEMPLATES / "card.css").read_text("utf-8"), "card_css")
    for folder, names in ((planner_folder(), _LAYERS), (_TEMPLATES, ("map_file.js", *script.files))):
        for name in names:
            add_script(figure, (folder / name).read_text("utf-8"), name)
    text = _PAGES.get_template(card.template).render({"words": WORDS[language], **card.said})
    add_verbatim(figure.html, text, "card")
    figure_map.add_child(Drawing(script.function, {"language": language, "label": title, **script.drawn}))
    return figure_map
