"""Vietnamese without its marks: as people search, on phones and in a hurry, and as two texts are compared.

In SQL the search is a regular expression in which each letter stands for all its forms. So nothing is stored twice, no
import pays for an index, and no extension of PostgreSQL is needed, which not every managed database allows.
"""

import re
import unicodedata

_PLAIN = {"đ": "d", "Đ": "d"}
_WORD = re.compile("[a-z0-9]+")


def _vietnamese() -> dict[str, str]:
    """Give the plain letter of every letter with a mark, capitals too, and the small letter of every capital."""
    marked = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
    bases = {letter: unicodedata.normalize("NFD", letter)[0].lower() for letter in marked}
    folded = {letter: base for letter, base in bases.items() if base.isascii() and base.isalpha()}
    return {chr(code): chr(code).lower() for code in range(ord("A"), ord("Z") + 1)} | folded | _PLAIN


_TABLE = _vietnamese()
_FOLD = str.maketrans(_TABLE)
_FORMS = {plain: "".join(form for form, base in _TABLE.items() if base == plain) for plain in set(_TABLE.values())}
_NOT_WITHIN_A_WORD = "(^|[^0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff])"


def folded(text: str) -> str:
    r"""Give a text in small letters without marks.

    Parameters
    ----------
    text : str
        Composed or not.

    Examples
    --------
    >>> folded("Đường Võ Thị Sáu"), folded("Ra\u0301c")
    ('duong vo thi sau', 'rac')
    """
    return unicodedata.normalize("NFC", text).translate(_FOLD)


def folded_words(text: str) -> list[str]:
    """List the words of a text, folded; all that is no letter or digit divides them.

    Examples
    --------
    >>> folded_words("Ngõ 622, Minh Khai: RÁC!")
    ['ngo', '622', 'minh', 'khai', 'rac']
    """
    return _WORD.findall(folded(text))


def word_pattern(word: str) -> str:
    """Write the regular expression for a word at its beginning, in composed text with marks or without.

    Parameters
    ----------
    word : str
        As `folded_words` gives it: letters and digits only.

    Examples
    --------
    >>> pattern = re.compile(word_pattern("rac"))
    >>> [bool(pattern.search(text)) for text in ("Rác thải", "điểm RAC", "trác", "rach", "ra c")]
    [True, True, False, True, False]
    """
    return _NOT_WITHIN_A_WORD + "".join(f"[{letter}{_FORMS.get(letter, '')}]" for letter in word)
