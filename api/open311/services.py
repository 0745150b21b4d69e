"""Services: our categories as Open311 tells them, and the questions that each of them asks.

``services.toml`` beside this module has what is told and asked beyond a category's name.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geo.units.territory import Category

Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]


class Text(BaseModel):
    """A text in the languages that we tell it in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vi: str
    en: str

    def told(self, language: str) -> str:
        """Give it in a language; Vietnamese if it is not told in that one."""
        return self.en if language == "en" else self.vi


class Option(Text):
    """A value that may be chosen."""

    key: str


class Attribute(BaseModel):
    """A question about a report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z_]+$")
    datatype: Datatype
    required: bool = False
    description: Text
    datatype_description: Text | None = None
    values: tuple[Option, ...] = ()


class Description(BaseModel):
    """What is told of a category beyond its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: str
    group: Text
    description: Text
    keywords: Text
    attribute: tuple[Attribute, ...]


@cache
def descriptions() -> dict[str, Description]:
    """Read what is told of the categories, by code."""
    table = tomllib.loads(resources.files(__package__).joinpath("services.toml").read_text(encoding="utf-8"))
    told = [Description.model_validate(entry) for entry in table["service"]]
    return {each.category: each for each in told}


def attributes_of(category: str) -> tuple[Attribute, ...]:
    """Give the questions of a category; none if nothing is told of it."""
    told = descriptions().get(category)
    return () if told is None else told.attribute


def service_name(category: Category, language: str) -> str:
    """Name a category in a language."""
    return category.name_en if language == "en" else category.name


def service_words(category: Category, language: str) -> dict[str, Any]:
    """Tell a category as an entry of the list of services."""
    told = descriptions().get(category.code)
    return {
        "service_code": category.code,
        "service_name": service_name(category, language),
        "description": None if told is None else told.description.told(language),
        "metadata": bool(attributes_of(category.code)),
        "type": "realtime",
        "keywords": None if told is None else told.keywords.told(language),
        "group": None if told is None else told.group.told(language),
    }


def definition_words(category: Category, language: str) -> dict[str, Any]:
    """Tell the questions of a category as a service definition."""
    return {
        "service_code": category.code,
        "attributes": [
            _attribute_words(attribute, order, language)
            for order, attribute in enumerate(attributes_of(category.code), start=1)
        ],
    }


def _attribute_words(attribute: Attribute, order: int, language: str) -> dict[str, Any]:
    how = attribute.datatype_description
    return {
        "variable": True,
        "code": attribute.code,
        "datatype": attribute.datatype,
        "required": attribute.required,
        "datatype_description": None if how is None else how.told(language),
        "order": order,
        "description": attribute.description.told(language),
        "values": [{"key": option.key, "name": option.told(language)} for option in attribute.values],
    }
