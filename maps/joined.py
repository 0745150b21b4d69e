"""The planner's page in two files, its modules and its styles: a browser pays for each file that it asks for."""

import re
from collections.abc import Iterator

from maps.assets import planner_folder

STYLES = ("planner", "controls", "map", "series", "wards", "tools", "phone", "print")
LAYERS = ("canvas_layer", "hexagon_layer", "label_layer", "borders")
"""Classic scripts, which map files carry, too."""
ENTRIES = ("first_answers", "planner")
"""What the page must know is asked for first."""

_IMPORT = re.compile(r'^import \{ (\w+(?:, \w+)*) \} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
_OTHERWISE = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def joined_styles() -> str:
    """Give all style sheets of the page as one, in the order in which they count."""
    folder = planner_folder()
    return "".join((folder / f"{name}.css").read_text("utf-8") for name in STYLES)


def joined_modules() -> str:
    """Give the page's layers and all its modules as one module, each after those that it imports.

    Each one becomes a function of its own, so that its names stay its own.

    Returns
    -------
    str
        JavaScript.

    Raises
    ------
    ValueError
        If modules import each other in a ring, or import or export otherwise than the others do.

    Examples
    --------
    >>> joined_modules().index("// first_answers.js") < joined_modules().index("// planner.js")
    True
    """
    folder = planner_folder()
    layers = [f"// {name}.js\n{(folder / f'{name}.js').read_text('utf-8')}" for name in LAYERS]
    return "\n".join([*layers, *(_as_function(name, text) for name, text in _in_order())])


def _in_order() -> Iterator[tuple[str, str]]:
    """Go through the modules' names and texts, each after those that it imports."""
    begun: set[str] = set()
    done: set[str] = set()

    def of(name: str) -> Iterator[tuple[str, str]]:
        if name in done:
            return
        if name in begun:
            raise ValueError(f"{name}.js imports itself, through others")
        begun.add(name)
        text = (planner_folder() / f"{name}.js").read_text("utf-8")
        for _, imported in _IMPORT.findall(text):
            yield from of(imported)
        done.add(name)
        yield name, text

    for entry in ENTRIES:
        yield from of(entry)


def _as_function(name: str, text: str) -> str:
    r"""Write a module as a function that gives what it exports.

    Examples
    --------
    >>> print(_as_function("two", 'import { one } from "./one.js";\nexport const two = one + one;\n'))
    const two_js = await (async () => {
    // two.js
    const { one } = one_js;
    const two = one + one;
    return { two };
    })();
    <BLANKLINE>
    """
    body = _EXPORT.sub("", _IMPORT.sub(r"const { \1 } = \2_js;\n", text))
    if (odd := _OTHERWISE.search(body)) is not None:
        raise ValueError(f"{name}.js: {odd[0]}")
    exported = ", ".join(_EXPORT.findall(text))
    return f"const {name}_js = await (async () => {{\n// {name}.js\n{body}return {{ {exported} }};\n}})();\n"
