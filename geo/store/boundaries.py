"""Boundaries in the database, as other packages name them."""

from sqlalchemy import Connection

from geo.store.activation import Outcome, activate, add_draft, add_generation, retire
from geo.store.generation_units import read_units_frame
from geo.store.generations import NewGeneration, find_generation, list_generations, period_words
from geo.store.jurisdictions import read_dispatch, read_jurisdiction, read_layer
from geo.store.territories import (
    add_territory,
    list_territories,
    put_categories,
    put_territory,
    read_categories,
    read_territory,
)

__all__ = [
    "Connection",
    "NewGeneration",
    "Outcome",
    "activate",
    "add_draft",
    "add_generation",
    "add_territory",
    "find_generation",
    "list_generations",
    "list_territories",
    "period_words",
    "put_categories",
    "put_territory",
    "read_categories",
    "read_dispatch",
    "read_jurisdiction",
    "read_layer",
    "read_territory",
    "read_units_frame",
    "retire",
]
