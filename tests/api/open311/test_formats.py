"""One structure, two formats: whatever people wrote, XML and JSON say the same."""

import xml.etree.ElementTree as ET

import orjson
from hypothesis import given
from hypothesis import strategies as st

from api.open311.formats import as_xml

# What XML can say: it has no control characters and no lone surrogates.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
TEXTS_WITH_LINES = TEXTS | st.sampled_from(["a\r\nb", "\tx\n", "]]>", "<a>&amp;</a>", '"'])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS_WITH_LINES
)
REQUESTS = st.fixed_dictionaries(
    {
        "service_request_id": VALUES,
        "lat": VALUES,
        "extended_attributes": st.fixed_dictionaries(
            {"attributes": st.lists(st.fixed_dictionaries({"code": VALUES, "values": st.lists(TEXTS_WITH_LINES)}))}
        ),
    }
)


def read(element: ET.Element, like: object) -> object:
    """Read an element back as JSON has it, where ``like`` tells only whether it is an object, a list or what type."""
    if isinstance(like, dict):
        return {each.tag: read(each, like[each.tag]) for each in element}
    if isinstance(like, list):
        assert len(element) == len(like)
        return [read(each, model) for each, model in zip(element, like, strict=True)]
    text = element.text
    if like is None:
        return text
    if isinstance(like, bool):
        return {"true": True, "false": False}[text]
    return type(like)(text or "")


@given(st.lists(REQUESTS))
def test_what_xml_says_is_what_json_says(requests):
    json = orjson.loads(orjson.dumps(requests))
    assert read(ET.fromstring(as_xml("service_requests", requests)), json) == json


@given(st.text(st.characters(codec="utf-8")))
def test_whatever_a_text_holds_xml_stays_well_formed(text):
    ET.fromstring(as_xml("errors", [{"code": 400, "description": text}]))
