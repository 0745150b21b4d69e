"""Rules as plain dicts (a JSON column) and as TOML (a file that people edit)."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from geo.errors import FileError, InputError
from geo.responsibility.checks import Problem
from geo.responsibility.rule import Rule
from geo.responsibility.written_calendar import WorkingTime

HEADER = re.compile(r"\s*\[\[\s*rule\s*\]\]")

REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key that rules have",
    "too_short": "is empty: leave it out to mean all",
    "string_pattern_mismatch": "must be of lower-case letters and digits, joined by hyphens",
}


def read_dicts(entries: Sequence[Mapping[str, Any]]) -> tuple[dict[int, Rule], list[Problem]]:
    """Make rules from dicts; give those that are well formed by position, and what is wrong with the others."""
    rules, problems = {}, []
    for position, entry in enumerate(entries, start=1):
        try:
            rules[position] = Rule.model_validate(entry)
        except ValidationError as error:
            problems += [(position, reason) for reason in reasons(error)]
    return rules, problems


def read_toml(source: Path | str) -> tuple[dict[str, Any], list[int]]:
    """Read a file of rules, or TOML text itself: its content, and the line on which each [[rule]] begins."""
    try:
        text = source if isinstance(source, str) else source.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise FileError(f"{source} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"rules are not TOML: {error}", "rules") from error
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if HEADER.match(line)]
    return content, lines


def rule_entries(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Find the rules in the content of a file; refuse what else is there, and no rules at all."""
    if unknown := sorted(content.keys() - {"rule", *WorkingTime.model_fields}):
        raise InputError(
            f"unknown {', '.join(unknown)} beside the rules: each rule begins with [[rule]],"
            " and there may be one [calendar] and one [limits]",
            "rules",
        )
    entries = content.get("rule")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError("there are no rules: each begins with [[rule]]", "rules")
    return entries


def to_dicts(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Give rules as dicts that JSON can hold; what a rule leaves out is left out."""
    return [rule.model_dump(mode="json", exclude_defaults=True) for rule in rules]


def to_toml(rules: Iterable[Rule], working_time: WorkingTime) -> str:
    """Give rules and working time as the text of a TOML file."""
    beside = [("[calendar]", working_time.calendar.model_dump()), ("[limits]", working_time.limits.model_dump())]
    tables = [*beside, *(("[[rule]]", rule.model_dump(exclude_defaults=True)) for rule in rules)]
    return "\n".join(
        f"{header}\n" + "".join(f"{key} = {_toml(table[key])}\n" for key in table) for header, table in tables
    )


def reasons(error: ValidationError) -> list[str]:
    """Say what is wrong with a table that is no rule, calendar or limits."""
    return [_reason(detail) for detail in error.errors()]


def _reason(detail: ErrorDetails) -> str:
    where = ".".join(map(str, detail["loc"]))
    reason = REASONS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
    return f"{where} {reason}".strip()


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case dt.date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            # Strings are printable, so JSON and TOML escape the same characters; numbers and booleans are alike.
            return json.dumps(value, ensure_ascii=False)
