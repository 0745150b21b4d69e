"""The tables, as SQLAlchemy classes. What may be in a row is a constraint here, not a habit elsewhere.

::

    territory ─┬─ unit ───────┬─ boundary ── generation
               │              │
               └ ─ ─ ─ ─ ─ ─ ─┴─ report ─┬─ report_event
                    category ─ ─ ─ ─ ─ ─ ┼─ external_reference
                                         └─ report_attributes
    territory ─┬─ rule_set ─── rule
               └─ api_key ─ ─ ─ audit

A *unit* is an identity, a *boundary* its shape during the period of a *generation*. A code alone names no unit: 103 of
the 126 codes in force in Hanoi since 1 July 2025 belonged to another ward before, so a unit is known by territory,
level, code and name.
"""

from geo.store.schema.access import ApiKey, Audit
from geo.store.schema.base import Base
from geo.store.schema.open311 import ReportAttributes
from geo.store.schema.places import Boundary, Generation, Territory, Unit
from geo.store.schema.reports import Category, ExternalReference, IdempotencyKey, Report, ReportEvent
from geo.store.schema.rules import Rule, RuleSet

__all__ = [
    "ApiKey",
    "Audit",
    "Base",
    "Boundary",
    "Category",
    "ExternalReference",
    "Generation",
    "IdempotencyKey",
    "Report",
    "ReportAttributes",
    "ReportEvent",
    "Rule",
    "RuleSet",
    "Territory",
    "Unit",
]
