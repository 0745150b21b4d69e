"""One structure, two formats: JSON as it is, XML by the Spark convention that Open311 uses.

A structure is made of dicts, lists, texts, numbers, truths and None. In XML a dict's keys are elements, a list's items
are elements named in :data:`_ITEMS`, and None is an empty element.
"""

import re
from typing import Any, Literal
from xml.sax.saxutils import escape

import orjson
from fastapi import Response

Format = Literal["xml", "json"]
MEDIA_TYPES: dict[Format, str] = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}

_ITEMS = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rendered(root: str, structure: Any, format: Format, status: int = 200) -> Response:
    """Answer a structure.

    Parameters
    ----------
    root : str
        Name of the root element; JSON has none.
    structure : dict or list
    format : {"xml", "json"}
    status : int
    """
    body = as_xml(root, structure) if format == "xml" else orjson.dumps(structure)
    return Response(body, status, {"content-type": MEDIA_TYPES[format]})


def as_xml(root: str, structure: Any) -> bytes:
    r"""Write a structure as an XML document.

    Examples
    --------
    >>> as_xml("services", [{"service_code": "waste", "metadata": True, "group": None}]).decode()
    '<?xml version="1.0" encoding="utf-8"?>\n<services><service><service_code>waste</service_code>...'
    """
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(root, structure)}'.encode()


def _element(name: str, value: Any) -> str:
    content = _content(name, value)
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _content(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "".join(_element(key, each) for key, each in value.items())
    if isinstance(value, list):
        return "".join(_element(_ITEMS[name], each) for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    # A carriage return that is written as such is read as a line feed.
    return escape(_NOT_IN_XML.sub("\ufffd", str(value)), {"\r": "&#13;"})
