"""Answers to a service's questions: ``attribute[CODE]=value``, of several values ``attribute[CODE][]=value``."""

import re
from collections.abc import Callable

from api.open311.parameters import MAX_NUMBER, Parameters, bounded, moment_of
from api.open311.services import Attribute, attributes_of
from geo.reports.texts import composed, text_fault
from geo.units.territory import Territory

Answers = dict[str, list[str]]

_NAME = re.compile(r"attribute\[(.*?)\](?:\[\])?")
_MAX_STRING = 200
_MAX_TEXT = 4000


def read_answers(given: Parameters, category: str, territory: Territory) -> Answers:
    """Read the answers; what is wrong with them is added to what is wrong with the parameters.

    Parameters
    ----------
    given : Parameters
    category : str
    territory : Territory
        A day alone is one of its days.

    Returns
    -------
    dict of str to list of str
        By the attribute's code; of a question that was not answered there is nothing.
    """
    questions = {attribute.code: attribute for attribute in attributes_of(category)}
    said: Answers = {}
    for name in given.names:
        if (found := _NAME.fullmatch(name)) is not None:
            said.setdefault(found[1], []).extend(given.all_of(name))
    for code in said.keys() - questions.keys():
        known = f"use {', '.join(questions)}" if questions else f"{category} has no attributes"
        given.refuse(f"unknown attribute {code!r:.60}: {known}")
    for code, attribute in questions.items():
        if code in said:
            fault = _fault(attribute, said[code], territory)
            if fault is not None:
                given.refuse(f"attribute[{code}]: {fault}")
        elif attribute.required:
            given.refuse(f"attribute[{code}] is required: see services/{category}.xml")
    return {code: [composed(value) for value in values] for code, values in said.items()}


def _fault(attribute: Attribute, values: list[str], territory: Territory) -> str | None:
    """Say what is wrong with the answers to one question, None if nothing is."""
    if len(values) > 1 and attribute.datatype != "multivaluelist":
        return f"{len(values)} values where one is expected"
    if attribute.values:
        keys = [option.key for option in attribute.values]
        wrong = [value for value in values if value not in keys]
        return f"{wrong[0]!r:.60}: use {', '.join(keys)}" if wrong else None
    [value] = values
    if attribute.datatype == "number":
        return _unread(value, lambda text: bounded(float(text), -MAX_NUMBER, MAX_NUMBER), "give a number")
    if attribute.datatype == "datetime":
        return _unread(value, lambda text: moment_of(text, territory.zone), "give a day, or a time with its offset")
    if attribute.datatype == "string" and len(value.splitlines()) > 1:
        return "line breaks are not allowed"
    return text_fault(value, _MAX_STRING if attribute.datatype == "string" else _MAX_TEXT)


def _unread(value: str, reader: Callable[[str], object], words: str) -> str | None:
    try:
        reader(value)
    except (ValueError, OverflowError):
        return f"{value!r:.60}: {words}"
    return None
