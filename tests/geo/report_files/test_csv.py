"""A CSV file of reports: every line that can be read is read, every other one is named with its number and reason."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from geo.errors import FileError
from geo.report_files.csv_rows import CsvReader
from geo.report_files.files import open_reports
from geo.report_files.mapping import ours
from geo.report_files.reading import Read, ReportReading
from geo.report_files.rows import Rows

HEADER = "category,lon,lat,reported_at,external_id,accuracy_m,description,channel"
GOOD = "waste,105.85,21.02,2026-01-05T08:00,{},,,"
ZONE = "Asia/Ho_Chi_Minh"
CATEGORIES = ("waste", "parking", "fire_risk")
NOW = np.datetime64("2026-01-06", "ms")

Chunk = tuple[Rows, Read]


def read(path: Path, content: str | bytes, block: int | None = None, zone: str = ZONE) -> list[Chunk]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with closing(CsvReader(path, block_characters=block)) as file:
        reading = ReportReading(ours(file.header), CATEGORIES, zone)
        return [(rows, reading.read(rows, NOW)) for rows in file.blocks()]


def rejections(chunks: list[Chunk]) -> dict[int, tuple[str, str]]:
    return {r.line: (r.field, r.reason) for _, read in chunks for r in read.rejected}


def lines(chunks: list[Chunk]) -> list[int]:
    return [line for rows, read in chunks for line in rows.lines[read.number].tolist()]


def values(chunks: list[Chunk], name: str) -> list:
    return [value for _, read in chunks for value in getattr(read.submitted, name).tolist()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.csv"


MIXED = "\n".join(
    [
        HEADER,  # 1
        GOOD.format("a"),  # 2
        "waste,21.02,105.85,2026-01-05T08:00,b,,,",  # 3: swapped, which is for the intake to find
        "waste,east,21.02,2026-01-05T08:00,c,,,",  # 4
        "",  # 5
        'waste,105.85,21.02,2026-01-05T08:00,d,,"two\nlines, and ""quotes""",app',  # 6 and 7
        "waste,105.85,21.02,2026-01-05T08:00,e,,",  # 8
        "waste,105.85,21.02,2026-01-05T08:00,f,,,app,extra",  # 9
        GOOD.format("a"),  # 10: the same id again, which is for the database to find
        "waste,105.85,21.02,yesterday,g,,,",  # 11
        "waste,105.85,21.02,2026-01-05T08:00,h,near,,",  # 12
        "waste,105.85,21.02,2026-01-05T08:00,i,,b\udcffd,",  # 13
        'waste,105.85,21.02,2026-01-05T08:00,j,,"not closed,',  # 14
        GOOD.format("k"),  # 15
        'waste,105.85,21.02,2026-01-05T08:00,l,,"closed","app"',  # 16
        "",
    ]
).encode(errors="surrogateescape")
GOOD_LINES = [2, 3, 6, 10, 15, 16]


def test_every_bad_line_is_named_and_no_good_one_is_lost(path):
    chunks = read(path, MIXED)
    assert lines(chunks) == GOOD_LINES
    assert values(chunks, "external_id") == ["a", "b", "d", "a", "k", "l"]
    found = rejections(chunks)
    expected = {
        4: ("lon", "'east' is not a number"),
        8: ("", "7 fields where the header has 8"),
        9: ("", "9 fields where the header has 8"),
        11: ("reported_at", "'yesterday' is not a time"),
        12: ("accuracy_m", "'near' is not a number"),
        13: ("description", "broken UTF-8"),
        14: ("", "is a quotation mark not closed"),
    }
    assert found.keys() == expected.keys()
    for line, (field, reason) in expected.items():
        assert found[line][0] == field
        assert reason in found[line][1]


def test_what_was_read_is_what_was_written(path):
    chunks = read(path, MIXED)
    assert values(chunks, "description") == ["", "", 'two\nlines, and "quotes"', "", "", "closed"]
    assert values(chunks, "channel") == ["import", "import", "app", "import", "import", "app"]
    assert (values(chunks, "lon")[1], values(chunks, "lat")[1]) == (21.02, 105.85)


@pytest.mark.parametrize("block", [1, 60, 150])
def test_small_blocks_say_the_same_as_one(path, block):
    content = MIXED + (GOOD.format("") + "\n").encode() * 5
    whole, parts = read(path, content), read(path, content, block)
    assert len(parts) > len(whole)
    for name in ("category", "lon", "lat", "external_id", "description", "channel", "reported_at"):
        assert values(parts, name) == values(whole, name)
    assert lines(parts) == lines(whole)
    assert rejections(parts) == rejections(whole)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_of_all_countries_are_read(path, ends, mark, delimiter):
    lines = [HEADER, GOOD.format("a"), 'waste,105.85,21.02,2026-01-05T08:00,b,,"x",']
    content = mark + "".join(line.replace(",", delimiter) + ends for line in lines)
    chunks = read(path, content)
    assert rejections(chunks) == {}
    assert values(chunks, "external_id") == ["a", "b"]
    assert values(chunks, "description") == ["", "x"]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-05T08:00", "2026-01-05T01:00"),
        ("2026-01-05 08:00:30.250", "2026-01-05T01:00:30.250"),
        ("2026-01-05", "2026-01-04T17:00"),
        ("2026-01-05T08:00Z", "2026-01-05T08:00"),
        ("2026-01-05T08:00+07:00", "2026-01-05T01:00"),
        ("2026-01-05T08:00+07", "2026-01-05T01:00"),
        ("2026-01-05 08:00 -0530", "2026-01-05T13:30"),
    ],
)
def test_times_are_local_unless_they_have_an_offset(path, text, utc):
    line = f"waste,105.85,21.02,{text},,,,\n"
    [(_, found)] = read(path, f"{HEADER}\n{line}{GOOD.format('other')}\n")
    assert found.submitted.reported_at[0] == np.datetime64(utc)
    assert found.submitted.reported_at[1] == np.datetime64("2026-01-05T01:00")


@pytest.mark.parametrize("text", ["now", "today", "2026", "1767600000", "05/01/2026 08:30", "2026-02-30", "12:00"])
def test_what_is_no_time_is_not_guessed_at(path, text):
    chunks = read(path, f"{HEADER}\nwaste,105.85,21.02,{text},,,,\n")
    assert repr(text) in rejections(chunks)[2][1]


def test_a_time_that_the_clock_skipped_or_had_twice_is_refused(path):
    content = f"{HEADER}\nwaste,105,21,2025-03-30T02:30,,,,\nwaste,105,21,2025-10-26T02:30,,,,\n"
    assert rejections(read(path, content, zone="Europe/Paris")).keys() == {2, 3}


def test_lines_without_an_id_get_the_same_one_in_each_run(path):
    same = GOOD.format("") + "\n"
    other = same.replace("21.02", "21.03")
    content = f"{HEADER}\n{same}{other}{same}{same}"
    first, second = values(read(path, content), "external_id"), values(read(path, content), "external_id")
    assert first == second
    assert len(set(first)) == 4
    added_below = values(read(path, content + other), "external_id")
    assert added_below[:4] == first
    assert added_below[4] not in first


def test_a_file_of_quotes_that_nobody_closed_costs_each_line_and_not_the_ones_between(path):
    bad = 'waste,105.85,21.02,2026-01-05T08:00,,,"open\n'
    chunks = read(path, f"{HEADER}\n{GOOD.format('a')}\n{bad}{GOOD.format('b')}\n{bad}")
    assert values(chunks, "external_id")[0] == "a"
    assert rejections(chunks).keys() >= {3}
    assert len(lines(chunks)) + len(rejections(chunks)) >= 3


@pytest.mark.parametrize("content", ["", "\n", HEADER + "\n"])
def test_a_file_without_rows(path, content):
    if content.strip():
        assert read(path, content) == []
    else:
        with pytest.raises(FileError, match="the file is empty"):
            read(path, content)


@pytest.mark.parametrize("name", ["category", "lon", "lat", "reported_at"])
def test_a_missing_column_is_named(path, name):
    names = [column for column in HEADER.split(",") if column != name]
    path.write_text(",".join(names) + "\n")
    with pytest.raises(FileError, match=f"line 1: no column {name}"), open_reports(path):
        pass


def test_a_column_that_stands_there_twice_is_named(path):
    with pytest.raises(FileError, match="the column lat stands there twice"):
        read(path, HEADER + ",lat\n")


UTF_16 = f"{HEADER}\n{GOOD.format('a')}\nwaste,105.85,21.02,2026-01-05T08:00,b,,Rác,\n{GOOD.format('c')}\n"


@pytest.mark.parametrize(
    ("content", "ids", "broken"),
    [
        (UTF_16.encode("utf-16")[:-1], ["a", "b"], {4: "broken UTF-16"}),
        (UTF_16.encode("utf-16") + b"a", ["a", "b", "c"], {5: "1 fields where the header has 8"}),
        (UTF_16.replace("á", "\ud800").encode("utf-16", "surrogatepass"), ["a", "c"], {3: "broken UTF-16"}),
    ],
)
def test_utf_16_that_is_cut_off_or_has_half_a_character_costs_that_line(path, content, ids, broken):
    chunks = read(path, content)
    assert values(chunks, "external_id") == ids
    assert {line: reason[: len(broken[line])] for line, (_, reason) in rejections(chunks).items()} == broken


def test_names_of_columns_in_another_encoding_are_refused(path):
    with pytest.raises(FileError, match="line 1: broken UTF-8: save the file as UTF-8, or name its encoding"):
        read(path, HEADER.encode() + b",T\xaan\n")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        CsvReader(tmp_path / "no.csv")
    with pytest.raises(FileError, match="Is a directory"):
        CsvReader(tmp_path)
