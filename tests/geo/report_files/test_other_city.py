"""A 311 export of another city loads unchanged by a mapping; a wrong mapping is refused with its line and reason."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from geo.errors import FileError, InputError
from geo.report_files.files import open_reports
from geo.report_files.mapping import read_mapping
from geo.report_files.reading import Read, ReportReading
from geo.report_files.times import moments

HERE = Path(__file__).parent
FILE, MAPPING = HERE / "other_city.csv", HERE / "other_city.toml"
CATEGORIES = ("waste", "parking", "fire_risk")
NOW = np.datetime64("2026-01-06", "ms")


@pytest.fixture(scope="module")
def read() -> Read:
    with open_reports(FILE, read_mapping(MAPPING)) as (reader, mapping):
        [rows] = reader.blocks()
        return ReportReading(mapping, CATEGORIES, "Asia/Ho_Chi_Minh").read(rows, NOW)


def test_its_words_numbers_and_local_times_become_ours(read):
    reports = read.submitted
    assert reports.external_id.tolist() == ["311-90000001", "311-90000003", "311-90000005", "311-90000006"]
    assert reports.category.tolist() == ["waste", "parking", "fire_risk", "fire_risk"]
    assert reports.channel.tolist() == ["app", "web", "import", "hotline_1022"]
    assert reports.description.tolist() == [
        "Bulky items; Sidewalk; 12 First Street, Rear",
        "Blocked Driveway; Street; 56 Third Street",
        "Building; 90 Fifth Street",
        "Building; 91 Fifth Street",
    ]
    # On 9 March 2025 New York's clocks went from 2 to 3: an offset of -5 hours before, of -4 after.
    utc = ["2025-03-09T06:15:00", "2025-03-09T19:45:12", "2025-07-05T12:00:00", "2025-07-05T13:00:00"]
    assert reports.reported_at.tolist() == np.array(utc, dtype="datetime64[ms]").tolist()
    assert (reports.lon[0], reports.lat[0]) == (105.8542, 21.0285)
    assert np.isnan([reports.lon[3], reports.lat[3]]).all()


def test_what_became_of_its_reports_is_told(read):
    assert read.history.status.tolist() == ["resolved", "waiting", "rejected", "waiting"]
    assert (
        read.history.since[[0, 2]].tolist()
        == np.array(["2025-03-11T13:30", "2025-07-05T14:00"], dtype="datetime64[ms]").tolist()
    )
    assert read.history.answer.tolist() == ["The items were removed.", "", "Not found.", ""]


def test_what_is_left_out_is_counted_and_what_can_not_be_is_named(read):
    assert read.ignored == 1
    found = {r.line: (r.field, r.reason) for r in read.rejected}
    assert found.keys() == {3, 8}
    assert found[3][0] == "Created Date"
    assert "is not a time in America/New_York" in found[3][1]
    assert found[8] == ("Closed Date", "2025-07-05T13:00:00.000Z is before the report itself")
    assert read.rejected[0].row[0] == "90000002"


WRONG = {
    "broken TOML": ("[times]", "[times", "is no TOML: "),
    "unknown key": ('status_at = "Closed Date"', 'closed = "x"', ", line 14: columns.closed: is no key of a mapping"),
    "unknown zone": ("America/New_York", "America/Springfield", ", line 36: times.zone: unknown time zone"),
    "unknown channel": (
        'MOBILE = "app"',
        'MOBILE = "fax"',
        ", line 28: channel.values.'MOBILE': 'fax' is none of app,",
    ),
    "unknown status": ('Open = "waiting"', 'Open = "open"', "status.values.'Open': 'open' is none of "),
    "both translated and left out": ('ignore = ["Noise - Residential"]', 'ignore = ["Blocked Exit"]', "choose one"),
    "two ways to the place": ('point = "Location"', 'point = "Location"\nlon = "Longitude"', "columns.point stands"),
    "half a place": ('point = "Location"', 'lon = "Longitude"', "columns.lon and columns.lat go together"),
    "no category": ('category = "Complaint Type"', "", "columns.category is missing"),
    "no time": ('reported_at = "Created Date"', "", "columns.reported_at: is missing"),
    "status without its time": ('status_at = "Closed Date"', "", "needs columns.status_at"),
    "a time without its status": ('status = "Status"', "", "go with columns.status"),
    "pictures of an answer without its status": (
        'status = "Status"\nstatus_at = "Closed Date"\nanswer = "Resolution Description"',
        'answer_media = "Photos"',
        "go with columns.status",
    ),
    "no text encoding": ("[times]", '[csv]\nencoding = "zip"\n[times]', "unknown encoding 'zip': give one such as"),
    "an encoding that can't be streamed": ("[times]", '[csv]\nencoding = "idna"\n[times]', "unknown encoding 'idna'"),
    "an unknown directive": ("%m/%d/%Y %I", "%m/%d/%Q %I", ", line 37: times.formats.0: '%m/%d/%Q %I:%M:%S %p' is no "),
    "half a directive": ('%S %p"', '%S %"', "stray %"),
    "a directive twice": ('%S %p"', '%S %S"', "is no format of times"),
    "a guess at times": ('"%m/%d/%Y %I:%M:%S %p"', '"mixed"', "'mixed' is no format of times: write one such as"),
    "a guess at ISO times": ('"%m/%d/%Y %I:%M:%S %p"', '"ISO8601"', "'ISO8601' is no format of times"),
    "a number for a name": ('category = "Complaint Type"', "category = 3", "columns.category: Input should be"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_mapping_is_refused_with_the_place_and_the_reason(tmp_path, kind):
    right, wrong, reason = WRONG[kind]
    text = MAPPING.read_text()
    assert right in text
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(right, wrong, 1))
    with pytest.raises(FileError) as refused:
        read_mapping(path)
    assert str(refused.value).startswith(str(path))
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_categories_that_the_territory_lacks_and_columns_that_the_file_lacks_are_refused(tmp_path):
    mapping = read_mapping(MAPPING)
    with pytest.raises(InputError, match=r"category.values.'Illegal Dumping': 'waste' is none of parking"):
        mapping.check_categories(["parking"])
    path = tmp_path / "less.csv"
    path.write_text("Complaint Type,Created Date\n")
    with pytest.raises(FileError, match="line 1: no column Location, Unique Key, "), open_reports(path, mapping):
        pass


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        ("%d/%m/%Y %H:%M %z", ["05/01/2026 08:00 +0700", "04/01/2026 20:00 -0500"]),
        ("%d/%m/%Y %H:%M %Z", ["05/01/2026 01:00 UTC", "05/01/2026 08:00 Asia/Ho_Chi_Minh", "04/01/2026 20:00 EST"]),
        ("%d/%m/%Y %H:%M %%z", ["05/01/2026 08:00 %z"]),
    ],
)
def test_times_of_several_zones_in_one_format_are_one_moment(form, texts):
    read = moments(pa.array(texts), "Asia/Ho_Chi_Minh", [form])
    assert set(read.tolist()) == {dt.datetime(2026, 1, 5, 1)}


def told(tmp_path: Path, columns: str, *rows: str, first: str = "") -> Read:
    """What is read of rows of a status, an answer and its pictures, and whatever columns the mapping names."""
    ours = 'category.default = "waste"\n[columns]\nreported_at = "t"\nstatus = "s"\nstatus_at = "t"\n'
    (tmp_path / "map.toml").write_text(first + ours + columns)
    (tmp_path / "told.csv").write_text("\n".join(["t\ts\tlon\tlat\ttext\tphotos", *rows]))
    with open_reports(tmp_path / "told.csv", read_mapping(tmp_path / "map.toml")) as (reader, mapping):
        [block] = reader.blocks()
        return ReportReading(mapping, CATEGORIES, "Asia/Ho_Chi_Minh").read(block, NOW)


ROW = "2026-01-05\t{}\t105.85\t21.02\t{}\t{}"


def test_an_answer_is_held_to_what_http_holds_it_to(tmp_path):
    answers = ["a\0b", "x" * 4001, "a\x1b[31m", "Ra\u0301c", ""]
    rows = [*(ROW.format("resolved", answer, "") for answer in answers), ROW.format("waiting", "a\0b", "")]
    found = told(tmp_path, 'answer = "text"\n', *rows)
    assert found.history.answer.tolist()[:2] == ["R\u00e1c", ""]
    assert [(each.line, each.field) for each in found.rejected] == [(2, "text"), (3, "text"), (4, "text")]
    assert [each.reason for each in found.rejected] == [
        "control characters are not allowed",
        "4001 characters are more than the 4000 allowed",
        "control characters are not allowed",
    ]


def test_pictures_are_read_as_a_list_and_held_to_what_links_are_held_to(tmp_path):
    a, b = "https://example.org/a.jpg", "https://example.org/b.jpg"
    good = [f"{a} {b}", f'["{a}","{b}"]', "", "[]"]
    bad = ["http://example.org/a.jpg", "[1]", "[broken"]
    rows = [ROW.format("resolved", "ok", cell) for cell in good + bad]
    for name in ("media", "answer_media"):
        found = told(tmp_path, f'{name} = "photos"\n', *rows)
        read = found.submitted.media if name == "media" else found.history.media
        assert read.tolist()[:4] == [(a, b), (a, b), (), ()]
        lines = [6, 7, 8] if name == "answer_media" else [7, 8]  # the intake looks at links of reports
        assert sorted((each.line, each.field) for each in found.rejected) == [(line, "photos") for line in lines]


def test_pictures_may_be_apart_by_what_the_mapping_says(tmp_path):
    row = ROW.format("waiting", "", "https://example.org/a.jpg | https://example.org/b,c.jpg")
    found = told(tmp_path, 'media = "photos"\n', row, first='media_separator = "|"\n')
    assert found.submitted.media.tolist() == [("https://example.org/a.jpg", "https://example.org/b,c.jpg")]


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("POINT (105.85 21.02)", (105.85, 21.02)),
        ("SRID=4326;point(105.85 21.02)", (105.85, 21.02)),
        ("POINT Z (105.85 21.02 3)", (105.85, 21.02)),
        ("(21.02, 105.85)", (105.85, 21.02)),
        ("21.02, 105.85", None),
        ("LINESTRING (0 0, 1 1)", None),
    ],
)
def test_a_point_is_read_by_the_order_of_its_form(tmp_path, point, expected):
    (tmp_path / "map.toml").write_text('category.default = "waste"\n[columns]\npoint = "p"\nreported_at = "t"\n')
    path = tmp_path / "points.csv"
    path.write_text(f't;p\n2026-01-05;"{point}"\n')
    with open_reports(path, read_mapping(tmp_path / "map.toml")) as (reader, mapping):
        [rows] = reader.blocks()
        found = ReportReading(mapping, CATEGORIES, "Asia/Ho_Chi_Minh").read(rows, NOW)
    assert list(zip(found.submitted.lon, found.submitted.lat, strict=True)) == ([expected] if expected else [])
    assert [rejected.field for rejected in found.rejected] == ([] if expected else ["p"])
