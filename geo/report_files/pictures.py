"""Links to pictures as a field of a file gives them: one, several, or a JSON list of them."""

import orjson


def read_links(text: str, separator: str | None = None) -> tuple[str, ...] | None:
    """Read the links of a field; None if it is no list of them. Whether they are good links is not looked at.

    Parameters
    ----------
    text : str
    separator : str, optional
        What stands between two links; white space, which no link has, if not given.

    Examples
    --------
    >>> read_links("https://example.org/a.jpg | https://example.org/b.jpg", "|")
    ('https://example.org/a.jpg', 'https://example.org/b.jpg')
    >>> read_links('["https://example.org/a.jpg"]'), read_links(" "), read_links("[1]")
    (('https://example.org/a.jpg',), (), None)
    """
    text = text.strip()
    if not text.startswith("["):
        return tuple(link.strip() for link in text.split(separator) if link.strip())
    try:
        links = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return tuple(links) if all(isinstance(link, str) for link in links) else None
