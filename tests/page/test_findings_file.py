"""The map of findings opens from the disk and leads to each place."""

import datetime as dt
from pathlib import Path

from boundaries.gate import check
from maps.findings import CheckFacts, findings_map
from tests.maps.test_findings import WARDS
from tests.page.chromium import DESKTOP, PHONE, chromium, watched


def test_a_place_in_the_list_is_zoomed_to_and_marked_without_asking_any_server(tmp_path: Path) -> None:
    report = check(WARDS, level="ward")
    facts = CheckFacts("wards.gpkg", "ward", dt.datetime(2026, 11, 1, 9, 30), 2, report.area_m2)
    path = tmp_path / "findings.html"
    findings_map(report.repaired, report.findings_frame(), facts, language="en").save(path)
    with chromium() as browser:
        for size in (DESKTOP, PHONE):
            with watched(browser, size) as tab:
                tab.page.goto(path.as_uri())
                scale = tab.page.locator(".leaflet-control-scale-line")
                before = scale.inner_text()
                tab.page.click("[data-finding='1']")
                assert tab.page.locator("[aria-current]").get_attribute("data-finding") == "1"
                assert scale.inner_text() != before
                tab.page.click(".whole")
                assert scale.inner_text() == before
                assert not tab.errors
                assert not tab.hosts
