"""What `geo.hotspots.question` found, as a drawing: its colours, its legend, and the sentence that says it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.hotspots.question import Found
from geo.privacy.published import LEAST_PEOPLE
from geo.statistics.emerging import NAMES
from maps.classes import Legend, legend_of_counts, legend_of_values
from maps.drawing import NOT_COLOURED, HexDrawing, LegendClass, MapFacts
from maps.hotspot_words import BINS, HOTSPOT_WORDS
from maps.style import CHANGE_COLOURS, EMERGING_COLOURS, FEW_REPORTS, SIGNIFICANCE_COLOURS
from maps.words import WORDS, Language, Words

_NEW = 6
_HIGHEST = 0.98


def hotspot_drawing(
    found: Found, facts: MapFacts, language: Language = "vi", *, whole: Found | None = None
) -> HexDrawing:
    """Draw an answer: cells with a report, a finding or something hidden; all others stay blank.

    Parameters
    ----------
    found : Found
        The cells that are drawn.
    facts : MapFacts
        Its n and period are those of the answer.
    language : {"vi", "en"}, optional
    whole : Found, optional
        The answer of the whole city, of which the sentence speaks, if `found` has not all of its cells.

    Examples
    --------
    See docs/hotspots.md; `maps.hexagons.drawn_map` and `maps.png.picture` take the result.
    """
    words, own, question = WORDS[language], HOTSPOT_WORDS[language], found.question
    shown = found.take(found.noteworthy)
    classes, class_of = _classes(shown, language)
    category = facts.category
    titles = own.titles_of_all if category is None else own.titles
    named = "" if category is None else category.lower() if language == "vi" else category
    resolution = own.cell.format(resolution=found.grid.resolution, area=_area(found, language)) if len(found) else ""
    alpha = _percent(question.alpha, language)
    method = own.methods[found.method].format(k=words.count(question.k), alpha=alpha)
    meaning = getattr(found.meaning, language)
    said = sentence_of_part(found, whole or found, language, facts.cells)
    return HexDrawing(
        title=titles[question.view].format(category=named),
        sentence=f"{words.period(*facts.period)}: {said}.",
        heading=_heading(found, language),
        classes=classes,
        stacked=question.view == "emerging",
        cells=shown.grid.cell,
        class_of=class_of,
        hatched=shown.hidden,
        pale=_says_little(shown) & (class_of != NOT_COLOURED),
        stands_out=_standing_out(shown),
        tips=_tips(shown, language),
        notes=(
            (words.method, f"{method} {resolution}"),
            (words.reading, meaning),
            (words.boundaries, facts.boundaries),
        ),
        facts=facts,
        language=language,
    )


def sentence_of_part(part: Found, whole: Found, language: Language, cells: int | None = None) -> str:
    """Say of the whole city what `sentence` says, and how many reports lie in the part that is shown, if it is one."""
    said = sentence(whole, language, cells)
    if part.noteworthy.sum() == whole.noteworthy.sum():
        return said
    return said + HOTSPOT_WORDS[language].in_view.format(n=reports_in_words(part, language))


def sentence(found: Found, language: Language, cells: int | None = None) -> str:
    """Say in a sentence what was found, of how many, by which method, and what is hidden.

    Parameters
    ----------
    found : Found
    language : {"vi", "en"}
    cells : int, optional
        How many cells the city has, if `found` has not all of them.
    """
    words, own, question = WORDS[language], HOTSPOT_WORDS[language], found.question
    hot, cold = ((found.findings == sign).sum() for sign in (1, -1))
    before, steps = question.before, found.parameters.get("steps", 0)
    overdue = found.columns["overdue"].sum() if "overdue" in found.columns else 0
    said = own.sentences[question.view].format(
        n=reports_in_words(found, language),
        n_before=words.count(found.n_before or 0),
        some=words.count((found.columns["count"] > 0).sum()),
        cells=words.count(cells or len(found)),
        hot=words.count(hot),
        cold=words.count(cold),
        less=own.less.format(cold=words.count(cold)) if cold else "",
        new=words.number((found.classes == _NEW).sum()),
        steps=words.count(steps),
        days=words.count(question.step_days or 0),
        before="" if before is None else words.period(before.first, before.last),
        test=own.test_of_rates if found.method == "binomial" else "Gi*",
        alpha=_percent(question.alpha, language),
        overdue=words.count(overdue),
        share=words.percent(overdue / max(found.n, 1), 1),
    )
    hidden = words.count(found.hidden.sum())
    return said + (own.hidden.format(hidden=hidden, least=LEAST_PEOPLE) if found.hidden.any() else "")


def reports_in_words(found: Found, language: Language) -> str:
    """Say how many reports, or people who reported, were counted."""
    counted = HOTSPOT_WORDS[language].counted[found.question.measure == "reporters"]
    return counted.format(n=WORDS[language].count(found.n))


def _classes(shown: Found, language: Language) -> Legend:
    """Give the legend, and the place of each cell in it."""
    view: str = shown.question.view
    words = WORDS[language]
    if view == "emerging":
        return _kinds(shown, language)
    if view == "overdue":
        return _shares(shown, words)
    if view == "counts":
        return _amounts(shown, words)
    colours = CHANGE_COLOURS if view == "change" else SIGNIFICANCE_COLOURS
    class_of = shown.classes.astype(np.int64) + len(colours) // 2
    # Where nothing is told, nothing is judged.
    class_of[shown.hidden & (shown.columns["count"] == 0) & (shown.classes == 0)] = NOT_COLOURED
    told = class_of[class_of != NOT_COLOURED]
    sizes = [words.cells.format(n=words.count(size)) for size in np.bincount(told, minlength=len(colours))]
    steps = zip(HOTSPOT_WORDS[language].steps, colours, sizes, strict=True)
    return tuple(LegendClass(*step) for step in steps), class_of


def _amounts(shown: Found, words: Words) -> Legend:
    """Classes of counts or rates; cells without a report are left without a colour."""
    measure, counts = shown.question.measure, shown.columns["count"]
    if measure in ("count", "reporters"):
        return legend_of_counts(counts, words.cells, words)
    return legend_of_values(np.where(counts > 0, shown.columns[measure], np.nan), words.cells, words)


def _shares(shown: Found, words: Words) -> Legend:
    """Classes of the share that is overdue; where none is, which most cells may be, is a class of its own."""
    share = 100 * shown.columns["share"]
    classes, class_of = legend_of_values(np.where(share > 0, share, np.nan), words.cells, words, " %")
    none = share == 0
    count = words.cells.format(n=words.count(none.sum()))
    nothing = LegendClass("0 %", SIGNIFICANCE_COLOURS[len(SIGNIFICANCE_COLOURS) // 2], count)
    return (nothing, *classes), np.where(none, 0, class_of + (class_of != NOT_COLOURED))


def _says_little(shown: Found) -> NDArray[np.bool_]:
    """Find the shares of few reports."""
    is_share = shown.question.view == "overdue" or shown.question.measure == "share"
    return is_share & (shown.columns["count"] < FEW_REPORTS)


def _kinds(shown: Found, language: Language) -> Legend:
    """Classes of emerging hot spots, those that there are: each hot one has its colour, the cold ones share one."""
    words = WORDS[language]
    key = np.where(shown.classes < 0, -1, shown.classes)
    present = [code for code in (6, 7, 2, 4, 3, 8, 5, 1, -1, 0) if (key == code).any()]
    classes = [
        LegendClass(
            HOTSPOT_WORDS[language].cold if code < 0 else getattr(NAMES[code], language),
            EMERGING_COLOURS["cold" if code < 0 else str(code)],
            words.cells.format(n=words.count((key == code).sum())),
        )
        for code in present
    ]
    place = {code: number for number, code in enumerate(present)}
    return tuple(classes), np.array([place[code] for code in key.tolist()], np.int64)


def _standing_out(shown: Found) -> NDArray[np.bool_]:
    """Find what a reader looks for: the findings, or where the highest class of counts begins."""
    if shown.question.view not in ("counts", "overdue"):
        return shown.findings > 0
    counts = shown.columns["count" if shown.question.view == "counts" else "overdue"]
    return counts >= max(np.quantile(counts[counts > 0], _HIGHEST, method="higher"), 1) if counts.any() else counts > 0


def _heading(found: Found, language: Language) -> str:
    own, question = HOTSPOT_WORDS[language], found.question
    if question.view == "counts" and question.measure in own.rates:
        return own.rates[question.measure].format(area=_area(found, language))
    return own.headings[question.view].format(area=_area(found, language))


def _tips(shown: Found, language: Language) -> NDArray[np.str_]:
    """Write what each cell says under the pointer."""
    view: str = shown.question.view
    words, own = WORDS[language], HOTSPOT_WORDS[language]
    rows: dict[str, list[Any]] = {"n": words.counted(shown.columns["count"]).tolist()}
    if view in ("hotspots", "change"):
        rows["bin"] = [BINS[language][step + 3] for step in shown.classes.tolist()]
    if view == "hotspots":
        rows["z"] = [words.number(z, 1) for z in shown.columns["z"].tolist()]
        rows["q"] = [words.number(q, 3) for q in shown.columns["q"].tolist()]
    if view == "emerging":
        rows["name"] = [getattr(NAMES[code], language) for code in shown.classes.tolist()]
    if view == "change":
        rows["before"] = [words.number(before) for before in shown.columns["before"].tolist()]
        rows["percent"] = [_change(percent, language) for percent in shown.columns["percent"].tolist()]
    if view == "overdue":
        rows["overdue"] = [words.number(late) for late in shown.columns["overdue"].tolist()]
        rows["share"] = [words.percent(share) if np.isfinite(share) else "–" for share in shown.columns["share"]]
    told = [own.tips[view].format(**dict(zip(rows, row, strict=True))) for row in zip(*rows.values(), strict=True)]
    told = [own.hatched.format(n=tip) if veiled else tip for tip, veiled in zip(told, shown.hidden, strict=True)]
    return np.array(told, np.str_)


def _change(percent: float, language: Language) -> str:
    if not np.isfinite(percent):
        return "–" if np.isnan(percent) else "+∞"
    return f"{'+' if percent > 0 else ''}{WORDS[language].number(percent)} %"


def _percent(share: float, language: Language) -> str:
    return f"{share * 100:g}".replace(".", WORDS[language].decimal)


def _area(found: Found, language: Language) -> str:
    if not len(found):
        return "–"
    return f"{found.grid.area_m2.mean() / 1e6:.2g}".replace(".", WORDS[language].decimal)
