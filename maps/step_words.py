"""What maps with a slider of time say, in Vietnamese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from maps.words import Language


@dataclass(frozen=True)
class StepWords:
    """The words of one language; texts in braces are filled in."""

    name: str
    play: str
    pause: str
    said: str
    sentence: str


STEP_WORDS: Mapping[Language, StepWords] = {
    "vi": StepWords(
        name="Thời gian",
        play="Chạy",
        pause="Dừng",
        said="{step}: {n}",
        sentence="{period}, {steps} bước: {n}; nhiều nhất {most} ({step}).",
    ),
    "en": StepWords(
        name="Time",
        play="Play",
        pause="Pause",
        said="{step}: {n}",
        sentence="{period}, {steps} steps: {n}; most {most} ({step}).",
    ),
}
