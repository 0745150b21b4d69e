"""What is said to planners, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One text in Vietnamese and in English."""

    vi: str
    en: str
