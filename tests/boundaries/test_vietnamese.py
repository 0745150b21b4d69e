"""Names: legacy text is told from Vietnamese, and Vietnamese is never taken for legacy text."""

import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries import facts
from boundaries.vietnamese import kind_of, legacy_text, nfc

NAMES = [*facts.wards_until_2025()["name"], *facts.wards_since_2025()["name"]]

# The VNI Windows character set: letters, and how VNI writes each of them (as published with the VNI fonts).
LETTERS = "áàảãạâấầẩẫậăắằẳẵặéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ"
WRITTEN = (
    "aù aø aû aõ aï aâ aá aà aå aã aä aê aé aè aú aü aë eù eø eû eõ eï eâ eá eà eå eã eä í ì æ ó ò "
    "où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï uù uø uû uõ uï ö öù öø öû öõ öï yù yø yû yõ î ñ"
)
VNI = dict(zip(LETTERS, WRITTEN.split(), strict=True))
VNI |= {letter.upper(): written.upper() for letter, written in VNI.items()}


def in_vni(name: str) -> str:
    return "".join(VNI.get(letter, letter) for letter in name)


def in_tcvn3(name: str) -> str:
    """Encode by the C library. TCVN3 fonts have no accented capitals beyond ĂÂÊÔƠƯĐ, so others are left out."""
    encoded = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", "TCVN5712-1"], input=name.encode(), capture_output=True, check=True
    )
    return encoded.stdout.decode("latin-1")


def has_accented_capital(name: str) -> bool:
    return any(letter.isupper() and len(unicodedata.normalize("NFD", letter)) > 1 for letter in name)


TCVN3_NAMES = [name for name in NAMES if not has_accented_capital(name)]


def test_no_real_name_is_taken_for_legacy_text():
    assert legacy_text(NAMES) is None
    assert [name for name in NAMES if legacy_text([name])] == []


def test_every_name_in_vni_is_found_and_read_back():
    for name in NAMES:
        found = legacy_text([in_vni(name)])
        assert found is not None
        assert (found.encoding, found.reading) == ("VNI", name)


def test_names_in_tcvn3_as_the_c_library_writes_them_are_found_and_read_back():
    lines = in_tcvn3("\n".join(TCVN3_NAMES)).split("\n")
    assert len(lines) == len(TCVN3_NAMES) > 500
    for name, line in zip(TCVN3_NAMES, lines, strict=True):
        found = legacy_text([line])
        assert found is not None
        assert (found.encoding, found.reading) == ("TCVN3", name)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_utf_8_read_as_something_else_is_found(encoding):
    found = legacy_text([name.encode().decode(encoding, errors="replace") for name in NAMES])
    assert found is not None
    assert found.encoding == "UTF-8 read as Latin-1"
    assert found.reading in NAMES


def test_one_legacy_name_among_many_good_ones_is_found():
    found = legacy_text([*NAMES, "Quaän Ñoáng Ña"])
    assert found is not None
    assert found.reading == "Quận Đống Đa"


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=20))
def test_decomposed_names_are_not_taken_for_legacy_text(names):
    assert legacy_text([unicodedata.normalize("NFD", name) for name in names]) is None


@given(st.text())
def test_nfc_is_idempotent_and_any_text_can_be_judged(text):
    assert nfc(nfc(text)) == nfc(text)
    legacy_text([text])


def test_kinds_are_those_that_the_published_table_of_units_states():
    for table in (facts.wards_until_2025(), facts.wards_since_2025()):
        assert [kind_of(name) for name in table["name"]] == list(table["kind"])
