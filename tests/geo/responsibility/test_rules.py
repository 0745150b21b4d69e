"""Responsibility: the first match wins, one answer for one report or many, and no broken table is ever in use."""

import datetime as dt
import itertools
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import FileError, InputError
from geo.responsibility.deadlines import Limits, Urgency, WorkingCalendar
from geo.responsibility.rules import OWN_COMMITTEE, Agency, Known, Rule, RulesError, RuleSet, default_rules
from geo.units.territory import Unit

CATEGORIES = ("fire_risk", "noise", "parking", "waste")
UNITS = ("00291", "00292", "00293")
LEVELS = ("city", "ward")
AREAS = ("highway", "west-lake")
NAMES = {("category", "waste"): ("Rác thải", "Waste"), ("area", "west-lake"): ("Hồ Tây", "West Lake")}
KNOWN = Known(frozenset(CATEGORIES), frozenset(UNITS), frozenset(LEVELS), frozenset(AREAS), NAMES)
VINH_TUY = Unit(1, "ward", "00292", "phường", "Phường Vĩnh Tuy", "Vinh Tuy Ward")
SOC_SON = Unit(2, "ward", "00293", "xã", "Xã Sóc Sơn", "Soc Son Commune")
MONDAY = dt.datetime.fromisoformat("2026-01-05T08:00+07:00")
WARD = 'lead = { vi = "UBND {unit}", en = "People\'s Committee of {unit}" }\n'


def rule(name: str, *lines: str, lead: str = WARD) -> str:
    return "\n".join([f'[[rule]]\nname = "{name}"', *lines, lead])


def table(*rules: str) -> RuleSet:
    return RuleSet.from_toml("\n".join(rules), KNOWN)


def test_waste_is_led_by_the_ward_with_the_environment_company() -> None:
    answer = default_rules(KNOWN).responsible("waste", VINH_TUY, MONDAY)
    assert (answer.rule, answer.lead, answer.lead_en) == (
        "waste-ward", "UBND phường Vĩnh Tuy", "People's Committee of Vinh Tuy Ward")  # fmt: skip
    assert [name[-8:] for name in answer.cooperating + answer.cooperating_en] == ["(URENCO)", "(URENCO)"]
    assert answer.urgency == "normal"
    # 8 hours are Monday; five working days from Monday 17:00 end on Monday the 12th at 17:00.
    assert answer.intake_due.isoformat() == "2026-01-05T17:00:00+07:00"
    assert answer.due.isoformat() == "2026-01-12T17:00:00+07:00"
    assert answer.why_en == "rule 1 'waste-ward' is the first of 3 that matches: category Waste, level ward (assumed)"
    assert (
        answer.why
        == "quy tắc 1 'waste-ward' là quy tắc đầu tiên khớp trong 3 quy tắc: loại Rác thải, cấp phường, xã (giả định)"
    )
    assert answer.assumed


def test_one_yard_with_parking_and_a_fire_risk_has_two_answers() -> None:
    rules = default_rules(KNOWN)
    parking, fire = (rules.responsible(category, SOC_SON, MONDAY) for category in ("parking", "fire_risk"))
    assert (parking.lead, parking.cooperating) == ("Công an xã Sóc Sơn", ("UBND xã Sóc Sơn",))
    assert "(PC07)" in fire.lead
    assert "(PC07)" in fire.lead_en
    assert (parking.urgency, fire.urgency) == (Urgency.NORMAL, Urgency.URGENT)
    assert fire.due.isoformat() == "2026-01-06T12:00:00+07:00"  # the first four working hours of Tuesday


def test_every_default_rule_says_that_it_is_assumed_and_where_it_comes_from() -> None:
    assert all(each.assumed and each.source for each in default_rules(KNOWN).rules)


def test_a_report_that_no_rule_matches_goes_to_its_own_committee() -> None:
    answer = default_rules(KNOWN).responsible("noise", SOC_SON, MONDAY)
    assert (answer.rule, answer.lead) == (OWN_COMMITTEE.name, "UBND xã Sóc Sơn")
    assert answer.why_en == (
        "none of 3 rules matches noise in Soc Son Commune on 2026-01-05: the unit's own committee answers"
    )
    assert answer.why == (
        "không quy tắc nào trong 3 quy tắc khớp với noise tại Xã Sóc Sơn ngày 2026-01-05:"
        " UBND của chính đơn vị chịu trách nhiệm"
    )


def test_the_first_match_wins_and_an_area_comes_before_its_ward() -> None:
    park = 'lead = { vi = "Công ty công viên", en = "Park company" }'
    rules = table(rule("lake", 'areas = ["west-lake"]', lead=park), rule("waste", 'categories = ["waste"]'))
    assert rules.responsible("waste", VINH_TUY, MONDAY, areas={"west-lake", "highway"}).lead_en == "Park company"
    assert rules.responsible("waste", VINH_TUY, MONDAY, areas={"highway"}).rule == "waste"


def test_the_local_date_of_receipt_chooses_the_rule() -> None:
    rules = table(rule("old", "valid_to = 2025-07-01"), rule("new", "valid_from = 2025-07-01"))
    last = dt.datetime(2025, 6, 30, 16, 59, tzinfo=dt.UTC)  # 23:59 in Hanoi
    assert rules.responsible("waste", VINH_TUY, last).rule == "old"
    assert rules.responsible("waste", VINH_TUY, last + dt.timedelta(minutes=1)).rule == "new"
    local = WorkingCalendar().local_date(np.array(["2025-06-30T16:59", "2025-06-30T17:00"], dtype="datetime64[us]"))
    assert rules.match_many("waste", "00292", "ward", local).tolist() == [0, 1]


def test_a_rule_sets_its_own_time_and_limits_set_the_rest() -> None:
    rules = table(
        rule("two-hours", 'categories = ["waste"]', "working_hours = 2"),
        rule("half-a-day", 'categories = ["noise"]', "working_days = 0.5"),
        rule("rest"),
    )
    rules = replace(rules, limits=Limits(normal=dt.timedelta(hours=1)))
    due = [rules.responsible(category, VINH_TUY, MONDAY).due for category in ("waste", "noise", "parking")]
    assert [moment.isoformat() for moment in due] == [f"2026-01-06T{hour}:00:00+07:00" for hour in ("10", "12", "09")]
    assert rules.handling(np.array([0, 1, 2, -1])).tolist() == [dt.timedelta(hours=n) for n in (2, 4, 1, 1)]


def test_bad_questions_are_refused() -> None:
    rules = default_rules(KNOWN)
    with pytest.raises(InputError, match="unknown category 'wast': give one of fire_risk, noise, parking, waste"):
        rules.match("wast", "00292", "ward", MONDAY.date())
    with pytest.raises(InputError, match="unknown category 'wast'"):
        rules.match_many(["waste", "wast"], "00292", "ward", np.array(["2026-01-05"] * 2, dtype="datetime64[D]"))
    with pytest.raises(InputError, match="no time zone"):
        rules.responsible("waste", VINH_TUY, MONDAY.replace(tzinfo=None))


BROKEN = {
    "category": ([rule("a", 'categories = ["wast"]')], "rule 1 'a': unknown category wast .known: fire_risk, noise"),
    "unit": ([rule("a", 'units = ["00292", "99999"]')], "rule 1 'a': unknown unit 99999 .correct the code"),
    "level": ([rule("a", 'levels = ["region"]')], "unknown level region .known: city, ward"),
    "area": ([rule("a", 'areas = ["east-lake"]')], "unknown area east-lake .correct the code"),
    "no agency": ([rule("a", lead="")], "rule 1 'a': lead is missing"),
    "no English": ([rule("a", lead='lead = { vi = "UBND" }')], "lead.en is missing"),
    "no text": ([rule("a", lead='lead = { vi = " ", en = "x" }')], "lead.vi must be one line"),
    "two lines": ([rule("a", lead='lead = { vi = "a\\nb", en = "x" }')], "lead.vi must be one line"),
    "placeholder": ([rule("a", lead='lead = { vi = "UBND {ward}", en = "x" }')], "placeholder other than {unit}"),
    "half a brace": ([rule("a", lead='lead = { vi = "UBND {unit", en = "x" }')], "placeholder other than {unit}"),
    "cooperating": ([rule("a", 'cooperating = [{ vi = "x" }]')], "cooperating.0.en is missing"),
    "period": ([rule("a", "valid_from = 2025-07-01", "valid_to = 2025-07-01")], "rule 1 'a': the period .* has no day"),
    "date": ([rule("a", 'valid_from = "1 July"')], "valid_from Input should be a valid date"),
    "seconds": ([rule("a", "valid_from = 1767571200")], "valid_from Input should be a valid date"),
    "text of seconds": ([rule("a", 'valid_to = "1767571200"')], "valid_to Input should be a valid date"),
    "day off": (["[calendar]\ndays_off = [0]\n", rule("a")], "calendar.days_off.0 Input should be a valid date"),
    "urgency": ([rule("a", 'urgency = "soon"')], "urgency Input should be 'urgent', 'complex'"),
    "two times": ([rule("a", "working_hours = 4", "working_days = 1")], "both working_hours and working_days"),
    "no time": ([rule("a", "working_hours = 0")], "working_hours Input should be greater than 0"),
    "endless": ([rule("a", "working_days = inf")], "working_days Input should be less than or equal to 2000"),
    "key": ([rule("a", 'category = ["waste"]')], "rule 1 'a': category is not a key that rules have"),
    "empty": ([rule("a", "units = []")], "units is empty: leave it out to mean all"),
    "name": ([rule("Waste!")], "rule 1 'Waste!': name must be of lower-case"),
    "reserved": ([rule("own-committee")], "the name is kept for reports that no rule matches"),
    "twice": ([rule("a", 'levels = ["ward"]'), rule("a")], "rule 2 'a': rule 1 has this name already"),
    "shadowed": ([rule("a"), rule("b", 'areas = ["highway"]')], "rule 2 'b': can never match, rule 1 'a' before it"),
    "shadowed by two": (
        [rule("old", "valid_to = 2025-07-01"), rule("new", "valid_from = 2025-07-01"), rule("b", 'levels = ["ward"]')],
        "rule 3 'b': can never match, rule 1 'old' and rule 2 'new' before it",
    ),
    "shadowed in its time": (
        [rule("a", "valid_from = 2025-01-01"), rule("b", "valid_from = 2025-07-01", "valid_to = 2026-01-01")],
        "rule 2 'b': can never match",
    ),
    "overlap": (
        [rule("old", 'areas = ["highway"]', "valid_to = 2025-08-01"),
         rule("new", 'areas = ["highway"]', "valid_from = 2025-07-01")],
        "rule 2 'new': overlaps in time with rule 1 'old', .* from 2025-07-01 before 2025-08-01",
    ),
    "not TOML": (["[[rule]]\nname = \nlead = 1"], "rules are not TOML: .* line 2"),
    "no rules": ([""], "there are no rules: each begins with"),
    "one table": (['[rule]\nname = "a"'], "there are no rules: each begins with"),
    "weekday": (["[calendar]\nweekdays = [\"mon\"]", rule("a")], "calendar.weekdays.0 Input should be 'monday'"),
    "no such hour": (["[calendar]\nhours = [\"08:00-25:00\"]", rule("a")], "calendar.hours.0 hour must be in 0..23"),
    "hours": (["[calendar]\nhours = [\"08:00-08:00\"]", rule("a")], "calendar.hours .* must be intervals"),
    "limit": (["[limits]\nurgent_hours = 0", rule("a")], "limits.urgent_hours Input should be greater than 0"),
    "beside": (["rules = 1", rule("a")], "unknown rules beside the rules"),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_table_is_refused_with_its_reason(rules: list[str], reason: str) -> None:
    with pytest.raises(InputError, match=reason) as refusal:
        table(*rules)
    assert "\n" not in str(refusal.value)


def test_all_problems_come_at_once_and_in_order() -> None:
    with pytest.raises(RulesError, match=r"^4 problems in the rules: ") as refusal:
        table(
            rule("first", 'units = ["99999"]'),
            rule("second", "valid_from = 2025-07-01", 'colour = "red"', lead=""),
            rule("first", 'levels = ["city"]'),
        )
    assert [problem.split(":")[0:2] for problem in refusal.value.problems] == [
        ["line 1", " rule 1 'first'"],
        ["line 6", " rule 2 'second'"],
        ["line 6", " rule 2 'second'"],
        ["line 11", " rule 3 'first'"],
    ]


def test_a_table_with_rules_made_by_hand_is_checked_too() -> None:
    agency = Agency(vi="x", en="x")
    with pytest.raises(RulesError, match=r"rule 2 'b': can never match"):
        RuleSet((Rule(name="a", lead=agency), Rule(name="b", lead=agency)), KNOWN)


def test_files_are_read_and_missing_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(default_rules(KNOWN).to_toml(), encoding="utf-8")
    assert RuleSet.from_toml(path, KNOWN) == default_rules(KNOWN)
    with pytest.raises(FileError, match=r"absent.toml can't be read: No such file"):
        RuleSet.from_toml(tmp_path / "absent.toml", KNOWN)


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


printable = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="{}"), min_size=1, max_size=12)
agencies = st.builds(Agency, vi=printable, en=st.just("Police of {unit}"))
days = st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2025, 1, 8))
loose_rules = st.builds(
    dict,
    categories=some(CATEGORIES), units=some(UNITS), levels=some(LEVELS), areas=some(AREAS),
    valid_from=days, valid_to=days, lead=agencies, cooperating=st.lists(agencies, max_size=2).map(tuple),
    urgency=st.sampled_from(Urgency), working_days=st.none() | st.floats(0.01, 100), assumed=st.booleans(),
    source=st.none() | printable,
)  # fmt: skip


def kept(fields: dict) -> dict:
    """Leave out what is empty or makes a period without a day."""
    if fields["valid_from"] and fields["valid_to"] and fields["valid_from"] >= fields["valid_to"]:
        fields["valid_to"] = None
    return {key: value for key, value in fields.items() if value not in ((), None)}


@st.composite
def rule_lists(draw: st.DrawFn) -> list[Rule]:
    drawn = draw(st.lists(loose_rules, min_size=1, max_size=6))
    return [Rule(name=f"rule-{number}", **kept(fields)) for number, fields in enumerate(drawn)]


def refused(rules: list[Rule], why: str = "") -> set[int]:
    """Indices of the rules that a table is refused for, of those reasons that contain ``why``."""
    try:
        RuleSet(tuple(rules), KNOWN)
    except RulesError as error:
        return {int(problem.split()[1]) - 1 for problem in error.problems if why in problem}
    return set()


def sound(rules: list[Rule]) -> RuleSet:
    """Drop the rules that the check names, until it names none."""
    while bad := refused(rules):
        rules = [each for number, each in enumerate(rules) if number not in bad]
    return RuleSet(tuple(rules), KNOWN)


REPORTS = list(
    itertools.product(
        CATEGORIES, UNITS, LEVELS, [frozenset(s) for n in range(3) for s in itertools.combinations(AREAS, n)],
        [dt.date(2024, 12, 31) + dt.timedelta(days=n) for n in range(10)],
    )
)  # fmt: skip
"""Every report that the rules above can tell apart."""


@given(rules=rule_lists())
@settings(max_examples=60, deadline=None)
def test_a_rule_is_called_unreachable_exactly_when_no_report_gets_to_it(rules: list[Rule]) -> None:
    matches = ([n for n, each in enumerate(rules) if each.applies(*report)] for report in REPORTS)
    reached = {numbers[0] for numbers in matches if numbers}
    assert refused(rules, "can never match") == set(range(len(rules))) - reached


@given(rules=rule_lists().map(sound))
@settings(max_examples=30, deadline=None)
def test_many_reports_get_the_rules_that_each_gets_alone(rules: RuleSet) -> None:
    categories, units, levels, areas, at = (list(column) for column in zip(*REPORTS, strict=True))
    inside = {area: np.array([area in each for each in areas]) for area in AREAS}
    many = rules.match_many(categories, units, levels, np.array(at, dtype="datetime64[D]"), inside)
    alone = [rules.match(c, u, lv, day, a) for c, u, lv, a, day in REPORTS]
    assert many.tolist() == alone


@given(rules=rule_lists().map(sound))
def test_json_and_toml_give_the_same_table_back(rules: RuleSet) -> None:
    assert RuleSet.from_content(json.loads(json.dumps(rules.to_content())), KNOWN) == rules
    text = rules.to_toml()
    assert len(tomllib.loads(text).get("rule", [])) == len(rules.rules)
    if rules.rules:
        assert RuleSet.from_toml(text, KNOWN) == rules
