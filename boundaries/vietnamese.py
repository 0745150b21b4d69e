"""Vietnamese names as they come in files: Unicode form, legacy 8-bit text, the kind of unit that a name starts with.

Files made before Unicode hold TCVN3 ("ABC") or VNI text: Latin letters that only a special font shows as Vietnamese.
Files in UTF-8 whose encoding was not said are read as Latin-1. All three are told from Vietnamese in the same way:
undoing the encoding turns words that can't be Vietnamese syllables into ones that can.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

KINDS = ("Thành phố", "Thị trấn", "Thị xã", "Đặc khu", "Phường", "Quận", "Huyện", "Tỉnh", "Xã")
"""Kinds of unit, as the first words of a Vietnamese name say them."""

_TONES = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook above, tilde, dot below

_PUNCTUATION = "()'.,-–"
_ONSET = "ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx]"
_VOWELS = (  # ~ stands where the tone is written
    "iê~u|yê~u|oa~i|oa~o|oa~y|oe~o|ua~o|uâ~y|uô~i|ươ~i|ươ~u|uy~a|uyê~|uy~u|"
    "a~i|a~o|a~u|â~u|a~y|â~y|e~o|ê~u|i~a|i~u|o~i|ô~i|ơ~i|u~a|u~i|ư~a|ư~i|ư~u|"
    "iê~|oă~|oo~|uâ~|uê~|uô~|uơ~|ươ~|yê~|o~a|oa~|o~e|oe~|u~y|uy~|[aăâeêioôơuưy]~"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_VOWELS})(?:ng|nh|ch|[cmnpt])?".replace("~", f"[{_TONES}]?"))

_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢£¤¥¦§",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
)

# VNI writes a vowel and then a letter for its marks; the horned vowels and đ are letters of their own.
_VNI_MARKS = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323", "â": "\u0302", "ê": "\u0306"}
_VNI_MARKS |= {letter: "\u0302" + tone for letter, tone in zip("àáåãä", _TONES, strict=True)}
_VNI_MARKS |= {letter: "\u0306" + tone for letter, tone in zip("èéúüë", _TONES, strict=True)}
_VNI_LETTERS = str.maketrans("ôöñæóòîÔÖÑÆÓÒÎ", "ơưđỉĩịỵƠƯĐỈĨỊỴ")
_VNI_VOWEL = re.compile(f"([aeouyôö])([{''.join(_VNI_MARKS)}])|[ôöñæóòî]", re.IGNORECASE)


@dataclass(frozen=True)
class LegacyText:
    """Text that is not Unicode Vietnamese: the encoding it seems to be in, and an example of how it would read."""

    encoding: str
    found: str
    reading: str


def nfc(text: str) -> str:
    """Return the text in Unicode form NFC (one code point a letter), without spaces around it.

    Examples
    --------
    >>> len(nfc("Phươ\u0300ng ")), len("Phươ\u0300ng ")
    (6, 8)
    """
    return unicodedata.normalize("NFC", text).strip()


def one_spelling(name: str) -> str:
    """Return what all spellings of a name have in common: lower case, and each word's tone mark at its end.

    Examples
    --------
    >>> one_spelling("Xã Hoà Lạc") == one_spelling("xã Hòa Lạc")
    True
    >>> one_spelling("Xã Hoà Lạc") == one_spelling("Xã Hoá Lạc")
    False
    """
    return re.sub(rf"([{_TONES}])(\S+)", r"\2\1", unicodedata.normalize("NFD", name.casefold()))


def kind_of(name: str) -> str | None:
    """Return the kind of unit that a Vietnamese name begins with, None if it begins with none.

    Examples
    --------
    >>> kind_of("PHƯỜNG Vĩnh Tuy"), kind_of("Thị xã Sơn Tây"), kind_of("Hồ Tây")
    ('Phường', 'Thị xã', None)
    """
    folded = nfc(name).casefold()
    return next((kind for kind in KINDS if folded.startswith(kind.casefold() + " ")), None)


def has_vietnamese_letters(text: str) -> bool:
    """Say whether the text has a letter that English does not.

    Examples
    --------
    >>> has_vietnamese_letters("Xã Ba Vì"), has_vietnamese_letters("Ba Vi Commune")
    (True, False)
    """
    return any(letter.isalpha() and not letter.isascii() for letter in text)


def is_syllable(word: str) -> bool:
    """Say whether a word can be a Vietnamese syllable: onset, vowels and coda that exist, with at most one tone.

    Examples
    --------
    >>> [is_syllable(word) for word in ("Phường", "Phöôøng", "Krông")]
    [True, False, False]
    """
    marks = unicodedata.normalize("NFD", word.casefold())
    # The tone goes behind its letter, whose other marks stay part of it.
    letters = re.sub(f"([{_TONES}])([\u0302\u0306\u031b])", r"\2\1", marks)
    letters = re.sub("[a-z][\u0302\u0306\u031b]", lambda match: unicodedata.normalize("NFC", match[0]), letters)
    return sum(mark in _TONES for mark in marks) <= 1 and _SYLLABLE.fullmatch(letters) is not None


def legacy_text(names: Iterable[str]) -> LegacyText | None:
    """Tell whether names are TCVN3 or VNI text, or UTF-8 that was read as Latin-1.

    Parameters
    ----------
    names : iterable of str
        All names of one file: they are judged together.

    Returns
    -------
    LegacyText or None
        None if no decoding turns a word that is no Vietnamese syllable into one.

    Examples
    --------
    >>> legacy_text(["Phöôøng Ba Ñình"])
    LegacyText(encoding='VNI', found='Phöôøng Ba Ñình', reading='Phường Ba Đình')
    >>> legacy_text(["Phường Ba Đình"]) is None
    True
    """
    names = [nfc(name) for name in names]
    readings = {encoding: [decode(name) for name in names] for encoding, decode in _DECODERS.items()}
    cured = {encoding: list(map(_cured, names, reading)) for encoding, reading in readings.items()}
    encoding = max(cured, key=lambda key: sum(cured[key]))
    if not any(cured[encoding]):
        return None
    clearest = cured[encoding].index(max(cured[encoding]))
    return LegacyText(encoding, names[clearest], readings[encoding][clearest])


def _cured(name: str, reading: str) -> int:
    """Count the words that are no syllables in a name but are in its reading."""
    return sum(
        is_syllable(new.strip(_PUNCTUATION)) and not is_syllable(old.strip(_PUNCTUATION))
        for old, new in zip(name.split(), reading.split(), strict=False)
    )


def _from_tcvn3(text: str) -> str:
    return text.translate(_TCVN3)


def _from_vni(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        vowel, mark = match.groups()
        if vowel is None:
            return match[0].translate(_VNI_LETTERS)
        return unicodedata.normalize("NFC", vowel.translate(_VNI_LETTERS) + _VNI_MARKS[mark.lower()])

    return _VNI_VOWEL.sub(letter, text)


def _from_latin1(text: str) -> str:
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


_DECODERS: dict[str, Callable[[str], str]] = {
    "TCVN3": _from_tcvn3,
    "VNI": _from_vni,
    "UTF-8 read as Latin-1": _from_latin1,
}
